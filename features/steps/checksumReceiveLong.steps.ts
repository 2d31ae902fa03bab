/** Receive checksums counted, and those of long frames. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { content16, receivedFrame, sctpFrame, type ReceivedKind } from '../properties/checksumFrames.js';
import { queueTotals } from './checksumCounters.js';
import { notedCounters } from './checksumTransmit.steps.js';
import { expectNumber } from './expectations.js';
import { expectNotVerified, expectSumOfAll, flipped, own, receive, received, status } from './receivedChecksums.js';
import type { NicWorld } from './world.js';
const LENGTH = 100;

When('the far end sends {int} packets of all kinds', async function (this: NicWorld, count: number) {
  const wire = await this.wire();
  const host = await this.host();
  const kinds: readonly ReceivedKind[] = ['TCP over IPv4', 'UDP over IPv6', 'ICMP over IPv4', 'an unknown type'];
  const frames = Array.from({ length: count }, (_, index) =>
    index % 5 === 4
      ? sctpFrame(LENGTH, index, own(this))
      : receivedFrame(kinds[index % 5] ?? 'an unknown type', LENGTH, index, own(this)),
  );
  await wire.send(frames.map((bytes) => ({ bytes })));
  this.atHost = [...(await host.receive({ withinMs: this.patienceMs, count }))];
});

const COUNTERS = { complete: 'RX_CSUM_COMPLETE', unnecessary: 'RX_CSUM_UNNECESSARY', none: 'RX_CSUM_NONE' } as const;

Then(
  'the counters of what the device said grew by what it said, and by {int} together',
  async function (this: NicWorld, count: number) {
    const [before, after] = [notedCounters(this), await queueTotals(this)];
    let together = 0;
    for (const [said, name] of Object.entries(COUNTERS)) {
      const now = after.get(name);
      if (now === undefined) continue;
      const growth = now - (before.get(name) ?? 0);
      together += growth;
      const seen = this.atHost.filter((frame) => status(frame) === said).length;
      if (this.atHost.every(({ checksum }) => checksum !== undefined)) expectNumber(growth, seen, `growth of ${name}`);
    }
    expectNumber(together, count, 'growth of the three together');
  },
);

function longDatagram(world: NicWorld, length: number, seed: number): Uint8Array {
  const HEADERS = 42;
  return receivedFrame('UDP over IPv4', length - HEADERS, seed, own(world));
}

When(
  /^the far end sends a UDP datagram in a frame of (\d+) bytes, damaged in its last byte$/,
  async function (this: NicWorld, length: string) {
    const frame = longDatagram(this, Number(length), 1);
    await receive(this, flipped(frame, frame.length - 1, 0));
  },
);

Then('a full sum covers all of it', function (this: NicWorld) {
  if (status(received(this)) === 'complete') expectSumOfAll(received(this));
});

Then('for every long frame, damage at its end is not missed', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(fc.integer({ min: 1600, max: 9014 }), fc.nat(20), content16, async (length, place, seed) => {
      const frame = longDatagram(this, length, seed);
      const got = await receive(this, flipped(frame, frame.length - 1 - place, 0));
      expectNotVerified(got);
      if (status(got) === 'complete') expectSumOfAll(got);
    }),
    { runs: 0.3 },
  );
});
