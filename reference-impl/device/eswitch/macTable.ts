/**
 * Addresses with the functions that have them: a hash table of a fixed size in typed arrays, as the exact match filter of a chip. A value
 * is a bitmap with a bit for each function.
 */
const SLOTS = 1024;
const MASK = SLOTS - 1;

export class MacTable {
  readonly #high = new Uint16Array(SLOTS);
  readonly #low = new Uint32Array(SLOTS);
  readonly #functions = new Uint32Array(SLOTS);
  #count = 0;

  /** The functions that have the address; 0 for none. */
  functionsOf(high: number, low: number): number {
    for (let slot = home(high, low); this.#functions[slot] !== 0; slot = (slot + 1) & MASK)
      if (this.#low[slot] === low && this.#high[slot] === high) return this.#functions[slot] ?? 0;
    return 0;
  }

  /** A table that is full takes no more: half of the slots, so that a search is short. */
  add(high: number, low: number, functions: number): void {
    let slot = home(high, low);
    while (this.#functions[slot] !== 0) {
      if (this.#low[slot] === low && this.#high[slot] === high) {
        this.#functions[slot] = (this.#functions[slot] ?? 0) | functions;
        return;
      }
      slot = (slot + 1) & MASK;
    }
    if (this.#count === SLOTS / 2) return;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#functions[slot] = functions;
    this.#count++;
  }

  clear(): void {
    if (this.#count > 0) this.#functions.fill(0);
    this.#count = 0;
  }
}

function home(high: number, low: number): number {
  const hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0xc2b2ae35);
  return (hash ^ (hash >>> 15)) & MASK;
}
