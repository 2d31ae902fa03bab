/** A frame as a list of layers, outermost first: plain data with defaults, one maker for each kind. */
import { TCP_FLAG_ACK, VXLAN_PORT } from './protocols.js';

/**
 * What a checksum field holds: the right value; the sum of the pseudo header, as a frame carries that asks for its checksum; zero;
 * or a value of the caller's.
 */
export type ChecksumFill = 'valid' | 'pseudo' | 'zero' | number;

export interface EthernetLayer {
  readonly kind: 'ethernet';
  readonly destination: string;
  readonly source: string;
  /** Absent: by what follows; what follows is a payload: its length (IEEE 802.3). */
  readonly etherType?: number;
}
export interface VlanLayer {
  readonly kind: 'vlan';
  readonly tpid: number;
  readonly pcp: number;
  readonly dei: boolean;
  readonly vid: number;
  readonly etherType?: number;
}
export interface ArpLayer {
  readonly kind: 'arp';
  readonly operation: number;
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetMac: string;
  readonly targetIp: string;
}
export interface MplsLayer {
  readonly kind: 'mpls';
  readonly label: number;
  readonly trafficClass: number;
  readonly bottom: boolean;
  readonly ttl: number;
}
export interface Ipv4Layer {
  readonly kind: 'ipv4';
  readonly source: string;
  readonly destination: string;
  readonly tos: number;
  readonly ttl: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In units of eight bytes. */
  readonly fragmentOffset: number;
  /** A multiple of four bytes, at most 40. */
  readonly options: Uint8Array;
  readonly protocol?: number;
  readonly totalLength?: number;
  readonly headerChecksum?: number;
}
export interface Ipv6Layer {
  readonly kind: 'ipv6';
  readonly source: string;
  readonly destination: string;
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly hopLimit: number;
  readonly nextHeader?: number;
  readonly payloadLength?: number;
}
/** Hop-by-hop options, destination options, or a routing header with no segments left. */
export interface ExtensionLayer {
  readonly kind: 'hop-by-hop' | 'destination-options' | 'routing';
  /** What follows the first two bytes; 8n + 6 of them. */
  readonly content: Uint8Array;
  readonly nextHeader?: number;
}
export interface Fragment6Layer {
  readonly kind: 'fragment6';
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
  readonly identification: number;
  readonly nextHeader?: number;
}
export interface TcpLayer {
  readonly kind: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly window: number;
  readonly urgent: number;
  /** A multiple of four bytes, at most 40. */
  readonly options: Uint8Array;
  readonly checksum: ChecksumFill;
}
export interface UdpLayer {
  readonly kind: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly length?: number;
  readonly checksum: ChecksumFill;
}
export interface SctpLayer {
  readonly kind: 'sctp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly verificationTag: number;
  /** `valid`: CRC32c. */
  readonly checksum: ChecksumFill;
}
export interface IcmpEchoLayer {
  readonly kind: 'icmp-echo' | 'icmp6-echo';
  readonly reply: boolean;
  readonly identifier: number;
  readonly sequence: number;
}
export interface GreLayer {
  readonly kind: 'gre';
  readonly checksum: boolean;
  readonly key?: number;
  readonly protocol?: number;
}
export interface VxlanLayer {
  readonly kind: 'vxlan';
  readonly vni: number;
}
export interface PayloadLayer {
  readonly kind: 'payload';
  readonly bytes: Uint8Array;
}

export type Layer =
  | EthernetLayer
  | VlanLayer
  | ArpLayer
  | MplsLayer
  | Ipv4Layer
  | Ipv6Layer
  | ExtensionLayer
  | Fragment6Layer
  | TcpLayer
  | UdpLayer
  | SctpLayer
  | IcmpEchoLayer
  | GreLayer
  | VxlanLayer
  | PayloadLayer;

/** The members that a caller may leave out, and the ones that must be given. */
export type Given<L extends Layer, Required extends keyof L = never> = Partial<Omit<L, 'kind' | Required>> &
  Pick<L, Required>;

const NO_BYTES = new Uint8Array(0);

export const ethernet = (given: Given<EthernetLayer, 'destination' | 'source'>): EthernetLayer => ({
  kind: 'ethernet',
  ...given,
});

export const vlan = (given: Given<VlanLayer, 'vid'>): VlanLayer => ({
  kind: 'vlan',
  tpid: 0x8100,
  pcp: 0,
  dei: false,
  ...given,
});

export const arp = (given: Given<ArpLayer, 'senderMac' | 'senderIp' | 'targetIp'>): ArpLayer => ({
  kind: 'arp',
  operation: 1,
  targetMac: '00:00:00:00:00:00',
  ...given,
});

export const mpls = (given: Given<MplsLayer, 'label'>): MplsLayer => ({
  kind: 'mpls',
  trafficClass: 0,
  bottom: true,
  ttl: 64,
  ...given,
});

export const ipv4 = (given: Given<Ipv4Layer, 'source' | 'destination'>): Ipv4Layer => ({
  kind: 'ipv4',
  tos: 0,
  ttl: 64,
  identification: 0,
  dontFragment: false,
  moreFragments: false,
  fragmentOffset: 0,
  options: NO_BYTES,
  ...given,
});

export const ipv6 = (given: Given<Ipv6Layer, 'source' | 'destination'>): Ipv6Layer => ({
  kind: 'ipv6',
  trafficClass: 0,
  flowLabel: 0,
  hopLimit: 64,
  ...given,
});

/** PadN over the whole content: options that mean nothing. */
const padOptions = (content = 6): Uint8Array => {
  const bytes = new Uint8Array(content);
  bytes.set([1, content - 2]);
  return bytes;
};

export const hopByHop = (given: Given<ExtensionLayer> = {}): ExtensionLayer => ({
  content: padOptions(),
  ...given,
  kind: 'hop-by-hop',
});

export const destinationOptions = (given: Given<ExtensionLayer> = {}): ExtensionLayer => ({
  content: padOptions(),
  ...given,
  kind: 'destination-options',
});

/** A type 4 routing header with no segments left: the destination is the one in the IPv6 header. */
export const routing = (given: Given<ExtensionLayer> = {}): ExtensionLayer => ({
  content: Uint8Array.of(4, 0, 0, 0, 0, 0),
  ...given,
  kind: 'routing',
});

export const fragment6 = (given: Given<Fragment6Layer>): Fragment6Layer => ({
  kind: 'fragment6',
  fragmentOffset: 0,
  moreFragments: false,
  identification: 0,
  ...given,
});

export const tcp = (given: Given<TcpLayer, 'sourcePort' | 'destinationPort'>): TcpLayer => ({
  kind: 'tcp',
  sequence: 0,
  acknowledgement: 0,
  flags: TCP_FLAG_ACK,
  window: 0xffff,
  urgent: 0,
  options: NO_BYTES,
  checksum: 'valid',
  ...given,
});

export const udp = (given: Given<UdpLayer, 'sourcePort' | 'destinationPort'>): UdpLayer => ({
  kind: 'udp',
  checksum: 'valid',
  ...given,
});

export const sctp = (given: Given<SctpLayer, 'sourcePort' | 'destinationPort'>): SctpLayer => ({
  kind: 'sctp',
  verificationTag: 0,
  checksum: 'valid',
  ...given,
});

export const icmpEcho = (given: Given<IcmpEchoLayer> = {}): IcmpEchoLayer => ({
  reply: false,
  identifier: 1,
  sequence: 1,
  ...given,
  kind: 'icmp-echo',
});

export const icmp6Echo = (given: Given<IcmpEchoLayer> = {}): IcmpEchoLayer => ({
  reply: false,
  identifier: 1,
  sequence: 1,
  ...given,
  kind: 'icmp6-echo',
});

export const gre = (given: Given<GreLayer> = {}): GreLayer => ({ kind: 'gre', checksum: false, ...given });

export const vxlan = (given: Given<VxlanLayer> = {}): VxlanLayer => ({ kind: 'vxlan', vni: 1, ...given });

/** The UDP header in front of a VXLAN header; its checksum is zero unless given. */
export const vxlanUdp = (given: Given<UdpLayer> = {}): UdpLayer => ({
  kind: 'udp',
  sourcePort: 49152,
  destinationPort: VXLAN_PORT,
  checksum: 'zero',
  ...given,
});

/** Bytes, text (UTF-8), or a length of the pattern with seed 0. */
export const payload = (content: Uint8Array | string | number): PayloadLayer => ({
  kind: 'payload',
  bytes:
    typeof content === 'number'
      ? payloadPattern(content)
      : typeof content === 'string'
        ? new TextEncoder().encode(content)
        : content,
});

/** Bytes that repeat nowhere near: a byte that went missing or moved shows. The same for the same length and seed. */
export function payloadPattern(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (seed ^ 0x9e3779b9) | 1;
  for (let index = 0; index < length; index++) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state;
  }
  return bytes;
}
