/** Frames of any length and type, and what may stand behind them on the cable. */
import fc from 'fast-check';
import { buildFrame, ethernet, ipv4, ipv6, payload, payloadPattern, udp } from '../../reference-impl/packet/build.js';
import { VXLAN_PORT } from '../../reference-impl/packet/protocols.js';

export const ETHERNET_HEADER = 14;
export const SHORTEST_FRAME = 60;

export interface PlainFrame {
  readonly destination: string;
  readonly source: string;
  readonly etherType: number;
  /** In all, with the Ethernet header. */
  readonly length: number;
  readonly seed: number;
}

/** A frame of a type that says what is in it, and of content that does not. */
export const plainFrame = ({ destination, source, etherType, length, seed }: PlainFrame): Uint8Array =>
  buildFrame([ethernet({ destination, source, etherType }), payload(payloadPattern(length - ETHERNET_HEADER, seed))])
    .bytes;

/** Tags would be taken out, and MAC control frames are for the device. */
const NOT_PLAIN = new Set([0x8100, 0x88a8, 0x8808]);
export const etherType = fc.integer({ min: 0, max: 0xffff }).filter((type) => !NOT_PLAIN.has(type));
export const seed = fc.nat(0xffff);

/** `got` is `sent`, or `sent` with zeroes behind it up to the shortest frame of Ethernet. */
export function isPaddedFrom(got: Uint8Array, sent: Uint8Array): boolean {
  if (got.length < sent.length || got.length > Math.max(sent.length, SHORTEST_FRAME)) return false;
  return sent.every((byte, index) => got[index] === byte) && got.subarray(sent.length).every((byte) => byte === 0);
}

export interface Datagram {
  readonly network: 'IPv4' | 'IPv6';
  readonly length: number;
  readonly seed: number;
}

/** A UDP datagram that nobody answers. */
export function datagramFrame(
  { network, length, seed: content }: Datagram,
  source: string,
  destination: string,
): Uint8Array {
  return buildFrame(
    [
      ethernet({ destination, source }),
      network === 'IPv4'
        ? ipv4({ source: '192.0.2.1', destination: '192.0.2.2' })
        : ipv6({ source: '2001:db8::1', destination: '2001:db8::2' }),
      udp({ sourcePort: 1024 + content, destinationPort: 9000 }),
      payload(payloadPattern(length, content)),
    ],
    { pad: true },
  ).bytes;
}

export const datagram: fc.Arbitrary<Datagram> = fc.record({
  network: fc.constantFrom('IPv4' as const, 'IPv6' as const),
  length: fc.integer({ min: 20, max: 1400 }),
  seed: fc.nat(VXLAN_PORT - 1025),
});
