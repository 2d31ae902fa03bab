import { resolve } from 'node:path';
import { writeReports } from '../report/index.js';
import { exitCodeOf } from '../runner/judgeRun.js';
import { mergeRuns } from '../runner/merge.js';
import { renderPretty } from './pretty.js';
import { print } from './terminal.js';

/** `nicspec merge RUN…`. */
export async function mergeCommand(folders: readonly string[], { out }: { readonly out: string }): Promise<number> {
  const path = resolve(out);
  const results = await writeReports(
    path,
    mergeRuns(
      folders.map((folder) => resolve(folder)),
      path,
    ),
  );
  print(renderPretty(results, path));
  return exitCodeOf(results);
}
