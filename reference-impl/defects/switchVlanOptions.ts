/** Seeded defects of the options of VLANs. */
import type { TunnelCheck } from '../kernel/bridge/vlanTunnelParts.js';
import type { VlanOptionCheck } from '../kernel/bridge/vlanOptionParts.js';
import type { Defect } from './defect.js';
import { kernelSource } from './origins.js';
import { bridge, mst, vlanOptions, vlanTunnels } from './replacedParts.js';

const OPTIONS = kernelSource('Checks and announcements of options', 'net/bridge/br_vlan_options.c');
const VLAN = kernelSource('Checks and announcements of VLANs', 'net/bridge/br_vlan.c');

const takes = (...checks: readonly VlanOptionCheck[]): ReturnType<typeof vlanOptions> =>
  vlanOptions({ refuses: (check) => !checks.includes(check) });

const TUNNEL = kernelSource('Checks of tunnels', 'net/bridge/br_netlink_tunnel.c');

const takesTunnel = (...checks: readonly TunnelCheck[]): ReturnType<typeof vlanTunnels> =>
  vlanTunnels({ refuses: (check) => !checks.includes(check) });

export const switchVlanOptionDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-VOPT-FIRST-OF-RANGE',
    title: 'Options are set of the first VLAN of a range alone',
    description: 'The end of the range is read for membership, and forgotten for options.',
    origin: OPTIONS,
    caughtBy: 'SW-VOPT-001',
    kernel: vlanOptions({ lastOfRange: (first) => first }),
  },
  {
    id: 'DEF-SW-VOPT-ONE-RANGE',
    title: 'VLANs with different states are told as one range',
    description: 'Ranges are made of membership, and the options of the first are told of all.',
    origin: VLAN,
    caughtBy: 'SW-VOPT-001',
    kernel: vlanOptions({ tellsApart: false }),
  },
  {
    id: 'DEF-SW-VOPT-BLOCKED-SENDS',
    title: 'Frames leave where the VLAN is blocked',
    description: 'The state is looked at where frames come in, and not where they leave.',
    origin: VLAN,
    caughtBy: 'SW-VOPT-002',
    model: 'no-switchdev',
    kernel: mst({ allows: (_state, sound, way) => sound || way === 'out' }),
  },
  {
    id: 'DEF-SW-VOPT-LEARNING-FORWARDS',
    title: 'A frame goes on from a port that is learning in its VLAN',
    description: 'Learning lets frames in, and nobody asks what for.',
    origin: VLAN,
    caughtBy: 'SW-VOPT-002',
    model: 'no-switchdev',
    kernel: mst({ stateOf: (vlan, _port, way) => (way === 'in' && vlan === 2 ? 3 : vlan) }),
  },
  {
    id: 'DEF-SW-VOPT-ANY-STATE',
    title: 'A state of a VLAN that does not exist is accepted',
    description: 'The value is stored as it comes.',
    origin: OPTIONS,
    caughtBy: 'SW-VOPT-003',
    kernel: takes('state'),
  },
  {
    id: 'DEF-SW-VOPT-NO-VLAN',
    title: 'Options of a VLAN that is not there are accepted',
    description: 'A VLAN of the range that the port is not in is passed over, and the answer is yes.',
    origin: OPTIONS,
    caughtBy: 'SW-VOPT-003',
    kernel: takes('missing-vlan'),
  },
  {
    id: 'DEF-SW-VOPT-EMPTY-REQUEST',
    title: 'A request that names no VLAN is accepted',
    description: 'The loop over the entries has nothing to do, and nobody counts.',
    origin: VLAN,
    caughtBy: 'SW-VOPT-003',
    kernel: takes('no-vlan'),
  },
  {
    id: 'DEF-SW-VOPT-NO-NUMBER',
    title: 'Options of no VLAN are accepted',
    description: 'An entry without its number is passed over, and the answer is yes.',
    origin: VLAN,
    caughtBy: 'SW-VOPT-003',
    kernel: takes('no-number'),
  },
  {
    id: 'DEF-SW-VOPT-OLD-RANGE',
    title: 'A range of the old kind is taken for one VLAN',
    description: 'The flags of a range are left to whoever set them.',
    origin: VLAN,
    caughtBy: 'SW-VOPT-003',
    kernel: takes('old-range'),
  },
  {
    id: 'DEF-SW-VOPT-EMPTY-RANGE',
    title: 'A range that ends where it begins is accepted',
    description: 'The end is compared with the beginning in one of the two interfaces alone.',
    origin: VLAN,
    caughtBy: 'SW-VOPT-003',
    kernel: (parts) => bridge({ refusesRange: false })(takes('empty-range')(parts)),
  },
  {
    id: 'DEF-SW-VOPT-NOT-DELETED',
    title: 'RTM_DELVLAN deletes nothing',
    description: 'The type of the message is looked at for options alone.',
    origin: VLAN,
    caughtBy: 'SW-VOPT-004',
    kernel: vlanOptions({ deletes: false }),
  },
  {
    id: 'DEF-SW-VOPT-SILENT-STATE',
    title: 'A new state of a VLAN is not announced',
    description: 'Who listens hears of membership alone.',
    origin: OPTIONS,
    caughtBy: 'SW-VOPT-005',
    kernel: vlanOptions({ announces: (what) => what !== 'option' }),
  },
  {
    id: 'DEF-SW-VOPT-SILENT-LEAVE',
    title: 'A VLAN that leaves a port is not announced',
    description: 'The announcement is made of the VLAN that is found, and there is none any more.',
    origin: VLAN,
    caughtBy: 'SW-VOPT-005',
    kernel: vlanOptions({ announces: (_what, change) => change === 'new' }),
  },
  {
    id: 'DEF-SW-VOPT-TELLS-UNCHANGED',
    title: 'A state that is so already is announced',
    description: 'Who listens and answers by setting it never comes to rest.',
    origin: OPTIONS,
    caughtBy: 'SW-VOPT-005',
    kernel: vlanOptions({ tellsUnchanged: true }),
  },
  {
    id: 'DEF-SW-VOPT-NO-COUNTERS',
    title: 'The counters of VLANs are dumped as 0',
    description: 'The sum over the processors is made, and another one is written.',
    origin: VLAN,
    caughtBy: 'SW-VOPT-006',
    model: 'no-switchdev',
    kernel: vlanOptions({ toldCounter: () => 0 }),
  },
  {
    id: 'DEF-SW-VTUN-ONE-FOR-RANGE',
    title: 'All VLANs of a range lead to its first tunnel',
    description: 'The number of the tunnel is read once, and not counted up.',
    origin: TUNNEL,
    caughtBy: 'SW-VTUN-001',
    kernel: vlanTunnels({ tunnelOf: (first) => first }),
  },
  {
    id: 'DEF-SW-VTUN-RANGE-WITH-GAP',
    title: 'Tunnels that are not in a row are told as a range',
    description: 'VLANs are compared, and their tunnels are not.',
    origin: TUNNEL,
    caughtBy: 'SW-VTUN-001',
    kernel: vlanTunnels({ joins: () => true }),
  },
  {
    id: 'DEF-SW-VTUN-OUTLIVES-FLAG',
    title: 'Tunnels outlive the flag of their port',
    description: 'They are not told any more, and lead on when the flag comes back.',
    origin: TUNNEL,
    caughtBy: 'SW-VTUN-002',
    kernel: vlanTunnels({ goWithFlag: false }),
  },
  {
    id: 'DEF-SW-VTUN-NO-FLAG',
    title: 'A port without the flag takes tunnels',
    description: 'The tunnel is kept for later.',
    origin: TUNNEL,
    caughtBy: 'SW-VTUN-003',
    kernel: takesTunnel('flag'),
  },
  {
    id: 'DEF-SW-VTUN-NO-MEMBER',
    title: 'A tunnel is accepted in a VLAN that the port is not in',
    description: 'The tunnel has no place to go to, and the answer is yes.',
    origin: TUNNEL,
    caughtBy: 'SW-VTUN-003',
    kernel: takesTunnel('member'),
  },
  {
    id: 'DEF-SW-VTUN-TAKEN',
    title: 'A tunnel takes the place of another',
    description: 'The last word counts, and two VLANs have one tunnel.',
    origin: TUNNEL,
    caughtBy: 'SW-VTUN-003',
    kernel: takesTunnel('taken'),
  },
  {
    id: 'DEF-SW-VTUN-ANY-VID',
    title: 'A tunnel is accepted for a number that no VLAN can have',
    description: 'Twelve bits hold it.',
    origin: TUNNEL,
    caughtBy: 'SW-VTUN-003',
    kernel: takesTunnel('vid'),
  },
  {
    id: 'DEF-SW-VTUN-SHORT-RANGE',
    title: 'A range with more VLANs than tunnels is accepted',
    description: 'The ends of the VLANs are compared, and those of the tunnels are not.',
    origin: TUNNEL,
    caughtBy: 'SW-VTUN-003',
    kernel: takesTunnel('range'),
  },
  {
    id: 'DEF-SW-VTUN-NO-VID',
    title: 'A tunnel without a VLAN is accepted',
    description: 'What is missing is taken to be 0.',
    origin: TUNNEL,
    caughtBy: 'SW-VTUN-003',
    kernel: takesTunnel('incomplete'),
  },
];
