/** TCP segments from the far end to the host: how they are sent, awaited and compared with what came. */
import type { HostReceive } from '../../harness/contract/index.js';
import type { QueueCounter } from '../../reference-impl/netlink/families/netdev.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import {
  TCP_FLAGS,
  comparable,
  flowOf,
  frameOf,
  isDamagedFrame,
  segmentsIn,
  sequenceOf,
  takenApart,
  withoutPadding,
  type TcpFlagName,
  type TcpSegment,
} from '../properties/tcpStreams.js';
import { hasManyQueues } from './exchange.js';
import { expectFrames, expectNumber, expectThat } from './expectations.js';
import type { NicWorld } from './world.js';

export interface GroNotes {
  segments: readonly TcpSegment[];
  received: readonly HostReceive[];
  counters: Readonly<Partial<Record<QueueCounter, number>>>;
}

export const notes = (world: NicWorld): GroNotes =>
  world.note('gro', () => ({ segments: [], received: [], counters: {} }));

/** Frames of segments as the far end sends them, to the port. */
export const frames = (world: NicWorld, segments: readonly TcpSegment[]): Uint8Array[] =>
  segments.map((segment) => frameOf(segment, world.port.address));

/**
 * Sends the segments back to back and receives until as many came as are expected, however they were merged. Frames that are
 * damaged may be missing; they are not waited for.
 */
export async function exchange(
  world: NicWorld,
  segments: readonly TcpSegment[],
  withinMs = world.patienceMs,
): Promise<HostReceive[]> {
  const [host, wire] = [await world.host(), await world.wire()];
  await wire.send(frames(world, segments).map((bytes) => ({ bytes })));
  const received: HostReceive[] = [];
  let missing = segments.filter(({ isDamaged }) => !isDamaged).length;
  while (missing > 0) {
    const batch = await host.receive({ withinMs, count: 1 });
    world.noteAwaited(batch.length > 0);
    if (batch.length === 0) break;
    received.push(...batch);
    for (const frame of batch) if (!isDamagedFrame(frame)) missing -= segmentsIn(frame);
  }
  if (hasManyQueues(world)) received.push(...(await overtaken(world, segments, received)));
  return received;
}

/** The good segments may have overtaken damaged ones in another queue: these must not meet the next exchange. */
async function overtaken(
  world: NicWorld,
  segments: readonly TcpSegment[],
  received: readonly HostReceive[],
): Promise<readonly HostReceive[]> {
  const missing = segments.length - received.map(segmentsIn).reduce((sum, count) => sum + count, 0);
  if (missing <= 0 || !segments.some(({ isDamaged }) => isDamaged)) return [];
  return (await world.host()).receive({ withinMs: 4 * world.quietMs, count: missing });
}

export async function send(world: NicWorld, segments: readonly TcpSegment[]): Promise<void> {
  const state = notes(world);
  state.segments = segments;
  state.counters = await countersNow(world);
  state.received = [
    ...(await exchange(world, segments)),
    ...(await (await world.host()).receive({ withinMs: world.quietMs })),
  ];
}

export async function countersNow(world: NicWorld): Promise<GroNotes['counters']> {
  const ethtool = await world.ethtool();
  const result = await ethtool.deviceQueueStatistics(world.port.ifIndex);
  return result.ok ? result.value : {};
}

/** By how much a counter of the device grew since the segments were sent. */
export async function growth(world: NicWorld, name: QueueCounter, before = notes(world).counters): Promise<number> {
  return ((await countersNow(world))[name] ?? 0) - (before[name] ?? 0);
}

/** Taking apart what was received gives the frames of each flow, in order. Damaged ones may be missing. */
export function expectStream(world: NicWorld, segments: readonly TcpSegment[], received: readonly HostReceive[]): void {
  const apart = received.flatMap(takenApart).map(comparable);
  for (const flow of new Set(segments.map((segment) => segment.flow))) {
    const ofFlow = segments.filter((segment) => segment.flow === flow);
    const wanted = frames(world, ofFlow).map(comparable);
    const got = apart.filter((frame) => flowOf(frame) === flow);
    const missing = ofFlow.length - got.length;
    const lost = new Set(missing > 0 ? lostDamaged(ofFlow, wanted, got) : []);
    expectFrames(
      got,
      wanted.filter((_, index) => !lost.has(index)),
      `flow ${flow}, taken apart`,
    );
  }
}

/** The damaged ones of the wanted frames that are not among those that came. */
export function lostDamaged(
  segments: readonly TcpSegment[],
  wanted: readonly Uint8Array[],
  got: readonly Uint8Array[],
): number[] {
  const came = new Set(got.map((frame) => frame.join()));
  return segments.flatMap(({ isDamaged }, index) =>
    isDamaged && !came.has(wanted[index]?.join() ?? '') ? [index] : [],
  );
}

/** Every frame came by itself, byte for byte, its tag beside it. Order is kept within a flow and a tag. */
export function expectUnmerged(
  world: NicWorld,
  segments: readonly TcpSegment[],
  received: readonly HostReceive[],
): void {
  const sent = segments.map((segment) => ({ ...segment, key: keyOf(segment.flow, segment.tag?.tci) }));
  const wanted = inOrder(sent, ({ key }) => key);
  const got = inOrder(received, ({ bytes, vlan }) => keyOf(flowOf(bytes) ?? 0, vlan?.tci));
  expectFrames(
    got.map(({ bytes }) => withoutPadding(bytes)),
    wanted.map((segment) => withoutPadding(frameOf(withoutTag(segment), world.port.address))),
    'each segment by itself',
  );
  for (const [index, { vlan }] of got.entries()) {
    expectNumber(vlan?.tci ?? -1, wanted[index]?.tag?.tci ?? -1, `the tag of frame ${index + 1}`);
  }
  expectThat(
    received.every((frame) => segmentsIn(frame) === 1),
    'an aggregate reached the host',
  );
}

/** Frames of one key keep their order; nothing is promised between keys. */
export const keyOf = (flow: number, tci = -1): number => flow * 0x2_0000 + tci;
export const inOrder = <Item>(items: readonly Item[], key: (item: Item) => number): Item[] =>
  [...items].sort((a, b) => key(a) - key(b));

export const withoutTag = (segment: TcpSegment): TcpSegment =>
  Object.fromEntries(Object.entries(segment).filter(([name]) => name !== 'tag')) as unknown as TcpSegment;

export function expectDamagedAlone(
  world: NicWorld,
  segments: readonly TcpSegment[],
  received: readonly HostReceive[],
): void {
  const damaged = new Set(
    frames(
      world,
      segments.filter(({ isDamaged }) => isDamaged),
    ).map((frame) => withoutPadding(frame).join()),
  );
  for (const frame of received.filter(isDamagedFrame)) {
    expectThat(
      damaged.has(withoutPadding(frame.bytes).join()),
      'a damaged frame reached the host otherwise than it was sent',
    );
  }
  const places = new Set(
    segments.filter(({ isDamaged }) => isDamaged).map(({ flow, sequence }) => `${flow}:${sequence}`),
  );
  for (const frame of received.filter((candidate) => !isDamagedFrame(candidate))) {
    for (const part of takenApart(frame)) {
      const place = `${flowOf(part) ?? -1}:${sequenceOf(part)}`;
      const isItself = segments.some(({ flow, sequence, isDamaged }) => !isDamaged && place === `${flow}:${sequence}`);
      expectThat(!places.has(place) || isItself, 'a damaged segment is part of what the host takes for good');
    }
  }
}

export async function expectHardwareGroCounted(
  world: NicWorld,
  received: readonly HostReceive[],
  before: GroNotes['counters'],
): Promise<void> {
  const aggregates = received.map(segmentsIn).filter((count) => count > 1);
  const segments = aggregates.reduce((sum, count) => sum + count, 0);
  expectNumber(await growth(world, 'RX_HW_GRO_PACKETS', before), aggregates.length, 'hardware GRO packets');
  expectNumber(await growth(world, 'RX_HW_GRO_WIRE_PACKETS', before), segments, 'hardware GRO wire packets');
}

export async function holdTimeMs(world: NicWorld): Promise<number> {
  const ethtool = await world.ethtool();
  const result = await ethtool.call('COALESCE_GET', world.port.netDevice);
  const usecs = result.ok ? (numberIn(result.value, 'ETHTOOL_A_COALESCE_RX_USECS') ?? 0) : 0;
  return usecs / 1000 + 1;
}

export const flagged = (segment: TcpSegment, flag: TcpFlagName): TcpSegment => ({
  ...segment,
  flags: segment.flags | TCP_FLAGS[flag],
});
