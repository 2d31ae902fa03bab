/** The page of a target in docs/targets: what a run found of it, what it lacks, and each departure with its analysis. */
import type { Departure, KnownDepartures } from '../runner/departures.js';
import type { CapabilityResult, RequirementResult, Results } from '../runner/results.js';

const CAUSES: Readonly<Record<Departure['cause'], string>> = {
  device: 'the device',
  driver: 'the driver',
  kernel: "the kernel's core",
  rig: 'the rig',
};

/** Markdown. `known` is what was analysed of this target, null where nothing was. */
export function renderTargetPage(results: Results, known: KnownDepartures | null): string {
  const { identity, startedAt, profile, summary } = results;
  const { kernel, device } = identity;
  const sections = [
    `# ${known?.title ?? results.target}`,
    known?.summary.trim() ?? '',
    '## What a run finds',
    `\`npx nicspec run --target ${results.target} --profile ${profile}\`, seed ${summary.seed}, ` +
      `on ${startedAt.slice(0, 10)}: ${kernel.name} ${kernel.release}, driver ${device.driver}, ` +
      `${device.vendor} ${device.model}. The figures are of that run; laws on a real clock try as many cases as fit into their time.`,
    areaTable(results),
    '## Where it departs',
    departureSection(results, known),
    '## What it lacks',
    lackSection(results.capabilities),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function areaTable({ areas }: Results): string {
  const rows = areas.map(
    ({ area, requirements: r }) =>
      `| ${area} | ${r.pass} | ${r.fail} | ${r.inconclusive} | ${r['not-supported'] + r['not-applicable']} |`,
  );
  const head = ['| Area | pass | fail | inconclusive | does not apply |', '| --- | ---: | ---: | ---: | ---: |'];
  return [...head, ...rows].join('\n');
}

function departureSection({ requirements }: Results, known: KnownDepartures | null): string {
  const failed = requirements.filter(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive');
  const inRun = new Set(requirements.map(({ id }) => id));
  // A run under another profile is about other requirements.
  const departures = (known?.departures ?? []).filter((each) => each.requirements.some((id) => inRun.has(id)));
  const analysed = new Set(departures.flatMap((departure) => departure.requirements));
  const open = failed.filter(({ id }) => !analysed.has(id));
  const parts = departures.map((departure) => departureText(departure, requirements));
  if (open.length > 0) parts.push(['Not analysed:', ...open.map(({ id, reason }) => `- ${id}: ${reason}`)].join('\n'));
  return parts.length === 0 ? 'Nowhere.' : parts.join('\n\n');
}

function departureText(
  { cause, what, evidence, sometimes, requirements: ids }: Departure,
  all: readonly RequirementResult[],
): string {
  const lines = ids.map((id) => `- ${id}, ${all.find((one) => one.id === id)?.title ?? 'not in this run'}`);
  const when = sometimes === true ? ' Not in every run.' : '';
  return [`### ${what}`, '', `A defect of ${CAUSES[cause]}.${when} ${evidence.trim()}`, '', ...lines].join('\n');
}

/** Capabilities with the same reason share a line. */
function lackSection(capabilities: readonly CapabilityResult[]): string {
  const byReason = new Map<string, string[]>();
  for (const { capability, present, reason } of capabilities) {
    if (!present) byReason.set(reason, [...(byReason.get(reason) ?? []), capability]);
  }
  if (byReason.size === 0) return 'Nothing.';
  return [...byReason]
    .map(([reason, names]) => `- ${names.map((name) => `\`${name}\``).join(', ')}: ${reason}`)
    .join('\n');
}
