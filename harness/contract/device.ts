/**
 * A Device: what a driver with its hardware offers to a kernel, shaped like Linux's driver interfaces. The reference kernel
 * drives it; a vendor's model implements it. Operations of a group that a device lacks are left out, as in Linux.
 *
 * Time: a device never reads a clock. The kernel tells it the time with `advance`, and `advance` answers when the device wants
 * to be called next; so a run on a model repeats itself byte for byte.
 */
import type {
  Awaitable,
  CapabilityAnswers,
  Errno,
  MacAddress,
  Nanoseconds,
  PortName,
  QueueIndex,
  Vid,
  VlanTag,
} from './values.js';
import type { EthtoolDeviceOps } from './ethtoolOps.js';
import type { FlowOffloadOps } from './flowOffload.js';
import type { SriovOps } from './sriov.js';
import type { DevlinkHost, DevlinkOps } from './devlink.js';
import type { FdbKey, SwitchdevOps } from './switchdev.js';
import type { RouterOps } from './router.js';
import type { LinkPartner, RxChecksum, RxHash, TargetIdentity, WireFrame } from './target.js';

export interface Device {
  describe(): Awaitable<DeviceDescription>;
  /** Called once, before anything else but `describe`. */
  attach(host: DriverHost): Awaitable<void>;
  /**
   * Power-on state: defaults everywhere, the link as the cable is, counters at zero.
   * @requirement NIC-FEAT-*
   */
  reset(): Awaitable<void>;
  close(): Awaitable<void>;
  /** It is `now`: run every timer due at or before it; answer when the next one is due, or null. */
  advance(now: Nanoseconds): Awaitable<Nanoseconds | null>;
  /** The cable's side of the device: in hardware this is physics, in a model the harness holds it. */
  readonly cable: CableOps;
  /** ndo_*: what every net device driver has. */
  readonly netDevice: NetDeviceOps;
  /** ethtool_ops. */
  readonly ethtool: EthtoolOps;
  /** A switch, whose ports forward among themselves. */
  readonly switchdev?: SwitchdevOps;
  /** A switch whose ports route among themselves. */
  readonly router?: RouterOps;
  /** ndo_setup_tc: filters that the hardware takes over. */
  readonly flowOffload?: FlowOffloadOps;
  /** Virtual functions. */
  readonly sriov?: SriovOps;
  /** The device as a whole, as devlink shows it. */
  readonly devlink?: DevlinkOps;
}

export interface DeviceDescription {
  readonly identity: TargetIdentity['device'];
  readonly ports: readonly DevicePort[];
  readonly capabilities: CapabilityAnswers;
}

export interface DevicePort {
  readonly port: PortName;
  readonly address: MacAddress;
  readonly minMtu: number;
  /** @requirement NIC-MTU-* */
  readonly maxMtu: number;
  /**
   * net_device.hw_features: what the user can change, by the names of ETH_SS_FEATURES.
   * @requirement NIC-FEAT-*
   */
  readonly hwFeatures: readonly string[];
  /** net_device.features at registration: what is on. What is here and not in hwFeatures is fixed on. */
  readonly features: readonly string[];
  /** net_device.vlan_features. */
  readonly vlanFeatures: readonly string[];
  /** net_device.hw_enc_features: what works on the inner headers of a tunnel. */
  readonly encapFeatures: readonly string[];
  /** net_device.gso_partial_features: GSO kinds that work only with NETIF_F_GSO_PARTIAL. */
  readonly gsoPartialFeatures: readonly string[];
  readonly gsoMaxSize: number;
  readonly gsoMaxSegs: number;
  /** Fragments that one transmit descriptor takes; the kernel linearises beyond. */
  readonly maxFragments: number;
  readonly rxQueues: number;
  readonly txQueues: number;
  /** IFF_UNICAST_FLT: the device filters more than one unicast address. */
  readonly unicastFilter: boolean;
  /**
   * ndo_get_port_parent_id: the same for all ports of one switch, and different for two switches.
   * @requirement SW-BASE-*, REP-ID-*
   */
  readonly switchId?: Uint8Array;
  /**
   * ndo_get_phys_port_name: `p1`, or `p1s0` for a split port, `pf0vf1` for a representor.
   * @requirement DL-SPLIT-*, REP-ID-*
   */
  readonly physPortName?: string;
  /** SET_NETDEV_DEV: the device on its bus, `pci` and `0000:01:00.0`. */
  readonly parentDevice?: ParentDevice;
  /** SET_NETDEV_DEVLINK_PORT: the port of devlink that this is the net device of. Its attributes give switchId and physPortName. */
  readonly devlinkPort?: number;
}

/** IFLA_PARENT_DEV_BUS_NAME and IFLA_PARENT_DEV_NAME. */
export interface ParentDevice {
  readonly bus: string;
  readonly name: string;
}

/** What the kernel offers to the driver. Every call but `unregisterPort` returns at once. */
export interface DriverHost {
  /**
   * register_netdev: one port more, such as a part of a split port or a virtual function. It has no net device before.
   * @requirement DL-SPLIT-*, REP-MODE-*
   */
  registerPort(port: DevicePort): void;
  /** unregister_netdev: the net device leaves what it belongs to, goes down and away; done when the promise is. */
  unregisterPort(port: PortName): Promise<void>;
  /** napi_gro_receive: frames of one poll of one queue, in order. */
  receive(port: PortName, frames: readonly RxFrame[]): void;
  /** The frame is on the cable. */
  transmitToCable(port: PortName, frame: WireFrame): void;
  /**
   * netif_carrier_on, netif_carrier_off.
   * @requirement NIC-LINK-*
   */
  carrier(port: PortName, up: boolean): void;
  /** The descriptor was taken from host memory; its buffer is the kernel's again. */
  transmitCompleted(port: PortName, queue: QueueIndex, completion: TxCompletion): void;
  /**
   * netif_tx_stop_queue (true), netif_tx_wake_queue (false).
   * @requirement NIC-RNG-*
   */
  queueStopped(port: PortName, queue: QueueIndex, stopped: boolean): void;
  /**
   * pm_wakeup_event(): the device saw what it was armed to wake the host for.
   * @requirement ETH-WOL-*
   */
  wakeup(port: PortName): void;
  /**
   * SWITCHDEV_FDB_ADD_TO_BRIDGE: the hardware learned an address, or saw it again after a while.
   * @requirement SW-FDB-*
   */
  fdbLearned(port: PortName, entry: FdbKey): void;
  /** SWITCHDEV_FDB_DEL_TO_BRIDGE: the hardware forgot what it had learned. */
  fdbForgotten(port: PortName, entry: FdbKey): void;
  /** What the core of devlink does for the driver. */
  readonly devlink: DevlinkHost;
}

export interface TxCompletion {
  /** Transmit timestamp of the device's PTP clock, where it was asked for. */
  readonly timestampId?: number;
  readonly hardware?: Nanoseconds;
}

/**
 * A frame that the kernel gives to a driver, with what the device has to do to it.
 * @requirement NIC-CSUM-*, NIC-VLAN-*, NIC-TS-*
 */
export interface TxFrame {
  readonly bytes: Uint8Array;
  readonly fragments?: readonly number[];
  readonly checksum: TxChecksum;
  readonly gso?: TxGso;
  /** Tag to insert after the addresses. */
  readonly vlan?: VlanTag;
  readonly timestampId?: number;
}

/**
 * skb->ip_summed on transmit. Offsets count from the first frame byte; `offset` is relative to `start`.
 * @requirement NIC-CSUM-*
 */
export type TxChecksum =
  | { readonly kind: 'none' }
  /** CHECKSUM_PARTIAL: the ones-complement sum from start to the end of the frame, complemented, at start + offset. */
  | { readonly kind: 'partial'; readonly start: number; readonly offset: number }
  /** CHECKSUM_PARTIAL with csum_not_inet: SCTP's CRC32c. */
  | { readonly kind: 'crc32c'; readonly start: number; readonly offset: number };

/**
 * skb_shinfo gso fields.
 * @requirement NIC-TSO-*, NIC-USO-*
 */
export interface TxGso {
  readonly type: 'tcp4' | 'tcp6' | 'udp-l4';
  /** Payload bytes of every segment but the last. */
  readonly size: number;
  readonly segments: number;
  /** SKB_GSO_TCP_ECN: CWR is set, and belongs on the first segment only. */
  readonly ecn: boolean;
  /** SKB_GSO_TCP_FIXEDID: every segment has the same IPv4 identification. */
  readonly fixedId: boolean;
  /** The mangleid feature is on and allowed for this frame: the device may choose how the identification goes on. */
  readonly mangleId: boolean;
  /** Where the (inner) network and transport headers and the payload start. */
  readonly networkOffset: number;
  readonly transportOffset: number;
  readonly headerLength: number;
  readonly tunnel?: TxTunnel;
}

/** @requirement NIC-TSO-* */
export interface TxTunnel {
  readonly kind: 'udp' | 'gre' | 'ipip';
  readonly outerNetworkOffset: number;
  readonly outerTransportOffset: number;
  /** SKB_GSO_UDP_TUNNEL_CSUM, SKB_GSO_GRE_CSUM: the outer checksum is in use and must be right in each segment. */
  readonly checksum: boolean;
  /**
   * SKB_GSO_PARTIAL: outer lengths and checksums are already those of one full segment; the device copies them and only makes
   * the inner headers and, if the outer DF is clear, the outermost IPv4 identification. The kernel sends a whole multiple of `size`.
   */
  readonly partial: boolean;
}

/** A frame that a driver gives to the kernel. */
export interface RxFrame {
  readonly bytes: Uint8Array;
  readonly queue: QueueIndex;
  /** @requirement NIC-CSUM-* */
  readonly checksum: RxChecksum;
  readonly hash?: RxHash;
  readonly vlan?: VlanTag;
  /**
   * Hardware GRO or LRO: this is an aggregate. LRO's is not reversible.
   * @requirement NIC-GRO-*
   */
  readonly aggregate?: { readonly kind: 'gro' | 'lro'; readonly gsoSize: number; readonly segments: number };
  /** @requirement NIC-HDS-* */
  readonly headerLength?: number;
  readonly hardwareTimestamp?: Nanoseconds;
  /**
   * skb->offload_fwd_mark: the hardware has forwarded the frame among its own ports.
   * @requirement SW-BR-*, SW-UNI-*
   */
  readonly offloadForwardMark?: boolean;
}

/** A refusal is an errno and, where the driver has one, NL_SET_ERR_MSG's text. */
export type DriverResult<Value = void> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly errno: Errno; readonly message?: string };

export interface CableOps {
  /** A frame arrives on the cable. */
  receive(port: PortName, frame: WireFrame): Awaitable<void>;
  setCarrier(port: PortName, up: boolean): Awaitable<void>;
  setPartner(port: PortName, partner: LinkPartner): Awaitable<void>;
}

export interface NetDeviceOps {
  /**
   * ndo_open, ndo_stop.
   * @requirement NIC-LINK-*, NIC-MEM-*
   */
  open(port: PortName): Awaitable<DriverResult>;
  stop(port: PortName): Awaitable<DriverResult>;
  /** ndo_start_xmit. `busy` keeps the frame with the kernel, which stops the queue. */
  transmit(port: PortName, queue: QueueIndex, frame: TxFrame): Awaitable<'ok' | 'busy'>;
  /** The host takes frames off the receive rings (napi poll), or has stopped doing so. */
  setPolling(port: PortName, polling: boolean): Awaitable<void>;
  /**
   * ndo_features_check: the features, of those offered, that the device can do for this very frame.
   * @requirement NIC-FEAT-*, NIC-TSO-*
   */
  featuresCheck?(port: PortName, frame: TxFrame, features: readonly string[]): Awaitable<readonly string[]>;
  /**
   * ndo_fix_features: stateless, only ever removes.
   * @requirement NIC-FEAT-*
   */
  fixFeatures?(port: PortName, features: readonly string[]): Awaitable<readonly string[]>;
  /**
   * ndo_set_features: put the whole set in force. On a refusal the kernel asks `features` what is really on.
   * @requirement NIC-FEAT-*
   */
  setFeatures(port: PortName, features: readonly string[]): Awaitable<DriverResult>;
  features(port: PortName): Awaitable<readonly string[]>;
  /** @requirement NIC-MAC-* */
  setMacAddress(port: PortName, address: MacAddress): Awaitable<DriverResult>;
  /** ndo_set_rx_mode: the whole receive filter, every time it changes. */
  setRxMode(port: PortName, mode: RxMode): Awaitable<void>;
  /** @requirement NIC-MTU-* */
  changeMtu(port: PortName, mtu: number): Awaitable<DriverResult>;
  /**
   * ndo_vlan_rx_add_vid, ndo_vlan_rx_kill_vid.
   * @requirement NIC-VLAN-*
   */
  addVid?(port: PortName, tpid: number, vid: Vid): Awaitable<DriverResult>;
  killVid?(port: PortName, tpid: number, vid: Vid): Awaitable<DriverResult>;
  /** ndo_get_stats64. */
  statistics(port: PortName): Awaitable<LinkStatistics>;
  /** netdev_stat_ops: per queue, in queue order. */
  queueStatistics?(port: PortName): Awaitable<QueueStatistics>;
}

/** @requirement NIC-MAC-* */
export interface RxMode {
  readonly promiscuous: boolean;
  readonly allMulticast: boolean;
  /** Secondary unicast addresses; the device's own is not among them. */
  readonly unicast: readonly MacAddress[];
  readonly multicast: readonly MacAddress[];
}

/**
 * The fields of `struct rtnl_link_stats64` that a driver fills in; the kernel adds its own. Names are the uAPI's, in camel case.
 * @requirement NIC-STAT-*, SW-STAT-*
 */
export interface LinkStatistics {
  readonly rxPackets: number;
  readonly txPackets: number;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxErrors: number;
  readonly txErrors: number;
  readonly rxDropped: number;
  readonly txDropped: number;
  readonly multicast: number;
  readonly collisions: number;
  readonly rxLengthErrors: number;
  readonly rxOverErrors: number;
  readonly rxCrcErrors: number;
  readonly rxFrameErrors: number;
  readonly rxFifoErrors: number;
  readonly rxMissedErrors: number;
  readonly txAbortedErrors: number;
  readonly txCarrierErrors: number;
  readonly txFifoErrors: number;
  readonly txHeartbeatErrors: number;
  readonly txWindowErrors: number;
}

/**
 * Documentation/netlink/specs/netdev.yaml, qstats. A counter that the device does not keep is absent, never zero.
 * @requirement NIC-STAT-*
 */
export interface QueueStatistics {
  readonly rx: readonly RxQueueStatistics[];
  readonly tx: readonly TxQueueStatistics[];
  /** Sums of queues that are not in use any more: netdev_stat_ops.get_base_stats. */
  readonly base?: { readonly rx: RxQueueStatistics; readonly tx: TxQueueStatistics };
}

export interface RxQueueStatistics {
  readonly packets: number;
  readonly bytes: number;
  readonly allocFail?: number;
  readonly hwDrops?: number;
  readonly csumComplete?: number;
  readonly csumUnnecessary?: number;
  readonly csumNone?: number;
  readonly csumBad?: number;
  readonly hwGroPackets?: number;
  readonly hwGroBytes?: number;
  readonly hwGroWirePackets?: number;
  readonly hwGroWireBytes?: number;
}

export interface TxQueueStatistics {
  readonly packets: number;
  readonly bytes: number;
  readonly csumNone?: number;
  readonly needsCsum?: number;
  readonly hwGsoPackets?: number;
  readonly hwGsoBytes?: number;
  readonly hwGsoWirePackets?: number;
  readonly hwGsoWireBytes?: number;
  readonly stop?: number;
  readonly wake?: number;
}

/**
 * ethtool_ops: each operation is optional, a device that lacks one answers EOPNOTSUPP. Sizes and times in ethtool's units.
 * @requirement NIC-NL-*
 */
export interface EthtoolOps extends EthtoolDeviceOps {
  readonly getRings?: (port: PortName) => Awaitable<Rings>;
  readonly setRings?: (port: PortName, rings: RingSettings) => Awaitable<DriverResult>;
  readonly getChannels?: (port: PortName) => Awaitable<Channels>;
  readonly setChannels?: (port: PortName, channels: ChannelCounts) => Awaitable<DriverResult>;
  /** supported_coalesce_params: the parameters, of Coalesce, that the device has. */
  readonly supportedCoalesce?: readonly (keyof Coalesce)[];
  readonly getCoalesce?: (port: PortName) => Awaitable<Coalesce>;
  readonly setCoalesce?: (port: PortName, coalesce: Coalesce) => Awaitable<DriverResult>;
  readonly getPause?: (port: PortName) => Awaitable<Pause>;
  readonly setPause?: (port: PortName, pause: PauseSettings) => Awaitable<DriverResult>;
  readonly getRss?: (port: PortName, context: number) => Awaitable<DriverResult<Rss>>;
  readonly setRss?: (port: PortName, context: number, change: RssChange) => Awaitable<DriverResult>;
  /** Contexts beside the main one (0), numbered by the kernel. */
  readonly createRssContext?: (port: PortName, context: number, change: RssChange) => Awaitable<DriverResult>;
  readonly removeRssContext?: (port: PortName, context: number) => Awaitable<DriverResult>;
  /** Which fields of which flow type are hashed: ETHTOOL_GRXFH, ETHTOOL_SRXFH. */
  readonly getRxHashFields?: (port: PortName, flow: FlowType) => Awaitable<readonly HashField[]>;
  readonly setRxHashFields?: (port: PortName, flow: FlowType, fields: readonly HashField[]) => Awaitable<DriverResult>;
  /** n-tuple filters: ETHTOOL_SRXCLSRLINS and its kin. */
  readonly flowRules?: FlowRuleOps;
  readonly getLink?: (port: PortName) => Awaitable<LinkSettings>;
  readonly setLink?: (port: PortName, settings: LinkRequest) => Awaitable<DriverResult>;
  readonly getTimestamping?: (port: PortName) => Awaitable<TimestampingInfo>;
  readonly getHwTimestamp?: (port: PortName) => Awaitable<HwTimestampConfig>;
  readonly setHwTimestamp?: (port: PortName, config: HwTimestampConfig) => Awaitable<DriverResult<HwTimestampConfig>>;
  readonly getFec?: (port: PortName) => Awaitable<Fec>;
  readonly setFec?: (port: PortName, modes: readonly FecMode[]) => Awaitable<DriverResult>;
  readonly standardStatistics?: (port: PortName) => Awaitable<StandardStatistics>;
  /** ETH_SS_STATS: private counters by name, in a constant order. */
  readonly privateStatistics?: (port: PortName) => Awaitable<readonly (readonly [name: string, value: number])[]>;
}

/** @requirement NIC-RNG-* */
export interface RingSettings {
  readonly rx: number;
  readonly tx: number;
  /** ETHTOOL_TCP_DATA_SPLIT_UNKNOWN (0), _DISABLED (1), _ENABLED (2). */
  readonly tcpDataSplit: 0 | 1 | 2;
  readonly hdsThresh: number;
  readonly rxMini?: number;
  readonly rxJumbo?: number;
  readonly rxBufLen?: number;
  readonly cqeSize?: number;
  readonly txPush?: boolean;
  readonly rxPush?: boolean;
  readonly txPushBufLen?: number;
}

export interface Rings extends RingSettings {
  readonly rxMax: number;
  readonly txMax: number;
  readonly hdsThreshMax: number;
  readonly rxMiniMax?: number;
  readonly rxJumboMax?: number;
  readonly txPushBufLenMax?: number;
  /** ETHTOOL_RING_USE_*: which optional members the driver takes. */
  readonly supports: readonly RingOption[];
}

export type RingOption =
  'rx-buf-len' | 'tcp-data-split' | 'cqe-size' | 'tx-push' | 'rx-push' | 'tx-push-buf-len' | 'hds-thresh';

/** @requirement NIC-CHN-* */
export interface ChannelCounts {
  readonly rx: number;
  readonly tx: number;
  readonly other: number;
  readonly combined: number;
}

export interface Channels extends ChannelCounts {
  readonly max: ChannelCounts;
}

/**
 * `struct ethtool_coalesce`, the members that devices have. Microseconds and frames.
 * @requirement NIC-COA-*
 */
export interface Coalesce {
  readonly rxUsecs: number;
  readonly rxMaxFrames: number;
  readonly txUsecs: number;
  readonly txMaxFrames: number;
  readonly useAdaptiveRx: boolean;
  readonly useAdaptiveTx: boolean;
  readonly statsBlockUsecs: number;
  readonly useCqeModeRx: boolean;
  readonly useCqeModeTx: boolean;
  readonly rxUsecsIrq?: number;
  readonly rxMaxFramesIrq?: number;
  readonly txUsecsIrq?: number;
  readonly txMaxFramesIrq?: number;
  readonly pktRateLow?: number;
  readonly rxUsecsLow?: number;
  readonly rxMaxFramesLow?: number;
  readonly txUsecsLow?: number;
  readonly txMaxFramesLow?: number;
  readonly pktRateHigh?: number;
  readonly rxUsecsHigh?: number;
  readonly rxMaxFramesHigh?: number;
  readonly txUsecsHigh?: number;
  readonly txMaxFramesHigh?: number;
  readonly rateSampleInterval?: number;
  readonly txAggrMaxBytes?: number;
  readonly txAggrMaxFrames?: number;
  readonly txAggrTimeUsecs?: number;
}

/** @requirement NIC-PAUSE-* */
export interface PauseSettings {
  readonly autoneg: boolean;
  readonly rx: boolean;
  readonly tx: boolean;
}

export interface Pause extends PauseSettings {
  /** What is in force after autonegotiation, as IEEE 802.3 Annex 28B resolves it. */
  readonly resolved: { readonly rx: boolean; readonly tx: boolean };
  readonly statistics?: { readonly txPauseFrames: number; readonly rxPauseFrames: number };
}

/**
 * ETH_RSS_HASH_TOP (1 << 0), XOR (1 << 1), CRC32 (1 << 2); RXH_XFRM_SYM_XOR (1 << 0), SYM_OR_XOR (1 << 1).
 * @requirement NIC-RSS-*, ETH-RSS-*
 */
export interface Rss {
  readonly hashFunction: number;
  readonly inputTransform: number;
  readonly key: Uint8Array;
  readonly indirection: readonly number[];
}

export type RssChange = Partial<Rss>;

/** TCP_V4_FLOW and its kin. */
export type FlowType = 'tcp4' | 'udp4' | 'sctp4' | 'ip4' | 'tcp6' | 'udp6' | 'sctp6' | 'ip6' | 'ether';
/**
 * RXH_*: RXH_IP_SRC, RXH_IP_DST, RXH_L4_B_0_1 (source port), RXH_L4_B_2_3 (destination port), RXH_VLAN, RXH_IP6_FL.
 * @requirement NIC-RSS-*
 */
export type HashField = 'ip-src' | 'ip-dst' | 'l4-src' | 'l4-dst' | 'vlan' | 'ip6-flow-label';

/** @requirement NIC-NTP-* */
export interface FlowRuleOps {
  insert(port: PortName, rule: FlowRule): Awaitable<DriverResult<number>>;
  remove(port: PortName, location: number): Awaitable<DriverResult>;
  list(port: PortName): Awaitable<readonly FlowRule[]>;
  /** How many rules fit. */
  capacity(port: PortName): Awaitable<number>;
}

/**
 * `struct ethtool_rx_flow_spec`, decoded. A bit that is 1 in the mask must match; absent fields are not compared.
 * @requirement NIC-NTP-*
 */
export interface FlowRule {
  /** Place in the table; RX_CLS_LOC_ANY (0xffffffff) lets the driver choose. */
  readonly location: number;
  readonly flow: FlowType;
  readonly match: FlowMatch;
  /** A queue, or `drop` (RX_CLS_FLOW_DISC). With `rssContext`, the queue is added to what the context's table says. */
  readonly action: { readonly queue: number } | 'drop';
  readonly rssContext?: number;
}

export interface FlowMatch {
  readonly sourceAddress?: MaskedBytes;
  readonly destinationAddress?: MaskedBytes;
  readonly sourcePort?: MaskedBytes;
  readonly destinationPort?: MaskedBytes;
  readonly trafficClass?: MaskedBytes;
  /** FLOW_EXT: the VLAN TCI of the outer tag. */
  readonly vlanTci?: MaskedBytes;
  readonly sourceMac?: MaskedBytes;
  readonly destinationMac?: MaskedBytes;
  readonly etherType?: MaskedBytes;
}

/** Network byte order; value and mask have the same length. */
export interface MaskedBytes {
  readonly value: Uint8Array;
  readonly mask: Uint8Array;
}

/** @requirement ETH-LINK-*, NIC-LINK-* */
export interface LinkRequest {
  readonly autoneg: boolean;
  /** PORT_*, the MDIO address and ETH_TP_MDI_* that are asked for: ETHTOOL_MSG_LINKINFO_SET. */
  readonly connector?: number;
  readonly phyAddress?: number;
  readonly mdixControl?: number;
  /** Lanes to use; a device that cannot choose refuses them. */
  readonly lanes?: number;
  /** Mb/s; only with autoneg off. */
  readonly speed?: number;
  readonly duplex?: 'half' | 'full';
  /** ETHTOOL_LINK_MODE_* names to advertise. */
  readonly advertise?: readonly string[];
}

/** @requirement ETH-LINK-*, NIC-LINK-* */
export interface LinkSettings {
  readonly autoneg: boolean;
  /** Mb/s, or null while unknown. */
  readonly speed: number | null;
  readonly duplex: 'half' | 'full' | 'unknown';
  readonly lanes: number;
  /** PORT_TP (0), PORT_FIBRE (3), PORT_DA (5) … */
  readonly connector: number;
  readonly supported: readonly string[];
  readonly advertised: readonly string[];
  readonly partnerAdvertised: readonly string[];
  readonly phyAddress?: number;
  /** XCVR_INTERNAL (0), XCVR_EXTERNAL (1). */
  readonly transceiver?: number;
  /** ETH_TP_MDI_INVALID (0), ETH_TP_MDI (1), ETH_TP_MDI_X (2), and what was asked for. */
  readonly mdix?: number;
  readonly mdixControl?: number;
  /** cap_link_lanes_supported. */
  readonly canChooseLanes?: boolean;
}

/**
 * Bit numbers of SOF_TIMESTAMPING_*, HWTSTAMP_TX_* and HWTSTAMP_FILTER_*.
 * @requirement NIC-TS-*
 */
export interface TimestampingInfo {
  readonly flags: readonly number[];
  readonly txTypes: readonly number[];
  readonly rxFilters: readonly number[];
  readonly phcIndex: number | null;
}

/** @requirement NIC-TS-* */
export interface HwTimestampConfig {
  readonly txType: number;
  readonly rxFilter: number;
}

export type FecMode = 'none' | 'auto' | 'rs' | 'base-r' | 'llrs' | 'off';
/** @requirement NIC-FEC-*, ETH-FEC-* */
export interface Fec {
  readonly configured: readonly FecMode[];
  readonly active: FecMode | null;
  readonly statistics?: {
    readonly corrected: number;
    readonly uncorrectable: number;
    /** By lane, where the device counts so; `corrected` and `uncorrectable` are then their sums. */
    readonly correctedByLane?: readonly number[];
    readonly uncorrectableByLane?: readonly number[];
    readonly correctedBits?: number;
  };
}

/**
 * The IEEE 802.3 and RFC 2819 groups of ETHTOOL_MSG_STATS_GET, by attribute name; what a device does not count is absent.
 * @requirement NIC-STAT-*, ETH-STAT-*
 */
export interface StandardStatistics {
  readonly ethPhy: Readonly<Record<string, number>>;
  readonly ethMac: Readonly<Record<string, number>>;
  readonly ethCtrl: Readonly<Record<string, number>>;
  readonly rmon: Readonly<Record<string, number>>;
  /** Inclusive bounds, FCS included, with the frames counted in each. */
  readonly rmonRxHistogram: readonly HistogramBucket[];
  readonly rmonTxHistogram: readonly HistogramBucket[];
}

export interface HistogramBucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}
