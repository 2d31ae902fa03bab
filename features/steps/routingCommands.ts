/** Commands for the law of routers: what a user changes, and a packet now and then that shows what is in force. */
import fc from 'fast-check';
import { NLM_F_CREATE, NLM_F_REPLACE, NUD_PERMANENT } from '../../reference-impl/netlink/constants.js';
import { RTN_BLACKHOLE } from '../../reference-impl/netlink/families/routing.js';
import { isIpv6Text } from '../properties/ipv6Packets.js';
import { expectThat } from './expectations.js';
import {
  addInterface,
  addStation,
  expectNowhere,
  expectRouted,
  netDeviceOf,
  routed,
  sendPackets,
  setIpv6,
  stationCalled,
} from './routedPorts.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import { portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

type Gateway = 'B' | 'C';
const PORTS: Readonly<Record<Gateway, string>> = { B: 'p1', C: 'p2' };

/** Addresses of a protocol that the commands are about. */
export interface RoutedNetwork {
  /** Everything. */
  readonly all: string;
  readonly interfaces: readonly (readonly [port: string, address: string])[];
  readonly sender: string;
  readonly gateways: Readonly<Record<Gateway, string>>;
  /** Prefixes that lie within each other, the longest first. */
  readonly prefixes: readonly string[];
  /** Which of the prefixes each address has, the longest first. */
  readonly matches: Readonly<Record<string, readonly string[]>>;
}

export const NETWORK4: RoutedNetwork = {
  all: '0.0.0.0/0',
  interfaces: [
    ['p0', '192.0.2.1/24'],
    ['p1', '198.51.100.1/24'],
    ['p2', '203.0.113.1/24'],
  ],
  sender: '192.0.2.10',
  gateways: { B: '198.51.100.10', C: '203.0.113.10' },
  prefixes: ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '10.1.2.3/32'],
  matches: {
    '10.1.2.3': ['10.1.2.3/32', '10.1.2.0/24', '10.1.0.0/16', '10.0.0.0/8'],
    '10.1.2.4': ['10.1.2.0/24', '10.1.0.0/16', '10.0.0.0/8'],
    '10.1.3.3': ['10.1.0.0/16', '10.0.0.0/8'],
    '10.2.2.2': ['10.0.0.0/8'],
  },
};

export const NETWORK6: RoutedNetwork = {
  all: '::/0',
  interfaces: [
    ['p0', '2001:db8:1::1/64'],
    ['p1', '2001:db8:2::1/64'],
    ['p2', '2001:db8:3::1/64'],
  ],
  sender: '2001:db8:1::10',
  gateways: { B: '2001:db8:2::10', C: '2001:db8:3::10' },
  prefixes: ['2001:db8:100::/40', '2001:db8:111::/48', '2001:db8:111:2::/64', '2001:db8:111:2::3/128'],
  matches: {
    '2001:db8:111:2::3': ['2001:db8:111:2::3/128', '2001:db8:111:2::/64', '2001:db8:111::/48', '2001:db8:100::/40'],
    '2001:db8:111:2::4': ['2001:db8:111:2::/64', '2001:db8:111::/48', '2001:db8:100::/40'],
    '2001:db8:111:3::3': ['2001:db8:111::/48', '2001:db8:100::/40'],
    '2001:db8:122::3': ['2001:db8:100::/40'],
  },
};

export class RoutedModel {
  readonly routes = new Map<string, Gateway>();
  readonly down = new Set<Gateway>();
  readonly network: RoutedNetwork;

  constructor(network: RoutedNetwork) {
    this.network = network;
  }

  /** Routers of the case before are gone. */
  async start(world: NicWorld): Promise<void> {
    const state = routed(world);
    state.interfaces.clear();
    state.stations.clear();
    const { interfaces, sender, gateways, all } = this.network;
    for (const [port, address] of interfaces) {
      await addInterface(world, port, address);
      // A port that goes down loses its addresses of IPv6, unless it is told to keep them.
      if (isIpv6Text(address)) await setIpv6(world, await netDeviceOf(world, port), 'keep_addr_on_down', 1);
    }
    await addStation(world, 'A', sender, { port: 'p0' }, true);
    for (const name of ['B', 'C'] as const) await addStation(world, name, gateways[name], { port: PORTS[name] }, true);
    const client = await world.routing(all);
    accepted(await client.addRoute({ to: all, type: RTN_BLACKHOLE }), 'adding a blackhole for the rest');
  }
}

type Command = fc.AsyncCommand<RoutedModel, NicWorld>;

const command = (
  text: string,
  run: (model: RoutedModel, world: NicWorld) => Promise<void>,
  check: (model: Readonly<RoutedModel>) => boolean = () => true,
): Command => ({ check, run, toString: () => text });

const addRoute = (prefix: string, gateway: Gateway): Command =>
  command(
    `add(${prefix} via ${gateway})`,
    async (model, world) => {
      const result = await (
        await world.routing(prefix)
      ).addRoute({ to: prefix, gateway: model.network.gateways[gateway] });
      expectThat(result.ok !== model.routes.has(prefix), `adding ${prefix} was ${result.ok ? 'taken' : 'refused'}`);
      if (result.ok) model.routes.set(prefix, gateway);
    },
    ({ down }) => !down.has(gateway),
  );

const replaceRoute = (prefix: string, gateway: Gateway): Command =>
  command(
    `replace(${prefix} via ${gateway})`,
    async (model, world) => {
      const client = await world.routing(prefix);
      const route = { to: prefix, gateway: model.network.gateways[gateway] };
      accepted(await client.replaceRoute(route), `replacing ${prefix}`);
      model.routes.set(prefix, gateway);
    },
    ({ down }) => !down.has(gateway),
  );

const removeRoute = (prefix: string): Command =>
  command(`delete(${prefix})`, async (model, world) => {
    const result = await (await world.routing(prefix)).removeRoute({ to: prefix });
    expectThat(result.ok === model.routes.has(prefix), `deleting ${prefix} was ${result.ok ? 'taken' : 'refused'}`);
    model.routes.delete(prefix);
  });

/** Down: routes through the port and its neighbours go. */
const portDown = (name: Gateway): Command =>
  command(
    `down(${PORTS[name]})`,
    async (model, world) => {
      await setFlag(world, IFF_UP, false, portCalled(world, PORTS[name]).ifIndex);
      model.down.add(name);
      for (const [prefix, gateway] of model.routes) if (gateway === name) model.routes.delete(prefix);
    },
    ({ down }) => !down.has(name),
  );

const portUp = (name: Gateway): Command =>
  command(
    `up(${PORTS[name]})`,
    async (model, world) => {
      await setFlag(world, IFF_UP, true, portCalled(world, PORTS[name]).ifIndex);
      model.down.delete(name);
      await setStation(world, name, stationCalled(world, name).mac);
    },
    ({ down }) => down.has(name),
  );

/** The station has another address of Ethernet from now on, and the router is told. */
const moveStation = (name: Gateway, last: number): Command =>
  command(
    `station(${name} is ${last})`,
    async (_model, world) => {
      const station = stationCalled(world, name);
      const mac = `${station.mac.slice(0, -2)}${last.toString(16).padStart(2, '0')}`;
      routed(world).stations.set(name, { ...station, mac });
      await setStation(world, name, mac);
    },
    ({ down }) => !down.has(name),
  );

async function setStation(world: NicWorld, name: Gateway, mac: string): Promise<void> {
  const { ifIndex } = portCalled(world, PORTS[name]);
  const { address } = stationCalled(world, name);
  const neighbour = { ifIndex, address, station: mac, state: NUD_PERMANENT };
  accepted(
    await (await world.routing(address)).addNeighbour(neighbour, NLM_F_CREATE | NLM_F_REPLACE),
    `telling who ${name} is`,
  );
}

const send = (to: string): Command =>
  command(`send(${to})`, async (model, world) => {
    const prefix = (model.network.matches[to] ?? []).find((each) => model.routes.has(each));
    const gateway = prefix === undefined ? undefined : model.routes.get(prefix);
    await sendPackets(world, 'A', [{ to }]);
    if (gateway === undefined) await expectNowhere(world);
    else await expectRouted(world, gateway);
  });

export function routingCommands({ prefixes, matches }: RoutedNetwork): fc.Arbitrary<Command>[] {
  const prefix = fc.constantFrom(...prefixes);
  const address = fc.constantFrom(...Object.keys(matches));
  const gateway = fc.constantFrom<Gateway>('B', 'C');
  return [
    fc.tuple(prefix, gateway).map(([to, via]) => addRoute(to, via)),
    fc.tuple(prefix, gateway).map(([to, via]) => replaceRoute(to, via)),
    prefix.map(removeRoute),
    gateway.map(portDown),
    gateway.map(portUp),
    fc.tuple(gateway, fc.integer({ min: 0x40, max: 0x7f })).map(([name, last]) => moveStation(name, last)),
    address.map(send),
    address.map(send),
  ];
}
