/** Single VLANs of bridges: their options, spanning trees and tunnels. */
import { atCreation, choice, keyOf, onOff, plainNumber, readOnly, type SubjectSpec } from './subject.js';

const VID = { kind: 'number', least: 1, most: 4094 } as const;
const centiseconds = { kind: 'number', unit: 'cs' } as const;
/** BR_STATE_*. */
const STATES = { disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 } as const;
const vid = keyOf('vid', 'vid', VID, 'VLAN', atCreation);

const options: SubjectSpec = {
  name: 'bridge-vlan-options',
  title: 'Options of the VLANs that a port of a bridge, or the bridge itself, is in',
  channel: 'bridge-vlan-options',
  announced: 'RTM_NEWVLAN',
  shape: 'rows',
  identity: ['vid'],
  keys: [
    vid,
    keyOf('state', 'BRIDGE_VLANDB_ENTRY_STATE', choice(STATES), 'state of the port in the VLAN'),
    keyOf(
      'mcast-router',
      'BRIDGE_VLANDB_ENTRY_MCAST_ROUTER',
      choice({ disabled: 0, learned: 1, permanent: 2, temporary: 3 }),
      'a multicast router of the VLAN is behind it',
    ),
    keyOf('mcast-max-groups', 'BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS', plainNumber, 'most groups; 0: no limit'),
    keyOf('mcast-groups', 'BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS', plainNumber, 'groups', readOnly),
    keyOf('neigh-suppress', 'BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS', onOff, 'the bridge answers for neighbours'),
  ],
};

const INTERVALS = [
  ['mcast-last-member-interval', 'LAST_MEMBER', 'between queries behind a leave message'],
  ['mcast-membership-interval', 'MEMBERSHIP', 'after which a member that is not heard is gone'],
  ['mcast-querier-interval', 'QUERIER', 'after which another querier that is not heard is gone'],
  ['mcast-query-interval', 'QUERY', 'between queries'],
  ['mcast-query-response-interval', 'QUERY_RESPONSE', 'within which members answer'],
  ['mcast-startup-query-interval', 'STARTUP_QUERY', 'between queries of a querier that starts'],
] as const;
const global = (name: string): string => `BRIDGE_VLANDB_GOPTS_${name}`;

const globalOptions: SubjectSpec = {
  name: 'bridge-vlan-global',
  title: 'Options of the VLANs of a bridge as a whole: snooping in each, and the spanning tree that it belongs to',
  channel: 'bridge-vlan-global',
  announced: 'RTM_NEWVLAN',
  shape: 'rows',
  identity: ['vid'],
  keys: [
    vid,
    keyOf('tree', global('MSTI'), { kind: 'number', most: 4095 }, 'spanning tree (MSTI)'),
    keyOf('mcast-snooping', global('MCAST_SNOOPING'), onOff, 'groups are learned'),
    keyOf('mcast-querier', global('MCAST_QUERIER'), onOff, 'the bridge asks for members'),
    keyOf('mcast-igmp-version', global('MCAST_IGMP_VERSION'), { kind: 'number', least: 2, most: 3 }, 'version of IGMP'),
    keyOf('mcast-mld-version', global('MCAST_MLD_VERSION'), { kind: 'number', least: 1, most: 2 }, 'version of MLD'),
    keyOf('mcast-last-member-count', global('MCAST_LAST_MEMBER_CNT'), plainNumber, 'queries behind a leave message'),
    keyOf(
      'mcast-startup-query-count',
      global('MCAST_STARTUP_QUERY_CNT'),
      plainNumber,
      'queries of a querier that starts',
    ),
    ...INTERVALS.map(([key, name, title]) => keyOf(key, global(`MCAST_${name}_INTVL`), centiseconds, title)),
  ],
};

const trees: SubjectSpec = {
  name: 'bridge-tree',
  title: 'Spanning trees (MST) that a port of a bridge is in',
  channel: 'bridge-tree',
  announced: 'RTM_NEWLINK',
  shape: 'rows',
  identity: ['tree'],
  keys: [
    keyOf('tree', 'IFLA_BRIDGE_MST_ENTRY_MSTI', { kind: 'number', most: 4094 }, 'spanning tree (MSTI)', atCreation),
    keyOf('state', 'IFLA_BRIDGE_MST_ENTRY_STATE', choice(STATES), 'state of the port in it'),
  ],
};

const tunnels: SubjectSpec = {
  name: 'bridge-vlan-tunnel',
  title: 'Tunnels that the VLANs of a port of a bridge are mapped to',
  channel: 'bridge-vlan-tunnel',
  announced: 'RTM_NEWLINK',
  shape: 'rows',
  identity: ['vid'],
  replaces: true,
  keys: [
    keyOf('vid', 'IFLA_BRIDGE_VLAN_TUNNEL_VID', VID, 'VLAN'),
    keyOf('tunnel', 'IFLA_BRIDGE_VLAN_TUNNEL_ID', { kind: 'number', most: 0xff_ffff }, 'number of the tunnel (VNI)'),
  ],
};

export const BRIDGE_VLAN_SUBJECTS: readonly SubjectSpec[] = [options, globalOptions, trees, tunnels];
