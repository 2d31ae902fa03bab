/** Dumps: their parts, what interrupts them, what filters them, and queries that make no sense. */
import { Given, Then, When } from '@cucumber/cucumber';
import { decodeBody, encodeBody } from '../../reference-impl/netlink/client.js';
import {
  AF_BRIDGE,
  AF_INET,
  CTRL_CMD_GETFAMILY,
  CTRL_CMD_GETPOLICY,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NETLINK_GET_STRICT_CHK,
  NETLINK_ROUTE,
  NLM_F_DUMP,
  NLM_F_DUMP_FILTERED,
  NLM_F_DUMP_INTR,
  NLM_F_MATCH,
  NLM_F_MULTI,
  NLM_F_ROOT,
  NLMSG_DONE,
  NLMSG_ERROR,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETROUTE,
} from '../../reference-impl/netlink/constants.js';
import { decodeError } from '../../reference-impl/netlink/extack.js';
import { ROUTE_ATTRIBUTES } from '../../reference-impl/netlink/families/routing.js';
import {
  ADDRESS,
  IFADDRMSG,
  IFINFOMSG,
  LINK,
  NDMSG,
  NEIGHBOUR,
  RTMSG,
} from '../../reference-impl/netlink/families/rtnetlink.js';
import {
  bytesIn,
  encodeAttributes,
  numberIn,
  type AttributeSet,
  type StructField,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { encodeDatagram, parseDatagram, viewOf, type Message } from '../../reference-impl/netlink/wire.js';
import { formatIpv4 } from '../../reference-impl/packet/addresses.js';
import { controllerBody, familyName } from '../properties/netlinkMessages.js';
import { expectNumber, expectThat } from './expectations.js';
import { addAddress, addNeighbour, addRoute, makeBridges, removeLink, type MadeLink } from './netlinkObjects.js';
import { ask, encodeRequest, expectTaken, repliesIn, takeDump, talk, talkSocket, type Request } from './netlinkTalk.js';
import { accepted, IFF_UP, setFlag } from './settings.js';
import { portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** What can be listed, and how the header of the query and the attributes of the answers are laid out. */
interface Listing {
  readonly type: number;
  readonly header: readonly StructField[];
  readonly family: Values;
  readonly set: AttributeSet;
}

const LISTINGS = {
  links: { type: RTM_GETLINK, header: IFINFOMSG, family: {}, set: LINK },
  addresses: { type: RTM_GETADDR, header: IFADDRMSG, family: { ifa_family: AF_INET }, set: ADDRESS },
  neighbours: { type: RTM_GETNEIGH, header: NDMSG, family: { ndm_family: AF_INET }, set: NEIGHBOUR },
  routes: { type: RTM_GETROUTE, header: RTMSG, family: { rtm_family: AF_INET }, set: ROUTE_ATTRIBUTES },
  'bridge ports': { type: RTM_GETLINK, header: IFINFOMSG, family: { ifi_family: AF_BRIDGE }, set: LINK },
  entries: { type: RTM_GETNEIGH, header: NDMSG, family: { ndm_family: AF_BRIDGE }, set: NEIGHBOUR },
} as const satisfies Record<string, Listing>;
type ListingName = keyof typeof LISTINGS;
const NAMES = 'links|addresses|neighbours|routes|bridge ports|entries';

const query = (name: ListingName, header: Values = {}, attributes: Values = {}): Request => {
  const { type, header: fields, family, set } = LISTINGS[name];
  const body = encodeBody(fields, { ...family, ...header }, encodeAttributes(set, attributes));
  return { type, flags: NLM_F_DUMP, body };
};

const generic = (command: number, ...attributes: readonly Uint8Array[]): Request => ({
  type: GENL_ID_CTRL,
  flags: NLM_F_DUMP,
  body: controllerBody(command, ...attributes),
  protocol: NETLINK_GENERIC,
});

interface Decoded {
  readonly header: Values;
  readonly values: Values;
}

const decoded = (world: NicWorld, name: ListingName): readonly Decoded[] => {
  const { header, set } = LISTINGS[name];
  return repliesIn(talk(world).messages).map((reply) => decodeBody(header, set, reply));
};

When(new RegExp(`^a dump of (${NAMES}|families|policies) is read$`), async function (this: NicWorld, what: string) {
  if (what === 'families') await ask(this, generic(CTRL_CMD_GETFAMILY));
  else if (what === 'policies') await ask(this, generic(CTRL_CMD_GETPOLICY, familyName('nlctrl')));
  else await ask(this, query(what as ListingName));
});

Then(
  'every message is one of several with the sequence number of the request, and one end with the code 0 is the last',
  function (this: NicWorld) {
    const { messages, request } = talk(this);
    const sequence = viewOf(request).getUint32(8, true);
    for (const message of messages) {
      expectThat((message.flags & NLM_F_MULTI) !== 0, 'a message of the dump lacks NLM_F_MULTI');
      expectNumber(message.sequence, sequence, 'sequence number');
    }
    expectNumber(messages.filter(({ type }) => type === NLMSG_DONE).length, 1, 'NLMSG_DONE');
    const last = messages.at(-1);
    expectThat(last?.type === NLMSG_DONE && last.body.length >= 4, 'the last message is no NLMSG_DONE with a code');
    expectNumber(viewOf(last.body).getInt32(0, true), 0, 'code of the end');
  },
);

const bridgesOf = (world: NicWorld): MadeLink[] => world.note('dumped bridges', () => []);

Given('{int} bridges', async function (this: NicWorld, count: number) {
  bridgesOf(this).push(...(await makeBridges(this, count)));
});

Given('{int} bridges with {int} addresses each', async function (this: NicWorld, count: number, each: number) {
  const bridges = await makeBridges(this, count);
  bridgesOf(this).push(...bridges);
  for (const [index, { ifIndex }] of bridges.entries())
    for (let host = 1; host <= each; host++) await addAddress(this, ifIndex, [10, 77, index, host], 24);
});

Then('it comes in several parts, and every link is in it once', function (this: NicWorld) {
  const { messages, datagrams } = talk(this);
  expectTaken(messages, 'the dump');
  expectThat(datagrams > 1, 'it came in one part');
  const indexes = decoded(this, 'links').map(({ header }) => numberIn(header, 'ifi_index') ?? 0);
  expectNumber(new Set(indexes).size, indexes.length, 'different links');
  const expected = [...bridgesOf(this).map(({ ifIndex }) => ifIndex), this.port.ifIndex];
  const missing = expected.filter((ifIndex) => !indexes.includes(ifIndex));
  expectThat(missing.length === 0, `missing are ${missing.join(' ')}`);
});

/** The first part is written when the dump is asked for; the rest as it is read. */
async function dumpAround(world: NicWorld, request: Request, change: () => Promise<void>): Promise<void> {
  const socket = await talkSocket(world, NETLINK_ROUTE);
  const bytes = encodeRequest(world, request);
  await socket.send(bytes);
  await change();
  expectTaken(await takeDump(world, socket, bytes), 'the dump');
}

When(
  /^a dump of links is begun, and a link (comes|goes|is changed) before it is read on$/,
  async function (this: NicWorld, how: string) {
    const [first] = bridgesOf(this);
    expectThat(first !== undefined, 'there is no bridge');
    await dumpAround(this, query('links'), async () => {
      if (how === 'comes') await makeBridges(this, 1, 'nlx');
      else if (how === 'goes') await removeLink(this, first.ifIndex);
      else accepted(await (await this.route()).setLink(first.ifIndex, { IFLA_GROUP: 3 }), 'changing a group');
    });
  },
);

When('a dump of addresses is begun, and an address comes before it is read on', async function (this: NicWorld) {
  await dumpAround(this, query('addresses'), () => addAddress(this, this.port.ifIndex, [192, 0, 2, 9], 24));
});

const interrupted = (world: NicWorld): number =>
  talk(world).messages.filter(({ flags }) => (flags & NLM_F_DUMP_INTR) !== 0).length;

Then('a message of the dump says that it was interrupted', function (this: NicWorld) {
  expectThat(interrupted(this) > 0, 'no message says so');
});

Then('no message of the dump says that it was interrupted', function (this: NicWorld) {
  expectThat(talk(this).datagrams > 1, 'the dump came in one part');
  expectNumber(interrupted(this), 0, 'messages that say so');
});

const twoBridges = (world: NicWorld): readonly [MadeLink, MadeLink] => {
  const [first, second] = bridgesOf(world);
  expectThat(first !== undefined && second !== undefined, 'there are no two bridges');
  return [first, second];
};

Given('a bridge with the port p0, and one without', async function (this: NicWorld) {
  bridgesOf(this).push(...(await makeBridges(this, 2)));
  const [first] = twoBridges(this);
  const { ifIndex } = portCalled(this, 'p0');
  accepted(await (await this.bridges()).setMaster(ifIndex, first.ifIndex), 'putting p0 into the bridge');
});

When('a dump of the links of the first bridge is read', async function (this: NicWorld) {
  await ask(this, query('links', {}, { IFLA_MASTER: twoBridges(this)[0].ifIndex }));
});

When('a dump of the links of the kind {string} is read', async function (this: NicWorld, kind: string) {
  await ask(this, query('links', {}, { IFLA_LINKINFO: { IFLA_INFO_KIND: kind } }));
});

function expectIndexes(world: NicWorld, expected: readonly number[]): void {
  expectTaken(talk(world).messages, 'the dump');
  const got = decoded(world, 'links').map(({ header }) => numberIn(header, 'ifi_index') ?? 0);
  const sorted = (indexes: readonly number[]): string => [...indexes].sort((a, b) => a - b).join(' ');
  expectThat(sorted(got) === sorted(expected), `in it are ${sorted(got)}, not ${sorted(expected)}`);
}

Then('the port p0 alone is in it', function (this: NicWorld) {
  expectIndexes(this, [portCalled(this, 'p0').ifIndex]);
});

Then('the two bridges alone are in it', function (this: NicWorld) {
  expectIndexes(
    this,
    twoBridges(this).map(({ ifIndex }) => ifIndex),
  );
});

Then('the port is among them', function (this: NicWorld) {
  const indexes = decoded(this, 'links').map(({ header }) => numberIn(header, 'ifi_index'));
  expectThat(indexes.includes(this.port.ifIndex), 'the port is not among them');
});

Then(/^(every|no) message of it is marked as filtered$/, function (this: NicWorld, how: string) {
  const replies = repliesIn(talk(this).messages);
  const marked = replies.filter(({ flags }) => (flags & NLM_F_DUMP_FILTERED) !== 0).length;
  expectNumber(marked, how === 'every' ? replies.length : 0, 'messages marked as filtered');
});

Given('each bridge has an address', async function (this: NicWorld) {
  for (const [index, { ifIndex }] of twoBridges(this).entries())
    await addAddress(this, ifIndex, [10, 78, index, 1], 24);
});

When('a dump of the addresses of the first bridge is read', async function (this: NicWorld) {
  await ask(this, query('addresses', { ifa_index: twoBridges(this)[0].ifIndex }));
});

const NOBODY = 1_000_000;

When('a dump of the addresses of a link that there is not is read', async function (this: NicWorld) {
  await ask(this, query('addresses', { ifa_index: NOBODY }));
});

const textOf = (values: Values, name: string): string => formatIpv4(bytesIn(values, name) ?? new Uint8Array(4));

Then('the address of the first bridge alone is in it', function (this: NicWorld) {
  expectTaken(talk(this).messages, 'the dump');
  const got = decoded(this, 'addresses').map(({ values }) => textOf(values, 'IFA_LOCAL'));
  expectThat(got.join() === '10.78.0.1', `in it are ${got.join(' ')}`);
});

Given('the port p0 and the second bridge have a neighbour each', async function (this: NicWorld) {
  const [, second] = twoBridges(this);
  const { ifIndex } = portCalled(this, 'p0');
  for (const each of [ifIndex, second.ifIndex]) await setFlag(this, IFF_UP, true, each);
  await addNeighbour(this, ifIndex, [10, 79, 0, 1]);
  await addNeighbour(this, second.ifIndex, [10, 79, 0, 2]);
});

When(
  /^a dump of the neighbours of (p0|what is part of the first bridge) is read$/,
  async function (this: NicWorld, of: string) {
    const filter: Values =
      of === 'p0' ? { NDA_IFINDEX: portCalled(this, 'p0').ifIndex } : { NDA_MASTER: twoBridges(this)[0].ifIndex };
    await ask(this, query('neighbours', {}, filter));
  },
);

Then('the neighbour of p0 alone is in it', function (this: NicWorld) {
  expectTaken(talk(this).messages, 'the dump');
  const got = decoded(this, 'neighbours').map(({ values }) => textOf(values, 'NDA_DST'));
  expectThat(got.join() === '10.79.0.1', `in it are ${got.join(' ')}`);
});

Given(
  'the port has an address, a route of protocol 99 in the table main and one of protocol 98 in the table 100',
  async function (this: NicWorld) {
    const { ifIndex } = this.port;
    await setFlag(this, IFF_UP, true, ifIndex);
    await addAddress(this, ifIndex, [192, 0, 2, 1], 24);
    const gateway = [192, 0, 2, 2] as const;
    await addRoute(this, { to: [198, 51, 100, 0], length: 24, gateway, ifIndex, protocol: 99, table: 254 });
    await addRoute(this, { to: [203, 0, 113, 0], length: 24, gateway, ifIndex, protocol: 98, table: 100 });
  },
);

When(
  /^a dump of the routes of (protocol|table) (\d+) is read$/,
  async function (this: NicWorld, what: string, number: string) {
    const value = Number(number);
    await ask(
      this,
      what === 'protocol' ? query('routes', { rtm_protocol: value }) : query('routes', {}, { RTA_TABLE: value }),
    );
  },
);

Then(/^the route (\S+) is in it, and (\S+) is not$/, function (this: NicWorld, there: string, absent: string) {
  expectTaken(talk(this).messages, 'the dump');
  const got = decoded(this, 'routes').map(({ values }) => textOf(values, 'RTA_DST'));
  expectThat(got.includes(there), `${there} is not in it`);
  expectThat(!got.includes(absent), `${absent} is in it`);
});

When(/^a dump of the entries of (p0|the first bridge) is read$/, async function (this: NicWorld, of: string) {
  const request =
    of === 'p0'
      ? query('entries', { ndm_ifindex: portCalled(this, 'p0').ifIndex })
      : query('entries', {}, { NDA_MASTER: twoBridges(this)[0].ifIndex });
  await ask(this, request);
});

Then('an entry of p0 is in it, and none of the second bridge', function (this: NicWorld) {
  expectTaken(talk(this).messages, 'the dump');
  const got = new Set(decoded(this, 'entries').map(({ header }) => numberIn(header, 'ndm_ifindex')));
  expectThat(got.has(portCalled(this, 'p0').ifIndex), 'no entry of p0 is in it');
  expectThat(!got.has(twoBridges(this)[1].ifIndex), 'an entry of the second bridge is in it');
});

When(
  new RegExp(`^a dump of (${NAMES}) is read, with 1 as (\\w+) in its header$`),
  async function (this: NicWorld, what: ListingName, member: string) {
    await ask(this, query(what, { [member]: 1 }));
  },
);

When(
  new RegExp(`^a dump of (${NAMES}) is read, with ([A-Z_]+)$`),
  async function (this: NicWorld, what: ListingName, attribute: string) {
    await ask(this, query(what, {}, { [attribute]: 1 }));
  },
);

Given('the socket does not ask for strict queries', async function (this: NicWorld) {
  const set = await (await talkSocket(this, NETLINK_ROUTE)).setOption?.(NETLINK_GET_STRICT_CHK, 0);
  expectThat(set?.ok === true, 'the option cannot be set');
});

Then('it is complete', function (this: NicWorld) {
  const { messages } = talk(this);
  expectTaken(messages, 'the dump');
  expectThat(messages.at(-1)?.type === NLMSG_DONE, 'it has no end');
});

When('two dumps of links are asked for through one socket at once', async function (this: NicWorld) {
  const socket = await talkSocket(this, NETLINK_ROUTE);
  const requests = [1, 2].map((sequence) => encodeRequest(this, { ...query('links'), sequence }));
  await socket.send(encodeDatagram(requests));
  const messages: Message[] = [];
  for (;;) {
    const received = await socket.receive();
    if (received === null) break;
    messages.push(...parseDatagram(received));
  }
  talk(this).messages = messages;
});

Then('the second is refused with EBUSY, and the first is complete', function (this: NicWorld) {
  const { messages } = talk(this);
  const second = messages.filter(({ sequence }) => sequence === 2);
  expectNumber(second.length, 1, 'messages for the second dump');
  const [answer] = second;
  expectThat(answer?.type === NLMSG_ERROR, 'the second dump is not refused');
  expectNumber(decodeError(answer).errno, EBUSY, 'its error');
  const ends = messages.filter(({ sequence, type }) => sequence === 1 && type === NLMSG_DONE);
  expectNumber(ends.length, 1, 'ends of the first dump');
});

const EBUSY = 16;

When(
  /^a dump of links is asked for with (NLM_F_ROOT|NLM_F_MATCH) alone$/,
  async function (this: NicWorld, name: string) {
    const socket = await talkSocket(this, NETLINK_ROUTE);
    const flags = name === 'NLM_F_ROOT' ? NLM_F_ROOT : NLM_F_MATCH;
    const bytes = encodeRequest(this, { ...query('links'), flags });
    await socket.send(bytes);
    await takeDump(this, socket, bytes);
  },
);

Then('it is a dump', function (this: NicWorld) {
  const { messages } = talk(this);
  expectTaken(messages, 'the dump');
  expectThat(messages.at(-1)?.type === NLMSG_DONE, 'it has no end');
});
