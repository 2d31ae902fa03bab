/**
 * A net device is reached by another way than before, and the network is told: NETDEV_NOTIFY_PEERS and NETDEV_BONDING_FAILOVER, and what
 * vlan_device_event(), inetdev_event() and ndisc_netdev_event() make of them.
 */
import {
  IFLA_EVENT_BONDING_FAILOVER,
  IFLA_EVENT_BONDING_OPTIONS,
  IFLA_EVENT_FEATURES,
  IFLA_EVENT_IGMP_RESEND,
  IFLA_EVENT_NOTIFY_PEERS,
} from '../netlink/families/rtnetlink.js';
import type { KernelState, NetDeviceEvent } from './kernelState.js';
import { notify } from './kernelState.js';
import type { NetDevice } from './netDevice.js';

/** Rules of the notices to peers that a seeded defect may replace, one at a time. */
export interface PeerNoticeParts {
  /** Whether VLAN devices on top say so too. */
  readonly reachVlans: boolean;
  /** Addresses of the net device that are made known. */
  readonly addresses: <T>(all: readonly T[]) => readonly T[];
  /** Whether `arp_notify` and `ndisc_notify` have an effect. */
  readonly honoursSettings: boolean;
  /** Whether a new station is made known, and a device that comes up. */
  readonly afterNewStation: boolean;
  readonly afterUp: boolean;
  /** addrconf_dad_completed(): whether an address that comes into use is made known. */
  readonly afterExamination: boolean;
  /** ARPOP_*. */
  readonly operation: (request: number) => number;
  /** Who is asked for in a gratuitous request. */
  readonly target: (own: Uint8Array) => Uint8Array;
  readonly overrides: boolean;
  /** Whether an advertisement is a router's. */
  readonly saysRouter: (forwards: boolean) => boolean;
  /** Whether what is still to be told goes with an aggregate that is set down. */
  readonly endsWhenDown: boolean;
  /** Milliseconds between two notices of a team. */
  readonly teamInterval: (configured: number) => number;
  /** How many notices a new active member is followed by. */
  readonly count: (configured: number) => number;
  /** In runs of the monitor. */
  readonly delay: (configured: number) => number;
  /** IFLA_EVENT. */
  readonly toldEvent: (event: number | undefined) => number | undefined;
}

export const CONFORMING_PEER_NOTICES: PeerNoticeParts = {
  reachVlans: true,
  addresses: (all) => all,
  honoursSettings: true,
  afterNewStation: true,
  afterUp: true,
  afterExamination: true,
  operation: (request) => request,
  target: (own) => own,
  overrides: true,
  saysRouter: (forwards) => forwards,
  endsWhenDown: true,
  teamInterval: (configured) => configured,
  count: (configured) => configured,
  delay: (configured) => configured,
  toldEvent: (event) => event,
};

/** Said of the net device and of the VLAN devices on top of it. */
export function notifyWithVlans(
  kernel: KernelState,
  event: 'NETDEV_BONDING_FAILOVER' | 'NETDEV_NOTIFY_PEERS',
  netDevice: NetDevice,
): void {
  notify(kernel, event, netDevice);
  if (!kernel.parts.peerNotices.reachVlans) return;
  for (const upper of netDevice.uppers) notifyWithVlans(kernel, event, upper);
}

/** rtnl_get_event(). */
export function eventToTell({ peerNotices }: KernelState['parts'], event: NetDeviceEvent): number | undefined {
  return peerNotices.toldEvent(EVENTS[event]);
}

const EVENTS: Readonly<Partial<Record<NetDeviceEvent, number>>> = {
  NETDEV_FEAT_CHANGE: IFLA_EVENT_FEATURES,
  NETDEV_BONDING_FAILOVER: IFLA_EVENT_BONDING_FAILOVER,
  NETDEV_NOTIFY_PEERS: IFLA_EVENT_NOTIFY_PEERS,
  NETDEV_RESEND_IGMP: IFLA_EVENT_IGMP_RESEND,
  NETDEV_CHANGEINFODATA: IFLA_EVENT_BONDING_OPTIONS,
};
