/** rtnetlink: links, addresses, forwarding entries and statistics (linux/if_link.h, if_addr.h, neighbour.h). */
import { DEVLINK } from './devlinkAttributes.js';
import { BRIDGE_PORT } from './bridge.js';
import {
  attributeSet,
  binary,
  nest,
  ranged,
  s32,
  string,
  text,
  u16,
  u32,
  u8,
  type AttributeType,
  type StructField,
} from '../schema.js';
import type { Policy } from '../validate.js';

/** struct ifinfomsg. */
export const IFINFOMSG: readonly StructField[] = [
  { name: 'ifi_family', kind: 'u8' },
  { name: '__ifi_pad', kind: 'u8' },
  { name: 'ifi_type', kind: 'u16' },
  { name: 'ifi_index', kind: 's32' },
  { name: 'ifi_flags', kind: 'u32' },
  { name: 'ifi_change', kind: 'u32' },
];

/** struct ifaddrmsg. */
export const IFADDRMSG: readonly StructField[] = [
  { name: 'ifa_family', kind: 'u8' },
  { name: 'ifa_prefixlen', kind: 'u8' },
  { name: 'ifa_flags', kind: 'u8' },
  { name: 'ifa_scope', kind: 'u8' },
  { name: 'ifa_index', kind: 'u32' },
];

/** struct rtmsg. */
export const RTMSG: readonly StructField[] = [
  { name: 'rtm_family', kind: 'u8' },
  { name: 'rtm_dst_len', kind: 'u8' },
  { name: 'rtm_src_len', kind: 'u8' },
  { name: 'rtm_tos', kind: 'u8' },
  { name: 'rtm_table', kind: 'u8' },
  { name: 'rtm_protocol', kind: 'u8' },
  { name: 'rtm_scope', kind: 'u8' },
  { name: 'rtm_type', kind: 'u8' },
  { name: 'rtm_flags', kind: 'u32' },
];

/** struct ndmsg. */
export const NDMSG: readonly StructField[] = [
  { name: 'ndm_family', kind: 'u8' },
  { name: 'ndm_pad1', kind: 'u8' },
  { name: 'ndm_pad2', kind: 'u16' },
  { name: 'ndm_ifindex', kind: 's32' },
  { name: 'ndm_state', kind: 'u16' },
  { name: 'ndm_flags', kind: 'u8' },
  { name: 'ndm_type', kind: 'u8' },
];

/** struct if_stats_msg. */
export const IF_STATS_MSG: readonly StructField[] = [
  { name: 'family', kind: 'u8' },
  { name: 'pad1', kind: 'u8' },
  { name: 'pad2', kind: 'u16' },
  { name: 'ifindex', kind: 'u32' },
  { name: 'filter_mask', kind: 'u32' },
];

/** struct rtnl_link_stats64, in its order. */
export const LINK_STATISTICS = [
  'rx_packets',
  'tx_packets',
  'rx_bytes',
  'tx_bytes',
  'rx_errors',
  'tx_errors',
  'rx_dropped',
  'tx_dropped',
  'multicast',
  'collisions',
  'rx_length_errors',
  'rx_over_errors',
  'rx_crc_errors',
  'rx_frame_errors',
  'rx_fifo_errors',
  'rx_missed_errors',
  'tx_aborted_errors',
  'tx_carrier_errors',
  'tx_fifo_errors',
  'tx_heartbeat_errors',
  'tx_window_errors',
  'rx_compressed',
  'tx_compressed',
  'rx_nohandler',
  'rx_otherhost_dropped',
] as const;
export type LinkStatistic = (typeof LINK_STATISTICS)[number];

export const RTNL_LINK_STATS64: readonly StructField[] = LINK_STATISTICS.map((name) => ({ name, kind: 'u64' }));
/** struct rtnl_link_stats: the same in 32 bits, without the last member. */
export const RTNL_LINK_STATS: readonly StructField[] = LINK_STATISTICS.slice(0, -1).map((name) => ({
  name,
  kind: 'u32',
}));

const VLAN_FLAGS: readonly StructField[] = [
  { name: 'flags', kind: 'u32' },
  { name: 'mask', kind: 'u32' },
];

export const LINKINFO_DATA_VLAN = attributeSet('IFLA_VLAN', [
  [1, 'IFLA_VLAN_ID', { kind: 'u16', max: 4095 }],
  [2, 'IFLA_VLAN_FLAGS', { kind: 'struct', fields: VLAN_FLAGS }],
  [3, 'IFLA_VLAN_EGRESS_QOS', binary],
  [4, 'IFLA_VLAN_INGRESS_QOS', binary],
  [5, 'IFLA_VLAN_PROTOCOL', { kind: 'be16' }],
]);

/** The data of a kind is bytes here; who knows the kind decodes it with the kind's own set. */
const LINKINFO = attributeSet('IFLA_INFO', [
  [1, 'IFLA_INFO_KIND', text],
  [2, 'IFLA_INFO_DATA', binary],
  [3, 'IFLA_INFO_XSTATS', binary],
  [4, 'IFLA_INFO_SLAVE_KIND', text],
  [5, 'IFLA_INFO_SLAVE_DATA', binary],
]);

const XDP = attributeSet('IFLA_XDP', [
  [1, 'IFLA_XDP_FD', s32],
  [2, 'IFLA_XDP_ATTACHED', u8],
  [3, 'IFLA_XDP_FLAGS', u32],
  [4, 'IFLA_XDP_PROG_ID', u32],
]);

const PROPERTIES = attributeSet('IFLA_PROP_LIST', [
  [53, 'IFLA_ALT_IFNAME', { kind: 'string', maxLength: 127 }, 'repeats'],
]);

/** Nests of other subsystems: their attributes stay numbers. */
const NOT_DECODED = attributeSet('other', []);

export const LINK = attributeSet('IFLA', [
  [1, 'IFLA_ADDRESS', { kind: 'binary', maxLength: 32 }],
  [2, 'IFLA_BROADCAST', { kind: 'binary', maxLength: 32 }],
  [3, 'IFLA_IFNAME', string(15)],
  [4, 'IFLA_MTU', u32],
  [5, 'IFLA_LINK', u32],
  [6, 'IFLA_QDISC', text],
  [7, 'IFLA_STATS', { kind: 'struct', fields: RTNL_LINK_STATS }],
  [8, 'IFLA_COST', binary],
  [9, 'IFLA_PRIORITY', binary],
  [10, 'IFLA_MASTER', u32],
  // Of AF_BRIDGE; no other family that is served here has any.
  [12, 'IFLA_PROTINFO', nest(() => BRIDGE_PORT)],
  [13, 'IFLA_TXQLEN', u32],
  [14, 'IFLA_MAP', binary],
  [15, 'IFLA_WEIGHT', u32],
  [16, 'IFLA_OPERSTATE', u8],
  [17, 'IFLA_LINKMODE', u8],
  [18, 'IFLA_LINKINFO', { kind: 'nest', set: () => LINKINFO, unflagged: true }],
  [19, 'IFLA_NET_NS_PID', u32],
  [20, 'IFLA_IFALIAS', { kind: 'string', maxLength: 255 }],
  [21, 'IFLA_NUM_VF', u32],
  // Its order counts, and its members may stand several times: VF_INFO_LIST decodes it.
  [22, 'IFLA_VFINFO_LIST', binary],
  [23, 'IFLA_STATS64', { kind: 'struct', fields: RTNL_LINK_STATS64 }],
  [26, 'IFLA_AF_SPEC', binary],
  [27, 'IFLA_GROUP', u32],
  [28, 'IFLA_NET_NS_FD', u32],
  [29, 'IFLA_EXT_MASK', u32],
  [30, 'IFLA_PROMISCUITY', u32],
  [31, 'IFLA_NUM_TX_QUEUES', u32],
  [32, 'IFLA_NUM_RX_QUEUES', u32],
  [33, 'IFLA_CARRIER', u8],
  [34, 'IFLA_PHYS_PORT_ID', binary],
  [35, 'IFLA_CARRIER_CHANGES', u32],
  [36, 'IFLA_PHYS_SWITCH_ID', binary],
  [37, 'IFLA_LINK_NETNSID', s32],
  [38, 'IFLA_PHYS_PORT_NAME', text],
  [39, 'IFLA_PROTO_DOWN', u8],
  [40, 'IFLA_GSO_MAX_SEGS', u32],
  [41, 'IFLA_GSO_MAX_SIZE', u32],
  [43, 'IFLA_XDP', { kind: 'nest', set: () => XDP, unflagged: true }],
  [44, 'IFLA_EVENT', u32],
  [45, 'IFLA_NEW_NETNSID', s32],
  [46, 'IFLA_TARGET_NETNSID', s32],
  [47, 'IFLA_CARRIER_UP_COUNT', u32],
  [48, 'IFLA_CARRIER_DOWN_COUNT', u32],
  [49, 'IFLA_NEW_IFINDEX', s32],
  [50, 'IFLA_MIN_MTU', u32],
  [51, 'IFLA_MAX_MTU', u32],
  [52, 'IFLA_PROP_LIST', nest(() => PROPERTIES)],
  [53, 'IFLA_ALT_IFNAME', string(127)],
  [54, 'IFLA_PERM_ADDRESS', binary],
  [55, 'IFLA_PROTO_DOWN_REASON', binary],
  [56, 'IFLA_PARENT_DEV_NAME', text],
  [57, 'IFLA_PARENT_DEV_BUS_NAME', text],
  [58, 'IFLA_GRO_MAX_SIZE', u32],
  [59, 'IFLA_TSO_MAX_SIZE', u32],
  [60, 'IFLA_TSO_MAX_SEGS', u32],
  [61, 'IFLA_ALLMULTI', u32],
  [62, 'IFLA_DEVLINK_PORT', { kind: 'nest', set: () => DEVLINK }],
  [63, 'IFLA_GSO_IPV4_MAX_SIZE', u32],
  [64, 'IFLA_GRO_IPV4_MAX_SIZE', u32],
  [65, 'IFLA_DPLL_PIN', { kind: 'nest', set: () => NOT_DECODED }],
  [66, 'IFLA_MAX_PACING_OFFLOAD_HORIZON', binary],
  [67, 'IFLA_NETNS_IMMUTABLE', u8],
  [68, 'IFLA_HEADROOM', u16],
  [69, 'IFLA_TAILROOM', u16],
]);

const IFLA_MAX = 69;

/** MAX_TCP_HEADER of a kernel with the headers of WLAN left out. */
const MAX_TCP_HEADER = 320;
const MOST_QUEUED = 0x7fff;

/** Where ifla_policy is narrower than what a kernel tells. */
const LINK_REQUEST: Readonly<Record<string, AttributeType>> = {
  IFLA_IFNAME: { kind: 'string', maxLength: 15 },
  IFLA_ALT_IFNAME: { kind: 'string', maxLength: 127 },
  IFLA_TXQLEN: ranged('u32', 0, MOST_QUEUED),
  // A string, of which no byte takes the alias away.
  IFLA_IFALIAS: { kind: 'binary', maxLength: 255 },
  IFLA_GSO_MAX_SIZE: { kind: 'u32', min: MAX_TCP_HEADER + 1 },
  IFLA_GSO_IPV4_MAX_SIZE: { kind: 'u32', min: MAX_TCP_HEADER + 1 },
  IFLA_NEW_IFINDEX: { kind: 's32', min: 1 },
  IFLA_PERM_ADDRESS: { kind: 'reject' },
  IFLA_TSO_MAX_SIZE: { kind: 'reject' },
  IFLA_TSO_MAX_SEGS: { kind: 'reject' },
  IFLA_ALLMULTI: { kind: 'reject' },
};

/** ifla_policy: what a change, a new link or a query takes. The old families skip what they do not know. */
export const LINK_CHANGE_POLICY: Policy = {
  set: attributeSet(
    'IFLA',
    [...LINK.byNumber.values()].map(({ number, name, type }) => [number, name, LINK_REQUEST[name] ?? type] as const),
  ),
  accepts: Object.fromEntries([...LINK.byName.keys()].map((name) => [name, true])),
  maxType: IFLA_MAX,
};

/** The members of a query; what it may say of them is in queryRules.ts. */
export const LINK_QUERY_POLICY = LINK_CHANGE_POLICY;

/** Of a route, what tells where it leads. */
export const ROUTE = attributeSet('RTA', [
  [1, 'RTA_DST', binary],
  [4, 'RTA_OIF', u32],
  [5, 'RTA_GATEWAY', binary],
  [6, 'RTA_PRIORITY', u32],
  [7, 'RTA_PREFSRC', binary],
  [9, 'RTA_MULTIPATH', binary],
  [15, 'RTA_TABLE', u32],
]);

/** linux/if_addr.h, ifa_flags. */
export const IFA_F_SECONDARY = 0x01;
export const IFA_F_MCAUTOJOIN = 0x400;
export const IFA_F_PERMANENT = 0x80;

export const ADDRESS = attributeSet('IFA', [
  [1, 'IFA_ADDRESS', binary],
  [2, 'IFA_LOCAL', binary],
  [3, 'IFA_LABEL', string(15)],
  [4, 'IFA_BROADCAST', binary],
  [5, 'IFA_ANYCAST', binary],
  [6, 'IFA_CACHEINFO', binary],
  [7, 'IFA_MULTICAST', binary],
  [8, 'IFA_FLAGS', u32],
  [9, 'IFA_RT_PRIORITY', u32],
  [10, 'IFA_TARGET_NETNSID', s32],
  [11, 'IFA_PROTO', u8],
]);
export const ADDRESS_POLICY: Policy = {
  set: ADDRESS,
  accepts: Object.fromEntries([...ADDRESS.byName.keys()].map((name) => [name, true])),
};

/** struct nda_cacheinfo: times in hundredths of a second since then. */
const NDA_CACHEINFO: readonly StructField[] = [
  { name: 'ndm_confirmed', kind: 'u32' },
  { name: 'ndm_used', kind: 'u32' },
  { name: 'ndm_updated', kind: 'u32' },
  { name: 'ndm_refcnt', kind: 'u32' },
];

/** NTF_EXT_MANAGED and NTF_EXT_LOCKED. */
const NTF_EXT_MASK = 0x3;

export const NEIGHBOUR = attributeSet('NDA', [
  [1, 'NDA_DST', binary],
  [2, 'NDA_LLADDR', binary],
  [3, 'NDA_CACHEINFO', { kind: 'struct', fields: NDA_CACHEINFO }],
  [4, 'NDA_PROBES', u32],
  [5, 'NDA_VLAN', u16],
  [6, 'NDA_PORT', u16],
  [7, 'NDA_VNI', u32],
  [8, 'NDA_IFINDEX', u32],
  [9, 'NDA_MASTER', u32],
  [15, 'NDA_FLAGS_EXT', { kind: 'u32', mask: NTF_EXT_MASK }],
  [16, 'NDA_NDM_STATE_MASK', u16],
  [17, 'NDA_NDM_FLAGS_MASK', u8],
]);
/** nda_policy: strict_start_type is NDA_NH_ID. */
export const NEIGHBOUR_POLICY: Policy = {
  set: NEIGHBOUR,
  strictStartType: 13,
  accepts: Object.fromEntries([...NEIGHBOUR.byName.keys()].map((name) => [name, true])),
  maxType: 17,
};

export const IFLA_STATS_LINK_64 = 1;
export const LINK_STATS = attributeSet('IFLA_STATS', [
  [1, 'IFLA_STATS_LINK_64', { kind: 'struct', fields: RTNL_LINK_STATS64 }],
  [2, 'IFLA_STATS_LINK_XSTATS', binary],
  [3, 'IFLA_STATS_LINK_XSTATS_SLAVE', binary],
  [4, 'IFLA_STATS_LINK_OFFLOAD_XSTATS', binary],
  [5, 'IFLA_STATS_AF_SPEC', binary],
]);

/** The data of a VLAN link: what IFLA_INFO_DATA holds for the kind "vlan". */
export const VLAN_POLICY: Policy = {
  set: LINKINFO_DATA_VLAN,
  accepts: Object.fromEntries([...LINKINFO_DATA_VLAN.byName.keys()].map((name) => [name, true])),
};
export { LINKINFO };

/** linux/if_link.h, IFLA_EVENT_*: what an announcement of a link is about. */
export const IFLA_EVENT_FEATURES = 2;
export const IFLA_EVENT_BONDING_FAILOVER = 3;
export const IFLA_EVENT_NOTIFY_PEERS = 4;
export const IFLA_EVENT_IGMP_RESEND = 5;
export const IFLA_EVENT_BONDING_OPTIONS = 6;
