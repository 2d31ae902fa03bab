/** What a driver answers of ethtool beside its data path: each is asked for once, and nothing is changed. */
import { decodeBits } from '../../../reference-impl/netlink/bitset.js';
import type { EthtoolClient } from '../../../reference-impl/netlink/ethtoolClient.js';
import {
  ETHTOOL_GDRVINFO,
  ETHTOOL_GEEPROM,
  ETHTOOL_GREGS,
  ETHTOOL_GSTRINGS,
  ETHTOOL_PHYS_ID,
  ETH_GSTRING_LEN,
  STRUCT_LENGTH,
  encodeCommand,
  readDriverInfo,
  wordAt,
} from '../../../reference-impl/netlink/ethtoolStructs.js';
import {
  ETHTOOL_FLAG_STATS,
  ETH_SS_FEATURES,
  type EthtoolOperationName,
} from '../../../reference-impl/netlink/families/ethtool.js';
import { bytesIn, isValues, listIn, nestIn, numberIn, type Values } from '../../../reference-impl/netlink/schema.js';
import { WAKE_NAMES } from '../../../reference-impl/netlink/stringSets.js';
import type { CapabilityAnswer, CapabilityAnswers, NetDeviceName, Target } from '../../contract/index.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

/** How the kernel is asked. */
export interface EthtoolAccess {
  readonly ethtool: EthtoolClient;
  readonly netDevice: NetDeviceName;
  readonly driver: string;
  readonly channels: Pick<Target, 'ethtoolIoctl' | 'sysfs'>;
}

/** Capabilities that one query stands for. */
const QUERIES: Readonly<Record<string, EthtoolOperationName>> = {
  'message-level': 'DEBUG_GET',
  'private-flags': 'PRIVFLAGS_GET',
  eee: 'EEE_GET',
  'mac-merge': 'MM_GET',
  'tunnel-ports': 'TUNNEL_INFO_GET',
};

const STATED: CapabilityAnswers = {
  'wake-events': absent('A host that is awake is not woken, and this one cannot be sent to sleep.'),
  'eee-partner': absent('Nobody tells whether the far end of the cable offers Energy-Efficient Ethernet.'),
  'device-eeprom-write': absent('What is written to the memory of a device stays there.'),
};

export async function askEthtool(access: EthtoolAccess): Promise<CapabilityAnswers> {
  const answers: Record<string, CapabilityAnswer> = {};
  for (const [name, operation] of Object.entries(QUERIES)) answers[name] = await queryAnswer(access, operation);
  return {
    ...STATED,
    ...answers,
    ...(await wakeAnswers(access)),
    ...(await linkAnswers(access)),
    ...(await phyAnswers(access)),
    ...(await moduleAnswers(access)),
    ...(await kernelAnswers(access)),
    ...(await ioctlAnswers(access)),
    'coalesce-profiles': await memberAnswer(access, 'COALESCE_GET', 'ETHTOOL_A_COALESCE_RX_PROFILE'),
  };
}

async function queryAnswer(
  { ethtool, netDevice, driver }: EthtoolAccess,
  operation: EthtoolOperationName,
): Promise<CapabilityAnswer> {
  const result = await ethtool.call(operation, netDevice);
  return result.ok
    ? PRESENT
    : absent(`The driver ${driver} answers ETHTOOL_MSG_${operation} with ${result.error.errnoName}.`);
}

/** Whether the reply to a query has this member. */
async function memberAnswer(
  { ethtool, netDevice, driver }: EthtoolAccess,
  operation: EthtoolOperationName,
  member: string,
  flags = 0,
): Promise<CapabilityAnswer> {
  const header: Values = flags === 0 ? {} : { ETHTOOL_A_HEADER_FLAGS: flags };
  const result = await ethtool.call(operation, netDevice, {}, header);
  return result.ok && result.value[member] !== undefined
    ? PRESENT
    : absent(`The driver ${driver} does not answer ETHTOOL_MSG_${operation} with ${member}.`);
}

async function wakeAnswers({ ethtool, netDevice, driver, channels }: EthtoolAccess): Promise<CapabilityAnswers> {
  const wake = await ethtool.call('WOL_GET', netDevice);
  const modes = wake.ok ? decodeBits(nestIn(wake.value, 'ETHTOOL_A_WOL_MODES'), WAKE_NAMES).mask : new Set<string>();
  const power = await channels.sysfs.read(`class/net/${netDevice}/device/power/wakeup`);
  const says = (mode: string): CapabilityAnswer =>
    modes.has(mode) ? PRESENT : absent(`The driver ${driver} does not wake the host by ${mode}.`);
  return {
    'wake-on-lan': modes.size > 0 ? PRESENT : absent(`The driver ${driver} wakes the host for nothing.`),
    'wake-secure-on': says('magicsecure'),
    'power-wakeup':
      power.ok && power.value.trim() !== ''
        ? PRESENT
        : absent('The device has no power/wakeup in sysfs: its bus cannot wake the host.'),
  };
}

/** The reason is told only while there is no link, so a driver that gives one cannot be found while there is. */
async function linkAnswers(access: EthtoolAccess): Promise<CapabilityAnswers> {
  // A request that changes nothing is refused all the same where the driver has no way to change anything.
  const unchanged = await access.ethtool.call('LINKMODES_SET', access.netDevice);
  return {
    'link-settings-set': unchanged.ok
      ? PRESENT
      : absent(`The driver ${access.driver} answers ETHTOOL_MSG_LINKMODES_SET with ${unchanged.error.errnoName}.`),
    'link-extended-state': absent('The cable is in: whether the driver tells why there is no link cannot be asked.'),
    'signal-quality': await memberAnswer(access, 'LINKSTATE_GET', 'ETHTOOL_A_LINKSTATE_SQI'),
    'link-down-count': await memberAnswer(
      access,
      'LINKSTATE_GET',
      'ETHTOOL_A_LINKSTATE_EXT_DOWN_CNT',
      ETHTOOL_FLAG_STATS,
    ),
  };
}

/** A test takes the link down, so the PHY is asked for first. */
async function phyAnswers({ ethtool, netDevice, driver }: EthtoolAccess): Promise<CapabilityAnswers> {
  const phy = await ethtool.call('PHY_GET', netDevice);
  const none = absent(`The driver ${driver} has no PHY that the kernel knows.`);
  if (!phy.ok || numberIn(phy.value, 'ETHTOOL_A_PHY_INDEX') === undefined)
    return { phy: none, 'cable-test': none, 'cable-test-tdr': none };
  const test = async (operation: EthtoolOperationName): Promise<CapabilityAnswer> => {
    const begun = await ethtool.call(operation, netDevice);
    return begun.ok || begun.error.errnoName === 'EBUSY'
      ? PRESENT
      : absent(`The PHY answers ETHTOOL_MSG_${operation} with ${begun.error.errnoName}.`);
  };
  return {
    phy: PRESENT,
    'cable-test': await test('CABLE_TEST_ACT'),
    'cable-test-tdr': await test('CABLE_TEST_TDR_ACT'),
  };
}

/** SFF-8024: identifiers of modules with CMIS. */
const CMIS_IDENTIFIERS: readonly number[] = [0x18, 0x19, 0x1b, 0x1e, 0x1f, 0x20];

async function moduleAnswers(access: EthtoolAccess): Promise<CapabilityAnswers> {
  const { ethtool, netDevice, driver } = access;
  const read = await ethtool.call('MODULE_EEPROM_GET', netDevice, {
    ETHTOOL_A_MODULE_EEPROM_OFFSET: 0,
    ETHTOOL_A_MODULE_EEPROM_LENGTH: 1,
    ETHTOOL_A_MODULE_EEPROM_PAGE: 0,
    ETHTOOL_A_MODULE_EEPROM_I2C_ADDRESS: 0x50,
  });
  const identifier = read.ok ? bytesIn(read.value, 'ETHTOOL_A_MODULE_EEPROM_DATA')?.[0] : undefined;
  const none = absent(`The driver ${driver} reads no module.`);
  return {
    'module-eeprom': identifier === undefined ? none : PRESENT,
    'module-pages':
      identifier !== undefined && CMIS_IDENTIFIERS.includes(identifier)
        ? PRESENT
        : absent('There is no module with CMIS in the cage.'),
    'module-flash': await flashAnswer(access),
    'module-power': await memberAnswer(access, 'MODULE_GET', 'ETHTOOL_A_MODULE_POWER_MODE_POLICY'),
  };
}

/** ethnl_module_fw_flash_validate() comes before the name of the file: without one nothing is flashed. */
async function flashAnswer({ ethtool, netDevice, driver }: EthtoolAccess): Promise<CapabilityAnswer> {
  const asked = await ethtool.call('MODULE_FW_FLASH_ACT', netDevice, {});
  const isAble = !asked.ok && asked.error.errnoName !== 'EOPNOTSUPP';
  return isAble ? PRESENT : absent(`The driver ${driver} does not flash modules.`);
}

/** What depends on the release of the kernel and not on the driver. */
async function kernelAnswers({ ethtool, netDevice, channels }: EthtoolAccess): Promise<CapabilityAnswers> {
  const groups = { ETHTOOL_A_BITSET_NOMASK: true, ETHTOOL_A_BITSET_BITS: { ETHTOOL_A_BITSET_BITS_BIT: [MAC_GROUP] } };
  const stats = await ethtool.call('STATS_GET', netDevice, { ETHTOOL_A_STATS_GROUPS: groups });
  const room = STRUCT_LENGTH.gstrings + ETH_GSTRING_LEN * 256;
  const few = await channels.ethtoolIoctl(netDevice, encodeCommand(ETHTOOL_GSTRINGS, room, [ETH_SS_FEATURES, 1]));
  return {
    'stats-source':
      stats.ok && stats.value['ETHTOOL_A_STATS_SRC'] !== undefined
        ? PRESENT
        : absent('This kernel does not say whose statistics it answers with.'),
    'strings-need-count':
      few.ok && wordAt(few.bytes, 2) === 0
        ? PRESENT
        : absent('This kernel writes strings without looking at the count of the request (before 6.14).'),
  };
}
const MAC_GROUP = { ETHTOOL_A_BITSET_BIT_NAME: 'eth-mac' };

async function ioctlAnswers({ ethtool, netDevice, driver, channels }: EthtoolAccess): Promise<CapabilityAnswers> {
  const ask = (command: number, length: number, words: readonly number[] = []): ReturnType<Target['ethtoolIoctl']> =>
    channels.ethtoolIoctl(netDevice, encodeCommand(command, length, words));
  const told = await ask(ETHTOOL_GDRVINFO, STRUCT_LENGTH.drvinfo);
  const info = told.ok ? readDriverInfo(told.bytes) : undefined;
  const registers = info?.registersLength ?? 0;
  const dump = registers > 0 ? await ask(ETHTOOL_GREGS, STRUCT_LENGTH.regs + registers, [0, registers]) : undefined;
  const memory =
    (info?.eepromLength ?? 0) > 1 ? await ask(ETHTOOL_GEEPROM, STRUCT_LENGTH.eeprom + 2, [0, 0, 2]) : undefined;
  const tests = await testNames(ethtool, netDevice);
  const lamp = await ask(ETHTOOL_PHYS_ID, STRUCT_LENGTH.value, [1]);
  const lacks = (what: string): CapabilityAnswer => absent(`The driver ${driver} ${what}.`);
  return {
    'driver-info': info === undefined ? lacks('tells nothing of itself') : PRESENT,
    'register-dump': dump?.ok === true ? PRESENT : lacks('dumps no registers'),
    'device-eeprom': memory?.ok === true ? PRESENT : lacks('does not let its memory be read'),
    'self-test': tests > 0 ? PRESENT : lacks('has no self test'),
    'offline-self-test': tests > 1 ? PRESENT : lacks('has no tests for a device that is offline'),
    identify: lamp.ok ? PRESENT : lacks('has no lamp to be found by'),
  };
}

/** ETH_SS_TEST. */
async function testNames(ethtool: EthtoolClient, netDevice: NetDeviceName): Promise<number> {
  const sets = { ETHTOOL_A_STRINGSETS_STRINGSET: [{ ETHTOOL_A_STRINGSET_ID: 0 }] };
  const result = await ethtool.call('STRSET_GET', netDevice, { ETHTOOL_A_STRSET_STRINGSETS: sets });
  if (!result.ok) return 0;
  const found = listIn(nestIn(result.value, 'ETHTOOL_A_STRSET_STRINGSETS'), 'ETHTOOL_A_STRINGSETS_STRINGSET');
  const [tests] = found.filter(isValues);
  return numberIn(tests, 'ETHTOOL_A_STRINGSET_COUNT') ?? 0;
}
