/** Whether sockets of netlink can be given options over the channels to a kernel: asked by looking at one. */
import { NETLINK_SOCK_DIAG, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE } from '../../../reference-impl/netlink/constants.js';
import { decodeDone } from '../../../reference-impl/netlink/extack.js';
import { SOCK_DIAG_BY_FAMILY } from '../../../reference-impl/netlink/families/sockDiag.js';
import { encodeMessage, parseDatagram } from '../../../reference-impl/netlink/wire.js';
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
  const undiagnosed = await whyNoDiagnosis(open);
  return {
    'socket-diagnosis': undiagnosed === undefined ? { present: true } : { present: false, reason: undiagnosed },
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

/** Requests for lists that a kernel may be built without: struct netlink_diag_req, packet_diag_req, inet_diag_req_v2 of TCP and of UDP. */
const LISTS: readonly (readonly [name: string, length: number, family: number, protocol: number])[] = [
  ['netlink_diag', 20, 16, 0],
  ['packet_diag', 20, 17, 0],
  ['tcp_diag', 56, 2, 6],
  ['udp_diag', 56, 2, 17],
];

/** Each list is asked for; undefined where all can be had. */
async function whyNoDiagnosis(
  open: (protocol: NetlinkProtocol) => Promise<NetlinkSocket>,
): Promise<string | undefined> {
  let socket: NetlinkSocket;
  try {
    socket = await open(NETLINK_SOCK_DIAG);
  } catch {
    return 'The kernel has no NETLINK_SOCK_DIAG.';
  }
  try {
    for (const [name, length, family, protocol] of LISTS)
      if (!(await isListed(socket, Uint8Array.of(family, protocol, ...new Uint8Array(length - 2)))))
        return `The kernel has no ${name}, and loads none.`;
    return undefined;
  } finally {
    await socket.close();
  }
}

/** Whether a dump ends, and ends well. */
async function isListed(socket: NetlinkSocket, body: Uint8Array): Promise<boolean> {
  const flags = NLM_F_REQUEST | NLM_F_DUMP;
  await socket.send(encodeMessage({ type: SOCK_DIAG_BY_FAMILY, flags, sequence: 1, portId: 0 }, body));
  for (;;) {
    const received = await socket.receive();
    const last = received === null ? undefined : parseDatagram(received).at(-1);
    if (last === undefined || last.type < SOCK_DIAG_BY_FAMILY)
      return last?.type === NLMSG_DONE && decodeDone(last).errno === 0;
  }
}
