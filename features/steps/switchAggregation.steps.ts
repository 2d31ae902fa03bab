/** Aggregates over ports: members, settings, and where frames leave. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { NetDeviceName } from '../../harness/contract/index.js';
import { BOND_STATE_ACTIVE } from '../../reference-impl/netlink/families/bond.js';
import { bytesIn, nestIn, numberIn, textIn } from '../../reference-impl/netlink/schema.js';
import { formatMac, parseMac } from '../../reference-impl/packet/addresses.js';
import { CUSTOMER_TAG } from '../properties/numberedFrames.js';
import type { StationName } from '../properties/stations.js';
import { bondMemberData } from '../../reference-impl/netlink/bondClient.js';
import {
  FIRST,
  MODES,
  activeMember,
  aggregateCalled,
  aggregateSettings,
  carrierUntil,
  expectAtOneOf,
  forgetAggregate,
  joinAggregate,
  linkUntil,
  makeAggregate,
  memberData,
  memberUntil,
  setMemberLink,
  until,
} from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_ALLMULTI, IFF_LOWER_UP, IFF_UP, accepted, setFlag, stationOfLink } from './settings.js';
import { expectAtHost } from './switch.steps.js';
import { expectAt, listenAt, namesIn, portCalled, sendFromHost, sendInto, settled } from './switchPorts.js';
import type { NicWorld } from './world.js';

const MODE = 'round-robin|active-backup|xor|broadcast|balance-tlb|balance-alb';
const PORTS = String.raw`p\d(?:(?:, | and )p\d)*`;

Given(
  new RegExp(`^an? (${MODE}) aggregate(?: (lag\\d))? of (${PORTS})$`),
  async function (this: NicWorld, mode: string, name: string | null, ports: string) {
    await makeAggregate(this, namesIn(ports), { IFLA_BOND_MODE: MODES[mode] ?? 0 }, name ?? FIRST);
  },
);

Given(new RegExp(`^an? (${MODE}) aggregate without members$`), async function (this: NicWorld, mode: string) {
  await makeAggregate(this, [], { IFLA_BOND_MODE: MODES[mode] ?? 0 });
});

Given(
  new RegExp(`^an? (${MODE}) aggregate of (${PORTS}) with (.+)$`),
  async function (this: NicWorld, mode: string, ports: string, settings: string) {
    const data = settings.split(' and ').map((text) => {
      const [name = '', value] = text.split(' ');
      return [name, Number(value)] as const;
    });
    await makeAggregate(this, namesIn(ports), { IFLA_BOND_MODE: MODES[mode] ?? 0, ...Object.fromEntries(data) });
  },
);

When(/^(p\d) joins the aggregate$/, async function (this: NicWorld, port: string) {
  const aggregate = aggregateCalled(this);
  await joinAggregate(this, port, aggregate);
  await linkUntil(this, port, true);
  await settled(this);
});

When(/^(p\d) leaves its aggregate$/, async function (this: NicWorld, port: string) {
  accepted(await (await this.bonds()).setMaster(portCalled(this, port).ifIndex, 0), `taking ${port} out`);
  await settled(this);
});

When(/^(p\d), which is (up|down), is asked to join (lag\d|itself)$/, askToJoin);

async function askToJoin(this: NicWorld, port: string, state: string, name: string): Promise<void> {
  const { ifIndex } = portCalled(this, port);
  await setFlag(this, IFF_UP, state === 'up', ifIndex);
  this.answer = await (await this.bonds()).setMaster(ifIndex, aggregateCalled(this, name).ifIndex);
}

When(
  /^(p\d), which has the address of (p\d), is asked to join the aggregate$/,
  async function (this: NicWorld, port: string, other: string) {
    const { ifIndex } = portCalled(this, port);
    const address = parseMac(portCalled(this, other).address);
    await setFlag(this, IFF_UP, false, ifIndex);
    accepted(await (await this.route()).setLink(ifIndex, { IFLA_ADDRESS: address }), 'an address');
    this.answer = await (await this.bonds()).setMaster(ifIndex, aggregateCalled(this).ifIndex);
  },
);

When('the aggregate is asked to join itself', async function (this: NicWorld) {
  const { ifIndex } = aggregateCalled(this);
  this.answer = await (await this.bonds()).setMaster(ifIndex, ifIndex);
});

When('the aggregate is removed', async function (this: NicWorld) {
  accepted(await (await this.route()).removeLink(aggregateCalled(this).ifIndex), 'removing the aggregate');
  forgetAggregate(this, FIRST);
});

When(/^the aggregate is set (down|up)$/, async function (this: NicWorld, state: string) {
  await setFlag(this, IFF_UP, state === 'up', aggregateCalled(this).ifIndex);
});

When(/^(p\d) (loses its link|gets its link back)$/, async function (this: NicWorld, port: string, what: string) {
  await setMemberLink(this, port, what !== 'loses its link');
});

When(
  /^the cable of the member (p\d) is (pulled out|plugged in)$/,
  async function (this: NicWorld, port: string, how: string) {
    await (await this.wire(portCalled(this, port).port)).setCarrier(how === 'plugged in');
  },
);

When(/^the member (p\d) is set (down|up)$/, async function (this: NicWorld, port: string, state: string) {
  await setFlag(this, IFF_UP, state === 'up', portCalled(this, port).ifIndex);
  await linkUntil(this, port, state === 'up');
});

Given(/^(p\d) receives the frames of every group$/, async function (this: NicWorld, port: string) {
  await setFlag(this, IFF_ALLMULTI, true, portCalled(this, port).ifIndex);
});

// What is told.

Then(
  /^(p\d) is a member of (the aggregate|lag\d|no aggregate)$/,
  async function (this: NicWorld, port: string, which: string) {
    const { master, values } = await memberData(this, port);
    const wanted =
      which === 'no aggregate' ? 0 : aggregateCalled(this, which === 'the aggregate' ? undefined : which).ifIndex;
    expectNumber(master, wanted, `the master of ${port}`);
    const kind = textIn(nestIn(values, 'IFLA_LINKINFO'), 'IFLA_INFO_SLAVE_KIND');
    const kindWanted =
      wanted === 0 ? undefined : aggregateCalled(this, which === 'the aggregate' ? undefined : which).kind;
    expectThat(kind === kindWanted, `${port} tells that it is part of a ${kind ?? 'nothing'}`);
    const isTold = bytesIn(bondMemberData(values), 'IFLA_BOND_SLAVE_PERM_HWADDR') !== undefined;
    expectThat(isTold === (kind === 'bond'), `${port} tells ${isTold ? 'the' : 'no'} data of a member`);
  },
);

Then(/^(p\d) is (up|down)$/, async function (this: NicWorld, port: string, state: string) {
  const { flags } = await memberData(this, port);
  expectThat(((flags & IFF_UP) !== 0) === (state === 'up'), `${port} is not ${state}`);
});

const addressOfLink = (world: NicWorld, which: string): Promise<string> =>
  stationOfLink(world, (which === 'the aggregate' ? aggregateCalled(world) : portCalled(world, which)).ifIndex);

Then(
  /^(p\d|the aggregate) has the address (?:of (p\d)|([0-9a-f:]{17}))$/,
  async function (this: NicWorld, which: string, port: string | null, address: string | null) {
    const wanted = port === null ? address : portCalled(this, port).address;
    const has = await addressOfLink(this, which);
    expectThat(has === wanted, `${which} has the address ${has} instead of ${wanted}`);
  },
);

Then(/^(p\d) tells the address of its own$/, async function (this: NicWorld, port: string) {
  const { values } = await memberData(this, port);
  const told = formatMac(bytesIn(bondMemberData(values), 'IFLA_BOND_SLAVE_PERM_HWADDR') ?? new Uint8Array(6));
  const { address } = portCalled(this, port);
  expectThat(told === address, `${port} tells ${told} instead of ${address}`);
});

When(/^the aggregate is given the address ([0-9a-f:]{17})$/, async function (this: NicWorld, address: string) {
  const { ifIndex } = aggregateCalled(this);
  accepted(await (await this.route()).setLink(ifIndex, { IFLA_ADDRESS: parseMac(address) }), 'an address');
});

When(
  /^(the aggregate|the member p\d) is given an MTU of (\d+)$/,
  async function (this: NicWorld, which: string, mtu: string) {
    const { ifIndex } = which === 'the aggregate' ? aggregateCalled(this) : portCalled(this, which.slice(-2));
    accepted(await (await this.route()).setLink(ifIndex, { IFLA_MTU: Number(mtu) }), `an MTU of ${mtu}`);
  },
);

Then(/^(p\d) has an MTU of (\d+)$/, async function (this: NicWorld, port: string, mtu: string) {
  const { values } = await memberData(this, port);
  expectNumber(numberIn(values, 'IFLA_MTU') ?? 0, Number(mtu), `the MTU of ${port}`);
});

Then(/^the aggregate has (a|no) carrier$/, async function (this: NicWorld, has: string) {
  const { ifIndex } = aggregateCalled(this);
  await carrierUntil(this, ifIndex, has === 'a');
  const { header } = accepted(await (await this.route()).link(ifIndex), 'reading the aggregate');
  const isUp = ((numberIn(header, 'ifi_flags') ?? 0) & IFF_LOWER_UP) !== 0;
  expectThat(isUp === (has === 'a'), `the aggregate has ${isUp ? 'a' : 'no'} carrier`);
});

const LINKS: Readonly<Record<string, number>> = { up: 0, failing: 1, down: 2, 'coming back': 3 };

Then(
  /^the link of (p\d) is told as (up|failing|down|coming back)$/,
  async function (this: NicWorld, port: string, link: string) {
    const wanted = LINKS[link] ?? 0;
    await memberUntil(this, port, ({ mii }) => mii === wanted);
    expectNumber((await memberData(this, port)).mii, wanted, `IFLA_BOND_SLAVE_MII_STATUS of ${port}`);
  },
);

Then(/^(p\d) tells (\d+) link failures?$/, async function (this: NicWorld, port: string, count: string) {
  expectNumber((await memberData(this, port)).failures, Number(count), `link failures of ${port}`);
});

Then(/^(p\d) is the active member$/, async function (this: NicWorld, port: string) {
  await until(this, async () => (await activeMember(this)) === port);
  const active = await activeMember(this);
  expectThat(active === port, `the active member is ${active ?? 'nobody'} instead of ${port}`);
  for (const { port: each } of this.session.description.ports) {
    const { master, state } = await memberData(this, each);
    if (master !== aggregateCalled(this).ifIndex) continue;
    const isTold = (state === BOND_STATE_ACTIVE) === (each === port);
    expectThat(isTold, `${each} tells that it is ${state === BOND_STATE_ACTIVE ? 'active' : 'a backup'}`);
  }
});

Then('no member is the active one', async function (this: NicWorld) {
  await until(this, async () => (await activeMember(this)) === undefined);
  const active = await activeMember(this);
  expectThat(active === undefined, `${active ?? ''} is the active member`);
});

// Settings.

const SETTING = String.raw`the aggregate setting (IFLA_BOND_[A-Z_]+)`;

When(new RegExp(`^${SETTING} is set to (p\\d|\\d+)$`), async function (this: NicWorld, name: string, value: string) {
  const number = value.startsWith('p') ? portCalled(this, value).ifIndex : Number(value);
  this.answer = await (await this.bonds()).changeBond(aggregateCalled(this).ifIndex, { [name]: number });
  await settled(this);
});

Then(new RegExp(`^${SETTING} reads (p\\d|\\d+)$`), async function (this: NicWorld, name: string, value: string) {
  const number = value.startsWith('p') ? portCalled(this, value).ifIndex : Number(value);
  expectNumber(numberIn(await aggregateSettings(this), name) ?? -1, number, name);
});

When(
  /^an aggregate is asked for with (IFLA_BOND_[A-Z_]+) (\d+)(?: and (IFLA_BOND_[A-Z_]+) (\d+))?$/,
  async function (this: NicWorld, one: string, value: string, other: string | null, otherValue: string | null) {
    const data = { [one]: Number(value), ...(other === null ? {} : { [other]: Number(otherValue) }) };
    this.answer = await (await this.bonds()).addBond(FIRST, data);
  },
);

Then('the refusal points at an attribute', function (this: NicWorld) {
  const { answer } = this;
  expectThat(answer !== undefined && !answer.ok, 'it was accepted');
  expectThat(answer.error.offset !== undefined, 'the refusal names no attribute (NLMSGERR_ATTR_OFFS)');
});

Then('there is no aggregate', async function (this: NicWorld) {
  const link = await (await this.route()).link(FIRST);
  expectThat(!link.ok, `${FIRST} is there`);
});

When(
  /^the member (p\d) is given the priority (-?\d+)$/,
  async function (this: NicWorld, port: string, priority: string) {
    const { ifIndex } = portCalled(this, port);
    accepted(
      await (await this.bonds()).changeMember(ifIndex, { IFLA_BOND_SLAVE_PRIO: Number(priority) }),
      'a priority',
    );
  },
);

// Frames.

When(
  /^the host sends (?:a frame|(\d+) frames) from ([A-Z]) to ([A-Z]|broadcast|group \d+) at (?:the aggregate|(lag\d))$/,
  async function (this: NicWorld, count: string | null, from: StationName, to: StationName, name: string | null) {
    const frames = Array.from({ length: Number(count ?? 1) }, () => ({ from, to }));
    await sendFromHost(this, aggregateCalled(this, name ?? FIRST).name, frames);
  },
);

When(
  /^(\d+) frames from ([A-Z]) to ([A-Z]|broadcast) come in at (p\d) one after the other$/,
  async function (this: NicWorld, count: string, from: StationName, to: StationName, port: string) {
    await sendInto(
      this,
      port,
      Array.from({ length: Number(count) }, () => ({ from, to })),
    );
  },
);

Then(/^the host (gets|does not get) it at the aggregate$/, async function (this: NicWorld, gets: string) {
  await expectAtHost(this, aggregateCalled(this).name, gets === 'gets');
});

Then(new RegExp(`^(?:it|each) leaves at one of (${PORTS})$`), async function (this: NicWorld, members: string) {
  await expectAtOneOf(this, namesIn(members));
});

Then(
  new RegExp(`^(?:it|each) leaves at (${PORTS}) and at one of (${PORTS})$`),
  async function (this: NicWorld, others: string, members: string) {
    await expectAtOneOf(this, namesIn(members), namesIn(others));
  },
);

Then(new RegExp(`^each of them leaves at (${PORTS})$`), async function (this: NicWorld, members: string) {
  await expectAt(this, namesIn(members));
});

export const VLAN_DEVICE = 'lagvlan0' as NetDeviceName;

Given(/^a VLAN device with VID (\d+) over the aggregate$/, async function (this: NicWorld, vid: string) {
  const route = await this.route();
  const device = { name: VLAN_DEVICE, on: aggregateCalled(this).ifIndex, vid: Number(vid), tpid: CUSTOMER_TAG };
  accepted(await route.addVlan(device), 'making a VLAN device');
  const link = accepted(await route.link(VLAN_DEVICE), 'looking for the VLAN device');
  await setFlag(this, IFF_UP, true, numberIn(link.header, 'ifi_index') ?? 0);
  await listenAt(this, VLAN_DEVICE);
});

Then(/^the host (gets|does not get) it at the VLAN device$/, async function (this: NicWorld, gets: string) {
  await expectAtHost(this, VLAN_DEVICE, gets === 'gets');
});

When(
  /^the host sends a frame from ([A-Z]) to ([A-Z]) at the VLAN device$/,
  async function (this: NicWorld, from: StationName, to: StationName) {
    await sendFromHost(this, VLAN_DEVICE, [{ from, to }]);
  },
);

Given(/^(p\d) filters VLANs$/, async function (this: NicWorld, port: string) {
  const { netDevice } = portCalled(this, port);
  accepted(await (await this.ethtool()).setFeatures(netDevice, { 'rx-vlan-filter': true }), 'filtering VLANs');
});
