/** Which members of an aggregate have their link, and which of them is the active one: drivers/net/bonding/bond_main.c. */
import {
  BOND_LINK_BACK,
  BOND_LINK_DOWN,
  BOND_LINK_FAIL,
  BOND_LINK_UP,
  BOND_MODE_ACTIVEBACKUP,
  BOND_MODE_XOR,
  BOND_PRI_RESELECT_ALWAYS,
} from '../../netlink/families/bond.js';
import { loseMember } from './alb.js';
import { setCarrier } from '../linkState.js';
import { receiveLikeAggregate, receiveModeOf } from '../receiveFilter.js';
import {
  balances,
  balancesReceive,
  canSend,
  isActiveBackup,
  isUsable,
  negotiates,
  setInactive,
  usesPrimary,
  type Bond,
  type BondMember,
  type MemberLink,
} from './bond.js';
import { moveAddress } from './failOverMac.js';
import { isTimeToTell, tellAgain, tellJoinsAgain, tellOfNewActive } from './bondNotices.js';
import type { Bonding } from './bonding.js';
import { lacpLinkChanged } from './lacp.js';
import { endStandIn, moveStation } from './memberStations.js';
import { forgetMember, rebalanceSoon } from './tlb.js';
import { followAggregator } from './lacpSelection.js';

/** bond_check_dev_link(). */
const hasLink = ({ parts }: Bonding, member: BondMember): boolean => parts.seesLink(member, isUsable(member));

/** bond_miimon_inspect() and bond_miimon_commit(). */
export function lookAtLinks(bonding: Bonding, bond: Bond): void {
  const isTime = isTimeToTell(bonding, bond);
  let hurries = isIdle(bond);
  let reselects = false;
  const before = new Map([...bond.members.values()].map((member) => [member, member.link]));
  for (const member of bond.members.values()) {
    const next = nextLink(bonding, member, hurries);
    if (next === BOND_LINK_UP) hurries = false;
    member.link = next;
  }
  for (const [member, link] of before) {
    if (member.link === link) continue;
    reselects = commit(bonding, member, link) || reselects;
    bonding.memberChanged(member);
  }
  if (reselects) selectActive(bonding, bond);
  followCarrier(bonding, bond);
  tellAgain(bonding, bond, isTime);
}

/** Nobody sends: whoever comes back is welcome at once. */
function isIdle({ settings, active, members }: Bond): boolean {
  if (settings.mode === BOND_MODE_ACTIVEBACKUP) return active === undefined;
  return settings.mode === BOND_MODE_XOR && ![...members.values()].some(canSend);
}

/** One look at one member: the state that it comes to. `hurries`: nobody else is there, and the delay is not waited for. */
function nextLink(bonding: Bonding, member: BondMember, hurries: boolean): MemberLink {
  const { settings } = member.bond;
  const { parts } = bonding;
  const up = hasLink(bonding, member);
  let { link } = member;
  if (link === BOND_LINK_UP && !up) {
    link = BOND_LINK_FAIL;
    member.delay = parts.downdelay(settings.downdelay);
  } else if (link === BOND_LINK_DOWN && up) {
    link = BOND_LINK_BACK;
    member.delay = parts.updelay(settings.updelay);
  }
  switch (link) {
    case BOND_LINK_FAIL:
      if (up) return BOND_LINK_UP;
      return member.delay-- <= 0 ? BOND_LINK_DOWN : BOND_LINK_FAIL;
    case BOND_LINK_BACK:
      if (!up) return BOND_LINK_DOWN;
      return hurries || member.delay-- <= 0 ? BOND_LINK_UP : BOND_LINK_BACK;
    default:
      return link;
  }
}

/** What a member that went or came changes; answers whether the active one is chosen again. */
function commit(bonding: Bonding, member: BondMember, before: MemberLink): boolean {
  const { parts } = bonding;
  const { bond } = member;
  switch (member.link) {
    case BOND_LINK_UP:
      // It was not gone: the link came back within the delay.
      if (before === BOND_LINK_FAIL) return false;
      // The other end is asked before the member is used again.
      if (negotiates(bond)) lacpLinkChanged(bonding, member, true);
      else if (!usesPrimary(bond)) member.isBackup = member.isInactive = false;
      if (balances(bond)) rebalanceSoon(bond);
      if (parts.prefersFirst) return true;
      return bond.active === undefined || member === bond.primary || member.priority > bond.active.priority;
    case BOND_LINK_DOWN:
      if (before === BOND_LINK_BACK) return false;
      if (parts.countsFailures) member.failures++;
      if (isActiveBackup(bond) || negotiates(bond)) setInactive(member);
      if (balances(bond)) forgetMember(bond.flows, member, false);
      if (balancesReceive(bond)) loseMember(bonding, member);
      if (negotiates(bond)) lacpLinkChanged(bonding, member, false);
      return member === bond.active && parts.choosesAgain;
    default:
      return false;
  }
}

/** bond_set_carrier(). */
export function followCarrier(bonding: Bonding, bond: Bond): void {
  if (negotiates(bond) && bond.members.size > 0) {
    followAggregator(bonding, bond);
    return;
  }
  const members = [...bond.members.values()];
  const isLive = members.some(({ link }) => link === BOND_LINK_UP);
  setCarrier(bonding.kernel, bond.netDevice, bonding.parts.carrier(members, isLive));
}

/** bond_select_active_slave(). */
export function selectActive(bonding: Bonding, bond: Bond): void {
  changeActive(bonding, bond, bestMember(bonding, bond));
  followCarrier(bonding, bond);
}

/** bond_find_best_slave(). */
function bestMember(bonding: Bonding, bond: Bond): BondMember | undefined {
  const chosen = primaryOrCurrent(bonding, bond);
  if (chosen !== undefined) return chosen;
  const members = [...bond.members.values()];
  const up = members.find(({ link }) => link === BOND_LINK_UP);
  if (up !== undefined) return up;
  const coming = members.filter(
    (member) => member.link === BOND_LINK_BACK && isUsable(member) && member.delay < bond.settings.updelay,
  );
  return coming.sort((one, other) => one.delay - other.delay)[0];
}

/** bond_choose_primary_or_current(). Speeds of members are not compared: here all are alike, and the current one is kept. */
function primaryOrCurrent({ parts }: Bonding, bond: Bond): BondMember | undefined {
  const current = bond.active;
  const currentIsUp = current?.link === BOND_LINK_UP;
  let preferred = bond.primary;
  if (preferred?.link !== BOND_LINK_UP) {
    const up = [...bond.members.values()].filter(({ link }) => link === BOND_LINK_UP);
    const [first] = up;
    preferred = up.reduce((best, each) => (best !== undefined && each.priority > best.priority ? each : best), first);
    if (preferred === undefined || preferred === current) return currentIsUp ? current : undefined;
  } else if (bond.forcePrimary) {
    bond.forcePrimary = false;
    return preferred;
  }
  if (!currentIsUp) return preferred;
  return parts.honoursReselect(bond.settings.primaryReselect) === BOND_PRI_RESELECT_ALWAYS ? preferred : current;
}

/** bond_change_active_slave() with bond_hw_addr_swap(): what the aggregate receives moves with it. */
export function changeActive(bonding: Bonding, bond: Bond, next: BondMember | undefined): void {
  const before = bond.active;
  if (before === next) return;
  if (next !== undefined) next.lastLinkUp = bonding.kernel.now;
  if (next?.link === BOND_LINK_BACK) {
    next.delay = 0;
    next.link = BOND_LINK_UP;
    if (balances(bond)) rebalanceSoon(bond);
  }
  if (before !== undefined) endStandIn(bonding, bond, before);
  bond.active = next;
  tellJoinsAgain(bonding, bond);
  if (!usesPrimary(bond)) return;
  if (before !== undefined) {
    setInactive(before);
    moveReceiveMode(bonding, before, -1);
    bonding.memberChanged(before);
  }
  if (next !== undefined) {
    next.isBackup = next.isInactive = false;
    moveReceiveMode(bonding, next, 1);
    bonding.memberChanged(next);
    if (balances(bond)) moveStation(bonding, bond, next, before);
    else moveAddress(bonding, bond, next, before);
  }
  tellOfNewActive(bonding, bond);
}

function moveReceiveMode(bonding: Bonding, { bond, netDevice }: BondMember, change: 1 | -1): void {
  const mode = receiveModeOf(bond.netDevice);
  bonding.defer(() => receiveLikeAggregate(bonding.kernel, mode, netDevice, change));
}
