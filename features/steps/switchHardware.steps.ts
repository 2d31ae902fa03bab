/** What shows that hardware forwards below a bridge, and where its room ends. */
import { Given, Then, When } from '@cucumber/cucumber';
import { NTF_MASTER, NTF_OFFLOADED } from '../../reference-impl/netlink/constants.js';
import type { LinkStatistics64 } from '../../reference-impl/netlink/routeClient.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { arrivedAt, portCalled, sendInto, switched, watch } from './switchPorts.js';
import { entriesOf, stationAddress } from './switchTable.steps.js';
import type { NicWorld } from './world.js';

/** The table grows by so many entries between two looks at whether the last one is in hardware. */
const STEP = 1024;
const MOST_STATIONS = 8192;

Given('the table of the hardware is full', async function (this: NicWorld) {
  const bridges = await this.bridges();
  const { ifIndex } = portCalled(this, 'p1');
  for (let count = 0; count < MOST_STATIONS; count++) {
    const station = `station ${count}`;
    accepted(
      await bridges.addEntry({ address: stationAddress(this, station), ifIndex, flags: NTF_MASTER }),
      `putting ${station}`,
    );
    if (count % STEP !== STEP - 1) continue;
    const entries = await entriesOf(this, station);
    if (entries.some(({ flags }) => (flags & NTF_OFFLOADED) === 0)) return;
  }
  expectThat(false, `the hardware has room for ${MOST_STATIONS} stations`);
});

Then(/^it reaches ([A-Z]) at (p\d)$/, async function (this: NicWorld, _station: string, port: string) {
  const { sent } = switched(this);
  await watch(this, new Map([[port, sent.length]]));
  expectNumber(arrivedAt(this, port).length, sent.length, `the frames at ${port}`);
});

const counters = (world: NicWorld): Map<string, LinkStatistics64> =>
  world.note('counters of ports', () => new Map<string, LinkStatistics64>());

async function countersOf(world: NicWorld, port: string): Promise<LinkStatistics64> {
  const result = await (await world.route()).statistics(portCalled(world, port).ifIndex);
  return accepted(result, `reading the counters of ${port}`);
}

Given(/^the counters of (p\d) and (p\d) are noted$/, async function (this: NicWorld, first: string, second: string) {
  for (const port of [first, second]) counters(this).set(port, await countersOf(this, port));
});

When(
  /^(\d+) frames of (\d+) bytes from ([A-Z]) to ([A-Z]) come in at (p\d)$/,
  async function (this: NicWorld, count: string, length: string, from: string, to: string, port: string) {
    const frames = Array.from({ length: Number(count) }, () => ({ from, to, length: Number(length) }));
    await sendInto(this, port, frames);
    await watch(this, new Map());
  },
);

Then(
  /^(p\d) has (received|sent) (\d+) frames of (\d+) bytes more$/,
  async function (this: NicWorld, port: string, way: string, count: string, length: string) {
    const [before, after] = [counters(this).get(port), await countersOf(this, port)];
    expectThat(before !== undefined, `the counters of ${port} were not noted`);
    const [packets, bytes] =
      way === 'received' ? (['rx_packets', 'rx_bytes'] as const) : (['tx_packets', 'tx_bytes'] as const);
    expectNumber(after[packets] - before[packets], Number(count), `${packets} of ${port}`);
    expectNumber(after[bytes] - before[bytes], Number(count) * Number(length), `${bytes} of ${port}`);
  },
);
