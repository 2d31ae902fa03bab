/**
 * The stage of the pipeline that knows groups: to members and routers where the table knows the group, to the host alone where the
 * kernel has to decide, else on to the flood. Nothing is made on the way.
 */
import { readU16 } from '../../packet/bytes.js';
import type { Decision } from './lookup.js';
import type { SwitchBridge, SwitchState } from './switchState.js';

const TYPE = 12;
const TPID_CUSTOMER = 0x8100;
const TPID_SERVICE = 0x88a8;
const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const IPPROTO_IGMP = 2;
const IPPROTO_HOPOPTS = 0;

/** The frame is to be flooded. */
export const FLOOD = -1;

/** A frame to a group, and not to everybody, in a bridge that snoops: ports, or FLOOD. */
export function directGroup(
  state: SwitchState,
  bridge: SwitchBridge,
  bytes: Uint8Array,
  filteringId: number,
  decision: Decision,
): number {
  const { groups, parts } = state;
  let at = TYPE;
  let type = readU16(bytes, at);
  if (parts.looksBehind(type === TPID_CUSTOMER || type === TPID_SERVICE, type)) {
    at += 4;
    type = readU16(bytes, at);
  }
  at += 2;
  const isIpv4 = type === ETH_P_IP;
  const isIp = isIpv4 || type === ETH_P_IPV6;
  if (isIp) {
    // Messages of IGMP and MLD are for who snoops; MLD comes with a hop-by-hop option.
    const isMessage = isIpv4 ? bytes[at + 9] === IPPROTO_IGMP : bytes[at + 6] === IPPROTO_HOPOPTS;
    if (isMessage && parts.trapsMessages) return trap(decision);
    if (parts.floodsLocalGroups && isEverybodys(bytes, at, isIpv4)) return FLOOD;
  }
  const groupId = (filteringId & ~0xfff) | parts.groupVid(filteringId & 0xfff);
  const slot = groups.find(readU16(bytes, 0), wordAt(bytes, 2), groupId);
  if (slot < 0) return isIp && parts.trapsUnknownGroups ? trap(decision) : FLOOD;
  const members = groups.members[slot] ?? 0;
  const isBeyond = groups.ambiguous[slot] !== 0 || (members & state.multicastToUnicast) !== 0;
  if (isBeyond && parts.trapsBeyond) return trap(decision);
  const forHost = groups.host[slot] !== 0 || bridge.hostIsRouter;
  decision.host = parts.copiesGroup(forHost) ? 'copy' : 'no';
  return parts.groupPorts(members, bridge.ports & state.routers);
}

function trap(decision: Decision): number {
  decision.host = 'trap';
  return 0;
}

/** 224.0.0.0/24 and ff02::1: groups that everybody is in. */
function isEverybodys(bytes: Uint8Array, at: number, isIpv4: boolean): boolean {
  if (isIpv4) return bytes[at + 16] === 224 && bytes[at + 17] === 0 && bytes[at + 18] === 0;
  if (bytes[at + 24] !== 0xff || bytes[at + 25] !== 2 || bytes[at + 39] !== 1) return false;
  for (let byte = at + 26; byte < at + 39; byte++) if (bytes[byte] !== 0) return false;
  return true;
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
