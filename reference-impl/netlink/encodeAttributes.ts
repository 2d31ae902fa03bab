/** From values by their names to bytes. */
import type { AttributeSet, AttributeSpec, AttributeType, Value, Values } from './attributeSets.js';
import { isValues } from './attributeValues.js';
import { NLA_F_NESTED } from './constants.js';
import { Draft } from './draft.js';
import { INTEGER_BYTES, writeInteger, writeWord } from './integers.js';
import { BITFIELD32, structLength, writeStruct } from './structs.js';

/** Of what is encoded for itself; it is empty between two calls. */
const scratch = new Draft();

/** In the order of the members of `values`. Throws TypeError for a name that the set does not have, or a value of another type. */
export function encodeAttributes(set: AttributeSet, values: Values): Uint8Array {
  return encoded((draft) => writeAttributes(draft, set, values));
}

/** What `write` writes, as bytes of their own. */
export function encoded(write: (draft: Draft) => void): Uint8Array {
  const start = scratch.length;
  try {
    write(scratch);
    return scratch.take(start);
  } finally {
    if (scratch.length > start) scratch.truncate(start);
  }
}

export function writeAttributes(draft: Draft, set: AttributeSet, values: Values): void {
  for (const name in values) {
    const value = values[name];
    if (value === undefined) throw new TypeError(`${name} has no value`);
    if (name.startsWith('#') && value instanceof Uint8Array) {
      const start = draft.openAttribute(Number(name.slice(1)));
      draft.append(value);
      draft.closeAttribute(start);
      continue;
    }
    const spec = set.byName.get(name);
    if (spec === undefined) throw new TypeError(`${set.name} has no attribute ${name}`);
    writeAttribute(draft, spec, value);
  }
}

/** Of one that may stand several times, each of a list. */
export function writeAttribute(draft: Draft, spec: AttributeSpec, value: Value): void {
  if (spec.repeats === true && Array.isArray(value))
    for (const one of value as readonly Value[]) writeOne(draft, spec, one);
  else writeOne(draft, spec, value);
}

function writeOne(draft: Draft, { name, number, type }: AttributeSpec, value: Value): void {
  if (type.kind === 'flag' && value === false) return;
  const start = draft.openAttribute(isMarkedNest(type) ? number | NLA_F_NESTED : number);
  writeValue(draft, name, type, value);
  draft.closeAttribute(start);
}

export function isMarkedNest(type: AttributeType): boolean {
  if (type.kind === 'binary') return type.nested === true;
  return (type.kind === 'indexed' || type.kind === 'nest') && type.unflagged !== true;
}

const wrong = (name: string, value: Value): TypeError => new TypeError(`${name} cannot be ${typeof value}`);

function writeValue(draft: Draft, name: string, type: AttributeType, value: Value): void {
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
    case 'be16':
    case 'be32':
    case 'be64': {
      if (typeof value !== 'number' && typeof value !== 'bigint') throw wrong(name, value);
      const at = draft.extend(type.kind === 'uint' ? (value > 0xffff_ffff ? 8 : 4) : INTEGER_BYTES[type.kind]);
      writeInteger(type.kind, value, draft.bytes, at);
      return;
    }
    case 'string':
      if (typeof value !== 'string') throw wrong(name, value);
      draft.text(value);
      return;
    case 'binary':
    case 'reject':
      if (!(value instanceof Uint8Array)) throw wrong(name, value);
      draft.append(value);
      return;
    case 'bitfield32':
    case 'struct': {
      if (!isValues(value)) throw wrong(name, value);
      const fields = type.kind === 'struct' ? type.fields : BITFIELD32;
      const at = draft.extend(structLength(fields));
      writeStruct(fields, value, draft.bytes, at);
      return;
    }
    case 'u32-array':
      if (!Array.isArray(value)) throw wrong(name, value);
      for (const entry of value as readonly Value[]) {
        const at = draft.extend(4);
        writeWord(Number(entry), draft.bytes, at);
      }
      return;
    case 'nest':
      if (!isValues(value)) throw wrong(name, value);
      writeAttributes(draft, type.set(), value);
      return;
    case 'indexed':
      if (!Array.isArray(value)) throw wrong(name, value);
      for (const [index, entry] of (value as readonly Value[]).entries())
        writeIndexed(draft, type.set(), index + 1, entry, type.unflagged);
  }
}

function writeIndexed(draft: Draft, set: AttributeSet, index: number, entry: Value, isUnflagged = false): void {
  if (!isValues(entry)) throw new TypeError(`an entry of ${set.name} cannot be ${typeof entry}`);
  const start = draft.openAttribute(isUnflagged ? index : index | NLA_F_NESTED);
  writeAttributes(draft, set, entry);
  draft.closeAttribute(start);
}
