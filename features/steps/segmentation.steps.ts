/** Segmentation: super-frames that the host hands down, and the segments that leave for them. */
import { Given, Then, When } from '@cucumber/cucumber';
import { readU16, readU32 } from '../../reference-impl/packet/bytes.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { SOMEBODY_ELSE, numberedFrame } from '../properties/numberedFrames.js';
import { payloadOf } from '../properties/segmentPlaces.js';
import { flagsIn, identifications } from '../properties/segmentRules.js';
import { numbersIn, withWords } from '../properties/superFrameWords.js';
import { segmentCountOf, superFrame, tunnel, type Protocol, type SuperFrame } from '../properties/superFrames.js';
import { TCP_FLAGS, type NetworkName, type TcpFlagName } from '../properties/tcpStreams.js';
import { ontoWire } from './exchange.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  expectRight,
  expectRules,
  expectSame,
  gsoCounter,
  largestSuperFrame,
  lastSegmentation,
  segmentations,
  segmentedInSoftware,
  send,
} from './segmentationExchange.js';
import {
  accepted,
  featureState,
  insistOnFeatures,
  linkStatistics,
  linkValues,
  setFeatures,
  setLink,
} from './settings.js';
import { addVlanDevice } from './vlanDevices.js';
import type { NicWorld } from './world.js';

interface CounterNotes {
  packets: number;
  bytes: number;
  gsoPackets: number;
  gsoWirePackets: number;
  features: ReadonlySet<string>;
}

const before = (world: NicWorld): CounterNotes =>
  world.note('segmentation counters', () => ({
    packets: 0,
    bytes: 0,
    gsoPackets: 0,
    gsoWirePackets: 0,
    features: new Set<string>(),
  }));

/** Notes what the counters are; the device's own where it has them. */
async function noteCounters(world: NicWorld): Promise<void> {
  const state = before(world);
  const { txPackets, txBytes } = await transmitted(world);
  state.packets = txPackets;
  state.bytes = txBytes;
  if (world.session.description.capabilities['queue-statistics']?.present !== true) return;
  state.gsoPackets = await gsoCounter(world, 'TX_HW_GSO_PACKETS');
  state.gsoWirePackets = await gsoCounter(world, 'TX_HW_GSO_WIRE_PACKETS');
}

/** Sends it with a note of the counters before. */
async function sendCounted(world: NicWorld, frame: SuperFrame): Promise<void> {
  await noteCounters(world);
  await send(world, frame);
}

const described = (protocol: string, length: number, network: string, size: number): SuperFrame =>
  superFrame({ protocol: protocol as Protocol, network: network as NetworkName, length, size });

// What the host sends.

When(
  /^the host sends a (TCP|UDP) super-frame of (\d+) bytes over (IPv4|IPv6), cut at (\d+)(?:, with (.+))?$/,
  async function (this: NicWorld, protocol: string, length: string, ip: string, size: string, words: string | null) {
    await sendCounted(this, withWords(described(protocol, Number(length), ip, Number(size)), words ?? ''));
  },
);

When(
  /^the host sends a TCP super-frame of (\d+) bytes over (IPv4|IPv6), cut at (\d+), through a VLAN device with VID (\d+)$/,
  async function (this: NicWorld, length: string, ip: string, size: string, vid: string) {
    const { name } = await addVlanDevice(this, Number(vid), 0x8100);
    const frame = described('TCP', Number(length), ip, Number(size));
    await send(this, { ...frame, tags: [{ tpid: 0x8100, tci: Number(vid) }] }, { from: name, insertedTags: true });
  },
);

When(
  /^the host sends a TCP super-frame of (\d+) bytes over IPv4, cut at (\d+), in buffers that break at (.+)$/,
  async function (this: NicWorld, length: string, size: string, breaks: string) {
    await send(this, described('TCP', Number(length), 'IPv4', Number(size)), { fragments: numbersIn(breaks) });
  },
);

When(
  /^the host sends a TCP super-frame of (\d+) bytes over (IPv4|IPv6), cut at (\d+), in a tunnel over (IPv4|IPv6) (with|without) a checksum( and with the outer DF clear)?$/,
  async function (
    this: NicWorld,
    length: string,
    inner: string,
    size: string,
    outer: NetworkName,
    state: string,
    mayBeFragmented: string | null,
  ) {
    const outside = tunnel({ network: outer, checksum: state === 'with', dontFragment: mayBeFragmented === null });
    await sendCounted(this, { ...described('TCP', Number(length), inner, Number(size)), tunnel: outside });
  },
);

When(
  /^the host sends a TCP super-frame of (\d+) bytes over IPv4, cut at (\d+), in a tunnel over (IPv4|IPv6) to port (\d+)$/,
  async function (this: NicWorld, length: string, size: string, outer: NetworkName, port: string) {
    const outside = tunnel({ network: outer, port: Number(port) });
    await send(this, { ...described('TCP', Number(length), 'IPv4', Number(size)), tunnel: outside });
  },
);

When('the host sends a TCP super-frame of {int} segments', async function (this: NicWorld, count: number) {
  await send(this, described('TCP', count * 100, 'IPv4', 100));
});

/** As many as every machine can receive at once. */
const MOST_SEGMENTS = 500;

When('the host sends a TCP super-frame of more segments than the device announces', async function (this: NicWorld) {
  const announced = numberIn((await linkValues(this)).values, 'IFLA_GSO_MAX_SEGS') ?? 0;
  const limit = Math.min(MOST_SEGMENTS, announced);
  // Nobody sends a super-frame of 65536 segments; a device that announces so many is given less.
  if (limit < announced) accepted(await setLink(this, { IFLA_GSO_MAX_SEGS: limit }), 'setting the most segments');
  await send(this, described('TCP', (limit + 1) * 8, 'IPv4', 8));
});

When(
  'the host sends the largest TCP super-frame over {word} that the device announces',
  async function (this: NicWorld, ip: NetworkName) {
    await send(this, await largestSuperFrame(this, ip));
  },
);

When('the host sends {int} TCP super-frames over {word}', async function (this: NicWorld, count: number, ip: string) {
  await noteCounters(this);
  for (let seed = 0; seed < count; seed++) await send(this, { ...described('TCP', 3500, ip, 1000), seed });
});

When('the host sends a frame that is no super-frame', async function (this: NicWorld) {
  await noteCounters(this);
  const frame = numberedFrame({ destination: SOMEBODY_ELSE, source: this.port.address, number: 1 });
  expectNumber((await ontoWire(this, [frame])).length, 1, 'frames that left');
});

// What is set before.

Given('the device is given at most {int} segments at once', async function (this: NicWorld, segments: number) {
  accepted(await setLink(this, { IFLA_GSO_MAX_SEGS: segments }), 'setting the most segments');
});

Given('the device is given at most {int} bytes at once', async function (this: NicWorld, bytes: number) {
  // 65536 and less is meant for IPv4 too.
  accepted(await setLink(this, { IFLA_GSO_MAX_SIZE: bytes }), 'setting the largest super-frame');
});

When('tx-gso-partial is switched off and on again', async function (this: NicWorld) {
  await insistOnFeatures(this, { 'tx-gso-partial': true });
  before(this).features = (await featureState(this)).active;
  await setFeatures(this, { 'tx-gso-partial': false });
  await setFeatures(this, { 'tx-gso-partial': true });
});

// What leaves.

Then(
  '{int} segment(s) leave, the last of {int} bytes and the others of {int}',
  function (this: NicWorld, count: number, last: number, size: number) {
    const segmentation = lastSegmentation(this);
    const lengths = segmentation.segments.map((segment) => payloadOf(segmentation, segment).length);
    const wanted = [...new Array<number>(count - 1).fill(size), last];
    expectThat(lengths.join() === wanted.join(), `the payloads are ${lengths.join(', ')} bytes long`);
  },
);

Then('the segments together are the payload of the super-frame', function (this: NicWorld) {
  expectRules(lastSegmentation(this), 'payload');
});

Then('the sequence numbers of the segments are {}', function (this: NicWorld, list: string) {
  const { segments, layout } = lastSegmentation(this);
  expectNumbers(
    'sequence numbers',
    segments.map((segment) => readU32(segment, layout.transport + 4)),
    list,
  );
});

Then(/^the identifications of the segments are (0x.+)$/, function (this: NicWorld, list: string) {
  expectNumbers('identifications', identifications(lastSegmentation(this)), list);
});

function expectNumbers(what: string, got: readonly number[], list: string): void {
  const hexadecimal = (numbers: readonly number[]): string => numbers.map((n) => `0x${n.toString(16)}`).join(', ');
  const wanted = numbersIn(list);
  expectThat(got.join() === wanted.join(), `the ${what} are ${hexadecimal(got)} instead of ${hexadecimal(wanted)}`);
}

Then(
  /^the identifications of the segments (?:all differ|go up by one or are all the same)$/,
  function (this: NicWorld) {
    expectRules(lastSegmentation(this), 'mangled identification');
  },
);

Then('the outer identifications of the segments all differ', function (this: NicWorld) {
  const { segments, layout } = lastSegmentation(this);
  const at = (layout.outer?.network ?? 0) + 4;
  expectThat(segments.length > 1, `${segments.length} segments left`);
  expectNumber(new Set(segments.map((segment) => readU16(segment, at))).size, segments.length, 'outer identifications');
});

const PLACES: Readonly<Record<string, (index: number, count: number) => boolean>> = {
  'the first segment': (index) => index === 0,
  'the last segment': (index, count) => index === count - 1,
  'every segment': () => true,
};

Then(
  /^([A-Z]{3}) is set in (the first segment|the last segment|every segment)$/,
  function (this: NicWorld, flag: TcpFlagName, place: string) {
    const segmentation = lastSegmentation(this);
    const { segments } = segmentation;
    expectThat(segments.length > 1, `${segments.length} segments left`);
    for (const [index, segment] of segments.entries()) {
      const has = (flagsIn(segmentation, segment) & TCP_FLAGS[flag]) !== 0;
      const wanted = PLACES[place]?.(index, segments.length) ?? false;
      expectThat(has === wanted, `${flag} is ${has ? '' : 'not '}set in segment ${index + 1} of ${segments.length}`);
    }
  },
);

Then('the lengths and the checksums in every segment are its own', function (this: NicWorld) {
  expectRules(lastSegmentation(this), 'lengths', 'checksums');
});

Then('the lengths in every segment are its own', function (this: NicWorld) {
  expectRules(lastSegmentation(this), 'lengths');
});

Then('the checksum of every segment is valid and not zero', function (this: NicWorld) {
  expectRules(lastSegmentation(this), 'checksums');
});

Then('the checksum of every segment is all ones', function (this: NicWorld) {
  const { segments, layout } = lastSegmentation(this);
  expectThat(segments.length > 1, `${segments.length} segments left`);
  for (const segment of segments) expectNumber(readU16(segment, layout.transport + 6), 0xffff, 'the checksum');
});

Then('every segment has the addresses and ports of the super-frame', function (this: NicWorld) {
  expectRules(lastSegmentation(this), 'addresses');
});

Then(
  'every segment has the traffic class, the flow label and the hop limit of the super-frame',
  function (this: NicWorld) {
    expectRules(lastSegmentation(this), 'traffic class and flow label', 'hop limit');
  },
);

Then(
  'every segment has the extension headers of the super-frame, right lengths and a valid checksum',
  function (this: NicWorld) {
    expectRules(lastSegmentation(this), 'extension headers', 'lengths', 'checksums');
  },
);

Then('every segment has the TCP options of the super-frame', function (this: NicWorld) {
  expectRules(lastSegmentation(this), 'TCP header length', 'TCP options');
});

Then(/^every segment has the tags? of (?:the super-frame|that VLAN)$/, function (this: NicWorld) {
  expectRules(lastSegmentation(this), 'number and sizes', 'tags');
});

Then('no segment is a fragment', function (this: NicWorld) {
  expectRules(lastSegmentation(this), 'not fragments');
});

Then('no segment is longer than the headers and {int} bytes', function (this: NicWorld, size: number) {
  const { segments, layout } = lastSegmentation(this);
  expectThat(segments.length > 0, 'nothing left');
  const longest = Math.max(...segments.map((segment) => segment.length));
  expectThat(longest <= layout.payload + size, `a segment has ${longest} bytes, ${layout.payload} of them headers`);
});

Then('the segments are right', function (this: NicWorld) {
  expectRight(lastSegmentation(this));
});

Then('the segments are right outside and inside', function (this: NicWorld) {
  expectRight(lastSegmentation(this));
});

Then('the segments are those that software makes, but for the identifications', async function (this: NicWorld) {
  const byDevice = lastSegmentation(this);
  expectSame(byDevice, await segmentedInSoftware(this, byDevice.frame), { identification: false });
});

// What is counted.

/** Frames that end an exchange are counted too; they are 60 bytes long. */
const END = { packets: 1, bytes: 60 } as const;

async function transmitted(world: NicWorld): Promise<{ readonly txPackets: number; readonly txBytes: number }> {
  const { tx_packets: txPackets, tx_bytes: txBytes } = await linkStatistics(world);
  return { txPackets, txBytes };
}

Then(
  'the transmitted packets grew by {int} and the transmitted bytes by {int}',
  async function (this: NicWorld, packets: number, bytes: number) {
    const { txPackets, txBytes } = await transmitted(this);
    expectNumber(txPackets - before(this).packets - END.packets, packets, 'transmitted packets');
    expectNumber(txBytes - before(this).bytes - END.bytes, bytes, 'transmitted bytes');
  },
);

Then('the transmitted packets grew by at least {int}', async function (this: NicWorld, packets: number) {
  const grew = (await transmitted(this)).txPackets - before(this).packets - END.packets;
  expectThat(grew >= packets, `${packets} datagrams were counted as ${grew} packets`);
});

Then('{int} super-frames are counted as segmented by the device', async function (this: NicWorld, count: number) {
  for (const segmentation of segmentations(this))
    expectNumber(segmentation.segments.length, segmentCountOf(segmentation.frame), 'segments');
  expectNumber((await gsoCounter(this, 'TX_HW_GSO_PACKETS')) - before(this).gsoPackets, count, 'super-frames');
});

Then(
  '{int} super-frame(s) of {int} segments is/are counted as segmented by the device',
  async function (this: NicWorld, frames: number, segments: number) {
    const { gsoPackets, gsoWirePackets } = before(this);
    expectNumber((await gsoCounter(this, 'TX_HW_GSO_PACKETS')) - gsoPackets, frames, 'super-frames');
    expectNumber((await gsoCounter(this, 'TX_HW_GSO_WIRE_PACKETS')) - gsoWirePackets, segments, 'wire packets');
  },
);

Then('the device segmented it if {string} is still in force', async function (this: NicWorld, feature: string) {
  const { active } = await featureState(this);
  const counted = (await gsoCounter(this, 'TX_HW_GSO_PACKETS')) - before(this).gsoPackets;
  if (active.has(feature)) expectNumber(counted, 1, `super-frames that the device segmented with ${feature}`);
});

Then('the features in force are those of before', async function (this: NicWorld) {
  const { active } = await featureState(this);
  const changed = [...before(this).features].filter((name) => !active.has(name));
  expectThat(changed.length === 0, `these features did not come back: ${changed.join(', ')}`);
});
