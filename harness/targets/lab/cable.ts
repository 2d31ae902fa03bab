/** A cable: QEMU's stream netdev at one end, every frame with its length before it (four bytes, big endian), and the harness at the other. */
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetFault, TargetLost, type ReceiveWait, type WireEnd, type WireFrame } from '../../contract/index.js';

const LENGTH = 4;
/** More than the longest frame of a device; a longer one is a stream that went wrong. */
const LONGEST = 256 << 10;

/** An emulated guest takes a few hundred frames off its ring in that time. */
const PAUSE_MS = 10;

export class Cable {
  readonly #server: Server;
  readonly #ends = new Set<CableEnd>();
  readonly #setLink: (up: boolean) => Promise<void>;
  readonly #burst: number;
  #socket: Socket | undefined;
  #unread: Buffer = Buffer.alloc(0);
  #plugged = true;
  /** Resolves when QEMU has plugged itself in. */
  readonly connected: Promise<void>;

  private constructor(server: Server, setLink: (up: boolean) => Promise<void>, burst: number) {
    this.#server = server;
    this.#setLink = setLink;
    this.#burst = burst;
    this.connected = new Promise((resolve) => {
      server.once('connection', (socket) => {
        this.#socket = socket;
        socket.on('data', (chunk: Buffer) => this.#take(chunk));
        // The machine ended; whoever waits for it says so.
        socket.on('error', () => undefined);
        resolve();
      });
    });
  }

  /** `burst`: so many frames at once; then the guest gets time to take them off its ring. */
  static async listen(path: string, setLink: (up: boolean) => Promise<void>, burst = Infinity): Promise<Cable> {
    const server = createServer();
    const cable = new Cable(server, setLink, burst);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(new TargetFault(`cannot listen for the cable: ${error.message}`)));
      server.listen(path, resolve);
    });
    return cable;
  }

  /** Whether the cable is in the port. */
  get isPlugged(): boolean {
    return this.#plugged;
  }

  open(): WireEnd {
    const end = new CableEnd(this, () => this.#ends.delete(end));
    this.#ends.add(end);
    return end;
  }

  /** Forgets what nobody took. */
  empty(): void {
    for (const end of this.#ends) end.empty();
  }

  async plug(up: boolean): Promise<void> {
    if (this.#plugged === up) return;
    await this.#setLink(up);
    this.#plugged = up;
  }

  /** A cable that is pulled out loses what is sent. */
  async send(frames: readonly WireFrame[]): Promise<void> {
    for (let first = 0; first < frames.length; first += this.#burst) {
      if (first > 0) await sleep(PAUSE_MS);
      await this.#sendBurst(this.#burst >= frames.length ? frames : frames.slice(first, first + this.#burst));
    }
  }

  async #sendBurst(frames: readonly WireFrame[]): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) throw new TargetFault('QEMU has no cable in this port');
    // A stream that is closed takes nothing, and says no more when it would.
    if (socket.destroyed) throw new TargetLost('QEMU is gone');
    if (!this.#plugged) return;
    const bytes = Buffer.allocUnsafe(frames.reduce((sum, frame) => sum + LENGTH + frame.bytes.length, 0));
    let at = 0;
    for (const frame of frames) {
      at = bytes.writeUInt32BE(frame.bytes.length, at);
      bytes.set(frame.bytes, at);
      at += frame.bytes.length;
    }
    if (!socket.write(bytes))
      await new Promise<void>((resolve) => void socket.once('drain', resolve).once('close', resolve));
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  #take(chunk: Buffer): void {
    const bytes = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    let at = 0;
    while (bytes.length - at >= LENGTH) {
      const length = bytes.readUInt32BE(at);
      if (length > LONGEST) {
        this.#socket?.destroy(new TargetFault(`a frame of ${length} bytes on the cable`));
        return;
      }
      if (bytes.length - at - LENGTH < length) break;
      const frame = { bytes: new Uint8Array(bytes.subarray(at + LENGTH, at + LENGTH + length)) };
      for (const end of this.#ends) end.arrived(frame);
      at += LENGTH + length;
    }
    this.#unread = bytes.subarray(at);
  }
}

class CableEnd implements WireEnd {
  readonly #cable: Cable;
  readonly #onClose: () => void;
  readonly #received: WireFrame[] = [];
  #waiting: { readonly count: number; readonly wake: () => void } | undefined;

  constructor(cable: Cable, onClose: () => void) {
    this.#cable = cable;
    this.#onClose = onClose;
  }

  arrived(frame: WireFrame): void {
    this.#received.push(frame);
    if (this.#waiting !== undefined && this.#received.length >= this.#waiting.count) this.#waiting.wake();
  }

  empty(): void {
    this.#received.length = 0;
  }

  async send(frames: readonly WireFrame[]): Promise<void> {
    if (frames.some(({ fcs }) => fcs !== undefined)) {
      throw new TargetFault('frames on an emulated cable have no frame check sequence that could be wrong');
    }
    await this.#cable.send(frames);
  }

  async receive({ withinMs, count = Infinity }: ReceiveWait): Promise<readonly WireFrame[]> {
    if (this.#received.length < count && withinMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        const wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
        this.#waiting = { count, wake };
      });
      this.#waiting = undefined;
    }
    return this.#received.splice(0);
  }

  setCarrier(up: boolean): Promise<void> {
    return this.#cable.plug(up);
  }

  setPartner(): Promise<void> {
    return Promise.reject(new TargetFault('the far end of an emulated cable does not negotiate'));
  }

  async close(): Promise<void> {
    this.#onClose();
  }
}
