/** Frames of flows: the same addresses and ports are one flow, and something that is named differs from flow to flow. */
import {
  buildFrame,
  ethernet,
  gre,
  icmpEcho,
  ipv4,
  payload,
  payloadPattern,
  udp,
  type Layer,
} from '../../reference-impl/packet/build.js';
import { IPPROTO_ICMP } from '../../reference-impl/packet/protocols.js';
import { addressOf, type StationFamily } from './stations.js';

export type Tunnel = 'IP in IP' | 'GRE' | 'GRE with a key';

export interface Flow {
  /** Last bytes of the addresses: of Ethernet, and of IP. */
  readonly fromMac?: number;
  readonly toMac?: number;
  readonly fromIp?: number;
  readonly toIp?: number;
  readonly fromPort?: number;
  readonly toPort?: number;
  /** Before the packet: an IP header that all flows have in common, with or without a header of GRE. */
  readonly tunnel?: Tunnel;
  /** The id of an echo request; absent: it is a packet of UDP. */
  readonly echoId?: number;
}

const TUNNELS: Readonly<Record<Tunnel, () => readonly Layer[]>> = {
  'IP in IP': () => [ipv4({ source: '198.51.100.1', destination: '198.51.100.2' })],
  GRE: () => [ipv4({ source: '198.51.100.1', destination: '198.51.100.2' }), gre()],
  'GRE with a key': () => [
    ipv4({ source: '198.51.100.1', destination: '198.51.100.2' }),
    gre({ key: 7, checksum: true }),
  ],
};

const hexByte = (value: number): string => (value & 0xff).toString(16).padStart(2, '0');

/** A packet of the flow. */
export function flowFrame(flow: Flow, family: StationFamily): Uint8Array {
  const { fromMac = 1, toMac = 2, fromIp = 1, toIp = 2, fromPort = 10_000, toPort = 20_000 } = flow;
  const station = addressOf('A', family).slice(0, -2);
  return buildFrame([
    ethernet({ source: station + hexByte(fromMac), destination: station + hexByte(toMac) }),
    ...(flow.tunnel === undefined ? [] : TUNNELS[flow.tunnel]()),
    ipv4({ source: `198.18.0.${fromIp}`, destination: `198.18.1.${toIp}` }),
    flow.echoId === undefined
      ? udp({ sourcePort: fromPort, destinationPort: toPort })
      : icmpEcho({ identifier: flow.echoId }),
    payload(payloadPattern(64, 1)),
  ]).bytes;
}

/** What an error quotes: the header of IP and eight bytes. */
const QUOTED = 28;
const ETH_HLEN = 14;
const PORT_UNREACHABLE = [3, 3, 0, 0, 0, 0, 0, 0];

/** An error of somebody in between, about a packet of the flow. */
export function errorAbout(flow: Flow, family: StationFamily): Uint8Array {
  const { bytes } = buildFrame([
    ethernet({ source: addressOf('A', family), destination: addressOf('B', family) }),
    ipv4({ source: '203.0.113.7', destination: '203.0.113.9', protocol: IPPROTO_ICMP }),
    payload(Uint8Array.of(...PORT_UNREACHABLE, ...flowFrame(flow, family).subarray(ETH_HLEN, ETH_HLEN + QUOTED))),
  ]);
  return bytes;
}
