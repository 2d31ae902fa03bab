/** Frames in both directions, as they are. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { HostReceive } from '../../harness/contract/index.js';
import {
  datagram,
  datagramFrame,
  etherType,
  isPaddedFrom,
  plainFrame,
  seed,
  type Datagram,
} from '../properties/frameLengths.js';
import {
  BROADCAST,
  FAR_END,
  SOMEBODY_ELSE,
  frameLength,
  numberedFrames,
  numbersOf,
} from '../properties/numberedFrames.js';
import { intoHost, ontoWire } from './exchange.js';
import { FrameMismatch, expectFrame, expectNumber, expectThat } from './expectations.js';
import { sameNumbers } from './port.steps.js';
import type { NicWorld } from './world.js';

interface BothWays {
  readonly out: Uint8Array;
  readonly into: Uint8Array;
}
interface BaseNotes {
  sent: BothWays;
  left: readonly Uint8Array[];
  arrived: readonly HostReceive[];
}
const NOTHING = new Uint8Array(0);
const baseNotes = (world: NicWorld): BaseNotes =>
  world.note('base', () => ({ sent: { out: NOTHING, into: NOTHING }, left: [], arrived: [] }));

async function sendBothWays(world: NicWorld, sent: BothWays): Promise<void> {
  const notes = baseNotes(world);
  notes.sent = sent;
  notes.left = (await ontoWire(world, [sent.out])).map(({ bytes }) => bytes);
  notes.arrived = await intoHost(world, [sent.into]);
}

function expectBothUnchanged(world: NicWorld): void {
  const { sent, left, arrived } = baseNotes(world);
  expectNumber(left.length, 1, 'frames on the wire');
  expectPadded(left[0], sent.out, 'the frame on the wire');
  expectNumber(arrived.length, 1, 'frames at the host');
  expectFrame(arrived[0]?.bytes, sent.into, 'the frame at the host');
}

/** The frame, or the frame with zeroes behind it up to the shortest frame of Ethernet. */
export function expectPadded(got: Uint8Array | undefined, sent: Uint8Array, title: string): void {
  if (got === undefined || !isPaddedFrom(got, sent)) throw new FrameMismatch(title, sent, got ?? null);
}

const bothDatagrams = (world: NicWorld, each: Datagram): BothWays => ({
  out: datagramFrame(each, world.port.address, SOMEBODY_ELSE),
  into: datagramFrame(each, FAR_END, world.port.address),
});

When(/^(\d+) ms pass$/, async function (this: NicWorld, milliseconds: string) {
  await this.target.clock.sleep(Number(milliseconds));
});

When(
  /^the host sends a UDP datagram over (IPv4|IPv6), and the far end sends one$/,
  async function (this: NicWorld, network: 'IPv4' | 'IPv6') {
    await sendBothWays(this, bothDatagrams(this, { network, length: 100, seed: 1 }));
  },
);

Then(
  /^both (?:arrive unchanged|frames arrive unchanged, with nothing behind them but padding)$/,
  function (this: NicWorld) {
    expectBothUnchanged(this);
  },
);

Then(
  'for every UDP datagram over IPv4 and IPv6, it passes unchanged in both directions',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(datagram, async (each) => {
        await sendBothWays(this, bothDatagrams(this, each));
        expectBothUnchanged(this);
      }),
      { runs: 0.5 },
    );
  },
);

const bothPlain = (world: NicWorld, type: number, length: number, content: number): BothWays => ({
  out: plainFrame({ destination: SOMEBODY_ELSE, source: world.port.address, etherType: type, length, seed: content }),
  into: plainFrame({ destination: world.port.address, source: FAR_END, etherType: type, length, seed: content }),
});

When(
  /^a frame of type (0x[0-9a-f]{4}) with (\d+) bytes is sent in both directions$/,
  async function (this: NicWorld, type: string, length: string) {
    await sendBothWays(this, bothPlain(this, Number(type), Number(length), 7));
  },
);

Then(
  'for every type, length and content, a frame passes unchanged in both directions',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(etherType, frameLength, seed, async (type, length, content) => {
        await sendBothWays(this, bothPlain(this, type, length, content));
        expectBothUnchanged(this);
      }),
    );
  },
);

const FLOW = { out: SOMEBODY_ELSE, into: BROADCAST } as const;

async function burstNumbers(world: NicWorld, count: number): Promise<readonly number[][]> {
  const left = await ontoWire(world, numberedFrames(FLOW.out, count, 0, world.port.address));
  const arrived = await intoHost(world, numberedFrames(FLOW.into, count));
  return [numbersOf(left.map(({ bytes }) => bytes)), numbersOf(arrived.map(({ bytes }) => bytes))];
}

function expectInOrder(numbers: readonly number[], count: number): void {
  const expected = Array.from({ length: count }, (_, index) => index);
  expectThat(sameNumbers(numbers, expected), `of ${count} frames, these arrived: ${numbers.join(' ')}`);
}

When(/^(\d+) numbered frames of one flow are sent in each direction$/, async function (this: NicWorld, count: string) {
  this.note('bursts', () => ({ count: Number(count), numbers: [] as readonly number[][] })).numbers =
    await burstNumbers(this, Number(count));
});

Then('they arrive once each, in order', function (this: NicWorld) {
  const { count, numbers } = this.note('bursts', () => ({ count: 0, numbers: [] as readonly number[][] }));
  for (const each of numbers) expectInOrder(each, count);
});

Then('for every burst of frames of one flow, they arrive in order in both directions', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(fc.integer({ min: 1, max: 120 }), async (count) => {
      for (const each of await burstNumbers(this, count)) expectInOrder(each, count);
    }),
    { runs: 0.3 },
  );
});

async function inLoopback(
  world: NicWorld,
  frames: readonly Uint8Array[],
): Promise<{ back: Uint8Array[]; out: Uint8Array[] }> {
  const [host, wire] = [await world.host(), await world.wire()];
  const sent = await host.send(frames.map((bytes) => ({ bytes })));
  expectThat(sent.ok, 'the kernel refused to send');
  const back = await host.receive({ withinMs: world.patienceMs, count: frames.length });
  const out = await wire.receive({ withinMs: world.quietMs });
  return { back: back.map(({ bytes }) => bytes), out: out.map(({ bytes }) => bytes) };
}

When('the host sends 10 frames in loopback', async function (this: NicWorld) {
  const { back, out } = await inLoopback(this, numberedFrames(BROADCAST, 10, 0, this.port.address));
  baseNotes(this).left = out;
  this.note('loopback', () => ({ back }));
});

Then('they come back once each, and none is on the cable', function (this: NicWorld) {
  expectInOrder(numbersOf(this.note('loopback', () => ({ back: [] as Uint8Array[] })).back), 10);
  expectNumber(numbersOf(baseNotes(this).left).length, 0, 'frames on the cable');
});

Then('for every frame, it comes back unchanged and does not leave', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(etherType, frameLength, seed, async (type, length, content) => {
      const frame = plainFrame({
        destination: BROADCAST,
        source: this.port.address,
        etherType: type,
        length,
        seed: content,
      });
      const { back, out } = await inLoopback(this, [frame]);
      expectFrame(back[0], frame, 'the frame that came back');
      expectNumber(out.length, 0, 'frames on the cable');
    }),
    { runs: 0.3 },
  );
});
