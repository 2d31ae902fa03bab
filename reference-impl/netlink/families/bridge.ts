/** The attributes of bridges: include/uapi/linux/if_link.h (IFLA_BR_*, IFLA_BRPORT_*) and if_bridge.h (IFLA_BRIDGE_*). */
import {
  attributeSet,
  binary,
  flag,
  nest,
  ranged,
  u16,
  u32,
  u64,
  u8,
  type AttributeSet,
  type AttributeType,
  type StructField,
} from '../schema.js';
import { wholeSet, type Policy } from '../validate.js';

const BOOLOPT: readonly StructField[] = [
  { name: 'optval', kind: 'u32' },
  { name: 'optmask', kind: 'u32' },
];
/** enum br_boolopt_id. */
export const BR_BOOLOPT_NO_LL_LEARN = 0;
export const BR_BOOLOPT_MCAST_VLAN_SNOOPING = 1;
export const BR_BOOLOPT_MST_ENABLE = 2;
export const BR_BOOLOPT_MAX = 3;

/** struct ifla_bridge_id. */
const BRIDGE_ID: readonly StructField[] = [
  { name: 'prio', kind: { bytes: 2 } },
  { name: 'addr', kind: { bytes: 6 } },
];

export const LINKINFO_DATA_BRIDGE = attributeSet('IFLA_BR', [
  [1, 'IFLA_BR_FORWARD_DELAY', u32],
  [2, 'IFLA_BR_HELLO_TIME', u32],
  [3, 'IFLA_BR_MAX_AGE', u32],
  [4, 'IFLA_BR_AGEING_TIME', u32],
  [5, 'IFLA_BR_STP_STATE', u32],
  [6, 'IFLA_BR_PRIORITY', u16],
  [7, 'IFLA_BR_VLAN_FILTERING', u8],
  [8, 'IFLA_BR_VLAN_PROTOCOL', { kind: 'be16' }],
  [9, 'IFLA_BR_GROUP_FWD_MASK', u16],
  [10, 'IFLA_BR_ROOT_ID', { kind: 'struct', fields: BRIDGE_ID }],
  [11, 'IFLA_BR_BRIDGE_ID', { kind: 'struct', fields: BRIDGE_ID }],
  [12, 'IFLA_BR_ROOT_PORT', u16],
  [13, 'IFLA_BR_ROOT_PATH_COST', u32],
  [14, 'IFLA_BR_TOPOLOGY_CHANGE', u8],
  [15, 'IFLA_BR_TOPOLOGY_CHANGE_DETECTED', u8],
  [16, 'IFLA_BR_HELLO_TIMER', u64],
  [17, 'IFLA_BR_TCN_TIMER', u64],
  [18, 'IFLA_BR_TOPOLOGY_CHANGE_TIMER', u64],
  [19, 'IFLA_BR_GC_TIMER', u64],
  [20, 'IFLA_BR_GROUP_ADDR', binary],
  [21, 'IFLA_BR_FDB_FLUSH', flag],
  [22, 'IFLA_BR_MCAST_ROUTER', u8],
  [23, 'IFLA_BR_MCAST_SNOOPING', u8],
  [24, 'IFLA_BR_MCAST_QUERY_USE_IFADDR', u8],
  [25, 'IFLA_BR_MCAST_QUERIER', u8],
  [26, 'IFLA_BR_MCAST_HASH_ELASTICITY', u32],
  [27, 'IFLA_BR_MCAST_HASH_MAX', u32],
  [28, 'IFLA_BR_MCAST_LAST_MEMBER_CNT', u32],
  [29, 'IFLA_BR_MCAST_STARTUP_QUERY_CNT', u32],
  [30, 'IFLA_BR_MCAST_LAST_MEMBER_INTVL', u64],
  [31, 'IFLA_BR_MCAST_MEMBERSHIP_INTVL', u64],
  [32, 'IFLA_BR_MCAST_QUERIER_INTVL', u64],
  [33, 'IFLA_BR_MCAST_QUERY_INTVL', u64],
  [34, 'IFLA_BR_MCAST_QUERY_RESPONSE_INTVL', u64],
  [35, 'IFLA_BR_MCAST_STARTUP_QUERY_INTVL', u64],
  [36, 'IFLA_BR_NF_CALL_IPTABLES', u8],
  [37, 'IFLA_BR_NF_CALL_IP6TABLES', u8],
  [38, 'IFLA_BR_NF_CALL_ARPTABLES', u8],
  [39, 'IFLA_BR_VLAN_DEFAULT_PVID', u16],
  [41, 'IFLA_BR_VLAN_STATS_ENABLED', u8],
  [42, 'IFLA_BR_MCAST_STATS_ENABLED', u8],
  [43, 'IFLA_BR_MCAST_IGMP_VERSION', u8],
  [44, 'IFLA_BR_MCAST_MLD_VERSION', u8],
  [45, 'IFLA_BR_VLAN_STATS_PER_PORT', u8],
  [46, 'IFLA_BR_MULTI_BOOLOPT', { kind: 'struct', fields: BOOLOPT }],
  [48, 'IFLA_BR_FDB_N_LEARNED', u32],
  [49, 'IFLA_BR_FDB_MAX_LEARNED', u32],
]);

const BRIDGE_PORT_ID: readonly StructField[] = BRIDGE_ID;

export const BRIDGE_PORT = attributeSet('IFLA_BRPORT', [
  [1, 'IFLA_BRPORT_STATE', u8],
  [2, 'IFLA_BRPORT_PRIORITY', u16],
  [3, 'IFLA_BRPORT_COST', u32],
  [4, 'IFLA_BRPORT_MODE', u8],
  [5, 'IFLA_BRPORT_GUARD', u8],
  [6, 'IFLA_BRPORT_PROTECT', u8],
  [7, 'IFLA_BRPORT_FAST_LEAVE', u8],
  [8, 'IFLA_BRPORT_LEARNING', u8],
  [9, 'IFLA_BRPORT_UNICAST_FLOOD', u8],
  [10, 'IFLA_BRPORT_PROXYARP', u8],
  [11, 'IFLA_BRPORT_LEARNING_SYNC', u8],
  [12, 'IFLA_BRPORT_PROXYARP_WIFI', u8],
  [13, 'IFLA_BRPORT_ROOT_ID', { kind: 'struct', fields: BRIDGE_PORT_ID }],
  [14, 'IFLA_BRPORT_BRIDGE_ID', { kind: 'struct', fields: BRIDGE_PORT_ID }],
  [15, 'IFLA_BRPORT_DESIGNATED_PORT', u16],
  [16, 'IFLA_BRPORT_DESIGNATED_COST', u16],
  [17, 'IFLA_BRPORT_ID', u16],
  [18, 'IFLA_BRPORT_NO', u16],
  [19, 'IFLA_BRPORT_TOPOLOGY_CHANGE_ACK', u8],
  [20, 'IFLA_BRPORT_CONFIG_PENDING', u8],
  [21, 'IFLA_BRPORT_MESSAGE_AGE_TIMER', u64],
  [22, 'IFLA_BRPORT_FORWARD_DELAY_TIMER', u64],
  [23, 'IFLA_BRPORT_HOLD_TIMER', u64],
  [24, 'IFLA_BRPORT_FLUSH', flag],
  [25, 'IFLA_BRPORT_MULTICAST_ROUTER', u8],
  [27, 'IFLA_BRPORT_MCAST_FLOOD', u8],
  [28, 'IFLA_BRPORT_MCAST_TO_UCAST', u8],
  [29, 'IFLA_BRPORT_VLAN_TUNNEL', u8],
  [30, 'IFLA_BRPORT_BCAST_FLOOD', u8],
  [31, 'IFLA_BRPORT_GROUP_FWD_MASK', u16],
  [32, 'IFLA_BRPORT_NEIGH_SUPPRESS', u8],
  [33, 'IFLA_BRPORT_ISOLATED', u8],
  [34, 'IFLA_BRPORT_BACKUP_PORT', u32],
  [37, 'IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT', u32],
  [38, 'IFLA_BRPORT_MCAST_EHT_HOSTS_CNT', u32],
  [39, 'IFLA_BRPORT_LOCKED', u8],
  [40, 'IFLA_BRPORT_MAB', u8],
  [41, 'IFLA_BRPORT_MCAST_N_GROUPS', u32],
  [42, 'IFLA_BRPORT_MCAST_MAX_GROUPS', u32],
  [43, 'IFLA_BRPORT_NEIGH_VLAN_SUPPRESS', ranged('u8', 0, 1)],
  [44, 'IFLA_BRPORT_BACKUP_NHID', u32],
]);

/** struct bridge_vlan_info. */
const VLAN_INFO: readonly StructField[] = [
  { name: 'flags', kind: 'u16' },
  { name: 'vid', kind: 'u16' },
];

/** br_mst_nl_policy: tree 0 is everybody else's, and its state that of the port. */
const MST_ENTRY = attributeSet('IFLA_BRIDGE_MST_ENTRY', [
  [1, 'IFLA_BRIDGE_MST_ENTRY_MSTI', ranged('u16', 1, 4095)],
  [2, 'IFLA_BRIDGE_MST_ENTRY_STATE', ranged('u8', 0, 4)],
]);

const MST = attributeSet('IFLA_BRIDGE_MST', [[1, 'IFLA_BRIDGE_MST_ENTRY', nest(() => MST_ENTRY), 'repeats']]);
/** br_mst_fill_info() writes each entry without NLA_F_NESTED; br_mst_process_one() wants it. */
const MST_TOLD = attributeSet('IFLA_BRIDGE_MST', [
  [1, 'IFLA_BRIDGE_MST_ENTRY', { kind: 'nest', set: () => MST_ENTRY, unflagged: true }, 'repeats'],
]);

const VLAN_ROWS: Parameters<typeof attributeSet>[1] = [
  [0, 'IFLA_BRIDGE_FLAGS', u16],
  [1, 'IFLA_BRIDGE_MODE', u16],
  [2, 'IFLA_BRIDGE_VLAN_INFO', { kind: 'struct', fields: VLAN_INFO }, 'repeats'],
];
/** vlan_tunnel_policy. */
export const VLAN_TUNNEL = attributeSet('IFLA_BRIDGE_VLAN_TUNNEL', [
  [1, 'IFLA_BRIDGE_VLAN_TUNNEL_ID', u32],
  [2, 'IFLA_BRIDGE_VLAN_TUNNEL_VID', u16],
  [3, 'IFLA_BRIDGE_VLAN_TUNNEL_FLAGS', u16],
]);
/** Without NLA_F_NESTED, either way. */
const TUNNEL_INFO: AttributeType = { kind: 'nest', set: () => VLAN_TUNNEL, unflagged: true };
export const VLAN_TUNNEL_POLICY: Policy = wholeSet(VLAN_TUNNEL);

/** What is said of VLANs alone: whatever else there is stays as it lies. */
export const BRIDGE_SPEC_VLANS = attributeSet('IFLA_BRIDGE', VLAN_ROWS);
const withTrees = (trees: AttributeSet): AttributeSet =>
  attributeSet('IFLA_BRIDGE', [
    ...VLAN_ROWS,
    [3, 'IFLA_BRIDGE_VLAN_TUNNEL_INFO', TUNNEL_INFO, 'repeats'],
    [6, 'IFLA_BRIDGE_MST', nest(() => trees)],
  ]);
export const BRIDGE_SPEC = withTrees(MST);
/** As the kernel writes it. */
export const BRIDGE_SPEC_TOLD = withTrees(MST_TOLD);
/** br_mst_nl_policy. */
export const MST_ENTRY_POLICY: Policy = wholeSet(MST_ENTRY);

export const BRIDGE_FLAGS_MASTER = 1;
export const BRIDGE_FLAGS_SELF = 2;

export const BRIDGE_VLAN_INFO_MASTER = 1 << 0;
export const BRIDGE_VLAN_INFO_PVID = 1 << 1;
export const BRIDGE_VLAN_INFO_UNTAGGED = 1 << 2;
export const BRIDGE_VLAN_INFO_RANGE_BEGIN = 1 << 3;
export const BRIDGE_VLAN_INFO_RANGE_END = 1 << 4;
export const BRIDGE_VLAN_INFO_BRENTRY = 1 << 5;
/** RTM_NEWVLAN alone: the VLAN is there, and its options are meant. */
export const BRIDGE_VLAN_INFO_ONLY_OPTS = 1 << 6;

/** linux/rtnetlink.h, IFLA_EXT_MASK. */
export const RTEXT_FILTER_BRVLAN = 1 << 1;
export const RTEXT_FILTER_BRVLAN_COMPRESSED = 1 << 2;
export const RTEXT_FILTER_MST = 1 << 7;

/** NLA_REJECT: it is told, and nobody may ask for it. */
export const withRejected = (set: AttributeSet, rejected: string): AttributeSet =>
  attributeSet(
    set.name,
    [...set.byNumber.values()].map(({ number, name, type }): readonly [number, string, AttributeType] => [
      number,
      name,
      name === rejected ? { kind: 'reject' } : type,
    ]),
  );

/** br_policy: strict_start_type is IFLA_BR_FDB_N_LEARNED. */
export const BRIDGE_POLICY: Policy = {
  set: withRejected(LINKINFO_DATA_BRIDGE, 'IFLA_BR_FDB_N_LEARNED'),
  strictStartType: 48,
  accepts: Object.fromEntries([...LINKINFO_DATA_BRIDGE.byName.keys()].map((name) => [name, true])),
};

/** br_port_policy: strict_start_type is behind IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT; it has no entry for the count behind that. */
export const BRIDGE_PORT_POLICY: Policy = {
  set: withRejected(BRIDGE_PORT, 'IFLA_BRPORT_MCAST_N_GROUPS'),
  strictStartType: 38,
  accepts: Object.fromEntries(
    [...BRIDGE_PORT.byName.keys()]
      .filter((name) => name !== 'IFLA_BRPORT_MCAST_EHT_HOSTS_CNT')
      .map((name) => [name, true]),
  ),
};
