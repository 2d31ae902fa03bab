/** Traffic control: linux/rtnetlink.h (struct tcmsg, TCA_*), pkt_sched.h, pkt_cls.h, gen_stats.h, tc_act/tc_gact.h, tc_act/tc_mirred.h. */
import { attributeSet, binary, flag, nest, ranged, text, u16, u32, u64, u8, type StructField } from '../schema.js';
import { wholeSet, type Policy } from '../validate.js';

/** struct tcmsg. */
export const TCMSG: readonly StructField[] = [
  { name: 'tcm_family', kind: 'u8' },
  { name: 'pad', kind: { pad: 3 } },
  { name: 'tcm_ifindex', kind: 's32' },
  { name: 'tcm_handle', kind: 'u32' },
  { name: 'tcm_parent', kind: 'u32' },
  { name: 'tcm_info', kind: 'u32' },
];

/** Parents and handles: 16 bits of a qdisc, and 16 of a class. */
export const TC_H_ROOT = 0xffff_ffff;
export const TC_H_CLSACT = 0xffff_fff1;
export const TC_H_INGRESS = 0xffff_fff1;
export const TC_H_MIN_INGRESS = 0xfff2;
export const TC_H_MIN_EGRESS = 0xfff3;
export const TC_H_MAJ = (handle: number): number => (handle & 0xffff_0000) >>> 0;
export const TC_H_MIN = (handle: number): number => handle & 0xffff;
/** Parents of filters at the two sides of clsact. */
export const AT_INGRESS = 0xffff_fff2;
export const AT_EGRESS = 0xffff_fff3;
/** TCM_IFINDEX_MAGIC_BLOCK: the message is about a shared block. */
export const TCM_IFINDEX_MAGIC_BLOCK = -1;

/** tcm_info of a filter: its priority and, in network byte order, its protocol. */
export const filterInfo = (priority: number, protocol: number): number => ((priority << 16) | swapped(protocol)) >>> 0;
export const priorityIn = (info: number): number => info >>> 16;
export const protocolIn = (info: number): number => swapped(info & 0xffff);
const swapped = (value: number): number => ((value & 0xff) << 8) | (value >> 8);

export const ETH_P_ALL = 3;

const BASIC: readonly StructField[] = [
  { name: 'bytes', kind: 'u64' },
  { name: 'packets', kind: 'u32' },
  { name: 'pad', kind: { pad: 4 } },
];
const QUEUE: readonly StructField[] = [
  { name: 'qlen', kind: 'u32' },
  { name: 'backlog', kind: 'u32' },
  { name: 'drops', kind: 'u32' },
  { name: 'requeues', kind: 'u32' },
  { name: 'overlimits', kind: 'u32' },
];

export const TC_STATS = attributeSet('TCA_STATS', [
  [1, 'TCA_STATS_BASIC', { kind: 'struct', fields: BASIC }],
  [2, 'TCA_STATS_RATE_EST', binary],
  [3, 'TCA_STATS_QUEUE', { kind: 'struct', fields: QUEUE }],
  [4, 'TCA_STATS_APP', binary],
  [7, 'TCA_STATS_BASIC_HW', { kind: 'struct', fields: BASIC }],
  [8, 'TCA_STATS_PKT64', u64],
]);

export const TC = attributeSet('TCA', [
  [1, 'TCA_KIND', text],
  // Their form is that of the kind.
  [2, 'TCA_OPTIONS', binary],
  [3, 'TCA_STATS', binary],
  [4, 'TCA_XSTATS', binary],
  [5, 'TCA_RATE', binary],
  [6, 'TCA_FCNT', binary],
  [7, 'TCA_STATS2', { kind: 'nest', set: () => TC_STATS, unflagged: true }],
  [8, 'TCA_STAB', binary],
  [10, 'TCA_DUMP_INVISIBLE', flag],
  [11, 'TCA_CHAIN', u32],
  [12, 'TCA_HW_OFFLOAD', u8],
  [13, 'TCA_INGRESS_BLOCK', u32],
  [14, 'TCA_EGRESS_BLOCK', u32],
  [15, 'TCA_DUMP_FLAGS', binary],
  [16, 'TCA_EXT_WARN_MSG', text],
]);

/** rtm_tca_policy. */
export const TC_POLICY: Policy = wholeSet(TC);

/** enum tca_id flags of a filter, TCA_FLOWER_FLAGS and TCA_MATCHALL_FLAGS. */
export const TCA_CLS_FLAGS_SKIP_HW = 1 << 0;
export const TCA_CLS_FLAGS_SKIP_SW = 1 << 1;
export const TCA_CLS_FLAGS_IN_HW = 1 << 2;
export const TCA_CLS_FLAGS_NOT_IN_HW = 1 << 3;
export const TCA_CLS_FLAGS_VERBOSE = 1 << 4;

const bytes = (length: number): { kind: 'binary'; minLength: number } => ({ kind: 'binary', minLength: length });
const word = bytes(4);
const mac = bytes(6);
const ip6 = bytes(16);
const port = { kind: 'be16' } as const;

export const FLOWER = attributeSet('TCA_FLOWER', [
  [1, 'TCA_FLOWER_CLASSID', u32],
  [2, 'TCA_FLOWER_INDEV', text],
  [3, 'TCA_FLOWER_ACT', binary],
  [4, 'TCA_FLOWER_KEY_ETH_DST', mac],
  [5, 'TCA_FLOWER_KEY_ETH_DST_MASK', mac],
  [6, 'TCA_FLOWER_KEY_ETH_SRC', mac],
  [7, 'TCA_FLOWER_KEY_ETH_SRC_MASK', mac],
  [8, 'TCA_FLOWER_KEY_ETH_TYPE', port],
  [9, 'TCA_FLOWER_KEY_IP_PROTO', u8],
  [10, 'TCA_FLOWER_KEY_IPV4_SRC', word],
  [11, 'TCA_FLOWER_KEY_IPV4_SRC_MASK', word],
  [12, 'TCA_FLOWER_KEY_IPV4_DST', word],
  [13, 'TCA_FLOWER_KEY_IPV4_DST_MASK', word],
  [14, 'TCA_FLOWER_KEY_IPV6_SRC', ip6],
  [15, 'TCA_FLOWER_KEY_IPV6_SRC_MASK', ip6],
  [16, 'TCA_FLOWER_KEY_IPV6_DST', ip6],
  [17, 'TCA_FLOWER_KEY_IPV6_DST_MASK', ip6],
  [18, 'TCA_FLOWER_KEY_TCP_SRC', port],
  [19, 'TCA_FLOWER_KEY_TCP_DST', port],
  [20, 'TCA_FLOWER_KEY_UDP_SRC', port],
  [21, 'TCA_FLOWER_KEY_UDP_DST', port],
  [22, 'TCA_FLOWER_FLAGS', u32],
  [23, 'TCA_FLOWER_KEY_VLAN_ID', u16],
  [24, 'TCA_FLOWER_KEY_VLAN_PRIO', u8],
  [25, 'TCA_FLOWER_KEY_VLAN_ETH_TYPE', port],
  [35, 'TCA_FLOWER_KEY_TCP_SRC_MASK', port],
  [36, 'TCA_FLOWER_KEY_TCP_DST_MASK', port],
  [37, 'TCA_FLOWER_KEY_UDP_SRC_MASK', port],
  [38, 'TCA_FLOWER_KEY_UDP_DST_MASK', port],
  [49, 'TCA_FLOWER_KEY_ICMPV4_CODE', u8],
  [50, 'TCA_FLOWER_KEY_ICMPV4_CODE_MASK', u8],
  [51, 'TCA_FLOWER_KEY_ICMPV4_TYPE', u8],
  [52, 'TCA_FLOWER_KEY_ICMPV4_TYPE_MASK', u8],
  [53, 'TCA_FLOWER_KEY_ICMPV6_CODE', u8],
  [54, 'TCA_FLOWER_KEY_ICMPV6_CODE_MASK', u8],
  [55, 'TCA_FLOWER_KEY_ICMPV6_TYPE', u8],
  [56, 'TCA_FLOWER_KEY_ICMPV6_TYPE_MASK', u8],
  [71, 'TCA_FLOWER_KEY_TCP_FLAGS', port],
  [72, 'TCA_FLOWER_KEY_TCP_FLAGS_MASK', port],
  [73, 'TCA_FLOWER_KEY_IP_TOS', u8],
  [74, 'TCA_FLOWER_KEY_IP_TOS_MASK', u8],
  [75, 'TCA_FLOWER_KEY_IP_TTL', u8],
  [76, 'TCA_FLOWER_KEY_IP_TTL_MASK', u8],
  [86, 'TCA_FLOWER_IN_HW_COUNT', u32],
  [87, 'TCA_FLOWER_KEY_PORT_SRC_MIN', port],
  [88, 'TCA_FLOWER_KEY_PORT_SRC_MAX', port],
  [89, 'TCA_FLOWER_KEY_PORT_DST_MIN', port],
  [90, 'TCA_FLOWER_KEY_PORT_DST_MAX', port],
  [106, 'TCA_FLOWER_L2_MISS', ranged('u8', 0, 1)],
]);
/** fl_policy, as far as it is served here. */
export const FLOWER_POLICY: Policy = wholeSet(FLOWER);

export const MATCHALL = attributeSet('TCA_MATCHALL', [
  [1, 'TCA_MATCHALL_CLASSID', u32],
  [2, 'TCA_MATCHALL_ACT', binary],
  [3, 'TCA_MATCHALL_FLAGS', u32],
  [4, 'TCA_MATCHALL_PCNT', { kind: 'struct', fields: [{ name: 'rhit', kind: 'u64' }] }],
]);
export const MATCHALL_POLICY: Policy = wholeSet(MATCHALL);

/** An action of a list; the lists number them from 1. */
export const ACTION = attributeSet('TCA_ACT', [
  [1, 'TCA_ACT_KIND', text],
  // Their form is that of the kind.
  [2, 'TCA_ACT_OPTIONS', binary],
  [3, 'TCA_ACT_INDEX', u32],
  [4, 'TCA_ACT_STATS', nest(() => TC_STATS)],
  [6, 'TCA_ACT_COOKIE', binary],
  [7, 'TCA_ACT_FLAGS', binary],
  [8, 'TCA_ACT_HW_STATS', binary],
  [9, 'TCA_ACT_USED_HW_STATS', binary],
  [10, 'TCA_ACT_IN_HW_COUNT', u32],
]);
export const ACTION_POLICY: Policy = wholeSet(ACTION);
export const TCA_ACT_MAX_PRIO = 32;

/** What an action says of a frame. */
export const TC_ACT_UNSPEC = -1;
export const TC_ACT_OK = 0;
export const TC_ACT_RECLASSIFY = 1;
export const TC_ACT_SHOT = 2;
export const TC_ACT_PIPE = 3;
export const TC_ACT_STOLEN = 4;
export const TC_ACT_QUEUED = 5;
export const TC_ACT_REPEAT = 6;
export const TC_ACT_REDIRECT = 7;
export const TC_ACT_TRAP = 8;
export const TC_ACT_VALUE_MAX = TC_ACT_TRAP;
export const TC_ACT_GOTO_CHAIN = 2 << 28;
export const TC_ACT_EXT_VAL_MASK = (1 << 28) - 1;

/** tc_gen: what the parameters of every action begin with. */
const GENERIC: readonly StructField[] = [
  { name: 'index', kind: 'u32' },
  { name: 'capab', kind: 'u32' },
  { name: 'action', kind: 's32' },
  { name: 'refcnt', kind: 's32' },
  { name: 'bindcnt', kind: 's32' },
];
/** struct tcf_t. */
const TIMES: readonly StructField[] = [
  { name: 'install', kind: 'u64' },
  { name: 'lastuse', kind: 'u64' },
  { name: 'expires', kind: 'u64' },
  { name: 'firstuse', kind: 'u64' },
];

export const GACT = attributeSet('TCA_GACT', [
  [1, 'TCA_GACT_TM', { kind: 'struct', fields: TIMES }],
  [2, 'TCA_GACT_PARMS', { kind: 'struct', fields: GENERIC }],
  [3, 'TCA_GACT_PROB', binary],
]);
export const GACT_POLICY: Policy = wholeSet(GACT);

export const TCA_EGRESS_REDIR = 1;
export const TCA_EGRESS_MIRROR = 2;
export const TCA_INGRESS_REDIR = 3;
export const TCA_INGRESS_MIRROR = 4;

/** struct tc_mirred. */
const MIRRED_PARAMETERS: readonly StructField[] = [
  ...GENERIC,
  { name: 'eaction', kind: 's32' },
  { name: 'ifindex', kind: 'u32' },
];
export const MIRRED = attributeSet('TCA_MIRRED', [
  [1, 'TCA_MIRRED_TM', { kind: 'struct', fields: TIMES }],
  [2, 'TCA_MIRRED_PARMS', { kind: 'struct', fields: MIRRED_PARAMETERS }],
  [4, 'TCA_MIRRED_BLOCKID', u32],
]);
export const MIRRED_POLICY: Policy = wholeSet(MIRRED);

export const SKBEDIT = attributeSet('TCA_SKBEDIT', [
  [1, 'TCA_SKBEDIT_TM', { kind: 'struct', fields: TIMES }],
  [2, 'TCA_SKBEDIT_PARMS', { kind: 'struct', fields: GENERIC }],
  [3, 'TCA_SKBEDIT_PRIORITY', u32],
  [4, 'TCA_SKBEDIT_QUEUE_MAPPING', u16],
  [5, 'TCA_SKBEDIT_MARK', u32],
  [7, 'TCA_SKBEDIT_PTYPE', u16],
  [8, 'TCA_SKBEDIT_MASK', u32],
  [9, 'TCA_SKBEDIT_FLAGS', binary],
  [10, 'TCA_SKBEDIT_QUEUE_MAPPING_MAX', u16],
]);
export const SKBEDIT_POLICY: Policy = wholeSet(SKBEDIT);
