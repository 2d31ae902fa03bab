/** A dump that is read part by part: netlink_dump() of net/netlink/af_netlink.c. */
import { NLM_F_DUMP_FILTERED, NLM_F_DUMP_INTR, NLM_F_MULTI } from './constants.js';
import { encodeDone } from './extack.js';
import type { KernelSocket, NetlinkParts } from './netlinkParts.js';
import type { HandlerResult, NetlinkBody } from './server.js';
import { align, encodeDatagram, encodeMessage, viewOf, type Message } from './wire.js';

const FLAGS_AT = 6;
/** Header and code; what is said beside it goes where there is room. */
const DONE_LENGTH = 20;

export class DumpWriter {
  readonly #parts: NetlinkParts;
  readonly #socket: KernelSocket;
  readonly #sequence: number;
  readonly #result: HandlerResult;
  readonly #replies: Iterator<NetlinkBody> | AsyncIterator<NetlinkBody>;
  /** Written, and did not fit any more. */
  #pending: Uint8Array | undefined;
  #generation: number | undefined;

  constructor(parts: NetlinkParts, socket: KernelSocket, request: Message, result: HandlerResult) {
    this.#parts = parts;
    this.#socket = socket;
    this.#sequence = parts.answerSequence(request.sequence);
    this.#result = result;
    this.#replies = iteratorOf(result.ok ? (result.replies ?? []) : []);
  }

  /** The next datagram, and behind the last message the end of the dump: with it where it fits. */
  async next(limit: number): Promise<{ readonly datagrams: readonly Uint8Array[]; readonly isOver: boolean }> {
    const messages: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const message = this.#pending ?? (await this.#read());
      this.#pending = undefined;
      if (message === undefined) break;
      if (messages.length > 0 && length + align(message.length) > limit) {
        this.#pending = this.#parts.keepsBetweenParts ? message : await this.#read();
        break;
      }
      messages.push(message);
      length += align(message.length);
    }
    const isOver = this.#pending === undefined;
    const isInterrupted = this.#isInterrupted();
    const [first] = messages;
    if (first !== undefined && isInterrupted) mark(first, NLM_F_DUMP_INTR);
    if (!isOver) return { datagrams: [encodeDatagram(messages)], isOver };
    const done = this.#done(isInterrupted && first === undefined);
    if (messages.length === 0) return { datagrams: [done], isOver };
    return length + DONE_LENGTH <= limit
      ? { datagrams: [encodeDatagram([...messages, done])], isOver }
      : { datagrams: [encodeDatagram(messages), done], isOver };
  }

  async #read(): Promise<Uint8Array | undefined> {
    const next: IteratorResult<NetlinkBody, unknown> = await this.#replies.next();
    if (next.done === true) return undefined;
    const { type, body, flags = 0 } = next.value;
    const { portId, protocol } = this.#socket;
    const header = { type, flags: flags | this.#flags('messages'), sequence: this.#sequence, portId };
    return encodeMessage(header, this.#parts.sealed(protocol, type, body));
  }

  #flags(of: 'messages' | 'all'): number {
    const filtered = this.#result.ok ? this.#result.filtered : undefined;
    const isMarked = this.#parts.marksFiltered && filtered !== undefined && (of === 'messages' || filtered === 'all');
    return (of === 'all' ? NLM_F_MULTI : this.#parts.dumpFlags) | (isMarked ? NLM_F_DUMP_FILTERED : 0);
  }

  /** Once a part: the lists that are dumped do not change while a part is written. */
  #isInterrupted(): boolean {
    const before = this.#generation;
    this.#generation = this.#result.ok ? this.#result.generation?.() : undefined;
    const now = this.#generation;
    return before !== undefined && now !== undefined && this.#parts.isInterrupted(before, now);
  }

  #done(isInterrupted: boolean): Uint8Array {
    const { portId, options } = this.#socket;
    const flags = this.#flags('all') | (isInterrupted ? NLM_F_DUMP_INTR : 0);
    const header = { flags, sequence: this.#sequence, portId };
    const { message } = this.#result;
    const said = this.#result.ok ? { ok: true as const, ...(message === undefined ? {} : { message }) } : this.#result;
    const code = this.#parts.dumpCode(this.#result.ok ? 0 : this.#result.errno);
    return encodeDone(header, code, said, options);
  }
}

function mark(message: Uint8Array, flag: number): void {
  const view = viewOf(message);
  view.setUint16(FLAGS_AT, view.getUint16(FLAGS_AT, true) | flag, true);
}

function iteratorOf(
  replies: Iterable<NetlinkBody> | AsyncIterable<NetlinkBody>,
): Iterator<NetlinkBody> | AsyncIterator<NetlinkBody> {
  return Symbol.asyncIterator in replies ? replies[Symbol.asyncIterator]() : replies[Symbol.iterator]();
}
