/** Open vSwitch with its datapath in user space, as a peer: a bridge of it between two cables, in a network namespace of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeLinux } from '../harness/targets/linux/index.js';
import { createSpaces, VethCable } from '../harness/targets/linux/vethCable.js';
import { findProgram, runProgram } from '../harness/targets/lab/program.js';

const PROGRAMS = ['ovsdb-tool', 'ovsdb-server', 'ovs-vswitchd', 'ovs-vsctl'] as const;
const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';
const [START_MS, LOOK_AGAIN_MS] = [10_000, 20];

export interface OpenVswitch {
  readonly version: string;
  /** From the one to the other it forwards. */
  readonly cables: readonly [VethCable, VethCable];
  close(): Promise<void>;
}

/** Why it cannot be had here, or null. */
export function lacksOpenVswitch(): string | null {
  const missing = PROGRAMS.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0 || !existsSync(SCHEMA))
    return `${missing[0] ?? SCHEMA} is missing (sh scripts/install-extras.sh bench)`;
  const probe = probeLinux();
  return probe.ok ? null : probe.reason;
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + START_MS;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`Open vSwitch: no ${what} within ${START_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill();
  await exit;
}

/** Throws where it cannot be had: ask {@link lacksOpenVswitch} first. */
export async function openOpenVswitch(): Promise<OpenVswitch> {
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-ovs-'));
  const environment = { OVS_RUNDIR: folder, OVS_LOGDIR: folder, OVS_DBDIR: folder };
  const spaces = createSpaces();
  const children: ChildProcess[] = [];
  const cables: VethCable[] = [];
  const close = async (): Promise<void> => {
    for (const child of children.reverse()) await ended(child);
    for (const cable of cables) cable.close();
    spaces.host.close();
    spaces.wire.close();
    rmSync(folder, { recursive: true, force: true });
  };
  // A child is in the namespace that the thread is in at that moment.
  const start = (program: string, ...args: string[]): void => {
    const options = { stdio: 'ignore', env: { ...process.env, ...environment } } as const;
    children.push(spaces.host.inside(() => spawn(findProgram(program) ?? program, args, options)));
  };
  const socket = join(folder, 'db.sock');
  const ask = (...args: string[]): Promise<string> =>
    runProgram('ovs-vsctl', [`--db=unix:${socket}`, '--timeout=10', ...args], { environment });
  try {
    cables.push(await VethCable.create(spaces, 0), await VethCable.create(spaces, 1));
    const [first, second] = cables;
    if (first === undefined || second === undefined) throw new Error('two cables are needed');
    await runProgram('ovsdb-tool', ['create', join(folder, 'conf.db'), SCHEMA], { environment });
    start('ovsdb-server', join(folder, 'conf.db'), `--remote=punix:${socket}`, '--no-chdir');
    await until('database', () => existsSync(socket));
    await ask('--no-wait', 'init');
    start('ovs-vswitchd', `unix:${socket}`, '--no-chdir', `--pidfile=${join(folder, 'ovs-vswitchd.pid')}`);
    await until('switch', () => existsSync(join(folder, 'ovs-vswitchd.pid')));
    await ask('add-br', 'br0', '--', 'set', 'bridge', 'br0', 'datapath_type=netdev');
    for (const { devices } of cables) await ask('add-port', 'br0', devices.nic.name);
    const version = /\d+\.\d+\.\d+/.exec(await runProgram('ovs-vsctl', ['--version']))?.[0] ?? 'unknown';
    return { version, cables: [first, second], close };
  } catch (error) {
    await close();
    throw error;
  }
}
