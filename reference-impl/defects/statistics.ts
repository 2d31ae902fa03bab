import type { LinkStatistics, QueueStatistics, StandardStatistics } from '../../harness/contract/index.js';
import { RMON_BUCKETS } from '../device/state.js';
import type { Defect } from './defect.js';
import { withEthtool, withNetDevice } from './wrapDevice.js';

const LINK_STATS = {
  title: 'include/uapi/linux/if_link.h spells the meaning out, because drivers differed',
  url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/include/uapi/linux/if_link.h',
} as const;
const STATS_TESTS = {
  title: 'The kernel tests devices for it: tools/testing/selftests/drivers/net/stats.py',
  url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/tools/testing/selftests/drivers/net/stats.py',
} as const;
const STATISTICS_RST = {
  title: 'Documentation/networking/statistics.rst asks drivers for it, because they differed',
  url: 'https://docs.kernel.org/networking/statistics.html',
} as const;
const PRACTICE = { title: 'Driver practice' } as const;

/** The link statistics as `change` makes them; `privately` are the private counters. */
const linkStatistics =
  (
    change: (sound: LinkStatistics, privately: ReadonlyMap<string, number>) => LinkStatistics,
  ): NonNullable<Defect['wrap']> =>
  (device) =>
    withNetDevice(device, (sound) => ({
      statistics: async (port) =>
        change(await sound.statistics(port), new Map((await device.ethtool.privateStatistics?.(port)) ?? [])),
    }));

const queueStatistics =
  (change: (sound: QueueStatistics) => QueueStatistics): NonNullable<Defect['wrap']> =>
  (device) =>
    withNetDevice(device, (sound) => ({
      queueStatistics: async (port) => change((await sound.queueStatistics?.(port)) ?? { rx: [], tx: [] }),
    }));

const standardStatistics =
  (change: (sound: StandardStatistics) => StandardStatistics): NonNullable<Defect['wrap']> =>
  (device) =>
    withEthtool(device, ({ standardStatistics: sound }) =>
      sound === undefined ? {} : { standardStatistics: async (port) => change(await sound(port)) },
    );

type Counts = Readonly<Record<keyof LinkStatistics, number>>;

/** What is counted starts from zero whenever the port is opened. */
const zeroedOnOpen: NonNullable<Defect['wrap']> = (device) => {
  let base: Counts | undefined;
  return withNetDevice(device, (sound) => ({
    open: async (port) => {
      base = await sound.statistics(port);
      return sound.open(port);
    },
    statistics: async (port) => {
      const now: Counts = await sound.statistics(port);
      const names = Object.keys(now) as (keyof LinkStatistics)[];
      return Object.fromEntries(
        names.map((name) => [name, now[name] - (base?.[name] ?? 0)]),
      ) as unknown as LinkStatistics;
    },
  }));
};

export const statisticsDefects: readonly Defect[] = [
  {
    id: 'DEF-STAT-FILTERED-COUNTED',
    title: 'Frames for others are counted as received',
    description: 'The counter of the MAC is reported, which counts before the filter.',
    origin: LINK_STATS,
    caughtBy: 'NIC-STAT-001',
    wrap: linkStatistics((sound, privately) => ({
      ...sound,
      rxPackets: sound.rxPackets + (privately.get('rx_address_filtered') ?? 0),
    })),
  },
  {
    id: 'DEF-STAT-SUPER-FRAME-IS-ONE',
    title: 'A super-frame counts as one sent packet',
    description: 'The driver counts descriptors. Sender and receiver of a transfer never agree.',
    origin: LINK_STATS,
    caughtBy: 'NIC-STAT-002',
    nic: (parts) => ({ ...parts, countsWireSegments: false }),
  },
  {
    id: 'DEF-STAT-FCS-COUNTED',
    title: 'The check sequence is in the received bytes',
    description: 'The length in the descriptor includes the frame check sequence: four bytes too much for each frame.',
    origin: LINK_STATS,
    caughtBy: 'NIC-STAT-003',
    nic: (parts) => ({
      ...parts,
      countReceived: (counters, queue, length, isMulticast) => {
        parts.countReceived(counters, queue, length + 4, isMulticast);
      },
    }),
  },
  {
    id: 'DEF-STAT-DETAIL-WITHOUT-SUM',
    title: 'Check sequence errors are not in rx_errors',
    description: 'Each detail has a counter of its own, and nobody adds them up.',
    origin: LINK_STATS,
    caughtBy: 'NIC-STAT-004',
    nic: (parts) => ({
      ...parts,
      countCrcError: (counters) => {
        counters.rxCrcErrors++;
      },
    }),
  },
  {
    id: 'DEF-STAT-MISSED-AS-DROPPED',
    title: 'Frames without room are counted as dropped',
    description: 'A ring that is too small looks like a stack that throws away.',
    origin: LINK_STATS,
    caughtBy: 'NIC-STAT-006',
    nic: (parts) => ({
      ...parts,
      countMissed: (counters) => {
        counters.rxDropped++;
      },
    }),
  },
  {
    id: 'DEF-STAT-CRC-HIDDEN',
    title: 'Check sequence errors are not counted',
    description: 'The hardware drops damaged frames in silence. A bad cable looks like a slow one.',
    origin: PRACTICE,
    caughtBy: 'NIC-STAT-007',
    nic: (parts) => ({ ...parts, countCrcError: () => undefined }),
  },
  {
    id: 'DEF-STAT-CRC-DELIVERED',
    title: 'Damaged frames are delivered',
    description: 'The error bit of the descriptor is not looked at.',
    origin: PRACTICE,
    caughtBy: 'NIC-STAT-007',
    nic: (parts) => ({ ...parts, isGoodFcs: () => true }),
  },
  {
    id: 'DEF-STAT-ZEROED-ON-OPEN',
    title: 'Counters start from zero when the port comes up',
    description: 'Opening the port clears the registers, and the driver keeps nothing of what they held.',
    origin: STATS_TESTS,
    caughtBy: 'NIC-STAT-010',
    wrap: zeroedOnOpen,
  },
  {
    id: 'DEF-STAT-QUEUE-BYTES-BEHIND',
    title: 'Queue statistics count other bytes than the interface',
    description:
      'The queue counts what the host gets, the interface what was on the wire; padding and tags make the difference.',
    origin: STATS_TESTS,
    caughtBy: 'NIC-STAT-012',
    nic: (parts) => ({
      ...parts,
      countReceived: (counters, queue, length, isMulticast) => {
        parts.countReceived(counters, queue, length, isMulticast);
        queue.bytes -= 14;
      },
    }),
  },
  {
    id: 'DEF-STAT-LAST-QUEUE-MISSING',
    title: 'The last queue is not in the list',
    description: 'The loop over the queues ends one too early.',
    origin: STATS_TESTS,
    caughtBy: 'NIC-STAT-013',
    wrap: queueStatistics((sound) => ({ ...sound, rx: sound.rx.slice(0, -1) })),
  },
  {
    id: 'DEF-STAT-NO-PAUSE-STATISTICS',
    title: 'The device does flow control and reports no pause frames',
    description: 'Pause frames are counted in private strings alone.',
    origin: STATS_TESTS,
    caughtBy: 'NIC-STAT-015',
    wrap: (device) =>
      withEthtool(device, ({ getPause: sound }) =>
        sound === undefined
          ? {}
          : {
              getPause: async (port) => {
                const { autoneg, rx, tx, resolved } = await sound(port);
                return { autoneg, rx, tx, resolved };
              },
            },
      ),
  },
  {
    id: 'DEF-STAT-NO-FEC-STATISTICS',
    title: 'The device corrects errors and reports none',
    description: 'FEC can be set and read, and its statistics are missing.',
    origin: STATS_TESTS,
    caughtBy: 'NIC-STAT-016',
    wrap: (device) =>
      withEthtool(device, ({ getFec: sound }) =>
        sound === undefined
          ? {}
          : {
              getFec: async (port) => {
                const { configured, active } = await sound(port);
                return { configured, active };
              },
            },
      ),
  },
  {
    id: 'DEF-STAT-ALWAYS-ZERO',
    title: 'Counters that the device does not keep are reported as zero',
    description: 'The structure is cleared and reported whole. The zeros look like good news.',
    origin: STATISTICS_RST,
    caughtBy: 'NIC-STAT-018',
    wrap: queueStatistics((sound) => ({
      ...sound,
      tx: sound.tx.map((queue) => ({ ...queue, hwGsoPackets: 0, hwGsoWirePackets: 0 })),
    })),
  },
  {
    id: 'DEF-STAT-PRIVATE-REPEATS',
    title: 'Standard counters are repeated among the private ones',
    description: 'The driver lists its whole structure as private strings, with another idea of some members.',
    origin: STATISTICS_RST,
    caughtBy: 'NIC-STAT-019',
    wrap: (device) =>
      withEthtool(device, ({ privateStatistics: sound }) =>
        sound === undefined ? {} : { privateStatistics: async (port) => [['rx_packets', 0], ...(await sound(port))] },
      ),
  },
  {
    id: 'DEF-STAT-PRIVATE-BY-QUEUE',
    title: 'The list of private counters follows the number of queues',
    description: 'Counters of each queue are in the list. Between names and values, the list may become another.',
    origin: STATISTICS_RST,
    caughtBy: 'NIC-STAT-020',
    wrap: (device) =>
      withEthtool(device, ({ privateStatistics: sound, getChannels }) =>
        sound === undefined
          ? {}
          : {
              privateStatistics: async (port) => {
                const queues = (await getChannels?.(port))?.combined ?? 0;
                const each = Array.from({ length: queues }, (_, queue) => [`rx_queue_${queue}_refills`, 0] as const);
                return [...(await sound(port)), ...each];
              },
            },
      ),
  },
  {
    id: 'DEF-STAT-MAC-BROADCAST',
    title: 'Broadcast counts as multicast in the MAC group',
    description: 'The MAC looks at the group bit alone, and IEEE 802.3 does not.',
    origin: PRACTICE,
    caughtBy: 'NIC-STAT-021',
    wrap: standardStatistics((sound) => ({
      ...sound,
      ethMac: {
        ...sound.ethMac,
        MulticastFramesReceivedOK:
          (sound.ethMac['MulticastFramesReceivedOK'] ?? 0) + (sound.ethMac['BroadcastFramesReceivedOK'] ?? 0),
      },
    })),
  },
  {
    id: 'DEF-STAT-RMON-WITHOUT-FCS',
    title: 'Size buckets leave out the check sequence',
    description: 'Every edge is moved by four bytes.',
    origin: {
      title: 'The kernel tests devices for it: tools/testing/selftests/drivers/net/hw/ethtool_rmon.sh',
      url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/tools/testing/selftests/drivers/net/hw/ethtool_rmon.sh',
    },
    caughtBy: 'NIC-STAT-022',
    nic: (parts) => ({ ...parts, rmonBucket: (length) => RMON_BUCKETS.findIndex(([, high]) => length <= high) }),
  },
  {
    id: 'DEF-STAT-BROADCAST-AS-MULTICAST',
    title: 'Broadcast is counted as multicast',
    description: 'The driver looks at the group bit of the destination alone.',
    origin: LINK_STATS,
    caughtBy: 'NIC-STAT-023',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        statistics: async (port) => {
          const statistics = await sound.statistics(port);
          const standard = await device.ethtool.standardStatistics?.(port);
          return {
            ...statistics,
            multicast: statistics.multicast + (standard?.ethMac['BroadcastFramesReceivedOK'] ?? 0),
          };
        },
      })),
  },
  {
    id: 'DEF-STAT-REFUSAL-WITHOUT-ATTRIBUTE',
    title: 'A refusal of queue statistics does not say what was wrong',
    description: 'The error is right, and does not point to the attribute that caused it.',
    origin: STATS_TESTS,
    caughtBy: 'NIC-STAT-026',
    kernel: (parts) => ({
      ...parts,
      netlink: {
        ...parts.netlink,
        acknowledgement: (request, portId, result) => {
          if (result.ok) return parts.netlink.acknowledgement(request, portId, result);
          return parts.netlink.acknowledgement(request, portId, { ok: false, errno: result.errno });
        },
      },
    }),
  },
  {
    id: 'DEF-STAT-NARROW-EMPTY',
    title: 'The 32-bit statistics are empty',
    description: 'IFLA_STATS is there for old tools, and every member of it is zero.',
    origin: { title: 'Known from driver practice' },
    caughtBy: 'NIC-STAT-027',
    kernel: (parts) => ({ ...parts, narrowCounter: () => 0 }),
  },
];
