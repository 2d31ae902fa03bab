/** What a socket is known by: the inode that is its file, and the cookie that no other socket ever has. */

export interface SocketIdentity {
  readonly inode: number;
  readonly cookie: bigint;
}

/** Where inodes of sockets begin here; the number means nothing. */
const FIRST_INODE = 0x8000;

export class SocketIdentities {
  readonly #known = new WeakMap<object, SocketIdentity>();
  #next = 1;

  /** sock_gen_cookie(): given out at the first look. */
  of(socket: object): SocketIdentity {
    let identity = this.#known.get(socket);
    if (identity === undefined) {
      identity = { inode: FIRST_INODE + this.#next, cookie: BigInt(this.#next) };
      this.#next++;
      this.#known.set(socket, identity);
    }
    return identity;
  }
}
