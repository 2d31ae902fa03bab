/** Filters at ports, and what becomes of packets that meet them. */
import { After, Given, Then, When, type DataTable } from '@cucumber/cucumber';
import type { Values } from '../../reference-impl/netlink/schema.js';
import type { FilterInfo, TrafficControlClient } from '../../reference-impl/netlink/trafficControlClient.js';
import type { Action } from '../properties/filterModel.js';
import type { Packet } from '../properties/packets.js';
import { expectThat } from './expectations.js';
import {
  actionOf,
  clearFilters,
  eachPacket,
  expectPackets,
  filterClient,
  filtersAt,
  prepareFilters,
  putFilter,
  sendPackets,
  sendPacketsFromHost,
  setTargetUp,
  tryFilter,
  type Side,
} from './filterControl.js';
import { actionsIn, modeIn, packetIn, ruleIn } from './filterWords.js';
import { accepted } from './settings.js';
import { bridgeAddress } from './switch.steps.js';
import { bridgeCalled, namesIn, portCalled, settled } from './switchPorts.js';
import type { NicWorld } from './world.js';

After(async function (this: NicWorld) {
  for (const name of ['filter client', 'traffic control listener']) {
    const client = this.notes.get(name) as Promise<TrafficControlClient> | TrafficControlClient | undefined;
    if (client !== undefined) await (await client).client.socket.close();
  }
});

const sideIn = (words: string): Side => (words === 'leave' ? 'egress' : 'ingress');

Given(/^there is room for filters at (p\d)$/, async function (this: NicWorld, port: string) {
  await prepareFilters(this, port);
});

Given(
  /^these filters where frames (come in|leave) at (p\d):$/,
  async function (this: NicWorld, where: string, port: string, table: DataTable) {
    for (const row of table.hashes())
      await putFilter(this, port, ruleIn(row), { side: sideIn(where), mode: modeIn(row['by']) });
    await settled(this);
  },
);

/** A filter that is put there, or is asked for, in one sentence. */
const FILTER = String.raw`filter (\d+) at (p\d) of (.+?) with the action (.+?)(?: by (the software|the hardware))?`;

When(
  new RegExp(`^${FILTER} is added$`),
  async function (this: NicWorld, priority: string, port: string, frames: string, action: string, by: string | null) {
    await putFilter(this, port, ruleIn({ priority, frames, action }), { mode: modeIn(by ?? undefined) });
    await settled(this);
  },
);

When(
  new RegExp(`^${FILTER} is asked for(?: where frames (leave))?$`),
  async function (
    this: NicWorld,
    priority: string,
    port: string,
    frames: string,
    action: string,
    by: string | null,
    where: string | null,
  ) {
    this.answer = await tryFilter(this, port, ruleIn({ priority, frames, action }), {
      mode: modeIn(by ?? undefined),
      side: sideIn(where ?? 'come in'),
    });
  },
);

/** The filter of this priority; scenarios have one each. */
export async function filterCalled(
  world: NicWorld,
  priority: string,
  port: string,
  side: Side = 'ingress',
): Promise<FilterInfo> {
  const filters = await filtersAt(world, port, side);
  const filter = filters.find((each) => each.priority === Number(priority));
  expectThat(filter !== undefined, `there is no filter ${priority} at ${port}`);
  return filter;
}

When(/^filter (\d+) at (p\d) is removed$/, async function (this: NicWorld, priority: string, port: string) {
  const { ifIndex, handle, protocol, kind, parent } = await filterCalled(this, priority, port);
  const client = await filterClient(this);
  const place = { ifIndex, parent, handle, protocol, priority: Number(priority), kind };
  accepted(await client.removeFilter(place), `removing filter ${priority}`);
  await settled(this);
});

When(
  /^filter (\d+) at (p\d) is given the action (.+)$/,
  async function (this: NicWorld, priority: string, port: string, action: string) {
    await changeActions(this, priority, port, actionsIn(action));
  },
);

/**
 * `tc filter replace`: the same filter, which does something else. Its keys are those that the kernel tells, unless they are given: the type
 * of a tag it does not tell.
 */
export async function changeActions(
  world: NicWorld,
  priority: string,
  port: string,
  actions: readonly Action[],
  given?: Values,
): Promise<void> {
  const { ifIndex, handle, protocol, kind, options, parent, chain } = await filterCalled(world, priority, port);
  for (const action of actions) if ('to' in action) await setTargetUp(world, action.to);
  const keys = Object.fromEntries(Object.entries(options).filter(([name]) => name.startsWith('TCA_FLOWER_KEY_')));
  const place = { ifIndex, parent, handle, protocol, priority: Number(priority), kind, chain };
  const request = { ...place, options: given ?? keys, actions: actions.map((action) => actionOf(world, action)) };
  accepted(await (await filterClient(world)).addFilter(request, 0), `changing filter ${priority}`);
  await settled(world);
}

When(/^the filters at (p\d) are cleared$/, async function (this: NicWorld, port: string) {
  await clearFilters(this, port);
  await settled(this);
});

const PACKETS = String.raw`from ([A-Z]) to ([A-Z]|broadcast|the bridge)((?:, [^,]+?)*)`;

When(
  new RegExp(`^(a packet|\\d+ packets) ${PACKETS} comes? in at (p\\d)$`),
  async function (this: NicWorld, count: string, from: string, to: string, words: string, port: string) {
    await sendPackets(this, port, await packetsIn(this, count, from, to, words));
  },
);

When(
  new RegExp(`^the host sends (a packet|\\d+ packets) ${PACKETS} (at p\\d|through the bridge)$`),
  async function (this: NicWorld, count: string, from: string, to: string, words: string, where: string) {
    const netDevice =
      where === 'through the bridge' ? bridgeCalled(this).name : portCalled(this, where.slice(3)).netDevice;
    await sendPacketsFromHost(this, netDevice, await packetsIn(this, count, from, to, words));
  },
);

/** What is sent to the address of the bridge itself has to go to the host, whoever forwards. */
async function packetsIn(world: NicWorld, count: string, from: string, to: string, words: string): Promise<Packet[]> {
  const address = to === 'the bridge' ? await bridgeAddress(world) : to;
  const packet = packetIn(from, address, words === '' ? null : words);
  return Array.from({ length: count === 'a packet' ? 1 : Number.parseInt(count) }, () => packet);
}

Then(
  /^the packets? leaves? at (p\d(?:(?:, | and )p\d)*|nowhere)(?: and nowhere else)?$/,
  async function (this: NicWorld, ports: string) {
    await expectPackets(this, eachPacket(this, namesIn(ports)));
  },
);

Then(
  /^the packet leaves at (p\d) twice, and at (p\d) once$/,
  async function (this: NicWorld, twice: string, once: string) {
    await expectPackets(this, eachPacket(this, [twice, twice, once]));
  },
);

Then(
  /^the host (gets|does not get) the packets? (?:from the bridge|at (p\d))$/,
  async function (this: NicWorld, gets: string, port: string | null) {
    const place = port === null ? bridgeCalled(this).name : portCalled(this, port).netDevice;
    await expectPackets(this, eachPacket(this, gets === 'gets' ? [place] : []), [place]);
  },
);
