/** The groups of IPv6 that the host listens to, and what it reports of them where it is asked to again: net/ipv6/mcast.c. */
import type { MacAddress } from '../../../harness/contract/index.js';
import { formatIpv6, parseIpv6, parseMac } from '../../packet/addresses.js';
import { concat, writeU16 } from '../../packet/bytes.js';
import { internetChecksum, pseudoHeaderSum } from '../../packet/checksum.js';
import { ETH_HLEN, IPPROTO_HOPOPTS, IPPROTO_ICMPV6, IPV6_HEADER } from '../../packet/protocols.js';
import type { KernelState } from '../kernelState.js';
import type { NetDevice } from '../netDevice.js';
import { addAddress, removeAddress } from '../receiveFilter.js';
import { ALL_NODES, UNSPECIFIED, groupMac } from './ipv6Addresses.js';
import { frameTo } from './ipv6Output.js';

export interface GroupSurroundings6 {
  readonly kernel: KernelState;
  defer(work: () => Promise<void>): void;
  transmit(netDevice: NetDevice, frame: Uint8Array): void;
  /** ipv6_get_lladdr(). */
  linkLocal(netDevice: NetDevice): Uint8Array | undefined;
}

const MLD2_MODE_IS_EXCLUDE = 2;
const ICMPV6_MLD2_REPORT = 143;
/** RFC 3810, section 5.2.14. */
const ALL_REPORTERS = parseIpv6('ff02::16');
/** The option that makes routers look, and padding. */
const ROUTER_ALERT = Uint8Array.of(IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0);

export class ListenedGroups {
  readonly #around: GroupSurroundings6;
  /** By net device and address, how often each is wanted. */
  readonly #wanted = new Map<NetDevice, Map<string, number>>();

  constructor(around: GroupSurroundings6) {
    this.#around = around;
    around.kernel.notifiers.push((event, netDevice) => {
      if (event === 'NETDEV_RESEND_IGMP' && around.kernel.parts.joins.tellsIpv6) this.#report(netDevice);
      if (event === 'NETDEV_UNREGISTER') this.#wanted.delete(netDevice);
    });
  }

  clear(): void {
    this.#wanted.clear();
  }

  /** dev_mc_add() of the group's address of Ethernet. */
  join(netDevice: NetDevice, group: Uint8Array): void {
    this.#count(netDevice, group, 1);
    this.#around.defer(() => addAddress(netDevice, 'multicast', groupMac(group)));
  }

  leave(netDevice: NetDevice, group: Uint8Array): void {
    this.#count(netDevice, group, -1);
    const address: MacAddress = groupMac(group);
    this.#around.defer(async () => {
      await removeAddress(netDevice, 'multicast', address);
    });
  }

  #count(netDevice: NetDevice, group: Uint8Array, change: 1 | -1): void {
    const wanted = this.#wanted.get(netDevice) ?? new Map<string, number>();
    this.#wanted.set(netDevice, wanted);
    const count = (wanted.get(formatIpv6(group)) ?? 0) + change;
    if (count > 0) wanted.set(formatIpv6(group), count);
    else wanted.delete(formatIpv6(group));
  }

  /** ipv6_mc_rejoin_groups() and mld_send_report(): all of them in one report, but for that of all nodes (MAF_NOREPORT). */
  #report(netDevice: NetDevice): void {
    const all = [...(this.#wanted.get(netDevice)?.keys() ?? [])];
    const groups = all.filter((group) => group !== formatIpv6(ALL_NODES)).map((group) => parseIpv6(group));
    if (groups.length === 0) return;
    const packet = reportOf(this.#around.linkLocal(netDevice) ?? UNSPECIFIED, groups);
    this.#around.transmit(netDevice, frameTo(netDevice, parseMac(groupMac(ALL_REPORTERS)), packet));
  }
}

/** mld_newpack(), add_grec() and mld_sendpack(). */
function reportOf(source: Uint8Array, groups: readonly Uint8Array[]): Uint8Array {
  const message = new Uint8Array(8 + 20 * groups.length);
  message[0] = ICMPV6_MLD2_REPORT;
  writeU16(message, 6, groups.length);
  for (const [index, group] of groups.entries()) {
    message[8 + 20 * index] = MLD2_MODE_IS_EXCLUDE;
    message.set(group, 12 + 20 * index);
  }
  const header = new Uint8Array(IPV6_HEADER);
  header[0] = 0x60;
  writeU16(header, 4, ROUTER_ALERT.length + message.length);
  header.set([IPPROTO_HOPOPTS, 1], 6);
  header.set(source, 8);
  header.set(ALL_REPORTERS, 24);
  const packet = concat(header, ROUTER_ALERT, message);
  const at = IPV6_HEADER + ROUTER_ALERT.length;
  const sum = pseudoHeaderSum(concat(new Uint8Array(ETH_HLEN), packet), ETH_HLEN, IPPROTO_ICMPV6, message.length);
  writeU16(packet, at + 2, internetChecksum(packet, at, packet.length, sum));
  return packet;
}
