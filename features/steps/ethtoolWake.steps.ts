/** Wake-up: modes, the password of SecureOn, and frames that wake. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { bitList, decodeBits } from '../../reference-impl/netlink/bitset.js';
import { bytesIn, nestIn, numberIn } from '../../reference-impl/netlink/schema.js';
import { WAKE_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { settingGroup, settingsIn } from '../properties/ethtoolSettings.js';
import { askOperation } from './ethtoolRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted, ethtoolCall } from './settings.js';
import type { NicWorld } from './world.js';
import { readSettings, settingNotes } from './ethtoolSettings.steps.js';

const wakeModes = async (world: NicWorld): Promise<{ mask: ReadonlySet<string>; set: ReadonlySet<string> }> =>
  decodeBits(nestIn(await readSettings(world, settingGroup('wake-up')), 'ETHTOOL_A_WOL_MODES'), WAKE_NAMES);

When('a wake-up mode that the device does not have is switched on', async function (this: NicWorld) {
  const { mask } = await wakeModes(this);
  const lacking = WAKE_NAMES.find((name) => !mask.has(name));
  settingNotes(this).before = await readSettings(this, settingGroup('wake-up'));
  expectThat(lacking !== undefined, 'the device has every wake-up mode');
  await askOperation(this, 'WOL_SET', { ETHTOOL_A_WOL_MODES: bitList([lacking], WAKE_NAMES) });
});

Then('wake-up is what it was', async function (this: NicWorld) {
  const group = settingGroup('wake-up');
  const [before, now] = [settingNotes(this).before, await readSettings(this, group)].map((reply) =>
    JSON.stringify(settingsIn(group, reply, [])),
  );
  expectThat(before === now, `wake-up was ${String(before)} and is ${String(now)}`);
});

const setWake = async (world: NicWorld, modes: readonly string[]): Promise<void> => {
  const change = { ETHTOOL_A_WOL_MODES: bitList(modes, WAKE_NAMES) };
  accepted(await ethtoolCall(world, 'WOL_SET', change), `wake-up by ${modes.join(' ')}`);
};

When(/^wake-up is set to "(.*)"$/, async function (this: NicWorld, words: string) {
  await setWake(this, words === '' ? [] : words.split(' '));
});

const power = async (world: NicWorld, attribute: string): Promise<string> => {
  const result = await world.target.sysfs.read(`class/net/${world.port.netDevice}/device/power/${attribute}`);
  expectThat(result.ok, `power/${attribute} cannot be read`);
  return result.value.trim();
};

Then(
  /^power management says that the device may (not )?wake the host$/,
  async function (this: NicWorld, not: string | null) {
    const state = await power(this, 'wakeup');
    expectThat(state === (not === null ? 'enabled' : 'disabled'), `power/wakeup is ${state}`);
  },
);

const wakeCount = async (world: NicWorld): Promise<number> => Number(await power(world, 'wakeup_count'));
const MAGIC_REPEATS = 16;

const addressBytes = (world: NicWorld): Uint8Array =>
  Uint8Array.from(world.port.address.split(':').map((byte) => Number.parseInt(byte, 16)));

/** Of the payload: six bytes of ones, the address `repeats` times, and what may follow. */
function magicFrame(world: NicWorld, before: Uint8Array, repeats: number, after: Uint8Array): Uint8Array {
  const own = addressBytes(world);
  const header = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x08, 0x42];
  const pattern = [...new Uint8Array(6).fill(0xff), ...Array.from({ length: repeats }, () => [...own]).flat()];
  const bytes = [...header, ...before, ...pattern, ...after];
  return Uint8Array.from([...bytes, ...new Uint8Array(Math.max(0, 60 - bytes.length))]);
}

const sendToPort = async (world: NicWorld, bytes: Uint8Array): Promise<void> => {
  await (await world.wire()).send([{ bytes }]);
};

Then(
  'for every place of a magic packet in a frame, it wakes the host, and one address less does not',
  async function (this: NicWorld) {
    await setWake(this, ['magic']);
    const filling = fc.uint8Array({ maxLength: 200 }).map((bytes) => bytes.map((byte) => byte & 0x7f));
    await this.law(
      fc.asyncProperty(filling, filling, async (before, after) => {
        const start = await wakeCount(this);
        await sendToPort(this, magicFrame(this, before, MAGIC_REPEATS - 1, after));
        expectNumber(await wakeCount(this), start, 'wake-ups by fifteen addresses');
        await sendToPort(this, magicFrame(this, before, MAGIC_REPEATS, after));
        expectNumber(await wakeCount(this), start + 1, 'wake-ups by sixteen addresses');
      }),
      { runs: 0.3 },
    );
  },
);

Given(/^SecureOn with the password ((?:[0-9a-f]{2}){1,6})$/, async function (this: NicWorld, password: string) {
  const bytes = Uint8Array.from(Buffer.from(password, 'hex'));
  const change = { ETHTOOL_A_WOL_MODES: bitList(['magicsecure'], WAKE_NAMES), ETHTOOL_A_WOL_SOPASS: bytes };
  accepted(await ethtoolCall(this, 'WOL_SET', change), 'SecureOn');
});

When(/^a magic packet with the password ([0-9a-f]{12}) arrives$/, async function (this: NicWorld, password: string) {
  const bytes = Uint8Array.from(Buffer.from(password, 'hex'));
  await sendToPort(this, magicFrame(this, new Uint8Array(0), MAGIC_REPEATS, bytes));
});

Then(/^the host was woken (\d+) times?$/, async function (this: NicWorld, times: string) {
  expectNumber(await wakeCount(this), Number(times), 'wake-ups');
});

Then(/^the password reads back as ([0-9a-f]{12})$/, async function (this: NicWorld, password: string) {
  const reply = await readSettings(this, settingGroup('wake-up'));
  const bytes = bytesIn(reply, 'ETHTOOL_A_WOL_SOPASS') ?? new Uint8Array(0);
  expectThat(hex(bytes) === password, `the password is ${hex(bytes)}`);
});

When(
  /^(the longest|a longer) verification time of the MAC merge layer is set$/,
  async function (this: NicWorld, which: string) {
    const most =
      numberIn(await readSettings(this, settingGroup('the MAC merge layer')), 'ETHTOOL_A_MM_MAX_VERIFY_TIME') ?? 0;
    const change = { ETHTOOL_A_MM_VERIFY_TIME: which === 'the longest' ? most : most + 1 };
    await askOperation(this, 'MM_SET', change);
  },
);
