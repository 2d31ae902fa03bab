/** What of a frame tells its flow: bond_flow_dissect() of drivers/net/bonding/bond_main.c, and __skb_flow_dissect() for what is encapsulated. */
import type { BondParts } from './bondParts.js';
import { readU16 } from '../../packet/bytes.js';
import { ETH_HLEN, ETH_P_8021AD, ETH_P_8021Q, ETH_P_IP, ETH_P_IPV6 } from '../../packet/protocols.js';

/** Words of 32 bits, as they lie in memory. */
export interface Flow {
  /** Source and destination, folded into one. */
  readonly addresses: number;
  /** Both ports; of ICMP with an id: type, code and id. 0: there are none, or they are in another fragment. */
  readonly ports: number;
}

type LooksInto = BondParts['looksInto'];

const IPV6_HLEN = 40;
const VLAN_HLEN = 4;
const IPPROTO_ICMP = 1;
const IPPROTO_IPIP = 4;
const IPPROTO_IPV6 = 41;
const IPPROTO_GRE = 47;
const IPPROTO_ICMPV6 = 58;
const ETH_P_TEB = 0x6558;
/** Protocols whose first four bytes are ports: TCP, UDP, DCCP, ESP, SCTP, UDP-Lite. */
const WITH_PORTS = new Set([6, 17, 33, 50, 132, 136]);
/** Hop-by-hop options, routing and destination options: the dissector goes on behind them. */
const EXTENSIONS = new Set([0, 43, 60]);
/** icmp_is_err(), icmpv6_is_err(), icmp_has_id(). */
const ICMP_ERRORS = new Set([3, 4, 5, 11, 12]);
const ICMPV6_ERRORS = new Set([1, 2, 3, 4]);
const WITH_ID = new Set([0, 8, 13, 14, 128, 129]);
const ICMP_HLEN = 8;

/** The headers of a packet that bonding looks at. */
interface Packet {
  readonly addresses: number;
  /** What follows, and where; undefined: it is in another fragment. */
  readonly protocol: number | undefined;
  readonly at: number;
}

/** Of the outer headers; an error of ICMP is of the flow that it is about. Undefined: it is no packet of IP. */
export function flowOf(parts: LooksInto, bytes: Uint8Array): Flow | undefined {
  const packet = packetAt(bytes, readU16(bytes, 12), ETH_HLEN);
  if (packet === undefined) return undefined;
  const { protocol, at } = packet;
  const type = bytes[at] ?? 0;
  const quoted =
    protocol === IPPROTO_ICMP && ICMP_ERRORS.has(type)
      ? ETH_P_IP
      : protocol === IPPROTO_ICMPV6 && ICMPV6_ERRORS.has(type)
        ? ETH_P_IPV6
        : undefined;
  if (quoted === undefined || !parts.errors) return finished(parts, bytes, packet);
  const about = packetAt(bytes, quoted, at + ICMP_HLEN);
  return about === undefined ? undefined : finished(parts, bytes, about);
}

const finished = ({ echoes }: LooksInto, bytes: Uint8Array, { addresses, protocol, at }: Packet): Flow => ({
  addresses,
  ports: protocol === undefined ? 0 : portsAt(bytes, at, protocol, echoes),
});

/** So many headers the dissector looks at (MAX_FLOW_DISSECT_HDRS). */
const MOST_HEADERS = 15;

/** Of the innermost headers: through tags, IP in IP, and GRE. */
export function encapsulatedFlow(parts: LooksInto, bytes: Uint8Array): Flow | undefined {
  let type = readU16(bytes, 12);
  let at = ETH_HLEN;
  let found: Packet | undefined;
  for (let headers = 0; headers < MOST_HEADERS; headers++) {
    if (type === ETH_P_8021Q || type === ETH_P_8021AD) {
      [type, at] = [readU16(bytes, at + 2), at + VLAN_HLEN];
      continue;
    }
    const packet = packetAt(bytes, type, at);
    if (packet === undefined) break;
    found = behindExtensions(bytes, type, packet);
    const inner = parts.tunnels ? insideOf(parts, bytes, found) : undefined;
    if (inner === undefined) break;
    ({ type, at } = inner);
  }
  return found === undefined ? undefined : finished(parts, bytes, found);
}

function behindExtensions(bytes: Uint8Array, type: number, packet: Packet): Packet {
  let { protocol, at } = packet;
  while (type === ETH_P_IPV6 && protocol !== undefined && EXTENSIONS.has(protocol) && at + 2 <= bytes.length)
    [protocol, at] = [bytes[at], at + 8 * ((bytes[at + 1] ?? 0) + 1)];
  return { ...packet, protocol, at };
}

interface Inside {
  readonly type: number;
  readonly at: number;
}

/** What a packet carries, where that has headers of its own. */
function insideOf(parts: LooksInto, bytes: Uint8Array, { protocol, at }: Packet): Inside | undefined {
  switch (protocol) {
    case IPPROTO_IPIP:
      return { type: ETH_P_IP, at };
    case IPPROTO_IPV6:
      return { type: ETH_P_IPV6, at };
    case IPPROTO_GRE:
      return insideGre(parts, bytes, at);
    default:
      return undefined;
  }
}

const GRE_HLEN = 4;
const GRE_CHECKSUM = 0x8000;
const GRE_ROUTING = 0x4000;
const GRE_KEY = 0x2000;
const GRE_SEQUENCE = 0x1000;
const GRE_VERSION = 0x0007;

/** __skb_flow_dissect_gre(), of version 0 without routing. */
function insideGre({ options }: LooksInto, bytes: Uint8Array, at: number): Inside | undefined {
  const flags = readU16(bytes, at);
  if ((flags & (GRE_ROUTING | GRE_VERSION)) !== 0) return undefined;
  const fields = [GRE_CHECKSUM, GRE_KEY, GRE_SEQUENCE].filter((flag) => (flags & flag) !== 0).length;
  const [type, start] = [readU16(bytes, at + 2), at + GRE_HLEN + (options ? 4 * fields : 0)];
  return type === ETH_P_TEB ? { type: readU16(bytes, start + 12), at: start + ETH_HLEN } : { type, at: start };
}

/** bond_flow_ip(). */
function packetAt(bytes: Uint8Array, type: number, at: number): Packet | undefined {
  if (type === ETH_P_IP && bytes.length >= at + 20) {
    const isFragment = (word(bytes, at + 4) & 0xff3f_0000) !== 0;
    return {
      addresses: word(bytes, at + 12) ^ word(bytes, at + 16),
      protocol: isFragment ? undefined : bytes[at + 9],
      at: at + ((bytes[at] ?? 0) & 0x0f) * 4,
    };
  }
  if (type === ETH_P_IPV6 && bytes.length >= at + IPV6_HLEN) {
    let addresses = 0;
    for (let from = at + 8; from < at + IPV6_HLEN; from += 4) addresses ^= word(bytes, from);
    return { addresses, protocol: bytes[at + 6], at: at + IPV6_HLEN };
  }
  return undefined;
}

/** __skb_flow_get_ports(), and skb_flow_get_icmp_tci() where there is an id. */
function portsAt(bytes: Uint8Array, at: number, protocol: number, echoes: boolean): number {
  if (WITH_PORTS.has(protocol)) return bytes.length >= at + 4 ? word(bytes, at) : 0;
  const isIcmp = protocol === IPPROTO_ICMP || protocol === IPPROTO_ICMPV6;
  if (!isIcmp || !echoes || !WITH_ID.has(bytes[at] ?? 0) || bytes.length < at + ICMP_HLEN) return 0;
  // An id of 0 is told from none.
  const id = readU16(bytes, at + 4) === 0 ? 1 : word(bytes, at + 4) & 0xffff;
  return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | (id << 16)) >>> 0;
}

/** Four bytes as they lie in memory. */
const word = (bytes: Uint8Array, at: number): number =>
  (((bytes[at + 3] ?? 0) << 24) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at] ?? 0)) >>> 0;
