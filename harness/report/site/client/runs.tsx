/** One run with its capabilities; all runs over time; the kill matrix. */
import type { VNode } from 'preact';
import { Verdict } from '../../../site/verdict.js';
import { WebLink } from '../../../site/webLink.js';
import { count, formatDuration, formatNumber, formatTime, OUTCOME_ORDER, OUTCOME_TEXT } from '../../../site/words.js';
import { repeatCommand } from '../../../runner/repeatCommand.js';
import { Command } from '../../../site/command.js';
import { AbsentCapabilities } from '../../parts/capabilities.js';
import type { SiteIndex } from '../siteData.js';
import { DurationTrend, Slowest, VerdictTrend } from './charts.js';
import { Nowhere } from './matrix.js';
import { hashOf, type Filter } from './route.js';

export function Run({ index, run }: { readonly index: SiteIndex; readonly run: number }): VNode {
  const one = index.runs[run];
  if (one === undefined) return <Nowhere text="There is no such run." />;
  const { device, kernel } = one.identity;
  const facts: readonly (readonly [string, string])[] = [
    ['Device', [device.vendor, device.model].filter((part) => part !== '').join(' ')],
    ['Driver', `${device.driver} ${device.driverVersion}`],
    ['Firmware', device.firmwareVersion || 'unknown'],
    ['Kernel', `${kernel.name} ${kernel.release}`],
    ['Profile', one.profile],
    ['Started', formatTime(one.startedAt)],
    ['Duration', formatDuration(one.summary.durationMs)],
    [
      'Cases of laws',
      `${formatNumber(one.summary.cases)}, seed ${one.summary.seed}, ${formatNumber(one.summary.runs)} a law`,
    ],
    ['Selection', [...one.only, ...(one.tags === '' ? [] : [one.tags])].join(', ') || 'everything'],
    ['nicspec', one.nicspec],
    ['Node.js', one.node],
    ['Digest of the specification', one.digest],
  ];
  const absent = one.capabilities.filter(({ present }) => !present);
  const present = one.capabilities.filter((capability) => capability.present);
  return (
    <>
      <p class="kicker">
        <a href={hashOf({ view: 'overview' })}>Overview</a>, run {one.name}
      </p>
      <h1>{one.target}</h1>
      <p class="identity">
        {one.summary.conforms ? 'Conforms' : 'Does not conform'}:{' '}
        {OUTCOME_ORDER.filter((outcome) => one.summary.requirements[outcome] > 0)
          .map((outcome) => `${formatNumber(one.summary.requirements[outcome])} ${OUTCOME_TEXT[outcome]}`)
          .join(', ')}
      </p>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      <h2>Run it again</h2>
      <Command
        text={repeatCommand({ target: one.target, profile: one.profile, only: one.only, seed: one.summary.seed })}
      />
      <h2>Longest</h2>
      <Slowest index={index} run={run} />
      <h2>Capabilities</h2>
      <p class="muted">
        {present.length} present, {absent.length} absent.
      </p>
      {absent.length === 0 ? null : <AbsentCapabilities absent={absent} />}
      {present.length === 0 ? null : (
        <p>
          Present: <code>{present.map(({ capability }) => capability).join(', ')}</code>
        </p>
      )}
    </>
  );
}

export function Trends({ index }: { readonly index: SiteIndex }): VNode {
  const { runs } = index;
  return (
    <>
      <h1>Runs over time</h1>
      <VerdictTrend index={index} />
      <DurationTrend index={index} />
      <table class="grid">
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Started</th>
            <th scope="col">Profile</th>
            <th scope="col">Verdicts</th>
            <th scope="col">Duration</th>
          </tr>
        </thead>
        <tbody>
          {runs
            .map((run, place) => (
              <tr>
                <th scope="row">
                  <a href={hashOf({ view: 'run', run: place })}>{run.target}</a> <span class="muted">{run.name}</span>
                </th>
                <td data-label="started">{formatTime(run.startedAt)}</td>
                <td data-label="profile">{run.profile}</td>
                <td>
                  {OUTCOME_ORDER.filter((outcome) => run.summary.requirements[outcome] > 0)
                    .map((outcome) => `${formatNumber(run.summary.requirements[outcome])} ${OUTCOME_TEXT[outcome]}`)
                    .join(', ')}
                </td>
                <td data-label="duration" class="nowrap">
                  {formatDuration(run.summary.durationMs)}
                </td>
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
      <h2>Longest in the newest run</h2>
      <Slowest index={index} run={runs.length - 1} />
    </>
  );
}

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
        words.every((word) => text.includes(word)) && (filter.verdict === '' || killed === (filter.verdict === 'pass'))
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
