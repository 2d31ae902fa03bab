/** RTM_NEWROUTE, RTM_DELROUTE and RTM_GETROUTE of IPv6 (net/ipv6/route.c, inet6_dump_fib() of ip6_fib.c). */
import type { IfIndex } from '../../../harness/contract/index.js';
import {
  AF_INET6,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  NLM_F_APPEND,
  RTM_DELROUTE,
  RTM_GETROUTE,
  RTM_NEWROUTE,
} from '../../netlink/constants.js';
import {
  ROUTE_POLICY,
  RTM_F_FIB_MATCH,
  RTN_MAX,
  RT_TABLE_MAIN,
  decodeNexthops,
} from '../../netlink/families/routing.js';
import { RTMSG } from '../../netlink/families/rtnetlink.js';
import { bytesIn, numberIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { equalBytes } from '../../packet/bytes.js';
import { EACCES, EHOSTUNREACH, EINVAL, ENETUNREACH, ENOENT, ESRCH } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { fromOutcome, refusal } from '../refusals.js';
import type { Unroutable } from '../routing/fib.js';
import { prefixOf, type Nexthop } from '../routing/route.js';
import type { NexthopRequest, RouteRequest } from '../routing/routeRequest.js';
import { canHaveSiblings, type Route6 } from '../routing6/fib6.js';
import { isUnspecified } from '../routing6/ipv6Addresses.js';
import type { Routing6Parts } from '../routing6/routing6Parts.js';
import { makeRoute6 } from '../routing6/route6Request.js';
import { route6Message } from './route6Message.js';

const IPV6_BYTES = 16;

export function route6Operations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  const route = { header: RTMSG, policy: ROUTE_POLICY, validation: 'liberal' as const, family: AF_INET6 };
  return [
    { ...route, number: RTM_NEWROUTE, privileged: true, doit: (request) => newRoute(kernel, request) },
    { ...route, number: RTM_DELROUTE, privileged: true, doit: (request) => deleteRoute(kernel, request) },
    {
      ...route,
      number: RTM_GETROUTE,
      validation: 'deprecated-strict',
      doit: (request) => getRoute(kernel, request),
      dumpit: (request) => dumpRoutes6(kernel, request),
    },
  ];
}

/** rtm_to_fib6_config(). */
function readRequest({ header, values }: NetlinkRequest, { refusesTos }: Routing6Parts): RouteRequest | Refusal {
  const type = numberIn(header, 'rtm_type') ?? 0;
  if ((numberIn(header, 'rtm_tos') ?? 0) !== 0 && refusesTos)
    return refusal(EINVAL, 'Invalid dsfield (tos): option not available for IPv6');
  if (type > RTN_MAX) return refusal(EINVAL, 'Invalid route type');
  if (bytesIn(values, 'RTA_VIA') !== undefined) return refusal(EINVAL, 'IPv6 does not support RTA_VIA attribute');
  const prefixLength = numberIn(header, 'rtm_dst_len') ?? 0;
  if (prefixLength > 8 * IPV6_BYTES) return refusal(EINVAL, 'Invalid prefix length');
  const destination = new Uint8Array(IPV6_BYTES);
  const bytes = (prefixLength + 7) >> 3;
  const given = bytesIn(values, 'RTA_DST');
  if (given !== undefined && given.length < bytes) return refusal(EINVAL);
  destination.set((given ?? new Uint8Array(0)).subarray(0, bytes));
  const flags = numberIn(header, 'rtm_flags') ?? 0;
  const multipath = bytesIn(values, 'RTA_MULTIPATH');
  const single = {
    ifIndex: numberIn(values, 'RTA_OIF') ?? 0,
    gateway: bytesIn(values, 'RTA_GATEWAY')?.slice(0, IPV6_BYTES),
    weight: 1,
    flags,
  };
  const nexthops = multipath === undefined ? [single] : waysIn(multipath, single);
  if ('errno' in nexthops) return nexthops;
  const source = bytesIn(values, 'RTA_PREFSRC');
  return {
    table: numberIn(values, 'RTA_TABLE') ?? (numberIn(header, 'rtm_table') || RT_TABLE_MAIN),
    destination,
    prefixLength,
    tos: 0,
    priority: numberIn(values, 'RTA_PRIORITY') ?? 0,
    type,
    scope: 0,
    protocol: numberIn(header, 'rtm_protocol') ?? 0,
    preferredSource: source === undefined || isUnspecified(source) ? undefined : source.slice(0, IPV6_BYTES),
    nexthops,
    isMultipath: multipath !== undefined,
  };
}

/** What the request says of all ways, each way may say otherwise. */
function waysIn(bytes: Uint8Array, common: NexthopRequest): NexthopRequest[] | Refusal {
  const decoded = decodeNexthops(bytes);
  if (decoded === null || decoded.length === 0)
    return refusal(EINVAL, 'Invalid nexthop configuration - no valid nexthops');
  return decoded.map(({ ifIndex, hops, flags, values }) => ({
    ifIndex: ifIndex || common.ifIndex,
    gateway: bytesIn(values, 'RTA_GATEWAY')?.slice(0, IPV6_BYTES) ?? common.gateway,
    weight: hops + 1,
    flags: common.flags | flags,
  }));
}

async function newRoute(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const { routing6: router } = kernel;
  const asked = readRequest(request, router.parts);
  if ('errno' in asked) return asked;
  const wanted = { ...asked, priority: router.parts.metric(asked.priority) };
  const deviceOf = (ifIndex: number): ReturnType<typeof kernel.netDevices.get> =>
    kernel.netDevices.get(ifIndex as IfIndex);
  const routes: Route6[] = [];
  for (const way of wanted.nexthops) {
    const made = makeRoute6({ router, deviceOf }, wanted, way);
    if (!made.ok) return refusal(made.errno, made.message);
    if (asked.isMultipath && !canHaveSiblings(made.value) && router.parts.refusesDeviceWays)
      return refusal(EINVAL, 'Device only routes can not be added for IPv6 using the multipath API.');
    routes.push(made.value);
  }
  const result = asked.isMultipath
    ? insertAll(kernel, routes, request.message.flags)
    : fromOutcome(
        routes[0] === undefined ? { ok: true, value: undefined } : router.fib.insert(routes[0], request.message.flags),
      );
  await kernel.settle();
  return result ?? { ok: true };
}

/** ip6_route_multipath_add(): one after the other; if one cannot be added, those before it go again. */
function insertAll({ routing6 }: ReferenceKernel, routes: readonly Route6[], flags: number): Refusal | undefined {
  const { fib, parts } = routing6;
  for (const [index, route] of routes.entries()) {
    const rest = index === 0 ? flags : (flags & ~(NLM_F_EXCL | NLM_F_REPLACE)) | NLM_F_CREATE;
    const refused = fromOutcome(fib.insert(route, rest, true));
    if (refused === undefined) continue;
    if (parts.undoesHalfWays)
      for (const added of routes.slice(0, index)) removeWays(routing6, added, added.nexthops[0]?.gateway);
    return refused;
  }
  const [first] = routes;
  const told = (flags & NLM_F_REPLACE) !== 0 ? NLM_F_REPLACE : NLM_F_CREATE;
  if (first !== undefined) fib.announce(first, told | (flags & NLM_F_APPEND));
  return undefined;
}

/** ip6_route_del(): a request with a gateway means one way, one without means all of them. Answers whether there was one. */
function removeWays(
  { fib, parts }: ReferenceKernel['routing6'],
  asked: Pick<Route6, 'table' | 'destination' | 'prefixLength' | 'priority' | 'protocol'>,
  gateway: Uint8Array | undefined,
  ifIndex = 0,
): boolean {
  const destination = prefixOf(asked.destination, asked.prefixLength);
  for (const route of fib.table(asked.table)?.at(destination, asked.prefixLength) ?? []) {
    if (asked.priority !== 0 && route.priority !== asked.priority) continue;
    if (asked.protocol !== 0 && route.protocol !== asked.protocol) continue;
    const isMeant = (way: Nexthop): boolean =>
      (ifIndex === 0 || way.netDevice.ifIndex === ifIndex) &&
      (gateway === undefined ||
        !parts.comparesGateway ||
        (way.gateway !== undefined && equalBytes(way.gateway, gateway)));
    const way = route.nexthops.find(isMeant);
    const hasNoWay = route.nexthops.length === 0 && gateway === undefined && ifIndex === 0;
    if (way === undefined && !hasNoWay) continue;
    if (gateway !== undefined && way !== undefined && parts.deletesOneWay) fib.removeWay(route, way);
    else fib.remove(route, true);
    return true;
  }
  return false;
}

async function deleteRoute(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const { routing6 } = kernel;
  const asked = readRequest(request, routing6.parts);
  if ('errno' in asked) return asked;
  const { refusesMissing } = routing6.parts;
  if (routing6.fib.table(asked.table) === undefined)
    return refusesMissing ? refusal(ESRCH, 'FIB table does not exist') : { ok: true };
  let isMissing = false;
  for (const { gateway, ifIndex } of asked.nexthops)
    if (!removeWays(routing6, asked, gateway, ifIndex)) isMissing = true;
  await kernel.settle();
  return isMissing && refusesMissing ? refusal(ESRCH) : { ok: true };
}

const NO_WAY: Readonly<Record<Unroutable, number>> = {
  'no-route': ENETUNREACH,
  unreachable: EHOSTUNREACH,
  prohibit: EACCES,
  blackhole: EINVAL,
};

/** inet6_rtm_getroute(): where a packet of the host's own would go. */
function getRoute({ routing6, routing }: ReferenceKernel, { header, values }: NetlinkRequest): HandlerResult {
  const destination = bytesIn(values, 'RTA_DST') ?? new Uint8Array(IPV6_BYTES);
  const flags = numberIn(header, 'rtm_flags') ?? 0;
  const outIfIndex = numberIn(values, 'RTA_OIF') ?? 0;
  const out = routing.deviceOf(outIfIndex);
  const isVrf = out?.lower.kind === 'vrf';
  const vrfTable = out?.lower.kind === 'vrf' ? out.lower.table : out === undefined ? undefined : routing6.vrfTable(out);
  const found = routing6.fib.lookup({ destination, vrfTable, outIfIndex: isVrf ? 0 : outIfIndex });
  if (found.kind !== 'route') return refusal(routing6.parts.lookupErrno(NO_WAY[found.kind]));
  const { route, nexthop } = found;
  if ((flags & RTM_F_FIB_MATCH) !== 0) return { ok: true, replies: [route6Message(route)] };
  const source = route.preferredSource ?? routing6.addresses.sourceFor(nexthop.netDevice, destination);
  return { ok: true, replies: [route6Message(route, RTM_NEWROUTE, 0, { nexthop, destination, source })] };
}

/** inet6_dump_fib(). */
export function dumpRoutes6({ routing6 }: ReferenceKernel, { header, values }: NetlinkRequest): HandlerResult {
  const wanted = numberIn(values, 'RTA_TABLE') ?? numberIn(header, 'rtm_table') ?? 0;
  const isOfIpv6 = numberIn(header, 'rtm_family') === AF_INET6;
  if (wanted !== 0 && routing6.fib.table(wanted) === undefined)
    return isOfIpv6 ? refusal(ENOENT, 'ipv6: FIB table does not exist') : { ok: true, replies: [] };
  const protocol = numberIn(header, 'rtm_protocol') ?? 0;
  const type = numberIn(header, 'rtm_type') ?? 0;
  const out = numberIn(values, 'RTA_OIF') ?? 0;
  const routes = routing6.fib
    .tables()
    .filter(({ id }) => wanted === 0 || id === wanted)
    .flatMap((table) => table.routes())
    .filter(
      (route) =>
        (protocol === 0 || route.protocol === protocol) &&
        (type === 0 || route.type === type) &&
        (out === 0 || route.nexthops.some(({ netDevice }) => netDevice.ifIndex === out)),
    );
  return { ok: true, replies: routes.map((route) => route6Message(route)) };
}
