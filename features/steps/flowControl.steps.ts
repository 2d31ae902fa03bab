/** Pause frames in both directions, how both ends settle on them, and forward error correction. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { WireFrame } from '../../harness/contract/index.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { bitList, decodeBits } from '../../reference-impl/netlink/bitset.js';
import { nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { LINK_MODE_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { BROADCAST, numberedFrame, numberedFrames, numbersOf } from '../properties/numberedFrames.js';
import { pauseFrame, pauseNs, quantaOf } from '../properties/pauseFrames.js';
import { expectNumber, expectThat } from './expectations.js';
import { sameNumbers } from './port.steps.js';
import { leftFrames } from './rings.steps.js';
import { accepted, ethtoolCall, linkStatistics } from './settings.js';
import type { NicWorld } from './world.js';

const LONGEST_QUANTA = 0xffff;

interface FlowControlNotes {
  pausedAt: bigint;
  sent: number;
  asked: readonly number[];
  missedBefore: number;
  fec: ReadonlySet<string>;
}
const flowControlNotes = (world: NicWorld): FlowControlNotes =>
  world.note('flow control', () => ({ pausedAt: 0n, sent: 0, asked: [], missedBefore: 0, fec: new Set<string>() }));

interface PauseSettings {
  readonly autoneg: boolean;
  readonly rx: boolean;
  readonly tx: boolean;
}

const bit = (on: boolean): number => (on ? 1 : 0);

function askForPause(world: NicWorld, { autoneg, rx, tx }: PauseSettings): Promise<NetlinkResult<Values>> {
  const values = { ETHTOOL_A_PAUSE_AUTONEG: bit(autoneg), ETHTOOL_A_PAUSE_RX: bit(rx), ETHTOOL_A_PAUSE_TX: bit(tx) };
  return ethtoolCall(world, 'PAUSE_SET', values);
}

const setPause = async (world: NicWorld, settings: PauseSettings): Promise<void> =>
  void accepted(await askForPause(world, settings), 'setting pause');

async function readPause(world: NicWorld): Promise<PauseSettings> {
  const values = accepted(await ethtoolCall(world, 'PAUSE_GET'), 'reading pause');
  const isOn = (name: string): boolean => {
    const value = numberIn(values, `ETHTOOL_A_PAUSE_${name}`);
    expectThat(value !== undefined, `the reply has no ETHTOOL_A_PAUSE_${name}`);
    return value !== 0;
  };
  return { autoneg: isOn('AUTONEG'), rx: isOn('RX'), tx: isOn('TX') };
}

async function expectPause(world: NicWorld, { autoneg, rx, tx }: PauseSettings): Promise<void> {
  const now = await readPause(world);
  expectNumber(bit(now.autoneg), bit(autoneg), 'autonegotiation of pause');
  expectNumber(bit(now.rx), bit(rx), 'receive pause');
  expectNumber(bit(now.tx), bit(tx), 'transmit pause');
}

async function sendPause(world: NicWorld, quanta: number): Promise<void> {
  const wire = await world.wire();
  flowControlNotes(world).pausedAt = await world.target.clock.now();
  await wire.send([{ bytes: pauseFrame(quanta) }]);
}

async function linkSpeed(world: NicWorld): Promise<number> {
  const values = accepted(await ethtoolCall(world, 'LINKMODES_GET'), 'reading the link modes');
  return numberIn(values, 'ETHTOOL_A_LINKMODES_SPEED') ?? 0;
}

Given(
  /^the far end advertises pause (on|off) and asymmetric pause (on|off)$/,
  async function (this: NicWorld, pause: string, asym: string) {
    await (await this.wire()).setPartner({ pause: pause === 'on', asymPause: asym === 'on' });
  },
);

Given(
  /^pause is set to autonegotiation, receive (on|off) and transmit (on|off)$/,
  async function (this: NicWorld, rx: string, tx: string) {
    await setPause(this, { autoneg: true, rx: rx === 'on', tx: tx === 'on' });
  },
);

Given(
  /^pause is set to receive (on|off) and transmit (on|off), without autonegotiation$/,
  async function (this: NicWorld, rx: string, tx: string) {
    await setPause(this, { autoneg: false, rx: rx === 'on', tx: tx === 'on' });
  },
);

/** A quarter of the longest pause: nothing that obeys leaves by then. */
const shortTime = async (world: NicWorld): Promise<number> => pauseNs(LONGEST_QUANTA, await linkSpeed(world)) / 4e6;

Then(/^received pause frames are (ignored|obeyed)$/, async function (this: NicWorld, how: string) {
  const [host, wire] = [await this.host(), await this.wire()];
  await sendPause(this, LONGEST_QUANTA);
  await host.send([{ bytes: numberedFrame({ destination: BROADCAST, number: 1 }) }]);
  const early = await wire.receive({ withinMs: await shortTime(this) });
  expectNumber(
    numbersOf(early.map(({ bytes }) => bytes)).length,
    how === 'obeyed' ? 0 : 1,
    'frames that left during the pause',
  );
  await sendPause(this, 0);
  await wire.receive({ withinMs: this.quietMs });
});

async function ringSize(world: NicWorld): Promise<number> {
  return numberIn(accepted(await ethtoolCall(world, 'RINGS_GET'), 'reading the rings'), 'ETHTOOL_A_RINGS_RX') ?? 0;
}

const pausesIn = (frames: readonly WireFrame[]): number[] =>
  frames.map(({ bytes }) => quantaOf(bytes)).filter((quanta) => quanta !== undefined);

Then(/^a stalled host (pauses|does not pause) the far end$/, async function (this: NicWorld, how: string) {
  const [host, wire] = [await this.host(), await this.wire()];
  await host.setPolling(false);
  await wire.send(numberedFrames(BROADCAST, await ringSize(this)).map((bytes) => ({ bytes })));
  const asked = pausesIn(await wire.receive({ withinMs: 0.01 })).filter((quanta) => quanta > 0);
  await host.setPolling(true);
  expectThat(
    asked.length > 0 === (how === 'pauses'),
    asked.length > 0 ? 'the far end was asked to pause' : 'the far end was not asked to pause',
  );
});

When('the far end sends a pause frame of {int} quanta', async function (this: NicWorld, quanta: number) {
  await sendPause(this, quanta);
});

Then(/^none of them leaves before (\d+) quanta have passed since$/, async function (this: NicWorld, quanta: string) {
  const frames = await leftFrames(this);
  const earliest = flowControlNotes(this).pausedAt + BigInt(Math.floor(pauseNs(Number(quanta), await linkSpeed(this))));
  for (const { time } of frames) {
    expectThat(time !== undefined, 'the target does not tell when a frame left');
    expectThat(time >= earliest, `a frame left ${earliest - time} ns too early`);
  }
});

Then('for every number of quanta, the transmitter stops for that time and no longer', async function (this: NicWorld) {
  await setPause(this, { autoneg: false, rx: true, tx: false });
  const [host, wire, speed] = [await this.host(), await this.wire(), await linkSpeed(this)];
  await this.law(
    fc.asyncProperty(fc.integer({ min: 0, max: LONGEST_QUANTA }), async (quanta) => {
      await sendPause(this, quanta);
      await host.send([{ bytes: numberedFrame({ destination: BROADCAST, number: quanta }) }]);
      const [frame] = await wire.receive({ withinMs: this.patienceMs, count: 1 });
      const time = frame?.time;
      expectThat(time !== undefined, 'the frame did not leave');
      const waited = Number(time - flowControlNotes(this).pausedAt);
      const asked = pauseNs(quanta, speed);
      expectThat(waited >= Math.floor(asked), `${quanta} quanta are ${asked} ns, and the frame left after ${waited}`);
      expectThat(
        waited <= asked + pauseNs(2, speed) + 1,
        `${quanta} quanta are ${asked} ns, and the frame left only after ${waited}`,
      );
    }),
    { runs: 0.5 },
  );
});

Then(
  /^pause reads back as receive (on|off) and transmit (on|off), without autonegotiation$/,
  async function (this: NicWorld, rx: string, tx: string) {
    await expectPause(this, { autoneg: false, rx: rx === 'on', tx: tx === 'on' });
  },
);

Then('for every sequence of pause settings, the last one reads back', async function (this: NicWorld) {
  const settings = fc.record({ autoneg: fc.boolean(), rx: fc.boolean(), tx: fc.boolean() });
  await this.law(
    fc.asyncProperty(fc.array(settings, { minLength: 1, maxLength: 6 }), async (sequence) => {
      let inForce = await readPause(this);
      for (const each of sequence) {
        const answer = await askForPause(this, each);
        // A link that does not negotiate refuses to negotiate pause (struct ethtool_pauseparam), and changes nothing then.
        if (!each.autoneg) accepted(answer, 'setting pause');
        if (answer.ok) inForce = each;
        await expectPause(this, inForce);
      }
    }),
    { runs: 0.5 },
  );
});

When('the host stops taking frames', async function (this: NicWorld) {
  await (await this.host()).setPolling(false);
});

When('the far end sends frames of one flow until it is asked to pause', async function (this: NicWorld) {
  const notes = flowControlNotes(this);
  const wire = await this.wire();
  notes.missedBefore = (await linkStatistics(this)).rx_missed_errors;
  const most = 2 * (await ringSize(this));
  while (notes.sent < most && notes.asked.length === 0) {
    await wire.send([{ bytes: numberedFrame({ destination: BROADCAST, number: notes.sent }) }]);
    notes.sent++;
    notes.asked = pausesIn(await wire.receive({ withinMs: 0 })).filter((quanta) => quanta > 0);
  }
});

Then('it was asked before a frame was lost', async function (this: NicWorld) {
  const { asked, missedBefore } = flowControlNotes(this);
  expectThat(asked.length > 0, 'the far end was never asked to pause');
  expectNumber((await linkStatistics(this)).rx_missed_errors - missedBefore, 0, 'frames that were lost');
});

Then('the far end is asked to go on', async function (this: NicWorld) {
  const asked = pausesIn(await (await this.wire()).receive({ withinMs: this.quietMs }));
  expectNumber(asked.at(-1) ?? -1, 0, 'quanta of the last pause frame');
});

Then('the host receives every frame that was sent', async function (this: NicWorld) {
  const more = await (await this.host()).receive({ withinMs: this.quietMs });
  const numbers = numbersOf([...this.atHost, ...more].map(({ bytes }) => bytes));
  const expected = Array.from({ length: flowControlNotes(this).sent }, (_, index) => index);
  expectThat(sameNumbers(numbers, expected), `of ${expected.length} frames ${numbers.length} arrived`);
});

Then('they leave at once, in order', async function (this: NicWorld) {
  const frames = await (await this.wire()).receive({ withinMs: await shortTime(this) });
  const numbers = numbersOf(frames.map(({ bytes }) => bytes));
  expectThat(sameNumbers(numbers, [0, 1, 2]), `these left at once: ${numbers.join(' ')}`);
});

Given('the far end may pause the port', async function (this: NicWorld) {
  await setPause(this, { autoneg: false, rx: true, tx: false });
});

When('the far end pauses the port', async function (this: NicWorld) {
  await sendPause(this, LONGEST_QUANTA);
});

When('the far end ends the pause', async function (this: NicWorld) {
  await sendPause(this, 0);
});

// Forward error correction.

async function fecModes(
  world: NicWorld,
): Promise<{ readonly modes: ReadonlySet<string>; readonly active: string | undefined; readonly auto: boolean }> {
  const values = accepted(await ethtoolCall(world, 'FEC_GET'), 'reading the error correction modes');
  const active = numberIn(values, 'ETHTOOL_A_FEC_ACTIVE');
  return {
    modes: decodeBits(nestIn(values, 'ETHTOOL_A_FEC_MODES'), LINK_MODE_NAMES).set,
    active: active === undefined ? undefined : LINK_MODE_NAMES[active],
    auto: numberIn(values, 'ETHTOOL_A_FEC_AUTO') === 1,
  };
}

async function askForFec(world: NicWorld, modes: readonly string[]): Promise<NetlinkResult<Values>> {
  flowControlNotes(world).fec = (await fecModes(world)).modes;
  return ethtoolCall(world, 'FEC_SET', { ETHTOOL_A_FEC_MODES: bitList(modes, LINK_MODE_NAMES), ETHTOOL_A_FEC_AUTO: 0 });
}

When('no error correction mode is asked for', async function (this: NicWorld) {
  this.answer = await askForFec(this, []);
});

When(/^the error correction mode (\S+) is asked for$/, async function (this: NicWorld, mode: string) {
  this.answer = await askForFec(this, [mode]);
  this.note('error correction mode', () => ({ mode }));
});

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((name) => b.has(name));

Then('the error correction modes are what they were', async function (this: NicWorld) {
  expectThat(sameSet((await fecModes(this)).modes, flowControlNotes(this).fec), 'the modes are others now');
});

Then(
  'one error correction mode is active, and it is among those that are configured or chosen by the device',
  async function (this: NicWorld) {
    const { modes, active, auto } = await fecModes(this);
    expectThat(active !== undefined, 'no mode is active');
    expectThat(auto || modes.has(active), `${active} is active, and configured is ${[...modes].join(', ')}`);
  },
);

Then('it is in force, or it was refused and the modes are what they were', async function (this: NicWorld) {
  const { modes } = await fecModes(this);
  const asked = this.note('error correction mode', () => ({ mode: '' })).mode;
  const expected = this.answer?.ok === true ? new Set([asked]) : flowControlNotes(this).fec;
  expectThat(sameSet(modes, expected), `the modes are ${[...modes].join(', ')}`);
});
