/** Which sockets there are: NETLINK_SOCK_DIAG. */
import { Given, Then, When } from '@cucumber/cucumber';
import {
  NETLINK_GENERIC,
  NETLINK_ROUTE,
  NETLINK_SOCK_DIAG,
  NLM_F_ACK,
  NLMSG_DONE,
  NLMSG_ERROR,
} from '../../reference-impl/netlink/constants.js';
import {
  AF_NETLINK,
  INET_DIAG_REQ_PROTOCOL,
  INET_DIAG_REQ_V2_LENGTH,
  NDIAG_FLAG_CB_RUNNING,
  NDIAG_PROTO_ALL,
  NDIAG_SHOW_FLAGS,
  NDIAG_SHOW_GROUPS,
  PDI_RUNNING,
  SOCK_DESTROY,
} from '../../reference-impl/netlink/families/sockDiag.js';
import { bytesIn, nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { expectNumber, expectThat } from './expectations.js';
import { errorsIn, expectRefused, talk, talkSocket, type Request } from './netlinkTalk.js';
import { errnoNumber } from '../../reference-impl/netlink/errnoNames.js';
import {
  diagnose,
  entriesOf,
  entryOf,
  list,
  netlinkRequest,
  notes,
  packetRequest,
  packetSockets,
  socketOf,
  type Listed,
} from './socketDiagnosis.js';
import { setUp } from './settings.js';
import type { NicWorld } from './world.js';

Given('sockets of rtnetlink and of generic netlink are open', async function (this: NicWorld) {
  for (const protocol of [NETLINK_ROUTE, NETLINK_GENERIC])
    notes(this).sockets.set(protocol, await this.target.netlink(protocol));
});

When('the first of them is closed', async function (this: NicWorld) {
  await socketOf(this, NETLINK_ROUTE).close();
});

const SHOWN: Readonly<Record<string, number>> = { groups: NDIAG_SHOW_GROUPS, options: NDIAG_SHOW_FLAGS };

When(
  /^all sockets of netlink are listed(?: with their (groups|options))?$/,
  async function (this: NicWorld, what: string | null) {
    await list(this, NDIAG_PROTO_ALL, SHOWN[what ?? ''] ?? 0);
  },
);

When('sockets of the netlink protocol {int} are listed', async function (this: NicWorld, protocol: number) {
  await list(this, protocol, 0);
});

Then('each of them is there with its protocol and port id', function (this: NicWorld) {
  for (const protocol of notes(this).sockets.keys()) entryOf(this, protocol);
});

Then("the kernel's own sockets of their protocols are there", function (this: NicWorld) {
  for (const protocol of notes(this).sockets.keys())
    expectNumber(entriesOf(this, protocol, 0).length, 1, `sockets of the kernel's of protocol ${protocol}`);
});

Then('it is not there', function (this: NicWorld) {
  const { portId } = socketOf(this, NETLINK_ROUTE);
  expectNumber(entriesOf(this, NETLINK_ROUTE, portId).length, 0, 'entries of a socket that was closed');
});

Then(
  'all that are listed are of protocol {int}, and that of rtnetlink is among them',
  function (this: NicWorld, protocol: number) {
    for (const { header } of notes(this).listed)
      expectNumber(numberIn(header, 'ndiag_protocol') ?? -1, protocol, 'protocol of a socket that is listed');
    entryOf(this, NETLINK_ROUTE);
  },
);

const endOf = (name: string): number => (name === '0' ? 0 : (errnoNumber(name) ?? -1));

function expectEnd(world: NicWorld, end: string): void {
  const errors = errorsIn(talk(world).messages);
  expectNumber(errors.length, 1, 'ends of the list');
  expectNumber(errors[0]?.errno ?? -1, endOf(end), 'code at the end of the list');
  expectThat(talk(world).messages.at(-1)?.type === NLMSG_DONE, 'the list does not end as one');
}

Then(/^none is listed, and the list ends with (\w+)$/, function (this: NicWorld, end: string) {
  expectNumber(notes(this).listed.length, 0, 'sockets listed');
  expectEnd(this, end);
});

When(
  'the socket of rtnetlink is in the groups {int} and {int}',
  async function (this: NicWorld, one: number, two: number) {
    for (const group of [one, two]) await socketOf(this, NETLINK_ROUTE).join(group);
  },
);

When('it leaves the group {int}', async function (this: NicWorld, group: number) {
  await socketOf(this, NETLINK_ROUTE).leave(group);
});

function expectGroups(world: NicWorld, groups: readonly number[]): void {
  const bitmap = bytesIn(entryOf(world, NETLINK_ROUTE).values, 'NETLINK_DIAG_GROUPS');
  expectThat(bitmap !== undefined, 'no groups are told');
  expectNumber(bitmap.length % 8, 0, 'bytes beyond whole words');
  const told = [...bitmap].flatMap((byte, at) =>
    [...Array(8).keys()].filter((bit) => ((byte >> bit) & 1) === 1).map((bit) => 8 * at + bit + 1),
  );
  expectThat(told.join() === groups.join(), `it is told to be in the groups ${told.join(', ')}`);
}

Then(
  /^that of rtnetlink is listed (once|twice), each time with the same cookie$/,
  function (this: NicWorld, times: string) {
    const entries = entriesOf(this, NETLINK_ROUTE, socketOf(this, NETLINK_ROUTE).portId);
    expectNumber(entries.length, times === 'once' ? 1 : 2, 'entries of the socket of rtnetlink');
    expectNumber(new Set(entries.map(({ header }) => header['ndiag_cookie'])).size, 1, 'cookies of one socket');
  },
);

Then('the second time is behind every socket that is listed once', function (this: NicWorld) {
  const { portId } = socketOf(this, NETLINK_ROUTE);
  const portIds = notes(this).listed.map(({ header }) => numberIn(header, 'ndiag_portid') ?? 0);
  const once = portIds.filter((id) => portIds.indexOf(id) === portIds.lastIndexOf(id));
  const lastOfOnce = Math.max(...once.map((id) => portIds.indexOf(id)));
  expectThat(portIds.lastIndexOf(portId) > lastOfOnce, 'a socket that is in no group is listed behind it');
});

Then('that of rtnetlink is in the groups {int} and {int}', function (this: NicWorld, one: number, two: number) {
  expectGroups(this, [one, two]);
});

Then('that of rtnetlink is in the group {int} alone', function (this: NicWorld, group: number) {
  expectGroups(this, [group]);
});

Then('that of generic netlink is listed without groups', function (this: NicWorld) {
  expectThat(!entryOf(this, NETLINK_GENERIC).hasAttributes, 'groups are told of a socket that never was in one');
});

When(
  'the option {int} of the socket of rtnetlink is set to {int}',
  async function (this: NicWorld, option: number, value: number) {
    const result = await socketOf(this, NETLINK_ROUTE).setOption?.(option, value);
    expectThat(result?.ok === true, `the option ${option} is refused`);
  },
);

const flagsOf = ({ values }: Listed): number => numberIn(values, 'NETLINK_DIAG_FLAGS') ?? -1;

Then('the flag {int} of the socket of rtnetlink is {int}', function (this: NicWorld, flag: number, value: number) {
  const flags = flagsOf(entryOf(this, NETLINK_ROUTE));
  expectThat(flags >= 0, 'no flags are told');
  expectNumber((flags & flag) === 0 ? 0 : 1, value, `the flag ${flag}`);
});

Then('the socket that asked, and no other, has the flag 1', async function (this: NicWorld) {
  const { portId } = await talkSocket(this, NETLINK_SOCK_DIAG);
  const running = notes(this).listed.filter((entry) => (flagsOf(entry) & NDIAG_FLAG_CB_RUNNING) !== 0);
  expectNumber(running.length, 1, 'sockets on which a dump runs');
  expectNumber(numberIn(running[0]?.header ?? {}, 'ndiag_portid') ?? -1, portId, 'port id of the one');
});

Then('none has attributes', function (this: NicWorld) {
  const { listed } = notes(this);
  expectThat(listed.length > 0, 'nothing is listed');
  expectNumber(listed.filter(({ hasAttributes }) => hasAttributes).length, 0, 'sockets with attributes');
});

const infoOf = ({ values }: Listed): Values => nestIn(values, 'PACKET_DIAG_INFO') ?? {};
const onPort = (world: NicWorld, sockets: readonly Listed[]): readonly Listed[] =>
  sockets.filter((socket) => numberIn(infoOf(socket), 'pdi_index') === world.port.ifIndex);

const isRunning = (socket: Listed): boolean => ((numberIn(infoOf(socket), 'pdi_flags') ?? 0) & PDI_RUNNING) !== 0;

Given('packet sockets are counted', async function (this: NicWorld) {
  notes(this).before = onPort(this, await packetSockets(this));
});

When(/^a packet socket is open(?:ed)? on the port$/, async function (this: NicWorld) {
  notes(this).packets = await this.target.host(this.port.netDevice);
});

Then('one packet socket more is listed on the port, and it is running', async function (this: NicWorld) {
  const now = onPort(this, await packetSockets(this));
  const { before, packets } = notes(this);
  const known = new Set(before.map(({ header }) => header['pdiag_cookie']));
  const more = now.filter(({ header }) => !known.has(header['pdiag_cookie']));
  await packets?.close();
  expectNumber(more.length, 1, 'packet sockets more than before');
  const [one] = more;
  expectThat(one !== undefined && isRunning(one), 'it is not running');
});

When(/^the port (?:goes|was taken) (up|down)$/, async function (this: NicWorld, state: string) {
  await setUp(this, state === 'up');
});

Then(/^no packet socket on the port is running$/, async function (this: NicWorld) {
  const there = onPort(this, await packetSockets(this));
  expectThat(there.length > 0, 'no packet socket is listed on the port');
  expectNumber(there.filter(isRunning).length, 0, 'packet sockets that run on a port that is down');
});

Then(/^every packet socket on the port is running$/, async function (this: NicWorld) {
  const there = onPort(this, await packetSockets(this));
  await notes(this).packets?.close();
  expectThat(there.length > 0, 'no packet socket is listed on the port');
  expectNumber(there.filter(isRunning).length, there.length, 'packet sockets that run on a port that is up');
});

When('packet sockets are listed with what {int} asks for', async function (this: NicWorld, show: number) {
  notes(this).listed = await packetSockets(this, show);
  await notes(this).packets?.close();
});

Then(
  /^each of them has (nothing|PACKET_DIAG_\w+(?: and PACKET_DIAG_\w+)?) alone$/,
  function (this: NicWorld, names: string) {
    const { listed } = notes(this);
    expectThat(listed.length > 0, 'no packet socket is listed');
    const wanted = names === 'nothing' ? '' : names.split(' and ').join();
    for (const { values, hasAttributes } of listed) {
      const told = Object.keys(values).sort().join();
      expectThat(told === wanted, `${told === '' ? 'nothing' : told} is told`);
      expectThat(hasAttributes === (wanted !== ''), 'attributes that nobody knows are told');
    }
  },
);

When('sockets of netlink and packet sockets are listed twice', async function (this: NicWorld) {
  const all = async (): Promise<readonly Listed[]> => {
    await list(this, NDIAG_PROTO_ALL, 0);
    return [...notes(this).listed, ...(await packetSockets(this))];
  };
  notes(this).before = await all();
  notes(this).listed = await all();
  await notes(this).packets?.close();
});

const textIn = (header: Values, name: string): string => {
  const value = header[name];
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';
};

/** Cookies by what else tells sockets apart. */
function cookiesOf(sockets: readonly Listed[]): ReadonlyMap<string, string> {
  return new Map(
    sockets.map(({ header }) => [
      ['ndiag_protocol', 'ndiag_portid', 'ndiag_ino', 'pdiag_ino'].map((name) => textIn(header, name)).join(' '),
      textIn(header, 'ndiag_cookie') + textIn(header, 'pdiag_cookie'),
    ]),
  );
}

Then('each has the same cookie both times, and no two have the same', function (this: NicWorld) {
  const [before, now] = [cookiesOf(notes(this).before), cookiesOf(notes(this).listed)];
  expectThat(before.size > 3, `${before.size} sockets are listed`);
  for (const [name, cookie] of before) expectThat(now.get(name) === cookie, `${name} has another cookie`);
  expectNumber(new Set(before.values()).size, before.size, 'cookies of that many sockets');
});

const inet = (protocol: number, family = 2, length = INET_DIAG_REQ_V2_LENGTH): Uint8Array => {
  const body = new Uint8Array(length);
  body.set([family, protocol]);
  body.fill(0xff, 4, 8);
  return body;
};
const ONE = { flags: NLM_F_ACK };
const END = { type: SOCK_DESTROY, ...ONE };
/** IPPROTO_TCP is asked for in the header, and 77, which nobody serves, in the attribute, whose word counts. */
const OTHER_PROTOCOL = Uint8Array.of(8, 0, INET_DIAG_REQ_PROTOCOL, 0, 77, 0, 0, 0);
/** Of a type that there is not, and two bytes long. */
const UNKNOWN_ATTRIBUTE = Uint8Array.of(6, 0, 100, 0, 77, 0, 0, 0);
/** A length of six: two bytes of a number that has four. */
const SHORT_PROTOCOL = Uint8Array.of(6, 0, INET_DIAG_REQ_PROTOCOL, 0, 6, 0, 0, 0);

const QUESTIONS: Readonly<Record<string, readonly [body: Uint8Array, request?: Partial<Request>]>> = {
  'a request of one byte': [Uint8Array.of(AF_NETLINK), ONE],
  'the family 46': [Uint8Array.of(46, 0), ONE],
  'the family 45': [Uint8Array.of(45, 0), ONE],
  'the type 25': [netlinkRequest(0, 0), { type: 25, ...ONE }],
  'a dump of netlink that is a byte too short': [netlinkRequest(0, 0).subarray(0, -1)],
  'a dump of packets that is a byte too short': [packetRequest(0).subarray(0, -1)],
  'packet sockets of a protocol': [packetRequest(3)],
  'one socket of netlink': [netlinkRequest(0, 0), ONE],
  'one packet socket': [packetRequest(0), ONE],
  'the end of a socket of netlink': [netlinkRequest(0, 0), END],
  'the end of a packet socket': [packetRequest(0), END],
  'a connection of TCP that there is not': [inet(6), ONE],
  'a dump of TCP that is a byte short': [inet(6, 2, INET_DIAG_REQ_V2_LENGTH - 1)],
  'a protocol of two bytes': [Uint8Array.of(...inet(6), ...SHORT_PROTOCOL)],
};

When(/^(.+) is asked for from the diagnosis of sockets$/, async function (this: NicWorld, what: string) {
  const question = QUESTIONS[what];
  expectThat(question !== undefined, `nothing is known of ${what}`);
  await diagnose(this, ...question);
});

const BEHIND: Readonly<Record<string, Uint8Array>> = {
  'the protocol 77 in an attribute': OTHER_PROTOCOL,
  'an attribute that nobody knows': UNKNOWN_ATTRIBUTE,
};

When(/^sockets of TCP are listed with (.+)$/, async function (this: NicWorld, what: string) {
  const attribute = BEHIND[what];
  expectThat(attribute !== undefined, `nothing is known of ${what}`);
  await diagnose(this, Uint8Array.of(...inet(6), ...attribute));
});

When(
  'sockets of the protocol {int} of the family {int} are listed',
  async function (this: NicWorld, protocol: number, family: number) {
    await diagnose(this, inet(protocol, family));
  },
);

Then(/^the list ends with (\w+)$/, function (this: NicWorld, end: string) {
  expectEnd(this, end);
});

Then(/^the diagnosis refuses it with (E[A-Z]+)$/, function (this: NicWorld, errno: string) {
  expectRefused(talk(this).messages, errno);
  expectThat(talk(this).messages.at(-1)?.type === NLMSG_ERROR, 'a dump began');
});
