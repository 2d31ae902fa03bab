/** Seeded defects of several spanning trees over one bridge, in the kernel and in the chip. */
import { BR_STATE_DISABLED, BR_STATE_FORWARDING } from '../kernel/bridge/bridge.js';
import type { TreeCheck } from '../kernel/bridge/mstParts.js';
import type { Defect } from './defect.js';
import { PRACTICE, kernelSource } from './origins.js';
import { mst, trees } from './replacedParts.js';

const MST = kernelSource('What is refused, and whose state counts', 'net/bridge/br_mst.c');
const MST_DRIVER = kernelSource('A driver that keeps states in a table of its own', 'drivers/net/dsa/mv88e6xxx/chip.c');
const INPUT = kernelSource('The state of the port used to be asked first', 'net/bridge/br_input.c');

const takes = (...checks: readonly TreeCheck[]): ReturnType<typeof mst> =>
  mst({ refuses: (check) => !checks.includes(check) });

export const switchTreeDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-TREE-PORT-STATE-LETS-IN',
    title: 'The chip lets frames in by the state of the port',
    description: 'The table of trees is asked where frames leave only.',
    origin: MST_DRIVER,
    caughtBy: 'SW-MST-001',
    switch: trees({ stateOnEntry: (_ofTree, ofPort) => ofPort }),
  },
  {
    id: 'DEF-SW-TREE-PORT-STATE-IN-SOFTWARE',
    title: 'The bridge lets frames in by the state of the port',
    description: 'The state of the VLAN is kept and told, and nobody looks at it where frames come in.',
    origin: INPUT,
    caughtBy: 'SW-MST-001',
    model: 'no-switchdev',
    kernel: mst({ stateOf: (vlan, port, way) => (way === 'in' ? port : vlan) }),
  },
  {
    id: 'DEF-SW-TREE-PORT-STATE-LETS-OUT',
    title: 'The chip sends by the states of the ports',
    description: 'A frame leaves at a port that is blocked in its tree.',
    origin: MST_DRIVER,
    caughtBy: 'SW-MST-002',
    switch: trees({ exits: (_ofTree, ofPorts) => ofPorts }),
  },
  {
    id: 'DEF-SW-TREE-LEARNING-SENDS',
    title: 'Frames leave where the tree is learning',
    description: 'br_vlan_state_allowed() is asked as if a frame came in.',
    origin: kernelSource('Learning is allowed on the way in alone', 'net/bridge/br_private.h'),
    caughtBy: 'SW-MST-002',
    model: 'no-switchdev',
    kernel: mst({ allows: (state, sound, way) => sound || (way === 'out' && state === 2) }),
  },
  {
    id: 'DEF-SW-TREE-LISTENING-LEARNS',
    title: 'A port that is listening in the tree learns',
    description: 'The states are numbered as those of another chip, one apart.',
    origin: PRACTICE,
    caughtBy: 'SW-MST-003',
    model: 'no-switchdev',
    kernel: mst({ stateOf: (vlan, _port, way) => (way === 'in' && vlan === 1 ? 2 : vlan) }),
  },
  {
    id: 'DEF-SW-TREE-ONE-FOR-ALL',
    title: 'All VLANs with a tree of their own are in one',
    description: 'The chip has two trees, and the driver puts every VLAN that is not in the first into the second.',
    origin: MST_DRIVER,
    caughtBy: 'SW-MST-004',
    switch: trees({ treeOfVlan: (msti) => (msti === 0 ? 0 : 1) }),
  },
  {
    id: 'DEF-SW-TREE-STATE-OF-ALL',
    title: 'A state is set in all trees of the port',
    description: 'The number of the tree is read, and the VLANs are not compared with it.',
    origin: MST,
    caughtBy: 'SW-MST-004',
    model: 'no-switchdev',
    kernel: mst({ isOfTree: (msti, meant) => (msti === 0) === (meant === 0) }),
  },
  {
    id: 'DEF-SW-TREE-ZERO-STANDS-STILL',
    title: 'VLANs of no tree of their own do not follow the port',
    description: 'br_set_state() changes the port, and forgets the VLANs that have no tree.',
    origin: kernelSource('A state of the port is one of tree 0', 'net/bridge/br_stp.c'),
    caughtBy: 'SW-MST-005',
    kernel: mst({ portLeadsTreeZero: false }),
  },
  {
    id: 'DEF-SW-TREE-STARTS-FORWARDING',
    title: 'A VLAN forwards in a tree that is new to the port',
    description: 'Where no state is known the safe one is taken to be the one that works.',
    origin: MST,
    caughtBy: 'SW-MST-006',
    kernel: mst({ stateInTree: (known) => known ?? BR_STATE_FORWARDING }),
  },
  {
    id: 'DEF-SW-TREE-KEEPS-OLD-STATE',
    title: 'A VLAN that comes to a tree is disabled, whatever the others are',
    description: 'The state is initialised, and not taken from the VLANs that are there.',
    origin: MST,
    caughtBy: 'SW-MST-006',
    model: 'no-switchdev',
    kernel: mst({ stateInTree: () => BR_STATE_DISABLED }),
  },
  {
    id: 'DEF-SW-TREE-MODE-ANY-TIME',
    title: 'The mode changes while VLANs are in use',
    description: 'Nobody looks whether ports are in VLANs.',
    origin: MST,
    caughtBy: 'SW-MST-007',
    kernel: takes('vlans-exist'),
  },
  {
    id: 'DEF-SW-TREE-HALF-ENTRY',
    title: 'An entry without a tree is accepted',
    description: 'What is missing is passed over, and the answer is yes.',
    origin: MST,
    caughtBy: 'SW-MST-008',
    kernel: takes('no-tree'),
  },
  {
    id: 'DEF-SW-TREE-NO-STATE',
    title: 'An entry without a state is accepted',
    description: 'What is missing is passed over, and the answer is yes.',
    origin: MST,
    caughtBy: 'SW-MST-008',
    kernel: takes('no-state'),
  },
  {
    id: 'DEF-SW-TREE-NO-ENTRY',
    title: 'A request that names no tree is accepted',
    description: 'The loop over the entries has nothing to do, and nobody counts.',
    origin: MST,
    caughtBy: 'SW-MST-008',
    kernel: takes('no-entry'),
  },
  {
    id: 'DEF-SW-TREE-OF-BRIDGE',
    title: 'The bridge itself takes a state in a tree',
    description: 'The request is accepted for a device that is no port.',
    origin: kernelSource('Checks that came one by one', 'net/bridge/br_netlink.c'),
    caughtBy: 'SW-MST-008',
    kernel: takes('bridge'),
  },
  {
    id: 'DEF-SW-TREE-DELETED',
    title: 'A state that is to be deleted is set',
    description: 'RTM_DELLINK takes the way of RTM_SETLINK.',
    origin: kernelSource('Checks that came one by one', 'net/bridge/br_netlink.c'),
    caughtBy: 'SW-MST-008',
    kernel: takes('delete'),
  },
  {
    id: 'DEF-SW-TREE-ZERO-NOT-TOLD',
    title: 'The tree of everybody else is not told',
    description: 'Only VLANs with a tree of their own are looked at.',
    origin: MST,
    caughtBy: 'SW-MST-009',
    kernel: mst({ told: (all) => new Map([...all].filter(([msti]) => msti !== 0)) }),
  },
  {
    id: 'DEF-SW-TREE-NUMBER-OF-BYTE',
    title: 'The tree of a VLAN is kept in a byte',
    description: 'A number of sixteen bits is cut off on its way to the table.',
    origin: PRACTICE,
    caughtBy: 'SW-MST-010',
    kernel: mst({ storedTree: (msti) => msti & 0xff }),
  },
  {
    id: 'DEF-SW-TREE-REMEMBERS-VLAN',
    title: 'A VLAN that nobody is in keeps its tree in the chip',
    description: 'The entry of the VLAN is cleared when the last port leaves, and its tree is in another table.',
    origin: MST_DRIVER,
    caughtBy: 'SW-MST-011',
    switch: trees({ forgetsVlans: false }),
  },
  {
    id: 'DEF-SW-TREE-WITHOUT-MODE',
    title: 'A state in a tree is accepted in a bridge with one',
    description: 'The state is kept for later, and nobody obeys it.',
    origin: MST,
    caughtBy: 'SW-MST-012',
    kernel: takes('mode-off'),
  },
];
