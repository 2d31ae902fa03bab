/** Stations behind the ports of a switch, and the frames that they send each other. */
import fc from 'fast-check';
import { numberedFrame, withTags, type Tag } from './numberedFrames.js';

/** `A`, `B` … are stations; `broadcast` is everybody; `group 7` a multicast group; anything with colons an address as it is. */
export type StationName = string;

const STATION = '02:5a:';
const GROUP = '01:00:5e:7f:00:';

const hexByte = (value: number): string => value.toString(16).padStart(2, '0');

/**
 * Stations of one scenario and those of another have different addresses, so that what a switch should have forgotten with an earlier
 * scenario is held against that one alone.
 */
export type StationFamily = number;

/** The same family for the same text, 24 bits (FNV-1a). */
export function stationFamily(text: string): StationFamily {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash ^ (hash >>> 24)) & 0xff_ffff;
}

const familyBytes = (family: StationFamily): string =>
  `${hexByte((family >> 16) & 0xff)}:${hexByte((family >> 8) & 0xff)}:${hexByte(family & 0xff)}:`;

/** @throws Error for a name that is none. */
export function addressOf(name: StationName, family: StationFamily): string {
  if (name === 'broadcast') return 'ff:ff:ff:ff:ff:ff';
  if (name.includes(':')) return name;
  const [, group] = /^group (\d+)$/.exec(name) ?? [];
  if (group !== undefined) return GROUP + hexByte(Number(group));
  if (/^[A-Z]$/.test(name)) return STATION + familyBytes(family) + hexByte(name.charCodeAt(0) - 64);
  const [, number] = /^station (\d+)$/.exec(name) ?? [];
  if (number === undefined) throw new Error(`"${name}" is no station`);
  return `${STATION}${familyBytes(family ^ (Number(number) >> 7))}${hexByte(0x80 | (Number(number) & 0x7f))}`;
}

/** Whether a station sent it; the kernel itself sends from other addresses. */
export const isOfStation = (frame: Uint8Array): boolean => frame[6] === 0x02 && frame[7] === 0x5a;

export interface StationFrame {
  readonly from: StationName;
  readonly to: StationName;
  /** The outermost first. */
  readonly tags?: readonly Tag[];
  readonly number: number;
  /** Bytes in all, without tags. */
  readonly length?: number;
  readonly family: StationFamily;
}

/** A frame from a station; frames with different numbers differ. */
export function stationFrame({ from, to, tags = [], number, length, family }: StationFrame): Uint8Array {
  const frame = numberedFrame({
    destination: addressOf(to, family),
    source: addressOf(from, family),
    number,
    ...(length === undefined ? {} : { length }),
  });
  return withTags(frame, tags);
}

/** Few, so that they meet. */
export const station: fc.Arbitrary<StationName> = fc.constantFrom('A', 'B', 'C', 'D', 'E');
