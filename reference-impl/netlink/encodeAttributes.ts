/** From values by their names to bytes. */
import type { AttributeSet, AttributeSpec, AttributeType, Value, Values } from './attributeSets.js';
import { isValues } from './attributeValues.js';
import { NLA_F_NESTED } from './constants.js';
import { INTEGER_BYTES, writeInteger, writeWord } from './integers.js';
import { BITFIELD32, structLength, writeStruct } from './structs.js';
import { NLA_HDRLEN, align } from './wire.js';

const encoder = new TextEncoder();

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
