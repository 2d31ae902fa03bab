/** The firmware of a module: what is asked for, and what is told to who asked. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { NetDeviceName } from '../../harness/contract/index.js';
import { EthtoolClient } from '../../reference-impl/netlink/ethtoolClient.js';
import { bytesIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { firmwareImage } from '../../reference-impl/packet/firmwareImage.js';
import { askOperation } from './ethtoolRequests.js';
import { dumped, indexOfPort, insist, ownPort } from './devlinkControl.js';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_UP, accepted, ethtoolCall } from './settings.js';
import type { NicWorld } from './world.js';

/** More than one block, and no whole number of them. */
const PAYLOAD_BYTES = 700;
const A = 'ETHTOOL_A_MODULE_FW_FLASH_';
const [STARTED, IN_PROGRESS, COMPLETED, ERROR] = [1, 2, 3, 4] as const;
/** Ten seconds of waits in the kernel, and as much again. */
const LONGEST_MS = 60_000;
const LOOK_MS = 500;

interface FlashNotes {
  /** Sequence numbers of what is told count up from the request: the socket is for nothing else. */
  client: EthtoolClient | undefined;
  listener: EthtoolClient | undefined;
  told: Values[];
  revision: string;
}
const notesOf = (world: NicWorld): FlashNotes =>
  world.note('flashing of a module', () => ({ client: undefined, listener: undefined, told: [], revision: '' }));

const openClient = (world: NicWorld): Promise<EthtoolClient> =>
  EthtoolClient.open((protocol) => world.target.netlink(protocol));

Given(
  /^the file "([^"]+)" has (damaged )?firmware of the revision ([\d.]+) for a module$/,
  async function (this: NicWorld, name: string, damaged: string | null | undefined, version: string) {
    const payload = Uint8Array.from({ length: PAYLOAD_BYTES }, (_, index) => (index * 7) & 0xff);
    const image = firmwareImage({ version, payload });
    if (typeof damaged === 'string') image[image.length - 1] = (image.at(-1) ?? 0) ^ 1;
    expectThat((await this.target.firmware.put(name, image)).ok, `${name} cannot be put`);
  },
);

Given('somebody else listens to ethtool', async function (this: NicWorld) {
  const listener = await openClient(this);
  await listener.listen();
  notesOf(this).listener = listener;
});

async function begin(world: NicWorld, name: string, more: Values = {}): Promise<void> {
  const notes = notesOf(world);
  notes.client = await openClient(world);
  const values = { [`${A}FILE_NAME`]: name, ...more };
  accepted(await notes.client.call('MODULE_FW_FLASH_ACT', world.port.netDevice, values), 'flashing the module');
}

const statusOf = (values: Values): number => numberIn(values, `${A}STATUS`) ?? -1;

/** Takes what is told up to the end. */
async function follow(world: NicWorld): Promise<void> {
  const notes = notesOf(world);
  for (let waited = 0; waited < LONGEST_MS; waited += LOOK_MS) {
    const news = (await notes.client?.announcements(LOOK_MS)) ?? [];
    notes.told.push(...news.filter(({ name }) => name === 'MODULE_FW_FLASH_NTF').map(({ values }) => values));
    if (notes.told.some((values) => statusOf(values) === COMPLETED || statusOf(values) === ERROR)) return;
  }
}

When(
  /^the module is flashed with "([^"]+)"(?: and the password (\w+))?$/,
  async function (this: NicWorld, name: string, password?: string | null) {
    await begin(this, name, typeof password === 'string' ? { [`${A}PASSWORD`]: Number(password) } : {});
    await follow(this);
  },
);
When(/^the flashing of the module with "([^"]+)" begins$/, async function (this: NicWorld, name: string) {
  await begin(this, name);
});

Then(
  'who asked is told that it has started, of bytes that become more, and that it is completed',
  function (this: NicWorld) {
    const { told } = notesOf(this);
    const statuses = told.map(statusOf);
    expectNumber(statuses[0] ?? -1, STARTED, 'the first status');
    expectNumber(statuses.at(-1) ?? -1, COMPLETED, 'the last status');
    const counts = told.filter((values) => statusOf(values) === IN_PROGRESS);
    expectThat(counts.length > 1, `bytes are told ${counts.length} times`);
    expectNumber(counts.length, statuses.length - 2, 'messages between');
    const at = (values: Values | undefined, what: string): number => numberIn(values, `${A}${what}`) ?? -1;
    for (const [index, values] of counts.entries()) {
      expectNumber(at(values, 'TOTAL'), at(counts[0], 'TOTAL'), 'bytes of the whole');
      if (index > 0) expectThat(at(values, 'DONE') > at(counts[index - 1], 'DONE'), 'the bytes do not become more');
      expectThat(at(values, 'DONE') < at(values, 'TOTAL'), 'more bytes are done than there are');
    }
  },
);

Then('nobody else is told of it', async function (this: NicWorld) {
  const news = (await notesOf(this).listener?.announcements(this.quietMs)) ?? [];
  const told = news.filter(({ name }) => name === 'MODULE_FW_FLASH_NTF');
  expectNumber(told.length, 0, 'messages to others');
});

Then(/^who asked is told that it has failed: "([^"]+)"$/, function (this: NicWorld, message: string) {
  const { told } = notesOf(this);
  const failure = told.find((values) => statusOf(values) === ERROR);
  expectThat(failure !== undefined, `it is told: ${told.map(statusOf).join(', ')}`);
  const text = textIn(failure, `${A}STATUS_MSG`) ?? '';
  expectThat(text.startsWith(message), `it is told: ${text}`);
  expectThat(!told.some((values) => statusOf(values) === COMPLETED), 'it is told that it is completed');
});

const REVISION = { OFFSET: 39, LENGTH: 2, PAGE: 0, I2C_ADDRESS: 0x50 };

async function revisionOf(world: NicWorld): Promise<string> {
  const values = Object.fromEntries(
    Object.entries(REVISION).map(([name, value]) => [`ETHTOOL_A_MODULE_EEPROM_${name}`, value]),
  );
  // The last message comes before the module is given free.
  await world.target.clock.sleep(world.quietMs);
  const reply = accepted(await ethtoolCall(world, 'MODULE_EEPROM_GET', values), 'reading the revision of the module');
  return (bytesIn(reply, 'ETHTOOL_A_MODULE_EEPROM_DATA') ?? new Uint8Array(0)).join('.');
}
Given('the revision of the module is remembered', async function (this: NicWorld) {
  notesOf(this).revision = await revisionOf(this);
});
Then(/^the module tells the revision (\d+\.\d+|that was remembered)$/, async function (this: NicWorld, which: string) {
  const expected = which === 'that was remembered' ? notesOf(this).revision : which;
  const found = await revisionOf(this);
  expectThat(found === expected, `it tells ${found} instead of ${expected}`);
});

Then('the port cannot be set up, as its module is flashed', async function (this: NicWorld) {
  const route = await this.route();
  const answer = await route.setLink(this.port.ifIndex, {}, { flags: IFF_UP, change: IFF_UP });
  expectThat(!answer.ok, 'it was set up');
  expectThat(answer.error.errnoName === 'EPERM', `it is refused with ${answer.error.errnoName}`);
  expectThat(answer.error.message?.includes('flashing') === true, `it says: ${answer.error.message ?? 'nothing'}`);
});

const PORT_NUMBER = 'DEVLINK_ATTR_PORT_NUMBER';
Given('the port is split into 2 parts', async function (this: NicWorld) {
  const port = await ownPort(this);
  notesOf(this).revision = String(numberIn(port, PORT_NUMBER));
  await insist(this, 'PORT_SPLIT', {
    DEVLINK_ATTR_PORT_INDEX: indexOfPort(port),
    DEVLINK_ATTR_PORT_SPLIT_COUNT: 2,
  });
});
When(/^a part of the port is asked to flash its module with "([^"]+)"$/, async function (this: NicWorld, name: string) {
  const part = (await dumped(this, 'PORT_GET')).find(
    (port) => String(numberIn(port, 'DEVLINK_ATTR_PORT_SPLIT_GROUP')) === notesOf(this).revision,
  );
  const netDevice = textIn(part, 'DEVLINK_ATTR_PORT_NETDEV_NAME') as NetDeviceName;
  await askOperation(this, 'MODULE_FW_FLASH_ACT', { [`${A}FILE_NAME`]: name }, { netDevice });
});
