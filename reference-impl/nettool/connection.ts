/**
 * A netlink socket with many requests in flight. Every request has a sequence number of its own, which its answer carries; an
 * answer to nobody's request (an announcement, or what came too late) is passed by.
 */
import type { NetlinkFailure, NetlinkResult } from '../netlink/client.js';
import { NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR } from '../netlink/constants.js';
import { errnoName } from '../netlink/errnoNames.js';
import { decodeDone, decodeError } from '../netlink/extack.js';
import { encodeMessage, parseDatagram, type Message } from '../netlink/wire.js';
import type { NetlinkSocket } from './machine.js';
import type { NettoolParts } from './parts.js';

export interface NetlinkRequest {
  /** Message type: of rtnetlink the operation, of generic netlink the family. */
  readonly type: number;
  /** NLM_F_* beside REQUEST and ACK. */
  readonly flags?: number;
  readonly body: Uint8Array;
}

/** An operation was not answered in its time. Whether a change was carried out is not known then. */
export class OperationTimeout extends Error {
  override readonly name = 'OperationTimeout';
}

interface Pending {
  readonly sequence: number;
  readonly isDump: boolean;
  readonly replies: Message[];
  readonly finish: (result: NetlinkResult<readonly Message[]>) => void;
  readonly fail: (error: unknown) => void;
}

/** Between two looks at a socket on which nothing was: grows up to this. */
const LONGEST_PAUSE_MS = 10;
/** A reader that somebody still waits for is given so long; a machine that hangs keeps it for ever. */
const READER_LEAVES_MS = 500;

const isDump = (flags = 0): boolean => (flags & NLM_F_DUMP) === NLM_F_DUMP;

export class NetlinkConnection {
  readonly #socket: NetlinkSocket;
  readonly #parts: NettoolParts;
  readonly #pending = new Map<number, Pending>();
  readonly #waiting: (() => void)[] = [];
  #dumps: Promise<unknown> = Promise.resolve();
  #sequence: number;
  #inFlight = 0;
  #queuedDumps = 0;
  #reserved = 0;
  #isPumping = false;
  #pumping: Promise<void> = Promise.resolve();
  #isRetired = false;

  /** `first`: where sequence numbers begin; sockets of one machine begin apart, so that a transcript tells them apart. */
  constructor(socket: NetlinkSocket, parts: NettoolParts, first = 1) {
    this.#socket = socket;
    this.#parts = parts;
    this.#sequence = first;
  }

  /** How many requests are on their way, or wait for room. */
  get load(): number {
    return this.#reserved + this.#inFlight + this.#waiting.length + this.#queuedDumps;
  }

  /** Counts as load from now on: who was sent here calls `request` next. */
  reserve(): this {
    this.#reserved += 1;
    return this;
  }

  /** Whether a dump was given up in the middle: the socket is busy with it until somebody reads it to its end. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** The replies of a request, or the refusal. Rejects with OperationTimeout where neither comes in time. */
  async request(request: NetlinkRequest, timeoutMs: number): Promise<NetlinkResult<readonly Message[]>> {
    this.#reserved = Math.max(0, this.#reserved - 1);
    // netlink_dump_start(): a socket has one dump at a time, a second one is refused with EBUSY.
    if (!isDump(request.flags)) return this.#exchange(request, timeoutMs);
    this.#queuedDumps += 1;
    const turn = this.#dumps.then(() => {
      this.#queuedDumps -= 1;
      return this.#exchange(request, timeoutMs);
    });
    this.#dumps = turn.catch(() => undefined);
    return turn;
  }

  /** A socket is not closed under a reader: its descriptor may be somebody else's by then. */
  async close(): Promise<void> {
    await Promise.race([this.#pumping, new Promise((resolve) => setTimeout(resolve, READER_LEAVES_MS).unref())]);
    await this.#socket.close();
  }

  async #exchange(request: NetlinkRequest, timeoutMs: number): Promise<NetlinkResult<readonly Message[]>> {
    await this.#room();
    const sequence = this.#sequence++;
    const flags = NLM_F_REQUEST | NLM_F_ACK | (request.flags ?? 0);
    const bytes = encodeMessage({ type: request.type, flags, sequence, portId: 0 }, request.body);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((finish, fail) => {
        this.#pending.set(sequence, { sequence, isDump: isDump(request.flags), replies: [], finish, fail });
        if (this.#parts.timesOut) timer = setTimeout(() => this.#giveUp(sequence, timeoutMs), timeoutMs);
        this.#socket.send(bytes).then(() => this.#startPump(), fail);
      });
    } finally {
      clearTimeout(timer);
      this.#pending.delete(sequence);
      this.#inFlight -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #room(): Promise<void> {
    while (this.#inFlight >= this.#parts.window) await new Promise<void>((free) => this.#waiting.push(free));
    this.#inFlight += 1;
  }

  #giveUp(sequence: number, timeoutMs: number): void {
    const pending = this.#pending.get(sequence);
    if (pending === undefined) return;
    this.#isRetired ||= pending.isDump;
    pending.fail(new OperationTimeout(`no answer within ${timeoutMs} ms`));
  }

  #startPump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#pumping = this.#pump();
  }

  /** Takes answers for as long as somebody waits for one. */
  async #pump(): Promise<void> {
    try {
      for (let pause = 0; this.#pending.size > 0;) {
        const datagram = await this.#socket.receive();
        if (datagram !== null) {
          for (const message of parseDatagram(datagram)) this.#take(message);
          pause = 0;
          continue;
        }
        // A socket of a model answers at once that nothing is there.
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(LONGEST_PAUSE_MS, pause + 1);
      }
    } catch (error) {
      for (const pending of [...this.#pending.values()]) pending.fail(error);
    } finally {
      this.#isPumping = false;
    }
  }

  #take(message: Message): void {
    const pending = this.#whose(message);
    if (pending === undefined) return;
    if (message.type !== NLMSG_ERROR && message.type !== NLMSG_DONE) {
      pending.replies.push(message);
      return;
    }
    const error = message.type === NLMSG_ERROR ? decodeError(message) : decodeDone(message);
    // A dump is acknowledged by its end.
    if (error.errno === 0 && message.type === NLMSG_ERROR && pending.isDump) return;
    this.#pending.delete(pending.sequence);
    pending.finish(error.errno === 0 ? { ok: true, value: pending.replies } : { ok: false, error: named(error) });
  }

  #whose(message: Message): Pending | undefined {
    const [oldest] = this.#pending.keys();
    const sequence = this.#parts.answered(message, oldest);
    return sequence === undefined ? undefined : this.#pending.get(sequence);
  }
}

const named = (error: ReturnType<typeof decodeError>): NetlinkFailure => ({
  ...error,
  errnoName: errnoName(error.errno),
});
