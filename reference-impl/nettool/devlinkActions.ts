/** What the devlink instance of a net device can be told to do. */
import { decodeBody } from '../netlink/client.js';
import { NLM_F_DUMP } from '../netlink/constants.js';
import { formattedAsFar, type DevlinkFormatted } from '../netlink/devlinkClient.js';
import { DEVLINK_RELOAD_ACTIONS, DEVLINK_RELOAD_LIMITS, type DevlinkCommand } from '../netlink/families/devlink.js';
import { DEVLINK } from '../netlink/families/devlinkAttributes.js';
import { bytesIn, isValues, listIn, nestIn, numberIn, type Values } from '../netlink/schema.js';
import { GENLMSGHDR } from '../netlink/server.js';
import type { Message } from '../netlink/wire.js';
import { CHANNELS } from './channels/index.js';
import { askDevlink, devlinkWire, portIndexOf } from './channels/devlinkMessages.js';
import { regionAttributes, reporterAttributes } from './channels/devlinkTables.js';
import type { ActionContext, ActionRequest, ActionSpec } from './actionSpec.js';
import { refusedBy } from './assignment.js';
import { choicesText } from './names.js';
import { toldRow } from './parts.js';
import type { Reading, Row } from './reading.js';
import { refused, type Outcome, type Refusal } from './refusal.js';
import { subjectCalled } from './subjects/index.js';
import { bytesToHex, printValue, type Scalar } from './values.js';

export const replyValues = (message: Message): Values => decodeBody(GENLMSGHDR, DEVLINK, message).values;

/** The request of a command about the instance of the device. */
export async function requestOf(
  { session, device }: ActionContext,
  command: DevlinkCommand,
  values: Values,
  { dump = false, result }: { readonly dump?: boolean; readonly result?: ActionRequest['result'] } = {},
): Promise<Outcome<ActionRequest>> {
  const wire = await devlinkWire(session, device, command, values);
  if (!wire.ok) return wire;
  const flagged = dump && wire.value.kind === 'netlink' ? { ...wire.value, flags: NLM_F_DUMP } : wire.value;
  return {
    ok: true,
    value: { operation: `DEVLINK_CMD_${command}`, wire: flagged, ...(result === undefined ? {} : { result }) },
  };
}

async function reading({ session, device }: ActionContext, subjectName: string): Promise<Outcome<Reading>> {
  const subject = subjectCalled(subjectName);
  if (subject === undefined)
    return refused({ stage: 'command', key: subjectName, message: 'there is no such subject' });
  return CHANNELS[subject.channel].read(session, device, subject);
}

const looks = ({ session }: ActionContext): boolean => session.parts.checks.has('action');

/** A refusal of what was said behind the action. */
const wrong = (
  context: ActionContext,
  key: string,
  value: Scalar | undefined,
  refusal: Pick<Refusal, 'message' | 'accepted'>,
): Outcome<never> =>
  refusedBy(context.session.parts, {
    stage: 'device',
    device: context.device.name,
    key,
    ...(value === undefined ? {} : { value: printValue(value) }),
    ...refusal,
  });

/** devlink_nl_port_split_doit(): a power of two, and no more than there are lanes. */
function splitCounts(lanes: number): readonly number[] {
  const counts: number[] = [];
  for (let count = 2; count <= lanes; count *= 2) counts.push(count);
  return counts;
}

async function split(context: ActionContext): Promise<Outcome<ActionRequest>> {
  const port = await reading(context, 'devlink-port');
  if (!port.ok) return port;
  const { splittable, lanes, 'split-group': group } = port.value.values;
  const count = Number(context.words['count']);
  if (looks(context) && splittable !== true) {
    const message =
      group === undefined ? 'the port cannot be split' : 'it is a part of a port, and cannot be split further';
    return wrong(context, 'split', count, { message });
  }
  const counts = splitCounts(Number(lanes ?? 0));
  if (looks(context) && !counts.includes(count))
    return wrong(context, 'split', count, { message: 'the port cannot be split so', accepted: counts.join(', ') });
  const index = { DEVLINK_ATTR_PORT_INDEX: portIndexOf(context.device) ?? 0 };
  return requestOf(context, 'PORT_SPLIT', { ...index, DEVLINK_ATTR_PORT_SPLIT_COUNT: count });
}

async function unsplit(context: ActionContext): Promise<Outcome<ActionRequest>> {
  const port = await reading(context, 'devlink-port');
  if (!port.ok) return port;
  if (looks(context) && port.value.values['split-group'] === undefined)
    return wrong(context, 'unsplit', undefined, { message: 'it is no part of a port that was split' });
  const { port: index } = toldRow(context.session.parts, 'unsplit', { port: portIndexOf(context.device) ?? 0 });
  return requestOf(context, 'PORT_UNSPLIT', { DEVLINK_ATTR_PORT_INDEX: Number(index ?? 0) });
}

/** devlink_reload_stats_put(): the kernel counts the reloads of those actions that the driver has, with the limits of each. */
function reloadsIn(instance: Values | undefined): ReadonlyMap<string, readonly string[]> {
  const statistics = nestIn(nestIn(instance, 'DEVLINK_ATTR_DEV_STATS'), 'DEVLINK_ATTR_RELOAD_STATS');
  const name = (names: readonly string[], number: number | undefined): string => names[number ?? 0] ?? String(number);
  const actions = listIn(statistics, 'DEVLINK_ATTR_RELOAD_ACTION_INFO').filter(isValues);
  return new Map(
    actions.map((info) => {
      const entries = listIn(nestIn(info, 'DEVLINK_ATTR_RELOAD_ACTION_STATS'), 'DEVLINK_ATTR_RELOAD_STATS_ENTRY');
      const limits = entries
        .filter(isValues)
        .map((entry) => name(DEVLINK_RELOAD_LIMITS, numberIn(entry, 'DEVLINK_ATTR_RELOAD_STATS_LIMIT')))
        .filter((limit) => limit !== DEVLINK_RELOAD_LIMITS[0]);
      return [name(DEVLINK_RELOAD_ACTIONS, numberIn(info, 'DEVLINK_ATTR_RELOAD_ACTION')), limits] as const;
    }),
  );
}

async function reload(context: ActionContext): Promise<Outcome<ActionRequest>> {
  const instance = await askDevlink(context.session, context.device, 'GET');
  if (!instance.ok) return instance;
  const reloads = reloadsIn(instance.value[0]);
  const { action = 'driver_reinit', limit } = context.words;
  if (looks(context) && reloads.size === 0)
    return wrong(context, 'reload', undefined, { message: 'the driver cannot be brought up anew' });
  for (const [word, known] of [
    [action, [...reloads.keys()]],
    [limit, reloads.get(String(action)) ?? []],
  ] as const) {
    if (word === undefined || !looks(context) || known.includes(String(word))) continue;
    const accepted = known.length === 0 ? 'nothing there' : known.join(', ');
    return wrong(context, 'reload', word, { message: 'the driver does not have it', accepted });
  }
  // linux/netlink.h, struct nla_bitfield32.
  const bit = 1 << DEVLINK_RELOAD_LIMITS.findIndex((name) => name === limit);
  const performed = (messages: readonly Message[]): DevlinkFormatted => {
    const [reply] = messages;
    if (reply === undefined) return {};
    const done = numberIn(nestIn(replyValues(reply), 'DEVLINK_ATTR_RELOAD_ACTIONS_PERFORMED'), 'value') ?? 0;
    return { performed: DEVLINK_RELOAD_ACTIONS.filter((_, index) => (done & (1 << index)) !== 0) };
  };
  const values = {
    DEVLINK_ATTR_RELOAD_ACTION: DEVLINK_RELOAD_ACTIONS.findIndex((name) => name === action),
    ...(limit === undefined ? {} : { DEVLINK_ATTR_RELOAD_LIMITS: { value: bit, selector: bit } }),
  };
  const request = await requestOf(context, 'RELOAD', values, { result: performed });
  return request.ok ? { ok: true, value: { ...request.value, timeoutMs: RELOAD_MS } } : request;
}

/** A driver may load firmware meanwhile. */
const RELOAD_MS = 120_000;

/** The row of a table of the device that was named, or the refusal with those that there are. */
export async function namedRow(
  context: ActionContext,
  table: string,
  column: string,
  name: Scalar | undefined,
): Promise<Outcome<Row>> {
  const rows = await reading(context, table);
  if (!rows.ok) return rows;
  const all = rows.value.rows ?? [];
  const found = all.find((row) => row[column] === name);
  if (found !== undefined) return { ok: true, value: found };
  if (!looks(context)) return { ok: true, value: { [column]: name ?? '' } };
  const names = [...new Set(all.map((row) => String(row[column])))];
  const accepted = names.length === 0 ? 'none: the device has none' : choicesText(String(name), names);
  return wrong(context, column, name, { message: `the device has no such ${column}`, accepted });
}

const ofReporter =
  (command: DevlinkCommand, how: { readonly dump?: boolean; readonly tells?: boolean } = {}): ActionSpec['request'] =>
  async (context) => {
    const reporter = await namedRow(context, 'devlink-health', 'reporter', context.words['reporter']);
    if (!reporter.ok) return reporter;
    const told = (messages: readonly Message[]): DevlinkFormatted =>
      formattedAsFar(messages.map((message) => ({ command, values: replyValues(message) })));
    return requestOf(
      context,
      command,
      reporterAttributes(toldRow(context.session.parts, 'devlink-health', reporter.value)),
      {
        dump: how.dump === true,
        ...(how.tells === true ? { result: told } : {}),
      },
    );
  };

const BYTES_A_LINE = 16;

/** Bytes by their addresses, sixteen a line. */
function regionLines(messages: readonly Message[]): DevlinkFormatted {
  const lines: Record<string, string> = {};
  const chunks = messages.flatMap((message) =>
    listIn(nestIn(replyValues(message), 'DEVLINK_ATTR_REGION_CHUNKS'), 'DEVLINK_ATTR_REGION_CHUNK').filter(isValues),
  );
  for (const chunk of chunks) {
    const data = bytesIn(chunk, 'DEVLINK_ATTR_REGION_CHUNK_DATA') ?? new Uint8Array(0);
    const at = numberIn(chunk, 'DEVLINK_ATTR_REGION_CHUNK_ADDR') ?? 0;
    for (let line = 0; line < data.length; line += BYTES_A_LINE)
      lines[(at + line).toString(16).padStart(8, '0')] = bytesToHex(data.subarray(line, line + BYTES_A_LINE));
  }
  return lines;
}

/** devlink_nl_region_read_dumpit(): without a snapshot it is said so, and where and how much. */
async function regionNow(context: ActionContext, region: Row): Promise<Outcome<ActionRequest>> {
  const size = Number(region['size'] ?? 0);
  const from = Number(context.words['address'] ?? 0);
  const length = Number(context.words['length'] ?? Math.max(0, size - from));
  if (looks(context) && (from > size || length > size - from))
    return wrong(context, 'address', from, {
      message: 'it is beyond the end of the region',
      accepted: `what lies within ${size} bytes`,
    });
  const itself = Object.entries(region).filter(([key]) => key !== 'snapshot');
  const values = {
    ...regionAttributes(Object.fromEntries(itself)),
    DEVLINK_ATTR_REGION_DIRECT: true,
    DEVLINK_ATTR_REGION_CHUNK_ADDR: from,
    DEVLINK_ATTR_REGION_CHUNK_LEN: length,
  };
  return requestOf(context, 'REGION_READ', values, { dump: true, result: regionLines });
}

async function regionRead(context: ActionContext): Promise<Outcome<ActionRequest>> {
  const { region, snapshot, address, length } = context.words;
  const named = await namedRow(context, 'devlink-regions', 'region', region);
  if (!named.ok) return named;
  if (snapshot === 'now') return regionNow(context, named.value);
  const all = await reading(context, 'devlink-regions');
  if (!all.ok) return all;
  const there = (all.value.rows ?? []).filter((row) => row['region'] === region && row['snapshot'] !== undefined);
  if (looks(context) && !there.some((row) => String(row['snapshot']) === String(snapshot))) {
    const numbers = there.map((row) => String(row['snapshot'])).join(', ');
    const accepted = numbers === '' ? 'now; there are no snapshots of it: add one to devlink-regions' : numbers;
    return wrong(context, 'snapshot', snapshot, { message: 'there is no such snapshot', accepted });
  }
  const size = Number(named.value['size'] ?? 0);
  const from = Number(address ?? 0);
  const isBeyond = from > size || Number(length ?? 0) > size - from;
  if (looks(context) && isBeyond) {
    const message = 'it is beyond the end of the region';
    return wrong(context, 'address', address ?? 0, { message, accepted: `what lies within ${size} bytes` });
  }
  const isPart = address !== undefined || length !== undefined;
  const part = {
    DEVLINK_ATTR_REGION_CHUNK_ADDR: from,
    DEVLINK_ATTR_REGION_CHUNK_LEN: Number(length ?? Math.max(0, size - from)),
  };
  const values = { ...regionAttributes({ ...named.value, snapshot: Number(snapshot) }), ...(isPart ? part : {}) };
  return requestOf(context, 'REGION_READ', values, { dump: true, result: regionLines });
}

const name = { kind: 'text' } as const;
const number = { kind: 'number' } as const;
const reporter = [{ name: 'reporter', title: 'name of a reporter', type: name, live: 'devlink-health' }] as const;
const chosen = (
  names: readonly string[],
): { readonly kind: 'choice'; readonly choices: Readonly<Record<string, number>> } => ({
  kind: 'choice',
  choices: Object.fromEntries(names.slice(1).map((one, index) => [one, index + 1])),
});

export const DEVLINK_ACTIONS: readonly ActionSpec[] = [
  {
    name: 'split',
    title: 'split the port into parts with lanes of their own',
    arguments: [{ name: 'count', title: 'parts', type: number }],
    disrupts: true,
    request: split,
  },
  { name: 'unsplit', title: 'put the parts of a port together again', arguments: [], disrupts: true, request: unsplit },
  {
    name: 'reload',
    title: 'bring the driver of the device up anew',
    arguments: [
      { name: 'action', title: 'driver_reinit or fw_activate', type: chosen(DEVLINK_RELOAD_ACTIONS), optional: true },
      { name: 'limit', title: 'no_reset', type: chosen(DEVLINK_RELOAD_LIMITS), optional: true },
    ],
    disrupts: true,
    request: reload,
  },
  {
    name: 'health-diagnose',
    title: 'what a reporter says of now',
    arguments: reporter,
    disrupts: false,
    request: ofReporter('HEALTH_REPORTER_DIAGNOSE', { tells: true }),
  },
  {
    name: 'health-dump',
    title: 'what the device was like at the first failure; taken now where there was none',
    arguments: reporter,
    disrupts: false,
    request: ofReporter('HEALTH_REPORTER_DUMP_GET', { dump: true, tells: true }),
  },
  {
    name: 'health-dump-clear',
    title: 'forget what the device was like: the next failure is kept',
    arguments: reporter,
    disrupts: false,
    request: ofReporter('HEALTH_REPORTER_DUMP_CLEAR'),
  },
  {
    name: 'health-recover',
    title: 'recover from a failure',
    arguments: reporter,
    disrupts: true,
    request: ofReporter('HEALTH_REPORTER_RECOVER'),
  },
  {
    name: 'health-test',
    title: 'let a reporter meet a failure, as a test',
    arguments: reporter,
    disrupts: true,
    request: ofReporter('HEALTH_REPORTER_TEST'),
  },
  {
    name: 'region-read',
    title: 'the bytes of a snapshot of a region; now: of the region itself, where the driver can',
    arguments: [
      { name: 'region', title: 'name of a region', type: name, live: 'devlink-regions' },
      { name: 'snapshot', title: 'number of a snapshot, or now', type: name, live: 'devlink-regions' },
      { name: 'address', title: 'where to begin', type: number, optional: true },
      { name: 'length', title: 'how many bytes', type: number, optional: true },
    ],
    disrupts: false,
    request: regionRead,
  },
];
