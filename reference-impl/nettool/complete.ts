/** What the last word of a command line may become: names of devices, subjects, keys and values, asked of the live machine. */
import { readSubject } from './channels/index.js';
import { EVERYTHING, VERBS } from './command.js';
import { allHandles } from './devlinkHandles.js';
import { FEATURE_GROUPS } from './featureGroups.js';
import type { NettoolSession } from './session.js';
import { DEVICE_KINDS } from './devicePlan.js';
import { oneDevice } from './plan.js';
import { tablesFor, type RowVerb } from './rowPlan.js';
import { SUBJECTS, keyCalled, subjectCalled, type KeySpec, type SubjectSpec } from './subjects/index.js';
import { ACTIONS, actionCalled } from './actions.js';
import { printValue, type ValueType } from './values.js';

const OTHER_VERBS = ['watch', 'explain', 'migrate', 'completion', 'schema', 'agent', 'help'];

/** Candidates for the last of the words behind `nettool`; it may be empty. */
export async function complete(session: NettoolSession, words: readonly string[]): Promise<readonly string[]> {
  const last = words.at(-1) ?? '';
  const all = await candidates(session, words.slice(0, -1), last);
  return all.filter((candidate) => candidate.startsWith(last));
}

async function candidates(
  session: NettoolSession,
  before: readonly string[],
  last: string,
): Promise<readonly string[]> {
  const [verb, device, third] = before;
  if (verb === undefined) return [...VERBS, ...OTHER_VERBS];
  switch (verb) {
    case 'show':
    case 'watch':
      return [EVERYTHING, ...SUBJECTS.map(({ name }) => name), ...(await deviceNames(session))];
    case 'set':
      if (device === undefined) return deviceNames(session);
      if (third === undefined) return [...(await assignments(session, device, last)), ...tablesFor('set')];
      return subjectCalled(third)?.shape === 'rows'
        ? columns(session, device, { verb, table: third, word: last })
        : assignments(session, device, last);
    case 'add':
    case 'del':
      if (device === undefined) return deviceNames(session);
      return third === undefined ? tablesFor(verb) : columns(session, device, { verb, table: third, word: last });
    case 'create':
      if (device === undefined) return [];
      return third === undefined ? DEVICE_KINDS.map(({ kind }) => kind) : newKeys(third, last);
    case 'destroy':
      return device === undefined ? removable(session) : [];
    case 'run':
      if (device === undefined) return deviceNames(session);
      return third === undefined
        ? ACTIONS.map(({ name }) => name)
        : actionWords(session, device, third, before.length - RUN_WORDS);
    case 'completion':
      return ['bash', 'zsh', 'fish'];
    default:
      return [];
  }
}

async function deviceNames(session: NettoolSession): Promise<readonly string[]> {
  const devices = await session.devices();
  return [...(devices.ok ? devices.value.map(({ name }) => name) : []), ...(await allHandles(session))];
}

async function assignments(session: NettoolSession, deviceName: string, word: string): Promise<readonly string[]> {
  const dot = word.indexOf('.');
  const subject = dot < 0 ? undefined : subjectCalled(word.slice(0, dot));
  if (subject === undefined) return changeable().map(({ name }) => `${name}.`);
  const device = await oneDevice(session, deviceName);
  if (!device.ok) return [];
  const reading = await readSubject(session, device.value, subject);
  if (!reading.ok) return [];
  const { values, limits } = reading.value;
  const equals = word.indexOf('=');
  if (equals < 0) {
    const free = Object.keys(values).filter((key) => limits[key]?.fixed === undefined);
    const groups = subject.channel === 'features' ? Object.keys(FEATURE_GROUPS) : [];
    return [...free, ...groups].map((key) => `${subject.name}.${key}=`);
  }
  const name = word.slice(dot + 1, equals);
  const key = keyCalled(subject, name);
  const limit = limits[name] ?? {};
  const present = values[name] === undefined ? [] : [printValue(values[name])];
  const most = limit.most === undefined ? [] : [String(limit.most)];
  const choices = limit.choices ?? (key?.type.kind === 'switch' ? ['on', 'off'] : [...present, ...most]);
  return [...new Set(choices)].map((value) => `${subject.name}.${name}=${value}`);
}

const changeable = (): readonly SubjectSpec[] =>
  SUBJECTS.filter(({ shape, keys }) => shape !== 'rows' && keys.some(({ access }) => access === 'change'));

/** `run DEVICE ACTION`. */
const RUN_WORDS = 3;

/** Those that can be removed. */
async function removable(session: NettoolSession): Promise<readonly string[]> {
  const devices = await session.devices();
  return devices.ok ? devices.value.filter(({ kind }) => kind !== '').map(({ name }) => name) : [];
}

interface RowWord {
  readonly verb: RowVerb;
  readonly table: string;
  readonly word: string;
}

/** Keys of a row; of a row that is there, what it may be called. */
async function columns(
  session: NettoolSession,
  device: string,
  { verb, table, word }: RowWord,
): Promise<readonly string[]> {
  const subject = subjectCalled(table);
  if (subject === undefined) return [];
  const [name = ''] = word.split('=');
  const key = keyCalled(subject, name);
  const isIdentity = (one: string): boolean => subject.identity?.includes(one) === true;
  if (!word.includes('=') || key === undefined) {
    const wanted = subject.keys.filter((one) => (verb !== 'add' && isIdentity(one.key)) || isSaid(verb, one));
    return wanted.map((one) => `${one.key}=`);
  }
  if (verb !== 'add' && isIdentity(key.key)) {
    const there = await liveColumn(session, device, table, key.key);
    return there.map((value) => `${name}=${value}`);
  }
  return wordsOfType(key.type).map((value) => `${name}=${value}`);
}

/** Whether a verb takes a key that does not say which row is meant. */
const isSaid = (verb: RowVerb, { access }: KeySpec): boolean =>
  verb === 'add' ? access !== 'read' : verb === 'set' && access === 'change';

const wordsOfType = (type: ValueType): readonly string[] =>
  type.kind === 'choice' ? Object.keys(type.choices) : type.kind === 'switch' ? ['on', 'off'] : [];

/** What the rows of a table of the device have in a column. */
async function liveColumn(
  session: NettoolSession,
  deviceName: string,
  table: string,
  column: string,
): Promise<readonly string[]> {
  const [device, subject] = [await oneDevice(session, deviceName), subjectCalled(table)];
  if (!device.ok || subject === undefined) return [];
  const reading = await readSubject(session, device.value, subject);
  if (!reading.ok) return [];
  const values = (reading.value.rows ?? []).flatMap((row) => row[column] ?? []);
  return [...new Set(values.map(String))];
}

/** Of a new device: keys of its kind, and of every link. */
function newKeys(kindName: string, word: string): readonly string[] {
  const kind = DEVICE_KINDS.find((one) => one.kind === kindName);
  if (kind === undefined) return [];
  const subjects = [kind.subject, 'link'].flatMap((name) => (name === undefined ? [] : (subjectCalled(name) ?? [])));
  const keys = subjects.flatMap((subject) =>
    subject.keys.filter(({ access }) => access !== 'read').map((key) => [`${subject.name}.${key.key}`, key] as const),
  );
  const said = keys.find(([name]) => word.startsWith(`${name}=`));
  if (said === undefined) return keys.map(([name]) => `${name}=`);
  return wordsOfType(said[1].type).map((value) => `${said[0]}=${value}`);
}

/** The word at a place behind an action: what the device has, or what there is. */
async function actionWords(
  session: NettoolSession,
  device: string,
  actionName: string,
  place: number,
): Promise<readonly string[]> {
  const argument = actionCalled(actionName)?.arguments[place];
  if (argument === undefined) return [];
  if (argument.live !== undefined) return liveColumn(session, device, argument.live, argument.name);
  return wordsOfType(argument.type);
}
