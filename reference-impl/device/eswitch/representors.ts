/** Switchdev mode: each virtual function has a port in the switch between the ports, and a net device of the host that represents it. */
import type {
  DevicePort,
  DevlinkEswitchOps,
  DevlinkOps,
  DevlinkPortFunctionOps,
  DriverHost,
  DriverResult,
  EswitchMode,
  MacAddress,
  PortName,
} from '../../../harness/contract/index.js';
import { done, EINVAL, EOPNOTSUPP, refuse } from '../driverResult.js';
import { SWITCH_ID } from '../devlink/devlinkPorts.js';
import { receiveDelivered } from '../receive.js';
import type { NicPort, VirtualPort } from '../state.js';
import type { EmbeddedSwitch } from './embeddedSwitch.js';
import { NO_ADDRESS, type VirtualFunction } from './virtualFunction.js';

/** Ports of virtual functions are numbered behind those of the front panel. */
const FIRST_PORT = 128;

const VF_SETTINGS = ['hw-address', 'roce', 'migratable', 'max-io-eqs'] as const;

/** The index of the port of a virtual function. */
export const portIndexOf = (vf: number): number => FIRST_PORT + vf;

export const representorName = (vf: number): PortName => `pf0vf${vf}` as PortName;

export interface RepresentorSeed {
  readonly between: EmbeddedSwitch;
  readonly host: () => DriverHost | undefined;
  /** As the kernel knows the port of the physical function. */
  readonly described: DevicePort;
  readonly makePort: (vf: number, name: PortName, address: MacAddress, virtualPort: VirtualPort) => NicPort;
  readonly removePort: (name: PortName) => void;
  /** Queues that a function can have. */
  readonly queues: number;
}

export class Representors {
  readonly #seed: RepresentorSeed;
  readonly #ports = new Map<number, NicPort>();
  mode: EswitchMode = 'legacy';

  constructor(seed: RepresentorSeed) {
    this.#seed = seed;
  }

  /** devlink dev eswitch set … mode. */
  async setMode(mode: EswitchMode): Promise<DriverResult> {
    const { between } = this.#seed;
    if (mode === this.mode && !between.parts.remakesForSameMode) return done;
    await this.removeAll();
    this.mode = mode;
    if (mode === 'switchdev') this.addAll();
    else between.refresh();
    return done;
  }

  /** One for each virtual function. */
  addAll(): void {
    const { between } = this.#seed;
    const count = between.parts.represented(between.functions.length);
    for (const vf of between.functions.slice(0, count)) this.#add(vf);
    between.refresh();
  }

  async removeAll(): Promise<void> {
    const { host, removePort, between } = this.#seed;
    for (const [vf, port] of [...this.#ports]) {
      if (between.parts.removesRepresentors) {
        await host()?.unregisterPort(port.name);
        removePort(port.name);
      }
      if (between.parts.hasRateLeaf(vf)) host()?.devlink.destroyRateLeaf(FIRST_PORT + vf);
      host()?.devlink.unregisterPort(FIRST_PORT + vf);
      this.#ports.delete(vf);
    }
  }

  powerOn(): void {
    for (const { name } of this.#ports.values()) this.#seed.removePort(name);
    this.#ports.clear();
    this.mode = 'legacy';
  }

  /** Whether a function has a link: its representor is up. */
  isUp(vf: VirtualFunction): boolean {
    return this.#ports.get(vf.index)?.up === true;
  }

  /** The function sent a frame: the rules of its port decide, and what they leave is its representor's. */
  receive(vf: VirtualFunction, bytes: Uint8Array): void {
    const { parts } = this.#seed.between;
    const port = this.#ports.get(parts.representorOf(vf.index));
    if (port?.up === true && parts.hasSlowPath) receiveDelivered(port, bytes, 'whole');
  }

  #add(vf: VirtualFunction): void {
    const { between, host, described, makePort } = this.#seed;
    const { parts } = between;
    const name = representorName(vf.index);
    const address = `02:4e:49:52:00:${vf.index.toString(16).padStart(2, '0')}` as MacAddress;
    const port = makePort(vf.index, name, address, {
      receive: () => true,
      transmit: (bytes) => {
        between.deliverTo(between.functions[parts.representeeOf(vf.index)] ?? vf, bytes);
        return false;
      },
    });
    this.#ports.set(vf.index, port);
    const index = FIRST_PORT + vf.index;
    const switchId = parts.sharesSwitchId ? SWITCH_ID : SWITCH_ID.map((byte) => byte ^ 1);
    host()?.devlink.registerPort({
      index,
      attributes: { flavour: 'pcivf', controller: 0, pf: 0, vf: parts.representedNumber(vf.index), switchId },
    });
    if (parts.hasRateLeaf(vf.index)) host()?.devlink.createRateLeaf(index);
    const own = { ...described, port: name, address, devlinkPort: index };
    if (parts.hidesParent) delete own.parentDevice;
    host()?.registerPort(own);
    host()?.carrier(name, true);
  }

  /** The operations of devlink, with those of the embedded switch and of functions behind its ports. */
  devlinkOps(ops: DevlinkOps): DevlinkOps {
    const eswitch: DevlinkEswitchOps = {
      ...ops.eswitch,
      modeSet: async (mode) => {
        const set = (await ops.eswitch?.modeSet?.(mode)) ?? done;
        return set.ok ? this.setMode(mode) : set;
      },
    };
    return { ...ops, eswitch, portFunction: this.#portFunction(ops.portFunction ?? {}) };
  }

  #capabilityOps(vfAt: (port: number) => VirtualFunction | undefined): DevlinkPortFunctionOps {
    const { parts } = this.#seed.between;
    return {
      capabilityGet: (port, capability) => {
        const vf = vfAt(port);
        return vf === undefined || (capability !== 'roce' && capability !== 'migratable')
          ? refuse(EOPNOTSUPP)
          : { ok: true, value: vf.capabilities[capability] };
      },
      capabilitySet: (port, capability, on) => {
        const vf = vfAt(port);
        if (vf === undefined || (capability !== 'roce' && capability !== 'migratable')) return refuse(EOPNOTSUPP);
        if (!parts.keepsOtherCapabilities) vf.capabilities.roce = vf.capabilities.migratable = false;
        vf.capabilities[capability] = on;
        return done;
      },
      maxIoEqsGet: (port) => {
        const vf = vfAt(port);
        if (vf === undefined) return refuse(EOPNOTSUPP);
        return { ok: true, value: vf.maxIoEqs === 0 ? this.#seed.queues : vf.maxIoEqs };
      },
      maxIoEqsSet: (port, count) => {
        const vf = vfAt(port);
        if (vf === undefined) return refuse(EOPNOTSUPP);
        if (count === 0 || count > this.#seed.queues) return refuse(EINVAL, `from 1 to ${this.#seed.queues}`);
        vf.maxIoEqs = count;
        return done;
      },
    };
  }

  #portFunction(others: DevlinkPortFunctionOps): DevlinkPortFunctionOps {
    const vfAt = (port: number): VirtualFunction | undefined =>
      this.#ports.has(port - FIRST_PORT) ? this.#seed.between.functions[port - FIRST_PORT] : undefined;
    const own = this.#capabilityOps(vfAt);
    return {
      ...others,
      ...own,
      capabilityGet: (port, capability) =>
        (vfAt(port) === undefined ? others : own).capabilityGet?.(port, capability) ?? refuse(EOPNOTSUPP),
      capabilitySet: (port, capability, on) =>
        (vfAt(port) === undefined ? others : own).capabilitySet?.(port, capability, on) ?? refuse(EOPNOTSUPP),
      has: (port) => (vfAt(port) === undefined ? (others.has?.(port) ?? []) : VF_SETTINGS),
      hwAddrGet: (port) => {
        const vf = vfAt(port);
        if (vf === undefined) return others.hwAddrGet?.(port) ?? refuse(EOPNOTSUPP);
        return { ok: true, value: vf.settings.address };
      },
      hwAddrSet: (port, address) => {
        const vf = vfAt(port);
        if (vf === undefined) return others.hwAddrSet?.(port, address) ?? refuse(EOPNOTSUPP);
        if (address === NO_ADDRESS) return refuse(EINVAL);
        if (this.#seed.between.parts.keepsFunctionAddress) vf.settings.address = address;
        vf.filters.address = address;
        this.#seed.between.refresh();
        return done;
      },
    };
  }
}
