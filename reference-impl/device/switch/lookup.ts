/** What the reference switch makes of a frame: the path that every frame takes, without anything made on the way. */
import { isBroadcastMac, isLinkLocalMac, isMulticastMac, isZeroMac } from '../../packet/addresses.js';
import { readU16 } from '../../packet/bytes.js';
import { FDB_HOST, FDB_STICKY } from './fdbMemory.js';
import { FLOOD, directGroup } from './groupStage.js';
import { neighbourTrap } from './neighbourStage.js';
import { forwardingInVlan, stateInVlan } from './treeTable.js';
import { NO_BRIDGE, STATE_FORWARDING, STATE_LEARNING, filteringIdOf, type SwitchState } from './switchState.js';
import {
  NO_TRAP,
  TRAP_LACP,
  TRAP_LLDP,
  TRAP_LOCKED,
  TRAP_LOOPBACK,
  TRAP_NO_EGRESS,
  TRAP_NO_PVID,
  TRAP_SOURCE_IS_GROUP,
  TRAP_SPANNING_TREE,
  TRAP_STP,
  TRAP_VLAN_FILTER,
} from './switchTraps.js';

/** Where a frame goes. One object is filled in for frame after frame. */
export interface Decision {
  /** Bitmap of ports. */
  egress: number;
  /** `trap`: to the host, which decides what becomes of it. `copy`: the switch has forwarded it, the host gets it as well. */
  host: 'no' | 'trap' | 'copy';
  /** VLAN that it belongs to; 0 in a bridge that does not filter. */
  vid: number;
  /** It came with a tag of its bridge's protocol. */
  isTagged: boolean;
  /** Slot of the source, if it is new or has moved, else -1. */
  learned: number;
  /** The source is new and there was no room for it. */
  isFull: boolean;
  /** Why the frame is dropped, or taken to the host: a number of SWITCH_TRAPS, or NO_TRAP. */
  trap: number;
}

export const newDecision = (): Decision => ({
  egress: 0,
  host: 'no',
  vid: 0,
  isTagged: false,
  learned: -1,
  isFull: false,
  trap: NO_TRAP,
});

/** By the last byte of 01-80-C2-00-00-0X. */
const LINK_LOCAL_TRAPS: Readonly<Record<number, number>> = { 0: TRAP_STP, 2: TRAP_LACP, 14: TRAP_LLDP };
const SOURCE = 6;
const TYPE = 12;
const VLAN_HLEN = 4;

/** `port` is the index of one that is in a bridge. */
export function decide(state: SwitchState, port: number, bytes: Uint8Array, decision: Decision): void {
  const { parts } = state;
  decision.egress = 0;
  decision.host = 'no';
  decision.vid = 0;
  decision.isTagged = false;
  decision.learned = -1;
  decision.isFull = false;
  decision.trap = NO_TRAP;
  const number = state.bridgeOf[port] ?? NO_BRIDGE;
  const bridge = state.bridges[number];
  if (bridge === undefined) return;
  if (isLinkLocalMac(bytes, 0) && parts.trapsLinkLocal(state.stpState[port] ?? 0)) {
    decision.host = 'trap';
    decision.trap = LINK_LOCAL_TRAPS[bytes[5] ?? 0] ?? NO_TRAP;
    return;
  }
  if (parts.refusesSource(isMulticastMac(bytes, SOURCE) || isZeroMac(bytes, SOURCE))) {
    decision.trap = TRAP_SOURCE_IS_GROUP;
    return;
  }
  if (bridge.filtersVlans && !classify(state, port, bytes, decision)) return;
  const filteringId = filteringIdOf(parts.filteringBridge(number), parts.filteringVid(decision.vid));
  const ofPort = state.stpState[port] ?? 0;
  const stpState = bridge.trees.isOn
    ? parts.trees.stateOnEntry(stateInVlan(bridge.trees, port, decision.vid, ofPort), ofPort)
    : ofPort;
  const bit = 1 << port;
  const learns = parts.learnsIn(stpState, stpState === STATE_FORWARDING || stpState === STATE_LEARNING);
  const source = state.fdb.find(readU16(bytes, SOURCE), readWord(bytes, SOURCE + 2), filteringId);
  if ((state.locked & bit) !== 0 && !isAuthorised(state, port, source)) {
    // With MAB the bridge writes down who knocks; it drops the frame itself.
    if ((state.mab & bit) !== 0 && parts.handsUnknownAtLocked) decision.host = 'trap';
    else decision.trap = TRAP_LOCKED;
    return;
  }
  const learnsAtAll = parts.ageingTime(bridge.ageingTime) > 0 && (parts.learnsFromGroups || !isMulticastMac(bytes, 0));
  if (learns && learnsAtAll && (state.learning & bit) !== 0) learn(state, port, bytes, filteringId, source, decision);
  if (!parts.forwardsIn(stpState, stpState === STATE_FORWARDING)) {
    decision.trap = TRAP_SPANNING_TREE;
    return;
  }
  direct(state, port, bytes, filteringId, decision);
}

/** BR_PORT_LOCKED: the source is known, at this port, and it is not the host's. */
const isAuthorised = ({ fdb, parts }: SwitchState, port: number, source: number): boolean =>
  source >= 0 && fdb.port[source] === port && parts.admitsAtLocked(((fdb.flags[source] ?? 0) & FDB_HOST) === 0);

const readWord = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;

/** The VLAN of the frame; false: it does not belong to any that the port is in. */
function classify(state: SwitchState, port: number, bytes: Uint8Array, decision: Decision): boolean {
  const { parts } = state;
  const bridge = state.bridges[state.bridgeOf[port] ?? NO_BRIDGE];
  if (bridge === undefined) return false;
  decision.isTagged = readU16(bytes, TYPE) === bridge.vlanProtocol && bytes.length >= TYPE + 2 + VLAN_HLEN;
  const tagged = decision.isTagged ? readU16(bytes, TYPE + 2) & 0xfff : 0;
  decision.vid = tagged === 0 ? parts.pvid(state.pvid[port] ?? 0, port, state) : tagged;
  if (decision.vid === 0) {
    decision.trap = TRAP_NO_PVID;
    return false;
  }
  const isMember = (parts.members(bridge.members[decision.vid] ?? 0, 'in') & (1 << port)) !== 0;
  if (!isMember) decision.trap = TRAP_VLAN_FILTER;
  return isMember;
}

function learn(
  state: SwitchState,
  port: number,
  bytes: Uint8Array,
  filteringId: number,
  known: number,
  decision: Decision,
): void {
  const { fdb, parts } = state;
  if (known < 0) {
    const slot = fdb.insert(readU16(bytes, SOURCE), readWord(bytes, SOURCE + 2), filteringId);
    decision.isFull = slot < 0;
    if (slot < 0) return;
    fdb.port[slot] = port;
    fdb.seen[slot] = state.now;
    const ageingTime = parts.ageingTime(state.bridges[filteringId >>> 12]?.ageingTime ?? 0);
    state.nextAgeing = Math.min(state.nextAgeing, state.now + ageingTime);
    decision.learned = slot;
    return;
  }
  const flags = fdb.flags[known] ?? 0;
  if ((flags & FDB_HOST) !== 0) {
    if (parts.keepsHost) return;
    fdb.flags[known] = 0;
  }
  if (parts.refreshes) fdb.seen[known] = state.now;
  const moves = fdb.port[known] !== port && parts.followsMoves && ((flags & FDB_STICKY) === 0 || !parts.keepsSticky);
  if (!moves) return;
  fdb.port[known] = port;
  decision.learned = known;
}

/** To the port of the destination, or to all that take it; never back, unless the port is a hairpin. */
function direct(state: SwitchState, port: number, bytes: Uint8Array, filteringId: number, decision: Decision): void {
  const { fdb, parts } = state;
  const bridge = state.bridges[state.bridgeOf[port] ?? NO_BRIDGE];
  if (bridge === undefined) return;
  const trap = parts.trapsNeighbourMessages ? neighbourTrap(bytes) : NO_TRAP;
  if (trap !== NO_TRAP) {
    decision.host = 'trap';
    decision.trap = trap;
    return;
  }
  let egress: number;
  if (isMulticastMac(bytes, 0)) {
    const isBroadcast = isBroadcastMac(bytes, 0);
    decision.host = 'copy';
    const isSnooped = bridge.snoops && !isBroadcast;
    egress = isSnooped ? directGroup(state, bridge, bytes, filteringId, decision) : FLOOD;
    if (egress === FLOOD)
      egress = parts.flood(
        isBroadcast ? state.broadcastFlood : state.multicastFlood,
        state,
        isBroadcast ? 'broadcast' : 'multicast',
      );
  } else {
    const slot = fdb.find(readU16(bytes, 0), readWord(bytes, 2), filteringId);
    if (slot >= 0 && ((fdb.flags[slot] ?? 0) & FDB_HOST) !== 0) {
      decision.host = 'trap';
      return;
    }
    if (slot >= 0) fdb.hits[slot] = (fdb.hits[slot] ?? 0) + 1;
    if (slot >= 0 && parts.refreshesOnUse) fdb.seen[slot] = state.now;
    egress = slot >= 0 ? parts.direct(1 << (fdb.port[slot] ?? 0)) : parts.flood(state.unicastFlood, state, 'unicast');
    if (slot < 0 || parts.copiesKnown) decision.host = 'copy';
  }
  egress &= bridge.ports;
  egress &= bridge.trees.isOn
    ? parts.trees.exits(forwardingInVlan(bridge.trees, decision.vid, state.forwarding), state.forwarding)
    : state.forwarding;
  if (bridge.filtersVlans) egress &= parts.members(bridge.members[decision.vid] ?? 0, 'out');
  const bit = 1 << port;
  const isBack = egress === bit;
  if (!parts.returns((state.hairpin & bit) !== 0)) egress &= ~bit;
  if ((state.isolated & bit) !== 0) egress = parts.besideIsolated(egress, state.isolated);
  decision.egress = egress;
  if (egress === 0 && decision.host === 'no') decision.trap = isBack ? TRAP_LOOPBACK : TRAP_NO_EGRESS;
}
