/** Shared buffers of devlink: pools, thresholds of ports, and the pools that traffic classes take of. */
import type { DevlinkCommand } from '../../netlink/families/devlink.js';
import { numberIn, type Value, type Values } from '../../netlink/schema.js';
import type { Reading, Row } from '../reading.js';
import { refused, type Outcome, type Refusal } from '../refusal.js';
import type { NetDeviceInfo, NettoolSession } from '../session.js';
import type { SubjectSpec } from '../subjects/index.js';
import type { Scalar } from '../values.js';
import { decodeScalar, encodeScalar } from './attributeValues.js';
import type { Channel } from './channel.js';
import { askDevlink, devlinkStep, portIndexOf, rowOf, together } from './devlinkMessages.js';

type BufferQuestion = 'SB_GET' | 'SB_POOL_GET' | 'SB_PORT_POOL_GET' | 'SB_TC_POOL_BIND_GET';

/** A row for each reply: of a net device those of its port alone. */
async function rows(
  session: NettoolSession,
  device: NetDeviceInfo,
  { keys }: SubjectSpec,
  question: BufferQuestion,
): Promise<Outcome<Reading>> {
  const replies = await askDevlink(session, device, question, {}, { dump: true });
  if (!replies.ok) return replies;
  const own = portIndexOf(device);
  const isShown = (reply: Values): boolean => {
    const port = numberIn(reply, 'DEVLINK_ATTR_PORT_INDEX');
    return own === undefined || port === undefined || port === own;
  };
  const found = replies.value
    .filter(isShown)
    .map((reply) =>
      rowOf(keys.map(({ key, attribute, type }) => [key, decodeScalar(type, reply, attribute)] as const)),
    );
  return { ok: true, value: { values: {}, limits: {}, rows: found } };
}

/** The attributes of some keys of a row. */
function attributes({ keys }: SubjectSpec, row: Row, which: readonly string[]): Values {
  const values: Record<string, Value> = {};
  for (const { key, attribute, type } of keys) {
    const value = row[key];
    if (which.includes(key) && value !== undefined) values[attribute] = encodeScalar(type, value);
  }
  return values;
}

interface BufferTable {
  readonly question: BufferQuestion;
  readonly command: DevlinkCommand;
  /** What each request says, whether it changes or not: the kernel has no default for it. */
  readonly whole: readonly string[];
  readonly refusal?: (asked: BufferChange) => Promise<Outcome<RowFault | undefined>>;
}

interface BufferChange {
  readonly session: NettoolSession;
  readonly device: NetDeviceInfo;
  readonly changes: Row;
  /** The row as it would be. */
  readonly after: Row;
}

interface RowFault extends Pick<Refusal, 'message' | 'accepted'> {
  readonly key: string;
}

const bufferTable = ({ question, command, whole, refusal }: BufferTable): Channel => ({
  read: (session, device, subject) => rows(session, device, subject, question),

  async alter(session, device, subject, changes, there) {
    const after = { ...there, ...changes };
    if (refusal !== undefined && session.parts.checks.has('most')) {
      const fault = await refusal({ session, device, changes, after });
      if (!fault.ok) return fault;
      if (fault.value !== undefined) {
        const { key, ...said } = fault.value;
        const about = { stage: 'device', device: device.name, key: `${subject.name}.${key}` } as const;
        return refused({ ...about, value: String(changes[key]), ...said });
      }
    }
    const request = (row: Row): Values => attributes(subject, row, [...(subject.identity ?? []), ...whole]);
    return together([devlinkStep(session, device, subject, command, changes, request(after), request(there))]);
  },
});

/** The rows of another table of the device. */
async function others(
  { session, device }: BufferChange,
  question: BufferQuestion,
  keys: Readonly<Record<string, string>>,
): Promise<Outcome<readonly Row[]>> {
  const replies = await askDevlink(session, device, question, {}, { dump: true });
  if (!replies.ok) return replies;
  const row = (reply: Values): Row =>
    rowOf(Object.entries(keys).map(([key, attribute]) => [key, numberIn(reply, `DEVLINK_ATTR_${attribute}`)] as const));
  return { ok: true, value: replies.value.map(row) };
}

const sameBuffer =
  (buffer: Scalar | undefined) =>
  (row: Row): boolean =>
    row['buffer'] === buffer;

/** A pool is a part of its buffer. */
async function poolFault(asked: BufferChange): Promise<Outcome<RowFault | undefined>> {
  const { changes, after } = asked;
  const buffers = await others(asked, 'SB_GET', { buffer: 'SB_INDEX', size: 'SB_SIZE' });
  if (!buffers.ok) return buffers;
  const most = Number(buffers.value.find(sameBuffer(after['buffer']))?.['size'] ?? Infinity);
  const isTooLarge = changes['size'] !== undefined && Number(changes['size']) > most;
  const fault = { key: 'size', message: 'it is more than the whole buffer', accepted: `0 to ${most} bytes` };
  return { ok: true, value: isTooLarge ? fault : undefined };
}

const DIRECTIONS: readonly string[] = ['ingress', 'egress'];

/** A class takes of a pool of its own direction. */
async function classFault(asked: BufferChange): Promise<Outcome<RowFault | undefined>> {
  const { changes, after } = asked;
  const { pool } = changes;
  if (pool === undefined) return { ok: true, value: undefined };
  const keys = { buffer: 'SB_INDEX', pool: 'SB_POOL_INDEX', direction: 'SB_POOL_TYPE' };
  const pools = await others(asked, 'SB_POOL_GET', keys);
  if (!pools.ok) return pools;
  const direction = String(after['direction']);
  const fitting = pools.value
    .filter(sameBuffer(after['buffer']))
    .filter((row) => DIRECTIONS[Number(row['direction'])] === direction)
    .map((row) => row['pool']);
  if (fitting.includes(pool)) return { ok: true, value: undefined };
  const message = `it is no pool of ${direction}`;
  return { ok: true, value: { key: 'pool', message, accepted: fitting.map(String).join(', ') } };
}

export const devlinkBuffersChannel: Channel = {
  read: (session, device, subject) => rows(session, device, subject, 'SB_GET'),
};

/** devlink_nl_sb_pool_set_doit(): it asks for both, size and kind of threshold. */
export const devlinkPoolsChannel = bufferTable({
  question: 'SB_POOL_GET',
  command: 'SB_POOL_SET',
  whole: ['size', 'threshold-type'],
  refusal: poolFault,
});

export const devlinkThresholdsChannel = bufferTable({
  question: 'SB_PORT_POOL_GET',
  command: 'SB_PORT_POOL_SET',
  whole: ['threshold'],
});

/** devlink_nl_sb_tc_pool_bind_set_doit(): it asks for both, pool and threshold. */
export const devlinkClassesChannel = bufferTable({
  question: 'SB_TC_POOL_BIND_GET',
  command: 'SB_TC_POOL_BIND_SET',
  whole: ['pool', 'threshold'],
  refusal: classFault,
});
