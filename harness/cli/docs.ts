import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { writeApiReference } from '../publish/api/reference.js';
import { API_FOLDER } from '../publish/html/places.js';
import { changeLines, changesBetween, snapshotOf } from '../publish/specification/changes.js';
import { readSnapshot } from '../publish/specification/snapshots.js';
import { FORMATS, FormatUnavailable, type RenderedFiles } from '../publish/specification/formats.js';
import type { Specification } from '../publish/specification/model.js';
import { readSpecification } from '../publish/specification/read.js';
import { EXIT } from '../runner/judgeRun.js';
import { NICSPEC_SUITE, nicspecVersion } from '../runner/project.js';
import { loadSpec } from '../runner/spec.js';
import { unknownName, UsageError } from '../runner/usage.js';
import { print } from './terminal.js';

export interface DocsFlags {
  readonly out: string;
  readonly format: readonly string[];
  readonly results?: readonly string[];
  readonly otherVersions?: boolean;
  /** Makes the API reference too. */
  readonly api?: boolean;
  readonly freeze?: string;
  readonly changes?: string;
}

/** `nicspec docs`. */
export async function docsCommand(flags: DocsFlags): Promise<number> {
  const { out, format, results, otherVersions, freeze, changes, api = false } = flags;
  if (freeze !== undefined) return freezeVersion(freeze);
  if (changes !== undefined) return printChanges(changes);
  const names = [...new Set(format)];
  for (const name of names) if (!(name in FORMATS)) throw unknownName('format', name, Object.keys(FORMATS));
  const startedAt = performance.now();
  const { specification, leftOut } = await readSpecification({
    ...(results === undefined ? {} : { results }),
    otherVersions: otherVersions ?? false,
  });
  for (const { file, reason } of leftOut) process.stderr.write(`nicspec: left out: ${file}: ${reason}\n`);
  if (api && !names.includes('html')) throw new UsageError('--api: its pages lie in those of html; add it to --format');
  let unavailable = false;
  const reference = api ? await apiReference(specification) : undefined;
  if (api && reference === undefined) unavailable = true;
  for (const name of names) {
    const render = await FORMATS[name]?.();
    if (render === undefined) continue;
    const files = await rendered(name, render(reference?.specification ?? specification));
    if (files === undefined) {
      unavailable = true;
      continue;
    }
    const folder = join(out, name);
    writeFiles(resolve(folder), files);
    if (name === 'html' && reference !== undefined) {
      cpSync(reference.folder, join(folder, API_FOLDER), { recursive: true });
      rmSync(reference.folder, { recursive: true });
      print(`api: ${reference.pages} pages, ${join(folder, API_FOLDER, 'index.html')}`);
    }
    const entry = files.has('index.html') ? 'index.html' : ([...files.keys()][0] ?? '');
    print(`${name}: ${files.size} files, ${join(folder, entry)}`);
  }
  const { requirements, scenarios } = specification.totals;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(
    `${requirements} requirements, ${scenarios} scenarios, ${specification.targets.length} targets in ${seconds} s`,
  );
  return unavailable ? EXIT.targetFailed : EXIT.conforms;
}

/** The API reference in a folder for the time being, and the specification with links into it; undefined where it cannot be made. */
async function apiReference(
  specification: Specification,
): Promise<{ readonly folder: string; readonly pages: number; readonly specification: Specification } | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-api-'));
  const made = await rendered('api', writeApiReference(specification, { root: NICSPEC_SUITE.root, folder }));
  if (made === undefined) return undefined;
  return { folder, pages: made.pages, specification: { ...specification, declarations: made.declarations } };
}

/** A format that cannot be written here costs itself and no other. */
async function rendered<Made>(name: string, files: Made | Promise<Made>): Promise<Made | undefined> {
  try {
    return await files;
  } catch (error) {
    if (!(error instanceof FormatUnavailable)) throw error;
    process.stderr.write(`nicspec: ${name} is not written: ${error.message}; other formats are not affected\n`);
    return undefined;
  }
}

/** Lies in every folder that was written, and says that it may be written anew. */
const MARK = '.nicspec-docs';

/** The folder holds this and nothing of before: a chapter that is gone must not stay. What is not ours is not touched. */
function writeFiles(folder: string, files: RenderedFiles): void {
  if (existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, MARK)))
    throw new UsageError(`--out: ${folder} holds what nicspec docs has not written; name another folder, or empty it`);
  try {
    rmSync(folder, { recursive: true, force: true });
    for (const [name, content] of [...files, [MARK, ''] as const]) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  } catch (error) {
    throw new UsageError(
      `--out: ${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** What a reader of another version has to look at again. */
async function printChanges(old: string): Promise<number> {
  const [before, { requirements }] = await Promise.all([readSnapshot(old), loadSpec(NICSPEC_SUITE.spec)]);
  for (const line of changeLines(changesBetween(before, snapshotOf(requirements)))) print(line);
  return EXIT.conforms;
}

/** Keeps the requirements as they are now, for the change log of later versions. */
async function freezeVersion(version: string): Promise<number> {
  if (version !== nicspecVersion())
    throw new UsageError(
      `--freeze ${version}: this is nicspec ${nicspecVersion()}; a version is kept as it is published`,
    );
  const { requirements } = await loadSpec(NICSPEC_SUITE.spec);
  const path = join(NICSPEC_SUITE.spec, 'document', 'versions', `${version}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(snapshotOf(requirements), null, 2)}\n`);
  print(`${relative(process.cwd(), path)}: ${requirements.length} requirements`);
  return EXIT.conforms;
}
