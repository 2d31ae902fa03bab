/** Timestamps: what is asked for, what is answered, and what is stamped. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { HostReceive, TransmitTimestamp } from '../../harness/contract/index.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { RX_FILTER_NAMES, TX_TYPE_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { FAR_END, numberedFrame, numberedFrames } from '../properties/numberedFrames.js';
import {
  PTP_EVENT,
  PTP_PACKETS,
  covers,
  isAbout,
  otherFrame,
  pauseSeconds,
  ptpFrame,
  spacing,
} from '../properties/timestamps.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

interface TimestampConfig {
  readonly txType: string;
  readonly rxFilter: string;
}

interface TimestampNotes {
  config: TimestampConfig;
  asked: string;
  answer: TimestampConfig | undefined;
  /** What each of several requests was refused with; empty where it was accepted. */
  refusals: string[];
  frames: readonly HostReceive[];
  stamps: readonly TransmitTimestamp[];
  sentAt: bigint;
  spacingMs: number;
}

const OFF: TimestampConfig = { txType: 'off', rxFilter: 'none' };

const timestampNotes = (world: NicWorld): TimestampNotes =>
  world.note('timestamps', () => ({
    config: OFF,
    asked: '',
    answer: undefined,
    refusals: [],
    frames: [],
    stamps: [],
    sentAt: 0n,
    spacingMs: 0,
  }));

const only = (names: ReadonlySet<string>): string => [...names].join(' and ');

async function readConfig(world: NicWorld): Promise<TimestampConfig> {
  const ethtool = await world.ethtool();
  const values = accepted(
    await ethtool.call('TSCONFIG_GET', world.port.netDevice),
    'reading the timestamp configuration',
  );
  return {
    txType: only(ethtool.timestampingBits(values, 'TX_TYPES', 'TSCONFIG')),
    rxFilter: only(ethtool.timestampingBits(values, 'RX_FILTERS', 'TSCONFIG')),
  };
}

async function askFor(world: NicWorld, { txType, rxFilter }: TimestampConfig): Promise<NetlinkResult<TimestampConfig>> {
  const ethtool = await world.ethtool();
  const result = await ethtool.setTimestamping(world.port.netDevice, txType, rxFilter);
  if (!result.ok) return result;
  // What changes nothing may be answered with the acknowledgement alone.
  if (result.value['ETHTOOL_A_TSCONFIG_TX_TYPES'] === undefined) return { ok: true, value: await readConfig(world) };
  return {
    ok: true,
    value: {
      txType: only(ethtool.timestampingBits(result.value, 'TX_TYPES', 'TSCONFIG')),
      rxFilter: only(ethtool.timestampingBits(result.value, 'RX_FILTERS', 'TSCONFIG')),
    },
  };
}

async function setConfig(world: NicWorld, config: TimestampConfig): Promise<TimestampConfig> {
  const state = timestampNotes(world);
  state.config = accepted(
    await askFor(world, config),
    `the timestamp configuration ${config.txType}, ${config.rxFilter}`,
  );
  return state.config;
}

interface Listed {
  readonly txTypes: ReadonlySet<string>;
  readonly rxFilters: ReadonlySet<string>;
}

async function listed(world: NicWorld): Promise<Listed> {
  const ethtool = await world.ethtool();
  const values = accepted(await ethtool.call('TSINFO_GET', world.port.netDevice), 'reading what can be stamped');
  return {
    txTypes: ethtool.timestampingBits(values, 'TX_TYPES'),
    rxFilters: ethtool.timestampingBits(values, 'RX_FILTERS'),
  };
}

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

/** Sends a frame and takes what reaches the host. */
async function deliver(world: NicWorld, bytes: Uint8Array): Promise<HostReceive> {
  const [host, wire] = [await world.host(), await world.wire()];
  await wire.send([{ bytes }]);
  const [frame] = await host.receive({ withinMs: world.patienceMs, count: 1 });
  expectThat(frame !== undefined, 'the frame did not reach the host');
  return frame;
}

const ptpEvent = (world: NicWorld, sequence: number): Uint8Array => ptpFrame(PTP_EVENT, world.port.address, sequence);

When('the far end sends PTP events and other frames in turn, 1 ms apart', async function (this: NicWorld) {
  const frames: HostReceive[] = [];
  for (let index = 0; index < 20; index++) {
    frames.push(await deliver(this, index % 2 === 0 ? ptpEvent(this, index) : otherFrame(this.port.address, index)));
    await this.target.clock.sleep(1);
  }
  timestampNotes(this).frames = frames;
});

const hardwareOf = (frame: HostReceive): bigint => {
  expectThat(frame.timestamps?.hardware !== undefined, 'a frame of the filter has no hardware timestamp');
  return frame.timestamps.hardware;
};

/** Nanoseconds by which the spacing of stamps may differ from that of the frames: none on a model, scheduling on a machine. */
const tolerance = (world: NicWorld): bigint => (world.session.description.clock === 'virtual' ? 1_000n : 100_000_000n);

function expectSpacing(world: NicWorld, before: bigint, after: bigint, wantedMs: number): void {
  const difference = after - before - BigInt(wantedMs) * 1_000_000n;
  const off = difference < 0n ? -difference : difference;
  expectThat(off <= tolerance(world), `two stamps are ${after - before} ns apart, the frames were ${wantedMs} ms`);
}

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

/** The host sends frames; those with an id ask for a timestamp. Answers the timestamps that came back. */
async function transmit(world: NicWorld, ids: readonly (number | undefined)[]): Promise<readonly TransmitTimestamp[]> {
  const [host, wire] = [await world.host(), await world.wire()];
  const sent = await host.send(
    ids.map((timestampId, number) => {
      const bytes = numberedFrame({ destination: FAR_END, source: world.port.address, number });
      return timestampId === undefined ? { bytes } : { bytes, timestampId };
    }),
  );
  expectThat(sent.ok, `the kernel refused to send: errno ${sent.ok ? 0 : sent.errno}`);
  await wire.receive({ withinMs: world.patienceMs, count: ids.length });
  const wanted = ids.filter((id) => id !== undefined).length;
  return host.transmitTimestamps({ withinMs: world.quietMs, count: wanted });
}

When(
  'the host sends {int} frames that ask for a transmit timestamp, among {int} that do not',
  async function (this: NicWorld, asking: number, others: number) {
    const ids = Array.from({ length: asking + others }, (_, index) => (index % 2 === 0 ? 1000 + index : undefined));
    timestampNotes(this).stamps = await transmit(this, ids);
  },
);

/** One stamp for each id, in this order, each later than or at the time of the one before. */
function expectStamps(stamps: readonly TransmitTimestamp[], ids: readonly number[]): void {
  const hardware = stamps.filter((stamp) => stamp.hardware !== undefined);
  const got = hardware.map(({ timestampId }) => timestampId);
  expectThat(got.join() === ids.join(), `the requests ${got.join()} were answered, not ${ids.join()}`);
  for (const [index, { hardware: time }] of hardware.entries()) {
    expectThat(
      (hardware[index - 1]?.hardware ?? 0n) <= (time ?? 0n),
      `stamp ${index + 1} is older than the one before it`,
    );
  }
}

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

// Laws.

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
