/** Sockets of netlink, listed: net/netlink/diag.c. */
import { encodeBody } from '../../netlink/client.js';
import {
  AF_NETLINK,
  NDIAG_FLAG_CAP_ACK,
  NDIAG_FLAG_CB_RUNNING,
  NDIAG_FLAG_NO_ENOBUFS,
  NDIAG_FLAG_PKTINFO,
  NDIAG_PROTO_ALL,
  NDIAG_SHOW_FLAGS,
  NDIAG_SHOW_GROUPS,
  NDIAG_SHOW_MEMINFO,
  NETLINK_DIAG,
  NETLINK_DIAG_MSG,
  NETLINK_DIAG_REQ,
  SOCK_DIAG_BY_FAMILY,
} from '../../netlink/families/sockDiag.js';
import { decodeStruct, encodeAttributes, numberIn, structLength, type Values } from '../../netlink/schema.js';
import type { HandlerResult, KernelSocket, NetlinkBody, NetlinkKernel, NetlinkRequest } from '../../netlink/server.js';
import { EINVAL, ENOENT } from '../errno.js';
import type { DiagnosisParts } from './diagnosisParts.js';
import type { SocketIdentities } from './socketIdentities.js';

const SOCK_RAW = 3;
/** Those of the kernel: netlink_kernel_create(). */
const SOCK_DGRAM = 2;
/** sock_init_data() leaves it so, and only connect(2) changes it. */
const TCP_CLOSE = 7;
const MAX_LINKS = 32;
/** NLGRPSZ() of as many groups as a protocol has: whole words, and no protocol has more than one. */
const GROUP_BYTES = 8;
/** net.core.wmem_default. */
const SEND_BUFFER = 212_992;

export class NetlinkDiagnosis {
  readonly #netlink: NetlinkKernel;
  readonly #parts: DiagnosisParts;
  readonly #identities: SocketIdentities;
  /** A socket of each protocol is the kernel's own. */
  readonly #kernelSockets = new Map<number, object>();

  constructor(netlink: NetlinkKernel, parts: DiagnosisParts, identities: SocketIdentities) {
    this.#netlink = netlink;
    this.#parts = parts;
    this.#identities = identities;
  }

  /** netlink_diag_handler_dump(), netlink_diag_dump(). */
  dump({ message }: NetlinkRequest): HandlerResult {
    if (message.body.length < structLength(NETLINK_DIAG_REQ))
      return { ok: false, errno: this.#parts.refusal(EINVAL), atStart: true };
    const request = decodeStruct(NETLINK_DIAG_REQ, message.body);
    const [protocol = 0, show = 0] = [numberIn(request, 'sdiag_protocol'), numberIn(request, 'ndiag_show')];
    if (protocol !== NDIAG_PROTO_ALL && protocol >= MAX_LINKS && this.#parts.refusesUnknownProtocols)
      return { ok: false, errno: this.#parts.refusal(ENOENT) };
    const isAskedFor = (each: number): boolean =>
      protocol === NDIAG_PROTO_ALL || this.#parts.isAskedFor(each, protocol);
    return { ok: true, replies: this.#list(isAskedFor, show) };
  }

  *#list(isAskedFor: (protocol: number) => boolean, show: number): Iterable<NetlinkBody> {
    for (const protocol of this.#netlink.protocols) {
      if (!isAskedFor(protocol)) continue;
      if (this.#parts.listsKernel) yield this.#kernelSocket(protocol, show);
      const sockets = this.#netlink.socketsOf(protocol);
      for (const socket of sockets) yield this.#userSocket(socket, show);
      if (!this.#parts.listsListenersAgain) continue;
      for (const socket of sockets) if (socket.groups.size > 0) yield this.#userSocket(socket, show);
    }
  }

  #kernelSocket(protocol: number, show: number): NetlinkBody {
    const own = this.#kernelSockets.get(protocol) ?? {};
    this.#kernelSockets.set(protocol, own);
    return this.#message(own, { ndiag_type: SOCK_DGRAM, ndiag_protocol: protocol }, show, {
      NETLINK_DIAG_MEMINFO: { rcvbuf: SEND_BUFFER, sndbuf: SEND_BUFFER },
      NETLINK_DIAG_FLAGS: 0,
    });
  }

  #userSocket(socket: KernelSocket, show: number): NetlinkBody {
    const { protocol, portId, groups, buffer } = socket;
    const header = { ndiag_type: SOCK_RAW, ndiag_protocol: protocol, ndiag_portid: portId };
    return this.#message(socket, header, show, {
      NETLINK_DIAG_MEMINFO: this.#parts.toldMemory({
        rmem_alloc: buffer.used,
        rcvbuf: buffer.limit,
        sndbuf: SEND_BUFFER,
        drops: buffer.lost,
      }),
      ...(groups.isAllocated ? { NETLINK_DIAG_GROUPS: this.#parts.toldGroups(bitmapOf(groups)) } : {}),
      NETLINK_DIAG_FLAGS: this.#parts.toldFlags(this.#flags(socket)),
    });
  }

  #flags(socket: KernelSocket): number {
    const { tellsGroup, hidesLoss, capsAcknowledgements } = socket.options;
    return (
      (this.#netlink.isDumping(socket) ? NDIAG_FLAG_CB_RUNNING : 0) |
      (tellsGroup ? NDIAG_FLAG_PKTINFO : 0) |
      (hidesLoss ? NDIAG_FLAG_NO_ENOBUFS : 0) |
      (capsAcknowledgements ? NDIAG_FLAG_CAP_ACK : 0)
    );
  }

  /** sk_diag_fill(). */
  #message(socket: object, header: Values, show: number, values: Values): NetlinkBody {
    const { inode, cookie } = this.#identities.of(socket);
    const asked = Object.entries(values).filter(
      ([name]) => this.#parts.tellsUnasked || (show & (SHOWN_BY[name] ?? 0)) !== 0,
    );
    const all = {
      ndiag_family: AF_NETLINK,
      ndiag_state: TCP_CLOSE,
      ndiag_ino: inode,
      ndiag_cookie: this.#parts.toldCookie(cookie),
      ...header,
    };
    return {
      type: SOCK_DIAG_BY_FAMILY,
      body: encodeBody(NETLINK_DIAG_MSG, all, encodeAttributes(NETLINK_DIAG, Object.fromEntries(asked))),
    };
  }
}

const SHOWN_BY: Readonly<Record<string, number>> = {
  NETLINK_DIAG_MEMINFO: NDIAG_SHOW_MEMINFO,
  NETLINK_DIAG_GROUPS: NDIAG_SHOW_GROUPS,
  NETLINK_DIAG_FLAGS: NDIAG_SHOW_FLAGS,
};

function bitmapOf(groups: Iterable<number>): Uint8Array {
  const bytes = new Uint8Array(GROUP_BYTES);
  for (const group of groups) bytes[(group - 1) >> 3] = (bytes[(group - 1) >> 3] ?? 0) | (1 << ((group - 1) & 7));
  return bytes;
}
