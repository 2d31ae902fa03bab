/** What the parts of the router share. */
import type { FrameMarks } from '../frames.js';
import type { IpHooks } from '../netfilter/path/netfilterPath.js';
import type { Packet } from '../netfilter/path/packet.js';
import type { Fib } from './fib.js';
import type { NetDevice } from '../netDevice.js';
import type { NeighbourTable } from './neighbours.js';
import type { RoutingParts } from './routingParts.js';

export interface Router {
  readonly parts: RoutingParts;
  readonly fib: Fib;
  readonly neighbours: NeighbourTable;
  readonly hooks: IpHooks;
  /** IN_DEV_FORWARD(), of the device or of its VRF. */
  forwards(netDevice: NetDevice): boolean;
  /** l3mdev_fib_table(). */
  vrfTable(netDevice: NetDevice): number | undefined;
  /** Whether the address is one of the host's own, at any of its net devices. */
  ownsAddress(address: Uint8Array): boolean;
  /** inet_select_addr(): what the host is called at a net device. */
  addressAt(netDevice: NetDevice): Uint8Array | undefined;
  transmit(netDevice: NetDevice, frame: Uint8Array, marks?: FrameMarks): void;
  /** ip_select_ident(). */
  nextIdentification(): number;
}

/** An IPv4 packet that came in, checked and without what lay behind it. */
export interface Arrived {
  readonly netDevice: NetDevice;
  /** From the IPv4 header on; nobody else's, it may be changed. */
  readonly packet: Uint8Array;
  /** It was sent to the address of the net device, not to a group. */
  readonly isForUs: boolean;
  /** The packet as netfilter has it, where there are rules. */
  readonly skb?: Packet | undefined;
}
