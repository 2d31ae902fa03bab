/** The migration tables against what the installed tools say of themselves: no option and no word is forgotten. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  BRIDGE_OPTIONS,
  BRIDGE_VERBS,
  BRIDGE_WITHOUT,
  DEVLINK_VERBS,
  ETHTOOL_OPTIONS,
  HANDLE_WORDS,
  IP_LINK_WORDS,
} from '../../reference-impl/nettool/index.js';

/** Usage, on whichever of the two streams a tool prints it; undefined where it is not installed. */
function helpOf(tool: string, ...words: readonly string[]): string | undefined {
  const { error, stdout, stderr } = spawnSync(tool, words, { encoding: 'utf8' });
  return error === undefined ? `${stdout}${stderr}` : undefined;
}

function skipped(what: string, tool: string): void {
  process.stdout.write(`skipped: ${what} (${tool} is not installed)\n`);
}

/** Words that begin an optional part: `[ cost COST ]`. */
const bracketed = (text: string): readonly string[] =>
  [...text.matchAll(/\[\s*([a-z][a-z0-9_-]*)/g)].flatMap(([, word]) => word ?? []);

const ethtoolHelp = helpOf('ethtool', '--help');
const ITS_OWN = ['-h', '--help', '--version'];
const CHANGES = ['-s', '-A', '-C', '-G', '-X', '-L', '--set-eee', '--set-fec', '--set-module', '--set-mm'];

describe('ethtool --help', () => {
  if (ethtoolHelp === undefined) skipped('options of ethtool', 'ethtool');
  const sections = (ethtoolHelp ?? '').split(/^\s+ethtool \[ FLAGS \]\s+/m).slice(1);

  it.skipIf(ethtoolHelp === undefined)('has no option that the table lacks', () => {
    const known = new Set(ETHTOOL_OPTIONS.flatMap(({ options }) => options));
    const told = sections.flatMap((section) => (/^\S+/.exec(section)?.[0] ?? '').split('|'));
    const options = told.filter((word) => word.startsWith('-') && !ITS_OWN.includes(word));
    expect(options.length).toBeGreaterThan(50);
    expect(options.filter((option) => !known.has(option))).toEqual([]);
  });

  it.skipIf(ethtoolHelp === undefined)('has no word behind a change that the table lacks', () => {
    const lacking = sections.flatMap((section) => {
      const [option = ''] = (/^\S+/.exec(section)?.[0] ?? '').split('|');
      const row = ETHTOOL_OPTIONS.find(({ options }) => options.includes(option));
      if (row?.form.kind !== 'set' || !CHANGES.includes(option)) return [];
      const known = [...row.form.parameters.map(({ word }) => word), ...Object.keys(row.without ?? {})];
      return bracketed(section)
        .filter((word) => !known.includes(word))
        .map((word) => `${option} ${word}`);
    });
    expect(lacking).toEqual([]);
  });
});

/** Words of bridge(8) that say which device or table is meant. */
const PLAIN = ['master', 'permanent', 'temp', 'self'];

describe('bridge help', () => {
  const link = helpOf('bridge', 'link', 'help');
  if (link === undefined) skipped('words of bridge', 'bridge');

  it.skipIf(link === undefined).each([
    ['link', 'link set', /bridge link set[^]*?(?=bridge link show)/],
    ['fdb', 'fdb add', /bridge fdb \{ add[^]*?(?=bridge fdb \[)/],
    ['vlan', 'vlan add', /bridge vlan \{ add[^]*?(?=bridge vlan \{ set)/],
    ['vlan', 'vlan set', /bridge vlan \{ set[^]*?(?=bridge vlan \{ show)/],
    ['vlan', 'vlan global set', /bridge vlan global \{ set[^]*?(?=bridge vlan global \{ show)/],
    ['mdb', 'mdb add', /bridge mdb \{ add[^]*?(?=bridge mdb \{\s*show)/],
  ])('of %s has no word behind %s that the table lacks', (object, command, part) => {
    const usage = part.exec(helpOf('bridge', object, 'help') ?? '')?.[0] ?? '';
    const known = BRIDGE_OPTIONS.filter((option) => option.command === command).map(({ word }) => word);
    const words = bracketed(usage);
    expect(words.length).toBeGreaterThan(1);
    expect(words.filter((word) => !known.includes(word) && !PLAIN.includes(word))).toEqual([]);
  });

  it.skipIf(link === undefined).each(['link', 'fdb', 'vlan', 'mdb'])(
    'of %s has no verb that the table lacks',
    (object) => {
      const verbs = [
        ...(helpOf('bridge', object, 'help') ?? '').matchAll(
          new RegExp(`bridge ${object} (?:\\{ ?)?([a-z|{} ]+?)(?= ?[A-Z[\\]}]| dev| vid|$)`, 'gm'),
        ),
      ]
        .flatMap(([, told = '']) => told.split('|'))
        .map((verb) => verb.trim().split(' ')[0] ?? '')
        .filter((verb) => verb !== '');
      const known = [
        ...BRIDGE_VERBS.map(([theirs]) => theirs.replace(/^bridge /, '')),
        ...BRIDGE_WITHOUT.map(([one]) => one),
      ];
      const isKnown = (verb: string): boolean =>
        verb === 'append' || known.some((one) => one.startsWith(`${object} ${verb}`));
      expect(verbs.length).toBeGreaterThan(1);
      expect(verbs.filter((verb) => !isKnown(verb))).toEqual([]);
    },
  );
});

describe('ip link help', () => {
  const slave = helpOf('ip', 'link', 'help', 'bridge_slave');
  if (slave === undefined) skipped('words of ip link', 'ip');

  it.skipIf(slave === undefined).each(['bridge', 'bridge_slave'] as const)(
    'of %s has no word that the table lacks',
    (kind) => {
      const words = bracketed(helpOf('ip', 'link', 'help', kind) ?? '');
      const known = IP_LINK_WORDS.filter((one) => one.kind === kind).map(({ word }) => word);
      expect(words.length).toBeGreaterThan(15);
      expect(words.filter((word) => !known.includes(word))).toEqual([]);
    },
  );
});

const MANUAL = '/usr/share/man/man8';
const pages = ['dev', 'dpipe', 'health', 'lc', 'port', 'rate', 'region', 'resource', 'sb', 'trap']
  .map((object) => `${MANUAL}/devlink-${object}.8.gz`)
  .filter((path) => existsSync(path));

/** Headings of the manual are commands: `.SS devlink port function set - …`. */
const commandsIn = (page: string): readonly string[] =>
  [...page.matchAll(/^\.SS (devlink [a-z ]+?) ?(?:-|\\-|$)/gm)]
    .map(([, command = '']) => command.trim())
    .filter((command) => !command.endsWith('help'));

describe('the manual of devlink', () => {
  if (pages.length === 0) skipped('commands of devlink', 'its manual');

  it.skipIf(pages.length === 0)('has no command that the table lacks', () => {
    const known = DEVLINK_VERBS.map(
      ({ words }) =>
        `devlink ${words
          .split(' ')
          .filter((word) => !HANDLE_WORDS.includes(word))
          .join(' ')}`,
    );
    const told = pages.flatMap((path) => commandsIn(gunzipSync(readFileSync(path)).toString('utf8')));
    expect(told.length).toBeGreaterThan(30);
    // A heading such as `devlink port function rate` stands over those of its commands.
    const isKnown = (command: string): boolean => known.some((one) => one === command || one.startsWith(`${command} `));
    expect(told.filter((command) => !isKnown(command))).toEqual([]);
  });
});
