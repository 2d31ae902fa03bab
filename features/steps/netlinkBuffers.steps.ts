/** Receive buffers: readers that are too slow, buffers that are too short, and dumps that are longer than both. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { NetlinkSocket, ReceivedDatagram } from '../../harness/contract/index.js';
import { decodeBody } from '../../reference-impl/netlink/client.js';
import {
  NETLINK_NO_ENOBUFS,
  NETLINK_ROUTE,
  NLM_F_DUMP,
  NLMSG_DONE,
  NLMSG_ERROR,
  RTM_GETLINK,
  RTM_NEWADDR,
  RTNLGRP_IPV4_IFADDR,
} from '../../reference-impl/netlink/constants.js';
import { errnoName } from '../../reference-impl/netlink/errnoNames.js';
import { ADDRESS, IFADDRMSG } from '../../reference-impl/netlink/families/rtnetlink.js';
import { NDIAG_SHOW_MEMINFO } from '../../reference-impl/netlink/families/sockDiag.js';
import { bytesIn, nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { parseDatagram, type Message } from '../../reference-impl/netlink/wire.js';
import { formatIpv4 } from '../../reference-impl/packet/addresses.js';
import { linkBody } from '../properties/netlinkMessages.js';
import { expectNumber, expectThat } from './expectations.js';
import { addAddress, addressRequest, type Octets } from './netlinkObjects.js';
import { ask, encodeRequest, expectRefused, talk } from './netlinkTalk.js';
import { entriesOf, list } from './socketDiagnosis.js';
import type { NicWorld } from './world.js';

/** Longer than any announcement, and than any part of a dump. */
const LONG = 65_536;

interface BufferNotes {
  /** Those that listen, in the order in which they began to. */
  readonly sockets: NetlinkSocket[];
  /** Which of them has little room. */
  slow: number;
  /** Addresses that came, in words. */
  readonly came: string[];
  /** All that was read, errors by their names. */
  read: readonly string[];
  /** How many had come when it was last looked. */
  before: number;
  /** Lengths of the parts of a dump. */
  lengths: readonly number[];
  cut: number;
}

const notes = (world: NicWorld): BufferNotes =>
  world.note('receive buffers', () => ({ sockets: [], slow: 0, came: [], read: [], before: 0, lengths: [], cut: 0 }));

function socketOf(world: NicWorld, which = notes(world).slow): NetlinkSocket {
  const socket = notes(world).sockets[which];
  expectThat(socket !== undefined, 'no socket listens');
  return socket;
}

async function listen(world: NicWorld, room?: number): Promise<NetlinkSocket> {
  const socket = await world.target.netlink(NETLINK_ROUTE);
  if (room !== undefined) await socket.limitReceiveBuffer?.(room);
  await socket.join(RTNLGRP_IPV4_IFADDR);
  notes(world).sockets.push(socket);
  return socket;
}

async function read(socket: NetlinkSocket, length = LONG): Promise<ReceivedDatagram> {
  const received = await socket.receiveInto?.(length);
  expectThat(received !== undefined, 'the socket cannot be read datagram by datagram');
  return received;
}

const address = (host: number): Octets => [198, 18, 1, host];

async function come(world: NicWorld, count: number): Promise<void> {
  const { came } = notes(world);
  for (let made = 0; made < count; made++) {
    const octets = address(came.length + 1);
    await addAddress(world, world.port.ifIndex, octets, 32);
    came.push(octets.join('.'));
  }
}

/** What a datagram tells: the address that came, or the type of the message. */
function toldBy(bytes: Uint8Array): readonly string[] {
  return parseDatagram(bytes).map((message: Message) => {
    if (message.type !== RTM_NEWADDR) return `message ${message.type}`;
    const { values } = decodeBody(IFADDRMSG, ADDRESS, message);
    return formatIpv4(bytesIn(values, 'IFA_LOCAL') ?? new Uint8Array(4));
  });
}

/** All that is there, in order, errors by their names; up to what would be waited for. */
async function readAll(socket: NetlinkSocket): Promise<readonly string[]> {
  const told: string[] = [];
  for (;;) {
    const received = await read(socket);
    if (received.ok) told.push(...toldBy(received.bytes));
    else if (errnoName(received.errno) === 'EAGAIN') return told;
    else told.push(errnoName(received.errno));
  }
}

Given('a socket with room for {int} bytes listens to addresses', async function (this: NicWorld, room: number) {
  await listen(this, room);
});

Given(
  'a socket with room for {int} bytes listens to addresses, and does not want to know of losses',
  async function (this: NicWorld, room: number) {
    const set = await (await listen(this, room)).setOption?.(NETLINK_NO_ENOBUFS, 1);
    expectThat(set?.ok === true, 'the option cannot be set');
  },
);

Given(
  /^two sockets listen to addresses, the (first|second) with room for (\d+) bytes$/,
  async function (this: NicWorld, which: string, room: string) {
    notes(this).slow = which === 'first' ? 0 : 1;
    for (const index of [0, 1]) await listen(this, index === notes(this).slow ? Number(room) : undefined);
  },
);

When(
  /^(\d+) address(?:es)? comes?(?: before (?:it reads|they read))?$/,
  async function (this: NicWorld, count: string) {
    notes(this).before = notes(this).came.length;
    await come(this, Number(count));
  },
);

When('it reads twice', async function (this: NicWorld) {
  await read(socketOf(this));
  await read(socketOf(this));
});

When('it reads all that is there', async function (this: NicWorld) {
  notes(this).read = await readAll(socketOf(this));
});

const memoryIn = (memory: Values, name: string): number => numberIn(memory, name) ?? -1;

Then(
  /^it is listed with room for (\d+) bytes, of which (some|none) are taken, and with (nothing|what it was not told as) lost$/,
  async function (this: NicWorld, room: string, taken: string, lost: string) {
    await list(this, NETLINK_ROUTE, NDIAG_SHOW_MEMINFO);
    const entry = entriesOf(this, NETLINK_ROUTE, socketOf(this).portId)[0];
    expectThat(entry !== undefined, 'the socket is not listed');
    const memory = nestIn(entry.values, 'NETLINK_DIAG_MEMINFO') ?? {};
    expectNumber(memoryIn(memory, 'rcvbuf'), Number(room), 'room for what waits');
    const waits = memoryIn(memory, 'rmem_alloc');
    expectThat(taken === 'some' ? waits > 0 : waits === 0, `${waits} bytes are taken`);
    const { came, read } = notes(this);
    const told = read.filter((one) => came.includes(one)).length;
    expectNumber(memoryIn(memory, 'drops'), lost === 'nothing' ? 0 : came.length - told, 'announcements lost');
    const kernels = entriesOf(this, NETLINK_ROUTE, 0)[0]?.values ?? {};
    expectThat(nestIn(kernels, 'NETLINK_DIAG_MEMINFO') !== undefined, "nothing is told of the kernel's own memory");
  },
);

When('it reads {int} bytes', async function (this: NicWorld, length: number) {
  await read(socketOf(this), length);
});

Then('its first read fails with ENOBUFS', async function (this: NicWorld) {
  const received = await read(socketOf(this));
  expectThat(!received.ok, 'it gives a datagram');
  expectThat(errnoName(received.errno) === 'ENOBUFS', `it fails with ${errnoName(received.errno)}`);
});

Then(
  'the reads behind that tell the first of the addresses in order, and not all of them',
  async function (this: NicWorld) {
    const [told, { came }] = [await readAll(socketOf(this)), notes(this)];
    expectThat(told.length > 0 && told.length < came.length, `${told.length} of ${came.length} are told`);
    const expected = came.slice(0, told.length);
    expectThat(told.join() === expected.join(), `told are ${told.join(' ')}, not ${expected.join(' ')}`);
  },
);

Then(
  /^the reads behind that tell (no|the) address that came since, and no error$/,
  async function (this: NicWorld, which: string) {
    const { came, before } = notes(this);
    const told = await readAll(socketOf(this));
    expectThat(!told.includes('ENOBUFS'), 'a read fails with ENOBUFS');
    const isTold = came.slice(before).every((each) => told.includes(each));
    expectThat(isTold === (which === 'the'), `told are ${told.join(' ')}`);
  },
);

Then('its next read tells that address', async function (this: NicWorld) {
  await expectNextRead(this, notes(this).came.at(-1) ?? '');
});

Then('its next read tells the second address', async function (this: NicWorld) {
  await expectNextRead(this, notes(this).came[1] ?? '');
});

async function expectNextRead(world: NicWorld, expected: string): Promise<void> {
  const received = await read(socketOf(world));
  expectThat(received.ok, `it fails with ${received.ok ? '' : errnoName(received.errno)}`);
  const told = toldBy(received.bytes).join(' ');
  expectThat(told === expected, `it tells ${told === '' ? 'nothing that can be read' : told}, not ${expected}`);
}

Then('the other is told all of them in order', async function (this: NicWorld) {
  const { came, slow } = notes(this);
  const told = await readAll(socketOf(this, 1 - slow));
  expectThat(told.join() === came.join(), `told are ${told.length} of ${came.length}`);
});

Then(
  'a read into a buffer of {int} bytes gives that many bytes of the announcement, and its whole length',
  async function (this: NicWorld, length: number) {
    const received = await read(socketOf(this), length);
    expectThat(received.ok, 'it fails');
    expectNumber(received.bytes.length, length, 'bytes');
    await come(this, 1);
    const whole = await read(socketOf(this));
    expectThat(whole.ok, 'the next read fails');
    // Announcements of two addresses of one link are of the same length.
    expectNumber(received.length, whole.bytes.length, 'length');
  },
);

async function readDump(world: NicWorld, socket: NetlinkSocket, length: number): Promise<void> {
  const request = encodeRequest(world, { type: RTM_GETLINK, flags: NLM_F_DUMP, body: linkBody({}) });
  await socket.send(request);
  const messages: Message[] = [];
  const lengths: number[] = [];
  let cut = 0;
  for (let isOver = false; !isOver;) {
    const received = await read(socket, length);
    if (!received.ok) break;
    if (received.length > received.bytes.length) cut++;
    lengths.push(received.length);
    const came = parseDatagram(received.bytes);
    messages.push(...came);
    isOver = came.some(({ type }) => type === NLMSG_DONE || type === NLMSG_ERROR);
  }
  Object.assign(notes(world), { lengths, cut });
  Object.assign(talk(world), { messages, request, datagrams: lengths.length });
}

When('a dump of links is read into buffers of {int} bytes', async function (this: NicWorld, length: number) {
  await readDump(this, await this.target.netlink(NETLINK_ROUTE), length);
});

When(
  'a dump of links is read through a socket with room for {int} bytes',
  async function (this: NicWorld, room: number) {
    const socket = await this.target.netlink(NETLINK_ROUTE);
    await socket.limitReceiveBuffer?.(room);
    await readDump(this, socket, LONG);
  },
);

Then('no part of it was cut', function (this: NicWorld) {
  expectNumber(notes(this).cut, 0, 'parts that were cut');
});

Then(
  'a part of it is longer than {int} bytes, and none than {int}',
  function (this: NicWorld, least: number, most: number) {
    const longest = Math.max(...notes(this).lengths);
    expectThat(longest > least && longest <= most, `the longest part has ${longest} bytes`);
  },
);

When('the socket asks for one more address', async function (this: NicWorld) {
  const octets = address(notes(this).came.length + 1);
  await socketOf(this).send(encodeRequest(this, addressRequest(this.port.ifIndex, octets, 32)));
  notes(this).came.push(octets.join('.'));
});

Then('the reads of the socket give no acknowledgement', async function (this: NicWorld) {
  const told = await readAll(socketOf(this));
  expectThat(told[0] === 'ENOBUFS', `its first read tells ${told[0] ?? 'nothing'}`);
  expectThat(!told.includes(`message ${NLMSG_ERROR}`), 'the request is acknowledged');
});

Then('the address is there', async function (this: NicWorld) {
  const request = addressRequest(this.port.ifIndex, address(notes(this).came.length), 32);
  expectRefused(await ask(this, request), 'EEXIST');
});
