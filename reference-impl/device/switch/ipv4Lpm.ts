/**
 * Longest prefix match of IPv4 in three steps of 16, 8 and 8 bits, without anything made on the way: every place has the value of the
 * longest prefix that covers it, or leads to the next step.
 */
import { LpmPlaces, NO_MATCH, ROOT, leftBehind } from './lpmPlaces.js';

const NODE = 256;

export class Ipv4Lpm {
  readonly #places = new LpmPlaces(NODE, 16);
  /** Every prefix, by its length and its first address. */
  readonly #prefixes = new Map<number, number>();

  get size(): number {
    return this.#prefixes.size;
  }

  /** Value of the longest prefix that the address has, or NO_MATCH. */
  find(address: number): number {
    const { slots } = this.#places;
    let slot = slots[address >>> 16] ?? 0;
    if (slot < 0) {
      slot = slots[ROOT + ~slot * NODE + ((address >>> 8) & 0xff)] ?? 0;
      if (slot < 0) slot = slots[ROOT + ~slot * NODE + (address & 0xff)] ?? 0;
    }
    return slot - 1;
  }

  /** Value of exactly this prefix, or NO_MATCH. */
  at(prefix: number, length: number): number {
    return this.#prefixes.get(keyOf(prefix, length)) ?? NO_MATCH;
  }

  /** Values are 0 or more. What the prefix had is replaced. */
  set(prefix: number, length: number, value: number): void {
    this.#prefixes.set(keyOf(prefix, length), value);
    this.#paint(prefix, length, value + 1, length, length);
  }

  remove(prefix: number, length: number): void {
    if (!this.#prefixes.delete(keyOf(prefix, length))) return;
    const { value, as } = leftBehind(length, (shorter) => this.at(masked(prefix, shorter), shorter));
    this.#paint(prefix, length, value + 1, as, length);
  }

  clear(): void {
    this.#places.clear();
    this.#prefixes.clear();
  }

  /** Writes to every place of the prefix whose own is no longer than `most`. */
  #paint(prefix: number, length: number, slot: number, as: number, most: number): void {
    if (length <= 16) {
      const first = prefix >>> 16;
      this.#places.fill(first, first + 2 ** (16 - length), slot, as, most);
      return;
    }
    const middle = this.#places.below(prefix >>> 16);
    if (length <= 24) {
      const first = middle + ((prefix >>> 8) & 0xff);
      this.#places.fill(first, first + 2 ** (24 - length), slot, as, most);
      return;
    }
    const last = this.#places.below(middle + ((prefix >>> 8) & 0xff)) + (prefix & 0xff);
    this.#places.fill(last, last + 2 ** (32 - length), slot, as, most);
  }
}

const keyOf = (prefix: number, length: number): number => length * 0x1_0000_0000 + prefix;

export const masked = (address: number, length: number): number =>
  length === 0 ? 0 : (address & (-1 << (32 - length))) >>> 0;
