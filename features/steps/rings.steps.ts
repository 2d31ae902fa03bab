/** Rings: their sizes and options, what they hold, and that nothing in them is lost, doubled or changed. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { WireFrame } from '../../harness/contract/index.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import type { LinkStatistics64 } from '../../reference-impl/netlink/routeClient.js';
import { checksumRequestFrame, type ChecksumRequest } from '../properties/checksumRequest.js';
import { BROADCAST, SOMEBODY_ELSE, numberedFrames, numbersOf } from '../properties/numberedFrames.js';
import { expectFrame, expectFrames, expectNumber, expectThat } from './expectations.js';
import { ontoWire } from './exchange.js';
import { eventually } from './listening.js';
import { expectTraffic, sameNumbers } from './port.steps.js';
import { accepted, ethtoolCall, firstAttributeAt, expectRefusal, featureState, linkStatistics } from './settings.js';
import type { NicWorld } from './world.js';

interface RingNotes {
  ring: { size: number; before: number };
  option: string;
  counters: LinkStatistics64 | undefined;
  features: ReadonlySet<string>;
  sentCount: number;
  readonly left: WireFrame[];
  buffer: { request: ChecksumRequest; copy: Uint8Array; bytes: Uint8Array } | undefined;
}
export const ringNotes = (world: NicWorld): RingNotes =>
  world.note('rings', () => ({
    ring: { size: 0, before: 0 },
    option: '',
    counters: undefined,
    features: new Set<string>(),
    sentCount: 0,
    left: [],
    buffer: undefined,
  }));

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
  if (words === 'half its maximum and two') return Math.floor(max / 2) + 2;
  return words === 'one beyond its maximum' ? max + 1 : Number(words);
}

When(
  /^a (receive|transmit) ring of (its maximum|one beyond its maximum|half its maximum and two|\d+) is asked for$/,
  async function (this: NicWorld, direction: Direction, words: string) {
    const notes = ringNotes(this);
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
    const { size: asked, before } = ringNotes(this).ring;
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
  ringNotes(this).ring = { before: 0, size: (await ring(this, 'receive')).size };
});

When(
  'the host stops taking frames and the far end sends twice as many as one ring holds in one flow',
  async function (this: NicWorld) {
    const { size } = ringNotes(this).ring;
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
    ringNotes(this).ring.size,
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
    const notes = ringNotes(this);
    notes.option = option;
    notes.ring.before = (await ethtoolCall(this, 'RINGS_GET')).ok ? (await ring(this, 'receive')).size : 0;
    const wanted = notes.ring.before === 128 ? 256 : 128;
    this.answer = await ethtoolCall(this, 'RINGS_SET', { ...OPTIONS[option], ETHTOOL_A_RINGS_RX: wanted });
  },
);

Then('it is refused with EOPNOTSUPP at the attribute of the option', async function (this: NicWorld) {
  if (this.answer?.ok === true) {
    const values = accepted(await ethtoolCall(this, 'RINGS_GET'), 'reading the rings');
    for (const [attribute, asked] of Object.entries(OPTIONS[ringNotes(this).option] ?? {})) {
      expectThat(values[attribute] === asked, `${attribute} was accepted, and is not what it was set to`);
    }
    return;
  }
  expectThat(
    expectRefusal(this, 'EOPNOTSUPP').offset === firstAttributeAt(this),
    `the refusal of ${ringNotes(this).option} does not point at its attribute`,
  );
});

Then('nothing of the request takes effect', async function (this: NicWorld) {
  if (this.answer?.ok === true || !(await ethtoolCall(this, 'RINGS_GET')).ok) return;
  expectNumber((await ring(this, 'receive')).size, ringNotes(this).ring.before, 'size of the receive ring');
});

Given('the counters and features of the port are noted', async function (this: NicWorld) {
  await expectTraffic(this, 60);
  ringNotes(this).counters = await linkStatistics(this);
  ringNotes(this).features = (await featureState(this)).active;
});

Then('the features are those that were noted and no counter went back', async function (this: NicWorld) {
  const { counters, features } = ringNotes(this);
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
  const notes = ringNotes(world);
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
  const { sentCount, left } = ringNotes(world);
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
  const expected = Array.from({ length: ringNotes(world).sentCount }, (_, index) => index);
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
  ringNotes(this).counters = await linkStatistics(this);
  await hostSends(this, 1);
});

Then('it is counted as transmitted within a second, and no other frame is sent', async function (this: NicWorld) {
  const before = ringNotes(this).counters?.tx_packets ?? 0;
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
  ringNotes(this).buffer = { request, copy: transmit.bytes.slice(), bytes: transmit.bytes };
  this.sent = [expected];
  this.onWire = (await ontoWire(this, [transmit, transmit])).map(({ bytes }) => bytes);
});

Then('the wire shows the same frame twice, with a right checksum', function (this: NicWorld) {
  const [expected] = this.sent;
  expectThat(expected !== undefined, 'nothing was sent');
  expectFrames(this.onWire, [expected, expected], 'the same buffer, sent twice');
});

Then('the buffer is what it was', function (this: NicWorld) {
  const { buffer } = ringNotes(this);
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
