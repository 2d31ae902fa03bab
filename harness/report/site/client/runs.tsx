/** One run with its capabilities; all runs over time. */
import type { VNode } from 'preact';
import { formatDuration, formatNumber, formatTime, OUTCOME_ORDER, OUTCOME_TEXT } from '../../../site/words.js';
import { repeatCommand } from '../../../runner/repeatCommand.js';
import { Command } from '../../../site/command.js';
import { AbsentCapabilities } from '../../parts/capabilities.js';
import type { SiteIndex } from '../siteData.js';
import { DurationTrend, Slowest, VerdictTrend } from './charts.js';
import { Nowhere } from './matrix.js';
import { hashOf } from './route.js';

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
