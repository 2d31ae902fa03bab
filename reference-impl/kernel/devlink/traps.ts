/** Traps, their groups and policers: net/devlink/trap.c. */
import type { TrapAction } from '../../../harness/contract/index.js';
import { DEVLINK_TRAP_ACTIONS, DEVLINK_TRAP_TYPES } from '../../netlink/families/devlink.js';
import { numberIn, textIn, type Value, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, ENOENT, EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import type { DevlinkKernel } from './devlinkKernel.js';
import {
  handleValues,
  type DevlinkInstance,
  type TrafficCount,
  type TrapGroupState,
  type TrapPolicerState,
  type TrapState,
} from './instance.js';
import {
  DONE,
  declined,
  replying,
  type DevlinkAnswer,
  type DevlinkOperation,
  type DevlinkOperations,
  type DevlinkReply,
  type DevlinkRequest,
} from './operations.js';

const NON_DROP = 'Cannot change action of non-drop traps. Skipping';

const countValues = ({ packets, bytes }: TrafficCount): Values => ({
  DEVLINK_ATTR_STATS_RX_PACKETS: packets,
  DEVLINK_ATTR_STATS_RX_BYTES: bytes,
});

/** devlink_nl_trap_fill(). */
async function trapValues(instance: DevlinkInstance, { trap, action, count }: TrapState): Promise<Values | Refusal> {
  const drops = await instance.ops.traps?.dropCounter?.(trap.name);
  if (drops !== undefined && !drops.ok) return declined(drops);
  return {
    ...handleValues(instance),
    DEVLINK_ATTR_TRAP_GROUP_NAME: trap.group,
    DEVLINK_ATTR_TRAP_NAME: trap.name,
    DEVLINK_ATTR_TRAP_TYPE: DEVLINK_TRAP_TYPES.indexOf(trap.type),
    ...(trap.isGeneric ? { DEVLINK_ATTR_TRAP_GENERIC: true } : {}),
    DEVLINK_ATTR_TRAP_ACTION: DEVLINK_TRAP_ACTIONS.indexOf(action),
    DEVLINK_ATTR_TRAP_METADATA: {
      ...(trap.tellsPort ? { DEVLINK_ATTR_TRAP_METADATA_TYPE_IN_PORT: true } : {}),
      ...(trap.tellsCookie === true ? { DEVLINK_ATTR_TRAP_METADATA_TYPE_FA_COOKIE: true } : {}),
    },
    DEVLINK_ATTR_STATS: {
      ...(drops === undefined ? {} : { DEVLINK_ATTR_STATS_RX_DROPPED: drops.value }),
      ...countValues(count),
    },
  };
}

/** devlink_nl_trap_group_fill(). */
const groupValues = (instance: DevlinkInstance, { group, policer, count }: TrapGroupState): Values => ({
  ...handleValues(instance),
  DEVLINK_ATTR_TRAP_GROUP_NAME: group.name,
  ...(group.isGeneric ? { DEVLINK_ATTR_TRAP_GENERIC: true } : {}),
  ...(policer === undefined ? {} : { DEVLINK_ATTR_TRAP_POLICER_ID: policer }),
  DEVLINK_ATTR_STATS: countValues(count),
});

/** devlink_nl_trap_policer_fill(). */
async function policerValues(
  instance: DevlinkInstance,
  { policer, rate, burst }: TrapPolicerState,
): Promise<Values | Refusal> {
  const drops = await instance.ops.traps?.policerCounter?.(policer.id);
  if (drops !== undefined && !drops.ok) return declined(drops);
  return {
    ...handleValues(instance),
    DEVLINK_ATTR_TRAP_POLICER_ID: policer.id,
    DEVLINK_ATTR_TRAP_POLICER_RATE: rate,
    DEVLINK_ATTR_TRAP_POLICER_BURST: burst,
    ...(drops === undefined ? {} : { DEVLINK_ATTR_STATS: { DEVLINK_ATTR_STATS_RX_DROPPED: drops.value } }),
  };
}

/** What the driver registers, and what goes in the other order. */
export async function announceTraps(
  devlink: DevlinkKernel,
  instance: DevlinkInstance,
  what: 'NEW' | 'DEL',
): Promise<void> {
  const notices: [`TRAP_${'' | 'GROUP_' | 'POLICER_'}${'NEW' | 'DEL'}`, Values | Refusal][] = [];
  for (const state of instance.trapPolicers)
    notices.push([`TRAP_POLICER_${what}`, await policerValues(instance, state)]);
  for (const state of instance.trapGroups) notices.push([`TRAP_GROUP_${what}`, groupValues(instance, state)]);
  for (const state of instance.traps) notices.push([`TRAP_${what}`, await trapValues(instance, state)]);
  if (what === 'DEL') notices.reverse();
  for (const [command, values] of devlink.parts.announcedTraps(notices))
    if (!isRefused(values)) devlink.tell(instance, command, values);
}

const isRefused = (values: Values | Refusal): values is Refusal => 'errno' in values;

/** devlink_trap_report(): the frame is counted for its trap and for the group. */
export function countTrapped({ traps, trapGroups }: DevlinkInstance, name: string, length: number): void {
  const state = traps.find(({ trap }) => trap.name === name);
  const group = trapGroups.find((each) => each.group.name === state?.trap.group);
  for (const count of [state?.count, group?.count]) {
    if (count === undefined) continue;
    count.packets++;
    count.bytes += length;
  }
}

const trapIn = ({ instance, values }: DevlinkRequest): TrapState | undefined =>
  instance.traps.find(({ trap }) => trap.name === textIn(values, 'DEVLINK_ATTR_TRAP_NAME'));
const groupIn = ({ instance, values }: DevlinkRequest): TrapGroupState | undefined =>
  instance.trapGroups.find(({ group }) => group.name === textIn(values, 'DEVLINK_ATTR_TRAP_GROUP_NAME'));
const policerIn = ({ instance, values }: DevlinkRequest): TrapPolicerState | undefined =>
  instance.trapPolicers.find(({ policer }) => policer.id === numberIn(values, 'DEVLINK_ATTR_TRAP_POLICER_ID'));

const actionIn = (values: Values): TrapAction | undefined => {
  const number = numberIn(values, 'DEVLINK_ATTR_TRAP_ACTION');
  return number === undefined ? undefined : DEVLINK_TRAP_ACTIONS[number];
};

/** __devlink_trap_action_set(): answers what the user is warned of, or why not. */
async function setAction(
  { devlink, instance }: DevlinkRequest,
  state: TrapState,
  action: TrapAction,
): Promise<string | undefined | Refusal> {
  const { keepsNonDropTraps, takesSameAction } = devlink.parts;
  const isChange = state.action !== action || !takesSameAction;
  if (isChange && state.trap.type !== 'drop' && keepsNonDropTraps) return NON_DROP;
  const set = await instance.ops.traps?.actionSet(state.trap.name, action);
  if (set !== undefined && !set.ok) return declined(set);
  if (devlink.parts.keepsTrapAction) state.action = action;
  return undefined;
}

async function setTrap(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  if (asked.instance.traps.length === 0) return refusal(EOPNOTSUPP);
  const state = trapIn(asked);
  if (state === undefined) return refusal(ENOENT, 'Device did not register this trap');
  const action = actionIn(asked.values);
  if (action === undefined) return DONE;
  const said = await setAction(asked, state, action);
  return typeof said === 'string' ? { ok: true, message: said } : (said ?? DONE);
}

/** devlink_nl_trap_group_set_doit(): the action of all its traps, then the policer. */
async function setGroup(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { instance, values } = asked;
  if (instance.trapGroups.length === 0) return refusal(EOPNOTSUPP);
  const group = groupIn(asked);
  if (group === undefined) return refusal(ENOENT, 'Device did not register this trap group');
  let warning: string | undefined;
  const action = actionIn(values);
  if (action !== undefined) {
    const traps = instance.traps.filter(({ trap }) => trap.group === group.group.name);
    for (const state of traps.slice(0, asked.devlink.parts.trapsOfGroup(traps.length))) {
      const said = await setAction(asked, state, action);
      if (typeof said === 'object') return said;
      warning ??= said;
    }
  }
  const bound = await bindPolicer(asked, group);
  if (bound !== undefined) {
    return action === undefined || !asked.devlink.parts.tellsPartialGroup
      ? bound
      : { ...bound, message: 'Trap group set failed, but some changes were committed already' };
  }
  return { ok: true, ...(warning === undefined ? {} : { message: warning }) };
}

/** devlink_trap_group_set(): policer 0 is none. */
async function bindPolicer(
  { devlink, instance, values }: DevlinkRequest,
  group: TrapGroupState,
): Promise<Refusal | undefined> {
  const id = numberIn(values, 'DEVLINK_ATTR_TRAP_POLICER_ID');
  if (id === undefined) return undefined;
  const groupSet = instance.ops.traps?.groupSet;
  if (groupSet === undefined) return refusal(EOPNOTSUPP);
  const state = instance.trapPolicers.find(({ policer }) => policer.id === id);
  if (id !== 0 && state === undefined) return refusal(ENOENT, 'Device did not register this trap policer');
  const set = await groupSet(group.group.name, state?.policer.id);
  if (!set.ok) return declined(set);
  if (state !== undefined || devlink.parts.unbindsPolicer) group.policer = state?.policer.id;
  return undefined;
}

/** devlink_trap_policer_set(). */
async function setPolicer(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance, values } = asked;
  if (instance.trapPolicers.length === 0) return refusal(EOPNOTSUPP);
  const policerSet = instance.ops.traps?.policerSet;
  if (policerSet === undefined) return refusal(EOPNOTSUPP);
  const state = policerIn(asked);
  if (state === undefined) return refusal(ENOENT, 'Device did not register this trap policer');
  const given = (value: Value | undefined, otherwise: bigint): bigint =>
    typeof value === 'bigint' ? value : otherwise;
  const rate = given(values['DEVLINK_ATTR_TRAP_POLICER_RATE'], state.rate);
  const burst = given(values['DEVLINK_ATTR_TRAP_POLICER_BURST'], state.burst);
  const { minRate, maxRate, minBurst, maxBurst } = state.policer;
  if (devlink.parts.checksPolicer) {
    if (rate < minRate) return refusal(EINVAL, 'Policer rate lower than limit');
    if (rate > maxRate) return refusal(EINVAL, 'Policer rate higher than limit');
    if (burst < minBurst) return refusal(EINVAL, 'Policer burst size lower than limit');
    if (burst > maxBurst) return refusal(EINVAL, 'Policer burst size higher than limit');
  }
  const set = await policerSet(state.policer.id, Number(rate), Number(burst));
  if (!set.ok) return declined(set);
  if (devlink.parts.keepsPolicer) [state.rate, state.burst] = [rate, burst];
  return DONE;
}

/** Reading one of a kind, and all: devlink_nl_trap_get_doit() and its kin. */
function reading<State>(
  command: 'TRAP_NEW' | 'TRAP_GROUP_NEW' | 'TRAP_POLICER_NEW',
  kind: string,
  all: (instance: DevlinkInstance) => readonly State[],
  find: (asked: DevlinkRequest) => State | undefined,
  valuesOf: (instance: DevlinkInstance, state: State) => Promise<Values | Refusal> | Values,
): DevlinkOperation {
  return {
    doit: async (asked) => {
      if (all(asked.instance).length === 0) return refusal(EOPNOTSUPP);
      const state = find(asked);
      if (state === undefined) return refusal(ENOENT, `Device did not register this ${kind}`);
      const values = await valuesOf(asked.instance, state);
      return isRefused(values) ? values : replying(command, values);
    },
    dump: async ({ instance }) => {
      const replies: DevlinkReply[] = [];
      for (const state of all(instance)) {
        const values = await valuesOf(instance, state);
        if (isRefused(values)) return values;
        replies.push({ command, values });
      }
      return replies;
    },
  };
}

export const trapOperations: DevlinkOperations = {
  TRAP_GET: reading('TRAP_NEW', 'trap', ({ traps }) => traps, trapIn, trapValues),
  TRAP_SET: { doit: setTrap },
  TRAP_GROUP_GET: reading('TRAP_GROUP_NEW', 'trap group', ({ trapGroups }) => trapGroups, groupIn, groupValues),
  TRAP_GROUP_SET: { doit: setGroup },
  TRAP_POLICER_GET: reading(
    'TRAP_POLICER_NEW',
    'trap policer',
    ({ trapPolicers }) => trapPolicers,
    policerIn,
    policerValues,
  ),
  TRAP_POLICER_SET: { doit: setPolicer },
};
