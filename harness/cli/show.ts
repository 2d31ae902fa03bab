import colors from 'picocolors';
import { defects } from '../../reference-impl/defects/index.js';
import { NICSPEC_SUITE } from '../runner/project.js';
import { readScenarios } from '../runner/scenarios.js';
import { loadSpec, type Requirement } from '../runner/spec.js';
import { unknownName } from '../runner/usage.js';
import { print, printJson, wrapped } from './terminal.js';

/** `nicspec show ID`. */
export async function showCommand(id: string, { json = false }: { readonly json?: boolean }): Promise<number> {
  const [spec, scenarios] = await Promise.all([loadSpec(NICSPEC_SUITE.spec), readScenarios(NICSPEC_SUITE)]);
  const requirement = spec.requirements.find((one) => one.id.toLowerCase() === id.toLowerCase());
  if (requirement === undefined) {
    throw unknownRequirement(
      id,
      spec.requirements.map((one) => one.id),
    );
  }
  const shown = {
    requirement,
    profiles: spec.profiles.map((profile) => profile.id),
    scenarios: scenarios
      .filter(({ requirements }) => requirements.includes(requirement.id))
      .map(({ id: scenario, name, isLaw, needs }) => ({ id: scenario, name, isLaw, needs })),
    defects: defects
      .filter(({ caughtBy }) => caughtBy === requirement.id)
      .map(({ id: defect, title, origin }) => ({ id: defect, title, origin })),
  };
  if (json) printJson(shown);
  else print(pageOf(shown));
  return 0;
}

function unknownRequirement(id: string, known: readonly string[]): Error {
  // The whole list would scroll the message away; the area is what was meant.
  const area = id.toUpperCase().replace(/-\d*$/, '');
  const near = known.filter((one) => one.startsWith(area));
  return unknownName('requirement', id, near.length === 0 ? known : near);
}

function pageOf({
  requirement,
  scenarios,
  defects: own,
}: {
  readonly requirement: Requirement;
  readonly scenarios: readonly { readonly id: string; readonly name: string; readonly isLaw: boolean }[];
  readonly defects: readonly {
    readonly id: string;
    readonly title: string;
    readonly origin: { readonly title: string };
  }[];
}): string {
  const { id, title, level, statement, rationale, needs, since, introducedBy = '', sources, file } = requirement;
  const section = (heading: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', colors.bold(heading), ...lines];
  return [
    `${colors.bold(id)}  ${title}`,
    `${level}${since === undefined ? '' : `, since Linux ${since} (${introducedBy})`}${needs.length === 0 ? '' : `; needs ${needs.join(', ')}`}`,
    '',
    wrapped(statement, '  '),
    ...section('Why', [wrapped(rationale, '  ')]),
    ...section(
      'Sources',
      sources.map((source) => `  ${[source.title, source.section, source.url].filter(Boolean).join(', ')}`),
    ),
    ...section(
      'Scenarios',
      scenarios.map(
        (scenario) => `  ${scenario.isLaw ? 'law' : '   '}  ${scenario.name}\n       ${colors.dim(scenario.id)}`,
      ),
    ),
    ...section(
      'Defects that it must catch',
      own.map((defect) => `  ${defect.id}  ${defect.title}\n       ${colors.dim(defect.origin.title)}`),
    ),
    '',
    colors.dim(file),
  ].join('\n');
}
