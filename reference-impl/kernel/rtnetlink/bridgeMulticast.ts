/** IFLA_BR_MCAST_*, IFLA_BRPORT_MCAST_* and the statistics of VLANs, among the settings of a bridge: net/bridge/br_netlink.c. */
import type { PlanRow } from '../../netlink/attributePlan.js';
import { numberIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import type { Bridge, BridgePort } from '../bridge/bridge.js';
import { setSnooping } from '../bridge/multicast/lifecycle.js';
import type { MulticastIntervals } from '../bridge/multicast/multicastState.js';
import { setBridgeRouter, setPortRouter, setQuerier } from '../bridge/multicast/queries.js';
import { EBUSY, EINVAL } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { refusal } from '../refusals.js';
import type { BridgeMember } from './bridgeLink.js';

const CLOCK_TICK = 10_000_000n;
const NANOSECONDS_PER_TICK = Number(CLOCK_TICK);
const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;
const RHT_ELASTICITY = 16;

const member = (
  attribute: string,
  change: (kernel: ReferenceKernel, bridge: Bridge, value: number) => Refusal | undefined,
): BridgeMember => ({
  attribute,
  change: async (kernel, bridge, data) => change(kernel, bridge, numberIn(data, attribute) ?? 0),
});

const plain = (attribute: string, set: (bridge: Bridge, value: number) => void): BridgeMember =>
  member(attribute, (_kernel, bridge, value) => {
    set(bridge, value);
    return undefined;
  });

const unless = (ok: boolean): Refusal | undefined => (ok ? undefined : refusal(EINVAL));

const interval = (attribute: string, name: keyof MulticastIntervals): BridgeMember =>
  plain(attribute, ({ multicast }, value) => void (multicast.intervals[name] = intervalOf(name, value)));

/** In hundredths of a second; br_multicast_set_query_intvl(): a second at least, a day at most. */
export function intervalOf(name: keyof MulticastIntervals, value: number): bigint {
  const time = BigInt(value) * CLOCK_TICK;
  const isBound = name === 'query' || name === 'startupQuery';
  return isBound ? (time < SECOND ? SECOND : time > DAY ? DAY : time) : time;
}

const INTERVALS = [
  ['IFLA_BR_MCAST_LAST_MEMBER_INTVL', 'lastMember'],
  ['IFLA_BR_MCAST_MEMBERSHIP_INTVL', 'membership'],
  ['IFLA_BR_MCAST_QUERIER_INTVL', 'querier'],
  ['IFLA_BR_MCAST_QUERY_INTVL', 'query'],
  ['IFLA_BR_MCAST_QUERY_RESPONSE_INTVL', 'queryResponse'],
  ['IFLA_BR_MCAST_STARTUP_QUERY_INTVL', 'startupQuery'],
] as const;

/** In the order of br_changelink(). */
export const MULTICAST_MEMBERS: readonly BridgeMember[] = [
  member('IFLA_BR_MCAST_ROUTER', ({ bridging }, bridge, value) =>
    unless(setBridgeRouter(bridging.events, bridge.multicast, value)),
  ),
  member('IFLA_BR_MCAST_SNOOPING', ({ bridging }, bridge, value) => {
    setSnooping(bridging.events, bridge, value !== 0);
    return undefined;
  }),
  plain('IFLA_BR_MCAST_QUERY_USE_IFADDR', ({ multicast }, value) => void (multicast.queryUsesAddress = value !== 0)),
  member('IFLA_BR_MCAST_QUERIER', ({ bridging }, bridge, value) => {
    setQuerier(bridging.events, bridge.multicast, value !== 0);
    return undefined;
  }),
  plain('IFLA_BR_MCAST_HASH_MAX', ({ multicast }, value) => void (multicast.hashMax = value)),
  plain('IFLA_BR_MCAST_LAST_MEMBER_CNT', ({ multicast }, value) => void (multicast.lastMemberCount = value)),
  plain('IFLA_BR_MCAST_STARTUP_QUERY_CNT', ({ multicast }, value) => void (multicast.startupQueryCount = value)),
  ...INTERVALS.map(([attribute, name]) => interval(attribute, name)),
  plain('IFLA_BR_MCAST_STATS_ENABLED', ({ multicast }, value) => void (multicast.countsMessages = value !== 0)),
  member('IFLA_BR_MCAST_IGMP_VERSION', (_kernel, { multicast }, value) => {
    if (value !== 2 && value !== 3) return refusal(EINVAL);
    multicast.igmpVersion = value;
    return undefined;
  }),
  member('IFLA_BR_MCAST_MLD_VERSION', (_kernel, { multicast }, value) => {
    if (value !== 1 && value !== 2) return refusal(EINVAL);
    multicast.mldVersion = value;
    return undefined;
  }),
  member('IFLA_BR_VLAN_STATS_ENABLED', (_kernel, { vlanStatistics }, value) => {
    if (value > 1) return refusal(EINVAL);
    vlanStatistics.isOn = value === 1;
    return undefined;
  }),
  member('IFLA_BR_VLAN_STATS_PER_PORT', ({ parts }, { vlanStatistics, ports }, value) => {
    // br_vlan_set_stats_per_port(): whose counters a VLAN has is decided when it is made.
    const isInVlan = [...ports.values()].some(({ vlans }) => vlans.members.size > 0);
    if (isInVlan && parts.multicast.keepsVlanCounters) return refusal(EBUSY);
    if (value > 1) return refusal(EINVAL);
    vlanStatistics.perPort = value === 1;
    return undefined;
  }),
];

/** br_setport(), its members of multicast. */
export function setPortMulticast(kernel: ReferenceKernel, port: BridgePort, values: Values): Refusal | undefined {
  const router = numberIn(values, 'IFLA_BRPORT_MULTICAST_ROUTER');
  if (router !== undefined && !setPortRouter(kernel.bridging.events, port.multicast, router)) return refusal(EINVAL);
  const hostsLimit = numberIn(values, 'IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT');
  // br_multicast_eht_set_hosts_limit().
  if (hostsLimit === 0) return refusal(EINVAL);
  port.multicast.hostsLimit = hostsLimit ?? port.multicast.hostsLimit;
  port.multicast.maxGroups = numberIn(values, 'IFLA_BRPORT_MCAST_MAX_GROUPS') ?? port.multicast.maxGroups;
  return undefined;
}

/** jiffies to clock_t; what is set in ticks is a whole number of them. */
export const ticks = (time: bigint): number => Math.floor(Number(time) / NANOSECONDS_PER_TICK);
const bit = (on: boolean): number => (on ? 1 : 0);

/** br_fill_info(), its members of multicast and of statistics. */
export const MULTICAST_ROWS: readonly PlanRow<Bridge>[] = [
  ['IFLA_BR_VLAN_STATS_ENABLED', ({ vlanStatistics }) => bit(vlanStatistics.isOn)],
  ['IFLA_BR_VLAN_STATS_PER_PORT', ({ vlanStatistics }) => bit(vlanStatistics.perPort)],
  ['IFLA_BR_MCAST_ROUTER', ({ multicast }) => multicast.router],
  ['IFLA_BR_MCAST_SNOOPING', ({ multicastSnooping }) => bit(multicastSnooping)],
  ['IFLA_BR_MCAST_QUERY_USE_IFADDR', ({ multicast }) => bit(multicast.queryUsesAddress)],
  ['IFLA_BR_MCAST_QUERIER', ({ multicast }) => bit(multicast.querier)],
  ['IFLA_BR_MCAST_STATS_ENABLED', ({ multicast }) => bit(multicast.countsMessages)],
  ['IFLA_BR_MCAST_HASH_ELASTICITY', () => RHT_ELASTICITY],
  ['IFLA_BR_MCAST_HASH_MAX', ({ multicast }) => multicast.hashMax],
  ['IFLA_BR_MCAST_LAST_MEMBER_CNT', ({ multicast }) => multicast.lastMemberCount],
  ['IFLA_BR_MCAST_STARTUP_QUERY_CNT', ({ multicast }) => multicast.startupQueryCount],
  ['IFLA_BR_MCAST_IGMP_VERSION', ({ multicast }) => multicast.igmpVersion],
  ['IFLA_BR_MCAST_MLD_VERSION', ({ multicast }) => multicast.mldVersion],
  ...INTERVALS.map(([attribute, name]): PlanRow<Bridge> => [
    attribute,
    ({ multicast }) => ticks(multicast.intervals[name]),
  ]),
];

/** br_port_fill_attrs(), its members of multicast. */
export const PORT_MULTICAST_ROWS: readonly PlanRow<BridgePort>[] = [
  ['IFLA_BRPORT_MULTICAST_ROUTER', ({ multicast }) => multicast.router],
  ['IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT', ({ multicast }) => multicast.hostsLimit],
  ['IFLA_BRPORT_MCAST_EHT_HOSTS_CNT', ({ multicast }) => multicast.hosts],
  ['IFLA_BRPORT_MCAST_N_GROUPS', ({ multicast }) => multicast.groupCount],
  ['IFLA_BRPORT_MCAST_MAX_GROUPS', ({ multicast }) => multicast.maxGroups],
];
