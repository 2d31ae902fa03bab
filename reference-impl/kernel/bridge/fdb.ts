/** What happens to the forwarding database: net/bridge/br_fdb.c. */
import type { MacAddress, Nanoseconds, Vid } from '../../../harness/contract/index.js';
import { NUD_NOARP, NUD_PERMANENT, NUD_REACHABLE } from '../../netlink/constants.js';
import { formatMac } from '../../packet/addresses.js';
import type { BridgeEvents } from './bridgeEvents.js';
import type { BridgeParts, EntryRefusal } from './bridgeParts.js';
import { BR_STATE_FORWARDING, BR_STATE_LEARNING, type Bridge, type BridgePort } from './bridge.js';
import type { FdbEntry } from './fdbTable.js';

export interface NewEntry {
  readonly address: MacAddress;
  readonly vid: Vid;
  readonly port: BridgePort | null;
  readonly isLocal?: boolean;
  readonly isStatic?: boolean;
  readonly addedByUser?: boolean;
  readonly addedByExternLearn?: boolean;
  readonly isDynamicLearned?: boolean;
  readonly isLocked?: boolean;
}

/** fdb_create(); undefined beyond the limit of learned entries. */
function createEntry(events: BridgeEvents, bridge: Bridge, seed: NewEntry): FdbEntry | undefined {
  const isDynamicLearned = seed.isDynamicLearned ?? false;
  if (isDynamicLearned && bridge.maxLearned > 0 && !events.parts.admitsLearned(bridge.fdb.learned, bridge.maxLearned))
    return undefined;
  const entry: FdbEntry = {
    address: seed.address,
    vid: seed.vid,
    port: seed.port,
    isLocal: seed.isLocal ?? false,
    isStatic: seed.isStatic ?? false,
    isSticky: false,
    addedByUser: seed.addedByUser ?? false,
    addedByExternLearn: seed.addedByExternLearn ?? false,
    offloaded: false,
    isDynamicLearned,
    isLocked: seed.isLocked ?? false,
    updated: events.now(),
    used: events.now(),
  };
  bridge.fdb.add(entry);
  planAgeing(events, bridge);
  return entry;
}

/** br_fdb_update(): a frame with this source came in through the port. */
export function learn(
  events: BridgeEvents,
  port: BridgePort,
  bytes: Uint8Array,
  at: number,
  vid: Vid,
  { addedByUser = false, isLocked = false }: { readonly addedByUser?: boolean; readonly isLocked?: boolean } = {},
): void {
  const { bridge } = port;
  if (bridge.ageingTime === 0n) return;
  const entry = bridge.fdb.find(bytes, at, vid);
  if (entry === undefined) {
    const address = formatMac(bytes, at) as MacAddress;
    const seed = { address, vid, port, addedByUser, isLocked, isDynamicLearned: !addedByUser };
    const created = createEntry(events, bridge, seed);
    if (created !== undefined) events.fdbChanged(bridge, created, 'new', 'tell-device');
    return;
  }
  if (entry.isLocal) {
    events.warn(
      `${bridge.netDevice.name}: received packet on ${port.netDevice.name} with own address as source address`,
    );
    return;
  }
  entry.updated = events.parts.refreshesOnReceive ? events.now() : entry.updated;
  if (addedByUser) {
    entry.addedByUser = true;
    bridge.fdb.forgetLearned(entry);
  }
  if (entry.port === port || (entry.isSticky && events.parts.honoursSticky) || !events.parts.followsMoves) return;
  events.fdbLeaves(bridge, entry);
  entry.port = port;
  if (events.parts.takesOverMoved) entry.addedByExternLearn = false;
  if (events.authentication.unlocksMoved) entry.isLocked = false;
  events.fdbChanged(bridge, entry, 'new', 'tell-device');
  planAgeing(events, bridge);
}

/** br_fdb_add_local(): an address of a port, or of the bridge itself, is the host's. */
export function addLocal(
  events: BridgeEvents,
  bridge: Bridge,
  port: BridgePort | null,
  address: MacAddress,
  vid: Vid,
): void {
  const known = bridge.fdb.get(address, vid);
  if (known?.isLocal === true) return;
  if (known !== undefined && !events.parts.hostTakesPlace) return;
  if (known !== undefined) removeEntry(events, bridge, known);
  const entry = createEntry(events, bridge, { address, vid, port, isLocal: true, isStatic: true });
  if (entry !== undefined) events.fdbChanged(bridge, entry, 'new', 'tell-device');
}

/** fdb_delete_local(): the address stays where another port, or the bridge, has it too. */
export function removeLocal(
  events: BridgeEvents,
  bridge: Bridge,
  port: BridgePort | null,
  address: MacAddress,
  vid: Vid,
): void {
  const entry = bridge.fdb.get(address, vid);
  if (entry?.isLocal !== true || entry.addedByUser || entry.port !== port) return;
  const { sharesAddress } = events.parts;
  for (const other of sharesAddress('port') ? bridge.ports.values() : []) {
    if (other === port || other.netDevice.address !== address || (vid !== 0 && !other.vlans.members.has(vid))) continue;
    entry.port = other;
    return;
  }
  const isBridges = bridge.netDevice.address === address && (vid === 0 || bridge.vlans.members.has(vid));
  if (port !== null && isBridges && sharesAddress('bridge')) {
    entry.port = null;
    return;
  }
  removeEntry(events, bridge, entry);
}

/** fdb_delete(). */
export function removeEntry(events: BridgeEvents, bridge: Bridge, entry: FdbEntry): void {
  bridge.fdb.remove(entry);
  events.fdbChanged(bridge, entry, 'del', 'tell-device');
}

export type FlushExtent = 'learned' | 'all';

/** br_fdb_delete_by_port(): `learned` leaves what is static; what the device learned goes with the port. */
export function flushPort(events: BridgeEvents, port: BridgePort, extent: FlushExtent, vid?: Vid): void {
  const { bridge } = port;
  for (const entry of bridge.fdb.entries()) {
    if (!events.parts.flushedWith(entry.port, port) || (vid !== undefined && entry.vid !== vid)) continue;
    const stays = entry.isStatic || (entry.addedByExternLearn && !entry.offloaded);
    if (extent === 'learned' && stays) continue;
    if (entry.isLocal && !entry.addedByUser) removeLocal(events, bridge, port, entry.address, entry.vid);
    else removeEntry(events, bridge, entry);
  }
}

/** br_fdb_flush(): of the whole bridge, what matches; never what is the host's own unless it was asked for. */
export function flushBridge(
  events: BridgeEvents,
  bridge: Bridge,
  matches: (entry: FdbEntry) => boolean = ({ isStatic, isLocal }) =>
    !isStatic || (!isLocal && !events.parts.sparesStatic),
): void {
  for (const entry of bridge.fdb.entries()) if (matches(entry)) removeEntry(events, bridge, entry);
}

const isAged = ({ isStatic, addedByExternLearn }: FdbEntry): boolean => !isStatic && !addedByExternLearn;

/** has_expired(). */
export const hasExpired = (bridge: Bridge, entry: FdbEntry, now: Nanoseconds): boolean =>
  isAged(entry) && entry.updated + bridge.ageingTime <= now;

/** br_fdb_cleanup(): removes what is too old, and comes again when the next entry will be. */
export function age(events: BridgeEvents, bridge: Bridge): void {
  for (const entry of bridge.fdb.entries()) {
    if (
      events.parts.ages(entry, isAged(entry)) &&
      entry.updated + events.parts.ageingTime(bridge.ageingTime) <= events.now()
    )
      removeEntry(events, bridge, entry);
  }
  planAgeing(events, bridge);
}

/** Plans the next run of the ageing timer, unless it is planned. */
export function planAgeing(events: BridgeEvents, bridge: Bridge): void {
  if (bridge.ageingPlanned) return;
  let due: Nanoseconds | undefined;
  for (const entry of bridge.fdb.entries()) {
    if (!events.parts.ages(entry, isAged(entry))) continue;
    const end = entry.updated + events.parts.ageingTime(bridge.ageingTime);
    if (due === undefined || end < due) due = end;
  }
  if (due === undefined) return;
  bridge.ageingPlanned = true;
  events.at(due, () => {
    bridge.ageingPlanned = false;
    age(events, bridge);
  });
}

/** What RTM_NEWNEIGH asks for, for one VLAN. */
export interface EntryRequest {
  readonly address: MacAddress;
  readonly vid: Vid;
  /** Null: the bridge itself. */
  readonly port: BridgePort | null;
  /** NUD_*. */
  readonly state: number;
  readonly sticky: boolean;
  readonly create: boolean;
  readonly exclusive: boolean;
}

/** fdb_add_entry(). */
export function addByUser(events: BridgeEvents, bridge: Bridge, request: EntryRequest): EntryRefusal | undefined {
  const { address, vid, port, state, sticky } = request;
  const isPermanent = (state & NUD_PERMANENT) !== 0;
  const isStatic = isPermanent || (state & NUD_NOARP) !== 0;
  if (port !== null && !isStatic && port.state !== BR_STATE_LEARNING && port.state !== BR_STATE_FORWARDING)
    return 'EPERM';
  if (port === null && !isPermanent) return 'EINVAL';
  if (sticky && isPermanent) return 'EINVAL';
  const known = bridge.fdb.get(address, vid);
  if (known === undefined && !request.create) return 'ENOENT';
  if (known !== undefined && request.exclusive) return 'EEXIST';
  const entry = known ?? createEntry(events, bridge, { address, vid, port, addedByUser: true });
  if (entry === undefined) return undefined;
  let modified = known === undefined || entry.port !== port || entry.isSticky !== sticky || entry.isLocked;
  modified ||= nudState(events.parts, bridge, entry, events.now()) !== state && events.parts.tellsNewKind;
  entry.port = port;
  entry.addedByUser = true;
  if (events.parts.discountsTakenOver) bridge.fdb.forgetLearned(entry);
  entry.isLocal = isPermanent;
  entry.isStatic = isStatic;
  entry.isSticky = sticky;
  if (events.authentication.unlocksReplaced) entry.isLocked = false;
  entry.used = events.now();
  if (modified) {
    entry.updated = events.now();
    events.fdbChanged(bridge, entry, 'new', 'tell-device');
  }
  planAgeing(events, bridge);
  return undefined;
}

/** br_fdb_external_learn_add(): `byUser`: over netlink with NTF_EXT_LEARNED, and not from the driver. */
export function learnExternally(
  events: BridgeEvents,
  bridge: Bridge,
  port: BridgePort | null,
  address: MacAddress,
  vid: Vid,
  byUser: boolean,
): void {
  const telling = byUser ? 'tell-device' : 'device-told';
  const known = bridge.fdb.get(address, vid);
  if (known === undefined) {
    const isLocal = port === null;
    const isDynamicLearned = !byUser && !isLocal;
    const seed = { address, vid, port, isLocal, addedByUser: byUser, addedByExternLearn: true, isDynamicLearned };
    const entry = createEntry(events, bridge, seed);
    if (entry !== undefined) events.fdbChanged(bridge, entry, 'new', telling);
    return;
  }
  const modified = known.port !== port || !known.addedByExternLearn || known.isLocked;
  known.updated = events.now();
  if (known.addedByExternLearn) known.used = events.now();
  known.port = port;
  known.addedByExternLearn = true;
  if (events.authentication.unlocksMoved) known.isLocked = false;
  if (byUser) known.addedByUser = true;
  if (port === null) known.isLocal = true;
  if (byUser || port === null) bridge.fdb.forgetLearned(known);
  if (modified) events.fdbChanged(bridge, known, 'new', telling);
}

/** br_fdb_external_learn_del(): the driver takes back what it learned. */
export function forgetExternally(events: BridgeEvents, bridge: Bridge, address: MacAddress, vid: Vid): void {
  const entry = bridge.fdb.get(address, vid);
  if (entry?.addedByExternLearn !== true) return;
  bridge.fdb.remove(entry);
  events.fdbChanged(bridge, entry, 'del', 'device-told');
}

/** fdb_to_nud(). */
export function nudState({ expiredState }: BridgeParts, bridge: Bridge, entry: FdbEntry, now: Nanoseconds): number {
  if (entry.isLocal) return NUD_PERMANENT;
  if (entry.isStatic) return NUD_NOARP;
  return hasExpired(bridge, entry, now) ? expiredState : NUD_REACHABLE;
}
