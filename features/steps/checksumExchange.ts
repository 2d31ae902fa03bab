/** A packet that asks for its checksum, what left for it, and what should have. */
import type { HostTransmit } from '../../harness/contract/index.js';
import { writeU16 } from '../../reference-impl/packet/bytes.js';
import type { AskedPacket } from '../properties/checksumFrames.js';
import { summed, transmitOf, type SumRequest } from '../properties/checksums.js';
import { expectPadded } from './base.steps.js';
import { ontoWire } from './exchange.js';
import { expectNumber } from './expectations.js';
import type { NicWorld } from './world.js';

export const EXAMPLE = { network: 'IPv4', transport: 'TCP', length: 200, seed: 5 } as const satisfies AskedPacket;

interface TransmitNotes {
  request: SumRequest;
  expected: Uint8Array;
  left: readonly Uint8Array[];
  counters: ReadonlyMap<string, number>;
}
export const NOTHING: SumRequest = { bytes: new Uint8Array(0), start: 0, offset: 0 };
export const transmitNotes = (world: NicWorld): TransmitNotes =>
  world.note('transmit checksum', () => ({
    request: NOTHING,
    expected: NOTHING.bytes,
    left: [],
    counters: new Map<string, number>(),
  }));

export const source = (world: NicWorld): string => world.port.address;

export async function send(
  world: NicWorld,
  request: SumRequest,
  transmit: HostTransmit = transmitOf(request),
): Promise<void> {
  const notes = transmitNotes(world);
  notes.request = request;
  notes.expected = summed(request);
  notes.left = (await ontoWire(world, [transmit])).map(({ bytes }) => bytes);
}

export const expectSummed = (world: NicWorld): void => {
  const { left, expected } = transmitNotes(world);
  expectNumber(left.length, 1, 'frames on the wire');
  expectPadded(left[0], expected, 'the frame with its checksum');
};

/** One case of a law: the request is done. */
export async function expectDone(world: NicWorld, request: SumRequest): Promise<void> {
  await send(world, request);
  expectSummed(world);
}

export function withField(request: SumRequest, value: number): SumRequest {
  const bytes = request.bytes.slice();
  writeU16(bytes, request.start + request.offset, value);
  return { ...request, bytes };
}
