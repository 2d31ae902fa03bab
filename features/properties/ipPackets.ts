/** IP packets of stations, and what a router is to make of them, computed byte by byte. */
import { parseIpv4, parseMac } from '../../reference-impl/packet/addresses.js';
import {
  buildFrame,
  ethernet,
  icmpEcho,
  ipv4,
  payload,
  payloadPattern,
  udp,
  type Layer,
} from '../../reference-impl/packet/build.js';
import {
  hopped6,
  icmpIn6,
  isIpv6Packet,
  isIpv6Text,
  isOwnDoing,
  packetIn6,
  stationPacket6,
  type ExtensionName,
} from './ipv6Packets.js';
import { concat } from '../../reference-impl/packet/bytes.js';

export interface PacketOfStation {
  readonly from: string;
  readonly to: string;
  /** Addresses of Ethernet. */
  readonly source: string;
  readonly destination: string;
  readonly ttl?: number;
  /** Bytes of the IPv4 packet. */
  readonly length?: number;
  readonly dontFragment?: boolean;
  readonly number: number;
  readonly options?: Uint8Array;
  readonly tos?: number;
  readonly sourcePort?: number;
  /** Of eight bytes; the packet is a fragment behind the first. */
  readonly fragmentOffset?: number;
  /** `unknown`: a protocol that no host has; of IPv6 alone. */
  readonly kind?: 'udp' | 'echo' | 'icmp-error' | 'unknown';
  /** Of IPv6. */
  readonly flowLabel?: number;
  readonly extensions?: readonly ExtensionName[];
}

const ETH = 14;
const SHORTEST = 46;

/** A frame with a packet in it; packets with different numbers differ throughout. */
export function stationPacket(packet: PacketOfStation): Uint8Array {
  if (isIpv6Text(packet.from)) return stationPacket6(packet);
  const { from, to, options = new Uint8Array(0), number, kind = 'udp' } = packet;
  const header = 20 + options.length;
  const body = Math.max(8, (packet.length ?? SHORTEST) - header - 8);
  const above: Layer[] =
    kind === 'udp'
      ? [
          udp({ sourcePort: packet.sourcePort ?? 4000 + (number % 1000), destinationPort: 9 }),
          payload(payloadPattern(body, number)),
        ]
      : kind === 'echo'
        ? [icmpEcho({ identifier: 7, sequence: number & 0xffff }), payload(payloadPattern(body, number))]
        : [payload(icmpError(body, number))];
  const { bytes } = buildFrame([
    ethernet({ destination: packet.destination, source: packet.source }),
    ipv4({
      source: from,
      destination: to,
      ttl: packet.ttl ?? 64,
      identification: number & 0xffff,
      dontFragment: packet.dontFragment ?? false,
      fragmentOffset: packet.fragmentOffset ?? 0,
      options,
      tos: packet.tos ?? 0,
      ...(kind === 'icmp-error' ? { protocol: 1 } : {}),
    }),
    ...above,
  ]);
  return padded(bytes);
}

const ETH_ZLEN = 60;

/** To the shortest frame of Ethernet, with bytes that would show if they went on. */
function padded(frame: Uint8Array): Uint8Array {
  if (frame.length >= ETH_ZLEN) return frame;
  const longer = new Uint8Array(ETH_ZLEN).fill(0xa5);
  longer.set(frame);
  return longer;
}

/** Destination unreachable, with some of a packet that nobody sent. */
function icmpError(body: number, number: number): Uint8Array {
  const message = new Uint8Array(8 + body);
  message[0] = 3;
  message[1] = 1;
  message.set(payloadPattern(body, number), 8);
  const sum = naiveChecksum(message);
  message.set([sum >> 8, sum & 0xff], 2);
  return message;
}

/** RFC 1071 as it is written: word by word, carries added at the end. */
export function naiveChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = Math.floor(sum / 0x10000) + (sum % 0x10000);
  return 0xffff - sum;
}

export const headerOf = (packet: Uint8Array): Uint8Array => packet.subarray(0, ((packet[0] ?? 0) & 15) * 4);

/** The packet in a frame, without what pads the frame. */
export function packetIn(frame: Uint8Array): Uint8Array {
  const packet = frame.subarray(ETH);
  if (isIpv6Packet(packet)) return packetIn6(packet);
  return packet.subarray(0, (packet[2] ?? 0) * 256 + (packet[3] ?? 0));
}

/** The packet with its TTL one less, and the header's checksum anew. */
export function hopped(packet: Uint8Array): Uint8Array {
  if (isIpv6Packet(packet)) return hopped6(packet);
  const changed = packet.slice();
  changed[8] = (changed[8] ?? 0) - 1;
  return withHeaderChecksum(changed);
}

export function withHeaderChecksum(packet: Uint8Array): Uint8Array {
  const changed = packet.slice();
  changed.set([0, 0], 10);
  const sum = naiveChecksum(headerOf(changed));
  changed.set([sum >> 8, sum & 0xff], 10);
  return changed;
}

/** The frame that brings a packet on, padded as Ethernet wants it. */
export function routedFrame(frame: Uint8Array, from: string, to: string): Uint8Array {
  return framed(hopped(packetIn(frame)), from, to);
}

export function framed(packet: Uint8Array, from: string, to: string): Uint8Array {
  const type = isIpv6Packet(packet) ? [0x86, 0xdd] : [0x08, 0x00];
  return concat(parseMac(to), parseMac(from), Uint8Array.from(type), packet);
}

/** What a frame carries without padding, as long as that is zeroes: frames that differ in it alone are the same. */
export function withoutPadding(frame: Uint8Array): Uint8Array {
  const end = ETH + packetIn(frame).length;
  return (isIpv4(frame) || isIpv6(frame)) && frame.subarray(end).every((byte) => byte === 0)
    ? frame.subarray(0, end)
    : frame;
}

export const typeOf = (frame: Uint8Array): number => (frame[12] ?? 0) * 256 + (frame[13] ?? 0);
const IGMP = 2;
export const isIpv4 = (frame: Uint8Array): boolean => typeOf(frame) === 0x0800;
export const isIpv6 = (frame: Uint8Array): boolean => typeOf(frame) === 0x86dd;
/** Reports of groups, and what neighbours ask each other, are the kernel's own, and come when they like. */
export const isPacket = (frame: Uint8Array): boolean =>
  (isIpv4(frame) && frame[ETH + 9] !== IGMP) || (isIpv6(frame) && !isOwnDoing(packetIn(frame)));
export const isArp = (frame: Uint8Array): boolean => typeOf(frame) === 0x0806;

export interface IcmpError {
  readonly from: string;
  readonly to: string;
  readonly type: number;
  readonly code: number;
  readonly info: number;
  readonly quote: Uint8Array;
  readonly isSound: boolean;
}

const text = (bytes: Uint8Array): string => bytes.join('.');

/** What a frame says if it is ICMP; undefined: it is something else. */
export function icmpIn(frame: Uint8Array): IcmpError | undefined {
  const packet = packetIn(frame);
  if (isIpv6(frame)) return icmpIn6(packet);
  if (!isIpv4(frame)) return undefined;
  if (packet[9] !== 1) return undefined;
  const message = packet.subarray(headerOf(packet).length);
  return {
    from: text(packet.subarray(12, 16)),
    to: text(packet.subarray(16, 20)),
    type: message[0] ?? 0,
    code: message[1] ?? 0,
    info:
      ((message[4] ?? 0) * 0x1000000 + (message[5] ?? 0) * 0x10000 + (message[6] ?? 0) * 256 + (message[7] ?? 0)) >>> 0,
    quote: message.subarray(8),
    isSound: naiveChecksum(message) === 0 && naiveChecksum(headerOf(packet)) === 0,
  };
}

export interface ArpMessage {
  readonly to: string;
  readonly operation: number;
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetMac: string;
  readonly targetIp: string;
}

const mac = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');

export const arpIn = (frame: Uint8Array): ArpMessage => ({
  to: mac(frame.subarray(0, 6)),
  operation: (frame[20] ?? 0) * 256 + (frame[21] ?? 0),
  senderMac: mac(frame.subarray(22, 28)),
  senderIp: text(frame.subarray(28, 32)),
  targetMac: mac(frame.subarray(32, 38)),
  targetIp: text(frame.subarray(38, 42)),
});

/** 32 bits, the first byte the highest. */
export const addressNumber = (address: string): number =>
  parseIpv4(address).reduce((number, byte) => number * 256 + byte, 0);
export const numberAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
