/** The receive side: frames from the cable, through the filters, to a queue. */
import type { QueueIndex, RxFrame, RxHash, Vid, WireFrame } from '../../harness/contract/index.js';
import { formatMac, isBroadcastMac, isMulticastMac, parseMac } from '../packet/addresses.js';
import { ethernetFcs } from '../packet/checksum.js';
import { newFlow, parseFlow, type Flow } from '../packet/flow.js';
import { ETH_FCS_LEN, ETH_HLEN, ETH_P_8021AD, ETH_P_8021Q, ETH_P_PAUSE, ETH_ZLEN } from '../packet/protocols.js';
import { readU16 } from '../packet/bytes.js';
import { tableHash, toeplitzTables } from '../packet/toeplitz.js';
import { enqueue } from './receiveRing.js';
import { flowTypeOf } from './hashInput.js';
import { LONGEST_HASH_INPUT, speedOf, type NicPort, type RssState } from './state.js';
import { drainAll } from './transmit.js';

const flow = newFlow();
const input = new Uint8Array(LONGEST_HASH_INPUT);

/** A frame has arrived on the cable, or came back in loopback. */
export function receiveFrame(port: NicPort, frame: WireFrame): void {
  const { parts, counters, features } = port;
  const { bytes } = frame;
  const fcsIsGood = frame.fcs === undefined || parts.isGoodFcs(frame.fcs === ethernetFcs(bytes));
  if (!fcsIsGood) {
    parts.countCrcError(counters);
    if (!features.has('rx-all')) return;
  }
  if (bytes.length < ETH_ZLEN) {
    counters.undersize++;
    parts.countLengthError(counters);
    if (!features.has('rx-all')) return;
  }
  parseFlow(bytes, flow);
  const sized = withinLength(port, bytes, flow.vlanCount);
  if (sized === null) return;
  if (isControlFrame(bytes)) {
    if (fcsIsGood) receiveControl(port, bytes);
    if (parts.consumesControlFrames) return;
  }
  countOnCable(port, sized, fcsIsGood);
  if (fcsIsGood && port.virtualPort?.receive(sized) === false) return;
  receiveForFunction(port, sized, frame.fcs, fcsIsGood, flow);
}

/** Frames are delivered while another is being received. */
const delivered = { whole: newFlow(), filtered: newFlow() };

/**
 * A frame that the embedded switch delivers to a function: `whole` where the switch did all the filtering, `filtered` where the function
 * has filters of its own.
 */
export function receiveDelivered(port: NicPort, bytes: Uint8Array, how: 'whole' | 'filtered'): void {
  const parsed = delivered[how];
  parseFlow(bytes, parsed);
  const sized = withinLength(port, bytes, parsed.vlanCount);
  if (sized === null) return;
  if (how === 'filtered') {
    receiveForFunction(port, sized, undefined, true, parsed);
    return;
  }
  countOnCable(port, sized, true);
  const forHost = port.switching?.receive(sized);
  if (forHost === 'not-for-host') {
    countForwarded(port, sized);
    return;
  }
  // What was forwarded may have been delivered elsewhere meanwhile.
  if (forHost !== undefined) parseFlow(sized, parsed);
  hand(port, sized, undefined, parsed, forHost === 'for-host-marked');
}

function receiveForFunction(
  port: NicPort,
  sized: Uint8Array,
  fcs: number | undefined,
  fcsIsGood: boolean,
  parsed: Flow,
): void {
  const { counters } = port;
  const forHost = fcsIsGood ? port.switching?.receive(sized) : undefined;
  if (forHost !== undefined) {
    if (forHost === 'not-for-host') countForwarded(port, sized);
    else hand(port, sized, fcs, parsed, forHost === 'for-host-marked');
    return;
  }
  if (!passesAddressFilter(port, sized)) {
    counters.addressFiltered++;
    return;
  }
  if (!passesVlanFilter(port, parsed)) {
    counters.vlanFiltered++;
    return;
  }
  hand(port, sized, fcs, parsed);
}

function withinLength(port: NicPort, bytes: Uint8Array, tags: number): Uint8Array | null {
  const longest = port.parts.longestFrame(port.mtu, tags);
  if (bytes.length <= longest) return bytes;
  port.counters.oversize++;
  port.parts.countLengthError(port.counters);
  return port.parts.oversizeFrame(bytes, longest);
}

const isControlFrame = (bytes: Uint8Array): boolean => readU16(bytes, 12) === ETH_P_PAUSE;
const OPCODE_PAUSE = 1;

function receiveControl(port: NicPort, bytes: Uint8Array): void {
  const { counters, parts } = port;
  counters.macControlReceived++;
  if (readU16(bytes, 14) !== OPCODE_PAUSE) {
    counters.unsupportedOpcodes++;
    return;
  }
  counters.rxPauseFrames++;
  if (!parts.resolvePause(port.pause, port.partner).rx) return;
  const quanta = readU16(bytes, 16);
  port.pausedUntil = port.now + BigInt(parts.pauseNanoseconds(quanta, speedOf(port)));
  if (quanta === 0) drainAll(port);
}

/** What the MAC counts of every good frame, whether the host gets it or not. */
function countOnCable({ counters, parts }: NicPort, bytes: Uint8Array, isGood: boolean): void {
  if (!isGood) return;
  const bucket = parts.rmonBucket(bytes.length);
  counters.rxBuckets[bucket] = (counters.rxBuckets[bucket] ?? 0) + 1;
}

/** A frame that the switch forwarded came in as well, although the host does not see it. */
function countForwarded({ parts, counters, rxQueues }: NicPort, bytes: Uint8Array): void {
  const [queue] = rxQueues;
  if (queue === undefined || !parts.countsForwarded) return;
  const isBroadcast = isBroadcastMac(bytes, 0);
  const isGroup = isMulticastMac(bytes, 0) && !isBroadcast;
  if (isBroadcast) counters.rxBroadcast++;
  else if (isGroup) counters.rxMulticast++;
  counters.rxOctets += bytes.length - ETH_HLEN;
  parts.countReceived(counters, { ...queue }, bytes.length, isGroup);
}

function passesAddressFilter(port: NicPort, bytes: Uint8Array): boolean {
  const { parts, rxMode, limits } = port;
  if (rxMode.promiscuous) return true;
  if (isBroadcastMac(bytes, 0)) return parts.acceptsBroadcast(rxMode);
  const key = formatMac(bytes);
  if (isMulticastMac(bytes, 0)) {
    if (parts.multicastOverflows(rxMode.multicast.length, limits.multicastFilters)) return true;
    return parts.acceptsMulticast(new Set(rxMode.multicast), key, rxMode);
  }
  if (parts.unicastOverflows(rxMode.unicast.length, limits.unicastFilters)) return true;
  return parts.acceptsUnicast(bytes, parseMac(port.address), new Set(rxMode.unicast), key, rxMode);
}

const NO_VIDS: ReadonlySet<Vid> = new Set();

function passesVlanFilter(port: NicPort, { vlanCount, outerTpid, outerTci }: Flow): boolean {
  const { parts, features, rxMode, vids } = port;
  if (vlanCount === 0 && !features.has('rx-vlan-filter')) return true;
  if (vlanCount === 0) return parts.passesUntagged || rxMode.promiscuous;
  if (rxMode.promiscuous && parts.promiscuousSkipsVlanFilter) return true;
  const filters =
    (outerTpid === ETH_P_8021Q && features.has('rx-vlan-filter')) ||
    (outerTpid === ETH_P_8021AD && features.has('rx-vlan-stag-filter'));
  return !filters || parts.acceptsVid(vids.get(outerTpid) ?? NO_VIDS, (outerTci & 0xfff) as Vid);
}

/** The frame is for the host: tag, checksum, hash, queue, timestamp. */
function hand(port: NicPort, onCable: Uint8Array, fcs: number | undefined, wireFlow: Flow, isForwarded = false): void {
  const { parts, features, counters } = port;
  const queueAndHash = spread(port, onCable, wireFlow);
  if (queueAndHash === 'drop') {
    counters.ruleDropped++;
    counters.rxDropped++;
    return;
  }
  const isStamped = parts.stampsReceived(port.timestamping.rxFilter, onCable, wireFlow);
  const stripped = stripTag(port, onCable, wireFlow);
  const bytes = parts.appendsFcs(features) ? withFcs(stripped.bytes, fcs ?? ethernetFcs(onCable)) : stripped.bytes;
  parseFlow(bytes, flow);
  const handed = parts.receivedBytes(bytes, flow);
  const checksum = parts.receiveChecksum(handed, flow, features);
  const splits = port.rings.tcpDataSplit === 2;
  const headerLength = splits ? parts.splitOffset(flow, handed.length, port.rings.hdsThresh) : null;
  if (isBroadcastMac(handed, 0)) counters.rxBroadcast++;
  else if (isMulticastMac(handed, 0)) counters.rxMulticast++;
  counters.rxOctets += onCable.length - ETH_HLEN;
  const frame: RxFrame = {
    bytes: handed,
    queue: queueAndHash.queue as QueueIndex,
    checksum,
    ...(queueAndHash.hash !== undefined && features.has('rx-hashing') ? { hash: queueAndHash.hash } : {}),
    ...(stripped.tag === undefined ? {} : { vlan: stripped.tag }),
    ...(headerLength === null ? {} : { headerLength }),
    ...(isStamped ? { hardwareTimestamp: parts.deviceClock(port.now) } : {}),
    ...(isForwarded ? { offloadForwardMark: true } : {}),
  };
  enqueue(port, frame, onCable.length, flow);
}

function stripTag(
  port: NicPort,
  bytes: Uint8Array,
  { vlanCount, outerTpid }: Flow,
): ReturnType<NicPort['parts']['stripTag']> | { bytes: Uint8Array; tag?: undefined } {
  const strips = vlanCount > 0 && port.parts.strippedTypes(port.features).includes(outerTpid);
  return strips ? port.parts.stripTag(bytes) : { bytes };
}

function withFcs(bytes: Uint8Array, fcs: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + ETH_FCS_LEN);
  longer.set(bytes);
  // On the cable, and so in memory, the least significant byte comes first.
  new DataView(longer.buffer).setUint32(bytes.length, fcs, true);
  return longer;
}

interface Spread {
  readonly queue: number;
  readonly hash?: RxHash;
}

/** An n-tuple rule decides before the hash does. */
function spread(port: NicPort, bytes: Uint8Array, wireFlow: Flow): Spread | 'drop' {
  const { parts, features, rules } = port;
  const hashed = hashOf(port, bytes, wireFlow, 0);
  if (rules.size === 0 || !features.has('rx-ntuple-filter')) return hashed;
  for (const rule of parts.ruleTable(rules)) {
    if (!parts.matchesRule(rule, bytes, wireFlow)) continue;
    if (rule.action === 'drop') return 'drop';
    if (parts.hashPrecedesRule && hashed.hash !== undefined) return hashed;
    if (rule.rssContext === undefined) return { ...hashed, queue: rule.action.queue };
    const inContext = hashOf(port, bytes, wireFlow, rule.rssContext);
    return { ...inContext, queue: (inContext.queue + rule.action.queue) % port.channels };
  }
  return hashed;
}

function hashOf(port: NicPort, bytes: Uint8Array, wireFlow: Flow, context: number): Spread {
  const { parts } = port;
  const state = port.rss.get(context) ?? port.rss.get(0);
  const type = flowTypeOf(wireFlow);
  const fields = type === null ? [] : (port.hashFields.get(type) ?? []);
  if (state === undefined || type === null || fields.length === 0) return { queue: 0 };
  const described = parts.hashInput(bytes, wireFlow, fields, input, wireFlow.outerTci);
  if (state.inputTransform !== 0) {
    parts.symmetric(input, state.inputTransform, described.addressLength, described.hasPorts);
  }
  state.tables ??= toeplitzTables(state.key, LONGEST_HASH_INPUT);
  const value = tableHash(state.tables, input, described.length);
  const queue = queueOf(port, state, value);
  return { queue, hash: { value, type: described.type } };
}

function queueOf({ parts, rss }: NicPort, state: RssState, hash: number): number {
  const table = parts.contextTable(state.indirection, rss.get(0)?.indirection ?? []);
  return table[parts.indirectionIndex(hash, table.length)] ?? 0;
}
