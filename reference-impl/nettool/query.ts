/** One query over many devices of many machines, all of them at once. */
import { CHANNELS, readSubject } from './channels/index.js';
import { OperationTimeout } from './connection.js';
import { globMatches } from './parts.js';
import type { Reading } from './reading.js';
import { refused, type Outcome, type Refusal } from './refusal.js';
import type { NetDeviceInfo, NettoolSession } from './session.js';
import { subjectCalled, type SubjectSpec } from './subjects/index.js';

export interface Query {
  /** Names of subjects. */
  readonly subjects: readonly string[];
  /** Names, globs, `kind:…`, `driver:…`, `host:…`; none: every device. */
  readonly patterns: readonly string[];
  /** Only devices of this driver; a glob. */
  readonly driver?: string;
}

/** A machine that is asked; opening it may fail, and costs only its own rows. */
export interface Host {
  readonly name: string;
  session(): Promise<NettoolSession>;
}

/** What one device says of one subject. */
export interface Answer {
  readonly host: string;
  readonly device: NetDeviceInfo;
  readonly subject: string;
  readonly result: Outcome<Reading>;
}

export interface HostFailure {
  readonly host: string;
  readonly refusal: Refusal;
}

export interface QueryResult {
  /** By host, device and subject, in the order in which they were asked for. */
  readonly answers: readonly Answer[];
  readonly failures: readonly HostFailure[];
}

/** From this many devices on, a subject is asked of all devices at once where the kernel can tell it so. */
const MANY = 4;

/**
 * Asks every host at once. Never rejects for what a host does.
 * @requirement NT-QRY-*, NT-ASY-*
 */
export async function query(hosts: readonly Host[], asked: Query, isolates = true): Promise<QueryResult> {
  const [wanted, patterns] = split(asked.patterns, 'host:');
  const chosen = hosts.filter(({ name }) => wanted.length === 0 || wanted.some((one) => globMatches(one, name)));
  const results = await Promise.all(
    chosen.map(async (host): Promise<QueryResult> => {
      try {
        return await askHost(await host.session(), host.name, { ...asked, patterns });
      } catch (error) {
        if (!isolates) throw error;
        return { answers: [], failures: [{ host: host.name, refusal: refusalOf(error) }] };
      }
    }),
  );
  return {
    answers: results.flatMap(({ answers }) => answers),
    failures: results.flatMap(({ failures }) => failures),
  };
}

const refusalOf = (error: unknown): Refusal => ({
  stage: 'machine',
  message: error instanceof Error ? error.message : String(error),
});

/** Patterns with this prefix, without it, and the others. */
function split(patterns: readonly string[], prefix: string): readonly [string[], readonly string[]] {
  const own = patterns.filter((pattern) => pattern.startsWith(prefix)).map((pattern) => pattern.slice(prefix.length));
  return [own, patterns.filter((pattern) => !pattern.startsWith(prefix))];
}

async function askHost(session: NettoolSession, host: string, asked: Query): Promise<QueryResult> {
  const devices = await devicesOf(session, asked);
  if (!devices.ok) {
    // A name that another host has is no failure of this one.
    if (devices.refusal.errno === 'ENODEV') return { answers: [], failures: [] };
    return { answers: [], failures: [{ host, refusal: devices.refusal }] };
  }
  const subjects = asked.subjects.flatMap((name) => subjectCalled(name) ?? []);
  const columns = await Promise.all(subjects.map((subject) => askSubject(session, subject, devices.value)));
  const answers = devices.value.flatMap((device, row) =>
    subjects.flatMap((subject, column): Answer[] => {
      const result = columns[column]?.[row];
      return result === undefined ? [] : [{ host, device, subject: subject.name, result }];
    }),
  );
  return { answers: session.parts.inOrder(answers, 'answers'), failures: [] };
}

async function devicesOf(session: NettoolSession, asked: Query): Promise<Outcome<readonly NetDeviceInfo[]>> {
  const [drivers, patterns] = split(asked.patterns, 'driver:');
  if (asked.driver !== undefined) drivers.push(asked.driver);
  const devices = await session.matching(patterns);
  if (!devices.ok || drivers.length === 0) return devices;
  const names = await Promise.all(devices.value.map((device) => driverOf(session, device)));
  return {
    ok: true,
    value: devices.value.filter((_, index) =>
      session.parts.isOfDriver(drivers.some((one) => globMatches(one, names[index] ?? ''))),
    ),
  };
}

async function driverOf(session: NettoolSession, device: NetDeviceInfo): Promise<string> {
  const subject = subjectCalled('driver');
  const reading = subject === undefined ? undefined : await CHANNELS.driver.read(session, device, subject);
  return reading?.ok === true ? String(reading.value.values['driver'] ?? '') : '';
}

/** One answer for each device, in their order. */
async function askSubject(
  session: NettoolSession,
  subject: SubjectSpec,
  devices: readonly NetDeviceInfo[],
): Promise<readonly Outcome<Reading>[]> {
  const channel = CHANNELS[subject.channel];
  if (session.parts.dumpsMany && channel.readAll !== undefined && devices.length >= MANY) {
    const all = await channel.readAll(session, subject);
    // A dump ends with the first device that fails in earnest; asked one by one, the others still answer.
    if (all.ok) return devices.map(({ ifIndex, name }) => fromDump(all.value.get(ifIndex), name));
  }
  return Promise.all(devices.map((device) => askDevice(session, subject, device)));
}

const fromDump = (reading: Reading | undefined, device: string): Outcome<Reading> =>
  reading === undefined
    ? refused({ stage: 'kernel', device, errno: 'EOPNOTSUPP', message: 'the device does not have it' })
    : { ok: true, value: reading };

/** What one device says of a subject; where it does not answer in time, that is its answer. */
export async function askDevice(
  session: NettoolSession,
  subject: SubjectSpec,
  device: NetDeviceInfo,
): Promise<Outcome<Reading>> {
  try {
    const result = await readSubject(session, device, subject);
    if (!result.ok && !session.parts.isolatesDevices) throw new Error(result.refusal.message);
    if (!result.ok || result.value.rows === undefined) return result;
    const rows = session.parts.inOrder(result.value.rows, 'rows');
    return { ok: true, value: { ...result.value, rows } };
  } catch (error) {
    if (!(error instanceof OperationTimeout)) throw error;
    return refused({ stage: 'machine', device: device.name, message: error.message });
  }
}
