/** Shared buffers of devlink: pools, thresholds of ports, and classes that are bound to pools. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { ask, dumped, indexOfPort, ownPort } from './devlinkControl.js';
import { expectNumber, expectThat } from './expectations.js';
import type { NicWorld } from './world.js';

const A = 'DEVLINK_ATTR_';
type Direction = 'ingress' | 'egress';
const TYPES = ['ingress', 'egress'] as const;
const KINDS = ['static', 'dynamic'] as const;
const numberAt = (values: Values | undefined, name: string): number => numberIn(values, `${A}${name}`) ?? -1;

const bufferOf = async (world: NicWorld): Promise<Values> => {
  const [first] = await dumped(world, 'SB_GET');
  expectThat(first !== undefined, 'there is no shared buffer');
  return first;
};
const inFirst = async (world: NicWorld, command: 'SB_POOL_GET' | 'SB_PORT_POOL_GET' | 'SB_TC_POOL_BIND_GET') => {
  const index = numberAt(await bufferOf(world), 'SB_INDEX');
  return (await dumped(world, command)).filter((values) => numberAt(values, 'SB_INDEX') === index);
};
const poolsOf = (world: NicWorld): Promise<readonly Values[]> => inFirst(world, 'SB_POOL_GET');
const portPoolsOf = (world: NicWorld): Promise<readonly Values[]> => inFirst(world, 'SB_PORT_POOL_GET');
const classesOf = (world: NicWorld): Promise<readonly Values[]> => inFirst(world, 'SB_TC_POOL_BIND_GET');

/** The number of the first or second pool of a direction. */
async function poolNumber(world: NicWorld, which: string, direction: Direction): Promise<number> {
  const own = (await poolsOf(world)).filter((pool) => numberAt(pool, 'SB_POOL_TYPE') === TYPES.indexOf(direction));
  const pool = own[which === 'first' ? 0 : 1];
  expectThat(pool !== undefined, `there is no ${which} ${direction} pool`);
  return numberAt(pool, 'SB_POOL_INDEX');
}

interface BufferNotes {
  pools: readonly Values[];
  portPools: readonly Values[];
  classes: readonly Values[];
  /** What the last request was about. */
  asked: Values;
}
const bufferNotes = (world: NicWorld): BufferNotes =>
  world.note('shared buffers', () => ({ pools: [], portPools: [], classes: [], asked: {} }));

/** Notes everything as it is, then asks. */
async function change(
  world: NicWorld,
  command: 'SB_POOL_SET' | 'SB_PORT_POOL_SET' | 'SB_TC_POOL_BIND_SET',
  values: Readonly<Record<string, number>>,
): Promise<NetlinkResult<unknown>> {
  const notes = bufferNotes(world);
  const index = numberAt(await bufferOf(world), 'SB_INDEX');
  notes.pools = await poolsOf(world);
  notes.portPools = await portPoolsOf(world);
  notes.classes = await classesOf(world);
  notes.asked = Object.fromEntries(
    Object.entries({ SB_INDEX: index, ...values }).map(([name, value]) => [`${A}${name}`, value]),
  );
  return ask(world, command, notes.asked);
}

const cellOf = (pool: Values | undefined): number => numberAt(pool, 'SB_POOL_CELL_SIZE');
const poolCalled = async (world: NicWorld, number: number): Promise<Values | undefined> =>
  (await poolsOf(world)).find((pool) => numberAt(pool, 'SB_POOL_INDEX') === number);

Then(
  'the buffer has the pools and the classes that it tells, each with all that belongs to it',
  async function (this: NicWorld) {
    const buffer = await bufferOf(this);
    const pools = await poolsOf(this);
    for (const [number, pool] of pools.entries()) {
      expectNumber(numberAt(pool, 'SB_POOL_INDEX'), number, 'the number of a pool');
      const isIngress = number < numberAt(buffer, 'SB_INGRESS_POOL_COUNT');
      expectNumber(numberAt(pool, 'SB_POOL_TYPE'), isIngress ? 0 : 1, `the direction of pool ${number}`);
      expectThat(numberAt(pool, 'SB_POOL_SIZE') <= numberAt(buffer, 'SB_SIZE'), `pool ${number} is too large`);
      expectThat(cellOf(pool) > 0, `pool ${number} tells no cell`);
      expectThat(KINDS[numberAt(pool, 'SB_POOL_THRESHOLD_TYPE')] !== undefined, `pool ${number} has no kind`);
    }
    const count = numberAt(buffer, 'SB_INGRESS_POOL_COUNT') + numberAt(buffer, 'SB_EGRESS_POOL_COUNT');
    expectNumber(pools.length, count, 'pools');
    const port = indexOfPort(await ownPort(this));
    const own = (await classesOf(this)).filter((each) => indexOfPort(each) === port);
    for (const [type, direction] of TYPES.entries()) {
      const told = numberAt(buffer, `SB_${direction.toUpperCase()}_TC_COUNT`);
      expectNumber(own.filter((each) => numberAt(each, 'SB_POOL_TYPE') === type).length, told, `${direction} classes`);
    }
    const thresholds = (await portPoolsOf(this)).filter((each) => indexOfPort(each) === port);
    expectNumber(thresholds.length, count, 'thresholds of the port');
  },
);

When(
  /^the (first|second) (ingress|egress) pool is given (\d+) cells and a (static|dynamic) threshold$/,
  async function (this: NicWorld, which: string, direction: Direction, cells: string, kind: (typeof KINDS)[number]) {
    await setPool(this, await poolNumber(this, which, direction), Number(cells), 0, kind);
  },
);
When('the second ingress pool is given {int} cells and one byte', async function (this: NicWorld, cells: number) {
  await setPool(this, await poolNumber(this, 'second', 'ingress'), cells, 1, 'static');
});
async function setPool(
  world: NicWorld,
  number: number,
  cells: number,
  bytes: number,
  kind: (typeof KINDS)[number],
): Promise<void> {
  const size = cells * cellOf(await poolCalled(world, number)) + bytes;
  const type = KINDS.indexOf(kind);
  await change(world, 'SB_POOL_SET', { SB_POOL_INDEX: number, SB_POOL_SIZE: size, SB_POOL_THRESHOLD_TYPE: type });
}

const text = (values: unknown): string => JSON.stringify(values);

Then(
  /^the second ingress pool has (\d+) cells(?: and a (static|dynamic) threshold, and the others are what they were)?$/,
  async function (this: NicWorld, cells: string, kind: string | null) {
    const number = await poolNumber(this, 'second', 'ingress');
    const pool = await poolCalled(this, number);
    expectNumber(numberAt(pool, 'SB_POOL_SIZE'), Number(cells) * cellOf(pool), 'the size of the pool');
    if (kind === null) return;
    expectThat(KINDS[numberAt(pool, 'SB_POOL_THRESHOLD_TYPE')] === kind, 'the threshold is of the other kind');
    const others = (pools: readonly Values[]): string =>
      text(pools.filter((each) => numberAt(each, 'SB_POOL_INDEX') !== number));
    expectThat(others(await poolsOf(this)) === others(bufferNotes(this).pools), 'another pool has changed');
  },
);

When('the second ingress pool is to be one byte larger than the buffer', async function (this: NicWorld) {
  const size = numberAt(await bufferOf(this), 'SB_SIZE') + 1;
  const number = await poolNumber(this, 'second', 'ingress');
  await change(this, 'SB_POOL_SET', { SB_POOL_INDEX: number, SB_POOL_SIZE: size, SB_POOL_THRESHOLD_TYPE: 0 });
});
Then('the pools are what they were', async function (this: NicWorld) {
  expectThat(text(await poolsOf(this)) === text(bufferNotes(this).pools), 'a pool has changed');
});

When('the port may take {int} bytes of the second ingress pool', async function (this: NicWorld, bytes: number) {
  await change(this, 'SB_PORT_POOL_SET', {
    PORT_INDEX: indexOfPort(await ownPort(this)),
    SB_POOL_INDEX: await poolNumber(this, 'second', 'ingress'),
    SB_THRESHOLD: bytes,
  });
});
/** Whether this is what the last request was about. */
const isAsked = ({ asked }: BufferNotes, values: Values, names: readonly string[]): boolean =>
  names.every((name) => numberAt(values, name) === numberAt(asked, name));

Then(
  'it may take {int} bytes of that, and everybody else what they could before',
  async function (this: NicWorld, bytes: number) {
    const notes = bufferNotes(this);
    const isMeant = (each: Values): boolean => isAsked(notes, each, ['PORT_INDEX', 'SB_INDEX', 'SB_POOL_INDEX']);
    const now = await portPoolsOf(this);
    expectNumber(numberAt(now.find(isMeant), 'SB_THRESHOLD'), bytes, 'the threshold');
    const others = (all: readonly Values[]): string => text(all.filter((each) => !isMeant(each)));
    expectThat(others(now) === others(notes.portPools), 'another threshold has changed');
  },
);

async function bind(
  world: NicWorld,
  direction: Direction,
  of: number,
  pool: number,
  threshold: number,
): Promise<NetlinkResult<unknown>> {
  return change(world, 'SB_TC_POOL_BIND_SET', {
    PORT_INDEX: indexOfPort(await ownPort(world)),
    SB_POOL_TYPE: TYPES.indexOf(direction),
    SB_TC_INDEX: of,
    SB_POOL_INDEX: pool,
    SB_THRESHOLD: threshold,
  });
}
When(
  /^class (\d+) of the port is bound to the second (ingress|egress) pool with (\d+) bytes$/,
  async function (this: NicWorld, of: string, direction: Direction, bytes: string) {
    await bind(this, direction, Number(of), await poolNumber(this, 'second', direction), Number(bytes));
  },
);
When('the first ingress class of the port is bound to the first egress pool', async function (this: NicWorld) {
  const pool = await poolNumber(this, 'first', 'egress');
  const kind = KINDS[numberAt(await poolCalled(this, pool), 'SB_POOL_THRESHOLD_TYPE')];
  await bind(this, 'ingress', 0, pool, kind === 'dynamic' ? SOUND_EXPONENT : 0);
});
/** One that every kind of hardware has. */
const SOUND_EXPONENT = 8;

const CLASS = ['PORT_INDEX', 'SB_INDEX', 'SB_POOL_TYPE', 'SB_TC_INDEX'] as const;
Then(
  'it is bound to that with {int} bytes, and everything else to what it was bound to before',
  async function (this: NicWorld, bytes: number) {
    const notes = bufferNotes(this);
    const now = await classesOf(this);
    const meant = now.find((each) => isAsked(notes, each, CLASS));
    expectNumber(numberAt(meant, 'SB_POOL_INDEX'), numberAt(notes.asked, 'SB_POOL_INDEX'), 'the pool');
    expectNumber(numberAt(meant, 'SB_THRESHOLD'), bytes, 'the threshold');
    const others = (all: readonly Values[]): string => text(all.filter((each) => !isAsked(notes, each, CLASS)));
    expectThat(others(now) === others(notes.classes), 'another class has changed');
  },
);
Then('the classes are bound to what they were bound to', async function (this: NicWorld) {
  expectThat(text(await classesOf(this)) === text(bufferNotes(this).classes), 'a class has changed');
});

/** A setting of any kind, in numbers that may be out of range. */
const settings = fc.oneof(
  fc.record({
    command: fc.constant('SB_POOL_SET' as const),
    SB_POOL_INDEX: fc.integer({ min: 0, max: 9 }),
    SB_POOL_SIZE: fc.integer({ min: 0, max: 20_000_000 }),
    SB_POOL_THRESHOLD_TYPE: fc.integer({ min: 0, max: 1 }),
  }),
  fc.record({
    command: fc.constant('SB_PORT_POOL_SET' as const),
    SB_POOL_INDEX: fc.integer({ min: 0, max: 9 }),
    SB_THRESHOLD: fc.integer({ min: 0, max: 30 }),
  }),
  fc.record({
    command: fc.constant('SB_TC_POOL_BIND_SET' as const),
    SB_POOL_INDEX: fc.integer({ min: 0, max: 9 }),
    SB_POOL_TYPE: fc.integer({ min: 0, max: 1 }),
    SB_TC_INDEX: fc.integer({ min: 0, max: 9 }),
    SB_THRESHOLD: fc.integer({ min: 0, max: 30 }),
  }),
);
type Setting = typeof settings extends fc.Arbitrary<infer Kind> ? Kind : never;

/** What is told of the thing that a setting is about. */
async function toldOf(world: NicWorld, { command, ...numbers }: Setting, port: number): Promise<Values | undefined> {
  const is = (each: Values, ...names: readonly string[]): boolean =>
    names.every((name) => numberAt(each, name) === Object.entries(numbers).find(([key]) => key === name)?.[1]);
  if (command === 'SB_POOL_SET') return (await poolsOf(world)).find((each) => is(each, 'SB_POOL_INDEX'));
  if (command === 'SB_PORT_POOL_SET')
    return (await portPoolsOf(world)).find((each) => indexOfPort(each) === port && is(each, 'SB_POOL_INDEX'));
  return (await classesOf(world)).find((each) => indexOfPort(each) === port && is(each, 'SB_POOL_TYPE', 'SB_TC_INDEX'));
}

Then(
  'for every sequence of settings of the buffer, each is told as it was set, or is what it was',
  async function (this: NicWorld) {
    const port = indexOfPort(await ownPort(this));
    await this.law(
      fc.asyncProperty(fc.array(settings, { minLength: 1, maxLength: 6 }), async (sequence) => {
        for (const setting of sequence) {
          const before = await toldOf(this, setting, port);
          const { command, ...numbers } = setting;
          const asked = command === 'SB_POOL_SET' ? numbers : { PORT_INDEX: port, ...numbers };
          const result = await change(this, command, asked);
          const after = await toldOf(this, setting, port);
          if (!result.ok) expectThat(text(after) === text(before), 'it was refused, and something has changed');
          else expectTold(setting, after);
        }
      }),
      { runs: 0.2 },
    );
  },
);

function expectTold({ command, ...numbers }: Setting, told: Values | undefined): void {
  expectThat(told !== undefined, 'what was set is not told');
  for (const [name, value] of Object.entries(numbers)) {
    const cell = name === 'SB_POOL_SIZE' ? cellOf(told) : 1;
    expectNumber(numberAt(told, name), Math.ceil(value / cell) * cell, `${name} of ${command}`);
  }
}
