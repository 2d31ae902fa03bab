/** How many messages of which kind: br_multicast_count() and br_mcast_stats_add() of net/bridge/br_multicast.c. */
import type { Bridge, BridgePort } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import type { McastDirection, McastStatistic } from './multicastState.js';
import { readMessage, type MessageType } from './messages.js';

/** Of the bridge itself, if there is no port. */
export function countMessage(
  events: BridgeEvents,
  bridge: Bridge,
  port: BridgePort | null,
  bytes: Uint8Array,
  direction: McastDirection,
): void {
  const read = readMessage(bytes);
  if (read.kind === 'message') count(events, bridge, port, statisticOf(read.type), direction);
}

/** br_multicast_err_count(). */
export function countBroken(
  events: BridgeEvents,
  bridge: Bridge,
  port: BridgePort | null,
  family: 'ipv4' | 'ipv6',
): void {
  if (events.multicast.parts.countsErrors)
    count(events, bridge, port, family === 'ipv4' ? 'igmp_parse_errors' : 'mld_parse_errors', 'rx');
}

function count(
  { multicast: { parts } }: BridgeEvents,
  bridge: Bridge,
  port: BridgePort | null,
  statistic: McastStatistic,
  direction: McastDirection,
): void {
  if ((!bridge.multicast.countsMessages && !parts.countsWhenOff) || !parts.counts(direction)) return;
  const { statistics } = (port ?? bridge).multicast;
  const key = `${statistic} ${direction}` as const;
  statistics.set(key, (statistics.get(key) ?? 0) + 1);
}

const STATISTICS: Readonly<Record<MessageType, McastStatistic>> = {
  'igmp-query-v1': 'igmp_v1queries',
  'igmp-query-v2': 'igmp_v2queries',
  'igmp-query-v3': 'igmp_v3queries',
  'igmp-leave': 'igmp_leaves',
  'igmp-report-v1': 'igmp_v1reports',
  'igmp-report-v2': 'igmp_v2reports',
  'igmp-report-v3': 'igmp_v3reports',
  'mld-query-v1': 'mld_v1queries',
  'mld-query-v2': 'mld_v2queries',
  'mld-done': 'mld_leaves',
  'mld-report-v1': 'mld_v1reports',
  'mld-report-v2': 'mld_v2reports',
};

const statisticOf = (type: MessageType): McastStatistic => STATISTICS[type];
