/** The verbs of bridge(8): links, forwarding database, VLANs. */
import type { Assignment } from '../assignment.js';
import type { NettoolCommand } from '../command.js';
import { choicesText } from '../names.js';
import { refused, type Outcome } from '../refusal.js';

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
  vlan_tunnel: 'vlan-tunnel',
  isolated: 'isolated',
  locked: 'locked',
  mab: 'mab',
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
  ['bridge mdb show dev BR', 'nettool show mdb'],
  ['bridge mdb add dev BR port DEV grp GROUP permanent vid 5', 'nettool add DEV mdb group=GROUP vlan=5 permanent=on'],
  ['bridge mdb del dev BR port DEV grp GROUP', 'nettool del DEV mdb group=GROUP'],
];

export function bridgeCommand([object = '', verb = 'show', ...words]: readonly string[]): Outcome<
  readonly NettoolCommand[]
> {
  const at = Math.max(words.indexOf('dev'), words.indexOf('br'));
  const device = at < 0 ? undefined : words[at + 1];
  const rest = at < 0 ? words : [...words.slice(0, at), ...words.slice(at + 2)];
  if (object === 'mdb') return mdbCommand(verb, words);
  const subject = { link: 'bridge-port', fdb: 'fdb', vlan: 'bridge-vlan' }[object];
  if (subject === undefined)
    return failed(`bridge ${object} has no equal`, choicesText(object, ['link', 'fdb', 'vlan', 'mdb']));
  if (verb === 'show' || verb === 'list')
    return one({ verb: 'show', subjects: [subject], patterns: device === undefined ? [] : [device] });
  if (device === undefined) return failed('the device is missing', 'dev DEVICE');
  const table = verb === 'add' || verb === 'append' ? 'add' : verb === 'del' || verb === 'delete' ? 'del' : undefined;
  if (object === 'link' && verb === 'set') return linkSet(device, rest);
  if (table === undefined) return failed(`bridge ${object} ${verb} has no equal`, 'show, add, del; link set');
  const assignments = object === 'fdb' ? fdbWords(rest, table) : vlanWords(rest, table);
  return assignments.ok ? one({ verb: table, device, table: subject, assignments: assignments.value }) : assignments;
}

/** Groups are the port's here, so that the bridge need not be named; those of all ports are shown. */
function mdbCommand(verb: string, words: readonly string[]): Outcome<readonly NettoolCommand[]> {
  if (verb === 'show' || verb === 'list') return one({ verb: 'show', subjects: ['mdb'], patterns: [] });
  if (verb !== 'add' && verb !== 'del') return failed(`bridge mdb ${verb} has no equal`, 'show, add, del');
  const [device, group] = [valueOf(words, 'port'), valueOf(words, 'grp')];
  if (device === undefined) return failed('the port is missing', 'port DEVICE');
  if (group === undefined) return failed('the group is missing', 'grp GROUP');
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
    if (key === undefined) return failed(`${word} has no equal`, choicesText(word, Object.keys(LINK_WORDS)));
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
