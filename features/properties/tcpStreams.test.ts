import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostReceive } from '../../harness/contract/index.js';
import { GroEngine, type GroOutput } from '../../reference-impl/packet/aggregate.js';
import {
  comparable,
  damagedStream,
  frameOf,
  run,
  segmentsIn,
  stream,
  takenApart,
  type TcpSegment,
} from './tcpStreams.js';

const PORT = '02:00:00:00:00:01';

/** What an engine with these rules would hand to the host. */
function merged(segments: readonly TcpSegment[]): HostReceive[] {
  const engine = new GroEngine<number>({ maxSize: 65536, maxSegments: 64, maxFlows: 8 });
  const outputs: GroOutput<number>[] = [];
  for (const segment of segments)
    outputs.push(...engine.offer(frameOf(segment, PORT), !segment.isDamaged, segment.flow));
  outputs.push(...engine.flush());
  return outputs.map(received);
}

const received = ({ bytes, gsoSize, gsoType }: GroOutput<number>): HostReceive => ({
  bytes,
  packetType: 0,
  ...(gsoType === 'none'
    ? {}
    : { vnet: { flags: 1, gsoType: gsoType === 'tcp4' ? 1 : 4, hdrLen: 0, gsoSize, csumStart: 0, csumOffset: 0 } }),
});

const flowFrames = (segments: readonly TcpSegment[], flow: number): Uint8Array[] =>
  segments.filter((segment) => segment.flow === flow).map((segment) => comparable(frameOf(segment, PORT)));

describe('taking an aggregate apart', () => {
  it.each([
    ['plain', stream],
    ['damaged', damagedStream],
  ])('gives every %s stream back, flow by flow', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (segments) => {
        const frames = merged(segments).flatMap(takenApart).map(comparable);
        for (const flow of [0, 1, 2]) {
          const ports = flowFrames(segments, flow);
          const port = ports[0] === undefined ? undefined : portOf(ports[0]);
          expect(frames.filter((frame) => portOf(frame) === port)).toEqual(ports);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('counts the segments', () => {
    const [aggregate, ...rest] = merged(run('IPv6', [100, 100, 100, 20]));
    expect(rest).toEqual([]);
    expect(aggregate === undefined ? 0 : segmentsIn(aggregate)).toBe(4);
  });

  it('refuses an aggregate whose checksum field is not that of its pseudo header', () => {
    const [aggregate] = merged(run('IPv4', [100, 100]));
    if (aggregate === undefined) throw new Error('nothing was merged');
    const bytes = aggregate.bytes.slice();
    bytes[50] = (bytes[50] ?? 0) ^ 1;
    expect(() => takenApart({ ...aggregate, bytes })).toThrow('checksum field');
  });
});

function portOf(frame: Uint8Array): number {
  const at = (frame[14] ?? 0) >> 4 === 4 ? 14 + 4 * ((frame[14] ?? 0) & 15) : 54;
  return ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
}
