/** Which member a flow goes through: bond_xmit_hash() of drivers/net/bonding/bond_main.c, on a little endian machine. */
import type { TxFrame } from '../frames.js';
import {
  BOND_XMIT_POLICY_ENCAP23,
  BOND_XMIT_POLICY_ENCAP34,
  BOND_XMIT_POLICY_LAYER2,
  BOND_XMIT_POLICY_LAYER23,
  BOND_XMIT_POLICY_LAYER34,
  BOND_XMIT_POLICY_VLAN_SRCMAC,
} from '../../netlink/families/bond.js';
import { encapsulatedFlow, flowOf } from './bondFlow.js';
import type { BondParts } from './bondParts.js';

/** A whole number of 32 bits, without a sign. */
export function transmitHash({ looksInto }: BondParts, policy: number, { bytes, vlan }: TxFrame): number {
  if (policy === BOND_XMIT_POLICY_VLAN_SRCMAC) return vlanSourceHash(bytes, vlan?.tci ?? 0);
  const ethernet = ethernetHash(bytes);
  if (policy === BOND_XMIT_POLICY_LAYER2) return ethernet;
  const looksInside = policy === BOND_XMIT_POLICY_ENCAP23 || policy === BOND_XMIT_POLICY_ENCAP34;
  const flow = looksInside ? encapsulatedFlow(looksInto, bytes) : flowOf(looksInto, bytes);
  if (flow === undefined) return ethernet;
  const ofAddresses = policy === BOND_XMIT_POLICY_LAYER23 || policy === BOND_XMIT_POLICY_ENCAP23;
  const hash = addressHash(ofAddresses ? ethernet : flow.ports, flow.addresses);
  // The lowest bit goes: ports are even more often than odd.
  return policy === BOND_XMIT_POLICY_LAYER34 || policy === BOND_XMIT_POLICY_ENCAP34 ? hash >>> 1 : hash;
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
