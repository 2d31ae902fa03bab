/** What an aggregate is made of: struct bonding and struct slave of include/net/bonding.h. */
import type { IfIndex, Nanoseconds } from '../../../harness/contract/index.js';
import {
  BOND_LINK_UP,
  BOND_MODE_8023AD,
  BOND_MODE_ACTIVEBACKUP,
  BOND_MODE_ALB,
  BOND_MODE_TLB,
  BOND_XMIT_POLICY_LAYER2,
} from '../../netlink/families/bond.js';
import type { AggregateMember } from '../aggregates.js';
import type { ArpMonitorParts } from './arpMonitorParts.js';
import type { ClientTable } from './clientTable.js';
import type { LacpPort } from './lacpPort.js';
import type { FlowTable } from './tlb.js';
import { isUp, type NetDevice } from '../netDevice.js';
import type { Rejoins } from '../rejoins.js';
import { MILLISECOND } from '../../nanoseconds.js';

/** BOND_LINK_*. */
export type MemberLink = 0 | 1 | 2 | 3;

export interface BondMember extends AggregateMember {
  readonly bond: Bond;
  link: MemberLink;
  /** Runs of the monitor until a change of the link counts. */
  delay: number;
  failures: number;
  /** BOND_STATE_BACKUP: it sends nothing. */
  isBackup: boolean;
  /** What it receives is not the aggregate's. */
  isInactive: boolean;
  priority: number;
  queueId: number;
  /** When it asked a target last, heard something (or, where that is examined, a target), and came up or became the active one. */
  lastTx: Nanoseconds;
  lastRx: Nanoseconds;
  lastLinkUp: Nanoseconds;
  /** When it heard each target last, by the place in the list. */
  readonly targetRx: Nanoseconds[];
  /** Of an aggregate that negotiates. */
  lacp: LacpPort | undefined;
}

/** struct bond_params, by what IFLA_BOND_* calls them. Delays are in runs of the monitor. */
export interface BondSettings {
  mode: number;
  /** Milliseconds; 0: links are not looked at. */
  miimon: number;
  updelay: number;
  downdelay: number;
  useCarrier: number;
  primaryReselect: number;
  failOverMac: number;
  hashPolicy: number;
  allSlavesActive: number;
  minLinks: number;
  resendIgmp: number;
  peerNotifications: number;
  packetsPerSlave: number;
  lacpActive: number;
  lacpRate: number;
  adSelect: number;
  /** Milliseconds; 0: links are not watched by ARP. */
  arpInterval: number;
  arpValidate: number;
  arpAllTargets: number;
  missedMax: number;
  /** In runs of the monitor. */
  peerNotificationDelay: number;
  learningInterval: number;
  actorPriority: number;
  userPortKey: number;
  tlbDynamic: number;
  coupledControl: number;
}

export interface Bond {
  readonly netDevice: NetDevice;
  readonly settings: BondSettings;
  /** In the order in which they came. */
  readonly members: Map<IfIndex, BondMember>;
  active: BondMember | undefined;
  /** current_arp_slave: the member that is tried while none is active. */
  arpMember: BondMember | undefined;
  primary: BondMember | undefined;
  /** The primary by its name, which may not be a member yet. */
  primaryName: string;
  forcePrimary: boolean;
  /** NET_ADDR_RANDOM: the first member gives its own. */
  addressIsRandom: boolean;
  /** Frames that were sent round robin. */
  sent: number;
  /** Changes when the monitor is started or stopped, so that runs that were planned before do nothing. */
  monitor: number;
  /** send_peer_notif: runs of the monitor until the last notice to the network. */
  noticesLeft: number;
  readonly rejoins: Rejoins;
  /** Of the modes that balance: whom flows leave at, and whom neighbours send to. */
  readonly flows: FlowTable;
  readonly clients: ClientTable;
  /** How many aggregators there were. */
  aggregators: number;
  /** Whom ARP and neighbour solicitations ask for, in the order of the user. */
  arpTargets: readonly Uint8Array[];
  nsTargets: readonly Uint8Array[];
  /** ad_actor_system; zeros: the aggregate's own address. */
  actorSystem: Uint8Array;
}

/** bonding_defaults. */
export const BOND_DEFAULTS: Readonly<BondSettings> = {
  mode: 0,
  miimon: 0,
  updelay: 0,
  downdelay: 0,
  useCarrier: 1,
  primaryReselect: 0,
  failOverMac: 0,
  hashPolicy: BOND_XMIT_POLICY_LAYER2,
  allSlavesActive: 0,
  minLinks: 0,
  resendIgmp: 1,
  peerNotifications: 1,
  packetsPerSlave: 1,
  lacpActive: 1,
  lacpRate: 0,
  adSelect: 0,
  arpInterval: 0,
  arpValidate: 0,
  arpAllTargets: 0,
  missedMax: 2,
  peerNotificationDelay: 0,
  learningInterval: 1,
  actorPriority: 65_535,
  userPortKey: 0,
  tlbDynamic: 1,
  coupledControl: 1,
};

/** The aggregate that this net device is, or undefined. */
export const bondOf = ({ lower }: NetDevice): Bond | undefined => (lower.kind === 'bond' ? lower.bond : undefined);

/** bond_uses_primary(). */
export const usesPrimary = (bond: Bond): boolean => isActiveBackup(bond) || balances(bond);

export const isActiveBackup = ({ settings }: Bond): boolean => settings.mode === BOND_MODE_ACTIVEBACKUP;

/** bond_is_lb(): all members send, each from a station of its own. */
export const balances = (bond: Bond): boolean => bond.settings.mode === BOND_MODE_TLB || balancesReceive(bond);

/** Whether all members receive as well (rlb_enabled). */
export const balancesReceive = ({ settings }: Bond): boolean => settings.mode === BOND_MODE_ALB;

/** Whether members ask the other end before they are used. */
export const negotiates = ({ settings }: Bond): boolean => settings.mode === BOND_MODE_8023AD;

/** bond_set_slave_inactive_flags(). */
export function setInactive(member: BondMember): void {
  if (!balances(member.bond)) member.isBackup = true;
  if (member.bond.settings.allSlavesActive === 0) member.isInactive = true;
}

/** IFLA_BOND_ARP_VALIDATE: what is not examined counts only if it is ARP, or of IPv6. */
export const BOND_ARP_FILTER = 4;

/** Whether targets are asked for (recv_probe is bond_rcv_validate()). */
export const watchesByArp = (bond: Bond): boolean => bond.settings.arpInterval !== 0 && !negotiates(bond);

export const arpInterval = ({ settings }: Bond): Nanoseconds => BigInt(settings.arpInterval) * MILLISECOND;

/** bond_time_in_interval(): not longer ago than this number of intervals, and half of one. */
export const isWithin = (now: Nanoseconds, bond: Bond, last: Nanoseconds, intervals: number): boolean =>
  now <= last + BigInt(intervals) * arpInterval(bond) + arpInterval(bond) / 2n;

/** slave_last_rx(): where all targets have to be heard, that which was silent for the longest time. Of IPv6 only the first counts there. */
export function lastReceived({ needsAll }: ArpMonitorParts, { bond, lastRx, targetRx }: BondMember): Nanoseconds {
  if (!needsAll(bond.settings.arpAllTargets === 1)) return lastRx;
  const counted = targetRx.slice(0, Math.max(1, bond.arpTargets.length));
  return counted.reduce((oldest, each) => (each < oldest ? each : oldest));
}

/** bond_slave_is_up(). */
export const isUsable = ({ netDevice }: BondMember): boolean => isUp(netDevice) && netDevice.carrier;

/** bond_slave_can_tx(). */
export const canSend = (member: BondMember): boolean =>
  isUsable(member) && member.link === BOND_LINK_UP && !member.isBackup;
