/** Routes with several ways, and VRFs. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { RTNH_F_DEAD, RT_TABLE_MAIN } from '../../reference-impl/netlink/families/routing.js';
import type { NexthopSpec, ShownRoute } from '../../reference-impl/netlink/routeMessages.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { packetIn } from '../properties/ipPackets.js';
import { expectNumber, expectThat } from './expectations.js';
import { look, packetsAt, routed, sendPackets, setForwarding, stationCalled, type Sending } from './routedPorts.js';
import { shownRoutes } from './routing.steps.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import { namesIn, portCalled } from './switchPorts.js';
import { eventually } from './listening.js';
import type { NicWorld } from './world.js';

/** `B with weight 1 and C with weight 3`; a way can be an address too. */
function waysIn(world: NicWorld, list: string): NexthopSpec[] {
  return list.split(' and ').map((way) => {
    const [name = '', weight = '1'] = way.split(' with weight ');
    if (/^p\d$/.test(name)) return { ifIndex: portCalled(world, name).ifIndex, weight: Number(weight) };
    const gateway = /^[A-Z]$/.test(name) ? stationCalled(world, name).address : name;
    return { gateway, weight: Number(weight) };
  });
}

Given(
  /^a route to (\S+\/\d+) by way of (.+ with weight .+)$/,
  async function (this: NicWorld, to: string, list: string) {
    const nexthops = waysIn(this, list);
    accepted(await (await this.routing(to)).addRoute({ to, nexthops }), `adding a route to ${to}`);
  },
);

When(/^a route to (\S+) by way of (.+) is asked for$/, async function (this: NicWorld, to: string, list: string) {
  this.answer = await (await this.routing(to)).addRoute({ to, nexthops: waysIn(this, list) });
});

async function routeTo(world: NicWorld, to: string): Promise<ShownRoute> {
  const route = (await shownRoutes(world, RT_TABLE_MAIN, to)).find((each) => each.to === to);
  expectThat(route !== undefined, `there is no route to ${to}`);
  return route;
}

Then(/^the route to (\S+) has the ways (.+)$/, async function (this: NicWorld, to: string, list: string) {
  const words = (ways: readonly NexthopSpec[]): string =>
    ways.map(({ gateway, weight }) => `${gateway ?? ''} ${weight ?? 0}`).join(', ');
  const { nexthops } = await routeTo(this, to);
  const shown = nexthops.map(({ gateway = '', weight }) => ({ gateway, weight }));
  const wanted = waysIn(this, list);
  expectThat(words(shown) === words(wanted), `the ways are ${words(shown)}, not ${words(wanted)}`);
});

Then(
  /^the way by ([A-Z]) of the route to (\S+) is (dead|alive)$/,
  async function (this: NicWorld, name: string, to: string, state: string) {
    const { address } = stationCalled(this, name);
    const isDead = async (): Promise<boolean> => {
      const { nexthops } = await routeTo(this, to);
      const way = nexthops.find(({ gateway }) => gateway === address);
      expectThat(way !== undefined, `the route does not go by ${name}`);
      return (way.flags & RTNH_F_DEAD) !== 0;
    };
    // A way over a device that comes up lives when its link is ready (addrconf_notify()).
    await eventually(
      this,
      async () => (await isDead()) === (state === 'dead'),
      () => `RTNH_F_DEAD is ${state === 'dead' ? 'not set' : 'set'}`,
    );
  },
);

/** Each to an address of its own. */
When(
  /^([A-Z]) sends packets of (\d+) flows to 10\.0\.0\.0\/8$/,
  async function (this: NicWorld, from: string, count: string) {
    const sendings = Array.from({ length: Number(count) }, (_, index) => ({ to: flowAddress(index) }));
    await sendPackets(this, from, sendings);
  },
);

const flowAddress = (index: number): string => `10.${(index * 37) % 251}.${(index * 101) % 253}.${(index % 254) + 1}`;

Then(
  /^between (\d+) and (\d+) of them are routed to ([A-Z]), and the others to ([A-Z])$/,
  async function (this: NicWorld, least: string, most: string, one: string, other: string) {
    const { sent } = routed(this);
    const [first, second] = [stationCalled(this, one).port, stationCalled(this, other).port];
    const start = await this.target.clock.now();
    const isAll = (): boolean => packetsAt(this, first).length + packetsAt(this, second).length >= sent.length;
    while (!isAll() && (await this.target.clock.now()) - start < BigInt(this.patienceMs) * 1_000_000n) {
      routed(this).isQuiet = false;
      await look(this, new Map());
    }
    const [here, there] = [packetsAt(this, first), packetsAt(this, second)];
    expectNumber(here.length + there.length, sent.length, 'packets in all');
    const isWithin = here.length >= Number(least) && here.length <= Number(most);
    expectThat(isWithin, `${here.length} of ${sent.length} went to ${one}`);
  },
);

const variations: fc.Arbitrary<readonly Partial<Sending>[]> = fc.array(
  fc.record({
    sourcePort: fc.integer({ min: 1024, max: 65535 }),
    length: fc.integer({ min: 46, max: 500 }),
    ttl: fc.integer({ min: 2, max: 255 }),
  }),
  { minLength: 2, maxLength: 6 },
);

Then(
  'all packets between the same addresses go the same way, whatever else is in them',
  async function (this: NicWorld) {
    const flows = fc.tuple(fc.integer({ min: 1, max: 0xfffe }), variations);
    await this.law(
      fc.asyncProperty(flows, async ([last, each]) => {
        const to = `10.9.${last >> 8}.${last & 0xff}`;
        const frames = await sendPackets(
          this,
          'A',
          each.map((sending) => ({ ...sending, to })),
        );
        await oneWay(this, frames);
      }),
    );
  },
);

/** What is behind is the packet's own, in either protocol. */
const ADDRESSES_END = 20;

/** All at one of the two, in order. */
export async function oneWay(world: NicWorld, frames: readonly Uint8Array[]): Promise<void> {
  const ports = ['B', 'C'].map((name) => stationCalled(world, name).port);
  routed(world).isQuiet = false;
  for (let looks = 0; looks < 20; looks++) {
    await look(world, new Map());
    if (ports.some((port) => packetsAt(world, port).length >= frames.length)) break;
    routed(world).isQuiet = false;
  }
  const counts = ports.map((port) => packetsAt(world, port).length);
  expectThat(
    counts.includes(frames.length) && counts.includes(0),
    `${counts.join(' and ')} packets went the two ways, of ${frames.length}`,
  );
  const port = ports[counts.indexOf(frames.length)] ?? '';
  for (const [index, frame] of frames.entries()) {
    const arrived = packetIn(packetsAt(world, port)[index] ?? new Uint8Array(0));
    const isSame = arrived.subarray(ADDRESSES_END).every((byte, at) => byte === packetIn(frame)[ADDRESSES_END + at]);
    expectThat(isSame, `packet ${index + 1} is not in its place`);
  }
}

Given(
  /^a VRF (\w+) of table (\d+) with (p\d(?:(?:, | and )p\d)*)$/,
  async function (this: NicWorld, name: string, table: string, ports: string) {
    const client = await this.routing();
    accepted(await client.addVrf(name, Number(table)), `making the VRF ${name}`);
    const link = accepted(await (await this.route()).link(name), `looking for ${name}`);
    const ifIndex = numberIn(link.header, 'ifi_index') ?? 0;
    await setFlag(this, IFF_UP, true, ifIndex);
    await setForwarding(this, ifIndex, true);
    for (const port of namesIn(ports))
      accepted(await client.setMaster(portCalled(this, port).ifIndex, ifIndex), `putting ${port} under ${name}`);
  },
);

When('a VRF without a table is asked for', async function (this: NicWorld) {
  this.answer = await (await this.routing()).addVrf('vrf0', undefined);
});

When(/^(p\d) leaves its VRF$/, async function (this: NicWorld, port: string) {
  const client = await this.routing();
  accepted(await client.setMaster(portCalled(this, port).ifIndex, 0), `taking ${port} out of its VRF`);
});
