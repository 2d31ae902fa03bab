/** Flows of IP packets: addresses and ports as values, and the packets that belong to them. */
import fc from 'fast-check';
import { formatIpv4, formatIpv6 } from '../../reference-impl/packet/addresses.js';
import {
  buildFrame,
  ethernet,
  ipv4,
  ipv6,
  payload,
  payloadPattern,
  sctp,
  tcp,
  udp,
} from '../../reference-impl/packet/build.js';
import { readU32, writeU32 } from '../../reference-impl/packet/bytes.js';
import type { Layer } from '../../reference-impl/packet/layers.js';
import { FAR_END } from './numberedFrames.js';

export type Protocol = 'tcp' | 'udp' | 'sctp' | 'other';

/** One direction of a conversation. Addresses are 4 or 16 bytes, in network byte order. */
export interface Flow {
  readonly protocol: Protocol;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** Of no meaning where the protocol is `other`. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** IPv6 only. */
  readonly flowLabel?: number;
}

/** The types of flow that ethtool names. */
export type FlowName = 'tcp4' | 'udp4' | 'sctp4' | 'tcp6' | 'udp6' | 'sctp6' | 'ip4' | 'ip6';

export const isIpv6 = (flow: Flow): boolean => flow.source.length === 16;
export const hasPorts = (flow: Flow): boolean => flow.protocol !== 'other';

export const flowName = (flow: Flow): FlowName =>
  `${flow.protocol === 'other' ? 'ip' : flow.protocol}${isIpv6(flow) ? 6 : 4}`;

/** The other direction of the same conversation. */
export const reverse = (flow: Flow): Flow => ({
  ...flow,
  source: flow.destination,
  destination: flow.source,
  sourcePort: flow.destinationPort,
  destinationPort: flow.sourcePort,
});

/** An IP protocol number that no host and no device knows: RFC 3692 experiments. */
const EXPERIMENTAL_PROTOCOL = 253;

export interface PacketContent {
  /** The address of the port. */
  readonly to: string;
  /** Payload; absent: 32 bytes. */
  readonly content?: Uint8Array;
  readonly tcp?: Partial<Parameters<typeof tcp>[0]>;
}

/** A packet of the flow, as the far end would send it. */
export function packetOf(
  flow: Flow,
  { to, content = payloadPattern(32), tcp: tcpFields = {} }: PacketContent,
): Uint8Array {
  const ports = { sourcePort: flow.sourcePort, destinationPort: flow.destinationPort };
  return buildFrame(
    [
      ethernet({ destination: to, source: FAR_END }),
      networkOf(flow),
      ...(flow.protocol === 'tcp' ? [tcp({ ...ports, ...tcpFields })] : []),
      ...(flow.protocol === 'udp' ? [udp(ports)] : []),
      ...(flow.protocol === 'sctp' ? [sctp(ports)] : []),
      payload(content),
    ],
    { pad: true },
  ).bytes;
}

/** The packet of this number: it ends with the number, so that it is found again in whatever order packets come. */
export function numberedPacket(flow: Flow, to: string, number: number): Uint8Array {
  const content = payloadPattern(32, number);
  writeU32(content, content.length - 4, number);
  return packetOf(flow, { to, content });
}

/** The number of a packet of `numberedPacket`. */
export const packetNumber = (packet: Uint8Array): number => readU32(packet, packet.length - 4);

function networkOf(flow: Flow): Layer {
  const isOther = flow.protocol === 'other';
  if (!isIpv6(flow)) {
    return ipv4({
      source: formatIpv4(flow.source, 0),
      destination: formatIpv4(flow.destination, 0),
      ...(isOther ? { protocol: EXPERIMENTAL_PROTOCOL } : {}),
    });
  }
  return ipv6({
    source: formatIpv6(flow.source, 0),
    destination: formatIpv6(flow.destination, 0),
    flowLabel: flow.flowLabel ?? 0,
    ...(isOther ? { nextHeader: EXPERIMENTAL_PROTOCOL } : {}),
  });
}

/** The first byte of an address is forced: unicast, and of nobody here. */
const address = (length: 4 | 16, first: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => {
    const fixed = bytes.slice();
    fixed[0] = first;
    return fixed;
  });

export const ipv4Address = address(4, 198);
export const ipv6Address = address(16, 0x20);
export const port = fc.integer({ min: 1, max: 0xffff });

const flowBetween = (ends: fc.Arbitrary<Uint8Array>, protocols: readonly Protocol[]): fc.Arbitrary<Flow> =>
  fc.record({
    protocol: fc.constantFrom(...protocols),
    source: ends,
    destination: ends,
    sourcePort: port,
    destinationPort: port,
  });

const withPorts: readonly Protocol[] = ['tcp', 'udp'];
/** TCP and UDP over both versions of IP. */
export const flowWithPorts: fc.Arbitrary<Flow> = fc.oneof(
  flowBetween(ipv4Address, withPorts),
  flowBetween(ipv6Address, withPorts),
);
export const tcpFlow: fc.Arbitrary<Flow> = fc.oneof(
  flowBetween(ipv4Address, ['tcp']),
  flowBetween(ipv6Address, ['tcp']),
);
/** The same, and packets of a protocol without ports. */
export const anyFlow: fc.Arbitrary<Flow> = fc.oneof(
  flowBetween(ipv4Address, [...withPorts, 'other']),
  flowBetween(ipv6Address, [...withPorts, 'other']),
);

/** A flow of this type with these numbers in its addresses and ports: always the same for the same numbers. */
export function exampleFlow(name: FlowName, index = 0): Flow {
  const isV6 = name.endsWith('6');
  const protocol = name.startsWith('ip') ? 'other' : (name.slice(0, -1) as Protocol);
  const [high, low] = [(index >> 8) & 0xff, index & 0xff];
  return {
    protocol,
    source: isV6
      ? Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, high, low)
      : Uint8Array.of(198, 51, 100 ^ high, 1 ^ low),
    destination: isV6
      ? Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1)
      : Uint8Array.of(192, 0, 2, 33),
    sourcePort: 20_000 + index,
    destinationPort: 7000,
  };
}

export type FlowField = 'source' | 'destination' | 'source port' | 'destination port' | 'flow label';

/** The flow with one of its fields changed, another one for each `by` from 1 to 255. */
export function changed(flow: Flow, field: FlowField, by = 1): Flow {
  switch (field) {
    case 'source':
      return { ...flow, source: withLastByte(flow.source, by) };
    case 'destination':
      return { ...flow, destination: withLastByte(flow.destination, by) };
    case 'source port':
      return { ...flow, sourcePort: flow.sourcePort ^ by };
    case 'destination port':
      return { ...flow, destinationPort: flow.destinationPort ^ by };
    case 'flow label':
      return { ...flow, flowLabel: (flow.flowLabel ?? 0) ^ by };
  }
}

function withLastByte(bytes: Uint8Array, by: number): Uint8Array {
  const other = bytes.slice();
  other[other.length - 1] = (other[other.length - 1] ?? 0) ^ by;
  return other;
}
