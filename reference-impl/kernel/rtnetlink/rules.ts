/**
 * RTM_GETRULE (net/core/fib_rules.c): the rules that this kernel follows, which are those of a kernel that nobody gave others:
 * fib_default_rules_init() of net/ipv4/fib_rules.c, and vrf_add_fib_rules() once there was a VRF.
 */
import { encodeBody } from '../../netlink/client.js';
import { AF_INET, AF_UNSPEC, RTM_DELRULE, RTM_GETRULE, RTM_NEWRULE } from '../../netlink/constants.js';
import { FIB_RULE, FIB_RULE_DUMP_POLICY, FIB_RULE_HDR, FR_ACT_TO_TBL } from '../../netlink/families/rules.js';
import { RTPROT_KERNEL, RT_TABLE_LOCAL, RT_TABLE_MAIN } from '../../netlink/families/routing.js';
import { encodeAttributes } from '../../netlink/schema.js';
import type { NetlinkBody, NetlinkOperation } from '../../netlink/server.js';
import { EOPNOTSUPP } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { refusal } from '../refusals.js';

const RT_TABLE_DEFAULT = 253;
/** No prefix is passed over. */
const SUPPRESS_NONE = 0xffff_ffff;

interface Rule {
  readonly priority: number;
  /** 0: that of the VRF which the packet belongs to. */
  readonly table: number;
}

const RULES: readonly Rule[] = [
  { priority: 0, table: RT_TABLE_LOCAL },
  { priority: 32766, table: RT_TABLE_MAIN },
  { priority: 32767, table: RT_TABLE_DEFAULT },
];
/** FIB_RULE_PREF of drivers/net/vrf.c. */
const VRF_RULE: Rule = { priority: 1000, table: 0 };

export function ruleOperations(kernel: ReferenceKernel): readonly NetlinkOperation[] {
  const hadVrf = noteVrf(kernel);
  const asked = { header: FIB_RULE_HDR, policy: FIB_RULE_DUMP_POLICY };
  const refused = (): ReturnType<typeof refusal> => refusal(EOPNOTSUPP, 'Rules of a user are not part of this kernel');
  return [AF_UNSPEC, AF_INET].flatMap((family): NetlinkOperation[] => [
    {
      ...asked,
      family,
      number: RTM_GETRULE,
      validation: 'deprecated-strict',
      dumpit: () => ({ ok: true, replies: rulesOf(hadVrf()).map(ruleMessage) }),
    },
    { ...asked, family, number: RTM_NEWRULE, validation: 'liberal', privileged: true, doit: refused },
    { ...asked, family, number: RTM_DELRULE, validation: 'liberal', privileged: true, doit: refused },
  ]);
}

/** The first VRF makes the rule, and it stays. */
function noteVrf(kernel: ReferenceKernel): () => boolean {
  let had = false;
  kernel.notifiers.push((event, { lower }) => {
    if (event === 'NETDEV_REGISTER' && lower.kind === 'vrf') had = true;
  });
  return () => had;
}

const rulesOf = (hadVrf: boolean): readonly Rule[] =>
  [...RULES, ...(hadVrf ? [VRF_RULE] : [])].sort((a, b) => a.priority - b.priority);

/** fib_nl_fill_rule(). */
function ruleMessage({ priority, table }: Rule): NetlinkBody {
  const header = { family: AF_INET, table, action: FR_ACT_TO_TBL };
  const attributes = encodeAttributes(FIB_RULE, {
    FRA_TABLE: table,
    FRA_SUPPRESS_PREFIXLEN: SUPPRESS_NONE,
    FRA_PROTOCOL: RTPROT_KERNEL,
    ...(priority === 0 ? {} : { FRA_PRIORITY: priority }),
    ...(table === 0 ? { FRA_L3MDEV: 1 } : {}),
  });
  return { type: RTM_NEWRULE, body: encodeBody(FIB_RULE_HDR, header, attributes) };
}
