/** Of which multicast group a datagram is: NETLINK_PKTINFO. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { GroupedDatagram, NetlinkSocket } from '../../harness/contract/index.js';
import {
  NETLINK_PKTINFO,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_ECHO,
  NLMSG_DONE,
  NLMSG_ERROR,
  RTM_GETLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_LINK,
} from '../../reference-impl/netlink/constants.js';
import { parseDatagram, type Message } from '../../reference-impl/netlink/wire.js';
import { linkBody } from '../properties/netlinkMessages.js';
import { expectNumber, expectThat } from './expectations.js';
import { addressRequest } from './netlinkObjects.js';
import { encodeRequest, type Request } from './netlinkTalk.js';
import type { NicWorld } from './world.js';

interface Grouped {
  readonly group: number | undefined;
  readonly messages: readonly Message[];
}

const reader = (world: NicWorld): { socket: NetlinkSocket | undefined; received: readonly Grouped[] } =>
  world.note('a socket that is told of groups', () => ({ socket: undefined, received: [] }));

function socketOf(world: NicWorld): NetlinkSocket {
  const { socket } = reader(world);
  expectThat(socket !== undefined, 'there is no socket');
  return socket;
}

/** All that comes until nothing more does. */
async function takeAll(world: NicWorld): Promise<readonly Grouped[]> {
  const socket = socketOf(world);
  const all: Grouped[] = [];
  for (let withinMs = world.quietMs; ; withinMs = 0) {
    const received: GroupedDatagram | null = (await socket.receiveWithGroup?.({ withinMs })) ?? null;
    if (received === null) return all;
    all.push({ group: received.group, messages: parseDatagram(received.bytes) });
  }
}

async function askThere(world: NicWorld, request: Request): Promise<void> {
  await takeAll(world);
  await socketOf(world).send(encodeRequest(world, request));
  reader(world).received = await takeAll(world);
}

/** The only one in which a message of this type came. */
function theOne(received: readonly Grouped[], type: number): Grouped {
  const those = received.filter(({ messages }) => messages.some((message) => message.type === type));
  const [one] = those;
  expectThat(one !== undefined && those.length === 1, `messages of type ${type} came ${those.length} times`);
  return one;
}

Given('a socket listens to links and addresses', async function (this: NicWorld) {
  const socket = await this.target.netlink(NETLINK_ROUTE);
  reader(this).socket = socket;
  for (const group of [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR]) await socket.join(group);
  await takeAll(this);
});

Given('it does not want to know of groups', async function (this: NicWorld) {
  const result = await socketOf(this).setOption?.(NETLINK_PKTINFO, 0);
  expectThat(result?.ok === true, 'that is refused');
});

/** Which group messages of a type are sent to. */
const GROUPS: Readonly<Record<number, number>> = {
  [RTM_NEWLINK]: RTNLGRP_LINK,
  [RTM_NEWADDR]: RTNLGRP_IPV4_IFADDR,
};

Then('each announcement is received with the group that it was sent to', async function (this: NicWorld) {
  const received = await takeAll(this);
  const types = new Set<number>();
  for (const { group, messages } of received) {
    for (const { type } of messages) {
      types.add(type);
      expectNumber(group ?? -1, GROUPS[type] ?? -2, `group of a message of type ${type}`);
    }
  }
  expectThat(types.has(RTM_NEWLINK) && types.has(RTM_NEWADDR), `messages of ${[...types].join(', ')} were announced`);
});

const QUESTIONS: Readonly<Record<string, (world: NicWorld) => Request>> = {
  'one link': (world) => ({ type: RTM_GETLINK, body: linkBody({ ifi_index: world.port.ifIndex }) }),
  'a dump of links': () => ({ type: RTM_GETLINK, flags: NLM_F_DUMP, body: linkBody({}) }),
  'an operation unknown': () => ({ type: 0x7fff, body: linkBody({}) }),
};

When(/^it asks for (one link|a dump of links|an operation unknown)$/, async function (this: NicWorld, what: string) {
  const question = QUESTIONS[what];
  expectThat(question !== undefined, `nothing is known of ${what}`);
  await askThere(this, question(this));
});

Then('what comes is received with the group 0', function (this: NicWorld) {
  const { received } = reader(this);
  expectThat(received.length > 0, 'nothing came');
  const ends = received.flatMap(({ messages }) => messages.map(({ type }) => type));
  expectThat(ends.includes(NLMSG_DONE) || ends.includes(NLMSG_ERROR), 'it has no end');
  for (const { group } of received) expectNumber(group ?? -1, 0, 'group of an answer');
});

When('it makes an address, and asks for an echo', async function (this: NicWorld) {
  reader(this).socket = await this.target.netlink(NETLINK_ROUTE);
  const request = addressRequest(this.port.ifIndex, [198, 18, 0, 1], 32);
  await askThere(this, { ...request, flags: (request.flags ?? 0) | NLM_F_ACK | NLM_F_ECHO });
});

Then(
  'the echo is received with the group of addresses, and the acknowledgement with the group 0',
  function (this: NicWorld) {
    const { received } = reader(this);
    expectNumber(theOne(received, RTM_NEWADDR).group ?? -1, RTNLGRP_IPV4_IFADDR, 'group of the echo');
    expectNumber(theOne(received, NLMSG_ERROR).group ?? -1, 0, 'group of the acknowledgement');
  },
);

Then('it is told of the change, and of no group', async function (this: NicWorld) {
  const { group } = theOne(await takeAll(this), RTM_NEWADDR);
  expectThat(group === undefined, `it is told of the group ${group ?? 0}`);
});
