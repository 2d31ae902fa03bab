/** Params: net/devlink/param.c. */
import type {
  DevlinkParam,
  DevlinkParamCmode,
  DevlinkParamType,
  DevlinkParamValue,
} from '../../../harness/contract/index.js';
import {
  DEVLINK_PARAM_CMODES,
  NLA_FLAG,
  NLA_STRING,
  NLA_U16,
  NLA_U32,
  NLA_U8,
} from '../../netlink/families/devlink.js';
import { bytesIn, numberIn, textIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { viewOf } from '../../netlink/wire.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import type { DevlinkParts } from './devlinkParts.js';
import { handleValues, type DevlinkInstance, type ParamState } from './instance.js';
import {
  DONE,
  declined,
  missingOf,
  type DevlinkAnswer,
  type DevlinkOperations,
  type DevlinkReply,
  type DevlinkRequest,
} from './operations.js';

/** devlink_param_type_to_nla_type(). */
const NLA_TYPES: Readonly<Record<DevlinkParamType, number>> = {
  u8: NLA_U8,
  u16: NLA_U16,
  u32: NLA_U32,
  string: NLA_STRING,
  bool: NLA_FLAG,
};
const BYTES: Readonly<Partial<Record<DevlinkParamType, number>>> = { u8: 1, u16: 2, u32: 4 };
/** __DEVLINK_PARAM_MAX_STRING_VALUE. */
const MAX_STRING = 32;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** devlink_nl_param_fill(): undefined where a value cannot be had. */
export async function paramValues(
  { showsWaiting }: DevlinkParts,
  instance: DevlinkInstance,
  state: ParamState,
): Promise<Values | Refusal> {
  const { param } = state;
  const list: Values[] = [];
  for (const [number, cmode] of DEVLINK_PARAM_CMODES.entries()) {
    if (!param.cmodes.includes(cmode)) continue;
    const value = await valueOf(instance, showsWaiting ? state : { ...state, driverinitNew: undefined }, cmode);
    if (typeof value === 'object') return value;
    list.push({ DEVLINK_ATTR_PARAM_VALUE_CMODE: number, ...dataOf(param.type, value) });
  }
  return {
    ...handleValues(instance),
    DEVLINK_ATTR_PARAM: {
      DEVLINK_ATTR_PARAM_NAME: param.name,
      ...(param.isGeneric ? { DEVLINK_ATTR_PARAM_GENERIC: true } : {}),
      DEVLINK_ATTR_PARAM_TYPE: NLA_TYPES[param.type],
      DEVLINK_ATTR_PARAM_VALUES_LIST: { DEVLINK_ATTR_PARAM_VALUE: list },
    },
  };
}

async function valueOf(
  { ops }: DevlinkInstance,
  { param, driverinit, driverinitNew }: ParamState,
  cmode: DevlinkParamCmode,
): Promise<DevlinkParamValue | Refusal> {
  if (cmode === 'driverinit') return driverinitNew ?? driverinit ?? refusal(EOPNOTSUPP);
  const value = await ops.params?.get?.(param.name, cmode);
  if (value === undefined) return refusal(EOPNOTSUPP);
  return value.ok ? value.value : declined(value);
}

/** devlink_nl_param_value_fill_one(): what is false has no data. */
function dataOf(type: DevlinkParamType, value: DevlinkParamValue): Values {
  if (type === 'bool') return value === true ? { DEVLINK_ATTR_PARAM_VALUE_DATA: new Uint8Array(0) } : {};
  if (type === 'string') return { DEVLINK_ATTR_PARAM_VALUE_DATA: encoder.encode(`${String(value)}\0`) };
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, Number(value), true);
  return { DEVLINK_ATTR_PARAM_VALUE_DATA: bytes.subarray(0, BYTES[type]) };
}

/** devlink_param_value_get_from_info(). */
function valueIn(
  { checksParamLength, checksTextEnd }: DevlinkParts,
  { type }: DevlinkParam,
  data: Uint8Array | undefined,
): DevlinkParamValue | undefined {
  if (type === 'bool') return data === undefined ? false : data.length === 0 || !checksParamLength ? true : undefined;
  if (data === undefined) return undefined;
  if (type === 'string') {
    const end = data.indexOf(0);
    if ((end < 0 || end >= MAX_STRING) && checksTextEnd) return undefined;
    return decoder.decode(end < 0 ? data : data.subarray(0, end));
  }
  if (data.length !== BYTES[type] && (checksParamLength || data.length > 4)) return undefined;
  const padded = new Uint8Array(4);
  padded.set(data);
  return viewOf(padded).getUint32(0, true);
}

const find = ({ instance, values }: DevlinkRequest): ParamState | undefined => {
  const name = textIn(values, 'DEVLINK_ATTR_PARAM_NAME');
  return instance.params.find(({ param }) => param.name === name);
};

async function getParam(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const absent = missingOf(asked, 'PARAM_NAME');
  if (absent !== undefined) return absent;
  const state = find(asked);
  if (state === undefined) return refusal(EINVAL);
  const values = await paramValues(asked.devlink.parts, asked.instance, state);
  return 'errno' in values ? (values as Refusal) : { ok: true, replies: [{ command: 'PARAM_GET', values }] };
}

/** __devlink_nl_cmd_param_set_doit(). */
async function setParam(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance, values } = asked;
  const { parts } = devlink;
  const nameless = missingOf(asked, 'PARAM_NAME');
  if (nameless !== undefined) return nameless;
  const state = find(asked);
  if (state === undefined) return refusal(EINVAL);
  const { param } = state;
  const typeless = missingOf(asked, 'PARAM_TYPE');
  if (typeless !== undefined) return typeless;
  if (parts.checksParamType && numberIn(values, 'DEVLINK_ATTR_PARAM_TYPE') !== NLA_TYPES[param.type])
    return refusal(EINVAL);
  const value = valueIn(parts, param, bytesIn(values, 'DEVLINK_ATTR_PARAM_VALUE_DATA'));
  if (value === undefined) return refusal(EINVAL);
  const valid = parts.validatesParams ? await instance.ops.params?.validate?.(param.name, value) : undefined;
  if (valid !== undefined && !valid.ok) return declined(valid);
  const modeless = missingOf(asked, 'PARAM_VALUE_CMODE');
  if (modeless !== undefined) return modeless;
  const cmode = DEVLINK_PARAM_CMODES[numberIn(values, 'DEVLINK_ATTR_PARAM_VALUE_CMODE') ?? 0] ?? 'runtime';
  if (!param.cmodes.includes(cmode) && parts.checksParamCmode) return refusal(EOPNOTSUPP);
  if (cmode === 'driverinit') {
    if (parts.driverinitWaits) state.driverinitNew = value;
    else state.driverinit = value;
  } else {
    const set = await instance.ops.params?.set?.(param.name, cmode, value);
    if (set === undefined) return refusal(EOPNOTSUPP);
    if (!set.ok) return declined(set);
  }
  await announceParam(asked, state);
  return DONE;
}

async function announceParam({ devlink, instance }: DevlinkRequest, state: ParamState): Promise<void> {
  const values = await paramValues(devlink.parts, instance, state);
  if (!('errno' in values)) devlink.tell(instance, 'PARAM_NEW', values);
}

/** devlink_params_driverinit_load_new(). */
export function loadDriverinit({ keepsLoaded }: DevlinkParts, instance: DevlinkInstance): void {
  for (const state of instance.params) {
    if (state.driverinitNew === undefined) continue;
    if (keepsLoaded) state.driverinit = state.driverinitNew;
    state.driverinitNew = undefined;
  }
}

export const paramOperations: DevlinkOperations = {
  PARAM_GET: {
    doit: getParam,
    // devlink_nl_param_get_dump_one(): a param without a value is left out.
    dump: async ({ devlink, instance }) => {
      const replies: DevlinkReply[] = [];
      for (const state of instance.params) {
        const values = await paramValues(devlink.parts, instance, state);
        if (!('errno' in values)) replies.push({ command: 'PARAM_GET', values });
        else if (values['errno'] !== EOPNOTSUPP) return values as Refusal;
      }
      return replies;
    },
  },
  PARAM_SET: { doit: setParam },
};
