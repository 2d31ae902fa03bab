/** What rules are told of a packet before they look: nft_set_pktinfo_ipv4(), nft_set_pktinfo_ipv6() and their kin. */
import { readU16 } from '../../../packet/bytes.js';
import {
  ETH_P_IP,
  ETH_P_IPV6,
  IPPROTO_DSTOPTS,
  IPPROTO_FRAGMENT,
  IPPROTO_HOPOPTS,
  IPPROTO_NONE,
  IPPROTO_ROUTING,
  IPV4_HEADER,
  IPV6_HEADER,
} from '../../../packet/protocols.js';
import type { Packet } from './packet.js';

const IPPROTO_AH = 51;
const OFFSET_MASK = 0x1fff;

/** nft_set_pktinfo_unspec(). */
export function setUnknown(packet: Packet): void {
  packet.hasTransport = false;
  packet.protocolNumber = 0;
  packet.transportAt = 0;
  packet.fragmentOffset = 0;
}

/** nft_set_pktinfo_ipv4(), of a packet that ip_rcv() has checked. */
export function setIpv4(packet: Packet): void {
  const { bytes, networkAt } = packet;
  packet.hasTransport = true;
  packet.protocolNumber = bytes[networkAt + 9] ?? 0;
  packet.transportAt = networkAt + ((bytes[networkAt] ?? 0) & 0xf) * 4;
  packet.fragmentOffset = readU16(bytes, networkAt + 6) & OFFSET_MASK;
}

/** __nft_set_pktinfo_ipv4_validate(): whether it is a packet at all. */
export function setIpv4Checked(packet: Packet): boolean {
  const { bytes, networkAt } = packet;
  const room = bytes.length - networkAt;
  const first = bytes[networkAt] ?? 0;
  const header = (first & 0xf) * 4;
  const length = readU16(bytes, networkAt + 2);
  const isSound = room >= IPV4_HEADER && first >> 4 === 4 && header >= IPV4_HEADER && length <= room;
  if (!isSound || length < header) {
    setUnknown(packet);
    return false;
  }
  setIpv4(packet);
  return true;
}

/** nft_set_pktinfo_ipv6(). */
export function setIpv6(packet: Packet): boolean {
  const found = findHeader(packet, -1);
  if (found === undefined) {
    setUnknown(packet);
    return false;
  }
  packet.hasTransport = true;
  packet.protocolNumber = found.protocol;
  packet.transportAt = found.at;
  packet.fragmentOffset = found.fragmentOffset;
  return true;
}

/** __nft_set_pktinfo_ipv6_validate(). */
export function setIpv6Checked(packet: Packet): boolean {
  const { bytes, networkAt } = packet;
  const room = bytes.length - networkAt;
  const isSound =
    room >= IPV6_HEADER && (bytes[networkAt] ?? 0) >> 4 === 6 && readU16(bytes, networkAt + 4) + IPV6_HEADER <= room;
  if (isSound) return setIpv6(packet);
  setUnknown(packet);
  return false;
}

/** nft_do_chain_netdev() and nft_do_chain_bridge(): by the protocol, where the packet is sound. */
export function setByProtocol(packet: Packet, protocol: number): boolean {
  switch (protocol) {
    case ETH_P_IP:
      return setIpv4Checked(packet);
    case ETH_P_IPV6:
      return setIpv6Checked(packet);
    default:
      setUnknown(packet);
      return true;
  }
}

export interface FoundHeader {
  readonly protocol: number;
  readonly at: number;
  readonly fragmentOffset: number;
}

const EXTENSIONS: ReadonlySet<number> = new Set([
  IPPROTO_HOPOPTS,
  IPPROTO_ROUTING,
  IPPROTO_FRAGMENT,
  IPPROTO_AH,
  IPPROTO_NONE,
  IPPROTO_DSTOPTS,
]);

/**
 * ipv6_find_hdr() with IP6_FH_F_AUTH: the header with this number, or of -1 the first that is no extension header. `skipsAuth`: without
 * the flag, the authentication header is one to pass like the others.
 */
export function findHeader(
  { bytes, networkAt, countsLink }: Packet,
  target: number,
  skipsAuth = false,
): FoundHeader | undefined {
  let at = networkAt + IPV6_HEADER;
  let protocol = bytes[networkAt + 6] ?? 0;
  for (;;) {
    const isFound = protocol === target;
    if (!EXTENSIONS.has(protocol) || protocol === IPPROTO_NONE)
      return target < 0 || isFound ? { protocol, at, fragmentOffset: 0 } : undefined;
    if (at + 2 > bytes.length) return undefined;
    const next = bytes[at] ?? 0;
    let length = 8 * ((bytes[at + 1] ?? 0) + 1);
    if (protocol === IPPROTO_FRAGMENT) {
      if (at + 4 > bytes.length) return undefined;
      const fragmentOffset = readU16(bytes, at + 2) & 0xfff8;
      if (fragmentOffset !== 0) {
        const isLast = target < 0 && (!EXTENSIONS.has(next) || next === IPPROTO_NONE);
        // The offset of the transport header is not told: there is none in this piece, and it stays at the first byte of the packet.
        if (isLast) return { protocol: next, at: countsLink ? 0 : networkAt, fragmentOffset };
        return isFound ? { protocol, at, fragmentOffset } : undefined;
      }
      length = 8;
    } else if (protocol === IPPROTO_AH) {
      if (target < 0 && !skipsAuth) return { protocol, at, fragmentOffset: 0 };
      length = 4 * ((bytes[at + 1] ?? 0) + 2);
    }
    if (isFound) return { protocol, at, fragmentOffset: 0 };
    if (bytes.length - at < length) return undefined;
    protocol = next;
    at += length;
  }
}
