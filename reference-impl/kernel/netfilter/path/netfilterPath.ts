/** Netfilter on the way of frames and packets through the kernel: what each place calls, and nothing where there are no chains. */
import type { IfIndex, VirtioNetHeader } from '../../../../harness/contract/index.js';
import type { FrameMarks, RxFrame, TxFrame } from '../../frames.js';
import { concat } from '../../../packet/bytes.js';
import { ETH_HLEN, ETH_P_ARP, ETH_P_IP, ETH_P_IPV6 } from '../../../packet/protocols.js';
import type { NetDevice } from '../../netDevice.js';
import {
  NFPROTO_ARP,
  NFPROTO_BRIDGE,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_NETDEV,
  NF_ACCEPT,
  NF_DROP,
  NF_ARP_IN,
  NF_ARP_OUT,
  NF_INET_LOCAL_OUT,
  NF_INET_POST_ROUTING,
  NF_NETDEV_EGRESS,
  NF_NETDEV_INGRESS,
  type NetfilterFamily,
  type Ruleset,
} from '../ruleset.js';
import type { PathSurroundings } from './evaluation.js';
import { packetOfReceived, packetOfSent, receivedAfter, sentAfter } from './framePackets.js';
import { NetfilterHooks, type HookEntries } from './hooks.js';
import { Packet, type Summed } from './packet.js';

/** Hooks of IPv4 or of IPv6: NF_INET_*. Without rules at all there is no Packet, and everything passes. */
export interface IpHooks {
  /** What came in, with the header of the link before it. */
  arrived(frame: Uint8Array, packet: Uint8Array, packetType: number, marks: FrameMarks | undefined): Packet | undefined;
  passes(
    hook: number,
    packet: Packet | undefined,
    input: NetDevice | undefined,
    output: NetDevice | undefined,
  ): boolean;
  /** Of the host's own: NF_INET_LOCAL_OUT. The packet that goes on; undefined where it does not. */
  leaves(packet: Uint8Array, output: NetDevice): { readonly skb: Packet | undefined } | undefined;
  /** What was written beside a packet that waits for its neighbour, or for its pieces. */
  readonly marks: PacketMarks;
}

/** skb->mark and skb->priority of packets that are bytes alone meanwhile. */
export class PacketMarks {
  readonly #marks = new WeakMap<Uint8Array, FrameMarks>();

  note(bytes: Uint8Array, packet: Packet | undefined): void {
    const marks = packet?.marks;
    if (marks !== undefined) this.#marks.set(bytes, marks);
  }

  of(bytes: Uint8Array): FrameMarks | undefined {
    return this.#marks.get(bytes);
  }
}

export class NetfilterPath {
  readonly hooks: NetfilterHooks;
  /** Frames that chains at egress dropped. */
  egressDrops = 0;
  readonly ipv4: IpHooks;
  readonly ipv6: IpHooks;

  constructor(around: PathSurroundings, ruleset: () => Ruleset) {
    this.hooks = new NetfilterHooks(around, ruleset);
    this.ipv4 = ipHooks(this.hooks, NFPROTO_IPV4, ETH_P_IP);
    this.ipv6 = ipHooks(this.hooks, NFPROTO_IPV6, ETH_P_IPV6);
  }

  /** nf_ingress(): the frame that goes on. */
  ingress(
    netDevice: NetDevice,
    frame: RxFrame,
    vnet: VirtioNetHeader | undefined,
    packetType: (netDevice: NetDevice, frame: RxFrame) => number,
  ): RxFrame | undefined {
    const entries = this.hooks.atDevice(netDevice, NF_NETDEV_INGRESS);
    if (entries === undefined) return frame;
    const packet = packetOfReceived(frame, vnet, packetType(netDevice, frame));
    packet.place = { family: NFPROTO_NETDEV, hook: NF_NETDEV_INGRESS, input: netDevice, output: undefined };
    return this.hooks.run(entries, packet) === NF_ACCEPT ? receivedAfter(packet, frame) : undefined;
  }

  /** nf_hook_egress(); who sends is told of a drop as of a full queue, and of nothing where a rule took the frame. */
  egress(netDevice: NetDevice, frame: TxFrame): TxFrame | undefined {
    const entries = this.hooks.atDevice(netDevice, NF_NETDEV_EGRESS);
    if (entries === undefined) return frame;
    const packet = packetOfSent(frame, 'egress');
    packet.place = { family: NFPROTO_NETDEV, hook: NF_NETDEV_EGRESS, input: undefined, output: netDevice };
    const verdict = this.hooks.run(entries, packet);
    if (verdict === NF_ACCEPT) return sentAfter(packet, frame);
    if (verdict === NF_DROP) this.egressDrops++;
    return undefined;
  }

  /** NF_BR_PRE_ROUTING and NF_BR_LOCAL_IN: a frame that a port, or the bridge, received. */
  bridgeReceived(
    hook: number,
    input: NetDevice,
    frame: RxFrame,
    vnet: VirtioNetHeader | undefined,
    packetType: (frame: RxFrame) => number,
  ): RxFrame | undefined {
    const entries = this.hooks.at(NFPROTO_BRIDGE, hook);
    if (entries === undefined) return frame;
    const packet = packetOfReceived(frame, vnet, packetType(frame));
    packet.place = { family: NFPROTO_BRIDGE, hook, input, output: undefined };
    return this.hooks.run(entries, packet) === NF_ACCEPT ? receivedAfter(packet, frame) : undefined;
  }

  /** NF_BR_FORWARD, NF_BR_LOCAL_OUT and NF_BR_POST_ROUTING: a frame that leaves at a port. */
  bridgeSent(
    hook: number,
    input: NetDevice | undefined,
    output: NetDevice,
    frame: TxFrame,
    summed: Summed = 'none',
  ): TxFrame | undefined {
    const entries = this.hooks.at(NFPROTO_BRIDGE, hook);
    if (entries === undefined) return frame;
    const packet = packetOfSent(frame, 'bridge', summed);
    packet.place = { family: NFPROTO_BRIDGE, hook, input, output };
    return this.hooks.run(entries, packet) === NF_ACCEPT ? sentAfter(packet, frame) : undefined;
  }

  /** NF_ARP_IN: arp_rcv(). The frame that goes on. */
  arpIn(netDevice: NetDevice, frame: Uint8Array, packetType: number): Uint8Array | undefined {
    const entries = this.hooks.at(NFPROTO_ARP, NF_ARP_IN);
    if (entries === undefined) return frame;
    const packet = arpPacket(frame, { hasLink: true, packetType });
    packet.place = { family: NFPROTO_ARP, hook: NF_ARP_IN, input: netDevice, output: undefined };
    return this.hooks.run(entries, packet) === NF_ACCEPT ? packet.bytes : undefined;
  }

  /** NF_ARP_OUT: arp_xmit(). Nobody has said where its link header is, though it counts. */
  arpOut(netDevice: NetDevice, frame: Uint8Array): Uint8Array | undefined {
    const entries = this.hooks.at(NFPROTO_ARP, NF_ARP_OUT);
    if (entries === undefined) return frame;
    const packet = arpPacket(frame, { hasLink: false, countsLink: true });
    packet.place = { family: NFPROTO_ARP, hook: NF_ARP_OUT, input: undefined, output: netDevice };
    return this.hooks.run(entries, packet) === NF_ACCEPT ? packet.bytes : undefined;
  }
}

const arpPacket = (
  bytes: Uint8Array,
  seed: { readonly hasLink: boolean; readonly countsLink?: boolean; readonly packetType?: number },
): Packet => new Packet({ bytes, networkAt: ETH_HLEN, protocol: ETH_P_ARP, ...seed });

function ipHooks(hooks: NetfilterHooks, family: NetfilterFamily, protocol: number): IpHooks {
  const marks = new PacketMarks();
  const passes = (
    hook: number,
    packet: Packet | undefined,
    input: NetDevice | undefined,
    output: NetDevice | undefined,
  ): boolean => {
    const entries: HookEntries | undefined = packet === undefined ? undefined : hooks.at(family, hook);
    if (packet === undefined || entries === undefined) return true;
    packet.place = { family, hook, input, output };
    return hooks.run(entries, packet) === NF_ACCEPT;
  };
  return {
    marks,
    arrived: (frame, bytes, packetType, noted) =>
      hooks.isInUse
        ? new Packet({
            bytes: concat(frame.subarray(0, ETH_HLEN), bytes),
            networkAt: ETH_HLEN,
            hasLink: true,
            protocol,
            packetType,
            marks: noted,
            isOwn: true,
          })
        : undefined,
    passes,
    leaves: (bytes, output) => {
      const skb = hooks.isInUse
        ? new Packet({ bytes, networkAt: 0, hasLink: false, protocol, isOwn: true })
        : undefined;
      return passes(NF_INET_LOCAL_OUT, skb, undefined, output) ? { skb } : undefined;
    },
  };
}

/** Net devices by index. */
export type DeviceByIndex = (ifIndex: IfIndex) => NetDevice | undefined;

/** Where a packet leaves, whoever sends it. */
export const passesPostrouting = (
  hooks: IpHooks,
  packet: Packet | undefined,
  input: NetDevice | undefined,
  output: NetDevice,
): boolean => hooks.passes(NF_INET_POST_ROUTING, packet, input, output);
