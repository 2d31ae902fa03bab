import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { readRecords } from '../../runner/recordFile.js';
import type { RunRecord, RunStart, ScenarioRecord } from '../../runner/records.js';
import { exampleResults } from '../page/page.fixture.js';
import { writeReports } from '../index.js';
import { afterEvent, NOTHING_YET, progressOf, type LiveEvent } from './liveEvents.js';
import { openLiveServer, type LiveServer } from './liveServer.js';
import { RecordTail } from './recordTail.js';

const folder = mkdtempSync(join(tmpdir(), 'nicspec-live-'));
afterAll(() => rmSync(folder, { recursive: true }));

const results = exampleResults(20);
const start: RunStart = {
  kind: 'run-start',
  nicspec: '0.1.0',
  node: 'v20',
  startedAt: '2026-11-23T17:07:26.120Z',
  target: 'reference',
  identity: results.identity,
  capabilities: {},
  profile: 'server-nic',
  seed: 1,
  runs: 100,
  digest: 'a'.repeat(64),
  only: [],
  tags: '',
  shard: null,
  requirements: results.requirements.map(
    ({ id, title, level, statement, rationale, sources, needs, mandatory, scenarios }) => ({
      id,
      title,
      level,
      statement,
      rationale,
      sources,
      needs,
      mandatory,
      planned: scenarios.length,
    }),
  ),
};
const scenarios = results.scenarios.map((one): ScenarioRecord => ({ ...one, kind: 'scenario', evidence: [] }));
const line = (record: RunRecord): string => `${JSON.stringify(record)}\n`;

/** A folder in which a run has just begun. */
function begun(name: string): { readonly path: string; readonly file: string } {
  const path = join(folder, name);
  mkdirSync(path);
  const file = join(path, 'records.ndjson');
  writeFileSync(file, line(start));
  return { path, file };
}

describe('RecordTail', () => {
  it('gives each record once, and half a line not at all', () => {
    const { path, file } = begun('tail');
    const tail = new RecordTail(path);
    expect(tail.look()).toMatchObject({ isNew: true, records: [{ kind: 'run-start' }] });
    expect(tail.look()).toEqual({ isNew: false, records: [] });
    const text = line(scenarios[0]!) + line(scenarios[1]!);
    appendFileSync(file, text.slice(0, -20));
    expect(tail.look().records.map((record) => record.kind)).toEqual(['scenario']);
    appendFileSync(file, `${text.slice(-20)}noise\n{"kind":"other"}\n`);
    expect(tail.look().records).toEqual([scenarios[1]]);
  });

  it('sees that another run began in the same file', () => {
    const { path, file } = begun('again');
    const tail = new RecordTail(path);
    tail.look();
    const later = { ...start, startedAt: '2026-11-24T00:00:00.000Z' };
    writeFileSync(file, line(later) + line(scenarios[0]!));
    expect(tail.look()).toMatchObject({ isNew: true, records: [{ startedAt: later.startedAt }, { kind: 'scenario' }] });
  });

  it('waits for a run that has not begun', () => {
    expect(new RecordTail(join(folder, 'nowhere')).look()).toEqual({ isNew: false, records: [] });
  });
});

describe('afterEvent', () => {
  it('counts outcomes, and requirements when all of their scenarios ended', () => {
    const told: LiveEvent = {
      kind: 'start',
      target: 't',
      profile: 'p',
      startedAt: '',
      seed: 1,
      requirements: [
        { id: 'A', title: '', level: 'MUST', planned: 2 },
        { id: 'R', title: '', level: 'MUST', planned: 0 },
      ],
    };
    const one = { id: '1', name: '', requirements: ['A'], outcome: 'fail' as const, reason: 'x', durationMs: 1 };
    let state = afterEvent(afterEvent(NOTHING_YET, told), { kind: 'scenarios', scenarios: [one] });
    expect(progressOf(state)).toEqual({ decided: 0, of: 1 });
    state = afterEvent(state, { kind: 'scenarios', scenarios: [{ ...one, id: '2', outcome: 'pass' }] });
    expect(progressOf(state)).toEqual({ decided: 1, of: 1 });
    expect(state.requirements.get('A')).toEqual({ done: 2, worst: 'fail' });
    expect(state.outcomes).toMatchObject({ pass: 1, fail: 1 });
    expect(afterEvent(state, told).done).toBe(0);
  });
});

describe('the live server', () => {
  const servers: LiveServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function serve(path: string, onEnd?: () => void): Promise<LiveServer> {
    const finish = async (): Promise<string> => {
      await writeReports(path, readRecords(path));
      return path;
    };
    const server = await openLiveServer({
      folder: path,
      host: '127.0.0.1',
      port: 0,
      finish,
      ...(onEnd === undefined ? {} : { onEnd }),
    });
    servers.push(server);
    return server;
  }

  const ask = (
    url: string,
    options: { method?: string; host?: string } = {},
  ): Promise<{ status: number; text: string }> =>
    new Promise((done, fail) => {
      const { method = 'GET', host } = options;
      const asked = request(url, { method, ...(host === undefined ? {} : { headers: { host } }) }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += String(chunk)));
        answer.on('end', () => done({ status: answer.statusCode ?? 0, text }));
      });
      asked.on('error', fail).end();
    });

  it('tells a page that comes late everything, then what follows, then the end with the report', async () => {
    const { path, file } = begun('events');
    appendFileSync(file, line(scenarios[0]!));
    const server = await serve(path);
    const events: LiveEvent[] = [];
    const ended = new Promise<void>((done) => {
      get(`${server.url}events`, (answer) => {
        let text = '';
        answer.on('data', (chunk) => {
          text += String(chunk);
          const parts = text.split('\n\n');
          text = parts.pop() ?? '';
          for (const part of parts) if (part.startsWith('data: ')) events.push(JSON.parse(part.slice(6)) as LiveEvent);
          if (events.at(-1)?.kind === 'end') done();
        });
      });
    });
    await expect.poll(() => events.map(({ kind }) => kind)).toEqual(['start', 'scenarios']);
    expect((await ask(`${server.url}report/index.html`)).status).toBe(404);
    appendFileSync(file, scenarios.slice(1).map(line).join('') + line({ kind: 'run-end', durationMs: 5 }));
    await ended;
    expect(events.at(-1)).toEqual({ kind: 'end', durationMs: 5, stopped: null, report: 'report/index.html' });
    expect((await ask(`${server.url}report/index.html`)).text).toContain('id="index"');
  });

  it('gives nothing but what belongs to the run, and answers for no other name', async () => {
    const { path, file } = begun('closed');
    appendFileSync(file, line({ kind: 'run-end', durationMs: 5 }));
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    let hasEnded = false;
    const server = await serve(path, () => (hasEnded = true));
    await expect.poll(() => hasEnded).toBe(true);
    for (const name of [
      'report/../secret.txt',
      'report/%2e%2e/secret.txt',
      'report/..%2fsecret.txt',
      'report/%',
      'etc/passwd',
    ]) {
      expect((await ask(server.url + name)).text, name).not.toContain('secret\n');
      expect((await ask(server.url + name)).status, name).toBe(404);
    }
    expect((await ask(server.url, { method: 'POST' })).status).toBe(405);
    expect((await ask(server.url, { host: 'evil.example' })).status).toBe(421);
    expect((await ask(server.url)).status).toBe(200);
  });

  const executablePath = '/usr/bin/chromium';
  const hasBrowser = existsSync(executablePath);
  if (!hasBrowser) console.warn('skipped: the live page is not opened, /usr/bin/chromium is not installed');

  it.skipIf(!hasBrowser)('shows verdicts as they come, and leads to the report', async () => {
    const { path, file } = begun('page');
    const server = await serve(path);
    const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(server.url);
      await page.waitForSelector('text=0 of 20 requirements decided');
      const hostile = {
        ...scenarios[0]!,
        name: '<img src=x onerror="globalThis.hacked=1">',
        outcome: 'fail' as const,
        reason: '</script>',
      };
      appendFileSync(file, line(hostile));
      await page.waitForSelector('text=Failed so far');
      expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
      appendFileSync(file, scenarios.slice(1).map(line).join(''));
      await page.waitForSelector('text=20 of 20 requirements decided');
      appendFileSync(file, line({ kind: 'run-end', durationMs: 5 }));
      await page.getByText('Open the final report').click();
      await page.waitForSelector('.runs');
      expect(page.url()).toBe(`${server.url}report/index.html`);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
