/**
 * What a query of rtnetlink may say under NETLINK_GET_STRICT_CHK: which members of the fixed header, and which attributes. What is refused
 * is refused in these words.
 */

/** A member of the header, and the bits of it that may be set. */
export interface HeaderRule {
  readonly member: string;
  readonly may?: number;
  /** Where it differs from that of the others. */
  readonly message?: string;
}

export interface QueryRules {
  readonly header: readonly HeaderRule[];
  readonly message: string;
  /** Attributes that are looked at; absent: the policy of the operation says it. */
  readonly attributes?: readonly string[];
  readonly unsupported?: string;
}

const members = (...names: readonly string[]): readonly HeaderRule[] => names.map((member) => ({ member }));

/** rtnl_valid_getlink_req(). */
export const LINK_GET_RULES: QueryRules = {
  header: members('__ifi_pad', 'ifi_type', 'ifi_flags', 'ifi_change'),
  message: 'Invalid values in header for get link request',
  attributes: ['IFLA_IFNAME', 'IFLA_ALT_IFNAME', 'IFLA_EXT_MASK', 'IFLA_TARGET_NETNSID'],
  unsupported: 'Unsupported attribute in get link request',
};

/** rtnl_valid_dump_ifinfo_req() and rtnl_dump_ifinfo(). */
export const LINK_DUMP_RULES: QueryRules = {
  header: [
    ...members('__ifi_pad', 'ifi_type', 'ifi_flags', 'ifi_change'),
    { member: 'ifi_index', message: 'Filter by device index not supported for link dumps' },
  ],
  message: 'Invalid values in header for link dump request',
  attributes: ['IFLA_TARGET_NETNSID', 'IFLA_EXT_MASK', 'IFLA_MASTER', 'IFLA_LINKINFO'],
  unsupported: 'Unsupported attribute in link dump request',
};

/** valid_bridge_getlink_req(). */
export const BRIDGE_LINK_DUMP_RULES: QueryRules = {
  header: members('__ifi_pad', 'ifi_type', 'ifi_flags', 'ifi_change', 'ifi_index'),
  message: 'Invalid values in header for bridge link dump request',
  attributes: ['IFLA_EXT_MASK'],
  unsupported: 'Unsupported attribute in bridge link dump request',
};

/** rtnl_valid_stats_req(). */
export const STATS_GET_RULES: QueryRules = {
  header: [
    ...members('pad1', 'pad2'),
    { member: 'filter_mask', may: 0x1f, message: 'Invalid stats requested through filter mask' },
  ],
  message: 'Invalid values in header for stats dump request',
};
export const STATS_DUMP_RULES: QueryRules = {
  ...STATS_GET_RULES,
  header: [...members('ifindex'), ...STATS_GET_RULES.header],
};

/** inet_valid_dump_ifaddr_req(). */
export const ADDRESS_DUMP_RULES: QueryRules = {
  header: members('ifa_prefixlen', 'ifa_flags', 'ifa_scope'),
  message: 'ipv4: Invalid values in header for address dump request',
  attributes: ['IFA_TARGET_NETNSID'],
  unsupported: 'ipv4: Unsupported attribute in dump request',
};

const NTF_PROXY = 8;

/** neigh_valid_get_req(). */
export const NEIGHBOUR_GET_RULES: QueryRules = {
  header: [
    ...members('ndm_pad1', 'ndm_pad2', 'ndm_state', 'ndm_type'),
    { member: 'ndm_flags', may: NTF_PROXY, message: 'Invalid flags in header for neighbor get request' },
  ],
  message: 'Invalid values in header for neighbor get request',
  attributes: ['NDA_DST'],
  unsupported: 'Unsupported attribute in neighbor get request',
};

/** neigh_valid_dump_req(). */
export const NEIGHBOUR_DUMP_RULES: QueryRules = {
  header: [
    ...members('ndm_pad1', 'ndm_pad2', 'ndm_ifindex', 'ndm_state', 'ndm_type'),
    { member: 'ndm_flags', may: NTF_PROXY, message: 'Invalid flags in header for neighbor dump request' },
  ],
  message: 'Invalid values in header for neighbor dump request',
  attributes: ['NDA_IFINDEX', 'NDA_MASTER'],
  unsupported: 'Unsupported attribute in neighbor dump request',
};

/** valid_fdb_dump_strict(). */
export const FORWARDING_DUMP_RULES: QueryRules = {
  header: members('ndm_pad1', 'ndm_pad2', 'ndm_state', 'ndm_flags', 'ndm_type'),
  message: 'Invalid values in header for fdb dump request',
  attributes: ['NDA_IFINDEX', 'NDA_MASTER'],
  unsupported: 'Unsupported attribute in fdb dump request',
};

const RTM_F_CLONED = 0x200;
const RTM_F_PREFIX = 0x800;
const RTM_F_NOTIFY = 0x100;
const RTM_F_LOOKUP_TABLE = 0x1000;
const RTM_F_FIB_MATCH = 0x2000;

/** ip_valid_fib_dump_req(). */
export const ROUTE_DUMP_RULES: QueryRules = {
  header: [
    ...members('rtm_dst_len', 'rtm_src_len', 'rtm_tos', 'rtm_scope'),
    { member: 'rtm_flags', may: RTM_F_CLONED | RTM_F_PREFIX, message: 'Invalid flags for FIB dump request' },
  ],
  message: 'Invalid values in header for FIB dump request',
  attributes: ['RTA_TABLE', 'RTA_OIF'],
  unsupported: 'Unsupported attribute in dump request',
};

/** inet_rtm_valid_getroute_req(). */
export const ROUTE_GET_RULES: QueryRules = {
  header: [
    ...members('rtm_table', 'rtm_protocol', 'rtm_scope', 'rtm_type'),
    {
      member: 'rtm_flags',
      may: RTM_F_NOTIFY | RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH,
      message: 'ipv4: Unsupported rtm_flags for route get request',
    },
  ],
  message: 'ipv4: Invalid values in header for route get request',
  attributes: [
    'RTA_IIF',
    'RTA_OIF',
    'RTA_SRC',
    'RTA_DST',
    'RTA_IP_PROTO',
    'RTA_SPORT',
    'RTA_DPORT',
    'RTA_MARK',
    'RTA_UID',
  ],
  unsupported: 'ipv4: Unsupported attribute in route get request',
};

/** rtnl_mdb_valid_dump_req(). */
export const MDB_DUMP_RULES: QueryRules = {
  header: members('ifindex'),
  message: 'Filtering by device index is not supported for mdb dump request',
  attributes: [],
  unsupported: 'Invalid data after header in mdb dump request',
};
