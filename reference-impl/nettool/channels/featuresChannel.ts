/** Offloads: four bitsets, whose bits have names that only the kernel knows. */
import { bitChanges, bitTest, decodeBits } from '../../netlink/bitset.js';
import { ETHTOOL_FLAG_COMPACT_BITSETS, ETHTOOL_OPERATIONS, ETH_SS_FEATURES } from '../../netlink/families/ethtool.js';
import { isValues, listIn, nestIn, textIn, type Values } from '../../netlink/schema.js';
import type { Limit, Reading, Row } from '../reading.js';
import { refused, type Outcome, type Refusal } from '../refusal.js';
import type { NettoolSession } from '../session.js';
import type { StepCore } from '../step.js';
import { printValue, type Scalar } from '../values.js';
import type { Channel } from './channel.js';
import { formerValues } from './ethtoolChannel.js';
import { ask, askAll, byName, ethtoolWire } from './ethtoolMessages.js';

const { FEATURES_GET, FEATURES_SET, STRSET_GET } = ETHTOOL_OPERATIONS;

/** The strings of a set, by number. */
export async function stringSet(
  session: NettoolSession,
  device: string,
  id: number,
): Promise<Outcome<readonly string[]>> {
  const values = await ask(session, STRSET_GET, device, {
    values: { ETHTOOL_A_STRSET_STRINGSETS: { ETHTOOL_A_STRINGSETS_STRINGSET: [{ ETHTOOL_A_STRINGSET_ID: id }] } },
  });
  if (!values.ok) return values;
  const sets = nestIn(values.value, 'ETHTOOL_A_STRSET_STRINGSETS');
  const [set] = listIn(sets, 'ETHTOOL_A_STRINGSETS_STRINGSET').filter(isValues);
  const strings = listIn(nestIn(set, 'ETHTOOL_A_STRINGSET_STRINGS'), 'ETHTOOL_A_STRINGS_STRING').filter(isValues);
  return { ok: true, value: strings.map((string) => textIn(string, 'ETHTOOL_A_STRING_VALUE') ?? '') };
}

/** Asked once: features have the same numbers for every device of a kernel. */
export async function featureNames(session: NettoolSession, device: string): Promise<Outcome<readonly string[]>> {
  let refusal: Refusal | undefined;
  session.featureNames ??= stringSet(session, device, ETH_SS_FEATURES).then((names) => {
    if (names.ok) return names.value;
    refusal = names.refusal;
    return [];
  });
  const names = await session.featureNames;
  if (names.length > 0) return { ok: true, value: names };
  session.featureNames = undefined;
  return refused(refusal ?? { stage: 'kernel', device, message: 'the kernel does not name its features' });
}

const bitsIn = (values: Values, name: string, names: readonly string[]): ((index: number) => boolean) =>
  bitTest(nestIn(values, `ETHTOOL_A_FEATURES_${name}`), names);

const ALWAYS_ON: Limit = { fixed: 'it is always on here' };
const ALWAYS_OFF: Limit = { fixed: 'it is always off here' };
const WANTED_ON: Limit = { wanted: true };
const WANTED_OFF: Limit = { wanted: false };

/** Everything off, by the list of names: a copy of it keeps its shape, which an object that grows key by key has not. */
const allOff = new WeakMap<readonly string[], Readonly<Record<string, Scalar>>>();

function offOf(names: readonly string[]): Readonly<Record<string, Scalar>> {
  let off = allOff.get(names);
  if (off === undefined) {
    off = Object.fromEntries(names.filter((name) => name !== '').map((name) => [name, false]));
    allOff.set(names, off);
  }
  return off;
}

function readingOf(values: Values, names: readonly string[]): Reading {
  const [hw, wanted] = [bitsIn(values, 'HW', names), bitsIn(values, 'WANTED', names)];
  const [active, nochange] = [bitsIn(values, 'ACTIVE', names), bitsIn(values, 'NOCHANGE', names)];
  const read: Record<string, Scalar> = { ...offOf(names) };
  const limits: Record<string, Limit> = {};
  for (let index = 0; index < names.length; index++) {
    const name = names[index];
    if (name === undefined || name === '') continue;
    const isOn = active(index);
    if (isOn) read[name] = true;
    if (!hw(index) || nochange(index)) limits[name] = isOn ? ALWAYS_ON : ALWAYS_OFF;
    else if (wanted(index) !== isOn) limits[name] = isOn ? WANTED_OFF : WANTED_ON;
  }
  return { values: read, limits };
}

export const featuresChannel: Channel = {
  async read(session, device) {
    const values = await ask(session, FEATURES_GET, device.name, { flags: ETHTOOL_FLAG_COMPACT_BITSETS });
    if (!values.ok) return values;
    const names = await featureNames(session, device.name);
    return names.ok ? { ok: true, value: readingOf(values.value, names.value) } : names;
  },

  async readAll(session) {
    const all = await askAll(session, FEATURES_GET, ETHTOOL_FLAG_COMPACT_BITSETS);
    if (!all.ok) return all;
    const [first] = all.value.values();
    const device = textIn(nestIn(first, FEATURES_GET.header), 'ETHTOOL_A_HEADER_DEV_NAME') ?? '';
    if (first === undefined) return { ok: true, value: new Map() };
    const names = await featureNames(session, device);
    if (!names.ok) return names;
    return { ok: true, value: new Map([...all.value].map(([index, one]) => [index, readingOf(one, names.value)])) };
  },

  async change(session, device, subject, changes, before) {
    const names = await featureNames(session, device.name);
    if (!names.ok) return names;
    const make = async (row: Row): Promise<Outcome<StepCore>> => {
      const switches = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === true]));
      const values = { ETHTOOL_A_FEATURES_WANTED: bitChanges(switches) };
      const wire = await ethtoolWire(session, FEATURES_SET, byName(device.name), values);
      return wire.ok ? { ok: true, value: { operation: 'ETHTOOL_MSG_FEATURES_SET', wire: wire.value } } : wire;
    };
    const [core, undo] = [await make(changes), await make(wantedBefore(changes, before))];
    if (!core.ok) return core;
    const step = {
      ...core.value,
      subject: subject.name,
      changes,
      keys: new Map([['ETHTOOL_A_FEATURES_WANTED', subject.name]]),
      ...(undo.ok ? { undo: undo.value } : {}),
      unmet: (reply: Values | undefined) => unmetIn(reply, changes, names.value, device.name),
    };
    return { ok: true, value: [step] };
  },
};

/** What was asked for before: that is what a change replaces, not what was in force. */
function wantedBefore(changes: Row, before: Reading): Row {
  const entries = Object.entries(formerValues(changes, before));
  return Object.fromEntries(entries.map(([key, value]) => [key, before.limits[key]?.wanted ?? value]));
}

/** The reply of FEATURES_SET tells what was asked for and is not so. */
function unmetIn(
  reply: Values | undefined,
  changes: Row,
  names: readonly string[],
  device: string,
): Refusal | undefined {
  if (reply === undefined) return undefined;
  const unmet = decodeBits(nestIn(reply, 'ETHTOOL_A_FEATURES_WANTED'), names).mask;
  const [name] = Object.keys(changes).filter((key) => unmet.has(key));
  if (name === undefined) return undefined;
  const value = printValue(changes[name] ?? '');
  return {
    stage: 'kernel',
    device,
    key: `features.${name}`,
    value,
    message:
      'the kernel took the wish and did not fulfil it: a feature that it depends on is missing, or the driver refused',
  };
}
