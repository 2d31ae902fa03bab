/** struct rtnl_link_stats64 by its member names, and what each counts. */
import type { LinkStatistic } from '../../netlink/families/rtnetlink.js';
import type { Values } from '../../netlink/schema.js';
import type { NetDeviceStatistics } from '../statistics.js';

const MEMBERS: Readonly<Record<LinkStatistic, keyof NetDeviceStatistics>> = {
  rx_packets: 'rxPackets',
  tx_packets: 'txPackets',
  rx_bytes: 'rxBytes',
  tx_bytes: 'txBytes',
  rx_errors: 'rxErrors',
  tx_errors: 'txErrors',
  rx_dropped: 'rxDropped',
  tx_dropped: 'txDropped',
  multicast: 'multicast',
  collisions: 'collisions',
  rx_length_errors: 'rxLengthErrors',
  rx_over_errors: 'rxOverErrors',
  rx_crc_errors: 'rxCrcErrors',
  rx_frame_errors: 'rxFrameErrors',
  rx_fifo_errors: 'rxFifoErrors',
  rx_missed_errors: 'rxMissedErrors',
  tx_aborted_errors: 'txAbortedErrors',
  tx_carrier_errors: 'txCarrierErrors',
  tx_fifo_errors: 'txFifoErrors',
  tx_heartbeat_errors: 'txHeartbeatErrors',
  tx_window_errors: 'txWindowErrors',
  rx_compressed: 'rxCompressed',
  tx_compressed: 'txCompressed',
  rx_nohandler: 'rxNohandler',
  rx_otherhost_dropped: 'rxOtherhostDropped',
};

/** Each member's name with what it counts. */
export const LINK_COUNTERS = Object.entries(MEMBERS);

export const linkStatisticsValues = (statistics: NetDeviceStatistics): Values =>
  Object.fromEntries(LINK_COUNTERS.map(([name, counted]) => [name, statistics[counted]]));
