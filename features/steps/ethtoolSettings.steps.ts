/** Settings of ethtool: what was set reads back, what was refused left everything, and who listens learns of changes only. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { Announcement, EthtoolClient } from '../../reference-impl/netlink/ethtoolClient.js';
import { bitList, decodeBits } from '../../reference-impl/netlink/bitset.js';
import { bytesIn, isValues, listIn, nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { DUPLEX_FULL, DUPLEX_HALF, type EthtoolOperationName } from '../../reference-impl/netlink/families/ethtool.js';
import { LINK_MODE_NAMES, MESSAGE_CLASS_NAMES, WAKE_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { changesOf, settableIn, settingGroup, settingsIn, type SettingGroup } from '../properties/ethtoolSettings.js';
import { stringSetOfPort } from './ethtoolOperations.steps.js';
import { askOperation, lastReply } from './ethtoolRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { ethtoolNews, eventually, listenToEthtool } from './listening.js';
import { accepted, ethtoolCall } from './settings.js';
import { vlanDevice } from './vlanDevices.js';
import type { NicWorld } from './world.js';

interface SettingNotes {
  listener: EthtoolClient | undefined;
  /** Announcements of the group since the listener began. */
  announced: Values[];
  before: Values;
}
const settingNotes = (world: NicWorld): SettingNotes =>
  world.note('ethtool settings', () => ({ listener: undefined, announced: [], before: {} }));

/** ETH_SS_PRIV_FLAGS. */
const PRIVATE_FLAGS = 2;
const ownBits = async (world: NicWorld, { bits }: SettingGroup): Promise<readonly string[]> =>
  bits === undefined ? [] : bits.names.length > 0 ? bits.names : ((await stringSetOfPort(world, PRIVATE_FLAGS)) ?? []);

const read = async (world: NicWorld, { get }: SettingGroup): Promise<Values> =>
  accepted(await ethtoolCall(world, get), `asking for ${get}`);

Then(
  /^for every change of (.+), it reads back, or is refused and nothing has happened$/,
  async function (this: NicWorld, words: string) {
    const group = settingGroup(words);
    const own = await ownBits(this, group);
    await this.law(
      fc.asyncProperty(changesOf(group, own), async (change) => {
        const before = settingsIn(group, await read(this, group), own);
        const result = await ethtoolCall(this, group.set, change);
        const after = settingsIn(group, await read(this, group), own);
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
        const before = JSON.stringify(settingsIn(group, await read(this, group), own));
        await ethtoolNews(this, listener, group.announced);
        await ethtoolCall(this, group.set, change);
        const news = await ethtoolNews(this, listener, group.announced);
        const after = settingsIn(group, await read(this, group), own);
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

// Wake-up.

const wakeModes = async (world: NicWorld): Promise<{ mask: ReadonlySet<string>; set: ReadonlySet<string> }> =>
  decodeBits(nestIn(await read(world, settingGroup('wake-up')), 'ETHTOOL_A_WOL_MODES'), WAKE_NAMES);

When('a wake-up mode that the device does not have is switched on', async function (this: NicWorld) {
  const { mask } = await wakeModes(this);
  const lacking = WAKE_NAMES.find((name) => !mask.has(name));
  settingNotes(this).before = await read(this, settingGroup('wake-up'));
  expectThat(lacking !== undefined, 'the device has every wake-up mode');
  await askOperation(this, 'WOL_SET', { ETHTOOL_A_WOL_MODES: bitList([lacking], WAKE_NAMES) });
});

Then('wake-up is what it was', async function (this: NicWorld) {
  const group = settingGroup('wake-up');
  const [before, now] = [settingNotes(this).before, await read(this, group)].map((reply) =>
    JSON.stringify(settingsIn(group, reply, [])),
  );
  expectThat(before === now, `wake-up was ${String(before)} and is ${String(now)}`);
});

const setWake = async (world: NicWorld, modes: readonly string[]): Promise<void> => {
  const change = { ETHTOOL_A_WOL_MODES: bitList(modes, WAKE_NAMES) };
  accepted(await ethtoolCall(world, 'WOL_SET', change), `wake-up by ${modes.join(' ')}`);
};

When(/^wake-up is set to "(.*)"$/, async function (this: NicWorld, words: string) {
  await setWake(this, words === '' ? [] : words.split(' '));
});

const power = async (world: NicWorld, attribute: string): Promise<string> => {
  const result = await world.target.sysfs.read(`class/net/${world.port.netDevice}/device/power/${attribute}`);
  expectThat(result.ok, `power/${attribute} cannot be read`);
  return result.value.trim();
};

Then(
  /^power management says that the device may (not )?wake the host$/,
  async function (this: NicWorld, not: string | null) {
    const state = await power(this, 'wakeup');
    expectThat(state === (not === null ? 'enabled' : 'disabled'), `power/wakeup is ${state}`);
  },
);

const wakeCount = async (world: NicWorld): Promise<number> => Number(await power(world, 'wakeup_count'));
const MAGIC_REPEATS = 16;

const addressBytes = (world: NicWorld): Uint8Array =>
  Uint8Array.from(world.port.address.split(':').map((byte) => Number.parseInt(byte, 16)));

/** Of the payload: six bytes of ones, the address `repeats` times, and what may follow. */
function magicFrame(world: NicWorld, before: Uint8Array, repeats: number, after: Uint8Array): Uint8Array {
  const own = addressBytes(world);
  const header = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x08, 0x42];
  const pattern = [...new Uint8Array(6).fill(0xff), ...Array.from({ length: repeats }, () => [...own]).flat()];
  const bytes = [...header, ...before, ...pattern, ...after];
  return Uint8Array.from([...bytes, ...new Uint8Array(Math.max(0, 60 - bytes.length))]);
}

const sendToPort = async (world: NicWorld, bytes: Uint8Array): Promise<void> => {
  await (await world.wire()).send([{ bytes }]);
};

Then(
  'for every place of a magic packet in a frame, it wakes the host, and one address less does not',
  async function (this: NicWorld) {
    await setWake(this, ['magic']);
    const filling = fc.uint8Array({ maxLength: 200 }).map((bytes) => bytes.map((byte) => byte & 0x7f));
    await this.law(
      fc.asyncProperty(filling, filling, async (before, after) => {
        const start = await wakeCount(this);
        await sendToPort(this, magicFrame(this, before, MAGIC_REPEATS - 1, after));
        expectNumber(await wakeCount(this), start, 'wake-ups by fifteen addresses');
        await sendToPort(this, magicFrame(this, before, MAGIC_REPEATS, after));
        expectNumber(await wakeCount(this), start + 1, 'wake-ups by sixteen addresses');
      }),
      { runs: 0.3 },
    );
  },
);

Given(/^SecureOn with the password ((?:[0-9a-f]{2}){1,6})$/, async function (this: NicWorld, password: string) {
  const bytes = Uint8Array.from(Buffer.from(password, 'hex'));
  const change = { ETHTOOL_A_WOL_MODES: bitList(['magicsecure'], WAKE_NAMES), ETHTOOL_A_WOL_SOPASS: bytes };
  accepted(await ethtoolCall(this, 'WOL_SET', change), 'SecureOn');
});

When(/^a magic packet with the password ([0-9a-f]{12}) arrives$/, async function (this: NicWorld, password: string) {
  const bytes = Uint8Array.from(Buffer.from(password, 'hex'));
  await sendToPort(this, magicFrame(this, new Uint8Array(0), MAGIC_REPEATS, bytes));
});

Then(/^the host was woken (\d+) times?$/, async function (this: NicWorld, times: string) {
  expectNumber(await wakeCount(this), Number(times), 'wake-ups');
});

Then(/^the password reads back as ([0-9a-f]{12})$/, async function (this: NicWorld, password: string) {
  const reply = await read(this, settingGroup('wake-up'));
  const bytes = bytesIn(reply, 'ETHTOOL_A_WOL_SOPASS') ?? new Uint8Array(0);
  expectThat(hex(bytes) === password, `the password is ${hex(bytes)}`);
});

When(
  /^(the longest|a longer) verification time of the MAC merge layer is set$/,
  async function (this: NicWorld, which: string) {
    const most = numberIn(await read(this, settingGroup('the MAC merge layer')), 'ETHTOOL_A_MM_MAX_VERIFY_TIME') ?? 0;
    const change = { ETHTOOL_A_MM_VERIFY_TIME: which === 'the longest' ? most : most + 1 };
    await askOperation(this, 'MM_SET', change);
  },
);

// Energy.

const eee = async (world: NicWorld): Promise<Values> => read(world, settingGroup('energy saving'));

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

// The link.

When('the lowest speed of the port is asked for in autonegotiation', async function (this: NicWorld) {
  const { ours } = accepted(await (await this.ethtool()).linkModes(this.port.netDevice), 'asking for the link modes');
  const speeds = [...ours.mask].map((mode) => Number.parseInt(mode, 10)).filter((speed) => speed > 0);
  const lowest = Math.min(...speeds);
  this.note('asked speed', () => ({ lowest }));
  const change = { ETHTOOL_A_LINKMODES_AUTONEG: 1, ETHTOOL_A_LINKMODES_SPEED: lowest };
  await askOperation(this, 'LINKMODES_SET', change);
});

Then('every mode of this speed is advertised, and no mode of another speed', async function (this: NicWorld) {
  const { lowest } = this.note('asked speed', () => ({ lowest: 0 }));
  const { ours } = accepted(await (await this.ethtool()).linkModes(this.port.netDevice), 'asking for the link modes');
  for (const mode of ours.mask) {
    const speed = Number.parseInt(mode, 10);
    if (Number.isNaN(speed)) continue;
    expectThat(ours.set.has(mode) === (speed === lowest), `${mode} is ${ours.set.has(mode) ? '' : 'not '}advertised`);
  }
});

interface LinkNotes {
  before: Values;
  duplex: number;
}
const linkNotes = (world: NicWorld): LinkNotes => world.note('asked duplex', () => ({ before: {}, duplex: 0 }));
const linkModes = async (world: NicWorld): Promise<Values> =>
  accepted(await ethtoolCall(world, 'LINKMODES_GET'), 'asking for the link modes');

When(
  /^(half|full) duplex is asked for (in autonegotiation|at the speed that the link has)$/,
  async function (this: NicWorld, words: string, how: string) {
    const before = await linkModes(this);
    const duplex = words === 'full' ? DUPLEX_FULL : DUPLEX_HALF;
    Object.assign(linkNotes(this), { before, duplex });
    await askOperation(this, 'LINKMODES_SET', {
      ETHTOOL_A_LINKMODES_DUPLEX: duplex,
      ...(how === 'in autonegotiation'
        ? { ETHTOOL_A_LINKMODES_AUTONEG: 1 }
        : {
            ETHTOOL_A_LINKMODES_AUTONEG: 0,
            ETHTOOL_A_LINKMODES_SPEED: numberIn(before, 'ETHTOOL_A_LINKMODES_SPEED') ?? 0,
          }),
    });
  },
);

Then('the link has that duplex, or everything is as it was', async function (this: NicWorld) {
  const { before, duplex } = linkNotes(this);
  if (this.answer?.ok === false) {
    expectThat(JSON.stringify(await linkModes(this)) === JSON.stringify(before), 'something has changed');
    return;
  }
  await eventually(
    this,
    async () => numberIn(await linkModes(this), 'ETHTOOL_A_LINKMODES_DUPLEX') === duplex,
    () => 'the link has another duplex',
  );
  const now = await linkModes(this);
  if (numberIn(now, 'ETHTOOL_A_LINKMODES_AUTONEG') !== 1) return;
  const other = duplex === DUPLEX_FULL ? '/Half' : '/Full';
  const { set } = decodeBits(nestIn(now, 'ETHTOOL_A_LINKMODES_OURS'), LINK_MODE_NAMES);
  for (const mode of set) expectThat(!mode.endsWith(other), `${mode} is advertised`);
});

Then(/^the reason for the missing link is number (\d+)$/, async function (this: NicWorld, number: string) {
  const { replies } = await askOperation(this, 'LINKSTATE_GET');
  expectNumber(numberIn(replies[0], 'ETHTOOL_A_LINKSTATE_EXT_STATE') ?? -1, Number(number), 'extended state');
});

Then('no reason for a missing link is given', async function (this: NicWorld) {
  const { replies } = await askOperation(this, 'LINKSTATE_GET');
  expectThat(replies[0]?.['ETHTOOL_A_LINKSTATE_EXT_STATE'] === undefined, 'a reason is given');
});

const downCount = async (world: NicWorld): Promise<number> => {
  const { replies } = await askOperation(world, 'LINKSTATE_GET', {}, { header: { ETHTOOL_A_HEADER_FLAGS: 4 } });
  const count = numberIn(replies[0], 'ETHTOOL_A_LINKSTATE_EXT_DOWN_CNT');
  expectThat(count !== undefined, 'the link downs are not counted');
  return count;
};

Given('the link downs are noted', async function (this: NicWorld) {
  settingNotes(this).before = { downs: await downCount(this) };
});

Then(/^there were (\d+) more of them$/, async function (this: NicWorld, times: string) {
  const before = numberIn(settingNotes(this).before, 'downs') ?? 0;
  expectNumber((await downCount(this)) - before, Number(times), 'link downs');
});

// Error correction.

/** Modes of links and of error correction share their names; what is none of a link is a port without link settings. */
const NO_CORRECTION = 'None';
const hasNone = async (world: NicWorld): Promise<boolean> => {
  const link = await ethtoolCall(world, 'LINKMODES_GET');
  if (!link.ok) return true;
  return decodeBits(nestIn(accepted(link, ''), 'ETHTOOL_A_LINKMODES_OURS'), LINK_MODE_NAMES).mask.has(NO_CORRECTION);
};

When('error correction is set to None alone, if the port has that', async function (this: NicWorld) {
  if (!(await hasNone(this))) return;
  const change = { ETHTOOL_A_FEC_MODES: bitList([NO_CORRECTION], LINK_MODE_NAMES), ETHTOOL_A_FEC_AUTO: 0 };
  settingNotes(this).before = change;
  accepted(await ethtoolCall(this, 'FEC_SET', change), 'switching error correction off');
});

Then('no other mode of error correction is configured, and None is in force', async function (this: NicWorld) {
  if (settingNotes(this).before['ETHTOOL_A_FEC_AUTO'] === undefined) return;
  const reply = await read(this, settingGroup('error correction'));
  const { set } = decodeBits(nestIn(reply, 'ETHTOOL_A_FEC_MODES'), LINK_MODE_NAMES);
  expectThat([...set].join() === NO_CORRECTION, `configured is ${[...set].join() || 'nothing'}`);
  expectNumber(numberIn(reply, 'ETHTOOL_A_FEC_AUTO') ?? -1, 0, 'the automatic choice');
  const active = numberIn(reply, 'ETHTOOL_A_FEC_ACTIVE');
  const name = active === undefined ? 'nothing' : LINK_MODE_NAMES[active];
  expectThat(name === NO_CORRECTION, `in force is ${name}`);
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

const mergeStatus = async (world: NicWorld): Promise<Values> => read(world, settingGroup('the MAC merge layer'));

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
