import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ipv4Lpm, masked } from './ipv4Lpm.js';
import { NO_MATCH } from './lpmPlaces.js';

/** Few different bits, so that prefixes lie within each other and next to each other. */
const address = fc
  .tuple(
    fc.constantFrom(0, 10, 255),
    fc.constantFrom(0, 1, 255),
    fc.constantFrom(0, 1, 128),
    fc.constantFrom(0, 1, 254),
  )
  .map(([a, b, c, d]) => ((a << 24) | (b << 16) | (c << 8) | d) >>> 0);
const change = fc.record({
  kind: fc.constantFrom('set', 'set', 'remove'),
  address,
  length: fc.integer({ min: 0, max: 32 }),
  value: fc.nat(1000),
});

/** Every prefix, one after the other. */
function naive(prefixes: ReadonlyMap<string, number>, to: number): number {
  let [best, value] = [-1, NO_MATCH];
  for (const [key, each] of prefixes) {
    const [prefix = 0, length = 0] = key.split('/').map(Number);
    if (masked(to, length) === prefix && length > best) [best, value] = [length, each];
  }
  return value;
}

describe('the longest prefix', () => {
  it('is the one that a look at every prefix finds, after every sequence of changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), fc.array(address, { minLength: 1 }), (changes, addresses) => {
        const lpm = new Ipv4Lpm();
        const prefixes = new Map<string, number>();
        for (const { kind, address: near, length, value } of changes) {
          const prefix = masked(near, length);
          const key = `${prefix}/${length}`;
          if (kind === 'set') {
            lpm.set(prefix, length, value);
            prefixes.set(key, value);
          } else {
            lpm.remove(prefix, length);
            prefixes.delete(key);
          }
          expect(lpm.at(prefix, length)).toBe(prefixes.get(key) ?? NO_MATCH);
        }
        expect(lpm.size).toBe(prefixes.size);
        for (const to of addresses) expect(lpm.find(to)).toBe(naive(prefixes, to));
        lpm.clear();
        for (const to of addresses) expect(lpm.find(to)).toBe(NO_MATCH);
      }),
    );
  });
});
