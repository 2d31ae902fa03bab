/** Who is told of changes, in which order, and who asked for them. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { NetlinkSocket, SocketOptionResult } from '../../harness/contract/index.js';
import { errnoName } from '../../reference-impl/netlink/errnoNames.js';
import {
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_DROP_MEMBERSHIP,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_ECHO,
  NLMSG_ERROR,
  RTM_DELADDR,
  RTM_DELROUTE,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWROUTE,
  RTM_SETLINK,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_LINK,
} from '../../reference-impl/netlink/constants.js';
import { decodeBody } from '../../reference-impl/netlink/client.js';
import { ADDRESS, IFADDRMSG, IFINFOMSG, LINK, RTMSG } from '../../reference-impl/netlink/families/rtnetlink.js';
import { ROUTE_ATTRIBUTES, RTNLGRP_IPV4_ROUTE } from '../../reference-impl/netlink/families/routing.js';
import { bytesIn, numberIn } from '../../reference-impl/netlink/schema.js';
import { parseDatagram, viewOf, type Message } from '../../reference-impl/netlink/wire.js';
import { formatIpv4 } from '../../reference-impl/packet/addresses.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { linkBody, mtuOf } from '../properties/netlinkMessages.js';
import { expectNumber, expectThat } from './expectations.js';
import { addAddress, addressRequest, routeRequest, type Octets } from './netlinkObjects.js';
import { PROTOCOLS, ask, encodeRequest, errorsIn, sendRaw, talk, talkSocket, type Request } from './netlinkTalk.js';
import { IFF_UP, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

const GROUPS = { links: RTNLGRP_LINK, addresses: RTNLGRP_IPV4_IFADDR, routes: RTNLGRP_IPV4_ROUTE } as const;
type GroupName = keyof typeof GROUPS;

const listeners = (world: NicWorld): NetlinkSocket[] => world.note('listeners', () => []);

async function listen(world: NicWorld, ...groups: readonly number[]): Promise<NetlinkSocket> {
  const socket = await world.target.netlink(NETLINK_ROUTE);
  for (const group of groups) await socket.join(group);
  listeners(world).push(socket);
  return socket;
}

/** What a listener is told until nothing more comes. */
async function heard(world: NicWorld, socket: NetlinkSocket): Promise<readonly Message[]> {
  const messages: Message[] = [];
  for (let withinMs = world.quietMs; ; withinMs = 0) {
    const datagram = await socket.receive({ withinMs });
    if (datagram === null) return messages;
    messages.push(...parseDatagram(datagram));
  }
}

const mtuChange = (world: NicWorld, mtu: number): Request => ({
  type: RTM_SETLINK,
  body: linkBody({ ifi_index: world.port.ifIndex }, mtuOf(mtu)),
});

/** The port is up and has an address, so that it can have routes. */
async function prepareRoutes(world: NicWorld): Promise<void> {
  await setFlag(world, IFF_UP, true);
  await addAddress(world, world.port.ifIndex, [192, 0, 2, 1], 24);
}

const addressChange = (world: NicWorld, host: number, isNew: boolean): Request => {
  const request = addressRequest(world.port.ifIndex, [198, 18, 0, host], 32);
  return isNew ? request : { ...request, type: RTM_DELADDR, flags: NLM_F_ACK };
};

const destination = (net: number): Octets => [198, 51, net, 0];

const routeChange = (world: NicWorld, net: number, isNew: boolean): Request => {
  const wish = { to: destination(net), length: 24, gateway: [192, 0, 2, 2] as const };
  const request = routeRequest({ ...wish, ifIndex: world.port.ifIndex, protocol: 99, table: 254 });
  return isNew ? request : { ...request, type: RTM_DELROUTE, flags: NLM_F_ACK };
};

/** What was announced, in words; undefined for what no scenario made. */
function told(world: NicWorld, message: Message): string | undefined {
  switch (message.type) {
    case RTM_NEWLINK: {
      const { header, values } = decodeBody(IFINFOMSG, LINK, message);
      const isPort = numberIn(header, 'ifi_index') === world.port.ifIndex;
      return isPort ? `mtu ${numberIn(values, 'IFLA_MTU') ?? 0}` : undefined;
    }
    case RTM_NEWADDR:
    case RTM_DELADDR: {
      const { values } = decodeBody(IFADDRMSG, ADDRESS, message);
      return `${message.type === RTM_NEWADDR ? 'new' : 'gone'} ${formatIpv4(bytesIn(values, 'IFA_LOCAL') ?? new Uint8Array(4))}`;
    }
    case RTM_NEWROUTE:
    case RTM_DELROUTE: {
      const { header, values } = decodeBody(RTMSG, ROUTE_ATTRIBUTES, message);
      // Those of protocol 99 are the scenario's; an address makes others.
      if (numberIn(header, 'rtm_protocol') !== 99) return undefined;
      return `${message.type === RTM_NEWROUTE ? 'route' : 'no route'} ${formatIpv4(bytesIn(values, 'RTA_DST') ?? new Uint8Array(4))}`;
    }
    default:
      return undefined;
  }
}

interface Change {
  readonly kind: 'mtu' | 'address' | 'route';
  readonly number: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('mtu' as const, 'address' as const, 'route' as const),
  number: fc.integer({ min: 1, max: 6 }),
});

Then(
  'for every list of changes of links, addresses and routes, they are announced in this order',
  async function (this: NicWorld) {
    await prepareRoutes(this);
    const socket = await listen(this, ...Object.values(GROUPS));
    let mtu = 1500;
    const there = new Set<string>();
    await ask(this, mtuChange(this, mtu));
    await heard(this, socket);
    await this.law(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        const expected: string[] = [];
        for (const { kind, number } of changes) {
          const key = `${kind} ${number}`;
          const isNew = !there.has(key);
          if (kind === 'mtu') {
            if (mtu === 1400 + number) continue;
            mtu = 1400 + number;
            expected.push(`mtu ${mtu}`);
            await ask(this, mtuChange(this, mtu));
            continue;
          }
          if (isNew) there.add(key);
          else there.delete(key);
          if (kind === 'address') {
            expected.push(`${isNew ? 'new' : 'gone'} 198.18.0.${number}`);
            await ask(this, addressChange(this, number, isNew));
          } else {
            expected.push(`${isNew ? 'route' : 'no route'} ${destination(number).join('.')}`);
            await ask(this, routeChange(this, number, isNew));
          }
        }
        const got = (await heard(this, socket))
          .map((message) => told(this, message))
          .filter((each) => each !== undefined);
        expectThat(
          got.join(', ') === expected.join(', '),
          `told is: ${got.join(', ')}; done was: ${expected.join(', ')}`,
        );
      }),
      { runs: 0.5 },
    );
  },
);

Given('three sockets listen to links', async function (this: NicWorld) {
  for (let count = 0; count < 3; count++) await listen(this, RTNLGRP_LINK);
});

When(
  'the MTU of the port becomes {int} and then {int}',
  async function (this: NicWorld, first: number, second: number) {
    for (const mtu of [first, second]) await ask(this, mtuChange(this, mtu));
  },
);

Then('each of them is told the same, byte for byte', async function (this: NicWorld) {
  const all: string[] = [];
  for (const socket of listeners(this)) {
    const messages = await heard(this, socket);
    expectNumber(messages.filter((message) => told(this, message) !== undefined).length, 2, 'changes told');
    all.push(messages.map(({ bytes }) => hex(bytes)).join('\n'));
  }
  expectNumber(new Set(all).size, 1, 'different stories');
});

const optionResult = (world: NicWorld): { result: SocketOptionResult | undefined } =>
  world.note('option result', () => ({ result: undefined }));

async function setOption(world: NicWorld, protocol: number, option: number, value: number): Promise<void> {
  const socket = await talkSocket(world, protocol);
  optionResult(world).result = await socket.setOption?.(option, value);
}

When(
  /^the group (\d+) of (rtnetlink|generic netlink) is joined$/,
  async function (this: NicWorld, group: string, protocol: keyof typeof PROTOCOLS) {
    await setOption(this, PROTOCOLS[protocol], NETLINK_ADD_MEMBERSHIP, Number(group));
  },
);

Then(/^that is refused with (E[A-Z]+)$/, function (this: NicWorld, errno: string) {
  const { result } = optionResult(this);
  expectThat(result?.ok === false, 'it was taken');
  expectThat(errnoName(result.errno) === errno, `it was refused with ${errnoName(result.errno)}`);
});

Given('a socket that joined the group of links and left it', async function (this: NicWorld) {
  const socket = await listen(this);
  await socket.setOption?.(NETLINK_ADD_MEMBERSHIP, RTNLGRP_LINK);
  await socket.setOption?.(NETLINK_DROP_MEMBERSHIP, RTNLGRP_LINK);
});

Then(/^(?:it|the socket) is told nothing$/, async function (this: NicWorld) {
  for (const socket of listeners(this)) expectNumber((await heard(this, socket)).length, 0, 'announcements');
});

Given(/^a socket listens to (links|addresses|routes)$/, async function (this: NicWorld, group: GroupName) {
  if (group === 'routes') await prepareRoutes(this);
  await heard(this, await listen(this, GROUPS[group]));
});

const changeOf = (world: NicWorld, group: string): Request =>
  group === 'addresses' ? addressChange(world, 1, true) : routeChange(world, 1, true);
const isMeant = (group: string, { type }: Message): boolean =>
  type === (group === 'addresses' ? RTM_NEWADDR : RTM_NEWROUTE);

When(/^(addresses|routes) change on request of another socket$/, async function (this: NicWorld, group: string) {
  await ask(this, changeOf(this, group));
  this.note('changed group', () => group);
});

Then('the announcement tells the port id and the sequence number of the request', async function (this: NicWorld) {
  const group = this.note('changed group', () => '');
  const [listener] = listeners(this);
  expectThat(listener !== undefined, 'nobody listens');
  const request = viewOf(talk(this).request);
  const { portId } = await talkSocket(this, NETLINK_ROUTE);
  const [announced] = (await heard(this, listener)).filter((message) => isMeant(group, message));
  expectThat(announced !== undefined, 'nothing was announced');
  expectNumber(announced.sequence, request.getUint32(8, true), 'sequence number');
  expectNumber(announced.portId, portId, 'port id');
});

When(
  /^(addresses|routes) change on request of a socket that listens to nothing, and asks for an echo$/,
  async function (this: NicWorld, group: string) {
    if (group === 'routes') await prepareRoutes(this);
    const request = changeOf(this, group);
    const bytes = encodeRequest(this, {
      ...request,
      flags: (request.flags ?? 0) | NLM_F_ACK | NLM_F_ECHO | NLM_F_CREATE,
    });
    await sendRaw(this, NETLINK_ROUTE, bytes);
    this.note('changed group', () => group);
  },
);

const bystander = (world: NicWorld): { socket: NetlinkSocket | undefined } =>
  world.note('socket that listens to nothing', () => ({ socket: undefined }));

Given('a socket that listens to nothing', async function (this: NicWorld) {
  bystander(this).socket = await this.target.netlink(NETLINK_ROUTE);
});

Then('the other socket is told nothing', async function (this: NicWorld) {
  const { socket } = bystander(this);
  expectThat(socket !== undefined, 'there is no other socket');
  expectNumber((await heard(this, socket)).length, 0, 'messages');
});

Then('the socket is told of the change, and then that it was made', function (this: NicWorld) {
  const group = this.note('changed group', () => '');
  const { messages } = talk(this);
  const echo = messages.findIndex((message) => isMeant(group, message));
  const acknowledged = messages.findIndex(({ type }) => type === NLMSG_ERROR);
  expectThat(echo >= 0, 'the change is not told');
  expectThat(acknowledged > echo, 'it is not acknowledged behind that');
  expectNumber(messages.filter((message) => isMeant(group, message)).length, 1, 'echoes');
});

const REFUSED: Readonly<Record<string, (world: NicWorld) => Promise<Request>>> = {
  'an address that is there already': async (world) => {
    const request = addressChange(world, 1, true);
    await ask(world, request);
    for (const socket of listeners(world)) await heard(world, socket);
    return request;
  },
  'a route through a gateway nobody can reach': async (world) => ({
    ...routeRequest({
      to: destination(1),
      length: 24,
      gateway: [203, 0, 113, 77],
      ifIndex: world.port.ifIndex,
      protocol: 99,
      table: 254,
    }),
  }),
  'an MTU of two bytes': async (world) => ({
    type: RTM_SETLINK,
    body: linkBody({ ifi_index: world.port.ifIndex }, mtuOf(1400, 2)),
  }),
};

When(/^(an? .*) is asked for, and refused$/, async function (this: NicWorld, what: string) {
  const make = REFUSED[what];
  expectThat(make !== undefined, `nothing is known of ${what}`);
  const messages = await ask(this, await make(this));
  expectThat(
    errorsIn(messages).some(({ errno }) => errno !== 0),
    'it was taken',
  );
});

When('the MTU that the port has is asked for', async function (this: NicWorld) {
  await ask(this, mtuChange(this, 1500));
});

When(/^the option (\d+) of a socket of rtnetlink is set$/, async function (this: NicWorld, option: string) {
  await setOption(this, NETLINK_ROUTE, Number(option), 1);
});
