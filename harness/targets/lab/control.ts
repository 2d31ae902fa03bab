/** QEMU's machine protocol (QMP), as far as the lab uses it: plugs cables in and pulls them out. */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetFault, TargetLost } from '../../contract/index.js';

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const LOOK_AGAIN_MS = 10;

/**
 * A socket that QEMU makes. Between the bind that makes the path and the listen that follows it, somebody who connects is refused.
 * @throws TargetFault if it cannot be reached within the time.
 */
export async function reachSocket(path: string, what: string, withinMs = 10_000): Promise<Socket> {
  const end = performance.now() + withinMs;
  for (;;) {
    const socket = connect(path);
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined));
      socket.once('error', resolve);
    });
    if (error === undefined) return socket;
    if (error.code !== 'ECONNREFUSED' || performance.now() > end) throw new TargetFault(`${what}: ${error.message}`);
    await sleep(LOOK_AGAIN_MS);
  }
}

export class MachineControl {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const lines = createInterface({ input: socket }).on('line', (line) => this.#take(line));
    // It passes on what goes wrong with the socket, which is told at its close.
    lines.on('error', () => undefined);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#isClosed = true;
      for (const { reject } of this.#waiting.values()) reject(new TargetLost('QEMU is gone'));
      this.#waiting.clear();
    });
  }

  /** The socket must be there: QEMU makes it before it starts the guest. */
  static async open(path: string): Promise<MachineControl> {
    const socket = await reachSocket(path, "QEMU's control socket");
    const control = new MachineControl(socket);
    await control.#execute('qmp_capabilities', {});
    return control;
  }

  /** The link of a netdev, as both of its ends see it. */
  setLink(netdev: string, up: boolean): Promise<void> {
    return this.#execute('set_link', { name: netdev, up });
  }

  /** A non-maskable interrupt: a guest that does nothing else still says where it is, and panics. */
  interrupt(): Promise<void> {
    return this.#execute('inject-nmi', {});
  }

  close(): void {
    this.#socket.destroy();
  }

  #execute(command: string, args: Readonly<Record<string, unknown>>): Promise<void> {
    return new Promise((resolve, reject: (error: Error) => void) => {
      if (this.#isClosed) {
        reject(new TargetLost('QEMU is gone'));
        return;
      }
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  }

  /** A line is a greeting, an event, or an answer with the id of its command. */
  #take(line: string): void {
    const message = JSON.parse(line) as { readonly id?: number; readonly error?: { readonly desc?: string } };
    const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (message.id === undefined || waiting === undefined) return;
    this.#waiting.delete(message.id);
    if (message.error === undefined) waiting.resolve();
    else waiting.reject(new TargetFault(`QEMU refused: ${message.error.desc ?? 'without a reason'}`));
  }
}
