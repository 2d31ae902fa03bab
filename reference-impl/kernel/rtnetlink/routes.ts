/** RTM_NEWROUTE, RTM_DELROUTE and RTM_GETROUTE of IPv4 (net/ipv4/fib_frontend.c, inet_rtm_getroute() of route.c). */
import type { IfIndex } from '../../../harness/contract/index.js';
import { AF_INET, AF_UNSPEC, RTM_DELROUTE, RTM_GETROUTE, RTM_NEWROUTE } from '../../netlink/constants.js';
import {
  ROUTE_POLICY,
  RTM_F_FIB_MATCH,
  RTN_MAX,
  RT_SCOPE_NOWHERE,
  RT_TABLE_MAIN,
  decodeNexthops,
} from '../../netlink/families/routing.js';
import { ROUTE_DUMP_RULES, ROUTE_GET_RULES } from '../../netlink/families/queryRules.js';
import { RTMSG } from '../../netlink/families/rtnetlink.js';
import { bytesIn, numberIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { equalBytes } from '../../packet/bytes.js';
import { EHOSTUNREACH, EINVAL, EACCES, ENETUNREACH, ENODEV, ENOENT, ESRCH } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { fromOutcome, refusal } from '../refusals.js';
import type { Unroutable } from '../routing/fib.js';
import type { Route } from '../routing/route.js';
import { checkPrefix, makeRoute, type NexthopRequest, type RouteRequest } from '../routing/routeRequest.js';
import { dumpRoutes6 } from './routes6.js';
import { lookedUpMessage, routeMessage } from './routeMessage.js';

const IPV4_BYTES = 4;

export function routeOperations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  const route = { header: RTMSG, policy: ROUTE_POLICY, validation: 'liberal' as const, family: AF_INET };
  return [
    { ...route, number: RTM_NEWROUTE, privileged: true, doit: (request) => newRoute(kernel, request) },
    { ...route, number: RTM_DELROUTE, privileged: true, doit: (request) => deleteRoute(kernel, request) },
    {
      ...route,
      number: RTM_GETROUTE,
      validation: 'deprecated-strict',
      getRules: ROUTE_GET_RULES,
      dumpRules: ROUTE_DUMP_RULES,
      doit: (request) => getRoute(kernel, request),
      dumpit: (request) => dumpRoutes(kernel, request),
    },
    {
      ...route,
      family: AF_UNSPEC,
      number: RTM_GETROUTE,
      validation: 'deprecated-strict',
      dumpRules: ROUTE_DUMP_RULES,
      dumpit: (request) => dumpEvery(kernel, request),
    },
  ];
}

/** rtm_to_fib_config(). */
function readRequest({ header, values }: NetlinkRequest): RouteRequest | Refusal {
  const type = numberIn(header, 'rtm_type') ?? 0;
  if (type > RTN_MAX) return refusal(EINVAL, 'Invalid route type');
  const tos = numberIn(header, 'rtm_tos') ?? 0;
  if ((tos & 3) !== 0) return refusal(EINVAL, 'Invalid dsfield (dscp): ECN bits must be 0');
  const flags = numberIn(header, 'rtm_flags') ?? 0;
  const gateway = bytesIn(values, 'RTA_GATEWAY');
  if (gateway !== undefined && bytesIn(values, 'RTA_VIA') !== undefined)
    return refusal(EINVAL, 'Nexthop configuration can not contain both GATEWAY and VIA');
  const multipath = bytesIn(values, 'RTA_MULTIPATH');
  const single = { ifIndex: numberIn(values, 'RTA_OIF') ?? 0, gateway: nonZero(gateway), weight: 1, flags };
  const nexthops = multipath === undefined ? [single] : nexthopsIn(multipath);
  if ('errno' in nexthops) return nexthops;
  return {
    table: numberIn(values, 'RTA_TABLE') ?? (numberIn(header, 'rtm_table') || RT_TABLE_MAIN),
    destination: (bytesIn(values, 'RTA_DST') ?? new Uint8Array(IPV4_BYTES)).slice(0, IPV4_BYTES),
    prefixLength: numberIn(header, 'rtm_dst_len') ?? 0,
    tos,
    priority: numberIn(values, 'RTA_PRIORITY') ?? 0,
    type,
    scope: numberIn(header, 'rtm_scope') ?? 0,
    protocol: numberIn(header, 'rtm_protocol') ?? 0,
    preferredSource: nonZero(bytesIn(values, 'RTA_PREFSRC')),
    nexthops,
    isMultipath: multipath !== undefined,
  };
}

const nonZero = (address: Uint8Array | undefined): Uint8Array | undefined =>
  address === undefined || address.every((byte) => byte === 0) ? undefined : address.slice(0, IPV4_BYTES);

/** fib_count_nexthops() and fib_get_nhs(). */
function nexthopsIn(bytes: Uint8Array): NexthopRequest[] | Refusal {
  const decoded = decodeNexthops(bytes);
  if (decoded === null || decoded.length === 0)
    return refusal(EINVAL, 'Invalid nexthop configuration - extra data after nexthop');
  return decoded.map(({ ifIndex, hops, flags, values }) => ({
    ifIndex,
    gateway: nonZero(bytesIn(values, 'RTA_GATEWAY')),
    weight: hops + 1,
    flags,
  }));
}

async function newRoute(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const { routing } = kernel;
  const asked = readRequest(request);
  if ('errno' in asked) return asked;
  const checked = checkPrefix(routing, asked);
  if (!checked.ok) return refusal(checked.errno, checked.message);
  const around = { router: routing, deviceOf: (ifIndex: number) => kernel.netDevices.get(ifIndex as IfIndex) };
  const made = makeRoute(around, asked);
  if (!made.ok) return refusal(made.errno, made.message);
  const refused = fromOutcome(routing.fib.insert(made.value, request.message.flags));
  await kernel.settle();
  return refused ?? { ok: true };
}

/** inet_rtm_delroute() and fib_table_delete(): the first route that is all that the request says. */
async function deleteRoute(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const { fib, parts } = kernel.routing;
  const asked = readRequest(request);
  if ('errno' in asked) return asked;
  const checked = checkPrefix(kernel.routing, asked);
  if (!checked.ok) return refusal(checked.errno, checked.message);
  const table = fib.table(asked.table);
  if (table === undefined) return parts.refusesMissing ? refusal(ESRCH, 'FIB table does not exist') : { ok: true };
  const route = table.at(asked.destination, asked.prefixLength).find((each) => isMeant(each, asked, parts));
  if (route === undefined) return parts.refusesMissing ? refusal(ESRCH) : { ok: true };
  fib.remove(route, true);
  await kernel.settle();
  return { ok: true };
}

function isMeant(
  route: Route,
  asked: RouteRequest,
  { comparesGateway }: { readonly comparesGateway: boolean },
): boolean {
  const { preferredSource } = asked;
  return (
    route.tos === asked.tos &&
    (asked.type === 0 || route.type === asked.type) &&
    (asked.scope === RT_SCOPE_NOWHERE || route.scope === asked.scope) &&
    (asked.protocol === 0 || route.protocol === asked.protocol) &&
    (asked.priority === 0 || route.priority === asked.priority) &&
    (preferredSource === undefined ||
      (route.preferredSource !== undefined && equalBytes(route.preferredSource, preferredSource))) &&
    (!comparesGateway || hasWay(route, asked))
  );
}

/** fib_nh_match(): of one way, what the request says of it; of several, all of them. */
function hasWay({ nexthops }: Route, asked: RouteRequest): boolean {
  if (asked.isMultipath && asked.nexthops.length !== nexthops.length) return false;
  return asked.nexthops.every(({ ifIndex, gateway }, index) => {
    const nexthop = nexthops[index];
    if (ifIndex !== 0 && nexthop?.netDevice.ifIndex !== ifIndex) return false;
    return gateway === undefined || (nexthop?.gateway !== undefined && equalBytes(nexthop.gateway, gateway));
  });
}

const NO_WAY: Readonly<Record<Unroutable, number>> = {
  'no-route': ENETUNREACH,
  unreachable: EHOSTUNREACH,
  prohibit: EACCES,
  blackhole: EINVAL,
};

/** inet_rtm_getroute(): where a packet of the host's own would go. */
function getRoute({ routing }: ReferenceKernel, { header, values }: NetlinkRequest): HandlerResult {
  const destination = bytesIn(values, 'RTA_DST') ?? new Uint8Array(IPV4_BYTES);
  const flags = numberIn(header, 'rtm_flags') ?? 0;
  const outIfIndex = numberIn(values, 'RTA_OIF') ?? 0;
  const out = routing.deviceOf(outIfIndex);
  const vrfTable = out?.lower.kind === 'vrf' ? out.lower.table : out === undefined ? undefined : routing.vrfTable(out);
  const found = routing.fib.lookup({
    destination,
    vrfTable,
    outIfIndex: out?.lower.kind === 'vrf' ? 0 : outIfIndex,
    tos: numberIn(header, 'rtm_tos') ?? 0,
  });
  if (found.kind !== 'route') return refusal(routing.parts.lookupErrno(NO_WAY[found.kind]));
  const { route, nexthop } = found;
  if ((flags & RTM_F_FIB_MATCH) !== 0) return { ok: true, replies: [routeMessage(routing.parts, route)] };
  const source = route.preferredSource ?? routing.addressAt(nexthop.netDevice);
  return { ok: true, replies: [lookedUpMessage(route, nexthop, destination, source)] };
}

/** rtnl_dump_all(). */
async function dumpEvery(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const [ipv4, ipv6] = [dumpRoutes(kernel, request), dumpRoutes6(kernel, request)];
  if (!ipv4.ok || !ipv6.ok) return ipv4.ok ? ipv6 : ipv4;
  const replies: NetlinkBody[] = [];
  for (const { replies: own = [] } of [ipv4, ipv6]) for await (const reply of own) replies.push(reply);
  return { ...ipv4, replies };
}

/** inet_dump_fib(). */
function dumpRoutes({ routing, parts }: ReferenceKernel, { header, values }: NetlinkRequest): HandlerResult {
  const { dumps } = parts.control;
  const table = numberIn(values, 'RTA_TABLE') ?? numberIn(header, 'rtm_table') ?? 0;
  const wanted = dumps.filtersTable ? table : 0;
  const wantedProtocol = numberIn(header, 'rtm_protocol') ?? 0;
  const protocol = dumps.filtersProtocol ? wantedProtocol : 0;
  const type = numberIn(header, 'rtm_type') ?? 0;
  const out = numberIn(values, 'RTA_OIF') ?? 0;
  if (out !== 0 && routing.deviceOf(out) === undefined) return refusal(ENODEV);
  const isOwn = numberIn(header, 'rtm_family') === AF_INET;
  if (wanted !== 0 && routing.fib.table(wanted) === undefined && isOwn)
    return refusal(ENOENT, 'ipv4: FIB table does not exist');
  const isFiltered = [table, wantedProtocol, type, out, numberIn(header, 'rtm_flags') ?? 0].some(
    (value) => value !== 0,
  );
  const routes = routing.fib
    .tables()
    .filter(({ id }) => wanted === 0 || id === wanted)
    .flatMap((table) => table.routes())
    .filter(
      (route) =>
        (protocol === 0 || route.protocol === protocol) &&
        (type === 0 || route.type === type) &&
        (out === 0 || route.nexthops.some(({ netDevice }) => netDevice.ifIndex === out)),
    );
  return {
    ok: true,
    replies: routes.map((route) => routeMessage(routing.parts, route)),
    ...(isFiltered ? { filtered: 'all' } : {}),
  };
}
