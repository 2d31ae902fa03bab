/** The grammar: words to commands, and commands to words. */
import type { Assignment } from './assignment.js';
import { choicesText } from './names.js';
import { refused, type Outcome } from './refusal.js';
import { SUBJECTS, subjectCalled } from './subjects/index.js';

export type NettoolCommand =
  | { readonly verb: 'show'; readonly subjects: readonly string[]; readonly patterns: readonly string[] }
  /** With a table: of one row of it. */
  | {
      readonly verb: 'set';
      readonly device: string;
      readonly table?: string;
      readonly assignments: readonly Assignment[];
    }
  | {
      readonly verb: 'add' | 'del';
      readonly device: string;
      readonly table: string;
      readonly assignments: readonly Assignment[];
    }
  | {
      readonly verb: 'create';
      readonly device: string;
      readonly kind: string;
      readonly assignments: readonly Assignment[];
    }
  | { readonly verb: 'destroy'; readonly device: string }
  | { readonly verb: 'run'; readonly device: string; readonly action: string; readonly arguments: readonly string[] };

/** Before a name that is also that of a subject. */
const NAME_PREFIX = 'name:';
/** Stands for every subject. */
export const EVERYTHING = 'all';

export const VERBS = ['show', 'set', 'add', 'del', 'create', 'destroy', 'run'] as const;

/** Reads the words behind `nettool`, options left out. */
export function parseCommand(words: readonly string[]): Outcome<NettoolCommand> {
  const [verb = '', ...rest] = words;
  switch (verb) {
    case 'show':
      return { ok: true, value: parseShow(rest) };
    case 'set': {
      const [device, ...assignments] = rest;
      const [table = '', ...cells] = assignments;
      if (device === undefined || table === '') return usage('set DEVICE SUBJECT.KEY=VALUE…');
      if (subjectCalled(table)?.shape === 'rows') {
        const row = collect(cells, (word) => keyed(word, table));
        return row.ok ? { ok: true, value: { verb, device: bare(device), table, assignments: row.value } } : row;
      }
      const read = collect(assignments, qualified);
      return read.ok ? { ok: true, value: { verb, device: bare(device), assignments: read.value } } : read;
    }
    case 'add':
    case 'del': {
      const [device, table, ...assignments] = rest;
      if (device === undefined || table === undefined) return usage(`${verb} DEVICE TABLE KEY=VALUE…`);
      const read = collect(assignments, (word) => keyed(word, table));
      return read.ok ? { ok: true, value: { verb, device: bare(device), table, assignments: read.value } } : read;
    }
    case 'create': {
      const [device, kind, ...assignments] = rest;
      if (device === undefined || kind === undefined) return usage('create NAME KIND SUBJECT.KEY=VALUE…');
      const read = collect(assignments, qualified);
      return read.ok ? { ok: true, value: { verb, device: bare(device), kind, assignments: read.value } } : read;
    }
    case 'destroy': {
      const [device, ...more] = rest;
      if (device === undefined || more.length > 0) return usage('destroy DEVICE');
      return { ok: true, value: { verb, device: bare(device) } };
    }
    case 'run': {
      const [device, action, ...more] = rest;
      if (device === undefined || action === undefined) return usage('run DEVICE ACTION');
      return { ok: true, value: { verb, device: bare(device), action, arguments: more } };
    }
    default:
      return refused({
        stage: 'command',
        key: verb,
        message: 'there is no such command',
        accepted: choicesText(verb, VERBS),
      });
  }
}

/** The words that `parseCommand` reads as this command. */
export function commandWords(command: NettoolCommand): readonly string[] {
  switch (command.verb) {
    case 'show':
      return ['show', ...command.subjects, ...command.patterns.map(named)];
    case 'set':
      return [
        'set',
        named(command.device),
        ...(command.table === undefined
          ? command.assignments.map(qualifiedText)
          : [command.table, ...command.assignments.map(({ key, value }) => `${key}=${value}`)]),
      ];
    case 'create':
      return ['create', named(command.device), command.kind, ...command.assignments.map(qualifiedText)];
    case 'destroy':
      return ['destroy', named(command.device)];
    case 'add':
    case 'del':
      return [
        command.verb,
        named(command.device),
        command.table,
        ...command.assignments.map(({ key, value }) => `${key}=${value}`),
      ];
    case 'run':
      return ['run', named(command.device), command.action, ...command.arguments];
  }
}

const qualifiedText = ({ subject, key, value }: Assignment): string => `${subject}.${key}=${value}`;

/** As it is typed into a shell. */
export const commandText = (command: NettoolCommand): string =>
  ['nettool', ...commandWords(command)].map(quoted).join(' ');

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

const isSubject = (word: string): boolean => word === EVERYTHING || subjectCalled(word) !== undefined;
const named = (device: string): string =>
  isSubject(device) || device.startsWith(NAME_PREFIX) ? `${NAME_PREFIX}${device}` : device;
const bare = (word: string): string => (word.startsWith(NAME_PREFIX) ? word.slice(NAME_PREFIX.length) : word);

function parseShow(words: readonly string[]): NettoolCommand {
  const first = words.findIndex((word) => !isSubject(word));
  const [subjects, patterns] = first < 0 ? [words, []] : [words.slice(0, first), words.slice(first)];
  return { verb: 'show', subjects, patterns: patterns.map(bare) };
}

/** The subjects that were asked for, by name. */
export const namedSubjects = (subjects: readonly string[]): readonly string[] =>
  subjects.includes(EVERYTHING) ? SUBJECTS.map(({ name }) => name) : subjects;

const usage = (form: string): Outcome<never> =>
  refused({ stage: 'command', message: 'the words do not fit', accepted: `nettool ${form}` });

function collect<Value>(words: readonly string[], read: (word: string) => Outcome<Value>): Outcome<readonly Value[]> {
  const values: Value[] = [];
  for (const word of words) {
    const result = read(word);
    if (!result.ok) return result;
    values.push(result.value);
  }
  return { ok: true, value: values };
}

/** `SUBJECT.KEY=VALUE`. Keys of private counters and flags may have dots and spaces of their own. */
function qualified(word: string): Outcome<Assignment> {
  const [, subject, key, value] = /^([a-z-]+)\.([^=]+)=([^]*)$/.exec(word) ?? [];
  if (subject === undefined || key === undefined || value === undefined)
    return refused({ stage: 'command', key: word, message: 'it is no change', accepted: 'SUBJECT.KEY=VALUE' });
  return { ok: true, value: { subject, key, value } };
}

function keyed(word: string, table: string): Outcome<Assignment> {
  const [, key, value] = /^([^=]+)=([^]*)$/.exec(word) ?? [];
  if (key === undefined || value === undefined)
    return refused({ stage: 'command', key: word, message: 'it is no KEY=VALUE', accepted: 'KEY=VALUE' });
  return { ok: true, value: { subject: table, key, value } };
}
