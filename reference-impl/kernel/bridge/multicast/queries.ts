/** Who asks for members, and where routers are: the querier part of net/bridge/br_multicast.c. */
import { parseIpv4, parseIpv6 } from '../../../packet/addresses.js';
import { isUp } from '../../netDevice.js';
import { BR_STATE_BLOCKING, BR_STATE_DISABLED, type Bridge, type BridgePort } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import type { PortGroup } from './groupTable.js';
import { countMessage } from './multicastCounters.js';
import {
  FAMILIES,
  MDB_RTR_TYPE_DISABLED,
  MDB_RTR_TYPE_PERM,
  MDB_RTR_TYPE_TEMP,
  MDB_RTR_TYPE_TEMP_QUERY,
  handlesSources,
  type Family,
} from './multicastState.js';
import { queryFrame, type Query } from './queryFrames.js';
import { setSourceTimer } from './sources.js';

const isAsking = ({ multicast }: Bridge, family: Family): boolean =>
  multicast.querier && !multicast.families[family].otherQuerier.isPending;

/** br_multicast_lmqt(). */
const lastMemberTime = ({ multicast }: Bridge): bigint =>
  multicast.intervals.lastMember * BigInt(multicast.lastMemberCount);

/** __br_multicast_send_query(): out of the port, or to the host itself. */
function send(
  events: BridgeEvents,
  bridge: Bridge,
  port: BridgePort | null,
  query: Pick<Query, 'family'> & Partial<Query>,
): void {
  if (!isUp(bridge.netDevice) || port?.state === BR_STATE_DISABLED) return;
  const { parts } = events.multicast;
  const whole = { group: '', toGroup: false, suppress: false, sources: [], ttl: parts.queryTtl, ...query };
  const bytes = queryFrame(bridge, whole);
  if (port !== null) {
    countMessage(events, bridge, port, bytes, 'tx');
    events.transmit(port.netDevice, { bytes, checksum: { kind: 'none' } });
    return;
  }
  bridge.multicast.families[query.family].querierAddress = query.family === 'ipv4' ? '0.0.0.0' : '::';
  countMessage(events, bridge, null, bytes, 'rx');
}

/** br_multicast_send_query(). */
export function sendOwnQuery(events: BridgeEvents, bridge: Bridge, port: BridgePort | null, family: Family): void {
  const { multicast } = bridge;
  if (!multicast.querier || !bridge.multicastSnooping || multicast.families[family].otherQuerier.isPending) return;
  if (!isUp(bridge.netDevice)) return;
  const state = port === null ? multicast.families[family] : port.multicast.families[family];
  const wanted = events.multicast.parts.startupQueries(multicast.startupQueryCount);
  if (state.startupSent < wanted) state.startupSent++;
  send(events, bridge, port, { family });
  const { startupQuery, query } = multicast.intervals;
  state.ownQuery.set(events.now() + (state.startupSent < wanted ? startupQuery : query));
}

/** br_multicast_port_query_expired(). */
export function portQueryDue(events: BridgeEvents, port: BridgePort, family: Family): void {
  if (port.state === BR_STATE_DISABLED || port.state === BR_STATE_BLOCKING) return;
  sendOwnQuery(events, port.bridge, port, family);
}

/** __br_multicast_open() and __br_multicast_open_query(). */
export function openQueries(events: BridgeEvents, bridge: Bridge, families: readonly Family[] = FAMILIES): void {
  for (const family of families) {
    const state = bridge.multicast.families[family];
    state.startupSent = 0;
    if (bridge.multicastSnooping) state.ownQuery.set(events.now());
  }
}

/** br_multicast_enable(). */
function enableQueries(events: BridgeEvents, port: BridgePort, family: Family): void {
  const state = port.multicast.families[family];
  state.startupSent = 0;
  state.ownQuery.set(events.now());
}

/** br_multicast_start_querier(). */
export function startQuerier(events: BridgeEvents, bridge: Bridge, family: Family): void {
  openQueries(events, bridge, [family]);
  for (const port of bridge.ports.values())
    if (port.state !== BR_STATE_DISABLED && port.state !== BR_STATE_BLOCKING) enableQueries(events, port, family);
}

/** br_multicast_querier_expired(): the other querier is gone, and the bridge asks itself. */
export function querierGone(events: BridgeEvents, bridge: Bridge, family: Family): void {
  if (!isUp(bridge.netDevice) || !bridge.multicastSnooping || !events.multicast.parts.takesOver) return;
  startQuerier(events, bridge, family);
}

/** br_multicast_set_querier(). */
export function setQuerier(events: BridgeEvents, bridge: Bridge, on: boolean): void {
  const { multicast } = bridge;
  if (multicast.querier === on) return;
  multicast.querier = on;
  if (!on) return;
  for (const family of FAMILIES) {
    const { otherQuerier, answers } = multicast.families[family];
    if (!otherQuerier.isPending) answers.set(events.now() + multicast.intervals.queryResponse);
    startQuerier(events, bridge, family);
  }
}

/** __br_multicast_enable_port_ctx(). */
export function enablePort(events: BridgeEvents, port: BridgePort): void {
  if (!port.bridge.multicastSnooping || !isUp(port.bridge.netDevice)) return;
  for (const family of FAMILIES) {
    enableQueries(events, port, family);
    if (port.multicast.router === MDB_RTR_TYPE_PERM) addRouter(events, port, family);
  }
}

/** __br_multicast_disable_port_ctx(), without the groups. */
export function disablePort(events: BridgeEvents, port: BridgePort): void {
  const wasRouter = isRouterPort(port);
  for (const family of FAMILIES) {
    const state = port.multicast.families[family];
    state.isRouter = false;
    state.router.stop();
    state.ownQuery.stop();
  }
  if (wasRouter) routerGone(events, port);
}

// Queries for one group.

/** The query that br_multicast_leave_group() sends. */
export function sendLeaveQuery(events: BridgeEvents, bridge: Bridge, port: BridgePort | null, group: Query): void {
  if (events.multicast.parts.asksLastMember) send(events, bridge, port, group);
}

const groupQuery = ({ entry }: PortGroup): Pick<Query, 'family' | 'group' | 'toGroup'> => ({
  family: entry.address.protocol as Family,
  group: entry.address.address,
  toGroup: true,
});

/** Sources whose queries are left, and which of them; nothing is sent if there are none. */
function sendSourceQuery(events: BridgeEvents, group: PortGroup, which: 'late' | 'early'): boolean {
  const { bridge } = group.entry;
  const end = events.now() + lastMemberTime(bridge);
  const isWanted = (expires: bigint | undefined): boolean => (expires ?? 0n) > end === (which === 'late');
  const sources = group.sources.filter(({ timer, queriesLeft }) => queriesLeft > 0 && isWanted(timer.expires));
  if (sources.length === 0) return false;
  for (const source of sources) source.queriesLeft--;
  const addresses = sources.map(({ address }) => address);
  send(events, bridge, group.port, { ...groupQuery(group), sources: addresses, suppress: which === 'late' });
  return sources.some(({ queriesLeft }) => queriesLeft > 0);
}

/** __grp_src_query_marked_and_rexmit(): sources that nobody may want any more end soon, unless somebody answers. */
export function queryMarkedSources(events: BridgeEvents, group: PortGroup): void {
  const { bridge, address } = group.entry;
  if (!isUp(bridge.netDevice) || !bridge.multicastSnooping) return;
  const end = events.now() + lastMemberTime(bridge);
  const asks = isAsking(bridge, address.protocol as Family);
  for (const source of [...group.sources]) {
    if (!source.isToQuery) continue;
    source.isToQuery = false;
    if ((source.timer.expires ?? 0n) <= end) continue;
    if (asks) source.queriesLeft = bridge.multicast.lastMemberCount;
    setSourceTimer(events, group, source, end);
  }
  if (!asks) return;
  sendSourceQuery(events, group, 'late');
  sendSourceQuery(events, group, 'early');
  group.queryTimer.setEarlier(events.now() + bridge.multicast.intervals.lastMember);
}

/** __grp_send_query_and_rexmit(). */
export function queryGroup(events: BridgeEvents, group: PortGroup): void {
  const { bridge, address } = group.entry;
  if (!isUp(bridge.netDevice) || !bridge.multicastSnooping) return;
  if (isAsking(bridge, address.protocol as Family)) {
    group.queriesLeft = bridge.multicast.lastMemberCount - 1;
    send(events, bridge, group.port, groupQuery(group));
    group.queryTimer.setEarlier(events.now() + bridge.multicast.intervals.lastMember);
  }
  if (group.mode === 'exclude') group.timer.setEarlier(events.now() + lastMemberTime(bridge));
}

/** br_multicast_port_group_rexmit(). */
export function retransmitGroupQuery(events: BridgeEvents, group: PortGroup): void {
  const { bridge, address } = group.entry;
  const family = address.protocol as Family;
  if (!isUp(bridge.netDevice) || group.isGone || !bridge.multicastSnooping || !isAsking(bridge, family)) return;
  if (group.queriesLeft > 0) {
    group.queriesLeft--;
    send(events, bridge, group.port, { ...groupQuery(group), suppress: true });
  }
  const isMore = handlesSources(bridge.multicast, family) && sendSourceQuery(events, group, 'early');
  if (group.queriesLeft > 0 || isMore) group.queryTimer.set(events.now() + bridge.multicast.intervals.lastMember);
}

// Queries of others, and routers.

/** br_ip4_multicast_query_received(): who asks with the lowest address is the querier, and behind its port is a router. */
export function queryReceived(
  events: BridgeEvents,
  bridge: Bridge,
  port: BridgePort | null,
  family: Family,
  from: string,
  answerTime: bigint,
): void {
  const state = bridge.multicast.families[family];
  if (!isChosen(events, bridge, family, from)) return;
  state.querierAddress = from;
  if (!state.otherQuerier.isPending) state.answers.set(events.now() + answerTime);
  state.otherQuerier.set(events.now() + bridge.multicast.intervals.querier);
  markRouter(events, bridge, port, family);
}

/** br_multicast_select_querier(). */
function isChosen({ multicast: { parts } }: BridgeEvents, bridge: Bridge, family: Family, from: string): boolean {
  const { querierAddress, ownQuery, otherQuerier } = bridge.multicast.families[family];
  const isUnset = querierAddress === '' || querierAddress === '0.0.0.0';
  if (family === 'ipv4' && isUnset) return true;
  const isLower = querierAddress !== '' && compareAddresses(family, from, querierAddress) <= 0;
  if (isLower && parts.yieldsToLower) return true;
  return !ownQuery.isPending && !otherQuerier.isPending;
}

function compareAddresses(family: Family, a: string, b: string): number {
  const parse = family === 'ipv4' ? parseIpv4 : parseIpv6;
  const [left, right] = [parse(a), parse(b)];
  for (const [index, byte] of left.entries()) if (byte !== right[index]) return byte - (right[index] ?? 0);
  return 0;
}

/** br_multicast_mark_router(). */
export function markRouter(events: BridgeEvents, bridge: Bridge, port: BridgePort | null, family: Family): void {
  const { parts } = events.multicast;
  if (!isUp(bridge.netDevice) || port?.state === BR_STATE_DISABLED) return;
  const end = parts.routerEnd(events.now() + bridge.multicast.intervals.querier);
  if (port === null) {
    if (bridge.multicast.router !== MDB_RTR_TYPE_TEMP_QUERY) return;
    if (!isHostRouter(bridge)) events.multicast.hostRouterChanged(bridge, true);
    bridge.multicast.families[family].hostRouter.set(end);
    return;
  }
  const { router } = port.multicast;
  if ((router === MDB_RTR_TYPE_DISABLED && parts.disabledRouter) || router === MDB_RTR_TYPE_PERM) return;
  if (!parts.learnsRouter(port)) return;
  addRouter(events, port, family);
  port.multicast.families[family].router.set(end);
}

/** br_multicast_is_router(). */
export function isHostRouter({ multicast }: Bridge, family?: Family): boolean {
  if (multicast.router === MDB_RTR_TYPE_PERM) return true;
  if (multicast.router !== MDB_RTR_TYPE_TEMP_QUERY) return false;
  const families = family === undefined ? FAMILIES : [family];
  return families.some((each) => multicast.families[each].hostRouter.isPending);
}

export const isRouterPort = ({ multicast }: BridgePort): boolean =>
  FAMILIES.some((family) => multicast.families[family].isRouter);

function addRouter(events: BridgeEvents, port: BridgePort, family: Family): void {
  if (port.multicast.families[family].isRouter) return;
  const wasRouter = isRouterPort(port);
  port.multicast.families[family].isRouter = true;
  if (!wasRouter) events.multicast.routerChanged(port, true);
}

/** br_multicast_rport_del_notify(): it is no router for any family any more. */
function routerGone(events: BridgeEvents, port: BridgePort): void {
  events.multicast.routerChanged(port, false);
  if (port.multicast.router === MDB_RTR_TYPE_TEMP) port.multicast.router = MDB_RTR_TYPE_TEMP_QUERY;
}

/** br_multicast_router_expired(). */
export function routerExpired(events: BridgeEvents, port: BridgePort, family: Family): void {
  const { router } = port.multicast;
  if (router === MDB_RTR_TYPE_DISABLED || router === MDB_RTR_TYPE_PERM) return;
  forgetRouter(events, port, [family]);
}

function forgetRouter(events: BridgeEvents, port: BridgePort, families: readonly Family[]): void {
  const wasRouter = isRouterPort(port);
  for (const family of families) port.multicast.families[family].isRouter = false;
  if (wasRouter && !isRouterPort(port)) routerGone(events, port);
}

/** br_multicast_set_port_router(). */
export function setPortRouter(events: BridgeEvents, port: BridgePort, router: number): boolean {
  if (router > MDB_RTR_TYPE_TEMP) return false;
  const end = events.now() + port.bridge.multicast.intervals.querier;
  if (port.multicast.router === router) {
    if (router === MDB_RTR_TYPE_TEMP) for (const family of FAMILIES) port.multicast.families[family].router.set(end);
    return true;
  }
  port.multicast.router = router;
  if (router !== MDB_RTR_TYPE_TEMP_QUERY && router !== MDB_RTR_TYPE_TEMP)
    for (const family of FAMILIES) port.multicast.families[family].router.stop();
  if (router === MDB_RTR_TYPE_DISABLED || router === MDB_RTR_TYPE_TEMP_QUERY) forgetRouter(events, port, FAMILIES);
  else if (router === MDB_RTR_TYPE_TEMP) for (const family of FAMILIES) markRouter(events, port.bridge, port, family);
  else if (events.multicast.parts.permanentRouter) for (const family of FAMILIES) addRouter(events, port, family);
  return true;
}

/** br_multicast_set_router(). */
export function setBridgeRouter(events: BridgeEvents, bridge: Bridge, router: number): boolean {
  if (router > MDB_RTR_TYPE_PERM) return false;
  const { multicast } = bridge;
  const isChange = multicast.router !== router;
  multicast.router = router;
  if (router !== MDB_RTR_TYPE_TEMP_QUERY) for (const family of FAMILIES) multicast.families[family].hostRouter.stop();
  if (router !== MDB_RTR_TYPE_TEMP_QUERY || isChange)
    events.multicast.hostRouterChanged(bridge, router === MDB_RTR_TYPE_PERM);
  return true;
}
