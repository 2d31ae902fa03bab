import type { PayloadBase } from '../expressions.js';
import { NF_ACCEPT, type NetfilterFamily } from '../ruleset.js';
import { holdsFor, type CompareOperator } from './matching.js';
import type { Packet } from './packet.js';

/** Rules of the data path of nf_tables that a seeded defect may replace. */
export interface NetfilterPathParts {
  // Hooks.
  /** Whether packets come by a hook of a protocol family. */
  readonly comesBy: (family: NetfilterFamily, hook: number) => boolean;
  /** By which chains at a hook are ordered, smaller first. */
  readonly rank: (priority: number) => number;
  /** nf_hook_slow(): whether the next chain looks at a packet that this one made this of. */
  readonly goesOnAfter: (verdict: number) => boolean;
  /** What becomes of a packet that a chain made this of. */
  readonly outcome: (verdict: number) => number;
  /** Whether chains of a table with these flags are at their hooks. */
  readonly isAwake: (flags: number) => boolean;
  /** Whether a chain with these net devices sees the frames of this one. */
  readonly isOfDevice: (devices: readonly string[], name: string) => boolean;
  /** nft_do_chain_inet_ingress(): whether it looks at packets of this protocol. */
  readonly inetLooksAt: (protocol: number, isIp: boolean) => boolean;
  /** nft_do_chain_inet_ingress(): whether a packet of IP that is broken ends there. */
  readonly dropsBroken: boolean;

  // Chains.
  readonly policy: (policy: number) => number;
  readonly countsPolicy: boolean;
  /** Where a chain goes on after a jump; `next`: behind the rule that jumped. */
  readonly returnsTo: (next: number) => number;
  /** Whether a chain that was gone to comes back where the goto stood. It must not. */
  readonly gotoComesBack: boolean;
  /** Whether a rule that says to return ends its chain. */
  readonly returns: boolean;
  /** The rule after one that does not match. */
  readonly nextAfterBreak: (next: number, rules: number) => number;

  // Comparisons.
  readonly holds: (operator: CompareOperator, difference: number) => boolean;
  /** Whether a value lies between two, by how it compares with them. */
  readonly isWithin: (low: number, high: number) => boolean;
  readonly masked: (value: number, mask: number, xor: number) => number;
  /** Whether bits shifted out of a word go into the next. */
  readonly carriesShifted: boolean;
  /** Bytes that change places together. */
  readonly swappedBytes: (size: number) => number;

  // Payload.
  /** Where a header starts. */
  readonly startOf: (base: PayloadBase, at: number, packet: Packet) => number;
  /** nft_payload_set_vlan(): whether a tag beside the bytes is written there. */
  readonly writesTag: boolean;
  /** nft_payload_copy_vlan(): whether a tag beside the bytes is seen among them. */
  readonly showsTag: boolean;
  readonly refusesBeyondEnd: boolean;
  /** Whether fragments behind the first have no transport header. */
  readonly sparesFragments: boolean;
  readonly fixesHeaderChecksum: boolean;
  readonly fixesPseudoHeader: boolean;
  readonly sparesUnsummedUdp: boolean;
  /** CSUM_MANGLED_0. */
  readonly writtenSum: (sum: number) => number;

  // Meta.
  readonly metaValue: (key: number, value: number) => number;
  readonly metaName: (key: number, name: string) => string;
  readonly writesMeta: (key: number) => boolean;
  /** Whether a rule that asks for what a packet does not have does not match. */
  readonly breaksWithout: (key: number) => boolean;
  /** Whether what was written beside a frame goes with it where a rule sends it. */
  readonly sendsMarks: boolean;

  // Sets.
  readonly isMember: (isFound: boolean, inverted: boolean) => boolean;
  /** What of an element a map gives. */
  readonly takesData: (kind: 'value' | 'verdict') => boolean;
  /** Of a field of a concatenation. */
  readonly isFieldWithin: (low: number, high: number) => boolean;
  readonly honoursTimeout: boolean;
  readonly endsInterval: (isEnd: boolean) => boolean;
  readonly catchesAll: boolean;
  readonly updatesElements: boolean;
  /** Whether a rule may take an element away. */
  readonly deletesElements: boolean;
  /** What an object that a rule names is asked: it, or a new one each time. */
  readonly sharesObjects: boolean;
  /** Whether it is told that an object is used up. */
  readonly tellsDepletion: boolean;
  /** Whether a packet is traced. */
  readonly traces: (isTraced: boolean) => boolean;
  /** Whether the headers of a packet are told at its first step alone. */
  readonly showsPacketOnce: boolean;
  /** Whether a packet keeps its number from step to step. */
  readonly keepsTraceId: boolean;
  readonly refreshesElements: boolean;
  /** NFTA_SET_DESC_SIZE: whether one more may be put there by a rule. */
  readonly hasRoom: (elements: number, size: number) => boolean;

  // What remembers.
  readonly countedBytes: (length: number, packet: Packet) => number;
  /** What is in a bucket that holds so much, after so many nanoseconds. */
  readonly tokensNow: (before: bigint, elapsed: bigint, most: bigint) => bigint;
  readonly cost: (cost: bigint) => bigint;
  /** What of a packet a limit of bytes counts. */
  readonly chargedBytes: (length: number) => number;
  /** Whether a rule matches, by whether there were tokens, and whether those beyond the limit are meant. */
  readonly matchesLimit: (isWithin: boolean, inverted: boolean) => boolean;
  readonly isOverQuota: (consumed: bigint, quota: bigint) => boolean;
  readonly remembersLast: boolean;

  // What makes numbers.
  readonly counted: (count: number, modulus: number) => number;
  readonly hashSeed: (seed: number) => number;
  readonly sortsEnds: boolean;
  readonly presence: (isThere: boolean) => boolean;
  /** Where the next option of TCP stands. */
  readonly optionSize: (kind: number, size: number) => number;

  // What sends.
  readonly forwardVerdict: (stolen: number) => number;
  readonly duplicates: boolean;
  /** NF_RECURSION_LIMIT of nf_dup_netdev.c: how often a frame may have been sent on before. */
  readonly mostNested: number;
  /** nf_send_unreach() and nf_send_reset(): whether the sender hears of it. */
  readonly rejects: (how: 'unreachable' | 'reset') => boolean;
  readonly rejectCode: (code: number) => number;
  readonly sparesResets: boolean;
  readonly sequenceAcknowledged: (sequence: number) => number;
}

/** linux/netfilter/nf_tables.h. */
const NFT_TABLE_F_DORMANT = 0x1;
/** nft_dynset_init(): of a set without a size. */
const MOST_ELEMENTS = 0xffff;

export const CONFORMING_NETFILTER_PATH: NetfilterPathParts = {
  comesBy: () => true,
  rank: (priority) => priority,
  goesOnAfter: (verdict) => verdict === NF_ACCEPT,
  outcome: (verdict) => verdict,
  isAwake: (flags) => (flags & NFT_TABLE_F_DORMANT) === 0,
  isOfDevice: (devices, name) => devices.includes(name),
  inetLooksAt: (_protocol, isIp) => isIp,
  dropsBroken: true,
  policy: (policy) => policy,
  countsPolicy: true,
  returnsTo: (next) => next,
  returns: true,
  gotoComesBack: false,
  nextAfterBreak: (next) => next,
  holds: holdsFor,
  isWithin: (low, high) => low >= 0 && high <= 0,
  masked: (value, mask, xor) => (value & mask) ^ xor,
  carriesShifted: true,
  swappedBytes: (size) => size,
  startOf: (_base, at) => at,
  writesTag: true,
  showsTag: true,
  refusesBeyondEnd: true,
  sparesFragments: true,
  fixesHeaderChecksum: true,
  fixesPseudoHeader: true,
  sparesUnsummedUdp: true,
  writtenSum: (sum) => (sum === 0 ? 0xffff : sum),
  metaValue: (_key, value) => value,
  metaName: (_key, name) => name,
  writesMeta: () => true,
  breaksWithout: () => true,
  sendsMarks: true,
  isMember: (isFound, inverted) => isFound !== inverted,
  takesData: () => true,
  isFieldWithin: (low, high) => low >= 0 && high <= 0,
  honoursTimeout: true,
  endsInterval: (isEnd) => isEnd,
  catchesAll: true,
  updatesElements: true,
  deletesElements: true,
  sharesObjects: true,
  tellsDepletion: true,
  traces: (isTraced) => isTraced,
  showsPacketOnce: true,
  keepsTraceId: true,
  refreshesElements: true,
  hasRoom: (elements, size) => elements < (size === 0 ? MOST_ELEMENTS : size),
  countedBytes: (length) => length,
  tokensNow: (before, elapsed, most) => (before + elapsed > most ? most : before + elapsed),
  cost: (cost) => cost,
  chargedBytes: (length) => length,
  matchesLimit: (isWithin, inverted) => isWithin !== inverted,
  isOverQuota: (consumed, quota) => consumed > quota,
  remembersLast: true,
  counted: (count, modulus) => (count + 1 < modulus ? count + 1 : 0),
  hashSeed: (seed) => seed,
  sortsEnds: true,
  presence: (isThere) => isThere,
  optionSize: (_kind, size) => size,
  forwardVerdict: (stolen) => stolen,
  duplicates: true,
  mostNested: 2,
  rejects: () => true,
  rejectCode: (code) => code,
  sparesResets: true,
  sequenceAcknowledged: (sequence) => sequence,
};
