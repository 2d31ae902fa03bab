/** The queue statistics of the port, summed over its queues. */
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

/** A counter that no queue keeps is not in the map. */
export async function queueTotals(world: NicWorld): Promise<ReadonlyMap<string, number>> {
  const ethtool = await world.ethtool();
  const counters = accepted(await ethtool.deviceQueueStatistics(world.port.ifIndex), 'reading the queue statistics');
  return new Map(Object.entries(counters));
}
