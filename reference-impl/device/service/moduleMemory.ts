/**
 * The memory of a direct attach cable's module by CMIS 5.0 (OIF-CMIS-05.0): 128 bytes that are always there, and pages of 128 behind
 * them. The reference NIC has a passive copper cable plugged in.
 */
import type { DriverResult, ModulePlace } from '../../../harness/contract/index.js';
import { EINVAL, done, refuse } from '../driverResult.js';
import type { NicPort } from '../state.js';
import { COMMAND_PAGE, COMMAND_PAGES, MORE_OCTETS, ModuleCommands, PASSWORD_AT } from './moduleCommands.js';

const HALF = 128;
/** The two-wire address of a module that is not SFP. */
const ADDRESS = 0x50;
/** Metres of cable, and the same in centimetres. */
const CABLE_METRES = 3;
export const CABLE_CM = 100 * CABLE_METRES;

export interface ModuleMemory {
  readonly lower: Uint8Array;
  readonly pages: ReadonlyMap<number, Uint8Array>;
  readonly commands: ModuleCommands;
}

/** SFF-8024: QSFP+ or later with CMIS; No separable connector. */
const IDENTIFIER = 0x1e;
const NO_SEPARABLE_CONNECTOR = 0x23;
const CMIS_5_0 = 0x50;
/** Byte 3, bits 3-1: module state. */
const STATE_AT = 3;
const LOW_POWER = 1 << 1;
const READY = 3 << 1;
/** Byte 85: media type, passive copper. Byte 2, bit 7 clear: there are pages. */
const PASSIVE_COPPER = 3;

const ascii = (text: string, length: number): Uint8Array => new TextEncoder().encode(text.padEnd(length, ' '));

export function newModuleMemory(): ModuleMemory {
  const upper = new Map(COMMAND_PAGES.map((page) => [page, new Uint8Array(HALF)] as const));
  const lower = new Uint8Array(HALF);
  lower[0] = IDENTIFIER;
  lower[1] = CMIS_5_0;
  lower[STATE_AT] = LOW_POWER;
  lower[85] = PASSIVE_COPPER;
  const pages = new Map([[0, identityPage()], [1, advertisementPage()], ...upper]);
  return { lower, pages, commands: new ModuleCommands(lower, upper) };
}

/** Page 00h: who made it, how long it is, and the checksum of its first 94 bytes. */
function identityPage(): Uint8Array {
  const page = new Uint8Array(HALF);
  page[0] = IDENTIFIER;
  page.set(ascii('nicspec', 16), 1);
  page.set(ascii('REF-DAC-25G', 16), 20);
  page.set(ascii('A', 2), 36);
  page.set(ascii('0001', 16), 38);
  page.set(ascii('261126', 8), 54);
  page[74] = CABLE_METRES;
  page[75] = NO_SEPARABLE_CONNECTOR;
  page[94] = checksum(page, 94);
  return page;
}

/** Page 01h: revisions of firmware and hardware, and the checksum of its bytes from the third on. */
function advertisementPage(): Uint8Array {
  const page = new Uint8Array(HALF);
  page[2] = 1;
  // Bytes 163 and 164: one instance of CDB, and octets that a write may be longer than eight bytes.
  page[35] = 1 << 6;
  page[36] = MORE_OCTETS;
  page[127] = checksum(page.subarray(2), 125);
  return page;
}

const checksum = (bytes: Uint8Array, length: number): number =>
  bytes.subarray(0, length).reduce((sum, byte) => (sum + byte) & 0xff, 0);

/** get_module_eeprom_by_page: the kernel keeps a read within one half of a page. */
export function readModule(port: NicPort, place: ModulePlace): DriverResult<Uint8Array> {
  const { lower, pages } = port.service.module;
  if (place.i2cAddress !== ADDRESS) return refuse(EINVAL, 'no module answers at this address');
  if (place.bank !== 0) return refuse(EINVAL, 'the module has one bank');
  lower[STATE_AT] = modulePowerMode(port) === 'high' ? READY : LOW_POWER;
  const page = pages.get(port.parts.service.pageOf(place.page));
  if (page === undefined) return refuse(EINVAL, 'the module has no such page');
  const memory = new Uint8Array(2 * HALF);
  memory.set(lower);
  memory.set(page, HALF);
  return { ok: true, value: memory.slice(place.offset, place.offset + place.length) };
}

/** set_module_eeprom_by_page: the memory of a direct attach cable is its maker's, but for commands and their payload. */
export function writeModule({ service }: NicPort, place: ModulePlace, bytes: Uint8Array): DriverResult {
  const { lower, pages, commands } = service.module;
  if (place.i2cAddress !== ADDRESS || place.bank !== 0) return refuse(EINVAL, 'no module answers at this address');
  const isPassword = place.offset >= PASSWORD_AT && place.offset + bytes.length <= HALF;
  const page = COMMAND_PAGES.includes(place.page) && place.offset >= HALF ? pages.get(place.page) : undefined;
  if (page === undefined && !isPassword) return refuse(EINVAL, 'the module does not let it be written');
  if (page === undefined) lower.set(bytes, place.offset);
  else page.set(bytes, place.offset - HALF);
  if (place.page === COMMAND_PAGE && place.offset === HALF) commands.run();
  return done;
}

export const modulePowerMode = ({ parts, service, up }: NicPort): 'low' | 'high' =>
  parts.service.modulePower(service.modulePolicy, up);
