import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latestScenarios, openRecordFile, readRecords, recordKey } from '../runner/recordFile.js';
import type { RunRecord } from '../runner/records.js';
import { statementIn, writeBundle } from './bundle.fixture.js';
import type { SuiteRun } from './certify.js';
import { replay } from './replay.js';

describe('a bundle that is run again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-replay-test-'));
  const bundle = join(folder, 'bundle');
  const options = { bundle, target: 'process:./elsewhere/nic', folder, limits: ['call=10s'] };
  let seeds: readonly number[] = [];

  beforeAll(async () => {
    await writeBundle(bundle);
    seeds = statementIn(readFileSync(join(bundle, 'envelope.json'), 'utf8')).predicate.nicspec.seeds;
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  type Change = (records: readonly RunRecord[], place: number) => readonly RunRecord[];

  /** A run that finds what the bundle says, but for what `change` makes of it. */
  const again =
    (asked: SuiteRun[], change: Change = (records) => records) =>
    (run: SuiteRun): Promise<void> => {
      asked.push(run);
      const place = seeds.indexOf(run.seed);
      openRecordFile(run.out, change(readRecords(join(bundle, `seed-${place + 1}`)), place)).close();
      return Promise.resolve();
    };

  it('is asked with its seeds and profile, of the target that is named, and comes out the same', async () => {
    const asked: SuiteRun[] = [];
    const announced: number[] = [];
    expect(await replay(options, (_index, seed) => announced.push(seed), again(asked))).toEqual([]);
    expect(announced).toEqual(seeds);
    expect(asked.map(({ target, profile, seed, limits }) => [target, profile, seed, limits])).toEqual(
      seeds.map((seed) => ['process:./elsewhere/nic', 'virtual-nic', seed, ['call=10s']]),
    );
  });

  it('names what comes out otherwise, and what does not come out', async () => {
    const ran = latestScenarios(readRecords(join(bundle, 'seed-2'))).filter(({ outcome }) => outcome === 'pass');
    const [first, second] = ran.map(recordKey);
    const change: Change = (records, place) =>
      records.flatMap((record) => {
        if (place !== 1 || record.kind !== 'scenario' || recordKey(record) !== first)
          return place === 1 && record.kind === 'scenario' && recordKey(record) === second ? [] : [record];
        return [{ ...record, outcome: 'fail' as const }];
      });
    const differences = await replay(options, () => undefined, again([], change));
    expect(differences.map(({ seed, was, is }) => [seed, was, is])).toEqual([
      [seeds[1], 'pass', 'fail'],
      [seeds[1], 'pass', 'not run'],
    ]);
  });

  it('is not run where it does not verify', async () => {
    const altered = join(folder, 'altered');
    cpSync(bundle, altered, { recursive: true });
    writeFileSync(join(altered, 'seed-1', 'records.ndjson'), '');
    const asked: SuiteRun[] = [];
    await expect(replay({ ...options, bundle: altered }, () => undefined, again(asked))).rejects.toThrow(
      'does not verify: the files are those that were signed',
    );
    expect(asked).toEqual([]);
  });
});
