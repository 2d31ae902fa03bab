/** The channels of this machine's kernel, as a namespace has them. */
import { release, type as kernelName } from 'node:os';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { numberIn } from '../../../reference-impl/netlink/schema.js';
import { TargetFault } from '../../contract/index.js';
import type {
  BpfMemory,
  BpfResult,
  Errno,
  FirmwareResult,
  HostEnd,
  IfIndex,
  IoctlResult,
  NetDeviceName,
  NetlinkProtocol,
  NetlinkSocket,
  Target,
} from '../../contract/index.js';
import type { MachineChannels } from '../driver/channels.js';
import { monotonicNow } from './ancillary.js';
import { BpfCalls } from './bpf.js';
import { ethtoolIoctl } from './ethtoolIoctl.js';
import { LinuxHostEnd } from './hostEnd.js';
import { LinuxNetlinkSocket } from './netlinkSocket.js';
import type { NetNamespace } from './netNamespace.js';
import { NamespaceSysctl } from './sysctl.js';
import { NamespaceSysfs } from './sysfs.js';

/** CLOCK_MONOTONIC; timestamps of frames are told in it too. */
export const MONOTONIC_CLOCK: Target['clock'] = {
  now: async (): Promise<bigint> => monotonicNow(),
  sleep: (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

const noFirmware = (): Promise<FirmwareResult> => Promise.resolve({ ok: false, errno: 30 as Errno });

/** The firmware directory belongs to the machine and is not touched: EROFS. */
export const NO_FIRMWARE: Target['firmware'] = { put: noFirmware, remove: noFirmware };

/** @throws TargetFault if the namespace has no such net device. */
export async function indexOf(namespace: NetNamespace, netDevice: NetDeviceName): Promise<IfIndex> {
  const route = await RouteClient.open(async (protocol) => new LinuxNetlinkSocket(namespace, protocol));
  try {
    const link = await route.link(netDevice);
    const index = link.ok ? numberIn(link.value.header, 'ifi_index') : undefined;
    if (index === undefined) throw new TargetFault(`no net device is called ${netDevice}`);
    return index as IfIndex;
  } finally {
    await route.client.socket.close();
  }
}

export class HostChannels implements MachineChannels {
  readonly kernel = { name: kernelName(), release: release() };
  readonly clock = MONOTONIC_CLOCK;
  readonly firmware = NO_FIRMWARE;
  readonly sysfs: NamespaceSysfs;
  readonly sysctl: NamespaceSysctl;
  readonly #namespace: NetNamespace;
  readonly #open = new Set<{ close(): Promise<void> }>();
  readonly #bpf = new BpfCalls();

  constructor(namespace: NetNamespace) {
    this.#namespace = namespace;
    this.sysfs = new NamespaceSysfs(namespace);
    this.sysctl = new NamespaceSysctl(namespace);
  }

  async netlink(protocol: NetlinkProtocol): Promise<NetlinkSocket> {
    const socket = new LinuxNetlinkSocket(this.#namespace, protocol, () => this.#open.delete(socket));
    this.#open.add(socket);
    return socket;
  }

  async ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): Promise<IoctlResult> {
    return ethtoolIoctl(this.#namespace, netDevice, command);
  }

  async host(netDevice: NetDeviceName): Promise<HostEnd> {
    const ifIndex = await indexOf(this.#namespace, netDevice);
    const end = new LinuxHostEnd(this.#namespace, ifIndex, () => this.#open.delete(end));
    this.#open.add(end);
    return end;
  }

  async bpf(command: number, attributes: Uint8Array, memory: readonly BpfMemory[] = []): Promise<BpfResult> {
    return this.#bpf.call(this.#namespace, command, attributes, memory);
  }

  /** Closes what was opened through it; the namespace is the caller's. */
  async close(): Promise<void> {
    for (const resource of [...this.#open]) await resource.close();
    this.#bpf.close();
    this.sysfs.close();
  }
}
