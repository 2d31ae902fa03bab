import { CONFORMING_JOINS, type JoinParts } from './rejoins.js';
import { CONFORMING_PEER_NOTICES, type PeerNoticeParts } from './peerNotices.js';
import { CONFORMING_NETLINK, type NetlinkParts } from '../netlink/server.js';
import type { VlanTag } from '../../harness/contract/index.js';
import type { Values } from '../netlink/schema.js';
import { CONFORMING_BOND, type BondParts } from './bond/bondParts.js';
import { CONFORMING_BRIDGE, type BridgeParts } from './bridge/bridgeParts.js';
import { CONFORMING_MST, type MstParts } from './bridge/mstParts.js';
import { CONFORMING_VLAN_TUNNELS, type VlanTunnelParts } from './bridge/vlanTunnelParts.js';
import { CONFORMING_VLAN_OPTIONS, type VlanOptionParts } from './bridge/vlanOptionParts.js';
import { CONFORMING_MULTICAST, type MulticastParts } from './bridge/multicast/multicastParts.js';
import { CONFORMING_TC, type TcParts } from './tc/tcParts.js';
import { CONFORMING_DIAGNOSIS, type DiagnosisParts } from './diagnosis/diagnosisParts.js';
import { CONFORMING_DEVLINK, type DevlinkParts } from './devlink/devlinkParts.js';
import { CONFORMING_ETHTOOL, type EthtoolParts } from './ethtool/ethtoolParts.js';
import { FEATURE_RULES, SOFT_FEATURES, type FeatureRule, type FeatureSet } from './features.js';
import { CONFORMING_NETFILTER_CONTROL, type NetfilterControlParts } from './netfilter/control/parts.js';
import type { NetDevice } from './netDevice.js';
import { CONFORMING_NETFILTER_PATH, type NetfilterPathParts } from './netfilter/path/pathParts.js';
import { CONFORMING_CONTROL, type ControlParts } from './rtnetlink/controlParts.js';
import { CONFORMING_ROUTING, type RoutingParts } from './routing/routingParts.js';
import { CONFORMING_SRIOV, type SriovParts } from './sriov/sriovParts.js';
import { CONFORMING_ROUTING6, type Routing6Parts } from './routing6/routing6Parts.js';
import { CONFORMING_SYSCTLS, type SysctlParts } from './sysctls.js';
import { CONFORMING_TEAM, type TeamParts } from './team/teamParts.js';
import { CONFORMING_AUTHENTICATION, type AuthenticationParts } from './bridge/authentication/authenticationParts.js';
import { CONFORMING_PROXY, type ProxyParts } from './bridge/proxy/proxyParts.js';

const VID_MASK = 0xfff;

/** Rules of the reference kernel that a seeded defect may replace, one at a time. */
export interface KernelParts {
  /** netdev_fix_features(). */
  readonly featureRules: readonly FeatureRule[];
  /** Whether what the user asked for is kept while a dependency is missing, and comes back with it (wanted_features). */
  readonly remembersWanted: boolean;
  /** Whether a request that was refused, or that changes nothing, is announced all the same. */
  readonly announcesAnyway: (subject: AnnouncedSubject, why: 'refused' | 'unchanged') => boolean;
  /** Whether setting a net device up or down is announced. */
  readonly announcesUpAndDown: boolean;
  /** How many references to promiscuous mode a release takes back. */
  readonly promiscuityAfterRelease: (count: number) => number;
  /** Whether registered VIDs are programmed again when the VLAN filter is switched on. */
  readonly refillsVlanFilter: boolean;
  /** vlan_find_dev(): whether a VLAN device stands in the way of another one. */
  readonly vlanIsTaken: (one: { tpid: number; vid: number }, other: { tpid: number; vid: number }) => boolean;
  /** gso_features_check(): whether a super-frame beyond the device's limits is segmented in software. */
  readonly honoursGsoLimits: boolean;
  /** gso_features_check(): whether mangleid is withheld from a frame that may be fragmented (DF clear). */
  readonly withholdsMangleIdWithoutDf: boolean;
  /** net_gso_ok(): whether a device without ECN segmentation is spared super-frames with CWR. */
  readonly honoursEcnSegmentation: boolean;
  /** skb_csum_hwoffload_help(): whether a legacy device is spared IPv6 frames with extension headers. */
  readonly sparesExtensionHeaders: boolean;
  /** netif_skb_features(): whether offloads for a tagged frame are limited to vlan_features. */
  readonly limitsToVlanFeatures: boolean;
  /** carrier_changes: how many changes one event counts for. */
  readonly carrierChangesPerEvent: number;
  /** Whether an event counts as one more carrier that came (carrier_up_count), by whether it did. */
  readonly countsAsUp: (up: boolean) => boolean;
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
  /** packet_snd(): whether sending through a net device that is down is refused. */
  readonly refusesSendWhenDown: boolean;
  /** Whether who sends is told that the queue was full. */
  readonly tellsFullQueue: boolean;
  /** TCA_STATS_QUEUE: drops of a queue discipline, as they are told. */
  readonly toldQueueDrops: (drops: number) => number;
  /** dev_get_flags(): whether IFF_RUNNING follows the operational state. */
  readonly runningFollowsState: boolean;
  /** __ethtool_get_link(): whether a net device that is down has no link. */
  readonly ethtoolLinkNeedsUp: boolean;
  /** What the netdev family lists of the queues that there are. */
  readonly listedQueues: (real: number, most: number) => number;
  /** Whether a net device that is down has no queues for the netdev family. */
  readonly hidesQueuesOfDown: boolean;
  /** What the user can change, after a change. */
  readonly hwFeaturesAfter: (hwFeatures: FeatureSet, active: FeatureSet) => FeatureSet;
  /** Whether what the user cannot change stays out of what the user wants. */
  readonly protectsFixedFeatures: boolean;
  readonly softFeatures: readonly string[];
  /** eth_type_trans(): the address that makes a frame the host's own. */
  readonly ownAddress: (netDevice: NetDevice) => string;
  /** IFLA_PERM_ADDRESS. */
  readonly permanentAddress: (netDevice: NetDevice) => string;
  /** vlan_do_receive(): whether a tag belongs to a VLAN device. */
  readonly belongsToVlan: (own: VlanTag, tag: VlanTag) => boolean;
  /** fec.c: whether one mode at least has to be left. */
  readonly requiresFecMode: boolean;
  /** ethnl_parse_header_dev_get(): whether index and name have to agree. */
  readonly comparesIndexAndName: boolean;
  /** Whether ETHTOOL_FLAG_OMIT_REPLY is honoured. */
  readonly omitsReply: boolean;
  /** ethnl_parse_bitset(): whether a bit without a place in the set is refused. */
  readonly refusesUnknownBits: boolean;
  /** What replies and announcements of the ethtool family start with. */
  readonly replyHeader: (header: Values) => Values;
  /** What the reply to a change of features says of the features that are not as asked. */
  readonly unmetFeatures: (unmet: readonly string[]) => readonly string[];
  /** Names of the bits of a compact reply. */
  readonly compactNames: (names: readonly string[]) => readonly string[];
  /** skb_checksum_help(): where the sum of the software ends. */
  readonly softwareChecksumEnd: (bytes: Uint8Array, start: number) => number;
  /** copy_rtnl_link_stats(): a counter of 64 bits in 32. */
  readonly narrowCounter: (value: number) => number;
  /** RTM_SETLINK members that are taken and forgotten. */
  readonly forgets: ReadonlySet<string>;
  readonly netlink: NetlinkParts;
  readonly bridge: BridgeParts;
  readonly bond: BondParts;
  readonly multicast: MulticastParts;
  readonly routing: RoutingParts;
  readonly tc: TcParts;
  readonly sriov: SriovParts;
  readonly routing6: Routing6Parts;
  readonly team: TeamParts;
  readonly control: ControlParts;
  readonly devlink: DevlinkParts;
  readonly ethtool: EthtoolParts;
  readonly sysctls: SysctlParts;
  readonly mst: MstParts;
  readonly vlanOptions: VlanOptionParts;
  readonly vlanTunnels: VlanTunnelParts;
  readonly proxy: ProxyParts;
  readonly authentication: AuthenticationParts;
  readonly peerNotices: PeerNoticeParts;
  readonly joins: JoinParts;
  readonly diagnosis: DiagnosisParts;
  readonly netfilterPath: NetfilterPathParts;
  readonly netfilter: NetfilterControlParts;
}

export type AnnouncedSubject = 'features' | 'rings' | 'channels' | 'coalesce' | 'link';

export const CONFORMING_KERNEL: KernelParts = {
  featureRules: FEATURE_RULES,
  remembersWanted: true,
  announcesAnyway: () => false,
  announcesUpAndDown: true,
  promiscuityAfterRelease: (count) => count - 1,
  refillsVlanFilter: true,
  vlanIsTaken: (one, other) => one.vid === other.vid && one.tpid === other.tpid,
  honoursGsoLimits: true,
  withholdsMangleIdWithoutDf: true,
  honoursEcnSegmentation: true,
  sparesExtensionHeaders: true,
  limitsToVlanFeatures: true,
  carrierChangesPerEvent: 1,
  countsAsUp: (up) => up,
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
  refusesSendWhenDown: true,
  tellsFullQueue: true,
  toldQueueDrops: (drops) => drops,
  runningFollowsState: true,
  ethtoolLinkNeedsUp: true,
  listedQueues: (real) => real,
  hidesQueuesOfDown: true,
  hwFeaturesAfter: (hwFeatures) => hwFeatures,
  protectsFixedFeatures: true,
  softFeatures: SOFT_FEATURES,
  ownAddress: ({ address }) => address,
  permanentAddress: ({ permanentAddress }) => permanentAddress,
  belongsToVlan: (own, tag) => own.tpid === tag.tpid && (own.tci & VID_MASK) === (tag.tci & VID_MASK),
  requiresFecMode: true,
  comparesIndexAndName: true,
  omitsReply: true,
  refusesUnknownBits: true,
  replyHeader: (header) => header,
  unmetFeatures: (unmet) => unmet,
  compactNames: (names) => names,
  softwareChecksumEnd: (bytes) => bytes.length,
  narrowCounter: (value) => value % 0x1_0000_0000,
  forgets: new Set(),
  netlink: CONFORMING_NETLINK,
  bridge: CONFORMING_BRIDGE,
  bond: CONFORMING_BOND,
  multicast: CONFORMING_MULTICAST,
  routing: CONFORMING_ROUTING,
  tc: CONFORMING_TC,
  sriov: CONFORMING_SRIOV,
  routing6: CONFORMING_ROUTING6,
  team: CONFORMING_TEAM,
  control: CONFORMING_CONTROL,
  devlink: CONFORMING_DEVLINK,
  ethtool: CONFORMING_ETHTOOL,
  sysctls: CONFORMING_SYSCTLS,
  mst: CONFORMING_MST,
  vlanOptions: CONFORMING_VLAN_OPTIONS,
  vlanTunnels: CONFORMING_VLAN_TUNNELS,
  proxy: CONFORMING_PROXY,
  authentication: CONFORMING_AUTHENTICATION,
  peerNotices: CONFORMING_PEER_NOTICES,
  joins: CONFORMING_JOINS,
  diagnosis: CONFORMING_DIAGNOSIS,
  netfilterPath: CONFORMING_NETFILTER_PATH,
  netfilter: CONFORMING_NETFILTER_CONTROL,
};
