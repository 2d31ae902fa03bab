/**
 * Which host behind a port wants which sources of a group (explicit host tracking): net/bridge/br_multicast_eht.c. It is kept for ports
 * that let members leave at once, where nobody may be asked whether others are left.
 */
import type { Nanoseconds } from '../../../../harness/contract/index.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { contextOfEntry } from './contexts.js';
import { removeSource } from './groups.js';
import type { FilterMode, PortGroup } from './groupTable.js';
import type { RecordType } from './sources.js';
import { Timer } from './timer.js';

/** BR_MCAST_DEFAULT_EHT_HOSTS_LIMIT. */
export const DEFAULT_HOSTS_LIMIT = 512;
/** PG_SRC_ENT_LIMIT, of one host. */
const MOST_OF_HOST = 32;
/** Stands for all sources that a host does not exclude: the kernel's zero address. */
const EVERYBODY = '';

/** struct net_bridge_group_eht_host. */
interface TrackedHost {
  readonly address: string;
  mode: FilterMode;
  /** Sources of the sets that it is in. */
  readonly sources: Set<string>;
  /** num_entries: it counts down for the entry of everybody too, for which it does not count up. */
  count: number;
}

/** struct net_bridge_group_eht_set: who wants, or excludes, a source. */
interface SourceSet {
  readonly source: string;
  /** Until when each host is believed. */
  readonly hosts: Map<string, Timer>;
  readonly timer: Timer;
}

/** pg->eht_host_tree and pg->eht_set_tree. */
export interface HostTracking {
  readonly hosts: Map<string, TrackedHost>;
  readonly sets: Map<string, SourceSet>;
}

export const newHostTracking = (): HostTracking => ({ hosts: new Map(), sets: new Map() });

/** A record of a report, and who sent it. */
export interface HostRecord {
  readonly type: RecordType;
  /** Its address in the packet. */
  readonly host: string;
  readonly sources: readonly string[];
}

const isTracked = (events: BridgeEvents, { port }: PortGroup): boolean =>
  port.flags.fastLeave && events.multicast.parts.tracksHosts;

/** br_multicast_eht_handle(): whether what is kept of the port has changed. */
export function trackHost(events: BridgeEvents, group: PortGroup, { type, host, sources }: HostRecord): boolean {
  if (!isTracked(events, group)) return false;
  const who = events.multicast.parts.trackedHost(host);
  switch (type) {
    case 'allow':
      // What it changes is not told: __eht_ip4_handle().
      allow(events, group, who, sources);
      return false;
    case 'block':
      return block(events, group, who, sources);
    case 'is-in':
    case 'to-in':
      return wants(events, group, who, sources, 'include', type === 'to-in');
    case 'is-ex':
    case 'to-ex':
      return wants(events, group, who, sources, 'exclude', type === 'to-ex');
  }
}

/** br_multicast_eht_should_del_pg(): a port where members leave at once, and nobody is left. */
export const isForsaken = (events: BridgeEvents, group: PortGroup): boolean =>
  isTracked(events, group) && group.tracking.hosts.size === 0;

/** br_multicast_eht_clean_sets(). */
export function forgetHosts(group: PortGroup): void {
  for (const set of [...group.tracking.sets.values()]) removeSet(group, set);
}

const modeOf = ({ tracking }: PortGroup, host: string): FilterMode => tracking.hosts.get(host)?.mode ?? 'include';

/** br_multicast_eht_allow(). */
function allow(events: BridgeEvents, group: PortGroup, host: string, sources: readonly string[]): void {
  if (modeOf(group, host) === 'include') addEntries(events, group, host, sources, 'include');
  else removeEntries(events, group, host, sources);
}

/** br_multicast_eht_block(). */
function block(events: BridgeEvents, group: PortGroup, host: string, sources: readonly string[]): boolean {
  if (modeOf(group, host) === 'include') return removeEntries(events, group, host, sources);
  addEntries(events, group, host, sources, 'exclude');
  return false;
}

/** __eht_inc_exc() and br_eht_convert_host_filter_mode(): a host says anew what it wants. */
function wants(
  events: BridgeEvents,
  group: PortGroup,
  host: string,
  sources: readonly string[],
  mode: FilterMode,
  isChange: boolean,
): boolean {
  const startsAnew = isChange || modeOf(group, host) !== mode;
  if (startsAnew) removeHost(group, host);
  addEntries(events, group, host, sources, mode);
  const changed = startsAnew && dropUnwanted(events, group, mode === 'include' && isChange);
  const known = group.tracking.hosts.get(host);
  if (known !== undefined) known.mode = mode;
  if (mode === 'include') removeEntry(group, EVERYBODY, host);
  else addEntry(events, group, EVERYBODY, host, mode);
  return changed;
}

/** Sources that no host is left for go; `hurries`: those that are asked for end with the question. */
function dropUnwanted(events: BridgeEvents, group: PortGroup, hurries: boolean): boolean {
  let changed = false;
  for (const source of [...group.sources]) {
    const set = group.tracking.sets.get(source.address);
    if (set === undefined) {
      removeSource(events, group, source);
      changed = true;
    } else if (hurries && source.isToQuery) set.timer.set(events.now() + lastMemberTime(group));
  }
  return changed;
}

/** br_multicast_lmqt(). */
function lastMemberTime({ entry }: PortGroup): Nanoseconds {
  const { intervals, lastMemberCount } = contextOfEntry(entry);
  return intervals.lastMember * BigInt(lastMemberCount);
}

/** __eht_create_set_entries(). */
function addEntries(
  events: BridgeEvents,
  group: PortGroup,
  host: string,
  sources: readonly string[],
  mode: FilterMode,
): void {
  for (const source of sources) if (!isZero(source)) addEntry(events, group, source, host, mode);
}

const isZero = (address: string): boolean => address === '0.0.0.0' || address === '::';

/** __eht_del_set_entries(): a source that nobody is left for goes. */
function removeEntries(events: BridgeEvents, group: PortGroup, host: string, sources: readonly string[]): boolean {
  let changed = false;
  for (const address of sources) {
    if (!removeEntry(group, isZero(address) ? EVERYBODY : address, host)) continue;
    const source = group.sources.find((each) => each.address === address);
    if (source === undefined) continue;
    removeSource(events, group, source);
    changed = true;
  }
  return changed;
}

/** br_multicast_create_eht_set_entry(). */
function addEntry(events: BridgeEvents, group: PortGroup, source: string, host: string, mode: FilterMode): void {
  const set = sourceSet(events, group, source);
  const tracked = trackedHost(events, group, host, mode);
  const timer = tracked === undefined ? undefined : entryTimer(events, group, set, tracked);
  if (timer === undefined) {
    if (tracked?.sources.size === 0) destroyHost(group, tracked);
    if (set.hosts.size === 0) removeSet(group, set);
    return;
  }
  const end = events.multicast.parts.hostEnd(events.now() + contextOfEntry(group.entry).intervals.membership);
  timer.set(end);
  set.timer.set(end);
}

/** __eht_lookup_create_set(). */
function sourceSet(events: BridgeEvents, group: PortGroup, source: string): SourceSet {
  const known = group.tracking.sets.get(source);
  if (known !== undefined) return known;
  const set: SourceSet = {
    source,
    hosts: new Map(),
    timer: new Timer(events.at.bind(events), () => removeSet(group, set)),
  };
  group.tracking.sets.set(source, set);
  return set;
}

/** __eht_lookup_create_host(); undefined: the port has as many hosts as it may have. */
function trackedHost(
  events: BridgeEvents,
  group: PortGroup,
  address: string,
  mode: FilterMode,
): TrackedHost | undefined {
  const known = group.tracking.hosts.get(address);
  if (known !== undefined) return known;
  const { multicast } = group.port;
  if (!events.multicast.parts.admitsHost(multicast.hosts, multicast.hostsLimit)) return undefined;
  const host: TrackedHost = { address, mode, sources: new Set(), count: 0 };
  group.tracking.hosts.set(address, host);
  multicast.hosts++;
  return host;
}

/** __eht_lookup_create_set_entry(); undefined: the host has as many sources as it may have. */
function entryTimer(events: BridgeEvents, group: PortGroup, set: SourceSet, host: TrackedHost): Timer | undefined {
  const known = set.hosts.get(host.address);
  if (known !== undefined) return known;
  const isCounted = set.source !== EVERYBODY;
  if (isCounted && host.count >= MOST_OF_HOST) return undefined;
  const timer = new Timer(events.at.bind(events), () => void removeEntry(group, set.source, host.address));
  set.hosts.set(host.address, timer);
  host.sources.add(set.source);
  if (isCounted) host.count++;
  return timer;
}

/** br_multicast_del_eht_set_entry(): whether the source has nobody left. */
function removeEntry(group: PortGroup, source: string, host: string): boolean {
  const set = group.tracking.sets.get(source);
  if (set?.hosts.has(host) !== true) return false;
  dropEntry(group, set, host);
  if (set.hosts.size > 0) return false;
  removeSet(group, set);
  return true;
}

/** __eht_del_set_entry(). */
function dropEntry(group: PortGroup, set: SourceSet, address: string): void {
  set.hosts.get(address)?.stop();
  set.hosts.delete(address);
  const host = group.tracking.hosts.get(address);
  if (host === undefined) return;
  host.sources.delete(set.source);
  host.count--;
  if (host.sources.size === 0) destroyHost(group, host);
}

/** br_multicast_del_eht_set(). */
function removeSet(group: PortGroup, set: SourceSet): void {
  for (const host of [...set.hosts.keys()]) dropEntry(group, set, host);
  set.timer.stop();
  group.tracking.sets.delete(set.source);
}

/** br_multicast_del_eht_host(). */
function removeHost(group: PortGroup, address: string): void {
  for (const source of [...(group.tracking.hosts.get(address)?.sources ?? [])]) removeEntry(group, source, address);
}

/** __eht_destroy_host(). */
function destroyHost({ tracking, port }: PortGroup, { address }: TrackedHost): void {
  if (tracking.hosts.delete(address)) port.multicast.hosts--;
}
