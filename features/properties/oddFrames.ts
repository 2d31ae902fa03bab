/** Frames whose content is nobody's idea of a packet: a switch that forwards by address has no business with it. */
import fc from 'fast-check';
import { parseMac } from '../../reference-impl/packet/addresses.js';
import { concat, writeU16 } from '../../reference-impl/packet/bytes.js';

const CONTENT = 100;
const TYPES = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd, mpls: 0x8847 } as const;

/** A header of 20 bytes to a host's own address, no options, UDP, and as long as the frame; `change` spoils it. */
function ipv4(change: (header: Uint8Array) => void): Uint8Array {
  const content = pattern(CONTENT);
  content.set([0x45, 0, 0, CONTENT, 0, 1, 0x40, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
  content.set([0x10, 0, 0x20, 0, 0, CONTENT - 20, 0, 0], 20);
  change(content);
  return content;
}

function ipv6(change: (header: Uint8Array) => void): Uint8Array {
  const content = pattern(CONTENT);
  content.set([0x60, 0, 0, 0, 0, CONTENT - 40, 17, 64]);
  change(content);
  return content;
}

const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (7 * index + 3) & 0xff);

/** Type or length of the frame, and what follows it. */
interface OddContent {
  readonly type: number;
  readonly content: Uint8Array;
}

export const ODD_CONTENTS = {
  'an IPv4 packet that is longer than its frame': () => v4((header) => writeU16(header, 2, 1400)),
  'an IPv4 packet that is shorter than its frame': () => v4((header) => writeU16(header, 2, 40)),
  'an IPv4 header of four bytes': () => v4((header) => header.set([0x41])),
  'an IPv4 header with a wrong checksum': () => v4((header) => header.set([0xde, 0xad], 10)),
  'an IPv4 packet of version 7': () => v4((header) => header.set([0x75])),
  'an IPv4 packet without time to live': () => v4((header) => header.set([0], 8)),
  'an IPv4 fragment beyond the longest packet': () => v4((header) => header.set([0x1f, 0xff], 6)),
  'a UDP datagram that is longer than its packet': () => v4((header) => writeU16(header, 24, 9000)),
  'an IPv6 packet that is longer than its frame': () => v6((header) => writeU16(header, 4, 1400)),
  'an IPv6 packet that is shorter than its frame': () => v6((header) => writeU16(header, 4, 8)),
  'an IPv6 extension header that goes on for ever': () => v6((header) => header.set([0, 0xff], 6)),
  'an ARP packet with addresses of 200 bytes': () => ({
    type: TYPES.arp,
    content: concat(Uint8Array.of(0, 1, 8, 0, 200, 200, 0, 1), pattern(CONTENT)),
  }),
  'an MPLS stack without an end': () => ({ type: TYPES.mpls, content: new Uint8Array(CONTENT) }),
  'a length that is more than there is': () => ({ type: 1000, content: pattern(CONTENT) }),
  'a length that is less than there is': () => ({ type: 3, content: pattern(CONTENT) }),
} as const satisfies Record<string, () => OddContent>;
export type OddContentName = keyof typeof ODD_CONTENTS;

function v4(change: (header: Uint8Array) => void): OddContent {
  return { type: TYPES.ipv4, content: ipv4(change) };
}

function v6(change: (header: Uint8Array) => void): OddContent {
  return { type: TYPES.ipv6, content: ipv6(change) };
}

const SHORTEST_CONTENT = 46;
const LONGEST_CONTENT = 1500;
const TYPE_AT = 12;

/** The frame, padded to the shortest that a cable carries. */
export function oddFrame(to: string, from: string, { type, content }: OddContent): Uint8Array {
  const frame = concat(parseMac(to), parseMac(from), Uint8Array.of(0, 0), content);
  writeU16(frame, TYPE_AT, type);
  const missing = SHORTEST_CONTENT - content.length;
  return missing > 0 ? concat(frame, new Uint8Array(missing)) : frame;
}

/** Types that somebody parses, lengths, and any other; tags and MAC control have rules of their own. */
const OWN_RULES = new Set([0x8100, 0x88a8, 0x8808]);
const type = fc
  .oneof(
    fc.constantFrom(0x0800, 0x0806, 0x86dd, 0x8847, 0x8864, 0x88cc, 0x88e5, 0x88f7, 0x22f0, 0x9100),
    fc.integer({ min: 0, max: 1500 }),
    fc.integer({ min: 0x600, max: 0xffff }),
  )
  .filter((value) => !OWN_RULES.has(value));

/** Any content at all. */
export const oddContent: fc.Arbitrary<OddContent> = fc.record({
  type,
  content: fc.uint8Array({ minLength: SHORTEST_CONTENT, maxLength: 300 }),
});

/** A length, of what follows or not. */
const lengthContent = fc
  .tuple(fc.integer({ min: 0, max: LONGEST_CONTENT }), fc.uint8Array({ minLength: SHORTEST_CONTENT, maxLength: 300 }))
  .map(([length, content]) => concat(Uint8Array.of(length >> 8, length & 0xff), content));

/** Tags on tags, cut off anywhere. */
const taggedContent = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(0x8100, 0x88a8), fc.integer({ min: 0, max: 0xffff })), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.nat({ max: 60 }),
  )
  .map(([tags, more]) => {
    const bytes = new Uint8Array(4 * tags.length + more);
    for (const [index, [tpid, tci]] of tags.entries()) {
      writeU16(bytes, 4 * index, tpid);
      writeU16(bytes, 4 * index + 2, tci);
    }
    return bytes;
  });

/** Bytes that are a frame by their length alone, all but the source, whose second half tells whose they are. */
export const anyFrame = (source: string): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.uint8Array({ minLength: 6, maxLength: 6 }),
      fc.oneof(fc.uint8Array({ minLength: 2, maxLength: LONGEST_CONTENT }), taggedContent, lengthContent),
    )
    .map(([destination, rest]) => concat(destination, parseMac(source), rest));
