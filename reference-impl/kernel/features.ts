/**
 * Which offloads of a net device are in force: the rules of net/core/dev.c, netdev_fix_features(). Features go by the names that
 * ethtool prints (net/ethtool/common.c, netdev_features_strings).
 */

export type FeatureSet = ReadonlySet<string>;

/** NETIF_F_ALL_TSO. */
export const ALL_TSO: readonly string[] = [
  'tx-tcp-segmentation',
  'tx-tcp6-segmentation',
  'tx-tcp-ecn-segmentation',
  'tx-tcp-mangleid-segmentation',
];

/** NETIF_F_GSO_MASK, of the kinds that the stack segments. */
export const ALL_GSO: readonly string[] = [
  ...ALL_TSO,
  'tx-gso-robust',
  'tx-gre-segmentation',
  'tx-gre-csum-segmentation',
  'tx-ipxip4-segmentation',
  'tx-ipxip6-segmentation',
  'tx-udp_tnl-segmentation',
  'tx-udp_tnl-csum-segmentation',
  'tx-gso-partial',
  'tx-sctp-segmentation',
  'tx-udp-segmentation',
];

/** NETIF_F_SOFT_FEATURES: the core does these for every device, and the user may switch them. */
export const SOFT_FEATURES: readonly string[] = ['tx-generic-segmentation', 'rx-gro'];
/** NETIF_F_SOFT_FEATURES_OFF: the same, off until asked for. */
export const SOFT_FEATURES_OFF: readonly string[] = ['rx-gro-list', 'rx-udp-gro-forwarding'];

/** What a rule may look at beside the set itself. */
export interface FeatureContext {
  /** net_device.gso_partial_features. */
  readonly gsoPartialFeatures: FeatureSet;
}

/** One dependency: if it is broken in the set, the features it names leave the set. A rule never adds one. */
export interface FeatureRule {
  readonly id: string;
  readonly why: string;
  readonly remove: (features: FeatureSet, context: FeatureContext) => readonly string[];
}

/** In the order of netdev_fix_features(); later rules see what earlier ones left. */
export const FEATURE_RULES: readonly FeatureRule[] = [
  {
    id: 'one-kind-of-checksum',
    why: 'the generic and the protocol-specific checksums exclude each other',
    remove: (f) => (f.has('tx-checksum-ip-generic') ? ['tx-checksum-ipv4', 'tx-checksum-ipv6'] : []),
  },
  {
    id: 'tso-needs-sg',
    why: 'a super-frame lies in several buffers',
    remove: (f) => (f.has('tx-scatter-gather') ? [] : ALL_TSO),
  },
  {
    id: 'tso-needs-ipv4-checksum',
    why: 'each segment needs its checksum',
    remove: (f) =>
      f.has('tx-tcp-segmentation') && !f.has('tx-checksum-ip-generic') && !f.has('tx-checksum-ipv4')
        ? ['tx-tcp-segmentation', 'tx-tcp-ecn-segmentation']
        : [],
  },
  {
    id: 'tso6-needs-ipv6-checksum',
    why: 'each segment needs its checksum',
    remove: (f) => (f.has('tx-checksum-ip-generic') || f.has('tx-checksum-ipv6') ? [] : ['tx-tcp6-segmentation']),
  },
  {
    id: 'mangleid-needs-tso',
    why: 'only IPv4 segmentation makes identifications',
    remove: (f) => (f.has('tx-tcp-segmentation') ? [] : ['tx-tcp-mangleid-segmentation']),
  },
  {
    id: 'ecn-needs-tso',
    why: 'CWR placement is a variant of segmentation, not one of its own',
    remove: (f) =>
      ALL_TSO.some((name) => name !== 'tx-tcp-ecn-segmentation' && f.has(name)) ? [] : ['tx-tcp-ecn-segmentation'],
  },
  {
    id: 'gso-needs-sg',
    why: 'software segments point into the super-frame',
    remove: (f) => (f.has('tx-scatter-gather') ? [] : ['tx-generic-segmentation']),
  },
  {
    id: 'partial-features-need-gso-partial',
    why: 'the device does them only on prepared headers',
    remove: (f, { gsoPartialFeatures }) => (f.has('tx-gso-partial') ? [] : [...gsoPartialFeatures]),
  },
  {
    id: 'gro-hw-needs-rx-checksum',
    why: 'merging implies that the checksum was verified',
    remove: (f) => (f.has('rx-checksum') ? [] : ['rx-gro-hw']),
  },
  {
    id: 'no-aggregation-with-fcs',
    why: 'an aggregate has no frame check sequence',
    remove: (f) => (f.has('rx-fcs') ? ['rx-lro', 'rx-gro-hw'] : []),
  },
  {
    id: 'gro-hw-excludes-lro',
    why: 'a frame would be merged twice',
    remove: (f) => (f.has('rx-gro-hw') ? ['rx-lro'] : []),
  },
  {
    id: 'tls-tx-needs-checksum',
    why: 'a record is sent with the checksum of its cipher text',
    remove: (f) =>
      f.has('tx-checksum-ip-generic') || (f.has('tx-checksum-ipv4') && f.has('tx-checksum-ipv6'))
        ? []
        : ['tls-hw-tx-offload'],
  },
  {
    id: 'tls-rx-needs-rx-checksum',
    why: 'a record is decrypted from verified segments only',
    remove: (f) => (f.has('rx-checksum') ? [] : ['tls-hw-rx-offload']),
  },
  {
    id: 'uso-needs-checksum',
    why: 'each datagram needs its checksum',
    remove: (f) =>
      f.has('tx-checksum-ip-generic') || (f.has('tx-checksum-ipv4') && f.has('tx-checksum-ipv6'))
        ? []
        : ['tx-udp-segmentation'],
  },
];

/** The largest subset of `features` that breaks no rule. */
export function fixFeatures(features: FeatureSet, context: FeatureContext, rules: readonly FeatureRule[]): FeatureSet {
  const fixed = new Set(features);
  for (const rule of rules) for (const name of rule.remove(fixed, context)) fixed.delete(name);
  return fixed;
}

export function sameFeatures(a: FeatureSet, b: FeatureSet): boolean {
  if (a.size !== b.size) return false;
  for (const name of a) if (!b.has(name)) return false;
  return true;
}

/** What a net device over others leaves to them: COMMON_FEATURES of br_device.c, BOND_VLAN_FEATURES of bond_main.c. */
export const UPPER_FEATURES: readonly string[] = [
  'tx-checksum-ip-generic',
  'tx-scatter-gather',
  'tx-tcp-segmentation',
  'tx-tcp6-segmentation',
  'tx-tcp-ecn-segmentation',
  'tx-tcp-mangleid-segmentation',
  'tx-udp-segmentation',
  'tx-vlan-hw-insert',
  'tx-vlan-stag-hw-insert',
];
