/**
 * Commands of a module by CMIS 5.0, chapter 9 (CDB): the host writes a command and its payload to page 9Fh, longer payloads to A0h and the
 * pages behind it, and the module answers with a status and a reply. The firmware of the reference module is an image of the suite.
 */
import { readFirmwareImage } from '../../packet/firmwareImage.js';

/** Page 9Fh: command, lengths, check code, reply, payload. */
export const COMMAND_PAGE = 0x9f;
const EXTENDED_PAGES = Array.from({ length: 16 }, (_, index) => 0xa0 + index);
export const COMMAND_PAGES: readonly number[] = [COMMAND_PAGE, ...EXTENDED_PAGES];
/** Bytes 122 to 125 of the lower memory: what the host says is the password. */
export const PASSWORD_AT = 122;
/** Octets beyond the first that one write may have. */
export const MORE_OCTETS = 15;

const HALF = 128;
/** Lower memory: bit 6 of byte 8 is the completion flag, byte 37 the status, bytes 39 and 40 the revision that runs. */
const COMPLETION_AT = 8;
const COMPLETE = 0x40;
const STATUS_AT = 37;
const REVISION_AT = 39;
const SUCCESS = 0x01;
const FAILED = 0x40;
const FAILED_PARAMETER = 0x42;
const FAILED_CHECK_CODE = 0x45;
const FAILED_PASSWORD = 0x46;

/** Within page 9Fh. */
const EXTENDED_LENGTH_AT = 2;
const LENGTH_AT = 4;
const CHECK_AT = 5;
const REPLY_LENGTH_AT = 6;
const REPLY_CHECK_AT = 7;
const PAYLOAD_AT = 8;

/** The password that CMIS gives a host where nobody has changed it. */
const HOST_PASSWORD = 0x0000_1011;
/** Bytes of the image that the start of a download carries. */
const START_BYTES = 28;
const START_HEADER = 8;
const BLOCK_HEADER = 4;
const LONGEST_MS = 1000;
/** Firmware Management Features, byte 5: how blocks are written. */
const LOCAL_PAYLOAD = 0x01;

interface Download {
  readonly image: Uint8Array;
  isWhole: boolean;
}

export class ModuleCommands {
  readonly #lower: Uint8Array;
  readonly #pages: ReadonlyMap<number, Uint8Array>;
  #download: Download | undefined;
  #running: readonly [major: number, minor: number] = [1, 0];
  #loaded: readonly [major: number, minor: number] | undefined;

  constructor(lower: Uint8Array, pages: ReadonlyMap<number, Uint8Array>) {
    this.#lower = lower;
    this.#pages = pages;
    lower.set(this.#running, REVISION_AT);
  }

  /** The command was written, which is what starts it. */
  run(): void {
    const page = this.#pages.get(COMMAND_PAGE) ?? new Uint8Array(HALF);
    const view = new DataView(page.buffer, page.byteOffset, HALF);
    const length = page[LENGTH_AT] ?? 0;
    const payload = page.slice(PAYLOAD_AT, PAYLOAD_AT + length);
    const extended = view.getUint16(EXTENDED_LENGTH_AT);
    page[REPLY_LENGTH_AT] = 0;
    const isIntact = checkCode(page) === page[CHECK_AT];
    const status = isIntact ? this.#carryOut(view.getUint16(0), payload, extended, page) : FAILED_CHECK_CODE;
    this.#lower[STATUS_AT] = status;
    this.#lower[COMPLETION_AT] = (this.#lower[COMPLETION_AT] ?? 0) | COMPLETE;
  }

  #carryOut(command: number, payload: Uint8Array, extended: number, page: Uint8Array): number {
    switch (command) {
      case 0x0000:
        return answer(page, Uint8Array.of(2, this.#isTrusted ? 1 : 0));
      case 0x0040:
        return answer(page, moduleFeatures());
      case 0x0041:
        return answer(page, firmwareFeatures());
      default:
        return this.#isTrusted ? this.#firmware(command, payload, extended) : FAILED_PASSWORD;
    }
  }

  /** Nothing was said, or what was said is the password. */
  get #isTrusted(): boolean {
    const said = new DataView(this.#lower.buffer, this.#lower.byteOffset + PASSWORD_AT, 4).getUint32(0);
    return said === 0 || said === HOST_PASSWORD;
  }

  #firmware(command: number, payload: Uint8Array, extended: number): number {
    switch (command) {
      case 0x0101:
        return this.#start(payload);
      case 0x0103:
        return this.#write(payload, payload.subarray(BLOCK_HEADER));
      case 0x0104:
        return this.#write(payload, this.#extendedPayload(extended));
      case 0x0107:
        return this.#complete();
      case 0x0109:
        return this.#runLoaded();
      case 0x010a:
        return SUCCESS;
      default:
        return FAILED_PARAMETER;
    }
  }

  #start(payload: Uint8Array): number {
    const size = numberAt(payload);
    const head = payload.subarray(START_HEADER);
    if (head.length !== START_BYTES || size < START_BYTES) return FAILED_PARAMETER;
    const image = new Uint8Array(size);
    image.set(head);
    this.#download = { image, isWhole: false };
    return SUCCESS;
  }

  /** Addresses begin behind what the start has carried. */
  #write(payload: Uint8Array, block: Uint8Array): number {
    const at = START_BYTES + numberAt(payload);
    if (this.#download === undefined || at + block.length > this.#download.image.length) return FAILED_PARAMETER;
    this.#download.image.set(block, at);
    return SUCCESS;
  }

  #extendedPayload(length: number): Uint8Array {
    const whole = new Uint8Array(EXTENDED_PAGES.length * HALF);
    for (const [index, page] of EXTENDED_PAGES.entries()) whole.set(this.#pages.get(page) ?? [], index * HALF);
    return whole.subarray(0, length);
  }

  #complete(): number {
    const read = this.#download && readFirmwareImage(this.#download.image, { checks: true });
    this.#download = undefined;
    if (read?.ok !== true) return FAILED;
    const [major = 0, minor = 0] = read.image.version.split('.').map(Number);
    this.#loaded = [major, minor];
    return SUCCESS;
  }

  #runLoaded(): number {
    if (this.#loaded === undefined) return FAILED_PARAMETER;
    this.#running = this.#loaded;
    this.#lower.set(this.#running, REVISION_AT);
    return SUCCESS;
  }
}

/** Of the whole command without the code itself: the ones-complement of the sum of its bytes. */
export function checkCode(page: Uint8Array): number {
  const sum = page.reduce((total, byte, at) => {
    const isReply = at === CHECK_AT || at === REPLY_LENGTH_AT || at === REPLY_CHECK_AT;
    return isReply ? total : total + byte;
  }, 0);
  return ~sum & 0xff;
}

const numberAt = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);

function answer(page: Uint8Array, reply: Uint8Array): number {
  page.fill(0, PAYLOAD_AT);
  page.set(reply, PAYLOAD_AT);
  page[REPLY_LENGTH_AT] = reply.length;
  page[REPLY_CHECK_AT] = ~reply.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return SUCCESS;
}

/** Bytes 34 and 35: how long a command takes at most. */
function moduleFeatures(): Uint8Array {
  const reply = new Uint8Array(36);
  new DataView(reply.buffer).setUint16(34, LONGEST_MS);
  return reply;
}

function firmwareFeatures(): Uint8Array {
  const reply = new Uint8Array(18);
  const view = new DataView(reply.buffer);
  reply[2] = START_BYTES;
  reply[4] = MORE_OCTETS;
  reply[5] = LOCAL_PAYLOAD;
  for (const at of [8, 12, 14]) view.setUint16(at, LONGEST_MS);
  return reply;
}
