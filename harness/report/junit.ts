/** JUnit XML: one suite for each feature, one case for each scenario. */
import { create } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';
import type { Results, ScenarioResult } from '../runner/results.js';

export function renderJunit(results: Results): string {
  const { summary, target, profile, startedAt } = results;
  const levels = new Map(results.requirements.map(({ id, level }) => [id, level]));
  const scenarios = results.scenarios.filter(({ probeOf }) => probeOf.length === 0);
  const cases = scenarios.map((scenario) => ({ scenario, finding: findingOf(scenario, isBinding(scenario, levels)) }));
  const root = create({ version: '1.0', encoding: 'UTF-8' }).ele('testsuites', {
    name: legal(`nicspec ${profile} on ${target}`),
    ...totals(cases),
    time: seconds(summary.durationMs),
  });
  for (const [uri, own] of byFeature(cases)) {
    const suite = root.ele('testsuite', {
      name: legal(own[0]?.scenario.feature ?? uri),
      file: uri,
      timestamp: startedAt.replace(/\.\d+Z$/, ''),
      ...totals(own),
      time: seconds(own.reduce((sum, { scenario }) => sum + scenario.durationMs, 0)),
    });
    for (const one of own) addCase(suite, one);
  }
  return `${root.end({ prettyPrint: true })}\n`;
}

type Finding = 'pass' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly scenario: ScenarioResult;
  readonly finding: Finding;
}

/** A scenario whose requirements are all a SHOULD or a MAY warns, and turns nothing red. */
function isBinding({ requirements }: ScenarioResult, levels: ReadonlyMap<string, string>): boolean {
  return requirements.some((id) => ['MUST', 'MUST NOT'].includes(levels.get(id) ?? ''));
}

function findingOf({ outcome }: ScenarioResult, binding: boolean): Finding {
  switch (outcome) {
    case 'pass':
      return 'pass';
    case 'fail':
    case 'not-supported':
      return binding ? 'failure' : 'skipped';
    case 'inconclusive':
      return 'error';
    case 'not-applicable':
      return 'skipped';
  }
}

function byFeature(cases: readonly Case[]): Map<string, Case[]> {
  const features = new Map<string, Case[]>();
  for (const one of cases) features.set(one.scenario.uri, [...(features.get(one.scenario.uri) ?? []), one]);
  return features;
}

function totals(cases: readonly Case[]): Readonly<Record<string, number>> {
  const count = (wanted: Finding): number => cases.filter(({ finding }) => finding === wanted).length;
  return { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
}

function addCase(suite: XMLBuilder, { scenario, finding }: Case): void {
  const element = suite.ele('testcase', {
    name: legal(scenario.name),
    classname: scenario.requirements.join(' '),
    file: scenario.uri,
    line: scenario.line,
    time: seconds(scenario.durationMs),
  });
  if (finding === 'pass') return;
  const { outcome, reason } = scenario;
  const message = legal(finding === 'skipped' && outcome === 'fail' ? `warning: ${reason}` : `${outcome}: ${reason}`);
  if (finding === 'skipped') element.ele('skipped', { message });
  else element.ele(finding, { message, type: outcome }).txt(legal(details(scenario)));
}

function details({ id, steps, counterexample, evidence }: ScenarioResult): string {
  const lines = [id, ...steps.map(({ keyword, text, status }) => `${status.padEnd(9)} ${keyword} ${text}`)];
  for (const { message } of steps) if (message !== '') lines.push('', message);
  if (counterexample !== null)
    lines.push('', `counterexample: ${counterexample.counterexample}`, counterexample.command);
  if (evidence.length > 0) lines.push('', ...evidence.map((path) => `evidence: ${path}`));
  return lines.join('\n');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** XML 1.0 has no way to write most control characters, nor half a surrogate pair. */
function legal(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}
