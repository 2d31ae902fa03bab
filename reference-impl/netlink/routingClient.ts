/** Layer 3 over rtnetlink as the steps use it: `ip address`, `ip route`, `ip neigh` and `ip link add … type vrf`. */
import { formatIpv4, formatIpv6, formatMac, parseIpv4, parseIpv6, parseMac } from '../packet/addresses.js';
import {
  NetlinkClient,
  NetlinkProtocolError,
  decodeBody,
  encodeBody,
  type NetlinkResult,
  type OpenSocket,
} from './client.js';
import {
  AF_INET,
  AF_INET6,
  NETLINK_ROUTE,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  NUD_PERMANENT,
  RTM_DELADDR,
  RTM_DELNEIGH,
  RTM_DELROUTE,
  RTM_GETADDR,
  RTM_GETNEIGH,
  RTM_GETROUTE,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTM_SETLINK,
  RTNLGRP_NEIGH,
} from './constants.js';
import {
  INET_CONF,
  INET_SPEC,
  LINKINFO_DATA_VRF,
  LINK_AF_SPEC,
  ROUTE_ATTRIBUTES,
  RTM_F_FIB_MATCH,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_IPV6_ROUTE,
  RTN_UNICAST,
  RTPROT_STATIC,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_SCOPE_UNIVERSE,
  RTN_LOCAL,
  decodeNexthops,
  encodeNexthops,
} from './families/routing.js';
import { ADDRESS, IFADDRMSG, IFINFOMSG, LINK, NDMSG, NEIGHBOUR, RTMSG } from './families/rtnetlink.js';
import { bytesIn, encodeAttributes, numberIn, type Values } from './schema.js';
import { viewOf, type Message } from './wire.js';

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

export interface ShownNeighbour {
  readonly address: string;
  readonly ifIndex: number;
  readonly state: number;
  readonly flags: number;
  readonly station: string | undefined;
}

export interface NeighbourSpec {
  readonly ifIndex: number;
  readonly address: string;
  readonly station?: string;
  readonly state?: number;
}

const changed = (result: NetlinkResult<readonly Message[]>): NetlinkResult<void> =>
  result.ok ? { ok: true, value: undefined } : result;

const NOTHING = new Uint8Array(0);

/** What is different about the addresses of a protocol. */
export interface AddressFamily {
  readonly number: number;
  /** Of an address, in bytes. */
  readonly length: number;
  readonly parse: (text: string) => Uint8Array;
  readonly format: (bytes: Uint8Array) => string;
  readonly routeGroup: number;
}

export const IPV4: AddressFamily = {
  number: AF_INET,
  length: 4,
  parse: parseIpv4,
  format: formatIpv4,
  routeGroup: RTNLGRP_IPV4_ROUTE,
};
export const IPV6: AddressFamily = {
  number: AF_INET6,
  length: 16,
  parse: parseIpv6,
  format: formatIpv6,
  routeGroup: RTNLGRP_IPV6_ROUTE,
};

export interface AddressOptions {
  /** IFA_F_*. */
  readonly flags?: number;
  /** Seconds. */
  readonly valid?: number;
  readonly preferred?: number;
}

export interface ShownAddress {
  /** `2001:db8::1/64`. */
  readonly address: string;
  readonly ifIndex: number;
  readonly flags: number;
  readonly scope: number;
}

export class RoutingClient {
  readonly client: NetlinkClient;
  readonly #family: AddressFamily;

  private constructor(client: NetlinkClient, family: AddressFamily) {
    this.client = client;
    this.#family = family;
  }

  static async open(openSocket: OpenSocket, family: AddressFamily = IPV4): Promise<RoutingClient> {
    return new RoutingClient(await NetlinkClient.open(NETLINK_ROUTE, openSocket), family);
  }

  /** `ip address add 192.0.2.1/24 dev …`, with the broadcast address that belongs to it. */
  addAddress(ifIndex: number, address: string, options: AddressOptions = {}): Promise<NetlinkResult<void>> {
    return this.#address(RTM_NEWADDR, ifIndex, address, NLM_F_CREATE | NLM_F_EXCL, options);
  }

  removeAddress(ifIndex: number, address: string): Promise<NetlinkResult<void>> {
    return this.#address(RTM_DELADDR, ifIndex, address, 0, {});
  }

  async #address(
    type: number,
    ifIndex: number,
    text: string,
    flags: number,
    options: AddressOptions,
  ): Promise<NetlinkResult<void>> {
    const { number, length: bytesOfAddress, parse } = this.#family;
    const [address = '', length = String(8 * bytesOfAddress)] = text.split('/');
    const header = { ifa_family: number, ifa_prefixlen: Number(length), ifa_index: ifIndex };
    const bytes = parse(address);
    const attributes = encodeAttributes(ADDRESS, {
      IFA_LOCAL: bytes,
      IFA_ADDRESS: bytes,
      ...(options.flags === undefined ? {} : { IFA_FLAGS: options.flags }),
      ...(options.valid === undefined && options.preferred === undefined ? {} : { IFA_CACHEINFO: lifetimeOf(options) }),
    });
    return changed(await this.client.request(type, encodeBody(IFADDRMSG, header, attributes), flags));
  }

  /** `ip address show`. */
  async addresses(): Promise<NetlinkResult<readonly ShownAddress[]>> {
    const { number, format } = this.#family;
    const result = await this.client.dump(RTM_GETADDR, encodeBody(IFADDRMSG, { ifa_family: number }, NOTHING));
    if (!result.ok) return result;
    const shown = result.value.map((message): ShownAddress => {
      const { header, values } = decodeBody(IFADDRMSG, ADDRESS, message);
      const bytes = bytesIn(values, 'IFA_LOCAL') ?? bytesIn(values, 'IFA_ADDRESS') ?? NOTHING;
      return {
        address: `${format(bytes)}/${numberIn(header, 'ifa_prefixlen') ?? 0}`,
        ifIndex: numberIn(header, 'ifa_index') ?? 0,
        flags: numberIn(values, 'IFA_FLAGS') ?? 0,
        scope: numberIn(header, 'ifa_scope') ?? 0,
      };
    });
    return { ok: true, value: shown };
  }

  /** `sysctl net.ipv4.conf.….forwarding`, or another IPV4_DEVCONF_ by its number, as RTM_SETLINK takes them. */
  async setIpv4(ifIndex: number, setting: number, value: number): Promise<NetlinkResult<void>> {
    const conf = encodeAttributes(INET_CONF, { [`IPV4_DEVCONF_${setting}`]: value });
    const inet = encodeAttributes(INET_SPEC, { IFLA_INET_CONF: conf });
    const spec = encodeAttributes(LINK_AF_SPEC, { AF_INET: inet });
    const body = encodeBody(IFINFOMSG, { ifi_index: ifIndex }, encodeAttributes(LINK, { IFLA_AF_SPEC: spec }));
    return changed(await this.client.request(RTM_SETLINK, body));
  }

  /** `ip route add`; `flags`: NLM_F_* beside what makes it a new one. */
  async addRoute(route: RouteSpec, flags: number = NLM_F_CREATE | NLM_F_EXCL): Promise<NetlinkResult<void>> {
    return changed(await this.client.request(RTM_NEWROUTE, this.#routeBody(route, 'new'), flags));
  }

  /** `ip route replace`. */
  replaceRoute(route: RouteSpec): Promise<NetlinkResult<void>> {
    return this.addRoute(route, NLM_F_CREATE | NLM_F_REPLACE);
  }

  /** `ip route del`: what is not said may be anything. */
  async removeRoute(route: RouteSpec): Promise<NetlinkResult<void>> {
    return changed(await this.client.request(RTM_DELROUTE, this.#routeBody(route, 'any')));
  }

  /** `ip route show table …`; 0: every table. */
  async routes(table = 0): Promise<NetlinkResult<readonly ShownRoute[]>> {
    const attributes = table === 0 ? NOTHING : encodeAttributes(ROUTE_ATTRIBUTES, { RTA_TABLE: table });
    const result = await this.client.dump(
      RTM_GETROUTE,
      encodeBody(RTMSG, { rtm_family: this.#family.number }, attributes),
    );
    return result.ok ? { ok: true, value: result.value.map((each) => this.#shownRoute(each)) } : result;
  }

  /** `ip route get fibmatch`: the route that the host itself would use. */
  async routeFor(address: string): Promise<NetlinkResult<ShownRoute>> {
    const { number, length, parse } = this.#family;
    const header = { rtm_family: number, rtm_dst_len: 8 * length, rtm_flags: RTM_F_FIB_MATCH };
    const attributes = encodeAttributes(ROUTE_ATTRIBUTES, { RTA_DST: parse(address) });
    const result = await this.client.request(RTM_GETROUTE, encodeBody(RTMSG, header, attributes));
    if (!result.ok) return result;
    const [reply] = result.value;
    if (reply === undefined) throw new NetlinkProtocolError('RTM_GETROUTE was acknowledged without a route');
    return { ok: true, value: this.#shownRoute(reply) };
  }

  /** `ip neigh add`. */
  async addNeighbour(
    neighbour: NeighbourSpec,
    flags: number = NLM_F_CREATE | NLM_F_EXCL,
  ): Promise<NetlinkResult<void>> {
    return changed(await this.client.request(RTM_NEWNEIGH, this.#neighbourBody(neighbour), flags));
  }

  async removeNeighbour(neighbour: NeighbourSpec): Promise<NetlinkResult<void>> {
    return changed(await this.client.request(RTM_DELNEIGH, this.#neighbourBody(neighbour)));
  }

  async neighbours(): Promise<NetlinkResult<readonly ShownNeighbour[]>> {
    const result = await this.client.dump(
      RTM_GETNEIGH,
      encodeBody(NDMSG, { ndm_family: this.#family.number }, NOTHING),
    );
    return result.ok ? { ok: true, value: result.value.map((each) => this.#shownNeighbour(each)) } : result;
  }

  /** `ip link add … type vrf table …`. */
  async addVrf(name: string, table: number | undefined): Promise<NetlinkResult<void>> {
    const data = encodeAttributes(LINKINFO_DATA_VRF, table === undefined ? {} : { IFLA_VRF_TABLE: table });
    const attributes = encodeAttributes(LINK, {
      IFLA_IFNAME: name,
      IFLA_LINKINFO: { IFLA_INFO_KIND: 'vrf', IFLA_INFO_DATA: data },
    });
    const body = encodeBody(IFINFOMSG, {}, attributes);
    return changed(await this.client.request(RTM_NEWLINK, body, NLM_F_CREATE | NLM_F_EXCL));
  }

  /** `ip link set … master …`; 0: out of it. */
  async setMaster(ifIndex: number, master: number): Promise<NetlinkResult<void>> {
    const body = encodeBody(IFINFOMSG, { ifi_index: ifIndex }, encodeAttributes(LINK, { IFLA_MASTER: master }));
    return changed(await this.client.request(RTM_SETLINK, body));
  }

  /** Starts listening to routes and neighbours. */
  async listen(): Promise<void> {
    await this.client.socket.join(this.#family.routeGroup);
    await this.client.socket.join(RTNLGRP_NEIGH);
  }

  /** What was told of routes, with the message type and the NLM_F_ flags. */
  async told(withinMs: number): Promise<{
    readonly routes: readonly (ShownRoute & { readonly news: number; readonly how: number })[];
    readonly neighbours: readonly (ShownNeighbour & { readonly news: number })[];
  }> {
    const { number } = this.#family;
    const messages = await this.client.announcements(withinMs);
    const routes = messages
      .filter(({ type, body }) => (type === RTM_NEWROUTE || type === RTM_DELROUTE) && body[0] === number)
      .map((message) => ({ ...this.#shownRoute(message), news: message.type, how: message.flags }));
    const neighbours = messages
      .filter(({ type, body }) => (type === RTM_NEWNEIGH || type === RTM_DELNEIGH) && body[0] === number)
      .map((message) => ({ ...this.#shownNeighbour(message), news: message.type }));
    return { routes, neighbours };
  }

  /** iproute2's iproute_modify(): the scope follows from type and gateway; `any`: what is not said is not compared. */
  #routeBody(route: RouteSpec, what: 'new' | 'any'): Uint8Array {
    const { number, length: bytesOfAddress, parse } = this.#family;
    const [prefix = '', length = String(8 * bytesOfAddress)] = route.to.split('/');
    const { type, metric, table, source, nexthops } = route;
    const isNew = what === 'new';
    const header = {
      rtm_family: number,
      rtm_dst_len: Number(length),
      rtm_tos: route.tos ?? 0,
      rtm_table: table !== undefined && table < 256 ? table : 0,
      rtm_protocol: route.protocol ?? (isNew ? RTPROT_STATIC : 0),
      rtm_scope: route.scope ?? (isNew ? this.#scopeOf(route) : RT_SCOPE_NOWHERE),
      rtm_type: type ?? (isNew ? RTN_UNICAST : 0),
    };
    const values: Values = {
      ...(Number(length) === 0 ? {} : { RTA_DST: parse(prefix) }),
      ...(table === undefined || table < 256 ? {} : { RTA_TABLE: table }),
      ...(metric === undefined ? {} : { RTA_PRIORITY: metric }),
      ...(source === undefined ? {} : { RTA_PREFSRC: parse(source) }),
      ...this.#wayValues(route),
      ...(nexthops === undefined
        ? {}
        : { RTA_MULTIPATH: encodeNexthops(nexthops.map((nexthop) => this.#memberOf(nexthop))) }),
    };
    return encodeBody(RTMSG, header, encodeAttributes(ROUTE_ATTRIBUTES, values));
  }

  /** Those of IPv6 have none. */
  #scopeOf({ type = RTN_UNICAST, gateway, nexthops, ifIndex }: RouteSpec): number {
    if (this.#family === IPV6) return RT_SCOPE_UNIVERSE;
    if (type === RTN_LOCAL) return RT_SCOPE_HOST;
    const isOnLink = gateway === undefined && nexthops === undefined && ifIndex !== undefined;
    return isOnLink ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  }

  #wayValues({ ifIndex, gateway }: NexthopSpec): Values {
    return {
      ...(gateway === undefined ? {} : { RTA_GATEWAY: this.#family.parse(gateway) }),
      ...(ifIndex === undefined ? {} : { RTA_OIF: ifIndex }),
    };
  }

  #memberOf({ ifIndex = 0, gateway, weight = 1 }: NexthopSpec): Parameters<typeof encodeNexthops>[0][number] {
    return {
      flags: 0,
      hops: weight - 1,
      ifIndex,
      values: gateway === undefined ? {} : { RTA_GATEWAY: this.#family.parse(gateway) },
    };
  }

  #shownRoute(message: Message): ShownRoute {
    const { length, format } = this.#family;
    const { header, values } = decodeBody(RTMSG, ROUTE_ATTRIBUTES, message);
    const destination = bytesIn(values, 'RTA_DST') ?? new Uint8Array(length);
    const multipath = bytesIn(values, 'RTA_MULTIPATH');
    const ifIndex = numberIn(values, 'RTA_OIF');
    const flags = numberIn(header, 'rtm_flags') ?? 0;
    const single = ifIndex === undefined ? [] : [this.#shownNexthop(ifIndex, values, 1, flags & 0xff)];
    return {
      to: `${format(destination)}/${numberIn(header, 'rtm_dst_len') ?? 0}`,
      type: numberIn(header, 'rtm_type') ?? 0,
      scope: numberIn(header, 'rtm_scope') ?? 0,
      protocol: numberIn(header, 'rtm_protocol') ?? 0,
      table: numberIn(values, 'RTA_TABLE') ?? numberIn(header, 'rtm_table') ?? 0,
      metric: numberIn(values, 'RTA_PRIORITY') ?? 0,
      flags,
      source: this.#textOf(bytesIn(values, 'RTA_PREFSRC')),
      nexthops:
        multipath === undefined
          ? single
          : (decodeNexthops(multipath) ?? []).map((nexthop) =>
              this.#shownNexthop(nexthop.ifIndex, nexthop.values, nexthop.hops + 1, nexthop.flags),
            ),
    };
  }

  #shownNexthop(ifIndex: number, values: Values, weight: number, flags: number): ShownNexthop {
    return { ifIndex, gateway: this.#textOf(bytesIn(values, 'RTA_GATEWAY')), weight, flags };
  }

  #textOf(bytes: Uint8Array | undefined): string | undefined {
    return bytes === undefined ? undefined : this.#family.format(bytes);
  }

  #neighbourBody({ ifIndex, address, station, state = NUD_PERMANENT }: NeighbourSpec): Uint8Array {
    const header = { ndm_family: this.#family.number, ndm_ifindex: ifIndex, ndm_state: state };
    const attributes = encodeAttributes(NEIGHBOUR, {
      NDA_DST: this.#family.parse(address),
      ...(station === undefined ? {} : { NDA_LLADDR: parseMac(station) }),
    });
    return encodeBody(NDMSG, header, attributes);
  }

  #shownNeighbour(message: Message): ShownNeighbour {
    const { length, format } = this.#family;
    const { header, values } = decodeBody(NDMSG, NEIGHBOUR, message);
    const station = bytesIn(values, 'NDA_LLADDR');
    return {
      address: format(bytesIn(values, 'NDA_DST') ?? new Uint8Array(length)),
      ifIndex: numberIn(header, 'ndm_ifindex') ?? 0,
      state: numberIn(header, 'ndm_state') ?? 0,
      flags: numberIn(header, 'ndm_flags') ?? 0,
      station: station === undefined ? undefined : formatMac(station),
    };
  }
}

/** struct ifa_cacheinfo; the times of its making are the kernel's. */
function lifetimeOf({ valid = FOR_EVER, preferred = FOR_EVER }: AddressOptions): Uint8Array {
  const bytes = new Uint8Array(16);
  viewOf(bytes).setUint32(0, preferred, true);
  viewOf(bytes).setUint32(4, valid, true);
  return bytes;
}

const FOR_EVER = 0xffff_ffff;
