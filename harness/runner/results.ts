/** results.json: what a run found. Its schema is `reports/schema/results.schema.json`. */
import type { CapabilityAnswers, TargetIdentity } from '../contract/index.js';
import type { Level, Outcome, RequirementText, ScenarioRecord } from './records.js';

export interface Results {
  readonly format: 1;
  readonly nicspec: string;
  readonly node: string;
  readonly startedAt: string;
  readonly target: string;
  readonly identity: TargetIdentity;
  readonly profile: string;
  readonly digest: string;
  readonly only: readonly string[];
  readonly tags: string;
  readonly summary: ResultsSummary;
  readonly areas: readonly AreaResult[];
  readonly requirements: readonly RequirementResult[];
  readonly scenarios: readonly ScenarioResult[];
  readonly capabilities: readonly CapabilityResult[];
}

export type OutcomeCounts = Readonly<Record<Outcome, number>>;

export interface ResultsSummary {
  /** Requirements by verdict. */
  readonly requirements: OutcomeCounts;
  /** Scenarios by outcome; probes are not among them. */
  readonly scenarios: OutcomeCounts;
  /** Cases that laws tried. */
  readonly cases: number;
  readonly seed: number;
  readonly runs: number;
  readonly durationMs: number;
  /** Failing requirements of level MUST or MUST NOT. */
  readonly failures: number;
  /** Failing requirements of any other level. */
  readonly warnings: number;
  /** No failure, nothing inconclusive, and the run came to its end. */
  readonly conforms: boolean;
  /** Why the run stopped before its end, or null. */
  readonly stopped: string | null;
}

/** An area is the part of a requirement's id between `NIC-` and the number: `NIC-CSUM`. */
export interface AreaResult {
  readonly area: string;
  readonly requirements: OutcomeCounts;
}

export interface RequirementResult extends RequirementText {
  readonly area: string;
  readonly verdict: Outcome;
  readonly reason: string;
  /** A failing SHOULD, SHOULD NOT or MAY. */
  readonly isWarning: boolean;
  /** Ids of its scenarios. */
  readonly scenarios: readonly string[];
}

export type ScenarioResult = Omit<ScenarioRecord, 'kind'>;

export interface CapabilityResult {
  readonly capability: string;
  readonly present: boolean;
  /** Why it is absent; empty if present. */
  readonly reason: string;
  /** What came of trying it all the same. */
  readonly probe: {
    readonly finding: 'works' | 'half-works' | 'absent';
    readonly passed: number;
    readonly failed: number;
  } | null;
}

export type { CapabilityAnswers, Level };
