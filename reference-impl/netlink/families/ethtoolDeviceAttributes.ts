/**
 * Attribute sets of the operations that are about the device itself and what is plugged into it: wake-up, energy, cable, module, PHY,
 * MAC merge. linux/ethtool_netlink.h.
 */
import {
  attributeSet,
  binary,
  nest,
  ranged,
  string,
  text,
  u16,
  u32,
  u64,
  u8,
  uint,
  type AttributeType,
} from '../schema.js';
import { bitset, header } from './ethtoolAttributes.js';

const switchByte = ranged('u8', 0, 1);
const SOPASS_MAX = 6;

export const DEBUG = attributeSet('ETHTOOL_A_DEBUG', [
  [1, 'ETHTOOL_A_DEBUG_HEADER', header],
  [2, 'ETHTOOL_A_DEBUG_MSGMASK', bitset],
]);
export const WOL = attributeSet('ETHTOOL_A_WOL', [
  [1, 'ETHTOOL_A_WOL_HEADER', header],
  [2, 'ETHTOOL_A_WOL_MODES', bitset],
  [3, 'ETHTOOL_A_WOL_SOPASS', { kind: 'binary', maxLength: SOPASS_MAX }],
]);
export const PRIVFLAGS = attributeSet('ETHTOOL_A_PRIVFLAGS', [
  [1, 'ETHTOOL_A_PRIVFLAGS_HEADER', header],
  [2, 'ETHTOOL_A_PRIVFLAGS_FLAGS', bitset],
]);
export const EEE = attributeSet('ETHTOOL_A_EEE', [
  [1, 'ETHTOOL_A_EEE_HEADER', header],
  [2, 'ETHTOOL_A_EEE_MODES_OURS', bitset],
  [3, 'ETHTOOL_A_EEE_MODES_PEER', bitset],
  [4, 'ETHTOOL_A_EEE_ACTIVE', u8],
  [5, 'ETHTOOL_A_EEE_ENABLED', u8],
  [6, 'ETHTOOL_A_EEE_TX_LPI_ENABLED', u8],
  [7, 'ETHTOOL_A_EEE_TX_LPI_TIMER', u32],
]);

export const CABLE_TEST = attributeSet('ETHTOOL_A_CABLE_TEST', [[1, 'ETHTOOL_A_CABLE_TEST_HEADER', header]]);
const CABLE_RESULT = attributeSet('ETHTOOL_A_CABLE_RESULT', [
  [1, 'ETHTOOL_A_CABLE_RESULT_PAIR', u8],
  [2, 'ETHTOOL_A_CABLE_RESULT_CODE', u8],
  [3, 'ETHTOOL_A_CABLE_RESULT_SRC', u32],
]);
const CABLE_FAULT_LENGTH = attributeSet('ETHTOOL_A_CABLE_FAULT_LENGTH', [
  [1, 'ETHTOOL_A_CABLE_FAULT_LENGTH_PAIR', u8],
  [2, 'ETHTOOL_A_CABLE_FAULT_LENGTH_CM', u32],
  [3, 'ETHTOOL_A_CABLE_FAULT_LENGTH_SRC', u32],
]);
const CABLE_NEST = attributeSet('ETHTOOL_A_CABLE_NEST', [
  [1, 'ETHTOOL_A_CABLE_NEST_RESULT', nest(() => CABLE_RESULT), 'repeats'],
  [2, 'ETHTOOL_A_CABLE_NEST_FAULT_LENGTH', nest(() => CABLE_FAULT_LENGTH), 'repeats'],
]);
export const CABLE_TEST_NTF = attributeSet('ETHTOOL_A_CABLE_TEST_NTF', [
  [1, 'ETHTOOL_A_CABLE_TEST_NTF_HEADER', header],
  [2, 'ETHTOOL_A_CABLE_TEST_NTF_STATUS', u8],
  [3, 'ETHTOOL_A_CABLE_TEST_NTF_NEST', nest(() => CABLE_NEST)],
]);

const CABLE_TDR_CFG = attributeSet('ETHTOOL_A_CABLE_TEST_TDR_CFG', [
  [1, 'ETHTOOL_A_CABLE_TEST_TDR_CFG_FIRST', u32],
  [2, 'ETHTOOL_A_CABLE_TEST_TDR_CFG_LAST', u32],
  [3, 'ETHTOOL_A_CABLE_TEST_TDR_CFG_STEP', u32],
  [4, 'ETHTOOL_A_CABLE_TEST_TDR_CFG_PAIR', u8],
]);
export const CABLE_TEST_TDR = attributeSet('ETHTOOL_A_CABLE_TEST_TDR', [
  [1, 'ETHTOOL_A_CABLE_TEST_TDR_HEADER', header],
  [2, 'ETHTOOL_A_CABLE_TEST_TDR_CFG', nest(() => CABLE_TDR_CFG)],
]);
/** Millivolts are a signed 16-bit number in an unsigned attribute. */
const CABLE_AMPLITUDE = attributeSet('ETHTOOL_A_CABLE_AMPLITUDE', [
  [1, 'ETHTOOL_A_CABLE_AMPLITUDE_PAIR', u8],
  [2, 'ETHTOOL_A_CABLE_AMPLITUDE_mV', u16],
]);
const CABLE_PULSE = attributeSet('ETHTOOL_A_CABLE_PULSE', [[1, 'ETHTOOL_A_CABLE_PULSE_mV', u16]]);
const CABLE_STEP = attributeSet('ETHTOOL_A_CABLE_STEP', [
  [1, 'ETHTOOL_A_CABLE_STEP_FIRST_DISTANCE', u32],
  [2, 'ETHTOOL_A_CABLE_STEP_LAST_DISTANCE', u32],
  [3, 'ETHTOOL_A_CABLE_STEP_STEP_DISTANCE', u32],
]);
const CABLE_TDR_NEST = attributeSet('ETHTOOL_A_CABLE_TDR_NEST', [
  [1, 'ETHTOOL_A_CABLE_TDR_NEST_STEP', nest(() => CABLE_STEP)],
  [2, 'ETHTOOL_A_CABLE_TDR_NEST_AMPLITUDE', nest(() => CABLE_AMPLITUDE), 'repeats'],
  [3, 'ETHTOOL_A_CABLE_TDR_NEST_PULSE', nest(() => CABLE_PULSE)],
]);
export const CABLE_TEST_TDR_NTF = attributeSet('ETHTOOL_A_CABLE_TEST_TDR_NTF', [
  [1, 'ETHTOOL_A_CABLE_TEST_TDR_NTF_HEADER', header],
  [2, 'ETHTOOL_A_CABLE_TEST_TDR_NTF_STATUS', u8],
  [3, 'ETHTOOL_A_CABLE_TEST_TDR_NTF_NEST', nest(() => CABLE_TDR_NEST)],
]);

const TUNNEL_UDP_ENTRY = attributeSet('ETHTOOL_A_TUNNEL_UDP_ENTRY', [
  [1, 'ETHTOOL_A_TUNNEL_UDP_ENTRY_PORT', { kind: 'be16' }],
  [2, 'ETHTOOL_A_TUNNEL_UDP_ENTRY_TYPE', u32],
]);
const TUNNEL_UDP_TABLE = attributeSet('ETHTOOL_A_TUNNEL_UDP_TABLE', [
  [1, 'ETHTOOL_A_TUNNEL_UDP_TABLE_SIZE', u32],
  [2, 'ETHTOOL_A_TUNNEL_UDP_TABLE_TYPES', bitset],
  [3, 'ETHTOOL_A_TUNNEL_UDP_TABLE_ENTRY', nest(() => TUNNEL_UDP_ENTRY), 'repeats'],
]);
const TUNNEL_UDP = attributeSet('ETHTOOL_A_TUNNEL_UDP', [
  [1, 'ETHTOOL_A_TUNNEL_UDP_TABLE', nest(() => TUNNEL_UDP_TABLE), 'repeats'],
]);
export const TUNNEL_INFO = attributeSet('ETHTOOL_A_TUNNEL_INFO', [
  [1, 'ETHTOOL_A_TUNNEL_INFO_HEADER', header],
  [2, 'ETHTOOL_A_TUNNEL_INFO_UDP_PORTS', nest(() => TUNNEL_UDP)],
]);

export const ETH_MODULE_EEPROM_PAGE_LEN = 128;
const ETH_MODULE_MAX_I2C_ADDRESS = 0x7f;
export const MODULE_EEPROM = attributeSet('ETHTOOL_A_MODULE_EEPROM', [
  [1, 'ETHTOOL_A_MODULE_EEPROM_HEADER', header],
  [2, 'ETHTOOL_A_MODULE_EEPROM_OFFSET', ranged('u32', 0, 2 * ETH_MODULE_EEPROM_PAGE_LEN - 1)],
  [3, 'ETHTOOL_A_MODULE_EEPROM_LENGTH', ranged('u32', 1, ETH_MODULE_EEPROM_PAGE_LEN)],
  [4, 'ETHTOOL_A_MODULE_EEPROM_PAGE', u8],
  [5, 'ETHTOOL_A_MODULE_EEPROM_BANK', u8],
  [6, 'ETHTOOL_A_MODULE_EEPROM_I2C_ADDRESS', ranged('u8', 0, ETH_MODULE_MAX_I2C_ADDRESS)],
  [7, 'ETHTOOL_A_MODULE_EEPROM_DATA', binary],
]);
export const PHC_VCLOCKS = attributeSet('ETHTOOL_A_PHC_VCLOCKS', [
  [1, 'ETHTOOL_A_PHC_VCLOCKS_HEADER', header],
  [2, 'ETHTOOL_A_PHC_VCLOCKS_NUM', u32],
  [3, 'ETHTOOL_A_PHC_VCLOCKS_INDEX', { kind: 'u32-array' }],
]);
/** ETHTOOL_MODULE_POWER_MODE_POLICY_HIGH (1), _AUTO (2); ETHTOOL_MODULE_POWER_MODE_LOW (1), _HIGH (2). */
export const MODULE = attributeSet('ETHTOOL_A_MODULE', [
  [1, 'ETHTOOL_A_MODULE_HEADER', header],
  [2, 'ETHTOOL_A_MODULE_POWER_MODE_POLICY', ranged('u8', 1, 2)],
  [3, 'ETHTOOL_A_MODULE_POWER_MODE', u8],
]);
export const MODULE_FW_FLASH = attributeSet('ETHTOOL_A_MODULE_FW_FLASH', [
  [1, 'ETHTOOL_A_MODULE_FW_FLASH_HEADER', header],
  [2, 'ETHTOOL_A_MODULE_FW_FLASH_FILE_NAME', { kind: 'string', terminated: true }],
  [3, 'ETHTOOL_A_MODULE_FW_FLASH_PASSWORD', u32],
  [4, 'ETHTOOL_A_MODULE_FW_FLASH_STATUS', u32],
  [5, 'ETHTOOL_A_MODULE_FW_FLASH_STATUS_MSG', text],
  [6, 'ETHTOOL_A_MODULE_FW_FLASH_DONE', uint],
  [7, 'ETHTOOL_A_MODULE_FW_FLASH_TOTAL', uint],
]);

const C33_PSE_PW_LIMIT = attributeSet('ETHTOOL_A_C33_PSE_PW_LIMIT', [
  [1, 'ETHTOOL_A_C33_PSE_PW_LIMIT_MIN', u32],
  [2, 'ETHTOOL_A_C33_PSE_PW_LIMIT_MAX', u32],
]);
/** ETHTOOL_PODL_PSE_ADMIN_STATE_DISABLED (2), _ENABLED (3), and the same for C33. */
const adminControl: AttributeType = ranged('u32', 2, 3);
export const PSE = attributeSet('ETHTOOL_A_PSE', [
  [1, 'ETHTOOL_A_PSE_HEADER', header],
  [2, 'ETHTOOL_A_PODL_PSE_ADMIN_STATE', u32],
  [3, 'ETHTOOL_A_PODL_PSE_ADMIN_CONTROL', adminControl],
  [4, 'ETHTOOL_A_PODL_PSE_PW_D_STATUS', u32],
  [5, 'ETHTOOL_A_C33_PSE_ADMIN_STATE', u32],
  [6, 'ETHTOOL_A_C33_PSE_ADMIN_CONTROL', adminControl],
  [7, 'ETHTOOL_A_C33_PSE_PW_D_STATUS', u32],
  [8, 'ETHTOOL_A_C33_PSE_PW_CLASS', u32],
  [9, 'ETHTOOL_A_C33_PSE_ACTUAL_PW', u32],
  [10, 'ETHTOOL_A_C33_PSE_EXT_STATE', u32],
  [11, 'ETHTOOL_A_C33_PSE_EXT_SUBSTATE', u32],
  [12, 'ETHTOOL_A_C33_PSE_AVAIL_PW_LIMIT', u32],
  [13, 'ETHTOOL_A_C33_PSE_PW_LIMIT_RANGES', nest(() => C33_PSE_PW_LIMIT), 'repeats'],
  [14, 'ETHTOOL_A_PSE_PW_D_ID', u32],
  [15, 'ETHTOOL_A_PSE_PRIO_MAX', u32],
  [16, 'ETHTOOL_A_PSE_PRIO', u32],
]);

const plcaByte: AttributeType = ranged('u32', 0, 255);
export const PLCA = attributeSet('ETHTOOL_A_PLCA', [
  [1, 'ETHTOOL_A_PLCA_HEADER', header],
  [2, 'ETHTOOL_A_PLCA_VERSION', u16],
  [3, 'ETHTOOL_A_PLCA_ENABLED', switchByte],
  [4, 'ETHTOOL_A_PLCA_STATUS', u8],
  [5, 'ETHTOOL_A_PLCA_NODE_CNT', ranged('u32', 1, 255)],
  [6, 'ETHTOOL_A_PLCA_NODE_ID', plcaByte],
  [7, 'ETHTOOL_A_PLCA_TO_TMR', plcaByte],
  [8, 'ETHTOOL_A_PLCA_BURST_CNT', plcaByte],
  [9, 'ETHTOOL_A_PLCA_BURST_TMR', plcaByte],
]);

const MM_STAT = attributeSet('ETHTOOL_A_MM_STAT', [
  [1, 'ETHTOOL_A_MM_STAT_PAD', binary],
  [2, 'ETHTOOL_A_MM_STAT_REASSEMBLY_ERRORS', u64],
  [3, 'ETHTOOL_A_MM_STAT_SMD_ERRORS', u64],
  [4, 'ETHTOOL_A_MM_STAT_REASSEMBLY_OK', u64],
  [5, 'ETHTOOL_A_MM_STAT_RX_FRAG_COUNT', u64],
  [6, 'ETHTOOL_A_MM_STAT_TX_FRAG_COUNT', u64],
  [7, 'ETHTOOL_A_MM_STAT_HOLD_COUNT', u64],
]);
export const MM = attributeSet('ETHTOOL_A_MM', [
  [1, 'ETHTOOL_A_MM_HEADER', header],
  [2, 'ETHTOOL_A_MM_PMAC_ENABLED', switchByte],
  [3, 'ETHTOOL_A_MM_TX_ENABLED', switchByte],
  [4, 'ETHTOOL_A_MM_TX_ACTIVE', u8],
  [5, 'ETHTOOL_A_MM_TX_MIN_FRAG_SIZE', ranged('u32', 60, 252)],
  [6, 'ETHTOOL_A_MM_RX_MIN_FRAG_SIZE', u32],
  [7, 'ETHTOOL_A_MM_VERIFY_ENABLED', switchByte],
  [8, 'ETHTOOL_A_MM_VERIFY_STATUS', u8],
  [9, 'ETHTOOL_A_MM_VERIFY_TIME', ranged('u32', 1, 128)],
  [10, 'ETHTOOL_A_MM_MAX_VERIFY_TIME', u32],
  [11, 'ETHTOOL_A_MM_STATS', nest(() => MM_STAT)],
]);

export const PHY = attributeSet('ETHTOOL_A_PHY', [
  [1, 'ETHTOOL_A_PHY_HEADER', header],
  [2, 'ETHTOOL_A_PHY_INDEX', u32],
  [3, 'ETHTOOL_A_PHY_DRVNAME', string(255)],
  [4, 'ETHTOOL_A_PHY_NAME', string(255)],
  [5, 'ETHTOOL_A_PHY_UPSTREAM_TYPE', u32],
  [6, 'ETHTOOL_A_PHY_UPSTREAM_INDEX', u32],
  [7, 'ETHTOOL_A_PHY_UPSTREAM_SFP_NAME', string(255)],
  [8, 'ETHTOOL_A_PHY_DOWNSTREAM_SFP_NAME', string(255)],
]);
