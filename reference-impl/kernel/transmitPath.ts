/** From the host to a driver: dev_queue_xmit(), down through VLAN devices and aggregates to a port. */
import type { QueueIndex } from '../../harness/contract/index.js';
import type { TxFrame } from './frames.js';
import type { BondKernel } from './bond/bondKernel.js';
import { transmit as bridgeTransmit } from './bridge/forward.js';
import type { BridgeKernel } from './bridge/bridgeKernel.js';
import { withEdits, withoutMarks } from './frameMarks.js';
import type { KernelState } from './kernelState.js';
import { isUp, type NetDevice } from './netDevice.js';
import type { NetfilterPath } from './netfilter/path/netfilterPath.js';
import type { TrafficControl } from './tc/trafficControl.js';
import type { TeamKernel } from './team/teamKernel.js';
import { pickTxQueue, validateTransmit, withTagInBytes } from './transmit.js';
import type { TransmitQueues } from './transmitQueues.js';

/** What frames meet on their way out. */
export interface TransmitSurroundings extends KernelState {
  readonly netfilterPath: NetfilterPath;
  readonly trafficControl: TrafficControl;
  readonly bridging: BridgeKernel;
  readonly bonds: BondKernel;
  readonly teams: TeamKernel;
}

export class TransmitPath {
  readonly #kernel: TransmitSurroundings;
  readonly #queues: TransmitQueues;

  constructor(kernel: TransmitSurroundings, queues: TransmitQueues) {
    this.#kernel = kernel;
    this.#queues = queues;
  }

  /** `wanted`: the queue that the sender asks for. `through`: net devices whose filters sent it on. */
  async transmit(
    netDevice: NetDevice,
    sent: TxFrame,
    wanted?: QueueIndex,
    through: readonly NetDevice[] = [],
  ): Promise<void> {
    const { netfilterPath, trafficControl } = this.#kernel;
    // What filters sent on is below netfilter: nf_skip_egress.
    const kept = through.at(-1) === netDevice ? sent : netfilterPath.egress(netDevice, sent);
    if (kept === undefined) return;
    const { goesOn, edits } = trafficControl.egress(netDevice, kept, through);
    if (!goesOn) return;
    const frame = withEdits(kept, edits);
    const { lower } = netDevice;
    switch (lower.kind) {
      case 'vlan': {
        netDevice.softwareTraffic.txPackets += frame.gso?.segments ?? 1;
        netDevice.softwareTraffic.txBytes += frame.bytes.length;
        // A tag that is there already goes into the bytes: it is the inner one now.
        const inner = frame.vlan === undefined ? frame : withTagInBytes(frame, frame.vlan);
        const tagged = { ...inner, vlan: { tpid: lower.tpid, tci: lower.vid } };
        return this.transmit(lower.on, tagged, wanted, through);
      }
      case 'bridge':
        if (netDevice.carrier) bridgeTransmit(this.#kernel.bridging.events, lower.bridge, frame);
        return;
      case 'bond':
      case 'team':
        for (const { member, own } of this.#shares(netDevice, frame, edits.queueMapping))
          await this.transmit(member, own, wanted, through);
        return;
      case 'vrf':
        // What a VRF device itself sends would be routed once more; nothing of the host's does.
        return;
      default:
        return this.#toDriver(netDevice, frame, edits.queueMapping ?? wanted);
    }
  }

  /** What each member of an aggregate sends. */
  #shares(
    netDevice: NetDevice,
    frame: TxFrame,
    queueMapping: number | undefined,
  ): readonly { readonly member: NetDevice; readonly own: TxFrame }[] {
    const { lower, carrier } = netDevice;
    if (!carrier || !isUp(netDevice)) return [];
    const { bonds, teams } = this.#kernel;
    if (lower.kind === 'team')
      return teams.transmit(lower.team, frame, queueMapping).map((member) => ({ member, own: frame }));
    if (lower.kind !== 'bond') return [];
    const { bond } = lower;
    return bonds
      .transmit(bond, frame, queueMapping)
      .map((member) => ({ member, own: bonds.frameAt(bond, member, frame) }));
  }

  /** Without a carrier the queue discipline is noop: what is sent is freed, and nobody is told. */
  async #toDriver(netDevice: NetDevice, frame: TxFrame, wanted: number | undefined): Promise<void> {
    if (!netDevice.carrier) return;
    const queue =
      wanted !== undefined && wanted < netDevice.realTxQueues
        ? (wanted as QueueIndex)
        : pickTxQueue(netDevice, frame.bytes);
    for (const ready of await validateTransmit(this.#kernel, netDevice, frame))
      await this.#queues.enqueue(netDevice, queue, withoutMarks(ready));
  }
}
