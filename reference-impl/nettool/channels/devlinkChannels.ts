/** What devlink tells of the device behind a net device, and what can be changed of it. */
import {
  DEVLINK_PARAM_CMODES,
  DEVLINK_TRAP_ACTIONS,
  NLA_FLAG,
  NLA_STRING,
  NLA_U16,
  NLA_U32,
  NLA_U64,
  NLA_U8,
} from '../../netlink/families/devlink.js';
import { bytesIn, isValues, listIn, nestIn, numberIn, textIn, type Value, type Values } from '../../netlink/schema.js';
import type { Limit, Reading, Row } from '../reading.js';
import { offeredTests } from '../devlinkSelftests.js';
import { refused, type Outcome } from '../refusal.js';
import type { NetDeviceInfo, NettoolSession } from '../session.js';
import type { Scalar } from '../values.js';
import { encodeScalar } from './attributeValues.js';
import type { Channel } from './channel.js';
import { askDevlink, devlinkStep, portIndexOf, rowOf, together } from './devlinkMessages.js';
import { formerValues, readingOf } from './ethtoolChannel.js';

const nothing: Reading = { values: {}, limits: {} };

export const devlinkInfoChannel: Channel = {
  async read(session, device) {
    const replies = await askDevlink(session, device, 'INFO_GET');
    if (!replies.ok) return replies;
    const [reply] = replies.value;
    if (reply === undefined) return { ok: true, value: nothing };
    const versions = (['FIXED', 'RUNNING', 'STORED'] as const).flatMap((kind) =>
      listIn(reply, `DEVLINK_ATTR_INFO_VERSION_${kind}`)
        .filter(isValues)
        .map((version) => {
          const name = textIn(version, 'DEVLINK_ATTR_INFO_VERSION_NAME') ?? '';
          return [`${kind.toLowerCase()}.${name}`, textIn(version, 'DEVLINK_ATTR_INFO_VERSION_VALUE')] as const;
        }),
    );
    const values = rowOf([
      ['driver', textIn(reply, 'DEVLINK_ATTR_INFO_DRIVER_NAME')],
      ['serial', textIn(reply, 'DEVLINK_ATTR_INFO_SERIAL_NUMBER')],
      ['board-serial', textIn(reply, 'DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER')],
      ...versions,
    ]);
    return { ok: true, value: { values, limits: {} } };
  },
};

export const devlinkSelftestsChannel: Channel = {
  async read(session, device) {
    const replies = await askDevlink(session, device, 'SELFTESTS_GET');
    if (!replies.ok) return replies;
    const rows = offeredTests(replies.value[0]).map((test) => ({ test }));
    return { ok: true, value: { values: {}, limits: {}, rows } };
  },
};

export const devlinkPortChannel: Channel = {
  async read(session, device, subject) {
    const index = portIndexOf(device);
    if (index === undefined) {
      const message = 'it is no port of a devlink instance';
      return refused({ stage: 'device', device: device.name, errno: 'EOPNOTSUPP', message });
    }
    const replies = await askDevlink(session, device, 'PORT_GET', { DEVLINK_ATTR_PORT_INDEX: index });
    return replies.ok ? { ok: true, value: readingOf(subject, replies.value[0] ?? {}) } : replies;
  },

  async change(session, device, subject, changes, before) {
    const [spec] = subject.keys.filter(({ key }) => key === 'type');
    const request = (type: Scalar | undefined): Values => ({
      DEVLINK_ATTR_PORT_INDEX: portIndexOf(device) ?? 0,
      ...(spec === undefined || type === undefined ? {} : { DEVLINK_ATTR_PORT_TYPE: encodeScalar(spec.type, type) }),
    });
    const [wanted, former] = [request(changes['type']), request(before.values['type'])];
    return together([devlinkStep(session, device, subject, 'PORT_SET', changes, wanted, former)]);
  },
};

export const devlinkEswitchChannel: Channel = {
  async read(session, device, subject) {
    const replies = await askDevlink(session, device, 'ESWITCH_GET');
    return replies.ok ? { ok: true, value: readingOf(subject, replies.value[0] ?? {}) } : replies;
  },

  async change(session, device, subject, changes, before) {
    const attributes = (row: Row): Values => {
      const values: Record<string, Value> = {};
      for (const { key, attribute, type } of subject.keys) {
        const value = row[key];
        if (value !== undefined) values[attribute] = encodeScalar(type, value);
      }
      return values;
    };
    const former = attributes(formerValues(changes, before));
    return together([devlinkStep(session, device, subject, 'ESWITCH_SET', changes, attributes(changes), former)]);
  },
};

const INTEGER_BYTES: Readonly<Record<number, number>> = { [NLA_U8]: 1, [NLA_U16]: 2, [NLA_U32]: 4, [NLA_U64]: 8 };

/** A parameter's value as text: its type is told beside it. */
function paramText(type: number, value: Values): string {
  const data = bytesIn(value, 'DEVLINK_ATTR_PARAM_VALUE_DATA');
  if (type === NLA_FLAG) return data === undefined ? 'off' : 'on';
  if (data === undefined) return '';
  if (INTEGER_BYTES[type] === undefined) return new TextDecoder().decode(data).replace(/\0.*$/s, '');
  return String(data.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n));
}

function paramData(type: number, text: string): Values {
  if (type === NLA_FLAG) return text === 'on' ? { DEVLINK_ATTR_PARAM_VALUE_DATA: new Uint8Array(0) } : {};
  const length = INTEGER_BYTES[type];
  if (length === undefined) return { DEVLINK_ATTR_PARAM_VALUE_DATA: new TextEncoder().encode(`${text}\0`) };
  const number = /^\d+$/.test(text) ? BigInt(text) : 0n;
  const bytes = Uint8Array.from({ length }, (_, index) => Number((number >> BigInt(8 * index)) & 0xffn));
  return { DEVLINK_ATTR_PARAM_VALUE_DATA: bytes };
}

interface Param {
  readonly name: string;
  readonly type: number;
  /** DEVLINK_PARAM_CMODE_*. */
  readonly mode: number;
  readonly text: string;
}

async function params(session: NettoolSession, device: NetDeviceInfo): Promise<Outcome<ReadonlyMap<string, Param>>> {
  const replies = await askDevlink(session, device, 'PARAM_GET', {}, { dump: true });
  if (!replies.ok) return replies;
  const found = replies.value.flatMap((reply) => {
    const param = nestIn(reply, 'DEVLINK_ATTR_PARAM');
    const [name, type] = [
      textIn(param, 'DEVLINK_ATTR_PARAM_NAME') ?? '',
      numberIn(param, 'DEVLINK_ATTR_PARAM_TYPE') ?? 0,
    ];
    const values = listIn(nestIn(param, 'DEVLINK_ATTR_PARAM_VALUES_LIST'), 'DEVLINK_ATTR_PARAM_VALUE').filter(isValues);
    return values.map((value): readonly [string, Param] => {
      const mode = numberIn(value, 'DEVLINK_ATTR_PARAM_VALUE_CMODE') ?? 0;
      const key = `${name}@${DEVLINK_PARAM_CMODES[mode] ?? String(mode)}`;
      return [key, { name, type, mode, text: paramText(type, value) }];
    });
  });
  return { ok: true, value: new Map(found) };
}

export const devlinkParamsChannel: Channel = {
  async read(session, device) {
    const all = await params(session, device);
    if (!all.ok) return all;
    const limits: Record<string, Limit> = {};
    for (const [key, { type }] of all.value) if (type === NLA_FLAG) limits[key] = { choices: ['on', 'off'] };
    return {
      ok: true,
      value: { values: Object.fromEntries([...all.value].map(([key, { text }]) => [key, text])), limits },
    };
  },

  async change(session, device, subject, changes) {
    const all = await params(session, device);
    if (!all.ok) return all;
    const steps = Object.entries(changes).flatMap(([key, value]) => {
      const param = all.value.get(key);
      if (param === undefined) return [];
      const { name, type, mode, text } = param;
      const request = (wanted: string): Values => ({
        DEVLINK_ATTR_PARAM_NAME: name,
        DEVLINK_ATTR_PARAM_TYPE: type,
        DEVLINK_ATTR_PARAM_VALUE_CMODE: mode,
        ...paramData(type, wanted),
      });
      const isNumber = type !== NLA_FLAG && type !== NLA_STRING && INTEGER_BYTES[type] !== undefined;
      if (isNumber && !/^\d+$/.test(String(value))) {
        const refusal = {
          stage: 'device',
          device: device.name,
          key: `${subject.name}.${key}`,
          value: String(value),
        } as const;
        return [Promise.resolve(refused({ ...refusal, message: 'it is not such a value', accepted: 'a number' }))];
      }
      return [
        devlinkStep(session, device, subject, 'PARAM_SET', { [key]: value }, request(String(value)), request(text)),
      ];
    });
    return together(steps);
  },
};

export const devlinkTrapsChannel: Channel = {
  async read(session, device) {
    const replies = await askDevlink(session, device, 'TRAP_GET', {}, { dump: true });
    if (!replies.ok) return replies;
    const choices = [...DEVLINK_TRAP_ACTIONS];
    const traps = replies.value.map((trap) => {
      const action = DEVLINK_TRAP_ACTIONS[numberIn(trap, 'DEVLINK_ATTR_TRAP_ACTION') ?? 0];
      return [textIn(trap, 'DEVLINK_ATTR_TRAP_NAME') ?? '', action ?? ''] as const;
    });
    return {
      ok: true,
      value: {
        values: Object.fromEntries(traps),
        limits: Object.fromEntries(traps.map(([name]) => [name, { choices }])),
      },
    };
  },

  async change(session, device, subject, changes, before) {
    const [spec] = subject.keys;
    const steps = Object.entries(changes).map(([name, value]) => {
      const request = (action: Scalar): Values => ({
        DEVLINK_ATTR_TRAP_NAME: name,
        DEVLINK_ATTR_TRAP_ACTION: spec === undefined ? 0 : encodeScalar(spec.type, action),
      });
      const was = before.values[name];
      const former = was === undefined ? undefined : request(was);
      return devlinkStep(session, device, subject, 'TRAP_SET', { [name]: value }, request(value), former);
    });
    return together(steps);
  },
};
