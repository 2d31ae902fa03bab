/** What the kernel checks before a handler sees a request: lib/nlattr.c, __nla_validate_parse() and validate_nla(). */
import { NLA_F_NESTED } from './constants.js';
import { INTEGER_BYTES, readInteger } from './integers.js';
import {
  decodeParsed,
  decodeStruct,
  structLength,
  type AttributeSet,
  type AttributeSpec,
  type AttributeType,
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
 * @requirement NL-ATTR-*, NL-DISC-*
 */
export interface Policy {
  readonly set: AttributeSet;
  readonly accepts: Readonly<Record<string, true | Policy>>;
  /** Those of them that no dump of policies tells of: their type is not known beforehand. */
  readonly unlisted?: readonly string[];
  /** The highest number of the policy's table, where it is above the highest that is accepted. */
  readonly maxType?: number;
  /** From this number on attributes are checked strictly, however the operation is declared (strict_start_type). */
  readonly strictStartType?: number;
  /** Of a nest: attributes without which it means nothing (NL_REQ_ATTR_CHECK with the nest). */
  readonly requires?: readonly string[];
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
  /** What the attribute has to be: NLMSGERR_ATTR_POLICY. */
  readonly policy?: AttributeType;
}

export interface Accepted {
  readonly ok: true;
  readonly values: Values;
  /** Where each attribute starts, by its path: `ETHTOOL_A_FEATURES_HEADER/ETHTOOL_A_HEADER_DEV_NAME`; repeated ones end in `#0`, `#1` …. */
  readonly offsets: ReadonlyMap<string, number>;
  /** What is said although the request is taken. */
  readonly warning?: string;
}

/**
 * Checks and decodes in one pass. `base`: where `bytes` starts in the message. Never throws.
 * @requirement NL-ATTR-*
 */
export function validateAttributes(
  policy: Policy,
  bytes: Uint8Array,
  base: number,
  validation: Validation,
): Accepted | Refusal {
  const offsets = new Map<string, number>();
  const result = validateLevel(policy, bytes, base, validation, '', offsets, 0);
  if (!result.ok) return result;
  const { values, warning } = result;
  return { ok: true, values, offsets, ...(warning === undefined ? {} : { warning }) };
}

const LEFTOVER = 'bytes leftover after parsing attributes';
/** lib/nlattr.c. */
const MAX_POLICY_RECURSION_DEPTH = 10;

type Level = { readonly ok: true; readonly values: Values; readonly warning?: string } | Refusal;

function validateLevel(
  policy: Policy,
  bytes: Uint8Array,
  base: number,
  validation: Validation,
  path: string,
  offsets: Map<string, number>,
  depth: number,
): Level {
  if (depth >= MAX_POLICY_RECURSION_DEPTH)
    return { ok: false, errno: EINVAL, message: 'allowed policy recursion depth exceeded' };
  const { attributes, leftover } = parseAttributes(bytes, base);
  const highest = highestType(policy);
  const values: Record<string, Value> = {};
  for (const attribute of attributes) {
    const { type, offset } = attribute;
    if (type === 0 || type > highest) {
      if (validation === 'liberal') continue;
      return { ok: false, errno: EINVAL, message: 'Unknown attribute type', offset };
    }
    const own = type >= (policy.strictStartType ?? Infinity) ? 'strict' : validation;
    const spec = policy.set.byNumber.get(type);
    if (spec === undefined || policy.accepts[spec.name] === undefined) {
      if (own !== 'strict') continue;
      return { ok: false, errno: EINVAL, message: 'Unsupported attribute', offset };
    }
    const refusal = validateOne(spec, attribute, own);
    if (refusal !== undefined) return refusal;
    const before = values[spec.name];
    const count = Array.isArray(before) ? before.length : 0;
    const here = `${path}${spec.name}${spec.repeats === true ? `#${count}` : ''}`;
    offsets.set(here, offset);
    const decoded = decodeOne(policy, spec, attribute, own, here, offsets, depth);
    if (!decoded.ok) return decoded;
    values[spec.name] =
      spec.repeats === true ? [...((before as Value[] | undefined) ?? []), decoded.value] : decoded.value;
  }
  if (leftover === 0) return { ok: true, values };
  return validation === 'liberal'
    ? { ok: true, values, warning: LEFTOVER }
    : { ok: false, errno: EINVAL, message: LEFTOVER };
}

const highestTypes = new WeakMap<Policy, number>();

/** maxtype: the highest number that the policy knows. */
export function highestType(policy: Policy): number {
  let highest = highestTypes.get(policy);
  if (highest === undefined) {
    const numbers = Object.keys(policy.accepts).map((name) => policy.set.byName.get(name)?.number ?? 0);
    highest = Math.max(policy.maxType ?? 0, ...numbers);
    highestTypes.set(policy, highest);
  }
  return highest;
}

/** What the nest of an attribute takes; undefined of what is none. */
export function nestedPolicy(policy: Policy, { name, type }: AttributeSpec): Policy | undefined {
  if (type.kind !== 'nest' && type.kind !== 'indexed') return undefined;
  const accepted = policy.accepts[name];
  return accepted === undefined || accepted === true ? wholeSet(type.set()) : accepted;
}

type Decoded = { readonly ok: true; readonly value: Value } | Refusal;

function decodeOne(
  policy: Policy,
  spec: AttributeSpec,
  { data, offset }: Attribute,
  validation: Validation,
  path: string,
  offsets: Map<string, number>,
  depth: number,
): Decoded {
  const inner = nestedPolicy(policy, spec);
  if (spec.type.kind === 'nest' && inner !== undefined) {
    const level = validateLevel(inner, data, offset + NLA_HDRLEN, validation, `${path}/`, offsets, depth + 1);
    if (!level.ok) return level;
    return missingIn(inner, level.values, offset) ?? { ok: true, value: level.values };
  }
  if (spec.type.kind === 'struct') return { ok: true, value: decodeStruct(spec.type.fields, data) };
  const value = decodeParsed(policy.set, [{ type: spec.number, flags: 0, data, offset }])[spec.name] ?? true;
  // One of several comes as a list of one.
  const [only] = spec.repeats === true && Array.isArray(value) ? (value as readonly Value[]) : [value];
  return { ok: true, value: only ?? true };
}

function missingIn({ set, requires = [] }: Policy, values: Values, nest: number): Refusal | undefined {
  const name = requires.find((required) => values[required] === undefined);
  const missingType = name === undefined ? undefined : set.byName.get(name)?.number;
  return missingType === undefined ? undefined : { ok: false, errno: EINVAL, missingType, missingNest: nest };
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

const EXACT_LENGTH = { u8: 1, u16: 2, u32: 4, s32: 4, u64: 8, s64: 8 } as const;
type ExactKind = keyof typeof EXACT_LENGTH;
const isExact = (kind: string): kind is ExactKind => kind in EXACT_LENGTH;

/** NL_SET_ERR_MSG_ATTR_POL(): errno, words, and with them the place and the policy. */
type Refuse = (errno: number, message: string) => Refusal;

/** validate_nla(). */
function validateOne(spec: AttributeSpec, attribute: Attribute, validation: Validation): Refusal | undefined {
  const { type } = spec;
  const { data, offset, flags } = attribute;
  const refuse: Refuse = (errno, message) => ({ ok: false, errno, message, offset, policy: type });
  const failed = (errno: number): Refusal => refuse(errno, 'Attribute failed policy validation');
  const strict = validation === 'strict';

  if (strict && isExact(type.kind) && data.length !== EXACT_LENGTH[type.kind])
    return refuse(EINVAL, 'invalid attribute length');
  const isNest = type.kind === 'nest' || type.kind === 'indexed';
  if (strict && isNest && (flags & NLA_F_NESTED) === 0) return refuse(EINVAL, 'NLA_F_NESTED is missing');
  if (strict && !isNest && (flags & NLA_F_NESTED) !== 0) return refuse(EINVAL, 'NLA_F_NESTED not expected');

  switch (type.kind) {
    case 'reject':
      return failed(EINVAL);
    case 'flag':
      return data.length > 0 ? failed(ERANGE) : undefined;
    case 'u8':
    case 'u16':
    case 'u32':
    case 's32':
    case 'u64':
    case 's64':
      if (data.length < EXACT_LENGTH[type.kind]) return failed(ERANGE);
      return validateInteger(type, data, offset, refuse);
    case 'uint':
      if (data.length !== 4 && data.length !== 8) return refuse(EINVAL, 'invalid attribute length');
      return validateInteger(type, data, offset, refuse);
    case 'be16':
    case 'be32':
    case 'be64': {
      if (data.length < INTEGER_BYTES[type.kind]) return failed(ERANGE);
      const isAbove = type.max !== undefined && readInteger(type.kind, data) > type.max;
      return isAbove ? refuse(ERANGE, 'integer out of range') : undefined;
    }
    case 'bitfield32':
      return validateBitfield(type.valid, data, failed);
    case 'string':
      return validateString(type, data, failed);
    case 'binary':
      return validateBinary(type, data, refuse);
    case 'struct':
      return type.exact === true && data.length !== structLength(type.fields)
        ? refuse(ERANGE, 'binary attribute size out of range')
        : undefined;
    case 'u32-array':
      return undefined;
    case 'nest':
    case 'indexed':
      return data.length > 0 && data.length < NLA_HDRLEN ? failed(ERANGE) : undefined;
  }
}

/** nla_validate_int_range() and nla_validate_mask(). */
function validateInteger(
  type: { readonly kind: string; readonly min?: number; readonly max?: number; readonly mask?: number },
  data: Uint8Array,
  offset: number,
  refuse: Refuse,
): Refusal | undefined {
  const { min, max, mask } = type;
  if (min === undefined && max === undefined && mask === undefined) return undefined;
  const value = integerIn(type.kind, data);
  // NL_SET_ERR_MSG_ATTR(): a mask is refused without its policy.
  if (mask !== undefined && (value & ~BigInt(mask)) !== 0n)
    return { ok: false, errno: EINVAL, message: 'reserved bit set', offset };
  const isInRange = (min === undefined || value >= BigInt(min)) && (max === undefined || value <= BigInt(max));
  return isInRange ? undefined : refuse(ERANGE, 'integer out of range');
}

function integerIn(kind: string, data: Uint8Array): bigint {
  const view = viewOf(data);
  switch (kind) {
    case 'u8':
      return BigInt(view.getUint8(0));
    case 'u16':
      return BigInt(view.getUint16(0, true));
    case 's32':
      return BigInt(view.getInt32(0, true));
    case 's64':
      return view.getBigInt64(0, true);
    default:
      return data.length >= 8 && kind !== 'u32' ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true));
  }
}

/** validate_nla_bitfield32(): no bit that there is not, and no value of a bit that is not meant. */
function validateBitfield(valid: number, data: Uint8Array, failed: (errno: number) => Refusal): Refusal | undefined {
  if (data.length !== 8) return failed(ERANGE);
  const [value, selector] = [viewOf(data).getUint32(0, true), viewOf(data).getUint32(4, true)];
  const isRight = (selector & ~valid) === 0 && (value & ~valid) === 0 && (value & ~selector) === 0;
  return isRight ? undefined : failed(EINVAL);
}

/** Of NLA_BINARY with a least length (NLA_POLICY_RANGE and its kin), or with the most alone. */
function validateBinary(
  { minLength, maxLength = Infinity }: { readonly minLength?: number; readonly maxLength?: number },
  { length }: Uint8Array,
  refuse: Refuse,
): Refusal | undefined {
  if (length >= (minLength ?? 0) && length <= maxLength) return undefined;
  return refuse(
    ERANGE,
    minLength === undefined ? 'Attribute failed policy validation' : 'binary attribute size out of range',
  );
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
