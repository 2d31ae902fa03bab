/** Instances, what they are made of, and the embedded switch: net/devlink/dev.c. */
import type { DevlinkVersion, EswitchMode } from '../../../harness/contract/index.js';
import {
  DEVLINK_ENCAP_MODES,
  DEVLINK_ESWITCH_MODES,
  DEVLINK_INLINE_MODES,
  DEVLINK_RELOAD_ACTIONS,
  DEVLINK_RELOAD_LIMITS,
} from '../../netlink/families/devlink.js';
import { numberIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { EBUSY, EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import type { DevlinkParts } from './devlinkParts.js';
import { handleValues, type DevlinkInstance } from './instance.js';
import {
  DONE,
  declined,
  isRefusal,
  replying,
  type DevlinkAnswer,
  type DevlinkOperations,
  type DevlinkReply,
  type DevlinkRequest,
} from './operations.js';

/** devlink_nl_fill(). */
export const instanceValues = (parts: DevlinkParts, instance: DevlinkInstance): Values => ({
  ...handleValues(instance),
  DEVLINK_ATTR_RELOAD_FAILED: instance.reloadFailed ? 1 : 0,
  DEVLINK_ATTR_DEV_STATS: {
    DEVLINK_ATTR_RELOAD_STATS: reloadStatistics(parts, instance, 'own'),
    DEVLINK_ATTR_REMOTE_RELOAD_STATS: reloadStatistics(parts, instance, 'remote'),
  },
});

/** Bringing the driver up anew without a reset makes no sense: devlink_reload_invalid_combinations. */
export const isInvalidCombination = (action: number, limit: number): boolean => action === 1 && limit === 1;

/** devlink_reload_stats_put(): of the driver's own reloads only those that it can do, of others all. */
function reloadStatistics(parts: DevlinkParts, instance: DevlinkInstance, whose: 'own' | 'remote'): Values {
  const { reload } = instance.ops;
  const infos: Values[] = [];
  for (let action = 1; action < DEVLINK_RELOAD_ACTIONS.length; action++) {
    if (whose === 'own' && !(reload?.actions ?? []).some((name) => name === DEVLINK_RELOAD_ACTIONS[action])) continue;
    const entries: Values[] = [];
    for (let limit = 0; limit < DEVLINK_RELOAD_LIMITS.length; limit++) {
      const isSupported = limit === 0 || (reload?.limits ?? []).some((name) => name === DEVLINK_RELOAD_LIMITS[limit]);
      if ((whose === 'own' && !isSupported) || isInvalidCombination(action, limit)) continue;
      const own = instance.reloads.get(`${limit}/${action}`) ?? 0;
      entries.push({
        DEVLINK_ATTR_RELOAD_STATS_LIMIT: limit,
        DEVLINK_ATTR_RELOAD_STATS_VALUE: whose === 'own' ? own : parts.remoteReloads(own),
      });
    }
    infos.push({
      DEVLINK_ATTR_RELOAD_ACTION: action,
      DEVLINK_ATTR_RELOAD_ACTION_STATS: { DEVLINK_ATTR_RELOAD_STATS_ENTRY: entries },
    });
  }
  return infos.length === 0 ? {} : { DEVLINK_ATTR_RELOAD_ACTION_INFO: infos };
}

const VERSION_ATTRIBUTES = {
  fixed: 'DEVLINK_ATTR_INFO_VERSION_FIXED',
  running: 'DEVLINK_ATTR_INFO_VERSION_RUNNING',
  stored: 'DEVLINK_ATTR_INFO_VERSION_STORED',
} as const;

/** devlink_nl_info_fill(). */
async function infoReplies({ instance }: DevlinkRequest): Promise<readonly DevlinkReply[] | Refusal> {
  const { ops } = instance;
  const info = await ops.infoGet?.();
  if (info !== undefined && !info.ok) return declined(info);
  const values: Record<string, Values[keyof Values]> = { ...handleValues(instance) };
  if (info !== undefined) {
    const { serialNumber, boardSerialNumber, versions } = info.value;
    if (serialNumber !== undefined) values['DEVLINK_ATTR_INFO_SERIAL_NUMBER'] = serialNumber;
    if (boardSerialNumber !== undefined) values['DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER'] = boardSerialNumber;
    for (const kind of new Set(versions.map((version) => version.kind)))
      values[VERSION_ATTRIBUTES[kind]] = versions.filter((version) => version.kind === kind).map(versionValues);
  }
  values['DEVLINK_ATTR_INFO_DRIVER_NAME'] = ops.driver;
  return [{ command: 'INFO_GET', values }];
}

const versionValues = ({ name, value }: DevlinkVersion): Values => ({
  DEVLINK_ATTR_INFO_VERSION_NAME: name,
  DEVLINK_ATTR_INFO_VERSION_VALUE: value,
});

/** devlink_nl_eswitch_fill(). */
async function eswitchGet({ instance }: DevlinkRequest): Promise<DevlinkAnswer> {
  const { eswitch } = instance.ops;
  const values: Record<string, number> = {};
  const mode = await eswitch?.modeGet?.();
  if (mode !== undefined) {
    if (!mode.ok) return declined(mode);
    values['DEVLINK_ATTR_ESWITCH_MODE'] = DEVLINK_ESWITCH_MODES.indexOf(mode.value);
  }
  const inline = await eswitch?.inlineModeGet?.();
  if (inline !== undefined) {
    if (!inline.ok) return declined(inline);
    values['DEVLINK_ATTR_ESWITCH_INLINE_MODE'] = DEVLINK_INLINE_MODES.indexOf(inline.value);
  }
  const encap = await eswitch?.encapModeGet?.();
  if (encap !== undefined) {
    if (!encap.ok) return declined(encap);
    values['DEVLINK_ATTR_ESWITCH_ENCAP_MODE'] = DEVLINK_ENCAP_MODES.indexOf(encap.value);
  }
  return replying('ESWITCH_GET', { ...handleValues(instance), ...values });
}

/** devlink_nl_eswitch_set_doit(): one after the other, and what was done before a refusal stays. */
async function eswitchSet(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance, values } = asked;
  const { eswitch } = instance.ops;
  const mode = numberIn(values, 'DEVLINK_ATTR_ESWITCH_MODE');
  if (mode !== undefined) {
    if (eswitch?.modeSet === undefined) return refusal(EOPNOTSUPP);
    const hasNodes = instance.rates.some(({ key }) => key.kind === 'node');
    if (hasNodes && devlink.parts.guardsRateNodes) return refusal(EBUSY, 'Rate node(s) exists.');
    const set = await eswitch.modeSet(DEVLINK_ESWITCH_MODES[mode] as EswitchMode);
    if (!set.ok) return declined(set);
  }
  const inline = numberIn(values, 'DEVLINK_ATTR_ESWITCH_INLINE_MODE');
  if (inline !== undefined) {
    const set = await eswitch?.inlineModeSet?.(DEVLINK_INLINE_MODES[inline] ?? 'none');
    if (set === undefined) return refusal(EOPNOTSUPP);
    if (!set.ok) return declined(set);
  }
  const encap = numberIn(values, 'DEVLINK_ATTR_ESWITCH_ENCAP_MODE');
  if (encap !== undefined) {
    const set = await eswitch?.encapModeSet?.(DEVLINK_ENCAP_MODES[encap] ?? 'none');
    if (set === undefined) return refusal(EOPNOTSUPP);
    if (!set.ok) return declined(set);
  }
  return DONE;
}

export const deviceOperations: DevlinkOperations = {
  GET: {
    doit: ({ devlink, instance }) => replying('NEW', instanceValues(devlink.parts, instance)),
    dump: ({ devlink, instance }) => [{ command: 'NEW', values: instanceValues(devlink.parts, instance) }],
  },
  INFO_GET: {
    doit: async (asked) => {
      const replies = await infoReplies(asked);
      return isRefusal(replies) ? replies : { ok: true, replies };
    },
    // devlink_nl_info_get_dump_one(): who has nothing to say is left out.
    dump: async (asked) => {
      const replies = await infoReplies(asked);
      return isRefusal(replies) && replies.errno === EOPNOTSUPP ? [] : replies;
    },
  },
  ESWITCH_GET: { doit: eswitchGet },
  ESWITCH_SET: { doit: eswitchSet },
};
