/** What is told of bridges and their ports: br_fill_info(), br_port_fill_attrs() and br_fill_ifinfo() of net/bridge/br_netlink.c. */
import type { Vid } from '../../../harness/contract/index.js';
import { parseMac } from '../../packet/addresses.js';
import { attributePlan, macPlan, nestPlan, structPlan, type Writer } from '../../netlink/attributePlan.js';
import { encodeBody } from '../../netlink/client.js';
import { AF_BRIDGE, RTM_NEWLINK } from '../../netlink/constants.js';
import { encoded, writeAttributes } from '../../netlink/encodeAttributes.js';
import {
  BRIDGE_PORT,
  BRIDGE_SPEC_TOLD,
  BRIDGE_VLAN_INFO_PVID,
  BRIDGE_VLAN_INFO_RANGE_BEGIN,
  BRIDGE_VLAN_INFO_RANGE_END,
  BRIDGE_VLAN_INFO_UNTAGGED,
  BR_BOOLOPT_MCAST_VLAN_SNOOPING,
  BR_BOOLOPT_MST_ENABLE,
  BR_BOOLOPT_NO_LL_LEARN,
  LINKINFO_DATA_BRIDGE,
  RTEXT_FILTER_BRVLAN_COMPRESSED,
} from '../../netlink/families/bridge.js';
import { IFINFOMSG, LINK } from '../../netlink/families/rtnetlink.js';
import { encodeAttributes, type AttributeSet, type Value, type Values } from '../../netlink/schema.js';
import type { NetlinkBody } from '../../netlink/server.js';
import type { Bridge, BridgePort, VlanGroup } from '../bridge/bridge.js';
import { MULTICAST_ROWS, PORT_MULTICAST_ROWS } from './bridgeMulticast.js';
import { visibleFlags } from '../linkState.js';
import type { NetDevice } from '../netDevice.js';

const NANOSECONDS_PER_TICK = 10_000_000;
const BR_NO_STP = 0;
const BR_USER_STP = 2;
const ARPHRD_ETHER = 1;
const PORT_ID_BITS = 10;
/** The options that there are, up to BR_BOOLOPT_MST_ENABLE and the one behind it. */
const BOOLOPT_MASK = 0xf;

/** jiffies to clock_t; what is set in ticks is a whole number of them. */
const ticks = (time: bigint): number => Math.floor(Number(time) / NANOSECONDS_PER_TICK);
const bit = (on: boolean): number => (on ? 1 : 0);

/** struct ifla_bridge_id. */
const bridgeId = <Source>(set: AttributeSet, name: string, bridgeOf: (source: Source) => Bridge): Writer<Source> =>
  nestPlan(set, name, (draft, source) => {
    const { priority, netDevice } = bridgeOf(source);
    const at = draft.extend(2);
    draft.bytes[at] = priority >> 8;
    draft.bytes[at + 1] = priority;
    draft.mac(netDevice.address);
  });

/** The data of a link of the kind "bridge". */
export const writeBridge = attributePlan<Bridge>(LINKINFO_DATA_BRIDGE, [
  ['IFLA_BR_FORWARD_DELAY', (bridge) => ticks(bridge.forwardDelay)],
  ['IFLA_BR_HELLO_TIME', (bridge) => ticks(bridge.helloTime)],
  ['IFLA_BR_MAX_AGE', (bridge) => ticks(bridge.maxAge)],
  ['IFLA_BR_AGEING_TIME', (bridge) => ticks(bridge.ageingTime)],
  ['IFLA_BR_STP_STATE', (bridge) => (bridge.stp === 'off' ? BR_NO_STP : BR_USER_STP)],
  ['IFLA_BR_PRIORITY', (bridge) => bridge.priority],
  ['IFLA_BR_VLAN_FILTERING', (bridge) => bit(bridge.vlanFiltering)],
  ['IFLA_BR_GROUP_FWD_MASK', (bridge) => bridge.groupForwardMask],
  bridgeId(LINKINFO_DATA_BRIDGE, 'IFLA_BR_BRIDGE_ID', (bridge) => bridge),
  bridgeId(LINKINFO_DATA_BRIDGE, 'IFLA_BR_ROOT_ID', (bridge) => bridge),
  ['IFLA_BR_ROOT_PORT', () => 0],
  ['IFLA_BR_ROOT_PATH_COST', () => 0],
  ['IFLA_BR_TOPOLOGY_CHANGE', () => 0],
  ['IFLA_BR_TOPOLOGY_CHANGE_DETECTED', () => 0],
  // br_timer_value() of timers that do not run: the kernel itself speaks no spanning tree here.
  ['IFLA_BR_HELLO_TIMER', () => 0],
  ['IFLA_BR_TCN_TIMER', () => 0],
  ['IFLA_BR_TOPOLOGY_CHANGE_TIMER', () => 0],
  ['IFLA_BR_GC_TIMER', () => 0],
  macPlan(LINKINFO_DATA_BRIDGE, 'IFLA_BR_GROUP_ADDR', (bridge) => bridge.groupAddress),
  structPlan(LINKINFO_DATA_BRIDGE, 'IFLA_BR_MULTI_BOOLOPT', {
    optval: (bridge) =>
      (bit(bridge.noLinkLocalLearn) << BR_BOOLOPT_NO_LL_LEARN) |
      (bit(bridge.multicastVlanSnooping) << BR_BOOLOPT_MCAST_VLAN_SNOOPING) |
      (bit(bridge.mst) << BR_BOOLOPT_MST_ENABLE),
    optmask: () => BOOLOPT_MASK,
  }),
  ['IFLA_BR_FDB_N_LEARNED', (bridge) => bridge.fdb.learned],
  ['IFLA_BR_FDB_MAX_LEARNED', (bridge) => bridge.maxLearned],
  ['IFLA_BR_VLAN_PROTOCOL', (bridge) => bridge.vlanProtocol],
  ['IFLA_BR_VLAN_DEFAULT_PVID', (bridge) => bridge.defaultPvid],
  ...MULTICAST_ROWS,
  ['IFLA_BR_NF_CALL_IPTABLES', ({ netfilterCalls }) => bit(netfilterCalls.iptables)],
  ['IFLA_BR_NF_CALL_IP6TABLES', ({ netfilterCalls }) => bit(netfilterCalls.ip6tables)],
  ['IFLA_BR_NF_CALL_ARPTABLES', ({ netfilterCalls }) => bit(netfilterCalls.arptables)],
]);

/** IFLA_PROTINFO of a port, or the data of a link that is part of a bridge. */
export const writeBridgePort = attributePlan<BridgePort>(BRIDGE_PORT, [
  ['IFLA_BRPORT_STATE', ({ state }) => state],
  ['IFLA_BRPORT_PRIORITY', ({ priority }) => priority],
  ['IFLA_BRPORT_COST', ({ pathCost }) => pathCost],
  ['IFLA_BRPORT_MODE', ({ flags }) => bit(flags.hairpin)],
  ['IFLA_BRPORT_GUARD', ({ flags }) => bit(flags.bpduGuard)],
  ['IFLA_BRPORT_PROTECT', ({ flags }) => bit(flags.rootBlock)],
  ['IFLA_BRPORT_FAST_LEAVE', ({ flags }) => bit(flags.fastLeave)],
  ['IFLA_BRPORT_MCAST_TO_UCAST', ({ flags }) => bit(flags.multicastToUnicast)],
  ['IFLA_BRPORT_LEARNING', ({ flags }) => bit(flags.learning)],
  ['IFLA_BRPORT_UNICAST_FLOOD', ({ flags }) => bit(flags.unicastFlood)],
  ['IFLA_BRPORT_MCAST_FLOOD', ({ flags }) => bit(flags.multicastFlood)],
  ['IFLA_BRPORT_BCAST_FLOOD', ({ flags }) => bit(flags.broadcastFlood)],
  bridgeId(BRIDGE_PORT, 'IFLA_BRPORT_ROOT_ID', ({ bridge }) => bridge),
  bridgeId(BRIDGE_PORT, 'IFLA_BRPORT_BRIDGE_ID', ({ bridge }) => bridge),
  ['IFLA_BRPORT_DESIGNATED_PORT', ({ number, priority }) => portId(priority, number)],
  ['IFLA_BRPORT_DESIGNATED_COST', () => 0],
  ['IFLA_BRPORT_ID', ({ number, priority }) => portId(priority, number)],
  ['IFLA_BRPORT_NO', ({ number }) => number],
  ['IFLA_BRPORT_TOPOLOGY_CHANGE_ACK', () => 0],
  ['IFLA_BRPORT_CONFIG_PENDING', () => 0],
  ['IFLA_BRPORT_MESSAGE_AGE_TIMER', () => 0],
  ['IFLA_BRPORT_FORWARD_DELAY_TIMER', () => 0],
  ['IFLA_BRPORT_HOLD_TIMER', () => 0],
  ['IFLA_BRPORT_PROXYARP', ({ flags }) => bit(flags.proxyArp)],
  ['IFLA_BRPORT_PROXYARP_WIFI', ({ flags }) => bit(flags.proxyArpWifi)],
  ['IFLA_BRPORT_VLAN_TUNNEL', ({ flags }) => bit(flags.vlanTunnel)],
  ['IFLA_BRPORT_NEIGH_SUPPRESS', ({ flags }) => bit(flags.neighbourSuppress)],
  ['IFLA_BRPORT_GROUP_FWD_MASK', ({ groupForwardMask }) => groupForwardMask],
  ['IFLA_BRPORT_ISOLATED', ({ flags }) => bit(flags.isolated)],
  ['IFLA_BRPORT_LOCKED', ({ flags }) => bit(flags.locked)],
  ['IFLA_BRPORT_MAB', ({ flags }) => bit(flags.mab)],
  ['IFLA_BRPORT_NEIGH_VLAN_SUPPRESS', ({ flags }) => bit(flags.neighbourVlanSuppress)],
  ...PORT_MULTICAST_ROWS,
  ['IFLA_BRPORT_BACKUP_PORT', ({ backup }) => backup?.netDevice.ifIndex],
  ['IFLA_BRPORT_BACKUP_NHID', ({ backupNexthop }) => (backupNexthop === 0 ? undefined : backupNexthop)],
]);

/** br_make_port_id(). */
const portId = (priority: number, number: number): number =>
  ((priority << PORT_ID_BITS) | (number & ((1 << PORT_ID_BITS) - 1))) & 0xffff;

interface VlanRange {
  readonly first: Vid;
  readonly last: Vid;
  readonly flags: number;
}

/** IFLA_BRIDGE_VLAN_INFO of a group, one for each VLAN, or for each run of VLANs with the same flags. */
export function vlanInfos({ members, pvid }: VlanGroup, compressed: boolean): Values[] {
  const ranges: VlanRange[] = [];
  for (const vid of [...members.keys()].sort((a, b) => a - b)) {
    const isUntagged = members.get(vid)?.untagged === true;
    const flags = (vid === pvid ? BRIDGE_VLAN_INFO_PVID : 0) | (isUntagged ? BRIDGE_VLAN_INFO_UNTAGGED : 0);
    const before = ranges.at(-1);
    if (compressed && before?.last === vid - 1 && before.flags === flags && (flags & BRIDGE_VLAN_INFO_PVID) === 0)
      ranges[ranges.length - 1] = { ...before, last: vid };
    else ranges.push({ first: vid, last: vid, flags });
  }
  return ranges.flatMap(({ first, last, flags }) =>
    first === last
      ? [{ flags, vid: first }]
      : [
          { flags: flags | BRIDGE_VLAN_INFO_RANGE_BEGIN, vid: first },
          { flags: flags | BRIDGE_VLAN_INFO_RANGE_END, vid: last },
        ],
  );
}

const writePortOfLink = nestPlan(LINK, 'IFLA_PROTINFO', writeBridgePort);

/** What stands in IFLA_AF_SPEC beside the VLANs, where it was asked for. */
export interface BridgeSpecMore {
  readonly trees?: Values | undefined;
  readonly tunnels?: readonly Values[];
}

/** A port, or the bridge itself, as AF_BRIDGE describes it. `vlans`: bits of IFLA_EXT_MASK that ask for them, 0 for none. */
export function bridgeLinkMessage(
  netDevice: NetDevice,
  port: BridgePort | undefined,
  group: VlanGroup | undefined,
  vlans: number,
  more: BridgeSpecMore = {},
  type: number = RTM_NEWLINK,
): NetlinkBody {
  const header = {
    ifi_family: AF_BRIDGE,
    ifi_type: ARPHRD_ETHER,
    ifi_index: netDevice.ifIndex,
    ifi_flags: visibleFlags(netDevice),
  };
  const infos: Value[] =
    vlans === 0 || group === undefined ? [] : vlanInfos(group, (vlans & RTEXT_FILTER_BRVLAN_COMPRESSED) !== 0);
  const attributes = encoded((draft) => {
    writeAttributes(draft, LINK, {
      IFLA_IFNAME: netDevice.name,
      IFLA_MASTER: (port?.bridge.netDevice ?? netDevice).ifIndex,
      IFLA_MTU: netDevice.mtu,
      IFLA_OPERSTATE: netDevice.operState,
      IFLA_ADDRESS: parseMac(netDevice.address),
    });
    if (port !== undefined) writePortOfLink(draft, port);
    const spec: Values = {
      ...(infos.length > 0 ? { IFLA_BRIDGE_VLAN_INFO: infos } : {}),
      ...(more.tunnels === undefined || more.tunnels.length === 0
        ? {}
        : { IFLA_BRIDGE_VLAN_TUNNEL_INFO: more.tunnels }),
      ...(more.trees === undefined ? {} : { IFLA_BRIDGE_MST: more.trees }),
    };
    if (Object.keys(spec).length > 0)
      writeAttributes(draft, LINK, { IFLA_AF_SPEC: encodeAttributes(BRIDGE_SPEC_TOLD, spec) });
  });
  return { type, body: encodeBody(IFINFOMSG, header, attributes) };
}
