/** What the shim and the server say to each other, but for netlink datagrams: struct question and struct answer of native/shim.h. */

/** enum operation. */
export const OPERATIONS = {
  1: 'openSocket',
  2: 'socketInfo',
  3: 'bindSocket',
  4: 'setOption',
  5: 'getOption',
  6: 'deviceIoctl',
  7: 'ethtoolIoctl',
  8: 'lookUpPath',
  9: 'note',
  10: 'listDevices',
  11: 'writeSetting',
  12: 'takeSetting',
  13: 'settle',
} as const;

export type Operation = (typeof OPERATIONS)[keyof typeof OPERATIONS];

export interface Question {
  readonly operation: Operation;
  /** The tool's process. */
  readonly process: number;
  /** The name of the connection that is the socket which is meant; empty for none. */
  readonly session: string;
  readonly words: readonly number[];
  readonly bytes: Uint8Array;
}

/** `errno` 0: done. */
export interface Answer {
  readonly errno: number;
  readonly words?: readonly number[];
  readonly bytes?: Uint8Array;
}

const WORDS = 4;
const SESSION_AT = 8;
const SESSION_LENGTH = 8;
const WORDS_AT = SESSION_AT + SESSION_LENGTH;
const QUESTION_LENGTH = WORDS_AT + 4 * WORDS;
const ANSWER_LENGTH = 4 + 4 * WORDS;

/** enum of native/shim.h: a datagram of so few bytes is an error of the next receive. */
export const LOST_DATAGRAMS = new Uint8Array(1);
export const LOST_TARGET = new Uint8Array(2);

/** GROUP_MARK and struct group_trailer of native/shim.h. */
const GROUP_MARK = 0x6772_6f75;
const TRAILER_LENGTH = 8;

/** A datagram with its group behind it. */
export function withGroup(datagram: Uint8Array, group: number): Uint8Array {
  const packet = new Uint8Array(datagram.length + TRAILER_LENGTH);
  packet.set(datagram);
  const view = new DataView(packet.buffer, datagram.length);
  view.setUint32(0, GROUP_MARK, true);
  view.setUint32(4, group, true);
  return packet;
}

/** Undefined for what no shim says. */
export function decodeQuestion(packet: Uint8Array): Question | undefined {
  if (packet.length < QUESTION_LENGTH) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const operation = (OPERATIONS as Readonly<Record<number, Operation>>)[view.getUint32(0, true)];
  if (operation === undefined) return undefined;
  return {
    operation,
    process: view.getUint32(4, true),
    session: textOf(packet.subarray(SESSION_AT, SESSION_AT + SESSION_LENGTH)),
    words: Array.from({ length: WORDS }, (_, index) => view.getUint32(WORDS_AT + 4 * index, true)),
    bytes: packet.subarray(QUESTION_LENGTH),
  };
}

export function encodeAnswer({ errno, words = [], bytes = new Uint8Array(0) }: Answer): Uint8Array {
  const packet = new Uint8Array(ANSWER_LENGTH + bytes.length);
  const view = new DataView(packet.buffer);
  view.setInt32(0, errno, true);
  for (const [index, word] of words.entries()) view.setUint32(4 + 4 * index, word >>> 0, true);
  packet.set(bytes, ANSWER_LENGTH);
  return packet;
}

/** Up to the first zero. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
