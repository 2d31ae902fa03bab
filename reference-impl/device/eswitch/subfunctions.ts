/**
 * Subfunctions: functions without a place on the bus, made and taken away over devlink, each with a port of the embedded switch, a net
 * device that represents it, and, while it is active, a net device of its own.
 */
import type {
  DevicePort,
  DevlinkPortFunctionOps,
  DevlinkPortOps,
  DevlinkPortRequest,
  DriverHost,
  DriverResult,
  MacAddress,
  PortName,
} from '../../../harness/contract/index.js';
import { SWITCH_ID } from '../devlink/devlinkPorts.js';
import { done, EINVAL, EOPNOTSUPP, refuse } from '../driverResult.js';
import { receiveDelivered } from '../receive.js';
import type { NicPort, VirtualPort } from '../state.js';
import type { EswitchParts } from './eswitchParts.js';
import { NO_ADDRESS } from './virtualFunction.js';
import type { Writable } from '../../writable.js';

const EEXIST = 17 as Parameters<typeof refuse>[0];
const ENOSPC = 28 as Parameters<typeof refuse>[0];
/** Ports of subfunctions are numbered behind those of virtual functions. */
const FIRST_PORT = 192;
const MOST = 32;
const DRIVER = 'nicspec_ref';

interface Subfunction {
  /** The user's number for it. */
  readonly number: number;
  /** Its place among those of the device. */
  readonly place: number;
  readonly representor: NicPort;
  address: MacAddress;
  /** Its own net device, while a driver has it. */
  port: NicPort | undefined;
  isActive: boolean;
}

export interface SubfunctionsSeed {
  readonly parts: EswitchParts;
  readonly host: () => DriverHost | undefined;
  readonly isSwitchdev: () => boolean;
  /** As the kernel knows the port of the physical function. */
  readonly described: DevicePort;
  readonly makePort: (name: PortName, address: MacAddress, virtualPort: VirtualPort) => NicPort;
  readonly removePort: (name: PortName) => void;
  readonly heldUntil: (port: number, length: number, now: bigint) => bigint;
}

export class Subfunctions {
  readonly #seed: SubfunctionsSeed;
  readonly #all = new Map<number, Subfunction>();

  constructor(seed: SubfunctionsSeed) {
    this.#seed = seed;
  }

  /** As mlx5_devlink_sf_port_new() and _del() have it. */
  readonly portOps: Pick<DevlinkPortOps, 'add' | 'remove'> = {
    add: (request) => this.#add(request),
    remove: async (index) => {
      const found = this.#all.get(index);
      if (found === undefined) return refuse(EOPNOTSUPP);
      await this.#remove(index, found);
      return done;
    },
  };

  readonly functionOps: DevlinkPortFunctionOps = {
    has: (index) => (this.#all.has(index) ? ['hw-address', 'state'] : []),
    hwAddrGet: (index) => this.#with(index, ({ address }) => ({ ok: true, value: address })),
    hwAddrSet: (index, address) =>
      this.#with(index, (found) => {
        if (address === NO_ADDRESS) return refuse(EINVAL);
        found.address = address;
        return done;
      }),
    stateGet: (index) =>
      this.#with(index, ({ isActive, port }) => ({
        ok: true,
        value: {
          state: isActive ? 'active' : 'inactive',
          opstate: port === undefined || !this.#seed.parts.tellsAttached ? 'detached' : 'attached',
        },
      })),
    stateSet: async (index, state) => {
      const found = this.#all.get(index);
      if (found === undefined) return refuse(EOPNOTSUPP);
      if (state === 'active') this.#activate(index, found);
      else if (this.#seed.parts.deactivates) await this.#deactivate(found);
      return done;
    },
  };

  async removeAll(): Promise<void> {
    for (const [index, found] of [...this.#all]) await this.#remove(index, found);
  }

  powerOn(): void {
    for (const { representor, port } of this.#all.values())
      for (const each of [representor, port]) if (each !== undefined) this.#seed.removePort(each.name);
    this.#all.clear();
  }

  #with<Value>(index: number, use: (found: Subfunction) => DriverResult<Value>): DriverResult<Value> {
    const found = this.#all.get(index);
    return found === undefined ? refuse(EOPNOTSUPP) : use(found);
  }

  #add({ flavour, pf, index, controller = 0, sf }: DevlinkPortRequest): DriverResult<number> {
    const { parts, isSwitchdev } = this.#seed;
    if (flavour !== 'pcisf') return refuse(EOPNOTSUPP, 'Driver supports only SF port addition');
    if (index !== undefined) return refuse(EOPNOTSUPP, 'Driver does not support user defined port index assignment');
    if (sf === undefined)
      return refuse(EOPNOTSUPP, 'User must provide unique sfnum. Driver does not support auto assignment');
    if (controller !== 0) return refuse(EOPNOTSUPP, 'External controller is unsupported');
    if (pf !== 0) return refuse(EOPNOTSUPP, 'Invalid pfnum supplied');
    if (!isSwitchdev()) return refuse(EOPNOTSUPP, 'SF ports are only supported in eswitch switchdev mode.');
    if (parts.checksSubfunctionNumber && [...this.#all.values()].some(({ number }) => number === sf))
      return refuse(EEXIST, 'SF already exist. Choose different sfnum');
    const place = Array.from({ length: MOST }, (_, each) => each).find((each) => !this.#all.has(FIRST_PORT + each));
    if (place === undefined) return refuse(ENOSPC);
    return { ok: true, value: this.#make(place, sf) };
  }

  #make(place: number, number: number): number {
    const { host, makePort, described } = this.#seed;
    const index = FIRST_PORT + place;
    const name = `pf0sf${place}` as PortName;
    const address = `02:4e:49:53:00:${place.toString(16).padStart(2, '0')}` as MacAddress;
    const representor = makePort(name, address, {
      receive: () => true,
      transmit: (bytes) => {
        const { port } = made;
        if (port?.up === true) receiveDelivered(port, bytes, 'whole');
        return false;
      },
    });
    const made: Subfunction = { number, place, representor, address: NO_ADDRESS, port: undefined, isActive: false };
    this.#all.set(index, made);
    host()?.devlink.registerPort({
      index,
      attributes: { flavour: 'pcisf', controller: 0, pf: 0, sf: number, switchId: SWITCH_ID },
    });
    host()?.devlink.createRateLeaf(index);
    const own: Writable<DevicePort> = { ...described, port: name, address, devlinkPort: index };
    delete own.parentDevice;
    host()?.registerPort(own);
    host()?.carrier(name, true);
    return index;
  }

  /** The function is there for a driver, and the driver of this host takes it. */
  #activate(index: number, found: Subfunction): void {
    const { host, makePort, described, heldUntil } = this.#seed;
    found.isActive = true;
    if (found.port !== undefined) return;
    const name = `sf${found.place}` as PortName;
    const chosen = `06:4e:49:53:00:${found.place.toString(16).padStart(2, '0')}` as MacAddress;
    const address = found.address === NO_ADDRESS ? chosen : found.address;
    const port = makePort(name, address, {
      receive: () => true,
      transmit: (bytes) => {
        port.pausedUntil = heldUntil(index, bytes.length, port.now);
        const other = this.#seed.parts.crossesSubfunction ? port : found.representor;
        if (other.up) receiveDelivered(other, bytes, 'whole');
        return false;
      },
    });
    found.port = port;
    const own: Writable<DevicePort> = {
      ...described,
      port: name,
      address,
      parentDevice: { bus: 'auxiliary', name: `${DRIVER}.sf.${found.place}` },
    };
    delete own.switchId;
    delete own.physPortName;
    delete own.devlinkPort;
    host()?.registerPort(own);
    host()?.carrier(name, true);
  }

  async #deactivate(found: Subfunction): Promise<void> {
    found.isActive = false;
    const { port } = found;
    if (port === undefined) return;
    found.port = undefined;
    await this.#seed.host()?.unregisterPort(port.name);
    this.#seed.removePort(port.name);
  }

  async #remove(index: number, found: Subfunction): Promise<void> {
    const { host, removePort, parts } = this.#seed;
    if (parts.removesActive) await this.#deactivate(found);
    await host()?.unregisterPort(found.representor.name);
    removePort(found.representor.name);
    host()?.devlink.destroyRateLeaf(index);
    host()?.devlink.unregisterPort(index);
    this.#all.delete(index);
  }
}
