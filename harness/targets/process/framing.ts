/** How messages of the device protocol are cut out of a stream, and put into one. */
import type { DeviceFraming } from '../../contract/index.js';

/** A message as it came: its JSON, and the bytes beside it where the framing is binary. */
export interface FramedMessage {
  readonly json: string;
  readonly blob: Uint8Array | undefined;
}

/** What came cannot be a message. */
export class BrokenFraming extends Error {
  override readonly name = 'BrokenFraming';
}

const NEWLINE = 0x0a;
const LENGTHS = 8;

/** Cuts a byte stream into messages. The framing may change between two of them. */
export class MessageReader {
  framing: DeviceFraming = 'lines';
  readonly #longest: number;
  #held: Buffer = Buffer.alloc(0);
  /** Bytes of `#held` that have no newline in them. */
  #searched = 0;

  /** `longest`: bytes that one message may have. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** @throws BrokenFraming for a message that is too long or has impossible lengths. */
  *push(chunk: Uint8Array): Generator<FramedMessage> {
    this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
    for (;;) {
      const message = this.framing === 'lines' ? this.#line() : this.#block();
      if (message === undefined) return;
      yield message;
    }
  }

  /** What came behind the last whole message. */
  get rest(): string {
    return this.#held.toString('utf8', 0, 200);
  }

  #line(): FramedMessage | undefined {
    const end = this.#held.indexOf(NEWLINE, this.#searched);
    if (end < 0) {
      this.#searched = this.#held.length;
      if (this.#searched > this.#longest) throw new BrokenFraming(`a line of more than ${this.#longest} bytes`);
      return undefined;
    }
    const json = this.#held.toString('utf8', 0, end);
    this.#take(end + 1);
    return { json, blob: undefined };
  }

  #block(): FramedMessage | undefined {
    if (this.#held.length < LENGTHS) return undefined;
    const length = this.#held.readUInt32LE(0);
    const jsonLength = this.#held.readUInt32LE(4);
    if (length > this.#longest || jsonLength + 4 > length)
      throw new BrokenFraming(`a message of ${length} bytes with ${jsonLength} bytes of JSON in it`);
    const end = 4 + length;
    if (this.#held.length < end) return undefined;
    const json = this.#held.toString('utf8', LENGTHS, LENGTHS + jsonLength);
    // A Buffer's slice() is no copy, and nothing of the contract may be a Buffer.
    const blob = new Uint8Array(
      this.#held.buffer,
      this.#held.byteOffset + LENGTHS + jsonLength,
      length - 4 - jsonLength,
    );
    this.#take(end);
    return { json, blob };
  }

  #take(end: number): void {
    this.#held = this.#held.subarray(end);
    this.#searched = 0;
  }
}

/** A message as bytes. Bytes and bigints may be anywhere in it. */
export function encodeFramed(message: object, framing: DeviceFraming): Buffer {
  if (framing === 'lines') return Buffer.from(`${JSON.stringify(message, asText)}\n`);
  const parts: Uint8Array[] = [];
  let offset = 0;
  const json = JSON.stringify(message, function (this: Record<string, unknown>, key, value: unknown) {
    const own = this[key];
    if (own instanceof Uint8Array) {
      parts.push(own);
      offset += own.length;
      return [offset - own.length, own.length];
    }
    return typeof value === 'bigint' ? String(value) : value;
  });
  const jsonLength = Buffer.byteLength(json);
  const framed = Buffer.allocUnsafe(LENGTHS + jsonLength + offset);
  framed.writeUInt32LE(4 + jsonLength + offset, 0);
  framed.writeUInt32LE(jsonLength, 4);
  framed.write(json, LENGTHS);
  let at = LENGTHS + jsonLength;
  for (const part of parts) {
    framed.set(part, at);
    at += part.length;
  }
  return framed;
}

/** A Buffer has turned itself into an object before the replacer sees it; what it was stands in its holder. */
function asText(this: unknown, key: string, value: unknown): unknown {
  const own = (this as Readonly<Record<string, unknown>>)[key];
  if (own instanceof Uint8Array) return Buffer.from(own.buffer, own.byteOffset, own.length).toString('base64');
  return typeof value === 'bigint' ? String(value) : value;
}
