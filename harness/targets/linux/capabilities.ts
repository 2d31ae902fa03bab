/**
 * What a veth answers to every name of spec/capabilities.yaml. Features and operations are asked of the kernel; what the kernel
 * cannot be asked is stated, each absence with its reason.
 */
import { EthtoolClient } from '../../../reference-impl/netlink/ethtoolClient.js';
import type { EthtoolOperationName } from '../../../reference-impl/netlink/families/ethtool.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { numberIn } from '../../../reference-impl/netlink/schema.js';
import { TargetFault } from '../../contract/index.js';
import type { CapabilityAnswer, CapabilityAnswers, Target } from '../../contract/index.js';
import { askEthtool } from '../driver/ethtoolCapabilities.js';
import { ethtoolIoctl } from './ethtoolIoctl.js';
import { NamespaceSysfs } from './sysfs.js';
import { LinuxNetlinkSocket } from './netlinkSocket.js';
import { PACKET_SOCKET_LIMITS } from '../driver/packetSocketLimits.js';
import type { NetNamespace } from './netNamespace.js';
import { ETH_P_8021Q } from './uapi.js';
import { NIC } from './vethCable.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });

/** Capabilities that are a feature bit of the same name, with what a veth without the bit means. */
const FEATURES: Readonly<Record<string, string>> = {
  'tx-checksum-ip-generic': 'This veth cannot leave a checksum to be filled in.',
  'tx-checksum-ipv4': 'A veth takes checksums from start and offset, not for IPv4 alone.',
  'tx-checksum-ipv6': 'A veth takes checksums from start and offset, not for IPv6 alone.',
  'tx-checksum-sctp': 'This veth cannot leave a CRC32c to be filled in.',
  'tx-scatter-gather': 'This veth takes frames in one buffer only.',
  'tx-tcp-segmentation': 'This veth takes no TCP segmentation requests over IPv4.',
  'tx-tcp6-segmentation': 'This veth takes no TCP segmentation requests over IPv6.',
  'tx-tcp-ecn-segmentation': 'This veth takes no TCP segmentation requests with CWR.',
  'tx-tcp-mangleid-segmentation': 'This veth takes no requests that leave the IPv4 identification open.',
  'tx-udp-segmentation': 'This veth takes no UDP segmentation requests.',
  'tx-udp_tnl-segmentation': 'This veth takes no segmentation requests inside a UDP tunnel.',
  'tx-udp_tnl-csum-segmentation': 'This veth takes no segmentation requests inside a UDP tunnel with a checksum.',
  'tx-gre-segmentation': 'This veth takes no segmentation requests inside GRE.',
  'tx-gso-partial': 'A veth hands a whole segmentation request to its peer, so nothing is segmented in part.',
  'tx-vlan-hw-insert': 'This veth takes no 802.1Q tag beside a frame.',
  'tx-vlan-stag-hw-insert': 'This veth takes no 802.1ad tag beside a frame.',
  'rx-vlan-hw-parse': 'This veth hands over no 802.1Q tag beside a frame.',
  'rx-vlan-stag-hw-parse': 'This veth hands over no 802.1ad tag beside a frame.',
  'rx-vlan-filter': 'A veth has no VLAN filter: it delivers the frames of every VLAN.',
  'rx-vlan-stag-filter': 'A veth has no VLAN filter: it delivers the frames of every VLAN.',
  'rx-gro': 'This kernel cannot aggregate on a veth.',
  'rx-gro-hw': 'A veth has no hardware that could aggregate.',
  'rx-lro': 'A veth has no hardware that could aggregate.',
  'rx-hashing': 'A veth computes no receive hash.',
  'rx-ntuple-filter': 'A veth has no flow steering rules.',
  'rx-fcs': 'Frames on a veth have no frame check sequence.',
  'rx-all': 'Frames on a veth have no frame check sequence, so none is damaged.',
  loopback: 'A veth returns nothing to its own receive path.',
};

/** Capabilities that a family of ethtool requests stands for: present where the request is answered. */
const OPERATIONS: Readonly<Record<string, { readonly operation: EthtoolOperationName; readonly reason: string }>> = {
  rss: { operation: 'RSS_GET', reason: 'A veth has no receive hash and no indirection table.' },
  'rss-contexts': { operation: 'RSS_GET', reason: 'A veth has no RSS context.' },
  'rss-symmetric': { operation: 'RSS_GET', reason: 'A veth has no receive hash to transform.' },
  'rss-hash-fields': { operation: 'RSS_GET', reason: 'A veth has no receive hash to choose fields for.' },
  rings: { operation: 'RINGS_GET', reason: 'A veth has no descriptor rings.' },
  channels: { operation: 'CHANNELS_GET', reason: 'This veth does not tell its channels.' },
  coalesce: { operation: 'COALESCE_GET', reason: 'A veth raises no interrupts.' },
  pause: { operation: 'PAUSE_GET', reason: 'A veth has no flow control.' },
  fec: { operation: 'FEC_GET', reason: 'A veth has no line code to correct.' },
};

/** What no request tells. */
const STATED: Readonly<Record<string, CapabilityAnswer>> = {
  ...PACKET_SOCKET_LIMITS,
  'rx-checksum': absent(
    'A veth says rx-checksum is on, but it verifies nothing: a frame from the cable comes unverified.',
  ),
  'rx-checksum-complete': absent('A veth sums nothing.'),
  'rx-checksum-switch': PRESENT,
  'rx-vlan-filter-switch': absent('A veth filters no VIDs.'),
  'secondary-unicast-filter': absent('A veth delivers frames to every address, as those of another host.'),
  'tx-scatter-gather-switch': PRESENT,
  'unicast-filter': absent('A veth delivers frames to every address, as those of another host.'),
  'multicast-filter': absent('A veth delivers the frames of every group.'),
  'mac-address-change': PRESENT,
  'permanent-address': absent('A veth has no hardware whose address could stay.'),
  'multicast-statistics': absent('A veth counts packets and bytes only.'),
  mtu: PRESENT,
  'mtu-enforced': PRESENT,
  'macvlan-address': PRESENT,
  'coalesce-frames': absent('A veth raises no interrupts.'),
  'coalesce-adaptive': absent('A veth raises no interrupts.'),
  'header-split': absent('A veth passes buffers on as they are and splits none.'),
  'hw-timestamps': absent('A veth has no clock of its own.'),
  'standard-statistics': absent('A veth keeps no IEEE 802.3 or RMON counters.'),
  'queue-statistics': absent('A veth keeps no queue statistics for the netdev family.'),
  'segments-in-device': absent('A veth hands a whole segmentation request to its peer, and counts it as one packet.'),
  'link-settings': absent('A veth always says 10 Gb/s, full duplex, with no link modes, and takes no change.'),
  'pads-short-frames': absent('A veth passes short frames on as they are.'),
  'sees-short-frames': PRESENT,
  'wire-fcs': absent('Frames on a veth have no frame check sequence.'),
  'wire-carrier': PRESENT,
  'wire-autoneg': absent('The peer of a veth does not negotiate.'),
  'wire-pause': PRESENT,
  'prompt-far-end': PRESENT,
  'host-stall': absent('The kernel takes frames off a veth at once; nothing can hold it back.'),
};

const GENERIC_CHECKSUMS = ['tx-checksum-ip-generic', 'tx-checksum-ipv4', 'tx-checksum-ipv6'] as const;

/** Asks the kernel about the device in this namespace. Throws TargetFault where it cannot be asked. */
export async function probeCapabilities(host: NetNamespace): Promise<CapabilityAnswers> {
  const ethtool = await EthtoolClient.open(async (protocol) => new LinuxNetlinkSocket(host, protocol));
  try {
    const features = await featureAnswers(ethtool);
    const hasChecksum = GENERIC_CHECKSUMS.some((name) => features[name]?.present === true);
    return {
      ...features,
      ...(await operationAnswers(ethtool)),
      ...STATED,
      'tx-checksum': hasChecksum ? PRESENT : absent('This veth cannot leave a checksum to be filled in.'),
      'multi-queue': await multiQueueAnswer(ethtool),
      'sw-timestamps': await softwareTimestampsAnswer(ethtool),
      'private-statistics': await privateStatisticsAnswer(ethtool),
      'vlan-device': await vlanDeviceAnswer(host),
      ...(await askVethEthtool(host, ethtool)),
    };
  } finally {
    await ethtool.generic.client.socket.close();
  }
}

async function askVethEthtool(host: NetNamespace, ethtool: EthtoolClient): Promise<CapabilityAnswers> {
  const sysfs = new NamespaceSysfs(host);
  const channels = { sysfs, ethtoolIoctl: async (...call: IoctlCall) => ethtoolIoctl(host, ...call) };
  try {
    return await askEthtool({ ethtool, netDevice: NIC.name, driver: 'veth', channels });
  } finally {
    sysfs.close();
  }
}
type IoctlCall = Parameters<Target['ethtoolIoctl']>;

async function featureAnswers(ethtool: EthtoolClient): Promise<Record<string, CapabilityAnswer>> {
  const result = await ethtool.features(NIC.name);
  if (!result.ok) throw new TargetFault(`the features of ${NIC.name} cannot be read: ${result.error.errnoName}`);
  const { active, hw } = result.value;
  const answer = ([name, reason]: [string, string]): [string, CapabilityAnswer] => [
    name,
    active.has(name) || hw.has(name) ? PRESENT : absent(reason),
  ];
  return Object.fromEntries(Object.entries(FEATURES).map(answer));
}

async function operationAnswers(ethtool: EthtoolClient): Promise<Record<string, CapabilityAnswer>> {
  const answers: Record<string, CapabilityAnswer> = {};
  for (const [name, { operation, reason }] of Object.entries(OPERATIONS)) {
    const result = await ethtool.call(operation, NIC.name);
    answers[name] = result.ok ? PRESENT : absent(reason);
  }
  return answers;
}

async function multiQueueAnswer(ethtool: EthtoolClient): Promise<CapabilityAnswer> {
  const channels = await ethtool.call('CHANNELS_GET', NIC.name);
  const most = (direction: string): number =>
    channels.ok ? (numberIn(channels.value, `ETHTOOL_A_CHANNELS_${direction}_MAX`) ?? 1) : 1;
  return Math.min(most('RX'), most('TX')) > 1
    ? PRESENT
    : absent('A veth has one queue for each processor, and this machine has one processor.');
}

async function softwareTimestampsAnswer(ethtool: EthtoolClient): Promise<CapabilityAnswer> {
  const result = await ethtool.call('TSINFO_GET', NIC.name);
  const stamps: ReadonlySet<string> = result.ok ? ethtool.timestampingBits(result.value, 'TIMESTAMPING') : new Set();
  return stamps.has('software-transmit') && stamps.has('software-receive')
    ? PRESENT
    : absent('This kernel stamps no frame that a veth transmits.');
}

async function privateStatisticsAnswer(ethtool: EthtoolClient): Promise<CapabilityAnswer> {
  const names = await ethtool.privateCounterNames(NIC.name);
  return names.ok && names.value.length > 0 ? PRESENT : absent('This veth has no private counters.');
}

/** Tries to make one on the device, and takes it away again. */
async function vlanDeviceAnswer(host: NetNamespace): Promise<CapabilityAnswer> {
  const route = await RouteClient.open(async (protocol) => new LinuxNetlinkSocket(host, protocol));
  try {
    const made = await route.addVlan({ name: PROBE_NAME, on: NIC.ifIndex, vid: 1, tpid: ETH_P_8021Q });
    if (!made.ok) return absent('This kernel was built without VLAN devices (CONFIG_VLAN_8021Q).');
    const link = await route.link(PROBE_NAME);
    const index = link.ok ? numberIn(link.value.header, 'ifi_index') : undefined;
    const removed = index === undefined ? undefined : await route.removeLink(index);
    if (removed?.ok !== true) throw new TargetFault('a VLAN device that was made cannot be removed');
    return PRESENT;
  } finally {
    await route.client.socket.close();
  }
}

const PROBE_NAME = 'probe0';
