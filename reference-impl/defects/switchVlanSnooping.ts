/** Seeded defects of snooping in each VLAN apart. */
import type { BridgeContext, PortContext } from '../kernel/bridge/multicast/multicastState.js';
import type { VlanSnoopingCheck } from '../kernel/bridge/multicast/vlanSnoopingParts.js';
import type { VlanOptionCheck } from '../kernel/bridge/vlanOptionParts.js';
import type { Defect } from './defect.js';
import { kernelSource } from './origins.js';
import { vlanOptions, vlanSnooping } from './replacedParts.js';

const MCAST = kernelSource('What a context of a VLAN decides', 'net/bridge/br_multicast.c');
const MDB = kernelSource('Checks that came one by one', 'net/bridge/br_mdb.c');
const OPTIONS = kernelSource('Checks and announcements of options', 'net/bridge/br_vlan_options.c');
const TESTS = kernelSource(
  'The selftest of snooping by VLAN',
  'tools/testing/selftests/net/forwarding/bridge_vlan_mcast.sh',
);

const takes = (...checks: readonly VlanSnoopingCheck[]): ReturnType<typeof vlanSnooping> =>
  vlanSnooping({ refuses: (check) => !checks.includes(check) });
const takesOption = (...checks: readonly VlanOptionCheck[]): ReturnType<typeof vlanOptions> =>
  vlanOptions({ refuses: (check) => !checks.includes(check) });

const asks = ({ querier, families }: BridgeContext): boolean => querier || families.ipv4.otherQuerier.isPending;

const anyQuerier = (context: BridgeContext): BridgeContext =>
  [...context.bridge.globalVlans.values()].map(({ multicast }) => multicast).find(asks) ?? context;

const anyRouter = (context: PortContext): PortContext =>
  [...context.port.vlans.members.values()].find(({ multicast }) => multicast?.families.ipv4.isRouter === true)
    ?.multicast ?? context;

export const switchVlanSnoopingDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-VSNOOP-WITHOUT-VLANS',
    title: 'Snooping by VLAN in a bridge that does not filter VLANs',
    description: 'The option is kept for later.',
    origin: MCAST,
    caughtBy: 'SW-VSNOOP-001',
    kernel: takes('without-filtering'),
  },
  {
    id: 'DEF-SW-VSNOOP-OUTLIVES-FILTERING',
    title: 'Snooping by VLAN outlives the filtering of VLANs',
    description: 'Two options that hang together are switched one by one.',
    origin: MCAST,
    caughtBy: 'SW-VSNOOP-001',
    kernel: vlanSnooping({ endsWithFiltering: false }),
  },
  {
    id: 'DEF-SW-VSNOOP-ANYBODYS-QUERIER',
    title: 'A querier of one VLAN counts for all',
    description: 'Whether there is a querier is kept once, for the bridge.',
    origin: TESTS,
    caughtBy: 'SW-VSNOOP-002',
    kernel: vlanSnooping({ querierOf: anyQuerier }),
  },
  {
    id: 'DEF-SW-VSNOOP-NO-TAG',
    title: 'Questions of a VLAN are sent without its tag',
    description: 'The query is made below the part that tags frames.',
    origin: TESTS,
    caughtBy: 'SW-VSNOOP-003',
    kernel: vlanSnooping({ tagsQueries: false }),
  },
  {
    id: 'DEF-SW-VSNOOP-STAYS-ON',
    title: 'Snooping in one VLAN cannot be switched off',
    description: 'The flag of the bridge is asked, and not that of the VLAN.',
    origin: TESTS,
    caughtBy: 'SW-VSNOOP-004',
    kernel: vlanSnooping({ follows: () => true }),
  },
  {
    id: 'DEF-SW-VSNOOP-HOST-STAYS',
    title: 'The bridge itself goes on to ask in a VLAN that is not snooped in any more',
    description: 'Ports are switched off in the VLAN, and the bridge, which is in it too, is not.',
    origin: MCAST,
    caughtBy: 'SW-VSNOOP-004',
    kernel: vlanSnooping({ hostFollows: false }),
  },
  {
    id: 'DEF-SW-VSNOOP-OFF-IS-DARK',
    title: 'Groups of a VLAN that is not snooped in go to nobody',
    description: 'Nobody is in a group of which no report was read, and nobody gets it.',
    origin: MCAST,
    caughtBy: 'SW-VSNOOP-004',
    kernel: vlanSnooping({ floodsWhenOff: false }),
  },
  {
    id: 'DEF-SW-VSNOOP-ONE-INTERVAL',
    title: 'Members of every VLAN stay as long',
    description: 'The interval of the VLAN is kept and told, and the timer is set by that of the bridge.',
    origin: TESTS,
    caughtBy: 'SW-VSNOOP-005',
    kernel: vlanSnooping({ stored: (name, value) => (name.endsWith('MEMBERSHIP_INTVL') ? 26_000 : value) }),
  },
  {
    id: 'DEF-SW-VSNOOP-ANY-VERSION',
    title: 'A version that IGMP does not have is accepted',
    description: 'The value is stored as it comes.',
    origin: MCAST,
    caughtBy: 'SW-VSNOOP-006',
    kernel: takesOption('old-version'),
  },
  {
    id: 'DEF-SW-VSNOOP-OF-PORT',
    title: 'Global options are taken for a port',
    description: 'The bridge of the port is meant, and nobody says so.',
    origin: OPTIONS,
    caughtBy: 'SW-VSNOOP-006',
    kernel: takesOption('of-port'),
  },
  {
    id: 'DEF-SW-VSNOOP-OF-NO-VLAN',
    title: 'Global options without a VLAN are accepted',
    description: 'What is missing is passed over, and the answer is yes.',
    origin: OPTIONS,
    caughtBy: 'SW-VSNOOP-006',
    kernel: takesOption('no-global-vlan'),
  },
  {
    id: 'DEF-SW-VSNOOP-DELETED-OPTION',
    title: 'Global options that are to be deleted are set',
    description: 'RTM_DELVLAN takes the way of RTM_NEWVLAN.',
    origin: OPTIONS,
    caughtBy: 'SW-VSNOOP-006',
    kernel: takesOption('deleted'),
  },
  {
    id: 'DEF-SW-VSNOOP-ROUTER-OF-ALL',
    title: 'A router port of one VLAN is one of all',
    description: 'The list of router ports is that of the bridge.',
    origin: TESTS,
    caughtBy: 'SW-VSNOOP-007',
    kernel: vlanSnooping({ routerOf: anyRouter }),
  },
  {
    id: 'DEF-SW-VSNOOP-NO-LIMIT',
    title: 'A port is in as many groups of a VLAN as it likes',
    description: 'The limit of the port is asked, and not that of the port in the VLAN.',
    origin: MCAST,
    caughtBy: 'SW-VSNOOP-008',
    kernel: vlanSnooping({ limits: () => false }),
  },
  {
    id: 'DEF-SW-VSNOOP-COUNTS-PORT',
    title: 'The groups of the whole port are told of each VLAN',
    description: 'The counter is that of the port.',
    origin: MCAST,
    caughtBy: 'SW-VSNOOP-008',
    kernel: vlanSnooping({ toldGroups: ({ port }) => port.multicast.groupCount }),
  },
  {
    id: 'DEF-SW-VSNOOP-LIMIT-OF-BRIDGE',
    title: 'A limit of the bridge itself is accepted',
    description: 'The value has no place to go to, and the answer is yes.',
    origin: OPTIONS,
    caughtBy: 'SW-VSNOOP-008',
    kernel: takes('limit-of-bridge'),
  },
  {
    id: 'DEF-SW-VSNOOP-LIMIT-WHEN-OFF',
    title: 'A limit is accepted where nothing is counted',
    description: 'The value is kept, and nobody asks for it.',
    origin: OPTIONS,
    caughtBy: 'SW-VSNOOP-008',
    kernel: takes('limit-when-off'),
  },
  {
    id: 'DEF-SW-VSNOOP-KEEPS-MEMBERS',
    title: 'Members of VLANs stay when the bridge snoops as a whole again',
    description: 'The contexts are switched, and the table is not looked at.',
    origin: MCAST,
    caughtBy: 'SW-VSNOOP-009',
    kernel: vlanSnooping({ forgetsMembers: false }),
  },
  {
    id: 'DEF-SW-VSNOOP-GROUP-OF-NO-VLAN',
    title: 'A group by hand is accepted in a VLAN that nobody is in',
    description: 'The number of the VLAN is a number, and nobody looks for the VLAN.',
    origin: MDB,
    caughtBy: 'SW-VSNOOP-010',
    kernel: takes('unknown-vlan'),
  },
  {
    id: 'DEF-SW-VSNOOP-GROUP-WHEN-OFF',
    title: 'A group by hand is accepted in a VLAN that is not snooped in',
    description: 'The entry is in the table, and no frame goes by it.',
    origin: MDB,
    caughtBy: 'SW-VSNOOP-010',
    kernel: takes('vlan-off'),
  },
  {
    id: 'DEF-SW-VSNOOP-SILENT',
    title: 'A change of global options is not announced',
    description: 'Who listens hears of VLANs of ports alone.',
    origin: OPTIONS,
    caughtBy: 'SW-VSNOOP-011',
    kernel: vlanOptions({ announces: (what) => what !== 'global' }),
  },
];
