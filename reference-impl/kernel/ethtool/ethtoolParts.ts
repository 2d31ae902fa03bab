/** Rules of ethtool in the reference kernel that a seeded defect may replace, one at a time. */
import type { Errno, PauseSettings } from '../../../harness/contract/index.js';
import type { Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { CONFORMING_MODULE_FLASH, type ModuleFlashParts } from './moduleParts.js';

/** Whose change an announcement tells of. */
export type EthtoolSubject =
  | 'linkinfo'
  | 'linkmodes'
  | 'debug'
  | 'wol'
  | 'privflags'
  | 'pause'
  | 'eee'
  | 'fec'
  | 'module'
  | 'plca'
  | 'mm'
  | 'rings'
  | 'channels'
  | 'coalesce';

export interface EthtoolParts {
  /** Which operations the family registers. */
  readonly offers: (operation: string) => boolean;
  /** ethnl_parse_header_dev_get(): whether a request without a header is refused. */
  readonly needsHeader: boolean;
  /** What a reply and an announcement say, as the handler made it. */
  readonly reply: (operation: string, values: Values, compact: boolean) => Values;
  readonly announced: (notification: string, values: Values) => Values;
  /** How a refusal of a handler is answered; undefined: as if it had been done. */
  readonly refuses: (operation: string, refusal: Refusal) => Refusal | undefined;
  /** ethnl_default_notify(): whether bit sets of announcements are compact. */
  readonly announcesCompactly: boolean;
  /** ethnl_default_set_doit(): whether a change is announced. */
  readonly announces: (subject: EthtoolSubject, changed: boolean) => boolean;
  /** wol_prepare_data(): whether an announcement leaves the password out. */
  readonly hidesPassword: boolean;
  /** ethnl_set_wol(): whether modes that the device lacks are refused. */
  readonly refusesUnsupportedWake: boolean;
  /** device_set_wakeup_enable(). */
  readonly armsFor: (enabled: readonly string[]) => boolean;
  /** strset.c: whether strings of a device need one, and whether a set without a place is refused. */
  readonly refusesDeviceStringsAlone: boolean;
  readonly refusesUnknownStringSet: boolean;
  /** strset_fill_set(): how many strings a reply with counts only says there are. */
  readonly countOf: (names: readonly string[]) => number;
  /** ethnl_default_dump_one(): whether a device that cannot answer is left out of a dump without ending it. */
  readonly dumpSkipsUnable: boolean;
  /** ethnl_parse_header_dev_get(): whether a device that a dump names is ignored. */
  readonly dumpIgnoresDevice: boolean;
  /** eeprom_parse_request(). */
  readonly keepsLowerPageToZero: boolean;
  readonly keepsHalfPage: boolean;
  readonly needsModulePlace: boolean;
  /** phy_start_cable_test(). */
  readonly oneCableTest: boolean;
  readonly cableTestNeedsUp: boolean;
  readonly cableTestIsTesting: boolean;
  readonly cableTestAborts: boolean;
  /** ethnl_act_cable_test_tdr_cfg(). */
  readonly checksTdrRange: boolean;
  /** ethnl_req_get_phydev(). */
  readonly checksPhyIndex: boolean;
  /** ethnl_set_mm(). */
  readonly verifyNeedsTx: boolean;
  readonly txNeedsPmac: boolean;
  readonly limitsVerifyTime: boolean;
  readonly isTooLong: (verifyTime: number, most: number) => boolean;
  /** ethnl_update_binary(): whether a password that is shorter takes the place of the first bytes alone. */
  readonly keepsRestOfPassword: boolean;
  /** pause.c, stats.c: whether a source of statistics needs the flag, and a MAC merge layer. */
  readonly sourceNeedsFlag: boolean;
  readonly sourceNeedsMacMerge: boolean;
  /** stats_prepare_data(): whose counters are read. */
  readonly statisticsOf: (source: number) => number;
  /** linkstate_prepare_data(): whether the reason for a missing link is asked for only while the net device is up. */
  readonly extendedStateNeedsUp: boolean;
  /** bitset.c: whether a bit set without a mask says that the other bits are off. */
  readonly listClearsOthers: boolean;
  readonly checksBitsPastEnd: boolean;
  /** ethnl_set_pause(). */
  readonly mergesPause: (before: PauseSettings, wanted: PauseSettings) => PauseSettings;
  /** ioctl.c. */
  readonly stringsNeedCount: boolean;
  readonly checksAddressRoom: boolean;
  readonly permanentAddressIs: (permanent: string, current: string) => string;
  readonly checksEepromRange: boolean;
  readonly checksEepromMagic: boolean;
  readonly limitsRegisters: boolean;
  readonly identifyMilliseconds: (seconds: number) => number;
  readonly announcesIoctl: boolean;
  readonly countsTests: (names: readonly string[]) => number;
  /** linkmodes.c: whether lanes are a power of two that the device can choose. */
  readonly checksLanes: boolean;
  /** strset_fill_set(): whether a set without strings is left out. */
  readonly leavesOutEmpty: boolean;
  /** ethnl_update_profile(): whether more steps than there are, are refused. */
  readonly limitsProfile: boolean;
  /** ethnl_update_irq_moder(): whether what the device does not moderate by is refused. */
  readonly checksModeration: boolean;
  /** ethtool_link_modes_to_fecparam(): which link modes stand for one of error correction. */
  readonly isFecMode: (linkMode: string) => boolean;
  /** ethnl_auto_linkmodes(). */
  readonly speedSelectsModes: boolean;
  /** MAX_CABLE_LENGTH_CM. */
  readonly longestCable: number;
  /** ethnl_act_cable_test_tdr_cfg(): which pair is measured. */
  readonly tdrPair: (pair: number | null) => number | null;
  /** What SIOCETHTOOL answers, by the number of the command. */
  readonly ioctlReply: (command: number, bytes: Uint8Array) => Uint8Array;
  readonly ioctlRefuses: (command: number, errno: Errno) => Errno | undefined;
  /** tsconfig.c: whether a request for two types or filters at once is refused. */
  readonly oneStampType: boolean;
  /** linkmodes_prepare_data(): whether lanes are told only where the device can choose them. */
  readonly lanesNeedChoice: boolean;
  /** linkstate_get_sqi(): whether the quality of the signal is told only over a link. */
  readonly qualityNeedsLink: boolean;
  /** features_send_reply(): what the reply to a change of features has. */
  readonly featureReply: (wanted: Values, active: Values) => readonly [Values, Values];
  /** rss.c: whether a dump has the contexts beside the main one. */
  readonly dumpsContexts: boolean;
  readonly module: ModuleFlashParts;
}

export const CONFORMING_ETHTOOL: EthtoolParts = {
  offers: () => true,
  needsHeader: true,
  reply: (_operation, values) => values,
  announced: (_notification, values) => values,
  refuses: (_operation, refusal) => refusal,
  announcesCompactly: true,
  announces: (_subject, changed) => changed,
  hidesPassword: true,
  refusesUnsupportedWake: true,
  armsFor: (enabled) => enabled.length > 0,
  refusesDeviceStringsAlone: true,
  refusesUnknownStringSet: true,
  countOf: (names) => names.length,
  dumpSkipsUnable: true,
  dumpIgnoresDevice: true,
  keepsLowerPageToZero: true,
  keepsHalfPage: true,
  needsModulePlace: true,
  oneCableTest: true,
  cableTestNeedsUp: true,
  cableTestIsTesting: true,
  cableTestAborts: true,
  checksTdrRange: true,
  checksPhyIndex: true,
  verifyNeedsTx: true,
  txNeedsPmac: true,
  limitsVerifyTime: true,
  isTooLong: (verifyTime, most) => verifyTime > most,
  keepsRestOfPassword: true,
  sourceNeedsFlag: true,
  sourceNeedsMacMerge: true,
  statisticsOf: (source) => source,
  extendedStateNeedsUp: true,
  listClearsOthers: true,
  checksBitsPastEnd: true,
  mergesPause: (_before, wanted) => wanted,
  stringsNeedCount: true,
  checksAddressRoom: true,
  permanentAddressIs: (permanent) => permanent,
  checksEepromRange: true,
  checksEepromMagic: true,
  limitsRegisters: true,
  identifyMilliseconds: (seconds) => 1000 * seconds,
  announcesIoctl: true,
  countsTests: (names) => names.length,
  checksLanes: true,
  leavesOutEmpty: true,
  limitsProfile: true,
  checksModeration: true,
  isFecMode: () => true,
  speedSelectsModes: true,
  longestCable: 150 * 100,
  tdrPair: (pair) => pair,
  ioctlReply: (_command, bytes) => bytes,
  ioctlRefuses: (_command, errno) => errno,
  dumpsContexts: true,
  oneStampType: true,
  featureReply: (wanted, active) => [wanted, active],
  lanesNeedChoice: true,
  qualityNeedsLink: true,
  module: CONFORMING_MODULE_FLASH,
};
