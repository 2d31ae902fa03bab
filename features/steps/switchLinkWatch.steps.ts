/** Links of aggregates that are watched by whether targets answer. */
import { Given, Then, When } from '@cucumber/cucumber';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { encodeAttribute } from '../../reference-impl/netlink/wire.js';
import { BOND_LINK_DOWN, BOND_LINK_UP } from '../../reference-impl/netlink/families/bond.js';
import { parseIpv4, parseIpv6 } from '../../reference-impl/packet/addresses.js';
import { arp, buildFrame, ethernet } from '../../reference-impl/packet/build.js';
import { concat } from '../../reference-impl/packet/bytes.js';
import { groupMacOf, isIpv6Text, neighbourFrame, solicitedNodeOf } from '../properties/ipv6Packets.js';
import { BROADCAST, numberedFrame } from '../properties/numberedFrames.js';
import { addressOf, stationFamily } from '../properties/stations.js';
import { MODES, activeMember, aggregateCalled, joinAggregate, makeAggregate, memberData } from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { attendFor, attendUntil, farEnd, targetStation, type TargetQuestion } from './linkTargets.js';
import { addInterface, enableIpv6, giveAddress } from './routedPorts.js';
import { accepted, stationOfLink } from './settings.js';
import { namesIn, portCalled, usedPorts } from './switchPorts.js';
import { VLAN_DEVICE } from './switchAggregation.steps.js';
import type { NicWorld } from './world.js';

const INTERVAL_MS = 200;
/** So many intervals something is watched that is to stay as it is: longer than a member without answers stays up. */
const WATCHED = 6;
const PATIENCE_MS = 20 * INTERVAL_MS;

const ADDRESS = String.raw`[\da-f]*[.:][\da-f.:]+`;
const PORTS = String.raw`p\d(?:(?:, | and )p\d)*`;

const list = (addresses: readonly string[], parse: (text: string) => Uint8Array): Uint8Array =>
  concat(...addresses.map((address, index) => encodeAttribute(index, parse(address))));

function targetValues(targets: readonly string[]): Values {
  const [ipv6, ipv4] = [targets.filter(isIpv6Text), targets.filter((target) => !isIpv6Text(target))];
  return {
    ...(ipv4.length === 0 ? {} : { IFLA_BOND_ARP_IP_TARGET: list(ipv4, parseIpv4) }),
    ...(ipv6.length === 0 ? {} : { IFLA_BOND_NS_IP6_TARGET: list(ipv6, parseIpv6) }),
  };
}

/** `192.0.2.1/24 and IFLA_BOND_MISSED_MAX 5`. */
function wordsIn(text: string | null): { readonly addresses: readonly string[]; readonly settings: Values } {
  const words = text === null ? [] : text.split(' and ');
  const settings = words
    .map((word) => /^(IFLA_BOND_\w+) (\d+)$/.exec(word))
    .filter((match) => match !== null)
    .map(([, name = '', value]) => [name, Number(value)] as const);
  return { addresses: words.filter((word) => word.includes('/')), settings: Object.fromEntries(settings) };
}

/** It has its addresses before it has members, so that none of them is down because the way was not there yet. */
Given(
  new RegExp(
    `^an? (round-robin|active-backup|xor|broadcast) aggregate (?:with (.+)|without addresses) that watches (${PORTS}) by (.+)$`,
  ),
  async function (this: NicWorld, mode: string, words: string | null, ports: string, targets: string) {
    const { addresses, settings } = wordsIn(words);
    // Before the watch begins: to open a cable can take longer than a member without answers stays up.
    for (const { port } of usedPorts(this)) await this.wire(portCalled(this, port).port);
    const aggregate = await makeAggregate(this, [], {
      IFLA_BOND_MODE: MODES[mode] ?? 0,
      IFLA_BOND_MIIMON: 0,
      IFLA_BOND_ARP_INTERVAL: INTERVAL_MS,
      ...targetValues(targets.split(' and ')),
      ...settings,
    });
    for (const address of addresses) await giveAddress(this, aggregate, address);
    for (const port of namesIn(ports)) {
      await joinAggregate(this, port, aggregate);
      if (targets.includes(':')) await enableIpv6(this, port, portCalled(this, port).ifIndex, false);
    }
  },
);

Given(/^the host has (\S+) at (p\d)$/, async function (this: NicWorld, address: string, port: string) {
  await addInterface(this, port, address, { forwards: false });
});

Given(/^the VLAN device has (\S+)$/, async function (this: NicWorld, address: string) {
  const link = accepted(await (await this.route()).link(VLAN_DEVICE), 'looking for the VLAN device');
  const client = await this.routing(address);
  accepted(await client.addAddress(numberIn(link.header, 'ifi_index') ?? 0, address), `adding ${address}`);
});

Given(
  new RegExp(`^(\\S+/\\d+) is reached by way of (${ADDRESS}) at the aggregate$`),
  async function (this: NicWorld, network: string, gateway: string) {
    const route = { to: network, gateway, ifIndex: aggregateCalled(this).ifIndex };
    accepted(await (await this.routing(network)).addRoute(route), `a route to ${network}`);
  },
);

// The far end.

When(
  new RegExp(`^(${ADDRESS}) answers at (${PORTS})(, behind a switch)?$`),
  async function (this: NicWorld, target: string, ports: string, behind: string | null) {
    const far = farEnd(this);
    far.answering.set(target, new Set(namesIn(ports)));
    far.floods = behind !== null;
    await attendFor(this, 2 * INTERVAL_MS);
  },
);

When(
  new RegExp(`^(${ADDRESS}) no longer answers at (${PORTS})$`),
  function (this: NicWorld, target: string, ports: string) {
    const far = farEnd(this);
    for (const port of namesIn(ports)) far.answering.get(target)?.delete(port);
    far.questions = [];
  },
);

When('the switch carries no more questions on', function (this: NicWorld) {
  const far = farEnd(this);
  far.floods = false;
  far.questions = [];
});

When('nobody answers', function (this: NicWorld) {
  farEnd(this).answering.clear();
});

const SOMEBODY = '192.0.2.77';
const SOMEBODY6 = '2001:db8::77';

/** Frames for everybody from somebody: of no protocol, by ARP, or an answer of one address to another. */
async function chatterOf(world: NicWorld, what: string): Promise<Uint8Array> {
  const somebody = addressOf('S', stationFamily(world.scenario));
  if (what === 'somebody talks') return numberedFrame({ destination: BROADCAST, source: somebody, number: 1 });
  const [, from = SOMEBODY, to = SOMEBODY] = new RegExp(`^(${ADDRESS}) answers (.+)$`).exec(what) ?? [];
  const destination = await stationOfLink(world, aggregateCalled(world).ifIndex);
  if (isIpv6Text(from))
    return neighbourFrame({
      kind: 'advertisement',
      source: targetStation(world),
      destination,
      from,
      to: isIpv6Text(to) ? to : SOMEBODY6,
      target: from,
      isSolicited: true,
      station: targetStation(world),
    });
  const isAnnouncement = what === 'somebody says by ARP who he is';
  const source = isAnnouncement ? somebody : targetStation(world);
  const targetIp = to.includes('.') ? to : SOMEBODY;
  return buildFrame(
    [
      ethernet({ destination: isAnnouncement ? BROADCAST : destination, source }),
      arp({ operation: isAnnouncement ? 1 : 2, senderMac: source, senderIp: from, targetMac: destination, targetIp }),
    ],
    { pad: true },
  ).bytes;
}

When(
  new RegExp(`^(.+) at (p\\d), and (?:nobody answers|(${ADDRESS}) answers at (p\\d))$`),
  async function (this: NicWorld, what: string, port: string, target: string | null, at: string | null) {
    const far = farEnd(this);
    far.chatter.set(port, await chatterOf(this, what));
    if (target !== null && at !== null) far.answering.set(target, new Set([at]));
  },
);

// Questions.

const questionsFor = (world: NicWorld, target: string, port?: string): readonly TargetQuestion[] =>
  farEnd(world).questions.filter((each) => each.target === target && (port === undefined || each.port === port));

/** The first question and the last may be just outside of what is looked at, and one more comes where a member just came up. */
async function expectAsked(world: NicWorld, target: string, port: string): Promise<readonly TargetQuestion[]> {
  farEnd(world).questions = [];
  const intervals = (await attendFor(world, WATCHED * INTERVAL_MS)) / INTERVAL_MS;
  const asked = questionsFor(world, target, port);
  const isOften = asked.length >= intervals - 2 && asked.length <= intervals + 1;
  expectThat(isOften, `${target} is asked for ${asked.length} times at ${port} in ${intervals.toFixed(1)} intervals`);
  return asked;
}

Then(
  new RegExp(`^(${ADDRESS}) is asked for at (p\\d) once in each interval, for everybody to hear$`),
  async function (this: NicWorld, target: string, port: string) {
    const asked = await expectAsked(this, target, port);
    const station = await stationOfLink(this, portCalled(this, port).ifIndex);
    for (const { frameTo, frameFrom, tags } of asked) {
      expectThat(frameTo === BROADCAST, `the question is for ${frameTo}`);
      expectThat(frameFrom === station, `the question is from ${frameFrom} instead of ${station}`);
      expectNumber(tags.length, 0, 'tags of the question');
    }
  },
);

Then(new RegExp(`^nothing is asked at (${PORTS})$`), async function (this: NicWorld, ports: string) {
  await attendFor(this, 0);
  farEnd(this).questions = [];
  await attendFor(this, WATCHED * INTERVAL_MS);
  const asked = farEnd(this).questions.filter(({ port }) => namesIn(ports).includes(port));
  expectNumber(asked.length, 0, `questions at ${ports}`);
});

Then(new RegExp(`^nobody asks for (${ADDRESS})$`), function (this: NicWorld, target: string) {
  expectNumber(questionsFor(this, target).length, 0, `questions for ${target}`);
});

Then(
  new RegExp(`^it is (${ADDRESS}) that asks for (${ADDRESS})$`),
  async function (this: NicWorld, from: string, target: string) {
    const asked = await expectAsked(this, target, 'p0');
    for (const each of asked) expectThat(each.from === from, `${each.from} asks for ${target}`);
  },
);

Then(
  new RegExp(`^(${ADDRESS}) is asked for at (p\\d) in the VLAN (\\d+)$`),
  async function (this: NicWorld, target: string, port: string, vid: string) {
    for (const { tags } of await expectAsked(this, target, port)) {
      expectNumber(tags.length, 1, 'tags of the question');
      expectNumber((tags[0]?.tci ?? 0) & 0xfff, Number(vid), 'the VLAN of the question');
    }
  },
);

const HOP_LIMIT = 255;

Then(
  new RegExp(`^(${ADDRESS}) is solicited at (p\\d) once in each interval, of its group, by (${ADDRESS})$`),
  async function (this: NicWorld, target: string, port: string, from: string) {
    const group = solicitedNodeOf(target);
    for (const each of await expectAsked(this, target, port)) {
      expectThat(each.from === from, `${each.from} asks for ${target}`);
      expectThat(each.frameTo === groupMacOf(group), `the question is for ${each.frameTo}`);
      expectThat(each.solicits?.to === group, `the question is for ${each.solicits?.to ?? 'nobody'}`);
      expectNumber(each.solicits.hopLimit, HOP_LIMIT, 'the hop limit of the question');
      expectThat(each.solicits.station === each.frameFrom, 'the question does not say who asks');
    }
  },
);

Then(
  new RegExp(`^(${ADDRESS}) is asked for at (${PORTS}) in turn$`),
  async function (this: NicWorld, target: string, ports: string) {
    const far = farEnd(this);
    const members = namesIn(ports);
    far.questions = [];
    await attendFor(this, 3 * members.length * INTERVAL_MS);
    const asked = questionsFor(this, target).map(({ port }) => port);
    expectThat(asked.length >= 2 * members.length, `it is asked for only ${asked.length} times`);
    for (const [index, port] of asked.entries()) {
      const wanted = members[(members.indexOf(asked[0] ?? '') + index) % members.length];
      expectThat(port === wanted, `it is asked for at ${asked.join(', ')}`);
    }
  },
);

// Members.

const linkIs = (world: NicWorld, port: string, link: number): Promise<boolean> =>
  attendUntil(world, PATIENCE_MS, async () => (await memberData(world, port)).mii === link);

Then(/^the link of (p\d) (goes down|comes up)$/, async function (this: NicWorld, port: string, what: string) {
  const wanted = what === 'comes up' ? BOND_LINK_UP : BOND_LINK_DOWN;
  expectThat(await linkIs(this, port, wanted), `the link of ${port} is told as ${(await memberData(this, port)).mii}`);
});

Then(/^the link of (p\d) stays up$/, async function (this: NicWorld, port: string) {
  const before = await memberData(this, port);
  expectNumber(before.mii, BOND_LINK_UP, `IFLA_BOND_SLAVE_MII_STATUS of ${port}`);
  await attendFor(this, WATCHED * INTERVAL_MS);
  const after = await memberData(this, port);
  expectNumber(after.mii, BOND_LINK_UP, `IFLA_BOND_SLAVE_MII_STATUS of ${port}`);
  expectNumber(after.failures, before.failures, `link failures of ${port}`);
});

Then(/^(p\d) (stays|becomes) the active member$/, async function (this: NicWorld, port: string, what: string) {
  if (what === 'stays') await attendFor(this, WATCHED * INTERVAL_MS);
  else await attendUntil(this, PATIENCE_MS, async () => (await activeMember(this)) === port);
  const active = await activeMember(this);
  expectThat(active === port, `the active member is ${active ?? 'nobody'} instead of ${port}`);
});

Then('no member is left', async function (this: NicWorld) {
  const isAlone = await attendUntil(this, PATIENCE_MS, async () => (await activeMember(this)) === undefined);
  expectThat(isAlone, 'a member is the active one still');
});

Then(
  /^(p\d) is down when (?:it|(p\d)) has asked (\d+) times(?: for nothing)?$/,
  async function (this: NicWorld, port: string, other: string | null, count: string) {
    const isDown = await linkIs(this, port, BOND_LINK_DOWN);
    expectThat(isDown, `${port} is not down`);
    const asked = farEnd(this).questions.filter((each) => each.port === (other ?? port)).length;
    // The one that was on its way when answers ended may be one of them or not.
    const isRight = asked >= Number(count) && asked <= Number(count) + 1;
    expectThat(isRight, `it is down after ${asked} questions`);
  },
);
