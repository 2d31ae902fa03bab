/** Names and settings of links, the hierarchy of them all, and the log of what nobody serves. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { encodeBody } from '../../reference-impl/netlink/client.js';
import {
  AF_BRIDGE,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NTF_MASTER,
  NUD_PERMANENT,
  RTM_DELLINKPROP,
  RTM_GETLINK,
  RTM_NEWLINK,
  RTM_NEWLINKPROP,
  RTM_NEWNEIGH,
} from '../../reference-impl/netlink/constants.js';
import { LINKINFO_DATA_BOND } from '../../reference-impl/netlink/families/bond.js';
import { LINKINFO_DATA_BRIDGE } from '../../reference-impl/netlink/families/bridge.js';
import { LINK, NDMSG, NEIGHBOUR } from '../../reference-impl/netlink/families/rtnetlink.js';
import {
  readHierarchy,
  type ExportFilter,
  type Hierarchy,
  type HierarchyNode,
} from '../../reference-impl/netlink/hierarchy.js';
import {
  bytesIn,
  decodeAttributes,
  encodeAttributes,
  listIn,
  nestIn,
  numberIn,
  type AttributeSet,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { encodeAttribute } from '../../reference-impl/netlink/wire.js';
import { parseMac } from '../../reference-impl/packet/addresses.js';
import { linkBody, marked, terminated, controllerBody } from '../properties/netlinkMessages.js';
import { expectNumber, expectThat } from './expectations.js';
import { addAddress, addNeighbour, addRoute, indexCalled, makeBridges } from './netlinkObjects.js';
import { ask, errorsIn, expectRefused, expectTaken, talk } from './netlinkTalk.js';
import { accepted, IFF_UP, linkValues, setFlag } from './settings.js';
import { portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

const IFLA_PROP_LIST = 52;
const IFLA_ALT_IFNAME = 53;

const changeName = (world: NicWorld, type: number, name: string): ReturnType<typeof ask> =>
  ask(world, {
    type,
    body: linkBody(
      { ifi_index: world.port.ifIndex },
      encodeAttribute(marked(IFLA_PROP_LIST), encodeAttribute(IFLA_ALT_IFNAME, terminated(name))),
    ),
  });

Given('the port has the other name {string}', async function (this: NicWorld, name: string) {
  expectTaken(await changeName(this, RTM_NEWLINKPROP, name), 'another name');
});

When('the port is given the other name {string}', async function (this: NicWorld, name: string) {
  await changeName(this, RTM_NEWLINKPROP, name);
});

When('the other name {string} is taken from the port', async function (this: NicWorld, name: string) {
  expectTaken(await changeName(this, RTM_DELLINKPROP, name), 'taking a name away');
});

When('a link is looked up by the other name {string}', async function (this: NicWorld, name: string) {
  await ask(this, { type: RTM_GETLINK, body: linkBody({}, encodeAttribute(IFLA_ALT_IFNAME, terminated(name))) });
});

Then('the port tells the other name {string}', async function (this: NicWorld, name: string) {
  const { values } = await linkValues(this);
  const names = listIn(nestIn(values, 'IFLA_PROP_LIST'), 'IFLA_ALT_IFNAME');
  expectThat(names.includes(name), `it tells ${JSON.stringify(names)}`);
});

/** A setting, and what values of it are taken. */
interface Setting {
  readonly attribute: string;
  readonly values: fc.Arbitrary<number>;
}
const range = (attribute: string, min: number, max: number): Setting => ({
  attribute,
  values: fc.integer({ min, max }),
});

/** Whole seconds, in hundredths: a kernel keeps times in ticks of its own, and rounds. */
const seconds = (attribute: string, min: number, max: number): Setting => ({
  attribute,
  values: fc.integer({ min, max }).map((value) => 100 * value),
});

/** br_changelink(). Of the mask the bits of STP, pause and LACP are not settable. */
const BRIDGE_SETTINGS: readonly Setting[] = [
  seconds('IFLA_BR_FORWARD_DELAY', 2, 30),
  seconds('IFLA_BR_HELLO_TIME', 1, 10),
  seconds('IFLA_BR_MAX_AGE', 6, 40),
  seconds('IFLA_BR_AGEING_TIME', 0, 10_000),
  range('IFLA_BR_PRIORITY', 0, 0xffff),
  { attribute: 'IFLA_BR_GROUP_FWD_MASK', values: fc.nat(0xffff).map((mask) => mask & ~7) },
  range('IFLA_BR_MCAST_ROUTER', 0, 2),
  range('IFLA_BR_MCAST_SNOOPING', 0, 1),
  range('IFLA_BR_MCAST_QUERY_USE_IFADDR', 0, 1),
  range('IFLA_BR_MCAST_QUERIER', 0, 1),
  range('IFLA_BR_MCAST_STATS_ENABLED', 0, 1),
  range('IFLA_BR_MCAST_IGMP_VERSION', 2, 3),
  range('IFLA_BR_MCAST_MLD_VERSION', 1, 2),
  range('IFLA_BR_MCAST_HASH_MAX', 1, 1 << 20),
  range('IFLA_BR_MCAST_LAST_MEMBER_CNT', 1, 100),
  range('IFLA_BR_MCAST_STARTUP_QUERY_CNT', 1, 100),
  seconds('IFLA_BR_MCAST_LAST_MEMBER_INTVL', 0, 1000),
  seconds('IFLA_BR_MCAST_MEMBERSHIP_INTVL', 0, 1000),
  seconds('IFLA_BR_MCAST_QUERIER_INTVL', 0, 1000),
  seconds('IFLA_BR_MCAST_QUERY_INTVL', 1, 1000),
  seconds('IFLA_BR_MCAST_QUERY_RESPONSE_INTVL', 0, 1000),
  seconds('IFLA_BR_MCAST_STARTUP_QUERY_INTVL', 1, 1000),
];

async function dataOf(world: NicWorld, ifIndex: number, set: AttributeSet): Promise<Values> {
  const link = accepted(await (await world.route()).link(ifIndex), 'reading a link');
  const bytes = bytesIn(nestIn(link.values, 'IFLA_LINKINFO'), 'IFLA_INFO_DATA');
  return decodeAttributes(set, bytes ?? new Uint8Array(0));
}

const change = (
  world: NicWorld,
  ifIndex: number,
  kind: string,
  set: AttributeSet,
  data: Values,
): ReturnType<typeof ask> =>
  ask(world, {
    type: RTM_NEWLINK,
    body: linkBody(
      { ifi_index: ifIndex },
      encodeAttributes(LINK, { IFLA_LINKINFO: { IFLA_INFO_KIND: kind, IFLA_INFO_DATA: encodeAttributes(set, data) } }),
    ),
  });

Then('for every setting of a bridge and every value that it can have, it reads back', async function (this: NicWorld) {
  const [bridge] = await makeBridges(this, 1);
  const ifIndex = bridge?.ifIndex ?? 0;
  const wish = fc
    .constantFrom(...BRIDGE_SETTINGS)
    .chain(({ attribute, values }) => values.map((value) => ({ attribute, value })));
  await this.law(
    fc.asyncProperty(wish, async ({ attribute, value }) => {
      const messages = await change(this, ifIndex, 'bridge', LINKINFO_DATA_BRIDGE, { [attribute]: value });
      expectTaken(messages, `${attribute} ${value}`);
      const now = numberIn(await dataOf(this, ifIndex, LINKINFO_DATA_BRIDGE), attribute);
      expectNumber(now ?? -1, value, attribute);
    }),
    { runs: 2 },
  );
});

const refusedSetting = (world: NicWorld): { ifIndex: number; attribute: string; before: number } =>
  world.note('refused setting', () => ({ ifIndex: 0, attribute: '', before: -1 }));

When(
  /^(\d+) is asked for as (IFLA_BR_[A-Z_]+) of a bridge$/,
  async function (this: NicWorld, value: string, attribute: string) {
    const [bridge] = await makeBridges(this, 1);
    const note = refusedSetting(this);
    note.ifIndex = bridge?.ifIndex ?? 0;
    note.attribute = attribute;
    note.before = numberIn(await dataOf(this, note.ifIndex, LINKINFO_DATA_BRIDGE), attribute) ?? -1;
    await change(this, note.ifIndex, 'bridge', LINKINFO_DATA_BRIDGE, { [attribute]: Number(value) });
  },
);

Then('the setting is as before', async function (this: NicWorld) {
  const { ifIndex, attribute, before } = refusedSetting(this);
  expectNumber(numberIn(await dataOf(this, ifIndex, LINKINFO_DATA_BRIDGE), attribute) ?? -1, before, attribute);
});

/** bond_changelink(): within its range a setting is taken, beyond it is refused. */
const BOND_SETTINGS: readonly Setting[] = [
  range('IFLA_BOND_PRIMARY_RESELECT', 0, 5),
  range('IFLA_BOND_XMIT_HASH_POLICY', 0, 9),
  range('IFLA_BOND_RESEND_IGMP', 0, 400),
  range('IFLA_BOND_NUM_PEER_NOTIF', 0, 255),
  range('IFLA_BOND_ALL_SLAVES_ACTIVE', 0, 3),
  range('IFLA_BOND_MIN_LINKS', 0, 1000),
  range('IFLA_BOND_AD_SELECT', 0, 2),
  range('IFLA_BOND_FAIL_OVER_MAC', 0, 4),
];

Then(
  'for every setting of an aggregate and every value, it reads back, or is refused and is as before',
  async function (this: NicWorld) {
    accepted(await (await this.bonds()).addBond('nlbond0'), 'making an aggregate');
    const ifIndex = await indexCalled(this, 'nlbond0');
    const wish = fc
      .constantFrom(...BOND_SETTINGS)
      .chain(({ attribute, values }) => values.map((value) => ({ attribute, value })));
    await this.law(
      fc.asyncProperty(wish, async ({ attribute, value }) => {
        const before = numberIn(await dataOf(this, ifIndex, LINKINFO_DATA_BOND), attribute);
        const messages = await change(this, ifIndex, 'bond', LINKINFO_DATA_BOND, { [attribute]: value });
        const isTaken = errorsIn(messages).every(({ errno }) => errno === 0);
        const now = numberIn(await dataOf(this, ifIndex, LINKINFO_DATA_BOND), attribute);
        expectNumber(now ?? -1, (isTaken ? value : before) ?? -1, attribute);
      }),
    );
  },
);

const STATION = '02:00:00:00:00:77';

Given(
  /^a bridge "(\w+)" over p0 with the address 192.0.2.1, a neighbour 192.0.2.7, a station 02:00:00:00:00:77 and a route of protocol 99$/,
  async function (this: NicWorld, name: string) {
    accepted(await (await this.bridges()).addBridge(name), 'making a bridge');
    const ifIndex = await indexCalled(this, name);
    const port = portCalled(this, 'p0').ifIndex;
    accepted(await (await this.bridges()).setMaster(port, ifIndex), 'putting p0 into the bridge');
    for (const each of [port, ifIndex]) await setFlag(this, IFF_UP, true, each);
    await addAddress(this, ifIndex, [192, 0, 2, 1], 24);
    await addNeighbour(this, ifIndex, [192, 0, 2, 7]);
    const header = { ndm_family: AF_BRIDGE, ndm_ifindex: port, ndm_state: NUD_PERMANENT, ndm_flags: NTF_MASTER };
    const entry = encodeBody(NDMSG, header, encodeAttributes(NEIGHBOUR, { NDA_LLADDR: parseMac(STATION) }));
    const flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    expectTaken(await ask(this, { type: RTM_NEWNEIGH, flags, body: entry }), 'a station');
    await addRoute(this, {
      to: [198, 51, 100, 0],
      length: 24,
      gateway: [192, 0, 2, 7],
      ifIndex,
      protocol: 99,
      table: 254,
    });
  },
);

async function read(world: NicWorld, filter: ExportFilter): Promise<void> {
  const hierarchy = await readHierarchy((protocol) => world.target.netlink(protocol), filter);
  world.note('hierarchy', () => hierarchy);
}
const hierarchy = (world: NicWorld): Hierarchy =>
  world.note<Hierarchy>('hierarchy', () => {
    throw new Error('no hierarchy was read');
  });

When('the hierarchy is read', async function (this: NicWorld) {
  await read(this, {});
});
When('the hierarchy of the protocol bridge is read', async function (this: NicWorld) {
  await read(this, { protocol: 'bridge' });
});
When('the routes of protocol {int} are read', async function (this: NicWorld, origin: number) {
  await read(this, { protocol: 'ipv4', origin });
});

function nodeCalled(world: NicWorld, name: string): HierarchyNode {
  const node = hierarchy(world).devices.find((each) => each.name === name);
  expectThat(node !== undefined, `${name} is not in it`);
  return node;
}

Then('p0 stands below {string}, with the station', function (this: NicWorld, name: string) {
  const port = nodeCalled(this, portCalled(this, 'p0').netDevice);
  expectThat(port.master === name, `it stands below ${port.master ?? 'nothing'}`);
  expectThat(
    port.entries.some((entry) => entry.startsWith(STATION)),
    `behind it are ${port.entries.join(', ')}`,
  );
});

Then('{string} has the address, the neighbour and the route', function (this: NicWorld, name: string) {
  const node = nodeCalled(this, name);
  expectThat(node.kind === 'bridge', `it is a ${node.kind}`);
  expectThat(node.addresses.includes('192.0.2.1/24'), `its addresses are ${node.addresses.join(', ')}`);
  expectThat(
    node.neighbours.some((neighbour) => neighbour.startsWith('192.0.2.7 at')),
    `its neighbours are ${node.neighbours.join(', ')}`,
  );
  const route = hierarchy(this).routes.find(({ destination }) => destination === '198.51.100.0/24');
  expectThat(route?.devices.includes(name) === true, 'the route is not in it');
});

Then('there are {string} and p0 in it, and no routes', function (this: NicWorld, name: string) {
  const names = hierarchy(this).devices.map((node) => node.name);
  const expected = [name, portCalled(this, 'p0').netDevice];
  expectThat([...names].sort().join() === expected.sort().join(), `in it are ${names.join(' ')}`);
  expectNumber(hierarchy(this).routes.length, 0, 'routes');
});

Then('there is one, and it tells its protocol', function (this: NicWorld) {
  const { routes } = hierarchy(this);
  expectNumber(routes.length, 1, 'routes');
  expectNumber(routes[0]?.protocol ?? -1, 99, 'its protocol');
});

When(
  'the operation {int} of rtnetlink and the command {int} of the controller are asked for',
  async function (this: NicWorld, type: number, command: number) {
    const first = await ask(this, { type, body: new Uint8Array(4) });
    const second = await ask(this, { type: GENL_ID_CTRL, body: controllerBody(command), protocol: NETLINK_GENERIC });
    talk(this).messages = [...first, ...second];
  },
);

Then('both are refused with EOPNOTSUPP', function (this: NicWorld) {
  for (const message of talk(this).messages) expectRefused([message], 'EOPNOTSUPP');
  expectNumber(talk(this).messages.length, 2, 'answers');
});

Then('the log names them both', async function (this: NicWorld) {
  const lines = (await this.target.log?.()) ?? [];
  for (const words of ['type 122', 'generic family nlctrl, command 200'])
    expectThat(
      lines.some((line) => line.includes(words)),
      `the log does not name ${words}`,
    );
});
