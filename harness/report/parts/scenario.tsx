/** One scenario, in the page of a run and in the site of several: a line where it passed, and where it did not, all that is known. */
import type { ComponentChildren, VNode } from 'preact';
import type { CounterexampleRecord, Outcome, StepRecord } from '../../runner/records.js';
import type { ScenarioResult } from '../../runner/results.js';
import { Command } from '../../site/command.js';
import { Sign } from '../../site/verdict.js';
import { count, formatDuration, OUTCOME_TEXT } from '../../site/words.js';

export interface ScenarioProps {
  readonly scenario: ScenarioResult;
  /** Expected and got side by side, where there is a mismatch. */
  readonly frames: ComponentChildren;
  readonly evidence: ComponentChildren;
}

export function Scenario({ scenario, frames, evidence }: ScenarioProps): VNode {
  const { outcome, counterexample, state } = scenario;
  const isBad = outcome === 'fail' || outcome === 'inconclusive';
  return (
    <details class="scenario" open={isBad}>
      <summary>
        <Sign outcome={outcome} />
        <span class="name">
          {scenario.name}
          {outcome === 'pass' ? null : <span class="muted"> — {OUTCOME_TEXT[outcome]}</span>}
        </span>
        <span class="meta">{facts(scenario)}</span>
      </summary>
      <div>
        {scenario.reason === '' || isBad ? null : <p class="reason">{scenario.reason}</p>}
        <ol class="steps">
          {scenario.steps.map((step) => (
            <Step step={step} isShort={scenario.mismatch !== null} />
          ))}
        </ol>
        {isBad && !saidByStep(scenario) ? <pre class="block">{scenario.reason}</pre> : null}
        {frames}
        {counterexample === null ? null : <Counterexample counterexample={counterexample} />}
        {state === undefined ? null : <State lines={state} />}
        {evidence}
        <p class="where">
          {scenario.feature}, {scenario.uri}:{scenario.line}
        </p>
      </div>
    </details>
  );
}

function facts({ isLaw, cases, durationMs }: ScenarioResult): string {
  return [...(isLaw ? [`law, ${count(cases, 'case')}`] : []), formatDuration(durationMs)].join(', ');
}

const saidByStep = ({ reason, steps }: ScenarioResult): boolean =>
  reason === '' ||
  steps.some(({ message }) => message !== '' && (message.includes(reason) || reason.includes(message)));

const STEP_SIGN: Partial<Record<StepRecord['status'], Outcome>> = {
  failed: 'fail',
  undefined: 'inconclusive',
  ambiguous: 'inconclusive',
};

/** `isShort`: the bytes are in the view, so of a message that lays out two frames the first line is enough. */
function Step({ step, isShort }: { readonly step: StepRecord; readonly isShort: boolean }): VNode {
  const { status, keyword, text, argument } = step;
  const sign = STEP_SIGN[status];
  const message = isShort ? (step.message.split('\n', 1)[0] ?? '') : step.message;
  return (
    <li {...(status === 'passed' ? {} : { class: sign === undefined ? 'skipped' : 'bad' })}>
      {sign === undefined ? null : <Sign outcome={sign} />}
      <b>{keyword.trim()}</b> {text}
      {status === 'passed' ? null : (
        <>
          {' '}
          <span class="state">{status}</span>
        </>
      )}
      {argument === undefined ? null : <pre class="block">{argument}</pre>}
      {message === '' ? null : <pre>{message}</pre>}
    </li>
  );
}

const Counterexample = ({ counterexample }: { readonly counterexample: CounterexampleRecord }): VNode => (
  <>
    <h3>Smallest case that breaks the law, found after {count(counterexample.numRuns, 'case')}</h3>
    <pre class="block">{counterexample.counterexample}</pre>
    <h3>Repeat it</h3>
    <Command text={counterexample.command} />
  </>
);

const State = ({ lines }: { readonly lines: readonly string[] }): VNode => (
  <>
    <h3>What it showed</h3>
    <pre class="block">{lines.join('\n')}</pre>
  </>
);
