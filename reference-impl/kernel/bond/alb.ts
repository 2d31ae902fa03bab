/** The mode balance-alb: as balance-tlb, and neighbours are told the stations of different members by ARP (rlb_*() of bond_alb.c). */
import type { MacAddress } from '../../../harness/contract/index.js';
import type { TxFrame } from '../frames.js';
import { AF_INET } from '../../netlink/constants.js';
import { formatMac, isBroadcastMac, parseMac } from '../../packet/addresses.js';
import { equalBytes, readU16 } from '../../packet/bytes.js';
import {
  ETH_HLEN,
  ETH_P_8021Q,
  ETH_P_ARP,
  ETH_P_IP,
  ETH_P_IPV6,
  IPPROTO_IGMP,
  IPV4_HEADER,
  IPV6_HEADER,
} from '../../packet/protocols.js';
import type { NetDevice } from '../netDevice.js';
import { arpReply } from '../routing/arp.js';
import type { Bond, BondMember } from './bond.js';
import { transmitHash } from './bondHash.js';
import type { Bonding } from './bonding.js';
import type { BondParts } from './bondParts.js';
import {
  clientAt,
  isStation,
  moveClientsFrom,
  nextMember,
  noteArp,
  rebalanceClients,
  simpleHash,
  updateClientsTold,
  type Client,
} from './clientTable.js';
import { endStandIn, standIn } from './memberStations.js';
import { chooseByHash, chooseByLoad, isAboutNeighbours, isDynamic, leavesAt } from './tlb.js';

const ALL_NODES_MAC = '33:33:00:00:00:01';
const EVERYBODY = Uint8Array.of(255, 255, 255, 255);

/** bond_alb_xmit(): the member at which a frame leaves; undefined: it is dropped. */
export function spreadBothWays(bonding: Bonding, bond: Bond, frame: TxFrame): BondMember | undefined {
  const { bytes } = frame;
  const isArp = readU16(bytes, 12) === ETH_P_ARP;
  const chosen = isArp ? memberForArp(bonding, bond, frame) : memberForPacket(bonding.parts, bond, frame);
  return leavesAt(bond, chosen, bytes.length);
}

/** bond_xmit_alb_slave_get(), of packets of IP: groups are spread too, but for those that stand for everybody. */
function memberForPacket(parts: BondParts, bond: Bond, frame: TxFrame): BondMember | undefined {
  const { bytes } = frame;
  const destination = destinationOf(bytes);
  if (!parts.alb.spreads(destination !== undefined && !isForEverybody(bytes), bytes)) return undefined;
  if (!isDynamic(bond))
    return chooseByHash(parts, bond, transmitHash(parts, parts.hashPolicy(bond.settings.hashPolicy), frame));
  return chooseByLoad(parts, bond, simpleHash(destination ?? bytes.subarray(0, 6)), bytes.length);
}

/** The address of a packet of IP. */
function destinationOf(bytes: Uint8Array): Uint8Array | undefined {
  const type = readU16(bytes, 12);
  if (type === ETH_P_IP && bytes.length >= ETH_HLEN + IPV4_HEADER) return bytes.subarray(30, 34);
  return type === ETH_P_IPV6 && bytes.length >= ETH_HLEN + IPV6_HEADER ? bytes.subarray(38, 54) : undefined;
}

/** Also what makes the host known to switches and neighbours, or asks whether an address is free. */
function isForEverybody(bytes: Uint8Array): boolean {
  if (isBroadcastMac(bytes, 0)) return true;
  if (readU16(bytes, 12) === ETH_P_IP)
    return equalBytes(bytes.subarray(30, 34), EVERYBODY) || bytes[ETH_HLEN + 9] === IPPROTO_IGMP;
  const isFromNobody = bytes.subarray(22, 38).every((byte) => byte === 0);
  return formatMac(bytes) === ALL_NODES_MAC || isAboutNeighbours(bytes) || isFromNobody;
}

// What is said by ARP.

const ARP_LENGTH = 28;
const ARPOP_REQUEST = 1;
const ARPOP_REPLY = 2;

/** struct arp_pkt. */
interface Arp {
  readonly operation: number;
  readonly station: MacAddress;
  readonly address: Uint8Array;
  readonly targetStation: MacAddress;
  readonly target: Uint8Array;
}

function arpIn(bytes: Uint8Array): Arp | undefined {
  if (readU16(bytes, 12) !== ETH_P_ARP || bytes.length < ETH_HLEN + ARP_LENGTH) return undefined;
  return {
    operation: readU16(bytes, 20),
    station: formatMac(bytes, 22) as MacAddress,
    address: bytes.slice(28, 32),
    targetStation: formatMac(bytes, 32) as MacAddress,
    target: bytes.slice(38, 42),
  };
}

/** Whether a message of ARP is the host's own: from the station of a member, and not of an address that a bridge has. */
function isOwn({ kernel, parts }: Bonding, { members }: Bond, { station, address }: Arp): boolean {
  const isOfMember = [...members.values()].some(({ netDevice }) => netDevice.address === station);
  if (!parts.alb.sparesForwarded(isOfMember)) return false;
  const hasAddress = ({ addresses }: NetDevice): boolean =>
    addresses.some(({ family, local }) => family === AF_INET && equalBytes(local, address));
  const owner = [...kernel.netDevices.values()].find(hasAddress);
  return owner?.lower.kind !== 'bridge' || !parts.alb.sparesBridges;
}

/** rlb_arp_xmit(). */
function memberForArp(bonding: Bonding, bond: Bond, frame: TxFrame): BondMember | undefined {
  const arp = arpIn(frame.bytes);
  if (arp === undefined || !isOwn(bonding, bond, arp)) return undefined;
  const { balancesQuestions } = bonding.parts.alb;
  if (arp.operation !== ARPOP_REPLY && (arp.operation !== ARPOP_REQUEST || !balancesQuestions)) return undefined;
  const chosen = chooseChannel(bonding, bond, arp, frame.vlan?.tci ?? 0);
  if (arp.operation === ARPOP_REQUEST) {
    // Neighbours that hear the question take the station of the aggregate from it; what is said next is to undo that.
    bond.clients.delay = bonding.parts.alb.delay;
    if (bonding.parts.alb.correctsQuestions) updateClientsTold(bond, arp.address);
  }
  return chosen;
}

/** rlb_choose_channel(). */
function chooseChannel(bonding: Bonding, bond: Bond, arp: Arp, tci: number): BondMember | undefined {
  const { clients } = bond;
  const known = clientAt(bond, arp.target);
  const isSame = known !== undefined && equalBytes(known.host, arp.address) && equalBytes(known.neighbour, arp.target);
  if (isSame) {
    if (arp.targetStation !== 'ff:ff:ff:ff:ff:ff') known.station = arp.targetStation;
    known.hostStation = arp.station;
    if (known.member !== undefined) return known.member;
  } else if (known !== undefined && bond.active !== undefined && known.member !== bond.active) {
    // Its place is taken: it goes back to the active member.
    known.member = bond.active;
    if (bonding.parts.alb.movesBack) update(bonding, known);
  }
  const member = bonding.parts.alb.channel(nextMember(bond), bond.active);
  if (member === undefined) return undefined;
  const isDue = isStation(arp.targetStation);
  if (isDue) clients.isDue = true;
  const entry: Client = {
    host: arp.address,
    neighbour: arp.target,
    hostStation: arp.station,
    station: arp.targetStation,
    member,
    isDue,
    tci,
  };
  if (known === undefined) clients.entries.unshift(entry);
  else Object.assign(known, entry);
  return member;
}

/** As it leaves at a member: an answer names the station of that member. */
export function albFrameAt(bonding: Bonding, bond: Bond, netDevice: NetDevice, frame: TxFrame): TxFrame {
  const arp = arpIn(frame.bytes);
  if (arp?.operation !== ARPOP_REPLY || !isOwn(bonding, bond, arp)) return frame;
  if (!bonding.parts.alb.namesMember) return frame;
  const bytes = frame.bytes.slice();
  bytes.set(parseMac(netDevice.address), 22);
  return { ...frame, bytes };
}

/** rlb_arp_recv(). */
export function hearArp({ parts }: Bonding, bond: Bond, bytes: Uint8Array): void {
  const arp = arpIn(bytes);
  if (arp !== undefined) noteArp(parts.alb, bond, { ...arp, isReply: arp.operation === ARPOP_REPLY });
}

/** RLB_ARP_BURST_SIZE. */
const ANSWERS = 2;

/** rlb_update_client(): answers to a question that it never asked. */
function update(bonding: Bonding, { host, neighbour, station, member, tci }: Client): void {
  if (member === undefined || !isStation(station)) return;
  const { alb } = bonding.parts;
  const bytes = arpReply(member.netDevice, host, parseMac(station), neighbour);
  const vlan = tci === 0 || !alb.tags ? {} : { vlan: { tpid: ETH_P_8021Q, tci } };
  for (let answer = 0; answer < alb.tellsAnew(ANSWERS); answer++)
    bonding.send(member.netDevice, { bytes, checksum: { kind: 'none' }, ...vlan });
}

/** RLB_PROMISC_TIMEOUT, in ticks. */
const STANDS_IN = 100;

/** Of bond_alb_monitor(). */
export function tickClients(bonding: Bonding, bond: Bond): void {
  const { clients, active } = bond;
  const { alb } = bonding.parts;
  if (clients.listens && ++clients.listenTicks >= alb.standsInFor(STANDS_IN) && active !== undefined)
    endStandIn(bonding, bond, active);
  if (clients.rebalances) {
    clients.rebalances = false;
    if (alb.rebalances) rebalanceClients(bond);
  }
  if (!clients.isDue) return;
  if (clients.delay > 0) {
    clients.delay--;
    return;
  }
  for (const client of clients.entries) {
    if (!client.isDue) continue;
    update(bonding, client);
    if (clients.retries === 0) client.isDue = false;
  }
  clients.delay = alb.delay;
  if (clients.retries > 0) clients.retries--;
  else clients.isDue = false;
}

/** rlb_clear_slave(): the member is lost, or no longer one. */
export function loseMember(bonding: Bonding, member: BondMember): void {
  const { bond, netDevice } = member;
  if (bonding.parts.alb.movesClients) moveClientsFrom(bond, member);
  if (member !== bond.active) standIn(bonding, bond, netDevice.address);
}
