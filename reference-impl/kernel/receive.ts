/** From the driver to the host: napi_gro_receive() to __netif_receive_skb_core(), as far as packet sockets see it. */
import type { HostReceive, MacAddress, VirtioNetHeader, VlanTag } from '../../harness/contract/index.js';
import type { RxFrame } from './frames.js';
import { GroEngine, type GroOutput } from '../packet/aggregate.js';
import { onesComplementSum, pseudoHeaderSum } from '../packet/checksum.js';
import { parseFlow, newFlow } from '../packet/flow.js';
import { aggregateOf } from './aggregates.js';
import type { BridgePort } from './bridge/bridge.js';
import type { KernelState } from './kernelState.js';
import { isUp, type NetDevice } from './netDevice.js';
import { stillForUs, withEdits } from './frameMarks.js';
import { PACKET_HOST, PACKET_MULTICAST } from './netfilter/path/packet.js';
import { packetTypeAt } from './packetType.js';
import type { Passed } from './tc/classify.js';

/** br_handle_frame(): the bridge takes what comes in at its port. */
export type RxHandler = (port: BridgePort, frame: RxFrame, vnet: VirtioNetHeader | undefined) => void;

/** bond_handle_frame(), team_handle_frame(): a frame that this member received, as its aggregate gets it; undefined: it stays at the member. */
export type MemberHandler = (member: NetDevice, bytes: Uint8Array) => Uint8Array | undefined;

/** ip_rcv() and arp_rcv(): what nobody took before. */
export type ProtocolHandler = (netDevice: NetDevice, frame: RxFrame) => void;

/** sch_handle_ingress(): whether the filters of the net device let the frame go on, and what they wrote beside it. */
export type IngressFilter = (netDevice: NetDevice, frame: RxFrame, vnet: VirtioNetHeader | undefined) => Passed;

/** nf_ingress(): the frame as the rules of the net device let it go on. */
export type IngressRules = (
  netDevice: NetDevice,
  frame: RxFrame,
  vnet: VirtioNetHeader | undefined,
) => RxFrame | undefined;

/** Called for every frame that a packet socket on this net device would see. */
export type PacketTap = (netDevice: NetDevice, frame: HostReceive) => void;

/** Who is given what comes in, in this order. */
export interface ReceiveHandlers {
  readonly tap: PacketTap;
  readonly passes: IngressFilter;
  readonly rules: IngressRules;
  readonly bridge: RxHandler;
  readonly member: MemberHandler;
  readonly protocols: ProtocolHandler;
}

/** One poll: frames of one net device, in the order in which the driver handed them up. */
export class ReceivePath {
  readonly #kernel: KernelState;
  readonly #handlers: ReceiveHandlers;
  /** By net device, queue and tag: frames that differ in any of these are never merged. */
  readonly #engines = new Map<NetDevice, Map<number, GroEngine<RxFrame>>>();

  constructor(kernel: KernelState, handlers: ReceiveHandlers) {
    this.#kernel = kernel;
    this.#handlers = handlers;
  }

  /** napi_poll: everything that is there, then napi_complete, which lets the held frames go. */
  poll(netDevice: NetDevice, frames: readonly RxFrame[]): void {
    if (!isUp(netDevice)) return;
    const usesGro = netDevice.features.has('rx-gro');
    const used = new Set<GroEngine<RxFrame>>();
    for (const frame of frames) {
      const deviceAggregated = frame.aggregate !== undefined;
      if (!usesGro || deviceAggregated) {
        this.deliver(netDevice, frame, aggregateHeader(frame));
        continue;
      }
      const engine = this.#engine(netDevice, frame);
      used.add(engine);
      for (const output of engine.offer(frame.bytes, checksumHolds(frame), frame))
        this.#deliverOutput(netDevice, output);
    }
    for (const engine of used) for (const output of engine.flush()) this.#deliverOutput(netDevice, output);
  }

  #engine(netDevice: NetDevice, frame: RxFrame): GroEngine<RxFrame> {
    let engines = this.#engines.get(netDevice);
    if (engines === undefined) {
      engines = new Map();
      this.#engines.set(netDevice, engines);
    }
    const tag = frame.vlan === undefined ? 0 : (frame.vlan.tpid === 0x88a8 ? 0x20000 : 0x10000) | frame.vlan.tci;
    const key = frame.queue * 0x40000 + tag;
    let engine = engines.get(key);
    if (engine === undefined) {
      engine = new GroEngine<RxFrame>({ maxSize: netDevice.groMaxSize, maxSegments: 65535, maxFlows: 64 });
      engines.set(key, engine);
    }
    return engine;
  }

  #deliverOutput(netDevice: NetDevice, output: GroOutput<RxFrame>): void {
    const frame = output.segments > 1 ? { ...output.token, bytes: output.bytes } : output.token;
    this.deliver(netDevice, frame, output.segments > 1 ? groHeader(output) : undefined);
  }

  /**
   * __netif_receive_skb_core(): the tag moves beside the frame, packet sockets look, filters have their say, a VLAN device takes what
   * is its own, and a bridge what its port gets.
   */
  deliver(netDevice: NetDevice, frame: RxFrame, vnet: VirtioNetHeader | undefined): void {
    const untagged = frame.vlan === undefined ? untag(frame, vnet) : { frame, vnet };
    this.#handlers.tap(netDevice, hostView(this.#kernel, netDevice, untagged.frame, untagged.vnet));
    const { goesOn, edits } = this.#handlers.passes(netDevice, untagged.frame, untagged.vnet);
    if (!goesOn) return;
    const passed = this.#handlers.rules(netDevice, withEdits(untagged.frame, edits), untagged.vnet);
    if (passed !== undefined) this.#handOn(netDevice, passed, untagged.vnet);
  }

  #handOn(netDevice: NetDevice, frame: RxFrame, vnet: VirtioNetHeader | undefined): void {
    const { vlan, ...rest } = frame;
    const upper = vlan === undefined ? undefined : vlanUpper(this.#kernel, netDevice, vlan);
    if (upper === undefined) {
      const aggregate = aggregateOf(netDevice);
      if (netDevice.bridgePort !== undefined) this.#handlers.bridge(netDevice.bridgePort, frame, vnet);
      else if (aggregate !== undefined) this.#toAggregate(netDevice, aggregate, frame, vnet);
      // A tag of a VLAN that nobody has makes it somebody else's; a priority tag does not.
      else if (vlan === undefined || (vlan.tci & 0xfff) === 0) this.#handlers.protocols(netDevice, frame);
      return;
    }
    const above = this.#above(netDevice, upper, rest);
    upper.softwareTraffic.rxPackets++;
    upper.softwareTraffic.rxBytes += rest.bytes.length;
    if (packetType(this.#kernel, upper, above) === PACKET_MULTICAST) upper.softwareTraffic.multicast++;
    this.deliver(upper, above, vnet);
  }

  /** RX_HANDLER_ANOTHER: the frame comes in once more, at the aggregate. */
  #toAggregate(member: NetDevice, aggregate: NetDevice, frame: RxFrame, vnet: VirtioNetHeader | undefined): void {
    const bytes = isUp(aggregate) ? this.#handlers.member(member, frame.bytes) : undefined;
    if (bytes === undefined) return;
    aggregate.softwareTraffic.rxPackets++;
    aggregate.softwareTraffic.rxBytes += frame.bytes.length;
    const { keepsPacketType } = this.#kernel.parts.bond;
    const above = keepsPacketType ? this.#above(member, aggregate, frame) : frame;
    this.deliver(aggregate, bytes === frame.bytes ? above : { ...above, bytes }, vnet);
  }

  /** The frame at the net device above: whose it is was said where it came in (eth_type_trans()). */
  #above(netDevice: NetDevice, upper: NetDevice, frame: RxFrame): RxFrame {
    const isForUs = packetType(this.#kernel, netDevice, frame) === PACKET_HOST;
    return isForUs && packetType(this.#kernel, upper, frame) !== PACKET_HOST ? stillForUs(frame) : frame;
  }
}

/** vlan_do_receive(): the VLAN device that is up for this tag; a priority tag is the device's own. */
function vlanUpper(kernel: KernelState, netDevice: NetDevice, tag: VlanTag): NetDevice | undefined {
  for (const upper of netDevice.uppers) {
    const { lower } = upper;
    if (lower.kind !== 'vlan' || !isUp(upper)) continue;
    if (kernel.parts.belongsToVlan({ tpid: lower.tpid, tci: lower.vid }, tag)) return upper;
  }
  return undefined;
}

/** skb_vlan_untag(): a tag that the device left in the bytes. */
function untag(
  frame: RxFrame,
  vnet: VirtioNetHeader | undefined,
): { frame: RxFrame; vnet: VirtioNetHeader | undefined } {
  const { bytes } = frame;
  const tpid = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
  if ((tpid !== 0x8100 && tpid !== 0x88a8) || bytes.length < 18) return { frame, vnet };
  const tci = ((bytes[14] ?? 0) << 8) | (bytes[15] ?? 0);
  const stripped = new Uint8Array(bytes.length - 4);
  stripped.set(bytes.subarray(0, 12));
  stripped.set(bytes.subarray(16), 12);
  const { checksum } = frame;
  return {
    frame: {
      ...frame,
      bytes: stripped,
      vlan: { tpid, tci },
      // skb_postpull_rcsum(): the four bytes leave the sum too.
      checksum:
        checksum.status === 'complete'
          ? { status: 'complete', sum: sumWithout(checksum.sum, onesComplementSum(bytes, 14, 18)) }
          : checksum,
      ...(frame.headerLength === undefined ? {} : { headerLength: frame.headerLength - 4 }),
    },
    vnet:
      vnet === undefined
        ? undefined
        : { ...vnet, hdrLen: vnet.hdrLen - 4, csumStart: vnet.csumStart === 0 ? 0 : vnet.csumStart - 4 },
  };
}

function sumWithout(sum: number, part: number): number {
  const total = sum + (~part & 0xffff);
  return (total & 0xffff) + (total >> 16);
}

const flow = newFlow();

/** Whether the transport checksum is known to be good, by the device's word or by the core's own sum. */
function checksumHolds(frame: RxFrame): boolean {
  if (frame.checksum.status === 'unnecessary') return true;
  const { bytes } = frame;
  parseFlow(bytes, flow);
  if (flow.ipVersion === 0 || flow.transportOffset < 0 || flow.malformed) return false;
  const length = flow.ipEnd - flow.transportOffset;
  const pseudo = pseudoHeaderSum(bytes, flow.networkOffset, flow.protocol, length);
  return onesComplementSum(bytes, flow.transportOffset, flow.ipEnd, pseudo) === 0xffff;
}

const F_NEEDS_CSUM = 1;
const F_DATA_VALID = 2;
const NO_GSO: VirtioNetHeader = { flags: 0, gsoType: 0, hdrLen: 0, gsoSize: 0, csumStart: 0, csumOffset: 0 };

const isNonzero = (vnet: VirtioNetHeader): boolean => vnet.flags !== 0 || vnet.gsoType !== 0;

/** tcp_gro_complete(), udp_gro_complete() and virtio_net_hdr_from_skb(): an aggregate asks for its checksum like a sent frame. */
function groHeader(output: GroOutput<RxFrame>): VirtioNetHeader {
  return segmentationHeader(output.bytes, output.gsoSize, output.gsoType);
}

function aggregateHeader(frame: RxFrame): VirtioNetHeader | undefined {
  if (frame.aggregate === undefined) return undefined;
  parseFlow(frame.bytes, flow);
  const type = flow.protocol === 17 ? 'udp-l4' : flow.ipVersion === 6 ? 'tcp6' : 'tcp4';
  return segmentationHeader(frame.bytes, frame.aggregate.gsoSize, type);
}

const GSO_NUMBERS = { none: 0, tcp4: 1, tcp6: 4, 'udp-l4': 5 } as const;

function segmentationHeader(bytes: Uint8Array, gsoSize: number, type: keyof typeof GSO_NUMBERS): VirtioNetHeader {
  parseFlow(bytes, flow);
  const isUdp = type === 'udp-l4';
  const hasCwr = !isUdp && ((bytes[flow.transportOffset + 13] ?? 0) & 0x80) !== 0;
  return {
    flags: F_NEEDS_CSUM,
    gsoType: GSO_NUMBERS[type] | (hasCwr ? 0x80 : 0),
    hdrLen: flow.payloadOffset,
    gsoSize,
    csumStart: flow.transportOffset,
    csumOffset: isUdp ? 6 : 16,
  };
}

/** What a packet socket sees. */
function hostView(
  kernel: KernelState,
  netDevice: NetDevice,
  frame: RxFrame,
  aggregate: VirtioNetHeader | undefined,
): HostReceive {
  const vnet = aggregate ?? (frame.checksum.status === 'unnecessary' ? { ...NO_GSO, flags: F_DATA_VALID } : NO_GSO);
  return {
    bytes: frame.bytes,
    packetType: packetType(kernel, netDevice, frame),
    checksum: frame.checksum,
    queue: frame.queue,
    timestamps: {
      software: kernel.parts.softwareTimestamp(kernel.now),
      ...(frame.hardwareTimestamp === undefined ? {} : { hardware: frame.hardwareTimestamp }),
    },
    ...(isNonzero(vnet) ? { vnet } : {}),
    ...(frame.vlan === undefined ? {} : { vlan: frame.vlan }),
    ...(frame.hash === undefined ? {} : { hash: frame.hash }),
    ...(frame.headerLength === undefined ? {} : { headerLength: frame.headerLength }),
  };
}

/** eth_type_trans(), unless rules said otherwise. */
export function packetType({ parts }: KernelState, netDevice: NetDevice, { bytes, marks }: RxFrame): number {
  return marks?.packetType ?? packetTypeAt({ address: parts.ownAddress(netDevice) as MacAddress }, bytes);
}
