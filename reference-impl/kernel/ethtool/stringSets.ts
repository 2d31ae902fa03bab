/** ETHTOOL_MSG_STRSET_GET: net/ethtool/strset.c. */
import {
  ETH_SS_FEATURES,
  ETH_SS_LINK_MODES,
  ETH_SS_MSG_CLASSES,
  ETH_SS_PHY_STATS,
  ETH_SS_PHY_TUNABLES,
  ETH_SS_PRIV_FLAGS,
  ETH_SS_RSS_HASH_FUNCS,
  ETH_SS_SOF_TIMESTAMPING,
  ETH_SS_STATS,
  ETH_SS_STATS_ETH_CTRL,
  ETH_SS_STATS_ETH_MAC,
  ETH_SS_STATS_ETH_PHY,
  ETH_SS_STATS_PHY,
  ETH_SS_STATS_RMON,
  ETH_SS_STATS_STD,
  ETH_SS_TEST,
  ETH_SS_TS_FLAGS,
  ETH_SS_TS_RX_FILTERS,
  ETH_SS_TS_TX_TYPES,
  ETH_SS_TUNABLES,
  ETH_SS_UDP_TUNNEL_TYPES,
  ETH_SS_WOL_MODES,
} from '../../netlink/families/ethtool.js';
import { isValues, listIn, nestIn, numberIn, type Values } from '../../netlink/schema.js';
import {
  ETH_CTRL_NAMES,
  ETH_MAC_NAMES,
  ETH_PHY_NAMES,
  FEATURE_NAMES,
  HASH_FUNCTION_NAMES,
  LINK_MODE_NAMES,
  MESSAGE_CLASS_NAMES,
  PHYDEV_NAMES,
  PHY_TUNABLE_NAMES,
  RMON_NAMES,
  RX_FILTER_NAMES,
  STATS_GROUP_NAMES,
  TIMESTAMPING_NAMES,
  TIMESTAMP_FLAG_NAMES,
  TUNABLE_NAMES,
  TUNNEL_TYPE_NAMES,
  TX_TYPE_NAMES,
  WAKE_NAMES,
} from '../../netlink/stringSets.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import type { NetDevice } from '../netDevice.js';
import { refusal, refusalAt } from '../refusals.js';
import { opsOf } from './deviceState.js';
import type { EthtoolParts } from './ethtoolParts.js';
import type { Query } from './request.js';

/** The sets that are the same for every device. */
export const COMMON_SETS: ReadonlyMap<number, readonly string[]> = new Map<number, readonly string[]>([
  [ETH_SS_FEATURES, FEATURE_NAMES],
  [ETH_SS_RSS_HASH_FUNCS, HASH_FUNCTION_NAMES],
  [ETH_SS_TUNABLES, TUNABLE_NAMES],
  [ETH_SS_PHY_TUNABLES, PHY_TUNABLE_NAMES],
  [ETH_SS_LINK_MODES, LINK_MODE_NAMES],
  [ETH_SS_MSG_CLASSES, MESSAGE_CLASS_NAMES],
  [ETH_SS_WOL_MODES, WAKE_NAMES],
  [ETH_SS_SOF_TIMESTAMPING, TIMESTAMPING_NAMES],
  [ETH_SS_TS_TX_TYPES, TX_TYPE_NAMES],
  [ETH_SS_TS_RX_FILTERS, RX_FILTER_NAMES],
  [ETH_SS_UDP_TUNNEL_TYPES, TUNNEL_TYPE_NAMES],
  [ETH_SS_STATS_STD, STATS_GROUP_NAMES],
  [ETH_SS_STATS_ETH_PHY, ETH_PHY_NAMES],
  [ETH_SS_STATS_ETH_MAC, ETH_MAC_NAMES],
  [ETH_SS_STATS_ETH_CTRL, ETH_CTRL_NAMES],
  [ETH_SS_STATS_RMON, RMON_NAMES],
  [ETH_SS_STATS_PHY, PHYDEV_NAMES],
  [ETH_SS_TS_FLAGS, TIMESTAMP_FLAG_NAMES],
]);

/** Sets that each device has of its own. */
const DEVICE_SETS: readonly number[] = [ETH_SS_TEST, ETH_SS_STATS, ETH_SS_PRIV_FLAGS, ETH_SS_PHY_STATS];
/** ETH_SS_COUNT. */
const SET_COUNT = ETH_SS_TS_FLAGS + 1;

/** get_sset_count() and get_strings(); undefined: the device has no such set. */
export async function deviceStrings(netDevice: NetDevice, id: number): Promise<readonly string[] | undefined> {
  const { ops, port } = opsOf(netDevice);
  switch (id) {
    case ETH_SS_TEST:
      return ops.selfTest?.names;
    case ETH_SS_STATS:
      return (await ops.privateStatistics?.(port))?.map(([name]) => name);
    case ETH_SS_PRIV_FLAGS:
      return ops.privateFlags?.names;
    case ETH_SS_PHY_STATS:
      return (await ops.phy?.statistics?.(port))?.map(([name]) => name);
    default:
      return undefined;
  }
}

/** The sets that are asked for, or all of the device's, or without one all that there are. */
export async function fillStringSets(
  parts: EthtoolParts,
  netDevice: NetDevice | undefined,
  query: Pick<Query, 'values' | 'offsets'>,
): Promise<Values | Refusal> {
  const asked = requestedSets(parts, query);
  if ('errno' in asked) return asked;
  if (netDevice === undefined && DEVICE_SETS.some((id) => asked.has(id)) && parts.refusesDeviceStringsAlone)
    return refusal(EINVAL, 'requested per device strings without dev');
  const everything = netDevice === undefined ? [...COMMON_SETS.keys()] : DEVICE_SETS;
  const wanted = [...(asked.size > 0 ? asked : everything)].sort((a, b) => a - b);
  const countsOnly = query.values['ETHTOOL_A_STRSET_COUNTS_ONLY'] === true;
  const sets: Values[] = [];
  for (const id of wanted) {
    const isDevices = DEVICE_SETS.includes(id);
    if (!isDevices && !COMMON_SETS.has(id)) return refusal(EOPNOTSUPP);
    const own = isDevices && netDevice !== undefined ? await deviceStrings(netDevice, id) : undefined;
    const names = COMMON_SETS.get(id) ?? own ?? [];
    if (names.length > 0 || !parts.leavesOutEmpty) sets.push(stringSetValues(parts, id, names, countsOnly));
  }
  return { ETHTOOL_A_STRSET_STRINGSETS: { ETHTOOL_A_STRINGSETS_STRINGSET: sets } };
}

function requestedSets(parts: EthtoolParts, query: Pick<Query, 'values' | 'offsets'>): ReadonlySet<number> | Refusal {
  const path = 'ETHTOOL_A_STRSET_STRINGSETS';
  const member = 'ETHTOOL_A_STRINGSETS_STRINGSET';
  const asked = new Set<number>();
  for (const [place, set] of listIn(nestIn(query.values, path), member).filter(isValues).entries()) {
    const id = numberIn(set, 'ETHTOOL_A_STRINGSET_ID');
    const here = `${path}/${member}#${place}`;
    if (id === undefined) {
      const missingNest = query.offsets.get(here);
      return { ok: false, errno: EINVAL, missingType: 1, ...(missingNest === undefined ? {} : { missingNest }) };
    }
    if (id < SET_COUNT) asked.add(id);
    else if (parts.refusesUnknownStringSet) return refusalAt(query, here, EOPNOTSUPP, 'unknown string set id');
  }
  return asked;
}

const stringSetValues = (parts: EthtoolParts, id: number, names: readonly string[], countsOnly: boolean): Values => ({
  ETHTOOL_A_STRINGSET_ID: id,
  ETHTOOL_A_STRINGSET_COUNT: countsOnly ? parts.countOf(names) : names.length,
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
