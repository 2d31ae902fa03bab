/** Links of the whole specification as Markdown lead to what is there. */
import { dirname, join } from 'node:path/posix';
import { beforeAll, expect, test } from 'vitest';
import type { RenderedFiles } from '../specification/formats.js';
import type { Specification } from '../specification/model.js';
import { readSpecification } from '../specification/read.js';
import { renderMarkdown } from './render.js';

let specification: Specification;
let files: RenderedFiles;
beforeAll(async () => {
  ({ specification } = await readSpecification({ results: [] }));
  files = await renderMarkdown(specification);
}, 60_000);

const textOf = (name: string): string => {
  const content = files.get(name);
  return typeof content === 'string' ? content : '';
};
/** Code has brackets that are no links. */
const withoutCode = (text: string): string =>
  text.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1$/gm, '').replace(/`[^`\n]*`/g, '');
const anchorsOf = (name: string): Set<string> =>
  new Set([...textOf(name).matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id ?? ''));

test('Every link inside the document leads to a file and to an anchor in it', () => {
  const anchors = new Map([...files.keys()].map((name) => [name, anchorsOf(name)]));
  const broken: string[] = [];
  let checked = 0;
  for (const name of files.keys()) {
    if (!name.endsWith('.md')) continue;
    for (const [, address = ''] of withoutCode(textOf(name)).matchAll(/(?<!\\)\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(address)) continue;
      const [path = '', anchor = ''] = address.split('#');
      const target = path === '' ? name : join(dirname(name), path);
      checked++;
      if (!files.has(target) || (anchor !== '' && anchors.get(target)?.has(anchor) !== true))
        broken.push(`${name}: ${address}`);
    }
  }
  expect(broken).toEqual([]);
  expect(checked).toBeGreaterThan(specification.requirements.length);
});

test('Every requirement has its id as an anchor, once, in the file of its chapter', () => {
  const found = [...files.keys()].flatMap((name) =>
    [...textOf(name).matchAll(/<a id="([A-Z][^"]+)">/g)].map(([, id]) => `${name} ${id ?? ''}`),
  );
  expect(found.sort()).toEqual(specification.requirements.map(({ id, chapterId }) => `${chapterId}.md ${id}`).sort());
});

test('Each chapter is one file, which the contents name in order', () => {
  const chapters = specification.parts.flatMap((part) => part.chapters);
  const named = [...textOf('README.md').matchAll(/^\d+\. \[[^\n]*?\]\(([^)]+)\)/gm)].map(([, file]) => file);
  expect(named).toEqual(chapters.map(({ id }) => `${id}.md`));
});
