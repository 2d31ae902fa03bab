import { Ajv } from 'ajv';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create } from 'xmlbuilder2';
import { PROJECT_ROOT } from '../runner/project.js';
import { readRecords } from '../runner/recordFile.js';
import type { RunRecord, ScenarioRecord } from '../runner/records.js';
import { resultsOf } from '../runner/judgeRun.js';
import { renderCucumberPage } from './cucumberPage.js';
import { renderJunit } from './junit.js';
import { renderKtap } from './ktap.js';
import { renderMarkdown } from './markdown.js';

const MAIN = join(PROJECT_ROOT, 'dist', 'harness', 'runner', 'fixtures', 'main.js');
const folder = mkdtempSync(join(tmpdir(), 'nicspec-reports-'));
let records: readonly RunRecord[];

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error('dist/ is not built: npm run build');
  try {
    execFileSync(process.execPath, [MAIN, JSON.stringify({ out: folder, tags: 'not @FIX-HANG-001' })], {
      stdio: 'pipe',
    });
  } catch {
    // The fixture fails on purpose; its exit code is the runner's test.
  }
  records = readRecords(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HOSTILE = `</script><script>document.title='owned'</script> # "><img src=x onerror=alert(1)> ]]> & \u0000\u001b[31m \ud800 |*_`;

/** The same run, with text of others in every place that has any. */
function hostile(): readonly RunRecord[] {
  return records.map((record): RunRecord => {
    if (record.kind === 'run-start') {
      const requirements = record.requirements.map((one) => ({ ...one, title: HOSTILE, statement: HOSTILE }));
      return { ...record, target: HOSTILE, requirements };
    }
    if (record.kind === 'run-end') return record;
    const steps = record.steps.map((step) => ({ ...step, text: HOSTILE, message: step.message && HOSTILE }));
    const changed: ScenarioRecord = { ...record, name: HOSTILE, feature: HOSTILE, reason: HOSTILE, steps };
    return changed;
  });
}

describe('results.json', () => {
  it('follows its schema', () => {
    const schema = JSON.parse(
      readFileSync(join(PROJECT_ROOT, 'reports', 'schema', 'results.schema.json'), 'utf8'),
    ) as object;
    const validate = new Ajv({ allErrors: true }).compile(schema);
    const results: unknown = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
    validate(results);
    expect(validate.errors).toBeNull();
    expect(validate({ ...(results as object), format: 2 })).toBe(false);
  });

  it('is a function of the records', () => {
    expect(JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(resultsOf(readRecords(folder)))),
    );
  });
});

describe('KTAP', () => {
  it('numbers its tests, and has one line for each', () => {
    for (const stream of [records, hostile()]) {
      const lines = renderKtap(resultsOf(stream)).trimEnd().split('\n');
      expect(lines[0]).toBe('KTAP version 1');
      expect(lines[1]).toBe('1..11');
      const top = lines.filter((line) => /^(not )?ok /.test(line));
      expect(top.map((line) => Number(/ok (\d+)/.exec(line)?.[1]))).toEqual(top.map((_, index) => index + 1));
      for (const line of lines) {
        expect(line).toMatch(/^( {2})?(KTAP version 1|# |1\.\.\d+|(not )?ok \d+ [A-Z0-9-]+)/);
        expect(line.replace(/^ *# .*/, '').split('#').length).toBeLessThanOrEqual(2);
      }
    }
  });

  it('says with a directive what is no plain pass or failure', () => {
    const text = renderKtap(resultsOf(records));
    expect(text).toContain('  ok 1 FIX-PASS-001 Passes\n');
    expect(text).toContain('  not ok 1 FIX-FAIL-001 Fails with a frame\n');
    expect(text).toMatch(/ {2}ok 1 FIX-WARN-001 .* # XFAIL SHOULD: /);
    expect(text).toMatch(/ {2}ok 1 FIX-UNSEEN-001 .* # SKIP unseen: not declared by the target\n/);
    expect(text).toMatch(/ {2}not ok 1 FIX-FAULT-001 .* # ERROR /);
    expect(text).toContain('  not ok 1 FIX-LACK-001 Demanded and absent\n');
  });
});

describe('JUnit', () => {
  it('counts what it holds', () => {
    const xml = create(renderJunit(resultsOf(records))).toObject() as unknown as {
      testsuites: { '@tests': string; '@failures': string; '@errors': string; '@skipped': string };
    };
    expect(xml.testsuites).toMatchObject({ '@tests': '15', '@failures': '3', '@errors': '3', '@skipped': '5' });
  });

  it('is XML, whatever the text', () => {
    const xml = renderJunit(resultsOf(hostile()));
    expect(() => create(xml)).not.toThrow();
    expect(xml).not.toContain('\u0000');
  });
});

describe('the summary', () => {
  it('lists what fails, with the reason', () => {
    const text = renderMarkdown(resultsOf(records));
    expect(text).toContain('does not conform to fixture');
    expect(text).toContain('- **FIX-FAIL-001** (MUST) Fails with a frame: A frame comes through changed');
    expect(text).toContain('- tried: half-works (1 scenarios passed, 1 did not)');
  });

  it('leaves no HTML and no line break of others at work', () => {
    const text = renderMarkdown(resultsOf(hostile()));
    expect(text).not.toMatch(/<(script|img)/);
  });
});

const CHROMIUM = '/usr/bin/chromium';
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe.skipIf(!existsSync(CHROMIUM))(`cucumber.html (skipped without ${CHROMIUM})`, () => {
  it('shows every scenario, and runs no script of others', async () => {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      for (const [name, stream] of [['plain', records] as const, ['hostile', hostile()] as const]) {
        const file = join(folder, `${name}.html`);
        writeFileSync(file, await renderCucumberPage(resultsOf(stream)));
        await page.goto(pathToFileURL(file).href);
        await page.waitForSelector('text=(4 / 15) passed');
        expect(await page.title()).not.toBe('owned');
      }
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
