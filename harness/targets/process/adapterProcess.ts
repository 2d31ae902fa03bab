/** A process that is watched: what it uses, what it says to standard error, and that nothing of it is left when it is to end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AdapterLimits } from './adapterLimits.js';

/** Bytes of standard error that are kept: the last ones. */
const STDERR_TAIL = 64 * 1024;
/** How long a process that was asked to end may take, each time it is asked. */
const GRACE_MS = 1000;
const WATCH_MS = 200;
/** In the environment of the process and of whatever it starts, however far that goes away. */
const MARK = 'NICSPEC_ADAPTER';
const PAGE = 4096;

export class AdapterProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** How it ended, in words. */
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;
  readonly #mark: string;
  readonly #limits: AdapterLimits;
  readonly #watch: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #stderr: Buffer = Buffer.alloc(0);
  #stderrBytes = 0;
  #isRunning = true;

  /** Starts `command` in a shell. `exceeded` is told once of a limit that it goes beyond. */
  constructor(command: string, folder: string, limits: AdapterLimits, exceeded: (what: string) => void) {
    this.#limits = limits;
    this.#mark = randomUUID();
    // A process group of its own: Ctrl-C is the harness's to handle.
    const child = spawn('/bin/sh', ['-c', command], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, [MARK]: this.#mark },
    });
    this.#child = child;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderrBytes += chunk.length;
      this.#stderr = Buffer.concat([this.#stderr, chunk]).subarray(-STDERR_TAIL);
    });
    this.exited = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#isRunning = false;
        resolve(how);
      };
      child.once('error', (error) => end(`it cannot be started: ${error.message}`));
      child.once('exit', (code, signal) => end(endingOf(code, signal)));
    });
    this.#watch = setInterval(() => {
      const what = this.#beyond();
      if (what === null) return;
      clearInterval(this.#watch);
      exceeded(what);
    }, WATCH_MS);
    this.#watch.unref();
    process.once('exit', this.#killAll);
  }

  /** The last of what it wrote to standard error. */
  get stderr(): string {
    return this.#stderr.toString('utf8');
  }

  /** How it ended, if it does so within a moment; null while it runs. */
  async told(): Promise<string | null> {
    return Promise.race([this.exited, sleep(GRACE_MS, null, { ref: false })]);
  }

  /** Its input is closed, and it may end by itself; then it is asked, then killed, and all that it started with it. */
  async end(): Promise<void> {
    this.stdin.end();
    if (this.#isRunning && (await this.told()) === null) {
      this.#signal('SIGTERM');
      await this.told();
    }
    await this.kill();
  }

  /** At once, with all that it started. */
  async kill(): Promise<void> {
    clearInterval(this.#watch);
    process.off('exit', this.#killAll);
    this.#killAll();
    this.stdin.destroy();
    this.stdout.destroy();
    this.#child.stderr?.destroy();
    await this.told();
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid !== undefined) send(-this.#child.pid, signal);
  }

  readonly #killAll = (): void => {
    this.#signal('SIGKILL');
    // What has left the group, as a daemon does, still has the mark. What it starts meanwhile is seen the next time.
    for (let round = 0; round < 5; round++) {
      const left = marked(this.#mark);
      if (left.length === 0) return;
      for (const pid of left) send(pid, 'SIGKILL');
    }
  };

  #beyond(): string | null {
    const { totalMs, memoryBytes, stderrBytes } = this.#limits;
    if (performance.now() - this.#startedAt > totalMs) return `it ran longer than ${totalMs} ms`;
    if (this.#stderrBytes > stderrBytes) return `it wrote more than ${stderrBytes} bytes to standard error`;
    const used = marked(this.#mark).reduce((sum, pid) => sum + residentBytes(pid), 0);
    return used > memoryBytes ? `it uses ${used} bytes of memory, and may use ${memoryBytes}` : null;
  }
}

/** A shell turns the signal that ended its command into an exit code. */
function endingOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `it was ended by ${signal}`;
  const [name] = Object.entries(constants.signals).find(([, number]) => 128 + number === code) ?? [];
  return `it ended with exit code ${code ?? 0}${name === undefined ? '' : `, which is ${name}`}`;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}

/** Processes that have the mark in their environment. None where there is no /proc: there the process group has to do. */
function marked(mark: string): number[] {
  const wanted = `${MARK}=${mark}`;
  return numbersIn('/proc').filter((pid) => pid !== process.pid && textOf(`/proc/${pid}/environ`).includes(wanted));
}

const residentBytes = (pid: number): number => PAGE * Number(textOf(`/proc/${pid}/statm`).split(' ')[1] ?? 0);

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // It ended meanwhile, or is somebody else's.
    return '';
  }
}
