/** ICMP: what the router tells the sender of a packet (net/ipv4/icmp.c). */
import { RTN_UNICAST } from '../../netlink/families/routing.js';
import { writeU16, writeU32 } from '../../packet/bytes.js';
import { internetChecksum } from '../../packet/checksum.js';
import { IPPROTO_ICMP } from '../../packet/protocols.js';
import type { NetDevice } from '../netDevice.js';
import { destinationIn, fragmentOffset, headerLength, sourceIn, writeHeaderChecksum } from './ipv4Header.js';
import { sendLocally } from './ipv4Output.js';
import type { Arrived, Router } from './router.js';

export const ICMP_ECHOREPLY = 0;
export const ICMP_DEST_UNREACH = 3;
export const ICMP_ECHO = 8;
export const ICMP_TIME_EXCEEDED = 11;

export const ICMP_NET_UNREACH = 0;
export const ICMP_HOST_UNREACH = 1;
export const ICMP_PORT_UNREACH = 3;
export const ICMP_FRAG_NEEDED = 4;
export const ICMP_PKT_FILTERED = 13;

/** Types that are no errors: echo, router discovery, timestamp, information and address mask. */
const QUESTIONS_AND_ANSWERS = new Set([0, 8, 9, 10, 13, 14, 15, 16, 17, 18]);

const ICMP_HEADER = 8;
const LONGEST = 576;
const INTERNETWORK_CONTROL = 0xc0;
const TOS_MASK = 0x1e;

/** __icmp_send(): nothing about groups, about fragments behind the first, or about other errors. */
export function sendIcmpError(router: Router, arrived: Arrived, type: number, code: number, info: number): void {
  const { parts } = router;
  const { packet, netDevice } = arrived;
  if (!arrived.isForUs && parts.sparesGroups) return;
  if (fragmentOffset(packet) !== 0 && parts.sparesFragments) return;
  const isError = packet[9] === IPPROTO_ICMP && !QUESTIONS_AND_ANSWERS.has(packet[headerLength(packet)] ?? 0);
  if (isError && parts.sparesErrors) return;
  const to = sourceIn(packet);
  const isOwn = router.ownsAddress(destinationIn(packet));
  const content = packet.subarray(0, parts.quoted(Math.min(packet.length, LONGEST - 20 - ICMP_HEADER)));
  const message = icmpMessage(type, code, info, content);
  sendTo(router, netDevice, {
    to,
    from: isOwn ? destinationIn(packet) : undefined,
    tos: ((packet[1] ?? 0) & TOS_MASK) | INTERNETWORK_CONTROL,
    message,
  });
}

function icmpMessage(type: number, code: number, info: number, content: Uint8Array): Uint8Array {
  const message = new Uint8Array(ICMP_HEADER + content.length);
  message[0] = type;
  message[1] = code;
  writeU32(message, 4, info);
  message.set(content, ICMP_HEADER);
  writeU16(message, 2, internetChecksum(message));
  return message;
}

/** icmp_echo(). */
export function answerEcho(router: Router, { packet, netDevice }: Arrived): void {
  const at = headerLength(packet);
  const message = packet.slice(at);
  message[0] = ICMP_ECHOREPLY;
  writeU16(message, 2, 0);
  writeU16(message, 2, internetChecksum(message));
  sendTo(router, netDevice, { to: sourceIn(packet), from: destinationIn(packet), tos: packet[1] ?? 0, message });
}

interface IcmpReply {
  readonly to: Uint8Array;
  /** Undefined: what the host is called where the answer leaves. */
  readonly from: Uint8Array | undefined;
  readonly tos: number;
  readonly message: Uint8Array;
}

/** icmp_route_lookup() and icmp_push_reply(). */
function sendTo(router: Router, netDevice: NetDevice, { to, from, tos, message }: IcmpReply): void {
  const found = router.fib.lookup({ destination: to, vrfTable: router.vrfTable(netDevice), tos });
  if (found.kind !== 'route' || found.route.type !== RTN_UNICAST) return;
  const source = from ?? found.route.preferredSource ?? router.addressAt(found.nexthop.netDevice);
  if (source === undefined) return;
  const packet = new Uint8Array(20 + message.length);
  packet[0] = 0x45;
  packet[1] = tos;
  writeU16(packet, 2, packet.length);
  writeU16(packet, 4, router.nextIdentification());
  packet[8] = router.parts.errorTtl;
  packet[9] = IPPROTO_ICMP;
  packet.set(source, 12);
  packet.set(to, 16);
  packet.set(message, 20);
  writeHeaderChecksum(packet);
  sendLocally(router, found.nexthop, packet);
}
