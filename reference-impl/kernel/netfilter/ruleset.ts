/**
 * What a ruleset of nf_tables is: tables, chains, rules, sets and stateful objects (include/net/netfilter/nf_tables.h). The control side
 * makes and changes it in transactions, the data path reads it: rules are values, and what counts or remembers is a `state` of its own
 * that a copy of the ruleset shares with it.
 */
import type { Expression, StatefulExpression } from './expressions.js';

/** linux/netfilter.h, NFPROTO_*. */
export const NFPROTO_INET = 1;
export const NFPROTO_IPV4 = 2;
export const NFPROTO_ARP = 3;
export const NFPROTO_NETDEV = 5;
export const NFPROTO_BRIDGE = 7;
export const NFPROTO_IPV6 = 10;

export type NetfilterFamily =
  | typeof NFPROTO_INET
  | typeof NFPROTO_IPV4
  | typeof NFPROTO_ARP
  | typeof NFPROTO_NETDEV
  | typeof NFPROTO_BRIDGE
  | typeof NFPROTO_IPV6;

/** enum nf_inet_hooks; the bridge has the same numbers (NF_BR_*). */
export const NF_INET_PRE_ROUTING = 0;
export const NF_INET_LOCAL_IN = 1;
export const NF_INET_FORWARD = 2;
export const NF_INET_LOCAL_OUT = 3;
export const NF_INET_POST_ROUTING = 4;
export const NF_INET_INGRESS = 5;
/** linux/netfilter_arp.h. */
export const NF_ARP_IN = 0;
export const NF_ARP_OUT = 1;
export const NF_ARP_FORWARD = 2;
/** enum nf_dev_hooks. */
export const NF_NETDEV_INGRESS = 0;
export const NF_NETDEV_EGRESS = 1;

/** linux/netfilter.h. */
export const NF_DROP = 0;
export const NF_ACCEPT = 1;
/** enum nft_verdicts. */
export const NFT_CONTINUE = -1;
export const NFT_BREAK = -2;
export const NFT_JUMP = -3;
export const NFT_GOTO = -4;
export const NFT_RETURN = -5;

/** A verdict; what jumps names the chain, by the table's map, for a chain may be renamed. */
export type Verdict =
  | {
      readonly code: typeof NF_DROP | typeof NF_ACCEPT | typeof NFT_CONTINUE | typeof NFT_BREAK | typeof NFT_RETURN;
    }
  | { readonly code: typeof NFT_JUMP | typeof NFT_GOTO; readonly chain: bigint };

/** Data of an expression or an element: bytes as they lie in registers, or a verdict. */
export type NftData =
  { readonly kind: 'value'; readonly bytes: Uint8Array } | { readonly kind: 'verdict'; readonly verdict: Verdict };

export interface Ruleset {
  readonly tables: Map<string, Table>;
  /** NFTA_GEN_ID: moves on with every transaction that changed something. */
  generation: number;
}

/** Key of a table in `Ruleset.tables`. */
export function tableKey(family: NetfilterFamily, name: string): string {
  return `${family} ${name}`;
}

export interface Table {
  readonly family: NetfilterFamily;
  readonly name: string;
  readonly handle: bigint;
  /** NFT_TABLE_F_*. */
  flags: number;
  /** NFTA_TABLE_OWNER: the port id of the socket, where NFT_TABLE_F_OWNER is set. */
  owner: number | undefined;
  userData: Uint8Array | undefined;
  /** By handle: verdicts name chains so. */
  readonly chains: Map<bigint, Chain>;
  readonly sets: Map<string, NftSet>;
  /** By type and name. */
  readonly objects: Map<string, StatefulObject>;
  /** The next handle of a chain, rule, set or object in it. */
  nextHandle: bigint;
}

export interface Chain {
  name: string;
  readonly handle: bigint;
  /** NFT_CHAIN_HW_OFFLOAD, NFT_CHAIN_BINDING. */
  readonly flags: number;
  /** Of a chain that is at a hook. */
  base: BaseChain | undefined;
  userData: Uint8Array | undefined;
  readonly rules: Rule[];
}

export interface BaseChain {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: number;
  readonly priority: number;
  /** NF_DROP or NF_ACCEPT. */
  policy: typeof NF_DROP | typeof NF_ACCEPT;
  /** Names of net devices: of the netdev family, and of inet at ingress. */
  devices: readonly string[];
  /** NFTA_CHAIN_COUNTERS: what the policy decided. */
  counters: CounterState | undefined;
}

export interface Rule {
  readonly handle: bigint;
  readonly expressions: readonly Expression[];
  readonly userData: Uint8Array | undefined;
}

/** NFT_SET_*: the flags say what it is; a map has data, an object map the names of objects. */
export interface NftSet {
  readonly name: string;
  readonly handle: bigint;
  readonly flags: number;
  /** The types are the user's alone; the kernel compares them only. */
  readonly keyType: number;
  /** Bytes. */
  readonly keyLength: number;
  readonly dataType: number | undefined;
  readonly dataLength: number | undefined;
  readonly objectType: number | undefined;
  /** NFTA_SET_DESC_SIZE: at most so many elements; 0: as many as there are. */
  size: number;
  /** NFTA_SET_DESC_CONCAT: lengths of the fields of a concatenated key with ranges. */
  readonly fields: readonly number[];
  /** Milliseconds, 0: none. */
  timeout: bigint;
  gcInterval: number;
  readonly policy: number;
  readonly userData: Uint8Array | undefined;
  /** NFTA_SET_EXPR(ESSIONS): what every element of it gets. */
  readonly expressions: readonly StatefulExpression[];
  /**
   * By the key in hexadecimal digits; of a set of intervals, and of ranges, with `end-` before that of an end. Elements that are over
   * (`expiresAt`) stay until somebody collects them, and match nothing.
   */
  readonly elements: Map<string, SetElement>;
}

export interface SetElement {
  readonly key: Uint8Array;
  /** NFTA_SET_ELEM_KEY_END: of a concatenation with ranges. */
  readonly keyEnd: Uint8Array | undefined;
  /** NFT_SET_ELEM_INTERVAL_END, NFT_SET_ELEM_CATCHALL. */
  readonly flags: number;
  readonly data: NftData | undefined;
  /** Key in `Table.objects`. */
  readonly object: string | undefined;
  /** Milliseconds, where it has one of its own. */
  readonly timeout: bigint | undefined;
  /** Virtual time in nanoseconds at which it is over. */
  expiresAt: bigint | undefined;
  readonly userData: Uint8Array | undefined;
  readonly expressions: readonly StatefulExpression[];
}

export interface CounterState {
  packets: bigint;
  bytes: bigint;
}

/** nft_limit.c: a bucket of tokens, in nanoseconds. */
export interface LimitState {
  tokens: bigint;
  last: bigint;
}

export interface QuotaState {
  consumed: bigint;
  isDepleted: boolean;
}

/** A named object: `counter`, `quota`, `limit` (NFT_OBJECT_*). */
export interface StatefulObject {
  readonly name: string;
  readonly handle: bigint;
  readonly userData: Uint8Array | undefined;
  readonly expression: StatefulExpression;
}
