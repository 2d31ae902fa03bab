/** Control protocols: IGMP (RFC 2236, RFC 3376), multicast listener discovery (RFC 2710, RFC 3810), LACP (IEEE 802.1AX). */
import { readU16 } from './bytes.js';
import { internetChecksum, onesComplementSum } from './checksum.js';
import {
  checksumField,
  hex16,
  ipv4Address,
  ipv6Address,
  mac,
  named,
  raw,
  tooShort,
  u16,
  u8,
  type DissectedField,
  type Reading,
  type Step,
} from './dissection.js';

const IGMP_HEADER = 8;
const IGMP_TYPES = named(
  {
    0x11: 'query',
    0x12: 'report of version 1',
    0x16: 'report of version 2',
    0x17: 'leave',
    0x22: 'report of version 3',
  },
  (value) => `0x${value.toString(16)}`,
);
const IGMP_QUERY = 0x11;
const IGMPV3_REPORT = 0x22;
const RECORD_TYPES = named({
  1: 'is include',
  2: 'is exclude',
  3: 'to include',
  4: 'to exclude',
  5: 'allow new sources',
  6: 'block old sources',
});

export function readIgmp(bytes: Uint8Array, { at, end, network }: Step & { to: 'protocol' }): Reading {
  if (end - at < IGMP_HEADER) return tooShort('an IGMP message', at, end, IGMP_HEADER);
  const expected = internetChecksum(bytes, at + 4, end, onesComplementSum(bytes, at, at + 2));
  const valid = network.isFragment ? null : readU16(bytes, at + 2) === expected;
  const note = valid === null ? 'of the whole packet' : valid ? '' : `should be ${hex16(expected)}`;
  const type = bytes[at] ?? 0;
  const isReport3 = type === IGMPV3_REPORT;
  const records = isReport3 ? recordFields(bytes, at + IGMP_HEADER, end, readU16(bytes, at + 6), 4) : [];
  const sources = type === IGMP_QUERY && end - at >= 12 ? querySources(bytes, at + IGMP_HEADER, end, 4) : [];
  const fields = [
    u8(bytes, 'type', at, IGMP_TYPES),
    u8(bytes, isReport3 ? 'reserved' : 'longest response time', at + 1),
    checksumField(bytes, at + 2, { valid, note }),
    ...(isReport3
      ? [u16(bytes, 'reserved', at + 4), u16(bytes, 'records', at + 6)]
      : [ipv4Address(bytes, 'group', at + 4)]),
    ...records,
    ...sources,
  ];
  const last = Math.max(at + IGMP_HEADER, ...fields.map(({ offset, length }) => offset + length));
  return {
    layer: { kind: 'igmp', offset: at, length: last - at, fields, checksumValid: valid },
    next: { to: 'payload', at: last, end },
  };
}

const MLD_QUERY = 130;
const MLD_DONE = 132;
const MLDV2_REPORT = 143;

/** What stands behind the first four bytes of a message of multicast listener discovery; undefined: it is none, or it is cut off. */
export function mldFields(bytes: Uint8Array, at: number, end: number): readonly DissectedField[] | undefined {
  const type = bytes[at] ?? 0;
  if (type === MLDV2_REPORT) {
    const head = [u16(bytes, 'reserved', at + 4), u16(bytes, 'records', at + 6)];
    return [...head, ...recordFields(bytes, at + 8, end, readU16(bytes, at + 6), 16)];
  }
  if (type < MLD_QUERY || type > MLD_DONE || end - at < 24) return undefined;
  const head = [
    u16(bytes, 'longest response delay', at + 4),
    u16(bytes, 'reserved', at + 6),
    ipv6Address(bytes, 'group', at + 8),
  ];
  return type === MLD_QUERY && end - at >= 28 ? [...head, ...querySources(bytes, at + 24, end, 16)] : head;
}

/** Robustness, interval and sources of a query of IGMPv3 or MLDv2: the same form. */
function querySources(bytes: Uint8Array, at: number, end: number, width: 4 | 16): DissectedField[] {
  const count = readU16(bytes, at + 2);
  const fields = [
    u8(
      bytes,
      'robustness',
      at,
      (value) => `${value & 7}${(value & 8) === 0 ? '' : ', router side processing suppressed'}`,
    ),
    u8(bytes, 'query interval code', at + 1),
    u16(bytes, 'sources', at + 2),
  ];
  return [...fields, ...addressFields(bytes, 'source', at + 4, end, count, width)];
}

function recordFields(bytes: Uint8Array, start: number, end: number, count: number, width: 4 | 16): DissectedField[] {
  const fields: DissectedField[] = [];
  for (let at = start, record = 0; record < count && at + 4 + width <= end; record++) {
    const sources = readU16(bytes, at + 2);
    const auxiliary = 4 * (bytes[at + 1] ?? 0);
    const listed = addressFields(bytes, 'source', at + 4 + width, end, sources, width);
    fields.push(
      u8(bytes, 'record', at, RECORD_TYPES),
      u8(bytes, 'auxiliary words', at + 1),
      u16(bytes, 'sources', at + 2),
      ...addressFields(bytes, 'group', at + 4, end, 1, width),
      ...listed,
    );
    at += 4 + width + width * sources + auxiliary;
  }
  return fields;
}

function addressFields(
  bytes: Uint8Array,
  name: string,
  start: number,
  end: number,
  count: number,
  width: 4 | 16,
): DissectedField[] {
  const there = Math.max(0, Math.min(count, Math.floor((end - start) / width)));
  const read = width === 4 ? ipv4Address : ipv6Address;
  return Array.from({ length: there }, (_, place) => read(bytes, name, start + width * place));
}

/** IEEE 802.3, annex 57A. */
const SLOW_SUBTYPES = named({ 1: 'LACP', 2: 'marker', 3: 'OAM', 10: 'ESMC' });
const SUBTYPE_LACP = 1;
/** Subtype, version, actor, partner, collector and terminator, with what is reserved. */
const LACPDU = 110;
const STATE_BITS = [
  'activity',
  'short timeout',
  'aggregation',
  'synchronization',
  'collecting',
  'distributing',
  'defaulted',
  'expired',
] as const;

const stateText = (value: number): string =>
  STATE_BITS.filter((_, bit) => (value & (1 << bit)) !== 0).join(', ') || 'none';

/** A slow protocol: LACP whole, of the others the subtype. */
export function readSlowProtocol(bytes: Uint8Array, at: number, end: number): Reading {
  if (end - at < 2) return tooShort('a slow protocol', at, end, 2);
  const subtype = bytes[at] ?? 0;
  const head = [u8(bytes, 'subtype', at, SLOW_SUBTYPES), u8(bytes, 'version', at + 1)];
  if (subtype !== SUBTYPE_LACP)
    return { layer: { kind: 'slow', offset: at, length: 2, fields: head }, next: { to: 'payload', at: at + 2, end } };
  if (end - at < LACPDU) return tooShort('an LACPDU', at, end, LACPDU);
  const fields = [
    ...head,
    ...participantFields(bytes, 'actor', at + 2),
    ...participantFields(bytes, 'partner', at + 22),
    u8(bytes, 'collector TLV', at + 42),
    u8(bytes, 'collector length', at + 43),
    u16(bytes, 'collector delay', at + 44, (value) => `${value} × 10 µs`),
    raw(bytes, 'collector reserved', at + 46, 12),
    u8(bytes, 'terminator TLV', at + 58),
    u8(bytes, 'terminator length', at + 59),
    raw(bytes, 'reserved', at + 60, LACPDU - 60),
  ];
  return {
    layer: { kind: 'lacp', offset: at, length: LACPDU, fields },
    next: { to: 'payload', at: at + LACPDU, end },
  };
}

const participantFields = (bytes: Uint8Array, who: string, at: number): DissectedField[] => [
  u8(bytes, `${who} TLV`, at),
  u8(bytes, `${who} length`, at + 1),
  u16(bytes, `${who} system priority`, at + 2),
  mac(bytes, `${who} system`, at + 4),
  u16(bytes, `${who} key`, at + 10),
  u16(bytes, `${who} port priority`, at + 12),
  u16(bytes, `${who} port`, at + 14),
  u8(bytes, `${who} state`, at + 16, stateText),
  raw(bytes, `${who} reserved`, at + 17, 3),
];
