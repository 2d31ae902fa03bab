/**
 * The forwarding database of the reference switch: a hash table of a fixed size in typed arrays, as the memory of a chip. A key is an
 * address (16 and 32 bits of it) and a filtering id: which bridge, and in which VLAN.
 */

/** What an entry is, beside its place: bits. */
export const FDB_STATIC = 1;
/** Frames to it go to the host. */
export const FDB_HOST = 2;
/** Does not follow its source. */
export const FDB_STICKY = 4;

const EMPTY = 0;
const USED = 1;

export class FdbMemory {
  /** How many entries there may ever be: half of the slots, so that a search is short. */
  readonly capacity: number;
  /** How many there may be now. */
  limit: number;
  readonly slots: number;
  readonly high: Uint16Array;
  readonly low: Uint32Array;
  readonly filteringId: Uint32Array;
  readonly port: Uint8Array;
  readonly flags: Uint8Array;
  /** When the source was last seen, in milliseconds. */
  readonly seen: Float64Array;
  /** Frames that were sent where the entry says. */
  readonly hits: Float64Array;
  readonly #used: Uint8Array;
  readonly #mask: number;
  readonly #isBehind: (fromHome: number, fromHole: number) => boolean;
  #count = 0;

  /**
   * `capacity` is a power of two. `isBehind`: whether an entry so far from its home moves into a hole that is so far before it.
   */
  constructor(capacity: number, isBehind = (fromHome: number, fromHole: number): boolean => fromHome >= fromHole) {
    this.#isBehind = isBehind;
    const slots = capacity * 2;
    this.capacity = this.limit = capacity;
    this.slots = slots;
    this.high = new Uint16Array(slots);
    this.low = new Uint32Array(slots);
    this.filteringId = new Uint32Array(slots);
    this.port = new Uint8Array(slots);
    this.flags = new Uint8Array(slots);
    this.seen = new Float64Array(slots);
    this.hits = new Float64Array(slots);
    this.#used = new Uint8Array(slots);
    this.#mask = slots - 1;
  }

  get count(): number {
    return this.#count;
  }

  /** The slot of a key, or -1. */
  find(high: number, low: number, filteringId: number): number {
    for (let slot = this.#home(high, low, filteringId); this.#used[slot] === USED; slot = (slot + 1) & this.#mask) {
      if (this.low[slot] === low && this.high[slot] === high && this.filteringId[slot] === filteringId) return slot;
    }
    return -1;
  }

  /** The slot of a new entry, or -1 if there is no room. The key must not be there. */
  insert(high: number, low: number, filteringId: number): number {
    if (this.#count >= this.limit) return -1;
    let slot = this.#home(high, low, filteringId);
    while (this.#used[slot] === USED) slot = (slot + 1) & this.#mask;
    this.high[slot] = high;
    this.low[slot] = low;
    this.filteringId[slot] = filteringId;
    this.flags[slot] = 0;
    this.hits[slot] = 0;
    this.#used[slot] = USED;
    this.#count++;
    return slot;
  }

  /** Entries behind it in the same run move up, so that a search still finds them. */
  remove(slot: number): void {
    let hole = slot;
    for (let next = (slot + 1) & this.#mask; this.#used[next] === USED; next = (next + 1) & this.#mask) {
      const home = this.#home(this.high[next] ?? 0, this.low[next] ?? 0, this.filteringId[next] ?? 0);
      // Whether its home lies at or before the hole, around the end of the table.
      if (this.#isBehind((next - home) & this.#mask, (next - hole) & this.#mask)) {
        this.#move(next, hole);
        hole = next;
      }
    }
    this.#used[hole] = EMPTY;
    this.#count--;
  }

  clear(): void {
    this.#used.fill(EMPTY);
    this.#count = 0;
  }

  /** Slots in use. A slot that is removed on the way may take up another entry: it is visited again. */
  forEach(visit: (slot: number) => 'keep' | 'remove'): void {
    for (let slot = 0; slot <= this.#mask; slot++) {
      while (this.#used[slot] === USED && visit(slot) === 'remove') this.remove(slot);
    }
  }

  #home(high: number, low: number, filteringId: number): number {
    let hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1) ^ Math.imul(filteringId, 0x85ebca6b), 0xc2b2ae35);
    hash ^= hash >>> 15;
    return hash & this.#mask;
  }

  #move(from: number, to: number): void {
    this.high[to] = this.high[from] ?? 0;
    this.low[to] = this.low[from] ?? 0;
    this.filteringId[to] = this.filteringId[from] ?? 0;
    this.port[to] = this.port[from] ?? 0;
    this.flags[to] = this.flags[from] ?? 0;
    this.seen[to] = this.seen[from] ?? 0;
    this.hits[to] = this.hits[from] ?? 0;
  }
}
