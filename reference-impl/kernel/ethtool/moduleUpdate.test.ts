/** Updates of modules that take long payloads, which the module of the reference NIC does not ask for. */
import { describe, expect, it } from 'vitest';
import type { EthtoolOps, ModulePlace, PortName } from '../../../harness/contract/index.js';
import { COMMAND_PAGE, COMMAND_PAGES, ModuleCommands } from '../../device/service/moduleCommands.js';
import { firmwareImage } from '../../packet/firmwareImage.js';
import { CONFORMING_MODULE_FLASH } from './moduleParts.js';
import { updateModule, type ModuleProgress } from './moduleUpdate.js';

const HALF = 128;
const FEATURES_REPLY_BYTES = 20;
const MECHANISM_AT = 2 + 5;
const EXTENDED_PAYLOAD = 0x10;

interface Written extends ModulePlace {
  readonly bytes: Uint8Array;
}

/** A module by CMIS 5.0 whose blocks go to the pages behind 9Fh. */
function moduleWithLongPayloads() {
  const lower = new Uint8Array(HALF);
  lower.set([0x1e, 0x50, 0, 3 << 1]);
  const pages = new Map(COMMAND_PAGES.map((page) => [page, new Uint8Array(HALF)] as const));
  const advertisement = new Uint8Array(HALF);
  advertisement.set([1 << 6, 15], 35);
  const commands = new ModuleCommands(lower, pages);
  const written: Written[] = [];
  const ops: EthtoolOps = {
    readModule: (_port, { page, offset, length }) => {
      const upper = page === 1 ? advertisement : (pages.get(page) ?? new Uint8Array(HALF));
      const memory = new Uint8Array([...lower, ...upper]);
      const value = memory.slice(offset, offset + length);
      if (page === COMMAND_PAGE && length === FEATURES_REPLY_BYTES) value[MECHANISM_AT] = EXTENDED_PAYLOAD;
      return { ok: true, value };
    },
    writeModule: (_port, place, bytes) => {
      written.push({ ...place, bytes: bytes.slice() });
      pages.get(place.page)?.set(bytes, place.offset - HALF);
      if (place.page === COMMAND_PAGE && place.offset === HALF) commands.run();
      return { ok: true, value: undefined };
    },
    resetPhy: () => ({ ok: true, value: undefined }),
  };
  return { lower, ops, written };
}

const image = (length: number): Uint8Array =>
  firmwareImage({ version: '4.2', payload: Uint8Array.from({ length }, (_, index) => index & 0xff) });

async function update(ops: EthtoolOps, bytes: Uint8Array) {
  const told: (ModuleProgress & { readonly status: string })[] = [];
  const steps = updateModule({
    ops,
    port: 'p0' as PortName,
    image: bytes,
    password: undefined,
    parts: CONFORMING_MODULE_FLASH,
    tell: (status, more = {}) => told.push({ status, ...more }),
  });
  let waited = 0;
  for await (const milliseconds of steps) waited += milliseconds;
  return { told, waited };
}

describe('a module that takes long payloads', () => {
  it('is written in blocks of 2048 bytes over its extended pages', async () => {
    const { ops, lower, written } = moduleWithLongPayloads();
    const { told, waited } = await update(ops, image(5000));
    expect(told.map(({ status }) => status)).toEqual([
      'started',
      'in-progress',
      'in-progress',
      'in-progress',
      'completed',
    ]);
    expect(told.map(({ done }) => done)).toEqual([undefined, 0, 2048, 4096, undefined]);
    expect([...lower.subarray(39, 41)]).toEqual([4, 2]);
    const extended = written.filter(({ page }) => page !== COMMAND_PAGE);
    expect(extended.every(({ page, offset, length }) => page >= 0xa0 && offset + length <= 2 * HALF)).toBe(true);
    expect(extended.reduce((sum, { length }) => sum + length, 0)).toBe(5000);
    expect(waited).toBeGreaterThan(0);
  });

  it('ends with an error where the image is shorter than its head', async () => {
    const { ops } = moduleWithLongPayloads();
    const { told } = await update(ops, new Uint8Array(8));
    expect(told).toEqual([
      { status: 'started' },
      { status: 'error', message: "Firmware image too small for module's start payload." },
      { status: 'error' },
    ]);
  });
});
