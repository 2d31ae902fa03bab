/** A netlink socket of a tool: its options as the kernel keeps them, over a socket of the contract. */
import type { GroupedDatagram, NetlinkSocket } from '../contract/index.js';
import { EINVAL, ENOPROTOOPT } from './errors.js';
import { asStrictRequest } from './legacyRequests.js';
import type { PacketConnection } from './packetServer.js';
import { LOST_DATAGRAMS, withGroup } from './shimProtocol.js';
import { forTool, readablePieces } from './toolAnswers.js';

/** linux/netlink.h. */
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_DROP_MEMBERSHIP = 2;
const NETLINK_PKTINFO = 3;
const NETLINK_BROADCAST_ERROR = 4;
const NETLINK_NO_ENOBUFS = 5;
const NETLINK_LISTEN_ALL_NSID = 8;
const NETLINK_LIST_MEMBERSHIPS = 9;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;

/** Options that are on or off. */
const SWITCHES: ReadonlySet<number> = new Set([
  NETLINK_PKTINFO,
  NETLINK_BROADCAST_ERROR,
  NETLINK_NO_ENOBUFS,
  NETLINK_LISTEN_ALL_NSID,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
]);

/** What a socket may leave unread: beyond it announcements are lost, as in a receive buffer that is full, and requests wait. */
const MOST_UNREAD = 1 << 20;
/** Requests that may wait to be served. */
const MOST_WAITING = 16;

/** What a socket needs of the server. */
export interface SocketHost {
  /** One after the other, as under rtnl_lock; afterwards who listens is told. */
  turn(work: () => Promise<void>): Promise<void>;
  /** A datagram passed. */
  passed(socket: ToolSocket, direction: 'sent' | 'received', datagram: Uint8Array): void;
}

export type OptionResult = { readonly errno: number; readonly words?: readonly number[]; readonly bytes?: Uint8Array };

export class ToolSocket {
  readonly protocol: number;
  readonly kind: number;
  readonly process: number;
  portId: number;
  isBound = false;
  readonly #socket: NetlinkSocket;
  readonly #connection: PacketConnection;
  readonly #host: SocketHost;
  readonly #groups = new Set<number>();
  readonly #switches = new Set<number>();
  #waiting = 0;
  #overrun = false;

  constructor(
    about: { readonly protocol: number; readonly kind: number; readonly process: number; readonly portId: number },
    socket: NetlinkSocket,
    connection: PacketConnection,
    host: SocketHost,
  ) {
    this.protocol = about.protocol;
    this.kind = about.kind;
    this.process = about.process;
    this.portId = about.portId;
    this.#socket = socket;
    this.#connection = connection;
    this.#host = host;
  }

  get listens(): boolean {
    return this.#groups.size > 0;
  }

  /** nl_groups of its address: the first 32 groups. */
  get groupBits(): number {
    let bits = 0;
    for (const group of this.#groups) if (group <= 32) bits |= 1 << (group - 1);
    return bits >>> 0;
  }

  /** A request of the tool's. */
  async serve(datagram: Uint8Array): Promise<void> {
    if (++this.#waiting >= MOST_WAITING) this.#connection.setReading(false);
    try {
      await this.#host.turn(async () => {
        this.#host.passed(this, 'sent', datagram);
        const isStrict = this.#switches.has(NETLINK_GET_STRICT_CHK);
        await this.#socket.send(isStrict ? datagram : asStrictRequest(this.protocol, datagram));
        await this.take();
      });
    } finally {
      this.#waiting--;
      this.drained();
    }
  }

  /** Hands over what the target has for the tool. */
  async take(): Promise<void> {
    for (;;) {
      const received = await this.#receive();
      if (received === null) return;
      this.#deliver(received);
    }
  }

  async #receive(): Promise<GroupedDatagram | null> {
    if (this.#socket.receiveWithGroup !== undefined) return this.#socket.receiveWithGroup({ withinMs: 0 });
    const bytes = await this.#socket.receive({ withinMs: 0 });
    return bytes === null ? null : { bytes };
  }

  /** The tool has read something: it may ask again. */
  drained(): void {
    if (this.#connection.waitingBytes >= MOST_UNREAD) {
      this.#connection.setReading(false);
      return;
    }
    if (this.#overrun) {
      this.#overrun = false;
      if (!this.#switches.has(NETLINK_NO_ENOBUFS)) this.#connection.send(LOST_DATAGRAMS);
    }
    if (this.#waiting < MOST_WAITING) this.#connection.setReading(true);
  }

  #deliver({ bytes: datagram, group }: GroupedDatagram): void {
    if (this.#connection.waitingBytes >= MOST_UNREAD && isAnnouncement(datagram)) {
      this.#overrun = true;
      return;
    }
    this.#host.passed(this, 'received', datagram);
    const answer = forTool(datagram, {
      targetPort: this.#socket.portId,
      toolPort: this.portId,
      wantsExtendedAck: this.#switches.has(NETLINK_EXT_ACK),
      wantsCappedAck: this.#switches.has(NETLINK_CAP_ACK),
    });
    const tellsGroup = group !== undefined && this.#switches.has(NETLINK_PKTINFO);
    for (const piece of readablePieces(answer)) this.#connection.send(tellsGroup ? withGroup(piece, group) : piece);
  }

  /** netlink_setsockopt(). */
  async setOption(option: number, value: number): Promise<OptionResult> {
    if (option === NETLINK_ADD_MEMBERSHIP || option === NETLINK_DROP_MEMBERSHIP) {
      if (value <= 0) return { errno: EINVAL };
      await this.member(value, option === NETLINK_ADD_MEMBERSHIP);
      return { errno: 0 };
    }
    if (!this.#hasSwitch(option)) return { errno: ENOPROTOOPT };
    if (value === 0) this.#switches.delete(option);
    else this.#switches.add(option);
    return { errno: 0 };
  }

  /** netlink_getsockopt(). */
  getOption(option: number): OptionResult {
    if (option === NETLINK_LIST_MEMBERSHIPS) {
      const bytes = new Uint8Array(4 * Math.ceil(Math.max(0, ...this.#groups) / 32));
      for (const group of this.#groups)
        bytes[(group - 1) >> 3] = (bytes[(group - 1) >> 3] ?? 0) | (1 << ((group - 1) & 7));
      return { errno: 0, words: [bytes.length], bytes };
    }
    if (!this.#hasSwitch(option)) return { errno: ENOPROTOOPT };
    return { errno: 0, words: [this.#switches.has(option) ? 1 : 0] };
  }

  /** A target may not tell of groups. */
  #hasSwitch(option: number): boolean {
    return SWITCHES.has(option) && (option !== NETLINK_PKTINFO || this.#socket.receiveWithGroup !== undefined);
  }

  async member(group: number, joins: boolean): Promise<void> {
    if (joins === this.#groups.has(group)) return;
    if (joins) {
      await this.#socket.join(group);
      this.#groups.add(group);
    } else {
      await this.#socket.leave(group);
      this.#groups.delete(group);
    }
  }

  close(): Promise<void> {
    return this.#socket.close();
  }
}

/** An announcement answers no request. */
function isAnnouncement(datagram: Uint8Array): boolean {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
  return datagram.length >= 16 && view.getUint32(8, true) === 0 && view.getUint32(12, true) === 0;
}
