/** The shards of one run, put together: the same run as if it had not been cut, or a refusal that says which shard is wrong. */
import { cpSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { latestScenarios, openRecordFile, readRecords, RECORDS_FILE, startOf } from './recordFile.js';
import type { RequirementText, RunEnd, RunRecord, RunStart } from './records.js';
import { UsageError } from './usage.js';

export interface MergeOptions {
  /** Ids of requirements in the order of the specification, which the whole run would have had; default: by id. */
  readonly order?: readonly string[];
  /** Shards that are missing, or did not come to their end, leave a run that was stopped instead of a refusal. */
  readonly isPartial?: boolean;
}

/** A shard as it is on disk. */
export interface Shard {
  readonly folder: string;
  readonly records: readonly RunRecord[];
}

/**
 * Writes the records and the evidence of all into `out`; answers the records.
 * @throws UsageError if they are not the shards of one run, each once and whole.
 */
export function mergeRuns(folders: readonly string[], out: string, options: MergeOptions = {}): readonly RunRecord[] {
  if (folders.some((folder) => resolve(folder) === resolve(out)))
    throw new UsageError(`${out} is a shard itself; the whole run needs a folder of its own`);
  const shards = folders.map((folder) => ({ folder, records: readRecords(folder) }));
  const merged = mergeRecords(shards, options);
  shards.forEach(checkEvidence);
  for (const { folder } of shards) {
    const evidence = join(folder, 'evidence');
    if (existsSync(evidence)) cpSync(evidence, join(out, 'evidence'), { recursive: true });
  }
  openRecordFile(out, merged).close();
  return merged;
}

/**
 * A pure function of the streams.
 * @throws UsageError as `mergeRuns`.
 */
export function mergeRecords(
  shards: readonly Shard[],
  { order = [], isPartial = false }: MergeOptions = {},
): readonly RunRecord[] {
  const [first, ...others] = shards;
  if (first === undefined) throw new UsageError('nothing to merge');
  for (const other of others) checkSameQuestion(first, other);
  for (const other of others) checkSameTarget(first, other);
  const missing = checkParts(shards, isPartial);
  if (!isPartial) shards.forEach(checkEnd);
  const starts = shards.map(({ records }) => startOf(records));
  const start: RunStart = {
    ...startOf(first.records),
    startedAt: starts.map(({ startedAt }) => startedAt).sort()[0] ?? '',
    shard: null,
    requirements: mergeRequirements(starts, order),
  };
  const ends = shards.map(endOf);
  const stopped =
    missing > 0 ? `${missing} shards are missing` : ends.find((end) => end?.stopped !== undefined)?.stopped;
  const durationMs = Math.max(0, ...ends.map((end) => end?.durationMs ?? 0));
  const end: RunEnd = { kind: 'run-end', durationMs, ...(stopped === undefined ? {} : { stopped }) };
  // Without the end of one there is no end of the whole: a shard was killed.
  return [
    start,
    ...latestScenarios(shards.flatMap(({ records }) => records)),
    ...(ends.includes(undefined) ? [] : [end]),
  ];
}

const endOf = ({ records }: Shard): RunEnd | undefined =>
  records.findLast((record): record is RunEnd => record.kind === 'run-end');

/** What a run is asked, and the code that asks. */
const QUESTION = ['nicspec', 'target', 'profile', 'seed', 'runs', 'digest', 'only', 'tags'] as const;

const NAMES: Readonly<Record<(typeof QUESTION)[number], string>> = {
  nicspec: 'the version of nicspec',
  target: 'the target',
  profile: 'the profile',
  seed: 'the seed',
  runs: 'the number of cases',
  digest: 'the digest of specification and features',
  only: '--only',
  tags: '--tags',
};

function checkSameQuestion(first: Shard, other: Shard): void {
  const [a, b] = [startOf(first.records), startOf(other.records)];
  for (const name of QUESTION) {
    const [was, is] = [a[name], b[name]].map((value) => (Array.isArray(value) ? value.join(' ') : String(value)));
    if (was !== is)
      throw new UsageError(
        `${first.folder} and ${other.folder} are not shards of one run: ${NAMES[name]} is ${was ?? ''} and ${is ?? ''}`,
      );
  }
}

function checkSameTarget(first: Shard, other: Shard): void {
  const [a, b] = [startOf(first.records), startOf(other.records)];
  const both = `${first.folder} and ${other.folder} are not shards of one run`;
  if (JSON.stringify(a.identity) !== JSON.stringify(b.identity))
    throw new UsageError(`${both}: the target named itself ${identityText(a)} and ${identityText(b)}`);
  const names = [...new Set([...Object.keys(a.capabilities), ...Object.keys(b.capabilities)])];
  const differing = names.find((name) => a.capabilities[name]?.present !== b.capabilities[name]?.present);
  if (differing !== undefined) throw new UsageError(`${both}: the target said otherwise whether it has ${differing}`);
}

const identityText = ({ identity: { device, kernel } }: RunStart): string =>
  `${device.vendor} ${device.model}, driver ${device.driver} ${device.driverVersion}, firmware ${device.firmwareVersion}, kernel ${kernel.name} ${kernel.release}`;

/** Each part once. Answers how many are missing. */
function checkParts(shards: readonly Shard[], isPartial: boolean): number {
  const parts = new Map<number, string>();
  const count = startOf(shards[0]?.records ?? []).shard?.of ?? 0;
  for (const { folder, records } of shards) {
    const { shard } = startOf(records);
    if (shard === null) throw new UsageError(`${folder} is a whole run and no shard; there is nothing to put to it`);
    if (shard.of !== count)
      throw new UsageError(`${folder} is shard ${shard.index} of ${shard.of}, and the others are of ${count}`);
    const twin = parts.get(shard.index);
    if (twin !== undefined) throw new UsageError(`${twin} and ${folder} are both shard ${shard.index} of ${count}`);
    parts.set(shard.index, folder);
  }
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((index) => !parts.has(index));
  if (missing.length > 0 && !isPartial)
    throw new UsageError(
      `shard ${missing.join(', ')} of ${count} is missing; run it with --shard ${missing[0] ?? 0}/${count}, or merge what there is with --partial`,
    );
  return missing.length;
}

function checkEnd(shard: Shard): void {
  const end = endOf(shard);
  const { shard: part } = startOf(shard.records);
  const again = `run it again with --shard ${part?.index ?? 0}/${part?.of ?? 0}, or merge what there is with --partial`;
  if (end === undefined)
    throw new UsageError(
      `${shard.folder} did not come to its end: it was killed, or ${RECORDS_FILE} was cut; ${again}`,
    );
  if (end.stopped !== undefined)
    throw new UsageError(`${shard.folder} stopped before its end: ${end.stopped}; ${again}`);
}

/** What its records name is there. */
function checkEvidence({ folder, records }: Shard): void {
  for (const { evidence } of latestScenarios(records))
    for (const path of evidence)
      if (!existsSync(join(folder, path)))
        throw new UsageError(`${folder} is damaged: its records name ${path}, which is not there`);
}

/** With the scenarios of all added up, in the order that a whole run has. */
function mergeRequirements(starts: readonly RunStart[], order: readonly string[]): RequirementText[] {
  const byId = new Map<string, RequirementText>();
  for (const requirement of starts.flatMap(({ requirements }) => requirements)) {
    const { planned = 0 } = byId.get(requirement.id) ?? {};
    byId.set(requirement.id, { ...requirement, planned: planned + (requirement.planned ?? 0) });
  }
  const places = new Map(order.map((id, index) => [id, index]));
  const place = ({ id }: RequirementText): number => places.get(id) ?? order.length;
  return [...byId.values()].sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : 1));
}
