import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeReports } from '../report/index.js';
import { openLiveServer } from '../report/live/liveServer.js';
import { readSources } from '../report/site/readRuns.js';
import { writeSite } from '../report/site/writeSite.js';
import { EXIT, exitCodeOf } from '../runner/judgeRun.js';
import { readRecords, RECORDS_FILE } from '../runner/recordFile.js';
import type { Results } from '../runner/results.js';
import { UsageError } from '../runner/usage.js';
import { renderPretty } from './pretty.js';
import { print } from './terminal.js';

const DEFAULT_FOLDER = 'reports';

export interface ReportFlags {
  readonly out?: string;
}

/**
 * `nicspec report [RUN…]`. One run without `--out`: its reports are written again, and the exit code is the run's. Otherwise the site of
 * all, and 0.
 */
export async function reportCommand(folders: readonly string[], { out }: ReportFlags): Promise<number> {
  const [only] = folders;
  if (out === undefined && folders.length === 1 && only !== undefined && existsSync(join(only, RECORDS_FILE))) {
    const path = resolve(only);
    const results = await writeReports(path, readRecords(path));
    print(renderPretty(results, path));
    return exitCodeOf(results);
  }
  const named = folders.length === 0 ? runsBelow(DEFAULT_FOLDER) : folders;
  const index = writeSite(resolve(out ?? join(DEFAULT_FOLDER, 'site')), readSources(named));
  print(`${named.length} ${named.length === 1 ? 'folder' : 'folders'} read: ${named.join(', ')}`);
  print(`report: ${index}`);
  return EXIT.conforms;
}

/** Every run, and the kill matrix, that the usual folder holds. */
function runsBelow(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const found = names
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, RECORDS_FILE)) || existsSync(join(path, 'defects.json')));
  if (found.length === 0)
    throw new UsageError(`${folder} holds no run: name the folders of runs, or begin with nicspec run`);
  return found;
}

export interface ServeFlags {
  readonly host: string;
  readonly port: number;
  readonly untilEnd?: boolean;
}

/** `nicspec report serve [RUN]`: until it is interrupted, or with `--until-end` until the run has ended; the exit code is then the run's. */
export async function serveCommand(folder: string, { host, port, untilEnd = false }: ServeFlags): Promise<number> {
  const path = resolve(folder);
  let results: Results | undefined;
  let ended: (code: number) => void = () => undefined;
  const end = new Promise<number>((done) => (ended = done));
  const server = await openLiveServer({
    folder: path,
    host,
    port,
    finish: async () => {
      results = await writeReports(path, readRecords(path));
      return path;
    },
    onEnd: (report) => {
      print(results === undefined ? 'the run has ended' : renderPretty(results, path));
      if (!untilEnd) print('the report stays at the address above; Ctrl-C ends the server');
      else ended(report === '' || results === undefined ? EXIT.targetFailed : exitCodeOf(results));
    },
  }).catch((error: unknown) => {
    throw new UsageError(`cannot serve on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`);
  });
  print(`watching ${path}: ${server.url}`);
  const stop = (): void => ended(results === undefined ? EXIT.conforms : exitCodeOf(results));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const code = await end;
  process.off('SIGINT', stop).off('SIGTERM', stop);
  await server.close();
  return code;
}
