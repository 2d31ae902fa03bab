/** SIOCETHTOOL: net/ethtool/ioctl.c. The struct goes in and comes back changed. n-tuple rules and hash fields are here. */
import type { FlowRule, HashField, IoctlResult, NetDeviceName } from '../../../harness/contract/index.js';
import {
  ETHTOOL_GRXCLSRLALL,
  ETHTOOL_GRXCLSRLCNT,
  ETHTOOL_GRXCLSRULE,
  ETHTOOL_GRXFH,
  ETHTOOL_GRXRINGS,
  ETHTOOL_GSTATS,
  ETHTOOL_SRXCLSRLDEL,
  ETHTOOL_SRXCLSRLINS,
  ETHTOOL_SRXFH,
  HASH_FIELDS,
  RXNFC_LENGTH,
  RX_CLS_LOC_SPECIAL,
  readRule,
  rxnfcCommand,
  rxnfcData,
  rxnfcFlow,
  rxnfcLocation,
  setRuleCount,
  setRxnfcData,
  setRxnfcLocation,
  writeLocations,
  writeRule,
  writeStatistics,
} from '../../netlink/rxnfc.js';
import { viewOf } from '../../netlink/wire.js';
import { EFAULT, EINVAL, EMSGSIZE, ENODEV, ENOENT, EOPNOTSUPP } from '../errno.js';
import { portOf, type NetDevice } from '../netDevice.js';
import { failed } from './ioctlAnswer.js';
import { DEVICE_COMMANDS } from './ioctlDevice.js';
import { SETTING_COMMANDS } from './ioctlSettings.js';
import type { EthtoolContext } from './request.js';

export async function ethtoolIoctl(
  context: EthtoolContext,
  name: NetDeviceName,
  command: Uint8Array,
): Promise<IoctlResult> {
  const netDevice = context.kernel.findByName(name);
  if (netDevice === undefined) return failed(ENODEV);
  const bytes = command.slice();
  if (bytes.length < 4) return failed(EFAULT);
  const number = rxnfcCommand(bytes);
  const { ethtool } = context.kernel.parts;
  const result = await run(context, netDevice, bytes, number);
  if (result.ok) return { ok: true, bytes: ethtool.ioctlReply(number, result.bytes) };
  const errno = ethtool.ioctlRefuses(number, result.errno);
  return errno === undefined ? { ok: true, bytes } : failed(errno);
}

async function run(
  context: EthtoolContext,
  netDevice: NetDevice,
  bytes: Uint8Array,
  number: number,
): Promise<IoctlResult> {
  const handler = DEVICE_COMMANDS.get(number) ?? SETTING_COMMANDS.get(number);
  if (handler !== undefined) return handler(context, netDevice, bytes);
  if (netDevice.lower.kind !== 'port') return failed(EOPNOTSUPP);
  if (number === ETHTOOL_GSTATS) return privateStatistics(netDevice, bytes);
  return receiveCommand(netDevice, bytes, number);
}

const RECEIVE_COMMANDS: ReadonlySet<number> = new Set([
  ETHTOOL_GRXRINGS,
  ETHTOOL_GRXFH,
  ETHTOOL_SRXFH,
  ETHTOOL_GRXCLSRLCNT,
  ETHTOOL_GRXCLSRLALL,
  ETHTOOL_GRXCLSRULE,
  ETHTOOL_SRXCLSRLINS,
  ETHTOOL_SRXCLSRLDEL,
]);

/** `struct ethtool_rxnfc`. */
async function receiveCommand(netDevice: NetDevice, bytes: Uint8Array, number: number): Promise<IoctlResult> {
  if (!RECEIVE_COMMANDS.has(number)) return failed(EOPNOTSUPP);
  if (bytes.length < RXNFC_LENGTH) return failed(EINVAL);
  switch (number) {
    case ETHTOOL_GRXRINGS:
      setRxnfcData(bytes, BigInt(netDevice.realRxQueues));
      return { ok: true, bytes };
    case ETHTOOL_GRXFH:
    case ETHTOOL_SRXFH:
      return hashFields(netDevice, bytes, number);
    case ETHTOOL_GRXCLSRLCNT:
    case ETHTOOL_GRXCLSRLALL:
    case ETHTOOL_GRXCLSRULE:
      return readRules(netDevice, bytes, number);
    case ETHTOOL_SRXCLSRLINS:
      return insertRule(netDevice, bytes);
    case ETHTOOL_SRXCLSRLDEL:
      return removeRule(netDevice, bytes);
    default:
      return failed(EOPNOTSUPP);
  }
}

async function privateStatistics(netDevice: NetDevice, bytes: Uint8Array): Promise<IoctlResult> {
  const { device, port } = portOf(netDevice);
  const counters = await device.ethtool.privateStatistics?.(port);
  if (counters === undefined) return failed(EOPNOTSUPP);
  // ethtool_get_stats(): a number that is not the device's is answered with none.
  const room = viewOf(bytes).getUint32(4, true);
  const fits = room === 0 || room === counters.length;
  writeStatistics(bytes, fits ? counters.map(([, value]) => value) : []);
  return { ok: true, bytes };
}

/** Bits that no hash field here has: RXH_L2DA, RXH_L3_PROTO, RXH_GTP_TEID, RXH_DISCARD. */
const KNOWN_FIELDS = Object.values(HASH_FIELDS).reduce((all, bit) => all | bit, 0);

async function hashFields(netDevice: NetDevice, bytes: Uint8Array, command: number): Promise<IoctlResult> {
  const { device, port } = portOf(netDevice);
  const { getRxHashFields, setRxHashFields, getRss } = device.ethtool;
  const flow = rxnfcFlow(bytes);
  if (command === ETHTOOL_GRXFH) {
    // ethtool_get_rxfh_fields(): a driver whose fields cannot be changed tells them all the same.
    if (getRxHashFields === undefined) return failed(EOPNOTSUPP);
    if (flow === undefined) return failed(EINVAL);
    const fields = await getRxHashFields(port, flow);
    setRxnfcData(bytes, BigInt(fields.reduce((bits, field) => bits | HASH_FIELDS[field], 0)));
    return { ok: true, bytes };
  }
  if (setRxHashFields === undefined) return failed(EOPNOTSUPP);
  if (flow === undefined) return failed(EINVAL);
  const bits = Number(rxnfcData(bytes) & 0xffff_ffffn);
  if ((bits & ~KNOWN_FIELDS) !== 0) return failed(EINVAL);
  const fields = (Object.keys(HASH_FIELDS) as HashField[]).filter((field) => (bits & HASH_FIELDS[field]) !== 0);
  // ethtool_check_flow_types(): under a symmetric transform both ends are hashed or neither.
  const rss = await getRss?.(port, 0);
  const both = (a: HashField, b: HashField): boolean => fields.includes(a) === fields.includes(b);
  const symmetric = both('ip-src', 'ip-dst') && both('l4-src', 'l4-dst');
  if (rss?.ok === true && rss.value.inputTransform !== 0 && !symmetric) return failed(EINVAL);
  const result = await setRxHashFields(port, flow, fields);
  return result.ok ? { ok: true, bytes } : failed(result.errno);
}

async function readRules(netDevice: NetDevice, bytes: Uint8Array, command: number): Promise<IoctlResult> {
  const { device, port } = portOf(netDevice);
  const { flowRules } = device.ethtool;
  if (flowRules === undefined) return failed(EOPNOTSUPP);
  const rules = await flowRules.list(port);
  switch (command) {
    case ETHTOOL_GRXCLSRLCNT:
      setRxnfcData(bytes, BigInt(RX_CLS_LOC_SPECIAL) | BigInt(await flowRules.capacity(port)));
      setRuleCount(bytes, rules.length);
      return { ok: true, bytes };
    case ETHTOOL_GRXCLSRLALL: {
      setRxnfcData(bytes, BigInt(await flowRules.capacity(port)));
      return writeLocations(
        bytes,
        rules.map(({ location }) => location),
      )
        ? { ok: true, bytes }
        : failed(EMSGSIZE);
    }
    default: {
      const rule = rules.find(({ location }) => location === rxnfcLocation(bytes));
      if (rule === undefined) return failed(ENOENT);
      writeRule(bytes, rule);
      return { ok: true, bytes };
    }
  }
}

async function insertRule(netDevice: NetDevice, bytes: Uint8Array): Promise<IoctlResult> {
  const { device, port } = portOf(netDevice);
  const { flowRules } = device.ethtool;
  if (flowRules === undefined || !netDevice.features.has('rx-ntuple-filter')) return failed(EOPNOTSUPP);
  const reading = readRule(bytes);
  if (!reading.ok) return failed(EOPNOTSUPP);
  const rule: FlowRule = reading.rule;
  if (rule.rssContext !== undefined && rule.rssContext !== 0 && !netDevice.rssContexts.has(rule.rssContext))
    return failed(EINVAL);
  // ethtool_set_rxnfc(): with a context, the queue is an offset and is checked with the table.
  if (rule.action !== 'drop' && rule.rssContext === undefined && rule.action.queue >= netDevice.realRxQueues) {
    return failed(EINVAL);
  }
  const result = await flowRules.insert(port, rule);
  if (!result.ok) return failed(result.errno);
  setRxnfcLocation(bytes, result.value);
  return { ok: true, bytes };
}

async function removeRule(netDevice: NetDevice, bytes: Uint8Array): Promise<IoctlResult> {
  const { device, port } = portOf(netDevice);
  const result = await device.ethtool.flowRules?.remove(port, rxnfcLocation(bytes));
  if (result === undefined) return failed(EOPNOTSUPP);
  return result.ok ? { ok: true, bytes } : failed(result.errno);
}
