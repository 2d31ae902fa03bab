/** Sums of 16-bit words, slow and plain. */
import type { NetworkName } from './tcpStreams.js';

/** Whether the checksum of an IPv4 header is right. */
export const headerSumHolds = (bytes: Uint8Array, network: number): boolean =>
  plainSum(bytes, network, network + 4 * ((bytes[network] ?? 0) & 15)) === 0xffff;

/** A transport header and what it carries. */
export interface Summed {
  readonly name: NetworkName;
  readonly network: number;
  readonly transport: number;
  readonly protocol: number;
  readonly end: number;
}

/** Whether the checksum of TCP or UDP is right. */
export function transportSumHolds(bytes: Uint8Array, { name, network, transport, protocol, end }: Summed): boolean {
  const [from, to] = name === 'IPv4' ? [network + 12, network + 20] : [network + 8, network + 40];
  return folded(plainSum(bytes, from, to) + protocol + (end - transport) + plainSum(bytes, transport, end)) === 0xffff;
}

function plainSum(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at += 2) sum += ((bytes[at] ?? 0) << 8) | (at + 1 < end ? (bytes[at + 1] ?? 0) : 0);
  return folded(sum);
}

function folded(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 0x10000);
  return rest;
}
