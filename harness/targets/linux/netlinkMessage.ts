/**
 * Memory for recvmsg(2) of a netlink socket: a `struct msghdr` whose pointers are written once, with room for `struct nl_pktinfo`. The
 * layout is that of 64-bit Linux. One serves every socket: a call fills and empties it before anything else runs.
 */
import type { GroupedDatagram } from '../../contract/index.js';
import { libc } from './libc.js';
import { NETLINK_PKTINFO, SOL_NETLINK } from './uapi.js';

/** More than the kernel puts into one datagram. */
const LONGEST = 256 << 10;
const CONTROL_ROOM = 64;
/** Offsets in struct msghdr. */
const IOV = 16;
const IOV_COUNT = 24;
const CONTROL = 32;
const CONTROL_LENGTH = 40;
const MSGHDR = 56;
/** struct cmsghdr. */
const LEVEL_AT = 8;
const TYPE_AT = 12;
const CMSGHDR = 16;

export class NetlinkMessage {
  readonly data: Uint8Array = new Uint8Array(LONGEST);
  readonly #header = new Uint8Array(MSGHDR);
  readonly #headerView = new DataView(this.#header.buffer);
  readonly #control = new Uint8Array(CONTROL_ROOM);
  readonly #controlView = new DataView(this.#control.buffer);
  readonly #iovec = new BigUint64Array(2);

  constructor() {
    const address = (bytes: Uint8Array): bigint => libc().address(bytes);
    this.#iovec[0] = address(this.data);
    this.#iovec[1] = BigInt(LONGEST);
    this.#headerView.setBigUint64(IOV, address(new Uint8Array(this.#iovec.buffer)), true);
    this.#headerView.setBigUint64(IOV_COUNT, 1n, true);
    this.#headerView.setBigUint64(CONTROL, address(this.#control), true);
  }

  /** What the system call is given. */
  prepare(): Uint8Array {
    this.#headerView.setUint32(CONTROL_LENGTH, CONTROL_ROOM, true);
    return this.#header;
  }

  /** What it received. */
  received(length: number): GroupedDatagram {
    const bytes = this.data.slice(0, length);
    const group = this.#group();
    return group === undefined ? { bytes } : { bytes, group };
  }

  /** The control message is the only one that such a socket has. */
  #group(): number | undefined {
    const told = this.#headerView.getUint32(CONTROL_LENGTH, true);
    if (told < CMSGHDR + 4 || this.#controlView.getInt32(LEVEL_AT, true) !== SOL_NETLINK) return undefined;
    if (this.#controlView.getInt32(TYPE_AT, true) !== NETLINK_PKTINFO) return undefined;
    return this.#controlView.getUint32(CMSGHDR, true);
  }
}

let shared: NetlinkMessage | undefined;

export function netlinkMessage(): NetlinkMessage {
  shared ??= new NetlinkMessage();
  return shared;
}
