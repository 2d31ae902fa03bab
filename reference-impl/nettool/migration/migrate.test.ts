/** Commands of devlink and bridge in the words of nettool: each example of the tables is a command that nettool understands. */
import { describe, expect, it } from 'vitest';
import { actionCalled } from '../actions.js';
import { understand } from '../assignment.js';
import { commandText, parseCommand } from '../command.js';
import { CONFORMING_NETTOOL } from '../parts.js';
import { refusalText } from '../refusal.js';
import { keyCalled, subjectCalled } from '../subjects/index.js';
import { BRIDGE_OPTIONS, BRIDGE_VERBS } from './bridgeVerbs.js';
import { DEVLINK_VERBS, HANDLE_WORDS } from './devlinkVerbs.js';
import { IP_LINK_WORDS } from './ipLinkWords.js';
import { migrate } from './migrate.js';

const HANDLES: Readonly<Record<string, string>> = {
  DEV: 'pci/0000:01:00.0',
  PORT: 'pci/0000:01:00.0/1',
  REGION: 'pci/0000:01:00.0/fdb',
  NODE: 'pci/0000:01:00.0/gold',
};

function migrated(text: string): string {
  const result = migrate(text.split(' '));
  return result.ok ? result.value.map(commandText).join('; ') : refusalText(result.refusal);
}

/** Every word of a command of nettool is one that it knows. */
function expectUnderstood(text: string): void {
  const parsed = parseCommand(text.split(' ').slice(1));
  if (!parsed.ok) throw new Error(refusalText(parsed.refusal));
  const command = parsed.value;
  if (command.verb === 'show')
    for (const subject of command.subjects) expect(subjectCalled(subject), text).toBeDefined();
  if (command.verb === 'run') {
    const action = actionCalled(command.action);
    expect(action, text).toBeDefined();
    const names = action?.arguments.map(({ name }) => name) ?? [];
    for (const word of command.arguments) if (word.includes('=')) expect(names, text).toContain(word.split('=')[0]);
    expect(command.arguments.length).toBeLessThanOrEqual(names.length);
  }
  if (!('assignments' in command)) return;
  for (const assignment of command.assignments) {
    const subject = subjectCalled(assignment.subject);
    if (subject?.shape === 'rows') expect(keyCalled(subject, assignment.key), text).toBeDefined();
    else expect(understand(assignment, CONFORMING_NETTOOL).ok, text).toBe(true);
  }
}

describe('devlink', () => {
  for (const { words, example = '', form } of DEVLINK_VERBS) {
    const command = `devlink ${words} ${example}`
      .trim()
      .split(' ')
      .map((word) => HANDLES[word] ?? word);
    it(`${command.slice(1).join(' ')} is understood, or has a reason`, () => {
      const result = migrated(command.join(' '));
      if (form.kind === 'none') expect(result).toContain(form.reason);
      else if (form.kind === 'watch') expect(result).toContain('nettool watch');
      else expectUnderstood(result);
    });
  }

  it.each([
    ['devlink dev', "nettool show devlink '*/*'"],
    ['devlink port show pci/0000:01:00.0/1', 'nettool show devlink-port pci/0000:01:00.0/1'],
    [
      'devlink -j dev eswitch set pci/0000:01:00.0 mode switchdev',
      'nettool set pci/0000:01:00.0 eswitch.mode=switchdev',
    ],
    [
      'devlink dev param set pci/1 name test1 value false cmode runtime',
      'nettool set pci/1 devlink-params.test1@runtime=off',
    ],
    [
      'devlink port function rate set pci/1/gold tx_max 1gbit',
      'nettool set pci/1 devlink-rates node=gold max=125000000',
    ],
    ['devlink port function rate set pci/1/3 tx_share 10mbps', 'nettool set pci/1 devlink-rates port=3 share=10000000'],
    [
      'devlink region read pci/1/fdb snapshot 7 address 16 length 32',
      'nettool run pci/1 region-read fdb 7 address=16 length=32',
    ],
    ['devlink dev flash pci/1 file a.bin component fw', 'nettool run pci/1 flash a.bin component=fw'],
    ['devlink region read pci/1/fdb address 1 length 2', 'nettool run pci/1 region-read fdb now address=1 length=2'],
    [
      'devlink port function set pci/1/32768 hw_addr 02:00:00:00:00:88 roce disable max_io_eqs 32',
      'nettool set pci/1/32768 devlink-function.address=02:00:00:00:00:88 devlink-function.roce=off devlink-function.max-io-eqs=32',
    ],
    [
      'devlink port add pci/1 flavour pcisf pfnum 0 sfnum 88',
      'nettool add pci/1 devlink-ports flavour=pcisf pf=0 sf=88',
    ],
    ['devlink port del pci/1/32768', 'nettool del pci/1 devlink-ports index=32768'],
    [
      'devlink sb tc bind set pci/1/2 tc 3 type ingress pool 1 th 7',
      'nettool set pci/1 devlink-classes class=3 direction=ingress pool=1 threshold=7 port=2',
    ],
    ['devlink sb occupancy snapshot pci/1 sb 0', 'nettool run pci/1 buffer-snapshot 0'],
    [
      'devlink dpipe table set pci/1 name fdb counters_enabled false',
      'nettool set pci/1 devlink-tables table=fdb counters=off',
    ],
    [
      'devlink trap group set pci/1 group l2_drops nopolicer',
      'nettool set pci/1 devlink-trap-groups group=l2_drops policer=0',
    ],
    ['devlink port function rate set pci/1/gold noparent', 'nettool set pci/1 devlink-rates node=gold parent=none'],
    [
      'devlink dev reload pci/1 action fw_activate limit no_reset',
      'nettool run pci/1 reload fw_activate limit=no_reset',
    ],
    [
      'devlink health set pci/1 reporter fw auto_dump true',
      'nettool set pci/1 devlink-health reporter=fw auto-dump=on',
    ],
    [
      'devlink trap group set pci/1 group l2_drops policer 3',
      'nettool set pci/1 devlink-trap-groups group=l2_drops policer=3',
    ],
  ])('%s', (theirs, ours) => {
    expect(migrated(theirs)).toBe(ours);
  });

  it('is told what is misspelt, and what is missing', () => {
    expect(migrated('devlink prt show')).toContain('devlink port show');
    expect(migrated('devlink dev reload')).toContain('the device is missing');
    expect(migrated('devlink health set pci/1 reporter fw nonsense 1')).toContain('nonsense has no equal');
    expect(migrated('devlink dev reload pci/1 netns 7')).toContain('netns has no equal');
  });

  it('has no word twice', () => {
    const all = DEVLINK_VERBS.map(({ words }) =>
      words
        .split(' ')
        .filter((word) => !HANDLE_WORDS.includes(word))
        .join(' '),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('bridge', () => {
  it.each(BRIDGE_VERBS)('%s', (theirs, ours) => {
    const fill = (text: string): string =>
      text
        .replaceAll('DEV', 'eth0')
        .replaceAll('BR', 'br0')
        .replaceAll('MAC', '02:00:00:00:00:01')
        .replaceAll('GROUP', '239.1.2.3');
    expect(migrated(fill(theirs))).toBe(fill(ours));
    expectUnderstood(fill(ours));
  });

  for (const { command, word, key, reason } of BRIDGE_OPTIONS) {
    it(`${command} ${word} is understood, or has a reason`, () => {
      const result = migrated(`bridge ${EXAMPLES[command]?.(word) ?? ''}`);
      if (key === undefined) expect(result).toContain(reason);
      else {
        expectUnderstood(result);
        expect(result).toContain(`${key}=`);
      }
    });
  }
});

describe('ip link', () => {
  for (const { kind, word, key, says, names, reason } of IP_LINK_WORDS) {
    const value = says === undefined ? ` ${names === undefined ? (LINK_VALUES[word] ?? '1') : '1'}` : '';
    it(`${kind} ${word} is understood, or has a reason`, () => {
      const result = migrated(`ip link set dev eth0${kind === '' ? '' : ` type ${kind}`} ${word}${value}`);
      if (key === undefined) expect(result).toContain(reason);
      else expectUnderstood(result);
    });
  }

  it.each([
    ['ip link set eth0 up', 'nettool set eth0 link.up=on'],
    ['ip link set dev eth0 nomaster', 'nettool set eth0 link.master=none'],
    ['ip link set br0 type bridge stp_state 1', 'nettool set br0 bridge.stp-state=kernel'],
    ['ip link set eth0 type bridge_slave state 3', 'nettool set eth0 bridge-port.state=forwarding'],
  ])('%s', (theirs, ours) => {
    expect(migrated(theirs)).toBe(ours);
  });
});

const LINK_VALUES: Readonly<Record<string, string>> = {
  mtu: '1500',
  address: '02:00:00:00:00:01',
  name: 'eth1',
  alias: 'uplink',
  master: 'br0',
  group_address: '01:80:c2:00:00:04',
  vlan_protocol: '802.1ad',
  ...Object.fromEntries(
    ['promisc', 'allmulticast', 'carrier', 'guard', 'hairpin', 'fastleave', 'root_block', 'learning', 'flood'].map(
      (word) => [word, 'on'] as const,
    ),
  ),
  ...Object.fromEntries(
    [
      'mcast_flood',
      'bcast_flood',
      'mcast_to_unicast',
      'neigh_suppress',
      'vlan_tunnel',
      'isolated',
      'locked',
      'mab',
    ].map((word) => [word, 'on'] as const),
  ),
  proxy_arp: 'on',
  proxy_arp_wifi: 'on',
  mcast_fast_leave: 'on',
  mcast_igmp_version: '3',
  mcast_mld_version: '2',
  priority: '4',
};

const EXAMPLES: Readonly<Record<string, (word: string) => string>> = {
  'vlan set': (word) => `vlan set dev eth0 vid 5${word === 'vid' ? ' state 3' : ` ${word} ${VALUES[word] ?? '1'}`}`,
  'vlan global set': (word) =>
    `vlan global set dev br0 vid 5${word === 'vid' ? ' mcast_querier 1' : ` ${word} ${VALUES[word] ?? '1'}`}`,
  'mst set': (word) => `mst set dev eth0 msti 5 ${word === 'msti' ? 'state 3' : `${word} 3`}`,
  'link set': (word) =>
    `link set dev eth0 ${word} ${word === 'state' || word === 'mcast_router' ? '1' : (VALUES[word] ?? 'on')}`,
  'fdb add': (word) =>
    `fdb add 02:00:00:00:00:01 dev eth0 ${word}${VALUES[word] === undefined ? '' : ` ${VALUES[word]}`}`,
  'vlan add': (word) =>
    word === 'vid'
      ? 'vlan add dev eth0 vid 5'
      : `vlan add dev eth0 vid 5 ${word}${VALUES[word] === undefined ? '' : ` ${VALUES[word]}`}`,
  'mdb add': (word) =>
    word === 'grp' || word === 'port'
      ? 'mdb add dev br0 port eth0 grp 239.1.2.3'
      : `mdb add dev br0 port eth0 grp 239.1.2.3 ${word}${VALUES[word] === undefined ? '' : ` ${VALUES[word]}`}`,
};

/** Those that have a value which is not `on`. */
const VALUES: Readonly<Record<string, string>> = {
  cost: '7',
  priority: '9',
  vlan: '5',
  vid: '5',
  src: '192.0.2.1',
  dst: '192.0.2.9',
  vni: '7',
  src_vni: '7',
  port: '4789',
  via: 'eth1',
  nhid: '3',
  tunnel_info: 'id 5',
  filter_mode: 'include',
  source_list: '192.0.2.1',
  proto: 'static',
  backup_port: 'eth1',
  backup_nhid: '3',
  hwmode: 'vepa',
  mcast_max_groups: '7',
  dst_port: '4789',
};
