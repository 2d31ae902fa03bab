/**
 * What a driver answers to the names of spec/capabilities.yaml. Whatever the kernel can be asked is asked. What it cannot be asked is
 * claimed, because every NIC is expected to have it: a claim is tested like any other.
 */
import type { EthtoolClient } from '../../../reference-impl/netlink/ethtoolClient.js';
import {
  ETHTOOL_GENL_NAME,
  ETHTOOL_OPERATIONS,
  type EthtoolOperationName,
} from '../../../reference-impl/netlink/families/ethtool.js';
import { bytesIn, numberIn } from '../../../reference-impl/netlink/schema.js';
import { TargetFault } from '../../contract/index.js';
import type { CapabilityAnswer, CapabilityAnswers } from '../../contract/index.js';
import type { DriverInfo } from './driverInfo.js';
import { errorCorrectionAnswers } from './errorCorrection.js';
import { askEthtool } from './ethtoolCapabilities.js';
import { PACKET_SOCKET_LIMITS } from './packetSocketLimits.js';
import { required, type PortAccess } from './portState.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

/** Capabilities that are a feature bit of the same name. */
const FEATURES = [
  'tx-checksum-ip-generic',
  'tx-checksum-ipv4',
  'tx-checksum-ipv6',
  'tx-checksum-sctp',
  'tx-scatter-gather',
  'tx-tcp-segmentation',
  'tx-tcp6-segmentation',
  'tx-tcp-ecn-segmentation',
  'tx-tcp-mangleid-segmentation',
  'tx-udp-segmentation',
  'tx-udp_tnl-segmentation',
  'tx-udp_tnl-csum-segmentation',
  'tx-gre-segmentation',
  'tx-gso-partial',
  'tx-vlan-hw-insert',
  'tx-vlan-stag-hw-insert',
  'rx-checksum',
  'rx-vlan-hw-parse',
  'rx-vlan-stag-hw-parse',
  'rx-vlan-filter',
  'rx-vlan-stag-filter',
  'rx-gro',
  'rx-gro-hw',
  'rx-lro',
  'rx-hashing',
  'rx-ntuple-filter',
  'rx-fcs',
  'rx-all',
  'loopback',
] as const;

/** Capabilities that requests of ethtool stand for: the kernel has them all, and the driver answers the first. */
const OPERATIONS: Readonly<Record<string, readonly [EthtoolOperationName, ...EthtoolOperationName[]]>> = {
  rss: ['RSS_GET', 'RSS_SET'],
  'rss-contexts': ['RSS_GET', 'RSS_CREATE_ACT'],
  'rss-symmetric': ['RSS_GET', 'RSS_SET'],
  'rss-hash-fields': ['RSS_GET', 'RSS_SET'],
  rings: ['RINGS_GET', 'RINGS_SET'],
  channels: ['CHANNELS_GET', 'CHANNELS_SET'],
  coalesce: ['COALESCE_GET', 'COALESCE_SET'],
  pause: ['PAUSE_GET', 'PAUSE_SET'],
  fec: ['FEC_GET', 'FEC_SET'],
};

/** What no request tells, and every NIC is expected to do. */
const CLAIMED = [
  'unicast-filter',
  'multicast-filter',
  'mac-address-change',
  'multicast-statistics',
  'mtu-enforced',
  'macvlan-address',
  'pads-short-frames',
] as const;

const STATED: CapabilityAnswers = {
  'rx-checksum-complete': absent(
    'Nothing that the kernel can be asked tells whether a driver gives CHECKSUM_COMPLETE.',
  ),
  'hw-timestamps': absent('The host end of this target asks for no stamps of a device clock.'),
  'host-stall': absent('The kernel takes frames off the rings at once; nothing can hold it back.'),
};

/** Asks the kernel about the port. Throws TargetFault where it cannot be asked. */
export async function probeDriver(port: PortAccess, { driver }: DriverInfo): Promise<CapabilityAnswers> {
  const { ethtool, netDevice } = port;
  const features = await featureAnswers(port, driver);
  const has = (name: string): boolean => features[name]?.present === true;
  const either = (names: readonly string[], reason: string): CapabilityAnswer =>
    names.some(has) ? PRESENT : absent(reason);
  return {
    ...PACKET_SOCKET_LIMITS,
    ...STATED,
    ...Object.fromEntries(CLAIMED.map((name) => [name, PRESENT])),
    ...features,
    ...(await operationAnswers(ethtool, netDevice, driver)),
    ...(await linkAnswers(port, driver)),
    ...(await coalesceAnswers(port, driver)),
    ...(await statisticsAnswers(port, driver)),
    'tx-checksum': either(
      ['tx-checksum-ip-generic', 'tx-checksum-ipv4', 'tx-checksum-ipv6'],
      `The driver ${driver} offers no checksum offload on transmit.`,
    ),
    'segments-in-device': either(
      ['tx-tcp-segmentation', 'tx-tcp6-segmentation', 'tx-udp-segmentation'],
      `The driver ${driver} offers no segmentation.`,
    ),
    'multi-queue': await multiQueueAnswer(ethtool, netDevice, driver),
    'sw-timestamps': await softwareTimestampsAnswer(ethtool, netDevice, driver),
    ...(await errorCorrectionAnswers(ethtool, netDevice, driver)),
    'header-split': await headerSplitAnswer(ethtool, netDevice, driver),
    'vlan-device': await vlanDeviceAnswer(port),
    'secondary-unicast-filter': await secondaryFilterAnswer(port, driver),
    ...(await askEthtool({ ...port, driver })),
  };
}

async function featureAnswers({ ethtool, netDevice }: PortAccess, driver: string): Promise<CapabilityAnswers> {
  const { active, hw } = required(`the features of ${netDevice}`, await ethtool.features(netDevice));
  const switchable = (name: string): CapabilityAnswer =>
    hw.has(name) ? PRESENT : absent(`The driver ${driver} does not let ${name} be switched.`);
  const answer = (name: string): readonly [string, CapabilityAnswer] => [
    name,
    active.has(name) || hw.has(name) ? PRESENT : absent(`The driver ${driver} does not offer ${name}.`),
  ];
  return {
    ...Object.fromEntries(FEATURES.map(answer)),
    'rx-checksum-switch': switchable('rx-checksum'),
    'rx-vlan-filter-switch': switchable('rx-vlan-filter'),
    'tx-scatter-gather-switch': switchable('tx-scatter-gather'),
  };
}

async function operationAnswers(ethtool: EthtoolClient, netDevice: string, driver: string): Promise<CapabilityAnswers> {
  const { commands } = await ethtool.generic.family(ETHTOOL_GENL_NAME);
  const known = new Set(commands);
  const answers: Record<string, CapabilityAnswer> = {};
  for (const [name, operations] of Object.entries(OPERATIONS)) {
    const missing = operations.find((operation) => !known.has(ETHTOOL_OPERATIONS[operation].command));
    if (missing !== undefined) {
      answers[name] = absent(`This kernel has no ETHTOOL_MSG_${missing}.`);
      continue;
    }
    const result = await ethtool.call(operations[0], netDevice);
    answers[name] = result.ok
      ? PRESENT
      : absent(`The driver ${driver} answers ETHTOOL_MSG_${operations[0]} with ${result.error.errnoName}.`);
  }
  return { ...answers, ...(await changeAnswers(ethtool, netDevice, driver, answers)) };
}

/** Some drivers tell what they refuse to change, whatever the change is: it is asked for, and put back. */
const CHANGES: Readonly<
  Record<string, readonly [get: EthtoolOperationName, set: EthtoolOperationName, attribute: string, other?: number]>
> = {
  // The same number again: a driver that can change it takes it.
  channels: ['CHANNELS_GET', 'CHANNELS_SET', 'ETHTOOL_A_CHANNELS_COMBINED_COUNT'],
  coalesce: ['COALESCE_GET', 'COALESCE_SET', 'ETHTOOL_A_COALESCE_RX_USECS', 64],
};

async function changeAnswers(
  ethtool: EthtoolClient,
  netDevice: string,
  driver: string,
  known: CapabilityAnswers,
): Promise<CapabilityAnswers> {
  const answers: Record<string, CapabilityAnswer> = {};
  for (const [name, [get, set, attribute, other]] of Object.entries(CHANGES)) {
    if (known[name]?.present !== true) continue;
    const before = await ethtool.call(get, netDevice);
    const value = before.ok ? numberIn(before.value, attribute) : undefined;
    if (value === undefined) continue;
    const changed = await ethtool.call(set, netDevice, { [attribute]: other ?? value });
    if (changed.ok && other !== undefined) await ethtool.call(set, netDevice, { [attribute]: value });
    if (!changed.ok && changed.error.errnoName === 'EOPNOTSUPP') {
      answers[name] = absent(`The driver ${driver} answers every ETHTOOL_MSG_${set} with EOPNOTSUPP.`);
    }
  }
  return answers;
}

async function linkAnswers(
  { route, ethtool, ifIndex, netDevice }: PortAccess,
  driver: string,
): Promise<CapabilityAnswers> {
  const { values } = required('the link', await route.link(ifIndex));
  const [least, most] = ['IFLA_MIN_MTU', 'IFLA_MAX_MTU'].map((name) => numberIn(values, name) ?? 0);
  const modes = await ethtool.linkModes(netDevice);
  return {
    'permanent-address':
      bytesIn(values, 'IFLA_PERM_ADDRESS') === undefined
        ? absent(`The driver ${driver} reports no permanent address.`)
        : PRESENT,
    mtu: least === most && most !== 0 ? absent(`The driver ${driver} has one MTU only.`) : PRESENT,
    'link-settings':
      modes.ok && modes.value.ours.mask.size > 0 ? PRESENT : absent(`The driver ${driver} tells no link modes.`),
  };
}

/** The kernel reports the parameters that the driver has, and no other. */
async function coalesceAnswers({ ethtool, netDevice }: PortAccess, driver: string): Promise<CapabilityAnswers> {
  const result = await ethtool.call('COALESCE_GET', netDevice);
  const answer = (parameter: string): CapabilityAnswer =>
    result.ok && result.value[`ETHTOOL_A_COALESCE_${parameter}`] !== undefined
      ? PRESENT
      : absent(`The driver ${driver} has no coalescing parameter ${parameter.toLowerCase().replaceAll('_', '-')}.`);
  return { 'coalesce-frames': answer('RX_MAX_FRAMES'), 'coalesce-adaptive': answer('USE_ADAPTIVE_RX') };
}

async function statisticsAnswers(
  { ethtool, netDevice, ifIndex }: PortAccess,
  driver: string,
): Promise<CapabilityAnswers> {
  const groups = await ethtool.statisticsGroups(netDevice, ['eth-mac', 'rmon']);
  const kept = groups.ok ? [...groups.value.values()].some(({ counters }) => Object.keys(counters).length > 0) : false;
  const names = await ethtool.privateCounterNames(netDevice);
  const queues = await queueStatisticsAnswer(ethtool, ifIndex, driver);
  return {
    'standard-statistics': kept ? PRESENT : absent(`The driver ${driver} keeps no IEEE 802.3 or RMON counters.`),
    'private-statistics':
      names.ok && names.value.length > 0 ? PRESENT : absent(`The driver ${driver} has no private counters.`),
    'queue-statistics': queues,
  };
}

async function queueStatisticsAnswer(
  ethtool: EthtoolClient,
  ifIndex: number,
  driver: string,
): Promise<CapabilityAnswer> {
  const family = await ethtool.generic.lookUp('netdev');
  if (!family.ok) return absent('This kernel has no netdev family.');
  const queues = await ethtool.queueStatistics(ifIndex);
  return queues.ok && queues.value.length > 0
    ? PRESENT
    : absent(`The driver ${driver} keeps no queue statistics for the netdev family.`);
}

async function multiQueueAnswer(ethtool: EthtoolClient, netDevice: string, driver: string): Promise<CapabilityAnswer> {
  const channels = await ethtool.call('CHANNELS_GET', netDevice);
  if (!channels.ok) return absent(`The driver ${driver} does not tell its channels.`);
  const most = (kind: string): number => numberIn(channels.value, `ETHTOOL_A_CHANNELS_${kind}_MAX`) ?? 0;
  const queues = Math.max(most('COMBINED'), Math.min(most('RX'), most('TX')));
  return queues > 1 ? PRESENT : absent(`The driver ${driver} has one queue here.`);
}

async function softwareTimestampsAnswer(
  ethtool: EthtoolClient,
  netDevice: string,
  driver: string,
): Promise<CapabilityAnswer> {
  const result = await ethtool.call('TSINFO_GET', netDevice);
  const stamps: ReadonlySet<string> = result.ok ? ethtool.timestampingBits(result.value, 'TIMESTAMPING') : new Set();
  return stamps.has('software-transmit') && stamps.has('software-receive')
    ? PRESENT
    : absent(`The driver ${driver} does not say that it stamps frames.`);
}

async function headerSplitAnswer(ethtool: EthtoolClient, netDevice: string, driver: string): Promise<CapabilityAnswer> {
  const rings = await ethtool.call('RINGS_GET', netDevice);
  const split = rings.ok ? numberIn(rings.value, 'ETHTOOL_A_RINGS_TCP_DATA_SPLIT') : undefined;
  return split === undefined || split === 0 ? absent(`The driver ${driver} tells nothing of header split.`) : PRESENT;
}

const ETH_P_8021Q = 0x8100;
const PROBE_NAME = 'nicspecprobe0';

/** Tries to make one on the device, and takes it away again. */
async function vlanDeviceAnswer({ route, ifIndex }: PortAccess): Promise<CapabilityAnswer> {
  const made = await route.addVlan({ name: PROBE_NAME, on: ifIndex, vid: 1, tpid: ETH_P_8021Q });
  if (!made.ok) return absent(`This kernel makes no VLAN devices here: ${made.error.errnoName}.`);
  const { header } = required('the VLAN device', await route.link(PROBE_NAME));
  const removed = await route.removeLink(numberIn(header, 'ifi_index') ?? 0);
  if (!removed.ok) throw new TargetFault('a VLAN device that was made cannot be removed');
  return PRESENT;
}

const PROBE_ADDRESS = '02:00:5e:00:53:01';

/** The kernel makes a port promiscuous for a second address where the driver has no filter for it (__dev_set_rx_mode). */
async function secondaryFilterAnswer({ route, ifIndex }: PortAccess, driver: string): Promise<CapabilityAnswer> {
  const promiscuity = async (): Promise<number> =>
    numberIn(required('the link', await route.link(ifIndex)).values, 'IFLA_PROMISCUITY') ?? 0;
  const before = await promiscuity();
  const added = await route.addAddress(ifIndex, PROBE_ADDRESS);
  if (!added.ok) return absent(`The driver ${driver} takes no second address: ${added.error.errnoName}.`);
  const after = await promiscuity();
  required('removing the second address', await route.removeAddress(ifIndex, PROBE_ADDRESS));
  return after > before ? absent(`The driver ${driver} becomes promiscuous for a second address.`) : PRESENT;
}
