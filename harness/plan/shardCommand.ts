/** The command of one shard, as a shell runs it. Engines differ in how they say which shard it is, and where its folder goes. */
import { shellWord } from '../runner/repeatCommand.js';
import type { LabDevice } from './labFile.js';

/** A run of a device with one seed, cut into shards: one job of an engine. */
export interface PlannedRun {
  readonly device: LabDevice;
  readonly seed: number;
  /** Of the job, and of the folder below which the shards' folders are. */
  readonly name: string;
}

export function plannedRuns(devices: readonly LabDevice[]): readonly PlannedRun[] {
  return devices.flatMap((device) =>
    device.seeds.map((seed) => ({
      device,
      seed,
      name: `nicspec-${device.name}-seed-${String(seed).replace('-', 'm')}`,
    })),
  );
}

/** Name of the folder of a shard, the first being 1. */
export const shardFolder = (shard: number | string): string => `shard-${shard}`;

/**
 * `shard` and `out` are shell expressions: a number from 1, and a folder. The exit code of `nicspec run` is that of the command, but
 * a device that does not conform is a result and no failure of the job.
 */
export function shardCommand({ device, seed }: PlannedRun, shard: string, out: string): readonly string[] {
  const { target, profile, runs, only, shards } = device;
  const words = [
    'nicspec',
    'run',
    '--target',
    target,
    '--profile',
    profile,
    '--seed',
    String(seed),
    '--runs',
    String(runs),
  ];
  for (const name of only) words.push('--only', name);
  return [
    `${words.map(shellWord).join(' ')} --shard "${shard}/${shards}" --out "${out}" --format ktap`,
    'code=$?',
    '[ "$code" -le 1 ] || exit "$code"',
  ];
}
