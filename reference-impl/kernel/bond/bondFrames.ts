/** Frames through an aggregate: bond_start_xmit() and bond_handle_frame() of drivers/net/bonding/bond_main.c. */
import type { TxFrame } from '../../../harness/contract/index.js';
import { isLinkLocalMac } from '../../packet/addresses.js';
import {
  BOND_LINK_UP,
  BOND_MODE_ACTIVEBACKUP,
  BOND_MODE_BROADCAST,
  BOND_MODE_ROUNDROBIN,
  BOND_MODE_TLB,
} from '../../netlink/families/bond.js';
import type { NetDevice } from '../netDevice.js';
import { canSend, isUsable, negotiates, type Bond, type BondMember } from './bond.js';
import { transmitHash } from './bondHash.js';
import type { BondParts } from './bondParts.js';
import { spread } from './tlb.js';

/** The members through which a frame leaves. */
export function egressOf(parts: BondParts, bond: Bond, frame: TxFrame): readonly NetDevice[] {
  switch (bond.settings.mode) {
    case BOND_MODE_ROUNDROBIN:
      return devicesOf(byTurns(parts, bond));
    case BOND_MODE_ACTIVEBACKUP:
      return devicesOf(bond.active);
    case BOND_MODE_TLB:
      return devicesOf(spread(parts, bond, frame));
    case BOND_MODE_BROADCAST:
      return broadcast(parts, bond);
    default:
      return devicesOf(byHash(parts, bond, frame));
  }
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

/** What becomes of a frame that a member received: it is the aggregate's, or it stays at the member and goes no further. */
export type MemberFrame = 'aggregate' | 'member';

export function receivedBy(parts: BondParts, member: BondMember, bytes: Uint8Array): MemberFrame {
  if (parts.receives(member, !member.isInactive)) return 'aggregate';
  return parts.passesLinkLocal || !isLinkLocalMac(bytes, 0) ? 'member' : 'aggregate';
}
