/** Two chapters on paper: what the contents say of pages is so. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Specification } from '../specification/model.js';
import { readSpecification } from '../specification/read.js';
import { findBrowser } from './chromium.js';
import { printPage } from './printPage.js';
import { renderPdf } from './render.js';

const CHAPTERS = ['checksums', 'queues'];

/** The whole takes half a minute to print. */
function reduced(specification: Specification): Specification {
  const parts = specification.parts
    .map((part) => ({ ...part, chapters: part.chapters.filter(({ id }) => CHAPTERS.includes(id)) }))
    .filter(({ chapters }) => chapters.length > 0);
  const requirements = specification.requirements.filter(({ chapterId }) => CHAPTERS.includes(chapterId));
  const none = { level: [], capability: [], profile: [], release: [] };
  return { ...specification, parts, requirements, indexes: none, companions: [] };
}

let specification: Specification;
const folder = mkdtempSync(join(tmpdir(), 'nicspec-pdf-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  specification = reduced((await readSpecification({ results: [] })).specification);
}, 60_000);

test('Nothing in a name becomes markup of the page or of its style', () => {
  const hostile = '</style><script>alert(1)</script>" } @page { size: A0 }';
  const parts = specification.parts.map((part) => ({
    ...part,
    chapters: part.chapters.map((chapter) => ({ ...chapter, title: hostile, summary: hostile })),
  }));
  const page = printPage({ specification: { ...specification, parts }, diagrams: new Map(), pages: new Map() });
  expect(page).not.toContain('<script');
  expect(page.match(/<\/style>/g)).toHaveLength(1);
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
  expect(style).toContain('alert');
  expect(style).not.toContain('{ size: A0');
});

const hasText = spawnSync('pdftotext', ['-v']).status === 0;
const missing = [
  ...(findBrowser() === undefined ? ['Chromium prints it (apt-get install chromium)'] : []),
  ...(hasText ? [] : ['pdftotext reads it (apt-get install poppler-utils)']),
];
if (missing.length > 0) console.log(`skipped: the PDF is not tried here; ${missing.join(', ')}`);

describe.skipIf(missing.length > 0)('The printed document', () => {
  let pages: readonly string[];
  beforeAll(async () => {
    const file = join(folder, 'nicspec.pdf');
    writeFileSync(file, (await renderPdf(specification)).get('nicspec.pdf') ?? '');
    const { stdout } = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8', maxBuffer: 1 << 28 });
    pages = stdout.split('\f');
  }, 180_000);

  test('has contents whose page numbers are those of the pages', () => {
    const contents = pages.filter((page) => /^nicspec \S+ +Contents$/m.test(page)).join('\n');
    const chapters = specification.parts.flatMap((part) => part.chapters);
    for (const { number, title } of chapters) {
      const page = Number(new RegExp(`^ *${number} ${title} +(\\d+)$`, 'm').exec(contents)?.[1]);
      expect(pages[page - 1], `${title} on page ${page}`).toMatch(new RegExp(`^${number} ${title}$`, 'm'));
      const [section] = chapters.find((one) => one.number === number)?.sections ?? [];
      const named = new RegExp(`^ *${section?.number} ${section?.title} +(\\d+)$`, 'm').exec(contents)?.[1];
      expect(pages[Number(named) - 1]).toMatch(new RegExp(`^${section?.number} ${section?.title}$`, 'm'));
    }
  });

  test('has an index whose page numbers are those of the requirements', () => {
    const index = pages.filter((page) => /^nicspec \S+ +Requirements by id$/m.test(page)).join('\n');
    for (const { id } of specification.requirements) {
      const page = Number(new RegExp(`${id} +(\\d+)`).exec(index)?.[1]);
      expect(pages[page - 1], `${id} on page ${page}`).toContain(`${id} `);
    }
  });

  test('has the number of each page at its foot, and the chapter in its head', () => {
    const chapter = specification.parts[0]?.chapters[0];
    for (const [index, page] of pages.slice(1, -1).entries()) {
      expect(page.trimEnd().split('\n').at(-1)?.trim()).toBe(String(index + 2));
    }
    expect(pages.filter((page) => page.includes(`${chapter?.number} ${chapter?.title}`)).length).toBeGreaterThan(3);
  });
});
