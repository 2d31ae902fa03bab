/** The kill matrix: for each area of the specification, the seeded defects that it must catch, and what became of each. */
import type { VNode } from 'preact';
import { Verdict } from '../../../site/verdict.js';
import { WebLink } from '../../../site/webLink.js';
import { count, formatNumber } from '../../../site/words.js';
import { areaOf } from '../../../runner/area.js';
import type { KillMatrixRow } from '../../page/killMatrix.js';
import type { SiteIndex } from '../siteData.js';
import { Nowhere } from './matrix.js';
import { hashOf, NO_FILTER, type Filter } from './route.js';

interface DefectsProps {
  readonly index: SiteIndex;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

export function Defects({ index, filter, onFilter }: DefectsProps): VNode {
  const { defects } = index;
  if (defects === null) return <Nowhere text="No kill matrix was given: nicspec report RUN reports/defects." />;
  const words = filter.text.toLowerCase().split(/\s+/);
  const rows = [...defects.defects]
    .sort((a, b) => Number(a.killed) - Number(b.killed))
    .filter(({ id, title, caughtBy, killed }) => {
      const text = `${id} ${title} ${caughtBy}`.toLowerCase();
      return (
        words.every((word) => text.includes(word)) &&
        (filter.area === '' || areaOf(caughtBy) === filter.area) &&
        (filter.verdict === '' || killed === (filter.verdict === 'pass'))
      );
    });
  const known = new Set(index.rows.map(({ id }) => id));
  const survivors = defects.summary.total - defects.summary.killed;
  return (
    <>
      <h1>{survivors === 0 ? 'Every seeded defect is caught' : `${count(survivors, 'seeded defect')} not caught`}</h1>
      <p class="identity">
        {count(defects.summary.total, 'defect')}, {formatNumber(defects.summary.killed)} caught,{' '}
        {formatNumber(defects.summary.byNamedRequirement)} by the requirement that they name.
      </p>
      <KillAreas defects={defects.defects} chosen={filter.area} />
      <form class="filter" role="search" aria-label="Filter defects" onSubmit={(event) => event.preventDefault()}>
        <label class="wide">
          Text
          <input
            type="search"
            placeholder="id, title or requirement"
            value={filter.text}
            onInput={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
          />
        </label>
        <label>
          Outcome
          <select
            value={filter.verdict}
            onChange={(event) => onFilter({ ...filter, verdict: event.currentTarget.value })}
          >
            <option value="">all</option>
            <option value="pass" selected={filter.verdict === 'pass'}>
              caught
            </option>
            <option value="fail" selected={filter.verdict === 'fail'}>
              not caught
            </option>
          </select>
        </label>
        <label>
          Area
          <select value={filter.area} onChange={(event) => onFilter({ ...filter, area: event.currentTarget.value })}>
            <option value="">all areas</option>
            {areasOf(defects.defects).map(([area]) => (
              <option value={area} selected={filter.area === area}>
                {area}
              </option>
            ))}
          </select>
        </label>
        <output aria-live="polite">{count(rows.length, 'defect')}</output>
      </form>
      <ul class="kills">
        {rows.map(({ id, title, origin, caughtBy, killed, killedBy, reason }) => {
          return (
            <li>
              <Verdict outcome={killed ? 'pass' : 'fail'} text={killed ? 'caught' : 'not caught'} />
              <div>
                <span class="id">{id}</span> <span class="name">{title}</span>
                <p>
                  Must be caught by{' '}
                  {known.has(caughtBy) ? (
                    <a href={hashOf({ view: 'requirement', id: caughtBy, run: null })}>{caughtBy}</a>
                  ) : (
                    caughtBy
                  )}
                  {killed && !killedBy.includes(caughtBy) ? `, was caught by ${killedBy.join(', ')}` : ''}. Origin:{' '}
                  <WebLink url={origin.url}>{origin.title}</WebLink>
                </p>
                {killed || reason === undefined || reason === '' ? null : <p>{reason}</p>}
              </div>
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** In the order of the defects, which is that of the specification. */
function areasOf(defects: readonly KillMatrixRow[]): readonly (readonly [string, readonly KillMatrixRow[]])[] {
  const areas = new Map<string, KillMatrixRow[]>();
  for (const defect of defects) {
    const area = areaOf(defect.caughtBy);
    const known = areas.get(area);
    if (known === undefined) areas.set(area, [defect]);
    else known.push(defect);
  }
  return [...areas];
}

/** A square for each defect. Closed once an area is chosen: its defects are what one wants to see then. */
function KillAreas({
  defects,
  chosen,
}: {
  readonly defects: readonly KillMatrixRow[];
  readonly chosen: string;
}): VNode {
  return (
    <details class="kill-matrix" open={chosen === ''}>
      <summary>By area{chosen === '' ? '' : `: ${chosen}`}</summary>
      <ul class="kill-areas">
        {areasOf(defects).map(([area, own]) => (
          <li>
            <a
              class="id"
              href={hashOf({ view: 'defects', filter: { ...NO_FILTER, area } })}
              aria-current={area === chosen ? 'true' : undefined}
            >
              {area}
            </a>
            <span class="tally">{tallyOf(own)}</span>
            <span class="cells" aria-hidden="true">
              {own.map(({ id, title, killed, killedBy, caughtBy }) => (
                <i
                  class={killed ? (killedBy.includes(caughtBy) ? 'v-pass' : 'v-inconclusive') : 'v-fail'}
                  title={`${id}: ${title}`}
                />
              ))}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function tallyOf(defects: readonly KillMatrixRow[]): string {
  const caught = defects.filter(({ killed }) => killed);
  const byOthers = caught.filter(({ killedBy, caughtBy }) => !killedBy.includes(caughtBy)).length;
  const all = `${formatNumber(caught.length)} of ${formatNumber(defects.length)} caught`;
  return byOthers === 0 ? all : `${all}, ${formatNumber(byOthers)} by another requirement`;
}
