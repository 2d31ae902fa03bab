/** 500 operations of nettool in flight, against one at a time, and against a process of ethtool for each. */
import { spawn } from 'node:child_process';
import {
  NettoolSession,
  askDevice,
  subjectCalled,
  type Machine,
  type NetDeviceInfo,
} from '../reference-impl/nettool/index.js';
import type { Target } from '../harness/contract/index.js';
import { openTarget } from '../harness/targets/index.js';
import type { BenchRow } from './benchRow.js';

const OPERATIONS = 500;
/** A process takes milliseconds: fewer of them tell as much. */
const PROCESSES = 40;
const OWN = 'linux:host';
const ROUNDS = 5;
const WARM_UP = 3;
/** One at a time they take their time: fewer of them tell as much. */
const SINGLE = 100;
/** Of a machine on the other side of a network, one way. */
const LATENCY_MS = 2;

/** Operations a second, the median of some rounds. */
async function rateOf(operations: number, run: () => Promise<unknown>): Promise<number> {
  for (let round = 0; round < WARM_UP; round++) await run();
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await run();
    rates.push((1000 * operations) / (performance.now() - start));
  }
  return rates.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
}

function ethtool(device: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('ethtool', ['-k', device], { stdio: 'ignore' });
    child.once('error', () => resolve(false)).once('close', () => resolve(true));
  });
}

async function oneByOne(read: () => Promise<unknown>, times: number): Promise<void> {
  for (let index = 0; index < times; index++) await read();
}

/** The same machine, farther away. */
const remote = (target: Target): Machine => ({
  ethtoolIoctl: (netDevice, command) => target.ethtoolIoctl(netDevice, command),
  netlink: async (protocol) => {
    const socket = await target.netlink(protocol);
    return {
      ...socket,
      send: async (datagram: Uint8Array) => {
        await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
        return socket.send(datagram);
      },
    };
  },
});

async function rowsOn(name: string, target: Machine): Promise<BenchRow[]> {
  const session = new NettoolSession(target);
  const devices = await session.devices();
  const device: NetDeviceInfo | undefined = devices.ok ? devices.value[0] : undefined;
  const features = subjectCalled('features');
  if (device === undefined || features === undefined) return [];
  const read = (): Promise<unknown> => askDevice(session, features, device);
  const together = await rateOf(OPERATIONS, () => Promise.all(Array.from({ length: OPERATIONS }, read)));
  const peers = [{ name: 'one at a time', ratio: together / (await rateOf(SINGLE, () => oneByOne(read, SINGLE))) }];
  if (name === OWN && (await ethtool(device.name))) {
    const processes = await rateOf(PROCESSES, () => oneByOne(() => ethtool(device.name), PROCESSES));
    peers.push({ name: 'a process of ethtool each', ratio: together / processes });
  }
  await session.close();
  return [{ name: `${OPERATIONS} reads of features in flight, ${name}`, rate: together / 1000, unit: 'k/s', peers }];
}

/** A machine without Linux, or without koffi, has rows of the reference alone. */
export async function nettoolRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const name of [OWN, 'reference']) {
    const target = await openTarget(name, { seed: 1 }).catch(() => undefined);
    if (target === undefined) continue;
    rows.push(...(await rowsOn(name, target)));
    if (name !== OWN) rows.push(...(await rowsOn(`${name}, ${LATENCY_MS} ms away`, remote(target))));
    await target.close();
  }
  return rows;
}
