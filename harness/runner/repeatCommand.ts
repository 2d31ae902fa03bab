/** The one command that repeats what a run found. */
import type { RunOptions } from './run.js';

export const RUN_DEFAULTS = { target: 'reference', profile: 'server-nic', seed: 1, runs: 100 } as const;

/** A virtual device is no server NIC: what it lacks is not held against it. */
const VIRTUAL: ReadonlySet<string> = new Set([
  'linux:veth',
  'lab:virtio-net',
  'lab:vmxnet3',
  'lab:netdevsim',
  'lab:rocker',
]);

export const defaultProfile = (target: string): string => (VIRTUAL.has(target) ? 'virtual-nic' : RUN_DEFAULTS.profile);

/** Options that have their default are left out. */
export function repeatCommand(
  options: Pick<RunOptions, 'target' | 'profile' | 'only' | 'seed'> & {
    readonly path?: string;
    readonly replayPath?: string | null;
  },
): string {
  const words = ['npx', 'nicspec', 'run'];
  if (options.target !== RUN_DEFAULTS.target) words.push('--target', options.target);
  if (options.profile !== defaultProfile(options.target)) words.push('--profile', options.profile);
  for (const name of options.only) words.push('--only', name);
  words.push('--seed', String(options.seed));
  if (options.path !== undefined && options.path !== '') words.push('--path', options.path);
  if (options.replayPath) words.push('--replay-path', options.replayPath);
  return words.map(shellWord).join(' ');
}

/** A word as a shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
