import { resolve } from 'node:path';
import { compareRuns } from '../runner/compare.js';
import { EXIT, resultsOf } from '../runner/judgeRun.js';
import { readRecords } from '../runner/recordFile.js';
import { colored, print, printJson, table } from './terminal.js';

/** `nicspec diff RUN_A RUN_B`: exit code 1 if a requirement has another verdict. */
export async function diffCommand(
  a: string,
  b: string,
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  const [runA, runB] = [a, b].map((folder) => resultsOf(readRecords(resolve(folder))));
  if (runA === undefined || runB === undefined) throw new Error('two runs are compared');
  const comparison = compareRuns(runA, runB);
  if (json) printJson(comparison);
  else {
    for (const note of comparison.notes) print(`note: ${note}`);
    const rows = comparison.requirements.map(({ id, a: before, b: after, reason }) => [
      id,
      (before?.verdict ?? 'not in it').padEnd(14),
      '→',
      after === null ? 'not in it' : colored(after.verdict, after.verdict) + (reason === '' ? '' : `  ${reason}`),
    ]);
    if (rows.length > 0) print(table(rows));
    print(`${comparison.requirements.length} requirements differ, ${comparison.same} are the same`);
  }
  return comparison.requirements.length === 0 ? EXIT.conforms : EXIT.doesNotConform;
}
