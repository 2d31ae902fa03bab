/** A bridge over ports of the target: made, and frames sent into its ports and seen where they come out. */
import type { NetDeviceName, PortName, TargetPort } from '../../harness/contract/index.js';
import { bridgeData, type BridgeClient } from '../../reference-impl/netlink/bridgeClient.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { isOfStation, stationFamily, stationFrame, type StationName } from '../properties/stations.js';
import { numberOfStationFrame } from '../properties/groupFrames.js';
import { tagsOf, type Tag } from '../properties/numberedFrames.js';
import { expectThat } from './expectations.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

/** Where a frame can come out: at the far end of a port's cable, or at the host's end of a net device. */
export type Place = string;

export interface Bridge {
  readonly name: NetDeviceName;
  readonly ifIndex: number;
}

interface Switched {
  readonly bridges: Map<string, Bridge>;
  /** What came out since frames were sent last. */
  readonly arrived: Map<Place, Uint8Array[]>;
  /** Net devices of the host that are listened to. */
  readonly listened: Set<NetDeviceName>;
  /** Whether all that will come has come. */
  isQuiet: boolean;
  /** Number of the next frame, and those of the last sending. */
  nextNumber: number;
  sent: number[];
}

export const switched = (world: NicWorld): Switched =>
  world.note('switch', () => ({
    bridges: new Map(),
    arrived: new Map(),
    listened: new Set(),
    isQuiet: true,
    nextNumber: 1,
    sent: [],
  }));

/** `p0`, `p1` … as the target names them. */
export function portCalled(world: NicWorld, name: string): TargetPort {
  const port = world.session.description.ports.find((each) => each.port === name);
  expectThat(port !== undefined, `the target has no port ${name}`);
  return port;
}

/** `p0, p1 and p2`, `p0`, `nowhere`: a list of names. */
export const namesIn = (list: string): string[] =>
  list === 'nowhere' || list === 'nobody' ? [] : list.split(/, | and /).map((name) => name.trim());

const FIRST_BRIDGE = 'br0';

/** A bridge that is up, with these ports, up, in it. Every cable and the bridge itself are watched from now on. */
export async function makeBridge(
  world: NicWorld,
  ports: readonly string[],
  data: Values = {},
  name: string = FIRST_BRIDGE,
): Promise<Bridge> {
  const bridges = await world.bridges();
  accepted(await bridges.addBridge(name, data), `making the bridge ${name}`);
  const bridge = { name: name as NetDeviceName, ifIndex: await indexOf(world, name) };
  switched(world).bridges.set(name, bridge);
  await setFlag(world, IFF_UP, true, bridge.ifIndex);
  for (const port of ports) await joinBridge(world, port, bridge);
  for (const { port } of usedPorts(world)) await world.wire(port);
  await listenAt(world, bridge.name);
  await settled(world);
  return bridge;
}

/** The host's end of a net device, open before the frames that it is to show. */
export async function listenAt(world: NicWorld, netDevice: NetDeviceName): Promise<void> {
  switched(world).listened.add(netDevice);
  await world.host(netDevice);
}

export async function joinBridge(world: NicWorld, port: string, bridge: Bridge): Promise<void> {
  const { ifIndex } = portCalled(world, port);
  await setFlag(world, IFF_UP, true, ifIndex);
  accepted(await (await world.bridges()).setMaster(ifIndex, bridge.ifIndex), `putting ${port} into ${bridge.name}`);
}

/** Milliseconds that a driver is given to make its hardware do what the kernel was told: switchdev defers some of it. */
const DEFERRED_MS = { virtual: 0, real: 20 } as const;

/** What was deferred is done, and a link's state that changed is told. */
export async function settled(world: NicWorld): Promise<void> {
  const { clock } = world.session.description;
  const hasHardware = world.session.description.capabilities['switchdev']?.present === true;
  if (hasHardware) await world.target.clock.sleep(DEFERRED_MS[clock]);
  for (const { ifIndex } of switched(world).bridges.values()) await (await world.route()).link(ifIndex);
}

/** How many ports scenarios about switches use: spec/capabilities.yaml, switch-ports. */
const PORTS = 4;

export const usedPorts = (world: NicWorld): readonly TargetPort[] => world.session.description.ports.slice(0, PORTS);

async function indexOf(world: NicWorld, name: string): Promise<number> {
  const link = accepted(await (await world.route()).link(name), `looking for ${name}`);
  return numberIn(link.header, 'ifi_index') ?? 0;
}

/** The bridge that was made first, or the one of this name. */
export function bridgeCalled(world: NicWorld, name: string = FIRST_BRIDGE): Bridge {
  const bridge = switched(world).bridges.get(name);
  expectThat(bridge !== undefined, `there is no bridge ${name}`);
  return bridge;
}

/** The settings of a bridge, by IFLA_BR_ names. */
export async function bridgeSettings(world: NicWorld, bridge: Bridge = bridgeCalled(world)): Promise<Values> {
  const { values } = accepted(await (await world.route()).link(bridge.ifIndex), `reading ${bridge.name}`);
  return bridgeData(values);
}

export async function changeBridge(world: NicWorld, data: Values, bridge: Bridge = bridgeCalled(world)): Promise<void> {
  const bridges: BridgeClient = await world.bridges();
  accepted(await bridges.changeBridge(bridge.ifIndex, data), `changing ${bridge.name}`);
  await settled(world);
}

export interface Sending {
  readonly from: StationName;
  readonly to: StationName;
  readonly tags?: readonly Tag[];
  readonly length?: number;
}

/** The frames come in at a port, one behind the other; answers them. */
export async function sendInto(
  world: NicWorld,
  port: string,
  frames: readonly (Sending | Uint8Array)[],
): Promise<Uint8Array[]> {
  const bytes = await begin(world, frames);
  await (await world.wire(portCalled(world, port).port)).send(bytes.map((each) => ({ bytes: each })));
  return bytes;
}

/** The host sends them at one of its net devices. */
export async function sendFromHost(
  world: NicWorld,
  netDevice: NetDeviceName,
  frames: readonly (Sending | Uint8Array)[],
): Promise<Uint8Array[]> {
  const bytes = await begin(world, frames);
  const result = await (await world.host(netDevice)).send(bytes.map((each) => ({ bytes: each })));
  expectThat(result.ok, `the kernel refused to send: errno ${result.ok ? 0 : result.errno}`);
  return bytes;
}

/** What came of earlier frames is gone. */
async function begin(world: NicWorld, frames: readonly (Sending | Uint8Array)[]): Promise<Uint8Array[]> {
  const state = switched(world);
  if (!state.isQuiet) await watch(world, new Map());
  const family = stationFamily(world.scenario);
  state.arrived.clear();
  state.isQuiet = false;
  state.sent = [];
  return frames.map((frame) => {
    if (frame instanceof Uint8Array) {
      const known = numberOfStationFrame(frame);
      if (known !== undefined) state.sent.push(known);
      return frame;
    }
    const number = state.nextNumber++;
    state.sent.push(number);
    return stationFrame({ ...frame, number, family });
  });
}

/**
 * Looks at every port and every net device that the host listens to: `expected` frames are waited for, and then a little longer, for what must
 * not come.
 */
export async function watch(world: NicWorld, expected: ReadonlyMap<Place, number>): Promise<void> {
  const state = switched(world);
  for (const [place, count] of expected) {
    for (let tries = 0; arrivedAt(world, place).length < count && tries < count; tries++) {
      const missing = count - arrivedAt(world, place).length;
      const came = await take(world, place, { withinMs: world.patienceMs, count: missing });
      world.noteAwaited(came > 0);
      if (came === 0) break;
    }
  }
  const places = [...usedPorts(world).map(({ port }) => port as Place), ...state.listened];
  const quietMs = state.isQuiet ? 0 : world.quietMs;
  for (const [index, place] of places.entries()) await take(world, place, { withinMs: index === 0 ? quietMs : 0 });
  state.isQuiet = true;
}

/** The frames of stations that came out there. */
export const arrivedAt = (world: NicWorld, place: Place): readonly Uint8Array[] =>
  switched(world).arrived.get(place) ?? [];

async function take(
  world: NicWorld,
  place: Place,
  wait: { readonly withinMs: number; readonly count?: number },
): Promise<number> {
  const isPort = usedPorts(world).some(({ port }) => port === place);
  const came = isPort ? await takeFromCable(world, place as PortName, wait) : await takeAtHost(world, place, wait);
  const { arrived } = switched(world);
  const ours = came.filter(isOfStation);
  arrived.set(place, [...(arrived.get(place) ?? []), ...ours]);
  return came.length;
}

async function takeFromCable(world: NicWorld, port: PortName, wait: Parameters<typeof take>[2]): Promise<Uint8Array[]> {
  const frames = await (await world.wire(port)).receive(wait);
  return frames.map(({ bytes }) => bytes);
}

/** PACKET_OUTGOING never comes here; the tag that the kernel holds beside a frame is put back into it. */
async function takeAtHost(world: NicWorld, place: Place, wait: Parameters<typeof take>[2]): Promise<Uint8Array[]> {
  const frames = await (await world.host(place as NetDeviceName)).receive(wait);
  return frames.map(({ bytes, vlan }) => (vlan === undefined ? bytes : withTagBack(bytes, vlan)));
}

function withTagBack(bytes: Uint8Array, { tpid, tci }: Tag): Uint8Array {
  const tagged = new Uint8Array(bytes.length + 4);
  tagged.set(bytes.subarray(0, 12));
  tagged.set([tpid >> 8, tpid & 0xff, tci >> 8, tci & 0xff], 12);
  tagged.set(bytes.subarray(12), 16);
  return tagged;
}

/** Exactly at these ports each frame of the last sending comes out, once and in order, and at no other. */
export async function expectAt(world: NicWorld, ports: readonly string[]): Promise<void> {
  const { sent } = switched(world);
  await watch(world, new Map(ports.map((port) => [port, sent.length])));
  for (const { port } of usedPorts(world)) {
    const numbers = arrivedAt(world, port).map(numberOfStationFrame);
    const wanted = ports.includes(port) ? sent : [];
    const isRight = numbers.length === wanted.length && numbers.every((number, index) => number === wanted[index]);
    expectThat(isRight, `at ${port} came ${words(numbers.length)}, and ${words(wanted.length)} should have come`);
  }
}

const words = (count: number): string => (count === 0 ? 'no frame' : count === 1 ? 'one frame' : `${count} frames`);

/** What the frames that came out at a port are tagged with. */
export const tagsAt = (world: NicWorld, port: string): Tag[][] => arrivedAt(world, port).map(tagsOf);
