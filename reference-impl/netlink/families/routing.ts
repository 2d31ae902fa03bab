/** rtnetlink of layer 3: routes, neighbours as IP has them, VRF devices and settings of IPv4 (linux/rtnetlink.h, neighbour.h, ip.h). */
import { attributeSet, binary, decodeAttributes, encodeAttributes, s32, u16, u32, u8, type Values } from '../schema.js';
import type { Policy } from '../validate.js';
import { align, viewOf } from '../wire.js';

/** enum rtnetlink_groups. */
export const RTNLGRP_IPV4_ROUTE = 7;
export const RTNLGRP_IPV6_ROUTE = 11;

/** rtm_type. */
export const RTN_UNSPEC = 0;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTN_BROADCAST = 3;
export const RTN_ANYCAST = 4;
export const RTN_MULTICAST = 5;
export const RTN_BLACKHOLE = 6;
export const RTN_UNREACHABLE = 7;
export const RTN_PROHIBIT = 8;
export const RTN_THROW = 9;
export const RTN_MAX = 11;

/** rtm_scope. */
export const RT_SCOPE_UNIVERSE = 0;
export const RT_SCOPE_LINK = 253;
export const RT_SCOPE_HOST = 254;
export const RT_SCOPE_NOWHERE = 255;

/** rtm_table. */
export const RT_TABLE_COMPAT = 252;
export const RT_TABLE_DEFAULT = 253;
export const RT_TABLE_MAIN = 254;
export const RT_TABLE_LOCAL = 255;

/** rtm_protocol. */
export const RTPROT_KERNEL = 2;
export const RTPROT_RA = 9;
export const RTPROT_STATIC = 4;

/** rtm_flags. */
export const RTM_F_CLONED = 0x200;
export const RTM_F_FIB_MATCH = 0x2000;
export const RTM_F_OFFLOAD = 0x4000;
export const RTM_F_TRAP = 0x8000;
export const RTM_F_OFFLOAD_FAILED = 0x2000_0000;

/** rtnh_flags. */
export const RTNH_F_DEAD = 1;
export const RTNH_F_ONLINK = 4;
export const RTNH_F_OFFLOAD = 8;
export const RTNH_F_LINKDOWN = 16;
export const RTNH_F_TRAP = 64;

/** ndm_state, beside what constants.ts has. */
export const NUD_NONE = 0x00;
export const NUD_INCOMPLETE = 0x01;
export const NUD_DELAY = 0x08;
export const NUD_PROBE = 0x10;
export const NUD_FAILED = 0x20;

/** linux/if_addr.h, ifa_flags. */
export const IFA_F_NODAD = 0x02;
export const IFA_F_DADFAILED = 0x08;
export const IFA_F_DEPRECATED = 0x20;
export const IFA_F_TENTATIVE = 0x40;
export const IFA_F_PERMANENT = 0x80;
export const IFA_F_NOPREFIXROUTE = 0x200;

/** linux/ip.h, settings of IPv4 at a net device. */
export const IPV4_DEVCONF_FORWARDING = 1;
export const IPV4_DEVCONF_RP_FILTER = 8;
export const IPV4_DEVCONF_ARP_NOTIFY = 22;

export const ROUTE_ATTRIBUTES = attributeSet('RTA', [
  [1, 'RTA_DST', { kind: 'binary', minLength: 4 }],
  [2, 'RTA_SRC', binary],
  [3, 'RTA_IIF', u32],
  [4, 'RTA_OIF', u32],
  [5, 'RTA_GATEWAY', { kind: 'binary', minLength: 4 }],
  [6, 'RTA_PRIORITY', u32],
  [7, 'RTA_PREFSRC', { kind: 'binary', minLength: 4 }],
  [8, 'RTA_METRICS', binary],
  [9, 'RTA_MULTIPATH', binary],
  [11, 'RTA_FLOW', u32],
  [12, 'RTA_CACHEINFO', binary],
  [15, 'RTA_TABLE', u32],
  [16, 'RTA_MARK', u32],
  [18, 'RTA_VIA', binary],
  [20, 'RTA_PREF', u8],
  [21, 'RTA_ENCAP_TYPE', u16],
  [22, 'RTA_ENCAP', binary],
  [23, 'RTA_EXPIRES', u32],
  [25, 'RTA_UID', u32],
  [26, 'RTA_TTL_PROPAGATE', u8],
  [27, 'RTA_IP_PROTO', u8],
  [28, 'RTA_SPORT', u16],
  [29, 'RTA_DPORT', u16],
  [30, 'RTA_NH_ID', u32],
]);

/** rtm_ipv4_policy: strict_start_type is behind RTA_DPORT. */
export const ROUTE_POLICY: Policy = {
  set: ROUTE_ATTRIBUTES,
  strictStartType: 30,
  accepts: Object.fromEntries([...ROUTE_ATTRIBUTES.byName.keys()].map((name) => [name, true])),
};

/** struct rtnexthop, with its attributes. */
export interface NexthopMessage {
  readonly flags: number;
  /** The weight less one. */
  readonly hops: number;
  readonly ifIndex: number;
  readonly values: Values;
}

const RTNEXTHOP_LENGTH = 8;

/** RTA_MULTIPATH. A nexthop whose length says more or less than there is ends the list: null. */
export function decodeNexthops(bytes: Uint8Array): readonly NexthopMessage[] | null {
  const nexthops: NexthopMessage[] = [];
  const view = viewOf(bytes);
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < RTNEXTHOP_LENGTH) return null;
    const length = view.getUint16(at, true);
    if (length < RTNEXTHOP_LENGTH || length > bytes.length - at) return null;
    nexthops.push({
      flags: view.getUint8(at + 2),
      hops: view.getUint8(at + 3),
      ifIndex: view.getInt32(at + 4, true),
      values: decodeAttributes(ROUTE_ATTRIBUTES, bytes.subarray(at + RTNEXTHOP_LENGTH, at + length)),
    });
    at += align(length);
  }
  return nexthops;
}

export function encodeNexthops(nexthops: readonly NexthopMessage[]): Uint8Array {
  const parts = nexthops.map(({ flags, hops, ifIndex, values }) => {
    const attributes = encodeAttributes(ROUTE_ATTRIBUTES, values);
    const bytes = new Uint8Array(RTNEXTHOP_LENGTH + attributes.length);
    const view = viewOf(bytes);
    view.setUint16(0, bytes.length, true);
    view.setUint8(2, flags);
    view.setUint8(3, hops);
    view.setInt32(4, ifIndex, true);
    bytes.set(attributes, RTNEXTHOP_LENGTH);
    return bytes;
  });
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const LINKINFO_DATA_VRF = attributeSet('IFLA_VRF', [[1, 'IFLA_VRF_TABLE', u32]]);
/** What a port of a VRF says of it: IFLA_INFO_SLAVE_DATA. */
export const VRF_PORT = attributeSet('IFLA_VRF_PORT', [[1, 'IFLA_VRF_PORT_TABLE', u32]]);
export const VRF_POLICY: Policy = { set: LINKINFO_DATA_VRF, accepts: { IFLA_VRF_TABLE: true } };

/** IFLA_AF_SPEC of AF_UNSPEC: a nest for each address family. Settings are numbered as IPV4_DEVCONF_ has them. */
export const INET_CONF = attributeSet(
  'IPV4_DEVCONF',
  Array.from({ length: 33 }, (_, index) => [index + 1, `IPV4_DEVCONF_${index + 1}`, s32] as const),
);
/** Asked for as a nest of settings (INET_CONF), told as an array of all of them from number 1 on. */
export const INET_SPEC = attributeSet('IFLA_INET', [[1, 'IFLA_INET_CONF', binary]]);
export const LINK_AF_SPEC = attributeSet('IFLA_AF_SPEC', [
  [2, 'AF_INET', binary],
  [10, 'AF_INET6', binary],
]);
