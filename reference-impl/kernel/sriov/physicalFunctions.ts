/**
 * Physical functions and their virtual ones as the PCI core keeps them: drivers/pci/iov.c. A virtual function is there as soon as the driver
 * of the physical function has made it; its net device is there while its own driver is bound.
 */
import type { PortName, SriovCapability, SriovOps } from '../../../harness/contract/index.js';
import { EBUSY, EINVAL, ENODEV, ENOENT, EOPNOTSUPP, ERANGE, OK, refused } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { Outcome } from '../kernelState.js';
import type { SriovParts } from './sriovParts.js';
import { portOf, type NetDevice } from '../netDevice.js';

/** A virtual function on its bus. */
export interface VirtualFunctionDevice {
  readonly index: number;
  /** `0000:01:10.0`. */
  readonly busName: string;
  isBound: boolean;
}

export interface PhysicalFunction {
  readonly capability: SriovCapability;
  /** `0000:01:00.0`. */
  readonly busName: string;
  /** pci_sriov.num_VFs. */
  numVfs: number;
  /** sriov_drivers_autoprobe. */
  autoprobe: boolean;
  virtualFunctions: VirtualFunctionDevice[];
}

export class SriovKernel {
  readonly #kernel: ReferenceKernel;
  #functions: PhysicalFunction[] = [];

  constructor(kernel: ReferenceKernel) {
    this.#kernel = kernel;
    this.reset();
  }

  /** As it was when the driver was probed. */
  reset(): void {
    const { device, description } = this.#kernel;
    this.#functions = (device.sriov?.functions ?? []).map((capability) => ({
      capability,
      busName: description.ports.find(({ port }) => port === capability.port)?.parentDevice?.name ?? '',
      numVfs: 0,
      autoprobe: true,
      virtualFunctions: [],
    }));
  }

  get ops(): SriovOps | undefined {
    return this.#kernel.device.sriov;
  }

  /** The physical function that a net device belongs to. */
  functionOf(netDevice: NetDevice): PhysicalFunction | undefined {
    const { port } = portOf(netDevice);
    return this.#functions.find(({ capability }) => capability.ports.includes(port));
  }

  /** The virtual function that a net device belongs to. */
  virtualFunctionOf(netDevice: NetDevice): { physical: PhysicalFunction; vf: VirtualFunctionDevice } | undefined {
    const busName = parentOf(netDevice);
    for (const physical of this.#functions) {
      const vf = physical.virtualFunctions.find((each) => each.busName === busName);
      if (vf !== undefined) return { physical, vf };
    }
    return undefined;
  }

  /** The function of this name on its bus, if it is a virtual one. */
  virtualFunctionCalled(busName: string): { physical: PhysicalFunction; vf: VirtualFunctionDevice } | undefined {
    for (const physical of this.#functions)
      for (const vf of physical.virtualFunctions) if (vf.busName === busName) return { physical, vf };
    return undefined;
  }

  /** Net devices of a function on its bus. */
  netDevicesOf(busName: string): readonly NetDevice[] {
    return [...this.#kernel.netDevices.values()].filter(
      (netDevice) => netDevice.lower.kind === 'port' && parentOf(netDevice) === busName,
    );
  }

  /** sriov_numvfs_store(). */
  async setNumVfs(physical: PhysicalFunction, count: number): Promise<Outcome> {
    const { parts } = this.#kernel;
    const { capability } = physical;
    const { ops } = this;
    if (ops === undefined) return refused(ENOENT);
    if (count > capability.totalVfs && parts.sriov.checksTotal) return refused(ERANGE);
    if (count === physical.numVfs && !parts.sriov.asksForSame) return OK;
    if (count === 0) return this.#disable(physical, ops);
    if (physical.numVfs > 0) {
      if (parts.sriov.refusesChangeInUse) return refused(EBUSY);
      await this.#disable(physical, ops);
    }
    const made = await ops.configure(capability.port, count);
    if (!made.ok) return made;
    physical.numVfs = parts.sriov.shown(count, made.value);
    for (let index = 0; index < made.value; index++) {
      const vf = { index, busName: busNameOf(parts.sriov, physical, index), isBound: false };
      physical.virtualFunctions.push(vf);
      if (parts.sriov.probes(physical.autoprobe)) await this.probe(physical, vf);
    }
    return OK;
  }

  /** All or none: sriov_disable(). */
  async #disable(physical: PhysicalFunction, ops: SriovOps): Promise<Outcome> {
    const { parts } = this.#kernel;
    const going = physical.virtualFunctions.slice(0, parts.sriov.unbindsAll(physical.virtualFunctions.length));
    for (const vf of going) await this.unbind(physical, vf);
    const disabled = await ops.configure(physical.capability.port, 0);
    if (!disabled.ok) return disabled;
    physical.virtualFunctions = [];
    physical.numVfs = 0;
    return OK;
  }

  /** device_attach(): a driver that does not take the function is no fault. */
  async probe(physical: PhysicalFunction, vf: VirtualFunctionDevice): Promise<Outcome> {
    const { leavesBound } = this.#kernel.parts.sriov;
    if (vf.isBound && leavesBound) return OK;
    if (vf.isBound) await this.unbind(physical, vf);
    const bound = await this.bind(physical, vf);
    return !bound.ok && bound.errno === ENODEV ? OK : bound;
  }

  /** device_driver_attach(), pci_device_can_probe(). */
  async bind(physical: PhysicalFunction, vf: VirtualFunctionDevice): Promise<Outcome> {
    const { mayBind, refusesBound } = this.#kernel.parts.sriov;
    if (vf.isBound) return refusesBound ? refused(EBUSY) : OK;
    if (this.ops === undefined || !mayBind(physical.autoprobe)) return refused(ENODEV);
    const bound = await this.ops.bind(physical.capability.port, vf.index);
    if (bound.ok) vf.isBound = true;
    return bound.ok ? OK : bound;
  }

  async unbind(physical: PhysicalFunction, vf: VirtualFunctionDevice): Promise<Outcome> {
    if (!vf.isBound || this.ops === undefined) return refused(ENODEV);
    vf.isBound = false;
    await this.ops.unbind(physical.capability.port, vf.index);
    return OK;
  }

  /** sriov_vf_msix_count_store(). */
  async setVectors(physical: PhysicalFunction, vf: VirtualFunctionDevice, count: number): Promise<Outcome> {
    if (this.ops?.setVfMsix === undefined) return refused(EOPNOTSUPP);
    if (vf.isBound && this.#kernel.parts.sriov.guardsVectors) return refused(EBUSY);
    const set = await this.ops.setVfMsix(physical.capability.port, vf.index, count);
    return set.ok ? OK : set;
  }

  /** pci_reset_function(). */
  async resetFunction(physical: PhysicalFunction, vf: VirtualFunctionDevice): Promise<Outcome> {
    if (this.ops === undefined) return refused(EINVAL);
    await this.ops.resetFunction(physical.capability.port, vf.index);
    return OK;
  }

  /** The port by which the driver knows the functions of a net device; undefined for a net device that has none. */
  portOf(netDevice: NetDevice): PortName | undefined {
    const physical = this.functionOf(netDevice);
    if (physical === undefined || netDevice.lower.kind !== 'port') return undefined;
    return netDevice.lower.port === physical.capability.port ? netDevice.lower.port : undefined;
  }
}

const parentOf = ({ lower }: NetDevice): string | undefined =>
  lower.kind === 'port' ? lower.limits.parentDevice?.name : undefined;

/** Its place on the bus: bus, device and function. */
function busNameOf(
  { routingId: routingIdOf }: SriovParts,
  { busName, capability: { offset, stride } }: PhysicalFunction,
  index: number,
): string {
  const [domain = '0000', bus = '0', rest = '0.0'] = busName.split(':');
  const [device = '0', number = '0'] = rest.split('.');
  const own = (Number.parseInt(bus, 16) << 8) | (Number.parseInt(device, 16) << 3) | Number(number);
  const routingId = routingIdOf(own, offset, stride, index);
  const pad = (value: number): string => value.toString(16).padStart(2, '0');
  return `${domain}:${pad((routingId >> 8) & 0xff)}:${pad((routingId >> 3) & 0x1f)}.${routingId & 7}`;
}
