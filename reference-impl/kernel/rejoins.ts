/** Switches are told again which groups the host is in, when what is for it comes another way: NETDEV_RESEND_IGMP. */
import type { Nanoseconds } from '../../harness/contract/index.js';
import { aggregateOf } from './aggregates.js';
import { notify, type KernelState } from './kernelState.js';
import type { NetDevice } from './netDevice.js';

/** Rules of the joins of groups, and of their repetition, that a seeded defect may replace, one at a time. */
export interface JoinParts {
  /** inet_rtm_newaddr(): whether IFA_F_MCAUTOJOIN joins, and with what is no group is refused. */
  readonly joins: boolean;
  readonly refusesStations: boolean;
  readonly leaves: boolean;
  /** igmp_group_added(): how often a change is reported (sysctl_igmp_qrv). */
  readonly robustness: number;
  /** igmp_heard_query(). */
  readonly answers: boolean;
  readonly followsOldQuerier: boolean;
  /** ip_mc_up(). */
  readonly reportsWhenUp: boolean;
  /** How often an aggregate has its groups told again, and milliseconds between. */
  readonly count: (configured: number) => number;
  readonly interval: (configured: number) => number;
  /** vlan_device_event(), br_device_event(): whether VLAN devices and bridges on top tell theirs. */
  readonly reachVlans: boolean;
  readonly reachBridges: boolean;
  /** ip_mc_rejoin_groups(), ipv6_mc_rejoin_groups(). */
  readonly tellsIpv4: boolean;
  /** bond_hw_addr_swap(), team_set_rx_mode(): whether members receive the groups of the aggregate. */
  readonly membersReceive: boolean;
  readonly tellsIpv6: boolean;
}

export const CONFORMING_JOINS: JoinParts = {
  joins: true,
  refusesStations: true,
  leaves: true,
  robustness: 2,
  answers: true,
  followsOldQuerier: true,
  reportsWhenUp: true,
  count: (configured) => configured,
  interval: (configured) => configured,
  reachVlans: true,
  reachBridges: true,
  tellsIpv4: true,
  membersReceive: true,
  tellsIpv6: true,
};

/** Said of the net device, and of what lies over it. */
export function notifyRejoin(kernel: KernelState, netDevice: NetDevice): void {
  notify(kernel, 'NETDEV_RESEND_IGMP', netDevice);
  const { reachVlans, reachBridges } = kernel.parts.joins;
  if (reachVlans) for (const upper of netDevice.uppers) notifyRejoin(kernel, upper);
  const master = reachBridges ? (netDevice.bridgePort?.bridge.netDevice ?? aggregateOf(netDevice)) : undefined;
  if (master !== undefined) notifyRejoin(kernel, master);
}

/** What an aggregate has still to say; one run of work at a time. */
export interface Rejoins {
  left: number;
  isPlanned: boolean;
}

export const noRejoins = (): Rejoins => ({ left: 0, isPlanned: false });

export interface Repeater {
  readonly kernel: KernelState;
  readonly at: (time: Nanoseconds, run: () => void) => void;
}

/** Runs the work that tells it, again and again until nothing is left. */
export function tellGroupsAgain(
  { kernel, at }: Repeater,
  netDevice: NetDevice,
  rejoins: Rejoins,
  { first, interval }: { readonly first: Nanoseconds; readonly interval: () => Nanoseconds },
): void {
  if (rejoins.isPlanned) return;
  rejoins.isPlanned = true;
  at(kernel.now + first, work);

  function work(): void {
    const isOver = rejoins.left <= 0 || kernel.netDevices.get(netDevice.ifIndex) !== netDevice;
    if (!isOver) {
      rejoins.left--;
      notifyRejoin(kernel, netDevice);
    }
    rejoins.isPlanned = !isOver && rejoins.left > 0;
    if (rejoins.isPlanned) at(kernel.now + interval(), work);
  }
}
