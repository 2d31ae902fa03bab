/// <reference lib="dom" />
/** Requirements down, targets across. Its filter is in the address; the text is looked for in ids and titles. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { Sign } from '../../../site/verdict.js';
import { count, formatNumber, OUTCOME_ORDER, OUTCOME_TEXT } from '../../../site/words.js';
import { isWarningAt, verdictAt, type SiteIndex, type SiteRow } from '../siteData.js';
import { hashOf, type Filter } from './route.js';
import { WindowedTable } from './windowedTable.js';

const LEVELS = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY'] as const;
const ROW_HEIGHT = 40;
/** Columns that have room for the word of a verdict; of more, the sign is shown. */
const MOST_WORDS = 4;

interface MatrixProps {
  readonly index: SiteIndex;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

export function Matrix({ index, filter, onFilter }: MatrixProps): VNode {
  const rows = useMemo(() => filterRows(index, filter), [index, filter]);
  return (
    <>
      <h1>Requirements and targets</h1>
      <FilterForm index={index} filter={filter} onFilter={onFilter} shown={rows.length} />
      <MatrixTable index={index} rows={rows} label="Requirements and targets" />
    </>
  );
}

export function Area({ index, area }: { readonly index: SiteIndex; readonly area: string }): VNode {
  const rows = useMemo(() => index.rows.filter((row) => row.area === area), [index, area]);
  if (rows.length === 0) return <Nowhere text={`No area of these runs is called ${area}.`} />;
  return (
    <>
      <p class="kicker">
        <a href={hashOf({ view: 'overview' })}>Overview</a>, area
      </p>
      <h1>{area}</h1>
      <p class="identity">{count(rows.length, 'requirement')}</p>
      <AreaBars index={index} area={area} />
      <MatrixTable index={index} rows={rows} label={`Requirements of ${area}`} />
    </>
  );
}

function AreaBars({ index, area }: { readonly index: SiteIndex; readonly area: string }): VNode | null {
  // One bar a target: the area as the overview of each would show it.
  const single = index.columns.flatMap((run) => {
    const one = index.runs[run];
    const own = one?.areas.find((each) => each.area === area);
    return one === undefined || own === undefined ? [] : [{ name: one.target, counts: own.requirements }];
  });
  if (single.length === 0) return null;
  return (
    <ul class="areas">
      {single.map(({ name, counts }) => (
        <li>
          <span class="text">{name}</span>
          <span class="bar" aria-hidden="true">
            {OUTCOME_ORDER.filter((outcome) => counts[outcome] > 0).map((outcome) => (
              <i class={`v-${outcome}`} style={{ flexGrow: counts[outcome] }} />
            ))}
          </span>
          <span class="tally">
            {OUTCOME_ORDER.filter((outcome) => counts[outcome] > 0)
              .map((outcome) => `${formatNumber(counts[outcome])} ${OUTCOME_TEXT[outcome]}`)
              .join(', ')}
          </span>
        </li>
      ))}
    </ul>
  );
}

export const Nowhere = ({ text }: { readonly text: string }): VNode => (
  <>
    <h1>Not here</h1>
    <p>{text}</p>
    <p>
      <a href={hashOf({ view: 'overview' })}>Overview</a>
    </p>
  </>
);

function MatrixTable({
  index,
  rows,
  label,
}: {
  readonly index: SiteIndex;
  readonly rows: readonly SiteRow[];
  readonly label: string;
}): VNode {
  const { columns, runs } = index;
  if (rows.length === 0) return <p class="none">No requirement fits the filter.</p>;
  return (
    <div class={`matrix-frame${columns.length > 1 ? ' many' : ''}${columns.length > MOST_WORDS ? ' dense' : ''}`}>
      <WindowedTable
        label={label}
        rows={rows}
        keyOf={(row) => row.id}
        hrefOf={(row) => hashOf({ view: 'requirement', id: row.id, run: null })}
        titleOf={(row) => row.title}
        columns={3 + columns.length}
        rowHeight={ROW_HEIGHT}
        head={
          <>
            <th scope="col" class="c-id">
              Requirement
            </th>
            <th scope="col" class="c-title">
              Title
            </th>
            <th scope="col" class="c-level">
              Level
            </th>
            {columns.map((run) => (
              <th scope="col" class="c-verdict" title={`${runs[run]?.name ?? ''}, profile ${runs[run]?.profile ?? ''}`}>
                {columns.length === 1 ? 'Verdict' : columnName(index, run)}
              </th>
            ))}
          </>
        }
        cells={(row) => (
          <>
            <td class="c-title" title={row.title}>
              {row.title}
            </td>
            <td class="level">{row.level}</td>
            {columns.map((run) => (
              <Cell row={row} run={run} />
            ))}
          </>
        )}
      />
    </div>
  );
}

/** The target; with its profile where it has two columns. */
function columnName({ runs, columns }: SiteIndex, run: number): string {
  const { target = '', profile = '' } = runs[run] ?? {};
  const isAlone = columns.every((other) => other === run || runs[other]?.target !== target);
  return isAlone ? target : `${target} ${profile}`;
}

function Cell({ row, run }: { readonly row: SiteRow; readonly run: number }): VNode {
  const verdict = verdictAt(row, run);
  if (verdict === null)
    return (
      <td class="c-verdict muted">
        <span aria-hidden="true">·</span>
        <span class="unseen">not in this run</span>
      </td>
    );
  return (
    <td class="c-verdict">
      <Sign outcome={verdict} />
      <span class="cell-text">
        {OUTCOME_TEXT[verdict]}
        {isWarningAt(row, run) ? ' (warning)' : ''}
      </span>
    </td>
  );
}

function FilterForm({ index, filter, onFilter, shown }: MatrixProps & { readonly shown: number }): VNode {
  const change =
    (member: keyof Filter) =>
    (event: Event): void => {
      const { value } = event.currentTarget as HTMLInputElement | HTMLSelectElement;
      onFilter({ ...filter, [member]: value });
    };
  const select = (
    member: keyof Filter,
    name: string,
    all: string,
    options: readonly (readonly [string, string])[],
  ): VNode => (
    <label>
      {name}
      <select value={filter[member]} onChange={change(member)}>
        <option value="">{all}</option>
        {options.map(([value, text]) => (
          <option value={value} selected={filter[member] === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
  const targets = index.columns.map((run): readonly [string, string] => {
    const { target = '', profile = '' } = index.runs[run] ?? {};
    return [String(run), index.columns.length > 1 ? `${target}, ${profile}` : target];
  });
  return (
    <form class="filter" role="search" aria-label="Filter requirements" onSubmit={(event) => event.preventDefault()}>
      <label class="wide">
        Text
        <input
          type="search"
          autocomplete="off"
          placeholder="id or title"
          value={filter.text}
          onInput={change('text')}
          accessKey="f"
        />
      </label>
      {select('verdict', 'Verdict', 'all verdicts', [
        ...OUTCOME_ORDER.map((outcome): readonly [string, string] => [outcome, OUTCOME_TEXT[outcome]]),
        ['differ', 'targets differ'],
      ])}
      {select(
        'level',
        'Level',
        'all levels',
        LEVELS.map((level) => [level, level]),
      )}
      {select(
        'area',
        'Area',
        'all areas',
        index.areas.map((area) => [area, area]),
      )}
      {index.columns.length > 1 ? select('target', 'Target', 'any target', targets) : null}
      <output aria-live="polite">
        {shown === index.rows.length
          ? count(shown, 'requirement')
          : `${formatNumber(shown)} of ${formatNumber(index.rows.length)}`}
      </output>
    </form>
  );
}

const haystacks = new WeakMap<SiteIndex, readonly string[]>();

function haystackOf(index: SiteIndex): readonly string[] {
  let texts = haystacks.get(index);
  if (texts === undefined) {
    texts = index.rows.map(({ id, title }) => `${id} ${title}`.toLowerCase());
    haystacks.set(index, texts);
  }
  return texts;
}

/** Rows that fit all that is asked. */
export function filterRows(index: SiteIndex, filter: Filter): readonly SiteRow[] {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const texts = haystackOf(index);
  const run = Number(filter.target);
  const asked = filter.target !== '' && index.columns.includes(run) ? [run] : index.columns;
  return index.rows.filter(
    (row, place) =>
      (filter.area === '' || row.area === filter.area) &&
      (filter.level === '' || row.level === filter.level) &&
      fitsVerdict(row, filter.verdict, asked, index.columns) &&
      words.every((word) => texts[place]?.includes(word) === true),
  );
}

function fitsVerdict(row: SiteRow, verdict: string, asked: readonly number[], all: readonly number[]): boolean {
  if (verdict === 'differ') return new Set(all.flatMap((run) => verdictAt(row, run) ?? [])).size > 1;
  const isAll = asked.length === all.length;
  if (verdict === '') return isAll || asked.some((run) => verdictAt(row, run) !== null);
  return asked.some((run) => verdictAt(row, run) === verdict);
}
