/** The shell at a terminal: editing of lines, jobs, and keys that send signals. script(1) makes the terminal. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../runner/project.js';
import { findProgram } from '../targets/lab/program.js';
import { findCompiler } from './shimLibrary.js';

const missing =
  process.platform === 'linux' ? ['bash', 'script'].filter((name) => findProgram(name) === undefined) : [];
const compiler = process.platform === 'linux' ? findCompiler() : undefined;
const why =
  process.platform !== 'linux'
    ? 'nicspec shell runs on Linux alone'
    : compiler === undefined
      ? 'there is no C compiler'
      : missing.length > 0
        ? `${missing.join(', ')} is not installed`
        : undefined;
if (why !== undefined) process.stderr.write(`the tests of the shell at a terminal are skipped: ${why}\n`);

const home = mkdtempSync(join(tmpdir(), 'nicspec-terminal-test-'));
writeFileSync(join(home, '.inputrc'), 'set enable-bracketed-paste off\n');
afterAll(() => rmSync(home, { recursive: true, force: true }));

const CTRL_C = '\x03';
const CTRL_Z = '\x1a';
const RUBOUT = '\x7f';
const UP = '\x1b[A';
const WAIT_MS = 20_000;

/** A terminal with a shell of the reference in it. */
class Terminal {
  readonly #child: ChildProcessWithoutNullStreams;
  #seen = '';
  #read = 0;
  readonly ended: Promise<number>;

  constructor() {
    const command = `'${process.execPath}' '${join(PROJECT_ROOT, 'bin', 'nicspec.js')}' shell`;
    const env = {
      ...process.env,
      HOME: home,
      SHELL: '/bin/bash',
      TERM: 'xterm',
      LC_ALL: 'C',
      INPUTRC: join(home, '.inputrc'),
    };
    this.#child = spawn('script', ['-qec', command, '/dev/null'], { env });
    this.#child.stdout.on('data', (chunk: Buffer) => (this.#seen += chunk.toString()));
    this.ended = new Promise((resolve) => this.#child.once('close', (code) => resolve(code ?? -1)));
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Waits until what comes next has this in it. */
  async sees(pattern: RegExp): Promise<string> {
    for (let waited = 0; waited < WAIT_MS; waited += 10) {
      const found = pattern.exec(this.#seen.slice(this.#read));
      if (found !== null) {
        this.#read += found.index + found[0].length;
        return found[0];
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${String(pattern)} was not seen in ${JSON.stringify(this.#seen.slice(this.#read))}`);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

describe.skipIf(why !== undefined)('nicspec shell at a terminal', () => {
  let terminal: Terminal | undefined;
  afterEach(() => terminal?.kill());
  const PROMPT = /\[reference\] \S+ [$#] /;

  it('edits lines, keeps jobs, and gives Ctrl-C and Ctrl-Z to the command', { timeout: 4 * WAIT_MS }, async () => {
    terminal = new Terminal();
    await terminal.sees(/ip, bridge, tc, ethtool and devlink speak to reference now/);
    await terminal.sees(PROMPT);
    terminal.type(`echo on${RUBOUT}f-sight\r`);
    await terminal.sees(/\nof-sight\r\n/);
    await terminal.sees(PROMPT);
    terminal.type(`${UP}\r`);
    await terminal.sees(/\nof-sight\r\n/);
    await terminal.sees(PROMPT);
    terminal.type('sleep 60\r');
    await terminal.sees(/sleep 60\r\n/);
    terminal.type(CTRL_C);
    await terminal.sees(PROMPT);
    terminal.type('echo "code $?"\r');
    await terminal.sees(/\ncode 130\r\n/);
    await terminal.sees(PROMPT);
    terminal.type('sleep 61\r');
    await terminal.sees(/sleep 61\r\n/);
    terminal.type(CTRL_Z);
    await terminal.sees(/Stopped\s+sleep 61/);
    await terminal.sees(PROMPT);
    terminal.type('bg; kill %1; wait; jobs\r');
    await terminal.sees(/Terminated\s+sleep 61/);
    await terminal.sees(PROMPT);
    terminal.type('exit 7\r');
    expect(await terminal.ended).toBe(7);
  });

  it(
    'stops a tool that listens, and the next one speaks to the same machine',
    { timeout: 4 * WAIT_MS },
    async ({ skip }) => {
      if (findProgram('ip') === undefined) skip('ip is not installed');
      terminal = new Terminal();
      await terminal.sees(PROMPT);
      terminal.type('ip link set sw1p1 mtu 1400; ip monitor link & sleep 0.3; ip link set sw1p1 mtu 1300; sleep 0.3\r');
      await terminal.sees(/sw1p1: .* mtu 1300/);
      await terminal.sees(PROMPT);
      terminal.type('fg\r');
      await terminal.sees(/ip monitor link/);
      terminal.type(CTRL_C);
      await terminal.sees(PROMPT);
      terminal.type('cat /sys/class/net/sw1p1/mtu; exit\r');
      await terminal.sees(/\n1300\r\n/);
      expect(await terminal.ended).toBe(0);
    },
  );
});
