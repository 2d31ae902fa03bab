/** Options of VLANs: what is set of them at a port or in a whole bridge, told, refused and announced. */
import { Given, Then, When } from '@cucumber/cucumber';
import { RTM_DELVLAN, RTM_NEWVLAN } from '../../reference-impl/netlink/constants.js';
import { BRIDGE_VLAN_INFO_RANGE_BEGIN } from '../../reference-impl/netlink/families/bridge.js';
import type { ToldVlans } from '../../reference-impl/netlink/bridgeVlanClient.js';
import { nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { bridgeCalled, portCalled, settled } from './switchPorts.js';
import { vlanClient } from './switchTrees.steps.js';
import type { NicWorld } from './world.js';

/** BR_STATE_*. */
const STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'] as const;
type StateName = (typeof STATES)[number];
const STATE = STATES.join('|');
/** A VLAN, or several in a row. */
const VLANS = String.raw`VLANs? (\d+)(?: to (\d+))?`;
const rangeIn = (first: string, last: string | null): { readonly vid: number; readonly last?: number } => ({
  vid: Number(first),
  ...(last === null ? {} : { last: Number(last) }),
});

export const indexOfOwner = (world: NicWorld, who: string): number =>
  who === 'the bridge itself' || who === 'the bridge' ? bridgeCalled(world).ifIndex : portCalled(world, who).ifIndex;

// The state of a VLAN at a port.

When(
  new RegExp(String.raw`^(p\d|the bridge itself) is set to (${STATE}) in ${VLANS}$`),
  async function (this: NicWorld, who: string, state: StateName, first: string, last: string | null) {
    const options = { BRIDGE_VLANDB_ENTRY_STATE: STATES.indexOf(state) };
    const result = await (await vlanClient(this)).setOptions(indexOfOwner(this, who), rangeIn(first, last), options);
    accepted(result, `setting ${who} to ${state} in VLAN ${first}`);
    await settled(this);
  },
);

When(
  new RegExp(
    String.raw`^(p\d|the bridge itself) is asked for the option (BRIDGE_VLANDB_ENTRY_[A-Z_]+) (\d+) in ${VLANS}$`,
  ),
  async function (this: NicWorld, who: string, option: string, value: string, first: string, last: string | null) {
    const client = await vlanClient(this);
    this.answer = await client.setOptions(indexOfOwner(this, who), rangeIn(first, last), { [option]: Number(value) });
    await settled(this);
  },
);

Then(
  /^(p\d|the bridge itself) tells (BRIDGE_VLANDB_ENTRY_[A-Z_]+) (\d+|nothing) in VLAN (\d+)$/,
  async function (this: NicWorld, who: string, option: string, value: string, vid: string) {
    const told = numberIn(await entryOf(this, who, Number(vid)), option);
    const wanted = value === 'nothing' ? undefined : Number(value);
    expectThat(told === wanted, `${option} of ${who} in VLAN ${vid} is ${told ?? 'nothing'} instead of ${value}`);
  },
);

Then(
  new RegExp(String.raw`^(p\d) is told (${STATE}) in VLAN (\d+)$`),
  async function (this: NicWorld, port: string, state: StateName, vid: string) {
    const told = numberIn(await entryOf(this, port, Number(vid)), 'BRIDGE_VLANDB_ENTRY_STATE') ?? -1;
    expectThat(STATES[told] === state, `${port} is ${STATES[told] ?? `in state ${told}`} in VLAN ${vid}`);
  },
);

async function entryOf(world: NicWorld, who: string, vid: number): Promise<Values> {
  const told = accepted(await (await vlanClient(world)).vlans(indexOfOwner(world, who)), `the VLANs of ${who}`);
  const found = told.flatMap(({ entries }) => entries).find((entry) => covers(rangeOf(entry), vid));
  expectThat(found !== undefined, `${who} is in no VLAN ${vid}`);
  return found;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

function rangeOf(entry: Values): Range {
  const first = numberIn(nestIn(entry, 'BRIDGE_VLANDB_ENTRY_INFO'), 'vid') ?? 0;
  return { first, last: numberIn(entry, 'BRIDGE_VLANDB_ENTRY_RANGE') ?? first };
}

function globalRangeOf(options: Values): Range {
  const first = numberIn(options, 'BRIDGE_VLANDB_GOPTS_ID') ?? 0;
  return { first, last: numberIn(options, 'BRIDGE_VLANDB_GOPTS_RANGE') ?? first };
}

const covers = ({ first, last }: Range, vid: number): boolean => vid >= first && vid <= last;
const textOf = ({ first, last }: Range): string => (first === last ? `${first}` : `${first}-${last}`);

Then(/^the VLANs of (p\d) are told as (.+)$/, async function (this: NicWorld, port: string, ranges: string) {
  const told = accepted(await (await vlanClient(this)).vlans(indexOfOwner(this, port)), `the VLANs of ${port}`);
  const text = told.flatMap(({ entries }) => entries).map((entry) => textOf(rangeOf(entry)));
  expectThat(text.join(', ') === ranges, `the VLANs of ${port} are told as ${text.join(', ')}`);
});

// Membership over RTM_NEWVLAN and RTM_DELVLAN.

When(
  new RegExp(String.raw`^${VLANS} (?:is|are) (added to|deleted from) (p\d|the bridge itself) by its own request$`),
  async function (this: NicWorld, first: string, last: string | null, how: string, who: string) {
    const change = how === 'added to' ? 'add' : 'delete';
    const client = await vlanClient(this);
    const result = await client.changeMembership(change, indexOfOwner(this, who), rangeIn(first, last));
    accepted(result, `VLAN ${first} ${how} ${who}`);
    await settled(this);
  },
);

/** Requests that say nothing that can be done. */
const BAD_REQUESTS: Readonly<Record<string, readonly [type: number, values: Values]>> = {
  'nothing at all': [RTM_NEWVLAN, {}],
  'a VLAN without its number': [RTM_NEWVLAN, { BRIDGE_VLANDB_ENTRY: [{ BRIDGE_VLANDB_ENTRY_STATE: 3 }] }],
  'a range of the old kind': [
    RTM_NEWVLAN,
    { BRIDGE_VLANDB_ENTRY: [{ BRIDGE_VLANDB_ENTRY_INFO: { vid: 10, flags: BRIDGE_VLAN_INFO_RANGE_BEGIN } }] },
  ],
  'a range that ends where it begins': [
    RTM_NEWVLAN,
    { BRIDGE_VLANDB_ENTRY: [{ BRIDGE_VLANDB_ENTRY_INFO: { vid: 10, flags: 0 }, BRIDGE_VLANDB_ENTRY_RANGE: 10 }] },
  ],
  'VLAN 4095': [RTM_NEWVLAN, { BRIDGE_VLANDB_ENTRY: [{ BRIDGE_VLANDB_ENTRY_INFO: { vid: 4095, flags: 0 } }] }],
  'how many groups it is in': [
    RTM_NEWVLAN,
    {
      BRIDGE_VLANDB_ENTRY: [{ BRIDGE_VLANDB_ENTRY_INFO: { vid: 10, flags: 0 }, BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS: 1 }],
    },
  ],
  'options of a whole bridge': [
    RTM_NEWVLAN,
    { BRIDGE_VLANDB_GLOBAL_OPTIONS: [{ BRIDGE_VLANDB_GOPTS_ID: 10, BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING: 1 }] },
  ],
  'global options without a VLAN': [
    RTM_NEWVLAN,
    { BRIDGE_VLANDB_GLOBAL_OPTIONS: [{ BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING: 1 }] },
  ],
  'global options to be deleted': [
    RTM_DELVLAN,
    { BRIDGE_VLANDB_GLOBAL_OPTIONS: [{ BRIDGE_VLANDB_GOPTS_ID: 10, BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING: 1 }] },
  ],
};

When(/^(p\d|the bridge itself) is asked by VLAN for (.+)$/, async function (this: NicWorld, who: string, what: string) {
  const bad = BAD_REQUESTS[what];
  expectThat(bad !== undefined, `no request is called "${what}"`);
  this.answer = await (await vlanClient(this)).change(bad[0], indexOfOwner(this, who), bad[1]);
});

// Global options.

When(
  new RegExp(String.raw`^the global option (BRIDGE_VLANDB_GOPTS_[A-Z_]+) of ${VLANS} is set to (\d+)$`),
  async function (this: NicWorld, option: string, first: string, last: string | null, value: string) {
    const client = await vlanClient(this);
    const options = { [option]: Number(value) };
    const result = await client.setGlobalOptions(bridgeCalled(this).ifIndex, rangeIn(first, last), options);
    accepted(result, `${option} of VLAN ${first}`);
    await settled(this);
  },
);

When(
  new RegExp(String.raw`^the global option (BRIDGE_VLANDB_GOPTS_[A-Z_]+) of ${VLANS} is to be (\d+)$`),
  async function (this: NicWorld, option: string, first: string, last: string | null, value: string) {
    const client = await vlanClient(this);
    this.answer = await client.setGlobalOptions(bridgeCalled(this).ifIndex, rangeIn(first, last), {
      [option]: Number(value),
    });
  },
);

Then(
  /^the global option (BRIDGE_VLANDB_GOPTS_[A-Z_]+) of VLAN (\d+) is told as (\d+)$/,
  async function (this: NicWorld, option: string, vid: string, value: string) {
    const told = numberIn(await globalOptionsOf(this, Number(vid)), option);
    expectNumber(told ?? -1, Number(value), `${option} of VLAN ${vid}`);
  },
);

export async function globalOptionsOf(world: NicWorld, vid: number): Promise<Values> {
  const told = accepted(await (await vlanClient(world)).globalVlans(bridgeCalled(world).ifIndex), 'global options');
  const found = told.flatMap(({ globalOptions }) => globalOptions).find((each) => covers(globalRangeOf(each), vid));
  expectThat(found !== undefined, `the bridge knows no VLAN ${vid}`);
  return found;
}

// Who listens to VLANs.

const announced = (world: NicWorld): { last: ToldVlans | undefined } =>
  world.note('announced VLANs', () => ({ last: undefined }));

Given('somebody listens to VLANs', async function (this: NicWorld) {
  const client = await vlanClient(this);
  await client.listen();
  await client.announcements(this.quietMs);
});

Then(
  /^(new|deleted) VLANs? (\d+)(?: to (\d+))? of (p\d|the bridge) (?:is|are) announced$/,
  async function (this: NicWorld, change: string, first: string, last: string | null, who: string) {
    const type = change === 'new' ? RTM_NEWVLAN : RTM_DELVLAN;
    const range = textOf({ first: Number(first), last: Number(last ?? first) });
    const messages = await (await vlanClient(this)).announcements(this.quietMs);
    const found = messages.find(
      (each) =>
        each.type === type &&
        each.ifIndex === indexOfOwner(this, who) &&
        each.entries.some((entry) => textOf(rangeOf(entry)) === range),
    );
    announced(this).last = found;
    const told = messages.map((each) => each.entries.map((entry) => textOf(rangeOf(entry))).join(', ')).join('; ');
    expectThat(found !== undefined, `announced were: ${told || 'nothing'}`);
  },
);

Then(
  /^it is announced with (BRIDGE_VLANDB_ENTRY_[A-Z_]+) (\d+)$/,
  function (this: NicWorld, option: string, value: string) {
    const [entry] = announced(this).last?.entries ?? [];
    expectNumber(numberIn(entry, option) ?? -1, Number(value), `${option} of the announcement`);
  },
);

Then(
  /^global options of VLANs? (\d+)(?: to (\d+))? are announced, with (BRIDGE_VLANDB_GOPTS_[A-Z_]+) (\d+)$/,
  async function (this: NicWorld, first: string, last: string | null, option: string, value: string) {
    const range = textOf({ first: Number(first), last: Number(last ?? first) });
    const messages = await (await vlanClient(this)).announcements(this.quietMs);
    const options = messages.flatMap(({ globalOptions }) => globalOptions);
    const found = options.find((each) => textOf(globalRangeOf(each)) === range);
    const told = options.map((each) => textOf(globalRangeOf(each))).join(', ');
    expectThat(found !== undefined, `announced were global options of: ${told || 'no VLAN'}`);
    expectNumber(numberIn(found, option) ?? -1, Number(value), `${option} of the announcement`);
  },
);

Then('no VLAN is announced', async function (this: NicWorld) {
  const messages = await (await vlanClient(this)).announcements(this.quietMs);
  expectNumber(messages.length, 0, 'the announcements');
});

// Counters.

Then(
  /^the dump of VLANs tells (\d+) frames? received in VLAN (\d+) at (p\d|the bridge itself)$/,
  async function (this: NicWorld, count: string, vid: string, who: string) {
    const told = accepted(await (await vlanClient(this)).vlans(indexOfOwner(this, who), true), `the VLANs of ${who}`);
    const entry = told.flatMap(({ entries }) => entries).find((each) => rangeOf(each).first === Number(vid));
    const packets = numberIn(nestIn(entry, 'BRIDGE_VLANDB_ENTRY_STATS'), 'BRIDGE_VLANDB_STATS_RX_PACKETS');
    expectNumber(packets ?? -1, Number(count), `the frames received in VLAN ${vid}`);
  },
);
