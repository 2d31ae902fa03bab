/** The attribute sets of the "ethtool" generic netlink family: linux/ethtool_netlink.h. */
import {
  attributeSet,
  binary,
  flag,
  nest,
  ranged,
  string,
  text,
  u32,
  u64,
  u8,
  uint,
  type AttributeType,
} from '../schema.js';

export const IFNAMSIZ = 16;
export const ALTIFNAMSIZ = 128;

export const ETHTOOL_HEADER = attributeSet('ETHTOOL_A_HEADER', [
  [1, 'ETHTOOL_A_HEADER_DEV_INDEX', u32],
  [2, 'ETHTOOL_A_HEADER_DEV_NAME', string(ALTIFNAMSIZ - 1)],
  [3, 'ETHTOOL_A_HEADER_FLAGS', { kind: 'u32', mask: 7 }],
  [4, 'ETHTOOL_A_HEADER_PHY_INDEX', ranged('u32', 1, 0xffff_ffff)],
]);
export const header = nest(() => ETHTOOL_HEADER);

const BITSET_BIT = attributeSet('ETHTOOL_A_BITSET_BIT', [
  [1, 'ETHTOOL_A_BITSET_BIT_INDEX', u32],
  [2, 'ETHTOOL_A_BITSET_BIT_NAME', string(ALTIFNAMSIZ)],
  [3, 'ETHTOOL_A_BITSET_BIT_VALUE', flag],
]);
const BITSET_BITS = attributeSet('ETHTOOL_A_BITSET_BITS', [
  [1, 'ETHTOOL_A_BITSET_BITS_BIT', nest(() => BITSET_BIT), 'repeats'],
]);
export const BITSET = attributeSet('ETHTOOL_A_BITSET', [
  [1, 'ETHTOOL_A_BITSET_NOMASK', flag],
  [2, 'ETHTOOL_A_BITSET_SIZE', u32],
  [3, 'ETHTOOL_A_BITSET_BITS', nest(() => BITSET_BITS)],
  [4, 'ETHTOOL_A_BITSET_VALUE', binary],
  [5, 'ETHTOOL_A_BITSET_MASK', binary],
]);
export const bitset = nest(() => BITSET);

const STRING = attributeSet('ETHTOOL_A_STRING', [
  [1, 'ETHTOOL_A_STRING_INDEX', u32],
  [2, 'ETHTOOL_A_STRING_VALUE', text],
]);
const STRINGS = attributeSet('ETHTOOL_A_STRINGS', [[1, 'ETHTOOL_A_STRINGS_STRING', nest(() => STRING), 'repeats']]);
const STRINGSET = attributeSet('ETHTOOL_A_STRINGSET', [
  [1, 'ETHTOOL_A_STRINGSET_ID', u32],
  [2, 'ETHTOOL_A_STRINGSET_COUNT', u32],
  [3, 'ETHTOOL_A_STRINGSET_STRINGS', nest(() => STRINGS)],
]);
const STRINGSETS = attributeSet('ETHTOOL_A_STRINGSETS', [
  [1, 'ETHTOOL_A_STRINGSETS_STRINGSET', nest(() => STRINGSET), 'repeats'],
]);
export const STRSET = attributeSet('ETHTOOL_A_STRSET', [
  [1, 'ETHTOOL_A_STRSET_HEADER', header],
  [2, 'ETHTOOL_A_STRSET_STRINGSETS', nest(() => STRINGSETS)],
  [3, 'ETHTOOL_A_STRSET_COUNTS_ONLY', flag],
]);

export const LINKINFO = attributeSet('ETHTOOL_A_LINKINFO', [
  [1, 'ETHTOOL_A_LINKINFO_HEADER', header],
  [2, 'ETHTOOL_A_LINKINFO_PORT', u8],
  [3, 'ETHTOOL_A_LINKINFO_PHYADDR', u8],
  [4, 'ETHTOOL_A_LINKINFO_TP_MDIX', u8],
  [5, 'ETHTOOL_A_LINKINFO_TP_MDIX_CTRL', u8],
  [6, 'ETHTOOL_A_LINKINFO_TRANSCEIVER', u8],
]);
export const LINKMODES = attributeSet('ETHTOOL_A_LINKMODES', [
  [1, 'ETHTOOL_A_LINKMODES_HEADER', header],
  [2, 'ETHTOOL_A_LINKMODES_AUTONEG', u8],
  [3, 'ETHTOOL_A_LINKMODES_OURS', bitset],
  [4, 'ETHTOOL_A_LINKMODES_PEER', bitset],
  [5, 'ETHTOOL_A_LINKMODES_SPEED', u32],
  [6, 'ETHTOOL_A_LINKMODES_DUPLEX', u8],
  [7, 'ETHTOOL_A_LINKMODES_MASTER_SLAVE_CFG', u8],
  [8, 'ETHTOOL_A_LINKMODES_MASTER_SLAVE_STATE', u8],
  [9, 'ETHTOOL_A_LINKMODES_LANES', ranged('u32', 1, 8)],
  [10, 'ETHTOOL_A_LINKMODES_RATE_MATCHING', u8],
]);
export const LINKSTATE = attributeSet('ETHTOOL_A_LINKSTATE', [
  [1, 'ETHTOOL_A_LINKSTATE_HEADER', header],
  [2, 'ETHTOOL_A_LINKSTATE_LINK', u8],
  [3, 'ETHTOOL_A_LINKSTATE_SQI', u32],
  [4, 'ETHTOOL_A_LINKSTATE_SQI_MAX', u32],
  [5, 'ETHTOOL_A_LINKSTATE_EXT_STATE', u8],
  [6, 'ETHTOOL_A_LINKSTATE_EXT_SUBSTATE', u8],
  [7, 'ETHTOOL_A_LINKSTATE_EXT_DOWN_CNT', u32],
]);
export const FEATURES = attributeSet('ETHTOOL_A_FEATURES', [
  [1, 'ETHTOOL_A_FEATURES_HEADER', header],
  [2, 'ETHTOOL_A_FEATURES_HW', bitset],
  [3, 'ETHTOOL_A_FEATURES_WANTED', bitset],
  [4, 'ETHTOOL_A_FEATURES_ACTIVE', bitset],
  [5, 'ETHTOOL_A_FEATURES_NOCHANGE', bitset],
]);
const atLeastOne = ranged('u32', 1, 0xffff_ffff);
const switchByte = ranged('u8', 0, 1);
export const RINGS = attributeSet('ETHTOOL_A_RINGS', [
  [1, 'ETHTOOL_A_RINGS_HEADER', header],
  [2, 'ETHTOOL_A_RINGS_RX_MAX', u32],
  [3, 'ETHTOOL_A_RINGS_RX_MINI_MAX', u32],
  [4, 'ETHTOOL_A_RINGS_RX_JUMBO_MAX', u32],
  [5, 'ETHTOOL_A_RINGS_TX_MAX', u32],
  [6, 'ETHTOOL_A_RINGS_RX', u32],
  [7, 'ETHTOOL_A_RINGS_RX_MINI', u32],
  [8, 'ETHTOOL_A_RINGS_RX_JUMBO', u32],
  [9, 'ETHTOOL_A_RINGS_TX', u32],
  [10, 'ETHTOOL_A_RINGS_RX_BUF_LEN', atLeastOne],
  [11, 'ETHTOOL_A_RINGS_TCP_DATA_SPLIT', ranged('u8', 0, 2)],
  [12, 'ETHTOOL_A_RINGS_CQE_SIZE', atLeastOne],
  [13, 'ETHTOOL_A_RINGS_TX_PUSH', switchByte],
  [14, 'ETHTOOL_A_RINGS_RX_PUSH', switchByte],
  [15, 'ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN', u32],
  [16, 'ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN_MAX', u32],
  [17, 'ETHTOOL_A_RINGS_HDS_THRESH', u32],
  [18, 'ETHTOOL_A_RINGS_HDS_THRESH_MAX', u32],
]);
export const CHANNELS = attributeSet('ETHTOOL_A_CHANNELS', [
  [1, 'ETHTOOL_A_CHANNELS_HEADER', header],
  [2, 'ETHTOOL_A_CHANNELS_RX_MAX', u32],
  [3, 'ETHTOOL_A_CHANNELS_TX_MAX', u32],
  [4, 'ETHTOOL_A_CHANNELS_OTHER_MAX', u32],
  [5, 'ETHTOOL_A_CHANNELS_COMBINED_MAX', u32],
  [6, 'ETHTOOL_A_CHANNELS_RX_COUNT', u32],
  [7, 'ETHTOOL_A_CHANNELS_TX_COUNT', u32],
  [8, 'ETHTOOL_A_CHANNELS_OTHER_COUNT', u32],
  [9, 'ETHTOOL_A_CHANNELS_COMBINED_COUNT', u32],
]);

/** The parameters of `ethtool -c`, in the order of their attributes; the first has number 2. */
export const COALESCE_PARAMETERS = [
  'RX_USECS',
  'RX_MAX_FRAMES',
  'RX_USECS_IRQ',
  'RX_MAX_FRAMES_IRQ',
  'TX_USECS',
  'TX_MAX_FRAMES',
  'TX_USECS_IRQ',
  'TX_MAX_FRAMES_IRQ',
  'STATS_BLOCK_USECS',
  'USE_ADAPTIVE_RX',
  'USE_ADAPTIVE_TX',
  'PKT_RATE_LOW',
  'RX_USECS_LOW',
  'RX_MAX_FRAMES_LOW',
  'TX_USECS_LOW',
  'TX_MAX_FRAMES_LOW',
  'PKT_RATE_HIGH',
  'RX_USECS_HIGH',
  'RX_MAX_FRAMES_HIGH',
  'TX_USECS_HIGH',
  'TX_MAX_FRAMES_HIGH',
  'RATE_SAMPLE_INTERVAL',
  'USE_CQE_MODE_TX',
  'USE_CQE_MODE_RX',
  'TX_AGGR_MAX_BYTES',
  'TX_AGGR_MAX_FRAMES',
  'TX_AGGR_TIME_USECS',
] as const;
export type CoalesceParameter = (typeof COALESCE_PARAMETERS)[number];

const COALESCE_SWITCHES: Readonly<Record<string, AttributeType>> = {
  USE_ADAPTIVE_RX: u8,
  USE_ADAPTIVE_TX: u8,
  USE_CQE_MODE_TX: switchByte,
  USE_CQE_MODE_RX: switchByte,
};
const IRQ_MODERATION = attributeSet('ETHTOOL_A_IRQ_MODERATION', [
  [1, 'ETHTOOL_A_IRQ_MODERATION_USEC', u32],
  [2, 'ETHTOOL_A_IRQ_MODERATION_PKTS', u32],
  [3, 'ETHTOOL_A_IRQ_MODERATION_COMPS', u32],
]);
const PROFILE = attributeSet('ETHTOOL_A_PROFILE', [
  [1, 'ETHTOOL_A_PROFILE_IRQ_MODERATION', nest(() => IRQ_MODERATION), 'repeats'],
]);
/** Tables of the adaptive algorithm (net_dim), by direction. */
export const COALESCE_PROFILES = ['RX_PROFILE', 'TX_PROFILE'] as const;
export const COALESCE = attributeSet('ETHTOOL_A_COALESCE', [
  [1, 'ETHTOOL_A_COALESCE_HEADER', header],
  ...COALESCE_PARAMETERS.map(
    (name, index) => [index + 2, `ETHTOOL_A_COALESCE_${name}`, COALESCE_SWITCHES[name] ?? u32] as const,
  ),
  [29, 'ETHTOOL_A_COALESCE_RX_PROFILE', nest(() => PROFILE)],
  [30, 'ETHTOOL_A_COALESCE_TX_PROFILE', nest(() => PROFILE)],
]);

const PAUSE_STAT = attributeSet('ETHTOOL_A_PAUSE_STAT', [
  [1, 'ETHTOOL_A_PAUSE_STAT_PAD', binary],
  [2, 'ETHTOOL_A_PAUSE_STAT_TX_FRAMES', u64],
  [3, 'ETHTOOL_A_PAUSE_STAT_RX_FRAMES', u64],
]);
export const PAUSE = attributeSet('ETHTOOL_A_PAUSE', [
  [1, 'ETHTOOL_A_PAUSE_HEADER', header],
  [2, 'ETHTOOL_A_PAUSE_AUTONEG', u8],
  [3, 'ETHTOOL_A_PAUSE_RX', u8],
  [4, 'ETHTOOL_A_PAUSE_TX', u8],
  [5, 'ETHTOOL_A_PAUSE_STATS', nest(() => PAUSE_STAT)],
  [6, 'ETHTOOL_A_PAUSE_STATS_SRC', ranged('u32', 0, 2)],
]);
export const TSINFO = attributeSet('ETHTOOL_A_TSINFO', [
  [1, 'ETHTOOL_A_TSINFO_HEADER', header],
  [2, 'ETHTOOL_A_TSINFO_TIMESTAMPING', bitset],
  [3, 'ETHTOOL_A_TSINFO_TX_TYPES', bitset],
  [4, 'ETHTOOL_A_TSINFO_RX_FILTERS', bitset],
  [5, 'ETHTOOL_A_TSINFO_PHC_INDEX', u32],
  [6, 'ETHTOOL_A_TSINFO_STATS', nest(() => TS_STAT)],
  [7, 'ETHTOOL_A_TSINFO_HWTSTAMP_PROVIDER', nest(() => HWTSTAMP_PROVIDER)],
]);
const TS_STAT = attributeSet('ETHTOOL_A_TS_STAT', [
  [1, 'ETHTOOL_A_TS_STAT_TX_PKTS', uint],
  [2, 'ETHTOOL_A_TS_STAT_TX_LOST', uint],
  [3, 'ETHTOOL_A_TS_STAT_TX_ERR', uint],
  [4, 'ETHTOOL_A_TS_STAT_TX_ONESTEP_PKTS_UNCONFIRMED', uint],
]);
const HWTSTAMP_PROVIDER = attributeSet('ETHTOOL_A_TS_HWTSTAMP_PROVIDER', [
  [1, 'ETHTOOL_A_TS_HWTSTAMP_PROVIDER_INDEX', u32],
  [2, 'ETHTOOL_A_TS_HWTSTAMP_PROVIDER_QUALIFIER', ranged('u32', 0, 1)],
]);
export const TSCONFIG = attributeSet('ETHTOOL_A_TSCONFIG', [
  [1, 'ETHTOOL_A_TSCONFIG_HEADER', header],
  [2, 'ETHTOOL_A_TSCONFIG_HWTSTAMP_PROVIDER', nest(() => HWTSTAMP_PROVIDER)],
  [3, 'ETHTOOL_A_TSCONFIG_TX_TYPES', bitset],
  [4, 'ETHTOOL_A_TSCONFIG_RX_FILTERS', bitset],
  [5, 'ETHTOOL_A_TSCONFIG_HWTSTAMP_FLAGS', u32],
]);
const FEC_STAT = attributeSet('ETHTOOL_A_FEC_STAT', [
  [1, 'ETHTOOL_A_FEC_STAT_PAD', binary],
  [2, 'ETHTOOL_A_FEC_STAT_CORRECTED', binary],
  [3, 'ETHTOOL_A_FEC_STAT_UNCORR', binary],
  [4, 'ETHTOOL_A_FEC_STAT_CORR_BITS', binary],
]);
export const FEC = attributeSet('ETHTOOL_A_FEC', [
  [1, 'ETHTOOL_A_FEC_HEADER', header],
  [2, 'ETHTOOL_A_FEC_MODES', bitset],
  [3, 'ETHTOOL_A_FEC_AUTO', switchByte],
  [4, 'ETHTOOL_A_FEC_ACTIVE', u32],
  [5, 'ETHTOOL_A_FEC_STATS', nest(() => FEC_STAT)],
]);

const STATS_HISTOGRAM = attributeSet('ETHTOOL_A_STATS_GRP_HIST', [
  [7, 'ETHTOOL_A_STATS_GRP_HIST_BKT_LOW', u32],
  [8, 'ETHTOOL_A_STATS_GRP_HIST_BKT_HI', u32],
  [9, 'ETHTOOL_A_STATS_GRP_HIST_VAL', u64],
  [0, 'ETHTOOL_A_STATS_GRP_UNSPEC', binary],
]);
/** The counters of a group go by their index in the string set of the group, so their set is numbers only. */
const STATS_STAT = attributeSet(
  'ETHTOOL_A_STATS_GRP_STAT',
  Array.from({ length: 64 }, (_, index) => [index, `${index}`, u64] as const),
);
const STATS_GRP = attributeSet('ETHTOOL_A_STATS_GRP', [
  [1, 'ETHTOOL_A_STATS_GRP_PAD', binary],
  [2, 'ETHTOOL_A_STATS_GRP_ID', u32],
  [3, 'ETHTOOL_A_STATS_GRP_SS_ID', u32],
  [4, 'ETHTOOL_A_STATS_GRP_STAT', nest(() => STATS_STAT), 'repeats'],
  [5, 'ETHTOOL_A_STATS_GRP_HIST_RX', nest(() => STATS_HISTOGRAM), 'repeats'],
  [6, 'ETHTOOL_A_STATS_GRP_HIST_TX', nest(() => STATS_HISTOGRAM), 'repeats'],
]);
export const STATS = attributeSet('ETHTOOL_A_STATS', [
  [1, 'ETHTOOL_A_STATS_PAD', binary],
  [2, 'ETHTOOL_A_STATS_HEADER', header],
  [3, 'ETHTOOL_A_STATS_GROUPS', bitset],
  [4, 'ETHTOOL_A_STATS_GRP', nest(() => STATS_GRP), 'repeats'],
  [5, 'ETHTOOL_A_STATS_SRC', ranged('u32', 0, 2)],
]);

/** RXH_* bits by flow type: what `ethtool -n rx-flow-hash` shows. */
const FLOW = attributeSet('ETHTOOL_A_FLOW', [
  [1, 'ETHTOOL_A_FLOW_ETHER', uint],
  [2, 'ETHTOOL_A_FLOW_IP4', uint],
  [3, 'ETHTOOL_A_FLOW_IP6', uint],
  [4, 'ETHTOOL_A_FLOW_TCP4', uint],
  [5, 'ETHTOOL_A_FLOW_TCP6', uint],
  [6, 'ETHTOOL_A_FLOW_UDP4', uint],
  [7, 'ETHTOOL_A_FLOW_UDP6', uint],
  [8, 'ETHTOOL_A_FLOW_SCTP4', uint],
  [9, 'ETHTOOL_A_FLOW_SCTP6', uint],
]);
export const RSS = attributeSet('ETHTOOL_A_RSS', [
  [1, 'ETHTOOL_A_RSS_HEADER', header],
  [2, 'ETHTOOL_A_RSS_CONTEXT', u32],
  [3, 'ETHTOOL_A_RSS_HFUNC', atLeastOne],
  [4, 'ETHTOOL_A_RSS_INDIR', { kind: 'u32-array' }],
  [5, 'ETHTOOL_A_RSS_HKEY', { kind: 'binary', minLength: 1 }],
  // RXH_XFRM_SYM_OR_XOR is the highest.
  [6, 'ETHTOOL_A_RSS_INPUT_XFRM', ranged('u32', 0, 2)],
  [7, 'ETHTOOL_A_RSS_START_CONTEXT', u32],
  [8, 'ETHTOOL_A_RSS_FLOW_HASH', nest(() => FLOW)],
]);
