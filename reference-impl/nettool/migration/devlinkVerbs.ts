/** Every command of devlink(8) 6.1, and what it is called here: data for `nettool migrate`, for the table of the documentation, and for its test. */
import type { Assignment } from '../assignment.js';
import type { NettoolCommand } from '../command.js';
import { nearest } from '../names.js';
import { refused, type Outcome } from '../refusal.js';

type Commands = Outcome<readonly NettoolCommand[]>;

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
  readonly form:
    | { readonly kind: 'show'; readonly subject: string }
    | { readonly kind: 'run'; readonly action: string; readonly arguments: readonly string[] }
    | { readonly kind: 'change'; readonly change: (said: Said) => Commands }
    | { readonly kind: 'watch' }
    | { readonly kind: 'none'; readonly reason: string };
}

const failed = (message: string, accepted?: string): Outcome<never> =>
  refused({ stage: 'command', message, ...(accepted === undefined ? {} : { accepted }) });
const done = (command: NettoolCommand): Commands => ({ ok: true, value: [command] });

const show = (subject: string): DevlinkVerb['form'] => ({ kind: 'show', subject });
const run = (action: string, ...words: readonly string[]): DevlinkVerb['form'] => ({
  kind: 'run',
  action,
  arguments: words,
});
const none = (reason: string): DevlinkVerb['form'] => ({ kind: 'none', reason });

/** Words of devlink that are called otherwise here; those that are not listed are called the same. */
const KEYS: Readonly<Record<string, string>> = {
  grace_period: 'grace-period',
  auto_recover: 'auto-recover',
  auto_dump: 'auto-dump',
  tx_share: 'share',
  tx_max: 'max',
  tx_priority: 'priority',
  tx_weight: 'weight',
};
const VALUES: Readonly<Record<string, string>> = { true: 'on', false: 'off' };

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
const settings = (subject: string, words: readonly string[]): DevlinkVerb['form'] => ({
  kind: 'change',
  change: ({ device = '', words: said }) => {
    const assignments = assigned(subject, words, said);
    return assignments.ok ? done({ verb: 'set', device, assignments: assignments.value }) : assignments;
  },
});

/** A change of a row: `identity` says which, under the name that it has in the table. */
const row = (verb: 'set' | 'add' | 'del', table: string, words: readonly string[]): DevlinkVerb['form'] => ({
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

const named = (
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

const regionRead: DevlinkVerb['form'] = {
  kind: 'change',
  change: ({ device = '', words }) => {
    const [instance, region] = lastPart(device);
    const parts = ['address', 'length'].flatMap((word) => {
      const value = words.get(word);
      return value === undefined ? [] : [`${word}=${value}`];
    });
    const snapshot = words.get('snapshot');
    if (snapshot === undefined) return failed('a region is read of a snapshot here', 'snapshot NUMBER');
    return done({ verb: 'run', device: instance, action: 'region-read', arguments: [region, snapshot, ...parts] });
  },
};

const paramSet: DevlinkVerb['form'] = {
  kind: 'change',
  change: ({ device = '', words }) => {
    const [name, value, mode] = ['name', 'value', 'cmode'].map((word) => words.get(word));
    if (name === undefined || value === undefined || mode === undefined)
      return failed('a word is missing', 'name NAME value VALUE cmode MODE');
    const assignment = { subject: 'devlink-params', key: `${name}@${mode}`, value: VALUES[value] ?? value };
    return done({ verb: 'set', device, assignments: [assignment] });
  },
};

const trapSet: DevlinkVerb['form'] = {
  kind: 'change',
  change: ({ device = '', words }) => {
    const [trap, action] = [words.get('trap'), words.get('action')];
    if (trap === undefined || action === undefined) return failed('a word is missing', 'trap NAME action ACTION');
    return done({ verb: 'set', device, assignments: [{ subject: 'devlink-traps', key: trap, value: action }] });
  },
};

/** Words that are called otherwise in a table of rows. */
const renamedRow = (form: DevlinkVerb['form'], names: Readonly<Record<string, string>>): DevlinkVerb['form'] =>
  form.kind !== 'change'
    ? form
    : {
        kind: 'change',
        change: (said) =>
          form.change({ ...said, words: new Map([...said.words].map(([word, text]) => [names[word] ?? word, text])) }),
      };

const BUFFERS = 'thresholds of shared buffers are those of each switch, and stay with devlink';
const PIPELINES = 'tables of the pipeline are for their driver’s author; their layout is private';
const FUNCTIONS = 'subfunctions and their state stay with devlink';

export const DEVLINK_VERBS: readonly DevlinkVerb[] = [
  { words: 'dev show DEV', title: 'instances', form: show('devlink') },
  { words: 'dev info DEV', title: 'versions', form: show('devlink') },
  { words: 'dev eswitch show DEV', title: 'embedded switch', form: show('eswitch') },
  {
    words: 'dev eswitch set DEV',
    title: 'change the embedded switch',
    example: 'mode switchdev',
    form: settings('eswitch', ['mode', 'inline-mode', 'encap-mode']),
  },
  { words: 'dev param show DEV', title: 'parameters of the driver', form: show('devlink-params') },
  {
    words: 'dev param set DEV',
    title: 'change a parameter',
    example: 'name max_macs value 16 cmode driverinit',
    form: paramSet,
  },
  {
    words: 'dev reload DEV',
    title: 'bring the driver up anew',
    example: 'action fw_activate limit no_reset',
    form: run('reload', 'action', 'limit'),
  },
  {
    words: 'dev flash DEV',
    title: 'write firmware',
    example: 'file image.bin component fw',
    form: run('flash', 'file', 'component', 'overwrite'),
  },
  {
    words: 'dev selftests show DEV',
    title: 'tests of the device',
    form: none('run devlink-selftest lists what there is where it is asked for another'),
  },
  { words: 'dev selftests run DEV', title: 'run tests', example: 'id flash', form: run('devlink-selftest', 'id') },
  { words: 'port show PORT', title: 'ports', form: show('devlink-port') },
  { words: 'port set PORT', title: 'type of a port', form: none('types of ports are of drivers of InfiniBand') },
  { words: 'port split PORT', title: 'split a port', example: 'count 2', form: run('split', 'count') },
  { words: 'port unsplit PORT', title: 'put the parts together again', form: run('unsplit') },
  { words: 'port add DEV', title: 'a subfunction', form: none(FUNCTIONS) },
  { words: 'port del PORT', title: 'remove a subfunction', form: none(FUNCTIONS) },
  { words: 'port function set PORT', title: 'address and state of a function', form: none(FUNCTIONS) },
  {
    words: 'port param show PORT',
    title: 'parameters of a port',
    form: none('no driver of the kernel has parameters of ports'),
  },
  {
    words: 'port param set PORT',
    title: 'change a parameter of a port',
    form: none('no driver of the kernel has parameters of ports'),
  },
  { words: 'port function rate show PORT', title: 'rates', form: show('devlink-rates') },
  {
    words: 'port function rate set PORT',
    title: 'change rates; here they are bytes a second',
    example: 'tx_max 1gbit',
    form: named('set', 'devlink-rates', 'node', ['tx_share', 'tx_max', 'tx_priority', 'tx_weight', 'parent']),
  },
  {
    words: 'port function rate add PORT',
    title: 'a node of rates',
    example: 'tx_max 1gbit',
    form: named('add', 'devlink-rates', 'node', ['tx_share', 'tx_max', 'tx_priority', 'tx_weight', 'parent']),
  },
  { words: 'port function rate del PORT', title: 'remove a node', form: named('del', 'devlink-rates', 'node', []) },
  { words: 'resource show DEV', title: 'memory of the hardware', form: show('devlink-resources') },
  {
    words: 'resource set DEV',
    title: 'change a size',
    example: 'path /tables/fdb size 64',
    form: renamedRow(row('set', 'devlink-resources', ['name', 'size']), { path: 'name' }),
  },
  { words: 'region show DEV', title: 'regions and snapshots', form: show('devlink-regions') },
  {
    words: 'region new REGION',
    title: 'take a snapshot',
    example: 'snapshot 1',
    form: named('add', 'devlink-regions', 'region', ['snapshot']),
  },
  {
    words: 'region del REGION',
    title: 'forget a snapshot',
    example: 'snapshot 1',
    form: named('del', 'devlink-regions', 'region', ['snapshot']),
  },
  { words: 'region dump REGION', title: 'all bytes of a snapshot', example: 'snapshot 1', form: regionRead },
  {
    words: 'region read REGION',
    title: 'bytes of a snapshot',
    example: 'snapshot 1 address 16 length 32',
    form: regionRead,
  },
  { words: 'health show DEV', title: 'reporters', form: show('devlink-health') },
  {
    words: 'health set DEV',
    title: 'settings of a reporter',
    example: 'reporter fw_fatal grace_period 500 auto_recover false',
    form: row('set', 'devlink-health', ['reporter', 'grace_period', 'auto_recover', 'auto_dump']),
  },
  {
    words: 'health diagnose DEV',
    title: 'what a reporter says of now',
    example: 'reporter fw',
    form: run('health-diagnose', 'reporter'),
  },
  {
    words: 'health dump show DEV',
    title: 'what it was like at the first failure',
    example: 'reporter fw',
    form: run('health-dump', 'reporter'),
  },
  {
    words: 'health dump clear DEV',
    title: 'forget it',
    example: 'reporter fw',
    form: run('health-dump-clear', 'reporter'),
  },
  {
    words: 'health recover DEV',
    title: 'recover',
    example: 'reporter fw_fatal',
    form: run('health-recover', 'reporter'),
  },
  {
    words: 'health test DEV',
    title: 'let a reporter meet a failure',
    example: 'reporter fw_fatal',
    form: run('health-test', 'reporter'),
  },
  { words: 'trap show DEV', title: 'traps', form: show('devlink-traps') },
  { words: 'trap set DEV', title: 'change a trap', example: 'trap source_mac_is_multicast action trap', form: trapSet },
  { words: 'trap group show DEV', title: 'groups of traps', form: show('devlink-trap-groups') },
  {
    words: 'trap group set DEV',
    title: 'change a group',
    example: 'group l2_drops action trap',
    form: row('set', 'devlink-trap-groups', ['group', 'action', 'policer']),
  },
  { words: 'trap policer show DEV', title: 'policers', form: show('devlink-trap-policers') },
  {
    words: 'trap policer set DEV',
    title: 'change a policer',
    example: 'policer 1 rate 1000 burst 128',
    form: row('set', 'devlink-trap-policers', ['policer', 'rate', 'burst']),
  },
  ...[
    'show',
    'pool show',
    'pool set',
    'port pool show',
    'port pool set',
    'tc bind show',
    'tc bind set',
    'occupancy show',
    'occupancy snapshot',
    'occupancy clearmax',
  ].map((words): DevlinkVerb => ({ words: `sb ${words} DEV`, title: 'shared buffers', form: none(BUFFERS) })),
  ...['table show', 'table set', 'table dump', 'header show'].map((words): DevlinkVerb => ({
    words: `dpipe ${words} DEV`,
    title: 'pipeline',
    form: none(PIPELINES),
  })),
  { words: 'lc show DEV', title: 'line cards', form: none('line cards stay with devlink') },
  { words: 'lc set DEV', title: 'provision a line card', form: none('line cards stay with devlink') },
  { words: 'monitor', title: 'announcements', form: { kind: 'watch' } },
];

/** Words of the table that stand for a handle. */
export const HANDLE_WORDS: readonly string[] = ['DEV', 'PORT', 'REGION'];
const fixedWords = ({ words }: DevlinkVerb): readonly string[] =>
  words.split(' ').filter((word) => !HANDLE_WORDS.includes(word));

/** Flags of devlink that say how to print. */
const isFlag = (word: string): boolean => word.startsWith('-');

export function devlinkCommand(given: readonly string[]): Commands {
  const words = given.filter((word) => !isFlag(word));
  const [object = ''] = words;
  // The longest that fits: `trap group set` before `trap set`. Without a verb it is `show`.
  const fits = (verb: DevlinkVerb, asked: readonly string[]): boolean =>
    fixedWords(verb).every((word, index) => asked[index] === word);
  const isVerbless = words.length === 1 || words[1]?.includes('/') === true;
  const asked = isVerbless && object !== 'monitor' ? [object, 'show', ...words.slice(1)] : words;
  const [verb] = DEVLINK_VERBS.filter((one) => fits(one, asked)).sort(
    (a, b) => fixedWords(b).length - fixedWords(a).length,
  );
  if (verb === undefined) {
    const known = DEVLINK_VERBS.map((one) => fixedWords(one).join(' '));
    const meant = nearest(words.slice(0, 2).join(' '), known);
    return failed(
      `nothing is known of devlink ${words.join(' ')}`,
      meant === undefined ? undefined : `devlink ${meant}`,
    );
  }
  return said(verb, asked.slice(fixedWords(verb).length));
}

function said({ words: name, form, example }: DevlinkVerb, rest: readonly string[]): Commands {
  if (form.kind === 'none') return failed(`devlink ${name} has no equal: ${form.reason}`);
  if (form.kind === 'watch') return failed('nettool watch shows announcements', 'nettool watch [DEVICE…]');
  const [first, ...others] = rest;
  const device = first?.includes('/') === true || (first !== undefined && form.kind !== 'show') ? first : undefined;
  if (form.kind === 'show')
    return done({
      verb: 'show',
      subjects: [form.subject],
      patterns: device === undefined ? ['*/*'] : [instanceOf(form.subject, device)],
    });
  if (device === undefined) return failed('the device is missing', `devlink ${name} ${example ?? ''}`.trim());
  if (others.length % 2 !== 0) return failed(`${others.at(-1) ?? ''} has no value`, example);
  const words = new Map<string, string>();
  for (let at = 0; at < others.length; at += 2) words.set(others[at] ?? '', others[at + 1] ?? '');
  if (form.kind === 'change') return form.change({ device, words });
  const unknown = [...words.keys()].find((word) => !form.arguments.includes(word));
  if (unknown !== undefined) return failed(`${unknown} has no equal`, form.arguments.join(', '));
  // Those that are called otherwise here stand at their places.
  const given = form.arguments.flatMap((word) => {
    const value = words.get(word);
    if (value === undefined) return [];
    return [word === 'id' || form.arguments.indexOf(word) === 0 ? value : `${word}=${value}`];
  });
  return done({ verb: 'run', device, action: form.action, arguments: given });
}

/** Of an object of an instance its instance: `pci/0000:01:00.0/fdb` is a region of one. */
const instanceOf = (subject: string, handle: string): string =>
  subject === 'devlink-port' ? handle : handle.split('/').slice(0, 2).join('/');
