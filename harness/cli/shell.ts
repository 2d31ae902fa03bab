/** `nicspec shell`: a shell, or a command, whose networking is a target's. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { constants } from 'node:os';
import { TargetFault, type TargetDescription } from '../contract/index.js';
import { EXIT } from '../runner/judgeRun.js';
import { UsageError } from '../runner/usage.js';
import { giveNamesBack } from '../shell/portNames.js';
import { whyNotRedirected } from '../shell/programs.js';
import { shimLibrary } from '../shell/shimLibrary.js';
import { ShellServer } from '../shell/shellServer.js';
import { openToolLog } from '../shell/toolLog.js';
import { WallClock, type ShellClock } from '../shell/wallClock.js';
import { openTarget } from '../targets/index.js';
import { RecordingTarget } from '../targets/recording.js';
import { nameSwitchPorts } from '../targets/switchPortNames.js';

export interface ShellFlags {
  readonly target: string;
  readonly seed: number;
  readonly clock: ShellClock;
  readonly log?: string;
  readonly serve?: string;
  readonly join?: string;
}

const say = (text: string): void => void process.stderr.write(`nicspec shell: ${text}\n`);

/** A target may be slow in one call; a tool that waits is better off than one that is told of a fault. */
const CALL_LIMIT_MS = 60_000;

/** Answers the exit code of the command; 3 if the target was lost, or the shell cannot be had here. */
export async function shellCommand(command: readonly string[], flags: ShellFlags): Promise<number> {
  const { join: joined, serve } = flags;
  if (process.platform !== 'linux')
    throw new TargetFault('nicspec shell redirects programs of Linux, and runs there alone');
  if (joined !== undefined && serve !== undefined) throw new UsageError('--serve and --join exclude each other');
  if (serve !== undefined && command.length > 0) throw new UsageError('--serve runs no command; others --join it');
  const why = command[0] === undefined ? undefined : whyNotRedirected(command[0]);
  if (why !== undefined) throw new TargetFault(`${why}: it would speak to this machine's own kernel`);
  const library = await shimLibrary();
  if (joined !== undefined) {
    if (!existsSync(joined)) throw new UsageError(`--join ${joined}: no shell is served there`);
    return runInside(command, { socket: resolve(joined), library, name: joined });
  }
  return withServer(flags, (name, socket) =>
    serve === undefined ? runInside(command, { socket, library, name }) : untilTold(socket),
  );
}

async function withServer(
  flags: ShellFlags,
  inside: (name: string, socket: string) => Promise<number>,
): Promise<number> {
  const { target: name, seed, clock, log: logPath, serve } = flags;
  const log = openToolLog(logPath);
  const target = new RecordingTarget(await openTarget(name, { seed }), { callLimitMs: CALL_LIMIT_MS });
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-shell-'));
  try {
    const description = await target.describe();
    await nameSwitchPorts(target);
    const socket = serve === undefined ? join(folder, 'kernel') : resolve(serve);
    const server = new ShellServer({
      target,
      clock: new WallClock(target, description.clock, clock),
      log,
      socket,
      lost: (reason) => say(`the target is lost, and every tool gets ENETDOWN from now on: ${reason}`),
    });
    try {
      if (process.stdin.isTTY && serve === undefined) say(banner(description));
      const code = await inside(name, socket);
      return server.lost === undefined ? code : EXIT.targetFailed;
    } finally {
      await server.close();
      if (server.lost === undefined) await giveNamesBack(target, description.ports);
      if (serve !== undefined) rmSync(socket, { force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await target.close();
  }
}

/** What is inside. */
function banner({ name, identity, ports }: TargetDescription): string {
  const { kernel, device } = identity;
  const list = ports.map(({ port, netDevice }) => `${netDevice} (${port})`).join(', ');
  return [
    `ip, bridge, tc, ethtool and devlink speak to ${name} now: kernel ${kernel.name} ${kernel.release},`,
    `  ${device.vendor} ${device.model} with the driver ${device.driver}; ports ${list}. Everything else is this machine's. exit leaves.`,
  ].join('\n');
}

interface Inside {
  readonly socket: string;
  readonly library: string;
  /** For the prompt. */
  readonly name: string;
}

/** Runs the command, or the user's shell; answers its exit code, 128 and the signal's number where one ended it. */
function runInside(command: readonly string[], inside: Inside): Promise<number> {
  const shell = process.env['SHELL'] ?? '/bin/sh';
  const prompt = promptOf(shell, inside);
  const [program = shell, ...args] = command.length > 0 ? command : [shell, ...prompt.args];
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: { ...process.env, ...prompt.environment, ...environmentOf(inside) },
  });
  // The terminal tells both of us of a Ctrl-C; it is meant for the command.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore).on('SIGQUIT', ignore);
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGTERM', forward).on('SIGHUP', forward);
  return new Promise<number>((done, fail) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      fail(new UsageError(`${program} cannot be started: ${error.code ?? error.message}`)),
    );
    child.once('exit', (code, signal) => done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  }).finally(() => {
    process.off('SIGINT', ignore).off('SIGQUIT', ignore).off('SIGTERM', forward).off('SIGHUP', forward);
    prompt.done();
  });
}

function environmentOf({ socket, library, name }: Inside): NodeJS.ProcessEnv {
  const preload = process.env['LD_PRELOAD'];
  return {
    // Tools of the administrator are not on everybody's path.
    PATH: `${process.env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`,
    LD_PRELOAD: preload === undefined || preload === '' ? library : `${library}:${preload}`,
    NICSPEC_SHELL: name,
    NICSPEC_SHELL_SOCKET: socket,
  };
}

interface Prompt {
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly done: () => void;
}

/** bash takes no prompt from its environment where the user's own file sets one. */
function promptOf(shell: string, { name }: Inside): Prompt {
  const prompt = `[${name.replaceAll(/[\\$`"']/g, '_')}] \\w \\$ `;
  if (basename(shell) !== 'bash')
    return { args: [], environment: { PS1: `[${name}] $ `, PROMPT: `[${name}] %~ %# ` }, done: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-prompt-'));
  const file = join(folder, 'bashrc');
  const own = join(homedir(), '.bashrc');
  writeFileSync(file, `[ -f '${own}' ] && . '${own}'\nPS1='${prompt}'\n`);
  return { args: ['--rcfile', file], environment: {}, done: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Until the first signal. */
function untilTold(socket: string): Promise<number> {
  say(`serving; nicspec shell --join ${socket} -- COMMAND`);
  return new Promise((done) => {
    process.once('SIGINT', () => done(EXIT.conforms)).once('SIGTERM', () => done(EXIT.conforms));
  });
}
