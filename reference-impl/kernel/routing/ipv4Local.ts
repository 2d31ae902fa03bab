/** IPv4 packets for the host itself (ip_local_deliver()): nobody listens here, so it is echo that is answered. */
import { sumsToOnes } from '../../packet/checksum.js';
import { IPPROTO_ICMP, IPPROTO_UDP } from '../../packet/protocols.js';
import { NF_INET_LOCAL_IN } from '../netfilter/ruleset.js';
import { ICMP_DEST_UNREACH, ICMP_ECHO, ICMP_PORT_UNREACH, answerEcho, sendIcmpError } from './icmp.js';
import { MORE_FRAGMENTS, fragmentOffset, headerLength } from './ipv4Header.js';
import { readU16 } from '../../packet/bytes.js';
import type { Arrived, Router } from './router.js';

export function deliverLocally(router: Router, arrived: Arrived): void {
  const { packet } = arrived;
  const isFragment = fragmentOffset(packet) !== 0 || (readU16(packet, 6) & MORE_FRAGMENTS) !== 0;
  if (isFragment || !router.hooks.passes(NF_INET_LOCAL_IN, arrived.skb, arrived.netDevice, undefined)) return;
  const at = headerLength(packet);
  const protocol = packet[9] ?? 0;
  switch (protocol) {
    case IPPROTO_ICMP:
      if (packet[at] === ICMP_ECHO && sumsToOnes(packet, at, packet.length) && router.parts.answersEcho)
        answerEcho(router, arrived);
      return;
    case IPPROTO_UDP:
      // __udp4_lib_rcv(): no socket is bound.
      sendIcmpError(router, arrived, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
  }
}
