/** What a bridge is made of: struct net_bridge and struct net_bridge_port of net/bridge/br_private.h. */
import type { IfIndex, MacAddress, Nanoseconds, Vid } from '../../../harness/contract/index.js';
import type { NetDevice } from '../netDevice.js';
import type { FdbTable } from './fdbTable.js';
import type { GlobalVlan } from './globalVlans.js';
import type { BridgeMulticast, PortContext, PortMulticast } from './multicast/multicastState.js';
import type { VlanStatistics } from './vlanStatistics.js';

/** linux/if_bridge.h. */
export const BR_STATE_DISABLED = 0;
export const BR_STATE_LISTENING = 1;
export const BR_STATE_LEARNING = 2;
export const BR_STATE_FORWARDING = 3;
export const BR_STATE_BLOCKING = 4;
export type StpState = 0 | 1 | 2 | 3 | 4;

/** BR_* port flags, by what IFLA_BRPORT_* calls them. */
export interface PortFlags {
  hairpin: boolean;
  bpduGuard: boolean;
  rootBlock: boolean;
  fastLeave: boolean;
  learning: boolean;
  unicastFlood: boolean;
  multicastFlood: boolean;
  broadcastFlood: boolean;
  multicastToUnicast: boolean;
  isolated: boolean;
  locked: boolean;
  /** VLANs of the port may lead to tunnels. */
  vlanTunnel: boolean;
  proxyArp: boolean;
  proxyArpWifi: boolean;
  neighbourSuppress: boolean;
  neighbourVlanSuppress: boolean;
  mab: boolean;
}
export type PortFlagName = keyof PortFlags;

export const DEFAULT_PORT_FLAGS: Readonly<PortFlags> = {
  hairpin: false,
  bpduGuard: false,
  rootBlock: false,
  fastLeave: false,
  learning: true,
  unicastFlood: true,
  multicastFlood: true,
  broadcastFlood: true,
  multicastToUnicast: false,
  isolated: false,
  locked: false,
  vlanTunnel: false,
  proxyArp: false,
  proxyArpWifi: false,
  neighbourSuppress: false,
  neighbourVlanSuppress: false,
  mab: false,
};

/** A VLAN of one port, or of the bridge itself: struct net_bridge_vlan. */
export interface MemberVlan {
  untagged: boolean;
  /** BRIDGE_VLANDB_ENTRY_STATE; with several trees that of the port in the tree of the VLAN. */
  state: StpState;
  /** Of a port, BR_VLFLAG_NEIGH_SUPPRESS_ENABLED; absent: off. */
  neighbourSuppress?: boolean;
  /** The tunnel that the VLAN leads to at a port that has the flag for it. */
  tunnelId?: number | undefined;
  /** Of a port: what is kept of groups and routers in the VLAN. */
  readonly multicast?: PortContext;
}

/** The VLANs of one port, or of the bridge itself: struct net_bridge_vlan_group. */
export interface VlanGroup {
  readonly members: Map<Vid, MemberVlan>;
  /** 0: none, what comes untagged is dropped. */
  pvid: Vid | 0;
}

export interface BridgePort {
  readonly bridge: Bridge;
  readonly netDevice: NetDevice;
  /** As the table has it. */
  address: MacAddress;
  /** IFLA_BRPORT_NO, from 1. */
  readonly number: number;
  state: StpState;
  priority: number;
  pathCost: number;
  readonly flags: PortFlags;
  groupForwardMask: number;
  readonly vlans: VlanGroup;
  readonly multicast: PortMulticast;
  /** Ports with the same number are switched by the same hardware; 0: by software only. */
  hardwareDomain: number;
  /** Where frames for it go while it has no link; undefined: nowhere. */
  backup: BridgePort | undefined;
  /** Nexthop object of the tunnel by which the backup port sends them on; 0: none. Without tunnels it is kept and told. */
  backupNexthop: number;
}

export interface Bridge {
  readonly netDevice: NetDevice;
  readonly ports: Map<IfIndex, BridgePort>;
  readonly fdb: FdbTable;
  readonly vlans: VlanGroup;
  /** Each VLAN that a port is in, or the bridge itself. */
  readonly globalVlans: Map<Vid, GlobalVlan>;
  readonly multicast: BridgeMulticast;
  readonly vlanStatistics: VlanStatistics;
  ageingTime: Nanoseconds;
  forwardDelay: Nanoseconds;
  helloTime: Nanoseconds;
  maxAge: Nanoseconds;
  priority: number;
  vlanFiltering: boolean;
  /** 0x8100 or 0x88a8. */
  vlanProtocol: number;
  defaultPvid: Vid | 0;
  groupForwardMask: number;
  /** Where BPDUs of the bridge go, and whether the user chose it (BROPT_GROUP_ADDR_SET). */
  groupAddress: MacAddress;
  groupAddressIsUsers: boolean;
  multicastSnooping: boolean;
  /** BR_BOOLOPT_MCAST_VLAN_SNOOPING: in each VLAN by settings of its own. */
  multicastVlanSnooping: boolean;
  /** Who plays the spanning tree protocol: nobody, or a program of the user's (BR_USER_STP). */
  stp: 'off' | 'user';
  /** BR_BOOLOPT_NO_LL_LEARN. */
  noLinkLocalLearn: boolean;
  /** BR_BOOLOPT_MST_ENABLE: VLANs forward as the tree says that they belong to. */
  mst: boolean;
  /** How many learned entries there may be; 0: any number. */
  maxLearned: number;
  /** Whether the firewall of IP is asked, where there is one (BROPT_NF_CALL_IPTABLES and its like). */
  readonly netfilterCalls: { iptables: boolean; ip6tables: boolean; arptables: boolean };
  /** IFLA_ADDRESS, IFLA_MTU were given by the user, and do not follow the ports any more. */
  addressIsUsers: boolean;
  mtuIsUsers: boolean;
  /** The next run of the ageing timer is planned. */
  ageingPlanned: boolean;
}

export const SECOND = 1_000_000_000n;

/** br_dev_setup(): the settings of IEEE 802.1D, table 17-1 and 7-5. */
export const BRIDGE_DEFAULTS = {
  ageingTime: 300n * SECOND,
  forwardDelay: 15n * SECOND,
  helloTime: 2n * SECOND,
  maxAge: 20n * SECOND,
  priority: 0x8000,
  vlanFiltering: false,
  vlanProtocol: 0x8100,
  defaultPvid: 1 as Vid,
  groupForwardMask: 0,
  groupAddress: '01:80:c2:00:00:00' as MacAddress,
  groupAddressIsUsers: false,
  multicastSnooping: true,
  multicastVlanSnooping: false,
  stp: 'off',
  noLinkLocalLearn: false,
  mst: false,
  maxLearned: 0,
} as const;

export const emptyVlanGroup = (): VlanGroup => ({ members: new Map(), pvid: 0 });

/** The bridge that this net device is, or undefined. */
export const bridgeOf = ({ lower }: NetDevice): Bridge | undefined =>
  lower.kind === 'bridge' ? lower.bridge : undefined;

/** nbp_state_should_learn(). */
export const stateLearns = (state: StpState): boolean => state === BR_STATE_LEARNING || state === BR_STATE_FORWARDING;

export const learns = ({ state, flags }: BridgePort): boolean => flags.learning && stateLearns(state);

/** 802.1ad: the bridge is one of a provider. */
const ETH_P_8021AD = 0x88a8;
export const isProviders = ({ vlanFiltering, vlanProtocol }: Bridge): boolean =>
  vlanFiltering && vlanProtocol === ETH_P_8021AD;
