/**
 * Ports of this machine that a run has taken. How they were is written to a file before anything is changed, so that whoever finds the
 * file without its run can put them back: the guard of the run, or the next run.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EthtoolClient } from '../../../reference-impl/netlink/ethtoolClient.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { numberIn, textIn } from '../../../reference-impl/netlink/schema.js';
import { hex } from '../../../reference-impl/packet/bytes.js';
import { TargetFault, type IfIndex, type NetDeviceName } from '../../contract/index.js';
import { PORT_SETTINGS, differ, type PortAccess, type State } from '../driver/portState.js';
import { HostChannels } from './hostChannels.js';
import { LinuxNetlinkSocket } from './netlinkSocket.js';
import type { NetNamespace } from './netNamespace.js';
import { makeUseAgain, obstacleOf, useOf, type PortUse } from './portUse.js';

/** Gone when the machine restarts, as everything is that it tells how to put back. */
const FOLDER = '/run/nicspec/ports';

export interface BorrowedPort {
  readonly netDevice: NetDeviceName;
  readonly ifIndex: number;
  /** By aspect; bytes as `hex:…`. */
  readonly settings: Readonly<Record<string, Record<string, string | number | boolean>>>;
  readonly use: PortUse;
}

export interface Borrowing {
  /** The run, as the kernel tells processes apart: a number is used again, with another start. */
  readonly owner: { readonly pid: number; readonly started: string };
  /** The namespace that the ports belong to. */
  readonly home: number;
  readonly ports: readonly BorrowedPort[];
}

/** How the port is now. Throws TargetFault if there is none of this name. */
export async function describePort(home: NetNamespace, netDevice: NetDeviceName): Promise<BorrowedPort> {
  const channels = new HostChannels(home);
  try {
    const { access, link } = await accessTo(channels, netDevice);
    const settings: Record<string, Record<string, string | number | boolean>> = {};
    for (const aspect of PORT_SETTINGS) {
      const state = await aspect.read(access);
      if (state !== null) settings[aspect.name] = toText(state);
    }
    return { netDevice, ifIndex: access.ifIndex, settings, use: await useOf(access.route, access.ifIndex, link) };
  } finally {
    await channels.close();
  }
}

async function accessTo(
  channels: HostChannels,
  netDevice: NetDeviceName,
): Promise<{ readonly access: PortAccess; readonly link: Parameters<typeof useOf>[2] }> {
  const route = await RouteClient.open((protocol) => channels.netlink(protocol));
  const link = await route.link(netDevice);
  if (!link.ok) throw new TargetFault(`no net device is called ${netDevice}; there are: ${await namesOf(route)}`);
  const ifIndex = (numberIn(link.value.header, 'ifi_index') ?? 0) as IfIndex;
  const ethtool = await EthtoolClient.open((protocol) => channels.netlink(protocol));
  return { access: { channels, netDevice, ifIndex, route, ethtool }, link: link.value };
}

async function namesOf(route: RouteClient): Promise<string> {
  const links = await route.links();
  return links.ok ? links.value.map(({ values }) => textIn(values, 'IFLA_IFNAME') ?? '?').join(', ') : 'none';
}

/** @throws TargetFault where a port is in use, unless that was allowed. */
export function refuseUsedPorts(ports: readonly BorrowedPort[], force: boolean): void {
  if (force) return;
  const obstacles = ports.map(({ netDevice, use }) => obstacleOf(netDevice, use)).filter((each) => each !== null);
  if (obstacles.length === 0) return;
  throw new TargetFault(
    `${obstacles.join('; ')}: nothing was changed. Name other ports, or add ",force" to take them and put it all back after the run`,
  );
}

/** @throws TargetFault if another run has one of the ports. */
export function refuseBorrowedPorts(home: NetNamespace, names: readonly NetDeviceName[]): void {
  for (const { path, borrowing } of borrowings(home)) {
    const both = borrowing.ports.find(({ netDevice }) => names.includes(netDevice));
    if (both === undefined) continue;
    throw new TargetFault(`${both.netDevice} is used by another run, process ${borrowing.owner.pid} (${path})`);
  }
}

/** Writes the file, and answers its path. */
export function recordBorrowing(home: NetNamespace, ports: readonly BorrowedPort[]): string {
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  const path = join(FOLDER, `${process.pid}.json`);
  const borrowing: Borrowing = {
    owner: { pid: process.pid, started: startOf(process.pid) ?? '' },
    home: home.inode,
    ports,
  };
  writeFileSync(path, JSON.stringify(borrowing, null, 2), { mode: 0o600 });
  return path;
}

export const readBorrowing = (path: string): Borrowing =>
  // Written by recordBorrowing alone, into a folder of root's.
  JSON.parse(readFileSync(path, 'utf8')) as Borrowing;

/** The files of runs that are over and did not put back what they took from this namespace. */
export function leftBehind(home: NetNamespace): readonly string[] {
  return borrowings(home)
    .filter(({ borrowing: { owner } }) => startOf(owner.pid) !== owner.started)
    .map(({ path }) => path);
}

function borrowings(home: NetNamespace): readonly { readonly path: string; readonly borrowing: Borrowing }[] {
  return filesIn(FOLDER)
    .map((name) => join(FOLDER, name))
    .map((path) => ({ path, borrowing: readBorrowing(path) }))
    .filter(({ borrowing }) => borrowing.home === home.inode);
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

/** Field 22 of /proc/PID/stat; undefined if there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/**
 * Brings the ports home, gives them their settings and their use, and removes the file.
 * @returns what could not be put back; the file stays then.
 */
export async function putBack(path: string, home: NetNamespace, away: NetNamespace | null): Promise<readonly string[]> {
  const { ports } = readBorrowing(path);
  const failures: string[] = [];
  for (const port of ports) {
    const failed = await putPortBack(port, home, away).catch((error: unknown) => [String(error)]);
    failures.push(...failed.map((what) => `${port.netDevice}: ${what}`));
  }
  if (failures.length === 0) rmSync(path, { force: true });
  return failures;
}

async function putPortBack(
  port: BorrowedPort,
  home: NetNamespace,
  away: NetNamespace | null,
): Promise<readonly string[]> {
  if (away !== null) await movePort(away, port.netDevice, home);
  const channels = new HostChannels(home);
  try {
    const { access } = await accessTo(channels, port.netDevice);
    const failures: string[] = [];
    for (const aspect of PORT_SETTINGS) {
      const was = port.settings[aspect.name];
      const now = was === undefined ? null : await aspect.read(access);
      if (was === undefined || now === null) continue;
      const state = fromText(was);
      if (differ(aspect, state, now)) {
        await aspect
          .restore(access, state, now)
          .catch((error: unknown) => failures.push(`${aspect.name}: ${String(error)}`));
      }
    }
    return [...failures, ...(await makeUseAgain(access.route, access.ifIndex, port.use))];
  } finally {
    await channels.close();
  }
}

/** Into another namespace; where the port is not in this one, nothing is done. */
export async function movePort(from: NetNamespace, netDevice: NetDeviceName, to: NetNamespace): Promise<void> {
  const route = await RouteClient.open(async (protocol) => new LinuxNetlinkSocket(from, protocol));
  try {
    const link = await route.link(netDevice);
    if (!link.ok) return;
    const moved = await route.setLink(numberIn(link.value.header, 'ifi_index') ?? 0, { IFLA_NET_NS_FD: to.fd });
    if (moved.ok) return;
    const { errnoName, message } = moved.error;
    throw new TargetFault(`${netDevice} cannot be moved to another network namespace: ${message ?? errnoName}`);
  } finally {
    await route.client.socket.close();
  }
}

const BYTES = 'hex:';

const toText = (state: State): Record<string, string | number | boolean> =>
  Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name, value instanceof Uint8Array ? `${BYTES}${hex(value)}` : value]),
  );

const fromText = (state: Readonly<Record<string, string | number | boolean>>): State =>
  Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      typeof value === 'string' && value.startsWith(BYTES)
        ? new Uint8Array(Buffer.from(value.slice(BYTES.length), 'hex'))
        : value,
    ]),
  );
