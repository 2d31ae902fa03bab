/** Devices whose shared buffers are wrong in one way. */
import type { DevlinkSharedBufferOps } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { accepts, chip, core, driver, errno, rewords, row } from './devlinkDefect.js';
import { MLXSW_BUFFERS, PRACTICE, SHARED_BUFFERS } from './origins.js';

const ENODEV = 19;

const buffers = (change: (sound: DevlinkSharedBufferOps) => Partial<DevlinkSharedBufferOps>): Defect['wrap'] =>
  driver(({ sharedBuffers }) =>
    sharedBuffers === undefined ? {} : { sharedBuffers: { ...sharedBuffers, ...change(sharedBuffers) } },
  );

export const devlinkBuffersDefects: readonly Defect[] = [
  {
    ...row('SB-INVALID', 'DL-SB-001', 'Without a buffer there is none', 'What is missing is told as not there.'),
    origin: SHARED_BUFFERS,
    kernel: rewords('SB_POOL_GET', errno(ENODEV)),
  },
  {
    ...row(
      'SB-POOL-MORE',
      'DL-SB-002',
      'A buffer tells a pool more than it has',
      'The count is that of the last pool.',
    ),
    origin: PRACTICE,
    wrap: buffers(({ poolGet }) => ({
      poolGet: async (buffer, pool) => {
        const found = await poolGet?.(buffer, pool);
        if (found?.ok !== true) return found ?? { ok: false, errno: ENODEV as never };
        return { ok: true, value: { ...found.value, type: pool <= 4 ? 'ingress' : 'egress' } };
      },
    })),
  },
  {
    ...row('SB-ANY-POOL', 'DL-SB-009', 'Any number is a class', 'The driver is asked for what there is not.'),
    origin: SHARED_BUFFERS,
    kernel: core({ checksPools: false }),
  },
  {
    ...row('SB-NO-POOL', 'DL-SB-003', 'A pool that there is not is answered', 'The request is acknowledged.'),
    origin: SHARED_BUFFERS,
    kernel: rewords('SB_PORT_POOL_GET', accepts),
  },
  {
    ...row('SB-KIND-STAYS', 'DL-SB-004', 'The kind of threshold stays', 'Only the size is written.'),
    origin: PRACTICE,
    devlink: chip({ keepsThresholdType: false }),
  },
  {
    ...row('SB-KIND-GUESSED', 'DL-SB-005', 'Without a kind the threshold is static', 'What is missing is zero.'),
    origin: SHARED_BUFFERS,
    kernel: core({ needsThresholdType: false }),
  },
  {
    ...row('SB-TOO-LARGE', 'DL-SB-006', 'A pool may be larger than the buffer', 'The size is not compared.'),
    origin: MLXSW_BUFFERS,
    devlink: chip({ checksBufferSize: false }),
  },
  {
    ...row(
      'SB-ALL-PORTS',
      'DL-SB-007',
      'The threshold of a port is that of all',
      'The port is left out of the address.',
    ),
    origin: PRACTICE,
    wrap: buffers(({ portPoolGet, portPoolSet }) => ({
      portPoolGet: (_port, buffer, pool) => portPoolGet?.(0, buffer, pool) ?? { ok: false, errno: ENODEV as never },
      portPoolSet: (_port, buffer, pool, threshold) =>
        portPoolSet?.(0, buffer, pool, threshold) ?? { ok: false, errno: ENODEV as never },
    })),
  },
  {
    ...row(
      'SB-BOTH-DIRECTIONS',
      'DL-SB-008',
      'Classes of both directions are one',
      'The direction is left out of the address.',
    ),
    origin: PRACTICE,
    wrap: buffers(({ classGet }) => ({
      classGet: async (of) => {
        const other = await classGet?.({ ...of, type: of.type === 'ingress' ? 'egress' : 'ingress' });
        const own = await classGet?.(of);
        if (own?.ok !== true || other?.ok !== true) return own ?? { ok: false, errno: ENODEV as never };
        return { ok: true, value: { ...own.value, threshold: Math.max(own.value.threshold, other.value.threshold) } };
      },
    })),
  },
  {
    ...row('SB-ANY-DIRECTION', 'DL-SB-010', 'A class is bound to any pool', 'The directions are not compared.'),
    origin: MLXSW_BUFFERS,
    devlink: chip({ checksDirection: false }),
  },
  {
    ...row('SB-ANY-THRESHOLD', 'DL-SB-011', 'Any threshold is taken', 'A size is written as an exponent.'),
    origin: MLXSW_BUFFERS,
    devlink: chip({ checksThresholds: false }),
  },
  {
    ...row(
      'SB-NEXT-POOL',
      'DL-SB-012',
      'Thresholds are kept for the next pool',
      'Pools count from one in the register.',
    ),
    origin: PRACTICE,
    devlink: chip({ thresholdPlace: (port, pool) => `${port}/${pool === 0 ? 0 : pool + 1}` }),
  },
  {
    ...row(
      'SB-ONE-COUNT',
      'DL-SB-013',
      'Classes of both directions are counted as those of ingress',
      'One number is looked at for both.',
    ),
    origin: SHARED_BUFFERS,
    kernel: core({ classCount: (_isIngress, ingress) => ingress }),
  },
  {
    ...row(
      'SB-NOW-FOR-MOST',
      'DL-SB-014',
      'Present and highest occupancy are exchanged',
      'Two numbers of the same register are read in the wrong order.',
    ),
    origin: MLXSW_BUFFERS,
    kernel: core({ occupancyTold: (now, most) => [most, now] }),
  },
  {
    ...row(
      'SB-BYTES-FOR-CELLS',
      'DL-SB-014',
      'Occupancy is counted in bytes of frames',
      'What a frame takes is not rounded up to cells.',
    ),
    origin: MLXSW_BUFFERS,
    devlink: chip({ cellsTaken: (length) => length }),
  },
  {
    ...row('SB-LIVE', 'DL-SB-015', 'Occupancy is read when it is asked for', 'The snapshot takes nothing.'),
    origin: MLXSW_BUFFERS,
    devlink: chip({ readsSnapshot: false }),
  },
  {
    ...row(
      'SB-MOST-FOR-EVER',
      'DL-SB-015',
      'A maximum is never cleared',
      'The bit that clears is not set in the query.',
    ),
    origin: MLXSW_BUFFERS,
    devlink: chip({ clearsPeak: false }),
  },
];
