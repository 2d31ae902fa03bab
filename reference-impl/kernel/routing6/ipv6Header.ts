/** The IPv6 header and those behind it: where things are, and what ip6_rcv_core() checks. */
import { readU16, readU32, writeU16 } from '../../packet/bytes.js';
import {
  IPPROTO_DSTOPTS,
  IPPROTO_FRAGMENT,
  IPPROTO_HOPOPTS,
  IPPROTO_ROUTING,
  IPV6_HEADER,
} from '../../packet/protocols.js';
import { isLoopback, isMulticast, multicastScope } from './ipv6Addresses.js';
import type { Routing6Parts } from './routing6Parts.js';

/** linux/ipv6.h: the least that every link carries. */
export const IPV6_MIN_MTU = 1280;
/** Where a pointer to the next header of the fixed header points. */
export const NEXT_HEADER_AT = 6;

export const sourceIn = (packet: Uint8Array): Uint8Array => packet.slice(8, 24);
export const destinationIn = (packet: Uint8Array): Uint8Array => packet.slice(24, 40);
export const hopLimitIn = (packet: Uint8Array): number => packet[7] ?? 0;
export const payloadLength = (packet: Uint8Array): number => readU16(packet, 4);
export const flowLabelIn = (packet: Uint8Array): number => readU32(packet, 0) & 0xf_ffff;
export const trafficClassIn = (packet: Uint8Array): number => (readU16(packet, 0) >> 4) & 0xff;

/** The packet without padding; undefined: it is dropped. */
export function checkedPacket(parts: Routing6Parts, bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < IPV6_HEADER || (bytes[0] ?? 0) >> 4 !== 6) return undefined;
  const [source, destination] = [bytes.subarray(8, 24), bytes.subarray(24, 40)];
  if (parts.refusesLoopback && (isLoopback(source) || isLoopback(destination))) return undefined;
  if (isMulticast(destination) && multicastScope(destination) <= 1) return undefined;
  if (parts.refusesGroupSource && isMulticast(source)) return undefined;
  const length = IPV6_HEADER + payloadLength(bytes);
  if (length > bytes.length) return parts.checksLength ? undefined : bytes.slice();
  return bytes.slice(0, length);
}

/** A header behind the fixed one, and where what it is called by stands. */
export interface HeaderPlace {
  readonly protocol: number;
  readonly at: number;
  readonly namedAt: number;
}

const LENGTHS: ReadonlySet<number> = new Set([IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS]);
const FRAGMENT_HEADER = 8;

/** Headers one behind the other, up to the first that is none of the extension headers of IPv6. */
export function headersOf(packet: Uint8Array): HeaderPlace[] {
  const headers: HeaderPlace[] = [];
  let place: HeaderPlace = { protocol: packet[NEXT_HEADER_AT] ?? 0, at: IPV6_HEADER, namedAt: NEXT_HEADER_AT };
  for (;;) {
    headers.push(place);
    const { protocol, at } = place;
    const length = LENGTHS.has(protocol)
      ? 8 * ((packet[at + 1] ?? 0) + 1)
      : protocol === IPPROTO_FRAGMENT
        ? FRAGMENT_HEADER
        : 0;
    const isBehindFirst = protocol === IPPROTO_FRAGMENT && readU16(packet, at + 2) >> 3 !== 0;
    if (length === 0 || at + length > packet.length || isBehindFirst) return headers;
    place = { protocol: packet[at] ?? 0, at: at + length, namedAt: at };
  }
}

/** What the options of a header ask for that this kernel does not know: ip6_tlvopt_unknown(). */
export type OptionVerdict =
  | { readonly kind: 'fine' }
  | { readonly kind: 'drop' }
  /** Parameter problem, code 2: to the sender, of a group too where the option says so. */
  | { readonly kind: 'report'; readonly pointer: number; readonly ofGroups: boolean };

const PAD1 = 0;
const PADN = 1;
const ROUTER_ALERT = 5;

/** ip6_parse_tlv(). */
export function judgeOptions(packet: Uint8Array, at: number): OptionVerdict {
  const end = at + 8 * ((packet[at + 1] ?? 0) + 1);
  if (end > packet.length) return { kind: 'drop' };
  for (let option = at + 2; option < end;) {
    const type = packet[option] ?? 0;
    if (type === PAD1) {
      option++;
      continue;
    }
    const length = 2 + (packet[option + 1] ?? 0);
    if (option + length > end) return { kind: 'drop' };
    if (type !== PADN && type !== ROUTER_ALERT) {
      switch (type >> 6) {
        case 1:
          return { kind: 'drop' };
        case 2:
          return { kind: 'report', pointer: option, ofGroups: true };
        case 3:
          return { kind: 'report', pointer: option, ofGroups: false };
      }
    }
    option += length;
  }
  return { kind: 'fine' };
}

/** A packet of the host's own. */
export function makePacket(
  protocol: number,
  from: Uint8Array,
  to: Uint8Array,
  content: Uint8Array,
  { hopLimit = 64, trafficClass = 0 }: { readonly hopLimit?: number; readonly trafficClass?: number } = {},
): Uint8Array {
  const packet = new Uint8Array(IPV6_HEADER + content.length);
  packet[0] = 0x60 | (trafficClass >> 4);
  packet[1] = (trafficClass & 0xf) << 4;
  writeU16(packet, 4, content.length);
  packet[6] = protocol;
  packet[7] = hopLimit;
  packet.set(from, 8);
  packet.set(to, 24);
  packet.set(content, IPV6_HEADER);
  return packet;
}
