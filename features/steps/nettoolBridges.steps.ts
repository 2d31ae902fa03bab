/** Single VLANs, spanning trees and switches of bridges that nettool changes, as the kernel tells of them. */
import { Given, Then } from '@cucumber/cucumber';
import { bridgeData } from '../../reference-impl/netlink/bridgeClient.js';
import { BridgeVlanClient, type ToldVlans } from '../../reference-impl/netlink/bridgeVlanClient.js';
import {
  BRIDGE_VLAN_INFO_RANGE_BEGIN,
  BRIDGE_VLAN_INFO_RANGE_END,
} from '../../reference-impl/netlink/families/bridge.js';
import { nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { Watcher, query } from '../../reference-impl/nettool/index.js';
import { expectNumber, expectThat } from './expectations.js';
import { nettoolNotes } from './nettoolControl.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

const vlanClient = async (world: NicWorld): Promise<BridgeVlanClient> =>
  new BridgeVlanClient((await world.route()).client);

/** The entry of a VLAN, which may be one of a range. */
const entryOf = (
  entries: readonly Values[],
  vid: number,
  ends: (entry: Values) => readonly [number, number],
): Values => {
  const found = entries.find((entry) => {
    const [first, last] = ends(entry);
    return first <= vid && vid <= last;
  });
  expectThat(found !== undefined, `there is no VLAN ${vid}`);
  return found;
};

const entriesOf = (told: readonly ToldVlans[], ifIndex: number, of: 'entries' | 'globalOptions'): readonly Values[] =>
  told.filter((one) => one.ifIndex === ifIndex).flatMap((one) => one[of]);

Then(
  /^the VLAN (\d+) of the port has (BRIDGE_VLANDB_ENTRY_\w+) (\d+)$/,
  async function (this: NicWorld, vid: string, attribute: string, value: string) {
    const { ifIndex } = this.port;
    const told = accepted(await (await vlanClient(this)).vlans(ifIndex), 'listing the VLANs of the port');
    const entry = entryOf(entriesOf(told, ifIndex, 'entries'), Number(vid), (one) => {
      const first = numberIn(nestIn(one, 'BRIDGE_VLANDB_ENTRY_INFO'), 'vid') ?? 0;
      return [first, numberIn(one, 'BRIDGE_VLANDB_ENTRY_RANGE') ?? first];
    });
    expectNumber(numberIn(entry, attribute) ?? -1, Number(value), attribute);
  },
);

Then(
  /^the VLAN (\d+) of (nt\d) as a whole has (BRIDGE_VLANDB_GOPTS_\w+) (\d+)$/,
  async function (this: NicWorld, vid: string, bridge: string, attribute: string, value: string) {
    const { header } = accepted(await (await this.route()).link(bridge), `reading the link ${bridge}`);
    const ifIndex = numberIn(header, 'ifi_index') ?? 0;
    const told = accepted(await (await vlanClient(this)).globalVlans(ifIndex), 'listing the VLANs of the bridge');
    const entry = entryOf(entriesOf(told, ifIndex, 'globalOptions'), Number(vid), (one) => {
      const first = numberIn(one, 'BRIDGE_VLANDB_GOPTS_ID') ?? 0;
      return [first, numberIn(one, 'BRIDGE_VLANDB_GOPTS_RANGE') ?? first];
    });
    expectNumber(numberIn(entry, attribute) ?? -1, Number(value), attribute);
  },
);

Then(
  /^the port is in the state (\d) in the tree (\d+) and in the state (\d) in the tree (\d+)$/,
  async function (this: NicWorld, state: string, tree: string, otherState: string, otherTree: string) {
    const trees = accepted(await (await vlanClient(this)).trees(), 'listing the trees').get(this.port.ifIndex);
    expectNumber(trees?.get(Number(tree)) ?? -1, Number(state), `the state in the tree ${tree}`);
    expectNumber(trees?.get(Number(otherTree)) ?? -1, Number(otherState), `the state in the tree ${otherTree}`);
  },
);

/** Mappings as `VLAN:TUNNEL`, a range by each of its VLANs. */
function mappings(entries: readonly Values[]): string {
  const told = entries.map((entry) => ({
    vid: numberIn(entry, 'IFLA_BRIDGE_VLAN_TUNNEL_VID') ?? 0,
    tunnel: numberIn(entry, 'IFLA_BRIDGE_VLAN_TUNNEL_ID') ?? 0,
    flags: numberIn(entry, 'IFLA_BRIDGE_VLAN_TUNNEL_FLAGS') ?? 0,
  }));
  const each: string[] = [];
  let begun: (typeof told)[number] | undefined;
  for (const entry of told) {
    if ((entry.flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) !== 0) begun = entry;
    else if ((entry.flags & BRIDGE_VLAN_INFO_RANGE_END) === 0 || begun === undefined)
      each.push(`${entry.vid}:${entry.tunnel}`);
    else for (let vid = begun.vid; vid <= entry.vid; vid++) each.push(`${vid}:${begun.tunnel + vid - begun.vid}`);
  }
  return each.join(', ');
}

Then(
  /^the kernel has mapped the VLANs of the port to the tunnels ([\d:, ]+)$/,
  async function (this: NicWorld, expected: string) {
    const tunnels = accepted(await (await vlanClient(this)).tunnels(), 'listing the tunnels').get(this.port.ifIndex);
    const told = mappings(tunnels ?? []);
    expectThat(told === expected, `they are mapped to ${told === '' ? 'none' : told}`);
  },
);

Then(
  /^nettool tells that the VLANs of the port are mapped to the tunnels ([\d:, ]+)$/,
  async function (this: NicWorld, expected: string) {
    const { session } = nettoolNotes(this);
    const host = { name: 'here', session: () => Promise.resolve(session) };
    const { answers } = await query([host], { subjects: ['bridge-vlan-tunnel'], patterns: [this.port.netDevice] });
    const [answer] = answers;
    const rows = answer?.result.ok === true ? (answer.result.value.rows ?? []) : [];
    const told = rows.map((row) => `${String(row['vid'])}:${String(row['tunnel'])}`).join(', ');
    expectThat(told === expected, `it tells of ${told === '' ? 'none' : told}`);
  },
);

Then(/^(nt\d) has the switches ([\d, ]+) on$/, async function (this: NicWorld, bridge: string, bits: string) {
  const { values } = accepted(await (await this.route()).link(bridge), `reading the link ${bridge}`);
  const value = numberIn(nestIn(bridgeData(values), 'IFLA_BR_MULTI_BOOLOPT'), 'optval') ?? 0;
  const on = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (value & (1 << bit)) !== 0);
  expectThat(on.join(', ') === bits, `the switches ${on.join(', ')} are on`);
});

Given(/^nettool watches (nt\d)$/, async function (this: NicWorld, name: string) {
  const notes = nettoolNotes(this);
  notes.running.push(Promise.resolve(await Watcher.open(notes.session, [name])));
});
