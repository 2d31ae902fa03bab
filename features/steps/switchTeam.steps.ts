/** Teams: modes, options, ports, and where frames leave. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { NetDeviceName } from '../../harness/contract/index.js';
import { TeamClient } from '../../reference-impl/netlink/teamClient.js';
import { viewOf } from '../../reference-impl/netlink/wire.js';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import { stationFamily, stationFrame, type StationName } from '../properties/stations.js';
import { FIRST, aggregateCalled, until } from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { arrivedAt, namesIn, portCalled, sendFromHost, sendInto, settled, watch } from './switchPorts.js';
import {
  announcedOption,
  byteProgram,
  classicProgram,
  listenToTeams,
  makeTeam,
  newsOfTeams,
  optionNamed,
  optionValue,
  setTeamOption,
  teamOption,
  teamOptions,
  teamPorts,
} from './teams.js';
import type { NicWorld } from './world.js';

const MODE = 'broadcast|roundrobin|random|activebackup|loadbalance';
const PORTS = String.raw`p\d(?:(?:, | and )p\d)*`;

Given(
  new RegExp(`^an? (${MODE}) team(?: (lag\\d))? of (${PORTS})$`),
  async function (this: NicWorld, mode: string, name: string | null, ports: string) {
    await makeTeam(this, mode, namesIn(ports), name ?? FIRST);
  },
);

Given(new RegExp(`^an? (${MODE}) team without ports$`), async function (this: NicWorld, mode: string) {
  await makeTeam(this, mode, []);
});

Given(
  /^an? (\w+) team (lag\d) without ports, with an MTU of (\d+)$/,
  async function (this: NicWorld, mode: string, name: string, mtu: string) {
    const { ifIndex } = await makeTeam(this, mode, [], name);
    accepted(await (await this.route()).setLink(ifIndex, { IFLA_MTU: Number(mtu) }), `an MTU of ${mtu}`);
  },
);

Given(
  /^a team without a mode(?:, of (p\d(?:(?:, | and )p\d)*))?$/,
  async function (this: NicWorld, ports: string | null) {
    await makeTeam(this, undefined, ports === null ? [] : namesIn(ports));
  },
);

// Options.

const WHOSE = String.raw`the team|p\d|hash \d+`;

Given(
  new RegExp(`^the option (\\w+) of (${WHOSE}) is (on|off|p\\d|-?\\d+|[a-z_]+)$`),
  async function (this: NicWorld, name: string, whose: string, words: string) {
    await setTeamOption(this, name, whose, optionValue(this, optionNamed(this, name, whose).type, words));
  },
);

When(
  new RegExp(`^the option (\\w+) of (${WHOSE}) is set to (on|off|p\\d|-?\\d+|[a-z_]+)$`),
  async function (this: NicWorld, name: string, whose: string, words: string) {
    const option = optionNamed(this, name, whose);
    const { ifIndex } = aggregateCalled(this);
    this.answer = await (await this.teams()).setOption(ifIndex, option, optionValue(this, option.type, words));
    await settled(this);
  },
);

When(
  /^the option (\w+) of the team is set to (\d+), as if it were of another type$/,
  async function (this: NicWorld, name: string, value: string) {
    const option = { ...optionNamed(this, name, 'the team'), type: 's32' as const };
    this.answer = await (await this.teams()).setOption(aggregateCalled(this).ifIndex, option, Number(value));
  },
);

When(
  /^the option (\w+) of the team is set to (\d+), and nobody listens$/,
  async function (this: NicWorld, name: string, value: string) {
    // A socket of its own, for that of the scenario listens once it has set something.
    const unheard = await TeamClient.open((protocol) => this.target.netlink(protocol));
    const { ifIndex } = aggregateCalled(this);
    this.answer = await unheard.setOptionUnheard(ifIndex, optionNamed(this, name, 'the team'), Number(value));
    await unheard.close();
  },
);

Then(
  new RegExp(`^the option (\\w+) of (${WHOSE}) reads (on|off|p\\d|-?\\d+|[a-z_]+|\\*NOMODE\\*)$`),
  async function (this: NicWorld, name: string, whose: string, words: string) {
    const option = optionNamed(this, name, whose);
    const wanted = optionValue(this, option.type, words);
    const told = await teamOption(this, option);
    expectThat(told !== undefined, `the team tells no option ${name} of ${whose}`);
    expectThat(told.value === wanted, `${name} of ${whose} is ${String(told.value)} instead of ${String(wanted)}`);
  },
);

Then(
  new RegExp(`^the team has (an|no) option (\\w+) of (${WHOSE})$`),
  async function (this: NicWorld, has: string, name: string, whose: string) {
    const told = await teamOption(this, optionNamed(this, name, whose));
    expectThat((told !== undefined) === (has === 'an'), `the team tells ${told === undefined ? 'no' : 'an'} ${name}`);
  },
);

Then(/^the team has (\d+) options (\w+)$/, async function (this: NicWorld, count: string, name: string) {
  const found = (await teamOptions(this)).filter((each) => each.name === name);
  expectNumber(new Set(found.map(({ index }) => index)).size, Number(count), `places of the option ${name}`);
});

Given(/^the team tells flows apart by byte (\d+)$/, async function (this: NicWorld, offset: string) {
  await setTeamOption(this, 'bpf_hash_func', 'the team', byteProgram(Number(offset)));
});

When('the team is given a program that never ends', async function (this: NicWorld) {
  // The last instruction loads, and nothing returns.
  const program = classicProgram([0x30, 5]);
  const option = optionNamed(this, 'bpf_hash_func', 'the team');
  this.answer = await (await this.teams()).setOption(aggregateCalled(this).ifIndex, option, program);
});

Then(
  /^the program of the team is the one that tells flows apart by byte (\d+)$/,
  async function (this: NicWorld, offset: string) {
    const told = await teamOption(this, optionNamed(this, 'bpf_hash_func', 'the team'));
    const isSame = told?.value instanceof Uint8Array && equalBytes(told.value, byteProgram(Number(offset)));
    expectThat(isSame, 'the team tells another program');
  },
);

// Ports.

Then(/^the team tells the link of (p\d) as (up|down)$/, async function (this: NicWorld, port: string, state: string) {
  const { ifIndex } = portCalled(this, port);
  const isSo = async (): Promise<boolean> =>
    (await teamPorts(this)).some((each) => each.ifIndex === ifIndex && each.linkUp === (state === 'up'));
  expectThat(await until(this, isSo), `the team does not tell the link of ${port} as ${state}`);
});

Then(new RegExp(`^the ports of the team are (${PORTS}|nobody)$`), async function (this: NicWorld, ports: string) {
  const told = (await teamPorts(this)).map(({ ifIndex }) => ifIndex);
  const wanted = namesIn(ports).map((port) => portCalled(this, port).ifIndex);
  const isSame = told.length === wanted.length && told.every((index, at) => index === wanted[at]);
  expectThat(isSame, `the team tells the ports ${told.join(', ')} instead of ${wanted.join(', ')}`);
});

Then(
  /^the team tells for (p\d) what the port tells of speed and duplex$/,
  async function (this: NicWorld, port: string) {
    const { ifIndex, netDevice } = portCalled(this, port);
    const modes = await (await this.ethtool()).call('LINKMODES_GET', netDevice);
    const values = modes.ok ? modes.value : {};
    const told = (await teamPorts(this)).find((each) => each.ifIndex === ifIndex);
    expectThat(told !== undefined, `the team does not tell ${port}`);
    expectNumber(told.speed, Number(values['ETHTOOL_A_LINKMODES_SPEED'] ?? 0), `the speed of ${port}`);
    expectNumber(told.duplex, Number(values['ETHTOOL_A_LINKMODES_DUPLEX'] ?? 0), `the duplex of ${port}`);
  },
);

// News.

When('somebody listens to the team', async function (this: NicWorld) {
  await listenToTeams(this);
});

Then(
  new RegExp(`^the option (\\w+) of (${WHOSE}) is announced as (changed|removed)$`),
  async function (this: NicWorld, name: string, whose: string, how: 'changed' | 'removed') {
    const news = await announcedOption(this, optionNamed(this, name, whose));
    expectThat(
      news.some((each) => each[how]),
      `no option ${name} of ${whose} was announced as ${how}`,
    );
  },
);

Then(
  new RegExp(`^the option (\\w+) of (${WHOSE}) is announced as (on|off|p\\d|-?\\d+)$`),
  async function (this: NicWorld, name: string, whose: string, words: string) {
    const option = optionNamed(this, name, whose);
    const wanted = optionValue(this, option.type, words);
    const news = await announcedOption(this, option);
    expectThat(
      news.at(-1)?.value === wanted,
      `${name} of ${whose} was announced as ${String(news.at(-1)?.value)} instead of ${String(wanted)}`,
    );
  },
);

Then(/^nothing is announced of the option (\w+)$/, async function (this: NicWorld, name: string) {
  const news = (await newsOfTeams(this)).flatMap(({ options }) => options).filter((each) => each.name === name);
  expectNumber(news.length, 0, `announcements of ${name}`);
});

Then(
  /^the port (p\d) is announced (with a link|without a link|as removed)$/,
  async function (this: NicWorld, port: string, how: string) {
    const { ifIndex } = portCalled(this, port);
    const isSo = async (): Promise<boolean> => {
      const told = (await newsOfTeams(this)).flatMap(({ ports }) => ports).filter((each) => each.ifIndex === ifIndex);
      const last = told.at(-1);
      if (last === undefined || !last.changed) return false;
      return how === 'as removed' ? last.removed : !last.removed && last.linkUp === (how === 'with a link');
    };
    expectThat(await until(this, isSo), `${port} was not announced ${how}`);
  },
);

// Frames.

const ETH_P_SLOW = 0x8809;
const SLOW_PROTOCOLS = '01:80:c2:00:00:02';

When(
  /^a PDU of LACP from ([A-Z]) comes in at (p\d)$/,
  async function (this: NicWorld, from: StationName, port: string) {
    const family = stationFamily(this.scenario);
    const pdu = stationFrame({ from, to: SLOW_PROTOCOLS, number: 1, family });
    viewOf(pdu).setUint16(12, ETH_P_SLOW);
    await sendInto(this, port, [pdu]);
  },
);

Then(
  /^the host gets the PDU at (p\d) (and not at the aggregate|and at the aggregate too)$/,
  async function (this: NicWorld, port: string, where: string) {
    const { netDevice } = portCalled(this, port);
    const { name } = aggregateCalled(this);
    const isPdu = (frame: Uint8Array): boolean => viewOf(frame).getUint16(12) === ETH_P_SLOW;
    await watch(this, new Map([[netDevice, 1]]));
    const at = (place: NetDeviceName): number => arrivedAt(this, place).filter(isPdu).length;
    expectNumber(at(netDevice), 1, `PDUs at ${port}`);
    expectNumber(at(name), where === 'and not at the aggregate' ? 0 : 1, `PDUs at ${name}`);
  },
);

When(
  /^the host sends a frame from ([A-Z]) to station (\d+) at the aggregate$/,
  async function (this: NicWorld, from: StationName, number: string) {
    await sendFromHost(this, aggregateCalled(this).name, [{ from, to: `station ${number}` }]);
  },
);

// Counters.

const LB_STATS = /^(p\d|hash \d+)$/;

Then(
  /^the team has balanced (no|\d+) bytes through (p\d|hash \d+)$/,
  async function (this: NicWorld, count: string, whose: string) {
    expectThat(LB_STATS.test(whose), `${whose} has no counter`);
    const option = optionNamed(this, whose.startsWith('p') ? 'lb_port_stats' : 'lb_hash_stats', whose);
    const wanted = count === 'no' ? 0 : Number(count);
    const read = async (): Promise<number> => {
      const told = (await teamOption(this, option))?.value;
      return told instanceof Uint8Array && told.length === 8 ? Number(viewOf(told).getBigUint64(0, true)) : -1;
    };
    await until(this, async () => (await read()) === wanted);
    expectNumber(await read(), wanted, `bytes through ${whose}`);
  },
);

When(
  /^the member (p\d) alone is asked for an MTU of (\d+)$/,
  async function (this: NicWorld, port: string, mtu: string) {
    this.answer = await (await this.route()).setLink(portCalled(this, port).ifIndex, { IFLA_MTU: Number(mtu) });
  },
);

When('the VLAN device is asked to join the aggregate', async function (this: NicWorld) {
  const link = accepted(await (await this.route()).link('lagvlan0'), 'looking for the VLAN device');
  const ifIndex = Number(link.header['ifi_index']);
  this.answer = await (await this.teams()).setMaster(ifIndex, aggregateCalled(this).ifIndex);
});
