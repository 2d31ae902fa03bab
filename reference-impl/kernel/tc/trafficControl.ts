/** Traffic control of a kernel: the qdiscs that hold filters, and frames that pass them on their way in and out. */
import type { FlowCookie, VirtioNetHeader } from '../../../harness/contract/index.js';
import type { RxFrame, TxFrame } from '../frames.js';
import { withEdits } from '../frameMarks.js';
import type { KernelState, NetDeviceEvent } from '../kernelState.js';
import type { NetDevice } from '../netDevice.js';
import { asTransmit } from '../bridge/forward.js';
import type { ActionMakers } from './actions.js';
import { filtersOf, type Action, type Block, type Filter, type Proto, type Qdisc } from './block.js';
import { UNTOUCHED, passFilters, type Forwarding, type Passed, type Passing } from './classify.js';
import type { TcParts } from './tcParts.js';

/** What the kernel does for its filters. */
export interface TcSurroundings {
  /** dev_queue_xmit(), as soon as what is under way is done; `through`: devices that sent the frame on by a filter of theirs. */
  transmit(netDevice: NetDevice, frame: TxFrame, through: readonly NetDevice[]): void;
  /** netif_receive_skb(), as soon as what is under way is done. */
  receive(netDevice: NetDevice, frame: RxFrame, vnet: VirtioNetHeader | undefined): void;
  /** What was put off is done. */
  settle(): Promise<void>;
}

/** RTNLGRP_TC. */
export interface TcListener {
  filter(change: 'new' | 'del', filter: Filter): void;
  /** All filters of a priority went. */
  flushed(proto: Proto): void;
  qdisc(change: 'new' | 'del', qdisc: Qdisc): void;
}

/** MIRRED_NEST_LIMIT, MIRRED_DEFER_LIMIT of act_mirred.c. */
const MOST_TRANSMITS = 4;
const MOST_RECEIVES = 3;

export class TrafficControl implements ActionMakers, Forwarding {
  readonly kernel: KernelState;
  readonly qdiscs = new Map<NetDevice, Qdisc>();
  /** dev_ingress_queue(): net devices that had a qdisc there once. */
  readonly hadIngress = new WeakSet<NetDevice>();
  readonly listeners: TcListener[] = [];
  readonly #surroundings: TcSurroundings;
  readonly #nextIndex = new Map<Action['kind'], number>();
  /** Devices that a frame that is being sent came through. */
  #through: readonly NetDevice[] = [];
  /** skb->tc_depth: how often a frame was received by a filter's doing. */
  #depths = new WeakMap<Uint8Array, number>();
  #nextCookie = 1;

  constructor(kernel: KernelState, surroundings: TcSurroundings) {
    this.kernel = kernel;
    this.#surroundings = surroundings;
    kernel.notifiers.push((event, netDevice) => this.#happened(event, netDevice));
  }

  get parts(): TcParts {
    return this.kernel.parts.tc;
  }

  /** What a kernel has that was just started. */
  reset(): void {
    this.qdiscs.clear();
    this.#nextIndex.clear();
    this.#through = [];
    this.#nextCookie = 1;
  }

  newIndex(kind: Action['kind']): number {
    const index = this.#nextIndex.get(kind) ?? 1;
    this.#nextIndex.set(kind, index + 1);
    return index;
  }

  newCookie(): FlowCookie {
    return this.#nextCookie++ as FlowCookie;
  }

  /** sch_handle_ingress(): whether the frame goes on to VLAN devices and bridges. */
  ingress(netDevice: NetDevice, frame: RxFrame, vnet: VirtioNetHeader | undefined): Passed {
    const block = this.qdiscs.get(netDevice)?.ingress;
    if (block === undefined || !this.parts.looksAt(netDevice, 'ingress')) return UNTOUCHED;
    this.#through = [];
    return passFilters(this, block, { side: 'ingress', frame, vnet, written: { edits: {} } });
  }

  /** sch_handle_egress(): whether the frame goes on to the queues. */
  egress(netDevice: NetDevice, frame: TxFrame, through: readonly NetDevice[]): Passed {
    const block = this.qdiscs.get(netDevice)?.egress;
    if (block === undefined || !this.parts.looksAt(netDevice, 'egress')) return UNTOUCHED;
    this.#through = through;
    return passFilters(this, block, { side: 'egress', frame, written: { edits: {} } });
  }

  transmit(target: NetDevice, passing: Passing): void {
    const frame = passing.side === 'egress' ? passing.frame : asTransmit(passing.frame, passing.vnet);
    this.#surroundings.transmit(target, withEdits(frame, passing.written.edits), [...this.#through, target]);
  }

  receive(target: NetDevice, passing: Passing): void {
    // A copy of its own: how often it went round is known of it alone.
    const bytes = passing.frame.bytes.slice();
    this.#depths.set(bytes, (this.#depths.get(passing.frame.bytes) ?? 0) + 1);
    const { edits } = passing.written;
    if (passing.side === 'ingress')
      this.#surroundings.receive(target, withEdits({ ...passing.frame, bytes }, edits), passing.vnet);
    else this.#surroundings.receive(target, withEdits(asReceived(passing.frame, bytes), edits), undefined);
  }

  isLoop(target: NetDevice, passing: Passing, wantsIngress: boolean): boolean {
    if ((this.#depths.get(passing.frame.bytes) ?? 0) >= MOST_RECEIVES) return true;
    if (this.#through.length >= MOST_TRANSMITS) return true;
    return !wantsIngress && this.parts.stopsLoops && this.#through.includes(target);
  }

  settle(): Promise<void> {
    return this.#surroundings.settle();
  }

  *filters(): Generator<Filter> {
    for (const block of this.#blocks()) yield* filtersOf(block);
  }

  *#blocks(): Generator<Block> {
    for (const { ingress, egress } of this.qdiscs.values()) {
      yield ingress;
      if (egress !== undefined) yield egress;
    }
  }

  /** dev_shutdown(), mirred_device_event(). */
  #happened(event: NetDeviceEvent, netDevice: NetDevice): void {
    if (event !== 'NETDEV_UNREGISTER') return;
    this.qdiscs.delete(netDevice);
    if (!this.parts.forgetsTarget) return;
    for (const { actions } of this.filters())
      for (const action of actions)
        if (action.kind === 'mirred' && action.target === netDevice) action.target = undefined;
  }
}

function asReceived({ vlan, marks }: TxFrame, bytes: Uint8Array): RxFrame {
  const frame = { bytes, queue: 0 as RxFrame['queue'], checksum: { status: 'none' } as const };
  return { ...frame, ...(vlan === undefined ? {} : { vlan }), ...(marks === undefined ? {} : { marks }) };
}
