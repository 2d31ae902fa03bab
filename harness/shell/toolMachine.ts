/** Machines on which the same tools are run for comparison: a target in a shell, or this machine's own kernel in a namespace. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../contract/index.js';
import { openTarget } from '../targets/index.js';
import { giveNamesBack } from './portNames.js';
import { shimLibrary } from './shimLibrary.js';
import { ShellServer } from './shellServer.js';
import { openToolLog } from './toolLog.js';
import { WallClock } from './wallClock.js';

export interface ToolResult {
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Four ports, p1 to p4, down, with addresses of their own and a cable each. */
export interface ToolMachine {
  readonly name: string;
  run(command: string): Promise<ToolResult>;
  /** Back to the four ports and nothing else. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export const PORT_COUNT = 4;
/** A tool that hangs is a failure of its own. */
const TOOL_MS = 20_000;

const portAddress = (number: number): string => `02:00:00:00:00:0${number}`;

function runTool(
  program: string,
  args: readonly string[],
  command: string,
  env: NodeJS.ProcessEnv,
): Promise<ToolResult> {
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: TOOL_MS, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const code = error?.code;
      const exitCode = error === null ? 0 : typeof code === 'number' ? code : 255;
      resolve({ command, stdout, stderr, exitCode });
    });
  });
}

/** After such a command a kernel looks at carriers, which takes it a moment: linkwatch, the monitor of an aggregate. */
const CHANGES_LINKS = /^ip link (add|set) .*\b(up|master|miimon)\b/;
const SETTLE_MS = 2000;
const LOOK_AGAIN_MS = 50;

/** Runs a command, and waits until every device that is up has its carrier, as long as that can take. */
async function runAndSettle(run: (command: string) => Promise<ToolResult>, command: string): Promise<ToolResult> {
  const result = await run(command);
  if (!CHANGES_LINKS.test(command) || result.exitCode !== 0) return result;
  const end = performance.now() + SETTLE_MS;
  while (performance.now() < end) {
    const { stdout } = await run('ip -br link show up');
    if (!/ (DOWN|UNKNOWN|LOWERLAYERDOWN) |NO-CARRIER/.test(stdout)) break;
    await sleep(LOOK_AGAIN_MS);
  }
  return result;
}

async function mustRun(machine: ToolMachine, commands: readonly string[]): Promise<void> {
  for (const command of commands) {
    const { exitCode, stderr } = await machine.run(command);
    if (exitCode !== 0) throw new Error(`${machine.name}: ${command}: exit code ${exitCode}: ${stderr}`);
  }
}

/** A target in a shell: the tools are redirected. */
export async function openShellMachine(targetName: string, folderName = tmpdir()): Promise<ToolMachine> {
  return shellMachineOn(await openTarget(targetName, { seed: 1 }), targetName, folderName);
}

/** The same of a target that is open, and is closed with it. */
export async function shellMachineOn(target: Target, targetName: string, folderName = tmpdir()): Promise<ToolMachine> {
  const library = await shimLibrary();
  const folder = mkdtempSync(join(folderName, 'nicspec-tools-'));
  const description = await target.describe();
  const socket = join(folder, 'kernel');
  const server = new ShellServer({
    target,
    clock: new WallClock(target, description.clock, 'wall'),
    log: openToolLog(undefined),
    socket,
    lost: () => undefined,
  });
  const env = { ...process.env, LC_ALL: 'C', LD_PRELOAD: library, NICSPEC_SHELL_SOCKET: socket };
  const ports = description.ports.slice(0, PORT_COUNT);
  const rename = async (names: readonly (readonly [from: string, to: string, address: string])[]): Promise<void> =>
    mustRun(
      machine,
      names.flatMap(([from, to, address]) => [
        `ip link set ${from} down`,
        `ip link set ${from} address ${address}`,
        `ip link set ${from} name ${to}`,
      ]),
    );
  const machine: ToolMachine = {
    name: targetName,
    run: (command) => runAndSettle((each) => runTool('sh', ['-c', each], each, env), command),
    reset: async () => {
      await giveNamesBack(target, ports);
      await target.reset();
      await rename(ports.map(({ netDevice }, index) => [netDevice, `p${index + 1}`, portAddress(index + 1)]));
    },
    close: async () => {
      await giveNamesBack(target, ports).catch(() => undefined);
      await server.close();
      await target.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return machine;
}

/** Two namespaces of this machine's kernel: one holds the ports, the other the far ends of their cables. Needs root. */
export async function openNamespaceMachine(): Promise<ToolMachine> {
  const [ports, ends] = [`nicspec-tools-${process.pid}`, `nicspec-ends-${process.pid}`];
  const env = { ...process.env, LC_ALL: 'C' };
  const run = (command: string): Promise<ToolResult> =>
    runAndSettle((each) => runTool('ip', ['netns', 'exec', ports, 'sh', '-c', each], each, env), command);
  const clear = async (): Promise<void> => {
    for (const name of [ports, ends]) await runTool('ip', ['netns', 'del', name], '', env);
  };
  const machine: ToolMachine = {
    name: 'this kernel',
    run,
    reset: async () => {
      await clear();
      const host = { ...machine, run: (command: string) => runTool('sh', ['-c', command], command, env) };
      await mustRun(host, [`ip netns add ${ports}`, `ip netns add ${ends}`]);
      // The far ends keep quiet: what they said by themselves would be learned.
      await host.run(`ip netns exec ${ends} sh -c 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6'`);
      for (let number = 1; number <= PORT_COUNT; number++) {
        await mustRun(machine, [
          `ip link add p${number} address ${portAddress(number)} type veth peer name q${number}`,
          `ip link set q${number} netns ${ends}`,
        ]);
        await mustRun(host, [`ip netns exec ${ends} ip link set q${number} up`]);
      }
    },
    close: clear,
  };
  return machine;
}
