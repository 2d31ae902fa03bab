/** Limits of a device in a process of its own, as they are written on a command line: `call=10s`, `memory=512MiB`. */
import { nearestName, UsageError } from '../../runner/usage.js';
import type { AdapterLimits } from './adapterLimits.js';

const TIMES: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };
const SIZES: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

interface LimitName {
  readonly limit: keyof AdapterLimits;
  readonly units: Readonly<Record<string, number>>;
}

const NAMES: Readonly<Record<string, LimitName>> = {
  start: { limit: 'startMs', units: TIMES },
  call: { limit: 'callMs', units: TIMES },
  total: { limit: 'totalMs', units: TIMES },
  memory: { limit: 'memoryBytes', units: SIZES },
  message: { limit: 'messageBytes', units: SIZES },
  output: { limit: 'outputBytes', units: SIZES },
  stderr: { limit: 'stderrBytes', units: SIZES },
};

/** What `--limit` says of itself. */
export const LIMIT_HELP = `of a process target, such as call=10s or memory=512MiB (${Object.keys(NAMES).join(', ')}); may be repeated`;

/** @throws UsageError for a limit that is none, with what would be one. */
export function parseLimits(texts: readonly string[]): Partial<AdapterLimits> {
  return Object.fromEntries(texts.map(parseLimit));
}

function parseLimit(text: string): readonly [keyof AdapterLimits, number] {
  const [, name = '', digits = '', unit = ''] = /^([a-z]+)=(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text) ?? [];
  const known = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (known === undefined) {
    const asked = /^[^=]*/.exec(text)?.[0] ?? '';
    const near = nearestName(asked, Object.keys(NAMES));
    const hint = Object.hasOwn(NAMES, asked) ? '' : near === undefined ? '' : ` (did you mean ${near}?)`;
    throw new UsageError(
      `--limit ${text}: NAME=VALUE is wanted, such as call=10s or memory=512MiB; names: ${Object.keys(NAMES).join(', ')}${hint}`,
    );
  }
  const scale = Object.hasOwn(known.units, unit) ? known.units[unit] : undefined;
  const value = Math.round(Number(digits) * (scale ?? 0));
  if (scale === undefined || value < 1)
    throw new UsageError(`--limit ${text}: more than nothing is wanted, in ${Object.keys(known.units).join(', ')}`);
  return [known.limit, value];
}
