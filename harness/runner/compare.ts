/** Where two runs disagree, requirement by requirement. */
import { departureOf, type Departure, type KnownDepartures } from './departures.js';
import type { Outcome } from './records.js';
import type { RequirementResult, Results } from './results.js';

export interface RunComparison {
  readonly a: RunName;
  readonly b: RunName;
  /** What else is different: two runs that were asked different things say less. */
  readonly notes: readonly string[];
  /** Those whose verdict differs, or that only one run has though the other left nothing out. */
  readonly requirements: readonly RequirementDifference[];
  /** How many have the same verdict in both. */
  readonly same: number;
  /** Those that one of the runs was told to leave out, by --only or --tags. */
  readonly leftOut: readonly string[];
  /** Scenarios after which the two targets showed different states. */
  readonly states: readonly StateDifference[];
}

export interface StateDifference {
  readonly scenario: string;
  readonly name: string;
  readonly requirements: readonly string[];
  /** Lines that only one of the two showed. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
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
  /** Why this is to be expected, or null: what is missing has its reason, and what is wrong was analysed. */
  readonly explanation: string | null;
}

/** `known`: what is known of the target of the second run. */
export function compareRuns(a: Results, b: Results, known: KnownDepartures | null = null): RunComparison {
  const [inA, inB] = [a, b].map(({ requirements }) => new Map(requirements.map((one) => [one.id, one])));
  const all = [...new Set([...a.requirements, ...b.requirements].map(({ id }) => id))].sort();
  const isLeftOut = (id: string): boolean => (isPartial(a) && !inA?.has(id)) || (isPartial(b) && !inB?.has(id));
  const leftOut = all.filter(isLeftOut);
  const ids = all.filter((id) => !isLeftOut(id));
  const differences = ids.flatMap((id) => differenceOf(id, inA?.get(id), inB?.get(id), known) ?? []);
  return {
    a: nameOf(a),
    b: nameOf(b),
    notes: notesOf(a, b),
    requirements: differences,
    same: ids.length - differences.length,
    leftOut,
    states: statesOf(a, b),
  };
}

const isPartial = ({ only, tags }: Results): boolean => only.length > 0 || tags !== '';

/** Where both runs have the state after a scenario, and it is not the same. */
function statesOf(a: Results, b: Results): StateDifference[] {
  const inB = new Map(b.scenarios.map(({ id, state }) => [id, state]));
  return a.scenarios.flatMap(({ id, name, requirements, state }) => {
    const other = inB.get(id);
    if (state === undefined || other === undefined) return [];
    const onlyA = state.filter((line) => !other.includes(line));
    const onlyB = other.filter((line) => !state.includes(line));
    return onlyA.length + onlyB.length === 0 ? [] : [{ scenario: id, name, requirements, onlyA, onlyB }];
  });
}

function differenceOf(
  id: string,
  a: RequirementResult | undefined,
  b: RequirementResult | undefined,
  known: KnownDepartures | null,
): RequirementDifference | null {
  if (a?.verdict === b?.verdict) return null;
  const side = (one: RequirementResult | undefined): RequirementDifference['a'] =>
    one === undefined ? null : { verdict: one.verdict, reason: one.reason };
  const reason = b === undefined || b.reason === '' ? (a?.reason ?? '') : b.reason;
  return {
    id,
    title: (a ?? b)?.title ?? '',
    a: side(a),
    b: side(b),
    reason,
    explanation: explanationOf(a, b, departureOf(known, id)),
  };
}

function explanationOf(
  a: RequirementResult | undefined,
  b: RequirementResult | undefined,
  departure: Departure | undefined,
): string | null {
  switch (b?.verdict) {
    case undefined:
      return null;
    case 'pass':
      // The second has what the first has not.
      return a?.verdict === 'not-applicable' || a?.verdict === 'not-supported' ? a.reason : null;
    case 'not-applicable':
    case 'not-supported':
      return b.reason;
    case 'fail':
    case 'inconclusive':
      return departure === undefined ? null : `${departure.cause}: ${departure.what}`;
  }
}

/** Known departures that a run did not show: what was wrong may have been mended, and the page is to follow. */
export function mended(run: Results, known: KnownDepartures | null): readonly string[] {
  const passed = new Set(run.requirements.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id));
  const expected = known?.departures.filter(({ sometimes = false }) => !sometimes) ?? [];
  return expected.flatMap(({ requirements }) => requirements).filter((id) => passed.has(id));
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
