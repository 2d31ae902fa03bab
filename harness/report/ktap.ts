/** KTAP version 1 (Documentation/dev-tools/ktap.rst): one subtest for each area, one test for each requirement. */
import type { RequirementResult, Results } from '../runner/results.js';

export function renderKtap({ areas, requirements, summary }: Results): string {
  const lines = ['KTAP version 1', `1..${areas.length}`];
  for (const [index, { area }] of areas.entries()) {
    const own = requirements.filter((requirement) => requirement.area === area);
    lines.push('  KTAP version 1', `  # Subtest: ${area}`, `  1..${own.length}`);
    for (const [at, requirement] of own.entries()) {
      lines.push(...testLines(requirement, at + 1).map((line) => `  ${line}`));
    }
    lines.push(`${own.every(isOk) ? 'ok' : 'not ok'} ${index + 1} ${area}`);
  }
  if (summary.stopped !== null) lines.push(`Bail out! ${oneLine(summary.stopped)}`);
  return `${lines.join('\n')}\n`;
}

function testLines(requirement: RequirementResult, number: number): string[] {
  const { id, title, reason } = requirement;
  const result = isOk(requirement) ? 'ok' : 'not ok';
  const directive = directiveOf(requirement);
  const test = `${result} ${number} ${id} ${oneLine(title)}${directive}`;
  // What went wrong stands before the result it belongs to.
  return directive === '' && reason !== '' ? [`# ${id}: ${oneLine(reason)}`, test] : [test];
}

function isOk({ verdict, isWarning, level }: RequirementResult): boolean {
  switch (verdict) {
    case 'pass':
    case 'not-applicable':
      return true;
    case 'not-supported':
      return level !== 'MUST' && level !== 'MUST NOT';
    case 'fail':
      return isWarning;
    case 'inconclusive':
      return false;
  }
}

function directiveOf({ verdict, isWarning, level, reason }: RequirementResult): string {
  switch (verdict) {
    case 'not-applicable':
      return ` # SKIP ${oneLine(reason)}`;
    case 'inconclusive':
      return ` # ERROR ${oneLine(reason)}`;
    case 'fail':
      return isWarning ? ` # XFAIL ${level}: ${oneLine(reason)}` : '';
    case 'not-supported':
    case 'pass':
      return '';
  }
}

/** A result is one line, and its only # begins the directive. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('#', '').trim();
}
