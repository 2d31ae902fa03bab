import { resolve } from 'node:path';
import { writeReports } from '../report/index.js';
import { exitCodeOf } from '../runner/judgeRun.js';
import { mergeRuns } from '../runner/merge.js';
import { NICSPEC_SUITE } from '../runner/project.js';
import { loadSpec } from '../runner/spec.js';
import { renderPretty } from './pretty.js';
import { print } from './terminal.js';

export interface MergeFlags {
  readonly out: string;
  readonly partial?: boolean;
}

/** `nicspec merge RUN…`. */
export async function mergeCommand(folders: readonly string[], { out, partial }: MergeFlags): Promise<number> {
  const path = resolve(out);
  const { requirements } = await loadSpec(NICSPEC_SUITE.spec);
  const records = mergeRuns(
    folders.map((folder) => resolve(folder)),
    path,
    { order: requirements.map(({ id }) => id), isPartial: partial === true },
  );
  const results = await writeReports(path, records);
  print(renderPretty(results, path));
  return exitCodeOf(results);
}
