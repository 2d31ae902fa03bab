/** A batch: nfnetlink_rcv_batch(). All of it holds, or nothing; what was wrong is said afterwards. */
import { NLM_F_ACK, NLM_F_REQUEST, NLMSG_MIN_TYPE } from '../../../netlink/constants.js';
import type { Acknowledgement } from '../../../netlink/extack.js';
import {
  NFGENMSG,
  NFNL_BATCH_POLICY,
  NFNL_MSG_BATCH_BEGIN,
  NFNL_MSG_BATCH_END,
  NFNL_MSG_TYPE,
  NFNL_SUBSYS_COUNT,
  NFNL_SUBSYS_ID,
  NFNL_SUBSYS_NFTABLES,
} from '../../../netlink/families/nfnetlink.js';
import { NFT_MSG, type NftMessageName } from '../../../netlink/families/nftables.js';
import { numberIn, structLength } from '../../../netlink/schema.js';
import { validateAttributes, type Refusal } from '../../../netlink/validate.js';
import { align, NLMSG_HDRLEN, parseMessage, viewOf, type Message } from '../../../netlink/wire.js';
import { EINVAL, EOPNOTSUPP, ERANGE, ERESTART } from '../../errno.js';
import { readAttributes } from './attributes.js';
import { BATCH_OPERATIONS } from './batchOperations.js';
import { Refused } from './refused.js';
import { Transaction, type NftSurroundings } from './transaction.js';
import { checkCommit, validateAll } from './commit.js';

/** An answer to a message of the datagram; those that were neither wrong nor asked for one have none. */
export interface BatchAnswer {
  readonly message: Message;
  readonly result: Acknowledgement | Refusal;
}

export interface BatchOutcome {
  readonly answers: readonly BatchAnswer[];
  /** The message behind the begin, where nlmsg_hdr() of what is left of the datagram points: a commit is announced as its doing. */
  readonly first: Message;
  /** What is to be in effect; undefined: nothing changes. */
  readonly committed: Transaction | undefined;
  /** What the batch would have made. */
  readonly attempted: Transaction | undefined;
}

const HEADER = structLength(NFGENMSG);
const OK: Acknowledgement = { ok: true };
const NAMES: ReadonlyMap<number, NftMessageName> = new Map(
  Object.entries(NFT_MSG).map(([name, number]) => [number, name as NftMessageName]),
);

/** nfnetlink_rcv(): undefined for a datagram that does not begin a batch. */
export function readBatch(datagram: Uint8Array): Message | undefined {
  const first = parseMessage(datagram, 0);
  return first?.type === NFNL_MSG_BATCH_BEGIN ? first : undefined;
}

/** nfnetlink_rcv_skb_batch(). */
export function runBatch(
  surroundings: NftSurroundings,
  datagram: Uint8Array,
  begin: Message,
  portId: number,
): BatchOutcome {
  const refused = (errno: number): BatchOutcome => ({
    answers: [{ message: begin, result: { ok: false, errno } }],
    first: begin,
    committed: undefined,
    attempted: undefined,
  });
  if (begin.body.length < HEADER) return { answers: [], first: begin, committed: undefined, attempted: undefined };
  const read = validateAttributes(NFNL_BATCH_POLICY, begin.body.subarray(HEADER), NLMSG_HDRLEN + HEADER, 'liberal');
  if (!read.ok) return refused(read.errno);
  const generation = numberIn(read.values, 'NFNL_BATCH_GENID') ?? 0;
  const resource = viewOf(begin.body).getUint16(2);
  // Old nft has it in host byte order.
  const subsystem = resource === NFNL_SUBSYS_NFTABLES << 8 ? NFNL_SUBSYS_NFTABLES : resource;
  if (subsystem >= NFNL_SUBSYS_COUNT && surroundings.parts.checks('subsystem-count')) return refused(EINVAL);
  if (subsystem !== NFNL_SUBSYS_NFTABLES) {
    surroundings.tellMissing(`netfilter subsystem ${subsystem}`);
    return refused(EOPNOTSUPP);
  }
  if (!surroundings.parts.isGeneration(generation, surroundings.ruleset.generation)) return refused(ERESTART);
  const first = new BatchRun(surroundings, datagram, begin, portId, false).run();
  if (!first.isReplayed) return first.outcome;
  // NFT_VALIDATE_DO: once more, so that the message is found that is to blame.
  return new BatchRun(surroundings, datagram, begin, portId, true).run().outcome;
}

class BatchRun {
  readonly #surroundings: NftSurroundings;
  readonly #datagram: Uint8Array;
  readonly #begin: Message;
  readonly #portId: number;
  readonly #transaction: Transaction;
  #answers: BatchAnswer[] = [];
  #hasFailed = false;

  constructor(
    surroundings: NftSurroundings,
    datagram: Uint8Array,
    begin: Message,
    portId: number,
    validatesNow: boolean,
  ) {
    this.#surroundings = surroundings;
    this.#datagram = datagram;
    this.#begin = begin;
    this.#portId = portId;
    this.#transaction = new Transaction(surroundings, validatesNow);
  }

  run(): { readonly outcome: BatchOutcome; readonly isReplayed: boolean } {
    if (this.#isAcknowledged(this.#begin)) this.#answers.push({ message: this.#begin, result: OK });
    const end = this.#readAll();
    const transaction = this.#transaction;
    if (!this.#hasFailed && !transaction.validatesNow && !validateAll(transaction)) {
      transaction.keepHandles();
      return { outcome: this.#outcome(undefined), isReplayed: true };
    }
    return { outcome: this.#finish(end), isReplayed: false };
  }

  #finish(end: Message | undefined): BatchOutcome {
    const transaction = this.#transaction;
    const { parts } = this.#surroundings;
    transaction.keepHandles();
    const holds = (end !== undefined || !parts.needsEnd) && (!this.#hasFailed || !parts.abortsWhole);
    if (!holds) return this.#outcome(undefined);
    const errno = checkCommit(transaction);
    if (errno !== undefined) {
      this.#answers.unshift({ message: this.#first, result: { ok: false, errno } });
      return this.#outcome(undefined);
    }
    if (end !== undefined && this.#isAcknowledged(end)) this.#answers.push({ message: end, result: OK });
    return this.#outcome(transaction);
  }

  #outcome(committed: Transaction | undefined): BatchOutcome {
    return { answers: this.#answers, first: this.#first, committed, attempted: this.#transaction };
  }

  #isAcknowledged({ flags }: Message): boolean {
    return (flags & NLM_F_ACK) !== 0 && this.#transaction.checks('batch-edges');
  }

  get #first(): Message {
    return parseMessage(this.#datagram, align(this.#begin.bytes.length)) ?? this.#begin;
  }

  /** Answers the end of the batch, where there is one. */
  #readAll(): Message | undefined {
    for (let at = align(this.#begin.bytes.length); at + NLMSG_HDRLEN <= this.#datagram.length;) {
      const message = parseMessage(this.#datagram, at);
      if (message === undefined || message.body.length < HEADER) {
        this.#malformed();
        return;
      }
      const isRequest = (message.flags & NLM_F_REQUEST) !== 0;
      if (isRequest && message.type === NFNL_MSG_BATCH_BEGIN) {
        this.#malformed();
        return;
      }
      at += align(message.bytes.length);
      if (isRequest && message.type === NFNL_MSG_BATCH_END) return message;
      const failed = this.#answer(message);
      if (failed && !this.#surroundings.parts.goesOnBehindFailure) return undefined;
    }
    return undefined;
  }

  /** Nobody is told anything: the errors so far go too. */
  #malformed(): undefined {
    this.#hasFailed = true;
    this.#answers = [];
    return undefined;
  }

  #answer(message: Message): boolean {
    const result = this.#serve(message);
    if (!result.ok) this.#hasFailed = true;
    if (!result.ok || (message.flags & NLM_F_ACK) !== 0) this.#answers.push({ message, result });
    if (!result.ok && result.errno === ERANGE && !this.#transaction.checks('one-answer'))
      this.#answers.push({ message, result });
    return !result.ok;
  }

  #serve(message: Message): Acknowledgement | Refusal {
    const isRequest = (message.flags & NLM_F_REQUEST) !== 0;
    const name = NAMES.get(NFNL_MSG_TYPE(message.type));
    const operation = name === undefined ? undefined : BATCH_OPERATIONS[name];
    const isOurs = message.type >= NLMSG_MIN_TYPE && NFNL_SUBSYS_ID(message.type) === NFNL_SUBSYS_NFTABLES;
    if (!isRequest || !isOurs || name === undefined) return { ok: false, errno: EINVAL };
    if (operation === undefined) return this.#transaction.checks('batch-changes') ? { ok: false, errno: EINVAL } : OK;
    try {
      const attributes = readAttributes(operation.set, {
        bytes: message.body.subarray(HEADER),
        base: NLMSG_HDRLEN + HEADER,
      });
      operation.run(this.#transaction, {
        name,
        family: message.body[0] ?? 0,
        flags: message.flags,
        sequence: message.sequence,
        portId: this.#portId,
        attributes,
      });
      return OK;
    } catch (error) {
      if (error instanceof Refused) return error.refusal;
      throw error;
    }
  }
}
