/** Aggregates that balance what they receive: which neighbour is told which station, when, and what members do for each other. */
import { Given, Then, When } from '@cucumber/cucumber';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { formatMac, parseMac } from '../../reference-impl/packet/addresses.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { groupFrame, groupMac, joinFrame } from '../properties/groupFrames.js';
import { icmpIn, stationPacket } from '../properties/ipPackets.js';
import { numberedFrame } from '../properties/numberedFrames.js';
import { addressOf, stationFamily } from '../properties/stations.js';
import {
  ARPOP_REPLY,
  ARPOP_REQUEST,
  HOST,
  addressOfNeighbour,
  answer,
  ask,
  listenToArp,
  neighboursOf,
  passedOnAnswer,
  questionOf,
  stationOfNeighbour,
  type Said,
} from './aggregateNeighbours.js';
import { aggregateCalled } from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { expectSpread, flowsThatDifferIn, sendFlows, stationOf } from './switchBalance.steps.js';
import { VLAN_DEVICE } from './switchAggregation.steps.js';
import { FLOWS } from './switchAggregationLaws.steps.js';
import { arrivedAt, bridgeCalled, portCalled, sendFromHost, settled, usedPorts, watch } from './switchPorts.js';
import type { NicWorld } from './world.js';

const IP = String.raw`\d+\.\d+\.\d+\.\d+`;

// Neighbours ask, and the host does.

/** Some looks at what is to be told. */
const REBALANCED_MS = 300;

async function neighboursAsk(world: NicWorld, numbers: readonly number[], target: string, port: string): Promise<void> {
  const { answers } = neighboursOf(world);
  // A new member gets its share of those who are there, and that is nobody.
  await listenToArp(world, REBALANCED_MS);
  for (const number of numbers) {
    const ip = addressOfNeighbour(number);
    const said = await ask(world, port, { mac: stationOfNeighbour(world, number), ip, target });
    expectThat(said !== undefined, `neighbour ${number} is not answered`);
    answers.set(number, said);
  }
}

const upTo = (count: string): number[] => Array.from({ length: Number(count) }, (_, index) => index + 1);

When(
  new RegExp(`^(\\d+) neighbours ask for (${IP}) at (p\\d)$`),
  async function (this: NicWorld, count: string, target: string, port: string) {
    await neighboursAsk(this, upTo(count), target, port);
  },
);

/** What they are told a second time comes at once, and is over. */
const TOLD_MS = 4000;

Given(
  /^(\d+) neighbours were told a station each at (p\d)(?: in the VLAN (\d+))?$/,
  async function (this: NicWorld, count: string, port: string, vid: string | null) {
    const notes = neighboursOf(this);
    notes.vid = Number(vid ?? 0);
    await neighboursAsk(this, upTo(count), HOST, port);
    await listenToArp(this, TOLD_MS);
    notes.said = [];
  },
);

const wordsOf = ({ port, from, senderMac, vid }: Said): string =>
  `at ${port}, in a frame from ${from}, with the station ${senderMac}, in the VLAN ${vid}`;

async function expectFromPort(world: NicWorld, said: Said): Promise<void> {
  const station = await stationOf(world, said.port);
  const isRight = said.from === station && said.senderMac === station;
  expectThat(isRight, `instead of the station ${station} is told: ${wordsOf(said)}`);
}

Then(
  /^they are answered at (p\d) and (p\d) in turn, each by the station of its port$/,
  async function (this: NicWorld, one: string, other: string) {
    for (const [number, said] of neighboursOf(this).answers) {
      const wanted = number % 2 === 1 ? one : other;
      expectThat(said.port === wanted, `neighbour ${number} is answered at ${said.port} instead of ${wanted}`);
      await expectFromPort(this, said);
    }
  },
);

When(
  new RegExp(`^they ask for (${IP}) at (p\\d) again$`),
  async function (this: NicWorld, target: string, port: string) {
    const notes = neighboursOf(this);
    notes.before = new Map(notes.answers);
    await neighboursAsk(this, [...notes.before.keys()].reverse(), target, port);
  },
);

Then('each is answered as before', function (this: NicWorld) {
  const { answers, before } = neighboursOf(this);
  for (const [number, said] of before) {
    const again = answers.get(number);
    const isSame = again !== undefined && wordsOf(again) === wordsOf(said);
    expectThat(isSame, `neighbour ${number} is answered otherwise than ${wordsOf(said)}`);
  }
});

Then(/^all are answered at (p\d)$/, function (this: NicWorld, port: string) {
  for (const [number, said] of neighboursOf(this).answers)
    expectThat(said.port === port, `neighbour ${number} is answered at ${said.port} instead of ${port}`);
});

const numbersIn = (list: string): number[] => (list.match(/\d+/g) ?? []).map(Number);

When(
  /^the host asks for neighbours? (\d(?:(?:, | and )\d)*) at the aggregate$/,
  async function (this: NicWorld, list: string) {
    const mac = await stationOf(this, 'the aggregate');
    await listenToArp(this, REBALANCED_MS);
    neighboursOf(this).said = [];
    const questions = numbersIn(list).map((number) =>
      questionOf({ mac, ip: HOST, target: addressOfNeighbour(number) }),
    );
    await sendFromHost(this, aggregateCalled(this).name, questions);
  },
);

Then(
  /^the questions leave at (p\d) and (p\d) in turn, from the station of the port, and name that of the aggregate$/,
  async function (this: NicWorld, one: string, other: string) {
    const isQuestion = ({ operation }: Said): boolean => operation === ARPOP_REQUEST;
    const said = (await listenToArp(this, 1000)).filter(isQuestion);
    const aggregate = await stationOf(this, 'the aggregate');
    const wanted = [
      [addressOfNeighbour(1), one],
      [addressOfNeighbour(2), other],
    ] as const;
    for (const [target, port] of wanted) {
      const all = said.filter(({ targetIp }) => targetIp === target);
      const [first] = all;
      const isRight =
        all.length === 1 &&
        first?.port === port &&
        first.from === (await stationOf(this, port)) &&
        first.senderMac === aggregate;
      expectThat(isRight, `the question for ${target} leaves ${all.map(wordsOf).join(' and ') || 'nowhere'}`);
    }
  },
);

When(
  /^neighbours? (\d(?: and \d)*) answers? at (p\d)(?:, with the station of (\d))?$/,
  async function (this: NicWorld, list: string, port: string, station: string | null) {
    const aggregate = await stationOf(this, 'the aggregate');
    for (const number of numbersIn(list)) {
      if (station !== null) neighboursOf(this).stations.set(number, stationOfNeighbour(this, Number(station)));
      await answer(this, number, port, aggregate);
    }
  },
);

When(
  new RegExp(`^neighbour (\\d) says at (p\\d) that it has (${IP})$`),
  async function (this: NicWorld, number: string, port: string, address: string) {
    const bytes = questionOf({ mac: stationOfNeighbour(this, Number(number)), ip: address, target: address });
    await (await this.wire(portCalled(this, port).port)).send([{ bytes }]);
  },
);

When(
  new RegExp(`^a neighbour with the address (${IP}) asks for (${IP}) at (p\\d)$`),
  async function (this: NicWorld, ip: string, target: string, port: string) {
    const said = await ask(this, port, { mac: stationOfNeighbour(this, 9), ip, target });
    expectThat(said !== undefined, `${ip} is not answered`);
  },
);

// What neighbours are told.

const numberOfNeighbour = ({ targetIp }: Said): number => Number(targetIp.split('.')[3]) - 10;

/** What was told nobody who had asked in the last step. */
async function toldWithin(world: NicWorld, seconds: string): Promise<readonly Said[]> {
  const said = await listenToArp(world, Number(seconds) * 1000);
  neighboursOf(world).said = [];
  return said.filter(({ operation, senderIp, targetIp }) => {
    const isUpdate = operation === ARPOP_REPLY && senderIp === HOST;
    return isUpdate && targetIp.startsWith('192.0.2.');
  });
}

Then(/^within (\d+) seconds? nobody is told a station$/, async function (this: NicWorld, seconds: string) {
  const told = await toldWithin(this, seconds);
  const words = told.map((each) => `${each.targetIp} ${wordsOf(each)}`);
  expectThat(told.length === 0, `somebody is told a station: ${words.join('; ')}`);
});

/** Of what is said once, and of what is repeated. */
const ANSWERS = 2;
const REPEATED = 3 * ANSWERS;

Then(
  /^within (\d+) seconds? neighbours are told the station of their port(?: in the VLAN (\d+))?(, again and again)?: (.+)$/,
  async function (this: NicWorld, seconds: string, vid: string | number | null, again: string | null, list: string) {
    const wanted = new Map([...list.matchAll(/(\d) at (p\d)/g)].map(([, number, port]) => [Number(number), port]));
    const told = await toldWithin(this, seconds);
    for (const each of told) {
      const number = numberOfNeighbour(each);
      const port = wanted.get(number) ?? 'no port';
      expectThat(each.port === port, `neighbour ${number} is told ${wordsOf(each)} instead of at ${port}`);
      const mac = stationOfNeighbour(this, number);
      expectThat(each.to === mac && each.targetMac === mac, `neighbour ${number} is told at ${each.to}`);
      expectNumber(each.vid, Number(vid ?? 0), `the VLAN in which neighbour ${number} is told`);
      await expectFromPort(this, each);
    }
    for (const number of wanted.keys()) {
      const times = told.filter((each) => numberOfNeighbour(each) === number).length;
      const isOften = again === null ? times === ANSWERS : times >= REPEATED;
      expectThat(isOften, `neighbour ${number} is told ${times} times`);
    }
  },
);

// What members receive.

When(
  new RegExp(`^neighbour (\\d) pings (${IP}) at the station of (p\\d)$`),
  async function (this: NicWorld, number: string, to: string, port: string) {
    const bytes = stationPacket({
      from: addressOfNeighbour(Number(number)),
      to,
      source: stationOfNeighbour(this, Number(number)),
      destination: await stationOf(this, port),
      kind: 'echo',
      number: Number(number),
    });
    await (await this.wire(portCalled(this, port).port)).send([{ bytes }]);
  },
);

const ECHO_REPLY = 0;

Then('the host answers the ping', async function (this: NicWorld) {
  const answers: string[] = [];
  for (let look = 0; look < 20 && answers.length === 0; look++)
    for (const { port } of usedPorts(this))
      for (const { bytes } of await (await this.wire(port)).receive({ withinMs: this.quietMs }))
        if (icmpIn(bytes)?.type === ECHO_REPLY) answers.push(port);
  expectNumber(answers.length, 1, 'answers to the ping');
});

Then(/^the host gets it at the bridge with the address of (p\d)$/, async function (this: NicWorld, port: string) {
  const { name } = bridgeCalled(this);
  await watch(this, new Map([[name, 1]]));
  const frames = arrivedAt(this, name).map((frame) => formatMac(frame));
  const { address } = portCalled(this, port);
  expectThat(frames.length === 1 && frames[0] === address, `at the bridge came ${frames.join(', ') || 'nothing'}`);
});

Then(
  /^(p\d) takes (every frame|no more frames than it should)$/,
  async function (this: NicWorld, port: string, what: string) {
    const { values } = accepted(await (await this.route()).link(portCalled(this, port).ifIndex), `reading ${port}`);
    expectNumber(numberIn(values, 'IFLA_PROMISCUITY') ?? -1, what === 'every frame' ? 1 : 0, 'IFLA_PROMISCUITY');
  },
);

When(/^(\d+) seconds pass at the aggregate$/, async function (this: NicWorld, seconds: string) {
  await this.target.clock.sleep(Number(seconds) * 1000);
  await settled(this);
});

When(/^the aggregate is given the address of (p\d)$/, async function (this: NicWorld, port: string) {
  const address = { IFLA_ADDRESS: parseMac(portCalled(this, port).address) };
  accepted(await (await this.route()).setLink(aggregateCalled(this).ifIndex, address), 'an address');
});

When('the VLAN device is removed', async function (this: NicWorld) {
  const link = accepted(await (await this.route()).link(VLAN_DEVICE), 'looking for the VLAN device');
  accepted(await (await this.route()).removeLink(numberIn(link.header, 'ifi_index') ?? 0), 'removing it');
});

// What is sent.

Then(
  'flows that differ in the Ethernet address leave at one member, whatever station they are from',
  async function (this: NicWorld) {
    const left = await sendFlows(this, flowsThatDifferIn(this, 'the Ethernet address'));
    expectNumber(left.length, FLOWS, 'flows that left');
    expectNumber(new Set(left.map(({ port }) => port)).size, 1, 'members at which they left');
  },
);

Then(
  /^packets to 24 groups leave at (p\d) as they are, and at (p\d) from the station of (p\d)$/,
  async function (this: NicWorld, active: string, other: string, whose: string) {
    const family = stationFamily(this.scenario);
    const frames = upTo('24').map((number) => groupFrame(`239.1.1.${number}`, { from: 'A', family, number }));
    await expectSpread(this, frames, active, [other, whose]);
  },
);

When(
  new RegExp(`^the host passes on what (\\d+) stations answer (${IP}) by ARP$`),
  async function (this: NicWorld, count: string, askerIp: string) {
    const family = stationFamily(this.scenario);
    const frames = upTo(count).map((number) =>
      passedOnAnswer({
        mac: addressOf(`station ${number}`, family),
        ip: addressOfNeighbour(number),
        asker: addressOf('B', family),
        askerIp,
      }),
    );
    neighboursOf(this).said = [];
    await sendFromHost(this, aggregateCalled(this).name, frames);
  },
);

Then(/^each answer leaves at (p\d) as it is$/, async function (this: NicWorld, port: string) {
  const said = await listenToArp(this, 500);
  const wanted = upTo('4').map((number) => stationOfNeighbour(this, number));
  for (const station of wanted) {
    const own = said.filter((each) => each.from === station && each.senderMac === station);
    expectThat(own.length === 1 && own[0]?.port === port, `of ${station} leaves ${said.map(wordsOf).join('; ')}`);
  }
});

type Made = (world: NicWorld, number: number) => Uint8Array;

const station = (world: NicWorld, number: number): string =>
  addressOf(`station ${number}`, stationFamily(world.scenario));
const packetOf = (from: string, to: string, source: string, destination: string, number: number): Uint8Array =>
  stationPacket({ from, to, source, destination, number });

/** What stands for everybody, each with something else that a hash would look at. */
const FOR_EVERYBODY: Readonly<Record<string, Made>> = {
  'packets of IP to everybody': (world, number) =>
    packetOf('192.0.2.1', '192.0.2.255', station(world, number), 'ff:ff:ff:ff:ff:ff', number),
  'packets to 255.255.255.255': (world, number) =>
    packetOf('192.0.2.1', '255.255.255.255', station(world, 99), station(world, number), number),
  'reports of IGMP': (world, number) =>
    joinFrame('IGMPv2', `239.1.1.${number}`, { from: 'A', family: stationFamily(world.scenario), number }),
  'packets to all nodes': (world, number) =>
    packetOf('2001:db8::1', 'ff02::1', station(world, number), formatMac(groupMac('ff02::1')), number),
  'packets from nobody': (world, number) =>
    packetOf('::', `2001:db8::${number}`, station(world, 99), station(world, number), number),
  'frames without a packet': (world, number) =>
    numberedFrame({ source: station(world, 99), destination: station(world, number), number }),
};

Then(
  new RegExp(`^24 (${Object.keys(FOR_EVERYBODY).join('|')}) leave at (p\\d) as they are$`),
  async function (this: NicWorld, what: string, port: string) {
    const make = FOR_EVERYBODY[what];
    expectThat(make !== undefined, `nothing is called ${what}`);
    const frames = upTo('24').map((number) => make(this, number));
    const left = await sendFlows(this, frames);
    const places = left.filter((each) => each.port !== port).map((each) => each.port);
    expectThat(places.length === 0, `${what} leave at ${places.join(', ')}`);
    const seen = new Set(left.map(({ bytes }) => hex(bytes)));
    for (const frame of frames) expectThat(seen.has(hex(frame)), `one of the ${what} does not leave as it was sent`);
  },
);
