/** A route as somebody asks for it, and whether there can be such a route: fib_create_info() and fib_check_nh(). */
import {
  RTNH_F_DEAD,
  RTNH_F_LINKDOWN,
  RTNH_F_ONLINK,
  RTN_ANYCAST,
  RTN_BLACKHOLE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MAX,
  RTN_MULTICAST,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_MAIN,
} from '../../netlink/families/routing.js';
import { equalBytes } from '../../packet/bytes.js';
import { EINVAL, ENETDOWN, ENETUNREACH, ENODEV, refused } from '../errno.js';
import { isUp, type NetDevice } from '../netDevice.js';
import { prefixOf, type Nexthop, type Route } from './route.js';
import type { Router } from './router.js';
import type { FibResult } from './fib.js';

/** Where a packet is to go: struct fib_config, or one rtnexthop of it. */
export interface NexthopRequest {
  /** 0: wherever the gateway is. */
  readonly ifIndex: number;
  readonly gateway: Uint8Array | undefined;
  readonly weight: number;
  readonly flags: number;
}

export interface RouteRequest {
  readonly table: number;
  readonly destination: Uint8Array;
  readonly prefixLength: number;
  readonly tos: number;
  readonly priority: number;
  readonly type: number;
  readonly scope: number;
  readonly protocol: number;
  readonly preferredSource: Uint8Array | undefined;
  readonly nexthops: readonly NexthopRequest[];
  readonly isMultipath: boolean;
}

export type Made<Value> = { readonly ok: true; readonly value: Value } | ReturnType<typeof refused>;

/** fib_props[].scope: the widest scope that a route of this type can have. */
const WIDEST: Readonly<Record<number, number>> = {
  0: RT_SCOPE_NOWHERE,
  [RTN_UNICAST]: RT_SCOPE_UNIVERSE,
  [RTN_LOCAL]: RT_SCOPE_HOST,
  [RTN_BROADCAST]: RT_SCOPE_LINK,
  [RTN_ANYCAST]: RT_SCOPE_LINK,
  [RTN_MULTICAST]: RT_SCOPE_UNIVERSE,
};
const WITHOUT_WAY: readonly number[] = [RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW];
const WITH_WAY: readonly number[] = [RTN_UNICAST, RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST, RTN_MULTICAST];

export interface RouteSurroundings {
  readonly router: Router;
  readonly deviceOf: (ifIndex: number) => NetDevice | undefined;
}

/** fib_valid_key_len(). */
export function checkPrefix({ parts }: Router, { destination, prefixLength }: RouteRequest): Made<void> {
  if (prefixLength > 8 * destination.length) return refused(EINVAL, 'Invalid prefix length');
  const hasHostBits = !equalBytes(prefixOf(destination, prefixLength), destination);
  if (hasHostBits && parts.refusesHostBits) return refused(EINVAL, 'Invalid prefix for given prefix length');
  return { ok: true, value: undefined };
}

export function makeRoute(around: RouteSurroundings, request: RouteRequest): Made<Route> {
  const { type, scope, nexthops } = request;
  const { parts } = around.router;
  if (type > RTN_MAX) return refused(EINVAL);
  if ((WIDEST[type] ?? RT_SCOPE_UNIVERSE) > scope) return refused(EINVAL, 'Invalid scope');
  if (nexthops.some(({ flags }) => (flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) !== 0))
    return refused(EINVAL, 'Invalid rtm_flags - can not contain DEAD or LINKDOWN');
  if (WITHOUT_WAY.includes(type)) {
    const hasWay =
      request.isMultipath || nexthops.some(({ ifIndex, gateway }) => ifIndex !== 0 || gateway !== undefined);
    if (hasWay && parts.refusesWayOfBlackhole)
      return refused(EINVAL, 'Gateway, device and multipath can not be specified for this route type');
    return { ok: true, value: routeOf(request, []) };
  }
  if (!WITH_WAY.includes(type)) return refused(EINVAL, 'Invalid route type');
  if (scope > RT_SCOPE_HOST) return refused(EINVAL, 'Invalid scope');
  const made: Nexthop[] = [];
  for (const nexthop of nexthops) {
    const checked = scope === RT_SCOPE_HOST ? hostNexthop(around, request) : checkNexthop(around, request, nexthop);
    if (checked.ok) made.push(checked.value);
    else if (!parts.skipsUnsoundNexthops) return checked;
  }
  const { preferredSource } = request;
  if (preferredSource !== undefined && !around.router.ownsAddress(preferredSource))
    return refused(EINVAL, 'Invalid prefsrc address');
  return { ok: true, value: routeOf(request, made) };
}

function routeOf(request: RouteRequest, nexthops: readonly Nexthop[]): Route {
  const { table, prefixLength, tos, priority, type, scope, protocol, preferredSource } = request;
  const destination = prefixOf(request.destination, prefixLength);
  return {
    table,
    destination,
    prefixLength,
    tos,
    priority,
    type,
    scope,
    protocol,
    preferredSource,
    nexthops,
    offload: 'none',
  };
}

/** RT_SCOPE_HOST: the address is the host's own, whether the device is up or not. */
function hostNexthop({ deviceOf }: RouteSurroundings, { nexthops }: RouteRequest): Made<Nexthop> {
  const [first] = nexthops;
  if (nexthops.length !== 1 || first === undefined)
    return refused(EINVAL, 'Route with host scope can not have multiple nexthops');
  if (first.gateway !== undefined) return refused(EINVAL, 'Route with host scope can not have a gateway');
  const netDevice = deviceOf(first.ifIndex);
  if (netDevice === undefined) return refused(ENODEV);
  return { ok: true, value: { netDevice, gateway: undefined, weight: 1, flags: 0, scope: RT_SCOPE_NOWHERE } };
}

function checkNexthop(around: RouteSurroundings, request: RouteRequest, nexthop: NexthopRequest): Made<Nexthop> {
  return nexthop.gateway === undefined
    ? checkLink(around, nexthop)
    : checkGateway(around, request, nexthop, nexthop.gateway);
}

/** fib_check_nh_nongw(). */
function checkLink({ router, deviceOf }: RouteSurroundings, { ifIndex, weight, flags }: NexthopRequest): Made<Nexthop> {
  if ((flags & RTNH_F_ONLINK) !== 0)
    return refused(EINVAL, 'Invalid flags for nexthop - PERVASIVE and ONLINK can not be set');
  const netDevice = deviceOf(ifIndex);
  if (netDevice === undefined) return refused(ENODEV);
  if (!isUp(netDevice) && router.parts.refusesDownDevice) return refused(ENETDOWN, 'Device for nexthop is not up');
  const value = { netDevice, gateway: undefined, weight, flags: linkFlags(netDevice), scope: RT_SCOPE_HOST };
  return { ok: true, value };
}

const linkFlags = ({ carrier }: NetDevice): number => (carrier ? 0 : RTNH_F_LINKDOWN);

/** fib_check_nh_v4_gw(): the gateway has to be a station on a link of the host's. */
function checkGateway(
  { router, deviceOf }: RouteSurroundings,
  { scope, table }: RouteRequest,
  { ifIndex, weight, flags }: NexthopRequest,
  gateway: Uint8Array,
): Made<Nexthop> {
  if ((flags & RTNH_F_ONLINK) !== 0) {
    if (scope >= RT_SCOPE_LINK) return refused(EINVAL, 'Nexthop has invalid scope');
    const netDevice = deviceOf(ifIndex);
    if (netDevice === undefined) return refused(ENODEV, 'Nexthop device required for onlink');
    if (!isUp(netDevice)) return refused(ENETDOWN, 'Nexthop device is not up');
    if (router.fib.typeOf(gateway) !== RTN_UNICAST) return refused(EINVAL, 'Nexthop has invalid gateway');
    const value = { netDevice, gateway, weight, flags: linkFlags(netDevice) | RTNH_F_ONLINK, scope: RT_SCOPE_LINK };
    return { ok: true, value };
  }
  const found = findGateway(router, gateway, { scope, table, ifIndex });
  const isWay = found.kind === 'route' && (found.route.type === RTN_UNICAST || found.route.type === RTN_LOCAL);
  if (!isWay) {
    return refused(found.kind === 'no-route' ? ENETUNREACH : EINVAL, 'Nexthop has invalid gateway');
  }
  const { netDevice } = found.nexthop;
  if (!isUp(netDevice)) return refused(ENETDOWN);
  const value = { netDevice, gateway, weight, flags: linkFlags(netDevice), scope: found.route.scope };
  return { ok: true, value };
}

/** In the table of the route itself, or else as any packet would be looked up. */
function findGateway(
  { fib, parts }: Router,
  destination: Uint8Array,
  { scope, table, ifIndex }: { readonly scope: number; readonly table: number; readonly ifIndex: number },
): FibResult {
  const key = {
    destination,
    scope: parts.findsGatewayAnywhere ? 0 : Math.max(scope + 1, RT_SCOPE_LINK),
    outIfIndex: ifIndex,
  };
  const own = table === 0 || table === RT_TABLE_MAIN ? undefined : fib.lookupIn(table, key);
  return own?.kind === 'route' ? own : fib.lookup(key);
}
