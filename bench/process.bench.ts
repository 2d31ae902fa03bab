/** What a process of its own costs a device: the suite's examples and laws of NICs, and the start alone, in process and as an adapter. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openTarget } from '../harness/targets/index.js';
import type { BenchRow } from './benchRow.js';

const ROOT = resolve(import.meta.dirname, '..', '..');
const NICSPEC = join(ROOT, 'bin', 'nicspec.js');
/** The same device at the other end of the protocol, so that the protocol alone makes the difference. */
const ADAPTER = `process:'${process.execPath}' '${NICSPEC}' adapter serve reference`;
const RUNS = 3;

/** Seconds of the fastest of some runs of the NIC requirements. */
function fastest(target: string, out: string): number {
  const request = ['run', '--target', target, '--profile', 'server-nic', '--only', 'NIC-*', '--format', 'ktap'];
  const seconds = Array.from({ length: RUNS }, () => {
    const start = process.hrtime.bigint();
    const { status, stderr } = spawnSync(process.execPath, [NICSPEC, ...request, '--out', out], { cwd: ROOT });
    if (status !== 0) throw new Error(`${target} does not conform: ${String(stderr)}`);
    return Number(process.hrtime.bigint() - start) / 1e9;
  });
  return Math.min(...seconds);
}

/** Seconds from nothing to a target that has said what it is. */
async function startOf(target: string): Promise<number> {
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const opened = await openTarget(target, { seed: 1 });
    await opened.describe();
    seconds.push((performance.now() - start) / 1000);
    await opened.close();
  }
  return Math.min(...seconds);
}

export async function processRows(): Promise<BenchRow[]> {
  const work = mkdtempSync(join(tmpdir(), 'nicspec-bench-'));
  try {
    const inProcess = fastest('reference', work);
    const adapter = fastest(ADAPTER, work);
    const python = `process:python3 '${join(ROOT, 'examples', 'adapters', 'python-nic', 'main.py')}'`;
    const row = (name: string, seconds: number, peers: BenchRow['peers']): BenchRow => ({
      name: `${name}, ${seconds.toFixed(2)} s`,
      rate: 60 / seconds,
      unit: 'a minute',
      peers,
    });
    return [
      row('the NIC suite on the reference NIC as an adapter', adapter, [
        { name: `the same in the process, ${inProcess.toFixed(2)} s`, ratio: inProcess / adapter },
      ]),
      row('start of that adapter, until it has described itself', await startOf(ADAPTER), []),
      row('start of the adapter in Python', await startOf(python), []),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
