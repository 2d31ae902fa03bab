import { CONFORMING_NETLINK, type NetlinkParts } from '../netlink/server.js';
import { FEATURE_RULES, type FeatureRule } from './features.js';

/** Rules of the reference kernel that a seeded defect may replace, one at a time. */
export interface KernelParts {
  /** netdev_fix_features(). */
  readonly featureRules: readonly FeatureRule[];
  /** Whether what the user asked for is kept while a dependency is missing, and comes back with it (wanted_features). */
  readonly remembersWanted: boolean;
  /** Whether a refused change is announced all the same. */
  readonly announcesRefused: boolean;
  /** Whether a change that changes nothing is announced all the same. */
  readonly announcesUnchanged: boolean;
  /** How many references to promiscuous mode a release takes back. */
  readonly promiscuityAfterRelease: (count: number) => number;
  /** Whether registered VIDs are programmed again when the VLAN filter is switched on. */
  readonly refillsVlanFilter: boolean;
  /** gso_features_check(): whether a super-frame beyond the device's limits is segmented in software. */
  readonly honoursGsoLimits: boolean;
  /** gso_features_check(): whether mangleid is withheld from a frame that may be fragmented (DF clear). */
  readonly withholdsMangleIdWithoutDf: boolean;
  /** skb_csum_hwoffload_help(): whether a legacy device is spared IPv6 frames with extension headers. */
  readonly sparesExtensionHeaders: boolean;
  /** netif_skb_features(): whether offloads for a tagged frame are limited to vlan_features. */
  readonly limitsToVlanFeatures: boolean;
  /** carrier_changes: how many changes one event counts for. */
  readonly carrierChangesPerEvent: number;
  /** rfc2863_policy(): whether a link in dormant mode waits for the user. */
  readonly respectsDormantMode: boolean;
  /** dev_set_mtu(): whether the bounds of the device are enforced. */
  readonly enforcesMtuBounds: boolean;
  /** eth_validate_addr(): whether zero and multicast addresses are refused. */
  readonly validatesAddress: boolean;
  /** coalesce.c: whether a parameter that the driver does not have is refused. */
  readonly refusesUnknownCoalesce: boolean;
  /** rings.c: whether an option that the driver does not have is refused. */
  readonly refusesUnknownRingOptions: boolean;
  readonly checksRingMaximum: boolean;
  readonly checksChannelMaximum: boolean;
  /** channels.c: whether the last channel of a direction is kept. */
  readonly keepsOneChannel: boolean;
  /** ethtool_check_max_channel(): whether queues that a table or rule of the user's names are kept. */
  readonly protectsQueuesInUse: boolean;
  /** rss.c: whether size and queues of a table are checked before the driver gets it. */
  readonly checksRssTable: boolean;
  /** rss.c, ioctl.c: whether a symmetric transform needs symmetric fields. */
  readonly checksRssSymmetry: boolean;
  /** __net_timestamp(), of a received frame. */
  readonly softwareTimestamp: (now: bigint) => bigint;
  readonly netlink: NetlinkParts;
}

export const CONFORMING_KERNEL: KernelParts = {
  featureRules: FEATURE_RULES,
  remembersWanted: true,
  announcesRefused: false,
  announcesUnchanged: false,
  promiscuityAfterRelease: (count) => count - 1,
  refillsVlanFilter: true,
  honoursGsoLimits: true,
  withholdsMangleIdWithoutDf: true,
  sparesExtensionHeaders: true,
  limitsToVlanFeatures: true,
  carrierChangesPerEvent: 1,
  respectsDormantMode: true,
  enforcesMtuBounds: true,
  validatesAddress: true,
  refusesUnknownCoalesce: true,
  refusesUnknownRingOptions: true,
  checksRingMaximum: true,
  checksChannelMaximum: true,
  keepsOneChannel: true,
  protectsQueuesInUse: true,
  checksRssTable: true,
  checksRssSymmetry: true,
  softwareTimestamp: (now) => now,
  netlink: CONFORMING_NETLINK,
};
