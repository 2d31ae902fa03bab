/** Headers, tables and entries of the pipeline: net/devlink/dpipe.c. */
import type {
  DpipeEntry,
  DpipeFieldKey,
  DpipeHeader,
  DpipeTable,
  DpipeValue,
} from '../../../harness/contract/index.js';
import type { DevlinkCommand } from '../../netlink/families/devlink.js';
import { numberIn, textIn, type Values } from '../../netlink/schema.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import type { DevlinkKernel } from './devlinkKernel.js';
import { handleValues } from './instance.js';
import {
  DONE,
  declined,
  missingOf,
  type DevlinkAnswer,
  type DevlinkOperations,
  type DevlinkRequest,
} from './operations.js';

/** DEVLINK_DPIPE_MATCH_TYPE_FIELD_EXACT, DEVLINK_DPIPE_ACTION_TYPE_FIELD_MODIFY. */
const FIELD_EXACT = 0;
const FIELD_MODIFY = 0;

/** devlink_dpipe_match_put(), devlink_dpipe_action_put(). */
const keyValues = (kind: 'MATCH' | 'ACTION', { header, field }: DpipeFieldKey): Values => ({
  [`DEVLINK_ATTR_DPIPE_${kind}_TYPE`]: kind === 'MATCH' ? FIELD_EXACT : FIELD_MODIFY,
  DEVLINK_ATTR_DPIPE_HEADER_INDEX: 0,
  DEVLINK_ATTR_DPIPE_HEADER_ID: header.id,
  DEVLINK_ATTR_DPIPE_FIELD_ID: field,
  DEVLINK_ATTR_DPIPE_HEADER_GLOBAL: header.isGlobal ? 1 : 0,
});
const keysOf = (kind: 'MATCH' | 'ACTION', keys: readonly DpipeFieldKey[]): Values =>
  keys.length === 0 ? {} : { [`DEVLINK_ATTR_DPIPE_${kind}`]: keys.map((key) => keyValues(kind, key)) };

/** devlink_dpipe_table_put(). */
async function tableValues({ instance }: DevlinkRequest, table: DpipeTable): Promise<Values> {
  const { name, matches, actions, resource } = table;
  const size = (await instance.ops.pipeline?.size(name)) ?? 0;
  return {
    DEVLINK_ATTR_DPIPE_TABLE_NAME: name,
    DEVLINK_ATTR_DPIPE_TABLE_SIZE: size,
    DEVLINK_ATTR_DPIPE_TABLE_COUNTERS_ENABLED: instance.countedTables.has(name) ? 1 : 0,
    ...(resource === undefined
      ? {}
      : {
          DEVLINK_ATTR_DPIPE_TABLE_RESOURCE_ID: resource.id,
          DEVLINK_ATTR_DPIPE_TABLE_RESOURCE_UNITS: resource.units,
        }),
    DEVLINK_ATTR_DPIPE_TABLE_MATCHES: keysOf('MATCH', matches),
    DEVLINK_ATTR_DPIPE_TABLE_ACTIONS: keysOf('ACTION', actions),
  };
}

/** devlink_dpipe_value_put(). */
function valueValues(devlink: DevlinkKernel, kind: 'MATCH' | 'ACTION', { key, bytes, mask, port }: DpipeValue): Values {
  const netDevice =
    port === undefined
      ? undefined
      : [...devlink.kernel.netDevices.values()].find(({ lower }) => lower.kind === 'port' && lower.port === port);
  return {
    [`DEVLINK_ATTR_DPIPE_${kind}`]: [keyValues(kind, key)],
    DEVLINK_ATTR_DPIPE_VALUE: bytes,
    ...(mask === undefined ? {} : { DEVLINK_ATTR_DPIPE_VALUE_MASK: mask }),
    ...(netDevice === undefined || !devlink.parts.mapsPorts
      ? {}
      : { DEVLINK_ATTR_DPIPE_VALUE_MAPPING: netDevice.ifIndex }),
  };
}

/** devlink_dpipe_entry_put(). */
function entryValues(devlink: DevlinkKernel, { index, matches, actions, counter }: DpipeEntry): Values {
  const valuesOf = (kind: 'MATCH' | 'ACTION', values: readonly DpipeValue[]): Values =>
    values.length === 0
      ? {}
      : { [`DEVLINK_ATTR_DPIPE_${kind}_VALUE`]: values.map((value) => valueValues(devlink, kind, value)) };
  return {
    DEVLINK_ATTR_DPIPE_ENTRY_INDEX: index,
    ...(counter === undefined ? {} : { DEVLINK_ATTR_DPIPE_ENTRY_COUNTER: counter }),
    DEVLINK_ATTR_DPIPE_ENTRY_MATCH_VALUES: valuesOf('MATCH', matches),
    DEVLINK_ATTR_DPIPE_ENTRY_ACTION_VALUES: valuesOf('ACTION', actions),
  };
}

/** devlink_dpipe_header_put(). */
const headerValues = ({ name, id, isGlobal, fields }: DpipeHeader): Values => ({
  DEVLINK_ATTR_DPIPE_HEADER_NAME: name,
  DEVLINK_ATTR_DPIPE_HEADER_ID: id,
  DEVLINK_ATTR_DPIPE_HEADER_GLOBAL: isGlobal ? 1 : 0,
  DEVLINK_ATTR_DPIPE_HEADER_FIELDS: {
    DEVLINK_ATTR_DPIPE_FIELD: fields.map((field) => ({
      DEVLINK_ATTR_DPIPE_FIELD_NAME: field.name,
      DEVLINK_ATTR_DPIPE_FIELD_ID: field.id,
      DEVLINK_ATTR_DPIPE_FIELD_BITWIDTH: field.bits,
      DEVLINK_ATTR_DPIPE_FIELD_MAPPING_TYPE: field.isPort === true ? 1 : 0,
    })),
  },
});

const listed = (
  command: DevlinkCommand,
  { instance }: DevlinkRequest,
  name: string,
  member: string,
  all: readonly Values[],
): DevlinkAnswer => ({
  ok: true,
  replies: [
    {
      command,
      values: {
        ...handleValues(instance),
        [`DEVLINK_ATTR_DPIPE_${name}`]: all.length === 0 ? {} : { [`DEVLINK_ATTR_DPIPE_${member}`]: all },
      },
    },
  ],
  ends: true,
});

const tableIn = ({ instance, values }: DevlinkRequest): DpipeTable | undefined =>
  instance.ops.pipeline?.tables.find(({ name }) => name === textIn(values, 'DEVLINK_ATTR_DPIPE_TABLE_NAME'));

/** devlink_nl_dpipe_table_get_doit(): one that there is not is no fault, and there is none in the list. */
async function tables(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const wanted = textIn(asked.values, 'DEVLINK_ATTR_DPIPE_TABLE_NAME');
  const found = (asked.instance.ops.pipeline?.tables ?? []).filter(
    ({ name }) => wanted === undefined || name === wanted,
  );
  const all: Values[] = [];
  for (const table of found) all.push(await tableValues(asked, table));
  return listed('DPIPE_TABLE_GET', asked, 'TABLES', 'TABLE', all);
}

async function entries(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance } = asked;
  const absent = missingOf(asked, 'DPIPE_TABLE_NAME');
  if (absent !== undefined) return absent;
  const table = tableIn(asked);
  const dump = instance.ops.pipeline?.entries;
  if (table === undefined || dump === undefined) return refusal(EINVAL);
  const found = await dump(table.name, instance.countedTables.has(table.name));
  if (!found.ok) return declined(found);
  const all = found.value.map((entry) => entryValues(devlink, entry));
  return listed('DPIPE_ENTRIES_GET', asked, 'ENTRIES', 'ENTRY', all);
}

/** devlink_nl_dpipe_table_counters_set_doit(). */
async function setCounters(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { devlink, instance, values } = asked;
  const absent = missingOf(asked, 'DPIPE_TABLE_NAME', 'DPIPE_TABLE_COUNTERS_ENABLED');
  if (absent !== undefined) return absent;
  const table = tableIn(asked);
  if (table === undefined) return refusal(EINVAL);
  if (!table.counts) return refusal(EOPNOTSUPP);
  const on = numberIn(values, 'DEVLINK_ATTR_DPIPE_TABLE_COUNTERS_ENABLED') !== 0;
  if (on === instance.countedTables.has(table.name) || !devlink.parts.switchesCounters) return DONE;
  if (on) instance.countedTables.add(table.name);
  else instance.countedTables.delete(table.name);
  await instance.ops.pipeline?.countersSet?.(table.name, on);
  return DONE;
}

export const pipelineOperations: DevlinkOperations = {
  DPIPE_TABLE_GET: { doit: tables },
  DPIPE_ENTRIES_GET: { doit: entries },
  DPIPE_HEADERS_GET: {
    doit: (asked) => {
      const { pipeline } = asked.instance.ops;
      if (pipeline === undefined) return refusal(EOPNOTSUPP);
      return listed('DPIPE_HEADERS_GET', asked, 'HEADERS', 'HEADER', pipeline.headers.map(headerValues));
    },
  },
  DPIPE_TABLE_COUNTERS_SET: { doit: setCounters },
};
