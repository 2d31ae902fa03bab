/** Frames of flows: the same addresses and ports are one flow, and something that is named differs from flow to flow. */
import { buildFrame, ethernet, ipv4, payload, payloadPattern, udp } from '../../reference-impl/packet/build.js';
import { addressOf, type StationFamily } from './stations.js';

export interface Flow {
  /** Last bytes of the addresses: of Ethernet, and of IP. */
  readonly fromMac?: number;
  readonly toMac?: number;
  readonly fromIp?: number;
  readonly toIp?: number;
  readonly fromPort?: number;
  readonly toPort?: number;
}

const hexByte = (value: number): string => (value & 0xff).toString(16).padStart(2, '0');

/** A UDP packet of the flow. */
export function flowFrame(flow: Flow, family: StationFamily): Uint8Array {
  const { fromMac = 1, toMac = 2, fromIp = 1, toIp = 2, fromPort = 10_000, toPort = 20_000 } = flow;
  const station = addressOf('A', family).slice(0, -2);
  return buildFrame([
    ethernet({ source: station + hexByte(fromMac), destination: station + hexByte(toMac) }),
    ipv4({ source: `198.18.0.${fromIp}`, destination: `198.18.1.${toIp}` }),
    udp({ sourcePort: fromPort, destinationPort: toPort }),
    payload(payloadPattern(64, 1)),
  ]).bytes;
}
