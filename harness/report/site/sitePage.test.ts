import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleResults } from '../page/page.fixture.js';
import { readSources } from './readRuns.js';
import { laterResults, writeRun } from './site.fixture.js';
import { siteData, type SourceRun } from './siteData.js';
import { renderSite } from './sitePage.js';
import { writeSite } from './writeSite.js';

const executablePath = '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn('skipped: the report site is not opened, /usr/bin/chromium is not installed');
const ARGUMENTS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const HOSTILE = `</script><script>globalThis.hacked=1</script><img src=x onerror="globalThis.hacked=2">"' onclick=hacked() <!--`;
/** Members that a schema or the code takes from a closed set. */
const CLOSED = new Set(
  'level verdict outcome status expected actual finding id scenarios requirements startedAt area digest url'.split(' '),
);

/** Every free text of a value becomes the hostile one. */
function hostile(value: unknown, member = ''): unknown {
  if (typeof value === 'string') {
    if (member === 'url') return 'javascript:globalThis.hacked=3';
    if (member === 'evidence')
      return `evidence/${value.split('/')[1] ?? ''}/javascript:${encodeURIComponent(HOSTILE).slice(0, 20)}"onclick="x`;
    return CLOSED.has(member) ? value : `${HOSTILE}${member}`;
  }
  if (Array.isArray(value)) return value.map((item) => hostile(item, member));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, hostile(content, name)]));
}

describe.skipIf(!hasBrowser)('the report site in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-site-page-'));
  const complaints: string[] = [];
  let site = '';
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await writeRun(join(folder, 'first'), exampleResults(60));
    await writeRun(join(folder, 'second'), laterResults(60, 'lab:igb', '2026-11-24T00:00:00Z'));
    const summary = { total: 2, killed: 1, byNamedRequirement: 1 };
    const defect = {
      title: HOSTILE,
      description: '',
      origin: { title: 'o', url: 'javascript:hacked()' },
      reason: 'none',
    };
    const defects = [
      { ...defect, id: 'DEF-A', caughtBy: 'NIC-CSUM-002', killed: true, killedBy: ['NIC-CSUM-002'] },
      { ...defect, id: 'DEF-B', caughtBy: 'NIC-VLAN-001', killed: false, killedBy: [] },
    ];
    const { runs } = readSources([join(folder, 'first'), join(folder, 'second')]);
    site = writeSite(join(folder, 'site'), { runs, defects: { summary, defects } });
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

  const open = async (hash: string, file = site): Promise<void> => {
    await page.goto('about:blank');
    await page.goto(`file://${file}${hash}`);
    await page.waitForSelector('h1');
  };
  const written = (name: string, runs: readonly SourceRun[]): string => {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, renderSite(siteData(runs, null, () => null)));
    return file;
  };
  const rows = (): Promise<number> => page.locator('.rows tbody tr[data-row]').count();

  it('leads from the overview over an area to a requirement, and back', async () => {
    await open('');
    expect(await page.locator('h1').textContent()).toBe('0 of 2 targets conform');
    await page.locator('.areas a', { hasText: 'NIC-CSUM' }).click();
    expect(await page.locator('h1').textContent()).toBe('NIC-CSUM');
    expect(await rows()).toBe(6);
    await page.getByRole('link', { name: 'NIC-CSUM-002' }).click();
    expect(await page.title()).toBe('NIC-CSUM-002 – nicspec report');
    expect(await page.locator('.history tbody tr').count()).toBe(2);
    expect(await page.evaluate('document.activeElement?.id')).toBe('content');
    await page.goBack();
    expect(await page.locator('h1').textContent()).toBe('NIC-CSUM');
  });

  it('filters the matrix, and keeps the filter in the address', async () => {
    await open('#/matrix?verdict=fail&target=1');
    expect(await page.locator('.filter output').textContent()).toBe('2 of 60');
    expect(await page.getByLabel('Verdict').inputValue()).toBe('fail');
    await page.getByLabel('Text').fill('csum');
    expect(await rows()).toBe(1);
    expect(new URL(page.url()).hash).toBe('#/matrix?text=csum&verdict=fail&target=1');
    await page.getByLabel('Text').fill('no such words');
    expect(await page.getByText('No requirement fits the filter.').isVisible()).toBe(true);
  });

  it('is used with the keyboard alone', async () => {
    await open('#/matrix');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent?.trim()')).toBe('To the content');
    await page.locator('.rows tbody a').first().focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('NIC-VLAN-006');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('NIC-VLAN-005');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.title()).toBe('NIC-VLAN-005 – nicspec report');
  });

  it('shows a frame as a tree beside its bytes, and lights up a field with them', async () => {
    await open('#/requirement/NIC-TIME-006');
    const frame = page.locator('.frame').first();
    const kinds = await frame.locator('.layer > summary .id').allTextContents();
    expect(kinds).toEqual(['ethernet', 'vlan', 'ipv4', 'payload']);
    expect(await frame.locator('.layer.differs > summary .id').allTextContents()).toEqual(['ethernet', 'vlan']);
    expect(await frame.locator('.layer', { hasText: 'vlan' }).locator('.layer-note').first().textContent()).toMatch(
      /missing in what came|differs/,
    );
    const type = frame.locator('.layer').first().locator('tr', { hasText: 'type' });
    expect(await type.locator('td').allTextContents()).toEqual(['0x8100 (802.1Q)', '0x0800 (IPv4)']);
    await type.getByRole('button').focus();
    const lit = frame.locator('.hex .lit');
    // The second byte of the type is the same in both, and is not marked.
    expect(await lit.allTextContents()).toEqual(['81', '00', '08', '00']);
    await frame.locator('.layer').first().locator('.hex [data-fields="0-0"]').first().hover();
    expect(await frame.locator('tr.lit th').allTextContents()).toEqual(['destination']);
  });

  it('shows counterexamples, defects and the command to repeat', async () => {
    await open('#/requirement/NIC-CSUM-002');
    expect(await page.getByText('[{payload: 1449, size: 1448, flags: 24}]').first().isVisible()).toBe(true);
    expect(await page.locator('.copy button').first().isVisible()).toBe(true);
    expect(await page.getByText('DEF-A').isVisible()).toBe(true);
    await open('#/defects');
    expect(await page.locator('h1').textContent()).toBe('1 seeded defect not caught');
    expect(await page.locator('.kills li').count()).toBe(2);
    await page.getByLabel('Outcome').selectOption('pass');
    expect(await page.locator('.kills li').count()).toBe(1);
  });

  it('has a square for each defect of an area, and leads from the area to them', async () => {
    await open('#/defects');
    expect(await page.locator('.kill-areas .tally').allTextContents()).toEqual(['1 of 1 caught', '0 of 1 caught']);
    expect(await page.locator('.kill-areas i.v-fail').count()).toBe(1);
    await page.locator('.kill-areas').getByText('NIC-VLAN').click();
    await expect.poll(() => page.locator('.kills li .id').allTextContents()).toEqual(['DEF-B']);
    expect(await page.getByLabel('Area').inputValue()).toBe('NIC-VLAN');
  });

  it('leads to the evidence of a scenario, decoded, and to its files', async () => {
    await open('#/requirement/NIC-CSUM-002');
    const download = await page.locator('.evidence a[download]').first().getAttribute('href');
    expect(existsSync(join(folder, 'site', decodeURIComponent(download ?? 'none')))).toBe(true);
    await page.getByText('Frames and netlink of this scenario, decoded').first().click();
    await page.waitForSelector('.messages');
    expect(await page.locator('mark.refused').textContent()).toBe('IFLA_MTU (refused, byte 44)');
    const nest = page.locator('details.attribute', { hasText: 'IFLA_LINKINFO' }).last();
    expect(await nest.getByText('IFLA_INFO_KIND').isVisible()).toBe(true);
    await nest.locator('> summary').click();
    expect(await nest.getByText('IFLA_INFO_KIND').isVisible()).toBe(false);
    await page.locator('.packets > li > details > summary').first().click();
    await page.locator('.packets details').first().locator('tr[data-field] button').first().focus();
    expect(await page.locator('.lit').count()).toBeGreaterThan(1);
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.waitForSelector('.runs');
  });

  it('has nothing for axe to complain of, in either scheme', async () => {
    const evidence = 'runs/1-first/evidence/NIC-CSUM-002-0/index.html';
    // axe takes time; its script is put in by the debugger, which no policy of a page binds.
    for (const [scheme, places] of [
      ['light', ['#/', '#/matrix', '#/requirement/NIC-CSUM-002', '#/trends']],
      ['dark', ['#/requirement/NIC-CSUM-002', '#/defects', '#/run/0']],
    ] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const place of [...places, '']) {
        await open(place, place === '' ? join(folder, 'site', evidence) : site);
        await page.evaluate(AXE);
        const found: string[] = await page.evaluate(
          "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(' | ')))",
        );
        expect(found, `${scheme} ${place}`).toEqual([]);
      }
    }
    await page.emulateMedia({ colorScheme: null });
  }, 60_000);

  it.each([360, 740, 1000, 1280])('does not scroll sideways on a screen of %i pixels', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    for (const hash of ['#/', '#/matrix', '#/requirement/NIC-CSUM-002', '#/trends', '#/run/0', '#/defects']) {
      await open(hash);
      expect(await page.evaluate('document.documentElement.scrollWidth'), hash).toBe(width);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('runs nothing that data hold', async () => {
    const results = hostile(exampleResults(60)) as SourceRun['results'];
    const file = written('hostile', [{ results, name: HOSTILE, folder: 'runs/1/' }]);
    for (const hash of [
      '#/',
      '#/matrix',
      '#/requirement/NIC-CSUM-002',
      '#/run/0',
      '#/trends',
      `#/area/${encodeURIComponent(HOSTILE)}`,
    ]) {
      await open(hash, file);
      expect(await page.evaluate('globalThis.hacked'), hash).toBeUndefined();
      expect(
        await page.locator('#site img, #site script, #site iframe, #site [onclick], #site [onerror]').count(),
      ).toBe(0);
      const links = await page.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
      for (const href of links) expect(href).toMatch(/^(#|\.\/|https?:)/);
    }
    await open('#/requirement/NIC-CSUM-002', file);
    expect(await page.locator('.statement').textContent()).toBe(`${HOSTILE}statement`);
  });

  it('stays fluid with ten thousand rows', async () => {
    const file = written('large', [{ results: exampleResults(10_000), name: 'large', folder: null }]);
    await open('#/matrix', file);
    expect(await rows()).toBeLessThan(100);
    const scroll: number[] = await page.evaluate(`new Promise((done) => {
      const times = [];
      let last = performance.now();
      const step = () => {
        const now = performance.now();
        times.push(now - last);
        last = now;
        scrollBy(0, 1200);
        if (times.length < 90) requestAnimationFrame(step);
        else done(times.slice(1).sort((a, b) => a - b));
      };
      requestAnimationFrame(step);
    })`);
    const filter: number = await page.evaluate(`new Promise((done) => {
      const input = document.querySelector('.filter input');
      const start = performance.now();
      input.value = 'tso-999';
      input.dispatchEvent(new Event('input', { bubbles: true }));
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
    })`);
    expect(await rows()).toBe(1);
    const [median = 0, late = 0] = [scroll[Math.floor(scroll.length / 2)], scroll[Math.floor(scroll.length * 0.95)]];
    console.info(
      `10,000 rows: a frame while scrolling takes ${median.toFixed(1)} ms (95 of 100: ${late.toFixed(1)} ms), the filter ${filter.toFixed(0)} ms`,
    );
    expect(median).toBeLessThan(100);
    expect(filter).toBeLessThan(500);
  }, 60_000);

  it('is there within a second', async () => {
    const runs = ['a', 'b', 'c'].map((name, place) => ({
      results: laterResults(1000, name, `2026-11-2${place}T00:00:00Z`),
      name,
      folder: null,
    }));
    const file = written('thousand', runs);
    await open('', file);
    const times = [];
    for (let round = 0; round < 3; round++) {
      await open('', file);
      times.push(Number(await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")));
    }
    const best = Math.min(...times);
    console.info(
      `1,000 requirements in three runs, ${(readFileSync(file).length / 1e6).toFixed(1)} MB: loaded in ${best.toFixed(0)} ms`,
    );
    expect(best).toBeLessThan(1000);
  }, 60_000);
});
