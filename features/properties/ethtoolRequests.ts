/** Requests of ethtool netlink as the features write them: `OFFSET 0, LENGTH 10` over the attributes of an operation. */
import { bitChanges, compactBits } from '../../reference-impl/netlink/bitset.js';
import {
  BITSET,
  ETHTOOL_HEADER,
  ETHTOOL_OPERATIONS,
  type EthtoolOperation,
  type EthtoolOperationName,
} from '../../reference-impl/netlink/families/ethtool.js';
import {
  isValues,
  type AttributeSet,
  type AttributeType,
  type Value,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { NLA_HDRLEN, parseAttributes } from '../../reference-impl/netlink/wire.js';
import { ATTRIBUTES_AT } from './netlinkRequests.js';

export const operationOf = (name: string): EthtoolOperationName => {
  if (!(name in ETHTOOL_OPERATIONS)) throw new Error(`ethtool netlink has no operation ${name}`);
  return name as EthtoolOperationName;
};

/** The attributes that the words ask for: members separated by commas, each a name without its prefix and a value. */
export function valuesOf(name: EthtoolOperationName, words: string): Values {
  const { set }: EthtoolOperation = ETHTOOL_OPERATIONS[name];
  let values: Values = {};
  for (const member of words.split(',').map((word) => word.trim())) {
    const [, short = '', value = ''] = /^([A-Za-z0-9_]+) ?(.*)$/.exec(member) ?? [];
    const path = pathTo(set, `_${short}`);
    if (path === undefined) throw new Error(`${name} has no attribute that ends in ${short}`);
    values = placed(values, path, valueOf(path.type, value));
  }
  return values;
}

interface AttributePath {
  readonly names: readonly string[];
  readonly type: AttributeType;
}

/** Where the attribute stands: on the top level, or in a nest that is no bit set and no header. */
function pathTo(set: AttributeSet, suffix: string): AttributePath | undefined {
  for (const { name, type } of set.byNumber.values()) if (name.endsWith(suffix)) return { names: [name], type };
  for (const { name, type } of set.byNumber.values()) {
    if (type.kind !== 'nest' || type.set() === BITSET || type.set() === ETHTOOL_HEADER) continue;
    const inside = pathTo(type.set(), suffix);
    if (inside !== undefined) return { names: [name, ...inside.names], type: inside.type };
  }
  return undefined;
}

function placed(values: Values, { names: [first = '', ...rest], type }: AttributePath, value: Value): Values {
  if (rest.length === 0) return { ...values, [first]: value };
  const before = values[first];
  return { ...values, [first]: placed(isValues(before) ? before : {}, { names: rest, type }, value) };
}

/** `+magic -bcast`: bits with a value each; `hex 01 02`: bytes; everything else as the attribute's type has it. */
function valueOf(type: AttributeType, words: string): Value {
  if (type.kind === 'nest' && type.set() === BITSET) return bitsOf(words);
  switch (type.kind) {
    case 'flag':
      return true;
    case 'string':
      return words;
    case 'binary':
      return Uint8Array.from(words.split(' ').map((byte) => Number.parseInt(byte, 16)));
    default:
      return Number(words);
  }
}

const bitsOf = (words: string): Values =>
  bitChanges(Object.fromEntries(words.split(' ').map((word) => [word.slice(1), word.startsWith('+')])));

/** Where each attribute of a request starts in its message, by its name; of several the first. */
export function attributeOffsets(name: EthtoolOperationName, body: Uint8Array): ReadonlyMap<string, number> {
  const offsets = new Map<string, number>();
  const walk = (set: AttributeSet, bytes: Uint8Array, base: number): void => {
    for (const { type, data, offset } of parseAttributes(bytes, base).attributes) {
      const spec = set.byNumber.get(type);
      if (spec === undefined) continue;
      if (!offsets.has(spec.name)) offsets.set(spec.name, offset);
      if (spec.type.kind === 'nest') walk(spec.type.set(), data, offset + NLA_HDRLEN);
    }
  };
  const GENERIC_HEADER = 4;
  walk(ETHTOOL_OPERATIONS[name].set, body.subarray(GENERIC_HEADER), ATTRIBUTES_AT);
  return offsets;
}

/** A bit set that is wrong in one way, by the words of the features. */
export const MALFORMED_BITSETS: Readonly<Record<string, (names: readonly string[]) => Values>> = {
  'a list that has a value': (names) => ({ ...bitChanges({ [first(names)]: true }), ...valueBytes(names) }),
  'a list that has a mask': (names) => ({ ...bitChanges({ [first(names)]: true }), ...maskBytes(names) }),
  'a compact set without a size': (names) => ({ ...valueBytes(names), ...maskBytes(names) }),
  'a compact set without a value': (names) => ({ ETHTOOL_A_BITSET_SIZE: names.length, ...maskBytes(names) }),
  'a compact set without a mask': (names) => ({ ETHTOOL_A_BITSET_SIZE: names.length, ...valueBytes(names) }),
  'a compact list with a mask': (names) => ({
    ...compactBits([], undefined, names),
    ...maskBytes(names),
  }),
  'a value that is too short': (names) => ({
    ...compactBits([], [], names),
    ETHTOOL_A_BITSET_VALUE: new Uint8Array(4 * Math.ceil(names.length / 32) - 4),
  }),
  'a mask that is too long': (names) => ({
    ...compactBits([], [], names),
    ETHTOOL_A_BITSET_MASK: new Uint8Array(4 * Math.ceil(names.length / 32) + 4),
  }),
  'a bit past the end': (names) => {
    const words = Math.ceil(names.length / 32) + 1;
    const mask = new Uint8Array(4 * words);
    mask[4 * words - 1] = 0x80;
    return {
      ETHTOOL_A_BITSET_SIZE: 32 * words,
      ETHTOOL_A_BITSET_VALUE: new Uint8Array(4 * words),
      ETHTOOL_A_BITSET_MASK: mask,
    };
  },
  'a bit with another name than its number': (names) => ({
    ETHTOOL_A_BITSET_BITS: {
      ETHTOOL_A_BITSET_BITS_BIT: [{ ETHTOOL_A_BITSET_BIT_INDEX: 0, ETHTOOL_A_BITSET_BIT_NAME: names.at(-1) ?? '' }],
    },
  }),
  'a bit with neither name nor number': () => ({
    ETHTOOL_A_BITSET_BITS: { ETHTOOL_A_BITSET_BITS_BIT: [{ ETHTOOL_A_BITSET_BIT_VALUE: true }] },
  }),
};

const first = (names: readonly string[]): string => names.find((name) => name !== '') ?? '';
const valueBytes = (names: readonly string[]): Values => ({
  ETHTOOL_A_BITSET_VALUE: new Uint8Array(4 * Math.ceil(names.length / 32)),
});
const maskBytes = (names: readonly string[]): Values => ({
  ETHTOOL_A_BITSET_MASK: new Uint8Array(4 * Math.ceil(names.length / 32)),
});
