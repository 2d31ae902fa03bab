/**
 * The reference NIC as small functions, one for each rule of its behaviour. A seeded defect replaces one of them. Whatever keeps
 * state gets it as an argument.
 */
import type {
  FlowRule,
  LinkPartner,
  PauseSettings,
  RxChecksum,
  RxFrame,
  RxMode,
  TxGso,
  Vid,
  VlanTag,
} from '../../harness/contract/index.js';
import { GRO_RULES, type GroRules } from '../packet/aggregate.js';
import { crc32c, onesComplementSum } from '../packet/checksum.js';
import type { Flow } from '../packet/flow.js';
import { ETH_FCS_LEN, ETH_HLEN, IPPROTO_SCTP, VLAN_HLEN } from '../packet/protocols.js';
import {
  segmentCount,
  segmentFlags,
  writeHeaderChecksum,
  writeIdentification,
  writeNetworkLength,
  writeSequence,
  writeTransportChecksum,
  finishTunnel,
  type SegmentPlace,
} from '../packet/segment.js';
import { indirectionIndex, symmetricInput } from '../packet/toeplitz.js';
import { padToMinimum, tagInserted, tagRemoved } from './frameEdit.js';
import { hashInput } from './hashInput.js';
import { hasPtpEvent, matchesRule } from './ruleMatch.js';
import { CONFORMING_SERVICE, type ServiceParts } from './service/serviceParts.js';
import { RMON_BUCKETS, type Counters, type RxQueue, type TxQueue } from './state.js';

export interface NicParts {
  // Transmit.
  /** The 16 bits that go into the field, from the complement of the sum. */
  readonly finishChecksum: (value: number) => number;
  /** Where the sum of a checksum request ends. */
  readonly checksumEnd: (bytes: Uint8Array, start: number) => number;
  readonly checksumStart: (start: number, bytes: Uint8Array) => number;
  readonly checksumField: (start: number, offset: number, bytes: Uint8Array) => number;
  readonly crc32c: (bytes: Uint8Array, start: number) => number;
  readonly segmentPlaces: (payloadLength: number, size: number) => readonly SegmentPlace[];
  readonly segmentPayload: (bytes: Uint8Array, headerLength: number, place: SegmentPlace) => Uint8Array;
  readonly writeSequence: (segment: Uint8Array, transportOffset: number, position: number) => void;
  readonly segmentFlags: (flags: number, place: SegmentPlace, gso: TxGso) => number;
  readonly writeNetworkLength: (segment: Uint8Array, networkOffset: number) => void;
  readonly writeIdentification: (segment: Uint8Array, networkOffset: number, index: number, gso: TxGso) => void;
  readonly writeHeaderChecksum: (segment: Uint8Array, networkOffset: number) => void;
  readonly writeTransportChecksum: (segment: Uint8Array, gso: TxGso) => void;
  readonly finishTunnel: (segment: Uint8Array, tunnel: NonNullable<TxGso['tunnel']>, index: number) => void;
  readonly insertTag: (bytes: Uint8Array, tag: VlanTag) => Uint8Array;
  /** Whether a segment of a super-frame gets the tag. */
  readonly tagsSegment: (index: number) => boolean;
  readonly pad: (bytes: Uint8Array) => Uint8Array;
  /** What is read from host memory; a device that writes there changes it. */
  readonly readHostMemory: (bytes: Uint8Array) => Uint8Array;
  /** How many frames of a full ring are sent when it can be. */
  readonly drainsBehindPause: (waiting: number) => number;
  readonly wakesQueue: (used: number, size: number) => boolean;
  readonly returnsInLoopback: boolean;
  readonly leavesInLoopback: boolean;
  readonly keepsOrder: (queueIndex: number, waiting: number) => boolean;
  // Receive.
  readonly isGoodFcs: (isGood: boolean) => boolean;
  /** Longest frame, without its frame check sequence, that is taken in. */
  readonly longestFrame: (mtu: number, tags: number) => number;
  /** What is handed over of a frame that is too long; null: nothing. */
  readonly oversizeFrame: (bytes: Uint8Array, longest: number) => Uint8Array | null;
  readonly acceptsUnicast: (
    bytes: Uint8Array,
    own: Uint8Array,
    others: ReadonlySet<string>,
    key: string,
    mode: RxMode,
  ) => boolean;
  readonly unicastOverflows: (count: number, capacity: number) => boolean;
  readonly acceptsMulticast: (groups: ReadonlySet<string>, key: string, mode: RxMode) => boolean;
  readonly multicastOverflows: (count: number, capacity: number) => boolean;
  readonly acceptsBroadcast: (mode: RxMode) => boolean;
  readonly acceptsVid: (vids: ReadonlySet<Vid>, vid: Vid) => boolean;
  readonly promiscuousSkipsVlanFilter: boolean;
  readonly consumesControlFrames: boolean;
  readonly stripTag: (bytes: Uint8Array) => { readonly bytes: Uint8Array; readonly tag: VlanTag };
  readonly strippedTypes: (features: ReadonlySet<string>) => readonly number[];
  readonly appendsFcs: (features: ReadonlySet<string>) => boolean;
  /** What the device says of the checksums of a frame, as the frame is handed over. */
  readonly receiveChecksum: (bytes: Uint8Array, flow: Flow, features: ReadonlySet<string>) => RxChecksum;
  readonly receivedBytes: (bytes: Uint8Array, flow: Flow) => Uint8Array;
  // Spreading.
  /** Fills `input`, answers its length, and the layer that was hashed. */
  readonly hashInput: typeof hashInput;
  readonly symmetric: typeof symmetricInput;
  readonly indirectionIndex: (hash: number, size: number) => number;
  readonly hashPrecedesRule: boolean;
  readonly matchesRule: (rule: FlowRule, bytes: Uint8Array, flow: Flow) => boolean;
  readonly ruleTable: (rules: ReadonlyMap<number, FlowRule>) => Iterable<FlowRule>;
  readonly contextTable: (indirection: readonly number[], main: readonly number[]) => readonly number[];
  // Aggregation.
  readonly groRules: GroRules;
  /** Nanoseconds for which a segment is held. */
  readonly flushAfter: (rxUsecs: number) => number;
  readonly mergesAcrossTags: boolean;
  // Header split and timestamps.
  readonly splitOffset: (flow: Flow, length: number, threshold: number) => number | null;
  readonly stampsReceived: (filter: number, bytes: Uint8Array, flow: Flow) => boolean;
  readonly deviceClock: (now: bigint) => bigint;
  // Counters.
  /** Whether a frame that the switch forwards is counted where it came in. */
  readonly countsForwarded: boolean;
  readonly countReceived: (counters: Counters, queue: RxQueue, length: number, isMulticast: boolean) => void;
  readonly countTransmitted: (counters: Counters, queue: TxQueue, length: number) => void;
  readonly countsWireSegments: boolean;
  readonly rmonBucket: (length: number) => number;
  readonly countMissed: (counters: Counters) => void;
  readonly countCrcError: (counters: Counters) => void;
  readonly countLengthError: (counters: Counters) => void;
  // Flow control.
  readonly pauseNanoseconds: (quanta: number, speed: number) => number;
  readonly resolvePause: (
    settings: PauseSettings,
    partner: LinkPartner,
  ) => { readonly rx: boolean; readonly tx: boolean };
  readonly asksForPause: (used: number, size: number) => boolean;
  readonly releasesPause: boolean;
  // Control.
  readonly ringSize: (wanted: number, minimum: number) => number;
  /** Coalescing: when the frames of a ring are due. null: at once. */
  readonly deliveryTime: (usecs: number, isCqe: boolean, firstArrival: bigint, lastArrival: bigint) => bigint;
  /** The frames of one interrupt, as they are handed up. */
  readonly handsUp: (frames: readonly RxFrame[]) => readonly RxFrame[];
  /** Whether a table that nobody set follows a change of the channels. */
  readonly respreadsTable: boolean;
  /** Whether a frame that was refused for want of room is forgotten; it comes again. */
  readonly forgetsRefusedFrame: boolean;
  /** Whether a queue is stopped as soon as its ring is full, and not only by the frame after. */
  readonly stopsInTime: boolean;
  readonly passesUntagged: boolean;
  readonly frameLimitReached: (waiting: number, limit: number) => boolean;
  readonly service: ServiceParts;
}

/** RFC 768, skb_checksum_help(): a computed zero is sent as all ones; the field may be a UDP checksum. */
const CSUM_MANGLED_0 = 0xffff;

function segmentPlaces(payloadLength: number, size: number): SegmentPlace[] {
  const count = segmentCount(payloadLength, size);
  return Array.from({ length: count }, (_, index) => ({
    index,
    count,
    position: index * size,
    length: Math.min(size, payloadLength - index * size),
  }));
}

/** CHECKSUM_COMPLETE for all but SCTP, whose checksum is no sum: Documentation/networking/checksum-offloads.rst. */
function receiveChecksum(bytes: Uint8Array, flow: Flow, features: ReadonlySet<string>): RxChecksum {
  if (!features.has('rx-checksum')) return { status: 'none' };
  if (flow.protocol !== IPPROTO_SCTP) return { status: 'complete', sum: onesComplementSum(bytes, ETH_HLEN) };
  if (flow.transportOffset < 0 || flow.isFragment || flow.malformed) return { status: 'none' };
  return sctpChecksumHolds(bytes, flow) ? { status: 'unnecessary', level: 0 } : { status: 'none' };
}

function sctpChecksumHolds(bytes: Uint8Array, flow: Flow): boolean {
  const packet = new Uint8Array(bytes.subarray(flow.transportOffset, flow.ipEnd));
  const view = new DataView(packet.buffer);
  if (packet.length < 12) return false;
  const stored = view.getUint32(8, true);
  view.setUint32(8, 0);
  return crc32c(packet) === stored;
}

export const CONFORMING_PARTS: NicParts = {
  finishChecksum: (value) => value || CSUM_MANGLED_0,
  checksumEnd: (bytes) => bytes.length,
  checksumStart: (start) => start,
  checksumField: (start, offset) => start + offset,
  crc32c: (bytes, start) => crc32c(bytes, start),
  segmentPlaces,
  segmentPayload: (bytes, headerLength, { position, length }) =>
    bytes.subarray(headerLength + position, headerLength + position + length),
  writeSequence,
  segmentFlags,
  writeNetworkLength,
  // mangleid lets the device choose; going on as ever is a choice that every receiver understands.
  writeIdentification: (segment, networkOffset, index, gso) =>
    writeIdentification(segment, networkOffset, index, gso.fixedId),
  writeHeaderChecksum,
  writeTransportChecksum,
  finishTunnel,
  insertTag: tagInserted,
  tagsSegment: () => true,
  pad: padToMinimum,
  readHostMemory: (bytes) => bytes,
  drainsBehindPause: (waiting) => waiting,
  wakesQueue: (used, size) => used <= size / 2,
  returnsInLoopback: true,
  leavesInLoopback: false,
  keepsOrder: () => true,
  isGoodFcs: (isGood) => isGood,
  longestFrame: (mtu, tags) => mtu + ETH_HLEN + VLAN_HLEN * Math.min(tags, 2),
  oversizeFrame: () => null,
  acceptsUnicast: (bytes, own, others, key) => own.every((byte, index) => byte === bytes[index]) || others.has(key),
  unicastOverflows: (count, capacity) => count > capacity,
  acceptsMulticast: (groups, key, mode) => mode.allMulticast || groups.has(key),
  multicastOverflows: (count, capacity) => count > capacity,
  acceptsBroadcast: () => true,
  acceptsVid: (vids, vid) => vid === 0 || vids.has(vid),
  promiscuousSkipsVlanFilter: true,
  consumesControlFrames: true,
  stripTag: tagRemoved,
  strippedTypes: (features) => [
    ...(features.has('rx-vlan-hw-parse') ? [0x8100] : []),
    ...(features.has('rx-vlan-stag-hw-parse') ? [0x88a8] : []),
  ],
  appendsFcs: (features) => features.has('rx-fcs'),
  receiveChecksum,
  receivedBytes: (bytes) => bytes,
  hashInput,
  symmetric: symmetricInput,
  indirectionIndex,
  hashPrecedesRule: false,
  matchesRule,
  ruleTable: (rules) => [...rules.values()].sort((a, b) => a.location - b.location),
  contextTable: (indirection) => indirection,
  groRules: GRO_RULES,
  flushAfter: (rxUsecs) => Math.min(20_000, rxUsecs > 0 ? rxUsecs * 1000 : 20_000),
  mergesAcrossTags: false,
  splitOffset: (flow, length, threshold) =>
    flow.payloadOffset < 0 || flow.isFragment || length <= threshold ? null : flow.payloadOffset,
  stampsReceived: (filter, bytes, flow) => filter === 1 || (filter === 12 && hasPtpEvent(bytes, flow)),
  deviceClock: (now) => now + PHC_OFFSET,
  countsForwarded: true,
  countReceived: (counters, queue, length, isMulticast) => {
    counters.rxPackets++;
    counters.rxBytes += length;
    if (isMulticast) counters.multicast++;
    queue.packets++;
    queue.bytes += length;
  },
  countTransmitted: (counters, queue, length) => {
    counters.txPackets++;
    counters.txBytes += length;
    queue.packets++;
    queue.bytes += length;
  },
  countsWireSegments: true,
  rmonBucket: (length) => RMON_BUCKETS.findIndex(([, high]) => length + ETH_FCS_LEN <= high),
  countMissed: (counters) => {
    counters.rxMissedErrors++;
  },
  countCrcError: (counters) => {
    counters.rxCrcErrors++;
    counters.rxErrors++;
  },
  countLengthError: (counters) => {
    counters.rxLengthErrors++;
    counters.rxErrors++;
  },
  // 512 bit times a quantum; Mb/s are bits in a microsecond.
  pauseNanoseconds: (quanta, speed) => Math.ceil((quanta * 512 * 1000) / speed),
  resolvePause,
  asksForPause: (used, size) => used >= Math.floor((3 * size) / 4),
  releasesPause: true,
  ringSize: (wanted, minimum) => Math.max(minimum, 2 ** Math.ceil(Math.log2(Math.max(1, wanted)))),
  deliveryTime: (usecs, isCqe, first, last) => (isCqe ? last : first) + BigInt(usecs) * 1000n,
  handsUp: (frames) => frames,
  respreadsTable: true,
  forgetsRefusedFrame: true,
  stopsInTime: true,
  passesUntagged: true,
  frameLimitReached: (waiting, limit) => limit > 0 && waiting >= limit,
  service: CONFORMING_SERVICE,
};

/** The clock of the device is not that of the host. */
const PHC_OFFSET = 1_700_000_000_000_000_000n;

/** IEEE 802.3, Annex 28B.3, with the bits that linkmode_set_pause() advertises for receive and transmit. */
function resolvePause(settings: PauseSettings, partner: LinkPartner): { rx: boolean; tx: boolean } {
  if (!settings.autoneg) return { rx: settings.rx, tx: settings.tx };
  const pause = settings.rx;
  const asymmetric = settings.rx !== settings.tx;
  if (pause && partner.pause) return { rx: true, tx: true };
  if (!asymmetric || !partner.asymPause) {
    // Symmetric only against asymmetric only, and everything less, is no flow control.
    return { rx: false, tx: false };
  }
  return { rx: pause, tx: !pause && partner.pause };
}
