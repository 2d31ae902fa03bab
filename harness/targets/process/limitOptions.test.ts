import { describe, expect, it } from 'vitest';
import { UsageError } from '../../runner/usage.js';
import { openTarget } from '../index.js';
import { parseLimits } from './limitOptions.js';

describe('limits on a command line', () => {
  it('have a unit each, and the last of a name holds', () => {
    expect(parseLimits([])).toEqual({});
    expect(parseLimits(['call=1.5s', 'total=2min', 'memory=512MiB', 'stderr=100KiB', 'call=10s'])).toEqual({
      callMs: 10_000,
      totalMs: 120_000,
      memoryBytes: 512 * 2 ** 20,
      stderrBytes: 100 * 2 ** 10,
    });
  });

  it.each([
    ['cal=10s', /did you mean call\?/],
    ['call=10', /NAME=VALUE is wanted/],
    ['call', /NAME=VALUE is wanted/],
    ['call=10MiB', /in ms, s, min, h/],
    ['memory=0MiB', /more than nothing is wanted, in B, KiB, MiB, GiB/],
    ['memory=-1MiB', /NAME=VALUE is wanted/],
    ['toString=1s', /NAME=VALUE|names:/],
  ])('are refused where they are none: %s', (text, message) => {
    expect(() => parseLimits([text])).toThrow(UsageError);
    expect(() => parseLimits([text])).toThrow(message);
  });

  it('reach the process', async () => {
    const limits = parseLimits(['start=300ms']);
    await expect(openTarget('process:sleep 5', { seed: 1, limits })).rejects.toThrow(/not answered within 300 ms/);
  });
});
