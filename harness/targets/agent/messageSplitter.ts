import { MESSAGE_HEADER, MalformedMessage } from '../../contract/index.js';

const LENGTH = 4;

/** Cuts a byte stream into messages that have a u32 length, little endian, before them. A byte is copied at most once. */
export class MessageSplitter {
  readonly #longest: number;
  #chunks: Uint8Array[] = [];
  #held = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The messages that are whole with this chunk, without their lengths. Throws MalformedMessage for a length that cannot be. */
  *split(chunk: Uint8Array): Generator<Uint8Array> {
    // A stream gives Buffers, whose slice() does not copy: nothing of the contract may be one.
    this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    this.#held += chunk.length;
    for (let length = this.#nextLength(); this.#held >= LENGTH + length; length = this.#nextLength()) {
      yield this.#joined().subarray(LENGTH, LENGTH + length);
      const rest = this.#joined().subarray(LENGTH + length);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#held = rest.length;
      if (this.#held < LENGTH) return;
    }
  }

  #nextLength(): number {
    if (this.#held < LENGTH) return Infinity;
    const head = (this.#chunks[0]?.length ?? 0) >= LENGTH ? this.#chunks[0] : this.#joined();
    const length = head === undefined ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(0, true);
    if (length < MESSAGE_HEADER || length > this.#longest) throw new MalformedMessage(`a message of ${length} bytes`);
    return length;
  }

  #joined(): Uint8Array {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const all = new Uint8Array(this.#held);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [all];
    return all;
  }
}
