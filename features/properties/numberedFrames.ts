/** Frames of a protocol that no kernel answers, with a number in them: what came, how often and in which order can be read off. */
import fc from 'fast-check';
import { formatMac } from '../../reference-impl/packet/addresses.js';
import { buildFrame, ethernet, payload, payloadPattern } from '../../reference-impl/packet/build.js';
import { concat, readU32, writeU32 } from '../../reference-impl/packet/bytes.js';
import { ETH_P_EXPERIMENTAL } from '../../reference-impl/packet/protocols.js';

/** The address of the far end of the cable. */
export const FAR_END = '02:fa:4e:4d:00:01';
/** A unicast address of nobody here. */
export const SOMEBODY_ELSE = '02:de:ad:be:ef:01';
export const BROADCAST = 'ff:ff:ff:ff:ff:ff';

export interface NumberedFrame {
  readonly destination: string;
  readonly source?: string;
  readonly number: number;
  /** Bytes in all; at least 60, so that nothing is padded. */
  readonly length?: number;
}

const SHORTEST = 60;
const ADDRESSES_LENGTH = 12;
const NUMBER_FROM_TYPE = 2;
const TAG_TYPES = new Set([0x8100, 0x88a8]);

/** The same for the same values; frames with different numbers differ throughout. */
export function numberedFrame({ destination, source = FAR_END, number, length = SHORTEST }: NumberedFrame): Uint8Array {
  const content = payloadPattern(Math.max(length, SHORTEST) - 14, number);
  writeU32(content, 0, number);
  return buildFrame([ethernet({ destination, source, etherType: ETH_P_EXPERIMENTAL }), payload(content)]).bytes;
}

/** The number of a frame of `numberedFrame`, through any tags; undefined for a frame of somebody else's. */
export function numberOf(frame: Uint8Array): number | undefined {
  let at = ADDRESSES_LENGTH;
  while (TAG_TYPES.has(typeAt(frame, at))) at += 4;
  return typeAt(frame, at) === ETH_P_EXPERIMENTAL ? readU32(frame, at + NUMBER_FROM_TYPE) : undefined;
}

const typeAt = (frame: Uint8Array, at: number): number => ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);

/** The numbers of these frames, in order; frames of somebody else's are left out. */
export const numbersOf = (frames: readonly Uint8Array[]): number[] =>
  frames.map(numberOf).filter((number) => number !== undefined);

/** `count` frames to the same destination, numbered from `first`. */
export function numberedFrames(destination: string, count: number, first = 0, source = FAR_END): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => numberedFrame({ destination, source, number: first + index }));
}

/** The frame with these four bytes, a tag, behind its addresses. */
export function withTag(frame: Uint8Array, { tpid, tci }: Tag): Uint8Array {
  const tag = Uint8Array.of(tpid >> 8, tpid & 0xff, tci >> 8, tci & 0xff);
  return concat(frame.subarray(0, ADDRESSES_LENGTH), tag, frame.subarray(ADDRESSES_LENGTH));
}

export interface Tag {
  readonly tpid: number;
  readonly tci: number;
}

/** The frame with these tags, the outermost first. */
export const withTags = (frame: Uint8Array, tags: readonly Tag[]): Uint8Array => tags.reduceRight(withTag, frame);

/** The tags in the bytes of a frame, the outermost first. */
export function tagsOf(frame: Uint8Array): Tag[] {
  const tags: Tag[] = [];
  for (let at = ADDRESSES_LENGTH; TAG_TYPES.has(typeAt(frame, at)); at += 4) {
    tags.push({ tpid: typeAt(frame, at), tci: typeAt(frame, at + 2) });
  }
  return tags;
}

export const CUSTOMER_TAG = 0x8100;
export const SERVICE_TAG = 0x88a8;

export const tci = fc.integer({ min: 0, max: 0xffff });
export const vid = fc.integer({ min: 1, max: 4094 });
export const tag: fc.Arbitrary<Tag> = fc.record({ tpid: fc.constantFrom(CUSTOMER_TAG, SERVICE_TAG), tci });
/** Frame lengths that a port with an MTU of 1500 passes with a tag too. */
export const frameLength = fc.integer({ min: SHORTEST, max: 1500 });
export const frameNumber = fc.integer({ min: 0, max: 0xffff_fffe });

const sixBytes = fc.uint8Array({ minLength: 6, maxLength: 6 });
const withFirstByte = (change: (byte: number) => number): fc.Arbitrary<string> =>
  sixBytes.map((bytes) => {
    const address = bytes.slice();
    address[0] = change(address[0] ?? 0);
    return formatMac(address);
  });

const ZERO = '00:00:00:00:00:00';
/** A unicast address that a port may have. */
export const unicastAddress = withFirstByte((byte) => byte & 0xfe).filter((address) => address !== ZERO);
/** A group address, broadcast excluded. Groups that bridges keep for themselves (01:80:c2:00:00:0x) are excluded too. */
export const multicastAddress = withFirstByte((byte) => byte | 1).filter(
  (address) => address !== BROADCAST && !address.startsWith('01:80:c2:00:00:0'),
);
