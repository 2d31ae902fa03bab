/** fib_dump_info() and rt_fill_info(): a route as RTM_NEWROUTE describes it. */
import { AF_INET, RTM_NEWROUTE } from '../../netlink/constants.js';
import { encodeBody } from '../../netlink/client.js';
import {
  ROUTE_ATTRIBUTES,
  RTM_F_CLONED,
  RTM_F_OFFLOAD,
  RTM_F_OFFLOAD_FAILED,
  RTM_F_TRAP,
  RT_TABLE_COMPAT,
  RT_TABLE_MAIN,
  encodeNexthops,
} from '../../netlink/families/routing.js';
import { RTMSG } from '../../netlink/families/rtnetlink.js';
import { encodeAttributes, type Values } from '../../netlink/schema.js';
import type { NetlinkBody } from '../../netlink/server.js';
import type { Nexthop, Route } from '../routing/route.js';
import type { RoutingParts } from '../routing/routingParts.js';

/** What hardware made of a route, in rtm_flags. */
export const OFFLOAD_FLAGS: Readonly<Record<Route['offload'], number>> = {
  none: 0,
  forwards: RTM_F_OFFLOAD,
  traps: RTM_F_TRAP,
  failed: RTM_F_OFFLOAD_FAILED,
};

export function routeMessage(parts: RoutingParts, route: Route, type: number = RTM_NEWROUTE, flags = 0): NetlinkBody {
  const { nexthops, preferredSource } = route;
  const [only] = nexthops.length === 1 ? nexthops : [];
  const header = {
    rtm_family: AF_INET,
    rtm_dst_len: route.prefixLength,
    rtm_tos: route.tos,
    rtm_table: route.table < 256 ? route.table : RT_TABLE_COMPAT,
    rtm_protocol: route.protocol,
    rtm_scope: route.scope,
    rtm_type: route.type,
    rtm_flags: (only?.flags ?? 0) | OFFLOAD_FLAGS[route.offload],
  };
  const values: Values = {
    RTA_TABLE: parts.showsLongTables ? route.table : route.table & 0xff,
    ...(route.prefixLength === 0 ? {} : { RTA_DST: route.destination }),
    ...(route.priority === 0 ? {} : { RTA_PRIORITY: route.priority }),
    ...(preferredSource === undefined ? {} : { RTA_PREFSRC: preferredSource }),
    ...(only === undefined ? {} : wayOf(only)),
    ...(nexthops.length < 2
      ? {}
      : { RTA_MULTIPATH: encodeNexthops(nexthops.map((nexthop) => memberOf(parts, nexthop))) }),
  };
  return { type, body: encodeBody(RTMSG, header, encodeAttributes(ROUTE_ATTRIBUTES, values)), flags };
}

/** fib_nexthop_info(). */
const wayOf = ({ gateway, netDevice }: Nexthop): Values => ({
  ...(gateway === undefined ? {} : { RTA_GATEWAY: gateway }),
  RTA_OIF: netDevice.ifIndex,
});

const memberOf = (
  parts: RoutingParts,
  { flags, weight, netDevice, gateway }: Nexthop,
): Parameters<typeof encodeNexthops>[0][number] => ({
  flags,
  hops: parts.shownWeight(weight) - 1,
  ifIndex: netDevice.ifIndex,
  values: gateway === undefined ? {} : { RTA_GATEWAY: gateway },
});

/** rt_fill_info(): the way of one address. */
export function lookedUpMessage(
  route: Route,
  nexthop: Nexthop,
  destination: Uint8Array,
  source: Uint8Array | undefined,
): NetlinkBody {
  const header = {
    rtm_family: AF_INET,
    rtm_dst_len: 32,
    rtm_table: RT_TABLE_MAIN,
    rtm_type: route.type,
    rtm_flags: RTM_F_CLONED,
  };
  const values: Values = {
    RTA_DST: destination,
    ...wayOf(nexthop),
    ...(source === undefined ? {} : { RTA_PREFSRC: source }),
    // Of the process that asks, which is the machine's administrator.
    RTA_UID: 0,
  };
  return { type: RTM_NEWROUTE, body: encodeBody(RTMSG, header, encodeAttributes(ROUTE_ATTRIBUTES, values)) };
}
