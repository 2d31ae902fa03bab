/** Charts from the data, as SVG: nothing is loaded, and what they show stands beside them as text. */
import type { VNode } from 'preact';
import { count, formatDuration, OUTCOME_ORDER, OUTCOME_TEXT } from '../../../site/words.js';
import type { SiteIndex, SiteRow } from '../siteData.js';
import { hashOf } from './route.js';

const HEIGHT = 160;
const WIDTH = 640;

/** Verdicts of every run as columns, the newest to the right. */
export function VerdictTrend({ index }: { readonly index: SiteIndex }): VNode {
  const { runs } = index;
  const totals = runs.map(({ summary }) =>
    OUTCOME_ORDER.reduce((sum, outcome) => sum + summary.requirements[outcome], 0),
  );
  const most = Math.max(1, ...totals);
  const step = WIDTH / Math.max(runs.length, 1);
  const wide = Math.min(48, step * 0.7);
  return (
    <figure class="chart">
      <figcaption>Verdicts of each run</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 4}`}
        role="img"
        aria-label={`Verdicts of ${count(runs.length, 'run')}; the table below has the figures`}
      >
        <Hatches />
        {runs.map(({ name, summary }, place) => {
          let y = HEIGHT;
          return OUTCOME_ORDER.map((outcome) => {
            const value = summary.requirements[outcome];
            const height = (value / most) * (HEIGHT - 8);
            y -= height;
            return value === 0 ? null : (
              <rect
                class={`v-${outcome}`}
                x={step * place + (step - wide) / 2}
                y={y}
                width={wide}
                height={Math.max(height - 1, 1)}
              >
                <title>{`${name}: ${value} ${OUTCOME_TEXT[outcome]}`}</title>
              </rect>
            );
          });
        })}
        <line x1="0" x2={WIDTH} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} class="axis" />
      </svg>
      <Names index={index} />
      <Legend />
    </figure>
  );
}

/** As the bars of the other pages have them: what is bad is known without its colour. */
const Hatches = (): VNode => (
  <defs>
    <pattern
      id="hatch-fail"
      class="v-fail"
      width="6"
      height="6"
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"
    >
      <path d="M0 0h6v6H0z" fill="currentColor" fill-opacity="0.62" />
      <path d="M0 0h3v6H0z" fill="currentColor" />
    </pattern>
    <pattern id="hatch-inconclusive" class="v-inconclusive" width="5" height="5" patternUnits="userSpaceOnUse">
      <path d="M0 0h5v5H0z" fill="currentColor" fill-opacity="0.45" />
      <path d="M0 0h2v5H0z" fill="currentColor" />
    </pattern>
  </defs>
);

const Legend = (): VNode => (
  <ul class="legend" aria-hidden="true">
    {OUTCOME_ORDER.map((outcome) => (
      <li>
        <i class={`swatch v-${outcome}`} />
        {OUTCOME_TEXT[outcome]}
      </li>
    ))}
  </ul>
);

/** How long each run took: a point a run, and a line through those of one target and profile. */
export function DurationTrend({ index }: { readonly index: SiteIndex }): VNode {
  const { runs } = index;
  const most = Math.max(1, ...runs.map(({ summary }) => summary.durationMs));
  const x = (place: number): number => (WIDTH / Math.max(runs.length, 1)) * (place + 0.5);
  const y = (value: number): number => HEIGHT - (value / most) * (HEIGHT - 16);
  const lines = new Map<string, string[]>();
  runs.forEach(({ target, profile, summary }, place) => {
    const key = `${target}\n${profile}`;
    lines.set(key, [...(lines.get(key) ?? []), `${x(place)},${y(summary.durationMs)}`]);
  });
  return (
    <figure class="chart">
      <figcaption>Duration of each run, at most {formatDuration(most)}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 4}`}
        role="img"
        aria-label="Durations of the runs; the table below has the figures"
      >
        {[...lines.values()].map((points) => (
          <polyline points={points.join(' ')} class="trend" />
        ))}
        {runs.map(({ name, summary: { durationMs } }, place) => (
          <circle cx={x(place)} cy={y(durationMs)} r="4" class="point">
            <title>{`${name}: ${formatDuration(durationMs)}`}</title>
          </circle>
        ))}
        <line x1="0" x2={WIDTH} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} class="axis" />
      </svg>
      <Names index={index} />
    </figure>
  );
}

/** Below the columns, as long as there is room for them. */
const Names = ({ index: { runs } }: { readonly index: SiteIndex }): VNode | null =>
  runs.length > 8 ? null : (
    <div class="chart-names" aria-hidden="true">
      {runs.map(({ name }) => (
        <span>{name}</span>
      ))}
    </div>
  );

const MOST_SLOW = 15;

/** The requirements that took longest in one run. */
export function Slowest({ index, run }: { readonly index: SiteIndex; readonly run: number }): VNode | null {
  const time = ({ durations }: SiteRow): number => durations[run] ?? 0;
  const rows = index.rows
    .filter((row) => time(row) > 0)
    .sort((a, b) => time(b) - time(a))
    .slice(0, MOST_SLOW);
  const most = Math.max(1, ...rows.map(time));
  if (rows.length === 0) return null;
  return (
    <ul class="slow">
      {rows.map((row) => (
        <li>
          <a class="id" href={hashOf({ view: 'requirement', id: row.id, run })}>
            {row.id}
          </a>
          <span class="slow-bar" aria-hidden="true">
            <i style={{ width: `${(100 * time(row)) / most}%` }} />
          </span>
          <span class="tally">{formatDuration(time(row))}</span>
        </li>
      ))}
    </ul>
  );
}

/** The durations of one requirement over the runs, as wide as a word. */
export function Sparkline({
  durations,
  names,
}: {
  readonly durations: readonly (number | null)[];
  readonly names: readonly string[];
}): VNode | null {
  const values = durations.flatMap((value, place) => (value === null ? [] : [{ value, place }]));
  if (values.length < 2) return null;
  const most = Math.max(1, ...values.map(({ value }) => value));
  const x = (place: number): number => 4 + (place / Math.max(1, durations.length - 1)) * 152;
  const y = (value: number): number => 36 - (value / most) * 30;
  const said = values.map(({ value, place }) => `${names[place] ?? ''} ${formatDuration(value)}`).join(', ');
  return (
    <svg class="spark" viewBox="0 0 160 40" role="img" aria-label={`Durations: ${said}`}>
      <polyline points={values.map(({ value, place }) => `${x(place)},${y(value)}`).join(' ')} class="trend" />
      {values.map(({ value, place }) => (
        <circle cx={x(place)} cy={y(value)} r="3" class="point">
          <title>{`${names[place] ?? ''}: ${formatDuration(value)}`}</title>
        </circle>
      ))}
    </svg>
  );
}
