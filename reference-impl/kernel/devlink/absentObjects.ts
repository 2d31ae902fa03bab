/** Line cards of a device that has none: what net/devlink/linecard.c answers then. */
import { EINVAL, ENODEV } from '../errno.js';
import { refusal } from '../refusals.js';
import type { DevlinkHandler, DevlinkOperations } from './operations.js';

/** devlink_linecard_get_from_info(): no index is EINVAL, one of nothing ENODEV. */
const lineCard: DevlinkHandler = ({ values }) =>
  refusal(values['DEVLINK_ATTR_LINECARD_INDEX'] === undefined ? EINVAL : ENODEV);

export const absentObjectOperations: DevlinkOperations = {
  LINECARD_GET: { doit: lineCard, dump: () => [] },
  LINECARD_SET: { doit: lineCard },
};
