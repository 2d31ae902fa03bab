/** Interface statistics: what holds for every burst. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { QueueCounter } from '../../reference-impl/netlink/families/netdev.js';
import type { LinkStatistic } from '../../reference-impl/netlink/families/rtnetlink.js';
import {
  FCS_LENGTH,
  bucketGrowth,
  bytesOf,
  countedLength,
  frameCheckSequence,
  goodBurst,
  goodFrames,
  growthOf,
  growthOfSize,
  mixedBurst,
  wentBack,
  wrongBits,
  type CountedFrame,
  type Growth,
} from '../properties/statistics.js';
import { expectNumber, expectThat } from './expectations.js';
import { happenToPort } from './receiveControl.js';
import {
  deviceCounters,
  flat,
  groups,
  joinGroup,
  linkCounters,
  receiveCounted,
  snapshot,
  transmitCounted,
} from './statisticsControl.js';
import type { NicWorld } from './world.js';

/** Checks the growth of link statistics over a burst that is received, for every burst. */
async function receiveLaw(
  world: NicWorld,
  bursts: fc.Arbitrary<readonly CountedFrame[]>,
  expected: Readonly<Partial<Record<LinkStatistic, (growth: Growth) => number>>>,
): Promise<void> {
  await joinGroup(world);
  await world.law(
    fc.asyncProperty(bursts, async (burst) => {
      const before = await linkCounters(world);
      await receiveCounted(world, burst);
      const after = await linkCounters(world);
      const growth = growthOf(burst);
      for (const [name, wanted] of Object.entries(expected) as [LinkStatistic, (growth: Growth) => number][]) {
        expectNumber(after[name] - before[name], wanted(growth), `the growth of ${name}`);
      }
    }),
    { runs: 0.3 },
  );
}

Then('for every burst of frames to the port, rx_packets grows by their number', async function (this: NicWorld) {
  await receiveLaw(this, goodBurst, { rx_packets: ({ packets }) => packets });
});

Then(
  'for every mix of destinations, multicast grows by the frames to the joined group',
  async function (this: NicWorld) {
    await receiveLaw(this, goodBurst, { multicast: ({ multicast }) => multicast });
  },
);

Then(
  'for every mix of good and damaged frames, rx_errors grows by the growth of its details',
  async function (this: NicWorld) {
    await receiveLaw(this, mixedBurst, {
      rx_errors: ({ damaged }) => damaged,
      rx_crc_errors: ({ damaged }) => damaged,
      rx_packets: ({ packets }) => packets,
    });
  },
);

Then(
  'for every burst that the host sends, tx_packets grows by the frames on the wire',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(goodBurst, async (burst) => {
        const before = await linkCounters(this);
        const came = await transmitCounted(this, burst);
        expectNumber(came, burst.length, 'frames on the wire');
        expectNumber(
          (await linkCounters(this)).tx_packets - before.tx_packets,
          burst.length,
          'the growth of tx_packets',
        );
      }),
      { runs: 0.3 },
    );
  },
);

Then(
  'for every burst in both directions, rx_bytes and tx_bytes grow by the lengths of the frames',
  async function (this: NicWorld) {
    await joinGroup(this);
    await this.law(
      fc.asyncProperty(goodBurst, goodBurst, async (received, sent) => {
        const before = await linkCounters(this);
        await receiveCounted(this, received);
        await transmitCounted(this, sent);
        const after = await linkCounters(this);
        expectNumber(after.rx_bytes - before.rx_bytes, growthOf(received).bytes, 'the growth of rx_bytes');
        expectNumber(after.tx_bytes - before.tx_bytes, growthOf(sent).bytes, 'the growth of tx_bytes');
      }),
      { runs: 0.3 },
    );
  },
);

Then(
  'for every frame and every wrong check sequence, rx_crc_errors grows by 1 and the frame is not delivered',
  async function (this: NicWorld) {
    const [host, wire] = [await this.host(), await this.wire()];
    await this.law(
      fc.asyncProperty(countedLength, wrongBits, async (length, bits) => {
        const before = await linkCounters(this);
        const damaged = bytesOf({ destination: 'unicast', length, isDamaged: true }, this.port.address, 1);
        const good = bytesOf({ destination: 'unicast', length, isDamaged: false }, this.port.address, 2);
        // The good frame comes last: when it is here, the damaged one does not come.
        await wire.send([{ bytes: damaged, fcs: (frameCheckSequence(damaged) ^ bits) >>> 0 }, { bytes: good }]);
        expectNumber((await host.receive({ withinMs: this.patienceMs, count: 1 })).length, 1, 'frames at the host');
        expectNumber((await linkCounters(this)).rx_crc_errors - before.rx_crc_errors, 1, 'the growth of rx_crc_errors');
      }),
      { runs: 0.5 },
    );
  },
);

Then('for every sequence of traffic and changes of the port, no counter goes back', async function (this: NicWorld) {
  const { capabilities } = await this.target.describe();
  const events = ['traffic', 'a down and an up', 'a change of the MTU', 'a change of features'];
  const hasSome = (name: string): boolean => capabilities[name]?.present === true;
  if (hasSome('rings')) events.push('a change of the rings');
  if (hasSome('channels') && hasSome('multi-queue')) events.push('a change of the channels');
  await this.law(
    fc.asyncProperty(fc.array(fc.constantFrom(...events), { minLength: 1, maxLength: 5 }), async (sequence) => {
      let before = flat(await snapshot(this));
      for (const event of ['traffic', ...sequence]) {
        if (event === 'traffic') {
          await receiveCounted(this, goodFrames(3));
          await transmitCounted(this, goodFrames(3));
        } else await happenToPort(this, event);
        const after = flat(await snapshot(this));
        const back = wentBack(before, after);
        expectThat(back.length === 0, `${back.join(', ')} went back with ${event}`);
        before = after;
      }
    }),
    { runs: 0.1 },
  );
});

const PAIRS: readonly (readonly [LinkStatistic, QueueCounter])[] = [
  ['rx_packets', 'RX_PACKETS'],
  ['rx_bytes', 'RX_BYTES'],
  ['tx_packets', 'TX_PACKETS'],
  ['tx_bytes', 'TX_BYTES'],
];

Then(
  'for every burst in both directions, queue statistics and interface statistics grow alike',
  async function (this: NicWorld) {
    await joinGroup(this);
    await this.law(
      fc.asyncProperty(goodBurst, goodBurst, async (received, sent) => {
        const [link, device] = [await linkCounters(this), await deviceCounters(this)];
        await receiveCounted(this, received);
        await transmitCounted(this, sent);
        const [linkAfter, deviceAfter] = [await linkCounters(this), await deviceCounters(this)];
        for (const [name, counter] of PAIRS) {
          const growth = (deviceAfter[counter] ?? 0) - (device[counter] ?? 0);
          expectNumber(growth, linkAfter[name] - link[name], `the growth of ${counter}, beside ${name}`);
        }
      }),
      { runs: 0.2 },
    );
  },
);

Then(
  'for every burst in both directions, the MAC counters that are there grow as IEEE 802.3 defines them',
  async function (this: NicWorld) {
    await joinGroup(this);
    const counters = async (): Promise<Readonly<Record<string, number>>> =>
      (await groups(this)).get('eth-mac')?.counters ?? {};
    await this.law(
      fc.asyncProperty(goodBurst, goodBurst, async (received, sent) => {
        const before = await counters();
        await receiveCounted(this, received);
        await transmitCounted(this, sent);
        const after = await counters();
        const [into, out] = [growthOf(received), growthOf(sent)];
        const expected: Readonly<Record<string, number>> = {
          FramesReceivedOK: into.packets,
          MulticastFramesReceivedOK: into.multicast,
          BroadcastFramesReceivedOK: into.broadcast,
          FramesTransmittedOK: out.packets,
          MulticastFramesXmittedOK: out.multicast,
          BroadcastFramesXmittedOK: out.broadcast,
          FrameCheckSequenceErrors: 0,
        };
        for (const [name, growth] of Object.entries(expected)) {
          const [was, is] = [before[name], after[name]];
          if (was !== undefined && is !== undefined) expectNumber(is - was, growth, `the growth of ${name}`);
        }
      }),
      { runs: 0.2 },
    );
  },
);

Then(
  'for every size of a frame in each direction, the one RMON bucket that includes it grows by 1',
  async function (this: NicWorld) {
    const edges = fc.constantFrom(64, 65, 127, 128, 255, 256, 511, 512, 1023, 1024, 1518);
    const size = fc.oneof(
      edges,
      countedLength.map((length) => length + FCS_LENGTH),
    );
    await this.law(
      fc.asyncProperty(size, size, async (received, sent) => {
        const before = (await groups(this)).get('rmon');
        await receiveCounted(this, goodFrames(1, 'unicast', received - FCS_LENGTH));
        await transmitCounted(this, goodFrames(1, 'unicast', sent - FCS_LENGTH));
        const after = (await groups(this)).get('rmon');
        for (const [what, was, is, length] of [
          ['receive', before?.rxHistogram ?? [], after?.rxHistogram ?? [], received],
          ['transmit', before?.txHistogram ?? [], after?.txHistogram ?? [], sent],
        ] as const) {
          const growth = bucketGrowth(was, is);
          expectThat(
            growth.join() === growthOfSize(is, length).join(),
            `a frame of ${length} bytes grew the ${what} buckets by ${growth.join()}`,
          );
        }
      }),
      { runs: 0.3 },
    );
  },
);
