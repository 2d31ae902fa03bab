import { resolve } from 'node:path';
import { renderTargetPage } from '../report/targetPage.js';
import { loadDepartures } from '../runner/departures.js';
import { EXIT, resultsOf } from '../runner/judgeRun.js';
import { readRecords } from '../runner/recordFile.js';
import { targetFolderName } from '../targets/index.js';

/** `nicspec page RUN`: the page of its target, Markdown, on standard output. */
export async function pageCommand(folder: string): Promise<number> {
  const results = resultsOf(readRecords(resolve(folder)));
  process.stdout.write(renderTargetPage(results, await loadDepartures(targetFolderName(results.target))));
  return EXIT.conforms;
}
