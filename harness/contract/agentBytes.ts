/** Little-endian fields one after the other: the bytes of which messages of the agent protocol are made. */

const FIRST_CAPACITY = 256;

/** Writes fields into a buffer that grows. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  i32(value: number): this {
    const at = this.#reserve(4);
    this.#view.setInt32(at, value, true);
    return this;
  }

  u64(value: bigint): this {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value, true);
    return this;
  }

  /** As they are, without a length before them. */
  raw(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** With a u32 length before them. */
  bytes(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes);
  }

  /** UTF-8, with a u32 length before it. */
  text(text: string): this {
    return this.bytes(new TextEncoder().encode(text));
  }

  /** A view of what was written; the writer is not used any more after it. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Before it, buffer and view may be others than after it. */
  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}

/** A message that ends before its last field, or goes on after it. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** Reads fields in the order in which they were written. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** A copy of so many bytes. */
  raw(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.slice(at, at + count);
  }

  bytes(): Uint8Array {
    return this.raw(this.u32());
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }

  rest(): Uint8Array {
    return this.raw(this.#bytes.length - this.#at);
  }

  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new MalformedMessage(`${left} bytes follow the last field`);
  }

  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) {
      throw new MalformedMessage(`a field of ${count} bytes at ${at} of ${this.#bytes.length}`);
    }
    this.#at += count;
    return at;
  }
}
