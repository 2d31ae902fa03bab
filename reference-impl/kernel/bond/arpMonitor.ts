/** Links that are watched by whether targets answer: bond_arp_monitor() of drivers/net/bonding/bond_main.c. */
import {
  BOND_LINK_BACK,
  BOND_LINK_DOWN,
  BOND_LINK_FAIL,
  BOND_LINK_UP,
  BOND_MODE_ACTIVEBACKUP,
} from '../../netlink/families/bond.js';
import { askTargets } from './arpProbes.js';
import { isUsable, isWithin, lastReceived, setInactive, type Bond, type BondMember, type MemberLink } from './bond.js';
import { isTimeToTell, tell } from './bondNotices.js';
import type { Bonding } from './bonding.js';
import { followCarrier, selectActive } from './bondLinks.js';

export function runArpMonitor(bonding: Bonding, bond: Bond): void {
  if (bond.members.size === 0) return;
  if (bond.settings.mode === BOND_MODE_ACTIVEBACKUP) watchActive(bonding, bond);
  else watchAll(bonding, bond);
}

type Proposal = readonly [BondMember, MemberLink];

/** bond_activebackup_arp_mon(). */
function watchActive(bonding: Bonding, bond: Bond): void {
  const isTime = isTimeToTell(bonding, bond);
  const proposals: Proposal[] = [];
  for (const member of bond.members.values()) {
    const link = proposed(bonding, member);
    if (link !== undefined) proposals.push([member, link]);
  }
  if (proposals.length > 0) commit(bonding, bond, proposals);
  probe(bonding, bond);
  if (isTime) tell(bonding, bond);
}

/** bond_ab_arp_inspect(). */
function proposed({ kernel, parts }: Bonding, member: BondMember): MemberLink | undefined {
  const { bond, link } = member;
  const { arp } = parts;
  const heard = lastReceived(arp, member);
  const isRecent = (time: bigint, intervals: number): boolean => isWithin(kernel.now, bond, time, intervals);
  if (link !== BOND_LINK_UP) {
    if (arp.comesBack && isRecent(heard, 1)) return BOND_LINK_UP;
    return link === BOND_LINK_BACK ? BOND_LINK_FAIL : undefined;
  }
  // It has just come: what it hears needs a whole run.
  if (isRecent(member.lastLinkUp, arp.grace)) return undefined;
  const missedMax = arp.missedMax(bond.settings.missedMax);
  if (member.isBackup)
    return bond.arpMember === undefined && !isRecent(heard, arp.backupMissedMax(missedMax))
      ? BOND_LINK_DOWN
      : undefined;
  return isRecent(member.lastTx, missedMax) && isRecent(heard, missedMax) ? undefined : BOND_LINK_DOWN;
}

/** bond_ab_arp_commit(). */
function commit(bonding: Bonding, bond: Bond, proposals: readonly Proposal[]): void {
  let reselects = false;
  for (const [member, link] of proposals) {
    if (link === BOND_LINK_UP) reselects = cameUp(bonding, member) || reselects;
    else if (link === BOND_LINK_DOWN) {
      goDown(bonding, member);
      if (member !== bond.active) continue;
      bond.arpMember = undefined;
      reselects = true;
    } else {
      member.link = link;
      setInactive(member);
      bonding.memberChanged(member);
      if (bond.active !== undefined) bond.arpMember = undefined;
    }
  }
  if (reselects) selectActive(bonding, bond);
  followCarrier(bonding, bond);
}

/** Answers whether the active member is chosen again. */
function cameUp(bonding: Bonding, member: BondMember): boolean {
  const { bond } = member;
  if (bond.active === member) return false;
  member.link = BOND_LINK_UP;
  bonding.memberChanged(member);
  if (bond.arpMember !== undefined) {
    setInactive(bond.arpMember);
    bonding.memberChanged(bond.arpMember);
    bond.arpMember = undefined;
  }
  return bond.active === undefined || member === bond.primary || member.priority > bond.active.priority;
}

function goDown(bonding: Bonding, member: BondMember): void {
  if (bonding.parts.arp.countsFailures) member.failures++;
  member.link = BOND_LINK_DOWN;
  setInactive(member);
  bonding.memberChanged(member);
}

/** bond_ab_arp_probe(): the active member asks; where there is none, one after the other is tried. */
function probe(bonding: Bonding, bond: Bond): void {
  const members = [...bond.members.values()];
  if (bond.active !== undefined) {
    for (const member of members) askIf(bonding, member, member === bond.active);
    return;
  }
  const next = nextToTry(bonding, bond, members);
  for (const member of members) if (!isUsable(member) && member.link === BOND_LINK_UP) goDown(bonding, member);
  if (next === undefined) return;
  next.link = BOND_LINK_BACK;
  next.isBackup = next.isInactive = false;
  askTargets(bonding, next);
  next.lastLinkUp = bonding.kernel.now;
  bond.arpMember = next;
  bonding.memberChanged(next);
}

function nextToTry({ parts }: Bonding, bond: Bond, members: readonly BondMember[]): BondMember | undefined {
  const [first] = members;
  const current = bond.arpMember ?? first;
  if (current === undefined || (!parts.arp.triesNext && isUsable(current))) return current;
  return members.slice(members.indexOf(current) + 1).find(isUsable) ?? members.find(isUsable);
}

function askIf(bonding: Bonding, member: BondMember, sound: boolean): void {
  if (bonding.parts.arp.asks(member, sound)) askTargets(bonding, member);
}

/** bond_loadbalance_arp_mon(). */
function watchAll(bonding: Bonding, bond: Bond): void {
  const { kernel, parts } = bonding;
  const { active } = bond;
  const missedMax = parts.arp.missedMax(bond.settings.missedMax);
  const proposals: Proposal[] = [];
  let reselects = false;
  for (const member of bond.members.values()) {
    const hasBoth = (intervals: number): boolean =>
      isWithin(kernel.now, bond, member.lastTx, intervals) && isWithin(kernel.now, bond, member.lastRx, intervals);
    if (member.link !== BOND_LINK_UP) {
      if (parts.arp.comesBack && hasBoth(1)) {
        proposals.push([member, BOND_LINK_UP]);
        reselects ||= active === undefined;
      }
    } else if (!hasBoth(missedMax)) {
      proposals.push([member, BOND_LINK_DOWN]);
      if (parts.arp.countsFailures) member.failures++;
      reselects ||= member === active;
    }
    askIf(bonding, member, isUsable(member));
  }
  for (const [member, link] of proposals) {
    member.link = link;
    member.isBackup = link === BOND_LINK_DOWN;
    bonding.memberChanged(member);
  }
  if (reselects) selectActive(bonding, bond);
}
