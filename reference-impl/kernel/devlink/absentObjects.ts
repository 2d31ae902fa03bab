/** Line cards and pipelines of a device that has none: what net/devlink/linecard.c and dpipe.c answer then. */
import { EINVAL, ENODEV, EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import { handleValues } from './instance.js';
import { missingOf, type DevlinkHandler, type DevlinkOperations } from './operations.js';

/** devlink_linecard_get_from_info(): no index is EINVAL, one of nothing ENODEV. */
const lineCard: DevlinkHandler = ({ values }) =>
  refusal(values['DEVLINK_ATTR_LINECARD_INDEX'] === undefined ? EINVAL : ENODEV);

export const absentObjectOperations: DevlinkOperations = {
  LINECARD_GET: { doit: lineCard, dump: () => [] },
  LINECARD_SET: { doit: lineCard },
  DPIPE_TABLE_GET: {
    doit: ({ instance, values }) =>
      values['DEVLINK_ATTR_DPIPE_TABLE_NAME'] === undefined
        ? {
            ok: true,
            replies: [
              {
                command: 'DPIPE_TABLE_GET',
                values: { ...handleValues(instance), DEVLINK_ATTR_DPIPE_TABLES: new Uint8Array(0) },
              },
            ],
            ends: true,
          }
        : refusal(EINVAL),
  },
  DPIPE_ENTRIES_GET: { doit: (asked) => missingOf(asked, 'DPIPE_TABLE_NAME') ?? refusal(EINVAL) },
  DPIPE_HEADERS_GET: { doit: () => refusal(EOPNOTSUPP) },
  DPIPE_TABLE_COUNTERS_SET: {
    doit: (asked) => missingOf(asked, 'DPIPE_TABLE_NAME', 'DPIPE_TABLE_COUNTERS_ENABLED') ?? refusal(EINVAL),
  },
};
