/**
 * What a driver of a switch offers to the kernel beside what every NIC has: the switchdev driver model
 * (Documentation/networking/switchdev.rst, include/net/switchdev.h). The kernel keeps the whole state; the driver mirrors what it can
 * into the hardware, and tells what the hardware learns through DriverHost.
 */
import type { Awaitable, Branded, MacAddress, Nanoseconds, PortName, Vid } from './values.js';
import type { DriverResult } from './device.js';
import type { LagOps } from './lag.js';

/** A bridge as the driver knows it; the same number as long as the bridge is there. */
export type BridgeId = Branded<number, 'BridgeId'>;

export interface SwitchdevOps extends LagOps {
  /**
   * NETDEV_PRECHANGEUPPER, NETDEV_CHANGEUPPER: the port joins a bridge. Any refusal but EOPNOTSUPP undoes the join; with EOPNOTSUPP the
   * software forwards for this port. The value is the hardware domain, 1 or more: frames among its ports are forwarded by hardware.
   * @requirement SW-BR-*, REP-BR-*
   */
  join(port: PortName, bridge: OffloadedBridge): Awaitable<DriverResult<number>>;
  leave(port: PortName, bridge: BridgeId): Awaitable<void>;
  /** SWITCHDEV_PORT_ATTR_SET. */
  setPortAttribute(port: PortName, attribute: SwitchdevPortAttribute): Awaitable<DriverResult>;
  setBridgeAttribute(bridge: BridgeId, attribute: SwitchdevBridgeAttribute): Awaitable<DriverResult>;
  /** SWITCHDEV_PORT_OBJ_ADD, SWITCHDEV_PORT_OBJ_DEL. */
  addObject(port: PortName, object: SwitchdevObject): Awaitable<DriverResult>;
  removeObject(port: PortName, object: SwitchdevObject): Awaitable<void>;
  /**
   * The same of the bridge itself: what is to reach the host.
   * @requirement SW-LL-*, SW-SNOOP-*
   */
  addHostObject(bridge: BridgeId, object: SwitchdevObject): Awaitable<void>;
  removeHostObject(bridge: BridgeId, object: SwitchdevObject): Awaitable<void>;
  /** SWITCHDEV_FDB_ADD_TO_DEVICE; success means that the entry is in hardware (SWITCHDEV_FDB_OFFLOADED). */
  addFdb(port: PortName, entry: OffloadedFdbEntry): Awaitable<DriverResult>;
  removeFdb(port: PortName, entry: FdbKey): Awaitable<void>;
  /** Addresses that are the host's own. */
  addHostFdb(bridge: BridgeId, entry: FdbKey): Awaitable<void>;
  removeHostFdb(bridge: BridgeId, entry: FdbKey): Awaitable<void>;
}

/** @requirement SW-BR-*, SW-UNI-* */
export interface OffloadedBridge {
  readonly id: BridgeId;
  readonly vlanFiltering: boolean;
  /** 0x8100 or 0x88a8. */
  readonly vlanProtocol: number;
  readonly ageingTime: Nanoseconds;
  /** br_mst_enabled(). */
  readonly mst: boolean;
}

export interface FdbKey {
  readonly address: MacAddress;
  /** 0 in a bridge that does not filter VLANs. */
  readonly vid: Vid;
}

/** @requirement SW-FDB-* */
export interface OffloadedFdbEntry extends FdbKey {
  /** Does not age. */
  readonly isStatic: boolean;
  /** Stays where it is when its source is seen elsewhere; any other entry moves. */
  readonly isSticky: boolean;
}

/**
 * enum switchdev_attr_id, of a port.
 * @requirement SW-STP-*, SW-MST-*
 */
export type SwitchdevPortAttribute =
  /** BR_STATE_*. */
  | { readonly kind: 'stp-state'; readonly state: number }
  /**
   * SWITCHDEV_ATTR_ID_PORT_MST_STATE: BR_STATE_* of the port in the VLANs of a spanning tree; that of tree 0 is `stp-state`. A port is
   * disabled in a tree of which it was told nothing yet.
   */
  | { readonly kind: 'mst-state'; readonly msti: number; readonly state: number }
  | { readonly kind: 'flags'; readonly flags: SwitchdevPortFlags }
  /** SWITCHDEV_ATTR_ID_PORT_MROUTER: a multicast router is behind the port, and gets the frames of all groups. */
  | { readonly kind: 'multicast-router'; readonly on: boolean }
  /** What the hardware learned at the port in this VLAN, or in all (absent), is gone. */
  | { readonly kind: 'flush'; readonly vid?: Vid };

/**
 * BR_* flags that hardware has a say in.
 * @requirement SW-FLAG-*
 */
export interface SwitchdevPortFlags {
  readonly learning: boolean;
  readonly unicastFlood: boolean;
  readonly multicastFlood: boolean;
  /** Each member gets a copy of its own: hardware that cannot leaves the groups of such a port to the host, or refuses the flag. */
  readonly multicastToUnicast: boolean;
  readonly broadcastFlood: boolean;
  readonly isolated: boolean;
  readonly hairpin: boolean;
  readonly locked: boolean;
  /**
   * Beside `locked`: a station that is not known is the bridge's to write down, and hardware hands its frames to it.
   * @requirement SW-MAB-*
   */
  readonly mab: boolean;
}

/**
 * enum switchdev_attr_id, of a bridge.
 * @requirement SW-BR-*, SW-VLAN-*, SW-SNOOP-*, SW-MST-*
 */
export type SwitchdevBridgeAttribute =
  | { readonly kind: 'ageing-time'; readonly ageingTime: Nanoseconds }
  | { readonly kind: 'vlan-filtering'; readonly on: boolean }
  | { readonly kind: 'vlan-protocol'; readonly protocol: number }
  /** SWITCHDEV_ATTR_ID_BRIDGE_MST: whether VLANs forward by the tree that they belong to, or all by the state of the port. */
  | { readonly kind: 'mst'; readonly on: boolean }
  /** SWITCHDEV_ATTR_ID_VLAN_MSTI: the tree that a VLAN belongs to; 0 at first. */
  | { readonly kind: 'vlan-msti'; readonly vid: Vid; readonly msti: number }
  /** SWITCHDEV_ATTR_ID_BRIDGE_MC_DISABLED, the other way round: off, groups are flooded. */
  | { readonly kind: 'multicast-snooping'; readonly on: boolean }
  /** SWITCHDEV_ATTR_ID_BRIDGE_MROUTER: the host wants the frames of all groups. */
  | { readonly kind: 'multicast-router'; readonly on: boolean };

/**
 * enum switchdev_obj_id.
 * @requirement SW-VLAN-*, SW-MDB-*
 */
export type SwitchdevObject =
  | { readonly kind: 'vlan'; readonly vid: Vid; readonly pvid: boolean; readonly untagged: boolean }
  /**
   * SWITCHDEV_OBJ_ID_PORT_MDB, SWITCHDEV_OBJ_ID_HOST_MDB: a group that the port, or the host, wants. Each entry of the kernel's table is
   * told once. Groups that share an address on the link, and a group whose sources are filtered, are several entries for one port.
   */
  | { readonly kind: 'mdb'; readonly address: MacAddress; readonly vid: Vid };
