/** Suppression of questions for neighbours, VLAN by VLAN: the option of a VLAN at a port. */
import { Then, When } from '@cucumber/cucumber';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { bridgeCalled, portCalled, settled } from './switchPorts.js';
import { vlanClient } from './switchTrees.steps.js';
import type { NicWorld } from './world.js';

const OPTION = 'BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS';

const indexOf = (world: NicWorld, owner: string): number =>
  owner === 'the bridge' ? bridgeCalled(world).ifIndex : portCalled(world, owner).ifIndex;

/** `bridge vlan set vid … dev … neigh_suppress`. */
async function setOption(world: NicWorld, owner: string, state: string, vid: string): Promise<NetlinkResult<void>> {
  const client = await vlanClient(world);
  const options = { [OPTION]: state === 'on' ? 1 : 0 };
  const result = await client.setOptions(indexOf(world, owner), { vid: Number(vid) }, options);
  await settled(world);
  return result;
}

When(
  /^neighbour suppression of (p\d) is switched (on|off) in VLAN (\d+)$/,
  async function (this: NicWorld, port: string, state: string, vid: string) {
    accepted(await setOption(this, port, state, vid), `switching suppression of ${port} in VLAN ${vid}`);
  },
);

When(
  /^neighbour suppression of (p\d|the bridge) is to be switched (on|off) in VLAN (\d+)$/,
  async function (this: NicWorld, owner: string, state: string, vid: string) {
    this.answer = await setOption(this, owner, state, vid);
  },
);

/** Whether an entry, of one VLAN or of a range, is about this one. */
function isOf(entry: Values, vid: number): boolean {
  const first = numberIn(nestIn(entry, 'BRIDGE_VLANDB_ENTRY_INFO'), 'vid') ?? 0;
  return vid >= first && vid <= (numberIn(entry, 'BRIDGE_VLANDB_ENTRY_RANGE') ?? first);
}

Then(
  /^neighbour suppression of (p\d) is told to be (on|off) in VLAN (\d+)$/,
  async function (this: NicWorld, port: string, state: string, vid: string) {
    const told = accepted(await (await vlanClient(this)).vlans(indexOf(this, port)), `the VLANs of ${port}`);
    const found = told.flatMap(({ entries }) => entries).find((entry) => isOf(entry, Number(vid)));
    expectThat(found !== undefined, `${port} is in no VLAN ${vid}`);
    expectNumber(numberIn(found, OPTION) ?? -1, state === 'on' ? 1 : 0, `${OPTION} of ${port} in VLAN ${vid}`);
  },
);
