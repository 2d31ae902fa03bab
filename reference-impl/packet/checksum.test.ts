import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payloadPattern } from './build.js';
import { fromHex } from './bytes.js';
import {
  addSums,
  complementSum,
  crc32c,
  ethernetFcs,
  internetChecksum,
  onesComplementSum,
  pseudoHeaderSum,
  subtractSum,
  sumsToOnes,
} from './checksum.js';

/** RFC 1071 as it is written: big-endian pairs, an odd byte padded, the carry added back. */
function naiveSum(bytes: Uint8Array, start: number, end: number, initial = 0): number {
  let sum = initial;
  for (let at = start; at < end; at += 2) {
    sum += bytes[at]! * 256 + (at + 1 < end ? bytes[at + 1]! : 0);
    if (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65536);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65536);
  return sum;
}

describe('onesComplementSum', () => {
  it('is that of the example of RFC 1071, section 3', () => {
    expect(onesComplementSum(fromHex('0001f203f4f5f6f7'))).toBe(0xddf2);
    expect(internetChecksum(fromHex('0001f203f4f5f6f7'))).toBe(0x220d);
  });

  it('of nothing is zero, of zeroes too', () => {
    expect(onesComplementSum(new Uint8Array(0))).toBe(0);
    expect(onesComplementSum(new Uint8Array(4096))).toBe(0);
  });

  it('is the naive sum at every alignment and length', () => {
    const buffer = payloadPattern(512, 3);
    for (let shift = 0; shift < 8; shift++) {
      const bytes = buffer.subarray(shift);
      for (let start = 0; start < 5; start++) {
        for (let length = 0; length < 200; length++) {
          expect(onesComplementSum(bytes, start, start + length)).toBe(naiveSum(bytes, start, start + length));
        }
      }
    }
  });

  it('carries through the longest frames and the largest values', () => {
    for (const length of [65535, 65536, 262143, (1 << 22) + 5]) {
      const ones = new Uint8Array(length).fill(0xff);
      expect(onesComplementSum(ones)).toBe(naiveSum(ones, 0, length));
      const pattern = payloadPattern(length, length);
      for (const start of [0, 1, 2, 3])
        expect(onesComplementSum(pattern, start)).toBe(naiveSum(pattern, start, length));
    }
  });

  it('adds the initial sum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(0xffff), fc.nat(7), (content, initial, shift) => {
        const bytes = new Uint8Array(content.length + shift).subarray(shift);
        bytes.set(content);
        expect(onesComplementSum(bytes, 0, bytes.length, initial)).toBe(naiveSum(bytes, 0, bytes.length, initial));
      }),
    );
  });

  it('of a whole is that of its parts, at an even cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(200), (bytes, half) => {
        const cut = Math.min(2 * half, bytes.length & ~1);
        const parts = addSums(onesComplementSum(bytes, 0, cut), onesComplementSum(bytes, cut));
        expect(onesComplementSum(bytes)).toBe(parts);
      }),
    );
  });
});

describe('arithmetic of sums', () => {
  it('takes away what was added, but for the two zeroes', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff), (a, b) => {
        expect(subtractSum(addSums(a, b), b) % 0xffff).toBe(a % 0xffff);
      }),
    );
  });

  it('a checksum completes its header to all ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 60 }), (header) => {
        header.set([0, 0], 10);
        const checksum = internetChecksum(header);
        header.set([checksum >> 8, checksum & 0xff], 10);
        expect(sumsToOnes(header, 0, header.length)).toBe(true);
        expect(complementSum(onesComplementSum(header))).toBe(0);
      }),
    );
  });

  it('takes the pseudo header from the addresses, the protocol and the length', () => {
    const v4 = fromHex('45000028000000004006 0000 c0000201 c0000202');
    expect(pseudoHeaderSum(v4, 0, 6, 20)).toBe(naiveSum(fromHex('c0000201 c0000202 0006 0014'), 0, 12));
    const v6 = fromHex(`6000000000140640 20010db8${'00'.repeat(11)}01 20010db8${'00'.repeat(11)}02`);
    const pseudo = fromHex(`20010db8${'00'.repeat(11)}01 20010db8${'00'.repeat(11)}02 00010014 00000006`);
    expect(pseudoHeaderSum(v6, 0, 6, 0x10014)).toBe(naiveSum(pseudo, 0, 40));
  });
});

describe('cyclic redundancy checks', () => {
  const check = new TextEncoder().encode('123456789');

  it('have the check values of their catalogue entries', () => {
    expect(crc32c(check)).toBe(0xe3069283);
    expect(ethernetFcs(check)).toBe(0xcbf43926);
  });

  it('have the values of RFC 3720, appendix B.4', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => 31 - index))).toBe(0x113fdb5c);
  });

  it('are those of one bit after the other', () => {
    const bitwise = (bytes: Uint8Array, polynomial: number): number => {
      let value = 0xffffffff;
      for (const byte of bytes) {
        value ^= byte;
        for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
      }
      return ~value >>> 0;
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, start) => {
        const part = bytes.subarray(start);
        expect(crc32c(bytes, Math.min(start, bytes.length))).toBe(bitwise(part, 0x82f63b78));
        expect(ethernetFcs(part)).toBe(bitwise(part, 0xedb88320));
      }),
    );
  });
});
