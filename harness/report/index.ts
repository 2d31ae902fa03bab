/** The reports of a run: each a pure function of its records. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { resultsOf } from '../runner/judgeRun.js';
import type { RunRecord } from '../runner/records.js';
import type { Results } from '../runner/results.js';
import { renderJson } from './json.js';

/** Formats that can go to standard output. */
export const FORMATS = ['pretty', 'json', 'junit', 'ktap'] as const;
export type Format = (typeof FORMATS)[number];

/** Writes results.json, report.html, the site with index.html, cucumber.html, junit.xml, ktap.txt and summary.md into the folder. */
export async function writeReports(folder: string, records: readonly RunRecord[]): Promise<Results> {
  const results = resultsOf(records);
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  write('results.json', renderJson(results));
  const [{ renderJunit }, { renderKtap }, { renderMarkdown }, { renderPage }, { renderCucumberPage }, { writeSite }] =
    await Promise.all([
      import('./junit.js'),
      import('./ktap.js'),
      import('./markdown.js'),
      import('./page/index.js'),
      import('./cucumberPage.js'),
      import('./site/writeSite.js'),
    ]);
  write('junit.xml', renderJunit(results));
  write('ktap.txt', renderKtap(results));
  write('summary.md', renderMarkdown(results));
  write('report.html', renderPage(results));
  write('cucumber.html', await renderCucumberPage(results));
  writeSite(folder, { runs: [{ results, folder, name: basename(folder) }] });
  return results;
}
