/** Seeded defects of stations that make themselves known. */
import type { Defect } from './defect.js';
import { ADDRCONF, BONDING, BONDING_HOWTO, NDISC, PRACTICE, RTNETLINK, TEAM_CORE, kernelSource } from './origins.js';
import { peerNotices } from './replacedParts.js';

const DEVINET = kernelSource('When addresses are made known', 'net/ipv4/devinet.c');
const VLAN_DEVICES = kernelSource('What is passed on to VLAN devices', 'net/8021q/vlan.c');

export const peerNoticeDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-PEER-FIRST-ADDRESS-ALONE',
    title: 'Only the first address is made known',
    description: 'An aggregate is thought to have one address, as it was before it could have more.',
    origin: BONDING,
    caughtBy: 'SW-PEER-001',
    kernel: peerNotices({ addresses: (all) => all.slice(0, 1) }),
  },
  {
    id: 'DEF-SW-PEER-ANSWERS',
    title: 'A gratuitous ARP is an answer',
    description: 'A reply that nobody asked for is dropped by hosts that believe only what they asked for.',
    origin: DEVINET,
    caughtBy: 'SW-PEER-001',
    kernel: peerNotices({ operation: (request) => request + 1 }),
  },
  {
    id: 'DEF-SW-PEER-ASKS-FOR-NEIGHBOUR',
    title: 'A gratuitous ARP asks for another address',
    description:
      'The target is the address of the network: hosts take it for a question, and the first in the network answers.',
    origin: DEVINET,
    caughtBy: 'SW-PEER-001',
    kernel: peerNotices({ target: (own) => Uint8Array.of(...own.slice(0, 3), 0) }),
  },
  {
    id: 'DEF-SW-PEER-DOES-NOT-OVERRIDE',
    title: 'An advertisement that nobody asked for does not override',
    description: 'Neighbours keep the station that they know, and doubt it.',
    origin: NDISC,
    caughtBy: 'SW-PEER-002',
    kernel: peerNotices({ overrides: false }),
  },
  {
    id: 'DEF-SW-PEER-ONE-NOTICE',
    title: 'There is one notice, however many were asked for',
    description: 'The count is kept and told, and nobody reads it.',
    origin: BONDING_HOWTO,
    caughtBy: 'SW-PEER-003',
    kernel: peerNotices({ count: (configured) => Math.min(configured, 1) }),
  },
  {
    id: 'DEF-SW-PEER-ALWAYS-ONCE',
    title: 'A count of none is taken for one',
    description: 'Zero is thought to be a setting that is absent.',
    origin: BONDING_HOWTO,
    caughtBy: 'SW-PEER-003',
    kernel: peerNotices({ count: (configured) => Math.max(configured, 1) }),
  },
  {
    id: 'DEF-SW-PEER-IN-EACH-RUN',
    title: 'Notices follow each other in each run of the monitor',
    description: 'The delay came years after the count, and this path does not know it.',
    origin: BONDING,
    caughtBy: 'SW-PEER-004',
    kernel: peerNotices({ delay: () => 0 }),
  },
  {
    id: 'DEF-SW-PEER-NOT-IN-VLANS',
    title: 'VLAN devices say nothing',
    description: 'The event stays at the aggregate.',
    origin: VLAN_DEVICES,
    caughtBy: 'SW-PEER-005',
    kernel: peerNotices({ reachVlans: false }),
  },
  {
    id: 'DEF-SW-PEER-SILENT-MOVE',
    title: 'A new station is not made known',
    description: 'Only a device that comes up speaks.',
    origin: DEVINET,
    caughtBy: 'SW-PEER-006',
    kernel: peerNotices({ afterNewStation: false }),
  },
  {
    id: 'DEF-SW-PEER-SILENT-BIRTH',
    title: 'A new address of IPv6 is not made known',
    description: 'Advertisements are sent when the device changes, and not when its addresses do.',
    origin: ADDRCONF,
    caughtBy: 'SW-PEER-007',
    kernel: peerNotices({ afterExamination: false }),
  },
  {
    id: 'DEF-SW-PEER-SETTING-FORGOTTEN',
    title: 'The settings arp_notify and ndisc_notify are taken and forgotten',
    description: 'They are told as they were set, and nothing follows from them.',
    origin: PRACTICE,
    caughtBy: 'SW-PEER-007',
    kernel: peerNotices({ honoursSettings: false }),
  },
  {
    id: 'DEF-SW-PEER-SILENT-START',
    title: 'A bridge that comes up says nothing',
    description: 'The addresses are looked at before there are any.',
    origin: DEVINET,
    caughtBy: 'SW-PEER-008',
    kernel: peerNotices({ afterUp: false }),
  },
  {
    id: 'DEF-SW-PEER-TEAM-ONCE',
    title: 'A team makes itself known once',
    description: 'The work is not planned again while some of it is left.',
    origin: TEAM_CORE,
    caughtBy: 'SW-PEER-009',
    kernel: peerNotices({ count: (configured) => Math.min(configured, 1) }),
  },
  {
    id: 'DEF-SW-PEER-EVENT-UNTOLD',
    title: 'An announcement does not say what it is about',
    description: 'It is one of a link like any other, and a program that waits for a new active member waits on.',
    origin: RTNETLINK,
    caughtBy: 'SW-PEER-010',
    kernel: peerNotices({ toldEvent: () => undefined }),
  },
];
