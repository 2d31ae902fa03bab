/**
 * The stage of the pipeline that knows questions for neighbours, and what is said about them: ARP and neighbour discovery. They go to the
 * host, because only the kernel's bridge knows for whom it answers, and from which ports it keeps a question.
 */
import { readU16 } from '../../packet/bytes.js';
import { NO_TRAP, TRAP_ARP_REQUEST, TRAP_ARP_RESPONSE, TRAP_ND_ADVERT, TRAP_ND_SOLICIT } from './switchTraps.js';

const TYPE = 12;
const TPID_CUSTOMER = 0x8100;
const TPID_SERVICE = 0x88a8;
const ETH_P_ARP = 0x0806;
const ETH_P_RARP = 0x8035;
const ETH_P_IPV6 = 0x86dd;
const IPPROTO_ICMPV6 = 58;
const IPV6_HEADER = 40;
const ARPOP_REPLY = 2;
const ARPOP_RREPLY = 4;
const SOLICITATION = 135;
const ADVERTISEMENT = 136;

/** The trap of a frame, also behind the tag of a VLAN; NO_TRAP: it is about something else. */
export function neighbourTrap(bytes: Uint8Array): number {
  let at = TYPE;
  let type = readU16(bytes, at);
  if (type === TPID_CUSTOMER || type === TPID_SERVICE) {
    at += 4;
    type = readU16(bytes, at);
  }
  at += 2;
  if (type === ETH_P_ARP || type === ETH_P_RARP) {
    const operation = readU16(bytes, at + 6);
    return operation === ARPOP_REPLY || operation === ARPOP_RREPLY ? TRAP_ARP_RESPONSE : TRAP_ARP_REQUEST;
  }
  if (type !== ETH_P_IPV6 || bytes[at + 6] !== IPPROTO_ICMPV6) return NO_TRAP;
  const message = bytes[at + IPV6_HEADER];
  if (message === SOLICITATION) return TRAP_ND_SOLICIT;
  return message === ADVERTISEMENT ? TRAP_ND_ADVERT : NO_TRAP;
}
