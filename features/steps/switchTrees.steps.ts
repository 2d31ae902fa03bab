/** Several spanning trees over one bridge: which tree a VLAN belongs to, and the state of a port in each. */
import { Given, Then, When } from '@cucumber/cucumber';
import { BridgeVlanClient } from '../../reference-impl/netlink/bridgeVlanClient.js';
import { BR_BOOLOPT_MST_ENABLE } from '../../reference-impl/netlink/families/bridge.js';
import { nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { bridgeCalled, bridgeSettings, changeBridge, makeBridge, namesIn, portCalled, settled } from './switchPorts.js';
import type { NicWorld } from './world.js';

const MODE = 1 << BR_BOOLOPT_MST_ENABLE;
const modeOf = (on: boolean): Values => ({ IFLA_BR_MULTI_BOOLOPT: { optval: on ? MODE : 0, optmask: MODE } });

/** BR_STATE_*. */
const STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'] as const;
type StateName = (typeof STATES)[number];
const STATE = STATES.join('|');

/** Over the socket that the scenario asks bridges through. */
export const vlanClient = async (world: NicWorld): Promise<BridgeVlanClient> =>
  new BridgeVlanClient((await world.bridges()).client);

Given(
  /^a bridge with several spanning trees over (p\d(?:(?:, | and )p\d)*)$/,
  async function (this: NicWorld, ports: string) {
    await makeBridge(this, namesIn(ports), { IFLA_BR_VLAN_FILTERING: 1, ...modeOf(true) });
  },
);

Given(
  /^a bridge that filters VLANs, with no default VLAN, over (p\d(?:(?:, | and )p\d)*)$/,
  async function (this: NicWorld, ports: string) {
    await makeBridge(this, namesIn(ports), { IFLA_BR_VLAN_FILTERING: 1, IFLA_BR_VLAN_DEFAULT_PVID: 0 });
  },
);

When(/^several spanning trees are switched (on|off)$/, async function (this: NicWorld, state: string) {
  await changeBridge(this, modeOf(state === 'on'));
});

When(/^several spanning trees are to be switched (on|off)$/, async function (this: NicWorld, state: string) {
  this.answer = await (await this.bridges()).changeBridge(bridgeCalled(this).ifIndex, modeOf(state === 'on'));
});

Then(/^the bridge has (one spanning tree|several spanning trees)$/, async function (this: NicWorld, how: string) {
  const options = numberIn(nestIn(await bridgeSettings(this), 'IFLA_BR_MULTI_BOOLOPT'), 'optval') ?? 0;
  expectNumber(options & MODE, how === 'one spanning tree' ? 0 : MODE, 'the option for several spanning trees');
});

When(/^VLAN (\d+) belongs to tree (\d+)$/, async function (this: NicWorld, vid: string, msti: string) {
  const result = await (
    await vlanClient(this)
  ).setGlobalOptions(bridgeCalled(this).ifIndex, { vid: Number(vid) }, { BRIDGE_VLANDB_GOPTS_MSTI: Number(msti) });
  accepted(result, `putting VLAN ${vid} into tree ${msti}`);
  await settled(this);
});

When(/^VLAN (\d+) is to belong to tree (\d+)$/, async function (this: NicWorld, vid: string, msti: string) {
  this.answer = await (
    await vlanClient(this)
  ).setGlobalOptions(bridgeCalled(this).ifIndex, { vid: Number(vid) }, { BRIDGE_VLANDB_GOPTS_MSTI: Number(msti) });
});

Then(/^VLAN (\d+) is told to belong to tree (\d+)$/, async function (this: NicWorld, vid: string, msti: string) {
  const told = accepted(await (await vlanClient(this)).globalVlans(bridgeCalled(this).ifIndex), 'reading the VLANs');
  const options = told.flatMap(({ globalOptions }) => globalOptions).find((each) => isOf(each, Number(vid)));
  expectNumber(numberIn(options, 'BRIDGE_VLANDB_GOPTS_MSTI') ?? -1, Number(msti), `the tree of VLAN ${vid}`);
});

const isOf = (options: Values, vid: number): boolean => {
  const first = numberIn(options, 'BRIDGE_VLANDB_GOPTS_ID') ?? 0;
  return vid >= first && vid <= (numberIn(options, 'BRIDGE_VLANDB_GOPTS_RANGE') ?? first);
};

const treeEntry = (msti: number, state: number): Values => ({
  IFLA_BRIDGE_MST_ENTRY_MSTI: msti,
  IFLA_BRIDGE_MST_ENTRY_STATE: state,
});

When(
  new RegExp(String.raw`^(p\d(?:(?:, | and )p\d)*) (?:is|are) (?:set to )?(${STATE}) in tree (\d+)$`),
  async function (this: NicWorld, ports: string, state: StateName, msti: string) {
    for (const port of namesIn(ports)) {
      const entries = [treeEntry(Number(msti), STATES.indexOf(state))];
      const result = await (await vlanClient(this)).setTrees(portCalled(this, port).ifIndex, entries);
      accepted(result, `setting ${port} to ${state} in tree ${msti}`);
    }
    await settled(this);
  },
);

When(
  /^(p\d|the bridge itself) is asked to go to state (\d+) in tree (\d+)$/,
  async function (this: NicWorld, who: string, state: string, msti: string) {
    const isPort = who !== 'the bridge itself';
    const { ifIndex } = isPort ? portCalled(this, who) : bridgeCalled(this);
    const entries = [treeEntry(Number(msti), Number(state))];
    this.answer = await (await vlanClient(this)).setTrees(ifIndex, entries, isPort ? 'port' : 'bridge');
  },
);

/** What is missing of an entry. */
const PARTIAL: Readonly<Record<string, readonly Values[]>> = {
  'a state without a tree': [{ IFLA_BRIDGE_MST_ENTRY_STATE: 3 }],
  'a tree without a state': [{ IFLA_BRIDGE_MST_ENTRY_MSTI: 1 }],
  'no tree at all': [],
};

When(
  /^(p\d) is asked for (a state without a tree|a tree without a state|no tree at all)$/,
  async function (this: NicWorld, port: string, what: string) {
    this.answer = await (await vlanClient(this)).setTrees(portCalled(this, port).ifIndex, PARTIAL[what] ?? []);
  },
);

When(
  /^the state of (p\d) in tree (\d+) is to be deleted$/,
  async function (this: NicWorld, port: string, msti: string) {
    const entries = [treeEntry(Number(msti), 3)];
    this.answer = await (await vlanClient(this)).setTrees(portCalled(this, port).ifIndex, entries, 'port', 'delete');
  },
);

Then(
  new RegExp(String.raw`^(p\d) is told (${STATE}) in tree (\d+)$`),
  async function (this: NicWorld, port: string, state: StateName, msti: string) {
    const told = (await treesOf(this, port)).get(Number(msti));
    const name = told === undefined ? 'in no state' : (STATES[told] ?? `in state ${told}`);
    expectThat(name === state, `${port} is ${name} in tree ${msti} instead of ${state}`);
  },
);

Then(
  /^(p\d) tells the trees? (\d+(?:(?:, | and )\d+)*|none)$/,
  async function (this: NicWorld, port: string, list: string) {
    const told = [...(await treesOf(this, port)).keys()].sort((a, b) => a - b).join(', ');
    const wanted = list === 'none' ? '' : namesIn(list).join(', ');
    expectThat(told === wanted, `${port} tells the trees ${told || 'none'} instead of ${list}`);
  },
);

async function treesOf(world: NicWorld, port: string): Promise<ReadonlyMap<number, number>> {
  const trees = accepted(await (await vlanClient(world)).trees(), 'reading the trees');
  return trees.get(portCalled(world, port).ifIndex) ?? new Map<number, number>();
}
