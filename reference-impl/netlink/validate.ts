/** What the kernel checks before a handler sees a request: lib/nlattr.c, __nla_validate_parse() and validate_nla(). */
import { NLA_F_NESTED } from './constants.js';
import {
  decodeParsed,
  decodeStruct,
  type AttributeSet,
  type AttributeSpec,
  type Value,
  type Values,
} from './schema.js';
import { NLA_HDRLEN, parseAttributes, viewOf, type Attribute } from './wire.js';

/** asm-generic/errno-base.h. */
const EINVAL = 22;
const ERANGE = 34;

/**
 * Which attributes of a set an operation takes. A number above the highest is unknown to it; one below that is not listed is known
 * and not supported. A nest that is listed with `true` takes its whole set.
 */
export interface Policy {
  readonly set: AttributeSet;
  readonly accepts: Readonly<Record<string, true | Policy>>;
  /** The highest number of the policy's table, where it is above the highest that is accepted. */
  readonly maxType?: number;
}

/** `strict`: NL_VALIDATE_STRICT, every generic netlink family since 5.2. `liberal`: the old families, which skip what they do not know. */
export type Validation = 'strict' | 'deprecated-strict' | 'liberal';

/** Why a request is refused: what goes into the error message. Offsets count from the start of the message. */
export interface Refusal {
  readonly ok: false;
  readonly errno: number;
  readonly message?: string;
  readonly offset?: number;
  readonly missingType?: number;
  /** Offset of the nest in which it is missing; absent: on the top level. */
  readonly missingNest?: number;
}

export interface Accepted {
  readonly ok: true;
  readonly values: Values;
  /** Where each attribute starts, by its path: `ETHTOOL_A_FEATURES_HEADER/ETHTOOL_A_HEADER_DEV_NAME`; repeated ones end in `#0`, `#1` …. */
  readonly offsets: ReadonlyMap<string, number>;
}

/** Checks and decodes in one pass. `base`: where `bytes` starts in the message. Never throws. */
export function validateAttributes(
  policy: Policy,
  bytes: Uint8Array,
  base: number,
  validation: Validation,
): Accepted | Refusal {
  const offsets = new Map<string, number>();
  const result = validateLevel(policy, bytes, base, validation, '', offsets);
  return result.ok ? { ok: true, values: result.values, offsets } : result;
}

type Level = { readonly ok: true; readonly values: Values } | Refusal;

function validateLevel(
  policy: Policy,
  bytes: Uint8Array,
  base: number,
  validation: Validation,
  path: string,
  offsets: Map<string, number>,
): Level {
  const { attributes, leftover } = parseAttributes(bytes, base);
  const highest = highestType(policy);
  const values: Record<string, Value> = {};
  for (const attribute of attributes) {
    const { type, offset } = attribute;
    if (type === 0 || type > highest) {
      if (validation === 'liberal') continue;
      return { ok: false, errno: EINVAL, message: 'Unknown attribute type', offset };
    }
    const spec = policy.set.byNumber.get(type);
    if (spec === undefined || policy.accepts[spec.name] === undefined) {
      if (validation !== 'strict') continue;
      return { ok: false, errno: EINVAL, message: 'Unsupported attribute', offset };
    }
    const refusal = validateOne(spec, attribute, validation);
    if (refusal !== undefined) return refusal;
    const before = values[spec.name];
    const count = Array.isArray(before) ? before.length : 0;
    const here = `${path}${spec.name}${spec.repeats === true ? `#${count}` : ''}`;
    offsets.set(here, offset);
    const decoded = decodeOne(policy, spec, attribute, validation, here, offsets);
    if (!decoded.ok) return decoded;
    values[spec.name] =
      spec.repeats === true ? [...((before as Value[] | undefined) ?? []), decoded.value] : decoded.value;
  }
  if (leftover > 0 && validation !== 'liberal') {
    return { ok: false, errno: EINVAL, message: 'bytes leftover after parsing attributes' };
  }
  return { ok: true, values };
}

const highestTypes = new WeakMap<Policy, number>();

function highestType(policy: Policy): number {
  let highest = highestTypes.get(policy);
  if (highest === undefined) {
    const numbers = Object.keys(policy.accepts).map((name) => policy.set.byName.get(name)?.number ?? 0);
    highest = Math.max(policy.maxType ?? 0, ...numbers);
    highestTypes.set(policy, highest);
  }
  return highest;
}

type Decoded = { readonly ok: true; readonly value: Value } | Refusal;

function decodeOne(
  policy: Policy,
  spec: AttributeSpec,
  { data, offset }: Attribute,
  validation: Validation,
  path: string,
  offsets: Map<string, number>,
): Decoded {
  if (spec.type.kind === 'nest') {
    const accepted = policy.accepts[spec.name];
    const inner = accepted === undefined || accepted === true ? wholeSet(spec.type.set()) : accepted;
    const level = validateLevel(inner, data, offset + NLA_HDRLEN, validation, `${path}/`, offsets);
    return level.ok ? { ok: true, value: level.values } : level;
  }
  if (spec.type.kind === 'struct') return { ok: true, value: decodeStruct(spec.type.fields, data) };
  return {
    ok: true,
    value: decodeParsed(policy.set, [{ type: spec.number, flags: 0, data, offset }])[spec.name] ?? true,
  };
}

const wholeSets = new WeakMap<AttributeSet, Policy>();

/** The policy that takes every attribute of a set. */
export function wholeSet(set: AttributeSet): Policy {
  let policy = wholeSets.get(set);
  if (policy === undefined) {
    policy = { set, accepts: Object.fromEntries([...set.byName.keys()].map((name) => [name, true])) };
    wholeSets.set(set, policy);
  }
  return policy;
}

const EXACT_LENGTH = { u8: 1, u16: 2, u32: 4, s32: 4, u64: 8, s64: 8, be16: 2 } as const;

function validateOne(spec: AttributeSpec, attribute: Attribute, validation: Validation): Refusal | undefined {
  const { type } = spec;
  const { data, offset, flags } = attribute;
  const refuse = (errno: number, message: string): Refusal => ({ ok: false, errno, message, offset });
  const failed = (errno: number): Refusal => refuse(errno, 'Attribute failed policy validation');
  const strict = validation === 'strict';

  if (strict && type.kind in EXACT_LENGTH && data.length !== EXACT_LENGTH[type.kind as keyof typeof EXACT_LENGTH]) {
    return refuse(EINVAL, 'invalid attribute length');
  }
  const isNest = type.kind === 'nest' || type.kind === 'indexed';
  if (strict && isNest && (flags & NLA_F_NESTED) === 0) return refuse(EINVAL, 'NLA_F_NESTED is missing');
  if (strict && !isNest && (flags & NLA_F_NESTED) !== 0) return refuse(EINVAL, 'NLA_F_NESTED not expected');

  switch (type.kind) {
    case 'flag':
      return data.length > 0 ? failed(ERANGE) : undefined;
    case 'u8':
    case 'u16':
    case 'u32':
    case 's32':
    case 'u64':
    case 's64':
      if (data.length < EXACT_LENGTH[type.kind]) return failed(ERANGE);
      return validateInteger(type, data, refuse);
    case 'uint':
      return data.length !== 4 && data.length !== 8 ? refuse(EINVAL, 'invalid attribute length') : undefined;
    case 'be16':
      return data.length < 2 ? failed(ERANGE) : undefined;
    case 'string':
      return validateString(type, data, failed);
    case 'binary':
    case 'struct': {
      const [min, max] = type.kind === 'struct' ? [0, Infinity] : [type.minLength ?? 0, type.maxLength ?? Infinity];
      if (data.length >= min && data.length <= max) return undefined;
      return min > 0 && min === max ? refuse(ERANGE, 'binary attribute size out of range') : failed(ERANGE);
    }
    case 'bitfield32':
      return validateBitfield(type.valid, data, failed);
    case 'u32-array':
      return undefined;
    case 'nest':
    case 'indexed':
      return data.length > 0 && data.length < NLA_HDRLEN ? failed(ERANGE) : undefined;
  }
}

function validateInteger(
  type: { readonly kind: string; readonly min?: number; readonly max?: number; readonly mask?: number },
  data: Uint8Array,
  refuse: (errno: number, message: string) => Refusal,
): Refusal | undefined {
  const view = viewOf(data);
  const value =
    type.kind === 'u8' ? view.getUint8(0) : type.kind === 'u16' ? view.getUint16(0, true) : view.getUint32(0, true);
  if (type.mask !== undefined && (value & ~type.mask) !== 0) return refuse(EINVAL, 'reserved bit set');
  const inRange = value >= (type.min ?? -Infinity) && value <= (type.max ?? Infinity);
  return inRange ? undefined : refuse(ERANGE, 'integer out of range');
}

/** validate_nla_bitfield32(): no bit beyond those that there are, and none set that is not selected. */
function validateBitfield(valid: number, data: Uint8Array, failed: (errno: number) => Refusal): Refusal | undefined {
  if (data.length !== 8) return failed(ERANGE);
  const view = viewOf(data);
  const [value, selector] = [view.getUint32(0, true), view.getUint32(4, true)];
  return ((selector | value) & ~valid) !== 0 || (value & ~selector) !== 0 ? failed(EINVAL) : undefined;
}

function validateString(
  type: { readonly maxLength?: number; readonly terminated?: boolean },
  data: Uint8Array,
  failed: (errno: number) => Refusal,
): Refusal | undefined {
  const { maxLength } = type;
  if (type.terminated === true) {
    const looked = maxLength === undefined ? data.length : Math.min(data.length, maxLength + 1);
    if (!data.subarray(0, looked).includes(0)) return failed(EINVAL);
  }
  if (data.length < 1) return failed(ERANGE);
  if (maxLength === undefined) return undefined;
  const length = data[data.length - 1] === 0 ? data.length - 1 : data.length;
  return length > maxLength ? failed(ERANGE) : undefined;
}
