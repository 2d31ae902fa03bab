/** The shards of one run, put together. */
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { latestScenarios, openRecordFile, readRecords, startOf } from './recordFile.js';
import type { RequirementText, RunEnd, RunRecord, RunStart } from './records.js';
import { UsageError } from './usage.js';

/**
 * Writes the records and the evidence of all into `out`; answers the records.
 * @throws UsageError if the runs were not asked the same.
 */
export function mergeRuns(folders: readonly string[], out: string): readonly RunRecord[] {
  const runs = folders.map((folder) => ({ folder, records: readRecords(folder) }));
  const merged = mergeRecords(runs);
  for (const { folder } of runs) {
    const evidence = join(folder, 'evidence');
    if (existsSync(evidence) && folder !== out) cpSync(evidence, join(out, 'evidence'), { recursive: true });
  }
  openRecordFile(out, merged).close();
  return merged;
}

/** A pure function of the streams. */
export function mergeRecords(
  runs: readonly { readonly folder: string; readonly records: readonly RunRecord[] }[],
): readonly RunRecord[] {
  const [first, ...others] = runs;
  if (first === undefined) throw new UsageError('nothing to merge');
  for (const other of others) checkSame(first, other);
  const all = runs.flatMap(({ records }) => records);
  const starts = runs.map(({ records }) => startOf(records));
  const start: RunStart = {
    ...startOf(first.records),
    startedAt: starts.map(({ startedAt }) => startedAt).sort()[0] ?? '',
    shard: null,
    requirements: mergeRequirements(starts),
  };
  const scenarios = latestScenarios(all);
  const ends = runs.map(({ records }) => records.findLast((record): record is RunEnd => record.kind === 'run-end'));
  const stopped = ends.find((end) => end?.stopped !== undefined)?.stopped;
  const durationMs = Math.max(0, ...ends.map((end) => end?.durationMs ?? 0));
  const end: RunEnd = { kind: 'run-end', durationMs, ...(stopped === undefined ? {} : { stopped }) };
  // Without the end of one there is no end of the whole: a shard was killed.
  return [start, ...scenarios, ...(ends.includes(undefined) ? [] : [end])];
}

function checkSame(
  first: { readonly folder: string; readonly records: readonly RunRecord[] },
  other: { readonly folder: string; readonly records: readonly RunRecord[] },
): void {
  const [a, b] = [startOf(first.records), startOf(other.records)];
  for (const name of ['target', 'profile', 'seed', 'runs', 'digest', 'tags'] as const) {
    if (a[name] !== b[name]) {
      throw new UsageError(
        `${first.folder} and ${other.folder} are not shards of one run: ${name} is ${a[name]} and ${b[name]}`,
      );
    }
  }
  if (a.only.join(' ') !== b.only.join(' ')) {
    throw new UsageError(`${first.folder} and ${other.folder} are not shards of one run: --only differs`);
  }
}

function mergeRequirements(starts: readonly RunStart[]): RequirementText[] {
  const byId = new Map<string, RequirementText>();
  for (const requirement of starts.flatMap(({ requirements }) => requirements)) {
    const { planned = 0 } = byId.get(requirement.id) ?? {};
    byId.set(requirement.id, { ...requirement, planned: planned + (requirement.planned ?? 0) });
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
