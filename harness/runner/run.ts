/** One run of the suite against one target: `nicspec run`. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setSession } from '../../features/steps/session.js';
import { writeEvidence } from '../evidence/index.js';
import { openTarget } from '../targets/index.js';
import { loadSuite, roundMs, runScenarios, type Execution, type LoadedSuite } from './cucumber.js';
import { counterexampleOf, isStepTimeout, judge, mismatchOf, stateOf } from './outcome.js';
import { nicspecVersion, NICSPEC_SUITE, suiteDigestOf, type Suite } from './project.js';
import { latestScenarios, openRecordFile, readRecords, recordKey, startOf, type RecordFile } from './recordFile.js';
import type { RunEnd, RunRecord, RunStart, ScenarioRecord } from './records.js';
import { repeatCommand } from './repeatCommand.js';
import { Rig } from './rig.js';
import type { PlannedScenario } from './scenarios.js';
import { requestedRequirements, select, type Selection, type SelectionRequest } from './selection.js';
import { loadSpec, profileNamed, type Spec } from './spec.js';
import { UsageError } from './usage.js';

export interface RunOptions extends SelectionRequest {
  readonly target: string;
  readonly profile: string;
  readonly seed: number;
  /** Cases that each law tries. */
  readonly runs: number;
  /** Repeats one counterexample: fast-check's path of it. */
  readonly path?: string;
  /** With the path of a counterexample that is a sequence of commands: fast-check's replay path. */
  readonly replayPath?: string;
  /** Folder of the records and the evidence; made if it is not there. */
  readonly out: string;
  /** Goes on with the run that the folder holds. */
  readonly resume?: boolean;
  readonly suite?: Suite;
  readonly callLimitMs?: number;
  readonly onProgress?: (progress: RunProgress) => void;
  /** A scenario begins. */
  readonly onScenario?: (id: string) => void;
}

export interface RunProgress {
  readonly done: number;
  readonly of: number;
  readonly record: ScenarioRecord;
}

export interface RunHandle {
  /** Ends with the scenario that runs now; what is finished is kept. */
  stop(reason: string): void;
}

/**
 * Runs, and answers the records, which are in the folder too.
 * @throws UsageError, or TargetFault if the target does not start.
 */
export async function run(options: RunOptions, onStart?: (handle: RunHandle) => void): Promise<readonly RunRecord[]> {
  const { suite = NICSPEC_SUITE } = options;
  const spec = await loadSpec(suite.spec);
  requestedRequirements(spec, profileNamed(spec, options.profile), options.only);
  const [loaded, recorder] = [await loadSuite(suite), new RunRecorder(options, spec, suite)];
  const rig = await Rig.open({
    open: () => openTarget(options.target, { seed: options.seed }),
    settle: () => recorder.settled(),
    ...(options.callLimitMs === undefined ? {} : { callLimitMs: options.callLimitMs }),
  });
  try {
    onStart?.({ stop: (reason) => rig.stop(reason) });
    return await recorder.record(rig, loaded);
  } finally {
    await rig.close();
  }
}

/** A scenario that cucumber runs, and what a pass or a failure of it counts for. */
interface Assignment {
  readonly scenario: PlannedScenario;
  readonly probeOf: readonly string[];
}

class RunRecorder {
  readonly #options: RunOptions;
  readonly #spec: Spec;
  readonly #suite: Suite;
  readonly #kept: RunRecord[];
  readonly #records: RunRecord[] = [];
  #file: RecordFile | undefined;
  #assignments: readonly Assignment[] = [];
  #total = 0;
  #done = 0;
  #newCases = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(options: RunOptions, spec: Spec, suite: Suite) {
    this.#options = options;
    this.#spec = spec;
    this.#suite = suite;
    this.#kept = options.resume === true ? readRecords(options.out) : [];
  }

  /** What the last scenario still had to write is written. */
  settled(): Promise<void> {
    return this.#tail;
  }

  async record(rig: Rig, loaded: LoadedSuite): Promise<readonly RunRecord[]> {
    const startedAt = performance.now();
    this.#openSession(rig);
    try {
      await runScenarios(loaded, {
        choose: (all) => this.#choose(all, rig),
        started: (index) => this.#started(index),
        finished: (index, execution) => this.#finished(index, execution, rig),
      });
      await this.#tail;
      this.#write(this.#end(rig, performance.now() - startedAt));
    } finally {
      this.#file?.close();
    }
    return this.#records;
  }

  #openSession(rig: Rig): void {
    const { seed, runs, path, replayPath } = this.#options;
    setSession({
      target: rig.bench,
      description: rig.description,
      seed,
      runs,
      ...(path === undefined ? {} : { path }),
      ...(replayPath === undefined ? {} : { replayPath }),
      newCase: () => {
        this.#newCases += 1;
        rig.bench.current.newCase();
      },
    });
  }

  #choose(all: readonly PlannedScenario[], rig: Rig): readonly PlannedScenario[] {
    const { profile, only, tags, shard } = this.#options;
    const selection = select(all, {
      spec: this.#spec,
      profile: profileNamed(this.#spec, profile),
      capabilities: rig.description.capabilities,
      request: { only, tags, shard },
    });
    const start = this.#start(rig, selection);
    const kept = keptRecords(this.#kept, start);
    this.#records.push(...kept);
    // What a run before left there would be taken for this one's.
    if (kept.length === 0) rmSync(join(this.#options.out, 'evidence'), { recursive: true, force: true });
    this.#file = openRecordFile(this.#options.out, kept);
    if (kept.length === 0) this.#write(start);
    this.#assign(selection, new Set(latestScenarios(kept).map(recordKey)));
    return this.#assignments.map(({ scenario }) => scenario);
  }

  /** Scenarios that can run, then the probes; those that cannot run are recorded at once. */
  #assign({ scenarios }: Selection, finished: ReadonlySet<string>): void {
    const isNew = (scenario: PlannedScenario, probeOf: readonly string[]): boolean =>
      !finished.has(recordKey({ id: scenario.id, probeOf }));
    const running: Assignment[] = [];
    const probes: Assignment[] = [];
    for (const selected of scenarios) {
      const { scenario } = selected;
      if (selected.kind === 'run') {
        if (isNew(scenario, [])) running.push({ scenario, probeOf: [] });
        continue;
      }
      const { outcome, reason, probe } = selected;
      if (isNew(scenario, [])) this.#write(notRun(scenario, outcome, reason));
      if (probe.length > 0 && isNew(scenario, probe)) probes.push({ scenario, probeOf: probe });
    }
    this.#assignments = [...running, ...probes];
    this.#total = this.#assignments.length;
  }

  #started(index: number): void {
    this.#newCases = 0;
    const assignment = this.#assignments[index];
    if (assignment !== undefined) this.#options.onScenario?.(assignment.scenario.id);
  }

  #finished(index: number, execution: Execution, rig: Rig): void {
    const assignment = this.#assignments[index];
    if (assignment === undefined || rig.stopped !== null) return;
    rig.scenarioEnded(lossOf(execution));
    const record = this.#scenarioRecord(assignment, execution);
    const { testimony } = rig.bench.current;
    if (!leavesEvidence(record, execution) && testimony.length === 0) {
      this.#add(record);
      return;
    }
    const folder = evidenceFolder(record);
    const recorded = rig.bench.current.recorded();
    const { reason: title, mismatch, counterexample } = record;
    const application = `nicspec ${nicspecVersion()}`;
    this.#tail = this.#tail.then(async () => {
      const names = await writeEvidence(join(this.#options.out, folder), recorded, {
        title,
        application,
        mismatch,
        counterexample,
        testimony,
      });
      this.#add({ ...record, evidence: names.map((name) => `${folder}/${name}`) });
    });
  }

  #scenarioRecord({ scenario, probeOf }: Assignment, execution: Execution): ScenarioRecord {
    const { outcome, reason } = judge(execution);
    const state = stateOf(execution.attachments);
    return {
      ...scenarioIdentity(scenario),
      outcome,
      reason,
      probeOf,
      durationMs: execution.durationMs,
      // The first case is the scenario itself.
      cases: scenario.isLaw ? Math.max(0, this.#newCases - 1) : 0,
      steps: execution.steps,
      mismatch: mismatchOf(execution.attachments),
      counterexample: counterexampleOf(execution.attachments, (seed, path, replayPath) =>
        repeatCommand({ ...this.#options, only: [scenario.id], seed, path, replayPath }),
      ),
      ...(state === null ? {} : { state }),
      evidence: [],
    };
  }

  #add(record: ScenarioRecord): void {
    this.#write(record);
    this.#done += 1;
    this.#options.onProgress?.({ done: this.#done, of: this.#total, record });
  }

  #write(record: RunRecord): void {
    this.#records.push(record);
    this.#file?.write(record);
  }

  #start(rig: Rig, { requirements }: Selection): RunStart {
    const { target, profile, seed, runs, only, tags, shard } = this.#options;
    return {
      kind: 'run-start',
      nicspec: nicspecVersion(),
      node: process.version,
      startedAt: new Date().toISOString(),
      target,
      identity: rig.description.identity,
      capabilities: rig.description.capabilities,
      profile,
      seed,
      runs,
      digest: suiteDigestOf(this.#suite),
      only,
      tags,
      shard,
      requirements,
    };
  }

  #end(rig: Rig, durationMs: number): RunEnd {
    const before = latestScenarios(this.#kept).reduce((sum, scenario) => sum + scenario.durationMs, 0);
    const end: RunEnd = { kind: 'run-end', durationMs: roundMs(before + durationMs) };
    return rig.stopped === null ? end : { ...end, stopped: rig.stopped };
  }
}

/**
 * What a resumed run keeps: everything but its end and the scenarios without a result.
 * @throws UsageError if it was asked something else.
 */
function keptRecords(records: readonly RunRecord[], start: RunStart): RunRecord[] {
  if (records.length === 0) return [];
  const before = startOf(records);
  const question = ({
    target,
    profile,
    seed,
    runs,
    digest,
    only,
    tags,
    shard,
  }: RunStart): Readonly<Record<string, string>> => ({
    target,
    profile,
    seed: String(seed),
    runs: String(runs),
    digest,
    only: only.join(' '),
    tags,
    shard: shard === null ? 'none' : `${shard.index}/${shard.of}`,
  });
  const [asked, now] = [question(before), question(start)];
  for (const [name, value] of Object.entries(now)) {
    if (asked[name] === value) continue;
    const what =
      name === 'digest'
        ? 'the specification or the features have changed since'
        : `${name} was ${asked[name] ?? ''}, not ${value}`;
    throw new UsageError(`--resume cannot go on with this run: ${what}`);
  }
  return records.filter(
    (record) => record.kind === 'run-start' || (record.kind === 'scenario' && record.outcome !== 'inconclusive'),
  );
}

function notRun(
  scenario: PlannedScenario,
  outcome: 'not-supported' | 'not-applicable',
  reason: string,
): ScenarioRecord {
  return {
    ...scenarioIdentity(scenario),
    outcome,
    reason,
    probeOf: [],
    durationMs: 0,
    cases: 0,
    steps: [],
    mismatch: null,
    counterexample: null,
    evidence: [],
  };
}

function scenarioIdentity({
  id,
  name,
  feature,
  uri,
  line,
  requirements,
  isLaw,
}: PlannedScenario): Pick<
  ScenarioRecord,
  'kind' | 'id' | 'name' | 'feature' | 'uri' | 'line' | 'requirements' | 'isLaw'
> {
  return { kind: 'scenario', id, name, feature, uri, line, requirements, isLaw };
}

/** A target that could not even be reset, or that a step still waits for, is opened anew. */
function lossOf({ failure, steps }: Execution): string | null {
  if (failure?.kind === 'hook' && !steps.some(({ status }) => status === 'passed')) return failure.message;
  return failure?.kind === 'step' && isStepTimeout(failure) ? failure.message : null;
}

/** A scenario whose steps cannot even be run has nothing to show, and a probe says nothing of a requirement. */
function leavesEvidence({ outcome, probeOf }: ScenarioRecord, { failure }: Execution): boolean {
  if (probeOf.length > 0 || failure === null || outcome === 'pass') return false;
  return failure.kind === 'step' || failure.kind === 'hook';
}

/** `evidence/nic-rss-31`. */
function evidenceFolder({ id }: ScenarioRecord): string {
  const slug = id
    .replace(/^features\//, '')
    .replace('.feature', '')
    .replace(/[^\w]+/g, '-');
  return `evidence/${slug}`;
}
