/** Super-frames: what the host hands down to be cut into segments, from a plain description, and where everything in them lies. */
import fc from 'fast-check';
import type { HostTransmit } from '../../harness/contract/index.js';
import {
  buildFrame,
  destinationOptions,
  ethernet,
  hopByHop,
  ipv4,
  ipv6,
  payload,
  payloadPattern,
  routing,
  tcp,
  udp,
  vlan,
  vxlan,
  vxlanUdp,
  type BuiltFrame,
  type ChecksumFill,
  type Layer,
} from '../../reference-impl/packet/build.js';
import { readU16, writeU16 } from '../../reference-impl/packet/bytes.js';
import {
  VIRTIO_NET_HDR_F_NEEDS_CSUM,
  VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM,
  VIRTIO_NET_HDR_GSO_ECN,
  VIRTIO_NET_HDR_GSO_TCPV4,
  VIRTIO_NET_HDR_GSO_TCPV6,
  VIRTIO_NET_HDR_GSO_UDP_L4,
  VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4,
  VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6,
} from '../../reference-impl/packet/virtioNet.js';
import { SOMEBODY_ELSE, tag, type Tag } from './numberedFrames.js';
import { TCP_FLAGS, network, type NetworkName } from './tcpStreams.js';

export type Protocol = 'TCP' | 'UDP';

export const EXTENSIONS = {
  'hop-by-hop options': hopByHop,
  'destination options': destinationOptions,
  'a routing header': routing,
} as const;
export type ExtensionName = keyof typeof EXTENSIONS;

/** The outside of a tunnel: VXLAN, or what looks like it on another port. */
export interface Tunnel {
  readonly network: NetworkName;
  readonly checksum: boolean;
  readonly port: number;
  /** IPv4 only. */
  readonly identification: number;
  readonly dontFragment: boolean;
}

/** Everything that a super-frame may be told apart by. */
export interface SuperFrame {
  readonly protocol: Protocol;
  /** Of the innermost packet. */
  readonly network: NetworkName;
  /** Payload bytes in all. */
  readonly length: number;
  /** Payload bytes of every segment but the last. */
  readonly size: number;
  /** Of the payload's content. */
  readonly seed: number;
  readonly sequence: number;
  readonly flags: number;
  /** Bytes of TCP options, a multiple of four. */
  readonly options: number;
  /** IPv4 only. */
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly trafficClass: number;
  readonly hopLimit: number;
  /** IPv6 only. */
  readonly flowLabel: number;
  readonly extensions: readonly ExtensionName[];
  readonly tags: readonly Tag[];
  readonly tunnel?: Tunnel;
  /** The payload is such that every datagram's checksum comes out as zero. */
  readonly sumsToZero: boolean;
}

/** A super-frame with nothing special, and these changes. */
export const superFrame = (changes: Partial<SuperFrame> = {}): SuperFrame => ({
  protocol: 'TCP',
  network: 'IPv4',
  length: 4000,
  size: 1000,
  seed: 1,
  sequence: 0x1000_0000,
  flags: TCP_FLAGS.ACK,
  options: 0,
  identification: 0x1000,
  dontFragment: true,
  trafficClass: 0,
  hopLimit: 64,
  flowLabel: 0,
  extensions: [],
  tags: [],
  sumsToZero: false,
  ...changes,
});

export const tunnel = (changes: Partial<Tunnel> = {}): Tunnel => ({
  network: 'IPv4',
  checksum: false,
  port: 4789,
  identification: 0x2000,
  dontFragment: true,
  ...changes,
});

export const segmentCountOf = ({ length, size }: SuperFrame): number => Math.max(1, Math.ceil(length / size));

/** Where the headers are; the same in the super-frame and in each of its segments. */
export interface Layout {
  readonly network: number;
  readonly transport: number;
  readonly payload: number;
  readonly outer?: { readonly network: number; readonly transport: number };
}

export interface BuiltSuperFrame {
  readonly transmit: HostTransmit;
  readonly layout: Layout;
}

/** The super-frame as the host hands it down: with the sum of the pseudo header in its checksum field. */
export function transmitOf(frame: SuperFrame, source: string): BuiltSuperFrame {
  const built = buildFrame(layersOf(frame, source, contentOf(frame, source)));
  const layout = layoutOf(built, frame);
  const isTcp = frame.protocol === 'TCP';
  const { outer } = layout;
  return {
    layout,
    transmit: {
      bytes: built.bytes,
      vnet: {
        flags: VIRTIO_NET_HDR_F_NEEDS_CSUM | (frame.tunnel?.checksum === true ? VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM : 0),
        gsoType: gsoTypeOf(frame),
        hdrLen: layout.payload,
        gsoSize: frame.size,
        csumStart: layout.transport,
        csumOffset: isTcp ? 16 : 6,
        ...(outer === undefined ? {} : { outerTransportOffset: outer.transport, innerNetworkOffset: layout.network }),
      },
    },
  };
}

function gsoTypeOf({ protocol, network: ip, flags, tunnel: outside }: SuperFrame): number {
  const tcpType = ip === 'IPv4' ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6;
  const hasCwr = protocol === 'TCP' && (flags & TCP_FLAGS.CWR) !== 0;
  return (
    (protocol === 'UDP' ? VIRTIO_NET_HDR_GSO_UDP_L4 : tcpType) |
    (hasCwr ? VIRTIO_NET_HDR_GSO_ECN : 0) |
    (outside?.network === 'IPv4' ? VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4 : 0) |
    (outside?.network === 'IPv6' ? VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6 : 0)
  );
}

function layoutOf({ offsets, bytes }: BuiltFrame, { tunnel: outside }: SuperFrame): Layout {
  const last = (kinds: readonly Layer['kind'][]): number =>
    offsets.findLast(({ kind }) => kinds.includes(kind))?.offset ?? bytes.length;
  const first = (kinds: readonly Layer['kind'][]): number =>
    offsets.find(({ kind }) => kinds.includes(kind))?.offset ?? bytes.length;
  return {
    network: last(['ipv4', 'ipv6']),
    transport: last(['tcp', 'udp']),
    payload: last(['payload']),
    ...(outside === undefined ? {} : { outer: { network: first(['ipv4', 'ipv6']), transport: first(['udp']) } }),
  };
}

function layersOf(frame: SuperFrame, source: string, content: Uint8Array, checksum: ChecksumFill = 'pseudo'): Layer[] {
  const { tunnel: outside, tags } = frame;
  const addresses = ethernet({ destination: SOMEBODY_ELSE, source });
  const tagLayers = tags.map(({ tpid, tci }) =>
    vlan({ tpid, pcp: tci >> 13, dei: (tci & 0x1000) !== 0, vid: tci & 0xfff }),
  );
  const inside = [...networkLayers(frame), transportLayer(frame, checksum), payload(content)];
  if (outside === undefined) return [addresses, ...tagLayers, ...inside];
  return [
    addresses,
    ...tagLayers,
    outside.network === 'IPv4'
      ? ipv4({
          source: '203.0.113.1',
          destination: '203.0.113.2',
          identification: outside.identification,
          dontFragment: outside.dontFragment,
        })
      : ipv6({ source: '2001:db8:1::1', destination: '2001:db8:1::2' }),
    vxlanUdp({ destinationPort: outside.port, checksum: outside.checksum ? 'pseudo' : 'zero' }),
    vxlan({ vni: 0x1234 }),
    ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' }),
    ...inside,
  ];
}

function networkLayers(frame: SuperFrame): Layer[] {
  const { trafficClass, hopLimit } = frame;
  if (frame.network === 'IPv4') {
    const { identification, dontFragment } = frame;
    const addresses = { source: '192.0.2.1', destination: '198.51.100.7' };
    return [ipv4({ ...addresses, tos: trafficClass, ttl: hopLimit, identification, dontFragment })];
  }
  const { flowLabel, extensions } = frame;
  const addresses = { source: '2001:db8::1', destination: '2001:db8::7' };
  return [ipv6({ ...addresses, trafficClass, hopLimit, flowLabel }), ...extensions.map((name) => EXTENSIONS[name]())];
}

function transportLayer(frame: SuperFrame, checksum: ChecksumFill): Layer {
  const ports = { sourcePort: 10_000 + (frame.seed % 1000), destinationPort: 4000, checksum };
  if (frame.protocol === 'UDP') return udp(ports);
  const { sequence, flags } = frame;
  const urgent = (flags & TCP_FLAGS.URG) === 0 ? 0 : 1;
  return tcp({
    ...ports,
    sequence,
    flags,
    urgent,
    window: 0x2345,
    acknowledgement: 0x7654_3210,
    options: optionsOf(frame),
  });
}

/** An experimental option (RFC 6994) that fills all there is, or no-operations where it has no room. */
function optionsOf({ options: length, seed }: SuperFrame): Uint8Array {
  const bytes = payloadPattern(length, seed + 1);
  if (length >= 4) bytes.set([253, length]);
  return bytes;
}

function contentOf(frame: SuperFrame, source: string): Uint8Array {
  const content = payloadPattern(frame.length, frame.seed);
  if (!frame.sumsToZero) return content;
  const transport = transmitOf({ ...frame, sumsToZero: false, length: 0 }, source).layout.transport;
  for (let at = 0; at < content.length; at += frame.size) {
    const datagram = content.subarray(at, at + frame.size);
    if (datagram.length < 2) continue;
    // What is missing to all ones goes into the first word: the checksum, with that word at zero.
    writeU16(datagram, 0, 0);
    const single = buildFrame(layersOf(frame, source, datagram, 'valid')).bytes;
    writeU16(datagram, 0, readU16(single, transport + (frame.protocol === 'TCP' ? 16 : 6)));
  }
  return content;
}

// What laws draw from.

const segmentSize = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 8, max: 300 }) },
  { weight: 1, arbitrary: fc.constantFrom(536, 1000, 1220, 1448, 1460) },
);

/** Length and size of two segments and more; `most` at most. */
export const cut = (most = 12): fc.Arbitrary<Pick<SuperFrame, 'length' | 'size'>> =>
  segmentSize.chain((size) =>
    fc
      .tuple(fc.integer({ min: 1, max: most - 1 }), fc.oneof(fc.constant(size), fc.integer({ min: 1, max: size })))
      .map(([full, rest]) => ({ size, length: full * size + rest })),
  );

const sixteenBits = fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xfff0, max: 0xffff }));
const thirtyTwoBits = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.integer({ min: 0xffff_f000, max: 0xffff_ffff }),
  fc.integer({ min: 0x7fff_f000, max: 0x7fff_ffff }),
);

/** ACK, and any of those that a stack sets on a super-frame; CWR among them only where it is asked for. */
const tcpFlags = (withCwr: boolean): fc.Arbitrary<number> =>
  fc
    .subarray([TCP_FLAGS.FIN, TCP_FLAGS.PSH, TCP_FLAGS.URG, TCP_FLAGS.ECE])
    .map((set) => set.reduce((flags, flag) => flags | flag, TCP_FLAGS.ACK | (withCwr ? TCP_FLAGS.CWR : 0)));

const HEADER_FIELDS = {
  seed: fc.nat({ max: 0xffff }),
  sequence: thirtyTwoBits,
  identification: sixteenBits,
  dontFragment: fc.boolean(),
  trafficClass: fc.integer({ min: 0, max: 0xff }),
  hopLimit: fc.integer({ min: 1, max: 0xff }),
  flowLabel: fc.integer({ min: 0, max: 0xf_ffff }),
};

const options = fc.integer({ min: 0, max: 10 }).map((words) => words * 4);

/** TCP super-frames of two segments and more, with every header field drawn, and without CWR. */
export const tcpSuperFrame = (fixed: Partial<SuperFrame> = {}, most?: number): fc.Arbitrary<SuperFrame> =>
  fc
    .record({ ...HEADER_FIELDS, cut: cut(most), network, options, flags: tcpFlags(false) })
    .map(({ cut: lengths, ...fields }) => superFrame({ ...fields, ...lengths, ...fixed }));

/** The same with CWR. */
export const cwrSuperFrame = (fixed: Partial<SuperFrame> = {}): fc.Arbitrary<SuperFrame> =>
  fc.tuple(tcpSuperFrame(fixed), tcpFlags(true)).map(([frame, flags]) => ({ ...frame, flags }));

/** UDP super-frames of two datagrams and more. */
export const udpSuperFrame = (fixed: Partial<SuperFrame> = {}, most?: number): fc.Arbitrary<SuperFrame> =>
  fc
    .record({ ...HEADER_FIELDS, cut: cut(most), network })
    .map(({ cut: lengths, ...fields }) => superFrame({ protocol: 'UDP', ...fields, ...lengths, ...fixed }));

/** In the order in which RFC 8200 wants them. */
export const extensionHeaders: fc.Arbitrary<ExtensionName[]> = fc.subarray(
  ['hop-by-hop options', 'a routing header', 'destination options'],
  { minLength: 1 },
);

/** One tag or two. */
export const someTags: fc.Arbitrary<Tag[]> = fc.array(tag, { minLength: 1, maxLength: 2 });

const anyTunnel = (fixed: Partial<Tunnel>): fc.Arbitrary<Tunnel> =>
  fc
    .record({ network, checksum: fc.boolean(), identification: sixteenBits, dontFragment: fc.boolean() })
    .map((fields) => tunnel({ ...fields, ...fixed }));

/** TCP super-frames in a tunnel. */
export const tunnelledSuperFrame = (fixed: Partial<Tunnel> = {}): fc.Arbitrary<SuperFrame> =>
  fc.tuple(tcpSuperFrame(), anyTunnel(fixed)).map(([frame, outside]) => ({ ...frame, tunnel: outside }));
