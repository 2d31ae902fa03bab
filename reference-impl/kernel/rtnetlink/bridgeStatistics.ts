/** Statistics of bridges and their ports in RTM_GETSTATS: br_fill_linkxstats() of net/bridge/br_netlink.c. */
import type { Vid } from '../../../harness/contract/index.js';
import {
  BRIDGE_VLAN_INFO_BRENTRY,
  BRIDGE_VLAN_INFO_PVID,
  BRIDGE_VLAN_INFO_UNTAGGED,
} from '../../netlink/families/bridge.js';
import {
  IFLA_STATS_LINK_XSTATS,
  IFLA_STATS_LINK_XSTATS_SLAVE,
  LINK_XSTATS,
} from '../../netlink/families/bridgeStatistics.js';
import { encodeAttributes, type Values } from '../../netlink/schema.js';
import { bridgeOf, type Bridge, type BridgePort } from '../bridge/bridge.js';
import type { McastStatistics } from '../bridge/multicast/multicastState.js';
import { vlanCounters } from '../bridge/vlanStatistics.js';
import type { NetDevice } from '../netDevice.js';
import type { ReferenceKernel } from '../kernel.js';

const isWanted = (mask: number, attribute: number): boolean => (mask & (1 << (attribute - 1))) !== 0;

/** The members of IFLA_STATS_* that bridges fill, as far as the mask asks for them. */
export function bridgeStatistics(kernel: ReferenceKernel, netDevice: NetDevice, mask: number): Values {
  const bridge = bridgeOf(netDevice);
  const port = netDevice.bridgePort;
  return {
    ...(bridge !== undefined && isWanted(mask, IFLA_STATS_LINK_XSTATS)
      ? { IFLA_STATS_LINK_XSTATS: encode(kernel, bridge, null) }
      : {}),
    ...(port !== undefined && isWanted(mask, IFLA_STATS_LINK_XSTATS_SLAVE)
      ? { IFLA_STATS_LINK_XSTATS_SLAVE: encode(kernel, port.bridge, port) }
      : {}),
  };
}

function encode({ bridging }: ReferenceKernel, bridge: Bridge, port: BridgePort | null): Uint8Array {
  const vids = port === null ? vidsOf(bridge) : port.vlans.members.keys();
  const vlans = [...vids]
    .sort((a, b) => a - b)
    .map((vid) => {
      const { rxBytes, rxPackets, txBytes, txPackets } = vlanCounters(bridging.events, bridge, port, vid);
      const counters = { rx_bytes: rxBytes, rx_packets: rxPackets, tx_bytes: txBytes, tx_packets: txPackets };
      return { ...counters, vid, flags: flagsOf(bridge, port, vid) };
    });
  return encodeAttributes(LINK_XSTATS, {
    LINK_XSTATS_TYPE_BRIDGE: {
      BRIDGE_XSTATS_VLAN: vlans,
      BRIDGE_XSTATS_MCAST: mcastValues((port ?? bridge).multicast.statistics),
    },
  });
}

/** A bridge keeps a VLAN of its own for each that one of its ports is in. */
function vidsOf({ vlans, ports }: Bridge): ReadonlySet<Vid> {
  const vids = new Set(vlans.members.keys());
  for (const port of ports.values()) for (const vid of port.vlans.members.keys()) vids.add(vid);
  return vids;
}

function flagsOf(bridge: Bridge, port: BridgePort | null, vid: Vid): number {
  const { members, pvid } = (port ?? bridge).vlans;
  const own = members.get(vid);
  return (
    (vid === pvid ? BRIDGE_VLAN_INFO_PVID : 0) |
    (own?.untagged === true ? BRIDGE_VLAN_INFO_UNTAGGED : 0) |
    (port === null && own !== undefined ? BRIDGE_VLAN_INFO_BRENTRY : 0)
  );
}

const mcastValues = (statistics: McastStatistics): Values => Object.fromEntries(statistics);
