/** One end of the device protocol: JSON-RPC 2.0, in which both ends may ask. */
import type { Readable, Writable } from 'node:stream';
import type { DeviceFraming } from '../../contract/index.js';
import { BrokenFraming, encodeFramed, MessageReader, type FramedMessage } from './framing.js';
import type { MessageSchemas, MethodSchemas } from './messageSchemas.js';

/** JSON-RPC 2.0, section 5.1. */
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;

export interface RpcPeerOptions {
  /** Which end this is. */
  readonly side: 'kernel' | 'device';
  readonly schemas: MessageSchemas;
  readonly input: Readable;
  readonly output: Writable;
  /** Bytes that one message may have. */
  readonly longestMessage: number;
  /** Does what the other end asks for or tells. What it throws is answered as an error, and is the end where nothing can be answered. */
  readonly serve: (name: string, parameters: readonly unknown[]) => unknown;
  /** Bytes arrived; before any of their messages is served. */
  readonly arrived?: (bytes: number) => void;
}

/** The other end answered a call with an error. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** The other end does not keep to the protocol. */
export class ProtocolMistake extends Error {
  override readonly name = 'ProtocolMistake';
}

/** A call that waits for its answer. */
export interface PendingCall {
  readonly name: string;
  /** performance.now(). */
  readonly since: number;
}

interface Waiting extends PendingCall {
  readonly schemas: MethodSchemas;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Message {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  result?: unknown;
  readonly error?: unknown;
}

export class RpcPeer {
  /** Settles, with a reason, when no further message can come or go. */
  readonly ended: Promise<Error>;
  readonly #options: RpcPeerOptions;
  readonly #reader: MessageReader;
  readonly #waiting = new Map<number, Waiting>();
  #framing: DeviceFraming = 'lines';
  #nextId = 1;
  #end: Error | undefined;
  #settleEnd: (reason: Error) => void = () => undefined;

  constructor(options: RpcPeerOptions) {
    this.#options = options;
    this.#reader = new MessageReader(options.longestMessage);
    this.ended = new Promise((resolve) => (this.#settleEnd = resolve));
    options.input.on('data', (chunk: Uint8Array) => this.#read(chunk));
    options.input.once('end', () => {
      const { rest } = this.#reader;
      const left = rest === '' ? '' : `, in the middle of a message: ${quoted(rest)}`;
      this.fail(new ProtocolMistake(`the other end closed its output${left}`));
    });
    options.input.once('error', (error) => this.fail(error));
    options.output.once('error', (error) => this.fail(error));
  }

  /** The call that has waited longest. */
  get oldest(): PendingCall | undefined {
    return this.#waiting.values().next().value;
  }

  /** Messages from here on are framed so; the other end does the same. */
  setFraming(framing: DeviceFraming): void {
    this.#framing = framing;
    this.#reader.framing = framing;
  }

  /**
   * Asks the other end.
   * @throws RemoteError with its answer, if that is an error; ProtocolMistake if the answer is not what the protocol says, or the reason
   * why there is none.
   */
  call(name: string, values: readonly unknown[]): Promise<unknown> {
    const schemas = this.#options.schemas.get(name);
    if (schemas === undefined) return Promise.reject(new Error(`the protocol has no ${name}`));
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { name, since: performance.now(), schemas, resolve, reject });
    });
    this.#send({ jsonrpc: '2.0', id, method: name, params: named(schemas, values) });
    return answer;
  }

  /** Tells the other end. */
  notify(name: string, values: readonly unknown[]): void {
    const schemas = this.#options.schemas.get(name);
    if (schemas !== undefined && this.#end === undefined)
      this.#send({ jsonrpc: '2.0', method: name, params: named(schemas, values) });
  }

  /** Nothing is read or sent any more; calls that wait fail with this reason. */
  fail(reason: Error): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
    this.#settleEnd(reason);
  }

  #send(message: object): void {
    this.#options.output.write(encodeFramed(message, this.#framing));
  }

  #read(chunk: Uint8Array): void {
    if (this.#end !== undefined) return;
    try {
      this.#options.arrived?.(chunk.length);
      for (const message of this.#reader.push(chunk)) {
        this.#handle(message);
        if (this.isOver) return;
      }
    } catch (error) {
      if (error instanceof BrokenFraming) this.fail(new ProtocolMistake(error.message));
      else this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  #handle(framed: FramedMessage): void {
    const message = parsed(framed.json);
    if (message.jsonrpc !== '2.0')
      throw new ProtocolMistake(`a message must have "jsonrpc": "2.0": ${quoted(framed.json)}`);
    if (message.method !== undefined) this.#serve(message, framed);
    else this.#settle(message, framed);
  }

  #settle(message: Message, { json, blob }: FramedMessage): void {
    const { id, error } = message;
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined;
    if (waiting === undefined || typeof id !== 'number')
      throw new ProtocolMistake(`an answer with an id that no call waits for: ${quoted(json)}`);
    this.#waiting.delete(id);
    const { name, schemas, resolve, reject } = waiting;
    if (error !== undefined) {
      reject(remoteError(name, error));
      return;
    }
    if (!('result' in message)) {
      const mistake = new ProtocolMistake(`the answer to ${name} has neither result nor error: ${quoted(json)}`);
      reject(mistake);
      throw mistake;
    }
    const fault = schemas.checkResult(message, blob);
    if (fault !== null) {
      const mistake = new ProtocolMistake(`the answer to ${name}: ${fault}`);
      reject(mistake);
      throw mistake;
    }
    resolve(schemas.method.result?.schema.type === 'null' ? undefined : message.result);
  }

  #serve({ id, method, params = {} }: Message, { json, blob }: FramedMessage): void {
    const schemas = typeof method === 'string' ? this.#options.schemas.get(method) : undefined;
    if (schemas === undefined || schemas.method['x-from'] === this.#options.side) {
      this.#refuse(id, METHOD_NOT_FOUND, `there is no method ${String(method)} for this end: ${quoted(json)}`);
      return;
    }
    const { name } = schemas.method;
    const isObject = typeof params === 'object' && params !== null && !Array.isArray(params);
    const fault = isObject ? schemas.checkParameters(params, blob) : 'parameters are passed by name, in an object';
    if (fault !== null) {
      this.#refuse(id, INVALID_PARAMS, `${name}: ${fault}`);
      return;
    }
    const values = schemas.parameters.map((parameter) => (params as Readonly<Record<string, unknown>>)[parameter]);
    if (id === undefined) {
      this.#options.serve(name, values);
      return;
    }
    void this.#answer(id, name, values);
  }

  async #answer(id: unknown, name: string, values: readonly unknown[]): Promise<void> {
    try {
      const result = await this.#options.serve(name, values);
      if (!this.isOver) this.#send({ jsonrpc: '2.0', id, result: result ?? null });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!this.isOver)
        this.#send({ jsonrpc: '2.0', id, error: { code: INTERNAL_ERROR, message: `${name}: ${message}` } });
    }
  }

  /** A request can be refused; a notification that means nothing is a mistake that nobody would hear of. */
  #refuse(id: unknown, code: number, message: string): void {
    if (id === undefined || this.#options.side === 'kernel') throw new ProtocolMistake(message);
    this.#send({ jsonrpc: '2.0', id, error: { code, message } });
  }
}

const named = ({ parameters }: MethodSchemas, values: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(parameters.map((name, index) => [name, values[index]]));

function parsed(json: string): Message {
  let message: unknown;
  try {
    message = JSON.parse(json);
  } catch {
    throw new ProtocolMistake(`not JSON: ${quoted(json)} (is something printing to standard output?)`);
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    throw new ProtocolMistake(`a message must be one JSON object: ${quoted(json)}`);
  return message;
}

function remoteError(name: string, error: unknown): Error {
  const { message, code } = (typeof error === 'object' && error !== null ? error : {}) as Readonly<
    Record<string, unknown>
  >;
  if (typeof message !== 'string' || typeof code !== 'number')
    return new ProtocolMistake(`the error to ${name} needs a code and a message: ${quoted(JSON.stringify(error))}`);
  return new RemoteError(`${name} was answered with an error: ${message}`, code);
}

const quoted = (text: string): string => (text.length > 160 ? `${text.slice(0, 160)}…` : text);
