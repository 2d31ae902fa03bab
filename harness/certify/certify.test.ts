import { createPublicKey, type KeyObject } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../runner/usage.js';
import { openRecordFile, readRecords } from '../runner/recordFile.js';
import type { RunRecord } from '../runner/records.js';
import { brokenRule, CHALLENGE, rsaPem, startOf, statementIn, writeBundle } from './bundle.fixture.js';
import { ENVELOPE_FILE, filesOf } from './bundle.js';
import { runAndIssue } from './certify.js';
import { compareBundles } from './compare.js';
import { renderComparison } from './comparePage.js';
import { readDeviations } from './deviations.js';
import { readPrivateKey, readPublicKey, writeNewKey } from './keys.js';
import { seedsOf } from './seeds.js';
import type { Statement } from './statement.js';
import { verifyBundle } from './verify.js';

const scratch = mkdtempSync(join(tmpdir(), 'nicspec-certify-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const sound = join(scratch, 'sound');
let key: KeyObject;
beforeAll(async () => {
  key = await writeBundle(sound);
}, 60_000);

const textOf = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');
const put = (folder: string, name: string, text: string): void => writeFileSync(join(folder, name), text);

describe('a certification of runs that were made elsewhere', () => {
  const runs = [1, 2, 3].map((number) => join(sound, `seed-${number}`));
  let issued = 0;
  const sign = (given: readonly string[], target = 'process:./nic') => {
    const about = { profile: 'virtual-nic', challenge: CHALLENGE, key, subjects: [], folder: scratch, prints: false };
    return runAndIssue({ ...about, target, runs: given, out: join(scratch, `issued-${issued++}`) }, []);
  };
  /** The second run, made otherwise; the end fits. */
  const other = (name: string, change: (records: readonly RunRecord[]) => readonly RunRecord[]): string => {
    const folder = join(scratch, name);
    openRecordFile(folder, change(readRecords(runs[1] ?? ''))).close();
    return folder;
  };
  const first = (): string => runs[0] ?? '';

  it('verifies, and says what those runs say', async () => {
    const { certification } = await sign(runs);
    expect(certification.level).toBe('conforms');
    expect(await brokenRule(join(scratch, `issued-${issued - 1}`))).toBeNull();
  });

  it('is refused with the commands of the runs that are missing', async () => {
    const [, second = 0, third = 0] = certifiedIn(sound).seeds;
    await expect(sign([first()])).rejects.toThrow(
      new RegExp(`runs are missing.*--seed ${second} --runs 100\n.*--seed ${third} --runs 100$`, 's'),
    );
    await expect(sign(runs.slice(1))).rejects.toThrow(/--seed 1 --runs 100$/);
  });

  it('is refused for a run that no seed asks for, and for one that is there twice', async () => {
    await expect(sign([...runs, other('seed', (records) => startOf(records, { seed: 4 }))])).rejects.toThrow(
      /has seed 4/,
    );
    await expect(sign([...runs, first()])).rejects.toThrow(/two runs with seed 1/);
  });

  it.each<readonly [string, (records: readonly RunRecord[]) => readonly RunRecord[], RegExp]>([
    ['is one shard', (records) => startOf(records, { shard: { index: 1, of: 3 } }), /shard is .*; wanted: null/],
    ['was filtered', (records) => startOf(records, { only: ['NIC-MTU-*'] }), /only is/],
    ['lacks a scenario', (records) => records.filter((_, index) => index !== 5), /scenario .* is missing/],
    ['did not end', (records) => records.slice(0, -1), /does not end/],
    [
      'was merged without a shard',
      (records) =>
        records.map((record) => (record.kind === 'run-end' ? { ...record, stopped: '1 shards are missing' } : record)),
      /stopped: 1 shards are missing/,
    ],
    ['had fewer cases', (records) => startOf(records, { runs: 5 }), /runs is 5; wanted: 100/],
    ['was of another specification', (records) => startOf(records, { digest: '0'.repeat(64) }), /digest is/],
  ])('is refused if one of them %s', async (name, change, message) => {
    const [one = '', , three = ''] = runs;
    await expect(sign([one, other(`of runs ${name}`, change), three])).rejects.toThrow(message);
    expect(filesOf(join(scratch, `issued-${issued - 1}`)).names).not.toContain(ENVELOPE_FILE);
  });

  it('is refused for another target than that of the runs', async () => {
    await expect(sign(runs, 'process:./other')).rejects.toThrow(
      /target is "process:.\/nic"; wanted: "process:.\/other"/,
    );
  });
});

const certifiedIn = (bundle: string) => statementIn(textOf(bundle, ENVELOPE_FILE)).predicate.nicspec;

const failing = (id: string) => ({
  outcome: ({ requirements }: { readonly requirements: readonly string[] }) =>
    requirements.includes(id)
      ? ({ outcome: 'fail', reason: 'it does not' } as const)
      : ({ outcome: 'pass', reason: '' } as const),
});

describe('levels', () => {
  const deviation = {
    requirement: 'NIC-MTU-001',
    reason: 'known bug 7',
    owner: 'lab@acme.example',
    expires: '2100-01-01',
  };
  const levelOf = async (name: string, options: Parameters<typeof writeBundle>[1]): Promise<Statement['predicate']> => {
    const folder = join(scratch, name);
    await writeBundle(folder, options);
    const { ok, rules, statement } = await verifyBundle(folder, { trusted: [] });
    expect(rules.filter((rule) => !rule.ok)).toEqual([]);
    expect(ok).toBe(true);
    if (statement === null) throw new Error('there is no statement');
    return statement.predicate;
  };

  it('one failure is enough, and the bundle says so and verifies', async () => {
    const { nicspec, result, failedTests } = await levelOf('failing', failing('NIC-MTU-001'));
    expect([nicspec.level, result, failedTests]).toEqual(['does not conform', 'FAILED', ['NIC-MTU-001']]);
  });

  it('one failure with one seed of three is enough', async () => {
    const outcome = (scenario: { readonly requirements: readonly string[] }, run: number) =>
      run === 2 && scenario.requirements.includes('NIC-MTU-001')
        ? ({ outcome: 'fail', reason: 'seldom' } as const)
        : ({ outcome: 'pass', reason: '' } as const);
    const { nicspec } = await levelOf('seldom', { outcome });
    expect(nicspec.level).toBe('does not conform');
    expect(nicspec.requirements.find(({ id }) => id === 'NIC-MTU-001')?.verdicts).toEqual(['pass', 'pass', 'fail']);
  });

  it('a deviation covers what it names, and is no pass', async () => {
    const { nicspec, result, passedTests, warnedTests } = await levelOf('covered', {
      ...failing('NIC-MTU-001'),
      deviations: [deviation],
    });
    expect([nicspec.level, result, warnedTests]).toEqual(['conforms with deviations', 'WARNED', ['NIC-MTU-001']]);
    expect(passedTests).not.toContain('NIC-MTU-001');
    expect(nicspec.deviations[0]?.state).toBe('active');
  });

  it('a deviation covers nothing else', async () => {
    const { nicspec } = await levelOf('uncovered', { ...failing('NIC-NL-001'), deviations: [deviation] });
    expect(nicspec.level).toBe('does not conform');
  });

  it('a deviation that is over covers nothing', async () => {
    const { nicspec } = await levelOf('over', {
      ...failing('NIC-MTU-001'),
      deviations: [{ ...deviation, expires: '2020-01-01' }],
    });
    expect([nicspec.level, nicspec.deviations[0]?.state]).toEqual(['does not conform', 'expired']);
  });

  it('a deviation that is needed no longer is stale', async () => {
    const { nicspec } = await levelOf('stale', { deviations: [deviation] });
    expect([nicspec.level, nicspec.deviations[0]?.state]).toEqual(['conforms', 'stale']);
  });

  it('what nobody knows cannot be covered', async () => {
    const outcome = ({ requirements }: { readonly requirements: readonly string[] }) =>
      requirements.includes('NIC-MTU-001')
        ? ({ outcome: 'inconclusive', reason: 'it crashed' } as const)
        : ({ outcome: 'pass', reason: '' } as const);
    const { nicspec } = await levelOf('unknown', { outcome, deviations: [deviation] });
    expect(nicspec.level).toBe('does not conform');
  });
});

describe('certificates side by side', () => {
  it('show what got better and what got worse', async () => {
    const [before, after] = [join(scratch, 'before'), join(scratch, 'after')];
    await writeBundle(before, { ...failing('NIC-MTU-001'), key });
    await writeBundle(after, { ...failing('NIC-NL-001'), key });
    const { bundles, requirements } = await compareBundles([before, after]);
    expect(bundles.map(({ name, broken }) => [name, broken])).toEqual([
      ['before', null],
      ['after', null],
    ]);
    const changed = requirements.filter(({ change }) => change !== 'same');
    expect(changed.map(({ id, verdicts, change }) => [id, ...verdicts, change])).toEqual([
      ['NIC-MTU-001', 'fail', 'pass', 'better'],
      ['NIC-NL-001', 'pass', 'fail', 'worse'],
    ]);
    expect(renderComparison({ bundles, requirements })).toContain('NIC-MTU-001');
  });

  it('mark a bundle that does not verify, and refuse what is none', async () => {
    const folder = join(scratch, 'with more');
    cpSync(sound, folder, { recursive: true });
    put(folder, 'readme.txt', 'trust me');
    const { bundles } = await compareBundles([sound, folder]);
    expect(bundles.map(({ broken }) => broken)).toEqual([null, 'the files are those that were signed']);
    await expect(compareBundles([scratch])).rejects.toThrow(/holds no bundle/);
  });
});

describe('seeds', () => {
  it('are one that stays, one of the subject, and one of the challenge', () => {
    const seeds = seedsOf('subject', 'spec', 'challenge');
    expect(seeds[0]).toBe(1);
    expect(seedsOf('other', 'spec', 'challenge')).toEqual([
      1,
      expect.not.toSatisfy((seed: number) => seed === seeds[1]),
      seeds[2],
    ]);
    expect(seedsOf('subject', 'spec', 'other').slice(0, 2)).toEqual(seeds.slice(0, 2));
    expect(seedsOf('subject', 'spec', 'other')[2]).not.toBe(seeds[2]);
  });
});

describe('keys', () => {
  it('are written once, the private one for its owner alone', () => {
    const file = join(scratch, 'lab.key');
    writeNewKey(file);
    expect(createPublicKey(readPrivateKey(file)).equals(readPublicKey(`${file}.pub`))).toBe(true);
    expect(() => writeNewKey(file)).toThrow(UsageError);
    expect(() => readPublicKey(file)).toThrow(/is the private key; trust/);
    expect(() => readPrivateKey(join(scratch, 'none'))).toThrow(/is not there/);
    put(scratch, 'rsa.pub', rsaPem());
    expect(() => readPublicKey(join(scratch, 'rsa.pub'))).toThrow(/Ed25519 is wanted/);
  });
});

describe('a file of deviations', () => {
  const known = new Set(['NIC-MTU-001']);
  const reading = (text: string) => () => {
    put(scratch, 'deviations.yaml', text);
    return readDeviations(join(scratch, 'deviations.yaml'), known);
  };
  it('is a list', () => {
    const text =
      '- requirement: NIC-MTU-001\n  reason: known bug 7\n  owner: lab@acme.example\n  expires: 2100-01-01\n';
    expect(reading(text)()).toHaveLength(1);
    expect(reading('requirement: NIC-MTU-001')).toThrow(/a list of deviations/);
    expect(reading('- requirement: NIC-MTU-001\n')).toThrow(/entry 1: reason is missing/);
    expect(reading(text.replace('001', '999'))).toThrow(/the profile has no requirement NIC-MTU-999/);
    expect(reading(text.replace('2100-01-01', 'some day'))).toThrow(/must be a day/);
    expect(reading(`${text}  forever: true\n`)).toThrow(/forever is no member/);
  });
});
