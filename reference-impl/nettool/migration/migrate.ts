/** The nettool commands for a command of ethtool, devlink, bridge or ip link. */
import { LINK_MODE_NAMES } from '../../netlink/stringSets.js';
import type { Assignment } from '../assignment.js';
import type { NettoolCommand } from '../command.js';
import { choicesText } from '../names.js';
import { refused, type Outcome } from '../refusal.js';
import { bridgeCommand } from './bridgeVerbs.js';
import { devlinkCommand } from './devlinkCommand.js';
import { ETHTOOL_OPTIONS, type OptionForm, type OptionRow, type ParameterRow } from './ethtoolOptions.js';
import { ipCommand } from './ipLinkWords.js';
import { ntupleCommand, shownNtuple } from './ntupleWords.js';

/** Flags of ethtool that say nothing of what is asked for. */
const IGNORED_FLAGS = ['--json', '-I', '--include-statistics', '--disable-netlink'];

export const failed = (message: string, accepted?: string): Outcome<never> =>
  refused({ stage: 'command', message, ...(accepted === undefined ? {} : { accepted }) });

/** `words` begin with the name of the tool. */
export function migrate(words: readonly string[]): Outcome<readonly NettoolCommand[]> {
  const [tool = '', ...rest] = words;
  const name = tool.split('/').at(-1) ?? tool;
  if (name === 'ethtool') return ethtoolCommand(rest.filter((word) => !IGNORED_FLAGS.includes(word)));
  if (name === 'bridge') return bridgeCommand(rest);
  if (name === 'devlink') return devlinkCommand(rest);
  if (name === 'ip') return ipCommand(rest);
  return failed(`nothing is known of ${tool}`, 'ethtool, bridge, ip link, devlink');
}

function ethtoolCommand([first = '', ...rest]: readonly string[]): Outcome<readonly NettoolCommand[]> {
  const isOption = first.startsWith('-');
  const row = ETHTOOL_OPTIONS.find(({ options }) => options.includes(isOption ? first : ''));
  if (row === undefined) {
    const known = ETHTOOL_OPTIONS.flatMap(({ options }) => options.filter((option) => option !== ''));
    return failed(`ethtool has no option ${first}`, choicesText(first, known));
  }
  const [device, ...words] = isOption ? rest : [first, ...rest];
  if (row.form.kind === 'none') return failed(`${first} has no equal: ${row.form.reason}`);
  if (row.form.kind === 'watch') return failed('nettool watch shows announcements', 'nettool watch [DEVICE…]');
  if (device === undefined || device === '') return failed('the device is missing', `ethtool ${first} DEVICE`);
  return optionCommand(row, row.form, device, words);
}

function optionCommand(
  row: OptionRow,
  form: Exclude<OptionForm, { kind: 'none' | 'watch' }>,
  device: string,
  words: readonly string[],
): Outcome<readonly NettoolCommand[]> {
  switch (form.kind) {
    case 'show': {
      const standard = words.some((word) => word === '--all-groups' || word === '--groups');
      const subjects = standard ? ['standard-statistics'] : form.subjects;
      return { ok: true, value: [{ verb: 'show', subjects, patterns: [device] }] };
    }
    case 'switches':
      return assigned(device, switches(form.subject, words));
    case 'set':
      return assigned(device, settings(row, form.parameters, words));
    case 'run': {
      const given = words.map((word) => form.words?.[word] ?? word).filter((word) => word !== '');
      return { ok: true, value: [{ verb: 'run', device, action: form.action, arguments: given }] };
    }
    case 'ntuple':
      return ntupleCommand(device, words);
    case 'show-ntuple':
      return shownNtuple(device, words);
  }
}

const assigned = (device: string, assignments: Outcome<readonly Assignment[]>): Outcome<readonly NettoolCommand[]> =>
  assignments.ok ? { ok: true, value: [{ verb: 'set', device, assignments: assignments.value }] } : assignments;

function switches(subject: string, words: readonly string[]): Outcome<readonly Assignment[]> {
  const assignments: Assignment[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [key, value] = [words[at], words[at + 1]];
    if (key === undefined || (value !== 'on' && value !== 'off'))
      return failed(`${key ?? ''} is to be on or off`, 'NAME on|off');
    assignments.push({ subject, key, value });
  }
  return assignments.length === 0 ? failed('no name is given', 'NAME on|off …') : { ok: true, value: assignments };
}

function settings(
  row: OptionRow,
  known: readonly ParameterRow[],
  words: readonly string[],
): Outcome<readonly Assignment[]> {
  const assignments: Assignment[] = [];
  for (let at = 0; at < words.length;) {
    const word = words[at] ?? '';
    const parameter = known.find((one) => one.word === word);
    const reason = row.without?.[word];
    if (reason !== undefined) return failed(`${row.options[0] ?? ''} ${word} has no equal: ${reason}`);
    if (parameter === undefined) {
      const names = known.map((one) => one.word);
      return failed(`${row.options[0] ?? ''} ${word} has no equal`, choicesText(word, names));
    }
    // Only encodings may be several words.
    const isList = parameter.form === 'fec-encodings';
    const end = isList ? words.length : at + 2;
    const value = converted(parameter, words.slice(at + 1, end));
    if (!value.ok) return value;
    const [subject = '', key = ''] = parameter.key.split('.');
    assignments.push({ subject, key, value: value.value });
    at = end;
  }
  return assignments.length === 0 ? failed('no parameter is given') : { ok: true, value: assignments };
}

/** WAKE_* by the letters of ethtool, under the names of the kernel's string set. */
const WOL_LETTERS: Readonly<Record<string, string>> = {
  p: 'phy',
  u: 'ucast',
  m: 'mcast',
  b: 'bcast',
  a: 'arp',
  g: 'magic',
  s: 'magicsecure',
  f: 'filter',
};
const FEC_NAMES: Readonly<Record<string, string>> = { off: 'None', rs: 'RS', baser: 'BASER', llrs: 'LLRS' };

function converted({ word, form = 'value' }: ParameterRow, words: readonly string[]): Outcome<string> {
  const [value] = words;
  if (value === undefined) return failed(`${word} has no value`);
  switch (form) {
    case 'wol-letters': {
      if (value === 'd') return { ok: true, value: 'none' };
      const names = Array.from(value).map((letter) => WOL_LETTERS[letter]);
      return names.includes(undefined)
        ? failed(`${value} are no kinds of wake on LAN`, 'letters of pumbagsf, or d')
        : { ok: true, value: names.join(',') };
    }
    case 'link-modes': {
      if (!/^(0x)?[0-9a-f]+$/i.test(value)) return failed(`${value} is no mask of link modes`, 'hexadecimal digits');
      const mask = BigInt(value.startsWith('0x') ? value : `0x${value}`);
      const names = LINK_MODE_NAMES.filter((_, bit) => ((mask >> BigInt(bit)) & 1n) === 1n);
      return { ok: true, value: names.length === 0 ? 'none' : names.join(',') };
    }
    case 'fec-encodings': {
      const names = words.map((name) => FEC_NAMES[name.toLowerCase()]);
      if (words.some((name) => name.toLowerCase() === 'auto'))
        return failed('encoding auto is fec.auto=on', 'fec.auto=on');
      return names.includes(undefined)
        ? failed(`${words.join(' ')} are no encodings`, 'off, rs, baser, llrs')
        : { ok: true, value: names.join(',') };
    }
    default:
      return { ok: true, value };
  }
}
