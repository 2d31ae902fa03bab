/** Shared buffers, line cards and pipelines of a device that has none: what net/devlink/{sb,linecard,dpipe}.c answer then. */
import { EINVAL, ENODEV, EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import { handleValues } from './instance.js';
import { missingOf, type DevlinkHandler, type DevlinkOperation, type DevlinkOperations } from './operations.js';

/** devlink_sb_get_from_info(), devlink_linecard_get_from_info(): no index is EINVAL, one of nothing ENODEV. */
const byIndex =
  (attribute: string): DevlinkHandler =>
  ({ values }) =>
    refusal(values[`DEVLINK_ATTR_${attribute}`] === undefined ? EINVAL : ENODEV);
const ofBuffer: DevlinkHandler = byIndex('SB_INDEX');
const buffer: DevlinkOperation = { doit: ofBuffer, dump: () => [] };

export const absentObjectOperations: DevlinkOperations = {
  SB_GET: buffer,
  SB_POOL_GET: buffer,
  SB_POOL_SET: { doit: ofBuffer },
  SB_PORT_POOL_GET: buffer,
  SB_PORT_POOL_SET: { doit: ofBuffer },
  SB_TC_POOL_BIND_GET: buffer,
  SB_TC_POOL_BIND_SET: { doit: ofBuffer },
  SB_OCC_SNAPSHOT: { doit: ofBuffer },
  SB_OCC_MAX_CLEAR: { doit: ofBuffer },
  LINECARD_GET: { doit: byIndex('LINECARD_INDEX'), dump: () => [] },
  LINECARD_SET: { doit: byIndex('LINECARD_INDEX') },
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
