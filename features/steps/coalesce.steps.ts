/** Interrupt coalescing: when received frames reach the host, and what the parameters read back as. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { COALESCE_PARAMETERS, type CoalesceParameter } from '../../reference-impl/netlink/families/ethtool.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { BROADCAST, numberOf, numberedFrame, numberedFrames, numbersOf } from '../properties/numberedFrames.js';
import { intoHost } from './exchange.js';
import { expectNumber, expectThat } from './expectations.js';
import { sameNumbers } from './port.steps.js';
import { accepted, ethtoolCall, expectRefusal, firstAttributeAt } from './settings.js';
import type { NicWorld } from './world.js';

const NS_PER_US = 1000n;

interface Arrival {
  readonly number: number;
  readonly sentAt: bigint;
  readonly arrivedAt: bigint;
}
interface CoalesceNotes {
  arrivals: readonly Arrival[];
  before: number;
  isRefused: boolean;
  /** Parameters that were set, with their values. */
  set: Readonly<Record<string, number>>;
}
const coalesceNotes = (world: NicWorld): CoalesceNotes =>
  world.note('coalesce', () => ({ arrivals: [], before: 0, isRefused: true, set: {} }));

const SPECIAL_NAMES: Readonly<Record<string, CoalesceParameter>> = {
  'rate-sample': 'RATE_SAMPLE_INTERVAL',
  'use-cqe-tx': 'USE_CQE_MODE_TX',
  'use-cqe-rx': 'USE_CQE_MODE_RX',
};
const attributeOf = (name: string): string =>
  `ETHTOOL_A_COALESCE_${SPECIAL_NAMES[name] ?? name.toUpperCase().replaceAll('-', '_')}`;

async function parameters(world: NicWorld): Promise<Values> {
  return accepted(await ethtoolCall(world, 'COALESCE_GET'), 'reading the coalescing parameters');
}

const setParameters = (world: NicWorld, values: Values): Promise<NetlinkResult<Values>> =>
  ethtoolCall(world, 'COALESCE_SET', values);

async function insist(world: NicWorld, values: Values): Promise<void> {
  accepted(await setParameters(world, values), 'setting coalescing parameters');
}

/** Whether the device takes these values: one that it cannot do is refused with EINVAL and changes nothing. */
async function takes(world: NicWorld, values: Values): Promise<boolean> {
  const result = await setParameters(world, values);
  if (!result.ok && result.error.errnoName === 'EINVAL') return false;
  accepted(result, 'setting coalescing parameters');
  return true;
}

When(
  /^the coalescing parameter ([a-z-]+) is set to (\d+), unless the device has it$/,
  async function (this: NicWorld, name: string, value: string) {
    const notes = coalesceNotes(this);
    notes.isRefused = (await parameters(this))[attributeOf(name)] === undefined;
    if (notes.isRefused) this.answer = await setParameters(this, { [attributeOf(name)]: Number(value) });
  },
);

Then('it is refused at the attribute of the parameter', function (this: NicWorld) {
  if (!coalesceNotes(this).isRefused) return;
  expectThat(
    expectRefusal(this, 'EINVAL').offset === firstAttributeAt(this),
    'the answer does not point at the parameter',
  );
});

/** A parameter that the device does not have; undefined for one that has them all. */
async function missingParameter(world: NicWorld): Promise<string | undefined> {
  const known = await parameters(world);
  return COALESCE_PARAMETERS.map((name) => `ETHTOOL_A_COALESCE_${name}`).find((name) => known[name] === undefined);
}

When(
  'rx-usecs is set to {int} together with a parameter that the device does not have',
  async function (this: NicWorld, value: number) {
    const notes = coalesceNotes(this);
    const missing = await missingParameter(this);
    notes.before = numberIn(await parameters(this), attributeOf('rx-usecs')) ?? 0;
    notes.isRefused = missing !== undefined;
    if (missing !== undefined)
      this.answer = await setParameters(this, { [attributeOf('rx-usecs')]: value, [missing]: 1 });
  },
);

Then('it is refused at the attribute of that parameter', function (this: NicWorld) {
  if (!coalesceNotes(this).isRefused) return;
  const BEHIND_RX_USECS = 8;
  const { offset } = expectRefusal(this, 'EINVAL');
  expectThat(offset === firstAttributeAt(this) + BEHIND_RX_USECS, 'the answer does not point at the parameter');
});

Then('rx-usecs is what it was', async function (this: NicWorld) {
  expectNumber(numberIn(await parameters(this), attributeOf('rx-usecs')) ?? -1, coalesceNotes(this).before, 'rx-usecs');
});

Given('rx-usecs is {int} and rx-max-frames is {int}', async function (this: NicWorld, usecs: number, frames: number) {
  await insist(this, { ETHTOOL_A_COALESCE_RX_USECS: usecs, ETHTOOL_A_COALESCE_RX_MAX_FRAMES: frames });
});

Given('CQE mode is on', async function (this: NicWorld) {
  await insist(this, { ETHTOOL_A_COALESCE_USE_CQE_MODE_RX: 1 });
});

/** Sends frames one by one, and answers when each was sent and when it reached the host. */
async function timedFrames(world: NicWorld, count: number, apartUs: number): Promise<readonly Arrival[]> {
  const [host, wire] = [await world.host(), await world.wire()];
  const sentAt: bigint[] = [];
  for (let number = 0; number < count; number++) {
    sentAt.push(await world.target.clock.now());
    await wire.send([{ bytes: numberedFrame({ destination: BROADCAST, number }) }]);
    if (apartUs > 0) await world.target.clock.sleep(apartUs / 1000);
  }
  const received = await host.receive({ withinMs: world.patienceMs, count });
  return received.flatMap(({ bytes, timestamps }) => {
    const number = numberOf(bytes);
    const sent = number === undefined ? undefined : sentAt[number];
    if (number === undefined || sent === undefined) return [];
    return [{ number, sentAt: sent, arrivedAt: timestamps?.software ?? 0n }];
  });
}

When('the far end sends one frame', async function (this: NicWorld) {
  const wire = await this.wire();
  await this.host();
  coalesceNotes(this).before = Number(await this.target.clock.now());
  await wire.send([{ bytes: numberedFrame({ destination: BROADCAST, number: 0 }) }]);
});

Then('it reaches the host within {int} µs', async function (this: NicWorld, limit: number) {
  const [frame] = await (await this.host()).receive({ withinMs: this.patienceMs, count: 1 });
  expectThat(frame !== undefined, 'the frame did not reach the host');
  const waited = Number(frame.timestamps?.software ?? 0n) - coalesceNotes(this).before;
  expectThat(waited <= limit * 1000, `the frame waited ${waited / 1000} µs`);
});

When('the far end sends {int} frames, {int} µs apart', async function (this: NicWorld, count: number, apart: number) {
  coalesceNotes(this).arrivals = await timedFrames(this, count, apart);
  expectNumber(coalesceNotes(this).arrivals.length, count, 'frames at the host');
});

const waitedNs = ({ sentAt, arrivedAt }: Arrival): bigint => arrivedAt - sentAt;

Then('the first of them reaches the host within {int} µs', function (this: NicWorld, limit: number) {
  const [first] = coalesceNotes(this).arrivals;
  expectThat(first !== undefined, 'no frame reached the host');
  expectThat(waitedNs(first) <= BigInt(limit) * NS_PER_US, `the first frame waited ${waitedNs(first)} ns`);
});

Then(
  'for every timer and every spacing of frames, no frame waits longer than the timer',
  async function (this: NicWorld) {
    const [usecs, apart, count] = [
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 1, max: 20 }),
    ];
    await this.law(
      fc.asyncProperty(usecs, apart, count, async (timer, spacing, frames) => {
        await insist(this, { ETHTOOL_A_COALESCE_RX_USECS: timer, ETHTOOL_A_COALESCE_RX_MAX_FRAMES: 1000 });
        const arrivals = await timedFrames(this, frames, spacing);
        expectNumber(arrivals.length, frames, 'frames at the host');
        for (const arrival of arrivals) {
          const waited = waitedNs(arrival);
          expectThat(
            waited <= BigInt(timer) * NS_PER_US,
            `frame ${arrival.number} waited ${waited} ns, rx-usecs is ${timer}`,
          );
        }
      }),
      { runs: 0.3 },
    );
  },
);

Then('all of them reach the host {int} µs after the last', function (this: NicWorld, usecs: number) {
  const { arrivals } = coalesceNotes(this);
  const last = arrivals.at(-1);
  expectThat(last !== undefined, 'no frame reached the host');
  const due = last.sentAt + BigInt(usecs) * NS_PER_US;
  for (const { number, arrivedAt } of arrivals) {
    expectThat(arrivedAt === due, `frame ${number} came ${arrivedAt - last.sentAt} ns after the last was sent`);
  }
});

Then('the first {int} of them reach the host with the {int}th', function (this: NicWorld, count: number, nth: number) {
  const { arrivals } = coalesceNotes(this);
  const releasing = arrivals.find(({ number }) => number === nth - 1);
  expectThat(releasing !== undefined, `the ${nth}th frame did not reach the host`);
  for (const { number, arrivedAt } of arrivals.filter((arrival) => arrival.number < count)) {
    expectThat(
      arrivedAt === releasing.sentAt,
      `frame ${number} came ${arrivedAt - releasing.sentAt} ns after the ${nth}th was sent`,
    );
  }
});

Then(
  'for every timer, limit and spacing of frames, they come with the limit or when the queue was idle',
  async function (this: NicWorld) {
    const usecs = fc.integer({ min: 20, max: 100 });
    const limit = fc.integer({ min: 2, max: 10 });
    const spacing = fc.integer({ min: 1, max: 150 });
    await this.law(
      fc.asyncProperty(usecs, limit, spacing, fc.integer({ min: 1, max: 20 }), async (timer, frames, apart, count) => {
        await insist(this, {
          ETHTOOL_A_COALESCE_RX_USECS: timer,
          ETHTOOL_A_COALESCE_RX_MAX_FRAMES: frames,
          ETHTOOL_A_COALESCE_USE_CQE_MODE_RX: 1,
        });
        const arrivals = await timedFrames(this, count, apart);
        expectNumber(arrivals.length, count, 'frames at the host');
        expectCqeTimes(arrivals, BigInt(timer) * NS_PER_US, frames);
      }),
      { runs: 0.3 },
    );
  },
);

/** Batches end with the frame that reaches the limit, or with one that nothing followed for the time of the timer. */
function expectCqeTimes(arrivals: readonly Arrival[], timer: bigint, limit: number): void {
  let batch: Arrival[] = [];
  for (const [index, arrival] of arrivals.entries()) {
    batch.push(arrival);
    const next = arrivals[index + 1];
    const isFull = batch.length === limit;
    const isIdle = next === undefined || next.sentAt - arrival.sentAt >= timer;
    if (!isFull && !isIdle) continue;
    const due = isFull ? arrival.sentAt : arrival.sentAt + timer;
    for (const { number, arrivedAt } of batch) {
      expectThat(arrivedAt === due, `frame ${number} came at ${arrivedAt}, and was due at ${due}`);
    }
    batch = [];
  }
}

Then('nothing reaches the host within {int} µs', async function (this: NicWorld, usecs: number) {
  const received = await (await this.host()).receive({ withinMs: usecs / 1000 });
  expectNumber(received.length, 0, 'frames at the host');
});

Then('all {int} reach the host at once', async function (this: NicWorld, count: number) {
  const received = await (await this.host()).receive({ withinMs: 0, count });
  expectNumber(received.length, count, 'frames at the host');
});

Then('for every limit, the frame that reaches it releases all', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(fc.integer({ min: 1, max: 32 }), async (limit) => {
      await insist(this, { ETHTOOL_A_COALESCE_RX_USECS: 10_000, ETHTOOL_A_COALESCE_RX_MAX_FRAMES: limit });
      const [host, wire] = [await this.host(), await this.wire()];
      const frames = numberedFrames(BROADCAST, limit).map((bytes) => ({ bytes }));
      await wire.send(frames.slice(0, -1));
      expectNumber((await host.receive({ withinMs: 1 })).length, 0, 'frames before the limit');
      await wire.send(frames.slice(-1));
      expectNumber((await host.receive({ withinMs: 0, count: limit })).length, limit, 'frames with the limit');
    }),
    { runs: 0.3 },
  );
});

When(
  /^(rx-usecs|rx-max-frames|tx-usecs) is set to (\d+)$/,
  async function (this: NicWorld, name: string, value: string) {
    await insist(this, { [attributeOf(name)]: Number(value) });
  },
);

async function expectParameters(world: NicWorld, expected: Readonly<Record<string, number>>): Promise<void> {
  const values = await parameters(world);
  for (const [name, value] of Object.entries(expected))
    expectNumber(numberIn(values, attributeOf(name)) ?? -1, value, name);
}

const SETTABLE = ['rx-usecs', 'rx-max-frames', 'tx-usecs', 'tx-max-frames'] as const;

/** Of the parameters that are counts and times of the main queue, those that the device has. */
async function settableParameters(world: NicWorld): Promise<readonly string[]> {
  const known = await parameters(world);
  return SETTABLE.filter((name) => known[attributeOf(name)] !== undefined);
}

When(
  'each count and time that the device has is set, one after the other, from {int} on',
  async function (this: NicWorld, from: number) {
    const values = (await settableParameters(this)).map((name, index) => [name, from + index] as const);
    for (const [name, value] of values) await insist(this, { [attributeOf(name)]: value });
    coalesceNotes(this).set = Object.fromEntries(values);
  },
);

Then('each of them has its value', async function (this: NicWorld) {
  await expectParameters(this, coalesceNotes(this).set);
});

Then(
  'rx-usecs is {int} and rx-max-frames is {int} again',
  async function (this: NicWorld, usecs: number, frames: number) {
    await expectParameters(this, { 'rx-usecs': usecs, 'rx-max-frames': frames });
  },
);

Then(
  'for every sequence of coalescing settings, each parameter reads back with its last value',
  async function (this: NicWorld) {
    const names = await settableParameters(this);
    const setting = fc.tuple(fc.constantFrom(...names), fc.integer({ min: 1, max: 250 }));
    await this.law(
      fc.asyncProperty(fc.array(setting, { minLength: 1, maxLength: 8 }), async (settings) => {
        const expected: Record<string, number> = {};
        for (const [name, value] of settings) {
          if (await takes(this, { [attributeOf(name)]: value })) expected[name] = value;
        }
        await expectParameters(this, expected);
      }),
      { runs: 0.5 },
    );
  },
);

When(/^adaptive coalescing is switched (on|off)$/, async function (this: NicWorld, state: string) {
  await insist(this, { ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX: state === 'on' ? 1 : 0 });
});

Then(
  'for every coalescing setting and every burst, all frames reach the host once and in order',
  async function (this: NicWorld) {
    const settings = fc.record({ usecs: fc.integer({ min: 0, max: 200 }), frames: fc.integer({ min: 0, max: 64 }) });
    const names = await settableParameters(this);
    await this.law(
      fc.asyncProperty(settings, fc.integer({ min: 1, max: 100 }), async ({ usecs, frames }, burst) => {
        const values = { 'rx-usecs': usecs, 'rx-max-frames': frames };
        const settable = Object.entries(values).filter(([name]) => names.includes(name));
        await takes(this, Object.fromEntries(settable.map(([name, value]) => [attributeOf(name), value])));
        const numbers = numbersOf((await intoHost(this, numberedFrames(BROADCAST, burst))).map(({ bytes }) => bytes));
        const expected = Array.from({ length: burst }, (_, index) => index);
        expectThat(sameNumbers(numbers, expected), `of ${burst} frames, these arrived: ${numbers.join(' ')}`);
      }),
      { runs: 0.3 },
    );
  },
);
