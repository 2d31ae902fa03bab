/** Devices whose health reporters are wrong in one way. */
import { ENODEV } from '../kernel/errno.js';
import type { Defect } from './defect.js';
import { core, chip, driver, documented, seen, row, rewords, errno, accepts, silent } from './devlinkDefect.js';

export const devlinkHealthDefects: readonly Defect[] = [
  seen(
    row(
      'DUMP-SECONDS',
      'DL-HEALTH-017',
      'The milliseconds of a dump are seconds',
      'The time is divided once too often.',
    ),
    { kernel: core({ dumpMilliseconds: (at) => at / 1_000_000_000n }) },
  ),
  seen(
    row('RECOVERY-NOT-COUNTED', 'DL-HEALTH-005', 'Recoveries are not counted', 'Monitoring sees errors without end.'),
    { kernel: core({ recoveriesCounted: 0 }) },
  ),
  documented(
    row('SILENT-HEALTH', 'DL-HEALTH-006', 'Errors are not announced', 'Nobody is told of errors and recoveries.'),
    { kernel: silent('HEALTH_REPORTER_RECOVER') },
  ),
  documented(row('NO-GRACE', 'DL-HEALTH-007', 'Recovery again and again', 'The grace period is not kept.'), {
    kernel: core({ isGraceful: () => false }),
  }),
  documented(row('GRACE-FOREVER', 'DL-HEALTH-008', 'One recovery only', 'The grace period never ends.'), {
    kernel: core({ isGraceful: () => true }),
  }),
  documented(
    row(
      'DUMP-OVERWRITTEN',
      'DL-HEALTH-010',
      'The last dump is kept',
      'Each error writes over the dump of the one before.',
    ),
    { kernel: core({ keepsDump: false }) },
  ),
  seen(row('DUMP-STAYS', 'DL-HEALTH-011', 'A dump cannot be cleared', 'It is there until the driver goes.'), {
    kernel: core({ clearsDump: false }),
  }),
  seen(
    row(
      'DEAD-AFTER-RECOVERY',
      'DL-HEALTH-015',
      'The device is dead behind the recovery',
      'The reporter is healthy, and no frame passes.',
    ),
    { devlink: chip({ recovers: false }) },
  ),
  seen(
    row(
      'REPORTER-OFF',
      'DL-HEALTH-001',
      'A reporter does not recover by itself',
      'The operation is there, and not named.',
    ),
    {
      wrap: driver(({ health }) =>
        health === undefined
          ? {}
          : {
              health: {
                ...health,
                reporters: health.reporters.map((each) => ({
                  ...each,
                  can: each.can.filter((what) => what !== 'recover'),
                })),
              },
            },
      ),
    },
  ),
  seen(
    row(
      'REPORTER-NOT-THERE',
      'DL-HEALTH-002',
      'A reporter that there is not is a device that there is not',
      'The errno is that of another lookup.',
    ),
    {
      kernel: rewords('HEALTH_REPORTER_GET', errno(ENODEV)),
    },
  ),
  seen(
    row(
      'RECOVERY-SET-ANYWAY',
      'DL-HEALTH-003',
      'Recovery is set where there is none',
      'The setting is acknowledged and kept nowhere.',
    ),
    {
      kernel: rewords('HEALTH_REPORTER_SET', accepts),
    },
  ),
  seen(
    row(
      'SETTINGS-LOST',
      'DL-HEALTH-004',
      'Settings of reporters are forgotten',
      'They are acknowledged, and read back as before.',
    ),
    { kernel: core({ keepsReporterSettings: false }) },
  ),
  seen(
    row(
      'RECOVERS-ANYWAY',
      'DL-HEALTH-009',
      'Recovery cannot be switched off',
      'A device is recovered before anybody has looked at it.',
    ),
    { kernel: core({ heedsAutoRecover: false }) },
  ),
  seen(row('DUMPS-ANYWAY', 'DL-HEALTH-012', 'Dumps cannot be switched off', 'A dump is taken of each error.'), {
    kernel: core({ heedsAutoDump: false }),
  }),
  seen(row('OPEN-NESTS', 'DL-HEALTH-013', 'Nests of messages do not end', 'Objects are begun and not ended.'), {
    kernel: core({ closesNests: false }),
  }),
  seen(
    row(
      'HEALTHY-IS-REFUSED',
      'DL-HEALTH-014',
      'A healthy reporter refuses to recover',
      'Scripts that do not look first fail.',
    ),
    { kernel: core({ recoversHealthy: false }) },
  ),
];
