import type {
  Device,
  DeviceDescription,
  DevicePort,
  DevlinkHost,
  DriverHost,
  FdbKey,
  HostTransmit,
  IfIndex,
  Nanoseconds,
  NetDeviceName,
  PortName,
  QueueIndex,
  SendResult,
  WireFrame,
} from '../../harness/contract/index.js';
import type { RxFrame, TxFrame } from './frames.js';
import { BondKernel } from './bond/bondKernel.js';
import { BridgeKernel } from './bridge/bridgeKernel.js';
import { receive as bridgeReceive } from './bridge/forward.js';
import { knownAddresses } from './bridge/proxy/proxyEvents.js';
import { DevlinkKernel } from './devlink/devlinkKernel.js';
import { ENETDOWN, ENOBUFS, ENODEV } from './errno.js';
import { fixFeatures } from './features.js';
import { netDeviceOfPort, unregisterNetDevice } from './devicePorts.js';
import { NetfilterKernel } from './netfilter/control/netfilterKernel.js';
import { noteWakeup } from './ethtool/deviceState.js';
import { notify, type KernelState, type Notifier } from './kernelState.js';
import { setCarrier } from './linkState.js';
import { isUp, portOf, type NetDevice } from './netDevice.js';
import { checkSend } from './packetSend.js';
import { PacketSockets } from './packetSockets.js';
import { CONFORMING_KERNEL, type KernelParts } from './parts.js';
import { NetfilterPath } from './netfilter/path/netfilterPath.js';
import { pathSurroundings } from './netfilter/path/surroundings.js';
import { ReceivePath, packetType } from './receive.js';
import { RoutingKernel } from './routing/routingKernel.js';
import { Routing6Kernel, receiveIp } from './routing6/routing6Kernel.js';
import { SriovKernel } from './sriov/physicalFunctions.js';
import { TrafficControl } from './tc/trafficControl.js';
import { Sysctls } from './sysctls.js';
import { TeamKernel } from './team/teamKernel.js';
import { Timers } from './timers.js';
import { TransmitPath } from './transmitPath.js';
import { TransmitQueues } from './transmitQueues.js';

/** A device whose timer is due again and again at the same instant is broken; this many times is beyond any burst. */
const MOST_TIMERS_AT_ONCE = 100_000;

/** The kernel side of the stack over one device: what a Linux machine with this device in it would be. */
export class ReferenceKernel implements KernelState, DriverHost {
  readonly parts: KernelParts;
  readonly netDevices = new Map<IfIndex, NetDevice>();
  readonly notifiers: Notifier[] = [];
  readonly log: string[] = [];
  readonly sysctls: Sysctls;
  readonly device: Device;
  readonly description: DeviceDescription;
  now: Nanoseconds = 0n;

  readonly #byPort = new Map<PortName, NetDevice>();
  readonly #cables = new Map<PortName, WireFrame[]>();
  readonly packetSockets = new PacketSockets();
  readonly #transmitQueues = new TransmitQueues();
  readonly #transmitPath: TransmitPath;
  readonly bridging: BridgeKernel;
  readonly bonds: BondKernel;
  readonly teams: TeamKernel;
  readonly routing: RoutingKernel;
  readonly routing6: Routing6Kernel;
  readonly trafficControl: TrafficControl;
  readonly netfilterPath: NetfilterPath;
  readonly sriov: SriovKernel;
  readonly devlinks: DevlinkKernel;
  readonly netfilter: NetfilterKernel;
  /** Files of /lib/firmware, by name. */
  readonly firmware = new Map<string, Uint8Array>();
  readonly #receivePath: ReceivePath;
  readonly #timers = new Timers();
  /** What has to wait until the kernel may sleep. */
  #deferred: (() => Promise<void>)[] = [];
  /** Frames that a bridge or the router forwards, to be sent once what is being received is received. */
  #forwarded: { readonly netDevice: NetDevice; readonly frame: TxFrame; readonly through?: readonly NetDevice[] }[] =
    [];
  /** Frames that filters hand to the receive side of a net device. */
  #redirected: (() => void)[] = [];
  #arrived: { readonly netDevice: NetDevice; readonly frames: readonly RxFrame[] }[] = [];
  #nextIfIndex = 2;

  private constructor(device: Device, description: DeviceDescription, parts: KernelParts) {
    this.device = device;
    this.description = description;
    this.parts = parts;
    this.sysctls = new Sysctls(parts.sysctls);
    this.devlinks = new DevlinkKernel(this);
    this.netfilter = new NetfilterKernel(this, parts.netfilter);
    this.#receivePath = new ReceivePath(this, {
      tap: (netDevice, frame) => this.packetSockets.tap(netDevice, frame),
      passes: (netDevice, frame, vnet) => this.trafficControl.ingress(netDevice, frame, vnet),
      rules: (netDevice, frame, vnet) =>
        this.netfilterPath.ingress(netDevice, frame, vnet, (at, received) => packetType(this, at, received)),
      bridge: (port, frame, vnet) => bridgeReceive(this.bridging.events, port, frame, vnet),
      member: (member, bytes) => this.#ofTheAggregate(member, bytes),
      protocols: (netDevice, frame) => receiveIp(this.routing, this.routing6, netDevice, frame),
    });
    this.trafficControl = new TrafficControl(this, {
      transmit: (netDevice, frame, through) => void this.#forwarded.push({ netDevice, frame, through }),
      receive: (netDevice, frame, vnet) =>
        void this.#redirected.push(() => this.#receivePath.deliver(netDevice, frame, vnet)),
      settle: () => this.settle(),
    });
    this.netfilterPath = new NetfilterPath(
      pathSurroundings(this, {
        transmit: (netDevice, frame) => void this.#forwarded.push({ netDevice, frame }),
        depleted: (table, object) => this.netfilter.news.depleted(table, object),
        hasTraceListeners: () => this.netfilter.news.hasTraceListeners(),
        traced: (step) => this.netfilter.news.traced(step),
      }),
      () => this.netfilter.ruleset,
    );
    this.sriov = new SriovKernel(this);
    const clockAndCable = {
      at: (at: Nanoseconds, run: () => void) => this.#timers.add(at, run),
      transmit: (netDevice: NetDevice, frame: TxFrame) => void this.#forwarded.push({ netDevice, frame }),
      netfilter: this.netfilterPath,
    };
    this.routing = new RoutingKernel(this, clockAndCable);
    const defer = (work: () => Promise<void>): void => this.bridging.switchdev.defer(work);
    this.routing6 = new Routing6Kernel(this, { ...clockAndCable, defer, ipv4: this.routing });
    this.bridging = new BridgeKernel(this, {
      at: (at, run) => this.#timers.add(at, run),
      transmit: (netDevice, frame) => void this.#forwarded.push({ netDevice, frame }),
      deliver: (bridge, frame, vnet) => this.#receivePath.deliver(bridge.netDevice, frame, vnet),
      netfilter: this.netfilterPath,
      proxy: {
        ...knownAddresses(this.routing, this.routing6),
        receiveLater: (netDevice, frame) =>
          void this.#redirected.push(() => this.#receivePath.deliver(netDevice, frame, undefined)),
      },
    });
    this.bonds = new BondKernel(this, { ...clockAndCable, routes: { ipv4: this.routing, ipv6: this.routing6 } });
    this.teams = new TeamKernel(this, { at: (at, run) => this.#timers.add(at, run) });
    this.#transmitPath = new TransmitPath(this, this.#transmitQueues);
  }

  /** Whoever the member belongs to says so. */
  #ofTheAggregate({ bondMember, teamPort }: NetDevice, bytes: Uint8Array): Uint8Array | undefined {
    if (bondMember !== undefined) return this.bonds.received(bondMember, bytes);
    return teamPort !== undefined && this.teams.receives(teamPort, bytes) ? bytes : undefined;
  }

  /** Probes the device and registers a net device for each of its ports. */
  static async boot(device: Device, parts: KernelParts = CONFORMING_KERNEL): Promise<ReferenceKernel> {
    const kernel = new ReferenceKernel(device, await device.describe(), parts);
    kernel.devlinks.probe();
    kernel.#registerPorts();
    await device.attach(kernel);
    return kernel;
  }

  /** Back to what `boot` made; packet sockets and notifiers stay. */
  async reset(): Promise<void> {
    this.netDevices.clear();
    this.#byPort.clear();
    this.#transmitQueues.reset();
    this.#arrived = [];
    this.#timers.clear();
    this.#deferred = [];
    this.#forwarded = [];
    this.#redirected = [];
    this.trafficControl.reset();
    this.bridging.switchdev.forget();
    this.routing.reset();
    this.sriov.reset();
    this.routing6.reset();
    this.netfilter.reset();
    this.#nextIfIndex = 2;
    this.log.length = 0;
    for (const frames of this.#cables.values()) frames.length = 0;
    this.firmware.clear();
    this.devlinks.probe();
    this.#registerPorts();
    this.packetSockets.reopen((name) => this.findByName(name));
    await this.device.reset();
  }

  findByName(name: string): NetDevice | undefined {
    const { findsAlternativeNames } = this.parts.control;
    for (const netDevice of this.netDevices.values()) {
      if (netDevice.name === name) return netDevice;
      if (findsAlternativeNames && netDevice.alternativeNames.includes(name)) return netDevice;
    }
    return undefined;
  }

  portNetDevice(port: PortName): NetDevice | undefined {
    return this.#byPort.get(port);
  }

  /** dev_alloc_name(): `bridge0`, or the first that is free behind it. */
  freeName(prefix: string): string {
    for (let number = 0; ; number++)
      if (this.findByName(`${prefix}${number}`) === undefined) return `${prefix}${number}`;
  }

  /** An index that no net device has had. */
  newIfIndex(): IfIndex {
    return this.#nextIfIndex++ as IfIndex;
  }

  // The host's end.

  /** packet_snd() for each frame, in order; stops at the first that is refused. */
  async send(netDevice: NetDevice, frames: readonly HostTransmit[]): Promise<SendResult> {
    let sent = 0;
    for (const transmit of frames) {
      if (this.netDevices.get(netDevice.ifIndex) !== netDevice) return { ok: false, errno: ENODEV, sent };
      if (!isUp(netDevice) && this.parts.refusesSendWhenDown) return { ok: false, errno: ENETDOWN, sent };
      const checked = checkSend(netDevice, transmit);
      if (!checked.ok) return { ok: false, errno: checked.errno, sent };
      const dropped = this.#transmitQueues.dropped + this.netfilterPath.egressDrops;
      await this.#transmitPath.transmit(netDevice, checked.value, transmit.queue);
      // net_xmit_errno() of NET_XMIT_DROP.
      const dropsNow = this.#transmitQueues.dropped + this.netfilterPath.egressDrops;
      if (dropsNow > dropped && this.parts.tellsFullQueue) return { ok: false, errno: ENOBUFS, sent };
      sent++;
    }
    await this.settle();
    return { ok: true };
  }

  async setPolling(netDevice: NetDevice, polling: boolean): Promise<void> {
    const { device, port } = portOf(netDevice);
    await device.netDevice.setPolling(port, polling);
    await this.settle();
  }

  // The cable.

  async receiveFromCable(port: PortName, frames: readonly WireFrame[]): Promise<void> {
    for (const frame of frames) await this.device.cable.receive(port, frame);
    await this.settle();
  }

  /** Frames that the device put on the cable, oldest first; whoever reads them takes them out. */
  cable(port: PortName): WireFrame[] {
    let frames = this.#cables.get(port);
    if (frames === undefined) {
      frames = [];
      this.#cables.set(port, frames);
    }
    return frames;
  }

  // Time.

  /** Lets virtual time pass, timer by timer, until the condition holds or the time is over. */
  async wait(milliseconds: number, until: () => boolean = () => false): Promise<void> {
    await this.settle();
    const end = this.now + BigInt(Math.round(milliseconds * 1e6));
    let next = earlier(await this.device.advance(this.now), this.#timers.next());
    for (let atOnce = 0; next !== null && next <= end && !until(); atOnce++) {
      if (next > this.now) {
        this.now = next;
        atOnce = 0;
      } else if (atOnce > MOST_TIMERS_AT_ONCE)
        throw new Error('the device wants to be called again and again at the same instant');
      const deviceNext = await this.device.advance(this.now);
      this.#timers.runDue(this.now);
      await this.settle();
      next = earlier(deviceNext, this.#timers.next());
    }
    if (until()) return;
    this.now = end;
    await this.device.advance(end);
    await this.settle();
  }

  /** schedule_delayed_work(): `work` runs at that time, or as soon as the kernel may sleep. */
  schedule(at: Nanoseconds, work: () => Promise<void>): void {
    if (at <= this.now) this.#deferred.push(work);
    else this.#timers.add(at, () => void this.#deferred.push(work));
  }

  /** Runs what is due now: receive polls, what bridges forward and offload, and transmit queues that were woken. */
  async settle(): Promise<void> {
    while (
      this.#arrived.length > 0 ||
      this.#forwarded.length > 0 ||
      this.#redirected.length > 0 ||
      this.#transmitQueues.canDrain ||
      !this.bridging.switchdev.isIdle ||
      !this.routing.offload.isIdle ||
      !this.devlinks.isIdle ||
      this.#deferred.length > 0
    ) {
      this.#pollAll();
      for (const work of this.#deferred.splice(0)) await work();
      await this.bridging.switchdev.process();
      await this.routing.offload.process();
      await this.devlinks.process();
      for (const { netDevice, frame, through } of this.#forwarded.splice(0))
        await this.#transmitPath.transmit(netDevice, frame, undefined, through);
      for (const receive of this.#redirected.splice(0)) receive();
      await this.#transmitQueues.drain();
    }
  }

  // DriverHost: what the driver calls.

  get devlink(): DevlinkHost {
    return this.devlinks.host;
  }

  registerPort(port: DevicePort): void {
    if (this.#byPort.has(port.port)) throw new Error(`port ${port.port} is registered already`);
    notify(this, 'NETDEV_REGISTER', this.#register(port));
  }

  async unregisterPort(port: PortName): Promise<void> {
    const netDevice = this.#byPort.get(port);
    if (netDevice === undefined) return;
    await unregisterNetDevice(this, netDevice);
    this.#byPort.delete(port);
    this.#transmitQueues.forget(netDevice, port);
    this.packetSockets.forget(netDevice);
  }

  receive(port: PortName, frames: readonly RxFrame[]): void {
    const netDevice = this.#byPort.get(port);
    if (netDevice !== undefined) this.#arrived.push({ netDevice, frames });
  }

  transmitToCable(port: PortName, frame: WireFrame): void {
    this.cable(port).push(frame.time === undefined ? { ...frame, time: this.now } : frame);
  }

  carrier(port: PortName, up: boolean): void {
    const netDevice = this.#byPort.get(port);
    if (netDevice !== undefined) setCarrier(this, netDevice, up);
  }

  transmitCompleted(
    port: PortName,
    _queue: QueueIndex,
    completion: { timestampId?: number; hardware?: Nanoseconds },
  ): void {
    const { timestampId, hardware } = completion;
    if (timestampId === undefined) return;
    this.packetSockets.stamp(port, { timestampId, ...(hardware === undefined ? {} : { hardware }) });
  }

  queueStopped(port: PortName, queue: QueueIndex, stopped: boolean): void {
    this.#transmitQueues.setStopped(port, queue, stopped);
  }

  wakeup(port: PortName): void {
    const netDevice = this.#byPort.get(port);
    if (netDevice !== undefined) noteWakeup(netDevice);
  }

  fdbLearned(port: PortName, entry: FdbKey): void {
    this.bridging.fdbLearned(this.#byPort.get(port), entry);
  }

  fdbForgotten(port: PortName, entry: FdbKey): void {
    this.bridging.fdbForgotten(this.#byPort.get(port), entry);
  }

  #registerPorts(): void {
    for (const limits of this.description.ports) this.#register(limits);
  }

  #register(described: DevicePort): NetDevice {
    const limits = this.devlinks.withAttributes(described);
    const netDevice = netDeviceOfPort({
      ifIndex: this.newIfIndex(),
      name: this.freeName('eth') as NetDeviceName,
      device: this.device,
      limits,
      softFeatures: this.parts.softFeatures,
    });
    // register_netdevice(): what the rules take away of a driver's features is off from the start, and wanted all the same.
    netDevice.features = fixFeatures(netDevice.features, netDevice, this.parts.featureRules);
    this.netDevices.set(netDevice.ifIndex, netDevice);
    this.#byPort.set(limits.port, netDevice);
    return netDevice;
  }

  #pollAll(): void {
    const arrived = this.#arrived;
    this.#arrived = [];
    // Frames that the driver handed up one by one within one interrupt are one poll.
    const polls = new Map<NetDevice, RxFrame[]>();
    for (const { netDevice, frames } of arrived) {
      const poll = polls.get(netDevice);
      if (poll === undefined) polls.set(netDevice, [...frames]);
      else poll.push(...frames);
    }
    for (const [netDevice, frames] of polls) this.#receivePath.poll(netDevice, frames);
  }
}

/** The earlier of two points in time, where there are any. */
function earlier(a: Nanoseconds | null, b: Nanoseconds | null): Nanoseconds | null {
  if (a === null) return b;
  return b === null || a < b ? a : b;
}
