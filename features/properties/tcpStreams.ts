/** Streams of TCP segments as a far end sends them, and how an aggregate is taken apart: by field rules, byte by byte. */
import fc from 'fast-check';
import type { HostReceive } from '../../harness/contract/index.js';
import {
  buildFrame,
  ethernet,
  fragment6,
  ipv4,
  ipv6,
  payload,
  payloadPattern,
  tcp,
} from '../../reference-impl/packet/build.js';
import { readU16, readU32, writeU16, writeU32 } from '../../reference-impl/packet/bytes.js';
import { FAR_END, withTag, type Tag } from './numberedFrames.js';

export type NetworkName = 'IPv4' | 'IPv6';

export const TCP_FLAGS = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const;
export type TcpFlagName = keyof typeof TCP_FLAGS;

/** Everything that a segment may differ in. */
export interface TcpSegment {
  readonly network: NetworkName;
  /** Tells flows apart: the source port. */
  readonly flow: number;
  readonly sequence: number;
  readonly length: number;
  readonly flags: number;
  readonly acknowledgement: number;
  /** The value of the timestamp option; absent: the segment has none. */
  readonly timestamp?: number;
  readonly trafficClass: number;
  readonly hopLimit: number;
  /** IPv4 only. */
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly ipOptions: boolean;
  /** The packet says that more fragments follow; it is a first one. */
  readonly isFragment: boolean;
  /** IPv6 only. */
  readonly flowLabel: number;
  readonly isDamaged: boolean;
  readonly tag?: Tag;
}

/** The first segment of a flow: of full size, with an acknowledgement and nothing special. */
export function firstSegment(network: NetworkName, flow = 0, length = 500): TcpSegment {
  return {
    network,
    flow,
    sequence: (0xffff_f000 + 4096 * flow) >>> 0,
    length,
    flags: TCP_FLAGS.ACK,
    acknowledgement: 0x1234_5678,
    timestamp: 1000,
    trafficClass: 0,
    hopLimit: 64,
    identification: 0xfffa,
    dontFragment: false,
    ipOptions: false,
    isFragment: false,
    flowLabel: 0x12345,
    isDamaged: false,
  };
}

/** The segment that TCP would send behind this one. */
export const nextSegment = (segment: TcpSegment, length = segment.length): TcpSegment => ({
  ...segment,
  sequence: (segment.sequence + segment.length) >>> 0,
  identification: (segment.identification + 1) & 0xffff,
  length,
});

/** A run of segments of these lengths, each the continuation of the one before. */
export function run(network: NetworkName, lengths: readonly number[], flow = 0): TcpSegment[] {
  const segments: TcpSegment[] = [];
  for (const length of lengths) {
    const last = segments.at(-1);
    segments.push(last === undefined ? firstSegment(network, flow, length) : nextSegment(last, length));
  }
  return segments;
}

/** A run of `count` segments of one size, the last of half of it. */
export const runOf = (network: NetworkName, count: number, length: number, flow = 0): TcpSegment[] =>
  run(network, [...new Array<number>(count - 1).fill(length), length >> 1], flow);

const FIRST_PORT = 10_000;
const timestampOption = (value: number): Uint8Array => {
  const bytes = Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 9);
  writeU32(bytes, 4, value);
  return bytes;
};
/** Router alert, RFC 2113. */
const ROUTER_ALERT = Uint8Array.of(0x94, 4, 0, 0);

/** The segment as a frame on the cable, to the port with this address. */
export function frameOf(segment: TcpSegment, to: string): Uint8Array {
  const { network, trafficClass, hopLimit, identification, dontFragment } = segment;
  const frame = buildFrame(
    [
      ethernet({ destination: to, source: FAR_END }),
      network === 'IPv4'
        ? ipv4({
            source: '198.51.100.7',
            destination: '192.0.2.1',
            tos: trafficClass,
            ttl: hopLimit,
            identification,
            dontFragment,
            moreFragments: segment.isFragment,
            ...(segment.ipOptions ? { options: ROUTER_ALERT } : {}),
          })
        : ipv6({
            source: '2001:db8::7',
            destination: '2001:db8::1',
            trafficClass,
            hopLimit,
            flowLabel: segment.flowLabel,
          }),
      ...(segment.isFragment && network === 'IPv6' ? [fragment6({ moreFragments: true, identification: 1 })] : []),
      tcp({
        sourcePort: FIRST_PORT + segment.flow,
        destinationPort: 80,
        sequence: segment.sequence,
        acknowledgement: segment.acknowledgement,
        flags: segment.flags,
        urgent: (segment.flags & TCP_FLAGS.URG) !== 0 ? 1 : 0,
        ...(segment.timestamp === undefined ? {} : { options: timestampOption(segment.timestamp) }),
      }),
      payload(payloadPattern(segment.length, segment.sequence)),
    ],
    { pad: true },
  ).bytes;
  // Damage that the checksum sees: its lowest bit.
  if (segment.isDamaged) flipLowBit(frame, tcpOffset(frame) + 17);
  return segment.tag === undefined ? frame : withTag(frame, segment.tag);
}

function flipLowBit(bytes: Uint8Array, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
}

const NETWORK_OFFSET = 14;
const isV4 = (frame: Uint8Array): boolean => (frame[NETWORK_OFFSET] ?? 0) >> 4 === 4;
const tcpOffset = (frame: Uint8Array): number =>
  isV4(frame) ? NETWORK_OFFSET + 4 * ((frame[NETWORK_OFFSET] ?? 0) & 15) : NETWORK_OFFSET + 40;
const payloadOffset = (frame: Uint8Array): number => tcpOffset(frame) + 4 * ((frame[tcpOffset(frame) + 12] ?? 0) >> 4);
const ipEnd = (frame: Uint8Array): number =>
  isV4(frame) ? NETWORK_OFFSET + readU16(frame, 16) : NETWORK_OFFSET + 40 + readU16(frame, 18);

/** The length of the IP packet in a frame without a tag. */
export const ipLength = (frame: Uint8Array): number => ipEnd(frame) - NETWORK_OFFSET;

/** The flow that a frame of `frameOf` belongs to; undefined for any other frame. */
export function flowOf(frame: Uint8Array): number | undefined {
  const type = readU16(frame, 12);
  const isTcp = type === 0x0800 ? frame[NETWORK_OFFSET + 9] === 6 : type === 0x86dd && frame[NETWORK_OFFSET + 6] === 6;
  const flow = isTcp ? readU16(frame, tcpOffset(frame)) - FIRST_PORT : -1;
  return flow >= 0 && flow < 1000 ? flow : undefined;
}

/** The frame up to the end of its IP packet. */
export const withoutPadding = (frame: Uint8Array): Uint8Array =>
  frame.subarray(0, Math.min(frame.length, ipEnd(frame)));

/** The sequence number and the flags of a frame of a TCP segment. */
export const sequenceOf = (frame: Uint8Array): number => readU32(frame, tcpOffset(frame) + 4);
export const flagsOf = (frame: Uint8Array): number => frame[tcpOffset(frame) + 13] ?? 0;

/** Whether a frame that is no aggregate has a TCP checksum that does not hold. */
export const isDamagedFrame = ({ bytes, vnet }: HostReceive): boolean =>
  !isAggregate(vnet?.gsoType) && tcpSum(bytes) !== 0xffff;

/** How many segments a received frame stands for. */
export function segmentsIn({ bytes, vnet }: HostReceive): number {
  if (!isAggregate(vnet?.gsoType) || vnet === undefined) return 1;
  return Math.max(1, Math.ceil((ipEnd(bytes) - payloadOffset(bytes)) / vnet.gsoSize));
}

const GSO_TCPV4 = 1;
const GSO_TCPV6 = 4;
const GSO_ECN = 0x80;
const isAggregate = (gsoType = 0): boolean => [GSO_TCPV4, GSO_TCPV6].includes(gsoType & ~GSO_ECN);

/** Sum of 16-bit words, carries folded in: slow and plain. */
function plainSum(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at++) sum += (at - start) % 2 === 0 ? (bytes[at] ?? 0) << 8 : (bytes[at] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

function pseudoSum(frame: Uint8Array, length: number): number {
  const [from, to] = isV4(frame) ? [26, 34] : [22, 54];
  const sum = plainSum(frame, from, to) + 6 + length;
  return (sum & 0xffff) + (sum >> 16);
}

/** The sum over a TCP segment with its pseudo header: 0xffff where the checksum is right. */
function tcpSum(frame: Uint8Array): number {
  const length = ipEnd(frame) - tcpOffset(frame);
  const sum = plainSum(frame, tcpOffset(frame), ipEnd(frame)) + pseudoSum(frame, length);
  return (sum & 0xffff) + (sum >> 16);
}

const NEEDS_CSUM = 1;

/**
 * The segments that a received frame stands for, as a sender would have sent them. A frame that is no aggregate is itself.
 * Throws where the aggregate contradicts itself: no gso_size, or a checksum field that no sender could go on from.
 */
export function takenApart({ bytes, vnet }: HostReceive): Uint8Array[] {
  if (vnet === undefined || !isAggregate(vnet.gsoType)) return [withoutPadding(bytes)];
  if (vnet.gsoSize === 0) throw new Error('an aggregate reached the host without the size of its segments');
  const header = payloadOffset(bytes);
  const end = ipEnd(bytes);
  if (end !== bytes.length) throw new Error(`an aggregate of ${bytes.length} bytes says that it has ${end}`);
  if ((vnet.flags & NEEDS_CSUM) !== 0) {
    const field = readU16(bytes, tcpOffset(bytes) + 16);
    const wanted = pseudoSum(bytes, end - tcpOffset(bytes));
    if (field !== wanted)
      throw new Error(`the checksum field of an aggregate is ${field}, its pseudo header sums to ${wanted}`);
  } else if (tcpSum(bytes) !== 0xffff) throw new Error('an aggregate reached the host with a wrong checksum');
  const segments: Uint8Array[] = [];
  for (let at = header, index = 0; at < end; at += vnet.gsoSize, index++) {
    const last = at + vnet.gsoSize >= end;
    segments.push(segmentAt(bytes, { header, from: at, to: Math.min(end, at + vnet.gsoSize), index, last }));
  }
  return segments;
}

function segmentAt(
  aggregate: Uint8Array,
  { header, from, to, index, last }: { header: number; from: number; to: number; index: number; last: boolean },
): Uint8Array {
  const segment = new Uint8Array(header + to - from);
  segment.set(aggregate.subarray(0, header));
  segment.set(aggregate.subarray(from, to), header);
  if (isV4(segment)) {
    writeU16(segment, 16, segment.length - NETWORK_OFFSET);
    writeU16(segment, 18, (readU16(aggregate, 18) + index) & 0xffff);
    writeU16(segment, 24, 0);
    writeU16(segment, 24, ~plainSum(segment, NETWORK_OFFSET, tcpOffset(segment)) & 0xffff);
  } else writeU16(segment, 18, segment.length - NETWORK_OFFSET - 40);
  const at = tcpOffset(segment);
  writeU32(segment, at + 4, (readU32(aggregate, at + 4) + from - header) >>> 0);
  let flags = aggregate[at + 13] ?? 0;
  if (index > 0) flags &= ~TCP_FLAGS.CWR;
  if (!last) flags &= ~(TCP_FLAGS.FIN | TCP_FLAGS.PSH);
  segment[at + 13] = flags;
  writeU16(segment, at + 16, 0);
  writeU16(segment, at + 16, ~tcpSum(segment) & 0xffff);
  return segment;
}

/** The frame as it is compared: without padding, and without the identification of a packet that must not be fragmented. */
export function comparable(frame: Uint8Array): Uint8Array {
  const bytes = withoutPadding(frame).slice();
  if (readU16(bytes, 12) === 0x0800 && ((bytes[20] ?? 0) & 0x40) !== 0) {
    writeU16(bytes, 18, 0);
    writeU16(bytes, 24, 0);
  }
  return bytes;
}

/** What a segment may be another than the continuation of its flow in. */
export const DIFFERENCES = {
  'a gap before it': (s: TcpSegment) => ({ ...s, sequence: (s.sequence + 10) >>> 0 }),
  'the sequence of the first': (s: TcpSegment) => ({ ...s, sequence: (s.sequence - s.length) >>> 0 }),
  'another acknowledgement': (s: TcpSegment) => ({ ...s, acknowledgement: s.acknowledgement + 1 }),
  'another timestamp': (s: TcpSegment) => ({ ...s, timestamp: (s.timestamp ?? 0) + 1 }),
  'another time to live': (s: TcpSegment) => ({ ...s, hopLimit: s.hopLimit - 1 }),
  'another type of service': (s: TcpSegment) => ({ ...s, trafficClass: s.trafficClass ^ 0x08 }),
  'congestion experienced': (s: TcpSegment) => ({ ...s, trafficClass: s.trafficClass ^ 0x03 }),
  'an identification out of order': (s: TcpSegment) => ({ ...s, identification: (s.identification + 5) & 0xffff }),
  'another source port': (s: TcpSegment) => ({ ...s, flow: s.flow + 1 }),
  'another flow label': (s: TcpSegment) => ({ ...s, flowLabel: s.flowLabel ^ 1 }),
} as const satisfies Record<string, (segment: TcpSegment) => TcpSegment>;
export type Difference = keyof typeof DIFFERENCES;

/** The differences that a segment of this network can have. */
export const differencesOf = (network: NetworkName): Difference[] =>
  (Object.keys(DIFFERENCES) as Difference[]).filter((name) =>
    network === 'IPv4' ? name !== 'another flow label' : name !== 'an identification out of order',
  );

export const network: fc.Arbitrary<NetworkName> = fc.constantFrom('IPv4', 'IPv6');
export const segmentLength = fc.integer({ min: 8, max: 300 });

/** One step of a stream: which flow sends, how much, and what is special about it. */
interface Step {
  readonly flow: number;
  readonly length: number;
  readonly special:
    | 'none'
    | Difference
    | 'PSH'
    | 'FIN'
    | 'URG'
    | 'ECE'
    | 'CWR'
    | 'no timestamp'
    | 'fixed identification'
    | 'damaged'
    | 'empty';
}

/** A segment with one of these belongs to another flow: GRO promises no order between the two. */
const OTHER_FLOW: readonly Difference[] = ['another source port', 'another flow label'];

const SPECIALS: readonly Step['special'][] = [
  ...(Object.keys(DIFFERENCES) as Difference[]).filter((name) => !OTHER_FLOW.includes(name)),
  'PSH',
  'FIN',
  'URG',
  'ECE',
  'CWR',
  'no timestamp',
  'fixed identification',
  'empty',
];

const stepOf = (special: fc.Arbitrary<Step['special']>): fc.Arbitrary<Step> =>
  fc.record({
    flow: fc.nat({ max: 2 }),
    length: fc.oneof({ weight: 4, arbitrary: fc.constant(120) }, { weight: 1, arbitrary: segmentLength }),
    special,
  });

const plainOr = (weight: number, special: fc.Arbitrary<Step['special']>): fc.Arbitrary<Step['special']> =>
  fc.oneof({ weight: 10 - weight, arbitrary: fc.constant('none' as const) }, { weight, arbitrary: special });

/** Segments of a few flows in turn, most of them continuing their flow, some special in one way. */
export const stream: fc.Arbitrary<TcpSegment[]> = streamOf(plainOr(3, fc.constantFrom(...SPECIALS)));
/** The same with damaged segments among them. */
export const damagedStream: fc.Arbitrary<TcpSegment[]> = streamOf(plainOr(4, fc.constant('damaged' as const))).filter(
  (segments) => segments.some(({ isDamaged }) => isDamaged),
);

function streamOf(special: fc.Arbitrary<Step['special']>): fc.Arbitrary<TcpSegment[]> {
  return fc
    .tuple(network, fc.boolean(), fc.array(stepOf(special), { minLength: 1, maxLength: 24 }))
    .map(([ip, dontFragment, steps]) => segmentsOf(ip, dontFragment, steps));
}

function segmentsOf(ip: NetworkName, dontFragment: boolean, steps: readonly Step[]): TcpSegment[] {
  const lastOf = new Map<number, TcpSegment>();
  return steps.map(({ flow, length, special }) => {
    const last = lastOf.get(flow);
    const plain =
      last === undefined
        ? { ...firstSegment(ip, flow, length), dontFragment }
        : { ...nextSegment(last, length), flags: TCP_FLAGS.ACK };
    const segment = specialSegment({ ...plain, isDamaged: false }, special, last);
    lastOf.set(flow, segment);
    return segment;
  });
}

function specialSegment(segment: TcpSegment, special: Step['special'], last: TcpSegment | undefined): TcpSegment {
  switch (special) {
    case 'none':
      return segment;
    case 'PSH':
    case 'FIN':
    case 'URG':
    case 'ECE':
    case 'CWR':
      return { ...segment, flags: segment.flags | TCP_FLAGS[special] };
    case 'no timestamp':
      return withoutTimestamp(segment);
    case 'fixed identification':
      return last === undefined ? segment : { ...segment, identification: last.identification };
    case 'damaged':
      return { ...segment, isDamaged: true };
    case 'empty':
      return { ...segment, length: 0 };
    default:
      return DIFFERENCES[special](segment);
  }
}

function withoutTimestamp(segment: TcpSegment): TcpSegment {
  return Object.fromEntries(Object.entries(segment).filter(([name]) => name !== 'timestamp')) as unknown as TcpSegment;
}
