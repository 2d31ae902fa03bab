/** rt6_fill_node(): a route of IPv6 as RTM_NEWROUTE describes it. */
import { AF_INET6, RTM_NEWROUTE } from '../../netlink/constants.js';
import { encodeBody } from '../../netlink/client.js';
import { ROUTE_ATTRIBUTES, RT_TABLE_COMPAT, encodeNexthops } from '../../netlink/families/routing.js';
import { RTMSG } from '../../netlink/families/rtnetlink.js';
import { encodeAttributes, type Values } from '../../netlink/schema.js';
import type { NetlinkBody } from '../../netlink/server.js';
import type { Nexthop, Route } from '../routing/route.js';
import { OFFLOAD_FLAGS } from './routeMessage.js';

/** struct rta_cacheinfo. */
const CACHE_INFO = 32;
/** ICMPV6_ROUTER_PREF_MEDIUM. */
const MEDIUM = 0;

/** What a lookup adds: the address that was asked for, and the one that a packet would be sent from. */
export interface LookedUp {
  readonly nexthop: Nexthop;
  readonly destination: Uint8Array;
  readonly source: Uint8Array | undefined;
}

export function route6Message(route: Route, type: number = RTM_NEWROUTE, flags = 0, lookedUp?: LookedUp): NetlinkBody {
  const { nexthops, preferredSource, prefixLength, table } = route;
  const ways = lookedUp === undefined ? nexthops : [lookedUp.nexthop];
  const [only] = ways.length === 1 ? ways : [];
  const source = lookedUp?.source ?? preferredSource;
  const header = {
    rtm_family: AF_INET6,
    rtm_dst_len: lookedUp === undefined ? prefixLength : 128,
    rtm_table: table < 256 ? table : RT_TABLE_COMPAT,
    rtm_protocol: route.protocol,
    rtm_type: route.type,
    rtm_flags: (only?.flags ?? 0) | (lookedUp === undefined ? OFFLOAD_FLAGS[route.offload] : 0),
  };
  const destination = lookedUp?.destination ?? (prefixLength === 0 ? undefined : route.destination);
  const values: Values = {
    RTA_TABLE: table,
    ...(destination === undefined ? {} : { RTA_DST: destination }),
    ...(source === undefined ? {} : { RTA_PREFSRC: source }),
    RTA_PRIORITY: route.priority,
    ...(only === undefined ? {} : wayOf(only)),
    ...(ways.length < 2 ? {} : { RTA_MULTIPATH: encodeNexthops(ways.map(memberOf)) }),
    RTA_CACHEINFO: new Uint8Array(CACHE_INFO),
    RTA_PREF: MEDIUM,
  };
  return { type, body: encodeBody(RTMSG, header, encodeAttributes(ROUTE_ATTRIBUTES, values)), flags };
}

/** fib_nexthop_info(). */
const wayOf = ({ gateway, netDevice }: Nexthop): Values => ({
  ...(gateway === undefined ? {} : { RTA_GATEWAY: gateway }),
  RTA_OIF: netDevice.ifIndex,
});

const memberOf = ({ flags, weight, netDevice, gateway }: Nexthop): Parameters<typeof encodeNexthops>[0][number] => ({
  flags,
  hops: weight - 1,
  ifIndex: netDevice.ifIndex,
  values: gateway === undefined ? {} : { RTA_GATEWAY: gateway },
});
