/** One requirement: what it says, how every run judged it, and, for one run, all that its scenarios left behind. */
import type { VNode } from 'preact';
import { repeatCommand } from '../../../runner/repeatCommand.js';
import { Command } from '../../../site/command.js';
import { Badge, Verdict } from '../../../site/verdict.js';
import { SourceList } from '../../../site/webLink.js';
import { count, filePath, formatDuration, formatTime } from '../../../site/words.js';
import type { ScenarioResult } from '../../../runner/results.js';
import { Scenario as ScenarioDetails } from '../../parts/scenario.js';
import { FrameView } from '../frameView.js';
import {
  isWarningAt,
  verdictAt,
  type RequirementDetails,
  type RequirementInRun,
  type SiteIndex,
  type SiteRow,
} from '../siteData.js';
import { readDetails } from './blocks.js';
import { Sparkline } from './charts.js';
import { Nowhere } from './matrix.js';
import { hashOf } from './route.js';

export function Requirement({
  index,
  id,
  run,
}: {
  readonly index: SiteIndex;
  readonly id: string;
  readonly run: number | null;
}): VNode {
  const row = index.rows.find((one) => one.id === id);
  const details = row === undefined ? null : readDetails(index, row.area, id);
  if (row === undefined || details === null) return <Nowhere text={`No requirement of these runs is called ${id}.`} />;
  const chosen = chooseRun(row, run, index);
  const inRun = details.runs[chosen] ?? null;
  return (
    <>
      <p class="kicker">
        <a href={hashOf({ view: 'overview' })}>Overview</a>,{' '}
        <a href={hashOf({ view: 'area', area: row.area })}>{row.area}</a>, {id}
      </p>
      <h1>{row.title}</h1>
      <p class="badges">
        <span class={`level${row.level.startsWith('MUST') ? ' must' : ''}`}>{row.level}</span>
        {index.columns.flatMap((column) => {
          const verdict = verdictAt(row, column);
          return verdict === null ? [] : [<Badge outcome={verdict} name={index.runs[column]?.target ?? ''} />];
        })}
      </p>
      <p class="statement">{details.statement}</p>
      <p class="muted">{details.rationale}</p>
      <Sources details={details} />
      <KilledBy index={index} id={id} />
      <History index={index} row={row} details={details} chosen={chosen} />
      {inRun === null ? null : <InRun index={index} row={row} run={chosen} inRun={inRun} />}
      <Neighbours index={index} row={row} />
    </>
  );
}

/** The run that was asked for, else the newest in which it fails, else the newest that has it. */
function chooseRun(row: SiteRow, asked: number | null, index: SiteIndex): number {
  const having = index.runs.map((_, place) => place).filter((place) => verdictAt(row, place) !== null);
  if (asked !== null && having.includes(asked)) return asked;
  const columns = having.filter((place) => index.columns.includes(place));
  return columns.findLast((place) => verdictAt(row, place) === 'fail') ?? columns.at(-1) ?? having.at(-1) ?? 0;
}

function Sources({ details: { sources, needs } }: { readonly details: RequirementDetails }): VNode {
  return (
    <>
      {sources.length === 0 ? null : (
        <>
          <h2 class="minor">Sources</h2>
          <SourceList sources={sources} />
        </>
      )}
      {needs.length === 0 ? null : (
        <p class="where">
          Needs <code>{needs.join(', ')}</code>
        </p>
      )}
    </>
  );
}

function KilledBy({ index, id }: { readonly index: SiteIndex; readonly id: string }): VNode | null {
  const own = index.defects?.defects.filter(({ caughtBy, killedBy }) => caughtBy === id || killedBy.includes(id)) ?? [];
  if (own.length === 0) return null;
  return (
    <>
      <h2 class="minor">Seeded defects</h2>
      <ul class="plain">
        {own.map(({ id: defect, title, killed }) => (
          <li class="text">
            <Verdict outcome={killed ? 'pass' : 'fail'} text={killed ? 'caught' : 'not caught'} /> <code>{defect}</code>{' '}
            {title}
          </li>
        ))}
      </ul>
    </>
  );
}

interface HistoryProps {
  readonly index: SiteIndex;
  readonly row: SiteRow;
  readonly details: RequirementDetails;
  readonly chosen: number;
}

function History({ index, row, details, chosen }: HistoryProps): VNode {
  const having = index.runs.map((run, place) => ({ run, place })).filter(({ place }) => verdictAt(row, place) !== null);
  return (
    <section>
      <h2>History</h2>
      <Sparkline
        durations={row.durations.map((value, place) => (isAlike(index, place, chosen) ? value : null))}
        names={index.runs.map(({ name }) => name)}
      />
      <table class="grid history">
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Started</th>
            <th scope="col">Verdict</th>
            <th scope="col">Duration</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {having.reverse().map(({ run, place }) => (
            <tr class={place === chosen ? 'chosen' : ''}>
              <th scope="row">
                <a
                  href={hashOf({ view: 'requirement', id: row.id, run: place })}
                  aria-current={place === chosen ? 'true' : undefined}
                >
                  {run.target}
                </a>{' '}
                <span class="muted">
                  {run.name}, {run.profile}
                </span>
              </th>
              <td data-label="started">{formatTime(run.startedAt)}</td>
              <td>
                <Verdict outcome={verdictAt(row, place) ?? 'inconclusive'} isWarning={isWarningAt(row, place)} />
              </td>
              <td data-label="duration" class="nowrap">
                {row.durations[place] == null ? '' : formatDuration(row.durations[place])}
              </td>
              <td>{details.runs[place]?.reason.split('\n', 1)[0]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Durations of two machines say nothing of each other. */
function isAlike({ runs }: SiteIndex, one: number, other: number): boolean {
  return runs[one]?.target === runs[other]?.target && runs[one]?.profile === runs[other]?.profile;
}

interface InRunProps {
  readonly index: SiteIndex;
  readonly row: SiteRow;
  readonly run: number;
  readonly inRun: RequirementInRun;
}

function InRun({ index, row, run, inRun }: InRunProps): VNode | null {
  const one = index.runs[run];
  if (one === undefined) return null;
  const verdict = verdictAt(row, run);
  const hasCounterexample = inRun.scenarios.some(({ counterexample }) => counterexample !== null);
  return (
    <section>
      <h2>
        {count(inRun.scenarios.length, 'scenario')} on {one.target}
      </h2>
      {inRun.reason === '' || verdict === 'fail' ? null : <p class="reason">{inRun.reason}</p>}
      {inRun.scenarios.map((scenario) => (
        <Scenario scenario={scenario} page={inRun.pages[scenario.id] ?? null} folder={one.folder} />
      ))}
      {verdict === 'fail' || verdict === 'inconclusive' ? (
        hasCounterexample ? null : (
          <>
            <h3>Run it again</h3>
            <Command
              text={repeatCommand({ target: one.target, profile: one.profile, only: [row.id], seed: one.summary.seed })}
            />
          </>
        )
      ) : null}
    </section>
  );
}

interface ScenarioProps {
  readonly scenario: ScenarioResult;
  readonly page: string | null;
  readonly folder: string | null;
}

function Scenario({ scenario, page, folder }: ScenarioProps): VNode {
  const { mismatch } = scenario;
  return (
    <ScenarioDetails
      scenario={scenario}
      frames={
        mismatch === null ? null : (
          <>
            <h3>Expected and got: {mismatch.title}</h3>
            <FrameView expected={mismatch.expected} got={mismatch.actual} />
          </>
        )
      }
      evidence={<Evidence scenario={scenario} page={page} folder={folder} />}
    />
  );
}

function Evidence({ scenario: { evidence }, page, folder }: ScenarioProps): VNode | null {
  if (evidence.length === 0) return null;
  return (
    <>
      <h3>Evidence</h3>
      <ul class="plain evidence">
        {page === null ? null : (
          <li>
            <a href={`./${page}`}>Frames and netlink of this scenario, decoded</a>
          </li>
        )}
        {folder === null
          ? evidence.map((path) => <li class="text">{path} (in the folder of the run)</li>)
          : evidence.map((path) => (
              <li>
                <a class="text" href={`./${folder}${filePath(path).slice(2)}`} download>
                  {path.split('/').at(-1)}
                </a>
              </li>
            ))}
      </ul>
    </>
  );
}

function Neighbours({ index, row }: { readonly index: SiteIndex; readonly row: SiteRow }): VNode {
  const at = index.rows.indexOf(row);
  const [before, after] = [index.rows[at - 1], index.rows[at + 1]];
  return (
    <nav class="neighbours" aria-label="Next and previous requirement">
      {before === undefined ? (
        <span />
      ) : (
        <a href={hashOf({ view: 'requirement', id: before.id, run: null })}>← {before.id}</a>
      )}
      {after === undefined ? (
        <span />
      ) : (
        <a href={hashOf({ view: 'requirement', id: after.id, run: null })}>{after.id} →</a>
      )}
    </nav>
  );
}
