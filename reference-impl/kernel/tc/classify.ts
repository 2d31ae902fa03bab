/** A frame among the filters of a block: tcf_classify() of net/sched/cls_api.c, fl_classify(), mall_classify(), tcf_action_exec(). */
import type { VirtioNetHeader } from '../../../harness/contract/index.js';
import type { RxFrame, TxFrame } from '../frames.js';
import { FLOW_KEY_LENGTH, fillFlowKey } from '../../packet/flowKey.js';
import {
  TCA_CLS_FLAGS_IN_HW,
  TCA_CLS_FLAGS_SKIP_SW,
  TCA_EGRESS_REDIR,
  TCA_INGRESS_MIRROR,
  TCA_INGRESS_REDIR,
  TC_ACT_OK,
  TC_ACT_PIPE,
  TC_ACT_QUEUED,
  TC_ACT_RECLASSIFY,
  TC_ACT_REDIRECT,
  TC_ACT_REPEAT,
  TC_ACT_SHOT,
  TC_ACT_STOLEN,
  TC_ACT_TRAP,
  TC_ACT_UNSPEC,
} from '../../netlink/families/trafficControl.js';
import { countSoftware } from '../flow/flowCounters.js';
import { maskName, matchesKey } from '../flow/flowMatch.js';
import { isUp, type NetDevice } from '../netDevice.js';
import { chainOfVerdict } from './actions.js';
import type { Action, Block, Edits, Filter, Proto } from './block.js';
import type { TcParts } from './tcParts.js';

/** A frame at a side of a net device. */
export type Passing = (
  | { readonly side: 'ingress'; readonly frame: RxFrame; readonly vnet: VirtioNetHeader | undefined }
  | { readonly side: 'egress'; readonly frame: TxFrame }
) & {
  /** What actions wrote beside it. */
  readonly written: { edits: Edits };
};

/** What actions do with frames. */
export interface Forwarding {
  readonly parts: TcParts;
  /** The frame leaves the target, behind its own filters. */
  transmit(target: NetDevice, passing: Passing): void;
  /** The target receives it. */
  receive(target: NetDevice, passing: Passing): void;
  /** Whether the frame came through this device's transmit side, or through so many others, already. */
  isLoop(target: NetDevice, passing: Passing, wantsIngress: boolean): boolean;
}

const MOST_REPEATS = 32;
const MOST_RESTARTS = 16;
const TAKEN: ReadonlySet<number> = new Set([TC_ACT_SHOT, TC_ACT_STOLEN, TC_ACT_QUEUED, TC_ACT_TRAP, TC_ACT_REDIRECT]);
const key = new Uint8Array(FLOW_KEY_LENGTH);

/** What filters left of a frame: whether it goes on, and what they wrote beside it. */
export interface Passed {
  readonly goesOn: boolean;
  readonly edits: Edits;
}

export const UNTOUCHED: Passed = { goesOn: true, edits: {} };

/** sch_handle_ingress(), sch_handle_egress(). */
export function passFilters(forwarding: Forwarding, block: Block, passing: Passing): Passed {
  const verdict = classify(forwarding, block, passing);
  return { goesOn: !forwarding.parts.takes(verdict, TAKEN.has(verdict)), edits: passing.written.edits };
}

function classify(forwarding: Forwarding, block: Block, passing: Passing): number {
  const { parts } = forwarding;
  let chain = 0;
  for (let restarts = 0; restarts <= MOST_RESTARTS; restarts++) {
    const verdict = classifyInChain(forwarding, block, chain, passing);
    const next = chainOfVerdict(verdict);
    if (next !== undefined) {
      if (!parts.followsChains) return TC_ACT_OK;
      chain = next;
    } else if (verdict === TC_ACT_RECLASSIFY) chain = 0;
    else return verdict;
  }
  return TC_ACT_SHOT;
}

/** __tcf_classify(): the first priority that has something to say. */
function classifyInChain(forwarding: Forwarding, block: Block, index: number, passing: Passing): number {
  const { parts } = forwarding;
  for (const proto of block.chains.get(index)?.protos ?? []) {
    // Actions of an earlier priority may have sent other frames meanwhile: the key is this frame's again.
    const type = fillFlowKey(passing.frame.bytes, passing.frame.vlan, key);
    if (!parts.isOfProtocol(proto.protocol, type)) continue;
    const filter = findFilter(parts, proto);
    if (filter === undefined) continue;
    filter.hits++;
    const verdict = execute(forwarding, filter, passing);
    if (parts.endsSearch(verdict)) return verdict;
  }
  return TC_ACT_UNSPEC;
}

/** Masks in the order in which they came, and of each mask the one filter whose values are the frame's. */
function findFilter(parts: TcParts, proto: Proto): Filter | undefined {
  const filters = [...proto.filters.values()];
  const byMask = proto.kind === 'matchall' ? [filters] : proto.masks.map((mask) => ofMask(filters, mask));
  for (const candidates of byMask) {
    const found = candidates.find(({ match }) => match === undefined || matchesKey(match, key));
    if (found !== undefined && isForSoftware(parts, found)) return found;
  }
  return undefined;
}

/** tc_skip_sw(). */
function isForSoftware(parts: TcParts, { flags }: Filter): boolean {
  if ((flags & TCA_CLS_FLAGS_SKIP_SW) !== 0 && parts.skipsHardwareOnly) return false;
  return (flags & TCA_CLS_FLAGS_IN_HW) === 0 || parts.appliesOffloaded;
}

const ofMask = (filters: readonly Filter[], mask: string): readonly Filter[] =>
  filters.filter(({ match }) => match !== undefined && maskName(match) === mask);

/** tcf_action_exec(). */
function execute(forwarding: Forwarding, filter: Filter, passing: Passing): number {
  let verdict: number = TC_ACT_OK;
  for (const action of filter.actions) {
    for (let repeats = 0; repeats < MOST_REPEATS; repeats++) {
      verdict = act(forwarding, filter, action, passing);
      if (verdict !== TC_ACT_REPEAT) break;
    }
    if (verdict === TC_ACT_REPEAT) return TC_ACT_OK;
    if (verdict !== TC_ACT_PIPE) break;
  }
  return verdict;
}

function act(forwarding: Forwarding, filter: Filter, action: Action, passing: Passing): number {
  if (forwarding.parts.counts(filter)) count(forwarding.parts, action, passing);
  if (action.kind === 'mirred') return mirror(forwarding, action, passing);
  if (action.kind === 'skbedit') edit(forwarding.parts, action.edits, filter.proto.chain.block.netDevice, passing);
  if (action.verdict === TC_ACT_SHOT) action.counters.drops++;
  return action.verdict;
}

/** tcf_skbedit_act(): a queue that the net device does not have is no queue. */
function edit(parts: TcParts, edits: Edits, { realTxQueues }: NetDevice, { written }: Passing): void {
  const { queueMapping, ...others } = edits;
  const hasQueue = queueMapping !== undefined && realTxQueues > queueMapping;
  written.edits = parts.writes({ ...written.edits, ...others, ...(hasQueue ? { queueMapping } : {}) });
}

/** bstats_update(): a tag that lies beside the bytes is not counted. */
function count(parts: TcParts, { counters }: Action, { side, frame }: Passing): void {
  const segments = side === 'egress' ? (frame.gso?.segments ?? 1) : 1;
  countSoftware(counters, segments, parts.countedBytes(frame.bytes.length, side));
}

type Mirred = Extract<Action, { kind: 'mirred' }>;

/** tcf_mirred_act() and tcf_mirred_to_dev(). */
function mirror(forwarding: Forwarding, action: Mirred, passing: Passing): number {
  const { parts } = forwarding;
  const { target, how, verdict, counters } = action;
  const isRedirect = how === TCA_EGRESS_REDIR || how === TCA_INGRESS_REDIR;
  const wantsIngress = parts.wantsIngress(how === TCA_INGRESS_REDIR || how === TCA_INGRESS_MIRROR);
  const isReady = target !== undefined && (!parts.needsTargetUp || (isUp(target) && target.carrier));
  if (!isReady || forwarding.isLoop(target, passing, wantsIngress)) {
    counters.overlimits++;
    if (!isRedirect) return verdict;
    return parts.dropsUnredirected ? TC_ACT_SHOT : TC_ACT_OK;
  }
  const copy = parts.keepsTag ? passing : withoutTag(passing);
  for (let copies = parts.copies(!isRedirect); copies > 0; copies--) {
    if (wantsIngress) forwarding.receive(target, copy);
    else forwarding.transmit(target, copy);
  }
  return verdict;
}

function withoutTag(passing: Passing): Passing {
  const members = Object.entries(passing.frame).filter(([name]) => name !== 'vlan');
  // The tag is one of the members that need not be there.
  const frame = Object.fromEntries(members) as unknown;
  return passing.side === 'ingress' ? { ...passing, frame: frame as RxFrame } : { ...passing, frame: frame as TxFrame };
}
