/** From what happened in a scenario to what it means. */
import type { Execution, ExecutionFailure } from './cucumber.js';
import type { AttachmentMessage } from './messages.js';
import type { CounterexampleRecord, FrameMismatchRecord, Outcome } from './records.js';

export interface Judgement {
  readonly outcome: Extract<Outcome, 'pass' | 'fail' | 'inconclusive'>;
  /** Empty for a pass. */
  readonly reason: string;
}

/** Only a step that did not hold is a failure of the device; everything else says nothing of it. */
export function judge({ failure }: Execution): Judgement {
  if (failure === null) return { outcome: 'pass', reason: '' };
  switch (failure.kind) {
    case 'step':
      if (NOT_CALLABLE.test(failure.message))
        return { outcome: 'inconclusive', reason: `step definition: ${failure.message}` };
      return { outcome: isTheTargets(failure) ? 'inconclusive' : 'fail', reason: firstLine(failure.message) };
    case 'hook':
      return { outcome: 'inconclusive', reason: `before or after the scenario: ${firstLine(failure.message)}` };
    case 'undefined':
      return { outcome: 'inconclusive', reason: `no step definition: ${failure.step}` };
    case 'ambiguous':
      return { outcome: 'inconclusive', reason: `more than one step definition: ${failure.step}` };
    case 'pending':
      return { outcome: 'inconclusive', reason: `step definition is pending: ${failure.step}` };
    case 'skipped':
      return { outcome: 'inconclusive', reason: `the scenario skipped itself: ${failure.step}` };
  }
}

/** cucumber's own words for a step definition that does not take what its expression captures. */
const NOT_CALLABLE = /^function has \d+ arguments, should have/;

/** cucumber tells the class of an error. */
const TARGETS_ERRORS: ReadonlySet<string> = new Set(['TargetFault', 'TargetLost']);

function isTheTargets({ errorType, message }: Extract<ExecutionFailure, { readonly kind: 'step' | 'hook' }>): boolean {
  return TARGETS_ERRORS.has(errorType) || isStepTimeout({ message });
}

/** cucumber's own words for a step that took longer than it may. */
export function isStepTimeout({ message }: { readonly message: string }): boolean {
  return message.startsWith('function timed out');
}

function firstLine(message: string): string {
  const [line = ''] = message.split('\n');
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}

const FRAMES = 'application/vnd.nicspec.frames+json';
const COUNTEREXAMPLE = 'application/vnd.nicspec.counterexample+json';
const STATE = 'application/vnd.nicspec.state+json';

/** The frames that a failing step left, if it was about frames. */
export function mismatchOf(attachments: readonly AttachmentMessage[]): FrameMismatchRecord | null {
  const left = bodyOf(attachments, FRAMES);
  if (left === null) return null;
  return { title: textOf(left['title']), expected: hexOf(left['expected']), actual: hexOf(left['actual']) };
}

/** The smallest case that a law left; `command` repeats it. */
export function counterexampleOf(
  attachments: readonly AttachmentMessage[],
  command: (seed: number, path: string, replayPath: string | null) => string,
): CounterexampleRecord | null {
  const left = bodyOf(attachments, COUNTEREXAMPLE);
  if (left === null) return null;
  const [seed, path] = [numberOf(left['seed']), textOf(left['path'])];
  const replayPath = typeof left['replayPath'] === 'string' ? left['replayPath'] : null;
  return {
    seed,
    path,
    replayPath,
    numRuns: numberOf(left['numRuns']),
    counterexample: textOf(left['counterexample']),
    error: textOf(left['error']),
    command: command(seed, path, replayPath),
  };
}

/** What a step read of the state of the target, if one did. */
export function stateOf(attachments: readonly AttachmentMessage[]): readonly string[] | null {
  const lines = bodyOf(attachments, STATE)?.['lines'];
  return Array.isArray(lines) ? lines.filter((line): line is string => typeof line === 'string') : null;
}

function bodyOf(
  attachments: readonly AttachmentMessage[],
  mediaType: string,
): Readonly<Record<string, unknown>> | null {
  const left = attachments.findLast((attachment) => attachment.mediaType === mediaType);
  return left === undefined ? null : (JSON.parse(left.body) as Readonly<Record<string, unknown>>);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function hexOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
