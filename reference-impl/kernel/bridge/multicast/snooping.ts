/** What a frame to a group tells of members and routers: br_multicast_rcv() of net/bridge/br_multicast.c. */
import type { Vid } from '../../../../harness/contract/index.js';
import { formatIpv4, formatIpv6, formatMac } from '../../../packet/addresses.js';
import { readU16 } from '../../../packet/bytes.js';
import { isUp } from '../../netDevice.js';
import type { Bridge, BridgePort } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import { contextOf, isGloballyOff, isInUse, portContextOf } from './contexts.js';
import { isGroupOf, join, removePortGroup } from './groups.js';
import type { HostRecord } from './hostTracking.js';
import type { GroupAddress, GroupEntry } from './groupTable.js';
import { readMessage, type Addressed, type MessageType } from './messages.js';
import { countBroken, countMessage } from './multicastCounters.js';
import type { MessageKind } from './multicastParts.js';
import { handlesSources, type BridgeContext, type Family, type PortContext } from './multicastState.js';
import { markRouter, queryReceived, sendLeaveQuery } from './queries.js';
import { RECORD_TYPES, applyRecord } from './sources.js';
import type { Timer } from './timer.js';
import { MILLISECOND } from '../../../nanoseconds.js';

/** Where the frame belongs. */
export interface Snooped {
  /** It breaks the rules of its protocol, and is dropped. */
  readonly isBroken: boolean;
  /** It is a message of IGMP or MLD, and goes by no entry. */
  readonly isMessage: boolean;
  /** Without an entry it is for routers alone. */
  readonly forRouters: boolean;
  readonly addressed: Addressed | undefined;
}

const NOT_SNOOPED: Snooped = { isBroken: false, isMessage: false, forRouters: false, addressed: undefined };

/** Where a message came in: at a port, or from the host. */
interface Arrival {
  readonly events: BridgeEvents;
  readonly bridge: Bridge;
  readonly port: BridgePort | null;
  readonly context: BridgeContext;
  readonly portContext: PortContext | null;
  readonly vid: Vid;
  /** Address of its sender on the link. */
  readonly host: string;
  readonly bytes: Uint8Array;
}

export function snoop(
  events: BridgeEvents,
  bridge: Bridge,
  port: BridgePort | null,
  bytes: Uint8Array,
  vid: Vid,
): Snooped {
  if (!bridge.multicastSnooping || (port === null && !events.multicast.parts.snoopsHost)) return NOT_SNOOPED;
  const context = contextOf(bridge, vid);
  // A VLAN that is not snooped in is as a bridge that does not snoop.
  if (isGloballyOff(context)) return NOT_SNOOPED;
  const portContext = port === null ? null : portContextOf(port, vid);
  const read = readMessage(bytes);
  switch (read.kind) {
    case 'other':
      return NOT_SNOOPED;
    case 'broken':
      countBroken(events, bridge, port, read.family);
      return { ...NOT_SNOOPED, isBroken: events.multicast.parts.ignoresBroken };
    case 'data': {
      const isLocal = isLocalGroup(read);
      if (isAdvertisement(bytes, read)) markRouter(events, context, portContext, read.family);
      return { ...NOT_SNOOPED, forRouters: !isLocal, addressed: read };
    }
    case 'message': {
      const arrival = { events, bridge, port, context, portContext, vid, host: formatMac(bytes, 6), bytes };
      const isRefused = !handle(arrival, read.type, read);
      countMessage(events, bridge, port, bytes, 'rx');
      const forRouters = REPORTS.has(read.type) && events.multicast.parts.reportsToRouters;
      return { isBroken: isRefused, isMessage: true, forRouters, addressed: read };
    }
  }
}

const REPORTS: ReadonlySet<MessageType> = new Set(['igmp-report-v1', 'igmp-report-v2', 'mld-report-v1']);

/** ipv4_is_local_multicast(), ipv6_addr_is_ll_all_nodes(): groups that everybody is in. */
export const isLocalGroup = ({ destination }: Addressed): boolean => isEverybodys(destination);

const isEverybodys = (group: string): boolean => group === 'ff02::1' || group.startsWith('224.0.0.');

const PIM_HELLO = 0x20;
const IPPROTO_PIM = 103;
const IPPROTO_IGMP = 2;
const IGMP_MRDISC_ADV = 0x30;
const ICMPV6_MRDISC_ADV = 151;

/** br_multicast_pim(), br_ip4_multicast_mrd_rcv() and br_ip6_multicast_mrd_rcv(): a router says that it is there. */
function isAdvertisement(bytes: Uint8Array, read: Addressed & { readonly protocol: number }): boolean {
  const { destination, start, protocol } = read;
  if (destination === '224.0.0.13') return protocol === IPPROTO_PIM && bytes[start] === PIM_HELLO;
  if (destination === '224.0.0.106') return protocol === IPPROTO_IGMP && bytes[start] === IGMP_MRDISC_ADV;
  return destination === 'ff02::6a' && bytes[start] === ICMPV6_MRDISC_ADV;
}

const KINDS: Readonly<Partial<Record<MessageType, MessageKind>>> = {
  'igmp-report-v1': 'igmp-v1',
  'igmp-report-v2': 'igmp-v2',
  'igmp-report-v3': 'igmp-v3',
  'igmp-leave': 'igmp-leave',
  'mld-report-v1': 'mld-v1',
  'mld-report-v2': 'mld-v2',
  'mld-done': 'mld-done',
};

/** False: there are too many groups, and the frame is dropped. */
function handle(arrival: Arrival, type: MessageType, message: Addressed): boolean {
  const kind = KINDS[type];
  if (kind !== undefined && !arrival.events.multicast.parts.understands(kind)) return true;
  const { bytes } = arrival;
  const { start } = message;
  switch (type) {
    case 'igmp-report-v1':
    case 'igmp-report-v2':
      return joinPlainly(arrival, 'ipv4', formatIpv4(bytes, start + 4));
    case 'mld-report-v1':
      return joinPlainly(arrival, 'ipv6', formatIpv6(bytes, start + 8));
    case 'igmp-leave':
      leave(arrival, 'ipv4', formatIpv4(bytes, start + 4));
      return true;
    case 'mld-done':
      leave(arrival, 'ipv6', formatIpv6(bytes, start + 8));
      return true;
    case 'igmp-report-v3':
    case 'mld-report-v2':
      return report(arrival, message);
    case 'igmp-query-v1':
    case 'igmp-query-v2':
    case 'igmp-query-v3':
      query(arrival, message, igmpQuery(bytes, message, arrival.context));
      return true;
    case 'mld-query-v1':
    case 'mld-query-v2':
      query(arrival, message, mldQuery(bytes, message, arrival.context));
      return true;
  }
}

const addressOf = ({ vid, events }: Arrival, protocol: Family, address: string): GroupAddress => ({
  protocol,
  address,
  source: '',
  vid: events.multicast.parts.groupVid(vid) as Vid,
});

/** br_ip4_multicast_add_group() of a version without sources. */
function joinPlainly(arrival: Arrival, family: Family, group: string): boolean {
  if (isEverybodys(group)) return true;
  const { events, bridge, port, host } = arrival;
  return join(events, bridge, port, addressOf(arrival, family, group), { host, mode: 'exclude', isPlain: true }).ok;
}

/** br_multicast_leave_group(). */
function leave(arrival: Arrival, family: Family, group: string): void {
  const { events, bridge, port, context, portContext, host } = arrival;
  const { parts } = events.multicast;
  const entry = isEverybodys(group) ? undefined : bridge.multicast.groups.get(addressOf(arrival, family, group));
  if (entry === undefined || !isInUse(context, portContext)) return;
  if (port !== null && parts.fastLeaves(port)) {
    const own = entry.ports.find((each) => isGroupOf(each, port, host));
    if (own === undefined || (own.isPermanent && parts.sparesPermanent)) return;
    own.isFastLeave = true;
    removePortGroup(events, own);
    return;
  }
  const state = context.families[family];
  if (state.otherQuerier.isPending) return;
  const time = parts.lastMemberTime(context.intervals.lastMember * BigInt(context.lastMemberCount));
  const end = events.now() + time;
  const shorten = (timer: Timer): void => (parts.leaveShortens ? timer.setEarlier(end) : timer.set(end));
  if (context.querier) {
    const ask = { family, group, toGroup: false, suppress: false, sources: [], ttl: parts.queryTtl };
    sendLeaveQuery(events, context, portContext, ask);
    (portContext === null ? state : portContext.families[family]).ownQuery.set(end);
    const own = entry.ports.find((each) => port !== null && isGroupOf(each, port, host));
    if (own !== undefined) shorten(own.timer);
  }
  const first = entry.ports.find((each) => each.port === port);
  if (first !== undefined) shorten(first.timer);
  else if (port === null && entry.hostJoined) shorten(entry.timer);
}

/** br_ip4_multicast_igmp3_report() and br_ip6_multicast_mld2_report(): one record after the other. */
function report(arrival: Arrival, { family, start, end, source }: Addressed): boolean {
  const { bytes } = arrival;
  const [addressLength, format] = family === 'ipv4' ? [4, formatIpv4] : [16, formatIpv6];
  const count = readU16(bytes, start + 6);
  let at = start + 8;
  for (let index = 0; index < count; index++) {
    if (at + 4 + addressLength > end) return false;
    const sources = readU16(bytes, at + 2);
    const next = at + 4 + addressLength * (1 + sources);
    if (next > end) return false;
    const type = RECORD_TYPES[(bytes[at] ?? 0) - 1];
    const group = format(bytes, at + 4);
    const first = at + 4 + addressLength;
    const addresses = Array.from({ length: sources }, (_, each) => format(bytes, first + each * addressLength));
    if (type !== undefined && !takeRecord(arrival, family, group, { type, host: source, sources: addresses }))
      return false;
    at = next;
  }
  return true;
}

function takeRecord(arrival: Arrival, family: Family, group: string, record: HostRecord): boolean {
  const { type } = record;
  const { events, bridge, port, context, portContext, host } = arrival;
  const keepsSources = handlesSources(context, family);
  const isLeave = record.sources.length === 0 && (type === 'to-in' || type === 'is-in');
  if (isLeave && (port === null || !keepsSources)) {
    leave(arrival, family, group);
    return true;
  }
  if (!isLeave) {
    if (isEverybodys(group)) return true;
    const how = { host, mode: keepsSources ? 'include' : 'exclude', isPlain: !keepsSources } as const;
    if (!join(events, bridge, port, addressOf(arrival, family, group), how).ok) return false;
  }
  if (port === null || !keepsSources || !isInUse(context, portContext)) return true;
  const entry = bridge.multicast.groups.get(addressOf(arrival, family, group));
  const own = entry?.ports.find((each) => isGroupOf(each, port, host));
  if (own === undefined || own.isPermanent) return true;
  if (!events.multicast.parts.appliesRecord(type)) return true;
  if (applyRecord(events, own, record)) events.multicast.entryChanged(own.entry, own, 'new');
  return true;
}

interface ReadQuery {
  /** Empty: of all groups. */
  readonly group: string;
  readonly answerTime: bigint;
}

const TENTH = 100_000_000n;
const TEN_SECONDS = 10_000_000_000n;

/** br_ip4_multicast_query(); undefined: it changes nothing. */
function igmpQuery(bytes: Uint8Array, { start, end }: Addressed, context: BridgeContext): ReadQuery | undefined {
  const code = bytes[start + 1] ?? 0;
  const group = formatIpv4(bytes, start + 4);
  const named = group === '0.0.0.0' ? '' : group;
  if (end - start === 8)
    return code === 0 ? { group: '', answerTime: TEN_SECONDS } : { group: named, answerTime: BigInt(code) * TENTH };
  const isSuppressed = ((bytes[start + 8] ?? 0) & 8) !== 0;
  if (readU16(bytes, start + 10) !== 0) return undefined;
  if (context.igmpVersion === 3 && named !== '' && isSuppressed) return undefined;
  return { group: named, answerTime: code === 0 ? MILLISECOND : BigInt(floatingPoint(code, 4)) * TENTH };
}

/** br_ip6_multicast_query(). */
function mldQuery(bytes: Uint8Array, { start, end }: Addressed, context: BridgeContext): ReadQuery | undefined {
  const code = readU16(bytes, start + 4);
  const group = formatIpv6(bytes, start + 8);
  const named = group === '::' ? '' : group;
  if (end - start === 24) return code === 0 ? undefined : { group: named, answerTime: BigInt(code) * MILLISECOND };
  const isSuppressed = ((bytes[start + 24] ?? 0) & 8) !== 0;
  if (context.mldVersion === 2 && named !== '' && isSuppressed) return undefined;
  if (readU16(bytes, start + 26) !== 0) return undefined;
  return { group: named, answerTime: BigInt(Math.max(1, floatingPoint(code, 12))) * MILLISECOND };
}

/** RFC 3376, section 4.1.1; RFC 3810, section 5.1.3: `bits` of mantissa below three of exponent, if the highest bit is set. */
function floatingPoint(code: number, bits: number): number {
  const top = 1 << (bits + 3);
  if (code < top) return code;
  const mantissa = code & ((1 << bits) - 1);
  const exponent = (code >> bits) & 7;
  return (mantissa | (1 << bits)) << (exponent + 3);
}

function query(arrival: Arrival, { family, source }: Addressed, read: ReadQuery | undefined): void {
  const { events, bridge, context, portContext } = arrival;
  if (read === undefined || !isInUse(context, portContext)) return;
  if (read.group === '') {
    queryReceived(events, context, portContext, family, source, read.answerTime);
    return;
  }
  const entry = bridge.multicast.groups.get(addressOf(arrival, family, read.group));
  const isRead = isUp(bridge.netDevice) && events.multicast.parts.lowersTimers;
  if (entry !== undefined && isRead) lowerTimers(arrival, family, entry, read.answerTime);
}

/** Who does not answer a query for the group is a member no more. */
function lowerTimers({ events, context }: Arrival, family: Family, entry: GroupEntry, answerTime: bigint): void {
  const end = events.now() + answerTime * BigInt(context.lastMemberCount);
  if (entry.hostJoined) entry.timer.setEarlier(end);
  for (const { timer, mode } of entry.ports)
    if (timer.isPending || !handlesSources(context, family) || mode === 'exclude') timer.setEarlier(end);
}
