/** RTM_NEWTFILTER, RTM_DELTFILTER and RTM_GETTFILTER (net/sched/cls_api.c, cls_flower.c, cls_matchall.c). */
import type { IfIndex } from '../../../harness/contract/index.js';
import {
  NLM_F_CREATE,
  NLM_F_EXCL,
  RTM_DELTFILTER,
  RTM_GETCHAIN,
  RTM_GETTFILTER,
  RTM_NEWTFILTER,
} from '../../netlink/constants.js';
import {
  TCA_CLS_FLAGS_SKIP_HW,
  TCA_CLS_FLAGS_SKIP_SW,
  TCA_CLS_FLAGS_VERBOSE,
  TCMSG,
  TC_ACT_EXT_VAL_MASK,
  TC_H_MAJ,
  TC_H_CLSACT,
  TC_H_MIN,
  TC_H_MIN_EGRESS,
  TC_H_MIN_INGRESS,
  TC_POLICY,
  priorityIn,
  protocolIn,
} from '../../netlink/families/trafficControl.js';
import { numberIn, textIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EEXIST, EINVAL, ENODEV, ENOENT } from '../errno.js';
import { refusal } from '../refusals.js';
import { chainOf, filtersOf, type Block, type Chain, type Filter, type Proto } from './block.js';
import { addProto, changeFilter, removeFilter, removeProto } from './changes.js';
import { readOptions } from './filterOptions.js';
import { chainMessage, filterMessage } from './messages.js';
import { readBlockCounters, readHardwareCounters } from './offload.js';
import type { TrafficControl } from './trafficControl.js';

export function filterOperations(tc: TrafficControl): readonly NetlinkOperation[] {
  const request = { header: TCMSG, policy: TC_POLICY, validation: 'liberal' as const };
  const answered = async (result: Promise<HandlerResult>): Promise<HandlerResult> => {
    const told = await result;
    return told.ok ? told : tc.parts.answers(told);
  };
  return [
    { ...request, number: RTM_NEWTFILTER, privileged: true, doit: (asked) => answered(newFilter(tc, asked)) },
    { ...request, number: RTM_DELTFILTER, privileged: true, doit: (asked) => answered(deleteFilter(tc, asked)) },
    {
      ...request,
      number: RTM_GETTFILTER,
      doit: (asked) => getFilter(tc, asked),
      dumpit: (asked) => dumpFilters(tc, asked),
    },
    { ...request, number: RTM_GETCHAIN, dumpit: (asked) => dumpChains(tc, asked) },
  ];
}

/** What every request about a filter says. */
interface Subject {
  readonly block: Block;
  readonly chain: number;
  readonly priority: number;
  readonly protocol: number;
  readonly handle: number;
  readonly kind: string | undefined;
}

const LONGEST_NAME = 15;

/** __tcf_qdisc_find(), tcf_proto_check_kind(), __tcf_qdisc_cl_find() and __tcf_block_find(), in this order. */
function readSubject(tc: TrafficControl, { header, values }: NetlinkRequest): Subject | Refusal {
  const netDevice = tc.kernel.netDevices.get((numberIn(header, 'tcm_ifindex') ?? 0) as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV);
  const parent = numberIn(header, 'tcm_parent') ?? 0;
  // The queue at the root has no classes.
  if (parent === 0) return refusal(EINVAL, 'Qdisc not classful');
  const qdisc = tc.qdiscs.get(netDevice);
  if (qdisc === undefined || TC_H_MAJ(parent) !== TC_H_MAJ(TC_H_CLSACT))
    return refusal(EINVAL, "Parent Qdisc doesn't exists");
  const kind = textIn(values, 'TCA_KIND');
  if ((kind?.length ?? 0) > LONGEST_NAME) return refusal(EINVAL, 'Specified TC filter name too long');
  const minor = TC_H_MIN(parent);
  const isSide = qdisc.kind === 'ingress' || minor === TC_H_MIN_INGRESS || minor === TC_H_MIN_EGRESS;
  if (minor !== 0 && !isSide) return refusal(ENOENT, "Specified class doesn't exist");
  if (!isSide) return refusal(EINVAL);
  const block = qdisc.kind === 'clsact' && minor === TC_H_MIN_EGRESS ? qdisc.egress : qdisc.ingress;
  if (block === undefined) return refusal(EINVAL);
  const chain = numberIn(values, 'TCA_CHAIN') ?? 0;
  if (chain > TC_ACT_EXT_VAL_MASK) return refusal(EINVAL, 'Specified chain index exceeds upper limit');
  block.classId = parent;
  const info = numberIn(header, 'tcm_info') ?? 0;
  return {
    block,
    chain,
    priority: priorityIn(info),
    protocol: protocolIn(info),
    handle: numberIn(header, 'tcm_handle') ?? 0,
    kind,
  };
}

const NOT_FOUND = 'Filter with specified priority/protocol not found';

/** tcf_chain_tp_find(). */
function findProto(tc: TrafficControl, chain: Chain, priority: number, protocol: number): Proto | Refusal | undefined {
  const proto = chain.protos.find((each) => each.priority === priority);
  if (proto === undefined) return undefined;
  const isOther = proto.protocol !== protocol && protocol !== 0;
  return isOther && tc.parts.onePriorityOneProtocol ? refusal(EINVAL, NOT_FOUND) : proto;
}

const FIRST_AUTOMATIC = 0x8000;
const NEEDS_CREATE = 'Need both RTM_NEWTFILTER and NLM_F_CREATE to create a new filter';

/** tc_new_tfilter(). */
async function newFilter(tc: TrafficControl, request: NetlinkRequest): Promise<HandlerResult> {
  const { flags } = request.message;
  const isAutomatic = priorityIn(numberIn(request.header, 'tcm_info') ?? 0) === 0;
  if (isAutomatic && (flags & NLM_F_CREATE) === 0)
    return refusal(ENOENT, 'Invalid filter command with priority of zero');
  const subject = readSubject(tc, request);
  if ('errno' in subject) return subject;
  const chain = chainOf(subject.block, subject.chain);
  const found = isAutomatic ? undefined : findProto(tc, chain, subject.priority, subject.protocol);
  if (found !== undefined && 'errno' in found) return found;
  const proto = found ?? newProto(tc, chain, subject, flags, isAutomatic);
  if ('errno' in proto) return proto;
  const result = await putFilter(tc, request, subject, proto);
  if (!result.ok && proto.filters.size === 0) await removeProto(tc, proto);
  return result;
}

function newProto(
  tc: TrafficControl,
  chain: Chain,
  { kind, protocol, priority }: Subject,
  flags: number,
  isAutomatic: boolean,
): Proto | Refusal {
  if (kind === undefined || protocol === 0) return refusal(EINVAL, 'Filter kind and protocol must be specified');
  if ((flags & NLM_F_CREATE) === 0) return refusal(ENOENT, NEEDS_CREATE);
  if (kind !== 'flower' && kind !== 'matchall') return refusal(ENOENT, 'TC classifier not found');
  const following = chain.protos.find((each) => each.priority >= FIRST_AUTOMATIC);
  const chosen = isAutomatic ? tc.parts.automaticPriority(following) : priority;
  return addProto(tc, chain, { priority: chosen, protocol, kind });
}

async function putFilter(
  tc: TrafficControl,
  request: NetlinkRequest,
  { kind, handle }: Subject,
  proto: Proto,
): Promise<HandlerResult> {
  const { flags } = request.message;
  if (kind !== undefined && kind !== proto.kind && tc.parts.checksKind)
    return refusal(EINVAL, 'Specified filter kind does not match existing one');
  const before = proto.filters.get(handle);
  if (before === undefined && (flags & NLM_F_CREATE) === 0) return refusal(ENOENT, NEEDS_CREATE);
  if (before !== undefined && (flags & NLM_F_EXCL) !== 0 && tc.parts.refusesExisting)
    return refusal(EEXIST, 'Filter already exists');
  // mall_change(): there is one, and it cannot be changed.
  const isTaken = proto.kind === 'matchall' && proto.filters.size > 0;
  if (isTaken && request.values['TCA_OPTIONS'] !== undefined && tc.parts.refusesSecondMatchall) return refusal(EEXIST);
  const options = readOptions(tc, request, proto.kind, proto.chain.block.side);
  if ('errno' in options) return options;
  if (tc.parts.checksFlags && !areFlags(options.flags)) return refusal(EINVAL);
  const filter = await changeFilter(tc, { proto, before, handle, ...options });
  if ('errno' in filter) return filter;
  await readHardwareCounters(filter, tc.parts);
  if (tc.parts.announces('new')) for (const listener of tc.listeners) listener.filter('new', filter);
  await tc.settle();
  return { ok: true };
}

/** tc_flags_valid(). */
function areFlags(flags: number): boolean {
  const both = TCA_CLS_FLAGS_SKIP_HW | TCA_CLS_FLAGS_SKIP_SW;
  return (flags & ~(both | TCA_CLS_FLAGS_VERBOSE)) === 0 && (flags & both) !== both;
}

/** tc_del_tfilter(). */
async function deleteFilter(tc: TrafficControl, request: NetlinkRequest): Promise<HandlerResult> {
  const info = numberIn(request.header, 'tcm_info') ?? 0;
  const isFlush = priorityIn(info) === 0;
  const namesOne =
    protocolIn(info) !== 0 ||
    (numberIn(request.header, 'tcm_handle') ?? 0) !== 0 ||
    request.values['TCA_KIND'] !== undefined;
  if (isFlush && namesOne) return refusal(ENOENT, 'Cannot flush filters with protocol, handle or kind set');
  const subject = readSubject(tc, request);
  if ('errno' in subject) return subject;
  const chain = subject.block.chains.get(subject.chain);
  if (isFlush) return flushChain(tc, chain);
  if (chain === undefined) return refusal(ENOENT, 'Cannot find specified filter chain');
  const proto = findProto(tc, chain, subject.priority, subject.protocol);
  if (proto === undefined) return refusal(ENOENT, NOT_FOUND);
  if ('errno' in proto) return proto;
  if (subject.kind !== undefined && subject.kind !== proto.kind && tc.parts.checksKind)
    return refusal(EINVAL, 'Specified filter kind does not match existing one');
  if (subject.handle === 0) {
    const [first] = proto.filters.values();
    if (tc.parts.removesWholePriority || first === undefined) await removeProto(tc, proto);
    else await removeFilter(tc, first);
    if (tc.parts.announces('del')) for (const listener of tc.listeners) listener.flushed(proto);
    return { ok: true };
  }
  const filter = proto.filters.get(subject.handle);
  if (filter === undefined) return refusal(ENOENT, 'Specified filter handle not found');
  await readHardwareCounters(filter, tc.parts);
  if (tc.parts.announces('del')) for (const listener of tc.listeners) listener.filter('del', filter);
  await removeFilter(tc, filter);
  return { ok: true };
}

async function flushChain(tc: TrafficControl, chain: Chain | undefined): Promise<HandlerResult> {
  for (const proto of [...(chain?.protos ?? [])]) {
    if (tc.parts.announces('del')) for (const listener of tc.listeners) listener.flushed(proto);
    await removeProto(tc, proto);
  }
  return { ok: true };
}

/** tc_get_tfilter(). */
async function getFilter(tc: TrafficControl, request: NetlinkRequest): Promise<HandlerResult> {
  if (priorityIn(numberIn(request.header, 'tcm_info') ?? 0) === 0)
    return refusal(ENOENT, 'Invalid filter command with priority of zero');
  const subject = readSubject(tc, request);
  if ('errno' in subject) return subject;
  const chain = subject.block.chains.get(subject.chain);
  if (chain === undefined) return refusal(EINVAL, 'Cannot find specified filter chain');
  const proto = findProto(tc, chain, subject.priority, subject.protocol);
  if (proto === undefined) return refusal(ENOENT, NOT_FOUND);
  if ('errno' in proto) return proto;
  if (subject.kind !== undefined && subject.kind !== proto.kind)
    return refusal(EINVAL, 'Specified filter kind does not match existing one');
  const filter = proto.filters.get(subject.handle);
  if (filter === undefined) return refusal(ENOENT, 'Specified filter handle not found');
  await readHardwareCounters(filter, tc.parts);
  const told = tc.parts.told(filter);
  return { ok: true, replies: [filterMessage(told.proto, told)] };
}

/** tc_dump_tfilter(): of each priority a message without options, then its filters. */
async function dumpFilters(tc: TrafficControl, request: NetlinkRequest): Promise<HandlerResult> {
  const subject = readSubject(tc, request);
  if ('errno' in subject) return { ok: true };
  const { block, priority, protocol } = subject;
  await readBlockCounters(block, tc.parts);
  const only = numberIn(request.values, 'TCA_CHAIN');
  const replies: NetlinkBody[] = [];
  let last: Proto | undefined;
  for (const filter of filtersOf(block)) {
    const { proto } = filter;
    const isWanted =
      (only === undefined || proto.chain.index === only) &&
      (priority === 0 || proto.priority === priority) &&
      (protocol === 0 || proto.protocol === protocol);
    if (!isWanted) continue;
    if (proto !== last) replies.push(filterMessage(proto, undefined));
    replies.push(filterMessage(proto, filter));
    last = proto;
  }
  return { ok: true, replies };
}

/** tc_dump_chain(): a chain is there as long as it has filters. */
function dumpChains(tc: TrafficControl, request: NetlinkRequest): HandlerResult {
  const subject = readSubject(tc, request);
  if ('errno' in subject) return { ok: true };
  const only = numberIn(request.values, 'TCA_CHAIN');
  const chains = [...subject.block.chains.values()].filter(
    ({ index, protos }) => protos.length > 0 && (only === undefined || index === only),
  );
  return { ok: true, replies: chains.sort((one, other) => one.index - other.index).map(chainMessage) };
}

/** RTNLGRP_TC. */
export const changeMessage = (change: 'new' | 'del', filter: Filter): NetlinkBody =>
  filterMessage(filter.proto, filter, change === 'new' ? RTM_NEWTFILTER : RTM_DELTFILTER);
