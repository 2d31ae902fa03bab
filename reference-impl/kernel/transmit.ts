/**
 * From the host to the driver: net/core/dev.c, validate_xmit_skb() and what it calls. Whatever a device cannot do for a frame is
 * done here in software, so that the frame on the cable is the same either way.
 */
import type { QueueIndex, TxGso, VlanTag } from '../../harness/contract/index.js';
import type { TxFrame } from './frames.js';
import { complementSum, crc32c, onesComplementSum } from '../packet/checksum.js';
import { segmentFrame } from '../packet/segment.js';
import { ALL_GSO, type FeatureSet } from './features.js';
import { preparePartial } from './gsoPartial.js';
import type { KernelState } from './kernelState.js';
import type { NetDevice } from './netDevice.js';
import { hasDontFragment, hasIpv6Extensions, ipVersionAt, networkOffset, vlanTagsInFrame } from './frameShape.js';

/** Frames ready for ndo_start_xmit. */
export async function validateTransmit(
  kernel: KernelState,
  netDevice: NetDevice,
  frame: TxFrame,
): Promise<readonly TxFrame[]> {
  const features = await frameFeatures(kernel, netDevice, frame);
  const tagged = insertTagUnlessOffloaded(frame, features);
  if (tagged.gso !== undefined) {
    const gso = forDevice(kernel, tagged.gso, features);
    return deviceSegments(gso, features)
      ? [{ ...tagged, gso }]
      : softwareSegments(netDevice, tagged, tagged.gso, features);
  }
  return [checksumUnlessOffloaded(kernel, linearizeUnlessOffloaded(netDevice, tagged, features), features)];
}

/** The request as the driver gets it. */
function forDevice(kernel: KernelState, gso: TxGso, features: FeatureSet): TxGso {
  return {
    ...gso,
    ecn: gso.ecn && (kernel.parts.honoursEcnSegmentation || features.has('tx-tcp-ecn-segmentation')),
    mangleId: features.has('tx-tcp-mangleid-segmentation'),
  };
}

const IMPLIED_BY_TAG = ['tx-vlan-hw-insert', 'tx-vlan-stag-hw-insert'];
/** vlan_features_check(): what survives on a frame with two tags. */
const MULTI_TAG_FEATURES = new Set(['tx-scatter-gather', 'tx-checksum-ip-generic', ...IMPLIED_BY_TAG]);

/** netif_skb_features(): what of the device's features holds for this frame. */
async function frameFeatures(kernel: KernelState, netDevice: NetDevice, frame: TxFrame): Promise<FeatureSet> {
  const { lower } = netDevice;
  const tags = vlanTagsInFrame(frame.bytes) + (frame.vlan === undefined ? 0 : 1);
  const hasCheck = lower.kind === 'port' && lower.device.netDevice.featuresCheck !== undefined;
  if (frame.gso === undefined && tags === 0 && !hasCheck) return netDevice.features;

  let features = new Set(netDevice.features);
  if (frame.gso !== undefined) limitGso(kernel, netDevice, frame, frame.gso, features);
  if (frame.gso?.tunnel !== undefined) features = intersect(features, netDevice.encapFeatures, IMPLIED_BY_TAG);
  if (tags > 0 && kernel.parts.limitsToVlanFeatures) {
    features = intersect(features, netDevice.vlanFeatures, IMPLIED_BY_TAG);
  }
  if (tags > 1) features = intersect(features, MULTI_TAG_FEATURES, []);
  if (!hasCheck) return features;
  return new Set(await lower.device.netDevice.featuresCheck?.(lower.port, frame, [...features]));
}

const ETHERNET_LENGTH = 14;

/** gso_features_check(). */
function limitGso(kernel: KernelState, netDevice: NetDevice, frame: TxFrame, gso: TxGso, features: Set<string>): void {
  // skb->len, which the Ethernet header is part of; by skb->protocol, which is not IPv6 where a tag is in the bytes.
  const maxSize = ipVersionAt(frame.bytes, ETHERNET_LENGTH) === 6 ? netDevice.gsoMaxSize : netDevice.gsoIpv4MaxSize;
  const tooBig = gso.segments > netDevice.gsoMaxSegs || frame.bytes.length >= maxSize;
  if (tooBig && kernel.parts.honoursGsoLimits) remove(features, ALL_GSO);
  // What works only on prepared headers is asked for again after the preparation.
  remove(features, netDevice.gsoPartialFeatures);
  const mayBeFragmented = gso.type === 'tcp4' && !hasDontFragment(frame.bytes, gso.networkOffset);
  if (mayBeFragmented && kernel.parts.withholdsMangleIdWithoutDf) features.delete('tx-tcp-mangleid-segmentation');
  const legacyChecksum = features.has('tx-checksum-ipv6') && !features.has('tx-checksum-ip-generic');
  if (legacyChecksum && hasIpv6Extensions(frame.bytes, gso.networkOffset) && kernel.parts.sparesExtensionHeaders) {
    remove(features, ['tx-checksum-ipv6', 'tx-tcp6-segmentation', 'tx-udp-segmentation']);
  }
}

/** The features that a segmentation request needs, all of them: net_gso_ok(). */
function neededFeatures(gso: TxGso): readonly string[] {
  const needed: string[] = [];
  switch (gso.type) {
    case 'tcp4':
      needed.push('tx-tcp-segmentation');
      break;
    case 'tcp6':
      needed.push('tx-tcp6-segmentation');
      break;
    case 'udp-l4':
      needed.push('tx-udp-segmentation');
      break;
  }
  if (gso.ecn) needed.push('tx-tcp-ecn-segmentation');
  if (gso.fixedId) needed.push('tx-tcp-mangleid-segmentation');
  if (gso.tunnel !== undefined) needed.push(tunnelFeature(gso.tunnel));
  return needed;
}

function tunnelFeature({ kind, checksum }: NonNullable<TxGso['tunnel']>): string {
  switch (kind) {
    case 'udp':
      return checksum ? 'tx-udp_tnl-csum-segmentation' : 'tx-udp_tnl-segmentation';
    case 'gre':
      return checksum ? 'tx-gre-csum-segmentation' : 'tx-gre-segmentation';
    case 'ipip':
      return 'tx-ipxip4-segmentation';
  }
}

const deviceSegments = (gso: TxGso, features: FeatureSet): boolean =>
  neededFeatures(gso).every((name) => features.has(name)) && hasChecksumFor(gso, features);

function hasChecksumFor(gso: TxGso, features: FeatureSet): boolean {
  if (features.has('tx-checksum-ip-generic')) return true;
  switch (gso.type) {
    case 'tcp4':
      return features.has('tx-checksum-ipv4');
    case 'tcp6':
      return features.has('tx-checksum-ipv6');
    case 'udp-l4':
      return features.has('tx-checksum-ipv4') && features.has('tx-checksum-ipv6');
  }
}

/** skb_gso_segment(): whole in software, or prepared for a device that copies headers (GSO_PARTIAL). */
function softwareSegments(netDevice: NetDevice, frame: TxFrame, gso: TxGso, features: FeatureSet): readonly TxFrame[] {
  const withPartial = new Set([...features, ...netDevice.gsoPartialFeatures].filter((n) => netDevice.features.has(n)));
  if (features.has('tx-gso-partial') && gso.tunnel !== undefined && deviceSegments(gso, withPartial)) {
    return preparePartial(frame, gso, gso.tunnel);
  }
  return segmentFrame(frame.bytes, gso).map((bytes) => ({ ...withoutOffloads(frame), bytes }));
}

const withoutOffloads = (frame: TxFrame): TxFrame => ({
  bytes: frame.bytes,
  checksum: { kind: 'none' },
  ...(frame.vlan === undefined ? {} : { vlan: frame.vlan }),
  ...(frame.timestampId === undefined ? {} : { timestampId: frame.timestampId }),
});

/** validate_xmit_vlan(). */
function insertTagUnlessOffloaded(frame: TxFrame, features: FeatureSet): TxFrame {
  if (frame.vlan === undefined) return frame;
  const offload = frame.vlan.tpid === 0x88a8 ? 'tx-vlan-stag-hw-insert' : 'tx-vlan-hw-insert';
  return features.has(offload) ? frame : withTagInBytes(frame, frame.vlan);
}

const TAG_LENGTH = 4;
const ADDRESSES_LENGTH = 12;

/** The tag moves from beside the frame into its bytes; every offset behind it moves by four. */
export function withTagInBytes(frame: TxFrame, { tpid, tci }: VlanTag): TxFrame {
  const bytes = new Uint8Array(frame.bytes.length + TAG_LENGTH);
  bytes.set(frame.bytes.subarray(0, ADDRESSES_LENGTH));
  bytes.set([tpid >> 8, tpid & 0xff, tci >> 8, tci & 0xff], ADDRESSES_LENGTH);
  bytes.set(frame.bytes.subarray(ADDRESSES_LENGTH), ADDRESSES_LENGTH + TAG_LENGTH);
  const { checksum, gso, fragments } = frame;
  return {
    bytes,
    checksum: checksum.kind === 'none' ? checksum : { ...checksum, start: checksum.start + TAG_LENGTH },
    ...(gso === undefined ? {} : { gso: shiftGso(gso, TAG_LENGTH) }),
    ...(fragments === undefined ? {} : { fragments: fragments.map((at) => at + TAG_LENGTH) }),
    ...(frame.timestampId === undefined ? {} : { timestampId: frame.timestampId }),
  };
}

function shiftGso(gso: TxGso, by: number): TxGso {
  return {
    ...gso,
    networkOffset: gso.networkOffset + by,
    transportOffset: gso.transportOffset + by,
    headerLength: gso.headerLength + by,
    ...(gso.tunnel === undefined
      ? {}
      : {
          tunnel: {
            ...gso.tunnel,
            outerNetworkOffset: gso.tunnel.outerNetworkOffset + by,
            outerTransportOffset: gso.tunnel.outerTransportOffset + by,
          },
        }),
  };
}

/** skb_linearize(), for a device without scatter-gather or with too few descriptors. */
function linearizeUnlessOffloaded(netDevice: NetDevice, frame: TxFrame, features: FeatureSet): TxFrame {
  if (frame.fragments === undefined) return frame;
  const { lower } = netDevice;
  const fits = lower.kind !== 'port' || frame.fragments.length <= lower.limits.maxFragments;
  if (features.has('tx-scatter-gather') && fits) return frame;
  return {
    bytes: frame.bytes,
    checksum: frame.checksum,
    ...(frame.gso === undefined ? {} : { gso: frame.gso }),
    ...(frame.vlan === undefined ? {} : { vlan: frame.vlan }),
    ...(frame.timestampId === undefined ? {} : { timestampId: frame.timestampId }),
  };
}

/** skb_csum_hwoffload_help(). */
function checksumUnlessOffloaded(kernel: KernelState, frame: TxFrame, features: FeatureSet): TxFrame {
  switch (frame.checksum.kind) {
    case 'none':
      return frame;
    case 'crc32c':
      return features.has('tx-checksum-sctp') ? frame : fillCrc32c(frame, frame.checksum.start, frame.checksum.offset);
    case 'partial':
      return deviceSums(kernel, frame, frame.checksum.offset, features)
        ? frame
        : fillChecksum(kernel, frame, frame.checksum.start, frame.checksum.offset);
  }
}

const TCP_CHECKSUM_OFFSET = 16;
const UDP_CHECKSUM_OFFSET = 6;

function deviceSums(kernel: KernelState, frame: TxFrame, offset: number, features: FeatureSet): boolean {
  if (features.has('tx-checksum-ip-generic')) return true;
  const at = networkOffset(frame.bytes);
  const isTcpOrUdp = offset === TCP_CHECKSUM_OFFSET || offset === UDP_CHECKSUM_OFFSET;
  switch (ipVersionAt(frame.bytes, at)) {
    case 4:
      return isTcpOrUdp && features.has('tx-checksum-ipv4');
    case 6:
      if (kernel.parts.sparesExtensionHeaders && hasIpv6Extensions(frame.bytes, at)) return false;
      return isTcpOrUdp && features.has('tx-checksum-ipv6');
    default:
      return false;
  }
}

/** skb_checksum_help(): a result of zero is stored as 0xffff (CSUM_MANGLED_0), whatever the protocol. */
export function fillChecksum(kernel: KernelState, frame: TxFrame, start: number, offset: number): TxFrame {
  const bytes = new Uint8Array(frame.bytes);
  const value =
    complementSum(onesComplementSum(bytes, start, kernel.parts.softwareChecksumEnd(bytes, start))) || 0xffff;
  new DataView(bytes.buffer).setUint16(start + offset, value);
  return { ...frame, bytes, checksum: { kind: 'none' } };
}

/** skb_crc32c_csum_help(): little endian, over a field of zeroes. */
function fillCrc32c(frame: TxFrame, start: number, offset: number): TxFrame {
  const bytes = new Uint8Array(frame.bytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(start + offset, 0);
  view.setUint32(start + offset, crc32c(bytes, start, bytes.length), true);
  return { ...frame, bytes, checksum: { kind: 'none' } };
}

function intersect(features: FeatureSet, allowed: FeatureSet, also: readonly string[]): Set<string> {
  return new Set([...features].filter((name) => allowed.has(name) || also.includes(name)));
}

function remove(features: Set<string>, names: Iterable<string>): void {
  for (const name of names) features.delete(name);
}

/** skb_tx_hash(): the queue of a flow, by a hash over addresses and ports; 0 for everything else. */
export function pickTxQueue(netDevice: NetDevice, bytes: Uint8Array): QueueIndex {
  const queues = netDevice.realTxQueues;
  if (queues <= 1) return 0 as QueueIndex;
  const at = networkOffset(bytes);
  const version = ipVersionAt(bytes, at);
  const [from, to] = version === 4 ? [at + 12, at + 24] : version === 6 ? [at + 8, at + 44] : [0, 0];
  let hash = 0x9e3779b9;
  for (let index = from; index < Math.min(to, bytes.length); index++) {
    hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  }
  // reciprocal_scale(): the high bits choose.
  return (from === to ? 0 : Math.floor(((hash >>> 0) / 0x1_0000_0000) * queues)) as QueueIndex;
}
