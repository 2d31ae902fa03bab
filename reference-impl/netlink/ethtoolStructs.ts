/** The structs of SIOCETHTOOL beside `struct ethtool_rxnfc` (linux/ethtool.h): what has no netlink equal, and what has one too. */
import { viewOf } from './wire.js';

export const ETHTOOL_GDRVINFO = 0x03;
export const ETHTOOL_GREGS = 0x04;
export const ETHTOOL_GWOL = 0x05;
export const ETHTOOL_SWOL = 0x06;
export const ETHTOOL_GMSGLVL = 0x07;
export const ETHTOOL_SMSGLVL = 0x08;
export const ETHTOOL_GLINK = 0x0a;
export const ETHTOOL_GEEPROM = 0x0b;
export const ETHTOOL_SEEPROM = 0x0c;
export const ETHTOOL_GRINGPARAM = 0x10;
export const ETHTOOL_GPAUSEPARAM = 0x12;
export const ETHTOOL_TEST = 0x1a;
export const ETHTOOL_GSTRINGS = 0x1b;
export const ETHTOOL_PHYS_ID = 0x1c;
export const ETHTOOL_GPERMADDR = 0x20;
export const ETHTOOL_GPFLAGS = 0x27;
export const ETHTOOL_SPFLAGS = 0x28;
export const ETHTOOL_GSSET_INFO = 0x37;
export const ETHTOOL_GCHANNELS = 0x3c;
export const ETHTOOL_GRSSH = 0x46;
export const ETHTOOL_SRSSH = 0x47;

export const ETH_GSTRING_LEN = 32;
export const ETH_TEST_FL_OFFLINE = 1;
export const ETH_TEST_FL_FAILED = 2;
/** ETH_RXFH_CONTEXT_ALLOC, ETH_RXFH_INDIR_NO_CHANGE. */
export const RXFH_CONTEXT_ALLOC = 0xffff_ffff;
export const RXFH_INDIR_NO_CHANGE = 0xffff_ffff;
export const RXH_XFRM_NO_CHANGE = 0xff;

/** Lengths of the structs without what lies behind them. */
export const STRUCT_LENGTH = {
  drvinfo: 196,
  value: 8,
  ssetInfo: 16,
  gstrings: 12,
  test: 16,
  permAddr: 8,
  regs: 12,
  eeprom: 16,
  wolinfo: 20,
  pauseparam: 16,
  ringparam: 36,
  channels: 36,
  rxfh: 24,
} as const;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A command with room behind it; members are 32-bit words behind the number of the command. */
export function encodeCommand(command: number, length: number, words: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = viewOf(bytes);
  view.setUint32(0, command, true);
  for (const [index, word] of words.entries()) view.setUint32(4 + 4 * index, word >>> 0, true);
  return bytes;
}

/** The 32-bit word at this place of the struct; the command is the first. */
export const wordAt = (bytes: Uint8Array, index: number): number => viewOf(bytes).getUint32(4 * index, true);
export function setWord(bytes: Uint8Array, index: number, value: number): void {
  viewOf(bytes).setUint32(4 * index, value >>> 0, true);
}
export const longAt = (bytes: Uint8Array, at: number): bigint => viewOf(bytes).getBigUint64(at, true);
export function setLong(bytes: Uint8Array, at: number, value: bigint): void {
  viewOf(bytes).setBigUint64(at, value, true);
}

/** A text that ends with a zero, or with its field. */
function textAt(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
}

/** strscpy(): cut short so that a zero is left behind it. */
function setText(bytes: Uint8Array, at: number, length: number, text: string): void {
  bytes.set(encoder.encode(text).subarray(0, length - 1), at);
}

/** `struct ethtool_drvinfo`. */
export interface DriverInfoStruct {
  readonly driver: string;
  readonly version: string;
  readonly firmwareVersion: string;
  readonly busInfo: string;
  readonly privateFlags: number;
  readonly statistics: number;
  readonly tests: number;
  readonly eepromLength: number;
  readonly registersLength: number;
}

const TEXT = 32;
const DRIVER_TEXTS = ['driver', 'version', 'firmwareVersion', 'busInfo'] as const;
const COUNTS_AT = 4 + 5 * TEXT + 12;
const DRIVER_COUNTS = ['privateFlags', 'statistics', 'tests', 'eepromLength', 'registersLength'] as const;

export function writeDriverInfo(bytes: Uint8Array, info: DriverInfoStruct): void {
  for (const [index, name] of DRIVER_TEXTS.entries()) setText(bytes, 4 + TEXT * index, TEXT, info[name]);
  for (const [index, name] of DRIVER_COUNTS.entries()) setWord(bytes, COUNTS_AT / 4 + index, info[name]);
}

export function readDriverInfo(bytes: Uint8Array): DriverInfoStruct {
  const [driver = '', version = '', firmwareVersion = '', busInfo = ''] = DRIVER_TEXTS.map((_, index) =>
    textAt(bytes, 4 + TEXT * index, TEXT),
  );
  const [privateFlags = 0, statistics = 0, tests = 0, eepromLength = 0, registersLength = 0] = DRIVER_COUNTS.map(
    (_, index) => wordAt(bytes, COUNTS_AT / 4 + index),
  );
  return {
    driver,
    version,
    firmwareVersion,
    busInfo,
    privateFlags,
    statistics,
    tests,
    eepromLength,
    registersLength,
  };
}

/** `struct ethtool_gstrings`: the strings behind it. */
export function writeStrings(bytes: Uint8Array, strings: readonly string[]): void {
  for (const [index, text] of strings.entries()) {
    const at = STRUCT_LENGTH.gstrings + ETH_GSTRING_LEN * index;
    bytes.fill(0, at, at + ETH_GSTRING_LEN);
    bytes.set(encoder.encode(text).subarray(0, ETH_GSTRING_LEN), at);
  }
}

export function readStrings(bytes: Uint8Array): string[] {
  return Array.from({ length: wordAt(bytes, 2) }, (_, index) =>
    textAt(bytes, STRUCT_LENGTH.gstrings + ETH_GSTRING_LEN * index, ETH_GSTRING_LEN),
  );
}

/** `struct ethtool_test`: one 64-bit result for each test. */
export const readTestResults = (bytes: Uint8Array): number[] =>
  Array.from({ length: wordAt(bytes, 3) }, (_, index) => Number(longAt(bytes, STRUCT_LENGTH.test + 8 * index)));

/** A bit for each name that is there, in the order of all names; and back. */
export const bitsOfNames = (names: Iterable<string>, all: readonly string[]): number =>
  [...names].reduce((bits, name) => (all.includes(name) ? bits | (1 << all.indexOf(name)) : bits), 0) >>> 0;
export const namesOfBits = (bits: number, all: readonly string[]): string[] =>
  all.filter((_, index) => ((bits >>> index) & 1) === 1);
