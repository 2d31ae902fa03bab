/** Contexts of receive-side scaling beside the main one: ETHTOOL_MSG_RSS_CREATE_ACT, _SET and _DELETE_ACT. */
import { NETLINK_GENERIC, NLM_F_DUMP } from '../../netlink/constants.js';
import { ETHTOOL_GENL_NAME, ETHTOOL_OPERATIONS, type EthtoolOperation } from '../../netlink/families/ethtool.js';
import { decodeBody } from '../../netlink/client.js';
import { nestIn, numberIn, type Value, type Values } from '../../netlink/schema.js';
import { GENLMSGHDR } from '../../netlink/server.js';
import type { Row } from '../reading.js';
import { kernelRefusal, refused, type Outcome } from '../refusal.js';
import type { NetDeviceInfo, NettoolSession } from '../session.js';
import type { Step, StepCore } from '../step.js';
import type { SubjectSpec } from '../subjects/index.js';
import { encodeScalar } from './attributeValues.js';
import type { Channel } from './channel.js';
import { rowOf } from './devlinkMessages.js';
import { readingOf } from './ethtoolChannel.js';
import { byName, ethtoolBody, ethtoolWire } from './ethtoolMessages.js';

const { RSS_GET, RSS_SET, RSS_CREATE_ACT, RSS_DELETE_ACT } = ETHTOOL_OPERATIONS;

function attributesOf({ keys }: SubjectSpec, row: Row): Values {
  const values: Record<string, Value> = {};
  for (const { key, attribute, type } of keys) {
    const value = row[key];
    if (value !== undefined) values[attribute] = encodeScalar(type, value);
  }
  return values;
}

const context = (row: Row): Row => rowOf([['context', row['context']]]);

async function core(
  session: NettoolSession,
  { name }: NetDeviceInfo,
  subject: SubjectSpec,
  [operation, called]: readonly [EthtoolOperation, string],
  row: Row,
): Promise<Outcome<StepCore>> {
  const wire = await ethtoolWire(session, operation, byName(name), attributesOf(subject, row));
  return wire.ok ? { ok: true, value: { operation: `ETHTOOL_MSG_${called}`, wire: wire.value } } : wire;
}

function stepOf(
  subject: SubjectSpec,
  changes: Row,
  made: Outcome<StepCore>,
  undo?: Outcome<StepCore>,
): Outcome<readonly Step[]> {
  if (!made.ok) return made;
  const keys = new Map(subject.keys.map(({ attribute, key }) => [attribute, `${subject.name}.${key}`]));
  return {
    ok: true,
    value: [
      { ...made.value, subject: subject.name, changes, keys, ...(undo?.ok === true ? { undo: undo.value } : {}) },
    ],
  };
}

export const rssContextsChannel: Channel = {
  async read(session, device, subject) {
    const family = await session.pool.family(ETHTOOL_GENL_NAME);
    if (!family.ok) return refused(kernelRefusal(family.error, { device: device.name }));
    const body = ethtoolBody(RSS_GET, byName(device.name));
    const result = await session.pool.read(NETLINK_GENERIC, { type: family.value.id, flags: NLM_F_DUMP, body });
    if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), { device: device.name }));
    const contexts = result.value
      .map((reply) => decodeBody(GENLMSGHDR, RSS_GET.set, reply).values)
      .filter((values) => numberIn(nestIn(values, RSS_GET.header), 'ETHTOOL_A_HEADER_DEV_INDEX') === device.ifIndex);
    if (contexts.length === 0) {
      const message = 'the device has no receive-side scaling';
      return refused({ stage: 'device', device: device.name, errno: 'EOPNOTSUPP', message });
    }
    // The main context is the subject rss.
    const beside = contexts.filter((values) => numberIn(values, 'ETHTOOL_A_RSS_CONTEXT') !== undefined);
    const rows = beside.map((values) => readingOf({ ...subject, shape: 'keys' }, values).values);
    return { ok: true, value: { values: {}, limits: {}, rows } };
  },

  async add(session, device, subject, row) {
    const made = await core(session, device, subject, [RSS_CREATE_ACT, 'RSS_CREATE_ACT'], row);
    // Where the kernel picks the number, only its answer tells which context to remove.
    if (row['context'] === undefined) return stepOf(subject, row, made);
    const undo = await core(session, device, subject, [RSS_DELETE_ACT, 'RSS_DELETE_ACT'], context(row));
    return stepOf(subject, row, made, undo);
  },

  async remove(session, device, subject, row, there) {
    const made = await core(session, device, subject, [RSS_DELETE_ACT, 'RSS_DELETE_ACT'], context(there));
    return stepOf(subject, row, made, await core(session, device, subject, [RSS_CREATE_ACT, 'RSS_CREATE_ACT'], there));
  },

  async alter(session, device, subject, changes, there) {
    const set = (row: Row): Promise<Outcome<StepCore>> =>
      core(session, device, subject, [RSS_SET, 'RSS_SET'], { ...context(there), ...row });
    const former = rowOf(Object.keys(changes).map((key) => [key, there[key]] as const));
    return stepOf(subject, changes, await set(changes), await set(former));
  },
};
