/** What a member that is watched by ARP hears: bond_rcv_validate() of drivers/net/bonding/bond_main.c. */
import { isMulticastMac, parseMac } from '../../packet/addresses.js';
import { equalBytes, readU16 } from '../../packet/bytes.js';
import { ETH_HLEN, ETH_P_ARP, ETH_P_IP, ETH_P_IPV6, IPPROTO_ICMPV6, IPV6_HEADER } from '../../packet/protocols.js';
import { ALL_NODES, isUnspecified, solicitedNode } from '../routing6/ipv6Addresses.js';
import { NDISC_NEIGHBOUR_ADVERTISEMENT, NDISC_NEIGHBOUR_SOLICITATION } from '../routing6/ndisc.js';
import { confirmAddress, stackOver } from './arpProbes.js';
import { BOND_ARP_FILTER, isWithin, lastReceived, type BondMember } from './bond.js';
import type { Bonding } from './bonding.js';

const ARPHRD_ETHER = 1;
const ARPOP_REPLY = 2;
const ARP_LENGTH = 28;

/** Notes that the member hears something, or that it hears a target. */
export function noteReceived(bonding: Bonding, member: BondMember, frame: Uint8Array): void {
  const { arp } = bonding.parts;
  const { arpValidate } = member.bond.settings;
  const protocol = readU16(frame, 12);
  const isAsked = protocol === ETH_P_ARP || protocol === ETH_P_IPV6;
  const state = member.isBackup ? 1 : 0;
  if (!arp.validates(member, (arpValidate & (1 << state)) !== 0)) {
    if (isAsked || !arp.filters((arpValidate & BOND_ARP_FILTER) !== 0)) member.lastRx = bonding.kernel.now;
    return;
  }
  if (!isAsked || isOfOthers(member, frame)) return;
  if (protocol === ETH_P_ARP) hearArp(bonding, member, frame);
  else hearNeighbour(bonding, member, frame);
}

/** PACKET_OTHERHOST. */
const isOfOthers = ({ netDevice }: BondMember, frame: Uint8Array): boolean =>
  !isMulticastMac(frame, 0) && !equalBytes(frame.subarray(0, 6), parseMac(netDevice.address));

/** bond_arp_rcv(). */
function hearArp(bonding: Bonding, member: BondMember, frame: Uint8Array): void {
  const at = ETH_HLEN;
  const isIpOverEthernet =
    frame.length >= at + ARP_LENGTH &&
    readU16(frame, at) === ARPHRD_ETHER &&
    readU16(frame, at + 2) === ETH_P_IP &&
    frame[at + 4] === 6 &&
    frame[at + 5] === 4;
  if (!isIpOverEthernet) return;
  const isReply = readU16(frame, at + 6) === ARPOP_REPLY;
  const [sender, target] = [frame.slice(at + 14, at + 18), frame.slice(at + 24, at + 28)];
  const way = believed(bonding, member, isReply);
  if (way === 'answer') believeArp(bonding, member, sender, target);
  if (way === 'question') believeArp(bonding, member, target, sender);
}

/** bond_na_rcv(). */
function hearNeighbour(bonding: Bonding, member: BondMember, frame: Uint8Array): void {
  const at = ETH_HLEN + IPV6_HEADER;
  const type = frame[at];
  const isOfNeighbours =
    frame[ETH_HLEN + 6] === IPPROTO_ICMPV6 &&
    (type === NDISC_NEIGHBOUR_SOLICITATION || type === NDISC_NEIGHBOUR_ADVERTISEMENT);
  if (!isOfNeighbours) return;
  const [source, destination] = [frame.slice(ETH_HLEN + 8, ETH_HLEN + 24), frame.slice(ETH_HLEN + 24, at)];
  const way = believed(bonding, member, true);
  if (way === 'answer') believeNeighbour(bonding, member, source, destination);
  if (way === 'question') believeNeighbour(bonding, member, destination, source);
}

/**
 * How what comes in is taken: at an active member as an answer; at a backup as the active member's own question, once that was
 * answered; and while members are tried as an answer that a switch sent to another member.
 */
function believed(bonding: Bonding, member: BondMember, mayBeAnswer: boolean): 'answer' | 'question' | undefined {
  const { bond } = member;
  const { active, arpMember } = bond;
  if (!member.isBackup) return 'answer';
  if (active !== undefined && lastReceived(bonding.parts.arp, active) > active.lastLinkUp)
    return bonding.parts.arp.backupBelieves ? 'question' : undefined;
  if (arpMember !== undefined && mayBeAnswer && isWithin(bonding.kernel.now, bond, arpMember.lastTx, 1))
    return 'answer';
  return undefined;
}

/** bond_validate_arp(). */
function believeArp(bonding: Bonding, member: BondMember, target: Uint8Array, own: Uint8Array): void {
  const { bond } = member;
  const { arp } = bonding.parts;
  const isNobody = target.every((byte) => byte === 0);
  const isOurs = stackOver(bond.netDevice).some((each) => equalBytes(confirmAddress(each, undefined, own), own));
  if (isNobody || !arp.isForAggregate(isOurs)) return;
  heard(bonding, member, indexOf(bond.arpTargets, target));
}

/** bond_validate_na(). */
function believeNeighbour(bonding: Bonding, member: BondMember, target: Uint8Array, own: Uint8Array): void {
  const { bond } = member;
  const { addresses } = bonding.routes.ipv6;
  const isOurs =
    equalBytes(own, ALL_NODES) || stackOver(bond.netDevice).some((each) => isUsableAt(addresses.find(each, own)));
  if (isUnspecified(target) || !bonding.parts.arp.isForAggregate(isOurs)) return;
  const groups = bond.nsTargets.map(solicitedNode);
  const group = indexOf(groups, target);
  heard(bonding, member, group === -1 ? indexOf(bond.nsTargets, target) : group);

  function isUsableAt(found: ReturnType<typeof addresses.find>): boolean {
    return found !== undefined && addresses.isUsable(found);
  }
}

const indexOf = (all: readonly Uint8Array[], one: Uint8Array): number => all.findIndex((each) => equalBytes(each, one));

function heard({ kernel, parts }: Bonding, member: BondMember, index: number): void {
  if (!parts.arp.isOfTarget(index !== -1)) return;
  member.lastRx = kernel.now;
  if (index !== -1) member.targetRx[index] = kernel.now;
}
