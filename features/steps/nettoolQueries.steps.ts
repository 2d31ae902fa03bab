/** Queries of nettool, operations side by side, and what it hears of others. */
import { Given, Then, When } from '@cucumber/cucumber';
import { ETHTOOL_OPERATIONS } from '../../reference-impl/netlink/families/ethtool.js';
import { NETLINK_GENERIC } from '../../reference-impl/netlink/constants.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import {
  Watcher,
  changeDevice,
  printValue,
  query,
  type Answer,
  type Host,
  type ObservedChange,
} from '../../reference-impl/nettool/index.js';
import { expectNumber, expectThat } from './expectations.js';
import { SOON_MS, assignmentsOf, nettoolNotes, within } from './nettoolControl.js';
import { filled, wishOf } from './nettoolTold.js';
import { accepted, linkValues, setFeatures } from './settings.js';
import type { NicWorld } from './world.js';

const here = (world: NicWorld): Host => {
  const { session } = nettoolNotes(world);
  return { name: 'here', session: () => Promise.resolve(session) };
};
const UNREACHABLE: Host = {
  name: 'elsewhere',
  session: () => Promise.reject(new Error('elsewhere cannot be reached')),
};

async function ask(
  world: NicWorld,
  subjects: readonly string[],
  patterns: readonly string[],
  hosts: readonly Host[] = [here(world)],
): Promise<void> {
  const notes = nettoolNotes(world);
  const isolates = notes.session.parts.isolatesHosts;
  try {
    notes.query = await within(SOON_MS, 'the query', query(hosts, { subjects, patterns }, isolates));
  } catch (error) {
    notes.failure = error instanceof Error ? error : new Error(String(error));
  }
}

function answers(world: NicWorld): readonly Answer[] {
  const { query: result, failure } = nettoolNotes(world);
  if (failure !== undefined) throw failure;
  return result?.answers ?? [];
}

const ofPort = (world: NicWorld, subject: string): Answer | undefined =>
  answers(world).find((answer) => answer.subject === subject && answer.device.ifIndex === world.port.ifIndex);

When(/^nettool asks every device for its (link|features)$/, async function (this: NicWorld, subject: string) {
  await ask(this, [subject], ['*']);
});

When('nettool asks the port for link and bridge', async function (this: NicWorld) {
  await ask(this, ['link', 'bridge'], [this.port.netDevice]);
});

When('nettool asks this machine and one that cannot be reached for links', async function (this: NicWorld) {
  await ask(this, ['link'], ['*'], [here(this), UNREACHABLE]);
});

/** As the device itself tells it. */
async function driversOf(world: NicWorld, pattern: string): Promise<ReadonlyMap<string, string>> {
  await ask(world, ['driver'], [pattern]);
  return new Map(
    answers(world).flatMap(({ device, result }) =>
      result.ok ? [[device.name, String(result.value.values['driver'] ?? '')] as const] : [],
    ),
  );
}

When('nettool asks the devices of the driver of the port for their link', async function (this: NicWorld) {
  const name = (await driversOf(this, this.port.netDevice)).get(this.port.netDevice);
  expectThat(name !== undefined && name !== '', 'the port tells no driver');
  this.note('driver asked for', () => name);
  await ask(this, ['link'], [`driver:${name}`]);
});

When('nettool asks the devices of a driver that nobody has for their link', async function (this: NicWorld) {
  await ask(this, ['link'], ['driver:no-such-driver']);
});

Then('each row is of a device with that driver', async function (this: NicWorld) {
  const rows = answers(this).map(({ device }) => device.name);
  const wanted = this.note('driver asked for', () => '');
  const drivers = await driversOf(this, '*');
  for (const row of rows)
    expectThat(drivers.get(row) === wanted, `${row} is of the driver ${drivers.get(row) ?? 'of nobody'}`);
});

Then('there is no row', function (this: NicWorld) {
  expectNumber(answers(this).length, 0, 'rows');
});

async function indexes(world: NicWorld): Promise<number[]> {
  const links = accepted(await (await world.route()).links(), 'listing the links');
  return links.map(({ header }) => numberIn(header, 'ifi_index') ?? 0);
}

Then('each net device has a row, once', async function (this: NicWorld) {
  const expected = (await indexes(this)).sort((a, b) => a - b).join();
  const got = answers(this)
    .filter(({ result }) => result.ok)
    .map(({ device }) => device.ifIndex)
    .sort((a, b) => a - b)
    .join();
  expectThat(got === expected, `the net devices are ${expected}, rows are of ${got}`);
});

Then('each net device with features has a row, once', async function (this: NicWorld) {
  const rows = answers(this).filter(({ result }) => result.ok);
  expectNumber(new Set(rows.map(({ device }) => device.ifIndex)).size, rows.length, 'devices with a row');
  const all = await indexes(this);
  for (const { ifIndex } of this.session.description.ports)
    expectThat(all.includes(ifIndex) && rows.some(({ device }) => device.ifIndex === ifIndex), `${ifIndex} has no row`);
});

Then('one request asked for the features of all', function (this: NicWorld) {
  const { command } = ETHTOOL_OPERATIONS.FEATURES_GET;
  const { sent } = nettoolNotes(this).machine;
  const asked = sent.filter(({ protocol, message }) => protocol === NETLINK_GENERIC && message.body[0] === command);
  expectNumber(asked.filter(({ message }) => message.body.length > 4).length, 1, 'requests for features');
});

Then('the link of the port is there', function (this: NicWorld) {
  const answer = ofPort(this, 'link');
  expectThat(answer?.result.ok === true, 'the link of the port is not among the answers');
});

Then('the bridge of the port is told as not supported', function (this: NicWorld) {
  const answer = ofPort(this, 'bridge');
  expectThat(
    answer?.result.ok === false && answer.result.refusal.errno === 'EOPNOTSUPP',
    'it is told as something else',
  );
});

Then('the machine that cannot be reached is named', function (this: NicWorld) {
  const failures = nettoolNotes(this).query?.failures ?? [];
  expectThat(failures.length === 1 && failures[0]?.host === 'elsewhere', 'it is not named');
});

// Side by side.

Given('changes of nettool are held up on their way', function (this: NicWorld) {
  const notes = nettoolNotes(this);
  const gate = notes.machine.holdChanges();
  notes.running.push(Promise.resolve(gate));
});

async function letGo(world: NicWorld): Promise<void> {
  const [gate] = nettoolNotes(world).running;
  ((await gate) as { open(): void }).open();
}

When(/^nettool begins to change "([^"]+)"$/, async function (this: NicWorld, text: string) {
  const notes = nettoolNotes(this);
  const assignments = await assignmentsOf(this, text);
  const running = changeDevice(notes.session, this.port.netDevice, assignments).then((result) => {
    notes.events.push(result.ok ? 'changed' : 'refused');
    return result;
  });
  notes.running.push(running);
  await sentChanges(this, 1);
});

/** Until so many changes were handed to a socket, or for a while. */
async function sentChanges(world: NicWorld, count: number): Promise<void> {
  const { machine } = nettoolNotes(world);
  for (let waited = 0; machine.changes.length < count && waited < SOON_MS; waited += PAUSE_MS) await pause(PAUSE_MS);
}

const PAUSE_MS = 5;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** In which a second change would be sent if nothing kept it back. */
const MEANWHILE_MS = 100;

When('nettool reads the features while it is under way', async function (this: NicWorld) {
  const notes = nettoolNotes(this);
  await ask(this, ['features'], [this.port.netDevice]);
  if (notes.failure === undefined) notes.events.push('read');
});

Then('the features are there before the change is done', async function (this: NicWorld) {
  const notes = nettoolNotes(this);
  await letGo(this);
  const [, running] = notes.running;
  await within(SOON_MS, 'the change', running ?? Promise.resolve());
  expectThat(ofPort(this, 'features')?.result.ok === true, 'the features are not there');
  expectThat(notes.events.join() === 'read,changed', `what happened: ${notes.events.join()}`);
});

Then(
  /^nettool has sent (\d) change until it may go on, and the MTU is (\d+) in the end$/,
  async function (this: NicWorld, count: string, mtu: string) {
    const notes = nettoolNotes(this);
    await pause(MEANWHILE_MS);
    const early = notes.machine.changes.length;
    await letGo(this);
    await within(SOON_MS, 'the changes', Promise.all(notes.running));
    expectNumber(early, Number(count), 'changes on their way');
    expectNumber(numberIn((await linkValues(this)).values, 'IFLA_MTU') ?? 0, Number(mtu), 'MTU');
  },
);

Given('answers come in the opposite order', function (this: NicWorld) {
  nettoolNotes(this).machine.reverses = true;
});

When('nettool reads link, statistics and features of every device, all at once', async function (this: NicWorld) {
  const notes = nettoolNotes(this);
  // One by one, or dumps would answer in one piece.
  const { session } = notes;
  const devices = await session.devices();
  const names = devices.ok ? devices.value.map(({ name }) => name) : [];
  const many = Array.from({ length: 20 }, () => names).flat();
  try {
    const results = await within(
      SOON_MS,
      'the queries',
      Promise.all(
        many.map((name) => query([here(this)], { subjects: ['link', 'statistics', 'features'], patterns: [name] })),
      ),
    );
    notes.query = { answers: results.flatMap((one) => one.answers), failures: [] };
    notes.events.push(String(3 * many.length));
  } catch (error) {
    notes.failure = error instanceof Error ? error : new Error(String(error));
  }
});

Then('each answer is about what was asked', function (this: NicWorld) {
  const [expected] = nettoolNotes(this).events;
  const all = answers(this);
  expectNumber(all.length, Number(expected), 'answers');
  for (const { subject, device, result } of all) {
    if (!result.ok) continue;
    const { values } = result.value;
    const sign = { link: 'mtu', statistics: 'rx-bytes', features: 'rx-gro' }[subject] ?? '';
    expectThat(values[sign] !== undefined, `the answer about ${subject} of ${device.name} is another`);
    if (subject === 'link')
      expectThat(values['name'] === device.name, `the link of ${device.name} is that of ${String(values['name'])}`);
  }
});

/** An operation that is lost may not take a scenario's time; one that is not has to fit in. */
const LOST_AFTER_MS = 500;

Given('answers about the features never come', function (this: NicWorld) {
  const { command } = ETHTOOL_OPERATIONS.FEATURES_GET;
  const { machine } = nettoolNotes(this, LOST_AFTER_MS);
  machine.loses = ({ type, body }) => type > 0x12 && body.length > 4 && body[0] === command && type < 0x100;
});

When('nettool reads the features and the link at the same time', async function (this: NicWorld) {
  await ask(this, ['features', 'link'], [this.port.netDevice]);
});

Then('reading the features ends with a timeout', function (this: NicWorld) {
  const answer = ofPort(this, 'features');
  expectThat(answer?.result.ok === false, 'the features are there, or nothing is told of them');
  expectThat(answer.result.refusal.message.includes('no answer'), `it says: ${answer.result.refusal.message}`);
});

Given('no answer is delivered yet', async function (this: NicWorld) {
  const notes = nettoolNotes(this);
  // What is asked once is asked before.
  await notes.session.devices();
  notes.running.push(Promise.resolve(notes.machine.holdAnswers()));
});

When(/^nettool reads the link (\d+) times at once$/, function (this: NicWorld, times: string) {
  const notes = nettoolNotes(this);
  notes.machine.sent.length = 0;
  for (let index = 0; index < Number(times); index++) {
    const read = notes.session.device(this.port.netDevice);
    // Whether it is answered is looked at later.
    read.catch(() => undefined);
    notes.running.push(read);
  }
});

Then(/^(\d+) requests are on their way$/, async function (this: NicWorld, count: string) {
  const { sent } = nettoolNotes(this).machine;
  for (let waited = 0; sent.length < Number(count) && waited < MEANWHILE_MS; waited += PAUSE_MS) await pause(PAUSE_MS);
  expectNumber(sent.length, Number(count), 'requests on their way');
});

Then('all of them are answered once answers come', async function (this: NicWorld) {
  await letGo(this);
  const results = await within(SOON_MS, 'the reads', Promise.all(nettoolNotes(this).running.slice(1)));
  const good = results.filter((result) => (result as { readonly ok: boolean }).ok);
  expectNumber(good.length, results.length, 'reads that were answered');
});

// What others do.

Given('nettool watches the port', async function (this: NicWorld) {
  const notes = nettoolNotes(this);
  const watcher = await Watcher.open(notes.session, [this.port.netDevice]);
  notes.running.push(Promise.resolve(watcher));
});

When(/^somebody sets the MTU to (\d+)$/, async function (this: NicWorld, mtu: string) {
  accepted(await (await this.route()).setLink(this.port.ifIndex, { IFLA_MTU: Number(mtu) }), 'setting the MTU');
});

When(/^somebody switches rx-gro (on|off)$/, async function (this: NicWorld, state: string) {
  await setFeatures(this, { 'rx-gro': state === 'on' });
});

/** Announcements are there at once, or very soon. */
const TOLD_WITHIN_MS = 500;

/** What is told until it is what is waited for, or for a while. */
async function expectTold(world: NicWorld, fits: (change: ObservedChange) => boolean): Promise<void> {
  const watcher = (await nettoolNotes(world).running[0]) as Watcher;
  const told: string[] = [];
  for (const end = performance.now() + TOLD_WITHIN_MS; ;) {
    const changes = await watcher.next(TOLD_WITHIN_MS);
    told.push(...changes.map(({ subject, key, after }) => `${subject}.${key}: ${String(after)}`));
    const isTold = changes.some(fits);
    if (!isTold && performance.now() < end) continue;
    await watcher.close();
    expectThat(isTold, `nothing of it is told; told: ${told.join('; ')}`);
    return;
  }
}

Then(
  /^nettool tells that ([a-z-]+)\.(\(.+\)|\S+) is (\S+)$/,
  async function (this: NicWorld, subject: string, word: string, value: string) {
    const key = await filled(this, word);
    await expectTold(
      this,
      (change) => change.subject === subject && change.key === key && printValue(change.after ?? '') === value,
    );
  },
);

Then('nettool tells that the param is what was asked for', async function (this: NicWorld) {
  const { name, value } = wishOf(this);
  await expectTold(
    this,
    ({ subject, key, after }) =>
      subject === 'devlink-params' && key.startsWith(`${name}@`) && printValue(after ?? '') === value,
  );
});

Then(
  /^nettool tells of a row of ([a-z-]+) with (\S+)$/,
  async function (this: NicWorld, subject: string, text: string) {
    await expectTold(this, (change) => change.subject === subject && String(change.after ?? '').includes(text));
  },
);
