/** Aggregates that balance what they receive, and tell their neighbours something else. */
import { CONFORMING_ALB, type AlbParts } from '../kernel/bond/albParts.js';
import { CONFORMING_BOND, type BondParts } from '../kernel/bond/bondParts.js';
import type { Defect } from './defect.js';
import { BONDING_HOWTO, PRACTICE, kernelSource } from './origins.js';
import { bond } from './replacedParts.js';

const BOND_ALB = kernelSource('Who receives what, and who is told', 'drivers/net/bonding/bond_alb.c');

const alb = (change: Partial<AlbParts>): NonNullable<Defect['kernel']> =>
  bond({ alb: { ...CONFORMING_ALB, ...change } });

const tlb = (change: Partial<BondParts['tlb']>): NonNullable<Defect['kernel']> =>
  bond({ tlb: { ...CONFORMING_BOND.tlb, ...change } });

const isGroup = (bytes: Uint8Array): boolean => ((bytes[0] ?? 0) & 1) !== 0;
const IPPROTO_IGMP = 2;

export const switchBalanceReceiveDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-ALB-ACTIVE-RECEIVES',
    title: 'All neighbours are given to the active member',
    description: 'What is sent is spread, and what is received is as in balance-tlb.',
    origin: BONDING_HOWTO,
    caughtBy: 'SW-ALB-001',
    kernel: alb({ channel: (_next, active) => active }),
  },
  {
    id: 'DEF-SW-ALB-NAMES-AGGREGATE',
    title: 'An answer names the station of the aggregate wherever it leaves',
    description: 'The frame is from the member, and the message in it is as ARP made it.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-001',
    kernel: alb({ namesMember: false }),
  },
  {
    id: 'DEF-SW-ALB-QUESTIONS-AT-ACTIVE',
    title: 'The neighbours that the host finds stay with the active member',
    description: 'Only the answers of the host give a member.',
    origin: PRACTICE,
    caughtBy: 'SW-ALB-002',
    kernel: alb({ balancesQuestions: false }),
  },
  {
    id: 'DEF-SW-ALB-IGNORES-ANSWERS',
    title: 'The answer to a question of the host is not looked at',
    description: 'The place in the table waits for a station for ever.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-003',
    kernel: alb({ learns: false }),
  },
  {
    id: 'DEF-SW-ALB-TELLS-ONCE',
    title: 'A neighbour is told by one answer',
    description: 'Nobody answers an answer, and one that is lost is lost.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-003',
    kernel: alb({ tellsAnew: () => 1 }),
  },
  {
    id: 'DEF-SW-ALB-QUESTION-COLLAPSES',
    title: 'After a question of the host all neighbours send to the active member',
    description: 'Who heard the question is not told anew.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-004',
    kernel: alb({ correctsQuestions: false }),
  },
  {
    id: 'DEF-SW-ALB-TELLS-AT-ONCE',
    title: 'What undoes a question is said together with it',
    description: 'A neighbour that hears the question last keeps the station of the aggregate.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-004',
    kernel: alb({ delay: 0 }),
  },
  {
    id: 'DEF-SW-ALB-ONLY-ACTIVE-RECEIVES',
    title: 'Members that are not the active one receive nothing',
    description: 'The rule of balance-tlb holds for what is for one station too.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-005',
    kernel: alb({ receives: false }),
  },
  {
    id: 'DEF-SW-ALB-HARDWARE-KEEPS-AGGREGATE',
    title: 'The hardware of a member receives for the aggregate alone',
    description: 'The net device is told its station, and the driver is not, as is enough for balance-tlb.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-005',
    kernel: alb({ programs: false }),
  },
  {
    id: 'DEF-SW-ALB-STATION-OF-OTHERS',
    title: 'What was sent to the station of a member is taken for somebody else’s',
    description: 'Whether a packet is for the host is asked of the aggregate once more.',
    origin: PRACTICE,
    caughtBy: 'SW-ALB-006',
    kernel: bond({ keepsPacketType: false }),
  },
  {
    id: 'DEF-SW-ALB-GROUPS-AT-ACTIVE',
    title: 'Packets to groups all leave at the active member',
    description: 'The group bit is looked at, as in balance-tlb.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-007',
    kernel: alb({ spreads: (sound, bytes) => sound && !isGroup(bytes) }),
  },
  {
    id: 'DEF-SW-ALB-SPREADS-REPORTS',
    title: 'Reports of groups are spread',
    description: 'The switch sends the group to a member that does not receive groups.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-008',
    kernel: alb({ spreads: (sound, bytes) => sound || bytes[23] === IPPROTO_IGMP }),
  },
  {
    id: 'DEF-SW-ALB-FORGETS-NEIGHBOURS',
    title: 'The neighbours of a member that lost its link are told nothing',
    description: 'They send to it until they ask again.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-009',
    kernel: alb({ movesClients: false }),
  },
  {
    id: 'DEF-SW-ALB-NOBODY-STANDS-IN',
    title: 'What is sent to a lost member meanwhile is lost',
    description: 'The switch goes on to know the station at the dead port.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-009',
    kernel: alb({ standsIn: false }),
  },
  {
    id: 'DEF-SW-ALB-STANDS-IN-FOR-EVER',
    title: 'The active member receives every frame from then on',
    description: 'Nobody counts the time.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-009',
    kernel: alb({ standsInFor: () => Number.MAX_SAFE_INTEGER }),
  },
  {
    id: 'DEF-SW-ALB-SWAPS-IN-SILENCE',
    title: 'Neighbours do not hear that stations were swapped',
    description: 'Each sends to the other member, which the table does not know.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-010',
    kernel: alb({ tellsOfStations: false }),
  },
  {
    id: 'DEF-SW-ALB-NEWCOMER-IDLE',
    title: 'A new member receives nothing until neighbours ask again',
    description: 'What was given away is not given anew.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-011',
    kernel: alb({ rebalances: false }),
  },
  {
    id: 'DEF-SW-ALB-ALL-FOLLOW',
    title: 'All members get the new address of the aggregate',
    description: 'As in every other mode.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-012',
    kernel: alb({ movesActiveOnly: false }),
  },
  {
    id: 'DEF-SW-ALB-TELLS-UNTAGGED',
    title: 'Neighbours of a VLAN are told without its tag',
    description: 'The answers are made below the VLAN device.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-013',
    kernel: alb({ tags: false }),
  },
  {
    id: 'DEF-SW-ALB-VLAN-LIVES-ON',
    title: 'Neighbours of a VLAN that is gone are told',
    description: 'The table outlives the net device.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-013',
    kernel: alb({ forgetsVlans: false }),
  },
  {
    id: 'DEF-SW-ALB-CLAIMS-LOST-ADDRESS',
    title: 'An address that moved to another machine is still claimed',
    description: 'Only answers are looked at, and only for stations of neighbours.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-014',
    kernel: alb({ purges: false }),
  },
  {
    id: 'DEF-SW-ALB-SPEAKS-FOR-OTHERS',
    title: 'The answers of those behind a bridge name a member',
    description: 'Every answer that passes is taken for the host’s own.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-015',
    kernel: alb({ sparesForwarded: () => true }),
  },
  {
    id: 'DEF-SW-ALB-SPEAKS-FOR-BRIDGE',
    title: 'The answers for an address of a bridge name a member',
    description: 'The bridge has the station of the aggregate, and that is enough.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-015',
    kernel: alb({ sparesBridges: false }),
  },
  {
    id: 'DEF-SW-ALB-BRIDGE-SEES-MEMBERS',
    title: 'A bridge gets frames to stations of members as they are',
    description: 'It does not know them, and floods.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-016',
    kernel: alb({ readdresses: false }),
  },
  {
    id: 'DEF-SW-ALB-DROPS-OUT',
    title: 'A neighbour whose place is taken is forgotten',
    description: 'It is never told that its member is gone.',
    origin: BOND_ALB,
    caughtBy: 'SW-ALB-017',
    kernel: alb({ movesBack: false }),
  },
  {
    id: 'DEF-SW-ALB-KEEPS-HASHING',
    title: 'The mode spreads by whatever was set for another one',
    description: 'The setting is not touched by a change of the mode.',
    origin: kernelSource('What a mode sets', 'drivers/net/bonding/bond_options.c'),
    caughtBy: 'SW-ALB-018',
    kernel: alb({ spreadsByLoad: false }),
  },
  {
    id: 'DEF-SW-TLB-KEEPS-BORROWED',
    title: 'A member keeps the station of one that left',
    description: 'The port takes its station along, and it is at two ports.',
    origin: BOND_ALB,
    caughtBy: 'SW-TLB-008',
    kernel: tlb({ givesBack: false }),
  },
  {
    id: 'DEF-SW-TLB-TAKES-TWIN',
    title: 'Two members with one station are taken',
    description: 'There is none to give it, and it keeps its own.',
    origin: BOND_ALB,
    caughtBy: 'SW-TLB-009',
    kernel: tlb({ refusesTwins: false }),
  },
];
