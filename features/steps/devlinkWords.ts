/** What a word in the tables of devlink's scenarios stands for on this target. */
import {
  isValues,
  listIn,
  nestIn,
  numberIn,
  textIn,
  type Value,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { dumped, indexOfPort, insist, instanceOf, ownPort, paramIn } from './devlinkControl.js';
import { expectThat } from './expectations.js';
import type { NicWorld } from './world.js';

const TRAP_TYPE_DROP = 0;
const DRIVERINIT = 1;
const RUNTIME = 0;
const PERMANENT = 2;

/** By word; each asks the instance. */
export const DEVLINK_WORDS: Readonly<Record<string, (world: NicWorld) => Promise<Value>>> = {
  'the port': async (world) => indexOfPort(await ownPort(world)),
  'the bus': async (world) => (await instanceOf(world)).bus,
  'the device': async (world) => (await instanceOf(world)).device,
  'a driverinit param': async (world) => (await paramWith(world, DRIVERINIT)).name,
  'its type': async (world) => (await paramWith(world, DRIVERINIT)).type,
  'another type': async (world) => ((await paramWith(world, DRIVERINIT)).type === 1 ? 2 : 1),
  'a cmode that it lacks': async (world) => {
    const { values } = await paramWith(world, DRIVERINIT);
    return values.has(PERMANENT) ? RUNTIME : PERMANENT;
  },
  'its value': async (world) => (await paramWith(world, DRIVERINIT)).values.get(DRIVERINIT) ?? new Uint8Array(0),
  'a shared buffer': async (world) => numberIn((await dumped(world, 'SB_GET'))[0], 'DEVLINK_ATTR_SB_INDEX') ?? 0,
  'a region': async (world) => textOf((await dumped(world, 'REGION_GET'))[0], 'DEVLINK_ATTR_REGION_NAME'),
  'a drop trap': async (world) =>
    textOf(
      (await dumped(world, 'TRAP_GET')).find((trap) => numberIn(trap, 'DEVLINK_ATTR_TRAP_TYPE') === TRAP_TYPE_DROP),
      'DEVLINK_ATTR_TRAP_NAME',
    ),
  'a trap that does not drop': async (world) =>
    textOf(
      (await dumped(world, 'TRAP_GET')).find((trap) => numberIn(trap, 'DEVLINK_ATTR_TRAP_TYPE') !== TRAP_TYPE_DROP),
      'DEVLINK_ATTR_TRAP_NAME',
    ),
  'a trap group': async (world) => textOf((await dumped(world, 'TRAP_GROUP_GET'))[0], 'DEVLINK_ATTR_TRAP_GROUP_NAME'),
  'a policer': async (world) =>
    numberIn((await dumped(world, 'TRAP_POLICER_GET'))[0], 'DEVLINK_ATTR_TRAP_POLICER_ID') ?? 0,
  'a reporter': async (world) => reporterName(world, () => true),
  'a reporter that recovers': async (world) => reporterName(world, recovers),
  'a reporter that does not recover': async (world) => reporterName(world, (reporter) => !recovers(reporter)),
  'a reporter of the port': async (world) => {
    const port = indexOfPort(await ownPort(world));
    const own = (await dumped(world, 'HEALTH_REPORTER_GET')).filter(
      (values) => numberIn(values, 'DEVLINK_ATTR_PORT_INDEX') === port,
    );
    return textOf(nestIn(own[0], 'DEVLINK_ATTR_HEALTH_REPORTER'), 'DEVLINK_ATTR_HEALTH_REPORTER_NAME');
  },
  'a resource': async (world) => numberIn(await resourceOf(world), 'DEVLINK_ATTR_RESOURCE_ID') ?? 0,
};

const recovers = (reporter: Values): boolean => reporter['DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD'] !== undefined;

function textOf(values: Values | undefined, name: string): string {
  const text = textIn(values, name);
  expectThat(text !== undefined, `the instance has nothing with ${name}`);
  return text;
}

async function paramWith(world: NicWorld, cmode: number): Promise<ReturnType<typeof paramIn>> {
  const found = (await dumped(world, 'PARAM_GET')).map(paramIn).find(({ values }) => values.has(cmode));
  expectThat(found !== undefined, `the instance has no param of the cmode ${cmode}`);
  return found;
}

export async function reporterName(world: NicWorld, fits: (reporter: Values) => boolean): Promise<string> {
  const reporters = (await dumped(world, 'HEALTH_REPORTER_GET'))
    .filter((values) => values['DEVLINK_ATTR_PORT_INDEX'] === undefined)
    .map((values) => nestIn(values, 'DEVLINK_ATTR_HEALTH_REPORTER') ?? {});
  return textOf(reporters.find(fits), 'DEVLINK_ATTR_HEALTH_REPORTER_NAME');
}

/** Each resource with those that it is made of. */
export function flatten(resources: readonly Value[]): Values[] {
  return resources
    .filter(isValues)
    .flatMap((resource) => [
      resource,
      ...flatten(listIn(nestIn(resource, 'DEVLINK_ATTR_RESOURCE_LIST'), 'DEVLINK_ATTR_RESOURCE')),
    ]);
}

/** The trees of all resources. */
export async function resourceTrees(world: NicWorld): Promise<readonly Value[]> {
  const [reply] = await insist(world, 'RESOURCE_DUMP', {});
  return listIn(nestIn(reply, 'DEVLINK_ATTR_RESOURCE_LIST'), 'DEVLINK_ATTR_RESOURCE');
}

/** One that is a part of another. */
async function resourceOf(world: NicWorld): Promise<Values> {
  const parts = (await resourceTrees(world)).filter(isValues).flatMap((whole) => flatten([whole]).slice(1));
  const [first] = parts;
  expectThat(first !== undefined, 'no resource is a part of another');
  return first;
}
