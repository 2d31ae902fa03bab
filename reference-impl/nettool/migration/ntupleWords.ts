/** `ethtool -N` and `-n`: rules, and what the hash looks at. */
import type { Assignment } from '../assignment.js';
import type { NettoolCommand } from '../command.js';
import { refused, type Outcome } from '../refusal.js';

/** Words of a rule that are the name of a column here. */
const RULE_WORDS: Readonly<Record<string, string>> = {
  'flow-type': 'flow',
  'src-ip': 'src-ip',
  'dst-ip': 'dst-ip',
  'src-port': 'src-port',
  'dst-port': 'dst-port',
  src: 'src-mac',
  dst: 'dst-mac',
  'dst-mac': 'dst-mac',
  proto: 'ethertype',
  tos: 'traffic-class',
  tclass: 'traffic-class',
  vlan: 'vlan-tci',
  loc: 'location',
  context: 'context',
};

/** RXH_* by the letters of ethtool. */
const HASH_LETTERS: Readonly<Record<string, string>> = {
  v: 'vlan',
  s: 'ip-src',
  d: 'ip-dst',
  f: 'l4-src',
  n: 'l4-dst',
};

const failed = (message: string, accepted?: string): Outcome<never> =>
  refused({ stage: 'command', message, ...(accepted === undefined ? {} : { accepted }) });
const one = (command: NettoolCommand): Outcome<readonly NettoolCommand[]> => ({ ok: true, value: [command] });

export function shownNtuple(device: string, [first]: readonly string[]): Outcome<readonly NettoolCommand[]> {
  const subjects = [first === 'rx-flow-hash' ? 'hash-fields' : 'ntuple'];
  return one({ verb: 'show', subjects, patterns: [device] });
}

export function ntupleCommand(device: string, words: readonly string[]): Outcome<readonly NettoolCommand[]> {
  const [first, second, third] = words;
  if (first === 'rx-flow-hash') {
    if (second === undefined || third === undefined) return failed('a kind of packets and letters are missing');
    const fields = third === 'r' ? [] : Array.from(third).map((letter) => HASH_LETTERS[letter]);
    if (fields.includes(undefined))
      return failed(`${third} are no fields that the hash may look at here`, 'letters of vsdfn, or r');
    const value = fields.length === 0 ? 'none' : fields.join(',');
    return one({ verb: 'set', device, assignments: [{ subject: 'hash-fields', key: second, value }] });
  }
  if (first === 'delete') {
    if (second === undefined) return failed('the location is missing');
    return one({
      verb: 'del',
      device,
      table: 'ntuple',
      assignments: [{ subject: 'ntuple', key: 'location', value: second }],
    });
  }
  const assignments = ruleWords(words);
  return assignments.ok ? one({ verb: 'add', device, table: 'ntuple', assignments: assignments.value }) : assignments;
}

function ruleWords(words: readonly string[]): Outcome<readonly Assignment[]> {
  const assignments: Assignment[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [word = '', value] = [words[at], words[at + 1]];
    if (value === undefined) return failed(`${word} has no value`);
    if (word === 'm') {
      const last = assignments.pop();
      if (last === undefined || !last.key.endsWith('-ip'))
        return failed('only addresses have masks here', 'src-ip ADDRESS m MASK');
      // A bit that is set in a mask of ethtool is one that does not matter.
      assignments.push({ ...last, value: `${last.value}/${inverted(value)}` });
    } else if (word === 'action') {
      const isDrop = value === '-1';
      assignments.push({ subject: 'ntuple', key: isDrop ? 'action' : 'queue', value: isDrop ? 'drop' : value });
    } else {
      const key = RULE_WORDS[word];
      if (key === undefined) return failed(`${word} has no equal in a rule`, Object.keys(RULE_WORDS).join(', '));
      assignments.push({ subject: 'ntuple', key, value });
    }
  }
  return assignments.length === 0
    ? failed('the rule is missing', 'flow-type TYPE …')
    : { ok: true, value: assignments };
}

const inverted = (mask: string): string =>
  mask.includes(':')
    ? mask
    : mask
        .split('.')
        .map((byte) => 255 - Number(byte))
        .join('.');
