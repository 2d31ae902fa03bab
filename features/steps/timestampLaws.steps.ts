/** Timestamps: what holds for every filter, spacing and burst. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { RX_FILTER_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { PTP_PACKETS, isAbout, otherFrame, pauseSeconds, ptpFrame, spacing } from '../properties/timestamps.js';
import { expectThat } from './expectations.js';
import { askFor, deliver, ptpEvent, hardwareOf, expectSpacing, transmit, expectStamps } from './timestampControl.js';
import type { NicWorld } from './world.js';

Then(
  'for every receive timestamp filter that is accepted, every packet that was asked for is stamped',
  async function (this: NicWorld) {
    const packet = fc.constantFrom(...PTP_PACKETS);
    const filter = fc.constantFrom(...RX_FILTER_NAMES.filter((name) => name !== 'some'));
    await this.law(
      fc.asyncProperty(filter, fc.array(packet, { minLength: 1, maxLength: 4 }), async (rxFilter, packets) => {
        if (!(await askFor(this, { txType: 'off', rxFilter })).ok) return;
        for (const [sequence, kind] of packets.entries()) {
          const { timestamps } = await deliver(this, ptpFrame(kind, this.port.address, sequence));
          const isStamped = timestamps?.hardware !== undefined;
          expectThat(
            isStamped || !isAbout(rxFilter, kind),
            `${rxFilter}: a ${kind.message} over ${kind.transport} has no stamp`,
          );
        }
      }),
      { runs: 0.4 },
    );
  },
);

Then(
  'for every spacing of PTP events, their hardware timestamps have the same spacing',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(spacing, async (pauses) => {
        let before = hardwareOf(await deliver(this, ptpEvent(this, 0)));
        for (const [index, pause] of pauses.entries()) {
          await this.target.clock.sleep(pause);
          await deliver(this, otherFrame(this.port.address, index));
          const stamp = hardwareOf(await deliver(this, ptpEvent(this, index + 1)));
          expectSpacing(this, before, stamp, pause);
          before = stamp;
        }
      }),
      { runs: 0.3 },
    );
  },
);

Then(
  'for every burst of frames, each that asked for a transmit timestamp is answered once with its own',
  async function (this: NicWorld) {
    const burst = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
    await this.law(
      fc.asyncProperty(burst, fc.nat({ max: 1_000_000 }), async (asking, first) => {
        const ids = asking.map((asks, index) => (asks ? first + 7 * index : undefined));
        const wanted = ids.filter((id) => id !== undefined);
        expectStamps(await transmit(this, ids), wanted);
      }),
      { runs: 0.3 },
    );
  },
);

Then('for every pause up to a day, hardware timestamps go on by that time', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(pauseSeconds, async (seconds) => {
      const before = hardwareOf(await deliver(this, ptpEvent(this, 1)));
      await this.target.clock.sleep(1000 * seconds);
      const after = hardwareOf(await deliver(this, ptpEvent(this, 2)));
      expectSpacing(this, before, after, 1000 * seconds);
    }),
    { runs: 0.1 },
  );
});
