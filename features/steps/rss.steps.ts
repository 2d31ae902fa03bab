/** Receive-side scaling: key and table, and where packets arrive. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { QueueCounters } from '../../reference-impl/netlink/ethtoolClient.js';
import { exampleFlow, reverse } from '../properties/flows.js';
import {
  PUBLISHED_KEY,
  expectedHash,
  expectedQueue,
  flowFromText,
  isPeriodicKey,
  tableInTurn,
} from '../properties/rss.js';
import { expectNumber, expectThat } from './expectations.js';
import { askForChannels, channelCounts, happenToPort, receiveQueues } from './receiveControl.js';
import {
  applyRss,
  deliverFlow,
  deliverFlows,
  hashOf,
  manyFlows,
  otherKey,
  queueOf,
  readRss,
  rssNotes,
  setRss,
  tryRss,
} from './rssControl.js';
import { accepted, setFeatures } from './settings.js';
import type { NicWorld } from './world.js';

/** Where the hash is always reported there is no such feature, or none that can be switched: the answer does not matter. */
Given('the receive hash is reported', async function (this: NicWorld) {
  await setFeatures(this, { 'rx-hashing': true });
});

Given('the RSS key is the published one', async function (this: NicWorld) {
  await applyRss(this, ({ key }) => {
    const longer = key.slice();
    longer.set(PUBLISHED_KEY.subarray(0, key.length));
    return { key: longer };
  });
});

When(
  /^the far end sends a packet of (TCP|UDP|IP) from (\S+):(\d+) to (\S+):(\d+)$/,
  async function (
    this: NicWorld,
    kind: string,
    source: string,
    sourcePort: string,
    destination: string,
    destinationPort: string,
  ) {
    const flow = flowFromText(kind, source, Number(sourcePort), destination, Number(destinationPort));
    rssNotes(this).frames = [await deliverFlow(this, flow)];
  },
);

const hexadecimal = (value: number): string => value.toString(16).padStart(8, '0');

Then(/^its hash is ([0-9a-f]{8})$/, function (this: NicWorld, expected: string) {
  const [frame] = rssNotes(this).frames;
  const got = frame === undefined ? 'missing' : hexadecimal(hashOf(frame));
  expectThat(got === expected, `the hash is ${got}, not ${expected}`);
});

When(
  /^the far end sends a packet of TCP, and one with the (addresses|ports) swapped$/,
  async function (this: NicWorld, what: string) {
    const flow = exampleFlow('tcp4', 5);
    const back = reverse(flow);
    const swapped =
      what === 'addresses'
        ? { ...flow, source: back.source, destination: back.destination }
        : { ...flow, sourcePort: back.sourcePort, destinationPort: back.destinationPort };
    rssNotes(this).frames = await deliverFlows(this, [flow, swapped]);
  },
);

Then('their RSS hashes differ', function (this: NicWorld) {
  expectThat(new Set(rssNotes(this).frames.map(hashOf)).size > 1, 'they all have the same hash');
});

Then(/^their RSS hashes are (the same|different)$/, function (this: NicWorld, alike: string) {
  const hashes = rssNotes(this).frames.map(hashOf);
  const distinct = new Set(hashes).size;
  expectNumber(distinct, alike === 'the same' ? 1 : hashes.length, 'different hashes');
});

// The table.

Given('one queue is in every entry of the RSS table but the one of a certain flow', async function (this: NicWorld) {
  const { key, table } = await readRss(this);
  const place = expectedHash(key, exampleFlow('tcp4', 7)) % table.length;
  await applyRss(this, () => ({ table: table.map((_, index) => (index === place ? 1 : 0)) }));
});

When('the far end sends packets of that flow and of others', async function (this: NicWorld) {
  const state = rssNotes(this);
  state.flows = [exampleFlow('tcp4', 7), ...manyFlows(200)];
  state.frames = await deliverFlows(this, state.flows);
});

Then(
  'only packets of hashes that share the low bits arrive at the queue of that entry',
  async function (this: NicWorld) {
    const { frames } = rssNotes(this);
    const { table } = await readRss(this);
    const place = table.indexOf(1);
    for (const frame of frames) {
      const expected = hashOf(frame) % table.length === place ? 1 : 0;
      expectNumber(queueOf(frame), expected, `the queue of the packet with hash ${hexadecimal(hashOf(frame))}`);
    }
    expectNumber(frames[0] === undefined ? -1 : queueOf(frames[0]), 1, 'the queue of that flow');
  },
);

Given(/^the RSS table names (\d+) queues? in turn$/, async function (this: NicWorld, count: string) {
  const queues = Math.min(Number(count), await receiveQueues(this));
  rssNotes(this).queues = Array.from({ length: queues }, (_, queue) => queue);
  await applyRss(this, ({ table }) => ({ table: tableInTurn(table.length, rssNotes(this).queues) }));
});

Given('the RSS table names the highest queue in every entry', async function (this: NicWorld) {
  const highest = (await receiveQueues(this)) - 1;
  await applyRss(this, ({ table }) => ({ table: table.map(() => highest) }));
});

When('the far end sends packets of {int} flows', async function (this: NicWorld, count: number) {
  const state = rssNotes(this);
  state.flows = manyFlows(count);
  state.frames = await deliverFlows(this, state.flows);
});

Then('all of them arrive at these queues, and at each of them', function (this: NicWorld) {
  const { queues, frames } = rssNotes(this);
  const used = new Set(frames.map(queueOf));
  for (const queue of used)
    expectThat(queues.includes(queue), `packets arrived at queue ${queue}, which is not in the table`);
  expectNumber(used.size, queues.length, 'queues with packets');
});

Given('the queue counters are noted', async function (this: NicWorld) {
  rssNotes(this).counters = await queueCounters(this);
});

async function queueCounters(world: NicWorld): Promise<readonly QueueCounters[]> {
  const ethtool = await world.ethtool();
  return accepted(await ethtool.queueStatistics(world.port.ifIndex), 'reading the queue statistics');
}

Then(
  'each of the {int} queues counts at least {int} of them, and the others none',
  async function (this: NicWorld, count: number, least: number) {
    const { counters, queues } = rssNotes(this);
    const packets = (of: readonly QueueCounters[], queue: number): number =>
      of.find((candidate) => candidate.type === 'rx' && candidate.queue === queue)?.counters.RX_PACKETS ?? 0;
    const after = await queueCounters(this);
    for (const { type, queue } of after) {
      if (type !== 'rx') continue;
      const grown = packets(after, queue) - packets(counters, queue);
      if (queues.includes(queue)) expectThat(grown >= least, `queue ${queue} counted ${grown} packets`);
      else expectNumber(grown, 0, `packets of queue ${queue}, which is not in the table`);
    }
    expectNumber(queues.length, count, 'queues in the table');
  },
);

When('the RSS table is set back to its default', async function (this: NicWorld) {
  await setRss(this, { table: [] });
});

Then('entry i of the RSS table is queue i modulo the number of queues', async function (this: NicWorld) {
  const [{ table }, queues] = [await readRss(this), await receiveQueues(this)];
  for (const [index, queue] of table.entries()) expectNumber(queue, index % queues, `entry ${index} of the RSS table`);
});

Then('the RSS table is what it was', async function (this: NicWorld) {
  const { table } = await readRss(this);
  expectThat(table.join() === rssNotes(this).before?.table.join(), `the RSS table is ${table.join()} now`);
});

Then('the RSS key is what it was', async function (this: NicWorld) {
  const { key } = await readRss(this);
  expectThat(key.join() === rssNotes(this).before?.key.join(), 'the RSS key is another one now');
});

Then(/^the RSS change is (accepted|refused with \w+)$/, function (this: NicWorld, outcome: string) {
  const { refusal } = rssNotes(this);
  const got = refusal === '' ? 'accepted' : `refused with ${refusal}`;
  expectThat(got === outcome, `the change of RSS was ${got}`);
});

When(
  'the RSS table is set with {word} in its {word} entry',
  async function (this: NicWorld, entry: string, place: string) {
    await setWrongEntry(this, Number(entry), place);
  },
);

When(
  'the RSS table is set with the number of queues in its {word} entry',
  async function (this: NicWorld, place: string) {
    await setWrongEntry(this, await receiveQueues(this), place);
  },
);

async function setWrongEntry(world: NicWorld, entry: number, place: string): Promise<void> {
  await tryRss(world, ({ table }) => {
    const at = place === 'first' ? 0 : table.length - 1;
    return { table: table.map((_, index) => (index === at ? entry : 0)) };
  });
}

const SIZES: Readonly<Record<string, (size: number) => number>> = {
  'one entry more': (size) => size + 1,
  'one entry less': (size) => size - 1,
  'twice its size': (size) => 2 * size,
  'half its size': (size) => size / 2,
  'two entries': () => 2,
};

When(
  /^an RSS table of (one entry more|one entry less|twice its size|half its size|two entries) is set$/,
  async function (this: NicWorld, size: string) {
    await tryRss(this, ({ table }) => {
      const asked = Array.from({ length: SIZES[size]?.(table.length) ?? 0 }, (_, index) => (index % 2 === 0 ? 0 : 1));
      asked[0] = 1;
      rssNotes(this).asked = asked;
      return { table: asked };
    });
  },
);

Then(
  /^the RSS table is refused with EINVAL and what it was, or (refused all the same|repeated from what was asked for)$/,
  async function (this: NicWorld, otherwise: string) {
    const { refusal, before, asked } = rssNotes(this);
    const { table } = await readRss(this);
    if (refusal === '' && otherwise === 'repeated from what was asked for') {
      for (const [index, queue] of table.entries())
        expectNumber(queue, asked[index % asked.length] ?? -1, `entry ${index}`);
      return;
    }
    expectThat(refusal === 'EINVAL', refusal === '' ? 'it was accepted' : `it was refused with ${refusal}`);
    expectThat(table.join() === before?.table.join(), 'the table was refused, and changed');
  },
);

Then('the RSS table has at least {int} entries for each receive queue', async function (this: NicWorld, least: number) {
  const [{ table }, queues] = [await readRss(this), await receiveQueues(this)];
  expectThat(table.length >= least * queues, `${table.length} entries for ${queues} queues`);
});

// Channels.

Given('there are fewer channels than possible', async function (this: NicWorld) {
  const { queues } = await channelCounts(this);
  accepted(await askForChannels(this, queues - 1), 'one channel less');
});

When('there are as many channels as possible', async function (this: NicWorld) {
  const { combined, combinedMax, rxMax } = await channelCounts(this);
  accepted(await askForChannels(this, combined > 0 ? combinedMax : rxMax), 'as many channels as possible');
});

When('a channel is taken away', async function (this: NicWorld) {
  const state = rssNotes(this);
  const { queues } = await channelCounts(this);
  state.channels = queues;
  const result = await askForChannels(this, queues - 1);
  state.refusal = result.ok ? '' : result.error.errnoName;
});

Then(/^the change of channels is (accepted|refused with \w+)$/, function (this: NicWorld, outcome: string) {
  const { refusal } = rssNotes(this);
  const got = refusal === '' ? 'accepted' : `refused with ${refusal}`;
  expectThat(got === outcome, `the change of channels was ${got}`);
});

Then('the channels are as many as before', async function (this: NicWorld) {
  expectNumber((await channelCounts(this)).queues, rssNotes(this).channels, 'receive channels');
});

// The key.

const KEY_LENGTHS: Readonly<Record<string, number>> = { 'its length': 0, 'one byte less': -1, 'one byte more': 1 };

When(
  /^an RSS key of (its length|one byte less|one byte more) is set$/,
  async function (this: NicWorld, length: string) {
    await tryRss(this, ({ key }) => {
      const asked = new Uint8Array(key.length + (KEY_LENGTHS[length] ?? 0));
      asked.set(otherKey(key).subarray(0, asked.length));
      rssNotes(this).asked = [...asked];
      return { key: asked };
    });
  },
);

Then('the RSS key is the one asked for', async function (this: NicWorld) {
  expectThat((await readRss(this)).key.join() === rssNotes(this).asked.join(), 'the RSS key is not the one asked for');
});

When('another RSS key is set', async function (this: NicWorld) {
  await applyRss(this, ({ key }) => ({ key: otherKey(key) }));
});

Then('the hash of a flow is that of the key in force', async function (this: NicWorld) {
  const flow = exampleFlow('tcp4', 11);
  const { key } = await readRss(this);
  expectNumber(hashOf(await deliverFlow(this, flow)), expectedHash(key, flow), 'the hash');
});

Then('the RSS key is not the published one', async function (this: NicWorld) {
  const { key } = await readRss(this);
  const length = Math.min(key.length, PUBLISHED_KEY.length);
  expectThat(
    key.subarray(0, length).join() !== PUBLISHED_KEY.subarray(0, length).join(),
    'the RSS key is the published one',
  );
});

Then('the RSS key is neither constant nor periodic with 16 bits', async function (this: NicWorld) {
  expectThat(!isPeriodicKey((await readRss(this)).key), 'the RSS key repeats every two bytes');
});

When('{} happens to the port', async function (this: NicWorld, event: string) {
  await happenToPort(this, event);
});

Then('flows are hashed and steered by key and table', async function (this: NicWorld) {
  const { key, table } = await readRss(this);
  const flows = manyFlows(30);
  for (const [index, frame] of (await deliverFlows(this, flows)).entries()) {
    const hash = expectedHash(key, flows[index] ?? exampleFlow('tcp4'));
    if (frame.hash !== undefined) expectNumber(frame.hash.value, hash, 'the hash');
    if (frame.queue !== undefined) expectNumber(frame.queue, expectedQueue(table, hash) ?? -1, 'the queue');
  }
});
