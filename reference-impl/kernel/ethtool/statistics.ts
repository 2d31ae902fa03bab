/** ETHTOOL_MSG_STATS_GET and ETHTOOL_MSG_STRSET_GET: net/ethtool/stats.c, strset.c. */
import type { StandardStatistics } from '../../../harness/contract/index.js';
import { decodeBits } from '../../netlink/bitset.js';
import {
  ETH_SS_FEATURES,
  ETH_SS_LINK_MODES,
  ETH_SS_SOF_TIMESTAMPING,
  ETH_SS_STATS,
  ETH_SS_STATS_ETH_CTRL,
  ETH_SS_STATS_ETH_MAC,
  ETH_SS_STATS_ETH_PHY,
  ETH_SS_STATS_RMON,
  ETH_SS_STATS_STD,
  ETH_SS_TS_RX_FILTERS,
  ETH_SS_TS_TX_TYPES,
} from '../../netlink/families/ethtool.js';
import { isValues, listIn, nestIn, numberIn, type Value, type Values } from '../../netlink/schema.js';
import {
  ETH_CTRL_NAMES,
  ETH_MAC_NAMES,
  ETH_PHY_NAMES,
  FEATURE_NAMES,
  LINK_MODE_NAMES,
  RMON_NAMES,
  RX_FILTER_NAMES,
  STATS_GROUP_NAMES,
  TIMESTAMPING_NAMES,
  TX_TYPE_NAMES,
} from '../../netlink/stringSets.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { portOf, type NetDevice } from '../netDevice.js';
import { refusal } from '../refusals.js';
import { refusedWith, type FillReply } from './request.js';

interface Group {
  readonly name: string;
  readonly stringSet: number;
  readonly counters: readonly string[];
  readonly member: 'ethPhy' | 'ethMac' | 'ethCtrl' | 'rmon';
}

const GROUPS: readonly Group[] = [
  { name: 'eth-phy', stringSet: ETH_SS_STATS_ETH_PHY, counters: ETH_PHY_NAMES, member: 'ethPhy' },
  { name: 'eth-mac', stringSet: ETH_SS_STATS_ETH_MAC, counters: ETH_MAC_NAMES, member: 'ethMac' },
  { name: 'eth-ctrl', stringSet: ETH_SS_STATS_ETH_CTRL, counters: ETH_CTRL_NAMES, member: 'ethCtrl' },
  { name: 'rmon', stringSet: ETH_SS_STATS_RMON, counters: RMON_NAMES, member: 'rmon' },
];

export const fillStatistics: FillReply = async (_context, netDevice, { values }) => {
  const { device, port } = portOf(netDevice);
  const asked = decodeBits(nestIn(values, 'ETHTOOL_A_STATS_GROUPS'), STATS_GROUP_NAMES).set;
  if (asked.size === 0) return refusedWith(refusal(EINVAL, 'no stats requested'));
  if ([...asked].some((name) => name.startsWith('#'))) return refusedWith(refusal(EINVAL));
  const { standardStatistics } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || standardStatistics === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const statistics = await standardStatistics(port);
  const groups = GROUPS.filter(({ name }) => asked.has(name)).map((group) => groupValues(group, statistics));
  return { ETHTOOL_A_STATS_GRP: groups };
};

function groupValues({ name, stringSet, counters, member }: Group, statistics: StandardStatistics): Values {
  const known: Readonly<Partial<Record<string, number>>> = statistics[member];
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

const COMMON_SETS = new Map<number, readonly string[]>([
  [ETH_SS_FEATURES, FEATURE_NAMES],
  [ETH_SS_LINK_MODES, LINK_MODE_NAMES],
  [ETH_SS_SOF_TIMESTAMPING, TIMESTAMPING_NAMES],
  [ETH_SS_TS_TX_TYPES, TX_TYPE_NAMES],
  [ETH_SS_TS_RX_FILTERS, RX_FILTER_NAMES],
  [ETH_SS_STATS_STD, STATS_GROUP_NAMES],
  [ETH_SS_STATS_ETH_PHY, ETH_PHY_NAMES],
  [ETH_SS_STATS_ETH_MAC, ETH_MAC_NAMES],
  [ETH_SS_STATS_ETH_CTRL, ETH_CTRL_NAMES],
  [ETH_SS_STATS_RMON, RMON_NAMES],
]);

/** The string sets that are asked for, or all that there are. Those of a device need one; `netDevice` is absent where none is named. */
export const fillStringSets = async (netDevice: NetDevice | undefined, values: Values): Promise<Values> => {
  const own = netDevice === undefined ? undefined : await privateNames(netDevice);
  const sets = new Map(COMMON_SETS);
  if (own !== undefined) sets.set(ETH_SS_STATS, own);
  const asked = listIn(nestIn(values, 'ETHTOOL_A_STRSET_STRINGSETS'), 'ETHTOOL_A_STRINGSETS_STRINGSET')
    .filter(isValues)
    .map((set) => numberIn(set, 'ETHTOOL_A_STRINGSET_ID') ?? -1);
  const wanted =
    asked.length > 0
      ? asked.filter((id) => sets.has(id))
      : own === undefined
        ? [...COMMON_SETS.keys()]
        : [ETH_SS_STATS];
  const countsOnly = values['ETHTOOL_A_STRSET_COUNTS_ONLY'] === true;
  return {
    ETHTOOL_A_STRSET_STRINGSETS: {
      ETHTOOL_A_STRINGSETS_STRINGSET: wanted.map((id) => stringSetValues(id, sets.get(id) ?? [], countsOnly)),
    },
  };
};

async function privateNames(netDevice: NetDevice): Promise<readonly string[] | undefined> {
  const { device, port } = portOf(netDevice);
  if (netDevice.lower.kind === 'vlan') return undefined;
  return (await device.ethtool.privateStatistics?.(port))?.map(([name]) => name);
}

const stringSetValues = (id: number, names: readonly string[], countsOnly: boolean): Values => ({
  ETHTOOL_A_STRINGSET_ID: id,
  ETHTOOL_A_STRINGSET_COUNT: names.length,
  ...(countsOnly
    ? {}
    : {
        ETHTOOL_A_STRINGSET_STRINGS: {
          ETHTOOL_A_STRINGS_STRING: names.map((name, index) => ({
            ETHTOOL_A_STRING_INDEX: index,
            ETHTOOL_A_STRING_VALUE: name,
          })),
        },
      }),
});
