/**
 * Datagrams that are sent on another thread. The kernel works on a netlink request while it is sent, and a driver may take its time, so
 * the thread of the event loop does not wait for it. A hop to a thread costs more than most requests: what gathers while one batch is
 * under way goes out with the next one, in one sendmmsg(2).
 */
import { libc, SystemCallError } from './libc.js';
import { EBADF, ENOBUFS, MSG_DONTWAIT } from './uapi.js';

/** Layout of 64-bit Linux: struct mmsghdr and struct iovec. */
const MMSGHDR = 64;
const IOV_AT = 16;
const IOV_COUNT_AT = 24;
const IOVEC = 16;
const IOV_LENGTH_AT = 8;

const MOST = 64;
const DATA_BYTES = 64 << 10;

interface Waiting {
  readonly datagram: Uint8Array;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const CALL = 'send on a netlink socket';

export class SendQueue {
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  /** Made with the first batch of several. */
  #batch: Batch | undefined;
  #isSending = false;

  /** `most` datagrams go out together: the answers to twice as many have to fit into the receive buffer. */
  constructor(most = MOST) {
    this.#most = Math.min(most, MOST);
  }

  /** In the order of the calls. Rejects where the kernel did not take the datagram; why it did not is seen on the other thread alone. */
  send(fd: number, datagram: Uint8Array): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ datagram, done, failed });
      if (!this.#isSending) void this.#sendAll(fd);
    });
  }

  async #sendAll(fd: number): Promise<void> {
    this.#isSending = true;
    try {
      while (this.#waiting.length > 0) await this.#sendSome(fd);
    } catch (error) {
      for (const { failed } of this.#waiting.splice(0)) failed(error);
    } finally {
      this.#isSending = false;
    }
  }

  /** What is not under way yet is not sent any more: the descriptor may be somebody else's soon. */
  close(): void {
    for (const { failed } of this.#waiting.splice(0)) failed(new SystemCallError(CALL, EBADF));
  }

  async #sendSome(fd: number): Promise<void> {
    const [first] = this.#waiting;
    if (first === undefined) return;
    const isAlone = this.#waiting.length === 1 || first.datagram.length > DATA_BYTES;
    if (!isAlone) this.#batch ??= new Batch();
    const count = isAlone ? 1 : (this.#batch?.fill(this.#waiting, this.#most) ?? 1);
    const batch = this.#waiting.splice(0, count);
    const sent = await this.#sent(fd, batch);
    for (const { done } of batch.slice(0, sent)) done();
    // sendmmsg(2) ends at the first that is refused; those behind it are tried again.
    batch[sent]?.failed(new SystemCallError(CALL, ENOBUFS));
    this.#waiting.unshift(...batch.slice(sent + 1));
  }

  /** How many of a batch the kernel took. */
  async #sent(fd: number, batch: readonly Waiting[]): Promise<number> {
    const [first] = batch;
    if (first === undefined) return 0;
    if (batch.length > 1 && this.#batch !== undefined)
      return Math.max(0, await libc().sendmmsgAsync(fd, this.#batch.headers, batch.length, MSG_DONTWAIT));
    return (await libc().sendAsync(fd, first.datagram, first.datagram.length, MSG_DONTWAIT)) < 0 ? 0 : 1;
  }
}

/** Memory of one batch, whose pointers are written once. */
class Batch {
  readonly headers = new Uint8Array(MOST * MMSGHDR);
  readonly #data = new Uint8Array(DATA_BYTES);
  readonly #iovecs = new Uint8Array(MOST * IOVEC);
  readonly #iovecsView = new DataView(this.#iovecs.buffer);
  readonly #base: bigint = libc().address(this.#data);

  constructor() {
    const view = new DataView(this.headers.buffer);
    const iovecs = libc().address(this.#iovecs);
    for (let slot = 0; slot < MOST; slot++) {
      view.setBigUint64(slot * MMSGHDR + IOV_AT, iovecs + BigInt(slot * IOVEC), true);
      view.setBigUint64(slot * MMSGHDR + IOV_COUNT_AT, 1n, true);
    }
  }

  /** Takes as many as there is room for; how many. */
  fill(waiting: readonly Waiting[], most: number): number {
    let count = 0;
    let at = 0;
    for (const { datagram } of waiting) {
      if (count === most || at + datagram.length > DATA_BYTES) break;
      this.#data.set(datagram, at);
      this.#iovecsView.setBigUint64(count * IOVEC, this.#base + BigInt(at), true);
      this.#iovecsView.setUint32(count * IOVEC + IOV_LENGTH_AT, datagram.length, true);
      at += datagram.length;
      count += 1;
    }
    return count;
  }
}
