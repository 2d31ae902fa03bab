/**
 * A module of somebody else runs in this process, and one that loops for ever cannot be stopped from within. So `nicspec run` runs
 * itself once more, and the outer process watches whether the inner one still answers.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeReports } from '../report/index.js';
import { EXIT } from '../runner/judgeRun.js';
import { openRecordFile, readRecords, RECORDS_FILE } from '../runner/recordFile.js';
import type { RunRecord } from '../runner/records.js';
import { print } from './terminal.js';
import { renderPretty } from './pretty.js';

const MARK = 'NICSPEC_SUPERVISED';
const BEAT_MS = 500;
/** Before the first scenario the suite itself is loaded, which takes a busy machine a while: the target is given at least this. */
const START_SECONDS = 30;

/** Is this the inner process? */
export function isSupervised(): boolean {
  return process.env[MARK] === '1' && process.send !== undefined;
}

/** Tells the outer process which scenario runs. */
export function reportScenario(id: string): void {
  if (isSupervised()) process.send?.({ scenario: id });
}

/** Tells the outer process, again and again, that this one still turns; answers what ends that. */
export function reportLife(): () => void {
  if (!isSupervised()) return () => undefined;
  const timer = setInterval(() => process.send?.({}), BEAT_MS);
  return () => {
    clearInterval(timer);
    process.disconnect();
  };
}

/** Runs this very command in a process of its own; answers its exit code, or 3 if it had to be killed. */
export async function supervise(patienceSeconds: number, out: string): Promise<number> {
  const [, script = '', ...args] = process.argv;
  if (!args.includes('--resume')) rmSync(join(out, RECORDS_FILE), { force: true });
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [MARK]: '1' },
  });
  const release = passOnSignals(child);
  try {
    const patienceIn = (scenario: string): number =>
      scenario === '' ? Math.max(START_SECONDS, patienceSeconds) : patienceSeconds;
    const end = await watch(child, (scenario) => 1000 * patienceIn(scenario));
    return end.kind === 'exit' ? end.code : await closeRun(out, end.scenario, patienceIn(end.scenario));
  } finally {
    release();
  }
}

/** The first signal ends the inner process in good order; a second one does not ask. */
function passOnSignals(child: ChildProcess): () => void {
  let heard = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    heard += 1;
    // A terminal sends SIGINT to both processes.
    if (heard > 1) child.kill('SIGKILL');
    else if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}

type WatchEnd =
  { readonly kind: 'exit'; readonly code: number } | { readonly kind: 'silence'; readonly scenario: string };

function watch(child: ChildProcess, patienceMs: (scenario: string) => number): Promise<WatchEnd> {
  return new Promise((resolve, reject) => {
    let scenario = '';
    let heard = performance.now();
    let isSilent = false;
    const timer = setInterval(() => {
      // After the last scenario there is no target to wait for.
      if (!child.connected || performance.now() - heard < patienceMs(scenario)) return;
      isSilent = true;
      child.kill('SIGKILL');
    }, BEAT_MS);
    child.on('message', (message: { readonly scenario?: string }) => {
      heard = performance.now();
      scenario = message.scenario ?? scenario;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      clearInterval(timer);
      resolve(isSilent ? { kind: 'silence', scenario } : { kind: 'exit', code: code ?? EXIT.targetFailed });
    });
  });
}

/** Ends the stream of a run that was killed, and writes the reports of what it finished. */
async function closeRun(out: string, scenario: string, patienceSeconds: number): Promise<number> {
  const where = scenario === '' ? 'before the first scenario' : `in ${scenario}`;
  const stopped = `the target did not return for ${patienceSeconds} s, ${where}, and was killed`;
  process.stderr.write(`nicspec: ${stopped}\n`);
  if (!existsSync(join(out, RECORDS_FILE))) return EXIT.targetFailed;
  const kept = readRecords(out);
  const durationMs = kept.reduce((sum, record) => sum + (record.kind === 'scenario' ? record.durationMs : 0), 0);
  const records: RunRecord[] = [...kept, { kind: 'run-end', durationMs, stopped }];
  openRecordFile(out, records).close();
  print(renderPretty(await writeReports(out, records), out));
  return EXIT.targetFailed;
}
