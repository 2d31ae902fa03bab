/** Routes, neighbours and interfaces are offered to the hardware below: the FIB notifier chain, NETEVENT_NEIGH_UPDATE and inetaddr events. */
import type {
  MacAddress,
  OffloadedNexthop,
  OffloadedRoute,
  PortName,
  RouterOps,
} from '../../../harness/contract/index.js';
import { NUD_PERMANENT } from '../../netlink/constants.js';
import { RTN_BLACKHOLE, RTN_UNICAST, RT_TABLE_LOCAL, RT_TABLE_MAIN } from '../../netlink/families/routing.js';
import { formatMac } from '../../packet/addresses.js';
import { hex } from '../../packet/bytes.js';
import { isUp, type NetDevice } from '../netDevice.js';
import { NUD_VALID, type Neighbour } from './neighbours.js';
import { isAlive, type Route } from './route.js';
import type { RoutingParts } from './routingParts.js';
import type { FibTable } from './fibTable.js';
import type { RoutingKernel, RoutingListener } from './routingKernel.js';

/** Another protocol whose routes and neighbours go down the same way. */
export interface OffloadedProtocol {
  readonly listeners: RoutingListener[];
  readonly fib: { table(id: number): FibTable | undefined };
  readonly parts: Pick<RoutingParts, 'usesPermanent' | 'marksOffload' | 'sparesDeadNexthops'>;
  /** Whether it forwards, and runs over the net device with an address there. */
  routesAt(netDevice: NetDevice): boolean;
}

/** The switch below a port that routes. */
function routerBelow({ lower }: NetDevice): { readonly ops: RouterOps; readonly port: PortName } | undefined {
  if (lower.kind !== 'port' || lower.device.router === undefined) return undefined;
  return { ops: lower.device.router, port: lower.port };
}

/** Work waits until the kernel may sleep, as drivers put it on a queue of their own; a prefix is offered as it is then. */
export class RouterCore {
  readonly #routing: RoutingKernel;
  readonly #prefixes = new Map<string, { table: number; destination: Uint8Array; prefixLength: number }>();
  readonly #neighbours = new Set<Neighbour>();
  readonly #gone = new Set<Neighbour>();
  /** What each port was told last. */
  readonly #told = new Map<NetDevice, string>();
  #mayHaveChanged = false;
  #ipv6: OffloadedProtocol | undefined;

  constructor(routing: RoutingKernel) {
    this.#routing = routing;
    routing.listeners.push(this.#listener);
  }

  /** IPv6, beside IPv4. */
  serve(ipv6: OffloadedProtocol): void {
    this.#ipv6 = ipv6;
    ipv6.listeners.push(this.#listener);
  }

  readonly #listener: RoutingListener = {
    told: () => undefined,
    preferred: (table, destination, prefixLength) => this.#offer(table, destination, prefixLength),
    neighbour: (neighbour, what) => {
      if (what === 'new') this.#neighbours.add(neighbour);
      else this.#gone.add(neighbour);
    },
  };

  get isIdle(): boolean {
    return this.#prefixes.size === 0 && this.#neighbours.size === 0 && this.#gone.size === 0 && !this.#mayHaveChanged;
  }

  /** An address, a setting or a state of a net device is another one. */
  interfacesChanged(): void {
    this.#mayHaveChanged = true;
  }

  forget(): void {
    this.#prefixes.clear();
    this.#neighbours.clear();
    this.#gone.clear();
    this.#told.clear();
    this.#mayHaveChanged = false;
  }

  async process(): Promise<void> {
    if (this.#mayHaveChanged) {
      this.#mayHaveChanged = false;
      for (const netDevice of this.#routing.kernel.netDevices.values()) await this.#tellInterface(netDevice);
    }
    const prefixes = [...this.#prefixes.values()];
    this.#prefixes.clear();
    for (const { table, destination, prefixLength } of prefixes) await this.#program(table, destination, prefixLength);
    const [changed, gone] = [[...this.#neighbours], [...this.#gone]];
    this.#neighbours.clear();
    this.#gone.clear();
    for (const neighbour of gone) await this.#tellNeighbour(neighbour, false);
    for (const neighbour of changed) if (!gone.includes(neighbour)) await this.#tellNeighbour(neighbour, true);
  }

  /** Tables that no rule names are not the hardware's; local and main are one for it. */
  #offer(table: number, destination: Uint8Array, prefixLength: number): void {
    const isUsed = table === RT_TABLE_LOCAL || table === RT_TABLE_MAIN || this.#isVrfTable(table);
    if (!isUsed) return;
    const merged = table === RT_TABLE_LOCAL ? RT_TABLE_MAIN : table;
    const key = `${merged}/${hex(destination)}/${prefixLength}`;
    this.#prefixes.set(key, { table: merged, destination, prefixLength });
  }

  #isVrfTable(table: number): boolean {
    for (const { lower } of this.#routing.kernel.netDevices.values())
      if (lower.kind === 'vrf' && lower.table === table) return true;
    return false;
  }

  #routers(): Map<RouterOps, true> {
    const routers = new Map<RouterOps, true>();
    for (const netDevice of this.#routing.kernel.netDevices.values()) {
      const below = routerBelow(netDevice);
      if (below !== undefined) routers.set(below.ops, true);
    }
    return routers;
  }

  async #program(table: number, destination: Uint8Array, prefixLength: number): Promise<void> {
    const { fib, parts } = this.#protocolOf(destination);
    const tables = table === RT_TABLE_MAIN ? [RT_TABLE_LOCAL, RT_TABLE_MAIN] : [table];
    const candidates = tables.flatMap((id) => fib.table(id)?.at(destination, prefixLength).slice(0, 1) ?? []);
    const [route] = candidates;
    for (const ops of this.#routers().keys()) {
      if (route === undefined) {
        await ops.removeRoute({ table, destination, prefixLength });
        continue;
      }
      const offered = offloadedRoute(parts.sparesDeadNexthops, route, table, ops);
      const answer = await ops.replaceRoute(offered);
      if (parts.marksOffload) route.offload = answer.ok ? answer.value : 'failed';
      if (!answer.ok) this.#routing.kernel.log.push(answer.message ?? 'the driver refused a route');
    }
  }

  #protocolOf(address: Uint8Array): Pick<OffloadedProtocol, 'fib' | 'parts'> {
    return this.#ipv6 !== undefined && address.length === 16 ? this.#ipv6 : this.#routing;
  }

  async #tellNeighbour(neighbour: Neighbour, isThere: boolean): Promise<void> {
    const below = routerBelow(neighbour.netDevice);
    if (below === undefined) return;
    const isUsable = (neighbour.state & NUD_PERMANENT) === 0 || this.#protocolOf(neighbour.address).parts.usesPermanent;
    const isValid = isThere && isUsable && (neighbour.state & NUD_VALID) !== 0 && neighbour.station !== undefined;
    const station = isValid && neighbour.station !== undefined ? (formatMac(neighbour.station) as MacAddress) : null;
    const set = await below.ops.setNeighbour(below.port, neighbour.address, station);
    neighbour.offloaded = set.ok && station !== null;
  }

  /** A port routes in hardware what it has an address for and forwards, as long as it is up and in no bridge. */
  async #tellInterface(netDevice: NetDevice): Promise<void> {
    const below = routerBelow(netDevice);
    if (below === undefined) return;
    const routing = this.#routing;
    const canRoute = isUp(netDevice) && netDevice.bridgePort === undefined;
    const ipv4 = canRoute && routing.addressAt(netDevice) !== undefined && routing.forwards(netDevice);
    const ipv6 = canRoute && this.#ipv6?.routesAt(netDevice) === true;
    const table = routing.vrfTable(netDevice) ?? RT_TABLE_MAIN;
    const own = ipv4 || ipv6 ? { mac: netDevice.address, table, mtu: netDevice.mtu, ipv4, ipv6 } : null;
    const told = JSON.stringify(own);
    if ((this.#told.get(netDevice) ?? 'null') === told) return;
    this.#told.set(netDevice, told);
    await below.ops.setInterface(below.port, own);
  }
}

/** What the hardware is to do; what it cannot know of is left to the host. */
function offloadedRoute(sparesDead: boolean, route: Route, table: number, ops: RouterOps): OffloadedRoute {
  const { destination, prefixLength, type, tos, nexthops } = route;
  const key = { table, destination, prefixLength };
  if (type === RTN_BLACKHOLE) return { ...key, action: { kind: 'drop' } };
  const alive = nexthops.filter((nexthop) => isAlive(nexthop) || !sparesDead);
  const offloaded: OffloadedNexthop[] = [];
  for (const { netDevice, gateway, weight } of alive) {
    const below = routerBelow(netDevice);
    if (below?.ops === ops) offloaded.push({ port: below.port, gateway: gateway ?? null, weight });
  }
  const isForHardware = type === RTN_UNICAST && tos === 0 && alive.length > 0 && offloaded.length === alive.length;
  return { ...key, action: isForHardware ? { kind: 'forward', nexthops: offloaded } : { kind: 'trap' } };
}
