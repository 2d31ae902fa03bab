/** Devices whose regions, traps or rate nodes are wrong in one way. */
import type { DriverResult } from '../../harness/contract/index.js';
import { EEXIST, EINVAL } from '../kernel/errno.js';
import type { Defect } from './defect.js';
import {
  core,
  chip,
  driver,
  documented,
  seen,
  done,
  row,
  rewords,
  errno,
  silently,
  accepts,
  silent,
} from './devlinkDefect.js';
import { REGION_NEW } from './origins.js';

export const devlinkStateDefects: readonly Defect[] = [
  seen(row('TRAP-NOT-GENERIC', 'DL-TRAP-014', 'No trap is generic', 'The mark is forgotten in the registration.'), {
    wrap: driver(({ traps }) =>
      traps === undefined
        ? {}
        : { traps: { ...traps, traps: traps.traps.map((trap) => ({ ...trap, isGeneric: false })) } },
    ),
  }),
  seen(row('GROUP-NOT-GENERIC', 'DL-TRAP-014', 'No group is generic', 'Only traps are compared with the list.'), {
    wrap: driver(({ traps }) =>
      traps === undefined
        ? {}
        : { traps: { ...traps, groups: traps.groups.map((group) => ({ ...group, isGeneric: false })) } },
    ),
  }),
  seen(row('NO-PORT-IN-REPORTS', 'DL-TRAP-013', 'Reports tell no port', 'The driver leaves it out.'), {
    wrap: driver(({ traps }) =>
      traps === undefined
        ? {}
        : { traps: { ...traps, traps: traps.traps.map((trap) => ({ ...trap, tellsPort: false })) } },
    ),
  }),
  seen(row('CHUNKS-FROM-ZERO', 'DL-REGION-008', 'Chunks count from zero', 'Their address is the place in the part.'), {
    kernel: core({ chunkAddress: (at, start) => at - start }),
  }),
  documented(
    row('NO-SNAPSHOT-LIMIT', 'DL-REGION-005', 'Snapshots without end', 'The number of snapshots is not limited.'),
    { kernel: core({ limitsSnapshots: false }) },
  ),
  documented(
    row('SNAPSHOT-ID-TWICE', 'DL-REGION-004', 'A snapshot replaces another', 'An id that is in use is taken again.'),
    { kernel: core({ checksSnapshotId: false }) },
  ),
  seen(row('PART-TOO-LONG', 'DL-REGION-008', 'A part has a byte too many', 'The end of a read counts as inside.'), {
    kernel: core({ regionEnd: (sound) => sound + 1 }),
  }),
  documented(
    row(
      'SILENT-SNAPSHOT',
      'DL-REGION-010',
      'Snapshots are not announced',
      'One that a driver took on an error is not noticed.',
    ),
    { kernel: silent('REGION_NEW') },
  ),
  documented(
    row('SNAPSHOT-ID-LEAKS', 'DL-REGION-014', 'Ids are never free again', 'An id whose snapshot is gone is refused.'),
    { kernel: core({ freesSnapshotIds: false }) },
  ),
  {
    ...row(
      'CHOSEN-ID-LEAKS',
      'DL-REGION-015',
      'An id that the kernel chose is never free again',
      'The choice counts as a user of the id, and nobody takes that back.',
    ),
    origin: REGION_NEW,
    kernel: core({ usersByChoice: 1 }),
  },
  seen(
    row('EMPTY-SNAPSHOT', 'DL-REGION-013', 'Snapshots are empty', 'The buffer is handed over before it is filled.'),
    { devlink: chip({ snapshot: (bytes) => new Uint8Array(bytes.length) }) },
  ),
  seen(
    row('SHORT-SNAPSHOT', 'DL-REGION-007', 'A snapshot lacks its end', 'The last bytes of the region are not read.'),
    {
      devlink: chip({ snapshot: (bytes) => bytes.subarray(0, bytes.length - 16) }),
    },
  ),

  seen(
    row(
      'ACTION-NOT-SET',
      'DL-TRAP-010',
      'Actions of traps reach nobody',
      'Hardware goes on to drop what the host should be told of.',
    ),
    { devlink: chip({ actionOf: () => 'drop' }) },
  ),
  documented(
    row(
      'CHANGES-CONTROL-TRAPS',
      'DL-TRAP-003',
      'Any trap is set to drop',
      'Frames that the host needs are dropped in hardware.',
    ),
    { kernel: core({ keepsNonDropTraps: false }) },
  ),
  documented(
    row('ANY-POLICER', 'DL-TRAP-006', 'Policers have no limits', 'Rates that hardware cannot count are taken.'),
    { kernel: core({ checksPolicer: false }) },
  ),
  seen(row('DROPS-NOT-COUNTED', 'DL-TRAP-009', 'Drops are not counted', 'Hardware drops without a trace.'), {
    devlink: chip({ countsDrops: false }),
  }),
  seen(row('POLICER-IDLE', 'DL-TRAP-011', 'Policers do nothing', 'The host is told of every frame.'), {
    devlink: chip({ polices: false }),
  }),

  documented(row('SILENT-RATE', 'DL-RATE-001', 'Rate nodes come without a word', 'Nodes are not announced.'), {
    kernel: silent('RATE_NEW'),
  }),
  documented(row('NODE-TWICE', 'DL-RATE-002', 'Two nodes have one name', 'A name that is taken is not refused.'), {
    kernel: core({ checksRateNames: false }),
  }),
  documented(
    row('PARENT-GOES', 'DL-RATE-004', 'A node goes from under others', 'Those below keep a parent that is gone.'),
    { kernel: core({ guardsRateParents: false }) },
  ),
  documented(row('RATE-CIRCLE', 'DL-RATE-006', 'Nodes make a circle', 'A parent may be anybody.'), {
    kernel: core({ checksRateLoops: false }),
  }),
  seen(row('ANY-RATE', 'DL-RATE-009', 'Any rate is taken', 'What hardware cannot keep is rounded without a word.'), {
    devlink: chip({ checksRates: false }),
  }),
  seen(row('NODES-IN-LEGACY', 'DL-RATE-012', 'Nodes in the legacy mode', 'Nodes are made that nothing can be of.'), {
    wrap: driver(({ rate }) => ({ rate: { ...rate, nodeNew: () => done } })),
  }),
  seen(
    row(
      'LIMIT-FORGOTTEN',
      'DL-RATE-008',
      'A limit is refused without a reason',
      'The driver takes a limit for a share.',
    ),
    {
      wrap: driver(({ rate }) => ({
        rate: { ...rate, nodeTxMaxSet: (): DriverResult => ({ ok: false, errno: EINVAL }) },
      })),
    },
  ),
  seen(
    row(
      'NO-WORDS-FOR-REGION',
      'DL-REGION-006',
      'A region that there is not is refused without a word',
      'EINVAL comes alone.',
    ),
    {
      kernel: rewords('REGION_NEW', silently),
    },
  ),
  seen(
    row(
      'TRAP-IS-INVALID',
      'DL-TRAP-004',
      'A trap that there is not is invalid',
      'What is not registered cannot be told from what makes no sense.',
    ),
    {
      kernel: rewords('TRAP_GET', errno(EINVAL)),
    },
  ),
  seen(
    row(
      'NUMBER-AS-NAME',
      'DL-RATE-003',
      'A node is called by a number',
      'The request is acknowledged, and the node looks like a port.',
    ),
    {
      kernel: rewords('RATE_NEW', accepts),
    },
  ),
  seen(row('SELF-IS-LOOP', 'DL-RATE-005', 'Oneself as a parent is a loop', 'The errno is that of a longer circle.'), {
    kernel: rewords('RATE_SET', errno(EEXIST)),
  }),
  seen(
    row(
      'NO-PARENT-IS-INVALID',
      'DL-RATE-007',
      'A parent that there is not is invalid',
      'What is not there cannot be told from what makes no sense.',
    ),
    {
      kernel: rewords('RATE_SET', errno(EINVAL)),
    },
  ),
  seen(
    row(
      'NO-WORDS-FOR-PRIORITY',
      'DL-RATE-011',
      'It is not said what cannot be set',
      'EOPNOTSUPP comes alone, and the user does not know of which of the attributes.',
    ),
    {
      kernel: rewords('RATE_SET', silently),
    },
  ),
  seen(row('ID-NOT-TOLD', 'DL-REGION-002', 'The id of a snapshot is not told', 'Who took it cannot read it.'), {
    kernel: core({ tellsSnapshotId: false }),
  }),
  seen(row('ID-NOT-TAKEN', 'DL-REGION-003', 'The id of the user is not taken', 'The kernel chooses another.'), {
    kernel: core({ takesSnapshotId: false }),
  }),
  seen(
    row(
      'TRAP-ACTION-LOST',
      'DL-TRAP-002',
      'The action of a trap is shown as it was',
      'The driver is told, and the core forgets.',
    ),
    { kernel: core({ keepsTrapAction: false }) },
  ),
  seen(
    row(
      'HALF-A-GROUP',
      'DL-TRAP-005',
      'The action of a group misses a trap',
      'The last trap of the group is left as it was.',
    ),
    { kernel: core({ trapsOfGroup: (count) => count - 1 }) },
  ),
  seen(
    row(
      'GROUPS-UNTOLD',
      'DL-RELOAD-012',
      'Groups of traps are not announced with a reload',
      'Traps are, and name groups that nobody has heard of.',
    ),
    { kernel: core({ announcedTraps: (notices) => notices.filter(([command]) => !command.includes('GROUP')) }) },
  ),
  seen(
    row(
      'TRAPS-BEFORE-GROUPS',
      'DL-RELOAD-012',
      'Traps are announced before their groups',
      'What is new is announced in the order in which it goes.',
    ),
    { kernel: core({ announcedTraps: (notices) => [...notices].reverse() }) },
  ),
  seen(
    row('POLICER-LOST', 'DL-TRAP-007', 'A policer is shown as it was', 'The driver is told, and the core forgets.'),
    { kernel: core({ keepsPolicer: false }) },
  ),
  seen(
    row('POLICER-STAYS', 'DL-TRAP-008', 'A group cannot be without a policer', 'Policer 0 is taken for nothing to do.'),
    { kernel: core({ unbindsPolicer: false }) },
  ),
  seen(
    row(
      'HALF-A-NODE',
      'DL-RATE-010',
      'A node that could not be set stays',
      'The request is refused, and the node is there.',
    ),
    { kernel: core({ removesFailedNode: false }) },
  ),
  seen(row('PARENT-STAYS', 'DL-RATE-013', 'A parent cannot be taken away', 'An empty name is taken for no name.'), {
    kernel: core({ orphans: false }),
  }),
  seen(
    row(
      'DIRECT-READ-SHORT',
      'DL-REGION-012',
      'A direct read is too short',
      'The driver gives half of what it is asked for.',
    ),
    {
      wrap: driver(({ regions }) =>
        regions === undefined
          ? {}
          : {
              regions: {
                ...regions,
                read: async (name, offset, length) =>
                  (await regions.read?.(name, offset, length >> 1)) ?? { ok: true, value: new Uint8Array(0) },
              },
            },
      ),
    },
  ),
  seen(
    row(
      'TRAP-WITHOUT-GROUP',
      'DL-TRAP-001',
      'Traps are of a group that there is not',
      'The group is registered under another name.',
    ),
    {
      wrap: driver(({ traps }) =>
        traps === undefined
          ? {}
          : { traps: { ...traps, traps: traps.traps.map((each) => ({ ...each, group: 'none' })) } },
      ),
    },
  ),
  seen(
    row('REGION-NOT-THERE', 'DL-REGION-001', 'The region is not registered', 'The driver takes snapshots of nothing.'),
    {
      wrap: driver(({ regions }) => (regions === undefined ? {} : { regions: { ...regions, list: [] } })),
    },
  ),
  seen(
    row('SNAPSHOT-STAYS', 'DL-REGION-009', 'A deleted snapshot stays', 'It is announced as gone, and can be read.'),
    {
      kernel: core({ deletesSnapshot: false }),
    },
  ),
  seen(
    row('READS-WHATEVER', 'DL-REGION-011', 'A read of nobody knows what is served', 'The memory is read as it is now.'),
    {
      kernel: core({ asksForSnapshot: false }),
    },
  ),
];
