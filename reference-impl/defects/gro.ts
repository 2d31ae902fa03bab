import type { RxFrame, RxQueueStatistics } from '../../harness/contract/index.js';
import type { KernelParts } from '../kernel/parts.js';
import { GRO_RULES, type GroRules } from '../packet/aggregate.js';
import { IPPROTO_TCP, TCP_FLAG_FIN, TCP_FLAG_RST, TCP_FLAG_SYN, TCP_FLAG_URG } from '../packet/protocols.js';
import type { Defect } from './defect.js';
import { withHost, withNetDevice } from './wrapDevice.js';

const GRO_TESTS = {
  title: 'The kernel tests devices for it: tools/testing/selftests/net/lib/gro.c',
  url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/tools/testing/selftests/net/lib/gro.c',
} as const;
const GRO_HW_TESTS = {
  title: 'The kernel tests devices for it: tools/testing/selftests/drivers/net/hw/gro_hw.py',
  url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/tools/testing/selftests/drivers/net/hw/gro_hw.py',
} as const;
const FIX_FEATURES = {
  title: 'net/core/dev.c, netdev_fix_features: the rule is there because devices offer the combination',
  url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/net/core/dev.c',
} as const;
const PRACTICE = { title: 'Driver practice' } as const;

const groRules =
  (change: Partial<GroRules>): NonNullable<Defect['nic']> =>
  (parts) => ({ ...parts, groRules: { ...parts.groRules, ...change } });

const withoutRule =
  (id: string) =>
  (parts: KernelParts): KernelParts => ({
    ...parts,
    featureRules: parts.featureRules.filter((rule) => rule.id !== id),
  });

/** The queue statistics of the receive queues as `change` makes them. */
const rxStatistics =
  (change: (queue: RxQueueStatistics) => RxQueueStatistics): NonNullable<Defect['wrap']> =>
  (device) =>
    withNetDevice(device, (sound) => ({
      queueStatistics: async (port) => {
        const statistics = (await sound.queueStatistics?.(port)) ?? { rx: [], tx: [] };
        return { ...statistics, rx: statistics.rx.map(change) };
      },
    }));

/** Hands an aggregate over only behind the next frame. */
const lateAggregates: NonNullable<Defect['wrap']> = (device) => {
  const held: RxFrame[] = [];
  const late = withHost(device, (kernel) => ({
    receive: (port, frames) => {
      const single = frames.filter(({ aggregate }) => aggregate === undefined);
      kernel.receive(port, [...single, ...(single.length > 0 ? held.splice(0) : [])]);
      held.push(...frames.filter(({ aggregate }) => aggregate !== undefined));
      if (held.length > 1) kernel.receive(port, held.splice(0).reverse());
    },
  }));
  return late;
};

export const groDefects: readonly Defect[] = [
  {
    id: 'DEF-GRO-IDENTIFICATION-LOST',
    title: 'Segments are merged whatever their IPv4 identification',
    description:
      'The device does not look at the identification of packets that may be fragmented. Taken apart, they have others.',
    origin: GRO_TESTS,
    caughtBy: 'NIC-GRO-001',
    nic: groRules({ identification: () => true }),
  },
  {
    id: 'DEF-GRO-HW-UNVERIFIED',
    title: 'Hardware aggregation goes on without receive checksums',
    description: 'rx-checksum is off, and the device goes on merging what nobody has verified.',
    origin: FIX_FEATURES,
    caughtBy: 'NIC-GRO-002',
    kernel: withoutRule('gro-hw-needs-rx-checksum'),
  },
  {
    id: 'DEF-GRO-MERGES-DAMAGED',
    title: 'Segments with a bad checksum are merged',
    description: 'The aggregate gets a new checksum, and the damage inside is declared good.',
    origin: {
      title: 'FreeBSD D31155: LRO merged frames whose checksum was bad',
      url: 'https://reviews.freebsd.org/D31155',
    },
    caughtBy: 'NIC-GRO-003',
    nic: groRules({ eligible: (flow) => GRO_RULES.eligible(flow, true) }),
  },
  {
    id: 'DEF-GRO-TOS-IGNORED',
    title: 'Segments are merged whatever their type of service',
    description: 'A congestion mark on a later segment is lost, because the header of the first stands for all.',
    origin: GRO_TESTS,
    caughtBy: 'NIC-GRO-004',
    nic: groRules({ sameNetworkFields: () => true }),
  },
  {
    id: 'DEF-GRO-ACKNOWLEDGEMENT-IGNORED',
    title: 'Segments are merged whatever they acknowledge',
    description: 'The acknowledgement of later segments is lost, and their receiver sends again what had arrived.',
    origin: GRO_TESTS,
    caughtBy: 'NIC-GRO-004',
    nic: groRules({ sameAcknowledgement: () => true }),
  },
  {
    id: 'DEF-GRO-TIMESTAMP-IGNORED',
    title: 'Segments are merged whatever their TCP options',
    description: 'The timestamps of later segments are lost, and round-trip times with them.',
    origin: GRO_TESTS,
    caughtBy: 'NIC-GRO-004',
    nic: groRules({ sameOptions: () => true }),
  },
  {
    id: 'DEF-GRO-MERGES-RST',
    title: 'Segments with SYN, RST or URG are merged',
    description: 'The device takes every flag for one that may be in the middle of a run; the flag is swallowed.',
    origin: GRO_TESTS,
    caughtBy: 'NIC-GRO-005',
    nic: groRules({ flags: () => true, ends: (_, length, gsoSize) => length < gsoSize }),
  },
  {
    id: 'DEF-GRO-PSH-GOES-ON',
    title: 'PSH does not end a run',
    description:
      'What follows a pushed segment is merged behind it; the push moves to the end of the aggregate, and waits for it.',
    origin: GRO_TESTS,
    caughtBy: 'NIC-GRO-005',
    nic: groRules({
      ends: (flags, length, gsoSize) =>
        length < gsoSize || (flags & (TCP_FLAG_FIN | TCP_FLAG_RST | TCP_FLAG_SYN | TCP_FLAG_URG)) !== 0,
    }),
  },
  {
    id: 'DEF-GRO-LONGER-SEGMENT',
    title: 'A segment longer than the first is merged',
    description: 'The aggregate has one segment size, and is cut elsewhere than it was put together.',
    origin: GRO_TESTS,
    caughtBy: 'NIC-GRO-006',
    nic: groRules({ size: (_, length) => length > 0 }),
  },
  {
    id: 'DEF-GRO-SHORT-GOES-ON',
    title: 'A shorter segment does not end a run',
    description: 'What follows a short segment is merged behind it, and is cut elsewhere than it was put together.',
    origin: GRO_TESTS,
    caughtBy: 'NIC-GRO-006',
    nic: groRules({ ends: (flags, length) => GRO_RULES.ends(flags, length, 0) || length === 0 }),
  },
  {
    id: 'DEF-GRO-MERGES-IP-OPTIONS',
    title: 'Packets with IP options, and fragments, are merged',
    description: 'The options of the first packet are copied to all, and fragments lose their offset.',
    origin: GRO_TESTS,
    caughtBy: 'NIC-GRO-007',
    nic: groRules({
      eligible: (flow, verified) =>
        (verified || flow.isFragment) && flow.protocol === IPPROTO_TCP && flow.payloadOffset >= 0,
    }),
  },
  {
    id: 'DEF-GRO-LENGTH-WRAPS',
    title: 'An aggregate grows beyond 64 KiB',
    description: 'The length in the IP header has 16 bits; the aggregate has more bytes than it says.',
    origin: GRO_TESTS,
    caughtBy: 'NIC-GRO-008',
    nic: groRules({ limits: () => true }),
  },
  {
    id: 'DEF-GRO-COUNTS-SINGLE-FRAMES',
    title: 'Every frame is counted as hardware GRO',
    description: 'The counter is increased on the path that merged and single frames share.',
    origin: GRO_HW_TESTS,
    caughtBy: 'NIC-GRO-010',
    wrap: rxStatistics((queue) => ({ ...queue, hwGroPackets: queue.packets, hwGroWirePackets: queue.packets })),
  },
  {
    id: 'DEF-GRO-WIRE-PACKETS',
    title: 'Wire packets of hardware GRO are counted by aggregate',
    description: 'Both counters of hardware GRO tell the same, and merging seems to save nothing.',
    origin: GRO_HW_TESTS,
    caughtBy: 'NIC-GRO-011',
    wrap: rxStatistics((queue) => ({ ...queue, hwGroWirePackets: queue.hwGroPackets ?? 0 })),
  },
  {
    id: 'DEF-GRO-LATE-AGGREGATE',
    title: 'An aggregate is handed over behind the frame that ended it',
    description:
      'The completion of a single frame passes that of the aggregate before it, and the flow arrives out of order.',
    origin: GRO_HW_TESTS,
    caughtBy: 'NIC-GRO-012',
    wrap: lateAggregates,
  },
  {
    id: 'DEF-GRO-HELD-FOR-A-SECOND',
    title: 'A held segment waits for a second',
    description: 'The timer of the aggregator counts in units of its own; the end of every request hangs.',
    origin: PRACTICE,
    caughtBy: 'NIC-GRO-013',
    nic: (parts) => ({ ...parts, flushAfter: () => 1_000_000_000 }),
  },
  {
    id: 'DEF-GRO-WITH-LRO',
    title: 'Hardware GRO and LRO are on together',
    description: 'Nothing keeps the two apart, and what can be taken apart is not told from what cannot.',
    origin: FIX_FEATURES,
    caughtBy: 'NIC-GRO-014',
    kernel: withoutRule('gro-hw-excludes-lro'),
  },
  {
    id: 'DEF-GRO-WITH-FCS',
    title: 'Frames are merged while their check sequence is kept',
    description: 'The check sequences of merged frames lie in the middle of the payload, or are gone.',
    origin: FIX_FEATURES,
    caughtBy: 'NIC-GRO-015',
    kernel: withoutRule('no-aggregation-with-fcs'),
  },
  {
    id: 'DEF-LRO-COUNTED-AS-GRO',
    title: 'LRO is counted as hardware GRO',
    description: 'One engine does both, and its counter is reported for both.',
    origin: {
      title: 'Documentation/netlink/specs/netdev.yaml says that LRO is not counted, because drivers did',
      url: 'https://docs.kernel.org/netlink/specs/netdev.html',
    },
    caughtBy: 'NIC-GRO-017',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        queueStatistics: async (port) => {
          const statistics = (await sound.queueStatistics?.(port)) ?? { rx: [], tx: [] };
          const counters = new Map((await device.ethtool.privateStatistics?.(port)) ?? []);
          const lro = counters.get('rx_lro_aggregates') ?? 0;
          const [first, ...others] = statistics.rx;
          if (first === undefined) return statistics;
          return { ...statistics, rx: [{ ...first, hwGroPackets: (first.hwGroPackets ?? 0) + lro }, ...others] };
        },
      })),
  },
  {
    id: 'DEF-GRO-CANNOT-BE-SWITCHED-OFF',
    title: 'The device merges although it is switched off',
    description:
      'The driver programs the aggregation when it is switched on, and forgets it when anything else is switched.',
    origin: PRACTICE,
    caughtBy: 'NIC-GRO-018',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        setFeatures: (port, features) => sound.setFeatures(port, [...features, 'rx-gro-hw']),
      })),
  },
  {
    id: 'DEF-GRO-NEVER-MERGES',
    title: 'Hardware aggregation is on and merges nothing',
    description: 'The feature is offered and accepted; the engine behind it was never started.',
    origin: PRACTICE,
    caughtBy: 'NIC-GRO-019',
    nic: groRules({ eligible: () => false }),
  },
  {
    id: 'DEF-GRO-ACROSS-TAGS',
    title: 'Segments of different VLANs are merged',
    description:
      'The device compares addresses and ports, and takes the tag off before. Traffic of one VLAN arrives in another.',
    origin: PRACTICE,
    caughtBy: 'NIC-GRO-020',
    nic: (parts) => ({ ...parts, mergesAcrossTags: true }),
  },
];
