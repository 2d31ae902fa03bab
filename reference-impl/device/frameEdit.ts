/** Tags and padding: what a MAC does to the length of a frame. */
import type { VlanTag } from '../../harness/contract/index.js';
import { readU16, writeU16 } from '../packet/bytes.js';
import { ETH_ALEN, ETH_ZLEN, VLAN_HLEN } from '../packet/protocols.js';

const ADDRESSES = 2 * ETH_ALEN;

/** The tag goes directly behind the addresses, in front of any that is there. */
export function tagInserted(bytes: Uint8Array, { tpid, tci }: VlanTag): Uint8Array {
  const tagged = new Uint8Array(bytes.length + VLAN_HLEN);
  tagged.set(bytes.subarray(0, ADDRESSES));
  writeU16(tagged, ADDRESSES, tpid);
  writeU16(tagged, ADDRESSES + 2, tci);
  tagged.set(bytes.subarray(ADDRESSES), ADDRESSES + VLAN_HLEN);
  return tagged;
}

/** The outermost tag comes out; the frame has one. */
export function tagRemoved(bytes: Uint8Array): { bytes: Uint8Array; tag: VlanTag } {
  const stripped = new Uint8Array(bytes.length - VLAN_HLEN);
  stripped.set(bytes.subarray(0, ADDRESSES));
  stripped.set(bytes.subarray(ADDRESSES + VLAN_HLEN), ADDRESSES);
  return { bytes: stripped, tag: { tpid: readU16(bytes, ADDRESSES), tci: readU16(bytes, ADDRESSES + 2) } };
}

/** IEEE 802.3, 4.2.3.3: zeroes up to the shortest frame. */
export function padToMinimum(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= ETH_ZLEN) return bytes;
  const padded = new Uint8Array(ETH_ZLEN);
  padded.set(bytes);
  return padded;
}
