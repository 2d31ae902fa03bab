/** Tables of devlink: health reporters, resources, rates, regions and their snapshots, groups and policers of traps. */
import { DEVLINK_HEALTH_STATES, DEVLINK_RATE_TYPES } from '../../netlink/families/devlink.js';
import { isValues, listIn, nestIn, numberIn, textIn, type Value, type Values } from '../../netlink/schema.js';
import type { Reading, Row } from '../reading.js';
import { refused, type Outcome, type Refusal } from '../refusal.js';
import type { NetDeviceInfo } from '../session.js';
import type { SubjectSpec } from '../subjects/index.js';
import { rangeText, type Scalar } from '../values.js';
import { encodeScalar } from './attributeValues.js';
import type { Channel } from './channel.js';
import { askDevlink, devlinkStep, portIndexOf, rowOf, together } from './devlinkMessages.js';

const rowsOf = (rows: readonly Row[]): Outcome<Reading> => ({ ok: true, value: { values: {}, limits: {}, rows } });

/** The attributes of those keys of a row that are attributes of a request. */
function attributesOf({ keys }: SubjectSpec, row: Row): Values {
  const values: Record<string, Value> = {};
  for (const { key, attribute, type } of keys) {
    const value = row[key];
    if (value !== undefined) values[attribute] = encodeScalar(type, value);
  }
  return values;
}

/** What keys of a row were before. */
const formerOf = (changes: Row, there: Row): Row =>
  rowOf(Object.keys(changes).map((key) => [key, there[key]] as const));

/** Of a reporter of the port itself the request names the port. */
export const reporterAttributes = (row: Row): Values => ({
  DEVLINK_ATTR_HEALTH_REPORTER_NAME: String(row['reporter']),
  ...(row['port'] === undefined ? {} : { DEVLINK_ATTR_PORT_INDEX: Number(row['port']) }),
});

const NANOSECONDS_A_MILLISECOND = 1e6;

export const devlinkHealthChannel: Channel = {
  async read(session, device) {
    const replies = await askDevlink(session, device, 'HEALTH_REPORTER_GET', {}, { dump: true });
    if (!replies.ok) return replies;
    const own = portIndexOf(device);
    const rows = replies.value.flatMap((reply): Row[] => {
      const port = numberIn(reply, 'DEVLINK_ATTR_PORT_INDEX');
      if (port !== undefined && port !== own) return [];
      const reporter = nestIn(reply, 'DEVLINK_ATTR_HEALTH_REPORTER') ?? {};
      const part = (name: string): number | undefined => numberIn(reporter, `DEVLINK_ATTR_HEALTH_REPORTER_${name}`);
      const truth = (name: string): boolean | undefined => {
        const value = part(name);
        return value === undefined ? undefined : value !== 0;
      };
      const dump = part('DUMP_TS_NS');
      const row = rowOf([
        ['reporter', textIn(reporter, 'DEVLINK_ATTR_HEALTH_REPORTER_NAME')],
        ['port', port],
        ['state', DEVLINK_HEALTH_STATES[part('STATE') ?? 0]],
        ['errors', part('ERR_COUNT')],
        ['recoveries', part('RECOVER_COUNT')],
        ['grace-period', part('GRACEFUL_PERIOD')],
        ['auto-recover', truth('AUTO_RECOVER')],
        ['auto-dump', truth('AUTO_DUMP')],
        ['dumped', dump === undefined ? undefined : new Date(dump / NANOSECONDS_A_MILLISECOND).toISOString()],
      ]);
      return [row];
    });
    return rowsOf(rows);
  },

  async alter(session, device, subject, changes, there) {
    const request = (row: Row): Values => ({ ...reporterAttributes(there), ...attributesOf(subject, row) });
    const former = request(formerOf(changes, there));
    return together([devlinkStep(session, device, subject, 'HEALTH_REPORTER_SET', changes, request(changes), former)]);
  },
};

/** Drivers say U64_MAX for what has no limit. */
const NO_LIMIT = 2 ** 63;
const U64_MAX = 2n ** 64n - 1n;
const UNLIMITED = 'unlimited';

/** Resources lie in each other: a path names each. */
function resourceRows(list: Values | undefined, path: string): readonly (readonly [Row, Values])[] {
  return listIn(list, 'DEVLINK_ATTR_RESOURCE')
    .filter(isValues)
    .flatMap((resource) => {
      const name = `${path}/${textIn(resource, 'DEVLINK_ATTR_RESOURCE_NAME') ?? ''}`;
      const part = (member: string): Scalar | undefined => {
        const size = numberIn(resource, `DEVLINK_ATTR_RESOURCE_${member}`);
        return size !== undefined && size >= NO_LIMIT ? UNLIMITED : size;
      };
      const row = rowOf([
        ['name', name],
        ['size', part('SIZE_NEW') ?? part('SIZE')],
        ['used', part('OCC')],
        ['least', part('SIZE_MIN')],
        ['most', part('SIZE_MAX')],
        ['step', part('SIZE_GRAN')],
        ['pending', part('SIZE_NEW') === undefined ? undefined : 'reload'],
      ]);
      return [[row, resource] as const, ...resourceRows(nestIn(resource, 'DEVLINK_ATTR_RESOURCE_LIST'), name)];
    });
}

async function resources(
  ...asked: readonly [Parameters<Channel['read']>[0], NetDeviceInfo]
): Promise<Outcome<readonly (readonly [Row, Values])[]>> {
  const replies = await askDevlink(...asked, 'RESOURCE_DUMP');
  if (!replies.ok) return replies;
  const rows = replies.value.flatMap((reply) => resourceRows(nestIn(reply, 'DEVLINK_ATTR_RESOURCE_LIST'), ''));
  return { ok: true, value: rows };
}

/** devlink_resource_validate_size(): bounds, and the step in which sizes can be had. */
function wrongSize(size: Scalar | undefined, there: Row): Pick<Refusal, 'message' | 'accepted'> | undefined {
  if (typeof size !== 'number') return undefined;
  const [least, most, step] = [there['least'], there['most'], there['step']];
  const range = rangeText(Number(least ?? 0), typeof most === 'number' ? most : undefined);
  const accepted = typeof step === 'number' && step > 1 ? `${range}, in steps of ${step}` : range;
  if (typeof most === 'number' && size > most) return { message: 'it is more than the device can do', accepted };
  if (typeof least === 'number' && size < least) return { message: 'it is less than the device can do', accepted };
  return typeof step === 'number' && step > 0 && size % step !== 0
    ? { message: 'the device has no such size', accepted }
    : undefined;
}

export const devlinkResourcesChannel: Channel = {
  async read(session, device) {
    const all = await resources(session, device);
    return all.ok ? rowsOf(all.value.map(([row]) => row)) : all;
  },

  async alter(session, device, subject, changes, there) {
    const { name } = there;
    const wrong = session.parts.checks.has('most') ? wrongSize(changes['size'], there) : undefined;
    if (wrong !== undefined) {
      const key = `${subject.name}.size`;
      return refused({ stage: 'device', device: device.name, key, value: String(changes['size']), ...wrong });
    }
    const all = await resources(session, device);
    if (!all.ok) return all;
    const id = numberIn(all.value.find(([row]) => row['name'] === name)?.[1], 'DEVLINK_ATTR_RESOURCE_ID') ?? 0;
    const request = (size: Scalar | undefined): Values => ({
      DEVLINK_ATTR_RESOURCE_ID: id,
      DEVLINK_ATTR_RESOURCE_SIZE: size === UNLIMITED ? U64_MAX : Number(size),
    });
    const [wanted, former] = [request(changes['size']), request(there['size'])];
    return together([devlinkStep(session, device, subject, 'RESOURCE_SET', changes, wanted, former)]);
  },
};

/** A node has a name, a leaf the port that it is of. */
const rateSubject = (row: Row): Values =>
  row['node'] === undefined
    ? { DEVLINK_ATTR_PORT_INDEX: Number(row['port']) }
    : { DEVLINK_ATTR_RATE_NODE_NAME: String(row['node']) };

/** devlink_nl_rate_parent_node_set(): the empty name is no parent. */
const rateAttributes = (subject: SubjectSpec, row: Row): Values => {
  const { parent } = row;
  // devlink_rate_set_ops_supported(): a driver without priorities refuses them, whatever they are.
  const isLimit = ([key, value]: readonly [string, Scalar]): boolean =>
    key === 'share' || key === 'max' || ((key === 'priority' || key === 'weight') && value !== 0);
  const limits = Object.fromEntries(Object.entries(row).filter(isLimit));
  return {
    ...attributesOf(subject, limits),
    ...(parent === undefined ? {} : { DEVLINK_ATTR_RATE_PARENT_NODE_NAME: parent === NO_PARENT ? '' : String(parent) }),
  };
};
const NO_PARENT = 'none';

export const devlinkRatesChannel: Channel = {
  async read(session, device) {
    const replies = await askDevlink(session, device, 'RATE_GET', {}, { dump: true });
    if (!replies.ok) return replies;
    const rows = replies.value.map((rate) =>
      rowOf([
        ['node', textIn(rate, 'DEVLINK_ATTR_RATE_NODE_NAME')],
        ['port', numberIn(rate, 'DEVLINK_ATTR_PORT_INDEX')],
        ['type', DEVLINK_RATE_TYPES[numberIn(rate, 'DEVLINK_ATTR_RATE_TYPE') ?? 0]],
        ['share', numberIn(rate, 'DEVLINK_ATTR_RATE_TX_SHARE') ?? 0],
        ['max', numberIn(rate, 'DEVLINK_ATTR_RATE_TX_MAX') ?? 0],
        ['priority', numberIn(rate, 'DEVLINK_ATTR_RATE_TX_PRIORITY') ?? 0],
        ['weight', numberIn(rate, 'DEVLINK_ATTR_RATE_TX_WEIGHT') ?? 0],
        ['parent', textIn(rate, 'DEVLINK_ATTR_RATE_PARENT_NODE_NAME') ?? NO_PARENT],
      ]),
    );
    return rowsOf(rows);
  },

  async add(session, device, subject, row) {
    // devlink_rate_node_get_by_name() and its callers: a name of digits could be a port.
    const name = String(row['node']);
    if (name === '' || /^\d+$/.test(name)) {
      const accepted = 'a name that is no number';
      const about = { stage: 'device', device: device.name, key: `${subject.name}.node`, value: name } as const;
      return refused({ ...about, message: 'a node cannot be called so', accepted });
    }
    const values = { ...rateSubject(row), ...rateAttributes(subject, row) };
    return together([devlinkStep(session, device, subject, 'RATE_NEW', row, values, rateSubject(row), 'RATE_DEL')]);
  },

  async remove(session, device, subject, row, there) {
    if (there['node'] === undefined) {
      const message = 'it is the leaf of a port, and goes with it';
      return refused({
        stage: 'device',
        device: device.name,
        key: `${subject.name}.port`,
        message,
        accepted: 'a node',
      });
    }
    const again = { ...rateSubject(there), ...rateAttributes(subject, there) };
    return together([devlinkStep(session, device, subject, 'RATE_DEL', row, rateSubject(there), again, 'RATE_NEW')]);
  },

  async alter(session, device, subject, changes, there) {
    const request = (row: Row): Values => ({ ...rateSubject(there), ...rateAttributes(subject, row) });
    const former = request(formerOf(changes, there));
    return together([devlinkStep(session, device, subject, 'RATE_SET', changes, request(changes), former)]);
  },
};

/** A region of the port itself is called with the port. */
export const regionAttributes = (row: Row): Values => ({
  DEVLINK_ATTR_REGION_NAME: String(row['region']),
  ...(row['port'] === undefined ? {} : { DEVLINK_ATTR_PORT_INDEX: Number(row['port']) }),
  ...(row['snapshot'] === undefined ? {} : { DEVLINK_ATTR_REGION_SNAPSHOT_ID: Number(row['snapshot']) }),
});

/** A row for each snapshot; one without a snapshot for a region that has none. */
export const devlinkRegionsChannel: Channel = {
  async read(session, device) {
    const replies = await askDevlink(session, device, 'REGION_GET', {}, { dump: true });
    if (!replies.ok) return replies;
    const own = portIndexOf(device);
    const rows = replies.value.flatMap((region) => {
      const port = numberIn(region, 'DEVLINK_ATTR_PORT_INDEX');
      if (port !== undefined && port !== own) return [];
      const snapshots = listIn(nestIn(region, 'DEVLINK_ATTR_REGION_SNAPSHOTS'), 'DEVLINK_ATTR_REGION_SNAPSHOT')
        .filter(isValues)
        .map((snapshot) => numberIn(snapshot, 'DEVLINK_ATTR_REGION_SNAPSHOT_ID'));
      return (snapshots.length === 0 ? [undefined] : snapshots).map((snapshot) =>
        rowOf([
          ['region', textIn(region, 'DEVLINK_ATTR_REGION_NAME')],
          ['snapshot', snapshot],
          ['port', port],
          ['size', numberIn(region, 'DEVLINK_ATTR_REGION_SIZE')],
          ['most-snapshots', numberIn(region, 'DEVLINK_ATTR_REGION_MAX_SNAPSHOTS')],
        ]),
      );
    });
    return rowsOf(rows);
  },

  async add(session, device, subject, row) {
    const there = await this.read(session, device, subject);
    if (!there.ok) return there;
    const region = there.value.rows?.find((one) => one['region'] === row['region']);
    if (region === undefined) {
      const names = [...new Set((there.value.rows ?? []).map((one) => String(one['region'])))];
      const about = { stage: 'device', device: device.name, key: `${subject.name}.region` } as const;
      const accepted = names.length === 0 ? 'none: the device has no regions' : names.join(', ');
      return refused({ ...about, value: String(row['region']), message: 'the device has no such region', accepted });
    }
    const values = regionAttributes({ ...row, ...(region['port'] === undefined ? {} : { port: region['port'] }) });
    // Where the kernel picks the number, only its answer tells which snapshot to remove.
    const former = row['snapshot'] === undefined ? undefined : values;
    return together([devlinkStep(session, device, subject, 'REGION_NEW', row, values, former, 'REGION_DEL')]);
  },

  async remove(session, device, subject, row, there) {
    if (row['snapshot'] === undefined) {
      const message = 'it has to be given: a region itself stays';
      return refused({ stage: 'command', device: device.name, key: `${subject.name}.snapshot`, message });
    }
    // A snapshot that is gone cannot be taken back.
    return together([devlinkStep(session, device, subject, 'REGION_DEL', row, regionAttributes(there), undefined)]);
  },
};

export const devlinkTrapGroupsChannel: Channel = {
  async read(session, device) {
    const replies = await askDevlink(session, device, 'TRAP_GROUP_GET', {}, { dump: true });
    if (!replies.ok) return replies;
    return rowsOf(
      replies.value.map((group) =>
        rowOf([
          ['group', textIn(group, 'DEVLINK_ATTR_TRAP_GROUP_NAME')],
          ['generic', group['DEVLINK_ATTR_TRAP_GENERIC'] === true],
          // devlink_trap_group_set(): number 0 is no policer.
          ['policer', numberIn(group, 'DEVLINK_ATTR_TRAP_POLICER_ID') ?? 0],
        ]),
      ),
    );
  },

  async alter(session, device, subject, changes, there) {
    const name = { DEVLINK_ATTR_TRAP_GROUP_NAME: String(there['group']) };
    const request = (row: Row): Values => ({ ...name, ...attributesOf(subject, row) });
    const isAction = changes['action'] !== undefined;
    const former = isAction ? undefined : request(formerOf(changes, there));
    return together([devlinkStep(session, device, subject, 'TRAP_GROUP_SET', changes, request(changes), former)]);
  },
};

export const devlinkTrapPolicersChannel: Channel = {
  async read(session, device) {
    const replies = await askDevlink(session, device, 'TRAP_POLICER_GET', {}, { dump: true });
    if (!replies.ok) return replies;
    return rowsOf(
      replies.value.map((policer) =>
        rowOf([
          ['policer', numberIn(policer, 'DEVLINK_ATTR_TRAP_POLICER_ID')],
          ['rate', numberIn(policer, 'DEVLINK_ATTR_TRAP_POLICER_RATE')],
          ['burst', numberIn(policer, 'DEVLINK_ATTR_TRAP_POLICER_BURST')],
          ['dropped', numberIn(nestIn(policer, 'DEVLINK_ATTR_STATS'), 'DEVLINK_ATTR_STATS_RX_DROPPED')],
        ]),
      ),
    );
  },

  async alter(session, device, subject, changes, there) {
    const request = (row: Row): Values => ({
      DEVLINK_ATTR_TRAP_POLICER_ID: Number(there['policer']),
      ...attributesOf(subject, row),
    });
    const former = request(formerOf(changes, there));
    return together([devlinkStep(session, device, subject, 'TRAP_POLICER_SET', changes, request(changes), former)]);
  },
};
