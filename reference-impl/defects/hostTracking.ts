/** What goes wrong where a bridge tells hosts behind one port apart. */
import type { Defect } from './defect.js';
import { kernelSource } from './origins.js';
import { multicast } from './replacedParts.js';

const HOST_TRACKING = kernelSource('Hosts behind a port are told apart', 'net/bridge/br_multicast_eht.c');
/** Longer than any scenario. */
const NEVER = 10n ** 15n;

export const hostTrackingDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-EHT-ONE-HOST',
    title: 'All hosts behind a port are one',
    description: 'A report is filed under the port that it came in at.',
    origin: HOST_TRACKING,
    caughtBy: 'SW-EHT-001',
    kernel: multicast({ trackedHost: () => 'somebody' }),
  },
  {
    id: 'DEF-SW-EHT-NONE',
    title: 'Reports with sources are not obeyed at once',
    description: 'Only the leave of IGMPv2 is fast: for the others a question is asked, and waited for.',
    origin: HOST_TRACKING,
    caughtBy: 'SW-EHT-002',
    kernel: multicast({ tracksHosts: false }),
  },
  {
    id: 'DEF-SW-EHT-NEVER-ENDS',
    title: 'A host that is not heard of any more is counted for good',
    description: 'Entries have no time.',
    origin: HOST_TRACKING,
    caughtBy: 'SW-EHT-003',
    kernel: multicast({ hostEnd: (end) => end + NEVER }),
  },
  {
    id: 'DEF-SW-EHT-NO-LIMIT',
    title: 'Any number of hosts is tracked',
    description: 'The limit is told, and not looked at.',
    origin: HOST_TRACKING,
    caughtBy: 'SW-EHT-004',
    kernel: multicast({ admitsHost: () => true }),
  },
];
