/** A dump that is read part by part: netlink_dump() of net/netlink/af_netlink.c. */
import { NLM_F_DUMP_FILTERED, NLM_F_DUMP_INTR, NLM_F_MULTI } from './constants.js';
import { Draft } from './draft.js';
import { encodeDone } from './extack.js';
import type { KernelSocket, NetlinkParts } from './netlinkParts.js';
import type { HandlerResult, NetlinkBody, WrittenReply } from './operations.js';
import { NLMSG_HDRLEN, align, type Message } from './wire.js';

const FLAGS_AT = 6;
/** Header and code; what is said beside it goes where there is room. */
const DONE_LENGTH = 20;

type Reply = NetlinkBody | WrittenReply;

/** Answers whether there was one more message. */
type Written = boolean | Promise<boolean>;

export class DumpWriter {
  readonly #parts: NetlinkParts;
  readonly #socket: KernelSocket;
  readonly #sequence: number;
  readonly #result: HandlerResult;
  readonly #replies: Iterator<Reply | Promise<Reply>> | AsyncIterator<Reply>;
  /** The part that is written; between two parts it holds what did not fit any more. */
  readonly #draft = new Draft();
  #generation: number | undefined;

  constructor(parts: NetlinkParts, socket: KernelSocket, request: Message, result: HandlerResult) {
    this.#parts = parts;
    this.#socket = socket;
    this.#sequence = parts.answerSequence(request.sequence);
    this.#result = result;
    this.#replies = iteratorOf(result.ok ? (result.written ?? result.replies ?? []) : []);
  }

  /** The next datagram, and behind the last message the end of the dump: with it where it fits. */
  async next(limit: number): Promise<{ readonly datagrams: readonly Uint8Array[]; readonly isOver: boolean }> {
    const draft = this.#draft;
    let end = draft.length;
    let isOver = false;
    for (;;) {
      const written = this.#write();
      if (!(typeof written === 'boolean' ? written : await written)) {
        isOver = true;
        break;
      }
      if (end > 0 && draft.length > limit) {
        if (this.#parts.keepsBetweenParts) break;
        draft.truncate(end);
        isOver = !(await this.#write());
        break;
      }
      end = draft.length;
    }
    const isInterrupted = this.#isInterrupted();
    const { bytes } = draft;
    if (end > 0 && isInterrupted) bytes[FLAGS_AT] = (bytes[FLAGS_AT] ?? 0) | NLM_F_DUMP_INTR;
    if (!isOver) return { datagrams: [this.#takeUntil(end)], isOver };
    const done = this.#done(isInterrupted && end === 0);
    if (end === 0 || end + DONE_LENGTH <= limit) {
      draft.append(done);
      draft.extend(align(done.length) - done.length);
      return { datagrams: [draft.take(0)], isOver };
    }
    return { datagrams: [draft.take(0), done], isOver };
  }

  /** What is behind moves to the front. */
  #takeUntil(end: number): Uint8Array {
    const draft = this.#draft;
    const taken = draft.bytes.slice(0, end);
    draft.bytes.copyWithin(0, end, draft.length);
    draft.truncate(draft.length - end);
    return taken;
  }

  #write(): Written {
    const next = this.#replies.next();
    return 'then' in next ? this.#writeLate(next) : this.#writeResult(next);
  }

  async #writeLate(next: Promise<IteratorResult<Reply, unknown>>): Promise<boolean> {
    return await this.#writeResult(await next);
  }

  #writeResult(next: IteratorResult<Reply | Promise<Reply>, unknown>): Written {
    if (next.done === true) return false;
    const { value } = next;
    if ('then' in value) return value.then((reply) => this.#writeReply(reply));
    return this.#writeReply(value);
  }

  #writeReply(reply: Reply): true {
    const { portId, protocol } = this.#socket;
    const { type, flags = 0 } = reply;
    const draft = this.#draft;
    const start = draft.openMessage({
      type,
      flags: flags | this.#flags('messages'),
      sequence: this.#sequence,
      portId,
    });
    if ('body' in reply) draft.append(reply.body);
    else reply.write(draft);
    const { sealed } = this.#parts;
    if (sealed !== undefined) draft.append(sealed(protocol, type, draft.take(start + NLMSG_HDRLEN)));
    draft.closeMessage(start);
    return true;
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

function iteratorOf(
  replies: Iterable<Reply | Promise<Reply>> | AsyncIterable<Reply>,
): Iterator<Reply | Promise<Reply>> | AsyncIterator<Reply> {
  return Symbol.asyncIterator in replies ? replies[Symbol.asyncIterator]() : replies[Symbol.iterator]();
}
