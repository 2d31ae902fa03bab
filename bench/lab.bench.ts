/**
 * What a target behind a stream costs: the agent in a process of its own, and the guest of the lab. Medians of many calls, one after
 * the other; where the lab is not set up its rows are left out, and that is said.
 */
import { resolve } from 'node:path';
import { openAgentTarget } from '../harness/targets/agent/index.js';
import type { AgentConnection } from '../harness/targets/agent/connection.js';
import type { NetDeviceName, PortName, Target } from '../harness/contract/index.js';
import { LAB_DEVICES } from '../harness/targets/lab/devices.js';
import { openLabTarget } from '../harness/targets/lab/index.js';
import { LabMachine } from '../harness/targets/lab/labMachine.js';
import { missingForRun } from '../harness/targets/lab/setup.js';
import type { BenchRow } from './benchRow.js';

const NICSPEC = resolve(import.meta.dirname, '..', '..', 'bin', 'nicspec.js');
const CALLS = 300;
const WARM_UP = 50;

/** Milliseconds of the median call. */
async function median(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < CALLS + WARM_UP; count++) {
    const start = performance.now();
    await call();
    if (count >= WARM_UP) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[CALLS >> 1] ?? NaN;
}

const row = (name: string, ms: number, peer: string, peerMs: number): BenchRow => ({
  name: `${name}, ${ms.toFixed(2)} ms`,
  rate: 1 / ms,
  unit: 'k/s',
  peers: [{ name: peer, ratio: peerMs / ms }],
});

export async function labRows(): Promise<BenchRow[]> {
  const agent = await openAgentTarget(`${process.execPath} ${NICSPEC} agent --target reference`);
  const local = await median(() => agent.clock.now());
  await agent.close();
  const rows = [row('a call to an agent process', local, 'a millisecond', 1)];
  const missing = missingForRun();
  if (missing !== null) {
    console.log(`without the guest: ${missing}`);
    return rows;
  }
  const start = performance.now();
  const machine = await LabMachine.boot(LAB_DEVICES['e1000e']);
  const boot = performance.now() - start;
  const ping = await pingOf(machine.connection);
  await machine.close();
  rows.push(row('boot of the guest to its hello', boot, 'twenty seconds', 20_000));
  rows.push(row("a call to the guest's agent", ping, 'a call to an agent process', local));
  for (const name of ['e1000e', 'virtio-net'] as const) {
    const target = await openLabTarget(name);
    try {
      const { out, into } = await frameTimes(target);
      rows.push(row(`${name}: a frame from the host end to the cable`, out, "a call to the guest's agent", ping));
      rows.push(row(`${name}: a frame from the cable to the host end`, into, "a call to the guest's agent", ping));
    } finally {
      await target.close();
    }
  }
  return rows;
}

const pingOf = (connection: AgentConnection): Promise<number> => median(() => connection.call('ping'));

async function frameTimes(target: Target): Promise<{ readonly out: number; readonly into: number }> {
  const [port] = (await target.describe()).ports;
  const [host, wire] = [
    await target.host(port?.netDevice ?? ('eth0' as NetDeviceName)),
    await target.wire(port?.port ?? ('p0' as PortName)),
  ];
  const frame = { bytes: new Uint8Array(60).fill(0xff, 0, 6) };
  frame.bytes.set([0x88, 0xb5], 12);
  const out = await median(async () => {
    const arrived = wire.receive({ withinMs: 1000, count: 1 });
    await host.send([frame]);
    await arrived;
  });
  const into = await median(async () => {
    const arrived = host.receive({ withinMs: 1000, count: 1 });
    await wire.send([frame]);
    await arrived;
  });
  return { out, into };
}
