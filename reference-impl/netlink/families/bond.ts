/** The attributes of aggregates: include/uapi/linux/if_link.h (IFLA_BOND_*, IFLA_BOND_SLAVE_*) and if_bonding.h. */
import { attributeSet, binary, ranged, s32, u16, u32, u8 } from '../schema.js';
import type { Policy } from '../validate.js';

/** linux/if_bonding.h, modes. */
export const BOND_MODE_ROUNDROBIN = 0;
export const BOND_MODE_ACTIVEBACKUP = 1;
export const BOND_MODE_XOR = 2;
export const BOND_MODE_BROADCAST = 3;
export const BOND_MODE_8023AD = 4;
export const BOND_MODE_TLB = 5;
export const BOND_MODE_ALB = 6;

/** States of a link, as IFLA_BOND_SLAVE_MII_STATUS tells them. */
export const BOND_LINK_UP = 0;
export const BOND_LINK_FAIL = 1;
export const BOND_LINK_DOWN = 2;
export const BOND_LINK_BACK = 3;

/** IFLA_BOND_SLAVE_STATE. */
export const BOND_STATE_ACTIVE = 0;
export const BOND_STATE_BACKUP = 1;

export const BOND_XMIT_POLICY_LAYER2 = 0;
export const BOND_XMIT_POLICY_LAYER34 = 1;
export const BOND_XMIT_POLICY_LAYER23 = 2;
export const BOND_XMIT_POLICY_ENCAP23 = 3;
export const BOND_XMIT_POLICY_ENCAP34 = 4;
export const BOND_XMIT_POLICY_VLAN_SRCMAC = 5;

/** IFLA_BOND_PRIMARY_RESELECT. */
export const BOND_PRI_RESELECT_ALWAYS = 0;
export const BOND_PRI_RESELECT_BETTER = 1;
export const BOND_PRI_RESELECT_FAILURE = 2;

/** Of delays, in milliseconds: five minutes. */
const MOST_DELAY = 300_000;

const AD_INFO = attributeSet('IFLA_BOND_AD_INFO', [
  [1, 'IFLA_BOND_AD_INFO_AGGREGATOR', u16],
  [2, 'IFLA_BOND_AD_INFO_NUM_PORTS', u16],
  [3, 'IFLA_BOND_AD_INFO_ACTOR_KEY', u16],
  [4, 'IFLA_BOND_AD_INFO_PARTNER_KEY', u16],
  [5, 'IFLA_BOND_AD_INFO_PARTNER_MAC', binary],
]);

export const LINKINFO_DATA_BOND = attributeSet('IFLA_BOND', [
  [1, 'IFLA_BOND_MODE', u8],
  [2, 'IFLA_BOND_ACTIVE_SLAVE', u32],
  [3, 'IFLA_BOND_MIIMON', u32],
  [4, 'IFLA_BOND_UPDELAY', u32],
  [5, 'IFLA_BOND_DOWNDELAY', u32],
  [6, 'IFLA_BOND_USE_CARRIER', u8],
  [7, 'IFLA_BOND_ARP_INTERVAL', u32],
  [8, 'IFLA_BOND_ARP_IP_TARGET', binary],
  [9, 'IFLA_BOND_ARP_VALIDATE', u32],
  [10, 'IFLA_BOND_ARP_ALL_TARGETS', u32],
  [11, 'IFLA_BOND_PRIMARY', u32],
  [12, 'IFLA_BOND_PRIMARY_RESELECT', u8],
  [13, 'IFLA_BOND_FAIL_OVER_MAC', u8],
  [14, 'IFLA_BOND_XMIT_HASH_POLICY', u8],
  [15, 'IFLA_BOND_RESEND_IGMP', u32],
  [16, 'IFLA_BOND_NUM_PEER_NOTIF', u8],
  [17, 'IFLA_BOND_ALL_SLAVES_ACTIVE', u8],
  [18, 'IFLA_BOND_MIN_LINKS', u32],
  [19, 'IFLA_BOND_LP_INTERVAL', u32],
  [20, 'IFLA_BOND_PACKETS_PER_SLAVE', u32],
  [21, 'IFLA_BOND_AD_LACP_RATE', u8],
  [22, 'IFLA_BOND_AD_SELECT', u8],
  [23, 'IFLA_BOND_AD_INFO', { kind: 'nest', set: () => AD_INFO, unflagged: true }],
  [24, 'IFLA_BOND_AD_ACTOR_SYS_PRIO', u16],
  [25, 'IFLA_BOND_AD_USER_PORT_KEY', u16],
  [26, 'IFLA_BOND_AD_ACTOR_SYSTEM', { kind: 'binary', maxLength: 6 }],
  [27, 'IFLA_BOND_TLB_DYNAMIC_LB', u8],
  [28, 'IFLA_BOND_PEER_NOTIF_DELAY', ranged('u32', 0, MOST_DELAY)],
  [29, 'IFLA_BOND_AD_LACP_ACTIVE', u8],
  [30, 'IFLA_BOND_MISSED_MAX', u8],
  [31, 'IFLA_BOND_NS_IP6_TARGET', { kind: 'binary', nested: true }],
  [32, 'IFLA_BOND_COUPLED_CONTROL', u8],
]);

export const BOND_SLAVE = attributeSet('IFLA_BOND_SLAVE', [
  [1, 'IFLA_BOND_SLAVE_STATE', u8],
  [2, 'IFLA_BOND_SLAVE_MII_STATUS', u8],
  [3, 'IFLA_BOND_SLAVE_LINK_FAILURE_COUNT', u32],
  [4, 'IFLA_BOND_SLAVE_PERM_HWADDR', binary],
  [5, 'IFLA_BOND_SLAVE_QUEUE_ID', u16],
  [6, 'IFLA_BOND_SLAVE_AD_AGGREGATOR_ID', u16],
  [7, 'IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE', u8],
  [8, 'IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE', u16],
  [9, 'IFLA_BOND_SLAVE_PRIO', s32],
]);

/** bond_policy. */
export const BOND_POLICY: Policy = {
  set: LINKINFO_DATA_BOND,
  accepts: Object.fromEntries([...LINKINFO_DATA_BOND.byName.keys()].map((name) => [name, true])),
};

/** bond_slave_policy. */
export const BOND_SLAVE_POLICY: Policy = {
  set: BOND_SLAVE,
  accepts: { IFLA_BOND_SLAVE_QUEUE_ID: true, IFLA_BOND_SLAVE_PRIO: true },
  maxType: 9,
};

/** include/net/bond_options.h, BOND_FOM_*: IFLA_BOND_FAIL_OVER_MAC. */
export const BOND_FOM_NONE = 0;
export const BOND_FOM_ACTIVE = 1;
export const BOND_FOM_FOLLOW = 2;

/** drivers/net/bonding, BOND_AD_*: IFLA_BOND_AD_SELECT. */
export const BOND_AD_STABLE = 0;
