/** Which member of an aggregate a flow leaves through: a hash over what the kernel named, with nothing made on the way. */
import type { LagHash } from '../../../harness/contract/index.js';

const ETH_P_8021Q = 0x8100;
const ETH_P_8021AD = 0x88a8;
const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;

/** A whole number of 32 bits, without a sign. The same for frames of one flow. */
export function memberHash(bytes: Uint8Array, kind: LagHash): number {
  let type = 12;
  while (typeAt(bytes, type) === ETH_P_8021Q || typeAt(bytes, type) === ETH_P_8021AD) type += 4;
  if (kind === 'vlan+srcmac') return finish(fold(fold(START, bytes, 6, 12), bytes, type > 12 ? 14 : 16, 16));
  const isIp = typeAt(bytes, type) === ETH_P_IP || typeAt(bytes, type) === ETH_P_IPV6;
  const usesPorts = kind === 'layer3+4' || kind === 'encap3+4';
  let hash = START;
  if (!usesPorts || !isIp) hash = fold(fold(hash, bytes, 0, 12), bytes, type, type + 2);
  if (kind === 'layer2' || kind === 'none' || !isIp) return finish(hash);
  return finish(foldNetwork(hash, bytes, type + 2, typeAt(bytes, type) === ETH_P_IPV6, usesPorts));
}

function foldNetwork(start: number, bytes: Uint8Array, at: number, isIpv6: boolean, usesPorts: boolean): number {
  const hash = isIpv6 ? fold(start, bytes, at + 8, at + 40) : fold(start, bytes, at + 12, at + 20);
  if (!usesPorts) return hash;
  const protocol = bytes[at + (isIpv6 ? 6 : 9)] ?? 0;
  const isFragment = !isIpv6 && ((((bytes[at + 6] ?? 0) & 0x3f) << 8) | (bytes[at + 7] ?? 0)) !== 0;
  if (isFragment || (protocol !== IPPROTO_TCP && protocol !== IPPROTO_UDP)) return hash;
  const ports = at + (isIpv6 ? 40 : ((bytes[at] ?? 0) & 0x0f) * 4);
  return fold(hash, bytes, ports, ports + 4);
}

const START = 0x811c9dc5;

/** FNV-1a. */
function fold(start: number, bytes: Uint8Array, from: number, to: number): number {
  let hash = start;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash;
}

/** The low bits of FNV of neighbouring keys are alike. */
const finish = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 16;

const typeAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
