/** Filters of dumps by what a net device is a part of: link_master_filtered(), neigh_master_filtered(). */
import type { NetDevice } from '../netDevice.js';

/** -1: of what has no master. */
const NO_MASTER = 0xffff_ffff;

export const masterOf = ({ bridgePort, bondMember, vrf }: NetDevice): NetDevice | undefined =>
  bridgePort?.bridge.netDevice ?? bondMember?.bond.netDevice ?? vrf;

/** Whether a dump of what has this master leaves the net device out; 0: of everything. */
export function isMasterFiltered(netDevice: NetDevice, wanted: number): boolean {
  if (wanted === 0) return false;
  const master = masterOf(netDevice);
  return wanted === NO_MASTER ? master !== undefined : master?.ifIndex !== wanted;
}
