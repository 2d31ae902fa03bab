/** Entries that the user puts into the multicast database and takes away: br_mdb_add() and br_mdb_del() of net/bridge/br_mdb.c. */
import type { BridgePort } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { contextOfEntry } from './contexts.js';
import {
  addExcludes,
  followMode,
  groupEntry,
  joinHost,
  keepsSources,
  leaveHost,
  newPortGroup,
  newSource,
  removePortGroup,
  removeSource,
  sourced,
} from './groups.js';
import { isStarG, type FilterMode, type GroupAddress, type GroupEntry, type PortGroup } from './groupTable.js';
import type { Bridge } from '../bridge.js';

/** What RTM_NEWMDB asks for, in one VLAN. */
export interface GroupRequest {
  readonly address: GroupAddress;
  /** Null: the bridge itself. */
  readonly port: BridgePort | null;
  readonly isPermanent: boolean;
  readonly mode: FilterMode;
  readonly sources: readonly string[];
  /** RTPROT_*. */
  readonly origin: number;
  readonly replace: boolean;
}

/** Why it is refused: what the kernel answers, and says. */
export interface GroupRefusal {
  readonly errno: 'EEXIST' | 'E2BIG' | 'ENOMEM' | 'ENOSPC';
  readonly message?: string;
}

const E2BIG: GroupRefusal = { errno: 'E2BIG' };

/** br_mdb_add_group(). */
export function addUserGroup(events: BridgeEvents, bridge: Bridge, request: GroupRequest): GroupRefusal | undefined {
  const entry = groupEntry(events, bridge, request.address);
  if (entry === undefined) return E2BIG;
  const { port, replace } = request;
  const { parts } = events.multicast;
  if (port === null) {
    if (entry.hostJoined && !replace && parts.refuses('exists'))
      return { errno: 'EEXIST', message: 'bridge: Group is already joined by host' };
    joinHost(events, entry, false);
    events.multicast.entryChanged(entry, undefined, 'new');
    return undefined;
  }
  const known = entry.ports.find((each) => each.port === port);
  if (known !== undefined && !replace && parts.refuses('exists'))
    return {
      errno: 'EEXIST',
      message: `bridge: (${isStarG(request.address) ? '*' : 'S'}, G) group is already joined by port`,
    };
  return isStarG(request.address)
    ? addStarG(events, entry, request, port, known)
    : addSourced(events, entry, request, port, known);
}

/** br_mdb_add_group_star_g() and br_mdb_replace_group_star_g(). */
function addStarG(
  events: BridgeEvents,
  entry: GroupEntry,
  request: GroupRequest,
  port: BridgePort,
  known: PortGroup | undefined,
): GroupRefusal | undefined {
  const { mode, isPermanent, origin } = request;
  const group = known ?? newPortGroup(events, entry, port, { host: '', mode, isPermanent, origin });
  if (group === undefined) return full(port, entry);
  if (known !== undefined) for (const source of group.sources) source.isToDelete = true;
  else entry.ports.push(group);
  for (const address of request.sources) {
    const refused = addUserSource(events, group, request, address);
    if (refused !== undefined) {
      if (known === undefined) removePortGroup(events, group);
      return refused;
    }
  }
  if (known !== undefined) {
    for (const source of [...group.sources]) if (source.isToDelete) removeSource(events, group, source);
    if (!events.multicast.parts.replaces) return undefined;
    group.isPermanent = isPermanent;
    group.mode = mode;
    group.origin = origin;
  }
  setMembershipTimer(events, group, !isPermanent && mode === 'exclude');
  events.multicast.entryChanged(entry, group, 'new');
  if (keepsSources(entry.bridge, entry.address) && (known !== undefined || mode === 'exclude'))
    followMode(events, group, mode);
  return undefined;
}

function setMembershipTimer(events: BridgeEvents, { timer, entry }: PortGroup, runs: boolean): void {
  const { intervals } = contextOfEntry(entry);
  if (runs) timer.set(events.multicast.parts.membershipEnd(events.now() + intervals.membership));
  else timer.stop();
}

/** br_multicast_port_ngroups_inc(): the port, or the port in the VLAN. */
function full({ multicast, vlans }: BridgePort, { address }: GroupEntry): GroupRefusal {
  const isPort = multicast.maxGroups > 0 && multicast.groupCount >= multicast.maxGroups;
  const { groupCount, maxGroups } = isPort ? multicast : (vlans.members.get(address.vid)?.multicast ?? multicast);
  const who = isPort ? 'Port' : 'Port-VLAN';
  return {
    errno: 'ENOMEM',
    message: `bridge: ${who} is already in ${groupCount} groups, and mcast_max_groups=${maxGroups}`,
  };
}

/** br_mdb_add_group_src(). */
function addUserSource(
  events: BridgeEvents,
  group: PortGroup,
  request: GroupRequest,
  address: string,
): GroupRefusal | undefined {
  const known = group.sources.find((each) => each.address === address);
  if (known !== undefined && !request.replace)
    return { errno: 'EEXIST', message: 'bridge: Source entry already exists' };
  const source = known ?? newSource(events, group, address);
  if (source === undefined) return { errno: 'ENOSPC', message: 'bridge: Failed to add new source entry' };
  source.isToDelete = false;
  const { bridge } = group.entry;
  if (request.mode === 'include' && !request.isPermanent)
    source.timer.set(events.now() + contextOfEntry(group.entry).intervals.membership);
  else source.timer.stop();
  const entry = groupEntry(events, bridge, sourced(group.entry, address));
  if (entry === undefined) return E2BIG;
  const before = entry.ports.find((each) => each.port === group.port);
  const refused = addSourced(events, entry, request, group.port, before, request.mode === 'exclude');
  if (refused !== undefined) return refused;
  source.isInstalled = source.addedByUser = true;
  return undefined;
}

/** br_mdb_add_group_sg() and br_mdb_replace_group_sg(); `isBlocked`: it stands for a source that is not wanted. */
function addSourced(
  events: BridgeEvents,
  entry: GroupEntry,
  request: GroupRequest,
  port: BridgePort,
  known: PortGroup | undefined,
  isBlocked?: boolean,
): GroupRefusal | undefined {
  const { isPermanent, origin } = request;
  const group = known ?? newPortGroup(events, entry, port, { host: '', mode: 'include', isPermanent, origin });
  if (group === undefined) return full(port, entry);
  group.isPermanent = isPermanent;
  group.origin = origin;
  group.isBlocked = isBlocked ?? false;
  group.isStarExclude = false;
  if (known === undefined) entry.ports.push(group);
  // Entries that stand for the sources of another live as long as that one.
  setMembershipTimer(events, group, !isPermanent && isBlocked === undefined && request.sources.length === 0);
  events.multicast.entryChanged(entry, group, 'new');
  const star = entry.bridge.multicast.groups.get({ ...entry.address, source: '' });
  if (known === undefined && star !== undefined && keepsSources(entry.bridge, entry.address))
    addExcludes(events, star, group);
  return undefined;
}

/** __br_mdb_del(); false: there was nothing to take away. */
export function removeUserGroup(
  events: BridgeEvents,
  bridge: Bridge,
  address: GroupAddress,
  port: BridgePort | null,
): boolean {
  const entry = bridge.multicast.groups.get(address);
  if (entry === undefined) return false;
  if (port === null) {
    if (!entry.hostJoined) return false;
    events.multicast.entryChanged(entry, undefined, 'del');
    leaveHost(events, entry, false);
    return true;
  }
  const group = entry.ports.find((each) => each.port === port);
  if (group === undefined) return false;
  removePortGroup(events, group);
  return true;
}

/** What a bulk deletion takes: struct br_mdb_flush_desc. */
export interface FlushRequest {
  /** 0: of all ports, and of the bridge. */
  readonly ifIndex: number;
  readonly vid: number;
  readonly origin: number;
  /** Undefined: permanent or not. */
  readonly isPermanent: boolean | undefined;
}

/** br_mdb_flush(). */
export function flushGroups(events: BridgeEvents, bridge: Bridge, flush: FlushRequest): void {
  for (const entry of bridge.multicast.groups.entries()) {
    if (flush.vid !== 0 && flush.vid !== entry.address.vid) continue;
    const isOfBridge = flush.ifIndex === 0 || flush.ifIndex === bridge.netDevice.ifIndex;
    const hostIsPermanent = entry.address.protocol === 'mac';
    if (isOfBridge && flush.origin === 0 && (flush.isPermanent ?? hostIsPermanent) === hostIsPermanent)
      leaveHost(events, entry, true);
    for (const group of [...entry.ports]) {
      const isMeant =
        (flush.ifIndex === 0 || flush.ifIndex === group.port.netDevice.ifIndex) &&
        (flush.origin === 0 || flush.origin === group.origin) &&
        (flush.isPermanent ?? group.isPermanent) === group.isPermanent;
      if (events.multicast.parts.bulkTakes(isMeant)) removePortGroup(events, group);
    }
  }
}
