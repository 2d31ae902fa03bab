/** Subjects of rtnetlink: links, bridges, their ports and tables. */
import { LINK_STATISTICS } from '../../netlink/families/rtnetlink.js';
import { BOND_SUBJECTS } from './bondSubjects.js';
import { BRIDGE_VLAN_SUBJECTS } from './bridgeVlanSubjects.js';
import { choice, keyOf, onOff, plainNumber, plainText, readOnly, type KeySpec, type SubjectSpec } from './subject.js';

const FLAG_UP = 'IFF_UP';

const link: SubjectSpec = {
  name: 'link',
  title: 'The net device itself',
  channel: 'link',
  announced: 'RTM_NEWLINK',
  shape: 'keys',
  keys: [
    keyOf('up', FLAG_UP, onOff, 'set up by the administrator'),
    keyOf('mtu', 'IFLA_MTU', { kind: 'number', unit: 'bytes' }, 'largest packet', {
      least: 'IFLA_MIN_MTU',
      most: 'IFLA_MAX_MTU',
    }),
    keyOf('address', 'IFLA_ADDRESS', { kind: 'mac' }, 'hardware address'),
    keyOf('permanent-address', 'IFLA_PERM_ADDRESS', { kind: 'mac' }, 'address that it came with', readOnly),
    keyOf('name', 'IFLA_IFNAME', { kind: 'text', most: 15 }, 'name'),
    keyOf('alias', 'IFLA_IFALIAS', { kind: 'text', most: 255 }, 'what the administrator calls it'),
    keyOf('group', 'IFLA_GROUP', plainNumber, 'group of net devices'),
    keyOf(
      'txqlen',
      'IFLA_TXQLEN',
      { kind: 'number', unit: 'frames', most: 0x7fff_ffff },
      'length of the transmit queue',
    ),
    keyOf('promisc', 'IFF_PROMISC', onOff, 'receives every frame'),
    keyOf('allmulti', 'IFF_ALLMULTI', onOff, 'receives every multicast frame'),
    keyOf('gso-max-size', 'IFLA_GSO_MAX_SIZE', { kind: 'number', unit: 'bytes' }, 'largest super-frame', {
      most: 'IFLA_TSO_MAX_SIZE',
    }),
    keyOf('gso-max-segs', 'IFLA_GSO_MAX_SEGS', { kind: 'number', unit: 'segments' }, 'most segments of a super-frame', {
      most: 'IFLA_TSO_MAX_SEGS',
    }),
    keyOf('gro-max-size', 'IFLA_GRO_MAX_SIZE', { kind: 'number', unit: 'bytes' }, 'largest aggregate'),
    keyOf('carrier', 'IFLA_CARRIER', onOff, 'a carrier is there', readOnly),
    keyOf('carrier-changes', 'IFLA_CARRIER_CHANGES', plainNumber, 'how often it came or went', readOnly),
    keyOf(
      'operstate',
      'IFLA_OPERSTATE',
      choice({ unknown: 0, notpresent: 1, down: 2, lowerlayerdown: 3, testing: 4, dormant: 5, up: 6 }),
      'state of RFC 2863',
      readOnly,
    ),
    keyOf('kind', 'IFLA_INFO_KIND', plainText, 'kind of a virtual device', readOnly),
    keyOf('master', 'IFLA_MASTER', plainText, 'bridge, aggregate or VRF that it belongs to; none: nobody'),
    keyOf('switch-id', 'IFLA_PHYS_SWITCH_ID', { kind: 'bytes' }, 'switch that it is a port of', readOnly),
    keyOf('port-name', 'IFLA_PHYS_PORT_NAME', plainText, 'which port', readOnly),
    keyOf('rx-queues', 'IFLA_NUM_RX_QUEUES', { kind: 'number', unit: 'queues' }, 'receive queues', readOnly),
    keyOf('tx-queues', 'IFLA_NUM_TX_QUEUES', { kind: 'number', unit: 'queues' }, 'transmit queues', readOnly),
  ],
};

const statistics: SubjectSpec = {
  name: 'statistics',
  title: 'Counters that every net device has',
  channel: 'link-statistics',
  shape: 'keys',
  keys: LINK_STATISTICS.map((name) =>
    keyOf(
      name.replaceAll('_', '-'),
      name,
      name.endsWith('bytes') ? { kind: 'number', unit: 'bytes' } : plainNumber,
      name.replaceAll('_', ' '),
      readOnly,
    ),
  ),
};

const centiseconds = { kind: 'number', unit: 'cs' } as const;
/** Of multicast. */
const INTERVALS = [
  ['mcast-last-member-interval', 'IFLA_BR_MCAST_LAST_MEMBER_INTVL', 'between queries behind a leave message'],
  ['mcast-membership-interval', 'IFLA_BR_MCAST_MEMBERSHIP_INTVL', 'after which a member that is not heard is gone'],
  ['mcast-querier-interval', 'IFLA_BR_MCAST_QUERIER_INTVL', 'after which another querier that is not heard is gone'],
  ['mcast-query-interval', 'IFLA_BR_MCAST_QUERY_INTVL', 'between queries'],
  ['mcast-query-response-interval', 'IFLA_BR_MCAST_QUERY_RESPONSE_INTVL', 'within which members answer'],
  ['mcast-startup-query-interval', 'IFLA_BR_MCAST_STARTUP_QUERY_INTVL', 'between queries of a querier that starts'],
] as const;

const bridge: SubjectSpec = {
  name: 'bridge',
  title: 'A bridge',
  channel: 'bridge',
  announced: 'RTM_NEWLINK',
  shape: 'keys',
  keys: [
    keyOf('stp-state', 'IFLA_BR_STP_STATE', choice({ off: 0, kernel: 1, user: 2 }), 'who runs the spanning tree'),
    keyOf('priority', 'IFLA_BR_PRIORITY', { kind: 'number', most: 0xffff }, 'priority of the bridge'),
    keyOf('forward-delay', 'IFLA_BR_FORWARD_DELAY', centiseconds, 'time in a transitional state'),
    keyOf('hello-time', 'IFLA_BR_HELLO_TIME', centiseconds, 'between two configuration messages'),
    keyOf('max-age', 'IFLA_BR_MAX_AGE', centiseconds, 'age at which a message is forgotten'),
    keyOf('ageing-time', 'IFLA_BR_AGEING_TIME', centiseconds, 'age at which an entry is forgotten'),
    keyOf('vlan-filtering', 'IFLA_BR_VLAN_FILTERING', onOff, 'ports have VLANs'),
    keyOf('vlan-default-pvid', 'IFLA_BR_VLAN_DEFAULT_PVID', { kind: 'number', most: 4094 }, 'VLAN of a new port'),
    keyOf(
      'vlan-protocol',
      'IFLA_BR_VLAN_PROTOCOL',
      choice({ '802.1q': 0x8100, '802.1ad': 0x88a8 }),
      'kind of tag that its VLANs have',
    ),
    keyOf('mst', 'BR_BOOLOPT_MST_ENABLE', onOff, 'VLANs belong to spanning trees of their own'),
    keyOf('mcast-vlan-snooping', 'BR_BOOLOPT_MCAST_VLAN_SNOOPING', onOff, 'each VLAN has its own snooping'),
    keyOf('no-linklocal-learn', 'BR_BOOLOPT_NO_LL_LEARN', onOff, 'nothing is learned from link-local frames'),
    keyOf('mcast-snooping', 'IFLA_BR_MCAST_SNOOPING', onOff, 'groups are learned'),
    keyOf('mcast-querier', 'IFLA_BR_MCAST_QUERIER', onOff, 'the bridge asks for members'),
    keyOf(
      'mcast-router',
      'IFLA_BR_MCAST_ROUTER',
      choice({ disabled: 0, learned: 1, permanent: 2 }),
      'the bridge itself routes multicast',
    ),
    keyOf('mcast-igmp-version', 'IFLA_BR_MCAST_IGMP_VERSION', { kind: 'number', least: 2, most: 3 }, 'version of IGMP'),
    keyOf('mcast-mld-version', 'IFLA_BR_MCAST_MLD_VERSION', { kind: 'number', least: 1, most: 2 }, 'version of MLD'),
    keyOf('mcast-hash-max', 'IFLA_BR_MCAST_HASH_MAX', plainNumber, 'most groups'),
    keyOf(
      'mcast-query-use-ifaddr',
      'IFLA_BR_MCAST_QUERY_USE_IFADDR',
      onOff,
      'queries come from an address of the bridge',
    ),
    keyOf('mcast-stats', 'IFLA_BR_MCAST_STATS_ENABLED', onOff, 'messages of IGMP and MLD are counted'),
    keyOf('mcast-last-member-count', 'IFLA_BR_MCAST_LAST_MEMBER_CNT', plainNumber, 'queries behind a leave message'),
    keyOf(
      'mcast-startup-query-count',
      'IFLA_BR_MCAST_STARTUP_QUERY_CNT',
      plainNumber,
      'queries of a querier that starts',
    ),
    ...INTERVALS.map(([key, attribute, title]) => keyOf(key, attribute, centiseconds, title)),
    keyOf('vlan-stats', 'IFLA_BR_VLAN_STATS_ENABLED', onOff, 'frames of VLANs are counted'),
    keyOf('vlan-stats-per-port', 'IFLA_BR_VLAN_STATS_PER_PORT', onOff, 'they are counted for each port'),
    keyOf(
      'group-fwd-mask',
      'IFLA_BR_GROUP_FWD_MASK',
      { kind: 'number', most: 0xffff },
      'link-local groups that are forwarded',
    ),
    keyOf('group-address', 'IFLA_BR_GROUP_ADDR', { kind: 'mac' }, 'group of the spanning tree'),
    keyOf('fdb-learned', 'IFLA_BR_FDB_N_LEARNED', plainNumber, 'entries that were learned', readOnly),
    keyOf('fdb-max-learned', 'IFLA_BR_FDB_MAX_LEARNED', plainNumber, 'most of them; 0: no limit'),
  ],
};

const flagKey = (key: string, attribute: string, title: string): KeySpec =>
  keyOf(key, `IFLA_BRPORT_${attribute}`, onOff, title);
const bridgePort: SubjectSpec = {
  name: 'bridge-port',
  title: 'A port of a bridge',
  channel: 'bridge-port',
  announced: 'RTM_NEWLINK',
  shape: 'keys',
  keys: [
    keyOf(
      'state',
      'IFLA_BRPORT_STATE',
      choice({ disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 }),
      'state of the spanning tree',
    ),
    keyOf('priority', 'IFLA_BRPORT_PRIORITY', { kind: 'number', most: 63 }, 'priority of the port'),
    keyOf('cost', 'IFLA_BRPORT_COST', { kind: 'number', least: 1, most: 0xffff }, 'cost of the path'),
    flagKey('learning', 'LEARNING', 'sources are learned'),
    flagKey('flood', 'UNICAST_FLOOD', 'frames to unknown stations leave here'),
    flagKey('mcast-flood', 'MCAST_FLOOD', 'frames to unknown groups leave here'),
    flagKey('bcast-flood', 'BCAST_FLOOD', 'broadcasts leave here'),
    flagKey('hairpin', 'MODE', 'frames may leave where they came in'),
    flagKey('guard', 'GUARD', 'the spanning tree of others is not heard'),
    flagKey('root-block', 'PROTECT', 'never the way to the root'),
    flagKey('fast-leave', 'FAST_LEAVE', 'one leave message ends a membership'),
    flagKey('mcast-to-unicast', 'MCAST_TO_UCAST', 'a frame of its own for each member'),
    flagKey('isolated', 'ISOLATED', 'talks to ports that are not isolated only'),
    flagKey('locked', 'LOCKED', 'takes frames of known stations only'),
    flagKey('mab', 'MAB', 'unknown stations of a locked port are entered as locked'),
    flagKey('neigh-suppress', 'NEIGH_SUPPRESS', 'the bridge answers for neighbours'),
    flagKey('neigh-vlan-suppress', 'NEIGH_VLAN_SUPPRESS', 'each VLAN says whether the bridge answers for neighbours'),
    flagKey('proxy-arp', 'PROXYARP', 'ARP that comes in is answered, and nothing is flooded'),
    flagKey('proxy-arp-wifi', 'PROXYARP_WIFI', 'ARP for stations here is answered'),
    flagKey('vlan-tunnel', 'VLAN_TUNNEL', 'VLANs are mapped to tunnels'),
    flagKey('proxy-arp', 'PROXYARP', 'the bridge answers ARP for stations behind other ports'),
    flagKey('proxy-arp-wifi', 'PROXYARP_WIFI', 'the same for stations of a wireless network'),
    keyOf(
      'group-fwd-mask',
      'IFLA_BRPORT_GROUP_FWD_MASK',
      { kind: 'number', most: 0xffff },
      'link-local groups that are forwarded all the same',
    ),
    keyOf(
      'mcast-router',
      'IFLA_BRPORT_MULTICAST_ROUTER',
      choice({ disabled: 0, learned: 1, permanent: 2, temporary: 3 }),
      'a multicast router is behind it',
    ),
    keyOf('mcast-max-groups', 'IFLA_BRPORT_MCAST_MAX_GROUPS', plainNumber, 'most groups; 0: no limit'),
    keyOf(
      'mcast-hosts-limit',
      'IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT',
      { kind: 'number', least: 1 },
      'most hosts that are told apart where members leave at once',
    ),
    keyOf('mcast-hosts', 'IFLA_BRPORT_MCAST_EHT_HOSTS_CNT', plainNumber, 'hosts that are told apart', readOnly),
    keyOf('mcast-groups', 'IFLA_BRPORT_MCAST_N_GROUPS', plainNumber, 'groups', readOnly),
  ],
};

const fdb: SubjectSpec = {
  name: 'fdb',
  title: 'Forwarding database',
  channel: 'fdb',
  announced: 'RTM_NEWNEIGH',
  shape: 'rows',
  // A device and its bridge have a table each.
  identity: ['address', 'vlan', 'self'],
  usually: { self: false },
  keys: [
    keyOf('address', 'NDA_LLADDR', { kind: 'mac' }, 'station'),
    keyOf('vlan', 'NDA_VLAN', { kind: 'number', least: 1, most: 4094 }, 'VLAN; none where it is absent'),
    keyOf('state', 'ndm_state', choice({ dynamic: 2, stale: 4, static: 64, permanent: 128 }), 'how it came about'),
    keyOf('offloaded', 'NTF_OFFLOADED', onOff, 'the hardware has it', readOnly),
    keyOf('learned-by-device', 'NTF_EXT_LEARNED', onOff, 'the hardware, or somebody else, told it', readOnly),
    keyOf('sticky', 'NTF_STICKY', onOff, 'stays at its port'),
    keyOf('locked', 'NTF_EXT_LOCKED', onOff, 'waits at a locked port to be let in', readOnly),
    keyOf('self', 'NTF_SELF', onOff, 'of the device itself, not of its bridge'),
  ],
};

const bridgeVlan: SubjectSpec = {
  name: 'bridge-vlan',
  title: 'VLANs of a port of a bridge',
  channel: 'bridge-vlan',
  announced: 'RTM_NEWLINK',
  shape: 'rows',
  identity: ['vid'],
  replaces: true,
  keys: [
    keyOf('vid', 'vid', { kind: 'number', least: 1, most: 4094 }, 'VLAN'),
    keyOf('pvid', 'BRIDGE_VLAN_INFO_PVID', onOff, 'untagged frames belong to it'),
    keyOf('untagged', 'BRIDGE_VLAN_INFO_UNTAGGED', onOff, 'frames leave without a tag'),
  ],
};

const mdb: SubjectSpec = {
  name: 'mdb',
  title: 'Groups of multicast that a port of a bridge, or the bridge itself, wants',
  channel: 'mdb',
  announced: 'RTM_NEWMDB',
  shape: 'rows',
  identity: ['group', 'vlan', 'source'],
  keys: [
    keyOf('group', 'MDBA_SET_ENTRY', { kind: 'address' }, 'address of IPv4, IPv6 or Ethernet'),
    keyOf('vlan', 'vid', { kind: 'number', least: 1, most: 4094 }, 'VLAN; none where it is absent'),
    keyOf('source', 'MDBE_ATTR_SOURCE', { kind: 'address' }, 'from this sender alone'),
    keyOf('permanent', 'state', onOff, 'stays until it is removed'),
    keyOf('timer', 'MDBA_MDB_EATTR_TIMER', centiseconds, 'until it ends', readOnly),
  ],
};

export const LINK_SUBJECTS: readonly SubjectSpec[] = [
  link,
  statistics,
  bridge,
  bridgePort,
  fdb,
  bridgeVlan,
  ...BRIDGE_VLAN_SUBJECTS,
  mdb,
  ...BOND_SUBJECTS,
];
