import type { MacAddress } from '../../../harness/contract/index.js';
import { CONFORMING_ALB, type AlbParts } from './albParts.js';
import { CONFORMING_ARP_MONITOR, type ArpMonitorParts } from './arpMonitorParts.js';
import type { BondMember, BondSettings } from './bond.js';
import { CONFORMING_LACP, type LacpParts } from './lacpParts.js';

/** Rules of aggregates that a seeded defect may replace, one at a time. */
export interface BondParts {
  /** bond_enslave(): whether a net device that is up is refused. */
  readonly refusesUp: boolean;
  readonly refusesItself: boolean;
  /** The address that a new member gets, and the one that it has when it leaves. */
  readonly memberAddress: (aggregate: MacAddress, own: MacAddress) => MacAddress;
  readonly restoredAddress: (own: MacAddress, aggregate: MacAddress) => MacAddress;
  /** bond_set_dev_addr(): whether the first member gives the aggregate its address. */
  readonly takesFirstAddress: boolean;
  readonly takesMtu: boolean;
  readonly restoresMtu: boolean;
  readonly opensMember: boolean;
  readonly closesMember: boolean;
  /** bond_change_mtu(), bond_set_mac_address(): whether members follow. */
  readonly membersFollowMtu: boolean;
  readonly membersFollowAddress: boolean;
  /** bond_set_carrier(). */
  readonly carrier: (members: readonly BondMember[], sound: boolean) => boolean;
  /** bond_miimon_inspect(): whether a member has its link. */
  readonly seesLink: (member: BondMember, sound: boolean) => boolean;
  readonly updelay: (runs: number) => number;
  readonly downdelay: (runs: number) => number;
  readonly countsFailures: boolean;
  /** bond_select_active_slave(). */
  readonly choosesAgain: boolean;
  readonly honoursReselect: (policy: number) => number;
  readonly remembersPrimary: boolean;
  /** Whether the member that the user names becomes the active one. */
  readonly obeysUser: boolean;
  /** bond_xmit_hash(). */
  readonly hash: (hash: number, members: number) => number;
  readonly hashPolicy: (policy: number) => number;
  /** bond_flow_dissect(): whether errors are looked into, and headers behind others. */
  readonly looksInto: {
    readonly errors: boolean;
    readonly tunnels: boolean;
    readonly echoes: boolean;
    readonly options: boolean;
  };
  /** bond_slave_can_tx(): whether it sends. */
  readonly sends: (member: BondMember, sound: boolean) => boolean;
  /** How many of the members get a frame that goes to all. */
  readonly copies: (members: number) => number;
  readonly roundRobin: (count: number) => number;
  /** bond_handle_frame(): whether a frame comes in at the aggregate. */
  readonly receives: (member: BondMember, sound: boolean) => boolean;
  /** Whether what was the host's where it came in is so at the aggregate. */
  readonly keepsPacketType: boolean;
  /** Whether link-local frames of an inactive member stay at the member. */
  readonly passesLinkLocal: boolean;
  /** vlan_vids_add_by_dev(): whether a new member learns the VLANs on top of the aggregate. */
  readonly passesVids: boolean;
  /** bond_opt_check_deps(). */
  readonly checksDependencies: boolean;
  /** bond_opt_parse(). */
  readonly checksRange: boolean;
  /** A setting as it is kept. */
  readonly stores: (name: keyof BondSettings, value: number) => number;
  /** Whether a member that comes back is preferred to the one that is active. */
  readonly prefersFirst: boolean;
  /** IFLA_BOND_SLAVE_STATE. */
  readonly toldBackup: (isBackup: boolean) => boolean;
  /** IFLA_BOND_SLAVE_PERM_HWADDR. */
  readonly toldAddress: (member: BondMember) => MacAddress;
  /** NETDEV_CHANGELOWERSTATE: whether hardware is told. */
  readonly tellsHardware: boolean;
  /** NETDEV_PRECHANGEUPPER: whether a refusal of the driver counts. */
  readonly honoursVeto: boolean;
  /** Whether one way to watch links ends the other. */
  readonly oneMonitor: boolean;
  /** Whether a list of targets takes the place of the one before. */
  readonly replacesTargets: boolean;
  /** Whether addresses that nobody can answer from, twice the same, and too many of them are refused. */
  readonly checksTargets: boolean;
  readonly checksSystem: boolean;
  /** Whether a setting is refused in a mode that does not have it. */
  readonly checksModes: boolean;
  /** _bond_option_delay_set(). */
  readonly delaysNeedMonitor: boolean;
  /** bond_option_queue_id_set(): whether two members may not have one queue. */
  readonly checksQueues: boolean;
  /** bond_should_override_tx_queue(), and whether a member has to have its link for it. */
  readonly obeysQueues: (sound: boolean) => boolean;
  readonly leavesByQueue: (sound: boolean) => boolean;
  /** BOND_FOM_*. */
  readonly addressPolicy: (policy: number) => number;
  /** Whether the member that was active gets the address that the new one had. */
  readonly swapsAddresses: boolean;
  /** Whether a new member whose address the aggregate has gets another. */
  readonly avoidsTwins: boolean;
  /** Of the modes balance-tlb and balance-alb. */
  readonly tlb: {
    readonly spreads: (sound: boolean) => boolean;
    readonly load: (history: number) => number;
    readonly sparesNeighbours: boolean;
    readonly teaches: boolean;
    readonly ownStation: boolean;
    readonly swaps: boolean;
    /** The station that a new member is told to have. */
    readonly station: (own: MacAddress, aggregate: MacAddress) => MacAddress;
    /** Whether a new member for which there is no station of its own is refused. */
    readonly refusesTwins: boolean;
    /** Whether nobody keeps the station of a member that leaves. */
    readonly givesBack: boolean;
  };
  readonly alb: AlbParts;
  readonly lacp: LacpParts;
  readonly arp: ArpMonitorParts;
}

export const CONFORMING_BOND: BondParts = {
  refusesUp: true,
  refusesItself: true,
  memberAddress: (aggregate) => aggregate,
  restoredAddress: (own) => own,
  takesFirstAddress: true,
  takesMtu: true,
  restoresMtu: true,
  opensMember: true,
  closesMember: true,
  membersFollowMtu: true,
  membersFollowAddress: true,
  carrier: (_members, sound) => sound,
  seesLink: (_member, sound) => sound,
  updelay: (runs) => runs,
  downdelay: (runs) => runs,
  countsFailures: true,
  choosesAgain: true,
  honoursReselect: (policy) => policy,
  remembersPrimary: true,
  obeysUser: true,
  hash: (hash) => hash,
  hashPolicy: (policy) => policy,
  looksInto: { errors: true, tunnels: true, echoes: true, options: true },
  sends: (_member, sound) => sound,
  copies: (members) => members,
  roundRobin: (count) => count,
  receives: (_member, sound) => sound,
  keepsPacketType: true,
  passesLinkLocal: true,
  passesVids: true,
  checksDependencies: true,
  checksRange: true,
  stores: (_name, value) => value,
  prefersFirst: false,
  toldBackup: (isBackup) => isBackup,
  toldAddress: ({ ownAddress }) => ownAddress,
  tellsHardware: true,
  honoursVeto: true,
  oneMonitor: true,
  replacesTargets: true,
  checksTargets: true,
  checksSystem: true,
  checksModes: true,
  delaysNeedMonitor: true,
  checksQueues: true,
  obeysQueues: (sound) => sound,
  leavesByQueue: (sound) => sound,
  addressPolicy: (policy) => policy,
  swapsAddresses: true,
  avoidsTwins: true,
  tlb: {
    spreads: (sound) => sound,
    load: (history) => history,
    sparesNeighbours: true,
    teaches: true,
    ownStation: true,
    swaps: true,
    station: (own) => own,
    refusesTwins: true,
    givesBack: true,
  },
  alb: CONFORMING_ALB,
  lacp: CONFORMING_LACP,
  arp: CONFORMING_ARP_MONITOR,
};
