/** Actions of a filter: from the request and back to a dump (net/sched/act_api.c, act_gact.c, act_mirred.c). */
import type { IfIndex } from '../../../harness/contract/index.js';
import { newCounters, type FlowCounters } from '../flow/flowCounters.js';
import type { KernelState } from '../kernelState.js';
import {
  ACTION,
  ACTION_POLICY,
  GACT,
  GACT_POLICY,
  MIRRED,
  MIRRED_POLICY,
  TCA_ACT_MAX_PRIO,
  TCA_EGRESS_REDIR,
  TCA_INGRESS_MIRROR,
  TC_ACT_EXT_VAL_MASK,
  TC_ACT_GOTO_CHAIN,
  TC_ACT_UNSPEC,
  TC_ACT_VALUE_MAX,
} from '../../netlink/families/trafficControl.js';
import { bytesIn, encodeAttributes, nestIn, numberIn, textIn, type Values } from '../../netlink/schema.js';
import { validateAttributes, type Policy, type Refusal } from '../../netlink/validate.js';
import { encodeAttribute, parseAttributes } from '../../netlink/wire.js';
import { concat } from '../../packet/bytes.js';
import { EINVAL, ENODEV, ENOENT, EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import type { Action } from './block.js';
import { readSkbedit, skbeditOptions } from './skbedit.js';
import type { TcParts } from './tcParts.js';

/** What actions need of the kernel around them. */
export interface ActionMakers {
  readonly kernel: KernelState;
  readonly parts: TcParts;
  /** tcf_idr_check_alloc(): the first number that is free among actions of a kind. */
  newIndex(kind: Action['kind']): number;
}

/** tcf_action_init(). Offsets in refusals count from the start of the message; `base` is where the list starts there. */
export function readActions(
  makers: ActionMakers,
  list: Uint8Array | undefined,
  place: ActionPlace,
): Action[] | Refusal {
  const actions: Action[] = [];
  const entries = parseAttributes(list ?? new Uint8Array(0)).attributes;
  const byNumber = new Map(entries.map(({ type, data }) => [type, data]));
  for (let number = 1; number <= TCA_ACT_MAX_PRIO; number++) {
    const entry = byNumber.get(number);
    if (entry === undefined) break;
    const action = readAction(makers, entry, place);
    if ('errno' in action) return action;
    actions.push(action);
  }
  return actions;
}

function readAction(makers: ActionMakers, bytes: Uint8Array, place: ActionPlace): Action | Refusal {
  const checked = validateAttributes(ACTION_POLICY, bytes, 0, 'liberal');
  if (!checked.ok) return withoutPlace(checked);
  const kind = textIn(checked.values, 'TCA_ACT_KIND');
  const options = bytesIn(checked.values, 'TCA_ACT_OPTIONS');
  switch (kind) {
    case undefined:
      return refusal(EINVAL, 'TC action kind must be specified');
    case 'gact':
      return readGact(makers, options);
    case 'mirred':
      return readMirred(makers, options);
    case 'skbedit':
      return readSkbedit(makers, options, place);
    default:
      return refusal(ENOENT, 'Failed to load TC action module');
  }
}

/** The filter that an action belongs to: TCA_ACT_FLAGS_AT_INGRESS and TCA_ACT_FLAGS_SKIP_SW. */
export interface ActionPlace {
  readonly isAtIngress: boolean;
  readonly isForHardware: boolean;
}

/** The parser of nested options has no extack, or says nothing of where. */
const withoutPlace = ({ errno }: Refusal): Refusal => refusal(errno);

type Parameters = { readonly ok: true; readonly values: Values | undefined } | Refusal;

/** The struct of this name among the options of an action. */
export function parametersOf(policy: Policy, options: Uint8Array, name: string): Parameters {
  const checked = validateAttributes(policy, options, 0, 'liberal');
  return checked.ok ? { ok: true, values: nestIn(checked.values, name) } : withoutPlace(checked);
}

/** tcf_gact_init(). */
function readGact(makers: ActionMakers, options: Uint8Array | undefined): Action | Refusal {
  if (options === undefined) return refusal(EINVAL);
  const read = parametersOf(GACT_POLICY, options, 'TCA_GACT_PARMS');
  if (!read.ok) return read;
  const { values: parameters } = read;
  if (parameters === undefined) return refusal(EINVAL);
  const verdict = numberIn(parameters, 'action') ?? 0;
  if (makers.parts.checksVerdict && !isVerdict(verdict)) return refusal(EINVAL, 'invalid control action');
  return { kind: 'gact', index: indexOf(makers, 'gact', parameters), verdict, counters: newCounters() };
}

/** tcf_action_check_ctrlact(), for what is served here: no jumps. */
export const isVerdict = (verdict: number): boolean =>
  (verdict >= TC_ACT_UNSPEC && verdict <= TC_ACT_VALUE_MAX) || chainOfVerdict(verdict) !== undefined;

/** TC_ACT_GOTO_CHAIN with the chain in it. */
export const chainOfVerdict = (verdict: number): number | undefined =>
  ((verdict & ~TC_ACT_EXT_VAL_MASK) | 0) === TC_ACT_GOTO_CHAIN ? verdict & TC_ACT_EXT_VAL_MASK : undefined;

export const indexOf = (makers: ActionMakers, kind: Action['kind'], parameters: Values): number => {
  const wanted = numberIn(parameters, 'index') ?? 0;
  return wanted === 0 ? makers.newIndex(kind) : wanted;
};

/** tcf_mirred_init(). */
function readMirred(makers: ActionMakers, options: Uint8Array | undefined): Action | Refusal {
  if (options === undefined) return refusal(EINVAL, 'act_mirred: Mirred requires attributes to be passed');
  const read = parametersOf(MIRRED_POLICY, options, 'TCA_MIRRED_PARMS');
  if (!read.ok) return read;
  const { values: parameters } = read;
  if (parameters === undefined) return refusal(EINVAL, 'act_mirred: Missing required mirred parameters');
  const how = numberIn(parameters, 'eaction') ?? 0;
  if (how < TCA_EGRESS_REDIR || how > TCA_INGRESS_MIRROR) return refusal(EINVAL, 'act_mirred: Unknown mirred option');
  const target = numberIn(parameters, 'ifindex') ?? 0;
  if (target === 0) return refusal(EINVAL, 'act_mirred: Must specify device or block');
  const verdict = numberIn(parameters, 'action') ?? 0;
  if (makers.parts.checksVerdict && !isVerdict(verdict)) return refusal(EINVAL, 'invalid control action');
  const device = makers.kernel.netDevices.get(target as IfIndex);
  if (device === undefined) return refusal(ENODEV);
  const index = indexOf(makers, 'mirred', parameters);
  return { kind: 'mirred', index, verdict, how, target: device, counters: newCounters() };
}

/** Keys of flower that no classifier here looks at: taken and not looked at would be worse than refused. */
export const notServed = (): Refusal => refusal(EOPNOTSUPP, 'The reference kernel does not serve this key');

/** tcf_action_dump(). */
export const actionList = (actions: readonly Action[]): Uint8Array =>
  concat(...actions.map((action, place) => encodeAttribute(place + 1, encodeAttributes(ACTION, dumped(action)))));

function dumped(action: Action): Values {
  return {
    TCA_ACT_KIND: action.kind,
    TCA_ACT_STATS: statisticsOf(action.counters),
    TCA_ACT_IN_HW_COUNT: 0,
    TCA_ACT_OPTIONS: optionsOf(action),
  };
}

/** tcf_action_copy_stats(). */
function statisticsOf(counters: FlowCounters): Values {
  const { packets, bytes, hardwarePackets, hardwareBytes, drops, overlimits } = counters;
  return {
    TCA_STATS_BASIC: { bytes, packets },
    TCA_STATS_BASIC_HW: { bytes: hardwareBytes, packets: hardwarePackets },
    TCA_STATS_QUEUE: { drops, overlimits },
  };
}

/** tcf_gact_dump() and tcf_mirred_dump(): each belongs to its filter alone. */
function optionsOf(action: Action): Uint8Array {
  const generic = { index: action.index, action: action.verdict, refcnt: 1, bindcnt: 1 };
  if (action.kind === 'gact') return encodeAttributes(GACT, { TCA_GACT_PARMS: generic });
  if (action.kind === 'skbedit') return skbeditOptions(action, generic);
  const parameters = { ...generic, eaction: action.how, ifindex: action.target?.ifIndex ?? 0 };
  return encodeAttributes(MIRRED, { TCA_MIRRED_PARMS: parameters });
}
