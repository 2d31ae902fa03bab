/** Segmentation: what holds for every super-frame. */
import fc from 'fast-check';
import { Then } from '@cucumber/cucumber';
import { readU16 } from '../../reference-impl/packet/bytes.js';
import type { RuleName } from '../properties/segmentRules.js';
import {
  cut,
  cwrSuperFrame,
  extensionHeaders,
  segmentCountOf,
  someTags,
  tcpSuperFrame,
  transmitOf,
  tunnelledSuperFrame,
  udpSuperFrame,
  type SuperFrame,
} from '../properties/superFrames.js';
import type { NetworkName } from '../properties/tcpStreams.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  expectRight,
  expectRules,
  expectSame,
  gsoCounter,
  largestSuperFrame,
  segmented,
  segmentedInSoftware,
  withFeatures,
} from './segmentationExchange.js';
import { linkStatistics } from './settings.js';
import { addVlanDevice } from './vlanDevices.js';
import type { NicWorld } from './world.js';

/** For every super-frame of these, these rules hold of its segments. */
const alwaysHolds = (
  frames: fc.Arbitrary<SuperFrame>,
  ...rules: readonly RuleName[]
): ((this: NicWorld) => Promise<void>) =>
  async function () {
    await this.law(
      fc.asyncProperty(frames, async (frame) => {
        expectRules(await segmented(this, frame), ...rules);
      }),
      { runs: 0.5 },
    );
  };

/** For every super-frame of these, the segments are right in all. */
const alwaysRight = (world: NicWorld, frames: fc.Arbitrary<SuperFrame>, runs = 0.5): Promise<void> =>
  world.law(
    fc.asyncProperty(frames, async (frame) => {
      expectRight(await segmented(world, frame));
    }),
    { runs },
  );

/** For every super-frame of these, it makes no difference whether the feature is on. */
const sameWithAndWithout = (world: NicWorld, frames: fc.Arbitrary<SuperFrame>, feature: string): Promise<void> =>
  world.law(
    fc.asyncProperty(fc.array(frames, { minLength: 1, maxLength: 3 }), async (all) => {
      const everyOne = async (): Promise<Awaited<ReturnType<typeof segmented>>[]> => {
        const results = [];
        for (const frame of all) results.push(await segmented(world, frame));
        return results;
      };
      const without = await withFeatures(world, { [feature]: false }, everyOne);
      const withIt = await withFeatures(world, { [feature]: true }, everyOne);
      for (const [index, segmentation] of withIt.entries()) {
        const other = without[index];
        expectThat(other !== undefined, 'a super-frame was not sent twice');
        expectSame(segmentation, other);
        expectRules(segmentation, 'number and sizes');
      }
    }),
    { runs: 0.1 },
  );

// TCP.

Then(
  'for every TCP super-frame, the segments are as many and as long as length and segment size say',
  alwaysHolds(tcpSuperFrame(), 'number and sizes'),
);

Then('for every TCP super-frame, the segments together are its payload', alwaysHolds(tcpSuperFrame(), 'payload'));

Then(
  'for every TCP super-frame, each sequence number is the first one plus the payload before, modulo 2^32',
  alwaysHolds(tcpSuperFrame(), 'sequence numbers'),
);

Then(
  'for every TCP super-frame, FIN and PSH are set in its last segment only and the other flags in each',
  alwaysHolds(tcpSuperFrame(), 'FIN and PSH'),
);

Then('for every TCP super-frame with CWR, it is set in the first segment only', alwaysHolds(cwrSuperFrame(), 'CWR'));

Then(
  'for every TCP super-frame with CWR, the segments are the same with "tx-tcp-ecn-segmentation" on and off',
  async function (this: NicWorld) {
    await sameWithAndWithout(this, cwrSuperFrame(), 'tx-tcp-ecn-segmentation');
  },
);

Then(
  'for every TCP super-frame, the lengths and the checksums in every segment are its own',
  alwaysHolds(tcpSuperFrame(), 'lengths', 'checksums'),
);

Then(
  'for every TCP super-frame over IPv4, the identifications go up by one, modulo 2^16',
  alwaysHolds(tcpSuperFrame({ network: 'IPv4' }), 'identification'),
);

Then(
  'for every TCP super-frame over IPv4, the identifications differ unless DF is set',
  alwaysHolds(tcpSuperFrame({ network: 'IPv4' }), 'mangled identification'),
);

Then(
  'for every TCP super-frame over IPv6, each segment has its traffic class, flow label and hop limit',
  alwaysHolds(tcpSuperFrame({ network: 'IPv6' }), 'traffic class and flow label', 'hop limit'),
);

Then(
  'for every TCP super-frame with IPv6 extension headers, each segment has them, right lengths and a valid checksum',
  alwaysHolds(
    fc
      .tuple(tcpSuperFrame({ network: 'IPv6' }), extensionHeaders)
      .map(([frame, extensions]) => ({ ...frame, extensions })),
    'extension headers',
    'lengths',
    'checksums',
  ),
);

Then(
  'for every TCP super-frame, each segment has all its TCP options',
  alwaysHolds(tcpSuperFrame(), 'TCP header length', 'TCP options'),
);

Then(
  'for every TCP super-frame with tags, each segment has the same tags',
  alwaysHolds(
    fc.tuple(tcpSuperFrame(), someTags).map(([frame, tags]) => ({ ...frame, tags })),
    'number and sizes',
    'tags',
  ),
);

Then(
  'for every TCP super-frame through a VLAN device, each segment has its tag and is right',
  async function (this: NicWorld) {
    const vid = 2730;
    const { name } = await addVlanDevice(this, vid, 0x8100);
    await this.law(
      fc.asyncProperty(tcpSuperFrame({ tags: [{ tpid: 0x8100, tci: vid }] }), async (frame) => {
        expectRight(await segmented(this, frame, { from: name, insertedTags: true }));
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every TCP super-frame of up to {int} segments, the segments are right',
  async function (this: NicWorld, most: number) {
    const many = fc
      .tuple(tcpSuperFrame(), fc.integer({ min: 8, max: 100 }), fc.integer({ min: 2, max: most }))
      .map(([frame, size, count]) => ({ ...frame, size, length: size * count }));
    await alwaysRight(this, many, 0.2);
  },
);

Then(
  'for every TCP super-frame up to {int} bytes shorter than the largest, the segments are right',
  async function (this: NicWorld, span: number) {
    const largest = { IPv4: await largestSuperFrame(this, 'IPv4'), IPv6: await largestSuperFrame(this, 'IPv6') };
    const near = fc
      .tuple(fc.constantFrom<NetworkName>('IPv4', 'IPv6'), fc.integer({ min: 0, max: span }), fc.nat({ max: 9999 }))
      .map(([network, less, seed]) => ({ ...largest[network], length: largest[network].length - less, seed }));
    await alwaysRight(this, near, 0.1);
  },
);

Then(
  'for every TCP super-frame and all ways to cut it into up to {int} buffers, the segments are right',
  async function (this: NicWorld, most: number) {
    const example = tcpSuperFrame().chain((frame) => {
      const last = transmitOf(frame, this.port.address).transmit.bytes.length - 1;
      const breaks = fc.uniqueArray(fc.integer({ min: 14, max: last }), { minLength: 1, maxLength: most - 1 });
      return fc.tuple(fc.constant(frame), breaks);
    });
    await this.law(
      fc.asyncProperty(example, async ([frame, breaks]) => {
        expectRight(await segmented(this, frame, { fragments: [...breaks].sort((a, b) => a - b) }));
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every TCP super-frame, no segment is longer than headers and segment size',
  alwaysHolds(tcpSuperFrame(), 'longest segment'),
);

Then(
  'for all TCP super-frames over IPv4, the device counts each once and each of its segments once',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(tcpSuperFrame({ network: 'IPv4' }), async (frame) => {
        const [frames, segments] = await gsoCounters(this);
        const { length } = (await segmented(this, frame)).segments;
        const [framesNow, segmentsNow] = await gsoCounters(this);
        expectNumber(framesNow - frames, 1, 'super-frames');
        expectNumber(segmentsNow - segments, length, 'wire packets');
        expectNumber(length, segmentCountOf(frame), 'segments');
      }),
      { runs: 0.3 },
    );
  },
);

async function gsoCounters(world: NicWorld): Promise<[number, number]> {
  return [await gsoCounter(world, 'TX_HW_GSO_PACKETS'), await gsoCounter(world, 'TX_HW_GSO_WIRE_PACKETS')];
}

/** The frame behind a super-frame is counted too. */
const END = { packets: 1, bytes: 60 } as const;
const SHORTEST = 60;

Then('for every TCP super-frame, packets and bytes grow by what is on the wire', async function (this: NicWorld) {
  // Whether the padding of a short segment is counted is another question.
  const frames = tcpSuperFrame().filter((frame) => {
    const last = frame.length % frame.size || frame.size;
    return transmitOf({ ...frame, length: last }, this.port.address).transmit.bytes.length >= SHORTEST;
  });
  await this.law(
    fc.asyncProperty(frames, async (frame) => {
      const before = await linkStatistics(this);
      const { segments } = await segmented(this, frame);
      const after = await linkStatistics(this);
      const bytes = segments.reduce((sum, segment) => sum + segment.length, 0);
      expectNumber(segments.length, segmentCountOf(frame), 'segments');
      expectNumber(after.tx_packets - before.tx_packets - END.packets, segments.length, 'transmitted packets');
      expectNumber(after.tx_bytes - before.tx_bytes - END.bytes, bytes, 'transmitted bytes');
    }),
    { runs: 0.3 },
  );
});

Then(
  'for every TCP super-frame over {word}, the segments are the same with {string} on and off',
  async function (this: NicWorld, network: NetworkName, feature: string) {
    await sameWithAndWithout(this, tcpSuperFrame({ network }), feature);
  },
);

// Tunnels.

Then(
  /^for every TCP super-frame in a UDP tunnel (with|without) a checksum, the segments are right outside and inside$/,
  async function (this: NicWorld, state: string) {
    await alwaysRight(this, tunnelledSuperFrame({ checksum: state === 'with' }));
  },
);

Then(
  'for every TCP super-frame in a UDP tunnel, the segments are right outside and inside',
  async function (this: NicWorld) {
    await alwaysRight(this, tunnelledSuperFrame());
  },
);

Then(
  'for every TCP super-frame in a UDP tunnel, the segments are those that software makes, but for the identifications',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(tunnelledSuperFrame(), async (frame) => {
        const byDevice = await segmented(this, frame);
        expectSame(byDevice, await segmentedInSoftware(this, frame), { identification: false });
        expectRules(byDevice, 'number and sizes');
      }),
      { runs: 0.3 },
    );
  },
);

Then(
  'for every TCP super-frame in a UDP tunnel with the outer DF clear, the outer identifications all differ',
  alwaysHolds(tunnelledSuperFrame({ network: 'IPv4', dontFragment: false }), 'outer identification'),
);

Then(
  'for every TCP super-frame in a UDP tunnel to any port, the segments are right outside and inside',
  async function (this: NicWorld) {
    const port = fc.integer({ min: 1, max: 0xffff });
    const anywhere = fc
      .tuple(tunnelledSuperFrame(), port)
      .map(([frame, to]) => (frame.tunnel === undefined ? frame : { ...frame, tunnel: { ...frame.tunnel, port: to } }));
    await alwaysRight(this, anywhere);
  },
);

// UDP.

Then(
  'for every UDP super-frame, the datagrams are as many and as long as they should be, and together its payload',
  alwaysHolds(udpSuperFrame(), 'number and sizes', 'payload', 'addresses'),
);

Then(
  'for every UDP super-frame over IPv4, no datagram is a fragment and the identifications go up by one',
  alwaysHolds(udpSuperFrame({ network: 'IPv4' }), 'not fragments', 'identification'),
);

Then('for every UDP super-frame, the lengths in every datagram are its own', alwaysHolds(udpSuperFrame(), 'lengths'));

Then(
  'for every UDP super-frame, the checksum of every datagram is valid and not zero',
  alwaysHolds(udpSuperFrame(), 'checksums'),
);

Then(
  'for every UDP super-frame whose content sums to zero, the checksum of every datagram is all ones',
  async function (this: NicWorld) {
    const wordsOnly = cut().map(({ size, length }) => ({ size: size & ~1, length: Math.max(2, length & ~1) }));
    const zeroSums = fc
      .tuple(udpSuperFrame({ sumsToZero: true }), wordsOnly)
      .map(([frame, lengths]) => ({ ...frame, ...lengths }));
    await this.law(
      fc.asyncProperty(zeroSums, async (frame) => {
        const { segments, layout } = await segmented(this, frame);
        expectNumber(segments.length, segmentCountOf(frame), 'datagrams');
        for (const segment of segments) expectNumber(readU16(segment, layout.transport + 6), 0xffff, 'the checksum');
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every UDP super-frame, packets grow by at least the number of its datagrams',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(udpSuperFrame(), async (frame) => {
        const before = (await linkStatistics(this)).tx_packets;
        await segmented(this, frame);
        const grew = (await linkStatistics(this)).tx_packets - before - END.packets;
        expectThat(grew >= segmentCountOf(frame), `${segmentCountOf(frame)} datagrams were counted as ${grew} packets`);
      }),
      { runs: 0.3 },
    );
  },
);

Then(
  'for every UDP super-frame, the datagrams are the same with "tx-udp-segmentation" on and off',
  async function (this: NicWorld) {
    await sameWithAndWithout(this, udpSuperFrame(), 'tx-udp-segmentation');
  },
);
