/** What comes for a request, and in which order: replies, acknowledgements, dumps, announcements. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import { decodeBody, encodeBody, type NetlinkResult } from '../../reference-impl/netlink/client.js';
import {
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  RTM_GETLINK,
  RTM_SETLINK,
  RTNLGRP_LINK,
} from '../../reference-impl/netlink/constants.js';
import { ETHTOOL_OPERATIONS } from '../../reference-impl/netlink/families/ethtool.js';
import { IFINFOMSG, LINK } from '../../reference-impl/netlink/families/rtnetlink.js';
import { encodeAttributes, nestIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { GENLMSGHDR } from '../../reference-impl/netlink/server.js';
import { decodeError } from '../../reference-impl/netlink/extack.js';
import { encodeDatagram, encodeMessage, parseDatagram, type Message } from '../../reference-impl/netlink/wire.js';
import type { RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { genericRequest, nameAttribute } from '../properties/netlinkRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { listenToLinks, portLinkNews } from './listening.js';
import { NO_SUCH_DEVICE, featuresOf, sendGeneric } from './netlinkRequests.steps.js';
import { accepted, linkValues, setLink } from './settings.js';
import type { NicWorld } from './world.js';

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz0123456789');

interface AnswerNotes {
  /** What came, in order, of whichever protocol. */
  messages: readonly Message[];
  request: Uint8Array;
  listeners: RouteClient[];
  values: Values;
  kinds: readonly string[];
}
const answerNotes = (world: NicWorld): AnswerNotes =>
  world.note('netlink answers', () => ({
    messages: [],
    request: new Uint8Array(0),
    listeners: [],
    values: {},
    kinds: [],
  }));

// Dumps.

When(/^a dump of (the links|the features|link states) is asked for$/, async function (this: NicWorld, what: string) {
  const notes = answerNotes(this);
  if (what === 'the links') {
    const client = await this.openNetlink(NETLINK_ROUTE);
    notes.messages = (
      await client.exchange(RTM_GETLINK, NLM_F_DUMP, encodeBody(IFINFOMSG, {}, new Uint8Array(0)))
    ).messages;
    await client.socket.close();
    notes.kinds = ['links'];
    return;
  }
  const name = what === 'the features' ? 'FEATURES_GET' : 'LINKSTATE_GET';
  notes.kinds = [name];
  notes.messages = (await sendGeneric(this, genericRequest(ETHTOOL_OPERATIONS[name].command), NLM_F_DUMP)).messages;
});

Then('every message of it is marked as one of several, and DONE is the last', function (this: NicWorld) {
  const { messages } = answerNotes(this);
  expectThat(
    messages.every(({ flags }) => (flags & NLM_F_MULTI) !== 0),
    'a message of the dump lacks NLM_F_MULTI',
  );
  expectThat(messages.at(-1)?.type === NLMSG_DONE, 'the dump does not end with NLMSG_DONE');
  expectNumber(messages.filter(({ type }) => type === NLMSG_DONE).length, 1, 'NLMSG_DONE');
  expectThat(
    new Set(messages.map(({ sequence }) => sequence)).size === 1,
    'the sequence number changes within the dump',
  );
});

/** The net devices that the replies of a dump are about. */
function indexesIn(notes: AnswerNotes): number[] {
  const replies = notes.messages.filter(({ type }) => type !== NLMSG_DONE);
  const [kind] = notes.kinds;
  if (kind === 'links')
    return replies.map((reply) => numberIn(decodeBody(IFINFOMSG, LINK, reply).header, 'ifi_index') ?? 0);
  const { set, header } = ETHTOOL_OPERATIONS[kind === 'FEATURES_GET' ? 'FEATURES_GET' : 'LINKSTATE_GET'];
  return replies.map(
    (reply) => numberIn(nestIn(decodeBody(GENLMSGHDR, set, reply).values, header), 'ETHTOOL_A_HEADER_DEV_INDEX') ?? 0,
  );
}

Then('the port is in it once', function (this: NicWorld) {
  const own = indexesIn(answerNotes(this)).filter((index) => index === this.port.ifIndex);
  expectNumber(own.length, 1, 'messages about the port');
});

Then('each net device is named in it, once', async function (this: NicWorld) {
  const links = accepted(await (await this.route()).links(), 'listing the links');
  const expected = links.map(({ header }) => numberIn(header, 'ifi_index') ?? 0).sort((a, b) => a - b);
  const got = indexesIn(answerNotes(this)).sort((a, b) => a - b);
  expectThat(got.join() === expected.join(), `the net devices are ${expected.join(' ')}, named are ${got.join(' ')}`);
});

// Acknowledgements.

When(/^the features are asked for, (not )?to be acknowledged$/, async function (this: NicWorld, not: string | null) {
  const exchange = await sendGeneric(
    this,
    featuresOf(nameAttribute(this.port.netDevice)),
    not === null ? NLM_F_ACK : 0,
  );
  answerNotes(this).messages = exchange.messages;
});

const isError = ({ type }: Message): boolean => type === NLMSG_ERROR;
const errnoOf = (message: Message | undefined): number => (message === undefined ? -1 : decodeError(message).errno);

Then('a reply comes and then an acknowledgement, and nothing more', async function (this: NicWorld) {
  const { messages } = answerNotes(this);
  expectNumber(messages.length, 2, 'messages');
  expectThat(!isError(messages[0] as Message), 'the acknowledgement came before the reply');
  expectNumber(errnoOf(messages[1]), 0, 'error of the acknowledgement');
  await expectSilence(this);
});

Then('a reply comes, and nothing more', async function (this: NicWorld) {
  const { messages } = answerNotes(this);
  expectNumber(messages.length, 1, 'messages');
  expectThat(!isError(messages[0] as Message), 'an error came');
  await expectSilence(this);
});

async function expectSilence(world: NicWorld): Promise<void> {
  const more = await (await world.ethtool()).generic.client.announcements(world.quietMs);
  expectNumber(more.length, 0, 'further messages');
}

When(
  /^the MTU is set to (\d+), (not )?to be acknowledged$/,
  async function (this: NicWorld, mtu: string, not: string | null) {
    const client = await this.openNetlink(NETLINK_ROUTE);
    const body = encodeBody(
      IFINFOMSG,
      { ifi_index: this.port.ifIndex },
      encodeAttributes(LINK, { IFLA_MTU: Number(mtu) }),
    );
    const exchange = await client.exchange(RTM_SETLINK, not === null ? NLM_F_ACK : 0, body);
    answerNotes(this).messages = exchange.messages;
    answerNotes(this).request = exchange.request;
    await client.socket.close();
  },
);

Then('an acknowledgement comes, and nothing more', async function (this: NicWorld) {
  const { messages } = answerNotes(this);
  expectNumber(messages.length, 1, 'messages');
  expectNumber(errnoOf(messages[0]), 0, 'error of the acknowledgement');
  await expectSilence(this);
});

Then('nothing comes', function (this: NicWorld) {
  expectNumber(answerNotes(this).messages.length, 0, 'messages');
});

When(
  /^the features are asked for of a net device that is not there, (not )?to be acknowledged$/,
  async function (this: NicWorld, not: string | null) {
    const exchange = await sendGeneric(this, featuresOf(nameAttribute(NO_SUCH_DEVICE)), not === null ? NLM_F_ACK : 0);
    answerNotes(this).messages = exchange.messages;
    answerNotes(this).request = exchange.request;
  },
);

Then('one error comes, and nothing more', async function (this: NicWorld) {
  const { messages } = answerNotes(this);
  expectNumber(messages.length, 1, 'messages');
  expectThat(errnoOf(messages[0]) > 0, 'the message is no error');
  await expectSilence(this);
});

const NLMSG_HEADER = 16;
/** The kernel fills in the port id of the sender; everything else is quoted as it came. */
function expectQuoted(quoted: Uint8Array, request: Uint8Array): void {
  const sameHead = equalBytes(quoted.subarray(0, 12), request.subarray(0, 12));
  const sameRest = equalBytes(quoted.subarray(NLMSG_HEADER), request.subarray(NLMSG_HEADER, quoted.length));
  expectThat(sameHead && sameRest, 'the request is not quoted as it was sent');
}

Then('the acknowledgement quotes the header of the request and is marked as capped', function (this: NicWorld) {
  const { messages, request } = answerNotes(this);
  const [message] = messages;
  expectThat(message !== undefined, 'no acknowledgement came');
  const { quoted, capped, errno } = decodeError(message);
  expectNumber(errno, 0, 'error');
  expectThat(capped, 'the acknowledgement is not marked as capped');
  expectNumber(quoted.length, NLMSG_HEADER, 'bytes that are quoted');
  expectQuoted(quoted, request);
});

Then('the error quotes the whole request', function (this: NicWorld) {
  const { messages, request } = answerNotes(this);
  const [message] = messages;
  expectThat(message !== undefined, 'no error came');
  const { quoted, capped } = decodeError(message);
  expectThat(!capped, 'the error is marked as capped');
  expectNumber(quoted.length, request.length, 'bytes that are quoted');
  expectQuoted(quoted, request);
});

Then('for every name that no net device has, the error quotes the whole request', async function (this: NicWorld) {
  const name = fc
    .string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 11 })
    .map((text) => `nos${text}`);
  await this.law(
    fc.asyncProperty(name, async (missing) => {
      const exchange = await sendGeneric(this, featuresOf(nameAttribute(missing)));
      const [error] = exchange.errors;
      expectThat(error !== undefined && error.errno > 0, 'the request was not refused');
      expectNumber(error.quoted.length, exchange.request.length, 'bytes that are quoted');
      expectQuoted(error.quoted, exchange.request);
    }),
    { runs: 0.5 },
  );
});

// Settings that read back.

const SETTINGS: Readonly<Record<string, string>> = {
  MTU: 'IFLA_MTU',
  'transmit queue length': 'IFLA_TXQLEN',
  group: 'IFLA_GROUP',
  alias: 'IFLA_IFALIAS',
};
const settingValue = (setting: string, text: string): string | number => (setting === 'alias' ? text : Number(text));

When(
  /^the (transmit queue length|group|alias) is set to (.+)$/,
  async function (this: NicWorld, setting: string, text: string) {
    accepted(await setLink(this, { [SETTINGS[setting] ?? '']: settingValue(setting, text) }), `setting the ${setting}`);
  },
);

Then(
  /^the (MTU|transmit queue length|group|alias) is (?!set to )(.+)$/,
  async function (this: NicWorld, setting: string, text: string) {
    const { values } = await linkValues(this);
    const attribute = SETTINGS[setting] ?? '';
    const got = setting === 'alias' ? textIn(values, attribute) : numberIn(values, attribute);
    expectThat(got === settingValue(setting, text), `the ${setting} is ${String(got)}`);
  },
);

When('an MTU of {int} is asked for', async function (this: NicWorld, mtu: number) {
  this.answer = await setLink(this, { IFLA_MTU: mtu });
});

Then(
  'for every sequence of MTUs, each one that is accepted reads back and each one that is refused changes nothing',
  async function (this: NicWorld) {
    const mtu = fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 1280, max: 1500 }));
    await this.law(
      fc.asyncProperty(fc.array(mtu, { minLength: 1, maxLength: 5 }), async (sequence) => {
        for (const each of sequence) {
          const before = numberIn((await linkValues(this)).values, 'IFLA_MTU') ?? -1;
          const answer: NetlinkResult<void> = await setLink(this, { IFLA_MTU: each });
          const after = numberIn((await linkValues(this)).values, 'IFLA_MTU') ?? -1;
          expectNumber(after, answer.ok ? each : before, answer.ok ? 'MTU that was accepted' : 'MTU after a refusal');
        }
        accepted(await setLink(this, { IFLA_MTU: 1500 }), 'setting the MTU back');
      }),
      { runs: 0.5 },
    );
  },
);

// Listeners.

Given('two sockets listen to the link announcements', async function (this: NicWorld) {
  answerNotes(this).listeners = [await listenToLinks(this), await listenToLinks(this)];
});

async function announcedMtus(world: NicWorld, listener: RouteClient): Promise<number[]> {
  const news = await portLinkNews(world, listener);
  return news.map(({ values }) => numberIn(values, 'IFLA_MTU') ?? -1);
}

Then('each of them learns that the MTU is {int}', async function (this: NicWorld, mtu: number) {
  for (const listener of answerNotes(this).listeners) {
    expectThat((await announcedMtus(this, listener)).includes(mtu), `a listener did not learn of the MTU ${mtu}`);
  }
});

Then('neither of them learns of anything', async function (this: NicWorld) {
  for (const listener of answerNotes(this).listeners) {
    expectNumber((await portLinkNews(this, listener)).length, 0, 'announcements');
  }
});

When('one of them leaves the group', async function (this: NicWorld) {
  await answerNotes(this).listeners[1]?.client.socket.leave(RTNLGRP_LINK);
});

Then(
  'the other learns that the MTU is {int}, and the one that left of nothing',
  async function (this: NicWorld, mtu: number) {
    const [stays, left] = answerNotes(this).listeners;
    expectThat(stays !== undefined && left !== undefined, 'nobody listens');
    expectThat((await announcedMtus(this, stays)).includes(mtu), `the listener did not learn of the MTU ${mtu}`);
    expectNumber((await portLinkNews(this, left)).length, 0, 'announcements to the socket that left');
  },
);

// Several requests in one datagram.

/** Sends queries in one datagram; true: of the port, false: of a net device that is not there. Answers the kinds of answers. */
async function sendBatch(world: NicWorld, good: readonly boolean[]): Promise<string[]> {
  const ethtool = await world.ethtool();
  const { client } = ethtool.generic;
  const type = await ethtool.familyId();
  const sequences = good.map(() => client.nextSequence());
  const messages = good.map((isGood, index) =>
    encodeMessage(
      { type, flags: NLM_F_REQUEST, sequence: sequences[index] ?? 0, portId: 0 },
      featuresOf(nameAttribute(isGood ? world.port.netDevice : NO_SUCH_DEVICE)),
    ),
  );
  await client.socket.send(encodeDatagram(messages));
  const answers: string[] = [];
  while (answers.length < good.length) {
    const datagram = await client.socket.receive({ withinMs: world.patienceMs });
    if (datagram === null) break;
    for (const message of parseDatagram(datagram)) {
      answers.push(`${sequences.indexOf(message.sequence)} ${isError(message) ? 'refused' : 'answered'}`);
    }
  }
  return answers;
}

const expectedAnswers = (good: readonly boolean[]): string[] =>
  good.map((isGood, index) => `${index} ${isGood ? 'answered' : 'refused'}`);

When(
  'three queries are sent in one datagram, and the second is for a net device that is not there',
  async function (this: NicWorld) {
    answerNotes(this).kinds = await sendBatch(this, [true, false, true]);
  },
);

Then('the first and the third are answered and the second is refused, in this order', function (this: NicWorld) {
  const got = answerNotes(this).kinds.join(', ');
  expectThat(got === expectedAnswers([true, false, true]).join(', '), `what came: ${got}`);
});

Then('for every batch of good and bad queries, each is answered in order', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), async (good) => {
      const got = (await sendBatch(this, good)).join(', ');
      expectThat(got === expectedAnswers(good).join(', '), `what came: ${got}`);
    }),
    { runs: 0.5 },
  );
});

// The controller.

When('the family {string} is looked up', async function (this: NicWorld, name: string) {
  const generic = (await this.ethtool()).generic;
  const result = await generic.lookUp(name);
  this.answer = result;
  if (result.ok) answerNotes(this).values = { id: result.value.id, groups: [...result.value.groups.keys()] };
});

Then('it has a number and the multicast group {string}', function (this: NicWorld, group: string) {
  const { values } = answerNotes(this);
  expectThat((numberIn(values, 'id') ?? 0) > 0x10, 'the family has no number of its own');
  const groups = values['groups'];
  expectThat(Array.isArray(groups) && groups.includes(group), `the groups are ${JSON.stringify(groups)}`);
});

/** For the steps that look at what came. */
export function keepMessages(world: NicWorld, messages: readonly Message[]): void {
  answerNotes(world).messages = messages;
}
