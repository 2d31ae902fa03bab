import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Results } from '../../runner/results.js';
import { renderKillMatrix, renderPage, type KillMatrix } from './index.js';
import { exampleResults } from './page.fixture.js';
import { filePath, formatDuration, formatNumber, webAddress } from '../../site/words.js';

const HOSTILE =
  '</script><script>globalThis.hacked = 1</script>"><img src=x onerror="globalThis.hacked = 2">\'&lt;b&gt;';

/** Members whose values are of a closed set, so that a schema keeps hostile text out of them. */
const CLOSED = new Set([
  'level',
  'verdict',
  'outcome',
  'status',
  'expected',
  'actual',
  'finding',
  'id',
  'scenarios',
  'requirements',
  'url',
]);

/** Every free text of a value becomes the hostile one. */
function hostile(value: unknown, member = ''): unknown {
  if (typeof value === 'string') return CLOSED.has(member) ? value : `${HOSTILE}${member}`;
  if (Array.isArray(value)) return value.map((item) => hostile(item, typeof item === 'string' ? member : ''));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, hostile(content, name)]));
}

const MATRIX: KillMatrix = {
  summary: { total: 2, killed: 1, byNamedRequirement: 1 },
  defects: [
    {
      id: 'csum-odd',
      title: 'The odd last byte is left out',
      origin: { title: 'a driver', url: 'https://example.org/x' },
      caughtBy: 'NIC-CSUM-001',
      killed: true,
      killedBy: ['NIC-CSUM-001', 'NIC-CSUM-002'],
    },
    {
      id: 'vlan-pcp',
      title: HOSTILE,
      origin: { title: HOSTILE, url: 'javascript:alert(1)' },
      caughtBy: 'NIC-VLAN-001',
      killed: false,
      killedBy: [],
    },
  ],
};

describe('renderPage', () => {
  const large = renderPage(exampleResults(200));

  it('stays small for a large run', () => {
    expect(large.length).toBeLessThan(1.5e6);
  });

  it('is one file: nothing is loaded', () => {
    expect(large).not.toMatch(/<(link|img|iframe|script src)/);
    expect(large.match(/<script/g)).toHaveLength(1);
  });

  it('says the conclusion first, in words', () => {
    expect(large).toMatch(/Does not conform/);
    expect(large).toMatch(/3 mandatory requirements fail/);
    const sound = exampleResults(5);
    expect(renderPage(sound)).toMatch(/Conforms<\/strong>.*Every requirement that applies holds: 5 of them/s);
    const stopped = { ...sound, summary: { ...sound.summary, conforms: false, stopped: 'killed' } };
    expect(renderPage(stopped)).toMatch(/Does not conform.*The run stopped before its end: killed/s);
  });

  it('has an empty run', () => {
    expect(renderPage(exampleResults(0))).toMatch(/Requirements/);
  });

  it('makes links of web addresses only, and of paths below the folder', () => {
    expect(webAddress('javascript:alert(1)')).toBeUndefined();
    expect(webAddress(' https://example.org')).toBeUndefined();
    expect(webAddress('https://example.org')).toBe('https://example.org');
    expect(filePath('evidence/a b/frames.pcapng')).toBe('./evidence/a%20b/frames.pcapng');
    expect(filePath('../../etc/passwd')).toBe('./etc/passwd');
    expect(filePath('javascript:alert(1)')).toBe('./javascript%3Aalert(1)');
  });

  it('writes numbers and times as people read them', () => {
    expect([0.2, 12.4, 1843, 125_000].map(formatDuration)).toEqual(['< 1 ms', '12 ms', '1.8 s', '2 min 5 s']);
    expect(formatNumber(31_400)).toBe('31\u202f400');
  });
});

const executablePath = '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn('skipped: the pages are not opened, /usr/bin/chromium is not installed');
const ARGUMENTS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

describe.skipIf(!hasBrowser)('the page in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-page-'));
  const complaints: string[] = [];
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ARGUMENTS.split(' ') });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
    expect(complaints).toEqual([]);
  });

  async function open(html: string, hash = ''): Promise<void> {
    const file = join(folder, 'report.html');
    writeFileSync(file, html);
    await page.goto('about:blank');
    await page.goto(`file://${file}${hash}`);
  }

  const shown = async (): Promise<number> => page.locator('.list > tbody > tr:visible').count();

  it('filters by text, level, verdict and area', async () => {
    await open(renderPage(exampleResults(200)));
    expect(await shown()).toBe(200);
    await page.getByLabel('Verdict').selectOption('fail');
    expect(await shown()).toBe(5);
    expect(await page.locator('output').textContent()).toBe('5 of 200 shown');
    await page.getByLabel('Level').selectOption('MUST');
    expect(await shown()).toBe(2);
    await page.getByLabel('Area').selectOption('NIC-TSO');
    expect(await shown()).toBe(1);
    await page.getByLabel('Text').fill('no such words');
    expect(await shown()).toBe(0);
    expect(await page.getByText('No requirement fits the filter.').isVisible()).toBe(true);
    await page.getByLabel('Text').fill('TSO-016 segment');
    expect(await shown()).toBe(1);
    await page.getByRole('link', { name: 'NIC-GRO' }).click();
    expect(await shown()).toBe(20);
  });

  it('opens a requirement by a click, by the keyboard and by a link', async () => {
    await open(renderPage(exampleResults(60)));
    const row = page.locator('#NIC-CSUM-002');
    expect(await row.locator('.statement').isVisible()).toBe(false);
    await row.locator('summary').first().click();
    expect(await row.locator('.statement').isVisible()).toBe(true);
    const next = page.locator('#NIC-TSO-002');
    await next.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    expect(await next.locator('.statement').isVisible()).toBe(true);
    await page.locator('.failures a').last().click();
    expect(await page.locator('#NIC-TIME-006 .statement').isVisible()).toBe(true);
  });

  it('shows the bytes that differ, with their fields', async () => {
    await open(renderPage(exampleResults(200)), '#NIC-VLAN-011');
    const view = page.locator('#NIC-VLAN-011');
    expect(await view.locator('.differences tbody tr').first().locator('th, td').allTextContents()).toEqual([
      'ipv4 TTL',
      '64',
      '63',
    ]);
    const marks = view.locator('.bytes').first().locator('td.g mark');
    expect(await marks.first().textContent()).toBe('3f');
    expect(await marks.first().getAttribute('title')).toBe('ipv4 TTL');
    expect(await marks.nth(2).getAttribute('title')).toMatch(/tcp PSH/);
    expect(await view.getByText('no frame').count()).toBe(0);
    await open(renderPage(exampleResults(200)), '#NIC-TSO-016');
    expect(
      await page.locator('#NIC-TSO-016').getByText('Got no frame. Expected this one of 366 bytes').first().isVisible(),
    ).toBe(true);
  });

  it('gives the command that repeats a counterexample, to copy', async () => {
    await open(renderPage(exampleResults(60)), '#NIC-CSUM-002');
    const command = page.locator('#NIC-CSUM-002 .copy').first();
    expect(await command.locator('pre').textContent()).toBe(
      'npx nicspec run --target module:./devices/example-nic.ts --only NIC-CSUM-002 --seed 1 --path 12:0:1',
    );
    await command.getByRole('button').click();
    await expect.poll(() => command.getByRole('button').textContent()).toMatch(/Copied|Selected/);
  });

  it('keeps hostile text as text', async () => {
    const results = hostile(exampleResults(60)) as Results;
    await open(renderPage(results), '#NIC-CSUM-002');
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
    expect(await page.locator('img, iframe, script').count()).toBe(1);
    expect(await page.locator('h1').textContent()).toBe(`${HOSTILE}target`);
    expect(await page.locator('#NIC-CSUM-002 .statement').textContent()).toBe(`${HOSTILE}statement`);
    for (const href of await page
      .locator('a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))) {
      expect(href).toMatch(/^(#|\.\/|https?:)/);
    }
    await page.getByLabel('Text').fill('<script>');
    expect(await shown()).toBe(60);
  });

  it.each([400, 740, 900, 1000, 1280])(
    'does not scroll sideways on a screen of %i pixels, opened all over',
    async (width) => {
      await page.setViewportSize({ width, height: 800 });
      for (const results of [exampleResults(60), hostile(exampleResults(60)) as Results]) {
        await open(renderPage(results));
        await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
    },
  );

  it('is a whole table without script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    const file = join(folder, 'plain.html');
    writeFileSync(file, renderPage(exampleResults(60)));
    await plain.goto(`file://${file}`);
    expect(await plain.locator('.list > tbody > tr:visible').count()).toBe(60);
    expect(await plain.locator('form, button').locator('visible=true').count()).toBe(0);
    await plain.locator('#NIC-CSUM-002 summary').first().click();
    expect(await plain.locator('#NIC-CSUM-002 .statement').isVisible()).toBe(true);
    await context.close();
  });

  it('shows which defects were caught, the others first', async () => {
    await open(renderKillMatrix(MATRIX));
    expect(await page.locator('h1').textContent()).toBe('1 defect not caught');
    const rows = page.locator('.list > tbody > tr');
    expect(await rows.first().locator('.name').textContent()).toBe(HOSTILE);
    expect(await rows.last().locator('.verdict').textContent()).toBe('caught');
    await page.getByLabel('Outcome').selectOption('caught');
    expect(await shown()).toBe(1);
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
  });
});
