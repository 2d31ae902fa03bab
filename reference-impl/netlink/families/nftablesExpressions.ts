/** Expressions of nf_tables by their names: what the data of each hold (linux/netfilter/nf_tables.h). */
import { attributeSet, be32, be64, binary, type AttributeSet, type AttributeType } from '../schema.js';
import { NFTA_COUNTER, NFTA_DATA, NFTA_EXPR, NFTA_EXPR_LIST } from './nftables.js';

/** NLA_POLICY_MAX(NLA_BE32, 255). */
const small: AttributeType = { kind: 'be32', max: 255 };
const name: AttributeType = { kind: 'string', maxLength: 255 };
const data: AttributeType = { kind: 'nest', set: () => NFTA_DATA, unflagged: true };
const expression: AttributeType = { kind: 'nest', set: () => NFTA_EXPR, unflagged: true };
const expressions: AttributeType = { kind: 'nest', set: () => NFTA_EXPR_LIST, unflagged: true };

export const NFTA_IMMEDIATE = attributeSet('NFTA_IMMEDIATE', [
  [1, 'NFTA_IMMEDIATE_DREG', be32],
  [2, 'NFTA_IMMEDIATE_DATA', data],
]);

export const NFTA_CMP = attributeSet('NFTA_CMP', [
  [1, 'NFTA_CMP_SREG', be32],
  [2, 'NFTA_CMP_OP', be32],
  [3, 'NFTA_CMP_DATA', data],
]);
/** enum nft_cmp_ops. */
export const NFT_CMP = ['eq', 'neq', 'lt', 'lte', 'gt', 'gte'] as const;

export const NFTA_RANGE = attributeSet('NFTA_RANGE', [
  [1, 'NFTA_RANGE_SREG', be32],
  [2, 'NFTA_RANGE_OP', small],
  [3, 'NFTA_RANGE_FROM_DATA', data],
  [4, 'NFTA_RANGE_TO_DATA', data],
]);

export const NFTA_PAYLOAD = attributeSet('NFTA_PAYLOAD', [
  [1, 'NFTA_PAYLOAD_DREG', be32],
  [2, 'NFTA_PAYLOAD_BASE', be32],
  [3, 'NFTA_PAYLOAD_OFFSET', small],
  [4, 'NFTA_PAYLOAD_LEN', small],
  [5, 'NFTA_PAYLOAD_SREG', be32],
  [6, 'NFTA_PAYLOAD_CSUM_TYPE', be32],
  [7, 'NFTA_PAYLOAD_CSUM_OFFSET', small],
  [8, 'NFTA_PAYLOAD_CSUM_FLAGS', be32],
]);
/** enum nft_payload_bases, those of packets that are in no tunnel. */
export const NFT_PAYLOAD_BASES = ['link', 'network', 'transport', 'inner'] as const;
export const NFT_PAYLOAD_CSUM_NONE = 0;
export const NFT_PAYLOAD_CSUM_INET = 1;
export const NFT_PAYLOAD_CSUM_SCTP = 2;
export const NFT_PAYLOAD_L4CSUM_PSEUDOHDR = 1;

export const NFTA_META = attributeSet('NFTA_META', [
  [1, 'NFTA_META_DREG', be32],
  [2, 'NFTA_META_KEY', small],
  [3, 'NFTA_META_SREG', be32],
]);
/** enum nft_meta_keys. */
export const NFT_META = {
  LEN: 0,
  PROTOCOL: 1,
  PRIORITY: 2,
  MARK: 3,
  IIF: 4,
  OIF: 5,
  IIFNAME: 6,
  OIFNAME: 7,
  IIFTYPE: 8,
  OIFTYPE: 9,
  SKUID: 10,
  SKGID: 11,
  NFTRACE: 12,
  RTCLASSID: 13,
  SECMARK: 14,
  NFPROTO: 15,
  L4PROTO: 16,
  BRI_IIFNAME: 17,
  BRI_OIFNAME: 18,
  PKTTYPE: 19,
  CPU: 20,
  IIFGROUP: 21,
  OIFGROUP: 22,
  CGROUP: 23,
  PRANDOM: 24,
  SECPATH: 25,
  IIFKIND: 26,
  OIFKIND: 27,
  BRI_IIFPVID: 28,
  BRI_IIFVPROTO: 29,
  TIME_NS: 30,
  TIME_DAY: 31,
  TIME_HOUR: 32,
  SDIF: 33,
  SDIFNAME: 34,
  BRI_BROUTE: 35,
} as const;

export const NFTA_BITWISE = attributeSet('NFTA_BITWISE', [
  [1, 'NFTA_BITWISE_SREG', be32],
  [2, 'NFTA_BITWISE_DREG', be32],
  [3, 'NFTA_BITWISE_LEN', be32],
  [4, 'NFTA_BITWISE_MASK', data],
  [5, 'NFTA_BITWISE_XOR', data],
  [6, 'NFTA_BITWISE_OP', small],
  [7, 'NFTA_BITWISE_DATA', data],
]);
export const NFT_BITWISE_MASK_XOR = 0;
export const NFT_BITWISE_LSHIFT = 1;
export const NFT_BITWISE_RSHIFT = 2;

export const NFTA_BYTEORDER = attributeSet('NFTA_BYTEORDER', [
  [1, 'NFTA_BYTEORDER_SREG', be32],
  [2, 'NFTA_BYTEORDER_DREG', be32],
  [3, 'NFTA_BYTEORDER_OP', small],
  [4, 'NFTA_BYTEORDER_LEN', small],
  [5, 'NFTA_BYTEORDER_SIZE', small],
]);

export const NFTA_LOOKUP = attributeSet('NFTA_LOOKUP', [
  [1, 'NFTA_LOOKUP_SET', name],
  [2, 'NFTA_LOOKUP_SREG', be32],
  [3, 'NFTA_LOOKUP_DREG', be32],
  [4, 'NFTA_LOOKUP_SET_ID', be32],
  [5, 'NFTA_LOOKUP_FLAGS', be32],
]);
export const NFT_LOOKUP_F_INV = 1;

export const NFTA_DYNSET = attributeSet('NFTA_DYNSET', [
  [1, 'NFTA_DYNSET_SET_NAME', name],
  [2, 'NFTA_DYNSET_SET_ID', be32],
  [3, 'NFTA_DYNSET_OP', small],
  [4, 'NFTA_DYNSET_SREG_KEY', be32],
  [5, 'NFTA_DYNSET_SREG_DATA', be32],
  [6, 'NFTA_DYNSET_TIMEOUT', be64],
  [7, 'NFTA_DYNSET_EXPR', expression],
  [8, 'NFTA_DYNSET_PAD', binary],
  [9, 'NFTA_DYNSET_FLAGS', be32],
  [10, 'NFTA_DYNSET_EXPRESSIONS', expressions],
]);
/** enum nft_dynset_ops. */
export const NFT_DYNSET_OPS = ['add', 'update', 'delete'] as const;
export const NFT_DYNSET_F_INV = 1;
export const NFT_DYNSET_F_EXPR = 2;

export const NFTA_OBJREF = attributeSet('NFTA_OBJREF', [
  [1, 'NFTA_OBJREF_IMM_TYPE', be32],
  [2, 'NFTA_OBJREF_IMM_NAME', name],
  [3, 'NFTA_OBJREF_SET_SREG', be32],
  [4, 'NFTA_OBJREF_SET_NAME', name],
  [5, 'NFTA_OBJREF_SET_ID', be32],
]);

export const NFTA_LIMIT = attributeSet('NFTA_LIMIT', [
  [1, 'NFTA_LIMIT_RATE', be64],
  [2, 'NFTA_LIMIT_UNIT', be64],
  [3, 'NFTA_LIMIT_BURST', be32],
  [4, 'NFTA_LIMIT_TYPE', be32],
  [5, 'NFTA_LIMIT_FLAGS', be32],
  [6, 'NFTA_LIMIT_PAD', binary],
]);
export const NFT_LIMIT_PKTS = 0;
export const NFT_LIMIT_PKT_BYTES = 1;
export const NFT_LIMIT_F_INV = 1;

export const NFTA_QUOTA = attributeSet('NFTA_QUOTA', [
  [1, 'NFTA_QUOTA_BYTES', be64],
  [2, 'NFTA_QUOTA_FLAGS', be32],
  [3, 'NFTA_QUOTA_PAD', binary],
  [4, 'NFTA_QUOTA_CONSUMED', be64],
]);
export const NFT_QUOTA_F_INV = 1;
export const NFT_QUOTA_F_DEPLETED = 2;

export const NFTA_LAST = attributeSet('NFTA_LAST', [
  [1, 'NFTA_LAST_SET', be32],
  [2, 'NFTA_LAST_MSECS', be64],
  [3, 'NFTA_LAST_PAD', binary],
]);

export const NFTA_LOG = attributeSet('NFTA_LOG', [
  [1, 'NFTA_LOG_GROUP', { kind: 'be16' }],
  [2, 'NFTA_LOG_PREFIX', { kind: 'string', maxLength: 127 }],
  [3, 'NFTA_LOG_SNAPLEN', be32],
  [4, 'NFTA_LOG_QTHRESHOLD', { kind: 'be16' }],
  [5, 'NFTA_LOG_LEVEL', be32],
  [6, 'NFTA_LOG_FLAGS', be32],
]);

export const NFTA_REJECT = attributeSet('NFTA_REJECT', [
  [1, 'NFTA_REJECT_TYPE', small],
  [2, 'NFTA_REJECT_ICMP_CODE', { kind: 'u8' }],
]);
export const NFT_REJECT_ICMP_UNREACH = 0;
export const NFT_REJECT_TCP_RST = 1;
export const NFT_REJECT_ICMPX_UNREACH = 2;
export const NFT_REJECT_ICMPX_MAX = 3;

export const NFTA_NG = attributeSet('NFTA_NG', [
  [1, 'NFTA_NG_DREG', be32],
  [2, 'NFTA_NG_MODULUS', be32],
  [3, 'NFTA_NG_TYPE', be32],
  [4, 'NFTA_NG_OFFSET', be32],
]);

export const NFTA_HASH = attributeSet('NFTA_HASH', [
  [1, 'NFTA_HASH_SREG', be32],
  [2, 'NFTA_HASH_DREG', be32],
  [3, 'NFTA_HASH_LEN', small],
  [4, 'NFTA_HASH_MODULUS', be32],
  [5, 'NFTA_HASH_SEED', be32],
  [6, 'NFTA_HASH_OFFSET', be32],
  [7, 'NFTA_HASH_TYPE', be32],
]);

export const NFTA_EXTHDR = attributeSet('NFTA_EXTHDR', [
  [1, 'NFTA_EXTHDR_DREG', be32],
  [2, 'NFTA_EXTHDR_TYPE', { kind: 'u8' }],
  [3, 'NFTA_EXTHDR_OFFSET', be32],
  [4, 'NFTA_EXTHDR_LEN', small],
  [5, 'NFTA_EXTHDR_FLAGS', be32],
  [6, 'NFTA_EXTHDR_OP', small],
  [7, 'NFTA_EXTHDR_SREG', be32],
]);

export const NFTA_FWD = attributeSet('NFTA_FWD', [
  [1, 'NFTA_FWD_SREG_DEV', be32],
  [2, 'NFTA_FWD_SREG_ADDR', be32],
  [3, 'NFTA_FWD_NFPROTO', small],
]);

export const NFTA_DUP = attributeSet('NFTA_DUP', [
  [1, 'NFTA_DUP_SREG_ADDR', be32],
  [2, 'NFTA_DUP_SREG_DEV', be32],
]);

/** The names of expressions, and of what their data are made. */
export const NFT_EXPRESSIONS: Readonly<Record<string, AttributeSet>> = {
  immediate: NFTA_IMMEDIATE,
  cmp: NFTA_CMP,
  range: NFTA_RANGE,
  payload: NFTA_PAYLOAD,
  meta: NFTA_META,
  bitwise: NFTA_BITWISE,
  byteorder: NFTA_BYTEORDER,
  lookup: NFTA_LOOKUP,
  dynset: NFTA_DYNSET,
  objref: NFTA_OBJREF,
  counter: NFTA_COUNTER,
  limit: NFTA_LIMIT,
  quota: NFTA_QUOTA,
  last: NFTA_LAST,
  log: NFTA_LOG,
  reject: NFTA_REJECT,
  numgen: NFTA_NG,
  hash: NFTA_HASH,
  exthdr: NFTA_EXTHDR,
  fwd: NFTA_FWD,
  dup: NFTA_DUP,
};
