import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex } from '../../packet/bytes.js';
import { parseIpv6 } from '../../packet/addresses.js';
import { Ipv6Hosts } from './ipv6Hosts.js';
import { Ipv6Lpm, masked } from './ipv6Lpm.js';
import { NO_MATCH } from './lpmPlaces.js';

/** Few different bits, all over the address, so that prefixes lie within each other and next to each other. */
const address = fc
  .tuple(
    fc.constantFrom('2001', '2003', 'fe80', '0'),
    fc.constantFrom('db8', 'db9', '0'),
    fc.constantFrom('0', '1', '8000'),
    fc.constantFrom('0', '1', 'ffff'),
  )
  .map(([a, b, c, d]) => parseIpv6(`${a}:${b}:${c}:0:${c}::${d}`));
const change = fc.record({
  kind: fc.constantFrom('set', 'set', 'remove'),
  address,
  length: fc.oneof(fc.integer({ min: 0, max: 128 }), fc.constantFrom(0, 15, 16, 17, 20, 64, 127, 128)),
  value: fc.nat(1000),
});

interface Prefix {
  readonly address: Uint8Array;
  readonly length: number;
  readonly value: number;
}

/** Every prefix, one after the other. */
function naive(prefixes: ReadonlyMap<string, Prefix>, to: Uint8Array): number {
  let best: Prefix | undefined;
  for (const each of prefixes.values())
    if (hex(masked(to, each.length)) === hex(each.address) && each.length > (best?.length ?? -1)) best = each;
  return best?.value ?? NO_MATCH;
}

describe('the longest prefix of IPv6', () => {
  it('is the one that a look at every prefix finds, after every sequence of changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), fc.array(address, { minLength: 1 }), (changes, addresses) => {
        const lpm = new Ipv6Lpm();
        const prefixes = new Map<string, Prefix>();
        for (const { kind, address: near, length, value } of changes) {
          const prefix = masked(near, length);
          const key = `${hex(prefix)}/${length}`;
          if (kind === 'set') {
            lpm.set(prefix, length, value);
            prefixes.set(key, { address: prefix, length, value });
          } else {
            lpm.remove(prefix, length);
            prefixes.delete(key);
          }
          expect(lpm.at(prefix, length)).toBe(prefixes.get(key)?.value ?? NO_MATCH);
        }
        expect(lpm.size).toBe(prefixes.size);
        for (const to of addresses) expect(lpm.find(Uint8Array.of(0xff, ...to), 1)).toBe(naive(prefixes, to));
        lpm.clear();
        for (const to of addresses) expect(lpm.find(to, 0)).toBe(NO_MATCH);
      }),
    );
  });
});

describe('stations by their address of IPv6', () => {
  it('are those of a map, after every sequence of changes', () => {
    const one = fc.record({
      kind: fc.constantFrom('set', 'set', 'delete'),
      last: fc.nat(150),
      station: fc.uint8Array({ minLength: 6, maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 200 }), (changes) => {
        const hosts = new Ipv6Hosts();
        const known = new Map<number, Uint8Array>();
        const at = (last: number): Uint8Array => parseIpv6(`2001:db8::${last.toString(16)}`);
        for (const { kind, last, station } of changes) {
          if (kind === 'set') {
            hosts.set(at(last), station);
            known.set(last, station);
          } else {
            hosts.delete(at(last));
            known.delete(last);
          }
        }
        expect(hosts.size).toBe(known.size);
        for (let last = 0; last <= 150; last++) expect(hosts.find(at(last), 0)).toEqual(known.get(last));
      }),
    );
  });
});
