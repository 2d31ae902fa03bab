/** What a report with sources changes (RFC 3376, section 6.4; RFC 3810, section 7.4): the state machine of net/bridge/br_multicast.c. */
import type { BridgeEvents } from '../bridgeEvents.js';
import { contextOfEntry } from './contexts.js';
import { followMode, handleSource, newSource, removePortGroup, removeSource } from './groups.js';
import type { GroupSource, PortGroup } from './groupTable.js';
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
export function applyRecord(
  events: BridgeEvents,
  group: PortGroup,
  type: RecordType,
  addresses: readonly string[],
): boolean {
  switch (type) {
    case 'is-in':
    case 'allow':
      return allow(events, group, addresses);
    case 'is-ex':
      return excludes(events, group, addresses, false);
    case 'to-ex':
      return excludes(events, group, addresses, true);
    case 'to-in':
      return toInclude(events, group, addresses);
    case 'block':
      return block(events, group, addresses);
  }
}

/** br_multicast_isinc_allow(). */
function allow(events: BridgeEvents, group: PortGroup, addresses: readonly string[]): boolean {
  let changed = false;
  for (const address of addresses) {
    const known = findSource(group, address);
    const source = known ?? newSource(events, group, address);
    if (source === undefined) continue;
    changed ||= known === undefined;
    setSourceTimer(events, group, source, membershipEnd(events, group));
  }
  return changed;
}

/** br_multicast_isexc() and br_multicast_toex(); the latter asks for the sources that somebody may still want. */
function excludes(events: BridgeEvents, group: PortGroup, addresses: readonly string[], asks: boolean): boolean {
  let changed = false;
  for (const source of group.sources) {
    source.isToDelete = true;
    if (asks) source.isToQuery = false;
  }
  if (group.mode === 'include') {
    excludeFromInclude(events, group, addresses, asks);
    followMode(events, group, 'exclude');
    changed = true;
  } else changed = excludeFromExclude(events, group, addresses, asks);
  group.mode = 'exclude';
  group.timer.set(membershipEnd(events, group));
  return changed;
}

/** __grp_src_isexc_incl() and __grp_src_toex_incl(). */
function excludeFromInclude(events: BridgeEvents, group: PortGroup, addresses: readonly string[], asks: boolean): void {
  let toSend = 0;
  for (const address of addresses) {
    const known = findSource(group, address);
    if (known !== undefined) {
      known.isToDelete = false;
      known.isToQuery ||= asks;
      toSend++;
    }
    const source = known ?? newSource(events, group, address);
    if (source !== undefined) handleSource(events, group, source);
  }
  removeMarked(events, group);
  if (asks && toSend > 0) queryMarkedSources(events, group);
}

/** __grp_src_isexc_excl() and __grp_src_toex_excl(). */
function excludeFromExclude(
  events: BridgeEvents,
  group: PortGroup,
  addresses: readonly string[],
  asks: boolean,
): boolean {
  let changed = false;
  let toSend = 0;
  const end = asks ? (group.timer.expires ?? events.now()) : membershipEnd(events, group);
  for (const address of addresses) {
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
function toInclude(events: BridgeEvents, group: PortGroup, addresses: readonly string[]): boolean {
  const isExclude = group.mode === 'exclude';
  let changed = false;
  let toSend = group.sources.length;
  for (const source of group.sources) if (!isExclude || source.timer.isPending) source.isToQuery = true;
  for (const address of addresses) {
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
  if (toSend > 0) queryMarkedSources(events, group);
  if (isExclude) queryGroup(events, group);
  return changed;
}

/** br_multicast_block(). */
function block(events: BridgeEvents, group: PortGroup, addresses: readonly string[]): boolean {
  let changed = false;
  let toSend = 0;
  for (const source of group.sources) source.isToQuery = false;
  for (const address of addresses) {
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
  if (toSend > 0) queryMarkedSources(events, group);
  if (group.mode === 'exclude' || group.sources.length > 0) return changed;
  removePortGroup(events, group);
  return false;
}
