/** Rules of multicast in the bridge that a seeded defect may replace, one at a time. */
import type { Nanoseconds } from '../../../../harness/contract/index.js';
import type { BridgePort } from '../bridge.js';
import type { PortContext } from './multicastState.js';
import type { PortGroup } from './groupTable.js';
import { CONFORMING_VLAN_SNOOPING, type VlanSnoopingParts } from './vlanSnoopingParts.js';
import type { RecordType } from './sources.js';

/** Checks of a request for a group, by what they refuse. */
export type GroupCheck =
  | 'not-multicast'
  | 'local-multicast'
  | 'vid'
  | 'bridge-down'
  | 'snooping-off'
  | 'foreign-port'
  | 'temporary-mac'
  | 'disabled-port'
  | 'host-flags'
  | 'exists'
  | 'missing';

export interface MulticastParts {
  /** Whether a request that this check refuses is refused. */
  readonly refuses: (check: GroupCheck) => boolean;
  /** Whether a change of the table is told to who listens. */
  readonly tells: (change: 'new' | 'del') => boolean;
  /** br_mdb_fill_info(): the state and the VID that a dump tells. */
  readonly toldState: (state: number) => number;
  readonly replaces: boolean;
  /** br_mdb_flush_pgs(): whether a bulk deletion takes this one. */
  readonly bulkTakes: (isMeant: boolean) => boolean;
  readonly dumpsHost: boolean;
  /** The VID under which a group is kept. */
  readonly groupVid: (vid: number) => number;
  /** br_multicast_querier_exists(): whether groups are flooded as long as nobody asks for members. */
  readonly needsQuerier: (exists: boolean) => boolean;
  /** Until when answers to the first query are waited for. */
  readonly waitsForAnswers: boolean;
  readonly floodsLocal: boolean;
  readonly toHost: (isMember: boolean) => boolean;
  /** Version of reports and leaves that are understood. */
  readonly understands: (message: MessageKind) => boolean;
  readonly reportsToRouters: boolean;
  readonly ignoresBroken: boolean;
  readonly membershipEnd: (end: Nanoseconds) => Nanoseconds;
  readonly refreshes: boolean;
  readonly lastMemberTime: (time: Nanoseconds) => Nanoseconds;
  readonly fastLeaves: (port: BridgePort) => boolean;
  readonly asksLastMember: boolean;
  /** Whether a leave leaves alone what ends sooner anyway. */
  readonly leaveShortens: boolean;
  readonly appliesRecord: (type: RecordType) => boolean;
  readonly snoopsHost: boolean;
  /** Whether a query of another's for a group shortens memberships. */
  readonly lowersTimers: boolean;
  readonly sparesPermanent: boolean;
  readonly portDownForgets: boolean;
  readonly learnsRouter: (port: PortContext) => boolean;
  readonly routerEnd: (end: Nanoseconds) => Nanoseconds;
  readonly permanentRouter: boolean;
  readonly disabledRouter: boolean;
  readonly startupQueries: (count: number) => number;
  readonly queryTtl: number;
  readonly yieldsToLower: boolean;
  readonly takesOver: boolean;
  readonly limitsPort: (port: PortContext) => boolean;
  readonly switchesOffWhenFull: boolean;
  /** br_multicast_new_group(): whether one more group may be known. */
  readonly admitsGroup: (groups: number, most: number) => boolean;
  /** br_multicast_new_group_src(), PG_SRC_ENT_LIMIT: whether one more source may be kept. */
  readonly admitsSource: (sources: number, most: number) => boolean;
  /** br_multicast_new_group_src(): whether a source that nobody can have is left out. */
  readonly leavesOutNoSource: boolean;
  /** Whether hosts behind a port that lets them leave at once are told apart. */
  readonly tracksHosts: boolean;
  /** The address by which a host is known. */
  readonly trackedHost: (address: string) => string;
  /** Until when a host is believed. */
  readonly hostEnd: (end: Nanoseconds) => Nanoseconds;
  /** br_multicast_eht_hosts_over_limit(): whether one more host may be tracked. */
  readonly admitsHost: (hosts: number, most: number) => boolean;
  readonly blocks: (group: PortGroup) => boolean;
  readonly unicasts: (group: PortGroup) => boolean;
  readonly countsWhenOff: boolean;
  readonly counts: (direction: 'rx' | 'tx') => boolean;
  readonly countsErrors: boolean;
  readonly vlanCountsWhenOff: boolean;
  readonly vlanCountsHeader: boolean;
  /** Whether a VLAN that counts keeps its counters' owner. */
  readonly keepsVlanCounters: boolean;
  readonly vlanCountsPerPort: (perPort: boolean) => boolean;
  readonly vlan: VlanSnoopingParts;
}

export type MessageKind = 'igmp-v1' | 'igmp-v2' | 'igmp-v3' | 'igmp-leave' | 'mld-v1' | 'mld-v2' | 'mld-done';

export const CONFORMING_MULTICAST: MulticastParts = {
  refuses: () => true,
  tells: () => true,
  toldState: (state) => state,
  replaces: true,
  bulkTakes: (isMeant) => isMeant,
  dumpsHost: true,
  groupVid: (vid) => vid,
  needsQuerier: (exists) => exists,
  waitsForAnswers: true,
  floodsLocal: true,
  toHost: (isMember) => isMember,
  understands: () => true,
  reportsToRouters: true,
  ignoresBroken: true,
  membershipEnd: (end) => end,
  refreshes: true,
  lastMemberTime: (time) => time,
  fastLeaves: ({ flags }) => flags.fastLeave,
  asksLastMember: true,
  leaveShortens: true,
  appliesRecord: () => true,
  snoopsHost: true,
  lowersTimers: true,
  sparesPermanent: true,
  portDownForgets: true,
  learnsRouter: () => true,
  routerEnd: (end) => end,
  permanentRouter: true,
  disabledRouter: true,
  startupQueries: (count) => count,
  queryTtl: 1,
  yieldsToLower: true,
  takesOver: true,
  limitsPort: ({ maxGroups, groupCount }) => maxGroups > 0 && groupCount >= maxGroups,
  switchesOffWhenFull: true,
  admitsGroup: (groups, most) => groups < most,
  admitsSource: (sources, most) => sources < most,
  leavesOutNoSource: true,
  tracksHosts: true,
  trackedHost: (address) => address,
  hostEnd: (end) => end,
  admitsHost: (hosts, most) => hosts < most,
  blocks: ({ isBlocked }) => isBlocked,
  unicasts: ({ port }) => port.flags.multicastToUnicast,
  countsWhenOff: false,
  counts: () => true,
  countsErrors: true,
  vlanCountsWhenOff: false,
  vlanCountsHeader: false,
  keepsVlanCounters: true,
  vlanCountsPerPort: (perPort) => perPort,
  vlan: CONFORMING_VLAN_SNOOPING,
};
