/** The VLANs of bridges as RTM_NEWVLAN, RTM_DELVLAN and RTM_GETVLAN speak of them: linux/if_bridge.h, struct br_vlan_msg and BRIDGE_VLANDB_*. */
import { attributeSet, binary, nest, ranged, u16, u32, u64, u8, type StructField } from '../schema.js';
import { wholeSet, type Policy } from '../validate.js';
import { withRejected } from './bridge.js';
import { MDB } from './mdb.js';

/** struct br_vlan_msg. */
export const BR_VLAN_MSG: readonly StructField[] = [
  { name: 'family', kind: 'u8' },
  { name: 'pad', kind: { pad: 3 } },
  { name: 'ifindex', kind: 'u32' },
];

const VLAN_INFO: readonly StructField[] = [
  { name: 'flags', kind: 'u16' },
  { name: 'vid', kind: 'u16' },
];

const TUNNEL = attributeSet('BRIDGE_VLANDB_TINFO', [
  [1, 'BRIDGE_VLANDB_TINFO_ID', u32],
  [2, 'BRIDGE_VLANDB_TINFO_CMD', u32],
]);

const STATISTICS = attributeSet('BRIDGE_VLANDB_STATS', [
  [1, 'BRIDGE_VLANDB_STATS_RX_BYTES', u64],
  [2, 'BRIDGE_VLANDB_STATS_RX_PACKETS', u64],
  [3, 'BRIDGE_VLANDB_STATS_TX_BYTES', u64],
  [4, 'BRIDGE_VLANDB_STATS_TX_PACKETS', u64],
]);

const ENTRY = attributeSet('BRIDGE_VLANDB_ENTRY', [
  [1, 'BRIDGE_VLANDB_ENTRY_INFO', { kind: 'struct', fields: VLAN_INFO, exact: true }],
  [2, 'BRIDGE_VLANDB_ENTRY_RANGE', u16],
  [3, 'BRIDGE_VLANDB_ENTRY_STATE', u8],
  [4, 'BRIDGE_VLANDB_ENTRY_TUNNEL_INFO', nest(() => TUNNEL)],
  [5, 'BRIDGE_VLANDB_ENTRY_STATS', nest(() => STATISTICS)],
  [6, 'BRIDGE_VLANDB_ENTRY_MCAST_ROUTER', u8],
  [7, 'BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS', u32],
  [8, 'BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS', u32],
  [9, 'BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS', ranged('u8', 0, 1)],
]);

/** BRIDGE_QUERIER_*: who asks, behind which port, and how long that is known. */
const QUERIER = attributeSet('BRIDGE_QUERIER', [
  [1, 'BRIDGE_QUERIER_IP_ADDRESS', binary],
  [2, 'BRIDGE_QUERIER_IP_PORT', u32],
  [3, 'BRIDGE_QUERIER_IP_OTHER_TIMER', u64],
  [5, 'BRIDGE_QUERIER_IPV6_ADDRESS', binary],
  [6, 'BRIDGE_QUERIER_IPV6_PORT', u32],
  [7, 'BRIDGE_QUERIER_IPV6_OTHER_TIMER', u64],
]);

/** A time is in hundredths of a second. */
const GLOBAL_OPTIONS = attributeSet('BRIDGE_VLANDB_GOPTS', [
  [1, 'BRIDGE_VLANDB_GOPTS_ID', u16],
  [2, 'BRIDGE_VLANDB_GOPTS_RANGE', u16],
  [3, 'BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING', u8],
  [4, 'BRIDGE_VLANDB_GOPTS_MCAST_IGMP_VERSION', u8],
  [5, 'BRIDGE_VLANDB_GOPTS_MCAST_MLD_VERSION', u8],
  [6, 'BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT', u32],
  [7, 'BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_CNT', u32],
  [8, 'BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL', u64],
  [9, 'BRIDGE_VLANDB_GOPTS_PAD', binary],
  [10, 'BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL', u64],
  [11, 'BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL', u64],
  [12, 'BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL', u64],
  [13, 'BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL', u64],
  [14, 'BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL', u64],
  [15, 'BRIDGE_VLANDB_GOPTS_MCAST_QUERIER', u8],
  [16, 'BRIDGE_VLANDB_GOPTS_MCAST_ROUTER_PORTS', nest(() => MDB)],
  [17, 'BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_STATE', nest(() => QUERIER)],
  [18, 'BRIDGE_VLANDB_GOPTS_MSTI', ranged('u16', 0, 4095)],
]);
/** What is told of a VLAN, and nobody may ask for: br_vlan_db_gpol has no entry. */
const TOLD_ONLY = new Set([
  'BRIDGE_VLANDB_GOPTS_PAD',
  'BRIDGE_VLANDB_GOPTS_MCAST_ROUTER_PORTS',
  'BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_STATE',
]);

export const BRIDGE_VLANDB = attributeSet('BRIDGE_VLANDB', [
  [1, 'BRIDGE_VLANDB_ENTRY', nest(() => ENTRY), 'repeats'],
  [2, 'BRIDGE_VLANDB_GLOBAL_OPTIONS', nest(() => GLOBAL_OPTIONS), 'repeats'],
]);

export const BRIDGE_VLANDB_ENTRY = 1;
export const BRIDGE_VLANDB_GLOBAL_OPTIONS = 2;
/** br_vlan_rtm_process() parses without a policy: what the entries say is looked at when it is their turn. */
export const BRIDGE_VLANDB_POLICY: Policy = { set: BRIDGE_VLANDB, accepts: {}, maxType: BRIDGE_VLANDB_GLOBAL_OPTIONS };
/** br_vlan_db_policy and br_vlandb_tinfo_pol. */
export const VLAN_ENTRY_POLICY: Policy = {
  set: withRejected(ENTRY, 'BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS'),
  accepts: Object.fromEntries(
    [...ENTRY.byName.keys()].filter((name) => name !== 'BRIDGE_VLANDB_ENTRY_STATS').map((name) => [name, true]),
  ),
};
/** br_vlan_db_gpol. */
export const VLAN_GLOBAL_POLICY: Policy = {
  set: GLOBAL_OPTIONS,
  accepts: Object.fromEntries(
    [...GLOBAL_OPTIONS.byName.keys()].filter((name) => !TOLD_ONLY.has(name)).map((name) => [name, true]),
  ),
};

export const BRIDGE_VLANDB_DUMP = attributeSet('BRIDGE_VLANDB_DUMP', [[1, 'BRIDGE_VLANDB_DUMP_FLAGS', u32]]);
/** br_vlan_db_dump_pol. */
export const BRIDGE_VLANDB_DUMP_POLICY: Policy = wholeSet(BRIDGE_VLANDB_DUMP);
export const BRIDGE_VLANDB_DUMPF_STATS = 1 << 0;
export const BRIDGE_VLANDB_DUMPF_GLOBAL = 1 << 1;
