/** The TypeScript reference as a Target: the reference kernel over the reference NIC, or over a device that somebody brings. */
import { CONTRACT_VERSION } from '../contract/index.js';
import type {
  BpfMemory,
  BpfResult,
  CapabilityAnswer,
  CapabilityAnswers,
  Device,
  FirmwareResult,
  HostEnd,
  NetDeviceName,
  NetlinkSocket,
  PortName,
  ReceiveWait,
  SysfsResult,
  Target,
  TargetDescription,
  TargetPort,
  WireEnd,
  WireFrame,
} from '../contract/index.js';
import { TargetFault } from '../contract/index.js';
import type { Defect } from '../../reference-impl/defects/defect.js';
import { REFERENCE_MODELS, type ReferenceModel } from '../../reference-impl/device/limits.js';
import { createReferenceNic } from '../../reference-impl/device/nic.js';
import { ENOENT, ENOSYS } from '../../reference-impl/kernel/errno.js';
import { ReferenceKernel } from '../../reference-impl/kernel/kernel.js';
import type { PacketSocket } from '../../reference-impl/kernel/packetSockets.js';
import { createControlPlane, type ControlPlane } from '../../reference-impl/kernel/controlPlane.js';
import { CONFORMING_KERNEL } from '../../reference-impl/kernel/parts.js';

export interface ReferenceOptions {
  /** Everything that differs from machine to machine is drawn from it. */
  readonly seed?: number;
  /** Default: with a switch chip between the ports. */
  readonly model?: ReferenceModel;
  /** Makes the stack wrong in this one way; the model is the one that it breaks. */
  readonly defect?: Defect;
}

/** The reference kernel over the reference NIC. */
export async function openReferenceTarget(options: ReferenceOptions = {}): Promise<Target> {
  const { seed = 1, defect } = options;
  const model = defect?.model ?? options.model ?? 'switchdev';
  const nic = createReferenceNic({
    seed,
    limits: REFERENCE_MODELS[model],
    ...(defect?.nic === undefined ? {} : { parts: defect.nic }),
    ...(defect?.switch === undefined ? {} : { switchParts: defect.switch }),
    ...(defect?.router === undefined ? {} : { routerParts: defect.router }),
    ...(defect?.eswitch === undefined ? {} : { eswitchParts: defect.eswitch }),
    ...(defect?.devlink === undefined ? {} : { devlinkParts: defect.devlink }),
  });
  const device = defect?.wrap?.(nic) ?? nic;
  const kernel = await ReferenceKernel.boot(device, defect?.kernel?.(CONFORMING_KERNEL) ?? CONFORMING_KERNEL);
  return new ModelTarget(model === 'switchdev' ? 'reference' : `reference:${model}`, kernel);
}

/** The reference kernel over a device of somebody else's. */
export async function openDeviceTarget(name: string, device: Device): Promise<Target> {
  return new ModelTarget(name, await ReferenceKernel.boot(device));
}

/** What the model's cable, host end and kernel can do, whatever the device. */
const RIG: readonly string[] = [
  'wire-fcs',
  'wire-carrier',
  'wire-autoneg',
  'wire-pause',
  'prompt-far-end',
  'tx-fragments',
  'tx-queue-select',
  'host-stall',
  'tunnel-gso',
  'partial-checksum-any',
  'sctp-checksum-request',
  'virtual-clock',
  'sees-rx-checksum',
  'sees-rx-checksum-complete',
  'sees-rx-hash',
  'sees-rx-queue',
  'sees-header-split',
  'sees-short-frames',
  'rx-gro',
  'vlan-device',
  'macvlan-address',
  'sw-timestamps',
  'bridge',
  'bridge-vlan-filtering',
  'bridge-user-stp',
  'bond',
  'bridge-multicast',
  'bridge-mdb-get',
  'bridge-mdb-bulk',
  'bridge-fdb-bulk',
  'bridge-mcast-max-groups',
  'ip-routing',
  'bond-lacp',
  'ip-multipath',
  'vrf',
  'tc-qdisc',
  'tc-flower',
  'tc-matchall',
  'tc-gact',
  'tc-mirred',
  'nft-frames',
  'nft-meta-bridge',
  'nft-reject-netdev',
  'sriov-vf-devices',
  'sysctl',
  'ipv6-routing',
  'team',
  'power-wakeup',
  'wake-events',
  'eee-partner',
  'stats-source',
  'strings-need-count',
  'netlink-options',
  'netlink-buffers',
  'netlink-groups',
  'socket-diagnosis',
  'kernel-log',
  'bridge-mst',
  'bridge-vlan-snooping',
];

class ModelTarget implements Target {
  readonly sysfs = {
    read: (path: string): Promise<SysfsResult<string>> => Promise.resolve(this.#control.sysfs.read(path)),
    write: async (path: string, value: string): Promise<SysfsResult<void>> => {
      const written = await this.#control.sysfs.write(path, value);
      await this.#kernel.settle();
      return written;
    },
    list: (path: string): Promise<SysfsResult<readonly string[]>> => Promise.resolve(this.#control.sysfs.list(path)),
  };
  readonly sysctl = {
    read: (name: string): Promise<SysfsResult<string>> => Promise.resolve(this.#kernel.sysctls.read(name)),
    write: async (name: string, value: string): Promise<SysfsResult<void>> => {
      const written = this.#kernel.sysctls.write(name, value);
      await this.#kernel.settle();
      return written;
    },
    list: (folder: string): Promise<SysfsResult<readonly string[]>> =>
      Promise.resolve(this.#kernel.sysctls.list(folder)),
  };
  readonly firmware = {
    put: (name: string, bytes: Uint8Array): Promise<FirmwareResult> => {
      this.#kernel.firmware.set(name, bytes.slice());
      return Promise.resolve({ ok: true });
    },
    remove: (name: string): Promise<FirmwareResult> =>
      Promise.resolve(this.#kernel.firmware.delete(name) ? { ok: true } : { ok: false, errno: ENOENT }),
  };
  readonly clock = {
    now: async (): Promise<bigint> => this.#kernel.now,
    sleep: (milliseconds: number): Promise<void> => this.#kernel.wait(milliseconds),
  };
  readonly #name: string;
  readonly #kernel: ReferenceKernel;
  readonly #control: ControlPlane;

  constructor(name: string, kernel: ReferenceKernel) {
    this.#name = name;
    this.#kernel = kernel;
    this.#control = createControlPlane(kernel);
  }

  async describe(): Promise<TargetDescription> {
    const { description } = this.#kernel;
    const present: CapabilityAnswer = { present: true };
    const capabilities: Record<string, CapabilityAnswer> = { ...description.capabilities } satisfies CapabilityAnswers;
    for (const name of RIG) capabilities[name] ??= present;
    return {
      contractVersion: CONTRACT_VERSION,
      name: this.#name,
      identity: { kernel: { name: 'nicspec-reference', release: '0.1.0' }, device: description.identity },
      ports: description.ports.map(({ port }) => this.#describePort(port)),
      capabilities,
      clock: 'virtual',
    };
  }

  async netlink(protocol: number): Promise<NetlinkSocket> {
    return this.#control.openSocket(protocol, (milliseconds, until) => this.#kernel.wait(milliseconds, until));
  }

  async log(): Promise<readonly string[]> {
    return [...this.#kernel.log];
  }

  ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): ReturnType<Target['ethtoolIoctl']> {
    return this.#control.ethtoolIoctl(netDevice, command);
  }

  async host(name: NetDeviceName): Promise<HostEnd> {
    const netDevice = this.#kernel.findByName(name);
    if (netDevice === undefined) throw new TargetFault(`no net device is called ${name}`);
    return hostEnd(this.#kernel, this.#kernel.packetSockets.open(netDevice));
  }

  async wire(port: PortName): Promise<WireEnd> {
    if (this.#kernel.portNetDevice(port) === undefined) throw new TargetFault(`no port is called ${port}`);
    return wireEnd(this.#kernel, port);
  }

  async bpf(_command: number, attributes: Uint8Array, memory: readonly BpfMemory[] = []): Promise<BpfResult> {
    return { ok: false, errno: ENOSYS, attributes, memory: memory.map(({ bytes }) => bytes) };
  }

  async reset(): Promise<void> {
    this.#control.reset();
    await this.#kernel.reset();
  }

  async close(): Promise<void> {
    await this.#kernel.device.close();
  }

  #describePort(port: PortName): TargetPort {
    const netDevice = this.#kernel.portNetDevice(port);
    if (netDevice === undefined) throw new TargetFault(`no net device belongs to port ${port}`);
    return { port, netDevice: netDevice.name, ifIndex: netDevice.ifIndex, address: netDevice.permanentAddress };
  }
}

function hostEnd(kernel: ReferenceKernel, socket: PacketSocket): HostEnd {
  return {
    send: (frames) => kernel.send(socket.netDevice, frames),
    receive: (wait) => take(kernel, socket.received, wait),
    transmitTimestamps: (wait) => take(kernel, socket.timestamps, wait),
    setPolling: (polling) => kernel.setPolling(socket.netDevice, polling),
    close: async () => kernel.packetSockets.close(socket),
  };
}

function wireEnd(kernel: ReferenceKernel, port: PortName): WireEnd {
  const { device } = kernel;
  const arrived: WireFrame[] = kernel.cable(port);
  arrived.length = 0;
  return {
    send: (frames) => kernel.receiveFromCable(port, frames),
    receive: (wait) => take(kernel, arrived, wait),
    setCarrier: async (up) => {
      await device.cable.setCarrier(port, up);
      await kernel.settle();
    },
    setPartner: async (partner) => {
      await device.cable.setPartner(port, partner);
      await kernel.settle();
    },
    close: async () => undefined,
  };
}

/** Takes what is there as soon as it is enough, letting time pass for the rest. */
async function take<Item>(
  kernel: ReferenceKernel,
  queue: Item[],
  { withinMs, count }: ReceiveWait,
): Promise<readonly Item[]> {
  const enough = (): boolean => count !== undefined && queue.length >= count;
  if (!enough()) await kernel.wait(withinMs, enough);
  return queue.splice(0);
}
