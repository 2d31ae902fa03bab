/** What the NIC is and what it can do. What is claimed here is tested. */
import type { CapabilityAnswers, MacAddress, PortName } from 'nicspec';

export const PORT = 'p0' as PortName;
export const ADDRESS = '02:00:00:00:74:73' as MacAddress;
export const QUEUES = 4;
export const MAX_MTU = 9000;
export const RING_MAXIMUM = 1024;
export const RING_MINIMUM = 64;
/** Filters of addresses in hardware; beyond them the NIC takes everything. */
export const UNICAST_FILTERS = 4;
export const MULTICAST_FILTERS = 16;

/** By the names that ethtool -k shows; all can be switched. */
export const FEATURES: readonly string[] = [
  'tx-scatter-gather',
  'tx-checksum-ip-generic',
  'tx-tcp-segmentation',
  'tx-tcp6-segmentation',
  'tx-tcp-ecn-segmentation',
  'tx-vlan-hw-insert',
  'rx-checksum',
  'rx-vlan-hw-parse',
  'rx-hashing',
];

const ABILITIES: readonly string[] = [
  ...FEATURES,
  'tx-checksum',
  'tx-scatter-gather-switch',
  'rx-checksum-switch',
  'rss',
  'multi-queue',
  'unicast-filter',
  'secondary-unicast-filter',
  'multicast-filter',
  'mac-address-change',
  'permanent-address',
  'multicast-statistics',
  'mtu',
  'mtu-enforced',
  'rings',
  'channels',
  'queue-statistics',
  'segments-in-device',
  'pads-short-frames',
];

/** What a buyer would ask for, and the reason why it is not there. */
const ABSENT: Readonly<Record<string, string>> = {
  'rx-ntuple-filter': 'the NIC steers by the hash alone',
  'rx-checksum-complete': 'the parser verifies TCP and UDP, and keeps no sum',
  'rss-contexts': 'there is one indirection table',
  'rss-hash-fields': 'addresses and ports are hashed, and nothing else can be chosen',
  'tx-udp-segmentation': 'the segmentation engine knows TCP alone',
  'rx-gro-hw': 'every frame of the cable is a frame for the host',
};

export const CAPABILITIES: CapabilityAnswers = {
  ...Object.fromEntries(ABILITIES.map((name) => [name, { present: true as const }])),
  ...Object.fromEntries(Object.entries(ABSENT).map(([name, reason]) => [name, { present: false as const, reason }])),
};
