/** What a tool in `nicspec shell` costs: start-up of the shell, and a tool that is redirected beside the same one on the host. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findProgram } from '../harness/targets/lab/program.js';
import { findCompiler } from '../harness/shell/shimLibrary.js';
import { openShellMachine } from '../harness/shell/toolMachine.js';
import type { BenchRow } from './benchRow.js';

const NICSPEC = resolve(import.meta.dirname, '..', '..', 'bin', 'nicspec.js');
const RUNS = 15;
const LINK = 'ip -d link show';

/** Milliseconds of the median run. */
async function median(run: () => unknown): Promise<number> {
  const times: number[] = [];
  await run();
  for (let count = 0; count < RUNS; count++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1] ?? NaN;
}

const row = (name: string, ms: number, peer: string, peerMs: number): BenchRow => ({
  name: `${name}, ${ms.toFixed(1)} ms`,
  rate: 1 / ms,
  unit: 'k/s',
  peers: [{ name: `${peer}, ${peerMs.toFixed(1)} ms`, ratio: peerMs / ms }],
});

export async function shellRows(): Promise<BenchRow[]> {
  if (process.platform !== 'linux' || findCompiler() === undefined || findProgram('ip') === undefined) {
    console.log('without the shell: it needs Linux, a C compiler and ip(8)');
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-bench-'));
  const machine = await openShellMachine('reference', folder);
  try {
    const node = await median(() => execFileSync(process.execPath, ['-e', '']));
    const shell = await median(() => execFileSync(process.execPath, [NICSPEC, 'shell', '--', 'true']));
    const host = await median(() => spawnSync('sh', ['-c', LINK]));
    const inside = await median(() => machine.run(LINK));
    return [
      row('nicspec shell -- true', shell, 'node -e ""', node),
      row(`${LINK} in a shell that runs`, inside, 'the same on the host', host),
    ];
  } finally {
    await machine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
