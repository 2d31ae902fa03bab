import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { encodeDatagram, encodeMessage, parseDatagram } from '../../reference-impl/netlink/wire.js';
import { readablePieces } from './toolAnswers.js';

/** What tools over libmnl read into: one page. */
const PAGE = 4096;

test.prop([fc.array(fc.integer({ min: 0, max: 3700 }), { minLength: 1, maxLength: 30 })], { numRuns: 20 })(
  'a dump fits into the buffer of a tool, whole message by whole message',
  (lengths) => {
    const messages = lengths.map((length, index) =>
      encodeMessage({ type: 20, flags: 2, sequence: index, portId: 7 }, new Uint8Array(length).fill(index)),
    );
    const datagram = encodeDatagram(messages);
    const pieces = readablePieces(datagram);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(PAGE);
    expect(pieces.flatMap((piece) => parseDatagram(piece))).toEqual(parseDatagram(datagram));
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(datagram));
  },
);
