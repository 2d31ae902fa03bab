import type { BondMember } from './bond.js';

/** Rules of the watch of links by ARP and neighbour solicitations, that a seeded defect may replace, one at a time. */
export interface ArpMonitorParts {
  /** Milliseconds between two runs. */
  readonly interval: (configured: number) => number;
  /** bond_ab_arp_probe(), bond_loadbalance_arp_mon(): which of those that are to ask do. */
  readonly asks: (member: BondMember, sound: boolean) => boolean;
  /** bond_arp_send_all(), bond_ns_send_all(): whom it asks for. */
  readonly targets: (all: readonly Uint8Array[]) => readonly Uint8Array[];
  /** bond_confirm_addr(), ipv6_dev_get_saddr(): from whom a question says it is. */
  readonly source: (own: Uint8Array) => Uint8Array;
  /** bond_handle_vlan(). */
  readonly tags: boolean;
  /** bond_verify_device_path(): whether a target that is not reached through the aggregate is left alone. */
  readonly leavesOthersAlone: boolean;
  /** Whether a target to which there is no way is asked for all the same, by nobody. */
  readonly asksWithoutRoute: boolean;
  /** addrconf_addr_solict_mult(). */
  readonly solicitsGroup: (group: Uint8Array, target: Uint8Array) => Uint8Array;
  /** Intervals without an answer. */
  readonly missedMax: (configured: number) => number;
  /** bond_ab_arp_inspect(): intervals that a backup may hear nothing, and that one is given that just came up or became the active one. */
  readonly backupMissedMax: (missedMax: number) => number;
  readonly grace: number;
  readonly countsFailures: boolean;
  /** Whether a member that is heard again is up again. */
  readonly comesBack: boolean;
  /** bond_ab_arp_probe(): whether each member is tried where none is active. */
  readonly triesNext: boolean;
  /** bond_rcv_validate(): whether what comes in is looked at (slave_do_arp_validate()). */
  readonly validates: (member: BondMember, sound: boolean) => boolean;
  /** slave_do_arp_validate_only(). */
  readonly filters: (sound: boolean) => boolean;
  /** bond_validate_arp(), bond_validate_na(): whether an answer is one of a target. */
  readonly isOfTarget: (sound: boolean) => boolean;
  /** bond_has_this_ip(): whether an answer is for the aggregate. */
  readonly isForAggregate: (sound: boolean) => boolean;
  /** bond_arp_rcv(): whether a backup believes the questions of the active member. */
  readonly backupBelieves: boolean;
  /** slave_last_rx(): whether every target has to be heard. */
  readonly needsAll: (sound: boolean) => boolean;
}

export const CONFORMING_ARP_MONITOR: ArpMonitorParts = {
  interval: (configured) => configured,
  asks: (_member, sound) => sound,
  targets: (all) => all,
  source: (own) => own,
  tags: true,
  leavesOthersAlone: true,
  asksWithoutRoute: true,
  solicitsGroup: (group) => group,
  missedMax: (configured) => configured,
  backupMissedMax: (missedMax) => missedMax + 1,
  grace: 2,
  countsFailures: true,
  comesBack: true,
  triesNext: true,
  validates: (_member, sound) => sound,
  filters: (sound) => sound,
  isOfTarget: (sound) => sound,
  isForAggregate: (sound) => sound,
  backupBelieves: true,
  needsAll: (sound) => sound,
};
