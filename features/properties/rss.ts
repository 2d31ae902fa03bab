/** What receive-side scaling promises, computed by its definition: slow, and independent of how a device does it. */
import fc from 'fast-check';
import { parseIpv4, parseIpv6 } from '../../reference-impl/packet/addresses.js';
import {
  buildFrame,
  ethernet,
  fragment6,
  ipv4,
  ipv6,
  payload,
  payloadPattern,
} from '../../reference-impl/packet/build.js';
import { concat, fromHex, writeU16 } from '../../reference-impl/packet/bytes.js';
import { formatIpv4, formatIpv6 } from '../../reference-impl/packet/addresses.js';
import { BROADCAST, FAR_END } from './numberedFrames.js';
import { hasPorts, isIpv6, type Flow } from './flows.js';

/** "Verifying the RSS Hash Calculation" publishes hashes for this key. */
export const PUBLISHED_KEY: Uint8Array = fromHex(
  '6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa',
);

/** The Toeplitz hash by its definition: the key moves left by one bit for each bit of the input. */
export function toeplitzByDefinition(key: Uint8Array, input: Uint8Array): number {
  const bitOf = (bytes: Uint8Array, bit: number): number => ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
  let window = ((key[0] ?? 0) << 24) | ((key[1] ?? 0) << 16) | ((key[2] ?? 0) << 8) | (key[3] ?? 0);
  let hash = 0;
  for (let bit = 0; bit < 8 * input.length; bit++) {
    if (bitOf(input, bit) === 1) hash ^= window;
    window = (window << 1) | bitOf(key, (bit + 32) % (8 * key.length));
  }
  return hash >>> 0;
}

export type InputTransform = 'none' | 'sym-xor' | 'sym-or-xor';

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, index) => byte ^ (b[index] ?? 0));
const or = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, index) => byte | (b[index] ?? 0));

function portBytes(port: number): Uint8Array {
  const bytes = new Uint8Array(2);
  writeU16(bytes, 0, port);
  return bytes;
}

function pair(source: Uint8Array, destination: Uint8Array, transform: InputTransform): Uint8Array {
  switch (transform) {
    case 'none':
      return concat(source, destination);
    case 'sym-xor':
      return concat(xor(source, destination), xor(source, destination));
    case 'sym-or-xor':
      return concat(or(source, destination), xor(source, destination));
  }
}

/** The bytes that are hashed: addresses, then ports where `withPorts` and the flow has them. */
export function hashInput(flow: Flow, withPorts = true, transform: InputTransform = 'none'): Uint8Array {
  const addresses = pair(flow.source, flow.destination, transform);
  if (!withPorts || !hasPorts(flow)) return addresses;
  return concat(addresses, pair(portBytes(flow.sourcePort), portBytes(flow.destinationPort), transform));
}

export const expectedHash = (
  key: Uint8Array,
  flow: Flow,
  withPorts = true,
  transform: InputTransform = 'none',
): number => toeplitzByDefinition(key, hashInput(flow, withPorts, transform));

/** The entry of the table for a hash: its low bits; for a table whose size is no power of two, the remainder. */
export const expectedQueue = (table: readonly number[], hash: number): number | undefined => table[hash % table.length];

/** A flow from text, for tables of examples: `IP` packets have no ports. */
export function flowFromText(
  kind: string,
  source: string,
  sourcePort: number,
  destination: string,
  destinationPort: number,
): Flow {
  const bytes = (text: string): Uint8Array => (text.includes(':') ? parseIpv6(text) : parseIpv4(text));
  return {
    protocol: kind === 'TCP' ? 'tcp' : kind === 'UDP' ? 'udp' : 'other',
    source: bytes(source),
    destination: bytes(destination),
    sourcePort,
    destinationPort,
  };
}

/** A UDP datagram in fragments of `size` bytes, a multiple of 8: only the first one has the ports. */
export function fragmentsOf(flow: Flow, to: string, length: number, size: number): Uint8Array[] {
  const header = new Uint8Array(8);
  writeU16(header, 0, flow.sourcePort);
  writeU16(header, 2, flow.destinationPort);
  writeU16(header, 4, length + 8);
  const datagram = concat(header, payloadPattern(length, 7));
  const fragments: Uint8Array[] = [];
  for (let at = 0; at < datagram.length; at += size) {
    fragments.push(fragment(flow, to, datagram.subarray(at, at + size), at / 8, at + size < datagram.length));
  }
  return fragments;
}

const UDP = 17;

function fragment(
  flow: Flow,
  to: string,
  content: Uint8Array,
  fragmentOffset: number,
  moreFragments: boolean,
): Uint8Array {
  const link = ethernet({ destination: to, source: FAR_END });
  if (isIpv6(flow)) {
    const ends = { source: formatIpv6(flow.source, 0), destination: formatIpv6(flow.destination, 0) };
    const part = fragment6({ fragmentOffset, moreFragments, identification: 77, nextHeader: UDP });
    return buildFrame([link, ipv6(ends), part, payload(content)], { pad: true }).bytes;
  }
  const ends = { source: formatIpv4(flow.source, 0), destination: formatIpv4(flow.destination, 0) };
  const part = ipv4({ ...ends, fragmentOffset, moreFragments, identification: 77, protocol: UDP });
  return buildFrame([link, part, payload(content)], { pad: true }).bytes;
}

/** Types of frames that no device hashes as IP. */
export const NOT_IP = {
  'an ARP request': 0x0806,
  'an LLDP frame': 0x88cc,
  'a frame of an unknown type': 0x88b6,
} as const;
export type NotIp = keyof typeof NOT_IP;

/** A broadcast frame of this type: what lies in it does not matter to a hash. */
export function frameOfType(etherType: number, seed = 0): Uint8Array {
  return buildFrame([
    ethernet({ destination: BROADCAST, source: FAR_END, etherType }),
    payload(payloadPattern(46, seed)),
  ]).bytes;
}

export const notIpType = fc
  .integer({ min: 0x0600, max: 0xffff })
  .filter((type) => ![0x0800, 0x86dd, 0x8100, 0x88a8, 0x8808, 0x8847, 0x8848, 0x8863, 0x8864].includes(type));

export const keyOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length }).filter((key) => key.some((byte) => byte !== key[0]));

/** A table of this size over queues 0 to `queues` - 1. */
export const tableOf = (size: number, queues: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 0, max: queues - 1 }), { minLength: size, maxLength: size });

/** The table that names these queues in turn. */
export const tableInTurn = (size: number, queues: readonly number[]): number[] =>
  Array.from({ length: size }, (_, index) => queues[index % queues.length] ?? 0);

/** True for a key that repeats every two bytes: it hashes both directions alike, and few flows apart. */
export const isPeriodicKey = (key: Uint8Array): boolean => key.every((byte, index) => byte === key[index % 2]);
