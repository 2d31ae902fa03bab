/** Laws of routers. */
import { Given, Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { RTN_BLACKHOLE } from '../../reference-impl/netlink/families/routing.js';
import { packetIn, routedFrame, withoutPadding } from '../properties/ipPackets.js';
import { prefixText, tableCase, wayOf, type TableRoute } from '../properties/routeTables.js';
import { expectFrame, expectThat } from './expectations.js';
import {
  expectRouted,
  interfaceCalled,
  look,
  packetsAt,
  sendPackets,
  stationCalled,
  type Sending,
} from './routedPorts.js';
import { expectFragments } from './routerErrors.steps.js';
import { NETWORK4, routingCommands, RoutedModel, type RoutedNetwork } from './routingCommands.js';
import { accepted } from './settings.js';
import { portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

Given(/^the MTU of (p\d) is (\d+)$/, async function (this: NicWorld, port: string, mtu: string) {
  await setMtu(this, port, Number(mtu));
});

export async function setMtu(world: NicWorld, port: string, mtu: number): Promise<void> {
  const route = await world.route();
  accepted(await route.setLink(portCalled(world, port).ifIndex, { IFLA_MTU: mtu }), `setting the MTU of ${port}`);
}

/** As a request for it. */
export const specOf = (world: NicWorld, route: TableRoute): { to: string; type?: number; gateway?: string } =>
  route.way === 'nowhere'
    ? { to: prefixText(route), type: RTN_BLACKHOLE }
    : { to: prefixText(route), gateway: stationCalled(world, route.way).address };

/** Nothing is said about what has no way: an error for each packet would be one too many for a kernel that limits them. */
export async function silence(world: NicWorld, all = '0.0.0.0/0'): Promise<void> {
  const client = await world.routing(all);
  accepted(await client.addRoute({ to: all, type: RTN_BLACKHOLE }), 'adding a blackhole for the rest');
}

Then(
  'for every set of routes, each packet goes where the longest prefix of its address says',
  async function (this: NicWorld) {
    const client = await this.routing();
    await silence(this);
    const property = fc.asyncProperty(tableCase, async ({ routes, addresses }) => {
      for (const route of routes) accepted(await client.addRoute(specOf(this, route)), `adding ${prefixText(route)}`);
      try {
        const frames = await sendPackets(
          this,
          'A',
          addresses.map((to) => ({ to })),
        );
        await expectEach(this, frames, (index) => wayOf(routes, addresses[index] ?? ''));
      } finally {
        for (const route of routes) accepted(await client.removeRoute(specOf(this, route)), 'removing a route');
      }
    });
    await this.law(property);
  },
);

/** Each frame comes out on its way to a station, or nowhere. */
export async function expectEach(
  world: NicWorld,
  frames: readonly Uint8Array[],
  way: (index: number) => string,
): Promise<void> {
  const ways = frames.map((_frame, index) => way(index));
  const names = [...new Set(ways)].filter((name) => name !== 'nowhere');
  const counts = names.map(
    (name) => [stationCalled(world, name).port, ways.filter((each) => each === name).length] as const,
  );
  await look(world, new Map(counts));
  for (const name of ['B', 'C']) {
    const station = stationCalled(world, name);
    const own = interfaceCalled(world, station.at);
    const expected = frames.filter((_frame, index) => ways[index] === name);
    const arrived = packetsAt(world, station.port);
    expectThat(
      arrived.length === expected.length,
      `at ${station.port} came ${arrived.length} packets, and ${expected.length} should have come`,
    );
    for (const [index, frame] of expected.entries())
      expectFrame(
        withoutPadding(arrived[index] ?? new Uint8Array(0)),
        routedFrame(frame, own.mac, station.mac),
        `packet ${index + 1} of ${expected.length} at ${station.port}`,
      );
  }
}

/** All packets of a case or none: what the host forwards in the place of hardware may be overtaken. */
const anyOptions = fc.constantFrom(new Uint8Array(0), Uint8Array.of(1, 1, 1, 0));

const anyPacket: fc.Arbitrary<Omit<Sending, 'to'>> = fc.record({
  ttl: fc.integer({ min: 2, max: 255 }),
  length: fc.oneof(fc.integer({ min: 36, max: 1500 }), fc.constantFrom(36, 46, 47, 1499, 1500)),
  dontFragment: fc.boolean(),
  tos: fc.integer({ min: 0, max: 255 }),
  number: fc.integer({ min: 0, max: 0xffff }),
  sourcePort: fc.integer({ min: 1024, max: 65535 }),
});

Then(
  'every packet that can be forwarded leaves once, one hop older and otherwise the same',
  async function (this: NicWorld) {
    const to = stationCalled(this, 'B').address;
    const packets = fc.array(anyPacket, { minLength: 1, maxLength: 5 });
    await this.law(
      fc.asyncProperty(packets, anyOptions, async (sendings, options) => {
        await sendPackets(
          this,
          'A',
          sendings.map((sending) => ({ ...sending, options, to })),
        );
        await expectRouted(this, 'B');
      }),
    );
  },
);

Then('for every length and MTU, the fragments put together are the packet', async function (this: NicWorld) {
  const to = stationCalled(this, 'B').address;
  const sizes = fc.integer({ min: 300, max: 1400 }).chain((mtu) => {
    return fc.tuple(fc.constant(mtu), fc.integer({ min: mtu + 1, max: 1500 }));
  });
  await this.law(
    fc.asyncProperty(sizes, async ([mtu, length]) => {
      await setMtu(this, 'p1', mtu);
      const [frame] = await sendPackets(this, 'A', [{ to, length }]);
      await expectFragments(this, 'p1', packetIn(frame ?? new Uint8Array(0)), mtu);
    }),
    { runs: 0.5 },
  );
});

/** The law of commands for one protocol. */
export async function everySequence(world: NicWorld, network: RoutedNetwork): Promise<void> {
  const property = fc.asyncProperty(world.commands(routingCommands(network), 16), async (commands) => {
    await world.target.reset();
    await fc.asyncModelRun(async () => {
      const model = new RoutedModel(network);
      await model.start(world);
      return { model, real: world };
    }, commands);
  });
  await world.law(property, { runs: 0.2 });
}

Then(
  'for every sequence of changes to routes, ports and neighbours, packets go where a model says',
  async function (this: NicWorld) {
    await everySequence(this, NETWORK4);
  },
);
