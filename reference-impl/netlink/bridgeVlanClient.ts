/** Options of VLANs and spanning trees of bridges over rtnetlink, as the steps use them. */
import { decodeBody, encodeBody, type NetlinkClient, type NetlinkResult } from './client.js';
import {
  AF_BRIDGE,
  RTM_DELLINK,
  RTM_DELVLAN,
  RTM_GETLINK,
  RTM_GETVLAN,
  RTM_NEWVLAN,
  RTM_SETLINK,
  RTNLGRP_BRVLAN,
} from './constants.js';
import {
  BRIDGE_FLAGS_MASTER,
  BRIDGE_FLAGS_SELF,
  BRIDGE_SPEC,
  BRIDGE_VLAN_INFO_ONLY_OPTS,
  RTEXT_FILTER_BRVLAN,
  RTEXT_FILTER_MST,
} from './families/bridge.js';
import {
  BRIDGE_VLANDB,
  BRIDGE_VLANDB_DUMPF_GLOBAL,
  BRIDGE_VLANDB_DUMPF_STATS,
  BRIDGE_VLANDB_DUMP,
  BR_VLAN_MSG,
} from './families/bridgeVlans.js';
import { IFINFOMSG, LINK } from './families/rtnetlink.js';
import { bytesIn, decodeAttributes, encodeAttributes, listIn, numberIn, type Values } from './schema.js';
import type { Message } from './wire.js';

/** A VLAN, or those from it to `last`. */
export interface VlanRange {
  readonly vid: number;
  readonly last?: number;
}

/** VLANs with their options, as one message tells them. */
export interface ToldVlans {
  /** RTM_NEWVLAN, RTM_DELVLAN. */
  readonly type: number;
  /** Of a port, or of a bridge. */
  readonly ifIndex: number;
  readonly entries: readonly Values[];
  readonly globalOptions: readonly Values[];
}

const done = (result: NetlinkResult<readonly Message[]>): NetlinkResult<void> =>
  result.ok ? { ok: true, value: undefined } : result;

/** Over a socket of rtnetlink that somebody else opened, and closes. */
export class BridgeVlanClient {
  readonly client: NetlinkClient;

  constructor(client: NetlinkClient) {
    this.client = client;
  }

  /** `bridge vlan set`: options by their BRIDGE_VLANDB_ENTRY_ names. */
  setOptions(ifIndex: number, range: VlanRange, options: Values): Promise<NetlinkResult<void>> {
    return this.change(RTM_NEWVLAN, ifIndex, {
      BRIDGE_VLANDB_ENTRY: [entry(range, BRIDGE_VLAN_INFO_ONLY_OPTS, options)],
    });
  }

  /** `bridge vlan add` and `bridge vlan del` over RTM_NEWVLAN and RTM_DELVLAN; `flags`: BRIDGE_VLAN_INFO_*. */
  changeMembership(
    how: 'add' | 'delete',
    ifIndex: number,
    range: VlanRange,
    flags = 0,
    options: Values = {},
  ): Promise<NetlinkResult<void>> {
    const type = how === 'add' ? RTM_NEWVLAN : RTM_DELVLAN;
    return this.change(type, ifIndex, { BRIDGE_VLANDB_ENTRY: [entry(range, flags, options)] });
  }

  /** `bridge vlan global set`: options by their BRIDGE_VLANDB_GOPTS_ names. */
  setGlobalOptions(ifIndex: number, { vid, last }: VlanRange, options: Values): Promise<NetlinkResult<void>> {
    const range: Values = last === undefined ? {} : { BRIDGE_VLANDB_GOPTS_RANGE: last };
    return this.change(RTM_NEWVLAN, ifIndex, {
      BRIDGE_VLANDB_GLOBAL_OPTIONS: [{ BRIDGE_VLANDB_GOPTS_ID: vid, ...range, ...options }],
    });
  }

  /** With these attributes of BRIDGE_VLANDB, as they are. */
  async change(type: number, ifIndex: number, values: Values): Promise<NetlinkResult<void>> {
    const attributes = encodeAttributes(BRIDGE_VLANDB, values);
    const body = encodeBody(BR_VLAN_MSG, { family: AF_BRIDGE, ifindex: ifIndex }, attributes);
    return done(await this.client.request(type, body));
  }

  /** `bridge vlan show`, with all options, of one net device, or of all (0). */
  async vlans(ifIndex: number, withStatistics = false): Promise<NetlinkResult<readonly ToldVlans[]>> {
    return this.#dump(ifIndex, withStatistics ? BRIDGE_VLANDB_DUMPF_STATS : 0);
  }

  /** `bridge vlan global show`. */
  async globalVlans(ifIndex: number): Promise<NetlinkResult<readonly ToldVlans[]>> {
    return this.#dump(ifIndex, BRIDGE_VLANDB_DUMPF_GLOBAL);
  }

  async #dump(ifIndex: number, flags: number): Promise<NetlinkResult<readonly ToldVlans[]>> {
    const attributes = encodeAttributes(BRIDGE_VLANDB_DUMP, { BRIDGE_VLANDB_DUMP_FLAGS: flags });
    const body = encodeBody(BR_VLAN_MSG, { family: AF_BRIDGE, ifindex: ifIndex }, attributes);
    const result = await this.client.dump(RTM_GETVLAN, body);
    return result.ok ? { ok: true, value: result.value.map(told) } : result;
  }

  /** Starts listening to VLANs. */
  listen(): Promise<void> {
    return this.client.socket.join(RTNLGRP_BRVLAN);
  }

  async announcements(withinMs: number): Promise<readonly ToldVlans[]> {
    const messages = await this.client.announcements(withinMs);
    return messages.filter(({ type }) => type === RTM_NEWVLAN || type === RTM_DELVLAN).map(told);
  }

  /** `bridge mst set`: entries by their IFLA_BRIDGE_MST_ENTRY_ names; of the bridge itself it is refused. */
  async setTrees(
    ifIndex: number,
    entries: readonly Values[],
    owner: 'port' | 'bridge' = 'port',
    how: 'set' | 'delete' = 'set',
  ): Promise<NetlinkResult<void>> {
    const spec = encodeAttributes(BRIDGE_SPEC, {
      IFLA_BRIDGE_FLAGS: owner === 'port' ? BRIDGE_FLAGS_MASTER : BRIDGE_FLAGS_SELF,
      IFLA_BRIDGE_MST: { IFLA_BRIDGE_MST_ENTRY: entries },
    });
    const header = { ifi_family: AF_BRIDGE, ifi_index: ifIndex };
    const body = encodeBody(IFINFOMSG, header, encodeAttributes(LINK, { IFLA_AF_SPEC: spec }));
    return done(await this.client.request(how === 'set' ? RTM_SETLINK : RTM_DELLINK, body));
  }

  /** `bridge vlan add dev DEV vid VID tunnel_info id ID`: tunnels by their IFLA_BRIDGE_VLAN_TUNNEL_ names. */
  async setTunnels(
    ifIndex: number,
    tunnels: readonly Values[],
    how: 'set' | 'delete' = 'set',
  ): Promise<NetlinkResult<void>> {
    const spec = encodeAttributes(BRIDGE_SPEC, {
      IFLA_BRIDGE_FLAGS: BRIDGE_FLAGS_MASTER,
      IFLA_BRIDGE_VLAN_TUNNEL_INFO: tunnels,
    });
    const header = { ifi_family: AF_BRIDGE, ifi_index: ifIndex };
    const body = encodeBody(IFINFOMSG, header, encodeAttributes(LINK, { IFLA_AF_SPEC: spec }));
    return done(await this.client.request(how === 'set' ? RTM_SETLINK : RTM_DELLINK, body));
  }

  /** `bridge vlan tunnelshow`, by the index of the port. */
  async tunnels(): Promise<NetlinkResult<ReadonlyMap<number, readonly Values[]>>> {
    const attributes = encodeAttributes(LINK, { IFLA_EXT_MASK: RTEXT_FILTER_BRVLAN });
    const result = await this.client.dump(RTM_GETLINK, encodeBody(IFINFOMSG, { ifi_family: AF_BRIDGE }, attributes));
    if (!result.ok) return result;
    const ports = result.value.map((message) => {
      const { header, values } = decodeBody(IFINFOMSG, LINK, message);
      const spec = decodeAttributes(BRIDGE_SPEC, bytesIn(values, 'IFLA_AF_SPEC') ?? new Uint8Array(0));
      const told = listIn(spec, 'IFLA_BRIDGE_VLAN_TUNNEL_INFO') as readonly Values[];
      return [numberIn(header, 'ifi_index') ?? 0, told] as const;
    });
    return { ok: true, value: new Map(ports) };
  }

  /** `bridge mst show`: the state of each port in each tree that it is in, by its index and the MSTI. */
  async trees(): Promise<NetlinkResult<ReadonlyMap<number, ReadonlyMap<number, number>>>> {
    const attributes = encodeAttributes(LINK, { IFLA_EXT_MASK: RTEXT_FILTER_MST });
    const result = await this.client.dump(RTM_GETLINK, encodeBody(IFINFOMSG, { ifi_family: AF_BRIDGE }, attributes));
    if (!result.ok) return result;
    const ports = result.value.map((message) => {
      const { header, values } = decodeBody(IFINFOMSG, LINK, message);
      const spec = decodeAttributes(BRIDGE_SPEC, bytesIn(values, 'IFLA_AF_SPEC') ?? new Uint8Array(0));
      return [numberIn(header, 'ifi_index') ?? 0, treesIn((spec['IFLA_BRIDGE_MST'] ?? {}) as Values)] as const;
    });
    return { ok: true, value: new Map(ports) };
  }
}

const entry = ({ vid, last }: VlanRange, flags: number, options: Values): Values => ({
  BRIDGE_VLANDB_ENTRY_INFO: { vid, flags },
  ...(last === undefined ? {} : { BRIDGE_VLANDB_ENTRY_RANGE: last }),
  ...options,
});

function told(message: Message): ToldVlans {
  const { header, values } = decodeBody(BR_VLAN_MSG, BRIDGE_VLANDB, message);
  return {
    type: message.type,
    ifIndex: numberIn(header, 'ifindex') ?? 0,
    entries: listIn(values, 'BRIDGE_VLANDB_ENTRY') as readonly Values[],
    globalOptions: listIn(values, 'BRIDGE_VLANDB_GLOBAL_OPTIONS') as readonly Values[],
  };
}

const treesIn = (mst: Values): ReadonlyMap<number, number> =>
  new Map(
    (listIn(mst, 'IFLA_BRIDGE_MST_ENTRY') as readonly Values[]).map((tree) => [
      numberIn(tree, 'IFLA_BRIDGE_MST_ENTRY_MSTI') ?? -1,
      numberIn(tree, 'IFLA_BRIDGE_MST_ENTRY_STATE') ?? -1,
    ]),
  );
