/** A route of IPv6 as somebody asks for it, and whether there can be such a route: ip6_route_info_create() and fib6_nh_init(). */
import {
  RTNH_F_LINKDOWN,
  RTNH_F_ONLINK,
  RTN_BLACKHOLE,
  RTN_LOCAL,
  RTN_ANYCAST,
  RTN_MAX,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
  RT_TABLE_MAIN,
} from '../../netlink/families/routing.js';
import { EACCES, EHOSTUNREACH, EINVAL, ENETDOWN, ENODEV, refused } from '../errno.js';
import { isUp, type NetDevice } from '../netDevice.js';
import { prefixOf, type Nexthop } from '../routing/route.js';
import type { Made, NexthopRequest, RouteRequest } from '../routing/routeRequest.js';
import type { Route6 } from './fib6.js';
import { isLinkLocal, isMulticast, isUnspecified } from './ipv6Addresses.js';
import type { Router6 } from './router6.js';

const WITHOUT_WAY: readonly number[] = [RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW];

export interface Route6Surroundings {
  readonly router: Router6;
  readonly deviceOf: (ifIndex: number) => NetDevice | undefined;
}

/** A route with one way, or with none. */
export function makeRoute6(around: Route6Surroundings, request: RouteRequest, way: NexthopRequest): Made<Route6> {
  const { type, prefixLength, preferredSource } = request;
  if (type > RTN_MAX) return refused(EINVAL, 'Invalid route type');
  if (prefixLength > 128) return refused(EINVAL, 'Invalid prefix length');
  if (WITHOUT_WAY.includes(type)) return { ok: true, value: routeOf(around.router, request, []) };
  const checked = checkWay(around, request, way);
  if (!checked.ok) return checked;
  const { netDevice } = checked.value;
  if (preferredSource !== undefined && !around.router.addresses.owns(preferredSource, netDevice))
    return refused(EINVAL, 'Invalid source address');
  return { ok: true, value: routeOf(around.router, request, [checked.value]) };
}

function routeOf({ parts }: Router6, request: RouteRequest, nexthops: Nexthop[]): Route6 {
  const { table, prefixLength, priority, type, protocol, preferredSource, destination } = request;
  return {
    table,
    destination: parts.cutsHostBits ? prefixOf(destination, prefixLength) : destination,
    prefixLength,
    tos: 0,
    priority,
    type: type === 0 ? RTN_UNICAST : type,
    scope: 0,
    protocol,
    preferredSource,
    nexthops,
    offload: 'none',
  };
}

function checkWay(around: Route6Surroundings, request: RouteRequest, way: NexthopRequest): Made<Nexthop> {
  const { router, deviceOf } = around;
  const { ifIndex, gateway, flags } = way;
  const weight = router.parts.weight(way.weight);
  const named = ifIndex === 0 ? undefined : deviceOf(ifIndex);
  if (ifIndex !== 0 && named === undefined) return refused(ENODEV);
  const isOnLink = (flags & RTNH_F_ONLINK) !== 0;
  if (isOnLink && named === undefined) return refused(ENODEV, 'Nexthop device required for onlink');
  if (isOnLink && named !== undefined && !isUp(named)) return refused(ENETDOWN, 'Nexthop device is not up');
  const found: Made<NetDevice | undefined> =
    gateway === undefined ? { ok: true, value: named } : findGateway(around, request, gateway, named, isOnLink);
  if (!found.ok) return found;
  const netDevice = found.value;
  if (netDevice === undefined) return refused(ENODEV);
  if (router.settings.get(netDevice, 'disable_ipv6') !== 0 && router.parts.refusesDisabledDevice)
    return refused(EACCES, 'IPv6 is disabled on nexthop device');
  const isOwn = request.type === RTN_LOCAL || request.type === RTN_ANYCAST;
  if (!isUp(netDevice) && !isOwn && router.parts.refusesDownDevice)
    return refused(ENETDOWN, 'Nexthop device is not up');
  const linkDown = !isOwn && !netDevice.carrier ? RTNH_F_LINKDOWN : 0;
  return {
    ok: true,
    value: { netDevice, gateway, weight, flags: linkDown | (isOnLink ? RTNH_F_ONLINK : 0), scope: 0 },
  };
}

/** ip6_validate_gw(): which net device the gateway is behind. */
function findGateway(
  around: Route6Surroundings,
  request: RouteRequest,
  gateway: Uint8Array,
  named: NetDevice | undefined,
  isOnLink: boolean,
): Made<NetDevice | undefined> {
  const { router } = around;
  const { parts } = router;
  const isOwn = (netDevice: NetDevice): boolean => router.addresses.owns(gateway, netDevice) && parts.refusesOwnGateway;
  if (named !== undefined && isOwn(named)) return refused(EINVAL, 'Gateway can not be a local address');
  let netDevice = named;
  if (!isLinkLocal(gateway)) {
    if (isMulticast(gateway) || isUnspecified(gateway)) return refused(EINVAL, 'Invalid gateway address');
    const found = isOnLink || !parts.checksGateway ? named : behind(router, request, gateway, named);
    if (found === undefined) return refused(EHOSTUNREACH);
    netDevice = found;
  }
  if (netDevice === undefined) {
    if (parts.needsDeviceOfLinkLocal) return refused(EINVAL, 'Egress device not specified');
    return { ok: true, value: [...router.netDevices()].find(isUp) };
  }
  if (named === undefined && isOwn(netDevice)) return refused(EINVAL, 'Gateway can not be a local address');
  return { ok: true, value: netDevice };
}

/** ip6_route_check_nh(): a station on a link, not behind another gateway. */
function behind(
  { fib }: Router6,
  { table }: RouteRequest,
  gateway: Uint8Array,
  named: NetDevice | undefined,
): NetDevice | undefined {
  const key = { destination: gateway, outIfIndex: named?.ifIndex ?? 0 };
  const own = fib.lookupIn(table === 0 ? RT_TABLE_MAIN : table, key);
  const isOnLink = own?.kind === 'route' && own.nexthop.gateway === undefined;
  const found = isOnLink ? own : fib.lookup(key);
  if (found.kind !== 'route' || found.nexthop.gateway !== undefined) return undefined;
  return named === undefined || found.nexthop.netDevice === named ? found.nexthop.netDevice : undefined;
}
