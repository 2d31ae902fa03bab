/** Commands for the law of routers: what a user changes, and a packet now and then that shows what is in force. */
import fc from 'fast-check';
import { NLM_F_CREATE, NLM_F_REPLACE, NUD_PERMANENT } from '../../reference-impl/netlink/constants.js';
import { RTN_BLACKHOLE } from '../../reference-impl/netlink/families/routing.js';
import { expectThat } from './expectations.js';
import {
  addInterface,
  addStation,
  expectNowhere,
  expectRouted,
  routed,
  sendPackets,
  stationCalled,
} from './routedPorts.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import { portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

const PREFIXES = ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '10.1.2.3/32'] as const;
const ADDRESSES = ['10.1.2.3', '10.1.2.4', '10.1.3.3', '10.2.2.2'] as const;
/** Which of the prefixes each address has, the longest first. */
const MATCHES: Readonly<Record<string, readonly string[]>> = {
  '10.1.2.3': ['10.1.2.3/32', '10.1.2.0/24', '10.1.0.0/16', '10.0.0.0/8'],
  '10.1.2.4': ['10.1.2.0/24', '10.1.0.0/16', '10.0.0.0/8'],
  '10.1.3.3': ['10.1.0.0/16', '10.0.0.0/8'],
  '10.2.2.2': ['10.0.0.0/8'],
};

type Gateway = 'B' | 'C';
const PORTS: Readonly<Record<Gateway, string>> = { B: 'p1', C: 'p2' };
const GATEWAYS: Readonly<Record<Gateway, string>> = { B: '198.51.100.10', C: '203.0.113.10' };

export class RoutedModel {
  readonly routes = new Map<string, Gateway>();
  readonly down = new Set<Gateway>();

  /** Routers of the case before are gone. */
  async start(world: NicWorld): Promise<void> {
    const state = routed(world);
    state.interfaces.clear();
    state.stations.clear();
    for (const [port, address] of [
      ['p0', '192.0.2.1/24'],
      ['p1', '198.51.100.1/24'],
      ['p2', '203.0.113.1/24'],
    ] as const)
      await addInterface(world, port, address);
    await addStation(world, 'A', '192.0.2.10', { port: 'p0' }, true);
    for (const name of ['B', 'C'] as const) await addStation(world, name, GATEWAYS[name], { port: PORTS[name] }, true);
    const client = await world.routing();
    accepted(await client.addRoute({ to: '0.0.0.0/0', type: RTN_BLACKHOLE }), 'adding a blackhole for the rest');
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
      const result = await (await world.routing()).addRoute({ to: prefix, gateway: GATEWAYS[gateway] });
      expectThat(result.ok !== model.routes.has(prefix), `adding ${prefix} was ${result.ok ? 'taken' : 'refused'}`);
      if (result.ok) model.routes.set(prefix, gateway);
    },
    ({ down }) => !down.has(gateway),
  );

const replaceRoute = (prefix: string, gateway: Gateway): Command =>
  command(
    `replace(${prefix} via ${gateway})`,
    async (model, world) => {
      const client = await world.routing();
      accepted(await client.replaceRoute({ to: prefix, gateway: GATEWAYS[gateway] }), `replacing ${prefix}`);
      model.routes.set(prefix, gateway);
    },
    ({ down }) => !down.has(gateway),
  );

const removeRoute = (prefix: string): Command =>
  command(`delete(${prefix})`, async (model, world) => {
    const result = await (await world.routing()).removeRoute({ to: prefix });
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
  const neighbour = { ifIndex, address: GATEWAYS[name], station: mac, state: NUD_PERMANENT };
  accepted(
    await (await world.routing()).addNeighbour(neighbour, NLM_F_CREATE | NLM_F_REPLACE),
    `telling who ${name} is`,
  );
}

const send = (to: string): Command =>
  command(`send(${to})`, async (model, world) => {
    const prefix = (MATCHES[to] ?? []).find((each) => model.routes.has(each));
    const gateway = prefix === undefined ? undefined : model.routes.get(prefix);
    await sendPackets(world, 'A', [{ to }]);
    if (gateway === undefined) await expectNowhere(world);
    else await expectRouted(world, gateway);
  });

export function routingCommands(): fc.Arbitrary<Command>[] {
  const prefix = fc.constantFrom(...PREFIXES);
  const gateway = fc.constantFrom<Gateway>('B', 'C');
  return [
    fc.tuple(prefix, gateway).map(([to, via]) => addRoute(to, via)),
    fc.tuple(prefix, gateway).map(([to, via]) => replaceRoute(to, via)),
    prefix.map(removeRoute),
    gateway.map(portDown),
    gateway.map(portUp),
    fc.tuple(gateway, fc.integer({ min: 0x40, max: 0x7f })).map(([name, last]) => moveStation(name, last)),
    fc.constantFrom(...ADDRESSES).map(send),
    fc.constantFrom(...ADDRESSES).map(send),
  ];
}
