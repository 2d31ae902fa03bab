import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chapter, PublishedTarget, RequirementEntry, Specification } from '../specification/model.js';
import { readSpecification } from '../specification/read.js';
import { renderHtml } from './index.js';

const HOSTILE =
  '</script><script>globalThis.hacked = 1</script>"><img src=x onerror="globalThis.hacked = 2">\'&lt;b&gt;';
const KEPT = new Set(['checksums', 'forwarding-database', 'trust']);
/** Of each section, and of the glossary: every kind of thing is among so many, and axe reads each of them. */
const FIRST = { requirements: 6, terms: 60 };

const TARGET: PublishedTarget = {
  id: 'lab:igb',
  target: 'lab:igb',
  profile: 'server-nic',
  device: 'Intel 82576',
  kernel: 'Linux 6.12.0',
  date: '2026-11-26',
  conforms: false,
  counts: { pass: 3, fail: 1, 'not-supported': 0, 'not-applicable': 0, inconclusive: 0 },
  ofAnotherVersion: false,
  file: 'reports/lab-igb/results.json',
};

/** The beginning of some chapters, with verdicts. */
function excerpt(specification: Specification, change: (one: RequirementEntry) => RequirementEntry): Specification {
  const part = specification.parts.map((one) => ({
    ...one,
    chapters: one.chapters
      .filter(({ id }) => KEPT.has(id))
      .map((chapter): Chapter => ({
        ...chapter,
        sections: chapter.sections.map((section) => ({
          ...section,
          requirements: section.requirements.slice(0, FIRST.requirements).map(change),
        })),
      })),
  }));
  const parts = part.filter(({ chapters }) => chapters.length > 0);
  return {
    ...specification,
    parts,
    targets: [TARGET],
    glossary: specification.glossary.slice(0, FIRST.terms),
    requirements: parts.flatMap(({ chapters }) =>
      chapters.flatMap(({ sections }) => sections.flatMap((one) => one.requirements)),
    ),
  };
}

const withVerdict = (one: RequirementEntry): RequirementEntry => ({
  ...one,
  verdicts: [
    one.id.endsWith('1')
      ? { target: TARGET, verdict: 'fail', isWarning: false, reason: 'the second byte differs' }
      : { target: TARGET, verdict: 'pass', isWarning: false, reason: '' },
  ],
});

/** Every free text of a requirement becomes the hostile one. */
const hostile = (one: RequirementEntry): RequirementEntry => ({
  ...withVerdict(one),
  title: HOSTILE,
  statement: [
    { kind: 'text', text: HOSTILE },
    { kind: 'link', url: 'javascript:globalThis.hacked = 3', content: [] },
  ],
  plainStatement: HOSTILE,
  sources: [{ title: HOSTILE, url: 'javascript:globalThis.hacked = 4' }],
  examples: one.examples.map((example) => ({
    ...example,
    name: HOSTILE,
    tables: [{ name: HOSTILE, header: [HOSTILE], rows: [[HOSTILE]] }],
  })),
  defects: one.defects.map((defect) => ({
    ...defect,
    title: HOSTILE,
    origin: { title: HOSTILE, url: 'data:text/html,x' },
  })),
  verdicts: [{ target: { ...TARGET, id: HOSTILE }, verdict: 'fail', isWarning: false, reason: HOSTILE }],
});

const folder = mkdtempSync(join(tmpdir(), 'nicspec-html-'));
let specification: Specification;
let files: ReadonlyMap<string, string>;
let whole: ReadonlyMap<string, string>;

function write(name: string, pages: ReadonlyMap<string, string>): void {
  for (const [file, text] of pages) {
    const path = join(folder, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

const asText = async (one: Specification): Promise<ReadonlyMap<string, string>> =>
  new Map([...(await renderHtml(one))].map(([name, content]) => [name, String(content)]));

beforeAll(async () => {
  ({ specification } = await readSpecification({ reports: folder }));
  files = await asText(excerpt(specification, withVerdict));
  whole = await asText(specification);
  write('whole', whole);
  write('sound', files);
  write('hostile', await asText(excerpt(specification, hostile)));
}, 90_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe('the pages', () => {
  const page = (name: string): string => files.get(name) ?? '';

  it('give each requirement its anchor, level, statement and verdict', () => {
    const text = page('checksums.html');
    expect(text).toContain('<article class="requirement" id="NIC-CSUM-001"');
    expect(text).toMatch(/<span class="key k-must">MUST<\/span> For a frame that asks for a checksum/);
    expect(text).toMatch(/class="badge b-fail">.*?lab:igb: fail/);
    expect(text).toContain('the second byte differs');
    expect(text).toContain('DEF-CSUM-FIRST-KILOBYTE');
  });

  it('lead only to places that there are', () => {
    const idsIn = (text: string): ReadonlySet<string> =>
      new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id));
    const ids = new Map([...whole].map(([name, text]) => [name, idsIn(text)]));
    const dangling = [...whole]
      .filter(([name]) => name.endsWith('.html'))
      .flatMap(([name, text]) =>
        [...text.matchAll(/href="((?!https?:)[^"#]*)(?:#([^"]*))?"/g)].flatMap(([, to = '', anchor = '']) => {
          const page = to === '' ? name : to;
          const isThere = whole.has(page) && (anchor === '' || ids.get(page)?.has(anchor) === true);
          return isThere ? [] : [`${name}: ${to}#${anchor}`];
        }),
      );
    expect([...new Set(dangling)]).toEqual([]);
  });

  it('are the same for the same specification', async () => {
    expect(await asText(excerpt(specification, withVerdict))).toEqual(files);
  });

  it('run no script but those of their folder', () => {
    for (const [name, text] of files) {
      if (!name.endsWith('.html')) continue;
      expect(text).toMatch(/script-src (?:'|&#39;)self(?:'|&#39;);/);
      expect(text.match(/<script(?! src="assets\/[a-z]+\.js")/g)).toBeNull();
    }
  });
});

const executablePath = '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn('skipped: the pages are not opened, /usr/bin/chromium is not installed');
const ARGUMENTS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

const PHONE = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } as const;
const DESKTOP = { viewport: { width: 1440, height: 900 }, colorScheme: 'light' } as const;

describe.skipIf(!hasBrowser)('the pages in a browser', () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const complaints: string[] = [];
  let browser: Browser;
  let context: BrowserContext | undefined;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ARGUMENTS.split(' ') });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
  });

  async function open(path: string, options: Parameters<Browser['newContext']>[0]): Promise<Page> {
    await context?.close();
    complaints.length = 0;
    context = await browser.newContext(options);
    const page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`file://${join(folder, path)}`);
    return page;
  }

  const PAGES = [
    'index.html',
    'checksums.html',
    'glossary.html',
    'document-sr-iov-specification.html',
    'profile-nettool.html',
  ];

  for (const [name, options] of [
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ] as const) {
    it(`have no fault that axe finds, and fit the width of a ${name}`, async () => {
      for (const path of PAGES) {
        // axe is put into the page, which its policy forbids.
        const page = await open(`sound/${path}`, { ...options, bypassCSP: true });
        const openAll = page.locator('.open-all');
        if ((await openAll.count()) > 0 && (await openAll.isVisible())) await openAll.click();
        await page.evaluate(axe);
        const violations = await page.evaluate(
          `axe.run({ preload: false }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
        );
        expect(violations, path).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBeLessThanOrEqual(0);
      }
      expect(complaints).toEqual([]);
    }, 60_000);
  }

  it('find a requirement offline, by the keyboard alone', async () => {
    const page = await open('sound/index.html', DESKTOP);
    await page.keyboard.press('/');
    await page.keyboard.type('checksum odd');
    await page.waitForSelector('#found li');
    expect(await page.textContent('#found li >> nth=0')).toContain('NIC-CSUM-003');
    await page.keyboard.press('Enter');
    await page.waitForURL(/checksums\.html#NIC-CSUM-003$/);
    expect(complaints).toEqual([]);
  });

  it('keep the colours that a reader chose', async () => {
    const page = await open('sound/index.html', DESKTOP);
    const paper = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await paper();
    await page.click('.scheme');
    await page.click('.scheme');
    expect(await page.getAttribute('.scheme', 'aria-label')).toBe('Colours: dark');
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.goto(`file://${join(folder, 'sound/checksums.html')}`);
    expect(await paper()).toBe(dark);
  });

  it('skip to the text, and open the contents on a phone, without a pointer', async () => {
    const page = await open('sound/checksums.html', PHONE);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await page.focus('#open-contents');
    await page.keyboard.press('Space');
    expect(await page.isVisible('.contents .inside')).toBe(true);
  });

  it('show all on paper, and nothing to press', async () => {
    const page = await open('sound/checksums.html', DESKTOP);
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    expect(await page.isVisible('.gherkin >> nth=0')).toBe(true);
    expect(await page.isVisible('.site-head')).toBe(false);
    expect(await page.isVisible('.contents')).toBe(false);
  });

  it('are there within a second', async () => {
    const page = await open('whole/checksums.html', DESKTOP);
    const times = [];
    for (let nth = 0; nth < 5; nth++) {
      await page.reload();
      times.push(Number(await page.evaluate(`performance.getEntriesByType('navigation')[0].loadEventEnd`)));
    }
    // The quickest says what the page costs; the others what else the machine does.
    expect(Math.min(...times)).toBeLessThan(1000);
  });

  it('run nothing that is data, whatever it is', async () => {
    for (const path of ['index.html', 'checksums.html', 'index-level.html']) {
      const page = await open(`hostile/${path}`, DESKTOP);
      await page.fill('#search', 'script hacked');
      await page.waitForSelector('#found li');
      expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
      expect(await page.locator('a[href^="javascript:"], a[href^="data:"], main img').count()).toBe(0);
      expect(complaints).toEqual([]);
    }
    const page = await open('hostile/checksums.html', DESKTOP);
    expect(await page.textContent('#NIC-CSUM-001 h3')).toBe(HOSTILE);
  });
});
