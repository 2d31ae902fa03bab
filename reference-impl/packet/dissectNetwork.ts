/** IPv4, IPv6 and its extension headers. */
import { readU16, readU32 } from './bytes.js';
import { internetChecksum, onesComplementSum, sumsToOnes } from './checksum.js';
import {
  bits,
  checksumField,
  hex16,
  ipv4Address,
  ipv6Address,
  malformed,
  named,
  tooShort,
  u16,
  u32,
  u8,
  type DissectedField,
  type DissectedKind,
  type NetworkContext,
  type Reading,
  type Step,
} from './dissection.js';
import { optionFields } from './dissectOptions.js';
import {
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
  IPV4_HEADER,
  IPV6_HEADER,
} from './protocols.js';

const protocolText = named({
  [IPPROTO_HOPOPTS]: 'hop-by-hop options',
  [IPPROTO_ICMP]: 'ICMP',
  [IPPROTO_IPIP]: 'IPv4',
  [IPPROTO_TCP]: 'TCP',
  [IPPROTO_UDP]: 'UDP',
  [IPPROTO_IPV6]: 'IPv6',
  [IPPROTO_ROUTING]: 'routing header',
  [IPPROTO_FRAGMENT]: 'fragment header',
  [IPPROTO_GRE]: 'GRE',
  [IPPROTO_ICMPV6]: 'ICMPv6',
  [IPPROTO_NONE]: 'nothing',
  [IPPROTO_DSTOPTS]: 'destination options',
  [IPPROTO_SCTP]: 'SCTP',
});
/** Low two bits of the TOS or traffic class, RFC 3168. */
const ecnText = named({ 0: 'not ECN-capable', 1: 'ECT(1)', 2: 'ECT(0)', 3: 'CE' });
const eightBytes = (value: number): string => `${value} (byte ${8 * value})`;

export function readIpv4(bytes: Uint8Array, at: number, end: number): Reading {
  if (end - at < IPV4_HEADER) return tooShort('an IPv4 header', at, end, IPV4_HEADER);
  const headerLength = ((bytes[at] ?? 0) & 0xf) * 4;
  if ((bytes[at] ?? 0) >> 4 !== 4) return { next: malformed(at, end, 'the version of an IPv4 header is not 4') };
  if (headerLength < IPV4_HEADER) return { next: malformed(at, end, `an IPv4 header length of ${headerLength} bytes`) };
  if (end - at < headerLength) return tooShort('an IPv4 header with its options', at, end, headerLength);
  const valid = sumsToOnes(bytes, at, at + headerLength);
  return {
    layer: {
      kind: 'ipv4',
      offset: at,
      length: headerLength,
      fields: ipv4Fields(bytes, at, headerLength, valid),
      checksumValid: valid,
    },
    next: behindIpv4(bytes, at, end, headerLength),
  };
}

function ipv4Fields(bytes: Uint8Array, at: number, headerLength: number, valid: boolean): DissectedField[] {
  const rest = internetChecksum(bytes, at, at + 10, onesComplementSum(bytes, at + 12, at + headerLength));
  return [
    bits(bytes, 'version', at, 0, 4),
    bits(bytes, 'header length', at, 4, 4, (words) => `${4 * words} bytes`),
    bits(bytes, 'DSCP', at + 1, 0, 6),
    bits(bytes, 'ECN', at + 1, 6, 2, ecnText),
    u16(bytes, 'total length', at + 2),
    u16(bytes, 'identification', at + 4, hex16),
    bits(bytes, 'reserved flag', at + 6, 0, 1),
    bits(bytes, 'do not fragment', at + 6, 1, 1),
    bits(bytes, 'more fragments', at + 6, 2, 1),
    bits(bytes, 'fragment offset', at + 6, 3, 13, eightBytes),
    u8(bytes, 'TTL', at + 8),
    u8(bytes, 'protocol', at + 9, protocolText),
    checksumField(bytes, at + 10, { valid, note: `should be ${hex16(rest)}` }),
    ipv4Address(bytes, 'source', at + 12),
    ipv4Address(bytes, 'destination', at + 16),
    ...optionFields('ipv4', bytes, at + IPV4_HEADER, at + headerLength),
  ];
}

function behindIpv4(bytes: Uint8Array, at: number, end: number, headerLength: number): Step {
  const totalLength = readU16(bytes, at + 2);
  const after = at + headerLength;
  if (totalLength < headerLength) return malformed(after, end, `total length ${totalLength} is less than the header's`);
  if (at + totalLength > end) {
    return malformed(after, end, `total length ${totalLength}, ${end - at} bytes are there`);
  }
  const fragment = readU16(bytes, at + 6);
  const network: NetworkContext = { offset: at, isFragment: (fragment & 0x3fff) !== 0, isRouted: false };
  if ((fragment & 0x1fff) !== 0) return { to: 'payload', at: after, end: at + totalLength };
  return { to: 'protocol', protocol: bytes[at + 9] ?? 0, at: after, end: at + totalLength, network };
}

export function readIpv6(bytes: Uint8Array, at: number, end: number): Reading {
  if (end - at < IPV6_HEADER) return tooShort('an IPv6 header', at, end, IPV6_HEADER);
  if ((bytes[at] ?? 0) >> 4 !== 6) return { next: malformed(at, end, 'the version of an IPv6 header is not 6') };
  const after = at + IPV6_HEADER;
  const length = jumboLength(bytes, at, end) ?? readU16(bytes, at + 4);
  const network: NetworkContext = { offset: at, isFragment: false, isRouted: false };
  return {
    layer: { kind: 'ipv6', offset: at, length: IPV6_HEADER, fields: ipv6Fields(bytes, at) },
    next:
      after + length > end
        ? malformed(after, end, `payload length ${length}, ${end - after} bytes are there`)
        : { to: 'protocol', protocol: bytes[at + 6] ?? 0, at: after, end: after + length, network },
  };
}

const ipv6Fields = (bytes: Uint8Array, at: number): DissectedField[] => [
  bits(bytes, 'version', at, 0, 4),
  bits(bytes, 'DSCP', at, 4, 6),
  bits(bytes, 'ECN', at, 10, 2, ecnText),
  bits(bytes, 'flow label', at, 12, 20, (label) => `0x${label.toString(16).padStart(5, '0')}`),
  u16(bytes, 'payload length', at + 4),
  u8(bytes, 'next header', at + 6, protocolText),
  u8(bytes, 'hop limit', at + 7),
  ipv6Address(bytes, 'source', at + 8),
  ipv6Address(bytes, 'destination', at + 24),
];

/** RFC 2675: payload length 0, and the jumbo payload option first in a hop-by-hop header. */
function jumboLength(bytes: Uint8Array, at: number, end: number): number | undefined {
  const options = at + IPV6_HEADER;
  if (readU16(bytes, at + 4) !== 0 || bytes[at + 6] !== IPPROTO_HOPOPTS || end - options < 8) return undefined;
  return bytes[options + 2] === 0xc2 && bytes[options + 3] === 4 ? readU32(bytes, options + 4) : undefined;
}

const EXTENSION_KINDS = new Map<number, DissectedKind>([
  [IPPROTO_HOPOPTS, 'hop-by-hop'],
  [IPPROTO_DSTOPTS, 'destination-options'],
  [IPPROTO_ROUTING, 'routing'],
  [IPPROTO_FRAGMENT, 'fragment6'],
]);

/** An IPv6 extension header; undefined where the protocol is none. */
export function readExtension(bytes: Uint8Array, step: Step & { to: 'protocol' }): Reading | undefined {
  const { protocol, at, end, network } = step;
  const kind = EXTENSION_KINDS.get(protocol);
  const isUnderIpv6 = (bytes[network.offset] ?? 0) >> 4 === 6;
  if (kind === undefined || !isUnderIpv6) return undefined;
  if (end - at < 8) return tooShort('an IPv6 extension header', at, end, 8);
  if (kind === 'fragment6') return readFragment(bytes, step);
  const length = 8 * ((bytes[at + 1] ?? 0) + 1);
  if (end - at < length) return tooShort('an IPv6 extension header', at, end, length);
  const isRouting = kind === 'routing';
  return {
    layer: {
      kind,
      offset: at,
      length,
      fields: [
        u8(bytes, 'next header', at, protocolText),
        u8(bytes, 'header length', at + 1, (units) => `${8 * (units + 1)} bytes`),
        ...(isRouting ? routingFields(bytes, at) : optionFields('ipv6', bytes, at + 2, at + length)),
      ],
    },
    next: {
      to: 'protocol',
      protocol: bytes[at] ?? 0,
      at: at + length,
      end,
      network: { ...network, isRouted: network.isRouted || (isRouting && (bytes[at + 3] ?? 0) > 0) },
    },
  };
}

const routingFields = (bytes: Uint8Array, at: number): DissectedField[] => [
  u8(bytes, 'routing type', at + 2, named({ 0: 'source route', 2: 'mobility', 3: 'RPL', 4: 'segment routing' })),
  u8(bytes, 'segments left', at + 3),
];

function readFragment(bytes: Uint8Array, { at, end, network }: Step & { to: 'protocol' }): Reading {
  const fragment = readU16(bytes, at + 2);
  // An atomic fragment (RFC 6946) is a whole packet.
  const isFragment = (fragment & 0xfff9) !== 0;
  const after = at + 8;
  return {
    layer: {
      kind: 'fragment6',
      offset: at,
      length: 8,
      fields: [
        u8(bytes, 'next header', at, protocolText),
        bits(bytes, 'fragment offset', at + 2, 0, 13, eightBytes),
        bits(bytes, 'more fragments', at + 2, 15, 1),
        u32(bytes, 'identification', at + 4, (value) => `0x${value.toString(16).padStart(8, '0')}`),
      ],
    },
    next:
      fragment >> 3 !== 0
        ? { to: 'payload', at: after, end }
        : { to: 'protocol', protocol: bytes[at] ?? 0, at: after, end, network: { ...network, isFragment } },
  };
}
