/**
 * The agent protocol: a Target over a byte stream. docs/agent-protocol.md tells it in words.
 *
 * Every message is a u32 length (of what follows it), a u32 call number, one byte, and a payload; everything is little endian. In a
 * call the byte is the operation, in an answer the status.
 */
import { ByteReader, ByteWriter, MalformedMessage } from './agentBytes.js';
import type {
  GroupedDatagram,
  HostReceive,
  HostTransmit,
  RxChecksum,
  TransmitTimestamp,
  VirtioNetHeader,
  WireFrame,
} from './target.js';
import type { QueueIndex } from './values.js';

/** A harness and an agent of different versions refuse each other. */
export const AGENT_PROTOCOL_VERSION = 3;
export const AGENT_MAGIC = 'NICSPEC\n';
/** Longer messages are garbage. */
export const LONGEST_MESSAGE = 64 << 20;
/** Call number and operation or status. */
export const MESSAGE_HEADER = 5;

/** Operations by name; the numbers are those of native/agent.c. */
export const AGENT_OPERATIONS = {
  hello: 0,
  ping: 1,
  describe: 2,
  netlinkOpen: 3,
  netlinkSend: 4,
  netlinkReceive: 5,
  netlinkJoin: 6,
  netlinkLeave: 7,
  closeHandle: 8,
  ethtoolIoctl: 9,
  hostOpen: 10,
  hostSend: 11,
  hostReceive: 12,
  hostTimestamps: 13,
  hostPolling: 14,
  wireOpen: 15,
  wireSend: 16,
  wireReceive: 17,
  wireCarrier: 18,
  wirePartner: 19,
  bpf: 20,
  sysfsRead: 21,
  sysfsWrite: 22,
  sysfsList: 23,
  firmwarePut: 24,
  firmwareRemove: 25,
  clockNow: 26,
  clockSleep: 27,
  reset: 28,
  sysctlRead: 29,
  sysctlWrite: 30,
  sysctlList: 31,
} as const;

export type AgentOperation = keyof typeof AGENT_OPERATIONS;

/** The status of an answer: done, or a fault of the agent's target with a text. */
export const STATUS_OK = 0;
export const STATUS_FAULT = 1;

/** Waits are microseconds. This is the wait of a netlink receive that gives none: as long as the target needs to answer. */
export const DEFAULT_WAIT = 0xffff_ffff_ffff_ffffn;
/** The count of a receive that gives none. */
export const ANY_COUNT = 0xffff_ffff;

/** What an agent says of itself; JSON, after the magic and the versions. */
export interface AgentHello {
  readonly software: string;
  readonly kernel: { readonly name: string; readonly release: string };
  /** Serves a machine's channels and no more: the harness makes the target out of them. */
  readonly bare: boolean;
  /** Of a bare agent: the net device under test and the one that is cabled to it. */
  readonly dut?: string;
  readonly peer?: string;
}

const HAS_VNET = 1;
const HAS_TUNNEL = 2;
const HAS_FRAGMENTS = 4;
const HAS_QUEUE = 8;
const HAS_TIMESTAMP_ID = 16;

export function encodeTransmit(writer: ByteWriter, frame: HostTransmit): void {
  const { bytes, vnet, fragments, queue, timestampId } = frame;
  writer.u16(
    (vnet === undefined ? 0 : HAS_VNET) |
      (hasTunnel(vnet) ? HAS_TUNNEL : 0) |
      (fragments === undefined ? 0 : HAS_FRAGMENTS) |
      (queue === undefined ? 0 : HAS_QUEUE) |
      (timestampId === undefined ? 0 : HAS_TIMESTAMP_ID),
  );
  if (vnet !== undefined) encodeVnet(writer, vnet);
  if (fragments !== undefined) {
    writer.u32(fragments.length);
    for (const offset of fragments) writer.u32(offset);
  }
  if (queue !== undefined) writer.u32(queue);
  if (timestampId !== undefined) writer.u32(timestampId);
  writer.bytes(bytes);
}

export function decodeTransmit(reader: ByteReader): HostTransmit {
  const flags = reader.u16();
  const vnet = (flags & HAS_VNET) === 0 ? undefined : decodeVnet(reader, (flags & HAS_TUNNEL) !== 0);
  const fragments = (flags & HAS_FRAGMENTS) === 0 ? undefined : decodeList(reader, () => reader.u32());
  const queue = (flags & HAS_QUEUE) === 0 ? undefined : reader.u32();
  const timestampId = (flags & HAS_TIMESTAMP_ID) === 0 ? undefined : reader.u32();
  return {
    bytes: reader.bytes(),
    ...(vnet === undefined ? {} : { vnet }),
    ...(fragments === undefined ? {} : { fragments }),
    ...(queue === undefined ? {} : { queue: queue as QueueIndex }),
    ...(timestampId === undefined ? {} : { timestampId }),
  };
}

const hasTunnel = (vnet: VirtioNetHeader | undefined): boolean =>
  vnet?.outerTransportOffset !== undefined && vnet.innerNetworkOffset !== undefined;

function encodeVnet(writer: ByteWriter, vnet: VirtioNetHeader): void {
  writer.u8(vnet.flags).u8(vnet.gsoType).u16(vnet.hdrLen).u16(vnet.gsoSize).u16(vnet.csumStart).u16(vnet.csumOffset);
  if (hasTunnel(vnet)) writer.u16(vnet.outerTransportOffset ?? 0).u16(vnet.innerNetworkOffset ?? 0);
}

function decodeVnet(reader: ByteReader, tunnel: boolean): VirtioNetHeader {
  const vnet = {
    flags: reader.u8(),
    gsoType: reader.u8(),
    hdrLen: reader.u16(),
    gsoSize: reader.u16(),
    csumStart: reader.u16(),
    csumOffset: reader.u16(),
  };
  return tunnel ? { ...vnet, outerTransportOffset: reader.u16(), innerNetworkOffset: reader.u16() } : vnet;
}

const RX_VNET = 1;
const RX_TUNNEL = 2;
const RX_VLAN = 4;
const RX_CHECKSUM = 8;
const RX_HASH = 16;
const RX_QUEUE = 32;
const RX_HEADER_LENGTH = 64;
const RX_HARDWARE_TIME = 128;
const RX_SOFTWARE_TIME = 256;
const RX_TIMESTAMPS = 512;

const CHECKSUM_STATUS = ['none', 'unnecessary', 'complete', 'valid'] as const;
const HASH_TYPES = ['l2', 'l3', 'l4'] as const;

export function encodeReceive(writer: ByteWriter, frame: HostReceive): void {
  const { vnet, vlan, checksum, hash, queue, headerLength, timestamps } = frame;
  const flags: readonly (readonly [unknown, number])[] = [
    [vnet, RX_VNET],
    [hasTunnel(vnet) ? vnet : undefined, RX_TUNNEL],
    [vlan, RX_VLAN],
    [checksum, RX_CHECKSUM],
    [hash, RX_HASH],
    [queue, RX_QUEUE],
    [headerLength, RX_HEADER_LENGTH],
    [timestamps, RX_TIMESTAMPS],
    [timestamps?.hardware, RX_HARDWARE_TIME],
    [timestamps?.software, RX_SOFTWARE_TIME],
  ];
  writer.u16(flags.reduce((bits, [value, bit]) => (value === undefined ? bits : bits | bit), 0)).u8(frame.packetType);
  if (vnet !== undefined) encodeVnet(writer, vnet);
  if (vlan !== undefined) writer.u16(vlan.tpid).u16(vlan.tci);
  if (checksum !== undefined) encodeChecksum(writer, checksum);
  if (hash !== undefined) writer.u32(hash.value).u8(HASH_TYPES.indexOf(hash.type));
  if (queue !== undefined) writer.u32(queue);
  if (headerLength !== undefined) writer.u32(headerLength);
  if (timestamps?.hardware !== undefined) writer.u64(timestamps.hardware);
  if (timestamps?.software !== undefined) writer.u64(timestamps.software);
  writer.bytes(frame.bytes);
}

export function decodeReceive(reader: ByteReader): HostReceive {
  const flags = reader.u16();
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const packetType = reader.u8();
  const fields = {
    ...(has(RX_VNET) ? { vnet: decodeVnet(reader, has(RX_TUNNEL)) } : {}),
    ...(has(RX_VLAN) ? { vlan: { tpid: reader.u16(), tci: reader.u16() } } : {}),
    ...(has(RX_CHECKSUM) ? { checksum: decodeChecksum(reader) } : {}),
    ...(has(RX_HASH) ? { hash: { value: reader.u32(), type: named(HASH_TYPES, reader.u8(), 'hash type') } } : {}),
    ...(has(RX_QUEUE) ? { queue: reader.u32() as QueueIndex } : {}),
    ...(has(RX_HEADER_LENGTH) ? { headerLength: reader.u32() } : {}),
  };
  const stamps = {
    ...(has(RX_HARDWARE_TIME) ? { hardware: reader.u64() } : {}),
    ...(has(RX_SOFTWARE_TIME) ? { software: reader.u64() } : {}),
  };
  return { bytes: reader.bytes(), packetType, ...fields, ...(has(RX_TIMESTAMPS) ? { timestamps: stamps } : {}) };
}

function encodeChecksum(writer: ByteWriter, checksum: RxChecksum): void {
  writer.u8(CHECKSUM_STATUS.indexOf(checksum.status));
  switch (checksum.status) {
    case 'complete':
      writer.u16(checksum.sum);
      break;
    case 'unnecessary':
      writer.u16(checksum.level);
      break;
    case 'none':
    case 'valid':
      writer.u16(0);
  }
}

function decodeChecksum(reader: ByteReader): RxChecksum {
  const status = named(CHECKSUM_STATUS, reader.u8(), 'checksum status');
  const value = reader.u16();
  switch (status) {
    case 'complete':
      return { status, sum: value };
    case 'unnecessary':
      return { status, level: value };
    case 'none':
    case 'valid':
      return { status };
  }
}

const HAS_HARDWARE = 1;
const HAS_SOFTWARE = 2;

export function encodeTimestamp(writer: ByteWriter, { timestampId, hardware, software }: TransmitTimestamp): void {
  writer.u32(timestampId).u8((hardware === undefined ? 0 : HAS_HARDWARE) | (software === undefined ? 0 : HAS_SOFTWARE));
  if (hardware !== undefined) writer.u64(hardware);
  if (software !== undefined) writer.u64(software);
}

export function decodeTimestamp(reader: ByteReader): TransmitTimestamp {
  const timestampId = reader.u32();
  const flags = reader.u8();
  return {
    timestampId,
    ...((flags & HAS_HARDWARE) === 0 ? {} : { hardware: reader.u64() }),
    ...((flags & HAS_SOFTWARE) === 0 ? {} : { software: reader.u64() }),
  };
}

/** The group of a datagram that tells of none. */
const NO_GROUP = 0xffff_ffff;

export function encodeGrouped(writer: ByteWriter, { bytes, group = NO_GROUP }: GroupedDatagram): void {
  writer.u32(group).bytes(bytes);
}

export function decodeGrouped(reader: ByteReader): GroupedDatagram {
  const group = reader.u32();
  return { bytes: reader.bytes(), ...(group === NO_GROUP ? {} : { group }) };
}

const HAS_FCS = 1;
const HAS_TIME = 2;

export function encodeWireFrame(writer: ByteWriter, { bytes, fcs, time }: WireFrame): void {
  writer.u8((fcs === undefined ? 0 : HAS_FCS) | (time === undefined ? 0 : HAS_TIME));
  if (fcs !== undefined) writer.u32(fcs);
  if (time !== undefined) writer.u64(time);
  writer.bytes(bytes);
}

export function decodeWireFrame(reader: ByteReader): WireFrame {
  const flags = reader.u8();
  const fcs = (flags & HAS_FCS) === 0 ? undefined : reader.u32();
  const time = (flags & HAS_TIME) === 0 ? undefined : reader.u64();
  return {
    bytes: reader.bytes(),
    ...(fcs === undefined ? {} : { fcs }),
    ...(time === undefined ? {} : { time }),
  };
}

/** A u32 count, then so many items. */
export function encodeList<Item>(
  writer: ByteWriter,
  items: readonly Item[],
  encode: (writer: ByteWriter, item: Item) => void,
): ByteWriter {
  writer.u32(items.length);
  for (const item of items) encode(writer, item);
  return writer;
}

export function decodeList<Item>(reader: ByteReader, decode: (reader: ByteReader) => Item): Item[] {
  const items: Item[] = [];
  for (let left = reader.u32(); left > 0; left--) items.push(decode(reader));
  return items;
}

/** A whole message: length, call number, operation or status, payload. */
export function encodeMessage(call: number, code: number, payload: Uint8Array): Uint8Array {
  return new ByteWriter()
    .u32(MESSAGE_HEADER + payload.length)
    .u32(call)
    .u8(code)
    .raw(payload)
    .finish();
}

export interface AgentMessage {
  readonly call: number;
  readonly code: number;
  readonly payload: ByteReader;
}

/** What follows the length. */
export function decodeMessage(bytes: Uint8Array): AgentMessage {
  const reader = new ByteReader(bytes.subarray(0, MESSAGE_HEADER));
  return { call: reader.u32(), code: reader.u8(), payload: new ByteReader(bytes.subarray(MESSAGE_HEADER)) };
}

/** The first message of both sides. */
export function encodeHello(contractVersion: number, hello?: AgentHello): Uint8Array {
  const writer = new ByteWriter().raw(new TextEncoder().encode(AGENT_MAGIC));
  writer.u16(AGENT_PROTOCOL_VERSION).u16(contractVersion);
  if (hello !== undefined) writer.text(JSON.stringify(hello));
  return writer.finish();
}

export interface ReceivedHello {
  readonly protocolVersion: number;
  readonly contractVersion: number;
  readonly hello: AgentHello | undefined;
}

/** @throws MalformedMessage if it is none. */
export function decodeHello(reader: ByteReader): ReceivedHello {
  const magic = new TextDecoder().decode(reader.raw(AGENT_MAGIC.length));
  if (magic !== AGENT_MAGIC) throw new MalformedMessage('no hello of an agent');
  const [protocolVersion, contractVersion] = [reader.u16(), reader.u16()];
  const text = reader.rest();
  return { protocolVersion, contractVersion, hello: text.length === 0 ? undefined : helloIn(new ByteReader(text)) };
}

function helloIn(reader: ByteReader): AgentHello {
  const value: unknown = JSON.parse(reader.text());
  if (typeof value !== 'object' || value === null || !('kernel' in value) || !('bare' in value)) {
    throw new MalformedMessage('a hello without kernel');
  }
  // The members that matter are there; the rest is text for messages.
  return value as AgentHello;
}

function named<Name>(names: readonly Name[], index: number, what: string): Name {
  const name = names[index];
  if (name === undefined) throw new MalformedMessage(`${what} ${index}`);
  return name;
}
