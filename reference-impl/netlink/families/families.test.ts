import { fc, it as law } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  decodeAttributes,
  encodeAttributes,
  type AttributeSet,
  type AttributeSpec,
  type AttributeType,
  type IntegerKind,
  type NetworkOrderKind,
  type StructField,
  type Value,
  type Values,
} from '../schema.js';
import { NLA_HDRLEN, parseAttributes } from '../wire.js';
import * as bond from './bond.js';
import * as bridge from './bridge.js';
import * as bridgeStatistics from './bridgeStatistics.js';
import * as bridgeVlans from './bridgeVlans.js';
import * as devlinkAttributes from './devlinkAttributes.js';
import * as ethtool from './ethtool.js';
import * as ethtoolAttributes from './ethtoolAttributes.js';
import * as ethtoolDevice from './ethtoolDeviceAttributes.js';
import * as genericControl from './genericControl.js';
import * as mdb from './mdb.js';
import * as netdev from './netdev.js';
import * as nfnetlink from './nfnetlink.js';
import * as nftables from './nftables.js';
import * as nftablesExpressions from './nftablesExpressions.js';
import * as routing from './routing.js';
import * as rtnetlink from './rtnetlink.js';
import * as rules from './rules.js';
import * as team from './team.js';
import * as trafficControl from './trafficControl.js';
import * as virtualFunctions from './virtualFunctions.js';

const MODULES: readonly Readonly<Record<string, unknown>>[] = [
  bond,
  bridge,
  bridgeStatistics,
  bridgeVlans,
  devlinkAttributes,
  ethtool,
  ethtoolAttributes,
  ethtoolDevice,
  genericControl,
  mdb,
  netdev,
  nfnetlink,
  nftables,
  nftablesExpressions,
  routing,
  rtnetlink,
  rules,
  team,
  trafficControl,
  virtualFunctions,
];

const isSet = (value: unknown): value is AttributeSet =>
  typeof value === 'object' && value !== null && 'byNumber' in value && 'byName' in value;

const inner = ({ type }: AttributeSpec): readonly AttributeSet[] =>
  type.kind === 'nest' || type.kind === 'indexed' ? [type.set()] : [];

/** Every set of every family, those inside of others included. */
function allSets(): readonly AttributeSet[] {
  const found = new Set<AttributeSet>();
  const add = (set: AttributeSet): void => {
    if (found.has(set)) return;
    found.add(set);
    for (const spec of set.byName.values()) inner(spec).forEach(add);
  };
  for (const module of MODULES)
    for (const value of Object.values(module)) {
      if (isSet(value)) add(value);
      else if (isPolicy(value)) add(value.set);
    }
  return [...found];
}

const isPolicy = (value: unknown): value is { readonly set: AttributeSet } =>
  typeof value === 'object' && value !== null && 'set' in value && isSet(value.set);

const BITS: Readonly<Record<IntegerKind | NetworkOrderKind, number>> = {
  u8: 8,
  u16: 16,
  be16: 16,
  be32: 32,
  be64: 64,
  u32: 32,
  s32: 32,
  u64: 64,
  s64: 64,
  uint: 64,
};

/** Bounds are the kernel's to check; the codec carries every value of the width. */
function integers(kind: IntegerKind | NetworkOrderKind): fc.Arbitrary<Value> {
  if (kind === 's32') return fc.integer();
  if (kind === 's64') return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  if (BITS[kind] === 64) return fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 9n }));
  return fc.integer({ min: 0, max: 2 ** BITS[kind] - 1 });
}

const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Value> => fc.uint8Array({ minLength, maxLength });

function structs(fields: readonly StructField[]): fc.Arbitrary<Values> {
  const members = fields.flatMap(({ name, kind }): [string, fc.Arbitrary<Value>][] => {
    if (typeof kind === 'string') return [[name, kind === 'uint' ? fc.bigInt({ min: 0n, max: 9n }) : integers(kind)]];
    return 'bytes' in kind ? [[name, bytes(kind.bytes, kind.bytes)]] : [];
  });
  return fc.record(Object.fromEntries(members));
}

const BITFIELD: readonly StructField[] = [
  { name: 'value', kind: 'u32' },
  { name: 'selector', kind: 'u32' },
];

/** Deeper than any family is; sets that hold each other end there. */
const DEPTH = 3;

function valuesOf(type: AttributeType, depth: number): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'flag':
      return fc.constant(true);
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0'));
    case 'binary':
    case 'reject':
      return bytes(0, 9);
    case 'bitfield32':
      return structs(BITFIELD);
    case 'struct':
      return structs(type.fields);
    case 'u32-array':
      return fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 4 });
    case 'nest':
      return setsOf(type.set(), depth - 1);
    case 'indexed':
      return fc.array(setsOf(type.set(), depth - 1), { maxLength: 3 });
    default:
      return integers(type.kind);
  }
}

const MOST_ATTRIBUTES = 8;

/** Any of the attributes of a set, in any order. */
function setsOf(set: AttributeSet, depth: number): fc.Arbitrary<Values> {
  const members = [...set.byName.values()].flatMap((spec): [string, fc.Arbitrary<Value>][] => {
    if (depth === 0 && inner(spec).length > 0) return [];
    return [[spec.name, fc.constant(spec).chain((one) => attributesOf(one, depth))]];
  });
  return fc
    .shuffledSubarray(members, { maxLength: Math.min(MOST_ATTRIBUTES, members.length) })
    .chain((chosen) => fc.record(Object.fromEntries(chosen)));
}

function attributesOf({ type, repeats }: AttributeSpec, depth: number): fc.Arbitrary<Value> {
  const one = valuesOf(type, depth);
  return repeats === true ? fc.array(one, { minLength: 1, maxLength: 3 }) : one;
}

/** Lengths of attributes and what is between them, nests included. */
function expectAligned(set: AttributeSet, encoded: Uint8Array): void {
  expect(encoded.length % 4).toBe(0);
  const { attributes, leftover } = parseAttributes(encoded);
  expect(leftover).toBe(0);
  for (const { type, data, offset } of attributes) {
    const end = offset + NLA_HDRLEN + data.length;
    expect([...encoded.subarray(end, (end + 3) & ~3)].every((byte) => byte === 0)).toBe(true);
    const spec = set.byNumber.get(type);
    if (spec?.type.kind === 'nest') expectAligned(spec.type.set(), data);
  }
}

const SETS = allSets();

describe('the sets of all families', () => {
  it('are many, and none has a number or a name twice', () => {
    expect(SETS.length).toBeGreaterThan(100);
    for (const { name, byName, byNumber } of SETS) expect(byNumber.size, name).toBe(byName.size);
  });

  const cases = fc.constantFrom(...SETS).chain((set) => setsOf(set, DEPTH).map((values) => ({ set, values })));

  law.prop([cases], { numRuns: 1500 })('are read as they were written', ({ set, values }) => {
    const encoded = encodeAttributes(set, values);
    expect(decodeAttributes(set, encoded)).toEqual(values);
  });

  law.prop([cases], { numRuns: 300 })(
    'are written with every attribute aligned, and zeros between',
    ({ set, values }) => {
      expectAligned(set, encodeAttributes(set, values));
    },
  );

  law.prop([cases], { numRuns: 300 })('keep what a set does not know', ({ set, values }) => {
    const unknown = Math.max(0, ...set.byNumber.keys()) + 1;
    const more: Values = { ...values, [`#${unknown}`]: Uint8Array.of(1, 2, 3) };
    const read = decodeAttributes(set, encodeAttributes(set, more));
    expect(read).toEqual(more);
  });

  law.prop([fc.maxSafeNat()])('take a number for eight bytes, and read it as one that is exact', (number) => {
    const encoded = encodeAttributes(bridge.LINKINFO_DATA_BRIDGE, { IFLA_BR_MCAST_QUERY_INTVL: number });
    expect(decodeAttributes(bridge.LINKINFO_DATA_BRIDGE, encoded)).toEqual({
      IFLA_BR_MCAST_QUERY_INTVL: BigInt(number),
    });
  });
});
