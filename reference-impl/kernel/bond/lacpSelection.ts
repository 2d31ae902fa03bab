/** Which of the aggregators carries the traffic: ad_agg_selection_logic() of drivers/net/bonding/bond_3ad.c. */
import { BOND_AD_STABLE, BOND_LINK_UP } from '../../netlink/families/bond.js';
import { setCarrier } from '../linkState.js';
import { isUsable, setInactive, type Bond } from './bond.js';
import type { Bonding } from './bonding.js';
import { enabledPorts, hasPartner, type LacpAggregator, type LacpPort } from './lacpPort.js';

const aggregatorsOf = ({ members }: Bond): readonly LacpAggregator[] =>
  [...members.values()].flatMap(({ lacp }) => (lacp === undefined ? [] : [lacp.own]));

export const activeAggregator = (bond: Bond): LacpAggregator | undefined =>
  aggregatorsOf(bond).find(({ isActive }) => isActive);

const isDeviceUp = ({ ports }: LacpAggregator): boolean => ports.some(({ member }) => isUsable(member));

/** ad_agg_selection_test(): one that answers is better than one that does not, and then the one with more links. */
function better(best: LacpAggregator | undefined, each: LacpAggregator): LacpAggregator {
  if (best === undefined) return each;
  if (hasPartner(each) !== hasPartner(best)) return hasPartner(each) ? each : best;
  return enabledPorts(each) > enabledPorts(best) ? each : best;
}

/**
 * With the policy stable an aggregator that is in use and answers stays in use. The two others look at bandwidth and at the number of links,
 * which is the same where links are alike.
 */
export function selectAggregator(bonding: Bonding, bond: Bond): void {
  const active = activeAggregator(bond);
  let best = active !== undefined && isDeviceUp(active) ? active : undefined;
  for (const each of aggregatorsOf(bond)) {
    each.isActive = false;
    if (enabledPorts(each) > 0 && isDeviceUp(each)) best = better(best, each);
  }
  const isKept =
    bonding.parts.lacp.select(bond.settings.adSelect) === BOND_AD_STABLE &&
    active !== undefined &&
    enabledPorts(active) > 0 &&
    (hasPartner(active) || (best !== undefined && !hasPartner(best)));
  const chosen = isKept && best !== undefined ? active : best;
  if (chosen !== undefined) {
    chosen.isActive = true;
    if (active !== undefined && active !== chosen) for (const port of active.ports) disable(bonding, port);
    // Nobody answers anywhere: the link is used without.
    if (!hasPartner(chosen)) for (const port of chosen.ports) enablePort(bonding, port);
  }
  followAggregator(bonding, bond);
}

/** bond_3ad_set_carrier(). */
export function followAggregator(bonding: Bonding, bond: Bond): void {
  const active = activeAggregator(bond);
  const isLive = active !== undefined && enabledPorts(active) >= bonding.parts.lacp.minLinks(bond.settings.minLinks);
  setCarrier(bonding.kernel, bond.netDevice, isLive);
}

/** __enable_port(). */
export function enablePort(bonding: Bonding, { member }: LacpPort): void {
  if (member.link !== BOND_LINK_UP || !isUsable(member) || !member.isBackup) return;
  member.isBackup = member.isInactive = false;
  bonding.memberChanged(member);
}

/** ad_disable_distributing(): what comes in is another matter. */
export function stopSending(bonding: Bonding, { aggregator, member }: LacpPort): void {
  if (aggregator === undefined || !hasPartner(aggregator) || member.isBackup) return;
  member.isBackup = true;
  bonding.memberChanged(member);
}

/** ad_disable_collecting_distributing(): without a partner a port stays as it is. */
export function disablePort(bonding: Bonding, port: LacpPort): void {
  if (port.aggregator !== undefined && hasPartner(port.aggregator)) disable(bonding, port);
}

function disable(bonding: Bonding, { member }: LacpPort): void {
  if (member.isBackup) return;
  setInactive(member);
  bonding.memberChanged(member);
}
