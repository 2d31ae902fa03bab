import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GroEngine, type GroOutput } from './aggregate.js';
import { buildFrame, ethernet, ipv4, ipv6, payload, payloadPattern, tcp, udp, type TcpLayer } from './build.js';
import { concat } from './bytes.js';
import { TCP_FLAG_ACK, TCP_FLAG_CWR, TCP_FLAG_FIN, TCP_FLAG_PSH, TCP_FLAG_SYN } from './protocols.js';
import { segmentFrame } from './segment.js';

const eth = ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' });
const LIMITS = { maxSize: 65536, maxSegments: 64, maxFlows: 8 };

interface Shape {
  readonly isV6?: boolean;
  readonly identification?: number;
  readonly transport?: Partial<TcpLayer>;
  readonly dontFragment?: boolean;
}

function frameOf(content: Uint8Array | number, shape: Shape = {}): Uint8Array {
  const network = shape.isV6
    ? ipv6({ source: '2001:db8::1', destination: '2001:db8::2' })
    : ipv4({
        source: '192.0.2.1',
        destination: '192.0.2.2',
        identification: shape.identification ?? 0,
        dontFragment: shape.dontFragment ?? false,
      });
  return buildFrame([eth, network, tcp({ sourcePort: 1, destinationPort: 2, ...shape.transport }), payload(content)])
    .bytes;
}

function aggregate(frames: readonly Uint8Array[], limits = LIMITS): GroOutput<number>[] {
  const engine = new GroEngine<number>(limits);
  return [...frames.flatMap((frame, index) => engine.offer(frame, true, index)), ...engine.flush()];
}

/** Takes an aggregate apart again, as its segmentation fields say. */
function apart(output: GroOutput<number>, fixedId = false): Uint8Array[] {
  if (output.gsoType === 'none') return [output.bytes];
  const transportOffset = output.gsoType === 'tcp6' ? 54 : 34;
  const headerLength = transportOffset + (output.bytes[transportOffset + 12]! >> 4) * 4;
  const request = { type: output.gsoType, size: output.gsoSize, ecn: false, fixedId, networkOffset: 14 } as const;
  return segmentFrame(output.bytes, { ...request, transportOffset, headerLength });
}

describe('GroEngine', () => {
  it('merges what segmentation made, and segmentation gives the same frames again', () => {
    const streams = fc.record({
      isV6: fc.boolean(),
      dontFragment: fc.boolean(),
      fixedId: fc.boolean(),
      size: fc.integer({ min: 20, max: 400 }),
      length: fc.integer({ min: 1, max: 4000 }),
      sequence: fc.nat(0xffffffff),
      identification: fc.nat(0xffff),
      last: fc.constantFrom(0, TCP_FLAG_PSH, TCP_FLAG_FIN),
    });
    fc.assert(
      fc.property(streams, (given) => {
        const fixedId = given.fixedId && given.dontFragment;
        const whole = frameOf(payloadPattern(given.length), {
          ...given,
          transport: { sequence: given.sequence, flags: TCP_FLAG_ACK | given.last },
        });
        const transportOffset = given.isV6 ? 54 : 34;
        const segments = segmentFrame(whole, {
          type: given.isV6 ? 'tcp6' : 'tcp4',
          size: given.size,
          ecn: false,
          fixedId,
          networkOffset: 14,
          transportOffset,
          headerLength: transportOffset + 20,
        });
        const outputs = aggregate(segments);
        expect(outputs.flatMap((output) => apart(output, fixedId))).toEqual(segments);
        expect(outputs.length).toBeLessThanOrEqual(Math.ceil(segments.length / LIMITS.maxSegments) + 1);
        expect(outputs.reduce((sum, { segments: count }) => sum + count, 0)).toBe(segments.length);
      }),
    );
  });

  it('keeps the order and every byte of any mixture of frames of a flow', () => {
    const piece = fc.record({
      length: fc.nat(200),
      gap: fc.constantFrom(0, 0, 0, 1, -1),
      flags: fc.constantFrom(
        TCP_FLAG_ACK,
        TCP_FLAG_ACK,
        TCP_FLAG_ACK | TCP_FLAG_PSH,
        TCP_FLAG_ACK | TCP_FLAG_CWR,
        TCP_FLAG_SYN,
      ),
      window: fc.constantFrom(100, 100, 200),
      acknowledgement: fc.constantFrom(5, 5, 5, 6),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        let sequence = 0xfffffff0;
        const contents = pieces.map((given, index) => payloadPattern(given.length, index));
        const frames = pieces.map((given, index) => {
          sequence = (sequence + given.gap) >>> 0;
          const frame = frameOf(contents[index]!, { isV6: true, transport: { ...given, sequence } });
          sequence = (sequence + given.length) >>> 0;
          return frame;
        });
        const outputs = aggregate(frames);
        expect(concat(...outputs.map(({ bytes }) => bytes.subarray(74)))).toEqual(concat(...contents));
        expect(outputs.map(({ token }) => token)).toEqual(outputs.map(({ token }) => token).sort((a, b) => a - b));
      }),
    );
  });

  it.each<[string, Shape]>([
    ['another acknowledgement', { transport: { sequence: 100, acknowledgement: 9 } }],
    ['a gap', { transport: { sequence: 101 } }],
    ['CWR', { transport: { sequence: 100, flags: TCP_FLAG_ACK | TCP_FLAG_CWR } }],
    ['other options', { transport: { sequence: 100, options: Uint8Array.of(1, 1, 1, 1) } }],
    ['an identification out of order', { transport: { sequence: 100 }, identification: 7 }],
    ['another DF', { transport: { sequence: 100 }, identification: 1, dontFragment: true }],
  ])('does not merge over %s', (_, shape) => {
    const outputs = aggregate([frameOf(100), frameOf(100, { identification: 1, ...shape })]);
    expect(outputs.map(({ segments }) => segments)).toEqual([1, 1]);
  });

  it('merges the good neighbour of those', () => {
    const outputs = aggregate([frameOf(100), frameOf(100, { identification: 1, transport: { sequence: 100 } })]);
    expect(outputs).toMatchObject([{ segments: 2, gsoSize: 100, gsoType: 'tcp4', token: 0 }]);
  });

  it('does not hold what is not verified, not TCP, or pure acknowledgement', () => {
    const engine = new GroEngine(LIMITS);
    const network = ipv4({ source: '192.0.2.1', destination: '192.0.2.2' });
    const datagram = buildFrame([eth, network, udp({ sourcePort: 1, destinationPort: 2 }), payload(9)]).bytes;
    expect(engine.offer(frameOf(100), false, undefined)).toHaveLength(1);
    expect(engine.offer(datagram, true, undefined)).toHaveLength(1);
    expect(engine.offer(frameOf(0), true, undefined)).toHaveLength(1);
    expect(engine.holds).toBe(false);
  });

  it('stays within its limits', () => {
    const frames = Array.from({ length: 10 }, (_, index) =>
      frameOf(100, { identification: index, transport: { sequence: 100 * index } }),
    );
    expect(aggregate(frames, { ...LIMITS, maxSegments: 4 }).map(({ segments }) => segments)).toEqual([4, 4, 2]);
    for (const { bytes } of aggregate(frames, { ...LIMITS, maxSize: 341 })) expect(bytes.length - 14).toBeLessThan(341);
    const flows = Array.from({ length: 3 }, (_, index) => frameOf(100, { transport: { sourcePort: index } }));
    expect(aggregate(flows, { ...LIMITS, maxFlows: 1 }).map(({ token }) => token)).toEqual([0, 1, 2]);
  });
});
