/**
 * The Internet checksum (RFC 1071) and the cyclic redundancy checks of SCTP and Ethernet.
 *
 * A sum is 16 bits, folded, in network byte order, and not complemented unless a name says so. Zero and 0xffff are the same
 * value of ones-complement arithmetic; a sum of nothing is 0, any other sum that is zero comes out as 0xffff.
 */

/** Below this length the wide loop costs more to start than it gains. */
const WIDE_FROM = 128;

/**
 * Ones-complement sum of bytes[start, end); an odd last byte counts as if a zero byte followed. `initial` is added.
 * @requirement NIC-CSUM-*
 */
export function onesComplementSum(bytes: Uint8Array, start = 0, end = bytes.length, initial = 0): number {
  if (end - start < WIDE_FROM) return fold(initial + narrowSum(bytes, start, end));
  const tail = end - ((end - start) & 3);
  return fold(initial + wideSum(bytes, start, tail) + narrowSum(bytes, tail, end));
}

function narrowSum(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  const even = end - 1;
  let at = start;
  for (; at < even; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (at < end) sum += (bytes[at] ?? 0) << 8;
  return sum;
}

/** So many bytes, as words of 32 bits, add up to less than 2^53. */
const BYTES_EXACT = 1 << 22;

/** Sum of whole 32-bit words, folded to 16 bits in network order. */
function wideSum(bytes: Uint8Array, start: number, end: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
  let sum = 0;
  for (let from = 0; from < view.byteLength; from += BYTES_EXACT) {
    sum = fold(sum + exactSum(view, from, Math.min(view.byteLength, from + BYTES_EXACT)));
  }
  // RFC 1071, section 2B: a sum of swapped bytes is the swapped sum.
  return swap(sum);
}

/**
 * Sum of little-endian words. They are added whole, as doubles: 65536 is 1 modulo 65535, so halves need not be taken apart. Four
 * sums side by side keep the adder busy.
 */
function exactSum(view: DataView, from: number, to: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let at = from;
  for (const unrolled = to - 31; at < unrolled; at += 32) {
    a += view.getUint32(at, true) + view.getUint32(at + 16, true);
    b += view.getUint32(at + 4, true) + view.getUint32(at + 20, true);
    c += view.getUint32(at + 8, true) + view.getUint32(at + 24, true);
    d += view.getUint32(at + 12, true) + view.getUint32(at + 28, true);
  }
  for (; at < to; at += 4) a += view.getUint32(at, true);
  return a + b + c + d;
}

function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}

const swap = (sum: number): number => ((sum & 0xff) << 8) | (sum >> 8);

/** a + b in ones-complement arithmetic. */
export const addSums = (a: number, b: number): number => fold(a + b);

/** a - b in ones-complement arithmetic. */
export const subtractSum = (a: number, b: number): number => fold(a + (~b & 0xffff));

/** The complement: what goes into a checksum field. */
export const complementSum = (sum: number): number => ~sum & 0xffff;

/** Complement of the sum, what a header field holds. Zero is left as zero. */
export const internetChecksum = (bytes: Uint8Array, start = 0, end = bytes.length, initial = 0): number =>
  complementSum(onesComplementSum(bytes, start, end, initial));

/**
 * Sum of the pseudo header of the IPv4 or IPv6 header at networkOffset (RFC 9293 section 3.1, RFC 8200 section 8.1).
 * @requirement NIC-CSUM-*
 */
export function pseudoHeaderSum(frame: Uint8Array, networkOffset: number, protocol: number, length: number): number {
  const isIpv6 = (frame[networkOffset] ?? 0) >> 4 === 6;
  const from = networkOffset + (isIpv6 ? 8 : 12);
  return fold(narrowSum(frame, from, from + (isIpv6 ? 32 : 8)) + protocol + (length >>> 16) + (length & 0xffff));
}

const SLICES = 8;

/** Slicing-by-8 tables of a reflected polynomial, one after the other. */
function crcTables(polynomial: number): Int32Array {
  const tables = new Int32Array(256 * SLICES);
  for (let value = 0; value < 256; value++) {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[value] = crc;
  }
  for (let index = 256; index < tables.length; index++) {
    const previous = tables[index - 256] ?? 0;
    tables[index] = (previous >>> 8) ^ (tables[previous & 0xff] ?? 0);
  }
  return tables;
}

const CRC32C_TABLES = crcTables(0x82f63b78);
const CRC32_TABLES = crcTables(0xedb88320);

function crc(tables: Int32Array, bytes: Uint8Array, start: number, end: number): number {
  let value = -1;
  let at = start;
  const t = (slice: number, byte: number): number => tables[256 * slice + byte] ?? 0;
  for (; at + 8 <= end; at += 8) {
    const low =
      value ^
      ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24));
    value =
      t(7, low & 0xff) ^
      t(6, (low >>> 8) & 0xff) ^
      t(5, (low >>> 16) & 0xff) ^
      t(4, low >>> 24) ^
      t(3, bytes[at + 4] ?? 0) ^
      t(2, bytes[at + 5] ?? 0) ^
      t(1, bytes[at + 6] ?? 0) ^
      t(0, bytes[at + 7] ?? 0);
  }
  for (; at < end; at++) value = (value >>> 8) ^ t(0, (value ^ (bytes[at] ?? 0)) & 0xff);
  return ~value >>> 0;
}

/**
 * CRC32c (Castagnoli), as SCTP has it: RFC 9260 appendix A. It is stored least significant byte first.
 * @requirement NIC-CSUM-*
 */
export const crc32c = (bytes: Uint8Array, start = 0, end = bytes.length): number =>
  crc(CRC32C_TABLES, bytes, start, end);

/**
 * The frame check sequence of IEEE 802.3, clause 3.2.9. On the cable the least significant byte goes first.
 * @requirement NIC-PAD-*, SW-FRAME-*
 */
export const ethernetFcs = (bytes: Uint8Array, start = 0, end = bytes.length): number =>
  crc(CRC32_TABLES, bytes, start, end);

/** Whether a header of `length` bytes sums to all ones, its checksum field included. */
export const sumsToOnes = (bytes: Uint8Array, start: number, end: number, initial = 0): boolean =>
  onesComplementSum(bytes, start, end, initial) === 0xffff;
