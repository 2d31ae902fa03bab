/** Super-frames on their way: handed down, collected on the cable, and looked at by rules. */
import type { Segmentation } from '../properties/segmentPlaces.js';
import type { HostTransmit, NetDeviceName, WireFrame } from '../../harness/contract/index.js';
import { BROADCAST, SOMEBODY_ELSE, numberOf, numberedFrame } from '../properties/numberedFrames.js';
import { comparableSegments, firstComplaint, rulesFor, type RuleName } from '../properties/segmentRules.js';
import { segmentCountOf, superFrame, transmitOf, type SuperFrame } from '../properties/superFrames.js';
import type { NetworkName } from '../properties/tcpStreams.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { parseMac } from '../../reference-impl/packet/addresses.js';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import type { QueueCounter } from '../../reference-impl/netlink/families/netdev.js';
import { expectFrames, expectThat } from './expectations.js';
import { accepted, featureState, linkValues, setFeatures } from './settings.js';
import type { NicWorld } from './world.js';

interface SegmentationNotes {
  last: Segmentation | undefined;
  /** What was sent, oldest first, with what came of it. */
  readonly all: Segmentation[];
}

const notes = (world: NicWorld): SegmentationNotes => world.note('segmentation', () => ({ last: undefined, all: [] }));

/** The segmentation that the scenario looks at. */
export function lastSegmentation(world: NicWorld): Segmentation {
  const { last } = notes(world);
  expectThat(last !== undefined, 'no super-frame was sent');
  return last;
}

/** Every segmentation of the scenario, oldest first. */
export const segmentations = (world: NicWorld): readonly Segmentation[] => notes(world).all;

export interface Route {
  /** Where the host hands it down; the port itself where no name is given. */
  readonly from?: NetDeviceName;
  /** Tags of the frame that a net device on the way puts on: the host hands it down without them. */
  readonly insertedTags?: boolean;
  /** Where the super-frame's buffers break. */
  readonly fragments?: readonly number[];
}

const DESTINATION = parseMac(SOMEBODY_ELSE);
/** The number of the frame behind the super-frames; no other frame has it. */
const LAST = 0xffff_ffff;

/** Hands the super-frame down, and answers what left for it. */
export async function segmented(world: NicWorld, frame: SuperFrame, route: Route = {}): Promise<Segmentation> {
  const source = world.port.address;
  const expected = transmitOf(frame, source);
  const given = route.insertedTags === true ? transmitOf({ ...frame, tags: [] }, source) : expected;
  const { fragments } = route;
  const transmit = { ...given.transmit, ...(fragments === undefined ? {} : { fragments }) };
  const segments = await ontoCable(world, transmit, segmentCountOf(frame), route.from);
  return { frame, bytes: expected.transmit.bytes, layout: expected.layout, segments };
}

/** The same for a scenario: its later steps look at it. */
export async function send(world: NicWorld, frame: SuperFrame, route?: Route): Promise<Segmentation> {
  const segmentation = await segmented(world, frame, route);
  notes(world).last = segmentation;
  notes(world).all.push(segmentation);
  return segmentation;
}

/** What leaves for one super-frame. A frame behind it says that no more comes; it may go through another queue and be faster. */
async function ontoCable(
  world: NicWorld,
  transmit: HostTransmit,
  expected: number,
  from: NetDeviceName | undefined,
): Promise<Uint8Array[]> {
  const [host, wire] = [await world.host(from), await world.wire()];
  const last = numberedFrame({ destination: BROADCAST, source: world.port.address, number: LAST });
  const sent = await host.send([transmit, { bytes: last }]);
  expectThat(sent.ok, `the kernel refused to send: errno ${sent.ok ? 0 : sent.errno}`);
  const frames: WireFrame[] = [];
  const isLast = ({ bytes }: WireFrame): boolean => numberOf(bytes) === LAST;
  for (;;) {
    const isOver = frames.some(isLast);
    if (isOver && frames.length > expected) break;
    const missing = Math.max(1, expected + 1 - frames.length);
    const batch = await wire.receive({ withinMs: isOver ? world.quietMs : world.patienceMs, count: missing });
    frames.push(...batch);
    if (!isOver) world.noteAwaited(batch.length > 0);
    if (batch.length === 0) break;
  }
  // Whatever else the machine sends goes elsewhere.
  return frames.map(({ bytes }) => bytes).filter((bytes) => equalBytes(bytes.subarray(0, 6), DESTINATION));
}

export function expectRules(segmentation: Segmentation, ...names: readonly RuleName[]): void {
  const complaint = firstComplaint(segmentation, names);
  expectThat(complaint === undefined, complaint ?? '');
}

/** Everything that a receiver could tell. */
export function expectRight(segmentation: Segmentation): void {
  expectRules(segmentation, ...rulesFor(segmentation.frame));
}

export type GsoCounter = Extract<QueueCounter, 'TX_HW_GSO_PACKETS' | 'TX_HW_GSO_WIRE_PACKETS'>;

/** A counter of the device's queues, all together. */
export async function gsoCounter(world: NicWorld, name: GsoCounter): Promise<number> {
  const ethtool = await world.ethtool();
  const counters = accepted(await ethtool.deviceQueueStatistics(world.port.ifIndex), 'reading the queue statistics');
  const value = counters[name];
  expectThat(value !== undefined, `the device does not count ${name}`);
  return value;
}

/** The same segments: those of two ways to make them. */
export function expectSame(
  actual: Segmentation,
  expected: Segmentation,
  { identification = true }: { readonly identification?: boolean } = {},
): void {
  const wanted = comparableSegments(expected, identification);
  expectFrames(comparableSegments(actual, identification), wanted, 'the segments differ');
}

/** Does something with these features the other way, and puts them back. */
export async function withFeatures<Result>(
  world: NicWorld,
  changes: Readonly<Record<string, boolean>>,
  action: () => Promise<Result>,
): Promise<Result> {
  const { active } = await featureState(world);
  await setFeatures(world, changes);
  try {
    return await action();
  } finally {
    await setFeatures(world, Object.fromEntries(Object.keys(changes).map((name) => [name, active.has(name)])));
  }
}

const SOFTWARE = { 'tx-tcp-segmentation': false, 'tx-tcp6-segmentation': false };

/** What leaves while the stack segments all TCP itself. */
export const segmentedInSoftware = (world: NicWorld, frame: SuperFrame): Promise<Segmentation> =>
  withFeatures(world, SOFTWARE, () => segmented(world, frame));

/** GSO_LEGACY_MAX_SIZE: beyond it, IPv6 needs jumbograms. */
const LARGEST_LEGACY = 65_536;
const HEADERS = { IPv4: 54, IPv6: 74 } as const;

/** The largest super-frame that the kernel gives to the device: it has to be shorter than what is announced. */
export async function largestSuperFrame(world: NicWorld, network: NetworkName): Promise<SuperFrame> {
  const announced = numberIn((await linkValues(world)).values, 'IFLA_TSO_MAX_SIZE') ?? 0;
  const bytes = Math.min(announced, LARGEST_LEGACY) - 1;
  return superFrame({ network, length: bytes - HEADERS[network], size: 1400 });
}
