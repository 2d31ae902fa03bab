/** Neighbours of a router of IPv6: what it asks and what it answers. */
import { Then, When } from '@cucumber/cucumber';
import { NTF_ROUTER } from '../../reference-impl/netlink/constants.js';
import {
  groupMacOf,
  linkLocalOf,
  neighbourFrame,
  solicitedNodeOf,
  type NeighbourMessage,
  type NeighbourMessageOfStation,
} from '../properties/ipv6Packets.js';
import { expectNumber, expectThat } from './expectations.js';
import { begin, discoveriesAt, interfaceCalled, look, routed, stationCalled } from './routedPorts.js';
import { accepted } from './settings.js';
import { usedPorts } from './switchPorts.js';
import type { NicWorld } from './world.js';

Then(
  /^the router (?:solicits|has solicited) ([A-Z]) at (p\d), (\d+) times?$/,
  async function (this: NicWorld, name: string, port: string, count: string) {
    const { address } = stationCalled(this, name);
    const own = interfaceCalled(this, port);
    await look(this, new Map([[port, Number(count)]]), 'discoveries');
    const asked = discoveriesAt(this, port).filter(
      ({ kind, target, from }) => kind === 'solicitation' && target === address && from !== '::',
    );
    expectNumber(asked.length, Number(count), `solicitations of ${name} at ${port}`);
    for (const question of asked) {
      const isRight =
        question.to === solicitedNodeOf(address) &&
        question.frameTo === groupMacOf(question.to) &&
        question.from === linkLocalOf(own.mac) &&
        question.station === own.mac &&
        question.hopLimit === 255 &&
        question.isSound;
      expectThat(isRight, `the solicitation is ${JSON.stringify(question)}`);
    }
  },
);

Then('the router solicits nobody', function (this: NicWorld) {
  for (const { port } of usedPorts(this)) {
    const asked = discoveriesAt(this, port).filter(({ kind, from }) => kind === 'solicitation' && from !== '::');
    expectNumber(asked.length, 0, `solicitations at ${port}`);
  }
});

type Change = Partial<Omit<NeighbourMessageOfStation, 'kind' | 'source'>>;

async function sendMessage(
  world: NicWorld,
  name: string,
  kind: NeighbourMessageOfStation['kind'],
  target: string,
  change: Change,
): Promise<void> {
  const station = stationCalled(world, name);
  const own = interfaceCalled(world, station.at);
  const isSolicitation = kind === 'solicitation';
  const to = isSolicitation ? solicitedNodeOf(target) : own.address;
  const message = {
    kind,
    source: station.mac,
    from: station.address,
    to,
    destination: isSolicitation ? groupMacOf(to) : own.mac,
    target,
    station: station.mac,
    ...change,
  };
  const { sent } = routed(world);
  await begin(world);
  routed(world).sent = sent;
  await (await world.wire(station.port)).send([{ bytes: neighbourFrame(message) }]);
}

When(
  /^([A-Z]) solicits (\S+?)( directly)?(?:, with a (hop limit of 254|broken option))?$/,
  async function (this: NicWorld, name: string, target: string, directly: string | null, fault: string | null) {
    const own = interfaceCalled(this, stationCalled(this, name).at);
    await sendMessage(this, name, 'solicitation', target, {
      ...(directly === null ? {} : { to: target, destination: own.mac }),
      ...(fault === 'hop limit of 254' ? { hopLimit: 254 } : {}),
      ...(fault === 'broken option' ? { hasBrokenOption: true } : {}),
    });
  },
);

When(/^([A-Z]) examines (\S+)$/, async function (this: NicWorld, name: string, target: string) {
  await sendMessage(this, name, 'solicitation', target, { from: '::', station: undefined });
});

When(
  /^([A-Z]) advertises itself( unasked| as a router)?(, and overrides)?(, with a hop limit of 254)?$/,
  async function (this: NicWorld, name: string, how: string | null, overrides: string | null, far: string | null) {
    const { address } = stationCalled(this, name);
    const isUnasked = how === ' unasked';
    await sendMessage(this, name, 'advertisement', address, {
      isSolicited: !isUnasked,
      overrides: !isUnasked || overrides !== null,
      isRouter: how === ' as a router',
      ...(isUnasked ? { to: 'ff02::1', destination: groupMacOf('ff02::1') } : {}),
      ...(far === null ? {} : { hopLimit: 254 }),
    });
    if (isUnasked) await look(this, new Map());
  },
);

When(/^somebody else advertises ([A-Z]) as (\S{17})$/, async function (this: NicWorld, name: string, mac: string) {
  const { address } = stationCalled(this, name);
  await sendMessage(this, name, 'advertisement', address, {
    to: 'ff02::1',
    destination: groupMacOf('ff02::1'),
    station: mac,
  });
  await look(this, new Map());
});

async function advertisementsAt(world: NicWorld, port: string, target: string): Promise<readonly NeighbourMessage[]> {
  await look(world, new Map([[port, 1]]), 'discoveries');
  return discoveriesAt(world, port).filter((each) => each.kind === 'advertisement' && each.target === target);
}

/** What an advertisement says, in the order in which the steps name it. */
function wordsOf(message: NeighbourMessage, routerMac: string): string {
  return [
    message.isRouter ? '' : ' from no router',
    message.isSolicited ? ', solicited' : '',
    message.overrides ? ', that overrides' : '',
    message.station === undefined
      ? ''
      : message.station === routerMac
        ? ', with the station of the router'
        : `, with the station ${message.station}`,
  ].join('');
}

Then(
  /^([A-Z]) gets an advertisement of ([\da-f:]+)(.*)$/,
  async function (this: NicWorld, name: string, target: string, words: string) {
    const station = stationCalled(this, name);
    const own = interfaceCalled(this, station.at);
    const answers = await advertisementsAt(this, station.port, target);
    const [answer] = answers;
    expectThat(answers.length === 1 && answer !== undefined, `${answers.length} advertisements came`);
    expectThat(wordsOf(answer, own.mac) === words, `the advertisement is ${JSON.stringify(answer)}`);
    const isForStation = answer.frameTo === station.mac && answer.to === station.address;
    expectThat(isForStation && answer.hopLimit === 255 && answer.isSound, `it is ${JSON.stringify(answer)}`);
  },
);

Then(
  /^everybody at (p\d) gets an advertisement of ([\da-f:]+)(.*)$/,
  async function (this: NicWorld, port: string, target: string, words: string) {
    const own = interfaceCalled(this, port);
    const answers = await advertisementsAt(this, port, target);
    const [answer] = answers;
    expectThat(answers.length === 1 && answer !== undefined, `${answers.length} advertisements came`);
    expectThat(wordsOf(answer, own.mac) === words, `the advertisement is ${JSON.stringify(answer)}`);
    const isForAll = answer.to === 'ff02::1' && answer.frameTo === groupMacOf('ff02::1');
    expectThat(isForAll && answer.hopLimit === 255 && answer.isSound, `it is ${JSON.stringify(answer)}`);
  },
);

Then(/^([A-Z]) gets no advertisement$/, async function (this: NicWorld, name: string) {
  await look(this, new Map());
  const answers = discoveriesAt(this, stationCalled(this, name).port).filter(({ kind }) => kind === 'advertisement');
  expectNumber(answers.length, 0, 'advertisements');
});

Then(/^the router has ([A-Z]) as a (router|station)$/, async function (this: NicWorld, name: string, what: string) {
  const { address } = stationCalled(this, name);
  await look(this, new Map());
  const all = accepted(await (await this.routing(address)).neighbours(), 'listing the neighbours');
  const found = all.find((each) => each.address === address);
  expectThat(found !== undefined, `${name} is not known`);
  const isRouter = (found.flags & NTF_ROUTER) !== 0;
  expectThat(isRouter === (what === 'router'), `NTF_ROUTER is ${isRouter ? 'set' : 'not set'}`);
});
