/** Several spanning trees over one bridge, each for some of its VLANs: net/bridge/br_mst.c. */
import type { Vid } from '../../../harness/contract/index.js';
import { EBUSY, OK, refused } from '../errno.js';
import type { Outcome } from '../kernelState.js';
import { BR_STATE_FORWARDING, type Bridge, type BridgePort, type StpState } from './bridge.js';
import type { BridgeEvents } from './bridgeEvents.js';
import type { Bridging } from './bridging.js';
import type { GlobalVlan } from './globalVlans.js';
import { vlanStateChanged } from './multicast/vlanSnooping.js';

/** br_mst_set_enabled(). */
export async function setMst({ events, switchdev }: Bridging, bridge: Bridge, on: boolean): Promise<Outcome> {
  const hasVlans = [...bridge.ports.values()].some(({ vlans }) => vlans.members.size > 0);
  if (hasVlans && events.mst.refuses('vlans-exist'))
    return refused(EBUSY, "MST mode can't be changed while VLANs exist");
  if (bridge.mst === on) return OK;
  const set = await switchdev.setBridge(bridge, { kind: 'mst', on });
  if (set.ok) bridge.mst = on;
  return set;
}

const treeOf = ({ globalVlans }: Bridge, vid: Vid): number => globalVlans.get(vid)?.msti ?? 0;

/** br_mst_set_state() of a tree that is not 0: a driver may refuse. */
export async function setTreeState(
  { events, switchdev }: Bridging,
  port: BridgePort,
  msti: number,
  state: StpState,
): Promise<Outcome> {
  const set = await switchdev.setPort(port, { kind: 'mst-state', msti, state });
  if (set.ok) followTree(events, port, msti, state);
  return set;
}

/** The VLANs of the port that belong to the tree. */
export function followTree(events: BridgeEvents, port: BridgePort, msti: number, state: StpState): void {
  for (const vid of port.vlans.members.keys())
    if (events.mst.isOfTree(treeOf(port.bridge, vid), msti)) setVlanState(events, port, vid, state);
}

/** br_vlan_set_state(). */
export function setVlanState(events: BridgeEvents, port: BridgePort, vid: Vid, state: StpState): void {
  const vlan = port.vlans.members.get(vid);
  if (vlan === undefined || vlan.state === state) return;
  vlan.state = state;
  vlanStateChanged(events, port, vid);
}

/** br_mst_vlan_set_msti(). */
export async function setTree(
  { events, switchdev }: Bridging,
  bridge: Bridge,
  vlan: GlobalVlan,
  msti: number,
): Promise<Outcome> {
  if (vlan.msti === msti) return OK;
  const { vid } = vlan;
  const set = await switchdev.setBridge(bridge, { kind: 'vlan-msti', vid, msti });
  if (!set.ok) return set;
  vlan.msti = events.mst.storedTree(msti);
  for (const port of bridge.ports.values()) {
    setVlanState(events, port, vid, events.mst.stateInTree(stateIn(port, msti, vid)));
  }
  return OK;
}

/** By another VLAN of the port in the same tree. */
function stateIn({ bridge, vlans }: BridgePort, msti: number, besides: Vid): StpState | undefined {
  for (const vid of [...vlans.members.keys()].sort((a, b) => a - b))
    if (vid !== besides && treeOf(bridge, vid) === msti) return vlans.members.get(vid)?.state;
  return undefined;
}

/** br_vlan_init_state(). */
export const startState = ({ mst }: BridgeEvents, bridge: Bridge, port: BridgePort | null): StpState =>
  bridge.mst && port !== null ? mst.startState(port.state) : BR_STATE_FORWARDING;

/** br_mst_fill_info(): the trees of the port, each by the first of its VLANs. */
export function treesOf({ mst }: BridgeEvents, { bridge, vlans }: BridgePort): ReadonlyMap<number, StpState> {
  const trees = new Map<number, StpState>();
  for (const vid of [...vlans.members.keys()].sort((a, b) => a - b)) {
    const msti = treeOf(bridge, vid);
    const state = vlans.members.get(vid)?.state;
    if (state !== undefined && !trees.has(msti)) trees.set(msti, state);
  }
  return mst.told(trees);
}
