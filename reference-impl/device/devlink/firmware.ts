/** The firmware of the reference device: the image that runs, the image that is stored, and what becomes of a file. */
import type {
  DevlinkFlashOps,
  DevlinkInfo,
  DevlinkVersion,
  DriverHost,
  DriverResult,
  Errno,
} from '../../../harness/contract/index.js';
import { readFirmwareImage } from '../../packet/firmwareImage.js';
import { ethernetFcs } from '../../packet/checksum.js';
import { done, refuse } from '../driverResult.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';

const EINVAL = 22 as Errno;
const FACTORY = '1.0.0';
/** Bytes that are written between two reports. */
const BLOCK = 4096;
const SERIAL = '02-4E-49-FF-FE-43-00-00';
const BOARD = 'NS-REF-4';

export class Firmware {
  readonly #parts: DevlinkChipParts;
  readonly #host: () => DriverHost | undefined;
  running = FACTORY;
  stored = FACTORY;
  /** Devices in the field have a label of their owner's; it is read when the firmware starts. */
  label = '';
  restarts = 0;
  /** What the flash memory holds, and the sum that it had when it was written. */
  #payload: Uint8Array = new Uint8Array(0);
  #sum = ethernetFcs(this.#payload);
  /** The firmware has stopped, and the data path with it. */
  isDead = false;
  /** Errors since power-on. */
  fatals = 0;

  constructor(parts: DevlinkChipParts, host: () => DriverHost | undefined) {
    this.#parts = parts;
    this.#host = host;
  }

  /** As it left the factory. */
  reset(): void {
    this.running = this.stored = FACTORY;
    this.label = '';
    this.restarts = this.fatals = 0;
    this.isDead = false;
  }

  /** What is stored runs. */
  restart(label: string): void {
    if (this.#parts.activates) this.running = this.stored;
    this.label = label;
    this.restarts++;
    this.isDead = false;
  }

  info(): DevlinkInfo {
    const versions: DevlinkVersion[] = [
      { kind: 'fixed', name: 'board.id', value: BOARD },
      ...(this.label === '' ? [] : [{ kind: 'fixed', name: 'board.asset', value: this.label } as const]),
      { kind: 'running', name: 'fw', value: this.running, isComponent: true },
      { kind: 'stored', name: 'fw', value: this.stored, isComponent: true },
    ];
    return { serialNumber: SERIAL, versions };
  }

  /** Whether what is stored is what was written. */
  isIntact(): boolean {
    return ethernetFcs(this.#payload) === this.#sum;
  }

  readonly flash: DevlinkFlashOps = { update: ({ file, component }) => this.#update(file, component) };

  #update(file: Uint8Array, component: string | undefined): DriverResult {
    const tell = (message: string, progress: { done?: number; total?: number; timeout?: number } = {}): void =>
      this.#host()?.devlink.flashStatus({ message, ...(component === undefined ? {} : { component }), ...progress });
    tell('Checking');
    const image = readFirmwareImage(file, { checks: this.#parts.checksImage });
    if (!image.ok) {
      tell('Checking failed');
      return refuse(EINVAL, `the firmware file is not good: ${image.reason}`);
    }
    const total = image.image.payload.length;
    for (let at = 0; at < total; at += BLOCK) tell('Flashing', { done: this.#parts.progress(at, total), total });
    tell('Flashing', { done: total, total });
    this.stored = image.image.version;
    this.#payload = image.image.payload;
    this.#sum = ethernetFcs(this.#payload);
    if (this.#parts.runsAtOnce) this.running = this.stored;
    tell('Flashing done');
    return done;
  }
}
