/** What a rule or an action has seen: struct gnet_stats_basic_sync, twice, and struct gnet_stats_queue as far as it counts frames. */
import type { FlowStatistics } from '../../../harness/contract/index.js';

export interface FlowCounters {
  /** Of software and hardware together. */
  packets: number;
  bytes: number;
  hardwarePackets: number;
  hardwareBytes: number;
  drops: number;
  overlimits: number;
}

export const newCounters = (): FlowCounters => ({
  packets: 0,
  bytes: 0,
  hardwarePackets: 0,
  hardwareBytes: 0,
  drops: 0,
  overlimits: 0,
});

export function countSoftware(counters: FlowCounters, packets: number, bytes: number): void {
  counters.packets += packets;
  counters.bytes += bytes;
}

/** tcf_action_update_stats(), from hardware. */
export function countHardware(counters: FlowCounters, { packets, bytes }: FlowStatistics): void {
  counters.packets += packets;
  counters.bytes += bytes;
  counters.hardwarePackets += packets;
  counters.hardwareBytes += bytes;
}
