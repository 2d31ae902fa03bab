/** Netfilter over netlink: linux/netfilter/nfnetlink.h. */
import { attributeSet, be32, type StructField } from '../schema.js';
import type { Policy } from '../validate.js';

/** struct nfgenmsg. */
export const NFGENMSG: readonly StructField[] = [
  { name: 'nfgen_family', kind: 'u8' },
  { name: 'version', kind: 'u8' },
  { name: 'res_id', kind: 'be16' },
];
export const NFNETLINK_V0 = 0;

/** The high byte of a message's type. */
export const NFNL_SUBSYS_ID = (type: number): number => (type & 0xff00) >> 8;
/** The low byte. */
export const NFNL_MSG_TYPE = (type: number): number => type & 0xff;
export const NFNL_SUBSYS_CTNETLINK = 1;
export const NFNL_SUBSYS_NFTABLES = 10;
export const NFNL_SUBSYS_COUNT = 13;

export const NFNL_MSG_BATCH_BEGIN = 16;
export const NFNL_MSG_BATCH_END = 17;

export const NFNL_BATCH = attributeSet('NFNL_BATCH', [[1, 'NFNL_BATCH_GENID', be32]]);
/** nfnl_batch_policy. */
export const NFNL_BATCH_POLICY: Policy = { set: NFNL_BATCH, accepts: { NFNL_BATCH_GENID: true } };

export const NFNLGRP_NFTABLES = 7;
export const NFNLGRP_ACCT_QUOTA = 8;
export const NFNLGRP_NFTRACE = 9;
export const NFNLGRP_MAX = NFNLGRP_NFTRACE;
