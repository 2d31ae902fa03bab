/** How words of devlink(8) become commands of nettool. */
import type { Assignment } from '../assignment.js';
import type { NettoolCommand } from '../command.js';
import { refused, type Outcome } from '../refusal.js';

export type Commands = Outcome<readonly NettoolCommand[]>;

/** What stands behind the words of a command: its handle, and named values. */
interface Said {
  readonly device: string | undefined;
  readonly words: ReadonlyMap<string, string>;
}

export interface DevlinkVerb {
  /** The words up to the handle; a trailing `DEV` or `PORT` is the handle. */
  readonly words: string;
  readonly title: string;
  /** The words of the example behind the handle, as devlink takes them. */
  readonly example?: string;
  /** Words behind it that have no equal, each with the reason. */
  readonly without?: Readonly<Record<string, string>>;
  readonly form:
    | { readonly kind: 'show'; readonly subject: string }
    | { readonly kind: 'run'; readonly action: string; readonly arguments: readonly string[] }
    | { readonly kind: 'change'; readonly change: (said: Said) => Commands }
    | { readonly kind: 'watch' }
    | { readonly kind: 'none'; readonly reason: string };
}

export const failed = (message: string, accepted?: string): Outcome<never> =>
  refused({ stage: 'command', message, ...(accepted === undefined ? {} : { accepted }) });
export const done = (command: NettoolCommand): Commands => ({ ok: true, value: [command] });

type ChangeForm = Extract<DevlinkVerb['form'], { kind: 'change' }>;

export const show = (subject: string): DevlinkVerb['form'] => ({ kind: 'show', subject });
export const run = (action: string, ...words: readonly string[]): DevlinkVerb['form'] => ({
  kind: 'run',
  action,
  arguments: words,
});
export const none = (reason: string): DevlinkVerb['form'] => ({ kind: 'none', reason });

/** Words of devlink that are called otherwise here; those that are not listed are called the same. */
const KEYS: Readonly<Record<string, string>> = {
  grace_period: 'grace-period',
  auto_recover: 'auto-recover',
  auto_dump: 'auto-dump',
  tx_share: 'share',
  tx_max: 'max',
  tx_priority: 'priority',
  tx_weight: 'weight',
  hw_addr: 'address',
  ipsec_crypto: 'ipsec-crypto',
  ipsec_packet: 'ipsec-packet',
  max_io_eqs: 'max-io-eqs',
  pfnum: 'pf',
  sfnum: 'sf',
  counters_enabled: 'counters',
  thtype: 'threshold-type',
  th: 'threshold',
  sb: 'buffer',
  tc: 'class',
};
const VALUES: Readonly<Record<string, string>> = { true: 'on', false: 'off', enable: 'on', disable: 'off' };
/** Words without a value, and what they say here. */
export const FLAGS: Readonly<Record<string, readonly [word: string, value: string]>> = {
  nopolicer: ['policer', '0'],
  noparent: ['parent', 'none'],
};

/** tc(8) and devlink(8): bits a second without a unit, bytes with `Bps`. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1 / 8,
  bit: 1 / 8,
  kbit: 1e3 / 8,
  mbit: 1e6 / 8,
  gbit: 1e9 / 8,
  tbit: 1e12 / 8,
  bps: 1,
  kbps: 1e3,
  mbps: 1e6,
  gbps: 1e9,
};

function bytesASecond(text: string): Outcome<string> {
  const [, digits = '', unit = ''] = /^(\d+)([a-z]*)$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (digits === '' || factor === undefined) return failed(`${text} is no rate`, '10gbit, 125mbps');
  return { ok: true, value: String(Math.round(Number(digits) * factor)) };
}

function valueOf(word: string, text: string): Outcome<string> {
  if (word === 'tx_share' || word === 'tx_max') return bytesASecond(text);
  return { ok: true, value: VALUES[text] ?? text };
}

/** A change of keys of one subject. */
export const settings = (subject: string, words: readonly string[]): DevlinkVerb['form'] => ({
  kind: 'change',
  change: ({ device = '', words: said }) => {
    const assignments = assigned(subject, words, said);
    return assignments.ok ? done({ verb: 'set', device, assignments: assignments.value }) : assignments;
  },
});

/** A change of a row: `identity` says which, under the name that it has in the table. */
export const row = (verb: 'set' | 'add' | 'del', table: string, words: readonly string[]): ChangeForm => ({
  kind: 'change',
  change: ({ device = '', words: said }) => {
    const assignments = assigned(table, words, said);
    return assignments.ok ? done({ verb, device, table, assignments: assignments.value }) : assignments;
  },
});

function assigned(
  subject: string,
  known: readonly string[],
  said: ReadonlyMap<string, string>,
): Outcome<readonly Assignment[]> {
  const assignments: Assignment[] = [];
  for (const [word, text] of said) {
    if (!known.includes(word)) return failed(`${word} has no equal`, known.join(', '));
    const value = valueOf(word, text);
    if (!value.ok) return value;
    assignments.push({ subject, key: KEYS[word] ?? word, value: value.value });
  }
  return assignments.length === 0
    ? failed('nothing is said to change', known.join(', '))
    : { ok: true, value: assignments };
}

/** `bus/device/NAME` of a region, a rate node: the instance, and the name. */
const lastPart = (handle: string): readonly [instance: string, name: string] => {
  const parts = handle.split('/');
  return [parts.slice(0, 2).join('/'), parts.slice(2).join('/')];
};

export const named = (
  verb: 'set' | 'add' | 'del',
  table: string,
  column: string,
  words: readonly string[],
): DevlinkVerb['form'] => ({
  kind: 'change',
  change: ({ device = '', words: said }) => {
    const [instance, name] = lastPart(device);
    const more = said.size === 0 ? { ok: true as const, value: [] } : assigned(table, words, said);
    if (!more.ok) return more;
    // A number is the leaf of a port.
    const key = column === 'node' && /^\d+$/.test(name) ? 'port' : column;
    const assignments = [{ subject: table, key, value: name }, ...more.value];
    return done({ verb, device: instance, table, assignments });
  },
});

export const regionRead: DevlinkVerb['form'] = {
  kind: 'change',
  change: ({ device = '', words }) => {
    const [instance, region] = lastPart(device);
    const parts = ['address', 'length'].flatMap((word) => {
      const value = words.get(word);
      return value === undefined ? [] : [`${word}=${value}`];
    });
    const snapshot = words.get('snapshot') ?? 'now';
    return done({ verb: 'run', device: instance, action: 'region-read', arguments: [region, snapshot, ...parts] });
  },
};

export const paramSet: DevlinkVerb['form'] = {
  kind: 'change',
  change: ({ device = '', words }) => {
    const [name, value, mode] = ['name', 'value', 'cmode'].map((word) => words.get(word));
    if (name === undefined || value === undefined || mode === undefined)
      return failed('a word is missing', 'name NAME value VALUE cmode MODE');
    const assignment = { subject: 'devlink-params', key: `${name}@${mode}`, value: VALUES[value] ?? value };
    return done({ verb: 'set', device, assignments: [assignment] });
  },
};

export const trapSet: DevlinkVerb['form'] = {
  kind: 'change',
  change: ({ device = '', words }) => {
    const [trap, action] = [words.get('trap'), words.get('action')];
    if (trap === undefined || action === undefined) return failed('a word is missing', 'trap NAME action ACTION');
    return done({ verb: 'set', device, assignments: [{ subject: 'devlink-traps', key: trap, value: action }] });
  },
};

/** Words that are called otherwise in a table of rows. */
export const renamedRow = (form: DevlinkVerb['form'], names: Readonly<Record<string, string>>): DevlinkVerb['form'] =>
  form.kind !== 'change'
    ? form
    : {
        kind: 'change',
        change: (said) =>
          form.change({ ...said, words: new Map([...said.words].map(([word, text]) => [names[word] ?? word, text])) }),
      };

/** The port of a handle of three parts, as a key of the row. */
export const ofPort = (form: DevlinkVerb['form']): DevlinkVerb['form'] =>
  form.kind !== 'change'
    ? form
    : {
        kind: 'change',
        change: (said) => {
          const [instance, index] = lastPart(said.device ?? '');
          const words = index === '' ? said.words : new Map([...said.words, ['port', index]]);
          return form.change({ device: instance, words });
        },
      };

/** `devlink port add BUS/DEV[/INDEX]`, `devlink port del BUS/DEV/INDEX`. */
export const portRow = (verb: 'add' | 'del', words: readonly string[]): DevlinkVerb['form'] => ({
  kind: 'change',
  change: ({ device = '', words: said }) => {
    const [instance, index] = lastPart(device);
    const asked = new Map([...(index === '' ? [] : [['index', index] as const]), ...said]);
    return row(verb, 'devlink-ports', ['index', ...words]).change({ device: instance, words: asked });
  },
});
