/** Expressions that remember: nft_limit.c, nft_quota.c, nft_last.c; nft_counter.c is with the basic ones. */
import {
  NFTA_LAST,
  NFTA_LIMIT,
  NFTA_QUOTA,
  NFT_LIMIT_F_INV,
  NFT_LIMIT_PKTS,
  NFT_LIMIT_PKT_BYTES,
  NFT_QUOTA_F_DEPLETED,
  NFT_QUOTA_F_INV,
} from '../../../../netlink/families/nftablesExpressions.js';
import { EINVAL, EOPNOTSUPP, EOVERFLOW } from '../../../errno.js';
import type { StatefulExpression } from '../../expressions.js';
import type { Attributes } from '../attributes.js';
import { Refused } from '../refused.js';
import { readMilliseconds } from '../setDescription.js';
import { expressionType } from './expressionType.js';

type Limit = Extract<StatefulExpression, { kind: 'limit' }>;

const NANOSECONDS = 1_000_000_000n;
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const U64_MAX = 0xffff_ffff_ffff_ffffn;
const S64_MAX = 0x7fff_ffff_ffff_ffffn;
/** NFT_LIMIT_PKT_BURST_DEFAULT. */
const DEFAULT_BURST = 5;

function checked(value: bigint): bigint {
  if (value > U64_MAX) throw new Refused(EOVERFLOW);
  return value;
}

/** nft_limit_init(): tokens of a bucket that is full, in nanoseconds. */
export function fullTokens({ type, rate, unit, burst }: Pick<Limit, 'type' | 'rate' | 'unit' | 'burst'>): bigint {
  const whole = checked(unit * NANOSECONDS);
  const withBurst = checked(rate + BigInt(burst));
  return type === 'packets' ? checked((whole / rate) * BigInt(burst)) : checked(whole * withBurst) / rate;
}

function limitType(attributes: Attributes): Limit['type'] {
  switch (attributes.number('NFTA_LIMIT_TYPE') ?? NFT_LIMIT_PKTS) {
    case NFT_LIMIT_PKTS:
      return 'packets';
    case NFT_LIMIT_PKT_BYTES:
      return 'bytes';
    default:
      throw new Refused(EOPNOTSUPP);
  }
}

export const limit = expressionType({
  name: 'limit',
  set: NFTA_LIMIT,
  kinds: ['limit'],
  isStateful: true,
  select: (_context, attributes) => void limitType(attributes),
  init: ({ transaction }, attributes) => {
    const [rate, unit] = [attributes.long('NFTA_LIMIT_RATE'), attributes.long('NFTA_LIMIT_UNIT')];
    if (rate === undefined || unit === undefined || rate === 0n) throw new Refused(EINVAL);
    const type = limitType(attributes);
    const asked = attributes.number('NFTA_LIMIT_BURST') ?? 0;
    const burst = type === 'packets' && asked === 0 ? DEFAULT_BURST : asked;
    const tokens = fullTokens({ type, rate, unit, burst });
    const flags = attributes.number('NFTA_LIMIT_FLAGS') ?? 0;
    if ((flags & ~NFT_LIMIT_F_INV) !== 0) throw new Refused(EOPNOTSUPP);
    const state = { tokens, last: transaction.surroundings.now };
    return { kind: 'limit', type, rate, unit, burst, inverted: flags !== 0, state };
  },
  told: ({ type, rate, unit, burst, inverted }) => ({
    NFTA_LIMIT_RATE: rate,
    NFTA_LIMIT_UNIT: unit,
    NFTA_LIMIT_BURST: burst,
    NFTA_LIMIT_TYPE: type === 'packets' ? NFT_LIMIT_PKTS : NFT_LIMIT_PKT_BYTES,
    NFTA_LIMIT_FLAGS: inverted ? NFT_LIMIT_F_INV : 0,
  }),
});

export const quota = expressionType({
  name: 'quota',
  set: NFTA_QUOTA,
  kinds: ['quota'],
  isStateful: true,
  init: (_context, attributes) => {
    const bytes = attributes.long('NFTA_QUOTA_BYTES');
    if (bytes === undefined) throw new Refused(EINVAL);
    if (bytes > S64_MAX) throw new Refused(EOVERFLOW);
    const consumed = attributes.long('NFTA_QUOTA_CONSUMED') ?? 0n;
    if (consumed > bytes) throw new Refused(EINVAL);
    const flags = attributes.number('NFTA_QUOTA_FLAGS') ?? 0;
    if ((flags & ~NFT_QUOTA_F_INV) !== 0) throw new Refused(EINVAL);
    return { kind: 'quota', bytes, inverted: flags !== 0, state: { consumed, isDepleted: false } };
  },
  // nft_quota_do_dump(): what went over the bound is not told.
  told: ({ bytes, inverted, state }, { reset }) => {
    const { consumed } = state;
    const isDepleted = consumed >= bytes || (state.isDepleted && !reset);
    if (reset) [state.consumed, state.isDepleted] = [0n, false];
    return {
      NFTA_QUOTA_BYTES: bytes,
      NFTA_QUOTA_CONSUMED: consumed >= bytes ? bytes : consumed,
      NFTA_QUOTA_FLAGS: (inverted ? NFT_QUOTA_F_INV : 0) | (isDepleted ? NFT_QUOTA_F_DEPLETED : 0),
    };
  },
});

export const last = expressionType({
  name: 'last',
  set: NFTA_LAST,
  kinds: ['last'],
  isStateful: true,
  init: ({ transaction }, attributes) => {
    if ((attributes.number('NFTA_LAST_SET') ?? 0) === 0) return { kind: 'last', state: { at: undefined } };
    const ago = readMilliseconds(attributes, 'NFTA_LAST_MSECS') ?? 0n;
    return { kind: 'last', state: { at: transaction.surroundings.now - ago * NANOSECONDS_PER_MILLISECOND } };
  },
  told: ({ state: { at } }, { now }) => ({
    NFTA_LAST_SET: at === undefined ? 0 : 1,
    NFTA_LAST_MSECS: at === undefined ? 0n : (now - at) / NANOSECONDS_PER_MILLISECOND,
  }),
});
