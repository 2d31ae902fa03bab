/** What receive engines need to know of a frame, read in one pass into a record that is used again: no garbage per frame. */
import { readU16 } from './bytes.js';
import {
  ETH_HLEN,
  ETH_P_8021AD,
  ETH_P_8021Q,
  ETH_P_IP,
  ETH_P_IPV6,
  IPPROTO_DSTOPTS,
  IPPROTO_FRAGMENT,
  IPPROTO_HOPOPTS,
  IPPROTO_ROUTING,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from './protocols.js';

export interface Flow {
  /** Of the network layer, behind all tags. */
  etherType: number;
  vlanCount: number;
  /** Of the first tag in the bytes; 0 where there is none. */
  outerTpid: number;
  outerTci: number;
  networkOffset: number;
  ipVersion: 0 | 4 | 6;
  /** The transport protocol, behind all IPv6 extension headers; -1 where the frame is not IP. */
  protocol: number;
  isFragment: boolean;
  isFirstFragment: boolean;
  /** IPv4 options or IPv6 extension headers. */
  hasOptions: boolean;
  /** -1 where there is none: not IP, a later fragment, malformed. */
  transportOffset: number;
  /** Behind the TCP, UDP or SCTP header; -1 where the transport is another or is cut off. */
  payloadOffset: number;
  /** Where the IP packet ends by its own length; what follows is padding or a trailer. */
  ipEnd: number;
  /** -1 where the transport has none. */
  sourcePort: number;
  destinationPort: number;
  /** A length contradicts another or the frame: no checksum can be trusted. */
  malformed: boolean;
}

export function newFlow(): Flow {
  return {
    etherType: 0,
    vlanCount: 0,
    outerTpid: 0,
    outerTci: 0,
    networkOffset: ETH_HLEN,
    ipVersion: 0,
    protocol: -1,
    isFragment: false,
    isFirstFragment: false,
    hasOptions: false,
    transportOffset: -1,
    payloadOffset: -1,
    ipEnd: 0,
    sourcePort: -1,
    destinationPort: -1,
    malformed: false,
  };
}

/** Reads the frame into `flow`. Never throws; what contradicts itself is `malformed`. */
export function parseFlow(bytes: Uint8Array, flow: Flow): void {
  flow.vlanCount = 0;
  flow.outerTpid = 0;
  flow.outerTci = 0;
  let at = 12;
  let type = readU16(bytes, at);
  while ((type === ETH_P_8021Q || type === ETH_P_8021AD) && at + 6 <= bytes.length) {
    if (flow.vlanCount === 0) {
      flow.outerTpid = type;
      flow.outerTci = readU16(bytes, at + 2);
    }
    flow.vlanCount++;
    at += 4;
    type = readU16(bytes, at);
  }
  flow.etherType = type;
  parseNetwork(bytes, at + 2, type, flow);
}

/** The same from a network header on, for the inside of a tunnel. */
export function parseNetwork(bytes: Uint8Array, networkOffset: number, etherType: number, flow: Flow): void {
  flow.networkOffset = networkOffset;
  flow.ipVersion = 0;
  flow.protocol = -1;
  flow.isFragment = false;
  flow.isFirstFragment = false;
  flow.hasOptions = false;
  flow.transportOffset = -1;
  flow.payloadOffset = -1;
  flow.sourcePort = -1;
  flow.destinationPort = -1;
  flow.malformed = false;
  flow.ipEnd = bytes.length;
  if (etherType === ETH_P_IP) parseIpv4Header(bytes, flow);
  else if (etherType === ETH_P_IPV6) parseIpv6Header(bytes, flow);
  if (flow.transportOffset >= 0) parseTransport(bytes, flow);
}

function parseIpv4Header(bytes: Uint8Array, flow: Flow): void {
  const at = flow.networkOffset;
  const first = bytes[at] ?? 0;
  const headerLength = (first & 0xf) * 4;
  const totalLength = readU16(bytes, at + 2);
  if (first >> 4 !== 4 || headerLength < 20 || totalLength < headerLength || at + totalLength > bytes.length) {
    flow.malformed = true;
    return;
  }
  flow.ipVersion = 4;
  flow.ipEnd = at + totalLength;
  flow.protocol = bytes[at + 9] ?? 0;
  flow.hasOptions = headerLength > 20;
  const fragment = readU16(bytes, at + 6);
  flow.isFragment = (fragment & 0x3fff) !== 0;
  flow.isFirstFragment = flow.isFragment && (fragment & 0x1fff) === 0;
  if (!flow.isFragment || flow.isFirstFragment) flow.transportOffset = at + headerLength;
}

function parseIpv6Header(bytes: Uint8Array, flow: Flow): void {
  const at = flow.networkOffset;
  const end = at + 40 + readU16(bytes, at + 4);
  if ((bytes[at] ?? 0) >> 4 !== 6 || at + 40 > bytes.length || end > bytes.length) {
    flow.malformed = true;
    return;
  }
  flow.ipVersion = 6;
  flow.ipEnd = end;
  let next = bytes[at + 6] ?? 0;
  let offset = at + 40;
  for (;;) {
    const isOption = next === IPPROTO_HOPOPTS || next === IPPROTO_ROUTING || next === IPPROTO_DSTOPTS;
    if (!isOption && next !== IPPROTO_FRAGMENT) break;
    flow.hasOptions = true;
    const length = next === IPPROTO_FRAGMENT ? 8 : 8 * ((bytes[offset + 1] ?? 0) + 1);
    if (offset + length > end) {
      flow.malformed = true;
      return;
    }
    if (next === IPPROTO_FRAGMENT) {
      const fragment = readU16(bytes, offset + 2);
      // An atomic fragment (RFC 6946) is a whole packet.
      flow.isFragment = (fragment & 0xfff9) !== 0;
      flow.isFirstFragment = flow.isFragment && fragment >> 3 === 0;
    }
    next = bytes[offset] ?? 0;
    offset += length;
    if (flow.isFragment && !flow.isFirstFragment) {
      flow.protocol = next;
      return;
    }
  }
  flow.protocol = next;
  flow.transportOffset = offset;
}

function parseTransport(bytes: Uint8Array, flow: Flow): void {
  const at = flow.transportOffset;
  const room = flow.ipEnd - at;
  const shortest =
    flow.protocol === IPPROTO_TCP ? 20 : flow.protocol === IPPROTO_UDP ? 8 : flow.protocol === IPPROTO_SCTP ? 12 : 0;
  if (shortest === 0) return;
  if (room < shortest) {
    flow.malformed = true;
    flow.transportOffset = -1;
    return;
  }
  flow.sourcePort = readU16(bytes, at);
  flow.destinationPort = readU16(bytes, at + 2);
  let headerLength = shortest;
  if (flow.protocol === IPPROTO_TCP) {
    headerLength = ((bytes[at + 12] ?? 0) >> 4) * 4;
    if (headerLength < 20 || headerLength > room) flow.malformed = true;
  } else if (flow.protocol === IPPROTO_UDP) {
    const length = readU16(bytes, at + 4);
    // In the first of several fragments the datagram is longer than what is here.
    if (length < 8 || (length > room && !flow.isFragment) || (length < room && flow.ipVersion === 6))
      flow.malformed = true;
  }
  if (!flow.malformed) flow.payloadOffset = at + headerLength;
}
