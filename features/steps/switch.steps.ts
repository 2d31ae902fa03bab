/** Bridges over ports, and where frames come out. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { NetDeviceName } from '../../harness/contract/index.js';
import { bridgePortData } from '../../reference-impl/netlink/bridgeClient.js';
import { BR_BOOLOPT_NO_LL_LEARN } from '../../reference-impl/netlink/families/bridge.js';
import { bytesIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { formatMac, parseMac } from '../../reference-impl/packet/addresses.js';
import { numberOfStationFrame } from '../properties/groupFrames.js';
import { CUSTOMER_TAG, SERVICE_TAG, type Tag } from '../properties/numberedFrames.js';
import type { StationName } from '../properties/stations.js';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_PROMISC, IFF_UP, accepted, setFlag, stationOfLink } from './settings.js';
import {
  arrivedAt,
  bridgeCalled,
  bridgeSettings,
  changeBridge,
  expectAt,
  joinBridge,
  listenAt,
  makeBridge,
  namesIn,
  portCalled,
  sendFromHost,
  sendInto,
  settled,
  switched,
  usedPorts,
  watch,
} from './switchPorts.js';
import { showStation } from './switchStations.js';
import type { NicWorld } from './world.js';

/** `, tagged 10` or `, tagged 10 with priority 5`, `, service-tagged 10`, in a sentence about a frame. */
const TAGGED = String.raw`(?:, (service-)?tagged (\d+)(?: with priority (\d))?)?`;

export function tagIn(service: string | null, vid: string | null, priority: string | null): readonly Tag[] {
  if (vid === null) return [];
  return [{ tpid: service === null ? CUSTOMER_TAG : SERVICE_TAG, tci: (Number(priority ?? 0) << 13) | Number(vid) }];
}

Given(/^ports that are up, in no bridge$/, async function (this: NicWorld) {
  for (const { port, ifIndex, netDevice } of usedPorts(this)) {
    await setFlag(this, IFF_UP, true, ifIndex);
    await this.wire(port);
    await listenAt(this, netDevice);
  }
});

Given(/^a bridge over (p\d(?:(?:, | and )p\d)*)$/, async function (this: NicWorld, ports: string) {
  await makeBridge(this, namesIn(ports));
});

Given(/^a bridge (br\d) over (p\d(?:(?:, | and )p\d)*)$/, async function (this: NicWorld, name: string, ports: string) {
  await makeBridge(this, namesIn(ports), {}, name);
});

Given('a bridge without ports', async function (this: NicWorld) {
  await makeBridge(this, []);
});

When(/^(p\d) joins the bridge$/, async function (this: NicWorld, port: string) {
  await joinBridge(this, port, bridgeCalled(this));
  await settled(this);
});

When(/^(p\d) leaves its bridge$/, async function (this: NicWorld, port: string) {
  const bridges = await this.bridges();
  accepted(await bridges.setMaster(portCalled(this, port).ifIndex, 0), `taking ${port} out of its bridge`);
  await settled(this);
});

When(/^(p\d) is moved to (br\d)$/, async function (this: NicWorld, port: string, name: string) {
  await joinBridge(this, port, bridgeCalled(this, name));
  await settled(this);
});

When('the bridge is removed', async function (this: NicWorld) {
  const { ifIndex, name } = bridgeCalled(this);
  accepted(await (await this.route()).removeLink(ifIndex), `removing ${name}`);
  switched(this).bridges.delete(name);
});

When(/^the bridge is set (down|up)$/, async function (this: NicWorld, state: string) {
  await setFlag(this, IFF_UP, state === 'up', bridgeCalled(this).ifIndex);
  await settled(this);
});

When(
  /^the bridge is set to (promiscuous mode|listen to its own frames alone)$/,
  async function (this: NicWorld, mode: string) {
    await setFlag(this, IFF_PROMISC, mode === 'promiscuous mode', bridgeCalled(this).ifIndex);
    await settled(this);
  },
);

When(/^(p\d) is set (down|up)$/, async function (this: NicWorld, port: string, state: string) {
  await setFlag(this, IFF_UP, state === 'up', portCalled(this, port).ifIndex);
  await settled(this);
});

When(/^the cable of (p\d) is (pulled out|plugged in)$/, async function (this: NicWorld, port: string, how: string) {
  await (await this.wire(portCalled(this, port).port)).setCarrier(how === 'plugged in');
  await this.target.clock.sleep(this.session.description.clock === 'real' ? CARRIER_MS : 0);
  await settled(this);
});

/** A kernel looks at carriers that went once a second. */
const CARRIER_MS = 1200;

Given(
  new RegExp(String.raw`^station ([A-Z]) was seen at (p\d)${TAGGED}$`),
  async function (
    this: NicWorld,
    station: StationName,
    port: string,
    service: string | null,
    vid: string | null,
    priority: string | null,
  ) {
    await showStation(this, station, port, tagIn(service, vid, priority));
  },
);

When(
  new RegExp(
    String.raw`^a frame from ([A-Z]|[0-9a-f:]{17}) to ([A-Z]|broadcast|group \d+|[0-9a-f:]{17})${TAGGED} comes in at (p\d)$`,
  ),
  async function (
    this: NicWorld,
    from: StationName,
    to: StationName,
    service: string | null,
    vid: string | null,
    priority: string | null,
    port: string,
  ) {
    await sendInto(this, port, [{ from, to, tags: tagIn(service, vid, priority) }]);
  },
);

When(
  /^a frame of (\d+) bytes from ([A-Z]) to ([A-Z]|broadcast) comes in at (p\d)$/,
  async function (this: NicWorld, length: string, from: StationName, to: StationName, port: string) {
    await sendInto(this, port, [{ from, to, length: Number(length) }]);
  },
);

When(
  /^a frame from ([A-Z]) to the address of the bridge comes in at (p\d)$/,
  async function (this: NicWorld, from: StationName, port: string) {
    await sendInto(this, port, [{ from, to: await bridgeAddress(this) }]);
  },
);

When(
  /^a frame from ([A-Z]) to the address of (p\d) comes in at (p\d)$/,
  async function (this: NicWorld, from: StationName, to: string, port: string) {
    await sendInto(this, port, [{ from, to: portCalled(this, to).address }]);
  },
);

When(
  /^the host sends a frame from ([A-Z]) to ([A-Z]|broadcast|group \d+) through the bridge$/,
  async function (this: NicWorld, from: StationName, to: StationName) {
    await sendFromHost(this, bridgeCalled(this).name, [{ from, to }]);
  },
);

When(
  /^the host sends a frame from ([A-Z]) to ([A-Z]|broadcast) at (p\d)$/,
  async function (this: NicWorld, from: StationName, to: StationName, port: string) {
    await sendFromHost(this, portCalled(this, port).netDevice, [{ from, to }]);
  },
);

Then(
  /^it leaves at (p\d(?:(?:, | and )p\d)*|nowhere)(?: and nowhere else)?$/,
  async function (this: NicWorld, ports: string) {
    await expectAt(this, namesIn(ports));
  },
);

Then(/^the host (gets|does not get) it from the bridge$/, async function (this: NicWorld, gets: string) {
  await expectAtHost(this, bridgeCalled(this).name, gets === 'gets');
});

Then(/^the host (gets|does not get) it at (p\d)$/, async function (this: NicWorld, gets: string, port: string) {
  await expectAtHost(this, portCalled(this, port).netDevice, gets === 'gets');
});

/** The host's end of each port is open before a frame is sent. */
Given(/^the host listens at (p\d)$/, async function (this: NicWorld, port: string) {
  await listenAt(this, portCalled(this, port).netDevice);
});

export async function expectAtHost(world: NicWorld, netDevice: NetDeviceName, gets: boolean): Promise<void> {
  const { sent } = switched(world);
  await watch(world, gets ? new Map([[netDevice, sent.length]]) : new Map());
  const numbers = arrivedAt(world, netDevice).map(numberOfStationFrame);
  const wanted = gets ? sent : [];
  const isRight = numbers.length === wanted.length && numbers.every((number, index) => number === wanted[index]);
  expectThat(isRight, `the host got ${numbers.length} frames at ${netDevice}, and ${wanted.length} are right`);
}

async function linkOf(world: NicWorld, which: number): Promise<{ readonly flags: number; readonly values: Values }> {
  const { header, values } = accepted(await (await world.route()).link(which), 'reading a link');
  return { flags: numberIn(header, 'ifi_flags') ?? 0, values };
}

export const bridgeAddress = (world: NicWorld): Promise<string> => stationOfLink(world, bridgeCalled(world).ifIndex);

Then(/^(p\d) is a part of (no bridge|the bridge|br\d)$/, async function (this: NicWorld, port: string, which: string) {
  const { values } = await linkOf(this, portCalled(this, port).ifIndex);
  const wanted = which === 'no bridge' ? 0 : bridgeCalled(this, which === 'the bridge' ? undefined : which).ifIndex;
  expectNumber(numberIn(values, 'IFLA_MASTER') ?? 0, wanted, `the master of ${port}`);
});

Then('the bridge has the lowest address of its ports', async function (this: NicWorld) {
  const addresses: string[] = [];
  const bridge = bridgeCalled(this);
  for (const { ifIndex } of usedPorts(this)) {
    const { values } = await linkOf(this, ifIndex);
    if (numberIn(values, 'IFLA_MASTER') === bridge.ifIndex)
      addresses.push(formatMac(bytesIn(values, 'IFLA_ADDRESS') ?? new Uint8Array(6)));
  }
  const [lowest = ''] = addresses.sort();
  const address = await bridgeAddress(this);
  expectThat(address === lowest, `the bridge has the address ${address}, and the lowest of its ports is ${lowest}`);
});

When(/^the bridge is given the address ([0-9a-f:]{17})$/, async function (this: NicWorld, address: string) {
  const route = await this.route();
  const { ifIndex } = bridgeCalled(this);
  accepted(await route.setLink(ifIndex, { IFLA_ADDRESS: parseMac(address) }), 'giving the bridge an address');
});

Then(/^the bridge has the address ([0-9a-f:]{17})$/, async function (this: NicWorld, wanted: string) {
  const address = await bridgeAddress(this);
  expectThat(address === wanted, `the bridge has the address ${address} instead of ${wanted}`);
});

When(/^(p\d|the bridge) is given an MTU of (\d+)$/, async function (this: NicWorld, which: string, mtu: string) {
  const { ifIndex } = which === 'the bridge' ? bridgeCalled(this) : portCalled(this, which);
  accepted(await (await this.route()).setLink(ifIndex, { IFLA_MTU: Number(mtu) }), `an MTU of ${mtu}`);
  await settled(this);
});

Then(/^the bridge has an MTU of (\d+)$/, async function (this: NicWorld, mtu: string) {
  const { values } = await linkOf(this, bridgeCalled(this).ifIndex);
  expectNumber(numberIn(values, 'IFLA_MTU') ?? 0, Number(mtu), 'the MTU of the bridge');
});

const IFF_LOWER_UP = 0x10000;

Then(/^the bridge has (a|no) carrier$/, async function (this: NicWorld, has: string) {
  const { flags } = await linkOf(this, bridgeCalled(this).ifIndex);
  expectThat(((flags & IFF_LOWER_UP) !== 0) === (has === 'a'), `the bridge has ${has === 'a' ? 'no' : 'a'} carrier`);
});

When(/^the bridge is asked to join (itself|br\d)$/, async function (this: NicWorld, which: string) {
  const { ifIndex } = bridgeCalled(this);
  const master = which === 'itself' ? ifIndex : bridgeCalled(this, which).ifIndex;
  this.answer = await (await this.bridges()).setMaster(ifIndex, master);
});

When(
  /^(p\d) is asked to join (a net device that does not exist|p\d)$/,
  async function (this: NicWorld, port: string, which: string) {
    const master = which.startsWith('p') ? portCalled(this, which).ifIndex : UNUSED_INDEX;
    this.answer = await (await this.bridges()).setMaster(portCalled(this, port).ifIndex, master);
  },
);

const UNUSED_INDEX = 0x7fff_fff0;

Then('all ports tell the same switch id', async function (this: NicWorld) {
  const ids = new Set<string>();
  for (const { ifIndex } of usedPorts(this)) {
    const { values } = await linkOf(this, ifIndex);
    ids.add([...(bytesIn(values, 'IFLA_PHYS_SWITCH_ID') ?? [])].join('.'));
  }
  expectThat(ids.size === 1 && !ids.has(''), `the ports tell the switch ids ${[...ids].join(', ')}`);
});

Then('each port tells a port name of its own', async function (this: NicWorld) {
  const names: string[] = [];
  for (const { ifIndex } of usedPorts(this)) {
    const { values } = await linkOf(this, ifIndex);
    names.push(textIn(values, 'IFLA_PHYS_PORT_NAME') ?? '');
  }
  const areGood = new Set(names).size === names.length && !names.includes('');
  expectThat(areGood, `the ports are called "${names.join('", "')}"`);
});

Then('each port has an address of its own', async function (this: NicWorld) {
  const addresses: string[] = [];
  for (const { ifIndex } of usedPorts(this)) {
    const { values } = await linkOf(this, ifIndex);
    const address = bytesIn(values, 'IFLA_ADDRESS') ?? new Uint8Array(6);
    addresses.push(formatMac(address));
    expectThat(((address[0] ?? 1) & 1) === 0, `${formatMac(address)} is no unicast address`);
  }
  expectThat(new Set(addresses).size === addresses.length, `the ports have the addresses ${addresses.join(', ')}`);
});

Given(
  /^the bridge setting (IFLA_BR_[A-Z_]+) is ((?:0x)?[0-9a-f]+)$/,
  async function (this: NicWorld, name: string, value: string) {
    await changeBridge(this, { [name]: Number(value) });
  },
);

When(
  /^the bridge setting (IFLA_BR_[A-Z_]+) is set to ((?:0x)?[0-9a-f]+)$/,
  async function (this: NicWorld, name: string, value: string) {
    this.answer = await (await this.bridges()).changeBridge(bridgeCalled(this).ifIndex, { [name]: Number(value) });
    await settled(this);
  },
);

Then(
  /^the bridge setting (IFLA_BR_[A-Z_]+) reads ((?:0x)?[0-9a-f]+)$/,
  async function (this: NicWorld, name: string, value: string) {
    expectNumber(numberIn(await bridgeSettings(this), name) ?? -1, Number(value), name);
  },
);

async function setGroupAddress(world: NicWorld, address: string): Promise<void> {
  const change = { IFLA_BR_GROUP_ADDR: parseMac(address) };
  world.answer = await (await world.bridges()).changeBridge(bridgeCalled(world).ifIndex, change);
}

When(/^the group address of the bridge is set to ([0-9a-f:]{17})$/, async function (this: NicWorld, address: string) {
  await setGroupAddress(this, address);
  expectThat(this.answer?.ok === true, `the group address ${address} is refused`);
});

When(
  /^the group address of the bridge is to be set to ([0-9a-f:]{17})$/,
  async function (this: NicWorld, address: string) {
    await setGroupAddress(this, address);
  },
);

Then(/^the group address of the bridge is ([0-9a-f:]{17})$/, async function (this: NicWorld, address: string) {
  const told = formatMac(bytesIn(await bridgeSettings(this), 'IFLA_BR_GROUP_ADDR') ?? new Uint8Array(6));
  expectThat(told === address, `the group address is ${told}`);
});

When(/^the mask of (p\d) lets (\d+) pass$/, async function (this: NicWorld, port: string, mask: string) {
  const { ifIndex } = portCalled(this, port);
  accepted(await (await this.bridges()).setPort(ifIndex, { IFLA_BRPORT_GROUP_FWD_MASK: Number(mask) }), 'a mask');
  await settled(this);
});

Then(/^the mask of (p\d) reads (\d+)$/, async function (this: NicWorld, port: string, mask: string) {
  const ports = accepted(await (await this.bridges()).ports(), 'reading the ports');
  const values = ports.get(portCalled(this, port).ifIndex) ?? {};
  expectNumber(numberIn(values, 'IFLA_BRPORT_GROUP_FWD_MASK') ?? -1, Number(mask), `the mask of ${port}`);
});

When(/^the mask of (p\d) is to let (\d+) pass$/, async function (this: NicWorld, port: string, mask: string) {
  const { ifIndex } = portCalled(this, port);
  this.answer = await (await this.bridges()).setPort(ifIndex, { IFLA_BRPORT_GROUP_FWD_MASK: Number(mask) });
});

Given('the bridge does not learn from link-local frames', async function (this: NicWorld) {
  const bit = 1 << BR_BOOLOPT_NO_LL_LEARN;
  await changeBridge(this, { IFLA_BR_MULTI_BOOLOPT: { optval: bit, optmask: bit } });
});

When(
  /^the host sends (\d+) frames of (\d+) bytes from ([A-Z]) to ([A-Z]|broadcast) through the bridge$/,
  async function (this: NicWorld, count: string, length: string, from: StationName, to: StationName) {
    const frames = Array.from({ length: Number(count) }, () => ({ from, to, length: Number(length) }));
    await sendFromHost(this, bridgeCalled(this).name, frames);
  },
);

Then(
  /^(p\d) receives the frames of (all groups|everybody), for (\d+) reasons?$/,
  async function (this: NicWorld, port: string, what: string, count: string) {
    const name = what === 'all groups' ? 'IFLA_ALLMULTI' : 'IFLA_PROMISCUITY';
    const { values } = accepted(await (await this.route()).link(portCalled(this, port).ifIndex), `reading ${port}`);
    expectNumber(numberIn(values, name) ?? -1, Number(count), `${name} of ${port}`);
  },
);

Then(/^(p\d) has the number (\d+) in its bridge$/, async function (this: NicWorld, port: string, number: string) {
  const { values } = accepted(await (await this.route()).link(portCalled(this, port).ifIndex), `reading ${port}`);
  expectNumber(numberIn(bridgePortData(values), 'IFLA_BRPORT_NO') ?? 0, Number(number), `the number of ${port}`);
});
