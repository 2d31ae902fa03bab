/**
 * This machine's own kernel as it is, in the namespace of the process: for nettool, and for an agent that serves nettool. The suite
 * cannot run on it, because nobody puts a machine that is in use back to a clean state: `reset` refuses before anything is touched.
 */
import { release, type as kernelName } from 'node:os';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { bytesIn, numberIn, textIn } from '../../../reference-impl/netlink/schema.js';
import { formatMac } from '../../../reference-impl/packet/addresses.js';
import { CONTRACT_VERSION, TargetFault } from '../../contract/index.js';
import type {
  BpfMemory,
  BpfResult,
  Errno,
  HostEnd,
  IfIndex,
  IoctlResult,
  MacAddress,
  NetDeviceName,
  NetlinkProtocol,
  NetlinkSocket,
  PortName,
  Target,
  TargetDescription,
  TargetPort,
  WireEnd,
} from '../../contract/index.js';
import { ethtoolIoctl } from './ethtoolIoctl.js';
import { MONOTONIC_CLOCK, NO_FIRMWARE } from './hostChannels.js';
import { libc, SystemCallError } from './libc.js';
import { LinuxNetlinkSocket } from './netlinkSocket.js';
import { NetNamespace } from './netNamespace.js';
import { NamespaceSysctl } from './sysctl.js';
import { NamespaceSysfs } from './sysfs.js';

const ENOSYS = 38 as Errno;
const IFF_LOOPBACK = 1 << 3;
const NO_ADDRESS = '00:00:00:00:00:00' as MacAddress;

export class OwnKernelTarget implements Target {
  readonly clock = MONOTONIC_CLOCK;
  readonly firmware = NO_FIRMWARE;
  readonly sysfs: NamespaceSysfs;
  readonly sysctl: NamespaceSysctl;
  readonly #namespace: NetNamespace;
  readonly #open = new Set<LinuxNetlinkSocket>();

  private constructor(namespace: NetNamespace) {
    this.#namespace = namespace;
    this.sysfs = new NamespaceSysfs(namespace);
    this.sysctl = new NamespaceSysctl(namespace);
  }

  /** @throws TargetFault where this machine has no such kernel, or no way to speak to it. */
  static open(): OwnKernelTarget {
    if (process.platform !== 'linux') throw new TargetFault(`this machine runs ${process.platform}, not Linux`);
    try {
      libc();
    } catch (error) {
      const [message] = error instanceof Error ? error.message.split('\n') : [String(error)];
      throw new TargetFault(`the package koffi, for system calls, cannot be loaded: ${message}`, { cause: error });
    }
    return new OwnKernelTarget(NetNamespace.own());
  }

  async describe(): Promise<TargetDescription> {
    const device = { vendor: 'unknown', model: 'this machine', driver: '', driverVersion: '', firmwareVersion: '' };
    return {
      contractVersion: CONTRACT_VERSION,
      name: 'linux:host',
      identity: { kernel: { name: kernelName(), release: release() }, device },
      ports: await this.#ports(),
      capabilities: {},
      clock: 'real',
    };
  }

  async netlink(protocol: NetlinkProtocol): Promise<NetlinkSocket> {
    try {
      const onClose = (): void => void this.#open.delete(socket);
      const socket = new LinuxNetlinkSocket(this.#namespace, protocol, onClose, { sendsAside: true });
      this.#open.add(socket);
      return socket;
    } catch (error) {
      if (error instanceof SystemCallError)
        throw new TargetFault(`the kernel refused ${error.message}`, { cause: error });
      throw error;
    }
  }

  async ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): Promise<IoctlResult> {
    return ethtoolIoctl(this.#namespace, netDevice, command);
  }

  async host(netDevice: NetDeviceName): Promise<HostEnd> {
    throw new TargetFault(`frames of ${netDevice} are not for the suite: the machine is in use`);
  }

  async wire(port: PortName): Promise<WireEnd> {
    throw new TargetFault(`nobody holds the far end of the cable of ${port}`);
  }

  async bpf(_command: number, attributes: Uint8Array, memory: readonly BpfMemory[] = []): Promise<BpfResult> {
    return { ok: false, errno: ENOSYS, attributes, memory: memory.map(({ bytes }) => bytes) };
  }

  async reset(): Promise<void> {
    throw new TargetFault('linux:host is a machine in use, and is never reset: it is for nettool, not for the suite');
  }

  async close(): Promise<void> {
    for (const socket of [...this.#open]) await socket.close();
    this.sysfs.close();
    this.#namespace.close();
  }

  async #ports(): Promise<readonly TargetPort[]> {
    const route = await RouteClient.open((protocol) => this.netlink(protocol));
    try {
      const links = await route.links();
      if (!links.ok) throw new TargetFault(`the links cannot be listed: ${links.error.errnoName}`);
      return links.value
        .filter(({ header }) => ((numberIn(header, 'ifi_flags') ?? 0) & IFF_LOOPBACK) === 0)
        .map(({ header, values }, index): TargetPort => {
          const address = bytesIn(values, 'IFLA_PERM_ADDRESS') ?? bytesIn(values, 'IFLA_ADDRESS');
          // Numbers and names that the kernel itself told.
          return {
            port: `p${index}` as PortName,
            netDevice: (textIn(values, 'IFLA_IFNAME') ?? '') as NetDeviceName,
            ifIndex: (numberIn(header, 'ifi_index') ?? 0) as IfIndex,
            address: address?.length === 6 ? (formatMac(address) as MacAddress) : NO_ADDRESS,
          };
        });
    } finally {
      await route.client.socket.close();
    }
  }
}
