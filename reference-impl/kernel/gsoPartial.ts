/**
 * GSO_PARTIAL: Documentation/networking/segmentation-offloads.rst, "Partial Generic Segmentation Offload", and
 * skb_segment(). The super-frame is cut to a whole multiple of the segment size, and every header that the device copies is made
 * that of one full segment. What is left over is segmented in software.
 */
import type { TxGso, TxTunnel } from '../../harness/contract/index.js';
import type { TxFrame } from './frames.js';
import { onesComplementSum } from '../packet/checksum.js';
import { segmentFrame } from '../packet/segment.js';

const TCP_FLAGS = 13;
const TCP_CHECKSUM = 16;
const FIN_PSH = 0x01 | 0x08;

export function preparePartial(frame: TxFrame, gso: TxGso, tunnel: TxTunnel): readonly TxFrame[] {
  const segments = segmentFrame(frame.bytes, gso);
  const full = Math.floor((frame.bytes.length - gso.headerLength) / gso.size);
  const [first] = segments;
  const software = (bytes: Uint8Array): TxFrame => ({ ...keptOf(frame), bytes, checksum: { kind: 'none' } });
  if (full <= 1 || first === undefined) return segments.map(software);

  const isWhole = full === segments.length;
  const bytes = new Uint8Array(frame.bytes.subarray(0, gso.headerLength + full * gso.size));
  bytes.set(first.subarray(0, gso.headerLength));
  restoreTcpHeader(bytes, frame.bytes, gso, isWhole);
  const prepared: TxFrame = {
    ...keptOf(frame),
    bytes,
    checksum: frame.checksum,
    gso: { ...gso, segments: full, tunnel: { ...tunnel, partial: true } },
  };
  return [prepared, ...segments.slice(full).map(software)];
}

/** The flags are those of the whole, less what belongs on a last segment that is not in here; the checksum is the pseudo sum. */
function restoreTcpHeader(bytes: Uint8Array, original: Uint8Array, gso: TxGso, isWhole: boolean): void {
  const flags = original[gso.transportOffset + TCP_FLAGS] ?? 0;
  bytes[gso.transportOffset + TCP_FLAGS] = isWhole ? flags : flags & ~FIN_PSH;
  const length = gso.headerLength - gso.transportOffset + gso.size;
  const isIpv6 = gso.type === 'tcp6';
  const addresses = gso.networkOffset + (isIpv6 ? 8 : 12);
  const pseudo = onesComplementSum(bytes, addresses, addresses + (isIpv6 ? 32 : 8), 6 + length);
  new DataView(bytes.buffer).setUint16(gso.transportOffset + TCP_CHECKSUM, pseudo);
}

const keptOf = (frame: TxFrame): Pick<TxFrame, 'vlan' | 'timestampId'> => ({
  ...(frame.vlan === undefined ? {} : { vlan: frame.vlan }),
  ...(frame.timestampId === undefined ? {} : { timestampId: frame.timestampId }),
});
