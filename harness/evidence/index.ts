/** What a failing scenario leaves behind: the frames of both ends, the netlink transcript, the smallest failing case. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, fromHex, hex } from '../../reference-impl/packet/bytes.js';
import type { Testimony } from '../contract/index.js';
import type { CounterexampleRecord, FrameMismatchRecord } from '../runner/records.js';
import { compareFrames, describeDifference } from './frameDifference.js';
import { writePcapng, type Capture, type CaptureInterface, type CapturePacket } from './pcapng.js';
import { netlinkCapture } from './netlinkCapture.js';
import type { RecordedCase, RecordedFrame } from './recordedCase.js';
import { transcribe } from './transcript.js';

export type { RecordedCase, RecordedDatagram, RecordedFrame } from './recordedCase.js';

export interface Expectation {
  /** What was expected and did not happen: the message of the failed step. */
  readonly title: string;
  /** `nicspec 0.1.0`. */
  readonly application?: string;
  /** The frame that is not what it should be, if it was about a frame. */
  readonly mismatch?: FrameMismatchRecord | null;
  readonly counterexample?: CounterexampleRecord | null;
  /** What the target left behind when it was lost: the console of a guest. */
  readonly testimony?: readonly Testimony[];
}

/**
 * Writes frames.pcapng and netlink.txt of the case into the folder, netlink.pcapng where datagrams were exchanged, and
 * counterexample.json where a law was broken; answers their names. The folder is made. Fails only where the file system does.
 */
export async function writeEvidence(
  folder: string,
  recorded: RecordedCase,
  expectation: Expectation,
): Promise<readonly string[]> {
  const files: [string, string | Uint8Array][] = [
    ['frames.pcapng', writePcapng(captureOf(recorded, expectation))],
    ['netlink.txt', transcribe(recorded.datagrams, recorded.families)],
  ];
  const { counterexample, testimony = [] } = expectation;
  if (recorded.datagrams.length > 0) files.push(['netlink.pcapng', writePcapng(netlinkCapture(recorded, expectation))]);
  if (counterexample != null) files.push(['counterexample.json', `${JSON.stringify(counterexample, null, 2)}\n`]);
  for (const { name, text } of testimony) files.push([name, text]);
  await mkdir(folder, { recursive: true });
  await Promise.all(files.map(([name, content]) => writeFile(join(folder, name), content)));
  return files.map(([name]) => name);
}

/** One interface for each end that was seen; the frame that should have been another says so in its comment. */
export function captureOf(recorded: RecordedCase, expectation: Expectation): Capture {
  const { frames, dropped = 0 } = recorded;
  const interfaces: CaptureInterface[] = [];
  const index = new Map<string, number>();
  const culprit = culpritOf(frames, expectation.mismatch ?? null);
  const packets = frames.map((frame): CapturePacket => {
    const name = `${frame.end} ${frame.name}`;
    const known = index.get(name);
    if (known === undefined) {
      index.set(name, interfaces.length);
      interfaces.push({ name, description: DESCRIPTIONS[frame.end] });
    }
    const notes = [frame.note, frame === culprit ? wrongFrameComment(expectation, frame.bytes) : undefined];
    const comment = notes.filter((note) => note !== undefined).join('\n');
    return {
      interface: known ?? interfaces.length - 1,
      direction: frame.direction === 'sent' ? 'outbound' : 'inbound',
      timeNs: frame.timeNs,
      bytes: frame.bytes,
      ...(comment === '' ? {} : { comment }),
    };
  });
  const about = [
    expectation.title,
    ...(culprit === undefined ? missingFrameComment(expectation) : []),
    ...(dropped > 0 ? [`${dropped} earlier frames and datagrams of this case were not kept`] : []),
  ];
  return { application: expectation.application ?? 'nicspec', comment: about.join('\n'), interfaces, packets };
}

const DESCRIPTIONS = {
  host: 'the net device, as a packet socket of the host sees it',
  wire: 'the far end of the cable',
} as const;

/** The last frame with the bytes that should have been others. */
function culpritOf(frames: readonly RecordedFrame[], mismatch: FrameMismatchRecord | null): RecordedFrame | undefined {
  if (mismatch?.actual == null) return undefined;
  const wrong = fromHex(mismatch.actual);
  return frames.findLast(({ direction, bytes }) => direction === 'received' && equalBytes(bytes, wrong));
}

function wrongFrameComment({ title, mismatch }: Expectation, bytes: Uint8Array): string {
  const heading = `expectation: ${mismatch?.title ?? title}`;
  if (mismatch?.expected == null) return `${heading}\nno frame was expected here`;
  const expected = fromHex(mismatch.expected);
  const differences = describeDifference(compareFrames(expected, bytes));
  return [heading, ...differences, `expected bytes: ${hex(expected)}`].join('\n');
}

/** The wrong frame is not among those recorded, or there is none. */
function missingFrameComment({ mismatch }: Expectation): string[] {
  if (mismatch == null) return [];
  const lines = [`expectation: ${mismatch.title}`];
  if (mismatch.expected !== null) lines.push(`expected bytes: ${mismatch.expected}`);
  lines.push(mismatch.actual === null ? 'got no frame' : `got bytes: ${mismatch.actual}`);
  return lines;
}
