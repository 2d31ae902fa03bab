/** AF_NETLINK as the contract has it. */
import type {
  GroupedDatagram,
  NetlinkProtocol,
  NetlinkSocket,
  ReceivedDatagram,
  SocketOptionResult,
  Wait,
} from '../../contract/index.js';
import { checked, closeFd, libc, setOption, SystemCallError, toErrno } from './libc.js';
import type { NetNamespace } from './netNamespace.js';
import { netlinkMessage } from './netlinkMessage.js';
import { drainUntil } from './readiness.js';
import { SendQueue } from './sendQueue.js';
import {
  AF_NETLINK,
  EAGAIN,
  EBADF,
  EINTR,
  EPERM,
  MSG_DONTWAIT,
  MSG_TRUNC,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_DROP_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_PKTINFO,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from './uapi.js';

/** The kernel works on a request while it is sent: its answer is there when send(2) returns. The rest is margin. */
const ANSWER_MS = 50;
const RECEIVE_BUFFER = 8 << 20;
/** Requests whose answers fit into a buffer that nobody may grow beyond the limit of the machine. */
const FEW = 8;
/** struct sockaddr_nl. */
const ADDRESS_LENGTH = 12;
const PORT_ID_AT = 4;
export class LinuxNetlinkSocket implements NetlinkSocket {
  readonly portId: number;
  readonly #protocol: NetlinkProtocol;
  readonly #groups = new Set<number>();
  readonly #received: GroupedDatagram[] = [];
  readonly #onClose: () => void;
  #fd: number;

  readonly #aside: SendQueue | undefined;

  /**
   * `sendsAside`: requests are sent on another thread, so that one on which a driver works for seconds holds up nothing else.
   * Throws SystemCallError: EPROTONOSUPPORT where the kernel does not have the protocol.
   */
  constructor(
    namespace: NetNamespace,
    protocol: NetlinkProtocol,
    onClose: () => void = () => undefined,
    { sendsAside = false } = {},
  ) {
    this.#protocol = protocol;
    this.#onClose = onClose;
    const { fd, isGrown } = openSocket(namespace, protocol, 0);
    this.#fd = fd;
    this.#aside = sendsAside ? new SendQueue(isGrown ? undefined : FEW) : undefined;
    this.portId = portIdOf(this.#fd);
  }

  /** Goes over to another namespace with its port id and its memberships; what was not taken yet is lost. */
  moveTo(namespace: NetNamespace): void {
    if (this.#fd < 0) return;
    closeFd(this.#fd);
    this.#received.length = 0;
    this.#fd = openSocket(namespace, this.#protocol, this.portId).fd;
    for (const group of this.#groups) setOption(this.#fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
  }

  async send(datagram: Uint8Array): Promise<void> {
    if (this.#aside !== undefined) {
      if (this.#fd < 0) throw new SystemCallError('send on a netlink socket', EBADF);
      return this.#aside.send(this.#fd, datagram);
    }
    checked('send on a netlink socket', libc().send(this.#fd, datagram, datagram.length, MSG_DONTWAIT));
  }

  async receive(wait?: Wait): Promise<Uint8Array | null> {
    return (await this.receiveWithGroup(wait))?.bytes ?? null;
  }

  async receiveWithGroup(wait: Wait = { withinMs: ANSWER_MS }): Promise<GroupedDatagram | null> {
    const ready = (): boolean => this.#received.length > 0;
    if (!ready()) await drainUntil(this.#fd, () => this.#drain(), ready, wait.withinMs);
    return this.#received.shift() ?? null;
  }

  async join(group: number): Promise<void> {
    setOption(this.#fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
    this.#groups.add(group);
  }

  async leave(group: number): Promise<void> {
    setOption(this.#fd, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group);
    this.#groups.delete(group);
  }

  /** Memberships among them last as long as those of `join`; the rest until the target is reset. */
  async setOption(option: number, value: number): Promise<SocketOptionResult> {
    try {
      setOption(this.#fd, SOL_NETLINK, option, value);
    } catch (error) {
      if (error instanceof SystemCallError) return { ok: false, errno: error.errno };
      throw error;
    }
    return { ok: true };
  }

  /** Until the target is reset. */
  async limitReceiveBuffer(bytes: number): Promise<SocketOptionResult> {
    setOption(this.#fd, SOL_SOCKET, SO_RCVBUF, bytes);
    return { ok: true };
  }

  async receiveInto(length: number): Promise<ReceivedDatagram> {
    const buffer = new Uint8Array(length);
    for (;;) {
      const result = libc().recv(this.#fd, buffer, length, MSG_DONTWAIT | MSG_TRUNC);
      if (result === -EINTR) continue;
      if (result < 0) return { ok: false, errno: toErrno(-result) };
      return { ok: true, bytes: buffer.subarray(0, Math.min(result, length)), length: result };
    }
  }

  async close(): Promise<void> {
    if (this.#fd < 0) return;
    this.#aside?.close();
    closeFd(this.#fd);
    this.#fd = -1;
    this.#onClose();
  }

  /** A receive of a dump makes the kernel write its next part, so one datagram at a time is taken. */
  #drain(): void {
    for (;;) {
      const message = netlinkMessage();
      const length = libc().recvmsg(this.#fd, message.prepare(), MSG_DONTWAIT | MSG_TRUNC);
      if (length === -EAGAIN) return;
      if (length === -EINTR) continue;
      if (length < 0) throw new SystemCallError('recv on a netlink socket', -length);
      if (length > message.data.length) throw new Error(`a netlink datagram of ${length} bytes was cut`);
      this.#received.push(message.received(length));
    }
  }
}

interface OpenedSocket {
  readonly fd: number;
  /** It has the receive buffer that was asked for. */
  readonly isGrown: boolean;
}

function openSocket(namespace: NetNamespace, protocol: NetlinkProtocol, portId: number): OpenedSocket {
  const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const fd = checked(
    `socket(AF_NETLINK, SOCK_RAW, ${protocol})`,
    namespace.inside(() => libc().socket(AF_NETLINK, type, protocol)),
  );
  try {
    const isGrown = growReceiveBuffer(fd);
    setOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    setOption(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    setOption(fd, SOL_NETLINK, NETLINK_PKTINFO, 1);
    const address = new Uint8Array(ADDRESS_LENGTH);
    const view = new DataView(address.buffer);
    view.setUint16(0, AF_NETLINK, true);
    view.setUint32(PORT_ID_AT, portId, true);
    checked('bind a netlink socket', libc().bind(fd, address, address.length));
    return { fd, isGrown };
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}

/** Beyond the limit of the machine where that is allowed, else up to it. */
function growReceiveBuffer(fd: number): boolean {
  try {
    setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
    return true;
  } catch (error) {
    if (!(error instanceof SystemCallError) || error.errno !== EPERM) throw error;
    setOption(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
    return false;
  }
}

function portIdOf(fd: number): number {
  const address = new Uint8Array(ADDRESS_LENGTH);
  const length = new Uint8Array([ADDRESS_LENGTH, 0, 0, 0]);
  checked('getsockname', libc().getsockname(fd, address, length));
  return new DataView(address.buffer).getUint32(PORT_ID_AT, true);
}
