/** Groups come and go: the membership part of net/bridge/br_multicast.c. */
import { isUp } from '../../netDevice.js';
import type { Vid } from '../../../../harness/contract/index.js';
import type { Bridge, BridgePort } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { contextOf, contextOfEntry, isInUse, portContextOf } from './contexts.js';
import {
  isStarG,
  type FilterMode,
  type GroupAddress,
  type GroupEntry,
  type GroupSource,
  type PortGroup,
} from './groupTable.js';
import { forgetHosts, newHostTracking } from './hostTracking.js';
import { handlesSources } from './multicastState.js';
import { retransmitGroupQuery } from './queries.js';
import { Timer } from './timer.js';

/** linux/rtnetlink.h: who put an entry there. */
export const RTPROT_KERNEL = 2;
export const RTPROT_STATIC = 4;

/** br_multicast_new_group(): the entry, made if it is not there; undefined: there are too many, and snooping ends. */
export function groupEntry(events: BridgeEvents, bridge: Bridge, address: GroupAddress): GroupEntry | undefined {
  const { groups } = bridge.multicast;
  const known = groups.get(address);
  if (known !== undefined) return known;
  if (!events.multicast.parts.admitsGroup(groups.size, bridge.multicast.hashMax)) {
    if (events.multicast.parts.switchesOffWhenFull) bridge.multicastSnooping = false;
    events.multicast.snoopingChanged(bridge);
    return undefined;
  }
  const entry: GroupEntry = {
    bridge,
    address,
    hostJoined: false,
    ports: [],
    timer: new Timer(events.at.bind(events), () => hostExpired(events, entry)),
  };
  groups.add(entry);
  return entry;
}

/** br_multicast_group_expired(). */
function hostExpired(events: BridgeEvents, entry: GroupEntry): void {
  if (!isUp(entry.bridge.netDevice)) return;
  leaveHost(events, entry, true);
  forgetIfEmpty(entry);
}

function forgetIfEmpty(entry: GroupEntry): void {
  if (entry.ports.length > 0 || entry.hostJoined) return;
  entry.timer.stop();
  entry.bridge.multicast.groups.remove(entry);
}

/** br_multicast_host_join(). */
export function joinHost(events: BridgeEvents, entry: GroupEntry, tells: boolean): void {
  const { intervals } = contextOfEntry(entry);
  if (!entry.hostJoined) {
    entry.hostJoined = true;
    if (isStarG(entry.address)) followHost(entry);
    if (tells) events.multicast.entryChanged(entry, undefined, 'new');
  }
  if (entry.address.protocol !== 'mac') entry.timer.set(events.now() + intervals.membership);
}

/** br_multicast_host_leave(). */
export function leaveHost(events: BridgeEvents, entry: GroupEntry, tells: boolean): void {
  if (!entry.hostJoined) return;
  entry.hostJoined = false;
  if (isStarG(entry.address)) followHost(entry);
  if (tells) events.multicast.entryChanged(entry, undefined, 'del');
  forgetIfEmpty(entry);
}

/** br_multicast_star_g_host_state(). */
function followHost(star: GroupEntry): void {
  for (const { sources } of star.ports)
    for (const source of sources) {
      const entry = source.isInstalled ? star.bridge.multicast.groups.get(sourced(star, source.address)) : undefined;
      if (entry !== undefined) entry.hostJoined = star.hostJoined;
    }
}

export const sourced = ({ address }: GroupEntry, source: string): GroupAddress => ({ ...address, source });

export interface NewPortGroup {
  /** Empty: the user's. */
  readonly host: string;
  readonly mode: FilterMode;
  readonly isPermanent?: boolean;
  readonly origin?: number;
}

/** br_multicast_new_port_group(); undefined: the port is in as many groups as it may be. */
export function newPortGroup(
  events: BridgeEvents,
  entry: GroupEntry,
  port: BridgePort,
  seed: NewPortGroup,
): PortGroup | undefined {
  const { parts } = events.multicast;
  const inVlan = port.vlans.members.get(entry.address.vid)?.multicast;
  if (parts.limitsPort(port.multicast) || (inVlan?.isOn === true && parts.vlan.limits(inVlan))) return undefined;
  port.multicast.groupCount++;
  if (inVlan !== undefined) inVlan.groupCount++;
  const at = events.at.bind(events);
  const group: PortGroup = {
    entry,
    port,
    host: seed.host,
    mode: seed.mode,
    isPermanent: seed.isPermanent ?? false,
    isOffloaded: false,
    isFastLeave: false,
    isStarExclude: false,
    isBlocked: false,
    origin: seed.origin ?? RTPROT_KERNEL,
    sources: [],
    tracking: newHostTracking(),
    timer: new Timer(at, () => groupExpired(events, group)),
    queryTimer: new Timer(at, () => retransmitGroupQuery(events, group)),
    queriesLeft: 0,
    isGone: false,
  };
  return group;
}

/** br_port_group_equal(). */
export const isGroupOf = (group: PortGroup, port: BridgePort, host: string): boolean =>
  group.port === port && (!port.flags.multicastToUnicast || group.host === host);

export interface Join {
  readonly host: string;
  readonly mode: FilterMode;
  /** A report of a version without sources: it alone says how long the membership lasts. */
  readonly isPlain: boolean;
  readonly isBlocked?: boolean;
}

export type Joined = { readonly ok: true; readonly group: PortGroup | undefined } | { readonly ok: false };

/** __br_multicast_add_group(); without a port the host joins. Not ok: there are too many groups. */
export function join(
  events: BridgeEvents,
  bridge: Bridge,
  port: BridgePort | null,
  address: GroupAddress,
  how: Join,
): Joined {
  const context = contextOf(bridge, address.vid);
  if (!isInUse(context, port === null ? null : portContextOf(port, address.vid))) return { ok: true, group: undefined };
  const entry = groupEntry(events, bridge, address);
  if (entry === undefined) return { ok: false };
  if (port === null) {
    joinHost(events, entry, true);
    return { ok: true, group: undefined };
  }
  let group = entry.ports.find((each) => isGroupOf(each, port, how.host));
  const isNew = group === undefined;
  if (group === undefined) {
    group = newPortGroup(events, entry, port, { host: how.host, mode: how.mode });
    if (group === undefined) return { ok: false };
    entry.ports.push(group);
    group.isBlocked = how.isBlocked ?? false;
    events.multicast.entryChanged(entry, group, 'new');
  }
  const { parts } = events.multicast;
  if (how.isPlain && (isNew || parts.refreshes))
    group.timer.set(parts.membershipEnd(events.now() + context.intervals.membership));
  return { ok: true, group };
}

/** br_multicast_del_pg(). */
export function removePortGroup(events: BridgeEvents, group: PortGroup, withExcludes = true): void {
  if (group.isGone) return;
  group.isGone = true;
  const { entry, port } = group;
  entry.ports = entry.ports.filter((each) => each !== group);
  group.timer.stop();
  group.queryTimer.stop();
  forgetHosts(group);
  for (const source of [...group.sources]) removeSource(events, group, source);
  events.multicast.entryChanged(entry, group, 'del');
  if (!isStarG(entry.address)) {
    if (withExcludes) dropExcludes(events, entry);
  } else followMode(events, group, 'include');
  port.multicast.groupCount--;
  const inVlan = port.vlans.members.get(entry.address.vid)?.multicast;
  if (inVlan !== undefined) inVlan.groupCount--;
  forgetIfEmpty(entry);
}

/** br_multicast_port_group_expired(). */
function groupExpired(events: BridgeEvents, group: PortGroup): void {
  if (!isUp(group.entry.bridge.netDevice) || group.isGone || group.isPermanent) return;
  let changed = group.mode === 'exclude';
  group.mode = 'include';
  for (const source of [...group.sources]) {
    if (source.timer.isPending) continue;
    removeSource(events, group, source);
    changed = true;
  }
  if (group.sources.length === 0) removePortGroup(events, group);
  else if (changed) {
    if (isStarG(group.entry.address)) followMode(events, group, 'include');
    events.multicast.entryChanged(group.entry, group, 'new');
  }
}

// Sources: an (S, G) entry stands for each, and ports that exclude nobody are in all of them.

/** br_sg_port_find(). */
export const sourcedGroup = (entry: GroupEntry, port: BridgePort, source: string): PortGroup | undefined =>
  entry.bridge.multicast.groups.get(sourced(entry, source))?.ports.find((each) => each.port === port);

/** br_multicast_new_group_src(). */
export function newSource(events: BridgeEvents, group: PortGroup, address: string): GroupSource | undefined {
  const { admitsSource, leavesOutNoSource } = events.multicast.parts;
  if (!admitsSource(group.sources.length, MOST_SOURCES) || (leavesOutNoSource && isNoSource(address))) return undefined;
  const source: GroupSource = {
    address,
    timer: new Timer(events.at.bind(events), () => sourceExpired(events, group, source)),
    isInstalled: false,
    addedByUser: false,
    isToDelete: false,
    isToQuery: false,
    queriesLeft: 0,
  };
  group.sources.unshift(source);
  return source;
}

/** PG_SRC_ENT_LIMIT. */
export const MOST_SOURCES = 32;

const isNoSource = (address: string): boolean =>
  address.includes(':')
    ? address === '::' || address.startsWith('ff')
    : address === '0.0.0.0' || (Number(address.split('.')[0]) & 0xf0) === 0xe0;

/** br_multicast_group_src_expired(). */
function sourceExpired(events: BridgeEvents, group: PortGroup, source: GroupSource): void {
  if (!group.sources.includes(source) || !isUp(group.entry.bridge.netDevice)) return;
  if (group.mode === 'exclude') {
    handleSource(events, group, source);
    return;
  }
  removeSource(events, group, source);
  if (group.sources.length === 0) removePortGroup(events, group);
}

/** br_multicast_del_group_src(). */
export function removeSource(events: BridgeEvents, group: PortGroup, source: GroupSource): void {
  const { port, entry, host } = group;
  const sg = entry.bridge.multicast.groups.get(sourced(entry, source.address));
  const own = sg?.ports.find((each) => isGroupOf(each, port, host));
  const isUsers = own?.origin !== RTPROT_KERNEL && own?.isPermanent === true && !source.addedByUser;
  if (own !== undefined && !isUsers) removePortGroup(events, own);
  source.isInstalled = false;
  source.timer.stop();
  group.sources = group.sources.filter((each) => each !== source);
}

/** br_multicast_fwd_src_handle(): the (S, G) entry is there, and blocked unless the source's timer runs. */
export function handleSource(events: BridgeEvents, group: PortGroup, source: GroupSource): void {
  installSource(events, group, source);
  const sg = sourcedGroup(group.entry, group.port, source.address);
  if (sg === undefined || sg.isPermanent) return;
  const before = sg.isBlocked;
  sg.isBlocked = !source.timer.isPending;
  if (before !== sg.isBlocked) events.multicast.entryChanged(sg.entry, sg, 'new');
}

/** br_multicast_fwd_src_add(). */
function installSource(events: BridgeEvents, group: PortGroup, source: GroupSource): void {
  if (source.isInstalled) return;
  const { entry, port, host } = group;
  const how: Join = { host, mode: 'include', isPlain: false, isBlocked: !source.timer.isPending };
  const joined = join(events, entry.bridge, port, sourced(entry, source.address), how);
  const sg = joined.ok ? joined.group : undefined;
  if (sg === undefined) return;
  source.isInstalled = true;
  sg.isStarExclude = false;
  if (sg.origin !== RTPROT_KERNEL && sg.isPermanent) return;
  sg.timer.stop();
  addExcludes(events, entry, sg);
}

/** br_multicast_sg_add_exclude_ports(): ports that exclude nobody get what comes from this source too. */
export function addExcludes(events: BridgeEvents, star: GroupEntry, sg: PortGroup): void {
  if (star.hostJoined) sg.entry.hostJoined = true;
  for (const each of [...star.ports])
    if (each.port !== sg.port && each.mode === 'exclude') addStarExclude(events, each, sg.entry.address.source);
}

/** __fwd_add_star_excl(). */
function addStarExclude(events: BridgeEvents, group: PortGroup, source: string): void {
  const { entry, port, host } = group;
  if (sourcedGroup(entry, port, source) !== undefined) return;
  const joined = join(events, entry.bridge, port, sourced(entry, source), { host, mode: 'include', isPlain: false });
  if (joined.ok && joined.group?.origin === RTPROT_KERNEL) joined.group.isStarExclude = true;
}

/** br_multicast_star_g_handle_mode(): a port that comes to exclude, or does no more, is put into the others' (S, G) entries or out. */
export function followMode(events: BridgeEvents, group: PortGroup, mode: FilterMode): void {
  const star = group.entry;
  for (const other of [...star.ports]) {
    if (other === group) continue;
    for (const { isInstalled, address } of [...other.sources]) {
      if (!isInstalled) continue;
      if (mode === 'exclude') {
        addStarExclude(events, group, address);
        continue;
      }
      const sg = sourcedGroup(star, group.port, address);
      if (sg?.isStarExclude === true && sg.origin === RTPROT_KERNEL) removePortGroup(events, sg);
    }
  }
}

/** br_multicast_sg_del_exclude_ports(): nobody but ports that exclude is left. */
function dropExcludes(events: BridgeEvents, entry: GroupEntry): void {
  if (entry.ports.some(({ isStarExclude, isPermanent }) => !isStarExclude && !isPermanent)) return;
  entry.hostJoined = false;
  for (const group of [...entry.ports]) if (!group.isPermanent) removePortGroup(events, group, false);
}

/** Whether a report of this version keeps sources. */
export const keepsSources = (bridge: Bridge, { protocol, vid }: GroupAddress): boolean =>
  handlesSources(contextOf(bridge, vid), protocol);

/** __br_multicast_disable_port_ctx() and br_multicast_del_port(), the groups of them; `vid`: those of a VLAN alone, or of all (0). */
export function forgetGroups(
  events: BridgeEvents,
  port: BridgePort,
  which: 'temporary' | 'all',
  vid: Vid | 0 = 0,
): void {
  for (const entry of port.bridge.multicast.groups.entries().filter(({ address }) => vid === 0 || address.vid === vid))
    for (const group of [...entry.ports])
      if (group.port === port && (which === 'all' || !group.isPermanent)) removePortGroup(events, group);
}
