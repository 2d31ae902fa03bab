/** The "ethtool" generic netlink family: Documentation/netlink/specs/ethtool.yaml, linux/ethtool_netlink.h. */
import { attributeSet, ranged, string, u32, type AttributeSet } from '../schema.js';
import type { Policy } from '../validate.js';
import {
  ALTIFNAMSIZ,
  CHANNELS,
  COALESCE,
  COALESCE_PARAMETERS,
  COALESCE_PROFILES,
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
import {
  CABLE_TEST,
  CABLE_TEST_NTF,
  CABLE_TEST_TDR,
  CABLE_TEST_TDR_NTF,
  DEBUG,
  EEE,
  MM,
  MODULE,
  MODULE_EEPROM,
  MODULE_FW_FLASH,
  PHC_VCLOCKS,
  PHY,
  PLCA,
  PRIVFLAGS,
  PSE,
  TUNNEL_INFO,
  WOL,
} from './ethtoolDeviceAttributes.js';

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
  /** The handler calls ethnl_parse_header_dev_get() without GENL_REQ_ATTR_CHECK(): a missing header is said in words. */
  readonly checksHeaderItself?: boolean;
}

/** ETHTOOL_FLAGS_BASIC. */
const BASIC_FLAGS = ETHTOOL_FLAG_COMPACT_BITSETS | ETHTOOL_FLAG_OMIT_REPLY;
const basicHeader = attributeSet('ETHTOOL_A_HEADER', [
  [1, 'ETHTOOL_A_HEADER_DEV_INDEX', u32],
  [2, 'ETHTOOL_A_HEADER_DEV_NAME', string(ALTIFNAMSIZ - 1)],
  [3, 'ETHTOOL_A_HEADER_FLAGS', { kind: 'u32', mask: BASIC_FLAGS }],
  [4, 'ETHTOOL_A_HEADER_PHY_INDEX', ranged('u32', 1, 0xffff_ffff)],
]);
const DEVICE_AND_FLAGS = {
  ETHTOOL_A_HEADER_DEV_INDEX: true,
  ETHTOOL_A_HEADER_DEV_NAME: true,
  ETHTOOL_A_HEADER_FLAGS: true,
} as const;
/** ethnl_header_policy, _policy_stats, _policy_phy: which members and flags of the header an operation takes. */
const plainHeader: Policy = { set: basicHeader, accepts: DEVICE_AND_FLAGS };
const statsHeader: Policy = { set: ETHTOOL_HEADER, accepts: DEVICE_AND_FLAGS };
const phyHeader: Policy = { set: basicHeader, accepts: { ...DEVICE_AND_FLAGS, ETHTOOL_A_HEADER_PHY_INDEX: true } };

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

const checkingHeaderItself = (operation: EthtoolOperation): EthtoolOperation => ({
  ...operation,
  checksHeaderItself: true,
});

const prefixed = (prefix: string, names: readonly string[]): string[] => names.map((name) => `${prefix}_${name}`);

/** Every operation of the family, by the name of its ETHTOOL_MSG_. */
export const ETHTOOL_OPERATIONS = {
  STRSET_GET: operation(
    1,
    1,
    STRSET,
    'ETHTOOL_A_STRSET_HEADER',
    ['ETHTOOL_A_STRSET_STRINGSETS', 'ETHTOOL_A_STRSET_COUNTS_ONLY'],
    phyHeader,
  ),
  LINKINFO_GET: operation(2, 2, LINKINFO, 'ETHTOOL_A_LINKINFO_HEADER'),
  LINKINFO_SET: operation(
    3,
    null,
    LINKINFO,
    'ETHTOOL_A_LINKINFO_HEADER',
    prefixed('ETHTOOL_A_LINKINFO', ['PORT', 'PHYADDR', 'TP_MDIX_CTRL']),
  ),
  LINKMODES_GET: operation(4, 4, LINKMODES, 'ETHTOOL_A_LINKMODES_HEADER'),
  LINKMODES_SET: operation(
    5,
    null,
    LINKMODES,
    'ETHTOOL_A_LINKMODES_HEADER',
    prefixed('ETHTOOL_A_LINKMODES', ['AUTONEG', 'OURS', 'SPEED', 'DUPLEX', 'MASTER_SLAVE_CFG', 'LANES']),
  ),
  LINKSTATE_GET: operation(6, 6, LINKSTATE, 'ETHTOOL_A_LINKSTATE_HEADER', [], statsHeader),
  DEBUG_GET: operation(7, 7, DEBUG, 'ETHTOOL_A_DEBUG_HEADER'),
  DEBUG_SET: operation(8, null, DEBUG, 'ETHTOOL_A_DEBUG_HEADER', ['ETHTOOL_A_DEBUG_MSGMASK']),
  WOL_GET: operation(9, 9, WOL, 'ETHTOOL_A_WOL_HEADER'),
  WOL_SET: operation(10, null, WOL, 'ETHTOOL_A_WOL_HEADER', ['ETHTOOL_A_WOL_MODES', 'ETHTOOL_A_WOL_SOPASS']),
  FEATURES_GET: operation(11, 11, FEATURES, 'ETHTOOL_A_FEATURES_HEADER'),
  FEATURES_SET: checkingHeaderItself(
    operation(12, 12, FEATURES, 'ETHTOOL_A_FEATURES_HEADER', ['ETHTOOL_A_FEATURES_WANTED']),
  ),
  PRIVFLAGS_GET: operation(13, 14, PRIVFLAGS, 'ETHTOOL_A_PRIVFLAGS_HEADER'),
  PRIVFLAGS_SET: operation(14, null, PRIVFLAGS, 'ETHTOOL_A_PRIVFLAGS_HEADER', ['ETHTOOL_A_PRIVFLAGS_FLAGS']),
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
    prefixed('ETHTOOL_A_COALESCE', [...COALESCE_PARAMETERS, ...COALESCE_PROFILES]),
  ),
  PAUSE_GET: operation(21, 22, PAUSE, 'ETHTOOL_A_PAUSE_HEADER', ['ETHTOOL_A_PAUSE_STATS_SRC'], statsHeader),
  PAUSE_SET: operation(22, null, PAUSE, 'ETHTOOL_A_PAUSE_HEADER', prefixed('ETHTOOL_A_PAUSE', ['AUTONEG', 'RX', 'TX'])),
  EEE_GET: operation(23, 24, EEE, 'ETHTOOL_A_EEE_HEADER'),
  EEE_SET: operation(
    24,
    null,
    EEE,
    'ETHTOOL_A_EEE_HEADER',
    prefixed('ETHTOOL_A_EEE', ['MODES_OURS', 'ENABLED', 'TX_LPI_ENABLED', 'TX_LPI_TIMER']),
  ),
  TSINFO_GET: operation(25, 26, TSINFO, 'ETHTOOL_A_TSINFO_HEADER', ['ETHTOOL_A_TSINFO_HWTSTAMP_PROVIDER'], statsHeader),
  CABLE_TEST_ACT: checkingHeaderItself(operation(26, null, CABLE_TEST, 'ETHTOOL_A_CABLE_TEST_HEADER', [], phyHeader)),
  CABLE_TEST_TDR_ACT: checkingHeaderItself(
    operation(27, null, CABLE_TEST_TDR, 'ETHTOOL_A_CABLE_TEST_TDR_HEADER', ['ETHTOOL_A_CABLE_TEST_TDR_CFG'], phyHeader),
  ),
  TUNNEL_INFO_GET: checkingHeaderItself(operation(28, 29, TUNNEL_INFO, 'ETHTOOL_A_TUNNEL_INFO_HEADER')),
  FEC_GET: operation(29, 30, FEC, 'ETHTOOL_A_FEC_HEADER', [], statsHeader),
  FEC_SET: operation(30, null, FEC, 'ETHTOOL_A_FEC_HEADER', ['ETHTOOL_A_FEC_MODES', 'ETHTOOL_A_FEC_AUTO']),
  MODULE_EEPROM_GET: operation(
    31,
    32,
    MODULE_EEPROM,
    'ETHTOOL_A_MODULE_EEPROM_HEADER',
    prefixed('ETHTOOL_A_MODULE_EEPROM', ['OFFSET', 'LENGTH', 'PAGE', 'BANK', 'I2C_ADDRESS']),
  ),
  STATS_GET: operation(32, 33, STATS, 'ETHTOOL_A_STATS_HEADER', ['ETHTOOL_A_STATS_GROUPS', 'ETHTOOL_A_STATS_SRC']),
  PHC_VCLOCKS_GET: operation(33, 34, PHC_VCLOCKS, 'ETHTOOL_A_PHC_VCLOCKS_HEADER'),
  MODULE_GET: operation(34, 35, MODULE, 'ETHTOOL_A_MODULE_HEADER'),
  MODULE_SET: operation(35, null, MODULE, 'ETHTOOL_A_MODULE_HEADER', ['ETHTOOL_A_MODULE_POWER_MODE_POLICY']),
  PSE_GET: operation(36, 37, PSE, 'ETHTOOL_A_PSE_HEADER', [], phyHeader),
  PSE_SET: operation(
    37,
    null,
    PSE,
    'ETHTOOL_A_PSE_HEADER',
    [
      'ETHTOOL_A_PODL_PSE_ADMIN_CONTROL',
      'ETHTOOL_A_C33_PSE_ADMIN_CONTROL',
      'ETHTOOL_A_C33_PSE_AVAIL_PW_LIMIT',
      'ETHTOOL_A_PSE_PRIO',
    ],
    phyHeader,
  ),
  RSS_GET: operation(38, 38, RSS, 'ETHTOOL_A_RSS_HEADER', ['ETHTOOL_A_RSS_CONTEXT', 'ETHTOOL_A_RSS_START_CONTEXT']),
  PLCA_GET_CFG: operation(39, 39, PLCA, 'ETHTOOL_A_PLCA_HEADER', [], phyHeader),
  PLCA_SET_CFG: operation(
    40,
    null,
    PLCA,
    'ETHTOOL_A_PLCA_HEADER',
    prefixed('ETHTOOL_A_PLCA', ['ENABLED', 'NODE_ID', 'NODE_CNT', 'TO_TMR', 'BURST_CNT', 'BURST_TMR']),
    phyHeader,
  ),
  PLCA_GET_STATUS: operation(41, 40, PLCA, 'ETHTOOL_A_PLCA_HEADER', [], phyHeader),
  MM_GET: operation(42, 42, MM, 'ETHTOOL_A_MM_HEADER', [], statsHeader),
  MM_SET: operation(
    43,
    null,
    MM,
    'ETHTOOL_A_MM_HEADER',
    prefixed('ETHTOOL_A_MM', ['VERIFY_ENABLED', 'VERIFY_TIME', 'TX_ENABLED', 'PMAC_ENABLED', 'TX_MIN_FRAG_SIZE']),
  ),
  MODULE_FW_FLASH_ACT: checkingHeaderItself(
    operation(44, null, MODULE_FW_FLASH, 'ETHTOOL_A_MODULE_FW_FLASH_HEADER', [
      'ETHTOOL_A_MODULE_FW_FLASH_FILE_NAME',
      'ETHTOOL_A_MODULE_FW_FLASH_PASSWORD',
    ]),
  ),
  PHY_GET: operation(45, 45, PHY, 'ETHTOOL_A_PHY_HEADER'),
  TSCONFIG_GET: operation(46, 47, TSCONFIG, 'ETHTOOL_A_TSCONFIG_HEADER'),
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
    prefixed('ETHTOOL_A_RSS', ['CONTEXT', 'HFUNC', 'INDIR', 'HKEY', 'INPUT_XFRM', 'FLOW_HASH']),
  ),
  RSS_CREATE_ACT: checkingHeaderItself(
    operation(
      49,
      51,
      RSS,
      'ETHTOOL_A_RSS_HEADER',
      prefixed('ETHTOOL_A_RSS', ['CONTEXT', 'HFUNC', 'INDIR', 'HKEY', 'INPUT_XFRM']),
    ),
  ),
  RSS_DELETE_ACT: checkingHeaderItself(operation(50, null, RSS, 'ETHTOOL_A_RSS_HEADER', ['ETHTOOL_A_RSS_CONTEXT'])),
} as const satisfies Record<string, EthtoolOperation>;

export type EthtoolOperationName = keyof typeof ETHTOOL_OPERATIONS;

/** Announcements to the group "monitor", by command. */
export const ETHTOOL_NOTIFICATIONS = {
  LINKINFO_NTF: { command: 3, set: LINKINFO },
  LINKMODES_NTF: { command: 5, set: LINKMODES },
  DEBUG_NTF: { command: 8, set: DEBUG },
  WOL_NTF: { command: 10, set: WOL },
  FEATURES_NTF: { command: 13, set: FEATURES },
  PRIVFLAGS_NTF: { command: 15, set: PRIVFLAGS },
  RINGS_NTF: { command: 17, set: RINGS },
  CHANNELS_NTF: { command: 19, set: CHANNELS },
  COALESCE_NTF: { command: 21, set: COALESCE },
  PAUSE_NTF: { command: 23, set: PAUSE },
  EEE_NTF: { command: 25, set: EEE },
  CABLE_TEST_NTF: { command: 27, set: CABLE_TEST_NTF },
  CABLE_TEST_TDR_NTF: { command: 28, set: CABLE_TEST_TDR_NTF },
  FEC_NTF: { command: 31, set: FEC },
  MODULE_NTF: { command: 36, set: MODULE },
  PLCA_NTF: { command: 41, set: PLCA },
  MM_NTF: { command: 43, set: MM },
  MODULE_FW_FLASH_NTF: { command: 44, set: MODULE_FW_FLASH },
  RSS_NTF: { command: 50, set: RSS },
  RSS_CREATE_NTF: { command: 52, set: RSS },
  RSS_DELETE_NTF: { command: 53, set: RSS },
} as const;

export type EthtoolNotificationName = keyof typeof ETHTOOL_NOTIFICATIONS;

/** String sets: enum ethtool_stringset. */
export const ETH_SS_TEST = 0;
export const ETH_SS_STATS = 1;
export const ETH_SS_PRIV_FLAGS = 2;
export const ETH_SS_NTUPLE_FILTERS = 3;
export const ETH_SS_FEATURES = 4;
export const ETH_SS_RSS_HASH_FUNCS = 5;
export const ETH_SS_TUNABLES = 6;
export const ETH_SS_PHY_STATS = 7;
export const ETH_SS_PHY_TUNABLES = 8;
export const ETH_SS_LINK_MODES = 9;
export const ETH_SS_MSG_CLASSES = 10;
export const ETH_SS_WOL_MODES = 11;
export const ETH_SS_SOF_TIMESTAMPING = 12;
export const ETH_SS_TS_TX_TYPES = 13;
export const ETH_SS_TS_RX_FILTERS = 14;
export const ETH_SS_UDP_TUNNEL_TYPES = 15;
export const ETH_SS_STATS_STD = 16;
export const ETH_SS_STATS_ETH_PHY = 17;
export const ETH_SS_STATS_ETH_MAC = 18;
export const ETH_SS_STATS_ETH_CTRL = 19;
export const ETH_SS_STATS_RMON = 20;
export const ETH_SS_STATS_PHY = 21;
export const ETH_SS_TS_FLAGS = 22;

/** Longest name of a net device, without its terminating zero. */
export const LONGEST_NAME = IFNAMSIZ - 1;
export const DUPLEX_HALF = 0;
export const DUPLEX_FULL = 1;
export const DUPLEX_UNKNOWN = 0xff;
export const SPEED_UNKNOWN = 0xffff_ffff;
