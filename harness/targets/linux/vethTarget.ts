/** The kernel of this machine over a veth pair, as a Target. */
import { release, type as kernelName } from 'node:os';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { numberIn } from '../../../reference-impl/netlink/schema.js';
import { CONTRACT_VERSION, TargetFault } from '../../contract/index.js';
import type {
  Errno,
  FirmwareResult,
  BpfResult,
  CapabilityAnswers,
  HostEnd,
  IfIndex,
  IoctlResult,
  NetDeviceName,
  NetlinkProtocol,
  NetlinkSocket,
  PortName,
  Target,
  TargetDescription,
  WireEnd,
} from '../../contract/index.js';
import { monotonicNow } from './ancillary.js';
import { BpfCalls } from './bpf.js';
import { probeCapabilities } from './capabilities.js';
import { ethtoolIoctl } from './ethtoolIoctl.js';
import { LinuxHostEnd } from './hostEnd.js';
import { LinuxNetlinkSocket } from './netlinkSocket.js';
import { NamespaceSysfs } from './sysfs.js';
import { backgroundClosed } from './libc.js';
import { NIC, VethCable, type CableOptions } from './vethCable.js';
import { LinuxWireEnd } from './wireEnd.js';

/** Sockets of earlier scenarios that may still be closing; more would hold more and more dead namespaces. */
const MOST_OPEN = 64;

const PORT = 'p0' as PortName;

/** A veth loads no firmware, and the directory of the machine is not touched: EROFS. */
const noFirmware = (): Promise<FirmwareResult> => Promise.resolve({ ok: false, errno: 30 as Errno });

export class VethTarget implements Target {
  readonly sysfs: NamespaceSysfs;
  readonly firmware = { put: noFirmware, remove: noFirmware };
  /** CLOCK_MONOTONIC; timestamps of frames are told in it too. */
  readonly clock = {
    now: async (): Promise<bigint> => monotonicNow(),
    sleep: (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
  readonly #options: CableOptions;
  readonly #capabilities: CapabilityAnswers;
  readonly #hosts = new Set<LinuxHostEnd>();
  readonly #wires = new Set<LinuxWireEnd>();
  readonly #sockets = new Set<LinuxNetlinkSocket>();
  readonly #bpf: BpfCalls;
  #cable: VethCable;

  private constructor(options: CableOptions, cable: VethCable, capabilities: CapabilityAnswers) {
    this.#options = options;
    this.#cable = cable;
    this.#capabilities = capabilities;
    this.#bpf = new BpfCalls();
    this.sysfs = new NamespaceSysfs(cable.host);
  }

  static async open(options: CableOptions = {}): Promise<VethTarget> {
    const cable = await VethCable.create(options);
    try {
      return new VethTarget(options, cable, await probeCapabilities(cable.host));
    } catch (error) {
      cable.close();
      throw error;
    }
  }

  async describe(): Promise<TargetDescription> {
    return {
      contractVersion: CONTRACT_VERSION,
      name: 'linux:veth',
      identity: {
        kernel: { name: kernelName(), release: release() },
        device: { vendor: 'Linux', model: 'veth', driver: 'veth', driverVersion: release(), firmwareVersion: '' },
      },
      ports: [{ port: PORT, netDevice: NIC.name, ifIndex: NIC.ifIndex, address: NIC.address }],
      capabilities: this.#capabilities,
      clock: 'real',
    };
  }

  async netlink(protocol: NetlinkProtocol): Promise<NetlinkSocket> {
    const socket = new LinuxNetlinkSocket(this.#cable.host, protocol, () => this.#sockets.delete(socket));
    this.#sockets.add(socket);
    return socket;
  }

  async ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): Promise<IoctlResult> {
    return ethtoolIoctl(this.#cable.host, netDevice, command);
  }

  async host(netDevice: NetDeviceName): Promise<HostEnd> {
    const ifIndex = netDevice === NIC.name ? NIC.ifIndex : await this.#indexOf(netDevice);
    const end = new LinuxHostEnd(this.#cable.host, ifIndex, () => this.#hosts.delete(end));
    this.#hosts.add(end);
    return end;
  }

  async wire(port: PortName): Promise<WireEnd> {
    if (port !== PORT) throw new TargetFault(`no port is called ${port}`);
    const end = new LinuxWireEnd(this.#cable, () => this.#wires.delete(end));
    this.#wires.add(end);
    return end;
  }

  async bpf(command: number, attributes: Uint8Array): Promise<BpfResult> {
    return this.#bpf.call(this.#cable.host, command, attributes);
  }

  /**
   * New namespaces with new devices of the same names and indexes. The kernel clears the old ones away by itself, so this takes a
   * few milliseconds, and no setting is forgotten. Ends and sockets that are open go over to the new devices.
   */
  async reset(): Promise<void> {
    const old = this.#cable;
    this.#cable = await VethCable.create(this.#options);
    const { host } = this.#cable;
    this.sysfs.moveTo(host);
    for (const socket of this.#sockets) socket.moveTo(host);
    for (const end of this.#hosts) await this.#move(end);
    for (const end of this.#wires) end.moveTo(this.#cable);
    this.#bpf.close();
    old.close();
    await backgroundClosed(MOST_OPEN);
  }

  async close(): Promise<void> {
    for (const resource of [...this.#hosts, ...this.#wires, ...this.#sockets]) await resource.close();
    this.#bpf.close();
    this.sysfs.close();
    this.#cable.close();
    await backgroundClosed();
  }

  /** An end of a device that a scenario made has no device any more. */
  async #move(end: LinuxHostEnd): Promise<void> {
    if (end.ifIndex === NIC.ifIndex) end.moveTo(this.#cable.host);
    else await end.close();
  }

  async #indexOf(netDevice: NetDeviceName): Promise<IfIndex> {
    const route = await RouteClient.open(async (protocol) => new LinuxNetlinkSocket(this.#cable.host, protocol));
    try {
      const link = await route.link(netDevice);
      const index = link.ok ? numberIn(link.value.header, 'ifi_index') : undefined;
      if (index === undefined) throw new TargetFault(`no net device is called ${netDevice}`);
      return index as IfIndex;
    } finally {
      await route.client.socket.close();
    }
  }
}
