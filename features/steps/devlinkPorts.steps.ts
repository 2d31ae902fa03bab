/** Ports of devlink, their net devices, and ports that are split into parts. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { NetDeviceName, PortName } from '../../harness/contract/index.js';
import { DEVLINK_CMD } from '../../reference-impl/netlink/families/devlink.js';
import { DEVLINK } from '../../reference-impl/netlink/families/devlinkAttributes.js';
import { encodeAttributes, textIn, nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import {
  ask,
  devlinkNotes,
  devlinkOf,
  handleValuesOf,
  indexOfPort,
  insist,
  instanceOf,
  ownPort,
  ownPorts,
  valueAt,
} from './devlinkControl.js';
import { stationFamily, stationFrame } from '../properties/stations.js';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

const netDeviceOf = (port: Values): string => textIn(port, 'DEVLINK_ATTR_PORT_NETDEV_NAME') ?? '';
const lanesOf = (port: Values): number => numberIn(port, 'DEVLINK_ATTR_PORT_LANES') ?? 0;
const numberOf = (port: Values): number => numberIn(port, 'DEVLINK_ATTR_PORT_NUMBER') ?? -1;

async function linkOf(
  world: NicWorld,
  netDevice: string,
): Promise<{ readonly index: number; readonly values: Values }> {
  const { header, values } = accepted(await (await world.route()).link(netDevice), `the link ${netDevice}`);
  return { index: numberIn(header, 'ifi_index') ?? 0, values };
}

/** Parts of the port with this number. */
const partsOf = async (world: NicWorld, number: number): Promise<readonly Values[]> =>
  (await ownPorts(world)).filter(
    (port) => numberOf(port) === number && valueAt(port, 'PORT_SPLIT_GROUP') !== undefined,
  );

Then('each port of the instance tells the net device that it has', async function (this: NicWorld) {
  for (const port of await ownPorts(this)) {
    const { index } = await linkOf(this, netDeviceOf(port));
    expectNumber(numberIn(port, 'DEVLINK_ATTR_PORT_NETDEV_IFINDEX') ?? 0, index, 'the index of the net device');
  }
});

Then('the link of each port tells the instance and the port', async function (this: NicWorld) {
  const { bus, device } = await instanceOf(this);
  for (const port of await ownPorts(this)) {
    const { values } = await linkOf(this, netDeviceOf(port));
    const own = nestIn(values, 'IFLA_DEVLINK_PORT');
    expectThat(textIn(own, 'DEVLINK_ATTR_BUS_NAME') === bus, 'the link tells another bus');
    expectThat(textIn(own, 'DEVLINK_ATTR_DEV_NAME') === device, 'the link tells another device');
    expectNumber(numberIn(own, 'DEVLINK_ATTR_PORT_INDEX') ?? -1, indexOfPort(port), 'the port that the link tells');
  }
});

Then('the link of the port tells the device on its bus', async function (this: NicWorld) {
  const { bus, device } = await instanceOf(this);
  const { values } = await linkOf(this, netDeviceOf(await ownPort(this)));
  expectThat(textIn(values, 'IFLA_PARENT_DEV_BUS_NAME') === bus, 'the link tells another bus');
  expectThat(textIn(values, 'IFLA_PARENT_DEV_NAME') === device, 'the link tells another device');
});

Then('the port name of each link is made of what devlink tells of the port', async function (this: NicWorld) {
  for (const port of await ownPorts(this)) {
    const { values } = await linkOf(this, netDeviceOf(port));
    const part = valueAt(port, 'PORT_SPLIT_SUBPORT_NUMBER');
    const expected = `p${numberOf(port)}${part === undefined ? '' : `s${Number(part)}`}`;
    const name = textIn(values, 'IFLA_PHYS_PORT_NAME');
    expectThat(name === expected, `the port name is ${name ?? 'absent'} instead of ${expected}`);
  }
});

When('the net device of the port is renamed', async function (this: NicWorld) {
  const { index } = await linkOf(this, netDeviceOf(await ownPort(this)));
  const route = await this.route();
  accepted(await route.setLink(index, {}, { flags: 0, change: IFF_UP }), 'setting it down');
  devlinkNotes(this).remembered.set('the old name', netDeviceOf(await ownPort(this)));
  accepted(await route.setLink(index, { IFLA_IFNAME: 'renamed0' }), 'renaming it');
});
Then('devlink shows the new name, and the old one is put back', async function (this: NicWorld) {
  const port = await ownPort(this);
  const shown = netDeviceOf(port);
  const { index } = await linkOf(this, 'renamed0');
  const old = devlinkNotes(this).remembered.get('the old name');
  expectThat(typeof old === 'string', 'nobody remembers the old name');
  accepted(await (await this.route()).setLink(index, { IFLA_IFNAME: old }), 'putting the name back');
  expectThat(shown === 'renamed0', `devlink shows ${shown}`);
});

// Splitting.

When(/^the port is split into (\d+)$/, async function (this: NicWorld, count: string) {
  const port = await ownPort(this);
  devlinkNotes(this).remembered.set('the old net device', netDeviceOf(port));
  devlinkNotes(this).remembered.set('lanes', lanesOf(port));
  devlinkNotes(this).remembered.set('number', numberOf(port));
  await ask(this, 'PORT_SPLIT', {
    DEVLINK_ATTR_PORT_INDEX: indexOfPort(port),
    DEVLINK_ATTR_PORT_SPLIT_COUNT: Number(count),
  });
});
Given(/^the port was split into (\d+)$/, async function (this: NicWorld, count: string) {
  const port = await ownPort(this);
  devlinkNotes(this).remembered.set('the old net device', netDeviceOf(port));
  devlinkNotes(this).remembered.set('lanes', lanesOf(port));
  devlinkNotes(this).remembered.set('number', numberOf(port));
  await insist(this, 'PORT_SPLIT', {
    DEVLINK_ATTR_PORT_INDEX: indexOfPort(port),
    DEVLINK_ATTR_PORT_SPLIT_COUNT: Number(count),
  });
});

const firstNumber = async (world: NicWorld): Promise<number> => Math.min(...(await ownPorts(world)).map(numberOf));

async function firstPart(world: NicWorld): Promise<Values> {
  const [part] = await partsOf(world, await firstNumber(world));
  expectThat(part !== undefined, 'the port has no parts');
  return part;
}

When('one of its parts is split into 2', async function (this: NicWorld) {
  const part = await firstPart(this);
  await ask(this, 'PORT_SPLIT', { DEVLINK_ATTR_PORT_INDEX: indexOfPort(part), DEVLINK_ATTR_PORT_SPLIT_COUNT: 2 });
});
When('the parts are put together again', async function (this: NicWorld) {
  const parts = await partsOf(this, await firstNumber(this));
  const last = parts.at(-1);
  expectThat(last !== undefined, 'the port has no parts');
  await ask(this, 'PORT_UNSPLIT', { DEVLINK_ATTR_PORT_INDEX: indexOfPort(last) });
});
When('the whole port is unsplit', async function (this: NicWorld) {
  await ask(this, 'PORT_UNSPLIT', { DEVLINK_ATTR_PORT_INDEX: indexOfPort(await ownPort(this)) });
});

Then(
  /^there are (\d+) parts in its place, with net devices of their own and equal shares of its lanes$/,
  async function (this: NicWorld, count: string) {
    const parts = await partsOf(this, await firstNumber(this));
    const lanes = Number(devlinkNotes(this).remembered.get('lanes'));
    expectNumber(parts.length, Number(count), 'parts');
    for (const part of parts) {
      expectNumber(lanesOf(part), lanes / Number(count), 'the lanes of a part');
      await linkOf(this, netDeviceOf(part));
    }
    expectNumber(new Set(parts.map(netDeviceOf)).size, Number(count), 'net devices');
  },
);
Then('each part tells the port that it is of, and its own number', async function (this: NicWorld) {
  const number = await firstNumber(this);
  const parts = (await ownPorts(this)).filter((port) => numberOf(port) === number);
  for (const [place, part] of parts.entries()) {
    expectNumber(Number(valueAt(part, 'PORT_SPLIT_GROUP') ?? -1), number, 'the group of a part');
    expectNumber(Number(valueAt(part, 'PORT_SPLIT_SUBPORT_NUMBER') ?? -1), place, 'the number of a part');
  }
});
Then('the net device that it had is gone', async function (this: NicWorld) {
  const names = (await ownPorts(this)).map(netDeviceOf);
  for (const name of names) await linkOf(this, name);
  const { netDevice, ifIndex } = this.port;
  const link = await (await this.route()).link(netDevice);
  const index = link.ok ? numberIn(link.value.header, 'ifi_index') : undefined;
  expectThat(index !== ifIndex, `the net device ${netDevice} is still there`);
});
Then('the port is whole again, with all its lanes and a net device', async function (this: NicWorld) {
  const number = Number(devlinkNotes(this).remembered.get('number'));
  const [port, ...others] = (await ownPorts(this)).filter((each) => numberOf(each) === number);
  expectThat(port !== undefined && others.length === 0, `${others.length + 1} ports have the number ${number}`);
  expectThat(valueAt(port, 'PORT_SPLIT_GROUP') === undefined, 'it is a part still');
  expectNumber(lanesOf(port), Number(devlinkNotes(this).remembered.get('lanes')), 'its lanes');
  await linkOf(this, netDeviceOf(port));
});

const BRIDGE = 'brsplit';

Then('frames pass from part to part through a bridge', async function (this: NicWorld) {
  const parts = await partsOf(this, await firstNumber(this));
  const [one, other] = parts;
  expectThat(one !== undefined && other !== undefined, 'there are fewer than two parts');
  const bridges = await this.bridges();
  accepted(await bridges.addBridge(BRIDGE, {}), 'making a bridge');
  const bridge = await linkOf(this, BRIDGE);
  await setFlag(this, IFF_UP, true, bridge.index);
  const ends = [];
  for (const part of [one, other]) {
    const { index, values } = await linkOf(this, netDeviceOf(part));
    await setFlag(this, IFF_UP, true, index);
    accepted(await bridges.setMaster(index, bridge.index), 'joining the bridge');
    ends.push(await this.target.wire((textIn(values, 'IFLA_PHYS_PORT_NAME') ?? '') as PortName));
  }
  await this.target.clock.sleep(this.quietMs);
  const frame = stationFrame({ from: 'A', to: 'broadcast', number: 1, family: stationFamily(this.scenario) });
  await ends[0]?.send([{ bytes: frame }]);
  const arrived = (await ends[1]?.receive({ withinMs: this.patienceMs, count: 1 })) ?? [];
  expectNumber(arrived.length, 1, 'frames at the other part');
});

/** Lanes by the number of a port: none is used twice, and none is lost. */
async function expectLanes(world: NicWorld, expected: ReadonlyMap<number, number>): Promise<void> {
  const lanes = new Map<number, number>();
  for (const port of await ownPorts(world)) lanes.set(numberOf(port), (lanes.get(numberOf(port)) ?? 0) + lanesOf(port));
  for (const [number, count] of expected) expectNumber(lanes.get(number) ?? 0, count, `lanes of port ${number}`);
  expectNumber(lanes.size, expected.size, 'ports of the panel');
}

Then('whatever is split and put together, lanes are neither used twice nor lost', async function (this: NicWorld) {
  const whole = new Map((await ownPorts(this)).map((port) => [numberOf(port), lanesOf(port)]));
  const numbers = [...whole.keys()];
  const step = fc.tuple(fc.constantFrom(...numbers), fc.constantFrom(1, 2, 4), fc.nat(3));
  await this.law(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      await this.target.reset();
      const counts = new Map(numbers.map((number) => [number, 1]));
      for (const [number, count, which] of steps) await turn(this, counts, number, count, which);
      await expectLanes(this, whole);
      const ports = await ownPorts(this);
      for (const [number, count] of counts)
        expectNumber(
          ports.filter((port) => numberOf(port) === number).length,
          count,
          `ports with the number ${number}`,
        );
    }),
    { runs: 0.2 },
  );
});

/** Splits the port, or puts its parts together: what cannot be is refused, and the model says so too. */
async function turn(
  world: NicWorld,
  counts: Map<number, number>,
  number: number,
  count: number,
  which: number,
): Promise<void> {
  const ports = (await ownPorts(world)).filter((port) => numberOf(port) === number);
  const port = ports[which % ports.length];
  expectThat(port !== undefined, `no port has the number ${number}`);
  const isSplit = counts.get(number) !== 1;
  const index = { DEVLINK_ATTR_PORT_INDEX: indexOfPort(port) };
  const result =
    count === 1
      ? await ask(world, 'PORT_UNSPLIT', index)
      : await ask(world, 'PORT_SPLIT', { ...index, DEVLINK_ATTR_PORT_SPLIT_COUNT: count });
  const isPossible = count === 1 ? isSplit : !isSplit;
  expectThat(
    result.ok === isPossible,
    `${count === 1 ? 'unsplitting' : 'splitting'} was ${result.ok ? 'done' : 'refused'}`,
  );
  if (result.ok) counts.set(number, count);
}

Then('any other count of parts is refused, and the port stays whole', async function (this: NicWorld) {
  const port = await ownPort(this);
  const lanes = lanesOf(port);
  const isGood = (count: number): boolean => count >= 2 && count <= lanes && Number.isInteger(Math.log2(count));
  const count = fc.oneof(fc.nat(2 * lanes), fc.nat(64), fc.nat(0xffff_ffff)).filter((each) => !isGood(each));
  await this.law(
    fc.asyncProperty(count, async (wrong) => {
      const result = await ask(this, 'PORT_SPLIT', {
        DEVLINK_ATTR_PORT_INDEX: indexOfPort(port),
        DEVLINK_ATTR_PORT_SPLIT_COUNT: wrong,
      });
      expectThat(
        !result.ok && result.error.errnoName === 'EINVAL',
        `a split into ${wrong} was not refused with EINVAL`,
      );
      expectThat(result.error.message === 'Invalid split count', `the text was ${result.error.message ?? 'none'}`);
      expectNumber(lanesOf(await ownPort(this)), lanes, 'lanes');
    }),
  );
});

// Reload: what comes back.

When(/^the driver is (?:brought up anew|reloaded)$/, async function (this: NicWorld) {
  await ask(this, 'RELOAD', {});
});
Given(/^the driver was brought up anew$/, async function (this: NicWorld) {
  await insist(this, 'RELOAD', {});
});
Then('the ports are those that there were, each with a net device', async function (this: NicWorld) {
  const before = devlinkNotes(this).remembered.get('ports');
  const ports = await ownPorts(this);
  expectThat(before === ports.map(indexOfPort).join(), `the ports are ${ports.map(indexOfPort).join()} now`);
  for (const port of ports) await linkOf(this, netDeviceOf(port));
});
Given('the ports of the instance', async function (this: NicWorld) {
  devlinkNotes(this).remembered.set('ports', (await ownPorts(this)).map(indexOfPort).join());
});
Given(/^the net device of the port has an MTU of (\d+)$/, async function (this: NicWorld, mtu: string) {
  const { index } = await linkOf(this, netDeviceOf(await ownPort(this)));
  accepted(await (await this.route()).setLink(index, { IFLA_MTU: Number(mtu) }), 'the MTU');
});
Then(/^the net device of the port is a new one, with an MTU of (\d+)$/, async function (this: NicWorld, mtu: string) {
  const { index, values } = await linkOf(this, netDeviceOf(await ownPort(this)));
  expectThat(index !== this.port.ifIndex, 'the net device has the index that it had');
  expectNumber(numberIn(values, 'IFLA_MTU') ?? 0, Number(mtu), 'its MTU');
});
Then('frames pass through the port again', async function (this: NicWorld) {
  const { index, values } = await linkOf(this, netDeviceOf(await ownPort(this)));
  await setFlag(this, IFF_UP, true, index);
  const name = textIn(values, 'IFLA_IFNAME') ?? '';
  const [host, wire] = [await this.target.host(name as NetDeviceName), await this.target.wire(this.port.port)];
  await this.target.clock.sleep(this.quietMs);
  const frame = stationFrame({ from: 'A', to: 'broadcast', number: 1, family: stationFamily(this.scenario) });
  await host.send([{ bytes: frame }]);
  expectNumber((await wire.receive({ withinMs: this.patienceMs, count: 1 })).length, 1, 'frames on the cable');
});

/** NLA_U8 in an attribute of a request, padded. */
const SET_STATE = [5, 0, 2, 0, 1, 0, 0, 0];
When(
  'a state of the function of the port is asked for in a nest without NLA_F_NESTED',
  async function (this: NicWorld) {
    const devlink = await devlinkOf(this);
    const port = { ...(await handleValuesOf(this)), DEVLINK_ATTR_PORT_INDEX: indexOfPort(await ownPort(this)) };
    const number = DEVLINK.byName.get('DEVLINK_ATTR_PORT_FUNCTION')?.number ?? 0;
    const nest = [4 + SET_STATE.length, 0, number, 0, ...SET_STATE];
    const attributes = encodeAttributes(DEVLINK, port);
    const { id } = await devlink.generic.family('devlink');
    const body = Uint8Array.from([DEVLINK_CMD.PORT_SET, 1, 0, 0, ...attributes, ...nest]);
    this.answer = await devlink.generic.client.request(id, body);
  },
);
