/** One routing table: prefixes, each with its routes in the order in which they are preferred (net/ipv4/fib_trie.c, net/ipv6/ip6_fib.c). */
import { hex } from '../../packet/bytes.js';
import { prefixOf, type Route, type RouteKey } from './route.js';

export class FibTable<Kept extends RouteKey = Route> {
  readonly id: number;
  readonly #byLength = new Map<number, Map<string, Kept[]>>();

  constructor(id: number) {
    this.id = id;
  }

  /** Routes of exactly this prefix, the preferred first. */
  at(destination: Uint8Array, prefixLength: number): Kept[] {
    return this.#byLength.get(prefixLength)?.get(hex(destination)) ?? [];
  }

  /** Puts it at this place among the routes of its prefix. */
  insert(route: Kept, index: number): void {
    const { destination, prefixLength } = route;
    let prefixes = this.#byLength.get(prefixLength);
    if (prefixes === undefined) this.#byLength.set(prefixLength, (prefixes = new Map<string, Kept[]>()));
    const key = hex(destination);
    const routes = prefixes.get(key);
    if (routes === undefined) prefixes.set(key, [route]);
    else routes.splice(index, 0, route);
  }

  replace(old: Kept, route: Kept): void {
    const routes = this.at(old.destination, old.prefixLength);
    routes[routes.indexOf(old)] = route;
  }

  remove(route: Kept): void {
    const { destination, prefixLength } = route;
    const prefixes = this.#byLength.get(prefixLength);
    const rest = this.at(destination, prefixLength).filter((each) => each !== route);
    if (rest.length === 0) prefixes?.delete(hex(destination));
    else prefixes?.set(hex(destination), rest);
  }

  /** Routes whose prefix the address has, the longest prefix first. */
  *matching(address: Uint8Array): Iterable<Kept> {
    for (let length = 8 * address.length; length >= 0; length--) {
      const prefixes = this.#byLength.get(length);
      if (prefixes === undefined || prefixes.size === 0) continue;
      yield* prefixes.get(hex(prefixOf(address, length))) ?? [];
    }
  }

  /** In the order of their prefixes, as a dump has them. */
  routes(): Kept[] {
    const all: Kept[] = [];
    for (const prefixes of this.#byLength.values()) for (const routes of prefixes.values()) all.push(...routes);
    return all.sort((a, b) => compare(a.destination, b.destination) || b.prefixLength - a.prefixLength);
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (const [index, byte] of a.entries()) if (byte !== b[index]) return byte - (b[index] ?? 0);
  return 0;
}
