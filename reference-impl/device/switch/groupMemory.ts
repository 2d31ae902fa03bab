/**
 * The groups that the reference switch was told of: a hash table of a fixed size in typed arrays, keyed by the group's address on the
 * link and a filtering id, with a bitmap of ports.
 */
import { MOST_PORTS } from './switchState.js';

export class GroupMemory {
  readonly capacity: number;
  readonly #high: Uint16Array;
  readonly #low: Uint32Array;
  readonly #filteringId: Uint32Array;
  readonly #isUsed: Uint8Array;
  /** Ports that want it, and those of them that were told more than once: sources are filtered there, or groups share the address. */
  readonly members: Uint32Array;
  readonly ambiguous: Uint32Array;
  /** How often the host was told to want it. */
  readonly host: Uint8Array;
  /** By slot and port: how often the port was told. */
  readonly #times: Uint8Array;
  readonly #mask: number;
  #count = 0;

  /** `capacity` is a power of two. */
  constructor(capacity: number) {
    const slots = capacity * 2;
    this.capacity = capacity;
    this.#high = new Uint16Array(slots);
    this.#low = new Uint32Array(slots);
    this.#filteringId = new Uint32Array(slots);
    this.#isUsed = new Uint8Array(slots);
    this.members = new Uint32Array(slots);
    this.ambiguous = new Uint32Array(slots);
    this.host = new Uint8Array(slots);
    this.#times = new Uint8Array(slots * MOST_PORTS);
    this.#mask = slots - 1;
  }

  /** The slot of a key, or -1. */
  find(high: number, low: number, filteringId: number): number {
    if (this.#count === 0) return -1;
    for (let slot = this.#home(high, low, filteringId); this.#isUsed[slot] === 1; slot = (slot + 1) & this.#mask)
      if (this.#low[slot] === low && this.#high[slot] === high && this.#filteringId[slot] === filteringId) return slot;
    return -1;
  }

  /** The slot of a key, made if it is not there; -1 if there is no room. */
  take(high: number, low: number, filteringId: number): number {
    const known = this.find(high, low, filteringId);
    if (known >= 0 || this.#count === this.capacity) return known;
    let slot = this.#home(high, low, filteringId);
    while (this.#isUsed[slot] === 1) slot = (slot + 1) & this.#mask;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#filteringId[slot] = filteringId;
    this.#isUsed[slot] = 1;
    this.members[slot] = this.ambiguous[slot] = this.host[slot] = 0;
    this.#times.fill(0, slot * MOST_PORTS, (slot + 1) * MOST_PORTS);
    this.#count++;
    return slot;
  }

  /** A port is told of the group once more, or once less. */
  change(slot: number, port: number, by: 1 | -1): void {
    const at = slot * MOST_PORTS + port;
    const times = Math.max(0, (this.#times[at] ?? 0) + by);
    this.#times[at] = times;
    const bit = 1 << port;
    this.members[slot] = times > 0 ? (this.members[slot] ?? 0) | bit : (this.members[slot] ?? 0) & ~bit;
    this.ambiguous[slot] = times > 1 ? (this.ambiguous[slot] ?? 0) | bit : (this.ambiguous[slot] ?? 0) & ~bit;
  }

  /** An entry that nobody wants any more goes. */
  releaseIfEmpty(slot: number): void {
    if (this.members[slot] === 0 && this.host[slot] === 0) this.#remove(slot);
  }

  /** Whatever a port, and the host if it is named, was told in a bridge is forgotten. */
  forget(bridge: number, port: number, andHost: boolean): void {
    for (let slot = 0; slot <= this.#mask; slot++) {
      while (this.#isUsed[slot] === 1 && (this.#filteringId[slot] ?? 0) >>> 12 === bridge) {
        this.#times[slot * MOST_PORTS + port] = 1;
        this.change(slot, port, -1);
        if (andHost) this.host[slot] = 0;
        if (this.members[slot] !== 0 || this.host[slot] !== 0) break;
        this.#remove(slot);
      }
    }
  }

  clear(): void {
    this.#isUsed.fill(0);
    this.#count = 0;
  }

  /** Entries behind it in the same run move up, so that a search still finds them. */
  #remove(slot: number): void {
    let hole = slot;
    for (let next = (slot + 1) & this.#mask; this.#isUsed[next] === 1; next = (next + 1) & this.#mask) {
      const home = this.#home(this.#high[next] ?? 0, this.#low[next] ?? 0, this.#filteringId[next] ?? 0);
      if (((next - home) & this.#mask) < ((next - hole) & this.#mask)) continue;
      for (const column of [this.#high, this.#low, this.#filteringId, this.members, this.ambiguous, this.host])
        column[hole] = column[next] ?? 0;
      this.#times.copyWithin(hole * MOST_PORTS, next * MOST_PORTS, (next + 1) * MOST_PORTS);
      hole = next;
    }
    this.#isUsed[hole] = 0;
    this.#count--;
  }

  #home(high: number, low: number, filteringId: number): number {
    let hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1) ^ Math.imul(filteringId, 0x85ebca6b), 0xc2b2ae35);
    hash ^= hash >>> 15;
    return hash & this.#mask;
  }
}
