/** Damaged frames, check sequences that are handed over, and pause frames that are not. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { ethernetFcs } from '../../reference-impl/packet/checksum.js';
import { frameLength, frameNumber, numberedFrame } from '../properties/numberedFrames.js';
import { pauseFrame } from '../properties/pauseFrames.js';
import { arrivals, expectArrived, farEndSends } from './arrivals.js';
import { intoHost } from './exchange.js';
import { expectFrame, expectNumber, expectThat } from './expectations.js';
import type { NicWorld } from './world.js';

const to = (destination: string, number: number): Uint8Array => numberedFrame({ destination, number });

const sequenceNote = (world: NicWorld): { fcs: number } => world.note('frame check sequence', () => ({ fcs: 0 }));

const GOOD = 1;
const BAD = 0;

When('the far end sends a frame with a wrong check sequence and then a good one', async function (this: NicWorld) {
  const bad = to(this.port.address, BAD);
  await farEndSends(this, [
    { bytes: bad, fcs: (ethernetFcs(bad) ^ 0x0100) >>> 0 },
    { bytes: to(this.port.address, GOOD) },
  ]);
});

Then('the host receives the good one only', function (this: NicWorld) {
  expectArrived(this, [GOOD]);
});

Then('the host receives both', function (this: NicWorld) {
  expectArrived(this, [BAD, GOOD]);
});

Then('for every frame and every wrong check sequence, the frame is not delivered', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(
      frameNumber,
      frameLength,
      fc.integer({ min: 1, max: 0xffff_ffff }),
      async (number, length, damage) => {
        const bytes = numberedFrame({ destination: this.port.address, number, length });
        const received = await intoHost(this, [{ bytes, fcs: (ethernetFcs(bytes) ^ damage) >>> 0 }]);
        expectNumber(received.length, 0, 'damaged frames at the host');
      },
    ),
    { runs: 0.5 },
  );
});

When(
  /^the far end sends a pause frame of (\d+) quanta and then another frame$/,
  async function (this: NicWorld, quanta: string) {
    await farEndSends(this, [pauseFrame(Number(quanta)), to(this.port.address, 1)]);
  },
);

Then('the host receives the other frame only', function (this: NicWorld) {
  expectNumber(arrivals(this).received.length, 1, 'frames at the host');
  expectArrived(this, [1]);
});

Then('for every number of quanta, the pause frame is not delivered', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(fc.integer({ min: 0, max: 0xffff }), async (quanta) => {
      expectNumber((await intoHost(this, [pauseFrame(quanta)])).length, 0, 'pause frames at the host');
    }),
    { runs: 0.5 },
  );
});

When(
  /^the far end sends a frame with the check sequence (0x[0-9a-f]{8})$/,
  async function (this: NicWorld, fcs: string) {
    sequenceNote(this).fcs = Number(fcs);
    await farEndSends(this, [{ bytes: to(this.port.address, 1), fcs: Number(fcs) }]);
  },
);

/** On the cable, and so in memory, the least significant byte of a check sequence comes first. */
function withFcs(frame: Uint8Array, fcs: number): Uint8Array {
  const bytes = new Uint8Array(frame.length + 4);
  bytes.set(frame);
  new DataView(bytes.buffer).setUint32(frame.length, fcs, true);
  return bytes;
}

Then(/^the host receives that frame with the check sequence 0x[0-9a-f]{8} behind it$/, function (this: NicWorld) {
  const { sent, received } = arrivals(this);
  const [frame] = sent;
  expectThat(frame !== undefined, 'nothing was sent');
  expectFrame(received[0]?.bytes, withFcs(frame, sequenceNote(this).fcs), 'the frame with its check sequence');
});

Then('for every frame, its check sequence is behind it', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(frameNumber, frameLength, async (number, length) => {
      const frame = numberedFrame({ destination: this.port.address, number, length });
      const [received] = await intoHost(this, [frame]);
      expectFrame(received?.bytes, withFcs(frame, ethernetFcs(frame)), 'the frame with its check sequence');
    }),
    { runs: 0.5 },
  );
});
