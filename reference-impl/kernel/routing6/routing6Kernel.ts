/** IPv6 of a kernel: its tables, and what it makes of net devices, addresses, settings and packets. */
import type { Nanoseconds } from '../../../harness/contract/index.js';
import type { FrameMarks, RxFrame, TxFrame } from '../frames.js';
import { NLM_F_APPEND, NLM_F_CREATE } from '../../netlink/constants.js';
import {
  IFA_F_NOPREFIXROUTE,
  IFA_F_TENTATIVE,
  RTN_ANYCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  RTPROT_KERNEL,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from '../../netlink/families/routing.js';
import { readU16 } from '../../packet/bytes.js';
import { ETH_P_IPV6 } from '../../packet/protocols.js';
import { DeviceSettings, type SettingRow } from '../deviceSettings.js';
import type { KernelState, NetDeviceEvent } from '../kernelState.js';
import { isUp, type NetDevice, type ProtocolAddress } from '../netDevice.js';
import type { IpHooks, NetfilterPath } from '../netfilter/path/netfilterPath.js';
import { PACKET_OTHERHOST } from '../netfilter/path/packet.js';
import { packetTypeAt } from '../packetType.js';
import type { PeerNoticeParts } from '../peerNotices.js';
import type { Received } from '../routing/ipv4Input.js';
import type { RoutingKernel, RoutingListener } from '../routing/routingKernel.js';
import { NeighbourTable, type Neighbour } from '../routing/neighbours.js';
import { prefixOf } from '../routing/route.js';
import { AddressBook } from './addressBook.js';
import { Fib6, type Route6 } from './fib6.js';
import { ICMPV6_ADDR_UNREACH, ICMPV6_DEST_UNREACH, sendIcmpv6Error } from './icmpv6.js';
import { ALL_NODES, ALL_ROUTERS, anycastOf, isUnspecified, solicitedNode } from './ipv6Addresses.js';
import { IPV6_MIN_MTU, sourceIn } from './ipv6Header.js';
import { receiveIpv6 } from './ipv6Input.js';
import { frameTo } from './ipv6Output.js';
import { ipv6Settings, type Ipv6Setting } from './ipv6Settings.js';
import { ListenedGroups } from './listenedGroups.js';
import { announceAddress, examine, solicit } from './ndisc.js';
import type { Router6 } from './router6.js';
import type { Routing6Parts } from './routing6Parts.js';

/** What the kernel does for it. */
export interface Routing6Surroundings {
  at(time: Nanoseconds, run: () => void): void;
  transmit(netDevice: NetDevice, frame: TxFrame): void;
  readonly netfilter: NetfilterPath;
  /** Work that may wait, done before anything else happens. */
  defer(work: () => Promise<void>): void;
  /** IPv4, which knows the VRFs and what drivers are told. */
  readonly ipv4: RoutingKernel;
}

/** RTNLGRP_IPV6_ROUTE, RTNLGRP_NEIGH and RTNLGRP_IPV6_IFADDR, and drivers. */
export interface Routing6Listener extends RoutingListener {
  address?(netDevice: NetDevice, address: ProtocolAddress, what: 'new' | 'del'): void;
}

/** IP6_RT_PRIO_ADDRCONF. */
const KERNEL_METRIC = 256;
const GROUPS = Uint8Array.of(0xff, ...new Uint8Array(15));

export class Routing6Kernel implements Router6 {
  readonly kernel: KernelState;
  readonly parts: Routing6Parts;
  readonly fib: Fib6;
  readonly neighbours: NeighbourTable;
  readonly settings: DeviceSettings<Ipv6Setting>;
  readonly addresses: AddressBook;
  readonly listeners: Routing6Listener[] = [];
  readonly #surroundings: Routing6Surroundings;
  /** Net devices that IPv6 runs over: up, switched on, and wide enough. */
  readonly #groups: ListenedGroups;
  readonly #running = new Set<NetDevice>();
  readonly #vrfs = new Map<NetDevice, NetDevice | undefined>();

  constructor(kernel: KernelState, surroundings: Routing6Surroundings) {
    this.kernel = kernel;
    this.parts = kernel.parts.routing6;
    this.#surroundings = surroundings;
    this.fib = new Fib6(this.parts, {
      told: (type, route, flags) => {
        for (const listener of this.listeners) listener.told(type, route, flags);
      },
      preferred: (table, destination, prefixLength, route) => {
        for (const listener of this.listeners) listener.preferred(table, destination, prefixLength, route);
      },
    });
    this.settings = new DeviceSettings(ipv6Settings(this.parts), {
      netDevices: () =>
        [...this.netDevices()].filter(({ mtu }) => mtu >= IPV6_MIN_MTU || !this.parts.stopsBelowMinimum),
      folderOf: (netDevice) => kernel.parts.sysctls.folderOf(netDevice),
      changed: (row, name, value) => this.#settingChanged(row, name, value),
    });
    kernel.sysctls.provide(this.settings.provider('net/ipv6/conf'));
    this.addresses = new AddressBook({
      parts: this.parts,
      settings: this.settings,
      now: () => kernel.now,
      at: (time, run) => surroundings.at(time, run),
      netDevices: () => this.netDevices(),
      told: (netDevice, address, what) => {
        for (const listener of this.listeners) listener.address?.(netDevice, address, what);
      },
      added: (netDevice, address) => this.#addressAdded(netDevice, address),
      ready: (netDevice, address) => this.#addressReady(netDevice, address),
      removed: (netDevice, address, keepsNetwork) => this.#addressRemoved(netDevice, address, keepsNetwork),
      rested: (netDevice, { local, prefixLength }) => {
        this.#removeRoute(netDevice, RTN_LOCAL, local, 128);
        this.#leaveAnycast(netDevice, local, prefixLength);
      },
      examine: (netDevice, address) => examine(this, netDevice, address),
      examined: (netDevice, address) => {
        if (this.#notices.afterExamination && this.#announces(netDevice))
          announceAddress(this, netDevice, address, this.#notices);
      },
    });
    this.neighbours = new NeighbourTable({
      parts: this.parts,
      now: () => kernel.now,
      at: (time, run) => surroundings.at(time, run),
      solicit: (neighbour, to, packet) => solicit(this, neighbour, to, packet),
      send: ({ netDevice }, station, packet) =>
        this.transmit(netDevice, frameTo(netDevice, station, packet), this.hooks.marks.of(packet)),
      failed: (neighbour, packet) => this.#failed(neighbour, packet),
      changed: (neighbour, what) => {
        for (const listener of this.listeners) listener.neighbour(neighbour, what);
      },
    });
    kernel.notifiers.push((event, netDevice) => this.#happened(event, netDevice));
    this.#groups = new ListenedGroups({
      kernel,
      defer: (work) => surroundings.defer(work),
      transmit: (netDevice, frame) => this.transmit(netDevice, frame),
      linkLocal: (netDevice) => this.addresses.linkLocal(netDevice),
    });
    surroundings.ipv4.offload.serve(this);
  }

  /** As a kernel that has just started. */
  reset(): void {
    this.fib.clear();
    this.neighbours.clear();
    this.settings.clear();
    this.#groups.clear();
    this.#running.clear();
    this.#vrfs.clear();
  }

  receive(netDevice: NetDevice, received: Received): void {
    if (!this.isRunning(netDevice) || !this.parts.routesFor(netDevice)) return;
    const isOthers = received.packetType === PACKET_OTHERHOST;
    if (!isOthers || !this.parts.forwardsOwnFramesOnly) receiveIpv6(this, netDevice, received);
  }

  /** What a driver is told: hardware forwards in the place of the host. */
  routesAt(netDevice: NetDevice): boolean {
    return this.isRunning(netDevice) && this.forwards() && this.addresses.at(netDevice).length > 0;
  }

  isRunning(netDevice: NetDevice): boolean {
    return this.#running.has(netDevice);
  }

  // Router6.

  now(): Nanoseconds {
    return this.kernel.now;
  }

  forwards(): boolean {
    return this.settings.get('all', 'forwarding') !== 0;
  }

  vrfTable(netDevice: NetDevice): number | undefined {
    return this.parts.separatesTables ? this.#surroundings.ipv4.vrfTable(netDevice) : undefined;
  }

  netDevices(): Iterable<NetDevice> {
    return this.kernel.netDevices.values();
  }

  get hooks(): IpHooks {
    return this.#surroundings.netfilter.ipv6;
  }

  transmit(netDevice: NetDevice, bytes: Uint8Array, marks?: FrameMarks): void {
    if (!isUp(netDevice)) return;
    const beside = marks === undefined ? {} : { marks };
    this.#surroundings.transmit(netDevice, { bytes, checksum: { kind: 'none' }, ...beside });
  }

  // Addresses: __ipv6_ifa_notify() and addrconf_prefix_route().

  #addressAdded(netDevice: NetDevice, { local, prefixLength, flags }: ProtocolAddress): void {
    this.#groups.join(netDevice, solicitedNode(local));
    if ((flags & IFA_F_NOPREFIXROUTE) === 0 && this.parts.addsConnected && isUp(netDevice))
      this.#addRoute(netDevice, RTN_UNICAST, prefixOf(local, prefixLength), prefixLength);
    this.#surroundings.ipv4.offload.interfacesChanged();
  }

  #addressReady(netDevice: NetDevice, { local, prefixLength }: ProtocolAddress): void {
    if (this.parts.addsLocal) this.#addRoute(netDevice, RTN_LOCAL, local, 128);
    if (this.settings.get(netDevice, 'forwarding') !== 0) this.#joinAnycast(netDevice, local, prefixLength);
    this.#surroundings.ipv4.offload.interfacesChanged();
  }

  #addressRemoved(netDevice: NetDevice, address: ProtocolAddress, keepsNetwork: boolean): void {
    const { local, prefixLength } = address;
    this.#groups.leave(netDevice, solicitedNode(local));
    this.#surroundings.ipv4.offload.interfacesChanged();
    if (!this.parts.removesConnected) return;
    this.#removeRoute(netDevice, RTN_LOCAL, local, 128);
    if (keepsNetwork) return;
    this.#leaveAnycast(netDevice, local, prefixLength);
    this.#removeRoute(netDevice, RTN_UNICAST, prefixOf(local, prefixLength), prefixLength);
    this.fib.addressGone(local);
  }

  #joinAnycast(netDevice: NetDevice, local: Uint8Array, prefixLength: number): void {
    const anycast = anycastOf(local, prefixLength);
    if (prefixLength >= 127 || isUnspecified(anycast) || !this.parts.addsAnycast) return;
    this.#groups.join(netDevice, solicitedNode(anycast));
    this.#addRoute(netDevice, RTN_ANYCAST, anycast, 128);
  }

  #leaveAnycast(netDevice: NetDevice, local: Uint8Array, prefixLength: number): void {
    const anycast = anycastOf(local, prefixLength);
    if (this.#removeRoute(netDevice, RTN_ANYCAST, anycast, 128)) this.#groups.leave(netDevice, solicitedNode(anycast));
  }

  #addRoute(netDevice: NetDevice, type: number, destination: Uint8Array, prefixLength: number): void {
    const isTable = type === RTN_UNICAST;
    const route: Route6 = {
      table:
        (this.parts.movesConnected ? this.vrfTable(netDevice) : undefined) ??
        (isTable ? RT_TABLE_MAIN : RT_TABLE_LOCAL),
      destination,
      prefixLength,
      tos: 0,
      priority: type === RTN_LOCAL || type === RTN_ANYCAST ? 0 : KERNEL_METRIC,
      type,
      scope: 0,
      protocol: RTPROT_KERNEL,
      preferredSource: undefined,
      nexthops: [{ netDevice, gateway: undefined, weight: 1, flags: 0, scope: 0 }],
      offload: 'none',
    };
    this.fib.insert(route, NLM_F_CREATE | NLM_F_APPEND);
  }

  /** Answers whether there was one. */
  #removeRoute(netDevice: NetDevice, type: number, destination: Uint8Array, prefixLength: number): boolean {
    for (const table of this.fib.tables())
      for (const route of table.at(destination, prefixLength)) {
        const isMeant =
          route.type === type && route.protocol === RTPROT_KERNEL && route.nexthops[0]?.netDevice === netDevice;
        if (!isMeant) continue;
        this.fib.remove(route, true);
        return true;
      }
    return false;
  }

  // Settings: addrconf_fixup_forwarding() and addrconf_disable_ipv6().

  #settingChanged(row: SettingRow, name: Ipv6Setting, value: number): void {
    this.#surroundings.ipv4.offload.interfacesChanged();
    if (row === 'all' || row === 'default') return;
    if (name === 'disable_ipv6') this.#settle(row);
    if (name !== 'forwarding' || !this.isRunning(row)) return;
    const change = value === 0 ? 'leave' : 'join';
    this.#groups[change](row, ALL_ROUTERS);
    for (const address of this.addresses.at(row)) {
      const { local, prefixLength } = address;
      if (value === 0) this.#leaveAnycast(row, local, prefixLength);
      else if (this.addresses.isUsable(address)) this.#joinAnycast(row, local, prefixLength);
    }
  }

  /** addrconf_notify() and addrconf_ifdown(): IPv6 runs over a net device, or it does not. */
  #settle(netDevice: NetDevice): void {
    const isEnabled = this.settings.get(netDevice, 'disable_ipv6') === 0 || !this.parts.removesWhenDisabled;
    const isWide = netDevice.mtu >= IPV6_MIN_MTU || !this.parts.stopsBelowMinimum;
    const runs = isUp(netDevice) && isEnabled && isWide && isOwnLink(netDevice);
    if (runs !== this.#running.has(netDevice)) {
      if (runs) this.#start(netDevice);
      else this.#stop(netDevice);
    }
    if (runs && netDevice.carrier) this.addresses.linkReady(netDevice);
  }

  #start(netDevice: NetDevice): void {
    this.#running.add(netDevice);
    this.#groups.join(netDevice, ALL_NODES);
    if (this.settings.get(netDevice, 'forwarding') !== 0) this.#groups.join(netDevice, ALL_ROUTERS);
    this.#addRoute(netDevice, RTN_MULTICAST, GROUPS, 8);
    for (const { local, prefixLength, flags } of this.addresses.at(netDevice)) {
      if ((flags & IFA_F_NOPREFIXROUTE) === 0)
        this.#addRoute(netDevice, RTN_UNICAST, prefixOf(local, prefixLength), prefixLength);
    }
    this.fib.deviceUp(netDevice);
  }

  #stop(netDevice: NetDevice): void {
    this.#running.delete(netDevice);
    this.#groups.leave(netDevice, ALL_NODES);
    if (this.settings.get(netDevice, 'forwarding') !== 0) this.#groups.leave(netDevice, ALL_ROUTERS);
    this.fib.deviceDown(netDevice);
    const rows: readonly SettingRow[] = ['all', netDevice];
    const isOff = this.settings.get(netDevice, 'disable_ipv6') !== 0 || netDevice.mtu < IPV6_MIN_MTU;
    const keeps = !isOff && rows.some((row) => this.settings.get(row, 'keep_addr_on_down') > 0);
    if (isOff || (this.parts.losesAddressesWhenDown && !keeps)) this.addresses.removeAll(netDevice);
    else this.addresses.keepAll(netDevice);
  }

  #happened(event: NetDeviceEvent, netDevice: NetDevice): void {
    switch (event) {
      case 'NETDEV_UP':
        this.#settle(netDevice);
        if (this.#notices.afterUp && this.#announces(netDevice)) this.#announce(netDevice);
        return;
      case 'NETDEV_CHANGEMTU':
        this.#settle(netDevice);
        // in6_dev is gone: what it is set to begins anew when the link is wide enough again.
        if (netDevice.mtu < IPV6_MIN_MTU && this.parts.stopsBelowMinimum) this.settings.forget(netDevice);
        return;
      case 'NETDEV_DOWN':
        this.#settle(netDevice);
        if (this.parts.flushesNeighbours) this.neighbours.flush(netDevice, false);
        return;
      case 'NETDEV_CHANGE':
        this.fib.carrierChanged(netDevice, netDevice.carrier);
        this.#settle(netDevice);
        if (!netDevice.carrier) this.neighbours.flush(netDevice, true);
        return;
      case 'NETDEV_CHANGEUPPER':
        if (this.#vrfs.get(netDevice) === netDevice.vrf) return;
        this.#vrfs.set(netDevice, netDevice.vrf);
        if (!this.isRunning(netDevice)) return;
        this.#stop(netDevice);
        return;
      case 'NETDEV_CHANGEADDR':
        this.neighbours.flush(netDevice, false);
        if (this.#notices.afterNewStation && this.#announces(netDevice)) this.#announce(netDevice);
        return;
      case 'NETDEV_NOTIFY_PEERS':
        this.#announce(netDevice);
        return;
      case 'NETDEV_UNREGISTER':
        this.fib.deviceGone(netDevice);
        this.neighbours.flush(netDevice, false);
        this.#running.delete(netDevice);
        this.settings.forget(netDevice);
        return;
      default:
        return;
    }
  }

  get #notices(): PeerNoticeParts {
    return this.kernel.parts.peerNotices;
  }

  #announces(netDevice: NetDevice): boolean {
    const rows: readonly SettingRow[] = ['all', netDevice];
    return this.#notices.honoursSettings && rows.some((row) => this.settings.get(row, 'ndisc_notify') !== 0);
  }

  /** ndisc_send_unsol_na(): addresses that are still examined are nobody's. */
  #announce(netDevice: NetDevice): void {
    const inUse = this.addresses.at(netDevice).filter(({ flags }) => (flags & IFA_F_TENTATIVE) === 0);
    for (const { local } of this.#notices.addresses(inUse)) announceAddress(this, netDevice, local, this.#notices);
  }

  /** ndisc_error_report() and ip6_link_failure(). */
  #failed({ netDevice }: Neighbour, packet: Uint8Array): void {
    const source = sourceIn(packet);
    if (this.addresses.owns(source, netDevice) || !this.parts.reportsFailure) return;
    const back = this.fib.lookup({ destination: source, vrfTable: this.vrfTable(netDevice) });
    if (back.kind !== 'route') return;
    const arrived = { netDevice: back.nexthop.netDevice, packet, isForUs: true, station: new Uint8Array(6) };
    const code = this.parts.unreachableCode(ICMPV6_ADDR_UNREACH);
    sendIcmpv6Error(this, arrived, { type: ICMPV6_DEST_UNREACH, code, info: 0 });
  }
}

/** ptype_base: each protocol gets its own frames. */
export function receiveIp(ipv4: RoutingKernel, ipv6: Routing6Kernel, netDevice: NetDevice, frame: RxFrame): void {
  const { bytes, marks } = frame;
  const received: Received = { frame: bytes, packetType: marks?.packetType ?? packetTypeAt(netDevice, bytes), marks };
  if (readU16(bytes, 12) === ETH_P_IPV6) ipv6.receive(netDevice, received);
  else ipv4.receive(netDevice, received);
}

/** What forwards for others has no addresses of its own (IFF_NO_ADDRCONF, netif_is_l3_master()). */
const isOwnLink = ({ lower, bridgePort, bondMember }: NetDevice): boolean =>
  lower.kind !== 'vrf' && bridgePort === undefined && bondMember === undefined;
