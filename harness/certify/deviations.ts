/**
 * Deviations: what a vendor says that the device does not do as required, with a reason, an owner and an end. They are signed, always
 * shown, and change no verdict: the requirement runs in its strict form, and a pass under a deviation is a deviation that is stale.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { UsageError } from '../runner/usage.js';

export interface Deviation {
  readonly requirement: string;
  readonly reason: string;
  /** Who answers for it: a name or an address. */
  readonly owner: string;
  /** The last day on which it holds, YYYY-MM-DD. */
  readonly expires: string;
}

/** `active`: it covers a failure. `stale`: the requirement holds. `expired`: its end was before the certification. */
export type DeviationState = 'active' | 'stale' | 'expired';

export interface JudgedDeviation extends Deviation {
  readonly state: DeviationState;
}

const MEMBERS = ['requirement', 'reason', 'owner', 'expires'] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads a YAML list of deviations.
 * @throws UsageError with the place and the fix. `known`: ids of the profile's requirements.
 */
export function readDeviations(file: string, known: ReadonlySet<string>): readonly Deviation[] {
  let content: unknown;
  try {
    // A date stays text.
    content = parse(readFileSync(file, 'utf8'), { schema: 'failsafe' });
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const list: readonly unknown[] = Array.isArray(content) ? content : [];
  if (!Array.isArray(content)) throw new UsageError(`${file}: a list of deviations is wanted`);
  const faults = list.flatMap((entry, index) =>
    faultsOf(entry, known).map((fault) => `${file}: entry ${index + 1}: ${fault}`),
  );
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  return (list as readonly Deviation[]).map(({ requirement, reason, owner, expires }) => ({
    requirement,
    reason,
    owner,
    expires,
  }));
}

/** What is wrong with it. */
export function faultsOf(entry: unknown, known: ReadonlySet<string>): readonly string[] {
  if (typeof entry !== 'object' || entry === null) return ['a deviation has requirement, reason, owner and expires'];
  const members = entry as Readonly<Record<string, unknown>>;
  const faults = MEMBERS.filter((name) => typeof members[name] !== 'string' || members[name] === '').map(
    (name) => `${name} is missing`,
  );
  for (const name of Object.keys(members))
    if (!(MEMBERS as readonly string[]).includes(name)) faults.push(`${name} is no member of a deviation`);
  if (faults.length > 0) return faults;
  const { requirement, expires } = members as unknown as Deviation;
  if (!known.has(requirement)) faults.push(`the profile has no requirement ${requirement}`);
  if (!DAY.test(expires) || Number.isNaN(Date.parse(expires)))
    faults.push(`expires must be a day, YYYY-MM-DD: ${expires}`);
  return faults;
}

/** `issuedAt`: ISO 8601. `fails`: requirements that do not hold and could be covered. */
export function judgeDeviations(
  deviations: readonly Deviation[],
  fails: ReadonlySet<string>,
  issuedAt: string,
): readonly JudgedDeviation[] {
  const day = issuedAt.slice(0, 10);
  return deviations.map((deviation) => ({
    ...deviation,
    state: deviation.expires < day ? 'expired' : fails.has(deviation.requirement) ? 'active' : 'stale',
  }));
}
