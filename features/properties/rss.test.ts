import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toeplitzHash } from '../../reference-impl/packet/toeplitz.js';
import { anyFlow, reverse } from './flows.js';
import { PUBLISHED_KEY, expectedHash, flowFromText, hashInput, toeplitzByDefinition } from './rss.js';

/** Microsoft, "Verifying the RSS Hash Calculation". */
const VECTORS = [
  ['66.9.149.187', 2794, '161.142.100.80', 1766, 0x323e8fc2, 0x51ccc178],
  ['199.92.111.2', 14230, '65.69.140.83', 4739, 0xd718262a, 0xc626b0ea],
  ['24.19.198.95', 12898, '12.22.207.184', 38024, 0xd2d0a5de, 0x5c2b394a],
  ['38.27.205.30', 48228, '209.142.163.6', 2217, 0x82989176, 0xafc7327f],
  ['153.39.163.191', 44251, '202.188.127.2', 1303, 0x5d1809c5, 0x10e828a2],
  ['3ffe:2501:200:1fff::7', 2794, '3ffe:2501:200:3::1', 1766, 0x2cc18cd5, 0x40207d3d],
  ['3ffe:501:8::260:97ff:fe40:efab', 14230, 'ff02::1', 4739, 0x0f0c461c, 0xdde51bbf],
  ['3ffe:1900:4545:3:200:f8ff:fe21:67cf', 44251, 'fe80::200:f8ff:fe21:67cf', 38024, 0x4b61e985, 0x02d1feef],
] as const;

describe('the Toeplitz hash by its definition', () => {
  it.each(VECTORS)(
    'matches the published hashes of %s port %i',
    (source, sourcePort, destination, destinationPort, addresses, all) => {
      const flow = flowFromText('TCP', source, sourcePort, destination, destinationPort);
      expect(expectedHash(PUBLISHED_KEY, flow, false)).toBe(addresses);
      expect(expectedHash(PUBLISHED_KEY, flow)).toBe(all);
    },
  );

  it('agrees with the other implementation for every key and input', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 40, maxLength: 52 }), fc.uint8Array({ maxLength: 36 }), (key, input) => {
        expect(toeplitzByDefinition(key, input)).toBe(toeplitzHash(key, input));
      }),
    );
  });

  it('is linear', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        (a, b) => {
          const sum = a.map((byte, index) => byte ^ (b[index] ?? 0));
          const hash = (input: Uint8Array): number => toeplitzByDefinition(PUBLISHED_KEY, input);
          expect(hash(sum)).toBe((hash(a) ^ hash(b)) >>> 0);
        },
      ),
    );
  });
});

describe('the symmetric transforms', () => {
  it.each(['sym-xor', 'sym-or-xor'] as const)('%s makes one input of both directions', (transform) => {
    fc.assert(
      fc.property(anyFlow, (flow) => {
        expect(hashInput(flow, true, transform)).toEqual(hashInput(reverse(flow), true, transform));
      }),
    );
  });
});
