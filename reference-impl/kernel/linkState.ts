/** Carrier and operational state: net/core/link_watch.c, rfc2863_policy(), and Documentation/networking/operstates.rst. */
import { notify, type KernelState } from './kernelState.js';
import {
  IFF_ALLMULTI,
  IFF_DORMANT,
  IFF_LOWER_UP,
  IFF_PROMISC,
  IFF_RUNNING,
  IF_LINK_MODE_DORMANT,
  IF_OPER_DORMANT,
  IF_OPER_DOWN,
  IF_OPER_LOWERLAYERDOWN,
  IF_OPER_TESTING,
  IF_OPER_UNKNOWN,
  IF_OPER_UP,
  isUp,
  type NetDevice,
} from './netDevice.js';

/** The state that carrier, dormancy and link mode lead to, before the user has a say. */
function policyState(kernel: KernelState, netDevice: NetDevice): number {
  if (netDevice.testing) return IF_OPER_TESTING;
  if (!netDevice.carrier) return netDevice.lower.kind === 'vlan' ? IF_OPER_LOWERLAYERDOWN : IF_OPER_DOWN;
  if (netDevice.dormant) return IF_OPER_DORMANT;
  const waitsForUser = netDevice.linkMode === IF_LINK_MODE_DORMANT && kernel.parts.respectsDormantMode;
  // RFC 2863 policy: in dormant mode only the user brings the link from dormant to up.
  if (waitsForUser && netDevice.operState !== IF_OPER_UP) return IF_OPER_DORMANT;
  return IF_OPER_UP;
}

/** Recomputes the operational state; answers whether it changed. */
export function updateOperState(kernel: KernelState, netDevice: NetDevice): boolean {
  const before = netDevice.operState;
  netDevice.operState = isUp(netDevice) ? policyState(kernel, netDevice) : IF_OPER_DOWN;
  return netDevice.operState !== before;
}

/** linkwatch: the carrier changed; VLAN devices on top follow. */
export function setCarrier(kernel: KernelState, netDevice: NetDevice, up: boolean): void {
  if (netDevice.carrier === up) return;
  netDevice.carrier = up;
  if (kernel.parts.countsAsUp(up)) netDevice.carrierUpCount += kernel.parts.carrierChangesPerEvent;
  else netDevice.carrierDownCount += kernel.parts.carrierChangesPerEvent;
  updateOperState(kernel, netDevice);
  if (isUp(netDevice)) notify(kernel, 'NETDEV_CHANGE', netDevice);
  for (const upper of netDevice.uppers) setCarrier(kernel, upper, up);
}

/** IFLA_LINKMODE: IF_LINK_MODE_DEFAULT or IF_LINK_MODE_DORMANT. */
export function setLinkMode(kernel: KernelState, netDevice: NetDevice, mode: number): void {
  if (netDevice.linkMode === mode) return;
  netDevice.linkMode = mode;
  notify(kernel, 'NETDEV_CHANGE', netDevice);
}

/** IFLA_OPERSTATE, set_operstate(): the user may only go between dormant and up, and only with a carrier. */
export function setOperState(kernel: KernelState, netDevice: NetDevice, wanted: number): void {
  const current = netDevice.operState;
  let next = current;
  if (wanted === IF_OPER_UP) {
    if ((current === IF_OPER_DORMANT || current === IF_OPER_UNKNOWN) && !netDevice.dormant) next = IF_OPER_UP;
  } else if (wanted === IF_OPER_DORMANT) {
    if (current === IF_OPER_UP || current === IF_OPER_UNKNOWN) next = IF_OPER_DORMANT;
  }
  if (next === current) return;
  netDevice.operState = next;
  notify(kernel, 'NETDEV_CHANGE', netDevice);
}

/** dev_get_flags(): what `ifi_flags` shows. */
export function visibleFlags(netDevice: NetDevice, runningFollowsState = true): number {
  let flags = netDevice.flags & ~(IFF_PROMISC | IFF_ALLMULTI | IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT);
  flags |= netDevice.userFlags & (IFF_PROMISC | IFF_ALLMULTI);
  if (!isUp(netDevice)) return flags;
  const isRunning = netDevice.operState === IF_OPER_UP || netDevice.operState === IF_OPER_UNKNOWN;
  if (isRunning || !runningFollowsState) flags |= IFF_RUNNING;
  if (netDevice.carrier) flags |= IFF_LOWER_UP;
  if (netDevice.dormant) flags |= IFF_DORMANT;
  return flags;
}

/** netif_testing_on(), netif_testing_off(). */
export function setTesting(kernel: KernelState, netDevice: NetDevice, testing: boolean): void {
  if (netDevice.testing === testing) return;
  netDevice.testing = testing;
  if (updateOperState(kernel, netDevice) && isUp(netDevice)) notify(kernel, 'NETDEV_CHANGE', netDevice);
}
