/** SIOCETHTOOL, as far as it has no netlink equal: net/ethtool/ioctl.c. The struct goes in and comes back changed. */
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
import { EINVAL, EMSGSIZE, ENODEV, ENOENT, EOPNOTSUPP } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { portOf, type NetDevice } from '../netDevice.js';

const failed = (errno: typeof EINVAL): IoctlResult => ({ ok: false, errno });

export async function ethtoolIoctl(
  kernel: ReferenceKernel,
  name: NetDeviceName,
  command: Uint8Array,
): Promise<IoctlResult> {
  const netDevice = kernel.findByName(name);
  if (netDevice === undefined) return failed(ENODEV);
  if (netDevice.lower.kind === 'vlan') return failed(EOPNOTSUPP);
  const bytes = command.slice();
  const number = rxnfcCommand(bytes);
  if (number === ETHTOOL_GSTATS) return privateStatistics(netDevice, bytes);
  if (bytes.length < 192) return failed(EINVAL);
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
  writeStatistics(
    bytes,
    counters.map(([, value]) => value),
  );
  return { ok: true, bytes };
}

/** Bits that no hash field here has: RXH_L2DA, RXH_L3_PROTO, RXH_GTP_TEID, RXH_DISCARD. */
const KNOWN_FIELDS = Object.values(HASH_FIELDS).reduce((all, bit) => all | bit, 0);

async function hashFields(netDevice: NetDevice, bytes: Uint8Array, command: number): Promise<IoctlResult> {
  const { device, port } = portOf(netDevice);
  const { getRxHashFields, setRxHashFields, getRss } = device.ethtool;
  const flow = rxnfcFlow(bytes);
  if (getRxHashFields === undefined || setRxHashFields === undefined) return failed(EOPNOTSUPP);
  if (flow === undefined) return failed(EINVAL);
  if (command === ETHTOOL_GRXFH) {
    const fields = await getRxHashFields(port, flow);
    setRxnfcData(bytes, BigInt(fields.reduce((bits, field) => bits | HASH_FIELDS[field], 0)));
    return { ok: true, bytes };
  }
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
