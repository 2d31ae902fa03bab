/** SIOCETHTOOL: what tools still ask for there, and that it says the same as netlink. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { IoctlResult, NetDeviceName } from '../../harness/contract/index.js';
import {
  ETHTOOL_GCHANNELS,
  ETHTOOL_GDRVINFO,
  ETHTOOL_GEEPROM,
  ETHTOOL_GLINK,
  ETHTOOL_GMSGLVL,
  ETHTOOL_GPAUSEPARAM,
  ETHTOOL_GPERMADDR,
  ETHTOOL_GREGS,
  ETHTOOL_GRINGPARAM,
  ETHTOOL_GRSSH,
  ETHTOOL_GSSET_INFO,
  ETHTOOL_GSTRINGS,
  ETHTOOL_GWOL,
  ETHTOOL_PHYS_ID,
  ETHTOOL_SEEPROM,
  ETHTOOL_SMSGLVL,
  ETHTOOL_TEST,
  ETH_GSTRING_LEN,
  ETH_TEST_FL_FAILED,
  ETH_TEST_FL_OFFLINE,
  STRUCT_LENGTH,
  bitsOfNames,
  encodeCommand,
  longAt,
  readDriverInfo,
  readStrings,
  readTestResults,
  setLong,
  wordAt,
  type DriverInfoStruct,
} from '../../reference-impl/netlink/ethtoolStructs.js';
import { decodeBits } from '../../reference-impl/netlink/bitset.js';
import type { EthtoolOperationName } from '../../reference-impl/netlink/families/ethtool.js';
import { bytesIn, listIn, nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { MESSAGE_CLASS_NAMES, WAKE_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { stringSetOfPort } from './ethtoolOperations.steps.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted, ethtoolCall, linkValues } from './settings.js';
import type { NicWorld } from './world.js';

const EFAULT = 14;
const EINVAL = 22;
const ENODEV = 19;
const EOPNOTSUPP = 95;
/** Not one of the C library's. */
const ETOOSMALL = 525;

export const ioctl = (world: NicWorld, bytes: Uint8Array): Promise<IoctlResult> =>
  world.target.ethtoolIoctl(world.port.netDevice, bytes);

/** The answer of a command that has to succeed. */
export async function answer(world: NicWorld, bytes: Uint8Array, what: string): Promise<Uint8Array> {
  const result = await ioctl(world, bytes);
  expectThat(result.ok, `${what}: errno ${result.ok ? 0 : result.errno}`);
  return result.bytes;
}

export const expectErrno = (result: IoctlResult, errno: number): void => {
  expectNumber(result.ok ? 0 : result.errno, errno, 'errno');
};

// The driver and its strings.

const driverInfo = async (world: NicWorld): Promise<DriverInfoStruct> =>
  readDriverInfo(await answer(world, encodeCommand(ETHTOOL_GDRVINFO, STRUCT_LENGTH.drvinfo), 'ETHTOOL_GDRVINFO'));

Then('the driver has a name, and its counts are those of its string sets', async function (this: NicWorld) {
  const info = await driverInfo(this);
  expectThat(info.driver !== '', 'the driver has no name');
  const counts = { statistics: 1, tests: 0, privateFlags: 2 } as const;
  for (const [member, set] of Object.entries(counts)) {
    const names = (await stringSetOfPort(this, set)) ?? [];
    expectNumber(info[member as keyof typeof counts], names.length, member);
  }
});

const stringsOf = async (world: NicWorld, set: number, count: number): Promise<Uint8Array> =>
  answer(
    world,
    encodeCommand(ETHTOOL_GSTRINGS, STRUCT_LENGTH.gstrings + ETH_GSTRING_LEN * count, [set, count]),
    'ETHTOOL_GSTRINGS',
  );

/** ETHTOOL_GSSET_INFO of one set; undefined where the device has none. */
async function countOf(world: NicWorld, set: number): Promise<number | undefined> {
  const request = encodeCommand(ETHTOOL_GSSET_INFO, STRUCT_LENGTH.ssetInfo + 4);
  setLong(request, 8, 1n << BigInt(set));
  const bytes = await answer(world, request, 'ETHTOOL_GSSET_INFO');
  return longAt(bytes, 8) === 0n ? undefined : wordAt(bytes, STRUCT_LENGTH.ssetInfo / 4);
}

Then('for every string set that both know, ioctl and netlink have the same strings', async function (this: NicWorld) {
  for (const set of [0, 1, 2, 4, 5, 6, 8, 9]) {
    const count = (await countOf(this, set)) ?? 0;
    const names = (await stringSetOfPort(this, set)) ?? [];
    expectNumber(count, names.length, `strings in set ${set}`);
    if (count === 0) continue;
    const got = readStrings(await stringsOf(this, set, count));
    expectThat(got.join('|') === names.join('|'), `the strings of set ${set} are others: ${got.join('|')}`);
  }
});

When('strings are asked for with room for one less than there are', async function (this: NicWorld) {
  const count = (await countOf(this, 4)) ?? 0;
  const bytes = await stringsOf(this, 4, count - 1);
  this.note('few strings', () => ({ bytes }));
});

Then('none is written', function (this: NicWorld) {
  const { bytes } = this.note('few strings', () => ({ bytes: new Uint8Array(0) }));
  expectNumber(wordAt(bytes, 2), 0, 'strings');
  expectThat(
    bytes.subarray(STRUCT_LENGTH.gstrings).every((byte) => byte === 0),
    'something is written',
  );
});

Then('an ethtool command that no kernel has is refused with EOPNOTSUPP', async function (this: NicWorld) {
  expectErrno(await ioctl(this, encodeCommand(0x7fff_ff00, 64)), EOPNOTSUPP);
});

Then('an ethtool command about a net device that is not there is refused with ENODEV', async function (this: NicWorld) {
  const command = encodeCommand(ETHTOOL_GLINK, STRUCT_LENGTH.value);
  expectErrno(await this.target.ethtoolIoctl('nosuchdev0' as NetDeviceName, command), ENODEV);
});

// The permanent address.

const permanentAddress = async (world: NicWorld, room: number): Promise<IoctlResult> =>
  ioctl(world, encodeCommand(ETHTOOL_GPERMADDR, STRUCT_LENGTH.permAddr + 32, [room]));

Then('the permanent address is that of the link', async function (this: NicWorld) {
  const { values } = await linkValues(this);
  const wanted = bytesIn(values, 'IFLA_PERM_ADDRESS');
  expectThat(wanted !== undefined, 'the link has no permanent address');
  const result = await permanentAddress(this, 32);
  expectThat(result.ok, 'the permanent address is not told');
  const size = wordAt(result.bytes, 1);
  const got = hex(result.bytes.subarray(STRUCT_LENGTH.permAddr, STRUCT_LENGTH.permAddr + size));
  expectThat(got === hex(wanted), `the permanent address is ${got}`);
});

Then('with room for five bytes the permanent address is refused with ETOOSMALL', async function (this: NicWorld) {
  expectErrno(await permanentAddress(this, 5), ETOOSMALL);
});

// The memories of the device.

const registers = async (world: NicWorld, length: number): Promise<Uint8Array> =>
  answer(world, encodeCommand(ETHTOOL_GREGS, STRUCT_LENGTH.regs + length, [0, length]), 'ETHTOOL_GREGS');

Then(
  'a dump of registers has the length that the driver tells, and no more than is asked for',
  async function (this: NicWorld) {
    const { registersLength } = await driverInfo(this);
    expectNumber(wordAt(await registers(this, registersLength), 2), registersLength, 'length of the dump');
    const few = Math.min(8, registersLength);
    const room = encodeCommand(ETHTOOL_GREGS, STRUCT_LENGTH.regs + registersLength, [0, few]);
    const bytes = await answer(this, room, 'ETHTOOL_GREGS');
    expectNumber(wordAt(bytes, 2), few, 'length of the short dump');
    expectThat(
      bytes.subarray(STRUCT_LENGTH.regs + few).every((byte) => byte === 0),
      'more is written than was asked for',
    );
  },
);

const eeprom = (offset: number, length: number): Uint8Array =>
  encodeCommand(ETHTOOL_GEEPROM, STRUCT_LENGTH.eeprom + Math.min(length, 4096), [0, offset, length]);

async function readEeprom(world: NicWorld, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await answer(world, eeprom(offset, length), 'ETHTOOL_GEEPROM');
  return bytes.subarray(STRUCT_LENGTH.eeprom, STRUCT_LENGTH.eeprom + length);
}

Then('for every part of the memory of the device, it reads as in the whole', async function (this: NicWorld) {
  const total = Math.min((await driverInfo(this)).eepromLength, 1024);
  const whole = await readEeprom(this, 0, total);
  const place = fc
    .tuple(fc.nat(total - 1), fc.integer({ min: 1, max: total }))
    .filter(([offset, length]) => offset + length <= total);
  await this.law(
    fc.asyncProperty(place, async ([offset, length]) => {
      const part = await readEeprom(this, offset, length);
      expectThat(hex(part) === hex(whole.subarray(offset, offset + length)), `${length} bytes at ${offset} are others`);
    }),
    { runs: 0.3 },
  );
});

Then('no bytes, and bytes behind the end of the memory, are refused with EINVAL', async function (this: NicWorld) {
  const { eepromLength } = await driverInfo(this);
  expectErrno(await ioctl(this, eeprom(0, 0)), EINVAL);
  expectErrno(await ioctl(this, eeprom(eepromLength, 1)), EINVAL);
  expectErrno(await ioctl(this, eeprom(eepromLength - 1, 2)), EINVAL);
  expectErrno(await ioctl(this, eeprom(0xffff_ffff, 2)), EINVAL);
});

const written = (magic: number, offset: number, byte: number): Uint8Array => {
  const bytes = encodeCommand(ETHTOOL_SEEPROM, STRUCT_LENGTH.eeprom + 1, [magic, offset, 1]);
  bytes[STRUCT_LENGTH.eeprom] = byte;
  return bytes;
};

Then('a byte is written with the magic number of the device, and not with another', async function (this: NicWorld) {
  const AT = 32;
  const magic = wordAt(await answer(this, eeprom(AT, 1), 'ETHTOOL_GEEPROM'), 1);
  const [before = 0] = await readEeprom(this, AT, 1);
  expectErrno(await ioctl(this, written(magic ^ 1, AT, before ^ 0xff)), EFAULT);
  expectNumber((await readEeprom(this, AT, 1))[0] ?? -1, before, 'the byte');
  await answer(this, written(magic, AT, before ^ 0xff), 'ETHTOOL_SEEPROM');
  expectNumber((await readEeprom(this, AT, 1))[0] ?? -1, before ^ 0xff, 'the byte');
});

// The self test and the lamp.

When(/^the (online|offline) self test runs$/, async function (this: NicWorld, kind: string) {
  const tests = (await stringSetOfPort(this, 0)) ?? [];
  const flags = kind === 'offline' ? ETH_TEST_FL_OFFLINE : 0;
  const request = encodeCommand(ETHTOOL_TEST, STRUCT_LENGTH.test + 8 * tests.length, [flags]);
  const bytes = await answer(this, request, 'ETHTOOL_TEST');
  this.note('self test', () => ({ bytes, tests }));
});

interface SelfTestNotes {
  readonly bytes: Uint8Array;
  readonly tests: readonly string[];
}
const selfTest = (world: NicWorld): SelfTestNotes =>
  world.note('self test', () => ({ bytes: new Uint8Array(STRUCT_LENGTH.test), tests: [] }));

Then('each test has a result, and the test as a whole has failed only if one of them has', function (this: NicWorld) {
  const { bytes, tests } = selfTest(this);
  const results = readTestResults(bytes);
  expectNumber(results.length, tests.length, 'results');
  const hasFailed = (wordAt(bytes, 1) & ETH_TEST_FL_FAILED) !== 0;
  expectThat(hasFailed === results.some((result) => result !== 0), `the results are ${results.join(' ')}`);
});

Then('every test has passed', function (this: NicWorld) {
  const { bytes, tests } = selfTest(this);
  for (const [index, result] of readTestResults(bytes).entries())
    expectNumber(result, 0, `result of "${tests[index] ?? ''}"`);
});

Then('the test of the link has failed', function (this: NicWorld) {
  const { bytes, tests } = selfTest(this);
  const at = tests.findIndex((name) => name.toLowerCase().includes('link'));
  expectThat(at >= 0, 'no test is about the link');
  expectThat((readTestResults(bytes)[at] ?? 0) !== 0, 'the test of the link has passed');
});

Then('the lamp of the port is shown for as long as is asked', async function (this: NicWorld) {
  const began = await this.target.clock.now();
  await answer(this, encodeCommand(ETHTOOL_PHYS_ID, STRUCT_LENGTH.value, [1]), 'ETHTOOL_PHYS_ID');
  const took = Number((await this.target.clock.now()) - began) / 1e6;
  expectThat(took >= 950 && took < 3000, `one second took ${took} ms`);
});

// What netlink has as well.

const word = async (world: NicWorld, command: number, index = 1): Promise<number> =>
  wordAt(await answer(world, encodeCommand(command, 64), `command ${command}`), index);

Then(/^ioctl and netlink agree about (.+)$/, async function (this: NicWorld, words: string) {
  const ask = async (name: EthtoolOperationName): Promise<Values> =>
    accepted(await ethtoolCall(this, name), `asking for ${name}`);
  switch (words) {
    case 'the link':
      expectNumber(
        await word(this, ETHTOOL_GLINK),
        numberIn(await ask('LINKSTATE_GET'), 'ETHTOOL_A_LINKSTATE_LINK') ?? -1,
        words,
      );
      return;
    case 'the message level': {
      const { set } = decodeBits(nestIn(await ask('DEBUG_GET'), 'ETHTOOL_A_DEBUG_MSGMASK'), MESSAGE_CLASS_NAMES);
      expectNumber((await word(this, ETHTOOL_GMSGLVL)) & 0x7fff, bitsOfNames(set, MESSAGE_CLASS_NAMES), words);
      return;
    }
    case 'wake-up': {
      const { mask, set } = decodeBits(nestIn(await ask('WOL_GET'), 'ETHTOOL_A_WOL_MODES'), WAKE_NAMES);
      expectNumber(await word(this, ETHTOOL_GWOL, 1), bitsOfNames(mask, WAKE_NAMES), 'supported modes');
      expectNumber(await word(this, ETHTOOL_GWOL, 2), bitsOfNames(set, WAKE_NAMES), 'enabled modes');
      return;
    }
    default:
      throw new Error(`nobody said how ${words} is compared`);
  }
});

/** Members of a struct and the attributes that say the same. */
const SAME_WORDS = {
  'the rings': [
    ETHTOOL_GRINGPARAM,
    'RINGS_GET',
    { 1: 'RINGS_RX_MAX', 4: 'RINGS_TX_MAX', 5: 'RINGS_RX', 8: 'RINGS_TX' },
  ],
  'the channels': [ETHTOOL_GCHANNELS, 'CHANNELS_GET', { 4: 'CHANNELS_COMBINED_MAX', 8: 'CHANNELS_COMBINED_COUNT' }],
  'flow control': [ETHTOOL_GPAUSEPARAM, 'PAUSE_GET', { 1: 'PAUSE_AUTONEG', 2: 'PAUSE_RX', 3: 'PAUSE_TX' }],
} as const;

Then(
  /^the words of the ioctl for (.+) are those of netlink$/,
  async function (this: NicWorld, words: keyof typeof SAME_WORDS) {
    const [command, name, members] = SAME_WORDS[words];
    const reply = accepted(await ethtoolCall(this, name), `asking for ${name}`);
    const bytes = await answer(this, encodeCommand(command, 64), words);
    for (const [index, member] of Object.entries(members) as [string, string][])
      expectNumber(wordAt(bytes, Number(index)), numberIn(reply, `ETHTOOL_A_${member}`) ?? 0, member);
  },
);

Then('ioctl and netlink have the same hash key and table', async function (this: NicWorld) {
  const reply = accepted(await ethtoolCall(this, 'RSS_GET'), 'asking for RSS');
  const table = listIn(reply, 'ETHTOOL_A_RSS_INDIR').map(Number);
  const key = bytesIn(reply, 'ETHTOOL_A_RSS_HKEY') ?? new Uint8Array(0);
  const sizes = await answer(this, encodeCommand(ETHTOOL_GRSSH, STRUCT_LENGTH.rxfh), 'ETHTOOL_GRSSH');
  expectNumber(wordAt(sizes, 2), table.length, 'size of the table');
  expectNumber(wordAt(sizes, 3), key.length, 'size of the key');
  const room = STRUCT_LENGTH.rxfh + 4 * table.length + key.length;
  const bytes = await answer(this, encodeCommand(ETHTOOL_GRSSH, room, [0, table.length, key.length]), 'ETHTOOL_GRSSH');
  for (const [index, queue] of table.entries())
    expectNumber(wordAt(bytes, STRUCT_LENGTH.rxfh / 4 + index), queue, `entry ${index}`);
  expectThat(hex(bytes.subarray(STRUCT_LENGTH.rxfh + 4 * table.length)) === hex(key), 'the key is another');
});

When('the message level is changed by ioctl', async function (this: NicWorld) {
  const before = await word(this, ETHTOOL_GMSGLVL);
  await answer(this, encodeCommand(ETHTOOL_SMSGLVL, STRUCT_LENGTH.value, [before ^ 0x20]), 'ETHTOOL_SMSGLVL');
});
