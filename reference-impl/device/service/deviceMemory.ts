/** The memory of the device: words of 16 bits, whose sum over the first 64 is fixed, and its registers. */
import type { DriverResult } from '../../../harness/contract/index.js';
import { parseMac } from '../../packet/addresses.js';
import { done, EINVAL, refuse } from '../driverResult.js';
import { hasCarrier, speedOf, type NicPort } from '../state.js';

const EEPROM_LENGTH = 256;
const CHECKED_WORDS = 64;
/** Where the word stands that makes the sum right. */
const SUM_AT = CHECKED_WORDS - 1;
export const GOOD_SUM = 0xbaba;
/** Vendor and device on the bus. */
export const EEPROM_MAGIC = 0x4e49_4353;

export function newDeviceMemory(address: string): Uint8Array {
  const bytes = new Uint8Array(EEPROM_LENGTH).fill(0xff, 2 * CHECKED_WORDS);
  bytes.set(parseMac(address));
  bytes.set(new TextEncoder().encode('NICSPEC0'), 8);
  const view = new DataView(bytes.buffer);
  view.setUint16(2 * SUM_AT, (GOOD_SUM - sumOf(bytes)) & 0xffff, true);
  return bytes;
}

/** Of the words that are covered. */
export function sumOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let sum = 0;
  for (let word = 0; word < CHECKED_WORDS; word++) sum += view.getUint16(2 * word, true);
  return sum & 0xffff;
}

export function readMemory({ service }: NicPort, offset: number, length: number): DriverResult<Uint8Array> {
  if (offset + length > service.eeprom.length) return refuse(EINVAL);
  return { ok: true, value: service.eeprom.slice(offset, offset + length) };
}

/** The driver corrects the sum behind a write, so that the device still comes up after the next reset. */
export function writeMemory({ service }: NicPort, offset: number, bytes: Uint8Array): DriverResult {
  const { eeprom } = service;
  if (offset + bytes.length > eeprom.length) return refuse(EINVAL);
  eeprom.set(bytes, offset);
  const view = new DataView(eeprom.buffer);
  const without = (sumOf(eeprom) - view.getUint16(2 * SUM_AT, true)) & 0xffff;
  view.setUint16(2 * SUM_AT, (GOOD_SUM - without) & 0xffff, true);
  return done;
}

export const REGISTERS_VERSION = 1;

/** Control, status, speed, address, queues, and what the MAC has counted. */
export function registersOf(port: NicPort): Uint8Array {
  const { counters } = port;
  const address = new DataView(parseMac(port.address).buffer);
  const words = Uint32Array.of(
    (port.up ? 1 : 0) | (port.autoneg ? 2 : 0) | (port.features.has('loopback') ? 4 : 0),
    hasCarrier(port) ? 1 : 0,
    speedOf(port),
    address.getUint32(0, true),
    address.getUint16(4, true),
    port.channels,
    counters.rxPackets,
    counters.txPackets,
  );
  return new Uint8Array(words.buffer);
}
/** Bytes of a dump. */
export const registersLength = (port: NicPort): number => registersOf(port).length;
