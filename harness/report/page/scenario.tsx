/** One scenario: a line where it passed, and where it did not, all that is known. */
import type { VNode } from 'preact';
import type { CounterexampleRecord, Outcome, StepRecord } from '../../runner/records.js';
import type { ScenarioResult } from '../../runner/results.js';
import { ByteView } from './byteView.js';
import { Command } from '../../site/command.js';
import { Sign } from '../../site/verdict.js';
import { count, filePath, formatDuration, OUTCOME_TEXT } from '../../site/words.js';

export function Scenario({ scenario }: { readonly scenario: ScenarioResult }): VNode {
  const { outcome, mismatch, counterexample, state, evidence } = scenario;
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
        <Steps scenario={scenario} />
        {isBad && !saidByStep(scenario) ? <pre class="block">{scenario.reason}</pre> : null}
        {mismatch === null ? null : <ByteView mismatch={mismatch} />}
        {counterexample === null ? null : <Counterexample counterexample={counterexample} />}
        {state === undefined ? null : <State lines={state} />}
        {evidence.length === 0 ? null : <Evidence paths={evidence} />}
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

/** Of a message that lays out the bytes of two frames, the first line is enough: the bytes are in the view. */
const shortened = (message: string, scenario: ScenarioResult): string =>
  scenario.mismatch === null ? message : (message.split('\n', 1)[0] ?? '');

const saidByStep = ({ reason, steps }: ScenarioResult): boolean =>
  reason === '' ||
  steps.some(({ message }) => message !== '' && (message.includes(reason) || reason.includes(message)));

const STEP_SIGN: Partial<Record<StepRecord['status'], Outcome>> = {
  failed: 'fail',
  undefined: 'inconclusive',
  ambiguous: 'inconclusive',
};

function Steps({ scenario }: { readonly scenario: ScenarioResult }): VNode {
  return (
    <ol class="steps">
      {scenario.steps.map((step) => {
        const sign = STEP_SIGN[step.status];
        const below = step.argument === undefined ? null : <pre class="block">{step.argument}</pre>;
        if (step.status === 'passed')
          return (
            <li>
              {line(step)}
              {below}
            </li>
          );
        return (
          <li class={sign === undefined ? 'skipped' : 'bad'}>
            {sign === undefined ? null : <Sign outcome={sign} />}
            {line(step)} <span class="state">{step.status}</span>
            {below}
            {step.message === '' ? null : <pre>{shortened(step.message, scenario)}</pre>}
          </li>
        );
      })}
    </ol>
  );
}

const line = ({ keyword, text }: StepRecord): VNode => (
  <>
    <b>{keyword.trim()}</b> {text}
  </>
);

const Counterexample = ({ counterexample }: { readonly counterexample: CounterexampleRecord }): VNode => (
  <div>
    <h3>Smallest case that breaks the law, found after {count(counterexample.numRuns, 'case')}</h3>
    <pre class="block">{counterexample.counterexample}</pre>
    <h3>Repeat it</h3>
    <Command text={counterexample.command} />
  </div>
);

const State = ({ lines }: { readonly lines: readonly string[] }): VNode => (
  <div>
    <h3>What it showed</h3>
    <pre class="block">{lines.join('\n')}</pre>
  </div>
);

const Evidence = ({ paths }: { readonly paths: readonly string[] }): VNode => (
  <div>
    <h3>Evidence</h3>
    <ul class="plain">
      {paths.map((path) => (
        <li>
          <a class="text" href={filePath(path)}>
            {path}
          </a>
        </li>
      ))}
    </ul>
  </div>
);
