/** The Toeplitz hash of receive-side scaling, and the two symmetric transforms of its input that Linux has. */
import { fromHex } from './bytes.js';

/** The key of Microsoft's "Verifying the RSS Hash Calculation": vectors are published for it. 40 bytes. */
export const RSS_REFERENCE_KEY: Uint8Array = fromHex(
  '6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa',
);

/**
 * For each bit of the input that is 1, the 32 bits of the key from that place are added, modulo 2. Readable, not fast.
 * @requirement NIC-RSS-*
 */
export function toeplitzHash(key: Uint8Array, input: Uint8Array): number {
  let hash = 0;
  for (let bit = 0; bit < 8 * input.length; bit++) {
    const set = ((input[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
    if (set === 1) hash ^= keyWindow(key, bit);
  }
  return hash >>> 0;
}

/** 32 bits of the key from this bit on; the key starts over at its end. */
function keyWindow(key: Uint8Array, bit: number): number {
  let window = 0;
  for (let index = 0; index < 32; index++) {
    const at = (bit + index) % (8 * key.length);
    window = (window << 1) | (((key[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
  }
  return window;
}

/** One table of 256 entries for each place of an input byte: the hash is the sum, modulo 2, of one entry of each. */
export type ToeplitzTables = Int32Array;

export function toeplitzTables(key: Uint8Array, longestInput = 36): ToeplitzTables {
  const tables = new Int32Array(256 * longestInput);
  for (let place = 0; place < longestInput; place++) {
    for (let bit = 0; bit < 8; bit++) fillWithBit(tables, 256 * place, 0x80 >> bit, keyWindow(key, 8 * place + bit));
  }
  return tables;
}

function fillWithBit(tables: Int32Array, base: number, value: number, window: number): void {
  for (let other = 0; other < 256; other++) {
    if ((other & value) !== 0) tables[base + other] = (tables[base + other] ?? 0) ^ window;
  }
}

/** The same hash, by table; `length` bytes of the input count. */
export function tableHash(tables: ToeplitzTables, input: Uint8Array, length = input.length): number {
  let hash = 0;
  for (let place = 0; place < length; place++) hash ^= tables[256 * place + (input[place] ?? 0)] ?? 0;
  return hash >>> 0;
}

/** RXH_XFRM_SYM_XOR, RXH_XFRM_SYM_OR_XOR of linux/ethtool.h. */
export const RXH_XFRM_SYM_XOR = 1;
export const RXH_XFRM_SYM_OR_XOR = 2;

/**
 * Rewrites the input of a flow in place, so that both directions hash alike. XOR: SRC ^ DST, SRC ^ DST; OR_XOR: SRC | DST,
 * SRC ^ DST; for the addresses and for the ports each. `addressLength` is 4 or 16; ports follow where `hasPorts`.
 * @requirement NIC-RSS-*
 */
export function symmetricInput(input: Uint8Array, transform: number, addressLength: number, hasPorts: boolean): void {
  mixPair(input, 0, addressLength, transform);
  if (hasPorts) mixPair(input, 2 * addressLength, 2, transform);
}

function mixPair(input: Uint8Array, at: number, length: number, transform: number): void {
  for (let index = 0; index < length; index++) {
    const source = input[at + index] ?? 0;
    const destination = input[at + length + index] ?? 0;
    const xor = source ^ destination;
    input[at + index] = transform === RXH_XFRM_SYM_OR_XOR ? source | destination : xor;
    input[at + length + index] = xor;
  }
}

/**
 * RETA index of a hash: the low bits, for a table whose size is a power of two; the remainder otherwise.
 * @requirement NIC-RSS-*
 */
export const indirectionIndex = (hash: number, tableSize: number): number => hash % tableSize;
