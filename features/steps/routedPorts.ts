/** A router over ports of the target: stations at its ports, packets into it, and what comes out where. */
import type { IfIndex, PortName } from '../../harness/contract/index.js';
import {
  IFA_F_TENTATIVE,
  IPV4_DEVCONF_FORWARDING,
  RTN_LOCAL,
  RT_SCOPE_LINK,
} from '../../reference-impl/netlink/families/routing.js';
import type { ShownAddress } from '../../reference-impl/netlink/routingClient.js';
import { isIpv6Text, neighbourMessageIn, type NeighbourMessage } from '../properties/ipv6Packets.js';
import { bytesIn, textIn } from '../../reference-impl/netlink/schema.js';
import { formatMac } from '../../reference-impl/packet/addresses.js';
import { buildFrame, arp, ethernet } from '../../reference-impl/packet/build.js';
import {
  arpIn,
  isArp,
  isIpv6,
  isPacket,
  routedFrame,
  stationPacket,
  withoutPadding,
  type ArpMessage,
  type PacketOfStation,
} from '../properties/ipPackets.js';
import { addressOf, stationFamily } from '../properties/stations.js';
import { expectFrame, expectThat } from './expectations.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import { portCalled, usedPorts } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** Where the router has an address: a port, or a net device over ports. */
export interface Interface {
  /** `p0`, `br0` … */
  readonly name: string;
  readonly ifIndex: IfIndex;
  readonly mac: string;
  /** Without the length of its prefix. */
  readonly address: string;
}

export interface Station {
  readonly name: string;
  readonly address: string;
  readonly mac: string;
  /** Where the router sees it. */
  readonly at: string;
  readonly port: PortName;
}

interface Routed {
  readonly interfaces: Map<string, Interface>;
  readonly stations: Map<string, Station>;
  readonly packets: Map<string, Uint8Array[]>;
  readonly arps: Map<string, ArpMessage[]>;
  readonly discoveries: Map<string, NeighbourMessage[]>;
  isQuiet: boolean;
  nextNumber: number;
  sent: Uint8Array[];
}

export const routed = (world: NicWorld): Routed =>
  world.note('router', () => ({
    interfaces: new Map(),
    stations: new Map(),
    packets: new Map(),
    arps: new Map(),
    discoveries: new Map(),
    isQuiet: true,
    nextNumber: 1,
    sent: [],
  }));

/** An address at a port or at a device that is known by name; up, and forwarding unless `forwards` says no. */
export async function addInterface(
  world: NicWorld,
  name: string,
  address: string,
  options: { readonly ifIndex?: number; readonly forwards?: boolean } = {},
): Promise<Interface> {
  const ifIndex = (options.ifIndex ?? portCalled(world, name).ifIndex) as IfIndex;
  await setFlag(world, IFF_UP, true, ifIndex);
  const isIpv6 = isIpv6Text(address);
  if (isIpv6) await enableIpv6(world, name, ifIndex, options.forwards !== false);
  else if (options.forwards !== false) await setForwarding(world, ifIndex, true);
  const client = await world.routing(address);
  accepted(await client.addAddress(ifIndex, address), `adding ${address} to ${name}`);
  if (isIpv6) await addressesInUse(world, ifIndex);
  const link = accepted(await (await world.route()).link(ifIndex), `reading ${name}`);
  const own: Interface = {
    name,
    ifIndex,
    mac: formatMac(bytesIn(link.values, 'IFLA_ADDRESS') ?? new Uint8Array(6)),
    address: address.split('/')[0] ?? address,
  };
  routed(world).interfaces.set(name, own);
  for (const { port } of usedPorts(world)) await world.wire(port);
  return own;
}

/** IPv6 is off where nobody wants it. An address is used at once, without the kernel asking whether somebody else has it. */
export async function enableIpv6(world: NicWorld, name: string, ifIndex: number, forwards: boolean): Promise<void> {
  const netDevice = await netDeviceOf(world, name, ifIndex);
  await setIpv6(world, netDevice, 'accept_dad', 0);
  await setIpv6(world, netDevice, 'disable_ipv6', 0);
  if (forwards) await setIpv6(world, 'all', 'forwarding', 1);
}

/** An address of a net device that is known by name, whatever its state. IPv6 is switched on where it is one of IPv6. */
export async function giveAddress(
  world: NicWorld,
  { name, ifIndex }: { readonly name: string; readonly ifIndex: number },
  address: string,
): Promise<void> {
  if (isIpv6Text(address)) await enableIpv6(world, name, ifIndex, false);
  const client = await world.routing(address);
  accepted(await client.addAddress(ifIndex, address), `adding ${address} to ${name}`);
}

/** So often, so long apart, addresses are looked at. */
const LOOKS = 100;
const LOOK_AGAIN_MS = 20;

/** A kernel takes addresses into use in work of its own, also where nobody has to examine them: theirs is then a local route. */
export async function addressesInUse(world: NicWorld, ifIndex: number): Promise<void> {
  const client = await world.routing('::');
  for (let looks = 0; looks < LOOKS; looks++) {
    const all = accepted(await client.addresses(), 'listing the addresses');
    const own = all.filter((each) => each.ifIndex === ifIndex);
    const routes = accepted(await client.routes(), 'listing the routes');
    const isInUse = ({ address, flags }: ShownAddress): boolean =>
      (flags & IFA_F_TENTATIVE) === 0 &&
      routes.some(({ to, type }) => type === RTN_LOCAL && to === address.replace(/\/\d+$/, '/128'));
    if (own.some(({ scope }) => scope === RT_SCOPE_LINK) && own.every(isInUse)) return;
    await world.target.clock.sleep(LOOK_AGAIN_MS);
  }
}

/** `sysctl net.ipv6.conf.….…=…`. */
export async function setIpv6(world: NicWorld, row: string, name: string, value: number): Promise<void> {
  const sysctl = `net/ipv6/conf/${row}/${name}`;
  const written = await world.target.sysctl.write(sysctl, String(value));
  expectThat(written.ok, `${sysctl} cannot be written: errno ${written.ok ? 0 : written.errno}`);
}

/** What the kernel calls it. */
export async function netDeviceOf(world: NicWorld, name: string, ifIndex?: number): Promise<string> {
  const index = ifIndex ?? portCalled(world, name).ifIndex;
  const link = accepted(await (await world.route()).link(index), `reading ${name}`);
  return textIn(link.values, 'IFLA_IFNAME') ?? name;
}

export async function setForwarding(world: NicWorld, ifIndex: number, on: boolean): Promise<void> {
  const client = await world.routing();
  accepted(await client.setIpv4(ifIndex, IPV4_DEVCONF_FORWARDING, on ? 1 : 0), 'switching forwarding');
}

export function interfaceCalled(world: NicWorld, name: string): Interface {
  const own = routed(world).interfaces.get(name);
  expectThat(own !== undefined, `the router has no address at ${name}`);
  return own;
}

export function stationCalled(world: NicWorld, name: string): Station {
  const station = routed(world).stations.get(name);
  expectThat(station !== undefined, `nobody is called ${name}`);
  return station;
}

/** A station with an address behind a port. `isKnown`: the router has it as a permanent neighbour. */
export async function addStation(
  world: NicWorld,
  name: string,
  address: string,
  place: { readonly port: string; readonly at?: string },
  isKnown: boolean,
): Promise<Station> {
  const { port } = portCalled(world, place.port);
  const mac = addressOf(name, stationFamily(world.scenario));
  const station = { name, address, mac, port, at: place.at ?? place.port };
  routed(world).stations.set(name, station);
  const { ifIndex } = interfaceCalled(world, station.at);
  if (isKnown)
    accepted(
      await (await world.routing(address)).addNeighbour({ ifIndex, address, station: mac }),
      `making ${name} known`,
    );
  return station;
}

export type Sending = Partial<Omit<PacketOfStation, 'to'>> & { readonly to: string };

/** Packets of a station, one behind the other; answers the frames. */
export async function sendPackets(
  world: NicWorld,
  from: string,
  sendings: readonly (Sending | Uint8Array)[],
): Promise<Uint8Array[]> {
  const state = routed(world);
  const station = stationCalled(world, from);
  const own = interfaceCalled(world, station.at);
  const frames = sendings.map((sending) => {
    if (sending instanceof Uint8Array) return sending;
    const number = state.nextNumber++;
    return stationPacket({ from: station.address, source: station.mac, destination: own.mac, number, ...sending });
  });
  await begin(world);
  state.sent = frames;
  await (await world.wire(station.port)).send(frames.map((bytes) => ({ bytes })));
  return frames;
}

/** What came of earlier packets is gone. */
export async function begin(world: NicWorld): Promise<void> {
  const state = routed(world);
  if (!state.isQuiet) await look(world, new Map());
  state.packets.clear();
  state.arps.clear();
  state.discoveries.clear();
  state.isQuiet = false;
}

/** Looks at every port: `expected` packets are waited for, and then a little longer, for what must not come. */
export async function look(
  world: NicWorld,
  expected: ReadonlyMap<string, number>,
  of: Seen = 'packets',
): Promise<void> {
  const state = routed(world);
  for (const [port, count] of expected) {
    for (let tries = 0; came(world, port, of) < count && tries < count + NOISE; tries++) {
      const received = await take(world, port, { withinMs: world.patienceMs, count: 1 });
      world.noteAwaited(received > 0);
      if (received === 0) break;
    }
  }
  const quietMs = state.isQuiet ? 0 : world.quietMs;
  for (const [index, { port }] of usedPorts(world).entries())
    await take(world, port, { withinMs: index === 0 ? quietMs : 0 });
  state.isQuiet = true;
}

/** Frames of the kernel's own that may come between. */
const NOISE = 4;

/** What is looked for at ports. */
export type Seen = 'packets' | 'arps' | 'discoveries';

const came = (world: NicWorld, port: string, of: Seen): number => routed(world)[of].get(port)?.length ?? 0;

export const packetsAt = (world: NicWorld, port: string): readonly Uint8Array[] =>
  routed(world).packets.get(port) ?? [];
export const arpsAt = (world: NicWorld, port: string): readonly ArpMessage[] => routed(world).arps.get(port) ?? [];

export const discoveriesAt = (world: NicWorld, port: string): readonly NeighbourMessage[] =>
  routed(world).discoveries.get(port) ?? [];

async function take(
  world: NicWorld,
  port: string,
  wait: { readonly withinMs: number; readonly count?: number },
): Promise<number> {
  const frames = (await (await world.wire(port as PortName)).receive(wait)).map(({ bytes }) => bytes);
  const { packets, arps, discoveries } = routed(world);
  const messages = frames.filter(isIpv6).flatMap((frame) => neighbourMessageIn(frame) ?? []);
  discoveries.set(port, [...discoveriesAt(world, port), ...messages]);
  packets.set(port, [...packetsAt(world, port), ...frames.filter(isPacket)]);
  arps.set(port, [...arpsAt(world, port), ...frames.filter(isArp).map(arpIn)]);
  return frames.length;
}

/** At this port each packet of the last sending comes out, once and in order, on its way to the station; nothing anywhere else. */
export async function expectRouted(
  world: NicWorld,
  to: string,
  sent: readonly Uint8Array[] = routed(world).sent,
): Promise<void> {
  const station = stationCalled(world, to);
  const own = interfaceCalled(world, station.at);
  await look(world, new Map([[station.port, sent.length]]));
  expectCount(world, station.port, sent.length);
  const frames = packetsAt(world, station.port);
  for (const [index, frame] of sent.entries()) {
    const actual = frames[index];
    expectFrame(
      actual === undefined ? undefined : withoutPadding(actual),
      routedFrame(frame, own.mac, station.mac),
      `packet ${index + 1} of ${sent.length} at ${station.port}`,
    );
  }
}

/** So many packets came at this port, and none at the others. */
export function expectCount(world: NicWorld, port: string | undefined, count: number): void {
  for (const { port: each } of usedPorts(world)) {
    const [wanted, got] = [each === port ? count : 0, packetsAt(world, each).length];
    expectThat(got === wanted, `at ${each} came ${words(got)}, and ${words(wanted)} should have come`);
  }
}

const words = (count: number): string => (count === 0 ? 'no packet' : count === 1 ? 'one packet' : `${count} packets`);

export async function expectNowhere(world: NicWorld): Promise<void> {
  await look(world, new Map());
  expectCount(world, undefined, 0);
}

const ARPOP_REQUEST = 1;
const ARPOP_REPLY = 2;
export const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const NOBODY = '00:00:00:00:00:00';

/** The station asks who has an address, or says that it has one. */
export async function sendArp(
  world: NicWorld,
  from: string,
  message: {
    readonly operation: 'request' | 'reply';
    readonly targetIp: string;
    readonly senderMac?: string;
    readonly senderIp?: string;
    readonly to?: string;
  },
): Promise<void> {
  const station = stationCalled(world, from);
  const senderMac = message.senderMac ?? station.mac;
  const isRequest = message.operation === 'request';
  const own = interfaceCalled(world, station.at);
  const to = message.to ?? (isRequest ? BROADCAST : own.mac);
  const frame = buildFrame(
    [
      ethernet({ destination: to, source: senderMac }),
      arp({
        operation: isRequest ? ARPOP_REQUEST : ARPOP_REPLY,
        senderMac,
        senderIp: message.senderIp ?? station.address,
        targetMac: isRequest ? NOBODY : own.mac,
        targetIp: message.targetIp,
      }),
    ],
    { pad: true },
  ).bytes;
  await begin(world);
  await (await world.wire(station.port)).send([{ bytes: frame }]);
}
