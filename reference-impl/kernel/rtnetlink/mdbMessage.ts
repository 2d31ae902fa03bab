/** What is told of groups and routers: __mdb_fill_info() and br_rports_fill_info() of net/bridge/br_mdb.c. */
import { encodeBody } from '../../netlink/client.js';
import { AF_BRIDGE, RTM_DELMDB, RTM_GETMDB, RTM_NEWMDB } from '../../netlink/constants.js';
import {
  BR_PORT_MSG,
  MCAST_EXCLUDE,
  MCAST_INCLUDE,
  MDB,
  MDB_FLAGS_BLOCKED,
  MDB_FLAGS_FAST_LEAVE,
  MDB_FLAGS_OFFLOAD,
  MDB_FLAGS_STAR_EXCL,
  MDB_PERMANENT,
  MDB_TEMPORARY,
  entryInfo,
  routerInfo,
} from '../../netlink/families/mdb.js';
import { encodeAttributes, type Values } from '../../netlink/schema.js';
import type { NetlinkBody } from '../../netlink/server.js';
import { parseIpv4, parseIpv6, parseMac } from '../../packet/addresses.js';
import type { Bridge } from '../bridge/bridge.js';
import type { GroupEntry, GroupProtocol, PortGroup } from '../bridge/multicast/groupTable.js';
import { contextOfEntry } from '../bridge/multicast/contexts.js';
import {
  MDB_RTR_TYPE_DISABLED,
  handlesSources,
  type BridgeContext,
  type PortContext,
} from '../bridge/multicast/multicastState.js';
import type { Timer } from '../bridge/multicast/timer.js';
import { isRouterPort } from '../bridge/multicast/queries.js';
import type { ReferenceKernel } from '../kernel.js';

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const PROTO: Readonly<Record<GroupProtocol, number>> = { ipv4: ETH_P_IP, ipv6: ETH_P_IPV6, mac: 0 };
const CLOCK_TICK = 10_000_000n;

const ticksLeft = ({ now }: ReferenceKernel, timer: Timer): number => Number(timer.left(now) / CLOCK_TICK);

function addressBytes(protocol: GroupProtocol, text: string): Uint8Array {
  switch (protocol) {
    case 'ipv4':
      return parseIpv4(text);
    case 'ipv6':
      return parseIpv6(text);
    case 'mac':
      return parseMac(text);
  }
}

/** Of a port, or of the bridge itself. */
function infoOf(kernel: ReferenceKernel, entry: GroupEntry, group: PortGroup | undefined): Uint8Array {
  const { bridge, address } = entry;
  const { protocol, source } = address;
  const isPermanent = protocol === 'mac' || group?.isPermanent === true;
  const header = {
    ifindex: (group?.port ?? bridge).netDevice.ifIndex,
    state: kernel.parts.multicast.toldState(isPermanent ? MDB_PERMANENT : MDB_TEMPORARY),
    flags: group === undefined ? 0 : flagsOf(group),
    vid: address.vid,
    addr: addressBytes(protocol, address.address),
    proto: PROTO[protocol],
  };
  return entryInfo.encode(header, {
    MDBA_MDB_EATTR_TIMER: ticksLeft(kernel, (group ?? entry).timer),
    ...(source === '' ? {} : { MDBA_MDB_EATTR_SOURCE: addressBytes(protocol, source) }),
    ...(group === undefined ? {} : { MDBA_MDB_EATTR_RTPROT: group.origin, ...filterOf(kernel, group) }),
  });
}

/** __mdb_entry_fill_flags(). */
const flagsOf = ({ isOffloaded, isFastLeave, isStarExclude, isBlocked }: PortGroup): number =>
  (isOffloaded ? MDB_FLAGS_OFFLOAD : 0) |
  (isFastLeave ? MDB_FLAGS_FAST_LEAVE : 0) |
  (isStarExclude ? MDB_FLAGS_STAR_EXCL : 0) |
  (isBlocked ? MDB_FLAGS_BLOCKED : 0);

/** __mdb_fill_srcs(): only the versions with sources tell them. */
function filterOf(kernel: ReferenceKernel, { entry, sources, mode }: PortGroup): Values {
  const { protocol } = entry.address;
  if (!handlesSources(contextOfEntry(entry), protocol)) return {};
  const list = sources.map(({ address, timer }) => ({
    MDBA_MDB_SRCATTR_ADDRESS: addressBytes(protocol, address),
    MDBA_MDB_SRCATTR_TIMER: ticksLeft(kernel, timer),
  }));
  return {
    ...(list.length === 0 ? {} : { MDBA_MDB_EATTR_SRC_LIST: { MDBA_MDB_SRCLIST_ENTRY: list } }),
    MDBA_MDB_EATTR_GROUP_MODE: mode === 'include' ? MCAST_INCLUDE : MCAST_EXCLUDE,
  };
}

function infosOf(kernel: ReferenceKernel, entry: GroupEntry): Uint8Array[] {
  const host = entry.hostJoined && kernel.parts.multicast.dumpsHost ? [infoOf(kernel, entry, undefined)] : [];
  return [...host, ...entry.ports.map((group) => infoOf(kernel, entry, group))];
}

const body = (bridge: Bridge, family: number, values: Values): Uint8Array =>
  encodeBody(BR_PORT_MSG, { family, ifindex: bridge.netDevice.ifIndex }, encodeAttributes(MDB, values));

/** The answer to a request for one entry. */
export const entryMessageOf = (kernel: ReferenceKernel, entry: GroupEntry): NetlinkBody => ({
  type: RTM_NEWMDB,
  body: body(entry.bridge, AF_BRIDGE, {
    MDBA_MDB: { MDBA_MDB_ENTRY: [{ MDBA_MDB_ENTRY_INFO: infosOf(kernel, entry) }] },
  }),
});

/** br_mdb_dump(): its messages have the type of the request. */
export function tableMessage(kernel: ReferenceKernel, bridge: Bridge): NetlinkBody {
  const entries = bridge.multicast.groups.entries().map((entry) => ({ MDBA_MDB_ENTRY_INFO: infosOf(kernel, entry) }));
  return {
    type: RTM_GETMDB,
    body: body(bridge, 0, { MDBA_MDB: { MDBA_MDB_ENTRY: entries }, ...routersOf(kernel, bridge.multicast) }),
  };
}

/** br_rports_fill_info(): the router ports of the bridge, or of one of its VLANs. */
export function routersOf(kernel: ReferenceKernel, { bridge, vid, router }: BridgeContext): Values {
  if (router === MDB_RTR_TYPE_DISABLED) return {};
  const routers: Uint8Array[] = [];
  for (const port of bridge.ports.values()) {
    const context = vid === 0 ? port.multicast : port.vlans.members.get(vid)?.multicast;
    if (context !== undefined && isRouterPort(context)) routers.push(routerInfoOf(kernel, context));
  }
  return routers.length === 0 ? {} : { MDBA_ROUTER: { MDBA_ROUTER_PORT: routers } };
}

/** The kind is that of the port, in a VLAN too. */
function routerInfoOf(kernel: ReferenceKernel, { port, vid, families }: PortContext): Uint8Array {
  const { ipv4, ipv6 } = families;
  const [left4, left6] = [ticksLeft(kernel, ipv4.router), ticksLeft(kernel, ipv6.router)];
  return routerInfo.encode(
    { ifindex: port.netDevice.ifIndex },
    {
      MDBA_ROUTER_PATTR_TIMER: Math.max(left4, left6),
      MDBA_ROUTER_PATTR_TYPE: port.multicast.router,
      ...(ipv4.isRouter ? { MDBA_ROUTER_PATTR_INET_TIMER: left4 } : {}),
      ...(ipv6.isRouter ? { MDBA_ROUTER_PATTR_INET6_TIMER: left6 } : {}),
      ...(vid === 0 ? {} : { MDBA_ROUTER_PATTR_VID: vid }),
    },
  );
}

/** br_mdb_notify(). */
export const groupAnnouncement = (
  kernel: ReferenceKernel,
  change: 'new' | 'del',
  entry: GroupEntry,
  group: PortGroup | undefined,
): NetlinkBody => ({
  type: change === 'new' ? RTM_NEWMDB : RTM_DELMDB,
  body: body(entry.bridge, AF_BRIDGE, {
    MDBA_MDB: { MDBA_MDB_ENTRY: [{ MDBA_MDB_ENTRY_INFO: [infoOf(kernel, entry, group)] }] },
  }),
});

/** br_rtr_notify(). */
export const routerAnnouncement = (change: 'new' | 'del', { port, vid }: PortContext): NetlinkBody => ({
  type: change === 'new' ? RTM_NEWMDB : RTM_DELMDB,
  body: body(port.bridge, AF_BRIDGE, {
    MDBA_ROUTER: {
      MDBA_ROUTER_PORT: [
        routerInfo.encode({ ifindex: port.netDevice.ifIndex }, vid === 0 ? {} : { MDBA_ROUTER_PATTR_VID: vid }),
      ],
    },
  }),
});
