/** Bridges over rtnetlink as the steps use them: bridges, their ports and VLANs, and their tables. */
import { formatMac, parseMac } from '../packet/addresses.js';
import { NetlinkClient, decodeBody, encodeBody, type NetlinkResult, type OpenSocket } from './client.js';
import {
  AF_BRIDGE,
  NETLINK_ROUTE,
  NLM_F_BULK,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NTF_MASTER,
  NTF_SELF,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTM_SETLINK,
  RTNLGRP_LINK,
  RTNLGRP_NEIGH,
} from './constants.js';
import {
  BRIDGE_FLAGS_MASTER,
  BRIDGE_FLAGS_SELF,
  BRIDGE_PORT,
  BRIDGE_SPEC,
  BRIDGE_VLAN_INFO_PVID,
  BRIDGE_VLAN_INFO_RANGE_BEGIN,
  BRIDGE_VLAN_INFO_RANGE_END,
  BRIDGE_VLAN_INFO_UNTAGGED,
  LINKINFO_DATA_BRIDGE,
  RTEXT_FILTER_BRVLAN,
} from './families/bridge.js';
import { IFINFOMSG, LINK, NDMSG, NEIGHBOUR } from './families/rtnetlink.js';
import { bytesIn, decodeAttributes, encodeAttributes, numberIn, type Values } from './schema.js';
import type { Message } from './wire.js';

/** An entry of a bridge's table, as RTM_NEWNEIGH tells it. */
export interface TableEntry {
  readonly address: string;
  /** 0: without a VLAN. */
  readonly vid: number;
  /** The port, or the bridge itself. */
  readonly ifIndex: number;
  readonly bridge: number;
  /** NUD_*. */
  readonly state: number;
  /** NTF_*. */
  readonly flags: number;
  /** NTF_EXT_*. */
  readonly extendedFlags: number;
  /** Hundredths of a second since it was last used, and since its source was last seen. */
  readonly used: number;
  readonly updated: number;
}

export interface EntryChange {
  readonly address: string;
  readonly ifIndex: number;
  readonly vid?: number;
  /** NUD_*; default: NUD_NOARP. */
  readonly state?: number;
  /** NTF_*; default: NTF_MASTER. */
  readonly flags?: number;
  /** NTF_EXT_*; default: not said. */
  readonly extendedFlags?: number;
  /** NLM_F_*; default: create, and refuse what is there. */
  readonly messageFlags?: number;
}

export interface VlanMembership {
  readonly vid: number;
  readonly pvid: boolean;
  readonly untagged: boolean;
}

/** Of `bridge vlan`: by the index of the port, or of the bridge. */
export type VlanTable = ReadonlyMap<number, readonly VlanMembership[]>;

const NUD_NOARP = 0x40;

const changed = (result: NetlinkResult<readonly Message[]>): NetlinkResult<void> =>
  result.ok ? { ok: true, value: undefined } : result;

export class BridgeClient {
  readonly client: NetlinkClient;

  private constructor(client: NetlinkClient) {
    this.client = client;
  }

  static async open(openSocket: OpenSocket): Promise<BridgeClient> {
    return new BridgeClient(await NetlinkClient.open(NETLINK_ROUTE, openSocket));
  }

  /** RTM_NEWLINK of the kind "bridge"; `data` by IFLA_BR_ names, `attributes` by IFLA_ names. */
  async addBridge(name: string, data: Values = {}, attributes: Values = {}): Promise<NetlinkResult<void>> {
    const encoded = encodeAttributes(LINK, { IFLA_IFNAME: name, ...attributes, ...bridgeInfo(data) });
    const flags = NLM_F_CREATE | NLM_F_EXCL;
    return changed(await this.client.request(RTM_NEWLINK, encodeBody(IFINFOMSG, {}, encoded), flags));
  }

  /** RTM_NEWLINK of a bridge that is there. */
  async changeBridge(ifIndex: number, data: Values): Promise<NetlinkResult<void>> {
    const header = { ifi_index: ifIndex };
    const encoded = encodeAttributes(LINK, bridgeInfo(data));
    return changed(await this.client.request(RTM_NEWLINK, encodeBody(IFINFOMSG, header, encoded)));
  }

  /** RTM_SETLINK with IFLA_MASTER; 0: out of its bridge. */
  async setMaster(ifIndex: number, master: number): Promise<NetlinkResult<void>> {
    const header = { ifi_index: ifIndex };
    const encoded = encodeAttributes(LINK, { IFLA_MASTER: master });
    return changed(await this.client.request(RTM_SETLINK, encodeBody(IFINFOMSG, header, encoded)));
  }

  /** `bridge link set`: members by their IFLA_BRPORT_ names. */
  async setPort(ifIndex: number, members: Values): Promise<NetlinkResult<void>> {
    const header = { ifi_family: AF_BRIDGE, ifi_index: ifIndex };
    const encoded = encodeAttributes(LINK, { IFLA_PROTINFO: members });
    return changed(await this.client.request(RTM_SETLINK, encodeBody(IFINFOMSG, header, encoded)));
  }

  /** `bridge link show`: the members of each port, by its index. */
  async ports(): Promise<NetlinkResult<ReadonlyMap<number, Values>>> {
    const result = await this.#dumpLinks(0);
    if (!result.ok) return result;
    const ports = result.value.map(({ header, values }) => {
      return [numberIn(header, 'ifi_index') ?? 0, (values['IFLA_PROTINFO'] ?? {}) as Values] as const;
    });
    return { ok: true, value: new Map(ports) };
  }

  /** `bridge vlan add`, with a range if `last` is given; `owner`: the port's VLANs, or those of the bridge itself. */
  async addVlan(
    ifIndex: number,
    vlan: { readonly vid: number; readonly last?: number; readonly pvid?: boolean; readonly untagged?: boolean },
    owner: 'port' | 'bridge' = 'port',
  ): Promise<NetlinkResult<void>> {
    const flags =
      (vlan.pvid === true ? BRIDGE_VLAN_INFO_PVID : 0) | (vlan.untagged === true ? BRIDGE_VLAN_INFO_UNTAGGED : 0);
    return this.changeVlans(RTM_SETLINK, ifIndex, vlanInfos(vlan.vid, vlan.last, flags), owner);
  }

  async removeVlan(
    ifIndex: number,
    vid: number,
    last?: number,
    owner: 'port' | 'bridge' = 'port',
  ): Promise<NetlinkResult<void>> {
    return this.changeVlans(RTM_DELLINK, ifIndex, vlanInfos(vid, last, 0), owner);
  }

  /** RTM_SETLINK or RTM_DELLINK with these `struct bridge_vlan_info`, as they are. */
  async changeVlans(
    type: number,
    ifIndex: number,
    infos: readonly Values[],
    owner: 'port' | 'bridge' = 'port',
  ): Promise<NetlinkResult<void>> {
    const spec = encodeAttributes(BRIDGE_SPEC, {
      IFLA_BRIDGE_FLAGS: owner === 'port' ? BRIDGE_FLAGS_MASTER : BRIDGE_FLAGS_SELF,
      IFLA_BRIDGE_VLAN_INFO: infos,
    });
    const header = { ifi_family: AF_BRIDGE, ifi_index: ifIndex };
    const encoded = encodeAttributes(LINK, { IFLA_AF_SPEC: spec });
    return changed(await this.client.request(type, encodeBody(IFINFOMSG, header, encoded)));
  }

  /** `bridge vlan show`. */
  async vlans(): Promise<NetlinkResult<VlanTable>> {
    const result = await this.#dumpLinks(RTEXT_FILTER_BRVLAN);
    if (!result.ok) return result;
    const table = result.value.map(({ header, values }) => {
      const spec = decodeAttributes(BRIDGE_SPEC, bytesIn(values, 'IFLA_AF_SPEC') ?? new Uint8Array(0));
      const infos = (spec['IFLA_BRIDGE_VLAN_INFO'] ?? []) as readonly Values[];
      return [numberIn(header, 'ifi_index') ?? 0, infos.map(membership)] as const;
    });
    return { ok: true, value: new Map(table) };
  }

  /** RTM_NEWNEIGH. */
  async addEntry(change: EntryChange): Promise<NetlinkResult<void>> {
    return this.#changeEntry(RTM_NEWNEIGH, change, change.messageFlags ?? NLM_F_CREATE | NLM_F_EXCL);
  }

  /** RTM_DELNEIGH. */
  async removeEntry(change: EntryChange): Promise<NetlinkResult<void>> {
    return this.#changeEntry(RTM_DELNEIGH, change, 0);
  }

  /** RTM_DELNEIGH with NLM_F_BULK: of a port, or of a whole bridge, what has this state among the bits of the mask. */
  async removeEntries(
    ifIndex: number,
    owner: 'port' | 'bridge',
    state: { readonly state: number; readonly mask: number },
  ): Promise<NetlinkResult<void>> {
    const flags = owner === 'port' ? NTF_MASTER : NTF_SELF;
    const header = { ndm_family: AF_BRIDGE, ndm_ifindex: ifIndex, ndm_state: state.state, ndm_flags: flags };
    const attributes = encodeAttributes(NEIGHBOUR, { NDA_NDM_STATE_MASK: state.mask });
    return changed(await this.client.request(RTM_DELNEIGH, encodeBody(NDMSG, header, attributes), NLM_F_BULK));
  }

  /** `bridge fdb show`: the entries of bridges, without those of devices' own filters. */
  async table(): Promise<NetlinkResult<readonly TableEntry[]>> {
    // rtnl_fdb_dump() takes a struct ifinfomsg or a struct ndmsg; strict sockets need the latter.
    const result = await this.client.dump(
      RTM_GETNEIGH,
      encodeBody(NDMSG, { ndm_family: AF_BRIDGE }, new Uint8Array(0)),
    );
    if (!result.ok) return result;
    return { ok: true, value: result.value.map(tableEntry).filter(({ bridge }) => bridge !== 0) };
  }

  /** Starts listening to the table and to ports. */
  async listen(): Promise<void> {
    await this.client.socket.join(RTNLGRP_NEIGH);
    await this.client.socket.join(RTNLGRP_LINK);
  }

  /** Table announcements that are there, or come within the time, with their message types. */
  async entryAnnouncements(withinMs: number): Promise<readonly (TableEntry & { readonly type: number })[]> {
    const messages = await this.client.announcements(withinMs);
    return messages
      .filter(({ type, body }) => (type === RTM_NEWNEIGH || type === RTM_DELNEIGH) && body[0] === AF_BRIDGE)
      .map((message) => ({ type: message.type, ...tableEntry(message) }));
  }

  async #changeEntry(type: number, change: EntryChange, messageFlags: number): Promise<NetlinkResult<void>> {
    const { address, ifIndex, vid, extendedFlags, state = NUD_NOARP, flags = NTF_MASTER } = change;
    const header = { ndm_family: AF_BRIDGE, ndm_ifindex: ifIndex, ndm_state: state, ndm_flags: flags };
    const attributes = encodeAttributes(NEIGHBOUR, {
      NDA_LLADDR: parseMac(address),
      ...(vid === undefined ? {} : { NDA_VLAN: vid }),
      ...(extendedFlags === undefined ? {} : { NDA_FLAGS_EXT: extendedFlags }),
    });
    return changed(await this.client.request(type, encodeBody(NDMSG, header, attributes), messageFlags));
  }

  async #dumpLinks(mask: number): Promise<NetlinkResult<readonly { header: Values; values: Values }[]>> {
    const attributes = mask === 0 ? new Uint8Array(0) : encodeAttributes(LINK, { IFLA_EXT_MASK: mask });
    const result = await this.client.dump(RTM_GETLINK, encodeBody(IFINFOMSG, { ifi_family: AF_BRIDGE }, attributes));
    return result.ok
      ? { ok: true, value: result.value.map((message) => decodeBody(IFINFOMSG, LINK, message)) }
      : result;
  }
}

const bridgeInfo = (data: Values): Values => ({
  IFLA_LINKINFO: { IFLA_INFO_KIND: 'bridge', IFLA_INFO_DATA: encodeAttributes(LINKINFO_DATA_BRIDGE, data) },
});

/** The data of a bridge's link, by IFLA_BR_ names. */
export function bridgeData(link: Values): Values {
  const info = (link['IFLA_LINKINFO'] ?? {}) as Values;
  return decodeAttributes(LINKINFO_DATA_BRIDGE, bytesIn(info, 'IFLA_INFO_DATA') ?? new Uint8Array(0));
}

/** What a link says of itself as the port of a bridge, by IFLA_BRPORT_ names. */
export function bridgePortData(link: Values): Values {
  const info = (link['IFLA_LINKINFO'] ?? {}) as Values;
  return decodeAttributes(BRIDGE_PORT, bytesIn(info, 'IFLA_INFO_SLAVE_DATA') ?? new Uint8Array(0));
}

const vlanInfos = (vid: number, last: number | undefined, flags: number): readonly Values[] =>
  last === undefined
    ? [{ vid, flags }]
    : [
        { vid, flags: flags | BRIDGE_VLAN_INFO_RANGE_BEGIN },
        { vid: last, flags: flags | BRIDGE_VLAN_INFO_RANGE_END },
      ];

function membership(info: Values): VlanMembership {
  const flags = numberIn(info, 'flags') ?? 0;
  return {
    vid: numberIn(info, 'vid') ?? 0,
    pvid: (flags & BRIDGE_VLAN_INFO_PVID) !== 0,
    untagged: (flags & BRIDGE_VLAN_INFO_UNTAGGED) !== 0,
  };
}

function tableEntry(message: Message): TableEntry {
  const { header, values } = decodeBody(NDMSG, NEIGHBOUR, message);
  const times = (values['NDA_CACHEINFO'] ?? {}) as Values;
  return {
    address: formatMac(bytesIn(values, 'NDA_LLADDR') ?? new Uint8Array(6)),
    vid: numberIn(values, 'NDA_VLAN') ?? 0,
    ifIndex: numberIn(header, 'ndm_ifindex') ?? 0,
    bridge: numberIn(values, 'NDA_MASTER') ?? 0,
    state: numberIn(header, 'ndm_state') ?? 0,
    flags: numberIn(header, 'ndm_flags') ?? 0,
    extendedFlags: numberIn(values, 'NDA_FLAGS_EXT') ?? 0,
    used: numberIn(times, 'ndm_used') ?? 0,
    updated: numberIn(times, 'ndm_updated') ?? 0,
  };
}
