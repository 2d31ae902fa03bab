/** A buffer that grows, into which messages and attributes are written one behind the other: each where it will lie, nests in place. */
import { NLA_HDRLEN, NLMSG_HDRLEN, align, type MessageHeader } from './wire.js';

const FIRST_SIZE = 1 << 16;
const encoder = new TextEncoder();

export class Draft {
  /** Zero from `length` on. */
  bytes = new Uint8Array(FIRST_SIZE);
  length = 0;

  /** Room for so many bytes, zero; answers where they are. */
  extend(length: number): number {
    const start = this.length;
    const end = start + length;
    if (end > this.bytes.length) this.#grow(end);
    this.length = end;
    return start;
  }

  #grow(end: number): void {
    const larger = new Uint8Array(2 * end);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  /** Takes back what was written from there on. */
  truncate(start: number): void {
    this.bytes.fill(0, start, this.length);
    this.length = start;
  }

  /** What was written from there on, as bytes of its own; it is taken back. */
  take(start: number): Uint8Array {
    const taken = this.bytes.slice(start, this.length);
    this.truncate(start);
    return taken;
  }

  /** Of an attribute or a nest whose content follows; answers what closes it. `type` carries its flag bits. */
  openAttribute(type: number): number {
    const start = this.extend(NLA_HDRLEN);
    const { bytes } = this;
    bytes[start + 2] = type;
    bytes[start + 3] = type >> 8;
    return start;
  }

  closeAttribute(start: number): void {
    const { bytes } = this;
    const length = this.length - start;
    bytes[start] = length;
    bytes[start + 1] = length >> 8;
    this.extend(align(length) - length);
  }

  /** nlmsg_put(): answers what nlmsg_end() closes. */
  openMessage({ type, flags, sequence, portId }: MessageHeader): number {
    const start = this.extend(NLMSG_HDRLEN);
    const { bytes } = this;
    bytes[start + 4] = type;
    bytes[start + 5] = type >> 8;
    bytes[start + 6] = flags;
    bytes[start + 7] = flags >> 8;
    this.word(start + 8, sequence);
    this.word(start + 12, portId);
    return start;
  }

  /** The length goes into the header, and padding behind the message. */
  closeMessage(start: number): void {
    const length = this.length - start;
    this.word(start, length);
    this.extend(align(length) - length);
  }

  /** Four bytes, little endian, where there is room already. */
  word(at: number, value: number): void {
    const { bytes } = this;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
  }

  append(bytes: Uint8Array): void {
    const at = this.extend(bytes.length);
    if (bytes.length > SHORT) this.bytes.set(bytes, at);
    else for (let index = 0; index < bytes.length; index++) this.bytes[at + index] = bytes[index] ?? 0;
  }

  /** The six bytes of a link-layer address that is known to be one. */
  mac(text: string): void {
    const at = this.extend(6);
    for (let index = 0; index < 6; index++)
      this.bytes[at + index] = (digit(text.charCodeAt(3 * index)) << 4) | digit(text.charCodeAt(3 * index + 1));
  }

  /** A text with its terminating zero. */
  text(text: string): void {
    const at = this.extend(text.length + 1);
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= FIRST_BEYOND_ASCII) {
        this.truncate(at);
        this.append(encoder.encode(`${text}\0`));
        return;
      }
      this.bytes[at + index] = code;
    }
  }
}

/** Up to here a loop is faster than a call. */
const SHORT = 16;
const FIRST_BEYOND_ASCII = 0x80;

/** Of a hexadecimal digit: letters are in one case or the other. */
const digit = (code: number): number => (code < UPPER_A ? code - ZERO : (code & 0x0f) + 9);
const ZERO = 0x30;
const UPPER_A = 0x41;
