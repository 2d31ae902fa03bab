/** cucumber as the runner drives it: one library of steps, one parse of the features, each scenario reported as it ends. */
import { Writable } from 'node:stream';
import type { IRunConfiguration, ISupportCodeLibrary } from '@cucumber/cucumber/api';
import type { AttachmentMessage, CucumberMessage, StepResultMessage, TestCaseMessage } from './messages.js';
import type { Suite } from './project.js';
import type { StepRecord } from './records.js';
import { parseFault, planScenario, type PlannedScenario } from './scenarios.js';
import { chooseScenarios, type SourcedPickle } from './selectionPlugin.js';
import { UsageError } from './usage.js';

/** What came of a scenario, before anybody says what that means. */
export interface Execution {
  readonly steps: readonly StepRecord[];
  /** The first that did not pass; null if all did. */
  readonly failure: ExecutionFailure | null;
  readonly attachments: readonly AttachmentMessage[];
  readonly durationMs: number;
}

export type ExecutionFailure =
  | { readonly kind: 'step' | 'hook'; readonly errorType: string; readonly message: string }
  | { readonly kind: 'undefined' | 'ambiguous' | 'pending' | 'skipped'; readonly step: string };

export interface ScenarioRun {
  /** Answers what runs, in that order; a scenario may be there more than once. Called once, with every scenario there is. */
  choose(all: readonly PlannedScenario[]): readonly PlannedScenario[];
  /** The scenario at this place of the choice begins. */
  started(index: number): void;
  finished(index: number, execution: Execution): void;
}

/** A suite with its steps loaded. */
export interface LoadedSuite {
  readonly configuration: IRunConfiguration;
  readonly library: ISupportCodeLibrary;
  readonly root: string;
}

/** Reads cucumber's configuration file and loads the steps; once, however many runs follow. */
export async function loadSuite(suite: Suite): Promise<LoadedSuite> {
  const { loadConfiguration, loadSupport } = await import('@cucumber/cucumber/api');
  const environment = { cwd: suite.root, stdout: nowhere(), stderr: process.stderr };
  const { runConfiguration } = await loadConfiguration({ file: suite.configuration }, environment);
  const library = await loadSupport(runConfiguration, environment);
  return { configuration: runConfiguration, library, root: suite.root };
}

/** @throws UsageError with file, line and column where a feature is not Gherkin. */
export async function runScenarios({ configuration, library, root }: LoadedSuite, run: ScenarioRun): Promise<void> {
  const { runCucumber } = await import('@cucumber/cucumber/api');
  const observer = new Observer(run);
  chooseScenarios((all) => observer.choose(all));
  const complaints: string[] = [];
  const ended = runCucumber(
    {
      ...configuration,
      support: library,
      runtime: { ...configuration.runtime, parallel: 0, filterStacktraces: false },
      // The formatter that has the least to do; what it writes goes nowhere.
      formats: { stdout: 'rerun', files: {}, publish: false, options: {} },
      plugins: { specifiers: [new URL('selectionPlugin.js', import.meta.url).href], options: {} },
    },
    { cwd: root, stdout: nowhere(), stderr: collecting(complaints) },
    (message) => observer.receive(message),
  );
  await ended.catch((error: unknown) => {
    throw observer.thrown ?? error;
  });
  if (observer.faults.length > 0) throw new UsageError(observer.faults.join('\n'));
  if (!observer.isComplete) throw new Error(`cucumber did not run: ${complaints.join('')}`);
}

interface RunningCase {
  readonly index: number;
  readonly scenario: PlannedScenario;
  readonly testCase: TestCaseMessage;
  readonly startedAt: number;
  readonly results: Map<string, StepResultMessage>;
  readonly attachments: AttachmentMessage[];
}

class Observer {
  readonly faults: string[] = [];
  isComplete = false;
  thrown: unknown;
  readonly #run: ScenarioRun;
  #chosen: readonly PlannedScenario[] = [];
  readonly #cases = new Map<string, { readonly index: number; readonly testCase: TestCaseMessage }>();
  #running: RunningCase | undefined;

  constructor(run: ScenarioRun) {
    this.#run = run;
  }

  /** A fault in the choice is kept: cucumber would wrap it in its own. */
  choose(all: readonly SourcedPickle[]): readonly SourcedPickle[] {
    try {
      return this.#choose(all);
    } catch (error) {
      this.thrown = error;
      throw error;
    }
  }

  #choose(all: readonly SourcedPickle[]): readonly SourcedPickle[] {
    const sourced = new Map(all.map((one) => [one.pickle.id, one]));
    const scenarios = all.map(({ pickle, gherkinDocument }) => planScenario(pickle, gherkinDocument));
    this.#chosen = this.#run.choose(scenarios);
    return this.#chosen.flatMap(({ pickleId }) => sourced.get(pickleId) ?? []);
  }

  receive(message: CucumberMessage): void {
    if (message.parseError) {
      const { source, message: text } = message.parseError;
      this.faults.push(parseFault(source.uri ?? '', text));
    } else if (message.testCase) {
      this.#cases.set(message.testCase.id, { index: this.#cases.size, testCase: message.testCase });
    } else if (message.testCaseStarted) {
      this.#start(message.testCaseStarted.testCaseId);
    } else if (message.testStepFinished) {
      const { testStepId, testStepResult } = message.testStepFinished;
      this.#running?.results.set(testStepId, testStepResult);
    } else if (message.attachment) {
      this.#running?.attachments.push(message.attachment);
    } else if (message.testCaseFinished) {
      const running = this.#running;
      this.#running = undefined;
      if (running !== undefined) this.#run.finished(running.index, executionOf(running));
    } else if (message.testRunFinished) {
      this.isComplete = true;
    }
  }

  #start(testCaseId: string): void {
    const started = this.#cases.get(testCaseId);
    const scenario = started === undefined ? undefined : this.#chosen[started.index];
    if (started === undefined || scenario === undefined) throw new Error(`cucumber started an unknown test case`);
    const startedAt = performance.now();
    this.#running = { ...started, scenario, startedAt, results: new Map(), attachments: [] };
    this.#run.started(started.index);
  }
}

function executionOf({ scenario, testCase, startedAt, results, attachments }: RunningCase): Execution {
  const steps: StepRecord[] = [];
  let failure: ExecutionFailure | null = null;
  const planned = new Map(scenario.steps.map((step) => [step.id, step]));
  for (const { id, pickleStepId } of testCase.testSteps) {
    const result = results.get(id);
    if (result === undefined) continue;
    const step = pickleStepId === undefined ? undefined : planned.get(pickleStepId);
    failure ??= failureOf(result, step?.text);
    if (step === undefined) continue;
    const { keyword, text, argument } = step;
    const status = statusOf(result);
    const message = status === 'failed' ? messageOf(result) : '';
    steps.push({ keyword, text, ...(argument === '' ? {} : { argument }), status, message });
  }
  return { steps, failure, attachments, durationMs: roundMs(performance.now() - startedAt) };
}

function statusOf({ status }: StepResultMessage): StepRecord['status'] {
  return status.toLowerCase() as StepRecord['status'];
}

function failureOf(result: StepResultMessage, step: string | undefined): ExecutionFailure | null {
  const status = statusOf(result);
  switch (status) {
    case 'passed':
      return null;
    case 'failed':
    case 'unknown': {
      const errorType = result.exception?.type ?? 'Error';
      return { kind: step === undefined ? 'hook' : 'step', errorType, message: messageOf(result) };
    }
    case 'skipped':
    case 'undefined':
    case 'ambiguous':
    case 'pending':
      return { kind: status, step: step ?? 'a hook' };
  }
}

/** An assertion speaks for itself; another error names its kind. */
function messageOf({ exception, message = '' }: StepResultMessage): string {
  if (exception === undefined) return message;
  const text = exception.message ?? message;
  return /^(AssertionError|FrameMismatch|TargetFault|Error)$/.test(exception.type)
    ? text
    : `${exception.type}: ${text}`;
}

/** To the microsecond. */
export function roundMs(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

function collecting(lines: string[]): Writable {
  return new Writable({
    write: (chunk: unknown, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
}
