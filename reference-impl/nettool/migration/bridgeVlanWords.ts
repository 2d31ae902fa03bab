/** `bridge vlan set`, `bridge vlan global set` and `bridge mst set`: a row of a table, and words that are its keys. */
import type { Assignment } from '../assignment.js';
import type { NettoolCommand } from '../command.js';
import { choicesText } from '../names.js';
import { refused, type Outcome } from '../refusal.js';

const failed = (message: string, accepted?: string): Outcome<never> =>
  refused({ stage: 'command', message, ...(accepted === undefined ? {} : { accepted }) });

const STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'];
const ROUTERS = ['disabled', 'learned', 'permanent', 'temporary'];
const SWITCH = ['off', 'on'];

/** Values that bridge(8) writes as numbers. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  state: STATES,
  mcast_router: ROUTERS,
  mcast_snooping: SWITCH,
  mcast_querier: SWITCH,
};

interface RowCommand {
  readonly table: string;
  /** The word that says which row, and its key. */
  readonly row: readonly [word: string, key: string];
  readonly words: readonly string[];
}

/** By the words behind `bridge`. */
export const BRIDGE_ROW_COMMANDS: Readonly<Record<string, RowCommand>> = {
  'vlan set': {
    table: 'bridge-vlan-options',
    row: ['vid', 'vid'],
    words: ['state', 'mcast_router', 'mcast_max_groups', 'neigh_suppress'],
  },
  'vlan global set': {
    table: 'bridge-vlan-global',
    row: ['vid', 'vid'],
    words: [
      'msti',
      'mcast_snooping',
      'mcast_querier',
      'mcast_igmp_version',
      'mcast_mld_version',
      'mcast_last_member_count',
      'mcast_last_member_interval',
      'mcast_startup_query_count',
      'mcast_startup_query_interval',
      'mcast_membership_interval',
      'mcast_querier_interval',
      'mcast_query_interval',
      'mcast_query_response_interval',
    ],
  },
  'mst set': { table: 'bridge-tree', row: ['msti', 'tree'], words: ['state'] },
};

/** The key of a word of one of these commands. */
export const rowKey = (word: string): string => (word === 'msti' ? 'tree' : word.replaceAll('_', '-'));

/** The words behind the command, without `dev DEVICE`. */
export function rowCommand(
  command: string,
  device: string,
  words: readonly string[],
): Outcome<readonly NettoolCommand[]> {
  const known = BRIDGE_ROW_COMMANDS[command];
  if (known === undefined) return failed(`bridge ${command} has no equal`);
  const [word, key] = known.row;
  const of = (name: string, value: string): Assignment => ({ subject: known.table, key: name, value });
  const at = words.indexOf(word);
  const which = at < 0 ? undefined : words[at + 1];
  if (which === undefined) return failed(`it is not said which: ${word} is missing`, `${word} NUMBER`);
  if (!/^\d+$/.test(which)) return failed('a range is several changes here', `one ${word} a command`);
  const rest = words.filter((_, index) => index !== at && index !== at + 1);
  const assignments = [of(key, which)];
  for (let next = 0; next < rest.length; next += 2) {
    const [name = '', value] = [rest[next], rest[next + 1]];
    if (!known.words.includes(name))
      return failed(`bridge ${command} ${name} has no equal`, choicesText(name, known.words));
    if (value === undefined) return failed(`${name} has no value`);
    assignments.push(of(rowKey(name), NAMES[name]?.[Number(value)] ?? value));
  }
  return { ok: true, value: [{ verb: 'set', device, table: known.table, assignments }] };
}
