/** What RTM_GETSTATS tells of bridges and their ports: BRIDGE_XSTATS_* of include/uapi/linux/if_bridge.h. */
import { attributeSet, type StructField } from '../schema.js';

/** struct bridge_vlan_xstats. */
export const BRIDGE_VLAN_XSTATS: readonly StructField[] = [
  { name: 'rx_bytes', kind: 'u64' },
  { name: 'rx_packets', kind: 'u64' },
  { name: 'tx_bytes', kind: 'u64' },
  { name: 'tx_packets', kind: 'u64' },
  { name: 'vid', kind: 'u16' },
  { name: 'flags', kind: 'u16' },
  { name: 'pad', kind: { pad: 4 } },
];

const bothWays = (name: string): readonly StructField[] => [
  { name: `${name} rx`, kind: 'u64' },
  { name: `${name} tx`, kind: 'u64' },
];

/** struct br_mcast_stats: what is counted both ways has ` rx` or ` tx` behind its name, errors ` rx`. */
export const BR_MCAST_STATS: readonly StructField[] = [
  ...['igmp_v1queries', 'igmp_v2queries', 'igmp_v3queries', 'igmp_leaves'].flatMap(bothWays),
  ...['igmp_v1reports', 'igmp_v2reports', 'igmp_v3reports'].flatMap(bothWays),
  { name: 'igmp_parse_errors rx', kind: 'u64' },
  ...['mld_v1queries', 'mld_v2queries', 'mld_leaves', 'mld_v1reports', 'mld_v2reports'].flatMap(bothWays),
  { name: 'mld_parse_errors rx', kind: 'u64' },
  ...['mcast_bytes', 'mcast_packets'].flatMap(bothWays),
];

const BRIDGE_XSTATS = attributeSet('BRIDGE_XSTATS', [
  [1, 'BRIDGE_XSTATS_VLAN', { kind: 'struct', fields: BRIDGE_VLAN_XSTATS }, 'repeats'],
  [2, 'BRIDGE_XSTATS_MCAST', { kind: 'struct', fields: BR_MCAST_STATS }],
]);

/** LINK_XSTATS_TYPE_*: what IFLA_STATS_LINK_XSTATS and IFLA_STATS_LINK_XSTATS_SLAVE hold. */
export const LINK_XSTATS = attributeSet('LINK_XSTATS_TYPE', [
  [1, 'LINK_XSTATS_TYPE_BRIDGE', { kind: 'nest', set: () => BRIDGE_XSTATS, unflagged: true }],
]);

export const IFLA_STATS_LINK_XSTATS = 2;
export const IFLA_STATS_LINK_XSTATS_SLAVE = 3;
