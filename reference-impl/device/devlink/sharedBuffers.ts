/**
 * The shared buffer of the reference switch: pools in cells, and what each port and traffic class may take of them. What frames took of it
 * is in bufferOccupancy.ts.
 */
import type {
  DevlinkClassBinding,
  DevlinkPool,
  DevlinkPoolType,
  DevlinkSharedBuffer,
  DevlinkSharedBufferOps,
  DevlinkThresholdType,
  DevlinkTrafficClass,
  DriverResult,
  Errno,
} from '../../../harness/contract/index.js';
import { done, refuse } from '../driverResult.js';
import { BufferOccupancy } from './bufferOccupancy.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';

const EINVAL = 22 as Errno;
const CELL = 96;
const CELLS = 131_072;
const POOLS = 4;
/** Frames come in by priority; what leaves is queued finer. */
const INGRESS_CLASSES = 8;
const EGRESS_CLASSES = 16;
/** A dynamic threshold is an exponent: 2 to the power of it, less 10, times what is free. */
const LEAST_EXPONENT = 3;
const MOST_EXPONENT = 16;
const DEFAULT_EXPONENT = 10;

const BUFFER: DevlinkSharedBuffer = {
  index: 0,
  size: CELL * CELLS,
  ingressPools: POOLS,
  egressPools: POOLS,
  ingressClasses: INGRESS_CLASSES,
  egressClasses: EGRESS_CLASSES,
};

interface Pool {
  cells: number;
  thresholdType: DevlinkThresholdType;
}

const typeOfPool = (pool: number): DevlinkPoolType => (pool < POOLS ? 'ingress' : 'egress');
const firstPool = (type: DevlinkPoolType): number => (type === 'ingress' ? 0 : POOLS);

/** The buffer of a switch with these many ports. */
export class BufferUnit {
  readonly #parts: DevlinkChipParts;
  #pools: Pool[] = [];
  /** Thresholds by port and pool, bindings by port, direction and class. */
  readonly #thresholds = new Map<string, number>();
  readonly #bindings = new Map<string, DevlinkClassBinding>();
  readonly occupancy: BufferOccupancy;

  constructor(parts: DevlinkChipParts) {
    this.#parts = parts;
    this.occupancy = new BufferOccupancy(BUFFER, CELL, parts);
    this.reset();
  }

  /** All of the buffer belongs to the first pool of each direction, and all classes to it. */
  reset(): void {
    this.#pools = Array.from({ length: 2 * POOLS }, (_, pool) => ({
      cells: pool % POOLS === 0 ? CELLS : 0,
      thresholdType: 'dynamic',
    }));
    this.#thresholds.clear();
    this.#bindings.clear();
    this.occupancy.reset();
  }

  readonly ops: DevlinkSharedBufferOps = {
    list: [BUFFER],
    poolGet: (_buffer, pool) => this.#withPool(pool, (found) => ({ ok: true, value: this.#shown(pool, found) })),
    poolSet: (_buffer, pool, size, thresholdType) =>
      this.#withPool(pool, (found) => this.#setPool(found, size, thresholdType)),
    portPoolGet: (port, _buffer, pool) =>
      this.#withPool(pool, (found) => ({ ok: true, value: this.#thresholdOf(`${port}/${pool}`, found) })),
    portPoolSet: (port, _buffer, pool, threshold) =>
      this.#withPool(pool, (found) => {
        const wrong = this.#thresholdRefusal(found, threshold);
        if (wrong !== undefined) return wrong;
        this.#thresholds.set(this.#parts.thresholdPlace(port, pool), threshold);
        return done;
      }),
    classGet: (of) => ({ ok: true, value: this.#bindingOf(of) }),
    classSet: (of, binding) => this.#bind(of, binding),
    occupancySnapshot: () => {
      this.occupancy.snapshot();
      return done;
    },
    occupancyClear: () => {
      this.occupancy.clear();
      return done;
    },
    portPoolOccupancy: (port, _buffer, pool) => ({ ok: true, value: this.occupancy.ofPool(port, pool) }),
    classOccupancy: (of) => ({ ok: true, value: this.occupancy.ofClass(of) }),
  };

  #withPool<Value>(index: number, use: (pool: Pool) => DriverResult<Value>): DriverResult<Value> {
    const pool = this.#pools[index];
    return pool === undefined ? refuse(EINVAL) : use(pool);
  }

  #shown(index: number, { cells, thresholdType }: Pool): DevlinkPool {
    return { type: typeOfPool(index), size: cells * CELL, thresholdType, cellSize: CELL };
  }

  /** Sizes are rounded up to whole cells. */
  #setPool(pool: Pool, size: number, thresholdType: DevlinkThresholdType): DriverResult {
    if (size > BUFFER.size && this.#parts.checksBufferSize) return refuse(EINVAL, 'the pool is larger than the buffer');
    pool.cells = Math.ceil(size / CELL);
    if (thresholdType === pool.thresholdType || !this.#parts.keepsThresholdType) return done;
    pool.thresholdType = thresholdType;
    this.#forgetThresholds(pool);
    return done;
  }

  /** A threshold of one kind says nothing in the other. */
  #forgetThresholds(pool: Pool): void {
    const index = this.#pools.indexOf(pool);
    for (const place of this.#thresholds.keys()) if (place.endsWith(`/${index}`)) this.#thresholds.delete(place);
    for (const [place, { pool: bound }] of this.#bindings)
      if (bound === index) this.#bindings.set(place, { pool: bound, threshold: defaultOf(pool.thresholdType) });
  }

  #thresholdOf(place: string, { thresholdType }: Pool): number {
    return this.#thresholds.get(place) ?? defaultOf(thresholdType);
  }

  #thresholdRefusal({ thresholdType, cells }: Pool, threshold: number): DriverResult | undefined {
    if (!this.#parts.checksThresholds) return undefined;
    if (thresholdType === 'dynamic') {
      if (threshold >= LEAST_EXPONENT && threshold <= MOST_EXPONENT) return undefined;
      return refuse(EINVAL, `a dynamic threshold is from ${LEAST_EXPONENT} to ${MOST_EXPONENT}`);
    }
    return threshold <= cells * CELL ? undefined : refuse(EINVAL, 'the threshold is larger than the pool');
  }

  #bindingOf(of: DevlinkTrafficClass): DevlinkClassBinding {
    const pool = firstPool(of.type);
    const thresholdType = this.#pools[pool]?.thresholdType ?? 'dynamic';
    return this.#bindings.get(placeOf(of)) ?? { pool, threshold: defaultOf(thresholdType) };
  }

  #bind(of: DevlinkTrafficClass, binding: DevlinkClassBinding): DriverResult {
    if (typeOfPool(binding.pool) !== of.type && this.#parts.checksDirection)
      return refuse(EINVAL, 'a class is bound to a pool of its direction');
    return this.#withPool(binding.pool, (pool) => {
      const wrong = this.#thresholdRefusal(pool, binding.threshold);
      if (wrong !== undefined) return wrong;
      this.#bindings.set(placeOf(of), binding);
      this.occupancy.bind(of, binding.pool);
      return done;
    });
  }
}

const placeOf = ({ port, type, index }: DevlinkTrafficClass): string => `${port}/${type}/${index}`;

const defaultOf = (thresholdType: DevlinkThresholdType): number => (thresholdType === 'dynamic' ? DEFAULT_EXPONENT : 0);
