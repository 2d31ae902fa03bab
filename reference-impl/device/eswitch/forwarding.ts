/** The path of a frame through the embedded switch in legacy mode: a virtual Ethernet bridge that forwards by addresses and VLANs. */
import { readU16 } from '../../packet/bytes.js';
import { ETH_P_8021Q, ETH_P_PAUSE } from '../../packet/protocols.js';
import { tagInserted, tagRemoved } from '../frameEdit.js';
import type { EswitchParts, SpoofKind } from './eswitchParts.js';
import { PHYSICAL, highOf, lowOf, type EswitchTables } from './tables.js';
import type { VirtualFunction } from './virtualFunction.js';

const TYPE_AT = 12;
const SOURCE_AT = 6;
const VID_MASK = 0xfff;
/** Where a frame comes from that came in at the cable: no function. */
export const CABLE = 0;

export interface EswitchOutlets {
  /** To the host of the physical function. */
  physical(bytes: Uint8Array): void;
  virtual(vf: VirtualFunction, bytes: Uint8Array): void;
}

export interface Forwarding {
  readonly tables: EswitchTables;
  readonly parts: EswitchParts;
  readonly functions: readonly VirtualFunction[];
  readonly outlets: EswitchOutlets;
}

/** The VLAN of a frame: that of its customer tag; without one 0. */
export const vidOf = (bytes: Uint8Array): number =>
  readU16(bytes, TYPE_AT) === ETH_P_8021Q ? readU16(bytes, TYPE_AT + 2) & VID_MASK : 0;

/** Why a virtual function may not send a frame, or undefined. */
export function refusalOf(
  { tables, parts }: Forwarding,
  vf: VirtualFunction,
  bytes: Uint8Array,
): SpoofKind | 'tag' | 'control' | 'link' | undefined {
  const type = readU16(bytes, TYPE_AT);
  if ((tables.linked & vf.bit) === 0 && !parts.sendsWithoutLink) return 'link';
  if (type === ETH_P_PAUSE && !parts.sendsMacControl) return 'control';
  const isTagged = parts.isTag(type);
  if (isTagged && !parts.mayTag(vf)) return 'tag';
  if (!parts.checksSource(vf)) return undefined;
  if (parts.isLldp(type, bytes) && !parts.sendsLldp) return 'control';
  const owners = tables.unicast.functionsOf(highOf(bytes, SOURCE_AT), lowOf(bytes, SOURCE_AT));
  if (!parts.isOwnSource(owners, vf, isTagged) && parts.dropsSpoofed('address')) return 'address';
  const vid = vidOf(bytes);
  if (vid !== 0 && !parts.isOwnVlan(tables.members[vid] ?? 0, vf) && parts.dropsSpoofed('vlan')) return 'vlan';
  return undefined;
}

/** As the frame travels in the switch and on the cable: with the tag of the port's VLAN, where the function has one. */
export function tagOfPort({ parts }: Forwarding, vf: VirtualFunction, bytes: Uint8Array): Uint8Array {
  if (!parts.tags(vf.settings)) return bytes;
  return tagInserted(bytes, { tpid: ETH_P_8021Q, tci: parts.portTag(vf.settings) });
}

/** Delivers a frame to the functions that get it. Answers whether it leaves at the cable: a frame from there never does. */
export function forward(switching: Forwarding, source: number, bytes: Uint8Array): boolean {
  const { tables, parts } = switching;
  const [high, low] = [highOf(bytes, 0), lowOf(bytes, 0)];
  const members = parts.inVlan(tables.members[vidOf(bytes)] ?? PHYSICAL, tables.promiscuous);
  const isGroup = (high & 0x100) !== 0;
  let receivers: number;
  let leaves = source !== CABLE;
  if (!isGroup) {
    const exact = tables.unicast.functionsOf(high, low) & members;
    receivers = parts.unicastTo(exact, tables.promiscuous) & members;
    // What no function has the address of is for the far end.
    if (exact === 0) receivers |= source === CABLE ? parts.strangersTo(members) : parts.unknownTo(members);
    else leaves &&= parts.leavesToo;
  } else if (high === 0xffff && low === 0xffff_ffff) {
    receivers = parts.broadcastTo(members);
    leaves &&= parts.broadcastLeaves;
  } else {
    const asked = parts.multicastTo(tables.groups.functionsOf(high, low), tables.allMulticast, tables.promiscuous);
    receivers = members & (parts.offersGroups ? asked | PHYSICAL : asked);
  }
  deliver(switching, parts.withoutSource(parts.linkedOf(receivers, tables.linked), source), source, bytes);
  return leaves;
}

function deliver(
  { tables, parts, functions, outlets }: Forwarding,
  to: number,
  source: number,
  bytes: Uint8Array,
): void {
  if ((to & PHYSICAL) !== 0) outlets.physical(bytes);
  if (to >>> 1 === 0) return;
  const strips = parts.strips(source === CABLE);
  const untagged = strips && readU16(bytes, TYPE_AT) === ETH_P_8021Q ? tagRemoved(bytes).bytes : bytes;
  for (let index = 0; to >>> (index + 1) !== 0; index++) {
    const vf = functions[index];
    if (vf === undefined || (to & vf.bit) === 0) continue;
    outlets.virtual(vf, parts.deliveredBytes(parts.seesTags((tables.portVlan & vf.bit) !== 0) ? bytes : untagged));
  }
}
