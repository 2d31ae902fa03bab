/** IPv4 packets that come in: what becomes of them, and those that go on (ip_input.c, route.c, ip_forward.c of net/ipv4). */
import type { FrameMarks } from '../frames.js';
import { RTN_BROADCAST, RTN_LOCAL, RTN_UNICAST } from '../../netlink/families/routing.js';
import { readU32 } from '../../packet/bytes.js';
import { flowHash31 } from '../../packet/multipathHash.js';
import { ETH_HLEN } from '../../packet/protocols.js';
import type { NetDevice } from '../netDevice.js';
import { PACKET_HOST } from '../netfilter/path/packet.js';
import { NF_INET_FORWARD, NF_INET_LOCAL_IN, NF_INET_PRE_ROUTING } from '../netfilter/ruleset.js';
import type { FibResult, Unroutable } from './fib.js';
import { deliverLocally } from './ipv4Local.js';
import { checkedPacket, destinationIn, optionsOf, recordRoute, sourceIn, writeHeaderChecksum } from './ipv4Header.js';
import { canFragment, outputIpv4 } from './ipv4Output.js';
import {
  ICMP_DEST_UNREACH,
  ICMP_FRAG_NEEDED,
  ICMP_HOST_UNREACH,
  ICMP_NET_UNREACH,
  ICMP_PKT_FILTERED,
  ICMP_TIME_EXCEEDED,
  sendIcmpError,
} from './icmp.js';
import type { Nexthop } from './route.js';
import type { Arrived, Router } from './router.js';

/** ip_route_input(). */
export type RouteInput =
  | { readonly kind: 'forward'; readonly nexthop: Nexthop }
  | { readonly kind: 'local' }
  | { readonly kind: 'broadcast' }
  | { readonly kind: 'martian' }
  | { readonly kind: 'no-way'; readonly why: Unroutable };

/** A frame with a packet of IP in it. */
export interface Received {
  /** From its addresses on. */
  readonly frame: Uint8Array;
  /** PACKET_*. */
  readonly packetType: number;
  readonly marks: FrameMarks | undefined;
}

/** ip_rcv(). */
export function receiveIpv4(router: Router, netDevice: NetDevice, received: Received): void {
  const { frame, packetType, marks } = received;
  const checked = checkedPacket(router.parts, frame.subarray(ETH_HLEN));
  if (checked === undefined) return;
  const skb = router.hooks.arrived(frame, checked, packetType, marks);
  if (!router.hooks.passes(NF_INET_PRE_ROUTING, skb, netDevice, undefined)) return;
  const packet = skb?.network ?? checked;
  const options = optionsOf(packet);
  if (!options.isValid || (options.hasSourceRoute && router.parts.refusesSourceRoute)) return;
  const isForUs = (skb?.packetType ?? packetType) === PACKET_HOST;
  const arrived: Arrived = { netDevice, packet, isForUs, skb };
  const route = routeInput(router, netDevice, sourceIn(packet), destinationIn(packet), packet);
  switch (route.kind) {
    case 'martian':
      return;
    case 'local':
      deliverLocally(router, arrived);
      return;
    case 'broadcast':
      hearGroup(router, arrived);
      return;
    case 'no-way':
      reportNoWay(router, arrived, route.why);
      return;
    case 'forward':
      forward(router, arrived, route.nexthop, options.recordRouteAt);
  }
}

/** ip_local_deliver() of what is for everybody: nobody listens here, but rules see it. Of groups the host is in one. */
function hearGroup(router: Router, { netDevice, packet, skb }: Arrived): void {
  const destination = destinationIn(packet);
  if (!isMulticast(destination) || readU32(destination, 0) === ALL_HOSTS)
    router.hooks.passes(NF_INET_LOCAL_IN, skb, netDevice, undefined);
}

/** 224.0.0.1. */
const ALL_HOSTS = 0xe000_0001;

const isMulticast = (address: Uint8Array): boolean => (address[0] ?? 0) >> 4 === 0xe;
const isLimitedBroadcast = (address: Uint8Array): boolean => readU32(address, 0) === 0xffff_ffff;
/** ipv4_is_zeronet(): since 5.3 the rest of 0.0.0.0/8 is like any other network. */
const isZeroNet = (address: Uint8Array): boolean => readU32(address, 0) === 0;
const isLoopback = (address: Uint8Array): boolean => address[0] === 127;

/** ip_route_input_slow(). `packet`: what the flow is told by, where there is one. */
export function routeInput(
  router: Router,
  netDevice: NetDevice,
  source: Uint8Array,
  destination: Uint8Array,
  packet?: Uint8Array,
): RouteInput {
  const { parts } = router;
  const isStrangeSource = isMulticast(source) || isLimitedBroadcast(source) || isZeroNet(source) || isLoopback(source);
  if (isStrangeSource && parts.refusesMartianSource) return { kind: 'martian' };
  if (isMulticast(destination) || isLimitedBroadcast(destination)) return { kind: 'broadcast' };
  const isStrange = isZeroNet(destination) || isLoopback(destination);
  if (isStrange && parts.refusesMartianDestination) return { kind: 'martian' };
  const vrfTable = router.vrfTable(netDevice);
  const found = router.fib.lookup({
    destination,
    vrfTable,
    tos: packet?.[1] ?? 0,
    hash: flowHash(source, destination),
  });
  return judge(router, netDevice, source, found);
}

function judge(router: Router, netDevice: NetDevice, source: Uint8Array, found: FibResult): RouteInput {
  const { parts } = router;
  // ip_error(): who does not forward does not say that there is no way, either.
  const doesForward = router.forwards(netDevice) || !parts.forwardsOnlyWhenAsked;
  if (found.kind !== 'route') return doesForward ? { kind: 'no-way', why: found.kind } : { kind: 'martian' };
  const { route, nexthop } = found;
  if (route.type === RTN_BROADCAST) return { kind: 'broadcast' };
  // fib_validate_source(): nobody else sends from an address of the host's.
  if (router.ownsAddress(source) && parts.refusesMartianSource) return { kind: 'martian' };
  if (route.type === RTN_LOCAL) return { kind: 'local' };
  if (!doesForward || route.type !== RTN_UNICAST) return { kind: 'martian' };
  return { kind: 'forward', nexthop };
}

/** fib_multipath_hash(), policy 0: by the addresses alone, 31 bits. */
const flowHash = (source: Uint8Array, destination: Uint8Array): number =>
  flowHash31(readU32(source, 0), readU32(destination, 0));

/** ip_error(). A blackhole says nothing. */
function reportNoWay(router: Router, arrived: Arrived, why: Unroutable): void {
  const code = NO_WAY[why];
  if (code !== undefined) sendIcmpError(router, arrived, ICMP_DEST_UNREACH, router.parts.unreachableCode(code), 0);
}

const NO_WAY: Readonly<Record<Unroutable, number | undefined>> = {
  'no-route': ICMP_NET_UNREACH,
  unreachable: ICMP_HOST_UNREACH,
  prohibit: ICMP_PKT_FILTERED,
  blackhole: undefined,
};

/** ip_forward(). */
function forward(router: Router, arrived: Arrived, nexthop: Nexthop, recordRouteAt: number): void {
  const { parts } = router;
  const { packet } = arrived;
  if (!arrived.isForUs && parts.forwardsOwnFramesOnly) return;
  const ttl = packet[8] ?? 0;
  if (parts.expires(ttl)) {
    if (parts.reportsExpiry) sendIcmpError(router, arrived, ICMP_TIME_EXCEEDED, 0, 0);
    return;
  }
  const { mtu } = nexthop.netDevice;
  if (packet.length > mtu && !canFragment(packet)) {
    if (parts.reportsTooBig)
      sendIcmpError(router, arrived, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, parts.reportedMtu(mtu));
    return;
  }
  packet[8] = parts.ttlAfter(ttl);
  if (parts.fixesChecksum) writeHeaderChecksum(packet);
  if (!router.hooks.passes(NF_INET_FORWARD, arrived.skb, arrived.netDevice, nexthop.netDevice)) return;
  const own = router.addressAt(nexthop.netDevice);
  if (recordRouteAt >= 0 && own !== undefined && parts.recordsRoute) recordRoute(packet, recordRouteAt, own);
  if (parts.fixesChecksum) writeHeaderChecksum(packet);
  outputIpv4(router, nexthop, packet, { skb: arrived.skb, input: arrived.netDevice });
}
