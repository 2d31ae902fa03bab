/** SIOCETHTOOL for settings that netlink has as well: both ways lead to the same state. net/ethtool/ioctl.c. */
import type { Errno, RssChange } from '../../../harness/contract/index.js';
import {
  ETHTOOL_GCHANNELS,
  ETHTOOL_GLINK,
  ETHTOOL_GMSGLVL,
  ETHTOOL_GPAUSEPARAM,
  ETHTOOL_GPFLAGS,
  ETHTOOL_GRINGPARAM,
  ETHTOOL_GRSSH,
  ETHTOOL_GWOL,
  ETHTOOL_SMSGLVL,
  ETHTOOL_SPFLAGS,
  ETHTOOL_SRSSH,
  ETHTOOL_SWOL,
  RXFH_CONTEXT_ALLOC,
  RXFH_INDIR_NO_CHANGE,
  RXH_XFRM_NO_CHANGE,
  STRUCT_LENGTH,
  bitsOfNames,
  namesOfBits,
  setWord,
  wordAt,
} from '../../netlink/ethtoolStructs.js';
import { MESSAGE_CLASS_NAMES, WAKE_NAMES } from '../../netlink/stringSets.js';
import { EFAULT, EINVAL, ENOENT, EOPNOTSUPP } from '../errno.js';
import { isUp } from '../netDevice.js';
import { ethtoolStateOf, opsOf } from './deviceState.js';
import { answered, copyOut, failed, withRoom, type IoctlHandler } from './ioctlAnswer.js';
import type { EthtoolContext } from './request.js';

/** ethtool_notify() behind a change by ioctl, whether it changed something or not. */
const announces = ({ kernel }: EthtoolContext): boolean => kernel.parts.ethtool.announcesIoctl;

const getLink: IoctlHandler = (_context, netDevice, bytes) => {
  setWord(bytes, 1, isUp(netDevice) && netDevice.carrier ? 1 : 0);
  return answered(bytes);
};

const getMessageLevel: IoctlHandler = async (_context, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.getMessageLevel === undefined) return failed(EOPNOTSUPP);
  setWord(bytes, 1, bitsOfNames(await ops.getMessageLevel(port), MESSAGE_CLASS_NAMES));
  return answered(bytes);
};

const setMessageLevel: IoctlHandler = async (context, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.setMessageLevel === undefined) return failed(EOPNOTSUPP);
  await ops.setMessageLevel(port, namesOfBits(wordAt(bytes, 1), MESSAGE_CLASS_NAMES));
  if (announces(context)) await context.announce('DEBUG_NTF', netDevice);
  return answered(bytes);
};

/** The kernel announces who reads the flags, and not who sets them. */
const getPrivateFlags: IoctlHandler = async (context, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.privateFlags === undefined) return failed(EOPNOTSUPP);
  setWord(bytes, 1, bitsOfNames(await ops.privateFlags.get(port), ops.privateFlags.names));
  await context.announce('PRIVFLAGS_NTF', netDevice);
  return answered(bytes);
};

const setPrivateFlags: IoctlHandler = async (_context, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.privateFlags === undefined) return failed(EOPNOTSUPP);
  const set = await ops.privateFlags.set(port, namesOfBits(wordAt(bytes, 1), ops.privateFlags.names));
  return set.ok ? answered(bytes) : failed(set.errno);
};

const PASSWORD_AT = 12;

const getWake: IoctlHandler = async (_context, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.getWake === undefined) return failed(EOPNOTSUPP);
  const { supported, enabled, password } = await ops.getWake(port);
  setWord(bytes, 1, bitsOfNames(supported, WAKE_NAMES));
  setWord(bytes, 2, bitsOfNames(enabled, WAKE_NAMES));
  return copyOut(bytes, PASSWORD_AT, password);
};

const setWake: IoctlHandler = async (context, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.getWake === undefined || ops.setWake === undefined) return failed(EOPNOTSUPP);
  const { supported, enabled: before, password: old } = await ops.getWake(port);
  const bits = wordAt(bytes, 2);
  if ((bits & ~bitsOfNames(supported, WAKE_NAMES)) !== 0) return failed(EINVAL);
  const enabled = namesOfBits(bits, WAKE_NAMES);
  const password = bytes.slice(PASSWORD_AT, PASSWORD_AT + old.length);
  const isSame = bits === bitsOfNames(before, WAKE_NAMES) && password.every((byte, index) => byte === old[index]);
  if (isSame) return answered(bytes);
  const set = await ops.setWake(port, { enabled, password });
  if (!set.ok) return failed(set.errno);
  ethtoolStateOf(netDevice).wakeArmed = context.kernel.parts.ethtool.armsFor(enabled);
  if (announces(context)) await context.announce('WOL_NTF', netDevice);
  return answered(bytes);
};

const getPause: IoctlHandler = async (_context, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.getPause === undefined) return failed(EOPNOTSUPP);
  const { autoneg, rx, tx } = await ops.getPause(port);
  for (const [index, value] of [autoneg, rx, tx].entries()) setWord(bytes, 1 + index, value ? 1 : 0);
  return answered(bytes);
};

const getRings: IoctlHandler = async (_context, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.getRings === undefined) return failed(EOPNOTSUPP);
  const { rxMax, rxMiniMax = 0, rxJumboMax = 0, txMax, rx, rxMini = 0, rxJumbo = 0, tx } = await ops.getRings(port);
  const words = [rxMax, rxMiniMax, rxJumboMax, txMax, rx, rxMini, rxJumbo, tx];
  for (const [index, value] of words.entries()) setWord(bytes, 1 + index, value);
  return answered(bytes);
};

const getChannels: IoctlHandler = async (_context, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.getChannels === undefined) return failed(EOPNOTSUPP);
  const { max, rx, tx, other, combined } = await ops.getChannels(port);
  const words = [max.rx, max.tx, max.other, max.combined, rx, tx, other, combined];
  for (const [index, value] of words.entries()) setWord(bytes, 1 + index, value);
  return answered(bytes);
};

const FUNCTION_AT = 16;
const TRANSFORM_AT = 17;

/** ethtool_get_rxfh(): sizes of zero ask for the sizes alone. */
const getReceiveHash: IoctlHandler = async (_context, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.getRss === undefined) return failed(EOPNOTSUPP);
  const number = wordAt(bytes, 1);
  if (number !== 0 && ops.createRssContext === undefined) return failed(EOPNOTSUPP);
  if (number !== 0 && !netDevice.rssContexts.has(number)) return failed(ENOENT);
  if (wordAt(bytes, 5) !== 0 || bytes[18] !== 0 || bytes[19] !== 0) return failed(EINVAL);
  const [tableRoom, keyRoom] = [wordAt(bytes, 2), wordAt(bytes, 3)];
  const rss = await ops.getRss(port, number);
  if (!rss.ok) return failed(rss.errno);
  const { indirection, key, hashFunction, inputTransform } = rss.value;
  const tableFits = tableRoom === 0 || tableRoom === indirection.length;
  if (!tableFits || (keyRoom !== 0 && keyRoom !== key.length)) return failed(EINVAL);
  setWord(bytes, 2, indirection.length);
  setWord(bytes, 3, key.length);
  bytes[FUNCTION_AT] = hashFunction;
  bytes[TRANSFORM_AT] = inputTransform;
  if (tableRoom > 0) {
    const table = copyOut(bytes, STRUCT_LENGTH.rxfh, new Uint8Array(Uint32Array.from(indirection).buffer));
    if (!table.ok) return table;
  }
  return keyRoom === 0 ? answered(bytes) : copyOut(bytes, STRUCT_LENGTH.rxfh + 4 * tableRoom, key);
};

/** RXH_XFRM_SYM_XOR, RXH_XFRM_SYM_OR_XOR, none, and as it is. */
const TRANSFORMS: ReadonlySet<number> = new Set([0, 1, 2, RXH_XFRM_NO_CHANGE]);

/** ethtool_set_rxfh(): a table of length zero sets the default, or takes a context away. */
const setReceiveHash: IoctlHandler = async (context, netDevice, bytes) => {
  const { ops, port } = opsOf(netDevice);
  const { getRss, setRss, createRssContext, removeRssContext } = ops;
  if (getRss === undefined || setRss === undefined) return failed(EOPNOTSUPP);
  if (wordAt(bytes, 5) !== 0 || bytes[18] !== 0 || bytes[19] !== 0) return failed(EINVAL);
  const number = wordAt(bytes, 1);
  if (number !== 0 && (createRssContext === undefined || removeRssContext === undefined)) return failed(EOPNOTSUPP);
  if (!TRANSFORMS.has(bytes[TRANSFORM_AT] ?? 0)) return failed(EINVAL);
  const main = await getRss(port, 0);
  if (!main.ok) return failed(main.errno);
  const change = requestedHash(bytes, main.value.indirection.length, main.value.key.length, netDevice.realRxQueues);
  if (typeof change === 'number') return failed(change);
  if (number === RXFH_CONTEXT_ALLOC) {
    let free = 1;
    while (netDevice.rssContexts.has(free)) free++;
    const created = await createRssContext?.(port, free, change);
    if (created?.ok !== true) return failed(created?.errno ?? EOPNOTSUPP);
    netDevice.rssContexts.add(free);
    setWord(bytes, 1, free);
    return answered(bytes);
  }
  if (number !== 0 && !netDevice.rssContexts.has(number)) return failed(ENOENT);
  const removes = number !== 0 && wordAt(bytes, 2) === 0;
  const done = removes ? await removeRssContext?.(port, number) : await setRss(port, number, change);
  if (done?.ok !== true) return failed(done?.errno ?? EOPNOTSUPP);
  if (removes) netDevice.rssContexts.delete(number);
  if (number === 0 && change.indirection !== undefined) netDevice.rssTableIsUsers = change.indirection.length > 0;
  if (announces(context) && !removes) await context.announce('RSS_NTF', netDevice);
  return answered(bytes);
};

/** What is asked for, or why it cannot be: sizes or queues that the device does not have, nothing to change. */
function requestedHash(bytes: Uint8Array, tableSize: number, keySize: number, queues: number): RssChange | Errno {
  const [tableLength, keyLength] = [wordAt(bytes, 2), wordAt(bytes, 3)];
  const [hashFunction, inputTransform] = [bytes[FUNCTION_AT] ?? 0, bytes[TRANSFORM_AT] ?? 0];
  const keepsTable = tableLength === RXFH_INDIR_NO_CHANGE;
  if (!keepsTable && tableLength !== 0 && tableLength !== tableSize) return EINVAL;
  if (keyLength !== 0 && keyLength !== keySize) return EINVAL;
  const creates = wordAt(bytes, 1) === RXFH_CONTEXT_ALLOC;
  const isNothing = keepsTable && keyLength === 0 && hashFunction === 0 && inputTransform === RXH_XFRM_NO_CHANGE;
  // A new context may be as the device makes it, and cannot be one that goes.
  if (creates ? tableLength === 0 : isNothing) return EINVAL;
  const entries = keepsTable ? 0 : tableLength;
  const tableEnd = STRUCT_LENGTH.rxfh + 4 * entries;
  if (tableEnd + keyLength > bytes.length) return EFAULT;
  const table = Array.from({ length: entries }, (_, index) => wordAt(bytes, STRUCT_LENGTH.rxfh / 4 + index));
  if (table.some((queue) => queue >= queues)) return EINVAL;
  return {
    ...(keepsTable ? {} : { indirection: table }),
    ...(keyLength === 0 ? {} : { key: bytes.slice(tableEnd, tableEnd + keyLength) }),
    ...(hashFunction === 0 ? {} : { hashFunction }),
    ...(inputTransform === RXH_XFRM_NO_CHANGE ? {} : { inputTransform }),
  };
}

/** By the number of the command. */
export const SETTING_COMMANDS: ReadonlyMap<number, IoctlHandler> = new Map([
  [ETHTOOL_GLINK, withRoom(STRUCT_LENGTH.value, getLink)],
  [ETHTOOL_GMSGLVL, withRoom(STRUCT_LENGTH.value, getMessageLevel)],
  [ETHTOOL_SMSGLVL, withRoom(STRUCT_LENGTH.value, setMessageLevel)],
  [ETHTOOL_GPFLAGS, withRoom(STRUCT_LENGTH.value, getPrivateFlags)],
  [ETHTOOL_SPFLAGS, withRoom(STRUCT_LENGTH.value, setPrivateFlags)],
  [ETHTOOL_GWOL, withRoom(STRUCT_LENGTH.wolinfo, getWake)],
  [ETHTOOL_SWOL, withRoom(STRUCT_LENGTH.wolinfo, setWake)],
  [ETHTOOL_GPAUSEPARAM, withRoom(STRUCT_LENGTH.pauseparam, getPause)],
  [ETHTOOL_GRINGPARAM, withRoom(STRUCT_LENGTH.ringparam, getRings)],
  [ETHTOOL_GCHANNELS, withRoom(STRUCT_LENGTH.channels, getChannels)],
  [ETHTOOL_GRSSH, withRoom(STRUCT_LENGTH.rxfh, getReceiveHash)],
  [ETHTOOL_SRSSH, withRoom(STRUCT_LENGTH.rxfh, setReceiveHash)],
]);
