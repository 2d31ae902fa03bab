/** Values of options, checked as they are read. */
import { InvalidArgumentError } from 'commander';

/** A whole number of 1 or more. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number of 1 or more.');
  return value;
}

/** A 32-bit integer, as fast-check's seeds are. */
export function parseSeed(text: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value !== (value | 0)) {
    throw new InvalidArgumentError('It must be a whole number of 32 bits, for example 1.');
  }
  return value;
}

/** A TCP port; 0 lets the system choose. */
export function parsePort(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65535) throw new InvalidArgumentError('It must be a port, 0 to 65535.');
  return value;
}

/** `2/4`: the second of four. */
export function parseShard(text: string): { index: number; of: number } {
  const [, index = '', of = ''] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (of === '' || shard.index < 1 || shard.index > shard.of) {
    throw new InvalidArgumentError('It must be I/N with I from 1 to N, for example 2/4.');
  }
  return shard;
}

/** `--only A --only B,C`. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(',').filter((name) => name !== '')];
}
