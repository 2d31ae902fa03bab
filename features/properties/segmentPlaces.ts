/** A super-frame with its segments, and where things are in them. */
import { readU16 } from '../../reference-impl/packet/bytes.js';
import type { Layout, SuperFrame } from './superFrames.js';
import type { NetworkName } from './tcpStreams.js';

/** A super-frame that was sent, as it was handed down, and what came out for it in order. */
export interface Segmentation {
  readonly frame: SuperFrame;
  readonly bytes: Uint8Array;
  readonly layout: Layout;
  readonly segments: readonly Uint8Array[];
}

/** Says what is wrong, or undefined. */
export type Rule = (segmentation: Segmentation) => string | undefined;

/** Bytes of the shortest frame. */
export const SHORTEST = 60;

/** The first complaint of a check of each single segment, with its number. */
export function inEach(
  { segments }: Segmentation,
  check: (segment: Uint8Array, index: number) => string | undefined,
): string | undefined {
  for (const [index, segment] of segments.entries()) {
    const complaint = check(segment, index);
    if (complaint !== undefined) return `segment ${index + 1} of ${segments.length}: ${complaint}`;
  }
  return undefined;
}

export const expected = (what: string, actual: number, wanted: number, radix: 10 | 16 = 10): string | undefined =>
  actual === wanted ? undefined : `${what} is ${inRadix(actual, radix)} instead of ${inRadix(wanted, radix)}`;

export const inRadix = (value: number, radix: 10 | 16): string =>
  radix === 16 ? `0x${value.toString(16)}` : String(value);

/** Where the IP packet ends, by the length in its header. */
export const packetEnd = (segment: Uint8Array, network: number, name: NetworkName): number =>
  name === 'IPv4' ? network + readU16(segment, network + 2) : network + 40 + readU16(segment, network + 4);

const outermost = ({ frame, layout }: Segmentation): { readonly name: NetworkName; readonly network: number } => ({
  name: frame.tunnel?.network ?? frame.network,
  network: layout.outer?.network ?? layout.network,
});

/** Where a segment ends: what is behind the IP packet of a short frame is padding. */
export function endOf(segmentation: Segmentation, segment: Uint8Array): number {
  const { name, network } = outermost(segmentation);
  const shortest = SHORTEST + 4 * segmentation.frame.tags.length;
  return segment.length > shortest ? segment.length : Math.min(segment.length, packetEnd(segment, network, name));
}

export const payloadOf = (segmentation: Segmentation, segment: Uint8Array): Uint8Array =>
  segment.subarray(segmentation.layout.payload, endOf(segmentation, segment));

/** Payload bytes before each segment, by what the segments before it really have. */
export function positions(segmentation: Segmentation): number[] {
  let position = 0;
  return segmentation.segments.map((segment) => {
    const before = position;
    position += payloadOf(segmentation, segment).length;
    return before;
  });
}
