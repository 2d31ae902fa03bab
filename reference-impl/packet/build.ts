/** From layers to bytes: lengths, types and checksums are filled in from what follows, unless a layer gives its own. */
import { parseIpv4, parseIpv6, parseMac } from './addresses.js';
import { writeU16, writeU32 } from './bytes.js';
import { complementSum, crc32c, internetChecksum, onesComplementSum } from './checksum.js';
import type { ChecksumFill, GreLayer, Ipv4Layer, Ipv6Layer, Layer, TcpLayer, UdpLayer } from './layers.js';
import {
  ETH_P_ARP,
  ETH_P_IP,
  ETH_P_IPV6,
  ETH_P_MPLS_UC,
  ETH_P_TEB,
  ETH_ZLEN,
  IPPROTO_DSTOPTS,
  IPPROTO_FRAGMENT,
  IPPROTO_GRE,
  IPPROTO_HOPOPTS,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IPIP,
  IPPROTO_IPV6,
  IPPROTO_NONE,
  IPPROTO_ROUTING,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from './protocols.js';

export * from './layers.js';

export interface LayerPlace {
  readonly kind: Layer['kind'];
  readonly offset: number;
  /** Of the header alone. */
  readonly length: number;
}

export interface BuiltFrame {
  readonly bytes: Uint8Array;
  /** Outermost first. */
  readonly offsets: readonly LayerPlace[];
}

/** Lays the layers out, outermost first. `pad`: with zeroes to the shortest frame of Ethernet. */
export function buildFrame(layers: readonly Layer[], options: { readonly pad?: boolean } = {}): BuiltFrame {
  const lengths = layers.map(headerLength);
  const offsets: LayerPlace[] = [];
  let end = 0;
  for (const [index, layer] of layers.entries()) {
    offsets.push({ kind: layer.kind, offset: end, length: lengths[index] ?? 0 });
    end += lengths[index] ?? 0;
  }
  const bytes = new Uint8Array(options.pad === true ? Math.max(end, ETH_ZLEN) : end);
  // Innermost first: an outer checksum covers what is inside.
  for (let index = layers.length - 1; index >= 0; index--) {
    const [layer, place] = [layers[index], offsets[index]];
    if (layer !== undefined && place !== undefined) writeLayer({ bytes, at: place.offset, end, index, layers }, layer);
  }
  return { bytes, offsets };
}

/** Where the first layer of this kind starts, or the `nth` of them. Throws where there is none. */
export function offsetOf(frame: BuiltFrame, kind: Layer['kind'], nth = 0): number {
  const place = frame.offsets.filter((candidate) => candidate.kind === kind)[nth];
  if (place === undefined) throw new Error(`the frame has no ${kind} layer number ${nth}`);
  return place.offset;
}

interface Writing {
  readonly bytes: Uint8Array;
  readonly at: number;
  /** End of the frame without padding. */
  readonly end: number;
  readonly index: number;
  readonly layers: readonly Layer[];
}

function headerLength(layer: Layer): number {
  switch (layer.kind) {
    case 'ethernet':
      return 14;
    case 'vlan':
    case 'mpls':
      return 4;
    case 'arp':
      return 28;
    case 'ipv4':
      return 20 + layer.options.length;
    case 'ipv6':
      return 40;
    case 'hop-by-hop':
    case 'destination-options':
    case 'routing':
      return 2 + layer.content.length;
    case 'tcp':
      return 20 + layer.options.length;
    case 'sctp':
      return 12;
    case 'fragment6':
    case 'udp':
    case 'icmp-echo':
    case 'icmp6-echo':
    case 'vxlan':
      return 8;
    case 'gre':
      return 4 + (layer.checksum ? 4 : 0) + (layer.key === undefined ? 0 : 4);
    case 'payload':
      return layer.bytes.length;
  }
}

function writeLayer(w: Writing, layer: Layer): void {
  const { bytes, at, end } = w;
  const next = w.layers[w.index + 1];
  switch (layer.kind) {
    case 'ethernet':
      bytes.set(parseMac(layer.destination), at);
      bytes.set(parseMac(layer.source), at + 6);
      writeU16(bytes, at + 12, layer.etherType ?? etherTypeOf(next, end - at - 14));
      return;
    case 'vlan':
      // The tag protocol identifier stands where the header before had its type.
      writeU16(bytes, at - 2, layer.tpid);
      writeU16(bytes, at, (layer.pcp << 13) | (layer.dei ? 0x1000 : 0) | layer.vid);
      writeU16(bytes, at + 2, layer.etherType ?? etherTypeOf(next, end - at - 4));
      return;
    case 'arp':
      bytes.set([0, 1, 8, 0, 6, 4, 0, layer.operation], at);
      bytes.set(parseMac(layer.senderMac), at + 8);
      bytes.set(parseIpv4(layer.senderIp), at + 14);
      bytes.set(parseMac(layer.targetMac), at + 18);
      bytes.set(parseIpv4(layer.targetIp), at + 24);
      return;
    case 'mpls':
      writeU32(bytes, at, (layer.label << 12) | (layer.trafficClass << 9) | (layer.bottom ? 0x100 : 0) | layer.ttl);
      return;
    case 'ipv4':
      writeIpv4(w, layer, next);
      return;
    case 'ipv6':
      writeIpv6(w, layer, next);
      return;
    case 'hop-by-hop':
    case 'destination-options':
    case 'routing':
      bytes.set([layer.nextHeader ?? protocolOf(next), (layer.content.length - 6) / 8], at);
      bytes.set(layer.content, at + 2);
      return;
    case 'fragment6':
      bytes[at] = layer.nextHeader ?? protocolOf(next);
      writeU16(bytes, at + 2, (layer.fragmentOffset << 3) | (layer.moreFragments ? 1 : 0));
      writeU32(bytes, at + 4, layer.identification);
      return;
    case 'tcp':
      writeTcp(w, layer);
      return;
    case 'udp':
      writeUdp(w, layer);
      return;
    case 'sctp':
      writeU16(bytes, at, layer.sourcePort);
      writeU16(bytes, at + 2, layer.destinationPort);
      writeU32(bytes, at + 4, layer.verificationTag);
      writeSctpChecksum(w, layer.checksum);
      return;
    case 'icmp-echo':
    case 'icmp6-echo':
      bytes[at] = layer.kind === 'icmp-echo' ? (layer.reply ? 0 : 8) : layer.reply ? 129 : 128;
      writeU16(bytes, at + 4, layer.identifier);
      writeU16(bytes, at + 6, layer.sequence);
      writeU16(
        bytes,
        at + 2,
        internetChecksum(bytes, at, end, layer.kind === 'icmp-echo' ? 0 : pseudoSum(w, IPPROTO_ICMPV6)),
      );
      return;
    case 'gre':
      writeGre(w, layer, next);
      return;
    case 'vxlan':
      bytes[at] = 0x08;
      writeU32(bytes, at + 4, layer.vni << 8);
      return;
    case 'payload':
      bytes.set(layer.bytes, at);
  }
}

function writeIpv4({ bytes, at, end }: Writing, layer: Ipv4Layer, next: Layer | undefined): void {
  const length = 20 + layer.options.length;
  bytes[at] = 0x40 | (length / 4);
  bytes[at + 1] = layer.tos;
  writeU16(bytes, at + 2, layer.totalLength ?? end - at);
  writeU16(bytes, at + 4, layer.identification);
  const flags = (layer.dontFragment ? 0x4000 : 0) | (layer.moreFragments ? 0x2000 : 0);
  writeU16(bytes, at + 6, flags | layer.fragmentOffset);
  bytes[at + 8] = layer.ttl;
  bytes[at + 9] = layer.protocol ?? protocolOf(next);
  bytes.set(parseIpv4(layer.source), at + 12);
  bytes.set(parseIpv4(layer.destination), at + 16);
  bytes.set(layer.options, at + 20);
  writeU16(bytes, at + 10, layer.headerChecksum ?? internetChecksum(bytes, at, at + length));
}

function writeIpv6({ bytes, at, end }: Writing, layer: Ipv6Layer, next: Layer | undefined): void {
  writeU32(bytes, at, ((0x60 << 24) | (layer.trafficClass << 20) | layer.flowLabel) >>> 0);
  writeU16(bytes, at + 4, layer.payloadLength ?? end - at - 40);
  bytes[at + 6] = layer.nextHeader ?? protocolOf(next);
  bytes[at + 7] = layer.hopLimit;
  bytes.set(parseIpv6(layer.source), at + 8);
  bytes.set(parseIpv6(layer.destination), at + 24);
}

function writeTcp(w: Writing, layer: TcpLayer): void {
  const { bytes, at } = w;
  writeU16(bytes, at, layer.sourcePort);
  writeU16(bytes, at + 2, layer.destinationPort);
  writeU32(bytes, at + 4, layer.sequence);
  writeU32(bytes, at + 8, layer.acknowledgement);
  bytes[at + 12] = ((20 + layer.options.length) / 4) << 4;
  bytes[at + 13] = layer.flags;
  writeU16(bytes, at + 14, layer.window);
  writeU16(bytes, at + 18, layer.urgent);
  bytes.set(layer.options, at + 20);
  writeTransportChecksum(w, layer.checksum, 16, IPPROTO_TCP, complementSum);
}

function writeUdp(w: Writing, layer: UdpLayer): void {
  const { bytes, at, end } = w;
  writeU16(bytes, at, layer.sourcePort);
  writeU16(bytes, at + 2, layer.destinationPort);
  writeU16(bytes, at + 4, layer.length ?? end - at);
  // RFC 768: a computed zero is sent as all ones.
  writeTransportChecksum(w, layer.checksum, 6, IPPROTO_UDP, (sum) => complementSum(sum) || 0xffff);
}

function writeTransportChecksum(
  w: Writing,
  fill: ChecksumFill,
  offset: number,
  protocol: number,
  finish: (sum: number) => number,
): void {
  const { bytes, at, end } = w;
  if (typeof fill === 'number') writeU16(bytes, at + offset, fill);
  else if (fill === 'pseudo') writeU16(bytes, at + offset, pseudoSum(w, protocol));
  else if (fill === 'valid')
    writeU16(bytes, at + offset, finish(onesComplementSum(bytes, at, end, pseudoSum(w, protocol))));
}

function writeSctpChecksum({ bytes, at, end }: Writing, fill: ChecksumFill): void {
  if (typeof fill === 'number') writeU32(bytes, at + 8, fill);
  else if (fill === 'valid') new DataView(bytes.buffer).setUint32(at + 8, crc32c(bytes, at, end), true);
}

function writeGre({ bytes, at, end }: Writing, layer: GreLayer, next: Layer | undefined): void {
  bytes[at] = (layer.checksum ? 0x80 : 0) | (layer.key === undefined ? 0 : 0x20);
  writeU16(bytes, at + 2, layer.protocol ?? (next?.kind === 'ethernet' ? ETH_P_TEB : etherTypeOf(next, 0)));
  if (layer.key !== undefined) writeU32(bytes, at + (layer.checksum ? 8 : 4), layer.key);
  if (layer.checksum) writeU16(bytes, at + 4, internetChecksum(bytes, at, end));
}

/** Sum of the pseudo header of the nearest IP layer outside; 0 where there is none. */
function pseudoSum({ layers, index, at, end }: Writing, protocol: number): number {
  for (let outer = index - 1; outer >= 0; outer--) {
    const layer = layers[outer];
    if (layer?.kind !== 'ipv4' && layer?.kind !== 'ipv6') continue;
    const parse = layer.kind === 'ipv4' ? parseIpv4 : parseIpv6;
    const addresses = onesComplementSum(parse(layer.source), 0, undefined, onesComplementSum(parse(layer.destination)));
    const length = end - at;
    return onesComplementSum(
      Uint8Array.of(length >> 24, length >> 16, length >> 8, length, 0, protocol),
      0,
      6,
      addresses,
    );
  }
  return 0;
}

function etherTypeOf(next: Layer | undefined, length: number): number {
  switch (next?.kind) {
    case 'ipv4':
      return ETH_P_IP;
    case 'ipv6':
      return ETH_P_IPV6;
    case 'arp':
      return ETH_P_ARP;
    case 'mpls':
      return ETH_P_MPLS_UC;
    // The VLAN layer writes its own identifier over this.
    case 'vlan':
      return next.tpid;
    default:
      return length;
  }
}

function protocolOf(next: Layer | undefined): number {
  switch (next?.kind) {
    case 'tcp':
      return IPPROTO_TCP;
    case 'udp':
      return IPPROTO_UDP;
    case 'sctp':
      return IPPROTO_SCTP;
    case 'icmp-echo':
      return IPPROTO_ICMP;
    case 'icmp6-echo':
      return IPPROTO_ICMPV6;
    case 'gre':
      return IPPROTO_GRE;
    case 'ipv4':
      return IPPROTO_IPIP;
    case 'ipv6':
      return IPPROTO_IPV6;
    case 'hop-by-hop':
      return IPPROTO_HOPOPTS;
    case 'destination-options':
      return IPPROTO_DSTOPTS;
    case 'routing':
      return IPPROTO_ROUTING;
    case 'fragment6':
      return IPPROTO_FRAGMENT;
    default:
      return IPPROTO_NONE;
  }
}
