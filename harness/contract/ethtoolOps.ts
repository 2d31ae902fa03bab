/**
 * ethtool_ops: those of the data path (EthtoolOps), and beside them wake-up, energy, cable, module, self test, and what a user reads of
 * the device. Each is optional; a device that lacks one answers EOPNOTSUPP, as in Linux. Names are those of the uAPI's string sets.
 */
import type { DriverResult } from './device.js';
import type {
  ChannelCounts,
  Channels,
  Coalesce,
  Fec,
  FecMode,
  FlowRuleOps,
  FlowType,
  HashField,
  HwTimestampConfig,
  LinkRequest,
  LinkSettings,
  Pause,
  PauseSettings,
  RingSettings,
  Rings,
  Rss,
  RssChange,
  TimestampingInfo,
} from './deviceSettings.js';
import type { StandardStatistics } from './deviceStatistics.js';
import type { Awaitable, PortName } from './values.js';

/** @requirement ETH-NL-*, ETH-IOCTL-* */
export interface EthtoolDeviceOps {
  /** get_drvinfo beside what DeviceDescription says. */
  readonly getBusInfo?: (port: PortName) => Awaitable<string>;
  /**
   * get_msglevel, set_msglevel: NETIF_MSG_*, by the names of ETH_SS_MSG_CLASSES.
   * @requirement ETH-DBG-*
   */
  readonly getMessageLevel?: (port: PortName) => Awaitable<readonly string[]>;
  readonly setMessageLevel?: (port: PortName, classes: readonly string[]) => Awaitable<void>;
  readonly getWake?: (port: PortName) => Awaitable<WakeSupport>;
  /** device_set_wakeup_enable() is the kernel's to call: it does where some mode is on. */
  readonly setWake?: (port: PortName, wake: WakeSettings) => Awaitable<DriverResult>;
  readonly privateFlags?: PrivateFlagOps;
  readonly getEee?: (port: PortName) => Awaitable<DriverResult<Eee>>;
  readonly setEee?: (port: PortName, eee: EeeSettings) => Awaitable<DriverResult>;
  /** udp_tunnel_nic_info: the tables that the device has for ports of UDP tunnels. */
  readonly tunnelTables?: (port: PortName) => Awaitable<TunnelTables>;
  /** get_module_eeprom_by_page. */
  readonly readModule?: (port: PortName, place: ModulePlace) => Awaitable<DriverResult<Uint8Array>>;
  /**
   * set_module_eeprom_by_page: the kernel flashes the firmware of a module through it, and through `resetPhy`.
   * @requirement ETH-MOD-*
   */
  readonly writeModule?: (port: PortName, place: ModulePlace, bytes: Uint8Array) => Awaitable<DriverResult>;
  /** reset with ETH_RESET_PHY: a module that was flashed starts anew. */
  readonly resetPhy?: (port: PortName) => Awaitable<DriverResult>;
  readonly modulePower?: ModulePowerOps;
  readonly getMacMerge?: (port: PortName) => Awaitable<DriverResult<MacMerge>>;
  readonly setMacMerge?: (port: PortName, settings: MacMergeSettings) => Awaitable<DriverResult>;
  /** Counters by the names behind ETHTOOL_A_MM_STAT_; what the device does not count is absent. */
  readonly macMergeStatistics?: (port: PortName) => Awaitable<Readonly<Partial<Record<MacMergeCounter, number>>>>;
  /** The PHY that is attached to the MAC, as phylib sees it. */
  readonly phy?: PhyOps;
  readonly selfTest?: SelfTestOps;
  /** set_phys_id: answers how often a second the kernel has to switch between on and off, 0 where the device blinks by itself. */
  readonly identify?: (port: PortName, state: 'active' | 'inactive' | 'on' | 'off') => Awaitable<DriverResult<number>>;
  /** get_regs. */
  readonly registers?: {
    readonly version: number;
    readonly length: (port: PortName) => Awaitable<number>;
    readonly read: (port: PortName) => Awaitable<Uint8Array>;
  };
  /**
   * get_eeprom, set_eeprom: the device's own memory, not that of a module.
   * @requirement ETH-IOCTL-*
   */
  readonly eeprom?: EepromOps;
  /** get_link_ext_state: why there is no link; null: nothing is known (ENODATA). */
  readonly linkExtendedState?: (port: PortName) => Awaitable<LinkExtendedState | null>;
  /** get_link_ext_stats: link_down_events of the PHY. */
  readonly linkDownEvents?: (port: PortName) => Awaitable<number>;
  /**
   * get_ts_stats.
   * @requirement ETH-TS-*
   */
  readonly timestampStatistics?: (
    port: PortName,
  ) => Awaitable<{ readonly packets: number; readonly lost: number; readonly errors: number }>;
  /** ethtool_get_phc_vclocks(): indexes of the virtual clocks over the device's. */
  readonly virtualClocks?: (port: PortName) => Awaitable<readonly number[]>;
  /** net_dim profiles: the steps that adaptive coalescing moves between. */
  readonly getCoalesceProfiles?: (port: PortName) => Awaitable<CoalesceProfiles>;
  readonly setCoalesceProfiles?: (port: PortName, profiles: CoalesceProfiles) => Awaitable<DriverResult>;
}

/**
 * Names of ETH_SS_WOL_MODES.
 * @requirement ETH-WOL-*
 */
export interface WakeSettings {
  readonly enabled: readonly string[];
  /** SecureOn, six bytes. */
  readonly password: Uint8Array;
}
export interface WakeSupport extends WakeSettings {
  readonly supported: readonly string[];
}

/** @requirement ETH-PRV-* */
export interface PrivateFlagOps {
  readonly names: readonly string[];
  readonly get: (port: PortName) => Awaitable<readonly string[]>;
  readonly set: (port: PortName, flags: readonly string[]) => Awaitable<DriverResult>;
}

/**
 * struct ethtool_keee; link modes by the names of ETH_SS_LINK_MODES, the timer in microseconds.
 * @requirement ETH-EEE-*
 */
export interface EeeSettings {
  readonly advertised: readonly string[];
  readonly enabled: boolean;
  readonly txLpiEnabled: boolean;
  readonly txLpiTimer: number;
}
export interface Eee extends EeeSettings {
  readonly supported: readonly string[];
  readonly partnerAdvertised: readonly string[];
  /** What both ends agreed to, and is in force. */
  readonly active: boolean;
}

export type TunnelType = 'vxlan' | 'geneve' | 'vxlan-gpe';
/** @requirement ETH-TUN-* */
export interface TunnelTables {
  readonly tables: readonly { readonly entries: number; readonly types: readonly TunnelType[] }[];
  /** UDP_TUNNEL_NIC_INFO_STATIC_IANA_VXLAN: port 4789 is always there. */
  readonly staticIanaVxlan: boolean;
}

/**
 * struct ethtool_module_eeprom.
 * @requirement ETH-MOD-*
 */
export interface ModulePlace {
  readonly page: number;
  readonly bank: number;
  readonly i2cAddress: number;
  readonly offset: number;
  readonly length: number;
}

export interface ModulePower {
  readonly policy: 'high' | 'auto';
  /** null: no module is plugged in. */
  readonly mode: 'low' | 'high' | null;
}
/** @requirement ETH-MOD-* */
export interface ModulePowerOps {
  readonly get: (port: PortName) => Awaitable<DriverResult<ModulePower>>;
  readonly set: (port: PortName, policy: ModulePower['policy']) => Awaitable<DriverResult>;
}

/**
 * struct ethtool_mm_cfg, ethtool_mm_state: IEEE 802.3br. Times in milliseconds, sizes in bytes.
 * @requirement ETH-MM-*
 */
export interface MacMergeSettings {
  readonly pmacEnabled: boolean;
  readonly txEnabled: boolean;
  readonly verifyEnabled: boolean;
  readonly verifyTime: number;
  readonly txMinFragSize: number;
}
/** @requirement ETH-MM-* */
export interface MacMerge extends MacMergeSettings {
  readonly txActive: boolean;
  readonly rxMinFragSize: number;
  readonly maxVerifyTime: number;
  /** ETHTOOL_MM_VERIFY_STATUS_INITIAL (1), VERIFYING (2), SUCCEEDED (3), FAILED (4), DISABLED (5). */
  readonly verifyStatus: number;
}
export type MacMergeCounter =
  'REASSEMBLY_ERRORS' | 'SMD_ERRORS' | 'REASSEMBLY_OK' | 'RX_FRAG_COUNT' | 'TX_FRAG_COUNT' | 'HOLD_COUNT';

/**
 * struct phy_driver, as far as ethtool reaches it. Pairs count from 0.
 * @requirement ETH-PHY-*
 */
export interface PhyOps {
  /** The MDIO bus that the PHYs are on, one for each port, and the name of their driver. */
  readonly bus: string;
  readonly driver: string;
  readonly startCableTest?: (port: PortName) => Awaitable<DriverResult>;
  readonly startCableTestTdr?: (port: PortName, config: TdrConfig) => Awaitable<DriverResult>;
  /** cable_test_get_status, asked for once a second: null while the test goes on. */
  readonly cableTestResult?: (port: PortName) => Awaitable<CableTestResult | null>;
  /** get_sqi, get_sqi_max. */
  readonly signalQuality?: (port: PortName) => Awaitable<{ readonly index: number; readonly max: number }>;
  readonly plca?: PlcaOps;
  readonly pse?: PseOps;
  readonly statistics?: (port: PortName) => Awaitable<readonly (readonly [name: string, value: number])[]>;
}

/**
 * Centimetres.
 * @requirement ETH-CABLE-*
 */
export interface TdrConfig {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** null: all pairs. */
  readonly pair: number | null;
}

/** @requirement ETH-CABLE-* */
export interface CableTestResult {
  /** ETHTOOL_A_CABLE_RESULT_CODE_*. */
  readonly results: readonly { readonly pair: number; readonly code: number }[];
  readonly faultLengths: readonly { readonly pair: number; readonly cm: number }[];
  /** Of a test with raw data; the amplitudes of a pair in the order of their distance. */
  readonly tdr?: {
    readonly pulseMv: number;
    readonly first: number;
    readonly last: number;
    readonly step: number;
    readonly amplitudes: readonly { readonly pair: number; readonly mv: number }[];
  };
}

/** struct phy_plca_cfg; what is absent in a change stays. */
export interface PlcaSettings {
  readonly enabled?: boolean;
  readonly nodeId?: number;
  readonly nodeCount?: number;
  readonly toTimer?: number;
  readonly burstCount?: number;
  readonly burstTimer?: number;
}
export interface PlcaOps {
  readonly get: (port: PortName) => Awaitable<DriverResult<PlcaSettings & { readonly version?: number }>>;
  readonly set: (port: PortName, change: PlcaSettings) => Awaitable<DriverResult>;
  /** Whether the coordinator's beacon is there. */
  readonly status: (port: PortName) => Awaitable<DriverResult<boolean>>;
}

/** struct pse_control_status of one PSE, by the names behind ETHTOOL_A_. */
export interface PseOps {
  readonly kinds: readonly ('podl' | 'c33')[];
  readonly status: (port: PortName) => Awaitable<DriverResult<Readonly<Record<string, number>>>>;
  readonly set: (port: PortName, change: PseChange) => Awaitable<DriverResult>;
}

export interface PseChange {
  readonly podlAdmin?: number;
  readonly c33Admin?: number;
  readonly powerLimit?: number;
}

/** @requirement ETH-IOCTL-* */
export interface SelfTestOps {
  /** ETH_SS_TEST. */
  readonly names: readonly string[];
  /** 0 for a test that passed or was not run, in the order of the names. */
  readonly run: (
    port: PortName,
    offline: boolean,
  ) => Awaitable<{ readonly failed: boolean; readonly results: readonly number[] }>;
}

export interface EepromOps {
  /** What a write has to give, so that it is meant for this device. */
  readonly magic: number;
  readonly length: (port: PortName) => Awaitable<number>;
  readonly read: (port: PortName, offset: number, length: number) => Awaitable<DriverResult<Uint8Array>>;
  readonly write?: (port: PortName, offset: number, bytes: Uint8Array) => Awaitable<DriverResult>;
}

/**
 * ETHTOOL_LINK_EXT_STATE_* and, where there is more to say, ETHTOOL_LINK_EXT_SUBSTATE_*.
 * @requirement ETH-LINK-*
 */
export interface LinkExtendedState {
  readonly state: number;
  readonly substate?: number;
}

export interface ProfileStep {
  readonly usecs: number;
  readonly packets: number;
}
/** @requirement ETH-COA-* */
export interface CoalesceProfiles {
  readonly rx: readonly ProfileStep[];
  readonly tx: readonly ProfileStep[];
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
