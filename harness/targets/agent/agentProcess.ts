/** An agent that a command starts, and that speaks over its standard input and output. */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetFault } from '../../contract/index.js';
import { AgentConnection } from './connection.js';

/** How much of standard error is kept for a message. */
const TAIL = 2000;
/** An ssh that asks for a key, a container that starts. */
const HELLO_MS = 60_000;
const GRACE_MS = 2_000;

/**
 * Starts `command` in a shell and settles the versions with it.
 * @throws TargetFault, with what the command wrote to standard error, if it is no agent.
 */
export async function startAgentProcess(
  name: string,
  command: string,
): Promise<{ readonly connection: AgentConnection; close(): Promise<void> }> {
  // A process group of its own: what the shell starts ends with it, and Ctrl-C is the harness's to handle.
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const ending = new Ending(child);
  const { stdin, stdout } = child;
  const connection = await AgentConnection.open(stdout, stdin, {
    name,
    helloMs: HELLO_MS,
    postMortem: async () => ({ said: await ending.told() }),
  }).catch(async (error: unknown) => {
    await ending.end();
    throw error;
  });
  return {
    connection,
    close: async () => {
      connection.close();
      await ending.end();
    },
  };
}

class Ending {
  readonly #child: ChildProcess;
  readonly #exited: Promise<string>;
  #stderr = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk.toString()).slice(-TAIL)));
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(`it cannot be started: ${error.message}`));
      child.once('close', (code, signal) =>
        resolve(signal === null ? `it ended with exit code ${code ?? 0}` : `it was killed by ${signal}`),
      );
    });
    process.once('exit', this.#kill);
  }

  /** How it ended, and what it said last; empty while it runs. */
  async told(): Promise<string> {
    const how = await Promise.race([this.#exited, sleep(GRACE_MS, '')]);
    const said = this.#stderr.trim();
    return said === '' ? how : `${how}${how === '' ? '' : '; '}it said: ${said}`;
  }

  /** Its input was closed: it ends by itself, or is killed. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    const ended = await Promise.race([this.#exited, sleep(GRACE_MS, null)]);
    if (ended === null) this.#kill();
    process.off('exit', this.#kill);
  }

  readonly #kill = (): void => {
    const { pid } = this.#child;
    if (pid === undefined) throw new TargetFault('the agent was never started');
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  };
}
