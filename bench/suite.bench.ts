/**
 * Whole processes: the suite on the reference against bare cucumber with as many empty scenarios of as many empty steps, the
 * start-up alone, and every seeded defect. Each is the fastest of some runs, so that what else the machine does counts least.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BenchRow } from './benchRow.js';

const ROOT = resolve(import.meta.dirname, '..', '..');
const NICSPEC = join(ROOT, 'bin', 'nicspec.js');
const CUCUMBER = join(ROOT, 'node_modules', '@cucumber', 'cucumber', 'bin', 'cucumber.js');
const RUNS = 3;

/** Seconds of the fastest of some runs. */
function fastest(command: readonly string[], cwd: string): number {
  const seconds = Array.from({ length: RUNS }, () => {
    const start = process.hrtime.bigint();
    spawnSync(process.execPath, command, { cwd, stdio: 'ignore' });
    return Number(process.hrtime.bigint() - start) / 1e9;
  });
  return Math.min(...seconds);
}

interface SuiteSize {
  readonly scenarios: number;
  readonly steps: number;
}

/** How many scenarios and steps a run had. */
function sizeOf(folder: string): SuiteSize {
  const results = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as {
    scenarios: { steps: unknown[] }[];
  };
  return {
    scenarios: results.scenarios.length,
    steps: results.scenarios.reduce((sum, { steps }) => sum + steps.length, 0),
  };
}

/** A project of as many scenarios and steps that do nothing. */
function writeEmptySuite(folder: string, { scenarios, steps }: SuiteSize): void {
  const perScenario = Math.max(1, Math.round(steps / scenarios));
  const scenario = (index: number): string =>
    `  Scenario: empty ${index}\n${'    Given nothing\n'.repeat(perScenario)}`;
  const text = Array.from({ length: scenarios }, (_, index) => scenario(index)).join('\n');
  mkdirSync(join(folder, 'features'));
  writeFileSync(join(folder, 'features', 'empty.feature'), `Feature: Empty\n\n${text}`);
  writeFileSync(
    join(folder, 'steps.mjs'),
    "import { Given } from '@cucumber/cucumber';\nGiven('nothing', async () => undefined);\n",
  );
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

export async function suiteRows(): Promise<BenchRow[]> {
  const work = mkdtempSync(join(tmpdir(), 'nicspec-bench-'));
  try {
    const out = join(work, 'run');
    const run = fastest([NICSPEC, 'run', '--out', out], ROOT);
    const size = sizeOf(out);
    const examplesOnly = fastest([NICSPEC, 'run', '--out', join(work, 'examples'), '--tags', 'not @law'], ROOT);
    const one = fastest([NICSPEC, 'run', '--out', join(work, 'one'), '--only', 'NIC-MEM-006'], ROOT);
    const defects = fastest([NICSPEC, 'defects', '--out', join(work, 'defects')], ROOT);
    const empty = join(work, 'empty');
    mkdirSync(empty);
    writeEmptySuite(empty, size);
    const bare = fastest([CUCUMBER, '--import', 'steps.mjs', '--format', 'summary'], empty);
    const peer = `bare cucumber, ${size.scenarios} empty scenarios, ${bare.toFixed(2)} s`;
    const row = (name: string, seconds: number): BenchRow => ({
      name: `${name}, ${seconds.toFixed(2)} s`,
      rate: 60 / seconds,
      unit: 'a minute',
      peers: [{ name: peer, ratio: bare / seconds }],
    });
    return await Promise.resolve([
      row(`the suite, ${size.scenarios} scenarios, ${size.steps} steps`, run),
      row('the same without laws', examplesOnly),
      row('start-up and one requirement', one),
      row('every seeded defect', defects),
    ]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
