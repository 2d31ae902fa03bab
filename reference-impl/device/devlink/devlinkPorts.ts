/** The ports of the reference device as devlink shows them: of the front panel, with four lanes each, whole or split. */
import type {
  DevlinkPort,
  DevlinkPortOps,
  DriverResult,
  Errno,
  ParentDevice,
  PortName,
} from '../../../harness/contract/index.js';
import { done, refuse } from '../control.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';

/** Where the reference device is plugged in. */
export const DEVICE_ON_BUS: ParentDevice = { bus: 'pci', name: '0000:01:00.0' };

/** An EUI-64 made of the address range of the ports. */
export const SWITCH_ID = Uint8Array.of(0x02, 0x4e, 0x49, 0xff, 0xfe, 0x43, 0, 0);

/** Lanes of a port of the front panel. */
export const LANES = 4;
/** Parts of split ports are numbered behind the ports of the panel, by the lane that they begin at. */
const FIRST_PART = 100;
const EINVAL = 22 as Errno;

/** A port of the front panel, whole: its index is the number of the port. */
export const panelPort = (number: number, isSwitch: boolean): DevlinkPort => ({
  index: number,
  attributes: {
    flavour: 'physical',
    number,
    ...(isSwitch ? { lanes: LANES, splittable: true, switchId: SWITCH_ID } : {}),
  },
});

/** A name for each part that there may be: of port `p1`, `p1s0` to `p1s3`. */
export const partName = (number: number, part: number): PortName => `p${number}s${part}` as PortName;
export const partNames = (ports: number): readonly PortName[] =>
  Array.from({ length: ports * LANES }, (_, place) => partName(Math.floor(place / LANES), place % LANES));

const partIndex = (number: number, part: number, count: number): number =>
  FIRST_PART + number * LANES + part * (LANES / count);

/** What of a device the ports are made of and taken away with. */
export interface PortMaker {
  /** The net device comes, and its cable is in. */
  readonly add: (name: PortName, devlinkPort: DevlinkPort) => void;
  readonly remove: (name: PortName, devlinkPort: number) => Promise<void>;
}

/** By number of a port of the panel: in how many parts it is. */
export class Panel {
  readonly #parts: DevlinkChipParts;
  readonly #maker: PortMaker;
  readonly #counts: number[];

  constructor(ports: number, parts: DevlinkChipParts, maker: PortMaker) {
    this.#parts = parts;
    this.#maker = maker;
    this.#counts = new Array<number>(ports).fill(1);
  }

  /** All whole again, as at power-on; whoever calls takes the ports away. */
  forget(): void {
    this.#counts.fill(1);
  }

  readonly ops: DevlinkPortOps = {
    split: (index, count) => this.#split(index, count),
    unsplit: (index) => this.#unsplit(index),
  };

  async removeAll(): Promise<void> {
    for (const number of this.#counts.keys()) await this.#remove(number);
  }

  addAll(): void {
    for (const number of this.#counts.keys()) this.#add(number);
  }

  async #split(index: number, count: number): Promise<DriverResult> {
    await this.#remove(index);
    this.#counts[index] = count;
    this.#add(index);
    return done;
  }

  async #unsplit(index: number): Promise<DriverResult> {
    const number = index < FIRST_PART ? index : Math.floor((index - FIRST_PART) / LANES);
    if (this.#counts[number] === 1) return refuse(EINVAL, 'Port was not split');
    await this.#remove(number);
    this.#counts[number] = 1;
    if (this.#parts.restoresWhole) this.#add(number);
    return done;
  }

  #ports(number: number): readonly (readonly [PortName, DevlinkPort])[] {
    const count = this.#counts[number] ?? 1;
    if (count === 1) return [[`p${number}` as PortName, panelPort(number, true)]];
    return Array.from({ length: this.#parts.partsMade(count) }, (_, part) => [
      partName(number, part),
      {
        index: partIndex(number, part, count),
        attributes: {
          flavour: 'physical',
          number,
          splitSubport: part,
          lanes: this.#parts.lanesOfPart(LANES, count),
          splittable: false,
          switchId: SWITCH_ID,
        },
      },
    ]);
  }

  #add(number: number): void {
    for (const [name, port] of this.#ports(number)) this.#maker.add(name, port);
  }

  async #remove(number: number): Promise<void> {
    for (const [name, { index }] of this.#ports(number)) await this.#maker.remove(name, index);
  }
}
