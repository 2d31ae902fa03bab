/** The page of `nicspec defects`: which seeded defect was caught, by what, and which got away. */
import type { VNode } from 'preact';
import { renderReportDocument } from './reportDocument.js';
import { Verdict } from '../../site/verdict.js';
import { WebLink } from '../../site/webLink.js';
import { count, formatNumber } from '../../site/words.js';

/** What the page shows of defects.json. */
export interface KillMatrix {
  readonly summary: { readonly total: number; readonly killed: number; readonly byNamedRequirement: number };
  readonly defects: readonly KillMatrixRow[];
}

export interface KillMatrixRow {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly origin: { readonly title: string; readonly url?: string };
  /** The requirement that must catch it. */
  readonly caughtBy: string;
  readonly killed: boolean;
  /** The requirements that caught it; empty for a survivor. */
  readonly killedBy: readonly string[];
  readonly reason?: string;
}

/** One self-contained page, survivors first. */
export function renderKillMatrix(matrix: KillMatrix): string {
  const { summary, defects } = matrix;
  const rows = [...defects].sort((a, b) => Number(a.killed) - Number(b.killed));
  const survivors = summary.total - summary.killed;
  return renderReportDocument(
    'nicspec: seeded defects',
    <>
      <header class="top">
        <p class="kicker">nicspec, seeded defects</p>
        <h1>{survivors === 0 ? 'Every defect is caught' : `${count(survivors, 'defect')} not caught`}</h1>
        <p class="identity">
          The reference, made wrong in one way at a time. A requirement is worth as much as the defect that it catches.
        </p>
        <dl class="figures">
          <Figure name="Defects" value={summary.total} />
          <Figure name="Caught" value={summary.killed} />
          <Figure name="By the named requirement" value={summary.byNamedRequirement} />
          <Figure name="Not caught" value={survivors} />
        </dl>
      </header>
      <main>
        <h2>Defects</h2>
        <form class="filter" role="search" aria-label="Filter defects" hidden>
          <label class="wide">
            Text
            <input name="text" type="search" autocomplete="off" placeholder="id or title" />
          </label>
          <label>
            Outcome
            <select name="verdict">
              <option value="">all</option>
              <option value="caught">caught</option>
              <option value="not caught">not caught</option>
            </select>
          </label>
          <output aria-live="polite">{count(rows.length, 'defect')}</output>
        </form>
        <table class="list defects">
          <thead>
            <tr>
              <th scope="col">Defect</th>
              <th scope="col" class="c-level">
                Must catch it
              </th>
              <th scope="col" class="c-verdict">
                Outcome
              </th>
            </tr>
          </thead>
          <tbody>{rows.map(DefectRow)}</tbody>
        </table>
        <p class="none" hidden>
          No defect fits the filter.
        </p>
      </main>
      <footer class="foot" />
    </>,
  );
}

const Figure = ({ name, value }: { readonly name: string; readonly value: number }): VNode => (
  <div>
    <dt>{name}</dt>
    <dd>{formatNumber(value)}</dd>
  </div>
);

function DefectRow({ id, title, description, origin, caughtBy, killed, killedBy, reason }: KillMatrixRow): VNode {
  return (
    <tr id={id} data-verdict={killed ? 'caught' : 'not caught'}>
      <td>
        <details class="req">
          <summary>
            <span class="chevron" />
            <span class="id">{id}</span>
            <span class="name">{title}</span>
          </summary>
          <div class="body">
            {description === undefined ? null : <p class="statement">{description}</p>}
            {reason === undefined || reason === '' ? null : <p class="reason">{reason}</p>}
            <h3>Origin</h3>
            <p class="text">
              <WebLink url={origin.url}>{origin.title}</WebLink>
            </p>
            <h3>Caught by</h3>
            <p class="text">{killedBy.length === 0 ? 'nothing' : killedBy.join(', ')}</p>
          </div>
        </details>
      </td>
      <td class="id">{caughtBy}</td>
      <td>
        <Verdict outcome={killed ? 'pass' : 'fail'} text={outcomeText(killed, killedBy.includes(caughtBy))} />
      </td>
    </tr>
  );
}

function outcomeText(killed: boolean, byNamed: boolean): string {
  if (!killed) return 'not caught';
  return byNamed ? 'caught' : 'caught by another';
}
