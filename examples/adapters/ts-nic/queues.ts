/** The NIC below its driver: four queues each way, the filters in front of them, and what is counted. */
import type {
  DriverHost,
  LinkStatistics,
  QueueIndex,
  QueueStatistics,
  RxFrame,
  RxMode,
  TxFrame,
  VlanTag,
  WireFrame,
} from 'nicspec';
import { ADDRESS, FEATURES, MULTICAST_FILTERS, PORT, QUEUES, UNICAST_FILTERS } from './abilities.js';
import {
  ETH_HLEN,
  ETH_P_8021Q,
  ETH_ZLEN,
  VLAN_HLEN,
  addressAt,
  checksumHolds,
  checkSequence,
  finishedChecksum,
  isBroadcast,
  isGroup,
  onesComplementSum,
  parseIp,
  setU16,
  tagCount,
  u16,
} from './frame.js';
import { tcpSegments } from './segmentation.js';
import { newSpreading, spread, type Spreading } from './spreading.js';

const DEFAULT_RING = 256;
const DEFAULT_MTU = 1500;

const zeroed = (): { -readonly [Name in keyof LinkStatistics]: number } => ({
  rxPackets: 0,
  txPackets: 0,
  rxBytes: 0,
  txBytes: 0,
  rxErrors: 0,
  txErrors: 0,
  rxDropped: 0,
  txDropped: 0,
  multicast: 0,
  collisions: 0,
  rxLengthErrors: 0,
  rxOverErrors: 0,
  rxCrcErrors: 0,
  rxFrameErrors: 0,
  rxFifoErrors: 0,
  rxMissedErrors: 0,
  txAbortedErrors: 0,
  txCarrierErrors: 0,
  txFifoErrors: 0,
  txHeartbeatErrors: 0,
  txWindowErrors: 0,
});

/** Of netdev_queue_stats_tx: super-frames are counted beside the segments that they become. */
type TxCounter =
  | 'packets'
  | 'bytes'
  | 'csumNone'
  | 'needsCsum'
  | 'hwGsoPackets'
  | 'hwGsoBytes'
  | 'hwGsoWirePackets'
  | 'hwGsoWireBytes';

interface Queue {
  /** Received frames that the host has not taken yet. */
  waiting: RxFrame[];
  rx: { packets: number; bytes: number; csumUnnecessary: number; csumNone: number };
  tx: Record<TxCounter, number>;
}

const newQueues = (): Queue[] =>
  Array.from({ length: QUEUES }, () => ({
    waiting: [],
    rx: { packets: 0, bytes: 0, csumUnnecessary: 0, csumNone: 0 },
    tx: {
      packets: 0,
      bytes: 0,
      csumNone: 0,
      needsCsum: 0,
      hwGsoPackets: 0,
      hwGsoBytes: 0,
      hwGsoWirePackets: 0,
      hwGsoWireBytes: 0,
    },
  }));

const NOTHING_JOINED: RxMode = { promiscuous: false, allMulticast: false, unicast: [], multicast: [] };

export class FourQueueNic {
  host: DriverHost | undefined;
  features: ReadonlySet<string> = new Set(FEATURES);
  address: string = ADDRESS;
  mode: RxMode = NOTHING_JOINED;
  mtu = DEFAULT_MTU;
  rings = { rx: DEFAULT_RING, tx: DEFAULT_RING };
  channels = QUEUES;
  spreading: Spreading;
  count = zeroed();
  private queues = newQueues();
  private isOpen = false;
  private isPlugged = true;
  private isPolled = true;

  constructor(private readonly seed: number) {
    this.spreading = newSpreading(seed, QUEUES);
  }

  powerOn(): void {
    this.features = new Set(FEATURES);
    this.address = ADDRESS;
    this.mode = NOTHING_JOINED;
    this.mtu = DEFAULT_MTU;
    this.rings = { rx: DEFAULT_RING, tx: DEFAULT_RING };
    this.channels = QUEUES;
    this.spreading = newSpreading(this.seed, QUEUES);
    this.count = zeroed();
    this.queues = newQueues();
    this.isOpen = false;
    this.isPlugged = true;
    this.isPolled = true;
  }

  open(): void {
    this.isOpen = true;
    this.tellCarrier();
  }

  /** What is in the rings is lost, what is configured stays. */
  stop(): void {
    this.isOpen = false;
    for (const queue of this.queues) queue.waiting = [];
    this.tellCarrier();
  }

  plug(isPlugged: boolean): void {
    this.isPlugged = isPlugged;
    this.tellCarrier();
  }

  private tellCarrier(): void {
    this.host?.carrier(PORT, this.isOpen && this.isPlugged);
  }

  transmit(index: QueueIndex, frame: TxFrame): 'ok' {
    const queue = this.queues[index];
    if (queue === undefined || !this.isOpen) return 'ok';
    for (const untaggedBytes of this.framesOf(queue, frame)) {
      const bytes = tagged(untaggedBytes, frame.vlan);
      if (frame.gso !== undefined) queue.tx.hwGsoWireBytes += bytes.length;
      this.putOnCable(queue, bytes);
    }
    const { timestampId } = frame;
    this.host?.transmitCompleted(PORT, index, timestampId === undefined ? {} : { timestampId });
    return 'ok';
  }

  private framesOf(queue: Queue, { bytes, checksum, gso }: TxFrame): readonly Uint8Array[] {
    if (gso !== undefined) {
      const segments = tcpSegments(bytes, gso);
      queue.tx.needsCsum += segments.length;
      queue.tx.hwGsoPackets++;
      queue.tx.hwGsoBytes += bytes.length;
      queue.tx.hwGsoWirePackets += segments.length;
      return segments;
    }
    if (checksum.kind === 'none') {
      queue.tx.csumNone++;
      return [bytes];
    }
    queue.tx.needsCsum++;
    // The kernel's memory is read, never written.
    const summed = bytes.slice();
    const sum = onesComplementSum(summed, checksum.start, summed.length);
    setU16(summed, checksum.start + checksum.offset, finishedChecksum(sum));
    return [summed];
  }

  private putOnCable(queue: Queue, bytes: Uint8Array): void {
    if (!this.isPlugged) {
      this.count.txCarrierErrors++;
      this.count.txErrors++;
      return;
    }
    const padded = bytes.length < ETH_ZLEN ? new Uint8Array(ETH_ZLEN) : bytes;
    if (padded !== bytes) padded.set(bytes);
    this.count.txPackets++;
    this.count.txBytes += padded.length;
    queue.tx.packets++;
    queue.tx.bytes += padded.length;
    this.host?.transmitToCable(PORT, { bytes: padded });
  }

  /** A frame has arrived on the cable. */
  receive({ bytes, fcs }: WireFrame): void {
    if (!this.isOpen || !this.isPlugged) return;
    if (fcs !== undefined && fcs !== checkSequence(bytes)) {
      this.count.rxCrcErrors++;
      this.count.rxErrors++;
      return;
    }
    const longest = this.mtu + ETH_HLEN + VLAN_HLEN * tagCount(bytes);
    if (bytes.length < ETH_ZLEN || bytes.length > longest) {
      this.count.rxLengthErrors++;
      this.count.rxErrors++;
      return;
    }
    if (this.accepts(bytes)) this.putInRing(bytes);
  }

  private accepts(bytes: Uint8Array): boolean {
    const { promiscuous, allMulticast, unicast, multicast } = this.mode;
    if (promiscuous || isBroadcast(bytes)) return true;
    const destination = addressAt(bytes, 0);
    if (isGroup(bytes))
      return allMulticast || multicast.length > MULTICAST_FILTERS || multicast.some((group) => group === destination);
    return (
      destination === this.address ||
      unicast.length > UNICAST_FILTERS ||
      unicast.some((address) => address === destination)
    );
  }

  private putInRing(onCable: Uint8Array): void {
    const { queue: index, hash } = spread(this.spreading, onCable);
    const queue = this.queues[index];
    if (queue === undefined) return;
    if (queue.waiting.length >= this.rings.rx) {
      this.count.rxMissedErrors++;
      return;
    }
    this.count.rxPackets++;
    this.count.rxBytes += onCable.length;
    if (isGroup(onCable) && !isBroadcast(onCable)) this.count.multicast++;
    queue.rx.packets++;
    queue.rx.bytes += onCable.length;
    const packet = this.features.has('rx-checksum') ? parseIp(onCable) : null;
    const isVerified = packet !== null && checksumHolds(onCable, packet);
    if (isVerified) queue.rx.csumUnnecessary++;
    else queue.rx.csumNone++;
    queue.waiting.push({
      ...(this.features.has('rx-vlan-hw-parse') ? untagged(onCable) : { bytes: onCable }),
      queue: index as QueueIndex,
      checksum: isVerified ? { status: 'unnecessary', level: 0 } : { status: 'none' },
      ...(hash !== undefined && this.features.has('rx-hashing') ? { hash } : {}),
    });
    this.deliver();
  }

  /** The host takes frames off the rings, or has stopped doing so. */
  poll(isPolled: boolean): void {
    this.isPolled = isPolled;
    this.deliver();
  }

  private deliver(): void {
    if (!this.isPolled) return;
    for (const queue of this.queues) {
      const frames = queue.waiting;
      if (frames.length === 0) continue;
      queue.waiting = [];
      this.host?.receive(PORT, frames);
    }
  }

  /** Queues in use one by one; what the others once counted is the base. */
  queueStatistics(): QueueStatistics {
    const inUse = this.queues.slice(0, this.channels);
    const others = this.queues.slice(this.channels);
    const empty = newQueues().slice(0, 1);
    return {
      rx: inUse.map(({ rx }) => ({ ...rx })),
      tx: inUse.map(({ tx }) => ({ ...tx })),
      base: {
        rx: [...empty, ...others].map(({ rx }) => rx).reduce(added),
        tx: [...empty, ...others].map(({ tx }) => tx).reduce(added),
      },
    };
  }
}

function added<Counters extends Record<keyof Counters, number>>(a: Counters, b: Counters): Counters {
  const sum = { ...a };
  for (const name of Object.keys(a) as (keyof Counters)[]) sum[name] = (a[name] + b[name]) as Counters[typeof name];
  return sum;
}

function tagged(bytes: Uint8Array, tag: VlanTag | undefined): Uint8Array {
  if (tag === undefined) return bytes;
  const longer = new Uint8Array(bytes.length + VLAN_HLEN);
  longer.set(bytes.subarray(0, 12));
  setU16(longer, 12, tag.tpid);
  setU16(longer, 14, tag.tci);
  longer.set(bytes.subarray(12), 16);
  return longer;
}

/** The outer tag of 802.1Q leaves the frame, and is told beside it. */
function untagged(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly vlan?: VlanTag } {
  if (u16(bytes, 12) !== ETH_P_8021Q) return { bytes };
  const shorter = new Uint8Array(bytes.length - VLAN_HLEN);
  shorter.set(bytes.subarray(0, 12));
  shorter.set(bytes.subarray(16), 12);
  return { bytes: shorter, vlan: { tpid: ETH_P_8021Q, tci: u16(bytes, 14) } };
}
