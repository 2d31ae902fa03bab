/** The pipeline of a device (devlink dpipe): headers with their fields, tables, and entries of tables. */
import type { DevlinkFormatted } from '../../netlink/devlinkClient.js';
import { bytesIn, isValues, listIn, nestIn, numberIn, textIn, type Values } from '../../netlink/schema.js';
import type { Row } from '../reading.js';
import type { Outcome } from '../refusal.js';
import type { NetDeviceInfo, NettoolSession } from '../session.js';
import { bytesToHex, macText } from '../values.js';
import type { Channel } from './channel.js';
import { askDevlink, devlinkStep, rowOf, together } from './devlinkMessages.js';

const A = 'DEVLINK_ATTR_DPIPE_';
const all = (values: Values | undefined, list: string, member: string): readonly Values[] =>
  listIn(nestIn(values, `${A}${list}`), `${A}${member}`).filter(isValues);
const at = (values: Values, name: string): number | undefined => numberIn(values, `${A}${name}`);

/** enum devlink_dpipe_field_mapping_type. */
const MAPPED_TO_IFINDEX = 1;

interface Field {
  readonly header: string;
  readonly name: string;
  readonly bits: number | undefined;
  readonly isGlobal: boolean;
  readonly isNetDevice: boolean;
}

/** Of what a match or an action is: headers of drivers and of the kernel are numbered apart. */
const placeOf = (values: Values): string =>
  `${at(values, 'HEADER_GLOBAL') ?? 0}/${at(values, 'HEADER_ID') ?? 0}/${at(values, 'FIELD_ID') ?? 0}`;

async function fieldsOf(session: NettoolSession, device: NetDeviceInfo): Promise<Outcome<ReadonlyMap<string, Field>>> {
  const replies = await askDevlink(session, device, 'DPIPE_HEADERS_GET');
  if (!replies.ok) return replies;
  const fields = new Map<string, Field>();
  for (const header of replies.value.flatMap((reply) => all(reply, 'HEADERS', 'HEADER')))
    for (const field of all(header, 'HEADER_FIELDS', 'FIELD'))
      fields.set(placeOf({ ...header, ...field }), {
        header: textIn(header, `${A}HEADER_NAME`) ?? '',
        name: textIn(field, `${A}FIELD_NAME`) ?? '',
        bits: at(field, 'FIELD_BITWIDTH'),
        isGlobal: at(header, 'HEADER_GLOBAL') === 1,
        isNetDevice: at(field, 'FIELD_MAPPING_TYPE') === MAPPED_TO_IFINDEX,
      });
  return { ok: true, value: fields };
}

export const devlinkHeadersChannel: Channel = {
  async read(session, device) {
    const fields = await fieldsOf(session, device);
    if (!fields.ok) return fields;
    const rows = [...fields.value.values()].map(({ header, name, bits, isGlobal, isNetDevice }) =>
      rowOf([
        ['header', header],
        ['field', name],
        ['bits', bits],
        ['global', isGlobal],
        ['net-device', isNetDevice],
      ]),
    );
    return { ok: true, value: { values: {}, limits: {}, rows } };
  },
};

type Side = 'MATCH' | 'ACTION';

/** `header.field`; a header that stands more than once in a frame has its place behind it. */
function fieldName(fields: ReadonlyMap<string, Field>, key: Values): string {
  const field = fields.get(placeOf(key));
  const index = at(key, 'HEADER_INDEX') ?? 0;
  const header = `${field?.header ?? `header ${at(key, 'HEADER_ID') ?? 0}`}${index === 0 ? '' : `[${index}]`}`;
  return `${header}.${field?.name ?? `field ${at(key, 'FIELD_ID') ?? 0}`}`;
}

/** ENTRIES_GET asks for the counters of a table: whether it has them is told with it. */
export const devlinkTablesChannel: Channel = {
  async read(session, device) {
    const fields = await fieldsOf(session, device);
    if (!fields.ok) return fields;
    const replies = await askDevlink(session, device, 'DPIPE_TABLE_GET');
    if (!replies.ok) return replies;
    const rows = replies.value
      .flatMap((reply) => all(reply, 'TABLES', 'TABLE'))
      .map((table): Row => {
        const names = (list: string, side: Side): readonly string[] =>
          all(table, list, side).map((key) => fieldName(fields.value, key));
        return rowOf([
          ['table', textIn(table, `${A}TABLE_NAME`)],
          ['size', at(table, 'TABLE_SIZE')],
          ['counters', at(table, 'TABLE_COUNTERS_ENABLED') === 1],
          ['matches', names('TABLE_MATCHES', 'MATCH')],
          ['actions', names('TABLE_ACTIONS', 'ACTION')],
        ]);
      });
    return { ok: true, value: { values: {}, limits: {}, rows } };
  },

  async alter(session, device, subject, changes, there) {
    const request = ({ counters }: Row): Values => ({
      DEVLINK_ATTR_DPIPE_TABLE_NAME: String(there['table']),
      DEVLINK_ATTR_DPIPE_TABLE_COUNTERS_ENABLED: counters === true ? 1 : 0,
    });
    const former = request(there);
    return together([
      devlinkStep(session, device, subject, 'DPIPE_TABLE_COUNTERS_SET', changes, request(changes), former),
    ]);
  },
};

const ETH_ALEN = 6;

/** How a table's entries are told: what each matches and does, by the names of the fields. */
export async function entryReader(
  session: NettoolSession,
  device: NetDeviceInfo,
): Promise<Outcome<(replies: readonly Values[]) => DevlinkFormatted>> {
  const [fields, devices] = [await fieldsOf(session, device), await session.devices()];
  if (!fields.ok) return fields;
  if (!devices.ok) return devices;
  const value = (told: Values, key: Values): DevlinkFormatted => {
    const mapped = at(told, 'VALUE_MAPPING');
    const netDevice = devices.value.find(({ ifIndex }) => ifIndex === mapped);
    if (netDevice !== undefined && fields.value.get(placeOf(key))?.isNetDevice === true) return netDevice.name;
    const bytes = bytesIn(told, `${A}VALUE`) ?? new Uint8Array(0);
    const mask = bytesIn(told, `${A}VALUE_MASK`);
    const text = bytes.length === ETH_ALEN ? macText(bytes) : `0x${bytesToHex(bytes)}`;
    return mask === undefined ? text : `${text}/0x${bytesToHex(mask)}`;
  };
  const side = (entry: Values, which: Side): DevlinkFormatted =>
    Object.fromEntries(
      all(entry, `ENTRY_${which}_VALUES`, `${which}_VALUE`).flatMap((told) => {
        const [key] = listIn(told, `${A}${which}`).filter(isValues);
        return key === undefined ? [] : [[fieldName(fields.value, key), value(told, key)] as const];
      }),
    );
  const entry = (values: Values): DevlinkFormatted => {
    const counter = at(values, 'ENTRY_COUNTER');
    return {
      index: at(values, 'ENTRY_INDEX') ?? 0,
      match: side(values, 'MATCH'),
      action: side(values, 'ACTION'),
      ...(counter === undefined ? {} : { counter }),
    };
  };
  return {
    ok: true,
    value: (replies) => ({ entries: replies.flatMap((reply) => all(reply, 'ENTRIES', 'ENTRY')).map(entry) }),
  };
}
