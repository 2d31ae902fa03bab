import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentFrame, type SegmentRequest } from '../../reference-impl/packet/segment.js';
import type { Segmentation } from './segmentPlaces.js';
import { firstComplaint, rulesFor } from './segmentRules.js';
import { tcpSuperFrame, transmitOf, tunnelledSuperFrame, udpSuperFrame, type SuperFrame } from './superFrames.js';

const SOURCE = '02:00:00:00:00:11';

function requestOf(frame: SuperFrame, { layout }: ReturnType<typeof transmitOf>): SegmentRequest {
  const { outer } = layout;
  return {
    type: frame.protocol === 'UDP' ? 'udp-l4' : frame.network === 'IPv4' ? 'tcp4' : 'tcp6',
    size: frame.size,
    ecn: false,
    fixedId: false,
    networkOffset: layout.network,
    transportOffset: layout.transport,
    headerLength: layout.payload,
    ...(outer === undefined
      ? {}
      : {
          tunnel: {
            kind: 'udp',
            outerNetworkOffset: outer.network,
            outerTransportOffset: outer.transport,
            checksum: frame.tunnel!.checksum,
          },
        }),
  };
}

function rightSegmentation(frame: SuperFrame): Segmentation {
  const built = transmitOf(frame, SOURCE);
  const { bytes } = built.transmit;
  return { frame, bytes, layout: built.layout, segments: segmentFrame(bytes, requestOf(frame, built)) };
}

const anyFrame = fc.oneof(tcpSuperFrame(), udpSuperFrame(), tunnelledSuperFrame());
const complaintOf = (segmentation: Segmentation): string | undefined =>
  firstComplaint(segmentation, rulesFor(segmentation.frame));

describe('the rules for segments', () => {
  it('find nothing wrong with right ones', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(complaintOf(rightSegmentation(frame))).toBeUndefined();
      }),
    );
  });

  it('notice every bit that is wrong', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), fc.nat(), (frame, which, where) => {
        const right = rightSegmentation(frame);
        const segments = right.segments.map((segment) => segment.slice());
        const segment = segments[which % segments.length]!;
        const bit = where % (8 * segment.length);
        segment[bit >> 3]! ^= 1 << (bit & 7);
        expect(complaintOf({ ...right, segments })).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('notice a segment that is missing, doubled or out of order', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), (frame, which) => {
        const right = rightSegmentation(frame);
        const at = which % right.segments.length;
        const { segments } = right;
        const missing = segments.filter((_, index) => index !== at);
        const doubled = segments.flatMap((segment, index) => (index === at ? [segment, segment] : [segment]));
        expect(complaintOf({ ...right, segments: missing })).toBeDefined();
        expect(complaintOf({ ...right, segments: doubled })).toBeDefined();
        // Frames of one content may be in any order.
        if (frame.length > 2 * frame.size) {
          expect(complaintOf({ ...right, segments: [...segments].reverse() })).toBeDefined();
        }
      }),
    );
  });
});
