import { resolve } from 'node:path';
import { compareRuns, mended, type RequirementDifference, type StateDifference } from '../runner/compare.js';
import { loadDepartures } from '../runner/departures.js';
import { EXIT, resultsOf } from '../runner/judgeRun.js';
import { readRecords } from '../runner/recordFile.js';
import { targetFolderName } from '../targets/index.js';
import { colored, print, printJson, table } from './terminal.js';

/** `nicspec diff RUN_A RUN_B`: exit code 1 if a requirement has another verdict, and nothing explains it. */
export async function diffCommand(
  a: string,
  b: string,
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  const [runA, runB] = [a, b].map((folder) => resultsOf(readRecords(resolve(folder))));
  if (runA === undefined || runB === undefined) throw new Error('two runs are compared');
  const known = await loadDepartures(targetFolderName(runB.target));
  const comparison = { ...compareRuns(runA, runB, known), mended: mended(runB, known) };
  const unexplained = comparison.requirements.filter(({ explanation }) => explanation === null);
  if (json) printJson(comparison);
  else {
    for (const note of comparison.notes) print(`note: ${note}`);
    if (comparison.requirements.length > 0) print(table(comparison.requirements.map(row)));
    for (const difference of comparison.states) print(stateText(difference, a, b));
    if (comparison.mended.length > 0) {
      print(`known to fail, and passed: ${comparison.mended.join(', ')}; docs/targets is to follow`);
    }
    if (comparison.leftOut.length > 0) print(`${comparison.leftOut.length} that one run left out (--only, --tags)`);
    print(
      `${comparison.requirements.length} requirements differ, ${unexplained.length} of them unexplained; ` +
        `${comparison.same} are the same`,
    );
  }
  return unexplained.length === 0 ? EXIT.conforms : EXIT.doesNotConform;
}

/** What the one showed and the other did not, as a diff is written. */
function stateText({ name, requirements, onlyA, onlyB }: StateDifference, a: string, b: string): string {
  return [
    `${requirements.join(', ')}  ${name}: after the same script`,
    ...onlyA.map((line) => `  ${colored('fail', '-')} ${line}`),
    ...onlyB.map((line) => `  ${colored('pass', '+')} ${line}`),
    `  (- ${a}, + ${b})`,
  ].join('\n');
}

function row({ id, a, b, reason, explanation }: RequirementDifference): readonly string[] {
  const before = a?.verdict ?? 'not in it';
  if (b === null) return [id, before.padEnd(14), '→', 'not in it'];
  const why = explanation ?? (reason === '' ? 'unexplained' : `unexplained: ${reason}`);
  return [id, before.padEnd(14), '→', `${colored(b.verdict, b.verdict.padEnd(14))}  ${why}`];
}
