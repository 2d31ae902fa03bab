/**
 * Longest prefix match of IPv6: 16 bits at once, then four at a time, without anything made on the way. Every place has the value of the
 * longest prefix that covers it, or leads to the next step. A step of four bits is one line of a cache, and prefixes that share their
 * beginning share its steps.
 */
import { hex } from '../../packet/bytes.js';

const ROOT = 0x1_0000;
const ROOT_BITS = 16;
const STEP = 4;
const NODE = 1 << STEP;
export const NO_MATCH = -1;

export class Ipv6Lpm {
  /** Value and one more; 0: none; negative: the node behind, and one more. */
  #slots = new Int32Array(ROOT + 64 * NODE);
  /** Length of the prefix whose value stands there. */
  #lengths = new Uint8Array(ROOT + 64 * NODE);
  #nodes = 0;
  /** Every prefix, by its length and its first address. */
  readonly #prefixes = new Map<string, number>();

  get size(): number {
    return this.#prefixes.size;
  }

  /** Value of the longest prefix of the address that begins at `at`, or NO_MATCH. */
  find(bytes: Uint8Array, at: number): number {
    const slots = this.#slots;
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
    let [shorter, value] = [length - 1, NO_MATCH];
    for (; shorter >= 0; shorter--) {
      value = this.at(masked(prefix, shorter), shorter);
      if (value !== NO_MATCH) break;
    }
    this.#paint(prefix, length, value + 1, Math.max(0, shorter), length);
  }

  clear(): void {
    this.#slots.fill(0, 0, ROOT + this.#nodes * NODE);
    this.#lengths.fill(0, 0, ROOT + this.#nodes * NODE);
    this.#nodes = 0;
    this.#prefixes.clear();
  }

  /** Writes to every place of the prefix whose own is no longer than `most`. */
  #paint(prefix: Uint8Array, length: number, slot: number, as: number, most: number): void {
    let first = ((prefix[0] ?? 0) << 8) | (prefix[1] ?? 0);
    let bits = ROOT_BITS;
    while (bits < length) {
      first = this.#below(first) + nibble(prefix, bits);
      bits += STEP;
    }
    this.#fill(first, first + 2 ** (bits - length), slot, as, most);
  }

  #fill(from: number, to: number, slot: number, as: number, most: number): void {
    for (let at = from; at < to; at++) {
      const here = this.#slots[at] ?? 0;
      if (here < 0) {
        const node = ROOT + ~here * NODE;
        this.#fill(node, node + NODE, slot, as, most);
      } else if ((this.#lengths[at] ?? 0) <= most) {
        this.#slots[at] = slot;
        this.#lengths[at] = as;
      }
    }
  }

  /** Where the node behind a place starts; a new one is like the place was. */
  #below(at: number): number {
    const here = this.#slots[at] ?? 0;
    if (here < 0) return ROOT + ~here * NODE;
    const node = this.#nodes++;
    const start = ROOT + node * NODE;
    if (start + NODE > this.#slots.length) this.#grow();
    this.#slots.fill(here, start, start + NODE);
    this.#lengths.fill(this.#lengths[at] ?? 0, start, start + NODE);
    this.#slots[at] = ~node;
    return start;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    slots.set(this.#slots);
    this.#slots = slots;
    const lengths = new Uint8Array(this.#lengths.length * 2);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
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
