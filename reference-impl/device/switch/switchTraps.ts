/** Why the reference switch takes a frame off its way, by number: the names are devlink's own for such traps. */
export const SWITCH_TRAPS = [
  'source_mac_is_multicast',
  'vlan_tag_mismatch',
  'ingress_vlan_filter',
  'ingress_spanning_tree_filter',
  'port_list_is_empty',
  'port_loopback_filter',
  'locked_port',
  'blackhole_route',
  'ttl_value_is_too_small',
  'ingress_flow_action_drop',
  'stp',
  'lacp',
  'lldp',
  'arp_request',
  'arp_response',
  'ipv6_neigh_solicit',
  'ipv6_neigh_advert',
] as const;
export type SwitchTrap = (typeof SWITCH_TRAPS)[number];

export const NO_TRAP = -1;
export const TRAP_SOURCE_IS_GROUP = 0;
export const TRAP_NO_PVID = 1;
export const TRAP_VLAN_FILTER = 2;
export const TRAP_SPANNING_TREE = 3;
export const TRAP_NO_EGRESS = 4;
export const TRAP_LOOPBACK = 5;
export const TRAP_LOCKED = 6;
export const TRAP_BLACKHOLE = 7;
export const TRAP_EXPIRED = 8;
export const TRAP_RULE_DROP = 9;
export const TRAP_STP = 10;
export const TRAP_LACP = 11;
export const TRAP_LLDP = 12;
export const TRAP_ARP_REQUEST = 13;
export const TRAP_ARP_RESPONSE = 14;
export const TRAP_ND_SOLICIT = 15;
export const TRAP_ND_ADVERT = 16;

/** A frame met a trap at a port. */
export type Trapped = (trap: number, port: number, bytes: Uint8Array) => void;
