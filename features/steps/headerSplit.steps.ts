/** Header split: its setting, and where frames are split. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { HostReceive } from '../../harness/contract/index.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { frameOfLength, splitFrame, splitLength, splitSegment, type SplitFrame } from '../properties/headerSplit.js';
import type { NetworkName } from '../properties/tcpStreams.js';
import { expectFrame, expectNumber, expectThat } from './expectations.js';
import { readRings, setRings } from './receiveControl.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

/** ETHTOOL_TCP_DATA_SPLIT_DISABLED, _ENABLED. */
const DISABLED = 1;
const ENABLED = 2;

interface SplitNotes {
  frame: SplitFrame | undefined;
  received: HostReceive | undefined;
  refusal: string;
  asked: number;
  before: number;
}

const splitNotes = (world: NicWorld): SplitNotes =>
  world.note('header split', () => ({ frame: undefined, received: undefined, refusal: '', asked: 0, before: 0 }));

const setSplit = async (world: NicWorld, state: number): Promise<void> => {
  accepted(await setRings(world, { ETHTOOL_A_RINGS_TCP_DATA_SPLIT: state }), 'a change of header split');
};

async function setThreshold(world: NicWorld, threshold: number): Promise<string> {
  const result = await setRings(world, { ETHTOOL_A_RINGS_HDS_THRESH: threshold });
  return result.ok ? '' : result.error.errnoName;
}

async function readThreshold(world: NicWorld): Promise<{ threshold: number; maximum: number }> {
  const rings = await readRings(world);
  const threshold = numberIn(rings, 'ETHTOOL_A_RINGS_HDS_THRESH');
  const maximum = numberIn(rings, 'ETHTOOL_A_RINGS_HDS_THRESH_MAX');
  expectThat(threshold !== undefined && maximum !== undefined, 'the device says no threshold of header split');
  return { threshold, maximum };
}

When(/^header split is switched (on|off)$/, async function (this: NicWorld, state: string) {
  await setSplit(this, state === 'on' ? ENABLED : DISABLED);
});

Then(/^header split reads back as (enabled|disabled)$/, async function (this: NicWorld, state: string) {
  const got = numberIn(await readRings(this), 'ETHTOOL_A_RINGS_TCP_DATA_SPLIT') ?? 0;
  expectNumber(got, state === 'enabled' ? ENABLED : DISABLED, 'tcp-data-split');
});

Given('header split is off', async function (this: NicWorld) {
  await setSplit(this, DISABLED);
});

Given('header split is on with a threshold of {int}', async function (this: NicWorld, threshold: number) {
  await setSplit(this, ENABLED);
  expectThat((await setThreshold(this, threshold)) === '', `a threshold of ${threshold} was refused`);
});

When(
  /^the header split threshold is set to (\d+|its maximum|one beyond its maximum)$/,
  async function (this: NicWorld, which: string) {
    const state = splitNotes(this);
    const { threshold, maximum } = await readThreshold(this);
    state.before = threshold;
    state.asked = which === 'its maximum' ? maximum : which === 'one beyond its maximum' ? maximum + 1 : Number(which);
    state.refusal = await setThreshold(this, state.asked);
  },
);

Then('the threshold is in force', async function (this: NicWorld) {
  const { refusal, asked } = splitNotes(this);
  expectThat(refusal === '', `it was refused with ${refusal}`);
  expectNumber((await readThreshold(this)).threshold, asked, 'the threshold');
});

Then('the threshold is refused with EINVAL, and what it was', async function (this: NicWorld) {
  const { refusal, before } = splitNotes(this);
  expectThat(refusal === 'EINVAL', refusal === '' ? 'it was accepted' : `it was refused with ${refusal}`);
  expectNumber((await readThreshold(this)).threshold, before, 'the threshold');
});

async function deliver(world: NicWorld, frame: SplitFrame): Promise<HostReceive> {
  const [host, wire] = [await world.host(), await world.wire()];
  await wire.send([{ bytes: frame.bytes }]);
  const [received] = await host.receive({ withinMs: world.patienceMs, count: 1 });
  expectThat(received !== undefined, 'the frame did not reach the host');
  return received;
}

When(
  'the far end sends a TCP segment over {word} with {int} bytes of TCP options and {int} bytes of payload',
  async function (this: NicWorld, network: NetworkName, options: number, length: number) {
    const state = splitNotes(this);
    state.frame = splitFrame({ network, options, payload: length }, this.port.address);
    state.received = await deliver(this, state.frame);
  },
);

When('the far end sends a TCP segment in a frame of {int} bytes', async function (this: NicWorld, length: number) {
  const state = splitNotes(this);
  state.frame = frameOfLength(length, this.port.address);
  state.received = await deliver(this, state.frame);
});

/** Split before the payload, or not at all; and in any case the same bytes. */
function expectSplit(frame: SplitFrame | undefined, received: HostReceive | undefined, isSplit: boolean): void {
  expectThat(frame !== undefined && received !== undefined, 'no frame was sent');
  expectFrame(received.bytes, frame.bytes, 'the frame at the host');
  const whole = received.headerLength === undefined || received.headerLength >= received.bytes.length;
  if (isSplit) expectNumber(received.headerLength ?? -1, frame.headerLength, 'the length of the header part');
  else expectThat(whole, `the frame is split at ${received.headerLength ?? 0}`);
}

Then('it is split before the payload', function (this: NicWorld) {
  const { frame, received } = splitNotes(this);
  expectSplit(frame, received, true);
});

Then('it is not split', function (this: NicWorld) {
  const { frame, received } = splitNotes(this);
  expectSplit(frame, received, false);
});

// Laws.

Then(
  'for every header split threshold, it is in force up to the maximum and refused beyond',
  async function (this: NicWorld) {
    const { maximum } = await readThreshold(this);
    const threshold = fc.oneof(
      fc.nat({ max: maximum }),
      fc.integer({ min: maximum - 1, max: maximum + 2 }),
      fc.nat({ max: 0xffff_ffff }),
    );
    await this.law(
      fc.asyncProperty(threshold, async (asked) => {
        const before = (await readThreshold(this)).threshold;
        const refusal = await setThreshold(this, asked);
        const now = (await readThreshold(this)).threshold;
        if (asked <= maximum) expectThat(refusal === '', `a threshold of ${asked} was refused with ${refusal}`);
        else
          expectThat(
            refusal === 'EINVAL',
            `a threshold of ${asked} was ${refusal === '' ? 'accepted' : `refused with ${refusal}`}`,
          );
        expectNumber(now, asked <= maximum ? asked : before, 'the threshold');
      }),
      { runs: 0.4 },
    );
  },
);

Then('for every TCP segment with payload, it is split before the payload', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(splitSegment, async (segment) => {
      const frame = splitFrame(segment, this.port.address);
      expectSplit(frame, await deliver(this, frame), true);
    }),
    { runs: 0.4 },
  );
});

Then(
  'for every header split threshold and every length of a frame, it is split exactly when it is longer',
  async function (this: NicWorld) {
    await setSplit(this, ENABLED);
    const { maximum } = await readThreshold(this);
    const example = splitLength.chain((length) =>
      fc.tuple(
        fc.constant(length),
        fc.oneof(fc.integer({ min: 1, max: maximum }), fc.constantFrom(length - 1, length, length + 1)),
      ),
    );
    await this.law(
      fc.asyncProperty(example, async ([length, threshold]) => {
        if (threshold > maximum) return;
        expectThat((await setThreshold(this, threshold)) === '', `a threshold of ${threshold} was refused`);
        const frame = frameOfLength(length, this.port.address);
        expectSplit(frame, await deliver(this, frame), length > threshold);
      }),
      { runs: 0.4 },
    );
  },
);

Then(
  'for every frame, its bytes at the host are the same with header split on and off',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(splitSegment, fc.boolean(), async (segment, on) => {
        await setSplit(this, on ? ENABLED : DISABLED);
        const frame = splitFrame(segment, this.port.address);
        const received = await deliver(this, frame);
        expectFrame(received.bytes, frame.bytes, 'the frame at the host');
        if (!on && received.headerLength !== undefined) expectSplit(frame, received, false);
      }),
      { runs: 0.4 },
    );
  },
);
