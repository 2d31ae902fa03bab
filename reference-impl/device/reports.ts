/** What a port tells of its counters, in the forms that Linux asks for. */
import type {
  HistogramBucket,
  LinkStatistics,
  QueueStatistics,
  RxQueueStatistics,
  StandardStatistics,
  TxQueueStatistics,
} from '../../harness/contract/index.js';
import { RMON_BUCKETS, type NicPort, type RxQueue, type TxQueue } from './state.js';

/** struct rtnl_link_stats64. */
export function linkStatistics({ counters }: NicPort): LinkStatistics {
  return {
    rxPackets: counters.rxPackets,
    txPackets: counters.txPackets,
    rxBytes: counters.rxBytes,
    txBytes: counters.txBytes,
    rxErrors: counters.rxErrors,
    txErrors: counters.txErrors,
    rxDropped: counters.rxDropped,
    txDropped: counters.txDropped,
    multicast: counters.multicast,
    collisions: 0,
    rxLengthErrors: counters.rxLengthErrors,
    rxOverErrors: 0,
    rxCrcErrors: counters.rxCrcErrors,
    rxFrameErrors: 0,
    rxFifoErrors: 0,
    rxMissedErrors: counters.rxMissedErrors,
    txAbortedErrors: 0,
    txCarrierErrors: counters.txCarrierErrors,
    txFifoErrors: 0,
    txHeartbeatErrors: 0,
    txWindowErrors: 0,
  };
}

/** Queues in use one by one; those that went out of use are kept as a base. */
export function queueStatistics({ rxQueues, txQueues, channels }: NicPort): QueueStatistics {
  return {
    rx: rxQueues.slice(0, channels).map(rxStatistics),
    tx: txQueues.slice(0, channels).map(txStatistics),
    base: {
      rx: rxQueues.slice(channels).map(rxStatistics).reduce(added, rxStatistics(undefined)),
      tx: txQueues.slice(channels).map(txStatistics).reduce(added, txStatistics(undefined)),
    },
  };
}

const rxStatistics = (
  queue: RxQueue | undefined,
): Required<Omit<RxQueueStatistics, 'allocFail' | 'hwDrops' | 'csumBad'>> => ({
  packets: queue?.packets ?? 0,
  bytes: queue?.bytes ?? 0,
  csumComplete: queue?.csumComplete ?? 0,
  csumUnnecessary: queue?.csumUnnecessary ?? 0,
  csumNone: queue?.csumNone ?? 0,
  hwGroPackets: queue?.hwGroPackets ?? 0,
  hwGroBytes: queue?.hwGroBytes ?? 0,
  hwGroWirePackets: queue?.hwGroWirePackets ?? 0,
  hwGroWireBytes: queue?.hwGroWireBytes ?? 0,
});

const txStatistics = (queue: TxQueue | undefined): Required<TxQueueStatistics> => ({
  packets: queue?.packets ?? 0,
  bytes: queue?.bytes ?? 0,
  csumNone: queue?.csumNone ?? 0,
  needsCsum: queue?.needsCsum ?? 0,
  hwGsoPackets: queue?.hwGsoPackets ?? 0,
  hwGsoBytes: queue?.hwGsoBytes ?? 0,
  hwGsoWirePackets: queue?.hwGsoWirePackets ?? 0,
  hwGsoWireBytes: queue?.hwGsoWireBytes ?? 0,
  stop: queue?.stop ?? 0,
  wake: queue?.wake ?? 0,
});

function added<Statistics extends Record<keyof Statistics, number>>(a: Statistics, b: Statistics): Statistics {
  const sum = { ...a };
  for (const name of Object.keys(a) as (keyof Statistics)[])
    sum[name] = (a[name] + b[name]) as Statistics[keyof Statistics];
  return sum;
}

/** IEEE 802.3, clause 30, and RFC 2819. Octets are those of data and padding, without the header. */
export function standardStatistics({ counters }: NicPort): StandardStatistics {
  return {
    ethPhy: {},
    ethMac: {
      FramesTransmittedOK: counters.txPackets,
      FramesReceivedOK: counters.rxPackets,
      FrameCheckSequenceErrors: counters.rxCrcErrors,
      OctetsTransmittedOK: counters.txOctets,
      OctetsReceivedOK: counters.rxOctets,
      MulticastFramesXmittedOK: counters.txMulticast,
      BroadcastFramesXmittedOK: counters.txBroadcast,
      MulticastFramesReceivedOK: counters.rxMulticast,
      BroadcastFramesReceivedOK: counters.rxBroadcast,
      FrameTooLongErrors: counters.oversize,
    },
    ethCtrl: {
      MACControlFramesTransmitted: counters.txPauseFrames,
      MACControlFramesReceived: counters.macControlReceived,
      UnsupportedOpcodesReceived: counters.unsupportedOpcodes,
    },
    rmon: { etherStatsUndersizePkts: counters.undersize, etherStatsOversizePkts: counters.oversize },
    rmonRxHistogram: histogram(counters.rxBuckets),
    rmonTxHistogram: histogram(counters.txBuckets),
  };
}

const histogram = (counts: readonly number[]): HistogramBucket[] =>
  RMON_BUCKETS.map(([low, high], index) => ({ low, high, count: counts[index] ?? 0 }));

/** Only what no standard counter says. */
export const privateStatistics = ({ counters }: NicPort): readonly (readonly [name: string, value: number])[] => [
  ['rx_address_filtered', counters.addressFiltered],
  ['rx_vlan_filtered', counters.vlanFiltered],
  ['rx_rule_dropped', counters.ruleDropped],
  ['rx_lro_aggregates', counters.lroAggregates],
  ['rx_lro_segments', counters.lroSegments],
];
