import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildFrame,
  ethernet,
  gre,
  ipv4,
  ipv6,
  offsetOf,
  payload,
  payloadPattern,
  tcp,
  udp,
  vlan,
  vxlan,
  vxlanUdp,
  type Layer,
} from './build.js';
import { concat, readU16, readU32 } from './bytes.js';
import { dissect } from './dissect.js';
import { TCP_FLAG_ACK, TCP_FLAG_CWR, TCP_FLAG_FIN, TCP_FLAG_PSH } from './protocols.js';
import { segmentCount, segmentFrame, type SegmentRequest } from './segment.js';

const eth = ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' });
const ip6 = ipv6({ source: '2001:db8::1', destination: '2001:db8::2' });
const ip4 = ipv4({ source: '192.0.2.1', destination: '192.0.2.2' });

interface Case {
  readonly bytes: Uint8Array;
  readonly request: SegmentRequest;
  readonly payloadBytes: Uint8Array;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    isV6: fc.boolean(),
    isUdp: fc.boolean(),
    tunnel: fc.constantFrom(undefined, 'udp' as const, 'gre' as const, 'ipip' as const),
    tunnelChecksum: fc.boolean(),
    tagged: fc.boolean(),
    size: fc.integer({ min: 1, max: 300 }),
    length: fc.nat(1500),
    sequence: fc.nat(0xffffffff),
    identification: fc.nat(0xffff),
    flags: fc.constantFrom(TCP_FLAG_ACK, TCP_FLAG_ACK | TCP_FLAG_PSH, TCP_FLAG_ACK | TCP_FLAG_FIN | TCP_FLAG_CWR),
    options: fc.constantFrom(0, 12),
    fixedId: fc.boolean(),
    seed: fc.nat(1000),
  })
  .map((given) => {
    const payloadBytes = payloadPattern(given.length, given.seed);
    const transport = given.isUdp
      ? udp({ sourcePort: 1, destinationPort: 2 })
      : tcp({
          sourcePort: 1,
          destinationPort: 2,
          sequence: given.sequence,
          flags: given.flags,
          options: new Uint8Array(given.options).fill(1),
        });
    const network = given.isV6 ? ip6 : ipv4({ ...ip4, identification: given.identification });
    const checksum = given.tunnelChecksum && given.tunnel !== 'ipip';
    const outer: Record<string, Layer[]> = {
      udp: [ip4, vxlanUdp({ checksum: checksum ? 'valid' : 'zero' }), vxlan(), eth],
      gre: [ip4, gre({ checksum })],
      ipip: [ip4],
      none: [],
    };
    const outerLayers = outer[given.tunnel ?? 'none']!;
    const link: Layer[] = given.tagged ? [eth, vlan({ vid: 5 })] : [eth];
    const frame = buildFrame([...link, ...outerLayers, network, transport, payload(payloadBytes)]);
    const depth = link.length + outerLayers.length;
    const request: SegmentRequest = {
      type: given.isUdp ? 'udp-l4' : given.isV6 ? 'tcp6' : 'tcp4',
      size: given.size,
      ecn: (given.flags & TCP_FLAG_CWR) !== 0,
      fixedId: given.fixedId,
      networkOffset: frame.offsets[depth]!.offset,
      transportOffset: frame.offsets[depth + 1]!.offset,
      headerLength: frame.offsets[depth + 2]!.offset,
      ...(given.tunnel === undefined
        ? {}
        : {
            tunnel: {
              kind: given.tunnel,
              outerNetworkOffset: frame.offsets[link.length]!.offset,
              outerTransportOffset: frame.offsets[link.length + 1]!.offset,
              checksum,
            },
          }),
    };
    return { bytes: frame.bytes, request, payloadBytes };
  });

describe('segmentFrame', () => {
  it('loses, doubles and moves no payload byte', () => {
    fc.assert(
      fc.property(cases, ({ bytes, request, payloadBytes }) => {
        const segments = segmentFrame(bytes, request);
        const payloads = segments.map((segment) => segment.subarray(request.headerLength));
        expect(concat(...payloads)).toEqual(payloadBytes);
        expect(segments.length).toBe(segmentCount(payloadBytes.length, request.size));
        for (const part of payloads.slice(0, -1)) expect(part.length).toBe(request.size);
      }),
    );
  });

  it('makes frames whose lengths and checksums are all right', () => {
    fc.assert(
      fc.property(cases, ({ bytes, request }) => {
        for (const segment of segmentFrame(bytes, request)) {
          for (const layer of dissect(segment).layers) {
            expect(layer.kind).not.toMatch(/malformed|padding/);
            expect(layer.checksumValid ?? true).toBe(true);
          }
        }
      }),
    );
  });

  it('goes on with sequence numbers and identifications, and puts flags where they belong', () => {
    fc.assert(
      fc.property(cases, ({ bytes, request }) => {
        const segments = segmentFrame(bytes, request);
        const { networkOffset, transportOffset } = request;
        for (const [index, segment] of segments.entries()) {
          if ((segment[networkOffset]! & 0xf0) === 0x40) {
            const step = request.fixedId ? 0 : index;
            expect(readU16(segment, networkOffset + 4)).toBe((readU16(bytes, networkOffset + 4) + step) % 65536);
          }
          if (request.type === 'udp-l4') continue;
          const expected = (readU32(bytes, transportOffset + 4) + index * request.size) % 2 ** 32;
          expect(readU32(segment, transportOffset + 4)).toBe(expected);
          const asked = bytes[transportOffset + 13]!;
          const flags = segment[transportOffset + 13]!;
          const isLast = index === segments.length - 1;
          expect(flags & (TCP_FLAG_FIN | TCP_FLAG_PSH)).toBe(isLast ? asked & (TCP_FLAG_FIN | TCP_FLAG_PSH) : 0);
          expect(flags & TCP_FLAG_CWR).toBe(index === 0 ? asked & TCP_FLAG_CWR : 0);
          expect(flags & TCP_FLAG_ACK).toBe(TCP_FLAG_ACK);
        }
      }),
    );
  });

  it('copies every other header byte', () => {
    const frame = buildFrame([eth, ip6, tcp({ sourcePort: 1, destinationPort: 2, window: 77 }), payload(100)]);
    const at = offsetOf(frame, 'tcp');
    const request = {
      type: 'tcp6',
      size: 30,
      ecn: false,
      fixedId: false,
      networkOffset: 14,
      transportOffset: at,
      headerLength: at + 20,
    } as const;
    for (const segment of segmentFrame(frame.bytes, request)) {
      expect(segment.subarray(0, 18)).toEqual(frame.bytes.subarray(0, 18));
      expect(segment.subarray(20, at + 4)).toEqual(frame.bytes.subarray(20, at + 4));
      expect(segment.subarray(at + 8, at + 13)).toEqual(frame.bytes.subarray(at + 8, at + 13));
      expect(segment.subarray(at + 14, at + 16)).toEqual(frame.bytes.subarray(at + 14, at + 16));
    }
  });

  it('leaves a frame without payload as one', () => {
    expect([segmentCount(0, 100), segmentCount(1, 100), segmentCount(100, 100), segmentCount(101, 100)]).toEqual([
      1, 1, 1, 2,
    ]);
  });
});
