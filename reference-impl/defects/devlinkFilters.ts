import type { Defect } from './defect.js';
import { core, row } from './devlinkDefect.js';
import { DEVLINK_NETLINK } from './origins.js';

/** Announcements that go to who did not want them, or not to who did. */
export const devlinkFilterDefects: readonly Defect[] = [
  {
    ...row(
      'NTF-ALL',
      'DL-NTF-001',
      'A filter is taken and not kept',
      'The request is acknowledged, and everybody hears of everything.',
    ),
    origin: DEVLINK_NETLINK,
    kernel: core({ takesNotifyFilter: false }),
  },
  {
    ...row(
      'NTF-PORTS-ALONE',
      'DL-NTF-002',
      'Who filters by a port hears of ports alone',
      "What is no port's has no index, and is taken for another.",
    ),
    origin: DEVLINK_NETLINK,
    kernel: core({ portIsMeant: (wanted, port) => wanted === undefined || wanted === port }),
  },
  {
    ...row('NTF-ANY-PORT', 'DL-NTF-002', 'Any port is meant', 'The index of the port is left out of the comparison.'),
    origin: DEVLINK_NETLINK,
    kernel: core({ portIsMeant: () => true }),
  },
  {
    ...row(
      'NTF-STAYS',
      'DL-NTF-003',
      'A filter cannot be removed',
      'A filter with nothing in it is not attached, and the one before stays.',
    ),
    origin: DEVLINK_NETLINK,
    kernel: core({ emptyFilterRemoves: false }),
  },
];
