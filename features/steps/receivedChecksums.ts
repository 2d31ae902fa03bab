/** The frame of a scenario about receive checksums, and what the device said of it. */
import type { HostReceive } from '../../harness/contract/index.js';
import { concat } from '../../reference-impl/packet/bytes.js';
import { payloadPattern } from '../../reference-impl/packet/build.js';
import { plainSum, sameSum } from '../properties/checksums.js';
import { intoHost } from './exchange.js';
import { expectThat } from './expectations.js';
import type { NicWorld } from './world.js';
const ETHERNET_HEADER = 14;

interface ReceiveNotes {
  sent: Uint8Array;
  received: HostReceive | undefined;
  other: HostReceive | undefined;
}
export const receiveNotes = (world: NicWorld): ReceiveNotes =>
  world.note('receive checksum', () => ({ sent: new Uint8Array(0), received: undefined, other: undefined }));

export const own = (world: NicWorld): string => world.port.address;

export async function receive(world: NicWorld, frame: Uint8Array): Promise<HostReceive> {
  const notes = receiveNotes(world);
  notes.sent = frame;
  const [received] = await intoHost(world, [frame]);
  notes.received = received;
  expectThat(received !== undefined, 'the frame did not reach the host');
  return received;
}

export const received = (world: NicWorld): HostReceive => {
  const { received: frame } = receiveNotes(world);
  expectThat(frame !== undefined, 'no frame reached the host');
  return frame;
};

export const status = ({ checksum }: HostReceive): string => checksum?.status ?? 'none';

export function expectSumOfAll(frame: HostReceive): void {
  const { checksum, bytes } = frame;
  expectThat(checksum?.status === 'complete', `the device reports ${status(frame)}`);
  const expected = plainSum(bytes, ETHERNET_HEADER);
  expectThat(
    sameSum(checksum.sum, expected),
    `the sum is 0x${checksum.sum.toString(16)} instead of 0x${expected.toString(16)}`,
  );
}

export const withTrailer = (frame: Uint8Array, length: number, seed: number): Uint8Array =>
  concat(frame, payloadPattern(length, seed));

export function flipped(frame: Uint8Array, byte: number, bit: number): Uint8Array {
  const damaged = frame.slice();
  damaged[byte] = (damaged[byte] ?? 0) ^ (1 << bit);
  return damaged;
}

export const expectNotVerified = (frame: HostReceive): void =>
  expectThat(status(frame) !== 'unnecessary' && status(frame) !== 'valid', 'the device calls it verified');
