/** Virtual functions in rtnetlink (linux/if_link.h, IFLA_VFINFO_LIST). */
import { attributeSet, type AttributeType, type StructField } from '../schema.js';

/** linux/rtnetlink.h: what IFLA_EXT_MASK asks for beside the link. */
export const RTEXT_FILTER_VF = 1 << 0;
export const RTEXT_FILTER_SKIP_STATS = 1 << 3;

const vf: StructField = { name: 'vf', kind: 'u32' };
const words = (...names: readonly string[]): readonly StructField[] => [
  vf,
  ...names.map((name): StructField => ({ name, kind: 'u32' })),
];
const struct = (fields: readonly StructField[]): AttributeType => ({ kind: 'struct', fields });

/** Room for an address of any kind of link. */
const MAX_ADDR_LEN = 32;

export const VF_VLAN_LIST = attributeSet('IFLA_VF_VLAN', [
  [
    1,
    'IFLA_VF_VLAN_INFO',
    struct([...words('vlan', 'qos'), { name: 'vlan_proto', kind: 'be16' }, { name: 'pad', kind: { pad: 2 } }]),
    'repeats',
  ],
]);

/** The first is number 0. */
export const VF_STATISTICS = attributeSet('IFLA_VF_STATS', [
  [0, 'IFLA_VF_STATS_RX_PACKETS', { kind: 'u64' }],
  [1, 'IFLA_VF_STATS_TX_PACKETS', { kind: 'u64' }],
  [2, 'IFLA_VF_STATS_RX_BYTES', { kind: 'u64' }],
  [3, 'IFLA_VF_STATS_TX_BYTES', { kind: 'u64' }],
  [4, 'IFLA_VF_STATS_BROADCAST', { kind: 'u64' }],
  [5, 'IFLA_VF_STATS_MULTICAST', { kind: 'u64' }],
  [7, 'IFLA_VF_STATS_RX_DROPPED', { kind: 'u64' }],
  [8, 'IFLA_VF_STATS_TX_DROPPED', { kind: 'u64' }],
]);

const guid = struct([vf, { name: 'pad', kind: { pad: 4 } }, { name: 'guid', kind: 'u64' }]);

export const VF_INFO = attributeSet('IFLA_VF', [
  [1, 'IFLA_VF_MAC', struct([vf, { name: 'mac', kind: { bytes: MAX_ADDR_LEN } }])],
  [2, 'IFLA_VF_VLAN', struct(words('vlan', 'qos'))],
  [3, 'IFLA_VF_TX_RATE', struct(words('rate'))],
  [4, 'IFLA_VF_SPOOFCHK', struct(words('setting'))],
  [5, 'IFLA_VF_LINK_STATE', struct(words('link_state'))],
  [6, 'IFLA_VF_RATE', struct(words('min_tx_rate', 'max_tx_rate'))],
  [7, 'IFLA_VF_RSS_QUERY_EN', struct(words('setting'))],
  [8, 'IFLA_VF_STATS', { kind: 'nest', set: () => VF_STATISTICS, unflagged: true }],
  [9, 'IFLA_VF_TRUST', struct(words('setting'))],
  [10, 'IFLA_VF_IB_NODE_GUID', guid],
  [11, 'IFLA_VF_IB_PORT_GUID', guid],
  [12, 'IFLA_VF_VLAN_LIST', { kind: 'nest', set: () => VF_VLAN_LIST, unflagged: true }],
  [13, 'IFLA_VF_BROADCAST', struct([{ name: 'broadcast', kind: { bytes: MAX_ADDR_LEN } }])],
]);

/** What IFLA_VFINFO_LIST holds. */
export const VF_INFO_LIST = attributeSet('IFLA_VFINFO', [
  [1, 'IFLA_VF_INFO', { kind: 'nest', set: () => VF_INFO, unflagged: true }, 'repeats'],
]);

export const IFLA_VF_INFO = 1;
