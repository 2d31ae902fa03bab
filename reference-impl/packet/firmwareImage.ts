/**
 * A firmware image of the suite: what a scenario puts into the firmware directory, and the reference device takes. A magic number, the
 * length of the payload, a CRC-32 over all that follows, the version, the payload.
 */
import { ethernetFcs } from './checksum.js';

const MAGIC = [0x4e, 0x53, 0x46, 0x57];
const HEADER = 28;
const VERSION_BYTES = 16;

export interface FirmwareImage {
  /** Up to 15 characters. */
  readonly version: string;
  readonly payload: Uint8Array;
}

export type FirmwareImageResult =
  { readonly ok: true; readonly image: FirmwareImage } | { readonly ok: false; readonly reason: string };

export function firmwareImage({ version, payload }: FirmwareImage): Uint8Array {
  const bytes = new Uint8Array(HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(4, payload.length);
  bytes.set(new TextEncoder().encode(version).subarray(0, VERSION_BYTES - 1), HEADER - VERSION_BYTES);
  bytes.set(payload, HEADER);
  view.setUint32(8, ethernetFcs(bytes, HEADER - VERSION_BYTES));
  return bytes;
}

/** `checks`: whether length and sum have to be right. */
export function readFirmwareImage(bytes: Uint8Array, { checks }: { readonly checks: boolean }): FirmwareImageResult {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER || MAGIC.some((byte, index) => bytes[index] !== byte))
    return { ok: false, reason: 'it is no image' };
  if (checks && view.getUint32(4) !== bytes.length - HEADER) return { ok: false, reason: 'it is not whole' };
  if (checks && view.getUint32(8) !== ethernetFcs(bytes, HEADER - VERSION_BYTES))
    return { ok: false, reason: 'its checksum is wrong' };
  const name = bytes.subarray(HEADER - VERSION_BYTES, HEADER);
  const version = new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
  return { ok: true, image: { version, payload: bytes.slice(HEADER) } };
}
