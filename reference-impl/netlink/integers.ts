/** The integers of attributes and structs as bytes, little endian. */
import type { IntegerKind, NetworkOrderKind } from './attributeSets.js';

export const INTEGER_BYTES = { u8: 1, u16: 2, u32: 4, s32: 4, u64: 8, s64: 8, be16: 2, be32: 4, be64: 8 } as const;
/** Four bytes as they lie, as a signed number. */
const wordAt = (data: Uint8Array, at: number): number =>
  (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16) | ((data[at + 3] ?? 0) << 24);

/** The four bytes of a word the other way round. */
const swapped = (word: number): number =>
  ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;

export function readInteger(kind: IntegerKind | NetworkOrderKind, data: Uint8Array, at = 0): number | bigint {
  switch (kind) {
    case 'u8':
      return data[at] ?? 0;
    case 'u16':
      return (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8);
    case 'be16':
      return ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
    case 'be32':
      return swapped(wordAt(data, at));
    case 'be64':
      return (BigInt(swapped(wordAt(data, at))) << 32n) | BigInt(swapped(wordAt(data, at + 4)));
    case 'u32':
      return wordAt(data, at) >>> 0;
    case 's32':
      return wordAt(data, at);
    case 'u64':
      return longAt(data, at);
    case 's64':
      return BigInt.asIntN(64, longAt(data, at));
    case 'uint':
      return data.length === 8 ? longAt(data, at) : BigInt(wordAt(data, at) >>> 0);
  }
}

/** Eight bytes; most numbers fit into the first four. */
function longAt(data: Uint8Array, at: number): bigint {
  const [low, high] = [BigInt(wordAt(data, at) >>> 0), wordAt(data, at + 4) >>> 0];
  return high === 0 ? low : (BigInt(high) << 32n) | low;
}

/** The four bytes of a number, little endian. */
export function writeWord(value: number, bytes: Uint8Array, at: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** The eight bytes of a number, little endian; a number that is not exact any more goes by way of a BigInt. */
function writeLong(value: number | bigint, bytes: Uint8Array, at: number): void {
  if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
    writeWord(value % TWO_TO_32, bytes, at);
    writeWord(Math.floor(value / TWO_TO_32), bytes, at + 4);
    return;
  }
  const whole = BigInt.asUintN(64, BigInt(value));
  writeWord(Number(whole & 0xffff_ffffn), bytes, at);
  writeWord(Number(whole >> 32n), bytes, at + 4);
}
const TWO_TO_32 = 0x1_0000_0000;

export function writeInteger(
  kind: IntegerKind | NetworkOrderKind,
  value: number | bigint,
  bytes: Uint8Array,
  at: number,
): void {
  switch (kind) {
    case 'u8':
      bytes[at] = Number(value);
      return;
    case 'u16':
      bytes[at] = Number(value);
      bytes[at + 1] = Number(value) >>> 8;
      return;
    case 'be16':
      bytes[at] = Number(value) >>> 8;
      bytes[at + 1] = Number(value);
      return;
    case 'be32':
      writeWord(swapped(Number(value)), bytes, at);
      return;
    case 'be64': {
      const whole = BigInt.asUintN(64, BigInt(value));
      writeWord(swapped(Number(whole >> 32n)), bytes, at);
      writeWord(swapped(Number(whole & 0xffff_ffffn)), bytes, at + 4);
      return;
    }
    case 'u32':
    case 's32':
      writeWord(Number(value), bytes, at);
      return;
    case 'uint':
      if (value <= 0xffff_ffff) writeWord(Number(value), bytes, at);
      else writeLong(value, bytes, at);
      return;
    case 'u64':
    case 's64':
      writeLong(value, bytes, at);
  }
}
