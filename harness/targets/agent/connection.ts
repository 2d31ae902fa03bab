/** One end of the agent protocol, the harness's: calls go out, answers come back in any order. */
import type { Readable, Writable } from 'node:stream';
import {
  AGENT_OPERATIONS,
  ByteReader,
  ByteWriter,
  CONTRACT_VERSION,
  AGENT_PROTOCOL_VERSION,
  LONGEST_MESSAGE,
  MalformedMessage,
  STATUS_OK,
  TargetFault,
  TargetLost,
  type Testimony,
  decodeHello,
  decodeMessage,
  encodeHello,
  encodeMessage,
  type AgentHello,
  type AgentOperation,
} from '../../contract/index.js';
import { MessageSplitter } from './messageSplitter.js';

/** An agent that says nothing for so long, although it was pinged, is gone. */
const SILENCE_MS = 10_000;
const PING_EVERY_MS = 2_000;
const HELLO_MS = 10_000;
const NO_PAYLOAD = new Uint8Array(0);

export interface ConnectionOptions {
  /** How messages name the agent: `agent:ssh lab nicspec agent`. */
  readonly name: string;
  /** How long the agent may take to say hello; default 10 s. */
  readonly helloMs?: number;
  /** How long the agent may be silent; default 10 s. */
  readonly silenceMs?: number;
  /** More about why the stream ended, for the message: an exit code, the end of standard error. */
  readonly postMortem?: () => Promise<PostMortem>;
}

export interface PostMortem {
  /** For the message; empty where there is nothing to say. */
  readonly said: string;
  readonly testimony?: readonly Testimony[];
}

interface PendingCall {
  /** How long the agent may be silent over it, on top of what it always may. */
  readonly busyMs: number;
  readonly resolve: (payload: ByteReader) => void;
  readonly reject: (error: TargetFault) => void;
}

export class AgentConnection {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #options: ConnectionOptions;
  readonly #pending = new Map<number, PendingCall>();
  readonly #splitter = new MessageSplitter(LONGEST_MESSAGE);
  #hello: AgentHello | undefined;
  #nextCall = 1;
  #lost: TargetLost | undefined;
  #heardAt = performance.now();
  #keepAlive: NodeJS.Timeout | undefined;
  /** Resolves when the output takes more; undefined while it does. */
  #drained: Promise<void> | undefined;

  private constructor(input: Readable, output: Writable, options: ConnectionOptions) {
    this.#input = input;
    this.#output = output;
    this.#options = options;
    input.on('data', (chunk: Buffer) => this.#take(chunk));
    for (const event of ['end', 'close'] as const) input.once(event, () => this.#streamEnded('the stream ended'));
    for (const stream of [input, output]) {
      stream.on('error', (error: Error) => this.#streamEnded(`the stream broke: ${error.message}`));
    }
  }

  /**
   * Settles the versions with the agent at the other end.
   * @throws TargetLost if nobody answers, or somebody of another version.
   */
  static async open(input: Readable, output: Writable, options: ConnectionOptions): Promise<AgentConnection> {
    const connection = new AgentConnection(input, output, options);
    try {
      await connection.#sayHello();
    } catch (error) {
      connection.close();
      throw error;
    }
    connection.#startKeepAlive();
    return connection;
  }

  get hello(): AgentHello {
    if (this.#hello === undefined) throw new TargetFault('the agent has not said hello yet');
    return this.#hello;
  }

  /** Why the agent cannot be used any more, or undefined. */
  get lost(): TargetLost | undefined {
    return this.#lost;
  }

  /**
   * Runs one operation. Calls reach the agent in the order in which they are made; their answers come in any order.
   * `busyMs`: how long the agent may be busy with it and answer nothing else.
   * @throws TargetFault with what the agent said; TargetLost if it is gone.
   */
  async call<Value = void>(
    operation: AgentOperation,
    write: (payload: ByteWriter) => void = () => undefined,
    read?: (payload: ByteReader) => Value,
    busyMs = 0,
  ): Promise<Value> {
    const writer = new ByteWriter();
    write(writer);
    // Not before the output has room, and in order: who waits here first is woken first.
    while (this.#drained !== undefined) await this.#drained;
    const payload = await this.#send(operation, writer.finish(), busyMs);
    try {
      // Where nothing is read the type is void.
      return read === undefined ? (undefined as Value) : read(payload);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      throw this.#lose(`the answer to ${operation} is garbage: ${error.message}`);
    }
  }

  /** Ends the stream. What is pending fails. */
  close(): void {
    this.#lose('the connection was closed');
    this.#output.end();
    this.#input.destroy();
  }

  #send(operation: AgentOperation, payload: Uint8Array, busyMs = 0): Promise<ByteReader> {
    return new Promise((resolve, reject: (error: TargetFault) => void) => {
      if (this.#lost !== undefined) {
        reject(this.#lost);
        return;
      }
      const call = this.#nextCall;
      this.#nextCall = (this.#nextCall + 1) >>> 0;
      this.#pending.set(call, { busyMs, resolve, reject });
      const hasRoom = this.#output.write(encodeMessage(call, AGENT_OPERATIONS[operation], payload));
      // A stream that is closed never has room again, and does not say so: its end fails the calls that wait.
      if (hasRoom || this.#output.destroyed) return;
      this.#drained ??= new Promise((free) => {
        const goOn = (): void => {
          this.#drained = undefined;
          free();
        };
        this.#output.once('drain', goOn).once('close', goOn);
      });
    });
  }

  #take(chunk: Buffer): void {
    this.#heardAt = performance.now();
    try {
      for (const bytes of this.#splitter.split(chunk)) this.#answer(bytes);
    } catch (error) {
      const what = error instanceof MalformedMessage ? error.message : String(error);
      this.#lose(`it sent garbage: ${what}`);
      this.#input.destroy();
    }
  }

  #answer(bytes: Uint8Array): void {
    const { call, code, payload } = decodeMessage(bytes);
    const pending = this.#pending.get(call);
    if (pending === undefined) throw new MalformedMessage(`an answer to call ${call}, which nobody made`);
    this.#pending.delete(call);
    if (code === STATUS_OK) pending.resolve(payload);
    else pending.reject(new TargetFault(payload.text()));
  }

  async #sayHello(): Promise<void> {
    const { helloMs = HELLO_MS } = this.#options;
    const timer = setTimeout(() => this.#lose(`it said no hello within ${helloMs / 1000} s`), helloMs);
    try {
      const received = decodeHello(await this.#send('hello', encodeHello(CONTRACT_VERSION)));
      if (received.protocolVersion !== AGENT_PROTOCOL_VERSION || received.contractVersion !== CONTRACT_VERSION) {
        const { protocolVersion: protocol, contractVersion: contract } = received;
        throw this.#lose(
          `it speaks protocol ${protocol} and contract ${contract}, this nicspec ${AGENT_PROTOCOL_VERSION} and ${CONTRACT_VERSION}: install the same version on both machines`,
        );
      }
      this.#hello = received.hello;
    } catch (error) {
      if (error instanceof TargetLost) throw await this.#explained(error);
      throw this.#lose(error instanceof Error ? error.message : String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** The end of the stream says little; the process at its other end may say more. */
  async #explained(error: TargetLost): Promise<TargetLost> {
    const more = await this.#options.postMortem?.();
    return more === undefined || more.said === '' || error.message.includes(more.said)
      ? error
      : new TargetLost(`${error.message}; ${more.said}`, more.testimony);
  }

  #startKeepAlive(): void {
    const { silenceMs = SILENCE_MS } = this.#options;
    this.#keepAlive = setInterval(
      () => {
        const silence = performance.now() - this.#heardAt;
        if (silence > silenceMs + this.#busyMs()) {
          this.#lose(`it has not answered for ${(silence / 1000).toFixed(1)} s`);
        } else if (silence > silenceMs / 4) {
          this.#send('ping', NO_PAYLOAD).catch(() => undefined);
        }
      },
      Math.min(PING_EVERY_MS, silenceMs / 4),
    );
    this.#keepAlive.unref();
  }

  /** The calls are done one after the other, by an agent that cannot do several at once. */
  #busyMs(): number {
    let total = 0;
    for (const { busyMs } of this.#pending.values()) total += busyMs;
    return total;
  }

  #streamEnded(reason: string): void {
    const { postMortem } = this.#options;
    if (this.#lost !== undefined) return;
    if (postMortem === undefined) this.#lose(reason);
    else {
      void postMortem().then(({ said, testimony }) =>
        this.#lose(said === '' ? reason : `${reason}; ${said}`, testimony),
      );
    }
  }

  /** Every call that waits, and every later one, fails with this. */
  #lose(reason: string, testimony: readonly Testimony[] = []): TargetLost {
    this.#lost ??= new TargetLost(`${this.#options.name} is lost: ${reason}`, testimony);
    clearInterval(this.#keepAlive);
    for (const { reject } of this.#pending.values()) reject(this.#lost);
    this.#pending.clear();
    return this.#lost;
  }
}
