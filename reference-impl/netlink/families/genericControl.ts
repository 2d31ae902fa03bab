/** The controller of generic netlink, "nlctrl": linux/genetlink.h. */
import { attributeSet, binary, string, text, u16, u32 } from '../schema.js';
import type { Policy } from '../validate.js';

const OPERATION = attributeSet('CTRL_ATTR_OP', [
  [1, 'CTRL_ATTR_OP_ID', u32],
  [2, 'CTRL_ATTR_OP_FLAGS', u32],
]);
const MCAST_GROUP = attributeSet('CTRL_ATTR_MCAST_GRP', [
  [1, 'CTRL_ATTR_MCAST_GRP_NAME', text],
  [2, 'CTRL_ATTR_MCAST_GRP_ID', u32],
]);

/** @requirement NL-DISC-* */
export const CTRL = attributeSet('CTRL_ATTR', [
  [1, 'CTRL_ATTR_FAMILY_ID', u16],
  [2, 'CTRL_ATTR_FAMILY_NAME', string(15)],
  [3, 'CTRL_ATTR_VERSION', u32],
  [4, 'CTRL_ATTR_HDRSIZE', u32],
  [5, 'CTRL_ATTR_MAXATTR', u32],
  [6, 'CTRL_ATTR_OPS', { kind: 'indexed', set: () => OPERATION, unflagged: true }],
  [7, 'CTRL_ATTR_MCAST_GROUPS', { kind: 'indexed', set: () => MCAST_GROUP, unflagged: true }],
  [8, 'CTRL_ATTR_POLICY', binary],
  [9, 'CTRL_ATTR_OP_POLICY', binary],
  [10, 'CTRL_ATTR_OP', u32],
]);

export const CTRL_FAMILY_POLICY: Policy = {
  set: CTRL,
  accepts: { CTRL_ATTR_FAMILY_ID: true, CTRL_ATTR_FAMILY_NAME: true },
};

/** ctrl_policy_policy. */
export const CTRL_POLICY_POLICY: Policy = {
  set: CTRL,
  accepts: { CTRL_ATTR_FAMILY_ID: true, CTRL_ATTR_FAMILY_NAME: true, CTRL_ATTR_OP: true },
};

export const GENL_ADMIN_PERM = 1;
export const GENL_CMD_CAP_DO = 2;
export const GENL_CMD_CAP_DUMP = 4;
export const GENL_CMD_CAP_HASPOL = 8;
/** Needs CAP_NET_ADMIN in the user namespace of the network namespace. */
export const GENL_UNS_ADMIN_PERM = 0x10;
