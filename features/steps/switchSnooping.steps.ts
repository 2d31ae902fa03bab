/** What stations and queriers say of groups, and which ports are routers'. */
import { Given, Then, When } from '@cucumber/cucumber';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import {
  joinFrame,
  leaveFrame,
  questionFrame,
  reportFrame,
  type Fault,
  type Protocol,
  type RecordName,
} from '../properties/groupFrames.js';
import { SERVICE_TAG } from '../properties/numberedFrames.js';
import type { StationName } from '../properties/stations.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import {
  GROUP,
  TAGGED,
  vidIn,
  answered,
  askOurselves,
  groupTable,
  lookUntil,
  nameOfMember,
  ownQuestionIsOver,
  sendMessage,
  sendToGroup,
  senderCalled,
  taken,
} from './switchGroups.js';
import { recording } from './switchQuestions.steps.js';
import { setPort } from './switchPortStates.steps.js';
import { bridgeCalled, bridgeSettings, namesIn, settled } from './switchPorts.js';
import type { NicWorld } from './world.js';

Given('the bridge asks who is in which group', async function (this: NicWorld) {
  await askOurselves(this);
});

/** For both families, so that the groups of both are known. */
Given(/^a querier is behind (p\d)$/, async function (this: NicWorld, port: string) {
  await ownQuestionIsOver(this);
  await sendMessage(this, port, questionFrame('IGMPv2', senderCalled(this, 'Q')));
  await sendMessage(this, port, questionFrame('MLDv1', senderCalled(this, 'Q')));
  await taken(this);
  await answered(this);
});

When(
  /^(IGMPv[123]|MLDv[12]) asks at (p\d) for all groups(?: from (\S+))?$/,
  async function (this: NicWorld, protocol: Protocol, port: string, source: string | null) {
    await ownQuestionIsOver(this);
    await sendMessage(this, port, questionFrame(protocol, senderCalled(this, 'Q', undefined, source ?? undefined)));
    await taken(this);
  },
);

When(
  new RegExp(String.raw`^(IGMPv[123]|MLDv[12]) asks at (p\d) for ${GROUP}$`),
  async function (this: NicWorld, protocol: Protocol, port: string, group: string) {
    await sendMessage(this, port, questionFrame(protocol, senderCalled(this, 'Q'), { group, answersWithin: 3 }));
    await taken(this);
  },
);

When(
  new RegExp(String.raw`^([A-Z]) joins ${GROUP} by (IGMPv[123]|MLDv[12]) at (p\d)${TAGGED}$`),
  async function (
    this: NicWorld,
    station: StationName,
    group: string,
    protocol: Protocol,
    port: string,
    vid: string | null,
  ) {
    await sendMessage(this, port, joinFrame(protocol, group, senderCalled(this, station, vidIn(vid).vid)));
  },
);

When(
  new RegExp(String.raw`^([A-Z]) leaves ${GROUP} by (IGMPv[23]|MLDv[12]) at (p\d)${TAGGED}$`),
  async function (
    this: NicWorld,
    station: StationName,
    group: string,
    protocol: Protocol,
    port: string,
    vid: string | null,
  ) {
    await sendMessage(this, port, leaveFrame(protocol, group, senderCalled(this, station, vidIn(vid).vid)));
  },
);

When(
  new RegExp(
    String.raw`^([A-Z]) says (IS_IN|IS_EX|TO_IN|TO_EX|ALLOW|BLOCK) of ${GROUP} and (.+) by (IGMPv3|MLDv2) at (p\d)$`,
  ),
  async function (
    this: NicWorld,
    station: StationName,
    type: RecordName,
    group: string,
    sources: string,
    protocol: 'IGMPv3' | 'MLDv2',
    port: string,
  ) {
    const record = { type, group, sources: sourcesIn(sources) };
    await sendMessage(this, port, reportFrame(protocol, [record], senderCalled(this, station)));
    await taken(this);
  },
);

/** `no source`, so many, or each by its address. */
function sourcesIn(words: string): readonly string[] {
  if (words === 'no source') return [];
  const [, count] = /^(\d+) sources$/.exec(words) ?? [];
  if (count === undefined) return namesIn(words);
  return Array.from({ length: Number(count) }, (_, index) => `198.51.100.${index + 1}`);
}

When(
  new RegExp(String.raw`^([A-Z]) joins ${GROUP} by IGMPv2 at (p\d), service-tagged (\d+)$`),
  async function (this: NicWorld, station: StationName, group: string, port: string, vid: string) {
    const sender = { ...senderCalled(this, station), tags: [{ tpid: SERVICE_TAG, tci: Number(vid) }] };
    await sendMessage(this, port, joinFrame('IGMPv2', group, sender));
  },
);

/** What is wrong, in words. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'a wrong checksum': 'checksum',
  'a wrong checksum of its IP header': 'header checksum',
  'half of its bytes': 'short',
  'a length beyond its end': 'total length',
};

When(
  new RegExp(String.raw`^([A-Z]) joins ${GROUP} by (IGMPv[123]|MLDv[12]) at (p\d) with (.+)$`),
  async function (this: NicWorld, station: StationName, group: string, protocol: Protocol, port: string, what: string) {
    const fault = FAULTS[what];
    expectThat(fault !== undefined, `nothing is wrong with "${what}"`);
    await sendMessage(this, port, joinFrame(protocol, group, senderCalled(this, station), fault));
  },
);

When(
  new RegExp(String.raw`^a frame from ([A-Z])(?: with the source (\S+))? to ${GROUP}${TAGGED} comes in at (p\d)$`),
  async function (
    this: NicWorld,
    from: StationName,
    source: string | null,
    group: string,
    vid: string | null,
    port: string,
  ) {
    await sendToGroup(this, port, from, group, { ...vidIn(vid), ...(source === null ? {} : { source }) });
  },
);

Then(/^router ports are (none|p\d(?:(?:, | and )p\d)*)$/, async function (this: NicWorld, ports: string) {
  const namesOf = async (): Promise<string> =>
    (await groupTable(this)).routers
      .map(({ ifIndex }) => nameOfMember(this, ifIndex))
      .sort()
      .join(', ');
  const wanted = (ports === 'none' ? [] : namesIn(ports)).sort().join(', ');
  const told = await lookUntil(this, namesOf, (found) => found === wanted);
  expectThat(told === wanted, `router ports are ${told || 'none'} instead of ${wanted || 'none'}`);
});

Given(
  /^(p\d) (?:is|becomes) (no router port, ever|a router port if a querier is seen|a router port|a router port for a while)$/,
  async function (this: NicWorld, port: string, how: keyof typeof ROUTER_TYPES) {
    await setPort(this, port, { IFLA_BRPORT_MULTICAST_ROUTER: ROUTER_TYPES[how] });
  },
);

const ROUTER_TYPES = {
  'no router port, ever': 0,
  'a router port if a querier is seen': 1,
  'a router port': 2,
  'a router port for a while': 3,
} as const;

Given(
  /^a (membership|last member|querier|query|startup query) interval of (\d+) hundredths$/,
  async function (this: NicWorld, which: keyof typeof INTERVALS, ticks: string) {
    const result = await (
      await this.bridges()
    ).changeBridge(bridgeCalled(this).ifIndex, {
      [INTERVALS[which]]: Number(ticks),
    });
    accepted(result, `the ${which} interval`);
    await settled(this);
  },
);

const INTERVALS = {
  membership: 'IFLA_BR_MCAST_MEMBERSHIP_INTVL',
  'last member': 'IFLA_BR_MCAST_LAST_MEMBER_INTVL',
  querier: 'IFLA_BR_MCAST_QUERIER_INTVL',
  query: 'IFLA_BR_MCAST_QUERY_INTVL',
  'startup query': 'IFLA_BR_MCAST_STARTUP_QUERY_INTVL',
} as const;

When(/^(\d+) milliseconds pass$/, async function (this: NicWorld, milliseconds: string) {
  if (!recording(this).isOn) await taken(this);
  await this.target.clock.sleep(Number(milliseconds));
});

Then(/^the bridge (snoops|does not snoop)$/, async function (this: NicWorld, does: string) {
  const value = numberIn(await bridgeSettings(this), 'IFLA_BR_MCAST_SNOOPING') ?? -1;
  expectNumber(value, does === 'snoops' ? 1 : 0, 'IFLA_BR_MCAST_SNOOPING');
});
