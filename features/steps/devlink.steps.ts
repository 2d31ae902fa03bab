/** Requests to devlink in tables of attributes, what comes for them, and what is announced. */
import { Given, Then, When, type DataTable } from '@cucumber/cucumber';
import { DEVLINK_CMD, type DevlinkCommand } from '../../reference-impl/netlink/families/devlink.js';
import { DEVLINK } from '../../reference-impl/netlink/families/devlinkAttributes.js';
import { textIn, type Value, type Values } from '../../reference-impl/netlink/schema.js';
import { handleAttributes } from '../../reference-impl/netlink/devlinkClient.js';
import {
  ATTRIBUTE,
  announcedOf,
  ask,
  devlinkNotes,
  devlinkOf,
  dumped,
  forgetAnnounced,
  handleValuesOf,
  insist,
  instanceOf,
  listen,
  typed,
  valueAt,
} from './devlinkControl.js';
import { DEVLINK_WORDS } from './devlinkWords.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

export function commandCalled(name: string): DevlinkCommand {
  expectThat(name in DEVLINK_CMD, `devlink has no command ${name}`);
  return name as DevlinkCommand;
}

/** A table of attributes and values; a value in parentheses is a word for what the instance has. */
export async function tableValues(world: NicWorld, table: DataTable | undefined): Promise<Values> {
  const values: Record<string, Value> = {};
  for (const [name = '', text = ''] of table?.raw() ?? []) {
    const word = /^\((.+)\)$/.exec(text)?.[1];
    const resolve = word === undefined ? undefined : DEVLINK_WORDS[word];
    expectThat(word === undefined || resolve !== undefined, `no word ${text}`);
    values[`${ATTRIBUTE}${name}`] = resolve === undefined ? typed(name, text) : await resolve(world);
  }
  return values;
}

/** A value in the form of a table's. */
function shown(value: Value | undefined): string {
  if (value === undefined) return 'absent';
  if (value instanceof Uint8Array)
    return value.length === 0 ? 'none' : [...value].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

Given('somebody listens to devlink', async function (this: NicWorld) {
  await instanceOf(this);
  await listen(this);
});

async function request(world: NicWorld, name: string, table?: DataTable): Promise<void> {
  const command = commandCalled(name);
  const values = await tableValues(world, table);
  if (devlinkNotes(world).listener !== undefined) await forgetAnnounced(world);
  await ask(world, command, values);
}

When('devlink {word} is asked for', async function (this: NicWorld, name: string) {
  await request(this, name);
});
When('devlink {word} is asked for with', async function (this: NicWorld, name: string, table: DataTable) {
  await request(this, name, table);
});
Given('devlink {word} was asked for with', async function (this: NicWorld, name: string, table: DataTable) {
  await insist(this, commandCalled(name), await tableValues(this, table));
});
Given('devlink {word} was asked for', async function (this: NicWorld, name: string) {
  await insist(this, commandCalled(name), {});
});

When('devlink {word} is asked for without a handle', async function (this: NicWorld, name: string) {
  this.answer = await (await devlinkOf(this)).call(commandCalled(name), {});
});
When('devlink {word} is asked for of a bus alone', async function (this: NicWorld, name: string) {
  const { bus } = await instanceOf(this);
  this.answer = await (await devlinkOf(this)).call(commandCalled(name), { DEVLINK_ATTR_BUS_NAME: bus });
});
When('devlink {word} is asked for of a device that there is not', async function (this: NicWorld, name: string) {
  const { bus } = await instanceOf(this);
  const handle = handleAttributes({ bus, device: 'nothing' });
  this.answer = await (await devlinkOf(this)).call(commandCalled(name), handle);
});
When('devlink {word} is dumped', async function (this: NicWorld, name: string) {
  devlinkNotes(this).replies = (await dumped(this, commandCalled(name))).map((values) => ({
    command: commandCalled(name),
    values,
  }));
});

/** The change is made, and the acknowledgement is read for a warning. */
When('devlink {word} is made with', async function (this: NicWorld, name: string, table: DataTable) {
  const values = { ...(await handleValuesOf(this)), ...(await tableValues(this, table)) };
  const result = await (await devlinkOf(this)).callWithWarning(commandCalled(name), values);
  this.answer = result;
  devlinkNotes(this).warning = result.ok ? result.value : undefined;
});
Then('it succeeds, and {string} is said', function (this: NicWorld, said: string) {
  expectThat(this.answer?.ok === true, 'it was refused');
  const { warning } = devlinkNotes(this);
  expectThat((warning ?? 'nothing') === said, `said was ${warning ?? 'nothing'}`);
});

Then('devlink does it', function (this: NicWorld) {
  const { answer } = this;
  expectThat(answer !== undefined, 'nothing was asked for');
  expectThat(
    answer.ok,
    answer.ok ? '' : `it was refused with ${answer.error.errnoName}: ${answer.error.message ?? 'no text'}`,
  );
});

function refusalOf(world: NicWorld): { errno: string; message: string; missing: number | undefined } {
  const { answer } = world;
  expectThat(answer !== undefined && !answer.ok, 'it was not refused');
  const { errnoName, message, missingType } = answer.error;
  return { errno: errnoName, message: message ?? '', missing: missingType };
}

Then(/^devlink refuses it with (E[A-Z]+)$/, function (this: NicWorld, expected: string) {
  const { errno } = refusalOf(this);
  expectThat(errno === expected, `it was refused with ${errno}`);
});
Then(/^devlink refuses it with (E[A-Z]+): "(.+)"$/, function (this: NicWorld, expected: string, text: string) {
  const { errno, message } = refusalOf(this);
  expectThat(errno === expected, `it was refused with ${errno}: ${message}`);
  expectThat(message === text, `the text was "${message}"`);
});
Then(/^devlink refuses it with EINVAL, as ([A-Z_]+) is missing$/, function (this: NicWorld, name: string) {
  const { errno, missing } = refusalOf(this);
  expectThat(errno === 'EINVAL', `it was refused with ${errno}`);
  expectNumber(missing ?? 0, DEVLINK.byName.get(`${ATTRIBUTE}${name}`)?.number ?? -1, 'the missing attribute');
});

Then('the answer has', function (this: NicWorld, table: DataTable) {
  const [reply] = devlinkNotes(this).replies;
  for (const [path = '', expected = ''] of table.raw()) {
    const value = valueAt(reply?.values, path);
    if (expected === 'something') expectThat(value !== undefined, `${path} is absent`);
    else expectThat(shown(value) === expected, `${path} is ${shown(value)}`);
  }
});
Then('there is no answer but the acknowledgement', function (this: NicWorld) {
  expectNumber(devlinkNotes(this).replies.length, 0, 'messages');
});
Then(/^(\w+) of it is remembered as "(.+)"$/, function (this: NicWorld, path: string, name: string) {
  const notes = devlinkNotes(this);
  notes.remembered.set(name, valueAt(notes.replies[0]?.values, path));
});

Then('devlink announces {word}', async function (this: NicWorld, name: string) {
  const announced = await announcedOf(this);
  const commands = announced.map(({ command }) => command);
  expectThat(commands.includes(commandCalled(name)), `announced was ${commands.join(', ') || 'nothing'}`);
});
Then('devlink announces {word} with', async function (this: NicWorld, name: string, table: DataTable) {
  const announced = (await announcedOf(this)).filter(({ command }) => command === commandCalled(name));
  const fits = announced.some(({ values }) =>
    table.raw().every(([path = '', expected = '']) => {
      const value = valueAt(values, path);
      return expected === 'something' ? value !== undefined : shown(value) === expected;
    }),
  );
  expectThat(fits, `${announced.length} times ${name} was announced, and not with these values`);
});
Then('nothing is announced by devlink', async function (this: NicWorld) {
  const commands = (await announcedOf(this)).map(({ command }) => command);
  expectNumber(commands.length, 0, `announcements (${commands.join(', ')})`);
});

/** Where something of a kind is in a dump, by one of its attributes. */
Then(
  /^devlink (\w+) (has|has not) one with$/,
  async function (this: NicWorld, name: string, has: string, table: DataTable) {
    const all = await dumped(this, commandCalled(name));
    const fits = all.some((values) =>
      table.raw().every(([path = '', expected = '']) => {
        const value = valueAt(values, path);
        return expected === 'something' ? value !== undefined : shown(value) === expected;
      }),
    );
    expectThat(
      fits === (has === 'has'),
      `${name} lists ${all.length}, ${fits ? 'one' : 'none'} of them with these values`,
    );
  },
);

async function expectListed(world: NicWorld, handle: Values): Promise<void> {
  const { bus, device } = await instanceOf(world);
  const listed = await (await devlinkOf(world)).dump('GET', handle);
  expectThat(listed.ok, 'the dump was refused');
  const found = listed.value.filter(
    ({ values }) =>
      textIn(values, 'DEVLINK_ATTR_BUS_NAME') === bus && textIn(values, 'DEVLINK_ATTR_DEV_NAME') === device,
  );
  expectNumber(found.length, 1, `instances called ${bus}/${device}`);
}
Then('the instance is among those that devlink lists', async function (this: NicWorld) {
  await expectListed(this, {});
});
Then(
  'the instance is among those that devlink lists for the handle of a device that there is not',
  async function (this: NicWorld) {
    const { bus } = await instanceOf(this);
    await expectListed(this, handleAttributes({ bus, device: 'nothing' }));
  },
);

const NLM_F_DUMP_FILTERED = 0x20;
Then('a dump of the ports of the instance is marked as a part, and one of all is not', async function (this: NicWorld) {
  const devlink = await devlinkOf(this);
  const part = accepted(await devlink.dumpFlags('PORT_GET', await handleValuesOf(this)), 'the ports of the instance');
  const all = accepted(await devlink.dumpFlags('PORT_GET'), 'all ports');
  expectThat(part.length > 0 && all.length > 0, 'there are no ports');
  expectThat(
    part.every((flags) => (flags & NLM_F_DUMP_FILTERED) !== 0),
    'the part is not marked',
  );
  expectThat(
    all.every((flags) => (flags & NLM_F_DUMP_FILTERED) === 0),
    'the whole is marked as a part',
  );
});
