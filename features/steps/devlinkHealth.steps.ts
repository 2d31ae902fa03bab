/** Health reporters of devlink: errors, dumps, recovery. */
import { Given, Then, When } from '@cucumber/cucumber';
import { formattedIn } from '../../reference-impl/netlink/devlinkClient.js';
import { nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { announcedOf, ask, devlinkNotes, forgetAnnounced, insist, instanceOf } from './devlinkControl.js';
import { reporterName } from './devlinkWords.js';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_UP, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

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
const UNITS = { DUMP_TS: 1n, DUMP_TS_NS: 1_000_000n } as const;
const timesOfDump = async (world: NicWorld): Promise<ReadonlyMap<string, bigint>> => {
  const values = await reporterValues(world, await recovering(world));
  return new Map(
    Object.entries(UNITS).map(([unit, perMillisecond]) => {
      const at = values[`DEVLINK_ATTR_HEALTH_REPORTER_${unit}`];
      expectThat(typeof at === 'bigint', `${unit} is not told`);
      return [unit, at / perMillisecond];
    }),
  );
};
Given('the time of its dump is remembered in both units', async function (this: NicWorld) {
  for (const [unit, at] of await timesOfDump(this)) devlinkNotes(this).remembered.set(unit, at);
});
/** The tick of a slow kernel, and what a busy machine takes for the rest. */
const TICK_MS = 10n;
const BUSY_MS = 5000n;
Then(/^the time of its dump has gone on by (\d+) ms in both units$/, async function (this: NicWorld, least: string) {
  for (const [unit, at] of await timesOfDump(this)) {
    const before = devlinkNotes(this).remembered.get(unit);
    expectThat(typeof before === 'bigint', `${unit} was not remembered`);
    const passed = at - before;
    const isInBounds = passed + TICK_MS >= BigInt(least) && passed < BigInt(least) + BUSY_MS;
    expectThat(isInBounds, `by ${unit}, ${passed} ms have passed`);
  }
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
