/** Packets that ask for a checksum, behind every kind of header, and received packets of every kind. */
import fc from 'fast-check';
import {
  buildFrame,
  destinationOptions,
  ethernet,
  fragment6,
  gre,
  hopByHop,
  icmpEcho,
  ipv4,
  ipv6,
  mpls,
  offsetOf,
  payload,
  payloadPattern,
  routing,
  sctp,
  tcp,
  udp,
  vlan,
  vxlan,
  vxlanUdp,
  type BuiltFrame,
  type ChecksumFill,
  type Layer,
} from '../../reference-impl/packet/build.js';
import { writeU16 } from '../../reference-impl/packet/bytes.js';
import { plainCrc32c, type SumRequest } from './checksums.js';
import { FAR_END, SOMEBODY_ELSE } from './numberedFrames.js';

export type TransportName = 'TCP' | 'UDP';
export type NetworkName = 'IPv4' | 'IPv6';

const V4 = { source: '192.0.2.1', destination: '192.0.2.2' } as const;
const V6 = { source: '2001:db8::1', destination: '2001:db8::2' } as const;
const INNER4 = { source: '198.51.100.1', destination: '198.51.100.2' } as const;

export const CHECKSUM_OFFSET: Readonly<Record<TransportName, number>> = { TCP: 16, UDP: 6 };

const transport = (name: TransportName, checksum: ChecksumFill, seed = 0): Layer =>
  name === 'TCP'
    ? tcp({ sourcePort: 1024 + (seed % 3000), destinationPort: 80, checksum })
    : udp({ sourcePort: 1024 + (seed % 3000), destinationPort: 9000, checksum });
const network = (name: NetworkName): Layer => (name === 'IPv4' ? ipv4(V4) : ipv6(V6));

/** What can stand before the inner packet. */
export const ENCAPSULATIONS = {
  nothing: () => [],
  'a VLAN tag': () => [vlan({ vid: 100 })],
  'two VLAN tags': () => [vlan({ tpid: 0x88a8, vid: 7 }), vlan({ vid: 100 })],
  'an MPLS label': () => [mpls({ label: 77 })],
  GRE: () => [ipv4(V4), gre()],
  'IP in IP': () => [ipv4(V4)],
  VXLAN: () => [ipv4(V4), vxlanUdp(), vxlan({ vni: 5 }), ethernet({ destination: SOMEBODY_ELSE, source: FAR_END })],
} as const satisfies Record<string, () => readonly Layer[]>;
export type Encapsulation = keyof typeof ENCAPSULATIONS;

export interface AskedPacket {
  readonly transport: TransportName;
  readonly network: NetworkName;
  /** Payload bytes. */
  readonly length: number;
  readonly seed: number;
}

/** Layers from Ethernet on that come before the transport. */
type Before = readonly Layer[];

function askFor(before: Before, packet: AskedPacket, source: string): SumRequest {
  const build = (checksum: ChecksumFill): BuiltFrame =>
    buildFrame([
      ethernet({ destination: SOMEBODY_ELSE, source }),
      ...before,
      transport(packet.transport, checksum, packet.seed),
      payload(payloadPattern(packet.length, packet.seed)),
    ]);
  const frame = build('pseudo');
  const kind = packet.transport === 'TCP' ? 'tcp' : 'udp';
  const last = frame.offsets.filter((place) => place.kind === kind).at(-1);
  return { bytes: frame.bytes, start: last?.offset ?? 0, offset: CHECKSUM_OFFSET[packet.transport] };
}

/** A packet that asks for its checksum. */
export const askedPacket = (packet: AskedPacket, source: string): SumRequest =>
  askFor([network(packet.network)], packet, source);

/** The same behind other headers. */
export function askedBehind(encapsulation: Encapsulation, packet: AskedPacket, source: string): SumRequest {
  const outer = ENCAPSULATIONS[encapsulation]();
  const isTunnel = outer.some((layer) => layer.kind === 'ipv4');
  const inner = isTunnel && packet.network === 'IPv4' ? ipv4(INNER4) : network(packet.network);
  return askFor([...outer, inner], packet, source);
}

/** Behind an IPv4 header with so many bytes of options. */
export const askedWithOptions = (optionBytes: number, packet: AskedPacket, source: string): SumRequest =>
  askFor([ipv4({ ...V4, options: new Uint8Array(optionBytes).fill(1) })], packet, source);

export const EXTENSIONS = {
  'hop-by-hop options': () => [hopByHop()],
  'destination options': () => [destinationOptions()],
  'a routing header': () => [routing()],
  'all three': () => [hopByHop(), routing(), destinationOptions()],
} as const satisfies Record<string, () => readonly Layer[]>;
export type ExtensionName = keyof typeof EXTENSIONS;

export const askedWithExtensions = (extension: ExtensionName, packet: AskedPacket, source: string): SumRequest =>
  askFor([ipv6(V6), ...EXTENSIONS[extension]()], packet, source);

/** Behind an IPv4 header whose own checksum is wrong. */
export const askedBehindWrongHeader = (headerChecksum: number, packet: AskedPacket, source: string): SumRequest =>
  askFor([ipv4({ ...V4, headerChecksum })], packet, source);

/** In VXLAN with an outer checksum that is right once the inner one is filled in: Documentation/networking/checksum-offloads.rst, LCO. */
export function askedInCheckedTunnel(
  packet: AskedPacket,
  source: string,
): { readonly request: SumRequest; readonly finished: Uint8Array } {
  const frame = buildFrame([
    ethernet({ destination: SOMEBODY_ELSE, source }),
    ipv4(V4),
    vxlanUdp({ checksum: 'valid' }),
    vxlan({ vni: 5 }),
    ethernet({ destination: SOMEBODY_ELSE, source: FAR_END }),
    packet.network === 'IPv4' ? ipv4(INNER4) : ipv6(V6),
    transport(packet.transport, 'valid', packet.seed),
    payload(payloadPattern(packet.length, packet.seed)),
  ]);
  const bare = buildFrame([
    ethernet({ destination: SOMEBODY_ELSE, source }),
    packet.network === 'IPv4' ? ipv4(INNER4) : ipv6(V6),
    transport(packet.transport, 'pseudo', packet.seed),
    payload(payloadPattern(packet.length, packet.seed)),
  ]);
  const kind = packet.transport === 'TCP' ? 'tcp' : 'udp';
  const offset = CHECKSUM_OFFSET[packet.transport];
  const start = frame.offsets.filter((place) => place.kind === kind).at(-1)?.offset ?? 0;
  const from = offsetOf(bare, kind) + offset;
  const bytes = frame.bytes.slice();
  writeU16(bytes, start + offset, ((bare.bytes[from] ?? 0) << 8) | (bare.bytes[from + 1] ?? 0));
  return { request: { bytes, start, offset }, finished: frame.bytes };
}

/** A UDP datagram whose checksum computes to zero: its last two bytes make up for all others. */
export function zeroSumDatagram(networkName: NetworkName, length: number, seed: number, source: string): SumRequest {
  const even = length + (length % 2);
  const request = askedPacket({ transport: 'UDP', network: networkName, length: Math.max(2, even), seed }, source);
  const bytes = request.bytes.slice();
  writeU16(bytes, bytes.length - 2, 0);
  let sum = 0;
  for (let at = request.start; at < bytes.length; at += 2) {
    sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  writeU16(bytes, bytes.length - 2, 0xffff - sum);
  return { ...request, bytes };
}

const SCTP_CHECKSUM_OFFSET = 8;

/** An SCTP packet that asks for its CRC32c, and as it has to leave. */
export function askedSctp(
  length: number,
  seed: number,
  source: string,
): { readonly request: SumRequest; readonly finished: Uint8Array } {
  const frame = buildFrame([
    ethernet({ destination: SOMEBODY_ELSE, source }),
    ipv4(V4),
    sctp({ sourcePort: 5000, destinationPort: 5001, verificationTag: seed, checksum: 'zero' }),
    payload(payloadPattern(length, seed)),
  ]);
  const start = offsetOf(frame, 'sctp');
  const finished = frame.bytes.slice();
  new DataView(finished.buffer).setUint32(start + SCTP_CHECKSUM_OFFSET, plainCrc32c(frame.bytes.subarray(start)), true);
  return { request: { bytes: frame.bytes, start, offset: SCTP_CHECKSUM_OFFSET }, finished };
}

// What is received.

const toHost = (destination: string): Layer => ethernet({ destination, source: FAR_END });

/** Received packets by name: each with right checksums. */
export const RECEIVED = {
  'TCP over IPv4': (length: number, seed: number) => [
    network('IPv4'),
    transport('TCP', 'valid', seed),
    content(length, seed),
  ],
  'UDP over IPv4': (length: number, seed: number) => [
    network('IPv4'),
    transport('UDP', 'valid', seed),
    content(length, seed),
  ],
  'TCP over IPv6': (length: number, seed: number) => [
    network('IPv6'),
    transport('TCP', 'valid', seed),
    content(length, seed),
  ],
  'UDP over IPv6': (length: number, seed: number) => [
    network('IPv6'),
    transport('UDP', 'valid', seed),
    content(length, seed),
  ],
  'ICMP over IPv4': (length: number, seed: number) => [network('IPv4'), icmpEcho(), content(length, seed)],
  'UDP in VXLAN': (length: number, seed: number) => [
    ipv4(V4),
    vxlanUdp({ checksum: 'valid' }),
    vxlan({ vni: 5 }),
    ethernet({ destination: SOMEBODY_ELSE, source: FAR_END }),
    ipv4(INNER4),
    transport('UDP', 'valid', seed),
    content(length, seed),
  ],
  'an unknown protocol over IPv4': (length: number, seed: number) => [
    ipv4({ ...V4, protocol: 253 }),
    content(length, seed),
  ],
  'an unknown type': (length: number, seed: number) => [content(length, seed)],
} as const satisfies Record<string, (length: number, seed: number) => readonly Layer[]>;
export type ReceivedKind = keyof typeof RECEIVED;

const content = (length: number, seed: number): Layer => payload(payloadPattern(length, seed));

export function receivedFrame(kind: ReceivedKind, length: number, seed: number, destination: string): Uint8Array {
  const layers = RECEIVED[kind](length, seed);
  const head =
    kind === 'an unknown type' ? ethernet({ destination, source: FAR_END, etherType: 0x88b5 }) : toHost(destination);
  return buildFrame([head, ...layers], { pad: true }).bytes;
}

export const sctpFrame = (
  length: number,
  seed: number,
  destination: string,
  checksum: ChecksumFill = 'valid',
): Uint8Array =>
  buildFrame(
    [
      toHost(destination),
      ipv4(V4),
      sctp({ sourcePort: 5000, destinationPort: 5001, verificationTag: seed, checksum }),
      content(length, seed),
    ],
    { pad: true },
  ).bytes;

/** A UDP datagram that says it has no checksum. */
export const withoutChecksum = (
  networkName: NetworkName,
  length: number,
  seed: number,
  destination: string,
): Uint8Array =>
  buildFrame([toHost(destination), network(networkName), transport('UDP', 'zero', seed), content(length, seed)], {
    pad: true,
  }).bytes;

/** Fragments of a UDP datagram, by name. */
export const FRAGMENTS = {
  'the first IPv4 fragment': () => [
    ipv4({ ...V4, moreFragments: true, protocol: 17 }),
    transport('UDP', 'valid'),
    content(200, 1),
  ],
  'a later IPv4 fragment': () => [ipv4({ ...V4, fragmentOffset: 26, protocol: 17 }), content(200, 2)],
  'the first IPv6 fragment': () => [
    ipv6(V6),
    fragment6({ moreFragments: true }),
    transport('UDP', 'valid'),
    content(200, 3),
  ],
  'a later IPv6 fragment': () => [ipv6(V6), fragment6({ fragmentOffset: 26, nextHeader: 17 }), content(200, 4)],
} as const satisfies Record<string, () => readonly Layer[]>;
export type FragmentKind = keyof typeof FRAGMENTS;

export const fragmentFrame = (kind: FragmentKind, destination: string): Uint8Array =>
  buildFrame([toHost(destination), ...FRAGMENTS[kind]()], { pad: true }).bytes;

/** Packets whose lengths contradict each other or the frame, with transport checksums that would be right. */
export const MALFORMED = {
  'an IPv4 header of 16 bytes': (frame: Uint8Array) => void (frame[14] = 0x44),
  'a total length of 19': (frame: Uint8Array) => writeU16(frame, 16, 19),
  'a total length beyond the frame': (frame: Uint8Array) => writeU16(frame, 16, 4000),
  'a UDP length of 7': (frame: Uint8Array) => writeU16(frame, 38, 7),
  'a UDP length beyond the packet': (frame: Uint8Array) => writeU16(frame, 38, 4000),
} as const satisfies Record<string, (frame: Uint8Array) => void>;
export type MalformedKind = keyof typeof MALFORMED;

export function malformedFrame(kind: MalformedKind, length: number, seed: number, destination: string): Uint8Array {
  const frame = receivedFrame('UDP over IPv4', length, seed, destination);
  MALFORMED[kind](frame);
  return frame;
}

// Arbitraries.

export const packet: fc.Arbitrary<AskedPacket> = fc.record({
  transport: fc.constantFrom<TransportName>('TCP', 'UDP'),
  network: fc.constantFrom<NetworkName>('IPv4', 'IPv6'),
  length: fc.integer({ min: 0, max: 1300 }),
  seed: fc.nat(0xffff),
});
export const receivedKind = fc.constantFrom(...(Object.keys(RECEIVED) as ReceivedKind[]));
export const content16 = fc.nat(0xffff);

/** virtio_net_hdr_to_skb() refuses a start before this byte. */
export const FIRST_START = 20;

/** Any frame, with a start and an offset anywhere in it. */
export const anyRequest = (source: string): fc.Arbitrary<SumRequest> =>
  fc.record({ length: fc.integer({ min: 64, max: 1500 }), seed: content16 }).chain(({ length, seed }) =>
    fc.integer({ min: FIRST_START, max: length - 2 }).chain((start) =>
      fc.integer({ min: 0, max: Math.min(1000, length - start - 2) }).map((offset) => ({
        bytes: buildFrame([
          ethernet({ destination: SOMEBODY_ELSE, source, etherType: 0x88b5 }),
          payload(payloadPattern(length - 14, seed)),
        ]).bytes,
        start,
        offset,
      })),
    ),
  );
