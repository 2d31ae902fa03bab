/** ICMPv6: what the router tells the sender of a packet, and its answers to echo (net/ipv6/icmp.c). */
import { writeU16, writeU32 } from '../../packet/bytes.js';
import { internetChecksum, pseudoHeaderSum, sumsToOnes } from '../../packet/checksum.js';
import { IPPROTO_ICMPV6, IPV6_HEADER } from '../../packet/protocols.js';
import type { NetDevice } from '../netDevice.js';
import { isLinkLocal, isMulticast, isUnspecified } from './ipv6Addresses.js';
import { IPV6_MIN_MTU, destinationIn, headersOf, makePacket, sourceIn, trafficClassIn } from './ipv6Header.js';
import { flowHash6, sendLocally6 } from './ipv6Output.js';
import type { Arrived6, Router6 } from './router6.js';

export const ICMPV6_DEST_UNREACH = 1;
export const ICMPV6_PKT_TOOBIG = 2;
export const ICMPV6_TIME_EXCEED = 3;
export const ICMPV6_PARAMPROB = 4;
export const ICMPV6_ECHO_REQUEST = 128;
export const ICMPV6_ECHO_REPLY = 129;

export const ICMPV6_NOROUTE = 0;
export const ICMPV6_ADM_PROHIBITED = 1;
export const ICMPV6_NOT_NEIGHBOUR = 2;
export const ICMPV6_ADDR_UNREACH = 3;
export const ICMPV6_PORT_UNREACH = 4;
export const ICMPV6_HDR_FIELD = 0;
export const ICMPV6_UNK_NEXTHDR = 1;
export const ICMPV6_UNK_OPTION = 2;

/** Types from here on are no errors. */
const ICMPV6_INFOMSG_MASK = 0x80;
const ICMP_HEADER = 8;

export interface Icmpv6Error {
  readonly type: number;
  readonly code: number;
  /** The MTU, or where the fault is. */
  readonly info: number;
  /** It is told of packets to groups too. */
  readonly ofGroups?: boolean;
}

/** icmp6_send(): nothing about groups, about other errors, or to whom nobody can answer. */
export function sendIcmpv6Error(router: Router6, arrived: Arrived6, error: Icmpv6Error): void {
  const { parts, addresses } = router;
  const { packet, netDevice } = arrived;
  const [to, destination] = [sourceIn(packet), destinationIn(packet)];
  const isOfGroup = isMulticast(destination) || !arrived.isForUs;
  if (isOfGroup && error.ofGroups !== true && parts.sparesGroups) return;
  if ((isUnspecified(to) || isMulticast(to)) && parts.sparesUnspecified) return;
  if (isErrorItself(packet) && parts.sparesErrors) return;
  const content = packet.subarray(0, parts.quoted(Math.min(packet.length, IPV6_MIN_MTU - IPV6_HEADER - ICMP_HEADER)));
  const message = new Uint8Array(ICMP_HEADER + content.length);
  message[0] = error.type;
  message[1] = error.code;
  writeU32(message, 4, error.info);
  message.set(content, ICMP_HEADER);
  const isOwn = !isOfGroup && addresses.owns(destination, netDevice);
  sendTo(router, netDevice, { to, from: isOwn ? destination : undefined, message, trafficClass: 0 });
}

/** is_ineligible(). */
function isErrorItself(packet: Uint8Array): boolean {
  const last = headersOf(packet).at(-1);
  return last?.protocol === IPPROTO_ICMPV6 && ((packet[last.at] ?? 0) & ICMPV6_INFOMSG_MASK) === 0;
}

/** icmpv6_echo_reply(): from the address that was asked, unless that is a group's or one of several routers'. */
export function answerEcho(router: Router6, { packet, netDevice }: Arrived6, at: number): void {
  const message = packet.slice(at);
  message[0] = ICMPV6_ECHO_REPLY;
  const destination = destinationIn(packet);
  const isShared = isMulticast(destination) || router.addresses.isAnycastAnywhere(destination);
  sendTo(router, netDevice, {
    to: sourceIn(packet),
    from: isShared ? undefined : destination,
    message,
    trafficClass: trafficClassIn(packet),
  });
}

export const isSoundIcmpv6 = (packet: Uint8Array, at: number): boolean =>
  sumsToOnes(packet, at, packet.length, pseudoHeaderSum(packet, 0, IPPROTO_ICMPV6, packet.length - at));

/** A packet with the message in it, summed. */
export function icmpv6Packet(
  from: Uint8Array,
  to: Uint8Array,
  message: Uint8Array,
  options: Parameters<typeof makePacket>[4] = {},
): Uint8Array {
  const packet = makePacket(IPPROTO_ICMPV6, from, to, message, options);
  writeU16(packet, IPV6_HEADER + 2, 0);
  const sum = pseudoHeaderSum(packet, 0, IPPROTO_ICMPV6, message.length);
  writeU16(packet, IPV6_HEADER + 2, internetChecksum(packet, IPV6_HEADER, packet.length, sum));
  return packet;
}

interface Icmpv6Reply {
  readonly to: Uint8Array;
  /** Undefined: what the host is called where the packet came in. */
  readonly from: Uint8Array | undefined;
  readonly message: Uint8Array;
  readonly trafficClass: number;
}

/** icmpv6_route_lookup() and icmpv6_push_pending_frames(). */
function sendTo(router: Router6, netDevice: NetDevice, { to, from, message, trafficClass }: Icmpv6Reply): void {
  const found = router.fib.lookup({
    destination: to,
    vrfTable: router.vrfTable(netDevice),
    ...(isLinkLocal(to) ? { outIfIndex: netDevice.ifIndex } : {}),
    hash: flowHash6(router.parts, from ?? to, to, 0),
  });
  if (found.kind !== 'route') return;
  const source = from ?? found.route.preferredSource ?? router.addresses.sourceFor(netDevice, to);
  if (source === undefined) return;
  const hopLimit = router.parts.ownHopLimit(router.settings.get(found.nexthop.netDevice, 'hop_limit'));
  sendLocally6(router, found.nexthop, icmpv6Packet(source, to, message, { hopLimit, trafficClass }));
}
