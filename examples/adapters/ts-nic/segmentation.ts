/** TCP segmentation: one super-frame of the kernel in, frames for the cable out. */
import type { TxGso } from 'nicspec';
import { IPPROTO_TCP, finishedChecksum, onesComplementSum, pseudoHeaderSum, setU16, u16 } from './frame.js';

const FIN_PSH = 0x09;
const CWR = 0x80;
const FLAGS_AT = 13;
const CHECKSUM_AT = 16;
const IPV6_HLEN = 40;

export function tcpSegments(superFrame: Uint8Array, gso: TxGso): Uint8Array[] {
  const payload = superFrame.length - gso.headerLength;
  const count = Math.max(1, Math.ceil(payload / gso.size));
  return Array.from({ length: count }, (_, index) => segment(superFrame, gso, index, count));
}

function segment(superFrame: Uint8Array, gso: TxGso, index: number, count: number): Uint8Array {
  const { headerLength, size, networkOffset, transportOffset } = gso;
  const from = headerLength + index * size;
  const bytes = new Uint8Array(headerLength + Math.min(size, superFrame.length - from));
  bytes.set(superFrame.subarray(0, headerLength));
  bytes.set(superFrame.subarray(from, from + size), headerLength);
  writeNetworkHeader(bytes, gso, index);
  const view = new DataView(bytes.buffer);
  view.setUint32(transportOffset + 4, view.getUint32(transportOffset + 4) + index * size);
  // FIN and PSH belong on the last segment, CWR on the first.
  let flags = bytes[transportOffset + FLAGS_AT] ?? 0;
  if (index < count - 1) flags &= ~FIN_PSH;
  if (index > 0) flags &= ~CWR;
  bytes[transportOffset + FLAGS_AT] = flags;
  setU16(bytes, transportOffset + CHECKSUM_AT, 0);
  const pseudo = pseudoHeaderSum(bytes, {
    version: gso.type === 'tcp4' ? 4 : 6,
    networkAt: networkOffset,
    protocol: IPPROTO_TCP,
    isFragment: false,
    transportAt: transportOffset,
    end: bytes.length,
  });
  const sum = onesComplementSum(bytes, transportOffset, bytes.length, pseudo);
  setU16(bytes, transportOffset + CHECKSUM_AT, ~sum & 0xffff);
  return bytes;
}

function writeNetworkHeader(bytes: Uint8Array, { type, networkOffset, fixedId }: TxGso, index: number): void {
  if (type === 'tcp6') {
    setU16(bytes, networkOffset + 4, bytes.length - networkOffset - IPV6_HLEN);
    return;
  }
  setU16(bytes, networkOffset + 2, bytes.length - networkOffset);
  if (!fixedId) setU16(bytes, networkOffset + 4, (u16(bytes, networkOffset + 4) + index) & 0xffff);
  const headerLength = 4 * ((bytes[networkOffset] ?? 0) & 15);
  setU16(bytes, networkOffset + 10, 0);
  setU16(
    bytes,
    networkOffset + 10,
    finishedChecksum(onesComplementSum(bytes, networkOffset, networkOffset + headerLength)),
  );
}
