/** Timestamps: what is asked for, what is answered, and what is stamped. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { HostReceive } from '../../harness/contract/index.js';
import { RX_FILTER_NAMES, TX_TYPE_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { numberedFrames } from '../properties/numberedFrames.js';
import { covers, otherFrame } from '../properties/timestamps.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  type TimestampConfig,
  timestampNotes,
  readConfig,
  askFor,
  setConfig,
  listed,
  deliver,
  ptpEvent,
  hardwareOf,
  expectSpacing,
  transmit,
  expectStamps,
} from './timestampControl.js';
import type { NicWorld } from './world.js';

When('the receive timestamp filter {word} is asked for', async function (this: NicWorld, rxFilter: string) {
  const state = timestampNotes(this);
  state.config = await readConfig(this);
  state.asked = rxFilter;
  const result = await askFor(this, { ...state.config, rxFilter });
  state.refusals = [result.ok ? '' : result.error.errnoName];
  state.answer = result.ok ? result.value : undefined;
});

Then(
  'it is refused with ERANGE, or the answer names a filter that covers {word}',
  function (this: NicWorld, asked: string) {
    const { answer, refusals } = timestampNotes(this);
    if (answer === undefined) {
      expectThat(refusals[0] === 'ERANGE', `it was refused with ${refusals[0] ?? ''}`);
      return;
    }
    expectThat(covers(answer.rxFilter, asked), `the filter in force is ${answer.rxFilter}`);
  },
);

Then('the timestamp configuration reads back as it was answered', async function (this: NicWorld) {
  const { answer, config } = timestampNotes(this);
  await expectConfig(this, answer ?? config);
});

Then('the timestamp configuration is what it was', async function (this: NicWorld) {
  await expectConfig(this, timestampNotes(this).config);
});

async function expectConfig(world: NicWorld, wanted: TimestampConfig): Promise<void> {
  const { txType, rxFilter } = await readConfig(world);
  expectThat(txType === wanted.txType, `the transmit type is ${txType}, not ${wanted.txType}`);
  expectThat(rxFilter === wanted.rxFilter, `the receive filter is ${rxFilter}, not ${wanted.rxFilter}`);
}

/** A configuration other than the default, so that it shows when it is lost. */
Given('the timestamp configuration is noted', async function (this: NicWorld) {
  const { txTypes, rxFilters } = await listed(this);
  const rxFilter = [...rxFilters].find((name) => name !== 'none') ?? 'none';
  await setConfig(this, { txType: txTypes.has('on') ? 'on' : 'off', rxFilter });
});

async function askForEach(world: NicWorld, configs: readonly TimestampConfig[]): Promise<void> {
  const state = timestampNotes(world);
  state.refusals = [];
  for (const config of configs) {
    const result = await askFor(world, config);
    state.refusals.push(result.ok ? '' : result.error.errnoName);
  }
}

When('each transmit timestamp type that is not listed is asked for', async function (this: NicWorld) {
  const { txTypes } = await listed(this);
  const { config } = timestampNotes(this);
  await askForEach(
    this,
    TX_TYPE_NAMES.filter((txType) => !txTypes.has(txType)).map((txType) => ({ ...config, txType })),
  );
});

When('each receive timestamp filter that no listed one covers is asked for', async function (this: NicWorld) {
  const { rxFilters } = await listed(this);
  const { config } = timestampNotes(this);
  const uncovered = RX_FILTER_NAMES.filter(
    (asked) => asked !== 'some' && ![...rxFilters].some((name) => covers(name, asked)),
  );
  await askForEach(
    this,
    uncovered.map((rxFilter) => ({ ...config, rxFilter })),
  );
});

Then('each is refused with ERANGE', function (this: NicWorld) {
  for (const refusal of timestampNotes(this).refusals) {
    expectThat(refusal === 'ERANGE', refusal === '' ? 'it was accepted' : `it was refused with ${refusal}`);
  }
});

When('each transmit timestamp type that is listed is asked for', async function (this: NicWorld) {
  const { txTypes } = await listed(this);
  for (const txType of txTypes) {
    const { txType: inForce } = await setConfig(this, { txType, rxFilter: 'none' });
    expectThat(inForce === txType, `the type in force is ${inForce}, not ${txType}`);
    await expectConfig(this, timestampNotes(this).config);
  }
});

When('each receive timestamp filter that is listed is asked for', async function (this: NicWorld) {
  const { rxFilters } = await listed(this);
  for (const rxFilter of rxFilters) {
    const { rxFilter: inForce } = await setConfig(this, { txType: 'off', rxFilter });
    expectThat(covers(inForce, rxFilter), `the filter in force is ${inForce}`);
    await expectConfig(this, timestampNotes(this).config);
  }
});

Then('each is accepted and reads back', async function (this: NicWorld) {
  await expectConfig(this, timestampNotes(this).config);
});

// Receive.

/** A filter that stamps PTP over Ethernet; the first that the device takes, general ones last. */
async function coverPtp(world: NicWorld): Promise<void> {
  const { txType } = await readConfig(world);
  for (const rxFilter of ['ptpv2-l2-event', 'ptpv2-event', 'all']) {
    const result = await askFor(world, { txType, rxFilter });
    if (!result.ok) continue;
    timestampNotes(world).config = result.value;
    return;
  }
  throw new Error('the device stamps no PTP over Ethernet');
}

Given('the receive timestamp filter covers PTP over Ethernet', async function (this: NicWorld) {
  await coverPtp(this);
});

Given('the receive timestamp filter is none', async function (this: NicWorld) {
  await setConfig(this, { ...(await readConfig(this)), rxFilter: 'none' });
});

When('the far end sends PTP events and other frames in turn, 1 ms apart', async function (this: NicWorld) {
  const frames: HostReceive[] = [];
  for (let index = 0; index < 20; index++) {
    frames.push(await deliver(this, index % 2 === 0 ? ptpEvent(this, index) : otherFrame(this.port.address, index)));
    await this.target.clock.sleep(1);
  }
  timestampNotes(this).frames = frames;
});

Then('every PTP event has a hardware timestamp, 2 ms after the one before it', function (this: NicWorld) {
  const stamps = timestampNotes(this)
    .frames.filter((_, index) => index % 2 === 0)
    .map(hardwareOf);
  for (const [index, stamp] of stamps.entries()) {
    const before = stamps[index - 1];
    if (before !== undefined) expectSpacing(this, before, stamp, 2);
  }
});

Then('the other frames have none, or one between their neighbours', function (this: NicWorld) {
  const { frames } = timestampNotes(this);
  for (const [index, frame] of frames.entries()) {
    const stamp = frame.timestamps?.hardware;
    if (index % 2 === 0 || stamp === undefined) continue;
    const [before, after] = [frames[index - 1]?.timestamps?.hardware, frames[index + 1]?.timestamps?.hardware];
    expectThat(before === undefined || before < stamp, 'a frame has the stamp of the one before it, or an older one');
    expectThat(after === undefined || stamp < after, 'a frame has a stamp from after it');
  }
});

Then('no frame has a hardware timestamp', function (this: NicWorld) {
  const stamped = timestampNotes(this).frames.filter((frame) => frame.timestamps?.hardware !== undefined);
  expectNumber(stamped.length, 0, 'frames with a hardware timestamp');
});

When(
  'the far end sends a PTP event, and another {int} seconds later',
  async function (this: NicWorld, seconds: number) {
    const first = await deliver(this, ptpEvent(this, 1));
    await this.target.clock.sleep(1000 * seconds);
    timestampNotes(this).frames = [first, await deliver(this, ptpEvent(this, 2))];
  },
);

Then('their hardware timestamps are {int} seconds apart, to 1 ms', function (this: NicWorld, seconds: number) {
  const [first, second] = timestampNotes(this).frames.map(hardwareOf);
  expectThat(first !== undefined && second !== undefined, 'a frame is missing');
  const off = Number(second - first) / 1e6 - 1000 * seconds;
  expectThat(Math.abs(off) <= 1, `they are ${second - first} ns apart`);
});

Given('a PTP event was stamped', async function (this: NicWorld) {
  timestampNotes(this).frames = [await deliver(this, ptpEvent(this, 1))];
  hardwareOf(timestampNotes(this).frames[0] ?? (await deliver(this, ptpEvent(this, 1))));
});

When('the cable is pulled out and plugged in again', async function (this: NicWorld) {
  const wire = await this.wire();
  await wire.setCarrier(false);
  await this.target.clock.sleep(this.quietMs);
  await wire.setCarrier(true);
  await this.target.clock.sleep(this.quietMs);
});

Then('a PTP event is stamped later than the one before', async function (this: NicWorld) {
  const [before] = timestampNotes(this).frames.map(hardwareOf);
  const after = hardwareOf(await deliver(this, ptpEvent(this, 2)));
  expectThat(before !== undefined && after > before, `the stamp ${after} is not behind ${before ?? 0n}`);
});

// Transmit.

Given('transmit timestamps are on', async function (this: NicWorld) {
  await setConfig(this, { ...(await readConfig(this)), txType: 'on' });
});

Given('transmit timestamps are off', async function (this: NicWorld) {
  await setConfig(this, { ...(await readConfig(this)), txType: 'off' });
});

When(
  'the host sends {int} frames that ask for a transmit timestamp, among {int} that do not',
  async function (this: NicWorld, asking: number, others: number) {
    const ids = Array.from({ length: asking + others }, (_, index) => (index % 2 === 0 ? 1000 + index : undefined));
    timestampNotes(this).stamps = await transmit(this, ids);
  },
);

Then('each request is answered once, with a hardware timestamp, in the order of sending', function (this: NicWorld) {
  expectStamps(
    timestampNotes(this).stamps,
    Array.from({ length: 100 }, (_, index) => 1000 + 2 * index),
  );
});

Then('no hardware transmit timestamp comes back', function (this: NicWorld) {
  const stamps = timestampNotes(this).stamps.filter(({ hardware }) => hardware !== undefined);
  expectNumber(stamps.length, 0, 'hardware timestamps');
});

// Software.

When('the far end sends 20 frames, one by one', async function (this: NicWorld) {
  const state = timestampNotes(this);
  state.sentAt = await this.target.clock.now();
  const frames: HostReceive[] = [];
  for (const bytes of numberedFrames(this.port.address, 20)) frames.push(await deliver(this, bytes));
  state.frames = frames;
});

Then(
  'each has a software timestamp, not before it was sent and not before the one before it',
  function (this: NicWorld) {
    const { frames, sentAt } = timestampNotes(this);
    let last = sentAt;
    for (const { timestamps } of frames) {
      const stamp = timestamps?.software;
      expectThat(stamp !== undefined, 'a frame has no software timestamp');
      expectThat(stamp >= last, `a frame has the software timestamp ${stamp}, before ${last}`);
      last = stamp;
    }
  },
);
