/** From the records of a run to its verdicts: results.json, and what the exit code says. */
import { latestScenarios, startOf } from './recordFile.js';
import {
  OUTCOMES,
  type Outcome,
  type RequirementText,
  type RunEnd,
  type RunRecord,
  type RunStart,
  type ScenarioRecord,
} from './records.js';
import type {
  AreaResult,
  CapabilityResult,
  OutcomeCounts,
  RequirementResult,
  Results,
  ResultsSummary,
  ScenarioResult,
} from './results.js';
import { areaOf } from './spec.js';

/** Exit codes of every command. */
export const EXIT = { conforms: 0, doesNotConform: 1, wrongUse: 2, targetFailed: 3 } as const;

/** A pure function of the records. */
export function resultsOf(records: readonly RunRecord[]): Results {
  const start = startOf(records);
  const all = latestScenarios(records);
  const scenarios = all.filter(({ probeOf }) => probeOf.length === 0);
  const requirements = start.requirements.map((requirement) => judgeRequirement(requirement, scenarios));
  return {
    format: 1,
    nicspec: start.nicspec,
    node: start.node,
    startedAt: start.startedAt,
    target: start.target,
    identity: start.identity,
    profile: start.profile,
    digest: start.digest,
    only: start.only,
    tags: start.tags,
    summary: summarise(start, records, requirements, scenarios),
    areas: areasOf(requirements),
    requirements,
    scenarios: all.map(scenarioResult),
    capabilities: capabilitiesOf(start, all),
  };
}

function scenarioResult(record: ScenarioRecord): ScenarioResult {
  const { id, name, feature, uri, line, requirements, isLaw, outcome, reason, probeOf } = record;
  const { durationMs, cases, steps, mismatch, counterexample, state, evidence } = record;
  const what = { id, name, feature, uri, line, requirements, isLaw, outcome, reason, probeOf };
  const shown = state === undefined ? {} : { state };
  return { ...what, durationMs, cases, steps, mismatch, counterexample, ...shown, evidence };
}

/** 0 conforms, 1 does not, 3 the target or the rig failed. */
export function exitCodeOf({ summary, requirements }: Results): number {
  if (summary.stopped !== null) return EXIT.targetFailed;
  if (summary.failures > 0 || requirements.some(lacksWhatMustBe)) return EXIT.doesNotConform;
  return summary.requirements.inconclusive + summary.scenarios.inconclusive > 0 ? EXIT.targetFailed : EXIT.conforms;
}

function summarise(
  start: RunStart,
  records: readonly RunRecord[],
  requirements: readonly RequirementResult[],
  scenarios: readonly ScenarioRecord[],
): ResultsSummary {
  const end = records.findLast((record): record is RunEnd => record.kind === 'run-end');
  const stopped = end === undefined ? 'the run was killed' : (end.stopped ?? null);
  const failing = requirements.filter(({ verdict }) => verdict === 'fail');
  const failures = failing.filter(({ isWarning }) => !isWarning).length;
  const requirementCounts = countOutcomes(requirements.map(({ verdict }) => verdict));
  const scenarioCounts = countOutcomes(scenarios.map(({ outcome }) => outcome));
  const inconclusive = requirementCounts.inconclusive + scenarioCounts.inconclusive;
  return {
    requirements: requirementCounts,
    scenarios: scenarioCounts,
    cases: scenarios.reduce((sum, { cases }) => sum + cases, 0),
    seed: start.seed,
    runs: start.runs,
    durationMs: end?.durationMs ?? scenarios.reduce((sum, { durationMs }) => sum + durationMs, 0),
    failures,
    warnings: failing.length - failures,
    conforms: failures === 0 && inconclusive === 0 && stopped === null && !requirements.some(lacksWhatMustBe),
    stopped,
  };
}

function lacksWhatMustBe({ verdict, level }: RequirementResult): boolean {
  return verdict === 'not-supported' && isMandatory(level);
}

function isMandatory(level: RequirementText['level']): boolean {
  return level === 'MUST' || level === 'MUST NOT';
}

function judgeRequirement(requirement: RequirementText, scenarios: readonly ScenarioRecord[]): RequirementResult {
  const own = scenarios.filter(({ requirements }) => requirements.includes(requirement.id));
  const { verdict, reason } = verdictOf(requirement, own);
  return {
    ...requirement,
    area: areaOf(requirement.id),
    verdict,
    reason,
    isWarning: verdict === 'fail' && !isMandatory(requirement.level),
    scenarios: own.map(({ id }) => id),
  };
}

/** One failure is enough; a pass counts only where nothing else is in doubt. */
function verdictOf(
  requirement: RequirementText,
  scenarios: readonly ScenarioRecord[],
): { readonly verdict: Outcome; readonly reason: string } {
  const first = (outcome: Outcome): ScenarioRecord | undefined => scenarios.find((one) => one.outcome === outcome);
  for (const outcome of ['fail', 'inconclusive'] as const) {
    const scenario = first(outcome);
    if (scenario !== undefined) return { verdict: outcome, reason: `${scenario.name}: ${scenario.reason}` };
  }
  const missing = (requirement.planned ?? scenarios.length) - scenarios.length;
  if (missing > 0) {
    return {
      verdict: 'inconclusive',
      reason: `the run stopped before ${missing} of ${scenarios.length + missing} scenarios`,
    };
  }
  const absent = first('not-supported') ?? first('not-applicable');
  if (first('pass') !== undefined) {
    const left = scenarios.filter(({ outcome }) => outcome !== 'pass').length;
    return {
      verdict: 'pass',
      reason: absent === undefined ? '' : `${left} of ${scenarios.length} scenarios not run: ${absent.reason}`,
    };
  }
  if (absent !== undefined) return { verdict: absent.outcome, reason: absent.reason };
  return requirement.reviewOnly === true
    ? { verdict: 'not-applicable', reason: 'no target can show it: it is held by review' }
    : { verdict: 'inconclusive', reason: 'no scenario shows it' };
}

function areasOf(requirements: readonly RequirementResult[]): AreaResult[] {
  const areas = new Map<string, Outcome[]>();
  for (const { area, verdict } of requirements) areas.set(area, [...(areas.get(area) ?? []), verdict]);
  return [...areas].map(([area, verdicts]) => ({ area, requirements: countOutcomes(verdicts) }));
}

/** How often each outcome is there. */
export function countOutcomes(outcomes: readonly Outcome[]): OutcomeCounts {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const outcome of outcomes) counts[outcome] += 1;
  return counts;
}

function capabilitiesOf(start: RunStart, scenarios: readonly ScenarioRecord[]): CapabilityResult[] {
  const names = new Set([
    ...Object.keys(start.capabilities),
    ...start.requirements.flatMap(({ needs }) => needs),
    ...scenarios.flatMap(({ probeOf }) => probeOf),
  ]);
  return [...names].sort().map((capability) => {
    const answer = start.capabilities[capability] ?? { present: false, reason: 'not declared by the target' };
    const probes = scenarios.filter(({ probeOf }) => probeOf.includes(capability));
    return {
      capability,
      present: answer.present,
      reason: answer.present ? '' : answer.reason,
      probe: probes.length === 0 ? null : probeFinding(probes),
    };
  });
}

function probeFinding(probes: readonly ScenarioRecord[]): CapabilityResult['probe'] {
  const passed = probes.filter(({ outcome }) => outcome === 'pass').length;
  const failed = probes.length - passed;
  if (passed === 0) return { finding: 'absent', passed, failed };
  return { finding: failed === 0 ? 'works' : 'half-works', passed, failed };
}
