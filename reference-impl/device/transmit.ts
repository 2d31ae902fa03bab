/** The transmit side: descriptors in, frames on the cable. */
import type { QueueIndex, TxFrame, TxGso } from '../../harness/contract/index.js';
import { complementSum, onesComplementSum } from '../packet/checksum.js';
import { writeU16 } from '../packet/bytes.js';
import { isBroadcastMac, isMulticastMac } from '../packet/addresses.js';
import { ETH_HLEN } from '../packet/protocols.js';
import type { SegmentPlace } from '../packet/segment.js';
import { hasCarrier, type NicPort, type TxQueue } from './state.js';
import { receiveFrame } from './receive.js';

/** ndo_start_xmit. A full ring stops the queue; what does not fit stays with the kernel. */
export function transmit(port: NicPort, index: QueueIndex, frame: TxFrame): 'ok' | 'busy' {
  const queue = port.txQueues[index];
  if (queue === undefined || !port.up) return 'ok';
  if (queue.ring.length >= port.rings.tx) {
    stopQueue(port, queue);
    if (!port.parts.forgetsRefusedFrame) queue.ring.push(frame);
    return 'busy';
  }
  queue.ring.push(frame);
  drain(port, queue);
  if (queue.ring.length >= port.rings.tx && port.parts.stopsInTime) stopQueue(port, queue);
  return 'ok';
}

function stopQueue(port: NicPort, queue: TxQueue): void {
  if (queue.stopped) return;
  queue.stopped = true;
  queue.stop++;
  port.host.queueStopped(port.name, queue.index as QueueIndex, true);
}

/** Sends what waits in the ring, unless the far end asked to pause. */
export function drain(port: NicPort, queue: TxQueue): void {
  if (port.now < port.pausedUntil) return;
  const sends = port.parts.drainsBehindPause(queue.ring.length);
  const frames = queue.ring.splice(0, sends);
  if (!port.parts.keepsOrder(queue.index, frames.length)) frames.reverse();
  for (const [sent, frame] of frames.entries()) {
    // The rate of a virtual function: what is over it waits in the ring.
    if (port.now < port.pausedUntil) {
      queue.ring.unshift(...frames.slice(sent));
      break;
    }
    send(port, queue, frame);
  }
  if (queue.stopped && port.parts.wakesQueue(queue.ring.length, port.rings.tx)) {
    queue.stopped = false;
    queue.wake++;
    port.host.queueStopped(port.name, queue.index as QueueIndex, false);
  }
}

export function drainAll(port: NicPort): void {
  for (const queue of port.txQueues) if (queue.ring.length > 0 || queue.stopped) drain(port, queue);
}

function send(port: NicPort, queue: TxQueue, frame: TxFrame): void {
  const { gso } = frame;
  if (gso === undefined) {
    if (frame.checksum.kind === 'none') queue.csumNone++;
    else queue.needsCsum++;
    putOnCable(port, queue, tagged(port, finished(port, frame), frame, 0));
  } else sendSegments(port, queue, frame, gso);
  const { timestampId } = frame;
  const isStamped = timestampId !== undefined && port.timestamping.txType !== 0;
  if (isStamped) port.service.stampedPackets++;
  port.host.transmitCompleted(port.name, queue.index as QueueIndex, {
    ...(timestampId === undefined ? {} : { timestampId }),
    ...(isStamped ? { hardware: port.parts.deviceClock(port.now) } : {}),
  });
}

/** The frame with its checksum. Host memory is read, not written. */
function finished(port: NicPort, { bytes: memory, checksum }: TxFrame): Uint8Array {
  const { parts } = port;
  const read = parts.readHostMemory(memory);
  switch (checksum.kind) {
    case 'none':
      return read;
    case 'partial': {
      const bytes = new Uint8Array(read);
      const start = parts.checksumStart(checksum.start, bytes);
      const sum = onesComplementSum(bytes, start, parts.checksumEnd(bytes, start));
      writeU16(
        bytes,
        parts.checksumField(checksum.start, checksum.offset, bytes),
        parts.finishChecksum(complementSum(sum)),
      );
      return bytes;
    }
    case 'crc32c': {
      const bytes = new Uint8Array(read);
      const view = new DataView(bytes.buffer);
      view.setUint32(checksum.start + checksum.offset, 0);
      view.setUint32(checksum.start + checksum.offset, parts.crc32c(bytes, checksum.start), true);
      return bytes;
    }
  }
}

function sendSegments(port: NicPort, queue: TxQueue, frame: TxFrame, gso: TxGso): void {
  const { parts } = port;
  const places = parts.segmentPlaces(frame.bytes.length - gso.headerLength, gso.size);
  queue.needsCsum += places.length;
  queue.hwGsoPackets++;
  queue.hwGsoBytes += frame.bytes.length;
  for (const place of places) {
    const bytes = tagged(port, segment(port, frame.bytes, gso, place), frame, place.index);
    queue.hwGsoWirePackets++;
    queue.hwGsoWireBytes += bytes.length;
    putOnCable(port, queue, bytes, place.index > 0 && !parts.countsWireSegments);
  }
}

function segment({ parts }: NicPort, superFrame: Uint8Array, gso: TxGso, place: SegmentPlace): Uint8Array {
  const payload = parts.segmentPayload(superFrame, gso.headerLength, place);
  const bytes = new Uint8Array(gso.headerLength + payload.length);
  bytes.set(superFrame.subarray(0, gso.headerLength));
  bytes.set(payload, gso.headerLength);
  if (gso.type !== 'udp-l4') {
    parts.writeSequence(bytes, gso.transportOffset, place.position);
    const flagsAt = gso.transportOffset + 13;
    bytes[flagsAt] = parts.segmentFlags(bytes[flagsAt] ?? 0, place, gso);
  }
  parts.writeNetworkLength(bytes, gso.networkOffset);
  parts.writeIdentification(bytes, gso.networkOffset, place.index, gso);
  parts.writeHeaderChecksum(bytes, gso.networkOffset);
  parts.writeTransportChecksum(bytes, gso);
  const { tunnel } = gso;
  if (tunnel !== undefined && !tunnel.partial) parts.finishTunnel(bytes, tunnel, place.index);
  if (tunnel?.partial === true) finishPrepared(parts, bytes, tunnel.outerNetworkOffset, place.index, gso);
  return bytes;
}

/** GSO_PARTIAL: lengths and checksums outside are right already; only the identification goes on, where it has to. */
function finishPrepared(
  parts: NicPort['parts'],
  bytes: Uint8Array,
  networkOffset: number,
  index: number,
  gso: TxGso,
): void {
  const dontFragment = ((bytes[networkOffset + 6] ?? 0) & 0x40) !== 0;
  if (dontFragment) return;
  parts.writeIdentification(bytes, networkOffset, index, gso);
  parts.writeHeaderChecksum(bytes, networkOffset);
}

function tagged({ parts }: NicPort, bytes: Uint8Array, { vlan }: TxFrame, index: number): Uint8Array {
  return vlan === undefined || !parts.tagsSegment(index) ? bytes : parts.insertTag(bytes, vlan);
}

function putOnCable(
  port: NicPort,
  queue: TxQueue,
  frame: Uint8Array,
  uncounted = false,
  whose: 'forwarded' | 'host' = 'host',
): void {
  const { parts, counters } = port;
  const bytes = parts.pad(frame);
  const loops = port.features.has('loopback');
  if (!loops && !hasCarrier(port)) {
    counters.txCarrierErrors++;
    counters.txErrors++;
    return;
  }
  if (!uncounted) parts.countTransmitted(counters, queue, bytes.length);
  counters.txOctets += bytes.length - ETH_HLEN;
  if (isBroadcastMac(bytes, 0)) counters.txBroadcast++;
  else if (isMulticastMac(bytes, 0)) counters.txMulticast++;
  const bucket = parts.rmonBucket(bytes.length);
  counters.txBuckets[bucket] = (counters.txBuckets[bucket] ?? 0) + 1;
  if (loops && parts.returnsInLoopback) receiveFrame(port, { bytes });
  const goesOut = !loops || parts.leavesInLoopback;
  // What the switch between the ports forwards stands outside of the functions.
  if (goesOut && (whose === 'forwarded' || port.virtualPort === undefined || port.virtualPort.transmit(bytes)))
    port.host.transmitToCable(port.name, { bytes, time: port.now });
  port.switching?.leaves(bytes, whose);
}

/** A frame that the switch forwards out of this port. */
export function sendSwitched(port: NicPort, bytes: Uint8Array): void {
  const [queue] = port.txQueues;
  if (queue !== undefined && port.up) putOnCable(port, { ...queue }, bytes, false, 'forwarded');
}

const PAUSE_ADDRESS = [0x01, 0x80, 0xc2, 0x00, 0x00, 0x01];

/** IEEE 802.3, Annex 31B: a pause frame for so many quanta. */
export function sendPause(port: NicPort, source: Uint8Array, quanta: number): void {
  const bytes = new Uint8Array(60);
  bytes.set(PAUSE_ADDRESS);
  bytes.set(source, 6);
  bytes.set([0x88, 0x08, 0x00, 0x01, quanta >> 8, quanta & 0xff], 12);
  port.counters.txPauseFrames++;
  port.host.transmitToCable(port.name, { bytes, time: port.now });
}
