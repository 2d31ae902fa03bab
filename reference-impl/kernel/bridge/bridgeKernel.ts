/** The bridges of a kernel: what they need of it, and what they make of what happens to their ports (br_device_event()). */
import { aggregateOf } from '../aggregates.js';
import type { FdbKey, Nanoseconds, Vid, VirtioNetHeader } from '../../../harness/contract/index.js';
import type { RxFrame, TxFrame } from '../frames.js';
import type { KernelState, NetDeviceEvent } from '../kernelState.js';
import type { NetDevice } from '../netDevice.js';
import type { NetfilterPath } from '../netfilter/path/netfilterPath.js';
import { SwitchdevCore } from '../switchdev.js';
import { bridgeOf, type Bridge, type BridgePort } from './bridge.js';
import type { BridgeEvents } from './bridgeEvents.js';
import { bridgeUpOrDown, checkPort, followPortMtus, portAddressChanged, type Bridging } from './bridging.js';
import { forgetExternally, learnExternally } from './fdb.js';
import type { FdbEntry } from './fdbTable.js';
import type { GroupEntry, PortGroup } from './multicast/groupTable.js';
import type { ProxyEvents } from './proxy/proxyEvents.js';
import type { PortContext } from './multicast/multicastState.js';

/** What the kernel does for its bridges. */
export interface BridgeSurroundings {
  at(time: Nanoseconds, run: () => void): void;
  transmit(netDevice: NetDevice, frame: TxFrame): void;
  deliver(bridge: Bridge, frame: RxFrame, vnet: VirtioNetHeader | undefined): void;
  readonly proxy: Omit<ProxyEvents, 'parts'>;
  readonly netfilter: NetfilterPath;
}

/** RTNLGRP_NEIGH and RTNLGRP_LINK (AF_BRIDGE), as far as bridges speak there. */
export interface BridgeListener {
  fdb(change: 'new' | 'del', bridge: Bridge, entry: FdbEntry): void;
  port(port: BridgePort): void;
  /** RTNLGRP_MDB. */
  group(change: 'new' | 'del', entry: GroupEntry, group: PortGroup | undefined): void;
  router(change: 'new' | 'del', context: PortContext): void;
  /** RTNLGRP_BRVLAN. */
  vlans(change: 'new' | 'del', bridge: Bridge, port: BridgePort | null, first: Vid, last: Vid): void;
  globalVlans(bridge: Bridge, first: Vid, last: Vid): void;
}

/** What of a port is in a bridge: its aggregate, or itself. */
const bridgedOf = (netDevice: NetDevice | undefined): NetDevice | undefined =>
  netDevice === undefined ? undefined : (aggregateOf(netDevice) ?? netDevice);

export class BridgeKernel implements Bridging {
  readonly kernel: KernelState;
  readonly switchdev: SwitchdevCore;
  readonly events: BridgeEvents;
  readonly listeners: BridgeListener[] = [];

  constructor(kernel: KernelState, surroundings: BridgeSurroundings) {
    this.kernel = kernel;
    this.switchdev = new SwitchdevCore((bridge, entry) => this.#tell('new', bridge, entry));
    this.events = {
      parts: kernel.parts.bridge,
      mst: kernel.parts.mst,
      netfilter: surroundings.netfilter,
      now: () => kernel.now,
      at: (time, run) => surroundings.at(time, run),
      warn: (text) => void kernel.log.push(text),
      transmit: (netDevice, frame) => surroundings.transmit(netDevice, frame),
      deliver: (bridge, frame, vnet) => surroundings.deliver(bridge, frame, vnet),
      fdbChanged: (bridge, entry, change, device) => {
        if (device === 'tell-device') this.#tellDrivers(bridge, entry, change === 'new' ? 'add' : 'remove');
        this.#tell(change, bridge, entry);
      },
      fdbLeaves: (bridge, entry) => this.#tellDrivers(bridge, entry, 'remove'),
      portChanged: (port) => {
        for (const listener of this.listeners) listener.port(port);
      },
      proxy: { ...surroundings.proxy, parts: kernel.parts.proxy },
      authentication: kernel.parts.authentication,
      vlansChanged: (bridge, port, change, first, last) => {
        for (const listener of this.listeners) listener.vlans(change, bridge, port, first, last);
      },
      globalVlansChanged: (bridge, first, last) => {
        for (const listener of this.listeners) listener.globalVlans(bridge, first, last);
      },
      multicast: {
        parts: kernel.parts.multicast,
        entryChanged: (entry, group, change) => {
          this.switchdev.deferGroup(entry, group, change);
          if (!kernel.parts.multicast.tells(change)) return;
          for (const listener of this.listeners) listener.group(change, entry, group);
        },
        routerChanged: (context, isRouter) => {
          this.switchdev.deferPort(context.port, { kind: 'multicast-router', on: isRouter });
          for (const listener of this.listeners) listener.router(isRouter ? 'new' : 'del', context);
        },
        hostRouterChanged: (bridge, isRouter) =>
          this.switchdev.deferBridge(bridge, { kind: 'multicast-router', on: isRouter }),
        snoopingChanged: (bridge) =>
          this.switchdev.deferBridge(bridge, { kind: 'multicast-snooping', on: bridge.multicastSnooping }),
      },
    };
    kernel.notifiers.push((event, netDevice) => this.#happened(event, netDevice));
  }

  fdbLearned(netDevice: NetDevice | undefined, { address, vid }: FdbKey): void {
    const port = bridgedOf(netDevice)?.bridgePort;
    if (port === undefined) return;
    learnExternally(this.events, port.bridge, port, address, vid, false);
    const entry = port.bridge.fdb.get(address, vid);
    if (entry !== undefined) entry.offloaded = true;
  }

  fdbForgotten(netDevice: NetDevice | undefined, { address, vid }: FdbKey): void {
    const bridge = bridgedOf(netDevice)?.bridgePort?.bridge;
    if (bridge !== undefined) forgetExternally(this.events, bridge, address, vid);
  }

  /** br_switchdev_fdb_notify(). */
  #tellDrivers(bridge: Bridge, entry: FdbEntry, change: 'add' | 'remove'): void {
    if (!entry.isLocked && this.events.parts.tellsDrivers(entry)) this.switchdev.deferFdb(bridge, entry, change);
  }

  #tell(change: 'new' | 'del', bridge: Bridge, entry: FdbEntry): void {
    if (!this.events.parts.tells(change, entry)) return;
    for (const listener of this.listeners) listener.fdb(change, bridge, entry);
  }

  #happened(event: NetDeviceEvent, netDevice: NetDevice): void {
    const bridge = bridgeOf(netDevice);
    if (bridge !== undefined && (event === 'NETDEV_UP' || event === 'NETDEV_DOWN')) bridgeUpOrDown(this, bridge);
    const port = netDevice.bridgePort;
    if (port === undefined) return;
    switch (event) {
      case 'NETDEV_UP':
      case 'NETDEV_DOWN':
      case 'NETDEV_CHANGE':
        checkPort(this, port);
        return;
      case 'NETDEV_CHANGEMTU':
        followPortMtus(this, port.bridge);
        return;
      case 'NETDEV_CHANGEADDR':
        portAddressChanged(this, port);
        return;
      default:
        return;
    }
  }
}
