/** Which member a flow goes through: bond_xmit_hash() of drivers/net/bonding/bond_main.c, on a little endian machine. */
import type { TxFrame } from '../../../harness/contract/index.js';
import {
  BOND_XMIT_POLICY_LAYER2,
  BOND_XMIT_POLICY_LAYER23,
  BOND_XMIT_POLICY_LAYER34,
  BOND_XMIT_POLICY_VLAN_SRCMAC,
} from '../../netlink/families/bond.js';

const ETH_HLEN = 14;
const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const IPV6_HLEN = 40;
/** Protocols whose first four bytes are ports: TCP, UDP, DCCP, ESP, SCTP, UDP-Lite. */
const WITH_PORTS = new Set([6, 17, 33, 50, 132, 136]);

/** A whole number of 32 bits, without a sign. */
export function transmitHash(policy: number, { bytes, vlan }: TxFrame): number {
  if (policy === BOND_XMIT_POLICY_VLAN_SRCMAC) return vlanSourceHash(bytes, vlan?.tci ?? 0);
  const ethernet = ethernetHash(bytes);
  if (policy === BOND_XMIT_POLICY_LAYER2) return ethernet;
  const flow = flowOf(bytes);
  if (flow === undefined) return ethernet;
  const hash = addressHash(policy === BOND_XMIT_POLICY_LAYER23 ? ethernet : flow.ports, flow.addresses);
  // The lowest bit goes: ports are even more often than odd.
  return policy === BOND_XMIT_POLICY_LAYER34 ? hash >>> 1 : hash;
}

/** bond_eth_hash(). */
function ethernetHash(bytes: Uint8Array): number {
  const type = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
  return (bytes[5] ?? 0) ^ (bytes[11] ?? 0) ^ type;
}

/** bond_vlan_srcmac_hash(). */
function vlanSourceHash(bytes: Uint8Array, tci: number): number {
  const three = (at: number): number => ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  return tci ^ three(6) ^ three(9);
}

/** bond_ip_hash(). */
function addressHash(start: number, addresses: number): number {
  let hash = (start ^ addresses) >>> 0;
  hash ^= hash >>> 16;
  hash ^= hash >>> 8;
  return hash >>> 0;
}

/** bond_flow_dissect(): source and destination folded into one word, and the ports of a packet that is no fragment. */
function flowOf(bytes: Uint8Array): { readonly addresses: number; readonly ports: number } | undefined {
  const type = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
  if (type === ETH_P_IP && bytes.length >= ETH_HLEN + 20) {
    const isFragment = (word(bytes, ETH_HLEN + 4) & 0xff3f_0000) !== 0;
    const end = ETH_HLEN + ((bytes[ETH_HLEN] ?? 0) & 0x0f) * 4;
    const ports = isFragment ? 0 : portsAt(bytes, end, bytes[ETH_HLEN + 9] ?? 0);
    return { addresses: word(bytes, ETH_HLEN + 12) ^ word(bytes, ETH_HLEN + 16), ports };
  }
  if (type === ETH_P_IPV6 && bytes.length >= ETH_HLEN + IPV6_HLEN) {
    let addresses = 0;
    for (let at = ETH_HLEN + 8; at < ETH_HLEN + IPV6_HLEN; at += 4) addresses ^= word(bytes, at);
    return { addresses, ports: portsAt(bytes, ETH_HLEN + IPV6_HLEN, bytes[ETH_HLEN + 6] ?? 0) };
  }
  return undefined;
}

const portsAt = (bytes: Uint8Array, at: number, protocol: number): number =>
  WITH_PORTS.has(protocol) && bytes.length >= at + 4 ? word(bytes, at) : 0;

/** Four bytes as they lie in memory. */
const word = (bytes: Uint8Array, at: number): number =>
  (((bytes[at + 3] ?? 0) << 24) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at] ?? 0)) >>> 0;
