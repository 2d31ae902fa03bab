import type {
  Device,
  DevicePort,
  IfIndex,
  MacAddress,
  NetDeviceName,
  PortName,
  Vid,
} from '../../harness/contract/index.js';
import type { Bond, BondMember } from './bond/bond.js';
import type { Bridge, BridgePort } from './bridge/bridge.js';
import type { FeatureSet } from './features.js';
import type { Team, TeamPort } from './team/team.js';
import { NO_PORT } from './noPort.js';

/** linux/if.h, net_device_flags. */
export const IFF_UP = 1 << 0;
export const IFF_BROADCAST = 1 << 1;
export const IFF_LOOPBACK = 1 << 3;
export const IFF_RUNNING = 1 << 6;
export const IFF_NOARP = 1 << 7;
export const IFF_PROMISC = 1 << 8;
export const IFF_MASTER = 1 << 10;
export const IFF_ALLMULTI = 1 << 9;
export const IFF_MULTICAST = 1 << 12;
export const IFF_LOWER_UP = 1 << 16;
export const IFF_DORMANT = 1 << 17;

/** linux/if.h, RFC 2863 operational status. */
export const IF_OPER_UNKNOWN = 0;
export const IF_OPER_DOWN = 2;
export const IF_OPER_LOWERLAYERDOWN = 3;
export const IF_OPER_TESTING = 4;
export const IF_OPER_DORMANT = 5;
export const IF_OPER_UP = 6;

export const IF_LINK_MODE_DEFAULT = 0;
export const IF_LINK_MODE_DORMANT = 1;

/**
 * What lies below a net device: a port of a device, another net device with a tag, the ports of a bridge, the members of an aggregate,
 * or a routing table.
 */
export type Lower =
  | { readonly kind: 'port'; readonly device: Device; readonly port: PortName; readonly limits: DevicePort }
  | { readonly kind: 'vlan'; readonly on: NetDevice; readonly tpid: number; readonly vid: Vid }
  | { readonly kind: 'bridge'; readonly bridge: Bridge }
  | { readonly kind: 'bond'; readonly bond: Bond }
  | { readonly kind: 'team'; readonly team: Team }
  | { readonly kind: 'vrf'; readonly table: number };

/** An address list with reference counts, as net/core/dev_addr_lists.c keeps it. */
export type AddressList = Map<MacAddress, number>;

export interface ProtocolAddress {
  readonly family: number;
  readonly prefixLength: number;
  readonly address: Uint8Array;
  readonly local: Uint8Array;
  readonly broadcast?: Uint8Array;
  readonly label: string;
  readonly scope: number;
  /** IFA_F_*. */
  flags: number;
  /** Seconds that it lives and is preferred, counted from `since`; absent: for ever. */
  readonly lifetime?: { readonly valid: number; readonly preferred: number };
  readonly since?: bigint;
}

/** struct rtnl_link_stats64 as far as the core keeps it beside the driver. */
export interface CoreStatistics {
  rxDropped: number;
  txDropped: number;
  rxNohandler: number;
}

/** Traffic of a net device without hardware of its own. */
export interface SoftwareTraffic {
  rxPackets: number;
  rxBytes: number;
  txPackets: number;
  txBytes: number;
  multicast: number;
}

/** struct net_device. Fields change only through the functions of this folder. */
export interface NetDevice {
  readonly ifIndex: IfIndex;
  name: NetDeviceName;
  readonly lower: Lower;
  readonly permanentAddress: MacAddress;
  address: MacAddress;
  mtu: number;
  readonly minMtu: number;
  readonly maxMtu: number;
  txQueueLength: number;
  group: number;
  alias: string;
  /** IFLA_ALT_IFNAME. */
  readonly alternativeNames: string[];

  /** dev->flags: what the user set; dev->gflags keeps the user's own promiscuous and all-multicast requests. */
  flags: number;
  userFlags: number;
  promiscuity: number;
  allMulticast: number;
  carrier: boolean;
  /** dev_activate() gave it its queue discipline; before, it has noop. */
  hasQueues: boolean;
  carrierUpCount: number;
  carrierDownCount: number;
  operState: number;
  linkMode: number;
  dormant: boolean;
  /** netif_testing_on(): a self test or a cable test runs. */
  testing: boolean;

  hwFeatures: FeatureSet;
  wantedFeatures: FeatureSet;
  features: FeatureSet;
  readonly vlanFeatures: FeatureSet;
  readonly encapFeatures: FeatureSet;
  readonly gsoPartialFeatures: FeatureSet;
  gsoMaxSize: number;
  gsoMaxSegs: number;
  gsoIpv4MaxSize: number;
  groMaxSize: number;
  readonly tsoMaxSize: number;
  readonly tsoMaxSegs: number;
  readonly maxRxQueues: number;
  readonly maxTxQueues: number;
  realRxQueues: number;
  realTxQueues: number;

  readonly unicast: AddressList;
  readonly multicast: AddressList;
  /** VIDs by TPID that something on top asked for. */
  readonly vids: Map<number, Map<Vid, number>>;
  readonly addresses: ProtocolAddress[];
  /** VLAN devices on top. */
  readonly uppers: Set<NetDevice>;
  /** IFLA_MASTER is its bridge. */
  bridgePort: BridgePort | undefined;
  /** IFLA_MASTER is its aggregate. */
  bondMember: BondMember | undefined;
  teamPort: TeamPort | undefined;
  /** IFLA_MASTER is this VRF device. */
  vrf: NetDevice | undefined;

  readonly coreStatistics: CoreStatistics;
  /** What found the queue discipline of a transmit queue full, by its number. */
  readonly queueDrops: number[];
  readonly softwareTraffic: SoftwareTraffic;
  /** ethtool -X was used: a table of the user's own is kept, a default one follows the number of queues. */
  rssTableIsUsers: boolean;
  /** RSS contexts beside the main one. */
  readonly rssContexts: Set<number>;
}

export const isUp = (netDevice: NetDevice): boolean => (netDevice.flags & IFF_UP) !== 0;

/** The port below a net device, through whatever VLANs lie between. A bridge and an aggregate have none of their own. */
export function portOf({ lower }: NetDevice): Extract<Lower, { kind: 'port' }> {
  switch (lower.kind) {
    case 'port':
      return lower;
    case 'vlan':
      return portOf(lower.on);
    case 'bridge':
    case 'bond':
    case 'team':
    case 'vrf':
      return NO_PORT;
  }
}

export interface NetDeviceSeed {
  readonly ifIndex: IfIndex;
  readonly name: NetDeviceName;
  readonly lower: Lower;
  readonly address: MacAddress;
  readonly mtu: number;
  readonly limits: DevicePort;
  readonly hwFeatures: readonly string[];
  readonly features: readonly string[];
}

/** alloc_netdev() and register_netdevice(): a net device that is down, with its features as the driver gave them. */
export function createNetDevice(seed: NetDeviceSeed): NetDevice {
  const { limits, address } = seed;
  const features = new Set(seed.features);
  const hwFeatures = new Set(seed.hwFeatures);
  return {
    ifIndex: seed.ifIndex,
    name: seed.name,
    lower: seed.lower,
    permanentAddress: address,
    address,
    mtu: seed.mtu,
    minMtu: limits.minMtu,
    maxMtu: limits.maxMtu,
    txQueueLength: 1000,
    group: 0,
    alias: '',
    alternativeNames: [],
    flags: IFF_BROADCAST | IFF_MULTICAST,
    userFlags: 0,
    promiscuity: 0,
    allMulticast: 0,
    carrier: false,
    hasQueues: false,
    carrierUpCount: 0,
    carrierDownCount: 0,
    operState: IF_OPER_DOWN,
    linkMode: IF_LINK_MODE_DEFAULT,
    dormant: false,
    testing: false,
    hwFeatures,
    wantedFeatures: new Set([...features].filter((name) => hwFeatures.has(name))),
    features,
    vlanFeatures: new Set(limits.vlanFeatures),
    encapFeatures: new Set(limits.encapFeatures),
    gsoPartialFeatures: new Set(limits.gsoPartialFeatures),
    gsoMaxSize: Math.min(65536, limits.gsoMaxSize),
    gsoMaxSegs: limits.gsoMaxSegs,
    gsoIpv4MaxSize: Math.min(65536, limits.gsoMaxSize),
    groMaxSize: 65536,
    tsoMaxSize: limits.gsoMaxSize,
    tsoMaxSegs: limits.gsoMaxSegs,
    maxRxQueues: limits.rxQueues,
    maxTxQueues: limits.txQueues,
    realRxQueues: limits.rxQueues,
    realTxQueues: limits.txQueues,
    unicast: new Map(),
    multicast: new Map(),
    vids: new Map(),
    addresses: [],
    uppers: new Set(),
    bridgePort: undefined,
    bondMember: undefined,
    teamPort: undefined,
    vrf: undefined,
    coreStatistics: { rxDropped: 0, txDropped: 0, rxNohandler: 0 },
    queueDrops: [],
    softwareTraffic: { rxPackets: 0, rxBytes: 0, txPackets: 0, txBytes: 0, multicast: 0 },
    rssTableIsUsers: false,
    rssContexts: new Set(),
  };
}
