/** What the kernel takes and refuses of filters, and what it tells of them. */
import { Given, Then, When } from '@cucumber/cucumber';
import {
  NLM_F_CREATE,
  RTM_DELQDISC,
  RTM_DELTFILTER,
  RTM_NEWQDISC,
  RTM_NEWTFILTER,
} from '../../reference-impl/netlink/constants.js';
import {
  ETH_P_ALL,
  TCA_CLS_FLAGS_IN_HW,
  TCA_CLS_FLAGS_NOT_IN_HW,
  TC_ACT_OK,
} from '../../reference-impl/netlink/families/trafficControl.js';
import {
  TrafficControlClient,
  type FilterInfo,
  type FilterRequest,
} from '../../reference-impl/netlink/trafficControlClient.js';
import { IPPROTO_UDP, ETH_P_IP } from '../../reference-impl/packet/protocols.js';
import { expectNumber, expectThat } from './expectations.js';
import { filterClient, filterOf, filtersAt, gact, prepareFilters } from './filterControl.js';
import { filterCalled } from './filters.steps.js';
import { ruleIn } from './filterWords.js';
import { accepted, expectRefusal } from './settings.js';
import { portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

Then(/^it is refused with (E[A-Z]+), because "(.+)"$/, function (this: NicWorld, errno: string, why: string) {
  const { message = 'nothing' } = expectRefusal(this, errno);
  expectThat(message === why, `the kernel says "${message}"`);
});

// The place for filters.

When(/^room for filters at (p\d) is asked for$/, async function (this: NicWorld, port: string) {
  this.answer = await (await filterClient(this)).addQdisc(portCalled(this, port).ifIndex);
});

When(/^a qdisc "(.+)" at (p\d) is asked for$/, async function (this: NicWorld, kind: string, port: string) {
  this.answer = await (await filterClient(this)).addQdisc(portCalled(this, port).ifIndex, kind);
});

Then(/^(p\d) has (a|no) qdisc clsact$/, async function (this: NicWorld, port: string, has: string) {
  const client = await filterClient(this);
  const qdiscs = accepted(await client.qdiscs(portCalled(this, port).ifIndex), `reading the qdiscs of ${port}`);
  const found = qdiscs.filter(({ kind }) => kind === 'clsact').length;
  expectNumber(found, has === 'a' ? 1 : 0, `the qdiscs clsact of ${port}`);
});

Then(/^(p\d) has (no|\d+) filters?$/, async function (this: NicWorld, port: string, count: string) {
  const wanted = count === 'no' ? 0 : Number(count);
  expectNumber((await filtersAt(this, port)).length, wanted, `the filters of ${port}`);
});

// Requests that are wrong in one way.

/** Good but for what a scenario changes of it. */
const plainFilter = (world: NicWorld, port: string): FilterRequest => ({
  ifIndex: portCalled(world, port).ifIndex,
  priority: 10,
  protocol: ETH_P_ALL,
  kind: 'flower',
  options: {},
  actions: [gact(TC_ACT_OK)],
});

async function ask(world: NicWorld, port: string, change: Partial<FilterRequest>): Promise<void> {
  world.answer = await (await filterClient(world)).addFilter({ ...plainFilter(world, port), ...change });
}

When(
  /^filter \d+ of any with the action pass is asked for at (p\d), where there is no room$/,
  async function (this: NicWorld, port: string) {
    await ask(this, port, {});
  },
);

When(
  /^a filter at (p\d) is asked for whose parent is ([0-9a-f]+)$/,
  async function (this: NicWorld, port: string, parent: string) {
    await ask(this, port, { parent: Number.parseInt(parent, 16) });
  },
);

When(
  /^a filter at (p\d) of the kind "(.+)" is asked for$/,
  async function (this: NicWorld, port: string, kind: string) {
    await ask(this, port, { kind });
  },
);

When(/^a filter at (p\d) without a kind is asked for$/, async function (this: NicWorld, port: string) {
  const nameless = Object.entries(plainFilter(this, port)).filter(([name]) => name !== 'kind');
  // What is left is a filter all the same.
  this.answer = await (await filterClient(this)).addFilter(Object.fromEntries(nameless) as unknown as FilterRequest);
});

When(
  /^a filter at (p\d) with the action "(.+)" is asked for$/,
  async function (this: NicWorld, port: string, action: string) {
    await ask(this, port, { actions: [{ kind: action, options: {} }] });
  },
);

When(
  /^a filter at (p\d) whose verdict is (\d+) is asked for$/,
  async function (this: NicWorld, port: string, verdict: string) {
    await ask(this, port, { actions: [gact(Number(verdict))] });
  },
);

When(
  /^a filter at (p\d) with the flags (\d+) is asked for$/,
  async function (this: NicWorld, port: string, flags: string) {
    await ask(this, port, { options: { TCA_FLOWER_FLAGS: Number(flags) } });
  },
);

When(
  /^a filter at (p\d) of UDP whose ports begin at (\d+) is asked for$/,
  async function (this: NicWorld, port: string, min: string) {
    const options = {
      TCA_FLOWER_KEY_ETH_TYPE: ETH_P_IP,
      TCA_FLOWER_KEY_IP_PROTO: IPPROTO_UDP,
      TCA_FLOWER_KEY_PORT_DST_MIN: Number(min),
    };
    await ask(this, port, { protocol: ETH_P_IP, options });
  },
);

When(
  /^the same handle at priority (\d+) of (p\d) is asked for again$/,
  async function (this: NicWorld, priority: string, port: string) {
    const { handle } = await filterCalled(this, priority, port);
    await ask(this, port, { priority: Number(priority), handle });
  },
);

When(
  /^filter (\d+) at (p\d) is asked to match (.+) instead$/,
  async function (this: NicWorld, priority: string, port: string, frames: string) {
    const { handle, protocol } = await filterCalled(this, priority, port);
    const request = filterOf(this, port, ruleIn({ priority, frames, action: 'pass' }), { handle });
    this.answer = await (await filterClient(this)).addFilter({ ...request, protocol }, NLM_F_CREATE);
  },
);

When(
  /^a filter at (p\d) of (.+) without a priority is added$/,
  async function (this: NicWorld, port: string, frames: string) {
    await prepareFilters(this, port);
    const request = filterOf(this, port, ruleIn({ priority: '0', frames, action: 'pass' }));
    accepted(await (await filterClient(this)).addFilter(request), 'adding a filter without a priority');
  },
);

Then(
  /^the filters at (p\d) have the priorities (\d+(?:(?:, | and )\d+)*)$/,
  async function (this: NicWorld, port: string, priorities: string) {
    const told = (await filtersAt(this, port)).map(({ priority }) => priority).join(', ');
    const wanted = priorities.split(/, | and /).join(', ');
    expectThat(told === wanted, `the filters have the priorities ${told}`);
  },
);

// Removal.

async function remove(world: NicWorld, port: string, place: Partial<FilterRequest>): Promise<void> {
  const client = await filterClient(world);
  world.answer = await client.removeFilter({ ifIndex: portCalled(world, port).ifIndex, protocol: 0, ...place });
}

When(/^priority (\d+) at (p\d) is removed$/, async function (this: NicWorld, priority: string, port: string) {
  await remove(this, port, { priority: Number(priority), protocol: ETH_P_ALL });
  accepted(this.answer ?? { ok: true, value: undefined }, `removing priority ${priority}`);
});

When(/^every filter at (p\d) is removed$/, async function (this: NicWorld, port: string) {
  await remove(this, port, {});
  accepted(this.answer ?? { ok: true, value: undefined }, 'removing every filter');
});

When(
  /^the removal of (?:handle (\d+) of )?priority (\d+)(?: of chain (\d+))? at (p\d) is asked for$/,
  async function (this: NicWorld, handle: string | null, priority: string, chain: string | null, port: string) {
    await remove(this, port, {
      protocol: ETH_P_ALL,
      priority: Number(priority),
      ...(handle === null ? {} : { handle: Number(handle) }),
      ...(chain === null ? {} : { chain: Number(chain) }),
    });
  },
);

// What is announced, and told.

const listener = (world: NicWorld): TrafficControlClient | undefined =>
  world.notes.get('traffic control listener') as TrafficControlClient | undefined;

Given('somebody listens to traffic control', async function (this: NicWorld) {
  const client = await TrafficControlClient.open((protocol) => this.target.netlink(protocol));
  await client.listen();
  this.notes.set('traffic control listener', client);
});

Then(
  /^(a new|the end of) filter (\d+) at (p\d) is announced$/,
  async function (this: NicWorld, what: string, priority: string, port: string) {
    const client = listener(this);
    expectThat(client !== undefined, 'nobody listens');
    const announced = await client.announcements(this.patienceMs);
    const type = what === 'a new' ? RTM_NEWTFILTER : RTM_DELTFILTER;
    const { ifIndex } = portCalled(this, port);
    const isIt = (each: FilterInfo): boolean =>
      each.type === type && each.ifIndex === ifIndex && each.priority === Number(priority) && each.handle !== 0;
    expectNumber(announced.filter(isIt).length, 1, 'the announcements of it');
  },
);

Then(
  /^filter (\d+) at (p\d)( where frames leave)? is told (not )?to be in hardware$/,
  async function (this: NicWorld, priority: string, port: string, leave: string | null, not: string | null) {
    const { flags } = await filterCalled(this, priority, port, leave === null ? 'ingress' : 'egress');
    const place = flags & (TCA_CLS_FLAGS_IN_HW | TCA_CLS_FLAGS_NOT_IN_HW);
    const wanted = not === null ? TCA_CLS_FLAGS_IN_HW : TCA_CLS_FLAGS_NOT_IN_HW;
    expectNumber(place, wanted, `what the flags of filter ${priority} tell of its place`);
  },
);

Then(
  /^filter (\d+) at (p\d) can be read by its handle, with the action (\S+)$/,
  async function (this: NicWorld, priority: string, port: string, action: string) {
    const { ifIndex, handle, protocol } = await filterCalled(this, priority, port);
    const client = await filterClient(this);
    const read = await client.filter({ ifIndex, handle, protocol, priority: Number(priority) });
    const told = accepted(read, `reading filter ${priority}`);
    expectThat(told?.handle === handle && told.priority === Number(priority), 'another filter is told');
    const kinds = told.actions.map(({ kind }) => kind).join(', ');
    expectThat(kinds === action, `its actions are ${kinds}`);
  },
);

When(
  /^handle (\d+) of priority (\d+) at (p\d) is read$/,
  async function (this: NicWorld, handle: string, priority: string, port: string) {
    const { ifIndex } = portCalled(this, port);
    const place = { ifIndex, handle: Number(handle), priority: Number(priority) };
    this.answer = await (await filterClient(this)).filter(place);
  },
);

When(/^the qdisc of (p\d) is removed$/, async function (this: NicWorld, port: string) {
  accepted(await (await filterClient(this)).removeQdisc(portCalled(this, port).ifIndex), 'removing the qdisc');
});

Then(
  /^(a new|the end of the) qdisc clsact of (p\d) is announced$/,
  async function (this: NicWorld, what: string, port: string) {
    const client = listener(this);
    expectThat(client !== undefined, 'nobody listens');
    const announced = await client.qdiscAnnouncements(this.patienceMs);
    const type = what === 'a new' ? RTM_NEWQDISC : RTM_DELQDISC;
    const { ifIndex } = portCalled(this, port);
    const found = announced.filter((each) => each.type === type && each.ifIndex === ifIndex && each.kind === 'clsact');
    expectNumber(found.length, 1, 'the announcements of it');
  },
);

// Counters.

Then(
  /^filter (\d+) at (p\d) has counted (\d+) packets, (\d+) of them dropped$/,
  async function (this: NicWorld, priority: string, port: string, packets: string, dropped: string) {
    const action = await countedBy(this, priority, port, Number(packets));
    expectNumber(action.packets, Number(packets), `the packets that filter ${priority} counted`);
    expectNumber(action.drops, Number(dropped), `the packets that filter ${priority} dropped`);
  },
);

/** The first action of the filter, once it has counted so many packets. */
export async function countedBy(world: NicWorld, priority: string, port: string, packets: number) {
  const give = world.session.description.clock === 'virtual' ? 0 : COUNTING_MS;
  for (let waited = 0; ; waited += STEP_MS) {
    const [action] = (await filterCalled(world, priority, port)).actions;
    expectThat(action !== undefined, `filter ${priority} has no action`);
    if (action.packets >= packets || waited >= give) return action;
    await world.target.clock.sleep(STEP_MS);
  }
}

const COUNTING_MS = 500;
const STEP_MS = 20;
