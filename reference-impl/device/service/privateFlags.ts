/** The private flags of the reference NIC, and what they do to frames that come in. */
import { parseMac } from '../../packet/addresses.js';
import { readU16 } from '../../packet/bytes.js';
import type { NicPort } from '../state.js';

/** source-pruning: what the port sent itself does not come back; fw-lldp-agent: the firmware speaks LLDP, not the host. */
export const PRIVATE_FLAGS = ['source-pruning', 'fw-lldp-agent'] as const;
const ETH_P_LLDP = 0x88cc;
const SOURCE_AT = 6;

/** Whether the device keeps a frame to itself. */
export function keepsFrame({ service, address }: NicPort, bytes: Uint8Array): boolean {
  const { privateFlags } = service;
  if (privateFlags.size === 0) return false;
  if (privateFlags.has('fw-lldp-agent') && readU16(bytes, 12) === ETH_P_LLDP) return true;
  if (!privateFlags.has('source-pruning')) return false;
  return parseMac(address).every((byte, index) => bytes[SOURCE_AT + index] === byte);
}
