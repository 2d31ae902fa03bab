/** summary.md: what a person wants to know of a run, in one screen. */
import { OUTCOMES } from '../runner/records.js';
import type { AreaResult, CapabilityResult, RequirementResult, Results } from '../runner/results.js';

export function renderMarkdown(results: Results): string {
  const { summary, requirements, identity } = results;
  const withVerdict = (verdict: RequirementResult['verdict']): RequirementResult[] =>
    requirements.filter((requirement) => requirement.verdict === verdict);
  const failing = withVerdict('fail');
  const sections = [
    `# ${cell(results.target)}: ${summary.conforms ? 'conforms' : 'does not conform'} to ${cell(results.profile)}`,
    summary.stopped === null ? '' : `**The run stopped before its end: ${cell(summary.stopped)}.**`,
    `${cell(identity.device.vendor)} ${cell(identity.device.model)}, driver ${cell(identity.device.driver)} ` +
      `${cell(identity.device.driverVersion)}, firmware ${cell(identity.device.firmwareVersion)}; ` +
      `${cell(identity.kernel.name)} ${cell(identity.kernel.release)}. ` +
      `Seed ${summary.seed}, ${summary.cases} cases of laws, ${(summary.durationMs / 1000).toFixed(1)} s.`,
    countsTable(results),
    areaTable(results.areas),
    listOf(
      'Failures',
      failing.filter(({ isWarning }) => !isWarning),
    ),
    listOf(
      'Warnings',
      failing.filter(({ isWarning }) => isWarning),
    ),
    listOf('Inconclusive', withVerdict('inconclusive')),
    listOf('Not supported', withVerdict('not-supported')),
    listOf('Not applicable', withVerdict('not-applicable')),
    probeList(results.capabilities),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function countsTable({ summary }: Results): string {
  return [
    `| | ${OUTCOMES.join(' | ')} |`,
    `| --- | ${OUTCOMES.map(() => '---:').join(' | ')} |`,
    `| requirements | ${OUTCOMES.map((outcome) => summary.requirements[outcome]).join(' | ')} |`,
    `| scenarios | ${OUTCOMES.map((outcome) => summary.scenarios[outcome]).join(' | ')} |`,
  ].join('\n');
}

function areaTable(areas: readonly AreaResult[]): string {
  if (areas.length === 0) return '';
  return [
    `| area | ${OUTCOMES.join(' | ')} |`,
    `| --- | ${OUTCOMES.map(() => '---:').join(' | ')} |`,
    ...areas.map(({ area, requirements }) => `| ${area} | ${OUTCOMES.map((name) => requirements[name]).join(' | ')} |`),
  ].join('\n');
}

function listOf(heading: string, requirements: readonly RequirementResult[]): string {
  if (requirements.length === 0) return '';
  const lines = requirements.map(
    ({ id, level, title, reason }) => `- **${id}** (${level}) ${cell(title)}: ${cell(reason)}`,
  );
  return [`## ${heading}`, '', ...lines].join('\n');
}

function probeList(capabilities: readonly CapabilityResult[]): string {
  const findings = capabilities.flatMap(({ capability, probe }) => (probe === null ? [] : [{ capability, probe }]));
  if (findings.length === 0) return '';
  const lines = findings.map(
    ({ capability, probe }) =>
      `- ${capability}: ${probe.finding} (${probe.passed} scenarios passed, ${probe.failed} did not)`,
  );
  return ['## Said to be absent, tried all the same', '', ...lines].join('\n');
}

/** Text of others, on one line and without Markdown's and HTML's own characters at work. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]|<>]/g, (character) => (character === '<' ? '&lt;' : `\\${character}`));
}
