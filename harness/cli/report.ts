import { resolve } from 'node:path';
import { writeReports } from '../report/index.js';
import { exitCodeOf } from '../runner/judgeRun.js';
import { readRecords } from '../runner/recordFile.js';
import { renderPretty } from './pretty.js';
import { print } from './terminal.js';

/** `nicspec report DIR`: the exit code is the run's. */
export async function reportCommand(folder: string): Promise<number> {
  const path = resolve(folder);
  const results = await writeReports(path, readRecords(path));
  print(renderPretty(results, path));
  return exitCodeOf(results);
}
