/** IPv6 packets for the host itself (ip6_protocol_deliver_rcu()): nobody listens here, so it is echo and neighbours that are answered. */
import {
  IPPROTO_DSTOPTS,
  IPPROTO_FRAGMENT,
  IPPROTO_HOPOPTS,
  IPPROTO_ICMPV6,
  IPPROTO_NONE,
  IPPROTO_ROUTING,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from '../../packet/protocols.js';
import {
  ICMPV6_DEST_UNREACH,
  ICMPV6_ECHO_REQUEST,
  ICMPV6_HDR_FIELD,
  ICMPV6_PARAMPROB,
  ICMPV6_PORT_UNREACH,
  ICMPV6_UNK_NEXTHDR,
  ICMPV6_UNK_OPTION,
  answerEcho,
  isSoundIcmpv6,
  sendIcmpv6Error,
} from './icmpv6.js';
import { NF_INET_LOCAL_IN } from '../netfilter/ruleset.js';
import { groupMac, isMulticast } from './ipv6Addresses.js';
import { destinationIn, headersOf, judgeOptions, type HeaderPlace } from './ipv6Header.js';
import { receiveNeighbourMessage } from './ndisc.js';
import type { Arrived6, Router6 } from './router6.js';

/** ip6_input(); rules see nothing of a group that the host is not in, for ip6_mc_input() has it end before. */
export function deliverLocally(router: Router6, arrived: Arrived6): void {
  const { netDevice, skb } = arrived;
  const destination = destinationIn(arrived.packet);
  const isMember = !isMulticast(destination) || netDevice.multicast.has(groupMac(destination));
  if (isMember && !router.hooks.passes(NF_INET_LOCAL_IN, skb, netDevice, undefined)) return;
  for (const header of headersOf(arrived.packet)) if (!passes(router, arrived, header)) return;
}

/** Whether the next header is looked at. */
function passes(router: Router6, arrived: Arrived6, header: HeaderPlace): boolean {
  const { packet } = arrived;
  switch (header.protocol) {
    case IPPROTO_HOPOPTS:
      // Not behind another header: the one behind the fixed header was looked at before.
      return header.namedAt === 6 || unknown(router, arrived, header);
    case IPPROTO_DSTOPTS:
      return passesOptions(router, arrived, header);
    case IPPROTO_ROUTING:
      return passesRouting(router, arrived, header);
    case IPPROTO_FRAGMENT:
    case IPPROTO_NONE:
    case IPPROTO_TCP:
      return false;
    case IPPROTO_ICMPV6:
      receiveIcmpv6(router, arrived, header.at);
      return false;
    case IPPROTO_UDP:
      // __udp6_lib_rcv(): no socket is bound.
      if (!isMulticast(destinationIn(packet)))
        sendIcmpv6Error(router, arrived, {
          type: ICMPV6_DEST_UNREACH,
          code: router.parts.unreachableCode(ICMPV6_PORT_UNREACH),
          info: 0,
        });
      return false;
    default:
      return unknown(router, arrived, header);
  }
}

function unknown(router: Router6, arrived: Arrived6, { namedAt }: HeaderPlace): false {
  if (router.parts.reportsUnknownHeader)
    sendIcmpv6Error(router, arrived, { type: ICMPV6_PARAMPROB, code: ICMPV6_UNK_NEXTHDR, info: namedAt });
  return false;
}

/** ipv6_destopt_rcv(). */
function passesOptions(router: Router6, arrived: Arrived6, { at }: HeaderPlace): boolean {
  const verdict = judgeOptions(arrived.packet, at);
  if (verdict.kind === 'report')
    sendIcmpv6Error(router, arrived, {
      type: ICMPV6_PARAMPROB,
      code: ICMPV6_UNK_OPTION,
      info: verdict.pointer,
      ofGroups: verdict.ofGroups,
    });
  return verdict.kind === 'fine';
}

/** ipv6_rthdr_rcv(): who says by which hosts a packet is to go has to find others for it (RFC 5095). */
function passesRouting(router: Router6, arrived: Arrived6, { at }: HeaderPlace): boolean {
  const { packet } = arrived;
  if (!arrived.isForUs || isMulticast(destinationIn(packet))) return false;
  if ((packet[at + 3] ?? 0) === 0) return true;
  if (router.parts.refusesSourceRoute)
    sendIcmpv6Error(router, arrived, { type: ICMPV6_PARAMPROB, code: ICMPV6_HDR_FIELD, info: at + 2 });
  return false;
}

/** icmpv6_rcv(). */
function receiveIcmpv6(router: Router6, arrived: Arrived6, at: number): void {
  const { packet } = arrived;
  if (!isSoundIcmpv6(packet, at)) return;
  const type = packet[at] ?? 0;
  if (type === ICMPV6_ECHO_REQUEST) {
    if (router.parts.answersEcho) answerEcho(router, arrived, at);
    return;
  }
  receiveNeighbourMessage(router, arrived, at);
}
