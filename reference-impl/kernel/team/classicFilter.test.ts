import { describe, expect, it } from 'vitest';
import type { TxFrame } from '../frames.js';
import { buildFrame, ethernet, ipv4, payload, payloadPattern, tcp, udp } from '../../packet/build.js';
import { checkedFilter, runFilter } from './classicFilter.js';

type Row = readonly [code: number, jt: number, jf: number, k: number];

function program(rows: readonly Row[]): Uint8Array {
  const bytes = new Uint8Array(8 * rows.length);
  const view = new DataView(bytes.buffer);
  for (const [at, [code, jt, jf, k]] of rows.entries()) {
    view.setUint16(8 * at, code, true);
    bytes[8 * at + 2] = jt;
    bytes[8 * at + 3] = jf;
    view.setUint32(8 * at + 4, k, true);
  }
  return bytes;
}

/** tcpdump -dd 'ip and tcp port 80'. */
const PORT_80: readonly Row[] = [
  [0x28, 0, 0, 0x0000000c],
  [0x15, 0, 10, 0x00000800],
  [0x30, 0, 0, 0x00000017],
  [0x15, 0, 8, 0x00000006],
  [0x28, 0, 0, 0x00000014],
  [0x45, 6, 0, 0x00001fff],
  [0xb1, 0, 0, 0x0000000e],
  [0x48, 0, 0, 0x0000000e],
  [0x15, 2, 0, 0x00000050],
  [0x48, 0, 0, 0x00000010],
  [0x15, 0, 1, 0x00000050],
  [0x6, 0, 0, 0x00040000],
  [0x6, 0, 0, 0x00000000],
];

const frame = (bytes: Uint8Array, more: Partial<TxFrame> = {}): TxFrame => ({ bytes, ...more }) as TxFrame;
const addresses = { source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' };
const between = { source: '198.18.0.1', destination: '198.18.0.2' };

const run = (rows: readonly Row[], sent: TxFrame): number | undefined => {
  const checked = checkedFilter(program(rows));
  return checked === undefined ? undefined : runFilter(checked, sent);
};

describe('classic BPF', () => {
  const web = buildFrame([ethernet(addresses), ipv4(between), tcp({ sourcePort: 9, destinationPort: 80 })]).bytes;
  const other = buildFrame([ethernet(addresses), ipv4(between), tcp({ sourcePort: 9, destinationPort: 81 })]).bytes;
  const udpFrame = buildFrame([
    ethernet(addresses),
    ipv4(between),
    udp({ sourcePort: 80, destinationPort: 80 }),
    payload(payloadPattern(20, 1)),
  ]).bytes;

  it('runs what tcpdump compiles', () => {
    expect(run(PORT_80, frame(web))).toBe(0x40000);
    expect(run(PORT_80, frame(other))).toBe(0);
    expect(run(PORT_80, frame(udpFrame))).toBe(0);
  });

  it.each([
    [
      'adds with a carry that is lost',
      [
        [0x0, 0, 0, 0xffffffff],
        [0x4, 0, 0, 2],
        [0x16, 0, 0, 0],
      ],
      1,
    ],
    [
      'subtracts below zero',
      [
        [0x0, 0, 0, 1],
        [0x14, 0, 0, 2],
        [0x16, 0, 0, 0],
      ],
      0xffffffff,
    ],
    [
      'multiplies 32 bits',
      [
        [0x0, 0, 0, 0x10001],
        [0x24, 0, 0, 0x10001],
        [0x16, 0, 0, 0],
      ],
      0x20001,
    ],
    [
      'divides without a sign',
      [
        [0x0, 0, 0, 0xfffffffe],
        [0x34, 0, 0, 2],
        [0x16, 0, 0, 0],
      ],
      0x7fffffff,
    ],
    [
      'ends where it divides by a zero in X',
      [
        [0x0, 0, 0, 7],
        [0x1, 0, 0, 0],
        [0x3c, 0, 0, 0],
        [0x16, 0, 0, 0],
      ],
      0,
    ],
    [
      'keeps words',
      [
        [0x0, 0, 0, 7],
        [0x2, 0, 0, 3],
        [0x61, 0, 0, 3],
        [0x87, 0, 0, 0],
        [0x16, 0, 0, 0],
      ],
      7,
    ],
    [
      'negates',
      [
        [0x0, 0, 0, 1],
        [0x84, 0, 0, 0],
        [0x16, 0, 0, 0],
      ],
      0xffffffff,
    ],
    [
      'jumps where a bit is set',
      [
        [0x0, 0, 0, 6],
        [0x45, 0, 1, 2],
        [0x6, 0, 0, 1],
        [0x6, 0, 0, 2],
      ],
      1,
    ],
    [
      'ends with 0 beyond the frame',
      [
        [0x20, 0, 0, 1000],
        [0x6, 0, 0, 5],
      ],
      0,
    ],
    [
      'counts from the network header',
      [
        [0x30, 0, 0, -0x100000 + 9],
        [0x16, 0, 0, 0],
      ],
      6,
    ],
    [
      'reads the tag beside the frame',
      [
        [0x20, 0, 0, -0x1000 + 44],
        [0x16, 0, 0, 0],
      ],
      0x2005,
    ],
  ] as const)('%s', (_what, rows, answer) => {
    expect(run(rows, frame(web, { vlan: { tpid: 0x8100, tci: 0x2005 } }))).toBe(answer);
  });

  it.each([
    ['is empty', []],
    ['does not return', [[0x30, 0, 0, 5]]],
    [
      'jumps behind its end',
      [
        [0x15, 0, 2, 1],
        [0x6, 0, 0, 0],
        [0x6, 0, 0, 0],
      ],
    ],
    [
      'jumps far behind its end',
      [
        [0x5, 0, 0, 1],
        [0x6, 0, 0, 0],
      ],
    ],
    [
      'divides by zero',
      [
        [0x34, 0, 0, 0],
        [0x16, 0, 0, 0],
      ],
    ],
    [
      'shifts by 32',
      [
        [0x64, 0, 0, 32],
        [0x16, 0, 0, 0],
      ],
    ],
    [
      'stores behind its memory',
      [
        [0x2, 0, 0, 16],
        [0x16, 0, 0, 0],
      ],
    ],
    [
      'reads a word that a way here did not write',
      [
        [0x15, 0, 1, 1],
        [0x2, 0, 0, 0],
        [0x60, 0, 0, 0],
        [0x16, 0, 0, 0],
      ],
    ],
    [
      'has an instruction that nobody knows',
      [
        [0xff, 0, 0, 0],
        [0x16, 0, 0, 0],
      ],
    ],
  ] as const)('is refused where it %s', (_what, rows) => {
    expect(checkedFilter(program(rows))).toBeUndefined();
  });
});
