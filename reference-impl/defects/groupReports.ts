/** Hosts that are in groups, and do not say so, or go on to. */
import type { JoinParts } from '../kernel/rejoins.js';
import type { Defect } from './defect.js';
import { BONDING, PRACTICE, kernelSource } from './origins.js';

const IGMP = kernelSource('What a host reports of its groups', 'net/ipv4/igmp.c');

/** Parts of how groups are joined and told again. */
const joins =
  (change: Partial<JoinParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, joins: { ...parts.joins, ...change } });

export const groupReportDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-JOIN-FLAG-ONLY',
    title: 'The flag of the address is kept, and nothing is joined',
    description: 'It is a bit among others that is told as it was set.',
    origin: PRACTICE,
    caughtBy: 'SW-JOIN-001',
    kernel: joins({ joins: false }),
  },
  {
    id: 'DEF-SW-JOIN-SAYS-ONCE',
    title: 'A group is reported once',
    description: 'A report that is lost is not repeated.',
    origin: IGMP,
    caughtBy: 'SW-JOIN-001',
    kernel: joins({ robustness: 1 }),
  },
  {
    id: 'DEF-SW-JOIN-NEVER-LEAVES',
    title: 'A group outlives its address',
    description: 'What is undone with the address is the route, and not the membership.',
    origin: IGMP,
    caughtBy: 'SW-JOIN-002',
    kernel: joins({ leaves: false }),
  },
  {
    id: 'DEF-SW-JOIN-ANY-ADDRESS',
    title: 'Any address may have the flag',
    description: 'Whether it is a group is not asked.',
    origin: IGMP,
    caughtBy: 'SW-JOIN-003',
    kernel: joins({ refusesStations: false }),
  },
  {
    id: 'DEF-SW-JOIN-DEAF',
    title: 'Queriers are not answered',
    description: 'The switch takes the group for left at the next question.',
    origin: IGMP,
    caughtBy: 'SW-JOIN-004',
    kernel: joins({ answers: false }),
  },
  {
    id: 'DEF-SW-JOIN-NEWEST-ONLY',
    title: 'A querier of IGMPv2 is answered by IGMPv3',
    description: 'It does not know the message.',
    origin: IGMP,
    caughtBy: 'SW-JOIN-004',
    kernel: joins({ followsOldQuerier: false }),
  },
  {
    id: 'DEF-SW-JOIN-SILENT-WHEN-UP',
    title: 'A net device that comes up reports nothing',
    description: 'The groups are there already.',
    origin: IGMP,
    caughtBy: 'SW-JOIN-005',
    kernel: joins({ reportsWhenUp: false }),
  },
  {
    id: 'DEF-SW-JOIN-MEMBER-MOVES-SILENTLY',
    title: 'Another member is the active one, and nobody hears of the groups',
    description: 'The setting is kept, and has no effect.',
    origin: BONDING,
    caughtBy: 'SW-JOIN-006',
    kernel: joins({ count: () => 0 }),
  },
  {
    id: 'DEF-SW-JOIN-ALL-AT-ONCE',
    title: 'Groups are told again at once, as often as they are to be',
    description: 'The switch is busy with the link just then, and loses all of them.',
    origin: BONDING,
    caughtBy: 'SW-JOIN-006',
    kernel: joins({ interval: () => 0 }),
  },
  {
    id: 'DEF-SW-JOIN-VLANS-SILENT',
    title: 'Only the bond itself tells its groups',
    description: 'VLAN devices over it do not hear of the change.',
    origin: kernelSource('What VLAN devices hear of', 'net/8021q/vlan.c'),
    caughtBy: 'SW-JOIN-007',
    kernel: joins({ reachVlans: false }),
  },
  {
    id: 'DEF-SW-JOIN-BRIDGES-SILENT',
    title: 'The groups of a bridge over the bond are not told',
    description: 'The bridge does not hear of the change.',
    origin: kernelSource('What bridges hear of', 'net/bridge/br.c'),
    caughtBy: 'SW-JOIN-007',
    kernel: joins({ reachBridges: false }),
  },
  {
    id: 'DEF-SW-JOIN-TEAM-ONCE',
    title: 'A team tells its groups once, whatever was set',
    description: 'The number of times is taken for a switch.',
    origin: kernelSource('How often a team says it', 'drivers/net/team/team_core.c'),
    caughtBy: 'SW-JOIN-008',
    kernel: joins({ count: (configured) => Math.min(1, configured) }),
  },
  {
    id: 'DEF-SW-JOIN-IPV4-ONLY',
    title: 'The groups of IPv6 are not told again',
    description: 'The setting has IGMP in its name, and is taken at its word.',
    origin: kernelSource('Groups of IPv6 after a failover', 'net/ipv6/mcast.c'),
    caughtBy: 'SW-JOIN-009',
    kernel: joins({ tellsIpv6: false }),
  },
  {
    id: 'DEF-SW-JOIN-HARDWARE-DEAF',
    title: 'A new active member does not receive the groups of the bond',
    description: 'The lists of addresses stay with the member of before.',
    origin: BONDING,
    caughtBy: 'SW-JOIN-011',
    kernel: joins({ membersReceive: false }),
  },
  {
    id: 'DEF-SW-JOIN-UNHEARD',
    title: 'Programs do not hear that groups are told again',
    description: 'The announcement of the link has no event.',
    origin: kernelSource('What links tell', 'net/core/rtnetlink.c'),
    caughtBy: 'SW-JOIN-010',
    kernel: (parts) => ({
      ...parts,
      peerNotices: { ...parts.peerNotices, toldEvent: (event) => (event === 5 ? undefined : event) },
    }),
  },
];
