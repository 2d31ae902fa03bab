/** The forwarding information base of IPv6: tables, lookups, and what net devices make of them (net/ipv6/ip6_fib.c, route.c). */
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
  RTN_ANYCAST,
  RTN_BLACKHOLE,
  RTN_LOCAL,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNREACHABLE,
} from '../../netlink/families/routing.js';
import { equalBytes } from '../../packet/bytes.js';
import { upperBounds } from '../../packet/multipathHash.js';
import { EEXIST, ENOENT, OK, refused } from '../errno.js';
import type { Outcome } from '../kernelState.js';
import type { NetDevice } from '../netDevice.js';
import type { FibListener, FibResult, FlowKey } from '../routing/fib.js';
import { FibTable } from '../routing/fibTable.js';
import { isAlive, type Nexthop, type Route } from '../routing/route.js';
import type { Routing6Parts } from './routing6Parts.js';

/**
 * struct fib6_info with its siblings: for Linux each way is a route of its own, and those that are ways of one are listed, told and
 * chosen among as one. Routes that lead nowhere have no way.
 */
export interface Route6 extends Route {
  readonly nexthops: Nexthop[];
  preferredSource: Uint8Array | undefined;
}

const isReject = ({ type }: Route): boolean =>
  type === RTN_BLACKHOLE || type === RTN_UNREACHABLE || type === RTN_PROHIBIT || type === RTN_THROW;

/** rt6_qualify_for_ecmp(): a route by a gateway. */
export const canHaveSiblings = ({ nexthops: [first] }: Route): boolean => first?.gateway !== undefined;

export class Fib6 {
  readonly #tables = new Map<number, FibTable<Route6>>();
  readonly #parts: Routing6Parts;
  readonly #listener: FibListener;

  constructor(parts: Routing6Parts, listener: FibListener) {
    this.#parts = parts;
    this.#listener = listener;
  }

  clear(): void {
    this.#tables.clear();
  }

  table(id: number): FibTable<Route6> | undefined {
    return this.#tables.get(id);
  }

  tables(): FibTable<Route6>[] {
    return [...this.#tables.values()].sort((a, b) => a.id - b.id);
  }

  /** fib6_rule_lookup(): the rules of a kernel that nobody changed: local, the VRF's table, main. */
  lookup(key: FlowKey): FibResult {
    for (const id of this.#parts.rules(key.vrfTable)) {
      const result = this.lookupIn(id, key);
      if (result !== undefined) return result;
    }
    return { kind: 'no-route' };
  }

  /** fib6_table_lookup(). Undefined: the next rule is asked. */
  lookupIn(id: number, key: FlowKey): FibResult | undefined {
    const table = this.#tables.get(id);
    if (table === undefined) return undefined;
    for (const route of this.#parts.matching(table.matching(key.destination), key.destination)) {
      switch (route.type) {
        case RTN_THROW:
          return this.#parts.throwsOn ? undefined : { kind: 'no-route' };
        case RTN_BLACKHOLE:
          return { kind: 'blackhole' };
        case RTN_UNREACHABLE:
          return { kind: 'unreachable' };
        case RTN_PROHIBIT:
          return { kind: 'prohibit' };
      }
      const nexthop = this.#select(route, key);
      if (nexthop !== undefined) return { kind: 'route', route, nexthop };
    }
    return undefined;
  }

  /** fib6_select_path(). */
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

  /** fib6_add_rt2node(), of a route with one way. `told`: somebody else announces it. */
  insert(route: Route6, flags: number, told = false): Outcome {
    const table = this.#tableFor(route.table);
    const routes = table.at(route.destination, route.prefixLength);
    const equals = routes.filter(({ priority }) => priority === route.priority);
    if (equals.length > 0 && (flags & NLM_F_EXCL) !== 0 && this.#parts.honoursExclusive) return refused(EEXIST);
    if ((flags & NLM_F_REPLACE) !== 0 && this.#parts.replaces) {
      const old = equals.find((each) => canHaveSiblings(each) === canHaveSiblings(route)) ?? equals[0];
      if (old !== undefined) return this.#replace(table, old, route, told);
      if ((flags & NLM_F_CREATE) === 0 && this.#parts.needsCreate) return refused(ENOENT);
    } else {
      if (
        equals.some((each) => each.nexthops.some((way) => isSameWay(way, route.nexthops[0])) || bothReject(each, route))
      )
        return refused(EEXIST);
      const group = canHaveSiblings(route) && this.#parts.joinsWays ? equals.find(canHaveSiblings) : undefined;
      if (group !== undefined) return this.#join(table, group, route, flags, told);
    }
    const before = routes.findIndex(({ priority }) => this.#parts.goesBefore(route.priority, priority));
    table.insert(route, before < 0 ? routes.length : before);
    this.#tellPreferred(table, route);
    const exclusive = equals.length === 0 ? NLM_F_EXCL : 0;
    if (!told) this.#tell(RTM_NEWROUTE, route, exclusive | NLM_F_CREATE | (flags & NLM_F_APPEND));
    return OK;
  }

  /** Another way of the route that is there, whatever the request calls it. */
  #join(table: FibTable<Route6>, group: Route6, route: Route6, flags: number, told: boolean): Outcome {
    group.nexthops.push(...route.nexthops);
    this.#tellPreferred(table, group);
    if (!told) this.#tell(RTM_NEWROUTE, group, NLM_F_CREATE | (flags & NLM_F_APPEND));
    return OK;
  }

  /** A route with several ways goes whole. */
  #replace(table: FibTable<Route6>, old: Route6, route: Route6, told: boolean): Outcome {
    if (this.#parts.replacesAllWays || !canHaveSiblings(route)) table.replace(old, route);
    else old.nexthops.splice(0, 1, ...route.nexthops);
    this.#tellPreferred(table, route);
    if (!told) this.#tell(RTM_NEWROUTE, route, NLM_F_REPLACE);
    return OK;
  }

  /** inet6_rt_notify() of a route that was put there without a word. */
  announce(route: Route6, flags: number): void {
    const [known] =
      this.table(route.table)
        ?.at(route.destination, route.prefixLength)
        .filter((each) => isIn(each, route)) ?? [];
    this.#tell(RTM_NEWROUTE, known ?? route, flags);
  }

  #tell(type: number, route: Route, flags: number): void {
    if (this.#parts.announcesRoutes) this.#listener.told(type, route, flags);
  }

  /** fib6_del(). */
  remove(route: Route6, announce: boolean): void {
    const table = this.#tableFor(route.table);
    table.remove(route);
    this.#tellPreferred(table, route);
    if (announce) this.#tell(RTM_DELROUTE, route, 0);
  }

  /** One way of several; the last one is the route itself. */
  removeWay(route: Route6, nexthop: Nexthop): void {
    if (route.nexthops.length < 2) {
      this.remove(route, true);
      return;
    }
    route.nexthops.splice(route.nexthops.indexOf(nexthop), 1);
    this.#tellPreferred(this.#tableFor(route.table), route);
    this.#tell(RTM_DELROUTE, { ...route, nexthops: [nexthop] }, 0);
  }

  /** FIB_EVENT_ENTRY_REPLACE, APPEND, DEL: drivers hear of the first route of each prefix alone. */
  #tellPreferred(table: FibTable<Route6>, { destination, prefixLength }: Route): void {
    this.#listener.preferred(table.id, destination, prefixLength, table.at(destination, prefixLength)[0]);
  }

  #tableFor(id: number): FibTable<Route6> {
    let table = this.#tables.get(id);
    if (table === undefined) this.#tables.set(id, (table = new FibTable(id)));
    return table;
  }

  /** rt6_sync_down_dev() of NETDEV_DOWN: told, as IPv4 does not. */
  deviceDown(netDevice: NetDevice): void {
    for (const route of this.#routesOver(netDevice)) {
      for (const nexthop of route.nexthops)
        if (nexthop.netDevice === netDevice) nexthop.flags |= RTNH_F_DEAD | RTNH_F_LINKDOWN;
      if (!route.nexthops.some(isAlive) && this.#parts.flushesDead) this.remove(route, this.#parts.announcesFlush);
      else this.#tellPreferred(this.#tableFor(route.table), route);
    }
  }

  /** NETDEV_UNREGISTER: the ways over it go, not only their marks. */
  deviceGone(netDevice: NetDevice): void {
    for (const route of this.#routesOver(netDevice))
      for (const nexthop of [...route.nexthops]) if (nexthop.netDevice === netDevice) this.removeWay(route, nexthop);
  }

  /** fib6_ifdown() of NETDEV_CHANGE, and fib6_ifup(). */
  carrierChanged(netDevice: NetDevice, carrier: boolean): void {
    for (const route of this.#routesOver(netDevice)) {
      if (route.type === RTN_LOCAL || route.type === RTN_ANYCAST || !this.#parts.marksLinkDown) continue;
      for (const nexthop of route.nexthops)
        if (nexthop.netDevice === netDevice)
          nexthop.flags = carrier ? nexthop.flags & ~RTNH_F_LINKDOWN : nexthop.flags | RTNH_F_LINKDOWN;
    }
  }

  /** rt6_sync_up(): ways over this device live again. */
  deviceUp(netDevice: NetDevice): void {
    for (const route of this.#routesOver(netDevice)) {
      for (const nexthop of route.nexthops)
        if (nexthop.netDevice === netDevice)
          nexthop.flags &= ~(RTNH_F_DEAD | (netDevice.carrier ? RTNH_F_LINKDOWN : 0));
      if (route.nexthops.length > 1) this.#tellPreferred(this.#tableFor(route.table), route);
    }
  }

  /** rt6_remove_prefsrc(): routes that sent from an address that is gone stay, and send from another. */
  addressGone(address: Uint8Array): void {
    for (const table of this.tables())
      for (const route of table.routes()) {
        if (route.preferredSource === undefined || !equalBytes(route.preferredSource, address)) continue;
        if (this.#parts.keepsRoutesOfPreferredSource) route.preferredSource = undefined;
        else this.remove(route, true);
      }
  }

  #routesOver(netDevice: NetDevice): Route6[] {
    return this.tables().flatMap((table) =>
      table.routes().filter(({ nexthops }) => nexthops.some((nexthop) => nexthop.netDevice === netDevice)),
    );
  }
}

const bothReject = (a: Route, b: Route): boolean => isReject(a) && isReject(b);

/** rt6_duplicate_nexthop(). */
const isSameWay = (a: Nexthop, b: Nexthop | undefined): boolean =>
  b !== undefined &&
  a.netDevice === b.netDevice &&
  (a.gateway === undefined || b.gateway === undefined ? a.gateway === b.gateway : equalBytes(a.gateway, b.gateway));

const isIn = (whole: Route6, { nexthops: [way], priority }: Route6): boolean =>
  whole.priority === priority && way !== undefined && whole.nexthops.includes(way);
