/** Runs again what a bundle says was run, with its seeds, and compares scenario by scenario. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { latestScenarios, readRecords, recordKey } from '../runner/recordFile.js';
import { UsageError } from '../runner/usage.js';
import { runFolder } from './bundle.js';
import { runSuite, type SuiteRun } from './certify.js';
import { verifyBundle } from './verify.js';

export interface ReplayOptions {
  readonly bundle: string;
  /** May be called otherwise than in the bundle: another path to the same adapter. */
  readonly target: string;
  readonly folder: string;
  readonly limits?: readonly string[];
}

export interface ReplayDifference {
  readonly seed: number;
  /** Of the scenario. */
  readonly id: string;
  readonly was: string;
  readonly is: string;
}

/**
 * `run` runs the suite; tests give another.
 * @throws UsageError if the bundle itself does not verify.
 */
export async function replay(
  { bundle, target, folder, limits = [] }: ReplayOptions,
  onRun: (index: number, seed: number) => void,
  run: (asked: SuiteRun) => Promise<void> = runSuite,
): Promise<readonly ReplayDifference[]> {
  const { ok, rules, statement } = await verifyBundle(bundle, { trusted: [] });
  if (!ok || statement === null) {
    const broken = rules.find((rule) => !rule.ok);
    throw new UsageError(`${bundle} does not verify: ${broken?.rule ?? ''}: ${broken?.found ?? ''}`);
  }
  const { seeds, profile } = statement.predicate.nicspec;
  const differences: ReplayDifference[] = [];
  for (const [index, seed] of seeds.entries()) {
    onRun(index, seed);
    const out = mkdtempSync(join(tmpdir(), 'nicspec-replay-'));
    try {
      await run({ target, profile, seed, out, folder, limits });
      const now = outcomes(out);
      for (const [id, was] of outcomes(join(bundle, runFolder(index)))) {
        const is = now.get(id) ?? 'not run';
        if (is !== was) differences.push({ seed, id, was, is });
      }
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  }
  return differences;
}

/** Probes say nothing of a requirement, and are left out. */
function outcomes(folder: string): ReadonlyMap<string, string> {
  const scenarios = latestScenarios(readRecords(folder)).filter(({ probeOf }) => probeOf.length === 0);
  return new Map(scenarios.map((record) => [recordKey(record), record.outcome]));
}
