/** Regions of devlink and their snapshots. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { isValues, listIn, nestIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import {
  ask,
  devlinkNotes,
  devlinkOf,
  dumped,
  forgetAnnounced,
  insist,
  instanceOf,
  valueAt,
} from './devlinkControl.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

async function regionValues(
  world: NicWorld,
): Promise<{ name: string; size: number; most: number; ids: readonly number[] }> {
  const [region] = await dumped(world, 'REGION_GET');
  const snapshots = listIn(nestIn(region, 'DEVLINK_ATTR_REGION_SNAPSHOTS'), 'DEVLINK_ATTR_REGION_SNAPSHOT').filter(
    isValues,
  );
  return {
    name: textIn(region, 'DEVLINK_ATTR_REGION_NAME') ?? '',
    size: numberIn(region, 'DEVLINK_ATTR_REGION_SIZE') ?? 0,
    most: numberIn(region, 'DEVLINK_ATTR_REGION_MAX_SNAPSHOTS') ?? 0,
    ids: snapshots.map((each) => numberIn(each, 'DEVLINK_ATTR_REGION_SNAPSHOT_ID') ?? -1),
  };
}
const newSnapshot = async (world: NicWorld, id?: number): ReturnType<typeof ask> =>
  ask(world, 'REGION_NEW', {
    DEVLINK_ATTR_REGION_NAME: (await regionValues(world)).name,
    ...(id === undefined ? {} : { DEVLINK_ATTR_REGION_SNAPSHOT_ID: id }),
  });

Given(/^a snapshot (\d+) of the region$/, async function (this: NicWorld, id: string) {
  accepted(await newSnapshot(this, Number(id)), 'taking a snapshot');
});
When(/^a snapshot (\d+) of the region is taken$/, async function (this: NicWorld, id: string) {
  if (devlinkNotes(this).listener !== undefined) await forgetAnnounced(this);
  await newSnapshot(this, Number(id));
});
When('a snapshot of the region is taken', async function (this: NicWorld) {
  await newSnapshot(this);
});
When(/^snapshot (\d+) is deleted$/, async function (this: NicWorld, id: string) {
  if (devlinkNotes(this).listener !== undefined) await forgetAnnounced(this);
  await ask(this, 'REGION_DEL', {
    DEVLINK_ATTR_REGION_NAME: (await regionValues(this)).name,
    DEVLINK_ATTR_REGION_SNAPSHOT_ID: Number(id),
  });
});
Given('a snapshot of the region with an id that the kernel chose', async function (this: NicWorld) {
  accepted(await newSnapshot(this), 'taking a snapshot');
  const id = Number(valueAt(devlinkNotes(this).replies[0]?.values, 'REGION_SNAPSHOT_ID'));
  this.note('chosen snapshot', () => ({ id }));
});
const chosenId = (world: NicWorld): number => world.note('chosen snapshot', () => ({ id: NaN })).id;
When('this snapshot is deleted', async function (this: NicWorld) {
  await insist(this, 'REGION_DEL', {
    DEVLINK_ATTR_REGION_NAME: (await regionValues(this)).name,
    DEVLINK_ATTR_REGION_SNAPSHOT_ID: chosenId(this),
  });
});
When('a snapshot with the same id is taken', async function (this: NicWorld) {
  await newSnapshot(this, chosenId(this));
});
Then(/^the region has (no snapshot|the snapshots? [\d, ]+)$/, async function (this: NicWorld, which: string) {
  const expected = which === 'no snapshot' ? '' : which.replace(/^the snapshots? /, '').replaceAll(' ', '');
  const { ids } = await regionValues(this);
  expectThat(ids.join() === expected, `the snapshots are ${ids.join()}`);
});
Then('the answer tells the id of the snapshot that the region has', async function (this: NicWorld) {
  const { ids } = await regionValues(this);
  expectNumber(ids.length, 1, 'snapshots');
});
Given('as many snapshots as the region takes', async function (this: NicWorld) {
  const { most } = await regionValues(this);
  for (let id = 0; id < most; id++) accepted(await newSnapshot(this, 5100 + id), `snapshot ${id}`);
});
async function readAll(world: NicWorld, which: Values): Promise<Uint8Array> {
  const { name } = await regionValues(world);
  const devlink = await devlinkOf(world);
  const result = await devlink.readRegion(await instanceOf(world), name, which);
  world.answer = result;
  const chunks = accepted(result, 'reading the region');
  let at = numberIn(which, 'DEVLINK_ATTR_REGION_CHUNK_ADDR') ?? 0;
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0));
  const start = at;
  for (const chunk of chunks) {
    expectNumber(chunk.address, at, 'the address of a chunk');
    bytes.set(chunk.bytes, at - start);
    at += chunk.bytes.length;
  }
  return bytes;
}
Then(/^snapshot (\d+) can be read whole, the same each time$/, async function (this: NicWorld, id: string) {
  const which = { DEVLINK_ATTR_REGION_SNAPSHOT_ID: Number(id) };
  const [once, again] = [await readAll(this, which), await readAll(this, which)];
  expectNumber(once.length, (await regionValues(this)).size, 'bytes');
  expectThat(
    once.every((byte, index) => byte === again[index]),
    'it is another one the second time',
  );
});
Then(/^any part of snapshot (\d+) is what the whole has there$/, async function (this: NicWorld, id: string) {
  const which = { DEVLINK_ATTR_REGION_SNAPSHOT_ID: Number(id) };
  const whole = await readAll(this, which);
  await this.law(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 3000 }), async (address, length) => {
      const part = await readAll(this, {
        ...which,
        DEVLINK_ATTR_REGION_CHUNK_ADDR: address,
        DEVLINK_ATTR_REGION_CHUNK_LEN: length,
      });
      expectNumber(part.length, Math.min(length, whole.length - address), 'bytes');
      expectThat(
        part.every((byte, index) => byte === whole[address + index]),
        'a byte differs from the whole',
      );
    }),
    { runs: 0.2 },
  );
});
Then('the region can be read as it is now', async function (this: NicWorld) {
  const bytes = await readAll(this, { DEVLINK_ATTR_REGION_DIRECT: true });
  expectNumber(bytes.length, (await regionValues(this)).size, 'bytes');
});
const holds = (memory: Uint8Array, wanted: Uint8Array): boolean => {
  for (let at = 0; at + wanted.length <= memory.length; at++)
    if (wanted.every((byte, index) => memory[at + index] === byte)) return true;
  return false;
};
Then(
  /^snapshot (\d+) (has|has not) the address ([0-9a-f:]{17})$/,
  async function (this: NicWorld, id: string, has: string, address: string) {
    const wanted = Uint8Array.from(address.split(':').map((byte) => parseInt(byte, 16)));
    const memory = await readAll(this, { DEVLINK_ATTR_REGION_SNAPSHOT_ID: Number(id) });
    expectThat(
      holds(memory, wanted) === (has === 'has'),
      `the snapshot ${has === 'has' ? 'has not' : 'has'} ${address}`,
    );
  },
);
Then('whatever is taken and deleted, no two snapshots have one id', async function (this: NicWorld) {
  const { name, most } = await regionValues(this);
  const step = fc.oneof(
    fc.constant('take'),
    fc.nat(3).map((id) => id + 1000),
    fc.constant('delete'),
  );
  await this.law(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      for (const id of (await regionValues(this)).ids)
        await insist(this, 'REGION_DEL', { DEVLINK_ATTR_REGION_NAME: name, DEVLINK_ATTR_REGION_SNAPSHOT_ID: id });
      const model: number[] = [];
      for (const each of steps) {
        if (each === 'delete') {
          const id = model.shift();
          if (id === undefined) continue;
          await insist(this, 'REGION_DEL', { DEVLINK_ATTR_REGION_NAME: name, DEVLINK_ATTR_REGION_SNAPSHOT_ID: id });
          continue;
        }
        const wanted = typeof each === 'number' ? each : undefined;
        const taken = await newSnapshot(this, wanted);
        const isPossible = model.length < most && (wanted === undefined || !model.includes(wanted));
        expectThat(taken.ok === isPossible, `a snapshot ${wanted ?? ''} was ${taken.ok ? 'taken' : 'refused'}`);
        const told = valueAt(devlinkNotes(this).replies[0]?.values, 'REGION_SNAPSHOT_ID');
        if (taken.ok) model.push(wanted ?? Number(told));
        expectNumber(new Set(model).size, model.length, 'ids');
      }
      const { ids } = await regionValues(this);
      expectThat([...ids].sort().join() === [...model].sort().join(), `the snapshots are ${ids.join()}`);
    }),
    { runs: 0.3 },
  );
});
