/** IPv6 packets that leave: by way of a neighbour, never in pieces (net/ipv6/ip6_output.c). */
import { AF_INET6 } from '../../netlink/constants.js';
import { parseMac } from '../../packet/addresses.js';
import { concat, readU32, writeU16 } from '../../packet/bytes.js';
import { flowHash31 } from '../../packet/multipathHash.js';
import { ETH_P_IPV6, IPPROTO_FRAGMENT, IPV6_HEADER } from '../../packet/protocols.js';
import type { NetDevice } from '../netDevice.js';
import { passesPostrouting } from '../netfilter/path/netfilterPath.js';
import type { Leaving } from '../routing/ipv4Output.js';
import type { Nexthop } from '../routing/route.js';
import { groupMac, isMulticast } from './ipv6Addresses.js';
import { NEXT_HEADER_AT, destinationIn } from './ipv6Header.js';
import type { Router6 } from './router6.js';
import type { Routing6Parts } from './routing6Parts.js';

/** ip6_local_out(): a packet of the host's own. */
export function sendLocally6(router: Router6, nexthop: Nexthop, packet: Uint8Array): void {
  const left = router.hooks.leaves(packet, nexthop.netDevice);
  if (left !== undefined) outputIpv6(router, nexthop, packet, { skb: left.skb, input: undefined });
}

/** ndisc_send_skb(): to a station that needs no asking for. */
export function sendToStation(router: Router6, netDevice: NetDevice, station: Uint8Array, packet: Uint8Array): void {
  const left = router.hooks.leaves(packet, netDevice);
  if (left === undefined || !passesPostrouting(router.hooks, left.skb, undefined, netDevice)) return;
  router.transmit(netDevice, frameTo(netDevice, station, packet), left.skb?.marks);
}

/** ip6_output() and ip6_finish_output2(): to the gateway, or to the destination itself; to a group without asking anybody. */
export function outputIpv6(
  router: Router6,
  { netDevice, gateway }: Nexthop,
  packet: Uint8Array,
  leaving: Leaving,
): void {
  if (!passesPostrouting(router.hooks, leaving.skb, leaving.input, netDevice)) return;
  const next = gateway ?? destinationIn(packet);
  if (isMulticast(next)) {
    router.transmit(netDevice, frameTo(netDevice, parseMac(groupMac(next)), packet), leaving.skb?.marks);
    return;
  }
  const neighbour = router.neighbours.findOrMake(netDevice, next, AF_INET6);
  const pieces = packet.length > netDevice.mtu && router.parts.fragments ? cut(packet, netDevice.mtu) : [packet];
  for (const piece of pieces) {
    router.hooks.marks.note(piece, leaving.skb);
    router.neighbours.output(neighbour, piece);
  }
}

/** What a router of IPv6 must not do. */
function cut(packet: Uint8Array, mtu: number): Uint8Array[] {
  const body = packet.subarray(IPV6_HEADER);
  const room = (mtu - IPV6_HEADER - 8) & ~7;
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += room) {
    const header = packet.slice(0, IPV6_HEADER);
    const fragment = new Uint8Array(8);
    fragment[0] = header[NEXT_HEADER_AT] ?? 0;
    header[NEXT_HEADER_AT] = IPPROTO_FRAGMENT;
    writeU16(fragment, 2, at | (at + room < body.length ? 1 : 0));
    const piece = concat(header, fragment, body.subarray(at, at + room));
    writeU16(piece, 4, piece.length - IPV6_HEADER);
    pieces.push(piece);
  }
  return pieces;
}

/** The frame that brings a packet to a station. */
export function frameTo({ address }: NetDevice, station: Uint8Array, packet: Uint8Array): Uint8Array {
  const frame = new Uint8Array(14 + packet.length);
  frame.set(station);
  frame.set(parseMac(address), 6);
  writeU16(frame, 12, ETH_P_IPV6);
  frame.set(packet, 14);
  return frame;
}

const folded = (address: Uint8Array): number =>
  (readU32(address, 0) ^ Math.imul(readU32(address, 4), 0x9e37_79b1) ^ readU32(address, 8) ^ readU32(address, 12)) >>>
  0;

/** rt6_multipath_hash(), policy 0: by the addresses and the flow label, 31 bits. */
export const flowHash6 = (
  { flowLabelCounts }: Routing6Parts,
  source: Uint8Array,
  destination: Uint8Array,
  flowLabel: number,
): number => flowHash31((folded(source) ^ (flowLabelCounts ? flowLabel : 0)) >>> 0, folded(destination));
