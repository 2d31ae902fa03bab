/**
 * Expressions of nf_tables as data: what a rule is made of (linux/netfilter/nf_tables.h, net/netfilter/nft_*.c). The netlink form is read
 * into these, and written from them; the data path runs them.
 */
import type { CounterState, LimitState, NftData, QuotaState } from './ruleset.js';

/**
 * A register as the kernel counts them inside: 32-bit words from the verdict on. The 16-byte registers NFT_REG_1..4 are 4, 8, 12, 16, and
 * NFT_REG32_00..15 are 4..19 (nft_parse_register()).
 */
export type RegisterWord = number & { readonly RegisterWord: unique symbol };

/** enum nft_payload_bases. */
export type PayloadBase = 'link' | 'network' | 'transport' | 'inner';

/** A flag in NFTA_*_FLAGS that turns the sense around. */
interface Inverted {
  readonly inverted: boolean;
}

export type Expression =
  | StatefulExpression
  | { readonly kind: 'immediate'; readonly destination: RegisterWord; readonly data: NftData }
  | {
      readonly kind: 'cmp';
      readonly source: RegisterWord;
      readonly operator: 'eq' | 'neq' | 'lt' | 'lte' | 'gt' | 'gte';
      readonly data: Uint8Array;
    }
  | (Inverted & {
      readonly kind: 'range';
      readonly source: RegisterWord;
      readonly from: Uint8Array;
      readonly to: Uint8Array;
    })
  | {
      readonly kind: 'payload';
      readonly destination: RegisterWord;
      readonly base: PayloadBase;
      readonly offset: number;
      readonly length: number;
    }
  | {
      readonly kind: 'payload-set';
      readonly source: RegisterWord;
      readonly base: PayloadBase;
      readonly offset: number;
      readonly length: number;
      /** NFT_PAYLOAD_CSUM_NONE, _INET, _SCTP. */
      readonly checksumType: number;
      readonly checksumOffset: number;
      /** NFT_PAYLOAD_L4CSUM_PSEUDOHDR. */
      readonly checksumFlags: number;
    }
  /** `key`: NFT_META_*. */
  | { readonly kind: 'meta'; readonly destination: RegisterWord; readonly key: number }
  | { readonly kind: 'meta-set'; readonly source: RegisterWord; readonly key: number }
  | {
      readonly kind: 'bitwise';
      readonly source: RegisterWord;
      readonly destination: RegisterWord;
      readonly length: number;
      readonly operation: BitwiseOperation;
    }
  | {
      readonly kind: 'byteorder';
      readonly source: RegisterWord;
      readonly destination: RegisterWord;
      readonly operation: 'ntoh' | 'hton';
      readonly length: number;
      /** 2, 4 or 8 bytes at a time. */
      readonly size: number;
    }
  | (Inverted & {
      readonly kind: 'lookup';
      /** By name, of the same table. */
      readonly set: string;
      readonly source: RegisterWord;
      /** Of a map: where its data goes. */
      readonly destination: RegisterWord | undefined;
    })
  | (Inverted & {
      readonly kind: 'dynset';
      readonly set: string;
      /** NFT_DYNSET_OP_ADD, _UPDATE, _DELETE. */
      readonly operation: 'add' | 'update' | 'delete';
      readonly key: RegisterWord;
      readonly data: RegisterWord | undefined;
      /** Milliseconds. */
      readonly timeout: bigint | undefined;
      readonly expressions: readonly StatefulExpression[];
    })
  /** The object: by a constant key in `Table.objects`, or by what a map of objects has for a register. */
  | { readonly kind: 'objref'; readonly object: string }
  | { readonly kind: 'objref-map'; readonly set: string; readonly source: RegisterWord }
  | {
      readonly kind: 'exthdr';
      /** NFT_EXTHDR_OP_IPV6, _TCPOPT, _IPV4. */
      readonly operation: 'ipv6' | 'tcpopt' | 'ipv4';
      readonly destination: RegisterWord;
      /** Type of the header or option. */
      readonly type: number;
      readonly offset: number;
      readonly length: number;
      /** NFT_EXTHDR_F_PRESENT. */
      readonly isPresence: boolean;
    }
  | {
      readonly kind: 'numgen';
      readonly destination: RegisterWord;
      readonly type: 'incremental' | 'random';
      readonly modulus: number;
      readonly offset: number;
      readonly state: { count: number };
    }
  | {
      readonly kind: 'hash';
      readonly destination: RegisterWord;
      readonly type: 'jenkins' | 'symmetric';
      readonly source: RegisterWord | undefined;
      readonly length: number;
      readonly modulus: number;
      readonly seed: number;
      /** NFTA_HASH_SEED was given: it is told. */
      readonly tellsSeed: boolean;
      readonly offset: number;
    }
  | {
      readonly kind: 'log';
      readonly prefix: string;
      readonly group: number | undefined;
      readonly snaplen: number;
      readonly threshold: number;
      readonly level: number;
      readonly flags: number;
    }
  | { readonly kind: 'reject'; readonly type: number; readonly code: number }
  /** Out through the net device whose index is in the register; `nexthop`: the address is there, and its family. */
  | {
      readonly kind: 'fwd';
      readonly device: RegisterWord;
      readonly nexthop: { readonly address: RegisterWord; readonly family: number } | undefined;
    }
  | { readonly kind: 'dup'; readonly device: RegisterWord; readonly address: RegisterWord | undefined };

export type BitwiseOperation =
  | { readonly kind: 'boolean'; readonly mask: Uint8Array; readonly xor: Uint8Array }
  | { readonly kind: 'lshift' | 'rshift'; readonly bits: number };

/** What remembers something between frames: it may stand in a rule, at the elements of a set, and under a name (NFT_EXPR_STATEFUL). */
export type StatefulExpression =
  | { readonly kind: 'counter'; readonly state: CounterState }
  | (Inverted & {
      readonly kind: 'limit';
      readonly type: 'packets' | 'bytes';
      /** NFTA_LIMIT_RATE per NFTA_LIMIT_UNIT seconds. */
      readonly rate: bigint;
      readonly unit: bigint;
      readonly burst: number;
      readonly state: LimitState;
    })
  | (Inverted & { readonly kind: 'quota'; readonly bytes: bigint; readonly state: QuotaState })
  | { readonly kind: 'last'; readonly state: { at: bigint | undefined } };
