/** What the far end sent, and what of it reached the host: frames go by their numbers. */
import type { HostReceive, NetDeviceName, WireFrame } from '../../harness/contract/index.js';
import { numberOf } from '../properties/numberedFrames.js';
import { intoHost } from './exchange.js';
import { expectThat } from './expectations.js';
import { sameNumbers } from './port.steps.js';
import type { NicWorld } from './world.js';

export interface Arrivals {
  /** What the last step sent, in order. */
  sent: readonly Uint8Array[];
  /** What of it reached the host. */
  received: readonly HostReceive[];
}

export const arrivals = (world: NicWorld): Arrivals => world.note('arrivals', () => ({ sent: [], received: [] }));

/** The far end sends; what reaches the host is kept for the steps that follow, and the frames for those that look at `sent`. */
export async function farEndSends(
  world: NicWorld,
  frames: readonly (Uint8Array | WireFrame)[],
  at?: NetDeviceName,
): Promise<readonly HostReceive[]> {
  const notes = arrivals(world);
  notes.received = await intoHost(world, frames, at === undefined ? {} : { at });
  notes.sent = frames.map((frame) => (frame instanceof Uint8Array ? frame : frame.bytes));
  world.sent = [...notes.sent];
  world.atHost = [...notes.received];
  return notes.received;
}

export const receivedNumbers = (received: readonly HostReceive[]): number[] =>
  received.map(({ bytes }) => numberOf(bytes)).filter((number) => number !== undefined);

/** Exactly these frames reached the host, in this order. */
export function expectArrived(world: NicWorld, numbers: readonly number[]): void {
  const got = receivedNumbers(arrivals(world).received);
  expectThat(
    sameNumbers(got, numbers),
    `expected the frames ${numbers.join(' ') || 'none'}, got ${got.join(' ') || 'none'}`,
  );
}
