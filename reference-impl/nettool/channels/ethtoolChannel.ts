/** Subjects that are one operation of the ethtool family: the attributes of its reply are the keys. */
import { bitChanges, decodeBits } from '../../netlink/bitset.js';
import { ETHTOOL_FLAG_STATS } from '../../netlink/families/ethtool.js';
import { nestIn, type Value, type Values } from '../../netlink/schema.js';
import type { Limit, Reading, Row } from '../reading.js';
import { refused, type Outcome } from '../refusal.js';
import type { NetDeviceInfo, NettoolSession } from '../session.js';
import type { Step, StepCore } from '../step.js';
import { operationCalled, type SubjectSpec } from '../subjects/index.js';
import type { Scalar } from '../values.js';
import { UNKNOWN, decodeScalar, encodeScalar, limitOf } from './attributeValues.js';
import type { Channel } from './channel.js';
import { ask, askAll, byName, ethtoolWire } from './ethtoolMessages.js';

const flagsOf = (subject: SubjectSpec): number => (subject.statistics === true ? ETHTOOL_FLAG_STATS : 0);

const missing = (subject: SubjectSpec): Outcome<never> =>
  refused({ stage: 'command', message: `${subject.name} has no such operation` });

/** The keys of a reply, with their bounds. */
export function readingOf(subject: SubjectSpec, values: Values): Reading {
  const read: Record<string, Scalar> = {};
  const limits: Record<string, Limit> = {};
  if (subject.shape === 'named') {
    const bits = decodeBits(nestIn(values, subject.keys[0]?.attribute ?? ''), []);
    for (const name of bits.mask) read[name] = bits.set.has(name);
    return { values: read, limits };
  }
  for (const key of subject.keys) {
    const value = decodeScalar(key.type, values, key.attribute);
    if (value === undefined) continue;
    read[key.key] = value;
    const limit = limitOf(key, values);
    if (limit !== undefined) limits[key.key] = limit;
  }
  return { values: read, limits };
}

export const ethtoolChannel: Channel = {
  async read(session, device, subject) {
    const operation = operationCalled(subject.get);
    if (operation === undefined) return missing(subject);
    const values = await ask(session, operation, device.name, { flags: flagsOf(subject) });
    return values.ok ? { ok: true, value: readingOf(subject, values.value) } : values;
  },

  async readAll(session, subject) {
    const operation = operationCalled(subject.get);
    if (operation === undefined) return missing(subject);
    const all = await askAll(session, operation, flagsOf(subject));
    if (!all.ok) return all;
    return { ok: true, value: new Map([...all.value].map(([index, values]) => [index, readingOf(subject, values)])) };
  },

  async change(session, device, subject, changes, before) {
    const operation = operationCalled(subject.set);
    if (operation === undefined) return missing(subject);
    const make = async (row: Row): Promise<Outcome<StepCore>> => {
      const wire = await ethtoolWire(session, operation, byName(device.name), attributesOf(subject, row));
      return wire.ok ? { ok: true, value: { operation: `ETHTOOL_MSG_${subject.set ?? ''}`, wire: wire.value } } : wire;
    };
    const [core, undo] = [await make(changes), await make(formerValues(changes, before))];
    if (!core.ok) return core;
    const step: Step = {
      ...core.value,
      subject: subject.name,
      changes,
      keys: new Map(subject.keys.map(({ attribute, key }) => [attribute, `${subject.name}.${key}`])),
      ...(undo.ok ? { undo: undo.value } : {}),
    };
    return { ok: true, value: [step] };
  },
};

function attributesOf(subject: SubjectSpec, row: Row): Values {
  if (subject.shape === 'named') {
    const switches = Object.entries(row).map(([name, value]) => [name, value === true] as const);
    return { [subject.keys[0]?.attribute ?? '']: bitChanges(Object.fromEntries(switches)) };
  }
  const values: Record<string, Value> = {};
  for (const { key, attribute, type } of subject.keys) {
    const value = row[key];
    if (value !== undefined) values[attribute] = encodeScalar(type, value);
  }
  return values;
}

/** What the keys of a change were; one that was not known stays out. */
export function formerValues(changes: Row, { values }: Reading): Row {
  const entries = Object.keys(changes).map((key) => [key, values[key]] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, Scalar] => entry[1] !== undefined && entry[1] !== UNKNOWN),
  );
}

export type { NetDeviceInfo, NettoolSession };
