/** Reload: devlink_nl_reload_doit() and devlink_reload() of net/devlink/dev.c. */
import type { DevlinkReloadAction, DevlinkReloadLimit } from '../../../harness/contract/index.js';
import { DEVLINK_RELOAD_ACTIONS, DEVLINK_RELOAD_LIMITS } from '../../netlink/families/devlink.js';
import { nestIn, numberIn } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import type { DevlinkKernel } from './devlinkKernel.js';
import { instanceValues, isInvalidCombination } from './device.js';
import { handleValues, reinitialised, type DevlinkInstance } from './instance.js';
import { DONE, declined, type DevlinkAnswer, type DevlinkOperations, type DevlinkRequest } from './operations.js';
import { loadDriverinit } from './params.js';
import { announceRegions } from './regions.js';
import { resourcesFit } from './resources.js';
import { announceTraps } from './traps.js';

const DRIVER_REINIT = 1;

/** The limit that was asked for, by number, or why not. */
function limitIn(asked: DevlinkRequest, action: number): number | Refusal {
  const { devlink, instance, values } = asked;
  const limits = nestIn(values, 'DEVLINK_ATTR_RELOAD_LIMITS');
  if (limits === undefined) return 0;
  const selected = (numberIn(limits, 'value') ?? 0) & (numberIn(limits, 'selector') ?? 0);
  if (selected === 0) return refusal(EINVAL, 'Invalid limit selected');
  const limit = 31 - Math.clz32(selected & -selected);
  if (selected !== 1 << limit) return refusal(EOPNOTSUPP, 'Multiselection of limit is not supported');
  const name = DEVLINK_RELOAD_LIMITS[limit];
  const { checksReload } = devlink.parts;
  if (checksReload && !(instance.ops.reload?.limits ?? []).some((each) => each === name))
    return refusal(EOPNOTSUPP, 'Requested limit is not supported by the driver');
  if (checksReload && isInvalidCombination(action, limit))
    return refusal(EINVAL, 'Requested limit is invalid for this action');
  return limit;
}

async function reload(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance, values } = asked;
  const { parts } = devlink;
  if (!resourcesFit(instance.resources) && parts.checksResourceSums)
    return refusal(EINVAL, 'resources size validation failed');
  const action = numberIn(values, 'DEVLINK_ATTR_RELOAD_ACTION') ?? DRIVER_REINIT;
  const actionName = DEVLINK_RELOAD_ACTIONS[action] as DevlinkReloadAction;
  if (parts.checksReload && !(instance.ops.reload?.actions ?? []).includes(actionName))
    return refusal(EOPNOTSUPP, 'Requested reload action is not supported by the driver');
  const limit = limitIn(asked, action);
  if (typeof limit !== 'number') return limit;
  const performed = await carryOut(devlink, instance, actionName, limit);
  if ('errno' in performed) return performed;
  const isAsked =
    values['DEVLINK_ATTR_RELOAD_ACTION'] !== undefined || values['DEVLINK_ATTR_RELOAD_LIMITS'] !== undefined;
  if (!parts.answersReload(isAsked)) return DONE;
  const bits = performed.reduce((set, name) => set | (1 << DEVLINK_RELOAD_ACTIONS.indexOf(name)), 0);
  return {
    ok: true,
    replies: [
      {
        command: 'RELOAD',
        values: {
          ...handleValues(instance),
          DEVLINK_ATTR_RELOAD_ACTIONS_PERFORMED: { value: bits, selector: bits },
        },
      },
    ],
  };
}

/** devlink_reload(). */
async function carryOut(
  devlink: DevlinkKernel,
  instance: DevlinkInstance,
  action: DevlinkReloadAction,
  limit: number,
): Promise<readonly DevlinkReloadAction[] | Refusal> {
  const { reload: ops } = instance.ops;
  if (ops === undefined) return refusal(EOPNOTSUPP);
  const limitName: DevlinkReloadLimit = DEVLINK_RELOAD_LIMITS[limit] ?? 'unspec';
  const down = await ops.down(action, limitName);
  if (!down.ok) return declined(down);
  await devlink.process();
  if (action === 'driver_reinit') {
    await announceTraps(devlink, instance, 'DEL');
    announceRegions(devlink, instance, 'DEL');
    loadDriverinit(devlink.parts, instance);
    Object.assign(instance, reinitialised(instance.ops));
    instance.snapshotIds.clear();
    announceRegions(devlink, instance, 'NEW');
    await announceTraps(devlink, instance, 'NEW');
  }
  const up = await ops.up(action, limitName);
  await devlink.process();
  if (instance.reloadFailed !== !up.ok) {
    instance.reloadFailed = !up.ok;
    devlink.tell(instance, 'NEW', instanceValues(devlink.parts, instance));
  }
  if (!up.ok) return declined(up);
  for (const name of up.value) {
    const key = `${devlink.parts.countedLimit(limit)}/${DEVLINK_RELOAD_ACTIONS.indexOf(name)}`;
    instance.reloads.set(key, (instance.reloads.get(key) ?? 0) + devlink.parts.reloadsCounted);
  }
  devlink.tell(instance, 'NEW', instanceValues(devlink.parts, instance));
  await devlink.kernel.settle();
  return up.value;
}

export const reloadOperations: DevlinkOperations = { RELOAD: { doit: reload } };
