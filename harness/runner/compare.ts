/** Where two runs disagree, requirement by requirement. */
import type { Outcome } from './records.js';
import type { RequirementResult, Results } from './results.js';

export interface RunComparison {
  readonly a: RunName;
  readonly b: RunName;
  /** What else is different: two runs that were asked different things say less. */
  readonly notes: readonly string[];
  /** Those whose verdict differs, or that only one run has. */
  readonly requirements: readonly RequirementDifference[];
  /** How many have the same verdict in both. */
  readonly same: number;
}

export interface RunName {
  readonly target: string;
  readonly profile: string;
  readonly seed: number;
  readonly startedAt: string;
}

export interface RequirementDifference {
  readonly id: string;
  readonly title: string;
  readonly a: { readonly verdict: Outcome; readonly reason: string } | null;
  readonly b: { readonly verdict: Outcome; readonly reason: string } | null;
  /** Why the second is not a pass; where it is one, why the first was not. */
  readonly reason: string;
}

export function compareRuns(a: Results, b: Results): RunComparison {
  const [inA, inB] = [a, b].map(({ requirements }) => new Map(requirements.map((one) => [one.id, one])));
  const ids = [...new Set([...a.requirements, ...b.requirements].map(({ id }) => id))].sort();
  const differences = ids.flatMap((id) => differenceOf(id, inA?.get(id), inB?.get(id)) ?? []);
  return {
    a: nameOf(a),
    b: nameOf(b),
    notes: notesOf(a, b),
    requirements: differences,
    same: ids.length - differences.length,
  };
}

function differenceOf(
  id: string,
  a: RequirementResult | undefined,
  b: RequirementResult | undefined,
): RequirementDifference | null {
  if (a?.verdict === b?.verdict) return null;
  const side = (one: RequirementResult | undefined): RequirementDifference['a'] =>
    one === undefined ? null : { verdict: one.verdict, reason: one.reason };
  const reason = b === undefined || b.reason === '' ? (a?.reason ?? '') : b.reason;
  return { id, title: (a ?? b)?.title ?? '', a: side(a), b: side(b), reason };
}

function nameOf({ target, profile, summary, startedAt }: Results): RunName {
  return { target, profile, seed: summary.seed, startedAt };
}

function notesOf(a: Results, b: Results): string[] {
  const notes: string[] = [];
  if (a.digest !== b.digest) notes.push('the specification or the features are not the same');
  if (a.profile !== b.profile) notes.push(`profiles are ${a.profile} and ${b.profile}`);
  if (a.summary.seed !== b.summary.seed) notes.push(`seeds are ${a.summary.seed} and ${b.summary.seed}`);
  if (a.summary.runs !== b.summary.runs) notes.push(`laws tried ${a.summary.runs} and ${b.summary.runs} cases`);
  if ([a, b].some(({ summary }) => summary.stopped !== null)) notes.push('a run stopped before its end');
  return notes;
}
