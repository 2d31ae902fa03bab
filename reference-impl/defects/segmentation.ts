import type { TxQueueStatistics } from '../../harness/contract/index.js';
import { readU16, writeU16 } from '../packet/bytes.js';
import { TCP_FLAG_CWR, TCP_FLAG_FIN, TCP_FLAG_PSH } from '../packet/protocols.js';
import type { Defect } from './defect.js';
import { PRACTICE } from './origins.js';
import { GSO_DOCUMENT, beforeChecksum, behindChecksum, isIpv6, transmitting, tree } from './segmentParts.js';
import { tunnelSegmentationDefects } from './tunnelSegmentation.js';
import { udpSegmentationDefects } from './udpSegmentation.js';
import { withNetDevice } from './wrapDevice.js';

const TSO_TESTS = {
  title: 'The kernel tests devices for it: tools/testing/selftests/drivers/net/hw/tso.py',
  url: tree('tools/testing/selftests/drivers/net/hw/tso.py'),
} as const;
const FEATURES_CHECK = {
  title: 'net/core/dev.c, gso_features_check: the check is there because devices fail without it',
  url: tree('net/core/dev.c'),
} as const;
const INTEL_82575 = {
  title: 'Intel 82575 manual: the identification may be made to wrap at 15 or at 16 bits',
} as const;
const I40E = {
  title: 'i40e_txrx.c, __i40e_chk_linearize: a segment may lie in eight buffers at most',
  url: tree('drivers/net/ethernet/intel/i40e/i40e_txrx.c'),
} as const;

const DONT_FRAGMENT = 0x40;
const FIRST_TCP_HEADER_BYTES = 52;
const MOST_SEGMENTS = 64;
const MOST_BUFFERS = 8;
const PAGE = 4096;
const FIFTEEN_PAGES = 15 * PAGE;
const MTU_SEGMENT = 1460;

/** The queue statistics of the transmit queues as `change` makes them. */
const txStatistics =
  (change: (queue: TxQueueStatistics) => TxQueueStatistics): NonNullable<Defect['wrap']> =>
  (device) =>
    withNetDevice(device, (sound) => ({
      queueStatistics: async (port) => {
        const statistics = (await sound.queueStatistics?.(port)) ?? { rx: [], tx: [] };
        return { ...statistics, tx: statistics.tx.map(change) };
      },
    }));

/** Bytes of IPv6 extension headers whose length is in their second byte; what follows is TCP or UDP. */
function extensionLength(bytes: Uint8Array, networkOffset: number): number {
  const TRANSPORTS = [6, 17];
  let [next, at] = [bytes[networkOffset + 6] ?? 0, networkOffset + 40];
  while (!TRANSPORTS.includes(next) && at < bytes.length) {
    next = bytes[at] ?? 0;
    at += 8 * ((bytes[at + 1] ?? 0) + 1);
  }
  return at - networkOffset - 40;
}

const tcpSegmentationDefects: readonly Defect[] = [
  {
    id: 'DEF-TSO-EMPTY-LAST-SEGMENT',
    title: 'A whole multiple of the segment size leaves with an empty segment behind it',
    description:
      'The device counts the segments as the quotient plus one. The receiver sees a duplicate acknowledgement.',
    origin: PRACTICE,
    caughtBy: 'NIC-TSO-001',
    nic: (parts) => ({
      ...parts,
      segmentPlaces: (payloadLength, size) => {
        const places = parts.segmentPlaces(payloadLength, size);
        if (payloadLength % size !== 0 || places.length < 2) return places;
        const count = places.length + 1;
        const all = places.map((place) => ({ ...place, count }));
        return [...all, { index: count - 1, count, position: payloadLength, length: 0 }];
      },
    }),
  },
  {
    id: 'DEF-TSO-PAGE-BOUNDARY',
    title: 'The byte behind a page boundary is read twice',
    description: 'Where the payload crosses into the next page, the last byte of the page before is fetched once more.',
    origin: PRACTICE,
    caughtBy: 'NIC-TSO-002',
    nic: (parts) => ({
      ...parts,
      segmentPayload: (bytes, headerLength, place) => {
        const payload = parts.segmentPayload(bytes, headerLength, place);
        const boundary = Math.ceil((place.position + 1) / PAGE) * PAGE - place.position;
        if (boundary >= payload.length) return payload;
        const doubled = payload.slice();
        doubled[boundary] = payload[boundary - 1] ?? 0;
        return doubled;
      },
    }),
  },
  {
    id: 'DEF-TSO-SEQUENCE-31-BITS',
    title: 'The sequence number is counted in 31 bits',
    description: 'The adder leaves the uppermost bit as it was: a connection that crosses 2^31 or 2^32 stalls.',
    origin: PRACTICE,
    caughtBy: 'NIC-TSO-003',
    nic: (parts) => ({
      ...parts,
      writeSequence: (segment, transportOffset, position) => {
        const first = segment[transportOffset + 4] ?? 0;
        parts.writeSequence(segment, transportOffset, position);
        segment[transportOffset + 4] = ((segment[transportOffset + 4] ?? 0) & 0x7f) | (first & 0x80);
      },
    }),
  },
  {
    id: 'DEF-TSO-FIN-ON-EVERY-SEGMENT',
    title: 'FIN and PSH are on every segment',
    description: 'The flags are copied with the rest of the header, and the connection is closed before its data.',
    origin: {
      title: 'net/ipv4/tcp_offload.c, tcp_gso_segment: what the stack clears itself, a device has to clear too',
      url: tree('net/ipv4/tcp_offload.c'),
    },
    caughtBy: 'NIC-TSO-004',
    nic: (parts) => ({
      ...parts,
      segmentFlags: (flags, place, gso) =>
        parts.segmentFlags(flags, place, gso) | (flags & (TCP_FLAG_FIN | TCP_FLAG_PSH)),
    }),
  },
  {
    id: 'DEF-TSO-CWR-ON-EVERY-SEGMENT',
    title: 'CWR is on every segment',
    description: 'The device says that it knows of ECN, and copies CWR all the same.',
    origin: { title: 'Segmentation Offloads: CWR belongs to the first segment only', url: GSO_DOCUMENT },
    caughtBy: 'NIC-TSO-005',
    nic: (parts) => ({
      ...parts,
      segmentFlags: (flags, place, gso) => parts.segmentFlags(flags, place, gso) | (flags & TCP_FLAG_CWR),
    }),
  },
  {
    id: 'DEF-TSO-ECN-OFF-IGNORED',
    title: 'A device that is not trusted with CWR gets it',
    description: 'ECN segmentation is off, and super-frames with CWR go to the device as plain ones; it repeats CWR.',
    origin: { title: 'net/core/dev.c, net_gso_ok: SKB_GSO_TCP_ECN needs NETIF_F_TSO_ECN', url: tree('net/core/dev.c') },
    caughtBy: 'NIC-TSO-006',
    kernel: (parts) => ({ ...parts, honoursEcnSegmentation: false }),
    nic: (parts) => ({
      ...parts,
      segmentFlags: (flags, place, gso) => parts.segmentFlags(flags, place, gso) | (gso.ecn ? 0 : flags & TCP_FLAG_CWR),
    }),
  },
  {
    id: 'DEF-TSO-STALE-HEADER-CHECKSUM',
    title: 'The IPv4 header checksum is that of the super-frame',
    description: 'It is made once. The lengths and identifications that it covers differ from segment to segment.',
    origin: { title: 'Segmentation Offloads, TCP Segmentation Offload', url: GSO_DOCUMENT },
    caughtBy: 'NIC-TSO-007',
    nic: (parts) => ({ ...parts, writeHeaderChecksum: () => undefined }),
  },
  {
    id: 'DEF-TSO-STALE-LAST-LENGTH',
    title: 'The last segment has the length of a full one',
    description: 'The IP length is made once for all segments, and the last one claims bytes that are not there.',
    origin: { title: 'Segmentation Offloads, TCP Segmentation Offload', url: GSO_DOCUMENT },
    caughtBy: 'NIC-TSO-007',
    nic: behindChecksum((segment, { networkOffset, headerLength, size, type, tunnel }) => {
      if (type === 'udp-l4' || tunnel !== undefined) return;
      const missing = headerLength + size - segment.length;
      const at = networkOffset + (isIpv6(segment, networkOffset) ? 4 : 2);
      writeU16(segment, at, readU16(segment, at) + missing);
    }),
  },
  {
    id: 'DEF-TSO-IDENTIFICATION-15-BITS',
    title: 'The IPv4 identification wraps at 15 bits',
    description: 'The upper bit stays as it was, and identifications come back twice as soon.',
    origin: INTEL_82575,
    caughtBy: 'NIC-TSO-008',
    nic: (parts) => ({
      ...parts,
      writeIdentification: (segment, networkOffset, index, gso) => {
        const upper = (segment[networkOffset + 4] ?? 0) & 0x80;
        parts.writeIdentification(segment, networkOffset, index, gso);
        if (isIpv6(segment, networkOffset)) return;
        segment[networkOffset + 4] = ((segment[networkOffset + 4] ?? 0) & 0x7f) | upper;
      },
    }),
  },
  {
    id: 'DEF-TSO-MANGLES-FRAGMENTABLE',
    title: 'Packets that may be fragmented all have one identification',
    description: 'The device may choose the identification, is not told where it matters, and leaves it as it is.',
    origin: FEATURES_CHECK,
    caughtBy: 'NIC-TSO-010',
    kernel: (parts) => ({ ...parts, withholdsMangleIdWithoutDf: false }),
    nic: (parts) => ({
      ...parts,
      writeIdentification: (segment, networkOffset, index, gso) => {
        if (!gso.mangleId) parts.writeIdentification(segment, networkOffset, index, gso);
      },
    }),
  },
  {
    id: 'DEF-TSO-FLOW-LABEL-LOST',
    title: 'The flow label is in the first segment only',
    description: 'The other segments take another way through the network, and overtake the first.',
    origin: PRACTICE,
    caughtBy: 'NIC-TSO-011',
    nic: beforeChecksum((segment, { networkOffset, index }) => {
      if (index === 0 || !isIpv6(segment, networkOffset)) return;
      segment[networkOffset + 1] = (segment[networkOffset + 1] ?? 0) & 0xf0;
      writeU16(segment, networkOffset + 2, 0);
    }),
  },
  {
    id: 'DEF-TSO-EXTENSION-HEADERS-UNCOUNTED',
    title: 'The IPv6 payload length leaves extension headers out',
    description: 'The device counts from the TCP header on, and receivers cut the end of each segment off.',
    origin: FEATURES_CHECK,
    caughtBy: 'NIC-TSO-012',
    nic: (parts) => ({
      ...parts,
      writeNetworkLength: (segment, networkOffset) => {
        parts.writeNetworkLength(segment, networkOffset);
        if (!isIpv6(segment, networkOffset)) return;
        const at = networkOffset + 4;
        writeU16(segment, at, readU16(segment, at) - extensionLength(segment, networkOffset));
      },
    }),
  },
  {
    id: 'DEF-TSO-OPTIONS-TRUNCATED',
    title: 'The last two TCP option words are lost',
    description:
      'The header buffer of the device was made for timestamps and selective acknowledgements, not for 40 bytes.',
    origin: PRACTICE,
    caughtBy: 'NIC-TSO-013',
    nic: beforeChecksum((segment, { networkOffset }, { transportOffset, headerLength, type, ...gso }) => {
      if (type === 'udp-l4' || networkOffset !== gso.networkOffset) return;
      const from = transportOffset + FIRST_TCP_HEADER_BYTES;
      if (from < headerLength) segment.fill(0, from, headerLength);
    }),
  },
  {
    id: 'DEF-TSO-TAG-IN-FIRST-SEGMENT',
    title: 'The VLAN is in the first segment only',
    description: 'In the other segments the tag has VID 0, and they land in another network.',
    origin: PRACTICE,
    caughtBy: 'NIC-TSO-015',
    nic: beforeChecksum((segment, { index }, { networkOffset, tunnel }) => {
      const isTagged = [0x8100, 0x88a8].includes(readU16(segment, 12));
      if (index > 0 && isTagged && tunnel === undefined && networkOffset > 14) writeU16(segment, 14, 0);
    }),
  },
  {
    id: 'DEF-TSO-INSERTS-ONE-TAG',
    title: 'The tag is inserted into the first segment only',
    description: 'The tag goes into the super-frame before it is cut, and is not part of the header that is copied.',
    origin: PRACTICE,
    caughtBy: 'NIC-TSO-016',
    nic: (parts) => ({ ...parts, tagsSegment: (index) => index === 0 }),
  },
  {
    id: 'DEF-TSO-SEGMENT-LIMIT-IGNORED',
    title: 'What is beyond 64 segments is lost',
    description: 'The segment counter of the device has six bits, and nothing spares it longer super-frames.',
    origin: FEATURES_CHECK,
    caughtBy: 'NIC-TSO-017',
    kernel: (parts) => ({ ...parts, honoursGsoLimits: false }),
    nic: (parts) => ({
      ...parts,
      segmentPlaces: (payloadLength, size) => parts.segmentPlaces(payloadLength, size).slice(0, MOST_SEGMENTS),
    }),
  },
  {
    id: 'DEF-TSO-SIXTEENTH-PAGE',
    title: 'The sixteenth page of a super-frame is not sent',
    description: 'The driver announces 64 KiB and has descriptors for one page less.',
    origin: TSO_TESTS,
    caughtBy: 'NIC-TSO-018',
    nic: (parts) => ({
      ...parts,
      segmentPlaces: (payloadLength, size) => parts.segmentPlaces(Math.min(payloadLength, FIFTEEN_PAGES), size),
    }),
  },
  {
    id: 'DEF-TSO-MANY-BUFFERS',
    title: 'A super-frame in more than eight buffers is not sent',
    description: 'The device stops at a segment of too many buffers, and the driver does not copy them together.',
    origin: I40E,
    caughtBy: 'NIC-TSO-019',
    wrap: transmitting((frame) =>
      frame.gso !== undefined && (frame.fragments?.length ?? 0) >= MOST_BUFFERS ? null : frame,
    ),
  },
  {
    id: 'DEF-TSO-CUTS-BY-MTU',
    title: 'Segments are as long as the MTU allows',
    description: 'The device takes the segment size that was programmed with the MTU, and the narrow place drops them.',
    origin: PRACTICE,
    caughtBy: 'NIC-TSO-020',
    nic: (parts) => ({
      ...parts,
      segmentPlaces: (payloadLength, size) => parts.segmentPlaces(payloadLength, Math.max(size, MTU_SEGMENT)),
    }),
  },
  {
    id: 'DEF-TSO-NEVER-USED',
    title: 'TSO is on and the stack does the work',
    description: 'The check of each frame finds a reason against every super-frame.',
    origin: TSO_TESTS,
    caughtBy: 'NIC-TSO-021',
    wrap: (device) =>
      withNetDevice(device, () => ({
        featuresCheck: (_port, frame, features) =>
          frame.gso === undefined ? features : features.filter((name) => !name.endsWith('-segmentation')),
      })),
  },
  {
    id: 'DEF-TSO-WIRE-PACKETS',
    title: 'Wire packets are counted by super-frame',
    description: 'Both counters of segmentation tell the same.',
    origin: TSO_TESTS,
    caughtBy: 'NIC-TSO-022',
    wrap: txStatistics((queue) => ({ ...queue, hwGsoWirePackets: queue.hwGsoPackets ?? 0 })),
  },
  {
    id: 'DEF-TSO-COUNTS-SINGLE-FRAMES',
    title: 'Every frame is counted as a super-frame',
    description: 'The counter is increased on the path that all frames share.',
    origin: TSO_TESTS,
    caughtBy: 'NIC-TSO-022',
    wrap: txStatistics((queue) => {
      const single = queue.packets - (queue.hwGsoWirePackets ?? 0);
      return { ...queue, hwGsoPackets: (queue.hwGsoPackets ?? 0) + single };
    }),
  },
  {
    id: 'DEF-TSO-SUPER-FRAME-COUNTED-ONCE',
    title: 'A super-frame is counted as one packet',
    description: 'The driver counts what it is given, not what leaves; the receiver counts more than the sender.',
    origin: PRACTICE,
    caughtBy: 'NIC-TSO-032',
    nic: (parts) => ({ ...parts, countsWireSegments: false }),
  },
  {
    id: 'DEF-TSO-SETS-DF',
    title: 'The device sets DF in every segment',
    description: 'What the stack lets be fragmented cannot pass a narrow place any more, once the device segments it.',
    origin: PRACTICE,
    caughtBy: 'NIC-TSO-033',
    nic: beforeChecksum((segment, { networkOffset }, { tunnel, type }) => {
      if (type === 'udp-l4' || tunnel !== undefined || isIpv6(segment, networkOffset)) return;
      segment[networkOffset + 6] = (segment[networkOffset + 6] ?? 0) | DONT_FRAGMENT;
    }),
  },
];

export const segmentationDefects: readonly Defect[] = [
  ...tcpSegmentationDefects,
  ...tunnelSegmentationDefects,
  ...udpSegmentationDefects,
];
