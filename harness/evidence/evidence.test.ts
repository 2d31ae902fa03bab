import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeDatagram, encodeMessage } from '../../reference-impl/netlink/wire.js';
import { buildFrame, ethernet, ipv4, payload, udp, vlan } from '../../reference-impl/packet/build.js';
import { fromHex, hex } from '../../reference-impl/packet/bytes.js';
import { compareFrames, describeDifference } from './frameDifference.js';
import { writeEvidence, type RecordedCase } from './index.js';
import { familiesIn } from './familyNotes.js';
import { writePcapng } from './pcapng.js';
import { CaptureError, readPcapng } from './readPcapng.js';
import { transcribe } from './transcript.js';

const eth = ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' });
const ip = ipv4({ source: '192.0.2.1', destination: '192.0.2.2' });
const ports = { sourcePort: 1000, destinationPort: 2000 };
const plain = buildFrame([eth, ip, udp(ports), payload(20)]).bytes;
const tagged = buildFrame([eth, vlan({ vid: 7 }), ip, udp(ports), payload(20)]).bytes;
const aged = buildFrame([eth, ipv4({ ...ip, ttl: 63 }), udp(ports), payload(20)]).bytes;

const folder = mkdtempSync(join(tmpdir(), 'nicspec-evidence-'));
afterAll(() => rmSync(folder, { recursive: true }));

const recorded: RecordedCase = {
  frames: [
    { end: 'host', name: 'eth0', direction: 'sent', bytes: plain, timeNs: 1_000_000_001n, note: 'asked for checksum' },
    { end: 'wire', name: 'p0', direction: 'received', bytes: aged, timeNs: 5_000_000_000_123_456_789n },
  ],
  datagrams: [
    {
      protocol: 0,
      direction: 'sent',
      timeNs: 7n,
      bytes: encodeDatagram([encodeMessage({ type: 18, flags: 1, sequence: 3, portId: 0 }, new Uint8Array(16))]),
    },
    { protocol: 16, direction: 'received', timeNs: 1_500_000_007n, bytes: fromHex('00') },
  ],
};
const mismatch = { title: 'the frame leaves as it came', expected: hex(plain), actual: hex(aged) };

const tshark = ['/usr/bin/tshark', '/usr/local/bin/tshark'].find((path) => existsSync(path));
if (tshark === undefined) console.warn('skipped: the captures are not read back, tshark is not installed');
const readBack = (file: string, ...options: string[]): string =>
  execFileSync(tshark!, ['-n', '-r', file, ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('writeEvidence', () => {
  it('writes a capture, a transcript and a counterexample', async () => {
    const counterexample = {
      seed: 1,
      path: '0:1',
      replayPath: null,
      numRuns: 1,
      counterexample: '[64]',
      error: 'TTL',
      command: 'nicspec run --seed 1',
    };
    const names = await writeEvidence(join(folder, 'a/b'), recorded, { title: 'failed', mismatch, counterexample });
    expect(names).toEqual(['frames.pcapng', 'netlink.txt', 'netlink.pcapng', 'counterexample.json']);
    expect(JSON.parse(readFileSync(join(folder, 'a/b/counterexample.json'), 'utf8'))).toEqual(counterexample);
    expect(readFileSync(join(folder, 'a/b/netlink.txt'), 'utf8')).toMatch(/RTM_GETLINK seq 3/);
  });

  it.skipIf(tshark === undefined)('leaves a capture that tshark reads without complaint', async () => {
    await writeEvidence(folder, recorded, { title: 'the last step', application: 'nicspec 9.9.9', mismatch });
    const file = join(folder, 'frames.pcapng');
    const fields = [
      'frame.interface_name',
      'frame.time_epoch',
      'frame.packet_flags_direction',
      'frame.comment',
      '_ws.malformed',
    ];
    const output = readBack(file, '-T', 'fields', ...fields.flatMap((field) => ['-e', field]), '-E', 'separator=|');
    expect(output).toMatch(/^host eth0\|1\.000000001[^|]*\|(2|0x0*2)\|asked for checksum\|$/m);
    expect(output).toMatch(
      /^wire p0\|5000000000\.123456789[^|]*\|(1|0x0*1)\|expectation: the frame leaves as it came/m,
    );
    expect(output).toMatch(/ipv4 TTL: expected 64, got 63/);
    expect(output).toContain(`expected bytes: ${hex(plain)}`);
  });

  it.skipIf(tshark === undefined)(
    'names the program and the expectation in the section, also without any frame',
    async () => {
      const missing = { title: 'a frame arrives', expected: hex(plain), actual: null };
      const recordedNothing = { frames: [], datagrams: [] };
      await writeEvidence(folder, recordedNothing, {
        title: 'the last step',
        application: 'nicspec 9.9.9',
        mismatch: missing,
      });
      const file = join(folder, 'frames.pcapng');
      expect(readBack(file)).toBe('');
      const text = new TextDecoder().decode(readFileSync(file));
      expect(text).toContain('nicspec 9.9.9');
      expect(text).toContain('got no frame');
      expect(readFileSync(join(folder, 'netlink.txt'), 'utf8')).toBe('no netlink datagram was exchanged\n');
    },
  );
});

describe('writePcapng', () => {
  it('is a file whose blocks have their length at both ends, with any length of frame and text', () => {
    for (const length of [0, 1, 2, 3, 4, 61]) {
      const bytes = writePcapng({
        application: 'x'.repeat(length),
        interfaces: [{ name: 'é'.repeat(length) }],
        packets: [
          {
            interface: 0,
            direction: 'inbound',
            timeNs: 1n,
            bytes: new Uint8Array(length),
            comment: '€'.repeat(40_000),
          },
        ],
      });
      const view = new DataView(bytes.buffer);
      const types: number[] = [];
      for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, true)) {
        const own = view.getUint32(at + 4, true);
        expect(own % 4).toBe(0);
        expect(view.getUint32(at + own - 4, true)).toBe(own);
        types.push(view.getUint32(at, true));
      }
      expect(types).toEqual([0x0a0d0d0a, 1, 6]);
    }
  });
});

describe('readPcapng', () => {
  const capture = {
    application: 'nicspec 9',
    comment: 'why\ngeneric family 21: ethtool',
    interfaces: [
      { name: 'wire p0', description: 'the far end', linkType: 1 },
      { name: 'netlink', linkType: 253 },
    ],
    packets: [
      { interface: 0, direction: 'inbound' as const, timeNs: 5_000_000_000_123_456_789n, bytes: plain, comment: 'é' },
      { interface: 1, direction: 'outbound' as const, timeNs: 7n, bytes: new Uint8Array(3) },
    ],
  };

  it('reads what was written', () => {
    expect(readPcapng(writePcapng(capture))).toEqual(capture);
    expect(familiesIn(capture.comment)).toEqual(new Map([[21, 'ethtool']]));
  });

  it('refuses what is damaged, wherever it is cut or changed', () => {
    const bytes = writePcapng(capture);
    expect(() => readPcapng(fromHex('00'))).toThrow(CaptureError);
    for (let length = 0; length < bytes.length; length++) {
      const part = bytes.slice(0, length);
      try {
        expect(readPcapng(part).packets.length).toBeLessThan(3);
      } catch (error) {
        expect(error).toBeInstanceOf(CaptureError);
      }
    }
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = 0xff;
      try {
        readPcapng(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(CaptureError);
      }
    }
  });
});

describe('the capture of netlink', () => {
  it.skipIf(tshark === undefined)('is one that tshark decodes', async () => {
    await writeEvidence(folder, recorded, { title: 'the last step' });
    const file = join(folder, 'netlink.pcapng');
    const output = readBack(
      file,
      '-T',
      'fields',
      '-e',
      'frame.protocols',
      '-e',
      'netlink-route.nltype',
      '-e',
      'netlink.hdr_type',
    );
    expect(output.split('\n')[0]).toMatch(/netlink:netlink-route.*18/);
  });
});

describe('transcribe', () => {
  it('shows which way, when, and what cannot be read as bytes', () => {
    const text = transcribe(recorded.datagrams);
    expect(text).toMatch(/^\+0\.000000000 s > to the kernel {2}NETLINK_ROUTE {2}32 bytes$/m);
    expect(text).toMatch(/^\+1\.500000000 s < from the kernel {2}NETLINK_GENERIC {2}1 bytes$/m);
    expect(text).toMatch(/no netlink message: 00/);
  });

  it('names the families that the controller told of', () => {
    const header = { type: 16, flags: 0, sequence: 1, portId: 1 };
    const answer = encodeMessage(header, fromHex('01020000 0c00 0200 6574 6874 6f6f 6c00 0600 0100 1500 0000'));
    const request = encodeMessage({ type: 0x15, flags: 5, sequence: 2, portId: 0 }, fromHex('0b010000'));
    const text = transcribe([
      { protocol: 16, direction: 'received', timeNs: 0n, bytes: answer },
      { protocol: 16, direction: 'sent', timeNs: 1n, bytes: request },
    ]);
    expect(text).toMatch(/ETHTOOL_MSG_FEATURES_GET/);
  });
});

describe('compareFrames', () => {
  it('finds no difference between a frame and itself', () => {
    const same = compareFrames(plain, plain);
    expect(same.fields).toEqual([]);
    expect(same.expectedMarks.some((mark) => mark !== 0)).toBe(false);
  });

  it('names the fields of the bytes that differ', () => {
    expect(describeDifference(compareFrames(plain, aged))).toEqual([
      'ipv4 TTL: expected 64, got 63',
      expect.stringMatching(/^ipv4 checksum: expected 0x\w+ \(valid\), got 0x\w+ \(valid\)$/),
    ]);
  });

  it('takes a tag too many for one difference', () => {
    const { expectedMarks, gotMarks, fields } = compareFrames(plain, tagged);
    expect(fields.map(({ layer, field }) => [layer, field])).toEqual([
      ['ethernet', 'type'],
      ['vlan', ''],
    ]);
    expect(marked(expectedMarks)).toEqual([12]);
    expect(marked(gotMarks)).toEqual([12, 14, 15, 16, 17]);
  });

  it('marks everything where there is no frame', () => {
    expect(marked(compareFrames(null, plain).gotMarks)).toHaveLength(plain.length);
    expect(compareFrames(plain, null).gotMarks).toHaveLength(0);
  });

  it('tells bits of one byte apart', () => {
    const other = tagged.slice();
    other[14]! ^= 0x20;
    expect(describeDifference(compareFrames(tagged, other))).toEqual(['vlan priority: expected 0, got 1']);
  });

  it('says so where long payloads differ only in the middle', () => {
    const long = buildFrame([eth, payload(1000)]).bytes;
    const other = long.slice();
    other[500]! ^= 1;
    const [line] = describeDifference(compareFrames(long, other));
    expect(line).toMatch(/^payload: expected \w{16} from its byte 486 on, got \w{16} from its byte 486 on$/);
  });
});

const marked = (marks: Uint8Array): number[] => [...marks.keys()].filter((at) => marks[at] === 1);
