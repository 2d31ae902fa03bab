import type { FlowStatistics } from '../../../harness/contract/index.js';
import type { Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import type { NetDevice } from '../netDevice.js';
import type { Edits, Filter, Proto } from './block.js';

/** Rules of traffic control that a seeded defect may replace, one at a time. */
export interface TcParts {
  /** tcf_chain_tp_insert(): in which order the priorities of a chain are asked. */
  readonly comparesPriorities: (one: number, other: number) => number;
  /** __tcf_classify(): whether filters of a protocol are asked about a frame of this type. */
  readonly isOfProtocol: (protocol: number, type: number) => boolean;
  /** fl_classify(), mall_classify(): whether a filter that is for hardware alone is passed over. */
  readonly skipsHardwareOnly: boolean;
  /** Whether a verdict ends the search; sound: any but TC_ACT_UNSPEC. */
  readonly endsSearch: (verdict: number) => boolean;
  /** sch_handle_ingress(), sch_handle_egress(): what is left of a frame. */
  readonly takes: (verdict: number, sound: boolean) => boolean;
  /** tcf_mirred_to_dev(): whether a target that is down, or has no carrier, gets nothing. */
  readonly needsTargetUp: boolean;
  /** Whether a frame that cannot be redirected is dropped. */
  readonly dropsUnredirected: boolean;
  /** Where the copy of a mirrored frame comes from: whether its tag is kept. */
  readonly keepsTag: boolean;
  /** Whether a copy is sent at all, and how often. */
  readonly copies: (isMirror: boolean) => number;
  /** tc_flags_valid(). */
  readonly checksFlags: boolean;
  /** Whether a filter that is there already is refused under NLM_F_EXCL. */
  readonly refusesExisting: boolean;
  /** fl_ht_insert_unique(): whether one priority takes the same match only once. */
  readonly refusesSameMatch: boolean;
  /** fl_check_assign_mask(): whether a filter that is replaced keeps its mask. */
  readonly keepsMask: boolean;
  /** fl_set_key_port_range(). */
  readonly checksRanges: boolean;
  /** tcf_chain_tp_find(): whether a priority belongs to one protocol. */
  readonly onePriorityOneProtocol: boolean;
  readonly checksKind: boolean;
  /** tcf_skbedit_init(): whether an edit of nothing, a queue where frames come in, and a type of frame that is none are refused. */
  readonly refusesIdleEdit: boolean;
  readonly refusesIngressQueue: boolean;
  readonly checksPacketType: boolean;
  readonly keepsEdits: (edits: Edits) => Edits;
  /** tcf_skbedit_act(). */
  readonly writes: (edits: Edits) => Edits;
  /** tcf_action_check_ctrlact(). */
  readonly checksVerdict: boolean;
  /** Whether everything below a qdisc goes with it. */
  readonly flushesWithQdisc: boolean;
  /** fl_hw_replace_filter(): whether a refusal of the hardware counts where nothing else would do it. */
  readonly insistsOnHardware: boolean;
  /** Whether a refused filter leaves nothing behind. */
  readonly undoesRefused: boolean;
  /** Whether skip_hw keeps a filter from the hardware. */
  readonly sparesHardware: boolean;
  /** Whether the flags tell where a filter is. */
  readonly tellsPlace: boolean;
  /** fl_hw_update_stats(): what is added to the counters of a filter. */
  readonly hardwareStatistics: (statistics: FlowStatistics) => FlowStatistics;
  /** Whether the hardware is told of a filter that goes, and of one that another replaces. */
  readonly destroysInHardware: (why: 'removed' | 'replaced') => boolean;
  /** tfilter_notify(). */
  readonly announces: (what: 'new' | 'del') => boolean;
  /** tcf_action_update_bstats(), at a filter's action. */
  readonly counts: (filter: Filter) => boolean;
  /** Whether the filters at this device are asked about frames. */
  readonly looksAt: (netDevice: NetDevice, side: 'ingress' | 'egress') => boolean;
  /** tcf_auto_prio(). */
  readonly automaticPriority: (first: Proto | undefined) => number;
  /** Whether a chain that a filter leads to is looked at. */
  readonly followsChains: boolean;
  /** What the software counts of a frame. */
  readonly countedBytes: (length: number, side: 'ingress' | 'egress') => number;
  /** tc_modify_qdisc(): whether a place for filters that is there is refused under NLM_F_EXCL. */
  readonly refusesSecondPlace: boolean;
  /** What is said of a request that is refused. */
  readonly answers: (refusal: Refusal) => Refusal | { readonly ok: true };
  /** Whether a filter that is given again is the same filter. */
  readonly replaces: boolean;
  /** Whether a priority that is removed goes with all its filters. */
  readonly removesWholePriority: boolean;
  /** What is kept of the keys of a filter, for dumps. */
  readonly keptKeys: (keys: Values) => Values;
  /** mall_change(): whether a priority has one filter that matches everything. */
  readonly refusesSecondMatchall: boolean;
  /** Whether a redirected frame comes in at its target. */
  readonly wantsIngress: (sound: boolean) => boolean;
  /** Whether a filter that the hardware has is applied by the software too, to what the hardware hands up. */
  readonly appliesOffloaded: boolean;
  /** Which changes of places for filters are announced. */
  readonly announcesPlace: (change: 'new' | 'del') => boolean;
  /** tc_get_tfilter(): which filter is told. */
  readonly told: (filter: Filter) => Filter;
  /** tcf_mirred_act(): whether a frame that came through a device is not sent there again. */
  readonly stopsLoops: boolean;
  /** mirred_device_event(): whether a target that is gone is forgotten. */
  readonly forgetsTarget: boolean;
}

const ETH_HLEN = 14;
const HIGHEST_AUTOMATIC = 0xc000;

export const CONFORMING_TC: TcParts = {
  comparesPriorities: (one, other) => one - other,
  isOfProtocol: (protocol, type) => protocol === type || protocol === 3,
  skipsHardwareOnly: true,
  endsSearch: (verdict) => verdict >= 0,
  takes: (_verdict, sound) => sound,
  needsTargetUp: true,
  dropsUnredirected: true,
  keepsTag: true,
  copies: () => 1,
  checksFlags: true,
  refusesExisting: true,
  refusesSameMatch: true,
  keepsMask: true,
  checksRanges: true,
  onePriorityOneProtocol: true,
  checksKind: true,
  refusesIdleEdit: true,
  refusesIngressQueue: true,
  checksPacketType: true,
  keepsEdits: (edits) => edits,
  writes: (edits) => edits,
  checksVerdict: true,
  flushesWithQdisc: true,
  insistsOnHardware: true,
  undoesRefused: true,
  sparesHardware: true,
  tellsPlace: true,
  hardwareStatistics: (statistics) => statistics,
  destroysInHardware: () => true,
  announces: () => true,
  counts: () => true,
  looksAt: () => true,
  automaticPriority: (first) => (first === undefined ? HIGHEST_AUTOMATIC : first.priority - 1),
  followsChains: true,
  // What comes in has lost its Ethernet header by then.
  countedBytes: (length, side) => length - (side === 'ingress' ? ETH_HLEN : 0),
  refusesSecondPlace: true,
  answers: (refusal) => refusal,
  replaces: true,
  removesWholePriority: true,
  keptKeys: (keys) => keys,
  refusesSecondMatchall: true,
  wantsIngress: (sound) => sound,
  appliesOffloaded: true,
  announcesPlace: () => true,
  told: (filter) => filter,
  stopsLoops: true,
  forgetsTarget: true,
};
