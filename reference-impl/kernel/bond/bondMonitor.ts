/** What runs again and again as long as an aggregate is up: bond_mii_monitor(), bond_arp_monitor() and the machines of LACP. */
import { isUp } from '../netDevice.js';
import { runArpMonitor } from './arpMonitor.js';
import { balances, balancesReceive, negotiates, watchesByArp, type Bond } from './bond.js';
import { lookAtLinks } from './bondLinks.js';
import type { Bonding } from './bonding.js';
import { startLacp } from './lacp.js';
import { TLB_TICK_MS, isDynamic, tickTlb } from './tlb.js';
import { MILLISECOND } from '../../nanoseconds.js';

/** bond_open(). What ran before does not go on. */
export function startMonitor(bonding: Bonding, bond: Bond): void {
  const run = ++bond.monitor;
  if (negotiates(bond)) startLacp(bonding, bond);
  if (!isUp(bond.netDevice)) return;
  if (balances(bond) && (isDynamic(bond) || balancesReceive(bond))) again(TLB_TICK_MS, () => tickTlb(bonding, bond));
  const { miimon } = bond.settings;
  if (miimon !== 0) again(miimon, () => lookAtLinks(bonding, bond));
  if (watchesByArp(bond))
    again(bonding.parts.arp.interval(bond.settings.arpInterval), () => runArpMonitor(bonding, bond));

  function again(milliseconds: number, work: () => void): void {
    const look = (): void => {
      if (bond.monitor !== run) return;
      work();
      bonding.at(bonding.kernel.now + BigInt(milliseconds) * MILLISECOND, look);
    };
    bonding.at(bonding.kernel.now, look);
  }
}
