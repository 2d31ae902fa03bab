/** A TCP or UDP packet that leaves its checksum to the device, and the same packet as it has to leave. */
import type { HostTransmit } from '../../harness/contract/index.js';
import {
  buildFrame,
  ethernet,
  ipv4,
  ipv6,
  offsetOf,
  payload,
  payloadPattern,
  tcp,
  udp,
  type ChecksumFill,
} from '../../reference-impl/packet/build.js';
import { VIRTIO_NET_HDR_F_NEEDS_CSUM } from '../../reference-impl/packet/virtioNet.js';
import { SOMEBODY_ELSE } from './numberedFrames.js';

export interface ChecksumRequest {
  readonly protocol: 'TCP' | 'UDP';
  readonly network: 'IPv4' | 'IPv6';
  /** Payload bytes. */
  readonly length: number;
  readonly seed: number;
}

const TCP_CHECKSUM_OFFSET = 16;
const UDP_CHECKSUM_OFFSET = 6;

/** What the host sends from this address, and the frame that has to be on the cable. */
export function checksumRequestFrame(
  { protocol, network, length, seed }: ChecksumRequest,
  source: string,
): { readonly transmit: HostTransmit; readonly expected: Uint8Array } {
  const build = (checksum: ChecksumFill): ReturnType<typeof buildFrame> =>
    buildFrame([
      ethernet({ destination: SOMEBODY_ELSE, source }),
      network === 'IPv4'
        ? ipv4({ source: '192.0.2.1', destination: '192.0.2.2' })
        : ipv6({ source: '2001:db8::1', destination: '2001:db8::2' }),
      protocol === 'TCP'
        ? tcp({ sourcePort: 1024 + seed, destinationPort: 80, checksum })
        : udp({ sourcePort: 1024 + seed, destinationPort: 53, checksum }),
      payload(payloadPattern(length, seed)),
    ]);
  const partial = build('pseudo');
  return {
    transmit: {
      bytes: partial.bytes,
      vnet: {
        flags: VIRTIO_NET_HDR_F_NEEDS_CSUM,
        gsoType: 0,
        hdrLen: 0,
        gsoSize: 0,
        csumStart: offsetOf(partial, protocol === 'TCP' ? 'tcp' : 'udp'),
        csumOffset: protocol === 'TCP' ? TCP_CHECKSUM_OFFSET : UDP_CHECKSUM_OFFSET,
      },
    },
    expected: build('valid').bytes,
  };
}
