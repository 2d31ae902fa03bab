/** Settings of ethtool: what was set reads back, what was refused left everything, and who listens learns of changes only. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { Announcement, EthtoolClient } from '../../reference-impl/netlink/ethtoolClient.js';
import { bitList, decodeBits } from '../../reference-impl/netlink/bitset.js';
import { bytesIn, isValues, listIn, nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { type EthtoolOperationName } from '../../reference-impl/netlink/families/ethtool.js';
import { LINK_MODE_NAMES, MESSAGE_CLASS_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { changesOf, settableIn, settingGroup, settingsIn, type SettingGroup } from '../properties/ethtoolSettings.js';
import { stringSetOfPort } from './ethtoolOperations.steps.js';
import { askOperation, lastReply } from './ethtoolRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { ethtoolNews, listenToEthtool } from './listening.js';
import { accepted, ethtoolCall } from './settings.js';
import { vlanDevice } from './vlanDevices.js';
import type { NicWorld } from './world.js';

export interface SettingNotes {
  listener: EthtoolClient | undefined;
  /** Announcements of the group since the listener began. */
  announced: Values[];
  before: Values;
}
export const settingNotes = (world: NicWorld): SettingNotes =>
  world.note('ethtool settings', () => ({ listener: undefined, announced: [], before: {} }));

/** ETH_SS_PRIV_FLAGS. */
const PRIVATE_FLAGS = 2;
const ownBits = async (world: NicWorld, { bits }: SettingGroup): Promise<readonly string[]> =>
  bits === undefined ? [] : bits.names.length > 0 ? bits.names : ((await stringSetOfPort(world, PRIVATE_FLAGS)) ?? []);

export const readSettings = async (world: NicWorld, { get }: SettingGroup): Promise<Values> =>
  accepted(await ethtoolCall(world, get), `asking for ${get}`);

Then(
  /^for every change of (.+), it reads back, or is refused and nothing has happened$/,
  async function (this: NicWorld, words: string) {
    const group = settingGroup(words);
    const own = await ownBits(this, group);
    await this.law(
      fc.asyncProperty(changesOf(group, own), async (change) => {
        const before = settingsIn(group, await readSettings(this, group), own);
        const result = await ethtoolCall(this, group.set, change);
        const after = settingsIn(group, await readSettings(this, group), own);
        const wanted = result.ok ? { ...before, ...settingsIn(group, change, own) } : before;
        for (const [member, value] of Object.entries(wanted))
          expectThat(isSame(after[member], value), `${member} is ${String(after[member])}, and should be ${value}`);
      }),
      { runs: 0.5 },
    );
  },
);

/** A bit that is off need not be shown by a list of those that are on. */
const isSame = (got: string | undefined, wanted: string): boolean => (got ?? 'off') === wanted;

Then(
  /^for every change of (.+), it is announced once if something has changed, and not otherwise$/,
  async function (this: NicWorld, words: string) {
    const group = settingGroup(words);
    const own = await ownBits(this, group);
    const listener = await listenToEthtool(this);
    await this.law(
      fc.asyncProperty(changesOf(group, own), async (change) => {
        const before = JSON.stringify(settingsIn(group, await readSettings(this, group), own));
        await ethtoolNews(this, listener, group.announced);
        await ethtoolCall(this, group.set, change);
        const news = await ethtoolNews(this, listener, group.announced);
        const after = settingsIn(group, await readSettings(this, group), own);
        expectNumber(news.length, before === JSON.stringify(after) ? 0 : 1, 'announcements');
        await ethtoolCall(this, group.set, change);
        expectNumber(
          (await ethtoolNews(this, listener, group.announced)).length,
          0,
          'announcements of the same once more',
        );
        const [said] = news;
        if (said === undefined) return;
        for (const [member, value] of Object.entries(settingsIn(group, said.values, own)))
          expectThat(
            isSame(after[member], value),
            `announced is ${member} ${value}, and it is ${String(after[member])}`,
          );
      }),
      { runs: 0.3 },
    );
  },
);

Given(/^changes of (?:.+) are listened to$/, async function (this: NicWorld) {
  settingNotes(this).listener = await listenToEthtool(this);
});

async function newsOf(world: NicWorld, words: string): Promise<readonly Values[]> {
  const { listener } = settingNotes(world);
  expectThat(listener !== undefined, 'nobody listens');
  return (await ethtoolNews(world, listener, settingGroup(words).announced)).map(({ values }) => values);
}

Then(/^a change of (.+) is announced$/, async function (this: NicWorld, words: string) {
  const news = await newsOf(this, words);
  expectNumber(news.length, 1, 'announcements');
  settingNotes(this).announced = [...news];
});

Then(/^of (.+) nothing is announced$/, async function (this: NicWorld, words: string) {
  expectNumber((await newsOf(this, words)).length, 0, 'announcements');
});

Then('the announcement has no password', function (this: NicWorld) {
  const [first] = settingNotes(this).announced;
  expectThat(first !== undefined && first['ETHTOOL_A_WOL_SOPASS'] === undefined, 'the password is announced');
});

Then('a change of features is announced with compact bit sets', async function (this: NicWorld) {
  const { listener } = settingNotes(this);
  expectThat(listener !== undefined, 'nobody listens');
  const [news] = await ethtoolNews(this, listener, 'FEATURES_NTF');
  expectThat(news !== undefined, 'nothing is announced');
  for (const member of ['HW', 'WANTED', 'ACTIVE', 'NOCHANGE']) {
    const bitset = nestIn(news.values, `ETHTOOL_A_FEATURES_${member}`);
    expectThat(bytesIn(bitset, 'ETHTOOL_A_BITSET_VALUE') !== undefined, `${member} is not compact`);
  }
});

When(
  /^the message level is set to the list "(.*)", by (?:words|list)$/,
  async function (this: NicWorld, words: string) {
    const values = { ETHTOOL_A_DEBUG_MSGMASK: bitList(words.split(' '), MESSAGE_CLASS_NAMES) };
    await askOperation(this, 'DEBUG_SET', values);
  },
);

Then(/^the message level is "(.*)"$/, async function (this: NicWorld, words: string) {
  const reply = accepted(await ethtoolCall(this, 'DEBUG_GET'), 'asking for the message level');
  const { set } = decodeBits(nestIn(reply, 'ETHTOOL_A_DEBUG_MSGMASK'), MESSAGE_CLASS_NAMES);
  const wanted = words.split(' ').sort().join(' ');
  expectThat([...set].sort().join(' ') === wanted, `the message level is ${[...set].join(' ')}`);
});

Given('somebody listens to ethtool', async function (this: NicWorld) {
  settingNotes(this).listener = await listenToEthtool(this);
});

When(
  /^([A-Z]+_SET) is asked of the port with all that ([A-Z]+_GET) answers$/,
  async function (this: NicWorld, set: EthtoolOperationName, get: EthtoolOperationName) {
    const reply = accepted(await ethtoolCall(this, get), `asking for ${get}`);
    const same = settableIn(set, reply);
    expectThat(Object.keys(same).length > 0, `nothing of ${get} can be set`);
    accepted(await ethtoolCall(this, set, same), `${set} with what is in force`);
  },
);

const announcedByEthtool = async (world: NicWorld): Promise<readonly Announcement[]> => {
  const { listener } = settingNotes(world);
  expectThat(listener !== undefined, 'nobody listens');
  return listener.announcements(world.quietMs);
};

Then('nothing is announced by ethtool', async function (this: NicWorld) {
  const names = (await announcedByEthtool(this)).map(({ name }) => name);
  expectThat(names.length === 0, `announced is ${names.join(', ')}`);
});

Then(
  /^ethtool announces ([A-Z]+_NTF) once, with what ([A-Z]+_GET) answers$/,
  async function (this: NicWorld, notification: string, get: EthtoolOperationName) {
    const [first, ...others] = (await announcedByEthtool(this)).filter(({ name }) => name === notification);
    expectThat(first !== undefined && others.length === 0, `it is announced ${others.length + (first ? 1 : 0)} times`);
    const reply = accepted(await ethtoolCall(this, get), `asking for ${get}`);
    for (const [name, value] of Object.entries(first.values))
      if (typeof value === 'number') expectNumber(value, numberIn(reply, name) ?? -1, name);
    const bits = (values: Values): string =>
      Object.values(values)
        .filter(isValues)
        .map((each) => [...decodeBits(each, LINK_MODE_NAMES).set].sort().join(' '))
        .join('; ');
    expectThat(bits(first.values) === bits(reply), `${bits(first.values)} is announced`);
  },
);

// Energy.

const eee = async (world: NicWorld): Promise<Values> => readSettings(world, settingGroup('energy saving'));

Then('a mode is offered for energy saving by both ends', async function (this: NicWorld) {
  const reply = await eee(this);
  const [ours, peer] = ['OURS', 'PEER'].map(
    (end) => decodeBits(nestIn(reply, `ETHTOOL_A_EEE_MODES_${end}`), LINK_MODE_NAMES).set,
  );
  const both = [...(ours ?? [])].filter((mode) => peer?.has(mode) === true);
  expectThat(both.length > 0, 'no mode is told of both ends');
});

Given('energy saving is switched on', async function (this: NicWorld) {
  accepted(await ethtoolCall(this, 'EEE_SET', { ETHTOOL_A_EEE_ENABLED: 1 }), 'switching energy saving on');
});

Then(/^energy saving is (not )?active$/, async function (this: NicWorld, not: string | null) {
  const active = numberIn(await eee(this), 'ETHTOOL_A_EEE_ACTIVE') === 1;
  expectThat(active === (not === null), `energy saving is ${active ? 'active' : 'not active'}`);
});

When('the mode of the link is not offered for energy saving', async function (this: NicWorld) {
  const link = accepted(await ethtoolCall(this, 'LINKMODES_GET'), 'asking for the link');
  const speed = numberIn(link, 'ETHTOOL_A_LINKMODES_SPEED') ?? 0;
  const { mask } = decodeBits(nestIn(await eee(this), 'ETHTOOL_A_EEE_MODES_OURS'), LINK_MODE_NAMES);
  const others = [...mask].filter((mode) => !mode.startsWith(`${speed}base`));
  const change = { ETHTOOL_A_EEE_MODES_OURS: bitList(others, LINK_MODE_NAMES) };
  accepted(await ethtoolCall(this, 'EEE_SET', change), `offering ${others.join(' ')}`);
});

// Statistics.

/** Bits of ETHTOOL_A_STATS_GROUPS by number. */
const macGroup: Values = {
  ETHTOOL_A_STATS_GROUPS: {
    ETHTOOL_A_BITSET_NOMASK: true,
    ETHTOOL_A_BITSET_BITS: { ETHTOOL_A_BITSET_BITS_BIT: [{ ETHTOOL_A_BITSET_BIT_NAME: 'eth-mac' }] },
  },
};

When(
  /^the statistics of the (express MAC|preemptible MAC|whole) are asked of the (port|VLAN device)$/,
  async function (this: NicWorld, which: string, whom: string) {
    const source = { whole: 0, 'express MAC': 1, 'preemptible MAC': 2 }[which] ?? 0;
    const netDevice = whom === 'port' ? this.port.netDevice : vlanDevice(this).name;
    await askOperation(this, 'STATS_GET', { ...macGroup, ETHTOOL_A_STATS_SRC: source }, { netDevice });
  },
);

const countersOf = (reply: Values): Map<string, number> => {
  const [group] = listIn(reply, 'ETHTOOL_A_STATS_GRP').filter(isValues);
  const stats = listIn(group, 'ETHTOOL_A_STATS_GRP_STAT').filter(isValues);
  return new Map(stats.flatMap((stat) => Object.entries(stat).map(([name, value]) => [name, Number(value)] as const)));
};

Then('each counter of the whole is the sum of both MACs', async function (this: NicWorld) {
  const of = async (source: number): Promise<Map<string, number>> =>
    countersOf((await askOperation(this, 'STATS_GET', { ...macGroup, ETHTOOL_A_STATS_SRC: source })).replies[0] ?? {});
  const [whole, express, preemptible] = [await of(0), await of(1), await of(2)];
  expectThat(whole.size > 0, 'nothing is counted');
  for (const [name, value] of whole)
    expectNumber((express.get(name) ?? 0) + (preemptible.get(name) ?? 0), value, `counter ${name}`);
});

Then('the reply has one group without counters', function (this: NicWorld) {
  const groups = listIn(lastReply(this), 'ETHTOOL_A_STATS_GRP').filter(isValues);
  expectNumber(groups.length, 1, 'groups');
  expectThat(groups[0]?.['ETHTOOL_A_STATS_GRP_STAT'] === undefined, 'the group has counters');
});

// Coalescing profiles.

type Direction = 'RX' | 'TX';
interface Step {
  readonly usecs: number;
  readonly packets: number;
}
const COMPLETIONS = 'ETHTOOL_A_IRQ_MODERATION_COMPS';
const profileNotes = (world: NicWorld): { before: string } => world.note('profile', () => ({ before: '' }));
const profile = (reply: Values, direction: Direction): Step[] =>
  listIn(nestIn(reply, `ETHTOOL_A_COALESCE_${direction}_PROFILE`), 'ETHTOOL_A_PROFILE_IRQ_MODERATION')
    .filter(isValues)
    .map((step) => ({
      usecs: numberIn(step, 'ETHTOOL_A_IRQ_MODERATION_USEC') ?? -1,
      packets: numberIn(step, 'ETHTOOL_A_IRQ_MODERATION_PKTS') ?? -1,
    }));
const profileValues = (direction: Direction, steps: readonly Step[]): Values => ({
  [`ETHTOOL_A_COALESCE_${direction}_PROFILE`]: {
    ETHTOOL_A_PROFILE_IRQ_MODERATION: steps.map(({ usecs, packets }) => ({
      ETHTOOL_A_IRQ_MODERATION_USEC: usecs,
      ETHTOOL_A_IRQ_MODERATION_PKTS: packets,
    })),
  },
});
const readProfile = async (world: NicWorld, direction: Direction): Promise<Step[]> =>
  profile(accepted(await ethtoolCall(world, 'COALESCE_GET'), 'asking for coalescing'), direction);

Then(
  'for every profile of adaptive coalescing, each direction reads back what it was set to',
  async function (this: NicWorld) {
    const step = fc.record({ usecs: fc.integer({ min: 0, max: 255 }), packets: fc.integer({ min: 1, max: 255 }) });
    const count = (await readProfile(this, 'RX')).length;
    const steps = fc.array(step, { minLength: count, maxLength: count });
    await this.law(
      fc.asyncProperty(steps, fc.constantFrom<Direction>('RX', 'TX'), async (wanted, direction) => {
        const other = direction === 'RX' ? 'TX' : 'RX';
        const kept = JSON.stringify(await readProfile(this, other));
        accepted(await ethtoolCall(this, 'COALESCE_SET', profileValues(direction, wanted)), 'setting a profile');
        const got = JSON.stringify(await readProfile(this, direction));
        expectThat(got === JSON.stringify(wanted), `the profile is ${got}`);
        expectThat(JSON.stringify(await readProfile(this, other)) === kept, 'the other direction has changed');
      }),
      { runs: 0.3 },
    );
  },
);

When('a profile with one step more than there are is set', async function (this: NicWorld) {
  const steps = await readProfile(this, 'RX');
  await askOperation(this, 'COALESCE_SET', profileValues('RX', [...steps, { usecs: 1, packets: 1 }]));
});

When('a profile with a limit of completions is set', async function (this: NicWorld) {
  const steps = await readProfile(this, 'RX');
  profileNotes(this).before = JSON.stringify(steps);
  const [first, ...others] = listIn(
    nestIn(profileValues('RX', steps), 'ETHTOOL_A_COALESCE_RX_PROFILE'),
    'ETHTOOL_A_PROFILE_IRQ_MODERATION',
  );
  const wanted = { ...(isValues(first) ? first : {}), ETHTOOL_A_IRQ_MODERATION_USEC: 99, [COMPLETIONS]: 5 };
  const profileOf = { ETHTOOL_A_PROFILE_IRQ_MODERATION: [wanted, ...others] };
  await askOperation(this, 'COALESCE_SET', { ETHTOOL_A_COALESCE_RX_PROFILE: profileOf });
});

Then('the profile is what it was', async function (this: NicWorld) {
  const now = JSON.stringify(await readProfile(this, 'RX'));
  expectThat(now === profileNotes(this).before, `the profile is ${now}`);
});

// RSS contexts.

Then(
  /^a dump of RSS from (\d+) on has the contexts "(.*)" of the port$/,
  async function (this: NicWorld, start: string, words: string) {
    const { replies } = await askOperation(
      this,
      'RSS_GET',
      { ETHTOOL_A_RSS_START_CONTEXT: Number(start) },
      { dumps: true },
    );
    const got = replies.map((reply) => numberIn(reply, 'ETHTOOL_A_RSS_CONTEXT') ?? 0).join(' ');
    expectThat(got === words, `the contexts are ${got}`);
  },
);

Given('two RSS contexts beside the main one', async function (this: NicWorld) {
  for (const number of [1, 2]) {
    const made = await ethtoolCall(this, 'RSS_CREATE_ACT', { ETHTOOL_A_RSS_CONTEXT: number });
    accepted(made, `making context ${number}`);
  }
});

// The MAC merge layer.

const mergeStatus = async (world: NicWorld): Promise<Values> =>
  readSettings(world, settingGroup('the MAC merge layer'));

Given('the MAC merge layer verifies', async function (this: NicWorld) {
  const change = {
    ETHTOOL_A_MM_PMAC_ENABLED: 1,
    ETHTOOL_A_MM_TX_ENABLED: 1,
    ETHTOOL_A_MM_VERIFY_ENABLED: 1,
    ETHTOOL_A_MM_VERIFY_TIME: 20,
  };
  accepted(await ethtoolCall(this, 'MM_SET', change), 'switching verification on');
});

Then(
  /^verification (is under way|has failed), and nothing is preempted$/,
  async function (this: NicWorld, words: string) {
    const reply = await mergeStatus(this);
    const [VERIFYING, FAILED] = [2, 4];
    const wanted = words === 'has failed' ? FAILED : VERIFYING;
    expectNumber(numberIn(reply, 'ETHTOOL_A_MM_VERIFY_STATUS') ?? -1, wanted, 'status of verification');
    expectNumber(numberIn(reply, 'ETHTOOL_A_MM_TX_ACTIVE') ?? -1, 0, 'active preemption');
  },
);

When('the smallest fragment of transmission is set to {int}', async function (this: NicWorld, size: number) {
  settingNotes(this).before = await mergeStatus(this);
  accepted(await ethtoolCall(this, 'MM_SET', { ETHTOOL_A_MM_TX_MIN_FRAG_SIZE: size }), 'setting the fragment');
});

Then('the smallest fragment of reception is what it was', async function (this: NicWorld) {
  const before = numberIn(settingNotes(this).before, 'ETHTOOL_A_MM_RX_MIN_FRAG_SIZE') ?? -1;
  const now = numberIn(await mergeStatus(this), 'ETHTOOL_A_MM_RX_MIN_FRAG_SIZE') ?? -2;
  expectNumber(now, before, 'the smallest fragment of reception');
});
