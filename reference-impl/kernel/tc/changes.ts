/** Filters come and go: tc_new_tfilter() and tc_del_tfilter() once it is clear what is meant, fl_change(), mall_change(), fl_delete(). */
import { EEXIST, EINVAL } from '../errno.js';
import { fromOutcome, refusal } from '../refusals.js';
import type { Refusal } from '../../netlink/validate.js';
import { maskName, maskedName, type FlowMatch } from '../flow/flowMatch.js';
import { newBlock, type Action, type Chain, type Filter, type Proto, type Qdisc } from './block.js';
import { bindBlock, offloadFilter, removeFromHardware, unbindBlock } from './offload.js';
import type { TrafficControl } from './trafficControl.js';
import type { NetDevice } from '../netDevice.js';
import type { Values } from '../../netlink/schema.js';

/** clsact_init(), ingress_init(). */
export async function addQdisc(
  tc: TrafficControl,
  netDevice: NetDevice,
  kind: Qdisc['kind'],
): Promise<Refusal | undefined> {
  const qdisc: Qdisc = {
    kind,
    netDevice,
    ingress: newBlock(netDevice, 'ingress'),
    egress: kind === 'clsact' ? newBlock(netDevice, 'egress') : undefined,
  };
  for (const block of [qdisc.ingress, qdisc.egress]) {
    const refused = block === undefined ? undefined : fromOutcome(await bindBlock(block));
    if (refused !== undefined) return refused;
  }
  tc.qdiscs.set(netDevice, qdisc);
  tc.hadIngress.add(netDevice);
  if (tc.parts.announcesPlace('new')) for (const listener of tc.listeners) listener.qdisc('new', qdisc);
  return undefined;
}

/** clsact_destroy(): everything below goes with it. */
export async function removeQdisc(tc: TrafficControl, qdisc: Qdisc): Promise<void> {
  if (tc.parts.announcesPlace('del')) for (const listener of tc.listeners) listener.qdisc('del', qdisc);
  for (const block of [qdisc.ingress, qdisc.egress]) {
    if (block === undefined) continue;
    if (tc.parts.flushesWithQdisc)
      for (const chain of block.chains.values()) for (const proto of [...chain.protos]) await removeProto(tc, proto);
    await unbindBlock(block);
  }
  tc.qdiscs.delete(qdisc.netDevice);
}

export function addProto(
  tc: TrafficControl,
  chain: Chain,
  proto: Pick<Proto, 'priority' | 'protocol' | 'kind'>,
): Proto {
  const added: Proto = { ...proto, chain, filters: new Map(), masks: [] };
  chain.protos.push(added);
  chain.protos.sort((one, other) => tc.parts.comparesPriorities(one.priority, other.priority));
  return added;
}

function dropProto(proto: Proto): void {
  const { chain } = proto;
  const at = chain.protos.indexOf(proto);
  if (at >= 0) chain.protos.splice(at, 1);
}

/** All filters of a priority. */
export async function removeProto(tc: TrafficControl, proto: Proto): Promise<void> {
  for (const filter of proto.filters.values()) await takeOut(tc, filter, 'removed');
  proto.filters.clear();
  dropProto(proto);
}

export async function removeFilter(tc: TrafficControl, filter: Filter): Promise<void> {
  const { proto } = filter;
  await takeOut(tc, filter, 'removed');
  proto.filters.delete(filter.handle);
  forgetUnusedMasks(proto);
  if (proto.filters.size === 0) dropProto(proto);
}

async function takeOut(tc: TrafficControl, filter: Filter, why: 'removed' | 'replaced'): Promise<void> {
  if (tc.parts.destroysInHardware(why)) await removeFromHardware(filter);
}

function forgetUnusedMasks({ masks, filters }: Proto): void {
  const used = new Set([...filters.values()].map(({ match }) => (match === undefined ? '' : maskName(match))));
  for (let at = masks.length - 1; at >= 0; at--) if (!used.has(masks[at] ?? '')) masks.splice(at, 1);
}

export interface FilterChange {
  readonly proto: Proto;
  readonly before: Filter | undefined;
  /** 0: the first that is free. */
  readonly handle: number;
  readonly match: FlowMatch | undefined;
  readonly keys: Values;
  readonly actions: readonly Action[];
  readonly flags: number;
}

/** fl_change() and mall_change(), with what the request says already read. */
export async function changeFilter(tc: TrafficControl, change: FilterChange): Promise<Filter | Refusal> {
  const { proto, before, match } = change;
  const conflict = conflictOf(tc, change);
  if (conflict !== undefined) return conflict;
  const filter: Filter = {
    proto,
    handle: handleOf(tc, change),
    cookie: tc.newCookie(),
    match,
    keys: change.keys,
    actions: change.actions,
    flags: change.flags,
    inHardwareCount: 0,
    hits: 0,
  };
  const refused = fromOutcome(await offloadFilter(filter, tc.parts));
  if (refused !== undefined) {
    if (tc.parts.undoesRefused) return refused;
    proto.filters.set(filter.handle, filter);
    return refused;
  }
  if (before !== undefined && tc.parts.replaces) await takeOut(tc, before, 'replaced');
  proto.filters.set(filter.handle, filter);
  if (match !== undefined && !proto.masks.includes(maskName(match))) proto.masks.push(maskName(match));
  return filter;
}

/** fl_check_assign_mask() and fl_ht_insert_unique(): neither says why. */
function conflictOf(tc: TrafficControl, { proto, before, match }: FilterChange): Refusal | undefined {
  if (match === undefined) return undefined;
  if (before?.match !== undefined && maskName(before.match) !== maskName(match) && tc.parts.keepsMask)
    return refusal(EINVAL);
  if (before !== undefined || !tc.parts.refusesSameMatch) return undefined;
  const name = `${maskName(match)} ${maskedName(match)}`;
  for (const { match: other } of proto.filters.values())
    if (other !== undefined && `${maskName(other)} ${maskedName(other)}` === name) return refusal(EEXIST);
  return undefined;
}

function handleOf(tc: TrafficControl, { proto, before, handle }: FilterChange): number {
  if (before !== undefined && tc.parts.replaces) return before.handle;
  return handle === 0 || before !== undefined ? freeHandle(proto) : handle;
}

/** idr_alloc_u32(), from 1. */
function freeHandle({ filters }: Proto): number {
  for (let handle = 1; ; handle++) if (!filters.has(handle)) return handle;
}
