/** Receive-side scaling: what holds for every table and every order of contexts. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { exampleFlow, type Flow } from '../properties/flows.js';
import { matchOn, ruleFor } from '../properties/ntuple.js';
import { expectedHash, expectedQueue, tableInTurn, tableOf } from '../properties/rss.js';
import { expectNumber, expectThat } from './expectations.js';
import { receiveQueues } from './receiveControl.js';
import { addRule, createContext, deliverFlows, queueOf, readRss, removeContext, setRss } from './rssControl.js';
import { accepted, insistOnFeatures } from './settings.js';
import type { NicWorld } from './world.js';

const CONTEXT_PORT = 9000;

Then(
  'for every table of an RSS context, exactly the flows of its rule are spread by it',
  async function (this: NicWorld) {
    await insistOnFeatures(this, { 'rx-ntuple-filter': true });
    const queues = await receiveQueues(this);
    const context = accepted(await createContext(this), 'an RSS context');
    const { table: first } = await readRss(this, context);
    const toContext = { ...exampleFlow('tcp4'), destinationPort: CONTEXT_PORT };
    await addRule(this, {
      ...ruleFor(toContext, matchOn(toContext, ['destinationPort']), { queue: 0 }),
      rssContext: context,
    });
    const main = await readRss(this);
    const sent: Flow[] = Array.from({ length: 16 }, (_, index) => ({
      ...exampleFlow('tcp4', 31 * index),
      destinationPort: index % 2 === 0 ? CONTEXT_PORT : CONTEXT_PORT + 1,
    }));
    await this.law(
      fc.asyncProperty(tableOf(first.length, queues), async (table) => {
        await setRss(this, { table }, context);
        const { key } = await readRss(this, context);
        for (const [index, frame] of (await deliverFlows(this, sent)).entries()) {
          const flow = sent[index] ?? toContext;
          const of = flow.destinationPort === CONTEXT_PORT ? { key, table } : main;
          expectNumber(
            queueOf(frame),
            expectedQueue(of.table, expectedHash(of.key, flow)) ?? -1,
            `the queue of packet ${index}`,
          );
        }
      }),
      { runs: 0.2 },
    );
  },
);

Then(
  'for every order of creating and removing RSS contexts, those that remain have their tables',
  async function (this: NicWorld) {
    const queues = await receiveQueues(this);
    const action = fc.record({ creates: fc.boolean(), queue: fc.nat({ max: queues - 1 }), which: fc.nat({ max: 7 }) });
    await this.law(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 10 }), async (actions) => {
        const there = new Map<number, number>();
        for (const { creates, queue, which } of actions) {
          const gone = [...there.keys()][which % Math.max(1, there.size)];
          if (!creates && gone !== undefined) {
            accepted(await removeContext(this, gone), 'removing a context');
            there.delete(gone);
            continue;
          }
          if (there.size >= 3) continue;
          const context = accepted(await createContext(this, { table: [queue] }), 'an RSS context');
          expectThat(!there.has(context), `the context ${context} was created twice`);
          there.set(context, queue);
        }
        for (const [context, queue] of there) {
          const { table } = await readRss(this, context);
          expectThat(
            table.length > 0 && table.every((entry) => entry === queue),
            `the table of context ${context} is ${table.join()}`,
          );
        }
        for (const context of there.keys()) accepted(await removeContext(this, context), 'removing a context');
      }),
      { runs: 0.15 },
    );
  },
);

Then('for every sequence of changes, each RSS context has the last table of its own', async function (this: NicWorld) {
  const queues = await receiveQueues(this);
  const contexts = [
    0,
    accepted(await createContext(this), 'an RSS context'),
    accepted(await createContext(this), 'an RSS context'),
  ];
  const tables = new Map<number, string>();
  for (const context of contexts) tables.set(context, (await readRss(this, context)).table.join());
  const { table: first } = await readRss(this);
  const change = fc.record({
    which: fc.nat({ max: 2 }),
    names: fc.array(fc.nat({ max: queues - 1 }), { minLength: 1, maxLength: 4 }),
  });
  await this.law(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      for (const { which, names } of changes) {
        const context = contexts[which] ?? 0;
        const table = tableInTurn(first.length, names);
        await setRss(this, { table }, context);
        tables.set(context, table.join());
      }
      for (const context of contexts) {
        expectThat(
          (await readRss(this, context)).table.join() === tables.get(context),
          `context ${context} has another table`,
        );
      }
    }),
    { runs: 0.2 },
  );
});
