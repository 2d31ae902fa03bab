/**
 * Longest prefix match of IPv6: 16 bits at once, then four at a time, without anything made on the way. Every place has the value of the
 * longest prefix that covers it, or leads to the next step. A step of four bits is one line of a cache, and prefixes that share their
 * beginning share its steps.
 */
import { hex } from '../../packet/bytes.js';
import { LpmPlaces, NO_MATCH, ROOT, leftBehind } from './lpmPlaces.js';

const ROOT_BITS = 16;
const STEP = 4;
const NODE = 1 << STEP;

export class Ipv6Lpm {
  readonly #places = new LpmPlaces(NODE, 64);
  /** Every prefix, by its length and its first address. */
  readonly #prefixes = new Map<string, number>();

  get size(): number {
    return this.#prefixes.size;
  }

  /** Value of the longest prefix of the address that begins at `at`, or NO_MATCH. */
  find(bytes: Uint8Array, at: number): number {
    const { slots } = this.#places;
    let slot = slots[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] ?? 0;
    for (let byte = at + 2; slot < 0; byte++) {
      const value = bytes[byte] ?? 0;
      slot = slots[ROOT + ~slot * NODE + (value >> 4)] ?? 0;
      if (slot < 0) slot = slots[ROOT + ~slot * NODE + (value & 15)] ?? 0;
    }
    return slot - 1;
  }

  /** Value of exactly this prefix, or NO_MATCH. */
  at(prefix: Uint8Array, length: number): number {
    return this.#prefixes.get(keyOf(prefix, length)) ?? NO_MATCH;
  }

  /** Values are 0 or more. What the prefix had is replaced. */
  set(prefix: Uint8Array, length: number, value: number): void {
    this.#prefixes.set(keyOf(prefix, length), value);
    this.#paint(prefix, length, value + 1, length, length);
  }

  remove(prefix: Uint8Array, length: number): void {
    if (!this.#prefixes.delete(keyOf(prefix, length))) return;
    const { value, as } = leftBehind(length, (shorter) => this.at(masked(prefix, shorter), shorter));
    this.#paint(prefix, length, value + 1, as, length);
  }

  clear(): void {
    this.#places.clear();
    this.#prefixes.clear();
  }

  /** Writes to every place of the prefix whose own is no longer than `most`. */
  #paint(prefix: Uint8Array, length: number, slot: number, as: number, most: number): void {
    let first = ((prefix[0] ?? 0) << 8) | (prefix[1] ?? 0);
    let bits = ROOT_BITS;
    while (bits < length) {
      first = this.#places.below(first) + nibble(prefix, bits);
      bits += STEP;
    }
    this.#places.fill(first, first + 2 ** (bits - length), slot, as, most);
  }
}

const nibble = (bytes: Uint8Array, bit: number): number => {
  const byte = bytes[bit >> 3] ?? 0;
  return (bit & 4) === 0 ? byte >> 4 : byte & 15;
};

const keyOf = (prefix: Uint8Array, length: number): string => `${hex(prefix)}/${length}`;

/** The first address of the prefix. */
export function masked(address: Uint8Array, length: number): Uint8Array {
  return address.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, length - 8 * index))) & 0xff);
}
