/** n-tuple rules: which packets they steer, what is refused, and what reads back. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { FlowRule, HostReceive } from '../../harness/contract/index.js';
import { exampleFlow, type Flow, type FlowName } from '../properties/flows.js';
import {
  FIELDS_IN_WORDS,
  agrees,
  bitFlip,
  differingIn,
  fieldMask,
  flipped,
  maskOf,
  matchOn,
  matchOnBits,
  ruleFields,
  ruleFlow,
  ruleFor,
  sameRule,
  type RuleField,
} from '../properties/ntuple.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  flowToPort,
  hashToQueueZero,
  portRule as ruleForPort,
  ruleCommands,
  runRuleCommands,
} from './ntupleCommands.js';
import { receiveQueues } from './receiveControl.js';
import {
  addRule,
  deleteRule,
  deliverFlows,
  insertRule,
  queueOf,
  ruleAt,
  ruleCount,
  ruleLocations,
  sendFlows,
  type Inserted,
} from './rssControl.js';
import type { NicWorld } from './world.js';

interface NtupleNotes {
  flow: Flow;
  fields: readonly RuleField[];
  /** What was inserted, at the location that it has. */
  rules: FlowRule[];
  answer: Inserted;
  frames: readonly HostReceive[];
  flows: readonly Flow[];
}

const ntupleNotes = (world: NicWorld): NtupleNotes =>
  world.note('ntuple', () => ({
    flow: exampleFlow('tcp4', 100),
    fields: [],
    rules: [],
    answer: { ok: false, errno: 0 },
    frames: [],
    flows: [],
  }));

const EINVAL = 22;
const ENOSPC = 28;

/** The highest queue: never that of everything else, which arrives at queue 0. */
const highestQueue = async (world: NicWorld): Promise<number> => (await receiveQueues(world)) - 1;

async function insert(world: NicWorld, rule: FlowRule): Promise<void> {
  const state = ntupleNotes(world);
  const location = await addRule(world, rule);
  state.rules = [...state.rules.filter((other) => other.location !== location), { ...rule, location }];
}

Given('everything hashed arrives at queue 0', async function (this: NicWorld) {
  await hashToQueueZero(this);
});

const FIELDS =
  '(the source port|the destination port|the source|the destination|the addresses and the ports|the addresses)';

async function insertFor(world: NicWorld, fields: string, name: FlowName, action?: 'drop'): Promise<void> {
  const state = ntupleNotes(world);
  state.flow = exampleFlow(name, 100);
  state.fields = FIELDS_IN_WORDS[fields] ?? [];
  await insert(
    world,
    ruleFor(state.flow, matchOn(state.flow, state.fields), action ?? { queue: await highestQueue(world) }),
  );
}

Given(
  new RegExp(`^an n-tuple rule for ${FIELDS} of a (\\w+) flow, to the highest queue$`),
  async function (this: NicWorld, fields: string, name: FlowName) {
    await insertFor(this, fields, name);
  },
);

When(
  new RegExp(`^an n-tuple rule for ${FIELDS} of a (\\w+) flow, to the highest queue, is inserted$`),
  async function (this: NicWorld, fields: string, name: FlowName) {
    await insertFor(this, fields, name);
  },
);

Given(
  new RegExp(`^an n-tuple rule for ${FIELDS} of a (\\w+) flow, that drops$`),
  async function (this: NicWorld, fields: string, name: FlowName) {
    await insertFor(this, fields, name, 'drop');
  },
);

/** The flow itself `count` times, other fields than those of the rule varying; then as many that differ in every one of these. */
When(/^the far end sends 40 packets of that flow, and 40 that differ from it in .+$/, async function (this: NicWorld) {
  const state = ntupleNotes(this);
  const all: RuleField[] = ['sourceAddress', 'destinationAddress', 'sourcePort', 'destinationPort'];
  const others = all.filter((field) => !state.fields.includes(field));
  const inside = Array.from({ length: 40 }, (_, index) => differingIn(state.flow, others, index));
  const outside = Array.from({ length: 40 }, (_, index) => differingIn(state.flow, state.fields, index + 1));
  state.flows = [...inside, ...outside];
  state.frames = await deliverFlows(this, state.flows);
});

Then('the 40 packets of the flow arrive at the highest queue, the others at queue 0', async function (this: NicWorld) {
  const { frames } = ntupleNotes(this);
  const highest = await highestQueue(this);
  for (const [index, frame] of frames.entries()) {
    expectNumber(queueOf(frame), index < 40 ? highest : 0, `the queue of packet ${index + 1}`);
  }
});

When('the far end sends 10 packets of UDP with the same addresses and ports', async function (this: NicWorld) {
  const state = ntupleNotes(this);
  state.frames = await deliverFlows(this, new Array<Flow>(10).fill({ ...state.flow, protocol: 'udp' }));
});

When('the far end sends packets of a tcp4 flow', async function (this: NicWorld) {
  const state = ntupleNotes(this);
  state.flow = exampleFlow('tcp4', 100);
  state.frames = await deliverFlows(this, new Array<Flow>(10).fill(state.flow));
});

When('the far end sends packets of that flow', async function (this: NicWorld) {
  const state = ntupleNotes(this);
  state.frames = await deliverFlows(this, new Array<Flow>(10).fill(state.flow));
});

When('an n-tuple rule for that flow, to the highest queue, is inserted', async function (this: NicWorld) {
  const { flow } = ntupleNotes(this);
  await insert(
    this,
    ruleFor(flow, matchOn(flow, FIELDS_IN_WORDS['the addresses and the ports'] ?? []), {
      queue: await highestQueue(this),
    }),
  );
});

When('the n-tuple rule is deleted', async function (this: NicWorld) {
  const state = ntupleNotes(this);
  const rule = state.rules.pop();
  expectThat(rule !== undefined, 'there is no rule');
  await deleteRule(this, rule.location);
});

Then(/^they all arrive at (queue 0|the highest queue)$/, async function (this: NicWorld, where: string) {
  const expected = where === 'queue 0' ? 0 : await highestQueue(this);
  for (const frame of ntupleNotes(this).frames) expectNumber(queueOf(frame), expected, 'the queue');
});

// Masks.

const MASKS: Readonly<Record<string, (length: number) => Uint8Array>> = {
  'the upper half': (length) => maskOf(length, (bit) => bit < 4 * length),
  'the lower half': (length) => maskOf(length, (bit) => bit >= 4 * length),
  'one bit': (length) => maskOf(length, (bit) => bit === 8 * length - 3),
};

When(
  new RegExp(`^an n-tuple rule with a mask over (the upper half|the lower half|one bit) of ${FIELDS} is asked for$`),
  async function (this: NicWorld, part: string, fields: string) {
    const state = ntupleNotes(this);
    const [field] = FIELDS_IN_WORDS[fields] ?? [];
    expectThat(field !== undefined, `no rule has a field for ${fields}`);
    const length = field.endsWith('Port') ? 2 : 4;
    const mask = MASKS[part]?.(length) ?? new Uint8Array(length);
    const rule = ruleFor(state.flow, matchOnBits(state.flow, field, mask), { queue: await highestQueue(this) });
    state.answer = await insertRule(this, rule);
    state.rules = [rule];
  },
);

Then('it is refused and nothing is steered, or it steers by these bits alone', async function (this: NicWorld) {
  const { flow, rules, answer } = ntupleNotes(this);
  const [rule] = rules;
  expectThat(rule !== undefined, 'no rule was asked for');
  const bits = Array.from({ length: 32 }, (_, bit) => bit);
  const near = (['sourceAddress', 'destinationAddress', 'sourcePort', 'destinationPort'] as const).flatMap((field) =>
    bits.map((bit) => flipped(flow, { field, bit })),
  );
  await expectSteering(this, answer.ok ? rule : undefined, [flow, ...near]);
});

/** Each flow arrives at the highest queue if and only if it agrees with the rule; without a rule none does. */
async function expectSteering(world: NicWorld, rule: FlowRule | undefined, flows: readonly Flow[]): Promise<void> {
  const highest = await highestQueue(world);
  for (const [index, frame] of (await deliverFlows(world, flows)).entries()) {
    const flow = flows[index];
    const isSteered = rule !== undefined && flow !== undefined && agrees(rule, flow);
    const what = isSteered ? 'agrees with the rule' : 'does not agree with the rule';
    expectNumber(queueOf(frame), isSteered ? highest : 0, `the queue of a packet that ${what}`);
  }
}

// Refusals.

When(/^an n-tuple rule to (the number of queues|\d+) is asked for$/, async function (this: NicWorld, which: string) {
  const state = ntupleNotes(this);
  const queue = which === 'the number of queues' ? await receiveQueues(this) : Number(which);
  state.answer = await insertRule(this, ruleFor(state.flow, matchOn(state.flow, ['sourcePort']), { queue }));
});

Then(/^the n-tuple rule is refused with (EINVAL|ENOSPC)$/, function (this: NicWorld, name: string) {
  const { answer } = ntupleNotes(this);
  expectThat(!answer.ok, 'it was accepted');
  expectNumber(answer.errno, name === 'EINVAL' ? EINVAL : ENOSPC, 'the error');
});

Then('there is no n-tuple rule', async function (this: NicWorld) {
  expectNumber((await ruleLocations(this)).length, 0, 'rules');
});

Then('there is one n-tuple rule', async function (this: NicWorld) {
  expectNumber((await ruleLocations(this)).length, 1, 'rules');
});

When('the far end sends 5 packets of that flow, and 5 of another', async function (this: NicWorld) {
  const state = ntupleNotes(this);
  const other = differingIn(state.flow, state.fields, 9);
  state.flows = [...new Array<Flow>(5).fill(state.flow), ...new Array<Flow>(5).fill(other)];
  state.frames = await sendFlows(this, state.flows, 5);
});

Then('only the 5 packets of the other flow reach the host', async function (this: NicWorld) {
  const more = await (await this.host()).receive({ withinMs: this.quietMs });
  const numbers = [...ntupleNotes(this).frames, ...more].map(({ bytes }) => bytes[bytes.length - 1] ?? -1).sort();
  expectThat(numbers.join() === '5,6,7,8,9', `the packets ${numbers.join()} reached the host`);
});

const FIRST_PORT = 1000;
const portRule = async (world: NicWorld, destinationPort: number, location?: number): Promise<FlowRule> =>
  ruleForPort(destinationPort, await highestQueue(world), location);

Given('as many n-tuple rules for destination ports as fit, to the highest queue', async function (this: NicWorld) {
  const { capacity } = await ruleCount(this);
  for (let index = 0; index < capacity; index++) await insert(this, await portRule(this, FIRST_PORT + index));
});

When('one more n-tuple rule is asked for', async function (this: NicWorld) {
  const state = ntupleNotes(this);
  state.answer = await insertRule(this, await portRule(this, FIRST_PORT + state.rules.length));
});

Then(
  'packets to the first, a middle and the last of these ports arrive at the highest queue',
  async function (this: NicWorld) {
    const last = ntupleNotes(this).rules.length - 1;
    const ports = [0, last >> 1, last].map((index) => FIRST_PORT + index);
    const highest = await highestQueue(this);
    for (const frame of await deliverFlows(this, ports.map(flowToPort)))
      expectNumber(queueOf(frame), highest, 'the queue');
  },
);

// Reading back.

Then('the n-tuple rule reads back as it was inserted', async function (this: NicWorld) {
  await expectRulesReadBack(this);
});

Then('these n-tuple rules read back as they were inserted', async function (this: NicWorld) {
  await expectRulesReadBack(this);
});

async function expectRulesReadBack(world: NicWorld): Promise<void> {
  for (const rule of ntupleNotes(world).rules) await expectReadsBack(world, rule);
}

async function expectReadsBack(world: NicWorld, rule: FlowRule): Promise<void> {
  const read = await ruleAt(world, rule.location);
  expectNumber(read.location, rule.location, 'the location');
  expectThat(sameRule(read, rule), `the rule at ${rule.location} reads back otherwise`);
}

Then('the list of n-tuple rules holds its location once', async function (this: NicWorld) {
  const locations = await ruleLocations(this);
  const wanted = ntupleNotes(this).rules.map(({ location }) => location);
  expectThat(locations.join() === wanted.join(), `the list holds ${locations.join()}, not ${wanted.join()}`);
});

When('8 n-tuple rules for any location are inserted', async function (this: NicWorld) {
  for (let index = 0; index < 8; index++) await insert(this, await portRule(this, FIRST_PORT + index));
});

Then('they have 8 different locations, each in the list', async function (this: NicWorld) {
  const locations = new Set(ntupleNotes(this).rules.map(({ location }) => location));
  expectNumber(locations.size, 8, 'locations');
  const listed = await ruleLocations(this);
  expectNumber(listed.length, 8, 'rules in the list');
  for (const location of locations)
    expectThat(listed.includes(location), `the location ${location} is not in the list`);
});

Given('an n-tuple rule at each of the locations 0, 1 and 3', async function (this: NicWorld) {
  for (const location of [0, 1, 3]) await insert(this, await portRule(this, FIRST_PORT + location, location));
});

When('an n-tuple rule for any location is inserted', async function (this: NicWorld) {
  await insert(this, await portRule(this, FIRST_PORT + 50));
});

Then('it is at none of the locations 0, 1 and 3', function (this: NicWorld) {
  const { rules } = ntupleNotes(this);
  expectNumber(rules.length, 4, 'rules at different locations');
  expectThat(![0, 1, 3].includes(rules.at(-1)?.location ?? 0), 'the new rule took the place of another');
});

Given(
  'an n-tuple rule for destination port {int} at location {int}, to the highest queue',
  async function (this: NicWorld, port: number, location: number) {
    await insert(this, await portRule(this, port, location));
  },
);

When(
  'an n-tuple rule for destination port {int} at location {int}, to the highest queue, is inserted',
  async function (this: NicWorld, port: number, location: number) {
    await insert(this, await portRule(this, port, location));
  },
);

Then(
  /^packets to port (\d+) arrive at (queue 0|the highest queue)$/,
  async function (this: NicWorld, port: string, where: string) {
    const expected = where === 'queue 0' ? 0 : await highestQueue(this);
    for (const frame of await deliverFlows(this, [flowToPort(Number(port))]))
      expectNumber(queueOf(frame), expected, 'the queue');
  },
);

// Laws.

Then(
  'for every n-tuple rule and every packet, the packet is moved if and only if it agrees with the rule',
  async function (this: NicWorld) {
    const queue = await highestQueue(this);
    await this.law(
      fc.asyncProperty(
        ruleFlow,
        ruleFields,
        fc.array(bitFlip, { minLength: 1, maxLength: 5 }),
        async (flow, fields, flips) => {
          const rule = ruleFor(flow, matchOn(flow, fields), { queue });
          const location = await addRule(this, rule);
          await expectSteering(this, rule, [flow, ...flips.map((flip) => flipped(flow, flip))]);
          await deleteRule(this, location);
        },
      ),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every sequence of inserting and deleting n-tuple rules, a flow is steered while its rule is there',
  async function (this: NicWorld) {
    const highest = await highestQueue(this);
    await this.law(
      fc.asyncProperty(ruleCommands(this, highest), (sequence) => runRuleCommands(this, sequence, highest)),
      { runs: 0.3 },
    );
  },
);

Then(
  'for every n-tuple mask, the rule is refused, or it compares each bit of the mask and no other',
  async function (this: NicWorld) {
    const queue = await highestQueue(this);
    const masked = ruleFlow.chain((flow) =>
      fc
        .constantFrom<RuleField>('sourceAddress', 'destinationAddress', 'sourcePort', 'destinationPort')
        .chain((field) =>
          fc.record({ flow: fc.constant(flow), field: fc.constant(field), mask: fieldMask(flow, field) }),
        ),
    );
    await this.law(
      fc.asyncProperty(
        masked,
        fc.array(fc.nat({ max: 127 }), { minLength: 1, maxLength: 4 }),
        async ({ flow, field, mask }, bits) => {
          const rule = ruleFor(flow, matchOnBits(flow, field, mask), { queue });
          const answer = await insertRule(this, rule);
          await expectSteering(this, answer.ok ? rule : undefined, [
            flow,
            ...bits.map((bit) => flipped(flow, { field, bit })),
          ]);
          if (answer.ok) await deleteRule(this, answer.location);
        },
      ),
      { runs: 0.5 },
    );
  },
);

Then('for every n-tuple rule that is accepted, it reads back as it was inserted', async function (this: NicWorld) {
  const queues = await receiveQueues(this);
  await this.law(
    fc.asyncProperty(ruleFlow, ruleFields, fc.nat({ max: queues }), async (flow, fields, number) => {
      const action = number === queues ? ('drop' as const) : { queue: number };
      const rule = ruleFor(flow, matchOn(flow, fields), action);
      const answer = await insertRule(this, rule);
      if (!answer.ok) return;
      await expectReadsBack(this, { ...rule, location: answer.location });
      await deleteRule(this, answer.location);
    }),
    { runs: 0.4 },
  );
});
