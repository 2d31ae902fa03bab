/** IPv6 packets of stations, messages between neighbours, and what a router is to make of them, computed byte by byte. */
import { formatIpv6, parseIpv6, parseMac } from '../../reference-impl/packet/addresses.js';
import { payloadPattern } from '../../reference-impl/packet/build.js';
import { concat } from '../../reference-impl/packet/bytes.js';
import type { IcmpError, PacketOfStation } from './ipPackets.js';

const ETH = 14;
const HEADER = 40;
const UDP = 17;
const ICMPV6 = 58;
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;
const EXPERIMENTAL = 253;

export const isIpv6Text = (address: string): boolean => address.includes(':');
export const isIpv6Packet = (packet: Uint8Array): boolean => (packet[0] ?? 0) >> 4 === 6;

/** RFC 1071, word by word, over the pseudo header and what is summed. */
export function sumOf(from: string, to: string, protocol: number, bytes: Uint8Array): number {
  const length = bytes.length;
  const words = concat(
    parseIpv6(from),
    parseIpv6(to),
    Uint8Array.of(0, 0, length >> 8, length & 0xff, 0, 0, 0, protocol),
    bytes,
  );
  let sum = 0;
  for (let at = 0; at < words.length; at += 2) sum += (words[at] ?? 0) * 256 + (words[at + 1] ?? 0);
  while (sum > 0xffff) sum = Math.floor(sum / 0x10000) + (sum % 0x10000);
  return 0xffff - sum;
}

function summed(from: string, to: string, protocol: number, bytes: Uint8Array, at: number): Uint8Array {
  const sum = sumOf(from, to, protocol, bytes);
  bytes.set([sum >> 8, sum & 0xff], at);
  return bytes;
}

/** Headers behind the fixed one, by what they are called. */
export type ExtensionName =
  | 'hop-by-hop'
  | 'skippable option'
  | 'option to drop'
  | 'option to report'
  | 'option to report to anybody'
  | 'destination option to report'
  | 'router alert'
  | 'used source route'
  | 'source route';

/** Eight bytes each; the first is the next header, written when it is known. */
const EXTENSIONS: Readonly<Record<ExtensionName, { readonly protocol: number; readonly bytes: readonly number[] }>> = {
  'hop-by-hop': { protocol: HOP_BY_HOP, bytes: [0, 0, 1, 4, 0, 0, 0, 0] },
  'router alert': { protocol: HOP_BY_HOP, bytes: [0, 0, 5, 2, 0, 0, 1, 0] },
  // The two highest bits of an option say what is to become of a packet with one that is not known (RFC 8200, section 4.2).
  'skippable option': { protocol: HOP_BY_HOP, bytes: [0, 0, 0x1e, 4, 1, 2, 3, 4] },
  'option to drop': { protocol: HOP_BY_HOP, bytes: [0, 0, 0x5e, 4, 1, 2, 3, 4] },
  'option to report to anybody': { protocol: HOP_BY_HOP, bytes: [0, 0, 0x9e, 4, 1, 2, 3, 4] },
  'option to report': { protocol: HOP_BY_HOP, bytes: [0, 0, 0xde, 4, 1, 2, 3, 4] },
  'destination option to report': { protocol: DESTINATION_OPTIONS, bytes: [0, 0, 0xde, 4, 1, 2, 3, 4] },
  // Type 0 with room for one address, and none left to go to.
  'used source route': { protocol: ROUTING, bytes: [0, 2, 0, 0, 0, 0, 0, 0, ...parseIpv6('2001:db8:99::1')] },
  'source route': { protocol: ROUTING, bytes: [0, 2, 0, 1, 0, 0, 0, 0, ...parseIpv6('2001:db8:99::1')] },
};

export const isExtensionName = (name: string): name is ExtensionName => name in EXTENSIONS;

/** A frame with a packet in it; packets with different numbers differ throughout. `length`: of the whole packet. */
export function stationPacket6(packet: PacketOfStation): Uint8Array {
  const { from, to, number, kind = 'udp' } = packet;
  const extensions = (packet.extensions ?? []).map((name) => EXTENSIONS[name]);
  const fragment =
    packet.fragmentOffset === undefined
      ? []
      : [{ protocol: FRAGMENT, bytes: [0, 0, ...wordOf(packet.fragmentOffset * 8), 0, 0, ...wordOf(number)] }];
  const behind = [...extensions, ...fragment];
  const lengthBefore = HEADER + behind.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const body = Math.max(8, (packet.length ?? 64) - lengthBefore - 8);
  const content = contentOf(packet, kind, body);
  const protocols = [...behind.map(({ protocol }) => protocol), content.protocol];
  const headers = behind.map(({ bytes }, index) =>
    Uint8Array.from(bytes, (byte, at) => (at === 0 ? (protocols[index + 1] ?? 0) : byte)),
  );
  const [trafficClass, label] = [packet.tos ?? 0, packet.flowLabel ?? 0];
  const length = lengthBefore - HEADER + content.bytes.length;
  return concat(
    parseMac(packet.destination),
    parseMac(packet.source),
    Uint8Array.of(0x86, 0xdd),
    Uint8Array.of(0x60 | (trafficClass >> 4), ((trafficClass & 15) << 4) | (label >> 16), ...wordOf(label & 0xffff)),
    Uint8Array.of(...wordOf(length), protocols[0] ?? 0, packet.ttl ?? 64),
    parseIpv6(from),
    parseIpv6(to),
    ...headers,
    content.bytes,
  );
}

const wordOf = (value: number): readonly [number, number] => [(value >> 8) & 0xff, value & 0xff];

function contentOf(
  { from, to, number, sourcePort }: PacketOfStation,
  kind: NonNullable<PacketOfStation['kind']>,
  body: number,
): { readonly protocol: number; readonly bytes: Uint8Array } {
  const pattern = payloadPattern(body, number);
  switch (kind) {
    case 'udp': {
      const ports = [...wordOf(sourcePort ?? 4000 + (number % 1000)), 0, 9, ...wordOf(8 + body), 0, 0];
      return { protocol: UDP, bytes: summed(from, to, UDP, concat(Uint8Array.from(ports), pattern), 6) };
    }
    case 'echo':
      return { protocol: ICMPV6, bytes: icmp(from, to, [128, 0, 0, 0, 0, 7, ...wordOf(number & 0xffff)], pattern) };
    case 'icmp-error':
      return { protocol: ICMPV6, bytes: icmp(from, to, [1, 4, 0, 0, 0, 0, 0, 0], pattern) };
    case 'unknown':
      return { protocol: EXPERIMENTAL, bytes: pattern };
  }
}

const icmp = (from: string, to: string, start: readonly number[], rest: Uint8Array): Uint8Array =>
  summed(from, to, ICMPV6, concat(Uint8Array.from(start), rest), 2);

/** Without what pads the frame. */
export const packetIn6 = (packet: Uint8Array): Uint8Array =>
  packet.subarray(0, HEADER + (packet[4] ?? 0) * 256 + (packet[5] ?? 0));

export function hopped6(packet: Uint8Array): Uint8Array {
  const changed = packet.slice();
  changed[7] = (changed[7] ?? 0) - 1;
  return changed;
}

/** Where the content is, behind the extension headers, and what it is. */
function contentAt(packet: Uint8Array): { readonly protocol: number; readonly at: number } {
  let [protocol, at] = [packet[6] ?? 0, HEADER];
  while ([HOP_BY_HOP, ROUTING, DESTINATION_OPTIONS].includes(protocol) && at < packet.length)
    [protocol, at] = [packet[at] ?? 0, at + 8 * ((packet[at + 1] ?? 0) + 1)];
  return { protocol, at };
}

/** Messages that a kernel sends by itself: listener reports, router and neighbour discovery. */
export function isOwnDoing(packet: Uint8Array): boolean {
  const { protocol, at } = contentAt(packet);
  const type = packet[at] ?? 0;
  return protocol === ICMPV6 && ((type >= 130 && type <= 137) || type === 143);
}

/** What a packet says if it is ICMPv6. */
export function icmpIn6(packet: Uint8Array): IcmpError | undefined {
  const { protocol, at } = contentAt(packet);
  if (protocol !== ICMPV6) return undefined;
  const message = packet.subarray(at);
  const [from, to] = [formatIpv6(packet.subarray(8, 24)), formatIpv6(packet.subarray(24, 40))];
  const [a = 0, b = 0, c = 0, d = 0] = message.subarray(4, 8);
  return {
    from,
    to,
    type: message[0] ?? 0,
    code: message[1] ?? 0,
    info: (a * 0x1000000 + b * 0x10000 + c * 256 + d) >>> 0,
    quote: message.subarray(8),
    isSound: sumOf(from, to, ICMPV6, message) === 0,
  };
}

/** RFC 4861: who has an address, and who says so. */
export interface NeighbourMessage {
  /** Address of Ethernet that the frame is for. */
  readonly frameTo: string;
  readonly from: string;
  readonly to: string;
  readonly kind: 'solicitation' | 'advertisement';
  readonly hopLimit: number;
  readonly target: string;
  readonly isRouter: boolean;
  readonly isSolicited: boolean;
  readonly overrides: boolean;
  /** Of the option; undefined: there is none. */
  readonly station: string | undefined;
  readonly isSound: boolean;
}

const SOLICITATION = 135;
const ADVERTISEMENT = 136;

const macText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');

export function neighbourMessageIn(frame: Uint8Array): NeighbourMessage | undefined {
  const packet = packetIn6(frame.subarray(ETH));
  const { protocol, at } = contentAt(packet);
  const type = packet[at] ?? 0;
  if (protocol !== ICMPV6 || (type !== SOLICITATION && type !== ADVERTISEMENT)) return undefined;
  const message = packet.subarray(at);
  const [from, to] = [formatIpv6(packet.subarray(8, 24)), formatIpv6(packet.subarray(24, 40))];
  const wanted = type === SOLICITATION ? 1 : 2;
  let station: string | undefined;
  for (let option = 24; option + 8 <= message.length; option += 8 * Math.max(1, message[option + 1] ?? 1))
    if (message[option] === wanted) station ??= macText(message.subarray(option + 2, option + 8));
  const flags = message[4] ?? 0;
  return {
    frameTo: macText(frame.subarray(0, 6)),
    from,
    to,
    kind: type === SOLICITATION ? 'solicitation' : 'advertisement',
    hopLimit: packet[7] ?? 0,
    target: formatIpv6(message.subarray(8, 24)),
    isRouter: (flags & 0x80) !== 0,
    isSolicited: (flags & 0x40) !== 0,
    overrides: (flags & 0x20) !== 0,
    station,
    isSound: sumOf(from, to, ICMPV6, message) === 0,
  };
}

export interface NeighbourMessageOfStation {
  readonly kind: 'solicitation' | 'advertisement';
  readonly source: string;
  /** Absent: what the address of IPv6 says. */
  readonly destination: string;
  readonly from: string;
  readonly to: string;
  readonly target: string;
  readonly isRouter?: boolean;
  readonly isSolicited?: boolean;
  readonly overrides?: boolean;
  /** Absent: no option. */
  readonly station?: string | undefined;
  readonly hopLimit?: number;
  readonly code?: number;
  /** An option without a length, which makes the message no good. */
  readonly hasBrokenOption?: boolean;
}

export function neighbourFrame(message: NeighbourMessageOfStation): Uint8Array {
  const { kind, from, to } = message;
  const flags = (message.isRouter === true ? 0x80 : 0) | (message.isSolicited === true ? 0x40 : 0);
  const option =
    message.station === undefined ? [] : [kind === 'solicitation' ? 1 : 2, 1, ...parseMac(message.station)];
  const broken = message.hasBrokenOption === true ? [99, 0, 0, 0, 0, 0, 0, 0] : [];
  const start = [kind === 'solicitation' ? SOLICITATION : ADVERTISEMENT, message.code ?? 0, 0, 0];
  const bytes = icmp(
    from,
    to,
    [...start, flags | (message.overrides === true ? 0x20 : 0), 0, 0, 0],
    Uint8Array.of(...parseIpv6(message.target), ...option, ...broken),
  );
  return concat(
    parseMac(message.destination),
    parseMac(message.source),
    Uint8Array.of(0x86, 0xdd, 0x60, 0, 0, 0, ...wordOf(bytes.length), ICMPV6, message.hopLimit ?? 255),
    parseIpv6(from),
    parseIpv6(to),
    bytes,
  );
}

/** The group of who may have an address, and the address of Ethernet of a group. */
export function solicitedNodeOf(address: string): string {
  const group = parseIpv6('ff02::1:ff00:0').slice();
  group.set(parseIpv6(address).subarray(13), 13);
  return formatIpv6(group);
}

export const groupMacOf = (group: string): string =>
  macText(Uint8Array.of(0x33, 0x33, ...parseIpv6(group).subarray(12)));

/** The address of the link that a net device makes of its address of Ethernet (RFC 2464). */
export function linkLocalOf(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = parseMac(mac);
  return formatIpv6(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f));
}
