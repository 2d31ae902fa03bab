/** What nettool needs of a machine: a Target has it, and so has anything else that speaks netlink. */
import type {
  Errno,
  IoctlResult,
  NetDeviceName,
  NetlinkProtocol,
  NetlinkSocket,
} from '../../harness/contract/index.js';

export interface Machine {
  netlink(protocol: NetlinkProtocol): Promise<NetlinkSocket>;
  /** SIOCETHTOOL, for what has no netlink equal. */
  ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): Promise<IoctlResult>;
}

export type { Errno, IoctlResult, NetDeviceName, NetlinkProtocol, NetlinkSocket };
