/**
 * How something is told as attributes, as a table: each with how its value is read from what is told of. Names are looked up once, when the
 * table is made; what is told of is written straight to where it goes, and no object stands between.
 */
import type { AttributeSet, AttributeSpec, StructField, Value } from './attributeSets.js';
import { NLA_F_NESTED } from './constants.js';
import type { Draft } from './draft.js';
import { isMarkedNest, writeAttribute } from './encodeAttributes.js';
import { writeInteger, writeWord } from './integers.js';
import { layoutOf } from './structs.js';

/** Writes what it finds in the source. */
export type Writer<Source> = (draft: Draft, source: Source) => void;

/** An attribute and its value; undefined: it is left out. */
export type PlanRow<Source> = readonly [name: string, read: (source: Source) => Value | undefined];

/** The rows one after the other. Throws TypeError for a name that the set does not have. */
export function attributePlan<Source>(
  set: AttributeSet,
  rows: readonly (PlanRow<Source> | Writer<Source>)[],
): Writer<Source> {
  const writers = rows.map((row) => (typeof row === 'function' ? row : rowWriter(specOf(set, row[0]), row[1])));
  return (draft, source) => {
    for (const write of writers) write(draft, source);
  };
}

function specOf(set: AttributeSet, name: string): AttributeSpec {
  const spec = set.byName.get(name);
  if (spec === undefined) throw new TypeError(`${set.name} has no attribute ${name}`);
  return spec;
}

/** A nest with what `write` writes, or none where `has` says so. */
export function nestPlan<Source>(
  set: AttributeSet,
  name: string,
  write: Writer<Source>,
  has: (source: Source) => boolean = () => true,
): Writer<Source> {
  const { number, type } = specOf(set, name);
  const marked = isMarkedNest(type) ? number | NLA_F_NESTED : number;
  return (draft, source) => {
    if (!has(source)) return;
    const start = draft.openAttribute(marked);
    write(draft, source);
    draft.closeAttribute(start);
  };
}

/** A link-layer address, from its text. */
export const macPlan = <Source>(set: AttributeSet, name: string, read: (source: Source) => string): Writer<Source> =>
  nestPlan(set, name, (draft, source) => draft.mac(read(source)));

function rowWriter<Source>(spec: AttributeSpec, read: PlanRow<Source>[1]): Writer<Source> {
  const { number, type } = spec;
  const general: Writer<Source> = (draft, source) => {
    const value = read(source);
    if (value !== undefined) writeAttribute(draft, spec, value);
  };
  if (type.kind === 'binary' && type.nested !== true && spec.repeats !== true) return bytesWriter(spec, read);
  if (type.kind === 'string' && spec.repeats !== true) return textWriter(spec, read);
  if (type.kind !== 'u8' && type.kind !== 'u16' && type.kind !== 'u32' && type.kind !== 'u64') return general;
  // Most attributes are one of these: header, number and padding at once.
  const { kind } = type;
  const length = ATTRIBUTE_BYTES[kind];
  return (draft, source) => {
    const value = read(source);
    if (value === undefined) return;
    if (typeof value !== 'number') {
      writeAttribute(draft, spec, value);
      return;
    }
    const at = draft.extend((length + 3) & ~3);
    const { bytes } = draft;
    bytes[at] = length;
    bytes[at + 2] = number;
    bytes[at + 3] = number >> 8;
    if (kind === 'u8') bytes[at + 4] = value;
    else if (kind === 'u32') writeWord(value, bytes, at + 4);
    else writeInteger(kind, value, bytes, at + 4);
  };
}

function bytesWriter<Source>({ name, number }: AttributeSpec, read: PlanRow<Source>[1]): Writer<Source> {
  return (draft, source) => {
    const value = read(source);
    if (value === undefined) return;
    if (!(value instanceof Uint8Array)) throw new TypeError(`${name} cannot be ${typeof value}`);
    const start = draft.openAttribute(number);
    draft.append(value);
    draft.closeAttribute(start);
  };
}

function textWriter<Source>({ name, number }: AttributeSpec, read: PlanRow<Source>[1]): Writer<Source> {
  return (draft, source) => {
    const value = read(source);
    if (value === undefined) return;
    if (typeof value !== 'string') throw new TypeError(`${name} cannot be ${typeof value}`);
    const start = draft.openAttribute(number);
    draft.text(value);
    draft.closeAttribute(start);
  };
}

const ATTRIBUTE_BYTES = { u8: 5, u16: 6, u32: 8, u64: 12 } as const;

/** A struct whose members are all read from the source: `read` answers the number of one by its place among the fields. */
export function structPlan<Source>(
  set: AttributeSet,
  name: string,
  reads: Readonly<Record<string, (source: Source) => number>>,
): Writer<Source> {
  const spec = specOf(set, name);
  if (spec.type.kind !== 'struct') throw new TypeError(`${name} is no struct`);
  const write = fieldsPlan(spec.type.fields, reads);
  return (draft, source) => {
    const start = draft.openAttribute(spec.number);
    write(draft, source);
    draft.closeAttribute(start);
  };
}

/** The fields as they lie, for a fixed header too; those that are not read are zero. Throws TypeError for a name that there is not. */
export function fieldsPlan<Source>(
  fields: readonly StructField[],
  reads: Readonly<Record<string, (source: Source) => number>>,
): Writer<Source> {
  const { length, members } = layoutOf(fields);
  const unknown = Object.keys(reads).find((name) => !members.some((member) => member.name === name));
  if (unknown !== undefined) throw new TypeError(`there is no field ${unknown}`);
  const parts = members.flatMap(({ name, kind, at }) => {
    const read = reads[name];
    return read === undefined || typeof kind !== 'string' ? [] : [{ kind, at, read }];
  });
  return (draft, source) => {
    const start = draft.extend(length);
    for (const { kind, at, read } of parts) {
      const value = read(source);
      // The bytes are zero already.
      if (value !== 0) writeInteger(kind, value, draft.bytes, start + at);
    }
  };
}
