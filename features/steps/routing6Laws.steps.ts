/** Laws of routers of IPv6. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import { packetIn } from '../properties/ipPackets.js';
import type { ExtensionName } from '../properties/ipv6Packets.js';
import { prefixText } from '../properties/routeTables.js';
import { tableCase6, wayOf6 } from '../properties/routeTables6.js';
import { expectNumber, expectThat } from './expectations.js';
import { oneWay } from './multipath.steps.js';
import { expectRouted, sendPackets, stationCalled, type Sending } from './routedPorts.js';
import { toldTo } from './routerErrors.steps.js';
import { NETWORK6 } from './routingCommands.js';
import { everySequence, expectEach, setMtu, silence, specOf } from './routingLaws.steps.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

Then(
  'for every set of routes of IPv6, each packet goes where the longest prefix of its address says',
  async function (this: NicWorld) {
    const client = await this.routing('::');
    await silence(this, '::/0');
    const property = fc.asyncProperty(tableCase6, async ({ routes, addresses }) => {
      for (const route of routes) accepted(await client.addRoute(specOf(this, route)), `adding ${prefixText(route)}`);
      try {
        const frames = await sendPackets(
          this,
          'A',
          addresses.map((to) => ({ to })),
        );
        await expectEach(this, frames, (index) => wayOf6(routes, addresses[index] ?? ''));
      } finally {
        for (const route of routes) accepted(await client.removeRoute(specOf(this, route)), 'removing a route');
      }
    });
    await this.law(property);
  },
);

/** Headers that a packet is forwarded with. All packets of a case or none: what the host forwards may be overtaken. */
const anyExtensions = fc.constantFrom<readonly ExtensionName[]>(
  [],
  [],
  ['hop-by-hop'],
  ['skippable option'],
  ['used source route'],
  ['hop-by-hop', 'source route'],
);

const anyPacket: fc.Arbitrary<Omit<Sending, 'to'>> = fc.record({
  ttl: fc.integer({ min: 2, max: 255 }),
  length: fc.oneof(fc.integer({ min: 56, max: 1500 }), fc.constantFrom(56, 1280, 1281, 1499, 1500)),
  tos: fc.integer({ min: 0, max: 255 }),
  flowLabel: fc.integer({ min: 0, max: 0xf_ffff }),
  number: fc.integer({ min: 0, max: 0xffff }),
  sourcePort: fc.integer({ min: 1024, max: 65535 }),
});

Then(
  'every packet of IPv6 that can be forwarded leaves once, one hop older and otherwise the same',
  async function (this: NicWorld) {
    const to = stationCalled(this, 'B').address;
    const packets = fc.array(anyPacket, { minLength: 1, maxLength: 5 });
    await this.law(
      fc.asyncProperty(packets, anyExtensions, async (sendings, extensions) => {
        await sendPackets(
          this,
          'A',
          sendings.map((sending) => ({ ...sending, extensions, to })),
        );
        await expectRouted(this, 'B');
      }),
    );
  },
);

/** What is told of a packet that is too long, and as much of it as fits into the least that every link carries. */
async function expectTooBig(world: NicWorld, sent: Uint8Array, mtu: number): Promise<void> {
  const [message] = await toldTo(world, 'A', 1);
  expectThat(message !== undefined, 'nothing was told');
  expectNumber(message.type, 2, 'the type');
  expectNumber(message.code, 0, 'the code');
  expectNumber(message.info, mtu, 'the MTU');
  expectThat(equalBytes(message.quote, packetIn(sent).subarray(0, 1232)), 'it does not quote the packet');
}

Then(
  'for every length and MTU, a packet of IPv6 passes whole or its sender is told what fits',
  async function (this: NicWorld) {
    const to = stationCalled(this, 'B').address;
    const sizes = fc.tuple(
      fc.integer({ min: 1280, max: 1499 }),
      fc.oneof(fc.integer({ min: 1200, max: 1500 }), fc.constantFrom(1280, 1281)),
    );
    await this.law(
      fc.asyncProperty(sizes, async ([mtu, length]) => {
        await setMtu(this, 'p1', mtu);
        const [frame = new Uint8Array(0)] = await sendPackets(this, 'A', [{ to, length }]);
        if (length > mtu) await expectTooBig(this, frame, mtu);
        else await expectRouted(this, 'B');
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every sequence of changes to routes of IPv6, ports and neighbours, packets go where a model says',
  async function (this: NicWorld) {
    await everySequence(this, NETWORK6);
  },
);

const variations: fc.Arbitrary<readonly Partial<Sending>[]> = fc.array(
  fc.record({
    sourcePort: fc.integer({ min: 1024, max: 65535 }),
    length: fc.integer({ min: 64, max: 500 }),
    ttl: fc.integer({ min: 2, max: 255 }),
    tos: fc.integer({ min: 0, max: 255 }),
  }),
  { minLength: 2, maxLength: 6 },
);

Then(
  'all packets of IPv6 with the same addresses and flow label go the same way, whatever else is in them',
  async function (this: NicWorld) {
    const flow = fc.tuple(fc.integer({ min: 1, max: 0xfffe }), fc.integer({ min: 0, max: 0xf_ffff }), variations);
    await this.law(
      fc.asyncProperty(flow, async ([last, flowLabel, each]) => {
        const to = `2001:db8:109::${last.toString(16)}`;
        const frames = await sendPackets(
          this,
          'A',
          each.map((sending) => ({ ...sending, to, flowLabel })),
        );
        await oneWay(this, frames);
      }),
    );
  },
);
