/** `ip link set` of iproute2: words of a link, of a bridge and of a port of one, each with its key or the reason why there is none. */
import type { Assignment } from '../assignment.js';
import type { NettoolCommand } from '../command.js';
import { choicesText } from '../names.js';
import { refused, type Outcome } from '../refusal.js';

export interface IpLinkWord {
  /** Behind `ip link set DEV`, or behind `type` and this kind. */
  readonly kind: '' | 'bridge' | 'bridge_slave';
  readonly word: string;
  /** What the word says by itself; absent: a value stands behind it. */
  readonly says?: string;
  readonly key?: string;
  /** Names of the values that ip(8) writes as numbers. */
  readonly names?: readonly string[];
  readonly reason?: string;
}

const SLAVE = 'bridge-port';
const STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'];
const ROUTERS = ['disabled', 'learned', 'permanent', 'temporary'];
const SWITCH = ['off', 'on'];
const PAIRS = 'it is of aggregates of two switches, and stays with ip';
const FILTERS = 'packet filters of bridges stay with ip';

const same = (
  kind: IpLinkWord['kind'],
  subject: string,
  words: readonly string[],
  names?: readonly string[],
): readonly IpLinkWord[] =>
  words.map((word) => ({
    kind,
    word,
    key: `${subject}.${word.replaceAll('_', '-')}`,
    ...(names === undefined ? {} : { names }),
  }));
const without = (kind: IpLinkWord['kind'], reason: string, ...words: readonly string[]): readonly IpLinkWord[] =>
  words.map((word) => ({ kind, word, reason }));

export const IP_LINK_WORDS: readonly IpLinkWord[] = [
  { kind: '', word: 'up', says: 'on', key: 'link.up' },
  { kind: '', word: 'down', says: 'off', key: 'link.up' },
  { kind: '', word: 'nomaster', says: 'none', key: 'link.master' },
  { kind: '', word: 'txqueuelen', key: 'link.txqlen' },
  { kind: '', word: 'allmulticast', key: 'link.allmulti' },
  ...['gso_max_size', 'gso_max_segs', 'gro_max_size'].map((word): IpLinkWord => ({
    kind: '',
    word,
    key: `link.${word.replaceAll('_', '-')}`,
  })),
  ...same('', 'link', ['mtu', 'address', 'name', 'alias', 'group', 'promisc', 'master']),
  ...without('', 'who forces a carrier fools everybody behind it: it stays with ip', 'carrier'),
  ...same('bridge', 'bridge', ['stp_state'], ['off', 'kernel', 'user']),
  ...same('bridge', 'bridge', ['vlan_filtering', 'mcast_snooping', 'mcast_querier'], SWITCH),
  ...same('bridge', 'bridge', ['mcast_query_use_ifaddr', 'vlan_stats_per_port'], SWITCH),
  { kind: 'bridge', word: 'vlan_stats_enabled', key: 'bridge.vlan-stats', names: SWITCH },
  { kind: 'bridge', word: 'mcast_stats_enabled', key: 'bridge.mcast-stats', names: SWITCH },
  ...same('bridge', 'bridge', ['forward_delay', 'hello_time', 'max_age', 'ageing_time', 'priority']),
  ...same('bridge', 'bridge', ['group_fwd_mask', 'group_address', 'vlan_default_pvid', 'fdb_max_learned']),
  ...same('bridge', 'bridge', ['mcast_hash_max', 'mcast_igmp_version', 'mcast_mld_version']),
  ...same('bridge', 'bridge', ['mcast_last_member_count', 'mcast_startup_query_count', 'mcast_last_member_interval']),
  ...same('bridge', 'bridge', ['mcast_membership_interval', 'mcast_querier_interval', 'mcast_query_interval']),
  ...same('bridge', 'bridge', ['mcast_query_response_interval', 'mcast_startup_query_interval']),
  ...same('bridge', 'bridge', ['mcast_router'], ROUTERS),
  ...without('bridge', 'a change is of one row', 'fdb_flush'),
  ...same('bridge', 'bridge', ['no_linklocal_learn', 'mcast_vlan_snooping'], SWITCH),
  { kind: 'bridge', word: 'mst_enabled', key: 'bridge.mst', names: SWITCH },
  ...same('bridge', 'bridge', ['vlan_protocol']),
  ...without('bridge', 'the kernel has no such setting any more', 'mcast_hash_elasticity'),
  ...without('bridge', FILTERS, 'nf_call_iptables', 'nf_call_ip6tables', 'nf_call_arptables'),
  ...same('bridge_slave', SLAVE, ['priority', 'cost', 'guard', 'hairpin', 'root_block', 'learning', 'flood']),
  ...same('bridge_slave', SLAVE, ['mcast_flood', 'bcast_flood', 'mcast_to_unicast', 'neigh_suppress', 'vlan_tunnel']),
  ...same('bridge_slave', SLAVE, ['isolated', 'locked', 'mab', 'proxy_arp', 'proxy_arp_wifi', 'group_fwd_mask']),
  ...same('bridge_slave', SLAVE, ['state'], STATES),
  ...same('bridge_slave', SLAVE, ['mcast_router'], ROUTERS),
  { kind: 'bridge_slave', word: 'fastleave', key: `${SLAVE}.fast-leave` },
  { kind: 'bridge_slave', word: 'mcast_fast_leave', key: `${SLAVE}.fast-leave` },
  ...without('bridge_slave', 'a change is of one row', 'fdb_flush'),
  ...without('bridge_slave', PAIRS, 'backup_port', 'nobackup_port', 'backup_nhid'),
];

const failed = (message: string, accepted?: string): Outcome<never> =>
  refused({ stage: 'command', message, ...(accepted === undefined ? {} : { accepted }) });

/** Words behind `ip`. */
export function ipCommand(words: readonly string[]): Outcome<readonly NettoolCommand[]> {
  const [object = '', verb = 'show', ...rest] = words.filter((word) => !word.startsWith('-'));
  if (object !== 'link' || (verb !== 'set' && verb !== 'show'))
    return failed(`ip ${object} ${verb} has no equal`, 'ip link set, ip link show');
  const [device, ...more] = rest[0] === 'dev' ? rest.slice(1) : rest;
  if (verb === 'show')
    return { ok: true, value: [{ verb, subjects: ['link'], patterns: device === undefined ? [] : [device] }] };
  if (device === undefined) return failed('the device is missing', 'ip link set DEVICE');
  const assignments: Assignment[] = [];
  let kind = '';
  for (let at = 0; at < more.length; at++) {
    const word = more[at] ?? '';
    if (word === 'type') {
      kind = more[++at] ?? '';
      continue;
    }
    const known = IP_LINK_WORDS.filter((one) => one.kind === kind);
    const meant = known.find((one) => one.word === word);
    if (meant?.key === undefined) {
      const accepted = choicesText(
        word,
        known.filter(({ key }) => key !== undefined).map((one) => one.word),
      );
      return meant === undefined
        ? failed(`ip link set ${word} has no equal`, accepted)
        : failed(`ip link set ${word} has no equal: ${meant.reason ?? ''}`);
    }
    const value = meant.says ?? more[++at];
    if (value === undefined) return failed(`${word} has no value`);
    const [subject = '', key = ''] = meant.key.split('.');
    assignments.push({ subject, key, value: meant.names?.[Number(value)] ?? value });
  }
  if (assignments.length === 0) return failed('nothing is said to change');
  return { ok: true, value: [{ verb: 'set', device, assignments }] };
}
