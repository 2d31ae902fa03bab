/** What the parts of the router of IPv6 share. */
import type { DeviceSettings } from '../deviceSettings.js';
import type { FrameMarks } from '../frames.js';
import type { NetDevice } from '../netDevice.js';
import type { IpHooks } from '../netfilter/path/netfilterPath.js';
import type { Packet } from '../netfilter/path/packet.js';
import type { NeighbourTable } from '../routing/neighbours.js';
import type { AddressBook } from './addressBook.js';
import type { Fib6 } from './fib6.js';
import type { Ipv6Setting } from './ipv6Settings.js';
import type { Routing6Parts } from './routing6Parts.js';

export interface Router6 {
  readonly parts: Routing6Parts;
  readonly fib: Fib6;
  readonly neighbours: NeighbourTable;
  readonly hooks: IpHooks;
  readonly settings: DeviceSettings<Ipv6Setting>;
  readonly addresses: AddressBook;
  now(): bigint;
  /** Whether the host forwards at all: the row `all` decides, not that of the net device. */
  forwards(): boolean;
  /** l3mdev_fib_table(). */
  vrfTable(netDevice: NetDevice): number | undefined;
  netDevices(): Iterable<NetDevice>;
  transmit(netDevice: NetDevice, frame: Uint8Array, marks?: FrameMarks): void;
}

/** An IPv6 packet that came in, checked and without what lay behind it. */
export interface Arrived6 {
  readonly netDevice: NetDevice;
  /** From the IPv6 header on; nobody else's, it may be changed. */
  readonly packet: Uint8Array;
  /** PACKET_HOST: it was sent to the address of the net device, not to a group. */
  readonly isForUs: boolean;
  /** The station that sent the frame. */
  readonly station: Uint8Array;
  /** The packet as netfilter has it, where there are rules. */
  readonly skb?: Packet | undefined;
}
