/** Listens to what the kernel announces of an action while it is under way. */
import { NETLINK_GENERIC } from '../netlink/constants.js';
import { parseDatagram } from '../netlink/wire.js';
import type { ActionProgress, ActionRequest } from './actionSpec.js';
import type { NetlinkSocket } from './machine.js';
import type { NettoolSession } from './session.js';

/** Between two looks at a socket of a model, whose time passes while it is waited for. */
const LISTEN_MS = 50;
const PAUSE_MS = 5;

export class ProgressListener {
  readonly #socket: NetlinkSocket | undefined;
  readonly #read: NonNullable<ActionRequest['progress']>['read'];
  readonly #tell: (progress: ActionProgress) => void;
  #isOver = false;
  #listening: Promise<void> = Promise.resolve();

  private constructor(
    socket: NetlinkSocket | undefined,
    read: NonNullable<ActionRequest['progress']>['read'],
    tell: (progress: ActionProgress) => void,
  ) {
    this.#socket = socket;
    this.#read = read;
    this.#tell = tell;
  }

  /** Listens from now on, before the action is sent. */
  static async open(
    session: NettoolSession,
    { progress }: ActionRequest,
    tell: (progress: ActionProgress) => void,
  ): Promise<ProgressListener | undefined> {
    if (progress === undefined || !session.parts.listensToProgress) return undefined;
    const family = await session.pool.family(progress.family);
    const group = family.ok ? family.value.groups.get(progress.group) : undefined;
    if (group === undefined) return undefined;
    const socket = await session.machine.netlink(NETLINK_GENERIC);
    await socket.join(group);
    const listener = new ProgressListener(socket, progress.read, tell);
    listener.#listening = listener.#listen();
    return listener;
  }

  /** The action was answered: what was announced up to now is told still. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#listening;
    await this.#take(0);
    await this.#socket?.close();
  }

  async #listen(): Promise<void> {
    while (!this.#isOver) {
      await this.#take(LISTEN_MS);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #take(withinMs: number): Promise<void> {
    for (let wait = withinMs; ; wait = 0) {
      const datagram = await this.#socket?.receive({ withinMs: wait });
      if (datagram === null || datagram === undefined) return;
      for (const message of parseDatagram(datagram)) {
        const progress = this.#read(message);
        if (progress !== undefined) this.#tell(progress);
      }
    }
  }
}
