/** From a queue to the host: hardware aggregation, the receive ring, interrupt coalescing, and the pause that a full ring asks for. */
import type { RxFrame } from '../../harness/contract/index.js';
import { isBroadcastMac, isMulticastMac, parseMac } from '../packet/addresses.js';
import type { GroEngine, GroOutput } from '../packet/aggregate.js';
import { onesComplementSum, pseudoHeaderSum } from '../packet/checksum.js';
import { newFlow, parseFlow, type Flow } from '../packet/flow.js';
import { newGroEngine, type NicPort, type RxQueue } from './state.js';
import { sendPause } from './transmit.js';

/** A frame that the host is to have. `wireLength`: as it was on the cable. */
export function enqueue(port: NicPort, frame: RxFrame, wireLength: number, flow: Flow): void {
  const { parts, counters, features } = port;
  const queue = port.rxQueues[frame.queue];
  if (queue === undefined || queue.index >= port.channels) return;
  if (queue.ring.length >= port.rings.rx) {
    parts.countMissed(counters);
    return;
  }
  const isGroup = isMulticastMac(frame.bytes, 0) && !isBroadcastMac(frame.bytes, 0);
  parts.countReceived(counters, queue, wireLength, isGroup);
  countChecksum(queue, frame);
  const aggregates = features.has('rx-gro-hw') || features.has('rx-lro');
  if (aggregates) aggregate(port, queue, frame, flow);
  else putInRing(port, queue, frame);
}

function countChecksum(queue: RxQueue, { checksum }: RxFrame): void {
  switch (checksum.status) {
    case 'complete':
      queue.csumComplete++;
      return;
    case 'unnecessary':
      queue.csumUnnecessary++;
      return;
    case 'none':
    case 'valid':
      queue.csumNone++;
  }
}

function aggregate(port: NicPort, queue: RxQueue, frame: RxFrame, flow: Flow): void {
  const engine = engineOf(port, queue, frame);
  const verified = transportChecksumHolds(frame.bytes, flow);
  for (const output of engine.offer(frame.bytes, verified, frame)) release(port, queue, output);
  if (engine.holds) queue.flushAt ??= port.now + BigInt(port.parts.flushAfter(port.coalesce.rxUsecs));
}

function engineOf(port: NicPort, queue: RxQueue, { vlan }: RxFrame): GroEngine<RxFrame> {
  const tag = vlan === undefined || port.parts.mergesAcrossTags ? -1 : vlan.tpid * 0x10000 + vlan.tci;
  let engine = queue.aggregators.get(tag);
  if (engine === undefined) {
    engine = newGroEngine(port);
    queue.aggregators.set(tag, engine);
  }
  return engine;
}

function transportChecksumHolds(bytes: Uint8Array, flow: Flow): boolean {
  if (flow.ipVersion === 0 || flow.transportOffset < 0 || flow.malformed || flow.isFragment) return false;
  const pseudo = pseudoHeaderSum(bytes, flow.networkOffset, flow.protocol, flow.ipEnd - flow.transportOffset);
  return onesComplementSum(bytes, flow.transportOffset, flow.ipEnd, pseudo) === 0xffff;
}

/** What leaves an aggregator: LRO's work is counted apart, and does not claim to be reversible. */
function release(port: NicPort, queue: RxQueue, output: GroOutput<RxFrame>): void {
  const { token, bytes, segments, gsoSize } = output;
  if (segments <= 1) {
    putInRing(port, queue, token);
    return;
  }
  const isLro = !port.features.has('rx-gro-hw');
  if (isLro) {
    port.counters.lroAggregates++;
    port.counters.lroSegments += segments;
  } else {
    queue.hwGroPackets++;
    queue.hwGroBytes += bytes.length;
    queue.hwGroWirePackets += segments;
    queue.hwGroWireBytes += wireBytes(output);
  }
  putInRing(port, queue, {
    ...token,
    bytes,
    checksum: { status: 'unnecessary', level: 0 },
    aggregate: { kind: isLro ? 'lro' : 'gro', gsoSize, segments },
  });
}

const measured = newFlow();

/** The frames that an aggregate was made of, each with its own headers. */
function wireBytes({ bytes, segments }: GroOutput<RxFrame>): number {
  parseFlow(bytes, measured);
  const headers = measured.payloadOffset < 0 ? 0 : measured.payloadOffset;
  return bytes.length + (segments - 1) * headers;
}

function putInRing(port: NicPort, queue: RxQueue, frame: RxFrame): void {
  queue.ring.push(frame);
  queue.firstArrival ??= port.now;
  queue.lastArrival = port.now;
  askForPause(port, queue);
  deliverIfDue(port, queue);
}

/** When the frames of this ring are due; null while there are none or nobody takes them. */
export function dueTime(port: NicPort, queue: RxQueue): bigint | null {
  if (queue.firstArrival === null || !port.polling) return null;
  const { rxUsecs, rxMaxFrames, useCqeModeRx } = port.coalesce;
  if (port.parts.frameLimitReached(queue.ring.length, rxMaxFrames)) return port.now;
  return port.parts.deliveryTime(rxUsecs, useCqeModeRx, queue.firstArrival, queue.lastArrival);
}

export function deliverIfDue(port: NicPort, queue: RxQueue): void {
  const due = dueTime(port, queue);
  if (due !== null && due <= port.now) deliver(port, queue);
}

/** The interrupt: everything in the ring goes up. */
export function deliver(port: NicPort, queue: RxQueue): void {
  const frames = queue.ring.splice(0);
  queue.firstArrival = null;
  if (frames.length > 0) port.host.receive(port.name, port.parts.handsUp(frames));
  releasePause(port);
}

/** What an aggregator holds for too long leaves it. */
export function flushIfDue(port: NicPort, queue: RxQueue): void {
  if (queue.flushAt === null || queue.flushAt > port.now) return;
  flushAggregators(port, queue);
}

export function flushAggregators(port: NicPort, queue: RxQueue): void {
  queue.flushAt = null;
  for (const engine of queue.aggregators.values()) for (const output of engine.flush()) release(port, queue, output);
}

const XOFF_QUANTA = 0xffff;

function askForPause(port: NicPort, queue: RxQueue): void {
  const { parts } = port;
  if (port.xoffRefresh !== null || !parts.asksForPause(queue.ring.length, port.rings.rx)) return;
  if (!parts.resolvePause(port.pause, port.partner).tx) return;
  sendXoff(port);
}

export function sendXoff(port: NicPort): void {
  sendPause(port, parseMac(port.address), XOFF_QUANTA);
  // Asked again before the far end may go on by itself.
  port.xoffRefresh = port.now + BigInt(Math.floor(port.parts.pauseNanoseconds(XOFF_QUANTA, port.limits.speed) / 2));
}

function releasePause(port: NicPort): void {
  if (port.xoffRefresh === null) return;
  const full = port.rxQueues.some(({ ring }) => port.parts.asksForPause(ring.length, port.rings.rx));
  if (full) return;
  port.xoffRefresh = null;
  if (port.parts.releasesPause) sendPause(port, parseMac(port.address), 0);
}
