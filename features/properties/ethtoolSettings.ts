/** Settings of ethtool as data: which operations read and write them, what may be asked, and what reads back. */
import fc from 'fast-check';
import { bitChanges, compactBits, decodeBits } from '../../reference-impl/netlink/bitset.js';
import type { EthtoolNotificationName, EthtoolOperationName } from '../../reference-impl/netlink/families/ethtool.js';
import { bytesIn, nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { LINK_MODE_NAMES, MESSAGE_CLASS_NAMES, WAKE_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { hex } from '../../reference-impl/packet/bytes.js';

export interface SettingGroup {
  readonly get: EthtoolOperationName;
  readonly set: EthtoolOperationName;
  readonly announced: EthtoolNotificationName;
  /** Members that are numbers, without their prefix, each with the numbers to try. */
  readonly numbers: Readonly<Record<string, fc.Arbitrary<number>>>;
  /** The member that is a bit set, with the names of its bits; the device's own where there are none here. */
  readonly bits?: { readonly member: string; readonly names: readonly string[] };
  readonly bytes?: { readonly member: string; readonly length: number };
}

const onOff = fc.integer({ min: 0, max: 1 });

/** By the words of the features. */
export const SETTING_GROUPS = {
  'the message level': {
    get: 'DEBUG_GET',
    set: 'DEBUG_SET',
    announced: 'DEBUG_NTF',
    numbers: {},
    bits: { member: 'MSGMASK', names: MESSAGE_CLASS_NAMES },
  },
  'wake-up': {
    get: 'WOL_GET',
    set: 'WOL_SET',
    announced: 'WOL_NTF',
    numbers: {},
    bits: { member: 'MODES', names: WAKE_NAMES },
  },
  'the password of wake-up': {
    get: 'WOL_GET',
    set: 'WOL_SET',
    announced: 'WOL_NTF',
    numbers: {},
    bytes: { member: 'SOPASS', length: 6 },
  },
  'the private flags': {
    get: 'PRIVFLAGS_GET',
    set: 'PRIVFLAGS_SET',
    announced: 'PRIVFLAGS_NTF',
    numbers: {},
    bits: { member: 'FLAGS', names: [] },
  },
  'energy saving': {
    get: 'EEE_GET',
    set: 'EEE_SET',
    announced: 'EEE_NTF',
    numbers: { ENABLED: onOff, TX_LPI_ENABLED: onOff, TX_LPI_TIMER: fc.integer({ min: 0, max: 65535 }) },
  },
  'the MAC merge layer': {
    get: 'MM_GET',
    set: 'MM_SET',
    announced: 'MM_NTF',
    numbers: {
      PMAC_ENABLED: onOff,
      TX_ENABLED: onOff,
      VERIFY_ENABLED: onOff,
      VERIFY_TIME: fc.integer({ min: 1, max: 128 }),
      TX_MIN_FRAG_SIZE: fc.integer({ min: 60, max: 252 }),
    },
  },
  'the power policy of the module': {
    get: 'MODULE_GET',
    set: 'MODULE_SET',
    announced: 'MODULE_NTF',
    numbers: { POWER_MODE_POLICY: fc.integer({ min: 1, max: 2 }) },
  },
  'flow control': {
    get: 'PAUSE_GET',
    set: 'PAUSE_SET',
    announced: 'PAUSE_NTF',
    numbers: { AUTONEG: onOff, RX: onOff, TX: onOff },
  },
  'error correction': {
    get: 'FEC_GET',
    set: 'FEC_SET',
    announced: 'FEC_NTF',
    numbers: { AUTO: onOff },
    bits: { member: 'MODES', names: LINK_MODE_NAMES },
  },
} as const satisfies Record<string, SettingGroup>;

export type SettingWords = keyof typeof SETTING_GROUPS;
export const settingGroup = (words: string): SettingGroup => {
  if (!(words in SETTING_GROUPS)) throw new Error(`nobody said what ${words} is`);
  return SETTING_GROUPS[words as SettingWords];
};

const prefixOf = ({ get }: SettingGroup): string => `ETHTOOL_A_${get.slice(0, get.indexOf('_'))}`;

/** FEC_SET knows of all link modes only these. */
const FEC_BITS = ['None', 'RS', 'BASER', 'LLRS'];

/** A request: some of the members, bits with a value each, as a list or as words. `own`: names of the device's own bits. */
export function changesOf(group: SettingGroup, own: readonly string[]): fc.Arbitrary<Values> {
  const prefix = prefixOf(group);
  const numbers = fc.record(
    Object.fromEntries(Object.entries(group.numbers).map(([name, value]) => [`${prefix}_${name}`, value])),
    { requiredKeys: [] },
  );
  const { bits, bytes } = group;
  const names = bits === undefined ? [] : group.get === 'FEC_GET' ? FEC_BITS : own;
  const bitset =
    bits === undefined || names.length === 0
      ? fc.constant({})
      : fc
          .tuple(fc.dictionary(fc.constantFrom(...names), fc.boolean(), { maxKeys: 4 }), fc.boolean())
          .filter(([changes]) => Object.keys(changes).length > 0)
          .map(([changes, compact]) => ({ [`${prefix}_${bits.member}`]: bitsetOf(changes, bits, own, compact) }));
  const password =
    bytes === undefined
      ? fc.constant({})
      : fc
          .uint8Array({ minLength: bytes.length, maxLength: bytes.length })
          .map((value) => ({ [`${prefix}_${bytes.member}`]: value }));
  return fc.tuple(numbers, bitset, password).map((parts) => Object.assign({}, ...parts) as Values);
}

function bitsetOf(
  changes: Readonly<Record<string, boolean>>,
  bits: NonNullable<SettingGroup['bits']>,
  own: readonly string[],
  compact: boolean,
): Values {
  const all = bits.names.length > 0 ? bits.names : own;
  if (!compact) return bitChanges(changes);
  const on = Object.keys(changes).filter((name) => changes[name] === true);
  return compactBits(on, Object.keys(changes), all);
}

/** What of a reply was, or can be, set: by member, in words. */
export function settingsIn(
  group: SettingGroup,
  reply: Values,
  own: readonly string[],
): Readonly<Record<string, string>> {
  const prefix = prefixOf(group);
  const settings: Record<string, string> = {};
  for (const name of Object.keys(group.numbers)) {
    const value = numberIn(reply, `${prefix}_${name}`);
    if (value !== undefined) settings[`${prefix}_${name}`] = String(value);
  }
  if (group.bits !== undefined) {
    const { member, names } = group.bits;
    const decoded = decodeBits(nestIn(reply, `${prefix}_${member}`), names.length > 0 ? names : own);
    for (const name of decoded.mask) settings[`${prefix}_${member} ${name}`] = 'off';
    for (const name of decoded.set) settings[`${prefix}_${member} ${name}`] = 'on';
  }
  if (group.bytes !== undefined) {
    const value = bytesIn(reply, `${prefix}_${group.bytes.member}`);
    if (value !== undefined) settings[`${prefix}_${group.bytes.member}`] = hex(value);
  }
  return settings;
}

/** What of the reply to a query can be asked for again, by the operation that sets it: the request of a change that changes nothing. */
export const SETTABLE: Readonly<Partial<Record<EthtoolOperationName, RegExp>>> = {
  LINKINFO_SET: /^ETHTOOL_A_LINKINFO_(PORT|PHYADDR|TP_MDIX_CTRL)$/,
  LINKMODES_SET: /^ETHTOOL_A_LINKMODES_(AUTONEG|OURS|SPEED|DUPLEX)$/,
  DEBUG_SET: /^ETHTOOL_A_DEBUG_MSGMASK$/,
  WOL_SET: /^ETHTOOL_A_WOL_MODES$/,
  PRIVFLAGS_SET: /^ETHTOOL_A_PRIVFLAGS_FLAGS$/,
  RINGS_SET: /^ETHTOOL_A_RINGS_(RX|TX)$/,
  CHANNELS_SET: /^ETHTOOL_A_CHANNELS_(RX|TX|OTHER|COMBINED)_COUNT$/,
  COALESCE_SET: /^ETHTOOL_A_COALESCE_/,
  PAUSE_SET: /^ETHTOOL_A_PAUSE_(AUTONEG|RX|TX)$/,
  EEE_SET: /^ETHTOOL_A_EEE_(MODES_OURS|ENABLED|TX_LPI_ENABLED|TX_LPI_TIMER)$/,
  FEC_SET: /^ETHTOOL_A_FEC_(MODES|AUTO)$/,
  MODULE_SET: /^ETHTOOL_A_MODULE_POWER_MODE_POLICY$/,
  MM_SET: /^ETHTOOL_A_MM_(PMAC_ENABLED|TX_ENABLED|VERIFY_ENABLED|VERIFY_TIME|TX_MIN_FRAG_SIZE)$/,
};

export const settableIn = (operation: EthtoolOperationName, reply: Values): Values =>
  Object.fromEntries(
    Object.entries(reply).filter(([name]) => SETTABLE[operation]?.test(name) === true && !name.endsWith('_HEADER')),
  );
