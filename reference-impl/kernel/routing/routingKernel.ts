/** The router of a kernel: its tables, and what it makes of net devices, addresses and packets. */
import type { Nanoseconds } from '../../../harness/contract/index.js';
import type { FrameMarks, TxFrame } from '../frames.js';
import { AF_INET } from '../../netlink/constants.js';
import { IFA_F_SECONDARY } from '../../netlink/families/rtnetlink.js';
import {
  IPV4_DEVCONF_ARP_NOTIFY,
  IPV4_DEVCONF_FORWARDING,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_UNICAST,
  RTPROT_KERNEL,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from '../../netlink/families/routing.js';
import { NLM_F_APPEND, NLM_F_CREATE } from '../../netlink/constants.js';
import { equalBytes, readU16 } from '../../packet/bytes.js';
import { ETH_P_ARP, ETH_P_IP } from '../../packet/protocols.js';
import type { KernelState, NetDeviceEvent } from '../kernelState.js';
import { isUp, type NetDevice, type ProtocolAddress } from '../netDevice.js';
import type { IpHooks, NetfilterPath } from '../netfilter/path/netfilterPath.js';
import { PACKET_OTHERHOST } from '../netfilter/path/packet.js';
import type { PeerNoticeParts } from '../peerNotices.js';
import { arpRequest, gratuitousArp, receiveArp } from './arp.js';
import { Fib, type FibListener } from './fib.js';
import { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, sendIcmpError } from './icmp.js';
import { sourceIn } from './ipv4Header.js';
import { receiveIpv4, routeInput, type Received } from './ipv4Input.js';
import { frameTo } from './ipv4Output.js';
import { NeighbourTable, type Neighbour } from './neighbours.js';
import { RouterCore } from './offload.js';
import { prefixOf, type Route } from './route.js';
import { HostGroups } from './hostGroups.js';
import { ipv4Sysctls } from './ipv4Sysctls.js';
import { makeRoute, type RouteRequest } from './routeRequest.js';
import type { Router } from './router.js';
import type { RoutingParts } from './routingParts.js';

/** What the kernel does for its router. */
export interface RoutingSurroundings {
  at(time: Nanoseconds, run: () => void): void;
  transmit(netDevice: NetDevice, frame: TxFrame): void;
  readonly netfilter: NetfilterPath;
}

/** RTNLGRP_IPV4_ROUTE and RTNLGRP_NEIGH, and drivers. */
export interface RoutingListener extends FibListener {
  neighbour(neighbour: Neighbour, what: 'new' | 'del'): void;
}

export class RoutingKernel implements Router {
  readonly kernel: KernelState;
  readonly parts: RoutingParts;
  readonly fib: Fib;
  readonly neighbours: NeighbourTable;
  readonly listeners: RoutingListener[] = [];
  readonly offload: RouterCore;
  readonly groups: HostGroups;
  readonly #surroundings: RoutingSurroundings;
  /** IPV4_DEVCONF_*, of each net device. */
  readonly #settings = new Map<NetDevice, Map<number, number>>();
  /** The VRF that each net device was in when its routes were made. */
  readonly #vrfs = new Map<NetDevice, NetDevice | undefined>();
  #identification = 0;

  constructor(kernel: KernelState, surroundings: RoutingSurroundings) {
    this.kernel = kernel;
    this.parts = kernel.parts.routing;
    this.#surroundings = surroundings;
    this.fib = new Fib(this.parts, {
      told: (type, route, flags) => {
        for (const listener of this.listeners) listener.told(type, route, flags);
      },
      preferred: (table, destination, prefixLength, route) => {
        for (const listener of this.listeners) listener.preferred(table, destination, prefixLength, route);
      },
    });
    this.neighbours = new NeighbourTable({
      parts: this.parts,
      now: () => kernel.now,
      at: (time, run) => surroundings.at(time, run),
      solicit: (neighbour, to, packet) => this.#solicit(neighbour, to, packet),
      send: (neighbour, station, packet) =>
        this.transmit(neighbour.netDevice, frameTo(this, neighbour, station, packet), this.hooks.marks.of(packet)),
      failed: (neighbour, packet) => this.#failed(neighbour, packet),
      changed: (neighbour, what) => {
        for (const listener of this.listeners) listener.neighbour(neighbour, what);
      },
    });
    this.offload = new RouterCore(this);
    this.groups = new HostGroups({
      kernel,
      at: (time, run) => surroundings.at(time, run),
      transmit: (netDevice, frame) => this.transmit(netDevice, frame),
      nextIdentification: () => this.nextIdentification(),
      addressAt: (netDevice) => this.addressAt(netDevice),
    });
    kernel.sysctls.provide(ipv4Sysctls(this));
    kernel.notifiers.push((event, netDevice) => {
      this.offload.interfacesChanged();
      this.#happened(event, netDevice);
    });
  }

  /** As a kernel that has just started. */
  reset(): void {
    this.fib.clear();
    this.offload.forget();
    this.neighbours.clear();
    this.groups.reset();
    this.#settings.clear();
    this.#vrfs.clear();
    this.#identification = 0;
  }

  // What a packet socket has seen and nobody else took.

  receive(netDevice: NetDevice, received: Received): void {
    if (!this.parts.routesFor(netDevice)) return;
    const { frame, packetType } = received;
    // ip_rcv() and arp_rcv() do not look at it.
    if (packetType === PACKET_OTHERHOST && this.parts.forwardsOwnFramesOnly) return;
    switch (readU16(frame, 12)) {
      case ETH_P_IP:
        this.groups.hear(netDevice, frame);
        receiveIpv4(this, netDevice, received);
        return;
      case ETH_P_ARP:
        receiveArp(
          {
            parts: this.parts,
            now: () => this.kernel.now,
            neighbours: this.neighbours,
            routeInput: (at, source, destination) => routeInput(this, at, source, destination),
            isLocal: (at, address) => this.fib.typeOf(address, this.vrfTable(at) ?? RT_TABLE_LOCAL) === RTN_LOCAL,
            transmit: (at, bytes) => this.#transmitArp(at, bytes),
            passes: (at, arp) => this.#surroundings.netfilter.arpIn(at, arp, packetType),
          },
          netDevice,
          frame,
        );
    }
  }

  // Router.

  forwards(netDevice: NetDevice): boolean {
    return this.setting(netDevice.vrf ?? netDevice, IPV4_DEVCONF_FORWARDING) !== 0;
  }

  vrfTable({ vrf }: NetDevice): number | undefined {
    return vrf?.lower.kind === 'vrf' && this.parts.separatesTables ? vrf.lower.table : undefined;
  }

  ownsAddress(address: Uint8Array): boolean {
    for (const netDevice of this.kernel.netDevices.values())
      if (ipv4Addresses(netDevice).some(({ local }) => equalBytes(local, address))) return true;
    return false;
  }

  addressAt(netDevice: NetDevice): Uint8Array | undefined {
    return ipv4Addresses(netDevice)[0]?.local;
  }

  get hooks(): IpHooks {
    return this.#surroundings.netfilter.ipv4;
  }

  transmit(netDevice: NetDevice, bytes: Uint8Array, marks?: FrameMarks): void {
    if (!isUp(netDevice)) return;
    const beside = marks === undefined ? {} : { marks };
    this.#surroundings.transmit(netDevice, { bytes, checksum: { kind: 'none' }, ...beside });
  }

  /** arp_xmit(). */
  #transmitArp(netDevice: NetDevice, frame: Uint8Array): void {
    const passed = this.#surroundings.netfilter.arpOut(netDevice, frame);
    if (passed !== undefined) this.transmit(netDevice, passed);
  }

  nextIdentification(): number {
    this.#identification = (this.#identification + 1) & 0xffff;
    return this.#identification;
  }

  // Settings of IPv4 at a net device: inet_set_link_af() and devinet_init_net().

  setting(netDevice: NetDevice, number: number): number {
    return this.#settings.get(netDevice)?.get(number) ?? 0;
  }

  set(netDevice: NetDevice, number: number, value: number): void {
    const settings = this.#settings.get(netDevice) ?? new Map<number, number>();
    this.#settings.set(netDevice, settings.set(number, value));
    this.offload.interfacesChanged();
  }

  // Addresses: fib_inetaddr_event().

  addressAdded(netDevice: NetDevice, address: ProtocolAddress): void {
    this.offload.interfacesChanged();
    if (address.family === AF_INET) this.#addRoutesOf(netDevice, address);
  }

  /** fib_del_ifaddr(): what the address made goes, and so does what was sent from it. */
  addressRemoved(netDevice: NetDevice, address: ProtocolAddress): void {
    this.offload.interfacesChanged();
    if (address.family !== AF_INET || !this.parts.removesConnected) return;
    for (const table of this.fib.tables())
      for (const route of table.routes()) if (isMadeBy(route, netDevice, address)) this.fib.remove(route, true);
    this.fib.addressGone(address.local);
    if (ipv4Addresses(netDevice).length === 0) this.fib.deviceDown(netDevice, true);
  }

  /** fib_add_ifaddr(). */
  #addRoutesOf(netDevice: NetDevice, address: ProtocolAddress): void {
    const { local, prefixLength, broadcast } = address;
    const prefix = prefixOf(address.address, prefixLength);
    // A secondary is the host's own as its primary is: it sends from that.
    const primary = primaryOf(netDevice, address);
    if (this.parts.addsLocal) this.#addMagic(netDevice, primary, RTN_LOCAL, local, 32);
    if (!isUp(netDevice)) return;
    if (broadcast !== undefined && this.parts.addsBroadcast)
      this.#addMagic(netDevice, address, RTN_BROADCAST, broadcast, 32);
    const isSingle = prefixLength === 32 && equalBytes(prefix, local);
    if (!this.parts.makesNetwork(address, ipv4Addresses(netDevice)) || prefix.every((byte) => byte === 0) || isSingle)
      return;
    if (this.parts.addsConnected) this.#addMagic(netDevice, address, RTN_UNICAST, prefix, prefixLength);
    if (prefixLength < 31 && this.parts.addsBroadcast)
      this.#addMagic(netDevice, address, RTN_BROADCAST, lastOf(prefix, prefixLength), 32);
  }

  /** fib_magic(). */
  #addMagic(netDevice: NetDevice, address: ProtocolAddress, type: number, to: Uint8Array, length: number): void {
    const vrf = this.parts.movesConnected ? this.vrfTable(netDevice) : undefined;
    const request: RouteRequest = {
      table: vrf ?? (type === RTN_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL),
      destination: to,
      prefixLength: length,
      tos: 0,
      priority: 0,
      type,
      scope: type === RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK,
      protocol: RTPROT_KERNEL,
      preferredSource: address.local,
      nexthops: [{ ifIndex: netDevice.ifIndex, gateway: undefined, weight: 1, flags: 0 }],
      isMultipath: false,
    };
    const made = makeRoute({ router: this, deviceOf: (ifIndex) => this.deviceOf(ifIndex) }, request);
    if (made.ok) this.fib.insert(made.value, NLM_F_CREATE | NLM_F_APPEND);
  }

  deviceOf(ifIndex: number): NetDevice | undefined {
    for (const netDevice of this.kernel.netDevices.values()) if (netDevice.ifIndex === ifIndex) return netDevice;
    return undefined;
  }

  // Net devices: fib_netdev_event() and arp_netdev_event().

  #happened(event: NetDeviceEvent, netDevice: NetDevice): void {
    switch (event) {
      case 'NETDEV_UP':
        for (const address of ipv4Addresses(netDevice)) this.#addRoutesOf(netDevice, address);
        this.fib.deviceUp(netDevice);
        if (this.#notices.afterUp) this.#announceIfWanted(netDevice);
        return;
      case 'NETDEV_DOWN':
        this.fib.deviceDown(netDevice, false);
        if (this.parts.flushesNeighbours) this.neighbours.flush(netDevice, false);
        return;
      case 'NETDEV_CHANGE':
        this.fib.carrierChanged(netDevice, netDevice.carrier);
        if (!netDevice.carrier) this.neighbours.flush(netDevice, this.parts.keepsPermanentWithoutCarrier);
        return;
      case 'NETDEV_CHANGEUPPER':
        // Into a VRF or out of it: the other table is filled when the device comes up again.
        if (this.#vrfs.get(netDevice) === netDevice.vrf) return;
        this.#vrfs.set(netDevice, netDevice.vrf);
        this.fib.deviceDown(netDevice, true);
        return;
      case 'NETDEV_CHANGEADDR':
        this.neighbours.flush(netDevice, false);
        if (this.#notices.afterNewStation) this.#announceIfWanted(netDevice);
        return;
      case 'NETDEV_NOTIFY_PEERS':
        this.#announce(netDevice);
        return;
      case 'NETDEV_UNREGISTER':
        this.fib.deviceDown(netDevice, true);
        this.neighbours.flush(netDevice, false);
        this.#settings.delete(netDevice);
        return;
      default:
        return;
    }
  }

  get #notices(): PeerNoticeParts {
    return this.kernel.parts.peerNotices;
  }

  /** inetdev_event(), with IN_DEV_ARP_NOTIFY(). */
  #announceIfWanted(netDevice: NetDevice): void {
    if (this.#notices.honoursSettings && this.setting(netDevice, IPV4_DEVCONF_ARP_NOTIFY) !== 0)
      this.#announce(netDevice);
  }

  #announce(netDevice: NetDevice): void {
    for (const { local } of this.#notices.addresses(ipv4Addresses(netDevice)))
      this.#transmitArp(netDevice, gratuitousArp(netDevice, local, this.#notices));
  }

  /** arp_solicit(). */
  #solicit({ netDevice, address }: Neighbour, to: Uint8Array | undefined, packet: Uint8Array | undefined): void {
    const source = packet === undefined ? undefined : sourceIn(packet);
    const own = source !== undefined && this.ownsAddress(source) ? source : this.addressAt(netDevice);
    if (own === undefined || !this.parts.asksByBroadcast) return;
    this.#transmitArp(netDevice, arpRequest(netDevice, own, address, to));
  }

  /** arp_error_report() and ipv4_link_failure(). */
  #failed(_neighbour: Neighbour, packet: Uint8Array): void {
    const arrivedAt = this.#wayBack(packet);
    if (arrivedAt === undefined || !this.parts.reportsFailure) return;
    const arrived = { netDevice: arrivedAt, packet, isForUs: true };
    sendIcmpError(this, arrived, ICMP_DEST_UNREACH, this.parts.unreachableCode(ICMP_HOST_UNREACH), 0);
  }

  /** Packets of the host's own have nobody to be told. */
  #wayBack(packet: Uint8Array): NetDevice | undefined {
    const source = sourceIn(packet);
    if (this.ownsAddress(source)) return undefined;
    for (const table of this.fib.tables()) {
      const found = this.fib.lookupIn(table.id, { destination: source });
      if (found?.kind === 'route') return found.nexthop.netDevice;
    }
    return undefined;
  }
}

const ipv4Addresses = ({ addresses }: NetDevice): ProtocolAddress[] =>
  addresses.filter(({ family }) => family === AF_INET);

/** inet_ifa_byprefix(): the first address of the network of a secondary; of any other, itself. */
function primaryOf(netDevice: NetDevice, address: ProtocolAddress): ProtocolAddress {
  if (!isSecondary(address)) return address;
  const network = prefixOf(address.address, address.prefixLength);
  const primary = ipv4Addresses(netDevice).find(
    (each) =>
      !isSecondary(each) &&
      each.prefixLength === address.prefixLength &&
      equalBytes(prefixOf(each.address, each.prefixLength), network),
  );
  return primary ?? address;
}

const isSecondary = ({ flags }: ProtocolAddress): boolean => (flags & IFA_F_SECONDARY) !== 0;

/** The address of the network with all bits of the host set. */
function lastOf(prefix: Uint8Array, prefixLength: number): Uint8Array {
  const last = prefix.slice();
  for (let bit = prefixLength; bit < 32; bit++) last[bit >> 3] = (last[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return last;
}

const isMadeBy = (
  { protocol, type, destination, preferredSource, nexthops }: Route,
  netDevice: NetDevice,
  made: ProtocolAddress,
): boolean =>
  protocol === RTPROT_KERNEL &&
  preferredSource !== undefined &&
  (isSecondary(made)
    ? type === RTN_LOCAL && equalBytes(destination, made.local)
    : equalBytes(preferredSource, made.local)) &&
  nexthops.some((nexthop) => nexthop.netDevice === netDevice);
