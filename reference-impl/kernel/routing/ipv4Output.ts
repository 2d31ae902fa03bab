/** IPv4 packets that leave: in pieces where they are too long, and by way of a neighbour (net/ipv4/ip_output.c). */
import { AF_INET } from '../../netlink/constants.js';
import { formatMac } from '../../packet/addresses.js';
import { concat, readU16, writeU16 } from '../../packet/bytes.js';
import { ETH_P_IP } from '../../packet/protocols.js';
import { parseMac } from '../../packet/addresses.js';
import type { NetDevice } from '../netDevice.js';
import { passesPostrouting } from '../netfilter/path/netfilterPath.js';
import type { Packet } from '../netfilter/path/packet.js';
import {
  DONT_FRAGMENT,
  IPV4_MINIMUM,
  MORE_FRAGMENTS,
  destinationIn,
  headerLength,
  writeHeaderChecksum,
} from './ipv4Header.js';
import type { Neighbour } from './neighbours.js';
import type { Nexthop } from './route.js';
import type { Router } from './router.js';

export const canFragment = (packet: Uint8Array): boolean => (readU16(packet, 6) & DONT_FRAGMENT) === 0;

/** ip_local_out(): a packet of the host's own. */
export function sendLocally(router: Router, nexthop: Nexthop, packet: Uint8Array): void {
  const left = router.hooks.leaves(packet, nexthop.netDevice);
  if (left !== undefined) outputIpv4(router, nexthop, packet, { skb: left.skb, input: undefined });
}

/** A packet on its way out, as netfilter has it, and where it came in. */
export interface Leaving {
  readonly skb: Packet | undefined;
  readonly input: NetDevice | undefined;
}

/** ip_output() and ip_finish_output(): to the gateway, or to the destination itself. */
export function outputIpv4(
  router: Router,
  { netDevice, gateway }: Nexthop,
  packet: Uint8Array,
  leaving: Leaving,
): void {
  if (!passesPostrouting(router.hooks, leaving.skb, leaving.input, netDevice)) return;
  const neighbour = router.neighbours.findOrMake(netDevice, gateway ?? destinationIn(packet), AF_INET);
  const pieces =
    packet.length <= netDevice.mtu || !router.parts.fragments ? [packet] : fragmentsOf(router, packet, netDevice.mtu);
  for (const piece of pieces) {
    router.hooks.marks.note(piece, leaving.skb);
    router.neighbours.output(neighbour, piece);
  }
}

/** ip_do_fragment(): as long as fit, in multiples of eight bytes. */
function fragmentsOf({ parts }: Router, packet: Uint8Array, mtu: number): Uint8Array[] {
  const header = headerLength(packet);
  const body = packet.subarray(header);
  const before = readU16(packet, 6);
  const room = Math.max(8, parts.fragmentLength(mtu - header));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += room) {
    const isLast = at + room >= body.length;
    const piece = concat(packet.subarray(0, header), body.subarray(at, at + room));
    if (at > 0) dropUncopiedOptions(piece, header);
    writeU16(piece, 2, piece.length);
    const more = !isLast && parts.marksMoreFragments ? MORE_FRAGMENTS : 0;
    writeU16(piece, 6, ((before & ~MORE_FRAGMENTS) + at / 8) | more | (isLast ? before & MORE_FRAGMENTS : 0));
    writeHeaderChecksum(piece);
    pieces.push(piece);
  }
  return pieces;
}

/** ip_options_fragment(): options that only the first piece has become no-operations. */
function dropUncopiedOptions(packet: Uint8Array, header: number): void {
  for (let at = IPV4_MINIMUM; at < header;) {
    const kind = packet[at] ?? 0;
    if (kind === 0) return;
    const length = kind === 1 ? 1 : Math.max(2, packet[at + 1] ?? 2);
    if ((kind & 0x80) === 0) packet.fill(1, at, at + length);
    at += length;
  }
}

/** The frame that brings a packet to a station. */
export function frameTo(router: Router, { netDevice }: Neighbour, station: Uint8Array, packet: Uint8Array): Uint8Array {
  const frame = new Uint8Array(14 + packet.length);
  frame.set(station);
  frame.set(parseMac(router.parts.sourceOf(netDevice.address, formatMac(station))), 6);
  writeU16(frame, 12, ETH_P_IP);
  frame.set(packet, 14);
  return frame;
}
