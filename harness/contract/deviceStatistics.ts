/** What a device counts: links, queues, and the groups of the standards. */

/**
 * The fields of `struct rtnl_link_stats64` that a driver fills in; the kernel adds its own. Names are the uAPI's, in camel case.
 * @requirement NIC-STAT-*, SW-STAT-*
 */
export interface LinkStatistics {
  readonly rxPackets: number;
  readonly txPackets: number;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxErrors: number;
  readonly txErrors: number;
  readonly rxDropped: number;
  readonly txDropped: number;
  readonly multicast: number;
  readonly collisions: number;
  readonly rxLengthErrors: number;
  readonly rxOverErrors: number;
  readonly rxCrcErrors: number;
  readonly rxFrameErrors: number;
  readonly rxFifoErrors: number;
  readonly rxMissedErrors: number;
  readonly txAbortedErrors: number;
  readonly txCarrierErrors: number;
  readonly txFifoErrors: number;
  readonly txHeartbeatErrors: number;
  readonly txWindowErrors: number;
}

/**
 * Documentation/netlink/specs/netdev.yaml, qstats. A counter that the device does not keep is absent, never zero.
 * @requirement NIC-STAT-*
 */
export interface QueueStatistics {
  readonly rx: readonly RxQueueStatistics[];
  readonly tx: readonly TxQueueStatistics[];
  /** Sums of queues that are not in use any more: netdev_stat_ops.get_base_stats. */
  readonly base?: { readonly rx: RxQueueStatistics; readonly tx: TxQueueStatistics };
}

export interface RxQueueStatistics {
  readonly packets: number;
  readonly bytes: number;
  readonly allocFail?: number;
  readonly hwDrops?: number;
  readonly csumComplete?: number;
  readonly csumUnnecessary?: number;
  readonly csumNone?: number;
  readonly csumBad?: number;
  readonly hwGroPackets?: number;
  readonly hwGroBytes?: number;
  readonly hwGroWirePackets?: number;
  readonly hwGroWireBytes?: number;
}

export interface TxQueueStatistics {
  readonly packets: number;
  readonly bytes: number;
  readonly csumNone?: number;
  readonly needsCsum?: number;
  readonly hwGsoPackets?: number;
  readonly hwGsoBytes?: number;
  readonly hwGsoWirePackets?: number;
  readonly hwGsoWireBytes?: number;
  readonly stop?: number;
  readonly wake?: number;
}

/**
 * The IEEE 802.3 and RFC 2819 groups of ETHTOOL_MSG_STATS_GET, by attribute name; what a device does not count is absent.
 * @requirement NIC-STAT-*, ETH-STAT-*
 */
export interface StandardStatistics {
  readonly ethPhy: Readonly<Record<string, number>>;
  readonly ethMac: Readonly<Record<string, number>>;
  readonly ethCtrl: Readonly<Record<string, number>>;
  readonly rmon: Readonly<Record<string, number>>;
  /** Inclusive bounds, FCS included, with the frames counted in each. */
  readonly rmonRxHistogram: readonly HistogramBucket[];
  readonly rmonTxHistogram: readonly HistogramBucket[];
}

export interface HistogramBucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}
