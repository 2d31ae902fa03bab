import { join, resolve } from 'node:path';
import { writeReports } from '../report/index.js';
import { renderJson } from '../report/json.js';
import { exitCodeOf } from '../runner/judgeRun.js';
import type { RunRecord } from '../runner/records.js';
import type { Results } from '../runner/results.js';
import { defaultProfile } from '../runner/repeatCommand.js';
import { run, type RunHandle, type RunOptions, type RunProgress } from '../runner/run.js';
import { UsageError } from '../runner/usage.js';
import { parseTargetName, targetFolderName } from '../targets/index.js';
import { parseLimits } from '../targets/process/limitOptions.js';
import type { RunFlags } from './runOptions.js';
import { renderPretty } from './pretty.js';
import { startProgress } from './progress.js';
import { isSupervised, reportLife, reportScenario, supervise } from './supervisor.js';

/** `nicspec run`: answers the exit code. */
export async function runCommand(flags: RunFlags): Promise<number> {
  const { kind } = parseTargetName(flags.target);
  const out = resolve(flags.out ?? join('reports', targetFolderName(flags.target)));
  if (kind === 'module' && flags.parallel === 1 && !isSupervised()) return supervise(flags.patience, out);
  const records = flags.parallel > 1 ? await runParallel(flags, out) : await runHere(flags, out);
  const results = await writeReports(out, records);
  process.stdout.write(await formatted(flags.format, results, out));
  return exitCodeOf(results);
}

async function runHere(flags: RunFlags, out: string): Promise<readonly RunRecord[]> {
  const progress = startProgress();
  const release: (() => void)[] = [];
  try {
    const onProgress = (now: RunProgress): void => progress.report(now);
    return await run({ ...optionsOf(flags, out), onProgress, onScenario: reportScenario }, (handle) => {
      release.push(stopOnSignals(handle), reportLife());
    });
  } finally {
    for (const undo of release) undo();
    progress.end();
  }
}

async function runParallel(flags: RunFlags, out: string): Promise<readonly RunRecord[]> {
  if (flags.shard !== undefined)
    throw new UsageError('--parallel and --shard exclude each other: --parallel makes shards itself');
  const { runShards } = await import('./shards.js');
  return runShards(flags, out);
}

function optionsOf(flags: RunFlags, out: string): RunOptions {
  const {
    target,
    profile = defaultProfile(target),
    only = [],
    tags = '',
    seed,
    runs,
    path,
    replayPath,
    shard,
    limit = [],
    resume = false,
  } = flags;
  if (path !== undefined && only.length === 0) throw new UsageError('--path belongs to one law: name it with --only');
  if (replayPath !== undefined && path === undefined) throw new UsageError('--replay-path goes with --path');
  return {
    target,
    profile,
    only,
    tags,
    seed,
    runs,
    shard: shard ?? null,
    limits: parseLimits(limit),
    out,
    resume,
    ...(path === undefined ? {} : { path }),
    ...(replayPath === undefined ? {} : { replayPath }),
  };
}

/** The first signal ends the run with its reports; a second one ends the process. */
function stopOnSignals(handle: RunHandle): () => void {
  const stop = (signal: NodeJS.Signals): void => handle.stop(`interrupted by ${signal}`);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return () => process.off('SIGINT', stop).off('SIGTERM', stop);
}

async function formatted(format: RunFlags['format'], results: Results, out: string): Promise<string> {
  switch (format) {
    case 'pretty':
      return `${renderPretty(results, out)}\n`;
    case 'json':
      return renderJson(results);
    case 'junit': {
      const { renderJunit } = await import('../report/junit.js');
      return renderJunit(results);
    }
    case 'ktap': {
      const { renderKtap } = await import('../report/ktap.js');
      return renderKtap(results);
    }
  }
}
