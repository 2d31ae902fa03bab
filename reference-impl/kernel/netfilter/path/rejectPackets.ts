/** What a sender is told whose packet was rejected: nf_reject_ipv4.c and nf_reject_ipv6.c of net/ipv4/netfilter and net/ipv6/netfilter. */
import { readU16, readU32, writeU16, writeU32 } from '../../../packet/bytes.js';
import { internetChecksum, onesComplementSum, pseudoHeaderSum } from '../../../packet/checksum.js';
import {
  IPPROTO_GRE,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV4_HEADER,
  TCP_FLAG_ACK,
  TCP_FLAG_FIN,
  TCP_FLAG_RST,
  TCP_FLAG_SYN,
  TCP_HEADER,
} from '../../../packet/protocols.js';
import { makePacket } from '../../routing6/ipv6Header.js';
import { DONT_FRAGMENT, writeHeaderChecksum } from '../../routing/ipv4Header.js';
import type { Packet } from './packet.js';
import type { NetfilterPathParts } from './pathParts.js';

const IPPROTO_DCCP = 33;
const IPPROTO_ESP = 50;
const IPPROTO_AH = 51;
const IPPROTO_UDPLITE = 136;
const DEST_UNREACH = { 4: 3, 6: 1 } as const;
/** sysctl_ip_default_ttl, devconf_all->hop_limit. */
const DEFAULT_TTL = 64;
const ICMP_HEADER = 8;
/** So much of the packet is quoted where the answer is made without a route. */
const QUOTED = { 4: 536, 6: 1220 } as const;
const FLAGS_AT = 13;

/** nf_reject_verify_csum(): protocols whose sum is not one over all that they carry. */
const UNSUMMED: ReadonlySet<number> = new Set([
  IPPROTO_GRE,
  IPPROTO_AH,
  IPPROTO_ESP,
  IPPROTO_SCTP,
  IPPROTO_UDPLITE,
  IPPROTO_DCCP,
]);

export type Version = 4 | 6;

export const versionOf = ({ bytes, networkAt }: Packet): Version => ((bytes[networkAt] ?? 0) >> 4 === 6 ? 6 : 4);

/** Where the packet ends, without padding. */
function endOf({ bytes, networkAt }: Packet, version: Version): number {
  const length = version === 4 ? readU16(bytes, networkAt + 2) : 40 + readU16(bytes, networkAt + 4);
  return Math.min(bytes.length, networkAt + length);
}

/** nf_ip_checksum() and nf_ip6_checksum(): nobody is told of a packet that was damaged. */
export function isSummedRight(packet: Packet): boolean {
  const { bytes, networkAt, transportAt: at, protocolNumber: protocol, summed } = packet;
  if (summed === 'unnecessary' || summed === 'partial' || UNSUMMED.has(protocol)) return true;
  if (protocol === IPPROTO_UDP && readU16(bytes, at + 6) === 0) return true;
  const version = versionOf(packet);
  const end = endOf(packet, version);
  const hasPseudo = version === 6 || protocol === IPPROTO_TCP || protocol === IPPROTO_UDP;
  const initial = hasPseudo ? pseudoHeaderSum(bytes, networkAt, protocol, end - at) : 0;
  return onesComplementSum(bytes, at, end, initial) === 0xffff;
}

/** nf_reject_ip_tcphdr_get() and nf_reject_ip_tcphdr_put(); undefined: nothing is answered. */
function resetSegment(parts: NetfilterPathParts, packet: Packet): Uint8Array | undefined {
  const { bytes, transportAt: at, protocolNumber, fragmentOffset, hasTransport } = packet;
  if (!hasTransport || fragmentOffset !== 0 || protocolNumber !== IPPROTO_TCP) return undefined;
  const flags = bytes[at + FLAGS_AT] ?? 0;
  const isReset = (flags & TCP_FLAG_RST) !== 0 && parts.sparesResets;
  if (at + TCP_HEADER > bytes.length || isReset || !isSummedRight(packet)) return undefined;
  const segment = new Uint8Array(TCP_HEADER);
  segment.set(bytes.subarray(at + 2, at + 4));
  segment.set(bytes.subarray(at, at + 2), 2);
  segment[12] = (TCP_HEADER / 4) << 4;
  segment[FLAGS_AT] = TCP_FLAG_RST;
  if ((flags & TCP_FLAG_ACK) !== 0) {
    segment.set(bytes.subarray(at + 8, at + 12), 4);
    return segment;
  }
  const payload = endOf(packet, versionOf(packet)) - at - ((bytes[at + 12] ?? 0) >> 4) * 4;
  const counted = (flags & TCP_FLAG_SYN ? 1 : 0) + (flags & TCP_FLAG_FIN ? 1 : 0) + payload;
  writeU32(segment, 8, parts.sequenceAcknowledged((readU32(bytes, at + 4) + counted) >>> 0));
  segment[FLAGS_AT] = TCP_FLAG_RST | TCP_FLAG_ACK;
  return segment;
}

/** A packet back to where this one came from, from where it was to go; undefined: nothing is answered. */
export function resetPacket(parts: NetfilterPathParts, packet: Packet): Uint8Array | undefined {
  const segment = resetSegment(parts, packet);
  return segment === undefined ? undefined : answer(packet, IPPROTO_TCP, segment, 16);
}

/** nf_reject_skb_v4_unreach() and nf_reject_skb_v6_unreach(): made without a route. */
export function unreachablePacket(packet: Packet, code: number): Uint8Array | undefined {
  const version = versionOf(packet);
  const { bytes, networkAt, transportAt, protocolNumber, fragmentOffset, hasTransport } = packet;
  const icmp = version === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  const isUnreachable = protocolNumber === icmp && bytes[transportAt] === DEST_UNREACH[version];
  if (!hasTransport || fragmentOffset !== 0 || isUnreachable || !isSummedRight(packet)) return undefined;
  const quoted = bytes.subarray(networkAt, Math.min(bytes.length, networkAt + QUOTED[version]));
  const message = new Uint8Array(ICMP_HEADER + quoted.length);
  message[0] = DEST_UNREACH[version];
  message[1] = code;
  message.set(quoted, ICMP_HEADER);
  return answer(packet, icmp, message, 2);
}

/** nf_reject_iphdr_put() and nf_reject_ip6hdr_put(), with the sum of what is carried. */
function answer(packet: Packet, protocol: number, content: Uint8Array, checksumAt: number): Uint8Array {
  const isIpv4 = versionOf(packet) === 4;
  const made = isIpv4 ? answerIpv4(packet, protocol, content) : answerIpv6(packet, protocol, content);
  const at = made.length - content.length;
  const hasPseudo = !isIpv4 || protocol === IPPROTO_TCP;
  const initial = hasPseudo ? pseudoHeaderSum(made, 0, protocol, content.length) : 0;
  writeU16(made, at + checksumAt, internetChecksum(made, at, made.length, initial));
  return made;
}

function answerIpv4({ network }: Packet, protocol: number, content: Uint8Array): Uint8Array {
  const made = new Uint8Array(IPV4_HEADER + content.length);
  made[0] = 0x45;
  writeU16(made, 2, made.length);
  writeU16(made, 6, DONT_FRAGMENT);
  made[8] = DEFAULT_TTL;
  made[9] = protocol;
  made.set(network.subarray(16, 20), 12);
  made.set(network.subarray(12, 16), 16);
  made.set(content, IPV4_HEADER);
  writeHeaderChecksum(made);
  return made;
}

const answerIpv6 = ({ network }: Packet, protocol: number, content: Uint8Array): Uint8Array =>
  makePacket(protocol, network.slice(24, 40), network.slice(8, 24), content);
