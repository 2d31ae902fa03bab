/** What counters must grow by: arithmetic over the frames that were sent and received. */
import fc from 'fast-check';
import { BROADCAST, numberedFrame } from './numberedFrames.js';
import { LINK_STATISTICS } from '../../reference-impl/netlink/families/rtnetlink.js';

export type Destination = 'unicast' | 'multicast' | 'broadcast';

/** A group that the port joins: locally administered, no bridge keeps it for itself. */
export const JOINED_GROUP = '03:00:5e:4e:49:43';

export interface CountedFrame {
  readonly destination: Destination;
  /** Bytes from the destination address to the last one before the frame check sequence. */
  readonly length: number;
  /** Has a wrong frame check sequence. */
  readonly isDamaged: boolean;
}

/** The frame as bytes, to the port with this address. */
export function bytesOf(
  { destination, length }: CountedFrame,
  address: string,
  number: number,
  source?: string,
): Uint8Array {
  const to = { unicast: address, multicast: JOINED_GROUP, broadcast: BROADCAST }[destination];
  return numberedFrame({ destination: to, number, length, ...(source === undefined ? {} : { source }) });
}

/** What the counters of an interface grow by when these frames come, or leave. */
export interface Growth {
  readonly packets: number;
  readonly bytes: number;
  readonly multicast: number;
  readonly broadcast: number;
  readonly damaged: number;
}

export function growthOf(frames: readonly CountedFrame[]): Growth {
  const good = frames.filter(({ isDamaged }) => !isDamaged);
  const to = (destination: Destination): number => good.filter((frame) => frame.destination === destination).length;
  return {
    packets: good.length,
    bytes: good.reduce((sum, { length }) => sum + length, 0),
    multicast: to('multicast'),
    broadcast: to('broadcast'),
    damaged: frames.length - good.length,
  };
}

export const goodFrames = (count: number, destination: Destination = 'unicast', length = 60): CountedFrame[] =>
  Array.from({ length: count }, () => ({ destination, length, isDamaged: false }));

export const countedLength = fc.integer({ min: 60, max: 1514 });
const anyDestination = fc.constantFrom<Destination>('unicast', 'multicast', 'broadcast');
const countedFrame = (isDamaged: fc.Arbitrary<boolean>): fc.Arbitrary<CountedFrame> =>
  fc.record({ destination: anyDestination, length: countedLength, isDamaged });

/** Good frames of all lengths to all kinds of destinations. */
export const goodBurst = fc.array(countedFrame(fc.constant(false)), { minLength: 1, maxLength: 12 });
/** The same with damaged ones among them. */
export const mixedBurst = fc.array(countedFrame(fc.boolean()), { minLength: 1, maxLength: 12 });

/** A frame check sequence that is wrong for the frame: the right one with these bits turned over. */
export const wrongBits = fc.integer({ min: 1, max: 0xffff_ffff });

/** The CRC-32 of IEEE 802.3 by its definition, bit by bit. */
export function frameCheckSequence(frame: Uint8Array): number {
  let remainder = 0xffff_ffff;
  for (const byte of frame) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++)
      remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ 0xedb8_8320 : remainder >>> 1;
  }
  return ~remainder >>> 0;
}

export interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** Bytes of the frame check sequence, which RMON counts. */
export const FCS_LENGTH = 4;

/** Whether the buckets follow each other without a hole or an overlap. */
export const areContiguous = (buckets: readonly Bucket[]): boolean =>
  buckets.every(({ low, high }, index) => {
    const before = buckets[index - 1];
    return low <= high && (before === undefined || low === before.high + 1);
  });

/** The growth of each bucket from `before` to `after`, which are of the same bounds. */
export const bucketGrowth = (before: readonly Bucket[], after: readonly Bucket[]): number[] =>
  after.map(({ count }, index) => count - (before[index]?.count ?? 0));

/** The growth that one frame of this size, check sequence included, must make. */
export const growthOfSize = (buckets: readonly Bucket[], size: number): number[] =>
  buckets.map(({ low, high }) => (low <= size && size <= high ? 1 : 0));

/** Names by which drivers have repeated members of struct rtnl_link_stats64 and of the standard groups. */
export const STANDARD_NAMES: ReadonlySet<string> = new Set([...LINK_STATISTICS, 'rx_pause_frames', 'tx_pause_frames']);

/** Names of counters that are lower now than they were, of those that are in both. */
export function wentBack(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): string[] {
  return Object.keys(before).filter((name) => (after[name] ?? Infinity) < (before[name] ?? 0));
}
