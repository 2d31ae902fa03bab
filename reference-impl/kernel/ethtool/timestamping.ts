/** ETHTOOL_MSG_TSINFO_GET and ETHTOOL_MSG_TSCONFIG_: net/ethtool/tsinfo.c, tsconfig.c. */
import type { HwTimestampConfig, TimestampingInfo } from '../../../harness/contract/index.js';
import { bitList, compactBits } from '../../netlink/bitset.js';
import type { Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { RX_FILTER_NAMES, TIMESTAMPING_NAMES, TX_TYPE_NAMES } from '../../netlink/stringSets.js';
import { EINVAL, EOPNOTSUPP, ERANGE } from '../errno.js';
import { portOf, type NetDevice } from '../netDevice.js';
import { refusal } from '../refusals.js';
import { updatedBits } from './bitsetRequest.js';
import { opsOf } from './deviceState.js';
import { refusedWith, type ApplyChange, type EthtoolContext, type EthtoolRequest, type FillReply } from './request.js';

/** What the core does for a device without timestamps of its own: SOF_TIMESTAMPING_RX_SOFTWARE and _SOFTWARE. */
const SOFTWARE_ONLY: TimestampingInfo = { flags: [3, 4], txTypes: [], rxFilters: [], phcIndex: null };

const named = (bits: readonly number[], names: readonly string[], compact: boolean): Values => {
  const present = bits.map((bit) => names[bit] ?? '').filter((name) => name !== '');
  return compact ? compactBits(present, undefined, names) : bitList(present, names);
};

export const fillTimestampingInfo: FillReply = async (_context, netDevice, { flags }) => {
  const { device, port } = portOf(netDevice);
  const info = (await device.ethtool.getTimestamping?.(port)) ?? SOFTWARE_ONLY;
  return {
    ETHTOOL_A_TSINFO_TIMESTAMPING: named(info.flags, TIMESTAMPING_NAMES, flags.compact),
    ...(info.txTypes.length > 0
      ? { ETHTOOL_A_TSINFO_TX_TYPES: named(info.txTypes, TX_TYPE_NAMES, flags.compact) }
      : {}),
    ...(info.rxFilters.length > 0
      ? { ETHTOOL_A_TSINFO_RX_FILTERS: named(info.rxFilters, RX_FILTER_NAMES, flags.compact) }
      : {}),
    ...(info.phcIndex === null ? {} : { ETHTOOL_A_TSINFO_PHC_INDEX: info.phcIndex }),
    ...(flags.statistics ? { ETHTOOL_A_TSINFO_STATS: await stampCounters(netDevice) } : {}),
  };
};

/** tsinfo_put_stats(). */
async function stampCounters(netDevice: NetDevice): Promise<Values> {
  const { ops, port } = opsOf(netDevice);
  const counters = await ops.timestampStatistics?.(port);
  if (counters === undefined) return {};
  return {
    ETHTOOL_A_TS_STAT_TX_PKTS: counters.packets,
    ETHTOOL_A_TS_STAT_TX_LOST: counters.lost,
    ETHTOOL_A_TS_STAT_TX_ERR: counters.errors,
  };
}

export const fillTimestampConfig: FillReply = async (_context, netDevice, { flags }) => {
  const { device, port } = portOf(netDevice);
  const { getHwTimestamp } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getHwTimestamp === undefined) return refusedWith(refusal(EOPNOTSUPP));
  return configValues(await getHwTimestamp(port), flags.compact);
};

const configValues = ({ txType, rxFilter }: HwTimestampConfig, compact: boolean): Values => ({
  ETHTOOL_A_TSCONFIG_TX_TYPES: named([txType], TX_TYPE_NAMES, compact),
  ETHTOOL_A_TSCONFIG_RX_FILTERS: named([rxFilter], RX_FILTER_NAMES, compact),
});

export const changeTimestampConfig: ApplyChange = async (context, request) => {
  const { netDevice, flags } = request;
  const { device, port } = portOf(netDevice);
  const { getHwTimestamp, setHwTimestamp } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getHwTimestamp === undefined || setHwTimestamp === undefined) {
    return refusal(EOPNOTSUPP);
  }
  const before = await getHwTimestamp(port);
  const txType = oneBit(context, request, 'ETHTOOL_A_TSCONFIG_TX_TYPES', TX_TYPE_NAMES, before.txType);
  if (typeof txType !== 'number') return txType;
  const rxFilter = oneBit(context, request, 'ETHTOOL_A_TSCONFIG_RX_FILTERS', RX_FILTER_NAMES, before.rxFilter);
  if (typeof rxFilter !== 'number') return rxFilter;
  if (txType === before.txType && rxFilter === before.rxFilter) return configValues(before, flags.compact);
  const result = await setHwTimestamp(port, { txType, rxFilter });
  return result.ok ? configValues(result.value, flags.compact) : refusal(result.errno, result.message);
};

/**
 * Exactly one type or filter can be in force: what the request says is put over that, so that another without a mask that takes that away
 * makes two. Nothing at all is none that there is, which net_hwtstamp_validate() refuses.
 */
function oneBit(
  { kernel }: Pick<EthtoolContext, 'kernel'>,
  request: EthtoolRequest,
  path: string,
  names: readonly string[],
  before: number,
): number | Refusal {
  if (request.values[path] === undefined) return before;
  const updated = updatedBits(request, path, names, [names[before] ?? '']);
  if (!updated.ok) return updated;
  const asked = [...updated.bits].map((name) => names.indexOf(name)).sort((one, other) => one - other);
  if (asked.length > 1 && kernel.parts.ethtool.oneStampType) return refusal(EINVAL);
  return asked[0] ?? refusal(ERANGE);
}
