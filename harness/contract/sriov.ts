/**
 * What the driver of a physical function offers for its virtual functions: pci_driver.sriov_configure, the ndo_set_vf_* and ndo_get_vf_*
 * operations, and the probe of the driver of a virtual function. A virtual function has a port without a cable of its own: the driver
 * registers it (DriverHost.registerPort) when it is bound, and takes it away when it is not.
 */
import type { Awaitable, MacAddress, PortName } from './values.js';
import type { DriverResult } from './device.js';

/**
 * The SR-IOV extended capability of a PCI function, as sysfs shows it.
 * @requirement SRIOV-LIFE-*
 */
export interface SriovCapability {
  /** The ports of this function, which all see the same virtual functions. */
  readonly ports: readonly PortName[];
  /** The port whose VF operations count: the others have none. */
  readonly port: PortName;
  readonly totalVfs: number;
  /** First VF Offset and VF Stride: the routing id of virtual function n is that of the function + offset + n * stride. */
  readonly offset: number;
  readonly stride: number;
  /** VF Device ID. */
  readonly vfDevice: number;
  /** MSI-X vectors that the virtual functions share; 0 where their number cannot be chosen. */
  readonly totalMsix: number;
}

/** @requirement SRIOV-LIFE-*, SRIOV-VF-* */
export interface SriovOps {
  readonly functions: readonly SriovCapability[];
  /** pci_driver.sriov_configure: so many virtual functions, 0 for none. The value is how many there are. */
  configure(port: PortName, count: number): Awaitable<DriverResult<number>>;
  /**
   * pci_driver.probe of the driver of a virtual function: its port is registered.
   * @requirement SRIOV-LIFE-*, SRIOV-MBX-*
   */
  bind(port: PortName, vf: number): Awaitable<DriverResult>;
  /** pci_driver.remove: its port goes. */
  unbind(port: PortName, vf: number): Awaitable<void>;
  /** A function level reset. */
  resetFunction(port: PortName, vf: number): Awaitable<void>;
  /** ndo_get_vf_config; a member that the driver does not report is absent. */
  vfConfig?(port: PortName, vf: number): Awaitable<DriverResult<VfConfig>>;
  /** ndo_get_vf_stats. */
  vfStatistics?(port: PortName, vf: number): Awaitable<DriverResult<VfStatistics>>;
  /** @requirement SRIOV-VF-*, SRIOV-TRUST-*, SRIOV-SW-* */
  setVfMac?(port: PortName, vf: number, address: MacAddress): Awaitable<DriverResult>;
  /** `protocol` is that of the tag, 0x8100 or 0x88a8. */
  setVfVlan?(port: PortName, vf: number, vlan: VfVlan): Awaitable<DriverResult>;
  /**
   * Mb/s; 0 is no limit, and no guarantee.
   * @requirement SRIOV-RATE-*
   */
  setVfRate?(port: PortName, vf: number, minimum: number, maximum: number): Awaitable<DriverResult>;
  /** @requirement SRIOV-SPOOF-*, SRIOV-ISO-* */
  setVfSpoofCheck?(port: PortName, vf: number, on: boolean): Awaitable<DriverResult>;
  /** @requirement SRIOV-LINK-*, REP-LINK-* */
  setVfLinkState?(port: PortName, vf: number, state: number): Awaitable<DriverResult>;
  /** @requirement SRIOV-TRUST-* */
  setVfTrust?(port: PortName, vf: number, on: boolean): Awaitable<DriverResult>;
  /**
   * pci_driver.sriov_set_msix_vec_count: so many vectors for a function that has no driver; 0 is the driver's choice.
   * @requirement SRIOV-LIFE-*
   */
  setVfMsix?(port: PortName, vf: number, count: number): Awaitable<DriverResult>;
  setVfRssQuery?(port: PortName, vf: number, on: boolean): Awaitable<DriverResult>;
}

/** @requirement SRIOV-VLAN-* */
export interface VfVlan {
  readonly vlan: number;
  readonly qos: number;
  readonly protocol: number;
}

/**
 * struct ifla_vf_info.
 * @requirement SRIOV-VF-*
 */
export interface VfConfig extends VfVlan {
  readonly address: MacAddress;
  readonly minTxRate: number;
  readonly maxTxRate: number;
  readonly spoofCheck?: boolean;
  /** IFLA_VF_LINK_STATE_*: 0 as the physical function, 1 up, 2 down. */
  readonly linkState: number;
  readonly trusted?: boolean;
  readonly rssQuery?: boolean;
}

/**
 * struct ifla_vf_stats: as the virtual function sees it, received is what was delivered to it.
 * @requirement SRIOV-STAT-*, REP-STAT-*
 */
export interface VfStatistics {
  readonly rxPackets: number;
  readonly txPackets: number;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly broadcast: number;
  readonly multicast: number;
  readonly rxDropped: number;
  readonly txDropped: number;
}
