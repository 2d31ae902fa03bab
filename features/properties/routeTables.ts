/** Sets of routes that overlap, addresses that they match, and where a packet goes by them: the longest prefix, found bit by bit. */
import fc from 'fast-check';
import { addressNumber, numberAddress } from './ipPackets.js';

/** `B` and `C`: by way of that station; `nowhere`: a blackhole. */
export type Way = 'B' | 'C' | 'nowhere';

export interface TableRoute {
  readonly prefix: string;
  readonly length: number;
  readonly way: Way;
}

export const prefixText = ({ prefix, length }: TableRoute): string => `${prefix}/${length}`;

const bitsOf = (address: string): string => addressNumber(address).toString(2).padStart(32, '0');

/** Few different bits, so that prefixes lie within each other. */
const address = fc
  .tuple(fc.constant(10), fc.constantFrom(0, 1, 128), fc.constantFrom(0, 1, 255), fc.constantFrom(0, 1, 2, 254))
  .map((bytes) => bytes.join('.'));

const route: fc.Arbitrary<TableRoute> = fc
  .tuple(address, fc.integer({ min: 8, max: 32 }), fc.constantFrom<Way>('B', 'C', 'nowhere'))
  .map(([text, length, way]) => ({
    prefix: numberAddress(Number.parseInt(bitsOf(text).slice(0, length).padEnd(32, '0'), 2)),
    length,
    way,
  }));

export interface TableCase {
  readonly routes: readonly TableRoute[];
  readonly addresses: readonly string[];
}

/** Every prefix once. The addresses are near the prefixes: the first and the last of them, and those beside. */
export const tableCase: fc.Arbitrary<TableCase> = fc
  .tuple(
    fc.uniqueArray(route, { minLength: 1, maxLength: 10, selector: prefixText }),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(-1, 0, 1, 2)), { minLength: 4, maxLength: 8 }),
    fc.array(address, { minLength: 1, maxLength: 3 }),
  )
  .map(([routes, near, others]) => {
    const close = near.map(([which, how]) => {
      const { prefix, length } = routes[which % routes.length] ?? { prefix: '10.0.0.0', length: 8 };
      const first = addressNumber(prefix);
      const size = 2 ** (32 - length);
      return numberAddress(how === -1 ? first - 1 : how === 0 ? first : how === 1 ? first + size - 1 : first + size);
    });
    const isTen = (text: string): boolean => text.startsWith('10.');
    return { routes, addresses: [...close, ...others].filter(isTen) };
  });

/** The way of the longest prefix; without any there is a blackhole for all that is left. */
export function wayOf(routes: readonly TableRoute[], to: string): Way {
  const bits = bitsOf(to);
  let best: TableRoute | undefined;
  for (const each of routes)
    if (bits.startsWith(bitsOf(each.prefix).slice(0, each.length)) && each.length >= (best?.length ?? 0)) best = each;
  return best?.way ?? 'nowhere';
}
