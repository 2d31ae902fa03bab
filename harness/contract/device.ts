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
} from './values.js';
import type { RxFrame, TxCompletion, TxFrame } from './deviceFrames.js';
import type { LinkStatistics, QueueStatistics } from './deviceStatistics.js';
import type { EthtoolOps } from './ethtoolOps.js';
import type { FlowOffloadOps } from './flowOffload.js';
import type { SriovOps } from './sriov.js';
import type { DevlinkHost, DevlinkOps } from './devlink.js';
import type { FdbKey, SwitchdevOps } from './switchdev.js';
import type { RouterOps } from './router.js';
import type { LinkPartner, TargetIdentity, WireFrame } from './target.js';

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
