/** What a VLAN is to the whole bridge, whoever is in it: the master of net_bridge_vlan->brvlan, br_vlan_get_master() of net/bridge/br_vlan.c. */
import type { Vid } from '../../../harness/contract/index.js';
import type { Bridge } from './bridge.js';
import type { BridgeEvents } from './bridgeEvents.js';
import type { BridgeContext } from './multicast/multicastState.js';
import { contextOfVlan, vlanGone } from './multicast/vlanSnooping.js';

export interface GlobalVlan {
  readonly vid: Vid;
  /** The spanning tree that it belongs to; 0: that of the ports' own states. */
  msti: number;
  readonly multicast: BridgeContext;
}

/** It is there as long as a port, or the bridge itself, is in the VLAN. */
export function holdGlobalVlan(events: BridgeEvents, bridge: Bridge, vid: Vid): GlobalVlan {
  const { globalVlans } = bridge;
  let vlan = globalVlans.get(vid);
  if (vlan === undefined) {
    vlan = { vid, msti: 0, multicast: contextOfVlan(events, bridge, vid) };
    globalVlans.set(vid, vlan);
  }
  return vlan;
}

/** br_vlan_put_master(). */
export function releaseGlobalVlan({ globalVlans, vlans, ports }: Bridge, vid: Vid): void {
  const isHeld = vlans.members.has(vid) || [...ports.values()].some((port) => port.vlans.members.has(vid));
  const vlan = isHeld ? undefined : globalVlans.get(vid);
  if (vlan === undefined) return;
  vlanGone(vlan.multicast);
  globalVlans.delete(vid);
}
