/** Whether sockets of netlink can be given options over the channels to a kernel: asked by looking at one. */
import type { CapabilityAnswers, NetlinkProtocol, NetlinkSocket } from '../../contract/index.js';

const NETLINK_ROUTE = 0;

export async function askNetlink(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
): Promise<CapabilityAnswers> {
  const socket = await open(NETLINK_ROUTE);
  const hasOptions = socket.setOption !== undefined;
  const hasBuffers = socket.limitReceiveBuffer !== undefined && socket.receiveInto !== undefined;
  const hasGroups = socket.receiveWithGroup !== undefined;
  await socket.close();
  return {
    'netlink-options': hasOptions
      ? { present: true }
      : { present: false, reason: 'Options of netlink sockets cannot be set through the agent.' },
    'netlink-buffers': hasBuffers
      ? { present: true }
      : { present: false, reason: 'Receive buffers of netlink sockets are not set through the agent.' },
    'netlink-groups': hasGroups
      ? { present: true }
      : { present: false, reason: 'The groups of announcements are not told.' },
    'kernel-log': { present: false, reason: "The kernel's log belongs to the whole machine." },
  };
}
