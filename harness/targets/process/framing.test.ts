import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceFraming } from '../../contract/index.js';
import { BrokenFraming, encodeFramed, MessageReader, type FramedMessage } from './framing.js';

const message = fc.record({
  text: fc.string(),
  bytes: fc.uint8Array({ maxLength: 200 }),
  nested: fc.array(fc.record({ bytes: fc.uint8Array({ maxLength: 20 }), number: fc.integer() }), { maxLength: 3 }),
  time: fc.bigInt(),
});

/** Through a stream that cuts where it likes. */
function through(framing: DeviceFraming, messages: readonly object[], cuts: readonly number[]): FramedMessage[] {
  const stream = Buffer.concat(messages.map((each) => encodeFramed(each, framing)));
  const reader = new MessageReader(1_000_000);
  reader.framing = framing;
  const places = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
  const chunks = [0, ...places].map((start, index) => stream.subarray(start, places[index] ?? stream.length));
  return chunks.flatMap((chunk) => [...reader.push(chunk)].map(({ json, blob }) => ({ json, blob: blob?.slice() })));
}

describe.each(['lines', 'binary'] as const)('messages framed as %s', (framing) => {
  it('come out as they went in, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 8 }), (messages, cuts) => {
        const read = through(framing, messages, cuts);
        expect(read.length).toBe(messages.length);
        for (const [index, { json, blob }] of read.entries()) {
          const wanted = messages[index];
          const got = JSON.parse(json) as { readonly bytes: unknown; readonly time: string; readonly text: string };
          const bytes =
            blob === undefined
              ? Buffer.from(String(got.bytes), 'base64')
              : blob.slice((got.bytes as number[])[0], (got.bytes as number[])[0]! + (got.bytes as number[])[1]!);
          expect([...bytes]).toEqual([...wanted!.bytes]);
          expect(got.text).toBe(wanted!.text);
          expect(BigInt(got.time)).toBe(wanted!.time);
        }
      }),
    );
  });
});

it('bytes beside a message are no Buffer, whose slice() is no copy', () => {
  const reader = new MessageReader(100);
  reader.framing = 'binary';
  const [message] = [...reader.push(encodeFramed({ bytes: Uint8Array.of(1, 2, 3) }, 'binary'))];
  expect(message?.blob).toStrictEqual(Uint8Array.of(1, 2, 3));
  expect(message?.blob?.constructor).toBe(Uint8Array);
});

describe('what is no message', () => {
  it('is found before it is held', () => {
    const reader = new MessageReader(100);
    expect(() => [...reader.push(Buffer.alloc(101, 0x20))]).toThrow(BrokenFraming);
    const binary = new MessageReader(100);
    binary.framing = 'binary';
    expect(() => [...binary.push(Buffer.from([0xff, 0xff, 0xff, 0x7f, 1, 0, 0, 0]))]).toThrow(BrokenFraming);
    expect(() => [...new MessageReader(100).push(Buffer.from('{}\n'))]).not.toThrow();
  });

  it('has more JSON than message', () => {
    const reader = new MessageReader(100);
    reader.framing = 'binary';
    expect(() => [...reader.push(Buffer.from([5, 0, 0, 0, 9, 0, 0, 0]))]).toThrow(BrokenFraming);
  });
});
