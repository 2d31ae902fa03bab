/** Writes the report site: index.html with its data, a page for the evidence of each scenario, and the evidence itself. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, resolve, sep } from 'node:path';
import type { ScenarioResult } from '../../runner/results.js';
import type { KillMatrix } from '../page/killMatrix.js';
import { renderEvidencePage } from './evidencePage.js';
import type { ReadRun } from './readRuns.js';
import { siteData, type SourceRun } from './siteData.js';
import { renderSite } from './sitePage.js';

/** Scenarios whose evidence has a page; of more, the files are there. */
const MOST_PAGES = 500;

export interface SiteSources {
  readonly runs: readonly ReadRun[];
  readonly defects?: KillMatrix | null;
}

/** A page to be written. */
interface PlannedPage {
  readonly run: SourceRun;
  readonly read: ReadRun;
  readonly scenario: ScenarioResult;
  readonly path: string;
}

/** Answers the path of index.html. Evidence is copied unless the site lies in the folder of the run. */
export function writeSite(out: string, { runs, defects = null }: SiteSources): string {
  mkdirSync(out, { recursive: true });
  const placed = runs.map((read, place) => placeRun(read, place, out));
  const pages = planPages(placed);
  const byScenario = new Map(pages.map((page) => [page.scenario, page.path]));
  const withEvidence = placed.flatMap(({ run }) => run.results.scenarios.filter(({ evidence }) => evidence.length > 0));
  const notes =
    withEvidence.length > pages.length && pages.length === MOST_PAGES
      ? [
          `${withEvidence.length} scenarios left evidence. ${MOST_PAGES} of them have a page for it, the rest have the files.`,
        ]
      : [];
  const data = siteData(
    placed.map(({ run }) => run),
    defects,
    (_, scenario) => byScenario.get(scenario) ?? null,
    notes,
  );
  const index = join(out, 'index.html');
  writeFileSync(index, renderSite(data));
  for (const page of pages) writePage(out, page);
  return index;
}

interface PlacedRun {
  readonly run: SourceRun;
  readonly read: ReadRun;
}

function placeRun(read: ReadRun, place: number, out: string): PlacedRun {
  const { results, name, folder } = read;
  if (resolve(folder) === resolve(out)) return { read, run: { results, name, folder: '' } };
  const own = `runs/${place + 1}-${name.replace(/[^\w.-]+/g, '-')}/`;
  for (const path of results.scenarios.flatMap(({ evidence }) => evidence)) {
    const from = below(folder, path);
    const to = below(join(out, own), path);
    if (from === null || to === null || !existsSync(from)) continue;
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
  }
  return { read, run: { results, name, folder: own } };
}

/** A path of a record, on this machine; null where it leads out of the folder. */
function below(folder: string, path: string): string | null {
  const file = resolve(join(folder, path));
  return file.startsWith(resolve(folder) + sep) ? file : null;
}

function planPages(placed: readonly PlacedRun[]): PlannedPage[] {
  const pages = new Map<string, PlannedPage>();
  for (const { run, read } of placed) {
    for (const scenario of run.results.scenarios) {
      const [first] = scenario.evidence;
      if (pages.size >= MOST_PAGES || first === undefined || below(read.folder, first) === null) continue;
      const path = `${run.folder ?? ''}${posix.join(posix.dirname(first), 'index.html')}`;
      if (!path.includes('..') && /^[\w./-]+$/.test(path)) pages.set(path, { run, read, scenario, path });
    }
  }
  return [...pages.values()];
}

function writePage(out: string, { run, read, scenario, path }: PlannedPage): void {
  const file = join(out, path);
  mkdirSync(dirname(file), { recursive: true });
  const up = '../'.repeat(path.split('/').length - 1);
  writeFileSync(file, renderEvidencePage({ run, folder: read.folder, scenario, up }));
}
