/** The multicast database: what the user puts there and takes away, and what is told of it. */
import { Given, Then, When } from '@cucumber/cucumber';
import {
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RTM_DELMDB,
  RTM_NEWMDB,
} from '../../reference-impl/netlink/constants.js';
import { MDB_FLAGS_OFFLOAD, MDB_PERMANENT } from '../../reference-impl/netlink/families/mdb.js';
import { MdbClient } from '../../reference-impl/netlink/mdbClient.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { parseIpv4, parseIpv6, parseMac } from '../../reference-impl/packet/addresses.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import {
  GROUP,
  IN_VLAN,
  vidIn,
  expectMembers,
  groupTable,
  groupsOf,
  indexOfMember,
  lookUntil,
  membersOf,
  nameOfMember,
  putGroup,
  takeGroup,
} from './switchGroups.js';
import { setPort } from './switchPortStates.steps.js';
import { bridgeCalled, changeBridge, namesIn, portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

const NEW_GROUP = String.raw`${GROUP} is put at (p\d|the bridge), (permanent|temporary)${IN_VLAN}`;

When(
  new RegExp(String.raw`^${NEW_GROUP}$`),
  async function (this: NicWorld, group: string, who: string, state: string, vid: string | null) {
    const how = { isPermanent: state === 'permanent', ...vidIn(vid) };
    accepted(await putGroup(this, group, who, how), `putting ${group} at ${who}`);
  },
);

const CONDITIONS = {
  '': NLM_F_CREATE,
  ', if it is not there': NLM_F_CREATE | NLM_F_EXCL,
  ', in place of what is there': NLM_F_CREATE | NLM_F_REPLACE,
} as const;

When(
  new RegExp(
    String.raw`^${GROUP} is to be put at (p\d|the bridge), (permanent|temporary)${IN_VLAN}(, if it is not there|, in place of what is there|)$`,
  ),
  async function (
    this: NicWorld,
    group: string,
    who: string,
    state: string,
    vid: string | null,
    condition: keyof typeof CONDITIONS,
  ) {
    const how = { isPermanent: state === 'permanent', ...vidIn(vid), messageFlags: CONDITIONS[condition] };
    this.answer = await putGroup(this, group, who, how);
  },
);

When(
  new RegExp(String.raw`^${GROUP} is taken from (p\d|the bridge)${IN_VLAN}$`),
  async function (this: NicWorld, group: string, who: string, vid: string | null) {
    accepted(await takeGroup(this, group, who, vidIn(vid)), `taking ${group} from ${who}`);
  },
);

When(
  new RegExp(String.raw`^${GROUP} is to be taken from (p\d|the bridge)${IN_VLAN}$`),
  async function (this: NicWorld, group: string, who: string, vid: string | null) {
    this.answer = await takeGroup(this, group, who, vidIn(vid));
  },
);

Then(
  new RegExp(String.raw`^in ${GROUP}${IN_VLAN} (?:is|are) (nobody|(?:p\d|the host)(?:(?:, | and )(?:p\d|the host))*)$`),
  async function (this: NicWorld, group: string, vid: string | null, who: string) {
    await expectMembers(this, group, namesIn(who), vidIn(vid).vid);
  },
);

Then(
  new RegExp(String.raw`^the membership of (p\d) in ${GROUP} is (permanent|temporary)$`),
  async function (this: NicWorld, port: string, group: string, state: string) {
    const { ifIndex } = portCalled(this, port);
    const isSo = (found: Awaited<ReturnType<typeof membersOf>>): boolean =>
      found.some((each) => each.ifIndex === ifIndex && each.isPermanent === (state === 'permanent'));
    const found = await lookUntil(this, () => membersOf(this, group), isSo);
    const told = found.map(
      (each) => `${nameOfMember(this, each.ifIndex)} ${each.isPermanent ? 'permanent' : 'temporary'}`,
    );
    expectThat(isSo(found), `in ${group} are ${told.join(', ') || 'none'}`);
  },
);

Then(
  new RegExp(String.raw`^the membership of (p\d) in ${GROUP} is (not )?marked as offloaded$`),
  async function (this: NicWorld, port: string, group: string, not: string | null) {
    const { ifIndex } = portCalled(this, port);
    const isSo = (found: Awaited<ReturnType<typeof membersOf>>): boolean =>
      found.some((each) => each.ifIndex === ifIndex && ((each.flags & MDB_FLAGS_OFFLOAD) !== 0) === (not === null));
    const found = await lookUntil(this, () => membersOf(this, group), isSo);
    expectThat(isSo(found), `the flags of ${group} are ${found.map(({ flags }) => flags).join(', ') || 'none'}`);
  },
);

Then(
  new RegExp(
    String.raw`^asked for ${GROUP}${IN_VLAN}, the bridge names (nobody|(?:p\d|the host)(?:(?:, | and )(?:p\d|the host))*)$`,
  ),
  async function (this: NicWorld, group: string, vid: string | null, who: string) {
    const result = await (await groupsOf(this)).get(bridgeCalled(this).ifIndex, group, vidIn(vid).vid);
    const { members } = accepted(result, `asking for ${group}`);
    const told = members
      .map(({ ifIndex }) => nameOfMember(this, ifIndex))
      .sort()
      .join(', ');
    const wanted = namesIn(who).sort().join(', ');
    expectThat(told === wanted, `the bridge names ${told || 'nobody'} instead of ${wanted || 'nobody'}`);
  },
);

When(new RegExp(String.raw`^the bridge is asked for ${GROUP}$`), async function (this: NicWorld, group: string) {
  this.answer = await (await groupsOf(this)).get(bridgeCalled(this).ifIndex, group);
});

/** struct br_mdb_entry of a group that would be taken, with one member wrong. */
const WRONG_ENTRIES: Readonly<Record<string, Values>> = {
  'the protocol 0x0806': { proto: 0x0806 },
  'the state 2': { state: 2 },
  'the VID 4095': { vid: 4095 },
  'the index 0': { ifindex: 0 },
  'a device that does not exist': { ifindex: 0x7fff_fff0 },
};
const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;

function wrongEntry(what: string): Values {
  const [, kind, address = ''] = /^the (link address|address) (\S+)$/.exec(what) ?? [];
  if (kind === undefined) {
    const members = WRONG_ENTRIES[what];
    expectThat(members !== undefined, `nothing is wrong with "${what}"`);
    return members;
  }
  if (kind === 'link address') return { addr: parseMac(address), proto: 0, state: MDB_PERMANENT };
  return address.includes(':')
    ? { addr: parseIpv6(address), proto: ETH_P_IPV6 }
    : { addr: parseIpv4(address), proto: ETH_P_IP };
}

When(/^an entry at (p\d) is to be made for (.+)$/, async function (this: NicWorld, port: string, what: string) {
  const right = { ifindex: portCalled(this, port).ifIndex, addr: parseIpv4('239.1.1.1'), proto: ETH_P_IP };
  this.answer = await (await groupsOf(this)).addEntry(bridgeCalled(this).ifIndex, { ...right, ...wrongEntry(what) });
});

Given(/^(p\d) may be in (\d+) groups?$/, async function (this: NicWorld, port: string, most: string) {
  await setPort(this, port, { IFLA_BRPORT_MCAST_MAX_GROUPS: Number(most) });
});

Then(/^(p\d) is in (\d+) groups?$/, async function (this: NicWorld, port: string, count: string) {
  const ports = accepted(await (await this.bridges()).ports(), 'reading the ports');
  const members = ports.get(portCalled(this, port).ifIndex);
  expectNumber(numberIn(members, 'IFLA_BRPORT_MCAST_N_GROUPS') ?? -1, Number(count), `the groups of ${port}`);
});

When(/^all groups of (p\d) are taken away$/, async function (this: NicWorld, port: string) {
  const which = { ifIndex: portCalled(this, port).ifIndex };
  accepted(await (await groupsOf(this)).removeAll(bridgeCalled(this).ifIndex, which), 'taking groups away');
});

When('all temporary groups are taken away', async function (this: NicWorld) {
  const which = { isPermanent: false };
  accepted(await (await groupsOf(this)).removeAll(bridgeCalled(this).ifIndex, which), 'taking groups away');
});

Given(/^there may be (\d+) groups more than there are$/, async function (this: NicWorld, more: string) {
  const { ifIndex } = bridgeCalled(this);
  const own = (await groupTable(this)).members.filter(({ bridge }) => bridge === ifIndex);
  const entries = new Set(own.map(({ group, source, vid }) => `${group} ${source} ${vid}`));
  await changeBridge(this, { IFLA_BR_MCAST_HASH_MAX: entries.size + Number(more) });
});

/** The bridge itself may be in a few. */
const MOST_GROUPS = 3;

When(/^groups are put at (p\d) until one is refused$/, async function (this: NicWorld, port: string) {
  for (let number = 1; number <= MOST_GROUPS; number++) {
    this.answer = await putGroup(this, `239.1.2.${number}`, port, { isPermanent: true });
    if (!this.answer.ok) return;
  }
});

const listener = (world: NicWorld): { client: MdbClient | undefined } =>
  world.note('group listener', () => ({ client: undefined }));

Given('somebody listens to the groups', async function (this: NicWorld) {
  const client = new MdbClient(await this.openNetlink(0));
  await client.listen();
  listener(this).client = client;
});

/** Other groups may be announced before. */
const ANNOUNCEMENT_TRIES = 20;

Then(
  new RegExp(String.raw`^(p\d|the bridge) in ${GROUP} is announced as (new|gone)$`),
  async function (this: NicWorld, who: string, group: string, what: string) {
    const { client } = listener(this);
    expectThat(client !== undefined, 'nobody listens to the groups');
    const [type, ifIndex] = [what === 'new' ? RTM_NEWMDB : RTM_DELMDB, indexOfMember(this, who)];
    for (let tries = 0; tries < ANNOUNCEMENT_TRIES; tries++) {
      const news = await client.announcements(this.patienceMs);
      const isIt = news.some(
        (each) => each.type === type && each.members.some((one) => one.group === group && one.ifIndex === ifIndex),
      );
      if (isIt) return;
      if (news.length === 0) break;
    }
    expectThat(false, `${who} in ${group} was not announced as ${what}`);
  },
);
