/** Packet sockets, listed: net/packet/diag.c. */
import { encodeBody } from '../../netlink/client.js';
import {
  AF_PACKET,
  PACKET_DIAG,
  PACKET_DIAG_MSG,
  PACKET_DIAG_REQ,
  PACKET_SHOW_INFO,
  PACKET_SHOW_MCLIST,
  PACKET_SHOW_MEMINFO,
  PDI_AUXDATA,
  PDI_RUNNING,
  SOCK_DIAG_BY_FAMILY,
} from '../../netlink/families/sockDiag.js';
import { decodeStruct, encodeAttributes, numberIn, structLength } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkRequest } from '../../netlink/server.js';
import { EINVAL } from '../errno.js';
import { isUp } from '../netDevice.js';
import type { PacketSocket, PacketSockets } from '../packetSockets.js';
import type { DiagnosisParts } from './diagnosisParts.js';
import type { SocketIdentities } from './socketIdentities.js';

const SOCK_RAW = 3;
const ETH_P_ALL = 3;
/** net.core.rmem_default. */
const RECEIVE_BUFFER = 212_992;

/** packet_diag_handler_dump(). */
export function dumpPacketSockets(
  { message }: NetlinkRequest,
  sockets: PacketSockets,
  parts: DiagnosisParts,
  identities: SocketIdentities,
): HandlerResult {
  const refused = { ok: false as const, errno: parts.refusal(EINVAL), atStart: true };
  if (message.body.length < structLength(PACKET_DIAG_REQ)) return refused;
  const request = decodeStruct(PACKET_DIAG_REQ, message.body);
  if (numberIn(request, 'sdiag_protocol') !== 0) return refused;
  const show = parts.packetShow(numberIn(request, 'pdiag_show') ?? 0);
  return { ok: true, replies: [...sockets.all].map((socket) => described(socket, show, parts, identities)) };
}

/** sk_diag_fill(). */
function described(
  socket: PacketSocket,
  show: number,
  parts: DiagnosisParts,
  identities: SocketIdentities,
): NetlinkBody {
  const { inode, cookie } = identities.of(socket);
  const header = {
    pdiag_family: AF_PACKET,
    pdiag_type: SOCK_RAW,
    pdiag_num: ETH_P_ALL,
    pdiag_ino: inode,
    pdiag_cookie: parts.toldCookie(cookie),
  };
  const info = {
    pdi_index: socket.netDevice.ifIndex,
    pdi_flags: PDI_AUXDATA | (parts.isRunning(isUp(socket.netDevice)) ? PDI_RUNNING : 0),
  };
  const memory = { rcvbuf: RECEIVE_BUFFER, sndbuf: RECEIVE_BUFFER };
  const attributes = encodeAttributes(PACKET_DIAG, {
    ...((show & PACKET_SHOW_INFO) === 0 ? {} : { PACKET_DIAG_INFO: parts.toldPacketSocket(info), PACKET_DIAG_UID: 0 }),
    ...((show & PACKET_SHOW_MCLIST) === 0 ? {} : { PACKET_DIAG_MCLIST: new Uint8Array(0) }),
    ...((show & PACKET_SHOW_MEMINFO) === 0 ? {} : { PACKET_DIAG_MEMINFO: memory }),
  });
  return { type: SOCK_DIAG_BY_FAMILY, body: encodeBody(PACKET_DIAG_MSG, header, attributes) };
}
