/** Rules that choose the table of a route: linux/fib_rules.h. */
import { attributeSet, text, u32, u8, type StructField } from '../schema.js';
import type { Policy } from '../validate.js';

/** struct fib_rule_hdr. */
export const FIB_RULE_HDR: readonly StructField[] = [
  { name: 'family', kind: 'u8' },
  { name: 'dst_len', kind: 'u8' },
  { name: 'src_len', kind: 'u8' },
  { name: 'tos', kind: 'u8' },
  { name: 'table', kind: 'u8' },
  { name: 'pad', kind: { pad: 2 } },
  { name: 'action', kind: 'u8' },
  { name: 'flags', kind: 'u32' },
];

/** FR_ACT_TO_TBL: look in the table. */
export const FR_ACT_TO_TBL = 1;

export const FIB_RULE = attributeSet('FRA', [
  [3, 'FRA_IIFNAME', text],
  [6, 'FRA_PRIORITY', u32],
  [10, 'FRA_FWMARK', u32],
  [14, 'FRA_SUPPRESS_PREFIXLEN', u32],
  [15, 'FRA_TABLE', u32],
  [16, 'FRA_FWMASK', u32],
  [17, 'FRA_OIFNAME', text],
  [19, 'FRA_L3MDEV', u8],
  [21, 'FRA_PROTOCOL', u8],
]);

/** fib_valid_dumprule_req(): a dump under the strict check has no attributes. */
export const FIB_RULE_DUMP_POLICY: Policy = { set: FIB_RULE, accepts: {} };
