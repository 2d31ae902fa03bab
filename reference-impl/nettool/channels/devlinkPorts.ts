/** All ports of a devlink instance, those of subfunctions that come and go, and the functions behind ports. */
import { DEVLINK_FUNCTION_CAPABILITIES } from '../../netlink/families/devlink.js';
import { nestIn, numberIn, type Value, type Values } from '../../netlink/schema.js';
import type { Limit, Reading, Row } from '../reading.js';
import { refused, type Outcome } from '../refusal.js';
import type { NetDeviceInfo, NettoolSession } from '../session.js';
import type { SubjectSpec } from '../subjects/index.js';
import { printValue, type Scalar } from '../values.js';
import { decodeScalar, encodeScalar, limitOf } from './attributeValues.js';
import type { Channel } from './channel.js';
import { askDevlink, devlinkStep, portIndexOf, rowOf, together } from './devlinkMessages.js';
import { formerValues } from './ethtoolChannel.js';

/** What the reply about the port tells of its function. */
async function functionOf(session: NettoolSession, device: NetDeviceInfo): Promise<Outcome<Values>> {
  const lacks = (message: string): Outcome<never> =>
    refused({ stage: 'device', device: device.name, errno: 'EOPNOTSUPP', message });
  const index = portIndexOf(device);
  if (index === undefined) return lacks('it is no port of a devlink instance');
  const replies = await askDevlink(session, device, 'PORT_GET', { DEVLINK_ATTR_PORT_INDEX: index });
  if (!replies.ok) return replies;
  const told = nestIn(replies.value[0], 'DEVLINK_ATTR_PORT_FUNCTION');
  return told === undefined ? lacks('no function is behind its port') : { ok: true, value: told };
}

/** The bit of DEVLINK_PORT_FN_ATTR_CAPS behind a key; undefined for a key that is an attribute of its own. */
function bitOf(key: string): number | undefined {
  const bit = DEVLINK_FUNCTION_CAPABILITIES.findIndex((name) => name.replace('_', '-') === key);
  return bit < 0 ? undefined : 1 << bit;
}

/** A capability that the driver does not tell of is not in the selector. */
function capability(told: Values, bit: number): boolean | undefined {
  const bits = nestIn(told, 'DEVLINK_PORT_FN_ATTR_CAPS');
  if (((numberIn(bits, 'selector') ?? 0) & bit) === 0) return undefined;
  return ((numberIn(bits, 'value') ?? 0) & bit) !== 0;
}

function functionAttributes({ keys }: SubjectSpec, row: Row): Values {
  const values: Record<string, Value> = {};
  let [selector, value] = [0, 0];
  for (const { key, attribute, type } of keys) {
    const wanted = row[key];
    const bit = bitOf(key);
    if (wanted === undefined) continue;
    if (bit === undefined) values[attribute] = encodeScalar(type, wanted);
    else {
      selector |= bit;
      if (wanted === true) value |= bit;
    }
  }
  if (selector !== 0) values['DEVLINK_PORT_FN_ATTR_CAPS'] = { value, selector };
  return values;
}

export const devlinkFunctionChannel: Channel = {
  async read(session, device, { keys }) {
    const told = await functionOf(session, device);
    if (!told.ok) return told;
    const values: Record<string, Scalar> = {};
    const limits: Record<string, Limit> = {};
    for (const spec of keys) {
      const bit = bitOf(spec.key);
      const value =
        bit === undefined ? decodeScalar(spec.type, told.value, spec.attribute) : capability(told.value, bit);
      if (value === undefined) continue;
      values[spec.key] = value;
      const limit = limitOf(spec, told.value);
      if (limit !== undefined) limits[spec.key] = limit;
    }
    return { ok: true, value: { values, limits } };
  },

  async change(session, device, subject, changes, before) {
    // devlink_port_fn_hw_addr_set(): neither of a group, nor all zeros.
    const address = changes['address'];
    if (session.parts.checks.has('rules') && address !== undefined && isNoUnicast(String(address))) {
      const about = { stage: 'device', device: device.name, key: `${subject.name}.address` } as const;
      const message = 'a function has an address of its own alone';
      return refused({ ...about, value: String(address), message, accepted: 'an address that is of no group' });
    }
    const request = (row: Row): Values => ({
      DEVLINK_ATTR_PORT_INDEX: portIndexOf(device) ?? 0,
      DEVLINK_ATTR_PORT_FUNCTION: functionAttributes(subject, row),
    });
    const former = request(formerValues(changes, before));
    return together([devlinkStep(session, device, subject, 'PORT_SET', changes, request(changes), former)]);
  },
};

const isNoUnicast = (address: string): boolean =>
  (parseInt(address.slice(0, 2), 16) & 1) === 1 || /^[0:]+$/.test(address);

async function portRows(
  session: NettoolSession,
  device: NetDeviceInfo,
  { keys }: SubjectSpec,
): Promise<Outcome<Reading>> {
  const replies = await askDevlink(session, device, 'PORT_GET', {}, { dump: true });
  if (!replies.ok) return replies;
  const rows = replies.value.map((reply) =>
    rowOf(keys.map(({ key, attribute, type }) => [key, decodeScalar(type, reply, attribute)] as const)),
  );
  return { ok: true, value: { values: {}, limits: {}, rows } };
}

/** devlink_nl_port_new_doit(): flavour and physical function are asked for whatever is made. */
const NEEDED: readonly string[] = ['flavour', 'pf'];
/** Ports of functions alone come and go. */
const OF_FUNCTIONS: readonly string[] = ['pcipf', 'pcivf', 'pcisf'];

export const devlinkPortsChannel: Channel = {
  read: portRows,

  async add(session, device, subject, row) {
    const about = { stage: 'command', device: device.name } as const;
    const missing = NEEDED.find((key) => row[key] === undefined);
    if (session.parts.asksForNeeds && missing !== undefined) {
      const message = 'it has to be given';
      return refused({ ...about, key: `${subject.name}.${missing}`, message, accepted: 'flavour=pcisf pf=0 sf=1' });
    }
    const flavour = String(row['flavour']);
    if (session.parts.checks.has('choices') && !OF_FUNCTIONS.includes(flavour)) {
      const message = 'only ports of functions are made';
      return refused({
        ...about,
        key: `${subject.name}.flavour`,
        value: printValue(flavour),
        message,
        accepted: OF_FUNCTIONS.join(', '),
      });
    }
    const values: Record<string, Value> = {};
    for (const { key, attribute, type } of subject.keys) {
      const value = row[key];
      if (value !== undefined) values[attribute] = encodeScalar(type, value);
    }
    // Where the driver picks the number, only its answer tells which port to remove.
    const { index } = row;
    const former = index === undefined ? undefined : { DEVLINK_ATTR_PORT_INDEX: Number(index) };
    return together([devlinkStep(session, device, subject, 'PORT_NEW', row, values, former, 'PORT_DEL')]);
  },

  async remove(session, device, subject, row, there) {
    const flavour = String(there['flavour']);
    if (session.parts.sparesHardware && flavour !== 'pcisf' && flavour !== 'pcivf' && flavour !== 'pcipf') {
      const message = `it is a ${flavour} port, which is hardware, and stays`;
      const about = { stage: 'device', device: device.name, key: `${subject.name}.index` } as const;
      return refused({ ...about, value: String(there['index']), message, accepted: 'the port of a subfunction' });
    }
    const index = { DEVLINK_ATTR_PORT_INDEX: Number(there['index']) };
    return together([devlinkStep(session, device, subject, 'PORT_DEL', row, index, undefined)]);
  },
};
