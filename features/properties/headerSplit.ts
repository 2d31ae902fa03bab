/** TCP segments of known header length, for header split. */
import fc from 'fast-check';
import {
  buildFrame,
  ethernet,
  ipv4,
  ipv6,
  offsetOf,
  payload,
  payloadPattern,
  tcp,
} from '../../reference-impl/packet/build.js';
import { FAR_END } from './numberedFrames.js';
import type { NetworkName } from './tcpStreams.js';

export interface SplitSegment {
  readonly network: NetworkName;
  /** Bytes of TCP options, a multiple of four, at most 40. */
  readonly options: number;
  readonly payload: number;
}

export interface SplitFrame {
  readonly bytes: Uint8Array;
  /** Bytes up to the first one of the payload. */
  readonly headerLength: number;
}

/** No-operation options: they mean nothing and have to be skipped. */
const noOperations = (length: number): Uint8Array => new Uint8Array(length).fill(1);

export function splitFrame({ network, options, payload: length }: SplitSegment, to: string): SplitFrame {
  const frame = buildFrame([
    ethernet({ destination: to, source: FAR_END }),
    network === 'IPv4'
      ? ipv4({ source: '198.51.100.7', destination: '192.0.2.1' })
      : ipv6({ source: '2001:db8::7', destination: '2001:db8::1' }),
    tcp({ sourcePort: 30_000, destinationPort: 80, options: noOperations(options) }),
    payload(payloadPattern(length, length)),
  ]);
  return { bytes: frame.bytes, headerLength: offsetOf(frame, 'payload') };
}

const HEADERS_OF_IPV4_TCP = 54;

/** A TCP segment over IPv4 without options, in a frame of this length. */
export const frameOfLength = (length: number, to: string): SplitFrame =>
  splitFrame({ network: 'IPv4', options: 0, payload: length - HEADERS_OF_IPV4_TCP }, to);

export const splitSegment: fc.Arbitrary<SplitSegment> = fc.record({
  network: fc.constantFrom<NetworkName>('IPv4', 'IPv6'),
  options: fc.nat({ max: 10 }).map((words) => 4 * words),
  payload: fc.integer({ min: 8, max: 1400 }),
});
export const splitLength = fc.integer({ min: 62, max: 1514 });
