/** Params, resources, regions, traps, rates and reporters of devlink: what needs more than one request to be said. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { formattedIn } from '../../reference-impl/netlink/devlinkClient.js';
import { isValues, listIn, nestIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { viewOf } from '../../reference-impl/netlink/wire.js';
import { firmwareImage } from '../../reference-impl/packet/firmwareImage.js';
import {
  announcedOf,
  ask,
  devlinkNotes,
  devlinkOf,
  dumped,
  forgetAnnounced,
  insist,
  instanceOf,
  paramIn,
  valueAt,
  type ParamShown,
} from './devlinkControl.js';
import { flatten, reporterName, resourceTrees } from './devlinkWords.js';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

// Params.

const NLA_U32 = 3;
const NLA_FLAG = 6;
const DRIVERINIT = 1;

const u32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
};

async function paramCalled(world: NicWorld, name: string): Promise<ParamShown> {
  const found = (await dumped(world, 'PARAM_GET')).map(paramIn).find((param) => param.name === name);
  expectThat(found !== undefined, `no param is called ${name}`);
  return found;
}

Then(
  'each param of the instance has a name, a type, and a value for each of its cmodes',
  async function (this: NicWorld) {
    const params = (await dumped(this, 'PARAM_GET')).map(paramIn);
    expectThat(params.length > 0, 'the instance has no params');
    for (const { name, type, values } of params) {
      expectThat(name !== '' && type > 0 && values.size > 0, `the param ${name} is not told whole`);
      for (const data of values.values()) expectThat(data !== undefined || type === NLA_FLAG, `${name} has no value`);
    }
    expectNumber(new Set(params.map(({ name }) => name)).size, params.length, 'names');
  },
);

Then('a value of a driverinit param that was set is what is shown', async function (this: NicWorld) {
  const param = (await dumped(this, 'PARAM_GET'))
    .map(paramIn)
    .find(({ values, type }) => values.has(DRIVERINIT) && type === NLA_U32);
  expectThat(param !== undefined, 'no driverinit param is a number');
  const before = param.values.get(DRIVERINIT);
  const most = before === undefined ? 1 : viewOf(before).getUint32(0, true);
  await this.law(
    fc.asyncProperty(fc.integer({ min: 1, max: most }), async (value) => {
      await insist(this, 'PARAM_SET', {
        DEVLINK_ATTR_PARAM_NAME: param.name,
        DEVLINK_ATTR_PARAM_TYPE: NLA_U32,
        DEVLINK_ATTR_PARAM_VALUE_CMODE: DRIVERINIT,
        DEVLINK_ATTR_PARAM_VALUE_DATA: u32(value),
      });
      const data = (await paramCalled(this, param.name)).values.get(DRIVERINIT);
      expectThat(data !== undefined, 'no value is shown');
      expectNumber(viewOf(data).getUint32(0, true), value, `the value of ${param.name}`);
    }),
  );
});

When(
  /^the param (\w+) is set to (\d+) with the cmode (\d)$/,
  async function (this: NicWorld, name: string, value: string, cmode: string) {
    if (devlinkNotes(this).listener !== undefined) await forgetAnnounced(this);
    await ask(this, 'PARAM_SET', {
      DEVLINK_ATTR_PARAM_NAME: name,
      DEVLINK_ATTR_PARAM_TYPE: NLA_U32,
      DEVLINK_ATTR_PARAM_VALUE_CMODE: Number(cmode),
      DEVLINK_ATTR_PARAM_VALUE_DATA: u32(Number(value)),
    });
  },
);
When(/^the switch (\w+) is set (on|off)$/, async function (this: NicWorld, name: string, state: string) {
  await ask(this, 'PARAM_SET', {
    DEVLINK_ATTR_PARAM_NAME: name,
    DEVLINK_ATTR_PARAM_TYPE: NLA_FLAG,
    DEVLINK_ATTR_PARAM_VALUE_CMODE: 0,
    ...(state === 'on' ? { DEVLINK_ATTR_PARAM_VALUE_DATA: new Uint8Array(0) } : {}),
  });
});
When(/^the label (\w+) is set to "(.*)" for good$/, async function (this: NicWorld, name: string, label: string) {
  await ask(this, 'PARAM_SET', {
    DEVLINK_ATTR_PARAM_NAME: name,
    DEVLINK_ATTR_PARAM_TYPE: 5,
    DEVLINK_ATTR_PARAM_VALUE_CMODE: 2,
    DEVLINK_ATTR_PARAM_VALUE_DATA: new TextEncoder().encode(`${label}\0`),
  });
});
Then(/^the param (\w+) shows (\d+)$/, async function (this: NicWorld, name: string, value: string) {
  const [data] = [...(await paramCalled(this, name)).values.values()];
  expectNumber(data === undefined ? -1 : viewOf(data).getUint32(0, true), Number(value), name);
});

// Resources.

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
    fc
      .asyncProperty(sizes, async (wanted) => {
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
      })
      .afterEach(async () => {
        await setSize(this, whole.id, whole.size);
        for (const { id, size } of parts) await setSize(this, id, size);
        await ask(this, 'RELOAD', {});
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

// Health.

const reporterValues = async (world: NicWorld, name: string): Promise<Values> => {
  const [reply] = await insist(world, 'HEALTH_REPORTER_GET', { DEVLINK_ATTR_HEALTH_REPORTER_NAME: name });
  return nestIn(reply, 'DEVLINK_ATTR_HEALTH_REPORTER') ?? {};
};
const recovering = (world: NicWorld): Promise<string> =>
  reporterName(world, (reporter) => reporter['DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD'] !== undefined);

/** Makes the reporter that recovers report an error: by its test, or by the fault injection that a driver has in debugfs. */
async function breakHealth(world: NicWorld): Promise<void> {
  const name = await recovering(world);
  const test = await ask(world, 'HEALTH_REPORTER_TEST', { DEVLINK_ATTR_HEALTH_REPORTER_NAME: name });
  if (test.ok) return;
  const { bus, device } = await instanceOf(world);
  // The write fails with what devlink_health_report() answered: an error that is not recovered from is one.
  await world.target.sysfs.write(`kernel/debug/${bus}/${device}/health/break_health`, 'an error for a test');
}

When('an error is met', async function (this: NicWorld) {
  if (devlinkNotes(this).listener !== undefined) await forgetAnnounced(this);
  await breakHealth(this);
});
Given('an error was met', async function (this: NicWorld) {
  await breakHealth(this);
});
Given(/^the reporter that recovers has (.+)$/, async function (this: NicWorld, settings: string) {
  const values: Record<string, number | string> = { DEVLINK_ATTR_HEALTH_REPORTER_NAME: await recovering(this) };
  for (const setting of settings.split(' and ')) {
    const period = /^a grace period of (\d+) ms$/.exec(setting)?.[1];
    if (period !== undefined) values['DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD'] = Number(period);
    else if (setting === 'no automatic recovery') values['DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER'] = 0;
    else if (setting === 'no automatic dump') values['DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP'] = 0;
    else expectThat(false, `no setting ${setting}`);
  }
  await insist(this, 'HEALTH_REPORTER_SET', values);
  for (const name of ['ERR_COUNT', 'RECOVER_COUNT'])
    devlinkNotes(this).remembered.set(
      name,
      (await reporterValues(this, await recovering(this)))[`DEVLINK_ATTR_HEALTH_REPORTER_${name}`],
    );
});
Then(
  /^the reporter is (healthy|in error), after (\d+) more errors? and (\d+) more recover(?:y|ies)$/,
  async function (this: NicWorld, state: string, errors: string, recoveries: string) {
    const values = await reporterValues(this, await recovering(this));
    const { remembered } = devlinkNotes(this);
    const at = (name: string): number => numberIn(values, `DEVLINK_ATTR_HEALTH_REPORTER_${name}`) ?? -1;
    expectNumber(at('STATE'), state === 'healthy' ? 0 : 1, 'the state of the reporter');
    expectNumber(at('ERR_COUNT') - Number(remembered.get('ERR_COUNT') ?? 0), Number(errors), 'errors');
    expectNumber(at('RECOVER_COUNT') - Number(remembered.get('RECOVER_COUNT') ?? 0), Number(recoveries), 'recoveries');
  },
);
When('the reporter is told to recover', async function (this: NicWorld) {
  await ask(this, 'HEALTH_REPORTER_RECOVER', { DEVLINK_ATTR_HEALTH_REPORTER_NAME: await recovering(this) });
});
When(/^(\d+) ms pass$/, async function (this: NicWorld, ms: string) {
  await this.target.clock.sleep(Number(ms));
});
const dumpTime = async (world: NicWorld): Promise<bigint | undefined> => {
  const at = (await reporterValues(world, await recovering(world)))['DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS'];
  return typeof at === 'bigint' ? at : undefined;
};
Given('the time of its dump is remembered', async function (this: NicWorld) {
  const at = await dumpTime(this);
  expectThat(at !== undefined, 'there is no dump');
  devlinkNotes(this).remembered.set('dump', at);
});
Then(/^its dump is (the same one|a later one|gone)$/, async function (this: NicWorld, which: string) {
  const at = await dumpTime(this);
  const before = devlinkNotes(this).remembered.get('dump');
  if (which === 'gone') expectThat(at === undefined, 'there is a dump');
  else if (which === 'the same one') expectThat(at === before, 'the dump is another one');
  else expectThat(at !== undefined && typeof before === 'bigint' && at > before, 'the dump is not a later one');
});
When('its dump is cleared', async function (this: NicWorld) {
  await insist(this, 'HEALTH_REPORTER_DUMP_CLEAR', { DEVLINK_ATTR_HEALTH_REPORTER_NAME: await recovering(this) });
});
Then(
  /^its (dump|diagnosis) is a formatted message with names and values$/,
  async function (this: NicWorld, what: string) {
    const command = what === 'dump' ? 'HEALTH_REPORTER_DUMP_GET' : 'HEALTH_REPORTER_DIAGNOSE';
    await insist(this, command, { DEVLINK_ATTR_HEALTH_REPORTER_NAME: await recovering(this) });
    const message = formattedIn(devlinkNotes(this).replies);
    expectThat(typeof message === 'object' && !(message instanceof Uint8Array), 'it is no object');
    expectThat(Object.keys(message).length > 0, 'it is empty');
  },
);
Then('devlink announces the error, and then that the reporter is healthy', async function (this: NicWorld) {
  const states = (await announcedOf(this))
    .filter(({ command }) => command === 'HEALTH_REPORTER_RECOVER')
    .map(({ values }) =>
      numberIn(nestIn(values, 'DEVLINK_ATTR_HEALTH_REPORTER'), 'DEVLINK_ATTR_HEALTH_REPORTER_STATE'),
    );
  expectThat(states.join() === '1,0', `the states that were announced are ${states.join() || 'none'}`);
});
Then(/^frames (pass|do not pass) the port$/, async function (this: NicWorld, passes: string) {
  await setFlag(this, IFF_UP, true);
  const frame = new Uint8Array(64).fill(0xff, 0, 6);
  frame.set([2, 0, 0, 0, 0, 1, 0x88, 0xb5], 6);
  const arrived = await this.intoDevice([{ bytes: frame }], passes === 'pass' ? 1 : 0);
  expectNumber(arrived.length, passes === 'pass' ? 1 : 0, 'frames');
});

// Flash.

const FILE = 'nicspec-test.bin';
const NEW_VERSION = '2.3.4';

Given(
  /^a firmware file (that is good|that is cut short|with one byte wrong|that is no image)$/,
  async function (this: NicWorld, kind: string) {
    const good = firmwareImage({
      version: NEW_VERSION,
      payload: Uint8Array.from({ length: 20_000 }, (_, index) => index & 0xff),
    });
    const bytes = kind.endsWith('good') ? good : kind.endsWith('short') ? good.subarray(0, 9000) : good.slice();
    if (kind.endsWith('wrong')) bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    if (kind.endsWith('no image')) bytes[0] = 0;
    const put = await this.target.firmware.put(FILE, bytes);
    expectThat(put.ok, 'the file could not be put there');
  },
);
When(/^the file is flashed(?: as (\w+))?$/, async function (this: NicWorld, component: string | null) {
  if (devlinkNotes(this).listener !== undefined) await forgetAnnounced(this);
  await ask(this, 'FLASH_UPDATE', {
    DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME: FILE,
    ...(component === null ? {} : { DEVLINK_ATTR_FLASH_UPDATE_COMPONENT: component }),
  });
  await this.target.firmware.remove(FILE);
});
const versionsOf = async (world: NicWorld): Promise<{ readonly running: string; readonly stored: string }> => {
  const [info] = await insist(world, 'INFO_GET', {});
  const at = (kind: string): string =>
    listIn(info, `DEVLINK_ATTR_INFO_VERSION_${kind}`)
      .filter(isValues)
      .map((version) => textIn(version, 'DEVLINK_ATTR_INFO_VERSION_VALUE') ?? '')
      .join();
  return { running: at('RUNNING'), stored: at('STORED') };
};
Then(
  /^(what was|the new firmware) runs, and (what was|the new firmware) is stored$/,
  async function (this: NicWorld, runs: string, stored: string) {
    const versions = await versionsOf(this);
    const check = (version: string, expected: string): boolean =>
      (version === NEW_VERSION) === (expected !== 'what was');
    expectThat(check(versions.running, runs), `${versions.running} runs`);
    expectThat(check(versions.stored, stored), `${versions.stored} is stored`);
  },
);
When(/^the firmware is activated (with|without) a reset$/, async function (this: NicWorld, how: string) {
  const limit: Values = how === 'with' ? {} : { DEVLINK_ATTR_RELOAD_LIMITS: { value: 2, selector: 2 } };
  await ask(this, 'RELOAD', { DEVLINK_ATTR_RELOAD_ACTION: 2, ...limit });
});
Then(
  'devlink announces the beginning of the update, its progress up to the whole, and its end',
  async function (this: NicWorld) {
    const announced = (await announcedOf(this)).filter(({ command }) => command.startsWith('FLASH_UPDATE'));
    expectThat(announced[0]?.command === 'FLASH_UPDATE', 'the update did not begin');
    expectThat(announced.at(-1)?.command === 'FLASH_UPDATE_END', 'the update did not end');
    let before = 0;
    let whole = 0;
    for (const { values } of announced.slice(1, -1)) {
      const [done, total] = ['DONE', 'TOTAL'].map(
        (name) => numberIn(values, `DEVLINK_ATTR_FLASH_UPDATE_STATUS_${name}`) ?? 0,
      );
      if ((total ?? 0) === 0) continue;
      expectThat((done ?? 0) <= (total ?? 0) && (done ?? 0) >= before, `${done} of ${total} after ${before}`);
      [before, whole] = [done ?? 0, total ?? 0];
    }
    expectThat(whole > 0 && before === whole, `${before} of ${whole} is the last that was told`);
  },
);
Then(/^the fixed version (\S+) is "(.+)"$/, async function (this: NicWorld, name: string, expected: string) {
  const [info] = await insist(this, 'INFO_GET', {});
  const found = listIn(info, 'DEVLINK_ATTR_INFO_VERSION_FIXED')
    .filter(isValues)
    .find((version) => textIn(version, 'DEVLINK_ATTR_INFO_VERSION_NAME') === name);
  expectThat(textIn(found, 'DEVLINK_ATTR_INFO_VERSION_VALUE') === expected, `${name} is not ${expected}`);
});
Then('the info tells the driver, and each version with a name and a value', async function (this: NicWorld) {
  const [info] = await insist(this, 'INFO_GET', {});
  expectThat((textIn(info, 'DEVLINK_ATTR_INFO_DRIVER_NAME') ?? '') !== '', 'no driver is told');
  const versions = ['FIXED', 'RUNNING', 'STORED']
    .flatMap((kind) => listIn(info, `DEVLINK_ATTR_INFO_VERSION_${kind}`))
    .filter(isValues);
  expectThat(versions.length > 0, 'no version is told');
  for (const version of versions)
    expectThat(
      (textIn(version, 'DEVLINK_ATTR_INFO_VERSION_NAME') ?? '') !== '' &&
        (textIn(version, 'DEVLINK_ATTR_INFO_VERSION_VALUE') ?? '') !== '',
      'a version has no name or no value',
    );
});

// Regions.

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
  for (let id = 0; id < most; id++) accepted(await newSnapshot(this, 100 + id), `snapshot ${id}`);
});
async function readAll(world: NicWorld, which: Values): Promise<Uint8Array> {
  const { name } = await regionValues(world);
  const devlink = await devlinkOf(world);
  const result = await devlink.readRegion(await instanceOf(world), name, which);
  world.answer = result;
  const chunks = accepted(result, 'reading the region');
  let at = chunks[0]?.address ?? 0;
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
    fc
      .asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
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
      })
      .afterEach(async () => {
        for (const id of (await regionValues(this)).ids)
          await insist(this, 'REGION_DEL', { DEVLINK_ATTR_REGION_NAME: name, DEVLINK_ATTR_REGION_SNAPSHOT_ID: id });
      }),
    { runs: 0.3 },
  );
});

// Traps.

const trapCalled = async (world: NicWorld, name: string): Promise<Values> => {
  const [reply] = await insist(world, 'TRAP_GET', { DEVLINK_ATTR_TRAP_NAME: name });
  expectThat(reply !== undefined, `no trap is called ${name}`);
  return reply;
};
const ACTIONS = ['drop', 'trap', 'mirror'];

Then('each trap is of a group that there is, and has an action', async function (this: NicWorld) {
  const groups = new Set(
    (await dumped(this, 'TRAP_GROUP_GET')).map((group) => textIn(group, 'DEVLINK_ATTR_TRAP_GROUP_NAME')),
  );
  const traps = await dumped(this, 'TRAP_GET');
  expectThat(traps.length > 0, 'there are no traps');
  for (const trap of traps) {
    expectThat(groups.has(textIn(trap, 'DEVLINK_ATTR_TRAP_GROUP_NAME')), 'a trap is of a group that there is not');
    expectThat(numberIn(trap, 'DEVLINK_ATTR_TRAP_ACTION') !== undefined, 'a trap has no action');
  }
});
When(/^the trap (\w+) is set to (drop|trap|mirror)$/, async function (this: NicWorld, name: string, action: string) {
  await insist(this, 'TRAP_SET', { DEVLINK_ATTR_TRAP_NAME: name, DEVLINK_ATTR_TRAP_ACTION: ACTIONS.indexOf(action) });
});
When(
  /^all traps of the group of (\w+) are set to (drop|trap|mirror)$/,
  async function (this: NicWorld, name: string, action: string) {
    const group = textIn(await trapCalled(this, name), 'DEVLINK_ATTR_TRAP_GROUP_NAME') ?? '';
    devlinkNotes(this).remembered.set('group', group);
    await insist(this, 'TRAP_GROUP_SET', {
      DEVLINK_ATTR_TRAP_GROUP_NAME: group,
      DEVLINK_ATTR_TRAP_ACTION: ACTIONS.indexOf(action),
    });
  },
);
Then(
  /^each drop trap of that group, and no other drop trap, has the action (drop|trap|mirror)$/,
  async function (this: NicWorld, action: string) {
    for (const trap of await dumped(this, 'TRAP_GET')) {
      if (numberIn(trap, 'DEVLINK_ATTR_TRAP_TYPE') !== 0) continue;
      const isOfGroup = textIn(trap, 'DEVLINK_ATTR_TRAP_GROUP_NAME') === devlinkNotes(this).remembered.get('group');
      const has = numberIn(trap, 'DEVLINK_ATTR_TRAP_ACTION') === ACTIONS.indexOf(action);
      expectThat(has === isOfGroup, `${textIn(trap, 'DEVLINK_ATTR_TRAP_NAME') ?? ''} has the wrong action`);
    }
  },
);
Then(
  /^the trap (\w+) has the action (drop|trap|mirror)$/,
  async function (this: NicWorld, name: string, action: string) {
    expectNumber(
      numberIn(await trapCalled(this, name), 'DEVLINK_ATTR_TRAP_ACTION') ?? -1,
      ACTIONS.indexOf(action),
      'the action',
    );
  },
);
const statistic = (values: Values, name: string): number =>
  numberIn(nestIn(values, 'DEVLINK_ATTR_STATS'), `DEVLINK_ATTR_STATS_${name}`) ?? 0;
Then(
  /^the trap (\w+) has counted (\d+) frames of (\d+) bytes, and (\d+) dropped in hardware$/,
  async function (this: NicWorld, name: string, frames: string, bytes: string, drops: string) {
    const trap = await trapCalled(this, name);
    expectNumber(statistic(trap, 'RX_PACKETS'), Number(frames), 'frames');
    expectNumber(statistic(trap, 'RX_BYTES'), Number(frames) * Number(bytes), 'bytes');
    expectNumber(statistic(trap, 'RX_DROPPED'), Number(drops), 'drops');
  },
);
Then(/^the group of (\w+) has counted (\d+) frames$/, async function (this: NicWorld, name: string, frames: string) {
  const group = textIn(await trapCalled(this, name), 'DEVLINK_ATTR_TRAP_GROUP_NAME');
  const found = (await dumped(this, 'TRAP_GROUP_GET')).find(
    (each) => textIn(each, 'DEVLINK_ATTR_TRAP_GROUP_NAME') === group,
  );
  expectNumber(statistic(found ?? {}, 'RX_PACKETS'), Number(frames), 'frames of the group');
});
When(
  /^(\d+) frames of (\d+) bytes come in whose source is a group$/,
  async function (this: NicWorld, count: string, length: string) {
    const wire = await this.wire();
    const frame = new Uint8Array(Number(length));
    frame.set([2, 0, 0, 0, 0, 9, 3, 0, 0, 0, 0, 1, 0x88, 0xb5]);
    await wire.send(Array.from({ length: Number(count) }, () => ({ bytes: frame })));
    await this.target.clock.sleep(this.quietMs);
  },
);
Then(/^policer (\d+) has dropped (\d+)$/, async function (this: NicWorld, id: string, drops: string) {
  const [reply] = await insist(this, 'TRAP_POLICER_GET', { DEVLINK_ATTR_TRAP_POLICER_ID: Number(id) });
  expectNumber(statistic(reply ?? {}, 'RX_DROPPED'), Number(drops), 'drops of the policer');
});
When(/^traffic of traps is given (\d+) ms$/, async function (this: NicWorld, ms: string) {
  await setFlag(this, IFF_UP, true);
  await this.target.clock.sleep(Number(ms));
});
Then(/^the trap (\w+) has counted something$/, async function (this: NicWorld, name: string) {
  const trap = await trapCalled(this, name);
  expectThat(statistic(trap, 'RX_PACKETS') > 0 && statistic(trap, 'RX_BYTES') > 0, 'nothing was counted');
});

// Rates.

const UNIT = 125_000;
const nodesOf = async (world: NicWorld): Promise<ReadonlyMap<string, Values>> =>
  new Map(
    (await dumped(world, 'RATE_GET'))
      .filter((rate) => textIn(rate, 'DEVLINK_ATTR_RATE_NODE_NAME') !== undefined)
      .map((rate) => [textIn(rate, 'DEVLINK_ATTR_RATE_NODE_NAME') ?? '', rate]),
  );

Given('an embedded switch in switchdev mode', async function (this: NicWorld) {
  await insist(this, 'ESWITCH_SET', { DEVLINK_ATTR_ESWITCH_MODE: 1 });
});
Given(/^the rate nodes? (\w+(?: and \w+)?)$/, async function (this: NicWorld, names: string) {
  for (const name of names.split(/, | and /)) await insist(this, 'RATE_NEW', { DEVLINK_ATTR_RATE_NODE_NAME: name });
});
Given(/^(\w+) is the parent of (\w+)$/, async function (this: NicWorld, parent: string, node: string) {
  await insist(this, 'RATE_SET', { DEVLINK_ATTR_RATE_NODE_NAME: node, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: parent });
});
When(/^(\w+) is made the parent of (\w+)$/, async function (this: NicWorld, parent: string, node: string) {
  await ask(this, 'RATE_SET', { DEVLINK_ATTR_RATE_NODE_NAME: node, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: parent });
});
When(/^(\w+) is left without a parent$/, async function (this: NicWorld, node: string) {
  await ask(this, 'RATE_SET', { DEVLINK_ATTR_RATE_NODE_NAME: node, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: '' });
});
Then(/^the parent of (\w+) is (\w+)$/, async function (this: NicWorld, node: string, parent: string) {
  const shown = textIn((await nodesOf(this)).get(node), 'DEVLINK_ATTR_RATE_PARENT_NODE_NAME') ?? 'nobody';
  expectThat(shown === parent, `the parent of ${node} is ${shown}`);
});
Then(/^the rate nodes are (.+)$/, async function (this: NicWorld, names: string) {
  const expected = names === 'none' ? [] : names.split(/, | and /);
  const shown = [...(await nodesOf(this)).keys()].sort();
  expectThat(shown.join() === [...expected].sort().join(), `the rate nodes are ${shown.join() || 'none'}`);
});

/** A model of the tree: parents by name. */
type Tree = Map<string, string | undefined>;
const isAbove = (tree: Tree, name: string, from: string | undefined): boolean => {
  for (let each = from; each !== undefined; each = tree.get(each)) if (each === name) return true;
  return false;
};
class NodeCommand implements fc.AsyncCommand<Tree, NicWorld> {
  readonly #kind: 'new' | 'delete' | 'parent' | 'orphan' | 'max';
  readonly #name: string;
  readonly #other: string;

  constructor(kind: 'new' | 'delete' | 'parent' | 'orphan' | 'max', name: string, other: string) {
    [this.#kind, this.#name, this.#other] = [kind, name, other];
  }
  check(): boolean {
    return true;
  }
  async run(tree: Tree, world: NicWorld): Promise<void> {
    const name = { DEVLINK_ATTR_RATE_NODE_NAME: this.#name };
    const is = tree.has(this.#name);
    switch (this.#kind) {
      case 'new':
        this.#expect(await ask(world, 'RATE_NEW', name), !is);
        if (!is) tree.set(this.#name, undefined);
        break;
      case 'delete': {
        const isPossible = is && ![...tree.values()].includes(this.#name);
        this.#expect(await ask(world, 'RATE_DEL', name), isPossible);
        if (isPossible) tree.delete(this.#name);
        break;
      }
      case 'parent': {
        const isPossible = is && tree.has(this.#other) && !isAbove(tree, this.#name, this.#other);
        const values = { ...name, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: this.#other };
        this.#expect(await ask(world, 'RATE_SET', values), isPossible);
        if (isPossible) tree.set(this.#name, this.#other);
        break;
      }
      case 'orphan':
        this.#expect(await ask(world, 'RATE_SET', { ...name, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: '' }), is);
        if (is) tree.set(this.#name, undefined);
        break;
      case 'max':
        this.#expect(await ask(world, 'RATE_SET', { ...name, DEVLINK_ATTR_RATE_TX_MAX: 8 * UNIT }), is);
    }
    const shown = await nodesOf(world);
    for (const [each, parent] of tree)
      expectThat(
        textIn(shown.get(each), 'DEVLINK_ATTR_RATE_PARENT_NODE_NAME') === parent,
        `${each} has another parent`,
      );
    expectNumber(shown.size, tree.size, 'rate nodes');
  }
  #expect(result: { readonly ok: boolean }, isPossible: boolean): void {
    expectThat(result.ok === isPossible, `${this.toString()} was ${result.ok ? 'done' : 'refused'}`);
  }
  toString(): string {
    return `${this.#kind} ${this.#name} ${this.#other}`;
  }
}

Then('whatever is made of rate nodes, the tree is the one of a model', async function (this: NicWorld) {
  const name = fc.constantFrom('one', 'two', 'three');
  const command = (kind: 'new' | 'delete' | 'parent' | 'orphan' | 'max'): fc.Arbitrary<NodeCommand> =>
    fc.tuple(name, name).map(([one, other]) => new NodeCommand(kind, one, other));
  await this.law(
    fc
      .asyncProperty(
        this.commands([command('new'), command('delete'), command('parent'), command('orphan'), command('max')], 20),
        async (commands) => {
          await fc.asyncModelRun(() => ({ model: new Map() as Tree, real: this }), commands);
        },
      )
      .afterEach(() => removeNodes(this)),
    { runs: 0.3 },
  );
});

async function removeNodes(world: NicWorld): Promise<void> {
  for (const name of (await nodesOf(world)).keys())
    await ask(world, 'RATE_SET', { DEVLINK_ATTR_RATE_NODE_NAME: name, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: '' });
  for (const name of (await nodesOf(world)).keys()) await ask(world, 'RATE_DEL', { DEVLINK_ATTR_RATE_NODE_NAME: name });
}
