/** Structs as they lie in memory. */
import type { StructField, Value, Values } from './attributeSets.js';
import { INTEGER_BYTES, readInteger, writeInteger } from './integers.js';

/** struct nla_bitfield32. */
export const BITFIELD32: readonly StructField[] = [
  { name: 'value', kind: 'u32' },
  { name: 'selector', kind: 'u32' },
];

const fieldLength = ({ kind }: StructField): number => {
  if (typeof kind === 'string') return kind === 'uint' ? 4 : INTEGER_BYTES[kind];
  return 'bytes' in kind ? kind.bytes : kind.pad;
};

/** Where each member lies. Structs are constants: what was worked out once holds. */
export interface Layout {
  readonly length: number;
  readonly members: readonly (StructField & { readonly at: number; readonly end: number })[];
}
const layouts = new WeakMap<readonly StructField[], Layout>();

export function layoutOf(fields: readonly StructField[]): Layout {
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
export function writeStruct(fields: readonly StructField[], values: Values, bytes: Uint8Array, start: number): void {
  for (const { name, kind, at, end } of layoutOf(fields).members) {
    const value = values[name];
    if (typeof kind === 'string') {
      if (typeof value === 'number' || typeof value === 'bigint') writeInteger(kind, value, bytes, start + at);
    } else if (value instanceof Uint8Array) bytes.set(value.subarray(0, end - at), start + at);
  }
}
