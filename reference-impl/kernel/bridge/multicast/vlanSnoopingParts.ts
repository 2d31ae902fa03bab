/** Rules of snooping in each VLAN apart that a seeded defect may replace, one at a time. */
import type { BridgeContext, PortContext } from './multicastState.js';

/** Requests that are refused, by what for. */
export type VlanSnoopingCheck =
  'without-filtering' | 'group-without-vlan' | 'unknown-vlan' | 'vlan-off' | 'limit-when-off' | 'limit-of-bridge';

export interface VlanSnoopingParts {
  readonly refuses: (check: VlanSnoopingCheck) => boolean;
  /** br_vlan_filter_toggle(): whether it ends with the filtering of VLANs. */
  readonly endsWithFiltering: boolean;
  /** __br_multicast_query_handle_vlan(). */
  readonly tagsQueries: boolean;
  /** Whose querier it is that keeps a group of the VLAN alive. */
  readonly querierOf: (context: BridgeContext) => BridgeContext;
  /** Whose router port it is that gets the groups of the VLAN. */
  readonly routerOf: (context: PortContext) => PortContext;
  /** br_multicast_toggle_global_vlan(): whether snooping in the VLAN follows. */
  readonly follows: (on: boolean) => boolean;
  /** Whether nothing is directed in a VLAN that is not snooped in. */
  readonly floodsWhenOff: boolean;
  /** __br_multicast_disable_port_ctx(): whether members are forgotten with the snooping of their VLAN. */
  readonly forgetsMembers: boolean;
  /** br_multicast_toggle_one_vlan() of the bridge itself: whether it asks no more in a VLAN that is not snooped in. */
  readonly hostFollows: boolean;
  /** br_vlan_process_global_one_opts(): an option, as it is kept. */
  readonly stored: (attribute: string, value: number) => number;
  /** br_multicast_port_ngroups_inc(): whether one more group may be known of a port in the VLAN. */
  readonly limits: (context: PortContext) => boolean;
  /** How many groups a port in a VLAN is told to be in. */
  readonly toldGroups: (context: PortContext) => number;
  /** br_vlan_opts_fill(): whether what a VLAN does not keep is left out. */
  readonly hidesWhenOff: boolean;
}

export const CONFORMING_VLAN_SNOOPING: VlanSnoopingParts = {
  refuses: () => true,
  endsWithFiltering: true,
  tagsQueries: true,
  querierOf: (context) => context,
  routerOf: (context) => context,
  follows: (on) => on,
  floodsWhenOff: true,
  forgetsMembers: true,
  hostFollows: true,
  stored: (_attribute, value) => value,
  limits: ({ maxGroups, groupCount }) => maxGroups > 0 && groupCount >= maxGroups,
  toldGroups: ({ groupCount }) => groupCount,
  hidesWhenOff: true,
};
