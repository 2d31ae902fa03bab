/** virtio_net_hdr_to_skb(): what a frame from an AF_PACKET socket asks for, checked. */
import type { DriverResult, HostTransmit, TxChecksum, TxGso, VirtioNetHeader } from '../../harness/contract/index.js';
import type { TxFrame } from './frames.js';
import { EINVAL, refused } from './errno.js';
import { networkOffset } from './frameShape.js';

const F_NEEDS_CSUM = 1;
const F_UDP_TUNNEL_CSUM = 8;
const GSO_TCPV4 = 1;
const GSO_TCPV6 = 4;
const GSO_UDP_L4 = 5;
const GSO_UDP_TUNNEL_IPV4 = 0x20;
const GSO_UDP_TUNNEL_IPV6 = 0x40;
const GSO_ECN = 0x80;

const TCP_CHECKSUM_OFFSET = 16;
const UDP_CHECKSUM_OFFSET = 6;
const UDP_HEADER = 8;
/** virtio_net_hdr_to_skb(): no start is before the end of an IPv4 header, counted from the first byte of the frame. */
const SHORTEST_IP_HEADER = 20;
/** linux/udp.h. */
const UDP_MAX_SEGMENTS = 128;
const IPPROTO_SCTP = 132;
const SCTP_CHECKSUM_OFFSET = 8;

/** The frame as the stack holds it, or EINVAL where the header contradicts the frame. */
export function frameFromHost(transmit: HostTransmit): DriverResult<TxFrame> {
  const { bytes, vnet } = transmit;
  const rest = {
    bytes,
    ...(transmit.fragments === undefined ? {} : { fragments: transmit.fragments }),
    ...(transmit.timestampId === undefined ? {} : { timestampId: transmit.timestampId }),
  };
  if (vnet === undefined) return { ok: true, value: { ...rest, checksum: { kind: 'none' } } };

  const checksum = checksumRequest(bytes, vnet);
  if (checksum === undefined) return refused(EINVAL);
  if (vnet.gsoType === 0) return { ok: true, value: { ...rest, checksum } };
  const gso = gsoRequest(bytes, vnet);
  if (gso === undefined) return refused(EINVAL);
  // "Too small packets are not really GSO ones."
  return { ok: true, value: gso.segments > 1 ? { ...rest, checksum, gso } : { ...rest, checksum } };
}

function checksumRequest(bytes: Uint8Array, { flags, csumStart, csumOffset }: VirtioNetHeader): TxChecksum | undefined {
  if ((flags & F_NEEDS_CSUM) === 0) return { kind: 'none' };
  if (csumStart + csumOffset + 2 > bytes.length || csumStart < SHORTEST_IP_HEADER) return undefined;
  // packet_snd() cannot say csum_not_inet; a request at SCTP's checksum of an SCTP packet is what the SCTP stack itself makes.
  const isSctp = csumOffset === SCTP_CHECKSUM_OFFSET && protocolAt(bytes) === IPPROTO_SCTP;
  return { kind: isSctp ? 'crc32c' : 'partial', start: csumStart, offset: csumOffset };
}

function protocolAt(bytes: Uint8Array): number {
  const at = networkOffset(bytes);
  return ((bytes[at] ?? 0) >> 4 === 4 ? bytes[at + 9] : bytes[at + 6]) ?? 0;
}

function gsoRequest(bytes: Uint8Array, vnet: VirtioNetHeader): TxGso | undefined {
  const isTunnel = (vnet.gsoType & (GSO_UDP_TUNNEL_IPV4 | GSO_UDP_TUNNEL_IPV6)) !== 0;
  const type = gsoKind(vnet.gsoType & ~(GSO_ECN | GSO_UDP_TUNNEL_IPV4 | GSO_UDP_TUNNEL_IPV6));
  const needsChecksum = (vnet.flags & F_NEEDS_CSUM) !== 0;
  if (type === undefined || vnet.gsoSize === 0 || !needsChecksum) return undefined;
  const isTcp = type !== 'udp-l4';
  if (vnet.csumOffset !== (isTcp ? TCP_CHECKSUM_OFFSET : UDP_CHECKSUM_OFFSET)) return undefined;

  const transportOffset = vnet.csumStart;
  const transportLength = isTcp ? ((bytes[transportOffset + 12] ?? 0) >> 4) * 4 : UDP_HEADER;
  const headerLength = transportOffset + transportLength;
  if ((isTcp && transportLength < 20) || headerLength > bytes.length) return undefined;
  if (!isTcp && bytes.length - headerLength > vnet.gsoSize * UDP_MAX_SEGMENTS) return undefined;
  const outerNetworkOffset = networkOffset(bytes);
  const { outerTransportOffset, innerNetworkOffset } = vnet;
  if (isTunnel && (outerTransportOffset === undefined || innerNetworkOffset === undefined)) return undefined;
  return {
    type,
    size: vnet.gsoSize,
    segments: Math.ceil((bytes.length - headerLength) / vnet.gsoSize),
    ecn: (vnet.gsoType & GSO_ECN) !== 0,
    fixedId: false,
    mangleId: false,
    networkOffset: isTunnel ? (innerNetworkOffset ?? 0) : outerNetworkOffset,
    transportOffset,
    headerLength,
    ...(isTunnel
      ? {
          tunnel: {
            kind: 'udp' as const,
            outerNetworkOffset,
            outerTransportOffset: outerTransportOffset ?? 0,
            checksum: (vnet.flags & F_UDP_TUNNEL_CSUM) !== 0,
            partial: false,
          },
        }
      : {}),
  };
}

function gsoKind(type: number): TxGso['type'] | undefined {
  switch (type) {
    case GSO_TCPV4:
      return 'tcp4';
    case GSO_TCPV6:
      return 'tcp6';
    case GSO_UDP_L4:
      return 'udp-l4';
    default:
      return undefined;
  }
}
