/**
 * The process that puts the ports of a run back: at its end, and also if it is killed. It waits on a pipe from the run, which the
 * kernel closes however the run ends, and holds the namespace of the ports, so that they are in it until then.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { TargetFault } from '../../contract/index.js';
import { PROJECT_ROOT } from '../../runner/project.js';
import { putBack } from './borrowedPorts.js';
import { NetNamespace } from './netNamespace.js';

/** The subcommand of `nicspec` that runs a guard. */
export const GUARD_COMMAND = 'guard-ports';
const NAMESPACE_FD = 3;
const READY = 'guarding\n';

export interface PortGuard {
  /** Puts the ports back. Throws TargetFault with what could not be put back. */
  release(): Promise<void>;
}

/** Returns when the guard stands: nothing may be changed before. */
export async function startGuard(record: string, away: NetNamespace): Promise<PortGuard> {
  const program = join(PROJECT_ROOT, 'bin', 'nicspec.js');
  // A session of its own: Ctrl-C on the terminal is not meant for it.
  const child = spawn(process.execPath, [program, GUARD_COMMAND, record], {
    stdio: ['pipe', 'pipe', 'pipe', away.fd],
    detached: true,
  });
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('the guard was started without pipes');
  let said = '';
  stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const ready = once(stdout, 'data');
  await Promise.race([ready, ended]);
  if (child.exitCode !== null) throw new TargetFault(`the guard of the ports does not start: ${said.trim()}`);
  child.unref();
  return {
    async release() {
      stdin.end();
      const [code] = await ended;
      if (code !== 0) throw new TargetFault(`not everything was put back (${record}): ${said.trim()}`);
    },
  };
}

/** The guard itself: answers its exit code. */
export async function guardPorts(record: string): Promise<number> {
  const away = NetNamespace.held(NAMESPACE_FD);
  process.stdout.write(READY);
  // Whoever reads what is said may be gone.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.stdin.resume();
  await once(process.stdin, 'close');
  const failures = await putBack(record, NetNamespace.own(), away);
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  return failures.length === 0 ? 0 : 1;
}
