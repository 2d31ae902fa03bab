/** `--parallel N`: N processes, each with a shard, and their records put together. */
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../runner/judgeRun.js';
import { mergeRuns } from '../runner/merge.js';
import { NICSPEC_SUITE, PROJECT_ROOT } from '../runner/project.js';
import { RECORDS_FILE } from '../runner/recordFile.js';
import { defaultProfile } from '../runner/repeatCommand.js';
import type { RunRecord } from '../runner/records.js';
import { loadSpec } from '../runner/spec.js';
import { UsageError } from '../runner/usage.js';
import type { RunFlags } from './runOptions.js';

/**
 * Runs every shard in a folder of its own below `out`, and merges them there.
 * @throws UsageError with what a shard said, if it was used wrongly.
 */
export async function runShards(flags: RunFlags, out: string): Promise<readonly RunRecord[]> {
  const shards = Array.from({ length: flags.parallel }, (_, index) => ({
    folder: join(out, 'shards', String(index + 1)),
    name: `${index + 1}/${flags.parallel}`,
  }));
  const ends = await Promise.all(shards.map(({ folder, name }) => runShard(flags, folder, name)));
  const wrong = ends.find(({ code }) => code === EXIT.wrongUse);
  if (wrong !== undefined) throw new UsageError(wrong.complaint.replace(/^nicspec: /, '').trim());
  const silent = shards.findIndex(({ folder }) => !existsSync(join(folder, RECORDS_FILE)));
  if (silent >= 0) throw new Error(`shard ${silent + 1} left no records: ${ends[silent]?.complaint ?? ''}`);
  const { requirements } = await loadSpec(NICSPEC_SUITE.spec);
  const records = mergeRuns(
    shards.map(({ folder }) => folder),
    out,
    { order: requirements.map(({ id }) => id), isPartial: true },
  );
  rmSync(join(out, 'shards'), { recursive: true, force: true });
  return records;
}

interface ShardEnd {
  readonly code: number;
  readonly complaint: string;
}

function runShard(flags: RunFlags, folder: string, shard: string): Promise<ShardEnd> {
  const {
    target,
    profile = defaultProfile(target),
    tags = '',
    seed,
    runs,
    path,
    replayPath,
    only = [],
    limit = [],
    resume,
  } = flags;
  const words = [join(PROJECT_ROOT, 'bin', 'nicspec.js'), 'run', '--shard', shard, '--out', folder, '--format', 'ktap'];
  words.push('--target', target, '--profile', profile, '--seed', String(seed), '--runs', String(runs));
  for (const name of only) words.push('--only', name);
  for (const text of limit) words.push('--limit', text);
  if (tags !== '') words.push('--tags', tags);
  if (path !== undefined) words.push('--path', path);
  if (replayPath !== undefined) words.push('--replay-path', replayPath);
  if (resume === true && existsSync(join(folder, RECORDS_FILE))) words.push('--resume');
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: unknown) => (complaint += String(chunk)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? EXIT.targetFailed, complaint }));
  });
}
