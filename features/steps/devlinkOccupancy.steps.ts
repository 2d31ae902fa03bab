/** Classes of both directions, and what frames take of the shared buffer. */
import { Given, Then, When } from '@cucumber/cucumber';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { ask, dumped, indexOfPort, insist, ownPort } from './devlinkControl.js';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_UP, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

const A = 'DEVLINK_ATTR_';
const DIRECTIONS = ['ingress', 'egress'] as const;
type Direction = (typeof DIRECTIONS)[number];
const numberAt = (values: Values | undefined, name: string): number => numberIn(values, `${A}${name}`) ?? -1;

async function firstBuffer(world: NicWorld): Promise<Values> {
  const [first] = await dumped(world, 'SB_GET');
  expectThat(first !== undefined, 'there is no shared buffer');
  return first;
}

When(
  /^the (class behind the )?(?:the )?last (ingress|egress) class of the port is asked for$/,
  async function (this: NicWorld, behind: string | null, direction: Direction) {
    const buffer = await firstBuffer(this);
    const count = numberAt(buffer, `SB_${direction.toUpperCase()}_TC_COUNT`);
    await ask(this, 'SB_TC_POOL_BIND_GET', {
      DEVLINK_ATTR_PORT_INDEX: indexOfPort(await ownPort(this)),
      DEVLINK_ATTR_SB_INDEX: numberAt(buffer, 'SB_INDEX'),
      DEVLINK_ATTR_SB_POOL_TYPE: DIRECTIONS.indexOf(direction),
      DEVLINK_ATTR_SB_TC_INDEX: behind === null ? count - 1 : count,
    });
  },
);

const ofBuffer = async (world: NicWorld, command: 'SB_OCC_SNAPSHOT' | 'SB_OCC_MAX_CLEAR'): Promise<void> => {
  await insist(world, command, { DEVLINK_ATTR_SB_INDEX: numberAt(await firstBuffer(world), 'SB_INDEX') });
};
Given('nothing was in the buffer', async function (this: NicWorld) {
  await setFlag(this, IFF_UP, true);
  await this.target.clock.sleep(this.quietMs);
  await ofBuffer(this, 'SB_OCC_MAX_CLEAR');
});
Given('a snapshot of the buffer is taken', async function (this: NicWorld) {
  await ofBuffer(this, 'SB_OCC_SNAPSHOT');
});
When(
  /^a frame of (\d+) bytes (comes in|goes out)$/,
  async function (this: NicWorld, length: string, passes: 'comes in' | 'goes out') {
    const frame = new Uint8Array(Number(length));
    frame.set([2, 0, 0x5e, 0, 0x53, 1, 2, 0, 0, 0, 0, 1, 0x88, 0xb5]);
    if (passes === 'comes in') await (await this.wire()).send([{ bytes: frame }]);
    else await (await this.host()).send([{ bytes: frame }]);
    await this.target.clock.sleep(this.quietMs);
  },
);

const ofPort = async (world: NicWorld, command: 'SB_PORT_POOL_GET' | 'SB_TC_POOL_BIND_GET'): Promise<Values[]> => {
  const [buffer, port] = [numberAt(await firstBuffer(world), 'SB_INDEX'), indexOfPort(await ownPort(world))];
  return (await dumped(world, command)).filter(
    (each) => indexOfPort(each) === port && numberAt(each, 'SB_INDEX') === buffer,
  );
};
const sum = (all: readonly Values[], name: string): number =>
  all.reduce((total, each) => total + numberAt(each, name), 0);

Then(
  /^the highest occupancy of the port is that of (\d+) bytes in the first (ingress|egress) pool and in its first (?:ingress|egress) class$/,
  async function (this: NicWorld, bytes: string, direction: Direction) {
    const type = DIRECTIONS.indexOf(direction);
    const pool = (await dumped(this, 'SB_POOL_GET')).find((each) => numberAt(each, 'SB_POOL_TYPE') === type);
    const [number, cell] = [numberAt(pool, 'SB_POOL_INDEX'), numberAt(pool, 'SB_POOL_CELL_SIZE')];
    const cells = Math.ceil(Number(bytes) / cell) * cell;
    const pools = await ofPort(this, 'SB_PORT_POOL_GET');
    const own = pools.find((each) => numberAt(each, 'SB_POOL_INDEX') === number);
    expectNumber(numberAt(own, 'SB_OCC_MAX'), cells, 'the highest occupancy of the pool');
    expectNumber(sum(pools, 'SB_OCC_MAX'), cells, 'the highest occupancy of all pools together');
    const classes = await ofPort(this, 'SB_TC_POOL_BIND_GET');
    const first = classes.find(
      (each) => numberAt(each, 'SB_POOL_TYPE') === type && numberAt(each, 'SB_TC_INDEX') === 0,
    );
    expectNumber(numberAt(first, 'SB_OCC_MAX'), cells, 'the highest occupancy of the class');
    expectNumber(sum(classes, 'SB_OCC_MAX'), cells, 'the highest occupancy of all classes together');
  },
);
Then('the highest occupancy of the port is nothing', async function (this: NicWorld) {
  expectNumber(sum(await ofPort(this, 'SB_PORT_POOL_GET'), 'SB_OCC_MAX'), 0, 'the highest occupancy of pools');
  expectNumber(sum(await ofPort(this, 'SB_TC_POOL_BIND_GET'), 'SB_OCC_MAX'), 0, 'the highest occupancy of classes');
});
Then('nothing of the port is in the buffer now', async function (this: NicWorld) {
  expectNumber(sum(await ofPort(this, 'SB_PORT_POOL_GET'), 'SB_OCC_CUR'), 0, 'the present occupancy of pools');
  expectNumber(sum(await ofPort(this, 'SB_TC_POOL_BIND_GET'), 'SB_OCC_CUR'), 0, 'the present occupancy of classes');
});
