/** Aggregates and their members: what ip link set type bond and type bond_slave can say. */
import { choice, keyOf, onOff, plainNumber, readOnly, type SubjectSpec } from './subject.js';

const milliseconds = { kind: 'number', unit: 'ms' } as const;

const bond: SubjectSpec = {
  name: 'bond',
  title: 'An aggregate of the bonding driver',
  channel: 'bond',
  announced: 'RTM_NEWLINK',
  shape: 'keys',
  keys: [
    keyOf(
      'mode',
      'IFLA_BOND_MODE',
      choice({
        'balance-rr': 0,
        'active-backup': 1,
        'balance-xor': 2,
        broadcast: 3,
        '802.3ad': 4,
        'balance-tlb': 5,
        'balance-alb': 6,
      }),
      'who sends, and who receives',
    ),
    keyOf('miimon', 'IFLA_BOND_MIIMON', milliseconds, 'between two looks at the links; 0: none'),
    keyOf('updelay', 'IFLA_BOND_UPDELAY', milliseconds, 'until a link that came is used'),
    keyOf('downdelay', 'IFLA_BOND_DOWNDELAY', milliseconds, 'until a link that went is given up'),
    keyOf(
      'peer-notify-delay',
      'IFLA_BOND_PEER_NOTIF_DELAY',
      { ...milliseconds, most: 300_000 },
      'between notifications',
    ),
    keyOf('use-carrier', 'IFLA_BOND_USE_CARRIER', onOff, 'a link is what the driver says'),
    keyOf('arp-interval', 'IFLA_BOND_ARP_INTERVAL', milliseconds, 'between two requests of ARP; 0: none'),
    keyOf(
      'arp-validate',
      'IFLA_BOND_ARP_VALIDATE',
      choice({ none: 0, active: 1, backup: 2, all: 3, filter: 4, filter_active: 5, filter_backup: 6 }),
      'which members are held to answers',
    ),
    keyOf('arp-all-targets', 'IFLA_BOND_ARP_ALL_TARGETS', choice({ any: 0, all: 1 }), 'which targets have to answer'),
    keyOf('missed-max', 'IFLA_BOND_MISSED_MAX', { kind: 'number', least: 1, most: 255 }, 'answers that may be missing'),
    keyOf(
      'primary-reselect',
      'IFLA_BOND_PRIMARY_RESELECT',
      choice({ always: 0, better: 1, failure: 2 }),
      'when the primary takes over again',
    ),
    keyOf(
      'fail-over-mac',
      'IFLA_BOND_FAIL_OVER_MAC',
      choice({ none: 0, active: 1, follow: 2 }),
      'whose address it has',
    ),
    keyOf(
      'xmit-hash-policy',
      'IFLA_BOND_XMIT_HASH_POLICY',
      choice({ layer2: 0, 'layer3+4': 1, 'layer2+3': 2, 'encap2+3': 3, 'encap3+4': 4, 'vlan+srcmac': 5 }),
      'what a flow is',
    ),
    keyOf('resend-igmp', 'IFLA_BOND_RESEND_IGMP', { kind: 'number', most: 255 }, 'reports of groups behind a failover'),
    keyOf(
      'num-peer-notify',
      'IFLA_BOND_NUM_PEER_NOTIF',
      { kind: 'number', most: 255 },
      'notifications behind a failover',
    ),
    keyOf('all-members-active', 'IFLA_BOND_ALL_SLAVES_ACTIVE', onOff, 'backups receive'),
    keyOf('min-links', 'IFLA_BOND_MIN_LINKS', plainNumber, 'links without which there is no carrier'),
    keyOf(
      'lp-interval',
      'IFLA_BOND_LP_INTERVAL',
      { kind: 'number', unit: 's', least: 1 },
      'between packets to learn from',
    ),
    keyOf(
      'packets-per-member',
      'IFLA_BOND_PACKETS_PER_SLAVE',
      { kind: 'number', most: 0xffff },
      'before the next one sends',
    ),
    keyOf('lacp-active', 'IFLA_BOND_AD_LACP_ACTIVE', onOff, 'speaks without being spoken to'),
    keyOf('lacp-rate', 'IFLA_BOND_AD_LACP_RATE', choice({ slow: 0, fast: 1 }), 'how often the partner is to speak'),
    keyOf(
      'ad-select',
      'IFLA_BOND_AD_SELECT',
      choice({ stable: 0, bandwidth: 1, count: 2 }),
      'which aggregator is used',
    ),
    keyOf(
      'ad-actor-sys-prio',
      'IFLA_BOND_AD_ACTOR_SYS_PRIO',
      { kind: 'number', least: 1, most: 0xffff },
      'priority of its system',
    ),
    keyOf(
      'ad-user-port-key',
      'IFLA_BOND_AD_USER_PORT_KEY',
      { kind: 'number', most: 1023 },
      "the user's part of the key",
    ),
    keyOf('ad-actor-system', 'IFLA_BOND_AD_ACTOR_SYSTEM', { kind: 'mac' }, 'its system; zeros: its own address'),
    keyOf('tlb-dynamic-lb', 'IFLA_BOND_TLB_DYNAMIC_LB', onOff, 'flows move to where there is room'),
    keyOf('coupled-control', 'IFLA_BOND_COUPLED_CONTROL', onOff, 'collects and distributes at once'),
  ],
};

const bondMember: SubjectSpec = {
  name: 'bond-member',
  title: 'A member of an aggregate of the bonding driver',
  channel: 'bond-member',
  announced: 'RTM_NEWLINK',
  shape: 'keys',
  keys: [
    keyOf('state', 'IFLA_BOND_SLAVE_STATE', choice({ active: 0, backup: 1 }), 'whether it sends', readOnly),
    keyOf(
      'link',
      'IFLA_BOND_SLAVE_MII_STATUS',
      choice({ up: 0, 'going-down': 1, down: 2, 'going-up': 3 }),
      'what the monitor says',
      readOnly,
    ),
    keyOf('failures', 'IFLA_BOND_SLAVE_LINK_FAILURE_COUNT', plainNumber, 'how often its link went', readOnly),
    keyOf('permanent-address', 'IFLA_BOND_SLAVE_PERM_HWADDR', { kind: 'mac' }, 'address of its own', readOnly),
    keyOf('queue', 'IFLA_BOND_SLAVE_QUEUE_ID', { kind: 'number', most: 0xffff }, 'queue of the aggregate; 0: none'),
    keyOf('aggregator', 'IFLA_BOND_SLAVE_AD_AGGREGATOR_ID', plainNumber, 'aggregator of LACP', readOnly),
  ],
};

export const BOND_SUBJECTS: readonly SubjectSpec[] = [bond, bondMember];
