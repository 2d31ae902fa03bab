/** What the driver of the reference switch does for the kernel's router: RouterOps over the state of the chip. */
import type {
  DriverResult,
  Errno,
  OffloadedPrefix,
  OffloadedRoute,
  PortName,
  RouterOps,
} from '../../../harness/contract/index.js';
import { parseMac } from '../../packet/addresses.js';
import { readU16, readU32 } from '../../packet/bytes.js';
import { upperBounds } from '../../packet/multipathHash.js';
import { done, refuse } from '../driverResult.js';
import {
  ACTION_DROP,
  ACTION_FORWARD,
  ACTION_TRAP,
  routerNumber,
  type ChipRoute,
  type RouterState,
} from './routerState.js';

const ENOSPC = 28 as Errno;

export function routerOps(state: RouterState, indexOf: (port: PortName) => number): RouterOps {
  return {
    setInterface: (port, own) => {
      const index = indexOf(port);
      if (own === null) {
        if (state.parts.stopsWhenTold) state.isInterface[index] = 0;
        return done;
      }
      const number = routerNumber(state, own.table);
      if (number === undefined) return refuse(ENOSPC, 'the switch has no more routers to hold apart');
      const mac = parseMac(own.mac);
      state.routerOf[index] = number;
      state.macHigh[index] = readU16(mac, 0);
      state.macLow[index] = readU32(mac, 2);
      state.mtu[index] = own.mtu;
      state.isInterface[index] = state.parts.routes ? 1 : 0;
      return done;
    },
    replaceRoute: (route) => replace(state, route, indexOf),
    removeRoute: (prefix) => remove(state, prefix),
    setNeighbour: (port, address, station) => {
      const neighbours = state.neighbours[indexOf(port)];
      const key = readU32(address, 0);
      const isChange = neighbours?.has(key) === true;
      if (isChange && !state.parts.followsNeighbours) return done;
      if (station === null) neighbours?.delete(key);
      else neighbours?.set(key, parseMac(station));
      return done;
    },
  };
}

function chipRoute(
  { action }: OffloadedRoute,
  parts: RouterState['parts'],
  isReplacement: boolean,
  indexOf: (port: PortName) => number,
): ChipRoute {
  const nexthops = action.kind === 'forward' ? action.nexthops : [];
  const kinds = { forward: ACTION_FORWARD, drop: ACTION_DROP, trap: parts.trapsLocal ? ACTION_TRAP : ACTION_DROP };
  return {
    action: kinds[action.kind],
    ports: Uint8Array.from(nexthops, ({ port }) => indexOf(port)),
    gateways: Uint32Array.from(nexthops, ({ gateway }) => (gateway === null ? 0 : readU32(gateway, 0))),
    bounds: Float64Array.from(upperBounds(nexthops.map(({ weight }) => parts.weight(weight)))),
    counts: action.kind === 'forward',
    isReplacement,
  };
}

/**
 * The place of the prefix gets another route at once. Without room for it the prefix leads to the host: traps have room of their own, so
 * that a shorter prefix does not take packets that are not its.
 */
function replace(
  state: RouterState,
  route: OffloadedRoute,
  indexOf: (port: PortName) => number,
): DriverResult<'forwards' | 'traps'> {
  const { parts } = state;
  const number = routerNumber(state, route.table);
  const lpm = number === undefined ? undefined : state.prefixes[number];
  if (lpm === undefined) return refuse(ENOSPC, 'the switch has no more routers to hold apart');
  const prefix = readU32(route.destination, 0);
  const known = lpm.at(prefix, route.prefixLength);
  if (known >= 0 && !parts.replaces) return { ok: true, value: 'forwards' };
  const next = chipRoute(route, parts, known >= 0, indexOf);
  const before = state.routes[known]?.counts === true ? 1 : 0;
  const hasRoom = !next.counts || state.used - before < state.capacity;
  const entry = hasRoom ? next : { ...next, action: ACTION_TRAP, counts: false };
  if (hasRoom || parts.trapsOverflow) {
    const place = known >= 0 ? known : (state.freeRoutes.pop() ?? state.routes.length);
    state.routes[place] = entry;
    state.used += (entry.counts ? 1 : 0) - before;
    if (known < 0) lpm.set(prefix, route.prefixLength, place);
  }
  if (!parts.admits(hasRoom)) return refuse(ENOSPC, 'the routing table of the switch is full');
  return { ok: true, value: entry.action === ACTION_FORWARD || route.action.kind !== 'trap' ? 'forwards' : 'traps' };
}

function remove(state: RouterState, { table, destination, prefixLength }: OffloadedPrefix): void {
  const number = state.tables.indexOf(table);
  const lpm = state.prefixes[number];
  const prefix = readU32(destination, 0);
  const place = lpm?.at(prefix, prefixLength) ?? -1;
  if (lpm === undefined || place < 0 || !state.parts.removes) return;
  lpm.remove(prefix, prefixLength);
  if (state.routes[place]?.counts === true) state.used--;
  state.routes[place] = undefined;
  state.freeRoutes.push(place);
}
