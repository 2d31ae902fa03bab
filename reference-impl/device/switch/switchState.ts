/** What the reference switch is told, laid out so that a frame finds it without a search: bitmaps with a bit for each port. */
import { FdbMemory } from './fdbMemory.js';
import { MOST_LAGS, newLagTable, resetLagTable, type LagTable } from './lagTable.js';
import { GroupMemory } from './groupMemory.js';
import { CONFORMING_SWITCH, type SwitchParts } from './switchParts.js';
import { newTreeTable, type TreeTable } from './treeTable.js';

/** linux/if_bridge.h. */
export const STATE_DISABLED = 0;
export const STATE_LEARNING = 2;
export const STATE_FORWARDING = 3;

/** Bridges that the switch can hold apart at a time. */
export const MOST_BRIDGES = 8;
export const MOST_PORTS = 32;
const VIDS = 4096;
/** Groups that there is room for. */
const GROUPS = 1024;
/** No bridge: the port is a NIC of its own. */
export const NO_BRIDGE = 0xff;

export interface SwitchBridge {
  /** The driver's number for it; undefined: free. */
  id: number | undefined;
  ports: number;
  filtersVlans: boolean;
  vlanProtocol: number;
  /** Milliseconds. */
  ageingTime: number;
  /** Groups are looked up, and their messages handed to the host. */
  snoops: boolean;
  /** The host wants the frames of all groups. */
  hostIsRouter: boolean;
  /** By VID; in a bridge that does not filter nobody looks. */
  readonly members: Uint32Array;
  readonly untagged: Uint32Array;
  readonly hostMember: Uint8Array;
  readonly trees: TreeTable;
}

export interface SwitchState {
  readonly parts: SwitchParts;
  readonly fdb: FdbMemory;
  readonly groups: GroupMemory;
  readonly bridges: readonly SwitchBridge[];
  readonly lagTable: LagTable;
  /** By port, aggregates last: which bridge, spanning tree state, and the VLAN of untagged frames (0: none). */
  readonly bridgeOf: Uint8Array;
  readonly stpState: Uint8Array;
  readonly pvid: Uint16Array;
  readonly longest: Uint32Array;
  /** Ports whose flag is on. */
  learning: number;
  unicastFlood: number;
  multicastFlood: number;
  broadcastFlood: number;
  multicastToUnicast: number;
  /** Ports with a multicast router behind them. */
  routers: number;
  isolated: number;
  hairpin: number;
  locked: number;
  mab: number;
  /** Ports in the forwarding state. */
  forwarding: number;
  /** Milliseconds since power-on. */
  now: number;
  /** No entry is too old before then. */
  nextAgeing: number;
  /** Something was set since power-on. */
  isUsed: boolean;
}

export interface SwitchOptions {
  readonly ports: number;
  /** Entries of the forwarding database; a power of two. */
  readonly fdbEntries: number;
  readonly parts?: SwitchParts;
}

const ALL = 0xffff_ffff | 0;

export function newSwitchState({ ports, fdbEntries, parts = CONFORMING_SWITCH }: SwitchOptions): SwitchState {
  return {
    parts,
    fdb: new FdbMemory(fdbEntries, parts.movesUp),
    groups: new GroupMemory(GROUPS),
    bridges: Array.from({ length: MOST_BRIDGES }, () => newBridge(ports + MOST_LAGS)),
    lagTable: newLagTable(ports, parts.lag),
    bridgeOf: new Uint8Array(ports + MOST_LAGS).fill(NO_BRIDGE),
    stpState: new Uint8Array(ports + MOST_LAGS),
    pvid: new Uint16Array(ports + MOST_LAGS),
    longest: new Uint32Array(ports).fill(1518),
    learning: ALL,
    unicastFlood: ALL,
    multicastFlood: ALL,
    broadcastFlood: ALL,
    multicastToUnicast: 0,
    routers: 0,
    isolated: 0,
    hairpin: 0,
    locked: 0,
    mab: 0,
    forwarding: 0,
    now: 0,
    nextAgeing: Infinity,
    isUsed: false,
  };
}

/** As at power-on, at the present time. */
export function resetSwitchState(state: SwitchState): void {
  if (!state.isUsed) return;
  state.fdb.clear();
  resetLagTable(state.lagTable);
  state.groups.clear();
  state.multicastToUnicast = state.routers = 0;
  for (const bridge of state.bridges) bridge.id = undefined;
  state.bridgeOf.fill(NO_BRIDGE);
  state.stpState.fill(0);
  state.pvid.fill(0);
  state.learning = state.unicastFlood = state.multicastFlood = state.broadcastFlood = ALL;
  state.isolated = state.hairpin = state.locked = state.mab = state.forwarding = 0;
  state.nextAgeing = Infinity;
  state.isUsed = false;
}

const newBridge = (logicalPorts: number): SwitchBridge => ({
  id: undefined,
  ports: 0,
  filtersVlans: false,
  vlanProtocol: 0x8100,
  ageingTime: 300_000,
  snoops: true,
  hostIsRouter: false,
  members: new Uint32Array(VIDS),
  untagged: new Uint32Array(VIDS),
  hostMember: new Uint8Array(VIDS),
  trees: newTreeTable(VIDS, logicalPorts),
});

/** Addresses of one bridge and VLAN are apart from those of all others. */
export const filteringIdOf = (bridge: number, vid: number): number => (bridge << 12) | vid;
