/** Which member receives what each neighbour sends: the table of rlb_*() of drivers/net/bonding/bond_alb.c. */
import type { MacAddress } from '../../../harness/contract/index.js';
import { equalBytes } from '../../packet/bytes.js';
import type { AlbParts } from './albParts.js';
import { canSend, type Bond, type BondMember } from './bond.js';

/** struct rlb_client_info: a neighbour that was told a member's station as that of an address of the host. */
export interface Client {
  host: Uint8Array;
  neighbour: Uint8Array;
  hostStation: MacAddress;
  /** Zeros, or that of a group: it is not known yet. */
  station: MacAddress;
  member: BondMember | undefined;
  /** Whether it is to be told anew (ntt). */
  isDue: boolean;
  /** 0: without a tag. */
  tci: number;
}

/** struct alb_bond_info, as far as it is about what is received. */
export interface ClientTable {
  /** The one that was entered last is the first. */
  readonly entries: Client[];
  /** Whose turn it was last (rx_slave). */
  last: BondMember | undefined;
  /** Whether somebody is to be told anew (rx_ntt); ticks until then, and how often it is repeated. */
  isDue: boolean;
  delay: number;
  retries: number;
  rebalances: boolean;
  /** The active member takes everything for a while (primary_is_promisc). */
  listens: boolean;
  listenTicks: number;
}

export const newClientTable = (): ClientTable => ({
  entries: [],
  last: undefined,
  isDue: false,
  delay: 0,
  retries: 0,
  rebalances: false,
  listens: false,
  listenTicks: 0,
});

/** RLB_UPDATE_RETRY. */
const RETRIES = 3;

/** _simple_hash(): bytes on top of each other. */
export const simpleHash = (bytes: Uint8Array): number => bytes.reduce((hash, byte) => hash ^ byte, 0);

/** is_valid_ether_addr(). */
export const isStation = (address: MacAddress): boolean =>
  address !== '00:00:00:00:00:00' && (Number.parseInt(address.slice(0, 2), 16) & 1) === 0;

/** __rlb_next_rx_slave(), of members that are all as fast: the next one that can send, or the first. */
export function nextMember({ members, clients }: Bond): BondMember | undefined {
  const able = [...members.values()].filter(canSend);
  const turn = clients.last === undefined ? -1 : able.indexOf(clients.last);
  const next = (turn === -1 ? undefined : able[turn + 1]) ?? able[0];
  if (next !== undefined) clients.last = next;
  return next;
}

/** The place in the table has one neighbour; another one with the same hash takes it. */
export const clientAt = ({ clients }: Bond, neighbour: Uint8Array): Client | undefined =>
  clients.entries.find((each) => simpleHash(each.neighbour) === simpleHash(neighbour));

function makeDue({ clients }: Bond, client: Client): void {
  client.isDue = true;
  clients.isDue = true;
}

/** rlb_req_update_slave_clients(): the member has another station. */
export function updateClientsOf(bond: Bond, member: BondMember): void {
  const ofMember = bond.clients.entries.filter((each) => each.member === member && isStation(each.station));
  for (const client of ofMember) makeDue(bond, client);
  if (ofMember.length > 0) bond.clients.retries = RETRIES;
}

/** rlb_req_update_subnet_clients(): a question told them all the station of the aggregate. */
export function updateClientsTold(bond: Bond, host: Uint8Array): void {
  for (const client of bond.clients.entries) {
    const isElsewhere = client.member !== undefined && client.member.netDevice.address !== bond.netDevice.address;
    if (isElsewhere && equalBytes(client.host, host) && isStation(client.station)) makeDue(bond, client);
  }
}

/** rlb_clear_slave(): others receive in its place. */
export function moveClientsFrom(bond: Bond, member: BondMember): void {
  for (const client of bond.clients.entries) {
    if (client.member !== member) continue;
    client.member = nextMember(bond);
    if (client.member === undefined || !isStation(client.station)) continue;
    makeDue(bond, client);
    bond.clients.retries = RETRIES;
  }
}

/** rlb_rebalance(): everybody gets a member anew, in turn. */
export function rebalanceClients(bond: Bond): void {
  for (const client of bond.clients.entries) {
    const member = nextMember(bond);
    if (member === undefined || member === client.member) continue;
    client.member = member;
    if (client.station !== '00:00:00:00:00:00') makeDue(bond, client);
  }
}

function forgetClients({ clients }: Bond, isGone: (client: Client) => boolean): void {
  for (let at = clients.entries.length - 1; at >= 0; at--) {
    const client = clients.entries[at];
    if (client !== undefined && isGone(client)) clients.entries.splice(at, 1);
  }
}

/** rlb_clear_vlan(). */
export const forgetClientsInVlan = ({ forgetsVlans }: AlbParts, bond: Bond, vid: number): void => {
  if (forgetsVlans) forgetClients(bond, ({ tci }) => tci === vid);
};

export interface ArpSender {
  readonly isReply: boolean;
  readonly station: MacAddress;
  readonly address: Uint8Array;
  /** Whom it is to. */
  readonly target: Uint8Array;
}

/** rlb_arp_recv(): an address of the host may be another's by now, and a neighbour may have another station. */
export function noteArp({ purges, learns }: AlbParts, bond: Bond, arp: ArpSender): void {
  const { isReply, station, address, target } = arp;
  if (purges) forgetClients(bond, (each) => equalBytes(each.host, address) && each.hostStation !== station);
  if (!isReply || !learns) return;
  const client = clientAt(bond, address);
  if (client === undefined || !equalBytes(client.neighbour, address) || !equalBytes(client.host, target)) return;
  if (client.station === station) return;
  client.station = station;
  makeDue(bond, client);
}
