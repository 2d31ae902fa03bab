import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from '../../netlink/families/routing.js';
import type { NetDevice } from '../netDevice.js';
import type { Route } from '../routing/route.js';

/** Rules of IPv6 in the router that a seeded defect may replace, one at a time. */
export interface Routing6Parts {
  // Settings.
  /** Whether packets are forwarded only while the row `all` says so (ip6_forward()). */
  readonly forwardsOnlyWhenAsked: boolean;
  /** Whether IPv6 that is switched off at a net device takes its addresses along. */
  readonly removesWhenDisabled: boolean;
  readonly stopsBelowMinimum: boolean;
  /** Whether a setting of all is that of each. */
  readonly allMeansEach: boolean;
  readonly boundsHopLimit: boolean;
  /** Whether the router takes what comes in at a net device. */
  readonly routesFor: (netDevice: NetDevice) => boolean;
  // Addresses.
  readonly makesLinkLocal: boolean;
  readonly losesAddressesWhenDown: boolean;
  readonly addsLocal: boolean;
  readonly addsConnected: boolean;
  readonly addsAnycast: boolean;
  readonly removesConnected: boolean;
  /** Whether an address that is being examined is not used yet. */
  readonly waitsForExamination: boolean;
  readonly examines: boolean;
  readonly noticesDuplicate: boolean;
  readonly expires: boolean;
  readonly refusesSecondAddress: boolean;
  readonly refusesLongPreference: boolean;
  readonly movesConnected: boolean;
  // Routes.
  readonly rules: (vrfTable: number | undefined) => readonly number[];
  readonly matching: (sound: Iterable<Route>, address: Uint8Array) => Iterable<Route>;
  readonly metric: (asked: number) => number;
  readonly goesBefore: (own: number, other: number) => boolean;
  readonly honoursExclusive: boolean;
  readonly replaces: boolean;
  readonly needsCreate: boolean;
  /** Whether a route by another gateway becomes another way of the route that is there. */
  readonly joinsWays: boolean;
  readonly replacesAllWays: boolean;
  readonly refusesDeviceWays: boolean;
  readonly undoesHalfWays: boolean;
  readonly cutsHostBits: boolean;
  readonly refusesMissing: boolean;
  readonly comparesGateway: boolean;
  readonly deletesOneWay: boolean;
  readonly flushesDead: boolean;
  readonly announcesFlush: boolean;
  readonly announcesRoutes: boolean;
  readonly keepsRoutesOfPreferredSource: boolean;
  readonly checksGateway: boolean;
  readonly refusesOwnGateway: boolean;
  readonly needsDeviceOfLinkLocal: boolean;
  readonly refusesDisabledDevice: boolean;
  readonly refusesDownDevice: boolean;
  readonly refusesTos: boolean;
  readonly weight: (asked: number) => number;
  readonly marksLinkDown: boolean;
  readonly throwsOn: boolean;
  readonly lookupErrno: (errno: number) => number;
  readonly sparesDeadNexthops: boolean;
  readonly flowLabelCounts: boolean;
  readonly separatesTables: boolean;
  // Packets.
  readonly forwardsOwnFramesOnly: boolean;
  readonly hopLimitAfter: (hopLimit: number) => number;
  /** ip6_dst_hoplimit(): of packets of the router's own, by the setting. */
  readonly ownHopLimit: (setting: number) => number;
  readonly exceeded: (hopLimit: number) => boolean;
  readonly reportsExceeded: boolean;
  readonly reportsTooBig: boolean;
  readonly reportedMtu: (mtu: number) => number;
  /** Whether a packet that is too long is cut, as a router of IPv4 does. */
  readonly fragments: boolean;
  readonly sparesLinkLocal: boolean;
  readonly reportsScope: boolean;
  readonly checksLength: boolean;
  readonly refusesLoopback: boolean;
  readonly refusesGroupSource: boolean;
  readonly looksAtHopByHop: boolean;
  readonly passesHopByHop: boolean;
  readonly sparesGroupsOfOthers: boolean;
  readonly refusesSourceRoute: boolean;
  // ICMPv6.
  readonly unreachableCode: (code: number) => number;
  readonly quoted: (sound: number) => number;
  readonly sparesErrors: boolean;
  readonly sparesGroups: boolean;
  readonly sparesUnspecified: boolean;
  readonly answersEcho: boolean;
  readonly reportsUnknownHeader: boolean;
  // Neighbour discovery.
  readonly requiresHopLimit255: boolean;
  readonly solicitsGroup: (group: Uint8Array, target: Uint8Array) => Uint8Array;
  readonly saysOwnStation: boolean;
  /** ndisc_allow_add(): whether a net device without IPv6 takes no neighbours. */
  readonly neighboursNeedIpv6: boolean;
  readonly routerFlag: (forwards: boolean) => boolean;
  readonly overrideFlag: (sound: boolean) => boolean;
  readonly answersOnlyForOwn: boolean;
  readonly honoursOverride: boolean;
  readonly learnsFromSolicitations: boolean;
  readonly learnsUnasked: boolean;
  readonly notesRouters: boolean;
  readonly answersExamination: boolean;
  readonly checksOptions: boolean;
  readonly flushesNeighbours: boolean;
  readonly mostQueued: number;
  readonly probes: number;
  readonly usesPermanent: boolean;
  readonly reportsFailure: boolean;
  readonly neighbourNeedsCreate: boolean;
  readonly neighbourHonoursExclusive: boolean;
  readonly neighbourReplaces: boolean;
  readonly deletesNeighbours: boolean;
  readonly missingNeighbourIsError: boolean;
  readonly announcesNeighbours: boolean;
  // Hardware.
  readonly marksOffload: boolean;
}

/** As for IPv4: unres_qlen_bytes by what a frame takes of memory. */
const QUEUED = 101;
/** IP6_RT_PRIO_USER. */
const USER_METRIC = 1024;

export const CONFORMING_ROUTING6: Routing6Parts = {
  forwardsOnlyWhenAsked: true,
  removesWhenDisabled: true,
  stopsBelowMinimum: true,
  allMeansEach: true,
  boundsHopLimit: true,
  routesFor: () => true,
  makesLinkLocal: true,
  losesAddressesWhenDown: true,
  addsLocal: true,
  addsConnected: true,
  addsAnycast: true,
  removesConnected: true,
  waitsForExamination: true,
  examines: true,
  noticesDuplicate: true,
  expires: true,
  refusesSecondAddress: true,
  refusesLongPreference: true,
  movesConnected: true,
  rules: (vrfTable) => [RT_TABLE_LOCAL, ...(vrfTable === undefined ? [] : [vrfTable]), RT_TABLE_MAIN],
  matching: (sound) => sound,
  metric: (asked) => (asked === 0 ? USER_METRIC : asked),
  goesBefore: (own, other) => other > own,
  honoursExclusive: true,
  replaces: true,
  needsCreate: true,
  joinsWays: true,
  replacesAllWays: true,
  refusesDeviceWays: true,
  undoesHalfWays: true,
  cutsHostBits: true,
  refusesMissing: true,
  comparesGateway: true,
  deletesOneWay: true,
  flushesDead: true,
  announcesFlush: true,
  announcesRoutes: true,
  keepsRoutesOfPreferredSource: true,
  checksGateway: true,
  refusesOwnGateway: true,
  needsDeviceOfLinkLocal: true,
  refusesDisabledDevice: true,
  refusesDownDevice: true,
  refusesTos: true,
  weight: (asked) => asked,
  marksLinkDown: true,
  throwsOn: true,
  lookupErrno: (errno) => errno,
  sparesDeadNexthops: true,
  flowLabelCounts: true,
  separatesTables: true,
  forwardsOwnFramesOnly: true,
  hopLimitAfter: (hopLimit) => hopLimit - 1,
  ownHopLimit: (setting) => setting,
  exceeded: (hopLimit) => hopLimit <= 1,
  reportsExceeded: true,
  reportsTooBig: true,
  reportedMtu: (mtu) => mtu,
  fragments: false,
  sparesLinkLocal: true,
  reportsScope: true,
  checksLength: true,
  refusesLoopback: true,
  refusesGroupSource: true,
  looksAtHopByHop: true,
  passesHopByHop: true,
  sparesGroupsOfOthers: true,
  refusesSourceRoute: true,
  unreachableCode: (code) => code,
  quoted: (sound) => sound,
  sparesErrors: true,
  sparesGroups: true,
  sparesUnspecified: true,
  answersEcho: true,
  reportsUnknownHeader: true,
  requiresHopLimit255: true,
  solicitsGroup: (group) => group,
  saysOwnStation: true,
  neighboursNeedIpv6: true,
  routerFlag: (forwards) => forwards,
  overrideFlag: (sound) => sound,
  answersOnlyForOwn: true,
  honoursOverride: true,
  learnsFromSolicitations: true,
  learnsUnasked: false,
  notesRouters: true,
  answersExamination: true,
  checksOptions: true,
  flushesNeighbours: true,
  mostQueued: QUEUED,
  probes: 3,
  usesPermanent: true,
  reportsFailure: true,
  neighbourNeedsCreate: true,
  neighbourHonoursExclusive: true,
  neighbourReplaces: true,
  deletesNeighbours: true,
  missingNeighbourIsError: true,
  announcesNeighbours: true,
  marksOffload: true,
};
