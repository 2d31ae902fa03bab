/** Commands of devlink(8), word by word. */
import { nearest } from '../names.js';
import { FLAGS, done, failed, type Commands } from './devlinkForms.js';
import { DEVLINK_VERBS, HANDLE_WORDS, type DevlinkVerb } from './devlinkVerbs.js';

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

function said({ words: name, form, example, without = {} }: DevlinkVerb, rest: readonly string[]): Commands {
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
  const paired = others.flatMap((word) => FLAGS[word] ?? [word]);
  if (paired.length % 2 !== 0) return failed(`${paired.at(-1) ?? ''} has no value`, example);
  const words = new Map<string, string>();
  for (let at = 0; at < paired.length; at += 2) words.set(paired[at] ?? '', paired[at + 1] ?? '');
  const lacking = [...words.keys()].find((word) => without[word] !== undefined);
  if (lacking !== undefined) return failed(`${lacking} has no equal: ${without[lacking] ?? ''}`);
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

const OF_PORTS: readonly string[] = ['devlink-port', 'devlink-thresholds', 'devlink-classes', 'devlink-health'];

/** Of an object of an instance its instance: `pci/0000:01:00.0/fdb` is a region of one. */
const instanceOf = (subject: string, handle: string): string =>
  OF_PORTS.includes(subject) ? handle : handle.split('/').slice(0, 2).join('/');
