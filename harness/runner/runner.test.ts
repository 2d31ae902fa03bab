import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeRuns } from './merge.js';
import { resultsOf } from './judgeRun.js';
import { PROJECT_ROOT } from './project.js';
import type { Results } from './results.js';

/** The runner drives cucumber in the process, so each run of the fixture has one of its own. Needs dist/: `npm run build`. */
const MAIN = join(PROJECT_ROOT, 'dist', 'harness', 'runner', 'fixtures', 'main.js');
const folder = mkdtempSync(join(tmpdir(), 'nicspec-runner-'));

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error('dist/ is not built: npm run build');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface FixtureRun {
  readonly code: number;
  readonly complaint: string;
  readonly out: string;
  readonly results: Results;
}

async function runFixture(name: string, options: object = {}): Promise<FixtureRun> {
  const out = join(folder, name);
  const { code, complaint } = await new Promise<{ code: number; complaint: string }>((resolve) => {
    const args = [MAIN, JSON.stringify({ out, tags: 'not @FIX-HANG-001', ...options })];
    const child = execFile(process.execPath, args, (_error, _stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, complaint: stderr }),
    );
  });
  const file = join(out, 'results.json');
  const results = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : ({} as Results);
  return { code, complaint, out, results };
}

/** What must not differ between two runs that were asked the same. */
function findings(results: Results): unknown {
  return {
    requirements: results.requirements.map(({ id, verdict, reason }) => ({ id, verdict, reason })),
    scenarios: results.scenarios.map(({ id, outcome, reason, probeOf, counterexample, mismatch }) => {
      return { id, outcome, reason, probeOf, counterexample, mismatch };
    }),
  };
}

describe('a run of the fixture', () => {
  let whole: FixtureRun;
  beforeAll(async () => {
    whole = await runFixture('whole');
  });

  it('maps what happened to one of five outcomes', () => {
    const outcomes = Object.fromEntries(
      whole.results.scenarios.filter(({ probeOf }) => probeOf.length === 0).map(({ name, outcome }) => [name, outcome]),
    );
    expect(outcomes).toEqual({
      'A frame of 60 bytes comes through': 'pass',
      'A frame of 61 bytes comes through': 'pass',
      'Every frame comes through': 'pass',
      'A frame comes through changed': 'fail',
      'No number is above a thousand': 'fail',
      'Something that should be so is not': 'fail',
      'The target throws': 'inconclusive',
      'The target answers garbage': 'inconclusive',
      'The step is not there': 'inconclusive',
      'The half that works': 'not-applicable',
      'The half that does not': 'not-applicable',
      'Never run, because it is demanded and absent': 'not-supported',
      'Never run, because it cannot be seen': 'not-applicable',
      'The part that can be shown': 'pass',
      'The part that cannot': 'not-applicable',
    });
  });

  it('says why', () => {
    const reasons = Object.fromEntries(whole.results.requirements.map(({ id, reason }) => [id, reason]));
    expect(reasons['FIX-PASS-001']).toBe('');
    expect(reasons['FIX-FAULT-001']).toContain('the cable is on fire');
    expect(reasons['FIX-GARBAGE-001']).toContain('host receive answered something without bytes');
    expect(reasons['FIX-UNDEF-001']).toContain('no step definition: nobody has written this');
    expect(reasons['FIX-LACK-001']).toBe('demanded: it was never built');
    expect(reasons['FIX-UNSEEN-001']).toBe('unseen: not declared by the target');
    expect(reasons['FIX-MIXED-001']).toBe('1 of 2 scenarios not run: unseen: not declared by the target');
  });

  it('takes a failing SHOULD for a warning, and the exit code for what fails', () => {
    const warning = whole.results.requirements.find(({ id }) => id === 'FIX-WARN-001');
    expect(warning).toMatchObject({ level: 'SHOULD', verdict: 'fail', isWarning: true });
    expect(whole.results.summary).toMatchObject({ failures: 2, warnings: 1, conforms: false, stopped: null });
    expect(whole.code).toBe(1);
  });

  it('leaves evidence of what fails, and none of what passes', () => {
    for (const { outcome, evidence, probeOf, steps } of whole.results.scenarios) {
      const isShown = (outcome === 'fail' || outcome === 'inconclusive') && probeOf.length === 0;
      const hasRun = steps.some(({ status }) => status === 'failed');
      expect(evidence.length > 0).toBe(isShown && hasRun);
      for (const path of evidence) expect(existsSync(join(whole.out, path))).toBe(true);
    }
  });

  it('keeps both frames of a mismatch', () => {
    const changed = whole.results.scenarios.find(({ name }) => name === 'A frame comes through changed');
    expect(changed?.mismatch?.expected).toBe('5a'.repeat(66));
    expect(changed?.mismatch?.actual).toBe(`${'5a'.repeat(20)}a5${'5a'.repeat(45)}`);
  });

  it('shrinks a counterexample, and repeats it with the command it names', async () => {
    const broken = whole.results.scenarios.find(({ counterexample }) => counterexample !== null);
    expect(broken?.counterexample?.counterexample).toBe('[1001]');
    const [, path] = / --path (\S+)$/.exec(broken?.counterexample?.command ?? '') ?? [];
    const again = await runFixture('again', { only: [broken?.id], path, tags: '' });
    expect(again.results.scenarios).toHaveLength(1);
    expect(again.results.scenarios[0]?.counterexample?.counterexample).toBe('[1001]');
    expect(again.results.scenarios[0]?.cases).toBeLessThan(broken?.cases ?? 0);
  });

  it('counts the cases of laws', () => {
    const law = whole.results.scenarios.find(({ name }) => name === 'Every frame comes through');
    expect(law?.cases).toBe(20);
  });

  it('tries what is said to be absent, and lets no verdict know', () => {
    const tried = whole.results.capabilities.find(({ capability }) => capability === 'tried');
    expect(tried).toEqual({
      capability: 'tried',
      present: false,
      reason: 'the target says so',
      probe: { finding: 'half-works', passed: 1, failed: 1 },
    });
    expect(whole.results.requirements.find(({ id }) => id === 'FIX-TRIED-001')?.verdict).toBe('not-applicable');
  });

  it('writes every report', () => {
    for (const name of [
      'records.ndjson',
      'results.json',
      'junit.xml',
      'ktap.txt',
      'summary.md',
      'report.html',
      'index.html',
      'cucumber.html',
    ]) {
      expect(existsSync(join(whole.out, name)), name).toBe(true);
    }
  });

  it('finds the same with the same seed, and another counterexample path with another', async () => {
    const [same, other] = await Promise.all([runFixture('same'), runFixture('other', { seed: 2 })]);
    expect(findings(same.results)).toEqual(findings(whole.results));
    const path = ({ results }: FixtureRun): string | undefined =>
      results.scenarios.find(({ counterexample }) => counterexample !== null)?.counterexample?.path;
    expect(path(other)).not.toBe(path(whole));
  });

  it('goes on with a run that was killed as it wrote a record', async () => {
    const out = join(folder, 'killed');
    cpSync(whole.out, out, { recursive: true });
    const file = join(out, 'records.ndjson');
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, `${lines.slice(0, 9).join('\n')}\n${lines[9]?.slice(0, 40) ?? ''}`);
    const resumed = await runFixture('killed', { resume: true });
    expect(findings(resumed.results)).toEqual(findings(whole.results));
    const records = readFileSync(file, 'utf8').split('\n');
    expect(records.slice(0, 9)).toEqual(lines.slice(0, 9));
  });

  it('refuses to go on with a run that was asked something else', async () => {
    const out = join(folder, 'asked');
    cpSync(whole.out, out, { recursive: true });
    const before = readFileSync(join(out, 'records.ndjson'), 'utf8');
    const { complaint } = await runFixture('asked', { resume: true, seed: 7 });
    expect(complaint).toContain('--resume cannot go on with this run: seed was 1, not 7');
    expect(readFileSync(join(out, 'records.ndjson'), 'utf8')).toBe(before);
  });

  it('finds in the shards, put together, what the whole run found', async () => {
    const shards = await Promise.all(
      [1, 2, 3].map((index) => runFixture(`shard${index}`, { shard: { index, of: 3 } })),
    );
    const merged = resultsOf(
      mergeRuns(
        shards.map(({ out }) => out),
        join(folder, 'merged'),
      ),
    );
    const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
    const sorted = (results: Results): Results => ({ ...results, requirements: [...results.requirements].sort(byId) });
    expect(findings(sorted(merged))).toEqual(findings(sorted(whole.results)));
    for (const { evidence } of merged.scenarios) {
      for (const path of evidence) expect(existsSync(join(folder, 'merged', path))).toBe(true);
    }
  });
});

describe('a target that hangs', () => {
  it('costs a scenario its verdict, is opened anew, and stops the run the third time in a row', async () => {
    const { code, results } = await runFixture('hang', { tags: '@FIX-HANG-001' });
    expect(code).toBe(3);
    expect(results.scenarios.map(({ name, outcome }) => [name.split(' ').at(-2), outcome])).toEqual([
      ['first', 'inconclusive'],
      ['second', 'inconclusive'],
      ['no', 'pass'],
      ['third', 'inconclusive'],
      ['fourth', 'inconclusive'],
      ['fifth', 'inconclusive'],
    ]);
    expect(results.summary.stopped).toContain('sysfs read took longer than 200 ms');
  });
});
