/** Super-frames whose segments fill an MTU, and whether what left is them. */
import type { HostTransmit } from '../../harness/contract/index.js';
import {
  buildFrame,
  ethernet,
  ipv4,
  offsetOf,
  payload,
  payloadPattern,
  tcp,
} from '../../reference-impl/packet/build.js';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import { VIRTIO_NET_HDR_F_NEEDS_CSUM, VIRTIO_NET_HDR_GSO_TCPV4 } from '../../reference-impl/packet/virtioNet.js';
import { SOMEBODY_ELSE } from './numberedFrames.js';

const HEADERS = 40;
const ETHERNET = 14;
/** Full segments, and a last one of so many bytes. */
const FULL = 5;
const LAST = 123;

/** Five full segments and a short one. */
export function superFrame(
  mtu: number,
  source: string,
): { readonly transmit: HostTransmit; readonly data: Uint8Array } {
  const size = mtu - HEADERS;
  const data = payloadPattern(FULL * size + LAST, mtu);
  const frame = buildFrame([
    ethernet({ destination: SOMEBODY_ELSE, source }),
    ipv4({ source: '192.0.2.1', destination: '192.0.2.2', identification: 1, dontFragment: true }),
    tcp({ sourcePort: 40_000, destinationPort: 80, checksum: 'pseudo' }),
    payload(data),
  ]);
  const vnet = {
    flags: VIRTIO_NET_HDR_F_NEEDS_CSUM,
    gsoType: VIRTIO_NET_HDR_GSO_TCPV4,
    hdrLen: ETHERNET + HEADERS,
    gsoSize: size,
    csumStart: offsetOf(frame, 'tcp'),
    csumOffset: 16,
  };
  return { transmit: { bytes: frame.bytes, vnet }, data };
}

/** What is wrong with the segments, or null. */
export function fullSegments(frames: readonly Uint8Array[], data: Uint8Array, mtu: number): string | null {
  if (frames.length !== FULL + 1) return `${FULL + 1} segments should have left, and ${frames.length} did`;
  let position = 0;
  for (const [index, frame] of frames.entries()) {
    const length = index < FULL ? mtu - HEADERS : LAST;
    if (frame.length !== ETHERNET + HEADERS + length) return `segment ${index + 1} has ${frame.length} bytes`;
    const part = data.subarray(position, position + length);
    if (!equalBytes(frame.subarray(ETHERNET + HEADERS), part)) return `segment ${index + 1} has other data`;
    position += length;
  }
  return null;
}
