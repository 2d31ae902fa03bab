/** The questions by which links are watched: bond_arp_send_all() and bond_ns_send_all() of drivers/net/bonding/bond_main.c. */
import type { VlanTag } from '../../../harness/contract/index.js';
import type { TxFrame } from '../frames.js';
import { AF_INET } from '../../netlink/constants.js';
import { RTN_LOCAL, RT_SCOPE_LINK } from '../../netlink/families/routing.js';
import { parseMac } from '../../packet/addresses.js';
import { equalBytes } from '../../packet/bytes.js';
import type { NetDevice } from '../netDevice.js';
import { arpRequest } from '../routing/arp.js';
import type { FibResult } from '../routing/fib.js';
import { prefixOf } from '../routing/route.js';
import { UNSPECIFIED, groupMac, isUnspecified, solicitedNode } from '../routing6/ipv6Addresses.js';
import { frameTo } from '../routing6/ipv6Output.js';
import { neighbourSolicitation } from '../routing6/ndisc.js';
import { withTagInBytes } from '../transmit.js';
import type { BondMember } from './bond.js';
import type { Bonding } from './bonding.js';

const NOBODY = new Uint8Array(4);

/** bond_send_validate(). */
export function askTargets(bonding: Bonding, member: BondMember): void {
  const { arp } = bonding.parts;
  const { bond } = member;
  for (const target of arp.targets(bond.arpTargets)) {
    const way = wayTo(bonding, member, bonding.routes.ipv4.fib.lookup({ destination: target, scope: RT_SCOPE_LINK }));
    if (way === undefined) continue;
    const own = way.by === undefined ? NOBODY : arp.source(confirmAddress(way.by, target, undefined));
    ask(bonding, member, arpRequest(member.netDevice, own, target, undefined), way.tags);
  }
  for (const target of arp.targets(bond.nsTargets)) solicit(bonding, member, target);
}

/** bond_ns_send(): a member at which IPv6 is switched off lets nothing of it out (ip6_output()). */
function solicit(bonding: Bonding, member: BondMember, target: Uint8Array): void {
  const { arp } = bonding.parts;
  const { ipv6 } = bonding.routes;
  const way = wayTo(bonding, member, ipv6.fib.lookup({ destination: target }));
  if (way === undefined || ipv6.settings.get(member.netDevice, 'disable_ipv6') !== 0) return;
  const own = way.by === undefined ? undefined : ipv6.addresses.sourceFor(way.by, target);
  const source = own === undefined ? UNSPECIFIED : arp.source(own);
  const group = arp.solicitsGroup(solicitedNode(target), target);
  const packet = neighbourSolicitation(member.netDevice, source, group, target, !isUnspecified(source));
  ask(bonding, member, frameTo(member.netDevice, parseMac(groupMac(group)), packet), way.tags);
}

interface Way {
  /** The net device of the route; undefined: there is no route. */
  readonly by: NetDevice | undefined;
  /** The outermost first. */
  readonly tags: readonly VlanTag[];
}

/** Undefined: nobody is asked, for the way to the target does not lead through the aggregate. */
function wayTo({ parts }: Bonding, { bond }: BondMember, found: FibResult): Way | undefined {
  if (found.kind !== 'route') return parts.arp.asksWithoutRoute ? { by: undefined, tags: [] } : undefined;
  const { netDevice } = found.nexthop;
  const path = found.route.type === RTN_LOCAL ? undefined : pathTo(bond.netDevice, netDevice);
  if (path === undefined) return parts.arp.leavesOthersAlone ? undefined : { by: netDevice, tags: [] };
  return { by: netDevice, tags: parts.arp.tags ? path : [] };
}

/** bond_verify_device_path(): the tags of the VLAN devices between the two; undefined: one does not lie over the other. */
function pathTo(from: NetDevice, to: NetDevice): readonly VlanTag[] | undefined {
  if (from === to) return [];
  for (const upper of uppersOf(from)) {
    const path = pathTo(upper, to);
    if (path === undefined) continue;
    const { lower } = upper;
    return lower.kind === 'vlan' ? [{ tpid: lower.tpid, tci: lower.vid }, ...path] : path;
  }
  return undefined;
}

/** netdev_for_each_upper_dev_rcu(): VLAN devices, the bridge and the VRF. */
function uppersOf({ uppers, bridgePort, vrf }: NetDevice): readonly NetDevice[] {
  const masters = [bridgePort?.bridge.netDevice, vrf].filter((master) => master !== undefined);
  return [...uppers, ...masters];
}

/** The net device and all over it (netdev_walk_all_upper_dev_rcu()). */
export const stackOver = (netDevice: NetDevice): readonly NetDevice[] => [
  netDevice,
  ...uppersOf(netDevice).flatMap(stackOver),
];

/** bond_handle_vlan() and arp_xmit(). */
function ask(bonding: Bonding, member: BondMember, bytes: Uint8Array, tags: readonly VlanTag[]): void {
  const [outer, ...inner] = tags;
  let frame: TxFrame = { bytes, checksum: { kind: 'none' } };
  for (const tag of inner.reverse()) frame = withTagInBytes(frame, tag);
  member.lastTx = bonding.kernel.now;
  bonding.send(member.netDevice, outer === undefined ? frame : { ...frame, vlan: outer });
}

/**
 * bond_confirm_addr(), confirm_addr_indev(): an address of the net device. With a `destination`, one in whose network it is; with
 * `local`, that one. Zeros: there is none.
 */
export function confirmAddress(
  { addresses }: NetDevice,
  destination: Uint8Array | undefined,
  local: Uint8Array | undefined,
): Uint8Array {
  const own = addresses.filter(({ family }) => family === AF_INET);
  if (local?.some((byte) => byte !== 0) === true)
    return own.find((each) => equalBytes(each.local, local))?.local ?? NOBODY;
  const isIn = (address: Uint8Array, network: (typeof own)[number]): boolean =>
    equalBytes(prefixOf(address, network.prefixLength), prefixOf(network.address, network.prefixLength));
  const network = own.find((each) => destination === undefined || isIn(destination, each));
  const [first] = own;
  if (network === undefined || first === undefined) return NOBODY;
  return isIn(first.local, network) ? first.local : network.local;
}
