/** struct rtnl_link_stats64 by its member names, and what each counts. */
import type { Draft } from '../../netlink/draft.js';
import { LINK, LINK_STATISTICS, type LinkStatistic } from '../../netlink/families/rtnetlink.js';
import { writeInteger, writeWord } from '../../netlink/integers.js';
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
const LINK_COUNTERS = Object.entries(MEMBERS);

export const linkStatisticsValues = (statistics: NetDeviceStatistics): Values =>
  Object.fromEntries(LINK_COUNTERS.map(([name, counted]) => [name, statistics[counted]]));

/** What each member counts, and where it lies in the two structs. */
const PLACES = LINK_STATISTICS.map((name, index) => ({ member: MEMBERS[name], wide: 8 * index, narrow: 4 * index }));
const STATS64 = LINK.byName.get('IFLA_STATS64')?.number ?? 0;
const STATS = LINK.byName.get('IFLA_STATS')?.number ?? 0;
/** struct rtnl_link_stats has no rx_otherhost_dropped. */
const NARROW_LENGTH = 4 * (PLACES.length - 1);

/**
 * rtnl_fill_stats(): IFLA_STATS64, and IFLA_STATS with what `narrow` makes of each number. They are most of a link's message: each counter is
 * read once, and where it is zero the bytes are so already.
 */
export function writeCounters(draft: Draft, statistics: NetDeviceStatistics, narrow: (value: number) => number): void {
  const wideAttribute = draft.openAttribute(STATS64);
  const wideAt = draft.extend(8 * PLACES.length);
  draft.closeAttribute(wideAttribute);
  const narrowAttribute = draft.openAttribute(STATS);
  const narrowAt = draft.extend(NARROW_LENGTH);
  draft.closeAttribute(narrowAttribute);
  const { bytes } = draft;
  for (const place of PLACES) {
    const value = statistics[place.member];
    if (value === 0) continue;
    writeInteger('u64', value, bytes, wideAt + place.wide);
    if (place.narrow < NARROW_LENGTH) writeWord(narrow(value), bytes, narrowAt + place.narrow);
  }
}
