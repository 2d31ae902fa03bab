/** The verbs of bridge(8): links, forwarding database, VLANs. */
import type { Assignment } from '../assignment.js';
import type { NettoolCommand } from '../command.js';
import { choicesText } from '../names.js';
import { refused, type Outcome } from '../refusal.js';
import { BRIDGE_ROW_COMMANDS, rowCommand, rowKey } from './bridgeVlanWords.js';

const failed = (message: string, accepted?: string): Outcome<never> =>
  refused({ stage: 'command', message, ...(accepted === undefined ? {} : { accepted }) });
const one = (command: NettoolCommand): Outcome<readonly NettoolCommand[]> => ({ ok: true, value: [command] });

/** Words of `bridge link set` that are called otherwise here. */
const LINK_WORDS: Readonly<Record<string, string>> = {
  state: 'state',
  priority: 'priority',
  cost: 'cost',
  guard: 'guard',
  hairpin: 'hairpin',
  fastleave: 'fast-leave',
  root_block: 'root-block',
  learning: 'learning',
  flood: 'flood',
  mcast_flood: 'mcast-flood',
  bcast_flood: 'bcast-flood',
  mcast_to_unicast: 'mcast-to-unicast',
  mcast_router: 'mcast-router',
  neigh_suppress: 'neigh-suppress',
  neigh_vlan_suppress: 'neigh-vlan-suppress',
  vlan_tunnel: 'vlan-tunnel',
  isolated: 'isolated',
  locked: 'locked',
  mab: 'mab',
  mcast_max_groups: 'mcast-max-groups',
};
const STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'];
const ROUTERS = ['disabled', 'learned', 'permanent', 'temporary'];

/** What the data of the table below say of each verb, for the documentation. */
export const BRIDGE_VERBS: readonly (readonly [bridge: string, nettool: string])[] = [
  ['bridge link show dev DEV', 'nettool show bridge-port DEV'],
  ['bridge link set dev DEV learning off', 'nettool set DEV bridge-port.learning=off'],
  ['bridge fdb show dev DEV', 'nettool show fdb DEV'],
  ['bridge fdb add MAC dev DEV master static vlan 5', 'nettool add DEV fdb address=MAC state=static vlan=5'],
  ['bridge fdb del MAC dev DEV master', 'nettool del DEV fdb address=MAC'],
  ['bridge vlan show dev DEV', 'nettool show bridge-vlan DEV'],
  ['bridge vlan add dev DEV vid 10 pvid untagged', 'nettool add DEV bridge-vlan vid=10 pvid=on untagged=on'],
  ['bridge vlan del dev DEV vid 10', 'nettool del DEV bridge-vlan vid=10'],
  ['bridge vlan set dev DEV vid 10 state 4', 'nettool set DEV bridge-vlan-options vid=10 state=blocking'],
  ['bridge vlan global show dev BR', 'nettool show bridge-vlan-global BR'],
  [
    'bridge vlan global set dev BR vid 10 mcast_querier 1 msti 3',
    'nettool set BR bridge-vlan-global vid=10 mcast-querier=on tree=3',
  ],
  ['bridge vlan tunnelshow dev DEV', 'nettool show bridge-vlan-tunnel DEV'],
  ['bridge vlan add dev DEV vid 10 tunnel_info id 1000', 'nettool add DEV bridge-vlan-tunnel vid=10 tunnel=1000'],
  ['bridge vlan del dev DEV vid 10 tunnel_info id 1000', 'nettool del DEV bridge-vlan-tunnel vid=10'],
  ['bridge mst show dev DEV', 'nettool show bridge-tree DEV'],
  ['bridge mst set dev DEV msti 3 state 3', 'nettool set DEV bridge-tree tree=3 state=forwarding'],
  ['bridge mdb show dev BR', 'nettool show mdb'],
  ['bridge mdb add dev BR port DEV grp GROUP permanent vid 5', 'nettool add DEV mdb group=GROUP vlan=5 permanent=on'],
  ['bridge mdb del dev BR port DEV grp GROUP', 'nettool del DEV mdb group=GROUP'],
];

/** A word behind a command of bridge(8): its key here, or why there is none. */
export interface BridgeOption {
  readonly command: string;
  readonly word: string;
  /** Words behind it that are its value. */
  readonly values: number;
  readonly key?: string;
  readonly reason?: string;
}

const of = (
  command: string,
  entries: readonly (readonly [word: string, values: number, key: string | undefined, reason?: string])[],
): readonly BridgeOption[] =>
  entries.map(([word, values, key, reason]) => ({
    command,
    word,
    values,
    ...(key === undefined ? {} : { key }),
    ...(reason === undefined ? {} : { reason }),
  }));

const TUNNEL = 'entries of tunnels are those of their device, and stay with bridge';
const ITSELF = 'which table is meant is the key self';
const NOT_MADE = 'it is made by protocols, and by nobody else';

/** Every word of bridge(8) up to 6.12 behind commands that change something, in the order of its help. */
export const BRIDGE_OPTIONS: readonly BridgeOption[] = [
  ...of('link set', [
    ...Object.entries(LINK_WORDS).map(([word, key]): [string, number, string] => [word, 1, `bridge-port.${key}`]),
    ['learning_sync', 1, undefined, 'the kernel has no such setting any more'],
    ['hwmode', 1, undefined, 'it is of drivers that bridge in hardware without a bridge'],
    ['backup_port', 1, undefined, 'it is of aggregates of two switches, and stays with bridge'],
    ['nobackup_port', 0, undefined, 'it is of aggregates of two switches, and stays with bridge'],
    ['backup_nhid', 1, undefined, TUNNEL],
    ['mcast_vlan_snooping', 1, undefined, 'it is of the bridge: bridge.mcast-vlan-snooping'],
    ['self', 0, undefined, ITSELF],
  ]),
  ...of('fdb add', [
    ['static', 0, 'state'],
    ['dynamic', 0, 'state'],
    ['permanent', 0, 'state'],
    ['local', 0, 'state'],
    ['self', 0, 'self'],
    ['vlan', 1, 'vlan'],
    ['sticky', 0, 'sticky'],
    ['use', 0, undefined, 'it makes an entry look used, and changes nothing of it'],
    ['router', 0, undefined, TUNNEL],
    ['extern_learn', 0, undefined, NOT_MADE],
    ['dst', 1, undefined, TUNNEL],
    ['port', 1, undefined, TUNNEL],
    ['vni', 1, undefined, TUNNEL],
    ['nhid', 1, undefined, TUNNEL],
    ['via', 1, undefined, TUNNEL],
    ['src_vni', 1, undefined, TUNNEL],
    ['activity_notify', 0, undefined, NOT_MADE],
    ['inactive', 0, undefined, NOT_MADE],
    ['norefresh', 0, undefined, NOT_MADE],
  ]),
  ...of('vlan add', [
    ['vid', 1, 'vid'],
    ['pvid', 0, 'pvid'],
    ['untagged', 0, 'untagged'],
    ['tunnel_info', 2, 'tunnel'],
  ]),
  ...Object.entries(BRIDGE_ROW_COMMANDS).flatMap(
    ([
      command,
      {
        row: [which, key],
        words,
      },
    ]) => of(command, [[which, 1, key], ...words.map((word): [string, number, string] => [word, 1, rowKey(word)])]),
  ),
  ...of('mdb add', [
    ['grp', 1, 'group'],
    ['src', 1, 'source'],
    ['permanent', 0, 'permanent'],
    ['vid', 1, 'vlan'],
    ['filter_mode', 1, undefined, NOT_MADE],
    ['source_list', 1, undefined, NOT_MADE],
    ['proto', 1, undefined, NOT_MADE],
    ...['dst', 'dst_port', 'vni', 'src_vni', 'via'].map((word): [string, number, undefined, string] => [
      word,
      1,
      undefined,
      TUNNEL,
    ]),
  ]),
];

/** Commands of bridge(8) up to 6.12 that have no equal. */
export const BRIDGE_WITHOUT: readonly (readonly [command: string, reason: string])[] = [
  ['fdb replace', 'what is there is changed by del and add, so that nothing is overwritten unseen'],
  ['fdb get', 'show fdb tells all, and a program finds one by its address'],
  ['fdb flush', 'a change is of one row'],
  ['mdb get', 'show mdb tells all, and a program finds one by its group'],
  ['mdb flush', 'a change is of one row'],
  ['mdb replace', 'what is there is changed by del and add, so that nothing is overwritten unseen'],
  ['monitor', 'nettool watch shows announcements'],
];

/** Words that say what is meant anyway. */
const PLAIN_WORDS: readonly string[] = ['master', 'temp'];

/** The first word that is not understood, with what is to be said of it. */
function notUnderstood(command: string, words: readonly string[]): Outcome<never> | undefined {
  const known = BRIDGE_OPTIONS.filter((option) => option.command === command);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (PLAIN_WORDS.includes(word)) continue;
    const option = known.find((one) => one.word === word);
    if (option === undefined) {
      const names = known.filter(({ key }) => key !== undefined).map((one) => one.word);
      return failed(`bridge ${command} ${word} has no equal`, choicesText(word, names));
    }
    if (option.key === undefined) return failed(`bridge ${command} ${word} has no equal: ${option.reason ?? ITSELF}`);
    at += option.values;
  }
  return undefined;
}

export function bridgeCommand([object = '', verb = 'show', ...words]: readonly string[]): Outcome<
  readonly NettoolCommand[]
> {
  const at = Math.max(words.indexOf('dev'), words.indexOf('br'));
  const device = at < 0 ? undefined : words[at + 1];
  const rest = at < 0 ? words : [...words.slice(0, at), ...words.slice(at + 2)];
  if (object === 'mdb' && !['replace', 'get', 'flush'].includes(verb)) return mdbCommand(verb, words);
  const without = BRIDGE_WITHOUT.find(([command]) => command === `${object} ${verb}` || command === object);
  if (without !== undefined) return failed(`bridge ${without[0]} has no equal: ${without[1]}`);
  const shown = tableShown(object, verb, words);
  if (shown !== undefined)
    return one({ verb: 'show', subjects: [shown], patterns: device === undefined ? [] : [device] });
  const subject = { link: 'bridge-port', fdb: 'fdb', vlan: 'bridge-vlan', mst: 'bridge-tree' }[object];
  if (subject === undefined)
    return failed(`bridge ${object} has no equal`, choicesText(object, ['link', 'fdb', 'vlan', 'mst', 'mdb']));
  if (device === undefined) return failed('the device is missing', 'dev DEVICE');
  const ofRow = object === 'vlan' && verb === 'global' ? `${object} ${verb} ${rest[0] ?? ''}` : `${object} ${verb}`;
  if (BRIDGE_ROW_COMMANDS[ofRow] !== undefined)
    return rowCommand(ofRow, device, ofRow.endsWith('global set') ? rest.slice(1) : rest);
  const table = verb === 'add' || verb === 'append' ? 'add' : verb === 'del' || verb === 'delete' ? 'del' : undefined;
  if (object === 'link' && verb === 'set') return linkSet(device, rest);
  if (table === undefined) return failed(`bridge ${object} ${verb} has no equal`, 'show, add, del; link set');
  const wrong = notUnderstood(`${object} add`, object === 'fdb' ? rest.slice(1) : rest);
  if (wrong !== undefined) return wrong;
  if (object === 'vlan' && rest.includes('tunnel_info')) return tunnelCommand(table, device, rest);
  const assignments = object === 'fdb' ? fdbWords(rest, table) : vlanWords(rest, table);
  return assignments.ok ? one({ verb: table, device, table: subject, assignments: assignments.value }) : assignments;
}

/** What a command that only shows something shows. */
function tableShown(object: string, verb: string, [word = 'show']: readonly string[]): string | undefined {
  const isShow = (one: string): boolean => one === 'show' || one === 'list';
  if (object === 'vlan' && verb === 'tunnelshow') return 'bridge-vlan-tunnel';
  if (object === 'vlan' && verb === 'global') return isShow(word) || word === 'dev' ? 'bridge-vlan-global' : undefined;
  if (!isShow(verb)) return undefined;
  return { link: 'bridge-port', fdb: 'fdb', vlan: 'bridge-vlan', mst: 'bridge-tree' }[object];
}

/** `tunnel_info id ID`: the VLAN itself is not touched. */
function tunnelCommand(
  verb: 'add' | 'del',
  device: string,
  words: readonly string[],
): Outcome<readonly NettoolCommand[]> {
  const table = 'bridge-vlan-tunnel';
  const vlan = vlanWords(words, 'del');
  const tunnel = valueOf(words, 'id');
  if (!vlan.ok) return vlan;
  if (tunnel === undefined) return failed('the tunnel is missing', 'tunnel_info id NUMBER');
  const assignments = vlan.value.map((assignment) => ({ ...assignment, subject: table }));
  return one({
    verb,
    device,
    table,
    assignments: verb === 'add' ? [...assignments, row(table, 'tunnel', tunnel)] : assignments,
  });
}

/** Groups are the port's here, so that the bridge need not be named; those of all ports are shown. */
function mdbCommand(verb: string, words: readonly string[]): Outcome<readonly NettoolCommand[]> {
  if (verb === 'show' || verb === 'list') return one({ verb: 'show', subjects: ['mdb'], patterns: [] });
  if (verb !== 'add' && verb !== 'del') return failed(`bridge mdb ${verb} has no equal`, 'show, add, del');
  const [device, group] = [valueOf(words, 'port'), valueOf(words, 'grp')];
  if (device === undefined) return failed('the port is missing', 'port DEVICE');
  if (group === undefined) return failed('the group is missing', 'grp GROUP');
  const named = ['dev', 'port'];
  const others = words.filter((word, at) => !named.includes(word) && !named.includes(words[at - 1] ?? ''));
  const wrong = notUnderstood('mdb add', others);
  if (wrong !== undefined) return wrong;
  const [source, vlan] = [valueOf(words, 'src'), valueOf(words, 'vid')];
  const assignments = [
    row('mdb', 'group', group),
    ...(source === undefined ? [] : [row('mdb', 'source', source)]),
    ...(vlan === undefined ? [] : [row('mdb', 'vlan', vlan)]),
    ...(verb === 'add' && words.includes('permanent') ? [row('mdb', 'permanent', 'on')] : []),
  ];
  return one({ verb, device, table: 'mdb', assignments });
}

const valueOf = (words: readonly string[], word: string): string | undefined =>
  words.includes(word) ? words[words.indexOf(word) + 1] : undefined;

function linkSet(device: string, words: readonly string[]): Outcome<readonly NettoolCommand[]> {
  const assignments: Assignment[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [word = '', value = ''] = [words[at], words[at + 1]];
    const key = LINK_WORDS[word];
    const wrong =
      word === 'self' || word === 'master' ? failed(ITSELF) : notUnderstood('link set', words.slice(at, at + 2));
    if (key === undefined) return wrong ?? failed(`${word} has no equal`);
    const names = key === 'state' ? STATES : key === 'mcast-router' ? ROUTERS : undefined;
    assignments.push({ subject: 'bridge-port', key, value: names?.[Number(value)] ?? value });
  }
  return one({ verb: 'set', device, assignments });
}

const row = (subject: string, key: string, value: string): Assignment => ({ subject, key, value });

function fdbWords([address, ...words]: readonly string[], verb: 'add' | 'del'): Outcome<readonly Assignment[]> {
  if (address === undefined) return failed('the address is missing');
  const assignments = [row('fdb', 'address', address)];
  // `bridge fdb add` is of the device itself, and permanent, unless it is said otherwise.
  if (!words.includes('master')) assignments.push(row('fdb', 'self', 'on'));
  const state = words.find((word) => ['static', 'dynamic', 'permanent', 'local'].includes(word)) ?? 'permanent';
  if (verb === 'add') assignments.push(row('fdb', 'state', state === 'local' ? 'permanent' : state));
  if (words.includes('sticky')) assignments.push(row('fdb', 'sticky', 'on'));
  const vlan = words[words.indexOf('vlan') + 1];
  if (words.includes('vlan') && vlan !== undefined) assignments.push(row('fdb', 'vlan', vlan));
  return { ok: true, value: assignments };
}

function vlanWords(words: readonly string[], verb: 'add' | 'del'): Outcome<readonly Assignment[]> {
  const vid = words[words.indexOf('vid') + 1];
  if (!words.includes('vid') || vid === undefined) return failed('the VLAN is missing', 'vid VID');
  if (!/^\d+$/.test(vid)) return failed('a range is several changes here', 'one vid a command');
  const flags = verb === 'add' ? ['pvid', 'untagged'].filter((flag) => words.includes(flag)) : [];
  return { ok: true, value: [row('bridge-vlan', 'vid', vid), ...flags.map((flag) => row('bridge-vlan', flag, 'on'))] };
}
