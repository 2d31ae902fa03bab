/** How fast the codecs are, against the plainest code that does the same and against what the machine can do at all. */
import { crc32 } from 'node:zlib';
import { GroEngine } from '../reference-impl/packet/aggregate.js';
import { buildFrame, ethernet, ipv4, payload, payloadPattern, tcp } from '../reference-impl/packet/build.js';
import { crc32c, ethernetFcs, onesComplementSum } from '../reference-impl/packet/checksum.js';
import { dissect } from '../reference-impl/packet/dissect.js';
import { newFlow, parseFlow } from '../reference-impl/packet/flow.js';
import { segmentFrame, type SegmentRequest } from '../reference-impl/packet/segment.js';
import { RSS_REFERENCE_KEY, tableHash, toeplitzHash, toeplitzTables } from '../reference-impl/packet/toeplitz.js';
import { measure, type BenchRow, type Measured } from './benchRow.js';

const KIB64 = 65536;
const HEADERS = 54;
const GSO_SIZE = 1448;

const bytes = payloadPattern(KIB64);
const superFrame = buildFrame([
  ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' }),
  ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }),
  tcp({ sourcePort: 49152, destinationPort: 443 }),
  payload(GSO_SIZE * 45),
]).bytes;
const request: SegmentRequest = {
  type: 'tcp4',
  size: GSO_SIZE,
  ecn: false,
  fixedId: false,
  networkOffset: 14,
  transportOffset: 34,
  headerLength: HEADERS,
};
const segments = segmentFrame(superFrame, request);
const wireBytes = segments.reduce((sum, { length }) => sum + length, 0);

/** Every row of the packet codecs, in the order of the table. */
export async function packetRows(): Promise<BenchRow[]> {
  return [
    await checksumRow('checksum, 64 KiB', KIB64, [readPass()]),
    await checksumRow('checksum, 1448 bytes', GSO_SIZE, []),
    await measure('GB/s', { name: 'CRC32c, 64 KiB', work: KIB64, run: () => crc32c(bytes) }, [bitwiseCrc()]),
    await measure('GB/s', { name: 'frame check sequence, 64 KiB', work: KIB64, run: () => ethernetFcs(bytes) }, [
      { name: 'zlib.crc32 (native)', work: KIB64, run: () => crc32(bytes) },
    ]),
    await toeplitzRow(),
    ...(await segmentationRows()),
    await aggregationRow(),
    ...(await parsingRows()),
  ];
}

const checksumRow = (name: string, length: number, peers: readonly Measured[]): Promise<BenchRow> =>
  measure('GB/s', { name, work: length, run: () => onesComplementSum(bytes, 0, length) }, [
    { name: 'one DataView.getUint16 after the other', work: length, run: () => naiveSum(length) },
    ...peers,
  ]);

const view = new DataView(bytes.buffer);

function naiveSum(length: number): number {
  let sum = 0;
  for (let at = 0; at < length; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** What reading alone costs: every 32-bit word once, the least that can be done with it. */
function readPass(): Measured {
  const words = new Int32Array(bytes.buffer);
  return {
    name: 'reading the same memory by 32-bit words',
    work: KIB64,
    run: () => {
      let all = 0;
      for (let at = 0; at + 3 < words.length; at += 4) {
        all |= (words[at] ?? 0) | (words[at + 1] ?? 0) | (words[at + 2] ?? 0) | (words[at + 3] ?? 0);
      }
      return all;
    },
  };
}

const bitwiseCrc = (): Measured => ({
  name: 'one bit after the other',
  work: KIB64,
  run: () => {
    let value = -1;
    for (const byte of bytes) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (0x82f63b78 & -(value & 1));
    }
    return ~value >>> 0;
  },
});

function toeplitzRow(): Promise<BenchRow> {
  const tables = toeplitzTables(RSS_REFERENCE_KEY);
  const input = bytes.subarray(0, 36);
  return measure('M/s', { name: 'Toeplitz hash, IPv6 and ports', work: 1, run: () => tableHash(tables, input) }, [
    { name: 'one bit after the other', work: 1, run: () => toeplitzHash(RSS_REFERENCE_KEY, input) },
  ]);
}

/** Copies the super-frame into pieces of the same sizes, and does nothing else. */
const plainCopy = (work: number): Measured => ({
  name: 'copying into buffers of the same sizes',
  work,
  run: () => {
    const source = Buffer.from(superFrame.buffer, superFrame.byteOffset, superFrame.length);
    return segments.map(({ length }, index) => {
      const target = Buffer.alloc(length);
      const from = HEADERS + index * GSO_SIZE;
      source.copy(target, 0, 0, HEADERS);
      source.copy(target, HEADERS, from, from + length - HEADERS);
      return target;
    });
  },
});

async function segmentationRows(): Promise<BenchRow[]> {
  const run = (): unknown => segmentFrame(superFrame, request);
  return [
    await measure('GB/s', { name: 'segmentation, 64 KiB by 1448', work: wireBytes, run }, [plainCopy(wireBytes)]),
    await measure('k/s', { name: 'segmentation, super-frames', work: 1, run }, []),
  ];
}

function aggregationRow(): Promise<BenchRow> {
  const engine = new GroEngine<undefined>({ maxSize: 65536, maxSegments: 64, maxFlows: 8 });
  const run = (): unknown => {
    for (const segment of segments) engine.offer(segment, true, undefined);
    return engine.flush();
  };
  const concat: Measured = {
    name: 'Buffer.concat of the same frames',
    work: wireBytes,
    run: () => Buffer.concat(segments),
  };
  return measure('GB/s', { name: 'aggregation, 45 frames of 1502', work: wireBytes, run }, [concat]);
}

async function parsingRows(): Promise<BenchRow[]> {
  const [frame = superFrame] = segments;
  const flow = newFlow();
  return [
    await measure(
      'M/s',
      { name: 'flow of a frame', work: 1, run: () => (parseFlow(frame, flow), flow.payloadOffset) },
      [],
    ),
    await measure('M/s', { name: 'dissection of a frame', work: 1, run: () => dissect(frame) }, []),
  ];
}
