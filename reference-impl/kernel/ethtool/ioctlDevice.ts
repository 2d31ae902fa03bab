/** SIOCETHTOOL about the device itself: driver, strings, address, memories, self test, lamp. net/ethtool/ioctl.c. */
import type { IoctlResult } from '../../../harness/contract/index.js';
import {
  ETHTOOL_GDRVINFO,
  ETHTOOL_GEEPROM,
  ETHTOOL_GPERMADDR,
  ETHTOOL_GREGS,
  ETHTOOL_GSSET_INFO,
  ETHTOOL_GSTRINGS,
  ETHTOOL_PHYS_ID,
  ETHTOOL_SEEPROM,
  ETHTOOL_TEST,
  ETH_GSTRING_LEN,
  ETH_TEST_FL_FAILED,
  ETH_TEST_FL_OFFLINE,
  STRUCT_LENGTH,
  longAt,
  setLong,
  setWord,
  wordAt,
  writeDriverInfo,
  writeStrings,
} from '../../netlink/ethtoolStructs.js';
import {
  ETH_SS_FEATURES,
  ETH_SS_LINK_MODES,
  ETH_SS_PHY_TUNABLES,
  ETH_SS_PRIV_FLAGS,
  ETH_SS_RSS_HASH_FUNCS,
  ETH_SS_STATS,
  ETH_SS_TUNABLES,
} from '../../netlink/families/ethtool.js';
import { parseMac } from '../../packet/addresses.js';
import { EFAULT, EINVAL, EOPNOTSUPP, ETOOSMALL } from '../errno.js';
import type { NetDevice } from '../netDevice.js';
import { opsOf } from './deviceState.js';
import { answered, copyOut, failed, withRoom, type IoctlHandler } from './ioctlAnswer.js';
import { COMMON_SETS, deviceStrings } from './stringSets.js';

/** __ethtool_get_strings(): of the sets without a device only these are known here; the others are netlink's. */
const COMMON_HERE: readonly number[] = [
  ETH_SS_FEATURES,
  ETH_SS_RSS_HASH_FUNCS,
  ETH_SS_TUNABLES,
  ETH_SS_PHY_TUNABLES,
  ETH_SS_LINK_MODES,
];

const strings = async (netDevice: NetDevice, set: number): Promise<readonly string[] | undefined> =>
  COMMON_HERE.includes(set) ? COMMON_SETS.get(set) : deviceStrings(netDevice, set);

const getDriverInfo: IoctlHandler = async ({ kernel }, netDevice, bytes) => {
  const { lower } = netDevice;
  const { ops, port } = opsOf(netDevice);
  const count = async (set: number): Promise<number> => (await deviceStrings(netDevice, set))?.length ?? 0;
  const { driver, driverVersion, firmwareVersion } = kernel.description.identity;
  const isPort = lower.kind === 'port';
  if (!isPort && lower.kind === 'vrf') return failed(EOPNOTSUPP);
  bytes.fill(0, 4, STRUCT_LENGTH.drvinfo);
  writeDriverInfo(bytes, {
    driver: isPort ? driver : SOFTWARE_DRIVERS[lower.kind],
    version: isPort ? driverVersion : '',
    firmwareVersion: isPort ? firmwareVersion : '',
    busInfo: (await ops.getBusInfo?.(port)) ?? '',
    privateFlags: await count(ETH_SS_PRIV_FLAGS),
    statistics: await count(ETH_SS_STATS),
    tests: kernel.parts.ethtool.countsTests(ops.selfTest?.names ?? []),
    eepromLength: (await ops.eeprom?.length(port)) ?? 0,
    registersLength: (await ops.registers?.length(port)) ?? 0,
  });
  return answered(bytes);
};

/** What drivers of net devices without hardware call themselves. */
const SOFTWARE_DRIVERS = {
  vlan: '802.1Q VLAN Support',
  bridge: 'bridge',
  bond: 'bonding',
  team: 'team',
  vrf: 'vrf',
} as const;

/** ethtool_get_sset_info(): a bit for each set that is there, and its length behind. */
const getStringSetInfo: IoctlHandler = async (_context, netDevice, bytes) => {
  const asked = longAt(bytes, 8);
  if (asked === 0n) return answered(bytes);
  let found = 0n;
  const lengths: number[] = [];
  for (let set = 0; set < 64; set++) {
    if (((asked >> BigInt(set)) & 1n) === 0n) continue;
    const names = await strings(netDevice, set);
    if (names === undefined) continue;
    found |= 1n << BigInt(set);
    lengths.push(names.length);
  }
  setWord(bytes, 1, 0);
  setLong(bytes, 8, found);
  const data = new Uint8Array(Uint32Array.from(lengths).buffer);
  return copyOut(bytes, STRUCT_LENGTH.ssetInfo, data);
};

/** A length that is not the set's is answered with none, so that nobody writes past what was given. */
const getStrings: IoctlHandler = async ({ kernel }, netDevice, bytes) => {
  const names = await strings(netDevice, wordAt(bytes, 1));
  if (names === undefined) return failed(EOPNOTSUPP);
  const room = wordAt(bytes, 2);
  const fits = room === 0 || room === names.length || !kernel.parts.ethtool.stringsNeedCount;
  const given = fits ? names : [];
  setWord(bytes, 2, given.length);
  if (STRUCT_LENGTH.gstrings + ETH_GSTRING_LEN * given.length > bytes.length) return failed(EFAULT);
  writeStrings(bytes, given);
  return answered(bytes);
};

const getPermanentAddress: IoctlHandler = ({ kernel }, netDevice, bytes) => {
  const { checksAddressRoom, permanentAddressIs } = kernel.parts.ethtool;
  const address = parseMac(permanentAddressIs(netDevice.permanentAddress, netDevice.address));
  if (wordAt(bytes, 1) < address.length && checksAddressRoom) return failed(ETOOSMALL);
  setWord(bytes, 1, address.length);
  return copyOut(bytes, STRUCT_LENGTH.permAddr, address);
};

/** ethtool_get_regs(): no more than was asked for. */
const getRegisters: IoctlHandler = async ({ kernel }, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  const { registers } = ops;
  if (registers === undefined) return failed(EOPNOTSUPP);
  const dump = await registers.read(port);
  const length = kernel.parts.ethtool.limitsRegisters ? Math.min(wordAt(bytes, 2), dump.length) : dump.length;
  setWord(bytes, 1, registers.version);
  setWord(bytes, 2, length);
  return copyOut(bytes, STRUCT_LENGTH.regs, dump.subarray(0, length));
};

/** ethtool_get_any_eeprom(), ethtool_set_eeprom(): neither nothing nor past the end. */
function isPlace(offset: number, length: number, total: number): boolean {
  const end = (offset + length) >>> 0;
  return end > offset && end <= total;
}

const getEeprom: IoctlHandler = async ({ kernel }, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  const { eeprom } = ops;
  if (eeprom === undefined) return failed(EOPNOTSUPP);
  const [offset, length] = [wordAt(bytes, 2), wordAt(bytes, 3)];
  if (!isPlace(offset, length, await eeprom.length(port)) && kernel.parts.ethtool.checksEepromRange)
    return failed(EINVAL);
  const read = await eeprom.read(port, offset, length);
  if (!read.ok) return failed(read.errno);
  setWord(bytes, 1, eeprom.magic);
  return copyOut(bytes, STRUCT_LENGTH.eeprom, read.value);
};

/** Drivers compare the magic number, so that what is meant for another device is not written. */
const setEeprom: IoctlHandler = async ({ kernel }, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  const { eeprom } = ops;
  if (eeprom?.write === undefined) return failed(EOPNOTSUPP);
  const [magic, offset, length] = [wordAt(bytes, 1), wordAt(bytes, 2), wordAt(bytes, 3)];
  if (!isPlace(offset, length, await eeprom.length(port))) return failed(EINVAL);
  const data = bytes.subarray(STRUCT_LENGTH.eeprom, STRUCT_LENGTH.eeprom + length);
  if (data.length < length) return failed(EFAULT);
  if (magic !== eeprom.magic && kernel.parts.ethtool.checksEepromMagic) return failed(EFAULT);
  const written = await eeprom.write(port, offset, data);
  return written.ok ? answered(bytes) : failed(written.errno);
};

const runSelfTest: IoctlHandler = async ({ kernel }, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  const { selfTest } = ops;
  if (selfTest === undefined) return failed(EOPNOTSUPP);
  const flags = wordAt(bytes, 1);
  const { failed: hasFailed, results } = await selfTest.run(port, (flags & ETH_TEST_FL_OFFLINE) !== 0);
  await kernel.settle();
  setWord(bytes, 1, hasFailed ? flags | ETH_TEST_FL_FAILED : flags);
  setWord(bytes, 3, results.length);
  const data = new Uint8Array(BigUint64Array.from(results.map(BigInt)).buffer);
  return copyOut(bytes, STRUCT_LENGTH.test, data);
};

/** ethtool_phys_id(): the kernel switches the lamp; without a time it would do so until a signal, which nobody can send here. */
const identify: IoctlHandler = async ({ kernel }, netDevice, bytes): Promise<IoctlResult> => {
  const { ops, port } = opsOf(netDevice);
  const set = ops.identify;
  if (set === undefined) return failed(EOPNOTSUPP);
  const began = await set(port, 'active');
  if (!began.ok) return failed(began.errno);
  const lasts = kernel.parts.ethtool.identifyMilliseconds(wordAt(bytes, 1));
  const switches = began.value * 2;
  if (switches === 0) await kernel.wait(lasts);
  for (let time = 0, on = true; switches > 0 && time < lasts; time += 1000 / switches, on = !on) {
    const switched = await set(port, on ? 'on' : 'off');
    if (!switched.ok) break;
    await kernel.wait(1000 / switches);
  }
  await set(port, 'inactive');
  return answered(bytes);
};

/** By the number of the command. */
export const DEVICE_COMMANDS: ReadonlyMap<number, IoctlHandler> = new Map([
  [ETHTOOL_GDRVINFO, withRoom(STRUCT_LENGTH.drvinfo, getDriverInfo)],
  [ETHTOOL_GSSET_INFO, withRoom(STRUCT_LENGTH.ssetInfo, getStringSetInfo)],
  [ETHTOOL_GSTRINGS, withRoom(STRUCT_LENGTH.gstrings, getStrings)],
  [ETHTOOL_GPERMADDR, withRoom(STRUCT_LENGTH.permAddr, getPermanentAddress)],
  [ETHTOOL_GREGS, withRoom(STRUCT_LENGTH.regs, getRegisters)],
  [ETHTOOL_GEEPROM, withRoom(STRUCT_LENGTH.eeprom, getEeprom)],
  [ETHTOOL_SEEPROM, withRoom(STRUCT_LENGTH.eeprom, setEeprom)],
  [ETHTOOL_TEST, withRoom(STRUCT_LENGTH.test, runSelfTest)],
  [ETHTOOL_PHYS_ID, withRoom(STRUCT_LENGTH.value, identify)],
]);
