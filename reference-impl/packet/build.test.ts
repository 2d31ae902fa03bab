import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildFrame,
  ethernet,
  fragment6,
  hopByHop,
  ipv4,
  ipv6,
  offsetOf,
  payload,
  payloadPattern,
  tcp,
  udp,
  vlan,
  type Layer,
} from './build.js';
import { hex } from './bytes.js';
import { dissect } from './dissect.js';
import { newFlow, parseFlow } from './flow.js';
import { IPPROTO_TCP, IPPROTO_UDP } from './protocols.js';

const eth = ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' });

const shapes = fc.record({
  tags: fc.array(
    fc.record({ tpid: fc.constantFrom(0x8100, 0x88a8), vid: fc.nat(4095), pcp: fc.nat(7), dei: fc.boolean() }),
    { maxLength: 3 },
  ),
  isV6: fc.boolean(),
  isUdp: fc.boolean(),
  extended: fc.boolean(),
  sourcePort: fc.nat(0xffff),
  destinationPort: fc.nat(0xffff).filter((port) => port !== 4789),
  options: fc.constantFrom(0, 4, 40),
  length: fc.nat(300),
  pad: fc.boolean(),
});

type Shape = typeof shapes extends fc.Arbitrary<infer Value> ? Value : never;

function layersOf(shape: Shape): Layer[] {
  const { sourcePort, destinationPort } = shape;
  const options = new Uint8Array(shape.options).fill(1);
  return [
    eth,
    ...shape.tags.map(vlan),
    ...(shape.isV6
      ? [ipv6({ source: 'fe80::1', destination: 'fe80::2' }), ...(shape.extended ? [hopByHop()] : [])]
      : [
          ipv4({
            source: '192.0.2.1',
            destination: '198.51.100.7',
            options: shape.extended ? options : new Uint8Array(0),
          }),
        ]),
    shape.isUdp ? udp({ sourcePort, destinationPort }) : tcp({ sourcePort, destinationPort, options }),
    payload(shape.length),
  ];
}

describe('buildFrame', () => {
  it('builds the frame that is written out by hand', () => {
    const frame = buildFrame([
      eth,
      ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }),
      udp({ sourcePort: 7, destinationPort: 9 }),
      payload('hi'),
    ]);
    expect(hex(frame.bytes)).toBe(
      '020000000002020000000001' +
        '0800' +
        '4500001e0000000040 11 f6cb c0000201 c0000202'.replaceAll(' ', '') +
        '00070009000a' +
        '135d' +
        '6869',
    );
  });

  it('makes the layers that were asked for, with valid checksums', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const layers = layersOf(shape);
        const { bytes, offsets } = buildFrame(layers, { pad: shape.pad });
        const read = dissect(bytes).layers.filter(({ kind }) => kind !== 'padding');
        const asked = offsets.filter(({ length }) => length > 0);
        expect(read.map(({ kind, offset, length }) => ({ kind, offset, length }))).toEqual(asked);
        for (const layer of read) expect(layer.checksumValid ?? true).toBe(true);
      }),
    );
  });

  it('makes a frame whose flow is the one that was asked for', () => {
    const flow = newFlow();
    fc.assert(
      fc.property(shapes, (shape) => {
        const frame = buildFrame(layersOf(shape), { pad: shape.pad });
        parseFlow(frame.bytes, flow);
        const tag = shape.tags[0];
        expect(flow).toMatchObject({
          malformed: false,
          vlanCount: shape.tags.length,
          outerTpid: tag?.tpid ?? 0,
          outerTci: tag === undefined ? 0 : (tag.pcp << 13) | (tag.dei ? 0x1000 : 0) | tag.vid,
          ipVersion: shape.isV6 ? 6 : 4,
          networkOffset: offsetOf(frame, shape.isV6 ? 'ipv6' : 'ipv4'),
          transportOffset: offsetOf(frame, shape.isUdp ? 'udp' : 'tcp'),
          payloadOffset: offsetOf(frame, 'payload'),
          ipEnd: offsetOf(frame, 'payload') + shape.length,
          protocol: shape.isUdp ? IPPROTO_UDP : IPPROTO_TCP,
          sourcePort: shape.sourcePort,
          destinationPort: shape.destinationPort,
          isFragment: false,
        });
      }),
    );
  });

  it('sends a UDP checksum that comes out as zero as all ones', () => {
    const checksum = (word: number): string =>
      hex(
        buildFrame([
          eth,
          ipv4({ source: '0.0.0.0', destination: '0.0.0.0' }),
          udp({ sourcePort: 0, destinationPort: 0 }),
          payload(Uint8Array.of(word >> 8, word & 0xff)),
        ]).bytes.subarray(40, 42),
      );
    // 17 (protocol) + 10 + 10 (lengths) + word = 0xffff
    expect(checksum(0xffff - 37)).toBe('ffff');
    expect(checksum(0xffff - 38)).toBe('0001');
  });

  it('throws where there is no such layer', () => {
    expect(() => offsetOf(buildFrame([eth]), 'tcp')).toThrow(/no tcp layer/);
  });
});

describe('parseFlow', () => {
  it('never throws, and stays within the frame', () => {
    const flow = newFlow();
    fc.assert(
      fc.property(
        shapes,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        fc.nat(120),
        (shape, changes, cut) => {
          const bytes = buildFrame(layersOf(shape)).bytes.slice(0, Math.max(14, 400 - cut * 4));
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          parseFlow(bytes, flow);
          if (flow.malformed) return;
          expect(flow.ipEnd).toBeLessThanOrEqual(bytes.length);
          expect(flow.payloadOffset).toBeLessThanOrEqual(flow.ipEnd);
          expect(flow.transportOffset).toBeLessThanOrEqual(flow.ipEnd);
        },
      ),
    );
  });

  it('leaves nothing of the frame before', () => {
    const used = newFlow();
    parseFlow(
      buildFrame([
        eth,
        vlan({ vid: 3 }),
        ipv6({ source: '::1', destination: '::2' }),
        hopByHop(),
        tcp({ sourcePort: 1, destinationPort: 2 }),
      ]).bytes,
      used,
    );
    const plain = buildFrame([ethernet({ ...eth, etherType: 0x88b5 }), payload(46)]).bytes;
    parseFlow(plain, used);
    const fresh = newFlow();
    parseFlow(plain, fresh);
    expect(used).toEqual(fresh);
  });

  it('tells fragments apart', () => {
    const flow = newFlow();
    const kinds = [0, 1, 2].map((kind) => {
      const ip = ipv4({
        source: '192.0.2.1',
        destination: '192.0.2.2',
        moreFragments: kind === 1,
        fragmentOffset: kind === 2 ? 3 : 0,
      });
      parseFlow(buildFrame([eth, ip, udp({ sourcePort: 1, destinationPort: 2 }), payloadOf()]).bytes, flow);
      return [flow.isFragment, flow.isFirstFragment, flow.transportOffset];
    });
    expect(kinds).toEqual([
      [false, false, 34],
      [true, true, 34],
      [true, false, -1],
    ]);
    const atomic = [
      eth,
      ipv6({ source: '::1', destination: '::2' }),
      fragment6({}),
      udp({ sourcePort: 1, destinationPort: 2 }),
    ];
    parseFlow(buildFrame(atomic).bytes, flow);
    expect([flow.isFragment, flow.hasOptions, flow.transportOffset]).toEqual([false, true, 62]);
  });
});

const payloadOf = (): Layer => payload(payloadPattern(24));
