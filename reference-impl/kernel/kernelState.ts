import type { DriverResult, IfIndex, Nanoseconds } from '../../harness/contract/index.js';
import type { Bridging } from './bridge/bridging.js';
import type { NetDevice } from './netDevice.js';
import type { KernelParts } from './parts.js';
import type { Sysctls } from './sysctls.js';

/** linux/netdevice.h, enum netdev_cmd: what the notifier chain says. */
export type NetDeviceEvent =
  | 'NETDEV_REGISTER'
  | 'NETDEV_UNREGISTER'
  | 'NETDEV_UP'
  | 'NETDEV_DOWN'
  | 'NETDEV_CHANGE'
  | 'NETDEV_CHANGEMTU'
  | 'NETDEV_CHANGEADDR'
  | 'NETDEV_CHANGENAME'
  | 'NETDEV_CHANGE_TX_QUEUE_LEN'
  | 'NETDEV_FEAT_CHANGE'
  | 'NETDEV_CHANGEINFODATA'
  | 'NETDEV_CHANGEUPPER'
  | 'NETDEV_BONDING_FAILOVER'
  | 'NETDEV_NOTIFY_PEERS'
  | 'NETDEV_RESEND_IGMP';

/** Called after the event, in the order of registration. */
export type Notifier = (event: NetDeviceEvent, netDevice: NetDevice) => void;

/** What the parts of the reference kernel share. */
export interface KernelState {
  readonly parts: KernelParts;
  readonly netDevices: Map<IfIndex, NetDevice>;
  readonly notifiers: Notifier[];
  /** Virtual time since the kernel started. */
  now: Nanoseconds;
  /** netdev_err(): what a kernel log would show. */
  readonly log: string[];
  readonly bridging: Bridging;
  readonly sysctls: Sysctls;
}

export function notify(kernel: KernelState, event: NetDeviceEvent, netDevice: NetDevice): void {
  for (const notifier of kernel.notifiers) notifier(event, netDevice);
}

/** The result of an operation that a driver may refuse. */
export type Outcome = DriverResult;
