import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../runner/usage.js';
import { exampleResults } from '../page/page.fixture.js';
import { hashOf, NO_FILTER, parseRoute } from './client/route.js';
import { filterRows } from './client/matrix.js';
import { readSources } from './readRuns.js';
import { laterResults, writeRun } from './site.fixture.js';
import { isWarningAt, siteData, verdictAt } from './siteData.js';
import { renderSite } from './sitePage.js';
import { writeSite } from './writeSite.js';

const folder = mkdtempSync(join(tmpdir(), 'nicspec-site-'));
afterAll(() => rmSync(folder, { recursive: true }));
const FIRST = join(folder, 'first');

beforeAll(async () => writeRun(FIRST, exampleResults(60)));

const source = (results = exampleResults(60), name = 'run') => ({ results, name, folder: null });
const nothing = (): null => null;

describe('siteData', () => {
  it('sets requirements against runs, the newest last, and takes the newest of each target as a column', () => {
    const old = source(laterResults(20, 'lab:igb', '2026-11-20T00:00:00Z'), 'old');
    const other = source(laterResults(60, 'lab:rocker', '2026-11-21T00:00:00Z'), 'other');
    const late = source(laterResults(60, 'lab:igb', '2026-11-22T00:00:00Z'), 'new');
    const { index, details } = siteData([late, old, other], null, nothing);
    expect(index.runs.map(({ name }) => name)).toEqual(['old', 'other', 'new']);
    expect(index.columns).toEqual([2, 1]);
    expect(index.rows).toHaveLength(60);
    const row = index.rows.find(({ id }) => id === 'NIC-CSUM-002')!;
    expect([0, 1, 2].map((run) => verdictAt(row, run))).toEqual(['fail', 'fail', 'fail']);
    const last = index.rows.find(({ id }) => id === 'NIC-CSUM-006')!;
    expect(verdictAt(last, 0)).toBeNull();
    expect(details.get('NIC-CSUM')?.['NIC-CSUM-006']?.runs[0]).toBeNull();
    expect(index.rows.filter((one) => isWarningAt(one, 2)).map((one) => verdictAt(one, 2))).toEqual(['fail', 'fail']);
  });

  it('says where runs cannot be compared without more', () => {
    const same = siteData([source(), source()], null, nothing).index.notes;
    expect(same).toEqual([]);
    const results = exampleResults(5);
    const changed = { ...results, nicspec: '9.9.9', summary: { ...results.summary, stopped: 'killed' } };
    const { notes } = siteData([source(), source(changed, 'other')], null, nothing).index;
    expect(notes.join(' ')).toMatch(/nicspec 0\.1\.0 and 9\.9\.9.*other stopped before its end: killed/);
    const digest = siteData([source(), source({ ...results, digest: 'a'.repeat(64) })], null, nothing).index.notes;
    expect(digest.join(' ')).toMatch(/not all asked the same/);
  });

  it('keeps the page at a size when thousands fail with long frames', () => {
    const results = exampleResults(200);
    const long = 'ab'.repeat(60_000);
    const scenarios = results.scenarios.map((one) => ({
      ...one,
      mismatch: { title: 'x', expected: long, actual: long },
    }));
    expect(renderSite(siteData([source({ ...results, scenarios })], null, nothing)).length).toBeLessThan(9e6);
  });

  it('makes the site of 1,000 requirements within two seconds', () => {
    const results = exampleResults(1000);
    const start = performance.now();
    renderSite(siteData([source(results)], null, nothing));
    const took = performance.now() - start;
    console.info(`site of 1,000 requirements: ${Math.round(took)} ms`);
    expect(took).toBeLessThan(2000);
  });
});

describe('the filter', () => {
  const { index } = siteData(
    [source(laterResults(60, 'a', '2026-01-01T00:00:00Z')), source(laterResults(20, 'b', '2026-01-02T00:00:00Z'))],
    null,
    nothing,
  );
  const found = (filter: Partial<typeof NO_FILTER>): number => filterRows(index, { ...NO_FILTER, ...filter }).length;

  it('asks for text, verdict, level, area and target', () => {
    expect(found({})).toBe(60);
    expect(found({ text: 'csum-002  SEGMENT' })).toBe(1);
    expect(found({ text: 'nothing like it' })).toBe(0);
    expect(found({ area: 'NIC-CSUM' })).toBe(6);
    expect(found({ level: 'MAY' })).toBe(10);
    expect(found({ target: '1' })).toBe(20);
    expect(found({ verdict: 'fail' })).toBe(2);
    expect(found({ verdict: 'fail', target: '1' })).toBe(1);
    expect(found({ verdict: 'differ' })).toBe(0);
  });

  it('stands in the address, and comes back from it', () => {
    const route = { view: 'matrix', filter: { ...NO_FILTER, text: 'a & b?#', verdict: 'fail' } } as const;
    expect(parseRoute(hashOf(route))).toEqual(route);
    expect(parseRoute('#NIC-CSUM-001')).toEqual({ view: 'requirement', id: 'NIC-CSUM-001', run: null });
    expect(parseRoute('#/requirement/NIC-CSUM-001/2')).toEqual({ view: 'requirement', id: 'NIC-CSUM-001', run: 2 });
    expect(parseRoute('#/%')).toEqual({ view: 'overview' });
  });
});

describe('readSources', () => {
  const at = (name: string, file: string, content: string): string => {
    const place = join(folder, name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, file), content);
    return place;
  };
  const refusal = (...paths: string[]): string => {
    try {
      readSources(paths);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      return (error as Error).message;
    }
    throw new Error('it was not refused');
  };

  it('reads results and kill matrices, and tells runs of one name apart', () => {
    const defect = { id: 'DEF-1', title: 't', description: 'd', origin: { title: 'o' }, caughtBy: 'NIC-CSUM-001' };
    const result = { ...defect, killed: true, killedBy: ['NIC-CSUM-001'], scenario: 's', reason: 'r', durationMs: 1 };
    const summary = { total: 1, killed: 1, byNamedRequirement: 1 };
    const matrix = { format: 1, nicspec: '0', seed: 1, runs: 1, full: false, durationMs: 1, summary, unsound: [] };
    const kills = at('kills', 'defects.json', JSON.stringify({ ...matrix, defects: [result], survivors: [] }));
    expect(readSources([FIRST, kills]).defects?.summary).toEqual(summary);
    expect(refusal(kills, kills)).toMatch(/one kill matrix is enough/);
    const { runs } = readSources([FIRST, FIRST]);
    expect(runs.map(({ name }) => name)).toEqual(['first', 'first (2)']);
  });

  it('refuses what is missing, foreign, of another format or damaged, and says so', () => {
    expect(refusal()).toMatch(/name at least one folder of a run/);
    expect(refusal(join(folder, 'nowhere'))).toMatch(/nowhere is not there/);
    expect(refusal(at('empty', 'readme', ''))).toMatch(/holds no run/);
    expect(refusal(at('cut', 'results.json', '{"format": 1, '))).toMatch(/is not JSON/);
    expect(refusal(at('foreign', 'results.json', '{"tests": []}'))).toMatch(/is no results\.json of nicspec/);
    expect(refusal(at('newer', 'results.json', '{"format": 2}'))).toMatch(/format 2.*reads format 1/);
    expect(refusal(at('stream', 'records.ndjson', '{"kind":"run-start"}\n'))).toMatch(/records/);
    expect(refusal(at('noise', 'records.ndjson', 'hello\nworld\n'))).toMatch(/this line is not a record/);
    expect(refusal(at('bundle', 'envelope.json', '{}'))).toMatch(/bundle without seed-1/);
    const wrong = { ...exampleResults(1), requirements: [{ id: 1 }] };
    expect(refusal(at('wrong', 'results.json', JSON.stringify(wrong)))).toMatch(/requirements/);
  });
});

describe('writeSite', () => {
  it('copies the evidence, and nothing from outside the folder of the run', () => {
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    const { runs } = readSources([FIRST]);
    const [run] = runs;
    const scenarios = run!.results.scenarios.map((one) =>
      one.evidence.length === 0 ? one : { ...one, evidence: [...one.evidence, '../secret.txt', '/etc/hostname'] },
    );
    const out = join(folder, 'site');
    writeSite(out, { runs: [{ ...run!, results: { ...run!.results, scenarios } }] });
    const page = readFileSync(join(out, 'runs/1-first/evidence/NIC-CSUM-002-0/index.html'), 'utf8');
    expect(page).toContain('href="../../../../runs/1-first/evidence/NIC-CSUM-002-0/frames.pcapng"');
    expect(existsSync(join(out, 'runs/1-first/evidence/NIC-CSUM-002-0/netlink.pcapng'))).toBe(true);
    expect(existsSync(join(out, 'runs/secret.txt'))).toBe(false);
    expect(existsSync(join(out, 'secret.txt'))).toBe(false);
    expect(page).not.toContain('href="../../../../secret.txt"');
  });

  it('marks the attribute that the kernel refused, and says so of evidence that cannot be read', () => {
    const { runs } = readSources([FIRST]);
    writeFileSync(join(FIRST, 'evidence/NIC-CSUM-002-2/frames.pcapng'), 'no capture');
    rmSync(join(FIRST, 'evidence/NIC-CSUM-002-2/netlink.pcapng'));
    const out = join(folder, 'marked');
    writeSite(out, { runs });
    const page = readFileSync(join(out, 'runs/1-first/evidence/NIC-CSUM-002-0/index.html'), 'utf8');
    expect(page).toMatch(/<mark class="refused">IFLA_MTU \(refused, byte 44\)<\/mark>/);
    expect(page).toContain('mtu is too large');
    const damaged = readFileSync(join(out, 'runs/1-first/evidence/NIC-CSUM-002-2/index.html'), 'utf8');
    expect(damaged).toContain('this is no pcapng capture');
    expect(damaged).toContain('netlink.pcapng is not there');
  });
});
