/** Seeded defects of switches that look at what is in a frame. */
import type { Defect } from './defect.js';
import { PRACTICE } from './origins.js';

const ETH_HLEN = 14;
const LONGEST_LENGTH = 1500;
const typeOf = (bytes: Uint8Array): number => ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);

/** What follows the IPv4 packet is taken for padding. */
function trimmed(bytes: Uint8Array): Uint8Array {
  const length = ETH_HLEN + (((bytes[16] ?? 0) << 8) | (bytes[17] ?? 0));
  return typeOf(bytes) === 0x0800 && length < bytes.length ? bytes.subarray(0, Math.max(60, length)) : bytes;
}

export const switchFrameDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-TRIMS-TO-THE-PACKET',
    title: 'What stands behind an IPv4 packet in its frame is cut off',
    description: 'The egress takes the length of a frame from the packet in it.',
    origin: PRACTICE,
    caughtBy: 'SW-FRAME-001',
    switch: (parts) => ({ ...parts, forwarded: trimmed }),
  },
  {
    id: 'DEF-SW-CUT-THROUGH-DAMAGE',
    title: 'Frames with a wrong check sequence are forwarded',
    description: 'The switch begins to send before the frame has ended, and has no way to call it back.',
    origin: PRACTICE,
    caughtBy: 'SW-FRAME-002',
    nic: (parts) => ({ ...parts, isGoodFcs: () => true }),
  },
  {
    id: 'DEF-SW-PARSER-KEEPS-A-BYTE',
    title: 'Behind a frame whose length field says too much, the next frame is damaged',
    description: 'The parser waits for bytes that do not come, and takes the first of the next frame for them.',
    origin: PRACTICE,
    caughtBy: 'SW-FRAME-003',
    switch: (parts) => {
      let waits = false;
      return {
        ...parts,
        forwarded: (bytes) => {
          const isShort = typeOf(bytes) <= LONGEST_LENGTH && typeOf(bytes) > bytes.length - ETH_HLEN;
          const damaged = waits && !isShort;
          waits = isShort;
          return damaged ? bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 0xff : byte)) : bytes;
        },
      };
    },
  },
];
