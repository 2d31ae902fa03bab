/**
 * Families as data: what an attribute is called, its number, its type, and what the kernel's policy allows. One generic codec reads
 * and writes them all. Values go by the uAPI names: `{ IFLA_MTU: 1500, IFLA_IFNAME: 'eth0' }`.
 */
import { NLA_F_NESTED } from './constants.js';
import { NLA_HDRLEN, align, parseAttributes, viewOf, type Attribute } from './wire.js';

export type Value = number | bigint | string | boolean | Uint8Array | Values | readonly Value[];
/** An attribute that the set does not know goes by `#` and its number, as bytes; so decoding loses nothing. */
export interface Values {
  readonly [name: string]: Value;
}

export type IntegerKind = 'u8' | 'u16' | 'u32' | 'u64' | 's32' | 's64' | 'uint';

export interface StructField {
  readonly name: string;
  /** `pad`: bytes that are not looked at. */
  readonly kind: IntegerKind | 'be16' | { readonly bytes: number } | { readonly pad: number };
}

/**
 * What an attribute holds. Bounds are inclusive; `mask`: the bits that may be set.
 * @requirement NL-ATTR-*
 */
export type AttributeType =
  | { readonly kind: IntegerKind; readonly min?: number; readonly max?: number; readonly mask?: number }
  | { readonly kind: 'be16' }
  /** NLA_REJECT: stands in answers, never in a request. */
  | { readonly kind: 'reject' }
  | { readonly kind: 'flag' }
  /** struct nla_bitfield32: a value and which of its bits are meant; `valid`: the bits that there are. */
  | { readonly kind: 'bitfield32'; readonly valid: number }
  /** `maxLength` counts without the terminating zero. */
  | { readonly kind: 'string'; readonly maxLength?: number; readonly terminated?: boolean }
  /** `nested`: attributes that go by their order alone; they are left as they lie, and the kernel marks them as a nest. */
  | { readonly kind: 'binary'; readonly minLength?: number; readonly maxLength?: number; readonly nested?: boolean }
  /** `exact`: of this length and no other. */
  | { readonly kind: 'struct'; readonly fields: readonly StructField[]; readonly exact?: boolean }
  /** 32-bit integers one behind the other. */
  | { readonly kind: 'u32-array' }
  /** `unflagged`: the kernel writes it without NLA_F_NESTED. A function, where sets hold each other. */
  | { readonly kind: 'nest'; readonly set: () => AttributeSet; readonly unflagged?: boolean }
  /** A nest whose attributes are numbered from 1 and all have the same set. */
  | { readonly kind: 'indexed'; readonly set: () => AttributeSet; readonly unflagged?: boolean };

/** @requirement NL-ATTR-* */
export interface AttributeSpec {
  readonly name: string;
  readonly number: number;
  readonly type: AttributeType;
  /** May stand several times; its value is then always a list. */
  readonly repeats?: boolean;
}

/** @requirement NL-ATTR-*, NL-DISC-* */
export interface AttributeSet {
  readonly name: string;
  readonly byNumber: ReadonlyMap<number, AttributeSpec>;
  readonly byName: ReadonlyMap<string, AttributeSpec>;
}

/** An attribute set from `[number, name, type]` rows; a fourth member `repeats` marks one that may stand several times. */
export function attributeSet(
  name: string,
  rows: readonly (readonly [number: number, name: string, type: AttributeType, repeats?: 'repeats'])[],
): AttributeSet {
  const specs = rows.map(([number, attribute, type, repeats]): AttributeSpec => {
    return { number, name: attribute, type, ...(repeats === undefined ? {} : { repeats: true }) };
  });
  return {
    name,
    byNumber: new Map(specs.map((spec) => [spec.number, spec])),
    byName: new Map(specs.map((spec) => [spec.name, spec])),
  };
}

export const u8: AttributeType = { kind: 'u8' };
export const u16: AttributeType = { kind: 'u16' };
export const u32: AttributeType = { kind: 'u32' };
export const u64: AttributeType = { kind: 'u64' };
export const s32: AttributeType = { kind: 's32' };
export const s64: AttributeType = { kind: 's64' };
/** nla_put_uint(): four bytes, or eight for what does not fit. */
export const uint: AttributeType = { kind: 'uint' };
export const flag: AttributeType = { kind: 'flag' };
export const binary: AttributeType = { kind: 'binary' };
export const text: AttributeType = { kind: 'string' };
export const string = (maxLength: number): AttributeType => ({ kind: 'string', maxLength, terminated: true });
export const ranged = (kind: IntegerKind, min: number, max: number): AttributeType => ({ kind, min, max });
export const nest = (set: () => AttributeSet): AttributeType => ({ kind: 'nest', set });

/** Bytes do not have the form that the set gives them. */
export class NetlinkDecodeError extends Error {
  override readonly name = 'NetlinkDecodeError';
}

const INTEGER_BYTES = { u8: 1, u16: 2, u32: 4, s32: 4, u64: 8, s64: 8, be16: 2 } as const;
const BITFIELD32: readonly StructField[] = [
  { name: 'value', kind: 'u32' },
  { name: 'selector', kind: 'u32' },
];

/** Four bytes as they lie, as a signed number. */
const wordAt = (data: Uint8Array, at: number): number =>
  (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16) | ((data[at + 3] ?? 0) << 24);

function readInteger(kind: IntegerKind | 'be16', data: Uint8Array, at = 0): number | bigint {
  switch (kind) {
    case 'u8':
      return data[at] ?? 0;
    case 'u16':
      return (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8);
    case 'be16':
      return ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
    case 'u32':
      return wordAt(data, at) >>> 0;
    case 's32':
      return wordAt(data, at);
    case 'u64':
      return longAt(data, at);
    case 's64':
      return BigInt.asIntN(64, longAt(data, at));
    case 'uint':
      return data.length === 8 ? longAt(data, at) : BigInt(wordAt(data, at) >>> 0);
  }
}

/** Eight bytes; most numbers fit into the first four. */
function longAt(data: Uint8Array, at: number): bigint {
  const [low, high] = [BigInt(wordAt(data, at) >>> 0), wordAt(data, at + 4) >>> 0];
  return high === 0 ? low : (BigInt(high) << 32n) | low;
}

/** The four bytes of a number, little endian. */
function writeWord(value: number, bytes: Uint8Array, at: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** The eight bytes of a number, little endian; a number that is not exact any more goes by way of a BigInt. */
function writeLong(value: number | bigint, bytes: Uint8Array, at: number): void {
  if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
    writeWord(value % TWO_TO_32, bytes, at);
    writeWord(Math.floor(value / TWO_TO_32), bytes, at + 4);
    return;
  }
  const whole = BigInt.asUintN(64, BigInt(value));
  writeWord(Number(whole & 0xffff_ffffn), bytes, at);
  writeWord(Number(whole >> 32n), bytes, at + 4);
}
const TWO_TO_32 = 0x1_0000_0000;

function writeInteger(kind: IntegerKind | 'be16', value: number | bigint, bytes: Uint8Array, at: number): void {
  switch (kind) {
    case 'u8':
      bytes[at] = Number(value);
      return;
    case 'u16':
      bytes[at] = Number(value);
      bytes[at + 1] = Number(value) >>> 8;
      return;
    case 'be16':
      bytes[at] = Number(value) >>> 8;
      bytes[at + 1] = Number(value);
      return;
    case 'u32':
    case 's32':
      writeWord(Number(value), bytes, at);
      return;
    case 'uint':
      if (value <= 0xffff_ffff) writeWord(Number(value), bytes, at);
      else writeLong(value, bytes, at);
      return;
    case 'u64':
    case 's64':
      writeLong(value, bytes, at);
  }
}

const fieldLength = ({ kind }: StructField): number => {
  if (typeof kind === 'string') return kind === 'uint' ? 4 : INTEGER_BYTES[kind];
  return 'bytes' in kind ? kind.bytes : kind.pad;
};

/** Where each member lies. Structs are constants: what was worked out once holds. */
interface Layout {
  readonly length: number;
  readonly members: readonly (StructField & { readonly at: number; readonly end: number })[];
}
const layouts = new WeakMap<readonly StructField[], Layout>();

function layoutOf(fields: readonly StructField[]): Layout {
  const known = layouts.get(fields);
  if (known !== undefined) return known;
  let length = 0;
  const members = fields.map((field) => ({ ...field, at: length, end: (length += fieldLength(field)) }));
  const layout = { length, members };
  layouts.set(fields, layout);
  return layout;
}

export const structLength = (fields: readonly StructField[]): number => layoutOf(fields).length;

/** A struct as it lies in memory; a shorter one, of an older kernel, has fewer members. */
export function decodeStruct(fields: readonly StructField[], data: Uint8Array): Values {
  const values: Record<string, Value> = {};
  for (const { name, kind, at, end } of layoutOf(fields).members) {
    if (end > data.length) break;
    if (typeof kind === 'string') values[name] = readInteger(kind, data, at);
    else if ('bytes' in kind) values[name] = data.slice(at, end);
  }
  return values;
}

/** Members that are not given are zero. */
export function encodeStruct(fields: readonly StructField[], values: Values): Uint8Array {
  const bytes = new Uint8Array(structLength(fields));
  writeStruct(fields, values, bytes, 0);
  return bytes;
}

/** Into bytes that are zero. */
function writeStruct(fields: readonly StructField[], values: Values, bytes: Uint8Array, start: number): void {
  for (const { name, kind, at, end } of layoutOf(fields).members) {
    const value = values[name];
    if (typeof kind === 'string') {
      if (typeof value === 'number' || typeof value === 'bigint') writeInteger(kind, value, bytes, start + at);
    } else if (value instanceof Uint8Array) bytes.set(value.subarray(0, end - at), start + at);
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function decodeValue(type: AttributeType, data: Uint8Array, name: string): Value {
  switch (type.kind) {
    case 'uint':
      if (data.length !== 4 && data.length !== 8) throw new NetlinkDecodeError(`${name} has ${data.length} bytes`);
      return readInteger('uint', data);
    case 'u8':
    case 'u16':
    case 'u32':
    case 's32':
    case 'u64':
    case 's64':
    case 'be16':
      if (data.length < INTEGER_BYTES[type.kind]) throw new NetlinkDecodeError(`${name} has ${data.length} bytes`);
      return readInteger(type.kind, data);
    case 'flag':
      return true;
    case 'string': {
      const end = data.indexOf(0);
      return decoder.decode(end < 0 ? data : data.subarray(0, end));
    }
    case 'binary':
    case 'reject':
      return data.slice();
    case 'bitfield32':
      return decodeStruct(BITFIELD32, data);
    case 'struct':
      return decodeStruct(type.fields, data);
    case 'u32-array':
      return Array.from({ length: data.length >> 2 }, (_, index) => viewOf(data).getUint32(4 * index, true));
    case 'nest':
      return decodeAttributes(type.set(), data);
    case 'indexed':
      return parseAttributes(data).attributes.map((entry) => decodeAttributes(type.set(), entry.data));
  }
}

/** Every attribute under its name. Throws NetlinkDecodeError where a value does not have the form of its type. */
export function decodeAttributes(set: AttributeSet, bytes: Uint8Array): Values {
  return decodeParsed(set, parseAttributes(bytes).attributes);
}

export function decodeParsed(set: AttributeSet, attributes: readonly Attribute[]): Values {
  const values: Record<string, Value> = {};
  for (const { type, data } of attributes) {
    const spec = set.byNumber.get(type);
    if (spec === undefined) values[`#${type}`] = data.slice();
    else if (spec.repeats === true) {
      const before = values[spec.name];
      const value = decodeValue(spec.type, data, spec.name);
      values[spec.name] = Array.isArray(before) ? [...(before as Value[]), value] : [value];
    } else values[spec.name] = decodeValue(spec.type, data, spec.name);
  }
  return values;
}

/** In the order of the members of `values`. Throws TypeError for a name that the set does not have, or a value of another type. */
export function encodeAttributes(set: AttributeSet, values: Values): Uint8Array {
  const start = written;
  try {
    writeAttributes(set, values);
    return draft.slice(start, written);
  } finally {
    written = start;
  }
}

/** Attributes are written one behind the other into this draft, nests in place; what is made of it is a copy. */
let draft = new Uint8Array(1 << 16);
let written = 0;

/** Room for so many bytes, zero; answers where they are. */
function extend(length: number): number {
  const [start, end] = [written, written + length];
  if (end > draft.length) {
    const larger = new Uint8Array(2 * end);
    larger.set(draft.subarray(0, start));
    draft = larger;
  }
  draft.fill(0, start, end);
  written = end;
  return start;
}

function writeAttributes(set: AttributeSet, values: Values): void {
  for (const name in values) {
    const value = values[name];
    if (value === undefined) throw new TypeError(`${name} has no value`);
    if (name.startsWith('#') && value instanceof Uint8Array) {
      writeAttribute(Number(name.slice(1)), () => writeBytes(value));
      continue;
    }
    const spec = set.byName.get(name);
    if (spec === undefined) throw new TypeError(`${set.name} has no attribute ${name}`);
    if (spec.repeats === true && Array.isArray(value)) for (const one of value as Value[]) writeSpec(spec, one);
    else writeSpec(spec, value);
  }
}

function writeSpec({ name, number, type }: AttributeSpec, value: Value): void {
  if (type.kind === 'flag' && value === false) return;
  writeAttribute(isMarkedNest(type) ? number | NLA_F_NESTED : number, () => writeValue(name, type, value));
}

function isMarkedNest(type: AttributeType): boolean {
  if (type.kind === 'binary') return type.nested === true;
  return (type.kind === 'indexed' || type.kind === 'nest') && type.unflagged !== true;
}

/** The header, what `content` writes, and padding. */
function writeAttribute(type: number, content: () => void): void {
  const start = extend(NLA_HDRLEN);
  content();
  const length = written - start;
  draft[start] = length;
  draft[start + 1] = length >> 8;
  draft[start + 2] = type;
  draft[start + 3] = type >> 8;
  extend(align(length) - length);
}

function writeBytes(bytes: Uint8Array): void {
  const at = extend(bytes.length);
  draft.set(bytes, at);
}

function writeValue(name: string, type: AttributeType, value: Value): void {
  const wrong = (): TypeError => new TypeError(`${name} cannot be ${typeof value}`);
  switch (type.kind) {
    case 'flag':
      return;
    case 'uint':
    case 'u8':
    case 'u16':
    case 'u32':
    case 's32':
    case 'u64':
    case 's64':
    case 'be16': {
      if (typeof value !== 'number' && typeof value !== 'bigint') throw wrong();
      const at = extend(type.kind === 'uint' ? (value > 0xffff_ffff ? 8 : 4) : INTEGER_BYTES[type.kind]);
      writeInteger(type.kind, value, draft, at);
      return;
    }
    case 'string':
      if (typeof value !== 'string') throw wrong();
      writeBytes(encoder.encode(`${value}\0`));
      return;
    case 'binary':
    case 'reject':
      if (!(value instanceof Uint8Array)) throw wrong();
      writeBytes(value);
      return;
    case 'bitfield32':
    case 'struct': {
      if (!isValues(value)) throw wrong();
      const fields = type.kind === 'struct' ? type.fields : BITFIELD32;
      const at = extend(structLength(fields));
      writeStruct(fields, value, draft, at);
      return;
    }
    case 'u32-array':
      if (!Array.isArray(value)) throw wrong();
      for (const entry of value as readonly Value[]) {
        const at = extend(4);
        writeWord(Number(entry), draft, at);
      }
      return;
    case 'nest':
      if (!isValues(value)) throw wrong();
      writeAttributes(type.set(), value);
      return;
    case 'indexed':
      if (!Array.isArray(value)) throw wrong();
      for (const [index, entry] of (value as readonly Value[]).entries())
        writeIndexed(type.set(), index + 1, entry, type.unflagged);
  }
}

function writeIndexed(set: AttributeSet, index: number, entry: Value, isUnflagged = false): void {
  if (!isValues(entry)) throw new TypeError(`an entry of ${set.name} cannot be ${typeof entry}`);
  writeAttribute(isUnflagged ? index : index | NLA_F_NESTED, () => writeAttributes(set, entry));
}

export function isValues(value: Value | undefined): value is Values {
  return typeof value === 'object' && !(value instanceof Uint8Array) && !Array.isArray(value);
}

// Reading decoded values: undefined where the attribute is absent or of another type.

export function numberIn(values: Values | undefined, name: string): number | undefined {
  const value = values?.[name];
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : undefined;
}

export function textIn(values: Values | undefined, name: string): string | undefined {
  const value = values?.[name];
  return typeof value === 'string' ? value : undefined;
}

export function bytesIn(values: Values | undefined, name: string): Uint8Array | undefined {
  const value = values?.[name];
  return value instanceof Uint8Array ? value : undefined;
}

export function nestIn(values: Values | undefined, name: string): Values | undefined {
  const value = values?.[name];
  return isValues(value) ? value : undefined;
}

export function listIn(values: Values | undefined, name: string): readonly Value[] {
  const value = values?.[name];
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}
