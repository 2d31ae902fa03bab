import type { DevlinkPipelineOps } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { accepts, chip, core, driver, rewords, row } from './devlinkDefect.js';
import { DPIPE, PRACTICE } from './origins.js';

const pipeline = (change: (sound: DevlinkPipelineOps) => Partial<DevlinkPipelineOps>): NonNullable<Defect['wrap']> =>
  driver((ops) => (ops.pipeline === undefined ? {} : { pipeline: { ...ops.pipeline, ...change(ops.pipeline) } }));

/** Devices whose pipeline is shown wrong in one way. */
export const devlinkPipelineDefects: readonly Defect[] = [
  {
    ...row(
      'PIPE-FIELD-TWICE',
      'DL-PIPE-001',
      'All fields of a header are the first',
      'The number of a field is left zero.',
    ),
    origin: PRACTICE,
    wrap: pipeline(({ headers }) => ({
      headers: headers.map((header) => ({ ...header, fields: header.fields.map((field) => ({ ...field, id: 0 })) })),
    })),
  },
  {
    ...row(
      'PIPE-HEADER-UNTOLD',
      'DL-PIPE-002',
      'A header of a table is not among the headers',
      'The list has those of the kernel alone.',
    ),
    origin: PRACTICE,
    wrap: pipeline(({ headers }) => ({ headers: headers.filter(({ isGlobal }) => isGlobal) })),
  },
  {
    ...row(
      'PIPE-NO-NET-DEVICE',
      'DL-PIPE-003',
      'A port of an entry is a number of the hardware',
      'The mapping is not valid.',
    ),
    origin: DPIPE,
    kernel: core({ mapsPorts: false }),
  },
  {
    ...row(
      'PIPE-ALWAYS-ON',
      'DL-PIPE-004',
      'Counters are told whether they are on or not',
      'The flag is not looked at.',
    ),
    origin: DPIPE,
    wrap: pipeline(({ entries }) => ({
      entries: async (table) => (await entries?.(table, true)) ?? { ok: true, value: [] },
    })),
  },
  {
    ...row('PIPE-STAYS-OFF', 'DL-PIPE-004', 'Counters cannot be switched on', 'The request is acknowledged.'),
    origin: DPIPE,
    kernel: core({ switchesCounters: false }),
  },
  {
    ...row('PIPE-COUNTS-NOTHING', 'DL-PIPE-004', 'Counters stand still', 'The counter of another table is read.'),
    origin: PRACTICE,
    wrap: pipeline(({ entries }) => ({
      entries: async (table, counts) => {
        const found = (await entries?.(table, counts)) ?? { ok: true, value: [] };
        if (!found.ok || !counts) return found;
        return { ok: true, value: found.value.map((entry) => ({ ...entry, counter: 0 })) };
      },
    })),
  },
  {
    ...row(
      'PIPE-LARGER-THAN-RESOURCE',
      'DL-PIPE-002',
      'A table is told larger than what it is in',
      'Entries of half the width are counted.',
    ),
    origin: PRACTICE,
    wrap: pipeline(({ size }) => ({ size: async (table) => 2 * (await size(table)) })),
  },
  {
    ...row('PIPE-COUNTS-ON', 'DL-PIPE-004', 'Counters go on from where they were', 'Switching on clears nothing.'),
    origin: PRACTICE,
    wrap: pipeline(() => ({ countersSet: () => undefined })),
  },
  {
    ...row('PIPE-ANY-TABLE', 'DL-PIPE-005', 'A table that there is not has no entries', 'The request is acknowledged.'),
    origin: DPIPE,
    kernel: rewords('DPIPE_TABLE_COUNTERS_SET', accepts),
  },
  {
    ...row('PIPE-FIRST-ENTRY', 'DL-PIPE-006', 'Only the first entry is shown', 'The list ends with the first message.'),
    origin: PRACTICE,
    devlink: chip({ showsEntry: (before) => before === 0 }),
  },
];
