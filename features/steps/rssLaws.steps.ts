/** Receive-side scaling: what holds for every key, table and flow. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { HashField } from '../../harness/contract/index.js';
import {
  anyFlow,
  changed,
  exampleFlow,
  flowName,
  flowWithPorts,
  hasPorts,
  reverse,
  tcpFlow,
  type FlowField,
  type FlowName,
} from '../properties/flows.js';
import {
  expectedHash,
  expectedQueue,
  fragmentsOf,
  frameOfType,
  keyOf,
  notIpType,
  tableInTurn,
  tableOf,
  type InputTransform,
} from '../properties/rss.js';
import { expectNumber, expectThat } from './expectations.js';
import { receiveQueues } from './receiveControl.js';
import {
  INPUT_TRANSFORMS,
  askForHashFields,
  askForRss,
  deliverFlow,
  deliverFlows,
  expectFlowsInOrder,
  hashFields,
  hashOf,
  portsHashed,
  queueOf,
  readRss,
  sendFlows,
  setRss,
} from './rssControl.js';
import type { NicWorld } from './world.js';

const flows = fc.array(anyFlow, { minLength: 1, maxLength: 6 });

Then(
  'for every RSS key and every flow, the hash is that of addresses and ports in their order',
  async function (this: NicWorld) {
    const { key: first } = await readRss(this);
    const withPorts = await portsHashed(this);
    await this.law(
      fc.asyncProperty(keyOf(first.length), flows, async (key, sent) => {
        await setRss(this, { key });
        for (const [index, frame] of (await deliverFlows(this, sent)).entries()) {
          const flow = sent[index] ?? exampleFlow('tcp4');
          expectNumber(hashOf(frame), expectedHash(key, flow, withPorts.get(flowName(flow)) ?? false), 'the hash');
        }
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every two RSS keys, a flow is hashed with the first and then with the second',
  async function (this: NicWorld) {
    const { key: first } = await readRss(this);
    const key = keyOf(first.length);
    await this.law(
      fc.asyncProperty(key, key, tcpFlow, async (before, after, flow) => {
        await setRss(this, { key: before });
        expectNumber(hashOf(await deliverFlow(this, flow)), expectedHash(before, flow), 'the hash with the first key');
        await setRss(this, { key: after });
        expectNumber(hashOf(await deliverFlow(this, flow)), expectedHash(after, flow), 'the hash with the second key');
      }),
      { runs: 0.3 },
    );
  },
);

Then('for every RSS key, it reads back as it was written', async function (this: NicWorld) {
  const { key: first } = await readRss(this);
  await this.law(
    fc.asyncProperty(keyOf(first.length), async (key) => {
      await setRss(this, { key });
      expectThat((await readRss(this)).key.join() === key.join(), 'the key reads back otherwise');
    }),
    { runs: 0.4 },
  );
});

Then(
  'for every RSS table and every flow, the packet arrives at the queue at the low bits of its hash',
  async function (this: NicWorld) {
    const { table: first } = await readRss(this);
    const queues = await receiveQueues(this);
    await this.law(
      fc.asyncProperty(tableOf(first.length, queues), flows, async (table, sent) => {
        await setRss(this, { table });
        for (const frame of await deliverFlows(this, sent)) {
          expectNumber(queueOf(frame), expectedQueue(table, hashOf(frame)) ?? -1, 'the queue');
        }
      }),
      { runs: 0.5 },
    );
  },
);

Then('for every set of queues in the RSS table, every packet arrives at one of them', async function (this: NicWorld) {
  const { table } = await readRss(this);
  const all = Array.from({ length: await receiveQueues(this) }, (_, queue) => queue);
  await this.law(
    fc.asyncProperty(fc.subarray(all, { minLength: 1 }), flows, async (queues, sent) => {
      await setRss(this, { table: tableInTurn(table.length, queues) });
      for (const frame of await deliverFlows(this, sent)) {
        expectThat(
          queues.includes(queueOf(frame)),
          `a packet arrived at queue ${queueOf(frame)}, not at one of ${queues.join()}`,
        );
      }
    }),
    { runs: 0.4 },
  );
});

Then(
  'for every RSS table with an entry beyond the queues, it is refused and nothing changes',
  async function (this: NicWorld) {
    const { table: first } = await readRss(this);
    const queues = await receiveQueues(this);
    const beyond = fc.oneof(
      fc.integer({ min: queues, max: queues + 8 }),
      fc.integer({ min: queues, max: 0xffff_ffff }),
    );
    await this.law(
      fc.asyncProperty(
        tableOf(first.length, queues),
        fc.nat({ max: first.length - 1 }),
        beyond,
        async (table, place, entry) => {
          const result = await askForRss(this, { table: table.with(place, entry) });
          expectThat(!result.ok, `a table with queue ${entry} was accepted`);
          expectThat(result.error.errnoName === 'EINVAL', `it was refused with ${result.error.errnoName}`);
          expectThat((await readRss(this)).table.join() === first.join(), 'the table was refused, and changed');
        },
      ),
      { runs: 0.4 },
    );
  },
);

Then(
  'for every size of an RSS table, it is refused, or the table is a repetition of what was asked for',
  async function (this: NicWorld) {
    const { table: first } = await readRss(this);
    const queues = await receiveQueues(this);
    const asked = fc.integer({ min: 1, max: 2 * first.length }).chain((size) => tableOf(size, queues));
    await this.law(
      fc.asyncProperty(asked, async (table) => {
        const before = (await readRss(this)).table;
        const result = await askForRss(this, { table });
        const now = (await readRss(this)).table;
        if (!result.ok) {
          expectThat(result.error.errnoName === 'EINVAL', `it was refused with ${result.error.errnoName}`);
          expectThat(now.join() === before.join(), 'the table was refused, and changed');
          return;
        }
        expectNumber(before.length % table.length, 0, `the rest of ${before.length} entries by ${table.length}`);
        for (const [index, queue] of now.entries())
          expectNumber(queue, table[index % table.length] ?? -1, `entry ${index}`);
      }),
      { runs: 0.3 },
    );
  },
);

const FIELDS_OF: Readonly<Record<FlowField, HashField>> = {
  source: 'ip-src',
  destination: 'ip-dst',
  'source port': 'l4-src',
  'destination port': 'l4-dst',
  'flow label': 'ip6-flow-label',
};

Then(
  'for every flow type and every choice of RSS fields, they read back and exactly they change the hash',
  async function (this: NicWorld) {
    const names = fc.constantFrom<FlowName>('tcp4', 'udp4', 'tcp6', 'udp6');
    const choice = fc.subarray(Object.keys(FIELDS_OF) as FlowField[], { minLength: 1 });
    const example = fc.record({
      name: names,
      fields: choice,
      by: fc.integer({ min: 1, max: 255 }),
      index: fc.nat({ max: 60_000 }),
    });
    await this.law(
      fc.asyncProperty(example, async ({ name, fields, by, index }) => {
        const asked = fields
          .filter((field) => field !== 'flow label' || name.endsWith('6'))
          .map((field) => FIELDS_OF[field]);
        if (asked.length === 0) return;
        // A device may have fewer choices than ethtool has: what it refuses is not in force.
        const isRefused = (await askForHashFields(this, name, asked)) !== 0;
        const inForce = await hashFields(this, name);
        if (!isRefused)
          expectThat([...(inForce ?? [])].sort().join() === [...asked].sort().join(), 'the fields read back otherwise');
        const flow = exampleFlow(name, index);
        const varied = (Object.keys(FIELDS_OF) as FlowField[]).filter(
          (field) => field !== 'flow label' || name.endsWith('6'),
        );
        const [plain, ...others] = (
          await deliverFlows(this, [flow, ...varied.map((field) => changed(flow, field, by))])
        ).map(hashOf);
        for (const [place, field] of varied.entries()) {
          const differs = others[place] !== plain;
          const selected = inForce?.has(FIELDS_OF[field]) === true;
          expectThat(
            differs === selected,
            `the ${field} ${differs ? 'changes' : 'does not change'} the hash of ${name}`,
          );
        }
      }),
      { runs: 0.3 },
    );
  },
);

Then('for every datagram in fragments, they all have the hash of the addresses', async function (this: NicWorld) {
  const { key } = await readRss(this);
  const datagram = fc.record({
    flow: flowWithPorts,
    size: fc.integer({ min: 1, max: 60 }).map((eights) => 8 * eights),
    more: fc.integer({ min: 1, max: 600 }),
  });
  await this.law(
    fc.asyncProperty(datagram, async ({ flow, size, more }) => {
      const fragments = fragmentsOf(flow, this.port.address, size + more, size);
      const [host, wire] = [await this.host(), await this.wire()];
      await wire.send(fragments.map((bytes) => ({ bytes })));
      for (let missing = fragments.length; missing > 0;) {
        const batch = await host.receive({ withinMs: this.patienceMs, count: missing });
        expectThat(batch.length > 0, `${missing} fragments did not reach the host`);
        for (const frame of batch)
          expectNumber(hashOf(frame), expectedHash(key, flow, false), 'the hash of a fragment');
        missing -= batch.length;
      }
    }),
    { runs: 0.3 },
  );
});

Then(
  'for every flow, the hash of its reverse is the same, and that of the transformed fields',
  async function (this: NicWorld) {
    const { key, inputTransform } = await readRss(this);
    const withPorts = await portsHashed(this);
    const found = Object.entries(INPUT_TRANSFORMS).find(([, number]) => number === inputTransform)?.[0];
    expectThat(found !== undefined, `the transform ${inputTransform} is not known`);
    await this.law(
      fc.asyncProperty(anyFlow, async (flow) => {
        const [forward, backward] = (await deliverFlows(this, [flow, reverse(flow)])).map(hashOf);
        const expected = expectedHash(key, flow, withPorts.get(flowName(flow)) ?? false, found as InputTransform);
        expectNumber(forward ?? -1, expected, 'the hash');
        expectNumber(backward ?? -1, expected, 'the hash of the reverse');
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every frame that is not IP, behind every flow, it has no hash of layer 3 or 4, and one queue',
  async function (this: NicWorld) {
    const [host, wire] = [await this.host(), await this.wire()];
    let first: number | undefined;
    await this.law(
      fc.asyncProperty(notIpType, anyFlow, async (etherType, flow) => {
        await sendFlows(this, [flow]);
        await wire.send([{ bytes: frameOfType(etherType, etherType) }]);
        const [frame] = await host.receive({ withinMs: this.patienceMs, count: 1 });
        expectThat(frame !== undefined, 'the frame did not reach the host');
        const { hash, queue } = frame;
        expectThat(
          hash === undefined || hash.type === 'l2',
          `a hash of type ${hash?.type ?? ''} for a frame that is not IP`,
        );
        first ??= queue;
        expectNumber(queue ?? -1, first ?? -1, 'the queue');
      }),
      { runs: 0.5 },
    );
  },
);

Then('for every flow, the layer of the hash is that of the fields that were hashed', async function (this: NicWorld) {
  const withPorts = await portsHashed(this);
  await this.law(
    fc.asyncProperty(anyFlow, async (flow) => {
      const { hash } = await deliverFlow(this, flow);
      const layer = hasPorts(flow) && withPorts.get(flowName(flow)) === true ? 'l4' : 'l3';
      expectThat(hash?.type === layer, `the hash of a packet of ${flowName(flow)} is of type ${hash?.type ?? 'none'}`);
    }),
    { runs: 0.5 },
  );
});

Then('for every mix of flows, the packets of each arrive at one queue, in order', async function (this: NicWorld) {
  const mix = fc
    .tuple(
      fc.array(anyFlow, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 30 }),
    )
    .map(([some, turns]) => turns.map((turn) => some[turn % some.length] ?? exampleFlow('tcp4')));
  await this.law(
    fc.asyncProperty(mix, async (sent) => {
      expectFlowsInOrder(await sendFlows(this, sent), sent);
    }),
    { runs: 0.3 },
  );
});
