/** Runs whose verdicts are published beside the requirements: read, checked, and held against this version of the specification. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Ajv } from 'ajv';
import { PROJECT_ROOT, slashed } from '../../runner/project.js';
import type { RequirementResult, Results } from '../../runner/results.js';
import { UsageError } from '../../runner/usage.js';
import type { PublishedTarget, PublishedVerdict } from './model.js';

export interface PublishedRuns {
  readonly targets: readonly PublishedTarget[];
  /** By requirement. */
  readonly verdicts: ReadonlyMap<string, readonly PublishedVerdict[]>;
  /** Runs that were found and are not published, with the reason. */
  readonly leftOut: readonly { readonly file: string; readonly reason: string }[];
}

export interface RunsQuery {
  /** Folders of runs, or their results.json; undefined: whatever lies below `reports`. */
  readonly named: readonly string[] | undefined;
  readonly reports: string;
  readonly digest: string;
  /** Publish runs of another version too, but for requirements that say something else today. */
  readonly otherVersions: boolean;
  /** Statements by id, as they are today. */
  readonly statements: ReadonlyMap<string, string>;
}

interface ReadRun {
  readonly file: string;
  readonly results: Results;
}

/** @throws UsageError for a run that is named and cannot be published, with what to do about it. */
export function readPublishedRuns(query: RunsQuery): PublishedRuns {
  const { named, digest, otherVersions } = query;
  const leftOut: { file: string; reason: string }[] = [];
  const runs: ReadRun[] = [];
  for (const file of named?.map(resultsFile) ?? runsBelow(query.reports)) {
    const read = readResults(file);
    const reason = typeof read === 'string' ? read : versionFault(read, digest, otherVersions);
    if (reason !== '') {
      if (named !== undefined) throw new UsageError(`${shown(file)}: ${reason}`);
      leftOut.push({ file: shown(file), reason });
    } else if (typeof read !== 'string') runs.push({ file, results: read });
  }
  const newest = newestOfEach(runs);
  const severalProfiles = (target: string): boolean =>
    newest.filter(({ results }) => results.target === target).length > 1;
  const published = newest.map((run) => ({ run, target: targetOf(run, digest, severalProfiles(run.results.target)) }));
  const verdicts = new Map<string, PublishedVerdict[]>();
  for (const { run, target } of published) {
    for (const result of run.results.requirements) {
      if (query.statements.get(result.id) !== result.statement) continue;
      const list = verdicts.get(result.id) ?? [];
      list.push(verdictOf(target, result));
      verdicts.set(result.id, list);
    }
  }
  return { targets: published.map(({ target }) => target), verdicts, leftOut };
}

const shown = (file: string): string => slashed(relative(process.cwd(), file) || file);

function resultsFile(path: string): string {
  if (!existsSync(path)) throw new UsageError(`--results ${path}: there is no such folder or file`);
  if (!statSync(path).isDirectory()) return path;
  const file = join(path, 'results.json');
  if (!existsSync(file))
    throw new UsageError(`--results ${path}: the folder holds no results.json; nicspec report ${path} writes it`);
  return file;
}

function runsBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name, 'results.json'))
    .filter((file) => existsSync(file));
}

let isResults: ReturnType<Ajv['compile']> | undefined;

/** The results, or what is wrong with them. */
function readResults(file: string): Results | string {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return `this is not JSON: ${error instanceof Error ? error.message : String(error)}; run the suite again`;
  }
  isResults ??= new Ajv({ strict: false }).compile(
    JSON.parse(readFileSync(join(PROJECT_ROOT, 'reports', 'schema', 'results.schema.json'), 'utf8')) as object,
  );
  if (isResults(content)) return content as Results;
  const [error] = isResults.errors ?? [];
  const place = error === undefined || error.instancePath === '' ? 'the file' : error.instancePath;
  return `this is no results.json of nicspec: ${place} ${error?.message ?? 'is wrong'}; nicspec report RUN writes one`;
}

function versionFault({ digest, nicspec }: Results, wanted: string, otherVersions: boolean): string {
  if (digest === wanted || otherVersions) return '';
  return (
    `this run was asked another version of the specification (nicspec ${nicspec}, digest ${digest.slice(0, 12)}; ` +
    `this is ${wanted.slice(0, 12)}); run the suite again, or add --other-versions`
  );
}

/** Of several runs of one target with one profile the last counts. */
function newestOfEach(runs: readonly ReadRun[]): readonly ReadRun[] {
  const newest = new Map<string, ReadRun>();
  for (const run of runs) {
    const key = JSON.stringify([run.results.target, run.results.profile]);
    const known = newest.get(key);
    if (known === undefined || known.results.startedAt < run.results.startedAt) newest.set(key, run);
  }
  return [...newest.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, run]) => run);
}

function targetOf({ file, results }: ReadRun, digest: string, severalProfiles: boolean): PublishedTarget {
  const { target, profile, identity, startedAt, summary } = results;
  const { vendor, model } = identity.device;
  return {
    id: severalProfiles ? `${target} (${profile})` : target,
    target,
    profile,
    device: [vendor, model].filter((word) => word !== '').join(' '),
    kernel: `${identity.kernel.name} ${identity.kernel.release}`,
    date: startedAt.slice(0, 10),
    conforms: summary.conforms,
    counts: summary.requirements,
    ofAnotherVersion: results.digest !== digest,
    file: shown(file),
  };
}

const verdictOf = (target: PublishedTarget, { verdict, isWarning, reason }: RequirementResult): PublishedVerdict => ({
  target,
  verdict,
  isWarning,
  reason,
});
