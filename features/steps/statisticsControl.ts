/** Counters of a port from every place that has them, and traffic that makes them grow by a known amount. */
import type { HostReceive, HostTransmit } from '../../harness/contract/index.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import type { QueueCounters, StatisticsGroup } from '../../reference-impl/netlink/ethtoolClient.js';
import type { QueueCounter } from '../../reference-impl/netlink/families/netdev.js';
import type { LinkStatistic } from '../../reference-impl/netlink/families/rtnetlink.js';
import { buildFrame, ethernet, ipv4, offsetOf, payload, tcp } from '../../reference-impl/packet/build.js';
import { FAR_END } from '../properties/numberedFrames.js';
import { JOINED_GROUP, bytesOf, frameCheckSequence, type Bucket, type CountedFrame } from '../properties/statistics.js';
import { expectThat } from './expectations.js';
import { IFF_ALLMULTI, filtersFollow, linkStatistics, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

/** What the counters were when a scenario began to send, and what reached the host since. */
export interface StatisticsNotes {
  before: Snapshot | undefined;
  received: HostReceive[];
  sent: number;
  names: readonly string[];
}

export const statisticsNotes = (world: NicWorld): StatisticsNotes =>
  world.note('statistics', () => ({ before: undefined, received: [], sent: 0, names: [] }));

/** Everything that counts; what the device does not have is empty. */
export interface Snapshot {
  readonly link: Readonly<Record<LinkStatistic, number>>;
  readonly device: Readonly<Partial<Record<QueueCounter, number>>>;
  readonly queues: readonly QueueCounters[];
  readonly mac: Readonly<Record<string, number>>;
  readonly rxBuckets: readonly Bucket[];
  readonly txBuckets: readonly Bucket[];
}

const optional = <Value>(result: NetlinkResult<Value>, absent: Value): Value => (result.ok ? result.value : absent);

export const linkCounters = (world: NicWorld): Promise<Snapshot['link']> => linkStatistics(world);

export async function deviceCounters(world: NicWorld): Promise<Snapshot['device']> {
  const ethtool = await world.ethtool();
  return optional(await ethtool.deviceQueueStatistics(world.port.ifIndex), {});
}

export async function groups(world: NicWorld): Promise<ReadonlyMap<string, StatisticsGroup>> {
  const ethtool = await world.ethtool();
  const none: ReadonlyMap<string, StatisticsGroup> = new Map();
  return optional(await ethtool.statisticsGroups(world.port.netDevice, ['eth-mac', 'rmon']), none);
}

export async function snapshot(world: NicWorld): Promise<Snapshot> {
  const ethtool = await world.ethtool();
  const standard = await groups(world);
  return {
    link: await linkCounters(world),
    device: await deviceCounters(world),
    queues: optional(await ethtool.queueStatistics(world.port.ifIndex), []),
    mac: standard.get('eth-mac')?.counters ?? {},
    rxBuckets: standard.get('rmon')?.rxHistogram ?? [],
    txBuckets: standard.get('rmon')?.txHistogram ?? [],
  };
}

/** Every counter of a snapshot by one name; those of queues in sum, because queues come and go. */
export function flat({ link, device, mac, rxBuckets, txBuckets }: Snapshot): Record<string, number> {
  const all: Record<string, number> = {};
  for (const [name, value] of Object.entries(link)) all[name] = value;
  for (const [name, value] of Object.entries(device)) all[`queues: ${name}`] = value;
  for (const [name, value] of Object.entries(mac)) all[`eth-mac: ${name}`] = value;
  for (const { low, count } of rxBuckets) all[`rmon rx from ${low}`] = count;
  for (const { low, count } of txBuckets) all[`rmon tx from ${low}`] = count;
  return all;
}

/** Notes the counters, unless an earlier step of the scenario did. */
export async function noteCounters(world: NicWorld): Promise<StatisticsNotes> {
  const state = statisticsNotes(world);
  state.before ??= await snapshot(world);
  return state;
}

/** By how much a link statistic grew since it was noted. */
export async function linkGrowth(world: NicWorld, name: LinkStatistic): Promise<number> {
  const { before } = statisticsNotes(world);
  expectThat(before !== undefined, 'no counters were noted');
  return (await linkCounters(world))[name] - before.link[name];
}

/** The port takes frames to the group: the address is added, or, where it cannot be, all groups are received. */
export async function joinGroup(world: NicWorld): Promise<void> {
  const route = await world.route();
  const added = await route.addAddress(world.port.ifIndex, JOINED_GROUP);
  if (added.ok || added.error.errnoName === 'EEXIST') await filtersFollow(world);
  else await setFlag(world, IFF_ALLMULTI, true);
}

/** The far end sends these frames; the good ones are awaited. */
export async function receiveCounted(
  world: NicWorld,
  frames: readonly CountedFrame[],
  firstNumber = 0,
): Promise<HostReceive[]> {
  const [host, wire] = [await world.host(), await world.wire()];
  await wire.send(
    frames.map((frame, index) => {
      const bytes = bytesOf(frame, world.port.address, firstNumber + index);
      return frame.isDamaged ? { bytes, fcs: frameCheckSequence(bytes) ^ 0x100 } : { bytes };
    }),
  );
  const good = frames.filter(({ isDamaged }) => !isDamaged).length;
  const received: HostReceive[] = [];
  while (received.length < good) {
    const batch = await host.receive({ withinMs: world.patienceMs, count: good - received.length });
    world.noteAwaited(batch.length > 0);
    if (batch.length === 0) break;
    received.push(...batch);
  }
  return received;
}

/** The host sends these frames; they are awaited on the wire. */
export async function transmitCounted(world: NicWorld, frames: readonly CountedFrame[]): Promise<number> {
  return transmitted(
    world,
    frames.map((frame, index) => ({
      bytes: bytesOf({ ...frame, destination: frame.destination }, FAR_END, index, world.port.address),
    })),
    frames.length,
  );
}

/** Answers how many frames came to the wire. */
export async function transmitted(world: NicWorld, frames: readonly HostTransmit[], expected: number): Promise<number> {
  const [host, wire] = [await world.host(), await world.wire()];
  const sent = await host.send(frames);
  expectThat(sent.ok, `the kernel refused to send: errno ${sent.ok ? 0 : sent.errno}`);
  let came = 0;
  while (came < expected) {
    const batch = await wire.receive({ withinMs: world.patienceMs, count: expected - came });
    world.noteAwaited(batch.length > 0);
    if (batch.length === 0) break;
    came += batch.length;
  }
  return came;
}

const NEEDS_CSUM = 1;
const GSO_TCPV4 = 1;
const CHECKSUM_OFFSET = 16;

/** A TCP super-frame of so many bytes of payload. */
export function superFrame(world: NicWorld, length: number, gsoSize: number): HostTransmit {
  const frame = buildFrame([
    ethernet({ destination: FAR_END, source: world.port.address }),
    ipv4({ source: '192.0.2.1', destination: '198.51.100.7' }),
    tcp({ sourcePort: 80, destinationPort: 4000, checksum: 'pseudo' }),
    payload(length),
  ]);
  return {
    bytes: frame.bytes,
    vnet: {
      flags: NEEDS_CSUM,
      gsoType: GSO_TCPV4,
      hdrLen: offsetOf(frame, 'payload'),
      gsoSize,
      csumStart: offsetOf(frame, 'tcp'),
      csumOffset: CHECKSUM_OFFSET,
    },
  };
}
