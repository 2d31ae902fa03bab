/**
 * A Unix socket of the kind SOCK_SEQPACKET, which keeps the boundaries of messages as netlink does. Node has no such socket: these are
 * descriptors of the C library's that the event loop watches.
 */
import {
  checked,
  closeFd,
  libc,
  setOption,
  SystemCallError,
  type Readiness,
  type ReadinessWatch,
} from '../targets/linux/libc.js';
import {
  AF_UNIX,
  EAGAIN,
  EINTR,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_TRUNC,
  SO_SNDBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOL_SOCKET,
} from '../targets/linux/uapi.js';

const BACKLOG = 4096;
/** sizeof(struct sockaddr_un). */
const ADDRESS_LENGTH = 110;
/** More than any packet: a Unix socket takes no more than its send buffer at once. */
const scratch = new Uint8Array(1 << 20);
/** Where the kernel allows it; elsewhere the default, some 200 KiB. */
const SEND_BUFFER = 1 << 20;
/** Packets of one connection that are taken before others have their turn. */
const MOST_AT_ONCE = 64;

export interface PacketConnection {
  /** The name that the kernel gave to the far end, which both ends know. */
  readonly name: string;
  /** Sends a packet, or keeps it until there is room. */
  send(packet: Uint8Array): void;
  /** Bytes that wait for room. */
  readonly waitingBytes: number;
  /** Stops taking packets, or goes on. */
  setReading(reading: boolean): void;
  /** Takes what is there already, unless it does not read. */
  readNow(): void;
  /** Once all that waits is sent; at once where `now`. */
  close(now?: boolean): void;
}

export interface PacketHandlers {
  packet(packet: Uint8Array): void;
  /** What waited has been sent. */
  drained(): void;
  /** The far end is gone, or the connection was closed. */
  closed(): void;
}

export interface PacketServer {
  /** Takes no more connections and ends those there are. */
  close(): void;
}

/** Throws SystemCallError if the socket cannot be made. */
export function listenForPackets(
  path: string,
  accepted: (connection: PacketConnection) => PacketHandlers,
): PacketServer {
  const fd = checked(
    'socket(AF_UNIX, SOCK_SEQPACKET)',
    libc().socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
  );
  const name = new TextEncoder().encode(path);
  const address = new Uint8Array(2 + name.length + 1);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(name, 2);
  const open = new Set<Connection>();
  try {
    checked(`bind ${path}`, libc().bind(fd, address, address.length));
    checked(`listen on ${path}`, libc().listen(fd, BACKLOG));
  } catch (error) {
    closeFd(fd);
    throw error;
  }
  const watch = libc().watch(fd, () => {
    for (;;) {
      const peer = new Uint8Array(ADDRESS_LENGTH);
      const length = new Uint8Array([ADDRESS_LENGTH, 0, 0, 0]);
      const end = libc().accept4(fd, peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (end < 0) return;
      // An abstract name: a zero, then five digits.
      const name = new TextDecoder().decode(peer.subarray(3, length[0] ?? 0));
      open.add(new Connection(end, name, accepted, (connection) => open.delete(connection)));
    }
  });
  return {
    close: () => {
      watch.stop();
      closeFd(fd);
      for (const connection of [...open]) connection.close(true);
    },
  };
}

class Connection implements PacketConnection {
  readonly name: string;
  readonly #handlers: PacketHandlers;
  readonly #forget: (connection: Connection) => void;
  readonly #waiting: Uint8Array[] = [];
  #fd: number;
  readonly #watch: ReadinessWatch;
  /** What the watch is for now. */
  #wanted: Readiness = { readable: true, writable: false };
  #closing = false;
  waitingBytes = 0;

  constructor(
    fd: number,
    name: string,
    accepted: (connection: PacketConnection) => PacketHandlers,
    forget: (connection: Connection) => void,
  ) {
    this.#fd = fd;
    this.name = name;
    this.#forget = forget;
    try {
      setOption(fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
    }
    this.#watch = libc().watchFor(fd, ({ readable, writable }) => {
      if (writable) this.#drain();
      if (readable) this.#read();
    });
    this.#handlers = accepted(this);
  }

  setReading(reading: boolean): void {
    this.#want({ ...this.#wanted, readable: reading });
  }

  readNow(): void {
    this.#read();
  }

  #want(wanted: Readiness): void {
    const { readable, writable } = this.#wanted;
    if (this.#fd < 0 || (wanted.readable === readable && wanted.writable === writable)) return;
    this.#wanted = wanted;
    this.#watch.change(wanted);
  }

  send(packet: Uint8Array): void {
    if (this.#fd < 0 || this.#closing) return;
    if (this.#waiting.length === 0 && this.#sendNow(packet)) return;
    this.#waiting.push(packet);
    this.waitingBytes += packet.length;
    this.#want({ ...this.#wanted, writable: true });
  }

  close(now = false): void {
    this.#closing = true;
    if (now || this.#waiting.length === 0) this.#end();
  }

  /** Whether the packet is done with: sent, or for nobody any more. */
  #sendNow(packet: Uint8Array): boolean {
    const result = libc().send(this.#fd, packet, packet.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    return result !== -EAGAIN;
  }

  #drain(): void {
    if (this.#fd < 0) return;
    for (let packet = this.#waiting[0]; packet !== undefined; packet = this.#waiting[0]) {
      if (!this.#sendNow(packet)) return;
      this.#waiting.shift();
      this.waitingBytes -= packet.length;
    }
    this.#want({ ...this.#wanted, writable: false });
    if (this.#closing) this.#end();
    else this.#handlers.drained();
  }

  #read(): void {
    for (let count = 0; count < MOST_AT_ONCE && this.#fd >= 0 && this.#wanted.readable; count++) {
      const length = libc().recv(this.#fd, scratch, scratch.length, MSG_DONTWAIT | MSG_TRUNC);
      if (length === -EINTR) continue;
      if (length === -EAGAIN) return;
      if (length <= 0) {
        this.#end();
        return;
      }
      this.#handlers.packet(scratch.slice(0, Math.min(length, scratch.length)));
    }
  }

  #end(): void {
    if (this.#fd < 0) return;
    this.#watch.stop();
    closeFd(this.#fd);
    this.#fd = -1;
    this.waitingBytes = this.#waiting.length = 0;
    this.#forget(this);
    this.#handlers.closed();
  }
}
