/** What an attribute is called, its number, its type: the sets by which attributes are read and written, and the values that they hold. */
export type Value = number | bigint | string | boolean | Uint8Array | Values | readonly Value[];
/** An attribute that the set does not know goes by `#` and its number, as bytes; so decoding loses nothing. */
export interface Values {
  readonly [name: string]: Value;
}

export type IntegerKind = 'u8' | 'u16' | 'u32' | 'u64' | 's32' | 's64' | 'uint';

/** Integers in network byte order. */
export type NetworkOrderKind = 'be16' | 'be32' | 'be64';

export interface StructField {
  readonly name: string;
  /** `pad`: bytes that are not looked at. */
  readonly kind: IntegerKind | NetworkOrderKind | { readonly bytes: number } | { readonly pad: number };
}

/**
 * What an attribute holds. Bounds are inclusive; `mask`: the bits that may be set.
 * @requirement NL-ATTR-*
 */
export type AttributeType =
  | { readonly kind: IntegerKind; readonly min?: number; readonly max?: number; readonly mask?: number }
  /** `max`: NLA_POLICY_MAX(NLA_BE32). */
  | { readonly kind: NetworkOrderKind; readonly max?: number }
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
export const be16: AttributeType = { kind: 'be16' };
export const be32: AttributeType = { kind: 'be32' };
export const be64: AttributeType = { kind: 'be64' };
/** nla_put_uint(): four bytes, or eight for what does not fit. */
export const uint: AttributeType = { kind: 'uint' };
export const flag: AttributeType = { kind: 'flag' };
export const binary: AttributeType = { kind: 'binary' };
export const text: AttributeType = { kind: 'string' };
export const string = (maxLength: number): AttributeType => ({ kind: 'string', maxLength, terminated: true });
export const ranged = (kind: IntegerKind, min: number, max: number): AttributeType => ({ kind, min, max });
export const nest = (set: () => AttributeSet): AttributeType => ({ kind: 'nest', set });
