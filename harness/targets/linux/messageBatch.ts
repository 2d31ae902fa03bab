/**
 * Memory for sendmmsg(2) and recvmmsg(2): `struct mmsghdr`s whose pointers are written once, so that a frame costs its bytes and a
 * length. The layout is that of 64-bit Linux. One batch serves every socket: a call fills and empties it before anything else runs.
 */
import { libc } from './libc.js';

const MMSGHDR = 64;
const IOVEC = 16;
/** Offsets in struct mmsghdr. */
const NAME = 0;
const NAME_LENGTH = 8;
const IOV = 16;
const IOV_COUNT = 24;
const CONTROL = 32;
const CONTROL_LENGTH = 40;
const FLAGS = 48;
const LENGTH = 56;
/** struct sockaddr_ll. */
const ADDRESS_LENGTH = 20;
const ADDRESS_SLOT = 32;
const PACKET_TYPE_AT = 10;

/** A 64 KiB frame with its link headers and a virtio-net header in front. */
const DATA_SLOT = 68 << 10;
const CONTROL_SLOT = 256;

export const BATCH = 32;

export class MessageBatch {
  readonly data: Uint8Array = new Uint8Array(BATCH * DATA_SLOT);
  readonly control: Uint8Array = new Uint8Array(BATCH * CONTROL_SLOT);
  readonly controlView = new DataView(this.control.buffer);
  /** What the system call is given. */
  readonly headers: Uint8Array = new Uint8Array(BATCH * MMSGHDR);
  readonly #addresses = new Uint8Array(BATCH * ADDRESS_SLOT);
  readonly #iovecs = new Uint8Array(BATCH * IOVEC);
  readonly #headersView = new DataView(this.headers.buffer);
  readonly #iovecsView = new DataView(this.#iovecs.buffer);

  constructor() {
    const address = (bytes: Uint8Array): bigint => libc().address(bytes);
    const bases = {
      addresses: address(this.#addresses),
      iovecs: address(this.#iovecs),
      data: address(this.data),
      control: address(this.control),
    };
    for (let slot = 0; slot < BATCH; slot++) {
      const at = slot * MMSGHDR;
      this.#headersView.setBigUint64(at + NAME, bases.addresses + BigInt(slot * ADDRESS_SLOT), true);
      this.#headersView.setBigUint64(at + IOV, bases.iovecs + BigInt(slot * IOVEC), true);
      this.#headersView.setBigUint64(at + IOV_COUNT, 1n, true);
      this.#headersView.setBigUint64(at + CONTROL, bases.control + BigInt(slot * CONTROL_SLOT), true);
      this.#iovecsView.setBigUint64(slot * IOVEC, bases.data + BigInt(slot * DATA_SLOT), true);
      this.#setDataLength(slot, DATA_SLOT);
    }
  }

  /** Where a slot's data starts in `data`. */
  dataAt(slot: number): number {
    return slot * DATA_SLOT;
  }

  controlAt(slot: number): number {
    return slot * CONTROL_SLOT;
  }

  /** Makes the first `count` slots ready to be received into. */
  prepareReceive(count: number): void {
    for (let slot = 0; slot < count; slot++) {
      const at = slot * MMSGHDR;
      this.#headersView.setUint32(at + NAME_LENGTH, ADDRESS_LENGTH, true);
      this.#headersView.setUint32(at + CONTROL_LENGTH, CONTROL_SLOT, true);
      this.#headersView.setUint32(at + FLAGS, 0, true);
      this.#setDataLength(slot, DATA_SLOT);
    }
  }

  /** Makes a slot ready to be sent: a connected socket, so no address. Its data lies at `dataAt`, its control at `controlAt`. */
  prepareSend(slot: number, length: number, controlLength: number): void {
    const at = slot * MMSGHDR;
    this.#headersView.setUint32(at + NAME_LENGTH, 0, true);
    this.#headersView.setUint32(at + CONTROL_LENGTH, controlLength, true);
    this.#headersView.setUint32(at + FLAGS, 0, true);
    this.#setDataLength(slot, length);
  }

  /** The most that a slot takes. */
  get capacity(): number {
    return DATA_SLOT;
  }

  /** Bytes that were received into a slot by recvmmsg. */
  receivedLength(slot: number): number {
    return this.#headersView.getUint32(slot * MMSGHDR + LENGTH, true);
  }

  controlLength(slot: number): number {
    return this.#headersView.getUint32(slot * MMSGHDR + CONTROL_LENGTH, true);
  }

  /** sll_pkttype of the sender's address. */
  packetType(slot: number): number {
    return this.#addresses[slot * ADDRESS_SLOT + PACKET_TYPE_AT] ?? 0;
  }

  #setDataLength(slot: number, length: number): void {
    this.#iovecsView.setUint32(slot * IOVEC + 8, length, true);
  }
}

let shared: MessageBatch | undefined;

export function messageBatch(): MessageBatch {
  shared ??= new MessageBatch();
  return shared;
}
