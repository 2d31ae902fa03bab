/**
 * Longest prefix match of IPv4 in three steps of 16, 8 and 8 bits, without anything made on the way: every place has the value of the
 * longest prefix that covers it, or leads to the next step.
 */

const ROOT = 0x1_0000;
const NODE = 256;
/** No prefix covers the address. */
export const NO_MATCH = -1;

export class Ipv4Lpm {
  /** Value and one more; 0: none; negative: the node behind, and one more. */
  #slots = new Int32Array(ROOT + 16 * NODE);
  /** Length of the prefix whose value stands there. */
  #lengths = new Uint8Array(ROOT + 16 * NODE);
  #nodes = 0;
  /** Every prefix, by its length and its first address. */
  readonly #prefixes = new Map<number, number>();

  get size(): number {
    return this.#prefixes.size;
  }

  /** Value of the longest prefix that the address has, or NO_MATCH. */
  find(address: number): number {
    const slots = this.#slots;
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
  #paint(prefix: number, length: number, slot: number, as: number, most: number): void {
    if (length <= 16) {
      const first = prefix >>> 16;
      this.#fill(first, first + 2 ** (16 - length), slot, as, most);
      return;
    }
    const middle = this.#below(prefix >>> 16);
    if (length <= 24) {
      const first = middle + ((prefix >>> 8) & 0xff);
      this.#fill(first, first + 2 ** (24 - length), slot, as, most);
      return;
    }
    const last = this.#below(middle + ((prefix >>> 8) & 0xff)) + (prefix & 0xff);
    this.#fill(last, last + 2 ** (32 - length), slot, as, most);
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

const keyOf = (prefix: number, length: number): number => length * 0x1_0000_0000 + prefix;

export const masked = (address: number, length: number): number =>
  length === 0 ? 0 : (address & (-1 << (32 - length))) >>> 0;
