/** Expressions that do something with the packet: nft_log.c, nft_reject.c and its families, nft_fwd_netdev.c, nft_dup_netdev.c, nft_dup_ipv4.c. */
import {
  NFTA_DUP,
  NFTA_FWD,
  NFTA_LOG,
  NFTA_REJECT,
  NFT_REJECT_ICMPX_MAX,
  NFT_REJECT_ICMPX_UNREACH,
  NFT_REJECT_ICMP_UNREACH,
  NFT_REJECT_TCP_RST,
} from '../../../../netlink/families/nftablesExpressions.js';
import { EINVAL, EOPNOTSUPP } from '../../../errno.js';
import type { Expression } from '../../expressions.js';
import {
  NFPROTO_BRIDGE,
  NFPROTO_INET,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_NETDEV,
  NF_INET_FORWARD,
  NF_INET_INGRESS,
  NF_INET_LOCAL_IN,
  NF_INET_LOCAL_OUT,
  NF_INET_PRE_ROUTING,
  NF_NETDEV_EGRESS,
  NF_NETDEV_INGRESS,
} from '../../ruleset.js';
import { Refused } from '../refused.js';
import { need } from './arithmetic.js';
import { expressionType } from './expressionType.js';
import { checkHooks } from './packet.js';
import { registerOf } from './registers.js';

const NFT_LOGLEVEL_WARNING = 4;
const NFT_LOGLEVEL_AUDIT = 8;
/** NF_LOG_MASK. */
const LOG_FLAGS = 0x2f;

type Log = Extract<Expression, { kind: 'log' }>;

export const log = expressionType({
  name: 'log',
  set: NFTA_LOG,
  kinds: ['log'],
  init: (_context, attributes): Log => {
    const group = attributes.number('NFTA_LOG_GROUP');
    if (group !== undefined && (attributes.has('NFTA_LOG_LEVEL') || attributes.has('NFTA_LOG_FLAGS')))
      throw new Refused(EINVAL);
    const level = group === undefined ? (attributes.number('NFTA_LOG_LEVEL') ?? NFT_LOGLEVEL_WARNING) : 0;
    const flags = attributes.number('NFTA_LOG_FLAGS') ?? 0;
    if (level > NFT_LOGLEVEL_AUDIT || (flags & ~LOG_FLAGS) !== 0) throw new Refused(EINVAL);
    return {
      kind: 'log',
      prefix: attributes.text('NFTA_LOG_PREFIX') ?? '',
      group,
      snaplen: group === undefined ? 0 : (attributes.number('NFTA_LOG_SNAPLEN') ?? 0),
      threshold: group === undefined ? 0 : (attributes.number('NFTA_LOG_QTHRESHOLD') ?? 0),
      level,
      flags,
    };
  },
  told: ({ prefix, group, snaplen, threshold, level, flags }) => ({
    ...(prefix === '' ? {} : { NFTA_LOG_PREFIX: prefix }),
    ...(group === undefined
      ? { NFTA_LOG_LEVEL: level, ...(flags === 0 ? {} : { NFTA_LOG_FLAGS: flags }) }
      : {
          NFTA_LOG_GROUP: group,
          ...(snaplen === 0 ? {} : { NFTA_LOG_SNAPLEN: snaplen }),
          ...(threshold === 0 ? {} : { NFTA_LOG_QTHRESHOLD: threshold }),
        }),
  }),
});

const REJECT_HOOKS: Readonly<Record<number, readonly number[]>> = {
  [NFPROTO_IPV4]: [NF_INET_LOCAL_IN, NF_INET_FORWARD, NF_INET_LOCAL_OUT, NF_INET_PRE_ROUTING],
  [NFPROTO_IPV6]: [NF_INET_LOCAL_IN, NF_INET_FORWARD, NF_INET_LOCAL_OUT, NF_INET_PRE_ROUTING],
  [NFPROTO_INET]: [NF_INET_LOCAL_IN, NF_INET_FORWARD, NF_INET_LOCAL_OUT, NF_INET_PRE_ROUTING, NF_INET_INGRESS],
  [NFPROTO_BRIDGE]: [NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN],
  [NFPROTO_NETDEV]: [NF_NETDEV_INGRESS],
};

export const reject = expressionType({
  name: 'reject',
  set: NFTA_REJECT,
  kinds: ['reject'],
  families: [NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_INET, NFPROTO_BRIDGE, NFPROTO_NETDEV],
  needsValidation: true,
  init: (_context, attributes) => {
    const [type, code] = [attributes.number('NFTA_REJECT_TYPE'), attributes.number('NFTA_REJECT_ICMP_CODE')];
    if (type === NFT_REJECT_TCP_RST) return { kind: 'reject', type, code: 0 };
    if (type !== NFT_REJECT_ICMP_UNREACH && type !== NFT_REJECT_ICMPX_UNREACH) throw new Refused(EINVAL);
    if (code === undefined || (type === NFT_REJECT_ICMPX_UNREACH && code > NFT_REJECT_ICMPX_MAX))
      throw new Refused(EINVAL);
    return { kind: 'reject', type, code };
  },
  told: ({ type, code }) => ({
    NFTA_REJECT_TYPE: type,
    ...(type === NFT_REJECT_TCP_RST ? {} : { NFTA_REJECT_ICMP_CODE: code }),
  }),
  validate: (_expression, base, family) => checkHooks(base, REJECT_HOOKS[family]),
});

export const fwd = expressionType({
  name: 'fwd',
  set: NFTA_FWD,
  kinds: ['fwd'],
  families: [NFPROTO_NETDEV],
  needsValidation: true,
  select: (_context, attributes) => {
    if (!attributes.has('NFTA_FWD_SREG_ADDR') && !attributes.has('NFTA_FWD_SREG_DEV')) throw new Refused(EOPNOTSUPP);
  },
  init: ({ registers }, attributes) => {
    need(attributes, 'NFTA_FWD_SREG_DEV');
    if (!attributes.has('NFTA_FWD_SREG_ADDR'))
      return { kind: 'fwd', device: registers.load(attributes, 'NFTA_FWD_SREG_DEV', 4), nexthop: undefined };
    need(attributes, 'NFTA_FWD_NFPROTO');
    const family = attributes.number('NFTA_FWD_NFPROTO') ?? 0;
    if (family !== NFPROTO_IPV4 && family !== NFPROTO_IPV6) throw new Refused(EOPNOTSUPP);
    const device = registers.load(attributes, 'NFTA_FWD_SREG_DEV', 4);
    const address = registers.load(attributes, 'NFTA_FWD_SREG_ADDR', family === NFPROTO_IPV4 ? 4 : 16);
    return { kind: 'fwd', device, nexthop: { address, family } };
  },
  told: ({ device, nexthop }) => ({
    NFTA_FWD_SREG_DEV: registerOf(device),
    ...(nexthop === undefined
      ? {}
      : { NFTA_FWD_SREG_ADDR: registerOf(nexthop.address), NFTA_FWD_NFPROTO: nexthop.family }),
  }),
  validate: (_expression, base) => checkHooks(base, [NF_NETDEV_INGRESS, NF_NETDEV_EGRESS]),
});

export const dup = expressionType({
  name: 'dup',
  set: NFTA_DUP,
  kinds: ['dup'],
  families: [NFPROTO_NETDEV],
  init: ({ registers }, attributes) => {
    need(attributes, 'NFTA_DUP_SREG_DEV');
    return { kind: 'dup', device: registers.load(attributes, 'NFTA_DUP_SREG_DEV', 4), address: undefined };
  },
  told: ({ device }) => ({ NFTA_DUP_SREG_DEV: registerOf(device) }),
});
