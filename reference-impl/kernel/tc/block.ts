/** Blocks, chains and filters: what net/sched/cls_api.c keeps between requests. */
import type { FlowBinder, FlowCookie } from '../../../harness/contract/index.js';
import type { FlowCounters } from '../flow/flowCounters.js';
import type { FlowMatch } from '../flow/flowMatch.js';
import type { NetDevice } from '../netDevice.js';
import type { Values } from '../../netlink/schema.js';

/** struct tcf_block: the filters of one side of a net device. */
export interface Block {
  readonly netDevice: NetDevice;
  readonly side: FlowBinder;
  readonly chains: Map<number, Chain>;
  /** The driver takes the filters of this block (FLOW_BLOCK_BIND). */
  isOffloaded: boolean;
  /** The parent by which the block was named last. */
  classId: number;
}

export interface Chain {
  readonly block: Block;
  readonly index: number;
  /** By priority. */
  readonly protos: Proto[];
}

/** struct tcf_proto: the filters of one priority. */
export interface Proto {
  readonly chain: Chain;
  readonly priority: number;
  readonly protocol: number;
  readonly kind: 'flower' | 'matchall';
  readonly filters: Map<number, Filter>;
  /** head->masks of flower: the order in which they are looked through is that in which they came. */
  readonly masks: string[];
}

export interface Filter {
  readonly proto: Proto;
  readonly handle: number;
  readonly cookie: FlowCookie;
  /** Undefined: everything (matchall). */
  readonly match: FlowMatch | undefined;
  /** TCA_FLOWER_KEY_*, as a dump tells them. */
  readonly keys: Values;
  readonly actions: readonly Action[];
  /** TCA_CLS_FLAGS_*. */
  flags: number;
  inHardwareCount: number;
  /** Of matchall: TCA_MATCHALL_PCNT. */
  hits: number;
}

interface AnyAction {
  readonly index: number;
  /** TC_ACT_*: what it says of a frame. */
  readonly verdict: number;
  readonly counters: FlowCounters;
}

/** struct tc_action, by kind. */
export type Action =
  | (AnyAction & { readonly kind: 'gact' })
  | (AnyAction & {
      readonly kind: 'mirred';
      /** TCA_EGRESS_REDIR … */
      readonly how: number;
      /** Undefined: it is gone. */
      target: NetDevice | undefined;
    })
  | (AnyAction & { readonly kind: 'skbedit'; readonly edits: Edits });

/** struct tcf_skbedit_params: what is written beside a frame; what is absent stays as it is. */
export interface Edits {
  readonly priority?: number;
  readonly queueMapping?: number;
  readonly mark?: number;
  readonly mask?: number;
  /** PACKET_*. */
  readonly packetType?: number;
}

/** struct Qdisc of the two kinds that hold filters without a queue. */
export interface Qdisc {
  readonly kind: 'clsact' | 'ingress';
  readonly netDevice: NetDevice;
  readonly ingress: Block;
  readonly egress: Block | undefined;
}

export const newBlock = (netDevice: NetDevice, side: FlowBinder): Block => ({
  netDevice,
  side,
  chains: new Map(),
  isOffloaded: false,
  classId: 0,
});

/** tcf_chain_get(). */
export function chainOf(block: Block, index: number): Chain {
  let chain = block.chains.get(index);
  if (chain === undefined) {
    chain = { block, index, protos: [] };
    block.chains.set(index, chain);
  }
  return chain;
}

export function* filtersOf(block: Block): Generator<Filter> {
  const chains = [...block.chains.values()].sort((one, other) => one.index - other.index);
  for (const chain of chains) for (const proto of chain.protos) yield* proto.filters.values();
}
