/** Sets of routes of IPv6 that overlap, addresses that they match, and where a packet goes by them, found bit by bit. */
import fc from 'fast-check';
import { formatIpv6, parseIpv6 } from '../../reference-impl/packet/addresses.js';
import { prefixText, type TableRoute, type Way } from './routeTables.js';

const BITS = 128;

const numberOf = (address: string): bigint =>
  parseIpv6(address).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);

const addressOf = (number: bigint): string =>
  formatIpv6(Uint8Array.from({ length: 16 }, (_, index) => Number((number >> BigInt(8 * (15 - index))) & 0xffn)));

const bitsOf = (address: string): string => numberOf(address).toString(2).padStart(BITS, '0');

/** Few different bits, in all of the address, so that prefixes lie within each other. */
const address = fc
  .tuple(
    fc.constantFrom('100', '101', '180'),
    fc.constantFrom('0', '1', '8000'),
    fc.constantFrom('0', '1', 'ffff'),
    fc.constantFrom('0', '1', '2', 'ffff'),
  )
  .map(([a, b, c, d]) => formatIpv6(parseIpv6(`2001:db8:${a}:${b}:${c}::${d}`)));

const route: fc.Arbitrary<TableRoute> = fc
  .tuple(
    address,
    fc.oneof(fc.integer({ min: 32, max: 128 }), fc.constantFrom(32, 40, 48, 63, 64, 65, 127, 128)),
    fc.constantFrom<Way>('B', 'C', 'nowhere'),
  )
  .map(([text, length, way]) => ({
    prefix: addressOf((numberOf(text) >> BigInt(BITS - length)) << BigInt(BITS - length)),
    length,
    way,
  }));

export interface TableCase6 {
  readonly routes: readonly TableRoute[];
  readonly addresses: readonly string[];
}

/** Every prefix once. The addresses are near the prefixes: the first and the last of them, and those beside. */
export const tableCase6: fc.Arbitrary<TableCase6> = fc
  .tuple(
    fc.uniqueArray(route, { minLength: 1, maxLength: 10, selector: prefixText }),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(-1, 0, 1, 2)), { minLength: 4, maxLength: 8 }),
    fc.array(address, { minLength: 1, maxLength: 3 }),
  )
  .map(([routes, near, others]) => {
    const close = near.map(([which, how]) => {
      const { prefix, length } = routes[which % routes.length] ?? { prefix: '2001:db8:100::', length: 48 };
      const first = numberOf(prefix);
      const size = 1n << BigInt(BITS - length);
      return addressOf(how === -1 ? first - 1n : how === 0 ? first : how === 1 ? first + size - 1n : first + size);
    });
    // Not those of the links of the router.
    const isFar = (text: string): boolean => /^2001:db8:1\d\d:/.test(text);
    return { routes, addresses: [...close, ...others].filter(isFar) };
  });

/** The way of the longest prefix; without any there is a blackhole for all that is left. */
export function wayOf6(routes: readonly TableRoute[], to: string): Way {
  const bits = bitsOf(to);
  let best: TableRoute | undefined;
  for (const each of routes)
    if (bits.startsWith(bitsOf(each.prefix).slice(0, each.length)) && each.length >= (best?.length ?? 0)) best = each;
  return best?.way ?? 'nowhere';
}
