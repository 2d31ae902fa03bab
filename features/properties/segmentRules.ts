/**
 * What has to be true of the segments of a super-frame, one rule for each field: read from the bytes on the cable, and checked by
 * slow and plain sums. Nothing is segmented here; the parts are put together again.
 */
import { equalBytes, hex, readU16, readU32 } from '../../reference-impl/packet/bytes.js';
import { tagsOf, type Tag } from './numberedFrames.js';
import {
  endOf,
  expected,
  inEach,
  inRadix,
  packetEnd,
  payloadOf,
  positions,
  SHORTEST,
  type Rule,
  type Segmentation,
} from './segmentPlaces.js';
import { headerSumHolds, transportSumHolds } from './segmentSums.js';
import { segmentCountOf, type Layout, type SuperFrame } from './superFrames.js';
import { TCP_FLAGS, type NetworkName } from './tcpStreams.js';

const numberAndSizes: Rule = (segmentation) => {
  const { frame, segments } = segmentation;
  const count = segmentCountOf(frame);
  if (segments.length !== count) return `${segments.length} segments left instead of ${count}`;
  return inEach(segmentation, (segment, index) => {
    const wanted = index < count - 1 ? frame.size : frame.length - (count - 1) * frame.size;
    return expected('the payload length', payloadOf(segmentation, segment).length, wanted);
  });
};

const payloads: Rule = (segmentation) => {
  const { bytes, layout, segments } = segmentation;
  const whole = bytes.subarray(layout.payload);
  const before = positions(segmentation);
  const damaged = inEach(segmentation, (segment, index) => {
    const part = payloadOf(segmentation, segment);
    const from = before[index] ?? 0;
    return equalBytes(part, whole.subarray(from, from + part.length))
      ? undefined
      : `its payload is not that of the super-frame from byte ${from} on`;
  });
  const total = segments.reduce((sum, segment) => sum + payloadOf(segmentation, segment).length, 0);
  return damaged ?? expected('the payload of all segments together', total, whole.length);
};

const sequenceNumbers: Rule = (segmentation) => {
  const before = positions(segmentation);
  const at = segmentation.layout.transport + 4;
  return inEach(segmentation, (segment, index) =>
    expected(
      'the sequence number',
      readU32(segment, at),
      (segmentation.frame.sequence + (before[index] ?? 0)) % 0x1_0000_0000,
      16,
    ),
  );
};

/** The TCP flags of a segment. */
export const flagsIn = ({ layout }: Segmentation, segment: Uint8Array): number => segment[layout.transport + 13] ?? 0;

const LAST_ONLY = TCP_FLAGS.FIN | TCP_FLAGS.PSH;

const lastFlags: Rule = (segmentation) => {
  const { frame, segments } = segmentation;
  return inEach(segmentation, (segment, index) => {
    const wanted = index === segments.length - 1 ? frame.flags : frame.flags & ~LAST_ONLY;
    const mask = 0xff & ~TCP_FLAGS.CWR;
    return expected('the flag byte without CWR', flagsIn(segmentation, segment) & mask, wanted & mask, 16);
  });
};

const firstFlags: Rule = (segmentation) =>
  inEach(segmentation, (segment, index) => {
    const wanted = index === 0 && (segmentation.frame.flags & TCP_FLAGS.CWR) !== 0;
    const has = (flagsIn(segmentation, segment) & TCP_FLAGS.CWR) !== 0;
    return has === wanted ? undefined : `CWR is ${has ? '' : 'not '}set`;
  });

const lengths: Rule = (segmentation) => {
  const { frame, layout } = segmentation;
  return inEach(segmentation, (segment) => {
    const end = endOf(segmentation, segment);
    const complaint = expected('the end by its IP length', packetEnd(segment, layout.network, frame.network), end);
    if (complaint !== undefined || frame.protocol === 'TCP') return complaint;
    return expected('the UDP length', readU16(segment, layout.transport + 4), end - layout.transport);
  });
};

const checksums: Rule = (segmentation) => {
  const { frame, layout } = segmentation;
  return inEach(segmentation, (segment) => {
    if (frame.network === 'IPv4' && !headerSumHolds(segment, layout.network))
      return 'its IPv4 header checksum is wrong';
    const protocol = frame.protocol === 'TCP' ? 6 : 17;
    const end = endOf(segmentation, segment);
    const holds = transportSumHolds(segment, { ...layout, name: frame.network, protocol, end });
    if (!holds) return `its ${frame.protocol} checksum is wrong`;
    const isZero = frame.protocol === 'UDP' && readU16(segment, layout.transport + 6) === 0;
    return isZero ? 'its UDP checksum is zero, which means that there is none' : undefined;
  });
};

const identificationsOf = ({ segments }: Segmentation, network: number): number[] =>
  segments.map((segment) => readU16(segment, network + 4));

/** The IPv4 identifications of the segments. */
export const identifications = (segmentation: Segmentation): number[] =>
  identificationsOf(segmentation, segmentation.layout.network);

const counted: Rule = (segmentation) => {
  if (segmentation.frame.network !== 'IPv4') return undefined;
  return inEach(segmentation, (segment, index) =>
    expected(
      'the identification',
      readU16(segment, segmentation.layout.network + 4),
      (segmentation.frame.identification + index) & 0xffff,
      16,
    ),
  );
};

const allDiffer = (values: readonly number[]): boolean => new Set(values).size === values.length;
const listed = (values: readonly number[]): string => values.map((value) => inRadix(value, 16)).join(', ');

const mangled: Rule = (segmentation) => {
  if (segmentation.frame.network !== 'IPv4') return undefined;
  const values = identifications(segmentation);
  if (!segmentation.frame.dontFragment) {
    return allDiffer(values) ? undefined : `packets that may be fragmented have the identifications ${listed(values)}`;
  }
  const isFixed = values.every((value) => value === values[0]);
  const goesUp = values.every((value, index) => value === (((values[0] ?? 0) + index) & 0xffff));
  return isFixed || goesUp ? undefined : `the identifications are ${listed(values)}`;
};

const outerDiffer: Rule = ({ frame, layout, segments }) => {
  const { tunnel } = frame;
  if (tunnel?.network !== 'IPv4' || tunnel.dontFragment || layout.outer === undefined) return undefined;
  const network = layout.outer.network;
  const values = segments.map((segment) => readU16(segment, network + 4));
  return allDiffer(values)
    ? undefined
    : `outer packets that may be fragmented have the identifications ${listed(values)}`;
};

/** A part of the headers is the same in every segment as in the super-frame. */
const copied =
  (what: string, from: (layout: Layout) => number, to: (layout: Layout) => number): Rule =>
  (segmentation) => {
    const { bytes, layout } = segmentation;
    const wanted = bytes.subarray(from(layout), to(layout));
    return inEach(segmentation, (segment) => {
      const got = segment.subarray(from(layout), to(layout));
      return equalBytes(got, wanted) ? undefined : `${what}: ${hex(got)} instead of ${hex(wanted)}`;
    });
  };

const FIXED_IPV6_HEADER = 40;
const FIXED_TCP_HEADER = 20;

const classAndLabel = copied(
  'the traffic class and the flow label are not those of the super-frame',
  ({ network }) => network,
  ({ network }) => network + 4,
);
const hopLimit = copied(
  'the hop limit is not that of the super-frame',
  ({ network }) => network + 7,
  ({ network }) => network + 8,
);
const extensions = copied(
  'the extension headers are not those of the super-frame',
  ({ network }) => network + FIXED_IPV6_HEADER,
  ({ transport }) => transport,
);
const options = copied(
  'the TCP options are not those of the super-frame',
  ({ transport }) => transport + FIXED_TCP_HEADER,
  ({ payload }) => payload,
);
const dataOffset = copied(
  'the TCP header length is not that of the super-frame',
  ({ transport }) => transport + 12,
  ({ transport }) => transport + 13,
);
const portNumbers = copied(
  'the ports are not those of the super-frame',
  ({ transport }) => transport,
  ({ transport }) => transport + 4,
);

const addresses: Rule = (segmentation) => {
  const { network } = segmentation.layout;
  const [from, to] = segmentation.frame.network === 'IPv4' ? [12, 20] : [8, 40];
  const ip = copied(
    'the IP addresses are not those of the super-frame',
    () => network + from,
    () => network + to,
  );
  return ip(segmentation) ?? portNumbers(segmentation);
};

const sameTags = (a: readonly Tag[], b: readonly Tag[]): boolean =>
  a.length === b.length && a.every(({ tpid, tci }, index) => tpid === b[index]?.tpid && tci === b[index].tci);
const tagText = (tags: readonly Tag[]): string =>
  tags.length === 0 ? 'no tag' : tags.map(({ tpid, tci }) => `${inRadix(tpid, 16)}/${inRadix(tci, 16)}`).join(' ');

const tags: Rule = (segmentation) =>
  inEach(segmentation, (segment) => {
    const [got, wanted] = [tagsOf(segment), segmentation.frame.tags];
    return sameTags(got, wanted) ? undefined : `it has ${tagText(got)} instead of ${tagText(wanted)}`;
  });

const notFragments: Rule = ({ frame, layout, ...rest }) => {
  if (frame.network !== 'IPv4') return undefined;
  return inEach({ frame, layout, ...rest }, (segment) => {
    const field = readU16(segment, layout.network + 6) & 0x3fff;
    return field === 0 ? undefined : `it is a fragment: more-fragments bit and offset are ${inRadix(field, 16)}`;
  });
};

const bounded: Rule = (segmentation) => {
  const longest = segmentation.layout.payload + segmentation.frame.size;
  return inEach(segmentation, (segment) => {
    const isLonger = segment.length > Math.max(longest, SHORTEST);
    return isLonger ? `it has ${segment.length} bytes, headers and segment size are ${longest}` : undefined;
  });
};

/** What no segment may change: everything but lengths, identifications, sequence number, three flags and checksums. */
const everythingElse: Rule = (segmentation) => {
  const { bytes, layout } = segmentation;
  const changing = changingBytes(segmentation);
  return inEach(segmentation, (segment) => {
    for (let at = 0; at < layout.payload; at++) {
      if (changing.has(at) || segment[at] === bytes[at]) continue;
      if (at === layout.transport + 13 && segmentation.frame.protocol === 'TCP') continue;
      return `byte ${at} of the headers is ${inRadix(segment[at] ?? 0, 16)} instead of ${inRadix(bytes[at] ?? 0, 16)}`;
    }
    return undefined;
  });
};

function changingBytes({ frame, layout }: Segmentation): ReadonlySet<number> {
  const changing = new Set<number>();
  const add = (from: number, count: number): void => {
    for (let at = from; at < from + count; at++) changing.add(at);
  };
  const addNetwork = (name: NetworkName, at: number): void => {
    if (name === 'IPv6') add(at + 4, 2);
    else {
      add(at + 2, 4);
      add(at + 10, 2);
    }
  };
  const addUdp = (at: number): void => add(at + 4, 4);
  addNetwork(frame.network, layout.network);
  if (frame.protocol === 'UDP') addUdp(layout.transport);
  else {
    add(layout.transport + 4, 4);
    add(layout.transport + 16, 2);
  }
  if (frame.tunnel !== undefined && layout.outer !== undefined) {
    addNetwork(frame.tunnel.network, layout.outer.network);
    addUdp(layout.outer.transport);
  }
  return changing;
}

const outerLengths: Rule = (segmentation) => {
  const { frame, layout } = segmentation;
  const { tunnel } = frame;
  const { outer } = layout;
  if (tunnel === undefined || outer === undefined) return undefined;
  return inEach(segmentation, (segment) => {
    const end = endOf(segmentation, segment);
    if (tunnel.network === 'IPv4' && !headerSumHolds(segment, outer.network)) {
      return 'its outer IPv4 header checksum is wrong';
    }
    return (
      expected('the end by its outer IP length', packetEnd(segment, outer.network, tunnel.network), end) ??
      expected('the outer UDP length', readU16(segment, outer.transport + 4), end - outer.transport)
    );
  });
};

const outerChecksum: Rule = (segmentation) => {
  const { frame, layout } = segmentation;
  const { tunnel } = frame;
  const { outer } = layout;
  if (tunnel === undefined || outer === undefined) return undefined;
  return inEach(segmentation, (segment) => {
    const field = readU16(segment, outer.transport + 6);
    if (!tunnel.checksum) return expected('the outer UDP checksum', field, 0, 16);
    if (field === 0) return 'its outer UDP checksum is zero';
    const end = endOf(segmentation, segment);
    const holds = transportSumHolds(segment, { ...outer, name: tunnel.network, protocol: 17, end });
    return holds ? undefined : 'its outer UDP checksum is wrong';
  });
};

/** Every rule by what it is about. */
export const RULES = {
  'number and sizes': numberAndSizes,
  payload: payloads,
  'sequence numbers': sequenceNumbers,
  'FIN and PSH': lastFlags,
  CWR: firstFlags,
  lengths,
  checksums,
  identification: counted,
  'mangled identification': mangled,
  'outer identification': outerDiffer,
  'traffic class and flow label': classAndLabel,
  'hop limit': hopLimit,
  'extension headers': extensions,
  'TCP header length': dataOffset,
  'TCP options': options,
  addresses,
  tags,
  'not fragments': notFragments,
  'longest segment': bounded,
  'everything else': everythingElse,
  'outer lengths': outerLengths,
  'outer checksum': outerChecksum,
} as const satisfies Record<string, Rule>;
export type RuleName = keyof typeof RULES;

const EVERY_SEGMENT: readonly RuleName[] = [
  'tags',
  'number and sizes',
  'payload',
  'lengths',
  'checksums',
  'mangled identification',
  'everything else',
];
const EVERY_TCP_SEGMENT: readonly RuleName[] = ['sequence numbers', 'FIN and PSH', 'CWR'];
const EVERY_TUNNELLED_SEGMENT: readonly RuleName[] = ['outer lengths', 'outer checksum', 'outer identification'];

/** All that make a segmentation right. The identification goes up by one, or is the device's choice. */
export const rulesFor = ({ protocol, tunnel }: SuperFrame): RuleName[] => [
  ...EVERY_SEGMENT,
  ...(protocol === 'TCP' ? EVERY_TCP_SEGMENT : []),
  ...(tunnel === undefined ? [] : EVERY_TUNNELLED_SEGMENT),
];

/** What the first broken one of these rules says. */
export function firstComplaint(segmentation: Segmentation, names: readonly RuleName[]): string | undefined {
  if (segmentation.segments.length === 0) return 'nothing left';
  for (const name of names) {
    const complaint = RULES[name](segmentation);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

/**
 * The segments as they are compared: without padding, and a TCP checksum of all ones as the zero that it equals.
 * `withIdentification`: false where the identifications are the device's choice.
 */
export function comparableSegments(segmentation: Segmentation, withIdentification = true): Uint8Array[] {
  const { frame, layout, segments } = segmentation;
  return segments.map((segment) => {
    const bytes = segment.slice(0, endOf(segmentation, segment));
    const clear = (at: number): void => void bytes.fill(0, at, at + 2);
    if (frame.protocol === 'TCP' && readU16(bytes, layout.transport + 16) === 0xffff) clear(layout.transport + 16);
    // The outer checksum stays: with its own checksum, an IPv4 header adds the same to it whatever the identification.
    if (!withIdentification) {
      const packets = [
        { name: frame.network, at: layout.network },
        ...(layout.outer === undefined ? [] : [{ name: frame.tunnel?.network, at: layout.outer.network }]),
      ];
      for (const { name, at } of packets) {
        if (name !== 'IPv4') continue;
        clear(at + 4);
        clear(at + 10);
      }
    }
    return bytes;
  });
}
