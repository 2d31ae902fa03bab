import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { attributePlan, macPlan } from './attributePlan.js';
import type { AttributeSpec, Value } from './attributeSets.js';
import { Draft } from './draft.js';
import { encodeAttributes, encoded } from './encodeAttributes.js';
import { LINK } from './families/rtnetlink.js';
import { decodeAttributes } from './schema.js';

/** A value for an attribute of the kinds that a plan writes by itself; the others go the way of every attribute. */
function valueOf({ type }: AttributeSpec): fc.Arbitrary<Value> | undefined {
  switch (type.kind) {
    case 'u8':
      return fc.nat(0xff);
    case 'u16':
      return fc.nat(0xffff);
    case 'u32':
      return fc.integer({ min: 0, max: 0xffff_ffff });
    case 'string':
      // A terminating zero is the end of a text.
      return fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\0', ''));
    case 'binary':
      return fc.uint8Array({ maxLength: 40 });
    default:
      return undefined;
  }
}

type Source = Readonly<Record<string, Value | undefined>>;

const values: fc.Arbitrary<Source> = fc.record(
  Object.fromEntries(
    [...LINK.byName.values()].flatMap((spec) => {
      const value = spec.repeats === true ? undefined : valueOf(spec);
      return value === undefined ? [] : [[spec.name, value] as const];
    }),
  ),
  { requiredKeys: [] },
);

const plan = attributePlan<Source>(
  LINK,
  [...LINK.byName.keys()].map((name) => [name, (source) => source[name]] as const),
);

describe('attributes that are written by a plan', () => {
  test.prop([values])('are those that are encoded one by one', (source) => {
    const inOrder: Record<string, Value> = {};
    for (const name of LINK.byName.keys()) {
      const value = source[name];
      if (value !== undefined) inOrder[name] = value;
    }
    const written = encoded((draft) => plan(draft, source));
    expect(written).toEqual(encodeAttributes(LINK, inOrder));
    expect(Object.keys(decodeAttributes(LINK, written))).toEqual(Object.keys(inOrder));
  });

  it('name an attribute that the set has', () => {
    expect(() => attributePlan(LINK, [['IFLA_NOTHING', () => 1]])).toThrow('has no attribute IFLA_NOTHING');
  });

  test.prop([fc.uint8Array({ minLength: 6, maxLength: 6 })])('have link-layer addresses from their text', (bytes) => {
    const text = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    const written = encoded((draft) => macPlan(LINK, 'IFLA_ADDRESS', () => text)(draft, undefined));
    expect(written).toEqual(encodeAttributes(LINK, { IFLA_ADDRESS: bytes }));
  });
});

describe('a draft', () => {
  it('keeps what was written when it grows, and is zero behind it', () => {
    const draft = new Draft();
    const part = Uint8Array.from({ length: 1000 }, (_, index) => index);
    for (let count = 0; count < 200; count++) draft.append(part);
    expect(draft.length).toBe(200_000);
    for (let count = 0; count < 200; count++)
      expect(draft.bytes.subarray(1000 * count, 1000 * count + 1000)).toEqual(part);
    expect(draft.bytes.subarray(draft.length).every((byte) => byte === 0)).toBe(true);
  });

  it('has nothing of what was taken back', () => {
    const draft = new Draft();
    draft.append(Uint8Array.of(1, 2, 3));
    const start = draft.length;
    draft.text('a text');
    expect(draft.take(start)).toEqual(new TextEncoder().encode('a text\0'));
    draft.extend(8);
    expect([...draft.bytes.subarray(0, draft.length)]).toEqual([1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
