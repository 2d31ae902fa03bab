/** What a route is: struct fib_info, struct fib_alias and struct fib_nh of net/ipv4. */
import { RTNH_F_DEAD } from '../../netlink/families/routing.js';
import type { NetDevice } from '../netDevice.js';

export interface Nexthop {
  readonly netDevice: NetDevice;
  readonly gateway: Uint8Array | undefined;
  /** 1 to 256. */
  readonly weight: number;
  /** RTNH_F_*. */
  flags: number;
  /** RT_SCOPE_NOWHERE: the address is the host's own, and stays while the device is down. */
  readonly scope: number;
}

export interface RouteKey {
  readonly table: number;
  readonly destination: Uint8Array;
  readonly prefixLength: number;
  readonly tos: number;
  readonly priority: number;
}

export interface Route extends RouteKey {
  readonly type: number;
  readonly scope: number;
  readonly protocol: number;
  readonly preferredSource: Uint8Array | undefined;
  readonly nexthops: readonly Nexthop[];
  /** What the hardware made of it. */
  offload: 'none' | 'forwards' | 'traps' | 'failed';
}

export const isAlive = ({ flags }: Nexthop): boolean => (flags & RTNH_F_DEAD) === 0;

/** fib_info dead: no nexthop is left. A route without nexthops (a blackhole) does not die. */
export const isDead = ({ nexthops }: Route): boolean => nexthops.length > 0 && !nexthops.some(isAlive);

/** The address with all bits behind the prefix cleared. */
export function prefixOf(address: Uint8Array, prefixLength: number): Uint8Array {
  const prefix = address.slice();
  for (let index = 0; index < prefix.length; index++) {
    const bits = Math.min(8, Math.max(0, prefixLength - 8 * index));
    prefix[index] = (prefix[index] ?? 0) & (0xff00 >> bits) & 0xff;
  }
  return prefix;
}
