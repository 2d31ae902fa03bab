/** rtnetlink as the steps use it: links, VLAN devices, addresses, forwarding entries, statistics. */
import { parseMac } from '../packet/addresses.js';
import {
  NetlinkClient,
  decodeBody,
  encodeBody,
  NetlinkProtocolError,
  type NetlinkResult,
  type OpenSocket,
} from './client.js';
import {
  AF_BRIDGE,
  AF_UNSPEC,
  NETLINK_ROUTE,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NTF_SELF,
  NUD_PERMANENT,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_GETLINK,
  RTM_GETSTATS,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTM_SETLINK,
  RTNLGRP_LINK,
} from './constants.js';
import {
  IFINFOMSG,
  IF_STATS_MSG,
  IFLA_STATS_LINK_64,
  LINK,
  LINK_STATISTICS,
  LINK_STATS,
  LINKINFO_DATA_VLAN,
  NDMSG,
  NEIGHBOUR,
  type LinkStatistic,
} from './families/rtnetlink.js';
import { encodeAttributes, nestIn, numberIn, type Values } from './schema.js';
import type { Message } from './wire.js';

export type LinkStatistics64 = Readonly<Record<LinkStatistic, number>>;

/** A link as RTM_NEWLINK describes it. */
export interface LinkInfo {
  readonly header: Values;
  readonly values: Values;
}

export interface VlanDevice {
  readonly name: string;
  readonly on: number;
  readonly vid: number;
  /** 0x8100 or 0x88a8. */
  readonly tpid: number;
}

const changed = (result: NetlinkResult<readonly Message[]>): NetlinkResult<void> =>
  result.ok ? { ok: true, value: undefined } : result;

/** @requirement NL-LINK-* */
export class RouteClient {
  readonly client: NetlinkClient;

  private constructor(client: NetlinkClient) {
    this.client = client;
  }

  static async open(openSocket: OpenSocket): Promise<RouteClient> {
    return new RouteClient(await NetlinkClient.open(NETLINK_ROUTE, openSocket));
  }

  /** RTM_GETLINK by index or by name. */
  async link(which: number | string): Promise<NetlinkResult<LinkInfo>> {
    const header: Values = typeof which === 'number' ? { ifi_index: which } : {};
    const attributes: Values = typeof which === 'number' ? {} : { IFLA_IFNAME: which };
    const result = await this.client.request(
      RTM_GETLINK,
      encodeBody(IFINFOMSG, header, encodeAttributes(LINK, attributes)),
    );
    if (!result.ok) return result;
    const [reply] = result.value;
    if (reply === undefined) throw new NetlinkProtocolError('RTM_GETLINK was acknowledged without a link');
    return { ok: true, value: decodeBody(IFINFOMSG, LINK, reply) };
  }

  /** Every link. */
  async links(): Promise<NetlinkResult<readonly LinkInfo[]>> {
    const result = await this.client.dump(RTM_GETLINK, encodeBody(IFINFOMSG, {}, new Uint8Array(0)));
    return result.ok ? { ok: true, value: result.value.map((reply) => decodeBody(IFINFOMSG, LINK, reply)) } : result;
  }

  /** RTM_SETLINK: attributes by their names; flags by IFF_ bit, with the mask of those to change. */
  async setLink(
    index: number,
    attributes: Values,
    flags: { readonly flags: number; readonly change: number } = { flags: 0, change: 0 },
  ): Promise<NetlinkResult<void>> {
    const header = { ifi_family: AF_UNSPEC, ifi_index: index, ifi_flags: flags.flags, ifi_change: flags.change };
    return changed(
      await this.client.request(RTM_SETLINK, encodeBody(IFINFOMSG, header, encodeAttributes(LINK, attributes))),
    );
  }

  /** RTM_NEWLINK of kind "vlan". */
  async addVlan({ name, on, vid, tpid }: VlanDevice): Promise<NetlinkResult<void>> {
    const attributes = encodeAttributes(LINK, {
      IFLA_IFNAME: name,
      IFLA_LINK: on,
      IFLA_LINKINFO: {
        IFLA_INFO_KIND: 'vlan',
        IFLA_INFO_DATA: encodeAttributes(LINKINFO_DATA_VLAN, { IFLA_VLAN_ID: vid, IFLA_VLAN_PROTOCOL: tpid }),
      },
    });
    const flags = NLM_F_CREATE | NLM_F_EXCL;
    return changed(await this.client.request(RTM_NEWLINK, encodeBody(IFINFOMSG, {}, attributes), flags));
  }

  async removeLink(index: number): Promise<NetlinkResult<void>> {
    return changed(
      await this.client.request(RTM_DELLINK, encodeBody(IFINFOMSG, { ifi_index: index }, new Uint8Array(0))),
    );
  }

  /** `bridge fdb add ADDRESS dev … self`: one more address that the device itself receives. */
  async addAddress(index: number, address: string): Promise<NetlinkResult<void>> {
    return this.#neighbour(RTM_NEWNEIGH, index, address, NLM_F_CREATE | NLM_F_EXCL);
  }

  async removeAddress(index: number, address: string): Promise<NetlinkResult<void>> {
    return this.#neighbour(RTM_DELNEIGH, index, address, 0);
  }

  /** RTM_GETSTATS, IFLA_STATS_LINK_64. */
  async statistics(index: number): Promise<NetlinkResult<LinkStatistics64>> {
    const header = { ifindex: index, filter_mask: 1 << (IFLA_STATS_LINK_64 - 1) };
    const result = await this.client.request(RTM_GETSTATS, encodeBody(IF_STATS_MSG, header, new Uint8Array(0)));
    if (!result.ok) return result;
    const [reply] = result.value;
    if (reply === undefined) throw new NetlinkProtocolError('RTM_GETSTATS was acknowledged without statistics');
    const { values } = decodeBody(IF_STATS_MSG, LINK_STATS, reply);
    return { ok: true, value: linkStatistics(nestIn(values, 'IFLA_STATS_LINK_64')) };
  }

  /** Starts listening to RTNLGRP_LINK. */
  async listen(): Promise<void> {
    await this.client.socket.join(RTNLGRP_LINK);
  }

  /** The link announcements that are there, or come within the time, with their message types. */
  async announcements(withinMs: number): Promise<readonly (LinkInfo & { readonly type: number })[]> {
    const messages = await this.client.announcements(withinMs);
    return messages
      .filter(({ type }) => type === RTM_NEWLINK || type === RTM_DELLINK)
      .map((message) => ({ type: message.type, ...decodeBody(IFINFOMSG, LINK, message) }));
  }

  async #neighbour(type: number, index: number, address: string, flags: number): Promise<NetlinkResult<void>> {
    const header = { ndm_family: AF_BRIDGE, ndm_ifindex: index, ndm_state: NUD_PERMANENT, ndm_flags: NTF_SELF };
    const attributes = encodeAttributes(NEIGHBOUR, { NDA_LLADDR: parseMac(address) });
    return changed(await this.client.request(type, encodeBody(NDMSG, header, attributes), flags));
  }
}

/** Every counter as a number; one that the kernel does not have is 0. */
export function linkStatistics(values: Values | undefined): LinkStatistics64 {
  const entries = LINK_STATISTICS.map((name) => [name, numberIn(values, name) ?? 0] as const);
  return Object.fromEntries(entries) as LinkStatistics64;
}
