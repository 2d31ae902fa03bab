/** The forwarding information base of IPv4: tables, lookups, and what net devices and addresses make of them (net/ipv4/fib_*.c). */
import {
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RTM_DELROUTE,
  RTM_NEWROUTE,
} from '../../netlink/constants.js';
import {
  RTNH_F_DEAD,
  RTNH_F_LINKDOWN,
  RTN_BLACKHOLE,
  RTN_LOCAL,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
  RT_SCOPE_NOWHERE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from '../../netlink/families/routing.js';
import { equalBytes } from '../../packet/bytes.js';
import { upperBounds } from '../../packet/multipathHash.js';
import { EEXIST, ENOENT, OK, refused } from '../errno.js';
import type { Outcome } from '../kernelState.js';
import type { NetDevice } from '../netDevice.js';
import { FibTable } from './fibTable.js';
import { isAlive, isDead, type Nexthop, type Route } from './route.js';
import type { RoutingParts } from './routingParts.js';

/** fib_props: what a route of this type answers instead of a way. */
export type Unroutable = 'no-route' | 'blackhole' | 'unreachable' | 'prohibit';

export type FibResult =
  { readonly kind: 'route'; readonly route: Route; readonly nexthop: Nexthop } | { readonly kind: Unroutable };

export interface FlowKey {
  readonly destination: Uint8Array;
  /** Chooses among nexthops, 31 bits. */
  readonly hash?: number;
  /** 0: any. */
  readonly outIfIndex?: number;
  readonly tos?: number;
  /** Routes that lead less far are passed over. */
  readonly scope?: number;
  /** The table of the VRF that the flow belongs to; undefined: none. */
  readonly vrfTable?: number | undefined;
}

/** What the FIB tells: RTNLGRP_IPV4_ROUTE and the FIB notifier chain of drivers. */
export interface FibListener {
  /** rtmsg_fib(). `flags`: NLM_F_* of the announcement. */
  told(type: number, route: Route, flags: number): void;
  /** FIB_EVENT_ENTRY_REPLACE: the route is the first of its prefix now; undefined: the prefix is gone (FIB_EVENT_ENTRY_DEL). */
  preferred(table: number, destination: Uint8Array, prefixLength: number, route: Route | undefined): void;
}

const TOS_MASK = 0xfc;

export class Fib {
  readonly #tables = new Map<number, FibTable>();
  readonly #parts: RoutingParts;
  readonly #listener: FibListener;

  constructor(parts: RoutingParts, listener: FibListener) {
    this.#parts = parts;
    this.#listener = listener;
  }

  clear(): void {
    this.#tables.clear();
  }

  table(id: number): FibTable | undefined {
    return this.#tables.get(id);
  }

  tables(): FibTable[] {
    return [...this.#tables.values()].sort((a, b) => a.id - b.id);
  }

  /** fib_lookup(): the rules of a kernel that nobody changed: local, the VRF's table, main, default. */
  lookup(key: FlowKey): FibResult {
    for (const id of this.#parts.rules(key.vrfTable)) {
      const result = this.lookupIn(id, key);
      if (result !== undefined) return result;
    }
    return { kind: 'no-route' };
  }

  /** fib_table_lookup(). Undefined: the next rule is asked. */
  lookupIn(id: number, key: FlowKey): FibResult | undefined {
    const table = this.#tables.get(id);
    if (table === undefined) return undefined;
    for (const route of this.#parts.matching(table.matching(key.destination), key.destination)) {
      if (route.tos !== 0 && route.tos !== ((key.tos ?? 0) & TOS_MASK)) continue;
      if (key.scope !== undefined && route.scope < key.scope) continue;
      switch (route.type) {
        case RTN_THROW:
          return this.#parts.throwsOn ? undefined : { kind: 'no-route' };
        case RTN_BLACKHOLE:
        case RTN_UNREACHABLE:
        case RTN_PROHIBIT:
          return { kind: this.#parts.refusalOf(route.type) };
      }
      const nexthop = this.#select(route, key);
      if (nexthop !== undefined) return { kind: 'route', route, nexthop };
    }
    return undefined;
  }

  /** fib_select_multipath(): the nexthop in whose share of the hash space the flow is. */
  #select(route: Route, { hash = 0, outIfIndex = 0 }: FlowKey): Nexthop | undefined {
    const usable = route.nexthops.filter(
      (nexthop) =>
        (isAlive(nexthop) || !this.#parts.sparesDeadNexthops) &&
        (outIfIndex === 0 || nexthop.netDevice.ifIndex === outIfIndex),
    );
    if (usable.length < 2) return usable[0];
    const bounds = upperBounds(usable.map(({ weight }) => weight));
    return usable[
      Math.max(
        0,
        bounds.findIndex((bound) => hash <= bound),
      )
    ];
  }

  /** fib_table_insert(). */
  insert(route: Route, flags: number): Outcome {
    const table = this.#tableFor(route.table);
    const routes = table.at(route.destination, route.prefixLength);
    const first = placeOf(routes, route, this.#parts);
    const equals = routes.filter((each) => isSameKey(each, route));
    const last = routes.indexOf(equals[equals.length - 1] ?? route);
    if (equals.length > 0) {
      if ((flags & NLM_F_EXCL) !== 0 && this.#parts.honoursExclusive) return refused(EEXIST);
      const match = equals.find((each) => isSameRoute(each, route));
      if ((flags & NLM_F_REPLACE) !== 0) return this.#replace(table, equals[0], match, route);
      if (match !== undefined) return refused(EEXIST);
    }
    if ((flags & NLM_F_CREATE) === 0 && this.#parts.needsCreate) return refused(ENOENT);
    const appends = equals.length > 0 && (flags & NLM_F_APPEND) !== 0 && this.#parts.honoursAppend;
    const [before] = routes;
    table.insert(route, appends ? last + 1 : first);
    this.#tellPreferred(table, route, before);
    const exclusive = equals.length === 0 ? NLM_F_EXCL : 0;
    this.#listener.told(RTM_NEWROUTE, route, exclusive | NLM_F_CREATE | (appends ? NLM_F_APPEND : 0));
    return OK;
  }

  #replace(table: FibTable, old: Route | undefined, match: Route | undefined, route: Route): Outcome {
    if (old === undefined) return refused(ENOENT);
    if (match !== undefined) return match === old ? OK : refused(EEXIST);
    if (!this.#parts.replaces) {
      table.insert(route, table.at(route.destination, route.prefixLength).indexOf(old) + 1);
      return OK;
    }
    const before = table.at(route.destination, route.prefixLength)[0];
    table.replace(old, route);
    if (before === old) this.#tellPreferred(table, route, undefined);
    this.#listener.told(RTM_NEWROUTE, route, NLM_F_REPLACE);
    return OK;
  }

  /** fib_table_delete(); `announce`: the flush of a device says nothing. */
  remove(route: Route, announce: boolean): void {
    const table = this.#tableFor(route.table);
    const before = table.at(route.destination, route.prefixLength)[0];
    table.remove(route);
    if (before === route) this.#tellPreferred(table, route, route);
    if (announce) this.#listener.told(RTM_DELROUTE, route, 0);
  }

  /** FIB_EVENT_ENTRY_REPLACE, FIB_EVENT_ENTRY_DEL: drivers hear of the first route of each prefix alone. */
  #tellPreferred(table: FibTable, { destination, prefixLength }: Route, before: Route | undefined): void {
    const [now] = table.at(destination, prefixLength);
    if (now !== before) this.#listener.preferred(table.id, destination, prefixLength, now);
  }

  #tableFor(id: number): FibTable {
    let table = this.#tables.get(id);
    if (table === undefined) this.#tables.set(id, (table = new FibTable(id)));
    return table;
  }

  /** fib_sync_down_dev() and fib_flush(): NETDEV_DOWN; `force`: the host's own addresses too. */
  deviceDown(netDevice: NetDevice, force: boolean): void {
    for (const route of this.#routesOver(netDevice)) {
      for (const nexthop of route.nexthops)
        if (nexthop.netDevice === netDevice && (force || nexthop.scope !== RT_SCOPE_NOWHERE))
          nexthop.flags |= RTNH_F_DEAD | RTNH_F_LINKDOWN;
      if (isDead(route) && this.#parts.flushesDead) this.remove(route, false);
      else this.#again(route);
    }
  }

  /** fib_sync_down_dev() of NETDEV_CHANGE, and fib_sync_up(). */
  carrierChanged(netDevice: NetDevice, carrier: boolean): void {
    for (const route of this.#routesOver(netDevice))
      for (const nexthop of route.nexthops) {
        if (nexthop.netDevice !== netDevice || nexthop.scope === RT_SCOPE_NOWHERE) continue;
        if (!this.#parts.marksLinkDown) continue;
        nexthop.flags = carrier ? nexthop.flags & ~RTNH_F_LINKDOWN : nexthop.flags | RTNH_F_LINKDOWN;
      }
  }

  /** fib_sync_up(): nexthops over this device live again. */
  deviceUp(netDevice: NetDevice): void {
    for (const route of this.#routesOver(netDevice)) {
      for (const nexthop of route.nexthops)
        if (nexthop.netDevice === netDevice && this.#parts.revivesNexthops)
          nexthop.flags &= ~(RTNH_F_DEAD | (netDevice.carrier ? RTNH_F_LINKDOWN : 0));
      this.#again(route);
    }
  }

  /** FIB_EVENT_NH_ADD, FIB_EVENT_NH_DEL: the driver gets the route with the nexthops that live now. */
  #again(route: Route): void {
    const table = this.#tableFor(route.table);
    if (table.at(route.destination, route.prefixLength)[0] === route && route.nexthops.length > 1)
      this.#listener.preferred(table.id, route.destination, route.prefixLength, route);
  }

  /** fib_sync_down_addr(): routes that sent from an address that is gone. */
  addressGone(address: Uint8Array): void {
    for (const table of this.tables())
      for (const route of table.routes())
        if (route.preferredSource !== undefined && equalBytes(route.preferredSource, address))
          this.remove(route, false);
  }

  #routesOver(netDevice: NetDevice): Route[] {
    return this.tables().flatMap((table) =>
      table.routes().filter(({ nexthops }) => nexthops.some((nexthop) => nexthop.netDevice === netDevice)),
    );
  }

  /** inet_addr_type_table(): what the address is to the host. */
  typeOf(address: Uint8Array, table: number = RT_TABLE_LOCAL): number {
    const result = this.lookupIn(table, { destination: address });
    return result?.kind === 'route' ? result.route.type : RTN_UNICAST;
  }

  isLocal(address: Uint8Array): boolean {
    return this.tables().some(({ id }) => id !== RT_TABLE_MAIN && this.typeOf(address, id) === RTN_LOCAL);
  }
}

/** fib_find_alias(): before the first that is not preferred to it: by descending TOS, then by ascending priority. */
function placeOf(routes: readonly Route[], { tos, priority }: Route, { goesBefore }: RoutingParts): number {
  const index = routes.findIndex((each) => each.tos < tos || (each.tos === tos && goesBefore(priority, each.priority)));
  return index < 0 ? routes.length : index;
}

const isSameKey = (a: Route, b: Route): boolean => a.tos === b.tos && a.priority === b.priority;

const isSameAddress = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equalBytes(a, b);

/** fib_find_info(): the same type and the same way, whatever state it is in. */
function isSameRoute(a: Route, b: Route): boolean {
  const isSame =
    a.type === b.type &&
    a.scope === b.scope &&
    a.protocol === b.protocol &&
    isSameAddress(a.preferredSource, b.preferredSource) &&
    a.nexthops.length === b.nexthops.length;
  return (
    isSame &&
    a.nexthops.every((nexthop, index) => {
      const other = b.nexthops[index];
      return (
        other !== undefined &&
        other.netDevice === nexthop.netDevice &&
        other.weight === nexthop.weight &&
        isSameAddress(other.gateway, nexthop.gateway)
      );
    })
  );
}
