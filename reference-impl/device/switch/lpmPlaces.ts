/**
 * The places of a longest prefix match: those of the first 16 bits of an address, and nodes for the steps behind them. Every place has the
 * value of the longest prefix that covers it, or leads to a node.
 */

/** Where the nodes start: behind the places of the first 16 bits. */
export const ROOT = 0x1_0000;
/** No prefix covers the address. */
export const NO_MATCH = -1;

export class LpmPlaces {
  /** Value and one more; 0: none; negative: the node behind, and one more. */
  slots: Int32Array;
  /** Length of the prefix whose value stands there. */
  #lengths: Uint8Array;
  readonly #node: number;
  #nodes = 0;

  /** `node`: how many places a node has. `room`: for how many nodes at first. */
  constructor(node: number, room: number) {
    this.#node = node;
    this.slots = new Int32Array(ROOT + room * node);
    this.#lengths = new Uint8Array(ROOT + room * node);
  }

  clear(): void {
    this.slots.fill(0, 0, ROOT + this.#nodes * this.#node);
    this.#lengths.fill(0, 0, ROOT + this.#nodes * this.#node);
    this.#nodes = 0;
  }

  /** Writes to every place from `from`, and to those behind it, whose prefix is no longer than `most`. */
  fill(from: number, to: number, slot: number, as: number, most: number): void {
    for (let at = from; at < to; at++) {
      const here = this.slots[at] ?? 0;
      if (here < 0) {
        const node = ROOT + ~here * this.#node;
        this.fill(node, node + this.#node, slot, as, most);
      } else if ((this.#lengths[at] ?? 0) <= most) {
        this.slots[at] = slot;
        this.#lengths[at] = as;
      }
    }
  }

  /** Where the node behind a place starts; a new one is like the place was. */
  below(at: number): number {
    const here = this.slots[at] ?? 0;
    if (here < 0) return ROOT + ~here * this.#node;
    const node = this.#nodes++;
    const start = ROOT + node * this.#node;
    if (start + this.#node > this.slots.length) this.#grow();
    this.slots.fill(here, start, start + this.#node);
    this.#lengths.fill(this.#lengths[at] ?? 0, start, start + this.#node);
    this.slots[at] = ~node;
    return start;
  }

  #grow(): void {
    const slots = new Int32Array(this.slots.length * 2);
    slots.set(this.slots);
    this.slots = slots;
    const lengths = new Uint8Array(this.#lengths.length * 2);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }
}

/**
 * What a prefix leaves behind when it goes: the value of the longest of those that it is within.
 *
 * @param at - value of the shorter prefix of this length, or NO_MATCH
 * @returns what is to be written, and the length of the prefix that it is of.
 */
export function leftBehind(length: number, at: (shorter: number) => number): { value: number; as: number } {
  for (let shorter = length - 1; shorter >= 0; shorter--) {
    const value = at(shorter);
    if (value !== NO_MATCH) return { value, as: shorter };
  }
  return { value: NO_MATCH, as: 0 };
}
