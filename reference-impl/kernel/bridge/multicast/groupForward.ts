/** Where a frame to a group goes: br_mdb_entry_skb_get(), br_multicast_querier_exists() and br_multicast_flood(). */
import type { Vid } from '../../../../harness/contract/index.js';
import { formatMac } from '../../../packet/addresses.js';
import type { Bridge, BridgePort } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { contextOf, isGloballyOff, portContextOf } from './contexts.js';
import { isStarG, type GroupEntry, type PortGroup } from './groupTable.js';
import type { MulticastParts } from './multicastParts.js';
import { handlesSources, type BridgeContext, type Family } from './multicastState.js';
import { isHostRouter } from './queries.js';
import { isLocalGroup, type Snooped } from './snooping.js';

/** A frame that goes to members and routers alone; of an unknown group there are no members. */
export interface GroupHit {
  readonly entry: GroupEntry | undefined;
  readonly family: Family | 'mac';
  readonly vid: Vid;
}

/** Undefined: the frame is flooded. */
export function groupOf(
  { multicast: { parts } }: BridgeEvents,
  bridge: Bridge,
  { isMessage, forRouters, addressed }: Snooped,
  bytes: Uint8Array,
  vid: Vid,
): GroupHit | undefined {
  if (!bridge.multicastSnooping) return undefined;
  const context = contextOf(bridge, vid);
  const family = addressed?.family ?? 'mac';
  if (isGloballyOff(context)) return parts.vlan.floodsWhenOff ? undefined : { entry: undefined, family, vid };
  const groupVid = parts.groupVid(vid) as Vid;
  const entry = isMessage
    ? undefined
    : find(context, family, addressed?.destination ?? formatMac(bytes), groupVid, addressed?.source);
  if (addressed !== undefined && isLocalGroup(addressed) && !isMessage && !parts.floodsLocal)
    return { entry, family, vid };
  if (entry === undefined && !forRouters) return undefined;
  const exists =
    family === 'mac'
      ? entry?.address.protocol === 'mac'
      : querierExists(parts.vlan.querierOf(context), family, parts.waitsForAnswers);
  return parts.needsQuerier(exists) ? { entry, family, vid } : undefined;
}

function find(
  context: BridgeContext,
  protocol: Family | 'mac',
  address: string,
  vid: Vid,
  source: string | undefined,
): GroupEntry | undefined {
  const { groups } = context.bridge.multicast;
  const own =
    source !== undefined && handlesSources(context, protocol)
      ? groups.get({ protocol, address, source, vid })
      : undefined;
  return own ?? groups.get({ protocol, address, source: '', vid });
}

/** __br_multicast_querier_exists(). */
function querierExists({ families, querier }: BridgeContext, family: Family, waits: boolean): boolean {
  const { answers, otherQuerier } = families[family];
  return (!answers.isPending || !waits) && (querier || otherQuerier.isPending);
}

/** Whether the host gets it. */
export const isForHost = (
  { multicast: { parts } }: BridgeEvents,
  bridge: Bridge,
  { entry, family, vid }: GroupHit,
): boolean =>
  parts.toHost(
    entry?.hostJoined === true || isHostRouter(contextOf(bridge, vid), family === 'mac' ? undefined : family),
  );

/** A copy of the frame for a port; with an address: for that host alone. */
export interface GroupCopy {
  readonly port: BridgePort;
  readonly to: string | undefined;
}

/** br_multicast_flood(): to routers as it is, to members unless they do not want this source. */
export function* copiesOf(
  events: BridgeEvents,
  bridge: Bridge,
  { entry, family, vid }: GroupHit,
): Generator<GroupCopy> {
  const { parts } = events.multicast;
  const isAnySource = entry !== undefined && isStarG(entry.address) && handlesSources(contextOf(bridge, vid), family);
  const routerFamily = family === 'ipv6' ? 'ipv6' : 'ipv4';
  for (const port of bridge.ports.values()) {
    const groups = entry?.ports.filter((group) => group.port === port) ?? [];
    const { isRouter } = parts.vlan.routerOf(portContextOf(port, vid)).families[routerFamily];
    if (isRouter) yield { port, to: undefined };
    for (const group of isRouter ? groups.slice(1) : groups) {
      if (parts.unicasts(group)) yield { port, to: group.host };
      else if (wants(parts, group, isAnySource)) yield { port, to: undefined };
    }
  }
}

const wants = ({ blocks }: MulticastParts, group: PortGroup, isAnySource: boolean): boolean =>
  !(isAnySource && group.mode === 'include') && !blocks(group);
