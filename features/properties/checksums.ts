/** Checksums worked out the slow and plain way, apart from the code under test. */
import type { HostTransmit } from '../../harness/contract/index.js';
import { VIRTIO_NET_HDR_F_NEEDS_CSUM } from '../../reference-impl/packet/virtioNet.js';

/** RFC 1071: 16-bit words added, carries brought round, an odd last byte the high half of a word. Not complemented. */
export function plainSum(bytes: Uint8Array, start: number, end = bytes.length): number {
  let sum = 0;
  for (let at = start; at < end; at += 2) {
    const low = at + 1 < end ? (bytes[at + 1] ?? 0) : 0;
    sum += (bytes[at] ?? 0) * 256 + low;
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

/** Ones-complement zero has two forms. */
export const sameSum = (a: number, b: number): boolean => a % 0xffff === b % 0xffff;

/** A frame that asks for its checksum. */
export interface SumRequest {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly offset: number;
}

export const transmitOf = ({ bytes, start, offset }: SumRequest): HostTransmit => ({
  bytes,
  vnet: {
    flags: VIRTIO_NET_HDR_F_NEEDS_CSUM,
    gsoType: 0,
    hdrLen: 0,
    gsoSize: 0,
    csumStart: start,
    csumOffset: offset,
  },
});

/** The frame as it has to leave: skb_checksum_help(), where a result of zero is stored as all ones. */
export function summed({ bytes, start, offset }: SumRequest): Uint8Array {
  const filled = bytes.slice();
  const value = (0xffff - plainSum(bytes, start)) % 0x10000 || 0xffff;
  filled[start + offset] = value >> 8;
  filled[start + offset + 1] = value & 0xff;
  return filled;
}

/** CRC32c bit by bit: RFC 9260, appendix A. */
export function plainCrc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
