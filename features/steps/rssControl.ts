/** Receive-side scaling and n-tuple rules as a user sets them, and packets that show what is in force. */
import type { FlowRule, HashField, HostReceive } from '../../harness/contract/index.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import type { QueueCounters } from '../../reference-impl/netlink/ethtoolClient.js';
import {
  ETHTOOL_GRXCLSRLALL,
  ETHTOOL_GRXCLSRLCNT,
  ETHTOOL_GRXCLSRULE,
  ETHTOOL_GRXFH,
  ETHTOOL_SRXCLSRLDEL,
  ETHTOOL_SRXCLSRLINS,
  ETHTOOL_SRXFH,
  HASH_FIELDS,
  RX_CLS_LOC_SPECIAL,
  readLocations,
  readRule,
  rxnfcData,
  rxnfcLocation,
  rxnfcRoom,
} from '../../reference-impl/netlink/rxnfc.js';
import { type Values, bytesIn, listIn, numberIn } from '../../reference-impl/netlink/schema.js';
import { type Flow, type FlowName, exampleFlow, numberedPacket, packetNumber } from '../properties/flows.js';
import type { InputTransform } from '../properties/rss.js';
import { expectNumber, expectThat } from './expectations.js';
import { rxnfc } from './receiveControl.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

export interface RssState {
  readonly key: Uint8Array;
  readonly table: readonly number[];
  readonly inputTransform: number;
}

export interface RssRequest {
  readonly key?: Uint8Array;
  readonly table?: readonly number[];
  readonly inputTransform?: number;
}

export const INPUT_TRANSFORMS: Readonly<Record<InputTransform, number>> = { none: 0, 'sym-xor': 1, 'sym-or-xor': 2 };

const contextValues = (context: number): Values => (context === 0 ? {} : { ETHTOOL_A_RSS_CONTEXT: context });

export async function getRss(world: NicWorld, context = 0): Promise<NetlinkResult<RssState>> {
  const ethtool = await world.ethtool();
  const result = await ethtool.call('RSS_GET', world.port.netDevice, contextValues(context));
  if (!result.ok) return result;
  return {
    ok: true,
    value: {
      key: bytesIn(result.value, 'ETHTOOL_A_RSS_HKEY') ?? new Uint8Array(0),
      table: listIn(result.value, 'ETHTOOL_A_RSS_INDIR').map(Number),
      inputTransform: numberIn(result.value, 'ETHTOOL_A_RSS_INPUT_XFRM') ?? 0,
    },
  };
}

/** With a key and a table: without them there is nothing that a step about RSS could say. */
export async function readRss(world: NicWorld, context = 0): Promise<RssState> {
  const state = accepted(await getRss(world, context), `reading RSS context ${context}`);
  expectThat(state.key.length > 1, `RSS context ${context} has a key of ${state.key.length} bytes`);
  expectThat(state.table.length > 0, `RSS context ${context} has no indirection table`);
  return state;
}

const requestValues = ({ key, table, inputTransform }: RssRequest): Values => ({
  ...(key === undefined ? {} : { ETHTOOL_A_RSS_HKEY: key }),
  ...(table === undefined ? {} : { ETHTOOL_A_RSS_INDIR: table }),
  ...(inputTransform === undefined ? {} : { ETHTOOL_A_RSS_INPUT_XFRM: inputTransform }),
});

/** An empty table asks for the default one. */
export async function askForRss(world: NicWorld, request: RssRequest, context = 0): Promise<NetlinkResult<Values>> {
  const ethtool = await world.ethtool();
  return ethtool.call('RSS_SET', world.port.netDevice, { ...contextValues(context), ...requestValues(request) });
}

export async function setRss(world: NicWorld, request: RssRequest, context = 0): Promise<void> {
  accepted(await askForRss(world, request, context), `a change of RSS context ${context}`);
}

/** Answers the number of the new context. */
export async function createContext(world: NicWorld, request: RssRequest = {}): Promise<NetlinkResult<number>> {
  const ethtool = await world.ethtool();
  const result = await ethtool.call('RSS_CREATE_ACT', world.port.netDevice, requestValues(request));
  return result.ok ? { ok: true, value: numberIn(result.value, 'ETHTOOL_A_RSS_CONTEXT') ?? 0 } : result;
}

export async function removeContext(world: NicWorld, context: number): Promise<NetlinkResult<Values>> {
  const ethtool = await world.ethtool();
  return ethtool.call('RSS_DELETE_ACT', world.port.netDevice, contextValues(context));
}

/** The fields that are hashed of a flow type; undefined where the device cannot say. */
export async function hashFields(world: NicWorld, flow: FlowName): Promise<ReadonlySet<HashField> | undefined> {
  const result = await rxnfc(world, { command: ETHTOOL_GRXFH, flow });
  if (!result.ok) return undefined;
  const bits = Number(rxnfcData(result.bytes));
  const names = Object.keys(HASH_FIELDS) as HashField[];
  return new Set(names.filter((name) => (bits & HASH_FIELDS[name]) !== 0));
}

/** Answers 0, or the errno of the refusal. */
export async function askForHashFields(world: NicWorld, flow: FlowName, fields: Iterable<HashField>): Promise<number> {
  let data = 0;
  for (const field of fields) data |= HASH_FIELDS[field];
  const result = await rxnfc(world, { command: ETHTOOL_SRXFH, flow, data });
  return result.ok ? 0 : result.errno;
}

/** Whether ports are hashed of a flow type: TCP has them hashed where a device cannot say. */
export async function hashesPorts(world: NicWorld, flow: FlowName): Promise<boolean> {
  const fields = await hashFields(world, flow);
  if (fields === undefined) return flow.startsWith('tcp');
  return fields.has('l4-src') && fields.has('l4-dst');
}

export type Inserted =
  { readonly ok: true; readonly location: number } | { readonly ok: false; readonly errno: number };

export async function insertRule(world: NicWorld, rule: FlowRule): Promise<Inserted> {
  const result = await rxnfc(world, { command: ETHTOOL_SRXCLSRLINS, rule });
  return result.ok ? { ok: true, location: rxnfcLocation(result.bytes) } : { ok: false, errno: result.errno };
}

/** Inserts a rule that the device must take; answers its location. */
export async function addRule(world: NicWorld, rule: FlowRule): Promise<number> {
  const inserted = await insertRule(world, rule);
  expectThat(inserted.ok, `an n-tuple rule was refused: errno ${inserted.ok ? 0 : inserted.errno}`);
  return inserted.location;
}

export async function deleteRule(world: NicWorld, location: number): Promise<void> {
  const result = await rxnfc(world, { command: ETHTOOL_SRXCLSRLDEL, location });
  expectThat(result.ok, `deleting the n-tuple rule at ${location} was refused: errno ${result.ok ? 0 : result.errno}`);
}

/** How many rules there are, and how many fit. */
export async function ruleCount(world: NicWorld): Promise<{ readonly count: number; readonly capacity: number }> {
  const result = await rxnfc(world, { command: ETHTOOL_GRXCLSRLCNT });
  expectThat(result.ok, `counting the n-tuple rules was refused: errno ${result.ok ? 0 : result.errno}`);
  return {
    count: rxnfcRoom(result.bytes),
    capacity: Number(rxnfcData(result.bytes) & BigInt(~RX_CLS_LOC_SPECIAL >>> 0)),
  };
}

export async function ruleLocations(world: NicWorld): Promise<number[]> {
  const { count } = await ruleCount(world);
  if (count === 0) return [];
  const result = await rxnfc(world, { command: ETHTOOL_GRXCLSRLALL, room: count });
  expectThat(result.ok, `listing the n-tuple rules was refused: errno ${result.ok ? 0 : result.errno}`);
  return readLocations(result.bytes);
}

export async function ruleAt(world: NicWorld, location: number): Promise<FlowRule> {
  const result = await rxnfc(world, { command: ETHTOOL_GRXCLSRULE, location });
  expectThat(result.ok, `reading the n-tuple rule at ${location} was refused: errno ${result.ok ? 0 : result.errno}`);
  const reading = readRule(result.bytes);
  expectThat(
    reading.ok,
    `the n-tuple rule at ${location} says what it was not asked for: ${reading.ok ? '' : reading.why}`,
  );
  return reading.rule;
}

/** A packet of each flow, numbered from 0, from the far end. Answers what reached the host, in the order in which it came. */
export async function sendFlows(
  world: NicWorld,
  flows: readonly Flow[],
  expected = flows.length,
): Promise<HostReceive[]> {
  const [host, wire] = [await world.host(), await world.wire()];
  await wire.send(flows.map((flow, number) => ({ bytes: numberedPacket(flow, world.port.address, number) })));
  const received: HostReceive[] = [];
  while (received.length < expected) {
    const batch = await host.receive({ withinMs: world.patienceMs, count: expected - received.length });
    world.noteAwaited(batch.length > 0);
    if (batch.length === 0) break;
    received.push(...batch);
  }
  return received;
}

/** The same, each packet at the place of its flow. Throws where one is missing. */
export async function deliverFlows(world: NicWorld, flows: readonly Flow[]): Promise<HostReceive[]> {
  const byNumber = new Map((await sendFlows(world, flows)).map((frame) => [packetNumber(frame.bytes), frame]));
  return flows.map((_, number) => {
    const frame = byNumber.get(number);
    expectThat(frame !== undefined, `packet ${number} of ${flows.length} did not reach the host`);
    return frame;
  });
}

export async function deliverFlow(world: NicWorld, flow: Flow): Promise<HostReceive> {
  const [frame] = await deliverFlows(world, [flow]);
  expectThat(frame !== undefined, 'the packet did not reach the host');
  return frame;
}

/** The hash that the device reported. */
export function hashOf(frame: HostReceive): number {
  expectThat(frame.hash !== undefined, 'the device reported no hash');
  return frame.hash.value;
}

export function queueOf(frame: HostReceive): number {
  expectThat(frame.queue !== undefined, 'the receive queue of a frame is not known');
  return frame.queue;
}

export interface RssNotes {
  /** What RSS was when the scenario last changed it successfully, or before it tried to. */
  before: RssState | undefined;
  /** The queues that the table names. */
  queues: readonly number[];
  refusal: string;
  asked: readonly number[];
  frames: readonly HostReceive[];
  flows: readonly Flow[];
  counters: readonly QueueCounters[];
  channels: number;
}

export const rssNotes = (world: NicWorld): RssNotes =>
  world.note('rss', () => ({
    before: undefined,
    queues: [],
    refusal: '',
    asked: [],
    frames: [],
    flows: [],
    counters: [],
    channels: 0,
  }));

/** Flows that differ in every field. */
export const manyFlows = (count: number, name: FlowName = 'tcp4'): Flow[] =>
  Array.from({ length: count }, (_, index) => {
    const flow = exampleFlow(name, index);
    return { ...flow, destinationPort: 7000 + ((index * 37) % 1000) };
  });

/** Asks for a change and keeps what RSS was and how it was answered. */
export async function tryRss(
  world: NicWorld,
  change: (before: RssState) => Parameters<typeof askForRss>[1],
): Promise<void> {
  const state = rssNotes(world);
  state.before = await readRss(world);
  const result = await askForRss(world, change(state.before));
  state.refusal = result.ok ? '' : result.error.errnoName;
}

export async function applyRss(
  world: NicWorld,
  change: (before: RssState) => Parameters<typeof askForRss>[1],
): Promise<void> {
  await setRss(world, change(await readRss(world)));
  rssNotes(world).before = await readRss(world);
}

export const otherKey = (key: Uint8Array): Uint8Array => key.map((byte, index) => byte ^ (0x35 + 7 * index));

/** Whether the ports of each of these types of flow are hashed, now. */
export async function portsHashed(world: NicWorld): Promise<ReadonlyMap<FlowName, boolean>> {
  const names: FlowName[] = ['tcp4', 'udp4', 'tcp6', 'udp6'];
  const found = new Map<FlowName, boolean>([
    ['ip4', false],
    ['ip6', false],
  ]);
  for (const name of names) found.set(name, await hashesPorts(world, name));
  return found;
}

/** All packets came; those of one flow on one queue, and in the order of their numbers. */
export function expectFlowsInOrder(frames: readonly HostReceive[], flows: readonly Flow[]): void {
  expectNumber(frames.length, flows.length, 'packets at the host');
  const last = new Map<Flow | undefined, { number: number; queue: number | undefined }>();
  for (const { bytes, queue } of frames) {
    const number = packetNumber(bytes);
    const flow = flows[number];
    const before = last.get(flow);
    if (before !== undefined) {
      expectThat(before.number < number, `packet ${number} came behind packet ${before.number} of its flow`);
      expectThat(before.queue === queue, `a flow moved from queue ${before.queue ?? '?'} to queue ${queue ?? '?'}`);
    }
    last.set(flow, { number, queue });
  }
}
