/** Routes as `ip route` words them, as bodies of RTM_NEWROUTE and out of them. */
import { decodeBody, encodeBody } from './client.js';
import { IPV6, type AddressFamily } from './addressFamily.js';
import {
  ROUTE_ATTRIBUTES,
  RTN_LOCAL,
  RTN_UNICAST,
  RTPROT_STATIC,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_SCOPE_UNIVERSE,
  decodeNexthops,
  encodeNexthops,
} from './families/routing.js';
import { RTMSG } from './families/rtnetlink.js';
import { bytesIn, encodeAttributes, numberIn, type Values } from './schema.js';
import type { Message } from './wire.js';

export interface NexthopSpec {
  readonly ifIndex?: number;
  readonly gateway?: string;
  /** 1 to 256. */
  readonly weight?: number;
}

/** A route as `ip route` words it. */
export interface RouteSpec extends NexthopSpec {
  /** `198.51.100.0/24`. */
  readonly to: string;
  readonly type?: number;
  readonly scope?: number;
  readonly metric?: number;
  readonly table?: number;
  readonly protocol?: number;
  readonly source?: string;
  readonly tos?: number;
  readonly nexthops?: readonly NexthopSpec[];
}

export interface ShownNexthop {
  readonly ifIndex: number;
  readonly gateway: string | undefined;
  readonly weight: number;
  readonly flags: number;
}

export interface ShownRoute {
  readonly to: string;
  readonly type: number;
  readonly scope: number;
  readonly protocol: number;
  readonly table: number;
  readonly metric: number;
  readonly flags: number;
  readonly source: string | undefined;
  readonly nexthops: readonly ShownNexthop[];
}

/** iproute2's iproute_modify(): the scope follows from type and gateway; `any`: what is not said is not compared. */
export function routeBody(family: AddressFamily, route: RouteSpec, what: 'new' | 'any'): Uint8Array {
  const { number, length: bytesOfAddress, parse } = family;
  const [prefix = '', length = String(8 * bytesOfAddress)] = route.to.split('/');
  const { type, metric, table, source, nexthops } = route;
  const isNew = what === 'new';
  const header = {
    rtm_family: number,
    rtm_dst_len: Number(length),
    rtm_tos: route.tos ?? 0,
    rtm_table: table !== undefined && table < 256 ? table : 0,
    rtm_protocol: route.protocol ?? (isNew ? RTPROT_STATIC : 0),
    rtm_scope: route.scope ?? (isNew ? scopeOf(family, route) : RT_SCOPE_NOWHERE),
    rtm_type: type ?? (isNew ? RTN_UNICAST : 0),
  };
  const values: Values = {
    ...(Number(length) === 0 ? {} : { RTA_DST: parse(prefix) }),
    ...(table === undefined || table < 256 ? {} : { RTA_TABLE: table }),
    ...(metric === undefined ? {} : { RTA_PRIORITY: metric }),
    ...(source === undefined ? {} : { RTA_PREFSRC: parse(source) }),
    ...wayValues(family, route),
    ...(nexthops === undefined
      ? {}
      : { RTA_MULTIPATH: encodeNexthops(nexthops.map((nexthop) => memberOf(family, nexthop))) }),
  };
  return encodeBody(RTMSG, header, encodeAttributes(ROUTE_ATTRIBUTES, values));
}

/** Those of IPv6 have none. */
function scopeOf(family: AddressFamily, { type = RTN_UNICAST, gateway, nexthops, ifIndex }: RouteSpec): number {
  if (family === IPV6) return RT_SCOPE_UNIVERSE;
  if (type === RTN_LOCAL) return RT_SCOPE_HOST;
  const isOnLink = gateway === undefined && nexthops === undefined && ifIndex !== undefined;
  return isOnLink ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}

function wayValues(family: AddressFamily, { ifIndex, gateway }: NexthopSpec): Values {
  return {
    ...(gateway === undefined ? {} : { RTA_GATEWAY: family.parse(gateway) }),
    ...(ifIndex === undefined ? {} : { RTA_OIF: ifIndex }),
  };
}

function memberOf(
  family: AddressFamily,
  { ifIndex = 0, gateway, weight = 1 }: NexthopSpec,
): Parameters<typeof encodeNexthops>[0][number] {
  return {
    flags: 0,
    hops: weight - 1,
    ifIndex,
    values: gateway === undefined ? {} : { RTA_GATEWAY: family.parse(gateway) },
  };
}

export function shownRoute(family: AddressFamily, message: Message): ShownRoute {
  const { length, format } = family;
  const { header, values } = decodeBody(RTMSG, ROUTE_ATTRIBUTES, message);
  const destination = bytesIn(values, 'RTA_DST') ?? new Uint8Array(length);
  const multipath = bytesIn(values, 'RTA_MULTIPATH');
  const ifIndex = numberIn(values, 'RTA_OIF');
  const flags = numberIn(header, 'rtm_flags') ?? 0;
  const single = ifIndex === undefined ? [] : [shownNexthop(family, ifIndex, values, 1, flags & 0xff)];
  return {
    to: `${format(destination)}/${numberIn(header, 'rtm_dst_len') ?? 0}`,
    type: numberIn(header, 'rtm_type') ?? 0,
    scope: numberIn(header, 'rtm_scope') ?? 0,
    protocol: numberIn(header, 'rtm_protocol') ?? 0,
    table: numberIn(values, 'RTA_TABLE') ?? numberIn(header, 'rtm_table') ?? 0,
    metric: numberIn(values, 'RTA_PRIORITY') ?? 0,
    flags,
    source: textOf(family, bytesIn(values, 'RTA_PREFSRC')),
    nexthops:
      multipath === undefined
        ? single
        : (decodeNexthops(multipath) ?? []).map((nexthop) =>
            shownNexthop(family, nexthop.ifIndex, nexthop.values, nexthop.hops + 1, nexthop.flags),
          ),
  };
}

function shownNexthop(
  family: AddressFamily,
  ifIndex: number,
  values: Values,
  weight: number,
  flags: number,
): ShownNexthop {
  return { ifIndex, gateway: textOf(family, bytesIn(values, 'RTA_GATEWAY')), weight, flags };
}

function textOf(family: AddressFamily, bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : family.format(bytes);
}
