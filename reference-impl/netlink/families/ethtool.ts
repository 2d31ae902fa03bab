/** The "ethtool" generic netlink family: Documentation/netlink/specs/ethtool.yaml, linux/ethtool_netlink.h. */
import { attributeSet, string, u32, type AttributeSet } from '../schema.js';
import type { Policy } from '../validate.js';
import {
  ALTIFNAMSIZ,
  CHANNELS,
  COALESCE,
  COALESCE_PARAMETERS,
  ETHTOOL_HEADER,
  FEATURES,
  FEC,
  IFNAMSIZ,
  LINKINFO,
  LINKMODES,
  LINKSTATE,
  PAUSE,
  RINGS,
  RSS,
  STATS,
  STRSET,
  TSCONFIG,
  TSINFO,
} from './ethtoolAttributes.js';

export { BITSET, COALESCE_PARAMETERS, ETHTOOL_HEADER, type CoalesceParameter } from './ethtoolAttributes.js';

export const ETHTOOL_GENL_NAME = 'ethtool';
export const ETHTOOL_GENL_VERSION = 1;
export const ETHTOOL_MCGRP_MONITOR_NAME = 'monitor';

export const ETHTOOL_FLAG_COMPACT_BITSETS = 1;
export const ETHTOOL_FLAG_OMIT_REPLY = 2;
export const ETHTOOL_FLAG_STATS = 4;

/** One operation: its request and its reply share a set, whose header attribute is always there. */
export interface EthtoolOperation {
  readonly command: number;
  /** Command of the reply; null: the acknowledgement is all. */
  readonly reply: number | null;
  readonly set: AttributeSet;
  readonly header: string;
  readonly request: Policy;
}

/** ethnl_header_policy, _policy_basic, _policy_stats: which members and flags of the header an operation takes. */
const plainHeader: Policy = {
  set: attributeSet('ETHTOOL_A_HEADER', [
    [1, 'ETHTOOL_A_HEADER_DEV_INDEX', u32],
    [2, 'ETHTOOL_A_HEADER_DEV_NAME', string(ALTIFNAMSIZ - 1)],
    [3, 'ETHTOOL_A_HEADER_FLAGS', { kind: 'u32', mask: 3 }],
  ]),
  accepts: { ETHTOOL_A_HEADER_DEV_INDEX: true, ETHTOOL_A_HEADER_DEV_NAME: true, ETHTOOL_A_HEADER_FLAGS: true },
};
const statsHeader: Policy = {
  set: ETHTOOL_HEADER,
  accepts: { ETHTOOL_A_HEADER_DEV_INDEX: true, ETHTOOL_A_HEADER_DEV_NAME: true, ETHTOOL_A_HEADER_FLAGS: true },
};

function operation(
  command: number,
  reply: number | null,
  set: AttributeSet,
  header: string,
  accepts: readonly string[] = [],
  headerPolicy: Policy = plainHeader,
): EthtoolOperation {
  const members: [string, true | Policy][] = accepts.map((name) => [name, true]);
  return {
    command,
    reply,
    set,
    header,
    request: { set, accepts: Object.fromEntries([[header, headerPolicy] as const, ...members]) },
  };
}

const prefixed = (prefix: string, names: readonly string[]): string[] => names.map((name) => `${prefix}_${name}`);

/** Every operation of the family that is specified here, by the name of its ETHTOOL_MSG_. */
export const ETHTOOL_OPERATIONS = {
  STRSET_GET: operation(1, 1, STRSET, 'ETHTOOL_A_STRSET_HEADER', [
    'ETHTOOL_A_STRSET_STRINGSETS',
    'ETHTOOL_A_STRSET_COUNTS_ONLY',
  ]),
  LINKINFO_GET: operation(2, 2, LINKINFO, 'ETHTOOL_A_LINKINFO_HEADER'),
  LINKMODES_GET: operation(4, 4, LINKMODES, 'ETHTOOL_A_LINKMODES_HEADER'),
  LINKMODES_SET: operation(
    5,
    null,
    LINKMODES,
    'ETHTOOL_A_LINKMODES_HEADER',
    prefixed('ETHTOOL_A_LINKMODES', ['AUTONEG', 'OURS', 'SPEED', 'DUPLEX', 'MASTER_SLAVE_CFG', 'LANES']),
  ),
  LINKSTATE_GET: operation(6, 6, LINKSTATE, 'ETHTOOL_A_LINKSTATE_HEADER'),
  FEATURES_GET: operation(11, 11, FEATURES, 'ETHTOOL_A_FEATURES_HEADER'),
  FEATURES_SET: operation(12, 12, FEATURES, 'ETHTOOL_A_FEATURES_HEADER', ['ETHTOOL_A_FEATURES_WANTED']),
  RINGS_GET: operation(15, 16, RINGS, 'ETHTOOL_A_RINGS_HEADER'),
  RINGS_SET: operation(
    16,
    null,
    RINGS,
    'ETHTOOL_A_RINGS_HEADER',
    prefixed('ETHTOOL_A_RINGS', [
      'RX',
      'RX_MINI',
      'RX_JUMBO',
      'TX',
      'RX_BUF_LEN',
      'TCP_DATA_SPLIT',
      'CQE_SIZE',
      'TX_PUSH',
      'RX_PUSH',
      'TX_PUSH_BUF_LEN',
      'HDS_THRESH',
    ]),
  ),
  CHANNELS_GET: operation(17, 18, CHANNELS, 'ETHTOOL_A_CHANNELS_HEADER'),
  CHANNELS_SET: operation(
    18,
    null,
    CHANNELS,
    'ETHTOOL_A_CHANNELS_HEADER',
    prefixed('ETHTOOL_A_CHANNELS', ['RX_COUNT', 'TX_COUNT', 'OTHER_COUNT', 'COMBINED_COUNT']),
  ),
  COALESCE_GET: operation(19, 20, COALESCE, 'ETHTOOL_A_COALESCE_HEADER'),
  COALESCE_SET: operation(
    20,
    null,
    COALESCE,
    'ETHTOOL_A_COALESCE_HEADER',
    prefixed('ETHTOOL_A_COALESCE', COALESCE_PARAMETERS),
  ),
  PAUSE_GET: operation(21, 22, PAUSE, 'ETHTOOL_A_PAUSE_HEADER', ['ETHTOOL_A_PAUSE_STATS_SRC'], statsHeader),
  PAUSE_SET: operation(22, null, PAUSE, 'ETHTOOL_A_PAUSE_HEADER', prefixed('ETHTOOL_A_PAUSE', ['AUTONEG', 'RX', 'TX'])),
  TSINFO_GET: operation(25, 26, TSINFO, 'ETHTOOL_A_TSINFO_HEADER', ['ETHTOOL_A_TSINFO_HWTSTAMP_PROVIDER'], statsHeader),
  FEC_GET: operation(29, 30, FEC, 'ETHTOOL_A_FEC_HEADER', [], statsHeader),
  FEC_SET: operation(30, null, FEC, 'ETHTOOL_A_FEC_HEADER', ['ETHTOOL_A_FEC_MODES', 'ETHTOOL_A_FEC_AUTO']),
  STATS_GET: operation(32, 33, STATS, 'ETHTOOL_A_STATS_HEADER', ['ETHTOOL_A_STATS_GROUPS', 'ETHTOOL_A_STATS_SRC']),
  RSS_GET: operation(38, 38, RSS, 'ETHTOOL_A_RSS_HEADER', ['ETHTOOL_A_RSS_CONTEXT', 'ETHTOOL_A_RSS_START_CONTEXT']),
  TSCONFIG_GET: operation(46, 47, TSCONFIG, 'ETHTOOL_A_TSCONFIG_HEADER', ['ETHTOOL_A_TSCONFIG_HWTSTAMP_PROVIDER']),
  TSCONFIG_SET: operation(
    47,
    48,
    TSCONFIG,
    'ETHTOOL_A_TSCONFIG_HEADER',
    prefixed('ETHTOOL_A_TSCONFIG', ['HWTSTAMP_PROVIDER', 'TX_TYPES', 'RX_FILTERS', 'HWTSTAMP_FLAGS']),
  ),
  RSS_SET: operation(
    48,
    null,
    RSS,
    'ETHTOOL_A_RSS_HEADER',
    prefixed('ETHTOOL_A_RSS', ['CONTEXT', 'HFUNC', 'INDIR', 'HKEY', 'INPUT_XFRM']),
  ),
  RSS_CREATE_ACT: operation(
    49,
    51,
    RSS,
    'ETHTOOL_A_RSS_HEADER',
    prefixed('ETHTOOL_A_RSS', ['CONTEXT', 'HFUNC', 'INDIR', 'HKEY', 'INPUT_XFRM']),
  ),
  RSS_DELETE_ACT: operation(50, null, RSS, 'ETHTOOL_A_RSS_HEADER', ['ETHTOOL_A_RSS_CONTEXT']),
} as const satisfies Record<string, EthtoolOperation>;

export type EthtoolOperationName = keyof typeof ETHTOOL_OPERATIONS;

/** Announcements to the group "monitor", by command. */
export const ETHTOOL_NOTIFICATIONS = {
  LINKINFO_NTF: { command: 3, set: LINKINFO },
  LINKMODES_NTF: { command: 5, set: LINKMODES },
  FEATURES_NTF: { command: 13, set: FEATURES },
  RINGS_NTF: { command: 17, set: RINGS },
  CHANNELS_NTF: { command: 19, set: CHANNELS },
  COALESCE_NTF: { command: 21, set: COALESCE },
  PAUSE_NTF: { command: 23, set: PAUSE },
  FEC_NTF: { command: 31, set: FEC },
  RSS_NTF: { command: 50, set: RSS },
  RSS_CREATE_NTF: { command: 52, set: RSS },
  RSS_DELETE_NTF: { command: 53, set: RSS },
} as const;

export type EthtoolNotificationName = keyof typeof ETHTOOL_NOTIFICATIONS;

/** String sets: ETH_SS_STATS, ETH_SS_FEATURES, ETH_SS_RSS_HASH_FUNCS, ETH_SS_LINK_MODES, ETH_SS_STATS_…. */
export const ETH_SS_STATS = 1;
export const ETH_SS_FEATURES = 4;
export const ETH_SS_LINK_MODES = 9;
export const ETH_SS_SOF_TIMESTAMPING = 12;
export const ETH_SS_TS_TX_TYPES = 13;
export const ETH_SS_TS_RX_FILTERS = 14;
export const ETH_SS_STATS_STD = 16;
export const ETH_SS_STATS_ETH_PHY = 17;
export const ETH_SS_STATS_ETH_MAC = 18;
export const ETH_SS_STATS_ETH_CTRL = 19;
export const ETH_SS_STATS_RMON = 20;

/** Longest name of a net device, without its terminating zero. */
export const LONGEST_NAME = IFNAMSIZ - 1;
export const DUPLEX_HALF = 0;
export const DUPLEX_FULL = 1;
export const DUPLEX_UNKNOWN = 0xff;
export const SPEED_UNKNOWN = 0xffff_ffff;
