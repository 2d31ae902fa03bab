/**
 * What frames take of the shared buffer: for each port by pool and by traffic class, now and at most since the maxima were cleared. The
 * reference switch sends a frame on before the next one comes, so that a frame is alone in the buffer and gone when somebody asks.
 */
import type { DevlinkOccupancy, DevlinkSharedBuffer, DevlinkTrafficClass } from '../../../harness/contract/index.js';
import { ETH_P_8021Q, ETH_P_8021AD } from '../../packet/protocols.js';
import { readU16 } from '../../packet/bytes.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';

/** Indexes of ports are below this: parts of split ports are numbered from a hundred on. */
const PORTS = 256;
const TYPE_AT = 12;
const PCP_SHIFT = 13;

export type BufferDirection = DevlinkTrafficClass['type'];

export class BufferOccupancy {
  readonly #buffer: DevlinkSharedBuffer;
  readonly #cell: number;
  readonly #parts: DevlinkChipParts;
  readonly #pools: number;
  readonly #classes: number;
  /** Maxima by port and pool, by port and class; classes of egress behind those of ingress. */
  readonly #peakOfPool: Uint32Array;
  readonly #peakOfClass: Uint32Array;
  /** Of the last snapshot. */
  readonly #seenOfPool: Uint32Array;
  readonly #seenOfClass: Uint32Array;
  readonly #poolOfClass: Uint8Array;

  constructor(buffer: DevlinkSharedBuffer, cell: number, parts: DevlinkChipParts) {
    this.#buffer = buffer;
    this.#cell = cell;
    this.#parts = parts;
    this.#pools = buffer.ingressPools + buffer.egressPools;
    this.#classes = buffer.ingressClasses + buffer.egressClasses;
    this.#peakOfPool = new Uint32Array(PORTS * this.#pools);
    this.#seenOfPool = new Uint32Array(PORTS * this.#pools);
    this.#peakOfClass = new Uint32Array(PORTS * this.#classes);
    this.#seenOfClass = new Uint32Array(PORTS * this.#classes);
    this.#poolOfClass = new Uint8Array(PORTS * this.#classes);
  }

  /** Every class is bound to the first pool of its direction. */
  reset(): void {
    for (const counts of [this.#peakOfPool, this.#peakOfClass, this.#seenOfPool, this.#seenOfClass]) counts.fill(0);
    for (let place = 0; place < this.#poolOfClass.length; place++)
      this.#poolOfClass[place] = place % this.#classes < this.#buffer.ingressClasses ? 0 : this.#buffer.ingressPools;
  }

  bind({ port, type, index }: DevlinkTrafficClass, pool: number): void {
    this.#poolOfClass[this.#place(port, type, index)] = pool;
  }

  /** A frame is stored, and sent on. */
  pass(port: number, direction: BufferDirection, bytes: Uint8Array): void {
    if (!this.#parts.keepsPeak) return;
    const taken = this.#parts.cellsTaken(bytes.length, this.#cell);
    const place = this.#place(port, direction, priorityOf(bytes));
    const pool = port * this.#pools + (this.#poolOfClass[place] ?? 0);
    if (taken > (this.#peakOfClass[place] ?? 0)) this.#peakOfClass[place] = taken;
    if (taken > (this.#peakOfPool[pool] ?? 0)) this.#peakOfPool[pool] = taken;
  }

  snapshot(): void {
    this.#seenOfPool.set(this.#peakOfPool);
    this.#seenOfClass.set(this.#peakOfClass);
  }

  clear(): void {
    if (!this.#parts.clearsPeak) return;
    this.#peakOfPool.fill(0);
    this.#peakOfClass.fill(0);
  }

  ofPool(port: number, pool: number): DevlinkOccupancy {
    const counts = this.#parts.readsSnapshot ? this.#seenOfPool : this.#peakOfPool;
    return { now: 0, most: counts[port * this.#pools + pool] ?? 0 };
  }

  ofClass({ port, type, index }: DevlinkTrafficClass): DevlinkOccupancy {
    const counts = this.#parts.readsSnapshot ? this.#seenOfClass : this.#peakOfClass;
    return { now: 0, most: counts[this.#place(port, type, index)] ?? 0 };
  }

  #place(port: number, direction: BufferDirection, index: number): number {
    return port * this.#classes + (direction === 'ingress' ? 0 : this.#buffer.ingressClasses) + index;
  }
}

/** IEEE 802.1Q: the priority code point of the outermost tag; a frame without one has the lowest. */
function priorityOf(bytes: Uint8Array): number {
  const type = bytes.length < TYPE_AT + 4 ? 0 : readU16(bytes, TYPE_AT);
  return type === ETH_P_8021Q || type === ETH_P_8021AD ? readU16(bytes, TYPE_AT + 2) >>> PCP_SHIFT : 0;
}
