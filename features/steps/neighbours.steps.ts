/** Neighbours of a router: ARP on the cable, and the table over rtnetlink. */
import { Given, Then, When } from '@cucumber/cucumber';
import {
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RTM_DELNEIGH,
  RTM_NEWNEIGH,
} from '../../reference-impl/netlink/constants.js';
import { expectNumber, expectThat } from './expectations.js';
import { BROADCAST, arpsAt, interfaceCalled, look, packetsAt, routed, sendArp, stationCalled } from './routedPorts.js';
import { listenerOf } from './routing.steps.js';
import { accepted } from './settings.js';
import { usedPorts } from './switchPorts.js';
import type { NicWorld } from './world.js';

const ARPOP_REQUEST = 1;
const ARPOP_REPLY = 2;

/** Requests for a station that the router made at its port. */
async function requestsFor(world: NicWorld, name: string, port: string, count: number): Promise<void> {
  const station = stationCalled(world, name);
  const own = interfaceCalled(world, port);
  await look(world, new Map([[port, count]]), 'arps');
  const requests = arpsAt(world, port).filter(({ targetIp }) => targetIp === station.address);
  expectNumber(requests.length, count, `requests for ${name} at ${port}`);
  for (const request of requests) {
    expectNumber(request.operation, ARPOP_REQUEST, 'the operation');
    expectThat(request.to === BROADCAST, `the request is for ${request.to}`);
    expectThat(request.senderMac === own.mac, `the request is from ${request.senderMac}`);
    expectThat(request.senderIp === own.address, `the request is from ${request.senderIp}`);
  }
}

Then(
  /^the router (?:asks|has asked) for ([A-Z]) at (p\d), (\d+) times?$/,
  async function (this: NicWorld, name: string, port: string, count: string) {
    await requestsFor(this, name, port, Number(count));
  },
);

Then('the router asks for nobody', function (this: NicWorld) {
  for (const { port } of usedPorts(this)) {
    const requests = arpsAt(this, port).filter(({ operation, to }) => operation === ARPOP_REQUEST && to === BROADCAST);
    expectNumber(requests.length, 0, `requests at ${port}`);
  }
});

Then('nothing has been routed yet', function (this: NicWorld) {
  for (const { port } of usedPorts(this)) expectNumber(packetsAt(this, port).length, 0, `packets at ${port}`);
});

When(/^([A-Z]) answers$/, async function (this: NicWorld, name: string) {
  const { sent } = routed(this);
  const own = interfaceCalled(this, stationCalled(this, name).at);
  await sendArp(this, name, { operation: 'reply', targetIp: own.address });
  routed(this).sent = sent;
});

When(/^([A-Z]) asks who has (\d[\d.]+)$/, async function (this: NicWorld, name: string, address: string) {
  await sendArp(this, name, { operation: 'request', targetIp: address });
});

/** RFC 5227: a request for the own address. */
When(/^([A-Z]) says that it has (\d[\d.]+)$/, async function (this: NicWorld, name: string, address: string) {
  await sendArp(this, name, { operation: 'request', targetIp: address });
  await look(this, new Map());
});

Then(
  /^([A-Z]) is answered by the router for (\d[\d.]+)$/,
  async function (this: NicWorld, name: string, address: string) {
    const station = stationCalled(this, name);
    const own = interfaceCalled(this, station.at);
    await look(this, new Map([[station.port, 1]]), 'arps');
    const answers = arpsAt(this, station.port).filter(({ operation }) => operation === ARPOP_REPLY);
    const [answer] = answers;
    expectThat(answers.length === 1 && answer !== undefined, `${answers.length} answers came`);
    const isRight =
      answer.to === station.mac &&
      answer.senderMac === own.mac &&
      answer.senderIp === address &&
      answer.targetMac === station.mac &&
      answer.targetIp === station.address;
    expectThat(isRight, `the answer is ${JSON.stringify(answer)}`);
  },
);

Then(/^([A-Z]) is not answered$/, async function (this: NicWorld, name: string) {
  await look(this, new Map());
  const answers = arpsAt(this, stationCalled(this, name).port).filter(({ operation }) => operation === ARPOP_REPLY);
  expectNumber(answers.length, 0, 'answers');
});

When(/^nobody answers for (\d+) seconds$/, async function (this: NicWorld, seconds: string) {
  await this.target.clock.sleep(Number(seconds) * 1000);
});

When(/^the neighbour ([A-Z]) is deleted$/, async function (this: NicWorld, name: string) {
  const { address, at } = stationCalled(this, name);
  const { ifIndex } = interfaceCalled(this, at);
  this.answer = await (await this.routing(address)).removeNeighbour({ ifIndex, address });
});

const HOW: Readonly<Record<string, number>> = {
  'added as': NLM_F_CREATE | NLM_F_EXCL,
  'changed to': NLM_F_REPLACE,
  'replaced by': NLM_F_CREATE | NLM_F_REPLACE,
};

When(
  /^the neighbour ([A-Z]) is (added as|changed to|replaced by) ([0-9a-f:]{17})$/,
  async function (this: NicWorld, name: string, how: string, mac: string) {
    const { address, at } = stationCalled(this, name);
    const { ifIndex } = interfaceCalled(this, at);
    this.answer = await (await this.routing(address)).addNeighbour({ ifIndex, address, station: mac }, HOW[how] ?? 0);
  },
);

When(/^([A-Z]) is ([0-9a-f:]{17}) from now on$/, function (this: NicWorld, name: string, mac: string) {
  routed(this).stations.set(name, { ...stationCalled(this, name), mac });
});

Given(/^([A-Z]) is known to the router$/, async function (this: NicWorld, name: string) {
  const { address, at, mac } = stationCalled(this, name);
  const { ifIndex } = interfaceCalled(this, at);
  const client = await this.routing(address);
  accepted(await client.addNeighbour({ ifIndex, address, station: mac }), `making ${name} known`);
});

Then(/^the (new|deleted) neighbour ([A-Z]) is told$/, async function (this: NicWorld, what: string, name: string) {
  const { address, mac } = stationCalled(this, name);
  const { neighbours } = await listenerOf(this).told(this.quietMs);
  const type = what === 'new' ? RTM_NEWNEIGH : RTM_DELNEIGH;
  const news = neighbours.filter((each) => each.address === address && each.news === type);
  expectNumber(news.length, 1, `announcements of ${address}`);
  if (what === 'new') expectThat(news[0]?.station === mac, `${name} is told to be ${news[0]?.station ?? 'nobody'}`);
});
