/** Changes by SIOCETHTOOL, and that netlink tells of them. */
import { Then, When } from '@cucumber/cucumber';
import {
  ETHTOOL_GPFLAGS,
  ETHTOOL_GRSSH,
  ETHTOOL_GWOL,
  ETHTOOL_SPFLAGS,
  ETHTOOL_SRSSH,
  ETHTOOL_SWOL,
  RXFH_CONTEXT_ALLOC,
  RXFH_INDIR_NO_CHANGE,
  RXH_XFRM_NO_CHANGE,
  STRUCT_LENGTH,
  bitsOfNames,
  encodeCommand,
  setWord,
  wordAt,
} from '../../reference-impl/netlink/ethtoolStructs.js';
import { ETHTOOL_GSTATS, readStatistics } from '../../reference-impl/netlink/rxnfc.js';
import { decodeBits } from '../../reference-impl/netlink/bitset.js';
import { errnoNumber } from '../../reference-impl/netlink/errnoNames.js';
import { bytesIn, listIn, nestIn, type Values } from '../../reference-impl/netlink/schema.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { answer, expectErrno, ioctl } from './ethtoolIoctl.steps.js';
import { stringSetOfPort } from './ethtoolOperations.steps.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted, ethtoolCall } from './settings.js';
import type { NicWorld } from './world.js';

const refusedWith = (name: string): number => errnoNumber(name) ?? -1;

// Wake-up.

const WAKE_MAGIC = 0x20;

const wakeWord = async (world: NicWorld, index: number): Promise<number> =>
  wordAt(await answer(world, encodeCommand(ETHTOOL_GWOL, STRUCT_LENGTH.wolinfo), 'ETHTOOL_GWOL'), index);
const wakeRequest = (modes: number): Uint8Array => encodeCommand(ETHTOOL_SWOL, STRUCT_LENGTH.wolinfo, [0, modes]);

When(/^wake-up by the magic packet is switched (on|off) by ioctl$/, async function (this: NicWorld, state: string) {
  await answer(this, wakeRequest(state === 'on' ? WAKE_MAGIC : 0), 'ETHTOOL_SWOL');
});

Then(/^ioctl tells that wake-up is (by the magic packet alone|off)$/, async function (this: NicWorld, how: string) {
  expectNumber(await wakeWord(this, 2), how === 'off' ? 0 : WAKE_MAGIC, 'modes that are on');
});

Then('a mode of wake-up that the device does not have is refused with EINVAL', async function (this: NicWorld) {
  const [supported, before] = [await wakeWord(this, 1), await wakeWord(this, 2)];
  const other = ~supported & (supported + 1);
  expectErrno(await ioctl(this, wakeRequest(before | other)), refusedWith('EINVAL'));
  expectNumber(await wakeWord(this, 2), before, 'modes that are on');
});

// Private flags.

const flagsByIoctl = async (world: NicWorld): Promise<number> =>
  wordAt(await answer(world, encodeCommand(ETHTOOL_GPFLAGS, STRUCT_LENGTH.value), 'ETHTOOL_GPFLAGS'), 1);

Then('each private flag that is switched by ioctl is told by both interfaces', async function (this: NicWorld) {
  const names = (await stringSetOfPort(this, 2)) ?? [];
  expectThat(names.length > 0, 'there are no private flags');
  for (const index of names.keys()) {
    const now = await flagsByIoctl(this);
    const flipped = (now ^ (1 << index)) >>> 0;
    const done = await ioctl(this, encodeCommand(ETHTOOL_SPFLAGS, STRUCT_LENGTH.value, [flipped]));
    const wanted = done.ok ? flipped : now;
    expectNumber(await flagsByIoctl(this), wanted, 'flags by ioctl');
    const reply = accepted(await ethtoolCall(this, 'PRIVFLAGS_GET'), 'asking for private flags');
    const { set } = decodeBits(nestIn(reply, 'ETHTOOL_A_PRIVFLAGS_FLAGS'), names);
    expectNumber(bitsOfNames(set, names), wanted, 'flags by netlink');
  }
});

// The hash of received frames.

interface Hash {
  readonly table: readonly number[];
  readonly key: Uint8Array;
}

/** By netlink; of a context, or of the port as a whole. */
async function hashOf(world: NicWorld, context = 0): Promise<Hash> {
  const asked: Values = context === 0 ? {} : { ETHTOOL_A_RSS_CONTEXT: context };
  const reply = accepted(await ethtoolCall(world, 'RSS_GET', asked), 'asking for RSS');
  return {
    table: listIn(reply, 'ETHTOOL_A_RSS_INDIR').map(Number),
    key: bytesIn(reply, 'ETHTOOL_A_RSS_HKEY') ?? new Uint8Array(0),
  };
}

interface HashRequest {
  readonly context?: number;
  readonly tableLength?: number;
  readonly keyLength?: number;
  readonly table?: readonly number[];
  readonly key?: Uint8Array;
  readonly transform?: number;
  readonly reserved?: number;
}

/** ETHTOOL_SRSSH; what is not asked for stays. */
function hashRequest(request: HashRequest): Uint8Array {
  const { context = 0, table = [], key = new Uint8Array(0), transform = RXH_XFRM_NO_CHANGE, reserved = 0 } = request;
  const tableLength = request.tableLength ?? (table.length === 0 ? RXFH_INDIR_NO_CHANGE : table.length);
  const keyLength = request.keyLength ?? key.length;
  const keyAt = STRUCT_LENGTH.rxfh + 4 * table.length;
  const bytes = encodeCommand(ETHTOOL_SRSSH, keyAt + Math.max(key.length, keyLength), [
    context,
    tableLength,
    keyLength,
    transform << 8,
    reserved,
  ]);
  for (const [index, queue] of table.entries()) setWord(bytes, STRUCT_LENGTH.rxfh / 4 + index, queue);
  bytes.set(key, keyAt);
  return bytes;
}

const OWN_KEY = 0x5a;
const ownKey = ({ key }: Hash): Uint8Array => key.map((_, index) => OWN_KEY ^ index);

When(/^the (table|key) of the hash is changed by ioctl$/, async function (this: NicWorld, what: string) {
  const before = await hashOf(this);
  this.note('hash before', () => before);
  const change = what === 'table' ? { table: before.table.map(() => 1) } : { key: ownKey(before) };
  await answer(this, hashRequest(change), 'ETHTOOL_SRSSH');
});

When('table and key of the hash are changed by ioctl', async function (this: NicWorld) {
  const before = await hashOf(this);
  this.note('hash before', () => before);
  await answer(this, hashRequest({ table: before.table.map(() => 1), key: ownKey(before) }), 'ETHTOOL_SRSSH');
});

When('the table of the hash is set to its default by ioctl', async function (this: NicWorld) {
  await answer(this, hashRequest({ tableLength: 0 }), 'ETHTOOL_SRSSH');
});

const hashBefore = (world: NicWorld): Hash =>
  world.note<Hash>('hash before', () => ({ table: [], key: new Uint8Array(0) }));

Then(
  /^netlink tells the (new|old) table and the (new|old) key of the hash$/,
  async function (this: NicWorld, table: string, key: string) {
    const [before, now] = [hashBefore(this), await hashOf(this)];
    const wantedTable = table === 'new' ? before.table.map(() => 1) : before.table;
    expectThat(now.table.join() === wantedTable.join(), `the table is ${now.table.join(' ')}`);
    const wantedKey = key === 'new' ? ownKey(before) : before.key;
    expectThat(hex(now.key) === hex(wantedKey), `the key is ${hex(now.key)}`);
  },
);

Then('the table of the hash goes round all queues', async function (this: NicWorld) {
  const { table } = await hashOf(this);
  const queues = Math.max(...table) + 1;
  expectThat(queues > 1, 'the table has one queue');
  for (const [index, queue] of table.entries()) expectNumber(queue, index % queues, `entry ${index}`);
});

const UNKNOWN_TRANSFORM = 0x40;
const NO_SUCH_QUEUE = 0xffff;

/** Words for what cannot be, by the hash that there is. */
const BAD_HASHES: Readonly<Record<string, (hash: Hash) => HashRequest>> = {
  'a table of half its size': ({ table }) => ({ table: table.slice(table.length / 2) }),
  'a key that is a byte short': ({ key }) => ({ key: key.subarray(1) }),
  'a queue that there is not': ({ table }) => ({ table: table.map(() => NO_SUCH_QUEUE) }),
  nothing: () => ({}),
  'something in reserved bytes': ({ table }) => ({ table, reserved: 1 }),
  'a transformation that there is not': () => ({ transform: UNKNOWN_TRANSFORM }),
  'a context that there is not': ({ table }) => ({ context: 4711, table }),
  'a new context that goes at once': () => ({ context: RXFH_CONTEXT_ALLOC, tableLength: 0 }),
};

Then(
  /^(.+) is refused by ioctl with (E[A-Z]+), and the hash stays$/,
  async function (this: NicWorld, what: string, errno: string) {
    const request = BAD_HASHES[what];
    expectThat(request !== undefined, `nobody said what ${what} is`);
    const before = await hashOf(this);
    expectErrno(await ioctl(this, hashRequest(request(before))), refusedWith(errno));
    const now = await hashOf(this);
    expectThat(now.table.join() === before.table.join() && hex(now.key) === hex(before.key), 'the hash is another');
  },
);

// Contexts.

const contextOf = (world: NicWorld): { number: number } => world.note('context by ioctl', () => ({ number: 0 }));

When(/^a context is made by ioctl(, with a table)?$/, async function (this: NicWorld, withTable: string | undefined) {
  const { table } = await hashOf(this);
  const change = withTable === undefined ? {} : { table: table.map(() => 1) };
  const bytes = await answer(this, hashRequest({ context: RXFH_CONTEXT_ALLOC, ...change }), 'ETHTOOL_SRSSH');
  contextOf(this).number = wordAt(bytes, 1);
});

Then('it has a number of its own, by which netlink tells the same table as ioctl', async function (this: NicWorld) {
  const { number } = contextOf(this);
  expectThat(number !== 0 && number !== RXFH_CONTEXT_ALLOC, `the number is ${number}`);
  const { table } = await hashOf(this, number);
  const room = STRUCT_LENGTH.rxfh + 4 * table.length;
  const bytes = await answer(this, encodeCommand(ETHTOOL_GRSSH, room, [number, table.length, 0]), 'ETHTOOL_GRSSH');
  for (const [index, queue] of table.entries())
    expectNumber(wordAt(bytes, STRUCT_LENGTH.rxfh / 4 + index), queue, `entry ${index}`);
});

Then('each entry of its table is the queue {int}', async function (this: NicWorld, queue: number) {
  const { table } = await hashOf(this, contextOf(this).number);
  expectThat(table.length > 0 && table.every((entry) => entry === queue), `the table is ${table.join(' ')}`);
});

When('the context is changed by ioctl to the queue {int} alone', async function (this: NicWorld, queue: number) {
  const { number } = contextOf(this);
  const { table } = await hashOf(this, number);
  await answer(this, hashRequest({ context: number, table: table.map(() => queue) }), 'ETHTOOL_SRSSH');
});

When('the context is taken away by ioctl', async function (this: NicWorld) {
  await answer(this, hashRequest({ context: contextOf(this).number, tableLength: 0 }), 'ETHTOOL_SRSSH');
});

Then('neither interface has the context any more', async function (this: NicWorld) {
  const { number } = contextOf(this);
  expectErrno(await ioctl(this, encodeCommand(ETHTOOL_GRSSH, STRUCT_LENGTH.rxfh, [number])), refusedWith('ENOENT'));
  const told = await ethtoolCall(this, 'RSS_GET', { ETHTOOL_A_RSS_CONTEXT: number });
  expectThat(!told.ok, 'netlink has the context still');
});

// Statistics.

const STATISTICS_AT = 8;

async function statistics(world: NicWorld, room: number, count: number): Promise<Uint8Array> {
  return answer(world, encodeCommand(ETHTOOL_GSTATS, STATISTICS_AT + 8 * room, [count]), 'ETHTOOL_GSTATS');
}

Then(/^with a number of (0|the counters) each counter has a value$/, async function (this: NicWorld, asked: string) {
  const names = (await stringSetOfPort(this, 1)) ?? [];
  expectThat(names.length > 0, 'there are no counters');
  const bytes = await statistics(this, names.length, asked === '0' ? 0 : names.length);
  expectNumber(readStatistics(bytes).length, names.length, 'values');
});

Then('with a number of one less than the counters no value is written', async function (this: NicWorld) {
  const names = (await stringSetOfPort(this, 1)) ?? [];
  const bytes = await statistics(this, names.length, names.length - 1);
  expectNumber(wordAt(bytes, 1), 0, 'number of values');
  expectThat(
    bytes.subarray(STATISTICS_AT).every((byte) => byte === 0),
    'values are written',
  );
});
