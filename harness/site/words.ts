/** How a report says what the data hold. */
import type { Outcome } from '../runner/records.js';

/** In the order in which bars and lists show them: what needs attention first, but for what is well. */
export const OUTCOME_ORDER = [
  'pass',
  'fail',
  'inconclusive',
  'not-supported',
  'not-applicable',
] as const satisfies readonly Outcome[];

export const OUTCOME_TEXT: Readonly<Record<Outcome, string>> = {
  pass: 'pass',
  fail: 'fail',
  inconclusive: 'inconclusive',
  'not-supported': 'not supported',
  'not-applicable': 'not applicable',
};

/** `1 requirement`, `2 requirements`. */
export const count = (value: number, noun: string): string => `${formatNumber(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Groups of three digits, whatever the locale of the machine. */
export const formatNumber = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');

export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1) return '< 1 ms';
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `2026-11-23 17:07 UTC`; what is no date is left as it is. */
export function formatTime(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(iso);
  return match === null ? iso : `${match[1] ?? ''} ${match[2] ?? ''} UTC`;
}

/** A link target for an address from data; undefined unless it is a web address. */
export const webAddress = (url: string | undefined): string | undefined =>
  url !== undefined && /^https?:\/\//i.test(url) ? url : undefined;

/** A link to a file below the page's folder; never another scheme, host or root. */
export const filePath = (path: string): string =>
  `./${path
    .split('/')
    .filter((part) => part !== '' && part !== '..')
    .map(encodeURIComponent)
    .join('/')}`;
