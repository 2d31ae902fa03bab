/** What waits in a netlink socket for its reader, and what becomes of what has no room: net/netlink/af_netlink.c. */
import type { SocketOptions } from './netlinkParts.js';

const ENOBUFS = 105;

/** Rules of the receive buffer that a seeded defect may replace. */
export interface BufferParts {
  /** netlink_overrun(): whether the reader is told that something was lost. */
  readonly reportsLoss: boolean;
  /** Whether it is told so again for what is lost before it caught up (NETLINK_S_CONGESTED). */
  readonly reportsEachLoss: boolean;
  /** Whether what comes is lost until the reader has caught up. */
  readonly staysCongested: boolean;
  /** NETLINK_NO_ENOBUFS. */
  readonly honoursNoErrors: boolean;
  /** Whether what waits longest makes room for what comes. */
  readonly losesOldest: boolean;
  /** Whether a datagram that is longer than the buffer it is read into is lost as far as it did not fit. */
  readonly losesRest: boolean;
  /** What the reader is told the datagram was long (MSG_TRUNC). */
  readonly toldLength: (whole: number, copied: number) => number;
  /** Room for the next part of a dump, by the longest buffer that was offered so far. */
  readonly partLimit: (longestBuffer: number) => number;
  /** Whether the next part of a dump is written when the reader makes room for it. */
  readonly dumpWaits: boolean;
  /** Whether a socket without room keeps those behind it from being told. */
  readonly stopsBehindFull: boolean;
  /** Whether a request is served although there is no room for its answer. */
  readonly servesWhenFull: boolean;
  /** netlink_cmsg_recv_pktinfo(): the group that a reader is told. */
  readonly toldGroup: (group: number) => number;
  /** nlmsg_notify(): the group of an echo. */
  readonly groupOfEcho: (group: number) => number;
  /** Whether the group is told to a socket without NETLINK_PKTINFO. */
  readonly tellsGroupsUnasked: boolean;
}

/** SKB_WITH_OVERHEAD() of a page: NLMSG_GOODSIZE. */
export const FIRST_PART = 3776;
/** SKB_WITH_OVERHEAD(32768): the most that netlink_recvmsg() goes by. */
const MOST_PART = 32_448;

export const CONFORMING_BUFFERS: BufferParts = {
  reportsLoss: true,
  reportsEachLoss: false,
  staysCongested: true,
  honoursNoErrors: true,
  losesOldest: false,
  losesRest: true,
  toldLength: (whole) => whole,
  partLimit: (longestBuffer) => Math.max(FIRST_PART, Math.min(longestBuffer, MOST_PART)),
  dumpWaits: true,
  stopsBehindFull: false,
  servesWhenFull: true,
  toldGroup: (group) => group,
  groupOfEcho: (group) => group,
  tellsGroupsUnasked: false,
};

/** What a read gives: the bytes that fitted, how long the datagram was, and of which group it is where that is asked for. */
export type Read =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly length: number; readonly group?: number }
  | { readonly ok: false; readonly errno: number };

/** SOCK_MIN_RCVBUF. */
const LEAST_LIMIT = 2304;
/** What a user who reads in time never comes up to. */
const DEFAULT_LIMIT = 16 << 20;

/** struct sk_buff and what is behind its data count too, and memory comes in powers of two. */
function trueSize(length: number): number {
  const [record, behindData] = [256, 320];
  return record + 2 ** Math.ceil(Math.log2(length + behindData));
}

export class ReceiveBuffer {
  /** Datagrams in the order in which they will be read. */
  readonly datagrams: Uint8Array[] = [];
  readonly #parts: BufferParts;
  readonly #options: SocketOptions;
  /** NETLINK_CB(skb).dst_group, of what was sent to a group. */
  readonly #groups = new WeakMap<Uint8Array, number>();
  #used = 0;
  #limit = DEFAULT_LIMIT;
  #lost = 0;
  #congested = false;
  #error: number | undefined;
  /** nlk->max_recvmsg_len. */
  #longestBuffer = 0;

  constructor(parts: BufferParts, options: SocketOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** SO_RCVBUF: twice what is asked for, as sock_setsockopt() has it. */
  limitTo(bytes: number): void {
    this.#limit = Math.max(LEAST_LIMIT, 2 * bytes);
  }

  /** Whether a datagram of this length would be lost. */
  hasRoomFor(length: number): boolean {
    const isCongested = this.#congested && this.#parts.staysCongested;
    return !isCongested && (this.#used === 0 || this.#used + trueSize(length) <= this.#limit);
  }

  /** Answers false where it is lost. `insert`: where it goes among those that wait. `group`: to which it is sent. */
  deliver(datagram: Uint8Array, insert = append, group = 0): boolean {
    if (group !== 0) this.#groups.set(datagram, group);
    if (!this.hasRoomFor(datagram.length)) {
      this.#overrun();
      if (!this.#parts.losesOldest) return false;
      const oldest = this.datagrams.shift();
      this.#used -= oldest === undefined ? 0 : trueSize(oldest.length);
    }
    this.#keep(datagram, insert);
    return true;
  }

  /** __netlink_sendskb() of a part of a dump, for which room was looked for before. */
  deliverPart(datagram: Uint8Array): void {
    this.#keep(datagram, append);
  }

  #keep(datagram: Uint8Array, insert: (queue: Uint8Array[], datagram: Uint8Array) => void): void {
    const before = this.datagrams.length;
    insert(this.datagrams, datagram);
    if (this.datagrams.length > before) this.#used += trueSize(datagram.length);
  }

  #overrun(): void {
    this.#lost++;
    if (this.#options.hidesLoss && this.#parts.honoursNoErrors) return;
    if (this.#parts.reportsLoss && (!this.#congested || this.#parts.reportsEachLoss)) this.#error = ENOBUFS;
    this.#congested = true;
  }

  /** netlink_setsockopt() of NETLINK_NO_ENOBUFS. */
  forgiveLoss(): void {
    this.#congested = false;
  }

  /** sk_rmem_alloc. */
  get used(): number {
    return this.#used;
  }

  /** sk_rcvbuf. */
  get limit(): number {
    return this.#limit;
  }

  /** sk_drops: how many were lost. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether a read ends at once. */
  get isReadable(): boolean {
    return this.#error !== undefined || this.datagrams.length > 0;
  }

  /** Whether netlink_recvmsg() goes on with a dump. */
  get isHalfEmpty(): boolean {
    return this.#used <= this.#limit / 2;
  }

  get partLimit(): number {
    return this.#longestBuffer === 0 ? FIRST_PART : this.#parts.partLimit(this.#longestBuffer);
  }

  /** netlink_recvmsg() into a buffer of this length; undefined where nothing is there. */
  read(length: number): Read | undefined {
    if (this.#error !== undefined) {
      const errno = this.#error;
      this.#error = undefined;
      return { ok: false, errno };
    }
    const datagram = this.datagrams.shift();
    if (datagram === undefined) {
      this.#congested = false;
      return undefined;
    }
    this.#longestBuffer = Math.max(this.#longestBuffer, length);
    this.#used -= trueSize(datagram.length);
    const bytes = datagram.subarray(0, length);
    if (bytes.length < datagram.length && !this.#parts.losesRest) {
      const rest = datagram.subarray(length);
      this.datagrams.unshift(rest);
      this.#used += trueSize(rest.length);
    }
    if (this.datagrams.length === 0) this.#congested = false;
    const toldLength = this.#parts.toldLength(datagram.length, bytes.length);
    if (!this.#options.tellsGroup && !this.#parts.tellsGroupsUnasked) return { ok: true, bytes, length: toldLength };
    return { ok: true, bytes, length: toldLength, group: this.#parts.toldGroup(this.#groups.get(datagram) ?? 0) };
  }

  clear(): void {
    this.datagrams.length = 0;
    this.#used = 0;
    this.#congested = false;
    this.#error = undefined;
    this.#longestBuffer = 0;
  }
}

const append = (queue: Uint8Array[], datagram: Uint8Array): void => void queue.push(datagram);
