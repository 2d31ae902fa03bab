/** What a report with sources changes (RFC 3376, section 6.4; RFC 3810, section 7.4): the state machine of net/bridge/br_multicast.c. */
import type { BridgeEvents } from '../bridgeEvents.js';
import { contextOfEntry } from './contexts.js';
import { followMode, handleSource, newSource, removePortGroup, removeSource } from './groups.js';
import type { GroupSource, PortGroup } from './groupTable.js';
import { isForsaken, trackHost, type HostRecord } from './hostTracking.js';
import { queryGroup, queryMarkedSources } from './queries.js';

/** IGMPV3_MODE_IS_INCLUDE …, MLD2_MODE_IS_INCLUDE …: the same numbers. */
export const RECORD_TYPES = ['is-in', 'is-ex', 'to-in', 'to-ex', 'allow', 'block'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

const findSource = ({ sources }: PortGroup, address: string): GroupSource | undefined =>
  sources.find((each) => each.address === address);

const membershipEnd = (events: BridgeEvents, { entry }: PortGroup): bigint =>
  events.now() + contextOfEntry(entry).intervals.membership;

/** __grp_src_mod_timer(). */
export function setSourceTimer(events: BridgeEvents, group: PortGroup, source: GroupSource, end: bigint): void {
  source.timer.set(end);
  handleSource(events, group, source);
}

/** The record changes what is kept of the port; answers whether that is to be told. */
export function applyRecord(events: BridgeEvents, group: PortGroup, record: HostRecord): boolean {
  switch (record.type) {
    case 'is-in':
    case 'allow':
      return allow(events, group, record);
    case 'is-ex':
    case 'to-ex':
      return excludes(events, group, record);
    case 'to-in':
      return leaves(events, group, toInclude(events, group, record));
    case 'block':
      return leaves(events, group, block(events, group, record));
  }
}

/** The end of br_multicast_toin() and br_multicast_block(): a group that nobody is left for goes, and that has been told then. */
function leaves(events: BridgeEvents, group: PortGroup, changed: boolean): boolean {
  if (!isForsaken(events, group)) return changed;
  group.isFastLeave = true;
  removePortGroup(events, group);
  return false;
}

/** br_multicast_isinc_allow(). */
function allow(events: BridgeEvents, group: PortGroup, record: HostRecord): boolean {
  let changed = false;
  for (const address of record.sources) {
    const known = findSource(group, address);
    const source = known ?? newSource(events, group, address);
    if (source === undefined) continue;
    changed ||= known === undefined;
    setSourceTimer(events, group, source, membershipEnd(events, group));
  }
  return trackHost(events, group, record) || changed;
}

/** br_multicast_isexc() and br_multicast_toex(); the latter asks for the sources that somebody may still want. */
function excludes(events: BridgeEvents, group: PortGroup, record: HostRecord): boolean {
  const asks = record.type === 'to-ex';
  let changed = false;
  for (const source of group.sources) {
    source.isToDelete = true;
    if (asks) source.isToQuery = false;
  }
  if (group.mode === 'include') {
    excludeFromInclude(events, group, record, asks);
    followMode(events, group, 'exclude');
    changed = true;
  } else changed = excludeFromExclude(events, group, record, asks);
  group.mode = 'exclude';
  group.timer.set(membershipEnd(events, group));
  return changed;
}

/** __grp_src_isexc_incl() and __grp_src_toex_incl(). */
function excludeFromInclude(events: BridgeEvents, group: PortGroup, record: HostRecord, asks: boolean): void {
  let toSend = 0;
  for (const address of record.sources) {
    const known = findSource(group, address);
    if (known !== undefined) {
      known.isToDelete = false;
      known.isToQuery ||= asks;
      toSend++;
    }
    const source = known ?? newSource(events, group, address);
    if (source !== undefined) handleSource(events, group, source);
  }
  trackHost(events, group, record);
  removeMarked(events, group);
  if (asks && toSend > 0) queryMarkedSources(events, group);
}

/** __grp_src_isexc_excl() and __grp_src_toex_excl(). */
function excludeFromExclude(events: BridgeEvents, group: PortGroup, record: HostRecord, asks: boolean): boolean {
  let changed = false;
  let toSend = 0;
  const end = asks ? (group.timer.expires ?? events.now()) : membershipEnd(events, group);
  for (const address of record.sources) {
    let source = findSource(group, address);
    if (source !== undefined) source.isToDelete = false;
    else {
      source = newSource(events, group, address);
      if (source === undefined) continue;
      setSourceTimer(events, group, source, end);
      changed = true;
    }
    if (!asks || !source.timer.isPending) continue;
    source.isToQuery = true;
    toSend++;
  }
  if (trackHost(events, group, record)) changed = true;
  if (removeMarked(events, group)) changed = true;
  if (toSend > 0) queryMarkedSources(events, group);
  return changed;
}

/** __grp_src_delete_marked(). */
function removeMarked(events: BridgeEvents, group: PortGroup): boolean {
  const marked = group.sources.filter(({ isToDelete }) => isToDelete);
  for (const source of marked) removeSource(events, group, source);
  return marked.length > 0;
}

/** br_multicast_toin(): sources that are not named any more are asked for, and so is the group if all were wanted. */
function toInclude(events: BridgeEvents, group: PortGroup, record: HostRecord): boolean {
  const isExclude = group.mode === 'exclude';
  let changed = false;
  let toSend = group.sources.length;
  for (const source of group.sources) if (!isExclude || source.timer.isPending) source.isToQuery = true;
  for (const address of record.sources) {
    const known = findSource(group, address);
    if (known !== undefined && (!isExclude || known.timer.isPending)) {
      known.isToQuery = false;
      toSend--;
    }
    const source = known ?? newSource(events, group, address);
    if (source === undefined) continue;
    changed ||= known === undefined;
    setSourceTimer(events, group, source, membershipEnd(events, group));
  }
  if (trackHost(events, group, record)) changed = true;
  if (toSend > 0) queryMarkedSources(events, group);
  if (isExclude) queryGroup(events, group);
  return changed;
}

/** br_multicast_block(). */
function block(events: BridgeEvents, group: PortGroup, record: HostRecord): boolean {
  let changed = false;
  let toSend = 0;
  for (const source of group.sources) source.isToQuery = false;
  for (const address of record.sources) {
    let source = findSource(group, address);
    if (source === undefined && group.mode === 'exclude') {
      source = newSource(events, group, address);
      if (source === undefined) continue;
      setSourceTimer(events, group, source, group.timer.expires ?? events.now());
      changed = true;
    }
    if (source === undefined || (group.mode === 'exclude' && !source.timer.isPending)) continue;
    source.isToQuery = true;
    toSend++;
  }
  if (trackHost(events, group, record)) changed = true;
  if (toSend > 0) queryMarkedSources(events, group);
  if (group.mode === 'exclude' || group.sources.length > 0 || isForsaken(events, group)) return changed;
  removePortGroup(events, group);
  return false;
}
