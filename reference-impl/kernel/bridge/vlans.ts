/** The VLANs of ports and of the bridge itself: nbp_vlan_add() and br_vlan_add() of net/bridge/br_vlan.c. */
import type { Vid } from '../../../harness/contract/index.js';
import { ENOENT, OK, refused } from '../errno.js';
import type { Outcome } from '../kernelState.js';
import type { Bridge, BridgePort, MemberVlan, VlanGroup } from './bridge.js';
import type { Bridging } from './bridging.js';
import { addLocal, flushBridge, flushPort, removeEntry } from './fdb.js';
import { holdGlobalVlan, releaseGlobalVlan } from './globalVlans.js';
import { startState } from './mst.js';
import { contextOfPortVlan, portVlanGone, toggleHost, togglePort } from './multicast/vlanSnooping.js';

export interface VlanRequest {
  readonly vid: Vid;
  readonly pvid: boolean;
  readonly untagged: boolean;
}

const NO_VID = 0 as Vid;

/** nbp_vlan_add(): one more VLAN of a port, or other flags for one that it has. */
export async function addPortVlan(
  { events, switchdev }: Bridging,
  port: BridgePort,
  vlan: VlanRequest,
): Promise<Outcome> {
  const added = await switchdev.addObject(port, { kind: 'vlan', ...vlan });
  if (!added.ok) return added;
  const isNew = !port.vlans.members.has(vlan.vid);
  holdGlobalVlan(events, port.bridge, vlan.vid);
  const { vid } = vlan;
  const fresh = isNew ? { multicast: contextOfPortVlan(events, port, vid) } : {};
  put(port.vlans, events.parts.stored(vlan), { state: startState(events, port.bridge, port), ...fresh });
  if (fresh.multicast !== undefined) togglePort(events, fresh.multicast, true);
  if (isNew && events.parts.ownsPortAddresses) addLocal(events, port.bridge, port, port.netDevice.address, vlan.vid);
  return OK;
}

/** nbp_vlan_delete(). */
export async function removePortVlan({ events, switchdev }: Bridging, port: BridgePort, vid: Vid): Promise<Outcome> {
  const { members } = port.vlans;
  const vlan = members.get(vid);
  if (vlan === undefined) return refused(ENOENT);
  for (const entry of port.bridge.fdb.entries())
    if (entry.port === port && entry.vid === vid && entry.isLocal) removeEntry(events, port.bridge, entry);
  if (events.parts.flushesVlan) flushPort(events, port, 'learned', vid);
  await switchdev.removeObject(port, { kind: 'vlan', vid, pvid: false, untagged: vlan.untagged });
  if (vlan.multicast !== undefined) portVlanGone(events, vlan.multicast);
  members.delete(vid);
  if (port.vlans.pvid === vid) port.vlans.pvid = NO_VID;
  releaseGlobalVlan(port.bridge, vid);
  return OK;
}

/** nbp_vlan_flush(). */
export async function removeAllVlans(bridging: Bridging, port: BridgePort): Promise<void> {
  for (const vid of [...port.vlans.members.keys()]) await removePortVlan(bridging, port, vid);
}

/** br_vlan_add() with BRIDGE_VLAN_INFO_BRENTRY: the host is a member. */
export async function addHostVlan(
  { events, switchdev }: Bridging,
  bridge: Bridge,
  vlan: VlanRequest,
): Promise<Outcome> {
  const isNew = !bridge.vlans.members.has(vlan.vid);
  const { multicast } = holdGlobalVlan(events, bridge, vlan.vid);
  put(bridge.vlans, vlan, { state: startState(events, bridge, null) });
  if (isNew) toggleHost(events, multicast, true);
  await switchdev.addHostObject(bridge, { kind: 'vlan', ...vlan });
  if (isNew) addLocal(events, bridge, null, bridge.netDevice.address, vlan.vid);
  return OK;
}

/** br_vlan_delete(). */
export async function removeHostVlan({ events, switchdev }: Bridging, bridge: Bridge, vid: Vid): Promise<Outcome> {
  const { members } = bridge.vlans;
  const vlan = members.get(vid);
  if (vlan === undefined) return refused(ENOENT);
  if (events.parts.forgetsHostVlan) flushBridge(events, bridge, (entry) => entry.vid === vid && entry.port === null);
  await switchdev.removeHostObject(bridge, { kind: 'vlan', vid, pvid: false, untagged: vlan.untagged });
  members.delete(vid);
  if (bridge.vlans.pvid === vid) bridge.vlans.pvid = NO_VID;
  releaseGlobalVlan(bridge, vid);
  return OK;
}

/** `fresh`: of one that is new. */
function put(group: VlanGroup, { vid, pvid, untagged }: VlanRequest, fresh: Omit<MemberVlan, 'untagged'>): void {
  const known = group.members.get(vid);
  if (known === undefined) group.members.set(vid, { untagged, ...fresh });
  else known.untagged = untagged;
  if (pvid) group.pvid = vid;
  else if (group.pvid === vid) group.pvid = NO_VID;
}

/** __br_vlan_set_default_pvid(): ports that still have the old one get the new one, and no other changes. */
export async function setDefaultPvid(bridging: Bridging, bridge: Bridge, vid: Vid | 0): Promise<Outcome> {
  const before = bridge.defaultPvid;
  if (vid === before) return OK;
  const isDefault = (group: VlanGroup): boolean =>
    before === 0 ||
    bridging.events.parts.hasDefaultPvid(group.pvid === before, group.members.get(before)?.untagged === true);
  const hasOther = (group: VlanGroup): boolean => vid !== 0 && group.members.has(vid);
  if (isDefault(bridge.vlans) && !hasOther(bridge.vlans)) {
    if (vid !== 0) await addHostVlan(bridging, bridge, { vid: vid, pvid: true, untagged: true });
    if (before !== 0) await removeHostVlan(bridging, bridge, before);
  }
  for (const port of bridge.ports.values()) {
    if (!bridging.events.parts.defaultPvidMoves) break;
    if (!isDefault(port.vlans) || hasOther(port.vlans)) continue;
    if (vid !== 0) await addPortVlan(bridging, port, { vid: vid, pvid: true, untagged: true });
    if (before !== 0) await removePortVlan(bridging, port, before);
  }
  bridge.defaultPvid = vid;
  return OK;
}
