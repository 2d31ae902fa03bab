/** What the last word of a command line may become: names of devices, subjects, keys and values, asked of the live machine. */
import { CHANNELS } from './channels/index.js';
import { EVERYTHING, VERBS } from './command.js';
import { FEATURE_GROUPS } from './featureGroups.js';
import type { NettoolSession } from './session.js';
import { SUBJECTS, keyCalled, subjectCalled, type SubjectSpec } from './subjects/index.js';
import { ACTIONS } from './actions.js';
import { printValue } from './values.js';

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
      return device === undefined ? deviceNames(session) : assignments(session, device, last);
    case 'add':
    case 'del':
      if (device === undefined) return deviceNames(session);
      return third === undefined
        ? SUBJECTS.filter(({ channel }) => CHANNELS[channel].add !== undefined).map(({ name }) => name)
        : columns(third, last);
    case 'run':
      return device === undefined ? deviceNames(session) : ACTIONS.map(({ name }) => name);
    case 'completion':
      return ['bash', 'zsh', 'fish'];
    default:
      return [];
  }
}

async function deviceNames(session: NettoolSession): Promise<readonly string[]> {
  const devices = await session.devices();
  return devices.ok ? devices.value.map(({ name }) => name) : [];
}

async function assignments(session: NettoolSession, deviceName: string, word: string): Promise<readonly string[]> {
  const dot = word.indexOf('.');
  const subject = dot < 0 ? undefined : subjectCalled(word.slice(0, dot));
  if (subject === undefined) return changeable().map(({ name }) => `${name}.`);
  const device = await session.device(deviceName);
  if (!device.ok) return [];
  const reading = await CHANNELS[subject.channel].read(session, device.value, subject);
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

function columns(table: string, word: string): readonly string[] {
  const subject = subjectCalled(table);
  if (subject === undefined) return [];
  const [name = ''] = word.split('=');
  const key = keyCalled(subject, name);
  if (!word.includes('=') || key === undefined)
    return subject.keys.filter(({ access }) => access === 'change').map((one) => `${one.key}=`);
  const { type } = key;
  const values = type.kind === 'choice' ? Object.keys(type.choices) : type.kind === 'switch' ? ['on', 'off'] : [];
  return values.map((value) => `${name}=${value}`);
}
