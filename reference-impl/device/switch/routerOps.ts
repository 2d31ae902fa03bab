/** What the driver of the reference switch does for the kernel's router: RouterOps over the state of the chip. */
import type {
  DriverResult,
  Errno,
  MacAddress,
  OffloadedPrefix,
  OffloadedRoute,
  PortName,
  RouterOps,
} from '../../../harness/contract/index.js';
import { parseMac } from '../../packet/addresses.js';
import { readU16, readU32 } from '../../packet/bytes.js';
import { upperBounds } from '../../packet/multipathHash.js';
import { done, refuse } from '../control.js';
import {
  ACTION_DROP,
  ACTION_FORWARD,
  ACTION_TRAP,
  routerNumber,
  type ChipRoute,
  type RouterState,
} from './routerState.js';

const ENOSPC = 28 as Errno;
const IPV6_BYTES = 16;

export function routerOps(state: RouterState, indexOf: (port: PortName) => number): RouterOps {
  return {
    setInterface: (port, own) => {
      const index = indexOf(port);
      if (own === null) {
        if (state.parts.stopsWhenTold) state.isInterface[index] = 0;
        if (state.parts.ipv6.stopsWhenTold) state.isInterface6[index] = 0;
        return done;
      }
      const number = routerNumber(state, own.table);
      if (number === undefined) return refuse(ENOSPC, 'the switch has no more routers to hold apart');
      const mac = parseMac(own.mac);
      state.routerOf[index] = number;
      state.macHigh[index] = readU16(mac, 0);
      state.macLow[index] = readU32(mac, 2);
      state.mtu[index] = own.mtu;
      const { ipv6 } = state.parts;
      if (own.ipv4 || state.parts.stopsWhenTold)
        state.isInterface[index] = own.ipv4 && state.parts.routes && (ipv6.sparesIpv4 || !own.ipv6) ? 1 : 0;
      if (own.ipv6 || ipv6.stopsWhenTold) state.isInterface6[index] = own.ipv6 && ipv6.routes ? 1 : 0;
      return done;
    },
    replaceRoute: (route) => replace(state, route, indexOf),
    removeRoute: (prefix) => remove(state, prefix),
    setNeighbour: (port, address, station) => {
      if (address.length === IPV6_BYTES) return setIpv6Neighbour(state, indexOf(port), address, station);
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

function setIpv6Neighbour(
  state: RouterState,
  index: number,
  address: Uint8Array,
  station: MacAddress | null,
): DriverResult {
  const hosts = state.neighbours6[index];
  const isChange = hosts?.find(address, 0) !== undefined;
  if (isChange && !state.parts.ipv6.followsNeighbours) return done;
  if (station === null) hosts?.delete(address);
  else hosts?.set(address, parseMac(station));
  return done;
}

/** Prefixes of one protocol in one router of the chip. */
interface PrefixTable {
  at(prefix: Uint8Array, length: number): number;
  set(prefix: Uint8Array, length: number, value: number): void;
  remove(prefix: Uint8Array, length: number): void;
}

/** Of IPv4 or IPv6, by the length of the address. */
function tableOf(state: RouterState, number: number, address: Uint8Array): PrefixTable | undefined {
  if (address.length === IPV6_BYTES) {
    const lpm = state.prefixes6[number];
    const { prefixLength } = state.parts.ipv6;
    return lpm === undefined
      ? undefined
      : {
          at: (prefix, length) => lpm.at(prefix, prefixLength(length)),
          set: (prefix, length, value) => lpm.set(prefix, prefixLength(length), value),
          remove: (prefix, length) => lpm.remove(prefix, prefixLength(length)),
        };
  }
  const lpm = state.prefixes[number];
  return lpm === undefined
    ? undefined
    : {
        at: (prefix, length) => lpm.at(readU32(prefix, 0), length),
        set: (prefix, length, value) => lpm.set(readU32(prefix, 0), length, value),
        remove: (prefix, length) => lpm.remove(readU32(prefix, 0), length),
      };
}

/** The rules of a protocol that both have. */
const partsOf = (
  { parts }: RouterState,
  { length }: Uint8Array,
): Pick<RouterState['parts'], 'trapsLocal' | 'replaces' | 'removes' | 'trapsOverflow'> =>
  length === IPV6_BYTES ? parts.ipv6 : parts;

function chipRoute(
  { action, destination }: OffloadedRoute,
  parts: RouterState['parts'],
  trapsLocal: boolean,
  isReplacement: boolean,
  indexOf: (port: PortName) => number,
): ChipRoute {
  const nexthops = action.kind === 'forward' ? action.nexthops : [];
  const kinds = { forward: ACTION_FORWARD, drop: ACTION_DROP, trap: trapsLocal ? ACTION_TRAP : ACTION_DROP };
  const isIpv6 = destination.length === IPV6_BYTES;
  return {
    action: kinds[action.kind],
    ports: Uint8Array.from(nexthops, ({ port }) => indexOf(port)),
    gateways: Uint32Array.from(nexthops, ({ gateway }) => (gateway === null || isIpv6 ? 0 : readU32(gateway, 0))),
    gateways6: isIpv6 ? nexthops.map(({ gateway }) => gateway ?? undefined) : [],
    bounds: Float64Array.from(upperBounds(nexthops.map(({ weight }) => (isIpv6 ? parts.ipv6 : parts).weight(weight)))),
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
  const parts = partsOf(state, route.destination);
  const number = routerNumber(state, route.table);
  const lpm = number === undefined ? undefined : tableOf(state, number, route.destination);
  if (lpm === undefined) return refuse(ENOSPC, 'the switch has no more routers to hold apart');
  const known = lpm.at(route.destination, route.prefixLength);
  if (known >= 0 && !parts.replaces) return { ok: true, value: 'forwards' };
  const next = chipRoute(route, state.parts, parts.trapsLocal, known >= 0, indexOf);
  const before = state.routes[known]?.counts === true ? 1 : 0;
  const hasRoom = !next.counts || state.used - before < state.capacity;
  const entry = hasRoom ? next : { ...next, action: ACTION_TRAP, counts: false };
  if (hasRoom || parts.trapsOverflow) {
    const place = known >= 0 ? known : (state.freeRoutes.pop() ?? state.routes.length);
    state.routes[place] = entry;
    state.used += (entry.counts ? 1 : 0) - before;
    if (known < 0) lpm.set(route.destination, route.prefixLength, place);
  }
  if (!state.parts.admits(hasRoom)) return refuse(ENOSPC, 'the routing table of the switch is full');
  return { ok: true, value: entry.action === ACTION_FORWARD || route.action.kind !== 'trap' ? 'forwards' : 'traps' };
}

function remove(state: RouterState, { table, destination, prefixLength }: OffloadedPrefix): void {
  const number = state.tables.indexOf(table);
  const lpm = tableOf(state, number, destination);
  const place = lpm?.at(destination, prefixLength) ?? -1;
  if (lpm === undefined || place < 0 || !partsOf(state, destination).removes) return;
  lpm.remove(destination, prefixLength);
  if (state.routes[place]?.counts === true) state.used--;
  state.routes[place] = undefined;
  state.freeRoutes.push(place);
}
