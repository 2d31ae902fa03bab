/** The summary of a run for people, on standard output. */
import { join, relative } from 'node:path';
import colors from 'picocolors';
import { OUTCOMES, type Outcome } from '../runner/records.js';
import type { OutcomeCounts, RequirementResult, Results } from '../runner/results.js';
import { colored } from './terminal.js';

/** So many of one kind are listed; the reports have all. */
const MOST_LISTED = 20;

export function renderPretty(results: Results, folder: string): string {
  const { summary, identity, requirements, target, profile } = results;
  const failing = requirements.filter(({ verdict }) => verdict === 'fail');
  const lines = [
    `${colors.bold(target)}  ${identity.device.vendor} ${identity.device.model}, ${identity.kernel.name} ${identity.kernel.release}`,
    '',
    ...results.areas.map(({ area, requirements: counts }) => `  ${area.padEnd(16)} ${countsLine(counts)}`),
    '',
    ...findings(
      'fail',
      'FAIL',
      failing.filter(({ isWarning }) => !isWarning),
      results,
      folder,
    ),
    ...findings(
      'inconclusive',
      'WARN',
      failing.filter(({ isWarning }) => isWarning),
      results,
      folder,
    ),
    ...findings('inconclusive', '????', withVerdict(requirements, 'inconclusive'), results, folder),
    ...findings('not-supported', 'LACK', withVerdict(requirements, 'not-supported'), results, folder),
    ...probeLines(results),
    `requirements  ${countsLine(summary.requirements)}`,
    `scenarios     ${countsLine(summary.scenarios)}`,
    `laws          ${summary.cases} cases, seed ${summary.seed}`,
    `time          ${(summary.durationMs / 1000).toFixed(1)} s`,
    '',
    verdictLine(results, profile),
    `reports: ${shownPath(join(folder, 'report.html'))}`,
  ];
  return lines.join('\n');
}

function withVerdict(requirements: readonly RequirementResult[], verdict: Outcome): RequirementResult[] {
  return requirements.filter((requirement) => requirement.verdict === verdict);
}

function countsLine(counts: OutcomeCounts): string {
  return OUTCOMES.filter((outcome) => counts[outcome] > 0)
    .map((outcome) => colored(outcome, `${counts[outcome]} ${outcome}`))
    .join('  ');
}

function findings(
  outcome: Outcome,
  mark: string,
  requirements: readonly RequirementResult[],
  results: Results,
  folder: string,
): string[] {
  const lines = requirements.slice(0, MOST_LISTED).flatMap(({ id, level, title, reason, scenarios }) => {
    const shown = [`${colored(outcome, mark)}  ${id}  ${level}  ${title}`, `      ${reason}`];
    const scenario = results.scenarios.find((one) => scenarios.includes(one.id) && one.outcome === 'fail');
    if (scenario?.counterexample != null) shown.push(`      repeat: ${scenario.counterexample.command}`);
    const [capture] = scenario?.evidence ?? [];
    if (capture !== undefined) shown.push(`      frames: ${shownPath(join(folder, capture))}`);
    return shown;
  });
  const left = requirements.length - MOST_LISTED;
  if (left > 0) lines.push(`      and ${left} more; see the reports`);
  return lines.length === 0 ? [] : [...lines, ''];
}

function probeLines({ capabilities }: Results): string[] {
  const lines = capabilities.flatMap(({ capability, probe }) =>
    probe === null || probe.finding === 'absent'
      ? []
      : [
          `said to be absent, but ${probe.finding.replace('-', ' ')}: ${capability} (${probe.passed} passed, ${probe.failed} did not)`,
        ],
  );
  return lines.length === 0 ? [] : [...lines, ''];
}

function verdictLine({ summary }: Results, profile: string): string {
  if (summary.stopped !== null) return colors.yellow(`the run stopped before its end: ${summary.stopped}`);
  const warnings = summary.warnings === 0 ? '' : `, with ${summary.warnings} warnings`;
  return summary.conforms
    ? colors.green(`conforms to ${profile}${warnings}`)
    : colors.red(`does not conform to ${profile}${warnings}`);
}

/** Relative to where the command was given, unless that is longer. */
function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.length < path.length ? short : path;
}
