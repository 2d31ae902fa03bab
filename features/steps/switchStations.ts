/** Stations that are known to a bridge before a scenario begins. */
import { NTF_EXT_LEARNED } from '../../reference-impl/netlink/constants.js';
import type { Tag } from '../properties/numberedFrames.js';
import type { StationName } from '../properties/stations.js';
import { portCalled, sendInto, watch } from './switchPorts.js';
import { entriesUntil } from './switchTable.steps.js';
import type { NicWorld } from './world.js';

/** An address that no station has. */
const NOBODY = 'Z';

/**
 * The station sends to an address that nobody has, and is given the time to be learned: a driver that learns by interrupts does it a
 * while after the frame, and the kernel may have learned the station itself by then. Whether it was learned is for the steps that follow
 * to see.
 */
export async function showStation(
  world: NicWorld,
  station: StationName,
  port: string,
  tags: readonly Tag[] = [],
): Promise<void> {
  await sendInto(world, port, [{ from: station, to: NOBODY, tags }]);
  await watch(world, new Map());
  const { ifIndex } = portCalled(world, port);
  const byHardware = world.session.description.capabilities['switchdev']?.present === true;
  await entriesUntil(world, station, (entries) =>
    entries.some((entry) => entry.ifIndex === ifIndex && (!byHardware || (entry.flags & NTF_EXT_LEARNED) !== 0)),
  );
}
