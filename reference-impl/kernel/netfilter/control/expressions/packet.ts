/** Expressions that read and write the packet and what the kernel knows of it: nft_payload.c, nft_meta.c, nft_meta_bridge.c. */
import {
  NFTA_META,
  NFTA_PAYLOAD,
  NFT_META,
  NFT_PAYLOAD_BASES,
  NFT_PAYLOAD_CSUM_INET,
  NFT_PAYLOAD_CSUM_NONE,
  NFT_PAYLOAD_CSUM_SCTP,
  NFT_PAYLOAD_L4CSUM_PSEUDOHDR,
} from '../../../../netlink/families/nftablesExpressions.js';
import { EINVAL, EOPNOTSUPP } from '../../../errno.js';
import type { Expression, PayloadBase } from '../../expressions.js';
import {
  NFPROTO_BRIDGE,
  NFPROTO_INET,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_NETDEV,
  NF_INET_FORWARD,
  NF_INET_LOCAL_IN,
  NF_INET_PRE_ROUTING,
  NF_NETDEV_INGRESS,
  type Chain,
} from '../../ruleset.js';
import type { Attributes } from '../attributes.js';
import { Refused } from '../refused.js';
import { expressionType, type ExpressionContext } from './expressionType.js';
import { registerOf } from './registers.js';

/** Where the checksum of SCTP lies in its header. */
const SCTP_CHECKSUM_OFFSET = 8;
const IFNAMSIZ = 16;

function baseOf(attributes: Attributes): PayloadBase {
  const base = NFT_PAYLOAD_BASES[attributes.number('NFTA_PAYLOAD_BASE') ?? 0];
  if (base === undefined) throw new Refused(EOPNOTSUPP);
  return base;
}

/** nft_payload_select_ops(). */
function selectPayload(_context: ExpressionContext, attributes: Attributes): void {
  const needed = ['NFTA_PAYLOAD_BASE', 'NFTA_PAYLOAD_OFFSET', 'NFTA_PAYLOAD_LEN'];
  if (needed.some((name) => !attributes.has(name))) throw new Refused(EINVAL);
  baseOf(attributes);
  if (attributes.has('NFTA_PAYLOAD_SREG') === attributes.has('NFTA_PAYLOAD_DREG')) throw new Refused(EINVAL);
}

/** nft_payload_set_init(). */
function payloadSet(
  { registers }: ExpressionContext,
  attributes: Attributes,
): Extract<Expression, { kind: 'payload-set' }> {
  const base = baseOf(attributes);
  const length = attributes.number('NFTA_PAYLOAD_LEN') ?? 0;
  const checksumType = attributes.number('NFTA_PAYLOAD_CSUM_TYPE') ?? NFT_PAYLOAD_CSUM_NONE;
  const checksumOffset = attributes.number('NFTA_PAYLOAD_CSUM_OFFSET') ?? 0;
  const checksumFlags = attributes.number('NFTA_PAYLOAD_CSUM_FLAGS') ?? 0;
  if ((checksumFlags & ~NFT_PAYLOAD_L4CSUM_PSEUDOHDR) !== 0) throw new Refused(EINVAL);
  if (checksumType === NFT_PAYLOAD_CSUM_SCTP) {
    if (base !== 'transport' || checksumOffset !== SCTP_CHECKSUM_OFFSET) throw new Refused(EINVAL);
  } else if (checksumType !== NFT_PAYLOAD_CSUM_NONE && checksumType !== NFT_PAYLOAD_CSUM_INET)
    throw new Refused(EOPNOTSUPP);
  return {
    kind: 'payload-set',
    source: registers.load(attributes, 'NFTA_PAYLOAD_SREG', length),
    base,
    offset: attributes.number('NFTA_PAYLOAD_OFFSET') ?? 0,
    length,
    checksumType,
    checksumOffset,
    checksumFlags,
  };
}

export const payload = expressionType({
  name: 'payload',
  set: NFTA_PAYLOAD,
  kinds: ['payload', 'payload-set'],
  select: selectPayload,
  init: (context, attributes) => {
    if (attributes.has('NFTA_PAYLOAD_SREG')) return payloadSet(context, attributes);
    const length = attributes.number('NFTA_PAYLOAD_LEN') ?? 0;
    const destination = context.registers.store(attributes, 'NFTA_PAYLOAD_DREG', 'value', length);
    const offset = attributes.number('NFTA_PAYLOAD_OFFSET') ?? 0;
    return { kind: 'payload', destination, base: baseOf(attributes), offset, length };
  },
  told: (expression) => {
    const { base, offset, length } = expression;
    const place = {
      NFTA_PAYLOAD_BASE: NFT_PAYLOAD_BASES.indexOf(base),
      NFTA_PAYLOAD_OFFSET: offset,
      NFTA_PAYLOAD_LEN: length,
    };
    if (expression.kind === 'payload') return { NFTA_PAYLOAD_DREG: registerOf(expression.destination), ...place };
    return {
      NFTA_PAYLOAD_SREG: registerOf(expression.source),
      ...place,
      NFTA_PAYLOAD_CSUM_TYPE: expression.checksumType,
      NFTA_PAYLOAD_CSUM_OFFSET: expression.checksumOffset,
      NFTA_PAYLOAD_CSUM_FLAGS: expression.checksumFlags,
    };
  },
});

/** nft_meta_get_init(): how many bytes each key has. */
const READ_LENGTHS: ReadonlyMap<number, number> = new Map([
  ...[NFT_META.PROTOCOL, NFT_META.IIFTYPE, NFT_META.OIFTYPE].map((key): [number, number] => [key, 2]),
  ...[
    NFT_META.NFPROTO,
    NFT_META.L4PROTO,
    NFT_META.LEN,
    NFT_META.PRIORITY,
    NFT_META.MARK,
    NFT_META.IIF,
    NFT_META.OIF,
    NFT_META.SDIF,
    NFT_META.SKUID,
    NFT_META.SKGID,
    NFT_META.RTCLASSID,
    NFT_META.PKTTYPE,
    NFT_META.CPU,
    NFT_META.IIFGROUP,
    NFT_META.OIFGROUP,
    NFT_META.CGROUP,
    NFT_META.PRANDOM,
    NFT_META.TIME_HOUR,
  ].map((key): [number, number] => [key, 4]),
  ...[NFT_META.IIFNAME, NFT_META.OIFNAME, NFT_META.IIFKIND, NFT_META.OIFKIND, NFT_META.SDIFNAME].map(
    (key): [number, number] => [key, IFNAMSIZ],
  ),
  [NFT_META.SECPATH, 1],
  [NFT_META.TIME_DAY, 1],
  [NFT_META.TIME_NS, 8],
]);
/** nft_meta_bridge_get_init(). */
const BRIDGE_READ_LENGTHS: ReadonlyMap<number, number> = new Map([
  [NFT_META.BRI_IIFNAME, IFNAMSIZ],
  [NFT_META.BRI_OIFNAME, IFNAMSIZ],
  [NFT_META.BRI_IIFPVID, 2],
  [NFT_META.BRI_IIFVPROTO, 2],
]);
/** nft_meta_set_init(). */
const WRITE_LENGTHS: ReadonlyMap<number, number> = new Map([
  [NFT_META.MARK, 4],
  [NFT_META.PRIORITY, 4],
  [NFT_META.NFTRACE, 1],
  [NFT_META.PKTTYPE, 1],
]);

function lengthOf(lengths: ReadonlyMap<number, number>, key: number, ofBridge: number | undefined): number {
  const length = ofBridge ?? lengths.get(key);
  if (length === undefined) throw new Refused(EOPNOTSUPP);
  return length;
}

/** nft_chain_validate_hooks(). */
export function checkHooks(base: Chain, hooks: readonly number[] | undefined): void {
  if (hooks === undefined || (base.base !== undefined && !hooks.includes(base.base.hook)))
    throw new Refused(EOPNOTSUPP);
}

const inet = (hooks: readonly number[]): Readonly<Record<number, readonly number[]>> => ({
  [NFPROTO_IPV4]: hooks,
  [NFPROTO_IPV6]: hooks,
  [NFPROTO_INET]: hooks,
});
const SDIF_HOOKS = inet([NF_INET_LOCAL_IN, NF_INET_FORWARD]);
const SECPATH_HOOKS: Readonly<Record<number, readonly number[]>> = {
  ...inet([NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN, NF_INET_FORWARD]),
  [NFPROTO_NETDEV]: [NF_NETDEV_INGRESS],
};
const PKTTYPE_HOOKS: Readonly<Record<number, readonly number[]>> = {
  ...inet([NF_INET_PRE_ROUTING]),
  [NFPROTO_BRIDGE]: [NF_INET_PRE_ROUTING],
  [NFPROTO_NETDEV]: [NF_NETDEV_INGRESS],
};

export const meta = expressionType({
  name: 'meta',
  set: NFTA_META,
  kinds: ['meta', 'meta-set'],
  needsValidation: true,
  select: (_context, attributes) => {
    if (!attributes.has('NFTA_META_KEY')) throw new Refused(EINVAL);
    if (attributes.has('NFTA_META_DREG') === attributes.has('NFTA_META_SREG')) throw new Refused(EINVAL);
  },
  init: ({ registers, family, transaction }, attributes) => {
    const key = attributes.number('NFTA_META_KEY') ?? 0;
    const isBridge = family === NFPROTO_BRIDGE;
    if (attributes.has('NFTA_META_DREG')) {
      const length = lengthOf(
        READ_LENGTHS,
        key,
        isBridge ? BRIDGE_READ_LENGTHS.get(key) : transaction.checks('meta-key') ? undefined : 4,
      );
      return { kind: 'meta', destination: registers.store(attributes, 'NFTA_META_DREG', 'value', length), key };
    }
    const length = lengthOf(WRITE_LENGTHS, key, isBridge && key === NFT_META.BRI_BROUTE ? 1 : undefined);
    return { kind: 'meta-set', source: registers.load(attributes, 'NFTA_META_SREG', length), key };
  },
  told: (expression) => ({
    NFTA_META_KEY: expression.key,
    ...(expression.kind === 'meta'
      ? { NFTA_META_DREG: registerOf(expression.destination) }
      : { NFTA_META_SREG: registerOf(expression.source) }),
  }),
  validate: ({ kind, key }, base, family) => {
    if (kind === 'meta-set') {
      if (key === NFT_META.PKTTYPE) checkHooks(base, PKTTYPE_HOOKS[family]);
      if (key === NFT_META.BRI_BROUTE) checkHooks(base, [NF_INET_PRE_ROUTING]);
      return;
    }
    if (family === NFPROTO_BRIDGE) return;
    if (key === NFT_META.SECPATH) checkHooks(base, SECPATH_HOOKS[family]);
    if (key === NFT_META.SDIF || key === NFT_META.SDIFNAME) checkHooks(base, SDIF_HOOKS[family]);
  },
});
