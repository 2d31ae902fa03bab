/** The IPv4 header: where things are, and what ip_rcv_core() checks. */
import { readU16, writeU16 } from '../../packet/bytes.js';
import { internetChecksum, sumsToOnes } from '../../packet/checksum.js';
import type { RoutingParts } from './routingParts.js';

export const IPV4_MINIMUM = 20;
export const DONT_FRAGMENT = 0x4000;
export const MORE_FRAGMENTS = 0x2000;
const OFFSET_MASK = 0x1fff;

export const headerLength = (packet: Uint8Array): number => ((packet[0] ?? 0) & 0xf) * 4;
export const totalLength = (packet: Uint8Array): number => readU16(packet, 2);
export const fragmentOffset = (packet: Uint8Array): number => (readU16(packet, 6) & OFFSET_MASK) * 8;
export const sourceIn = (packet: Uint8Array): Uint8Array => packet.slice(12, 16);
export const destinationIn = (packet: Uint8Array): Uint8Array => packet.slice(16, 20);

/** ip_send_check(). */
export function writeHeaderChecksum(packet: Uint8Array): void {
  writeU16(packet, 10, 0);
  writeU16(packet, 10, internetChecksum(packet, 0, headerLength(packet)));
}

/** ip_rcv_core(): the packet without padding; undefined: it is dropped. */
export function checkedPacket(parts: RoutingParts, bytes: Uint8Array): Uint8Array | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  const header = headerLength(bytes);
  if (bytes.length < IPV4_MINIMUM || version !== 4 || header < IPV4_MINIMUM || header > bytes.length) return undefined;
  if (parts.checksHeader && !sumsToOnes(bytes, 0, header)) return undefined;
  const length = totalLength(bytes);
  if (length > bytes.length || length < header) {
    if (parts.checksLengths) return undefined;
    return bytes.slice();
  }
  return bytes.slice(0, length);
}

const IPOPT_END = 0;
const IPOPT_NOOP = 1;
const IPOPT_RR = 7;
const IPOPT_LSRR = 131;
const IPOPT_SSRR = 137;

export interface Options {
  readonly isValid: boolean;
  readonly hasSourceRoute: boolean;
  /** Where the record route option stands; -1: there is none. */
  readonly recordRouteAt: number;
}

/** __ip_options_compile(), as far as a router has a say. */
export function optionsOf(packet: Uint8Array): Options {
  const end = headerLength(packet);
  let hasSourceRoute = false;
  let recordRouteAt = -1;
  for (let at = IPV4_MINIMUM; at < end;) {
    const kind = packet[at] ?? 0;
    if (kind === IPOPT_END) break;
    if (kind === IPOPT_NOOP) {
      at++;
      continue;
    }
    const length = packet[at + 1] ?? 0;
    if (at + 2 > end || length < 2 || at + length > end) return { isValid: false, hasSourceRoute, recordRouteAt };
    if (kind === IPOPT_LSRR || kind === IPOPT_SSRR) hasSourceRoute = true;
    if (kind === IPOPT_RR) recordRouteAt = at;
    at += length;
  }
  return { isValid: true, hasSourceRoute, recordRouteAt };
}

/** ip_forward_options(): the router writes its address where the sender left room. */
export function recordRoute(packet: Uint8Array, at: number, own: Uint8Array): void {
  const [length, pointer] = [packet[at + 1] ?? 0, packet[at + 2] ?? 0];
  if (pointer < 4 || pointer + 3 > length) return;
  packet.set(own, at + pointer - 1);
  packet[at + 2] = pointer + 4;
}
