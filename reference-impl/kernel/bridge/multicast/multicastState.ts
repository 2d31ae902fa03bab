/** What a bridge and its ports keep for multicast: struct net_bridge_mcast and struct net_bridge_mcast_port. */
import type { Nanoseconds, Vid } from '../../../../harness/contract/index.js';
import type { Bridge, BridgePort } from '../bridge.js';
import { DEFAULT_HOSTS_LIMIT } from './hostTracking.js';
import { GroupTable } from './groupTable.js';
import { Timer, type At } from './timer.js';

/** The two families are snooped apart. */
export type Family = 'ipv4' | 'ipv6';
export const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** MDB_RTR_TYPE_*. */
export const MDB_RTR_TYPE_DISABLED = 0;
export const MDB_RTR_TYPE_TEMP_QUERY = 1;
export const MDB_RTR_TYPE_PERM = 2;
export const MDB_RTR_TYPE_TEMP = 3;

/** struct br_mcast_stats, in its order; those with two values: received and sent. */
export const MCAST_STATISTICS = [
  'igmp_v1queries',
  'igmp_v2queries',
  'igmp_v3queries',
  'igmp_leaves',
  'igmp_v1reports',
  'igmp_v2reports',
  'igmp_v3reports',
  'igmp_parse_errors',
  'mld_v1queries',
  'mld_v2queries',
  'mld_leaves',
  'mld_v1reports',
  'mld_v2reports',
  'mld_parse_errors',
] as const;
export type McastStatistic = (typeof MCAST_STATISTICS)[number];
export type McastDirection = 'rx' | 'tx';
export type McastStatistics = Map<`${McastStatistic} ${McastDirection}`, number>;

/** Of one family of a bridge. */
export interface FamilyState {
  /** bridge_mcast_other_query: as long as it is pending somebody else is the querier. */
  readonly otherQuerier: Timer;
  /** Until then members may not have answered yet, and groups are flooded. */
  readonly answers: Timer;
  readonly ownQuery: Timer;
  startupSent: number;
  /** As long as it is pending a router is behind the bridge itself. */
  readonly hostRouter: Timer;
  /** Of the querier that was chosen; empty: none yet. */
  querierAddress: string;
  /** Behind which it is; undefined: the bridge itself, or nobody. */
  querierPort: BridgePort | undefined;
}

/** Of one family of a port. */
export interface PortFamilyState {
  isRouter: boolean;
  readonly router: Timer;
  readonly ownQuery: Timer;
  startupSent: number;
}

export interface MulticastIntervals {
  lastMember: Nanoseconds;
  membership: Nanoseconds;
  querier: Nanoseconds;
  query: Nanoseconds;
  queryResponse: Nanoseconds;
  startupQuery: Nanoseconds;
}

/** struct net_bridge_mcast: by what a bridge snoops and asks, as a whole or in one of its VLANs. */
export interface BridgeContext {
  readonly bridge: Bridge;
  /** 0: of the whole bridge. */
  readonly vid: Vid | 0;
  /** BR_VLFLAG_GLOBAL_MCAST_ENABLED: the user wants snooping in the VLAN. */
  snoops: boolean;
  /** BR_VLFLAG_MCAST_ENABLED: the VLAN is snooped in by this context now. */
  isOn: boolean;
  readonly families: Readonly<Record<Family, FamilyState>>;
  readonly intervals: MulticastIntervals;
  /** MDB_RTR_TYPE_* of the bridge itself. */
  router: number;
  querier: boolean;
  lastMemberCount: number;
  startupQueryCount: number;
  igmpVersion: number;
  mldVersion: number;
}

export interface BridgeMulticast extends BridgeContext {
  readonly groups: GroupTable;
  readonly statistics: McastStatistics;
  queryUsesAddress: boolean;
  hashMax: number;
  countsMessages: boolean;
}

/** struct net_bridge_mcast_port: of a port, as a whole or in one of its VLANs. */
export interface PortContext {
  readonly port: BridgePort;
  /** 0: of the whole port. */
  readonly vid: Vid | 0;
  /** BR_VLFLAG_MCAST_ENABLED. */
  isOn: boolean;
  readonly families: Readonly<Record<Family, PortFamilyState>>;
  /** MDB_RTR_TYPE_*. */
  router: number;
  /** IFLA_BRPORT_MCAST_N_GROUPS, and the most that there may be; 0: any number. */
  groupCount: number;
  maxGroups: number;
}

export interface PortMulticast extends PortContext {
  readonly statistics: McastStatistics;
  /** IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT, IFLA_BRPORT_MCAST_EHT_HOSTS_CNT: hosts that are tracked, of all groups. */
  hostsLimit: number;
  hosts: number;
}

const SECOND = 1_000_000_000n;

/** What happens when the timers of a bridge run out. */
export interface BridgeTimers {
  querierGone(family: Family): void;
  ownQuery(family: Family): void;
  hostRouterGone(): void;
}

/** br_multicast_ctx_init(); `bridge`: the one that it is made for, once it is there. */
export function newBridgeContext(at: At, timers: BridgeTimers, bridge: () => Bridge, vid: Vid | 0): BridgeContext {
  const family = (name: Family): FamilyState => ({
    otherQuerier: new Timer(at, () => timers.querierGone(name)),
    answers: new Timer(at, () => undefined),
    ownQuery: new Timer(at, () => timers.ownQuery(name)),
    hostRouter: new Timer(at, () => timers.hostRouterGone()),
    startupSent: 0,
    querierAddress: '',
    querierPort: undefined,
  });
  return {
    get bridge() {
      return bridge();
    },
    vid,
    snoops: true,
    isOn: vid === 0,
    families: { ipv4: family('ipv4'), ipv6: family('ipv6') },
    intervals: {
      lastMember: SECOND,
      membership: 260n * SECOND,
      querier: 255n * SECOND,
      query: 125n * SECOND,
      queryResponse: 10n * SECOND,
      startupQuery: (125n * SECOND) / 4n,
    },
    router: MDB_RTR_TYPE_TEMP_QUERY,
    querier: false,
    lastMemberCount: 2,
    startupQueryCount: 2,
    igmpVersion: 2,
    mldVersion: 1,
  };
}

export const newBridgeMulticast = (at: At, timers: BridgeTimers, bridge: () => Bridge): BridgeMulticast =>
  Object.assign(newBridgeContext(at, timers, bridge, 0), {
    groups: new GroupTable(),
    statistics: new Map(),
    queryUsesAddress: false,
    hashMax: 4096,
    countsMessages: false,
  });

export interface PortTimers {
  routerGone(family: Family): void;
  ownQuery(family: Family): void;
}

/** br_multicast_port_ctx_init(). */
export function newPortContext(at: At, timers: PortTimers, port: () => BridgePort, vid: Vid | 0): PortContext {
  const family = (name: Family): PortFamilyState => ({
    isRouter: false,
    router: new Timer(at, () => timers.routerGone(name)),
    ownQuery: new Timer(at, () => timers.ownQuery(name)),
    startupSent: 0,
  });
  return {
    get port() {
      return port();
    },
    vid,
    isOn: vid === 0,
    families: { ipv4: family('ipv4'), ipv6: family('ipv6') },
    router: MDB_RTR_TYPE_TEMP_QUERY,
    groupCount: 0,
    maxGroups: 0,
  };
}

export const newPortMulticast = (at: At, timers: PortTimers, port: () => BridgePort): PortMulticast =>
  Object.assign(newPortContext(at, timers, port, 0), {
    statistics: new Map(),
    hostsLimit: DEFAULT_HOSTS_LIMIT,
    hosts: 0,
  });

/** br_multicast_should_handle_mode(): the version of this family has sources. */
export const handlesSources = ({ igmpVersion, mldVersion }: BridgeContext, protocol: Family | 'mac'): boolean =>
  (protocol === 'ipv4' && igmpVersion === 3) || (protocol === 'ipv6' && mldVersion === 2);
