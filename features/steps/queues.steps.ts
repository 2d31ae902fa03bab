/** Channels and rings: what is refused, what reads back, and that a change loses nothing. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { WireFrame } from '../../harness/contract/index.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { buildFrame, ethernet, ipv4, payload, payloadPattern, udp } from '../../reference-impl/packet/build.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import type { LinkStatistics64 } from '../../reference-impl/netlink/routeClient.js';
import { checksumRequestFrame, type ChecksumRequest } from '../properties/checksumRequest.js';
import { BROADCAST, FAR_END, SOMEBODY_ELSE, numberedFrames, numbersOf } from '../properties/numberedFrames.js';
import { expectFrame, expectFrames, expectNumber, expectThat } from './expectations.js';
import { intoHost, ontoWire } from './exchange.js';
import { ethtoolListening } from './featureSwitches.steps.js';
import { ethtoolNews, eventually } from './listening.js';
import { expectTraffic, sameNumbers } from './port.steps.js';
import { accepted, ethtoolCall, expectRefusal, featureState, linkStatistics } from './settings.js';
import type { NicWorld } from './world.js';

const KINDS = ['RX', 'TX', 'OTHER', 'COMBINED'] as const;
type Kind = (typeof KINDS)[number];
type Counts = Readonly<Record<Kind, number>>;

interface QueueNotes {
  counts: Counts;
  refused: { readonly kind: Kind; readonly answer: NetlinkResult<unknown> }[];
  bursts: number[];
  ring: { size: number; before: number };
  option: string;
  counters: LinkStatistics64 | undefined;
  features: ReadonlySet<string>;
  sentCount: number;
  readonly left: WireFrame[];
  buffer: { request: ChecksumRequest; copy: Uint8Array; bytes: Uint8Array } | undefined;
  stops: number;
}
const NO_COUNTS: Counts = { RX: 0, TX: 0, OTHER: 0, COMBINED: 0 };
const queueNotes = (world: NicWorld): QueueNotes =>
  world.note('queues', () => ({
    counts: NO_COUNTS,
    refused: [],
    bursts: [],
    ring: { size: 0, before: 0 },
    option: '',
    counters: undefined,
    features: new Set<string>(),
    sentCount: 0,
    left: [],
    buffer: undefined,
    stops: 0,
  }));

async function channels(world: NicWorld): Promise<{ readonly counts: Counts; readonly max: Counts }> {
  const values = accepted(await ethtoolCall(world, 'CHANNELS_GET'), 'reading the channels');
  const read = (suffix: string): Counts =>
    Object.fromEntries(
      KINDS.map((kind) => [kind, numberIn(values, `ETHTOOL_A_CHANNELS_${kind}_${suffix}`) ?? 0]),
    ) as unknown as Counts;
  return { counts: read('COUNT'), max: read('MAX') };
}

const setChannels = (world: NicWorld, counts: Partial<Counts>): Promise<NetlinkResult<Values>> =>
  ethtoolCall(
    world,
    'CHANNELS_SET',
    Object.fromEntries(Object.entries(counts).map(([kind, count]) => [`ETHTOOL_A_CHANNELS_${kind}_COUNT`, count])),
  );

const sameCounts = (a: Counts, b: Counts): boolean => KINDS.every((kind) => a[kind] === b[kind]);

When('one channel more than the maximum is asked for, of each kind in turn', async function (this: NicWorld) {
  const notes = queueNotes(this);
  const { counts, max } = await channels(this);
  notes.counts = counts;
  for (const kind of KINDS) {
    notes.refused.push({ kind, answer: await setChannels(this, { [kind]: max[kind] + 1 }) });
  }
});

Then('each is refused with EINVAL, at the attribute of that kind', function (this: NicWorld) {
  for (const { kind, answer } of queueNotes(this).refused) {
    this.answer = answer;
    expectThat(
      expectRefusal(this, 'EINVAL').offset === firstAttributeAt(this),
      `${kind} was refused without its place`,
    );
  }
});

/** Behind the netlink and generic headers and the request's header with a name of up to 15 bytes. */
const headerLength = (netDevice: string): number => 4 + 4 + Math.ceil((netDevice.length + 1) / 4) * 4;
const NETLINK_HEADERS = 20;
/** Where the first attribute behind the header of an ethtool request of this port stands. */
export const firstAttributeAt = (world: NicWorld): number => NETLINK_HEADERS + headerLength(world.port.netDevice);

Then('the channel counts are what they were', async function (this: NicWorld) {
  const { counts } = await channels(this);
  expectThat(sameCounts(counts, queueNotes(this).counts), `the counts are ${JSON.stringify(counts)}`);
});

Then(
  'for every count beyond the maximum of its kind, the request is refused and the counts stay',
  async function (this: NicWorld) {
    const { counts, max } = await channels(this);
    await this.law(
      fc.asyncProperty(fc.constantFrom(...KINDS), fc.integer({ min: 1, max: 0x7fff_0000 }), async (kind, beyond) => {
        this.answer = await setChannels(this, { [kind]: max[kind] + beyond });
        expectRefusal(this, 'EINVAL');
        expectThat(sameCounts((await channels(this)).counts, counts), 'the counts have changed');
      }),
      { runs: 0.5 },
    );
  },
);

When(/^no channel that (receives|transmits) is asked for$/, async function (this: NicWorld, what: string) {
  const { counts } = await channels(this);
  queueNotes(this).counts = counts;
  const none = what === 'receives' ? 'RX' : 'TX';
  this.answer = await setChannels(this, counts.COMBINED > 0 ? { COMBINED: 0 } : { [none]: 0 });
});

const BURST = 40;

When(
  'the channel counts that are in force are asked for again, between two bursts of frames',
  async function (this: NicWorld) {
    const { counts, max } = await channels(this);
    const known = Object.fromEntries(KINDS.filter((kind) => max[kind] > 0).map((kind) => [kind, counts[kind]]));
    const first = await ontoWire(this, numberedFrames(BROADCAST, BURST));
    this.answer = await setChannels(this, known);
    const second = await ontoWire(this, numberedFrames(BROADCAST, BURST, BURST));
    queueNotes(this).bursts = numbersOf([...first, ...second].map(({ bytes }) => bytes));
  },
);

Then('both bursts arrive whole', function (this: NicWorld) {
  const all = Array.from({ length: 2 * BURST }, (_, index) => index);
  expectThat(sameNumbers(queueNotes(this).bursts, all), `these arrived: ${queueNotes(this).bursts.join(' ')}`);
});

Then('the queues of the netdev family are those of sysfs, numbered from 0', async function (this: NicWorld) {
  const listed = await this.target.sysfs.list(`class/net/${this.port.netDevice}/queues`);
  expectThat(listed.ok, 'sysfs does not list the queues');
  const queues = accepted(await (await this.ethtool()).queues(this.port.ifIndex), 'listing the queues');
  for (const type of ['rx', 'tx'] as const) {
    const inSysfs = listed.value.filter((name) => name.startsWith(`${type}-`)).length;
    const ids = queues.filter((queue) => queue.type === type).map(({ id }) => id);
    ids.sort((a, b) => a - b);
    const expected = Array.from({ length: inSysfs }, (_, index) => index);
    expectThat(sameNumbers(ids, expected), `sysfs has ${inSysfs} ${type} queues, the netdev family ${ids.join(' ')}`);
  }
});

/** The kind of channel whose count can go down and up again. */
async function changeableKind(world: NicWorld): Promise<Kind> {
  const { counts } = await channels(world);
  return counts.COMBINED > 0 ? 'COMBINED' : 'RX';
}

When('there is one channel less', async function (this: NicWorld) {
  const { counts } = await channels(this);
  queueNotes(this).counts = counts;
  const kind = await changeableKind(this);
  accepted(await setChannels(this, { [kind]: counts[kind] - 1 }), 'having one channel less');
});

When('there are as many channels as before', async function (this: NicWorld) {
  const kind = await changeableKind(this);
  accepted(await setChannels(this, { [kind]: queueNotes(this).counts[kind] }), 'having as many channels as before');
});

When('the receive queue 0 is asked for', async function (this: NicWorld) {
  this.answer = await (await this.ethtool()).queue(this.port.ifIndex, 'rx', 0);
});

When('there is as few channels as possible', async function (this: NicWorld) {
  const kind = await changeableKind(this);
  const { counts } = await channels(this);
  accepted(await setChannels(this, { [kind]: 1 }), 'having one channel');
  queueNotes(this).counts = { ...counts, [kind]: 1 };
});

Then('the channel counts read back as asked', async function (this: NicWorld) {
  const { counts } = await channels(this);
  expectThat(sameCounts(counts, queueNotes(this).counts), `the counts are ${JSON.stringify(counts)}`);
});

/** One UDP datagram of each flow, both ways: whatever the queue that its hash leads to. */
async function expectFlows(world: NicWorld, count: number): Promise<void> {
  const datagrams = (source: string, destination: string): Uint8Array[] =>
    Array.from({ length: count }, (_, index) => {
      const udpLayer = udp({ sourcePort: 1024 + 7 * index, destinationPort: 5000 });
      const network = ipv4({ source: '192.0.2.1', destination: '192.0.2.2' });
      return buildFrame([ethernet({ destination, source }), network, udpLayer, payload(payloadPattern(64, index))]).bytes;
    });
  const into = datagrams(FAR_END, world.port.address);
  const received = (await intoHost(world, into)).map(({ bytes }) => hex(bytes)).sort();
  expectThat(received.join() === into.map(hex).sort().join(), `of ${count} flows ${received.length} reached the host`);
  const out = datagrams(world.port.address, SOMEBODY_ELSE);
  const left = (await ontoWire(world, out)).map(({ bytes }) => hex(bytes)).sort();
  expectThat(left.join() === out.map(hex).sort().join(), `of ${count} flows ${left.length} left`);
}

Then('{int} flows pass in both directions', async function (this: NicWorld, flows: number) {
  await expectFlows(this, flows);
});

Then(
  'for every accepted count of channels, it reads back and 16 flows pass in both directions',
  async function (this: NicWorld) {
    const kind = await changeableKind(this);
    const { counts, max } = await channels(this);
    await this.law(
      fc.asyncProperty(fc.integer({ min: 1, max: max[kind] }), async (count) => {
        const answer = await setChannels(this, { [kind]: count });
        if (answer.ok) expectNumber((await channels(this)).counts[kind], count, 'channels');
        await expectFlows(this, 16);
        accepted(await setChannels(this, { [kind]: counts[kind] }), 'having as many channels as before');
      }),
      { runs: 0.2 },
    );
  },
);

Then('one change of channels is announced, with the new counts', async function (this: NicWorld) {
  const { listener } = ethtoolListening(this);
  expectThat(listener !== undefined, 'nobody listens');
  const news = await ethtoolNews(this, listener, 'CHANNELS_NTF');
  expectNumber(news.length, 1, 'announcements');
  const kind = await changeableKind(this);
  const announced = numberIn(news[0]?.values, `ETHTOOL_A_CHANNELS_${kind}_COUNT`) ?? -1;
  expectNumber(announced, queueNotes(this).counts[kind] - 1, 'channels that were announced');
});

// Rings.

type Direction = 'receive' | 'transmit';
const ringAttribute = (direction: Direction): string =>
  direction === 'receive' ? 'ETHTOOL_A_RINGS_RX' : 'ETHTOOL_A_RINGS_TX';

async function ring(world: NicWorld, direction: Direction): Promise<{ readonly size: number; readonly max: number }> {
  const values = accepted(await ethtoolCall(world, 'RINGS_GET'), 'reading the rings');
  const name = ringAttribute(direction);
  return { size: numberIn(values, name) ?? 0, max: numberIn(values, `${name}_MAX`) ?? 0 };
}

const setRing = (world: NicWorld, direction: Direction, size: number): Promise<NetlinkResult<Values>> =>
  ethtoolCall(world, 'RINGS_SET', { [ringAttribute(direction)]: size });

async function ringSize(world: NicWorld, direction: Direction, words: string): Promise<number> {
  const { max } = await ring(world, direction);
  if (words === 'its maximum') return max;
  return words === 'one beyond its maximum' ? max + 1 : Number(words);
}

When(
  /^a (receive|transmit) ring of (its maximum|one beyond its maximum|\d+) is asked for$/,
  async function (this: NicWorld, direction: Direction, words: string) {
    const notes = queueNotes(this);
    notes.ring = { before: (await ring(this, direction)).size, size: await ringSize(this, direction, words) };
    this.answer = await setRing(this, direction, notes.ring.size);
  },
);

Then('it is refused with EINVAL at its attribute', function (this: NicWorld) {
  expectThat(
    expectRefusal(this, 'EINVAL').offset === firstAttributeAt(this),
    'the answer does not point at the attribute',
  );
});

Then(
  /^the (receive|transmit) ring is (as big as that|what it was|as big as that or bigger)$/,
  async function (this: NicWorld, direction: Direction, expected: string) {
    const { size } = await ring(this, direction);
    const { size: asked, before } = queueNotes(this).ring;
    const isSo =
      expected === 'what it was' ? size === before : expected === 'as big as that' ? size === asked : size >= asked;
    expectThat(isSo, `a ring of ${asked} was asked for, it was ${before} and is ${size}`);
  },
);

Then(
  'for every ring size, it is refused and nothing changes, or the ring in force is at least that big',
  async function (this: NicWorld) {
    const direction = fc.constantFrom<Direction>('receive', 'transmit');
    const before = { receive: await ring(this, 'receive'), transmit: await ring(this, 'transmit') };
    await this.law(
      fc.asyncProperty(
        direction,
        fc.oneof(fc.integer({ min: 1, max: 8192 }), fc.integer({ min: 1, max: 0x7fff_ffff })),
        async (which, size) => {
          const was = await ring(this, which);
          const answer = await setRing(this, which, size);
          const is = await ring(this, which);
          if (answer.ok)
            expectThat(is.size >= size && is.size <= is.max, `a ring of ${size} was accepted, and is ${is.size}`);
          else expectNumber(is.size, was.size, 'size of the ring after a refusal');
          if (size > was.max)
            expectThat(!answer.ok, `a ring of ${size} was accepted, beyond the maximum of ${was.max}`);
          await setRing(this, which, before[which].size);
        },
      ),
      { runs: 0.5 },
    );
  },
);

Given('the receive ring holds 128 frames', async function (this: NicWorld) {
  accepted(await setRing(this, 'receive', 128), 'setting the receive ring');
  queueNotes(this).ring = { before: 0, size: (await ring(this, 'receive')).size };
});

When(
  'the host stops taking frames and the far end sends twice as many as one ring holds in one flow',
  async function (this: NicWorld) {
    const { size } = queueNotes(this).ring;
    await (await this.host()).setPolling(false);
    await (await this.wire()).send(numberedFrames(BROADCAST, 2 * size).map((bytes) => ({ bytes })));
  },
);

When('the host goes on taking frames', async function (this: NicWorld) {
  const host = await this.host();
  await host.setPolling(true);
  this.atHost = [...(await host.receive({ withinMs: this.quietMs }))];
});

Then('the host receives as many frames as the ring holds', function (this: NicWorld) {
  expectNumber(
    numbersOf(this.atHost.map(({ bytes }) => bytes)).length,
    queueNotes(this).ring.size,
    'frames at the host',
  );
});

const OPTIONS: Readonly<Record<string, Values>> = {
  'rx-buf-len': { ETHTOOL_A_RINGS_RX_BUF_LEN: 2048 },
  'cqe-size': { ETHTOOL_A_RINGS_CQE_SIZE: 128 },
  'tx-push': { ETHTOOL_A_RINGS_TX_PUSH: 1 },
  'rx-push': { ETHTOOL_A_RINGS_RX_PUSH: 1 },
  'tx-push-buf-len': { ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN: 256 },
};

/** An option whose request succeeds is one that the device has: there is nothing to refuse then. */
When(
  /^the ring option ([a-z-]+) is asked for, unless the device has it$/,
  async function (this: NicWorld, option: string) {
    const notes = queueNotes(this);
    notes.option = option;
    notes.ring.before = (await ethtoolCall(this, 'RINGS_GET')).ok ? (await ring(this, 'receive')).size : 0;
    const wanted = notes.ring.before === 128 ? 256 : 128;
    this.answer = await ethtoolCall(this, 'RINGS_SET', { ...OPTIONS[option], ETHTOOL_A_RINGS_RX: wanted });
  },
);

Then('it is refused with EOPNOTSUPP at the attribute of the option', async function (this: NicWorld) {
  if (this.answer?.ok === true) {
    const values = accepted(await ethtoolCall(this, 'RINGS_GET'), 'reading the rings');
    for (const [attribute, asked] of Object.entries(OPTIONS[queueNotes(this).option] ?? {})) {
      expectThat(values[attribute] === asked, `${attribute} was accepted, and is ${String(values[attribute])}`);
    }
    return;
  }
  expectThat(
    expectRefusal(this, 'EOPNOTSUPP').offset === firstAttributeAt(this),
    `the refusal of ${queueNotes(this).option} does not point at its attribute`,
  );
});

Then('nothing of the request takes effect', async function (this: NicWorld) {
  if (this.answer?.ok === true || !(await ethtoolCall(this, 'RINGS_GET')).ok) return;
  expectNumber((await ring(this, 'receive')).size, queueNotes(this).ring.before, 'size of the receive ring');
});

Given('the counters and features of the port are noted', async function (this: NicWorld) {
  await expectTraffic(this, 60);
  queueNotes(this).counters = await linkStatistics(this);
  queueNotes(this).features = (await featureState(this)).active;
});

Then('the features are those that were noted and no counter went back', async function (this: NicWorld) {
  const { counters, features } = queueNotes(this);
  const { active } = await featureState(this);
  expectThat(
    [...features].every((name) => active.has(name)) && active.size === features.size,
    'the features are others now',
  );
  const now: Readonly<Record<string, number>> = await linkStatistics(this);
  const back = Object.entries(counters ?? {}).filter(([name, value]) => (now[name] ?? 0) < value);
  expectThat(back.length === 0, `counters went back: ${back.map(([name]) => name).join(', ')}`);
});

Given('the transmit ring is as small as possible', async function (this: NicWorld) {
  // A device without rings of its own queues as it likes.
  await setRing(this, 'transmit', 1);
});

When('the host sends {int} numbered frames at once', async function (this: NicWorld, count: number) {
  await hostSends(this, count);
});

/** Sends without looking at the cable yet. */
async function hostSends(world: NicWorld, count: number): Promise<void> {
  const [host] = [await world.host(), await world.wire()];
  const notes = queueNotes(world);
  const frames = numberedFrames(SOMEBODY_ELSE, count, notes.sentCount, world.port.address);
  notes.sentCount += count;
  const sent = await host.send(frames.map((bytes) => ({ bytes })));
  expectThat(sent.ok, 'the kernel refused to send');
}

When(/^the host sends (\d+) numbered frames$/, async function (this: NicWorld, count: string) {
  await hostSends(this, Number(count));
});

Then('they leave once each, in order', async function (this: NicWorld) {
  await expectAllLeft(this);
});

/** The frames that left since the first was sent; looked at again and again, they stay the same. */
export async function leftFrames(world: NicWorld): Promise<readonly WireFrame[]> {
  const { sentCount, left } = queueNotes(world);
  const wire = await world.wire();
  const missing = (): number => sentCount - numbersOf(left.map(({ bytes }) => bytes)).length;
  while (missing() > 0) {
    const batch = await wire.receive({ withinMs: world.patienceMs, count: missing() });
    if (batch.length === 0) break;
    left.push(...batch);
  }
  left.push(...(await wire.receive({ withinMs: world.quietMs })));
  return left;
}

async function expectAllLeft(world: NicWorld): Promise<void> {
  const numbers = numbersOf((await leftFrames(world)).map(({ bytes }) => bytes));
  const expected = Array.from({ length: queueNotes(world).sentCount }, (_, index) => index);
  expectThat(sameNumbers(numbers, expected), `of ${expected.length} frames, these left: ${numbers.join(' ')}`);
}

Then('for every length of a burst up to 256, its frames leave once each, in order', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(fc.integer({ min: 1, max: 256 }), async (length) => {
      const left = numbersOf((await ontoWire(this, numberedFrames(SOMEBODY_ELSE, length))).map(({ bytes }) => bytes));
      const expected = Array.from({ length }, (_, index) => index);
      expectThat(sameNumbers(left, expected), `of ${length} frames, these left: ${left.join(' ')}`);
    }),
    { runs: 0.2 },
  );
});

When(
  /^the host sends (twice as many numbered frames as|one frame more than) the ring holds$/,
  async function (this: NicWorld, words: string) {
    const { size } = await ring(this, 'transmit');
    await hostSends(this, words.startsWith('twice') ? 2 * size : size + 1);
  },
);

When('the host sends a single frame', async function (this: NicWorld) {
  queueNotes(this).counters = await linkStatistics(this);
  await hostSends(this, 1);
});

Then('it is counted as transmitted within a second, and no other frame is sent', async function (this: NicWorld) {
  const before = queueNotes(this).counters?.tx_packets ?? 0;
  let counted = before;
  await eventually(
    this,
    async () => (counted = (await linkStatistics(this)).tx_packets) > before,
    () => 'the frame was not counted as transmitted',
  );
  expectNumber(counted - before, 1, 'frames that were counted');
});

Then('stopped and woken transmit queues were counted, equally often', async function (this: NicWorld) {
  const queues = accepted(
    await (await this.ethtool()).queueStatistics(this.port.ifIndex),
    'reading the queue statistics',
  );
  const transmit = queues.filter(({ type }) => type === 'tx');
  const sum = (name: 'TX_STOP' | 'TX_WAKE'): number =>
    transmit.reduce((total, { counters }) => total + (counters[name] ?? 0), 0);
  if (transmit.every(({ counters }) => counters.TX_STOP === undefined)) return;
  expectThat(sum('TX_STOP') > 0, 'no stop was counted');
  expectNumber(sum('TX_WAKE'), sum('TX_STOP'), 'wakes');
});

// The sender's memory.

When('the host sends the same buffer twice, asking for its checksum', async function (this: NicWorld) {
  const request: ChecksumRequest = { protocol: 'TCP', network: 'IPv4', length: 200, seed: 1 };
  const { transmit, expected } = checksumRequestFrame(request, this.port.address);
  queueNotes(this).buffer = { request, copy: transmit.bytes.slice(), bytes: transmit.bytes };
  this.sent = [expected];
  this.onWire = (await ontoWire(this, [transmit, transmit])).map(({ bytes }) => bytes);
});

Then('the wire shows the same frame twice, with a right checksum', function (this: NicWorld) {
  const [expected] = this.sent;
  expectThat(expected !== undefined, 'nothing was sent');
  expectFrames(this.onWire, [expected, expected], 'the same buffer, sent twice');
});

Then('the buffer is what it was', function (this: NicWorld) {
  const { buffer } = queueNotes(this);
  expectThat(buffer !== undefined, 'nothing was sent');
  expectFrame(buffer.bytes, buffer.copy, "the sender's buffer");
});

Then(
  'for every segment that asks for its checksum, sending it twice makes the same frame twice',
  async function (this: NicWorld) {
    const request = fc.record({
      protocol: fc.constantFrom('TCP' as const, 'UDP' as const),
      network: fc.constantFrom('IPv4' as const, 'IPv6' as const),
      length: fc.integer({ min: 20, max: 1400 }),
      seed: fc.nat(1000),
    });
    await this.law(
      fc.asyncProperty(request, async (asked) => {
        const { transmit, expected } = checksumRequestFrame(asked, this.port.address);
        const left = (await ontoWire(this, [transmit, transmit])).map(({ bytes }) => bytes);
        expectFrames(left, [expected, expected], 'the same buffer, sent twice');
      }),
      { runs: 0.3 },
    );
  },
);
