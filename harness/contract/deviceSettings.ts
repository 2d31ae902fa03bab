/** What ethtool shows and sets of a device: rings, channels, coalescing, pause, RSS, rules, link, timestamps, FEC. */
import type { Awaitable, PortName } from './values.js';
import type { DriverResult } from './device.js';

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
