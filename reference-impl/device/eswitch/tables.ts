/** What the embedded switch forwards by: filters of all functions as bitmaps, so that a frame finds its receivers without a search. */
import { parseMac } from '../../packet/addresses.js';
import { readU16 } from '../../packet/bytes.js';
import { MacTable } from './macTable.js';
import type { EswitchParts } from './eswitchParts.js';
import { hasPortVlan, type VirtualFunction } from './virtualFunction.js';

const VIDS = 4096;
/** The physical function is number 0, virtual function n is n + 1. */
export const PHYSICAL = 1;

export interface EswitchTables {
  readonly unicast: MacTable;
  readonly groups: MacTable;
  /** By VID; 0 is for frames without a tag. */
  readonly members: Uint32Array;
  allMulticast: number;
  promiscuous: number;
  /** Functions with a VLAN of their port: they see no tag. */
  portVlan: number;
  /** Functions that have a link, a driver, and no reset outstanding. */
  linked: number;
}

export const newTables = (): EswitchTables => ({
  unicast: new MacTable(),
  groups: new MacTable(),
  members: new Uint32Array(VIDS),
  allMulticast: 0,
  promiscuous: 0,
  portVlan: 0,
  linked: PHYSICAL,
});

/** What the physical function receives. */
export interface PhysicalFilters {
  readonly addresses: readonly string[];
  readonly promiscuous: boolean;
}

/** Writes the filters of all functions anew: they change seldom, and frames come often. */
export function programme(
  tables: EswitchTables,
  parts: EswitchParts,
  functions: readonly VirtualFunction[],
  physical: PhysicalFilters,
  isLinked: (vf: VirtualFunction) => boolean,
): void {
  tables.unicast.clear();
  tables.groups.clear();
  tables.members.fill(PHYSICAL);
  tables.allMulticast = tables.portVlan = 0;
  tables.promiscuous = physical.promiscuous ? PHYSICAL : 0;
  tables.linked = PHYSICAL;
  for (const address of physical.addresses) addAddress(tables.unicast, address, PHYSICAL);
  for (const vf of functions) {
    const { filters, bit } = vf;
    addAddress(tables.unicast, filters.address, bit);
    for (const address of filters.unicast) addAddress(tables.unicast, address, bit);
    for (const group of filters.multicast) addAddress(tables.groups, group, bit);
    if (hasPortVlan(vf)) tables.portVlan |= bit;
    if (parts.choosesVlans(vf)) for (const vid of filters.vids) addMember(tables.members, vid, bit);
    for (const vid of parts.vlansOfPort(vf)) addMember(tables.members, vid, bit);
    if (filters.mode === 'all-multicast') tables.allMulticast |= bit;
    if (filters.mode === 'promiscuous') tables.promiscuous |= bit;
    if (isLinked(vf)) tables.linked |= bit;
  }
}

export function addAddress(table: MacTable, address: string, bit: number): void {
  const bytes = parseMac(address);
  const [high, low] = [highOf(bytes, 0), lowOf(bytes, 0)];
  if (high !== 0 || low !== 0) table.add(high, low, bit);
}

function addMember(members: Uint32Array, vid: number, bit: number): void {
  members[vid] = (members[vid] ?? 0) | bit;
}

/** The first two bytes of an address, and the other four. */
export const highOf = (bytes: Uint8Array, at: number): number => readU16(bytes, at);
export const lowOf = (bytes: Uint8Array, at: number): number =>
  (((bytes[at + 2] ?? 0) << 24) | ((bytes[at + 3] ?? 0) << 16) | ((bytes[at + 4] ?? 0) << 8) | (bytes[at + 5] ?? 0)) >>>
  0;
