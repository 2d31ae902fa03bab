/** records.ndjson: written as results arrive, read by everything that reports. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord, RunStart, ScenarioRecord } from './records.js';
import { UsageError } from './usage.js';

export const RECORDS_FILE = 'records.ndjson';

/** Appends records; each is in the file when `write` returns. */
export interface RecordFile {
  write(record: RunRecord): void;
  close(): void;
}

/** Makes the folder. `keep`: the records that stay; the file begins with them. */
export function openRecordFile(folder: string, keep: readonly RunRecord[] = []): RecordFile {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, RECORDS_FILE);
  const digest = createHash('sha256');
  const sealed = (record: RunRecord): string => {
    const line = lineOf(record.kind === 'run-end' ? { ...record, digest: digest.copy().digest('hex') } : record);
    digest.update(line);
    return line;
  };
  writeFileSync(path, keep.map(sealed).join(''));
  const file = openSync(path, 'a');
  return {
    write: (record) => void writeSync(file, sealed(record)),
    close: () => closeSync(file),
  };
}

function lineOf(record: RunRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * The records of a run's folder. A last line that was cut off, because the run was killed as it wrote, is left out.
 * @throws UsageError if the folder holds no run, a line within is not a record, or the lines are not those that the run's end was written behind.
 */
export function readRecords(folder: string): RunRecord[] {
  const path = join(folder, RECORDS_FILE);
  if (!existsSync(path)) throw new UsageError(`${folder} holds no run: ${RECORDS_FILE} is not there`);
  const lines = readFileSync(path, 'utf8').split('\n');
  const records: RunRecord[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const record = parseRecord(line);
    if (record !== null) records.push(record);
    else if (index < lines.length - 1) throw new UsageError(`${path}:${index + 1}: this line is not a record`);
  }
  if (records[0]?.kind !== 'run-start') throw new UsageError(`${path}:1: the first record must be a run-start`);
  checkDigest(path, lines, records.at(-1));
  return records;
}

/** A run that was killed has no end, and so nothing that says what it was. */
function checkDigest(path: string, lines: readonly string[], last: RunRecord | undefined): void {
  if (last?.kind !== 'run-end' || last.digest === undefined) return;
  const end = lines.findLastIndex((line) => line !== '');
  const before = lines.slice(0, end).map((line) => `${line}\n`);
  if (createHash('sha256').update(before.join('')).digest('hex') !== last.digest)
    throw new UsageError(`${path} was changed after the run: its records have another digest than its end says`);
}

function parseRecord(line: string): RunRecord | null {
  try {
    const value = JSON.parse(line) as { readonly kind?: unknown } | null;
    const isRecord = value?.kind === 'run-start' || value?.kind === 'scenario' || value?.kind === 'run-end';
    return isRecord ? (value as RunRecord) : null;
  } catch {
    return null;
  }
}

/** The run-start, which every stream has. */
export function startOf(records: readonly RunRecord[]): RunStart {
  const start = records.find((record) => record.kind === 'run-start');
  if (start === undefined) throw new UsageError('a stream of records without a run-start');
  return start;
}

/**
 * The last record of each scenario, and of each probe, in the order of the features: a scenario that ran again replaces what it was.
 */
export function latestScenarios(records: readonly RunRecord[]): ScenarioRecord[] {
  const latest = new Map<string, ScenarioRecord>();
  for (const record of records) {
    if (record.kind === 'scenario') latest.set(recordKey(record), record);
  }
  return [...latest.values()].sort(inFileOrder);
}

/** By feature and line; a probe behind what it probes. */
function inFileOrder(a: ScenarioRecord, b: ScenarioRecord): number {
  return (
    Number(a.probeOf.length > 0) - Number(b.probeOf.length > 0) ||
    (a.uri === b.uri ? a.line - b.line : a.uri < b.uri ? -1 : 1)
  );
}

/** A scenario that is not applicable may also be there as a probe. */
export function recordKey({ id, probeOf }: Pick<ScenarioRecord, 'id' | 'probeOf'>): string {
  return probeOf.length === 0 ? id : `${id}#probe`;
}
