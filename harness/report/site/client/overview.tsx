/** The first view: what was run, what came of it, what needs attention, area by area. */
import type { VNode } from 'preact';
import { Verdict } from '../../../site/verdict.js';
import { count, formatNumber, formatTime, OUTCOME_ORDER, OUTCOME_TEXT } from '../../../site/words.js';
import type { OutcomeCounts } from '../../../runner/results.js';
import { isWarningAt, verdictAt, type SiteIndex, type SiteRow, type SiteRun } from '../siteData.js';
import { hashOf, NO_FILTER } from './route.js';

export function Overview({ index }: { readonly index: SiteIndex }): VNode {
  const { columns, runs, notes } = index;
  const conforming = columns.filter((run) => runs[run]?.summary.conforms === true).length;
  return (
    <>
      <h1>
        {columns.length === 1
          ? (runs[columns[0] ?? 0]?.target ?? '')
          : `${conforming} of ${columns.length} targets conform`}
      </h1>
      {notes.map((note) => (
        <p class="reason">{note}</p>
      ))}
      <h2>Targets</h2>
      <div class="runs">
        {[...columns].reverse().map((run) => (
          <RunCard index={index} run={run} />
        ))}
      </div>
      <Attention index={index} />
      <Areas index={index} />
      {runs.length > columns.length ? (
        <p class="more">
          {count(runs.length, 'run')} in all: <a href={hashOf({ view: 'trends' })}>how they developed</a>.
        </p>
      ) : null}
    </>
  );
}

function RunCard({ index, run }: { readonly index: SiteIndex; readonly run: number }): VNode | null {
  const one = index.runs[run];
  if (one === undefined) return null;
  const { device, kernel } = one.identity;
  const { conforms, failures } = one.summary;
  return (
    <article class={`run-card conclusion ${conforms ? '' : failures > 0 ? 'bad' : 'open'}`.trim()}>
      <h3>
        <a href={hashOf({ view: 'run', run })}>{one.target}</a>
      </h3>
      <strong>{conforms ? 'Conforms' : 'Does not conform'}</strong>
      <p>{told(one)}</p>
      <Bar counts={one.summary.requirements} />
      <p class="where">
        Profile {one.profile}. {[device.vendor, device.model].filter((part) => part !== '').join(' ')}, {kernel.name}{' '}
        {kernel.release}. {formatTime(one.startedAt)}, {one.name}
      </p>
    </article>
  );
}

function told({ summary }: SiteRun): string {
  const parts = OUTCOME_ORDER.filter((outcome) => summary.requirements[outcome] > 0).map(
    (outcome) => `${formatNumber(summary.requirements[outcome])} ${OUTCOME_TEXT[outcome]}`,
  );
  return parts.length === 0 ? 'No requirement was run' : parts.join(', ');
}

export const Bar = ({ counts }: { readonly counts: OutcomeCounts }): VNode => (
  <span class="bar" aria-hidden="true">
    {OUTCOME_ORDER.filter((outcome) => counts[outcome] > 0).map((outcome) => (
      <i class={`v-${outcome}`} style={{ flexGrow: counts[outcome] }} />
    ))}
  </span>
);

const MOST_LISTED = 12;

function Attention({ index }: { readonly index: SiteIndex }): VNode | null {
  const bad = index.rows.flatMap((row) => {
    const runs = index.columns.filter((run) => ['fail', 'inconclusive'].includes(verdictAt(row, run) ?? ''));
    return runs.length === 0 ? [] : [{ row, runs }];
  });
  const weight = ({ row, runs }: { readonly row: SiteRow; readonly runs: readonly number[] }): number =>
    (runs.some((run) => verdictAt(row, run) === 'fail' && !isWarningAt(row, run)) ? 1000 : 0) + runs.length;
  bad.sort((a, b) => weight(b) - weight(a));
  if (bad.length === 0) return null;
  return (
    <section>
      <h2>Needs attention</h2>
      <ul class="failures">
        {bad.slice(0, MOST_LISTED).map(({ row, runs }) => {
          const run = runs.at(-1) ?? 0;
          return (
            <li>
              <Verdict outcome={verdictAt(row, run) ?? 'inconclusive'} isWarning={isWarningAt(row, run)} />
              <div>
                <a href={hashOf({ view: 'requirement', id: row.id, run })}>
                  <span class="id">{row.id}</span> <span class="name">{row.title}</span>
                </a>
                {index.columns.length === 1 ? null : (
                  <p>{runs.map((one) => index.runs[one]?.target ?? '').join(', ')}</p>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      {bad.length > MOST_LISTED ? (
        <p class="muted more">
          And {formatNumber(bad.length - MOST_LISTED)} more, in{' '}
          <a href={hashOf({ view: 'matrix', filter: { ...NO_FILTER, verdict: 'fail' } })}>the matrix</a>.
        </p>
      ) : null}
    </section>
  );
}

export function Areas({ index }: { readonly index: SiteIndex }): VNode {
  const counts = index.areas.map((area) => ({ area, counts: areaCounts(index, area) }));
  const shown = OUTCOME_ORDER.filter((outcome) => counts.some((one) => one.counts[outcome] > 0));
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
        {counts.map(({ area, counts: own }) => (
          <li>
            <a class="id" href={hashOf({ view: 'area', area })}>
              {area}
            </a>
            <Bar counts={own} />
            <span class="tally">{tallyOf(own)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function tallyOf(counts: OutcomeCounts): string {
  const applying = OUTCOME_ORDER.reduce((sum, outcome) => sum + counts[outcome], 0) - counts['not-applicable'];
  const rest = OUTCOME_ORDER.filter((outcome) => outcome !== 'pass' && counts[outcome] > 0).map(
    (outcome) => `${formatNumber(counts[outcome])} ${OUTCOME_TEXT[outcome]}`,
  );
  return [...(applying === 0 ? [] : [`${formatNumber(counts.pass)} of ${formatNumber(applying)} pass`]), ...rest].join(
    ', ',
  );
}

/** Verdicts of an area in all columns of the matrix. */
export function areaCounts(index: SiteIndex, area: string): OutcomeCounts {
  const counts = { pass: 0, fail: 0, inconclusive: 0, 'not-supported': 0, 'not-applicable': 0 };
  for (const row of index.rows) {
    if (row.area !== area) continue;
    for (const run of index.columns) {
      const verdict = verdictAt(row, run);
      if (verdict !== null) counts[verdict] += 1;
    }
  }
  return counts;
}
