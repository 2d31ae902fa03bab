/** Who asks for members, and where routers are: the querier part of net/bridge/br_multicast.c. */
import type { TxFrame } from '../../frames.js';
import { parseIpv4, parseIpv6 } from '../../../packet/addresses.js';
import { isUp } from '../../netDevice.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { contextOfEntry, globalOf, isCurrent, isGloballyOff, isInUse, isStopped, portContextOf } from './contexts.js';
import type { PortGroup } from './groupTable.js';
import { countMessage } from './multicastCounters.js';
import {
  FAMILIES,
  MDB_RTR_TYPE_DISABLED,
  MDB_RTR_TYPE_PERM,
  MDB_RTR_TYPE_TEMP,
  MDB_RTR_TYPE_TEMP_QUERY,
  handlesSources,
  type BridgeContext,
  type Family,
  type PortContext,
} from './multicastState.js';
import { queryFrame, type Query } from './queryFrames.js';
import { setSourceTimer } from './sources.js';

const isAsking = ({ querier, families }: BridgeContext, family: Family): boolean =>
  querier && !families[family].otherQuerier.isPending;

/** br_multicast_lmqt(). */
const lastMemberTime = ({ intervals, lastMemberCount }: BridgeContext): bigint =>
  intervals.lastMember * BigInt(lastMemberCount);

/** __br_multicast_query_handle_vlan(): a query of a VLAN is tagged as its frames are. */
function tagOf({ multicast: { parts } }: BridgeEvents, { port, vid }: PortContext): Pick<TxFrame, 'vlan'> {
  const member = vid === 0 ? undefined : port.vlans.members.get(vid);
  if (member === undefined || member.untagged || !parts.vlan.tagsQueries) return {};
  return { vlan: { tpid: port.bridge.vlanProtocol, tci: vid } };
}

/** __br_multicast_send_query(): out of the port, or to the host itself. */
function send(
  events: BridgeEvents,
  context: BridgeContext,
  port: PortContext | null,
  query: Pick<Query, 'family'> & Partial<Query>,
): void {
  if (!isInUse(context, port) || !isCurrent(context)) return;
  const { parts } = events.multicast;
  const { bridge } = context;
  const whole = { group: '', toGroup: false, suppress: false, sources: [], ttl: parts.queryTtl, ...query };
  const bytes = queryFrame(context, whole);
  if (port !== null) {
    countMessage(events, bridge, port.port, bytes, 'tx');
    events.transmit(port.port.netDevice, { bytes, checksum: { kind: 'none' }, ...tagOf(events, port) });
    return;
  }
  context.families[query.family].querierAddress = query.family === 'ipv4' ? '0.0.0.0' : '::';
  countMessage(events, bridge, null, bytes, 'rx');
}

/** br_multicast_send_query(). */
export function sendOwnQuery(
  events: BridgeEvents,
  context: BridgeContext,
  port: PortContext | null,
  family: Family,
): void {
  const { bridge, families, intervals } = context;
  if (!context.querier || !bridge.multicastSnooping || families[family].otherQuerier.isPending) return;
  if (!isInUse(context, port)) return;
  const state = port === null ? families[family] : port.families[family];
  const wanted = events.multicast.parts.startupQueries(context.startupQueryCount);
  if (state.startupSent < wanted) state.startupSent++;
  if (port === null) families[family].querierPort = undefined;
  send(events, context, port, { family });
  const { startupQuery, query } = intervals;
  state.ownQuery.set(events.now() + (state.startupSent < wanted ? startupQuery : query));
}

/** br_multicast_port_query_expired(). */
export function portQueryDue(events: BridgeEvents, port: PortContext, family: Family): void {
  if (!isStopped(port)) sendOwnQuery(events, globalOf(port), port, family);
}

/** __br_multicast_open() and __br_multicast_open_query(). */
export function openQueries(
  events: BridgeEvents,
  { bridge, families }: BridgeContext,
  which: readonly Family[] = FAMILIES,
): void {
  for (const family of which) {
    const state = families[family];
    state.startupSent = 0;
    if (bridge.multicastSnooping) state.ownQuery.set(events.now());
  }
}

/** __br_multicast_stop(). */
export function stopQueries({ families }: BridgeContext): void {
  for (const family of FAMILIES) {
    const { otherQuerier, answers, ownQuery, hostRouter } = families[family];
    for (const timer of [otherQuerier, answers, ownQuery, hostRouter]) timer.stop();
  }
}

/** br_multicast_enable(). */
function enableQueries(events: BridgeEvents, port: PortContext, family: Family): void {
  const state = port.families[family];
  state.startupSent = 0;
  state.ownQuery.set(events.now());
}

/** br_multicast_start_querier(). */
export function startQuerier(events: BridgeEvents, context: BridgeContext, family: Family): void {
  if (!isCurrent(context)) return;
  openQueries(events, context, [family]);
  const { bridge, vid } = context;
  for (const port of bridge.ports.values()) {
    const own = vid === 0 ? port.multicast : port.vlans.members.get(vid)?.multicast;
    if (own !== undefined && !isStopped(port.multicast) && !isStopped(own)) enableQueries(events, own, family);
  }
}

/** br_multicast_querier_expired(): the other querier is gone, and the bridge asks itself. */
export function querierGone(events: BridgeEvents, context: BridgeContext, family: Family): void {
  const { bridge } = context;
  if (!isUp(bridge.netDevice) || isGloballyOff(context) || !bridge.multicastSnooping) return;
  if (events.multicast.parts.takesOver) startQuerier(events, context, family);
}

/** br_multicast_set_querier(). */
export function setQuerier(events: BridgeEvents, context: BridgeContext, on: boolean): void {
  if (context.querier === on) return;
  context.querier = on;
  if (!on) return;
  for (const family of FAMILIES) {
    const { otherQuerier, answers } = context.families[family];
    if (!otherQuerier.isPending) answers.set(events.now() + context.intervals.queryResponse);
    startQuerier(events, context, family);
  }
}

/** __br_multicast_enable_port_ctx(). */
export function enablePort(events: BridgeEvents, context: PortContext): void {
  const { bridge } = context.port;
  if (!context.isOn || !bridge.multicastSnooping || !isUp(bridge.netDevice)) return;
  for (const family of FAMILIES) {
    enableQueries(events, context, family);
    if (context.router === MDB_RTR_TYPE_PERM) addRouter(events, context, family);
  }
}

/** __br_multicast_disable_port_ctx(), without the groups. */
export function disablePort(events: BridgeEvents, context: PortContext): void {
  const wasRouter = isRouterPort(context);
  for (const family of FAMILIES) {
    const state = context.families[family];
    state.isRouter = false;
    state.router.stop();
    state.ownQuery.stop();
  }
  if (wasRouter) routerGone(events, context);
}

// Queries for one group.

/** The query that br_multicast_leave_group() sends. */
export function sendLeaveQuery(
  events: BridgeEvents,
  context: BridgeContext,
  port: PortContext | null,
  group: Query,
): void {
  if (events.multicast.parts.asksLastMember) send(events, context, port, group);
}

const groupQuery = ({ entry }: PortGroup): Pick<Query, 'family' | 'group' | 'toGroup'> => ({
  family: entry.address.protocol as Family,
  group: entry.address.address,
  toGroup: true,
});

/** Sources whose queries are left, and which of them; nothing is sent if there are none. */
function sendSourceQuery(events: BridgeEvents, group: PortGroup, which: 'late' | 'early'): boolean {
  const context = contextOfEntry(group.entry);
  const end = events.now() + lastMemberTime(context);
  const isWanted = (expires: bigint | undefined): boolean => (expires ?? 0n) > end === (which === 'late');
  const sources = group.sources.filter(({ timer, queriesLeft }) => queriesLeft > 0 && isWanted(timer.expires));
  if (sources.length === 0) return false;
  for (const source of sources) source.queriesLeft--;
  const addresses = sources.map(({ address }) => address);
  const port = portContextOf(group.port, group.entry.address.vid);
  send(events, context, port, { ...groupQuery(group), sources: addresses, suppress: which === 'late' });
  return sources.some(({ queriesLeft }) => queriesLeft > 0);
}

/** __grp_src_query_marked_and_rexmit(): sources that nobody may want any more end soon, unless somebody answers. */
export function queryMarkedSources(events: BridgeEvents, group: PortGroup): void {
  const { bridge, address } = group.entry;
  if (!isUp(bridge.netDevice) || !bridge.multicastSnooping) return;
  const context = contextOfEntry(group.entry);
  const end = events.now() + lastMemberTime(context);
  const asks = isAsking(context, address.protocol as Family);
  for (const source of [...group.sources]) {
    if (!source.isToQuery) continue;
    source.isToQuery = false;
    if ((source.timer.expires ?? 0n) <= end) continue;
    if (asks) source.queriesLeft = context.lastMemberCount;
    setSourceTimer(events, group, source, end);
  }
  if (!asks) return;
  sendSourceQuery(events, group, 'late');
  sendSourceQuery(events, group, 'early');
  group.queryTimer.setEarlier(events.now() + context.intervals.lastMember);
}

/** __grp_send_query_and_rexmit(). */
export function queryGroup(events: BridgeEvents, group: PortGroup): void {
  const { bridge, address } = group.entry;
  if (!isUp(bridge.netDevice) || !bridge.multicastSnooping) return;
  const context = contextOfEntry(group.entry);
  if (isAsking(context, address.protocol as Family)) {
    group.queriesLeft = context.lastMemberCount - 1;
    send(events, context, portContextOf(group.port, address.vid), groupQuery(group));
    group.queryTimer.setEarlier(events.now() + context.intervals.lastMember);
  }
  if (group.mode === 'exclude') group.timer.setEarlier(events.now() + lastMemberTime(context));
}

/** br_multicast_port_group_rexmit(). */
export function retransmitGroupQuery(events: BridgeEvents, group: PortGroup): void {
  const { bridge, address } = group.entry;
  const family = address.protocol as Family;
  const context = contextOfEntry(group.entry);
  if (!isUp(bridge.netDevice) || group.isGone || !bridge.multicastSnooping || !isAsking(context, family)) return;
  if (group.queriesLeft > 0) {
    group.queriesLeft--;
    send(events, context, portContextOf(group.port, address.vid), { ...groupQuery(group), suppress: true });
  }
  const isMore = handlesSources(context, family) && sendSourceQuery(events, group, 'early');
  if (group.queriesLeft > 0 || isMore) group.queryTimer.set(events.now() + context.intervals.lastMember);
}

// Queries of others, and routers.

/** br_ip4_multicast_query_received(): who asks with the lowest address is the querier, and behind its port is a router. */
export function queryReceived(
  events: BridgeEvents,
  context: BridgeContext,
  port: PortContext | null,
  family: Family,
  from: string,
  answerTime: bigint,
): void {
  const state = context.families[family];
  if (!isChosen(events, context, family, from)) return;
  state.querierAddress = from;
  state.querierPort = port?.port;
  if (!state.otherQuerier.isPending) state.answers.set(events.now() + answerTime);
  state.otherQuerier.set(events.now() + context.intervals.querier);
  markRouter(events, context, port, family);
}

/** br_multicast_select_querier(). */
function isChosen(
  { multicast: { parts } }: BridgeEvents,
  context: BridgeContext,
  family: Family,
  from: string,
): boolean {
  const { querierAddress, ownQuery, otherQuerier } = context.families[family];
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
export function markRouter(
  events: BridgeEvents,
  context: BridgeContext,
  port: PortContext | null,
  family: Family,
): void {
  const { parts } = events.multicast;
  if (!isInUse(context, port)) return;
  const end = parts.routerEnd(events.now() + context.intervals.querier);
  if (port === null) {
    if (context.router !== MDB_RTR_TYPE_TEMP_QUERY) return;
    if (!isHostRouter(context)) events.multicast.hostRouterChanged(context.bridge, true);
    context.families[family].hostRouter.set(end);
    return;
  }
  const { router } = port;
  if ((router === MDB_RTR_TYPE_DISABLED && parts.disabledRouter) || router === MDB_RTR_TYPE_PERM) return;
  if (!parts.learnsRouter(port)) return;
  addRouter(events, port, family);
  port.families[family].router.set(end);
}

/** br_multicast_is_router(). */
export function isHostRouter({ router, families }: BridgeContext, family?: Family): boolean {
  if (router === MDB_RTR_TYPE_PERM) return true;
  if (router !== MDB_RTR_TYPE_TEMP_QUERY) return false;
  const which = family === undefined ? FAMILIES : [family];
  return which.some((each) => families[each].hostRouter.isPending);
}

export const isRouterPort = ({ families }: PortContext): boolean =>
  FAMILIES.some((family) => families[family].isRouter);

function addRouter(events: BridgeEvents, context: PortContext, family: Family): void {
  if (context.families[family].isRouter) return;
  const wasRouter = isRouterPort(context);
  context.families[family].isRouter = true;
  if (!wasRouter) events.multicast.routerChanged(context, true);
}

/** br_multicast_rport_del_notify(): it is no router for any family any more. */
function routerGone(events: BridgeEvents, context: PortContext): void {
  events.multicast.routerChanged(context, false);
  if (context.router === MDB_RTR_TYPE_TEMP) context.router = MDB_RTR_TYPE_TEMP_QUERY;
}

/** br_multicast_router_expired(). */
export function routerExpired(events: BridgeEvents, context: PortContext, family: Family): void {
  const { router } = context;
  if (router === MDB_RTR_TYPE_DISABLED || router === MDB_RTR_TYPE_PERM) return;
  forgetRouter(events, context, [family]);
}

function forgetRouter(events: BridgeEvents, context: PortContext, families: readonly Family[]): void {
  const wasRouter = isRouterPort(context);
  for (const family of families) context.families[family].isRouter = false;
  if (wasRouter && !isRouterPort(context)) routerGone(events, context);
}

/** br_multicast_set_port_router(). */
export function setPortRouter(events: BridgeEvents, context: PortContext, router: number): boolean {
  if (router > MDB_RTR_TYPE_TEMP) return false;
  const global = globalOf(context);
  const end = events.now() + global.intervals.querier;
  if (context.router === router) {
    if (router === MDB_RTR_TYPE_TEMP) for (const family of FAMILIES) context.families[family].router.set(end);
    return true;
  }
  context.router = router;
  if (router !== MDB_RTR_TYPE_TEMP_QUERY && router !== MDB_RTR_TYPE_TEMP)
    for (const family of FAMILIES) context.families[family].router.stop();
  if (router === MDB_RTR_TYPE_DISABLED || router === MDB_RTR_TYPE_TEMP_QUERY) forgetRouter(events, context, FAMILIES);
  else if (router === MDB_RTR_TYPE_TEMP) for (const family of FAMILIES) markRouter(events, global, context, family);
  else if (events.multicast.parts.permanentRouter) for (const family of FAMILIES) addRouter(events, context, family);
  return true;
}

/** br_multicast_set_router(). */
export function setBridgeRouter(events: BridgeEvents, context: BridgeContext, router: number): boolean {
  if (router > MDB_RTR_TYPE_PERM) return false;
  const isChange = context.router !== router;
  context.router = router;
  if (router !== MDB_RTR_TYPE_TEMP_QUERY) for (const family of FAMILIES) context.families[family].hostRouter.stop();
  if (router !== MDB_RTR_TYPE_TEMP_QUERY || isChange)
    events.multicast.hostRouterChanged(context.bridge, router === MDB_RTR_TYPE_PERM);
  return true;
}
