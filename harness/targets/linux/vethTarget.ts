/** The kernel of this machine over veth pairs, as a Target: one port for a NIC, or several for a bridge. */
import { release, type as kernelName } from 'node:os';
import { CONTRACT_VERSION, TargetFault } from '../../contract/index.js';
import type {
  BpfMemory,
  BpfResult,
  CapabilityAnswers,
  HostEnd,
  IoctlResult,
  NetDeviceName,
  NetlinkProtocol,
  NetlinkSocket,
  PortName,
  Target,
  TargetDescription,
  WireEnd,
} from '../../contract/index.js';
import { BpfCalls } from './bpf.js';
import { askBridge } from '../driver/bridgeCapabilities.js';
import { askIpv6 } from '../driver/ipv6Capabilities.js';
import { allAbsent } from '../driver/devlinkCapabilities.js';
import { noFunctions } from '../driver/sriovCapabilities.js';
import { askSysctls } from '../driver/sysctlCapabilities.js';
import { askFilters } from '../driver/filterCapabilities.js';
import { askNetfilter } from '../driver/netfilterCapabilities.js';
import { probeCapabilities } from './capabilities.js';
import { ethtoolIoctl } from './ethtoolIoctl.js';
import { MONOTONIC_CLOCK, NO_FIRMWARE, indexOf } from './hostChannels.js';
import { LinuxHostEnd } from './hostEnd.js';
import { LinuxNetlinkSocket } from './netlinkSocket.js';
import { NamespaceSysctl } from './sysctl.js';
import { NamespaceSysfs } from './sysfs.js';
import { backgroundClosed } from './libc.js';
import { createSpaces, VethCable, type CableOptions, type CableSpaces } from './vethCable.js';
import { LinuxWireEnd } from './wireEnd.js';

/** Sockets of earlier scenarios that may still be closing; more would hold more and more dead namespaces. */
const MOST_OPEN = 64;

const portName = (number: number): PortName => `p${number}` as PortName;

export interface VethOptions extends CableOptions {
  /** Default: `linux:veth`. */
  readonly name?: string;
  /** Default: 1. */
  readonly ports?: number;
}

/** Everything that a reset makes anew. */
interface Cabling extends CableSpaces {
  readonly cables: readonly VethCable[];
}

async function createCabling(options: VethOptions): Promise<Cabling> {
  const spaces = createSpaces();
  const cables: VethCable[] = [];
  try {
    for (let port = 0; port < (options.ports ?? 1); port++) cables.push(await VethCable.create(spaces, port, options));
    return { ...spaces, cables };
  } catch (error) {
    closeCabling({ ...spaces, cables });
    throw error;
  }
}

function closeCabling({ host, wire, cables }: Cabling): void {
  for (const cable of cables) cable.close();
  host.close();
  wire.close();
}

const NO_DEVICE = 'A veth has no device on a bus.';

export class VethTarget implements Target {
  readonly sysfs: NamespaceSysfs;
  readonly sysctl: NamespaceSysctl;
  readonly firmware = NO_FIRMWARE;
  readonly clock = MONOTONIC_CLOCK;
  readonly #options: VethOptions;
  readonly #capabilities: CapabilityAnswers;
  readonly #hosts = new Set<LinuxHostEnd>();
  readonly #wires = new Map<LinuxWireEnd, number>();
  readonly #sockets = new Set<LinuxNetlinkSocket>();
  readonly #bpf: BpfCalls;
  #cabling: Cabling;

  private constructor(options: VethOptions, cabling: Cabling, capabilities: CapabilityAnswers) {
    this.#options = options;
    this.#cabling = cabling;
    this.#capabilities = capabilities;
    this.#bpf = new BpfCalls();
    this.sysfs = new NamespaceSysfs(cabling.host);
    this.sysctl = new NamespaceSysctl(cabling.host);
  }

  static async open(options: VethOptions = {}): Promise<VethTarget> {
    const cabling = await createCabling(options);
    try {
      const { host, cables } = cabling;
      const ports = cables.map(({ devices }) => devices.nic.ifIndex);
      const socket = async (protocol: NetlinkProtocol): Promise<NetlinkSocket> =>
        new LinuxNetlinkSocket(host, protocol);
      const bridging = await askBridge(socket, ports);
      const filtering = await askFilters(socket, ports, bridging);
      const netfilter = await askNetfilter(socket, cables[0]?.devices.nic.name, bridging);
      const [sysctl, nic] = [new NamespaceSysctl(host), cables[0]?.devices.nic];
      const asked = nic === undefined ? undefined : { netDevice: nic.name, ifIndex: nic.ifIndex };
      const sysctls = { ...(await askSysctls(sysctl, nic?.name)), ...(await askIpv6(socket, sysctl, asked)) };
      const noDevice = { ...allAbsent(NO_DEVICE), ...noFunctions(NO_DEVICE) };
      const capabilities = {
        ...noDevice,
        ...(await probeCapabilities(host)),
        ...bridging,
        ...filtering,
        ...netfilter,
        ...sysctls,
      };
      return new VethTarget(options, cabling, capabilities);
    } catch (error) {
      closeCabling(cabling);
      throw error;
    }
  }

  async describe(): Promise<TargetDescription> {
    return {
      contractVersion: CONTRACT_VERSION,
      name: this.#options.name ?? 'linux:veth',
      identity: {
        kernel: { name: kernelName(), release: release() },
        device: { vendor: 'Linux', model: 'veth', driver: 'veth', driverVersion: release(), firmwareVersion: '' },
      },
      ports: this.#cabling.cables.map(({ devices: { nic } }, number) => ({
        port: portName(number),
        netDevice: nic.name,
        ifIndex: nic.ifIndex,
        address: nic.address,
      })),
      capabilities: this.#capabilities,
      clock: 'real',
    };
  }

  async netlink(protocol: NetlinkProtocol): Promise<NetlinkSocket> {
    const socket = new LinuxNetlinkSocket(this.#cabling.host, protocol, () => this.#sockets.delete(socket));
    this.#sockets.add(socket);
    return socket;
  }

  async ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): Promise<IoctlResult> {
    return ethtoolIoctl(this.#cabling.host, netDevice, command);
  }

  async host(netDevice: NetDeviceName): Promise<HostEnd> {
    const port = this.#cabling.cables.find(({ devices }) => devices.nic.name === netDevice);
    const ifIndex = port?.devices.nic.ifIndex ?? (await indexOf(this.#cabling.host, netDevice));
    const end = new LinuxHostEnd(this.#cabling.host, ifIndex, () => this.#hosts.delete(end));
    this.#hosts.add(end);
    return end;
  }

  async wire(port: PortName): Promise<WireEnd> {
    const number = this.#cabling.cables.findIndex((_, index) => portName(index) === port);
    const cable = this.#cabling.cables[number];
    if (cable === undefined) throw new TargetFault(`no port is called ${port}`);
    const end = new LinuxWireEnd(cable, () => this.#wires.delete(end));
    this.#wires.set(end, number);
    return end;
  }

  async bpf(command: number, attributes: Uint8Array, memory: readonly BpfMemory[] = []): Promise<BpfResult> {
    return this.#bpf.call(this.#cabling.host, command, attributes, memory);
  }

  /**
   * New namespaces with new devices of the same names and indexes. The kernel clears the old ones away by itself, so this takes a
   * few milliseconds, and no setting is forgotten. Ends and sockets that are open go over to the new devices.
   */
  async reset(): Promise<void> {
    const old = this.#cabling;
    this.#cabling = await createCabling(this.#options);
    const { host, cables } = this.#cabling;
    this.sysfs.moveTo(host);
    this.sysctl.moveTo(host);
    for (const socket of this.#sockets) socket.moveTo(host);
    for (const end of this.#hosts) await this.#move(end);
    for (const [end, number] of this.#wires) {
      const cable = cables[number];
      if (cable !== undefined) end.moveTo(cable);
    }
    this.#bpf.close();
    closeCabling(old);
    await backgroundClosed(MOST_OPEN);
  }

  async close(): Promise<void> {
    for (const resource of [...this.#hosts, ...this.#wires.keys(), ...this.#sockets]) await resource.close();
    this.#bpf.close();
    this.sysfs.close();
    closeCabling(this.#cabling);
    await backgroundClosed();
  }

  /** An end of a device that a scenario made has no device any more. */
  async #move(end: LinuxHostEnd): Promise<void> {
    if (this.#cabling.cables.some(({ devices }) => devices.nic.ifIndex === end.ifIndex)) end.moveTo(this.#cabling.host);
    else await end.close();
  }
}
