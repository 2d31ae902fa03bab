/** Packets as rules see them: a few fields each, a number, and the frame that they make. */
import fc from 'fast-check';
import {
  buildFrame,
  ethernet,
  fragment6,
  icmp6Echo,
  icmpEcho,
  ipv4,
  ipv6,
  payload,
  payloadPattern,
  tcp,
  udp,
  type Layer,
} from '../../reference-impl/packet/build.js';
import { writeU32 } from '../../reference-impl/packet/bytes.js';
import { ETH_P_EXPERIMENTAL } from '../../reference-impl/packet/protocols.js';
import { withTags, type Tag } from './numberedFrames.js';
import { addressOf, type StationFamily, type StationName } from './stations.js';

export type Network = 'none' | 'IPv4' | 'IPv6';
export type Transport = 'TCP' | 'UDP' | 'ICMP';

export interface Packet {
  readonly from: StationName;
  readonly to: StationName;
  /** The outermost first. */
  readonly tags: readonly Tag[];
  readonly network: Network;
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  readonly tos: number;
  readonly transport: Transport;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly tcpFlags: number;
  /** Of ICMP: an answer, or a question. */
  readonly isReply: boolean;
  readonly isFragment: boolean;
}

export const PLAIN_PACKET: Packet = {
  from: 'A',
  to: 'broadcast',
  tags: [],
  network: 'none',
  source: '10.0.0.1',
  destination: '10.0.0.2',
  ttl: 64,
  tos: 0,
  transport: 'UDP',
  sourcePort: 1000,
  destinationPort: 2000,
  tcpFlags: 0x10,
  isReply: false,
  isFragment: false,
};

/** The IPv6 address that stands for an IPv4 address, and any other as it is. */
export const sixOf = (address: string): string => (address.includes(':') ? address : `2001:db8::${hexOf(address)}`);
const hexOf = (address: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
};

const CONTENT = 60;

/** Long enough that nothing is padded; packets with different numbers differ. */
export function packetFrame(packet: Packet, number: number, family: StationFamily): Uint8Array {
  const content = payloadPattern(CONTENT, number);
  writeU32(content, 0, number);
  const link = { source: addressOf(packet.from, family), destination: addressOf(packet.to, family) };
  const layers: Layer[] =
    packet.network === 'none'
      ? [ethernet({ ...link, etherType: ETH_P_EXPERIMENTAL }), payload(content)]
      : [ethernet(link), ...networkLayers(packet, number), transportLayer(packet), payload(content)];
  return withTags(buildFrame(layers).bytes, packet.tags);
}

function networkLayers(packet: Packet, number: number): Layer[] {
  const { source, destination, ttl, tos, isFragment } = packet;
  if (packet.network === 'IPv4')
    return [ipv4({ source, destination, ttl, tos, identification: number & 0xffff, moreFragments: isFragment })];
  const header = ipv6({ source: sixOf(source), destination: sixOf(destination), hopLimit: ttl, trafficClass: tos });
  return isFragment ? [header, fragment6({ moreFragments: true, identification: number })] : [header];
}

function transportLayer(packet: Packet): Layer {
  const { sourcePort, destinationPort, tcpFlags: flags, isReply: reply } = packet;
  switch (packet.transport) {
    case 'TCP':
      return tcp({ sourcePort, destinationPort, flags });
    case 'UDP':
      return udp({ sourcePort, destinationPort });
    case 'ICMP':
      return packet.network === 'IPv4' ? icmpEcho({ reply }) : icmp6Echo({ reply });
  }
}

/** Few values of each field, so that rules and packets meet. */
export const packet: fc.Arbitrary<Packet> = fc.record({
  from: fc.constantFrom<StationName>('A', 'B', 'C'),
  to: fc.constantFrom<StationName>('broadcast', 'K'),
  tags: fc.constantFrom<readonly Tag[]>([], [], [{ tpid: 0x8100, tci: 10 }], [{ tpid: 0x8100, tci: 0xa014 }]),
  network: fc.constantFrom<Network>('none', 'IPv4', 'IPv4', 'IPv6'),
  source: fc.constantFrom('10.0.0.1', '10.0.1.1'),
  destination: fc.constantFrom('10.0.0.2', '10.0.1.2'),
  ttl: fc.constantFrom(1, 64),
  tos: fc.constantFrom(0, 0xb8),
  transport: fc.constantFrom<Transport>('TCP', 'UDP', 'ICMP'),
  sourcePort: fc.constantFrom(1000, 1001),
  destinationPort: fc.constantFrom(80, 443, 2000),
  tcpFlags: fc.constantFrom(0x02, 0x10, 0x12),
  isReply: fc.boolean(),
  isFragment: fc.constantFrom(false, false, false, true),
});
