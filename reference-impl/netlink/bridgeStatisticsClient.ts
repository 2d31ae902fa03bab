/** The statistics of bridges and their ports over RTM_GETSTATS, as the steps use them. */
import { decodeBody, encodeBody, NetlinkProtocolError, type NetlinkClient, type NetlinkResult } from './client.js';
import { RTM_GETSTATS } from './constants.js';
import { IFLA_STATS_LINK_XSTATS, IFLA_STATS_LINK_XSTATS_SLAVE, LINK_XSTATS } from './families/bridgeStatistics.js';
import { IF_STATS_MSG, LINK_STATS } from './families/rtnetlink.js';
import { bytesIn, decodeAttributes, isValues, listIn, nestIn, numberIn, type Values } from './schema.js';

export interface VlanCounters {
  readonly vid: number;
  readonly rxBytes: number;
  readonly rxPackets: number;
  readonly txBytes: number;
  readonly txPackets: number;
}

export interface BridgeStatistics {
  readonly vlans: readonly VlanCounters[];
  /** By the names of struct br_mcast_stats, with ` rx` or ` tx` behind them. */
  readonly messages: ReadonlyMap<string, number>;
}

/** Of a bridge itself, or of a port in one. */
export async function readBridgeStatistics(
  client: NetlinkClient,
  ifIndex: number,
  owner: 'bridge' | 'port',
): Promise<NetlinkResult<BridgeStatistics>> {
  const [attribute, name] =
    owner === 'bridge'
      ? [IFLA_STATS_LINK_XSTATS, 'IFLA_STATS_LINK_XSTATS']
      : [IFLA_STATS_LINK_XSTATS_SLAVE, 'IFLA_STATS_LINK_XSTATS_SLAVE'];
  const header = { ifindex: ifIndex, filter_mask: 1 << (attribute - 1) };
  const result = await client.request(RTM_GETSTATS, encodeBody(IF_STATS_MSG, header, new Uint8Array(0)));
  if (!result.ok) return result;
  const [reply] = result.value;
  if (reply === undefined) throw new NetlinkProtocolError('RTM_GETSTATS was acknowledged without statistics');
  const { values } = decodeBody(IF_STATS_MSG, LINK_STATS, reply);
  const extended = decodeAttributes(LINK_XSTATS, bytesIn(values, name) ?? new Uint8Array(0));
  const bridge = nestIn(extended, 'LINK_XSTATS_TYPE_BRIDGE');
  const messages = Object.entries(nestIn(bridge, 'BRIDGE_XSTATS_MCAST') ?? {});
  return {
    ok: true,
    value: {
      vlans: listIn(bridge, 'BRIDGE_XSTATS_VLAN').filter(isValues).map(vlanIn),
      messages: new Map(messages.map(([key, value]) => [key, Number(value)])),
    },
  };
}

const vlanIn = (values: Values): VlanCounters => ({
  vid: numberIn(values, 'vid') ?? 0,
  rxBytes: numberIn(values, 'rx_bytes') ?? 0,
  rxPackets: numberIn(values, 'rx_packets') ?? 0,
  txBytes: numberIn(values, 'tx_bytes') ?? 0,
  txPackets: numberIn(values, 'tx_packets') ?? 0,
});
