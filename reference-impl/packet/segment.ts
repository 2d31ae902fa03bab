/**
 * Segmentation as skb_segment() and a correct TCP or UDP engine do it: Documentation/networking/segmentation-offloads.rst.
 *
 * A super-frame is headers, then payload. Each segment has a copy of the headers with lengths, identification, sequence number, flags
 * and checksums of its own.
 */
import { readU16, readU32, writeU16, writeU32 } from './bytes.js';
import { complementSum, internetChecksum, onesComplementSum, pseudoHeaderSum } from './checksum.js';
import {
  IPPROTO_TCP,
  IPPROTO_UDP,
  TCP_CHECKSUM_OFFSET,
  TCP_FLAG_CWR,
  TCP_FLAG_FIN,
  TCP_FLAG_PSH,
  UDP_CHECKSUM_OFFSET,
} from './protocols.js';

/**
 * What is asked for; offsets count from the first frame byte.
 * @requirement NIC-TSO-*, NIC-USO-*
 */
export interface SegmentRequest {
  readonly type: 'tcp4' | 'tcp6' | 'udp-l4';
  /** Payload bytes of every segment but the last. */
  readonly size: number;
  readonly ecn: boolean;
  readonly fixedId: boolean;
  /** Of the inner headers, in a tunnel. */
  readonly networkOffset: number;
  readonly transportOffset: number;
  readonly headerLength: number;
  readonly tunnel?: SegmentTunnel;
}

/** @requirement NIC-TSO-* */
export interface SegmentTunnel {
  readonly kind: 'udp' | 'gre' | 'ipip';
  readonly outerNetworkOffset: number;
  readonly outerTransportOffset: number;
  /** The outer UDP or GRE checksum is in use. */
  readonly checksum: boolean;
}

/** Where a segment stands in its super-frame. */
export interface SegmentPlace {
  readonly index: number;
  readonly count: number;
  /** Payload bytes before it. */
  readonly position: number;
  /** Its own payload bytes. */
  readonly length: number;
}

/** How many segments this payload makes; a frame without payload is one. */
export const segmentCount = (payloadLength: number, size: number): number =>
  Math.max(1, Math.ceil(payloadLength / size));

/**
 * All segments, complete and checksummed.
 * @requirement NIC-TSO-*, NIC-USO-*
 */
export function segmentFrame(bytes: Uint8Array, request: SegmentRequest): Uint8Array[] {
  const payloadLength = bytes.length - request.headerLength;
  const count = segmentCount(payloadLength, request.size);
  const segments: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const position = index * request.size;
    const length = Math.min(request.size, payloadLength - position);
    const segment = new Uint8Array(request.headerLength + length);
    segment.set(bytes.subarray(0, request.headerLength));
    segment.set(
      bytes.subarray(request.headerLength + position, request.headerLength + position + length),
      request.headerLength,
    );
    finishSegment(segment, request, { index, count, position, length });
    segments.push(segment);
  }
  return segments;
}

/** Makes the copied headers those of this segment, from the inside out. */
export function finishSegment(segment: Uint8Array, request: SegmentRequest, place: SegmentPlace): void {
  const { tunnel } = request;
  if (request.type !== 'udp-l4') {
    writeSequence(segment, request.transportOffset, place.position);
    const at = request.transportOffset + 13;
    segment[at] = segmentFlags(segment[at] ?? 0, place);
  }
  writeNetworkLength(segment, request.networkOffset);
  writeIdentification(segment, request.networkOffset, place.index, request.fixedId);
  writeHeaderChecksum(segment, request.networkOffset);
  writeTransportChecksum(segment, request);
  if (tunnel !== undefined) finishTunnel(segment, tunnel, place.index);
}

/** The sequence number of the first segment plus the payload bytes before this one, modulo 2^32 (RFC 9293). */
export function writeSequence(segment: Uint8Array, transportOffset: number, position: number): void {
  writeU32(segment, transportOffset + 4, (readU32(segment, transportOffset + 4) + position) >>> 0);
}

/** tcp_gso_segment(): FIN and PSH on the last segment only, CWR on the first only, the others on all. */
export function segmentFlags(flags: number, { index, count }: SegmentPlace): number {
  let kept = flags;
  if (index < count - 1) kept &= ~(TCP_FLAG_FIN | TCP_FLAG_PSH);
  if (index > 0) kept &= ~TCP_FLAG_CWR;
  return kept;
}

const isIpv6 = (bytes: Uint8Array, networkOffset: number): boolean => (bytes[networkOffset] ?? 0) >> 4 === 6;

/** IPv4 total length or IPv6 payload length: to the end of the segment. */
export function writeNetworkLength(segment: Uint8Array, networkOffset: number): void {
  if (isIpv6(segment, networkOffset)) writeU16(segment, networkOffset + 4, segment.length - networkOffset - 40);
  else writeU16(segment, networkOffset + 2, segment.length - networkOffset);
}

/** IPv4 only: one more for each segment, modulo 2^16, unless it is fixed. */
export function writeIdentification(segment: Uint8Array, networkOffset: number, index: number, fixed: boolean): void {
  if (isIpv6(segment, networkOffset) || fixed) return;
  writeU16(segment, networkOffset + 4, (readU16(segment, networkOffset + 4) + index) & 0xffff);
}

/** IPv4 only. */
export function writeHeaderChecksum(segment: Uint8Array, networkOffset: number): void {
  if (isIpv6(segment, networkOffset)) return;
  const length = ((segment[networkOffset] ?? 0) & 0xf) * 4;
  writeU16(segment, networkOffset + 10, 0);
  writeU16(segment, networkOffset + 10, internetChecksum(segment, networkOffset, networkOffset + length));
}

/** The TCP or UDP checksum, and the UDP length; a UDP result of zero is sent as all ones. */
export function writeTransportChecksum(segment: Uint8Array, request: SegmentRequest): void {
  const { transportOffset, networkOffset } = request;
  const isUdp = request.type === 'udp-l4';
  const length = segment.length - transportOffset;
  if (isUdp) writeU16(segment, transportOffset + 4, length);
  const at = transportOffset + (isUdp ? UDP_CHECKSUM_OFFSET : TCP_CHECKSUM_OFFSET);
  writeU16(segment, at, 0);
  const pseudo = pseudoHeaderSum(segment, networkOffset, isUdp ? IPPROTO_UDP : IPPROTO_TCP, length);
  const checksum = complementSum(onesComplementSum(segment, transportOffset, segment.length, pseudo));
  writeU16(segment, at, isUdp ? checksum || 0xffff : checksum);
}

/** The outer headers of a segment whose inside is finished: lengths, identification, checksums. */
export function finishTunnel(segment: Uint8Array, tunnel: SegmentTunnel, index: number): void {
  const { outerNetworkOffset, outerTransportOffset } = tunnel;
  writeNetworkLength(segment, outerNetworkOffset);
  writeIdentification(segment, outerNetworkOffset, index, false);
  writeHeaderChecksum(segment, outerNetworkOffset);
  switch (tunnel.kind) {
    case 'udp':
      writeOuterUdp(segment, tunnel);
      return;
    case 'gre':
      if (!tunnel.checksum) return;
      writeU16(segment, outerTransportOffset + 4, 0);
      writeU16(segment, outerTransportOffset + 4, internetChecksum(segment, outerTransportOffset));
      return;
    case 'ipip':
  }
}

function writeOuterUdp(
  segment: Uint8Array,
  { outerNetworkOffset, outerTransportOffset, checksum }: SegmentTunnel,
): void {
  const length = segment.length - outerTransportOffset;
  writeU16(segment, outerTransportOffset + 4, length);
  writeU16(segment, outerTransportOffset + 6, 0);
  if (!checksum) return;
  const pseudo = pseudoHeaderSum(segment, outerNetworkOffset, IPPROTO_UDP, length);
  const sum = onesComplementSum(segment, outerTransportOffset, segment.length, pseudo);
  writeU16(segment, outerTransportOffset + 6, complementSum(sum) || 0xffff);
}
