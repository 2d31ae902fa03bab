/**
 * A net device of a real driver as a Target: the channels of its machine, a cable that somebody else holds the far end of, and a reset
 * that puts back what a scenario changed.
 */
import { EthtoolClient } from '../../../reference-impl/netlink/ethtoolClient.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { bytesIn, numberIn } from '../../../reference-impl/netlink/schema.js';
import { formatMac } from '../../../reference-impl/packet/addresses.js';
import { CONTRACT_VERSION, TargetFault, TargetLost } from '../../contract/index.js';
import type {
  CapabilityAnswers,
  HostEnd,
  HostTransmit,
  IfIndex,
  MacAddress,
  NetDeviceName,
  NetlinkProtocol,
  NetlinkSocket,
  PortName,
  SendResult,
  Target,
  TargetDescription,
  TargetPort,
  WireEnd,
  WireFrame,
} from '../../contract/index.js';
import type { MachineChannels } from './channels.js';
import { askBridge } from './bridgeCapabilities.js';
import { askDevlink } from './devlinkCapabilities.js';
import { DevlinkState } from './devlinkState.js';
import { askFilters } from './filterCapabilities.js';
import { askNetfilter } from './netfilterCapabilities.js';
import { askSriov } from './sriovCapabilities.js';
import { ChangedSysctls } from './changedSysctls.js';
import { askIpv6 } from './ipv6Capabilities.js';
import { askSysctls } from './sysctlCapabilities.js';
import { settleLink } from './carrier.js';
import { probeDriver } from './driverCapabilities.js';
import { driverInfo, type DriverInfo } from './driverInfo.js';
import {
  NET_DEVICES,
  PORT_ASPECTS,
  changesOf,
  differ,
  required,
  type PortAccess,
  type PortAspect,
  type State,
} from './portState.js';

export interface DriverTargetOptions {
  readonly name: string;
  readonly channels: MachineChannels;
  readonly ports: readonly { readonly port: PortName; readonly netDevice: NetDeviceName }[];
  readonly cables: Cables;
  /** What the rig can do, and what of the driver is known without asking it; overrules what was asked. */
  readonly stated: CapabilityAnswers;
  readonly vendor: string;
  readonly model: string;
  /** A reload gave the first port another net device: what the rig has to do with it. */
  readonly renewed?: (ifIndex: IfIndex) => Promise<void>;
}

/** The far ends of the cables. */
export interface Cables {
  /** A fresh end; several may look at the same cable. */
  open(port: PortName): Promise<WireEnd>;
  /** Whether the cable is in the port, so that there should be carrier. */
  isPlugged(port: PortName): boolean;
  /** All cables in, nothing left from before. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** So long a driver may take to get its link; e1000e of QEMU takes about a second. */
const CARRIER_MS = 10_000;
/** So long a sender waits for it: less than a call may take. */
const SEND_WAIT_MS = 4_000;
const IFF_UP = 0x1;

interface DriverPort extends TargetPort {
  ifIndex: IfIndex;
  access: PortAccess;
  readonly defaults: (State | null)[];
}

export async function openDriverTarget(options: DriverTargetOptions): Promise<Target> {
  const ports: DriverPort[] = [];
  for (const { port, netDevice } of options.ports) ports.push(await openPort(options, port, netDevice));
  const [first] = ports;
  if (first === undefined) throw new TargetFault(`${options.name} has no port`);
  const info = await driverInfo(options.channels, first.netDevice);
  const indexes = ports.map(({ ifIndex }) => ifIndex);
  const bridging = await askBridge((protocol) => options.channels.netlink(protocol), indexes);
  const filtering = await askFilters((protocol) => options.channels.netlink(protocol), indexes, bridging);
  const netfilter = await askNetfilter((protocol) => options.channels.netlink(protocol), first.netDevice, bridging);
  const devlink = await askDevlink(options.channels, first.netDevice);
  const functions = await askSriov(options.channels, first.access, info.driver);
  const capabilities = {
    ...(await probeDriver(first.access, info)),
    ...bridging,
    ...filtering,
    ...netfilter,
    ...devlink,
    ...functions,
    ...(await askSysctls(options.channels.sysctl, first.netDevice)),
    ...(await askIpv6((protocol) => options.channels.netlink(protocol), options.channels.sysctl, first)),
    ...options.stated,
  };
  const state =
    capabilities['devlink-reload']?.present === true
      ? await DevlinkState.open(options.channels, first.netDevice)
      : undefined;
  return new DriverTarget(options, ports, info, capabilities, state);
}

async function openPort(
  { name, channels, cables }: DriverTargetOptions,
  port: PortName,
  netDevice: NetDeviceName,
): Promise<DriverPort> {
  const open = (protocol: NetlinkProtocol): Promise<NetlinkSocket> => channels.netlink(protocol);
  const route = await RouteClient.open(open);
  const found = await route.link(netDevice);
  if (!found.ok) throw new TargetFault(`${name}: no net device is called ${netDevice}`);
  const ifIndex = (numberIn(found.value.header, 'ifi_index') ?? 0) as IfIndex;
  const access = { channels, netDevice, ifIndex, route, ethtool: await EthtoolClient.open(open) };
  required(`setting ${netDevice} up`, await route.setLink(ifIndex, {}, { flags: IFF_UP, change: IFF_UP }));
  if (cables.isPlugged(port) && (await settleLink(route, ifIndex, CARRIER_MS)) !== 'carrier') {
    throw new TargetFault(`${name}: ${netDevice} has no carrier within ${CARRIER_MS / 1000} s: is the cable in?`);
  }
  const { values } = found.value;
  const permanent = bytesIn(values, 'IFLA_PERM_ADDRESS') ?? bytesIn(values, 'IFLA_ADDRESS') ?? new Uint8Array(6);
  const address = formatMac(permanent) as MacAddress;
  const defaults: (State | null)[] = [];
  for (const aspect of PORT_ASPECTS) defaults.push(await aspect.read(access));
  return { port, netDevice, ifIndex, address, access, defaults };
}

class DriverTarget implements Target {
  readonly #options: DriverTargetOptions;
  readonly #ports: readonly DriverPort[];
  readonly #info: DriverInfo;
  readonly #capabilities: CapabilityAnswers;
  readonly #devlink: DevlinkState | undefined;
  readonly #hosts = new Set<HostEnd>();
  readonly #sockets = new Set<NetlinkSocket>();
  /** One client for each aspect, so that all of them can be read at the same time. */
  readonly #readers = new Map<string, PortAccess>();
  readonly #sysctls: ChangedSysctls;
  /** Something was asked of the kernel since the carrier was last looked at: the link may be renegotiating. */
  #mayHaveChanged = true;

  constructor(
    options: DriverTargetOptions,
    ports: readonly DriverPort[],
    info: DriverInfo,
    capabilities: CapabilityAnswers,
    devlink: DevlinkState | undefined,
  ) {
    this.#options = options;
    this.#ports = ports;
    this.#info = info;
    this.#capabilities = capabilities;
    this.#devlink = devlink;
    this.#sysctls = new ChangedSysctls(options.channels.sysctl);
  }

  get #channels(): MachineChannels {
    return this.#options.channels;
  }

  get sysfs(): Target['sysfs'] {
    return this.#channels.sysfs;
  }

  get sysctl(): Target['sysctl'] {
    return this.#sysctls;
  }

  get firmware(): Target['firmware'] {
    return this.#channels.firmware;
  }

  get clock(): Target['clock'] {
    return this.#channels.clock;
  }

  async describe(): Promise<TargetDescription> {
    const { name, channels, vendor, model } = this.#options;
    const { driver, version, firmwareVersion } = this.#info;
    return {
      contractVersion: CONTRACT_VERSION,
      name,
      identity: {
        kernel: channels.kernel,
        device: { vendor, model, driver, driverVersion: version, firmwareVersion },
      },
      ports: this.#ports.map(describedPort),
      capabilities: this.#capabilities,
      clock: 'real',
    };
  }

  async netlink(protocol: NetlinkProtocol): Promise<NetlinkSocket> {
    const socket = await this.#channels.netlink(protocol);
    const changed = (): void => void (this.#mayHaveChanged = true);
    const sockets = this.#sockets;
    const watched: NetlinkSocket = {
      portId: socket.portId,
      send: (datagram) => {
        changed();
        this.#devlink?.watch(protocol, datagram);
        return socket.send(datagram);
      },
      receive: (wait) => socket.receive(wait),
      ...optionalMembers(socket),
      join: (group) => socket.join(group),
      leave: (group) => socket.leave(group),
      close: () => {
        sockets.delete(watched);
        return socket.close();
      },
    };
    sockets.add(watched);
    return watched;
  }

  ethtoolIoctl(...call: Parameters<Target['ethtoolIoctl']>): ReturnType<Target['ethtoolIoctl']> {
    this.#mayHaveChanged = true;
    return this.#channels.ethtoolIoctl(...call);
  }

  bpf(...call: Parameters<Target['bpf']>): ReturnType<Target['bpf']> {
    return this.#channels.bpf(...call);
  }

  async host(netDevice: NetDeviceName): Promise<HostEnd> {
    const end = await this.#channels.host(netDevice);
    const hosts = this.#hosts;
    const settled = (): Promise<void> => this.#settled();
    const watched: HostEnd = {
      async send(frames: readonly HostTransmit[]): Promise<SendResult> {
        await settled();
        return end.send(frames);
      },
      receive: (wait) => end.receive(wait),
      transmitTimestamps: (wait) => end.transmitTimestamps(wait),
      setPolling: (polling) => end.setPolling(polling),
      close: () => {
        hosts.delete(watched);
        return end.close();
      },
    };
    hosts.add(watched);
    return watched;
  }

  async wire(port: PortName): Promise<WireEnd> {
    if (!this.#ports.some((each) => each.port === port)) throw new TargetFault(`no port is called ${port}`);
    const end = await this.#options.cables.open(port);
    const settled = (): Promise<void> => this.#settled();
    return {
      async send(frames: readonly WireFrame[]): Promise<void> {
        await settled();
        return end.send(frames);
      },
      receive: (wait) => end.receive(wait),
      setCarrier: async (up) => {
        this.#mayHaveChanged = true;
        await end.setCarrier(up);
      },
      setPartner: (partner) => end.setPartner(partner),
      close: () => end.close(),
    };
  }

  async reset(): Promise<void> {
    await this.#renew();
    await this.#options.cables.reset();
    await this.#sysctls.restore();
    for (const port of this.#ports) await this.#restore(port);
    this.#mayHaveChanged = true;
    await this.#settled(CARRIER_MS);
    // Frames on their way when the scenario ended are there by now.
    await Promise.all([...this.#hosts].map((end) => end.receive({ withinMs: 0 })));
    await Promise.all([...this.#sockets].map(emptySocket));
    await this.#options.cables.reset();
  }

  async close(): Promise<void> {
    try {
      await this.#sysctls.restore();
      for (const port of this.#ports) await this.#restore(port);
    } catch (error) {
      // A machine that is gone has nothing left to put back.
      if (!(error instanceof TargetLost)) throw error;
    } finally {
      await this.#options.cables.close();
      await this.#channels.close();
    }
  }

  /** Puts back what was changed over devlink; the first port has another net device then. */
  async #renew(): Promise<void> {
    const renewed = await this.#devlink?.restore();
    const [port] = this.#ports;
    if (renewed === undefined || port === undefined) return;
    if (renewed.netDevice !== port.netDevice)
      throw new TargetLost(`the net device ${port.netDevice} came back as ${renewed.netDevice}`);
    port.ifIndex = renewed.ifIndex;
    port.access = { ...port.access, ifIndex: renewed.ifIndex };
    for (const [key, reader] of this.#readers) this.#readers.set(key, { ...reader, ifIndex: renewed.ifIndex });
    // The new net device is none that a scenario added.
    const place = PORT_ASPECTS.findIndex(({ name }) => name === NET_DEVICES);
    port.defaults[place] = { ...port.defaults[place], [String(renewed.ifIndex)]: renewed.ifIndex };
    await this.#options.renewed?.(renewed.ifIndex);
  }

  async #settled(withinMs = SEND_WAIT_MS): Promise<void> {
    if (!this.#mayHaveChanged) return;
    this.#mayHaveChanged = false;
    for (const { port, access } of this.#ports) {
      if (!this.#options.cables.isPlugged(port)) continue;
      const { route } = await this.#reader('carrier', access);
      await settleLink(route, access.ifIndex, withinMs);
    }
  }

  /** Reads every aspect at once, and writes those that differ, one after the other. */
  async #restore({ access, defaults, netDevice }: DriverPort): Promise<void> {
    const states = await Promise.all(
      PORT_ASPECTS.map(async (aspect, index) =>
        defaults[index] === null ? null : aspect.read(await this.#reader(aspect.name, access)),
      ),
    );
    for (const [index, aspect] of PORT_ASPECTS.entries()) {
      const [was, now] = [defaults[index], states[index]];
      if (was === null || was === undefined || now === null || now === undefined || !differ(aspect, was, now)) continue;
      await this.#writeBack(aspect, access, was, now, netDevice);
    }
  }

  async #writeBack(aspect: PortAspect, access: PortAccess, was: State, now: State, netDevice: string): Promise<void> {
    await aspect.restore(access, was, now);
    const after = await aspect.read(access);
    if (after === null || differ(aspect, was, after)) {
      throw new TargetLost(`the ${aspect.name} of ${netDevice} cannot be put back: ${changesOf(was, after ?? {})}`);
    }
  }

  async #reader(name: string, access: PortAccess): Promise<PortAccess> {
    const key = `${access.netDevice} ${name}`;
    let reader = this.#readers.get(key);
    if (reader === undefined) {
      const open = (protocol: NetlinkProtocol): Promise<NetlinkSocket> => this.#channels.netlink(protocol);
      reader = { ...access, route: await RouteClient.open(open), ethtool: await EthtoolClient.open(open) };
      this.#readers.set(key, reader);
    }
    return reader;
  }
}

/** The index is the present one: it is another one behind a reload. */
const describedPort = (port: DriverPort): TargetPort => ({
  port: port.port,
  netDevice: port.netDevice,
  address: port.address,
  get ifIndex() {
    return port.ifIndex;
  },
});

async function emptySocket(socket: NetlinkSocket): Promise<void> {
  while ((await socket.receive({ withinMs: 0 })) !== null);
}

/** What not every socket has: an agent's cannot be given options. */
function optionalMembers(
  socket: NetlinkSocket,
): Pick<NetlinkSocket, 'setOption' | 'limitReceiveBuffer' | 'receiveInto' | 'receiveWithGroup'> {
  return {
    ...(socket.setOption === undefined ? {} : { setOption: socket.setOption.bind(socket) }),
    ...(socket.limitReceiveBuffer === undefined ? {} : { limitReceiveBuffer: socket.limitReceiveBuffer.bind(socket) }),
    ...(socket.receiveInto === undefined ? {} : { receiveInto: socket.receiveInto.bind(socket) }),
    ...(socket.receiveWithGroup === undefined ? {} : { receiveWithGroup: socket.receiveWithGroup.bind(socket) }),
  };
}
