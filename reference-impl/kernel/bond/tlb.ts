/** The mode balance-tlb: flows are spread over members that each send from a station of their own, and one receives (bond_alb.c). */
import type { TxFrame } from '../frames.js';
import { parseMac } from '../../packet/addresses.js';
import { readU16 } from '../../packet/bytes.js';
import { ETH_HLEN, ETH_P_IP, ETH_P_IPV6 } from '../../packet/protocols.js';
import type { NetDevice } from '../netDevice.js';
import { tickClients } from './alb.js';
import { balancesReceive, canSend, type Bond, type BondMember } from './bond.js';
import { transmitHash } from './bondHash.js';
import { teach } from './memberStations.js';
import type { Bonding } from './bonding.js';
import type { BondParts } from './bondParts.js';

/** TLB_HASH_TABLE_SIZE. */
const FLOWS = 256;
/** ALB_TIMER_TICKS_PER_SEC, and BOND_TLB_REBALANCE_INTERVAL in seconds. */
const TICKS = 10;
const REBALANCE_SECONDS = 10;
export const TLB_TICK_MS = 1000 / TICKS;

/** struct alb_bond_info and struct tlb_slave_info: which member each flow is given to, and what it is thought to cost. */
export interface FlowTable {
  readonly member: (BondMember | undefined)[];
  /** Bytes since the table was made anew, and bytes in a second before that. */
  readonly bytes: Float64Array;
  readonly history: Float64Array;
  readonly load: Map<BondMember, number>;
  /** Bytes that were given to nobody, and left at the active member. */
  unbalanced: number;
  rebalanceTicks: number;
  learningTicks: number;
}

export const newFlowTable = (): FlowTable => ({
  member: Array.from({ length: FLOWS }, () => undefined),
  bytes: new Float64Array(FLOWS),
  history: new Float64Array(FLOWS),
  load: new Map(),
  unbalanced: 0,
  rebalanceTicks: 0,
  learningTicks: 0,
});

export const isDynamic = ({ settings }: Bond): boolean => settings.tlbDynamic !== 0;

const IPPROTO_ICMPV6 = 58;
const IPV6_HLEN = 40;
const NEIGHBOUR_MESSAGES = new Set([135, 136]);

/** bond_xmit_tlb_slave_get(): what is for groups, no packet of IP, or about neighbours is not spread. */
function isSpread({ tlb }: BondParts, bytes: Uint8Array): boolean {
  if (((bytes[0] ?? 0) & 1) !== 0) return false;
  const type = readU16(bytes, 12);
  if (type !== ETH_P_IPV6) return type === ETH_P_IP;
  return !(isAboutNeighbours(bytes) && tlb.sparesNeighbours);
}

/** alb_determine_nd(). */
export const isAboutNeighbours = (bytes: Uint8Array): boolean =>
  bytes[ETH_HLEN + 6] === IPPROTO_ICMPV6 && NEIGHBOUR_MESSAGES.has(bytes[ETH_HLEN + IPV6_HLEN] ?? 0);

/** bond_tlb_xmit(): the member at which a frame leaves; undefined: it is dropped. */
export function spread(parts: BondParts, bond: Bond, frame: TxFrame): BondMember | undefined {
  const chosen = parts.tlb.spreads(isSpread(parts, frame.bytes)) ? choose(parts, bond, frame) : undefined;
  return leavesAt(bond, chosen, frame.bytes.length);
}

/** bond_do_alb_xmit(): what nobody was chosen for leaves at the active member. */
export function leavesAt(bond: Bond, chosen: BondMember | undefined, length: number): BondMember | undefined {
  const { flows } = bond;
  if (chosen === undefined && isDynamic(bond)) flows.unbalanced += length;
  const member = chosen ?? bond.active;
  if (member === undefined) return undefined;
  if (canSend(member)) return member;
  if (isDynamic(bond)) forgetMember(flows, member, false);
  return undefined;
}

function choose(parts: BondParts, bond: Bond, frame: TxFrame): BondMember | undefined {
  const hash = transmitHash(parts, parts.hashPolicy(bond.settings.hashPolicy), frame);
  if (isDynamic(bond)) return chooseByLoad(parts, bond, hash % FLOWS, frame.bytes.length);
  return chooseByHash(parts, bond, hash);
}

/** Of the members that can send, the one that the policy gives. */
export function chooseByHash(parts: BondParts, bond: Bond, hash: number): BondMember | undefined {
  const usable = [...bond.members.values()].filter(canSend);
  return usable[parts.hash(hash, usable.length) % Math.max(1, usable.length)];
}

/** tlb_choose_channel(): a flow stays where it is until the table is made anew. */
export function chooseByLoad(
  parts: BondParts,
  { flows, members }: Bond,
  flow: number,
  length: number,
): BondMember | undefined {
  let member = flows.member[flow];
  if (member === undefined) {
    member = leastLoaded(flows, [...members.values()].filter(canSend));
    if (member === undefined) return undefined;
    flows.member[flow] = member;
    flows.load.set(member, (flows.load.get(member) ?? 0) + parts.tlb.load(flows.history[flow] ?? 0));
  }
  flows.bytes[flow] = (flows.bytes[flow] ?? 0) + length;
  return member;
}

/** tlb_get_least_loaded_slave(), of members that are all as fast. */
function leastLoaded({ load }: FlowTable, members: readonly BondMember[]): BondMember | undefined {
  const of = (member: BondMember): number => load.get(member) ?? 0;
  const [first] = members;
  return members.reduce((best, each) => (best !== undefined && of(each) < of(best) ? each : best), first);
}

/** tlb_clear_slave(): its flows are given anew. `keeps`: what they cost is known then. */
export function forgetMember(flows: FlowTable, member: BondMember, keeps: boolean): void {
  for (const [flow, each] of flows.member.entries()) {
    if (each !== member) continue;
    if (keeps) {
      flows.history[flow] = 1 + Math.floor((flows.bytes[flow] ?? 0) / REBALANCE_SECONDS);
      flows.bytes[flow] = 0;
    }
    flows.member[flow] = undefined;
  }
  flows.load.delete(member);
}

/** The tables are made anew with the next tick: a member came or came back. */
export function rebalanceSoon(bond: Bond): void {
  bond.flows.rebalanceTicks = REBALANCE_SECONDS * TICKS;
  if (balancesReceive(bond)) bond.clients.rebalances = true;
}

/** bond_alb_monitor(). */
export function tickTlb(bonding: Bonding, bond: Bond): void {
  const { flows, settings, members, active } = bond;
  if (members.size === 0) {
    flows.rebalanceTicks = flows.learningTicks = 0;
    return;
  }
  flows.rebalanceTicks++;
  flows.learningTicks++;
  if (flows.learningTicks >= settings.learningInterval * TICKS) {
    for (const member of members.values()) teach(bonding, member, member.netDevice.address);
    flows.learningTicks = 0;
  }
  if (flows.rebalanceTicks >= REBALANCE_SECONDS * TICKS) {
    for (const member of members.values()) forgetMember(flows, member, true);
    if (active !== undefined) flows.load.set(active, Math.floor(flows.unbalanced / REBALANCE_SECONDS));
    flows.unbalanced = 0;
    flows.rebalanceTicks = 0;
  }
  if (balancesReceive(bond)) tickClients(bonding, bond);
}

/** What leaves at a member that is not the active one is from its own station, so that no switch sees the aggregate there. */
export function frameAt({ parts }: Bonding, bond: Bond, netDevice: NetDevice, frame: TxFrame): TxFrame {
  if (netDevice === bond.active?.netDevice || !parts.tlb.ownStation) return frame;
  const bytes = frame.bytes.slice();
  bytes.set(parseMac(netDevice.address), 6);
  return { ...frame, bytes };
}
