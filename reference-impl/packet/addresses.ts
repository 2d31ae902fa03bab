/** Addresses between text and bytes. Text is what people and netlink tools print. */
import { readU16, writeU16 } from './bytes.js';

/** Addresses come again and again; what was parsed once is copied. */
function remembered(parse: (text: string) => Uint8Array): (text: string) => Uint8Array {
  const known = new Map<string, Uint8Array>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before.slice();
    const bytes = parse(text);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(text, bytes.slice());
    return bytes;
  };
}
const MOST_REMEMBERED = 1024;

/** `02:00:00:00:00:01` → six bytes. Throws on anything else. */
export const parseMac = remembered(readMac);

function readMac(text: string): Uint8Array {
  if (text.length !== 17) throw notMac(text);
  const bytes = new Uint8Array(6);
  for (let index = 0; index < 6; index++) {
    const [high, low] = [digitAt(text, 3 * index), digitAt(text, 3 * index + 1)];
    if (high < 0 || low < 0 || (index > 0 && text[3 * index - 1] !== ':')) throw notMac(text);
    bytes[index] = (high << 4) | low;
  }
  return bytes;
}

const notMac = (text: string): Error => new Error(`not a MAC address: ${text}`);

/** The hexadecimal digit that stands there, or -1. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

export function formatMac(bytes: Uint8Array, offset = 0): string {
  let text = '';
  const end = Math.min(offset + 6, bytes.length);
  for (let at = offset; at < end; at++) text += (at === offset ? '' : ':') + (OCTETS[bytes[at] ?? 0] ?? '');
  return text;
}

const OCTETS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The 48 bits of an address as a number: a key that nothing has to be made for. */
export const readMacNumber = (bytes: Uint8Array, at: number): number =>
  readU16(bytes, at) * 0x1_0000_0000 + readU16(bytes, at + 2) * 0x1_0000 + readU16(bytes, at + 4);

/** The group bit: multicast, broadcast included. */
export const isMulticastMac = (bytes: Uint8Array, offset: number): boolean => ((bytes[offset] ?? 0) & 1) !== 0;

/** 01-80-C2-00-00-0X, which stays on its link: IEEE 802.1Q, table 8-1. */
export const isLinkLocalMac = (bytes: Uint8Array, offset: number): boolean =>
  bytes[offset] === 0x01 &&
  bytes[offset + 1] === 0x80 &&
  bytes[offset + 2] === 0xc2 &&
  bytes[offset + 3] === 0 &&
  bytes[offset + 4] === 0 &&
  ((bytes[offset + 5] ?? 0) & 0xf0) === 0;

export function isBroadcastMac(bytes: Uint8Array, offset: number): boolean {
  for (let index = 0; index < 6; index++) if (bytes[offset + index] !== 0xff) return false;
  return true;
}

export function isZeroMac(bytes: Uint8Array, offset: number): boolean {
  for (let index = 0; index < 6; index++) if (bytes[offset + index] !== 0) return false;
  return true;
}

/** `192.0.2.1` → four bytes. Throws on anything else. */
export const parseIpv4 = remembered(readIpv4);

function readIpv4(text: string): Uint8Array {
  const parts = text.split('.');
  const valid = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  if (!valid) throw new Error(`not an IPv4 address: ${text}`);
  return Uint8Array.from(parts, Number);
}

export function formatIpv4(bytes: Uint8Array, offset = 0): string {
  return bytes.subarray(offset, offset + 4).join('.');
}

/** `2001:db8::1` → sixteen bytes, RFC 4291 section 2.2, a trailing IPv4 address included. Throws on anything else. */
export const parseIpv6 = remembered(readIpv6);

function readIpv6(text: string): Uint8Array {
  const failure = new Error(`not an IPv6 address: ${text}`);
  const halves = text.split('::');
  if (halves.length > 2) throw failure;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':').flatMap((part) => group(part, failure))));
  const [head = [], tail = []] = groups;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) throw failure;
  const words = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const bytes = new Uint8Array(16);
  for (const [index, word] of words.entries()) writeU16(bytes, 2 * index, word);
  return bytes;
}

function group(part: string, failure: Error): number[] {
  if (part.includes('.')) {
    const bytes = parseIpv4(part);
    return [readU16(bytes, 0), readU16(bytes, 2)];
  }
  if (!/^[0-9a-f]{1,4}$/i.test(part)) throw failure;
  return [Number.parseInt(part, 16)];
}

/** RFC 5952: lower case, no leading zeroes, the longest run of two or more zero groups as `::`. */
export function formatIpv6(bytes: Uint8Array, offset = 0): string {
  const words = Array.from({ length: 8 }, (_, index) => readU16(bytes, offset + 2 * index));
  let [bestStart, bestLength] = [-1, 1];
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && words[end] === 0) end++;
    if (end - start > bestLength) [bestStart, bestLength] = [start, end - start];
  }
  const text = (from: number, to: number): string =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(':');
  return bestStart < 0 ? text(0, 8) : `${text(0, bestStart)}::${text(bestStart + bestLength, 8)}`;
}
