/** Settings of aggregates that are lost, unchecked, or have no effect. */
import type { BondSettings } from '../kernel/bond/bond.js';
import { CONFORMING_BOND, type BondParts } from '../kernel/bond/bondParts.js';
import { CONFORMING_LACP, type LacpParts } from '../kernel/bond/lacpParts.js';
import type { Defect } from './defect.js';
import { BONDING, BONDING_HOWTO, BOND_OPTIONS, LACP, PRACTICE, kernelSource } from './origins.js';
import { bond } from './replacedParts.js';

/** The setting is taken, and stays what it was. */
const forgets = (setting: keyof BondSettings, initial: number): NonNullable<Defect['kernel']> =>
  bond({ stores: (name, value) => (name === setting ? initial : value) });

const lacp = (change: Partial<LacpParts>): NonNullable<Defect['kernel']> =>
  bond({ lacp: { ...CONFORMING_LACP, ...change } });

const BOND_ALB = kernelSource('Who sends from which station', 'drivers/net/bonding/bond_alb.c');

const tlb = (change: Partial<BondParts['tlb']>): NonNullable<Defect['kernel']> =>
  bond({ tlb: { ...CONFORMING_BOND.tlb, ...change } });

export const switchAggregationOptionDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-LAGOPT-FORGETS-MISSED-MAX',
    title: 'How many answers may be missing is taken and forgotten',
    description: 'The attribute has a place in the policy, and none in the code that changes links.',
    origin: BOND_OPTIONS,
    caughtBy: 'SW-LAGOPT-001',
    kernel: forgets('missedMax', 2),
  },
  {
    id: 'DEF-SW-LAGOPT-TAKES-ZERO',
    title: 'Bounds are not looked at',
    description: 'A least value is data that nobody reads.',
    origin: BOND_OPTIONS,
    caughtBy: 'SW-LAGOPT-002',
    kernel: bond({ checksRange: false }),
  },
  {
    id: 'DEF-SW-LAGOPT-ANY-MODE',
    title: 'A setting is taken in any mode',
    description: 'Scripts for another mode seem to work.',
    origin: BOND_OPTIONS,
    caughtBy: 'SW-LAGOPT-003',
    kernel: bond({ checksModes: false }),
  },
  {
    id: 'DEF-SW-LAGOPT-CHANGES-UNDER-WAY',
    title: 'Keys change while LACP runs',
    description: 'Whether the aggregate is up is not looked at.',
    origin: BOND_OPTIONS,
    caughtBy: 'SW-LAGOPT-004',
    kernel: bond({ checksDependencies: false }),
  },
  {
    id: 'DEF-SW-LAGOPT-TWO-MONITORS',
    title: 'Links are watched by ARP and MII at once',
    description: 'The interval of one does not end the other.',
    origin: BONDING_HOWTO,
    caughtBy: 'SW-LAGOPT-005',
    kernel: bond({ oneMonitor: false }),
  },
  {
    id: 'DEF-SW-LAGOPT-TARGETS-ADD-UP',
    title: 'A list of targets is added to the one before',
    description: 'No target is ever taken back.',
    origin: BOND_OPTIONS,
    caughtBy: 'SW-LAGOPT-006',
    kernel: bond({ replacesTargets: false }),
  },
  {
    id: 'DEF-SW-LAGOPT-ANY-TARGET',
    title: 'Any target is taken',
    description: 'Also one from which no answer can come, and one that is there.',
    origin: BOND_OPTIONS,
    caughtBy: 'SW-LAGOPT-007',
    kernel: bond({ checksTargets: false }),
  },
  {
    id: 'DEF-SW-LAGOPT-SYSTEM-OF-GROUP',
    title: 'The system for LACP may be a group',
    description: 'Only the length is looked at.',
    origin: BOND_OPTIONS,
    caughtBy: 'SW-LAGOPT-008',
    kernel: bond({ checksSystem: false }),
  },
  {
    id: 'DEF-SW-LAGOPT-DEFAULT-PRIORITY',
    title: 'LACP says the priority of before',
    description: 'The setting is kept and told, and the ports are not.',
    origin: BONDING,
    caughtBy: 'SW-LAGOPT-009',
    kernel: lacp({ actor: (actor) => ({ ...actor, systemPriority: 0xffff }) }),
  },
  {
    id: 'DEF-SW-LAGOPT-KEY-OF-LINK',
    title: "The user's part of the key is not said",
    description: 'The key is that of the speed alone.',
    origin: BONDING,
    caughtBy: 'SW-LAGOPT-009',
    kernel: lacp({ actor: (actor) => ({ ...actor, key: actor.key & 0x3f }) }),
  },
  {
    id: 'DEF-SW-LAGOPT-DELAY-WITHOUT-MONITOR',
    title: 'A delay is taken without a monitor that counts it',
    description: 'It is divided by an interval of 0.',
    origin: BOND_OPTIONS,
    caughtBy: 'SW-LAGOPT-010',
    kernel: bond({ delaysNeedMonitor: false }),
  },
  {
    id: 'DEF-SW-LAGOPT-QUEUE-OF-TWO',
    title: 'Two members get one queue',
    description: 'Nobody looks at the others.',
    origin: PRACTICE,
    caughtBy: 'SW-LAGOPT-011',
    kernel: bond({ checksQueues: false }),
  },
  {
    id: 'DEF-SW-LAGOPT-MEMBERS-ALIKE',
    title: 'Members always get the address of the aggregate',
    description: 'The policy is told as it was set, and every mode is treated like the first one.',
    origin: BONDING_HOWTO,
    caughtBy: 'SW-LAGOPT-012',
    kernel: bond({ addressPolicy: () => 0 }),
  },
  {
    id: 'DEF-SW-LAGOPT-KEEPS-FIRST-ADDRESS',
    title: 'The members swap addresses where the aggregate should take one',
    description: 'Both policies are one to the driver, and a port whose address cannot be changed fails.',
    origin: BONDING,
    caughtBy: 'SW-LAGOPT-012',
    kernel: bond({ addressPolicy: (policy) => (policy === 1 ? 2 : policy) }),
  },
  {
    id: 'DEF-SW-LAGOPT-TWO-WITH-ONE-ADDRESS',
    title: 'The member that was active keeps the address of the aggregate',
    description: 'Two ports of one device have one address, for which there is one place in its table.',
    origin: BONDING,
    caughtBy: 'SW-LAGOPT-013',
    kernel: bond({ swapsAddresses: false }),
  },
  {
    id: 'DEF-SW-LAGOPT-ALWAYS-STABLE',
    title: 'The aggregator in use stays in use, whatever the user wants',
    description: 'The policy is not read where aggregators are compared.',
    origin: LACP,
    caughtBy: 'SW-LAGOPT-014',
    kernel: lacp({ select: () => 0 }),
  },
  {
    id: 'DEF-SW-LAGOPT-NEVER-STABLE',
    title: 'The widest aggregator is always taken',
    description: 'With the policy stable too a second partner takes the traffic over as it comes.',
    origin: LACP,
    caughtBy: 'SW-LAGOPT-014',
    kernel: lacp({ select: () => 1 }),
  },
  {
    id: 'DEF-SW-LAGOPT-ALWAYS-COUPLED',
    title: 'Traffic is sent before the partner receives',
    description: 'The machine with four states is the only one there is.',
    origin: LACP,
    caughtBy: 'SW-LAGOPT-015',
    kernel: lacp({ couples: () => true }),
  },
  {
    id: 'DEF-SW-LAGOPT-NEVER-COUPLED',
    title: 'A member waits for a partner that never says that it collects',
    description:
      'The machine with five states is used where the user wants the old one, and old partners get no traffic.',
    origin: LACP,
    caughtBy: 'SW-LAGOPT-015',
    kernel: lacp({ couples: () => false }),
  },
  {
    id: 'DEF-SW-TLB-SPREADS-BROADCASTS',
    title: 'Broadcasts are spread like any frame',
    description: 'The group bit is not looked at, and switches see the host at a port where it does not listen.',
    origin: BOND_ALB,
    caughtBy: 'SW-TLB-001',
    kernel: tlb({ spreads: () => true }),
  },
  {
    id: 'DEF-SW-TLB-ALL-AT-ACTIVE',
    title: 'Everything leaves at the active member',
    description: 'The mode is taken for active-backup.',
    origin: BOND_ALB,
    caughtBy: 'SW-TLB-002',
    kernel: tlb({ spreads: () => false }),
  },
  {
    id: 'DEF-SW-TLB-ONE-STATION',
    title: 'All members send from the station of the aggregate',
    description: 'The source is written where the frame is made, and not where it leaves.',
    origin: BOND_ALB,
    caughtBy: 'SW-TLB-002',
    kernel: tlb({ ownStation: false }),
  },
  {
    id: 'DEF-SW-TLB-ALL-RECEIVE',
    title: 'Every member receives for the aggregate',
    description: 'No member is a backup here, and that is taken for: none is inactive.',
    origin: BOND_ALB,
    caughtBy: 'SW-TLB-003',
    kernel: bond({ receives: () => true }),
  },
  {
    id: 'DEF-SW-TLB-FLOWS-COST-NOTHING',
    title: 'What flows cost is not counted',
    description: 'The least loaded member is the first one, for ever.',
    origin: BOND_ALB,
    caughtBy: 'SW-TLB-004',
    kernel: tlb({ load: () => 0 }),
  },
  {
    id: 'DEF-SW-TLB-TEACHES-NOBODY',
    title: 'Switches are not told of stations',
    description: 'They find out from traffic, when there is some.',
    origin: BOND_ALB,
    caughtBy: 'SW-TLB-005',
    kernel: tlb({ teaches: false }),
  },
  {
    id: 'DEF-SW-TLB-STATION-TWICE',
    title: 'The member that was active keeps the station of the aggregate',
    description: 'The new one gets it, and nothing is given in exchange.',
    origin: BOND_ALB,
    caughtBy: 'SW-TLB-006',
    kernel: tlb({ swaps: false }),
  },
  {
    id: 'DEF-SW-TLB-MEMBERS-ALIKE',
    title: 'All members have the station of the aggregate',
    description: 'A new member gets it, as in every other mode, and keeps it.',
    origin: BOND_ALB,
    caughtBy: 'SW-TLB-007',
    kernel: tlb({ station: (_own, aggregate) => aggregate }),
  },
  {
    id: 'DEF-SW-LAGOPT-TWIN',
    title: 'A port that comes back has the address of the active member',
    description: 'It brings the address that the aggregate took from it, and nobody looks.',
    origin: BONDING,
    caughtBy: 'SW-LAGOPT-013',
    kernel: bond({ avoidsTwins: false }),
  },
  {
    id: 'DEF-SW-TLB-SPREADS-NEIGHBOURS',
    title: 'Messages about neighbours are spread',
    description:
      'They are packets of IPv6 like any, and neighbours learn the station of a member that does not receive.',
    origin: BOND_ALB,
    caughtBy: 'SW-TLB-001',
    kernel: tlb({ sparesNeighbours: false }),
  },
];
