/** What the report site is made of, read from disk: folders of runs, bundles, results of others, kill matrices. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { resultsOf } from '../../runner/judgeRun.js';
import { PROJECT_ROOT } from '../../runner/project.js';
import { readRecords, RECORDS_FILE } from '../../runner/recordFile.js';
import type { Results } from '../../runner/results.js';
import { UsageError } from '../../runner/usage.js';
import type { KillMatrix } from '../page/killMatrix.js';

/** Of a run: the records, or the results where only they were passed on. Of a bundle: the run with the first of its seeds. */
const RESULTS_FILE = 'results.json';
const ENVELOPE_FILE = 'envelope.json';
const DEFECTS_FILE = 'defects.json';

export interface ReadRun {
  readonly results: Results;
  /** Where its evidence is: paths in the results are below it. */
  readonly folder: string;
  readonly name: string;
}

export interface ReadSources {
  readonly runs: readonly ReadRun[];
  readonly defects: KillMatrix | null;
}

/**
 * Each folder is a run, a bundle or the output of `nicspec defects`, and each file results.json or defects.json.
 * @throws UsageError that names the path, what is wrong with it and what would be right.
 */
export function readSources(paths: readonly string[]): ReadSources {
  const runs: ReadRun[] = [];
  let defects: KillMatrix | null = null;
  for (const path of paths) {
    const place = resolve(path);
    if (!existsSync(place)) throw new UsageError(`${path} is not there`);
    const matrix = matrixAt(place);
    if (matrix !== null) {
      if (defects !== null) throw new UsageError(`${path}: one kill matrix is enough, and there is one already`);
      defects = matrix;
    } else runs.push(named(runAt(place, path), runs));
  }
  if (runs.length === 0 && defects === null) throw new UsageError('name at least one folder of a run');
  return { runs, defects };
}

function named(run: Omit<ReadRun, 'name'>, others: readonly ReadRun[]): ReadRun {
  const own = basename(run.folder);
  const alike = others.filter(({ name }) => name === own || name.startsWith(`${own} (`)).length;
  return { ...run, name: alike === 0 ? own : `${own} (${alike + 1})` };
}

function matrixAt(place: string): KillMatrix | null {
  const file = statSync(place).isDirectory() ? join(place, DEFECTS_FILE) : place;
  if (basename(file) !== DEFECTS_FILE || !existsSync(file) || existsSync(join(place, RECORDS_FILE))) return null;
  return checked(file, 'defects') as KillMatrix;
}

function runAt(place: string, path: string): Omit<ReadRun, 'name'> {
  if (!statSync(place).isDirectory()) {
    if (basename(place) === RECORDS_FILE) return runAt(dirname(place), path);
    return { results: checked(place, 'results') as Results, folder: dirname(place) };
  }
  if (existsSync(join(place, RECORDS_FILE))) return { results: judged(place), folder: place };
  if (existsSync(join(place, ENVELOPE_FILE))) {
    const first = join(place, 'seed-1');
    if (!existsSync(join(first, RECORDS_FILE)))
      throw new UsageError(
        `${path} is a bundle without ${join('seed-1', RECORDS_FILE)}: it is damaged, see nicspec verify`,
      );
    return { results: judged(first), folder: first };
  }
  if (existsSync(join(place, RESULTS_FILE))) {
    return { results: checked(join(place, RESULTS_FILE), 'results') as Results, folder: place };
  }
  throw new UsageError(
    `${path} holds no run: neither ${RECORDS_FILE} nor ${RESULTS_FILE} nor ${DEFECTS_FILE} is there`,
  );
}

/** Records are read line by line as they are; what they come to is held against the schema, so that a foreign stream is refused. */
function judged(folder: string): Results {
  const file = join(folder, RECORDS_FILE);
  const records = readRecords(folder);
  let results: Results;
  try {
    results = resultsOf(records);
  } catch (error) {
    throw new UsageError(
      `${file}: these records are not of a run: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  // Values that are undefined are not in a file.
  check(file, 'results', JSON.parse(JSON.stringify(results)));
  return results;
}

/** What the file holds, once the schema has been held against it: its type is then what the schema says. */
function checked(file: string, schema: 'results' | 'defects'): unknown {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  check(file, schema, value);
  return value;
}

const validators = new Map<string, ValidateFunction>();

function check(file: string, schema: 'results' | 'defects', value: unknown): void {
  const format = (value as { readonly format?: unknown } | null)?.format;
  if (typeof format === 'number' && format !== 1)
    throw new UsageError(
      `${file} has format ${format}, and this nicspec reads format 1: use the nicspec that wrote it, or a newer one`,
    );
  let validate = validators.get(schema);
  if (validate === undefined) {
    const path = join(PROJECT_ROOT, 'reports', 'schema', `${schema}.schema.json`);
    validate = new Ajv().compile(JSON.parse(readFileSync(path, 'utf8')) as object);
    validators.set(schema, validate);
  }
  if (validate(value)) return;
  const [first] = validate.errors ?? [];
  throw new UsageError(
    `${file} is no ${schema}.json of nicspec: ${first?.instancePath || 'it'} ${first?.message ?? 'does not follow the schema'}`,
  );
}
