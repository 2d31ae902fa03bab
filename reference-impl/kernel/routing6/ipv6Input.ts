/** IPv6 packets that come in: what becomes of them, and those that go on (ip6_input.c, route.c, ip6_forward() of ip6_output.c). */
import { RTN_ANYCAST, RTN_LOCAL, RTN_MULTICAST, RTN_UNICAST } from '../../netlink/families/routing.js';
import { ETH_HLEN, IPPROTO_HOPOPTS, IPV6_HEADER } from '../../packet/protocols.js';
import type { NetDevice } from '../netDevice.js';
import { PACKET_HOST } from '../netfilter/path/packet.js';
import { NF_INET_FORWARD, NF_INET_PRE_ROUTING } from '../netfilter/ruleset.js';
import type { Received } from '../routing/ipv4Input.js';
import type { Unroutable } from '../routing/fib.js';
import type { Nexthop } from '../routing/route.js';
import {
  ICMPV6_ADM_PROHIBITED,
  ICMPV6_DEST_UNREACH,
  ICMPV6_NOROUTE,
  ICMPV6_NOT_NEIGHBOUR,
  ICMPV6_PARAMPROB,
  ICMPV6_PKT_TOOBIG,
  ICMPV6_TIME_EXCEED,
  ICMPV6_UNK_OPTION,
  sendIcmpv6Error,
} from './icmpv6.js';
import { isLinkLocal, isMulticast, isUnspecified, multicastScope } from './ipv6Addresses.js';
import {
  IPV6_MIN_MTU,
  NEXT_HEADER_AT,
  checkedPacket,
  destinationIn,
  flowLabelIn,
  hopLimitIn,
  judgeOptions,
  sourceIn,
} from './ipv6Header.js';
import { deliverLocally } from './ipv6Local.js';
import { flowHash6, outputIpv6 } from './ipv6Output.js';
import type { Arrived6, Router6 } from './router6.js';

/** ipv6_rcv(). */
export function receiveIpv6(router: Router6, netDevice: NetDevice, { frame, packetType, marks }: Received): void {
  const checked = checkedPacket(router.parts, frame.subarray(ETH_HLEN));
  if (checked === undefined) return;
  const station = frame.slice(6, 12);
  const before: Arrived6 = { netDevice, packet: checked, isForUs: packetType === PACKET_HOST, station };
  if (checked[NEXT_HEADER_AT] === IPPROTO_HOPOPTS && router.parts.looksAtHopByHop && !passes(router, before)) return;
  const skb = router.hooks.arrived(frame, checked, packetType, marks);
  if (!router.hooks.passes(NF_INET_PRE_ROUTING, skb, netDevice, undefined)) return;
  const packet = skb?.network ?? checked;
  const isForUs = (skb?.packetType ?? packetType) === PACKET_HOST;
  routeInput(router, { netDevice, packet, isForUs, station, skb });
}

/** ip6_route_input(). */
function routeInput(router: Router6, arrived: Arrived6): void {
  const { netDevice, packet } = arrived;
  const destination = destinationIn(packet);
  if (isMulticast(destination) && (router.parts.sparesGroupsOfOthers || multicastScope(destination) < 5)) {
    deliverLocally(router, arrived);
    return;
  }
  const found = router.fib.lookup({
    destination,
    vrfTable: router.vrfTable(netDevice),
    hash: flowHash6(router.parts, sourceIn(packet), destination, flowLabelIn(packet)),
    // RT6_LOOKUP_F_IFACE: addresses of a link are those of the link where the packet came in.
    ...(isLinkLocal(destination) ? { outIfIndex: netDevice.ifIndex } : {}),
  });
  if (found.kind !== 'route') {
    reportNoWay(router, arrived, found.kind);
    return;
  }
  const { type } = found.route;
  const isGroup = type === RTN_MULTICAST && !router.parts.sparesGroupsOfOthers;
  if (type === RTN_LOCAL || type === RTN_ANYCAST) deliverLocally(router, arrived);
  else if (type === RTN_UNICAST || isGroup) forward(router, arrived, found.nexthop);
}

/** ipv6_parse_hopopts(). */
function passes(router: Router6, arrived: Arrived6): boolean {
  if (!router.parts.passesHopByHop) return false;
  const verdict = judgeOptions(arrived.packet, IPV6_HEADER);
  if (verdict.kind === 'report')
    sendIcmpv6Error(router, arrived, {
      type: ICMPV6_PARAMPROB,
      code: ICMPV6_UNK_OPTION,
      info: verdict.pointer,
      ofGroups: verdict.ofGroups,
    });
  return verdict.kind === 'fine';
}

const NO_WAY: Readonly<Record<Unroutable, number | undefined>> = {
  'no-route': ICMPV6_NOROUTE,
  // ip6_pkt_discard(): an unreachable route says the same as none.
  unreachable: ICMPV6_NOROUTE,
  prohibit: ICMPV6_ADM_PROHIBITED,
  blackhole: undefined,
};

/** ip6_pkt_drop(). A blackhole says nothing; whether the host forwards is not asked. */
function reportNoWay(router: Router6, arrived: Arrived6, why: Unroutable): void {
  const code = NO_WAY[why];
  if (code !== undefined)
    sendIcmpv6Error(router, arrived, {
      type: ICMPV6_DEST_UNREACH,
      code: router.parts.unreachableCode(code),
      info: 0,
    });
}

/** ip6_forward(). */
function forward(router: Router6, arrived: Arrived6, nexthop: Nexthop): void {
  const { parts } = router;
  const { packet } = arrived;
  if (!router.forwards() && parts.forwardsOnlyWhenAsked) return;
  if (!arrived.isForUs && parts.forwardsOwnFramesOnly) return;
  if (parts.exceeded(hopLimitIn(packet))) {
    if (parts.reportsExceeded) sendIcmpv6Error(router, arrived, { type: ICMPV6_TIME_EXCEED, code: 0, info: 0 });
    return;
  }
  if (!mayLeave(router, arrived, nexthop)) return;
  const mtu = Math.max(IPV6_MIN_MTU, nexthop.netDevice.mtu);
  if (packet.length > mtu && !parts.fragments) {
    if (parts.reportsTooBig)
      sendIcmpv6Error(router, arrived, {
        type: ICMPV6_PKT_TOOBIG,
        code: 0,
        info: parts.reportedMtu(mtu),
        ofGroups: true,
      });
    return;
  }
  packet[7] = parts.hopLimitAfter(hopLimitIn(packet));
  if (!router.hooks.passes(NF_INET_FORWARD, arrived.skb, arrived.netDevice, nexthop.netDevice)) return;
  outputIpv6(router, nexthop, packet, { skb: arrived.skb, input: arrived.netDevice });
}

/** Where a packet leaves at another net device, its sender has to be known there. */
function mayLeave(router: Router6, arrived: Arrived6, nexthop: Nexthop): boolean {
  if (nexthop.netDevice === arrived.netDevice) return true;
  const source = sourceIn(arrived.packet);
  if (isUnspecified(source) || isMulticast(source)) return false;
  if (!isLinkLocal(source) || !router.parts.sparesLinkLocal) return true;
  if (router.parts.reportsScope)
    sendIcmpv6Error(router, arrived, { type: ICMPV6_DEST_UNREACH, code: ICMPV6_NOT_NEIGHBOUR, info: 0 });
  return false;
}
