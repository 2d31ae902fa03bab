/** ETHTOOL_MSG_STATS_GET: net/ethtool/stats.c. */
import type { StandardStatistics } from '../../../harness/contract/index.js';
import {
  ETH_SS_STATS_ETH_CTRL,
  ETH_SS_STATS_ETH_MAC,
  ETH_SS_STATS_ETH_PHY,
  ETH_SS_STATS_PHY,
  ETH_SS_STATS_RMON,
} from '../../netlink/families/ethtool.js';
import { numberIn, type Value, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import {
  ETH_CTRL_NAMES,
  ETH_MAC_NAMES,
  ETH_PHY_NAMES,
  PHYDEV_NAMES,
  RMON_NAMES,
  STATS_GROUP_NAMES,
} from '../../netlink/stringSets.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import type { NetDevice } from '../netDevice.js';
import { refusal } from '../refusals.js';
import { requestedBits } from './bitsetRequest.js';
import { opsOf } from './deviceState.js';
import { refusedWith, type EthtoolContext, type FillReply } from './request.js';

interface Group {
  readonly name: string;
  readonly stringSet: number;
  readonly counters: readonly string[];
  /** null: no device of the contract counts it. */
  readonly member: 'ethPhy' | 'ethMac' | 'ethCtrl' | 'rmon' | null;
}

const GROUPS: readonly Group[] = [
  { name: 'eth-phy', stringSet: ETH_SS_STATS_ETH_PHY, counters: ETH_PHY_NAMES, member: 'ethPhy' },
  { name: 'eth-mac', stringSet: ETH_SS_STATS_ETH_MAC, counters: ETH_MAC_NAMES, member: 'ethMac' },
  { name: 'eth-ctrl', stringSet: ETH_SS_STATS_ETH_CTRL, counters: ETH_CTRL_NAMES, member: 'ethCtrl' },
  { name: 'rmon', stringSet: ETH_SS_STATS_RMON, counters: RMON_NAMES, member: 'rmon' },
  { name: 'phydev', stringSet: ETH_SS_STATS_PHY, counters: PHYDEV_NAMES, member: null },
];

const NOTHING_COUNTED: StandardStatistics = {
  ethPhy: {},
  ethMac: {},
  ethCtrl: {},
  rmon: {},
  rmonRxHistogram: [],
  rmonTxHistogram: [],
};

/** A device that keeps no counters answers with empty groups: stats_prepare_data() asks only operations that are there. */
export const fillStatistics: FillReply = async (context, netDevice, query) => {
  const { ops, port } = opsOf(netDevice);
  const asked = requestedBits(query, 'ETHTOOL_A_STATS_GROUPS', STATS_GROUP_NAMES, true, context.kernel.parts.ethtool);
  if (!asked.ok) return refusedWith(asked);
  if (asked.set.size === 0) return refusedWith(refusal(EINVAL, 'no stats requested'));
  const source = numberIn(query.values, 'ETHTOOL_A_STATS_SRC') ?? SOURCE_AGGREGATE;
  const withoutMerge = await refusedSource(context, netDevice, source);
  if (withoutMerge !== undefined) return refusedWith(withoutMerge);
  // Of the two MACs of a merge layer the express MAC alone has carried frames.
  const keeps =
    context.kernel.parts.ethtool.statisticsOf(source) === SOURCE_PMAC
      ? undefined
      : await ops.standardStatistics?.(port);
  const statistics = keeps ?? NOTHING_COUNTED;
  const groups = GROUPS.filter(({ name }) => asked.set.has(name)).map((group) => groupValues(group, statistics));
  return { ETHTOOL_A_STATS_SRC: source, ...(groups.length > 0 ? { ETHTOOL_A_STATS_GRP: groups } : {}) };
};

/** ETHTOOL_MAC_STATS_SRC_*. */
const SOURCE_AGGREGATE = 0;
const SOURCE_PMAC = 2;

/** One MAC alone can be asked for only where there are two. */
export async function refusedSource(
  { kernel }: EthtoolContext,
  netDevice: NetDevice,
  source: number | undefined,
): Promise<Refusal | undefined> {
  if (source === undefined || source === SOURCE_AGGREGATE || !kernel.parts.ethtool.sourceNeedsMacMerge)
    return undefined;
  const { ops, port } = opsOf(netDevice);
  const merge = await ops.getMacMerge?.(port);
  return merge?.ok === true ? undefined : refusal(EOPNOTSUPP, 'ethtool: Device does not support MAC merge layer');
}

function groupValues({ name, stringSet, counters, member }: Group, statistics: StandardStatistics): Values {
  const known: Readonly<Partial<Record<string, number>>> = member === null ? {} : statistics[member];
  const stats: Value[] = [];
  for (const [index, counter] of counters.entries()) {
    const value = known[counter];
    if (value !== undefined) stats.push({ [String(index)]: value });
  }
  const histogram = (buckets: StandardStatistics['rmonRxHistogram']): Value[] =>
    buckets.map(({ low, high, count }) => ({
      ETHTOOL_A_STATS_GRP_HIST_BKT_LOW: low,
      ETHTOOL_A_STATS_GRP_HIST_BKT_HI: high,
      ETHTOOL_A_STATS_GRP_HIST_VAL: count,
    }));
  return {
    ETHTOOL_A_STATS_GRP_ID: (STATS_GROUP_NAMES as readonly string[]).indexOf(name),
    ETHTOOL_A_STATS_GRP_SS_ID: stringSet,
    ...(stats.length > 0 ? { ETHTOOL_A_STATS_GRP_STAT: stats } : {}),
    ...(name === 'rmon'
      ? {
          ETHTOOL_A_STATS_GRP_HIST_RX: histogram(statistics.rmonRxHistogram),
          ETHTOOL_A_STATS_GRP_HIST_TX: histogram(statistics.rmonTxHistogram),
        }
      : {}),
  };
}
