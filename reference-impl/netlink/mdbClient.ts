/** The multicast database of bridges over rtnetlink, as the steps use it. */
import { formatIpv4, formatIpv6, formatMac, parseIpv4, parseIpv6, parseMac } from '../packet/addresses.js';
import { decodeBody, encodeBody, type NetlinkClient, type NetlinkResult } from './client.js';
import {
  AF_BRIDGE,
  NLM_F_BULK,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RTM_DELMDB,
  RTM_GETMDB,
  RTM_NEWMDB,
  RTNLGRP_MDB,
} from './constants.js';
import {
  BR_MDB_ENTRY,
  BR_PORT_MSG,
  MCAST_INCLUDE,
  MDB,
  MDB_PERMANENT,
  MDB_SET,
  MDB_TEMPORARY,
  entryInfo,
  routerInfo,
} from './families/mdb.js';
import {
  bytesIn,
  encodeAttributes,
  encodeStruct,
  isValues,
  listIn,
  nestIn,
  numberIn,
  type Value,
  type Values,
} from './schema.js';
import type { Message } from './wire.js';

/** Who wants a group: a port, or the bridge itself. */
export interface Membership {
  readonly bridge: number;
  readonly ifIndex: number;
  readonly group: string;
  /** Empty: from whomever. */
  readonly source: string;
  readonly vid: number;
  readonly isPermanent: boolean;
  /** MDB_FLAGS_*. */
  readonly flags: number;
  /** Hundredths of a second until it ends; 0: never. */
  readonly timer: number;
  /** RTPROT_*; undefined: of the bridge itself. */
  readonly origin: number | undefined;
  /** Undefined where sources are not kept. */
  readonly mode: 'include' | 'exclude' | undefined;
  readonly sources: readonly { readonly address: string; readonly timer: number }[];
}

export interface RouterPort {
  readonly ifIndex: number;
  /** MDB_RTR_TYPE_*. */
  readonly type: number;
  readonly timer: number;
}

export interface GroupTable {
  readonly members: readonly Membership[];
  readonly routers: readonly RouterPort[];
}

export interface GroupChange {
  readonly bridge: number;
  /** The port, or the bridge itself. */
  readonly ifIndex: number;
  readonly group: string;
  readonly vid?: number;
  readonly isPermanent?: boolean;
  readonly source?: string;
  readonly mode?: number;
  readonly sources?: readonly string[];
  /** NLM_F_*; default: create, and refuse what is there. */
  readonly messageFlags?: number;
}

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;

const isMac = (text: string): boolean => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text);

function addressBytes(text: string): Uint8Array {
  if (isMac(text)) return parseMac(text);
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Whether a group, or a sender, can be called so. */
export function isAddress(text: string): boolean {
  try {
    return addressBytes(text).length > 0;
  } catch {
    return false;
  }
}

const protocolOf = (text: string): number => (isMac(text) ? 0 : text.includes(':') ? ETH_P_IPV6 : ETH_P_IP);

function addressText(bytes: Uint8Array, protocol: number): string {
  if (protocol === ETH_P_IP) return formatIpv4(bytes);
  return protocol === ETH_P_IPV6 ? formatIpv6(bytes) : formatMac(bytes);
}

const done = (result: NetlinkResult<readonly Message[]>): NetlinkResult<void> =>
  result.ok ? { ok: true, value: undefined } : result;

/** Over a socket of rtnetlink that somebody else opened, and closes. */
export class MdbClient {
  readonly client: NetlinkClient;

  constructor(client: NetlinkClient) {
    this.client = client;
  }

  async add(change: GroupChange): Promise<NetlinkResult<void>> {
    return this.#change(RTM_NEWMDB, change, change.messageFlags ?? NLM_F_CREATE | NLM_F_EXCL);
  }

  async remove(change: GroupChange): Promise<NetlinkResult<void>> {
    return this.#change(RTM_DELMDB, change, change.messageFlags ?? 0);
  }

  /** RTM_DELMDB with NLM_F_BULK; what is not named is not looked at. */
  async removeAll(
    bridge: number,
    which: { readonly ifIndex?: number; readonly vid?: number; readonly isPermanent?: boolean },
  ): Promise<NetlinkResult<void>> {
    const { ifIndex = 0, vid = 0, isPermanent } = which;
    const entry = { ifindex: ifIndex, vid, state: isPermanent === true ? MDB_PERMANENT : MDB_TEMPORARY };
    const attributes = encodeAttributes(MDB_SET, {
      MDBA_SET_ENTRY: encodeStruct(BR_MDB_ENTRY, entry),
      ...(isPermanent === undefined ? {} : { MDBA_SET_ENTRY_ATTRS: { MDBE_ATTR_STATE_MASK: MDB_PERMANENT } }),
    });
    const body = encodeBody(BR_PORT_MSG, header(bridge), attributes);
    return done(await this.client.request(RTM_DELMDB, body, NLM_F_BULK));
  }

  /** RTM_NEWMDB with this struct br_mdb_entry, as it is. */
  async addEntry(bridge: number, entry: Values, flags = NLM_F_CREATE): Promise<NetlinkResult<void>> {
    const attributes = encodeAttributes(MDB_SET, { MDBA_SET_ENTRY: encodeStruct(BR_MDB_ENTRY, entry) });
    return done(await this.client.request(RTM_NEWMDB, encodeBody(BR_PORT_MSG, header(bridge), attributes), flags));
  }

  /** RTM_GETMDB of one group. */
  async get(bridge: number, group: string, vid = 0): Promise<NetlinkResult<GroupTable>> {
    const entry = { vid, addr: addressBytes(group), proto: protocolOf(group) };
    const attributes = encodeAttributes(MDB_SET, { MDBA_SET_ENTRY: encodeStruct(BR_MDB_ENTRY, entry) });
    const result = await this.client.request(RTM_GETMDB, encodeBody(BR_PORT_MSG, header(bridge), attributes));
    return result.ok ? { ok: true, value: tableIn(result.value) } : result;
  }

  /** `bridge mdb show`: of all bridges. */
  async table(): Promise<NetlinkResult<GroupTable>> {
    const body = encodeBody(BR_PORT_MSG, { family: AF_BRIDGE }, new Uint8Array(0));
    const result = await this.client.dump(RTM_GETMDB, body);
    return result.ok ? { ok: true, value: tableIn(result.value) } : result;
  }

  async listen(): Promise<void> {
    await this.client.socket.join(RTNLGRP_MDB);
  }

  /** Announcements that are there, or come within the time. */
  async announcements(withinMs: number): Promise<readonly (GroupTable & { readonly type: number })[]> {
    const messages = await this.client.announcements(withinMs);
    return messages
      .filter(({ type }) => type === RTM_NEWMDB || type === RTM_DELMDB)
      .map((message) => ({ type: message.type, ...tableIn([message]) }));
  }

  async #change(type: number, change: GroupChange, flags: number): Promise<NetlinkResult<void>> {
    return done(await this.client.request(type, groupBody(change), flags));
  }
}

/** The body of RTM_NEWMDB and RTM_DELMDB. */
export function groupBody(change: GroupChange): Uint8Array {
  const { bridge, ifIndex, group, vid = 0, isPermanent = false, source, mode, sources } = change;
  const entry = {
    ifindex: ifIndex,
    state: isPermanent ? MDB_PERMANENT : MDB_TEMPORARY,
    vid,
    addr: addressBytes(group),
    proto: protocolOf(group),
  };
  const more: Record<string, Value> = {
    ...(source === undefined ? {} : { MDBE_ATTR_SOURCE: addressBytes(source) }),
    ...(sources === undefined ? {} : { MDBE_ATTR_SRC_LIST: sourceList(sources) }),
    ...(mode === undefined ? {} : { MDBE_ATTR_GROUP_MODE: mode }),
  };
  const attributes = encodeAttributes(MDB_SET, {
    MDBA_SET_ENTRY: encodeStruct(BR_MDB_ENTRY, entry),
    ...(Object.keys(more).length === 0 ? {} : { MDBA_SET_ENTRY_ATTRS: more }),
  });
  return encodeBody(BR_PORT_MSG, header(bridge), attributes);
}

const header = (bridge: number): Values => ({ family: AF_BRIDGE, ifindex: bridge });

const sourceList = (sources: readonly string[]): Values => ({
  MDBE_SRC_LIST_ENTRY: sources.map((each) => ({ MDBE_SRCATTR_ADDRESS: addressBytes(each) })),
});

/** What replies to RTM_GETMDB, and announcements, tell. */
export function tableIn(messages: readonly Message[]): GroupTable {
  const bodies = messages.map((message) => decodeBody(BR_PORT_MSG, MDB, message));
  const members = bodies.flatMap(({ header: { ifindex }, values }) =>
    listIn(nestIn(values, 'MDBA_MDB'), 'MDBA_MDB_ENTRY')
      .filter(isValues)
      .flatMap((entry) => listIn(entry, 'MDBA_MDB_ENTRY_INFO'))
      .filter((info) => info instanceof Uint8Array)
      .map((info) => membershipIn(info, Number(ifindex))),
  );
  const routers = bodies.flatMap(({ values }) =>
    listIn(nestIn(values, 'MDBA_ROUTER'), 'MDBA_ROUTER_PORT')
      .filter((info) => info instanceof Uint8Array)
      .map(routerIn),
  );
  return { members, routers };
}

function membershipIn(bytes: Uint8Array, bridge: number): Membership {
  const { header: entry, values } = entryInfo.decode(bytes);
  const protocol = numberIn(entry, 'proto') ?? 0;
  const source = bytesIn(values, 'MDBA_MDB_EATTR_SOURCE');
  const mode = numberIn(values, 'MDBA_MDB_EATTR_GROUP_MODE');
  const sources = listIn(nestIn(values, 'MDBA_MDB_EATTR_SRC_LIST'), 'MDBA_MDB_SRCLIST_ENTRY').filter(isValues);
  return {
    bridge,
    ifIndex: numberIn(entry, 'ifindex') ?? 0,
    group: addressText(bytesIn(entry, 'addr') ?? new Uint8Array(16), protocol),
    source: source === undefined ? '' : addressText(source, protocol),
    vid: numberIn(entry, 'vid') ?? 0,
    isPermanent: numberIn(entry, 'state') === MDB_PERMANENT,
    flags: numberIn(entry, 'flags') ?? 0,
    timer: numberIn(values, 'MDBA_MDB_EATTR_TIMER') ?? 0,
    origin: numberIn(values, 'MDBA_MDB_EATTR_RTPROT'),
    mode: mode === undefined ? undefined : mode === MCAST_INCLUDE ? 'include' : 'exclude',
    sources: sources.map((each) => ({
      address: addressText(bytesIn(each, 'MDBA_MDB_SRCATTR_ADDRESS') ?? new Uint8Array(16), protocol),
      timer: numberIn(each, 'MDBA_MDB_SRCATTR_TIMER') ?? 0,
    })),
  };
}

function routerIn(bytes: Uint8Array): RouterPort {
  const { header: port, values } = routerInfo.decode(bytes);
  return {
    ifIndex: numberIn(port, 'ifindex') ?? 0,
    type: numberIn(values, 'MDBA_ROUTER_PATTR_TYPE') ?? 0,
    timer: numberIn(values, 'MDBA_ROUTER_PATTR_TIMER') ?? 0,
  };
}
