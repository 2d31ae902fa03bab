/** Everything of the reference kernel that is asked for over sockets, the ioctl and sysfs, put together. */
import type {
  IoctlResult,
  NetDeviceName,
  NetlinkSocket,
  ReceivedDatagram,
  SocketOptionResult,
} from '../../harness/contract/index.js';
import {
  NETLINK_ROUTE,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTNLGRP_BRVLAN,
  RTNLGRP_LINK,
  RTNLGRP_MDB,
  RTNLGRP_NEIGH,
} from '../netlink/constants.js';
import { RTEXT_FILTER_BRVLAN } from '../netlink/families/bridge.js';
import { errnoName } from '../netlink/errnoNames.js';
import { NetlinkKernel, type KernelSocket } from '../netlink/server.js';
import { registerDevlinkFamily } from './devlink/family.js';
import { registerDiagnosis } from './diagnosis/register.js';
import { registerEthtoolFamily } from './ethtool/family.js';
import { ethtoolIoctl } from './ethtool/ioctl.js';
import { registerWakeup } from './ethtool/wakeup.js';
import { EAGAIN } from './errno.js';
import type { ReferenceKernel } from './kernel.js';
import { registerNetfilter } from './netfilter/control/register.js';
import { registerNetdevFamily } from './netdevFamily.js';
import { addressOperations } from './rtnetlink/address.js';
import { bridgeLinkMessage } from './rtnetlink/bridgeMessage.js';
import { bridgePortOperations } from './rtnetlink/bridgePorts.js';
import { globalVlanAnnouncement, vlanAnnouncement } from './rtnetlink/bridgeVlanMessage.js';
import { bridgeVlanOperations } from './rtnetlink/bridgeVlans.js';
import { forwardingOperations } from './rtnetlink/forwarding.js';
import { entryMessage } from './rtnetlink/forwardingEntry.js';
import { linkOperations } from './rtnetlink/link.js';
import { eventToTell } from './peerNotices.js';
import { announcedLink, linkMessage } from './rtnetlink/linkMessage.js';
import { mdbOperations } from './rtnetlink/mdb.js';
import { groupAnnouncement, routerAnnouncement } from './rtnetlink/mdbMessage.js';
import { registerRouting } from './rtnetlink/routing.js';
import { registerSriov } from './sriov/sriovSysfs.js';
import { Sysfs, registerNetDevices } from './sysfs.js';
import { registerTeamFamily } from './team/teamFamily.js';
import { registerTrafficControl } from './tc/register.js';

/** Lets time pass until the condition holds or it is over. */
export type WaitFor = (milliseconds: number, until: () => boolean) => Promise<void>;

export interface ControlPlane {
  /** Throws for a protocol that the kernel does not have. */
  openSocket(protocol: number, wait: WaitFor): NetlinkSocket;
  ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): Promise<IoctlResult>;
  readonly sysfs: Sysfs;
  /** Sockets of before stay open; what they had not taken yet is lost. */
  reset(): void;
}

export function createControlPlane(kernel: ReferenceKernel): ControlPlane {
  const netlink = new NetlinkKernel(kernel.parts.netlink, (line) => void kernel.log.push(line));
  const sysfs = new Sysfs();
  registerNetDevices(sysfs, kernel);
  registerSriov(sysfs, kernel);
  for (const operation of linkOperations(kernel)) netlink.register(NETLINK_ROUTE, operation);
  for (const operation of addressOperations(kernel, netlink)) netlink.register(NETLINK_ROUTE, operation);
  for (const operation of forwardingOperations(kernel)) netlink.register(NETLINK_ROUTE, operation);
  for (const operation of bridgePortOperations(kernel)) netlink.register(NETLINK_ROUTE, operation);
  for (const operation of mdbOperations(kernel)) netlink.register(NETLINK_ROUTE, operation);
  registerRouting(kernel, netlink);
  registerTrafficControl(kernel.trafficControl, netlink);
  for (const operation of bridgeVlanOperations(kernel)) netlink.register(NETLINK_ROUTE, operation);
  const ethtool = registerEthtoolFamily(kernel, netlink);
  registerWakeup(sysfs, kernel);
  registerNetdevFamily(kernel, netlink);
  registerTeamFamily(kernel, netlink);
  registerDevlinkFamily(kernel.devlinks, netlink);
  registerDiagnosis(kernel, netlink);
  registerNetfilter(kernel.netfilter, netlink);
  // nf_tables_netdev_notifier.
  kernel.notifiers.push((event, netDevice) => {
    if (event === 'NETDEV_UNREGISTER') kernel.netfilter.forget(netDevice);
  });
  // rtnetlink_event(): every change of a net device is told to who listens to links.
  kernel.notifiers.push((event, netDevice) => {
    if (!netlink.hasListeners(NETLINK_ROUTE, RTNLGRP_LINK)) return;
    const type = event === 'NETDEV_UNREGISTER' ? RTM_DELLINK : RTM_NEWLINK;
    netlink.notify(
      NETLINK_ROUTE,
      RTNLGRP_LINK,
      linkMessage(announcedLink(kernel.parts, netDevice, eventToTell(kernel.parts, event)), type),
    );
  });
  kernel.bridging.listeners.push({
    fdb: (change, bridge, entry) => {
      const type = change === 'new' ? RTM_NEWNEIGH : RTM_DELNEIGH;
      netlink.notify(NETLINK_ROUTE, RTNLGRP_NEIGH, entryMessage(kernel, bridge, entry, type));
    },
    port: (port) =>
      netlink.notify(
        NETLINK_ROUTE,
        RTNLGRP_LINK,
        bridgeLinkMessage(port.netDevice, port, port.vlans, RTEXT_FILTER_BRVLAN),
      ),
    group: (change, entry, group) =>
      netlink.notify(NETLINK_ROUTE, RTNLGRP_MDB, groupAnnouncement(kernel, change, entry, group)),
    router: (change, context) => netlink.notify(NETLINK_ROUTE, RTNLGRP_MDB, routerAnnouncement(change, context)),
    vlans: (change, bridge, port, first, last) =>
      netlink.notify(NETLINK_ROUTE, RTNLGRP_BRVLAN, vlanAnnouncement(kernel, { bridge, port }, change, first, last)),
    globalVlans: (bridge, first, last) =>
      netlink.notify(NETLINK_ROUTE, RTNLGRP_BRVLAN, globalVlanAnnouncement(kernel, bridge, first, last)),
  });
  return {
    openSocket: (protocol, wait) => {
      if (!netlink.hasProtocol(protocol)) throw new Error(`socket(AF_NETLINK, SOCK_RAW, ${protocol}): EPROTONOSUPPORT`);
      return contractSocket(netlink, netlink.openSocket(protocol), wait);
    },
    ethtoolIoctl: (netDevice, command) => ethtoolIoctl(ethtool, netDevice, command),
    sysfs,
    reset: () => netlink.emptyAllSockets(),
  };
}

/** More than the kernel puts into one datagram. */
const LONG_BUFFER = 256 << 10;

function contractSocket(netlink: NetlinkKernel, socket: KernelSocket, wait: WaitFor): NetlinkSocket {
  const { buffer } = socket;
  const receive: NonNullable<NetlinkSocket['receiveWithGroup']> = async (request) => {
    if (!buffer.isReadable && request !== undefined) await wait(request.withinMs, () => buffer.isReadable);
    const read = await netlink.read(socket, LONG_BUFFER);
    if (read?.ok === false) throw new Error(`recv on a netlink socket: ${errnoName(read.errno)}`);
    return read ?? null;
  };
  return {
    portId: socket.portId,
    send: (datagram) => netlink.handle(socket, datagram),
    receive: async (request) => (await receive(request))?.bytes ?? null,
    receiveWithGroup: receive,
    receiveInto: async (length) => {
      const read = (await netlink.read(socket, length)) ?? { ok: false, errno: EAGAIN };
      return read as ReceivedDatagram;
    },
    limitReceiveBuffer: async (bytes) => {
      buffer.limitTo(bytes);
      return { ok: true };
    },
    join: async (group) => void socket.groups.add(group),
    leave: async (group) => void socket.groups.delete(group),
    setOption: async (option, value) => netlink.setOption(socket, option, value) as SocketOptionResult,
    close: async () => netlink.closeSocket(socket),
  };
}
