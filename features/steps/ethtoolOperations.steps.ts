/** Any operation of ethtool netlink: asked in words, refused in words, dumped, with its strings and bit sets. */
import { Then, When } from '@cucumber/cucumber';
import { decodeBits } from '../../reference-impl/netlink/bitset.js';
import {
  ETHTOOL_FLAG_COMPACT_BITSETS,
  ETHTOOL_FLAG_STATS,
  ETHTOOL_GENL_NAME,
  ETHTOOL_OPERATIONS,
  type EthtoolOperationName,
} from '../../reference-impl/netlink/families/ethtool.js';
import { isValues, listIn, nestIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import * as stringSets from '../../reference-impl/netlink/stringSets.js';
import { MALFORMED_BITSETS, operationOf, valuesOf } from '../properties/ethtoolRequests.js';
import { askOperation, lastReply, lastRequest } from './ethtoolRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { expectRefusal, featureState } from './settings.js';
import { vlanDevice } from './vlanDevices.js';
import type { NicWorld } from './world.js';

/** A step that is written without them has neither null nor text there. */
const wordsIn = (name: EthtoolOperationName, words: string | null | undefined): Values =>
  (words ?? '') === '' ? {} : valuesOf(name, words ?? '');

When(
  /^([A-Z_]+) is asked of the (port|VLAN device)(, with statistics)?(?:: "(.*)")?$/,
  async function (this: NicWorld, name: string, whom: string, statistics?: string | null, words?: string | null) {
    const operation = operationOf(name);
    await askOperation(this, operation, wordsIn(operation, words), {
      netDevice: whom === 'port' ? this.port.netDevice : vlanDevice(this).name,
      ...((statistics ?? '') === '' ? {} : { header: { ETHTOOL_A_HEADER_FLAGS: ETHTOOL_FLAG_STATS } }),
    });
  },
);

When(/^([A-Z_]+) is asked of PHY (\d+) of the port$/, async function (this: NicWorld, name: string, index: string) {
  await askOperation(this, operationOf(name), {}, { header: { ETHTOOL_A_HEADER_PHY_INDEX: Number(index) } });
});

When(
  /^([A-Z_]+) is asked of nobody(?:: "(.*)")?$/,
  async function (this: NicWorld, name: string, words?: string | null) {
    const operation = operationOf(name);
    await askOperation(this, operation, wordsIn(operation, words), { namesDevice: false });
  },
);

When(/^([A-Z_]+) is asked without a header$/, async function (this: NicWorld, name: string) {
  await askOperation(this, operationOf(name), {}, { headless: true });
});

When(/^([A-Z_]+) is dumped(?:: "(.*)")?$/, async function (this: NicWorld, name: string, words?: string | null) {
  const operation = operationOf(name);
  const values = wordsIn(operation, words);
  await askOperation(this, operation, values, { namesDevice: false, dumps: true });
});

When(/^([A-Z_]+) is dumped, and the header names the port$/, async function (this: NicWorld, name: string) {
  await askOperation(this, operationOf(name), {}, { dumps: true });
});

Then(/^it is refused with (E[A-Z0-9]+) at ([A-Z][A-Z0-9_]+)$/, function (this: NicWorld, errno: string, short: string) {
  const { offset } = expectRefusal(this, errno);
  const { name, offsets } = lastRequest(this);
  const attribute = [...offsets.keys()].find((each) => each.endsWith(`_${short}`));
  expectThat(attribute !== undefined, `the request of ${name} has no ${short}`);
  expectThat(offset !== undefined, 'the answer does not say where');
  expectNumber(offset, offsets.get(attribute) ?? -1, `offset of ${attribute}`);
});

Then(/^it says that attribute (\d+) is missing$/, function (this: NicWorld, number: string) {
  const { missingType } = expectRefusal(this, 'EINVAL');
  expectNumber(missingType ?? -1, Number(number), 'the attribute that is missing');
});

Then(
  /^it is refused with (E[A-Z0-9]+), in one of these words:$/,
  function (this: NicWorld, errno: string, texts: string) {
    const { message = '' } = expectRefusal(this, errno);
    expectThat(texts.split('\n').includes(message), `the message is ${JSON.stringify(message)}`);
  },
);

Then('the reply has nothing but its header', function (this: NicWorld) {
  const { name } = lastRequest(this);
  const members = Object.keys(lastReply(this)).filter((member) => member !== ETHTOOL_OPERATIONS[name].header);
  expectThat(members.length === 0, `the reply has ${members.join(', ')}`);
});

Then(/^the reply has ([A-Z_]+) (\d+)$/, function (this: NicWorld, short: string, value: string) {
  const reply = lastReply(this);
  const member = Object.keys(reply).find((each) => each.endsWith(`_${short}`));
  expectThat(member !== undefined, `the reply has no ${short}`);
  expectNumber(numberIn(reply, member) ?? -1, Number(value), short);
});

Then(/^the reply has no ([A-Z_]+)$/, function (this: NicWorld, short: string) {
  const member = Object.keys(lastReply(this)).find((each) => each.endsWith(`_${short}`));
  expectThat(member === undefined, `the reply has ${short}`);
});

// The family.

Then('the controller lists the operations 1 to 45 of ethtool', async function (this: NicWorld) {
  const { commands } = await (await this.ethtool()).generic.family(ETHTOOL_GENL_NAME);
  const missing = Array.from({ length: 45 }, (_, index) => index + 1).filter((command) => !commands.includes(command));
  expectThat(missing.length === 0, `the family does not list ${missing.join(', ')}`);
});

/** Queries that need no more than a device. */
const PLAIN_QUERIES = Object.keys(ETHTOOL_OPERATIONS).filter(
  (name) => name.includes('GET') && !['STRSET_GET', 'MODULE_EEPROM_GET', 'STATS_GET', 'TSCONFIG_GET'].includes(name),
) as EthtoolOperationName[];

Then('every query of the port is answered, or refused with EOPNOTSUPP', async function (this: NicWorld) {
  for (const name of PLAIN_QUERIES) {
    await askOperation(this, name);
    const { answer } = this;
    const errno = answer?.ok === false ? answer.error.errnoName : '';
    expectThat(errno === '' || errno === 'EOPNOTSUPP', `${name} is refused with ${errno}`);
  }
});

Then(
  'for every query, the dump says of the port what the query says, or leaves it out',
  async function (this: NicWorld) {
    for (const name of PLAIN_QUERIES) {
      const { header } = ETHTOOL_OPERATIONS[name];
      const { replies: alone } = await askOperation(this, name);
      const single = this.answer?.ok === true ? alone : [];
      const { replies } = await askOperation(this, name, {}, { namesDevice: false, dumps: true });
      const { answer } = this;
      // ethnl_tunnel_info_dumpit() ends with what it got for the last device.
      const isEmpty = answer?.ok === false && answer.error.errnoName === 'EOPNOTSUPP' && single.length === 0;
      expectThat(answer?.ok === true || isEmpty, `the dump of ${name} is refused`);
      const ours = replies.filter(
        (reply) => numberIn(nestIn(reply, header), 'ETHTOOL_A_HEADER_DEV_INDEX') === this.port.ifIndex,
      );
      expectNumber(ours.length, single.length, `replies about the port in a dump of ${name}`);
      const [one, other] = [single, ours].map(([reply]) => Object.keys(reply ?? {}).join(' '));
      expectThat(one === other, `${name} has ${String(one)} alone, and ${String(other)} in a dump`);
    }
  },
);

const deviceNames = (world: NicWorld): string[] => {
  const { name, replies } = lastRequest(world);
  const { header } = ETHTOOL_OPERATIONS[name];
  return replies.map((reply) => textIn(nestIn(reply, header), 'ETHTOOL_A_HEADER_DEV_NAME') ?? '');
};

Then('the dump has a reply for the port and one for the VLAN device', function (this: NicWorld) {
  const names = deviceNames(this);
  for (const wanted of [this.port.netDevice, vlanDevice(this).name])
    expectThat(names.includes(wanted), `there is no reply for ${wanted}, only for ${names.join(', ')}`);
});

Then('the dump has a reply for the port, and none for the VLAN device', function (this: NicWorld) {
  if (this.answer?.ok === false) expectThat(false, `the dump is refused with ${this.answer.error.errnoName}`);
  const names = deviceNames(this);
  expectThat(names.includes(this.port.netDevice), 'there is no reply for the port');
  expectThat(!names.includes(vlanDevice(this).name), 'there is a reply for the VLAN device');
});

// Strings.

const SET_IDS: Readonly<Record<string, number>> = {
  'private statistics': 1,
  'private flags': 2,
  features: 4,
  'hash functions': 5,
  tunables: 6,
  'PHY tunables': 8,
  'link modes': 9,
  'message classes': 10,
  'wake-up modes': 11,
  'tunnel types': 15,
  'transmit stamps': 13,
};
export const stringSetId = (words: string): number => {
  const id = SET_IDS[words];
  expectThat(id !== undefined, `nobody said which set ${words} is`);
  return id;
};
const askedSets = (...ids: readonly number[]): Values => ({
  ETHTOOL_A_STRSET_STRINGSETS: {
    ETHTOOL_A_STRINGSETS_STRINGSET: ids.map((id) => ({ ETHTOOL_A_STRINGSET_ID: id })),
  },
});

interface StringSet {
  readonly id: number;
  readonly count: number;
  readonly strings: readonly string[];
}

export function setsOf(reply: Values): readonly StringSet[] {
  const sets = listIn(nestIn(reply, 'ETHTOOL_A_STRSET_STRINGSETS'), 'ETHTOOL_A_STRINGSETS_STRINGSET').filter(isValues);
  return sets.map((set) => {
    const strings = listIn(nestIn(set, 'ETHTOOL_A_STRINGSET_STRINGS'), 'ETHTOOL_A_STRINGS_STRING').filter(isValues);
    for (const [index, string] of strings.entries())
      expectNumber(numberIn(string, 'ETHTOOL_A_STRING_INDEX') ?? -1, index, 'index of a string');
    return {
      id: numberIn(set, 'ETHTOOL_A_STRINGSET_ID') ?? -1,
      count: numberIn(set, 'ETHTOOL_A_STRINGSET_COUNT') ?? -1,
      strings: strings.map((string) => textIn(string, 'ETHTOOL_A_STRING_VALUE') ?? ''),
    };
  });
}

/** A string set of the port over netlink; undefined where the device has none. */
export async function stringSetOfPort(world: NicWorld, id: number): Promise<readonly string[] | undefined> {
  const { replies } = await askOperation(world, 'STRSET_GET', askedSets(id));
  const [reply] = replies;
  return reply === undefined ? undefined : setsOf(reply).find((set) => set.id === id)?.strings;
}

When(
  /^the strings of the (.+) are asked of (nobody|the port)$/,
  async function (this: NicWorld, words: string, whom: string) {
    await askOperation(this, 'STRSET_GET', askedSets(stringSetId(words)), { namesDevice: whom !== 'nobody' });
  },
);

When(/^the string set (\d+) is asked of nobody$/, async function (this: NicWorld, id: string) {
  await askOperation(this, 'STRSET_GET', askedSets(Number(id)), { namesDevice: false });
});

When('the string sets of the port are asked for', async function (this: NicWorld) {
  await askOperation(this, 'STRSET_GET');
});

Then(/^the strings begin with "(.*)"$/, function (this: NicWorld, texts: string) {
  const [set] = setsOf(lastReply(this));
  const wanted = texts.split(' ');
  const got = set?.strings.slice(0, wanted.length).join(' ');
  expectThat(got === texts, `they begin with ${String(got)}`);
  expectNumber(set?.count ?? -1, set?.strings.length ?? 0, 'the number of strings');
});

Then('only sets of the device come, and none of them is empty', function (this: NicWorld) {
  const DEVICE_SETS = [0, 1, 2, 7];
  for (const { id, count } of setsOf(lastReply(this))) {
    expectThat(DEVICE_SETS.includes(id), `set ${id} is not the device's`);
    expectThat(count > 0, `set ${id} is empty`);
  }
});

Then('for every string set, the count alone is that of the strings', async function (this: NicWorld) {
  const ids = Object.values(SET_IDS).filter((id) => id > 3);
  const whole = setsOf(
    (await askOperation(this, 'STRSET_GET', askedSets(...ids), { namesDevice: false })).replies[0] ?? {},
  );
  const counts = await askOperation(
    this,
    'STRSET_GET',
    { ...askedSets(...ids), ETHTOOL_A_STRSET_COUNTS_ONLY: true },
    { namesDevice: false },
  );
  expectNumber(whole.length, ids.length, 'sets with strings');
  for (const { id, count } of setsOf(counts.replies[0] ?? {}))
    expectNumber(count, whole.find((set) => set.id === id)?.strings.length ?? -1, `count of set ${id}`);
});

// Bit sets.

When(/^features are switched with (a .+)$/, async function (this: NicWorld, words: string) {
  const make = MALFORMED_BITSETS[words];
  expectThat(make !== undefined, `nobody said what ${words} is`);
  const { names } = await featureState(this);
  await askOperation(this, 'FEATURES_SET', { ETHTOOL_A_FEATURES_WANTED: make(names) });
});

/** Queries with bit sets, and the names of their bits. */
const BITSET_QUERIES: Readonly<Partial<Record<EthtoolOperationName, readonly string[]>>> = {
  DEBUG_GET: stringSets.MESSAGE_CLASS_NAMES,
  WOL_GET: stringSets.WAKE_NAMES,
  LINKMODES_GET: stringSets.LINK_MODE_NAMES,
  EEE_GET: stringSets.LINK_MODE_NAMES,
  FEC_GET: stringSets.LINK_MODE_NAMES,
};

Then('for every query with bit sets, both forms say the same', async function (this: NicWorld) {
  for (const [name, names] of Object.entries(BITSET_QUERIES)) {
    const operation = operationOf(name);
    const verbose = (await askOperation(this, operation)).replies[0];
    const header = { ETHTOOL_A_HEADER_FLAGS: ETHTOOL_FLAG_COMPACT_BITSETS };
    const compact = (await askOperation(this, operation, {}, { header })).replies[0];
    if (verbose === undefined || compact === undefined) continue;
    for (const member of Object.keys(verbose)) {
      const [said, packed] = [nestIn(verbose, member), nestIn(compact, member)];
      if (said?.['ETHTOOL_A_BITSET_BITS'] === undefined || packed === undefined) continue;
      const [a, b] = [said, packed].map((bitset) => {
        const { mask, set } = decodeBits(bitset, names);
        return `${[...mask].sort().join(' ')} | ${[...set].sort().join(' ')}`;
      });
      expectThat(a === b, `${member} is ${String(a)} in words and ${String(b)} in bits`);
      const [size = 0, other = 0] = [said, packed].map((bitset) => numberIn(bitset, 'ETHTOOL_A_BITSET_SIZE'));
      expectThat(size > 0 && size === other, `${member} has ${size} bits in words and ${other} in bits`);
    }
  }
});

const STATISTICS_SETS: readonly number[] = [17, 18, 19, 20, 21];
const STATISTICS_GROUPS = ['eth-phy', 'eth-mac', 'eth-ctrl', 'rmon'];

When('all groups of statistics are asked of the port', async function (this: NicWorld) {
  const bits = STATISTICS_GROUPS.map((name) => ({ ETHTOOL_A_BITSET_BIT_NAME: name }));
  await askOperation(this, 'STATS_GET', {
    ETHTOOL_A_STATS_GROUPS: {
      ETHTOOL_A_BITSET_NOMASK: true,
      ETHTOOL_A_BITSET_BITS: { ETHTOOL_A_BITSET_BITS_BIT: bits },
    },
  });
});

/** ETH_SS_STATS_ETH_PHY and those behind it are in the order of enum ETHTOOL_STATS_…, which numbers the groups. */
Then('each group names the string set that has its counters', function (this: NicWorld) {
  const groups = listIn(lastReply(this), 'ETHTOOL_A_STATS_GRP').filter(isValues);
  expectNumber(groups.length, STATISTICS_GROUPS.length, 'groups');
  for (const group of groups) {
    const id = numberIn(group, 'ETHTOOL_A_STATS_GRP_ID') ?? -1;
    expectNumber(
      numberIn(group, 'ETHTOOL_A_STATS_GRP_SS_ID') ?? -1,
      STATISTICS_SETS[id] ?? -2,
      `strings of group ${id}`,
    );
  }
});

/** SOF_TIMESTAMPING_RAW_HARDWARE. */
const [RAW_HARDWARE] = stringSets.TIMESTAMPING_NAMES.slice(6);
Then('the reply has an index of the clock, as frames are stamped by the device', function (this: NicWorld) {
  const reply = lastReply(this);
  const { set } = decodeBits(nestIn(reply, 'ETHTOOL_A_TSINFO_TIMESTAMPING'), stringSets.TIMESTAMPING_NAMES);
  expectThat(RAW_HARDWARE !== undefined && set.has(RAW_HARDWARE), 'the device has no clock for its stamps');
  expectThat(numberIn(reply, 'ETHTOOL_A_TSINFO_PHC_INDEX') !== undefined, 'the clock has no index');
});
