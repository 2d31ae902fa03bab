/** From the runs of a certification to its level: a pure function of their results and the deviations. */
import type { Level, Outcome } from '../runner/records.js';
import type { Results } from '../runner/results.js';
import { judgeDeviations, type Deviation, type JudgedDeviation } from './deviations.js';

export const CERTIFICATE_LEVELS = ['conforms', 'conforms with deviations', 'does not conform'] as const;
export type CertificateLevel = (typeof CERTIFICATE_LEVELS)[number];

export interface CertifiedRequirement {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  /** One for each seed. */
  readonly verdicts: readonly Outcome[];
  /** The worst of them. */
  readonly verdict: Outcome;
  /** Of the worst; empty for a pass. */
  readonly reason: string;
}

export interface Judgement {
  readonly level: CertificateLevel;
  readonly requirements: readonly CertifiedRequirement[];
  readonly deviations: readonly JudgedDeviation[];
  /** Mandatory requirements that do not hold and that no deviation covers. */
  readonly failing: readonly string[];
}

/** From worst to best: one seed that fails is enough. */
const SEVERITY: readonly Outcome[] = ['fail', 'inconclusive', 'not-supported', 'pass', 'not-applicable'];

export function judgeCertification(
  runs: readonly Results[],
  deviations: readonly Deviation[],
  issuedAt: string,
): Judgement {
  const [first] = runs;
  const requirements = (first?.requirements ?? []).map(({ id, title, level }): CertifiedRequirement => {
    const own = runs.map((run) => run.requirements.find((requirement) => requirement.id === id));
    const verdicts = own.map((requirement): Outcome => requirement?.verdict ?? 'inconclusive');
    const worst = SEVERITY.find((outcome) => verdicts.includes(outcome)) ?? 'inconclusive';
    const reason = own[verdicts.indexOf(worst)]?.reason ?? 'one run says nothing of it';
    return { id, title, level, verdicts, verdict: worst, reason: worst === 'pass' ? '' : reason };
  });
  const bad = requirements.filter(isBad);
  // What nobody knows cannot be excused.
  const coverable = new Set(bad.filter(({ verdict }) => verdict !== 'inconclusive').map(({ id }) => id));
  const judged = judgeDeviations(deviations, coverable, issuedAt);
  const covered = new Set(judged.filter(({ state }) => state === 'active').map(({ requirement }) => requirement));
  const failing = bad.filter(({ id }) => !covered.has(id)).map(({ id }) => id);
  const isStopped = runs.some(({ summary }) => summary.stopped !== null);
  return {
    level: levelOf(failing.length > 0 || isStopped, covered.size > 0),
    requirements,
    deviations: judged,
    failing,
  };
}

function levelOf(fails: boolean, isCovered: boolean): CertificateLevel {
  if (fails) return 'does not conform';
  return isCovered ? 'conforms with deviations' : 'conforms';
}

/** A mandatory requirement that does not hold, and any that nobody knows of. */
function isBad({ level, verdict }: CertifiedRequirement): boolean {
  if (verdict === 'inconclusive') return true;
  const isMandatory = level === 'MUST' || level === 'MUST NOT';
  return isMandatory && (verdict === 'fail' || verdict === 'not-supported');
}
