/** What the router of the reference switch is told, laid out so that a packet finds it without a search. */
import { Ipv4Lpm } from './ipv4Lpm.js';
import { CONFORMING_ROUTER_CHIP, type RouterChipParts } from './routerParts.js';

/** What becomes of packets that match a route. */
export const ACTION_TRAP = 0;
export const ACTION_DROP = 1;
export const ACTION_FORWARD = 2;

/** Ways of one route; a hash up to the bound of a way is that way's. */
export interface ChipRoute {
  readonly action: number;
  readonly ports: Uint8Array;
  /** 0: the destination is on the link. */
  readonly gateways: Uint32Array;
  readonly bounds: Float64Array;
  /** It takes room in the table. */
  readonly counts: boolean;
  /** It took the place of another one. */
  readonly isReplacement: boolean;
}

export interface RouterState {
  readonly parts: RouterChipParts;
  capacity: number;
  /** By port: 1 if it routes. */
  readonly isInterface: Uint8Array;
  /** By port: which router, its address, and the longest packet. */
  readonly routerOf: Uint8Array;
  readonly macHigh: Uint16Array;
  readonly macLow: Uint32Array;
  readonly mtu: Uint32Array;
  /** By number of a router: its table. */
  readonly tables: (number | undefined)[];
  readonly prefixes: (Ipv4Lpm | undefined)[];
  /** Values of the prefixes are places here. */
  readonly routes: (ChipRoute | undefined)[];
  readonly freeRoutes: number[];
  used: number;
  /** Packets that were looked up. */
  packets: number;
  /** By port: the stations behind it, by their address. */
  readonly neighbours: readonly Map<number, Uint8Array>[];
}

export const MOST_ROUTERS = 8;

export function newRouterState(
  ports: number,
  capacity: number,
  parts: RouterChipParts = CONFORMING_ROUTER_CHIP,
): RouterState {
  return {
    parts,
    capacity,
    isInterface: new Uint8Array(ports),
    routerOf: new Uint8Array(ports),
    macHigh: new Uint16Array(ports),
    macLow: new Uint32Array(ports),
    mtu: new Uint32Array(ports),
    tables: [],
    prefixes: [],
    routes: [],
    freeRoutes: [],
    used: 0,
    packets: 0,
    neighbours: Array.from({ length: ports }, () => new Map<number, Uint8Array>()),
  };
}

/** As at power-on. */
export function resetRouterState(state: RouterState): void {
  state.isInterface.fill(0);
  state.tables.length = 0;
  state.prefixes.length = 0;
  state.routes.length = 0;
  state.freeRoutes.length = 0;
  state.used = 0;
  for (const neighbours of state.neighbours) neighbours.clear();
}

/** The number of the router with this table, made when it is asked for first; undefined: there are too many. */
export function routerNumber(state: RouterState, table: number): number | undefined {
  const known = state.tables.indexOf(table);
  if (known >= 0) return known;
  if (state.tables.length >= MOST_ROUTERS) return undefined;
  state.prefixes.push(new Ipv4Lpm());
  return state.tables.push(table) - 1;
}
