/** Flash updates and versions of devlink. */
import { Given, Then, When } from '@cucumber/cucumber';
import { isValues, listIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { firmwareImage } from '../../reference-impl/packet/firmwareImage.js';
import { announcedOf, ask, devlinkNotes, forgetAnnounced, insist } from './devlinkControl.js';
import { expectThat } from './expectations.js';
import type { NicWorld } from './world.js';

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
Then('the file is taken away', async function (this: NicWorld) {
  expectThat((await this.target.firmware.remove(FILE)).ok, 'the file could not be taken away');
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
    let parts = 0;
    for (const { values } of announced.slice(1, -1)) {
      const [done, total] = ['DONE', 'TOTAL'].map(
        (name) => numberIn(values, `DEVLINK_ATTR_FLASH_UPDATE_STATUS_${name}`) ?? 0,
      );
      if ((total ?? 0) === 0) continue;
      expectThat((done ?? 0) <= (total ?? 0) && (done ?? 0) >= before, `${done} of ${total} after ${before}`);
      [before, whole] = [done ?? 0, total ?? 0];
      if (before < whole) parts++;
    }
    expectThat(parts > 0, 'nothing is told before it is over');
    expectThat(whole > 0 && before === whole, `${before} of ${whole} is the last that was told`);
  },
);
const progressOf = async (world: NicWorld): Promise<readonly Values[]> =>
  (await announcedOf(world)).filter(({ command }) => command === 'FLASH_UPDATE_STATUS').map(({ values }) => values);
Then(
  'each message of progress tells how far it is, of how much, and how long it may take',
  async function (this: NicWorld) {
    const progress = await progressOf(this);
    expectThat(progress.length > 0, 'no progress is announced');
    for (const values of progress)
      for (const name of ['DONE', 'TOTAL', 'TIMEOUT'])
        expectThat(numberIn(values, `DEVLINK_ATTR_FLASH_UPDATE_STATUS_${name}`) !== undefined, `${name} is not told`);
  },
);
Then('some of them say in words what is done', async function (this: NicWorld) {
  const words = (await progressOf(this)).map((values) => textIn(values, 'DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG') ?? '');
  expectThat(words.join('') !== '', 'no message says what is done');
});
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

Then(/^the progress that devlink announces is of (\w+)$/, async function (this: NicWorld, component: string) {
  const progress = (await announcedOf(this)).filter(({ command }) => command === 'FLASH_UPDATE_STATUS');
  expectThat(progress.length > 0, 'no progress is announced');
  for (const { values } of progress) {
    const told = textIn(values, 'DEVLINK_ATTR_FLASH_UPDATE_COMPONENT');
    expectThat(told === component, `it is of ${told ?? 'nothing'}`);
  }
});
