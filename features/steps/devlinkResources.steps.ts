/** Resources of devlink: sizes, sums, what is in use. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { isValues, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { ask, devlinkNotes } from './devlinkControl.js';
import { flatten, resourceTrees } from './devlinkWords.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

interface Sized {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly pending: number | undefined;
  readonly occupied: number | undefined;
  readonly granularity: number;
  readonly minimum: number;
  readonly maximum: number;
}

const sizedIn = (values: Values): Sized => {
  const at = (name: string): number | undefined => numberIn(values, `DEVLINK_ATTR_RESOURCE_${name}`);
  return {
    id: at('ID') ?? 0,
    name: textIn(values, 'DEVLINK_ATTR_RESOURCE_NAME') ?? '',
    size: at('SIZE') ?? 0,
    pending: at('SIZE_NEW'),
    occupied: at('OCC'),
    granularity: at('SIZE_GRAN') ?? 0,
    minimum: at('SIZE_MIN') ?? 0,
    maximum: at('SIZE_MAX') ?? 0,
  };
};

const resources = async (world: NicWorld): Promise<readonly Sized[]> =>
  flatten(await resourceTrees(world)).map(sizedIn);

async function resourceCalled(world: NicWorld, name: string): Promise<Sized> {
  const found = (await resources(world)).find((resource) => resource.name === name);
  expectThat(found !== undefined, `no resource is called ${name}`);
  return found;
}

/** A whole that has parts, with its parts. */
async function wholeWithParts(world: NicWorld): Promise<{ readonly whole: Sized; readonly parts: readonly Sized[] }> {
  const tree = (await resourceTrees(world))
    .filter(isValues)
    .find((each) => each['DEVLINK_ATTR_RESOURCE_LIST'] !== undefined);
  expectThat(tree !== undefined, 'no resource has parts');
  return { whole: sizedIn(tree), parts: flatten([tree]).slice(1).map(sizedIn) };
}

const setSize = (world: NicWorld, id: number, size: number): ReturnType<typeof ask> =>
  ask(world, 'RESOURCE_SET', { DEVLINK_ATTR_RESOURCE_ID: id, DEVLINK_ATTR_RESOURCE_SIZE: size });

Then('each resource tells its size, and the sizes that it may have', async function (this: NicWorld) {
  const all = await resources(this);
  expectThat(all.length > 0, 'there are no resources');
  for (const { name, size, granularity, minimum, maximum } of all) {
    expectThat(name !== '' && granularity > 0, `the resource ${name} is not told whole`);
    expectThat(minimum <= size && size <= maximum, `${name} has a size that it may not have`);
  }
  for (const values of flatten(await resourceTrees(this))) {
    const name = textIn(values, 'DEVLINK_ATTR_RESOURCE_NAME') ?? '';
    expectNumber(numberIn(values, 'DEVLINK_ATTR_RESOURCE_UNIT') ?? -1, 0, `unit of ${name}`);
    const hasParts = values['DEVLINK_ATTR_RESOURCE_LIST'] !== undefined;
    const saysFit = values['DEVLINK_ATTR_RESOURCE_SIZE_VALID'] !== undefined;
    expectThat(saysFit === hasParts, `${name} ${saysFit ? 'says' : 'does not say'} whether its parts fit`);
  }
});
When(
  /^the size of a part is asked to be (above its maximum|below its minimum|off its granularity)$/,
  async function (this: NicWorld, what: string) {
    const { parts } = await wholeWithParts(this);
    const [part] = parts;
    expectThat(part !== undefined, 'the resource has no parts');
    const { maximum, minimum, granularity, id } = part;
    const size = what.startsWith('above')
      ? maximum + granularity
      : what.startsWith('below')
        ? minimum - granularity
        : minimum + 1;
    await setSize(this, id, size);
  },
);
When(/^the size of a part is asked to be another one$/, async function (this: NicWorld) {
  const part = (await wholeWithParts(this)).parts.at(-1);
  expectThat(part !== undefined, 'the resource has no parts');
  devlinkNotes(this).remembered.set('resource', part.id);
  devlinkNotes(this).remembered.set('size', part.size);
  const wanted = part.minimum <= 1024 && part.maximum >= 1024 ? 1024 : part.minimum;
  devlinkNotes(this).remembered.set('wanted', wanted);
  await setSize(this, part.id, wanted);
});
async function rememberedResource(world: NicWorld): Promise<Sized> {
  const id = devlinkNotes(world).remembered.get('resource');
  const found = (await resources(world)).find((resource) => resource.id === id);
  expectThat(found !== undefined, 'the resource is gone');
  return found;
}
Then('the size is what it was, and the new one waits', async function (this: NicWorld) {
  const { remembered } = devlinkNotes(this);
  const { size, pending } = await rememberedResource(this);
  expectNumber(size, Number(remembered.get('size')), 'the size');
  expectNumber(pending ?? -1, Number(remembered.get('wanted')), 'the size that waits');
});
Then('the size is the new one, and none waits', async function (this: NicWorld) {
  const { size, pending } = await rememberedResource(this);
  expectNumber(size, Number(devlinkNotes(this).remembered.get('wanted')), 'the size');
  expectThat(pending === undefined, `a size of ${pending} waits`);
});
Then('no part has a size that waits', async function (this: NicWorld) {
  for (const { name, pending } of await resources(this))
    expectThat(pending === undefined, `a size of ${pending} waits for ${name}`);
});
When('the parts are asked to be more than the whole', async function (this: NicWorld) {
  const { whole, parts } = await wholeWithParts(this);
  devlinkNotes(this).remembered.set('whole', whole.id);
  await setSize(this, whole.id, Math.max(whole.minimum, 2 * whole.granularity));
  for (const { id, maximum, granularity } of parts)
    await setSize(this, id, Math.min(maximum, Math.max(2 * granularity, whole.minimum)));
});
Then('the whole is marked as not valid', async function (this: NicWorld) {
  const tree = (await resourceTrees(this))
    .filter(isValues)
    .find((each) => sizedIn(each).id === devlinkNotes(this).remembered.get('whole'));
  expectNumber(numberIn(tree, 'DEVLINK_ATTR_RESOURCE_SIZE_VALID') ?? -1, 0, 'whether the sizes are valid');
});
Then('a reload succeeds only where the parts are not more than the whole', async function (this: NicWorld) {
  const { whole, parts } = await wholeWithParts(this);
  const sizes = fc.tuple(
    ...parts.map(({ minimum, maximum, granularity }) =>
      fc
        .integer({ min: Math.max(64 / granularity, minimum / granularity), max: Math.min(maximum / granularity, 4096) })
        .map((units) => units * granularity),
    ),
  );
  await this.law(
    fc.asyncProperty(sizes, async (wanted) => {
      // A whole without bounds of its own is made to fit about half of what is asked for.
      const room =
        whole.minimum === whole.maximum ? whole.size : Math.ceil(4096 / whole.granularity) * whole.granularity;
      if (room !== whole.size) await setSize(this, whole.id, room);
      for (const [place, part] of parts.entries()) {
        const set = await setSize(this, part.id, wanted[place] ?? part.size);
        expectThat(set.ok, `a size of ${wanted[place] ?? 0} for ${part.name} was refused`);
      }
      const fits = wanted.reduce((sum, size) => sum + size, 0) <= room;
      const reloaded = await ask(this, 'RELOAD', {});
      expectThat(reloaded.ok === fits, `the reload was ${reloaded.ok ? 'done' : 'refused'}`);
      if (!reloaded.ok) return;
      const after = await wholeWithParts(this);
      const sum = after.parts.reduce((total, { size }) => total + size, 0);
      expectThat(sum <= after.whole.size, `parts of ${sum} in a whole of ${after.whole.size}`);
    }),
    { runs: 0.2 },
  );
});
When(/^the resource (\w+) is asked to be (\d+)$/, async function (this: NicWorld, name: string, size: string) {
  accepted(await setSize(this, (await resourceCalled(this, name)).id, Number(size)), `the size of ${name}`);
});
Then(/^(\d+) of the resource (\w+) are in use$/, async function (this: NicWorld, count: string, name: string) {
  expectNumber((await resourceCalled(this, name)).occupied ?? -1, Number(count), `what of ${name} is in use`);
});
