/** Frames through an aggregate: bond_start_xmit() and bond_handle_frame() of drivers/net/bonding/bond_main.c. */
import type { TxFrame } from '../frames.js';
import { isLinkLocalMac, isMulticastMac, parseMac } from '../../packet/addresses.js';
import {
  BOND_LINK_UP,
  BOND_MODE_ACTIVEBACKUP,
  BOND_MODE_ALB,
  BOND_MODE_BROADCAST,
  BOND_MODE_ROUNDROBIN,
  BOND_MODE_TLB,
} from '../../netlink/families/bond.js';
import { equalBytes } from '../../packet/bytes.js';
import type { NetDevice } from '../netDevice.js';
import { spreadBothWays } from './alb.js';
import { balancesReceive, canSend, isUsable, negotiates, type Bond, type BondMember } from './bond.js';
import { transmitHash } from './bondHash.js';
import type { Bonding } from './bonding.js';
import type { BondParts } from './bondParts.js';
import { spread } from './tlb.js';

/** The members through which a frame leaves. */
export function egressOf(bonding: Bonding, bond: Bond, frame: TxFrame): readonly NetDevice[] {
  const { parts } = bonding;
  switch (bond.settings.mode) {
    case BOND_MODE_ROUNDROBIN:
      return devicesOf(byTurns(parts, bond));
    case BOND_MODE_ACTIVEBACKUP:
      return devicesOf(bond.active);
    case BOND_MODE_TLB:
      return devicesOf(spread(parts, bond, frame));
    case BOND_MODE_ALB:
      return devicesOf(spreadBothWays(bonding, bond, frame));
    case BOND_MODE_BROADCAST:
      return broadcast(parts, bond);
    default:
      return devicesOf(byHash(parts, bond, frame));
  }
}

const OBEYS_QUEUES: readonly number[] = [BOND_MODE_ACTIVEBACKUP, BOND_MODE_ROUNDROBIN];

/** bond_slave_override(): the member that has this number of a queue; undefined: the mode says who. */
export function memberOfQueue(parts: BondParts, bond: Bond, queue: number): BondMember | undefined {
  if (queue === 0 || !parts.obeysQueues(OBEYS_QUEUES.includes(bond.settings.mode))) return undefined;
  const member = [...bond.members.values()].find(({ queueId }) => queueId === queue);
  const canLeave = member !== undefined && isUsable(member) && member.link === BOND_LINK_UP;
  return member !== undefined && parts.leavesByQueue(canLeave) ? member : undefined;
}

const devicesOf = (member: BondMember | undefined): readonly NetDevice[] =>
  member === undefined ? [] : [member.netDevice];

/** bond_get_slave_by_id(): the one whose turn it is, or the next behind it that can send. */
function byTurns(parts: BondParts, bond: Bond): BondMember | undefined {
  const members = [...bond.members.values()];
  const count = bond.settings.packetsPerSlave;
  bond.sent = (bond.sent + 1) >>> 0;
  const turn = count <= 1 ? bond.sent : Math.floor(bond.sent / count);
  const first = parts.roundRobin(turn) % Math.max(1, members.length);
  const inOrder = [...members.slice(first), ...members.slice(0, first)];
  return inOrder.find((member) => parts.sends(member, canSend(member)));
}

/** bond_update_slave_arr(): of an aggregate that negotiates, the ports of the aggregator in use. */
const mayCarry = (bond: Bond, member: BondMember): boolean =>
  canSend(member) && (!negotiates(bond) || member.lacp?.aggregator?.isActive === true);

/** bond_3ad_xor_xmit(). */
function byHash(parts: BondParts, bond: Bond, frame: TxFrame): BondMember | undefined {
  const members = [...bond.members.values()].filter((member) => parts.sends(member, mayCarry(bond, member)));
  if (members.length === 0) return undefined;
  const hash = transmitHash(parts, parts.hashPolicy(bond.settings.hashPolicy), frame);
  return members[parts.hash(hash, members.length) % members.length];
}

/** bond_xmit_broadcast(). */
function broadcast(parts: BondParts, bond: Bond): readonly NetDevice[] {
  const up = [...bond.members.values()].filter((member) =>
    parts.sends(member, isUsable(member) && member.link === BOND_LINK_UP),
  );
  return up.slice(0, parts.copies(up.length)).map(({ netDevice }) => netDevice);
}

/** bond_handle_frame(): a frame that a member received, as it comes in at the aggregate; undefined: it stays at the member and goes no further. */
export function receivedBy(parts: BondParts, member: BondMember, bytes: Uint8Array): Uint8Array | undefined {
  // bond_should_deliver_exact_match(): what is for one station comes once, whichever member it comes in at.
  const isForOne = balancesReceive(member.bond) && parts.alb.receives && !isMulticastMac(bytes, 0);
  if (parts.receives(member, !member.isInactive || isForOne)) return readdressed(parts, member, bytes);
  return parts.passesLinkLocal || !isLinkLocalMac(bytes, 0) ? undefined : bytes;
}

/** A bridge knows the station of the aggregate alone. */
function readdressed({ alb }: BondParts, { bond, netDevice }: BondMember, bytes: Uint8Array): Uint8Array {
  const isForMember = equalBytes(bytes.subarray(0, 6), parseMac(netDevice.address));
  if (!balancesReceive(bond) || bond.netDevice.bridgePort === undefined || !isForMember || !alb.readdresses)
    return bytes;
  const changed = bytes.slice();
  changed.set(parseMac(bond.netDevice.address));
  return changed;
}
