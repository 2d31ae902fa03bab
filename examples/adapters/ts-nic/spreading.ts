/** Receive-side scaling: which queue a packet goes to, and the hash that says so. */
import type { DriverResult, FlowType, HashField, Rss, RssChange, RxHash } from 'nicspec';
import { hasPorts, parseIp } from './frame.js';

export const KEY_LENGTH = 40;
const TABLE_SIZE = 64;
/** ETH_RSS_HASH_TOP. */
const TOEPLITZ = 1;
const EINVAL = 22 as never;
const EOPNOTSUPP = 95 as never;

export interface Spreading {
  key: Uint8Array;
  table: number[];
  /** The table follows the number of queues until the user sets one. */
  isUsers: boolean;
}

/** A key of its own for each machine: with a published one, everybody could aim at one queue. */
export function newSpreading(seed: number, queues: number): Spreading {
  let state = seed >>> 0;
  const key = Uint8Array.from({ length: KEY_LENGTH }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return { key, table: evenTable(queues), isUsers: false };
}

/** ethtool_rxfh_indir_default(). */
export const evenTable = (queues: number): number[] => Array.from({ length: TABLE_SIZE }, (_, index) => index % queues);

export const rssOf = ({ key, table }: Spreading): Rss => ({
  hashFunction: TOEPLITZ,
  inputTransform: 0,
  key: key.slice(),
  indirection: [...table],
});

/** What is hashed of a flow type. It can be asked for, and not be changed. */
export function hashedFields(flow: FlowType): readonly HashField[] {
  if (flow === 'ether') return [];
  const withPorts = flow.startsWith('tcp') || flow.startsWith('udp');
  return withPorts ? ['ip-src', 'ip-dst', 'l4-src', 'l4-dst'] : ['ip-src', 'ip-dst'];
}

/** Takes effect whole or not at all. */
export function changeSpreading(spreading: Spreading, change: RssChange, queues: number): DriverResult {
  const { hashFunction = TOEPLITZ, inputTransform = 0, key, indirection } = change;
  if (hashFunction !== TOEPLITZ || inputTransform !== 0)
    return { ok: false, errno: EOPNOTSUPP, message: 'this NIC hashes by Toeplitz alone' };
  if (key !== undefined && key.length !== KEY_LENGTH) return { ok: false, errno: EINVAL };
  if (key !== undefined) spreading.key = key.slice();
  if (indirection !== undefined) {
    spreading.isUsers = indirection.length > 0;
    spreading.table = spreading.isUsers ? [...indirection] : evenTable(queues);
  }
  return { ok: true, value: undefined };
}

/** What is not IP has no hash, and comes at queue 0. */
export function spread({ key, table }: Spreading, bytes: Uint8Array): { queue: number; hash?: RxHash } {
  const packet = parseIp(bytes);
  if (packet === null) return { queue: 0 };
  const { version, networkAt, transportAt } = packet;
  const [addressesAt, addressesLength] = version === 4 ? [networkAt + 12, 8] : [networkAt + 8, 32];
  const withPorts = hasPorts(packet);
  const input = new Uint8Array(addressesLength + (withPorts ? 4 : 0));
  input.set(bytes.subarray(addressesAt, addressesAt + addressesLength));
  if (withPorts) input.set(bytes.subarray(transportAt, transportAt + 4), addressesLength);
  const value = toeplitz(key, input);
  return { queue: table[value % TABLE_SIZE] ?? 0, hash: { value, type: withPorts ? 'l4' : 'l3' } };
}

/** For each bit of the input that is set, the 32 bits of the key from that place, added modulo 2. */
function toeplitz(key: Uint8Array, input: Uint8Array): number {
  let hash = 0;
  let window = new DataView(key.buffer, key.byteOffset).getUint32(0);
  for (const [place, byte] of input.entries()) {
    const next = key[(place + 4) % key.length] ?? 0;
    for (let bit = 7; bit >= 0; bit--) {
      if ((byte >> bit) & 1) hash ^= window;
      window = (window << 1) | ((next >> bit) & 1);
    }
  }
  return hash >>> 0;
}
