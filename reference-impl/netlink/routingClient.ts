/** Layer 3 over rtnetlink as the steps use it: `ip address`, `ip route`, `ip neigh` and `ip link add … type vrf`. */
import { IPV4, type AddressFamily } from './addressFamily.js';
import {
  NetlinkClient,
  NetlinkProtocolError,
  decodeBody,
  encodeBody,
  type NetlinkResult,
  type OpenSocket,
} from './client.js';
import {
  NETLINK_ROUTE,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
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
} from './families/routing.js';
import { ADDRESS, IFADDRMSG, IFINFOMSG, LINK, NDMSG, RTMSG } from './families/rtnetlink.js';
import { neighbourBody, shownNeighbour, type NeighbourSpec, type ShownNeighbour } from './neighbourMessages.js';
import { routeBody, shownRoute, type RouteSpec, type ShownRoute } from './routeMessages.js';
import { bytesIn, encodeAttributes, numberIn } from './schema.js';
import { viewOf, type Message } from './wire.js';

const changed = (result: NetlinkResult<readonly Message[]>): NetlinkResult<void> =>
  result.ok ? { ok: true, value: undefined } : result;

const NOTHING = new Uint8Array(0);

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
    return changed(await this.client.request(RTM_NEWROUTE, routeBody(this.#family, route, 'new'), flags));
  }

  /** `ip route replace`. */
  replaceRoute(route: RouteSpec): Promise<NetlinkResult<void>> {
    return this.addRoute(route, NLM_F_CREATE | NLM_F_REPLACE);
  }

  /** `ip route del`: what is not said may be anything. */
  async removeRoute(route: RouteSpec): Promise<NetlinkResult<void>> {
    return changed(await this.client.request(RTM_DELROUTE, routeBody(this.#family, route, 'any')));
  }

  /** `ip route show table …`; 0: every table. */
  async routes(table = 0): Promise<NetlinkResult<readonly ShownRoute[]>> {
    const attributes = table === 0 ? NOTHING : encodeAttributes(ROUTE_ATTRIBUTES, { RTA_TABLE: table });
    const result = await this.client.dump(
      RTM_GETROUTE,
      encodeBody(RTMSG, { rtm_family: this.#family.number }, attributes),
    );
    return result.ok ? { ok: true, value: result.value.map((each) => shownRoute(this.#family, each)) } : result;
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
    return { ok: true, value: shownRoute(this.#family, reply) };
  }

  /** `ip neigh add`. */
  async addNeighbour(
    neighbour: NeighbourSpec,
    flags: number = NLM_F_CREATE | NLM_F_EXCL,
  ): Promise<NetlinkResult<void>> {
    return changed(await this.client.request(RTM_NEWNEIGH, neighbourBody(this.#family, neighbour), flags));
  }

  async removeNeighbour(neighbour: NeighbourSpec): Promise<NetlinkResult<void>> {
    return changed(await this.client.request(RTM_DELNEIGH, neighbourBody(this.#family, neighbour)));
  }

  async neighbours(): Promise<NetlinkResult<readonly ShownNeighbour[]>> {
    const result = await this.client.dump(
      RTM_GETNEIGH,
      encodeBody(NDMSG, { ndm_family: this.#family.number }, NOTHING),
    );
    return result.ok ? { ok: true, value: result.value.map((each) => shownNeighbour(this.#family, each)) } : result;
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
      .map((message) => ({ ...shownRoute(this.#family, message), news: message.type, how: message.flags }));
    const neighbours = messages
      .filter(({ type, body }) => (type === RTM_NEWNEIGH || type === RTM_DELNEIGH) && body[0] === number)
      .map((message) => ({ ...shownNeighbour(this.#family, message), news: message.type }));
    return { routes, neighbours };
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
