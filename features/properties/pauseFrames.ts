/** Pause frames: IEEE 802.3, Annex 31B. */
import { concat, readU16 } from '../../reference-impl/packet/bytes.js';
import { parseMac } from '../../reference-impl/packet/addresses.js';
import { FAR_END } from './numberedFrames.js';

const DESTINATION = parseMac('01:80:c2:00:00:01');
const MAC_CONTROL = 0x8808;
const OPCODE_PAUSE = 1;
const SHORTEST = 60;

/** The far end asks for so many quanta; 0: go on. */
export function pauseFrame(quanta: number): Uint8Array {
  const content = Uint8Array.of(MAC_CONTROL >> 8, MAC_CONTROL & 0xff, 0, OPCODE_PAUSE, quanta >> 8, quanta & 0xff);
  const head = concat(DESTINATION, parseMac(FAR_END), content);
  return concat(head, new Uint8Array(SHORTEST - head.length));
}

/** The quanta of a pause frame; undefined for any other frame. */
export const quantaOf = (frame: Uint8Array): number | undefined =>
  readU16(frame, 12) === MAC_CONTROL && readU16(frame, 14) === OPCODE_PAUSE ? readU16(frame, 16) : undefined;

/** Nanoseconds of so many quanta of 512 bit times at a speed in Mb/s. */
export const pauseNs = (quanta: number, speed: number): number => (quanta * 512 * 1000) / speed;
