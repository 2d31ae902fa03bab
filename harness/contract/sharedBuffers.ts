/**
 * Shared buffers of a device: what devl_sb_register() is told, and sb_… of devlink_ops. Pools of both directions count through, those of
 * ingress first; sizes are in bytes.
 */
import type { DriverResult } from './device.js';
import type { Awaitable } from './values.js';

export interface DevlinkSharedBuffer {
  readonly index: number;
  readonly size: number;
  readonly ingressPools: number;
  readonly egressPools: number;
  /** Traffic classes of a port that are bound to pools, in each direction. */
  readonly ingressClasses: number;
  readonly egressClasses: number;
}

export type DevlinkPoolType = 'ingress' | 'egress';
/** Whether the threshold of a pool is a size, or a part of what is free. */
export type DevlinkThresholdType = 'static' | 'dynamic';

export interface DevlinkPool {
  readonly type: DevlinkPoolType;
  readonly size: number;
  readonly thresholdType: DevlinkThresholdType;
  readonly cellSize: number;
}

/** A traffic class of a port in one direction. */
export interface DevlinkTrafficClass {
  readonly port: number;
  readonly buffer: number;
  readonly type: DevlinkPoolType;
  readonly index: number;
}

export interface DevlinkClassBinding {
  readonly pool: number;
  readonly threshold: number;
}

export interface DevlinkOccupancy {
  readonly now: number;
  readonly most: number;
}

/** Each operation is optional but `list`; a device that lacks one answers EOPNOTSUPP. */
export interface DevlinkSharedBufferOps {
  readonly list: readonly DevlinkSharedBuffer[];
  readonly poolGet?: (buffer: number, pool: number) => Awaitable<DriverResult<DevlinkPool>>;
  readonly poolSet?: (
    buffer: number,
    pool: number,
    size: number,
    thresholdType: DevlinkThresholdType,
  ) => Awaitable<DriverResult>;
  readonly portPoolGet?: (port: number, buffer: number, pool: number) => Awaitable<DriverResult<number>>;
  readonly portPoolSet?: (port: number, buffer: number, pool: number, threshold: number) => Awaitable<DriverResult>;
  readonly classGet?: (of: DevlinkTrafficClass) => Awaitable<DriverResult<DevlinkClassBinding>>;
  readonly classSet?: (of: DevlinkTrafficClass, binding: DevlinkClassBinding) => Awaitable<DriverResult>;
  /** The counters are taken all at once, and read afterwards. */
  readonly occupancySnapshot?: (buffer: number) => Awaitable<DriverResult>;
  readonly occupancyClear?: (buffer: number) => Awaitable<DriverResult>;
  readonly portPoolOccupancy?: (
    port: number,
    buffer: number,
    pool: number,
  ) => Awaitable<DriverResult<DevlinkOccupancy>>;
  readonly classOccupancy?: (of: DevlinkTrafficClass) => Awaitable<DriverResult<DevlinkOccupancy>>;
}
