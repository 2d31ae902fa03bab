/** What goes wrong in tools that change single VLANs, trees and switches of bridges. */
import type { Defect } from './defect.js';
import { nettool, tells } from './nettoolDefect.js';
import { BRIDGE_NETLINK, PRACTICE } from './origins.js';

export const nettoolBridgeDefects: readonly Defect[] = [
  {
    id: 'DEF-NT-VLAN-STATE-OFF-BY-ONE',
    title: 'The state of a VLAN is the one before',
    description: 'States are counted from listening on, as an old table has them.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'NT-BRV-001',
    nettool: tells('bridge-vlan-options', 'state', (state) => (state === 'blocking' ? 'forwarding' : state)),
  },
  {
    id: 'DEF-NT-VLAN-FIRST-ROW',
    title: 'Options go to the VLAN of the port that is listed first',
    description: 'The row that was found is not the row that is written.',
    origin: PRACTICE,
    caughtBy: 'NT-BRV-001',
    nettool: tells('bridge-vlan-options', 'vid', () => 1),
  },
  {
    id: 'DEF-NT-VLAN-INTERVAL-IN-SECONDS',
    title: 'An interval of a VLAN goes out in seconds',
    description: 'The kernel takes hundredths.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'NT-BRV-002',
    nettool: tells('bridge-vlan-global', 'mcast-query-interval', (value) => Math.floor(Number(value) / 100)),
  },
  {
    id: 'DEF-NT-TREE-MIXED',
    title: 'A state is set in the tree before',
    description: 'Trees are counted from 1, and their numbers from 0.',
    origin: PRACTICE,
    caughtBy: 'NT-BRV-003',
    nettool: tells('bridge-tree', 'tree', (tree) => Number(tree) - 1),
  },
  {
    id: 'DEF-NT-TUNNEL-IS-VLAN',
    title: 'A VLAN is mapped to the tunnel of its own number',
    description: 'The number of the tunnel is not filled in by itself.',
    origin: PRACTICE,
    caughtBy: 'NT-BRV-004',
    nettool: tells('bridge-vlan-tunnel', 'tunnel', () => 10),
  },
  {
    id: 'DEF-NT-SWITCHES-WHOLE-MASK',
    title: 'One switch of a bridge is written with the mask of all',
    description: 'The others go off with it.',
    origin: BRIDGE_NETLINK,
    caughtBy: 'NT-BRV-005',
    nettool: nettool({ boolopts: (asked) => ({ ...asked, optmask: 7 }) }),
  },
  {
    id: 'DEF-NT-WATCHES-FIRST-SUBJECT',
    title: 'Behind the announcement of a link only the link is read again',
    description: 'What else the message may be about, of a bridge, an aggregate or a VLAN, is not looked at.',
    origin: PRACTICE,
    caughtBy: 'NT-WAT-003',
    nettool: nettool({ readAgain: (subjects) => subjects.slice(0, 1) }),
  },
];
