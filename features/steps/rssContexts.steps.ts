/** Receive-side scaling: contexts beside the main one, and who is told of changes. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { Announcement } from '../../reference-impl/netlink/ethtoolClient.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { exampleFlow, type Flow } from '../properties/flows.js';
import { matchOn, ruleFor } from '../properties/ntuple.js';
import { expectedHash, expectedQueue } from '../properties/rss.js';
import { expectNumber, expectThat } from './expectations.js';
import { receiveQueues } from './receiveControl.js';
import {
  addRule,
  askForRss,
  createContext,
  deleteRule,
  deliverFlows,
  getRss,
  queueOf,
  readRss,
  removeContext,
  rssNotes,
  setRss,
  type RssState,
} from './rssControl.js';
import { accepted, insistOnFeatures } from './settings.js';
import type { NicWorld } from './world.js';

interface Context {
  readonly number: number;
  /** The only queue of its table. */
  readonly queue: number;
  readonly destinationPort: number;
  readonly rule: number | undefined;
  readonly state: RssState;
}

interface ContextNotes {
  contexts: Context[];
  announced: readonly Announcement[];
}

const contextNotes = (world: NicWorld): ContextNotes =>
  world.note('rss contexts', () => ({ contexts: [], announced: [] }));

const FIRST_PORT = 9000;

const toPort = (destinationPort: number, index: number): Flow => ({ ...exampleFlow('tcp4', index), destinationPort });

When('an RSS context is created', async function (this: NicWorld) {
  await addContext(this);
});

Given('an RSS context', async function (this: NicWorld) {
  await addContext(this);
});

async function addContext(world: NicWorld): Promise<void> {
  const number = accepted(await createContext(world), 'an RSS context');
  const state = await readRss(world, number);
  contextNotes(world).contexts.push({ number, queue: -1, destinationPort: 0, rule: undefined, state });
}

const onlyContext = (world: NicWorld): Context => {
  const [context] = contextNotes(world).contexts;
  expectThat(context !== undefined, 'there is no RSS context');
  return context;
};

Then('its table has at least {int} entries for each receive queue', async function (this: NicWorld, least: number) {
  const { table } = await readRss(this, onlyContext(this).number);
  const queues = await receiveQueues(this);
  expectThat(table.length >= least * queues, `${table.length} entries for ${queues} queues`);
});

/** The highest queue: another one than the main table is set to. */
When('the table of the RSS context is set to one queue', async function (this: NicWorld) {
  const { number, state } = onlyContext(this);
  const queue = (await receiveQueues(this)) - 1;
  rssNotes(this).before = await readRss(this);
  await setRss(this, { table: state.table.map(() => queue) }, number);
  rssNotes(this).queues = [queue];
});

Then('the table of the RSS context is that queue in every entry', async function (this: NicWorld) {
  const { table } = await readRss(this, onlyContext(this).number);
  for (const queue of table)
    expectNumber(queue, rssNotes(this).queues[0] ?? -1, 'an entry of the table of the context');
});

When('the RSS context is removed', async function (this: NicWorld) {
  accepted(await removeContext(this, onlyContext(this).number), 'removing the context');
});

Then('it is not among the RSS contexts', async function (this: NicWorld) {
  const result = await getRss(this, onlyContext(this).number);
  expectThat(!result.ok, 'the context can still be read');
  expectThat(result.error.errnoName === 'ENOENT', `reading it was refused with ${result.error.errnoName}`);
});

Then('it cannot be changed: ENOENT', async function (this: NicWorld) {
  const { number, state } = onlyContext(this);
  const result = await askForRss(this, { table: state.table }, number);
  expectThat(!result.ok, 'the context can still be changed');
  expectThat(result.error.errnoName === 'ENOENT', `changing it was refused with ${result.error.errnoName}`);
});

Given(
  /^(\d+) RSS contexts, each with one queue of its own choice and a rule for a port$/,
  async function (this: NicWorld, count: string) {
    await insistOnFeatures(this, { 'rx-ntuple-filter': true });
    const queues = await receiveQueues(this);
    const main = await readRss(this);
    await setRss(this, { table: main.table.map(() => 0) });
    for (let index = 0; index < Number(count); index++) {
      contextNotes(this).contexts.push(await steeredContext(this, FIRST_PORT + index, 1 + (index % (queues - 1))));
    }
  },
);

async function steeredContext(world: NicWorld, destinationPort: number, queue: number): Promise<Context> {
  const number = accepted(await createContext(world), 'an RSS context');
  const { table } = await readRss(world, number);
  await setRss(world, { table: table.map(() => queue) }, number);
  const match = matchOn(toPort(destinationPort, 0), ['destinationPort']);
  const rule = await addRule(world, {
    ...ruleFor(toPort(destinationPort, 0), match, { queue: 0 }),
    rssContext: number,
  });
  return { number, queue, destinationPort, rule, state: await readRss(world, number) };
}

When('the far end sends packets to these ports and to others', async function (this: NicWorld) {
  await sendToPorts(this, [7000, 7001]);
});

/** Twenty flows to the port of each context, and to each of these other ports. */
async function sendToPorts(world: NicWorld, others: readonly number[]): Promise<void> {
  const ports = [...contextNotes(world).contexts.map(({ destinationPort }) => destinationPort), ...others];
  const state = rssNotes(world);
  state.flows = ports.flatMap((destinationPort) =>
    Array.from({ length: 20 }, (_, index) => toPort(destinationPort, index)),
  );
  state.frames = await deliverFlows(world, state.flows);
}

Then(
  'packets to these ports arrive at the queue of their RSS context, the others by the main table',
  async function (this: NicWorld) {
    await expectSteered(this);
  },
);

async function expectSteered(world: NicWorld): Promise<void> {
  const { contexts } = contextNotes(world);
  const { flows, frames } = rssNotes(world);
  const main = await readRss(world);
  for (const [index, frame] of frames.entries()) {
    const flow = flows[index] ?? toPort(0, 0);
    const context = contexts.find(({ destinationPort }) => destinationPort === flow.destinationPort);
    const expected = context?.queue ?? expectedQueue(main.table, expectedHash(main.key, flow)) ?? -1;
    expectNumber(queueOf(frame), expected, `the queue of a packet to port ${flow.destinationPort}`);
  }
}

const PLACES = ['first', 'second', 'third'];

When(/^the (first|second|third) RSS context is removed with its rule$/, async function (this: NicWorld, which: string) {
  const state = contextNotes(this);
  const [gone] = state.contexts.splice(PLACES.indexOf(which), 1);
  expectThat(gone?.rule !== undefined, 'there is no such context');
  await deleteRule(this, gone.rule);
  accepted(await removeContext(this, gone.number), 'removing the context');
});

Then('the other RSS contexts have their key and table, and steer as before', async function (this: NicWorld) {
  const { contexts } = contextNotes(this);
  for (const { number, state } of contexts) {
    const now = await readRss(this, number);
    expectThat(now.table.join() === state.table.join(), `the table of context ${number} is another one now`);
    expectThat(now.key.join() === state.key.join(), `the key of context ${number} is another one now`);
  }
  await sendToPorts(this, [FIRST_PORT + 10, 7000]);
  await expectSteered(this);
});

// Announcements.

Given('the ethtool announcements of RSS are listened to', async function (this: NicWorld) {
  const ethtool = await this.ethtool();
  await ethtool.listen();
});

/** The announcements of RSS that came since the last look. */
async function announcedRss(world: NicWorld): Promise<readonly Announcement[]> {
  const ethtool = await world.ethtool();
  return (await ethtool.announcements(world.quietMs)).filter(({ name }) => name === 'RSS_NTF');
}

Then('no change of RSS is announced', async function (this: NicWorld) {
  expectNumber((await announcedRss(this)).length, 0, 'announcements of RSS');
});

Then('one change of RSS is announced, of the main context', async function (this: NicWorld) {
  const announced = await announcedRss(this);
  expectNumber(announced.length, 1, 'announcements of RSS');
  expectNumber(numberIn(announced[0]?.values, 'ETHTOOL_A_RSS_CONTEXT') ?? 0, 0, 'the context');
});

Then('one change of RSS is announced, of that context', async function (this: NicWorld) {
  const announced = await announcedRss(this);
  expectNumber(announced.length, 1, 'announcements of RSS');
  expectNumber(numberIn(announced[0]?.values, 'ETHTOOL_A_RSS_CONTEXT') ?? 0, onlyContext(this).number, 'the context');
});
