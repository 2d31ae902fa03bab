/** Counters of VLANs: struct pcpu_sw_netstats of struct net_bridge_vlan, net/bridge/br_vlan.c. */
import type { Vid } from '../../../harness/contract/index.js';
import type { Bridge, BridgePort } from './bridge.js';
import type { BridgeEvents } from './bridgeEvents.js';

export interface VlanCounters {
  rxBytes: number;
  rxPackets: number;
  txBytes: number;
  txPackets: number;
}

export interface VlanStatistics {
  /** IFLA_BR_VLAN_STATS_ENABLED. */
  isOn: boolean;
  /** IFLA_BR_VLAN_STATS_PER_PORT: each port counts for itself, and not all of them together with the bridge. */
  perPort: boolean;
  readonly counters: Map<string, VlanCounters>;
}

export const newVlanStatistics = (): VlanStatistics => ({ isOn: false, perPort: false, counters: new Map() });

const ETH_HLEN = 14;

/** The counters of a VLAN at a port, or of the bridge itself. */
export function vlanCounters(
  { multicast: { parts } }: BridgeEvents,
  { vlanStatistics }: Bridge,
  port: BridgePort | null,
  vid: Vid,
): VlanCounters {
  const key = port !== null && parts.vlanCountsPerPort(vlanStatistics.perPort) ? `${vid} ${port.number}` : `${vid}`;
  let counters = vlanStatistics.counters.get(key);
  if (counters === undefined) {
    counters = { rxBytes: 0, rxPackets: 0, txBytes: 0, txPackets: 0 };
    vlanStatistics.counters.set(key, counters);
  }
  return counters;
}

/** __allowed_ingress() and br_handle_vlan(): a frame comes in, or goes out. Bytes are those behind the header of Ethernet. */
export function countVlan(
  events: BridgeEvents,
  bridge: Bridge,
  port: BridgePort | null,
  vid: Vid,
  way: 'rx' | 'tx',
  length: number,
): void {
  const { parts } = events.multicast;
  if (!bridge.vlanFiltering || (!bridge.vlanStatistics.isOn && !parts.vlanCountsWhenOff)) return;
  const counters = vlanCounters(events, bridge, port, vid);
  const bytes = parts.vlanCountsHeader ? length : length - ETH_HLEN;
  if (way === 'rx') {
    counters.rxPackets++;
    counters.rxBytes += bytes;
  } else {
    counters.txPackets++;
    counters.txBytes += bytes;
  }
}
