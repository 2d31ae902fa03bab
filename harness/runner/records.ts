/**
 * The one stream of a run: `records.ndjson`, one record a line, written as results arrive. Every report is a pure function of it,
 * so a run that was killed keeps what it finished, and `--resume` goes on behind the last record.
 */
import type { CapabilityAnswers, TargetIdentity } from '../contract/index.js';

export const OUTCOMES = ['pass', 'fail', 'not-supported', 'not-applicable', 'inconclusive'] as const;
/** Outcome of a scenario and verdict of a requirement. They never merge; see docs/architecture.md. */
export type Outcome = (typeof OUTCOMES)[number];

export type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY';

export type RunRecord = RunStart | ScenarioRecord | RunEnd;

export interface RunStart {
  readonly kind: 'run-start';
  readonly nicspec: string;
  readonly node: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly target: string;
  readonly identity: TargetIdentity;
  readonly capabilities: CapabilityAnswers;
  readonly profile: string;
  readonly seed: number;
  /** Cases that each law tries. */
  readonly runs: number;
  /** SHA-256 over spec/ and features/: two runs with the same digest were asked the same. */
  readonly digest: string;
  /** The selection as it was asked for; empty lists mean everything. */
  readonly only: readonly string[];
  readonly tags: string;
  readonly shard: { readonly index: number; readonly of: number } | null;
  /** The requirements of the profile that were selected, with what a report says of them. */
  readonly requirements: readonly RequirementText[];
}

export interface RequirementText {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly statement: string;
  readonly rationale: string;
  readonly sources: readonly { readonly title: string; readonly section?: string; readonly url?: string }[];
  readonly needs: readonly string[];
  /** Capabilities, of those needed, that the profile makes mandatory. */
  readonly mandatory: readonly string[];
  /** No target can show it: it is held by review, and has no scenario. */
  readonly reviewOnly?: true;
  /** How many scenarios of it were taken up, without probes: a run that stopped has fewer records of it. */
  readonly planned?: number;
}

export interface ScenarioRecord {
  readonly kind: 'scenario';
  /** Stable over runs: the feature's path, the scenario's line, and the example's line where there is one. */
  readonly id: string;
  readonly name: string;
  readonly feature: string;
  readonly uri: string;
  readonly line: number;
  readonly requirements: readonly string[];
  readonly isLaw: boolean;
  readonly outcome: Outcome;
  /** Why it is not a pass; empty for a pass. */
  readonly reason: string;
  /** The target said that it lacks this capability; the scenario was tried all the same and counts for no verdict. */
  readonly probeOf: readonly string[];
  readonly durationMs: number;
  /** Cases that laws of this scenario tried. */
  readonly cases: number;
  readonly steps: readonly StepRecord[];
  readonly mismatch: FrameMismatchRecord | null;
  readonly counterexample: CounterexampleRecord | null;
  /** What the target showed of itself, in lines that do not depend on which target it is: for the comparison of two runs. */
  readonly state?: readonly string[];
  /** Paths below the run's directory. */
  readonly evidence: readonly string[];
}

export interface StepRecord {
  readonly keyword: string;
  readonly text: string;
  /** The text or the table below it, where there is one. */
  readonly argument?: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'undefined' | 'ambiguous' | 'pending' | 'unknown';
  /** Of a failed step; without the stack. */
  readonly message: string;
}

/** A frame that is not what it should be. Bytes are hexadecimal; null: there is no frame. */
export interface FrameMismatchRecord {
  readonly title: string;
  readonly expected: string | null;
  readonly actual: string | null;
}

/** The smallest case that breaks a law, and what repeats it. */
export interface CounterexampleRecord {
  readonly seed: number;
  readonly path: string;
  /** Of a sequence of commands: fast-check's replay path. */
  readonly replayPath: string | null;
  readonly numRuns: number;
  readonly counterexample: string;
  readonly error: string;
  /** The one command that repeats it. */
  readonly command: string;
}

export interface RunEnd {
  readonly kind: 'run-end';
  readonly durationMs: number;
  /** Why the run stopped before its end; absent if it did not. */
  readonly stopped?: string;
  /** SHA-256 of the lines before this one; the file has it, however the record was made. */
  readonly digest?: string;
}
