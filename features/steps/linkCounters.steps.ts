/** What a bridge or an aggregate counts as a net device: struct rtnl_link_stats64. */
import { Then, When } from '@cucumber/cucumber';
import { LINK_STATISTICS } from '../../reference-impl/netlink/families/rtnetlink.js';
import type { LinkStatistics64 } from '../../reference-impl/netlink/routeClient.js';
import { aggregateCalled } from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { bridgeCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

type Counter = (typeof LINK_STATISTICS)[number];

const isCounter = (name: string): name is Counter => (LINK_STATISTICS as readonly string[]).includes(name);

const noted = (world: NicWorld): Map<string, LinkStatistics64> =>
  world.note('counters of links', () => new Map<string, LinkStatistics64>());

async function countersOf(world: NicWorld, who: string): Promise<LinkStatistics64> {
  const { ifIndex } = who === 'the bridge' ? bridgeCalled(world) : aggregateCalled(world);
  return accepted(await (await world.route()).statistics(ifIndex), `reading the counters of ${who}`);
}

When(/^the counters of (the bridge|the aggregate) are noted$/, async function (this: NicWorld, who: string) {
  noted(this).set(who, await countersOf(this, who));
});

Then(
  /^(the bridge|the aggregate) has counted (\d+) more (\w+)$/,
  async function (this: NicWorld, who: string, count: string, name: string) {
    const before = noted(this).get(who);
    expectThat(before !== undefined, `the counters of ${who} were not noted`);
    expectThat(isCounter(name), `no counter is called ${name}`);
    expectNumber((await countersOf(this, who))[name] - before[name], Number(count), `${name} of ${who}`);
  },
);

/** Packets that a kernel may send of its own accord while a scenario runs: it joins groups of IPv6. */
const OF_ITS_OWN = 4;

Then(
  /^the bridge has counted (\d+) more tx_packets of at least (\d+) bytes, and few besides$/,
  async function (this: NicWorld, count: string, bytes: string) {
    const before = noted(this).get('the bridge');
    expectThat(before !== undefined, 'the counters of the bridge were not noted');
    const now = await countersOf(this, 'the bridge');
    const packets = now.tx_packets - before.tx_packets;
    const isRight = packets >= Number(count) && packets <= Number(count) + OF_ITS_OWN;
    expectThat(isRight, `the bridge has counted ${packets} tx_packets instead of ${count}`);
    const least = Number(count) * Number(bytes);
    const octets = now.tx_bytes - before.tx_bytes;
    expectThat(octets >= least && octets < 2 * least, `the bridge has counted ${octets} tx_bytes instead of ${least}`);
  },
);
