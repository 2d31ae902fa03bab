import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIpv4, parseIpv6 } from './addresses.js';
import { concat, writeU16 } from './bytes.js';
import {
  RSS_REFERENCE_KEY,
  RXH_XFRM_SYM_OR_XOR,
  RXH_XFRM_SYM_XOR,
  indirectionIndex,
  symmetricInput,
  tableHash,
  toeplitzHash,
  toeplitzTables,
} from './toeplitz.js';

/** "Verifying the RSS Hash Calculation" (Microsoft): destination, port, source, port, hash of addresses, hash with TCP ports. */
const VECTORS = [
  ['161.142.100.80', 1766, '66.9.149.187', 2794, 0x323e8fc2, 0x51ccc178],
  ['65.69.140.83', 4739, '199.92.111.2', 14230, 0xd718262a, 0xc626b0ea],
  ['12.22.207.184', 38024, '24.19.198.95', 12898, 0xd2d0a5de, 0x5c2b394a],
  ['209.142.163.6', 2217, '38.27.205.30', 48228, 0x82989176, 0xafc7327f],
  ['202.188.127.2', 1303, '153.39.163.191', 44251, 0x5d1809c5, 0x10e828a2],
  ['3ffe:2501:200:3::1', 1766, '3ffe:2501:200:1fff::7', 2794, 0x2cc18cd5, 0x40207d3d],
  ['ff02::1', 4739, '3ffe:501:8::260:97ff:fe40:efab', 14230, 0x0f0c461c, 0xdde51bbf],
  ['fe80::200:f8ff:fe21:67cf', 38024, '3ffe:1900:4545:3:200:f8ff:fe21:67cf', 44251, 0x4b61e985, 0x02d1feef],
] as const;

const tables = toeplitzTables(RSS_REFERENCE_KEY);

describe('the Toeplitz hash', () => {
  it.each(VECTORS)('has the published value for %s %i from %s %i', (destination, toPort, source, fromPort, l3, l4) => {
    const parse = destination.includes(':') ? parseIpv6 : parseIpv4;
    const ports = new Uint8Array(4);
    writeU16(ports, 0, fromPort);
    writeU16(ports, 2, toPort);
    const addresses = concat(parse(source), parse(destination));
    for (const [input, hash] of [
      [addresses, l3],
      [concat(addresses, ports), l4],
    ] as const) {
      expect(toeplitzHash(RSS_REFERENCE_KEY, input)).toBe(hash);
      expect(tableHash(tables, input)).toBe(hash);
    }
  });

  it('by table is the one by bit, for every key and input', () => {
    const keys = fc.uint8Array({ minLength: 40, maxLength: 52 });
    fc.assert(
      fc.property(keys, fc.uint8Array({ maxLength: 36 }), (key, input) => {
        expect(tableHash(toeplitzTables(key), input)).toBe(toeplitzHash(key, input));
      }),
      { numRuns: 30 },
    );
  });

  it('is linear: the hash of a sum is the sum of the hashes', () => {
    const inputs = fc.uint8Array({ minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(inputs, inputs, (a, b) => {
        const sum = a.map((byte, index) => byte ^ b[index]!);
        expect(tableHash(tables, sum)).toBe((tableHash(tables, a) ^ tableHash(tables, b)) >>> 0);
      }),
    );
  });

  it.each([RXH_XFRM_SYM_XOR, RXH_XFRM_SYM_OR_XOR])(
    'with the symmetric transform %i is that of the other direction',
    (transform) => {
      fc.assert(
        fc.property(fc.constantFrom(4, 16), fc.uint8Array({ minLength: 36, maxLength: 36 }), (size, random) => {
          const [source, destination] = [random.subarray(0, size), random.subarray(size, 2 * size)];
          const [fromPort, toPort] = [random.subarray(32, 34), random.subarray(34, 36)];
          const forward = concat(source, destination, fromPort, toPort);
          const backward = concat(destination, source, toPort, fromPort);
          symmetricInput(forward, transform, size, true);
          symmetricInput(backward, transform, size, true);
          expect(tableHash(tables, forward)).toBe(tableHash(tables, backward));
        }),
      );
    },
  );

  it('picks an entry of the indirection table by its low bits', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.constantFrom(64, 128, 256, 512), (hash, size) => {
        expect(indirectionIndex(hash, size)).toBe(Number(BigInt(hash) & BigInt(size - 1)));
      }),
    );
  });
});
