/**
 * What a driver of a switch that routes is told beside what every switch is: the FIB notifier chain (include/net/fib_notifier.h),
 * NETEVENT_NEIGH_UPDATE, and the addresses of its ports. The kernel's tables are the whole truth; what the hardware cannot do it gives
 * to the host.
 */
import type { DriverResult } from './device.js';
import type { Awaitable, MacAddress, PortName } from './values.js';

/** @requirement SW-RT-*, SW-RT6-* */
export interface RouterOps {
  /** The port routes packets in frames to this address from now on; null: it does not route any more. */
  setInterface(port: PortName, own: RouterInterface | null): Awaitable<DriverResult>;
  /**
   * FIB_EVENT_ENTRY_REPLACE: the route takes the place of what the prefix had, without a moment between. The answer becomes
   * RTM_F_OFFLOAD or RTM_F_TRAP of the route, a refusal RTM_F_OFFLOAD_FAILED: then packets of the prefix go to the host.
   */
  replaceRoute(route: OffloadedRoute): Awaitable<DriverResult<'forwards' | 'traps'>>;
  /** FIB_EVENT_ENTRY_DEL. */
  removeRoute(key: OffloadedPrefix): Awaitable<void>;
  /**
   * NETEVENT_NEIGH_UPDATE, of either protocol: who the station with this address is; null: nobody knows. Success means that it is in hardware.
   * @requirement SW-NEIGH-*, SW-NEIGH6-*
   */
  setNeighbour(port: PortName, address: Uint8Array, station: MacAddress | null): Awaitable<DriverResult>;
}

/**
 * Ports of different tables are different routers.
 * @requirement SW-RT-*, SW-RT6-*
 */
export interface RouterInterface {
  readonly mac: MacAddress;
  /** The VRF's, or the table main. */
  readonly table: number;
  readonly mtu: number;
  /** Which packets it routes; the others are the host's. */
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}

/** Of IPv4 or IPv6, as the length of the address tells. */
export interface OffloadedPrefix {
  /** The VRF's, or the table main; what is in the table local of the kernel is here too. */
  readonly table: number;
  readonly destination: Uint8Array;
  readonly prefixLength: number;
}

/** @requirement SW-RT-*, SW-RT6-*, SW-VRF-*, SW-VRF6-* */
export interface OffloadedRoute extends OffloadedPrefix {
  readonly action:
    | { readonly kind: 'forward'; readonly nexthops: readonly OffloadedNexthop[] }
    | { readonly kind: 'drop' }
    /** To the host, which knows what to do. */
    | { readonly kind: 'trap' };
}

/** @requirement SW-ECMP-*, SW-ECMP6-* */
export interface OffloadedNexthop {
  readonly port: PortName;
  /** Null: the destination itself is on the link. */
  readonly gateway: Uint8Array | null;
  /** 1 to 256. */
  readonly weight: number;
}
