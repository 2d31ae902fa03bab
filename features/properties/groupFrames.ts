/** Frames to groups of IP, and the messages by which hosts join and leave them (RFC 1112, 2236, 3376, 2710, 3810). */
import { parseIpv4, parseIpv6, parseMac } from '../../reference-impl/packet/addresses.js';
import { concat, readU16, readU32, writeU16 } from '../../reference-impl/packet/bytes.js';
import { internetChecksum, pseudoHeaderSum } from '../../reference-impl/packet/checksum.js';
import { numberOf, tagsOf, withTags, type Tag } from './numberedFrames.js';
import { addressOf, type StationFamily, type StationName } from './stations.js';

export type IgmpVersion = 'IGMPv1' | 'IGMPv2' | 'IGMPv3';
export type MldVersion = 'MLDv1' | 'MLDv2';
export type Protocol = IgmpVersion | MldVersion;

export const isIpv6 = (address: string): boolean => address.includes(':');

/** Who sends a frame to a group, and which number tells it from others. */
export interface Sender {
  readonly from: StationName;
  readonly family: StationFamily;
  readonly number: number;
  readonly tags?: readonly Tag[];
  /** Of the IP header; default: an address of the station's own. */
  readonly source?: string;
}

/** Wrong in one way; everything else is right. */
export type Fault =
  'checksum' | 'header checksum' | 'short' | 'total length' | 'destination' | 'records' | 'global source';

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const IPPROTO_IGMP = 2;
const IPPROTO_ICMPV6 = 58;
/** RFC 3692: nobody parses it. */
const IPPROTO_EXPERIMENTAL = 253;
const ETH_HLEN = 14;
const SHORTEST = 60;

/** The address of a station on IP: a number of its own in a documentation prefix, or on the link. */
export const stationIp = (from: StationName, family: 'ipv4' | 'ipv6'): string => {
  const own = from.length === 1 ? from.charCodeAt(0) - 64 : 99;
  return family === 'ipv4' ? `192.0.2.${own}` : `fe80::${own.toString(16)}`;
};

/** A group's address on the link: RFC 1112, section 6.4; RFC 2464, section 7. */
export function groupMac(group: string): Uint8Array {
  if (isIpv6(group)) return concat(Uint8Array.of(0x33, 0x33), parseIpv6(group).subarray(12));
  const bytes = parseIpv4(group);
  return Uint8Array.of(0x01, 0x00, 0x5e, (bytes[1] ?? 0) & 0x7f, bytes[2] ?? 0, bytes[3] ?? 0);
}

/** A frame to a group, with nothing in it that anybody reads. */
export const groupFrame = (group: string, sender: Sender): Uint8Array =>
  isIpv6(group)
    ? ipv6Frame(group, sender, IPPROTO_EXPERIMENTAL, new Uint8Array(32))
    : ipv4Frame(group, sender, IPPROTO_EXPERIMENTAL, new Uint8Array(32), false);

function ipv4Frame(
  destination: string,
  sender: Sender,
  protocol: number,
  content: Uint8Array,
  alerts: boolean,
  fault?: Fault,
): Uint8Array {
  const header = new Uint8Array(alerts ? 24 : 20);
  header[0] = 0x40 | (header.length / 4);
  writeU16(header, 2, header.length + content.length + (fault === 'total length' ? 400 : 0));
  writeU16(header, 4, sender.number & 0xffff);
  header[8] = 1;
  header[9] = protocol;
  header.set(parseIpv4(sender.source ?? stationIp(sender.from, 'ipv4')), 12);
  header.set(parseIpv4(destination), 16);
  if (alerts) header.set([0x94, 4, 0, 0], 20);
  writeU16(header, 10, internetChecksum(header) ^ (fault === 'header checksum' ? 0x0101 : 0));
  return onLink(destination, sender, ETH_P_IP, header, content);
}

function ipv6Frame(destination: string, sender: Sender, protocol: number, content: Uint8Array): Uint8Array {
  const header = new Uint8Array(40);
  // The number is the flow label.
  header.set([0x60, (sender.number >> 16) & 0xf, (sender.number >> 8) & 0xff, sender.number & 0xff]);
  writeU16(header, 4, content.length);
  header[6] = protocol;
  header[7] = 1;
  header.set(parseIpv6(sender.source ?? stationIp(sender.from, 'ipv6')), 8);
  header.set(parseIpv6(destination), 24);
  return onLink(destination, sender, ETH_P_IPV6, header, content);
}

function onLink(group: string, sender: Sender, etherType: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const { from, family, tags = [] } = sender;
  const type = Uint8Array.of(etherType >> 8, etherType & 0xff);
  const frame = concat(groupMac(group), parseMac(addressOf(from, family)), type, ...parts);
  const padding = new Uint8Array(Math.max(0, SHORTEST - frame.length));
  return withTags(concat(frame, padding), tags);
}

/** The number of a station's frame, whatever it is made of. */
export function numberOfStationFrame(frame: Uint8Array): number | undefined {
  const at = 12 + 4 * tagsOf(frame).length;
  const type = readU16(frame, at);
  if (type === ETH_P_IP) return readU16(frame, at + 6);
  return type === ETH_P_IPV6 ? readU32(frame, at + 2) & 0xf_ffff : numberOf(frame);
}

// Messages.

function igmp(destination: string, sender: Sender, message: Uint8Array, fault?: Fault): Uint8Array {
  writeU16(message, 2, internetChecksum(message) ^ (fault === 'checksum' ? 0x0101 : 0));
  const content = fault === 'short' ? message.subarray(0, 4) : message;
  return ipv4Frame(destination, sender, IPPROTO_IGMP, content, true, fault);
}

/** With the hop-by-hop option that RFC 2710, section 3, asks for. */
function mld(destination: string, sender: Sender, message: Uint8Array, fault?: Fault): Uint8Array {
  const option = Uint8Array.of(IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 0, 0);
  const source = fault === 'global source' ? '2001:db8::1' : sender.source;
  const whole = source === undefined ? sender : { ...sender, source };
  const frame = ipv6Frame(destination, { ...whole, tags: [] }, 0, concat(option, message));
  const at = ETH_HLEN + 48;
  const sum = pseudoHeaderSum(frame, ETH_HLEN, IPPROTO_ICMPV6, message.length);
  const checksum = internetChecksum(frame, at, at + message.length, sum);
  writeU16(frame, at + 2, checksum ^ (fault === 'checksum' ? 0x0101 : 0));
  return withTags(frame, sender.tags ?? []);
}

const REPORT_TYPE = { IGMPv1: 0x12, IGMPv2: 0x16 } as const;

/** The station says that it wants the group. */
export function joinFrame(protocol: Protocol, group: string, sender: Sender, fault?: Fault): Uint8Array {
  switch (protocol) {
    case 'IGMPv1':
    case 'IGMPv2':
      return igmp(group, sender, concat(Uint8Array.of(REPORT_TYPE[protocol], 0, 0, 0), parseIpv4(group)), fault);
    case 'MLDv1':
      return mld(group, sender, concat(Uint8Array.of(131, 0, 0, 0, 0, 0, 0, 0), parseIpv6(group)), fault);
    case 'IGMPv3':
    case 'MLDv2':
      return reportFrame(protocol, [{ type: 'TO_EX', group, sources: [] }], sender, fault);
  }
}

/** The station says that it wants it no more. */
export function leaveFrame(protocol: Protocol, group: string, sender: Sender): Uint8Array {
  switch (protocol) {
    case 'IGMPv1':
    case 'IGMPv2':
      return igmp('224.0.0.2', sender, concat(Uint8Array.of(0x17, 0, 0, 0), parseIpv4(group)));
    case 'MLDv1':
      return mld('ff02::2', sender, concat(Uint8Array.of(132, 0, 0, 0, 0, 0, 0, 0), parseIpv6(group)));
    case 'IGMPv3':
    case 'MLDv2':
      return reportFrame(protocol, [{ type: 'TO_IN', group, sources: [] }], sender);
  }
}

export const RECORD_NUMBERS = { IS_IN: 1, IS_EX: 2, TO_IN: 3, TO_EX: 4, ALLOW: 5, BLOCK: 6 } as const;
export type RecordName = keyof typeof RECORD_NUMBERS;

export interface GroupRecord {
  readonly type: RecordName;
  readonly group: string;
  readonly sources: readonly string[];
}

/** RFC 3376, section 4.2; RFC 3810, section 5.2. */
export function reportFrame(
  protocol: 'IGMPv3' | 'MLDv2',
  records: readonly GroupRecord[],
  sender: Sender,
  fault?: Fault,
): Uint8Array {
  const isMld = protocol === 'MLDv2';
  const parse = isMld ? parseIpv6 : parseIpv4;
  const head = new Uint8Array(8);
  head[0] = isMld ? 143 : 0x22;
  writeU16(head, 6, records.length + (fault === 'records' ? 1 : 0));
  const bodies = records.map(({ type, group, sources }) => {
    const begin = Uint8Array.of(RECORD_NUMBERS[type], 0, sources.length >> 8, sources.length & 0xff);
    return concat(begin, parse(group), ...sources.map(parse));
  });
  const message = concat(head, ...bodies);
  return isMld ? mld('ff02::16', sender, message, fault) : igmp('224.0.0.22', sender, message, fault);
}

export interface QueryOptions {
  /** Tenths of a second within which members answer. */
  readonly answersWithin?: number;
  /** Absent: of all groups. */
  readonly group?: string;
  readonly fault?: Fault;
}

/** A querier asks who is a member. */
export function questionFrame(protocol: Protocol, sender: Sender, options: QueryOptions = {}): Uint8Array {
  const { answersWithin = 1, group, fault } = options;
  if (protocol === 'MLDv1' || protocol === 'MLDv2') {
    const message = new Uint8Array(protocol === 'MLDv1' ? 24 : 28);
    message[0] = 130;
    writeU16(message, 4, answersWithin * 100);
    if (group !== undefined) message.set(parseIpv6(group), 8);
    if (protocol === 'MLDv2') message.set([2, 125], 24);
    return mld(fault === 'destination' ? 'ff02::2' : (group ?? 'ff02::1'), sender, message, fault);
  }
  const message = new Uint8Array(protocol === 'IGMPv3' ? 12 : 8);
  message[0] = 0x11;
  message[1] = protocol === 'IGMPv1' ? 0 : answersWithin;
  if (group !== undefined) message.set(parseIpv4(group), 4);
  if (protocol === 'IGMPv3') message.set([2, 125], 8);
  return igmp(fault === 'destination' ? '224.0.0.2' : (group ?? '224.0.0.1'), sender, message, fault);
}

/** What a frame that a bridge sent asks for; undefined: it is no query. */
export interface Question {
  readonly protocol: Protocol;
  readonly source: string;
  /** Empty: of all groups. */
  readonly group: string;
  readonly ttl: number;
  readonly bytes: Uint8Array;
}
