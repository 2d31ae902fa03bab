/** Laws of filters: a naive reading of the rules beside the target, for whatever rules and packets. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import type { Value } from '../../reference-impl/netlink/schema.js';
import { fateOf, match, rulesOf, verdict, type Action, type Rule } from '../properties/filterModel.js';
import { packet, type Packet } from '../properties/packets.js';
import { bridgeAddress } from './switch.steps.js';
import { expectThat } from './expectations.js';
import {
  clearFilters,
  everywhere,
  expectPackets,
  filterClient,
  filterOf,
  filtersAt,
  prepareFilters,
  putFilter,
  sendPackets,
  type Mode,
} from './filterControl.js';
import { accepted } from './settings.js';
import { bridgeCalled, settled } from './switchPorts.js';
import { changeActions } from './filters.steps.js';
import type { NicWorld } from './world.js';

const PORT = 'p0';
/** Where a frame to everybody, or to somebody unknown, goes from there. */
const OTHERS = ['p1', 'p2'] as const;
const ASIDE = 'p3';

const packets = fc.array(packet, { minLength: 1, maxLength: 6 });

async function layOut(world: NicWorld, rules: readonly Rule[], mode: Mode): Promise<void> {
  await clearFilters(world, PORT);
  await prepareFilters(world, PORT);
  for (const rule of rules) await putFilter(world, PORT, rule, { mode });
  await settled(world);
}

/** Where a packet comes out, by the naive reading. */
function placesOf(rules: readonly Rule[], one: Packet, way: readonly string[]): readonly string[] {
  const { goesOn, sentTo } = fateOf(rules, one);
  return [...sentTo, ...(goesOn ? way : [])];
}

async function expectFirstMatch(world: NicWorld, rules: readonly Rule[], sent: readonly Packet[], mode: Mode) {
  await layOut(world, rules, mode);
  await sendPackets(world, PORT, sent);
  await expectPackets(
    world,
    sent.map((one) => placesOf(rules, one, OTHERS)),
  );
}

Then(
  'for every list of filters and all packets, what leaves is what the first filter that matches says',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(rulesOf(verdict([ASIDE])), packets, (rules, sent) =>
        expectFirstMatch(this, rules, sent, 'anybody'),
      ),
      { runs: 0.5 },
    );
  },
);

/** What is sent to the bridge itself goes to the host, whoever forwards. */
async function expectAtHost(world: NicWorld, rules: readonly Rule[], sent: readonly Packet[], mode: Mode) {
  const [bridge, address] = [bridgeCalled(world).name, await bridgeAddress(world)];
  await layOut(world, rules, mode);
  const toHost = sent.map((one): Packet => ({ ...one, to: address }));
  await sendPackets(world, PORT, toHost);
  await expectPackets(
    world,
    toHost.map((one) => placesOf(rules, one, [bridge])),
    everywhere(world),
  );
}

Then(
  'for every list of filters and all packets to the host, in software, what comes is what the first filter that matches says',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(rulesOf(verdict([ASIDE])), packets, (rules, sent) =>
        expectAtHost(this, rules, sent, 'software'),
      ),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every list of filters and all packets to the host, hardware and software make the same of them',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(rulesOf(verdict([ASIDE])), packets, async (rules, sent) => {
        for (const mode of ['software', 'hardware', 'anybody'] as const) await expectAtHost(this, rules, sent, mode);
      }),
      { runs: 0.5 },
    );
  },
);

// Changes.

interface FilterModel {
  rules: Rule[];
}
type FilterCommand = fc.AsyncCommand<FilterModel, NicWorld>;

const isAdded = (rule: Rule): FilterCommand => ({
  check: ({ rules }) => rules.every(({ priority }) => priority !== rule.priority),
  async run(model, world) {
    await putFilter(world, PORT, rule);
    model.rules.push(rule);
  },
  toString: () => `filter ${JSON.stringify(rule)} is added`,
});

const isChanged = (place: number, actions: readonly Action[]): FilterCommand => ({
  check: ({ rules }) => rules.length > 0 && rules[place % rules.length]?.match !== undefined,
  async run(model, world) {
    const rule = model.rules[place % model.rules.length];
    if (rule === undefined) return;
    const { options } = filterOf(world, PORT, rule);
    await changeActions(world, String(rule.priority), PORT, actions, options);
    model.rules = model.rules.map((each) => (each === rule ? { ...rule, actions } : each));
  },
  toString: () => `filter number ${place} is given ${JSON.stringify(actions)}`,
});

async function removeRule(model: FilterModel, world: NicWorld, rule: Rule): Promise<void> {
  const { ifIndex, parent, protocol, kind } = filterOf(world, PORT, rule);
  const place = {
    ifIndex,
    protocol,
    priority: rule.priority,
    ...(parent === undefined ? {} : { parent }),
    ...(kind === undefined ? {} : { kind }),
  };
  accepted(await (await filterClient(world)).removeFilter(place), `removing filter ${rule.priority}`);
  model.rules = model.rules.filter((each) => each !== rule);
}

const isRemoved = (place: number): FilterCommand => ({
  check: ({ rules }) => rules.length > 0,
  async run(model, world) {
    const rule = model.rules[place % model.rules.length];
    if (rule !== undefined) await removeRule(model, world, rule);
  },
  toString: () => `filter number ${place} is removed`,
});

const isMoved = (place: number, priority: number): FilterCommand => ({
  check: ({ rules }) => rules.length > 0 && rules.every((rule) => rule.priority !== priority),
  async run(model, world) {
    const rule = model.rules[place % model.rules.length];
    if (rule === undefined) return;
    await removeRule(model, world, rule);
    const moved = { ...rule, priority };
    await putFilter(world, PORT, moved);
    model.rules.push(moved);
  },
  toString: () => `filter number ${place} is moved to priority ${priority}`,
});

const areSent = (sent: readonly Packet[]): FilterCommand => ({
  check: () => true,
  async run({ rules }, world) {
    await settled(world);
    await sendPackets(world, PORT, sent);
    await expectPackets(
      world,
      sent.map((one) => placesOf(rules, one, OTHERS)),
    );
  },
  toString: () => `${JSON.stringify(sent)} come in`,
});

const MOST_COMMANDS = 14;
const priority = fc.integer({ min: 1, max: 40 });
const place = fc.nat(20);

Then(
  'for every sequence of filters that are added, changed, moved and removed, packets meet the filters that are there',
  async function (this: NicWorld) {
    const actions = verdict([ASIDE]);
    const rule = fc.tuple(priority, fc.option(match, { nil: undefined, freq: 4 }), actions);
    const commands = this.commands(
      [
        rule.map(([first, looksFor, does]) => isAdded({ priority: first, match: looksFor, actions: does })),
        rule.map(([first, looksFor, does]) => isAdded({ priority: first, match: looksFor, actions: does })),
        fc.tuple(place, actions).map(([which, does]) => isChanged(which, does)),
        place.map(isRemoved),
        fc.tuple(place, priority).map(([which, to]) => isMoved(which, to)),
        packets.map(areSent),
        packets.map(areSent),
      ],
      MOST_COMMANDS,
    );
    await this.law(
      fc.asyncProperty(commands, async (sequence) => {
        await layOut(this, [], 'anybody');
        await fc.asyncModelRun(() => ({ model: { rules: [] }, real: this }), sequence);
      }),
      { runs: 0.5 },
    );
  },
);

// What is told.

const same = (told: Value | undefined, put: Value): boolean =>
  told instanceof Uint8Array && put instanceof Uint8Array ? equalBytes(told, put) : told === put;

/** Keys that say how a tag was asked for are told only where something behind the tag was asked for too. */
const IS_IMPLIED = 'TCA_FLOWER_KEY_ETH_TYPE';

Then(
  /^for every filter that is put at (p\d), a dump tells its keys, its masks and its actions$/,
  async function (this: NicWorld, port: string) {
    const rule = fc.tuple(priority, match, verdict([ASIDE]));
    await this.law(
      fc.asyncProperty(rule, async ([first, looksFor, actions]) => {
        await clearFilters(this, port);
        const put: Rule = { priority: first, match: looksFor, actions };
        await putFilter(this, port, put);
        const request = filterOf(this, port, put);
        const [told] = await filtersAt(this, port);
        expectThat(told?.priority === first && told.protocol === request.protocol, 'the filter is told somewhere else');
        for (const [key, value] of Object.entries(request.options ?? {})) {
          if (key === IS_IMPLIED && looksFor.isTagged === true) continue;
          expectThat(same(told.options[key], value), `${key} is told otherwise than it was put`);
        }
        const kinds = told.actions.map(({ kind }) => kind).join();
        const wanted = (request.actions ?? []).map(({ kind }) => kind).join();
        expectThat(kinds === wanted, `the actions are told as ${kinds}`);
      }),
      { runs: 0.5 },
    );
  },
);
