import type { TrapAction } from '../../../harness/contract/index.js';

/** Rules of what the driver and the firmware of the reference device do for devlink, that a seeded defect may replace one at a time. */
export interface DevlinkChipParts {
  /** Lanes of each part of a port that is split. */
  readonly lanesOfPart: (lanes: number, count: number) => number;
  /** How many parts a split makes. */
  readonly partsMade: (count: number) => number;
  /** Whether the whole port comes back when its parts are put together. */
  readonly restoresWhole: boolean;
  /** Whether what a table may hold follows its resource at a reload. */
  readonly takesSize: (resource: string) => boolean;
  readonly occupancy: (sound: number) => number;
  /** Whether a param of the cmode runtime takes effect. */
  readonly heedsRuntime: boolean;
  readonly readsDriverinit: boolean;
  /** Whether what is kept for good is kept. */
  readonly keepsPermanent: boolean;
  /** Whether a file is looked at whole before anything is written. */
  readonly checksImage: boolean;
  /** Whether an image that was stored runs at once. */
  readonly runsAtOnce: boolean;
  readonly activates: boolean;
  readonly progress: (done: number, total: number) => number;
  /** Whether a recovery brings the data path back. */
  readonly recovers: boolean;
  readonly stopsWhenDead: boolean;
  /** What a snapshot has of the memory. */
  readonly snapshot: (bytes: Uint8Array) => Uint8Array;
  readonly actionOf: (action: TrapAction) => TrapAction;
  readonly countsDrops: boolean;
  readonly polices: boolean;
  readonly checksRates: boolean;
  readonly setsEswitch: boolean;
  // Shared buffers.
  readonly checksBufferSize: boolean;
  readonly checksThresholds: boolean;
  readonly checksDirection: boolean;
  readonly keepsThresholdType: boolean;
  /** Where the threshold of a port for a pool is kept. */
  readonly thresholdPlace: (port: number, pool: number) => string;
  /** Bytes of the cells that a frame takes. */
  readonly cellsTaken: (length: number, cell: number) => number;
  /** Whether the highest occupancy since it was cleared is kept when the frame is gone. */
  readonly keepsPeak: boolean;
  /** Whether a query tells what the last snapshot took, and not what is. */
  readonly readsSnapshot: boolean;
  readonly clearsPeak: boolean;
  /** Whether an entry of a table is shown behind so many others. */
  readonly showsEntry: (before: number) => boolean;
  /** Whether the limit of a leaf, or of the node so far above it, holds back what the function sends. */
  readonly holdsBack: (above: number) => boolean;
}

export const CONFORMING_DEVLINK_CHIP: DevlinkChipParts = {
  lanesOfPart: (lanes, count) => lanes / count,
  partsMade: (count) => count,
  restoresWhole: true,
  takesSize: () => true,
  occupancy: (sound) => sound,
  heedsRuntime: true,
  readsDriverinit: true,
  keepsPermanent: true,
  checksImage: true,
  runsAtOnce: false,
  activates: true,
  progress: (done) => done,
  recovers: true,
  stopsWhenDead: true,
  snapshot: (bytes) => bytes,
  actionOf: (action) => action,
  countsDrops: true,
  polices: true,
  checksRates: true,
  setsEswitch: true,
  checksBufferSize: true,
  checksThresholds: true,
  checksDirection: true,
  keepsThresholdType: true,
  thresholdPlace: (port, pool) => `${port}/${pool}`,
  cellsTaken: (length, cell) => Math.ceil(length / cell) * cell,
  keepsPeak: true,
  readsSnapshot: true,
  clearsPeak: true,
  showsEntry: () => true,
  holdsBack: () => true,
};
