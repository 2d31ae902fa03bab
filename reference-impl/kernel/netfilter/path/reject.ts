/** Packets that are rejected: nft_reject_inet.c, nft_reject_netdev.c, nft_reject_bridge.c. */
import type { VlanTag } from '../../../../harness/contract/index.js';
import type { TxFrame } from '../../frames.js';
import { RTN_UNICAST } from '../../../netlink/families/routing.js';
import type { BridgePort } from '../../bridge/bridge.js';
import type { NetDevice } from '../../netDevice.js';
import {
  ICMP_DEST_UNREACH,
  ICMP_HOST_UNREACH,
  ICMP_NET_UNREACH,
  ICMP_PKT_FILTERED,
  ICMP_PORT_UNREACH,
  sendIcmpError,
} from '../../routing/icmp.js';
import type { Router } from '../../routing/router.js';
import { sendLocally } from '../../routing/ipv4Output.js';
import {
  ICMPV6_ADDR_UNREACH,
  ICMPV6_ADM_PROHIBITED,
  ICMPV6_DEST_UNREACH,
  ICMPV6_NOROUTE,
  ICMPV6_PORT_UNREACH,
  sendIcmpv6Error,
} from '../../routing6/icmpv6.js';
import { isMulticast } from '../../routing6/ipv6Addresses.js';
import { sendLocally6 } from '../../routing6/ipv6Output.js';
import type { Router6 } from '../../routing6/router6.js';
import { NFPROTO_BRIDGE, NFPROTO_NETDEV } from '../ruleset.js';
import { PACKET_HOST, type Packet } from './packet.js';
import type { NetfilterPathParts } from './pathParts.js';
import { isSummedRight, resetPacket, unreachablePacket, versionOf } from './rejectPackets.js';

/** linux/netfilter/nf_tables.h, enum nft_reject_types. */
const NFT_REJECT_TCP_RST = 1;
const NFT_REJECT_ICMPX_UNREACH = 2;

/** nft_reject_icmp_code() and nft_reject_icmpv6_code(), by NFT_REJECT_ICMPX_*. */
const ICMPX = {
  4: [ICMP_NET_UNREACH, ICMP_PORT_UNREACH, ICMP_HOST_UNREACH, ICMP_PKT_FILTERED],
  6: [ICMPV6_NOROUTE, ICMPV6_PORT_UNREACH, ICMPV6_ADDR_UNREACH, ICMPV6_ADM_PROHIBITED],
} as const;

export interface RejectSurroundings {
  readonly parts: NetfilterPathParts;
  readonly routing: Router;
  readonly routing6: Router6;
  transmit(netDevice: NetDevice, frame: TxFrame): void;
  /** br_forward() of what the host sends. */
  sendFromBridge(port: BridgePort, frame: TxFrame): void;
}

export function reject(around: RejectSurroundings, packet: Packet, type: number, code: number): void {
  const { parts } = around;
  const isReset = type === NFT_REJECT_TCP_RST;
  if (!parts.rejects(isReset ? 'reset' : 'unreachable')) return;
  const version = versionOf(packet);
  const told = parts.rejectCode(type === NFT_REJECT_ICMPX_UNREACH ? (ICMPX[version][code] ?? code) : code);
  const { family } = packet.place;
  if (family === NFPROTO_NETDEV || family === NFPROTO_BRIDGE) rejectFrame(around, packet, isReset, told);
  else if (isReset) sendReset(around, packet);
  else sendUnreachable(around, packet, told);
}

/** nft_reject_netdev_eval() and nft_reject_bridge_eval(): back to the station, from the one that it was sent to. */
function rejectFrame(around: RejectSurroundings, packet: Packet, isReset: boolean, code: number): void {
  const { bytes, vlan, place } = packet;
  const { input } = place;
  const isGroup = ((bytes[0] ?? 0) & 1) !== 0;
  if (isGroup || input === undefined || !packet.hasTransport) return;
  const made = isReset ? resetPacket(around.parts, packet) : unreachablePacket(packet, code);
  if (made === undefined) return;
  const frame = new Uint8Array(14 + made.length);
  frame.set(bytes.subarray(6, 12));
  frame.set(bytes.subarray(0, 6), 6);
  frame.set(bytes.subarray(12, 14), 12);
  frame.set(made, 14);
  if (place.family === NFPROTO_NETDEV) around.transmit(input, sent(frame, undefined));
  else if (input.bridgePort !== undefined) around.sendFromBridge(input.bridgePort, sent(frame, vlan));
}

const sent = (bytes: Uint8Array, vlan: VlanTag | undefined): TxFrame => ({
  bytes,
  checksum: { kind: 'none' },
  ...(vlan === undefined ? {} : { vlan }),
});

/** nf_send_unreach() and nf_send_unreach6(). */
function sendUnreachable({ routing, routing6 }: RejectSurroundings, packet: Packet, code: number): void {
  const { input, output } = packet.place;
  const netDevice = input ?? output;
  if (netDevice === undefined || packet.fragmentOffset !== 0 || !isSummedRight(packet)) return;
  const network = packet.network.slice();
  const isForUs = packet.packetType === PACKET_HOST;
  if (versionOf(packet) === 4)
    sendIcmpError(routing, { netDevice, packet: network, isForUs }, ICMP_DEST_UNREACH, code, 0);
  else {
    const station = packet.hasLink ? packet.bytes.slice(6, 12) : new Uint8Array(6);
    const error = { type: ICMPV6_DEST_UNREACH, code, info: 0 };
    sendIcmpv6Error(routing6, { netDevice, packet: network, isForUs, station }, error);
  }
}

/** nf_send_reset() and nf_send_reset6(). */
function sendReset({ parts, routing, routing6 }: RejectSurroundings, packet: Packet): void {
  const { input, output } = packet.place;
  const netDevice = input ?? output;
  const made = resetPacket(parts, packet);
  if (made === undefined || netDevice === undefined) return;
  const { network } = packet;
  if (versionOf(packet) === 4) {
    const destination = network.slice(12, 16);
    const found = routing.fib.lookup({ destination, vrfTable: routing.vrfTable(netDevice), tos: 0 });
    const isGroup = (network[16] ?? 0) >> 4 === 0xe;
    if (found.kind === 'route' && found.route.type === RTN_UNICAST && !isGroup)
      sendLocally(routing, found.nexthop, made);
    return;
  }
  const [source, destination] = [network.slice(8, 24), network.slice(24, 40)];
  if (isMulticast(source) || isMulticast(destination)) return;
  const found = routing6.fib.lookup({ destination: source, vrfTable: routing6.vrfTable(netDevice), hash: 0 });
  if (found.kind === 'route' && found.route.type === RTN_UNICAST) sendLocally6(routing6, found.nexthop, made);
}
