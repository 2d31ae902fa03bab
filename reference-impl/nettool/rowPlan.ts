/** The validation step of a change of a table: one row of one device is made, changed or removed. */
import { refusedBy, type Assignment } from './assignment.js';
import { CHANNELS, readSubject, type Channel } from './channels/index.js';
import { choicesText } from './names.js';
import { toldRow } from './parts.js';
import { policyBreach, type PlanResult } from './plan.js';
import type { Row } from './reading.js';
import { refused, type Outcome, type Refusal } from './refusal.js';
import type { NetDeviceInfo, NettoolSession } from './session.js';
import type { Step } from './step.js';
import { SUBJECTS, subjectCalled, type SubjectSpec } from './subjects/index.js';
import { acceptedForm, parseValue, printValue, rangeText, sameOrder, type Scalar } from './values.js';

export type RowVerb = 'add' | 'set' | 'del';

/** What of a channel carries a verb out. */
const MEMBERS = { add: 'add', set: 'alter', del: 'remove' } as const satisfies Record<RowVerb, keyof Channel>;
const CANNOT: Readonly<Record<RowVerb, string>> = {
  add: 'nothing can be added to it',
  set: 'no row of it can be changed',
  del: 'nothing can be removed from it',
};

/** Names of the tables that a verb can change. */
export const tablesFor = (verb: RowVerb): readonly string[] =>
  SUBJECTS.filter(({ channel }) => CHANNELS[channel][MEMBERS[verb]] !== undefined).map(({ name }) => name);

/** Validates a change of one row. Sends nothing but questions. */
export async function planRow(
  session: NettoolSession,
  verb: RowVerb,
  device: NetDeviceInfo,
  table: string,
  assignments: readonly Assignment[],
): Promise<PlanResult> {
  const subject = subjectCalled(table);
  if (subject === undefined || CHANNELS[subject.channel][MEMBERS[verb]] === undefined) {
    const message = subject === undefined ? 'there is no such table' : CANNOT[verb];
    const accepted = choicesText(table, tablesFor(verb));
    return { ok: false, refusals: [{ stage: 'command', device: device.name, key: table, message, accepted }] };
  }
  const row: Record<string, Scalar> = {};
  const refusals: Refusal[] = [];
  for (const assignment of assignments) {
    const cell = understandCell(session, verb, subject, assignment);
    if (cell.ok) row[assignment.key] = cell.value;
    else if (session.parts.checksCells) refusals.push({ ...cell.refusal, device: device.name });
  }
  const missing = refusals.length > 0 ? undefined : missingKey(session, verb, subject, row);
  if (missing !== undefined) refusals.push({ ...missing, device: device.name });
  if (refusals.length > 0) return { ok: false, refusals };
  const rowPlan = await stepsOf(session, verb, device, subject, row);
  if (!rowPlan.ok) return { ok: false, refusals: [{ device: device.name, ...rowPlan.refusal }] };
  const { steps, unchanged } = rowPlan.value;
  for (const step of steps) {
    const breach = await policyBreach(session, device, step, 'row');
    if (breach !== undefined) refusals.push(breach);
  }
  if (refusals.length > 0) return { ok: false, refusals };
  return { ok: true, plan: { host: session.host, device, steps, unchanged, notes: [] } };
}

/** A new row says which it is; of one that is there anything that tells it from the others will do. */
function missingKey(
  { parts }: NettoolSession,
  verb: RowVerb,
  { name, identity = [], picksIdentity }: SubjectSpec,
  row: Row,
): Refusal | undefined {
  const [first] = identity;
  if (first === undefined) return undefined;
  const isGiven =
    verb === 'add'
      ? picksIdentity === true || row[first] !== undefined
      : identity.some((key) => row[key] !== undefined);
  if (!isGiven) return { stage: 'command', key: `${name}.${first}`, message: 'it has to be given' };
  if (verb !== 'set' || Object.keys(row).some((key) => !identity.includes(key))) return undefined;
  return refusedBy(parts, {
    stage: 'command',
    key: name,
    message: 'it is not said what is to change',
    accepted: 'KEY=VALUE',
  }).refusal;
}

interface RowPlan {
  readonly steps: readonly Step[];
  readonly unchanged: readonly string[];
}

async function stepsOf(
  session: NettoolSession,
  verb: RowVerb,
  device: NetDeviceInfo,
  subject: SubjectSpec,
  row: Row,
): Promise<Outcome<RowPlan>> {
  const reading = await readSubject(session, device, subject);
  if (!reading.ok) return reading;
  const rows = reading.value.rows ?? [];
  const meant = rowsMeant(session, subject, verb, rows, row);
  const [there] = meant;
  if (session.parts.looksFor(verb) && verb === 'add' && there !== undefined && subject.replaces !== true)
    return refusedBy(session.parts, rowRefusal(subject, row, 'it is there already', { errno: 'EEXIST' }));
  if (session.parts.looksFor(verb) && verb !== 'add' && there === undefined)
    return refusedBy(session.parts, noSuchRow(subject, row, rows));
  if (session.parts.changesOneRow && verb !== 'add' && meant.length > 1)
    return refusedBy(session.parts, severalRows(subject, row, meant));
  const steps = await sent(session, verb, device, subject, row, there ?? row);
  return steps;
}

async function sent(
  session: NettoolSession,
  verb: RowVerb,
  device: NetDeviceInfo,
  subject: SubjectSpec,
  row: Row,
  there: Row,
): Promise<Outcome<RowPlan>> {
  const channel = CHANNELS[subject.channel];
  const plan = (steps: Outcome<readonly Step[]> | undefined, unchanged: readonly string[] = []): Outcome<RowPlan> => {
    if (steps === undefined) return refused({ stage: 'command', key: subject.name, message: CANNOT[verb] });
    return steps.ok ? { ok: true, value: { steps: steps.value, unchanged } } : steps;
  };
  if (verb === 'add')
    return plan(await channel.add?.(session, device, subject, toldRow(session.parts, subject.name, row)));
  if (verb === 'del')
    return plan(await channel.remove?.(session, device, subject, row, toldRow(session.parts, subject.name, there)));
  const asked = Object.entries(row).filter(([key]) => subject.identity?.includes(key) !== true);
  const isSo = ([key, value]: readonly [string, Scalar]): boolean =>
    session.parts.skipsUnchanged && sameOrder(there[key], value);
  const changes = Object.fromEntries(asked.filter((one) => !isSo(one)));
  const unchanged = asked.filter(isSo).map(([key]) => `${subject.name}.${key}`);
  if (Object.keys(changes).length === 0) return { ok: true, value: { steps: [], unchanged } };
  const unread = subject.keys.filter((key) => key.unread === true).map(({ key }) => key);
  const absent = Object.keys(changes).find((key) => !unread.includes(key) && there[key] === undefined);
  if (session.parts.checks.has('supported') && absent !== undefined) {
    const about = {
      stage: 'device',
      key: `${subject.name}.${absent}`,
      value: printValue(changes[absent] ?? ''),
    } as const;
    return refusedBy(session.parts, {
      ...about,
      message: 'the row does not have it',
      accepted: choicesText(absent, Object.keys(there)),
    });
  }
  const { said } = session.parts;
  const wanted = toldRow(session.parts, subject.name, said(changes, there));
  return plan(
    await channel.alter?.(session, device, subject, wanted, toldRow(session.parts, subject.name, there)),
    unchanged,
  );
}

/** Whether a row is the one that is spoken of: of a row that is there not every part of its identity has to be said. */
function isMeant(
  { parts }: NettoolSession,
  { identity: columns = [], usually = {} }: SubjectSpec,
  verb: RowVerb,
  there: Row,
  asked: Row,
): boolean {
  const identity = parts.identity(columns);
  if (!identity.some((key) => asked[key] !== undefined)) return false;
  const [told, found]: readonly Row[] = [
    { ...usually, ...asked },
    { ...usually, ...there },
  ];
  const looked = verb === 'add' ? identity : identity.filter((key) => told?.[key] !== undefined);
  return looked.every((key) => sameOrder(found?.[key] ?? '', told?.[key] ?? ''));
}

/** Rows that fit; where one of them has nothing that was not said, it is that one: an entry without a VLAN, beside one of VLAN 1. */
function rowsMeant(
  session: NettoolSession,
  subject: SubjectSpec,
  verb: RowVerb,
  rows: readonly Row[],
  asked: Row,
): readonly Row[] {
  const { identity = [], usually = {} } = subject;
  const fitting = rows.filter((one) => isMeant(session, subject, verb, one, asked));
  const isUnsaid = (one: Row, key: string): boolean =>
    asked[key] === undefined && one[key] !== undefined && one[key] !== usually[key];
  const exact = fitting.filter((one) => !identity.some((key) => isUnsaid(one, key)));
  return exact.length === 1 ? exact : fitting;
}

const rowRefusal = (
  { name, identity = [] }: SubjectSpec,
  row: Row,
  message: string,
  more: Partial<Refusal>,
): Refusal => {
  const [key = ''] = identity.filter((one) => row[one] !== undefined);
  return { stage: 'device', key: `${name}.${key}`, value: printValue(row[key] ?? ''), message, ...more };
};

/** With that of their identity by which they differ. */
function severalRows(subject: SubjectSpec, row: Row, meant: readonly Row[]): Refusal {
  const telling = (subject.identity ?? []).filter(
    (key) => row[key] === undefined && new Set(meant.map((one) => printValue(one[key] ?? ''))).size > 1,
  );
  const texts = meant.map((one) =>
    telling.flatMap((key) => (one[key] === undefined ? [] : [`${key}=${printValue(one[key])}`])).join(' '),
  );
  const accepted = [...new Set(texts.filter((text) => text !== ''))].join(', ');
  return rowRefusal(subject, row, `a change is made to one row, and ${meant.length} fit`, { accepted });
}

/** With the rows that there are, by that part of their identity that was asked for. */
function noSuchRow(subject: SubjectSpec, row: Row, rows: readonly Row[]): Refusal {
  const [key = ''] = (subject.identity ?? []).filter((one) => row[one] !== undefined);
  const names = [...new Set(rows.flatMap((one) => (one[key] === undefined ? [] : [printValue(one[key])])))];
  const accepted = names.length === 0 ? 'none: there are no rows' : choicesText(printValue(row[key] ?? ''), names);
  return rowRefusal(subject, row, 'no such row is there', { accepted, errno: 'ENOENT' });
}

/** One `KEY=VALUE` of a row. */
function understandCell(
  { parts }: NettoolSession,
  verb: RowVerb,
  subject: SubjectSpec,
  { key, value: text }: Assignment,
): Outcome<Scalar> {
  const spec = subject.keys.find((one) => one.key === key);
  const about = { stage: 'command', key: `${subject.name}.${key}`, value: text } as const;
  if (spec === undefined) {
    const accepted = choicesText(
      key,
      subject.keys.map((one) => one.key),
    );
    return refusedBy(parts, { ...about, message: 'there is no such key', accepted });
  }
  const isIdentity = subject.identity?.includes(key) === true;
  if (spec.access === 'read' && !(isIdentity && verb !== 'add'))
    return refusedBy(parts, { ...about, message: 'it can only be read' });
  if (spec.access === 'create' && verb === 'set' && !isIdentity)
    return refusedBy(parts, { ...about, message: 'it is said when the row is made, and never changes' });
  const parsed = parseValue(spec.type, text);
  if (!parsed.ok) return refusedBy(parts, { ...about, message: 'it is not such a value', accepted: parsed.accepted });
  const { value } = parsed;
  const bounds: { readonly least?: number; readonly most?: number } = spec.type.kind === 'number' ? spec.type : {};
  const { least = 0, most } = bounds;
  if (typeof value === 'number' && (value < least || value > (most ?? Infinity)))
    return refusedBy(parts, {
      ...about,
      message: 'it is out of range',
      accepted: spec.type.kind === 'number' ? acceptedForm(spec.type) : rangeText(least, most),
    });
  return { ok: true, value };
}
