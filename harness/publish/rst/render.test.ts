/** The whole specification, as Sphinx builds it for the kernel's documentation: a warning is a failure. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RenderedFiles } from '../specification/formats.js';
import type { Specification } from '../specification/model.js';
import { readSpecification } from '../specification/read.js';
import { renderRst } from './render.js';

const FOLDER = 'Documentation/networking/nicspec';
const folder = mkdtempSync(join(tmpdir(), 'nicspec-rst-'));
afterAll(() => rmSync(folder, { recursive: true }));

let specification: Specification;
let files: RenderedFiles;
beforeAll(async () => {
  ({ specification } = await readSpecification({ results: [] }));
  files = await renderRst(specification);
  for (const [name, content] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}, 60_000);

const documents = (): (readonly [string, string])[] =>
  [...files].flatMap(([name, content]) =>
    name.endsWith('.rst') && typeof content === 'string' ? [[name, content]] : [],
  );

test('Every document has its licence in the first line and lies in the folder of the kernel tree', () => {
  expect(documents().length).toBeGreaterThan(60);
  for (const [name, content] of documents()) {
    expect(name.startsWith(`${FOLDER}/`), name).toBe(true);
    expect(content.split('\n')[0], name).toBe('.. SPDX-License-Identifier: Apache-2.0');
  }
});

test('Every requirement has its id as a label, once', () => {
  const labels = documents().flatMap(([, content]) =>
    [...content.matchAll(/^\.\. _([A-Z0-9-]+):$/gm)].map(([, id]) => id),
  );
  expect([...labels].sort()).toEqual(specification.requirements.map(({ id }) => id).sort());
});

const hasSphinx = spawnSync('sphinx-build', ['--version']).status === 0;
if (!hasSphinx)
  console.log('skipped: no sphinx-build here to build the reStructuredText (apt-get install python3-sphinx)');

describe.skipIf(!hasSphinx)('Sphinx', () => {
  const build = (source: string, builder: string): { readonly status: number | null; readonly stderr: string } => {
    // What makes no warning is left out: typographic quotes, and a second process, which costs more than it saves.
    writeFileSync(join(folder, 'conf.py'), 'project = "nicspec"\nhighlight_language = "none"\nsmartquotes = False\n');
    const { status, stderr } = spawnSync(
      'sphinx-build',
      ['-q', '-W', '--keep-going', '-b', builder, '-c', folder, source, join(folder, `out-${builder}`)],
      { encoding: 'utf8' },
    );
    return { status, stderr };
  };

  test('builds the specification without a warning', { timeout: 120_000 }, () => {
    expect(build(join(folder, FOLDER), 'dummy')).toEqual({ status: 0, stderr: '' });
  });

  test('does not build one with a reference that leads nowhere', { timeout: 60_000 }, () => {
    const source = join(folder, 'broken');
    mkdirSync(source);
    const about = readFileSync(join(folder, FOLDER, 'about.rst'), 'utf8');
    writeFileSync(join(source, 'index.rst'), `${about}\n:ref:\`gone <NIC-GONE-001>\`\n`);
    const { status, stderr } = build(source, 'dummy');
    expect(status).not.toBe(0);
    expect(stderr).toContain("undefined label: 'nic-gone-001'");
  });
});
