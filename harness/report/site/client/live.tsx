/// <reference lib="dom" />
/** A run as it goes. The events come from `nicspec report serve`; when the run has ended, the page leads to its report. */
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Verdict } from '../../../site/verdict.js';
import { count, formatDuration, formatNumber, formatTime, OUTCOME_ORDER, OUTCOME_TEXT } from '../../../site/words.js';
import { afterEvent, NOTHING_YET, progressOf, type LiveEvent, type LiveState } from '../../live/liveEvents.js';
import { Bar } from './overview.js';

export function Live(): VNode {
  const [state, setState] = useState(NOTHING_YET);
  const [isConnected, setConnected] = useState(false);
  useEffect(() => {
    const source = new EventSource('events');
    source.onopen = () => {
      // The server tells everything from the start to each connection.
      setState(NOTHING_YET);
      setConnected(true);
    };
    source.onerror = () => setConnected(false);
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const event = JSON.parse(data) as LiveEvent;
      setState((before) => afterEvent(before, event));
      if (event.kind === 'end') source.close();
    };
    return () => source.close();
  }, []);
  const { start, end, outcomes, failures, newest } = state;
  useEffect(() => {
    const { decided, of } = progressOf(state);
    document.title =
      start === null ? 'nicspec run' : `${end === null ? `${decided}/${of}` : 'ended'} ${start.target} – nicspec run`;
  }, [state]);
  return (
    <main id="content" class="live">
      <p class="kicker">nicspec run{end === null ? ', as it goes' : ''}</p>
      <h1>{start === null ? 'No run yet' : start.target}</h1>
      {start === null ? (
        <p class="identity">
          {isConnected ? 'Waiting for nicspec run to begin.' : 'Waiting for nicspec report serve.'}
        </p>
      ) : (
        <>
          <p class="identity">
            Profile {start.profile}, seed {start.seed}, started {formatTime(start.startedAt)}
          </p>
          <Conclusion state={state} isConnected={isConnected} />
          <Progress state={state} />
          <Bar counts={outcomes} />
          <p class="where" aria-live="polite">
            {count(state.done, 'scenario')}:{' '}
            {OUTCOME_ORDER.filter((outcome) => outcomes[outcome] > 0)
              .map((outcome) => `${formatNumber(outcomes[outcome])} ${OUTCOME_TEXT[outcome]}`)
              .join(', ')}
          </p>
          {failures.length === 0 ? null : <Scenarios title="Failed so far" scenarios={failures} />}
          {end === null ? <Scenarios title="Newest" scenarios={newest} /> : null}
        </>
      )}
    </main>
  );
}

function Conclusion({
  state: { end },
  isConnected,
}: {
  readonly state: LiveState;
  readonly isConnected: boolean;
}): VNode | null {
  if (end === null) return isConnected ? null : <p class="reason">The server does not answer; the page tries again.</p>;
  return (
    <div class={`conclusion${end.stopped === null ? '' : ' open'}`}>
      <strong>{end.stopped === null ? 'The run has ended' : `The run stopped: ${end.stopped}`}</strong>
      <p>
        After {formatDuration(end.durationMs)}.{' '}
        {end.report === '' ? null : <a href={end.report}>Open the final report</a>}
      </p>
    </div>
  );
}

function Progress({ state }: { readonly state: LiveState }): VNode {
  const { decided, of } = progressOf(state);
  return (
    <p class="progress">
      <label>
        {formatNumber(decided)} of {count(of, 'requirement')} decided <progress value={decided} max={Math.max(1, of)} />
      </label>
    </p>
  );
}

function Scenarios({ title, scenarios }: { readonly title: string; readonly scenarios: LiveState['newest'] }): VNode {
  return (
    <section>
      <h2>{title}</h2>
      <ul class="failures">
        {scenarios.map(({ id, name, outcome, requirements, reason, durationMs }) => (
          <li key={id}>
            <Verdict outcome={outcome} />
            <div>
              <span class="id">{requirements.join(' ')}</span> <span class="name">{name}</span>{' '}
              <span class="muted nowrap">{formatDuration(durationMs)}</span>
              {reason === '' ? null : <p>{reason}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
