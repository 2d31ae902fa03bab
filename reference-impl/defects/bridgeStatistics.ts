/** Seeded defects of what a bridge counts. */
import type { Defect } from './defect.js';
import { BRIDGE_MULTICAST, BRIDGE_NETLINK, BRIDGE_VLAN, PRACTICE } from './origins.js';
import { multicast } from './replacedParts.js';

export const bridgeStatisticsDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-MESSAGES-NOT-COUNTED-IN',
    title: 'Messages that come in do not count',
    description: 'The counter is behind the path that snooping takes.',
    origin: BRIDGE_MULTICAST,
    caughtBy: 'SW-STAT-001',
    kernel: multicast({ counts: (direction) => direction === 'tx' }),
  },
  {
    id: 'DEF-SW-MESSAGES-NOT-COUNTED-OUT',
    title: 'Messages that leave do not count',
    description: 'Only what comes in is looked at.',
    origin: BRIDGE_MULTICAST,
    caughtBy: 'SW-STAT-002',
    kernel: multicast({ counts: (direction) => direction === 'rx' }),
  },
  {
    id: 'DEF-SW-COUNTS-MESSAGES-ALWAYS',
    title: 'Messages count though nobody asked',
    description: 'The switch is shown and not looked at.',
    origin: BRIDGE_MULTICAST,
    caughtBy: 'SW-STAT-003',
    kernel: multicast({ countsWhenOff: true }),
  },
  {
    id: 'DEF-SW-ERRORS-NOT-COUNTED',
    title: 'Broken messages are dropped without a trace',
    description: 'There is no counter for them.',
    origin: BRIDGE_MULTICAST,
    caughtBy: 'SW-STAT-004',
    kernel: multicast({ countsErrors: false }),
  },
  {
    id: 'DEF-SW-VLAN-BYTES-WITH-HEADER',
    title: 'The bytes of a VLAN include the header of Ethernet',
    description: 'The length is taken where the frame lies whole.',
    origin: PRACTICE,
    caughtBy: 'SW-STAT-005',
    kernel: multicast({ vlanCountsHeader: true }),
  },
  {
    id: 'DEF-SW-COUNTS-VLANS-ALWAYS',
    title: 'VLANs are counted though nobody asked',
    description: 'The switch is shown and not looked at.',
    origin: BRIDGE_VLAN,
    caughtBy: 'SW-STAT-006',
    kernel: multicast({ vlanCountsWhenOff: true }),
  },
  {
    id: 'DEF-SW-PORTS-COUNT-TOGETHER',
    title: 'Ports share the counters of a VLAN though they are not to',
    description: 'One counter for each VLAN is made with the bridge.',
    origin: BRIDGE_VLAN,
    caughtBy: 'SW-STAT-007',
    kernel: multicast({ vlanCountsPerPort: () => false }),
  },
  {
    id: 'DEF-SW-COUNTERS-CHANGE-HANDS',
    title: 'Whose counters they are can be changed at any time',
    description: 'The setting is accepted while VLANs count.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'SW-STAT-008',
    kernel: multicast({ keepsVlanCounters: false }),
  },
];
