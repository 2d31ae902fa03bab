/** The top of the page: who was tested, what came of it, in words, figures and bars. */
import type { VNode } from 'preact';
import type { AreaResult, OutcomeCounts, RequirementResult, Results } from '../../runner/results.js';
import { Verdict } from '../../site/verdict.js';
import { count, formatDuration, formatNumber, formatTime, OUTCOME_ORDER, OUTCOME_TEXT } from '../../site/words.js';

export function Header({ results }: { readonly results: Results }): VNode {
  const { identity, target, profile, startedAt } = results;
  const { device, kernel } = identity;
  return (
    <header class="top">
      <p class="kicker">nicspec conformance report</p>
      <h1>{target}</h1>
      <p class="identity">
        {[device.vendor, device.model].filter((part) => part !== '').join(' ')}, driver {device.driver}{' '}
        {device.driverVersion}, firmware {device.firmwareVersion === '' ? 'unknown' : device.firmwareVersion}; kernel{' '}
        {kernel.name} {kernel.release}
        <br />
        Profile {profile}, {formatTime(startedAt)}
      </p>
      <Conclusion results={results} />
      <Figures results={results} />
    </header>
  );
}

function Conclusion({ results }: { readonly results: Results }): VNode {
  const { conforms, failures, warnings, stopped, requirements } = results.summary;
  const parts = [
    ...(failures > 0 ? [`${count(failures, 'mandatory requirement')} ${failures === 1 ? 'fails' : 'fail'}`] : []),
    ...(requirements.inconclusive > 0 ? [`${count(requirements.inconclusive, 'requirement')} inconclusive`] : []),
    ...(requirements['not-supported'] > 0
      ? [`${count(requirements['not-supported'], 'requirement')} not supported`]
      : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(stopped === null ? [] : [`the run stopped before its end: ${stopped}`]),
  ];
  const text =
    parts.length === 0
      ? `Every requirement that applies holds: ${formatNumber(requirements.pass)} of them.`
      : `${capital(parts.join('; '))}.`;
  return (
    <div class={`conclusion ${conforms ? '' : failures > 0 ? 'bad' : 'open'}`.trim()}>
      <strong>{conforms ? 'Conforms' : 'Does not conform'}</strong>
      <p class="text">{text}</p>
    </div>
  );
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const sum = (counts: OutcomeCounts): number => OUTCOME_ORDER.reduce((total, outcome) => total + counts[outcome], 0);

function Figures({ results }: { readonly results: Results }): VNode {
  const { summary } = results;
  return (
    <dl class="figures">
      <Figure name="Requirements" value={sum(summary.requirements)} note={breakdown(summary.requirements)} />
      <Figure name="Scenarios" value={sum(summary.scenarios)} note={breakdown(summary.scenarios)} />
      <Figure
        name="Cases of laws"
        value={summary.cases}
        note={`seed ${summary.seed}, ${formatNumber(summary.runs)} a law`}
      />
      <div>
        <dt>Duration</dt>
        <dd>{formatDuration(summary.durationMs)}</dd>
      </div>
    </dl>
  );
}

const Figure = ({
  name,
  value,
  note,
}: {
  readonly name: string;
  readonly value: number;
  readonly note: string;
}): VNode => (
  <div>
    <dt>{name}</dt>
    <dd>
      {formatNumber(value)}
      <small>{note}</small>
    </dd>
  </div>
);

const breakdown = (counts: OutcomeCounts): string =>
  OUTCOME_ORDER.filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${formatNumber(counts[outcome])} ${OUTCOME_TEXT[outcome]}`)
    .join(', ');

/** So many are listed at the top; the list of requirements has them all. */
const MOST_LISTED = 12;

/** Failing and inconclusive requirements, each with its reason and a link to its place in the list. */
export function Attention({ requirements }: { readonly requirements: readonly RequirementResult[] }): VNode | null {
  const order = (one: RequirementResult): number => (one.verdict === 'fail' ? (one.isWarning ? 2 : 0) : 1);
  const bad = requirements
    .filter(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive')
    .sort((a, b) => order(a) - order(b));
  if (bad.length === 0) return null;
  return (
    <section>
      <h2>Needs attention</h2>
      <ul class="failures">
        {bad.slice(0, MOST_LISTED).map(({ id, title, verdict, isWarning, reason }) => (
          <li>
            <Verdict outcome={verdict} isWarning={isWarning} />
            <div>
              <a href={`#${encodeURIComponent(id)}`}>
                <span class="id">{id}</span> <span class="name">{title}</span>
              </a>
              <p>{reason.split('\n', 1)[0]}</p>
            </div>
          </li>
        ))}
      </ul>
      {bad.length > MOST_LISTED ? (
        <p class="muted more">
          And {formatNumber(bad.length - MOST_LISTED)} more, in <a href="#requirements">the list</a>.
        </p>
      ) : null}
    </section>
  );
}

export function Areas({ areas }: { readonly areas: readonly AreaResult[] }): VNode {
  const shown = OUTCOME_ORDER.filter((outcome) => areas.some(({ requirements }) => requirements[outcome] > 0));
  const largest = Math.max(1, ...areas.map(({ requirements }) => sum(requirements)));
  return (
    <section>
      <h2>Areas</h2>
      <ul class="legend" aria-hidden="true">
        {shown.map((outcome) => (
          <li>
            <i class={`swatch v-${outcome}`} />
            {OUTCOME_TEXT[outcome]}
          </li>
        ))}
      </ul>
      <ul class="areas">
        {areas.map(({ area, requirements }) => (
          <li>
            <a class="id" href="#requirements" data-area={area}>
              {area}
            </a>
            <span class="bar" style={{ width: `${(100 * sum(requirements)) / largest}%` }} aria-hidden="true">
              {OUTCOME_ORDER.filter((outcome) => requirements[outcome] > 0).map((outcome) => (
                <i class={`v-${outcome}`} style={{ flexGrow: requirements[outcome] }} />
              ))}
            </span>
            <span class="tally">
              <Tally counts={requirements} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tally({ counts }: { readonly counts: OutcomeCounts }): VNode {
  const applying = sum(counts) - counts['not-applicable'];
  const rest = OUTCOME_ORDER.filter((outcome) => outcome !== 'pass' && counts[outcome] > 0);
  return (
    <>
      {applying === 0 ? null : (
        <>
          <b>{counts.pass}</b> of {applying} pass
        </>
      )}
      {rest.map((outcome, index) => (
        <>
          {applying === 0 && index === 0 ? '' : ', '}
          {counts[outcome]} {OUTCOME_TEXT[outcome]}
        </>
      ))}
    </>
  );
}
