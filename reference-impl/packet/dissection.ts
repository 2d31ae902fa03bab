/** What `dissect` answers, and the makers of its fields that every protocol's reader uses. */
import { formatIpv4, formatIpv6, formatMac } from './addresses.js';
import { hex, readU16, readU32 } from './bytes.js';

export type DissectedKind =
  | 'ethernet'
  | 'vlan'
  | 'mpls'
  | 'arp'
  | 'mac-control'
  | 'lacp'
  | 'slow'
  | 'ipv4'
  | 'ipv6'
  | 'hop-by-hop'
  | 'destination-options'
  | 'routing'
  | 'fragment6'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmp'
  | 'icmp6'
  | 'igmp'
  | 'gre'
  | 'vxlan'
  | 'payload'
  /** Bytes behind the end of what a length field says. */
  | 'padding'
  | 'malformed';

/** Layers stand in the order of the bytes, without gaps: together they are the frame. */
export interface Dissection {
  readonly layers: readonly DissectedLayer[];
}

export interface DissectedLayer {
  readonly kind: DissectedKind;
  /** From the first byte of the frame. */
  readonly offset: number;
  /** Of the header alone, in bytes. */
  readonly length: number;
  readonly fields: readonly DissectedField[];
  /** null: nobody can tell, as in a fragment or where no checksum was sent. Absent: the layer has no checksum. */
  readonly checksumValid?: boolean | null;
  /** Of a malformed layer: what is wrong. */
  readonly reason?: string;
}

export interface DissectedField {
  readonly name: string;
  /** From the first byte of the frame. */
  readonly offset: number;
  /** Whole bytes that the field touches. */
  readonly length: number;
  /** Where the field is not whole bytes: its first bit, counted from the most significant bit of the first byte. */
  readonly bitOffset?: number;
  readonly bitLength?: number;
  readonly text: string;
}

/** The IP header that a transport header is under: its pseudo header goes into checksums. */
export interface NetworkContext {
  readonly offset: number;
  /** The packet is here only in part: its transport checksum cannot be known, nor its lengths. */
  readonly isFragment: boolean;
  /** The destination in the header is not the last one (a routing header has segments left). */
  readonly isRouted: boolean;
}

/** What stands at an offset, as the header before says; `end` is where the data of that header ends. */
export type Step =
  | { readonly to: 'ethernet'; readonly at: number; readonly end: number }
  | { readonly to: 'ether-type'; readonly type: number; readonly at: number; readonly end: number }
  | {
      readonly to: 'protocol';
      readonly protocol: number;
      readonly at: number;
      readonly end: number;
      readonly network: NetworkContext;
    }
  | { readonly to: 'vxlan'; readonly at: number; readonly end: number }
  | { readonly to: 'payload'; readonly at: number; readonly end: number }
  | { readonly to: 'malformed'; readonly at: number; readonly end: number; readonly reason: string };

/** A layer that was read, if there was room for it, and what follows. */
export interface Reading {
  readonly layer?: DissectedLayer;
  readonly next: Step;
}

export const malformed = (at: number, end: number, reason: string): Step => ({ to: 'malformed', at, end, reason });

/** There is less room than the header needs. */
export const tooShort = (name: string, at: number, end: number, needed: number): Reading => ({
  next: malformed(at, end, `${name} needs ${needed} bytes, ${end - at} are left`),
});

const decimal = (value: number): string => String(value);

export const hex16 = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

/** A number and its name, where it has one. */
export const named =
  (names: Readonly<Record<number, string>>, format: (value: number) => string = decimal) =>
  (value: number): string => {
    const name = names[value];
    return name === undefined ? format(value) : `${format(value)} (${name})`;
  };

type Format = (value: number) => string;

export const u8 = (bytes: Uint8Array, name: string, offset: number, format: Format = decimal): DissectedField => ({
  name,
  offset,
  length: 1,
  text: format(bytes[offset] ?? 0),
});

export const u16 = (bytes: Uint8Array, name: string, offset: number, format: Format = decimal): DissectedField => ({
  name,
  offset,
  length: 2,
  text: format(readU16(bytes, offset)),
});

export const u32 = (bytes: Uint8Array, name: string, offset: number, format: Format = decimal): DissectedField => ({
  name,
  offset,
  length: 4,
  text: format(readU32(bytes, offset)),
});

export const mac = (bytes: Uint8Array, name: string, offset: number): DissectedField => ({
  name,
  offset,
  length: 6,
  text: formatMac(bytes, offset),
});

export const ipv4Address = (bytes: Uint8Array, name: string, offset: number): DissectedField => ({
  name,
  offset,
  length: 4,
  text: formatIpv4(bytes, offset),
});

export const ipv6Address = (bytes: Uint8Array, name: string, offset: number): DissectedField => ({
  name,
  offset,
  length: 16,
  text: formatIpv6(bytes, offset),
});

/** Longest run of raw bytes that a text shows whole. */
const SHOWN_BYTES = 24;

export function raw(bytes: Uint8Array, name: string, offset: number, length: number): DissectedField {
  const shown = hex(bytes.subarray(offset, offset + Math.min(length, SHOWN_BYTES)));
  return { name, offset, length, text: length > SHOWN_BYTES ? `${shown}… (${length} bytes)` : shown };
}

/** A field of `bitLength` bits (at most 24), `bit` bits behind the start of the byte at `offset`. */
export function bits(
  bytes: Uint8Array,
  name: string,
  offset: number,
  bit: number,
  bitLength: number,
  format: Format = decimal,
): DissectedField {
  const first = offset + (bit >> 3);
  const bitOffset = bit & 7;
  const shift = 32 - bitOffset - bitLength;
  const value = (readU32(bytes, first) >>> shift) & (2 ** bitLength - 1);
  const length = (bitOffset + bitLength + 7) >> 3;
  return { name, offset: first, length, bitOffset, bitLength, text: format(value) };
}

/** A checksum field, and what it should be where that is known. */
export function checksumField(
  bytes: Uint8Array,
  offset: number,
  state: { readonly valid: boolean | null; readonly note: string },
): DissectedField {
  const verdict = state.valid === true ? 'valid' : state.note;
  const value = hex16(readU16(bytes, offset));
  return { name: 'checksum', offset, length: 2, text: verdict === '' ? value : `${value} (${verdict})` };
}
