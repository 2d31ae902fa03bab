/** Snooping in each VLAN apart: br_multicast_toggle_vlan_snooping(), br_multicast_toggle_global_vlan() and their kin of net/bridge/br_multicast.c. */
import type { Vid } from '../../../../harness/contract/index.js';
import { isUp } from '../../netDevice.js';
import { stateLearns, type Bridge, type BridgePort } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { globalOf, isGloballyOff } from './contexts.js';
import { forgetGroups } from './groups.js';
import { contextTimers, portContextTimers } from './lifecycle.js';
import { newBridgeContext, newPortContext, type BridgeContext, type PortContext } from './multicastState.js';
import { disablePort, enablePort, openQueries, stopQueries } from './queries.js';

export const contextOfVlan = (events: BridgeEvents, bridge: Bridge, vid: Vid): BridgeContext => {
  const context: BridgeContext = newBridgeContext(
    events.at.bind(events),
    contextTimers(events, () => context),
    () => bridge,
    vid,
  );
  return context;
};

/** br_multicast_port_ctx_init(): with the groups that the port is in there already. */
export function contextOfPortVlan(events: BridgeEvents, port: BridgePort, vid: Vid): PortContext {
  const context: PortContext = newPortContext(
    events.at.bind(events),
    portContextTimers(events, () => context),
    () => port,
    vid,
  );
  for (const { address, ports } of port.bridge.multicast.groups.entries())
    if (address.vid === vid) context.groupCount += ports.filter((group) => group.port === port).length;
  return context;
}

/** br_multicast_toggle_vlan_snooping(); false: the bridge filters no VLANs. */
export function setVlanSnooping(events: BridgeEvents, bridge: Bridge, on: boolean): boolean {
  if (bridge.multicastVlanSnooping === on) return true;
  if (on && !bridge.vlanFiltering && events.multicast.parts.vlan.refuses('without-filtering')) return false;
  bridge.multicastVlanSnooping = on;
  if (on) stopQueries(bridge.multicast);
  else if (isUp(bridge.netDevice)) openQueries(events, bridge.multicast);
  for (const { multicast } of bridge.ports.values())
    if (on) disable(events, multicast);
    else enablePort(events, multicast);
  for (const { multicast } of bridge.globalVlans.values()) toggleVlan(events, multicast, on);
  return true;
}

/** br_multicast_toggle_global_vlan(); whether anything changed. */
export function setSnoopingInVlan(events: BridgeEvents, context: BridgeContext, on: boolean): boolean {
  const wanted = events.multicast.parts.vlan.follows(on);
  if (context.snoops === wanted) return false;
  context.snoops = wanted;
  toggleVlan(events, context, wanted);
  return true;
}

/** br_multicast_toggle_vlan(). */
function toggleVlan(events: BridgeEvents, context: BridgeContext, on: boolean): void {
  const { bridge, vid } = context;
  if (vid === 0) return;
  for (const { vlans } of bridge.ports.values()) {
    const own = vlans.members.get(vid)?.multicast;
    if (own !== undefined) togglePort(events, own, on);
  }
  toggleHost(events, context, on);
}

/** br_multicast_toggle_one_vlan() of a port in the VLAN. */
export function togglePort(events: BridgeEvents, context: PortContext, on: boolean): void {
  if (context.isOn === on || (on && isGloballyOff(globalOf(context)))) return;
  context.isOn = on;
  if (on) enablePort(events, context);
  else disable(events, context);
}

/** br_multicast_toggle_one_vlan() of the bridge itself, if it is in the VLAN. */
export function toggleHost(events: BridgeEvents, context: BridgeContext, on: boolean): void {
  const { bridge, vid } = context;
  if (vid === 0 || !bridge.vlans.members.has(vid)) return;
  if (context.isOn === on || (on && isGloballyOff(context))) return;
  if (!on && !events.multicast.parts.vlan.hostFollows) return;
  context.isOn = on;
  if (on) openQueries(events, context);
  else stopQueries(context);
}

/** br_vlan_put_master(): nobody is in the VLAN any more. */
export function vlanGone(context: BridgeContext): void {
  context.isOn = false;
  stopQueries(context);
}

/** __vlan_del(), br_multicast_port_ctx_deinit(). */
export function portVlanGone(events: BridgeEvents, context: PortContext): void {
  togglePort(events, context, false);
  disablePort(events, context);
}

/** br_multicast_disable_port_ctx(). */
function disable(events: BridgeEvents, context: PortContext): void {
  if (events.multicast.parts.vlan.forgetsMembers) forgetGroups(events, context.port, 'temporary', context.vid);
  disablePort(events, context);
}

/** br_multicast_toggle_port(): in each VLAN of the port where the state lets it. */
export function togglePortVlans(events: BridgeEvents, port: BridgePort, on: boolean): void {
  for (const { multicast, state } of port.vlans.members.values()) {
    if (multicast?.isOn !== true) continue;
    if (on && stateLearns(state)) enablePort(events, multicast);
    else disable(events, multicast);
  }
}

/** br_multicast_update_vlan_mcast_ctx(): a port that learns in the VLAN from now on asks there. */
export function vlanStateChanged(events: BridgeEvents, port: BridgePort, vid: Vid): void {
  const vlan = port.vlans.members.get(vid);
  if (vlan?.multicast === undefined || !port.bridge.multicastVlanSnooping || !stateLearns(vlan.state)) return;
  enablePort(events, vlan.multicast);
}
