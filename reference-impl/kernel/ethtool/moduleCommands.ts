/** Commands to a module over its memory: net/ethtool/cmis_cdb.c. What waits, yields the milliseconds that it waits. */
import type { EthtoolOps, ModulePlace, PortName } from '../../../harness/contract/index.js';
import { EBUSY, EINVAL, EIO, EOPNOTSUPP } from '../errno.js';

/** What became of a command; `message` is told to who asked. */
export type CommandResult =
  | { readonly ok: true; readonly reply: Uint8Array }
  | { readonly ok: false; readonly errno: number; readonly message?: string };

export type Waiting<Result> = AsyncGenerator<number, Result, undefined>;

const ADDRESS = 0x50;
const COMMAND_PAGE = 0x9f;
const COMMAND_AT = 0x80;
const REPLY_AT = 0x86;
const REPLY_HEADER = 2;
const PAYLOAD_MOST = 120;
/** struct ethtool_cmis_cdb_request without the extended payload. */
const REQUEST_BYTES = 8 + PAYLOAD_MOST;
const LOCAL_LENGTH_AT = 4;
const CHECK_AT = 5;
const PAYLOAD_AT = 8;
const EXTENDED_FIRST = 0xa0;
const HALF = 128;

/** Lower memory. */
const COMPLETION_AT = 0x08;
const COMPLETE = 0x40;
const STATUS_AT = 0x25;
const STATUS_SUCCESS = 0x01;
const STATUS_FAIL = 0x40;
const POLL_MS = 20;
const LONGEST_MS = 0xffff;

export interface ModuleCommand {
  readonly id: number;
  readonly payload?: Uint8Array;
  readonly extended?: Uint8Array;
  /** Milliseconds; 0: the most that the kernel waits. */
  readonly longestMs: number;
  readonly beforeReplyMs: number;
  readonly replyBytes?: number;
  /** Which of the two are waited for. */
  readonly completes: boolean;
  readonly hasStatus: boolean;
}

/** cmis_cdb_status_fail_msg_get(). */
const FAILURES: Readonly<Record<number, string>> = {
  0x81: 'CDB Status is in progress: Busy capturing command',
  0x82: 'CDB Status is in progress: Busy checking/validating command',
  0x83: 'CDB Status is in progress: Busy executing',
  0x40: 'CDB status failed: no specific failure',
  0x42: 'CDB status failed: Parameter range error or parameter not supported',
  0x45: 'CDB status failed: CdbChkCode error',
  0x46: 'CDB status failed: Password error',
};

const place = (page: number, offset: number, length: number): ModulePlace => ({
  page,
  bank: 0,
  i2cAddress: ADDRESS,
  offset,
  length,
});

/** ethtool_cmis_get_max_lpl_size(). */
export const longestWrite = (moreOctets: number): number => 8 * (1 + Math.min(moreOctets, 15));

export class ModuleSpeaker {
  readonly #ops: EthtoolOps;
  readonly #port: PortName;
  /** read_write_len_ext: what one write may have beyond eight bytes, in octets. */
  moreOctets = 0;

  constructor(ops: EthtoolOps, port: PortName) {
    this.#ops = ops;
    this.#port = port;
  }

  async read(page: number, offset: number, length: number): Promise<CommandResult> {
    const read = await this.#ops.readModule?.(this.#port, place(page, offset, length));
    if (read === undefined) return { ok: false, errno: EOPNOTSUPP };
    return read.ok ? { ok: true, reply: read.value } : { ok: false, errno: EIO };
  }

  async write(page: number, offset: number, bytes: Uint8Array): Promise<CommandResult> {
    const written = await this.#ops.writeModule?.(this.#port, place(page, offset, bytes.length), bytes);
    if (written === undefined) return { ok: false, errno: EOPNOTSUPP };
    return written.ok ? { ok: true, reply: new Uint8Array(0) } : { ok: false, errno: EIO };
  }

  /** ethtool_cmis_cdb_execute_cmd(): everything but the number of the command goes first, as the number starts it. */
  async *execute(command: ModuleCommand): Waiting<CommandResult> {
    const { id, payload = new Uint8Array(0), extended, beforeReplyMs, longestMs } = command;
    if (payload.length > longestWrite(this.moreOctets)) {
      const message = 'LPL length is longer than CDB read write length extension allows';
      return { ok: false, errno: EINVAL, message };
    }
    const request = requestBytes(id, payload, extended?.length ?? 0);
    const body = await this.write(COMMAND_PAGE, COMMAND_AT + 2, request.subarray(2));
    if (!body.ok) return body;
    const more = extended === undefined ? undefined : await this.#writeExtended(extended);
    if (more?.ok === false) return more;
    const started = await this.write(COMMAND_PAGE, COMMAND_AT, request.subarray(0, 2));
    if (!started.ok) return started;
    yield beforeReplyMs;
    if (command.completes) {
      const completed = yield* this.wait(COMPLETION_AT, longestMs, (byte) => (byte & COMPLETE) !== 0);
      if (!completed.ok) return { ...completed, message: 'Completion Flag did not set on time' };
    }
    yield beforeReplyMs;
    if (command.hasStatus) {
      const status = yield* this.wait(
        STATUS_AT,
        longestMs,
        (byte) => byte === STATUS_SUCCESS,
        (byte) => (byte & STATUS_FAIL) !== 0,
      );
      if (!status.ok) return { ...status, message: FAILURES[status.last] ?? 'Unknown failure reason' };
    }
    return this.#reply(command.replyBytes ?? 0);
  }

  /** ethtool_cmis_wait_for_cond(). */
  async *wait(
    offset: number,
    longestMs: number,
    isDone: (byte: number) => boolean,
    hasFailed: (byte: number) => boolean = () => false,
  ): Waiting<{ readonly ok: true } | { readonly ok: false; readonly errno: number; readonly last: number }> {
    const end = longestMs === 0 ? LONGEST_MS : longestMs;
    let last = 0;
    for (let waited = 0; waited <= end; waited += POLL_MS) {
      const read = await this.read(0, offset, 1);
      if (read.ok) {
        last = read.reply[0] ?? 0;
        if (isDone(last)) return { ok: true };
        if (hasFailed(last)) return { ok: false, errno: EIO, last };
      }
      yield POLL_MS;
    }
    return { ok: false, errno: EBUSY, last };
  }

  /** ethtool_cmis_cdb_execute_epl_cmd(). */
  async #writeExtended(bytes: Uint8Array): Promise<CommandResult> {
    const most = longestWrite(this.moreOctets);
    for (let at = 0; at < bytes.length;) {
      const offset = at % HALF;
      const length = Math.min(most, HALF - offset, bytes.length - at);
      const page = EXTENDED_FIRST + Math.floor(at / HALF);
      const written = await this.write(page, HALF + offset, bytes.subarray(at, at + length));
      if (!written.ok) return written;
      at += length;
    }
    return { ok: true, reply: bytes };
  }

  /** cmis_cdb_process_reply(). */
  async #reply(expected: number): Promise<CommandResult> {
    if (expected === 0) return { ok: true, reply: new Uint8Array(0) };
    const read = await this.read(COMMAND_PAGE, REPLY_AT, expected + REPLY_HEADER);
    if (!read.ok) return read;
    const [length, check] = read.reply;
    if (length !== expected || check === 0) return { ok: false, errno: EIO };
    return { ok: true, reply: read.reply.subarray(REPLY_HEADER) };
  }
}

/** struct ethtool_cmis_cdb_request, with the check code over all of it. */
function requestBytes(id: number, payload: Uint8Array, extendedLength: number): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, id);
  view.setUint16(2, extendedLength);
  bytes[LOCAL_LENGTH_AT] = payload.length;
  bytes.set(payload, PAYLOAD_AT);
  bytes[CHECK_AT] = ~bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return bytes;
}
