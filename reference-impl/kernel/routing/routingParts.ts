import {
  RTN_BLACKHOLE,
  RTN_UNREACHABLE,
  RT_TABLE_DEFAULT,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from '../../netlink/families/routing.js';
import { IFA_F_SECONDARY } from '../../netlink/families/rtnetlink.js';
import type { NetDevice, ProtocolAddress } from '../netDevice.js';
import type { Unroutable } from './fib.js';
import type { Route } from './route.js';

/** Rules of the router that a seeded defect may replace, one at a time. */
export interface RoutingParts {
  // Routes.
  /** Tables that a lookup asks, in order. */
  readonly rules: (vrfTable: number | undefined) => readonly number[];
  /** Routes whose prefix an address has, the one that counts first. */
  readonly matching: (sound: Iterable<Route>, address: Uint8Array) => Iterable<Route>;
  /** Whether RTN_THROW sends the lookup to the next table. */
  readonly throwsOn: boolean;
  /** What a route without nexthops answers. */
  readonly refusalOf: (type: number) => Unroutable;
  readonly honoursExclusive: boolean;
  readonly needsCreate: boolean;
  readonly honoursAppend: boolean;
  readonly replaces: boolean;
  /** Whether routes that lost their last nexthop go. */
  readonly flushesDead: boolean;
  readonly marksLinkDown: boolean;
  readonly revivesNexthops: boolean;
  /** fib_add_ifaddr(): the route of the network, that of the address, and that of its broadcast address. */
  readonly addsConnected: boolean;
  readonly addsLocal: boolean;
  /** Whether an address makes the route to its network; `all`: every address of the net device. */
  readonly makesNetwork: (address: ProtocolAddress, all: readonly ProtocolAddress[]) => boolean;
  readonly addsBroadcast: boolean;
  /** Whether routes go with the address that made them. */
  readonly removesConnected: boolean;
  readonly refusesHostBits: boolean;
  /** fib_check_nh(): whether a gateway may be behind another gateway, or behind none that is known. */
  readonly findsGatewayAnywhere: boolean;
  /** What a lookup without a way is refused with. */
  readonly lookupErrno: (errno: number) => number;
  readonly refusesDownDevice: boolean;
  readonly refusesMissing: boolean;
  readonly refusesWayOfBlackhole: boolean;
  readonly announcesRoutes: boolean;
  readonly showsLongTables: boolean;
  /** Of a request to delete: whether it has to name the way that the route has. */
  readonly comparesGateway: boolean;
  /** Whether a route is put before one with this priority. */
  readonly goesBefore: (own: number, other: number) => boolean;
  // Nexthops of one route.
  readonly sparesDeadNexthops: boolean;
  readonly shownWeight: (weight: number) => number;
  /** Whether a route is made of the nexthops that can be, without the others. */
  readonly skipsUnsoundNexthops: boolean;
  // Packets.
  /** Whether the router takes what comes in at a net device. */
  readonly routesFor: (netDevice: NetDevice) => boolean;
  readonly forwardsOnlyWhenAsked: boolean;
  readonly forwardsOwnFramesOnly: boolean;
  readonly checksHeader: boolean;
  readonly checksLengths: boolean;
  readonly refusesMartianSource: boolean;
  readonly refusesMartianDestination: boolean;
  readonly refusesSourceRoute: boolean;
  readonly recordsRoute: boolean;
  readonly ttlAfter: (ttl: number) => number;
  readonly fixesChecksum: boolean;
  readonly expires: (ttl: number) => boolean;
  readonly sourceOf: (own: string, received: string) => string;
  readonly reportsExpiry: boolean;
  readonly fragments: boolean;
  readonly reportsTooBig: boolean;
  readonly reportedMtu: (mtu: number) => number;
  readonly fragmentLength: (room: number) => number;
  readonly marksMoreFragments: boolean;
  // ICMP.
  readonly quoted: (sound: number) => number;
  readonly unreachableCode: (code: number) => number;
  readonly sparesErrors: boolean;
  readonly sparesFragments: boolean;
  readonly sparesGroups: boolean;
  readonly answersEcho: boolean;
  readonly errorTtl: number;
  // Neighbours.
  readonly answersFor: (isOwn: boolean) => boolean;
  readonly asksByBroadcast: boolean;
  readonly mostQueued: number;
  readonly probes: number;
  readonly reportsFailure: boolean;
  readonly usesPermanent: boolean;
  readonly learnsFromRequests: boolean;
  readonly followsGratuitous: boolean;
  readonly learnsUnasked: boolean;
  readonly flushesNeighbours: boolean;
  readonly keepsPermanentWithoutCarrier: boolean;
  readonly neighbourNeedsCreate: boolean;
  readonly neighbourHonoursExclusive: boolean;
  readonly neighbourReplaces: boolean;
  readonly deletesNeighbours: boolean;
  readonly missingNeighbourIsError: boolean;
  readonly announcesNeighbours: boolean;
  // Hardware.
  readonly marksOffload: boolean;
  // VRF devices.
  readonly separatesTables: boolean;
  readonly requiresVrfTable: boolean;
  readonly movesConnected: boolean;
}

/** 512 frames of the shortest kind: unres_qlen_bytes (SK_WMEM_MAX) by what such a frame takes of memory. */
const QUEUED = 101;

export const CONFORMING_ROUTING: RoutingParts = {
  rules: (vrfTable) => [RT_TABLE_LOCAL, ...(vrfTable === undefined ? [] : [vrfTable]), RT_TABLE_MAIN, RT_TABLE_DEFAULT],
  matching: (sound) => sound,
  throwsOn: true,
  refusalOf: (type) => (type === RTN_BLACKHOLE ? 'blackhole' : type === RTN_UNREACHABLE ? 'unreachable' : 'prohibit'),
  honoursExclusive: true,
  needsCreate: true,
  honoursAppend: true,
  replaces: true,
  flushesDead: true,
  marksLinkDown: true,
  revivesNexthops: true,
  addsConnected: true,
  addsLocal: true,
  makesNetwork: ({ flags }) => (flags & IFA_F_SECONDARY) === 0,
  addsBroadcast: true,
  removesConnected: true,
  refusesHostBits: true,
  findsGatewayAnywhere: false,
  lookupErrno: (errno) => errno,
  refusesDownDevice: true,
  refusesMissing: true,
  refusesWayOfBlackhole: true,
  announcesRoutes: true,
  showsLongTables: true,
  comparesGateway: true,
  goesBefore: (own, other) => other >= own,
  sparesDeadNexthops: true,
  shownWeight: (weight) => weight,
  skipsUnsoundNexthops: false,
  routesFor: () => true,
  forwardsOnlyWhenAsked: true,
  forwardsOwnFramesOnly: true,
  checksHeader: true,
  checksLengths: true,
  refusesMartianSource: true,
  refusesMartianDestination: true,
  refusesSourceRoute: true,
  recordsRoute: true,
  ttlAfter: (ttl) => ttl - 1,
  fixesChecksum: true,
  expires: (ttl) => ttl <= 1,
  sourceOf: (own) => own,
  reportsExpiry: true,
  fragments: true,
  reportsTooBig: true,
  reportedMtu: (mtu) => mtu,
  fragmentLength: (room) => room & ~7,
  marksMoreFragments: true,
  quoted: (sound) => sound,
  unreachableCode: (code) => code,
  sparesErrors: true,
  sparesFragments: true,
  sparesGroups: true,
  answersEcho: true,
  errorTtl: 64,
  answersFor: (isOwn) => isOwn,
  asksByBroadcast: true,
  mostQueued: QUEUED,
  probes: 3,
  reportsFailure: true,
  usesPermanent: true,
  learnsFromRequests: true,
  followsGratuitous: true,
  learnsUnasked: false,
  flushesNeighbours: true,
  keepsPermanentWithoutCarrier: true,
  neighbourNeedsCreate: true,
  neighbourHonoursExclusive: true,
  neighbourReplaces: true,
  deletesNeighbours: true,
  missingNeighbourIsError: true,
  announcesNeighbours: true,
  marksOffload: true,
  separatesTables: true,
  requiresVrfTable: true,
  movesConnected: true,
};
