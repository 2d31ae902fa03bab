/** Values of keys: what they may be, and how they are written. */
import { formatIpv4, formatIpv6, formatMac, parseIpv4, parseIpv6, parseMac } from '../packet/addresses.js';

export type Scalar = number | boolean | string | readonly string[];

/** As ethtool and the kernel's documentation write them. */
export type Unit =
  | 'µs'
  | 'ms'
  | 's'
  | 'cs'
  | 'frames'
  | 'bytes'
  | 'Mb/s'
  | 'descriptors'
  | 'queues'
  | 'frames/s'
  | 'segments'
  | 'bytes/s';

export type ValueType =
  | { readonly kind: 'number'; readonly unit?: Unit; readonly least?: number; readonly most?: number }
  | { readonly kind: 'switch' }
  /** Names for numbers. */
  | { readonly kind: 'choice'; readonly choices: Readonly<Record<string, number>> }
  /** A set of names, of which each bit of a bitset has one. */
  | { readonly kind: 'names' }
  | { readonly kind: 'mac' }
  /** Of IPv4, IPv6 or Ethernet, in the form that the kernel's answers are written in. */
  | { readonly kind: 'address' }
  | { readonly kind: 'text'; readonly most?: number }
  /** Bytes, as hexadecimal digits. */
  | { readonly kind: 'bytes' }
  | { readonly kind: 'numbers' };

export type ParsedValue =
  | { readonly ok: true; readonly value: Scalar }
  /** `accepted`: what would have been. */
  | { readonly ok: false; readonly accepted: string };

const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;
const HIGHEST = Number.MAX_SAFE_INTEGER;

/** What a value of this type looks like, in words. */
export function acceptedForm(type: ValueType): string {
  switch (type.kind) {
    case 'number':
      return type.least !== undefined || type.most !== undefined
        ? rangeText(type.least ?? 0, type.most, type.unit)
        : `a number${type.unit === undefined ? '' : ` of ${type.unit}`}`;
    case 'switch':
      return 'on or off';
    case 'choice':
      return Object.keys(type.choices).join(', ');
    case 'names':
      return 'names, separated by commas, or none';
    case 'mac':
      return 'an address such as 02:00:00:00:00:01';
    case 'address':
      return 'an address of IPv4, IPv6 or Ethernet';
    case 'text':
      return type.most === undefined ? 'text' : `text of at most ${type.most} bytes`;
    case 'bytes':
      return 'bytes as hexadecimal digits, with or without colons';
    case 'numbers':
      return 'numbers, separated by commas';
  }
}

/** `0 to 4096 descriptors`. */
export function rangeText(least: number, most: number | undefined, unit?: Unit): string {
  const range = most === undefined ? `${least} or more` : least === most ? `${least}` : `${least} to ${most}`;
  return unit === undefined ? range : `${range} ${unit}`;
}

/** Reads a value as it is typed. */
export function parseValue(type: ValueType, text: string): ParsedValue {
  const refused: ParsedValue = { ok: false, accepted: acceptedForm(type) };
  switch (type.kind) {
    case 'number': {
      const number = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
      return number <= HIGHEST ? { ok: true, value: number } : refused;
    }
    case 'switch':
      return text === 'on' || text === 'off' ? { ok: true, value: text === 'on' } : refused;
    case 'choice': {
      const choice = Object.keys(type.choices).find((one) => one.toLowerCase() === text.toLowerCase());
      return choice === undefined ? refused : { ok: true, value: choice };
    }
    case 'names': {
      const names = text === 'none' ? [] : text.split(',');
      return names.every((name) => /^[\w/+.-]+$/.test(name)) ? { ok: true, value: [...new Set(names)] } : refused;
    }
    case 'mac':
      return MAC.test(text.toLowerCase()) ? { ok: true, value: text.toLowerCase() } : refused;
    case 'address': {
      const address = canonicalAddress(text.toLowerCase());
      return address === undefined ? refused : { ok: true, value: address };
    }
    case 'text':
      return type.most === undefined || new TextEncoder().encode(text).length <= type.most
        ? { ok: true, value: text }
        : refused;
    case 'bytes': {
      const digits = text.toLowerCase().replaceAll(':', '');
      return /^([0-9a-f]{2})+$/.test(digits) ? { ok: true, value: digits } : refused;
    }
    case 'numbers': {
      const parts = text.split(',');
      return parts.every((part) => /^\d+$/.test(part)) ? { ok: true, value: parts } : refused;
    }
  }
}

/** The one way to write an address; undefined for what is none. */
function canonicalAddress(text: string): string | undefined {
  if (MAC.test(text)) return text;
  try {
    return text.includes(':') ? formatIpv6(parseIpv6(text)) : formatIpv4(parseIpv4(text));
  } catch {
    return undefined;
  }
}

/** Writes a value as it would be typed; `parseValue` reads it back. */
export function printValue(value: Scalar): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(',');
  return String(value);
}

export function sameValue(a: Scalar | undefined, b: Scalar | undefined): boolean {
  if (typeof a === 'object' && typeof b === 'object')
    return a.length === b.length && [...a].sort().join() === [...b].sort().join();
  return a === b;
}

/** The same, where the order says something too. */
export const sameOrder = (a: Scalar | undefined, b: Scalar | undefined): boolean =>
  a !== undefined && b !== undefined && printValue(a) === printValue(b);

export const bytesToHex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const hexToBytes = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));

export const macText = (bytes: Uint8Array): string => (bytes.length === 6 ? formatMac(bytes) : bytesToHex(bytes));

export const macBytes = (text: string): Uint8Array => parseMac(text);
