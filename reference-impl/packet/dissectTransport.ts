/** TCP, UDP, SCTP, ICMP, and the tunnels GRE and VXLAN. */
import { readU16 } from './bytes.js';
import { complementSum, crc32c, internetChecksum, onesComplementSum, pseudoHeaderSum } from './checksum.js';
import { mldFields } from './dissectControl.js';
import { etherTypeText } from './dissectLink.js';
import {
  bits,
  checksumField,
  hex16,
  malformed,
  named,
  raw,
  tooShort,
  u16,
  u32,
  u8,
  type DissectedField,
  type NetworkContext,
  type Reading,
  type Step,
} from './dissection.js';
import { optionFields } from './dissectOptions.js';
import {
  ETH_P_TEB,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SCTP_HEADER,
  TCP_CHECKSUM_OFFSET,
  TCP_HEADER,
  UDP_CHECKSUM_OFFSET,
  UDP_HEADER,
  VXLAN_HEADER,
  VXLAN_PORT,
} from './protocols.js';

type ProtocolStep = Step & { to: 'protocol' };

interface ChecksumState {
  readonly valid: boolean | null;
  readonly note: string;
}

/** Checks the 16-bit checksum at `field` over [at, end) with the pseudo header of the packet. */
function transportChecksum(
  bytes: Uint8Array,
  network: NetworkContext,
  place: { readonly at: number; readonly end: number; readonly field: number; readonly protocol: number },
): ChecksumState {
  if (network.isFragment) return { valid: null, note: 'of the whole packet' };
  if (network.isRouted) return { valid: null, note: 'made for the last destination' };
  const { at, end, field } = place;
  const pseudo = pseudoHeaderSum(bytes, network.offset, place.protocol, end - at);
  // Both halves start at an even distance from `at`, so that their sums add.
  const sum = onesComplementSum(bytes, field + 2, end, onesComplementSum(bytes, at, field, pseudo));
  const expected = complementSum(sum);
  const found = readU16(bytes, field);
  if (found === expected || (expected === 0 && found === 0xffff)) return { valid: true, note: '' };
  const note = found === pseudo ? 'sum of the pseudo header only' : `should be ${hex16(expected || 0xffff)}`;
  return { valid: false, note };
}

const TCP_FLAGS = ['CWR', 'ECE', 'URG', 'ACK', 'PSH', 'RST', 'SYN', 'FIN'] as const;

export function readTcp(bytes: Uint8Array, { at, end, network }: ProtocolStep): Reading {
  if (end - at < TCP_HEADER) return tooShort('a TCP header', at, end, TCP_HEADER);
  const headerLength = ((bytes[at + 12] ?? 0) >> 4) * 4;
  if (headerLength < TCP_HEADER) return { next: malformed(at, end, `a TCP header length of ${headerLength} bytes`) };
  if (end - at < headerLength) return tooShort('a TCP header with its options', at, end, headerLength);
  const field = at + TCP_CHECKSUM_OFFSET;
  const state = transportChecksum(bytes, network, { at, end, field, protocol: IPPROTO_TCP });
  return {
    layer: {
      kind: 'tcp',
      offset: at,
      length: headerLength,
      fields: tcpFields(bytes, at, headerLength, state),
      checksumValid: state.valid,
    },
    next: { to: 'payload', at: at + headerLength, end },
  };
}

const tcpFields = (bytes: Uint8Array, at: number, headerLength: number, state: ChecksumState): DissectedField[] => [
  u16(bytes, 'source port', at),
  u16(bytes, 'destination port', at + 2),
  u32(bytes, 'sequence', at + 4),
  u32(bytes, 'acknowledgement', at + 8),
  bits(bytes, 'header length', at + 12, 0, 4, (words) => `${4 * words} bytes`),
  bits(bytes, 'reserved', at + 12, 4, 4),
  ...TCP_FLAGS.map((flag, bit) => bits(bytes, flag, at + 13, bit, 1)),
  u16(bytes, 'window', at + 14),
  checksumField(bytes, at + TCP_CHECKSUM_OFFSET, state),
  u16(bytes, 'urgent pointer', at + 18),
  ...optionFields('tcp', bytes, at + TCP_HEADER, at + headerLength),
];

export function readUdp(bytes: Uint8Array, { at, end, network }: ProtocolStep): Reading {
  if (end - at < UDP_HEADER) return tooShort('a UDP header', at, end, UDP_HEADER);
  const length = readU16(bytes, at + 4);
  const reason = udpLengthFault(length, end - at, network);
  const ownEnd = network.isFragment ? end : Math.min(end, at + length);
  const state = udpChecksum(bytes, network, at, ownEnd, reason !== undefined);
  const after = at + UDP_HEADER;
  const isVxlan = readU16(bytes, at + 2) === VXLAN_PORT && !network.isFragment;
  return {
    layer: {
      kind: 'udp',
      offset: at,
      length: UDP_HEADER,
      fields: [
        u16(bytes, 'source port', at),
        u16(bytes, 'destination port', at + 2),
        u16(bytes, 'length', at + 4),
        checksumField(bytes, at + UDP_CHECKSUM_OFFSET, state),
      ],
      checksumValid: state.valid,
    },
    next:
      reason !== undefined
        ? malformed(after, end, reason)
        : { to: isVxlan ? 'vxlan' : 'payload', at: after, end: ownEnd },
  };
}

/** In the first of several fragments the datagram is longer than what is here. */
function udpLengthFault(length: number, room: number, network: NetworkContext): string | undefined {
  if (length < UDP_HEADER) return `a UDP length of ${length} bytes`;
  return length > room && !network.isFragment ? `a UDP length of ${length} bytes, ${room} are there` : undefined;
}

function udpChecksum(
  bytes: Uint8Array,
  network: NetworkContext,
  at: number,
  end: number,
  isMalformed: boolean,
): ChecksumState {
  const field = at + UDP_CHECKSUM_OFFSET;
  if (readU16(bytes, field) === 0) return { valid: null, note: 'none was sent' };
  if (isMalformed) return { valid: null, note: 'the length is wrong' };
  return transportChecksum(bytes, network, { at, end, field, protocol: IPPROTO_UDP });
}

export function readSctp(bytes: Uint8Array, { at, end, network }: ProtocolStep): Reading {
  if (end - at < SCTP_HEADER) return tooShort('an SCTP header', at, end, SCTP_HEADER);
  const covered = bytes.slice(at, end);
  const stored = new DataView(covered.buffer).getUint32(8, true);
  covered.fill(0, 8, 12);
  const expected = crc32c(covered);
  const valid = network.isFragment ? null : stored === expected;
  const hex32 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
  const note = valid === null ? 'of the whole packet' : valid ? 'valid' : `should be ${hex32(expected)}`;
  return {
    layer: {
      kind: 'sctp',
      offset: at,
      length: SCTP_HEADER,
      fields: [
        u16(bytes, 'source port', at),
        u16(bytes, 'destination port', at + 2),
        u32(bytes, 'verification tag', at + 4, hex32),
        { name: 'checksum', offset: at + 8, length: 4, text: `${hex32(stored)} (CRC32c, ${note})` },
      ],
      checksumValid: valid,
    },
    next: { to: 'payload', at: at + SCTP_HEADER, end },
  };
}

const ICMP_TYPES = named({ 0: 'echo reply', 3: 'unreachable', 5: 'redirect', 8: 'echo request', 11: 'time exceeded' });
const ICMP6_TYPES = named({
  1: 'unreachable',
  2: 'packet too big',
  3: 'time exceeded',
  4: 'parameter problem',
  128: 'echo request',
  129: 'echo reply',
  130: 'listener query',
  131: 'listener report',
  132: 'listener done',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbour solicitation',
  136: 'neighbour advertisement',
  143: 'listener report 2',
});
const ICMP_HEADER = 8;

export function readIcmp(bytes: Uint8Array, { protocol, at, end, network }: ProtocolStep): Reading {
  if (end - at < ICMP_HEADER) return tooShort('an ICMP header', at, end, ICMP_HEADER);
  const isV6 = protocol === IPPROTO_ICMPV6;
  const state = isV6
    ? transportChecksum(bytes, network, { at, end, field: at + 2, protocol })
    : plainChecksum(bytes, network, at, end);
  const type = bytes[at] ?? 0;
  const isEcho = isV6 ? type === 128 || type === 129 : type === 0 || type === 8;
  const mld = isV6 ? mldFields(bytes, at, end) : undefined;
  const length = Math.max(ICMP_HEADER, ...(mld ?? []).map((field) => field.offset + field.length - at));
  return {
    layer: {
      kind: isV6 ? 'icmp6' : 'icmp',
      offset: at,
      length,
      fields: [
        u8(bytes, 'type', at, isV6 ? ICMP6_TYPES : ICMP_TYPES),
        u8(bytes, 'code', at + 1),
        checksumField(bytes, at + 2, state),
        ...(mld ??
          (isEcho
            ? [u16(bytes, 'identifier', at + 4), u16(bytes, 'sequence', at + 6)]
            : [raw(bytes, 'rest of header', at + 4, 4)])),
      ],
      checksumValid: state.valid,
    },
    next: { to: 'payload', at: at + length, end },
  };
}

/** Without a pseudo header. */
function plainChecksum(bytes: Uint8Array, network: NetworkContext, at: number, end: number): ChecksumState {
  if (network.isFragment) return { valid: null, note: 'of the whole packet' };
  const expected = internetChecksum(bytes, at + 4, end, onesComplementSum(bytes, at, at + 2));
  const valid = readU16(bytes, at + 2) === expected;
  return { valid, note: valid ? '' : `should be ${hex16(expected)}` };
}

const GRE_CHECKSUM = 0x80;
const GRE_KEY = 0x20;
const GRE_SEQUENCE = 0x10;

/** RFC 2784 and RFC 2890; other versions are left as payload. */
export function readGre(bytes: Uint8Array, { at, end, network }: ProtocolStep): Reading {
  if (end - at < 4) return tooShort('a GRE header', at, end, 4);
  const flags = bytes[at] ?? 0;
  const version = (bytes[at + 1] ?? 0) & 7;
  const optional = [GRE_CHECKSUM, GRE_KEY, GRE_SEQUENCE].filter((flag) => (flags & flag) !== 0);
  const length = version === 0 ? 4 + 4 * optional.length : 4;
  if (end - at < length) return tooShort('a GRE header', at, end, length);
  const type = readU16(bytes, at + 2);
  const state = optional.includes(GRE_CHECKSUM) && version === 0 ? greChecksum(bytes, network, at, end) : undefined;
  const after = at + length;
  return {
    layer: {
      kind: 'gre',
      offset: at,
      length,
      fields: [
        bits(bytes, 'checksum present', at, 0, 1),
        bits(bytes, 'key present', at, 2, 1),
        bits(bytes, 'sequence present', at, 3, 1),
        bits(bytes, 'version', at, 13, 3),
        u16(bytes, 'protocol', at + 2, etherTypeText),
        ...(version === 0 ? greOptionalFields(bytes, at + 4, optional, state) : []),
      ],
      ...(state === undefined ? {} : { checksumValid: state.valid }),
    },
    next:
      version !== 0
        ? { to: 'payload', at: after, end }
        : type === ETH_P_TEB
          ? { to: 'ethernet', at: after, end }
          : { to: 'ether-type', type, at: after, end },
  };
}

function greChecksum(bytes: Uint8Array, network: NetworkContext, at: number, end: number): ChecksumState {
  if (network.isFragment) return { valid: null, note: 'of the whole packet' };
  const expected = internetChecksum(bytes, at + 6, end, onesComplementSum(bytes, at, at + 4));
  const found = readU16(bytes, at + 4);
  const valid = found === expected || (expected === 0 && found === 0xffff);
  return { valid, note: valid ? '' : `should be ${hex16(expected)}` };
}

function greOptionalFields(
  bytes: Uint8Array,
  start: number,
  present: readonly number[],
  state: ChecksumState | undefined,
): DissectedField[] {
  return present.flatMap((flag, index) => {
    const at = start + 4 * index;
    if (flag === GRE_CHECKSUM && state !== undefined)
      return [checksumField(bytes, at, state), u16(bytes, 'reserved', at + 2)];
    return [u32(bytes, flag === GRE_KEY ? 'key' : 'sequence', at)];
  });
}

export function readVxlan(bytes: Uint8Array, at: number, end: number): Reading {
  if (end - at < VXLAN_HEADER) return tooShort('a VXLAN header', at, end, VXLAN_HEADER);
  return {
    layer: {
      kind: 'vxlan',
      offset: at,
      length: VXLAN_HEADER,
      fields: [
        u8(bytes, 'flags', at, (value) => `0x${value.toString(16).padStart(2, '0')}`),
        raw(bytes, 'reserved', at + 1, 3),
        bits(bytes, 'VNI', at + 4, 0, 24),
        raw(bytes, 'reserved at the end', at + 7, 1),
      ],
    },
    next: { to: 'ethernet', at: at + VXLAN_HEADER, end },
  };
}
