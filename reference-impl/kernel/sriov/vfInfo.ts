/** IFLA_VFINFO_LIST: what a request sets (do_setvfinfo()), and what a link tells (rtnl_fill_vf()). */
import type { MacAddress, PortName, SriovOps, VfConfig, VfStatistics } from '../../../harness/contract/index.js';
import { formatMac, parseMac } from '../../packet/addresses.js';
import {
  IFLA_VF_INFO,
  RTEXT_FILTER_VF,
  VF_INFO,
  VF_INFO_LIST,
  VF_VLAN_LIST,
} from '../../netlink/families/virtualFunctions.js';
import { decodeStruct, encodeAttributes, numberIn, structLength, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { NLA_HDRLEN, parseAttributes } from '../../netlink/wire.js';
import { EINVAL, EOPNOTSUPP, ERANGE, OK, refused } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { Outcome } from '../kernelState.js';
import type { NetDevice } from '../netDevice.js';
import { fromOutcome, refusal } from '../refusals.js';

const INT_MAX = 0x7fff_ffff;
const ETH_P_8021Q = 0x8100;
/** linux/if_link.h: MAX_VLAN_LIST_LEN. */
const MOST_VLANS = 1;
/** What a driver that does not report a member leaves there. */
const NOT_REPORTED = 0xffff_ffff;
const NO_BYTES = new Uint8Array(6);
const BROADCAST = new Uint8Array(32).fill(0xff, 0, 6);

interface Target {
  readonly kernel: ReferenceKernel;
  readonly ops: SriovOps;
  readonly port: PortName;
}

type Members = ReadonlyMap<string, Uint8Array>;
/** One attribute of IFLA_VF_INFO, in the order in which the kernel looks at them. */
type Change = readonly [attribute: string, change: (target: Target, data: Uint8Array) => Promise<Outcome>];

const missingOp = async (): Promise<Outcome> => refused(EOPNOTSUPP);
const sign = (value: number): number => value | 0;

/** An attribute that is a struct whose first member is the number of the function. */
const ofVf = (
  attribute: string,
  change: (target: Target, vf: number, values: Values) => Promise<Outcome> | Outcome | undefined,
): Change => [
  attribute,
  async (target, data) => {
    const values = structOf(attribute, data);
    const vf = numberIn(values, 'vf') ?? 0;
    if (vf >= INT_MAX) return refused(EINVAL);
    return (await change(target, vf, values)) ?? missingOp();
  },
];

const isOn = (values: Values): boolean => (numberIn(values, 'setting') ?? 0) !== 0;

const CHANGES: readonly Change[] = [
  ofVf('IFLA_VF_MAC', ({ ops, port }, vf, { mac }) =>
    awaited(ops.setVfMac?.(port, vf, formatMac(mac instanceof Uint8Array ? mac : NO_BYTES) as MacAddress)),
  ),
  ofVf('IFLA_VF_VLAN', ({ ops, port }, vf, values) => awaited(ops.setVfVlan?.(port, vf, vlanIn(values, ETH_P_8021Q)))),
  ['IFLA_VF_VLAN_LIST', setVlanList],
  ofVf('IFLA_VF_TX_RATE', async (target, vf, values) => {
    const { ops, port, kernel } = target;
    const config = await ops.vfConfig?.(port, vf);
    if (config === undefined) return refused(EOPNOTSUPP);
    if (!config.ok) return config;
    const minimum = kernel.parts.sriov.keepsMinimum ? config.value.minTxRate : 0;
    return setRate(target, vf, minimum, sign(numberIn(values, 'rate') ?? 0));
  }),
  ofVf('IFLA_VF_RATE', (target, vf, values) =>
    setRate(target, vf, sign(numberIn(values, 'min_tx_rate') ?? 0), sign(numberIn(values, 'max_tx_rate') ?? 0)),
  ),
  ofVf('IFLA_VF_SPOOFCHK', ({ ops, port }, vf, values) => awaited(ops.setVfSpoofCheck?.(port, vf, isOn(values)))),
  ofVf('IFLA_VF_LINK_STATE', ({ ops, port }, vf, values) =>
    awaited(ops.setVfLinkState?.(port, vf, numberIn(values, 'link_state') ?? 0)),
  ),
  ofVf('IFLA_VF_RSS_QUERY_EN', ({ ops, port }, vf, values) => awaited(ops.setVfRssQuery?.(port, vf, isOn(values)))),
  ofVf('IFLA_VF_TRUST', ({ ops, port }, vf, values) => awaited(ops.setVfTrust?.(port, vf, isOn(values)))),
  // Of InfiniBand: no net device here has ndo_set_vf_guid.
  ofVf('IFLA_VF_IB_NODE_GUID', ({ kernel }) => (kernel.parts.sriov.refusesGuid ? undefined : OK)),
  ofVf('IFLA_VF_IB_PORT_GUID', missingOp),
];

/** The members of a struct, by the name of its attribute. */
function structOf(attribute: string, data: Uint8Array): Values {
  const type = VF_INFO.byName.get(attribute)?.type;
  return type?.kind === 'struct' ? decodeStruct(type.fields, data) : {};
}

/** An operation that the driver lacks has no outcome. */
const awaited = (
  outcome: ReturnType<NonNullable<SriovOps['setVfTrust']>> | undefined,
): Promise<Outcome> | Outcome | undefined => outcome;

const vlanIn = (values: Values, protocol: number): { vlan: number; qos: number; protocol: number } => ({
  // The operation takes 16 and 8 bits of them.
  vlan: (numberIn(values, 'vlan') ?? 0) & 0xffff,
  qos: (numberIn(values, 'qos') ?? 0) & 0xff,
  protocol,
});

/** rtnl_set_vf_rate(). */
async function setRate({ ops, port, kernel }: Target, vf: number, minimum: number, maximum: number): Promise<Outcome> {
  if (ops.setVfRate === undefined) return refused(EOPNOTSUPP);
  if (kernel.parts.sriov.checksRates && kernel.parts.sriov.ratesCross(minimum, maximum)) return refused(EINVAL);
  return ops.setVfRate(port, vf, minimum, maximum);
}

async function setVlanList({ ops, port, kernel }: Target, data: Uint8Array): Promise<Outcome> {
  if (ops.setVfVlan === undefined) return refused(EOPNOTSUPP);
  const type = VF_VLAN_LIST.byName.get('IFLA_VF_VLAN_INFO')?.type;
  const fields = type?.kind === 'struct' ? type.fields : [];
  const entries: Values[] = [];
  for (const attribute of parseAttributes(data).attributes) {
    if (attribute.type !== 1 || attribute.data.length < structLength(fields)) return refused(EINVAL);
    if (entries.length >= MOST_VLANS && kernel.parts.sriov.checksVlanList) return refused(EOPNOTSUPP);
    entries.push(decodeStruct(fields, attribute.data));
  }
  const [first] = entries;
  if (first === undefined) return refused(EINVAL);
  const vf = numberIn(first, 'vf') ?? 0;
  if (vf >= INT_MAX) return refused(EINVAL);
  return ops.setVfVlan(port, vf, vlanIn(first, numberIn(first, 'vlan_proto') ?? 0));
}

/** The functions of a request, one after the other; what was done before a refusal stays done. */
export async function setVfInfo(
  kernel: ReferenceKernel,
  netDevice: NetDevice,
  list: Uint8Array,
): Promise<Refusal | undefined> {
  const { ops } = kernel.sriov;
  const port = kernel.sriov.portOf(netDevice);
  for (const { type, data } of parseAttributes(list).attributes) {
    if (type !== IFLA_VF_INFO || data.length < NLA_HDRLEN) return refusal(EINVAL);
    const members = membersOf(data, kernel.parts.sriov.checksLengths);
    if ('errno' in members) return members;
    const refusedBy = await setOne(kernel, ops, port, members);
    if (refusedBy !== undefined) return refusedBy;
    if (!kernel.parts.sriov.setsAllEntries) break;
  }
  return undefined;
}

/** nla_parse_nested_deprecated() with ifla_vf_policy: a struct may be longer than it is known to be, not shorter. */
function membersOf(data: Uint8Array, checksLengths: boolean): Members | Refusal {
  const members = new Map<string, Uint8Array>();
  for (const attribute of parseAttributes(data).attributes) {
    const spec = VF_INFO.byNumber.get(attribute.type);
    if (spec === undefined) continue;
    if (spec.name === 'IFLA_VF_BROADCAST') return refusal(EINVAL);
    const isShort = spec.type.kind === 'struct' && attribute.data.length < structLength(spec.type.fields);
    if (isShort && checksLengths) return refusal(ERANGE);
    members.set(spec.name, attribute.data);
  }
  return members;
}

/** do_setvfinfo(). */
async function setOne(
  kernel: ReferenceKernel,
  ops: SriovOps | undefined,
  port: PortName | undefined,
  members: Members,
): Promise<Refusal | undefined> {
  let outcome: Outcome = refused(EINVAL);
  for (const [attribute, change] of CHANGES) {
    const data = members.get(attribute);
    if (data === undefined) continue;
    if (ops === undefined || port === undefined) {
      const vf = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
      return refusal(attribute !== 'IFLA_VF_VLAN_LIST' && vf >= INT_MAX ? EINVAL : EOPNOTSUPP);
    }
    outcome = await change({ kernel, ops, port }, data);
    if (!outcome.ok && kernel.parts.sriov.stopsAtRefusal) break;
  }
  return fromOutcome(outcome.ok ? OK : outcome);
}

/** IFLA_NUM_VF and IFLA_VFINFO_LIST of a link, for who asks for them. */
export async function vfInfoValues(kernel: ReferenceKernel, netDevice: NetDevice, mask: number): Promise<Values> {
  const { lower } = netDevice;
  const { parts, sriov } = kernel;
  if (lower.kind !== 'port' || lower.limits.parentDevice === undefined) return {};
  if ((mask & RTEXT_FILTER_VF) === 0 && parts.sriov.needsFilter) return {};
  const count = sriov.functionOf(netDevice)?.numVfs ?? 0;
  const port = sriov.portOf(netDevice);
  if (port === undefined || sriov.ops?.vfConfig === undefined) return { IFLA_NUM_VF: count };
  const entries: Values[] = [];
  for (let vf = 0; vf < count; vf++) {
    const config = await sriov.ops.vfConfig(port, vf);
    if (!config.ok) continue;
    const statistics = parts.sriov.skipsStatistics(mask) ? undefined : await sriov.ops.vfStatistics?.(port, vf);
    entries.push({
      ...parts.sriov.entry(configValues(vf, parts.sriov.told(config.value))),
      ...(parts.sriov.skipsStatistics(mask)
        ? {}
        : { IFLA_VF_STATS: statisticsValues(statistics?.ok === true ? statistics.value : undefined) }),
    });
  }
  return { IFLA_NUM_VF: count, IFLA_VFINFO_LIST: encodeAttributes(VF_INFO_LIST, { IFLA_VF_INFO: entries }) };
}

function configValues(vf: number, config: VfConfig): Values {
  const setting = (value: boolean | undefined): Values => ({
    vf,
    setting: value === undefined ? NOT_REPORTED : value ? 1 : 0,
  });
  const mac = new Uint8Array(32);
  mac.set(parseMac(config.address));
  const { vlan, qos, protocol } = config;
  return {
    IFLA_VF_MAC: { vf, mac },
    IFLA_VF_BROADCAST: { broadcast: BROADCAST },
    IFLA_VF_VLAN: { vf, vlan, qos },
    IFLA_VF_RATE: { vf, min_tx_rate: config.minTxRate, max_tx_rate: config.maxTxRate },
    IFLA_VF_TX_RATE: { vf, rate: config.maxTxRate },
    IFLA_VF_SPOOFCHK: setting(config.spoofCheck),
    IFLA_VF_LINK_STATE: { vf, link_state: config.linkState },
    IFLA_VF_RSS_QUERY_EN: setting(config.rssQuery),
    IFLA_VF_TRUST: setting(config.trusted),
    IFLA_VF_VLAN_LIST: { IFLA_VF_VLAN_INFO: [{ vf, vlan, qos, vlan_proto: protocol }] },
  };
}

const statisticsValues = (statistics: VfStatistics | undefined): Values => ({
  IFLA_VF_STATS_RX_PACKETS: statistics?.rxPackets ?? 0,
  IFLA_VF_STATS_TX_PACKETS: statistics?.txPackets ?? 0,
  IFLA_VF_STATS_RX_BYTES: statistics?.rxBytes ?? 0,
  IFLA_VF_STATS_TX_BYTES: statistics?.txBytes ?? 0,
  IFLA_VF_STATS_BROADCAST: statistics?.broadcast ?? 0,
  IFLA_VF_STATS_MULTICAST: statistics?.multicast ?? 0,
  IFLA_VF_STATS_RX_DROPPED: statistics?.rxDropped ?? 0,
  IFLA_VF_STATS_TX_DROPPED: statistics?.txDropped ?? 0,
});
