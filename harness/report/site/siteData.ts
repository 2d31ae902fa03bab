/** What the report site shows, as its page carries it: an index that is read at once, and a block for each area that is read when it is shown. */
import type { TargetIdentity } from '../../contract/index.js';
import type { Level, Outcome } from '../../runner/records.js';
import type {
  AreaResult,
  CapabilityResult,
  RequirementResult,
  Results,
  ResultsSummary,
  ScenarioResult,
} from '../../runner/results.js';
import type { KillMatrix } from '../page/killMatrix.js';
import { OUTCOME_ORDER } from '../../site/words.js';

/** A run as it was read, and what the site calls it. */
export interface SourceRun {
  readonly results: Results;
  /** Told apart from the other runs of the site. */
  readonly name: string;
  /** Where paths of its evidence begin, as the page reaches them: empty or with a slash at its end; null: they are not beside the site. */
  readonly folder: string | null;
}

export interface SiteIndex {
  readonly format: 1;
  /** The newest last: that is the order of a history. */
  readonly runs: readonly SiteRun[];
  /** Indexes into `runs`: the newest of each target and profile, the columns of the matrix. */
  readonly columns: readonly number[];
  readonly rows: readonly SiteRow[];
  readonly areas: readonly string[];
  readonly defects: KillMatrix | null;
  /** What a reader must know before comparing: runs of other versions, runs that stopped, what was left out. */
  readonly notes: readonly string[];
}

export interface SiteRun {
  readonly name: string;
  readonly target: string;
  readonly profile: string;
  readonly startedAt: string;
  readonly identity: TargetIdentity;
  readonly nicspec: string;
  readonly node: string;
  readonly digest: string;
  readonly only: readonly string[];
  readonly tags: string;
  readonly summary: ResultsSummary;
  readonly areas: readonly AreaResult[];
  readonly capabilities: readonly CapabilityResult[];
  readonly folder: string | null;
}

export interface SiteRow {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly area: string;
  /** A letter a run: the outcome by its place in OUTCOME_ORDER, `w` for a failure that is a warning, `-` where the run has no such requirement. */
  readonly verdicts: string;
  /** Milliseconds that its scenarios took, a run each; null where it was not run. */
  readonly durations: readonly (number | null)[];
}

/** The block of an area: by requirement. */
export type AreaDetails = Readonly<Record<string, RequirementDetails>>;

export interface RequirementDetails {
  readonly statement: string;
  readonly rationale: string;
  readonly sources: RequirementResult['sources'];
  readonly needs: readonly string[];
  /** One for each run; null where the run has no such requirement. */
  readonly runs: readonly (RequirementInRun | null)[];
}

export interface RequirementInRun {
  readonly level: Level;
  readonly reason: string;
  readonly scenarios: readonly ScenarioResult[];
  /** By scenario: the page of its evidence, where there is one. */
  readonly pages: Readonly<Record<string, string>>;
}

export interface SiteData {
  readonly index: SiteIndex;
  readonly details: ReadonlyMap<string, AreaDetails>;
}

/** By place: what `SiteRow.verdicts` means. */
export function verdictAt(row: SiteRow, run: number): Outcome | null {
  const letter = row.verdicts[run] ?? '-';
  if (letter === '-') return null;
  return letter === 'w' ? 'fail' : (OUTCOME_ORDER[Number(letter)] ?? null);
}

export const isWarningAt = (row: SiteRow, run: number): boolean => row.verdicts[run] === 'w';

/** The id of the element that holds the block of an area. */
export const areaBlock = (place: number): string => `area-${place}`;

/** Frames of scenarios that the page itself holds, in characters of hexadecimal. What is beyond is on the pages of the evidence alone. */
const MOST_HEX = 6_000_000;

/**
 * A pure function of the runs. `pageOf`: the page of a scenario's evidence.
 */
export function siteData(
  sources: readonly SourceRun[],
  defects: KillMatrix | null,
  pageOf: (run: SourceRun, scenario: ScenarioResult) => string | null,
  notes: readonly string[] = [],
): SiteData {
  const runs = [...sources].sort((a, b) => (a.results.startedAt < b.results.startedAt ? -1 : 1));
  const byRun = runs.map(({ results }) => new Map(results.requirements.map((one) => [one.id, one])));
  const ids = [...new Set(runs.flatMap(({ results }) => results.requirements.map(({ id }) => id)))].sort();
  const scenarios = runs.map(
    ({ results }) =>
      new Map(results.scenarios.filter(({ probeOf }) => probeOf.length === 0).map((one) => [one.id, one])),
  );
  const details = new Map<string, Record<string, RequirementDetails>>();
  const budget = { hex: MOST_HEX };
  const rows = ids.map((id): SiteRow => {
    const inRuns = byRun.map((requirements) => requirements.get(id));
    const newest = inRuns.findLast((one) => one !== undefined);
    if (newest === undefined) throw new Error(`${id} is in no run`);
    const detail = detailsOf(newest, inRuns, runs, scenarios, pageOf, budget);
    const block = details.get(newest.area) ?? {};
    block[id] = detail;
    details.set(newest.area, block);
    return {
      id,
      title: newest.title,
      level: newest.level,
      area: newest.area,
      verdicts: inRuns.map(letterOf).join(''),
      durations: detail.runs.map((one) => (one === null ? null : durationOf(one.scenarios))),
    };
  });
  const index: SiteIndex = {
    format: 1,
    runs: runs.map(siteRun),
    columns: columnsOf(runs),
    rows,
    areas: [...details.keys()],
    defects,
    notes: [...notes, ...notesOf(runs)],
  };
  return { index, details };
}

const durationOf = (scenarios: readonly ScenarioResult[]): number =>
  Math.round(scenarios.reduce((sum, { durationMs }) => sum + durationMs, 0) * 10) / 10;

function letterOf(one: RequirementResult | undefined): string {
  if (one === undefined) return '-';
  return one.isWarning ? 'w' : String(OUTCOME_ORDER.indexOf(one.verdict));
}

function siteRun({ results, name, folder }: SourceRun): SiteRun {
  const { target, profile, startedAt, identity, nicspec, node, digest, only, tags, summary, areas, capabilities } =
    results;
  return {
    name,
    target,
    profile,
    startedAt,
    identity,
    nicspec,
    node,
    digest,
    only,
    tags,
    summary,
    areas,
    capabilities,
    folder,
  };
}

function columnsOf(runs: readonly SourceRun[]): number[] {
  const newest = new Map<string, number>();
  runs.forEach(({ results: { target, profile } }, place) => newest.set(`${target}\n${profile}`, place));
  return [...newest.values()];
}

function detailsOf(
  newest: RequirementResult,
  inRuns: readonly (RequirementResult | undefined)[],
  runs: readonly SourceRun[],
  scenarios: readonly ReadonlyMap<string, ScenarioResult>[],
  pageOf: (run: SourceRun, scenario: ScenarioResult) => string | null,
  budget: { hex: number },
): RequirementDetails {
  const { statement, rationale, sources, needs } = newest;
  return {
    statement,
    rationale,
    sources,
    needs,
    runs: inRuns.map((one, place): RequirementInRun | null => {
      const run = runs[place];
      if (one === undefined || run === undefined) return null;
      const own = one.scenarios.flatMap((id) => scenarios[place]?.get(id) ?? []);
      const pages = own.flatMap((scenario): [string, string][] => {
        const page = pageOf(run, scenario);
        return page === null ? [] : [[scenario.id, page]];
      });
      const { level, reason } = one;
      return {
        level,
        reason,
        scenarios: own.map((scenario) => withinBudget(scenario, budget)),
        pages: Object.fromEntries(pages),
      };
    }),
  };
}

function withinBudget(scenario: ScenarioResult, budget: { hex: number }): ScenarioResult {
  const { mismatch } = scenario;
  if (mismatch === null) return scenario;
  const needed = (mismatch.expected?.length ?? 0) + (mismatch.actual?.length ?? 0);
  budget.hex -= needed;
  if (budget.hex >= 0) return scenario;
  const shortened = scenario.steps.map((step) => ({ ...step, message: step.message.split('\n', 1)[0] ?? '' }));
  return { ...scenario, steps: shortened, mismatch: null };
}

function notesOf(runs: readonly SourceRun[]): string[] {
  const notes: string[] = [];
  const digests = new Set(runs.map(({ results }) => results.digest));
  const versions = [...new Set(runs.map(({ results }) => results.nicspec))];
  if (versions.length > 1)
    notes.push(`The runs are of nicspec ${versions.join(' and ')}: a requirement may have changed between them.`);
  else if (digests.size > 1)
    notes.push('The runs were not all asked the same: the specification or the features changed between them.');
  for (const { name, results } of runs) {
    if (results.summary.stopped !== null) notes.push(`${name} stopped before its end: ${results.summary.stopped}.`);
  }
  return notes;
}
